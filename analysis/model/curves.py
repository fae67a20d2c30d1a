"""As one input moves, a quantity follows a curve (a + b t) ÷ (1 + c t).

Three values determine a curve, so its roots and crossings need no search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.core.spell import SAME

Floats: TypeAlias = NDArray[np.float64]
#: The shares of the way at which a curve is evaluated. The ends of an assumption's
#: range are left out, because a quantity often has a pole there, as at an overlap of 1.
_SHARES = np.array([0.25, 0.5, 0.75])


def root(start: Any, middle: Any, end: Any) -> Any:
    """Find where a curve is 0, as a share of the way from its start to its end.

    The curve is given by its values at the start, in the middle and at the end.

    The share is infinite or NaN if the curve is never 0.

    >>> float(root(-1.0, 0.0, 1.0)), float(root(1.0, 0.5, 1 / 3 - 1 / 3))
    (0.5, 1.0)
    """
    # For (a + b t) ÷ (1 + c t) the three values give c, and then t = −a ÷ b.
    with np.errstate(all="ignore"):
        shares = np.divide(
            start * (middle - end), end * middle + start * middle - 2 * start * end
        )
        # These are the limits of the same formula as one of the values grows infinite.
        at_start = np.divide(middle - end, middle - 2 * end)
        at_middle = np.divide(start, start + end)
        at_end = np.divide(start, 2 * start - middle)
    shares = np.where(np.isinf(start), at_start, shares)
    shares = np.where(np.isinf(middle), at_middle, shares)
    return np.where(np.isinf(end), at_end, shares)


def arguments_between(low: float, high: float) -> Floats:
    """The three arguments, between two ends, at which a curve is evaluated."""
    return low + _SHARES * (high - low)


def solve(
    function: Callable[[Any], Any], low: float, high: float, goal: float
) -> float | None:
    """Find the argument at which a curve equals a goal.

    The curve is evaluated between ``low`` and ``high``, but the argument that is found
    may lie outside. The answer is None if the curve never equals the goal.

    >>> solve(lambda x: 3 / (1 + x), 0, 4, 1.5)
    1.0
    """
    with np.errstate(all="ignore"):
        values = np.broadcast_to(function(arguments_between(low, high)), (3,))
        is_flat = np.ptp(values) <= SAME * max(abs(goal), np.abs(values).max())
    argument = argument_at(root(*(values - goal)), low, high)
    return float(argument) if np.isfinite(argument) and not is_flat else None


def argument_at(share: Any, low: float, high: float) -> Any:
    """The argument at a share of the way from the first evaluation to the last."""
    start, width = _SHARES[0], _SHARES[-1] - _SHARES[0]
    return low + (start + width * share) * (high - low)


def crossings(
    values: Floats, low: float, high: float, levels: Iterable[float]
) -> list[float]:
    """Find where curves pass levels, or have a pole, between two ends.

    ``values`` has a column for each curve, with its values at the three arguments of
    ``arguments_between``.
    """
    with np.errstate(all="ignore"):
        # At a pole, one divided by the curve is 0.
        poles = root(*(1 / values))
    passed = [root(*(values - level)) for level in levels if np.isfinite(level)]
    places = argument_at(np.concatenate([poles, *passed]), low, high)
    return distinct(places[(places > low) & (places < high)], low, high)


def distinct(places: Iterable[float], low: float, high: float) -> list[float]:
    """Put arguments between two ends in order, and list equal arguments once."""
    kept: list[float] = []
    for place in sorted(map(float, places)):
        if not kept or place - kept[-1] > SAME * max(abs(low), abs(high)):
            kept.append(place)
    return kept


def coefficients(start: Any, middle: Any, end: Any) -> tuple[Any, Any, Any]:
    """The numbers a, b and c of a curve from its values at 0, ½ and 1."""
    with np.errstate(all="ignore"):
        is_flat = np.abs(start - end) <= 1e-12 * np.maximum(np.abs(start), np.abs(end))
        c = np.where(is_flat, 0.0, (2 * middle - start - end) / (end - middle))
    return start, end * (1 + c) - start, c


def meeting(left: Sequence[Any], right: Sequence[Any]) -> tuple[Any, Any]:
    """Find the two values of t at which two curves are equal.

    Each curve is given by its coefficients a, b and c.

    If the curves meet only once or not at all, the missing values of t are infinite or
    NaN. Curves that only touch give the same value of t twice. In the first example, t
    equals 2 t ÷ (1 + t) at 1 and at 0; in the second example, 1 + t never equals 3 t ÷
    (1 + t).

    >>> [float(share) for share in meeting((0, 1, 0), (0, 2, 1))]
    [1.0, 0.0]
    >>> [float(share) for share in meeting((1, 1, 0), (0, 3, 1))]
    [nan, nan]
    """
    a, b, c = left
    d, e, f = right
    with np.errstate(all="ignore"):
        # The curves' difference times both denominators is a quadratic function.
        square = b * f - e * c
        linear = a * f + b - d * c - e
        free = a - d
        spread = np.sqrt(linear * linear - 4 * square * free)
        half_sum = -(linear + np.copysign(spread, linear)) / 2
        return half_sum / square, free / half_sum


def is_curve(start: Any, third: Any, middle: Any, end: Any) -> Any:
    """Whether one curve has the given values at 0, ⅓, ½ and 1."""
    a, b, c = coefficients(start, middle, end)
    size = np.maximum(np.abs(start), np.abs(end))
    four = np.stack([start, third, middle, end])
    with np.errstate(all="ignore"):
        predicted = (a + b / 3) / (1 + c / 3)
        is_close = np.abs(predicted - third) <= SAME * np.maximum(size, np.abs(third))
        # A constant that is computed at several points may differ in its last digits.
        is_constant = np.ptp(four, axis=0) <= SAME * size
    return is_close | is_constant | ~np.isfinite(four).all(axis=0)
