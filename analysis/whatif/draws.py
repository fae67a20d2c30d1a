"""Draws: distributions for assumptions, and draws through the model, block by block.

A printed input is drawn uniformly over the values it stands for, an assumption only
where it is given a distribution. Draws are illustrative: arithmetic under distributions
that somebody chose, and no interval of confidence or credence. Block i uses the i-th
spawned seed, so its numbers do not depend on who computes it.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> setting = model.setting({"former_detainees": 300_000})
>>> half = {"overlap": Distribution(low=0, high=0.5)}
>>> drawn = draw(model, ["at_risk_total"], setting, half, n=1024)
>>> round(drawn.numbers["at_risk_total"]["mean"], -4)
2130000.0
"""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core.errors import InputError
from analysis.model.curves import Floats
from analysis.model.model import Model, ModelError, Plan, Setting

PERCENTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
NUMBERS = ("mean", "sd", *PERCENTILES)
#: Draws of a block, so that its columns stay in a core's cache; and the most draws,
#: which are held in memory.
ROWS, MOST = 2**15, 10**6


@dataclass(frozen=True)
class Distribution:
    """Uniform from low to high, or triangular with its peak at mode; in base units.

    Raises ModelError for numbers that make no distribution.

    >>> Distribution(0, 2, mode=1).ppf(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 1.0, 2.0]
    """

    low: float
    high: float
    mode: float | None = None

    def __post_init__(self) -> None:
        rises = (
            self.low <= self.high
            if self.mode is None
            else self.low <= self.mode <= self.high != self.low
        )
        if not (rises and math.isfinite(self.high - self.low)):
            raise ModelError(f"{self} does not rise from its low end to its high end")

    def __str__(self) -> str:
        low, high = f"low {self.low:,.10g}", f"high {self.high:,.10g}"
        if self.mode is None:
            return f"uniform ({low}, {high})"
        return f"triangular ({low}, mode {self.mode:,.10g}, {high})"

    def ppf(self, u: Floats) -> Floats:
        """Return the value that a share u of the draws lies below.

        An array may have any shape, and one of the same shape comes back.
        """
        width = self.high - self.low
        if self.mode is None:
            return self.low + u * width
        rise = self.mode - self.low
        # Each half is at the mode where the other counts.
        left = np.sqrt(np.minimum(u, rise / width) * width * rise)
        right = np.sqrt((1 - np.maximum(u, rise / width)) * width * (width - rise))
        return self.high - rise + left - right


def inputs(
    plan: Plan, distributions: Mapping[str, Distribution]
) -> dict[str, Distribution]:
    """Return the inputs that are drawn for a plan, with their distributions.

    They are those given, and each other printed input, uniformly over what it stands
    for. No other input in words is drawn, nor one that the plan does not start from.
    """
    ranges = {
        name: node.source.interval()
        for name, node in plan.leaves.items()
        if name not in plan.words
    }
    printed = {
        name: Distribution(one.low, one.high)
        for name, one in ranges.items()
        if one.low < one.high
    }
    found = {**printed, **distributions}
    return {name: found[name] for name in plan.leaves if name in found}


def values_of(drawn: Mapping[str, Distribution], u: Floats) -> dict[str, Floats]:
    """The inputs' values from points of the unit cube, (inputs, n)."""
    return {
        name: one.ppf(row) for (name, one), row in zip(drawn.items(), u, strict=True)
    }


def points(count: int, size: int, seed: int, block: int) -> Floats:
    """The scrambled Sobol points of one block, (count, size).

    All blocks have one ``seed``; this block uses the ``block``-th spawned from it.
    """
    from scipy.stats import qmc

    bits = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block,)))
    return np.ascontiguousarray(
        qmc.Sobol(count, rng=np.random.Generator(bits)).random(size).T
    )


def run_blocks(
    function: Callable[[Any], Any], items: Iterable[Any], scheduler: str = ""
) -> Generator[Any, None, None]:
    """Yield the results of a function for each item, in order.

    They come from this machine's threads, or from the workers of a Dask cluster whose
    scheduler has the address ``scheduler``. Raises InputError where none answers, or
    Dask is not installed.

    >>> list(run_blocks(abs, [-1, 2]))
    [1, 2]
    """
    from joblib import Parallel, delayed, parallel_config

    backend = "dask" if scheduler else "threading"
    with (
        reach(scheduler),
        parallel_config(backend, n_jobs=-1),
        warnings.catch_warnings(),
    ):
        # A run that stops in the middle has computed some blocks in vain.
        warnings.filterwarnings("ignore", ".*tasks", UserWarning)
        yield from Parallel(return_as="generator")(
            delayed(function)(item) for item in items
        )


def reach(scheduler: str) -> AbstractContextManager[Any]:
    """A connection to a Dask scheduler; none for this machine.

    Raises InputError where none answers.
    """
    if not scheduler:
        return contextlib.nullcontext()
    try:
        from distributed import Client

        connection: AbstractContextManager[Any] = Client(
            scheduler, timeout=10, set_as_default=True
        )
        return connection
    except ImportError:
        raise InputError(
            "Dask is not installed; the extra `cluster` brings it"
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers at '{scheduler}' ({type(error).__name__})"
        ) from None


@dataclass(frozen=True)
class Draws:
    """Draws: ``kept`` of ``n`` violate no limit.

    By quantity, ``numbers`` has the mean, sd and percentiles, in base units. By limit,
    ``violations`` counts the draws that violate it; one draw may violate several.
    """

    n: int
    kept: int
    numbers: Mapping[str, Mapping[str, float]]
    violations: Mapping[str, int]
    inputs: Mapping[str, Distribution]


def draw(
    model: Model,
    quantities: Sequence[str],
    setting: Setting,
    distributions: Mapping[str, Distribution],
    *,
    n: int = 2**16,
    seed: int = 0,
) -> Draws:
    """Draws of quantities under a setting: mean, sd and percentiles.

    Each quantity is drawn from its entry of ``distributions``; an assumption without
    one stays as it is set. A draw past a limit is left out and counted. The points are
    scrambled Sobol points, so ``n`` is a power of two. Raises ModelError for numbers
    that can't be used.
    """
    check_draws(n, seed)
    for name, one in distributions.items():
        for end in (one.low, one.high):
            model.number(name, end)
    plan = model.plan([model.known(quantity) for quantity in quantities], setting)
    drawn = inputs(plan, distributions)
    words = [name for name in plan.words if name not in drawn]
    if words:
        raise ModelError(
            f"{words[0]} is given in words only; give it a value or a distribution"
        )

    def block(number: int) -> tuple[Floats, NDArray[np.bool_]]:
        """Draw the quantities of one block, and tell where each limit is kept.

        The arrays are (quantities, draws) and (limits, draws).
        """
        size = min(ROWS, n - number * ROWS)
        values = plan.evaluate(values_of(drawn, points(len(drawn), size, seed, number)))
        targets = [np.broadcast_to(values[name], size) for name in quantities]
        within = [np.broadcast_to(limit.kept(values), size) for limit in plan.limits]
        return np.array(targets, float), np.array(within, bool).reshape(-1, size)

    targets, within = zip(*run_blocks(block, range(-(-n // ROWS))), strict=True)
    values, kept = np.concatenate(targets, axis=1), np.concatenate(within, axis=1)
    left = values[:, kept.all(axis=0)]
    for name, row in zip(quantities, left, strict=True):
        if not np.isfinite(row).all():
            raise ModelError(
                f"{name} has no finite value in some of the draws: something is "
                "divided by 0"
            )
    broken = {
        str(limit): int((~row).sum())
        for limit, row in zip(plan.limits, kept, strict=True)
    }
    numbers = {name: _numbers(row) for name, row in zip(quantities, left, strict=True)}
    return Draws(
        n,
        left.shape[1],
        numbers,
        {name: count for name, count in broken.items() if count},
        drawn,
    )


def check_draws(n: int, seed: int) -> None:
    """Raise ModelError in one sentence where draws can't be made with these."""
    for one in (n, seed):
        if not isinstance(one, Integral):
            raise ModelError(
                f"{one!r} is not a whole number, as the draws and the seed are"
            )
    if seed < 0:
        raise ModelError(f"the seed {seed} lies below 0")
    if n < 2:
        raise ModelError(f"{n:,} draws are fewer than 2")
    if n > MOST:
        raise ModelError(
            f"{n:,} draws are more than {MOST:,}, the most that are held in memory"
        )
    if n & (n - 1):
        below = 2 ** (n.bit_length() - 1)
        either = f"{below:,} or {2 * below:,}" if 2 * below <= MOST else f"{below:,}"
        raise ModelError(
            f"{n:,} draws are no power of two, as Sobol points need; take {either}"
        )


def _numbers(values: Floats) -> dict[str, float]:
    """Mean, sd and percentiles; NaN where no draw is left."""
    if not len(values):
        return dict.fromkeys(NUMBERS, math.nan)
    sd = float(values.std(ddof=1)) if len(values) > 1 else math.nan
    shares = np.quantile(values, list(PERCENTILES.values())).tolist()
    return dict(zip(NUMBERS, [float(values.mean()), sd, *shares], strict=True))
