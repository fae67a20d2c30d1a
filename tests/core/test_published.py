"""A printed number: what its digits stand for, what its words assert, and the forms
that are refused.
"""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.core.published import (
    QUALIFIERS,
    FieldError,
    Interval,
    Published,
    Qualifier,
)

SIDED = ("over", "at_least", "up_to", "approaches")
PLAIN = ("exact", "about", "expected")


def ends(interval):
    return interval.low, interval.high


# What the digits stand for ------------------------------------------------------------
@pytest.mark.parametrize(
    ("digits", "how", "low", "high"),
    [
        # half a unit of the last printed place on each side
        ("2.59", {"scale": "million", "unit": "person"}, 2_585_000, 2_595_000),
        ("2.0", {"scale": "million"}, 1_950_000, 2_050_000),
        ("10.5", {"unit": "percent"}, 0.1045, 0.1055),
        ("7", {}, 6.5, 7.5),
        ("0.002", {}, 0.0015, 0.0025),
        ("1.25", {"scale": "thousand"}, 1245, 1255),
        ("1.5", {"scale": "billion", "unit": "USD"}, 1.45e9, 1.55e9),
        # the place is named: in the unit and scale of the digits
        ("300000", {"rounding_unit": "10000"}, 295_000, 305_000),
        ("2", {"scale": "million", "rounding_unit": "0.1"}, 1_950_000, 2_050_000),
        ("30", {"unit": "percent", "rounding_unit": "1"}, 0.295, 0.305),
        # it may be coarser than the digits show, or finer
        ("2.5", {"rounding_unit": "0.5"}, 2.25, 2.75),
        ("2.5", {"rounding_unit": "0.01"}, 2.495, 2.505),
    ],
)
@pytest.mark.parametrize("qualifier", [*PLAIN, *SIDED])
def test_a_number_stands_for_all_that_rounds_to_its_digits(
    digits, how, low, high, qualifier
):
    found = Published(digits, qualifier=qualifier, **how).stands_for()
    assert ends(found) == pytest.approx((low, high), rel=1e-14)
    assert (found.low_open, found.high_open) == (False, False)


def test_a_target_stands_for_its_digits_alone():
    assert ends(Published("2.2", scale="million", target=True).stands_for()) == (
        2_200_000,
        2_200_000,
    )
    target = Published("30", target=True, rounding_unit="1", rounding_unit_other="10")
    assert ends(target.stands_for(coarse=True)) == (30, 30)


@pytest.mark.parametrize("places", [("10000", "100000"), ("100000", "10000")])
def test_the_coarser_place_is_taken_only_when_asked_for_and_only_where_there_is_one(
    places,
):
    number = Published("300000", rounding_unit=places[0], rounding_unit_other=places[1])
    assert ends(number.stands_for()) == (
        300_000 - int(places[0]) / 2,
        300_000 + int(places[0]) / 2,
    )
    assert ends(number.stands_for(coarse=True)) == (250_000, 350_000)
    assert ends(number.asserts(coarse=True)) == (250_000, 350_000)
    alone = Published("300000", rounding_unit="10000")
    assert ends(alone.stands_for(coarse=True)) == (295_000, 305_000)


@pytest.mark.parametrize(
    ("qualifier", "low", "high"),
    [
        # The digits of a bound are rounded as well: 2.2 may be 2.15 or 2.25, at the
        # coarser place 1.95 or 2.45.
        ("over", 1.95, math.inf),
        ("at_least", 1.95, math.inf),
        ("up_to", 0, 2.45),
        ("exact", 1.95, 2.45),
        # A tenth is our choice, not a digit.
        ("approaches", 1.98, 2.2),
    ],
)
def test_the_coarser_place_rounds_the_digits_of_a_bound(qualifier, low, high):
    found = Published("2.2", qualifier=qualifier, rounding_unit_other="0.5").asserts(
        coarse=True
    )
    assert ends(found) == pytest.approx((low, high))
    assert found.holds(high) == (qualifier != "approaches")
    assert found.holds(low) == (qualifier != "over")
    fine = Published("2.2", qualifier=qualifier).asserts(coarse=True)
    assert fine.low == pytest.approx(
        low if qualifier in ("up_to", "approaches") else 2.15
    )


@pytest.mark.parametrize(
    ("digits", "how", "low", "high"),
    [
        # Half of the place of the last digit that is not 0, where a finer one is named.
        ("25000", {"rounding_unit": "1000"}, 24_500, 25_500),
        ("300000", {"rounding_unit": "10000"}, 250_000, 350_000),
        ("2.0", {"scale": "million"}, 1_500_000, 2_500_000),
        ("2.50", {}, 2.45, 2.55),
        ("305", {}, 304.5, 305.5),
        ("10.5", {"unit": "percent"}, 0.1045, 0.1055),
        ("25000", {"rounding_unit": "5000"}, 22_500, 27_500),
    ],
)
def test_about_asserts_what_rounds_at_the_last_digit_that_is_not_0(
    digits, how, low, high
):
    assert ends(Published(digits, qualifier="about", **how).asserts()) == pytest.approx(
        (low, high), rel=1e-14
    )


def test_one_place_serves_both_ends_of_a_range():
    both = Published(
        "2",
        "2.5",
        scale="million",
        qualifier="range",
        rounding_unit="0.1",
        rounding_unit_other="0.5",
    )
    assert ends(both.stands_for("low")) == (1_950_000, 2_050_000)
    assert ends(both.stands_for("high")) == (2_450_000, 2_550_000)
    assert ends(both.asserts("low")) == (1_950_000, 2_050_000)
    assert ends(both.asserts("high", coarse=True)) == (2_250_000, 2_750_000)
    # As a whole: from the least of the low end to the most of the high one.
    assert ends(both.asserts()) == (1_950_000, 2_550_000)
    assert ends(both.asserts(coarse=True)) == (1_750_000, 2_750_000)
    assert (both.value("low"), both.value("high"), both.value()) == (
        2_000_000,
        2_500_000,
        2_000_000,
    )


def test_a_count_stands_for_nothing_below_0_and_a_growth_may() -> None:
    # None to the nearest one; and a growth of 0.0 percent to the nearest tenth.
    count = Published("0", rounding_unit="1").stands_for()
    assert (count.low, count.high) == (0, 0.5)
    growth = Published("0.0", unit="percent").stands_for()
    assert (growth.low, growth.high) == pytest.approx((-0.0005, 0.0005))


@given(st.integers(0, 10**7), st.integers(1, 4))
def test_what_rounds_to_the_digits_is_what_it_stands_for(thousandths, places):
    """Rounding with the decimal module, either way on a tie, gives the digits exactly
    for values in the interval.
    """
    value = Decimal(thousandths).scaleb(-5)
    place = Decimal(1).scaleb(-places)
    for rounding in ("ROUND_HALF_UP", "ROUND_HALF_DOWN"):
        digits = value.quantize(place, rounding=rounding)
        assert Published(f"{digits:f}").stands_for().holds(float(value))
        for off in filter(lambda off: off >= 0, (digits + place, digits - place)):
            tie = abs(off - value) * 2 == place
            assert bool(Published(f"{off:f}").stands_for().holds(float(value))) == tie


# What the words assert ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("qualifier", "yes", "no"),
    [
        ("over", [2_000_001, 1e12], [2_000_000, 1_999_999, 0, -1]),
        ("at_least", [2_000_000, 1e12], [1_999_999, 0]),
        ("up_to", [0, 1, 2_000_000], [2_000_001, -1]),
        # 10 percent below two million is 1.8 million, which still counts; two million
        # itself does not
        ("approaches", [1_800_000, 1_999_999], [1_799_999, 2_000_000, 2_000_001]),
        ("exact", [1_950_000, 2_000_000, 2_050_000], [1_949_999, 2_050_001]),
        ("expected", [1_950_000, 2_050_000], [1_949_999, 2_050_001]),
        ("about", [1_500_000, 2_500_000], [1_499_999, 2_500_001]),
    ],
)
def test_what_a_value_must_be_to_satisfy_the_words(qualifier, yes, no):
    asserted = Published(
        "2.0", scale="million", unit="person", qualifier=qualifier
    ).asserts()
    assert [asserted.holds(one) for one in (*yes, *no)] == [True] * len(yes) + [
        False
    ] * len(no)
    assert not asserted.holds(math.nan)
    assert not asserted.holds(-math.inf)


def test_a_tie_in_decimals_stays_a_tie_in_floats():
    # 0.1 + 0.2 is 0.30000000000000004 as a float; the printed 0.25 (0.1) stands for
    # 0.2 to 0.3
    assert Published("0.25", rounding_unit="0.05").stands_for().high == 0.275
    assert Published("0.2", rounding_unit="0.2").stands_for().holds(0.1 + 0.2)
    assert not Published("0.3", qualifier="over").asserts().holds(0.1 + 0.2)
    assert Published("0.3", qualifier="at_least").asserts().holds(0.8 - 0.5)


@pytest.mark.parametrize("qualifier", ["over", "at_least"])
def test_at_least_nothing_leaves_room_above_nothing(qualifier):
    # A million is no end that a count of one million households could reach.
    for how, reached in (({}, 1e3), ({"scale": "million"}, 1e9)):
        number = Published("0", qualifier=qualifier, rounding_unit="1", **how)
        assert number.room().holds(reached)
        assert not number.room().holds(-reached)
    below = Published("-5", qualifier=qualifier).room()
    assert (below.low, below.holds(-6), below.holds(7)) == (-5, False, True)


# Intervals ----------------------------------------------------------------------------
@given(
    st.integers(-5, 5),
    st.integers(0, 5),
    st.booleans(),
    st.booleans(),
    st.integers(-12, 12),
    st.integers(0, 12),
)
def test_an_interval_meets_values_when_some_value_among_them_lies_in_it(
    low, width, low_open, high_open, start, length
):
    """Brute force over quarters: whole ends, so that a quarter lies inside any open gap
    there is.
    """
    interval = Interval(low, low + width, low_open, high_open)
    first, last = start / 2, (start + length) / 2

    def inside(x):
        above = x > low if low_open else x >= low
        return above and (x < low + width if high_open else x <= low + width)

    steps = np.arange(first, last + 0.125, 0.25)
    expected = any(inside(x) for x in steps)
    if not (width == 0 and (low_open or high_open)):
        assert bool(interval.meets(first, last)) == expected
    assert [interval.holds(x) for x in steps] == [inside(x) for x in steps]


# From which to which printed value the words would be met -----------------------------
@pytest.mark.parametrize("qualifier", ["exact", "expected", *SIDED])
@pytest.mark.parametrize(
    ("how", "low", "high"),
    [
        ({}, 1.5, 1.7),
        ({}, 1.6, 1.6),
        ({"scale": "million", "unit": "person"}, 1_513_333, 2_202_222),
        ({"unit": "percent"}, 0.0161, 0.0199),
        ({"rounding_unit": "0.5"}, 1.3, 1.9),
        ({"target": True}, 1.5, 1.7),
    ],
)
def test_met_by_is_where_reprinting_the_claim_as_v_would_be_met(
    qualifier, how, low, high
):
    number = Published(
        "2.000" if "rounding_unit" not in how else "2.0", qualifier=qualifier, **how
    )
    first, last = number.met_by(low, high)
    in_base = {"million": 1e6}.get(how.get("scale", ""), 1) / (
        100 if how.get("unit") == "percent" else 1
    )
    step = Decimal("0.001") if "rounding_unit" not in how else Decimal("0.5")
    for i in range(1, int(Decimal(4) / step)):
        v = i * step
        if any(
            abs(float(v) * in_base - edge) < 1e-9 * in_base for edge in (first, last)
        ):
            continue  # on the edge, which has no length
        expected = bool(
            Published(f"{v:f}", qualifier=qualifier, **how).asserts().meets(low, high)
        )
        assert (first < float(v) * in_base < last) == expected, v


def test_about_is_met_as_widely_as_it_asserts():
    assert Published("300000", qualifier="about", rounding_unit="10000").met_by(
        2e5, 3e5
    ) == (150_000, 350_000)


def test_fifteen_digits_are_read_with_any_place_of_as_many():
    long = Published("1" * 15, rounding_unit="0.00000000000001")
    assert ends(long.stands_for()) == (111_111_111_111_111, 111_111_111_111_111)


def test_a_number_shows_as_it_is_printed():
    assert (
        str(Published("30", unit="percent", qualifier="over", rounding_unit="1"))
        == "over 30 percent"
    )
    assert (
        str(Published("300000", qualifier="about", rounding_unit="10000"))
        == "about 300,000"
    )
    assert str(Published("", qualifier="vague")) == "in words only"


# Refusals -----------------------------------------------------------------------------

PLACE = "the digits {} do not say to which place they are rounded; give one such as {}"
DIGITS = "'{}' is not a number in plain digits, such as 2.59"
NONE = "a vague number has no digits; leave the cell empty"
BELOW = (
    "'-5' is below 0, but '{}' can be read only before a number of 0 or more; give the "
    "size of a fall as a quantity of its own, without the minus"
)
RANGE = "a range needs a high end, and no other number has one"


def case(field, sentence, printed="2.5", **how):
    """A number with these digits, the field at fault, and its sentence."""
    return pytest.param({"printed": printed, **how}, field, sentence)


@pytest.mark.parametrize(
    ("how", "field", "sentence"),
    [
        case(
            "qualifier",
            "'nearly' is not one of exact, about, over, at_least, up_to, approaches, "
            "expected, range, vague",
            qualifier="nearly",
        ),
        case(
            "scale",
            "'trillion' is not one of thousand, million, billion or empty",
            scale="trillion",
        ),
        *(
            case("printed", DIGITS.format(text), text)
            for text in ("2,500", "2.5e6", ".5", "5.", "+5", "--5", " 5", "nan", "٣")
        ),
        case(
            "printed_high",
            DIGITS.format("three"),
            printed_high="three",
            qualifier="range",
        ),
        case("rounding_unit", DIGITS.format("ten"), rounding_unit="ten"),
        case("rounding_unit_other", DIGITS.format("1e3"), rounding_unit_other="1e3"),
        case("printed", NONE, qualifier="vague"),
        case("printed_high", NONE, "", printed_high="2.5", qualifier="vague"),
        case("rounding_unit", NONE, "", rounding_unit="1", qualifier="vague"),
        case("printed", "the digits are missing; only a vague number has none", ""),
        case("printed_high", RANGE, qualifier="range"),
        case("printed_high", RANGE, printed_high="3.5"),
        case(
            "printed_high",
            "the low end 2.5 lies above the high end 2.4",
            printed_high="2.4",
            qualifier="range",
        ),
        # Of the noughts at the end all but one may be a place by convention; the one
        # proposed leaves a digit more.
        case("rounding_unit", PLACE.format("300000", "10000"), "300000"),
        case("rounding_unit", PLACE.format("30", "1"), "30"),
        case("rounding_unit", PLACE.format("2", "0.1"), "2", scale="million"),
        case("rounding_unit", "'0' is not above 0", rounding_unit="0"),
        case(
            "rounding_unit_other", "'-0.1' is not above 0", rounding_unit_other="-0.1"
        ),
        case("rounding_unit", "2.5 is not a multiple of 2", rounding_unit="2"),
        case(
            "printed",
            "the number has 31 digits; it may have at most 15",
            f"1{'0' * 30}",
            rounding_unit="1",
        ),
        case(
            "rounding_unit",
            "the number has 16 digits; it may have at most 15",
            rounding_unit="0.000000000000001",
        ),
        # From 0 up to -5, and from nine tenths of -5 to -5, there is nothing.
        case("printed", BELOW.format("up to"), "-5", unit="percent", qualifier="up_to"),
        case("printed", BELOW.format("approaches"), "-5", qualifier="approaches"),
    ],
)
def test_what_can_not_be_read_is_refused_by_field(how, field, sentence):
    with pytest.raises(FieldError) as refused:
        Published(**how)
    assert (refused.value.field, str(refused.value)) == (field, sentence)


def test_a_word_on_the_side_of_at_most_may_exclude_its_number(monkeypatch) -> None:
    # "Under 2 million" excludes 2 million, as "over" does on its side.
    under = Qualifier("at most", excludes_number=True)
    monkeypatch.setitem(QUALIFIERS, "under", under)
    number = Published("2", scale="million", qualifier="under", rounding_unit="1")
    assert number.asserts().holds(1_999_999)
    assert not number.asserts().holds(2_000_000)


def test_another_word_may_round_as_about_does(monkeypatch) -> None:
    # "Some 300,000" covers what rounds to it at the nearest hundred thousand.
    monkeypatch.setitem(QUALIFIERS, "some", Qualifier(rounds_freely=True))
    number = Published("300000", qualifier="some", rounding_unit="1000")
    assert number.asserts().holds(250_001)
    assert not number.asserts().holds(249_000)
