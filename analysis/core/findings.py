"""Findings: their arithmetic computed from quantities and rows.

A step names quantities, ``quantity.reading``, rows of claims and external figures; so no formula is written twice.
``_low`` and ``_high`` after a row are the ends of its range, or of the values that its rounded digits stand for.

>>> from analysis.core.model import Model, Register
>>> model = Model(Register.read())
>>> round(value(model, "transfers_2019 - labourers_2019 * transfers_per_labourer")[0])
278778
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pint

from analysis.core.bounds import Bounds, extremes
from analysis.core.expressions import Expression, parse
from analysis.core.register import Claim, External, Finding, Step
from analysis.core.units import CONSTANTS, Quantity, name_of, nearest, parse_unit

if TYPE_CHECKING:
    from analysis.core.model import Model, Plan


def value(model: Model, text: str) -> tuple[float, str]:
    """The value and the unit of an expression over quantities and rows, in base units.

    Raises ValueError, whose message says what is wrong, for an unknown name, anything but arithmetic, unlike units, a
    division by zero, and a result that is not finite.

    >>> from analysis.core.model import Model, Register
    >>> value(Model(Register.read()), "mean_2016_2020 ^ 2")
    Traceback (most recent call last):
        ...
    analysis.core.expressions.ExpressionError: 'mean_2016_2020 ^ 2' is not made of names, numbers, + - * / and brackets
    """
    expression = parse(text)
    known = [_named(model, name) for name in expression.needs]
    try:
        result = float(expression.compiled(*(number for number, _ in known)))
    except ZeroDivisionError:
        raise ValueError(f"'{text}' divides by 0") from None
    except OverflowError:
        raise ValueError(f"'{text}' has no finite value") from None
    if not math.isfinite(result):
        raise ValueError(f"'{text}' has no finite value")
    try:
        return result, unit_of(expression, dict(zip(expression.needs, (unit for _, unit in known), strict=True)))
    except pint.DimensionalityError as error:
        raise ValueError(f"'{text}' adds unlike units ({error.units1} and {error.units2})") from None


def spread(model: Model, text: str) -> tuple[float, Bounds]:
    """The value of an expression over rows and spans of years, and its bounds by the digits of the external figures."""
    expression = parse(text)
    still = {name: _named(model, name)[0] for name in expression.needs}
    external = model.register.external
    intervals = {name: external[name].published.stands_for() for name in expression.needs if name in external}
    box = {name: (one.low, one.high) for name, one in intervals.items() if one.low < one.high}

    def function(given: Mapping[str, Any]) -> tuple[Any, Sequence[Any]]:
        return expression.compiled(*({**still, **given}[name] for name in expression.needs)), ()

    return float(function({})[0]), extremes(function, box)[0]


def unit_of(expression: Expression, units: Mapping[str, str]) -> str:
    """The unit that an expression gives, from one evaluation on pint quantities.

    Raises pint.DimensionalityError where unlike units are added or compared.
    """
    # No two values alike, none of them 1, and no two that add to 1: a difference may be divided by.
    given = [Quantity(0.37 + 0.2236 * i, parse_unit(units[name])) for i, name in enumerate(expression.needs)]
    result = expression.compiled(*given)
    return name_of(result.units) if isinstance(result, Quantity) else "dimensionless"


def _named(model: Model, name: str) -> tuple[float, str]:
    """The value and the unit of a name in an expression: a row of claims or an external figure, the low or high end of
    either, a floor in words, else a quantity under the article's setting."""
    register = model.register
    if name in CONSTANTS:
        return CONSTANTS[name]
    figures: dict[str, Claim | External] = {**register.claims, **register.external}
    row, _, end = name.rpartition("_")
    if name in figures and figures[name].printed:
        return figures[name].published.value(), figures[name].base_unit
    figure, claim = figures.get(row), register.claims.get(row)
    if figure and figure.printed and end in ("low", "high"):
        is_range = figure.qualifier == "range"
        published = figure.published
        return published.value(end) if is_range else getattr(published.stands_for(), end), figure.base_unit
    if claim and end == "floor" and claim.quantity in register.vague_readings:
        floor = register.vague_readings[claim.quantity].floor
        if floor and floor.value is not None:
            return floor.value, claim.base_unit
    plan = _plan(model, name)
    if plan is None:
        known = [*model.sources, *register.claims, *register.external]
        raise ValueError(f"'{name}' is no quantity and no row with a number{nearest(name, known)}")
    # Arithmetic is shown also where it leaves the range that a reading is allowed.
    return replace(plan, limits=()).value, model.units[plan.target]


def _plan(model: Model, name: str) -> Plan | None:

    quantity, _, reading = name.partition(".")
    if quantity not in model.sources or (reading and reading not in model.sources[quantity]):
        return None
    return model.plan(quantity, model.change({quantity: reading} if reading else {}))


def recomputed(model: Model, finding: Finding) -> list[tuple[Step, float]]:
    """The arithmetic of a finding, each step with its value in base units.

    Raises RegisterError for an expression that can't be computed, has another unit than the step says, or starts from a
    claim or figure that the finding does not list.

    >>> from analysis.core.model import Model, Register
    >>> model = Model(Register.read())
    >>> ((step, number),) = recomputed(model, model.register.findings["high_end_of_the_total"])
    >>> step.unit, round(number)
    ('person', 598778)
    """
    found = []
    for place, step in enumerate(finding.arithmetic):
        try:
            number, unit = value(model, step.expression)
            if unit != step.unit:
                raise ValueError(f"'{step.expression}' is in {unit}, not in {step.unit}")
            for name in _rows(model, step.expression):
                if name not in finding.claims and name not in finding.external:
                    raise ValueError(f"it starts from {name}, which the finding does not list")
        except ValueError as error:
            field = f"arithmetic.{place}.expression"
            raise model.register.refuse("findings.yaml", finding, field, str(error)) from None
        found.append((step, number))
    return found


def _rows(model: Model, text: str) -> Iterator[str]:
    """The claims and external figures that an expression starts from."""
    for name in parse(text).needs:
        row = re.sub("_(low|high|floor)$", "", name)
        plan = None if name in model.register.claims else _plan(model, name)
        if name in model.register.claims or name in model.register.external:
            yield name
        elif plan is not None:
            yield from plan.claims
        elif row in model.register.claims or row in model.register.external:
            yield row


def check(model: Model) -> None:
    """Raise RegisterError for a finding whose arithmetic can't be computed."""
    for finding in model.register.findings.values():
        recomputed(model, finding)


def agrees(step: Step, number: float) -> bool:
    """Whether a value rounds to the number that the step gives by hand.

    >>> agrees(Step(what="a third", expression="1 / 3", comes_to="0.333", unit="dimensionless"), 1 / 3)
    True
    """
    place = Decimal(1).scaleb(int(Decimal(step.comes_to).as_tuple().exponent))
    return abs(Decimal(repr(number)) - Decimal(step.comes_to)) <= place / 2 * (1 + Decimal("1e-9"))


def problems(model: Model) -> list[str]:
    """Steps whose value is not the one that the finding gives by hand, a sentence each."""
    return [
        f"{finding.id}: {step.what} is {number:.10g}, not {step.comes_to}"
        for finding in model.register.findings.values()
        for step, number in recomputed(model, finding)
        if not agrees(step, number)
    ]
