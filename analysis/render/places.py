"""This module sets the digits of worked lines, so that a reader can recompute each."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.core.spell import DIGITS_IN_A_COLUMN, place_of, rounded, same
from analysis.core.units import CONSTANTS
from analysis.model.model import Model, ModelError, Node, Plan, Setting
from analysis.model.verdicts import compared_with
from analysis.render.speller import Places, Speller

#: The most digits of an operand on every line of a screen.
DIGITS_IN_A_LINE = 4
#: A value of a quantity, as ``Places`` knows it.
Number = tuple[str, float]


@dataclass(frozen=True)
class WorkedLine:
    """A formula with its numbers: its result, and the operands that are computed."""

    node: Node
    values: Mapping[str, float]
    result: Number
    operands: tuple[Number, ...]

    def by_hand(self, places: Places) -> float:
        """The result of the formula, computed from the operands as they are shown."""
        put_in = dict(self.values)
        for number in self.operands:
            name, value = number
            put_in[name] = float(rounded(value, places[number]))
        with np.errstate(all="ignore"):
            return float(self.node.compute(put_in))

    def recomputes(self, places: Places) -> bool:
        """Whether the shown operands give the shown result."""
        by_hand = self.by_hand(places)
        if not math.isfinite(by_hand):
            return True
        _, value = self.result
        place = places[self.result]
        return rounded(by_hand, place) == rounded(value, place)

    def inexact(self, places: Places) -> list[Number]:
        """The operands whose value has more digits than are shown."""
        return [
            number
            for number in self.operands
            if not same(float(rounded(number[1], places[number])), number[1])
        ]


def worked_line(plan: Plan, name: str) -> WorkedLine | None:
    """The line of a quantity in a plan; None without a formula or a finite number."""
    node = plan.by_name[name]
    values = {name: float(value) for name, value in plan.evaluate({}).items()}
    needs = [need for need in node.source.needs if need not in CONSTANTS]
    is_known = all(math.isfinite(values[need]) for need in (name, *needs))
    if node.source.is_leaf or not is_known:
        return None
    computed = [need for need in needs if not plan.by_name[need].source.is_leaf]
    operands = tuple((need, values[need]) for need in computed)
    return WorkedLine(node, values, (name, values[name]), operands)


def settled_places(
    model: Model, setting: Setting, wanted: Iterable[tuple[Plan, str]] = ()
) -> Places:
    """The place of each computed value in the lines of a screen under a setting.

    The lines are those of the headlines, so that a number reads the same on every
    screen, and those of the ``wanted`` quantities of plans. A value has the digits that
    it would have by itself, and up to four if a line needs them to recompute. The
    result is then shown with exactly the digits that follow from the numbers beside it:
    2 million less 1.901 million is 99,000. If four digits are not enough, the operands
    get more digits in their line only, by ``operand_places``.
    """
    made = [
        worked_line(plan, name)
        for plan, name in [*headline_lines(model, setting), *wanted]
    ]
    lines = [line for line in made if line]
    places = _own_places(model, lines)
    # A value gets four digits at most, so this comes to an end.
    while any(_has_refined(line, places) for line in lines):
        pass
    for line in lines:
        if not line.recomputes(places):
            _shorten_result(model, line, places)
    return places


def _own_places(model: Model, lines: list[WorkedLine]) -> dict[Number, int]:
    speller = Speller(model)
    places: dict[Number, int] = {}
    for line in lines:
        for number in (line.result, *line.operands):
            places[number] = speller.place(*number)
    return places


def _has_refined(line: WorkedLine, places: dict[Number, int]) -> bool:
    """Give operands one digit more, up to four, where the line does not recompute."""
    if line.recomputes(places):
        return False
    short = [
        number
        for number in line.inexact(places)
        if places[number] > place_of(number[1], "", digits=DIGITS_IN_A_LINE)
    ]
    for number in short:
        places[number] -= 1
    return bool(short)


def _shorten_result(model: Model, line: WorkedLine, places: dict[Number, int]) -> None:
    """Show two digits of a result where the operands as shown give just these."""
    quantity, value = line.result
    unit, levels = model.spelled_unit(quantity), compared_with(model, quantity)
    place = place_of(value, unit, levels, DIGITS_IN_A_COLUMN)
    shown = rounded(value, place)
    if same(line.by_hand(places), float(shown)):
        places[line.result] = place


def operand_places(places: Places, plan: Plan, quantity: str) -> Places:
    """The places of a line's operands, finer where the line needs more digits."""
    line = worked_line(plan, quantity)
    if line is None or line.result not in places:
        return places
    fine = dict(places)
    while not line.recomputes(fine):
        inexact = line.inexact(fine)
        if not inexact:
            break
        for number in inexact:
            fine[number] -= 1
    return fine


# The lines of the headlines -----------------------------------------------------------


def headline_lines(model: Model, setting: Setting) -> Iterator[tuple[Plan, str]]:
    """The worked lines of the headlines, as far as they have numbers."""
    for row in model.register.headlines.values():
        for name in row.working:
            if not is_replaced(model, setting, name):
                with contextlib.suppress(ModelError):
                    plan = model.plan(*model.named(name, setting))
                    _ = plan.words or plan.value
                    yield plan, plan.target


def is_replaced(model: Model, setting: Setting, name: str) -> bool:
    """Whether a setting gives the number that a working computes by default."""
    quantity, _, reading = name.partition(".")
    return quantity in setting.choices and reading == model.default(quantity)
