"""This module computes Sobol indices.

A Sobol index says how much of the variance of a quantity an input explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from analysis.model.curves import Floats
from analysis.model.model import ModelError
from analysis.whatif.distributions import Distribution

#: By quantity and input: the indices with the ends of their intervals.
Indices: TypeAlias = dict[str, dict[str, dict[str, float]]]
#: Base points of the indices.
POINTS = 2**14


def values_of(inputs: Mapping[str, Distribution], cube: Floats) -> dict[str, Floats]:
    """Turn points of the unit cube into values of the inputs, as arrays (inputs, n)."""
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

    The function takes arrays of equal length by the names of the inputs, and returns
    arrays by the names of the quantities. The index ``first`` is the share of the
    variance that an input explains alone. The index ``total`` is the share of the
    variance that remains if all other inputs are fixed (see
    ``scipy.stats.sobol_indices``). Each index has a low and a high end, at 1.96
    standard deviations over bootstrap ``resamples`` of the ``n`` base points; ``n`` is
    a power of two. Raises ModelError for a quantity that does not vary.

    >>> unit = Distribution("uniform", (0, 1))
    >>> both = {"a": unit, "b": unit}
    >>> found = sobol_indices(lambda v: {"c": v["a"] + 2 * v["b"]}, ["c"], both, n=1024)
    >>> round(found["c"]["a"]["first"], 2)
    0.2
    """
    from scipy.stats import qmc

    seeds = np.random.SeedSequence(seed, spawn_key=(0,))
    rng = np.random.Generator(np.random.PCG64(seeds))
    # An input's two values come from neighbouring dimensions, pairs of which lie
    # evenest: a tenth of the error that the first half of the dimensions against the
    # second gives.
    cube = np.ascontiguousarray(qmc.Sobol(2 * len(inputs), rng=rng).random(n).T)
    base, other = values_of(inputs, cube[0::2]), values_of(inputs, cube[1::2])
    crossed = [{**base, name: other[name]} for name in base]
    every = [function(values) for values in (base, other, *crossed)]
    # The first row weighs each base point alike, the others are the resamples.
    weights = np.ones((resamples + 1, n))
    for row in weights[1:]:
        row[:] = np.bincount(rng.integers(0, n, n), minlength=n)
    indices: Indices = {}
    for quantity in quantities:
        rows = [np.broadcast_to(values[quantity], n) for values in every]
        shares = _shares(np.array(rows), weights / n)
        indices[quantity] = dict(zip(inputs, shares, strict=True))
    return indices


def _shares(f: Floats, weights: Floats) -> Sequence[dict[str, float]]:
    """Compute the indices of one quantity, with an entry for each input.

    f: the quantity at both halves of the base points, and with each input taken from
    the other half. weights: the weights of the base points, first equal and then for
    each resample, as an array (1 + resamples, n).
    """
    if not np.ptp(f[:2]):
        raise ModelError(
            "nothing that is drawn moves it, so there is no variance to share out"
        )
    f = f - f[:2].mean()
    # The estimators of scipy.stats.sobol_indices, from means that all resamples weigh
    # at once; its own resamples take a thousand times as long.
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
