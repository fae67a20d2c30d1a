"""Numbers as files and readers see them, spelled by hand."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.core.spell import (
    exact,
    exact_span,
    place_of,
    rounded,
    same,
    spell,
    spell_at,
    spell_change,
    spell_distance,
    spell_span,
    ten_digits,
    with_side,
    with_unit,
)


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        # Three significant digits; from a million on with a word, without a last 0.
        (2_868_778.3, "transfer", "2.87 million"),
        (1_901_221.7, "person", "1.9 million"),
        (301_221.7, "person", "301,000"),
        (278_778, "transfer", "279,000"),
        (98_778, "person", "98,800"),
        (24_978, "person", "25,000"),
        (1_234, "household", "1,230"),
        (14_350_000, "transfer", "14.4 million"),
        (316_900_000, "USD", "317 million"),
        (1_240_000_000, "USD", "1.24 billion"),
        (12_345_678_901, "CNY", "12.3 billion"),
        # Rounding up can take a number to the next word.
        (999_499, "person", "999,000"),
        (999_500, "person", "1 million"),
        (999_600_000, "USD", "1 billion"),
        # A half is rounded away from zero, also where its float lies below it.
        (1_565_000, "person", "1.57 million"),
        (1.65e6 * 0.95, "person", "1.57 million"),
        (2_345_000, "person", "2.35 million"),
        (-2_345_000, "person", "−2.35 million"),
        (0.1125, "percent", "11.3 percent"),
        (1.005, "person/transfer", "1.01"),
        # What is counted is whole; years, months and hours may be halves.
        (12.6, "person", "13"),
        (0.4, "household", "0"),
        (99.5, "cadre", "100"),
        (6.5, "year", "6.5"),
        (2.25, "hour", "2.25"),
        # A share in percent.
        (0.3045454545, "percent", "30.5 percent"),
        (0.105, "percent", "10.5 percent"),
        (0.06449, "percent", "6.45 percent"),
        (1.3761, "percent", "138 percent"),
        (-0.0338, "percent", "−3.38 percent"),
        (0.00306, "percent", "0.306 percent"),
        (0.0, "percent", "0 percent"),
        # A ratio, and a number without a unit.
        (0.90282, "person/transfer", "0.903"),
        (30.04, "household/cadre", "30"),
        (0.05024, "person/transfer", "0.0502"),
        (1.0, "person/transfer", "1"),
        (0.0, "person", "0"),
        (-0.0, "person", "0"),
        # Money that fell.
        (-228_100_000, "USD", "−228 million"),
        # No value, no end, and more than anybody reads.
        (math.nan, "person", "no value"),
        (math.inf, "person", "no bound"),
        (3e18, "person", "3e+18"),
        (-3e18, "person", "−3e+18"),
    ],
)
def test_a_number_spelled_by_hand(value, unit, words):
    assert spell(value, unit) == words


@pytest.mark.parametrize(
    ("value", "unit", "apart_from", "words"),
    [
        # 1,798,807 to three digits is 1.80 million, which would match "approaches".
        (1_798_807, "person", [1.8e6], "1.799 million"),
        (1_799_950, "person", [1.8e6], "1.79995 million"),
        (1_765_672, "person", [1.8e6], "1.77 million"),
        (1.8e6, "person", [1.8e6], "1.8 million"),
        # Three digits are 1.81 million, past 1.806 million.
        (1_805_100, "person", [1_806_000], "1.805 million"),
        (1_801_000, "person", [1.8e6, 1_801_400], "1.801 million"),
        # 10.4529 percent is no 10.5, nor the 10.45 from which digits are rounded.
        (0.104529, "percent", [0.105, 0.1045], "10.453 percent"),
        (0.29996, "percent", [0.3], "29.996 percent"),
        # What equals a print is written as the print is.
        (2_165, "household", [2_165], "2,165"),
        (18_040_304, "person", [18_040_304, 2e7], "18.040304 million"),
        (0.30454, "percent", [0.3], "30.5 percent"),
        (301_222, "person", [300_000, 250_000, 350_000], "301,000"),
        (2_868_778, "labourer", [2_590_000, 2_870_000], "2.869 million"),
        (0.9996, "person/transfer", [1], "0.9996"),
        (0.0004, "person/transfer", [0], "0.0004"),
        (299_999.6, "person", [3e5], "299,999.6"),
        # An end that is open keeps nothing apart.
        (301_222, "person", [math.inf, -math.inf], "301,000"),
        # What differs by no more than a float's last digits is the same.
        (300_000.00000001, "person", [3e5], "300,000"),
    ],
)
def test_a_number_stays_on_its_side_of_those_it_is_compared_with(
    value, unit, apart_from, words
):
    assert spell(value, unit, apart_from) == words


@pytest.mark.parametrize(
    ("low", "high", "unit", "shown", "words"),
    [
        # Outward: the low end down, the high end up.
        (1_838_333, 1_964_111, "person", None, "1.83 to 1.97 million"),
        (0.302, 0.30701, "percent", None, "30.2 to 30.8 percent"),
        (-0.0509, -0.01652, "percent", None, "−5.09 to −1.65 percent"),
        (-232_400_000, -224_100_000, "USD", None, "−233 to −224 million"),
        # An end that is exact stays; a digit more where three blur the span.
        (1_550_000, 1_650_000, "person", None, "1.55 to 1.65 million"),
        (3_165_000, 3_175_000, "transfer", None, "3.165 to 3.175 million"),
        (2_862_958, 2_874_604, "transfer", None, "2.862 to 2.875 million"),
        # Each end has its own word where these differ.
        (900_400, 1_100_000, "person", None, "900,000 to 1.1 million"),
        (0, 1_600_000, "person", None, "0 to 1.6 million"),
        # The value, as shown, lies within: 1.9 million not in 1.8991 to 1.8994.
        (1_899_100, 1_899_400, "person", 1_900_000, "1.8991 to 1.9 million"),
        # One end, or none.
        (0.5, 0.5, "person/transfer", None, "0.5"),
        (300_400, math.inf, "person", None, "300,000 or more"),
        (-math.inf, 300_400, "person", None, "301,000 or less"),
        (-math.inf, math.inf, "person", None, "no bound"),
    ],
)
def test_a_span_spelled_by_hand(low, high, unit, shown, words):
    within = None if shown is None else Decimal(shown)
    assert spell_span(low, high, unit, within) == words


@pytest.mark.parametrize(
    ("shown", "other", "unit", "words"),
    [
        # 2 million less 1.799 million, not less 1,798,807.
        ("1799000", 2e6, "person", "201,000"),
        ("2869000", 2.59e6, "labourer", "279,000"),
        ("0.305", 0.3, "percent", "0.5 points"),
        ("0.154", 0.176, "percent", "2.2 points"),
        ("0.903", 1.0, "person/transfer", "0.097"),
        ("3170000", 3.17e6, "transfer", "0"),
    ],
)
def test_a_distance_is_that_of_the_numbers_as_shown(shown, other, unit, words):
    assert spell_distance(Decimal(shown), other, unit) == words


@pytest.mark.parametrize(
    ("value", "base", "unit", "percent", "words"),
    [
        ("1740000", "1900000", "person", -8.42, "−160,000 (−8.4 percent)"),
        ("422000", "301000", "person", 39.94, "+121,000 (+40 percent)"),
        ("2860000", "2870000", "transfer", -0.306, "−10,000 (−0.31 percent)"),
        ("0.305", "0.2", "percent", None, "+10.5 points"),
        ("1900000", "1900000", "person", 0.0, "0"),
    ],
)
def test_a_change_is_the_difference_of_the_numbers_as_shown(
    value, base, unit, percent, words
):
    assert spell_change(Decimal(value), Decimal(base), unit, percent) == words


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (3_174_000, "transfer", "3.174 million"),
        (3_174_123, "transfer", "3.174123 million"),
        (0.5125, "person/transfer", "0.5125"),
        (0.1055, "percent", "10.55 percent"),
        (300_000, "person", "300,000"),
        (-0.2, "percent", "−20 percent"),
        (0, "person", "0"),
        (1 / 3, "person/transfer", "0.3333333333"),
        (math.inf, "person", "no bound"),
    ],
)
def test_what_somebody_chose_has_all_its_digits(value, unit, words):
    assert exact(value, unit) == words


def test_units_and_sides_in_words():
    assert with_unit("1.24 billion", "USD") == "1.24 billion USD"
    assert with_unit("301,000", "person") == "301,000 persons"
    assert with_unit("0.9", "dimensionless") == "0.9"
    assert with_side("1.9 million", "at most") == "at most 1.9 million"
    assert with_side("1.9 million", "") == "1.9 million"
    assert exact_span(0.36, 1, "person/transfer") == "0.36 to 1"
    # From a number to itself there is nowhere to go.
    assert exact_span(1.5e6, 1.5e6, "person") == "1.5 million"


NUMBERS = st.floats(-1e13, 1e13).filter(lambda number: abs(number) > 1e-6)


def read(words):
    """A number read back from its words."""
    text = words.replace(",", "").replace("−", "-")
    for word, size in {" billion": 1e9, " million": 1e6, " percent": 0.01}.items():
        if text.endswith(word):
            return float(text.removesuffix(word)) * size
    return float(text)


@given(NUMBERS, st.sampled_from(["percent", "person/transfer", "USD"]))
def test_three_digits_are_within_half_a_percent(number, unit):
    # Dollars are whole, so one dollar and a half is not meant.
    if unit != "USD" or abs(number) > 1e3:
        assert math.isclose(read(spell(number, unit)), number, rel_tol=0.0051)


@given(NUMBERS, st.floats(-0.01, 0.01), st.sampled_from(["person", "percent", ""]))
def test_no_number_touches_or_crosses_another(number, away, unit):
    other = number * (1 + away)
    shown = read(spell(number, unit, [other]))
    if not same(number, other, 1e-8):
        assert (number > other) == (shown > other)
        assert shown != other


@given(NUMBERS, st.floats(0, 1), st.floats(0, 1), st.sampled_from(["person", ""]))
def test_a_span_contains_its_ends_and_its_value_as_shown(low, share, width, unit):
    high = low + abs(low) * width
    value = low + share * (high - low)
    place = place_of(value, unit)
    words = spell_span(low, high, unit, rounded(value, place))
    first, _, last = words.partition(" to ")
    if last:
        _, _, word = last.partition(" ")
        if word and " " not in first:
            first = f"{first} {word}"
        assert read(first) <= low + 1e-9 * abs(low)
        assert read(last) >= high - 1e-9 * abs(high)
        shown = read(spell_at(value, unit, place))
        assert read(first) <= shown <= read(last)


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
    assert ten_digits(number) == text


def test_floats_that_differ_in_their_last_digits_are_the_same():
    assert same(0.1 + 0.2, 0.3)
    assert same(1e-13, 0)
    assert not same(1, 1 + 2e-9)
    assert same(math.inf, math.inf)
    assert same(1, 1.0009, 1e-3)
