"""Extremes, roots and spans of quantities that are ratios of two linear functions in each leaf, in closed form.

Along an edge of a box such a quantity is (A t + B) ÷ (C t + 1). Three evaluations give it, and a fourth confirms it
(``check``). It rises or falls all along an edge, so its extremes over a box lie at the corners. A limit cuts the box:
then they lie at feasible corners, where an edge crosses a limit, or where two limits meet on a face.
That is no theorem for every formula; tests compare it with scipy's optimisers for every shipped quantity.

A function here takes the leaves' values by name, arrays of one shape, and returns the quantity and its rooms: one array
a limit, 0 or more where the limit is kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.core.words import SAME

Floats = NDArray[np.float64]
Function: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, Sequence[Any]]]
_THREE = np.array([0.0, 0.5, 1.0])
#: The relative difference up to which a fourth evaluation confirms three.
CONFIRMED = 1e-9


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value over a box; NaN where no part of it keeps every limit.

    trimmed: how many of the ``corners`` break a limit.
    """

    low: float
    high: float
    trimmed: int = 0
    corners: int = 1


def extremes(
    function: Function, box: Mapping[str, tuple[float, float]], vary: Mapping[str, Floats] | None = None
) -> list[Bounds]:
    """The bounds of a function over a box; one for each entry of the arrays in ``vary``, else one.

    >>> extremes(lambda v: (v["a"] / v["b"], ()), {"a": (1, 2), "b": (4, 5)})
    [Bounds(low=0.2, high=0.5, trimmed=0, corners=4)]
    """
    names = list(box)
    low = np.array([box[name][0] for name in names], float)
    width = np.array([box[name][1] for name in names], float) - low
    columns = {name: np.asarray(values, float)[:, None] for name, values in (vary or {}).items()}
    rows = len(next(iter(columns.values()))) if columns else 1
    k = len(names)

    def at(where: Floats) -> tuple[Floats, Floats]:
        """The function and its rooms, (limits, rows, points), at positions (…, points, leaves) between 0 and 1."""
        given = {name: low[i] + where[..., i] * width[i] for i, name in enumerate(names)}
        shape = (rows, where.shape[-2])
        with np.errstate(all="ignore"):
            target, rooms = function({**columns, **given})
        stacked = np.array([np.broadcast_to(np.asarray(room, float), shape) for room in rooms]).reshape(-1, *shape)
        return np.broadcast_to(np.asarray(target, float), shape), stacked

    corners = np.array(list(itertools.product((0.0, 1.0), repeat=k))).reshape(2**k, k)
    values, rooms = at(corners)
    fine = _kept(rooms, values)
    edges = _edges(k)
    if not len(edges):
        found = [np.where(fine, values, np.nan)]
    else:
        starts, axes, ends = corners[edges[:, 0]], edges[:, 1], edges[:, 0] | edges[:, 2]
        middles = starts.copy()
        middles[np.arange(len(edges)), axes] = 0.5
        middle_values, middle_rooms = at(middles)

        def along(corner: Floats, middle: Floats, goal: float = 0.0, *, inverse: bool = False) -> Floats:
            """Where the edges reach a goal, or a pole: positions (rows, edges, leaves), NaN where nowhere."""
            three = corner[:, edges[:, 0]] - goal, middle - goal, corner[:, ends] - goal
            with np.errstate(all="ignore"):
                t = root(*(1 / one for one in three)) if inverse else root(*three)
                place = np.repeat(starts[None], rows, axis=0)
                place[:, np.arange(len(axes)), axes] = np.where((t >= 0) & (t <= 1), t, np.nan)
            return place

        poles = [
            _has_pole(room[:, edges[:, 0]], middle, room[:, ends])
            for room, middle in zip(rooms, middle_rooms, strict=True)
        ]
        # A limit without a pole that every corner breaks is broken all over the box; one that every corner keeps, kept.
        if any((room < -SAME).all() and not pole.any() for room, pole in zip(rooms, poles, strict=True)):
            return [Bounds(np.nan, np.nan, len(corners), len(corners))] * rows
        binding = [i for i, room in enumerate(rooms) if poles[i].any() or not (room >= -SAME).all()]
        found = [np.where(fine & np.isfinite(values), values, np.nan)]
        candidates = [along(rooms[i], middle_rooms[i]) for i in binding]
        candidates += _meetings(at, corners, k, binding)
        for where in candidates:
            there, room = at(where)
            inside = np.isfinite(where).all(axis=-1) & _kept(room, there)
            found.append(np.where(inside & np.isfinite(there), there, np.nan))
        pole = _has_pole(values[:, edges[:, 0]], middle_values, values[:, ends])
        if pole.any():
            found += [
                np.where(pole, one, np.nan) for one in _beside(at, along(values, middle_values, inverse=True), axes)
            ]
    together = np.concatenate(found, axis=1)
    some = ~np.isnan(together).all(axis=1)
    filled = np.where(some[:, None], together, 0.0)
    lows, highs = np.nanmin(filled, axis=1), np.nanmax(filled, axis=1)
    # A float's last digits around 0 are 0.
    size = SAME * np.abs(np.where(np.isfinite(together), together, 0.0)).max(axis=1)
    lows, highs = (np.where(np.abs(end) <= size, 0.0, end) for end in (lows, highs))
    trimmed = (~fine).sum(axis=1)
    return [
        Bounds(float(a), float(b), int(cut), len(corners)) if ok else Bounds(np.nan, np.nan, int(cut), len(corners))
        for a, b, cut, ok in zip(lows, highs, trimmed, some, strict=True)
    ]


def merged(found: Iterable[Bounds]) -> Bounds:
    """The bounds over several branches of one function."""
    parts = list(found)
    if len(parts) == 1:
        return parts[0]
    lows, highs = [one.low for one in parts], [one.high for one in parts]
    some = not all(np.isnan(lows))
    low, high = (float(np.nanmin(lows)), float(np.nanmax(highs))) if some else (np.nan, np.nan)
    return Bounds(low, high, min(one.trimmed for one in parts), parts[0].corners)


def _kept(rooms: Floats, values: Floats) -> NDArray[np.bool_]:
    """Where every limit is kept, to the last digits, and the value is a number."""
    kept = ~np.isnan(values)
    for room in rooms:
        kept = kept & (room >= -SAME)
    return kept


@cache
def _edges(k: int) -> NDArray[np.intp]:
    """The edges of a box: the corner where each starts, its axis, and the bit of that axis in a corner's number."""
    numbers = np.arange(2**k)
    parts = []
    for axis in range(k):
        bit = 1 << (k - 1 - axis)
        start = numbers[numbers & bit == 0]
        parts.append(np.stack([start, np.full_like(start, axis), np.full_like(start, bit)], axis=1))
    return np.concatenate(parts) if parts else np.zeros((0, 3), np.intp)


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


def _beside(at: Callable[[Floats], tuple[Floats, Floats]], poles: Floats, axes: NDArray[np.intp]) -> Iterator[Floats]:
    """Infinity, with its sign, on each side of a pole; NaN where a limit forbids that side, or no pole is there."""
    for step in (-1e-9, 1e-9):
        where = poles.copy()
        where[:, np.arange(len(axes)), axes] += step
        there, room = at(where)
        inside = ((where >= 0) & (where <= 1)).all(axis=-1) & _kept(room, there)
        yield np.where(inside, np.copysign(np.inf, there), np.nan)


def _meetings(
    at: Callable[[Floats], tuple[Floats, Floats]], corners: Floats, k: int, limits: list[int]
) -> list[Floats]:
    """Where two limits meet on a face of the box.

    At a fixed place along one side of a face, the root along the other side is a ratio of two linear functions of that
    place. Two such roots are equal where a quadratic is 0.
    """
    found: list[Floats] = []
    if len(limits) < 2:
        return found
    for i, j in itertools.permutations(range(k), 2):
        faces = corners[(corners[:, i] == 0) & (corners[:, j] == 0)]
        # Nine places on each face, three along one side for each of three along the other.
        grid = np.repeat(faces[None], 9, axis=0)
        grid[..., i], grid[..., j] = np.tile(_THREE, 3)[:, None], np.repeat(_THREE, 3)[:, None]
        rooms = at(grid.reshape(-1, k))[1][limits]
        along = rooms.reshape(len(limits), -1, 3, 3, len(faces))
        roots = [root(*(along[:, :, step, place] for place in range(3))) for step in range(3)]
        # root_of_limit(t) = (a + b t) / (1 + c t), (limits, rows, faces)
        with np.errstate(all="ignore"):
            a, b, c = _mobius(*roots)
            for one, two in itertools.combinations(range(len(limits)), 2):
                square = b[one] * c[two] - b[two] * c[one]
                linear = a[one] * c[two] + b[one] - a[two] * c[one] - b[two]
                for t in _quadratic(square, linear, a[one] - a[two]):
                    s = (a[one] + b[one] * t) / (1 + c[one] * t)
                    place = np.repeat(faces[None], len(t), axis=0)
                    inside = (s >= 0) & (s <= 1) & (t >= 0) & (t <= 1)
                    place[..., i], place[..., j] = np.where(inside, s, np.nan), np.where(inside, t, np.nan)
                    found.append(place)
    return found


def _mobius(start: Any, middle: Any, end: Any) -> tuple[Any, Any, Any]:
    """a, b, c of (a + b t) / (1 + c t) from its values at 0, ½ and 1."""
    with np.errstate(all="ignore"):
        c = (2 * middle - start - end) / (end - middle)
        c = np.where(start == end, 0.0, c)
        return start, end * (1 + c) - start, c


def _quadratic(a: Any, b: Any, c: Any) -> list[Any]:
    """The real roots of a t² + b t + c; NaN where there is none."""
    with np.errstate(all="ignore"):
        turned = -(b + np.where(b < 0, -1.0, 1.0) * np.sqrt(b * b - 4 * a * c)) / 2
        return [turned / a, c / turned]


# One leaf -------------------------------------------------------------------------------------------------------------


def solve(function: Callable[[Any], Any], low: float, high: float, goal: float) -> float | None:
    """The argument at which a ratio of two linear functions equals a goal, also outside the range; None where nowhere.

    low, high: the range of the argument; the function is evaluated inside it. Raises ArithmeticError where a fourth
    evaluation at the root contradicts the three.

    >>> solve(lambda x: 3 / (1 + x), 0, 4, 1.5)
    1.0
    """
    ends = low + (high - low) / 4, high - (high - low) / 4
    places = np.array([ends[0], (ends[0] + ends[1]) / 2, ends[1]])
    with np.errstate(all="ignore"):
        values = np.broadcast_to(np.asarray(function(places), float), (3,)) - goal
    finite = values[np.isfinite(values)]
    scale = max(abs(goal), float(np.abs(finite + goal).max(initial=0.0)))
    if len(finite) == len(values) and not np.ptp(values) > SAME * scale:
        return None
    found = float(ends[0] + root(*values) * (ends[1] - ends[0]))
    if not np.isfinite(found):
        return None
    missed = float(np.asarray(function(np.array([found])), float).ravel()[0]) - goal
    if abs(missed) > 1e3 * CONFIRMED * scale:
        raise ArithmeticError("not a ratio of two linear functions")
    return found


def breakpoints(values: Floats, low: float, high: float, levels: Iterable[float]) -> list[float]:
    """Where ratios of two linear functions pass levels, or have a pole, between two ends.

    values: at ¼, ½ and ¾ of the way from low to high, (3, functions).
    """
    found: list[Any] = []
    ends = low + (high - low) / 4, high - (high - low) / 4
    for level in levels:
        if np.isfinite(level):
            found.append(root(*(values - level)))
    # A pole is where one over the function is 0.
    with np.errstate(all="ignore"):
        found.append(root(*(1 / values)))
    places = ends[0] + np.concatenate(found) * (ends[1] - ends[0]) if found else np.array([])
    inside = np.unique(places[np.isfinite(places) & (places > low) & (places < high)])
    # Roots that differ in a float's last digits are one.
    kept: list[float] = []
    for place in map(float, inside):
        if not kept or place - kept[-1] > SAME * max(abs(low), abs(high)):
            kept.append(place)
    return kept


def is_fractional(start: Any, third: Any, middle: Any, end: Any) -> Any:
    """Whether values at 0, ⅓, ½ and 1 are those of one ratio of two linear functions."""
    a, b, c = _mobius(start, middle, end)
    size = np.maximum(np.abs(start), np.abs(end))
    four = np.stack([start, third, middle, end])
    with np.errstate(all="ignore"):
        predicted = (a + b / 3) / (1 + c / 3)
        close = np.abs(predicted - third) <= CONFIRMED * np.maximum(size, np.abs(third))
        # A constant that is computed along the way differs in its last digits.
        constant = np.ptp(four, axis=0) <= SAME * size
    return close | constant | ~np.isfinite(four).all(axis=0)
