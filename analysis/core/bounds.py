"""Extremes, roots and spans of quantities that are ratios of two linear functions in each leaf, in closed form.

Along an edge of a box such a quantity is (A t + B) ÷ (C t + 1). Three evaluations give it, and a fourth confirms it.
It rises or falls all along an edge, so its extremes over a box lie at the corners. A limit cuts the box: then they lie
at feasible corners, where an edge crosses a limit, or where two limits meet on a face.
That is no theorem for every formula; tests compare it with scipy's optimisers for every shipped quantity.

A function here takes the leaves' values by name, arrays of one shape, and returns the quantity and its rooms: one array
a limit, 0 or more where the limit is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.core.words import SAME

Floats = NDArray[np.float64]
Function: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, Sequence[Any]]]
#: The relative difference up to which a fourth evaluation confirms three.
CONFIRMED = 1e-9


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value over a box; NaN where no part of it keeps every limit.

    trimmed: how many corners of the box break a limit.
    """

    low: float
    high: float
    trimmed: int = 0


def extremes(
    function: Function, box: Mapping[str, tuple[float, float]], vary: Mapping[str, Floats] | None = None
) -> list[Bounds]:
    """The bounds of a function over a box; one for each entry of the arrays in ``vary``, else one.
    >>> extremes(lambda v: (v["a"] / v["b"], ()), {"a": (1, 2), "b": (4, 5)})
    [Bounds(low=0.2, high=0.5, trimmed=0)]
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
    binding = [i for i, room in enumerate(rooms) if (room < -SAME).any() or _has_pole(*along(room)).any()]
    if binding and k:
        crossings = [on_edges(root(*along(rooms[i]))) for i in binding]
        crossed = np.array([[~np.isnan(one[:, axes == i, i]).all() for i in range(k)] for one in crossings])
        meetings = _meetings(lambda where: at(where)[1][binding], corners, crossed)
        places = np.concatenate([*crossings, *meetings], axis=1)
        there, _, inside = at(places)
        found.append(np.where(inside & np.isfinite(places).all(axis=-1) & np.isfinite(there), there, np.nan))
    pole = _has_pole(*along(values))
    if pole.any():
        with np.errstate(all="ignore"):
            at_pole = root(*(1 / one for one in along(values)))
        for step in (-1e-9, 1e-9):
            # On a side of a pole that no limit forbids, the value has no bound.
            places = on_edges(at_pole + step)
            there, _, inside = at(places)
            open_side = pole & inside & np.isfinite(places).all(axis=-1)
            found.append(np.where(open_side, np.copysign(np.inf, there), np.nan))
    together = np.concatenate(found, axis=1)
    some = ~np.isnan(together).all(axis=1)
    filled = np.where(some[:, None], together, 0.0)
    # A float's last digits around 0 are 0.
    size = SAME * np.abs(np.where(np.isfinite(together), together, 0.0)).max(axis=1)
    lows, highs = (np.where(np.abs(e) <= size, 0.0, e) for e in (np.nanmin(filled, axis=1), np.nanmax(filled, axis=1)))
    trimmed = (~kept[:, :count]).sum(axis=1)
    return [
        Bounds(float(a), float(b), int(cut)) if ok else Bounds(np.nan, np.nan, int(cut))
        for a, b, cut, ok in zip(lows, highs, trimmed, some, strict=True)
    ]


def merged(parts: Sequence[Bounds]) -> Bounds:
    """The bounds over several branches of one function."""
    kept = [one for one in parts if not np.isnan(one.low)] or parts[:1]
    return Bounds(min(one.low for one in kept), max(one.high for one in kept), min(one.trimmed for one in parts))


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


def _meetings(rooms_at: Callable[[Floats], Floats], corners: Floats, crossed: NDArray[np.bool_]) -> list[Floats]:
    """Where two limits meet on a face of the box; ``crossed`` says which limits cross edges of which axes. At a fixed
    place along one side of a face, the root along the other side is a ratio of two linear functions of that place. Two
    such roots are equal where a quadratic is 0."""
    found: list[Floats] = []
    k = corners.shape[1]
    three = np.array([0.0, 0.5, 1.0])
    for i, j in itertools.permutations(range(k), 2):
        # A limit that cuts the face leaves it through one of its edges.
        here = np.flatnonzero(crossed[:, i] | crossed[:, j])
        if len(here) < 2:
            continue
        faces = corners[(corners[:, i] == 0) & (corners[:, j] == 0)]
        # Nine places on each face, three along one side for each of three along the other.
        grid = np.repeat(faces[None], 9, axis=0)
        grid[..., i], grid[..., j] = np.tile(three, 3)[:, None], np.repeat(three, 3)[:, None]
        along = rooms_at(grid.reshape(-1, k))[here]
        along = np.moveaxis(along.reshape(*along.shape[:2], 3, 3, len(faces)), (2, 3), (1, 0))
        # Of each limit: root(t) = (a + b t) ÷ (1 + c t), each (limits, rows, faces).
        a, b, c = mobius(*root(*along))
        with np.errstate(all="ignore"):
            for one, two in itertools.combinations(range(len(here)), 2):
                for t in meeting((a[one], b[one], c[one]), (a[two], b[two], c[two])):
                    s = (a[one] + b[one] * t) / (1 + c[one] * t)
                    inside = (s >= 0) & (s <= 1) & (t >= 0) & (t <= 1)
                    places = np.repeat(faces[None], len(t), axis=0)
                    places[..., i], places[..., j] = np.where(inside, s, np.nan), np.where(inside, t, np.nan)
                    found.append(places)
    return found


def meeting(one: Sequence[Any], two: Sequence[Any]) -> tuple[Any, Any]:
    """Where two ratios (a + b t) ÷ (1 + c t) are equal: two places, infinite or NaN where there are fewer."""
    (a, b, c), (d, e, f) = one, two
    # Their difference times both denominators is a quadratic.
    with np.errstate(all="ignore"):
        square, linear, free = b * f - e * c, a * f + b - d * c - e, a - d
        turned = -(linear + np.copysign(np.sqrt(np.maximum(linear * linear - 4 * square * free, 0.0)), linear)) / 2
        return turned / square, free / turned


def mobius(start: Any, middle: Any, end: Any) -> tuple[Any, Any, Any]:
    """a, b, c of (a + b t) ÷ (1 + c t) from its values at 0, ½ and 1."""
    with np.errstate(all="ignore"):
        c = np.where(start == end, 0.0, (2 * middle - start - end) / (end - middle))
        return start, end * (1 + c) - start, c


def solve(function: Callable[[Any], Any], low: float, high: float, goal: float) -> float | None:
    """The argument at which a ratio of two linear functions equals a goal, also outside the range; None where nowhere.

    low, high: the range of the argument; the function is evaluated inside it. Raises ArithmeticError where a fourth
    evaluation at the root contradicts the three.
    >>> solve(lambda x: 3 / (1 + x), 0, 4, 1.5)
    1.0
    """
    with np.errstate(all="ignore"):
        values = np.broadcast_to(np.asarray(function(quarters(low, high)), float), (3,)) - goal
    finite = values[np.isfinite(values)]
    scale = max(abs(goal), float(np.abs(finite + goal).max(initial=0.0)))
    if len(finite) == len(values) and not np.ptp(values) > SAME * scale:
        return None
    found = float(low + (0.25 + 0.5 * root(*values)) * (high - low))
    if not np.isfinite(found):
        return None
    missed = float(np.asarray(function(np.array([found])), float).ravel()[0]) - goal
    if abs(missed) > 1e3 * CONFIRMED * scale:
        raise ArithmeticError("not a ratio of two linear functions")
    return found


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
        close = np.abs(predicted - third) <= CONFIRMED * np.maximum(size, np.abs(third))
        # A constant that is computed along the way differs in its last digits.
        constant = np.ptp(four, axis=0) <= SAME * size
    return close | constant | ~np.isfinite(four).all(axis=0)
