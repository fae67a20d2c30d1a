"""This module decides how many digits the numbers of a worked line have.

A worked line is a formula with its numbers and its result. A reader who computes a
worked line with the numbers on the screen should get the result on the screen.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from analysis.core.spell import DIGITS_IN_A_COLUMN, exact_place, place_of, rounded, same
from analysis.core.units import CONSTANTS
from analysis.model.model import Model, ModelError, Node, Plan, Setting
from analysis.model.verdicts import compared_with
from analysis.render.speller import Places, Speller

#: The most digits of an operand on every line of a screen.
DIGITS_IN_A_LINE = 4
#: The name of a quantity and one of its values, as in the keys of ``Places``.
Number = tuple[str, float]


@dataclass(frozen=True)
class WorkedLine:
    """A formula with its numbers, its result, and those operands that are computed."""

    node: Node
    values: Mapping[str, float]
    result: Number
    operands: tuple[Number, ...]

    def by_hand(self, places: Places) -> float:
        """Compute the formula from the operands as the screen shows them."""
        # With numpy's floats, a division by a number that rounds to 0 is infinite.
        put_in = {name: np.float64(value) for name, value in self.values.items()}
        for number in self.operands:
            name, value = number
            put_in[name] = np.float64(rounded(value, places[number]))
        with np.errstate(all="ignore"):
            return float(self.node.compute(put_in))

    def recomputes(self, places: Places) -> bool:
        """Whether the operands on the screen give the result on the screen."""
        by_hand = self.by_hand(places)
        if not math.isfinite(by_hand):
            return True
        _, value = self.result
        place = places[self.result]
        return rounded(by_hand, place) == rounded(value, place)

    def inexact(self, places: Places) -> list[Number]:
        """Return the operands whose values have more digits than the screen shows."""
        return [
            number
            for number in self.operands
            if not same(float(rounded(number[1], places[number])), number[1])
        ]


def worked_line(plan: Plan, name: str, drawn: Container[str]) -> WorkedLine | None:
    """Return the worked line of a quantity in a plan.

    The line is None if the quantity has no formula or if a number is not finite. The
    medians of the quantities that are ``drawn`` have digits that nobody chose, so they
    count as computed.
    """
    node = plan.by_name[name]
    values = {name: float(value) for name, value in plan.evaluate({}).items()}
    needs = [need for need in node.source.needs if need not in CONSTANTS]
    is_known = all(math.isfinite(values[need]) for need in (name, *needs))
    if node.source.is_leaf or not is_known:
        return None
    computed = [
        need for need in needs if need in drawn or not plan.by_name[need].source.is_leaf
    ]
    operands = tuple((need, values[need]) for need in computed)
    return WorkedLine(node, values, (name, values[name]), operands)


def settled_places(
    model: Model, setting: Setting, wanted: Iterable[tuple[Plan, str]] = ()
) -> Places:
    """Return the place of the last digit of each computed value on a screen.

    The values are those in the worked lines of the headlines and of the quantities in
    ``wanted``. The lines of the headlines are always included, so that a number looks
    the same on every screen. A value has the digits that it would have by itself, or up
    to four significant digits if a reader needs these to recompute its line. If
    operands of four digits do not give the result on the screen, the result is shown
    with two digits where the operands give exactly these: 2 million minus 1.901 million
    is 99,000. ``operand_places`` shows the operands of a line with more digits, in that
    line alone, if a reader could not recompute the line otherwise. A number that a user
    has set or that is published has all its digits.
    """
    wanted = [*wanted]
    made = [
        worked_line(plan, name, setting.drawn)
        for plan, name in [*headline_lines(model, setting), *wanted]
    ]
    lines = [line for line in made if line]
    places = _own_places(model, lines)
    # One line at a time gets one more digit, until no line needs any. A value gets four
    # digits at most, so this comes to an end.
    is_refined = True
    while is_refined:
        is_refined = any(_refine(line, places) for line in lines)
    # If four digits are not enough, the result takes the digits that follow.
    for line in lines:
        if not line.recomputes(places):
            _shorten_result(model, line, places)
    for name in setting.choices:
        with contextlib.suppress(ModelError):
            wanted.append((model.plan(name, setting), name))
    places |= _given_places(model, wanted, setting.drawn)
    return places


def _given_places(
    model: Model, wanted: Iterable[tuple[Plan, str]], drawn: Container[str]
) -> Iterator[tuple[Number, int]]:
    """Yield, for each number that is given, the place that shows all of its digits."""
    speller = Speller(model)
    for plan, name in wanted:
        value = float(plan.evaluate({})[name])
        is_given = plan.by_name[name].source.is_leaf and name not in drawn
        if is_given and math.isfinite(value):
            yield (name, value), min(speller.place(name, value), exact_place(value))


def _own_places(model: Model, lines: list[WorkedLine]) -> dict[Number, int]:
    speller = Speller(model)
    places: dict[Number, int] = {}
    for line in lines:
        for number in (line.result, *line.operands):
            places[number] = speller.place(*number)
    return places


def _refine(line: WorkedLine, places: dict[Number, int]) -> bool:
    """Give operands one more digit, up to four, if they do not give the result shown.

    The function returns whether any operand got one more digit.
    """
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
    """Show a result with two digits if the shown operands give exactly these digits."""
    quantity, value = line.result
    unit, levels = model.spelled_unit(quantity), compared_with(model, quantity)
    place = place_of(value, unit, levels, DIGITS_IN_A_COLUMN)
    shown = rounded(value, place)
    if same(line.by_hand(places), float(shown)):
        places[line.result] = place


def operand_places(
    places: Places, plan: Plan, quantity: str, drawn: Container[str]
) -> Places:
    """Return ``places`` with the digits that operands need to give a line's result."""
    line = worked_line(plan, quantity, drawn)
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
    """Yield the plan and the quantity of each worked line of the headlines.

    A line is left out if the setting replaces it, or if a limit refuses its value.
    """
    for row in model.register.headlines.values():
        for name in row.working:
            if not is_replaced(model, setting, name):
                with contextlib.suppress(ModelError):
                    plan = model.plan(*model.quantity_and_setting(name, setting))
                    _ = plan.in_words or plan.value
                    yield plan, plan.target


def is_replaced(model: Model, setting: Setting, name: str) -> bool:
    """Whether a setting replaces the default reading that a headline's line shows."""
    quantity, _, reading = name.partition(".")
    return quantity in setting.choices and reading == model.default(quantity)
