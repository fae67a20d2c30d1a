"""Each worked line is redone from its text, and one number is spelled one way."""

import re

import pytest

from analysis import SettingError, wording
from tests.settings import random_settings

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


def bare(model, step):
    """The result of a step without what it counts."""
    noun = wording.noun_of(wording.unit_of(model, step.quantity))
    return SIDES.sub("", step.lines[-1]).removesuffix(noun)


def each(step):
    yield step
    for part in step.parts:
        yield from each(part)


@pytest.fixture(scope="module")
def studies(article):
    return [article, *random_settings(article, 6)]


@pytest.fixture(scope="module")
def tables(studies):
    return [study.checks() for study in studies]


@pytest.fixture(scope="module")
def worked(studies):
    """The worked step of every check that can be computed, under each setting."""
    result = []
    for study in studies:
        for check in study.model.tables["checks"].values():
            if check["compute"]:
                try:
                    result.append((check["id"], study.steps(check["id"])))
                except SettingError:
                    assert study.setting
    return result


def test_each_line_is_redone_from_its_text_to_the_last_digit(article, worked):
    lines = 0
    for check, top in worked:
        for step in each(top):
            if len(step.lines) == 3 and step.value == step.value:
                numbers = redone(step.lines[1])
                by_hand = wording.spelled(article.model, step.quantity, numbers)
                assert by_hand == bare(article.model, step), (check, step)
                lines += 1
    assert lines > 500


def test_each_sum_of_a_headline_is_redone_from_its_text(studies):
    for study in studies:
        for working in "\n".join(study.headlines()["working"]).split("\n"):
            numbers, _, result = working.partition(" = ")
            result = SIDES.sub("", result).removesuffix(" detainees")
            if re.match(r"[−\d]", result):
                shown = redone(result)
                digits = len(re.sub(r"\D", "", result).strip("0")) or 1
                by_hand = float(f"{redone(numbers):.{digits}g}")
                assert by_hand == pytest.approx(shown), working


def test_no_value_lies_outside_its_shown_bounds(studies, tables):
    tried = 0
    for study, table in zip(studies, tables, strict=True):
        for row in table.itertuples():
            if row.low < row.high and row.value == row.value:
                ends = row.low, row.value, row.high
                shown = wording.bounds(study.model, row.quantity, *ends)
                low, high = shown.partition(" (cut")[0].split(" to ")
                word = high.partition(" ")[2]
                is_short = word and " " not in low and "," not in low
                low = f"{low} {word}" if is_short else low
                value = redone(wording.spelled(study.model, row.quantity, row.value))
                assert redone(low) <= value <= redone(high), (row.id, shown)
                assert redone(low) <= row.low * (1 + 1e-8 * (row.low > 0)), shown
                assert redone(high) >= row.high * (1 - 1e-8), shown
                tried += 1
    assert tried > 150


def test_a_step_has_its_place_and_stops_at_a_depth(article):
    text = str(article.steps("transfers_2019", depth=1))
    assert "section scale, paragraph 2" in text
    assert max(map(len, text.split("\n"))) <= 80
    flat = str(article.steps("transfers_2019", depth=0))
    assert text.startswith(flat)


def test_yours_and_ours_are_told_apart(article):
    plain = str(article.steps("persons_2019"))
    changed = str(article.change(persons_per_transfer=0.6).steps("persons_2019"))
    assert "yours" in changed
    assert "yours" not in plain
