"""Findings: their arithmetic computed from quantities and rows.

A step names quantities, ``quantity.reading``, rows of claims and external figures; so no formula is written twice.
``_low`` and ``_high`` after a row are the ends of its range, or of the values that its rounded digits stand for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from analysis.core.bounds import Bounds, extremes
from analysis.core.expressions import Expression, parse
from analysis.core.register import Finding, Step
from analysis.core.units import DimensionalityError, Quantity, name_of, nearest, parse_unit

if TYPE_CHECKING:
    from analysis.core.model import Model

_Named = tuple[float, str, frozenset[str]]


def value(model: Model, text: str) -> tuple[float, str]:
    """The value and the unit of an expression over quantities and rows, in base units. Raises ValueError for an unknown
    name, anything but arithmetic, unlike units, and a result that is not finite."""
    return _computed(model, text)[:2]


def _computed(model: Model, text: str) -> _Named:
    """The value, the unit and the rows behind an expression."""
    expression = parse(text)
    known = {name: _named(model, name) for name in expression.needs}
    try:
        result = float(expression.compiled(*(number for number, _, _ in known.values())))
        unit = unit_of(expression, *(unit for _, unit, _ in known.values()))
    except (ZeroDivisionError, OverflowError):
        result, unit = math.nan, ""
    except DimensionalityError as error:
        raise ValueError(f"'{text}' adds unlike units ({error.units1} and {error.units2})") from None
    if not math.isfinite(result):
        raise ValueError(f"'{text}' has no finite value")
    return result, unit, frozenset[str]().union(*(rows for _, _, rows in known.values()))


def spread(model: Model, text: str) -> tuple[float, Bounds]:
    """The value of an expression over rows and spans of years, and its bounds by the digits of the external figures."""
    expression, external = parse(text), model.register.external
    still = {name: _named(model, name)[0] for name in expression.needs}
    intervals = {name: external[name].published.stands_for() for name in expression.needs if name in external}
    box = {name: (one.low, one.high) for name, one in intervals.items() if one.low < one.high}

    def function(given: Mapping[str, Any]) -> tuple[Any, Sequence[Any]]:
        return expression.compiled(*({**still, **given}[name] for name in expression.needs)), ()

    return float(function({})[0]), extremes(function, box)[0]


@cache
def unit_of(expression: Expression, *units: str) -> str:
    """The unit that an expression of needs in these units gives. Raises DimensionalityError where it adds or compares
    unlike units."""
    # No two values alike, none of them 1, and no two that add to 1: a difference may be divided by.
    result = expression.compiled(*(Quantity(0.37 + 0.2236 * i, parse_unit(unit)) for i, unit in enumerate(units)))
    return name_of(result.units) if isinstance(result, Quantity) else "dimensionless"


def _named(model: Model, name: str) -> _Named:
    """The value, the unit and the rows behind a name: of a row, an end of one, or a quantity perhaps with a reading."""
    rows = {**model.register.claims, **model.register.external}
    if (row := rows.get(name)) and row.printed:
        return row.published.value(), row.base_unit, frozenset([name])
    start, _, end = name.rpartition("_")
    if row := rows.get(start):
        words = model.register.vague_readings.get(getattr(row, "quantity", ""))
        number = words.floor.value if words and words.floor and end == "floor" else None
        if row.printed and end in ("low", "high"):
            is_range = row.qualifier == "range"
            number = row.published.value(end) if is_range else getattr(row.published.stands_for(), end)
        if number is not None:
            return number, row.base_unit, frozenset([start])
    quantity, _, reading = name.partition(".")
    if quantity not in model.sources or (reading and reading not in model.sources[quantity]):
        raise ValueError(f"'{name}' is no quantity and no row with a number{nearest(name, [*model.sources, *rows])}")
    plan = model.plan(quantity, model.change({quantity: reading} if reading else {}))
    # Arithmetic is shown also where it leaves the range that a reading is allowed.
    return replace(plan, limits=()).value, model.units[quantity], plan.claims


def recomputed(model: Model, finding: Finding) -> list[tuple[Step, float]]:
    """The arithmetic of a finding, each step with its value in base units. Raises RegisterError for an expression that
    can't be computed, has another unit than the step says, or starts from a row that the finding does not list."""
    found = []
    for place, step in enumerate(finding.arithmetic):
        with model.register.refusing(finding, f"arithmetic.{place}.expression"):
            number, unit, rows = _computed(model, step.expression)
            if unit != step.unit:
                raise ValueError(f"'{step.expression}' is in {unit}, not in {step.unit}")
            if unlisted := rows - {*finding.claims, *finding.external}:
                raise ValueError(f"it starts from {min(unlisted)}, which the finding does not list")
        found.append((step, number))
    return found


def problems(model: Model) -> list[str]:
    """Steps whose value does not round to the number that the finding gives by hand, a sentence each."""
    return [
        f"{finding.id}: {step.what} is {number:.10g}, not {step.comes_to}"
        for finding in model.register.findings.values()
        for step, number in recomputed(model, finding)
        if abs(Decimal(number) - step.comes_to) > Decimal("0.500001").scaleb(int(step.comes_to.as_tuple().exponent))
    ]
