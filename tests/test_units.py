"""Units, proved on every formula."""

import pint
import pytest

from analysis import units
from analysis.model import Formula, same


def formulas(model):
    for name, readings in model.readings.items():
        for reading, source in readings.items():
            if isinstance(source, Formula) and source.function is not same:
                yield name, reading, source


def test_every_formula_gives_the_unit_that_the_data_declare(article):
    model, count = article.model, 0
    known = frozenset(model.units.values())
    for name, reading, formula in formulas(model):
        given = [model.units[need] for need in formula.needs]
        found = units.unit_of(formula.function, given, known)
        assert units.is_unit(found, model.units[name], known), (name, reading)
        count += 1
    assert count > 60


def test_persons_transfers_and_labourers_never_mix():
    known = frozenset(["person", "transfer", "labourer"])
    for pair in (("person", "transfer"), ("transfer", "labourer")):
        with pytest.raises(pint.DimensionalityError):
            units.read(f"1 {pair[0]}", pair[1], known)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("3.174 million transfer", "transfer", 3_174_000),
        ("12 thousand person", "person", 12_000),
        ("15.4 percent", "dimensionless", 0.154),
    ],
)
def test_a_text_is_read_in_base_units(text, unit, value):
    assert units.read(text, unit, frozenset([unit])) == pytest.approx(value)
