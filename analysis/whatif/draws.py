"""This module draws inputs at random and computes quantities from them on arrays.

Each printed input is drawn uniformly over the values that round to its digits, and an
assumption is drawn only if it has a distribution. Draws are illustrative: they are
arithmetic under distributions that somebody chose, so their percentiles are neither
confidence nor credible intervals. The draws are computed in blocks by several threads;
block i uses the i-th spawned seed, so that the result does not depend on which thread
computes the block.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> half = Distribution("uniform", (0, 0.5))
>>> setting = model.setting({"former_detainees": 300_000})
>>> drawn = Draws(model, ("at_risk_total",), setting, {"overlap": half}, n=1024)
>>> round(drawn.numbers["at_risk_total"]["mean"], -4)
2130000.0
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.model.curves import Floats
from analysis.model.model import Model, ModelError, Plan, Setting
from analysis.whatif import DRAWS
from analysis.whatif.distributions import Distribution
from analysis.whatif.indices import Indices, sobol_indices, values_of

PERCENTILES: tuple[float, ...] = (5.0, 50.0, 95.0)
#: The number of draws in a block, whose columns fit in a core's cache, and the largest
#: number of draws, all of which are held in memory.
ROWS, MOST = 2**15, 10**6
NOT_DRAWN = "the printed digits are not drawn"


@dataclass(frozen=True)
class Draws:
    """Random draws of quantities under a setting.

    Each quantity in ``distributions`` is drawn from its distribution. If ``rounding``
    is true, each printed input without a distribution is drawn uniformly over the
    values that round to its digits. An input that is not drawn keeps its value. A draw
    that breaks a limit of the model is left out. ``kept`` counts the draws that break
    no limit. For each limit, ``violations`` counts the draws that break this limit; one
    draw may break several limits. Raises ModelError for numbers that can't be used, and
    if nothing is drawn.
    """

    model: Model = field(repr=False)
    quantities: tuple[str, ...]
    setting: Setting
    distributions: Mapping[str, Distribution]
    n: int = DRAWS
    seed: int = 0
    percentiles: tuple[float, ...] = PERCENTILES
    rounding: bool = True

    def __post_init__(self) -> None:
        check_draws(self.n, self.seed, self.percentiles)
        for name in self.quantities:
            self.model.checked_name(name)
        if not self.inputs:
            raise ModelError(
                f"nothing that is drawn moves {' or '.join(self.quantities)}; give a "
                "distribution of something that does"
            )
        for name in self.plan.in_words:
            if name not in self.inputs:
                raise ModelError(
                    f"{name} is given in words only; give it a value or a distribution"
                )

    @cached_property
    def plan(self) -> Plan:
        """The plan by which all quantities are computed together."""
        return self.model.plan(self.quantities, self.setting)

    @cached_property
    def inputs(self) -> dict[str, Distribution]:
        """Map each input of the plan that is drawn to its distribution."""
        inputs = {}
        for name, node in self.plan.leaves.items():
            printed = node.source.interval()
            is_drawn = self.rounding and name not in self.plan.in_words
            if name in self.distributions:
                inputs[name] = self.distributions[name]
            elif is_drawn and printed.low < printed.high:
                inputs[name] = Distribution("uniform", (printed.low, printed.high))
        return inputs

    def _computed(self, names: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
        """Compute some quantities for all draws, and tell which limits each draw keeps.

        The arrays have the shapes (quantities, draws) and (limits, draws). Threads fill
        the arrays block by block.
        """
        values = np.empty((len(names), self.n))
        within = np.empty((len(self.plan.limits), self.n), bool)

        def fill(start: int) -> None:
            size = min(ROWS, self.n - start)
            cube = points(len(self.inputs), size, self.seed, start // ROWS)
            computed = self.plan.evaluate(values_of(self.inputs, cube))
            place = slice(start, start + size)
            for row, name in zip(values, names, strict=True):
                row[place] = computed[name]
            for row, limit in zip(within, self.plan.limits, strict=True):
                row[place] = limit.is_kept(computed)

        with ThreadPoolExecutor() as threads:
            list(threads.map(fill, range(0, self.n, ROWS)))
        return values, within

    @cached_property
    def _drawn(self) -> tuple[Floats, dict[str, int]]:
        """The values of the kept draws, and how many draws break each limit."""
        values, within = self._computed(self.quantities)
        counts = self.n - within.sum(axis=1)
        if counts.any():
            values = values[:, within.all(axis=0)]
        for name, row in zip(self.quantities, values, strict=True):
            if not np.isfinite(row).all():
                raise ModelError(
                    f"{name} has no finite value in some of the draws: something is "
                    "divided by 0, or a number is too large to compute with"
                )
        left_out = zip(map(str, self.plan.limits), counts.tolist(), strict=True)
        return values, {limit: count for limit, count in left_out if count}

    @property
    def differs(self) -> str:
        """How the draws differ from the article, in one line; empty if they do not."""
        said = self.model.differences(self.setting)
        if self.rounding:
            return said
        return f"{said}; {NOT_DRAWN}" if said else NOT_DRAWN

    @property
    def kept(self) -> int:
        """The number of draws that break no limit."""
        return int(self._drawn[0].shape[1])

    @property
    def violations(self) -> dict[str, int]:
        """For each limit that is broken, the number of draws that break the limit."""
        return self._drawn[1]

    @cached_property
    def numbers(self) -> dict[str, dict[str, float]]:
        """The mean, standard deviation and percentiles of each quantity, in base units.

        The mean, standard deviation and percentiles are NaN if every draw is left out.
        """
        with ThreadPoolExecutor() as threads:
            rows = list(threads.map(self._numbers, self._drawn[0]))
        return dict(zip(self.quantities, rows, strict=True))

    def _numbers(self, values: Floats) -> dict[str, float]:
        names = ["mean", "sd", *map(percentile_name, self.percentiles)]
        if not len(values):
            return dict.fromkeys(names, math.nan)
        sd = float(values.std(ddof=1)) if len(values) > 1 else math.nan
        shares = [percentile(values, percent) for percent in self.percentiles]
        return dict(zip(names, [float(values.mean()), sd, *shares], strict=True))

    @cached_property
    def sample(self) -> dict[str, Floats]:
        """The inputs and the quantities of the kept draws, with an array for each."""
        names = list(dict.fromkeys([*self.inputs, *self.quantities]))
        values, within = self._computed(names)
        return dict(zip(names, values[:, within.all(axis=0)], strict=True))

    @cached_property
    def indices(self) -> Indices:
        """The Sobol indices of each quantity that varies; see ``sobol_indices``."""
        # Points past a limit are kept: without them the inputs would be dependent.
        return sobol_indices(
            self.plan.evaluate, self.quantities, self.inputs, seed=self.seed
        )


def points(count: int, size: int, seed: int, block: int) -> Floats:
    """Return the scrambled Sobol points of one block, as an array (count, size).

    All blocks have the same ``seed``; this block uses the ``block``-th seed spawned
    from it.
    """
    from scipy.stats import qmc

    bits = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block,)))
    sobol = qmc.Sobol(count, rng=np.random.Generator(bits))
    # The number of Sobol points must be a power of two, so we keep the first ones.
    cube = sobol.random(2 ** (size - 1).bit_length())[:size]
    return np.ascontiguousarray(cube.T)


def percentile(values: Floats, percent: float) -> float:
    """Compute a percentile as ``np.percentile`` does, in a third of the time.

    The first block of values tells roughly where the percentile is, so that only the
    values near it need sorting.
    """
    about = np.clip([percent - 1, percent + 1], 0, 100)
    low, high = np.percentile(values[:ROWS], about)
    is_below = values < low
    near = values[~is_below & (values <= high)]
    rank = percent / 100 * (len(values) - 1) - np.count_nonzero(is_below)
    last = len(near) - 1
    if not 0 <= rank <= last:
        return float(np.percentile(values, percent))
    return float(np.quantile(near, rank / max(last, 1)))


def percentile_name(percent: float) -> str:
    """Return the name of the column that holds a percentile.

    >>> percentile_name(5), percentile_name(97.5)
    ('p05', 'p97.5')
    """
    return f"p{percent:02g}"


def check_draws(n: int, seed: int, percentiles: Sequence[float] = ()) -> None:
    """Raise ModelError for a number of draws, seed or percentile that can't be used."""
    if seed < 0:
        raise ModelError(f"the seed {seed} lies below 0")
    if not 2 <= n <= MOST:
        raise ModelError(
            f"{n:,} draws can't be made; the number of draws is from 2 to {MOST:,}, "
            "because draws are held in memory"
        )
    for percent in percentiles:
        if not 0 <= percent <= 100:
            raise ModelError(
                f"{percent:g} is not a percentile; a percentile is from 0 to 100"
            )
    if all(0 < percent < 1 for percent in percentiles) and percentiles:
        raise ModelError(
            "percentiles are from 0 to 100; "
            f"write {100 * percentiles[0]:g} in place of {percentiles[0]:g}"
        )
