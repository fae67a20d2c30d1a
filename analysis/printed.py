"""What a printed number may stand for, and what its words say.

A row is a row of claims.csv or external.csv. A span is a pair of a low and a high end,
in base units.
"""

import math
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
Span = tuple[float, float]

SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}
#: The span of all numbers.
ANY = (-math.inf, math.inf)
#: Numbers whose relative difference is smaller count as equal.
SAME = 1e-9
#: "At least" x allows values up to this many times x.
MOST = 1e6


def base(unit):
    """Return the base unit; percent is only a way to print a share."""
    return "dimensionless" if unit == "percent" else unit


def in_base_unit(row, number):
    """Return a number of a row's scale and unit in base units."""
    percent = Decimal(100) if row["unit"] == "percent" else 1
    return float(Decimal(number) * SCALES[row["scale"]] / percent)


def ends_of(says):
    """Return the ends of an interval such as "> 30" or "1.8 to 2", as written."""
    sign, _, number = says.rpartition(" ")
    if sign[:1] == ">":
        return Decimal(number), Decimal("inf")
    if sign[:1] == "<":
        return Decimal(0), Decimal(number)
    low, _, high = says.partition(" to ")
    return Decimal(low), Decimal(high)


def words_of(row):
    """Return the interval that a row's words say."""
    low, high = ends_of(row["says"])
    return in_base_unit(row, low), in_base_unit(row, high)


def value_of(row):
    """Return the printed number; NaN without digits."""
    if row["printed"] is None:
        return math.nan
    return in_base_unit(row, row["printed"])


def half_of(row):
    """Return half the place of rounding; zero where the digits stand alone."""
    if row["rounded_to"] == "ours":
        return 0.0
    return in_base_unit(row, Decimal(row["rounded_to"])) / 2


def stands_for(row):
    """Return the values that round to the printed digits."""
    value, half = value_of(row), half_of(row)
    low = value - half
    if row["unit"] != "percent" and value >= 0:
        low = max(low, 0.0)
    return low, value + half


def words_allow(row):
    """Return the values that the words of an input allow; empty without such words."""
    if not row["says"]:
        return ()
    low, high = words_of(row)
    return low, min(high, MOST * value_of(row))


def claimed(row, *others):
    """Return what a claim says, and what it says where its printed ends are rounded.

    Two rows are the ends of a range.
    """
    if others:
        ends = value_of(row), value_of(*others)
        return ends, (stands_for(row)[0], stands_for(*others)[1])
    if not row["says"]:
        return stands_for(row), stands_for(row)
    low, high = words_of(row)
    half = half_of(row)
    least = low - half if low else low
    if row["says"].startswith("> "):
        return (above(low), high), (above(least), high)
    return (low, high), (least, high + half)


def slack(number):
    """Return the room in which a number counts as equal to another."""
    return max(SAME * abs(number), 1e-12)


def above(number):
    """Return the end of an interval that lies just above a number, and excludes it."""
    return number + 2 * slack(number)


def reaches(low, high, span):
    """Return whether values from ``low`` to ``high`` reach each end of an interval."""
    return high >= span[0] - slack(span[0]), low <= span[1] + slack(span[1])
