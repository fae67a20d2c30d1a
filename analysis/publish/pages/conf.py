"""This module holds the settings with which Sphinx builds the report.

In the built report, the search finds numbers as they are printed, and terms link to the
glossary.
"""

from __future__ import annotations

import re
from typing import Any

#: The pages that have a list of their sections at the side.
_LISTED = (
    "index",
    "register",
    "findings",
    "assumptions",
    "external",
    "figures",
    "refusals",
    "methods",
    "glossary",
    "python",
    "reproduce",
)

extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["attrs_inline", "deflist", "fieldlist"]
myst_links_external_new_tab = False
# Links lead to places on pages. Without this setting, Sphinx would also look for the
# places among the names of programming languages, which takes long.
myst_ref_domains = ["std"]
html_theme = "pydata_sphinx_theme"
html_static_path = ["static"]
html_css_files = ["report.css"]
html_js_files = ["report.js"]
# Without a default mode, the theme's script complains.
html_context = {"default_mode": "auto"}
html_sidebars: dict[str, list[str]] = {name: [] for name in _LISTED}
html_copy_source = False
# Quotation marks and dashes in texts of the data are not changed.
smartquotes = False
html_use_index = False
html_show_copyright = False
html_show_sphinx = False
# Excerpts beside the results of a search would be fetched, which a page opened from a
# file may not do.
html_show_search_summary = False
html_theme_options = {
    "footer_start": [],
    "footer_end": [],
    "logo": {"text": "Report"},
    "navbar_persistent": ["search-button"],
    "navbar_align": "left",
    "search_bar_text": "Search",
    "secondary_sidebar_items": {name: ["page-toc"] for name in _LISTED},
}

#: The terms of the glossary by their place on its page, with a pattern for the forms of
#: each term. A longer term comes before a shorter term with which it begins.
TERMS = {
    "matches-within-rounding": r"match(?:es)? within rounding",
    "matches": r"match(?:es)?",
    "compatible": r"compatible",
    "differs": r"differs",
    "cannot-be-recalculated": r"cannot be recalculated",
    "limit": r"limits?",
    "remark": r"remarks?",
    "at-most-at-least": r"at (?:most|least)",
    "no-bound": r"no bound",
    "reading": r"readings?",
    "setting": r"settings?",
    "assumption": r"assumptions?",
    "person-time": r"person-times?",
    "transfer": r"transfers?",
    "labourer": r"labourers?",
    "at-risk": r"at risk",
    "overlap": r"overlaps?",
    "hypothesis": r"hypothes[ie]s",
    "derivation": r"derivations?",
    "repetition": r"repetitions?",
}
#: A pattern that finds any of the terms, each in a group of its own. A term right after
#: an opening quotation mark is left out.
_TERM = re.compile(
    r'(?<!&quot;)(?<!["“])'
    rf"\b(?:{'|'.join(f'({forms})' for forms in TERMS.values())})\b",
    re.IGNORECASE,
)
#: A tag, a comment or a whole script.
_TAG = re.compile(
    r"(<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->|</?[a-z][^<>]*>)",
    re.DOTALL | re.IGNORECASE,
)
#: The tags of headings, of links and controls, and of text that is not prose. Nothing
#: within these tags gets a link.
_WITHOUT_LINKS = re.compile(
    r"<(/?)(?:h[1-6]|a|button|label|summary|code|pre|select|svg)\b", re.IGNORECASE
)

#: A number with its commas and its point, or a word.
_WORD = re.compile(r"\d+(?:[.,]\d+)*(?!\w)|\w+")
#: The rule for numbers and words in JavaScript, for the search in the pages. Sphinx's
#: search leaves out bare digits, so a point is put after them.
_SPLIT = (
    "\n"
    r"var numberOrWord = /\d+(?:[.,]\d+)*(?![\p{Letter}\p{Number}_])"
    r"|[\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu;"
    "\n"
    "var splitQuery = (query) => (query.match(numberOrWord) || [])"
    r'.map((word) => /^\d+$/.test(word) ? word + "." : word);'
    "\n"
)


def words(text: str) -> list[str]:
    """Split a text into words for the search; a bare whole number gets a point.

    >>> words("Some 1.6 million in 2019, of 1,135,200")
    ['Some', '1.6', 'million', 'in', '2019.', 'of', '1,135,200']
    """
    return [f"{word}." if word.isdigit() else word for word in _WORD.findall(text)]


def with_links(html: str) -> str:
    """Link the first use of each term on a page to the glossary.

    >>> with_links("<h1>Readings</h1><p>A reading, or two readings.</p>")
    '<h1>Readings</h1><p>A <a class="term" href="glossary.html#reading">reading</a>, \
or two readings.</p>'
    """
    names, linked = [*TERMS], set()

    def link(found: re.Match[str]) -> str:
        name = names[(found.lastindex or 1) - 1]
        if name in linked:
            return found[0]
        linked.add(name)
        return f'<a class="term" href="glossary.html#{name}">{found[0]}</a>'

    parts, depth = [], 0
    for part in _TAG.split(html):
        if tag := _WITHOUT_LINKS.match(part):
            depth += -1 if tag[1] else 1
        is_prose = depth == 0 and not part.startswith("<")
        parts.append(_TERM.sub(link, part) if is_prose else part)
    return "".join(parts)


def _link_page(
    app: Any, name: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Link the terms of a page, unless the page is the glossary or has no text."""
    if doctree is not None and name != "glossary":
        context["body"] = with_links(context["body"])


def setup(app: Any) -> None:
    """Make the search keep numbers, and link the terms; Sphinx calls this function."""
    from sphinx.search.en import SearchEnglish

    class Numbers(SearchEnglish):
        js_splitter_code = _SPLIT

        def split(self, input: str) -> list[str]:
            return words(input)

    app.add_search_language(Numbers)
    app.connect("html-page-context", _link_page)
