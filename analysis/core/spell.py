"""This module decides with how many digits files and screens show a number.

A reader sees three significant digits of a number. More digits are added if the number
would otherwise seem to equal a printed number or threshold with which it is compared,
or to lie on the other side of it. The ends of a span are rounded outward. A distance
between two numbers is computed from the numbers as they are shown. In files, numbers
are in base units and have ten significant digits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

from analysis.core.units import BASE_UNITS, WHOLE

#: The significant digits of a single number, and the fewest that a column shows.
DIGITS = 3
DIGITS_IN_A_COLUMN = 2
#: The powers of ten from which a number is written with a word, and the words.
_SCALES = ((9, " billion"), (6, " million"))
#: From this size on, a number is written with a power of ten.
_BEYOND = 1e15
#: Two numbers count as equal if their relative difference is smaller than this, so that
#: a tie in decimals stays a tie.
SAME = 1e-9
#: Enough digits for any float, so that rounding never fails.
_EXACT = Context(prec=700)
#: A minus sign as wide as a plus sign, not a hyphen.
MINUS = "−"


def same(number: float, other: float, tolerance: float = SAME) -> bool:
    """Tell whether two numbers are equal, apart from a float's rounding error.

    >>> same(0.1 + 0.2, 0.3), same(1.0, 1.001)
    (True, False)
    """
    return number == other or math.isclose(
        number, other, rel_tol=tolerance, abs_tol=1e-12
    )


def ten_digits(number: float | None) -> str:
    """Spell a number as files do, with ten significant digits.

    The text is empty for None and for a number that is not finite.

    >>> numbers = (0.30454545454545456, 2870000.0, None, float("inf"))
    >>> tuple(ten_digits(number) for number in numbers)
    ('0.3045454545', '2870000', '', '')
    """
    if number is None or not math.isfinite(number):
        return ""
    return f"{0.0 if abs(number) < 1e-9 else number:.10g}"


# One number ---------------------------------------------------------------------------


def spell(value: float, unit: str, apart_from: Iterable[float] = ()) -> str:
    """Spell a number as a reader sees it, without its unit.

    The text has three significant digits, or as many more as it needs so as not to
    equal or cross one of the numbers in ``apart_from``: the printed numbers and
    thresholds with which the number is compared. A number that equals a printed number
    or a threshold is written with the digits of that number. A number halfway between
    two roundings is rounded away from zero. A count of persons or other things is shown
    as a whole number.

    ``value`` is in base units, and is a fraction if ``unit`` is percent. For any unit
    other than percent, ``unit`` only shows whether the number is a count.

    >>> spell(2868778.3, "transfer"), spell(0.30454, "percent"), spell(-98778, "person")
    ('2.87 million', '30.5 percent', '−98,800')
    >>> spell(1798807, "person", apart_from=[1.8e6])
    '1.799 million'
    """
    return spell_at(value, unit, place_of(value, unit, apart_from))


def place_of(
    value: float, unit: str, apart_from: Iterable[float] = (), digits: int = DIGITS
) -> int:
    """Return the place of the last digit to be shown, as an exponent of ten.

    >>> place_of(2868778.3, "transfer"), place_of(0.30454, "percent")
    (4, -3)
    """
    if not math.isfinite(value):
        return 0
    place = _nth_digit(value, digits)
    if unit in WHOLE:
        place = max(place, 0)
    for other in apart_from:
        while math.isfinite(other) and _misleads(value, rounded(value, place), other):
            place -= 1
    return place


def rounded(value: float, place: int, direction: str = ROUND_HALF_UP) -> Decimal:
    """Round a number to a power of ten, free from the noise in a float's last digits.

    >>> rounded(2868778.3, 4), rounded(1.005, -2)
    (Decimal('2870000'), Decimal('1.01'))
    """
    step = Decimal(1).scaleb(place)
    number = _without_noise(value).quantize(step, direction, context=_EXACT)
    return Decimal(f"{number:f}")


def spell_at(value: float, unit: str, place: int) -> str:
    """Spell a number, rounded to the given decimal place, without its unit.

    >>> spell_at(1901221.7, "person", 3), spell_at(1901221.7, "person", 5)
    ('1.901 million', '1.9 million')
    """
    if not math.isfinite(value):
        return "no value" if math.isnan(value) else "no bound"
    return _text(rounded(value, place), unit)


def exact(value: float, unit: str) -> str:
    """Spell all the digits, ten at most, of a number that somebody chose.

    >>> exact(3.174e6, "transfer"), exact(0.105, "percent"), exact(0.5125, "")
    ('3.174 million', '10.5 percent', '0.5125')
    """
    if not math.isfinite(value):
        return spell_at(value, unit, 0)
    return _text(Decimal(f"{value:.10g}"), unit)


def exact_place(value: float) -> int:
    """Return the place of the last digit that ``exact`` writes, as an exponent of ten.

    >>> exact_place(13_750_000), exact_place(0.105)
    (4, -3)
    """
    return int(Decimal(f"{value:.10g}").normalize().as_tuple().exponent)


def _text(number: Decimal, unit: str) -> str:
    if abs(number) >= _BEYOND:
        return f"{float(number):.3g}".replace("-", MINUS)
    power, word = 0, ""
    if unit == "percent":
        power, word = -2, " percent"
    else:
        for larger, name in _SCALES:
            if abs(number) >= 10**larger:
                power, word = larger, name
                break
    text = f"{number.scaleb(-power, context=_EXACT):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if not text.strip("-0"):
        text = "0"
    return f"{text.replace('-', MINUS)}{word}"


def _without_noise(value: float) -> Decimal:
    return Decimal(f"{0.0 if abs(value) < 1e-12 else value:.12g}")


def _nth_digit(value: float, count: int) -> int:
    """Return the place of a number's nth significant digit, as an exponent of ten."""
    number = _without_noise(value)
    return number.adjusted() - count + 1 if number else 0


def _misleads(value: float, shown: Decimal, other: float) -> bool:
    """Whether a number, as shown, would mislead beside another number.

    The number shown misleads if it equals or crosses the other number although the
    exact value does not, or if it differs from the other number although the exact
    value is equal to that number.
    """
    if same(value, other):
        return not same(float(shown), other)
    there = _without_noise(other)
    return (shown - there) * (_without_noise(value) - there) <= 0


# Several numbers ----------------------------------------------------------------------


def spell_span(low: float, high: float, unit: str, shown: Decimal | None = None) -> str:
    """Spell two bounds, the low one rounded down and the high one up.

    The bounds have three significant digits, and more if the span is narrow. If
    ``shown`` is given, the span is widened to contain this number, which a reader sees
    beside the span. A word in both bounds, such as "million", is written once.

    >>> spell_span(1838333, 1964111, "person"), spell_span(0.302, 0.30701, "percent")
    ('1.83 to 1.97 million', '30.2 to 30.8 percent')
    >>> spell_span(2.865e6, 2.875e6, "transfer")
    '2.865 to 2.875 million'
    """
    if same(low, high):
        return spell(low, unit)
    first, last = spell_bounds(low, high, unit, shown)
    if math.isinf(low) and math.isinf(high):
        return "no bound"
    if math.isinf(high):
        return f"{first} or more"
    if math.isinf(low):
        return f"{last} or less"
    return joined(first, last)


def spell_bounds(
    low: float, high: float, unit: str, shown: Decimal | None = None
) -> tuple[str, str]:
    """Spell the bounds of a span as two texts, rounded as in ``spell_span``.

    >>> spell_bounds(1838333, math.inf, "person")
    ('1.83 million', 'no bound')
    """
    if same(low, high):
        return spell(low, unit), spell(high, unit)
    first = _bound(low, high, unit, ROUND_FLOOR, shown)
    last = _bound(high, low, unit, ROUND_CEILING, shown)
    return first, last


def _bound(
    bound: float, other: float, unit: str, direction: str, shown: Decimal | None
) -> str:
    """Spell one bound of a span, rounded in the given direction."""
    if not math.isfinite(bound):
        return spell_at(bound, unit, 0)
    place = place_of(bound, unit)
    while math.isfinite(other) and 10.0**place > abs(other - bound) / 2:
        place -= 1
    number = rounded(bound, place, direction)
    if shown is not None:
        outermost = min if direction == ROUND_FLOOR else max
        number = outermost(number, shown)
    return _text(number, unit)


def joined(first: str, last: str) -> str:
    """Join two ends of a span; a word in both, such as "million", is written once.

    >>> joined("2 million", "2.5 million"), joined("900,000", "1.1 million")
    ('2 to 2.5 million', '900,000 to 1.1 million')
    """
    _, _, word = last.partition(" ")
    if word:
        first = first.removesuffix(f" {word}")
    return f"{first} to {last}"


def exact_span(low: float, high: float, unit: str) -> str:
    """Spell exactly a range that somebody chose, or that printed digits stand for.

    A range from a number to itself is spelled as that number.

    >>> exact_span(0.1045, 0.1055, "percent"), exact_span(1.95e6, 2.05e6, "person")
    ('10.45 to 10.55 percent', '1.95 to 2.05 million')
    >>> exact_span(0.95, 0.95, "")
    '0.95'
    """
    if low == high:
        return exact(low, unit)
    return joined(exact(low, unit), exact(high, unit))


def spell_distance(shown: Decimal, other: float, unit: str) -> str:
    """Spell the difference between a number as shown and another number.

    >>> spell_distance(rounded(1798807, 3), 2e6, "person")
    '201,000'
    >>> spell_distance(rounded(0.30454, -3), 0.3, "percent")
    '0.5 points'
    """
    distance = abs(shown - _without_noise(float(other)))
    if unit == "percent":
        return f"{_text(100 * distance, '')} points"
    return _text(distance, unit)


def spell_change(
    shown: Decimal, base: Decimal, unit: str, percent: float | None = None
) -> str:
    """Spell the difference between two numbers as shown, with its sign.

    If ``percent`` is given, it follows in brackets: the difference, computed from exact
    values, in percent of the base.

    >>> spell_change(rounded(1.74e6, 4), rounded(1.9e6, 4), "person", -8.421)
    '−160,000 (−8.4 percent)'
    """
    if shown == base:
        return "0"
    sign = "+" if shown > base else MINUS
    words = f"{sign}{spell_distance(shown, float(base), unit)}"
    if percent is None:
        return words
    place = place_of(percent, "", digits=DIGITS_IN_A_COLUMN)
    return f"{words} ({sign}{spell_at(abs(percent), '', place)} percent)"


def with_unit(words: str, unit: str) -> str:
    """Add the unit to a spelled number, in the plural unless the number is 1.

    Currencies and units with a slash have no plural.

    >>> with_unit("301,000", "person"), with_unit("0.903", "person/transfer")
    ('301,000 persons', '0.903 person/transfer')
    >>> with_unit("1", "person"), with_unit("1.0", "person")
    ('1 person', '1.0 persons')
    >>> with_unit("30.5 percent", "percent")
    '30.5 percent'
    """
    if unit in ("percent", "dimensionless", ""):
        return words
    has_plural = unit in BASE_UNITS and unit not in ("USD", "CNY")
    ending = "s" if has_plural and words not in ("1", f"{MINUS}1") else ""
    return f"{words} {unit}{ending}"


def with_side(words: str, side: str) -> str:
    """Add the words for a side, such as "at most", to a spelled number.

    >>> with_side("1.9 million", "at most"), with_side("2.2 million", "no bound")
    ('at most 1.9 million', '2.2 million (could be higher or lower)')
    """
    if side == "no bound":
        return f"{words} (could be higher or lower)"
    return f"{side} {words}".strip()


def place_words(section: str, paragraph: int) -> str:
    """Put a place in the article into words, from its section's id and its paragraph.

    >>> place_words("mobilization-2016-2020", 6), place_words("notes", 4)
    ('section on mobilization 2016–2020, paragraph 6', 'note 4')
    """
    if section == "notes":
        return f"note {paragraph}"
    if section == "introduction":
        return f"introduction, paragraph {paragraph}"
    with_years = re.sub(r"(\d{4})-(\d{4})", r"\1–\2", section)
    return f"section on {with_years.replace('-', ' ')}, paragraph {paragraph}"
