"""Draws: distributions for assumptions, and draws through the model, block by block.

A printed input is drawn uniformly over the values it stands for, an assumption only where it is given a distribution.
Draws are illustrative: arithmetic under distributions that somebody chose, and no interval of confidence or credence.
Block i uses the i-th spawned seed, so its numbers do not depend on who computes it. The bounds of every output are
known before the first draw, so blocks are counted into fixed histograms, in constant memory.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> setting, half = model.change({"former_detainees": 300_000}), {"overlap": Distribution(low=0, high=0.5)}
>>> round(draw(model, ["at_risk_total"], setting, half, n=1024).numbers["at_risk_total"]["mean"], -4)
2130000.0
"""

from __future__ import annotations

import contextlib
import functools
import math
import warnings
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any

import numpy as np

from analysis.core.bounds import Bounds, Floats
from analysis.core.model import Limit, Model, ModelError, Plan, Setting
from analysis.core.published import Interval
from analysis.core.register import InputError
from analysis.core.words import SAME

METHODS = ("sobol", "random")
PERCENTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
NUMBERS = ("mean", "sd", *PERCENTILES)
#: Bins of a histogram over the support of an output: a rank is then right to a few in a million.
BINS = 4096
#: Draws of a block, so that its columns stay in a core's cache; and blocks that a thread or worker takes at a time.
ROWS, BLOCKS = 2**15, 16


@dataclass(frozen=True)
class Distribution:
    """Uniform from low to high, or triangular with its peak at mode; in base units. Raises ModelError for numbers that
    make no distribution.

    >>> Distribution(0, 2, mode=1).ppf(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 1.0, 2.0]
    """

    low: float
    high: float
    mode: float | None = None

    def __post_init__(self) -> None:
        rises = self.low <= self.high if self.mode is None else self.low <= self.mode <= self.high != self.low
        if not (rises and math.isfinite(self.high - self.low)):
            raise ModelError(f"{self} does not rise from its low end to its high end")

    def __str__(self) -> str:
        shape, peak = ("uniform", "") if self.mode is None else ("triangular", f"mode {self.mode:,.10g}, ")
        return f"{shape} (low {self.low:,.10g}, {peak}high {self.high:,.10g})"

    @property
    def shape(self) -> tuple[Callable[..., Any], tuple[float, ...]]:
        """The inverse of the cumulative distribution, with the numbers that it takes."""
        width, rise = self.high - self.low, 0.0 if self.mode is None else self.mode - self.low
        if self.mode is None:
            return _uniform, (self.low, width)
        return _triangular, (self.high - rise, rise / width, width * rise, width * (width - rise))

    def ppf(self, u: Floats) -> Floats:
        """The value that a share u of the draws lies below; an array of any shape, the same shape back."""
        function, numbers = self.shape
        return np.asarray(function(np.array(u, float), *numbers))


def _uniform(u: Any, low: Any, width: Any) -> Any:
    # In the place of an array.
    u *= width
    u += low
    return u


def _triangular(u: Any, start: Any, share: Any, up: Any, down: Any) -> Any:
    # Each half is at the mode where the other counts.
    return np.sqrt(np.minimum(u, share) * up) - np.sqrt((1 - np.maximum(u, share)) * down) + start


def inputs(plan: Plan, distributions: Mapping[str, Distribution]) -> dict[str, Distribution]:
    """The inputs drawn for a plan: those given, and each other printed input uniformly over what it stands for. No
    other input in words is drawn, nor one that the plan does not start from."""
    ranges = {name: node.source.interval() for name, node in plan.leaves.items() if name not in plan.words}
    printed = {name: Distribution(one.low, one.high) for name, one in ranges.items() if one.low < one.high}
    return {name: one for name in plan.leaves if (one := distributions.get(name, printed.get(name)))}


def values_of(drawn: Mapping[str, Distribution], u: Floats) -> dict[str, Floats]:
    """The inputs' values from points of the unit cube, (inputs, n)."""
    return {name: one.ppf(row) for (name, one), row in zip(drawn.items(), u, strict=True)}


def points(count: int, size: int, seed: int, block: int, method: str) -> tuple[Any, float]:
    """The points of one block, (count, size), and the factor that takes them into the unit cube.

    All blocks have one ``seed``; this block uses the ``block``-th spawned from it. The method gives scrambled ``sobol``
    points, or ``random`` ones.
    """
    bits = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block,)))
    if method == "sobol":
        from scipy.stats import qmc

        return np.ascontiguousarray(qmc.Sobol(count, rng=np.random.Generator(bits)).random(size).T), 1.0
    # Two from each word of the generator: 32 bits are more than a histogram can tell apart, and less work.
    words = bits.random_raw(count * size // 2 + 1)
    return words.view(np.uint32)[: count * size].reshape(count, size), 2.0**-32


def run_blocks(function: Callable[[Any], Any], items: Iterable[Any], scheduler: str = "") -> Generator[Any, None, None]:
    """The results of a function for each item, in order, from this machine's threads or a Dask cluster's workers.

    scheduler: the address of the cluster's scheduler. Raises InputError where none answers, or Dask is not installed.

    >>> list(run_blocks(abs, [-1, 2]))
    [1, 2]
    """
    from joblib import Parallel, delayed, parallel_config

    backend = "dask" if scheduler else "threading"
    with reach(scheduler), parallel_config(backend, n_jobs=-1), warnings.catch_warnings():
        # A run that stops in the middle has computed some blocks in vain.
        warnings.filterwarnings("ignore", ".*tasks", UserWarning)
        yield from Parallel(return_as="generator")(delayed(function)(item) for item in items)


def reach(scheduler: str) -> AbstractContextManager[Any]:
    """A connection to a Dask scheduler; none for this machine. Raises InputError where none answers."""
    if not scheduler:
        return contextlib.nullcontext()
    try:
        from distributed import Client

        connection: AbstractContextManager[Any] = Client(scheduler, timeout=10, set_as_default=True)
        return connection
    except ImportError:
        raise InputError("Dask is not installed; the extra `cluster` brings it") from None
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at '{scheduler}' ({type(error).__name__})") from None


@dataclass(frozen=True)
class Draws:
    """Draws: ``kept`` of ``n`` violate no limit. By quantity, ``numbers`` has the mean, sd and percentiles, in base
    units. By limit, ``violations`` counts the draws that violate it; one draw may violate several."""

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
    method: str = "sobol",
    scheduler: str = "",
    compiled: bool = False,
) -> Draws:
    """Draws of quantities under a setting: mean, sd and percentiles.

    Each quantity is drawn from its entry of ``distributions``; an assumption without one stays as it is set. A draw
    past a limit is left out and counted. The method is ``sobol`` (scrambled, ``n`` a power of two) or ``random``. The
    work is done at the Dask address ``scheduler``, or on this machine; if ``compiled``, in a loop that numba makes in a
    second or two. Raises ModelError for numbers that can't be used, InputError where numba is not installed.
    """
    check_draws(n, seed, method)
    for name, one in distributions.items():
        for end in (one.low, one.high):
            model.number(name, end)
    plan = model.plan([model.known(quantity) for quantity in quantities], setting)
    drawn = inputs(plan, distributions)
    if words := [name for name in plan.words if name not in drawn]:
        raise ModelError(f"{words[0]} is given in words only; give it a value or a distribution")
    plan, support = _supported(plan, quantities, drawn)

    def nothing() -> _Tally:
        return [np.zeros(2 ** len(plan.limits), int), np.zeros((len(support), BINS), int), *np.zeros((2, len(support)))]

    def blocks(first: int) -> _Tally:
        """Some blocks in turn, from the first."""
        sizes = {i: min(ROWS, n - i * ROWS) for i in range(first, min(first + BLOCKS, -(-n // ROWS)))}
        cubes = (points(len(drawn), size, seed, i, method) for i, size in sizes.items())
        (_in_a_loop if compiled else _on_arrays)(plan, quantities, drawn, support, cubes, tally := nothing())
        return tally

    past, *rest = whole = nothing()
    for tally in run_blocks(blocks, range(0, -(-n // ROWS), BLOCKS), scheduler):
        for one, more in zip(whole, tally, strict=True):
            one += more
    numbers = {name: _numbers(past[0], *one) for name, *one in zip(quantities, support, *rest, strict=True)}
    broken = {str(limit): int(past[np.arange(len(past)) >> i & 1 == 1].sum()) for i, limit in enumerate(plan.limits)}
    return Draws(n, int(past[0]), numbers, {name: count for name, count in broken.items() if count}, drawn)


def check_draws(n: int, seed: int, method: str) -> None:
    """Raise ModelError in one sentence where draws can't be made with these."""
    if method not in METHODS:
        raise ModelError(f"'{method}' is not one of {', '.join(METHODS)}")
    for one in (n, seed):
        if not isinstance(one, Integral):
            raise ModelError(f"{one!r} is not a whole number, as the draws and the seed are")
    if seed < 0:
        raise ModelError(f"the seed {seed} lies below 0")
    if n < 2:
        raise ModelError(f"{n:,} draws are fewer than 2")
    if method == "sobol" and n & (n - 1):
        below = 2 ** (n.bit_length() - 1)
        raise ModelError(f"{n:,} draws are no power of two, as Sobol points need; take {below:,} or {2 * below:,}")


def _supported(plan: Plan, quantities: Sequence[str], drawn: Mapping[str, Distribution]) -> tuple[Plan, Floats]:
    """The plan without the limits that no draw can violate; where each output's histogram starts, and bins per unit."""
    ranges, support = {name: Interval(one.low, one.high) for name, one in drawn.items()}, []

    def bounds(of: str, *limits: Limit) -> Bounds:
        return replace(plan, target=of, limits=limits).bounds(ranges=ranges, rounding=False)[0]

    def binds(limit: Limit) -> bool:
        one, most = bounds(limit.quantity), bounds(limit.other).low if limit.other else limit.high
        return not limit.low <= one.low <= one.high <= most

    plan = replace(plan, limits=tuple(filter(binds, plan.limits)))
    for name in quantities:
        one = bounds(name, *plan.limits)
        if math.isinf(one.high - one.low):
            raise ModelError(f"{name} has no bounds under these distributions: something is divided by 0")
        low, high = (one.low, one.high) if one.low <= one.high else (0.0, 1.0)  # no draw is kept
        # A hair wider than the bounds, so that a float's last digit stays inside.
        room = 2 * SAME * max(abs(low), abs(high), high - low) or SAME
        support.append((low - room, BINS / (high - low + 2 * room)))
    return plan, np.array(support)


#: Draws counted: by the limits they are past, bit i for limit i; by output and bin; by output, the sum of their places
#: in bins from the start of the support, and of these squared.
_Tally = list[Any]
#: The points of blocks, each with the factor that takes them into the unit cube.
_Cubes = Iterable[tuple[Any, float]]


def _numbers(kept: int, support: Floats, counts: Floats, total: float, squares: float) -> dict[str, float]:
    """Mean, sd and percentiles; a bin's draws are taken to be spread evenly over it."""
    if not kept:
        return dict.fromkeys(NUMBERS, math.nan)
    low, scale = support.tolist()
    mean = float(total / kept)
    sd = math.sqrt(max(0.0, squares - kept * mean**2) / (kept - 1)) if kept > 1 else math.nan
    below = np.concatenate([[0], np.cumsum(counts)])
    shares = np.interp([share * kept for share in PERCENTILES.values()], below, np.arange(BINS + 1.0))
    return dict(zip(NUMBERS, [low + mean / scale, sd / scale, *(low + shares / scale).tolist()], strict=True))


def _on_arrays(
    plan: Plan, outputs: Sequence[str], drawn: Mapping[str, Distribution], support: Floats, cubes: _Cubes, tally: _Tally
) -> None:
    """Count blocks of draws on whole arrays."""
    broken, counts, sums, squares = tally
    # Made once, as new memory takes longer than the arithmetic.
    all_rows, all_places = np.empty((len(drawn), ROWS)), np.empty((len(outputs), ROWS))
    for raw, unit in cubes:
        size = raw.shape[1]
        rows, places = np.multiply(raw, unit, out=all_rows[:, :size]), all_places[:, :size]
        for one, row in zip(drawn.values(), rows, strict=True):
            function, its = one.shape
            row[:] = function(row, *its)
        values = plan.evaluate(dict(zip(drawn, rows, strict=True)))
        for name, (low, scale), place in zip(outputs, support.tolist(), places, strict=True):
            np.multiply(values[name] - low, scale, out=place)
        if plan.limits:
            past = sum(~limit.kept(values) << np.full(size, i) for i, limit in enumerate(plan.limits))
            broken += np.bincount(past, minlength=len(broken))
            places = places[:, past == 0]
        else:
            broken += size
        for count, place in zip(counts, places, strict=True):
            count += np.bincount(place.astype(np.int32), minlength=BINS)
        sums += places.sum(axis=1)
        squares += np.einsum("ij,ij->i", places, places)


def _in_a_loop(
    plan: Plan, outputs: Sequence[str], drawn: Mapping[str, Distribution], support: Floats, cubes: _Cubes, tally: _Tally
) -> None:
    """Count blocks of draws in a loop, compiled from the formulas' text."""
    v, lines = {node.name: f"v{i}" for i, node in enumerate(plan.nodes)}, ["past = 0"]
    row_of, numbers = {name: i for i, name in enumerate(drawn)}, list[float]()

    def number(*some: float) -> str:
        # An argument of the loop: numbers in its text make it slower.
        numbers.extend(map(float, some))
        return ", ".join(f"n[{i}]" for i in range(len(numbers) - len(some), len(numbers)))

    for name, source in ((node.name, node.source) for node in plan.nodes):
        if name in drawn:
            function, its = drawn[name].shape
            text = f"{function.__name__}(points[{row_of[name]}, column] * unit, {number(*its)})"
        elif source.expression:
            text = source.expression.source(v)
        else:
            text = v[source.same_as] if source.same_as else number(source.value)
        lines.append(f"{v[name]} = {text}")
    for i, limit in enumerate(plan.limits):
        below = " or ".join(f"{room.source(v)} < {-SAME}" for room in limit.parts)
        lines.append(f"past += {2**i} * ({below})")
    for i, (output, (low, scale)) in enumerate(zip(outputs, support.tolist(), strict=True)):
        lines.append(f"places[{i}, i] = ({v[output]} - {number(low)}) * {number(scale)}")
    row = _compiled("\n    ".join(["def row(points, column, unit, n, places, i):", *lines, "return past"]))
    for raw, unit in cubes:
        _jit(_strips)(row, raw, unit, tuple(numbers), *tally)


def _strips(row: Any, points: Any, unit: Any, n: Any, broken: Any, counts: Any, sums: Any, squares: Any) -> None:
    """Computes a strip of rows before it counts them, so that it computes on whole vectors."""
    places, past = np.empty((len(counts), 512)), np.empty(512, np.int64)
    for start in range(0, points.shape[1], 512):
        size = min(512, points.shape[1] - start)
        for i in range(size):
            past[i] = row(points, start + i, unit, n, places, i)
        for o in range(len(counts)):
            s, q = 0.0, 0.0
            for i in range(size):
                place = places[o, i] if past[i] == 0 else 0.0
                s += place
                q += place * place
            sums[o] += s
            squares[o] += q
            for i in range(size):
                if past[i] == 0:
                    counts[o, int(places[o, i])] += 1
        for i in range(size):
            broken[past[i]] += 1


@functools.lru_cache(maxsize=64)
def _compiled(source: str) -> Callable[..., Any]:
    names = {"_uniform": _jit(_uniform), "_triangular": _jit(_triangular), "minimum": min, "maximum": max}
    exec(source, names)
    return _jit(names["row"])


@functools.cache
def _jit(function: Callable[..., Any]) -> Callable[..., Any]:
    try:
        from numba import njit
    except ImportError:
        raise InputError("numba is not installed; the extra `compiled` brings it") from None
    # Sums in any order, so that they run on whole vectors as well.
    found: Callable[..., Any] = njit(function, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz", "contract"})
    return found
