"""Sphinx called on the pages of a report.

``report`` starts it as a process of its own, so that little has to be loaded.

    python -m analysis.output.sphinx_site SOURCE BUILT
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path
from typing import Any


def build(source: Path, built: Path) -> int:
    """Build the site; returns Sphinx's status."""
    from sphinx.application import Sphinx
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    nocolor()
    with patch_docutils(source), docutils_namespace():
        app = Sphinx(source, source, built / "html", built / "doctrees", "html", status=None, warning=sys.stderr)
        app.build()
    for left in ("objects.inv", ".buildinfo", "_sources"):
        path = built / "html" / left
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return int(app.statuscode)


#: A number with its commas and its point, or a word.
_WORD = re.compile(r"\d+(?:[.,]\d+)*(?!\w)|\w+")
#: The same as the search in the page has it. It leaves out what has digits alone, unless something stands behind them.
_SPLIT = r"""
var numberOrWord = /\d+(?:[.,]\d+)*(?![\p{Letter}\p{Number}_])|[\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu;
var splitQuery = (query) => (query.match(numberOrWord) || []).map((word) => /^\d+$/.test(word) ? word + "." : word);
"""


def words(text: str) -> list[str]:
    """The words that a search finds, numbers as they are printed among them.

    >>> words("Some 1.6 million in 2019, of 1,135,200")
    ['Some', '1.6', 'million', 'in', '2019.', 'of', '1,135,200']
    """
    return [f"{word}." if word.isdigit() else word for word in _WORD.findall(text)]


def setup(app: Any) -> None:
    """What Sphinx calls of this room: pages are made readable on a narrow screen and aloud, numbers are found."""
    from sphinx.search.en import SearchEnglish

    class Numbers(SearchEnglish):
        """English, with its numbers."""

        js_splitter_code = _SPLIT

        def split(self, input: str) -> list[str]:
            return words(input)

    app.add_search_language(Numbers)
    app.connect("html-page-context", lambda app, page, template, context, tree: _label(context))


def _label(context: dict[str, Any]) -> None:
    """Give each cell of a table the name of its column, which a narrow screen shows beside it."""
    # What a reader sees on it is its name.
    body = re.sub(r'(<summary\b[^>]*?) aria-label="[^"]*"', r"\1", context.get("body", ""))
    context["body"] = re.sub(r"<table\b.*?</table>", lambda table: _labelled(table[0]), body, flags=re.DOTALL)


def _labelled(table: str) -> str:
    """A table as Sphinx writes it, so well formed, its texts escaped and none within another.

    >>> _labelled("<table><tr><th>a <b>b</b></th></tr><tr><td>1</td></tr></table>")
    '<table><tr><th scope="col">a <b>b</b></th></tr><tr><td data-label="a b">1</td></tr></table>'
    """
    heads = re.findall(r"<th\b[^>]*>(.*?)</th>", table, re.DOTALL)
    names = [" ".join(re.sub(r"<[^>]*>", " ", head).split()).replace('"', "&quot;") for head in heads]

    def row(found: re.Match[str]) -> str:
        left = iter(names)
        return re.sub(r"<td\b", lambda _: f'<td data-label="{next(left, "")}"', found[0])

    return re.sub(r"<tr\b.*?</tr>", row, re.sub(r"<th\b", '<th scope="col"', table), flags=re.DOTALL)


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]), Path(sys.argv[2])))
