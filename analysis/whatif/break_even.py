"""This module finds the values of an assumption at which a statement stops holding.

A statement either compares two values or says that a check has a certain verdict.

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
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from analysis.core.errors import InputError
from analysis.core.rows import GIVEN, Assumption, Check, Statement
from analysis.core.spell import SAME
from analysis.core.units import close_match, in_list, nearest
from analysis.model.comparison import resolve
from analysis.model.conditions import Span, merged_spans, spans_of
from analysis.model.curves import (
    Floats,
    argument_at,
    arguments_between,
    coefficients,
    crossings,
    distinct,
    meeting,
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
_BEFORE_SIGN = re.compile(r"\s*([^\s<>=≤≥]+)\s*[<>=≤≥]")


@dataclass(frozen=True)
class BreakEven:
    """The values of one assumption at which a statement starts or stops holding.

    The assumption moves over its allowed range, and the other assumptions keep their
    values; ``value`` is the assumption's own value under the setting. At the ``roots``
    both sides of the statement are equal, and ``holds`` lists the spans of the
    assumption's values for which the statement holds. ``holds`` is empty if the
    comparison needs a number for another input that the article gives only in words;
    ``waits_for`` names that input.
    """

    assumption: str
    value: float | None
    roots: tuple[float, ...] = ()
    holds: tuple[Span, ...] = ()
    everywhere: bool = False
    waits_for: str = ""


@dataclass(frozen=True)
class Judged:
    """A statement that a check has a certain verdict."""

    check: Check
    verdict: str
    comparison: str = "verdict"

    @property
    def id(self) -> str:
        """The statement as a user writes it: a check's id and a verdict."""
        return f"{self.check.id} {self.verdict}"

    @property
    def statement(self) -> str:
        """The statement with the verdict in plain words."""
        return f"{self.check.id} {self.verdict.replace('_', ' ')}"

    @property
    def quantity(self) -> str:
        """The quantity that the check recomputes."""
        return self.check.quantity


AnyStatement: TypeAlias = Statement | Judged


@dataclass(frozen=True)
class BreakEvens:
    """A statement under a setting, with a break-even for each assumption.

    ``left`` and ``right`` are the values of the statement's two sides in base units,
    and ``holds`` tells whether the statement holds. A side that depends on an input
    given only in words is None, and so is the right side of a statement about a
    verdict. ``holds`` is None if the value of either side of a comparison is None.
    """

    statement: AnyStatement
    quantity: str
    left: float | None
    right: float | None
    holds: bool | None
    break_evens: tuple[BreakEven, ...]


def statement_of(model: Model, text: str) -> AnyStatement:
    """Return a statement, either by its id or from the text in which it is written out.

    A text that writes a statement out looks like ``at_risk_2021 >= 1.9 million person``
    or like ``at_risk_2021_sum matches``. Raises InputError for a text that is neither
    an id nor a statement.
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
            raise InputError(f"'{' '.join(words)}' is not a verdict of {name}{hint}")
        return Judged(checks[name], verdict)
    parts = _WRITTEN.fullmatch(text)
    if not parts:
        raise InputError(f"'{text}' is not a statement{_hint(model, text)}")
    quantity, sign, other = parts.groups()
    fields = {"quantity": quantity, "comparison": _SIGNS[sign], "other": other}
    statement = Statement.model_validate({"id": text, "statement": text, **fields})
    plans_of(model, statement)
    return statement


def _hint(model: Model, text: str) -> str:
    """Return the hint that ends the message about a text that is not a statement.

    The hint tells a user what to write: a sign after the name of a quantity, or the
    name of the quantity, check or statement that is nearest to the text.
    """
    or_write = " Or write one, such as 'at_risk_total >= 2 million person'"
    name, *words = text.split() or [""]
    compared = _BEFORE_SIGN.match(text)
    is_known = compared is not None and compared[1] in model.quantities
    if is_known and text.rstrip().endswith(tuple(_SIGNS)):
        return ", as no number or quantity follows the sign"
    if name in model.quantities:
        return f", as no sign follows {name}{_nearest_sign(words)}"
    if compared and compared[1] not in model.quantities:
        # A sign follows only the name of a quantity; a verdict follows a check's id.
        return nearest(compared[1], model.quantities, in_list("quantities"))
    is_near_statement = close_match(text, model.register.statements)
    # The words after the id of a check are meant as its verdict.
    if close_match(name, model.register.checks) and words and not is_near_statement:
        return nearest(name, model.register.checks, in_list("checks"))
    return f"{nearest(text, model.register.statements)}{or_write}"


def _nearest_sign(words: Sequence[str]) -> str:
    """Return the sign that a user probably meant, or a list of all signs."""
    first = words[0] if words else ""
    meant = {"=>": ">=", "≥": ">=", "=<": "<=", "≤": "<=", "===": "="}
    if first in meant:
        return f". Did you mean '{meant[first]}'?"
    return f". Write one of {', '.join(_SIGNS)} after it"


def break_even(
    model: Model, statement: AnyStatement, setting: Setting = ARTICLE
) -> BreakEvens:
    """Find the values of each assumption at which a statement stops holding.

    One assumption at a time moves over its allowed range, while the other assumptions
    keep their values under the setting. If a comparison needs a number for an input
    that the article gives only in words, the result names that input. Raises ModelError
    if a side of the statement has no value, unless the reason is an input given only in
    words.
    """
    plans = plans_of(model, statement, setting)
    words = list(dict.fromkeys(name for plan in plans for name in plan.in_words))
    rows = []
    for name in [*words, *_moving(model, plans)]:
        start = next(plan.leaves[name].start for plan in plans if name in plan.leaves)
        value = None if name in words else float(start)
        others = [word for word in words if word != name]
        # A check may have a verdict where an input is given in words, but a comparison
        # needs a value.
        if others and isinstance(statement, Statement):
            rows.append(BreakEven(name, value, waits_for=others[0]))
            continue
        # Once a number replaces the words, the input is an assumption like any other.
        here = model.changed(setting, {name: start}) if name in words else setting
        rows.append(_turned(model, statement, name, value, here))
    sides = [plan.single_value for plan in plans]
    left, right = sides[0], None
    holds: bool | None = None
    if isinstance(statement, Judged):
        holds = judge(model, statement.check, setting).verdict == statement.verdict
    else:
        right = sides[1]
        if left is not None and right is not None:
            slack = SAME * max(abs(left), abs(right))
            holds = bool(_holds(statement, np.array(left - right), slack))
    quantity, _ = model.quantity_and_setting(statement.quantity)
    return BreakEvens(statement, quantity, left, right, holds, tuple(rows))


def plans_of(
    model: Model, statement: AnyStatement, setting: Setting = ARTICLE
) -> Sequence[Plan]:
    """Return the plan of a check, or the plans of both sides of a comparison."""
    if isinstance(statement, Judged):
        return [resolve(model, statement.check, setting).plan]
    quantity, here = model.quantity_and_setting(statement.quantity, setting)
    left = model.plan(quantity, here)
    text = statement.other
    if statement.is_number:
        number = Node(
            "number", GIVEN, Source(model.number(quantity, text, within=False))
        )
        return [left, Plan("number", (number,))]
    other, there = model.quantity_and_setting(text, setting)
    if model.units[other] != model.units[quantity]:
        raise InputError(
            f"{text} is in {model.units[other]}, not in {model.units[quantity]}"
        )
    return [left, model.plan(other, there)]


def _moving(model: Model, plans: Sequence[Plan]) -> list[str]:
    """Return the assumptions that have a number and move a side of a statement."""
    moving: dict[str, Assumption] = {}
    for plan in plans:
        moving |= handles(model, plan)
    return [*moving]


def _turned(
    model: Model,
    statement: AnyStatement,
    name: str,
    value: float | None,
    setting: Setting,
) -> BreakEven:
    """Find the values of one assumption for which a statement holds."""
    assumption = model.register.assumptions[name]
    roots: list[float] = []
    if isinstance(statement, Judged):
        comparison = resolve(model, statement.check, setting)
        along = spans_of(comparison, assumption, statement.verdict)
        # A bound that is 0 apart from a float's rounding error becomes 0.
        spans = [(round(start, 12), round(end, 12)) for start, end in along]
    else:
        sides = plans_of(model, statement, setting)
        roots, spans = _compared(sides, assumption, statement)
    is_whole = spans == [(assumption.minimum, assumption.maximum)]
    everywhere = is_whole and not (statement.comparison in STRICT and roots)
    return BreakEven(name, value, tuple(roots), tuple(spans), everywhere)


def _holds(statement: Statement, above: Floats, slack: float) -> Any:
    """Whether a statement holds if the left side exceeds the right by ``above``."""
    above = np.where(np.abs(above) <= slack, 0.0, above)
    return _COMPARED[statement.comparison](above, 0.0)


def _compared(
    sides: Sequence[Plan], assumption: Assumption, statement: Statement
) -> tuple[list[float], list[Span]]:
    """Find where both sides are equal, and over which values a statement holds."""
    name, low, high = assumption.id, assumption.minimum, assumption.maximum
    hair = SAME * (high - low)
    kinks = distinct(
        [kink for side in sides for kink in side.kinks(name, low, high)], low, high
    )
    met: list[float] = []
    passed: list[float] = []
    largest = 0.0
    for start, stop in pairwise(kinks):
        column = arguments_between(start, stop)[:, None]
        (left, left_margins), (right, right_margins) = (
            side.along(name, column) for side in sides
        )
        met += _met(left, right, start, stop, hair)
        # A limit is reached where its margin is 0. A pole or a zero of either side only
        # adds an edge, which does no harm.
        levels = np.hstack([left, right, left_margins, right_margins])
        passed += crossings(levels, start, stop, [0.0])
        targets = np.abs(np.hstack([left, right]))
        largest = targets[np.isfinite(targets)].max(initial=largest)
    slack = SAME * largest

    def above(x: Floats) -> Floats:
        """Return left side minus right side, or NaN where a limit is broken."""
        first, second = (
            side.target_within({name: x} if name in side.free else {}) for side in sides
        )
        return first - second + 0 * x

    is_root = np.abs(above(np.array(met))) <= slack
    roots = distinct(itertools.compress(met, is_root), low, high)
    inner = [*kinks, *passed, *roots]
    inside = [edge for edge in inner if low + hair < edge < high - hair]
    edges = [low, *distinct(inside, low, high), high]
    pieces = list(pairwise(edges))
    middles = np.array([(start + end) / 2 for start, end in pieces])
    spans = merged_spans(pieces, _holds(statement, above(middles), slack), True)
    if statement.comparison not in STRICT:
        alone = [
            root
            for root in roots
            if not any(a - hair <= root <= b + hair for a, b in spans)
        ]
        spans = sorted([*spans, *zip(alone, alone, strict=True)])
    return roots, spans


def _met(
    left: Floats, right: Floats, start: float, stop: float, hair: float
) -> list[float]:
    """Find where two curves are equal between two ends, or just outside the ends."""
    shares = np.ravel(meeting(coefficients(*left), coefficients(*right)))
    places = argument_at(shares, start, stop)
    near = places[(places >= start - hair) & (places <= stop + hair)]
    met: list[float] = np.clip(near, start, stop).tolist()
    return met
