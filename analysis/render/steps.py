"""Worked steps show a formula, the numbers put in, and the result together.

The print stands beside the result.

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
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.core.spell import DIGITS_IN_A_COLUMN, exact, place_of, rounded, same
from analysis.core.units import CONSTANTS
from analysis.model.expressions import Expression
from analysis.model.model import Model, ModelError, Node, Plan, Setting, Source
from analysis.model.verdicts import compared_with, judge
from analysis.render.speller import Places, Speller
from analysis.render.wording import verdict_words

#: The widest line.
WIDTH = 80
ASSUMED = {
    "stated": "stated by the article",
    "implied": "required by its numbers",
    "chosen": "ours",
}


@dataclass(frozen=True)
class Step:
    """A step works out one quantity.

    It has the quantity's label, and its value in lines that start with ``=``. The notes
    and the remarks stand beside the value.
    """

    quantity: str
    label: str
    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    level: int = 0

    def __str__(self) -> str:
        indent = "  " * self.level
        head = f"{indent}{self.label} "
        # A short one takes a line, others have their equals signs below each other.
        under = " " if len(self.lines) < 3 else "\n" + " " * len(head)
        texts, deep = (head + under.join(self.lines)).split("\n"), f"{indent}    "
        if max(map(len, texts)) > WIDTH:
            texts = [head.rstrip()]
            for line in self.lines:
                texts += textwrap.wrap(
                    line, WIDTH, initial_indent=deep, subsequent_indent=f"{deep}  "
                )
        for note in (*self.notes, *(f"remark: {remark}" for remark in self.remarks)):
            if len(texts[-1]) + 4 + len(note) <= WIDTH:
                texts[-1] += f"    {note}"
            else:
                texts += textwrap.wrap(
                    note, WIDTH, initial_indent=deep, subsequent_indent=deep
                )
        return "\n".join(texts)


class Steps:
    """Worked steps show how some quantities come about under a setting.

    They show as text, and as HTML in a notebook. The quantities rest on other
    quantities, which are worked too, down to ``depth`` levels; without ``depth``, all
    of them are. Each is worked once. The print and its verdict stand beside the named
    quantities if these are ``judged``.
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
        wanted: dict[str, tuple[Setting, Plan, int]] = {}
        for name in names:
            quantity, under = model.named(name, setting)
            plan = model.plan(quantity, under)
            todo = [(plan.target, 0)]
            while todo:
                quantity, level = todo.pop()
                if quantity not in wanted and quantity not in CONSTANTS:
                    wanted[quantity] = under, plan, level
                    if depth is None or level < depth:
                        todo += [
                            (need, level + 1)
                            for need in reversed(plan.by_name[quantity].source.needs)
                        ]
        lines = [(plan, quantity) for quantity, (_, plan, _) in wanted.items()]
        self.speller = Speller(model, settled_places(model, lines))
        self.steps = [
            step(self.speller, under, plan, quantity, level, judged=judged)
            for quantity, (under, plan, level) in wanted.items()
        ]

    def __repr__(self) -> str:
        return "\n".join(map(str, self.steps))

    def _repr_html_(self) -> str:
        return f'<pre class="steps">{html.escape(repr(self))}</pre>'


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
    """The worked step of one node of a plan under a setting.

    A ``plain`` one leaves out factors of one and terms of nothing that are ours.
    """
    model = speller.model
    node = plan.by_name[quantity]
    source = node.source
    values = {name: float(value) for name, value in plan.evaluate({}).items()}
    refusals: dict[str, str] = {}
    for name in {quantity, *source.needs} - {
        *CONSTANTS,
        *(name for name in values if math.isnan(values[name])),
    }:
        try:
            _ = model.plan(name, setting).value
        except ModelError as error:
            values[name], refusals[name] = math.nan, str(error)
    notes = [*_origin(model, node)]
    if source.expression is None:
        other = label(source.alias_of) if source.alias_of else source.sum
        number = _shown(speller, node, values[quantity])
        lines = [f"= {text}" for text in (other, number) if text]
    else:
        formula = without_units(source.expression)
        idle = idle_needs(model, formula)
        if plain and all(plan.by_name[name].reading == "set" for name in idle):
            formula = without(formula, idle)
        names = {need: label(need) for need in formula.needs}
        shown = {
            need: _shown(speller, plan.by_name[need], values[need])
            for need in formula.needs
        }
        result = _shown(speller, node, values[quantity])
        lines = [f"= {formula.text(names)}", f"= {formula.text(shown)}", f"= {result}"]
    remarks: tuple[str, ...] = ()
    if quantity in refusals and quantity == plan.target:
        notes.append(refusals[quantity])
    elif quantity == plan.target:
        with contextlib.suppress(ModelError):
            one = model.estimate(quantity, setting)
            remarks = one.remarks
            notes += filter(None, [one.side])
        notes += _judged(speller, setting, quantity) if judged else ()
    return Step(quantity, label(quantity), tuple(lines), tuple(notes), remarks, level)


def line(speller: Speller, setting: Setting, name: str) -> str:
    """The numbers put into the formula of a quantity, and the result, in one line.

    Factors of one and terms of nothing are left out where they are ours and unchanged.
    Raises ModelError past a limit.
    """
    quantity, under = speller.model.named(name, setting)
    plan = speller.model.plan(quantity, under)
    _ = plan.words or plan.value
    lines = step(speller, under, plan, quantity, plain=True).lines
    return " ".join(lines[1:]).removeprefix("= ")


def label(quantity: str) -> str:
    """A quantity's name as words, with spans of years as spans."""
    return re.sub(
        r"\b(\d{4}) (\d{4})\b", r"\1–\2", quantity.replace("__", ", ").replace("_", " ")
    )


def _origin(model: Model, node: Node) -> Iterator[str]:
    """Where an input is printed, or that it is an assumption, and whose."""
    claim, assumption = node.source.claim, node.source.assumption
    if claim:
        yield (
            f'printed: "{claim.words}" ({claim.where})'
            if claim.words
            else f"printed ({claim.where})"
        )
    elif assumption:
        words = {
            "floor": "the least that the words allow",
            "in_words": "in words only",
        }.get(node.source.role, "")
        yield words or ASSUMED[assumption.grade]
    elif node.source.external:
        yield f"published elsewhere: {node.source.external.citation}"
    elif node.reading == "given":
        yield "as set"
    else:
        row = model.register.readings.get((node.name, node.reading))
        if row and row.grade == "chosen":
            yield f"{row.label} (ours)"


def _judged(speller: Speller, setting: Setting, quantity: str) -> Iterator[str]:
    """The print of a quantity, and the verdict."""
    model = speller.model
    for check in model.register.checks.values():
        claim = model.register.claims.get(check.claim)
        if check.quantity == quantity and claim and check.id in claim.judged_by:
            outcome = judge(model, check, setting)
            words = f'"{claim.words or claim.published}" ({claim.where})'
            yield f"printed: {words}: {verdict_words(speller, outcome)}"


# Numbers ------------------------------------------------------------------------------


def settled_places(model: Model, lines: Iterable[tuple[Plan, str]]) -> Places:
    """The place of each computed value in some worked lines, so that each recomputes.

    A line is that of one quantity of a plan. A value has its own digits, and more where
    a line needs them. Operands get four digits first; then a result has two where they
    give no more, as 2 million less 1.901 million gives 99,000; then operands get more.
    """
    fitted = [line for plan, name in lines for line in _lines_of(model, plan, name)]
    places: dict[tuple[str, float], int] = {}
    for line in fitted:
        for key in (line.result, *line.operands):
            places.setdefault(key, Speller(model).place(*key))
    needed: set[tuple[str, float]] = set()
    # A value gets ten digits at most, so this comes to an end.
    while any(line.is_refined(model, places, needed) for line in fitted):
        pass
    return places


@dataclass(frozen=True)
class _Line:
    """A formula with its numbers: its result, and the operands that are computed."""

    node: Node
    values: Mapping[str, float]
    result: tuple[str, float]
    operands: tuple[tuple[str, float], ...]

    def is_refined(
        self,
        model: Model,
        places: dict[tuple[str, float], int],
        needed: set[tuple[str, float]],
    ) -> bool:
        """Give some value another place, unless the line recomputes; whether it did.

        What has more digits for the sake of a line is ``needed`` so: its own line may
        not take them away again.
        """
        quantity, value = self.result
        shown = {key: rounded(key[1], places[key]) for key in self.operands}
        put_in = {name: float(number) for (name, _), number in shown.items()}
        with np.errstate(all="ignore"):
            by_hand = float(self.node.compute({**self.values, **put_in}))
        if _is_same_at(by_hand, value, places[self.result]):
            return False
        inexact = [key for key in self.operands if not same(float(shown[key]), key[1])]
        short = [key for key in inexact if places[key] > place_of(key[1], "", digits=4)]
        unit, levels = model.spelled_unit(quantity), compared_with(model, quantity)
        rough = place_of(value, unit, levels, DIGITS_IN_A_COLUMN)
        if (
            not short
            and self.result not in needed
            and _is_same_at(by_hand, value, rough)
        ):
            places[self.result] = rough
            return True
        for key in short or inexact:
            places[key] -= 1
            needed.add(key)
        return bool(inexact)


def _lines_of(model: Model, plan: Plan, name: str) -> Iterator[_Line]:
    """The line of a quantity in a plan, if it has finite numbers."""
    node = plan.by_name[name]
    values = {name: float(value) for name, value in plan.evaluate({}).items()}
    needs = [need for need in node.source.needs if need not in CONSTANTS]
    known = all(math.isfinite(values[need]) for need in (name, *needs))
    if node.source.is_leaf or not known:
        return
    computed = [need for need in needs if not plan.by_name[need].source.is_leaf]
    operands = tuple((need, values[need]) for need in computed)
    yield _Line(node, values, (name, values[name]), operands)


def _is_same_at(one: float, other: float, place: int) -> bool:
    """Whether two numbers are the same at a place; one that is not finite counts so."""
    if not math.isfinite(one):
        return True
    return rounded(one, place) == rounded(other, place)


def as_printed(source: Source) -> str:
    """The digits of a claim that a source takes, with their scale."""
    assert source.claim
    one = source.claim.published
    printed = one.printed_high if source.end == "high" else one.printed
    word = f" {one.scale}" if one.scale else " percent" if one.unit == "percent" else ""
    return f"{float(printed):,.{len(printed.partition('.')[2])}f}{word}"


def _shown(speller: Speller, node: Node, value: float) -> str:
    """A number of a line: as printed, as set, or spelled."""
    source = node.source
    if source.in_words:
        return "in words"
    if not math.isfinite(value):
        return "no value"
    if source.claim and same(source.claim.published.value(source.end), value):
        return as_printed(source)
    if source.is_leaf:
        return exact(value, speller.unit(node.name))
    return speller.spell(node.name, value)


def idle_needs(model: Model, formula: Expression) -> dict[str, float]:
    """The assumptions in a formula, by name, if all of them are 0 or 1 by default.

    Where each is as set, the formula reads without them.
    """
    idle = {}
    for need in formula.needs:
        source = model.sources[need][model.default(need)]
        if source.assumption:
            idle[need] = source.value
    return idle if all(value in (0, 1) for value in idle.values()) else {}


class _Without(ast.NodeTransformer):
    """Leaves out factors of one and terms of nothing."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = values

    def number(self, node: ast.expr) -> float | None:
        if isinstance(node, ast.Constant):
            return float(node.value)  # type: ignore[arg-type]
        return self.values.get(node.id) if isinstance(node, ast.Name) else None

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        left, right = self.number(node.left), self.number(node.right)
        is_factor = isinstance(node.op, ast.Mult | ast.Div)
        is_term = isinstance(node.op, ast.Add | ast.Sub)
        if (is_factor and right == 1) or (is_term and right == 0):
            return node.left
        is_first = isinstance(node.op, ast.Mult | ast.Add)
        if is_first and left == (1 if is_factor else 0):
            return node.right
        return node


def without(formula: Expression, values: Mapping[str, float]) -> Expression:
    """A formula without the factors of one and the terms of nothing among its needs.

    >>> from analysis.model.expressions import parse
    >>> without(parse("(a - b) / (1 - c)"), {"c": 0.0}).needs
    ('a', 'b')
    """
    result = _Without(values).visit(copy.deepcopy(formula.result))
    return _with_result(formula, result)


class _WithoutUnits(ast.NodeTransformer):
    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        left, right = (
            isinstance(one, ast.Name) and one.id in CONSTANTS
            for one in (node.left, node.right)
        )
        if right and isinstance(node.op, ast.Mult | ast.Div):
            return node.left
        return node.right if left and isinstance(node.op, ast.Mult) else node


def without_units(formula: Expression) -> Expression:
    """A formula without the factors that only serve units, such as ``a_year``."""
    return _with_result(formula, _WithoutUnits().visit(copy.deepcopy(formula.result)))


def _with_result(formula: Expression, result: ast.expr) -> Expression:
    used = {node.id for node in ast.walk(result) if isinstance(node, ast.Name)}
    return replace(
        formula,
        result=result,
        needs=tuple(n for n in formula.needs if n in used),
        function=None,
    )
