"""A printed number has digits, a scale, a unit and a qualifier.

A printed number **stands for** every value that rounds to its digits, including the
values halfway to the next number on each side. A calculation that starts from a printed
number can vary it over the values that the number stands for. A printed number
**asserts** the interval that its words claim. A check of a printed number compares the
recomputed value with the interval that the number asserts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from analysis.core.spell import SAME
from analysis.core.units import BASE_UNITS, SCALES

#: "At least" allows values up to this many times the number. An infinite end would give
#: ratios that are not numbers.
_ROOM_ABOVE = 1e6


@dataclass(frozen=True)
class Qualifier:
    """What the word before a printed number, such as "over", says about the quantity.

    The word may place the quantity on a ``side`` of the number, ``at most`` or ``at
    least``, and may exclude the number itself. A word such as "about" covers every
    value that rounds to the number at its last digit that is not 0 (``rounds_freely``).
    A word such as "approaches" covers values that fall short of the number by at most
    the share ``short_by``. If a word such as "approaches" is stretched, it covers
    values that fall short of the number by less than the larger share ``stretches_by``.
    We chose the shares ``short_by`` and ``stretches_by``.
    """

    side: str = ""
    excludes_number: bool = False
    short_by: Decimal | None = None
    stretches_by: Decimal | None = None
    rounds_freely: bool = False


#: The words before printed numbers. A new word needs an entry here, and its phrases in
#: ``QUALIFIER_WORDS`` of ``audit/differences.py``, which finds the word in a copy.
QUALIFIERS = {
    "exact": Qualifier(),
    "about": Qualifier(rounds_freely=True),
    "over": Qualifier("at least", excludes_number=True),
    "at_least": Qualifier("at least"),
    "up_to": Qualifier("at most"),
    "approaches": Qualifier("at most", True, Decimal("0.10"), Decimal("0.20")),
    "expected": Qualifier(),
    "range": Qualifier(),
    "vague": Qualifier(),
}
_DIGITS = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
#: The most digits that a printed number may have; a float holds no more exactly.
MOST_DIGITS = 15


class FieldError(ValueError):
    """The error for a row that can't be read.

    The error's ``field`` names the cell to change, and its message says what is wrong.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Interval:
    """An interval holds the values from ``low`` to ``high``, in base units.

    An open end does not belong to the interval.
    """

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def holds(self, value: Any) -> Any:
        """Whether a value lies in the interval, apart from a float's rounding error.

        For an array of values, the answer is an array.
        """
        return self.meets(value, value)

    def meets(self, low: Any, high: Any) -> Any:
        """Tell whether some value from ``low`` to ``high`` lies in the interval.

        The answer is False if ``low`` or ``high`` is NaN. For arrays, there is an
        answer for each entry.

        >>> Interval(0, 2).meets(1.5, 3), Interval(0, 2).meets(2.5, 3)
        (True, False)
        """
        reaches_low = _reaches(high, self.low, is_open=self.low_open)
        return reaches_low & _reaches(-low, -self.high, is_open=self.high_open)


def _reaches(value: Any, bound: float, *, is_open: bool) -> Any:
    slack = max(SAME * abs(bound), 1e-12)
    return value > bound + slack if is_open else value >= bound - slack


@dataclass(frozen=True)
class Published:
    """A number as the article or another source prints it.

    ``printed``, ``printed_high`` and the rounding units are texts of digits, all in one
    scale and one unit. The number is rounded to the ``rounding_unit``, which must be
    given where the printed integer ends in 0 or has a scale. If the number may also be
    rounded to another unit, ``rounding_unit_other`` gives it. Each number has at most
    15 digits. Raises FieldError, which names the field, for a value that can't be used.
    """

    printed: str
    printed_high: str = ""
    scale: str = ""
    unit: str = "dimensionless"
    qualifier: str = "exact"
    target: bool = False
    rounding_unit: str = ""
    rounding_unit_other: str = ""

    def __post_init__(self) -> None:
        # Only the first fault is computed, because a later test may assume that the
        # earlier tests found no fault.
        fault = next(self._faults(), None)
        if fault:
            raise FieldError(*fault)

    def _faults(self) -> Iterator[tuple[str, str]]:
        """Yield the field of each fault, and a sentence about the fault."""
        if self.qualifier not in QUALIFIERS:
            yield (
                "qualifier",
                f"'{self.qualifier}' is not one of {', '.join(QUALIFIERS)}",
            )
        if self.scale not in SCALES:
            yield (
                "scale",
                f"'{self.scale}' is not one of thousand, million, billion or empty",
            )
        for name in ("printed", "printed_high", "rounding_unit", "rounding_unit_other"):
            yield from self._faults_of_digits(name)
        yield from self._faults_of_ends()
        for text in filter(None, (self.printed, self.printed_high)):
            yield from self._faults_of_place(text)

    def _faults_of_digits(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield the faults of the digits in one cell."""
        text = getattr(self, name)
        if not text:
            return
        digits = sum(map(str.isdigit, text))
        if self.qualifier == "vague":
            yield name, "a vague number has no digits; leave the cell empty"
        if not _DIGITS.fullmatch(text):
            yield name, f"'{text}' is not a number in plain digits, such as 2.59"
        elif digits > MOST_DIGITS:
            most = f"it may have at most {MOST_DIGITS}"
            yield name, f"the number has {digits} digits; {most}"
        elif name.startswith("rounding") and Decimal(text) <= 0:
            yield name, f"'{text}' is not above 0"
        elif text.startswith("-") and self.unit in BASE_UNITS:
            yield name, f"'{text}' is below 0, but a count cannot be negative"
        elif text.startswith("-") and self.side == "at most":
            word = self.qualifier.replace("_", " ")
            yield (
                name,
                f"'{text}' is below 0, but '{word}' can be read only before a number "
                "of 0 or more; give the size of a fall as a quantity of its own, "
                "without the minus",
            )

    def _faults_of_ends(self) -> Iterator[tuple[str, str]]:
        """Yield the faults of the low and the high end together."""
        is_range = self.qualifier == "range"
        if not self.printed and self.qualifier != "vague":
            yield "printed", "the digits are missing; only a vague number has none"
        if is_range != bool(self.printed_high):
            yield (
                "printed_high",
                "a range needs a high end, and no other number has one",
            )
        if is_range and Decimal(self.printed) > Decimal(self.printed_high):
            low, high = self.printed, self.printed_high
            yield "printed_high", f"the low end {low} lies above the high end {high}"

    def _faults_of_place(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the faults of the place to which some printed digits are rounded."""
        if self.rounding_unit:
            # Decimals would round a quotient of very many digits.
            if Fraction(text) % Fraction(self.rounding_unit):
                unit = self.rounding_unit
                yield "rounding_unit", f"{text} is not a multiple of {unit}"
        elif "." not in text and (self.scale or text.endswith("0")):
            zeros = len(text) - len(text.rstrip("0"))
            place = 10 ** max(zeros - 1, 0) if zeros else 0.1
            unsaid = f"the digits {text} do not say to which place they are rounded"
            yield "rounding_unit", f"{unsaid}; give one such as {place}"

    @property
    def word(self) -> Qualifier:
        """What the word before the number says about the quantity."""
        return QUALIFIERS[self.qualifier]

    @property
    def ends(self) -> tuple[str, ...]:
        """The names of the ends that the number has.

        A range has the ends low and high. A single number has one end, which is named
        by an empty text, and a number in words has none.
        """
        return {"range": ("low", "high"), "vague": ()}.get(self.qualifier, ("",))

    @property
    def side(self) -> str:
        """On which side of the number the words place the quantity.

        The side is ``at most``, ``at least`` or empty.
        """
        return self.word.side

    def value(self, end: str = "") -> float:
        """Return the printed digits in base units.

        For the high end of a range, ``end`` is "high".

        >>> Published("10.5", unit="percent").value()
        0.105
        """
        return float(self._base(self._digits(end)))

    def stands_for(self, end: str = "", *, coarse: bool = False) -> Interval:
        """Return the interval of every value that rounds to the digits.

        The interval reaches half a rounding unit to each side, and includes both ends.
        A planned figure stands only for its own value, and a count stands for no value
        below 0. If ``coarse`` is true, the coarser of the number's two rounding units
        is used.

        >>> Published(
        ...     "300000", rounding_unit="10000", rounding_unit_other="100000"
        ... ).stands_for(coarse=True)
        Interval(low=250000.0, high=350000.0, low_open=False, high_open=False)
        """
        digits = self._digits(end)
        half = Decimal(0) if self.target else self._place(digits, coarse=coarse) / 2
        low = digits - half
        if self.unit != "percent" and digits >= 0:
            low = max(low, Decimal(0))
        return Interval(float(self._base(low)), float(self._base(digits + half)))

    def asserts(self, end: str = "", *, coarse: bool = False) -> Interval:
        """Return the interval that the words claim for the quantity.

        For a range, ``end`` names the end whose interval is wanted; without ``end``,
        the interval goes from the low end to the high end. "Over" x claims any value
        above x. "At least" x claims x or more, and "up to" x claims anything from
        nothing to x. "Approaches" x claims any value that lies below x by at most a
        tenth of x. "About" x claims every value that rounds to x at the last digit of x
        that is not 0. A number without a word, or with "expected", claims every value
        that rounds to its digits. If ``coarse`` is true, the coarser rounding unit
        counts, and the limit of "over", "at least" or "up to" x moves outward by half
        that unit.

        >>> Published(
        ...     "2", scale="million", qualifier="approaches", rounding_unit="1"
        ... ).asserts()
        Interval(low=1800000.0, high=2000000.0, low_open=False, high_open=True)
        """
        value, around = self.value(end), self.stands_for(end, coarse=coarse)
        word = self.word
        if word.short_by is not None:
            return self._below(end, word.short_by)
        if word.side == "at least":
            low = around.low if coarse else value
            return Interval(low, math.inf, low_open=word.excludes_number)
        if word.side == "at most":
            high = around.high if coarse else value
            return Interval(0.0, high, high_open=word.excludes_number)
        if word.rounds_freely:
            half = float(self._base(_last_place(self._digits(end).normalize()) / 2))
            return Interval(
                min(value - half, around.low), max(value + half, around.high)
            )
        if self.qualifier == "range" and not end:
            return Interval(around.low, self.stands_for("high", coarse=coarse).high)
        return around

    def _below(self, end: str, share: Decimal) -> Interval:
        """Return the interval that reaches from the number down by a share of it."""
        value = self.value(end)
        lowest = value * float(1 - share)
        return Interval(lowest, value, high_open=self.word.excludes_number)

    def stretches_to(self, end: str = "") -> Interval | None:
        """Return the interval to which the words can be stretched, or None.

        "Approaches" x stretches to values that lie below x by less than a fifth of x.

        >>> Published(
        ...     "2", scale="million", qualifier="approaches", rounding_unit="1"
        ... ).stretches_to()
        Interval(low=1600000.0, high=2000000.0, low_open=True, high_open=True)
        """
        if self.word.stretches_by is None:
            return None
        return replace(self._below(end, self.word.stretches_by), low_open=True)

    def room(self) -> Interval | None:
        """Return the interval in which a limit such as "up to" places the quantity.

        The result is None if the words set no limit.

        >>> Published("1.6", scale="million", qualifier="up_to").room()
        Interval(low=0.0, high=1600000.0, low_open=False, high_open=False)
        """
        if not self.side:
            return None
        words = self.stretches_to() or self.asserts()
        # The size of 0, as in "at least 0", is taken as one unit in its scale.
        size = abs(self.value()) or float(self._base(Decimal(1)))
        return Interval(words.low, min(words.high, _ROOM_ABOVE * size))

    def met_by(self, low: float, high: float, end: str = "") -> tuple[float, float]:
        """Return the least and greatest printed numbers that a span would satisfy.

        If the article had printed any number from the least to the greatest with the
        same words, some value from ``low`` to ``high`` would satisfy the claim.

        >>> Published(
        ...     "2", scale="million", qualifier="up_to", rounding_unit="1"
        ... ).met_by(1.5e6, 1.7e6)
        (1500000.0, inf)
        """
        value, claimed = self.value(end), self.asserts(end)
        # Another printed number would move the asserted interval by the same distance,
        # except that after a word such as "approaches" the interval would grow as well.
        least = low - (claimed.high - value)
        word = self.word
        if word.short_by is not None:
            return least, high / float(1 - word.short_by)
        if word.side == "at most":
            return least, math.inf
        return least, high + (value - claimed.low)

    def __str__(self) -> str:
        """The number as the article prints it, in plain words.

        >>> str(
        ...     Published(
        ...         "2", "2.5", scale="million", qualifier="range", rounding_unit="0.5"
        ...     )
        ... )
        '2 to 2.5 million'
        """
        if self.qualifier == "vague":
            return "in words only"
        is_plain = self.qualifier in ("exact", "range")
        word = "" if is_plain else self.qualifier.replace("_", " ")
        digits = " to ".join(
            f"{Decimal(text):,}" for text in (self.printed, self.printed_high) if text
        )
        return " ".join(filter(None, (word, self._with_scale(digits))))

    @property
    def digits_words(self) -> str:
        """The printed digits without the word before them, as in ``2.2 million``."""
        return self._with_scale(f"{Decimal(self.printed):,}")

    @property
    def coarse_place_words(self) -> str:
        """In words, the coarser unit to which the number may be rounded."""
        place = self._place(self._digits(""), coarse=True)
        return self._with_scale(f"{place:,}")

    def _with_scale(self, digits: str) -> str:
        unit = "percent" if self.unit == "percent" else ""
        return " ".join(filter(None, (digits, self.scale, unit)))

    def _digits(self, end: str) -> Decimal:
        return Decimal(self.printed_high if end == "high" else self.printed)

    def _base(self, digits: Decimal) -> Decimal:
        return digits * SCALES[self.scale] / (100 if self.unit == "percent" else 1)

    def _place(self, digits: Decimal, *, coarse: bool = False) -> Decimal:
        """Return the row's rounding unit or, if none is given, that of the last digit.

        If ``coarse`` is true, return the larger of the row's two rounding units.
        """
        finest = (
            Decimal(self.rounding_unit) if self.rounding_unit else _last_place(digits)
        )
        if coarse and self.rounding_unit_other:
            return max(finest, Decimal(self.rounding_unit_other))
        return finest


def _last_place(digits: Decimal) -> Decimal:
    return Decimal(1).scaleb(int(digits.as_tuple()[2]))
