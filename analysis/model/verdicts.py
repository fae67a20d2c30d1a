"""A verdict says whether a recomputed quantity agrees with a claim.

This module judges checks, says what the verdicts rest on, and finds solutions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.core.published import Interval
from analysis.core.rows import GRADES, Assumption, Check, Claim, External, Solve
from analysis.core.sentences import message
from analysis.model import findings
from analysis.model.bounds import Bounds, Floats, breakpoints, quarters, solve
from analysis.model.model import ARTICLE, Model, ModelError, Plan, Setting

#: Each verdict of a check, with its rule. The first that applies decides.
VERDICTS = {
    "matches": "the value from the printed numbers satisfies what the claim asserts",
    "matches_within_rounding": "the value does not, but some that round as printed do, "
    "or it does at a coarser place",
    "compatible": "words leave it open, and a value that they allow satisfies "
    "the claim",
    "differs": "no value that the printed numbers and words allow satisfies the claim",
}
#: The rule where only the coarser of two places gives the verdict.
_COARSER = (
    "no value at the finer place of the printed digits does; at a coarser place, that "
    "is as defensible, one does"
)
#: The rule below a number that is approached.
_SHORT = (
    "by our rule, more than a tenth short is no match, and the word allows any "
    "shortfall"
)
#: The verdict of a result that no check judges.
NOT_RECALCULABLE = "not_recalculable"

#: The verdict for a value, its bounds, and those at the coarser places.
Rule = Callable[[float, Bounds, Bounds], str]


@dataclass(frozen=True)
class Outcome:
    """A check judged under a setting; numbers in base units, None where there is none.

    The claim asserts the interval from ``published_low`` to ``published_high``. The
    ``difference`` is the recomputed value less the printed one, or less the nearer end
    of a range or of words. Without the coarser places the verdict is ``finer``, where
    that differs. A pass is ``barely`` one where rounding alone gives it, by less than
    one percent. It ``rests_on`` the weakest grade among the assumptions and readings
    that matter; empty for printed numbers alone. The ``condition`` gives the values of
    each assumption for which the verdict stays. Of the values within ten percent of the
    printed one, the share ``passing`` would have passed as well.
    """

    check: Check
    unit: str
    published: float | None = None
    published_low: float | None = None
    published_high: float | None = None
    recomputed: float | None = None
    recomputed_low: float | None = None
    recomputed_high: float | None = None
    side: str = ""
    verdict: str = ""
    finer: str = ""
    barely: bool = False
    rests_on: str = ""
    condition: str = ""
    reason: str = ""
    passing: float | None = None
    difference: float | None = None
    depends_on: tuple[str, ...] = ()


def judge(model: Model, check: Check, setting: Setting = ARTICLE) -> Outcome:
    """Judge one check under a setting.

    The check's own readings come before the setting's. There is no verdict without a
    claim, nor where the setting makes the check circular or takes a quantity past a
    limit; ``reason`` says so.
    """
    register = model.register
    row = register.claims.get(check.claim) or register.external.get(check.against)
    fine = asserted(model, check, row) if row else None
    coarse = asserted(model, check, row, coarse=True) if row else None
    known = Outcome(check, model.units[check.quantity])
    if row and fine:
        printed = (
            row.published.value(check.end)
            if row.printed and check.end != "whole"
            else None
        )
        known = replace(
            known, published=printed, published_low=fine.low, published_high=fine.high
        )
    try:
        plan = _plan_of(model, check, setting)
        # Where no value that the words allow is within the limits, it is past one.
        has_words = plan.words and not math.isnan(plan.spans[0].low)
        value = math.nan if has_words else plan.value
    except ModelError as error:
        return replace(known, reason=str(error))
    near, far = plan.spans
    grades = [
        grade_of(model, plan, name) for name, sign in plan.direction.items() if sign
    ]
    weakest = max(filter(None, grades), key=GRADES.index, default="")
    known = replace(known, side=plan.side, rests_on=weakest, depends_on=plan.depends_on)
    recomputed = None if math.isnan(value) else value
    known = replace(
        known, recomputed=recomputed, recomputed_low=near.low, recomputed_high=near.high
    )
    if row is None or fine is None or coarse is None:
        return replace(known, reason="no printed number to set beside it")

    is_short = row.qualifier == "approaches" and value < fine.low

    def verdict(point: float, near: Bounds, far: Bounds) -> str:
        found = _at_one_place(row, plan, fine, point, near)
        if found != "differs":
            return found
        found = _at_one_place(row, plan, coarse, point, far)
        return "matches_within_rounding" if found == "matches" else found

    finer = _at_one_place(row, plan, fine, value, near)
    found = verdict(value, near, far)
    low, high = ends(check, row, fine)
    used, claimed = (far, coarse) if finer == "differs" else (near, fine)
    margin = min(used.high - claimed.low, claimed.high - used.low)
    size = known.published or (
        claimed.low if math.isfinite(claimed.low) else claimed.high
    )
    levels = [end for one in (fine, coarse) for end in (one.low, one.high)]
    known = replace(
        known,
        verdict=found,
        finer=finer if finer != found else "",
        barely=found == "matches_within_rounding" and margin < 0.01 * abs(size),
        condition=_condition(model, plan, levels, verdict, found),
        reason=_SHORT if is_short else VERDICTS[found] if finer == found else _COARSER,
    )
    if recomputed is not None:
        known = replace(known, difference=value - (high if value > high else low))
    if check.claim and known.published:
        known = replace(known, passing=_passing(row, check, near, value))
    return known


def _plan_of(model: Model, check: Check, setting: Setting) -> Plan:
    """Return the plan of the quantity that a check recomputes.

    Raises ModelError where the setting makes the check circular.
    """
    if check.against and check.claim:
        # Figures published elsewhere, set beside the claim: nothing of the model is in
        # it.
        plan = findings.plan_of(model, check.against)
    else:
        plan = model.plan(check.quantity, model.change(check.readings, setting))
    if check.claim in plan.claims:
        raise ModelError(message("circular", claim=check.claim))
    return plan


def _at_one_place(
    row: Claim | External, plan: Plan, claimed: Interval, point: float, reached: Bounds
) -> str:
    """Return the verdict for a value and its bounds, at the finer or coarser places."""
    if claimed.holds(point):
        return "matches"
    # Our tenth is no printed digit: rounding does not decide there, and the word allows
    # all that falls short.
    if row.qualifier == "approaches" and point < claimed.low:
        return "compatible"
    if claimed.meets(reached.low, reached.high):
        return "compatible" if plan.words else "matches_within_rounding"
    return "differs"


def judge_all(
    model: Model, checks: Iterable[str] | None = None, setting: Setting = ARTICLE
) -> list[Outcome]:
    """Judge the named checks, or all of them in the order of the register."""
    table = model.register.checks
    return [
        judge(model, table[name], setting)
        for name in (checks if checks is not None else table)
    ]


def results(model: Model, outcomes: Iterable[Outcome]) -> dict[str, str]:
    """Return the verdict of each result of the article, by the id of its claim.

    It is the verdict of the one check that judges the result. Where none does, it is
    ``not_recalculable``. It is empty where that check has no verdict under the setting.
    """
    verdicts = {outcome.check.id: outcome.verdict for outcome in outcomes}
    verdicts[""] = NOT_RECALCULABLE
    claims = model.register.claims.values()
    return {
        claim.id: verdicts.get(claim.judged_by, "")
        for claim in claims
        if claim.role == "result"
    }


def counts(model: Model, verdicts: Mapping[str, str]) -> dict[str, int]:
    """Count how many results have each verdict.

    Results that are one calculation count once, as the first with a verdict.
    """
    found = dict.fromkeys((*VERDICTS, NOT_RECALCULABLE), 0)
    seen: set[str] = set()
    for name, verdict in verdicts.items():
        if verdict and name not in seen:
            found[verdict] += 1
            seen |= {*model.register.claims[name].same_calculation_as}
    return found


def ends(check: Check, row: Claim | External, fine: Interval) -> tuple[float, float]:
    """Return the ends of the other side of a check, from which a difference is said.

    They are the printed ends; for words, they are those that the words put.
    """
    if not row.printed:
        return fine.low, fine.high
    low, high = ("low", "high") if check.end == "whole" else (check.end, check.end)
    return row.published.value(low), row.published.value(high)


def asserted(
    model: Model, check: Check, row: Claim | External, *, coarse: bool = False
) -> Interval:
    """The claim that the other side of a check makes, by its digits or its words."""
    if row.qualifier != "vague":
        return row.published.asserts(check.end.removeprefix("whole"), coarse=coarse)
    return model.register.vague_readings[check.quantity].allows(coarse=coarse)


def grade_of(model: Model, plan: Plan, name: str) -> str:
    """Return the grade of a node's reading, or of its assumption.

    It is empty for a plain claim, formula or constant. A value set by a user counts as
    chosen; a number as printed has none.
    """
    node = plan.by_name[name]
    row = model.register.readings.get((name, node.reading))
    if node.reading in ("given", "published"):
        return "chosen" if node.reading == "given" else ""
    if row:
        return row.grade
    return node.source.assumption.grade if node.source.assumption else ""


def _passing(
    row: Claim | External, check: Check, bounds: Bounds, point: float
) -> float | None:
    """Return the share of the values near the printed one that would have passed.

    Those are the values within ten percent of the printed one.
    """
    if math.isnan(bounds.low):
        return None
    # As in the verdict, rounding does not decide at our tenth.
    high = point if row.qualifier == "approaches" else bounds.high
    printed = row.published.value(check.end)
    met = row.published.met_by(bounds.low, high, check.end)
    low, high = sorted((0.9 * printed, 1.1 * printed))
    return max(0.0, min(high, met[1]) - max(low, met[0])) / (high - low)


@dataclass(frozen=True)
class Solution:
    """A solution is the value of an assumption at which a quantity equals a number.

    It is what one would have to believe, and no test. Its status is ``in_range`` of the
    range it is varied over, ``out_of_range``, or ``impossible``: outside its allowed
    range, past a limit, or no value at all.
    """

    row: Solve
    value: float | None
    status: str
    reason: str = ""


def solution(model: Model, row: Solve, setting: Setting = ARTICLE) -> Solution:
    """Find the value of the assumption that a row solves for.

    The rest is as the setting and the row have it.
    """
    one = model.register.assumptions[row.solve]
    goal = (
        row.goal
        if row.goal is not None
        else model.register.claims[row.claim].published.value(row.end)
    )
    try:
        plan = model.plan(row.quantity, model.change(row.readings, setting))
    except ModelError as error:
        return Solution(row, None, "impossible", str(error))
    if one.id not in plan.by_name:
        reason = f"{row.quantity} does not depend on {one.id} here"
        return Solution(row, None, "impossible", reason)
    value = solve(
        lambda x: plan.evaluate({one.id: x})[plan.target],
        one.minimum,
        one.maximum,
        goal,
    )
    if value is None:
        return Solution(row, None, "impossible", f"no value of {one.id} makes it so")
    if not Interval(one.minimum, one.maximum).holds(value):
        reason = f"allowed is {one.minimum:,.10g} to {one.maximum:,.10g}"
        return Solution(row, value, "impossible", reason)
    past = plan.past(plan.evaluate({one.id: value}))
    if past:
        return Solution(row, value, "impossible", past)
    in_range = Interval(one.low, one.high).holds(value)
    reason = f"the range it is varied over is {one.low:,.10g} to {one.high:,.10g}"
    return Solution(row, value, "in_range" if in_range else "out_of_range", reason)


def _condition(
    model: Model, plan: Plan, levels: Iterable[float], rule: Rule, found: str
) -> str:
    """Say for which values of each assumption that matters the verdict stays.

    The other assumptions are as they are.
    """
    parts = []
    for name, assumption in model.free(plan).items():
        if name in plan.under_choices:
            continue
        # An assumption that cancels in the value may still lead past a limit.
        places = np.array([assumption.minimum, assumption.value, assumption.maximum])
        if plan.direction[name] or not plan.within(plan.evaluate({name: places})).all():
            ends = [
                (f"{low:.6g}", f"{high:.6g}")
                for low, high in _stays(plan, assumption, levels, rule, found)
            ]
            spans = [low if low == high else f"{low} to {high}" for low, high in ends]
            parts.append(f"{name} {' or '.join(spans)}")
    return "; ".join(parts)


def _stays(
    plan: Plan, one: Assumption, levels: Iterable[float], rule: Rule, found: str
) -> list[tuple[float, float]]:
    """The spans of an assumption, over its allowed range, in which a verdict stays."""
    # It may change only where the value or a bound passes a level, at a limit, or at a
    # pole. Each bound is the target at a corner of the box, a ratio of two linear
    # functions of the assumption; so the places of change are roots.
    here, low, high = float(plan.start[one.id]), one.minimum, one.maximum
    if low == high:
        return [(here, here)]
    targets, rooms = plan.along(
        one.id, quarters(low, high)[:, None], _at_corners(plan, one.id)
    )
    changes = {
        low,
        high,
        *breakpoints(targets, low, high, levels),
        *breakpoints(rooms, low, high, [0.0]),
    }
    edges = np.array(sorted(changes))
    vary = {one.id: (edges[:-1] + edges[1:]) / 2}
    values = plan.evaluate(vary)
    points = np.zeros(len(edges) - 1) + values[plan.target]
    fine = plan.within(values) & (np.isfinite(points) | bool(plan.words))
    reached = plan.bounds(vary=vary), plan.bounds(vary=vary, coarse=True)
    spans: list[tuple[float, float]] = []
    for start, stop, ok, point, *both in zip(
        edges[:-1], edges[1:], fine, points, *reached, strict=True
    ):
        if ok and rule(float(point), *both) == found:
            first = spans.pop()[0] if spans and spans[-1][1] == start else start
            spans.append((first, stop))
    if not any(start <= here <= stop for start, stop in spans):
        spans.append((here, here))
    return sorted(spans)


def _at_corners(plan: Plan, name: str) -> dict[str, Floats]:
    """Put all leaves but one at the corners of what they stand for, at both places.

    The last entry puts them at the printed numbers.
    """
    box = [
        node for node in plan.leaves.values() if node.name != name and node.source.near
    ]
    corners = np.arange(2 ** len(box))
    given = {}
    for i, node in enumerate(box):
        both = [node.source.interval(coarse=coarse) for coarse in (False, True)]
        ends = [np.where(corners >> i & 1, one.high, one.low) for one in both]
        given[node.name] = np.concatenate([*ends, [node.source.value]])
    return given
