"""Extremes, roots and spans of quantities that are ratios of two linear functions in each leaf, in closed form.

Along an edge of a box such a quantity is (A t + B) ÷ (C t + 1). Three evaluations give it, and a fourth confirms it.
It rises or falls all along an edge, so its extremes over a box lie at the corners. Where a limit cuts the box, they lie
at feasible corners, where an edge crosses a limit, or on a face: where two limits meet, or the quantity turns along a
limit. That is no theorem for limits that cut more than two leaves at a time; tests compare with scipy's optimisers.

A function here takes the leaves' values by name, arrays of one shape. It returns the quantity and its rooms: one array
a limit, 0 or more where the limit is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.core.words import SAME

Floats = NDArray[np.float64]
Function: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, Sequence[Any]]]


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value over a box, and places that give them; NaN where no part of it keeps every limit."""

    low: float
    high: float
    low_at: Mapping[str, float] = field(default_factory=dict, compare=False, repr=False)
    high_at: Mapping[str, float] = field(default_factory=dict, compare=False, repr=False)


def extremes(
    function: Function, box: Mapping[str, tuple[float, float]], vary: Mapping[str, Floats] | None = None
) -> list[Bounds]:
    """The bounds of a function over a box; one for each entry of the arrays in ``vary``, else one.
    >>> extremes(lambda v: (v["a"] / v["b"], ()), {"a": (1, 2), "b": (4, 5)})
    [Bounds(low=0.2, high=0.5)]
    """
    names, k = list(box), len(box)
    low = np.array([box[name][0] for name in names], float)
    width = np.array([box[name][1] for name in names], float) - low
    columns = {name: np.asarray(values, float)[:, None] for name, values in (vary or {}).items()}
    rows = len(next(iter(columns.values()))) if columns else 1

    def at(places: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Values, rooms, and where each limit is kept, at places between 0 and 1: (points, leaves), perhaps by row."""
        given = {name: low[i] + places[..., i] * width[i] for i, name in enumerate(names)}
        shape = rows, places.shape[-2]
        with np.errstate(all="ignore"):
            target, parts = function({**columns, **given})
        values = np.broadcast_to(np.asarray(target, float), shape)
        rooms = np.array([np.broadcast_to(np.asarray(room, float), shape) for room in parts]).reshape(-1, *shape)
        return values, rooms, ~np.isnan(values) & (rooms >= -SAME).all(axis=0)

    corners, starts, ends, axes = _edges(k)
    edges = np.arange(len(axes))
    middles = corners[starts]
    middles[edges, axes] = 0.5
    values, rooms, kept = at(np.concatenate([corners, middles]))
    count = len(corners)

    def along(numbers: Floats) -> tuple[Floats, Floats, Floats]:
        """Numbers at the start, the middle and the end of each edge."""
        return numbers[..., starts], numbers[..., count:], numbers[..., ends]

    def on_edges(t: Floats) -> Floats:
        """Places on the edges, (rows, edges, leaves); NaN beyond them."""
        places = np.repeat(corners[starts][None], rows, axis=0)
        places[:, edges, axes] = np.where((t >= 0) & (t <= 1), t, np.nan)
        return places

    found = [np.where(kept & np.isfinite(values), values, np.nan)[:, :count]]
    tried = [np.broadcast_to(corners, (rows, count, k))]

    def try_at(places: Floats, *, near_pole: bool = False) -> None:
        there, _, inside = at(places)
        # On a side of a pole that no limit forbids, the value has no bound.
        there = np.copysign(np.inf, there) if near_pole else np.where(np.isinf(there), np.nan, there)
        found.append(np.where(inside & np.isfinite(places).all(axis=-1), there, np.nan))
        tried.append(places)

    binding = [i for i, room in enumerate(rooms) if (room < -SAME).any() or _has_pole(*along(room)).any()]

    def binding_at(places: Floats) -> Floats:
        target, parts, _ = at(places)
        return np.stack([target, *parts[binding]])

    if binding and k:
        crossings = [on_edges(root(*along(rooms[i]))) for i in binding]
        crossed = np.array([[~np.isnan(one[:, axes == i, i]).all() for i in range(k)] for one in crossings])
        on_faces = _on_faces(binding_at, corners, crossed)
        try_at(np.concatenate([*crossings, *on_faces], axis=1))
    pole = _has_pole(*along(values))
    if pole.any():
        with np.errstate(all="ignore"):
            at_pole = root(*(1 / one for one in along(values)))
        for step in (-1e-9, 1e-9):
            try_at(on_edges(np.where(pole, at_pole + step, np.nan)), near_pole=True)
    together, places = np.concatenate(found, axis=1), np.concatenate(tried, axis=1)
    # A float's last digits around 0 are 0.
    size = SAME * np.abs(np.where(np.isfinite(together), together, 0.0)).max(axis=1, keepdims=True)
    together = np.where(np.abs(together) <= size, 0.0, together)
    bounds = []
    for row, ends in zip(together, places, strict=True):
        if np.isnan(row).all():
            bounds.append(Bounds(np.nan, np.nan))
            continue
        least, most = int(np.nanargmin(row)), int(np.nanargmax(row))
        at_least, at_most = (dict(zip(names, (low + ends[i] * width).tolist(), strict=True)) for i in (least, most))
        bounds.append(Bounds(float(row[least]), float(row[most]), at_least, at_most))
    return bounds


def merged(parts: Sequence[Bounds]) -> Bounds:
    """The bounds over several branches of one function."""
    kept = [one for one in parts if not np.isnan(one.low)] or parts[:1]
    least, most = min(kept, key=lambda one: one.low), max(kept, key=lambda one: one.high)
    return Bounds(least.low, most.high, least.low_at, most.high_at)


@cache
def _edges(k: int) -> tuple[Floats, NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The corners of a box, and its edges: the corner where each starts, the one where it ends, and its axis."""
    numbers = np.arange(2**k)
    corners = (numbers[:, None] >> np.arange(k) & 1).astype(float)
    edges = [(start, start | 1 << axis, axis) for axis in range(k) for start in numbers if not start >> axis & 1]
    starts, ends, axes = np.array(edges, np.intp).reshape(-1, 3).T
    return corners, starts, ends, axes


def root(start: Any, middle: Any, end: Any) -> Any:
    """Where a ratio of two linear functions is 0, from its values at 0, ½ and 1; infinite or NaN where nowhere.
    >>> float(root(-1.0, 0.0, 1.0)), float(root(1.0, 0.5, 1 / 3 - 1 / 3))
    (0.5, 1.0)
    """
    start, middle, end = (np.asarray(one, float) for one in (start, middle, end))
    with np.errstate(all="ignore"):
        found = start * (middle - end) / (end * middle + start * middle - 2 * start * end)
        # The same in the limit, where one of the three is infinite.
        found = np.where(np.isinf(start), (middle - end) / (middle - 2 * end), found)
        found = np.where(np.isinf(middle), start / (start + end), found)
        return np.where(np.isinf(end), start / (2 * start - middle), found)


def _has_pole(start: Floats, middle: Floats, end: Floats) -> NDArray[np.bool_]:
    """Whether a ratio of two linear functions has a pole: without one the middle lies between the ends."""
    with np.errstate(all="ignore"):
        slack = SAME * np.maximum(np.abs(start), np.abs(end))
        outside = (middle > np.fmax(start, end) + slack) | (middle < np.fmin(start, end) - slack)
    infinite: NDArray[np.bool_] = np.isinf(start) | np.isinf(middle) | np.isinf(end)
    return outside | infinite


def _on_faces(at: Callable[[Floats], Floats], corners: Floats, crossed: NDArray[np.bool_]) -> list[Floats]:
    """On each face of a box, where two limits meet, and where the target turns along a limit."""
    # On a face, target and limits are ratios of two bilinear functions. A limit is 0 along s(t), a ratio of two linear
    # functions; put into another ratio, that gives one of two quadratic functions of t.
    found: list[Floats] = []
    k, inner = corners.shape[1], quarters(0, 1)
    for i, j in itertools.combinations(range(k), 2):
        # A limit that cuts the face leaves it through one of its edges.
        here = np.flatnonzero(crossed[:, i] | crossed[:, j])
        if not len(here):
            continue
        faces = corners[(corners[:, i] == 0) & (corners[:, j] == 0)]
        grid = np.tile(faces, (9, 1, 1))
        grid[..., i], grid[..., j] = np.repeat(inner, 3)[:, None], np.tile(inner, 3)[:, None]
        values = at(grid.reshape(-1, k))[[0, *(here + 1)]]
        forms = _bilinear(np.moveaxis(values.reshape(*values.shape[:2], 3, 3, -1), (2, 3), (0, 1)))
        for s_axis, t_axis in ((i, j), (j, i)):
            for limit in range(1, 1 + len(here)):
                a, b, c, d = forms[0, [0, 2, 1, 3], limit] * np.array([-1, -1, 1, 1]).reshape(4, 1, 1)
                with np.errstate(all="ignore"):
                    # Free, linear and square part along s(t) = (a + b t) ÷ (c + d t), of numerators and denominators.
                    p, q, r, u = np.moveaxis(forms, 1, 0)
                    (n0, d0), (n1, d1), (n2, d2) = p * c + q * a, p * d + q * b + r * c + u * a, r * d + u * b
                    turns = quadratic((n2 * d1 - n1 * d2)[0], 2 * (n2 * d0 - n0 * d2)[0], (n1 * d0 - n0 * d1)[0])
                    t = np.concatenate([turns, *quadratic(n2[1:], n1[1:], n0[1:])])
                    s = (a + b * t) / (c + d * t)
                places = np.tile(faces, (*t.shape[:2], 1, 1))
                places[..., s_axis], places[..., t_axis] = 0.25 + 0.5 * s, 0.25 + 0.5 * t
                outside = (places < 0) | (places > 1)
                found.append(np.concatenate(np.where(outside, np.nan, places), axis=1))
            forms = forms[:, [0, 2, 1, 3]]
    return found


def _bilinear(grid: Floats) -> Floats:
    """Numerators and denominators of (a + b s + c t + d s t) ÷ (1 + e s + f t + g s t); values at s, t = 0, ½, 1."""
    (a, b, e), (_, c, f) = mobius(*grid[:, 0]), mobius(*grid[0])
    with np.errstate(all="ignore"):
        # Two more places give d less the value times g.
        one, two = grid[2, 2] * (1 + e + f) - a - b - c, 2 * (grid[1, 2] * (1 + e / 2 + f) - a - b / 2 - c)
        g = np.where(_alike(grid[2, 2], grid[1, 2]), 0.0, (two - one) / (grid[2, 2] - grid[1, 2]))
        return np.array([[a, b, c, one + grid[2, 2] * g], [np.ones_like(a), e, f, g]])


def quadratic(square: Any, linear: Any, free: Any) -> tuple[Any, Any]:
    """The two roots of a quadratic function, infinite or NaN where there are fewer."""
    with np.errstate(all="ignore"):
        turned = -(linear + np.copysign(np.sqrt(np.maximum(linear * linear - 4 * square * free, 0.0)), linear)) / 2
        return turned / square, free / turned


def meeting(one: Sequence[Any], two: Sequence[Any]) -> tuple[Any, Any]:
    """Where two ratios (a + b t) ÷ (1 + c t) are equal: two places, infinite or NaN where there are fewer."""
    (a, b, c), (d, e, f) = one, two
    # Their difference times both denominators is a quadratic.
    return quadratic(b * f - e * c, a * f + b - d * c - e, a - d)


def _alike(one: Any, two: Any) -> Any:
    return np.abs(one - two) <= 1e-12 * np.maximum(np.abs(one), np.abs(two))


def mobius(start: Any, middle: Any, end: Any) -> tuple[Any, Any, Any]:
    """a, b, c of (a + b t) ÷ (1 + c t) from its values at 0, ½ and 1."""
    with np.errstate(all="ignore"):
        c = np.where(_alike(start, end), 0.0, (2 * middle - start - end) / (end - middle))
        return start, end * (1 + c) - start, c


def solve(function: Callable[[Any], Any], low: float, high: float, goal: float) -> float | None:
    """The argument at which a ratio of two linear functions equals a goal, also outside the range in which it is
    evaluated, from low to high; None where nowhere.
    >>> solve(lambda x: 3 / (1 + x), 0, 4, 1.5)
    1.0
    """
    with np.errstate(all="ignore"):
        values = np.broadcast_to(np.asarray(function(quarters(low, high)), float), (3,))
        found = float(low + (0.25 + 0.5 * root(*(values - goal))) * (high - low))
        is_flat = np.ptp(values) <= SAME * max(abs(goal), np.abs(values).max())
    return found if np.isfinite(found) and not is_flat else None


def quarters(low: float, high: float) -> Floats:
    """The places at a quarter, a half and three quarters of the way: ends are often poles."""
    return low + np.array([0.25, 0.5, 0.75]) * (high - low)


def breakpoints(values: Floats, low: float, high: float, levels: Iterable[float]) -> list[float]:
    """Where ratios of two linear functions pass levels, or have a pole, between two ends.

    values: at ¼, ½ and ¾ of the way from low to high, (3, functions).
    """
    with np.errstate(all="ignore"):
        # A pole is where one over the function is 0.
        roots = [root(*(1 / values)), *(root(*(values - level)) for level in levels if np.isfinite(level))]
    places = low + (0.25 + 0.5 * np.concatenate(roots)) * (high - low)
    kept: list[float] = []
    for place in map(float, np.unique(places[(places > low) & (places < high)])):
        # Roots that differ in a float's last digits are one.
        if not kept or place - kept[-1] > SAME * max(abs(low), abs(high)):
            kept.append(place)
    return kept


def is_fractional(start: Any, third: Any, middle: Any, end: Any) -> Any:
    """Whether values at 0, ⅓, ½ and 1 are those of one ratio of two linear functions."""
    a, b, c = mobius(start, middle, end)
    size = np.maximum(np.abs(start), np.abs(end))
    four = np.stack([start, third, middle, end])
    with np.errstate(all="ignore"):
        predicted = (a + b / 3) / (1 + c / 3)
        close = np.abs(predicted - third) <= SAME * np.maximum(size, np.abs(third))
        # A constant that is computed along the way differs in its last digits.
        constant = np.ptp(four, axis=0) <= SAME * size
    return close | constant | ~np.isfinite(four).all(axis=0)
