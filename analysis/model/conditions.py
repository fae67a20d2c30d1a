"""A condition gives the values of each assumption that leave a verdict unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from analysis.core.rows import Assumption
from analysis.core.spell import SAME
from analysis.model.comparison import Comparison
from analysis.model.curves import Floats, crossings, readings_between
from analysis.model.judging import verdicts_along
from analysis.model.plan import Box, Plan

Span: TypeAlias = tuple[float, float]
#: The shares of the way through a piece at which a turn of the verdict shows.
_NEAR_ENDS = np.array([0.01, 0.5, 0.99])


def condition_of(
    comparison: Comparison, assumptions: Mapping[str, Assumption], verdict: str
) -> str:
    """Say for which values of each assumption the verdict stays the same.

    Assumptions that have no effect are left out.

    While one assumption moves, the other assumptions keep their values.
    """
    plan = comparison.plan
    parts = []
    for name, assumption in assumptions.items():
        matters = plan.direction[name] or _leads_past_limit(plan, assumption)
        if matters and name not in plan.under_extremes:
            spans = spans_of(comparison, assumption, verdict)
            here = float(plan.own_values[name])
            if not any(start <= here <= stop for start, stop in spans):
                spans = sorted([*spans, (here, here)])
            parts.append(f"{name} {' or '.join(_spelled(span) for span in spans)}")
    return "; ".join(parts)


def _spelled(span: Span) -> str:
    # A float's last digits around 0 are 0.
    first, last = (f"{0.0 if abs(end) < 1e-12 else end:.6g}" for end in span)
    return first if first == last else f"{first} to {last}"


def _leads_past_limit(plan: Plan, assumption: Assumption) -> bool:
    """Whether an assumption that cancels in the value leads past a limit."""
    ends = [assumption.minimum, assumption.value, assumption.maximum]
    values = plan.evaluate({assumption.id: np.array(ends)})
    return not np.all(plan.is_within(values))


def spans_of(
    comparison: Comparison, assumption: Assumption, verdict: str
) -> list[Span]:
    """The parts of an assumption's allowed range in which a check has the verdict."""
    plan = comparison.plan
    low, high = assumption.minimum, assumption.maximum
    if low == high:
        return []
    # The verdict may change only where the value or a bound passes a level, at a limit,
    # or at a pole. Each bound is the target at a corner of a box, a curve along the
    # assumption; so it changes at roots.
    corners = _corners(plan, comparison.boxes, assumption.id)
    values = readings_between(low, high)[:, None]
    targets, margins = plan.along(assumption.id, values, corners)
    at_limits = crossings(margins, low, high, [0.0])
    edges = {low, high, *at_limits}
    edges.update(crossings(targets, low, high, comparison.asserted.levels))
    pieces = list(pairwise(sorted(edges)))
    if len(at_limits) > 1 or _is_cut(margins, targets.shape[1]):
        edges |= _turns(comparison, assumption.id, pieces)
        pieces = list(pairwise(sorted(edges)))
    middles = np.array([(start + stop) / 2 for start, stop in pieces])
    verdicts = verdicts_along(comparison, {assumption.id: middles})
    return merged_spans(pieces, verdicts, verdict)


def _is_cut(margins: Floats, corners: int) -> bool:
    """Whether a limit keeps some corners of the boxes and refuses others."""
    by_limit = margins.reshape(len(margins), -1, corners)
    is_past = by_limit < -SAME
    return bool(np.any(is_past.any(axis=2) & ~is_past.all(axis=2)))


def _turns(comparison: Comparison, name: str, pieces: Iterable[Span]) -> set[float]:
    """The values of an assumption at which a verdict turns within a piece.

    Where a limit cuts an edge of a box, a bound may lie at the cut. The cut moves with
    the assumption, so that the bound is no curve whose roots are known.
    """
    ways = [low + _NEAR_ENDS * (high - low) for low, high in pieces]
    verdicts = np.array(verdicts_along(comparison, {name: np.concatenate(ways)}))
    turns = set()
    for way, found in zip(ways, verdicts.reshape(len(ways), -1), strict=True):
        for start, stop in pairwise(range(len(way))):
            if found[start] != found[stop]:
                turns.add(_turn_between(comparison, name, way[start], way[stop]))
    return turns


def _turn_between(
    comparison: Comparison, name: str, start: float, stop: float
) -> float:
    """Where the verdict turns between two values of an assumption, by halving."""
    (first,) = verdicts_along(comparison, {name: np.array([start])})
    hair = SAME * (stop - start)
    while stop - start > hair:
        middle = (start + stop) / 2
        if verdicts_along(comparison, {name: np.array([middle])}) == [first]:
            start = middle
        else:
            stop = middle
    return float(start + stop) / 2


def _corners(plan: Plan, boxes: Iterable[Box], name: str) -> dict[str, Floats]:
    """All leaves but one at the corners of several boxes, and at their own values.

    A leaf has a column for each corner of each box, and a last one for its own value.
    """
    others = {leaf: node for leaf, node in plan.leaves.items() if leaf != name}
    columns: dict[str, list[Any]] = {leaf: [] for leaf in others}
    for box in boxes:
        sides = [leaf for leaf in box if leaf != name]
        corners = np.arange(2 ** len(sides))
        for leaf, node in others.items():
            values = np.full(len(corners), node.start)
            if leaf in sides:
                is_high = corners >> sides.index(leaf) & 1
                values = np.where(is_high, box[leaf].high, box[leaf].low)
            columns[leaf].append(values)
    return {
        leaf: np.concatenate([*columns[leaf], [node.start]])
        for leaf, node in others.items()
    }


def merged_spans(
    pieces: Sequence[Span], verdicts: Sequence[Any], verdict: Any
) -> list[Span]:
    """The spans that have the verdict, with adjoining spans joined."""
    spans: list[Span] = []
    for (start, stop), verdict_here in zip(pieces, verdicts, strict=True):
        if verdict_here != verdict:
            continue
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    return spans
