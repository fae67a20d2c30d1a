"""Verdicts: whether a recomputed quantity agrees with a claim, what that rests on, and how it could have failed.

>>> model = Model(Register.read())
>>> judge(model, model.register.checks["added_whole"]).verdict
'reproduced'
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from analysis.core.bounds import Floats, breakpoints, solve
from analysis.core.model import ARTICLE, Model, ModelError, OutOfBounds, Plan, Setting
from analysis.core.published import Interval
from analysis.core.register import GRADES, Assumption, Check, Claim, Register
from analysis.core.words import same

#: A pass with a lower power could hardly have failed, and is shown as weak.
WEAK = 0.8


@dataclass(frozen=True)
class Outcome:
    """A check judged under a setting; numbers in base units, None where there is none.

    solved: (assumption, value) pairs: one pair for one assumption, several points of two pairs for a curve.
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
    """The outcome of one check under a setting; the check's own readings come before the setting's.

    There is no verdict where the setting makes the check circular or takes a quantity past a limit; ``reason`` says so.
    """
    claim = model.register.claims.get(check.claim)
    asserted = _asserts(model.register, check, claim) if claim else None
    known = Outcome(
        check,
        model.units[check.quantity],
        published=claim.published.value(check.end) if claim and claim.printed else None,
        published_low=asserted.low if asserted else None,
        published_high=asserted.high if asserted else None,
    )
    try:
        plan = model.plan(check.quantity, model.under(setting, check.readings))
        if check.claim in plan.claims:
            raise ModelError(f"circular under this setting: it would start from {check.claim}, which it checks")
        for name in check.solve:
            if name not in plan.leaves:
                raise ModelError(f"nothing to solve under this setting: {name} is computed, or has no effect")
        point = plan.value
    except OutOfBounds as error:
        return replace(known, reason=f"not computable: {error}")
    except ModelError as error:
        return replace(known, reason=str(error))
    (bounds,) = plan.bounds()
    known = replace(
        known,
        recomputed=point,
        recomputed_low=bounds.low,
        recomputed_high=bounds.high,
        kind=plan.kind,
        rests_on=_weakest(model, plan, check.solve),
        depends_on=plan.depends_on,
    )
    if check.solve:
        goal = check.goal if check.goal is not None else known.published
        assert goal is not None
        solved, reason = _solve(model, plan, check.solve, goal)
        return replace(known, verdict="fitted", solved=solved, reason=reason)
    if claim is None or asserted is None:
        return replace(known, reason="no printed number to set beside it")
    verdict = _verdict(asserted, point, bounds.low, bounds.high)
    # Most rows have no other place to be rounded to.
    alike = all(node.source.interval() == node.source.interval(other=True) for node in plan.leaves.values())
    (others,) = (bounds,) if alike else plan.bounds(other=True)
    other = _verdict(_asserts(model.register, check, claim, other=True), point, others.low, others.high)
    power, power_10 = (None, None)
    if claim.qualifier != "vague":
        met = claim.published.met_by(bounds.low, bounds.high, check.end)
        power, power_10 = (_power(met, claim.published.value(check.end), share) for share in (0.5, 0.1))
    short = claim.qualifier == "approaches" and known.published and point < known.published
    return replace(
        known,
        verdict=verdict,
        verdict_other=other if other != verdict else "",
        condition=_condition(model, plan, asserted, verdict),
        reason=_WHY[verdict],
        needed=1 - point / known.published if short and known.published else None,
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


def _asserts(register: Register, check: Check, claim: Claim, *, other: bool = False) -> Interval:
    if claim.qualifier != "vague":
        return claim.published.asserts(check.end, other=other)
    reading = register.vague_readings[claim.quantity]
    ends = []
    for end, without in ((reading.floor, -math.inf), (reading.ceiling, math.inf)):
        number = None if end is None else end.loosest if other and end.loosest is not None else end.value
        ends.append(without if number is None else number)
    return Interval(ends[0], ends[1])


def _verdict(asserted: Interval, point: Any, low: Any, high: Any) -> str:
    if bool(asserted.holds(point)):
        return "reproduced"
    return "consistent" if not np.isnan(low) and bool(asserted.meets(low, high)) else "inconsistent"


def _weakest(model: Model, plan: Plan, solved: Iterable[str]) -> str:
    """The weakest grade among the assumptions and readings on whose value the target depends."""
    names = [name for name, direction in plan.direction.items() if direction and name not in solved]
    grades = [grade for name in names if (grade := grade_of(model, plan, name))]
    return max(grades, key=GRADES.index, default="")


def grade_of(model: Model, plan: Plan, name: str) -> str:
    """The grade of a node's reading, or of its assumption; empty for a plain claim, formula or constant.

    A value set by a user counts as chosen.
    """
    node = plan.by_name[name]
    if node.reading == "given":
        return "chosen"
    row = model.register.readings.get((name, node.reading))
    if row:
        return row.grade
    return node.source.assumption.grade if node.source.assumption else ""


def _power(met: tuple[float, float], printed: float, share: float) -> float | None:
    """One less the share of the values around the printed one that would have passed as well."""
    if not printed or math.isnan(met[0]):
        return None
    low, high = sorted(((1 - share) * printed, (1 + share) * printed))
    common = max(0.0, min(high, met[1]) - max(low, met[0]))
    return 1 - common / (high - low)


# Solutions ------------------------------------------------------------------------------------------------------------


def _solve(
    model: Model, plan: Plan, names: tuple[str, ...], goal: float
) -> tuple[tuple[tuple[tuple[str, float], ...], ...], str]:
    """The value of an assumption at which the target equals the goal, or three points of the curve of two."""
    inside = "the solution lies within the range that it is varied over"
    assumptions = [model.register.assumptions[name] for name in names]
    if len(assumptions) == 1:
        value = _root(plan, assumptions[0], goal, {})
        if value is None:
            return (), f"no value of {names[0]} makes it so"
        return (((names[0], value),),), _outside(assumptions[0], value) or inside
    first, second = assumptions
    points, reasons = [], []
    for x in sorted({first.low, first.used, first.high}):
        y = _root(plan, second, goal, {first.id: x})
        if y is not None:
            points.append(((first.id, x), (second.id, y)))
            said = _outside(second, y)
            reasons += [f"at {first.id} = {x:g}, {said}"] if said else []
    if not points:
        return (), f"no values of {' and '.join(names)} make it so"
    return tuple(points), "; ".join(reasons) or inside


def _root(plan: Plan, assumption: Assumption, goal: float, given: Mapping[str, float]) -> float | None:
    return solve(
        lambda x: plan.evaluate({**given, assumption.id: x})[plan.target], assumption.minimum, assumption.maximum, goal
    )


def in_range(value: float, low: float, high: float) -> bool:
    """Whether a value lies between two ends, to the last digits."""
    return low <= value <= high or same(value, low) or same(value, high)


def _outside(assumption: Assumption, value: float) -> str:
    if not in_range(value, assumption.minimum, assumption.maximum):
        side = "below its minimum" if value < assumption.minimum else "above its maximum"
        end = assumption.minimum if value < assumption.minimum else assumption.maximum
        return f"{assumption.id} would be {value:,.6g}, {side} of {end:,.10g}, which is impossible"
    if not in_range(value, assumption.low, assumption.high):
        return f"{assumption.id} would be {value:,.6g}, outside {assumption.low:,.10g} to {assumption.high:,.10g}"
    return ""


# The values for which a verdict stays ---------------------------------------------------------------------------------


def _condition(model: Model, plan: Plan, asserted: Interval, verdict: str) -> str:
    """For each assumption that matters, the values for which the verdict stays, the others as they are."""
    parts = []
    for name, node in plan.leaves.items():
        assumption = model.register.assumptions.get(name)
        if assumption is None or node.source.part != "set":
            continue
        # An assumption that cancels in the value may still lead past a limit.
        places = np.array([assumption.minimum, assumption.used, assumption.maximum])
        if not plan.direction[name] and bool(plan.within(plan.evaluate({name: places})).all()):
            continue
        spans = stays(plan, assumption, lambda point, low, high: _verdict(asserted, point, low, high) == verdict, (
            asserted.low, asserted.high,
        ))  # fmt: skip
        ends = [(f"{low:.6g}", f"{high:.6g}") for low, high in spans]
        parts.append(f"{name} {' or '.join(low if low == high else f'{low} to {high}' for low, high in ends)}")
    return "; ".join(parts)


def stays(plan: Plan, assumption: Assumption, holds: Any, levels: Iterable[float]) -> list[tuple[float, float]]:
    """The spans of an assumption, over its allowed range, in which something about the target holds.

    holds: of the value and its bounds. It may change only where the value or a bound passes a level, at a limit, or at
    a pole. Each bound is the target at a corner of the box, a ratio of two linear functions of the assumption; so the
    places of change are roots.
    """
    here = float(plan.start[assumption.id])
    low, high = assumption.minimum, assumption.maximum
    if low == high:
        return [(here, here)]
    quarter = (high - low) / 4
    places = np.array([low + quarter, low + 2 * quarter, low + 3 * quarter])
    targets, rooms = _along(plan, assumption.id, places)
    changes = {low, high, *breakpoints(targets, low, high, levels)}
    changes |= set(breakpoints(rooms, low, high, [0.0])) if rooms.size else set()
    edges = sorted(changes)
    middles = np.array([(one + two) / 2 for one, two in itertools.pairwise(edges)])
    found = plan.bounds(vary={assumption.id: middles})
    values = plan.evaluate({assumption.id: middles})
    points = np.broadcast_to(np.asarray(values[plan.target], float), middles.shape)
    fine = np.broadcast_to(plan.within(values), middles.shape) & np.isfinite(points)
    spans: list[tuple[float, float]] = []
    for start, stop, point, ok, one in zip(edges[:-1], edges[1:], points, fine, found, strict=True):
        if not (ok and holds(point, one.low, one.high)):
            continue
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    if not any(start <= here <= stop for start, stop in spans):
        spans.append((here, here))
    return sorted(spans)


def _along(plan: Plan, name: str, places: Floats) -> tuple[Floats, Floats]:
    """The target and the rooms at some values of a leaf, (values, positions): at the printed numbers, and at the
    corners of what they stand for."""
    box = {
        leaf: node.source.interval()
        for leaf, node in plan.leaves.items()
        if leaf != name and node.source.interval().low < node.source.interval().high
    }
    count = 2 ** len(box)
    numbers = np.arange(count)
    given: dict[str, Any] = {name: places[:, None]}
    for i, (leaf, interval) in enumerate(box.items()):
        corner = np.where(numbers >> i & 1, interval.high, interval.low)
        given[leaf] = np.concatenate([corner, [float(plan.start[leaf])]])
    targets, rooms = [], []
    for branch in plan.branches:
        values = branch.evaluate(given)
        shape = (len(places), count + 1)
        targets.append(np.broadcast_to(np.asarray(values[plan.target], float), shape))
        rooms += [np.broadcast_to(np.asarray(room, float), shape) for room in branch.rooms(values)]
    empty = np.zeros((len(places), 0))
    return np.concatenate(targets, axis=1), np.concatenate(rooms, axis=1) if rooms else empty
