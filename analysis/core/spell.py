"""Numbers as files and screens spell them.

Files hold base units and ten digits. A screen shows a count to a named place, a share
in percent or to three decimals.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from analysis.core.units import BASE_UNITS

#: Units of which there may be a half.
_SPANS = ("year", "month", "hour")
#: From here on, only the size of a number is shown.
_BEYOND = 1e18
#: Two numbers are the same below this relative difference, so that a tie in decimals
#: stays a tie.
SAME = 1e-9


def same(one: float, two: float, tolerance: float = SAME) -> bool:
    """Tell whether two numbers are equal to the last digits of a float.

    >>> same(0.1 + 0.2, 0.3), same(1.0, 1.001)
    (True, False)
    """
    return one == two or math.isclose(one, two, rel_tol=tolerance, abs_tol=1e-12)


def digits(number: float | None) -> str:
    """Spell a number as files do, with ten significant digits.

    The text is empty for none and for an open end.

    >>> numbers = (0.30454545454545456, 2870000.0, None, float("inf"))
    >>> tuple(digits(number) for number in numbers)
    ('0.3045454545', '2870000', '', '')
    """
    if number is None or not math.isfinite(number):
        return ""
    return f"{0.0 if abs(number) < 1e-9 else number:.10g}"


def spell(
    number: float | None,
    unit: str,
    place: float = 1e4,
    *,
    percent: int | None = None,
    decimals: int | None = None,
    outward: int = 0,
    beside: Iterable[float] = (),
) -> str:
    """Spell a number as a screen shows it, without a last 0 after the point.

    Things that are counted end at ``place``, the last that counts. A percentage has
    ``percent`` decimals or more, another number ``decimals``. Both have three digits
    where these are more. For ``outward``, -1 rounds down, 1 rounds up, 0 to the
    nearest. The numbers ``beside`` it are compared with it; it has as many digits as
    keep it on its side of them.

    >>> spell(2868778.3, "transfer"), spell(1901221.7, "person", 1e5)
    ('2.87 million', '1.9 million')
    >>> spell(271950, "person")
    '270,000'
    >>> spell(0.0645, "dimensionless", percent=0)
    '6.45 percent'
    >>> spell(0.90282, "person/transfer")
    '0.903'
    >>> spell(1765672, "person", 1e5, beside=[1.8e6])
    '1.77 million'
    """
    if number is None:
        return ""
    if not math.isfinite(number):
        return "no finite value"
    if abs(number) >= _BEYOND or (unit in _SPANS and number != int(number)):
        return f"{number:.2g}"
    counted = unit in BASE_UNITS
    third = 2 - (math.floor(math.log10(abs(number)) + 1e-9) if number else 0)
    if percent is not None:
        place = 10.0 ** -max(percent + 2, third)
    elif not counted:
        place = 10.0 ** -max(0, third if decimals is None else decimals)
    while place > 1e-9 and any(
        _crosses(number, _rounded(number, place, outward), other) for other in beside
    ):
        place /= 10
    rounded = _rounded(number, place, outward)
    size, word = 1.0, ""
    if percent is not None:
        size, word = 0.01, " percent"
    elif unit == "USD" and abs(rounded) >= 1e9:
        size, word = 1e9, " billion"
    elif counted and abs(rounded) >= 1e6:
        size, word = 1e6, " million"
    text = f"{rounded / size:{',' if size == 1 else ''}.{_decimals(place / size)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text.replace('-', '−') if rounded else '0'}{word}"


def _crosses(number: float, rounded: float, other: float) -> bool:
    """Whether rounding takes a number to, or past, another that it is compared with."""
    return not same(number, other) and (rounded - other) * (number - other) <= 0


@cache
def _decimals(place: float) -> int:
    return max(0, -int(Decimal(f"{place:.1g}").normalize().as_tuple()[2]))


def _rounded(number: float, place: float, outward: int) -> float:
    steps = number / place
    nearest_step = round(steps)
    if outward and abs(steps - nearest_step) > 1e-6:
        nearest_step = math.floor(steps) if outward < 0 else math.ceil(steps)
    return nearest_step * place
