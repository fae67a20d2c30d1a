"""The forms of words by which the audit tells a quantity from other numbers.

Each alternative of a rule has a sentence that it is for, and one that it leaves alone.
"""

from __future__ import annotations

import pytest

from analysis.audit.differences import QUALIFIER_WORDS
from analysis.audit.numerals import RULES, numbers
from analysis.core.published import QUALIFIERS

#: By rule: the text, the number in it that the rule excludes.
EXCLUDED = [
    ("date", "published on March 2, when", "2"),
    ("date", "by 2 March it", "2"),
    ("date", "as of 2021-03 it", "2021"),
    ("date", "in the first half of it", "half"),
    ("date", "since the 1990s", "1990"),
    ("date", "at 10:30 in", "10"),
    ("date", "at 5 pm it", "5"),
    ("marker", "as reported.[12] It", "12"),
    ("marker", "as reported.12 It", "12"),
    ("name", "see www.example.org/a/2021/5 for", "2021"),
    ("name", "a COVID-19 measure", "19"),
    ("name", "the five-year plan of", "five"),
    ("name", "on pp. 12-15 of", "12"),
    ("name", "in Article 49 of", "49"),
    ("reference", "one of the workers", "one"),
    ("reference", "no one knows", "one"),
    ("reference", "at once it", "once"),
    ("reference", "both of them", "both"),
    ("reference", "the two plans", "two"),
    ("year", "in 2021, it", "2021"),
    ("year", "from 2016 to 2020 it", "2016"),
]
#: Texts with one number, which is a quantity, near a form that a rule excludes.
QUANTITIES = [
    ("sent 2 March delegates abroad, 15 workers", "15"),
    ("another 2000 workers", "2000"),
    ("a total of 2020 people", "2020"),
    ("2021 persons were moved", "2021"),
    ("half of the workers", "half"),
    ("twice as many", "twice"),
    ("3.17 million people", "3.17 million"),
    ("two and a half million people", "two and a half million"),
    ("10.5 percent more", "10.5 percent"),
    ("in both years", "both"),
]


@pytest.mark.parametrize(("rule", "text", "part"), EXCLUDED)
def test_a_number_that_is_no_quantity_is_excluded(
    rule: str, text: str, part: str
) -> None:
    rules = {number.rule for number in numbers(text) if part in number.text.casefold()}
    assert rules == {rule}


@pytest.mark.parametrize(("text", "part"), QUANTITIES)
def test_a_quantity_is_not_excluded(text: str, part: str) -> None:
    found = [number for number in numbers(text) if not number.rule]
    assert part in [number.text for number in found]


def test_each_rule_has_an_example() -> None:
    # What stands outside of the article is told by its place.
    assert {rule for rule, _, _ in EXCLUDED} == RULES.keys() - {"outside"}


def test_the_audit_knows_the_words_of_each_qualifier() -> None:
    # A range, plain digits and vague words have no word before them, and no claim of
    # the article is a forecast.
    without_word = {"exact", "range", "vague", "expected"}
    assert QUALIFIERS.keys() - without_word <= QUALIFIER_WORDS.keys()
