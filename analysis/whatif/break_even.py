"""Where a statement stops holding as one assumption moves.

A statement compares two values, or gives a check a verdict.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> statement = statement_of(model, "at_risk_2021 <= persons_2021")
>>> rows = break_even(model, statement).break_evens
>>> [(row.assumption, round(row.roots[0], 4)) for row in rows if row.roots]
[('persons_per_transfer', 0.5577)]
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from analysis.core.errors import InputError
from analysis.core.rows import Assumption, Check, Statement
from analysis.core.spell import SAME
from analysis.core.units import nearest
from analysis.model.comparison import resolve
from analysis.model.conditions import Span, spans_of
from analysis.model.curves import (
    Floats,
    coefficients,
    crossings,
    meeting,
    readings_between,
)
from analysis.model.judging import VERDICTS
from analysis.model.model import ARTICLE, Model, ModelError, Node, Plan, Setting, Source
from analysis.model.verdicts import judge
from analysis.whatif.sensitivity import handles

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
_COMPARED = re.compile(r"\s*([a-z][a-z0-9_.]*)\s*(>=|<=|==|=|>|<)\s*([^=<>\s].*?)\s*")


@dataclass(frozen=True)
class BreakEven:
    """A break-even says where a statement turns as one assumption moves.

    The assumption, now at ``value``, moves over its allowed range, and the others are
    as they are. Both sides are equal at the ``roots``, and the statement holds over the
    spans in ``holds``. There are none where the statement ``waits_for`` the value of
    another assumption, which words alone give.
    """

    assumption: str
    value: float | None
    roots: tuple[float, ...] = ()
    holds: tuple[tuple[float, float], ...] = ()
    everywhere: bool = False
    waits_for: str = ""


@dataclass(frozen=True)
class Judged:
    """The statement that a check has a verdict."""

    check: Check
    verdict: str
    comparison: str = "verdict"

    @property
    def id(self) -> str:
        """The statement as it is written."""
        return f"{self.check.id} {self.verdict}"

    @property
    def statement(self) -> str:
        """The statement in words."""
        return f"{self.check.id} {self.verdict.replace('_', ' ')}"


AnyStatement: TypeAlias = Statement | Judged


@dataclass(frozen=True)
class BreakEvens:
    """This is a statement under a setting, with its break-evens.

    It has both sides in base units, whether the statement holds, and where each
    assumption turns it. A side that words alone give is None, and so is ``holds``.
    """

    statement: AnyStatement
    quantity: str
    unit: str
    left: float | None
    right: float | None
    holds: bool | None
    break_evens: tuple[BreakEven, ...]


def statement_of(model: Model, text: str) -> AnyStatement:
    """Return a statement of the data package by its id, or one that is written out.

    One that is written out looks like ``at_risk_2021 >= 1.9 million person``, or like
    ``at_risk_2021_sum matches``. Raises InputError in one sentence where it is neither.
    """
    if not isinstance(text, str):
        raise ModelError(
            f"{text!r} is not the text of a statement, such as "
            "'at_risk_2021 >= 1.9 million person'"
        )
    known, checks = model.register.statements, model.register.checks
    if text in known:
        return known[text]
    name, _, words = text.strip().partition(" ")
    verdict = "_".join(words.split())
    if name in checks and verdict in VERDICTS:
        return Judged(checks[name], verdict)
    if name in checks and verdict:
        hint = nearest(verdict, VERDICTS)
        raise InputError(f"'{words}' is no verdict of {name}{hint}")
    parts = re.fullmatch(
        r"\s*([a-z][a-z0-9_.]*)\s*(>=|<=|==|=|>|<)\s*([^=<>\s].*?)\s*", text
    )
    if not parts:
        or_write = "; or write one, such as 'at_risk_total >= 2 million person'"
        raise InputError(f"'{text}' is no statement{nearest(text, known)}{or_write}")
    fields = {
        "id": text,
        "statement": text,
        "quantity": parts[1],
        "comparison": _SIGNS[parts[2]],
        "other": parts[3],
    }
    statement = Statement.model_validate(fields)
    _plans(model, statement, ARTICLE)
    return statement


def break_even(
    model: Model, statement: AnyStatement, setting: Setting = ARTICLE
) -> BreakEvens:
    """Find where each assumption turns a statement.

    The assumption moves over its allowed range, and the others are as they are. Both
    sides are computed under the setting, and move with the assumption. Raises
    ModelError where either can't be, but for an input that words alone give: what waits
    for its value says so.
    """
    plans = _plans(model, statement, setting)
    words = list(dict.fromkeys(name for plan in plans for name in plan.words))
    # Words may leave a verdict, but no value to compare.
    waits_for = words[0] if words and isinstance(statement, Statement) else ""
    rows = []
    for name in words:
        if len(words) > 1:
            other = next(word for word in words if word != name)
            rows.append(BreakEven(name, None, waits_for=other))
            continue
        # With any number in its place, it is an assumption like another.
        there = model.setting({name: _start(plans, name)}, setting)
        assumption = model.register.assumptions[name]
        row = _turned(model, statement, assumption, there)
        rows.append(replace(row, value=None))
    for assumption in _moving(model, plans):
        row = BreakEven(
            assumption.id, _start(plans, assumption.id), waits_for=waits_for
        )
        if not waits_for:
            row = _turned(model, statement, assumption, setting)
        rows.append(row)
    sides = [None if plan.words else plan.value for plan in plans]
    left, right = sides[0], sides[-1] if len(sides) > 1 else None
    holds = _holds_here(model, statement, setting, left, right)
    judged = statement.check if isinstance(statement, Judged) else None
    quantity = judged.quantity if judged else plans[0].target
    unit = model.units[quantity]
    return BreakEvens(statement, quantity, unit, left, right, holds, tuple(rows))


def quantities_of(model: Model, statements: Iterable[AnyStatement]) -> list[str]:
    """The quantities that some statements are about."""
    names = []
    for statement in statements:
        if isinstance(statement, Judged):
            names.append(statement.check.quantity)
        else:
            names += [statement.quantity, statement.other]
    return [name for name in names if name in model.quantities]


def _plans(model: Model, statement: AnyStatement, setting: Setting) -> Sequence[Plan]:
    """The plan of a check, or those of both sides; a number has a plan of one leaf."""
    if isinstance(statement, Judged):
        return [resolve(model, statement.check, setting).plan]
    quantity, here = model.named(statement.quantity, setting)
    left = model.plan(quantity, here)
    text = statement.other
    if statement.is_number:
        number = Node("number", "given", Source(model.number(quantity, text)))
        return [left, Plan("number", (number,))]
    other, there = model.named(text, setting)
    if model.units[other] != model.units[quantity]:
        raise InputError(
            f"{text} is in {model.units[other]}, not in {model.units[quantity]}"
        )
    return [left, model.plan(other, there)]


def _moving(model: Model, plans: Sequence[Plan]) -> list[Assumption]:
    """The assumptions with a number that move a statement.

    Under a minimum or maximum, a root has no closed form.
    """
    moving: dict[str, Assumption] = {}
    under_extremes: set[str] = set()
    for plan in plans:
        moving |= handles(model, plan)
        under_extremes |= plan.under_extremes
    return [row for name, row in moving.items() if name not in under_extremes]


def _start(plans: Sequence[Plan], name: str) -> float:
    """The value of an assumption; the low end where words alone give it."""
    return next(float(plan.leaves[name].start) for plan in plans if name in plan.leaves)


def _holds_here(
    model: Model,
    statement: AnyStatement,
    setting: Setting,
    left: float | None,
    right: float | None,
) -> bool | None:
    """Whether a statement holds as everything is; None where a side has no value."""
    if isinstance(statement, Judged):
        return judge(model, statement.check, setting).verdict == statement.verdict
    if left is None or right is None:
        return None
    slack = SAME * max(abs(left), abs(right))
    return bool(_holds(statement.comparison, np.array(left - right), slack))


def _turned(
    model: Model, statement: AnyStatement, assumption: Assumption, setting: Setting
) -> BreakEven:
    """Where a statement holds along an assumption."""
    plans = _plans(model, statement, setting)
    roots: tuple[float, ...] = ()
    if isinstance(statement, Judged):
        comparison = resolve(model, statement.check, setting)
        found = spans_of(comparison, assumption, statement.verdict)
        # A float's last digits around 0 are 0.
        spans = tuple((round(start, 12), round(end, 12)) for start, end in found)
    else:
        roots, spans = _compared(plans, assumption, statement.comparison)
    is_strict = statement.comparison in ("more_than", "less_than")
    is_whole = spans == ((assumption.minimum, assumption.maximum),)
    everywhere = is_whole and not (is_strict and roots)
    value = _start(plans, assumption.id)
    return BreakEven(assumption.id, value, roots, spans, everywhere)


def _holds(comparison: str, above: Floats, slack: float) -> Any:
    """Whether a statement holds where the left side lies so far above the right."""
    signs = np.where(np.abs(above) <= slack, 0, np.sign(above))
    return np.isin(signs, HOLDS[comparison])


def _compared(
    sides: Sequence[Plan], assumption: Assumption, comparison: str
) -> tuple[tuple[float, ...], tuple[Span, ...]]:
    """Where both sides are equal along an assumption, and where a comparison holds."""
    name, low, high = assumption.id, assumption.minimum, assumption.maximum
    values = readings_between(low, high)[:, None]
    lefts, rights = (side.along(name, values) for side in sides)
    # A limit is reached where its margin is 0. A pole or a zero of a target is one
    # point more, and does no harm.
    levels = np.concatenate([*lefts, *rights], axis=1)
    changes = [low, high, *crossings(levels, low, high, [0.0])]
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
            side.target_within({name: x} if name in side.free else {}) for side in sides
        )
        return left - right + 0 * x

    points = np.sort([*changes, *(low + (0.25 + 0.5 * np.ravel(met)) * (high - low))])
    is_inside = (points >= low - hair) & (points <= high + hair)
    points = np.clip(points[is_inside], low, high)
    equal = points[np.abs(above(points)) <= slack]
    roots = equal[np.diff(equal, prepend=-np.inf) > hair]
    ends = np.unique([*changes, *roots])
    # The statement holds or not all along between two ends, so ends and middles in turn
    # show all spans.
    turns = np.sort([*ends, *(ends[1:] + ends[:-1]) / 2])
    holds = _holds(comparison, above(turns), slack)
    edges = np.flatnonzero(np.diff(holds, prepend=False, append=False))
    spans = ends[edges.reshape(-1, 2) // 2]
    return tuple(roots.tolist()), tuple((start, end) for start, end in spans.tolist())
