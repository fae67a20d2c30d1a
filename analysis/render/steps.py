"""This module shows a calculation step by step: formula, numbers and result.

The number that the article prints is shown beside the result.

>>> from analysis.core.register import Register
>>> print(Steps(Model(Register.read()), Setting(), ["net_new_persons"], depth=0))
net new persons = persons 2021 − persons 2019
                = 3.17 million − 2.869 million
                = 301,000
    printed: "approximately 300,000 persons" (note 4): matches
"""

from __future__ import annotations

import ast
import contextlib
import copy
import html
import math
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from analysis.core.rows import GIVEN
from analysis.core.spell import exact, same
from analysis.core.units import CONSTANTS
from analysis.model.expressions import Expression
from analysis.model.model import Model, ModelError, Node, Plan, Setting, Source
from analysis.model.verdicts import judge
from analysis.render.paragraphs import WIDTH, wrapped
from analysis.render.places import operand_places, settled_places
from analysis.render.speller import Speller
from analysis.render.wording import verdict_words

#: The words for an assumption by its grade, and for a number in words by its role.
_ASSUMED = {
    "stated": "stated by the article",
    "implied": "required by its numbers",
    "chosen": "ours",
}
_IN_WORDS = {
    "floor": "the least that the words allow",
    "in_words": "in words only",
}


@dataclass(frozen=True)
class Step:
    """The calculation of one quantity, laid out in lines.

    A step has the quantity's label, and the calculation in lines that start with ``=``.
    Notes and remarks follow the calculation.
    """

    quantity: str
    label: str
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    level: int = 0

    def __str__(self) -> str:
        indent = "  " * self.level
        deep = f"{indent}    "
        texts = self._in_line(f"{indent}{self.label} ")
        if max(map(len, texts)) > WIDTH:
            texts = [f"{indent}{self.label}"]
            for line in self.lines:
                texts += wrapped(line, deep, f"{deep}  ")
        remarks = [f"remark: {remark}" for remark in self.remarks]
        for note in (*self.notes, *remarks):
            if len(texts[-1]) + 4 + len(note) <= WIDTH:
                texts[-1] += f"    {note}"
            else:
                texts += wrapped(note, deep, deep)
        return "\n".join(texts)

    def _in_line(self, head: str) -> list[str]:
        """Return a step as one line if it is short, or as one line for each "="."""
        if len(self.lines) < 3:
            return [head + " ".join(self.lines)]
        first, *others = self.lines
        under = " " * len(head)
        return [head + first, *(under + line for line in others)]


class _Wanted(NamedTuple):
    """The setting, the plan and the indentation with which a quantity is worked out."""

    setting: Setting
    plan: Plan
    level: int


class Steps:
    """The worked steps that lead to some quantities under a setting.

    The steps are shown as text, or as HTML in a notebook. A quantity is computed from
    other quantities, which are also worked out, down to ``depth`` levels; without
    ``depth``, all levels are shown. Each quantity is worked out only once. If
    ``judged`` is true, the steps of the named quantities also have the printed number
    and the verdict.
    """

    def __init__(
        self,
        model: Model,
        setting: Setting,
        names: Iterable[str],
        depth: int | None = None,
        *,
        judged: bool = True,
    ) -> None:
        deepest = math.inf if depth is None else depth
        named: dict[_Key, _Wanted] = {}
        for name in names:
            quantity, under = model.quantity_and_setting(name, setting)
            top = _Wanted(under, model.plan(quantity, under), 0)
            named[_key(quantity, top)] = top
        all_wanted: dict[_Key, _Wanted] = {}
        for (quantity, _), top in named.items():
            _collect(all_wanted, named, quantity, top, deepest)
        lines = [(wanted.plan, name) for (name, _), wanted in all_wanted.items()]
        self.speller = Speller(model, settled_places(model, setting, lines))
        self.steps = [
            step(
                self.speller,
                wanted.setting,
                wanted.plan,
                quantity,
                wanted.level,
                judged=judged,
            )
            for (quantity, _), wanted in all_wanted.items()
        ]

    def __repr__(self) -> str:
        return "\n".join(map(str, self.steps))

    def _repr_html_(self) -> str:
        return f'<pre class="steps">{html.escape(repr(self))}</pre>'


#: A quantity and its reading.
_Key = tuple[str, str]


def _key(quantity: str, wanted: _Wanted) -> _Key:
    return quantity, wanted.plan.by_name[quantity].reading


def _collect(
    all_wanted: dict[_Key, _Wanted],
    named: Mapping[_Key, _Wanted],
    quantity: str,
    wanted: _Wanted,
    deepest: float,
) -> None:
    """Add to ``all_wanted`` a quantity and all that it needs, to the deepest level.

    A quantity that a user has named keeps its own plan, so that its verdict is shown.
    """
    if quantity in CONSTANTS or _key(quantity, wanted) in all_wanted:
        return
    key = _key(quantity, wanted)
    wanted = named.get(key, wanted)._replace(level=wanted.level)
    all_wanted[key] = wanted
    if wanted.level < deepest:
        below = wanted._replace(level=wanted.level + 1)
        for need in wanted.plan.by_name[quantity].source.needs:
            _collect(all_wanted, named, need, below, deepest)


def step(
    speller: Speller,
    setting: Setting,
    plan: Plan,
    quantity: str,
    level: int = 0,
    *,
    judged: bool = True,
    plain: bool = False,
) -> Step:
    """Return the worked step of a quantity in a plan under a setting.

    If ``plain`` is true, the formula leaves out all assumptions of ours if each of them
    is a factor of one or a term of zero, and the setting changes none of them.
    """
    model = speller.model
    values, reason = _values(model, setting, plan, quantity)
    lines = _lines(speller, plan, quantity, values, setting.drawn, plain=plain)
    notes = [_origin(model, plan.by_name[quantity])]
    remarks: tuple[str, ...] = ()
    if quantity == plan.target and reason:
        notes.append(reason)
    elif quantity == plan.target:
        with contextlib.suppress(ModelError):
            estimate = model.estimate(quantity, setting)
            remarks = estimate.remarks
            notes.append(estimate.side)
        if judged:
            notes += _judged(speller, setting, quantity)
    said = tuple(filter(None, notes))
    return Step(quantity, label(quantity), lines, said, remarks, level)


def _values(
    model: Model, setting: Setting, plan: Plan, quantity: str
) -> tuple[dict[str, float], str]:
    """Return the values of a plan, and the reason if a limit refuses the quantity.

    If a limit refuses a value in the quantity's line, that value is NaN.
    """
    values = {name: float(value) for name, value in plan.evaluate({}).items()}
    reason = ""
    for name in (*plan.by_name[quantity].source.needs, quantity):
        if name in CONSTANTS or math.isnan(values[name]):
            continue
        try:
            _ = model.plan(name, setting).value
        except ModelError as error:
            values[name] = math.nan
            if name == quantity:
                reason = str(error)
    return values, reason


def _lines(
    speller: Speller,
    plan: Plan,
    quantity: str,
    values: Mapping[str, float],
    drawn: Container[str],
    *,
    plain: bool,
) -> tuple[str, ...]:
    """Return the lines of a step, each after "="; the last line has the result."""
    node = plan.by_name[quantity]
    result = _shown(speller, node, values[quantity], drawn)
    if node.source.expression is None:
        other = label(node.source.alias_of) if node.source.alias_of else node.source.sum
        return tuple(f"= {text}" for text in (other, result) if text)
    formula = without_units(node.source.expression)
    idle = idle_needs(speller.model, formula)
    if plain and all(plan.by_name[name].reading == "set" for name in idle):
        formula = without(formula, idle)
    places = operand_places(speller.places, plan, quantity, drawn)
    fine = replace(speller, places=places)
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    for need in formula.needs:
        names[need] = label(need)
        numbers[need] = _shown(fine, plan.by_name[need], values[need], drawn)
    return f"= {formula.text(names)}", f"= {formula.text(numbers)}", f"= {result}"


def line(speller: Speller, setting: Setting, name: str) -> str:
    """Return the formula of a quantity with its numbers and its result, on one line.

    The line leaves out all assumptions of ours if each of them is a factor of one or a
    term of zero, and the setting changes none of them. Raises ModelError if a value is
    past a limit.
    """
    quantity, under = speller.model.quantity_and_setting(name, setting)
    plan = speller.model.plan(quantity, under)
    # A value past a limit is refused here.
    _ = plan.in_words or plan.value
    lines = step(speller, under, plan, quantity, plain=True).lines
    return " ".join(lines[1:]).removeprefix("= ")


def label(quantity: str) -> str:
    """Return a quantity's name in words, with years joined: 2017_2019 is 2017–2019."""
    words = quantity.replace("__", ", ").replace("_", " ")
    return re.sub(r"\b(\d{4}) (\d{4})\b", r"\1–\2", words)


def _origin(model: Model, node: Node) -> str:
    """Say where an input is printed, or whose assumption it is."""
    source = node.source
    if source.claim:
        words = f': "{source.claim.words}"' if source.claim.words else ""
        return f"printed{words} ({source.claim.where})"
    if source.assumption:
        return _IN_WORDS.get(source.role) or _ASSUMED[source.assumption.grade]
    if source.external:
        return f"published elsewhere: {source.external.citation}"
    if node.reading == GIVEN:
        return "as set"
    row = model.register.readings.get((node.name, node.reading))
    return f"{row.label} (ours)" if row and row.grade == "chosen" else ""


def _judged(speller: Speller, setting: Setting, quantity: str) -> Iterator[str]:
    """Yield each number that the article prints for a quantity, with its verdict."""
    model = speller.model
    for check in model.register.checks.values():
        claim = model.register.claims.get(check.claim)
        if check.quantity == quantity and claim and check.id in claim.judged_by:
            outcome = judge(model, check, setting)
            words = f'"{claim.words or claim.published}" ({claim.where})'
            yield f"printed: {words}: {verdict_words(speller, outcome)}"


def _shown(speller: Speller, node: Node, value: float, drawn: Container[str]) -> str:
    """Return a number as the article prints it, as a user set it, or rounded."""
    source = node.source
    if source.in_words:
        return "in words"
    if not math.isfinite(value):
        return "no value"
    if source.claim and same(source.claim.published.value(source.end), value):
        return as_printed(source)
    # The median of a drawn quantity has digits that nobody chose.
    if source.is_leaf and node.name not in drawn:
        return exact(value, speller.unit(node.name))
    return speller.spell(node.name, value)


def as_printed(source: Source) -> str:
    """Return the digits that the article prints for an input, with their scale."""
    assert source.claim
    published = source.claim.published
    is_high = source.end == "high"
    printed = published.printed_high if is_high else published.printed
    _, _, decimals = printed.partition(".")
    scale = published.scale
    if published.unit == "percent":
        scale = scale or "percent"
    return f"{float(printed):,.{len(decimals)}f} {scale}".rstrip()


# Formulas without what a reader need not see ------------------------------------------


def idle_needs(model: Model, formula: Expression) -> dict[str, float]:
    """Return the values of the assumptions that a formula, as written, leaves out.

    If each assumption in a formula is 0 or 1 by default, the formula leaves out all of
    its assumptions; otherwise it leaves out none.
    """
    idle = {}
    for need in formula.needs:
        source = model.sources[need][model.default(need)]
        if source.assumption:
            idle[need] = source.value
    return idle if all(value in (0, 1) for value in idle.values()) else {}


class _Without(ast.NodeTransformer):
    """Removes factors of one and terms of zero from a formula."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = values

    def number(self, node: ast.expr) -> float | None:
        if isinstance(node, ast.Constant):
            return float(node.value)  # type: ignore[arg-type]
        return self.values.get(node.id) if isinstance(node, ast.Name) else None

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        is_factor = isinstance(node.op, ast.Mult | ast.Div)
        is_term = isinstance(node.op, ast.Add | ast.Sub)
        nothing = 1 if is_factor else 0
        if (is_factor or is_term) and self.number(node.right) == nothing:
            return node.left
        is_swappable = isinstance(node.op, ast.Mult | ast.Add)
        if is_swappable and self.number(node.left) == nothing:
            return node.right
        return node


def without(formula: Expression, values: Mapping[str, float]) -> Expression:
    """Return the formula without factors equal to one and terms equal to zero.

    >>> from analysis.model.expressions import parse
    >>> without(parse("(a - b) / (1 - c)"), {"c": 0.0}).needs
    ('a', 'b')
    """
    return _transformed(formula, _Without(values))


class _WithoutUnits(ast.NodeTransformer):
    """Removes factors such as ``a_year`` from a formula."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult | ast.Div) and _is_constant(node.right):
            return node.left
        if isinstance(node.op, ast.Mult) and _is_constant(node.left):
            return node.right
        return node


def _is_constant(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in CONSTANTS


def without_units(formula: Expression) -> Expression:
    """Return a formula without factors that only adjust units, such as ``a_year``."""
    return _transformed(formula, _WithoutUnits())


def _transformed(formula: Expression, change: ast.NodeTransformer) -> Expression:
    result = change.visit(copy.deepcopy(formula.result))
    used = {node.id for node in ast.walk(result) if isinstance(node, ast.Name)}
    needs = tuple(need for need in formula.needs if need in used)
    return replace(formula, result=result, needs=needs, function=None)
