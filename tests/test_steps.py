"""Each worked line is redone from its text, and one number is spelled one way."""

import math
import re

import pytest

from analysis import arithmetic, tables
from analysis.rows import DataError
from tests.settings import cases_of, random_settings

SIGNS = {"×": "*", "÷": "/", "−": "-"}
SIDES = re.compile(r"\b(up to|at least) ")
SCALES = {" million": "*1e6", " billion": "*1e9", " percent": "/100"}


def redone(text):
    """The value of arithmetic as a reader sees it."""
    text = SIDES.sub("", text)
    text = re.sub(r"(?<=\d),(?=\d)", "", text)
    text = re.sub(r"(?<![\w.])(\d[\d.]*)( million| billion| percent)?", number, text)
    text = text.replace("the smaller of ", "min").replace("the larger of ", "max")
    for sign, operator in SIGNS.items():
        text = text.replace(sign, operator)
    return eval(text)


def number(match):
    return f"({match[1]}{SCALES.get(match[2], '')})"


@pytest.fixture(scope="module")
def studies(article):
    return [article, *random_settings(article, 6)]


def test_each_line_is_redone_from_its_text_to_the_last_digit(studies):
    lines = 0
    for study in studies:
        for _, case in cases_of(study):
            for name, value in case.values().items():
                texts = tables.lines(case, name)
                if len(texts) == 3 and not math.isnan(value):
                    by_hand = study.book.spelled(name, redone(texts[1]))
                    assert by_hand == SIDES.sub("", texts[2]), (case.target, texts)
                    lines += 1
    assert lines > 500


def test_each_sum_of_a_headline_is_redone_from_its_text(studies):
    for study in studies:
        for working in "; ".join(study.headlines()["working"]).split("; "):
            numbers, _, result = working.partition(" = ")
            result = SIDES.sub("", result).removesuffix(" detainees")
            if re.match(r"[−\d]", result):
                shown = redone(result)
                digits = len(re.sub(r"\D", "", result).strip("0")) or 1
                by_hand = float(f"{redone(numbers):.{digits}g}")
                assert by_hand == pytest.approx(shown), working


def test_no_value_lies_outside_its_shown_bounds(studies):
    tried = 0
    for study in studies:
        for row in study.checks().itertuples():
            if row.low < row.high and row.value == row.value:
                low, high = row.rounding.split(" to ")
                word = high.partition(" ")[2]
                is_short = word and " " not in low and "," not in low
                low = f"{low} {word}" if is_short else low
                value = redone(study.book.spelled(row.quantity, row.value))
                assert redone(low) <= value <= redone(high), row
                assert redone(low) <= row.low * (1 + 1e-8 * (row.low > 0)), row
                assert redone(high) >= row.high * (1 - 1e-8), row
                tried += 1
    assert tried > 150


def test_a_step_has_its_place_and_stops_at_a_depth(article):
    text = repr(article.explain("transfers_2019", depth=1))
    assert "3.17 million, printed in Scale, paragraph 2" in " ".join(text.split())
    flat = repr(article.explain("transfers_2019", depth=0))
    assert text.startswith(flat)
    assert "Scale, paragraph 2" not in flat


def test_yours_and_ours_are_told_apart(article):
    plain = str(article.explain("persons_2019"))
    changed = str(article.change(persons_per_transfer=0.6).explain("persons_2019"))
    assert "your value" in changed
    assert "your value" not in plain
    assert "our assumption" in plain


def test_no_value_shown_contradicts_its_claim(article):
    compared = 0
    for study in [article, *random_settings(article, 60, seed=3)]:
        for row in study.checks().to_dict("records"):
            is_shown = row["verdict"] in ("matches", "differs")
            for end in (row["from"], row["to"]) if is_shown else ():
                if math.isfinite(row["value"] + end):
                    shown = redone(SIDES.sub("", row["recomputed"]))
                    is_near = math.isclose(row["value"], end, rel_tol=1e-9)
                    assert is_near or (shown > end) == (row["value"] > end), row
                    compared += 1
    assert compared > 1000


def squared(a):
    return a**2


def by_name(a):
    b = 2 * a
    return b + a


def either(a, b):
    return a if a > b else b


@pytest.mark.parametrize("formula", [squared, by_name, either])
def test_a_formula_that_is_no_plain_expression_is_refused_by_name(formula):
    with pytest.raises(DataError, match=formula.__name__):
        arithmetic.written(formula, {"a": "1"})
