"""Sphinx called on the pages of a report, twice over what it read once: for the site, and for the single page.

What belongs here: what needs Sphinx. What does not: what the pages say (``report``, which starts this room as a process
of its own), so that little has to be loaded.

    python -m analysis.sphinx_site SOURCE BUILT
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any


def build(source: Path, built: Path) -> int:
    """Build the site, then the single page over what was read for it. Returns Sphinx's status."""
    from sphinx.application import Sphinx
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    nocolor()
    plain = {"html_theme": "basic", "html_theme_options": {}, "html_css_files": []}
    for builder, changed in (("html", {}), ("singlehtml", plain)):
        with patch_docutils(source), docutils_namespace():
            app = Sphinx(
                source, source, built / builder, built / "doctrees", builder, changed, status=None, warning=sys.stderr
            )
            app.build()
            if app.statuscode:
                return app.statuscode
    for left in ("objects.inv", ".buildinfo", "_sources"):
        path = built / "html" / left
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return 0


def setup(app: Any) -> dict[str, bool]:
    """What Sphinx calls of this room: every page is made readable on a narrow screen and aloud."""
    app.connect("html-page-context", lambda app, page, template, context, tree: _label(context))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _label(context: dict[str, Any]) -> None:
    """Give each cell of a table the name of its column, which a narrow screen shows beside it."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(context.get("body", ""), "html.parser")
    # What a reader sees on it is its name.
    for summary in soup.find_all("summary"):
        summary.attrs.pop("aria-label", None)
    for table in soup.find_all("table"):
        names = [cell.get_text(" ", strip=True) for cell in table.find_all("th")]
        for cell in table.find_all("th"):
            cell["scope"] = "col"
        for row in table.find_all("tr"):
            for name, cell in zip(names, row.find_all("td"), strict=False):
                cell["data-label"] = name
    context["body"] = str(soup)


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1]), Path(sys.argv[2])))
