"""This module evaluates the arithmetic that is written in checks, findings and texts.

An expression may name quantities, with or without a reading (``quantity.reading``),
rows of claims.csv, and figures published elsewhere. An expression that names a quantity
need not repeat the quantity's formula. The name of a row followed by ``_low`` or
``_high`` means the low or the high end of the range that the row prints or, if the row
prints a single number, of the values that round to it. The name of a row followed by
``_floor`` means the floor that we read into the row's words.
"""

from __future__ import annotations

import math
from dataclasses import replace

from analysis.core.rows import Claim, External
from analysis.core.units import DimensionalityError, nearest
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
    *,
    within_limits: bool = False,
) -> Plan:
    """Return the plan of an expression over quantities and rows.

    Each quantity has its value under the setting, and each row has its printed value.
    For bounds, a figure published elsewhere takes all values that its digits stand for.
    Raises ValueError for an unknown name, for anything but arithmetic and, with
    ``within_limits``, for a quantity that a limit refuses.
    """
    plan, _ = _plan_with_unit(model, text, setting, within_limits=within_limits)
    return plan


def value(
    model: Quantities,
    text: str,
    setting: Setting = ARTICLE,
    *,
    within_limits: bool = False,
) -> tuple[float, str]:
    """The value and the unit of an expression over quantities and rows, in base units.

    Raises ValueError for an unknown name, anything but arithmetic, unlike units, a
    result that is not finite and, with ``within_limits``, a quantity that a limit
    refuses.
    """
    plan, units = _plan_with_unit(model, text, setting, within_limits=within_limits)
    try:
        return plan.value, unit_of(parse(text), *units)
    except (ModelError, ArithmeticError):
        raise ModelError(f"'{text}' has no finite value") from None
    except DimensionalityError as error:
        raise ModelError(
            f"'{text}' adds unlike units ({error.units1} and {error.units2})"
        ) from None


def _plan_with_unit(
    model: Quantities, text: str, setting: Setting, *, within_limits: bool
) -> tuple[Plan, list[str]]:
    """The plan of an expression, and the unit of each name in it."""
    expression = parse(text)
    nodes, units = [], []
    for name in expression.needs:
        source, unit = _number(model, name, setting, within_limits=within_limits)
        nodes.append(Node(name, "", source))
        units.append(unit)
    if expression.needs != (text,):
        nodes.append(Node(text, "", Source(expression=expression)))
    return Plan(text, tuple(nodes), not_inputs=frozenset(expression.needs)), units


def _number(
    model: Quantities, name: str, setting: Setting, *, within_limits: bool
) -> tuple[Source, str]:
    """Return the source of the number that a name stands for, and the number's unit.

    The name is that of a row, of an end of a row's range, of the floor of a row's
    words, or of a quantity, with or without a reading.
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
    sources = model.sources.get(quantity)
    if sources is None or (reading and reading not in sources):
        rows = [*model.register.claims, *model.register.external]
        hint = nearest(name, [*model.sources, *rows])
        raise ModelError(f"'{name}' names no quantity or row with a number{hint}")
    named = {quantity: reading} if reading else {}
    plan = model.plan(quantity, model.taken_as(setting, named))
    if not within_limits:
        # The arithmetic of a finding is shown even if it goes past a limit.
        plan = replace(plan, limits=())
    return Source(plan.value), model.units[quantity]


def _row(model: Quantities, name: str) -> Claim | External | None:
    """Return the claim or the figure published elsewhere whose id is ``name``."""
    return model.register.external.get(name) or model.register.claims.get(name)
