"""Numbers in words, spelled one way on every surface."""

import math

SCALES = ((1e9, " billion"), (1e6, " million"))
#: Units of numbers that are no whole counts.
NO_COUNT = ("", "percent", "dimensionless", "year", "USD")


def rounded(value, unit="", beside=(), more=0):
    """Round to three digits, or to four from a million on, and to ``more`` than these.

    A count below ten thousand stays whole. Digits are added while the number would seem
    to equal a number in ``beside``, or to lie on its other side.

    >>> rounded(1901221.7), rounded(98778.3, more=1), rounded(0.3045, beside=[0.3])
    (1901000.0, 98780.0, 0.304)
    """
    if not math.isfinite(value):
        return value
    value = float(f"{value:.12g}")
    first = digits_of(value, unit) + more
    for digits in range(first, 13):
        shown = float(f"{value:.{digits}g}")
        if is_count(unit):
            shown = float(round(shown))
        if not any(misleads(value, shown, other) for other in beside):
            return shown
    return value


def is_count(unit):
    """Whether a unit is counted in whole numbers."""
    return unit not in NO_COUNT and "/" not in unit


def digits_of(value, unit):
    """How many digits of a value are shown."""
    is_small = is_count(unit) and abs(value) < 1e4
    return 4 if abs(value) >= 1e6 or is_small else 3


def misleads(value, shown, other):
    """Whether a number as shown seems to lie elsewhere beside another."""
    if math.isclose(value, other, abs_tol=1e-12):
        return not math.isclose(shown, other, abs_tol=1e-12)
    return (shown - other) * (value - other) <= 0


def text(number, unit=""):
    """Write all digits of a number, ten at most, with a word such as million.

    >>> text(1901000, "person"), text(0.305, "percent"), text(-98800)
    ('1.901 million', '30.5 percent', '−98,800')
    """
    if math.isnan(number):
        return ""
    word = ""
    if unit == "percent":
        number, word = 100 * number, " percent"
    else:
        for size, name in SCALES:
            if abs(number) >= size:
                number, word = number / size, name
                break
    return f"{number + 0.0:,.10g}".replace("-", "−") + word


def spell(value, unit="", beside=()):
    """Spell a number as a reader sees it, without its unit.

    >>> spell(1901221.7, "person"), spell(0.84, "percent"), spell(98778.3, "person")
    ('1.901 million', '84.0 percent', '98,800')
    """
    shown = rounded(value, unit, beside)
    said = text(shown, unit)
    if unit == "percent" and math.isfinite(shown):
        number = said.removesuffix(" percent")
        said = f"{with_zeros(number)} percent"
    return said


def with_zeros(number):
    """Fill a percentage up to three digits, as in 84.0."""
    digits = sum(letter.isdigit() for letter in number)
    starts_with_zero = number.lstrip("−").startswith("0")
    missing = 3 - digits + starts_with_zero
    if missing <= 0 or number == "0":
        return number
    point = "" if "." in number else "."
    return number + point + "0" * missing


def edge(value, unit, step, more=0):
    """Round the edge of a span into the span: up with ``step`` 1, down with -1.

    >>> edge(0.6636, "", 1), edge(598778.3, "person", -1), edge(1.0, "", 1)
    (0.664, 598000.0, 1.0)
    """
    if not value or not math.isfinite(value):
        return value
    place = math.floor(math.log10(abs(value))) + 1 - digits_of(value, unit) - more
    size = float(f"1e{place}")
    count = math.ceil(step * value / size - 1e-6)
    return float(f"{step * count * size:.12g}")


def edges(low, high, least, most, unit=""):
    """Spell the part of a range in which something holds.

    >>> edges(0.6636, 1, 0.05, 1), edges(0.9649, 1.0318, 0.5, 2)
    ('from 0.664', '0.965 to 1.03')
    >>> edges(0.99962, 1, 0.5, 2)
    '0.9997 to 1'
    """
    for more in range(10):
        ends = edge(low, unit, 1, more), edge(high, unit, -1, more)
        if ends[0] < ends[1]:
            break
    first, last = text(ends[0], unit), text(ends[1], unit)
    if low <= least and high >= most:
        return "any"
    if high >= most:
        return f"from {first}"
    return f"up to {last}" if low <= least else one_word(first, last)


def bounds(low, value, high, unit="", beside=()):
    """Spell bounds, with as many digits as keep the value inside.

    >>> bounds(1849450, 1901221, 1952996), bounds(5, 5, 5)
    ('1.849 to 1.953 million', '')
    """
    if low == high or math.isnan(value):
        return ""
    beside = [*beside, value]
    return one_word(spell(low, unit, beside), spell(high, unit, beside))


def one_word(first, last):
    """Write the word of two numbers, such as million, once."""
    word = last.partition(" ")[2]
    return f"{first.removesuffix(f' {word}')} to {last}"
