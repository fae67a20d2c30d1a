"""This module writes numbers, ranges, printed rows and verdicts in words.

Each of these is written here, once for the page, the notebooks and the terminal.

>>> number(1901221.7), part(0.6636, 1, (0.05, 1)), bounds(1849450, 1952996)
('1.901 million', 'at least 0.664', '1.849 to 1.953 million')
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_CEILING as UP
from decimal import ROUND_FLOOR as DOWN
from decimal import ROUND_HALF_UP as NEAREST
from decimal import Decimal

from analysis import rows
from analysis.rows import Span, Unit

SIGNS = {">": "over", ">=": "at least", "<=": "up to"}
NO_CALCULATION_SHOWN = "the article shows no calculation"


# A number -----------------------------------------------------------------------------


def digits_of(value: float, unit: str) -> int:
    """How many digits of a value are shown."""
    size = abs(value)
    if is_count(unit):
        return 3 if 1e4 <= size < 1e6 else 4
    # A ratio just above one has as many decimals as one below.
    return 4 if size >= 1e6 or (unit != "percent" and 1 <= size < 10) else 3


def is_count(unit: str) -> bool:
    """Whether a unit is counted in whole numbers."""
    return bool(getattr(unit, "plural", ""))


def side_of(number: float, other: float) -> int:
    """Return -1, 0 or 1: whether a number lies below, at or above another.

    >>> side_of(0.29, 0.3), side_of(0.1 + 0.2, 0.3), side_of(0.31, 0.3)
    (-1, 0, 1)
    """
    if math.isclose(number, other, abs_tol=1e-12):
        return 0
    return 1 if number > other else -1


def rounded(
    value: float,
    unit: str = "",
    levels: Iterable[float] = (),
    more: int = 0,
    way: str = NEAREST,
) -> float:
    """Round to three digits, or to four from a million on, and to ``more`` than these.

    A tie is rounded away from zero, by decimals; a ``way`` is up or down. A count stays
    whole, and one below ten thousand as it is. Digits are added while the number would
    seem to be on another side of one in ``levels``.

    >>> rounded(1901221.7), rounded(98778.3, more=1), rounded(0.3045, levels=[0.3])
    (1901000.0, 98780.0, 0.305)
    >>> rounded(0.6636, way=UP), rounded(598778.3, Unit("person", "persons"), way=DOWN)
    (0.664, 598000.0)
    """
    if not math.isfinite(value):
        return value
    # Where a verdict turns is known to nine digits.
    exactly = Decimal(f"{value:.{12 if way == NEAREST else 9}g}")
    for digits in range(digits_of(value, unit) + more, 13):
        place = exactly.adjusted() + 1 - digits
        size = Decimal(1).scaleb(max(place, 0) if is_count(unit) else place)
        shown = float(exactly.quantize(size, way))
        if all(side_of(shown, other) == side_of(value, other) for other in levels):
            return shown
    return float(exactly)


def exact(number: float, unit: str = "", is_rounded: bool = False) -> str:
    """Write all digits of a number, ten at most, with a word such as million; a rounded
    percentage has three at least.

    >>> exact(1901000), exact(0.305, "percent"), exact(-0.0), exact(-1e9)
    ('1.901 million', '30.5 percent', '0', '−1 billion')
    """
    if math.isnan(number):
        return ""
    word = ""
    if unit == "percent":
        number = 100 * number
        word = " percent"
    elif abs(number) >= 1e9:
        number = number / 1e9
        word = " billion"
    elif abs(number) >= 1e6:
        number = number / 1e6
        word = " million"
    digits = f"{number + 0.0:.10g}"
    if is_rounded and unit == "percent" and 0 < abs(number) < 100:
        digits = max(digits, f"{number:#.3g}", key=len)
    return f"{Decimal(digits):,f}{word}".replace("-", "−")


def number(
    value: float, unit: str = "", levels: Iterable[float] = (), way: str = NEAREST
) -> str:
    """Write a value as a reader sees it, without its unit.

    >>> number(1901221.7), number(10.43)
    ('1.901 million', '10.4')
    >>> [number(share, "percent") for share in (0.84, 0.005, 0)]
    ['84.0 percent', '0.500 percent', '0 percent']
    """
    return exact(rounded(value, unit, levels, way=way), unit, is_rounded=True)


def noun(unit: Unit) -> str:
    """Return the plural of a unit that is counted, behind a space.

    >>> import analysis
    >>> noun(analysis.load().book.unit("at_risk_2021"))
    ' persons'
    """
    return f" {unit.plural}" if unit.plural else ""


def sided(text: str, side: str) -> str:
    """Write a value with the side on which words leave room; "no bound" has none."""
    return text if side in ("", "no bound") else f"{side} {text}"


# A span -------------------------------------------------------------------------------


def joined(first: str, last: str) -> str:
    """Write a span, and the word of both ends, such as million, once; or one number."""
    if first == last:
        return first
    word = last.partition(" ")[2]
    return f"{first.removesuffix(f' {word}')} to {last}"


def bounds(
    low: float, high: float, unit: str = "", levels: Iterable[float] = ()
) -> str:
    """Write bounds, rounded outward; empty where there are none.

    >>> bounds(1849450, 1952996), bounds(12.29, 12.33), bounds(5, 5)
    ('1.849 to 1.953 million', '12.2 to 12.4', '')
    """
    if not low < high:
        return ""
    return joined(number(low, unit, levels, DOWN), number(high, unit, levels, UP))


def rounded_inward(start: float, stop: float, unit: str = "") -> tuple[str, str]:
    """Write the ends of a part of a range, rounded inward; one number has two alike."""
    for more in range(4):
        first = rounded(start, unit, more=more, way=UP)
        last = rounded(stop, unit, more=more, way=DOWN)
        if first < last:
            break
    return exact(first, unit), exact(max(first, last), unit)


def part(
    start: float, stop: float, of: Span = (-math.inf, math.inf), unit: str = ""
) -> str:
    """Write a part of a range.

    >>> part(0.6636, 1, (0.05, 1)), part(0.9649, 1.0318, (0.5, 2))
    ('at least 0.664', '0.965 to 1.031')
    >>> part(0.99962, 1, (0.5, 1)), part(0.9999998, 1, (0.5, 1))
    ('at least 0.9997', 'only 1')
    """
    first, last = rounded_inward(start, stop, unit)
    low, high = of
    if first == last:
        return f"only {first}"
    if low < start and stop < high:
        return joined(first, last)
    if low < start:
        return f"at least {first}"
    return f"at most {last}" if stop < high else "any value"


# A printed row ------------------------------------------------------------------------


def as_printed(row: rows.Printed) -> str:
    """Write a printed number with its digits."""
    return exact(row.value, row.unit)


def claim(row: rows.Printed, low_end: float = 0) -> str:
    """Return a printed number, and how its words are read.

    The low end of that reading may be an assumption.

    >>> import analysis
    >>> claim(analysis.load().book.claims["at_risk_2021_approaches"], 1.8e6)
    '2 million, read as 1.8 to 2 million'
    """
    text = as_printed(row) or f'"{row.as_printed}"'
    reading = reading_of(row, low_end)
    if not reading:
        return text
    return reading if is_as_worded(row) else f"{text}, read as {reading}"


def is_as_worded(row: rows.Printed) -> bool:
    """Return whether the words have only one reading, such as "over 30 percent"."""
    return row.printed is not None and row.says.partition(" ")[0] in SIGNS


def reading_of(row: rows.Printed, low_end: float = 0) -> str:
    """Return the values that the words of a printed number allow, if it has words."""
    if not row.words:
        return ""
    low, high = row.words
    sign = SIGNS.get(row.says.partition(" ")[0])
    if sign == "up to":
        return f"up to {exact(high, row.unit)}"
    if sign:
        return f"{sign} {exact(low, row.unit)}"
    return joined(exact(low_end or low, row.unit), exact(high, row.unit))


def excerpt(row: rows.Printed) -> str:
    """Return the words of a printed number, without those behind a gap."""
    return row.as_printed.partition(" …")[0]


# Verdicts -----------------------------------------------------------------------------


def verdict(check: rows.Check, found: str) -> str:
    """Return a verdict, and whose comparison it is where it is not the article's."""
    return f"{found} (our comparison)" if check.kind == "ours" else found


def intervals(segments: Sequence[tuple[str, float, float]], unit: str = "") -> str:
    """List the intervals of an input's range by verdict, with the best verdict first.

    >>> rounding = ("matches within rounding", 0.5661, 2 / 3)
    >>> segments = [("differs", 0.05, 0.5661), rounding, ("matches", 2 / 3, 1)]
    >>> intervals(segments[1:])
    'matches: at least 0.667; matches within rounding: at most 0.666'
    >>> intervals(segments[:1])
    'differs: any value'
    """
    whole = segments[0][1], segments[-1][2]
    by_verdict = defaultdict(list)
    end = ""
    for verdict, start, stop in segments:
        text = part(start, stop, whole, unit)
        if text == f"at least {end}":
            # Both verdicts would seem to have this number.
            text = f"more than {end}"
        end = rounded_inward(start, stop, unit)[1]
        by_verdict[verdict].append(text)
    texts = []
    for verdict in sorted(by_verdict, key=BEST_FIRST.index):
        texts.append(f"{verdict}: {' or '.join(by_verdict[verdict])}")
    return "; ".join(texts)


#: Verdicts, and what is said of a statement, with the best first.
BEST_FIRST = (
    "matches",
    "matches within rounding",
    "left open",
    "differs",
    "holds",
    "does not hold",
    "not computed",
)


def needed(conditions: Sequence[str]) -> str:
    """Return the words that stand before what a match needs."""
    many = ", each with all else unchanged" if len(conditions) > 1 else ""
    return f"Needed for a match{many}"


def sentence_case(text: str) -> str:
    """Return a text with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def readable(text: str, labels: Mapping[str, str]) -> str:
    """Return a refusal without names where it has labels, or with labels in place."""
    text = re.sub(r" \(\w+_\w+\)", "", text)
    return re.sub(r"\w+", lambda word: labels.get(word[0], word[0]), text)
