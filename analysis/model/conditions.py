"""A condition gives the values of each assumption for which a verdict stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol, TypeAlias

import numpy as np

from analysis.core.published import Interval
from analysis.core.rows import Assumption
from analysis.model.bounds import Floats, breakpoints, quarters
from analysis.model.plan import Plan

Span: TypeAlias = tuple[float, float]
Box: TypeAlias = Mapping[str, Interval]


class Judged(Protocol):
    """What gives a verdict along an assumption."""

    @property
    def plan(self) -> Plan:
        """The plan of the quantity."""

    @property
    def levels(self) -> Sequence[float]:
        """The values at which the verdict may change."""

    def boxes(self) -> Sequence[Box]:
        """The values over which the leaves move."""

    def verdicts(self, vary: Mapping[str, Floats]) -> Sequence[str]:
        """The verdict for each entry of the values given for some leaves."""


def condition_of(
    judged: Judged, assumptions: Mapping[str, Assumption], verdict: str
) -> str:
    """Say for which values of each assumption that matters a verdict stays.

    The other assumptions are as they are.
    """
    parts = []
    plan = judged.plan
    for name, assumption in assumptions.items():
        if name in plan.under_choices:
            continue
        if plan.direction[name] or _reaches_limit(plan, assumption):
            spans = _stays(judged, assumption, verdict)
            words = " or ".join(_span_in_words(*span) for span in spans)
            parts.append(f"{name} {words}")
    return "; ".join(parts)


def _span_in_words(low: float, high: float) -> str:
    # A float's last digits around 0 are 0.
    first, last = (f"{0.0 if abs(end) < 1e-12 else end:.6g}" for end in (low, high))
    return first if first == last else f"{first} to {last}"


def _reaches_limit(plan: Plan, assumption: Assumption) -> bool:
    """Whether an assumption that cancels in the value leads past a limit."""
    ends = [assumption.minimum, assumption.value, assumption.maximum]
    values = plan.evaluate({assumption.id: np.array(ends)})
    return not np.all(plan.within(values))


def _stays(judged: Judged, assumption: Assumption, verdict: str) -> list[Span]:
    """The spans of an assumption, over its allowed range, in which a verdict stays."""
    plan, name = judged.plan, assumption.id
    here = float(plan.start[name])
    low, high = assumption.minimum, assumption.maximum
    if low == high:
        return [(here, here)]
    # The verdict may change only where the value or a bound passes a level, at a limit,
    # or at a pole. Each bound is the target at a corner of a box, a ratio of two linear
    # functions of the assumption; so the places of change are roots.
    corners = _corners(plan, judged.boxes(), name)
    targets, rooms = plan.along(name, quarters(low, high)[:, None], corners)
    changes = {low, high}
    changes.update(breakpoints(targets, low, high, judged.levels))
    changes.update(breakpoints(rooms, low, high, [0.0]))
    edges = sorted(changes)
    middles = np.array([(start + stop) / 2 for start, stop in pairwise(edges)])
    verdicts = judged.verdicts({name: middles})
    spans = _joined(edges, [one == verdict for one in verdicts])
    if not any(start <= here <= stop for start, stop in spans):
        spans.append((here, here))
    return sorted(spans)


def _corners(plan: Plan, boxes: Sequence[Box], name: str) -> dict[str, Floats]:
    """All leaves but one at the corners of several boxes, and at their own values.

    A leaf has a column for each corner of each box, and a last one for its own value.
    """
    columns: dict[str, list[Any]] = {}
    for box in boxes:
        moved = {leaf: one for leaf, one in box.items() if leaf != name}
        numbers = np.arange(2 ** len(moved))
        corners = {
            leaf: np.where(numbers >> place & 1, one.high, one.low)
            for place, (leaf, one) in enumerate(moved.items())
        }
        for leaf, node in plan.leaves.items():
            still = np.full(len(numbers), node.start)
            columns.setdefault(leaf, []).append(corners.get(leaf, still))
    del columns[name]
    own = {leaf: [node.start] for leaf, node in plan.leaves.items()}
    return {
        leaf: np.concatenate([*parts, own[leaf]]) for leaf, parts in columns.items()
    }


def _joined(edges: Sequence[float], inside: Sequence[bool]) -> list[Span]:
    """The spans between edges that lie inside, with neighbours joined."""
    spans: list[Span] = []
    for (start, stop), is_inside in zip(pairwise(edges), inside, strict=True):
        if not is_inside:
            continue
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    return spans
