"""A condition gives the values of each assumption that leave a verdict unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from analysis.core.rows import Assumption
from analysis.core.spell import SAME
from analysis.model.comparison import Comparison
from analysis.model.curves import Floats, arguments_between, crossings
from analysis.model.judging import verdicts_along
from analysis.model.plan import Box, Plan

Span: TypeAlias = tuple[float, float]
#: The shares of the way through a piece at which its verdicts are compared.
_WAY = np.array([0.01, 0.5, 0.99])
#: The number of values that are tried at once to find where the verdict changes.
_GRID = 65


def condition_of(
    comparison: Comparison, assumptions: Mapping[str, Assumption], verdict: str
) -> str:
    """Say for which values of each assumption the verdict stays the same.

    An assumption that has no effect on the check is left out.

    While one assumption moves, the other assumptions keep their values.
    """
    plan = comparison.plan
    parts = []
    for name, assumption in assumptions.items():
        ends = assumption.minimum, assumption.maximum
        if plan.is_moved_by(name, *ends) or _leads_past_limit(plan, assumption):
            spans = spans_of(comparison, assumption, verdict)
            here = float(plan.own_values[name])
            if not any(start <= here <= stop for start, stop in spans):
                spans = sorted([*spans, (here, here)])
            parts.append(f"{name} {' or '.join(_spelled(span) for span in spans)}")
    return "; ".join(parts)


def _spelled(span: Span) -> str:
    # An end that is 0 apart from a float's rounding error becomes 0.
    first, last = (f"{0.0 if abs(end) < 1e-12 else end:.6g}" for end in span)
    return first if first == last else f"{first} to {last}"


def _leads_past_limit(plan: Plan, assumption: Assumption) -> bool:
    """Whether some value of an assumption breaks a limit of the plan."""
    ends = [assumption.minimum, assumption.value, assumption.maximum]
    values = plan.evaluate({assumption.id: np.array(ends)})
    return not np.all(plan.is_within(values))


def spans_of(
    comparison: Comparison, assumption: Assumption, verdict: str
) -> list[Span]:
    """Return the parts of an assumption's allowed range that give a certain verdict."""
    plan = comparison.plan
    low, high = assumption.minimum, assumption.maximum
    if low == high:
        return []
    # The verdict may change only where the value or a bound passes a level, at a limit,
    # or at a pole. Each bound is the target at a corner of a box. As the assumption
    # moves, this target follows a curve, which passes a level at its root.
    corners = _corners(plan, comparison.boxes, assumption.id)
    kinks = plan.kinks(assumption.id, low, high, corners)
    edges = {*kinks}
    for start, stop in pairwise(kinks):
        values = arguments_between(start, stop)[:, None]
        targets, margins = plan.along(assumption.id, values, corners)
        edges.update(crossings(margins, start, stop, [0.0]))
        edges.update(crossings(targets, start, stop, comparison.asserted.levels))
    pieces = list(pairwise(sorted(edges)))
    verdicts = _verdicts_within(comparison, assumption.id, pieces)
    turns = _turns(comparison, assumption.id, pieces, verdicts)
    if turns:
        pieces = list(pairwise(sorted(edges | turns)))
        verdicts = _verdicts_within(comparison, assumption.id, pieces)
    in_the_middle = [middle for _, middle, _ in verdicts]
    return merged_spans(pieces, in_the_middle, verdict)


def _verdicts_within(
    comparison: Comparison, name: str, pieces: Iterable[Span]
) -> list[list[str]]:
    """The verdicts near the ends and in the middle of each piece of a range."""
    values = np.concatenate([_on_the_way(piece) for piece in pieces])
    verdicts = verdicts_along(comparison, {name: values})
    each = len(_WAY)
    return [verdicts[first : first + each] for first in range(0, len(verdicts), each)]


def _on_the_way(piece: Span) -> Floats:
    """Three values of the assumption in a piece: near its ends, and in the middle."""
    start, stop = piece
    return start + _WAY * (stop - start)


def _turns(
    comparison: Comparison,
    name: str,
    pieces: Sequence[Span],
    verdicts: Sequence[Sequence[str]],
) -> set[float]:
    """The values of an assumption at which a verdict changes within a piece.

    A search is needed where a bound lies at the point at which a limit cuts an edge of
    a box: that point moves with the assumption, so no formula tells where the bound
    passes a level.
    """
    turns = set()
    for piece, found in zip(pieces, verdicts, strict=True):
        steps = zip(pairwise(_on_the_way(piece)), pairwise(found), strict=True)
        for (start, stop), (before, after) in steps:
            if before != after:
                turns.add(_turn_between(comparison, name, start, stop))
    return turns


def _turn_between(
    comparison: Comparison, name: str, start: float, stop: float
) -> float:
    """Find where the verdict changes between two values, by ever finer grids.

    Judging a grid of values takes hardly longer than judging one value.
    """
    hair = SAME * max(stop - start, abs(start), abs(stop))
    while stop - start > hair:
        values = np.linspace(start, stop, _GRID)
        first, *others = verdicts_along(comparison, {name: values})
        turned = 1 + [verdict != first for verdict in others].index(True)
        start, stop = values[turned - 1], values[turned]
    return float(start + stop) / 2


def _corners(plan: Plan, boxes: Iterable[Box], name: str) -> dict[str, Floats]:
    """The values of all leaves but one at the corners of several boxes.

    The array of a leaf has one entry for each corner of each box, followed by the
    leaf's own value.
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
    """The pieces that have a given verdict, with adjoining pieces joined."""
    spans: list[Span] = []
    for (start, stop), verdict_here in zip(pieces, verdicts, strict=True):
        if verdict_here != verdict:
            continue
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    return spans
