"""This module spells each number of a model in the same way wherever it is shown.

>>> from analysis.core.register import Register
>>> speller = Speller(Model(Register.read()))
>>> speller.spell("transfers_2019", 2868778.3), speller.spell("net_new_persons", 301222)
('2.87 million', '301,000')
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from analysis.core.spell import (
    DIGITS_IN_A_COLUMN,
    place_of,
    rounded,
    same,
    spell_at,
    spell_bounds,
    spell_span,
    with_side,
    with_unit,
)
from analysis.model.model import Estimate, Model
from analysis.model.verdicts import compared_with

#: By quantity and value, the place to which the value is shown, as a power of ten.
Places = Mapping[tuple[str, float], int]


@dataclass(frozen=True)
class Speller:
    """Writes the numbers of one screen, so that equal numbers look equal.

    If a worked line needs more or fewer digits of a value than the value has by itself,
    the value has that line's digits everywhere on the screen. ``places`` maps each
    value whose digits a worked line determines to the place of its last digit.
    """

    model: Model
    places: Places = field(default_factory=dict)

    def unit(self, quantity: str) -> str:
        """Return "percent" if a quantity is shown in percent, otherwise its unit."""
        return self.model.spelled_unit(quantity)

    def place(
        self, quantity: str, value: float, apart_from: Iterable[float] = ()
    ) -> int:
        """Return the place of the last digit of a value; see ``spell.place_of``."""
        settled = self.places.get((quantity, float(value)))
        if settled is not None:
            return settled
        levels = [*compared_with(self.model, quantity), *apart_from]
        return place_of(value, self.unit(quantity), levels)

    def common_place(self, quantity: str, numbers: Sequence[float]) -> int:
        """Return the place of the last digit with which one or two values are shown.

        If two values differ, both are shown with enough digits that their difference
        has two significant digits.
        """
        places = [self.place(quantity, number) for number in numbers]
        if len(numbers) == 2 and not same(*numbers):
            first, second = numbers
            unit = self.unit(quantity)
            places.append(place_of(second - first, unit, digits=DIGITS_IN_A_COLUMN))
        return min(places, default=0)

    def shown(self, quantity: str, value: float) -> Decimal:
        """Return a value rounded as the screen shows it."""
        return rounded(value, self.place(quantity, value))

    def spell(
        self, quantity: str, value: float | None, apart_from: Iterable[float] = ()
    ) -> str:
        """Return the text of a value, without its unit.

        The text is rounded so that it stays on the value's own side of the printed
        numbers and thresholds that the value is compared with, and of the numbers in
        ``apart_from``.
        """
        if value is None:
            return "no value"
        place = self.place(quantity, value, apart_from)
        return spell_at(value, self.unit(quantity), place)

    def span(
        self, quantity: str, low: float, high: float, value: float | None = None
    ) -> str:
        """Return the text of two bounds, rounded outward.

        The span in the text contains the value as the screen shows it.
        """
        shown = self._within(quantity, value)
        return spell_span(low, high, self.unit(quantity), shown)

    def bounds(
        self, quantity: str, low: float, high: float, value: float | None = None
    ) -> tuple[str, str]:
        """Return the two bounds of a span as two texts."""
        shown = self._within(quantity, value)
        return spell_bounds(low, high, self.unit(quantity), shown)

    def _within(self, quantity: str, value: float | None) -> Decimal | None:
        if value is None or not math.isfinite(value):
            return None
        return self.shown(quantity, value)

    def estimate(self, estimate: Estimate) -> str:
        """Return an estimate with its unit, and with any "at most" or "at least"."""
        quantity = estimate.quantity
        words = with_unit(self.spell(quantity, estimate.value), self.unit(quantity))
        return with_side(words, estimate.side)
