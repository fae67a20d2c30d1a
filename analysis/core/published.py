"""A printed number: its digits, scale, unit and qualifier; the values it stands for, and what it asserts.

A number **stands for** every value that rounds to its digits, either way on a tie. It counts when a sum starts from it.
It **asserts** the interval that its words claim. That counts when it is checked.

>>> Published("2.59", scale="million", unit="person").stands_for()
Interval(low=2585000.0, high=2595000.0, low_open=False, high_open=False)
>>> Published("30", unit="percent", qualifier="over", rounding_unit="1").asserts()
Interval(low=0.3, high=inf, low_open=True, high_open=False)
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core.units import SCALES
from analysis.core.words import SAME

#: The widest shortfall that "approaches" is read to allow, a share of the printed number. Chosen by us; the smallest
#: one that would pass is always shown beside the verdict.
APPROACHES_TOLERANCE = Decimal("0.10")

QUALIFIERS = ("exact", "about", "over", "at_least", "up_to", "approaches", "expected", "range", "vague")
_KIND = {"over": "floor", "at_least": "floor", "up_to": "ceiling", "approaches": "ceiling", "range": "range"}
_WORDS = {
    "about": "about ", "over": "over ", "at_least": "at least ", "up_to": "up to ", "approaches": "approaches ",
    "expected": "expected ",
}  # fmt: skip
_DIGITS = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class PublishedError(ValueError):
    """A printed number that can't be read: ``field`` names the cell, the message says what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Interval:
    """Values from ``low`` to ``high`` in base units; an open end does not belong to it."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def holds(self, values: Any) -> NDArray[np.bool_]:
        """Whether each value lies in the interval; an array of any shape, the same shape back.

        >>> Interval(0, 2, high_open=True).holds(np.array([0.0, 1.0, 2.0])).tolist()
        [True, True, False]
        """
        return self.meets(values, values)

    def meets(self, low: Any, high: Any) -> NDArray[np.bool_]:
        """Whether some value from ``low`` to ``high`` lies in the interval, elementwise.

        >>> Interval(0, 2).meets(np.array([1.5, 2.5]), np.array([3.0, 3.0])).tolist()
        [True, False]
        """
        above = _beyond(np.asarray(high, float), self.low, self.low_open)
        below = _beyond(-np.asarray(low, float), -self.high, self.high_open)
        return above & below


def _beyond(values: NDArray[np.float64], bound: float, strict: bool) -> NDArray[np.bool_]:
    if math.isinf(bound):
        return np.isfinite(values)
    slack = SAME * abs(bound)
    return values > bound + slack if strict else values >= bound - slack


@dataclass(frozen=True)
class Published:
    """A number as printed. ``printed``, ``printed_high`` and the rounding units are digits, in one scale and unit.

    rounding_unit says the place of the last digit that counts; it is needed where the digits do not say it, that is
    when the printed integer ends in 0 or has a scale. rounding_unit_other is the other defensible place.

    Raises PublishedError naming the field.

    >>> Published("300000", unit="person", qualifier="about")
    Traceback (most recent call last):
        ...
    analysis.core.published.PublishedError: the digits 300000 do not say to which place they are rounded; ...
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
        texts = {
            name: getattr(self, name) for name in ("printed", "printed_high", "rounding_unit", "rounding_unit_other")
        }
        if self.qualifier not in QUALIFIERS:
            raise PublishedError("qualifier", f"'{self.qualifier}' is not one of {', '.join(QUALIFIERS)}")
        if self.scale not in SCALES:
            raise PublishedError("scale", f"'{self.scale}' is not one of thousand, million, billion or empty")
        for name, text in texts.items():
            if text and self.qualifier == "vague":
                raise PublishedError(name, "a vague number has no digits; leave the cell empty")
            if text and not _DIGITS.fullmatch(text):
                raise PublishedError(name, f"'{text}' is not a number in plain digits, such as 2.59")
            if sum(map(str.isdigit, text)) > 15:
                raise PublishedError(name, f"'{text}' has more than the 15 digits that can be computed with")
        if self.qualifier == "vague":
            return
        if not self.printed:
            raise PublishedError("printed", "the digits are missing; only a vague number has none")
        if (self.qualifier == "range") != bool(self.printed_high):
            raise PublishedError("printed_high", "a range has a high end, and nothing else has one")
        ends = [Decimal(text) for text in (self.printed, self.printed_high) if text]
        if ends != sorted(ends):
            message = f"the low end {self.printed} lies above the high end {self.printed_high}"
            raise PublishedError("printed_high", message)
        if self.qualifier in ("up_to", "approaches") and ends[0] < 0:
            raise PublishedError("printed", f"'{self.qualifier}' reaches up from 0, so {self.printed} leaves nothing")
        for name in ("rounding_unit", "rounding_unit_other"):
            if texts[name] and Decimal(texts[name]) <= 0:
                raise PublishedError(name, f"'{texts[name]}' is not above 0")
        for text in filter(None, (self.printed, self.printed_high)):
            if not self.rounding_unit and "." not in text and (self.scale or text.endswith("0")):
                zeros = len(text) - len(text.rstrip("0"))
                place = str(10 ** max(zeros - 1, 0)) if zeros else "0.1"
                message = f"the digits {text} do not say to which place they are rounded; give one such as {place}"
                raise PublishedError("rounding_unit", message)
            if self.rounding_unit and Decimal(text) % Decimal(self.rounding_unit):
                raise PublishedError("rounding_unit", f"{text} is no multiple of {self.rounding_unit}")

    @property
    def kind(self) -> str:
        """point, floor, ceiling, range or none: on which side of the number its words leave room."""
        return "none" if self.qualifier == "vague" else _KIND.get(self.qualifier, "point")

    def value(self, end: str = "") -> float:
        """The printed digits in base units; ``end`` is high for the high end of a range.

        >>> Published("10.5", unit="percent").value()
        0.105
        """
        return float(self._base(self._digits(end)))

    def stands_for(self, end: str = "", *, other: bool = False) -> Interval:
        """Every value that rounds to the digits: half a rounding unit to each side, ties on both.

        A planned figure stands for its digits alone. ``other`` takes the other rounding place, where there is one.
        """
        digits = self._digits(end)
        half = Decimal(0) if self.target else self._place(digits, other) / 2
        return Interval(float(self._base(digits - half)), float(self._base(digits + half)))

    def asserts(self, end: str = "", *, other: bool = False) -> Interval:
        """What the words claim of the quantity; for a range, of its named end.

        >>> Published("1.6", scale="million", qualifier="up_to").asserts().high
        1600000.0
        """
        if self.qualifier == "vague":
            raise PublishedError("printed", "a vague number asserts only what its assumption carries")
        value = self.value(end)
        match self.qualifier:
            case "over":
                return Interval(value, math.inf, low_open=True)
            case "at_least":
                return Interval(value, math.inf)
            case "up_to":
                return Interval(0.0, value)
            case "approaches":
                low = float(self._base(self._digits(end) * (1 - APPROACHES_TOLERANCE)))
                return Interval(low, value, high_open=True)
            case _:
                return self.stands_for(end, other=other)

    def place(self, end: str = "") -> float:
        """The place of the last digit that counts, in base units.

        >>> Published("2.59", scale="million", unit="person").place()
        10000.0
        """
        return float(self._base(self._place(self._digits(end))))

    def met_by(self, low: float, high: float, end: str = "") -> tuple[float, float]:
        """From which to which printed value the same words would be met by something from ``low`` to ``high``.

        The closed form behind a check's power: the set of v for which ``asserts``, printed as v, meets the values.

        >>> Published("2", scale="million", qualifier="up_to", rounding_unit="1").met_by(1.5e6, 1.7e6)
        (1500000.0, inf)
        """
        interval = self.stands_for(end)
        half = (interval.high - interval.low) / 2
        match self.qualifier:
            case "over" | "at_least":
                return -math.inf, high
            case "up_to":
                # Nothing below 0 is met, whatever the number.
                return (low, math.inf) if high >= 0 else (math.inf, -math.inf)
            case "approaches":
                return low, high / (1 - float(APPROACHES_TOLERANCE))
            case _:
                return low - half, high + half

    def __str__(self) -> str:
        """As the article prints it, in plain words.

        >>> str(Published("2", "2.5", scale="million", qualifier="range", rounding_unit="0.5"))
        '2 to 2.5 million'
        """
        if self.qualifier == "vague":
            return "in words only"
        digits = " to ".join(_grouped(text) for text in (self.printed, self.printed_high) if text)
        unit = " percent" if self.unit == "percent" else ""
        return f"{_WORDS.get(self.qualifier, '')}{digits}{f' {self.scale}' if self.scale else ''}{unit}"

    def _digits(self, end: str) -> Decimal:
        return Decimal(self.printed_high if end == "high" else self.printed)

    def _base(self, digits: Decimal) -> Decimal:
        return digits * SCALES[self.scale] / (100 if self.unit == "percent" else 1)

    def _place(self, digits: Decimal, other: bool = False) -> Decimal:
        named = (self.rounding_unit_other if other else "") or self.rounding_unit
        exponent = digits.as_tuple().exponent
        return Decimal(named) if named else Decimal(1).scaleb(int(exponent))


def _grouped(text: str) -> str:
    return f"{Decimal(text):,}"
