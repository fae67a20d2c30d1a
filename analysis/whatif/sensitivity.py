"""Sensitivity: how far an estimate moves with each assumption, what share of its spread each input explains, and where
a statement stops holding.

What belongs here: ranges, tornado, Sobol indices, leaving out sources, break-evens, and the region of two assumptions
in which a printed number holds. What does not: how draws are made (``uncertainty``), and how any of it is shown
(``tables``, ``figures``).

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> bars = tornado(model, "at_risk_total")
>>> bars[0].assumption, round(bars[0].at_low), round(bars[0].at_high)
('former_detainees', 2101222, 2501222)
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from analysis.core.model import ARTICLE, Floats, Model, ModelError, Plan, Setting
from analysis.core.published import TIE, Interval
from analysis.core.register import Assumption, InputError, Statement
from analysis.core.units import UnitError, nearest, to_base
from analysis.whatif.draws import Inputs, binding
from analysis.whatif.scenarios import without

#: What a range is of, where it is of no single assumption.
ROUNDING, ALL = "rounding", "all"
#: How finely an assumption is searched for the values at which a statement changes.
_GRID = 257
#: Beyond this a number is a slip.
_LARGEST = 1e15


def handles(model: Model, plan: Plan, *, alone: bool = True) -> dict[str, Assumption]:
    """The assumptions that a plan starts from, by name; ``alone``: that have an effect on its target by themselves."""
    table = model.register.assumptions
    return {
        name: table[name]
        for name, node in plan.leaves.items()
        if name in table and node.reading in ("set", "given") and (not alone or model.effect(plan, name))
    }


# Ranges ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """From where to where a quantity moves, in base units. ``what``: rounding, an assumption, or all of them with it.

    trimmed: corners left out, of ``corners``, because something had no meaning there.
    """

    what: str
    low: float
    high: float
    trimmed: int = 0
    corners: int = 1


def ranges(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[Range]:
    """The range of a quantity under the rounding of printed digits alone, each assumption alone, and all together.

    What exceeds what it can't, or has no meaning, is trimmed and counted. Raises ModelError for an unknown quantity.
    """
    plan = model.plan(model.known(quantity), setting)
    each = {name: {name: Interval(a.low, a.high)} for name, a in handles(model, plan).items()}
    every = {name: Interval(a.low, a.high) for name, a in handles(model, plan, alone=False).items()}
    found = [_range(model, quantity, setting, ROUNDING, {}, rounding=True)]
    found += [_range(model, quantity, setting, name, moved, rounding=False) for name, moved in each.items()]
    return [*found, _range(model, quantity, setting, ALL, every, rounding=True)]


def _range(
    model: Model, quantity: str, setting: Setting, what: str, moved: Mapping[str, Interval], *, rounding: bool
) -> Range:
    capped = binding(model, model.graph((quantity,), setting, capped=True), moved, rounding=rounding)
    # Where no cap can bind, what only a cap needs is not moved.
    plan = capped if capped.caps else replace(model.plan(quantity, setting), limits=capped.limits)
    bounds = model.bounds(plan, ranges=moved, rounding=rounding)
    return Range(what, float(bounds.low[0]), float(bounds.high[0]), bounds.trimmed, bounds.corners)


@dataclass(frozen=True)
class Bar:
    """A quantity with one assumption at either end of its range, the rest as they are; NaN where it has no meaning."""

    assumption: str
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the assumption moves the quantity; 0 where either end has no meaning."""
        return float(np.nan_to_num(abs(self.at_high - self.at_low)))


def tornado(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[Bar]:
    """Each assumption across its range, the rest at their values; the one that moves the quantity most comes first."""
    plan = model.graph((model.known(quantity),), setting, capped=True)
    bars = []
    for name, assumption in handles(model, model.plan(quantity, setting)).items():
        ends = np.array([assumption.low, assumption.high])
        values = plan.evaluate({**plan.start, name: ends})
        target = np.broadcast_to(np.asarray(values[quantity], float), (2,))
        at_low, at_high = np.where(np.broadcast_to(plan.within(values), (2,)), target, np.nan)
        bars.append(Bar(name, assumption.low, assumption.high, float(at_low), float(at_high)))
    return sorted(bars, key=lambda bar: -bar.width)


# Sobol indices --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Indices:
    """First-order and total Sobol indices by input, each with an interval that holds 95 percent of its resamples.

    n: base points, of which each input costs one evaluation more.
    """

    n: int
    first: Mapping[str, float]
    total: Mapping[str, float]
    first_interval: Mapping[str, tuple[float, float]]
    total_interval: Mapping[str, tuple[float, float]]


def sobol_indices(
    function: Callable[[Mapping[str, Floats]], Floats],
    drawn: Inputs,
    *,
    n: int = 2**14,
    seed: int = 0,
    resamples: int = 100,
) -> Indices:
    """Sobol indices of a function of independent inputs.

    function: takes the inputs' values by name, arrays of one length, and gives an array of that length. n: base points,
    a power of two. The first-order index of an input is the share of the variance that its value alone explains
    (Saltelli and others 2010, doi 10.1016/j.cpc.2009.09.018, table 2, b), the total one the share that is
    left when all but it are known (Jansen 1999, the same table, f). Intervals: 1.96 standard deviations of
    ``resamples`` bootstrap resamples of the points to either side, which is wide, as Sobol points lie evener than
    random ones. Raises ModelError for dependent inputs, for which these indices say nothing, and for a function that
    does not vary.

    >>> from analysis.whatif.draws import Distribution
    >>> unit = Distribution("uniform", {"low": 0, "high": 1})
    >>> found = sobol_indices(lambda v: v["a"] + 2 * v["b"], Inputs({"a": unit, "b": unit}), n=1024)
    >>> round(found.first["a"], 2), round(found.total["b"], 2)
    (0.2, 0.8)
    """
    if drawn.mixing:
        raise ModelError("Sobol indices need independent inputs, and some are correlated here")
    if n < 2 or n & (n - 1):
        raise ModelError(f"{n:,} base points are no power of two, as Sobol points need")
    from scipy.stats import qmc

    names = list(drawn.distributions)
    count = len(names)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(0,))))
    both = np.ascontiguousarray(qmc.Sobol(2 * count, rng=rng).random(n).T)
    # An input's two values come from neighbouring dimensions, pairs of which lie evenest: a tenth of the error that
    # the first half against the second gives.
    one, two = drawn.values(both[0::2]), drawn.values(both[1::2])

    def of(values: Mapping[str, Floats]) -> Floats:
        return np.broadcast_to(np.asarray(function(values), float), (n,))

    at_one, at_two = of(one), of(two)
    middle = (at_one.mean() + at_two.mean()) / 2
    at_one, at_two = at_one - middle, at_two - middle
    # A row an input: what its first-order and its total index are the mean of, over the variance.
    terms = np.empty((2 * count + 2, n))
    for i, name in enumerate(names):
        crossed = of({**one, name: two[name]}) - middle
        terms[i] = at_two * (crossed - at_one)
        terms[count + i] = (crossed - at_one) ** 2 / 2
    terms[-2], terms[-1] = (at_one + at_two) / 2, (at_one**2 + at_two**2) / 2
    if not np.ptp(np.concatenate([at_one, at_two])):
        raise ModelError("nothing that is drawn moves it, so there is no variance to share out")

    picks = rng.integers(0, n, (resamples, n), dtype=np.int32)
    picks += np.arange(resamples, dtype=np.int32)[:, None] * n
    weights = np.bincount(picks.ravel(), minlength=resamples * n).reshape(resamples, n) / n

    def indices(means: Floats) -> Floats:
        return means[..., :-2] / (means[..., -1] - means[..., -2] ** 2)[..., None]

    point = indices(terms.mean(axis=1))
    half = 1.96 * indices(weights @ terms.T).std(axis=0, ddof=1)
    intervals = [(float(p - h), float(p + h)) for p, h in zip(point, half, strict=True)]
    return Indices(
        n,
        dict(zip(names, map(float, point[:count]), strict=True)),
        dict(zip(names, map(float, point[count:]), strict=True)),
        dict(zip(names, intervals[:count], strict=True)),
        dict(zip(names, intervals[count:], strict=True)),
    )


def indices_of(
    model: Model, quantity: str, setting: Setting, drawn: Inputs, *, n: int = 2**14, seed: int = 0
) -> Indices:
    """Sobol indices of a quantity under a setting. Draws without a meaning stay, for leaving them out ties inputs."""
    plan = model.plan(quantity, setting)
    return sobol_indices(lambda values: plan.evaluate({**plan.start, **values})[quantity], drawn, n=n, seed=seed)


# Leaving out a source -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LeftOut:
    """A quantity without the rows of one source: its value from other rows, or the reason why there is none."""

    source: str
    rows: tuple[str, ...]
    value: float | None
    instead: tuple[str, ...] = ()
    reason: str = ""


def leave_one_source_out(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[LeftOut]:
    """The quantity with each cited source's rows dropped in turn, another row of the same quantity in their place."""
    plan = model.plan(model.known(quantity), setting)
    claims = model.register.claims
    used = [claims[name] for name in plan.depends_on if name in claims]
    found = []
    for source in dict.fromkeys(claim.source for claim in used if claim.source):
        rows = tuple(claim.id for claim in used if claim.source == source)
        try:
            left = without(model, quantity, setting, lambda claim, source=source: claim.source == source)  # type: ignore[misc]
            other = model.plan(quantity, left)
            instead = tuple(name for name in other.depends_on if name not in plan.depends_on)
            found.append(LeftOut(source, rows, model.point(other), instead))
        except ModelError as error:
            found.append(LeftOut(source, rows, None, reason=str(error)))
    return found


# Break-even -----------------------------------------------------------------------------------------------------------

_SIGNS = {">=": "at_least", ">": "more_than", "<=": "at_most", "<": "less_than", "=": "equals", "==": "equals"}


@dataclass(frozen=True)
class Turn:
    """Where a statement stops holding as one assumption moves over what has a meaning, the others as they are.

    value: the assumption as it is. roots: where both sides are equal. holds: the spans over which the statement holds.
    """

    assumption: str
    value: float
    roots: tuple[float, ...]
    holds: tuple[tuple[float, float], ...]
    everywhere: bool


@dataclass(frozen=True)
class BreakEven:
    """A statement under a setting: both sides in base units, whether it holds, and where it stops holding."""

    statement: Statement
    quantity: str
    unit: str
    left: float
    right: float
    holds: bool
    turns: tuple[Turn, ...]


def statement_of(model: Model, text: str) -> Statement:
    """A statement of the data package by its id, or one written out, such as ``at_risk_2021 >= 1.9 million person``.

    Raises InputError in one sentence where it is neither.
    """
    known = model.register.statements
    if text in known:
        return known[text]
    found = re.fullmatch(r"\s*([a-z][a-z0-9_.]*)\s*(>=|<=|==|=|>|<)\s*([^=<>\s].*?)\s*", text)
    if not found:
        raise InputError(
            f"'{text}' is no statement{nearest(text, known)}; or write one, such as 'at_risk_total >= 2 million person'"
        )
    quantity, sign, other = found.groups()
    _side(model, quantity)
    _side(model, other, unit=model.units[model.named(quantity)[0]])
    return Statement(text, text, quantity, _SIGNS[sign], other)


def _side(model: Model, text: str, unit: str = "") -> float | None:
    """The number that a text is, in base units; None where it names a quantity or a row."""
    if re.match(r"[-+0-9.]", text):
        try:
            number = to_base(text, unit)
        except UnitError as error:
            raise InputError(str(error)) from None
        if not np.isfinite(number):
            raise InputError(f"'{text}' is not a finite number")
        if abs(number) > _LARGEST:
            raise InputError(f"'{text}' is larger than anything that is counted here")
        return number
    quantity, _ = model.named(text)
    if unit and model.units[quantity] != unit:
        raise InputError(f"{text} is in {model.units[quantity]}, not in {unit}")
    return None


def break_even(model: Model, statement: Statement, setting: Setting = ARTICLE) -> BreakEven:
    """Where a statement stops holding, for each assumption, over what has a meaning and the others as they are.

    The left side is computed under the setting; the right side is a number, or a quantity or row as the article has it.
    Raises ModelError where either side can't be computed.
    """
    quantity, readings = model.named(statement.quantity)
    plan = model.plan(quantity, model.under(setting, readings))
    right = _side(model, statement.other, model.units[quantity])
    if right is None:
        other, theirs = model.named(statement.other)
        right = model.point(model.plan(other, model.under(ARTICLE, theirs)))
    left = model.point(plan)
    turns = [_turn(plan, name, a, statement.comparison, right) for name, a in handles(model, plan).items()]
    holds = bool(_holds(statement.comparison, np.array([left - right]), right)[0])
    return BreakEven(statement, quantity, model.units[quantity], left, right, holds, tuple(turns))


def _holds(comparison: str, above: Floats, right: float) -> Any:
    """Whether a statement holds where the left side lies so far above the right."""
    slack = TIE * abs(right)
    match comparison:
        case "at_least":
            return above >= -slack
        case "more_than":
            return above > slack
        case "at_most":
            return above <= slack
        case "less_than":
            return above < -slack
        case _:
            return np.abs(above) <= slack


def _turn(plan: Plan, name: str, assumption: Assumption, comparison: str, right: float) -> Turn:
    here = float(plan.start[name])
    known = (here, assumption.low, assumption.high)
    grid = np.unique([*np.linspace(assumption.minimum, assumption.maximum, _GRID), *known])
    slack = TIE * abs(right)

    def above(x: Any, room: float = TIE) -> Any:
        """How far the left side lies above the right; NaN where something has no meaning, by more than ``room``."""
        values = plan.evaluate({**plan.start, name: x})
        fine = plan.within(values, room) & np.isfinite(values[plan.target])
        return np.where(fine, np.asarray(values[plan.target], float) - right, np.nan)

    at = np.broadcast_to(above(grid), grid.shape)
    edges, roots = _crossings(above, grid, at, slack)
    points = sorted({float(grid[0]), *edges, *roots, float(grid[-1])})
    spans: list[tuple[float, float]] = []
    for low, high in itertools.pairwise(points):
        if _holds(comparison, np.atleast_1d(above((low + high) / 2)), right)[0]:
            joined = bool(spans) and spans[-1][1] == low and _holds(comparison, np.atleast_1d(above(low)), right)[0]
            spans[-1:] = [(spans[-1][0], high)] if joined else [*spans[-1:], (low, high)]
    for root in roots:
        alone = not any(low <= root <= high for low, high in spans)
        if alone and _holds(comparison, np.zeros(1), right)[0]:
            spans.append((root, root))
    strict = comparison in ("more_than", "less_than")
    everywhere = spans == [(assumption.minimum, assumption.maximum)] and not (strict and roots)
    return Turn(name, here, tuple(roots), tuple(sorted(spans)), everywhere)


def _crossings(above: Callable[..., Any], grid: Floats, at: Floats, slack: float) -> tuple[list[float], list[float]]:
    """Between the points of a grid: where the meaning ends, and where both sides are equal, touched or crossed."""
    from scipy.optimize import brentq, minimize_scalar

    fine = np.isfinite(at)
    edges = []
    for i in np.flatnonzero(fine[1:] != fine[:-1]):
        good, bad = (grid[i], grid[i + 1]) if fine[i] else (grid[i + 1], grid[i])
        for _ in range(60):
            middle = (good + bad) / 2
            good, bad = (middle, bad) if np.isfinite(above(middle, 0.0)) else (good, middle)
        edges.append(float(good))
    roots = [float(x) for x, y in zip(grid, at, strict=True) if abs(y) <= slack]
    sign = np.sign(at)
    for i in np.flatnonzero(sign[1:] * sign[:-1] < 0):
        if min(abs(at[i]), abs(at[i + 1])) > slack:
            roots.append(float(brentq(lambda x: float(above(x)), grid[i], grid[i + 1], xtol=1e-15, rtol=1e-14)))
    size = np.abs(at)
    dips = (size[1:-1] < size[:-2]) & (size[1:-1] < size[2:]) & (size[1:-1] > slack)
    for i in np.flatnonzero(dips & (sign[1:-1] * sign[:-2] > 0) & (sign[1:-1] * sign[2:] > 0)):
        span = (grid[i], grid[i + 2])
        found = minimize_scalar(lambda x: abs(float(above(x))), bounds=span, method="bounded", options={"xatol": 1e-12})
        if found.fun <= slack:
            roots.append(float(found.x))
    # A point at the edge of what has a meaning is a root where both sides are equal there.
    roots += [edge for edge in edges if abs(float(above(edge))) <= slack]
    return edges, sorted(set(roots))


# What one would have to believe ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Axis:
    """One of the two quantities of a region, and from where to where it goes, in base units."""

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Region:
    """The values of a quantity over a grid of two others, and where a printed number holds. All in base units.

    values, holds: (points of y, points of x). asserted: from where to where the printed number holds.
    """

    claim: str
    quantity: str
    x: Axis
    y: Axis
    xs: Floats
    ys: Floats
    values: Floats
    holds: Any
    asserted: Interval

    @property
    def frame(self) -> pd.DataFrame:
        """A row a point: x, y, the quantity, and whether the printed number holds there."""
        across, up = np.meshgrid(self.xs, self.ys)
        return pd.DataFrame(
            {
                self.x.name: across.ravel(),
                self.y.name: up.ravel(),
                self.quantity: self.values.ravel(),
                "holds": self.holds.ravel(),
            }
        )


def region(model: Model, claim: str, x: Axis, y: Axis, setting: Setting = ARTICLE, *, points: int = 101) -> Region:
    """Where a printed number holds, over two quantities that are given in the place of what supplies them.

    For a range, where the quantity lies between its two ends. Points at which a derived share has no meaning, or
    something exceeds what it can't, do not hold. Raises ModelError where the printed number's quantity does not depend
    on both.
    """
    row = model.register.claims[claim]
    for axis in (x, y):
        for end in (axis.low, axis.high):
            model.setting(values={axis.name: end})
    given = {axis.name: (axis.low + axis.high) / 2 for axis in (x, y)}
    readings = {name: reading for name, reading in setting.readings.items() if name not in given}
    setting = model.setting(readings, {**setting.values, **given})
    plan = model.plan(row.quantity, setting)
    for axis in (x, y):
        if axis.name not in plan.leaves:
            raise ModelError(f"{axis.name} is unused: {row.quantity} does not depend on it here")
    capped = model.graph((row.quantity,), setting, capped=True)
    xs, ys = (np.linspace(axis.low, axis.high, points) for axis in (x, y))
    across, up = np.meshgrid(xs, ys)
    found = capped.evaluate({**capped.start, x.name: across, y.name: up})
    values = np.broadcast_to(np.asarray(found[row.quantity], float), across.shape)
    if row.published.qualifier == "range":
        asserted = Interval(row.published.value("low"), row.published.value("high"))
    else:
        asserted = row.published.asserts()
    holds = asserted.holds(values) & np.broadcast_to(capped.within(found), across.shape)
    return Region(claim, row.quantity, x, y, xs, ys, values, holds, asserted)
