"""Sphinx takes its settings for the report from this module.

They include a search that finds numbers as they are printed.
"""

from __future__ import annotations

import re
from typing import Any

#: Pages with a list of their parts at the side; the others are notebooks, and the list
#: of them.
_LISTED = (
    "index",
    "register",
    "findings",
    "assumptions",
    "external",
    "figures",
    "refusals",
    "methods",
    "reproduce",
)

extensions = ["myst_nb"]
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["attrs_inline", "deflist", "fieldlist"]
myst_links_external_new_tab = False
# A link leads to a place on a page; to look for it among the names of other languages
# takes long.
myst_ref_domains = ["std"]
html_theme = "pydata_sphinx_theme"
html_static_path = ["static"]
html_css_files = ["report.css"]
html_js_files = ["report.js"]
# Unsaid, the theme's script complains of an empty one.
html_context = {"default_mode": "auto"}
html_sidebars: dict[str, list[str]] = {name: [] for name in _LISTED}
html_copy_source = False
# A text of the data is not changed, nor are its quotes and dashes.
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

#: A number with its commas and its point, or a word.
_WORD = re.compile(r"\d+(?:[.,]\d+)*(?!\w)|\w+")
#: The same as the search in the page has it. It leaves out bare digits, unless
#: something stands behind them.
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
    """The words that a search finds, numbers as they are printed among them.

    >>> words("Some 1.6 million in 2019, of 1,135,200")
    ['Some', '1.6', 'million', 'in', '2019.', 'of', '1,135,200']
    """
    return [f"{word}." if word.isdigit() else word for word in _WORD.findall(text)]


def setup(app: Any) -> None:
    """Have the search keep numbers; Sphinx calls this."""
    from sphinx.search.en import SearchEnglish

    class Numbers(SearchEnglish):
        js_splitter_code = _SPLIT

        def split(self, input: str) -> list[str]:
            return words(input)

    app.add_search_language(Numbers)
