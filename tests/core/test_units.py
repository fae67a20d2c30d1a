"""The units: three look-alike dimensions that do not mix, names that round-trip, and
numbers given with a unit.
"""

import itertools
import re

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.core.units import (
    BASE_UNITS,
    CONSTANTS,
    Quantity,
    name_of,
    nearest,
    parse_unit,
    read_number,
)


@pytest.mark.parametrize(("one", "two"), list(itertools.permutations(BASE_UNITS, 2)))
def test_no_two_base_units_can_be_added_or_compared(one, two):
    with pytest.raises(pint.DimensionalityError):
        Quantity(1, one) + Quantity(1, two)
    with pytest.raises(pint.DimensionalityError):
        assert Quantity(1, one) < Quantity(2, two)


def test_a_ratio_joins_transfers_and_persons():
    persons = Quantity(2.0, "transfer") * Quantity(0.5, "person/transfer")
    assert (persons + Quantity(3.0, "person")).to(
        "person"
    ).magnitude == 4.0  # 2 x 0.5 + 3


@pytest.mark.parametrize(
    ("name", "unit"),
    [("persons_per_labourer", "person"), ("transfers_per_labourer", "transfer")],
)
def test_the_constants_turn_a_labourer_into_one_of_each(name, unit):
    value, per = CONSTANTS[name]
    assert Quantity(7.0, "labourer") * Quantity(value, per) == Quantity(7.0, unit)


@pytest.mark.parametrize(
    ("text", "factor"),
    [
        ("percent", 0.01),
        ("%", 0.01),
        ("thousand", 1e3),
        ("million", 1e6),
        ("billion", 1e9),
    ],
)
def test_percent_and_scales_are_plain_factors(text, factor):
    assert Quantity(1, text).to("dimensionless").magnitude == pytest.approx(
        factor, rel=1e-15
    )


@pytest.mark.parametrize(
    "text",
    ["kiloperson", "kperson", "meter", "second", "2 person", "person +", "person/"],
)
def test_nothing_but_the_named_units_exists(text):
    with pytest.raises(ValueError, match="is not a known unit"):
        parse_unit(text)


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("persn", "person"),
        ("percnt", "percent"),
        ("housholds", "household"),
        ("usd", "USD"),
    ],
)
def test_an_unknown_unit_is_refused_with_the_nearest(text, near):
    with pytest.raises(ValueError, match="unit") as refused:
        parse_unit(text)
    assert str(refused.value) == f"'{text}' is not a known unit. Did you mean '{near}'?"


units = st.lists(
    st.tuples(st.sampled_from(BASE_UNITS), st.sampled_from([-2, -1, 1, 2])), max_size=3
)


@given(units)
def test_a_units_name_parses_back_to_the_same_unit(factors):
    unit = parse_unit("dimensionless")
    for name, power in factors:
        unit = unit * parse_unit(name) ** power
    name = name_of(unit)
    assert parse_unit(name) == unit
    assert " " not in name
    assert name_of(unit / unit) == "dimensionless"


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
        ("400,000", "person", 400_000.0),
        ("5million", "person", 5_000_000.0),
        (".5", "dimensionless", 0.5),
        ("10.5%", "dimensionless", 0.105),
        # With a comma, or with a scale, three digits are read in one way only.
        ("400,000 person", "person", 400_000.0),
        ("0.400", "person", 0.4),
        ("1.500 million", "person", 1_500_000.0),
        ("10.500%", "dimensionless", 0.105),
        ("1.500 month", "month", 1.5),
    ],
)
def test_a_number_with_or_without_its_unit_comes_to_base_units(text, unit, expected):
    assert read_number(text, unit) == expected


NUMBER = "'{}' is not a number. Write a number with its unit, such as '1 person'."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        *(
            (text, NUMBER.format(text))
            for text in ("five person", "", "person", "--5", "nan", "inf", "1e999")
        ),
        (
            "5 transfer",
            "'5 transfer' is in the unit 'transfer', but the number must be in "
            "'person'.",
        ),
        (
            "5 percent",
            "'5 percent' is in the unit 'percent', but the number must be in 'person'.",
        ),
        ("5 persn", "'persn' is not a known unit. Did you mean 'person'?"),
        ("5 million prson", "'prson' is not a known unit. Did you mean 'person'?"),
        (
            "0.6 million millions",
            "'0.6 million millions' has more than one word such as million. Write one "
            "of them at most, right after the digits.",
        ),
        (
            "5 percent million",
            "'5 percent million' is a percentage of something. Give the number itself, "
            "in the unit 'person'.",
        ),
    ],
)
def test_what_is_no_number_in_that_unit_is_refused(text, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        read_number(text, "person")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("400.000", "person"),
        ("-400.000", "person"),
        ("400.000 person", "person"),
        ("1/2.000", "transfer"),
        # 3.174 million is written with a comma where a comma marks decimals.
        ("3,174 million", "person"),
        ("1,000", "dimensionless"),
    ],
)
def test_a_text_that_could_be_two_numbers_is_refused(text, unit):
    sentence = f"'{text}' can be read as two different numbers."
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)} Write numbers as in"):
        read_number(text, unit)


@pytest.mark.parametrize("text", ["0,6", "400 000", "400'000", "4,00", "1.000.000"])
def test_a_number_with_the_marks_of_other_languages_is_told_how_to_write_it(text):
    with pytest.raises(ValueError, match=r"as in 0\.6, .*, as in 400,000 or 400000\.$"):
        read_number(text, "person")


@pytest.mark.parametrize("text", ["300,000-600,000", "0.3 to 0.4", "1 and 2 person"])
def test_a_span_is_refused_where_one_number_is_asked_for(text):
    said = f"'{text}' has more than one number. Write one of them."
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        read_number(text, "person")


@pytest.mark.parametrize("text", ["0.4 milion person", "0.4 milion"])
def test_a_misspelt_scale_is_named_without_the_unit_behind_it(text):
    sentence = "^'milion' is not a known unit. Did you mean 'million'[?]$"
    with pytest.raises(ValueError, match=sentence):
        read_number(text, "person")


@pytest.mark.parametrize(
    ("text", "unit", "hint"),
    [
        (
            "0.6x",
            "person/transfer",
            "The number must be in 'person/transfer': write '0.6 person/transfer'.",
        ),
        ("0.6 ppl/transfer", "person/transfer", "Did you mean 'person/transfer'?"),
        ("1/2 million y", "person", "The number must be in 'person': write '1/2 milli"),
        # A near name of another unit would be refused in its turn.
        ("5 persns", "transfer", "The number must be in 'transfer': write '5 transfer"),
        ("0.5x", "dimensionless", "This number has no unit: write '0.5'."),
        ("5 percnt", "dimensionless", "Did you mean 'percent'?"),
    ],
)
def test_a_number_with_an_unknown_unit_is_told_its_own(text, unit, hint):
    with pytest.raises(ValueError, match=f"is not a known unit. {re.escape(hint)}"):
        read_number(text, unit)


@pytest.mark.parametrize(
    "text",
    [
        "5 person**9**9**9",
        "5 (person)",
        "5 person+person",
        f"5 {'person*' * 20}person",
    ],
)
def test_no_unit_is_computed_from_a_text_that_is_no_name(text):
    with pytest.raises(ValueError, match="is not a known unit"):
        read_number(text, "person")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("o.6", "0.6"),
        ("6OO000", "600000"),
        ("6OO,000 person", "600,000 person"),
        ("l0 percent", "10 percent"),
    ],
)
def test_a_letter_in_place_of_a_digit_is_named(text, meant):
    said = f"'{text}' has a letter in place of a digit. Did you mean '{meant}'?"
    with pytest.raises(ValueError, match=re.escape(said)):
        read_number(text, "person")


def test_a_unit_is_demanded_where_the_quantity_has_one():
    with pytest.raises(ValueError, match=r"^'5' has no unit\. Each number in a file"):
        read_number("5", "person", with_unit=True)
    assert read_number("5 person", "person", with_unit=True) == 5
    assert read_number("0.5", "dimensionless", with_unit=True) == 0.5


@given(
    st.integers(-(10**6), 10**6),
    st.sampled_from([("", 1), ("thousand", 10**3), ("million", 10**6)]),
)
def test_a_scale_multiplies(number, scale):
    word, factor = scale
    assert read_number(f"{number} {word} person", "person") == float(number * factor)


def test_nearest_lists_what_is_known_when_nothing_is_near():
    assert nearest("qqq", []) == "."
    assert nearest("qqq", ["b", "a"]) == ". Choose one of these: a, b."


def test_a_list_that_is_cut_says_where_the_rest_is():
    names = [*"abcdefghijklm"]
    cut = ". Choose one of these: a, b, c, d, e, f, g, h, i, j, k, l, …."
    assert nearest("qqq", names) == cut
    assert nearest("qqq", names, "the book") == f"{cut} The whole list is in the book."
    assert nearest("qqq", names[:12], "the book") == cut.replace(", …", "")
    many = [f"name_{i:02}" for i in range(13)]
    # Twelve of them, then the sign that there are more.
    assert nearest("qqq", many).endswith("name_11, ….")
    assert nearest("qqq", many[:12]).endswith("name_11.")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("400k", "400 thousand person"),
        ("0.4m", "0.4 million person"),
        ("0.4 Mio persons", "0.4 million person"),
        ("1.5bn person", "1.5 billion person"),
    ],
)
def test_a_letter_in_place_of_a_scale_is_told_the_scale(text: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"write '{meant}'[.]$"):
        read_number(text, "person")
    # A share has no scale.
    with pytest.raises(ValueError, match="This number has no unit"):
        read_number("0.4m", "dimensionless")
