"""Findings: their arithmetic computed from quantities and rows.

A step names quantities, ``quantity.reading``, rows of claims and external figures; so
no formula is written twice. After a row, ``_low`` and ``_high`` are the ends of its
range, or of the values that its rounded digits stand for.
"""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal

from analysis.core.rows import Claim, External, Finding, Step
from analysis.core.units import (
    DimensionalityError,
    nearest,
)
from analysis.model.expressions import parse
from analysis.model.plan import ModelError, Node, Plan
from analysis.model.quantities import Quantities
from analysis.model.settings import ARTICLE, Setting
from analysis.model.source import Source
from analysis.model.unit_check import unit_of


def plan_of(
    model: Quantities,
    text: str,
    setting: Setting = ARTICLE,
    within_limits: bool = False,
) -> Plan:
    """Return the plan of an expression over quantities and rows.

    Quantities are under the setting, and rows are as they are printed. The figures
    published elsewhere move as they are rounded. Raises ValueError for an unknown name,
    for anything but arithmetic and, with ``within_limits``, for a quantity that a limit
    refuses.
    """
    expression = parse(text)
    leaves = [
        Node(name, "", _named(model, name, setting, within_limits)[0])
        for name in expression.needs
    ]
    nodes = [*leaves]
    if expression.needs != (text,):
        nodes.append(Node(text, "", Source(expression=expression)))
    return Plan(text, tuple(nodes), beyond=frozenset(expression.needs))


def value(
    model: Quantities,
    text: str,
    setting: Setting = ARTICLE,
    within_limits: bool = False,
) -> tuple[float, str]:
    """The value and the unit of an expression over quantities and rows, in base units.

    Raises ValueError for an unknown name, anything but arithmetic, unlike units, a
    result that is not finite and, with ``within_limits``, a quantity that a limit
    refuses.
    """
    plan, expression = plan_of(model, text, setting, within_limits), parse(text)
    try:
        return plan.value, unit_of(
            expression, *(_named(model, name, setting)[1] for name in expression.needs)
        )
    except (ModelError, ArithmeticError):
        raise ModelError(f"'{text}' has no finite value") from None
    except DimensionalityError as error:
        raise ModelError(
            f"'{text}' adds unlike units ({error.units1} and {error.units2})"
        ) from None


def _named(
    model: Quantities, name: str, setting: Setting, within_limits: bool = False
) -> tuple[Source, str]:
    """Find the number and the unit behind a name.

    The name is that of a row, of an end of one, or of a quantity, perhaps with a
    reading.
    """
    row = _row(model, name)
    if row and row.printed:
        if isinstance(row, External):
            return Source.of_figure(row, 1), row.base_unit
        return Source(row.published.value()), row.base_unit
    start, _, end = name.rpartition("_")
    row = _row(model, start)
    if row and row.printed and end in ("low", "high"):
        if row.qualifier == "range":
            return Source(row.published.value(end)), row.base_unit
        return Source(getattr(row.published.stands_for(), end)), row.base_unit
    words = model.register.vague_readings.get(getattr(row, "quantity", ""))
    if row and words and end == "floor":
        floor = words.allows().low
        if math.isfinite(floor):
            return Source(floor), row.base_unit
    quantity, _, reading = name.partition(".")
    if quantity not in model.sources or (
        reading and reading not in model.sources[quantity]
    ):
        rows = [*model.register.claims, *model.register.external]
        hint = nearest(name, [*model.sources, *rows])
        raise ModelError(f"'{name}' names no quantity or row with a number{hint}")
    named = {quantity: reading} if reading else {}
    plan = model.plan(quantity, model.over(setting, named))
    if not within_limits:
        # A finding shows its arithmetic also where that leaves what a limit allows.
        plan = replace(plan, limits=())
    return Source(plan.value), model.units[quantity]


def _row(model: Quantities, name: str) -> Claim | External | None:
    """The row of a claim or of a figure published elsewhere, if there is one."""
    return model.register.external.get(name) or model.register.claims.get(name)


def recomputed(model: Quantities, finding: Finding) -> list[tuple[Step, float]]:
    """The arithmetic of a finding, each step with its value in base units.

    Raises RegisterError for an expression that can't be computed or has another unit
    than the step says.
    """
    steps = []
    for place, step in enumerate(finding.arithmetic):
        with model.register.refusing(finding, f"arithmetic.{place}.expression"):
            number, unit = value(model, step.expression)
            if unit != step.unit:
                raise ModelError(
                    f"'{step.expression}' is in {unit}, not in {step.unit}"
                )
        steps.append((step, number))
    return steps


def problems(model: Quantities) -> list[str]:
    """Return a sentence for each step whose value does not round to the finding's.

    The finding gives the number that the step comes to by hand.
    """
    return [
        f"{finding.id}: {step.what} is {number:.10g}, not {step.comes_to}"
        for finding in model.register.findings.values()
        for step, number in recomputed(model, finding)
        if abs(Decimal(number) - step.comes_to)
        > Decimal("0.500001").scaleb(int(step.comes_to.as_tuple().exponent))
    ]
