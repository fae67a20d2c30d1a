"""Sensitivity: how far an estimate moves with each assumption, how its spread is shared out, and where statements turn.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> bars = tornado(model, "at_risk_total")
>>> bars[0].assumption, round(bars[0].at_low), round(bars[0].at_high)
('former_detainees', 2101222, 2501222)
>>> found = break_even(model, statement_of(model, "at_risk_2021 <= persons_2021")).break_evens
>>> [(one.assumption, round(one.roots[0], 4)) for one in found if one.roots]
[('persons_per_transfer', 0.5577)]
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.core.bounds import Floats, breakpoints
from analysis.core.model import ARTICLE, Model, ModelError, Node, Plan, Setting, Source
from analysis.core.published import Interval
from analysis.core.register import Assumption, InputError, Statement
from analysis.core.units import UnitError, nearest, read_number
from analysis.core.words import SAME
from analysis.whatif.draws import Inputs
from analysis.whatif.scenarios import without

#: The names of ranges that are no single assumption's.
ROUNDING, ALL = "rounding", "all"


def handles(model: Model, plan: Plan, *, alone: bool = True) -> dict[str, Assumption]:
    """The assumptions that a plan starts from, by name; ``alone``: that move its target by themselves."""
    table = model.register.assumptions
    found = {n: table[n] for n, node in plan.leaves.items() if n in table and node.reading in ("set", "given")}
    return {name: one for name, one in found.items() if not alone or np.ptp(_along(plan, one)) > 0}


def _along(plan: Plan, one: Assumption) -> Floats:
    """The target at a quarter, a half and three quarters of an assumption's allowed range; equal ones are the same."""
    values = plan.evaluate({one.id: one.minimum + np.array([0.25, 0.5, 0.75]) * (one.maximum - one.minimum)})
    target = np.broadcast_to(np.asarray(values[plan.target], float), (3,))
    return target if np.ptp(target) > SAME * np.abs(target).max() else np.repeat(target[1], 3)


# Ranges ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """From where to where a quantity moves with rounding, an assumption, or all of them with it (``what``).

    Numbers in base units.
    """

    what: str
    low: float
    high: float


def ranges(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[Range]:
    """The range of a quantity under the rounding of printed digits alone, each assumption alone, and all together."""
    plan, capped = (model.plan(model.known(quantity), setting, capped=caps) for caps in (False, True))
    every = {name: Interval(one.low, one.high) for name, one in handles(model, plan, alone=False).items()}
    moved = {ROUNDING: {}, **{name: {name: every[name]} for name in handles(model, plan)}, ALL: every}
    found = []
    for what, intervals in moved.items():
        (bounds,) = capped.bounds(ranges=intervals, rounding=what in (ROUNDING, ALL))
        found.append(Range(what, bounds.low, bounds.high))
    return found


@dataclass(frozen=True)
class Bar:
    """A quantity with one assumption at either end of its range, the rest as they are; NaN past a limit."""

    assumption: str
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the assumption moves the quantity; 0 where either end is past a limit."""
        return float(np.nan_to_num(abs(self.at_high - self.at_low)))


def tornado(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[Bar]:
    """Each assumption across its range, the rest at their values; the one that moves the quantity most comes first."""
    capped = model.plan(model.known(quantity), setting, capped=True)
    bars = []
    for name, one in handles(model, model.plan(quantity, setting)).items():
        values = capped.evaluate({name: np.array([one.low, one.high])})
        bars.append(Bar(name, one.low, one.high, *np.where(capped.within(values), values[quantity], np.nan).tolist()))
    return sorted(bars, key=lambda bar: -bar.width)


# Sobol indices --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Indices:
    """First-order and total Sobol indices by input, each with an interval that holds 95 percent of its resamples."""

    n: int
    first: Mapping[str, float]
    total: Mapping[str, float]
    first_interval: Mapping[str, tuple[float, float]]
    total_interval: Mapping[str, tuple[float, float]]


def sobol_indices(
    function: Callable[[Mapping[str, Floats]], Any],
    inputs: Inputs,
    *,
    n: int = 2**14,
    seed: int = 0,
    resamples: int = 100,
) -> Indices:
    """Sobol indices of a function of independent inputs, which takes arrays of one length by name.

    First-order: the share of the variance that an input explains alone, mean of f(B) (f(AB) - f(A)) over the variance.
    Total: the share left when all others are known, mean of (f(AB) - f(A))² / 2 over it (Saltelli and others 2010, doi
    10.1016/j.cpc.2009.09.018, table 2, b and f, as scipy.stats has them). n: base points, a power of two. Intervals:
    1.96 standard deviations over bootstrap ``resamples`` of the points. Raises ModelError for dependent inputs, for
    which indices say nothing, and for a function that does not vary.

    >>> from analysis.whatif.draws import Distribution
    >>> unit = Distribution("uniform", {"low": 0, "high": 1})
    >>> round(sobol_indices(lambda v: v["a"] + 2 * v["b"], Inputs({"a": unit, "b": unit}), n=1024).first["a"], 2)
    0.2
    """
    from scipy.stats import qmc

    if inputs.mixing:
        raise ModelError("Sobol indices need independent inputs, and some are correlated here")
    if n < 2 or n & (n - 1):
        raise ModelError(f"{n:,} base points are no power of two, as Sobol points need")
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(0,))))
    count = len(inputs)
    # An input's two values come from neighbouring dimensions, pairs of which lie evenest: a tenth of the error that
    # the first half of the dimensions against the second gives.
    both = np.ascontiguousarray(qmc.Sobol(2 * count, rng=rng).random(n).T)
    one, two = inputs.values(both[0::2]), inputs.values(both[1::2])
    crossed = [{**one, name: two[name]} for name in one]
    f = np.array([np.broadcast_to(np.asarray(function(values), float), (n,)) for values in (one, two, *crossed)])
    if not np.ptp(f[:2]):
        raise ModelError("nothing that is drawn moves it, so there is no variance to share out")
    f -= f[:2].mean()
    moved = f[2:] - f[0]
    terms = np.concatenate([f[1] * moved, moved**2 / 2, [f[:2].mean(axis=0), (f[:2] ** 2).mean(axis=0)]])
    picks = rng.integers(0, n, (resamples, n)) + np.arange(resamples)[:, None] * n
    weights = np.bincount(picks.ravel(), minlength=resamples * n).reshape(resamples, n) / n

    def indices(means: Floats) -> Floats:
        return means[..., :-2] / (means[..., -1] - means[..., -2] ** 2)[..., None]

    found = indices(terms.mean(axis=1))
    half = 1.96 * indices(weights @ terms.T).std(axis=0, ddof=1)
    ends = list(zip((found - half).tolist(), (found + half).tolist(), strict=True))
    first, total, near, wide = (
        dict(zip(one, part, strict=True))
        for part in (found[:count].tolist(), found[count:].tolist(), ends[:count], ends[count:])
    )
    return Indices(n, first, total, near, wide)


def indices_of(
    model: Model, quantity: str, setting: Setting, inputs: Inputs, *, n: int = 2**14, seed: int = 0
) -> Indices:
    """Sobol indices of a quantity under a setting. Points past a limit stay, for leaving them out ties inputs."""
    plan = model.plan(quantity, setting)
    return sobol_indices(lambda values: plan.evaluate(values)[quantity], inputs, n=n, seed=seed)


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
    used = [node.source.claim for node in plan.leaves.values() if node.source.claim]
    found = []
    for source in dict.fromkeys(claim.source for claim in used if claim.source):
        rows = tuple(claim.id for claim in used if claim.source == source)
        try:
            left = without(model, quantity, setting, lambda claim, source=source: claim.source == source)  # type: ignore[misc]
            other = model.plan(quantity, left)
            instead = tuple(name for name in other.depends_on if name not in plan.depends_on)
            found.append(LeftOut(source, rows, other.value, instead))
        except ModelError as error:
            found.append(LeftOut(source, rows, None, reason=str(error)))
    return found


# Break-even -----------------------------------------------------------------------------------------------------------

_SIGNS = {">=": "at_least", ">": "more_than", "<=": "at_most", "<": "less_than", "=": "equals", "==": "equals"}


@dataclass(frozen=True)
class BreakEven:
    """Where a statement turns as one assumption moves over its allowed range, the others as they are.

    value: the assumption as it is. roots: where both sides are equal. holds: the spans over which the statement holds.
    """

    assumption: str
    value: float
    roots: tuple[float, ...]
    holds: tuple[tuple[float, float], ...]
    everywhere: bool


@dataclass(frozen=True)
class BreakEvens:
    """A statement under a setting: both sides in base units, whether it holds, and where each assumption turns it."""

    statement: Statement
    quantity: str
    unit: str
    left: float
    right: float
    holds: bool
    break_evens: tuple[BreakEven, ...]


def statement_of(model: Model, text: str) -> Statement:
    """A statement of the data package by its id, or one written out, such as ``at_risk_2021 >= 1.9 million person``.

    Raises InputError in one sentence where it is neither.
    """
    known = model.register.statements
    if text in known:
        return known[text]
    found = re.fullmatch(r"\s*([a-z][a-z0-9_.]*)\s*(>=|<=|==|=|>|<)\s*([^=<>\s].*?)\s*", text)
    if not found:
        wanted = f"{nearest(text, known)}; or write one, such as 'at_risk_total >= 2 million person'"
        raise InputError(f"'{text}' is no statement{wanted}")
    told = {"quantity": found[1], "comparison": _SIGNS[found[2]], "other": found[3]}
    statement = Statement.model_validate({"id": text, "statement": text, **told})
    _sides(model, statement, ARTICLE)
    return statement


def _sides(model: Model, statement: Statement, setting: Setting) -> tuple[Plan, Plan]:
    """The plans of both sides; a number has a plan of one leaf."""
    quantity, readings = model.named(statement.quantity)
    unit, text = model.units[quantity], statement.other
    left = model.plan(quantity, model.under(setting, readings))
    if re.match(r"[-+0-9.]", text):
        try:
            number = read_number(text, unit)
        except UnitError as error:
            raise InputError(str(error)) from None
        return left, Plan("number", (Node("number", "given", Source(constant=number)),))
    other, readings = model.named(text)
    if model.units[other] != unit:
        raise InputError(f"{text} is in {model.units[other]}, not in {unit}")
    return left, model.plan(other, model.under(setting, readings))


def break_even(model: Model, statement: Statement, setting: Setting = ARTICLE) -> BreakEvens:
    """Where a statement turns, for each assumption, over its allowed range and the others as they are.

    Both sides are computed under the setting, and move with the assumption. Raises ModelError where either can't be.
    """
    sides = _sides(model, statement, setting)
    left, right = (side.value for side in sides)
    moved = [handles(model, side) for side in sides]
    found = []
    for name, one in {**moved[0], **moved[1]}.items():
        here = next(float(side.start[name]) for side, names in zip(sides, moved, strict=True) if name in names)
        found.append(_break_even(sides, [name in names for names in moved], one, here, statement.comparison))
    holds = bool(_holds(statement.comparison, left - right, SAME * max(abs(left), abs(right))))
    quantity = sides[0].target
    return BreakEvens(statement, quantity, model.units[quantity], left, right, holds, tuple(found))


def _holds(comparison: str, above: Any, slack: float) -> Any:
    """Whether a statement holds where the left side lies so far above the right."""
    match comparison:
        case "at_least":
            return above >= -slack
        case "more_than":
            return above > slack
        case "at_most":
            return above <= slack
        case "less_than":
            return above < -slack
    return np.abs(above) <= slack


def _break_even(
    sides: Sequence[Plan], moves: Sequence[bool], one: Assumption, here: float, comparison: str
) -> BreakEven:
    low, high = one.minimum, one.maximum

    def at(plan: Plan, moved: bool, x: Floats) -> Floats:
        """The target and the rooms of a side at some values of the assumption, (1 + limits, values)."""
        found = plan.evaluate({one.id: x} if moved else {})
        return np.array(
            [np.broadcast_to(column, x.shape) for column in (found[plan.target], *plan.rooms(found))], float
        )

    def above(x: Floats) -> Floats:
        """How far the left side lies above the right; NaN past a limit."""
        left, right = (at(side, moved, x) for side, moved in zip(sides, moves, strict=True))
        kept = (left[1:] >= -SAME).all(axis=0) & (right[1:] >= -SAME).all(axis=0)
        return np.where(kept & np.isfinite(left[0] + right[0]), left[0] - right[0], np.nan)

    quarters = low + np.array([0.25, 0.5, 0.75]) * (high - low)
    lefts, rights = (
        [at(branch, moved, quarters) for branch in side.branches] for side, moved in zip(sides, moves, strict=True)
    )
    changes = [low, high]
    for branch in (*lefts, *rights):
        # A limit is reached where its room is 0; the target has a pole where one over it is 0.
        changes += [*breakpoints(branch[1:].T, low, high, [0.0]), *breakpoints(branch[:1].T, low, high, [])]
    meetings = [quarters[0] + _meetings(x[0], y[0]) * (high - low) / 2 for x, y in itertools.product(lefts, rights)]
    hair = SAME * (high - low)
    candidates = np.array([*changes, *np.concatenate(meetings)])
    candidates = np.clip(candidates[(candidates >= low - hair) & (candidates <= high + hair)], low, high)
    slack = SAME * max(
        float(np.abs(branch[0][np.isfinite(branch[0])]).max(initial=0.0)) for branch in (*lefts, *rights)
    )
    roots: list[float] = []
    for root in sorted(candidates[np.abs(above(candidates)) <= slack].tolist()):
        roots += [root] if not roots or root > roots[-1] + hair else []
    points = np.array(sorted({*changes, *roots}))
    on, between = (_holds(comparison, above(x), slack) for x in (points, (points[1:] + points[:-1]) / 2))
    spans: list[tuple[float, float]] = []
    for i, point in enumerate(points.tolist()):
        if i and between[i - 1]:
            joined = bool(spans) and spans[-1][1] == points[i - 1] and on[i - 1]
            spans.append((spans.pop()[0] if joined else float(points[i - 1]), point))
        elif on[i] and not between[i : i + 1].any():
            spans.append((point, point))
    strict = comparison in ("more_than", "less_than")
    everywhere = spans == [(low, high)] and not (strict and roots)
    return BreakEven(one.id, here, tuple(roots), tuple(spans), everywhere)


def _meetings(one: Floats, two: Floats) -> Floats:
    """Where two ratios of two linear functions are equal, from their values at 0, ½ and 1."""
    places = np.array([0.0, 0.5, 1.0])
    with np.errstate(all="ignore"):
        # Their difference times both denominators is a quadratic; a denominator is 1 + c t.
        product = one - two
        for start, middle, end in (one, two):
            product = product * (1 + places * ((2 * middle - start - end) / (end - middle) if end != start else 0.0))
        square = 2 * product[0] - 4 * product[1] + 2 * product[2]
        linear = product[2] - product[0] - square
        turned = -(linear + np.copysign(np.sqrt(np.maximum(linear**2 - 4 * square * product[0], 0.0)), linear)) / 2
        found: Floats = np.array([turned / square, product[0] / turned])
    return found[np.isfinite(found)]


# Two assumptions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Axis:
    """One of the two quantities of a region, and from where to where it goes, in base units."""

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class Region:
    """The values of a quantity over a grid of two others, and where a printed number holds. All in base units.

    values, holds: (points of y, points of x). asserted: the interval in which the printed number holds.
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
        columns = {self.x.name: across, self.y.name: up, self.quantity: self.values, "holds": self.holds}
        return pd.DataFrame({name: column.ravel() for name, column in columns.items()})


def region(model: Model, claim: str, x: Axis, y: Axis, setting: Setting = ARTICLE, *, points: int = 101) -> Region:
    """Where a printed number holds, over two quantities that are given in the place of their own sources.

    A range holds between its two ends. Points past a limit do not hold. Raises ModelError where the printed number's
    quantity does not depend on both, and for an axis that leaves an allowed range.
    """
    row = model.register.claims[claim]
    for axis, end in itertools.product((x, y), (0, 1)):
        model.check_value(axis.name, (axis.low, axis.high)[end])
    given = {axis.name: (axis.low + axis.high) / 2 for axis in (x, y)}
    readings = {name: reading for name, reading in setting.readings.items() if name not in given}
    setting = model.setting(readings, {**setting.values, **given})
    plan, capped = (model.plan(row.quantity, setting, capped=caps) for caps in (False, True))
    for name in given:
        if name not in plan.leaves:
            raise ModelError(f"{name} is unused: {row.quantity} does not depend on it here")
    xs, ys = (np.linspace(axis.low, axis.high, points) for axis in (x, y))
    across, up = np.meshgrid(xs, ys)
    found = capped.evaluate({x.name: across, y.name: up})
    values = np.broadcast_to(np.asarray(found[row.quantity], float), across.shape)
    printed = row.published
    is_range = printed.qualifier == "range"
    asserted = Interval(printed.value("low"), printed.value("high")) if is_range else printed.asserts()
    holds = asserted.holds(values) & capped.within(found)
    return Region(claim, row.quantity, x, y, xs, ys, values, holds, asserted)
