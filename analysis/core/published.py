"""A printed number: its digits, scale, unit and qualifier; the values it stands for, and what it asserts.

A number **stands for** every value that rounds to its digits, either way on a tie. It counts when a sum starts from it.
It **asserts** the interval that its words claim. That counts when it is checked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from analysis.core.spell import SAME
from analysis.core.units import SCALES

#: "Approaches" matches up to this shortfall, a share of the printed number. Chosen by us.
APPROACHES_TOLERANCE = Decimal("0.10")

QUALIFIERS = (
    "exact",
    "about",
    "over",
    "at_least",
    "up_to",
    "approaches",
    "expected",
    "range",
    "vague",
)
_SIDES = {
    "over": "at least",
    "at_least": "at least",
    "up_to": "at most",
    "approaches": "at most",
}
_DIGITS = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class FieldError(ValueError):
    """A row that can't be read: ``field`` names the cell to change, the message says what would be right."""

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

    def holds(self, value: float) -> bool:
        """Whether a value lies in the interval, to the last digits of a float."""
        return self.meets(value, value)

    def meets(self, low: float, high: float) -> bool:
        """Whether some value from ``low`` to ``high`` lies in the interval; never where they are NaN.
        >>> Interval(0, 2).meets(1.5, 3), Interval(0, 2).meets(2.5, 3)
        (True, False)
        """
        return _reaches(high, self.low, self.low_open) and _reaches(
            -low, -self.high, self.high_open
        )


def _reaches(value: float, bound: float, strict: bool) -> bool:
    slack = max(SAME * abs(bound), 1e-12)
    return bool(value > bound + slack if strict else value >= bound - slack)


@dataclass(frozen=True)
class Published:
    """A number as printed. ``printed``, ``printed_high`` and the rounding units are digits, in one scale and unit.

    The last digit that counts has the place ``rounding_unit``; needed where the printed integer ends in 0 or has a
    scale. The other defensible place is ``rounding_unit_other``. Raises FieldError naming the field.
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
        for fault in self._faults():
            raise FieldError(*fault)

    def _faults(self) -> Iterator[tuple[str, str]]:
        """Field and sentence of each fault."""
        vague, is_range = self.qualifier == "vague", self.qualifier == "range"
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
            if text := getattr(self, name):
                if vague:
                    yield name, "a vague number has no digits; leave the cell empty"
                if not _DIGITS.fullmatch(text):
                    yield (
                        name,
                        f"'{text}' is not a number in plain digits, such as 2.59",
                    )
                if name.startswith("rounding") and Decimal(text) <= 0:
                    yield name, f"'{text}' is not above 0"
        if not self.printed and not vague:
            yield "printed", "the digits are missing; only a vague number has none"
        if is_range != bool(self.printed_high):
            yield "printed_high", "a range has a high end, and nothing else has one"
        if is_range and Decimal(self.printed) > Decimal(self.printed_high):
            yield (
                "printed_high",
                f"the low end {self.printed} lies above the high end {self.printed_high}",
            )
        for text in filter(None, (self.printed, self.printed_high)):
            if self.rounding_unit and Decimal(text) % Decimal(self.rounding_unit):
                yield "rounding_unit", f"{text} is no multiple of {self.rounding_unit}"
            if (
                not self.rounding_unit
                and "." not in text
                and (self.scale or text.endswith("0"))
            ):
                zeros = len(text) - len(text.rstrip("0"))
                place = 10 ** max(zeros - 1, 0) if zeros else 0.1
                unsaid = f"the digits {text} do not say to which place they are rounded"
                yield "rounding_unit", f"{unsaid}; give one such as {place}"

    @property
    def side(self) -> str:
        """``at most``, ``at least`` or neither: on which side of the number its words leave room."""
        return _SIDES.get(self.qualifier, "")

    def value(self, end: str = "") -> float:
        """The printed digits in base units; ``end`` is high for the high end of a range.
        >>> Published("10.5", unit="percent").value()
        0.105
        """
        return float(self._base(self._digits(end)))

    def stands_for(self, end: str = "", *, coarse: bool = False) -> Interval:
        """Every value that rounds to the digits: half a place to each side, ties on both. A planned figure stands for
        its digits alone. ``coarse`` takes the coarser place, where there are two.
        >>> Published("300000", rounding_unit="10000", rounding_unit_other="100000").stands_for(coarse=True)
        Interval(low=250000.0, high=350000.0, low_open=False, high_open=False)
        """
        digits = self._digits(end)
        half = Decimal(0) if self.target else self._place(digits, coarse=coarse) / 2
        return Interval(
            float(self._base(digits - half)), float(self._base(digits + half))
        )

    def asserts(self, end: str = "", *, coarse: bool = False) -> Interval:
        """The claim that the words make of the quantity: for a range, of its named end, else from end to end.

        Over x: above x. At least x: x or more. Up to x: nothing to x. Approaches x: at most a tenth below x. About x:
        all that rounds to x at its last digit that is not 0. Any other: all that rounds to the digits. ``coarse`` takes
        the coarser place, and rounds the digits of a bound.
        >>> Published("2", scale="million", qualifier="approaches", rounding_unit="1").asserts()
        Interval(low=1800000.0, high=2000000.0, low_open=False, high_open=True)
        """
        value, around = self.value(end), self.stands_for(end, coarse=coarse)
        match self.qualifier:
            case "over" | "at_least":
                return Interval(
                    around.low if coarse else value,
                    math.inf,
                    low_open=self.qualifier == "over",
                )
            case "up_to":
                return Interval(0.0, around.high if coarse else value)
            case "approaches":
                return Interval(
                    value * float(1 - APPROACHES_TOLERANCE), value, high_open=True
                )
            case "about":
                half = float(self._base(_last_place(self._digits(end).normalize()) / 2))
                return Interval(
                    min(value - half, around.low), max(value + half, around.high)
                )
            case "range" if not end:
                return Interval(around.low, self.stands_for("high", coarse=coarse).high)
        return around

    def place(self, end: str = "") -> float:
        """The place of the last digit that counts, in base units.
        >>> Published("2.59", scale="million", unit="person").place()
        10000.0
        """
        return float(self._base(self._place(self._digits(end))))

    def met_by(self, low: float, high: float, end: str = "") -> tuple[float, float]:
        """From which to which printed value the same words would be met by something from ``low`` to ``high``.
        >>> Published("2", scale="million", qualifier="up_to", rounding_unit="1").met_by(1.5e6, 1.7e6)
        (1500000.0, inf)
        """
        value, claimed = self.value(end), self.asserts(end)
        most = {"up_to": math.inf, "approaches": high / float(1 - APPROACHES_TOLERANCE)}
        return low - (claimed.high - value), most.get(
            self.qualifier, high + (value - claimed.low)
        )

    def __str__(self) -> str:
        """As the article prints it, in plain words.
        >>> str(Published("2", "2.5", scale="million", qualifier="range", rounding_unit="0.5"))
        '2 to 2.5 million'
        """
        if self.qualifier == "vague":
            return "in words only"
        word = (
            ""
            if self.qualifier in ("exact", "range")
            else self.qualifier.replace("_", " ")
        )
        digits = " to ".join(
            f"{Decimal(text):,}" for text in (self.printed, self.printed_high) if text
        )
        return " ".join(
            filter(
                None,
                (word, digits, self.scale, "percent" if self.unit == "percent" else ""),
            )
        )

    def _digits(self, end: str) -> Decimal:
        return Decimal(self.printed_high if end == "high" else self.printed)

    def _base(self, digits: Decimal) -> Decimal:
        return digits * SCALES[self.scale] / (100 if self.unit == "percent" else 1)

    def _place(self, digits: Decimal, *, coarse: bool = False) -> Decimal:
        """The place that is named, else the one of the last digit; the larger of the two that are named if coarse."""
        finest = (
            Decimal(self.rounding_unit) if self.rounding_unit else _last_place(digits)
        )
        return (
            max(finest, Decimal(self.rounding_unit_other))
            if coarse and self.rounding_unit_other
            else finest
        )


def _last_place(digits: Decimal) -> Decimal:
    return Decimal(1).scaleb(int(digits.as_tuple()[2]))
