"""Bounds are the smallest and the largest value that a quantity can take.

Each input of the quantity may have any value that its printed digits stand for.

The values of the inputs form a box. Along each edge of the box the quantity follows a
curve that only rises or only falls. The extremes of the quantity lie at the corners of
the box, and, where a limit cuts the box, at the points where an edge crosses the limit.
Where a limit joins several inputs, the quantity may rise and then fall along the limit,
so that the bounds may be too narrow. Bounds that are too narrow still contain the
quantity's value at the inputs' own values.

A function whose bounds are sought takes the values of the inputs by name, as numbers or
as arrays that broadcast. The function returns the quantity, and the margin to each
limit; a margin is 0 or more where its limit is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.core.spell import SAME
from analysis.model.curves import Floats, root

Function: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, Sequence[Any]]]
Indices: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True)
class Bounds:
    """A quantity's smallest and largest value over a box, as numbers or as arrays.

    The bounds are NaN where no part of the box keeps every limit. ``inputs`` and
    ``values`` have the points of the box at which the quantity was computed: an array
    for each input, and the quantity at these points.
    """

    low: Any
    high: Any
    inputs: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    values: Any = field(default=(), compare=False, repr=False)

    @property
    def low_at(self) -> dict[str, float]:
        """The inputs that give the smallest value, if the bounds are numbers."""
        return self._inputs_at(np.nanargmin)

    @property
    def high_at(self) -> dict[str, float]:
        """The inputs that give the largest value, if the bounds are numbers."""
        return self._inputs_at(np.nanargmax)

    def _inputs_at(self, argument: Callable[[Any], Any]) -> dict[str, float]:
        if np.isnan(self.values).all():
            return {}
        index = int(argument(self.values))
        return {name: float(column[index]) for name, column in self.inputs.items()}


def extremes(
    function: Function,
    box: Mapping[str, tuple[Any, Any]],
    vary: Mapping[str, Floats] | None = None,
    own: Mapping[str, Any] | None = None,
) -> Bounds:
    """The bounds of a function over a box.

    If ``vary`` gives arrays of one length for further inputs, each bound is an array of
    that length, and the ends of the box may be arrays of that length, too. ``own`` has
    the inputs' own values, at which the function is computed as well if a limit cuts
    the box. A pole inside the box gives bounds from minus to plus infinity, even if a
    limit excludes the pole, because a missing bound is better than a wrong one.

    >>> bounds = extremes(lambda v: (v["a"] / v["b"], ()), {"a": (1, 2), "b": (4, 5)})
    >>> float(bounds.low), float(bounds.high)
    (0.2, 0.5)
    """
    columns = {name: _column(values) for name, values in (vary or {}).items()}
    starts = {name: _column(low) for name, (low, _) in box.items()}
    widths = {name: _column(high) - starts[name] for name, (_, high) in box.items()}
    shape = np.broadcast_shapes(
        *(column.shape[:-1] for column in columns.values()),
        *(width.shape[:-1] for width in widths.values()),
    )

    def at(shares: Floats) -> Points:
        """Return the points at given shares of the way along each side of the box."""
        inputs = {
            name: starts[name] + shares[..., axis] * widths[name]
            for axis, name in enumerate(box)
        }
        blank = np.zeros((*shape, shares.shape[-2]))
        with np.errstate(all="ignore"):
            target, margins = function({**columns, **inputs})
            return Points(
                inputs, blank + target, [blank + margin for margin in margins]
            )

    edges = _edges_of(len(box))
    points = at(edges.shares)
    floor, ceiling = _bounds_by_poles(*edges.along(points.values))
    corners = points.first(len(edges.corners))
    crossed = [margin for margin in points.margins if (margin < -SAME).any()]
    tried = [corners]
    tried += [at(edges.cut(root(*edges.along(margin)))) for margin in crossed]
    if crossed and own and box:
        tried.append(at(_shares_of(own, starts, widths)))
    inputs, values = _joined(tried)
    # A bound that is 0 apart from a float's rounding error becomes 0.
    slack = SAME * np.fmax.reduce(np.abs(values), axis=-1)
    least = np.fmin.reduce(values, axis=-1)
    most = np.fmax.reduce(values, axis=-1)
    least = np.where(np.abs(least) <= slack, 0.0, least)
    most = np.where(np.abs(most) <= slack, 0.0, most)
    is_reached = ~np.isnan(least)
    least = np.where(is_reached & np.isinf(floor), floor, least)
    most = np.where(is_reached & np.isinf(ceiling), ceiling, most)
    return Bounds(least[()], most[()], inputs, values)


def _shares_of(
    own: Mapping[str, Any], starts: Mapping[str, Floats], widths: Mapping[str, Floats]
) -> Floats:
    """How far along each side of the box the inputs' own values lie.

    A value outside the box counts as the nearer end of its side.
    """
    shares = []
    for name, start in starts.items():
        with np.errstate(all="ignore"):
            share = (_column(own[name]) - start) / widths[name]
        # An input in words has no value of its own, and any point of the box will do.
        shares.append(np.clip(np.nan_to_num(share), 0.0, 1.0))
    return np.stack(np.broadcast_arrays(*shares), axis=-1)


def _column(values: Any) -> Floats:
    """Return values as an array with one more axis at its end, for the points."""
    return np.asarray(values, float)[..., None]


@dataclass(frozen=True)
class Points:
    """Points of a box: inputs, values and the margin to each limit at each point."""

    inputs: Mapping[str, Floats]
    values: Floats
    margins: Sequence[Floats]

    def first(self, count: int) -> Points:
        """The first ``count`` of the points."""
        inputs = {name: column[..., :count] for name, column in self.inputs.items()}
        margins = [margin[..., :count] for margin in self.margins]
        return Points(inputs, self.values[..., :count], margins)

    @property
    def values_within(self) -> Floats:
        """The values, with NaN for any that is past a limit or not finite."""
        is_kept = np.isfinite(self.values)
        for margin in self.margins:
            is_kept = is_kept & (margin >= -SAME)
        return np.where(is_kept, self.values, np.nan)


def _joined(tried: Sequence[Points]) -> tuple[Mapping[str, Floats], Floats]:
    """The inputs of all points that were tried, and the values within the limits."""
    if len(tried) == 1:
        return tried[0].inputs, tried[0].values_within
    values = np.concatenate([points.values_within for points in tried], axis=-1)
    inputs = {}
    for name in tried[0].inputs:
        columns = [
            np.broadcast_to(points.inputs[name], points.values.shape)
            for points in tried
        ]
        inputs[name] = np.concatenate(columns, axis=-1)
    return inputs, values


@dataclass(frozen=True)
class Edges:
    """The corners of a box, and its edges.

    An edge runs from its first corner to its last corner, along one axis. ``shares``
    tells how far along each side of the box each corner lies and, after the corners,
    the middle of each edge.
    """

    corners: Floats
    starts: Indices
    ends: Indices
    axes: Indices
    shares: Floats

    def along(self, numbers: Floats) -> tuple[Floats, Floats, Floats]:
        """Split numbers into those at the start, middle and end of each edge."""
        middles = numbers[..., len(self.corners) :]
        return numbers[..., self.starts], middles, numbers[..., self.ends]

    def cut(self, shares: Floats) -> Floats:
        """Return the point at a share of the way along each edge.

        If the share is below 0 or above 1, the point's place along the edge is NaN.
        """
        is_inside = (shares >= 0) & (shares <= 1)
        corners = self.corners[self.starts]
        points = np.broadcast_to(corners, (*shares.shape, corners.shape[-1])).copy()
        edges = np.arange(len(self.axes))
        points[..., edges, self.axes] = np.where(is_inside, shares, np.nan)
        return points


@cache
def _edges_of(count: int) -> Edges:
    """The corners and edges of a box with ``count`` sides."""
    numbers = np.arange(2**count)
    corners = (numbers[:, None] >> np.arange(count) & 1).astype(float)
    edges = [
        (start, start | 1 << axis, axis)
        for axis in range(count)
        for start in numbers
        if not start >> axis & 1
    ]
    starts, ends, axes = np.array(edges, np.intp).reshape(-1, 3).T
    middles = corners[starts]
    middles[np.arange(len(axes)), axes] = 0.5
    return Edges(corners, starts, ends, axes, np.concatenate([corners, middles]))


def _bounds_by_poles(start: Floats, middle: Floats, end: Floats) -> tuple[Any, Any]:
    """The lower and the upper bound that poles give, each NaN if no pole gives it.

    If an edge has no pole between its ends, the value in its middle lies between those
    at its ends. If an edge has a pole at one end, the value in the middle of the edge
    shows whether the curve rises or falls without limit towards the pole, because the
    infinity at the pole has no reliable sign. An edge that lies wholly in a pole is
    left out, because other edges lead to that pole.
    """
    with np.errstate(all="ignore"):
        slack = SAME * np.maximum(np.abs(start), np.abs(end))
        is_outside = (middle > np.fmax(start, end) + slack) | (
            middle < np.fmin(start, end) - slack
        )
        # Seen from the end without a pole, the curve rises (> 0) or falls to the pole.
        way = np.where(np.isinf(start), middle - end, middle - start)
    has_pole = np.isfinite(start) & np.isfinite(end) & (is_outside | np.isinf(middle))
    ends_in_pole = np.isinf(start) ^ np.isinf(end)
    falls = np.any(has_pole | (ends_in_pole & (way < 0)), axis=-1)
    rises = np.any(has_pole | (ends_in_pole & (way > 0)), axis=-1)
    return np.where(falls, -np.inf, np.nan), np.where(rises, np.inf, np.nan)
