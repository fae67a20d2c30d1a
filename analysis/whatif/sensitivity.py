"""This module shows how far an estimate moves with each assumption.

It also shows how the spread of an estimate is shared out, and where statements turn.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> bars = tornado(model, "at_risk_2021")
>>> bars[0].assumption, round(bars[0].at_low), round(bars[0].at_high)
('persons_per_transfer', 1708440, 1901222)
>>> statement = statement_of(model, "at_risk_2021 <= persons_2021")
>>> found = break_even(model, statement).break_evens
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

from analysis.core.errors import InputError
from analysis.core.published import Interval
from analysis.core.rows import Assumption, Statement
from analysis.core.spell import SAME
from analysis.core.units import nearest
from analysis.model.bounds import Bounds
from analysis.model.curves import (
    Floats,
    coefficients,
    crossings,
    meeting,
    readings_between,
)
from analysis.model.model import ARTICLE, Model, ModelError, Node, Plan, Setting, Source
from analysis.whatif.draws import Distribution, values_of

#: The names of ranges that are no single assumption's.
ROUNDING, ALL, LOWEST, HIGHEST = "rounding", "all", "lowest", "highest"
#: Base points of Sobol indices.
POINTS = 2**14


def handles(model: Model, plan: Plan) -> dict[str, Assumption]:
    """The assumptions of a plan that move its target by themselves, by name."""
    return {name: one for name, one in model.free(plan).items() if plan.direction[name]}


def ranges(
    model: Model, quantity: str, setting: Setting = ARTICLE
) -> dict[str, Bounds]:
    """Bound a quantity under rounding, each assumption, and all of these together.

    The first bounds are those under the rounding of printed digits, then under each
    assumption alone, and then under all of these together. The last two are with each
    assumption where the quantity is lowest, and where it is highest, without rounding.
    """
    plan = model.plan(model.known(quantity), setting)
    every = {
        name: Interval(one.low, one.high) for name, one in model.free(plan).items()
    }
    alone = {name: plan.bounds({name: every[name]}) for name in handles(model, plan)}
    ends = plan.bounds(every)
    lowest, highest = Bounds(ends.low, ends.low), Bounds(ends.high, ends.high)
    everything = plan.bounds({**plan.rounding_box(), **every})
    together = {ALL: everything, LOWEST: lowest, HIGHEST: highest}
    return {ROUNDING: plan.rounded, **alone, **together}


@dataclass(frozen=True)
class Bar:
    """A bar shows a quantity with one assumption at either end of its range.

    The other assumptions are as they are. The quantity is NaN past a limit.
    """

    assumption: str
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """The width says how far the assumption moves the quantity.

        It is 0 where either end is past a limit or has no bound.
        """
        return float(np.nan_to_num(abs(self.at_high - self.at_low), posinf=0.0))


def tornado(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[Bar]:
    """Move each assumption across its range, to a limit on the way.

    The one that moves the quantity most comes first.
    """
    bars = []
    for name, one in ranges(model, quantity, setting).items():
        if name not in model.register.assumptions:
            continue
        its = model.register.assumptions[name]
        (low, at_low), (high, at_high) = sorted(
            [
                (one.low_at.get(name, its.low), one.low),
                (one.high_at.get(name, its.high), one.high),
            ],
            key=lambda end: end[0],
        )
        bars.append(Bar(name, low, high, at_low, at_high))
    return sorted(bars, key=lambda bar: -bar.width)


def sobol_indices(
    function: Callable[[Mapping[str, Floats]], Any],
    inputs: Mapping[str, Distribution],
    *,
    n: int = POINTS,
    seed: int = 0,
    resamples: int = 100,
) -> dict[str, dict[str, float]]:
    """Compute the Sobol indices of a function of independent inputs, by input.

    The function takes arrays of one length by name. The index ``first`` is the share of
    the variance that an input explains alone, ``total`` that left when all others are
    known (``scipy.stats.sobol_indices``). Each has a low and a high end: 1.96 standard
    deviations over bootstrap ``resamples`` of the ``n`` base points, a power of two.
    Raises ModelError for a function that does not vary.

    >>> unit = Distribution(0, 1)
    >>> both = {"a": unit, "b": unit}
    >>> indices = sobol_indices(lambda v: v["a"] + 2 * v["b"], both, n=1024)
    >>> round(indices["a"]["first"], 2)
    0.2
    """
    from scipy import stats

    rng = np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(0,)))
    )
    # An input's two values come from neighbouring dimensions, pairs of which lie
    # evenest: a tenth of the error that the first half of the dimensions against the
    # second gives.
    both = np.ascontiguousarray(stats.qmc.Sobol(2 * len(inputs), rng=rng).random(n).T)
    one, two = values_of(inputs, both[0::2]), values_of(inputs, both[1::2])
    crossed = [{**one, name: two[name]} for name in one]
    f = np.array(
        [np.broadcast_to(function(values), n) for values in (one, two, *crossed)]
    )
    if not np.ptp(f[:2]):
        raise ModelError(
            "nothing that is drawn moves it, so there is no variance to share out"
        )
    f -= f[:2].mean()
    found = stats.sobol_indices(func={"f_A": f[0], "f_B": f[1], "f_AB": f[2:]}, n=n)
    # The same from means, which all resamples weigh at once.
    moved = f[2:] - f[0]
    terms = np.concatenate(
        [f[1] * moved, moved**2 / 2, [f[:2].mean(axis=0), (f[:2] ** 2).mean(axis=0)]]
    )
    picks = rng.integers(0, n, (resamples, n)) + np.arange(resamples)[:, None] * n
    means = (
        np.bincount(picks.ravel(), minlength=resamples * n).reshape(resamples, n)
        @ terms.T
        / n
    )
    halves = 1.96 * (means[:, :-2] / (means[:, -1:] - means[:, -2:-1] ** 2)).std(
        axis=0, ddof=1
    )
    halves = halves.reshape(2, -1)
    shares = np.array([found.first_order, found.total_order])
    names = [
        f"{kind}{end}" for end in ("", "_low", "_high") for kind in ("first", "total")
    ]
    rows = np.concatenate([shares, shares - halves, shares + halves]).T.tolist()
    return {
        name: dict(zip(names, row, strict=True))
        for name, row in zip(inputs, rows, strict=True)
    }


# Break-even ---------------------------------------------------------------------------

_SIGNS = {
    ">=": "at_least",
    ">": "more_than",
    "<=": "at_most",
    "<": "less_than",
    "=": "equals",
    "==": "equals",
}
#: The signs of left less right for which a statement holds.
HOLDS = {
    "at_least": (0, 1),
    "more_than": (1,),
    "at_most": (-1, 0),
    "less_than": (-1,),
    "equals": (0,),
}


@dataclass(frozen=True)
class BreakEven:
    """A break-even says where a statement turns as one assumption moves.

    The assumption, now at ``value``, moves over its allowed range, and the others are
    as they are. Both sides are equal at the ``roots``, and the statement holds over the
    spans in ``holds``.
    """

    assumption: str
    value: float
    roots: tuple[float, ...]
    holds: tuple[tuple[float, float], ...]
    everywhere: bool


@dataclass(frozen=True)
class BreakEvens:
    """This is a statement under a setting, with its break-evens.

    It has both sides in base units, whether the statement holds, and where each
    assumption turns it.
    """

    statement: Statement
    quantity: str
    unit: str
    left: float
    right: float
    holds: bool
    break_evens: tuple[BreakEven, ...]


def statement_of(model: Model, text: str) -> Statement:
    """Return a statement of the data package by its id, or one that is written out.

    One that is written out looks like ``at_risk_2021 >= 1.9 million person``. Raises
    InputError in one sentence where it is neither.
    """
    if not isinstance(text, str):
        raise ModelError(
            f"{text!r} is not the text of a statement, such as "
            "'at_risk_2021 >= 1.9 million person'"
        )
    known = model.register.statements
    if text in known:
        return known[text]
    found = re.fullmatch(
        r"\s*([a-z][a-z0-9_.]*)\s*(>=|<=|==|=|>|<)\s*([^=<>\s].*?)\s*", text
    )
    if not found:
        or_write = "; or write one, such as 'at_risk_total >= 2 million person'"
        raise InputError(f"'{text}' is no statement{nearest(text, known)}{or_write}")
    told = {
        "id": text,
        "statement": text,
        "quantity": found[1],
        "comparison": _SIGNS[found[2]],
        "other": found[3],
    }
    statement = Statement.model_validate(told)
    _sides(model, statement, ARTICLE)
    return statement


def _sides(model: Model, statement: Statement, setting: Setting) -> tuple[Plan, Plan]:
    """The plans of both sides; a number has a plan of one leaf."""
    quantity, here = model.named(statement.quantity, setting)
    left = model.plan(quantity, here)
    text = statement.other
    if statement.is_number:
        number = Node("number", "given", Source(model.number(quantity, text)))
        return left, Plan("number", (number,))
    other, there = model.named(text, setting)
    if model.units[other] != model.units[quantity]:
        raise InputError(
            f"{text} is in {model.units[other]}, not in {model.units[quantity]}"
        )
    return left, model.plan(other, there)


def break_even(
    model: Model, statement: Statement, setting: Setting = ARTICLE
) -> BreakEvens:
    """Find where each assumption turns a statement.

    The assumption moves over its allowed range, and the others are as they are. Both
    sides are computed under the setting, and move with the assumption. Raises
    ModelError where either can't be.
    """
    sides = _sides(model, statement, setting)
    left, right = (side.value for side in sides)
    moved = {**handles(model, sides[0]), **handles(model, sides[1])}
    slack = SAME * max(abs(left), abs(right))
    holds = bool(_holds(statement.comparison, np.array(left - right), slack))
    # Under a minimum or maximum, a root has no closed form.
    turned = [
        one
        for name, one in moved.items()
        if not any(name in side.under_choices for side in sides)
    ]
    found = tuple(_break_even(sides, one, statement.comparison) for one in turned)
    quantity = sides[0].target
    return BreakEvens(
        statement, quantity, model.units[quantity], left, right, holds, found
    )


def _holds(comparison: str, above: Floats, slack: float) -> Any:
    """Whether a statement holds where the left side lies so far above the right."""
    return np.isin(
        np.where(np.abs(above) <= slack, 0, np.sign(above)), HOLDS[comparison]
    )


def _break_even(sides: Sequence[Plan], one: Assumption, comparison: str) -> BreakEven:
    low, high = one.minimum, one.maximum
    lefts, rights = (
        side.along(one.id, readings_between(low, high)[:, None]) for side in sides
    )
    # A limit is reached where its room is 0; a pole or a zero of a target is one point
    # more, and does no harm.
    changes = [
        low,
        high,
        *crossings(np.concatenate([*lefts, *rights], axis=1), low, high, [0.0]),
    ]
    met = [
        meeting(coefficients(*left), coefficients(*right))
        for left, right in itertools.product(lefts[0].T, rights[0].T)
    ]
    targets = np.abs(np.concatenate([lefts[0], rights[0]], axis=1))
    slack = SAME * targets[np.isfinite(targets)].max(initial=0.0)
    hair = SAME * (high - low)

    def above(x: Floats) -> Floats:
        """How far the left side lies above the right; NaN past a limit."""
        left, right = (
            side.kept({one.id: x} if one.id in side.free else {}) for side in sides
        )
        return left - right + 0 * x

    places = np.sort([*changes, *(low + (0.25 + 0.5 * np.ravel(met)) * (high - low))])
    places = np.clip(
        places[(places >= low - hair) & (places <= high + hair)], low, high
    )
    equal = places[np.abs(above(places)) <= slack]
    roots = equal[np.diff(equal, prepend=-np.inf) > hair]
    points = np.unique([*changes, *roots])
    # The statement holds or not all along between two points, so points and middles in
    # turn show all spans.
    turns = np.sort([*points, *(points[1:] + points[:-1]) / 2])
    edges = np.flatnonzero(
        np.diff(_holds(comparison, above(turns), slack), prepend=False, append=False)
    )
    spans = tuple(
        (float(points[start // 2]), float(points[end // 2]))
        for start, end in edges.reshape(-1, 2)
    )
    everywhere = spans == ((low, high),) and not (
        comparison in ("more_than", "less_than") and len(roots)
    )
    here = next(float(side.start[one.id]) for side in sides if one.id in side.free)
    return BreakEven(one.id, here, tuple(roots.tolist()), spans, everywhere)
