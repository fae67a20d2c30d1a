"""A comparison sets values that a claim asserts beside values of a quantity.

Under a setting, each check becomes a comparison.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from analysis.core.published import Interval
from analysis.core.rows import Check, Claim, External, VagueEnd
from analysis.core.sentences import message
from analysis.model import arithmetic
from analysis.model.bounds import Bounds
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.model.plan import Arrays, Box, Plan
from analysis.model.source import Source


@dataclass(frozen=True)
class Asserted:
    """The values that a check's claim, or its figure published elsewhere, asserts.

    ``fine`` and ``coarse`` are the intervals at the finer and at the coarser rounding
    unit, and ``stretched`` is the interval to which the words can be stretched.
    ``low_is_ours`` and ``high_is_ours`` tell whether we chose the low or the high end,
    such as the tenth below a number that a value "approaches", or the floor of
    "several".
    """

    fine: Interval
    coarse: Interval
    stretched: Interval | None = None
    low_is_ours: bool = False
    high_is_ours: bool = False

    @property
    def levels(self) -> list[float]:
        """The values at which a verdict may change."""
        intervals = [self.fine, self.coarse, self.stretched or self.fine]
        return [end for interval in intervals for end in (interval.low, interval.high)]

    def is_reached(self, interval: Interval, exact: Bounds, rounded: Bounds) -> Any:
        """Whether some value between the given bounds lies in an interval.

        The bounds are given without rounding (``exact``) and with rounding
        (``rounded``). If we chose the low end of the interval, the highest value
        without rounding decides whether that end is reached; if we chose the high end,
        the lowest value without rounding decides.
        """
        highest = exact.high if self.low_is_ours else rounded.high
        lowest = exact.low if self.high_is_ours else rounded.low
        return interval.meets(lowest, highest)


@dataclass(frozen=True)
class Boxes:
    """The values over which the inputs of a check move, as four boxes.

    In ``fine`` and ``coarse`` each input moves over all values that its digits stand
    for, at the finer or the coarser rounding unit. In ``room`` the inputs move over all
    values that words such as "up to" allow; in ``rounded_room`` they move over all
    values that digits or words allow. ``room`` and ``rounded_room`` are None if the
    check has no open input.
    """

    fine: Box
    coarse: Box
    room: Box | None = None
    rounded_room: Box | None = None

    def __iter__(self) -> Iterator[Box]:
        boxes = (self.fine, self.coarse, self.room, self.rounded_room)
        return (box for box in boxes if box is not None)


@dataclass(frozen=True)
class Reach:
    """The values that a quantity can take as its inputs move over boxes.

    If some inputs take arrays (``vary``), each result is an array of the same length.
    """

    plan: Plan
    boxes: Boxes
    vary: Arrays

    @cached_property
    def value(self) -> Any:
        """The value with each input at its own number; NaN if an input has none."""
        value = self.plan.target_at(self.vary)
        for values in self.vary.values():
            value = value + np.zeros(len(values))
        return value

    @property
    def exact(self) -> Bounds:
        """Bounds that are both equal to the value."""
        return Bounds(self.value, self.value)

    @cached_property
    def fine(self) -> Bounds:
        """The bounds as inputs move over all values in the box ``fine``."""
        return self.plan.bounds(self.boxes.fine, self.vary)

    @cached_property
    def coarse(self) -> Bounds:
        """The bounds as inputs move over all values in the box ``coarse``."""
        if self.boxes.coarse == self.boxes.fine:
            return self.fine
        return self.plan.bounds(self.boxes.coarse, self.vary)

    @cached_property
    def room(self) -> Bounds | None:
        """The bounds as inputs move over the values that their words allow."""
        if self.boxes.room is None:
            return None
        return self.plan.bounds(self.boxes.room, self.vary)

    @cached_property
    def rounded_room(self) -> Bounds | None:
        """The bounds as inputs move over the values that words or digits allow."""
        if self.boxes.rounded_room is None:
            return None
        return self.plan.bounds(self.boxes.rounded_room, self.vary)

    def at_finer_place(self) -> Reach:
        """Return this reach with every number rounded to its finer unit."""
        return replace(self, boxes=replace(self.boxes, coarse=self.boxes.fine))


@dataclass(frozen=True)
class Comparison:
    """A check under a setting: what a claim asserts, and how it is recomputed.

    An input in ``reached``, such as "up to 1.6 million", is taken at its printed
    number, so that the input does not make a result "at most" or "at least" a number.
    """

    asserted: Asserted
    plan: Plan
    reached: frozenset[str] = frozenset()

    @cached_property
    def open_inputs(self) -> dict[str, Source]:
        """The inputs that words leave open, by name.

        An open input either is given only in words, or affects the result and has a
        limit, such as "up to", that is not taken as reached.
        """
        inputs = {}
        for name, leaf in self.plan.leaves.items():
            source = leaf.source
            is_reached = self.plan.input_name(name) in self.reached
            has_room = source.room and self.plan.direction[name] and not is_reached
            if source.in_words or has_room:
                inputs[name] = source
        return inputs

    @cached_property
    def boxes(self) -> Boxes:
        """The boxes over which the inputs move."""
        fine = {**self.plan.rounding_box(), **self._rounded()}
        coarse = {**self.plan.rounding_box(coarse=True), **self._rounded(coarse=True)}
        if not self.open_inputs:
            return Boxes(fine, coarse)
        room = {}
        for name, source in self.open_inputs.items():
            if source.room:
                room[name] = source.room
        return Boxes(fine, coarse, room, _widened(coarse, room))

    def _rounded(self, *, coarse: bool = False) -> dict[str, Interval]:
        """For each open input, the values that its digits allow beyond its limit."""
        return {
            name: source.rounded_off_side(coarse=coarse)
            for name, source in self.open_inputs.items()
        }

    @cached_property
    def reach(self) -> Reach:
        """The values that the quantity can take."""
        return Reach(self.plan, self.boxes, {})

    def reach_at(self, vary: Arrays) -> Reach:
        """The values that the quantity can take if some inputs have given numbers."""
        fine = _without(self.boxes.fine, vary)
        coarse = _without(self.boxes.coarse, vary)
        if self.boxes.room is None or self.boxes.rounded_room is None:
            return Reach(self.plan, Boxes(fine, coarse), vary)
        # If an assumption is a ceiling, the true value may be any number below it,
        # wherever the assumption is moved.
        moved = {
            name: self.open_inputs[name].room_at(values)
            for name, values in vary.items()
            if name in self.open_inputs
        }
        room = {**_without(self.boxes.room, vary), **moved}
        rounded_room = {**_without(self.boxes.rounded_room, vary), **moved}
        return Reach(self.plan, Boxes(fine, coarse, room, rounded_room), vary)


def _without(box: Box, vary: Arrays) -> Box:
    """A box without the leaves that take arrays."""
    return {name: interval for name, interval in box.items() if name not in vary}


def _widened(box: Box, room: Box) -> Box:
    """Return ``box`` with its intervals widened to contain those of ``room``."""
    widened = dict(box)
    for name, interval in room.items():
        low = min(interval.low, box[name].low)
        high = max(interval.high, box[name].high)
        widened[name] = Interval(low, high)
    return widened


# Resolving ----------------------------------------------------------------------------


def resolve(model: Model, check: Check, setting: Setting = ARTICLE) -> Comparison:
    """Return the comparison that a check makes under a setting.

    If the check names a reading of a quantity, that reading replaces the one in the
    setting. A check sets its quantity beside a claim, or beside a figure published
    elsewhere (``against``). A check with both a claim and a figure published elsewhere
    sets that figure beside the claim. A check with neither a claim nor a figure only
    computes the quantity.

    Raises ModelError for readings in a circle, and if the setting would compare a
    number with itself.
    """
    if check.is_of_figures:
        # A figure published elsewhere is set beside the claim, so no quantity is used.
        plan = arithmetic.plan_of(model, check.against)
    else:
        plan = model.plan_of(check, setting)
    row = printed_row(model, check)
    if row is None:
        everything = Interval(-math.inf, math.inf)
        return Comparison(Asserted(everything, everything), plan)
    if row.id in plan.rows:
        raise ModelError(message("circular", claim=row.id))
    return Comparison(asserted_by(model, check, row), plan, frozenset(check.reached))


def printed_row(model: Model, check: Check) -> Claim | External | None:
    """The printed row that a check sets its quantity beside, if there is one."""
    register = model.register
    return register.claims.get(check.claim) or register.external.get(check.against)


def asserted_by(model: Model, check: Check, row: Claim | External) -> Asserted:
    """The values that the claim or figure of a check asserts by its digits or words."""
    if row.qualifier == "vague":
        words = model.register.vague_readings[check.quantity]
        return Asserted(
            words.allows(),
            words.allows(coarse=True),
            low_is_ours=_is_ours(words.floor),
            high_is_ours=_is_ours(words.ceiling),
        )
    end = "" if check.end == "whole" else check.end
    return Asserted(
        row.published.asserts(end),
        row.published.asserts(end, coarse=True),
        row.published.stretches_to(end),
        low_is_ours=row.published.word.short_by is not None,
    )


def _is_ours(end: VagueEnd | None) -> bool:
    """Whether an end of an interval is our reading of words, and not printed."""
    return end is not None and end.coarse is None
