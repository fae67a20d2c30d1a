"""A solution is the value of an assumption at which a quantity equals a number.

A solution shows which value of an assumption one would have to believe; it does not
test a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from analysis.core.published import Interval
from analysis.core.rows import Assumption, Solve
from analysis.core.spell import exact_span
from analysis.model.curves import solve
from analysis.model.model import ARTICLE, Model, ModelError, Plan, Setting


@dataclass(frozen=True)
class Solution:
    """The value that solves a row of solutions.csv, if any, with a status and a reason.

    The status is ``in_range`` if the value lies in the range over which the assumption
    is varied, and ``out_of_range`` if the value is allowed but lies outside that range.
    The status is ``impossible`` if no value solves the row, or if the value lies
    outside the allowed range or past a limit.
    """

    row: Solve
    value: float | None
    status: str
    reason: str = ""


def solution(model: Model, row: Solve, setting: Setting = ARTICLE) -> Solution:
    """Find the value of the assumption that a row solves for.

    All values but that of the assumption come from the setting and the row.
    """
    assumption = model.register.assumptions[row.solve]
    name, low, high = assumption.id, assumption.minimum, assumption.maximum
    unit = model.spelled_unit(name)
    try:
        plan = model.plan_of(row, setting)
    except ModelError as error:
        return Solution(row, None, "impossible", str(error))
    if name not in plan.by_name:
        reason = f"{row.quantity} does not depend on {name} here"
        return Solution(row, None, "impossible", reason)
    goal = row.goal
    if goal is None:
        goal = model.register.claims[row.claim].published.value(row.end)
    value = _solved(plan, assumption, goal)
    if value is None:
        return Solution(
            row, None, "impossible", f"the claim holds at no value of {name}"
        )
    if not Interval(low, high).holds(value):
        reason = f"the allowed range is {exact_span(low, high, unit)}"
        return Solution(row, value, "impossible", reason)
    refusal = plan.refusal(plan.evaluate({name: value}))
    if refusal:
        return Solution(row, value, "impossible", refusal)
    low, high = assumption.low, assumption.high
    status = "in_range" if Interval(low, high).holds(value) else "out_of_range"
    reason = f"we vary {name} from {exact_span(low, high, unit)}"
    return Solution(row, value, status, reason)


def _solved(plan: Plan, assumption: Assumption, goal: float) -> float | None:
    """The value of an assumption at which the target equals a goal, or None.

    The value may lie outside the allowed range, unless the assumption is inside a
    minimum or maximum: the value is then sought only within the allowed range.
    """
    name, low, high = assumption.id, assumption.minimum, assumption.maximum

    def target(values: Any) -> Any:
        return plan.evaluate({name: values})[plan.target]

    if name not in plan.under_extremes:
        return solve(target, low, high, goal)
    for start, stop in pairwise(plan.kinks(name, low, high)):
        value = solve(target, start, stop, goal)
        if value is not None and Interval(start, stop).holds(value):
            return value
    return None
