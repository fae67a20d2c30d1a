"""This module computes Sobol indices.

A Sobol index tells what share of a quantity's variance an input explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from analysis.model.curves import Floats
from analysis.model.model import ModelError
from analysis.whatif.distributions import Distribution

#: By quantity and input, the indices with the ends of their intervals.
Indices: TypeAlias = dict[str, dict[str, dict[str, float]]]
#: The number of base points from which indices are computed.
POINTS = 2**14


def values_of(inputs: Mapping[str, Distribution], cube: Floats) -> dict[str, Floats]:
    """Turn points of the unit cube, an array (inputs, n), into values of each input."""
    rows = zip(inputs.items(), cube, strict=True)
    return {name: drawn.ppf(row) for (name, drawn), row in rows}


def sobol_indices(
    function: Callable[[Mapping[str, Floats]], Mapping[str, Any]],
    quantities: Iterable[str],
    inputs: Mapping[str, Distribution],
    *,
    n: int = POINTS,
    seed: int = 0,
    resamples: int = 100,
) -> Indices:
    """Compute the Sobol indices of each quantity for each independent input.

    ``function`` takes a mapping from the name of each input to an array, all of equal
    length, and returns a mapping from the name of each quantity to an array. The index
    ``first`` is the share of the variance that an input explains alone. The index
    ``total`` is the share of the variance that remains, on average, if all other inputs
    are fixed (see ``scipy.stats.sobol_indices``). Each index has a low and a high end,
    which lie 1.96 standard deviations below and above it. The standard deviation of an
    index is found by resampling the ``n`` base points ``resamples`` times (bootstrap).
    ``n`` must be a power of two. A quantity that does not vary is left out. Raises
    ModelError if no quantity varies.

    >>> unit = Distribution("uniform", (0, 1))
    >>> both = {"a": unit, "b": unit}
    >>> found = sobol_indices(lambda v: {"c": v["a"] + 2 * v["b"]}, ["c"], both, n=1024)
    >>> round(found["c"]["a"]["first"], 2)
    0.2
    """
    from scipy.stats import qmc

    seeds = np.random.SeedSequence(seed, spawn_key=(0,))
    rng = np.random.Generator(np.random.PCG64(seeds))
    # The two values of an input come from neighbouring dimensions, because pairs of
    # these are spread most evenly. The error is a tenth of that which pairing the first
    # half of the dimensions with the second would give.
    cube = np.ascontiguousarray(qmc.Sobol(2 * len(inputs), rng=rng).random(n).T)
    base, other = values_of(inputs, cube[0::2]), values_of(inputs, cube[1::2])
    crossed = [{**base, name: other[name]} for name in base]
    every = [function(values) for values in (base, other, *crossed)]
    # In the first row all base points have the same weight; the others are resamples.
    weights = np.ones((resamples + 1, n))
    for row in weights[1:]:
        row[:] = np.bincount(rng.integers(0, n, n), minlength=n)
    indices: Indices = {}
    for quantity in quantities:
        rows = np.array([np.broadcast_to(values[quantity], n) for values in every])
        if np.ptp(rows[:2]):
            shares = _shares(rows, weights / n)
            indices[quantity] = dict(zip(inputs, shares, strict=True))
    if not indices:
        raise ModelError(
            "nothing that is drawn moves the quantity, "
            "so there is no variance to explain"
        )
    return indices


def _shares(f: Floats, weights: Floats) -> Sequence[dict[str, float]]:
    """Compute the indices of one quantity, with an entry for each input.

    The first row of ``f`` holds the values of the quantity at the first set of base
    points, and the second row those at the second set. Each further row of ``f`` holds
    the values of the quantity at the first set with one input taken from the second
    set. ``weights`` is an array (1 + resamples, n) with the weights of the base points;
    all weights in the first row are equal.
    """
    f = f - f[:2].mean()
    # These are the estimators of scipy.stats.sobol_indices. One product of matrices
    # gives the means of all resamples; scipy's own bootstrap takes a thousand times as
    # long.
    moved = f[2:] - f[0]
    squares = [f[:2].mean(axis=0), (f[:2] ** 2).mean(axis=0)]
    means = weights @ np.concatenate([f[1] * moved, moved**2 / 2, squares]).T
    variances = means[:, -1:] - means[:, -2:-1] ** 2
    shares = means[:, :-2] / variances
    first, total = shares[0].reshape(2, -1)
    of_first, of_total = 1.96 * shares[1:].std(axis=0, ddof=1).reshape(2, -1)
    columns = {
        "first": first,
        "first_low": first - of_first,
        "first_high": first + of_first,
        "total": total,
        "total_low": total - of_total,
        "total_high": total + of_total,
    }
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]
