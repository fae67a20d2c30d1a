"""Units: the pint registry, its three look-alike dimensions, and the constants that join them.

What belongs here: which units exist and what one is in base units. What does not: any number of the article.

``person``, ``transfer`` (one person moved once, a person-time) and ``labourer`` (a head as the article prints it, its
unit not stated) are separate base dimensions, so adding or comparing them raises until a ratio stands between.

>>> Quantity(1, "person") + Quantity(1, "transfer")
Traceback (most recent call last):
    ...
pint.errors.DimensionalityError: Cannot convert from 'person' ([person]) to 'transfer' ([transfer])
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Protocol

import pint

BASE_UNITS = (
    "person", "transfer", "labourer", "session", "household", "cadre", "villager", "USD", "year", "month", "hour",
)  # fmt: skip
SCALES = {"": Decimal(1), "thousand": Decimal(10) ** 3, "million": Decimal(10) ** 6, "billion": Decimal(10) ** 9}

registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
for _name in BASE_UNITS:
    registry.define(f"{_name} = [{_name}]")
registry.define("percent = 0.01 = %")
for _name, _factor in SCALES.items():
    if _name:
        registry.define(f"{_name} = {_factor}")
Quantity = registry.Quantity

#: What stands between a number as printed and the unit that a reader takes it for. All are one by construction: the
#: choice is which of them a formula takes, never the number. ``a_year`` stands beside a span of years, as what happens
#: in a year is counted in plain units.
CONSTANTS: dict[str, tuple[float, str]] = {
    "persons_per_labourer": (1.0, "person/labourer"),
    "transfers_per_labourer": (1.0, "transfer/labourer"),
    "persons_per_household_as_printed": (1.0, "person/household"),
    "a_year": (1.0, "year"),
}


class Value(Protocol):
    """What a formula computes with: a float, a numpy array or a pint quantity; plain operators only."""

    def __add__(self, other: Any, /) -> Value: ...
    def __radd__(self, other: Any, /) -> Value: ...
    def __sub__(self, other: Any, /) -> Value: ...
    def __rsub__(self, other: Any, /) -> Value: ...
    def __mul__(self, other: Any, /) -> Value: ...
    def __rmul__(self, other: Any, /) -> Value: ...
    def __truediv__(self, other: Any, /) -> Value: ...
    def __rtruediv__(self, other: Any, /) -> Value: ...


#: Names, multiplied or divided; no towers of powers, which a parser would compute.
_UNIT = re.compile(r"(?!.*\*\*)[\w·²³⁴⁵⁶⁷⁸⁹⁰¹⁻/*% ]{1,60}")


class UnitError(ValueError):
    """A unit that does not exist, or a number given in a unit of another dimension."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The hint that ends a sentence about an unknown name.

    >>> nearest("persn", ["person", "transfer"])
    "; did you mean 'person'?"
    >>> nearest("zzz", ["person", "transfer"])
    '; known: person, transfer'
    """
    names = sorted(known)
    lower = {known_name.lower(): known_name for known_name in names}
    close = difflib.get_close_matches(name.lower(), lower, n=1, cutoff=0.55)
    if close:
        return f"; did you mean '{lower[close[0]]}'?"
    return f"; known: {', '.join(names[:12])}{', …' if len(names) > 12 else ''}" if names else ""


def parse_unit(text: str) -> pint.Unit:
    """The unit that a text names; ``dimensionless`` for shares and ratios of like things.

    Raises UnitError, naming the nearest known unit.

    >>> str(parse_unit("person/transfer"))
    'person / transfer'
    """
    try:
        if not _UNIT.fullmatch(text):
            raise ValueError(text)
        return registry.Unit(text)
    except Exception as error:
        known = [*BASE_UNITS, "percent", "dimensionless", "person/transfer"]
        raise UnitError(f"'{text}' is not a known unit{nearest(text, known)}") from error


def name_of(unit: Any) -> str:
    """The unit as files spell it.

    >>> name_of(parse_unit("person/transfer"))
    'person/transfer'
    """
    return f"{unit:~P}".replace(" ", "") or "dimensionless" if unit != registry.dimensionless else "dimensionless"


def to_base(text: str, unit: str) -> float:
    """A number, bare in base units or followed by a unit, in the base unit of ``unit``.

    Raises UnitError when it is no number or its unit is of another dimension.

    >>> to_base("0.35 million person", "person")
    350000.0
    >>> to_base("10.5 percent", "dimensionless")
    0.105
    """
    try:
        return float(text)
    except ValueError:
        pass
    number, _, rest = text.strip().replace("%", " percent").partition(" ")
    try:
        value = Decimal(str(float(number)))
    except (ArithmeticError, ValueError):
        raise UnitError(f"'{text}' is not a number, nor a number and a unit such as '1 {unit}'") from None
    words = rest.split()
    while words and words[0] in SCALES:
        value *= SCALES[words.pop(0)]
    given = parse_unit(" ".join(words) or "dimensionless")
    if not words:
        return float(value)
    if "percent" in words and words != ["percent"]:
        raise UnitError(f"'{text}' is a percentage of something; give the number itself, in {unit}")
    if not given.is_compatible_with(parse_unit(unit)):
        raise UnitError(f"'{text}' is in {name_of(given)}, not in {unit}")
    return float(value * Decimal(str(Quantity(1, given).to(parse_unit(unit)).magnitude)))
