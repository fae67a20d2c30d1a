"""Uncertainty: distributions for assumptions, and draws through the model, block by block.

What belongs here: what a distribution is, how draws are made, counted and merged. What does not: where distributions
are written down (``scenarios``), and what a quantity is sensitive to (``sensitivity``).

A printed input is drawn uniformly over what it stands for; an assumption only where a scenario gives it a distribution.
Draws are illustrative: arithmetic under distributions that somebody chose, and no interval of confidence or credence.
They are made in blocks: block i uses the i-th spawned seed, so its numbers do not depend on who computes it. As the
bounds of every output are known before the first draw, each block is counted into a histogram over that support, and
percentiles of any number of draws come from the sum of the counts, in constant memory.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> setting = model.setting(values={"overlap": 0.25})
>>> half = {"overlap": Distribution("uniform", {"low": 0, "high": 0.5})}
>>> found = draw(model, ["at_risk_total"], setting, half, n=1024)
>>> round(found.summaries["at_risk_total"].mean, -4)
2160000.0
"""

from __future__ import annotations

import contextlib
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from analysis.core.model import Floats, Model, ModelError, Plan, Setting
from analysis.core.published import Interval
from analysis.core.register import InputError
from analysis.whatif.compiled import Counted, Loop

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
#: The numbers of a shape that have no unit, or are above nought, whatever the quantity.
UNITLESS = ("sigma", "alpha", "beta")
_POSITIVE = ("sd", *UNITLESS)
METHODS = ("sobol", "random")
PERCENTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
#: Bins of a histogram over the support of an output: a rank is then right to a few in a million.
BINS = 4096
#: Most rows of a block, whose columns stay in a core's cache.
ROWS = 2**15
#: What a random word is multiplied with to lie in the unit interval.
WORD = 2.0**-32
#: Parts that the draws are cut into, between which the numerical error is measured.
PARTS = 16
#: The most draws, some ten minutes of them.
MOST = 2**34


class DistributionError(InputError):
    """A distribution that is none: ``field`` names the number, and the message what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Distribution:
    """A distribution over an interval, by its shape and that shape's numbers, in base units.

    fixed: value. uniform: low, high. triangular, pert: low, mode, high; a PERT is a beta distribution whose mean is
    (low + 4 mode + high) / 6. truncated_normal: mean and sd of the whole bell, of which low to high is kept. lognormal:
    median and the sd of the logarithm of the whole, of which low to high is kept. beta: alpha, beta, between low and
    high. Raises DistributionError for an unknown shape, and for a number that is missing, unknown or has no meaning.

    >>> Distribution("triangular", {"low": 0, "mode": 1, "high": 2}).ppf(np.array([0.0, 0.5, 1.0])).tolist()
    [0.0, 1.0, 2.0]
    """

    shape: str
    numbers: Mapping[str, float]

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise DistributionError("shape", f"'{self.shape}' is not one of {', '.join(SHAPES)}")
        wanted = SHAPES[self.shape]
        for name in self.numbers:
            if name not in wanted:
                raise DistributionError(name, f"a {self.shape} distribution has {', '.join(wanted)}, and no {name}")
        for name in wanted:
            if name not in self.numbers:
                raise DistributionError(name, f"a {self.shape} distribution needs {', '.join(wanted)}")
            if not math.isfinite(self.numbers[name]):
                raise DistributionError(name, f"{self.numbers[name]} is not a finite number")
            if name in _POSITIVE and self.numbers[name] <= 0:
                raise DistributionError(name, f"{self.numbers[name]:g} is not above 0")
        if self.low > self.high or (self.shape not in ("fixed", "uniform") and self.low == self.high):
            raise DistributionError(
                "low", f"the low end {self.low:,.10g} does not lie below the high end {self.high:,.10g}"
            )
        if not self.low <= self.numbers.get("mode", self.low) <= self.high:
            raise DistributionError(
                "mode", f"{self.numbers['mode']:,.10g} lies outside {self.low:,.10g} to {self.high:,.10g}"
            )
        if self.shape == "lognormal" and self.low <= 0:
            raise DistributionError("low", f"{self.low:,.10g} is not above 0, as a lognormal distribution is")
        if self.shape == "lognormal" and self.numbers["median"] <= 0:
            raise DistributionError("median", f"{self.numbers['median']:,.10g} is not above 0")

    def __hash__(self) -> int:
        return hash((self.shape, *sorted(self.numbers.items())))

    def __str__(self) -> str:
        """The distribution in words.

        >>> str(Distribution("uniform", {"low": 0.5, "high": 1}))
        'uniform (low 0.5, high 1)'
        """
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
        """The value that as many draws lie below as above."""
        return float(self.ppf(np.array([0.5]))[0])

    @cached_property
    def _frozen(self) -> Any:
        from scipy import stats

        n, width = self.numbers, self.high - self.low
        match self.shape:
            case "pert":
                rise, fall = (n["mode"] - self.low) / width, (self.high - n["mode"]) / width
                return stats.beta(1 + 4 * rise, 1 + 4 * fall, self.low, width)
            case "beta":
                return stats.beta(n["alpha"], n["beta"], self.low, width)
            case "truncated_normal":
                ends = ((end - n["mean"]) / n["sd"] for end in (self.low, self.high))
                return stats.truncnorm(*ends, n["mean"], n["sd"])
            case _:
                middle, spread = math.log(n["median"]), n["sigma"]
                ends = ((math.log(end) - middle) / spread for end in (self.low, self.high))
                return stats.truncnorm(*ends, middle, spread)

    def ppf(self, u: Floats) -> Floats:
        """The value below which a share u of the draws lies; an array of any shape, the same shape back.

        Uniform and triangular draws are the many ones, and are written out; the rest come from scipy.stats.
        """
        low, high = self.low, self.high
        match self.shape:
            case "fixed":
                return np.full(np.shape(u), low)
            case "uniform":
                return low + u * (high - low)
            case "triangular":
                width, mode = high - low, self.numbers["mode"]
                turn = (mode - low) / width
                # The rising half up to the mode and the falling half from it, each at the mode where the other counts.
                rising = np.minimum(u, turn)
                rising *= width * (mode - low)
                np.sqrt(rising, out=rising)
                falling = np.maximum(u, turn)
                np.subtract(1, falling, out=falling)
                falling *= width * (high - mode)
                rising -= np.sqrt(falling, out=falling)
                rising += low + high - mode
                return rising
        found: Floats = self._frozen.ppf(u)
        return np.clip(np.exp(found) if self.shape == "lognormal" else found, low, high)

    @property
    def expression(self) -> tuple[str, dict[str, float]] | None:
        """The same as ``ppf`` in Python, over u and letters with their numbers, for a compiled loop; None for a shape
        that only scipy.stats knows.

        >>> Distribution("uniform", {"low": 1, "high": 3}).expression
        ('a + u * b', {'a': 1.0, 'b': 2.0})
        """
        low, high = self.low, self.high
        match self.shape:
            case "fixed":
                return "a", {"a": low}
            case "uniform":
                return "a + u * b", {"a": low, "b": high - low}
            case "triangular":
                rise, fall = (high - low) * (self.numbers["mode"] - low), (high - low) * (high - self.numbers["mode"])
                turn = (self.numbers["mode"] - low) / (high - low)
                text = "a + np.sqrt(u * c) if u < e else b - np.sqrt((1.0 - u) * d)"
                return text, {"a": low, "b": high, "c": rise, "d": fall, "e": turn}
        return None


#: Two quantities and the rank correlation (Spearman's) between them.
Correlation = tuple[str, str, float]


@dataclass(frozen=True)
class Inputs:
    """What is drawn, by leaf, and how it is tied together: ``mixing`` is the lower triangle of a Gaussian copula."""

    distributions: Mapping[str, Distribution]
    mixing: tuple[tuple[float, ...], ...] = ()

    def __len__(self) -> int:
        return len(self.distributions)

    def values(self, u: Floats, out: Floats | None = None) -> dict[str, Floats]:
        """The leaves' values from points of the unit cube, (inputs, n); ``out`` may be that array, to write over it."""
        if self.mixing:
            from scipy.special import ndtr, ndtri

            u = ndtr(np.asarray(self.mixing) @ ndtri(np.clip(u, 1e-16, 1 - 1e-16)))
        # All uniform inputs in one go: the fewer and larger the steps, the less the threads wait for each other.
        low, width = self._uniform
        moved = np.multiply(u, width, out=out)
        moved += low
        return {
            name: moved[i] if one.shape == "uniform" else one.ppf(moved[i])
            for i, (name, one) in enumerate(self.distributions.items())
        }

    @cached_property
    def _uniform(self) -> tuple[Floats, Floats]:
        """Where the uniform inputs start and how wide they are; 0 and 1 for the others."""
        spans = [(one.low, one.high - one.low) if one.shape == "uniform" else (0.0, 1.0) for one in self._all]
        low, width = np.array(spans, float).reshape(-1, 2).T
        return low[:, None], width[:, None]

    @property
    def _all(self) -> list[Distribution]:
        return list(self.distributions.values())

    @property
    def expressions(self) -> dict[str, tuple[str, dict[str, float]]] | None:
        """Each input as an expression over its point; None where that is not all there is to it."""
        found = {name: one.expression for name, one in self.distributions.items()}
        if self.mixing or not all(found.values()):
            return None
        return {name: one for name, one in found.items() if one}

    @property
    def ranges(self) -> dict[str, Interval]:
        """From where to where each is drawn."""
        return {name: Interval(one.low, one.high) for name, one in self.distributions.items()}


def inputs(plan: Plan, distributions: Mapping[str, Distribution], correlations: Sequence[Correlation] = ()) -> Inputs:
    """What is drawn for a plan: what is given, and each other printed input uniformly over what it stands for.

    Distributions of quantities that the plan does not start from are left out, and correlations with them. Raises
    ModelError for correlations that can't hold together.
    """
    found: dict[str, Distribution] = {}
    for name, node in plan.leaves.items():
        interval = node.way.interval()
        if name in distributions:
            found[name] = distributions[name]
        elif interval.low < interval.high:
            found[name] = Distribution("uniform", {"low": interval.low, "high": interval.high})
    place = {name: i for i, name in enumerate(found)}
    ranks = np.eye(len(found))
    for one, two, rank in correlations:
        if one in place and two in place:
            ranks[place[one], place[two]] = ranks[place[two], place[one]] = rank
    if np.array_equal(ranks, np.eye(len(found))):
        return Inputs(found)
    # Pearson's correlation of two normals whose rank correlation is the one that is asked for.
    pearson = 2 * np.sin(np.pi * ranks / 6)
    np.fill_diagonal(pearson, 1.0)
    try:
        lower = np.linalg.cholesky(pearson)
    except np.linalg.LinAlgError:
        named = ", ".join(f"{one} with {two} at {rank:g}" for one, two, rank in correlations)
        raise ModelError(f"these rank correlations can't hold together: {named}") from None
    return Inputs(found, tuple(tuple(float(x) for x in row) for row in lower))


def points(count: int, size: int, seed: int, block: int, method: str, out: Floats | None = None) -> Floats:
    """The points of one block in the unit cube, (count, size): scrambled Sobol points, or plain random ones.

    seed: the seed of all blocks, of which this one uses the ``block``-th spawned. out: where to put random ones.

    >>> points(2, 4, 0, 0, "random").shape
    (2, 4)
    """
    if method == "random":
        return np.multiply(words(count, size, seed, block), WORD, out=out)
    from scipy.stats import qmc

    rng = np.random.Generator(_bits(seed, block))
    return np.ascontiguousarray(qmc.Sobol(count, rng=rng).random(size).T)


def words(count: int, size: int, seed: int, block: int) -> NDArray[np.uint32]:
    """The random words of a block, (count, size); times ``WORD`` each is a point.

    Two of them from each word of the generator: 32 bits are more than a histogram can tell apart, and less work.
    """
    raw: NDArray[np.uint32] = _bits(seed, block).random_raw(count * size // 2 + 1).view(np.uint32)
    return raw[: count * size].reshape(count, size)


def _bits(seed: int, block: int) -> np.random.SFC64:
    return np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block,)))


# Blocks, on this machine or on a cluster ------------------------------------------------------------------------------

_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


def run_blocks(function: Callable[[_Item], _Found], items: Iterable[_Item], scheduler: str = "") -> Iterator[_Found]:
    """The results of a function for each item, in the order of the items: on this machine's threads, or on the workers
    of the Dask cluster whose scheduler has the address given.

    Raises InputError when there is no such scheduler, or Dask is not installed.
    """
    import joblib

    with contextlib.ExitStack() as stack:
        if scheduler:
            stack.enter_context(_cluster(scheduler))
            stack.enter_context(joblib.parallel_config("dask"))
            parallel = joblib.Parallel(batch_size=1, return_as="generator")
        else:
            parallel = joblib.Parallel(os.cpu_count() or 1, backend="threading", batch_size=1, return_as="generator")
        found = parallel(joblib.delayed(function)(item) for item in items)
        try:
            for one in found:  # noqa: UP028, so that what is found is closed below
                yield one
        except TimeoutError:
            raise InputError(f"no worker answers the Dask scheduler at '{scheduler}'") from None
        finally:
            with warnings.catch_warnings():
                # Whoever stops in the middle knows that some was computed in vain.
                warnings.simplefilter("ignore", UserWarning)
                found.close()


def reach(scheduler: str) -> None:
    """Raise InputError where no Dask scheduler answers at an address; nothing for this machine."""
    if scheduler:
        with _cluster(scheduler):
            pass


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[None]:
    try:
        from distributed import Client
    except ImportError:
        raise InputError("Dask is not installed; the extra `cluster` brings it") from None
    try:
        client = Client(address, timeout=10, set_as_default=True)
    except (OSError, ValueError) as error:
        raise InputError(f"no Dask scheduler answers at '{address}' ({type(error).__name__})") from None
    with client:
        yield


# Draws ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """What the draws of one output come to, in base units; ``error`` is the numerical error of each number."""

    mean: float
    sd: float
    p05: float
    p50: float
    p95: float
    error: Mapping[str, float]


@dataclass(frozen=True)
class Draws:
    """Draws of some quantities: what they come to, and the draws left out because they exceed what they can't.

    n: draws made. violations: how many had no meaning, by what they violate; one draw may violate several.
    """

    n: int
    seed: int
    method: str
    kept: int
    violations: Mapping[str, int]
    summaries: Mapping[str, Summary]
    inputs: Inputs


@dataclass(frozen=True)
class _Job:
    plan: Plan
    outputs: tuple[str, ...]
    inputs: Inputs
    support: tuple[tuple[float, float], ...]
    n: int
    seed: int
    method: str
    size: int
    parts: int
    #: Whether the support of an output was found by a search, and so only to a hair.
    searched: bool
    compiled: bool

    @property
    def blocks(self) -> int:
        return -(-self.n // self.size)


@dataclass(frozen=True)
class _Part:
    """What one part of the draws comes to: counts (outputs, bins); by block, how many were kept, their means, and the
    sums of the squared distances from these, in bins from the start of the support."""

    counts: NDArray[np.int64]
    kept: list[int]
    means: list[Floats]
    squares: list[Floats]
    violations: dict[str, int]


def _part(work: tuple[_Job, int]) -> _Part:
    job, number = work
    found = _Part(np.zeros((len(job.outputs), BINS), np.int64), [], [], [], {})
    says = [words for words, _ in apart(job.plan)]
    count = _compiled(job) if job.compiled else _on_arrays(job)
    for block in range(number, job.blocks, job.parts):
        one = count(block, min(job.size, job.n - block * job.size))
        if one.outside and not job.searched:
            raise AssertionError("a draw left the bounds that were computed for it")
        means = one.sums / max(one.kept, 1)
        np.add(found.counts, one.counts, out=found.counts)
        found.kept.append(one.kept)
        found.means.append(means)
        found.squares.append(one.squares - one.kept * means**2)
        for words, violated in zip(says, one.violations.tolist(), strict=True):
            if violated:
                found.violations[words] = found.violations.get(words, 0) + violated
    return found


def _on_arrays(job: _Job) -> Callable[[int, int], Counted]:
    """A function that counts a block of a size, on whole arrays."""
    outputs = len(job.outputs)
    checks = [one for _, one in apart(job.plan)]
    low, scale = (np.array(column)[:, None] for column in zip(*job.support, strict=True))
    offsets = BINS * np.arange(outputs, dtype=np.int32)[:, None]
    # Laid out once, as fresh memory is slow to come by for several threads at a time.
    cube, room = np.empty((len(job.inputs), job.size)), np.empty((outputs, job.size))

    def count(block: int, size: int) -> Counted:
        out = cube if size == job.size else None
        u = points(len(job.inputs), size, job.seed, block, job.method, out)
        values = job.plan.evaluate({**job.plan.start, **job.inputs.values(u, out=u)})
        fine = [np.broadcast_to(one.within(values), (size,)) for one in checks]
        places = room[:, :size]
        for i, name in enumerate(job.outputs):
            np.subtract(values[name], low[i], out=places[i])
        places *= scale
        if not all(one.all() for one in fine):
            places = places[:, np.logical_and.reduce(fine)]
        bins = places.astype(np.int32)
        outside = bins.size and (bins.min() < 0 or bins.max() >= BINS)
        if outside:
            # Where bounds were found by a search, what lies beyond by a hair counts at their end.
            np.clip(bins, 0, BINS - 1, out=bins)
        bins += offsets
        return Counted(
            np.bincount(bins.ravel(), minlength=outputs * BINS).reshape(outputs, BINS),
            places.shape[1],
            places.sum(axis=1),
            np.einsum("ij,ij->i", places, places),
            np.array([size - one.sum() for one in fine], np.int64),
            int(outside),
        )

    return count


def _compiled(job: _Job) -> Callable[[int, int], Counted]:
    """The same with a compiled loop: the inputs in it where expressions say all about them, else on arrays before."""
    given = job.inputs.expressions
    names: Mapping[str, tuple[str, dict[str, float]]] = given or {name: ("u", {}) for name in job.inputs.distributions}
    loop = Loop(job.plan, job.outputs, names, job.support, BINS)

    def count(block: int, size: int) -> Counted:
        if given and job.method == "random":
            return loop(words(len(job.inputs), size, job.seed, block), WORD)
        u = points(len(job.inputs), size, job.seed, block, job.method)
        return loop(u if given else np.array([*job.inputs.values(u).values()]), 1.0)

    return count


def apart(plan: Plan) -> list[tuple[str, Plan]]:
    """Each limit and cap of a plan by itself, with what it says."""
    limits = [
        (f"{name} from {low:g} to {high:g}", replace(plan, limits=((name, low, high),), caps=()))
        for name, low, high in plan.limits
    ]
    return limits + [(str(cap), replace(plan, limits=(), caps=(cap,))) for cap in plan.caps]


def binding(model: Model, plan: Plan, ranges: Mapping[str, Interval], *, rounding: bool = True) -> Plan:
    """The plan with only those limits and caps that something in the ranges can violate.

    rounding: whether the printed inputs move over what they stand for.
    """
    free = replace(plan, limits=(), caps=())

    def least(of: Callable[[Mapping[str, Any]], Any]) -> float:
        return float(model.bounds(free, ranges=ranges, rounding=rounding, of=of).low[0])

    limits = [
        (name, low, high)
        for name, low, high in plan.limits
        if least(lambda v, n=name, a=low: v[n] - a) < 0 or least(lambda v, n=name, b=high: b - v[n]) < 0  # type: ignore[misc]
    ]
    return replace(plan, limits=tuple(limits), caps=tuple(cap for cap in plan.caps if least(cap.room) < 0))


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
    """Draws of quantities under a setting: mean, sd and percentiles, with the numerical error of each.

    distributions: by quantity; printed inputs without one are uniform over what they stand for, assumptions without one
    stay as they are set. n: how many draws, a power of two for Sobol points. seed: a whole number from 0 up. method:
    ``sobol``, scrambled Sobol points, or ``random``. scheduler: address of a Dask scheduler, else this machine.
    compiled: run the formulas as one loop compiled with numba, which takes a second or two before the first draw.

    A draw in which something exceeds what it can't, or a derived share has no meaning, is left out and counted. The
    error is the standard error over ``PARTS`` independent parts. Raises ModelError for numbers that can't be used,
    InputError where numba is asked for and not installed, or can't compile a formula.
    """
    check_draws(n, seed, method)
    plan = model.graph(tuple(quantities), setting, capped=True)
    drawn = inputs(plan, distributions, correlations)
    plan = binding(model, plan, drawn.ranges)
    found = [_support(model, plan, name, drawn) for name in quantities]
    support, searched = [one[:2] for one in found], any(one[2] for one in found)
    size = block_size(n)
    blocks = -(-n // size)
    how = (n, seed, method, size, min(PARTS, blocks), searched, compiled)
    job = _Job(plan, tuple(quantities), drawn, tuple(support), *how)
    if compiled:
        # Compiled once, and refused before anything runs, rather than by each thread.
        _compiled(replace(job, size=1))(0, 1)
    parts = list(run_blocks(_part, [(job, number) for number in range(job.parts)], scheduler))
    return _together(job, parts)


def block_size(n: int) -> int:
    """How many rows a block has, so that there are ``PARTS`` blocks at least, and each stays in a core's cache."""
    return min(ROWS, -(-n // PARTS))


def _support(model: Model, plan: Plan, name: str, drawn: Inputs) -> tuple[float, float, bool]:
    """Where the histogram of an output starts, how many bins it has per unit, and whether a search found its ends.

    Without the limits it is wider and quick to find; with them where it would have no end. Raises ModelError where
    nothing bounds the output.
    """
    for one in (replace(plan, limits=(), caps=()), plan):
        bounds = model.bounds(one, ranges=drawn.ranges, of=lambda values: values[name])
        if not bounds.endless:
            break
    low, high = float(bounds.low[0]), float(bounds.high[0])
    if bounds.endless:
        raise ModelError(f"{name} has no bounds under these distributions: something is divided by 0")
    if math.isnan(low):
        return 0.0, 1.0, True
    # A hair wider, so that a float's last digit stays inside; more where bounds were found by a search.
    searched = bool(bounds.trimmed or bounds.turning)
    room = (1e-9 * max(abs(low), abs(high), high - low) or 1e-9) + (high - low) * (0.01 if searched else 0)
    return low - room, BINS / (high - low + 2 * room), searched


def check_draws(n: int, seed: int, method: str) -> None:
    """Raise ModelError in one sentence where draws can't be made with these."""
    if method not in METHODS:
        raise ModelError(f"'{method}' is not one of {', '.join(METHODS)}")
    if seed < 0:
        raise ModelError(f"the seed {seed} lies below 0")
    if n < PARTS:
        raise ModelError(f"{n:,} draws are too few; {PARTS} are the least")
    if n > MOST:
        raise ModelError(f"{n:,} draws are more than the {MOST:,} that can be made in a sitting")
    if method == "sobol" and n & (n - 1):
        below = 2 ** (n.bit_length() - 1)
        raise ModelError(
            f"{n:,} draws are no power of two, as Sobol points need; take {below:,} or {2 * below:,}, or random draws"
        )


def _together(job: _Job, parts: list[_Part]) -> Draws:
    """The parts merged, block after block in their order, so that nothing depends on who computed which."""
    kept = 0
    mean, squares = np.zeros(len(job.outputs)), np.zeros(len(job.outputs))
    for block in range(job.blocks):
        part, at = parts[block % job.parts], block // job.parts
        more = part.kept[at]
        if more:
            step = part.means[at] - mean
            squares += part.squares[at] + step**2 * (kept * more / (kept + more))
            mean += step * (more / (kept + more))
            kept += more
    violations: dict[str, int] = {}
    for part in parts:
        for words, count in part.violations.items():
            violations[words] = violations.get(words, 0) + count
    counts = np.sum([part.counts for part in parts], axis=0)
    summaries = {}
    for i, name in enumerate(job.outputs):
        low, scale = job.support[i]
        spread = math.sqrt(max(0.0, squares[i]) / (kept - 1)) if kept > 1 else math.nan
        numbers = {"mean": low + mean[i] / scale if kept else math.nan, "sd": spread / scale}
        numbers |= {p: percentile(counts[i], share, low, scale) for p, share in PERCENTILES.items()}
        alone = np.array([_alone(part, i, low, scale) for part in parts if sum(part.kept) > 1])
        error = alone.std(axis=0, ddof=1) / math.sqrt(len(alone)) if len(alone) > 1 else np.full(5, np.nan)
        summaries[name] = Summary(
            **{key: float(number) for key, number in numbers.items()},
            error=dict(zip(numbers, map(float, error), strict=True)),
        )
    return Draws(job.n, job.seed, job.method, kept, dict(sorted(violations.items())), summaries, job.inputs)


def _alone(part: _Part, i: int, low: float, scale: float) -> list[float]:
    """What one part by itself comes to."""
    weights = np.array(part.kept, float)
    means = np.array([mean[i] for mean in part.means])
    mean = float((weights * means).sum() / weights.sum())
    squares = sum(square[i] for square in part.squares) + float((weights * (means - mean) ** 2).sum())
    return [
        low + mean / scale,
        math.sqrt(max(0.0, squares) / (weights.sum() - 1)) / scale,
        *(percentile(part.counts[i], share, low, scale) for share in PERCENTILES.values()),
    ]


def percentile(counts: NDArray[np.int64], share: float, low: float, scale: float) -> float:
    """The value below which a share of what was counted lies, as if a bin's draws were spread evenly over it.

    counts: draws by bin; low: where the first bin starts; scale: bins per unit of the value.

    >>> percentile(np.array([1, 2, 1]), 0.5, 0.0, 1.0)
    1.5
    """
    below = np.cumsum(counts)
    rank = share * below[-1]
    if not below[-1]:
        return math.nan
    at = int(np.searchsorted(below, rank))
    if not counts[at]:
        return low
    before = below[at] - counts[at]
    return float(low + (at + (rank - before) / counts[at]) / scale)
