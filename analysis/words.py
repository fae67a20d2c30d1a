"""What readers see in words: a number, a value with its unit, a span, a printed row, a
verdict, where it turns, a setting. Each is written here, once for all surfaces.
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
NONE_PRINTED = "none printed"


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
    beside: Iterable[float] = (),
    more: int = 0,
    way: str = NEAREST,
) -> float:
    """Round to three digits, or to four from a million on, and to ``more`` than these.

    A tie is rounded away from zero, by decimals; a ``way`` is up or down. A count stays
    whole, and one below ten thousand as it is. Digits are added while the number would
    seem to be on another side of one in ``beside``.

    >>> rounded(1901221.7), rounded(98778.3, more=1), rounded(0.3045, beside=[0.3])
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
        if all(side_of(shown, other) == side_of(value, other) for other in beside):
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
    value: float, unit: str = "", beside: Iterable[float] = (), way: str = NEAREST
) -> str:
    """Write a value as a reader sees it, without its unit.

    >>> number(1901221.7), number(10.43)
    ('1.901 million', '10.4')
    >>> [number(share, "percent") for share in (0.84, 0.005, 0)]
    ['84.0 percent', '0.500 percent', '0 percent']
    """
    return exact(rounded(value, unit, beside, way=way), unit, is_rounded=True)


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
    low: float, high: float, unit: str = "", beside: Iterable[float] = ()
) -> str:
    """Write bounds, rounded outward; empty where there are none.

    >>> bounds(1849450, 1952996), bounds(12.29, 12.33), bounds(5, 5)
    ('1.849 to 1.953 million', '12.2 to 12.4', '')
    """
    if not low < high:
        return ""
    return joined(number(low, unit, beside, DOWN), number(high, unit, beside, UP))


def ends(start: float, stop: float, unit: str = "") -> tuple[str, str]:
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
    first, last = ends(start, stop, unit)
    low, high = of
    if first == last:
        return f"only {first}"
    if low < start and stop < high:
        return joined(first, last)
    if low < start:
        return f"at least {first}"
    return f"at most {last}" if stop < high else "any"


# A printed row ------------------------------------------------------------------------


def as_printed(row: rows.Printed) -> str:
    """Write a printed number with its digits."""
    return exact(row.value, row.unit)


def claim(row: rows.Printed, low_end: float = 0) -> str:
    """Return a printed number, and what its words are read as; the low end may be an
    assumption's.

    >>> import analysis
    >>> claim(analysis.load().book.claims["at_risk_2021_approaches"], 1.8e6)
    '2 million, read as 1.8 to 2 million'
    """
    text = as_printed(row) or f'"{row.as_printed}"'
    if not row.words:
        return text
    low, high = row.words
    sign = SIGNS.get(row.says.partition(" ")[0])
    read = f"{sign} {exact(low, row.unit)}"
    if sign == "up to":
        read = f"up to {exact(high, row.unit)}"
    elif not sign:
        read = joined(exact(low_end or low, row.unit), exact(high, row.unit))
    if sign and row.printed is not None:
        return read
    return f"{text}, read as {read}"


def place(row: rows.Claim) -> str:
    """Return the place of a printed number in the article.

    >>> import analysis
    >>> place(analysis.load().book.claims["net_increase_note_4"])
    'note 4'
    """
    if row.section == "notes":
        return f"note {row.paragraph}"
    return f"section {row.section}, paragraph {row.paragraph}"


def excerpt(row: rows.Printed) -> str:
    """Return the words of a printed number, without those behind a gap."""
    return row.as_printed.partition(" …")[0]


# A verdict, and where it turns --------------------------------------------------------


def verdict(check: rows.Check, found: str) -> str:
    """Return a verdict, and whose comparison it is where it is not the article's."""
    return f"{found} (our comparison)" if check.kind == "ours" else found


def turning(
    parts: Sequence[tuple[str, float, float]], value: float, unit: str = ""
) -> str:
    """Say where a verdict turns, from the parts of a range, each with its verdict; the
    best first.

    >>> rounding = ("matches within rounding", 0.5661, 2 / 3)
    >>> parts = [("differs", 0.05, 0.5661), rounding, ("matches", 2 / 3, 1)]
    >>> turning(parts, 1)
    'matches from 0.667, within rounding from 0.567, differs below'
    >>> turning(parts, 0.5)
    'would match from 0.667, within rounding from 0.567, differs below'
    >>> turning(parts[2:], 2 / 3), turning(parts, 2 / 3)[:12]
    ('matches throughout', 'matches from')
    """
    ranks = [-1, *[ORDER.index(kind) for kind, _, _ in parts], -1]
    spans = defaultdict(list)
    now = set()
    for place, (kind, start, stop) in enumerate(parts):
        if start <= value <= stop:
            now.add(kind)
        # An end of the range is not said, nor one beside what is better and said first.
        before, rank, after = ranks[place : place + 3]
        first, last = ends(start, stop, unit)
        said = f"at {joined(first, last)}"
        if before < rank < after:
            said = f"up to {last}"
        elif before > rank > after:
            said = f"from {first}"
        elif before < rank:
            said = WHOLE.get((place == 0, place == len(parts) - 1), said)
        spans[kind].append(said)
    best, *others = sorted(spans, key=ORDER.index)
    kind = best if best in now else WOULD.get(best, best)
    texts = [f"{kind} {' and '.join(spans[best])}"]
    for kind in others:
        texts.append(f"{kind.removeprefix('matches ')} {' and '.join(spans[kind])}")
    return ", ".join(texts)


#: Verdicts and truths, the best first; and what they would be.
ORDER = (
    "matches",
    "matches within rounding",
    "left open",
    "differs",
    "holds",
    "does not hold",
    "not computed",
)
WOULD = {"matches": "would match", "holds": "would hold"}
#: What is said of a part of which no end is, if it is the first, or the last.
WHOLE = {(True, True): "throughout", (True, False): "below", (False, True): "above"}


def sentence_case(text: str) -> str:
    """Return a text with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def readable(text: str, labels: Mapping[str, str]) -> str:
    """Return a refusal without names where it has labels, or with labels in place."""
    text = re.sub(r" \(\w+_\w+\)", "", text)
    return re.sub(r"\w+", lambda word: labels.get(word[0], word[0]), text)
