"""Texts that are safe to show on a terminal, in a spreadsheet and in Markdown."""

import html

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from analysis.render.safe_text import (
    escape_spreadsheet_formula,
    is_number,
    markdown,
    printable,
)


@pytest.mark.parametrize("start", "=+-@\t\r")
def test_a_cell_that_starts_like_a_formula_is_a_text(start):
    assert escape_spreadsheet_formula(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


def test_a_number_and_any_other_cell_stay_as_they_are():
    for cell in ("-2.5", "+1e3", "a=b", "", -2.5):
        assert escape_spreadsheet_formula(cell) == cell
    assert escape_spreadsheet_formula("-inf") == "'-inf"
    assert [is_number(text) for text in ("1e3", "-.5", "nan", "inf", "two")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_control_characters_are_spelled_out():
    assert printable("a\x1b[2Jb\u202ec\ud800") == "a\\x1b[2Jb\\u202ec\\ud800"
    assert printable("é 人 \t") == "é 人 \t"


def shown(text):
    """The text that a reader of Markdown sees."""
    page = MarkdownIt("default").render(markdown(text))
    assert (page[:3], page[-5:]) == ("<p>", "</p>\n"), page
    return html.unescape(page[3:-5])


PIECES = [*"abZ 1.)*_`[]()<>&|$~#\\\n!:/{}%^+-='\"", "1. ", "- ", "# ", "://", "&amp;"]


@given(st.lists(st.sampled_from(PIECES), min_size=1).map("".join))
def test_markdown_shows_a_text_letter_by_letter(text):
    assume("__" not in text and text.strip())
    assert shown(text) == " ".join(text.split())


def test_markdown_shows_two_underscores_as_they_are():
    assert shown("__init__") == "__init__"
