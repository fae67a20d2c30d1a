"""Units are checked once, on a point, with pint."""

from __future__ import annotations

from functools import cache

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
    """The unit that an expression of needs in these units gives.

    Raises DimensionalityError where it adds or compares unlike units.
    """
    # No two values alike, none of them 1, and no two that add to 1: a difference may be
    # divided by.
    result = expression.compiled(
        *(Quantity(0.37 + 0.2236 * i, parse_unit(unit)) for i, unit in enumerate(units))
    )
    return name_of(result.units) if isinstance(result, Quantity) else "dimensionless"


def units_of(register: Register, sources: Sources) -> dict[str, str]:
    """The base unit of every quantity.

    Raises RegisterError where two sources of one quantity differ in unit.
    """
    found = {name: unit for name, (_, unit) in CONSTANTS.items()}

    def settle(quantity: str, unit: str, giver: str) -> None:
        settled = parse_unit(found.setdefault(quantity, unit))
        if not settled.is_compatible_with(parse_unit(unit)):
            raise ModelError(
                f"{quantity} is in {found[quantity]}, but {giver} gives {unit}"
            )

    for claim in register.claims.values():
        for end in ("", "_low", "_high") if claim.qualifier == "range" else ("",):
            with register.refusing(claim, "unit"):
                settle(f"{claim.quantity}{end}", claim.base_unit, "this row")
    for assumption in register.assumptions.values():
        with register.refusing(assumption, "unit"):
            settle(assumption.id, assumption.unit, "this entry")
    # A formula settles the unit of its quantity before a reading that takes another
    # quantity's value.
    pending = sorted(
        (one for one in each(sources) if not one[2].is_leaf),
        key=lambda one: bool(one[2].same_as),
    )
    while pending:
        ready = [one for one in pending if found.keys() >= {*one[2].needs}]
        if not ready:
            raise _circle(register, {quantity: one for quantity, _, one in pending})
        for quantity, reading, source in ready:
            row = register.readings[quantity, reading] if source.same_as else None
            with register.refusing(row, "same_as" if row else "formulas"):
                unit = _unit(quantity, reading, source, found)
                settle(quantity, unit, called(quantity, reading))
        pending = [one for one in pending if one not in ready]
    return found


def _circle(register: Register, pending: dict[str, Source]) -> RegisterError:
    """The refusal of quantities that nothing supplies, as each needs another.

    It names the row of a reading that takes the value of one of them, if there is one.
    """
    names = ", ".join(sorted(pending))
    message = f"{names} need each other in a circle, so nothing supplies them"
    for row in register.readings.values():
        if row.same_as and {row.quantity, row.same_as} <= {*pending}:
            return register.refuse(row, "same_as", message)
    return register.refuse(None, "formulas", f"the formulas of {message}")


def _unit(quantity: str, reading: str, source: Source, found: dict[str, str]) -> str:
    if source.expression is None:
        # The value of another quantity is taken unchanged, or times a constant.
        given = found[source.same_as]
        wanted = found.get(quantity, given)
        ratio = parse_unit(wanted) / parse_unit(given)
        ones = [parse_unit(unit) for _, unit in CONSTANTS.values()]
        is_constant = any(
            (ratio / one).dimensionless or (ratio * one).dimensionless for one in ones
        )
        return wanted if is_constant else given
    try:
        return unit_of(source.expression, *(found[need] for need in source.needs))
    except ZeroDivisionError:
        name = called(quantity, reading)
        raise ModelError(f"the formula {name} divides by zero") from None
    except DimensionalityError as error:
        unlike = f"adds or compares unlike units ({error.units1} and {error.units2})"
        given = ", ".join(f"{need} in {found[need]}" for need in source.needs)
        raise ModelError(
            f"the formula {called(quantity, reading)} {unlike}; it is given {given}"
        ) from None


def called(quantity: str, reading: str) -> str:
    """The name of the formula of a reading, as a module has it."""
    return quantity if reading == BARE else f"{quantity}__{reading}"
