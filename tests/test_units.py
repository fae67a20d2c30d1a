"""Units, proved on every formula and alias with pint, and read from texts."""

import pint
import pytest

from analysis import SettingError


def registry(units):
    """A registry in which each simple unit has a dimension of its own."""
    result = pint.UnitRegistry(None)
    result.define("percent = 0.01")
    for unit in {*"/".join(units).split("/")} - {"dimensionless", "percent"}:
        result.define(f"{unit} = [{unit}]")
    return result


def test_every_formula_and_alias_gives_the_unit_that_the_data_declare(article):
    book, count = article.book, 0
    known = registry(map(book.base_unit, book.quantities))
    for name, readings in book.readings.items():
        for reading, source in readings.items():
            if source.formula:
                needs = []
                for place, need in enumerate(source.needs, 5):
                    needs.append(known.Quantity(0.1 * place, book.base_unit(need)))
                result = known.Quantity(source.formula(*needs))
                unit = known.Unit(book.base_unit(name))
                assert result.dimensionality == unit.dimensionality, (name, reading)
                count += 1
    assert count > 50


UNLIKE = ["person", "transfer", "labourer", "household", "person/transfer"]


@pytest.mark.parametrize("unit", UNLIKE)
def test_persons_transfers_and_labourers_never_mix(article, unit):
    for name in ("at_risk_2019", "transfers_2019", "labourers_2019"):
        if article.book.base_unit(name) != unit:
            with pytest.raises(SettingError, match=article.book.base_unit(name)):
                article.change(**{name: f"2.7 million {unit}s"})


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("transfers_2021", "3.174 million transfers", 3_174_000),
        ("transfers_2021", "3.174 million", 3_174_000),
        ("transfers_2021", "3,174,000 transfer", 3_174_000),
        ("at_risk_2019", "1.9E6", 1_900_000),
        ("former_detainees", "350 thousand person", 350_000),
        ("growth_2019_2021", "15.4 percent", 0.154),
        ("growth_2019_2021", "15.4%", 0.154),
        ("persons_per_transfer", "0.6 persons per transfer", 0.6),
        ("persons_per_transfer", "0.6 person/transfer", 0.6),
    ],
)
def test_a_text_is_read_in_base_units(article, name, text, value):
    assert article.change(**{name: text})[name] == pytest.approx(value, rel=1e-15)
