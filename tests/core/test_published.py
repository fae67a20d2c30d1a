"""A printed number: what its digits stand for, what its words assert, and the forms that are refused."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.core.published import APPROACHES_TOLERANCE, QUALIFIERS, Interval, Published, PublishedError

SIDED = ("over", "at_least", "up_to", "approaches")
PLAIN = ("exact", "about")


def ends(interval):
    return interval.low, interval.high


# What the digits stand for ----------------------------------------------------------------------------------------


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
def test_a_number_stands_for_all_that_rounds_to_its_digits(digits, how, low, high, qualifier):
    found = Published(digits, qualifier=qualifier, **how).stands_for()
    assert ends(found) == pytest.approx((low, high), rel=1e-14)
    assert (found.low_open, found.high_open) == (False, False)


def test_a_number_below_zero_stands_for_what_rounds_to_it():
    assert ends(Published("-3.5").stands_for()) == pytest.approx((-3.55, -3.45))


def test_a_target_stands_for_its_digits_alone():
    assert ends(Published("2.2", scale="million", target=True).stands_for()) == (2_200_000, 2_200_000)
    target = Published("30", target=True, rounding_unit="1", rounding_unit_other="10")
    assert ends(target.stands_for(other=True)) == (30, 30)


def test_the_other_place_is_taken_only_when_asked_for_and_only_where_there_is_one():
    number = Published("300000", rounding_unit="10000", rounding_unit_other="100000")
    assert ends(number.stands_for()) == (295_000, 305_000)
    assert ends(number.stands_for(other=True)) == (250_000, 350_000)
    assert ends(number.asserts(other=True)) == (250_000, 350_000)
    alone = Published("300000", rounding_unit="10000")
    assert ends(alone.stands_for(other=True)) == (295_000, 305_000)


def test_one_place_serves_both_ends_of_a_range():
    both = Published("2", "2.5", scale="million", qualifier="range", rounding_unit="0.1", rounding_unit_other="0.5")
    assert ends(both.stands_for("low")) == (1_950_000, 2_050_000)
    assert ends(both.stands_for("high")) == (2_450_000, 2_550_000)
    assert ends(both.asserts("low")) == (1_950_000, 2_050_000)
    assert ends(both.asserts("high", other=True)) == (2_250_000, 2_750_000)
    assert (both.value("low"), both.value("high"), both.value()) == (2_000_000, 2_500_000, 2_000_000)


def test_a_range_without_a_named_place_rounds_each_end_to_its_own_digits():
    both = Published("1.5", "2.25", qualifier="range")
    assert ends(both.stands_for("low")) == pytest.approx((1.45, 1.55))
    assert ends(both.stands_for("high")) == pytest.approx((2.245, 2.255))


decimals = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=3)
scales = st.sampled_from([("", 1), ("thousand", 10**3), ("million", 10**6), ("billion", 10**9)])
percents = st.sampled_from(["dimensionless", "percent"])


@given(decimals, scales, percents, st.sampled_from([*PLAIN, *SIDED]), st.booleans())
def test_a_number_stands_for_itself_and_its_value_is_its_digits(digits, scale, unit, qualifier, target):
    assume(digits > 0 or qualifier not in ("up_to", "approaches"))
    number = Published(f"{digits:f}", scale=scale[0], unit=unit, qualifier=qualifier, target=target)
    exact = Fraction(digits) * scale[1] / (100 if unit == "percent" else 1)
    assert number.value() == float(exact)
    assert number.stands_for().low <= number.value() <= number.stands_for().high
    assert number.stands_for().holds(number.value())


@given(st.integers(0, 10**6), st.integers(0, 5), scales)
def test_any_decimal_form_keeps_its_digits_and_their_place(whole, places, scale):
    digits = f"{Decimal(whole).scaleb(-places):f}"
    assume("." in digits)
    number = Published(digits, scale=scale[0])
    assert number.printed == digits
    half = Fraction(1, 2 * 10**places) * scale[1]
    middle = Fraction(whole, 10**places) * scale[1]
    assert ends(number.stands_for()) == (float(middle - half), float(middle + half))
    assert str(number).split(" ")[0].replace(",", "") == digits


@given(st.integers(-(10**7), 10**7), st.integers(1, 4))
def test_what_rounds_to_the_digits_is_what_it_stands_for(thousandths, places):
    """Rounding with the decimal module, either way on a tie, gives the digits exactly for values in the interval."""
    value = Decimal(thousandths).scaleb(-5)
    place = Decimal(1).scaleb(-places)
    for rounding in ("ROUND_HALF_UP", "ROUND_HALF_DOWN"):
        digits = value.quantize(place, rounding=rounding)
        assert Published(f"{digits:f}").stands_for().holds(float(value))
        for off in (digits + place, digits - place):
            tie = abs(off - value) * 2 == place
            assert bool(Published(f"{off:f}").stands_for().holds(float(value))) == tie


# What the words assert --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("qualifier", PLAIN)
def test_exact_and_about_assert_what_they_stand_for(qualifier):
    number = Published("2.59", scale="million", qualifier=qualifier)
    assert number.asserts() == number.stands_for()


@pytest.mark.parametrize(
    ("qualifier", "yes", "no"),
    [
        ("over", [2_000_001, 1e12], [2_000_000, 1_999_999, 0, -1]),
        ("at_least", [2_000_000, 1e12], [1_999_999, 0]),
        ("up_to", [0, 1, 2_000_000], [2_000_001, -1]),
        # 10 percent below two million is 1.8 million, which still counts; two million itself does not
        ("approaches", [1_800_000, 1_999_999], [1_799_999, 2_000_000, 2_000_001]),
        ("exact", [1_950_000, 2_000_000, 2_050_000], [1_949_999, 2_050_001]),
        ("about", [1_950_000, 2_050_000], [1_949_999, 2_050_001]),
    ],
)
def test_what_a_value_must_be_to_satisfy_the_words(qualifier, yes, no):
    asserted = Published("2.0", scale="million", unit="person", qualifier=qualifier).asserts()
    assert asserted.holds(np.array(yes, float)).all()
    assert not asserted.holds(np.array(no, float)).any()
    assert not asserted.holds(math.nan)
    assert not asserted.holds(-math.inf)


def test_the_tolerance_of_approaches_is_a_tenth():
    assert Decimal("0.10") == APPROACHES_TOLERANCE


def test_a_vague_number_asserts_nothing_of_its_own():
    with pytest.raises(PublishedError, match="vague") as refused:
        Published("", qualifier="vague").asserts()
    assert refused.value.field == "printed"


@pytest.mark.parametrize(
    ("qualifier", "kind"),
    [
        ("exact", "point"), ("about", "point"), ("over", "floor"), ("at_least", "floor"), ("up_to", "ceiling"),
        ("approaches", "ceiling"), ("range", "range"), ("vague", "none"),
    ],
)  # fmt: skip
def test_the_kind_says_on_which_side_there_is_room(qualifier, kind):
    printed = "" if qualifier == "vague" else "2.5"
    assert Published(printed, "3.5" if qualifier == "range" else "", qualifier=qualifier).kind == kind


def test_every_qualifier_has_a_case_above():
    assert set(QUALIFIERS) == {*PLAIN, *SIDED, "range", "vague"}


def test_a_tie_in_decimals_stays_a_tie_in_floats():
    # 0.1 + 0.2 is 0.30000000000000004 as a float; the printed 0.25 (0.1) stands for 0.2 to 0.3
    assert Published("0.25", rounding_unit="0.05").stands_for().high == 0.275
    assert Published("0.2", rounding_unit="0.2").stands_for().holds(0.1 + 0.2)
    assert not Published("0.3", qualifier="over").asserts().holds(0.1 + 0.2)
    assert Published("0.3", qualifier="at_least").asserts().holds(0.8 - 0.5)


# Intervals --------------------------------------------------------------------------------------------------------


@given(st.integers(-5, 5), st.integers(0, 5), st.booleans(), st.booleans(), st.integers(-12, 12), st.integers(0, 12))
def test_an_interval_meets_values_when_some_value_among_them_lies_in_it(low, width, low_open, high_open, start, length):
    """Brute force over quarters: whole ends, so that a quarter lies inside any open gap there is."""
    interval = Interval(low, low + width, low_open, high_open)
    first, last = start / 2, (start + length) / 2

    def inside(x):
        above = x > low if low_open else x >= low
        return above and (x < low + width if high_open else x <= low + width)

    steps = np.arange(first, last + 0.125, 0.25)
    expected = any(inside(x) for x in steps)
    if not (width == 0 and (low_open or high_open)):
        assert bool(interval.meets(first, last)) == expected
    assert interval.holds(steps).tolist() == [inside(x) for x in steps]


def test_an_interval_keeps_the_shape_of_what_it_is_asked():
    held = Interval(0, 1).holds(np.array([[0.5, 2.0, -1.0], [1.0, 0.0, math.nan]]))
    assert held.tolist() == [[True, False, False], [True, True, False]]


# From which to which printed value the words would be met ---------------------------------------------------------


def _met(digits, how, qualifier, low, high):
    """Whether the words, printed with other digits in the same form, meet some value from low to high."""
    return bool(Published(digits, qualifier=qualifier, **how).asserts().meets(low, high))


@pytest.mark.parametrize("qualifier", [*PLAIN, *SIDED])
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
def test_met_by_is_where_reprinting_the_claim_as_v_would_be_met(qualifier, how, low, high):
    number = Published("2.000" if "rounding_unit" not in how else "2.0", qualifier=qualifier, **how)
    first, last = number.met_by(low, high)
    in_base = {"million": 1e6}.get(how.get("scale", ""), 1) / (100 if how.get("unit") == "percent" else 1)
    step = Decimal("0.001") if "rounding_unit" not in how else Decimal("0.5")
    for i in range(1, int(Decimal(4) / step)):
        v = i * step
        if any(abs(float(v) * in_base - edge) < 1e-9 * in_base for edge in (first, last)):
            continue  # on the edge, which has no length
        expected = _met(f"{v:f}", how, qualifier, low, high)
        assert (first < float(v) * in_base < last) == expected, v


def test_met_by_takes_the_named_end_of_a_range():
    both = Published("2", "2.5", qualifier="range", rounding_unit="0.5")
    assert both.met_by(2.1, 2.2, "low") == pytest.approx((1.85, 2.45))  # half of 0.5 to each side
    mixed = Published("1.5", "2.25", qualifier="range")
    assert mixed.met_by(2.1, 2.2, "low") == pytest.approx((2.05, 2.25))  # half of 0.1
    assert mixed.met_by(2.1, 2.2, "high") == pytest.approx((2.095, 2.205))  # half of 0.01


def test_values_below_zero_meet_no_up_to():
    first, last = Published("2.0", qualifier="up_to").met_by(-3.0, -1.0)
    assert not first < last


# In words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (Published("2.59", scale="million", unit="person"), "2.59 million"),
        (Published("10.5", unit="percent"), "10.5 percent"),
        (Published("30", unit="percent", qualifier="over", rounding_unit="1"), "over 30 percent"),
        (Published("300000", unit="person", qualifier="about", rounding_unit="10000"), "about 300,000"),
        (Published("1.6", scale="million", qualifier="up_to"), "up to 1.6 million"),
        (Published("2.2", scale="million", qualifier="at_least"), "at least 2.2 million"),
        (Published("2.0", scale="million", qualifier="approaches"), "approaches 2.0 million"),
        (Published("2", "2.5", scale="million", qualifier="range", rounding_unit="0.5"), "2 to 2.5 million"),
        (Published("1234567.50"), "1,234,567.50"),
        (Published("", qualifier="vague"), "in words only"),
        (Published("-12.5"), "-12.5"),
        (Published("1.50", scale="thousand"), "1.50 thousand"),
    ],
)
def test_a_number_shows_as_it_is_printed(number, words):
    assert str(number) == words


def test_a_number_between_minus_one_and_zero_keeps_its_sign():
    assert str(Published("-0.5", unit="percent")) == "-0.5 percent"


# Refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "field", "words"),
    [
        ({"printed": "2.5", "qualifier": "nearly"}, "qualifier", ["nearly", "exact", "vague"]),
        ({"printed": "2.5", "scale": "trillion"}, "scale", ["trillion", "million"]),
        ({"printed": "2,500"}, "printed", ["2,500", "plain digits"]),
        ({"printed": "2.5e6"}, "printed", ["2.5e6"]),
        ({"printed": ".5"}, "printed", [".5"]),
        ({"printed": "5."}, "printed", ["5."]),
        ({"printed": "+5"}, "printed", ["+5"]),
        ({"printed": "--5"}, "printed", ["--5"]),
        ({"printed": " 5"}, "printed", [" 5"]),
        ({"printed": "nan"}, "printed", ["nan"]),
        ({"printed": "2.5", "printed_high": "three", "qualifier": "range"}, "printed_high", ["three"]),
        ({"printed": "2.5", "rounding_unit": "ten"}, "rounding_unit", ["ten"]),
        ({"printed": "2.5", "rounding_unit_other": "1e3"}, "rounding_unit_other", ["1e3"]),
        ({"printed": "2.5", "qualifier": "vague"}, "printed", ["no digits"]),
        ({"printed": "", "printed_high": "2.5", "qualifier": "vague"}, "printed_high", ["no digits"]),
        ({"printed": "", "rounding_unit": "1", "qualifier": "vague"}, "rounding_unit", ["no digits"]),
        ({"printed": "", "rounding_unit_other": "1", "qualifier": "vague"}, "rounding_unit_other", ["no digits"]),
        ({"printed": ""}, "printed", ["missing"]),
        ({"printed": "2.5", "qualifier": "range"}, "printed_high", ["high end"]),
        ({"printed": "2.5", "printed_high": "3.5", "qualifier": "exact"}, "printed_high", ["high end"]),
        ({"printed": "2.5", "printed_high": "2.4", "qualifier": "range"}, "printed_high", ["2.5", "above", "2.4"]),
        # the digits do not say their place: the message proposes the one a digit left of the zeros allows
        ({"printed": "300000"}, "rounding_unit", ["300000", "such as 10000"]),
        ({"printed": "30"}, "rounding_unit", ["30", "such as 1"]),
        ({"printed": "0"}, "rounding_unit", ["0"]),
        ({"printed": "2", "scale": "million"}, "rounding_unit", ["2", "such as 0.1"]),
        ({"printed": "2.5", "printed_high": "3", "scale": "million", "qualifier": "range"}, "rounding_unit", ["3"]),
        ({"printed": "300000", "target": True}, "rounding_unit", ["300000"]),
        ({"printed": "2.5", "rounding_unit": "0"}, "rounding_unit", ["above 0"]),
        ({"printed": "2.5", "rounding_unit": "-0.1"}, "rounding_unit", ["above 0"]),
        ({"printed": "2.5", "rounding_unit_other": "0.0"}, "rounding_unit_other", ["above 0"]),
        ({"printed": "2.5", "rounding_unit": "2"}, "rounding_unit", ["2.5", "no multiple of 2"]),
        (
            {"printed": "2", "printed_high": "2.5", "qualifier": "range", "rounding_unit": "1"},
            "rounding_unit",
            ["2.5", "no multiple of 1"],
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_field(how, field, words):
    with pytest.raises(PublishedError) as refused:
        Published(**how)
    assert refused.value.field == field
    for word in words:
        assert word in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("how", [{"printed": "7"}, {"printed": "305"}, {"printed": "10.0"}, {"printed": "300000.0"}])
def test_digits_that_say_their_place_need_no_rounding_unit(how):
    assert Published(**how).printed == how["printed"]


def test_a_number_of_forty_digits_is_read_or_refused_by_field():
    assert _value_or_field("1" * 40, rounding_unit="0.1") in (float("1" * 40), "printed", "rounding_unit")


def _value_or_field(printed, **how):
    try:
        return Published(printed, **how).value()
    except PublishedError as refused:
        return refused.field


@pytest.mark.parametrize("qualifier", ["up_to", "approaches"])
def test_a_ceiling_below_zero_is_refused(qualifier):
    """Its words would claim an interval whose low end lies above its high end."""
    with pytest.raises(PublishedError, match=r"-5") as refused:
        Published("-5", qualifier=qualifier)
    assert refused.value.field in ("printed", "qualifier")


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (
            {"printed": "2", "qualifier": "roughly"},
            f"'roughly' is not one of {', '.join(QUALIFIERS)}",
        ),
        (
            {"printed": "1234567890.123456"},
            "'1234567890.123456' has more than the 15 digits that can be computed with",
        ),
        ({"printed": "2", "qualifier": "vague"}, "a vague number has no digits; leave the cell empty"),
        ({"printed": ""}, "the digits are missing; only a vague number has none"),
        ({"printed": "2", "printed_high": "3"}, "a range has a high end, and nothing else has one"),
        # Of the noughts at the end all but one may be a place by convention; the one proposed leaves a digit more.
        ({"printed": "300000"}, "the digits 300000 do not say to which place they are rounded; give one such as 10000"),
        ({"printed": "40"}, "the digits 40 do not say to which place they are rounded; give one such as 1"),
        (
            {"printed": "2", "scale": "million"},
            "the digits 2 do not say to which place they are rounded; give one such as 0.1",
        ),
    ],
)
def test_a_refusal_says_what_would_be_right(how, message):
    with pytest.raises(PublishedError) as refused:
        Published(**how)
    assert str(refused.value) == message


def test_the_most_digits_that_a_float_holds_are_taken():
    assert Published("123456789.012345").value() == 123456789.012345


def test_both_ends_of_a_range_may_be_the_same():
    assert Published("3", "3", qualifier="range").value("high") == 3


@pytest.mark.parametrize("qualifier", ["up_to", "approaches"])
def test_a_ceiling_of_nought_is_taken(qualifier):
    assert Published("0", qualifier=qualifier, rounding_unit="1").asserts().high == 0


def test_the_ends_of_a_range_have_places_and_claims_of_their_own():
    one = Published("1.5", "2.25", qualifier="range")
    assert (one.place("low"), one.place("high")) == (0.1, 0.01)
    # half a place to each side: 2.25 - 0.005 and 2.25 + 0.005
    assert ends(one.asserts("high")) == pytest.approx((2.245, 2.255))
    assert one.value("high") == 2.25


def test_a_vague_number_says_why_it_asserts_nothing():
    with pytest.raises(PublishedError, match=r"^a vague number asserts only what its assumption carries$"):
        Published("", qualifier="vague").asserts()


def test_a_value_of_nought_meets_every_up_to_and_values_below_it_none():
    one = Published("2", qualifier="up_to")
    assert one.met_by(-1, 0) == (-1, math.inf)
    assert one.met_by(-2, -1) == (math.inf, -math.inf)


@pytest.mark.parametrize("words", [["1", "2"], [True, False]])
def test_an_interval_computes_with_floats_whatever_it_is_given(words):
    assert Interval(1, 1).holds(np.array(words)).tolist() == [True, False]


def test_a_place_is_the_finer_one_where_there_are_two():
    assert Published("300000", rounding_unit="10000", rounding_unit_other="100000").place() == 10000
