"""Verdicts: whether a recomputed quantity agrees with what is printed, what that rests on, and how much it could fail.

What belongs here: everything that sets a value from the model beside a claim. What does not: how a value is computed
(``model``), and how it is shown (``results``).

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> judge(model, model.register.checks["added_whole"]).verdict
'reproduced'
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.core.model import ARTICLE, Model, ModelError, OutOfBounds, Plan, Setting
from analysis.core.published import TIE, Interval
from analysis.core.register import GRADES, Assumption, Check, Claim

#: Below this a pass could hardly have failed, and is shown as weak.
WEAK = 0.8


@dataclass(frozen=True)
class Outcome:
    """A check judged under a setting; numbers in base units, None where there is none.

    solved holds (assumption, value) pairs: one pair for a fit, several points of two pairs for a curve.
    """

    check: Check
    unit: str
    published: float | None = None
    published_low: float | None = None
    published_high: float | None = None
    recomputed: float | None = None
    recomputed_low: float | None = None
    recomputed_high: float | None = None
    solved: tuple[tuple[tuple[str, float], ...], ...] = ()
    needed: float | None = None
    kind: str = ""
    verdict: str = ""
    verdict_other: str = ""
    rests_on: str = ""
    condition: str = ""
    reason: str = ""
    power: float | None = None
    power_10: float | None = None
    depends_on: tuple[str, ...] = ()

    @property
    def weak(self) -> bool:
        """Whether it passed although it could hardly have failed."""
        return self.verdict in ("reproduced", "consistent") and self.power is not None and self.power < WEAK


def judge(model: Model, check: Check, setting: Setting = ARTICLE) -> Outcome:
    """The outcome of one check under a setting.

    The check's own readings come before the setting's. Under a setting that makes the check circular, or takes a
    derived share out of what has a meaning, the outcome has no verdict and its reason says why.
    """
    claim = model.register.claims.get(check.claim)
    asserted = _asserts(model, check, claim) if claim else None
    known = Outcome(
        check,
        model.units[check.quantity],
        published=claim.published.value(check.end) if claim and claim.published.printed else None,
        published_low=asserted.low if asserted else None,
        published_high=asserted.high if asserted else None,
    )
    try:
        plan = model.plan(check.quantity, model.under(setting, check.readings))
        if check.claim in plan.claims:
            raise ModelError(f"circular under this setting: it would start from {check.claim}, which it checks")
        unused = [name for name in check.solve if name not in plan.leaves]
        if unused:
            raise ModelError(f"nothing to solve under this setting: {unused[0]} is computed, or has no effect")
        point = model.point(plan)
    except OutOfBounds as error:
        return replace(known, reason=f"not computable: {error}")
    except ModelError as error:
        return replace(known, reason=str(error))
    bounds = model.bounds(plan)
    low, high = float(bounds.low[0]), float(bounds.high[0])
    effects = {node.name for node in plan.nodes if model.effect(plan, node.name)}
    known = replace(
        known,
        recomputed=point,
        recomputed_low=low,
        recomputed_high=high,
        kind=model.kind(plan),
        rests_on=_weakest(model, plan, effects - set(check.solve)),
        depends_on=plan.depends_on,
    )
    trimmed = _trimmed(plan, bounds.trimmed, bounds.corners)
    if check.solve:
        goal = check.goal if check.goal is not None else known.published
        assert goal is not None
        solved, reason = _solve(model, plan, check.solve, goal)
        reason = reason or "what is solved for lies within the range that it is varied over"
        return replace(known, verdict="fitted", solved=solved, reason=_sentences(reason, trimmed))
    if claim is None or asserted is None:
        return replace(known, reason=_sentences("no printed number to set beside it", trimmed))
    verdict = _verdict(asserted, point, low, high)
    # Most rows have no other place to be rounded to, and then nothing is to be computed again.
    same = all(node.way.interval() == node.way.interval(other=True) for node in plan.leaves.values())
    others = bounds if same else model.bounds(plan, other=True)
    other = _verdict(_asserts(model, check, claim, other=True), point, float(others.low[0]), float(others.high[0]))
    power, power_10 = (None, None)
    if claim.published.qualifier != "vague":
        met = claim.published.met_by(low, high, check.end)
        power, power_10 = (_power(met, claim.published.value(check.end), share) for share in (0.5, 0.1))
    needed = None
    if claim.published.qualifier == "approaches" and known.published and point < known.published:
        needed = 1 - point / known.published
    return replace(
        known,
        verdict=verdict,
        verdict_other=other if other != verdict else "",
        condition=_condition(model, plan, asserted, verdict, effects),
        reason=_sentences(_WHY[verdict], trimmed),
        needed=needed,
        power=power,
        power_10=power_10,
    )


def judge_all(model: Model, checks: Iterable[str] | None = None, setting: Setting = ARTICLE) -> list[Outcome]:
    """The outcomes of the named checks, or of all of them in the order of the register."""
    table = model.register.checks
    return [judge(model, table[name], setting) for name in (checks if checks is not None else table)]


_WHY = {
    "reproduced": "the value at the printed numbers satisfies the words",
    "consistent": "the value at the printed numbers does not satisfy the words; some that round to them do",
    "inconsistent": "no value that rounds to the printed numbers satisfies the words",
}


def _sentences(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _trimmed(plan: Plan, trimmed: int, corners: int) -> str:
    if not trimmed:
        return ""
    names = " or ".join(name for name, _, _ in plan.limits)
    return f"{trimmed} of {corners} corners trimmed, where {names} would have no meaning"


def _asserts(model: Model, check: Check, claim: Claim, *, other: bool = False) -> Interval:
    if claim.published.qualifier != "vague":
        return claim.published.asserts(check.end, other=other)
    wording = model.register.wordings[claim.quantity]
    ends = []
    for words, without in ((wording.floor, -math.inf), (wording.ceiling, math.inf)):
        number = None if words is None else words.loosest if other and words.loosest is not None else words.value
        ends.append(without if number is None else number)
    return Interval(ends[0], ends[1])


def _verdict(asserted: Interval, point: float, low: float, high: float) -> str:
    return str(_verdicts(asserted, np.array([point]), np.array([low]), np.array([high]))[0])


def _verdicts(
    asserted: Interval, point: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.str_]:
    some = asserted.meets(low, high) & ~np.isnan(low)
    return np.where(asserted.holds(point), "reproduced", np.where(some, "consistent", "inconsistent"))


def _weakest(model: Model, plan: Plan, effects: set[str]) -> str:
    """The weakest grade among the assumptions and readings on whose value the target depends."""
    grades = [grade for name in effects if (grade := grade_of(model, plan, name))]
    return max(grades, key=GRADES.index, default="")


def grade_of(model: Model, plan: Plan, name: str) -> str:
    """The grade of a node's reading, or of its assumption; empty for a plain row, formula or constant.

    What a user has set by hand counts as chosen.
    """
    node = plan.by_name[name]
    if node.reading == "given":
        return "chosen"
    row = model.register.readings.get((name, node.reading))
    if row:
        return row.grade
    return node.way.assumption.grade if node.way.assumption else ""


def _power(met: tuple[float, float], printed: float, share: float) -> float | None:
    """One less the share of the values around the printed one that the same words would have been met by."""
    if not printed or math.isnan(met[0]):
        return None
    low, high = sorted(((1 - share) * printed, (1 + share) * printed))
    common = max(0.0, min(high, met[1]) - max(low, met[0]))
    return 1 - common / (high - low)


def _solve(
    model: Model, plan: Plan, names: tuple[str, ...], goal: float
) -> tuple[tuple[tuple[tuple[str, float], ...], ...], str]:
    """The value of an assumption at which the target equals the goal, or three points of the curve of two."""
    assumptions = [model.register.assumptions[name] for name in names]
    if len(assumptions) == 1:
        value = _root(plan, assumptions[0], goal, {})
        if value is None:
            return (), f"no value of {names[0]} makes it so"
        return (((names[0], value),),), _meaning(assumptions[0], value)
    first, second = assumptions
    points = []
    reasons = []
    for x in sorted({first.low, first.used, first.high}):
        y = _root(plan, second, goal, {first.id: x})
        if y is not None:
            points.append(((first.id, x), (second.id, y)))
            said = _meaning(second, y)
            if said:
                reasons.append(f"at {first.id} = {x:g}, {said}")
    return tuple(points), "; ".join(reasons) if points else f"no values of {' and '.join(names)} make it so"


def _root(plan: Plan, assumption: Assumption, goal: float, given: dict[str, float]) -> float | None:
    """The value at which the target equals the goal: from two evaluations where it is affine, which a third checks."""

    def miss(x: float) -> float:
        return float(plan.evaluate({**plan.start, **given, assumption.id: x})[plan.target]) - goal

    ends = (assumption.minimum, assumption.maximum)
    at_low, at_high = (miss(x) for x in ends)
    scale = max(abs(goal), abs(at_low + goal), abs(at_high + goal))
    if abs(at_high - at_low) <= TIE * scale:
        return None
    root = ends[0] - at_low * (ends[1] - ends[0]) / (at_high - at_low)
    if abs(miss(root)) <= TIE * scale:
        return root
    if at_low * at_high > 0:
        return None
    from scipy.optimize import brentq

    return float(brentq(miss, *ends, xtol=1e-14, rtol=1e-14))


def _meaning(assumption: Assumption, value: float) -> str:
    slack = TIE * max(abs(assumption.minimum), abs(assumption.maximum))
    for side, bound, past in (
        ("below its minimum", assumption.minimum, value < assumption.minimum - slack),
        ("above its maximum", assumption.maximum, value > assumption.maximum + slack),
    ):
        if past:
            return f"{assumption.id} would be {value:,.6g}, {side} of {bound:,.10g}, and has no meaning"
    if not assumption.low - slack <= value <= assumption.high + slack:
        return f"{assumption.id} would be {value:,.6g}, outside {assumption.low:,.10g} to {assumption.high:,.10g}"
    return ""


#: How finely the range of an assumption is searched for changes; into how many parts a change is closed in on, and how
#: often: 16 parts seven times are 28 halvings.
_GRID, _PARTS, _TURNS = 65, 16, 7


def _condition(model: Model, plan: Plan, asserted: Interval, verdict: str, effects: set[str]) -> str:
    """For each assumption that matters, the values for which the verdict stays, the others as they are."""
    parts = []
    for name, node in plan.leaves.items():
        assumption = model.register.assumptions.get(name)
        if assumption is None or name not in effects or node.way.part != "set":
            continue
        spans = _stays(model, plan, assumption, asserted, verdict)
        ends = [(f"{low:.6g}", f"{high:.6g}") for low, high in spans]
        words = " or ".join(low if low == high else f"{low} to {high}" for low, high in ends)
        parts.append(f"{name} {words}")
    return "; ".join(parts)


def _stays(
    model: Model, plan: Plan, assumption: Assumption, asserted: Interval, verdict: str
) -> list[tuple[float, float]]:
    """The spans of an assumption over which the verdict is the same.

    A verdict changes only where the point or an end of the bounds passes an end of what is asserted, or where something
    derived loses its meaning. So each of these sides is followed by itself: a window narrower than the grid, through
    which the point passes, shows as two sides that change between two neighbours.
    """

    here = plan.start[assumption.id]
    known = (assumption.low, assumption.high, here)
    grid = np.unique([*np.linspace(assumption.minimum, assumption.maximum, _GRID), *known])
    if len(grid) == 1:
        # It can be nothing else.
        return [(here, here)]
    monotone = not model.bounds(plan, vary={assumption.id: grid}).turning

    def sides(x: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """For each x, which side of each end (5, n), and whether the verdict is the same (n)."""
        values = plan.evaluate({**plan.start, assumption.id: x})
        point = np.broadcast_to(np.asarray(values[plan.target], float), x.shape)
        bounds = model.bounds(plan, vary={assumption.id: x}, monotone=monotone)
        meaning = np.broadcast_to(plan.within(values), x.shape) & np.isfinite(point)
        above = Interval(asserted.low, np.inf, asserted.low_open, True)
        below = Interval(-np.inf, asserted.high, True, asserted.high_open)
        ends = np.stack(
            [above.holds(point), below.holds(point), above.holds(bounds.high), below.holds(bounds.low), meaning]
        )
        return ends, np.equal(_verdicts(asserted, point, bounds.low, bounds.high), verdict) & meaning

    ends, _ = sides(grid)
    side, at = np.nonzero(ends[:, 1:] != ends[:, :-1])
    left, right, was = grid[at], grid[at + 1], ends[side, at]
    each = np.arange(len(at))
    for _ in range(_TURNS if len(at) else 0):
        x = np.linspace(left, right, _PARTS + 1, axis=1)
        found = sides(x.ravel())[0].reshape(-1, *x.shape)[side, each]
        # The first that differs from where it begins; the last is known to.
        first = 1 + (found[:, 1:-1] != was[:, None]).argmax(axis=1)
        first = np.where((found[:, 1:-1] != was[:, None]).any(axis=1), first, _PARTS)
        left, right = x[each, first - 1], x[each, first]
    edges = np.unique([grid[0], *right, grid[-1]])
    same = sides((edges[1:] + edges[:-1]) / 2)[1]
    spans: list[tuple[float, float]] = []
    for low, high, holds in zip(edges[:-1], edges[1:], same, strict=True):
        if holds:
            spans.append((float(low), float(high)))
    if not any(low <= here <= high for low, high in spans):
        spans.append((float(here), float(here)))
    return sorted(spans)
