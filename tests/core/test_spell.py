"""Numbers as files and screens spell them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.core.spell import digits, same, spell


@pytest.mark.parametrize(
    ("number", "unit", "how", "words"),
    [
        (None, "person", {}, ""),
        (math.inf, "person", {}, "no finite value"),
        # Counts go to the place that is named, and from a million on in words.
        (2_868_778.3, "transfer", {}, "2.87 million"),
        (1_901_221.7, "person", {"place": 1e5}, "1.9 million"),
        (271_950, "person", {}, "270,000"),
        (996_000, "person", {}, "1 million"),
        (-228_100_000, "USD", {"place": 1e6}, "−228 million"),
        (1_240_000_000, "USD", {}, "1.24 billion"),
        (1_240_000_000, "person", {}, "1240 million"),
        (3e18, "person", {}, "3e+18"),
        # Outward: never a span narrower than it is.
        (271_950, "person", {"outward": 1}, "280,000"),
        (279_999, "person", {"outward": -1}, "270,000"),
        (270_000, "person", {"outward": 1}, "270,000"),
        # A percentage has three digits or more; another number three decimals, fewer
        # from ten on. No last 0.
        (0.30454, "dimensionless", {"percent": 1}, "30.5 percent"),
        (0.30454, "dimensionless", {"percent": 0, "outward": 1}, "30.5 percent"),
        (0.90282, "person/transfer", {}, "0.903"),
        (30.04, "household/cadre", {}, "30"),
        (6.5, "year", {}, "6.5"),
        (0.0645, "dimensionless", {"percent": 0}, "6.45 percent"),
        (0.105, "dimensionless", {"percent": 1}, "10.5 percent"),
        (1.089, "dimensionless", {"percent": 1}, "108.9 percent"),
        (1.0, "person/transfer", {}, "1"),
        (0.0, "dimensionless", {}, "0"),
        (0.05024, "person/transfer", {"decimals": 4}, "0.0502"),
    ],
)
def test_a_number_in_words(number, unit, how, words):
    assert spell(number, unit, **how) == words


@pytest.mark.parametrize(
    ("number", "unit", "place", "beside", "words"),
    [
        # 1,765,672 is below 1.8 million, and 1.8 million to the nearest 100,000;
        # 1,901,222 rounds to no 1.8 million.
        (1_765_672, "person", 1e5, [1.8e6], "1.77 million"),
        (1_901_222, "person", 1e5, [1.8e6], "1.9 million"),
        (1_799_950, "person", 1e5, [1.8e6], "1.79995 million"),
        (1.8e6, "person", 1e5, [1.8e6], "1.8 million"),
        (1_801_000, "person", 1e5, [1.8e6, 1_801_400], "1.801 million"),
        (0.9996, "person/transfer", 1, [1], "0.9996"),
        (0.29996, "dimensionless", 1, [0.3], "29.996 percent"),
        (0.30004, "dimensionless", 1, [], "30 percent"),
    ],
)
def test_a_number_stays_on_its_side_of_those_beside_it(
    number, unit, place, beside, words
):
    percent = 1 if unit == "dimensionless" else None
    assert spell(number, unit, place, percent=percent, beside=beside) == words


@given(st.floats(-1e17, 1e17), st.sampled_from([1.0, 1e2, 1e4, 1e5]))
def test_rounding_outward_holds_the_number(number, place):
    def shown(outward):
        text = (
            spell(number, "person", place, outward=outward)
            .replace(",", "")
            .replace("−", "-")
        )
        return float(text.removesuffix(" million")) * (1e6 if "million" in text else 1)

    slack = 2e-6 * place + 1e-9 * abs(number)
    assert shown(-1) - slack <= number <= shown(1) + slack
    assert abs(shown(0) - number) <= place / 2 + slack


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.304545454545, "0.3045454545"),
        (2870000.0, "2870000"),
        (-1e-12, "0"),
        (math.nan, ""),
        (None, ""),
    ],
)
def test_files_have_ten_digits(number, text):
    assert digits(number) == text


def test_floats_that_differ_in_their_last_digits_are_the_same():
    assert same(0.1 + 0.2, 0.3)
    assert same(1e-13, 0)
    assert not same(1, 1 + 2e-9)
    assert same(math.inf, math.inf)
    assert same(1, 1.0009, 1e-3)
