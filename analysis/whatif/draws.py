"""Draws: distributions for assumptions, and draws through the model, block by block.

A printed input is drawn uniformly over the values it stands for, an assumption only where it is given a distribution.
Draws are illustrative: arithmetic under distributions that somebody chose, and no interval of confidence or credence.
Block i uses the i-th spawned seed, so its numbers do not depend on who computes it. The bounds of every output are
known before the first draw, so blocks are counted into fixed histograms, in constant memory.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> half = {"overlap": Distribution("uniform", {"low": 0, "high": 0.5})}
>>> round(draw(model, ["at_risk_total"], model.setting(), half, n=1024).summaries["at_risk_total"].mean, -4)
2160000.0
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.core.bounds import Bounds, Floats
from analysis.core.model import Limit, Model, ModelError, Plan, Setting
from analysis.core.published import Interval
from analysis.core.register import InputError
from analysis.core.words import SAME

#: The numbers that each shape takes, in the order in which they are told.
SHAPES: dict[str, tuple[str, ...]] = {
    "fixed": ("value",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "truncated_normal": ("mean", "sd", "low", "high"),
    "lognormal": ("median", "sigma", "low", "high"),
    "beta": ("alpha", "beta", "low", "high"),
}
#: The numbers of a shape that have no unit, whatever the quantity.
UNITLESS = ("sigma", "alpha", "beta")
METHODS = ("sobol", "random")
PERCENTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
#: Bins of a histogram over the support of an output: a rank is then right to a few in a million.
BINS = 4096
#: Most rows of a block, so that its columns stay in a core's cache.
ROWS = 2**15
#: Parts that the draws are cut into; the numerical error is measured between them.
PARTS = 16
#: The most draws, some ten minutes of them.
MOST = 2**34


class DistributionError(InputError):
    """Numbers that make no distribution: ``field`` names the number, the message says what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Distribution:
    """A distribution over an interval, by its shape and that shape's numbers, in base units.

    pert: a beta distribution whose mean is (low + 4 mode + high) / 6. truncated_normal: mean and sd of the whole bell,
    cut to low and high. lognormal: median, and sd of the logarithm, of the whole, cut likewise. Raises
    DistributionError for an unknown shape, and for a missing, unknown or impossible number.

    >>> Distribution("triangular", {"low": 0, "mode": 1, "high": 2}).ppf(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 1.0, 2.0]
    """

    shape: str
    numbers: Mapping[str, float]

    def __post_init__(self) -> None:
        n, wanted = self.numbers, SHAPES.get(self.shape, ())
        if not wanted:
            raise DistributionError("shape", f"'{self.shape}' is not one of {', '.join(SHAPES)}")
        for name in dict.fromkeys((*n, *wanted)):
            if name not in n or name not in wanted:
                but = f", and no {name}" if name in n else ""
                raise DistributionError(name, f"a {self.shape} distribution has {', '.join(wanted)}{but}")
            if not math.isfinite(n[name]):
                raise DistributionError(name, f"{n[name]} is not a finite number")
            positive = ("low", "median", "sigma") if self.shape == "lognormal" else ("sd", "alpha", "beta")
            if name in positive and n[name] <= 0:
                raise DistributionError(name, f"{n[name]:,.10g} is not above 0")
        if self.low > self.high or (self.shape not in ("fixed", "uniform") and self.low == self.high):
            ends = f"the low end {self.low:,.10g} does not lie below the high end {self.high:,.10g}"
            raise DistributionError("low", ends)
        if not self.low <= n.get("mode", self.low) <= self.high:
            raise DistributionError("mode", f"{n['mode']:,.10g} lies outside {self.low:,.10g} to {self.high:,.10g}")

    def __str__(self) -> str:
        return f"{self.shape} ({', '.join(f'{name} {self.numbers[name]:,.10g}' for name in SHAPES[self.shape])})"

    @property
    def low(self) -> float:
        """The smallest value."""
        return float(self.numbers["value" if self.shape == "fixed" else "low"])

    @property
    def high(self) -> float:
        """The largest value."""
        return float(self.numbers["value" if self.shape == "fixed" else "high"])

    @property
    def median(self) -> float:
        """The value that half of the draws lie below."""
        return float(self.ppf(np.array([0.5]))[0])

    @functools.cached_property
    def _scipys(self) -> Any:
        from scipy import stats

        n, low, width = self.numbers, self.low, self.high - self.low
        if self.shape == "pert":
            return stats.beta(1 + 4 * (n["mode"] - low) / width, 1 + 4 * (self.high - n["mode"]) / width, low, width)
        if self.shape == "beta":
            return stats.beta(n["alpha"], n["beta"], low, width)
        if self.shape == "lognormal":
            middle, spread, ends = math.log(n["median"]), n["sigma"], np.log([low, self.high])
        else:
            middle, spread, ends = n["mean"], n["sd"], np.array([low, self.high])
        return stats.truncnorm(*(ends - middle) / spread, middle, spread)

    def ppf(self, u: Floats) -> Floats:
        """The value that a share u of the draws lies below; an array of any shape, the same shape back."""
        low, width = self.low, self.high - self.low
        if self.shape in ("fixed", "uniform"):
            return low + u * width
        if self.shape == "triangular":
            rise = self.numbers["mode"] - low
            # The rising half up to the mode and the falling half from it, each at the mode where the other counts.
            rising = np.minimum(u, rise / width)
            rising *= width * rise
            np.sqrt(rising, out=rising)
            falling = np.maximum(u, rise / width)
            np.subtract(1, falling, out=falling)
            falling *= width * (width - rise)
            rising -= np.sqrt(falling, out=falling)
            rising += low + width - rise
            return rising
        found: Floats = self._scipys.ppf(u)
        return np.clip(np.exp(found) if self.shape == "lognormal" else found, low, self.high)

    def expression(self, number: Callable[[float], str]) -> str:
        """``ppf`` as Python over u, with numbers as ``number`` writes them; empty for the shapes of scipy.stats.

        >>> Distribution("uniform", {"low": 1, "high": 3}).expression(str)
        '1.0 + u * 2.0'
        """
        low, width = self.low, self.high - self.low
        if self.shape in ("fixed", "uniform"):
            return f"{number(low)} + u * {number(width)}"
        if self.shape != "triangular":
            return ""
        rise = self.numbers["mode"] - low
        rising = f"{number(low)} + np.sqrt(u * {number(width * rise)})"
        falling = f"{number(self.high)} - np.sqrt((1.0 - u) * {number(width * (width - rise))})"
        return f"{rising} if u < {number(rise / width)} else {falling}"


#: Two quantities and the rank correlation (Spearman's) between them.
Correlation = tuple[str, str, float]


@dataclass(frozen=True)
class Inputs:
    """The distributions of the leaves that are drawn; ``mixing`` is the lower triangle of their Gaussian copula."""

    distributions: Mapping[str, Distribution]
    mixing: tuple[tuple[float, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.distributions)

    def values(self, u: Floats) -> dict[str, Floats]:
        """The leaves' values from points of the unit cube, (inputs, n), which are written over."""
        if self.mixing:
            from scipy.special import ndtr, ndtri

            u[:] = ndtr(np.asarray(self.mixing) @ ndtri(np.clip(u, 1e-16, 1 - 1e-16)))
        # All uniform inputs in one go: the fewer and larger the steps, the less the threads wait for each other.
        each = list(enumerate(self.distributions.items()))
        spans = [(one.low, one.high - one.low) if one.shape == "uniform" else (0.0, 1.0) for _, (_, one) in each]
        low, width = np.array(spans, float).reshape(-1, 2, 1).transpose(1, 0, 2)
        u *= width
        u += low
        return {name: u[i] if one.shape == "uniform" else one.ppf(u[i]) for i, (name, one) in each}


def inputs(plan: Plan, distributions: Mapping[str, Distribution], correlations: Sequence[Correlation] = ()) -> Inputs:
    """The inputs drawn for a plan: those given, and each other printed input uniformly over what it stands for.

    Distributions of quantities that the plan does not start from are left out, and correlations with them. Raises
    ModelError for correlations that can't hold together.
    """
    found = {name: one for name, one in distributions.items() if name in plan.leaves}
    for name, node in plan.leaves.items():
        interval = node.source.interval()
        if interval.low < interval.high:
            found.setdefault(name, Distribution("uniform", {"low": interval.low, "high": interval.high}))
    found = {name: found[name] for name in plan.leaves if name in found}
    place = {name: i for i, name in enumerate(found)}
    ranks = np.eye(len(found))
    for one, two, rank in correlations:
        if one in place and two in place:
            ranks[place[one], place[two]] = ranks[place[two], place[one]] = rank
    if np.array_equal(ranks, np.eye(len(found))):
        return Inputs(found)
    # Pearson's correlation of two normals that have the rank correlation.
    pearson = 2 * np.sin(np.pi * ranks / 6)
    np.fill_diagonal(pearson, 1.0)
    try:
        return Inputs(found, tuple(map(tuple, np.linalg.cholesky(pearson).tolist())))
    except np.linalg.LinAlgError:
        named = ", ".join(f"{one} with {two} at {rank:g}" for one, two, rank in correlations)
        raise ModelError(f"these rank correlations can't hold together: {named}") from None


def points(count: int, size: int, seed: int, block: int, method: str, out: Floats | None = None) -> Floats:
    """The points of one block in the unit cube, (count, size): scrambled ``sobol`` points, or ``random`` ones.

    seed: the seed of all blocks; this block uses the ``block``-th spawned from it. out: where to put them.

    >>> points(2, 4, 0, 0, "random").shape
    (2, 4)
    """
    raw, unit = _raw_points(count, size, seed, block, method)
    found: Floats = np.multiply(raw, unit, out=out)
    return found


def _raw_points(count: int, size: int, seed: int, block: int, method: str) -> tuple[NDArray[Any], float]:
    """The points of a block, and the factor that takes them into the unit cube."""
    bits = np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block,)))
    if method == "random":
        # Two from each word of the generator: 32 bits are more than a histogram can tell apart, and less work.
        words = bits.random_raw(count * size // 2 + 1).view(np.uint32)
        return words[: count * size].reshape(count, size), 2.0**-32
    from scipy.stats import qmc

    return np.ascontiguousarray(qmc.Sobol(count, rng=np.random.Generator(bits)).random(size).T), 1.0


_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


def run_blocks(
    function: Callable[[_Item], _Found], items: Iterable[_Item], scheduler: str = ""
) -> Generator[_Found, None, None]:
    """The results of a function for each item, in order, from this machine's threads or a Dask cluster's workers.

    scheduler: the address of the cluster's scheduler. Raises InputError where none answers, or Dask is not installed.

    >>> list(run_blocks(abs, [-1, 2]))
    [1, 2]
    """
    import joblib

    with contextlib.ExitStack() as stack:
        how: dict[str, Any] = {"n_jobs": os.cpu_count() or 1, "backend": "threading"}
        if scheduler:
            stack.enter_context(_cluster(scheduler))
            stack.enter_context(joblib.parallel_config("dask"))
            how = {}
        parallel = joblib.Parallel(batch_size=1, return_as="generator", **how)
        found = parallel(joblib.delayed(function)(item) for item in items)
        try:
            for one in found:  # noqa: UP028, so that the generator is closed below
                yield one
        except TimeoutError:
            raise InputError(f"no worker answers the Dask scheduler at '{scheduler}'") from None
        finally:
            with warnings.catch_warnings():
                # A run that stops in the middle has computed some blocks in vain.
                warnings.simplefilter("ignore", UserWarning)
                found.close()


def reach(scheduler: str) -> None:
    """Raise InputError where no Dask scheduler answers at an address; an empty address is this machine."""
    with _cluster(scheduler) if scheduler else contextlib.nullcontext():
        pass


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[None]:
    try:
        from distributed import Client

        client = Client(address, timeout=10, set_as_default=True)
    except ImportError:
        raise InputError("Dask is not installed; the extra `cluster` brings it") from None
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at '{address}' ({type(error).__name__})") from None
    with client:
        yield


# Draws ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """Mean, sd and percentiles of one output, in base units; ``error`` is the numerical error of each."""

    mean: float
    sd: float
    p05: float
    p50: float
    p95: float
    error: Mapping[str, float]


@dataclass(frozen=True)
class Draws:
    """Draws of some quantities, summarised: ``kept`` of ``n`` violate no limit.

    violations: how many draws violate each limit; one draw may violate several.
    """

    n: int
    seed: int
    method: str
    kept: int
    violations: Mapping[str, int]
    summaries: Mapping[str, Summary]
    inputs: Inputs


#: Draws counted, to be added up: by output and bin; how many are kept; by output, the sum of their places in bins from
#: the start of the support, and of these squared; by limit, how many violate it.
_Tally = tuple[NDArray[np.int64], int, Floats, Floats, NDArray[np.int64]]
#: Counts a block of draws, from seed, number of the block, method and size.
_Counter = Callable[[int, int, str, int], _Tally]


def draw(
    model: Model,
    quantities: Sequence[str],
    setting: Setting,
    distributions: Mapping[str, Distribution],
    correlations: Sequence[Correlation] = (),
    *,
    n: int = 2**16,
    seed: int = 0,
    method: str = "sobol",
    scheduler: str = "",
    compiled: bool = False,
) -> Draws:
    """Draws of quantities under a setting: mean, sd and percentiles, each with its numerical error.

    distributions: by quantity; an assumption without one stays as it is set. n: how many draws, a power of two for
    Sobol points. method: ``sobol``, scrambled Sobol points, or ``random``. scheduler: address of a Dask scheduler, else
    this machine. compiled: run the formulas as one loop compiled with numba, which first takes a second or two.

    A draw past a limit or a cap is left out and counted. The error is the standard error over ``PARTS`` independent
    parts. Raises ModelError for numbers that can't be used, InputError where numba is asked for and not installed.
    """
    check_draws(n, seed, method)
    for name, one in distributions.items():
        for end in (one.low, one.high):
            model.check_value(name, end)
    plan = model.plan([model.known(quantity) for quantity in quantities], setting, capped=True)
    drawn = inputs(plan, distributions, correlations)
    plan, support = _supported(plan, quantities, drawn)
    size = block_size(n)

    def part(first: int) -> _Tally:
        """Every ``PARTS``-th block from the first."""
        count = (_in_a_loop if compiled else _on_arrays)(plan, quantities, drawn, support, size)
        starts = range(first * size, n, PARTS * size)
        each = (count(seed, start // size, method, min(size, n - start)) for start in starts)
        return functools.reduce(lambda one, two: _sum([one, two]), each)

    parts = list(run_blocks(part, range(min(PARTS, -(-n // size))), scheduler))
    whole = _sum(parts)
    summaries = {}
    for i, name in enumerate(quantities):
        numbers = _numbers(whole, i, *support[i])
        alone = [[*_numbers(one, i, *support[i]).values()] for one in parts if one[1] > 1]
        error = np.std(alone, axis=0, ddof=1) / math.sqrt(len(alone)) if len(alone) > 1 else np.full(5, np.nan)
        summaries[name] = Summary(**numbers, error=dict(zip(numbers, error.tolist(), strict=True)))
    violations = {str(limit): int(count) for limit, count in zip(plan.limits, whole[4], strict=True) if count}
    return Draws(n, seed, method, whole[1], violations, summaries, drawn)


def check_draws(n: int, seed: int, method: str) -> None:
    """Raise ModelError in one sentence where draws can't be made with these."""
    if method not in METHODS:
        raise ModelError(f"'{method}' is not one of {', '.join(METHODS)}")
    if seed < 0:
        raise ModelError(f"the seed {seed} lies below 0")
    if not PARTS <= n <= MOST:
        raise ModelError(f"{n:,} draws are outside the {PARTS} to {MOST:,} that can be made")
    if method == "sobol" and n & (n - 1):
        below = 2 ** (n.bit_length() - 1)
        raise ModelError(f"{n:,} draws are no power of two, as Sobol points need; take {below:,} or {2 * below:,}")


def _supported(plan: Plan, quantities: Sequence[str], drawn: Inputs) -> tuple[Plan, Floats]:
    """The plan without the limits that no draw can violate; where the histogram of each output starts, and its bins
    per unit, (outputs, 2)."""
    ranges = {name: Interval(one.low, one.high) for name, one in drawn.distributions.items()}
    free = replace(plan, limits=())

    def bounds(plan: Plan, name: str) -> Bounds:
        return plan.bounds(ranges=ranges, rounding=False, of=name)[0]

    def binds(limit: Limit) -> bool:
        # A limit that every corner keeps is kept everywhere, but for a pole, or a branch of minimum or maximum.
        ends = [bounds(free, name) for name in (limit.quantity, limit.other) if name]
        sure = len(plan.branches) == 1 and all(math.isfinite(one.high - one.low) for one in ends)
        return not sure or bounds(replace(plan, limits=(limit,)), limit.quantity).trimmed > 0

    plan = replace(plan, limits=tuple(limit for limit in plan.limits if binds(limit)))
    support = []
    for name in quantities:
        one = bounds(free, name)
        own = [limit for limit in plan.limits if limit.quantity == name]
        low = max([one.low, *(limit.low for limit in own)])
        high = min([one.high, *(limit.high for limit in own)])
        if math.isinf(high - low):
            one = bounds(plan, name)
            low, high = one.low, one.high
        if math.isinf(high - low):
            raise ModelError(f"{name} has no bounds under these distributions: something is divided by 0")
        if not low <= high:
            low, high = 0.0, 1.0  # no draw is kept
        # A hair wider than the bounds, so that a float's last digit stays inside.
        room = 2 * SAME * max(abs(low), abs(high), high - low) or SAME
        support.append((low - room, BINS / (high - low + 2 * room)))
    return plan, np.array(support)


def _sum(tallies: Iterable[_Tally]) -> _Tally:
    counts, kept, sums, squares, violated = (sum(each[1:], start=each[0]) for each in zip(*tallies, strict=True))
    return counts, kept, sums, squares, violated


def _numbers(tally: _Tally, i: int, low: float, scale: float) -> dict[str, float]:
    """The numbers of a summary for the i-th output; a bin's draws are taken to be spread evenly over it."""
    counts, kept, sums, squares, _ = tally
    if not kept:
        return dict.fromkeys(("mean", "sd", *PERCENTILES), math.nan)
    mean = float(sums[i]) / kept
    sd = math.sqrt(max(0.0, squares[i] - kept * mean**2) / (kept - 1)) if kept > 1 else math.nan
    below = np.concatenate([[0], np.cumsum(counts[i])])
    places = [mean, *np.interp([share * kept for share in PERCENTILES.values()], below, np.arange(BINS + 1))]
    mean, *shares = (float(low + place / scale) for place in places)
    return {"mean": mean, "sd": float(sd / scale), **dict(zip(PERCENTILES, shares, strict=True))}


def block_size(n: int) -> int:
    """How many rows a block has: there are ``PARTS`` blocks at least, and each stays in a core's cache."""
    return min(ROWS, -(-n // PARTS))


def _on_arrays(plan: Plan, outputs: Sequence[str], drawn: Inputs, support: Floats, most: int) -> _Counter:
    """A function that counts a block of draws on whole arrays."""
    low, scale = support.T[..., None]
    offsets = BINS * np.arange(len(outputs), dtype=np.int32)[:, None]
    # Laid out once, as fresh memory is slow to come by for several threads at a time.
    cube, room = np.empty((len(drawn), most)), np.empty((len(outputs), most))

    def count(seed: int, block: int, method: str, size: int) -> _Tally:
        values = plan.evaluate(drawn.values(points(len(drawn), size, seed, block, method, cube[:, :size])))
        fine = [np.broadcast_to(limit.kept(values), (size,)) for limit in plan.limits]
        places = room[:, :size]
        for i, name in enumerate(outputs):
            np.subtract(values[name], low[i], out=places[i])
        places *= scale
        if not all(one.all() for one in fine):
            places = places[:, np.logical_and.reduce(fine)]
        bins = places.astype(np.int32)
        _check_inside(bins.size == 0 or (bins.min() >= 0 and bins.max() < BINS))
        bins += offsets
        counts = np.bincount(bins.ravel(), minlength=len(outputs) * BINS).reshape(len(outputs), BINS)
        violated = np.array([size - one.sum() for one in fine], np.int64)
        return counts, places.shape[1], places.sum(axis=1), np.einsum("ij,ij->i", places, places), violated

    return count


def _check_inside(inside: Any) -> None:
    if not inside:
        raise ArithmeticError("a draw left the bounds that were computed for it")


def _in_a_loop(plan: Plan, outputs: Sequence[str], drawn: Inputs, support: Floats, most: int) -> _Counter:
    """A function that counts a block of draws in a loop, compiled from the formulas' text.

    Numbers are arguments of the loop, so that one compilation serves every scenario with the same formulas. Where
    every input has an expression the loop draws them; else they are drawn on arrays before.
    """
    in_loop = not drawn.mixing and all(one.expression(str) for one in drawn.distributions.values())
    numbers: list[float] = []

    def number(one: float) -> str:
        numbers.append(float(one))
        return f"n{len(numbers) - 1}"

    v = {node.name: f"v{i}" for i, node in enumerate(plan.nodes)}
    place = {name: i for i, name in enumerate(drawn.distributions)}
    row = []
    for node in plan.nodes:
        source = node.source
        if node.name in place:
            row.append(f"u = points[{place[node.name]}, start + i] * unit")
            text = drawn.distributions[node.name].expression(number) if in_loop else "u"
        elif source.expression:
            text = source.expression.source(v)
        else:
            text = v[source.same_as] if source.same_as else number(source.value)
        row.append(f"{v[node.name]} = {text}")
    row.append("inside = True")
    for i, limit in enumerate(plan.limits):
        slack = SAME * max((abs(end) for end in (limit.low, limit.high) if math.isfinite(end)), default=1e6)
        high = f"{v[limit.other]} + {number(slack)}" if limit.other else number(limit.high + slack)
        row.append(f"fine = {number(limit.low - slack)} <= {v[limit.quantity]} <= {high}")
        row += [f"w{i} += not fine", "inside &= fine"]
    for i, (output, (low, scale)) in enumerate(zip(outputs, support, strict=True)):
        row.append(f"places[{i}, i] = ({v[output]} - {number(low)}) * {number(scale)}")
    # A count in a variable, rather than in an array, lets the loop run on whole vectors.
    limits = range(len(plan.limits))
    before = [*(f"n{i} = numbers[{i}]" for i in range(len(numbers))), *(f"w{i} = 0" for i in limits)]
    parts = {"before": before, "row": row, "after": [f"violated[{i}] = w{i}" for i in limits]}
    loop = _compile(
        _LOOP.format(**{name: ("\n    " + " " * 8 * (name == "row")).join(lines) for name, lines in parts.items()})
    )

    def count(seed: int, block: int, method: str, size: int) -> _Tally:
        given, unit = _raw_points(len(drawn), size, seed, block, method)
        if not in_loop:
            given, unit = np.array([*drawn.values(given * unit).values()]), 1.0
        counts, (sums, squares) = np.zeros((len(outputs), BINS), np.int64), np.zeros((2, len(outputs)))
        violated = np.zeros(len(plan.limits), np.int64)
        kept, inside = loop(given, unit, np.array(numbers), counts, sums, squares, violated)
        _check_inside(inside)
        return counts, kept, sums, squares, violated

    return count


#: It computes a strip of rows before it counts them, so that it computes on whole vectors.
_LOOP = """
def loop(points, unit, numbers, counts, sums, squares, violated):
    {before}
    outputs, bins = counts.shape
    strip = 512
    places = np.empty((outputs, strip))
    kept = np.empty(strip, np.bool_)
    total, within = 0, True
    for start in range(0, points.shape[1], strip):
        size = min(strip, points.shape[1] - start)
        for i in range(size):
            {row}
            kept[i] = inside
        for o in range(outputs):
            s, q = 0.0, 0.0
            for i in range(size):
                if kept[i]:
                    place = places[o, i]
                    at = np.int64(place)
                    if at < 0 or at >= bins:
                        at, within = 0, False
                    counts[o, at] += 1
                    s += place
                    q += place * place
            sums[o] += s
            squares[o] += q
        for i in range(size):
            total += kept[i]
    {after}
    return total, within
"""


@functools.lru_cache(maxsize=64)
def _compile(source: str) -> Callable[..., Any]:
    try:
        from numba import njit
    except ImportError:
        raise InputError("numba is not installed; the extra `compiled` brings it") from None
    names: dict[str, Any] = {"np": np, "minimum": min, "maximum": max}
    exec(source, names)
    found: Callable[..., Any] = njit(names["loop"], nogil=True, error_model="numpy")
    return found
