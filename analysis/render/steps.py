"""Worked steps show a formula, the numbers put in, and the result together.

The print stands beside the result.

>>> from analysis.core.register import Register
>>> print(Steps(Model(Register.read()), Setting(), ["net_new_persons"], depth=0))
net new persons = persons 2021 − persons 2019
                = 3.170 million − 2.869 million
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

from analysis.core.units import BASE_UNITS, CONSTANTS
from analysis.model.expressions import Expression
from analysis.model.model import Model, ModelError, Node, Plan, Setting, Source
from analysis.model.verdicts import judge
from analysis.render.wording import percent_of, verdict_words

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
        found: dict[str, Step] = {}
        for name in names:
            quantity, under = model.named(name, setting)
            plan = model.plan(quantity, under)
            todo = [(plan.target, 0)]
            while todo:
                quantity, level = todo.pop()
                if quantity not in found and quantity not in CONSTANTS:
                    found[quantity] = step(
                        model, under, plan, quantity, level, judged=judged
                    )
                    if depth is None or level < depth:
                        todo += [
                            (need, level + 1)
                            for need in reversed(plan.by_name[quantity].source.needs)
                        ]
        self.steps = list(found.values())

    def __repr__(self) -> str:
        return "\n".join(map(str, self.steps))

    def _repr_html_(self) -> str:
        return f'<pre class="steps">{html.escape(repr(self))}</pre>'


def step(
    model: Model,
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
        other = label(source.same_as) if source.same_as else source.sum
        number, _ = _shown(model, node, values[quantity])
        lines = [f"= {text}" for text in (other, number) if text]
    else:
        formula = without_units(source.expression)
        idle = idle_needs(model, formula)
        if plain and all(plan.by_name[name].reading == "set" for name in idle):
            formula = without(formula, idle)
        names = {need: label(need) for need in formula.needs}
        result, shown = _worked(model, plan, node, formula, values)
        lines = [f"= {formula.text(names)}", f"= {formula.text(shown)}", f"= {result}"]
    remarks: tuple[str, ...] = ()
    if quantity in refusals and quantity == plan.target:
        notes.append(refusals[quantity])
    elif quantity == plan.target:
        with contextlib.suppress(ModelError):
            one = model.estimate(quantity, setting)
            remarks = one.remarks
            notes += filter(None, [one.side])
        notes += _judged(model, setting, quantity) if judged else ()
    return Step(quantity, label(quantity), tuple(lines), tuple(notes), remarks, level)


def line(model: Model, setting: Setting, name: str) -> str:
    """The numbers put into the formula of a quantity, and the result, in one line.

    Factors of one and terms of nothing are left out where they are ours and unchanged.
    Raises ModelError past a limit.
    """
    quantity, under = model.named(name, setting)
    plan = model.plan(quantity, under)
    _ = plan.words or plan.value
    lines = step(model, under, plan, quantity, plain=True).lines
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
        }.get(node.source.part, "")
        yield words or ASSUMED[assumption.grade]
    elif node.source.external:
        yield f"published elsewhere: {node.source.external.citation}"
    elif node.reading == "given":
        yield "as set"
    else:
        row = model.register.readings.get((node.name, node.reading))
        if row and row.grade == "chosen":
            yield f"{row.label} (ours)"


def _judged(model: Model, setting: Setting, quantity: str) -> Iterator[str]:
    """The print of a quantity, and the verdict."""
    for check in model.register.checks.values():
        claim = model.register.claims.get(check.claim)
        if check.quantity == quantity and claim and check.id in claim.judged_by:
            outcome = judge(model, check, setting)
            words = f'"{claim.words or claim.published}" ({claim.where})'
            yield f"printed: {words}: {verdict_words(model, outcome)}"


# Numbers ------------------------------------------------------------------------------


def _worked(
    model: Model,
    plan: Plan,
    node: Node,
    formula: Expression,
    values: Mapping[str, float],
) -> tuple[str, dict[str, str]]:
    """Return the result of a formula, and its operands, as texts.

    The operands have as many digits as it takes to recompute the result by hand.
    """
    operands = [values[need] for need in formula.needs]
    # A sum of millions ends at a thousand.
    least = 1e4 if max(map(abs, operands), default=0) >= 1e6 else 1e5
    result, _ = _shown(model, node, values[node.name], 0, least)
    for finest in range(7):
        shown = {
            need: _shown(model, plan.by_name[need], values[need], finest)
            for need in formula.needs
        }
        known = all(map(math.isfinite, operands))
        with np.errstate(all="ignore"):
            numbers = np.array([number for _, number in shown.values()])
            by_hand = float(formula.compiled(*numbers)) if known else math.nan
        if not known or _shown(model, node, by_hand, 0, least)[0] == result:
            break
    return result, {need: text for need, (text, _) in shown.items()}


def as_printed(source: Source) -> str:
    """The digits of a claim that a source takes, with their scale."""
    assert source.claim
    one = source.claim.published
    printed = one.printed_high if source.end == "high" else one.printed
    word = f" {one.scale}" if one.scale else " percent" if one.unit == "percent" else ""
    return f"{float(printed):,.{len(printed.partition('.')[2])}f}{word}"


def _shown(
    model: Model, node: Node, value: float, finest: int = 0, least: float = 1e5
) -> tuple[str, float]:
    """Return a number as a text, and the number that the text shows.

    The text is as printed or as set. Otherwise the number has some digits and
    ``finest`` more; from ``least`` on it is to thousands, and in millions from a
    million on.
    """
    source, unit = node.source, model.units[node.name]
    if source.in_words or not math.isfinite(value):
        return "in words" if source.in_words else "no value", value
    scale, word = 1.0, ""
    if unit in BASE_UNITS and abs(value) >= least:
        scale, decimals, word = (
            (1e9, 3, " billion") if abs(value) >= 1e9 else (1e6, 3, " million")
        )
    elif unit in BASE_UNITS:
        decimals = int(abs(value) < 1000 and value != round(value))
    elif percent_of(model, node.name) is not None:
        # Three digits, and one decimal or more.
        place = math.floor(math.log10(abs(value)) + 1e-9) if value else -1
        scale, decimals, word = 0.01, max(1, -place), " percent"
    else:
        enough = (
            n
            for n in range(4 + finest)
            if math.isclose(round(value, n), value, rel_tol=1e-9)
        )
        decimals = next(enough, 4 + finest) - finest
    if source.claim and math.isclose(
        source.claim.published.value(source.end), value, rel_tol=1e-12
    ):
        return as_printed(source), value
    if source.is_leaf:
        if abs(value) < scale:
            scale, word = 1.0, ""
        return f"{value / scale:,.10g}{word}".replace("-", "−"), value
    # A tie in decimals stays one: as a float of millions, 1,567,500 is less than
    # 1.5675.
    tens = 10.0 ** (decimals + finest)
    rounded = round(value * tens / scale) / tens
    decimals += finest
    if word == " million" and abs(rounded) < 1:
        decimals, word = max(0, decimals - 6), ""
        text = f"{rounded * scale:,.{decimals}f}"
    else:
        text = f"{rounded:,.{decimals}f}{word}"
    return text.replace("-", "−"), rounded * scale


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
