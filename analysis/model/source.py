"""A source says where the value of a quantity comes from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from analysis.core.published import Interval
from analysis.core.rows import Assumption, Claim, External
from analysis.model.expressions import Expression


@dataclass
class Source:
    """A source says where a value comes from.

    The fields that a source has depend on which of six kinds it is:

    - The source of a number has the field ``value``; if the number is for an
      assumption, the source also has ``side``, ``width`` and ``room``.
    - The source of a claim has the fields ``claim``, ``end``, ``value``, ``fine``,
      ``coarse``, ``side`` and ``room``.
    - The source of a figure published elsewhere has the fields of the source of a
      claim, except that ``external`` stands in place of ``claim`` and ``end``.
    - The source of an assumption has the fields ``assumption`` and ``role``, and those
      of the source of a number; if the assumption is in words, the source also has
      ``fine``.
    - The source of a formula has the field ``expression``.
    - A source that takes the value of another quantity names that quantity in
      ``alias_of``.

    A source with an expression or an alias lists the quantities that it needs in
    ``needs``; every other source is a leaf.

    A leaf has a ``value`` in base units, which is NaN if the article gives it only in
    words. A printed number stands for the values in ``fine`` or, if its digits are
    taken as rounded to the coarser of two places, for those in ``coarse``. If words
    make the true number ``at most`` or ``at least`` the printed number, ``side`` says
    which, and ``room`` is the interval of all values that the words allow. A printed
    range has two sources, one for each ``end``.

    The source of an assumption has a ``role``: ``set`` for its value, ``floor`` or
    ``ceiling`` for an end of its words, or ``in_words``, which is no single value.
    ``width`` is the width of the range over which the assumption is varied.
    """

    value: float = math.nan
    fine: Interval | None = None
    coarse: Interval | None = None
    side: str = ""
    claim: Claim | None = None
    end: str = ""
    assumption: Assumption | None = None
    role: str = ""
    width: float = 0.0
    room: Interval | None = None
    expression: Expression | None = None
    alias_of: str = ""
    external: External | None = None

    def __post_init__(self) -> None:
        self.needs: tuple[str, ...] = ()
        if self.alias_of:
            self.needs = (self.alias_of,)
        elif self.expression:
            self.needs = self.expression.needs
        self.is_leaf = self.expression is None and not self.alias_of
        self.in_words = self.role == "in_words"

    @classmethod
    def of_figure(cls, figure: External, years: int) -> Source:
        """The source of a figure published elsewhere, divided by a number of years."""
        number = figure.published

        def divided(interval: Interval | None) -> Interval | None:
            return interval and Interval(interval.low / years, interval.high / years)

        return cls(
            number.value() / years,
            divided(number.stands_for()),
            divided(number.stands_for(coarse=True)),
            number.side,
            room=divided(number.room()),
            external=figure,
        )

    @property
    def row(self) -> Claim | External | None:
        """The row that prints the number, if one does."""
        return self.claim or self.external

    @property
    def sum(self) -> str:
        """The division of a figure by years, as a text; empty if nothing is divided."""
        if self.external is None or self.external.divided_by == 1:
            return ""
        return self.external.sum

    def room_at(self, value: Any) -> Interval:
        """The interval that the words would allow if their number were ``value``."""
        assert self.room is not None
        if self.side == "at most":
            return Interval(self.room.low, value)
        return Interval(value, self.room.high)

    def rounded_off_side(self, *, coarse: bool = False) -> Interval:
        """Return the values that round to the digits but lie past the words' limit."""
        interval = self.interval(coarse=coarse)
        if self.in_words:
            return interval
        if self.side == "at most":
            return Interval(self.value, interval.high)
        return Interval(interval.low, self.value)

    @property
    def replaced(self) -> str:
        """The key of the sentence which says that a value replaces this source."""
        if math.isnan(self.value):
            return "other_value"
        is_ours = self.assumption and self.assumption.grade == "chosen"
        return "in_place_of_ours" if is_ours else "in_place"

    def interval(self, *, coarse: bool = False) -> Interval:
        """Return the values that a leaf stands for.

        The interval is a single point unless the leaf is a printed number or is in
        words.
        """
        if coarse and self.coarse:
            return self.coarse
        return self.fine or Interval(self.value, self.value)
