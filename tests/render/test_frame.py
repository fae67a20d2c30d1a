"""Frames: the same rows in files, on terminals, in Markdown, on pages and in pandas."""

import csv
import html
import io
import json
from dataclasses import replace

import pytest

from analysis.render.frame import Frame, of_texts
from analysis.render.show import text
from analysis.study import Study

HOSTILE = '<script>alert("1 & 2")</script>'
CHANGED = "differs from the article in: overlap = 0.5 in place of our 0"


def frame(**how) -> Frame:
    rows = [
        {"name": "=1+1", "value": 2 / 3, "words": "0.667", "of": "one"},
        {"name": "b", "value": None, "words": "none", "of": "two"},
    ]
    shown = {"name": "quantity", "words": "value"}
    return Frame(rows, ("name", "value"), shown, **{"foot": "In persons.", **how})


def test_a_file_has_ten_digits_and_no_formula():
    read = list(csv.DictReader(io.StringIO(frame().csv())))
    assert read == [
        {"name": "'=1+1", "value": "0.6666666667"},
        {"name": "b", "value": ""},
    ]
    assert json.loads(frame().json()) == [
        {"name": "=1+1", "value": 0.6666666667},
        {"name": "b", "value": None},
    ]


def test_a_frame_without_rows_has_its_columns():
    empty = Frame([], ("name", "value"), {"name": "quantity"})
    assert empty.csv() == "name,value\n"
    assert json.loads(empty.json()) == []


def test_what_differs_goes_with_all_that_leaves():
    changed = frame(differs=CHANGED)
    read = list(csv.DictReader(io.StringIO(changed.csv())))
    assert {row["differs"] for row in read} == {CHANGED}
    assert {row["differs"] for row in json.loads(changed.json())} == {CHANGED}
    assert changed.to_pandas().attrs["differs"] == CHANGED


def test_a_frame_is_aligned_as_text_and_escaped_in_a_page():
    table = of_texts([[HOSTILE, "1"], ["plain", "22"]], ["a<b", "second"], foot="F.")
    start = len(HOSTILE) + 2
    assert repr(table).splitlines() == [
        f"{'a<b':{start}}second",
        f"{HOSTILE:{start}}1",
        f"{'plain':{start}}22",
        "F.",
    ]
    page = table._repr_html_()
    assert page.endswith("<p>F.</p>")
    assert "<script" not in page
    assert "a&lt;b" in page


def test_findings_show_titles_with_the_rest_folded():
    rows = [{"title": HOSTILE, "steps": ['1 + "1": 2', "so: 3"]}]
    shown = {"title": "finding", "steps": "Arithmetic"}
    folded = Frame(rows, ("title",), shown, foot="", folded=True)
    assert repr(folded) == f"- {HOSTILE}"
    assert folded._repr_html_() == (
        f"<details><summary>{html.escape(HOSTILE)}</summary>"
        "<p><b>Arithmetic:</b> 1 + &quot;1&quot;: 2; so: 3</p></details>"
    )


def test_a_group_stands_above_its_rows():
    grouped = frame(group="of")
    assert repr(grouped).splitlines()[:3] == [
        "one",
        "quantity  value",
        "=1+1      0.667",
    ]
    assert "**two**" in grouped.markdown()
    assert "<p><b>one</b></p>" in grouped._repr_html_()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_wider_than_the_terminal(article: Study, width: int):
    for name in ("headlines", "checks", "solutions", "cite"):
        shown = getattr(article, name)()._frame()
        lines = text(replace(shown, foot=""), width).splitlines()
        assert max(map(len, lines)) <= width, name
        # Nothing is cropped.
        joined = "".join("".join(lines).split())
        for cells in next(iter(shown.groups().values())):
            for cell in cells:
                assert "".join(cell.split())[:20] in joined


@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_text_with_characters_of_double_width_is_cut(
    article: Study, width: int
) -> None:
    names = article.names("external")
    assert names.words.str.contains("人次").any()
    names.attrs["width"] = width
    shown = "".join(repr(names).split())
    assert "…" not in shown
    for words in names.words.str.split():
        # The name of another row may stand between two lines of a text.
        assert all(word in shown for word in words)


def test_a_cell_in_markdown_breaks_no_table():
    table = of_texts([["a | b\nc", "*d*"]], ["x", "y"])
    assert table.markdown().splitlines() == [
        "| x | y |",
        "| --- | --- |",
        r"| a \| b c | \*d\* |",
    ]


def test_pandas_has_numbers_and_words_and_shows_itself(article: Study):
    table = article.checks("at_risk_2021")
    assert table["recomputed"].iloc[0] == pytest.approx(1_901_221.7195)
    assert table["recomputed_words"].iloc[0] == "at most 1.901 million"
    assert repr(table).startswith("comparison")
    # With a reader's column taken out, it is any DataFrame.
    assert "recomputed" in repr(table[["id", "recomputed"]])
    assert "<table" in table[["id"]]._repr_html_()


def test_a_cell_that_is_alone_under_a_name_has_no_heading() -> None:
    # 60 and 30 letters with a gap do not fit into 80 columns.
    frame = of_texts([["a" * 60, "b" * 30]], columns=["name", "words"], foot="")
    assert text(frame, 80) == f"{'a' * 60}\n    {'b' * 30}"
    # Two cells are told apart by theirs.
    rows = [["a" * 60, "b" * 30, "c"]]
    frame = of_texts(rows, columns=["name", "words", "unit"], foot="")
    assert text(frame, 80).splitlines()[1:] == [
        f"    words  {'b' * 30}",
        "    unit   c",
    ]
