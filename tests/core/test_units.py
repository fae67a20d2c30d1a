"""The units: three look-alike dimensions that do not mix, names that round-trip, and numbers given with a unit."""

import itertools

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.core.units import BASE_UNITS, CONSTANTS, Quantity, UnitError, name_of, nearest, parse_unit, to_base


@pytest.mark.parametrize(("one", "two"), list(itertools.permutations(BASE_UNITS, 2)))
def test_no_two_base_units_can_be_added_or_compared(one, two):
    with pytest.raises(pint.DimensionalityError):
        Quantity(1, one) + Quantity(1, two)
    with pytest.raises(pint.DimensionalityError):
        assert Quantity(1, one) < Quantity(2, two)


def test_a_base_unit_does_not_mix_with_a_bare_number():
    with pytest.raises(pint.DimensionalityError):
        Quantity(1, "person") + 1


def test_a_ratio_joins_transfers_and_persons():
    persons = Quantity(2.0, "transfer") * Quantity(0.5, "person/transfer")
    assert (persons + Quantity(3.0, "person")).to("person").magnitude == 4.0  # 2 x 0.5 + 3


@pytest.mark.parametrize(("name", "unit"), [("persons_per_labourer", "person"), ("transfers_per_labourer", "transfer")])
def test_the_constants_turn_a_labourer_into_one_of_each(name, unit):
    value, per = CONSTANTS[name]
    assert Quantity(7.0, "labourer") * Quantity(value, per) == Quantity(7.0, unit)


@pytest.mark.parametrize(
    ("text", "factor"), [("percent", 0.01), ("%", 0.01), ("thousand", 1e3), ("million", 1e6), ("billion", 1e9)]
)
def test_percent_and_scales_are_plain_factors(text, factor):
    assert Quantity(1, text).to("dimensionless").magnitude == pytest.approx(factor, rel=1e-15)


@pytest.mark.parametrize("text", ["kiloperson", "kperson", "meter", "second", "2 person", "person +", "person/"])
def test_nothing_but_the_named_units_exists(text):
    with pytest.raises(UnitError, match="is not a known unit"):
        parse_unit(text)


@pytest.mark.parametrize(
    ("text", "near"), [("persn", "person"), ("percnt", "percent"), ("housholds", "household"), ("vilager", "villager")]
)
def test_an_unknown_unit_is_refused_with_the_nearest(text, near):
    with pytest.raises(UnitError) as refused:
        parse_unit(text)
    assert f"'{text}'" in str(refused.value)
    assert f"did you mean '{near}'" in str(refused.value)


def test_a_unit_in_another_case_is_the_nearest():
    with pytest.raises(UnitError, match="'USD'"):
        parse_unit("usd")


def test_a_plural_is_the_same_unit():
    assert parse_unit("transfers/person") == parse_unit("transfer/person")


units = st.lists(st.tuples(st.sampled_from(BASE_UNITS), st.sampled_from([-2, -1, 1, 2])), max_size=3)


@given(units)
def test_a_units_name_parses_back_to_the_same_unit(factors):
    unit = parse_unit("dimensionless")
    for name, power in factors:
        unit = unit * parse_unit(name) ** power
    name = name_of(unit)
    assert parse_unit(name) == unit
    assert " " not in name


def test_the_name_of_no_unit_is_dimensionless():
    assert name_of(parse_unit("person/person")) == "dimensionless"
    assert name_of(parse_unit("dimensionless")) == "dimensionless"


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("0.105", "dimensionless", 0.105),
        ("10.5 percent", "dimensionless", 0.105),
        ("10.5 %", "dimensionless", 0.105),
        ("0.35 million person", "person", 350_000.0),
        ("350 thousand person", "person", 350_000.0),
        ("2.5 billion USD", "USD", 2_500_000_000.0),
        ("0.35 million", "person", 350_000.0),
        ("0.9 person/transfer", "person/transfer", 0.9),
        ("0.9 person / transfer", "person/transfer", 0.9),
        ("-3", "person", -3.0),
        ("  1e3 ", "person", 1000.0),
        ("2 thousand thousand person", "person", 2_000_000.0),
    ],
)
def test_a_number_with_or_without_its_unit_comes_to_base_units(text, unit, expected):
    assert to_base(text, unit) == expected


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("five person", "person", ["five person", "not a number", "1 person"]),
        ("", "person", ["not a number"]),
        ("person", "person", ["not a number"]),
        ("5million", "person", ["5million", "not a number"]),
        ("5 transfer", "person", ["transfer", "not in person"]),
        ("5 percent", "person", ["not in person"]),
        ("5 labourer", "person", ["labourer", "not in person"]),
        ("5 persn", "person", ["persn", "did you mean 'person'"]),
        ("5 million prson", "person", ["prson", "did you mean 'person'"]),
    ],
)
def test_what_is_no_number_in_that_unit_is_refused(text, unit, words):
    with pytest.raises(UnitError) as refused:
        to_base(text, unit)
    for word in words:
        assert word in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_signaling_nan_is_no_number():
    with pytest.raises(UnitError):
        to_base("sNaN person", "person")


@given(st.integers(-(10**6), 10**6), st.sampled_from([("", 1), ("thousand", 10**3), ("million", 10**6)]))
def test_a_scale_multiplies(number, scale):
    word, factor = scale
    assert to_base(f"{number} {word} person", "person") == float(number * factor)


def test_nearest_lists_what_is_known_when_nothing_is_near():
    assert nearest("qqq", []) == ""
    assert nearest("qqq", ["b", "a"]) == "; known: a, b"
    many = [f"name_{i:02}" for i in range(13)]
    assert nearest("qqq", many).endswith("name_11, …")  # twelve of them, then the sign that there are more
    assert nearest("qqq", many[:12]).endswith("name_11")


@pytest.mark.parametrize("text", ["5 person**9**9**9", "50 percent person", "5 percent million person"])
def test_towers_of_powers_and_percentages_of_things_are_refused(text: str) -> None:
    with pytest.raises(UnitError):
        to_base(text, "person")


def test_a_percent_sign_is_a_percentage() -> None:
    assert to_base("10.5%", "dimensionless") == 0.105
