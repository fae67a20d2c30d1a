"""This module holds the pint registry of units, and the constants that relate them.

Three base units look alike but are separate: ``person``, ``transfer`` (one person moved
once, a person-time) and ``labourer`` (one unit of a figure that does not say whether it
counts persons or transfers). Adding or comparing numbers in two different base units
raises an error, unless a ratio converts one unit into the other.
"""

from __future__ import annotations

import difflib
import itertools
import math
import re
import sys
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np

from analysis.core.sentences import message

# If Dask is installed, pint would load it for arrays that the package never makes. That
# would take longer than everything else that this module loads.
sys.modules.setdefault("dask", None)  # type: ignore[arg-type]
import pint  # noqa: E402

if sys.modules["dask"] is None:
    del sys.modules["dask"]

BASE_UNITS = (
    "person",
    "transfer",
    "labourer",
    "session",
    "household",
    "cadre",
    "villager",
    "USD",
    "CNY",
    "year",
    "month",
    "hour",
)
#: The units of things that are counted in whole numbers, unlike years and other times.
WHOLE = tuple(unit for unit in BASE_UNITS if unit not in ("year", "month", "hour"))
SCALES = {
    "": Decimal(1),
    "thousand": Decimal(10) ** 3,
    "million": Decimal(10) ** 6,
    "billion": Decimal(10) ** 9,
}
#: Likeness runs from 0 to 1. Two names are very close if theirs is above the first of
#: these numbers, and close if it is above the second. Two likenesses are about equal if
#: they differ by no more than the third.
_VERY_CLOSE, _CLOSE, _AS_CLOSE = 0.9, 0.8, 0.12
#: Two names that share at least this many first letters belong to one family.
_LIKE_START = 4
#: The most names that a hint gives.
_FEW = 3
#: The units and scales that a hint names.
KNOWN_UNITS = (
    *BASE_UNITS,
    *("percent", "dimensionless", "person/transfer"),
    *(name for name in SCALES if name),
)

_SCALED = [f"{name} = {factor}" for name, factor in SCALES.items() if name]
registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
registry.load_definitions(
    [*(f"{name} = [{name}]" for name in BASE_UNITS), *_SCALED, "percent = 0.01 = %"]
)
Quantity = registry.Quantity
DimensionalityError = pint.DimensionalityError

#: Ratios that are one by definition, each with its unit. A formula uses such a ratio to
#: give a printed number the unit in which we read it, such as persons for labourers.
#: Where such a ratio is used is a choice, but its value is not. ``a_year`` turns a span
#: of years into a plain number.
CONSTANTS: dict[str, tuple[float, str]] = {
    "persons_per_labourer": (1.0, "person/labourer"),
    "transfers_per_labourer": (1.0, "transfer/labourer"),
    "persons_per_household_as_printed": (1.0, "person/household"),
    "a_year": (1.0, "year"),
}


#: The smaller and the larger of two values, elementwise.
minimum, maximum = np.minimum, np.maximum


def _shared_start(name: str, other: str) -> int:
    """Return how many letters two names share at their start."""
    pairs = itertools.takewhile(
        lambda pair: pair[0] == pair[1], zip(name, other, strict=False)
    )
    return len([*pairs])


def _close_matches(name: str, known: Iterable[str]) -> list[str]:
    """Return the known names that a user may have meant, the likeliest first.

    Known names that share a whole part with the user's name come before known names
    that only resemble it. If the most similar known name is very close, it comes first,
    and names that share a part follow only if they are close.
    """
    lower = {one.lower(): one for one in sorted(known)}
    text = str(name).lower()
    close, parts = _alike(text, [*lower]), _having_part(text, lower)
    if len(parts) > _FEW:
        parts = []
    likely = [*parts, *close]
    if close and _likeness(close[0], text) > _VERY_CLOSE:
        likely = [*close, *(one for one in parts if _likeness(one, text) > _CLOSE)]
    return [lower[one] for one in [*dict.fromkeys(likely)][:_FEW]]


def _likeness(one: str, other: str) -> float:
    """Return how much two texts resemble each other, from 0 to 1."""
    return difflib.SequenceMatcher(None, one, other).ratio()


def _having_part(text: str, known: Iterable[str]) -> list[str]:
    """Return the known names that contain a text as a part, or are a part of the text.

    The parts of a name are separated by underscores.
    """
    return [
        one for one in known if f"_{text}_" in f"_{one}_" or f"_{one}_" in f"_{text}_"
    ]


def _alike(text: str, known: list[str]) -> list[str]:
    """Return the known name that resembles a text most, and perhaps a second one.

    A second name is returned only if it starts like the first and is about as close to
    the text, or just as close if the first name is very close.
    """
    close = difflib.get_close_matches(text, known, n=3, cutoff=0.55)
    if not close:
        return []
    ratios = {one: _likeness(one, text) for one in close}
    # A last letter is mistyped more often than an earlier one, so of two names that are
    # equally close, the one that shares more first letters is likelier.
    first, *others = sorted(
        close, key=lambda one: (-ratios[one], -_shared_start(one, text))
    )
    best = ratios[first]
    least = best if best > _VERY_CLOSE else best - _AS_CLOSE
    seconds = [
        other
        for other in others
        if ratios[other] >= least and _shared_start(first, other) >= _LIKE_START
    ]
    return [first, *seconds[:1]]


def close_match(name: str, known: Iterable[str]) -> str:
    """Return the known name that was most likely meant, or an empty text.

    >>> close_match("persn", ["person", "transfer"])
    'person'
    >>> close_match("zzz", ["person", "transfer"])
    ''
    """
    return next(iter(_close_matches(name, known)), "")


def nearest(name: str, known: Iterable[str], whole: str = "") -> str:
    """Return the end of a sentence about an unknown name: the nearest known names.

    If no name is near, the sentence lists the known names, at most twelve of them;
    ``whole`` says where the whole list is.

    >>> nearest("persn", ["person", "transfer"])
    ". Did you mean 'person'?"
    >>> nearest("from_top_end", ["from_low_end", "from_high_end", "set"])
    ". Did you mean 'from_low_end' or 'from_high_end'?"
    >>> nearest("detainees", ["former_detainees", "persons_2021", "set"])
    ". Did you mean 'former_detainees'?"
    >>> nearest("zzz", ["person", "transfer"])
    '. Choose one of these: person, transfer.'
    """
    names = sorted(known)
    if close := _close_matches(name, names):
        *others, last = close
        first = "', '".join(others)
        name = f"{first}' or '{last}" if others else last
        return message("did_you_mean", name=name)
    if not names:
        return "."
    # If a text such as "growth" is a part of many names, only those names are listed.
    names = _having_part(str(name).lower(), names) or names
    first = ", ".join(names[:12])
    if len(names) > 12 and whole:
        return message("known_more", names=first, whole=whole)
    return message("known", names=f"{first}, …" if len(names) > 12 else first)


def in_list(*kinds: str) -> str:
    """Say which command and which methods list names, such as those of checks.

    >>> in_list("checks")
    "'analysis list checks' or in study.names('checks')"
    """
    command = f"analysis list {kinds[0]}" if len(kinds) == 1 else "analysis list"
    methods = " and ".join(f"study.names('{kind}')" for kind in kinds)
    return f"'{command}' or in {methods}"


#: Names of units that are multiplied or divided. The sign ** is refused, because the
#: parser would compute a power such as 9**9**9.
_UNIT = re.compile(r"(?!.*\*\*)[\w·⋅²³⁴⁵⁶⁷⁸⁹⁰¹⁻/*% ]{1,60}")


@cache
def parse_unit(text: str) -> pint.Unit:
    """Return the unit that a text names.

    The unit is ``dimensionless`` for shares and ratios of like things. Raises
    ValueError for an unknown unit, and names the nearest known one.

    >>> str(parse_unit("person/transfer"))
    'person / transfer'
    """
    try:
        if not _UNIT.fullmatch(text):
            raise ValueError(text)
        return registry.Unit(text)
    except Exception as error:
        raise ValueError(
            message("unknown_unit", text=text, hint=nearest(text, KNOWN_UNITS))
        ) from error


def name_of(unit: Any) -> str:
    """Return the name of a unit as files spell it.

    >>> name_of(parse_unit("person/transfer"))
    'person/transfer'
    """
    if unit == registry.dimensionless:
        return "dimensionless"
    # Releases of pint differ in the dot between factors.
    return f"{unit:~P}".replace(" ", "").replace("⋅", "·")


@cache
def require_base_unit(text: str) -> str:
    """Return a text unchanged if it names a base unit.

    Raises ValueError for a unit that is not a base unit, such as percent: one percent
    is 0.01 in base units.
    """
    if Quantity(1.0, parse_unit(text)).to_base_units().magnitude != 1.0:
        raise ValueError(
            f"'{text}' is not a base unit, such as {', '.join(BASE_UNITS[:3])}"
        )
    return text


#: A number and the text after it. The number has digits, with or without commas or
#: Python's underscores between thousands, and may have a point and an exponent.
_NUMBER = re.compile(
    r"([-+]?(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?:_\d{3})+|\d+)?(?:\.\d*)?(?:[eE][-+]?\d+)?)"
    r"\s*(.*)",
    re.DOTALL | re.ASCII,
)
#: Three digits after one point or comma, which readers may take for thousands or for
#: decimals.
_TWO_NUMBERS = re.compile(r"[-+]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
#: A second number after the first, as in a span.
_SECOND_NUMBER = re.compile(r"(?:[-–—]|to|and|or|\.\.+)\s*\d", re.ASCII)
#: A sign after the digits, which shows that a number is written as in other languages.
_OTHER_MARKS = re.compile(r"[,.'’\d]")


def has_unit(text: str) -> bool:
    """Whether a text has a unit after its number and scale.

    >>> has_unit("3.174 million"), has_unit("3,174 transfer"), has_unit("10.5 %")
    (False, True, True)
    """
    words = text.replace("%", " percent").split()
    return any(word[0].isalpha() and _singular(word) not in SCALES for word in words)


#: Letters that are written in place of a scale.
_SHORT_SCALES = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "mln": "million",
    "mio": "million",
    "bn": "billion",
}
#: Letters that are typed in place of digits.
_LETTERS = str.maketrans("oOlI", "0011")
_MISTYPED = re.compile(r"[\doOlI.,]*\d[\doOlI.,]*(?=[\s%]|$)", re.ASCII)


def digits_meant(text: str) -> str:
    """Return the text of a number, with digits in place of mistyped letters.

    The result is empty if no letter was typed in place of a digit.

    >>> digits_meant("o.6"), digits_meant("6OO000 person"), digits_meant("0.6 million")
    ('0.6', '600000 person', '')
    """
    typed = _MISTYPED.match(text.strip())
    meant = typed[0].translate(_LETTERS) if typed else ""
    if not typed or meant == typed[0]:
        return ""
    return meant + text.strip()[typed.end() :]


def _singular(word: str) -> str:
    """Return a word without an s at its end."""
    return word.removesuffix("s")


def _unit_of(words: list[str], unit: str, written: str) -> pint.Unit:
    """Return the unit that is named by the words after a number.

    ``unit`` is the unit that the number must have, and ``written`` is the number as the
    user wrote it, without its unit. If the first word is unknown, it may be a
    misspelled scale, so the error names only this word.
    """
    for text in (words[0], " ".join(words)):
        try:
            given = parse_unit(text)
        except ValueError:
            hint = _unit_hint(text, unit, written)
            raise ValueError(message("unknown_unit", text=text, hint=hint)) from None
    return given


def _unit_hint(text: str, unit: str, written: str) -> str:
    """Say what to write in place of an unknown unit after a number."""
    needs_unit = unit != "dimensionless"
    scale = _SHORT_SCALES.get(text.lower())
    if scale and needs_unit:
        return message("scale", scale=scale, unit=unit, written=written)
    known = [*filter(None, SCALES), unit if needs_unit else "percent"]
    if close_match(text, known):
        return nearest(text, known)
    kind = "own_unit" if needs_unit else "no_own_unit"
    return message(kind, unit=unit, written=written)


def _refuse_marks(text: str, numbers: list[str], rest: str, unit: str) -> None:
    """Refuse a mistyped number, a second number or scale, and unclear marks.

    In a number such as 1,234 or 1.234, the mark must be a comma (for thousands) if the
    number is a count without a scale, and a point (for decimals) otherwise.
    """
    if meant := digits_meant(text):
        raise ValueError(message("letters", text=text, meant=meant))
    if numbers[0][-1:].isdigit() and _SECOND_NUMBER.match(rest):
        raise ValueError(message("span", text=text))
    if numbers[0] and _OTHER_MARKS.match(rest):
        raise ValueError(message("other_marks", text=text))
    words = rest.replace("%", " percent").split()
    if sum(_singular(word) in SCALES for word in words) > 1:
        raise ValueError(message("two_scales", text=text))
    is_scaled = bool(words) and _singular(words[0]) in (*SCALES, "percent")
    clear = "," if unit in WHOLE and not is_scaled else "."
    marks = map(_TWO_NUMBERS.fullmatch, numbers)
    if any(found and found[1] != clear for found in marks):
        raise ValueError(message("two_numbers", text=text))


def read_number(text: str, unit: str, *, with_unit: bool = False) -> float:
    """Read a number from a text, and return it in ``unit``.

    The text has one number, or two numbers with a slash between them, and may go on
    with a scale and a unit. If ``with_unit`` is true, as for scenario files, a number
    with a dimension must have its unit. Raises ValueError for any other text, and for a
    number that could be read in two ways, such as 400.000 persons.

    >>> read_number("0.35 million person", "person")
    350000.0
    >>> read_number("0.6 millions", "person"), read_number("300000 persons", "person")
    (600000.0, 300000.0)
    >>> read_number("400_000", "person"), read_number("400,000", "person")
    (400000.0, 400000.0)
    >>> read_number("10.5 %", "dimensionless"), read_number("1/4", "dimensionless")
    (0.105, 0.25)
    """
    digits, rest = _NUMBER.fullmatch(text.strip()).groups()  # type: ignore[union-attr]  # it may be empty
    divisor = "1"
    if rest.startswith("/"):
        divisor, rest = _NUMBER.fullmatch(rest[1:].strip()).groups()  # type: ignore[union-attr]
    _refuse_marks(text, [digits, divisor], rest, unit)
    try:
        # Decimal reads the underscores of Python, but no commas.
        value = Decimal(digits.replace(",", "")) / Decimal(divisor.replace(",", ""))
    except ArithmeticError:
        value = Decimal("nan")
    if not math.isfinite(float(value)):
        raise ValueError(
            message(
                "no_number", text=text, unit=unit.replace("dimensionless", "percent")
            )
        )
    words = rest.replace("%", " percent").split()
    written = text.strip().removesuffix(rest).strip()
    if words and _singular(words[0]) in SCALES:
        scale = _singular(words.pop(0))
        value *= SCALES[scale]
        written = f"{written} {scale}"
    if not words:
        if with_unit and unit != "dimensionless":
            # If a count is not whole, a word such as million was left out.
            is_part = unit in WHOLE and value % 1
            scaled = f"{text} million" if is_part else text
            raise ValueError(message("no_unit", text=text, scaled=scaled, unit=unit))
        return float(value)
    given = _unit_of(words, unit, written)
    if "percent" in words and words != ["percent"]:
        raise ValueError(message("percentage", text=text, unit=unit))
    if words == ["percent"] and "/" in unit:
        number = f"{value / 100} {unit}" if with_unit else value / 100
        raise ValueError(message("ratio", text=text, number=number))
    if not given.is_compatible_with(parse_unit(unit)):
        kind = "needless_unit" if unit == "dimensionless" else "other_unit"
        fields = {"text": text, "given": " ".join(words), "unit": unit}
        raise ValueError(message(kind, **fields))
    return float(
        value * Decimal(str(Quantity(1, given).to(parse_unit(unit)).magnitude))
    )
