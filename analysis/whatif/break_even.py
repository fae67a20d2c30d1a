"""This module finds the values of an assumption at which a statement stops holding.

A statement compares two values, or says which verdict a check has.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> statement = statement_of(model, "at_risk_2021 <= persons_2021")
>>> rows = break_even(model, statement).break_evens
>>> [(row.assumption, round(row.roots[0], 4)) for row in rows if row.roots]
[('persons_per_transfer', 0.5577)]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from analysis.core.errors import InputError
from analysis.core.rows import Assumption, Check, Statement
from analysis.core.spell import SAME
from analysis.core.units import nearest
from analysis.model.comparison import resolve
from analysis.model.conditions import Span, joined, spans_of
from analysis.model.curves import (
    Floats,
    coefficients,
    crossings,
    distinct,
    meeting,
    place_of,
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
_COMPARED = {
    "at_least": np.greater_equal,
    "more_than": np.greater,
    "at_most": np.less_equal,
    "less_than": np.less,
    "equals": np.equal,
}
#: The comparisons that do not hold where both sides are equal.
STRICT = ("more_than", "less_than")
_WRITTEN = re.compile(r"\s*([a-z][a-z0-9_.]*)\s*(>=|<=|==|=|>|<)\s*([^=<>\s].*?)\s*")


@dataclass(frozen=True)
class BreakEven:
    """A break-even says where a statement turns as one assumption moves.

    The assumption, whose value under the setting is ``value``, moves over its allowed
    range; the others keep their values. At the ``roots`` both sides of the statement
    are equal, and the statement holds over the spans in ``holds``. There are no spans
    where the statement ``waits_for`` the value of another assumption, which words alone
    give.
    """

    assumption: str
    value: float | None
    roots: tuple[float, ...] = ()
    holds: tuple[Span, ...] = ()
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

    @property
    def quantity(self) -> str:
        """The quantity that the check is on."""
        return self.check.quantity


AnyStatement: TypeAlias = Statement | Judged


@dataclass(frozen=True)
class BreakEvens:
    """A statement under a setting, with its break-evens.

    The object has both sides in base units, whether the statement holds, and where each
    assumption turns it. A side that the article gives only in words is None, and then
    ``holds`` is None too.
    """

    statement: AnyStatement
    quantity: str
    left: float | None
    right: float | None
    holds: bool | None
    break_evens: tuple[BreakEven, ...]


def statement_of(model: Model, text: str) -> AnyStatement:
    """Return a statement of the data package by its id, or one that is written out.

    A statement that is written out looks like ``at_risk_2021 >= 1.9 million person``,
    or like ``at_risk_2021_sum matches``. Raises InputError for any other text.
    """
    if not isinstance(text, str):
        raise ModelError(
            f"{text!r} is not the text of a statement, such as "
            "'at_risk_2021 >= 1.9 million person'"
        )
    known, checks = model.register.statements, model.register.checks
    if text in known:
        return known[text]
    name, *words = text.split() or [""]
    if name in checks and words:
        verdict = "_".join(words)
        if verdict not in VERDICTS:
            hint = nearest(verdict, VERDICTS)
            raise InputError(f"'{' '.join(words)}' is no verdict of {name}{hint}")
        return Judged(checks[name], verdict)
    parts = _WRITTEN.fullmatch(text)
    if not parts:
        raise InputError(f"'{text}' is no statement{_hint(model, text)}")
    quantity, sign, other = parts.groups()
    fields = {"quantity": quantity, "comparison": _SIGNS[sign], "other": other}
    statement = Statement.model_validate({"id": text, "statement": text, **fields})
    plans_of(model, statement)
    return statement


def _hint(model: Model, text: str) -> str:
    """The ending of a sentence about a text that is no statement, with what to write.

    The hint names what is nearest: a sign, a check with a verdict, or a statement.
    """
    or_write = " Or write one, such as 'at_risk_total >= 2 million person'"
    statements = nearest(text, model.register.statements)
    name, *words = text.split() or [""]
    if name in model.quantities:
        return f", as no sign follows {name}{_nearest_sign(words)}"
    check = nearest(name, model.register.checks)
    # A verdict is one to three words.
    if "mean" in check and words and "mean" not in statements:
        return check
    return f"{statements}{or_write}"


def _nearest_sign(words: Sequence[str]) -> str:
    """The sign that is written otherwise as the first of some words, or all signs."""
    first = words[0] if words else ""
    meant = {"=>": ">=", "≥": ">=", "=<": "<=", "≤": "<=", "===": "="}
    if first in meant:
        return f". Did you mean '{meant[first]}'?"
    return f". Write one of {', '.join(_SIGNS)} after it"


def break_even(
    model: Model, statement: AnyStatement, setting: Setting = ARTICLE
) -> BreakEvens:
    """Find where each assumption turns a statement.

    The assumption moves over its allowed range, and the others keep their values. Both
    sides are computed under the setting, and move with the assumption. Raises
    ModelError where a side can't be computed; if that is so only because words alone
    give an input, the result says what it waits for.
    """
    plans = plans_of(model, statement, setting)
    words = list(dict.fromkeys(name for plan in plans for name in plan.words))
    rows = []
    for name in [*words, *_moving(model, plans)]:
        start = next(plan.leaves[name].start for plan in plans if name in plan.leaves)
        value = None if name in words else float(start)
        others = [word for word in words if word != name]
        # Words may leave a verdict, but no value to compare.
        if others and isinstance(statement, Statement):
            rows.append(BreakEven(name, value, waits_for=others[0]))
            continue
        # With any number in place of words, it is an assumption like another.
        here = model.over(setting, {name: start}) if name in words else setting
        rows.append(_turned(model, statement, name, value, here))
    sides = [None if plan.words else plan.value for plan in plans]
    left, right = sides[0], None
    holds: bool | None = None
    if isinstance(statement, Judged):
        holds = judge(model, statement.check, setting).verdict == statement.verdict
    else:
        right = sides[1]
        if left is not None and right is not None:
            slack = SAME * max(abs(left), abs(right))
            holds = bool(_holds(statement, np.array(left - right), slack))
    quantity, _ = model.named(statement.quantity)
    return BreakEvens(statement, quantity, left, right, holds, tuple(rows))


def plans_of(
    model: Model, statement: AnyStatement, setting: Setting = ARTICLE
) -> Sequence[Plan]:
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


def _moving(model: Model, plans: Sequence[Plan]) -> list[str]:
    """The assumptions with a number that move a statement.

    Under a minimum or maximum, a root has no closed form.
    """
    moving: dict[str, Assumption] = {}
    under_extremes: set[str] = set()
    for plan in plans:
        moving |= handles(model, plan)
        under_extremes |= plan.under_extremes
    return [name for name in moving if name not in under_extremes]


def _turned(
    model: Model,
    statement: AnyStatement,
    name: str,
    value: float | None,
    setting: Setting,
) -> BreakEven:
    """Where a statement holds along an assumption."""
    assumption = model.register.assumptions[name]
    roots: list[float] = []
    if isinstance(statement, Judged):
        comparison = resolve(model, statement.check, setting)
        along = spans_of(comparison, assumption, statement.verdict)
        # A float's last digits around 0 are 0.
        spans = [(round(start, 12), round(end, 12)) for start, end in along]
    else:
        sides = plans_of(model, statement, setting)
        roots, spans = _compared(sides, assumption, statement)
    is_whole = spans == [(assumption.minimum, assumption.maximum)]
    everywhere = is_whole and not (statement.comparison in STRICT and roots)
    return BreakEven(name, value, tuple(roots), tuple(spans), everywhere)


def _holds(statement: Statement, above: Floats, slack: float) -> Any:
    """Whether a statement holds where the left side lies so far above the right."""
    above = np.where(np.abs(above) <= slack, 0.0, above)
    return _COMPARED[statement.comparison](above, 0.0)


def _compared(
    sides: Sequence[Plan], assumption: Assumption, statement: Statement
) -> tuple[list[float], list[Span]]:
    """Where both sides are equal along an assumption, and where a statement holds."""
    name, low, high = assumption.id, assumption.minimum, assumption.maximum
    column = readings_between(low, high)[:, None]
    (left, left_margins), (right, right_margins) = (
        side.along(name, column) for side in sides
    )
    targets = np.abs(np.hstack([left, right]))
    slack = SAME * targets[np.isfinite(targets)].max(initial=0.0)

    def above(x: Floats) -> Floats:
        """How far the left side lies above the right side, or NaN past a limit."""
        first, second = (
            side.target_within({name: x} if name in side.free else {}) for side in sides
        )
        return first - second + 0 * x

    shares = np.ravel(meeting(coefficients(*left), coefficients(*right)))
    places = place_of(shares, low, high)
    hair = SAME * (high - low)
    near = places[(places >= low - hair) & (places <= high + hair)]
    met = np.clip(near, low, high)
    roots = distinct(met[np.abs(above(met)) <= slack], low, high)
    # A limit is reached where its margin is 0. A pole or a zero of a side is one point
    # more, and does no harm.
    levels = np.hstack([left, right, left_margins, right_margins])
    inner = [*crossings(levels, low, high, [0.0]), *roots]
    inside = [edge for edge in inner if low + hair < edge < high - hair]
    edges = [low, *distinct(inside, low, high), high]
    pieces = list(pairwise(edges))
    middles = np.array([(start + end) / 2 for start, end in pieces])
    spans = joined(pieces, _holds(statement, above(middles), slack), True)
    if statement.comparison not in STRICT:
        alone = [root for root in roots if not any(a <= root <= b for a, b in spans)]
        spans = sorted([*spans, *zip(alone, alone, strict=True)])
    return roots, spans
