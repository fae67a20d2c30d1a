"""This module checks units with pint, on made-up values, when a model is built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from analysis.core.errors import RegisterError
from analysis.core.register import Register
from analysis.core.rows import BARE
from analysis.core.units import (
    CONSTANTS,
    DimensionalityError,
    Quantity,
    name_of,
    parse_unit,
)
from analysis.model.expressions import Expression
from analysis.model.plan import ModelError
from analysis.model.readings import Sources, each
from analysis.model.source import Source


@cache
def unit_of(expression: Expression, *units: str) -> str:
    """The unit of an expression whose names have the given units.

    Raises DimensionalityError where the expression adds or compares unlike units.
    """
    # The values are arbitrary and distinct, so that no denominator cancels to zero.
    values = [
        Quantity(0.37 + 0.2236 * place, parse_unit(unit))
        for place, unit in enumerate(units)
    ]
    result = expression.compiled(*values)
    if not isinstance(result, Quantity):
        return "dimensionless"
    return name_of(result.units)


class _Computed(NamedTuple):
    """A reading that is computed from other quantities."""

    quantity: str
    reading: str
    source: Source

    @property
    def name(self) -> str:
        return called(self.quantity, self.reading)


def units_of(register: Register, sources: Sources) -> dict[str, str]:
    """The base unit of every quantity.

    Raises RegisterError if two sources of one quantity have unlike units, or if
    quantities need each other in a circle.
    """
    units = {name: unit for name, (_, unit) in CONSTANTS.items()}
    for claim in register.claims.values():
        ends = ("", "_low", "_high") if claim.qualifier == "range" else ("",)
        for end in ends:
            with register.refusing(claim, "unit"):
                _settle(units, f"{claim.quantity}{end}", claim.base_unit, "this row")
    for assumption in register.assumptions.values():
        with register.refusing(assumption, "unit"):
            _settle(units, assumption.id, assumption.unit, "this entry")
    # Formulas come first, so that they settle the units of their quantities before
    # readings that take the value of another quantity.
    computed = [_Computed(*row) for row in each(sources) if not row[2].is_leaf]
    pending = sorted(computed, key=lambda reading: bool(reading.source.alias_of))
    while pending:
        ready = [
            reading for reading in pending if units.keys() >= {*reading.source.needs}
        ]
        if not ready:
            raise _circle(register, {reading.quantity for reading in pending})
        for reading in ready:
            _settle_computed(register, units, reading)
        pending = [reading for reading in pending if reading not in ready]
    return units


def _settle(units: dict[str, str], quantity: str, unit: str, giver: str) -> None:
    """Note the unit of a quantity, or refuse a unit unlike one noted before."""
    settled = units.setdefault(quantity, unit)
    if not parse_unit(settled).is_compatible_with(parse_unit(unit)):
        raise ModelError(f"{quantity} is in {settled}, but {giver} gives {unit}")


def _settle_computed(
    register: Register, units: dict[str, str], computed: _Computed
) -> None:
    quantity, reading, source = computed
    row, field = None, "formulas"
    if source.alias_of:
        row, field = register.readings[quantity, reading], "same_as"
    with register.refusing(row, field):
        _settle(units, quantity, _unit(units, computed), computed.name)


def _circle(register: Register, pending: Iterable[str]) -> RegisterError:
    """The error that refuses quantities that need each other in a circle.

    If a row of readings.csv gives one of the quantities the value of another, the error
    names that row.
    """
    quantities = sorted(pending)
    names = ", ".join(quantities)
    message = f"{names} need each other in a circle, so nothing supplies them"
    for row in register.readings.values():
        if row.quantity in quantities and row.same_as in quantities:
            return register.refuse(row, "same_as", message)
    return register.refuse(None, "formulas", f"the formulas of {message}")


def _unit(units: Mapping[str, str], computed: _Computed) -> str:
    """The unit of a computed reading, from the units of what it needs."""
    source = computed.source
    if source.expression is None:
        return _unit_of_alias(units, computed)
    try:
        return unit_of(source.expression, *(units[need] for need in source.needs))
    except ZeroDivisionError:
        raise ModelError(f"the formula {computed.name} divides by zero") from None
    except DimensionalityError as error:
        unlike = f"adds or compares unlike units ({error.units1} and {error.units2})"
        needs = ", ".join(f"{need} in {units[need]}" for need in source.needs)
        raise ModelError(
            f"the formula {computed.name} {unlike}; it is given {needs}"
        ) from None


def _unit_of_alias(units: Mapping[str, str], computed: _Computed) -> str:
    """The unit of a reading that takes another quantity's value.

    The reading has the unit of the quantity that it takes, or that unit multiplied or
    divided by the unit of a constant.
    """
    taken = units[computed.source.alias_of]
    wanted = units.get(computed.quantity, taken)
    ratio = parse_unit(wanted) / parse_unit(taken)
    for _, constant in CONSTANTS.values():
        unit = parse_unit(constant)
        if (ratio / unit).dimensionless or (ratio * unit).dimensionless:
            return wanted
    return taken


def called(quantity: str, reading: str) -> str:
    """The name of the Python function that computes a reading."""
    return quantity if reading == BARE else f"{quantity}__{reading}"
