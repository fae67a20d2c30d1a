"""Extremes, roots and spans of quantities that are ratios of two linear functions.

Along an edge of a box such a quantity is (A t + B) ÷ (C t + 1). Three evaluations give
it, and a fourth confirms it. It rises or falls all along an edge. So its extremes over
a box lie at the corners, and, where a limit cuts the box, where an edge crosses the
limit.

A function here takes the leaves' values by name, arrays of one shape. It returns the
quantity and its rooms: one array a limit, 0 or more where the limit is kept.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.core.spell import SAME

Floats = NDArray[np.float64]
Function: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, Sequence[Any]]]


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value over a box, and places that give them.

    They are NaN where no part of the box keeps every limit.
    """

    low: float
    high: float
    low_at: Mapping[str, float] = field(default_factory=dict, compare=False, repr=False)
    high_at: Mapping[str, float] = field(
        default_factory=dict, compare=False, repr=False
    )


def extremes(
    function: Function,
    box: Mapping[str, tuple[Any, Any]],
    vary: Mapping[str, Floats] | None = None,
) -> list[Bounds]:
    """The bounds of a function over a box; one for each entry of ``vary``, else one.

    An end of the box may also have an entry for each of these. A pole inside the box
    gives bounds from minus to plus infinity, though a limit may keep it out of reach:
    no bound, rather than a wrong one.

    >>> extremes(lambda v: (v["a"] / v["b"], ()), {"a": (1, 2), "b": (4, 5)})
    [Bounds(low=0.2, high=0.5)]
    """
    names = list(box)
    columns = {
        name: np.asarray(values, float)[:, None]
        for name, values in (vary or {}).items()
    }
    both = [np.asarray(end, float) for ends in box.values() for end in ends]
    rows = max([1, *map(np.size, columns.values()), *map(np.size, both)])
    ends = np.array([np.broadcast_to(end, rows) for end in both])
    low = ends[::2].reshape(len(names), rows)
    width = ends[1::2].reshape(len(names), rows) - low

    def at(places: Floats) -> tuple[Floats, Floats]:
        """Compute values and rooms at places between 0 and 1.

        The places are (points, leaves), perhaps by row.
        """
        given = {
            name: low[i][:, None] + places[..., i] * width[i][:, None]
            for i, name in enumerate(names)
        }
        shape = rows, places.shape[-2]
        with np.errstate(all="ignore"):
            target, limits = function({**columns, **given})
        values = np.broadcast_to(np.asarray(target, float), shape)
        rooms = [np.broadcast_to(np.asarray(room, float), shape) for room in limits]
        return values, np.array(rooms).reshape(-1, *shape)

    corners, starts, ends, axes = _edges(len(box))
    edges = np.arange(len(axes))
    middles = corners[starts]
    middles[edges, axes] = 0.5
    values, rooms = at(np.concatenate([corners, middles]))

    def along(numbers: Floats) -> tuple[Floats, Floats, Floats]:
        """Numbers at the start, the middle and the end of each edge."""
        return numbers[..., starts], numbers[..., len(corners) :], numbers[..., ends]

    places = [np.broadcast_to(corners, (rows, *corners.shape))]
    for room in rooms:
        if (room < -SAME).any():
            crossing = root(*along(room))
            on_edge = np.repeat(corners[starts][None], rows, axis=0)
            is_inside = (crossing >= 0) & (crossing <= 1)
            on_edge[:, edges, axes] = np.where(is_inside, crossing, np.nan)
            places.append(on_edge)
    tried = np.concatenate(places, axis=1)
    targets, rooms = at(tried)
    is_kept = np.isfinite(targets) & (rooms >= -SAME).all(axis=0)
    targets = np.where(is_kept, targets, np.nan)
    at_edges = along(values)
    has_pole = np.any(_has_pole(*at_edges), axis=1)
    rises, falls = (np.any(one, axis=1) for one in _ends_infinite(*at_edges))
    lowest = np.where(has_pole | falls, -np.inf, np.nan)
    highest = np.where(has_pole | rises, np.inf, np.nan)
    bounds = []
    every = zip(
        targets,
        lowest.tolist(),
        highest.tolist(),
        tried,
        low.T,
        width.T,
        strict=True,
    )
    for row, floor, ceiling, points, start, size_of_box in every:
        if np.isnan(row).all():
            bounds.append(Bounds(np.nan, np.nan))
            continue
        least, most = int(np.nanargmin(row)), int(np.nanargmax(row))
        low_at, high_at = (start + points[i] * size_of_box for i in (least, most))
        # A float's last digits around 0 are 0.
        size = SAME * float(np.nanmax(np.abs(row)))
        smallest, largest = (
            0.0 if abs(number) <= size else number
            for number in (float(row[least]), float(row[most]))
        )
        bounds.append(
            Bounds(
                smallest if math.isnan(floor) else floor,
                largest if math.isnan(ceiling) else ceiling,
                dict(zip(names, low_at.tolist(), strict=True)),
                dict(zip(names, high_at.tolist(), strict=True)),
            )
        )
    return bounds


@cache
def _edges(
    count: int,
) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """List the corners of a box, and describe its edges.

    An edge has a first corner, a last corner and an axis.
    """
    numbers = np.arange(2**count)
    corners = (numbers[:, None] >> np.arange(count) & 1).astype(float)
    edges = [
        (start, start | 1 << axis, axis)
        for axis in range(count)
        for start in numbers
        if not start >> axis & 1
    ]
    starts, ends, axes = np.array(edges, np.intp).reshape(-1, 3).T
    return corners, starts, ends, axes


def root(start: Any, middle: Any, end: Any) -> Any:
    """Find where a ratio of two linear functions is 0, from its values at 0, ½ and 1.

    The place is infinite or NaN where the ratio is 0 nowhere.

    >>> float(root(-1.0, 0.0, 1.0)), float(root(1.0, 0.5, 1 / 3 - 1 / 3))
    (0.5, 1.0)
    """
    start, middle, end = (np.asarray(one, float) for one in (start, middle, end))
    with np.errstate(all="ignore"):
        found = (
            start * (middle - end) / (end * middle + start * middle - 2 * start * end)
        )
        # The same in the limit, where one of the three is infinite.
        found = np.where(np.isinf(start), (middle - end) / (middle - 2 * end), found)
        found = np.where(np.isinf(middle), start / (start + end), found)
        return np.where(np.isinf(end), start / (2 * start - middle), found)


def _has_pole(start: Floats, middle: Floats, end: Floats) -> NDArray[np.bool_]:
    """Tell whether a ratio of two linear functions has a pole between its ends.

    Without one, the middle lies between the ends.
    """
    with np.errstate(all="ignore"):
        slack = SAME * np.maximum(np.abs(start), np.abs(end))
        outside = (middle > np.fmax(start, end) + slack) | (
            middle < np.fmin(start, end) - slack
        )
    is_inside: NDArray[np.bool_] = np.isfinite(start) & np.isfinite(end)
    return is_inside & (outside | np.isinf(middle))


def _ends_infinite(start: Floats, middle: Floats, end: Floats) -> tuple[Any, Any]:
    """Tell where a ratio rises without end towards a pole at one end, or falls so.

    Its sign is that of the way there; one divided by zero says nothing of it. An edge
    that lies in the pole says nothing either: others lead to it.
    """
    with np.errstate(all="ignore"):
        way = np.where(np.isinf(start), middle - end, middle - start)
    is_infinite = np.isinf(start) ^ np.isinf(end)
    return is_infinite & (way > 0), is_infinite & (way < 0)


def quadratic(square: Any, linear: Any, free: Any) -> tuple[Any, Any]:
    """The two roots of a quadratic function, infinite or NaN where there are fewer."""
    with np.errstate(all="ignore"):
        under_root = np.maximum(linear * linear - 4 * square * free, 0.0)
        turned = -(linear + np.copysign(np.sqrt(under_root), linear)) / 2
        return turned / square, free / turned


def meeting(one: Sequence[Any], two: Sequence[Any]) -> tuple[Any, Any]:
    """Find the two places where two ratios (a + b t) ÷ (1 + c t) are equal.

    They are infinite or NaN where there are fewer.
    """
    (a, b, c), (d, e, f) = one, two
    # Their difference times both denominators is a quadratic.
    return quadratic(b * f - e * c, a * f + b - d * c - e, a - d)


def _alike(one: Any, two: Any) -> Any:
    return np.abs(one - two) <= 1e-12 * np.maximum(np.abs(one), np.abs(two))


def mobius(start: Any, middle: Any, end: Any) -> tuple[Any, Any, Any]:
    """a, b, c of (a + b t) ÷ (1 + c t) from its values at 0, ½ and 1."""
    with np.errstate(all="ignore"):
        c = np.where(
            _alike(start, end), 0.0, (2 * middle - start - end) / (end - middle)
        )
        return start, end * (1 + c) - start, c


def solve(
    function: Callable[[Any], Any], low: float, high: float, goal: float
) -> float | None:
    """Find the argument at which a ratio of two linear functions equals a goal.

    The ratio is evaluated from low to high; its argument may lie outside that range. It
    is None where the ratio equals the goal nowhere.

    >>> solve(lambda x: 3 / (1 + x), 0, 4, 1.5)
    1.0
    """
    with np.errstate(all="ignore"):
        values = np.broadcast_to(np.asarray(function(quarters(low, high)), float), (3,))
        found = float(low + (0.25 + 0.5 * root(*(values - goal))) * (high - low))
        is_flat = np.ptp(values) <= SAME * max(abs(goal), np.abs(values).max())
    return found if np.isfinite(found) and not is_flat else None


def quarters(low: float, high: float) -> Floats:
    """Return the places at a quarter, a half and three quarters of the way.

    The ends are left out because they are often poles.
    """
    return low + np.array([0.25, 0.5, 0.75]) * (high - low)


def breakpoints(
    values: Floats, low: float, high: float, levels: Iterable[float]
) -> list[float]:
    """Find where ratios of two linear functions pass levels, or have a pole.

    The places lie between the two ends. The ``values`` are those at ¼, ½ and ¾ of the
    way from low to high, (3, functions).
    """
    with np.errstate(all="ignore"):
        # A pole is where one over the function is 0.
        roots = [
            root(*(1 / values)),
            *(root(*(values - level)) for level in levels if np.isfinite(level)),
        ]
    places = low + (0.25 + 0.5 * np.concatenate(roots)) * (high - low)
    kept: list[float] = []
    for place in map(float, np.unique(places[(places > low) & (places < high)])):
        # Roots that differ in a float's last digits are one.
        if not kept or place - kept[-1] > SAME * max(abs(low), abs(high)):
            kept.append(place)
    return kept


def is_fractional(start: Any, third: Any, middle: Any, end: Any) -> Any:
    """Tell whether values at 0, ⅓, ½ and 1 fit one ratio of two linear functions."""
    a, b, c = mobius(start, middle, end)
    size = np.maximum(np.abs(start), np.abs(end))
    four = np.stack([start, third, middle, end])
    with np.errstate(all="ignore"):
        predicted = (a + b / 3) / (1 + c / 3)
        close = np.abs(predicted - third) <= SAME * np.maximum(size, np.abs(third))
        # A constant that is computed along the way differs in its last digits.
        constant = np.ptp(four, axis=0) <= SAME * size
    return close | constant | ~np.isfinite(four).all(axis=0)
