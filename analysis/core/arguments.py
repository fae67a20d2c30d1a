"""This module reads arguments, and names a bad argument in the sentence of refusal."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from analysis.core.errors import InputError
from analysis.core.units import close_match, nearest

#: A value whose text has more characters than this is named by its type.
_LONG = 60


def shown(value: Any) -> str:
    """Return a value as a message shows it.

    >>> shown(0.5), shown([0.5] * 99), shown(10**400)
    ('0.5', 'a value of type list', 'a number with so many digits')
    """
    if isinstance(value, int | Fraction) and abs(value) > 10**_LONG:
        return "a number with so many digits"
    written = " ".join(repr(value).split())
    if len(written) > _LONG:
        return f"a value of type {type(value).__name__}"
    return written


def listed(things: Any) -> Iterable[Any]:
    """Return several things unchanged, and a single thing or a text in a list."""
    # An array without an axis claims to be iterable, but cannot be iterated over.
    is_single = isinstance(things, str | bytes | Mapping)
    is_single = is_single or getattr(things, "ndim", 1) == 0
    if isinstance(things, Iterable) and not is_single:
        return things
    return [things]


def scalar(value: Any) -> Any:
    """Return the entry of an array without an axis, and anything else unchanged.

    A masked entry is returned as NaN.
    """
    is_entry = isinstance(value, np.ndarray) and value.ndim == 0
    if is_entry and np.ma.is_masked(value):
        return math.nan
    return value.item() if is_entry else value


def finite(number: Any) -> float | None:
    """Return a finite real number as a float, and None for anything else.

    >>> finite(Decimal("0.5")), finite(True), finite(10**400), finite("1")
    (0.5, None, None, None)
    """
    number = scalar(number)
    if isinstance(number, bool) or not isinstance(number, Real | Decimal):
        return None
    try:
        value = float(number)
    except (OverflowError, ValueError):
        # A signalling NaN raises ValueError.
        return None
    return value if math.isfinite(value) else None


def whole(name: str, value: Any, least: int | None = None) -> int:
    """Return a whole number, such as 1000 or 1e3, which is at least ``least``.

    Raises InputError for a value that is not a whole number or is below ``least``.

    >>> whole("n", 1e3)
    1000
    """
    number = finite(value)
    is_below = number is not None and least is not None and number < least
    if number is None or not number.is_integer() or is_below:
        limit = "" if least is None else f" of {least} or more"
        raise InputError(f"{name} must be a whole number{limit}, not {shown(value)}")
    return int(scalar(value))


def numbers(name: str, values: Any) -> tuple[float, ...]:
    """Return one or several numbers, and raise InputError for any other value.

    >>> numbers("percentiles", 5), numbers("percentiles", ["5"])
    Traceback (most recent call last):
    analysis.core.errors.InputError: percentiles must be numbers, and '5' is none.
    """
    read: list[float] = []
    for value in listed(values):
        number = finite(value)
        if number is None:
            raise InputError(f"{name} must be numbers, and {shown(value)} is none")
        read.append(number)
    if not read:
        raise InputError(f"{name} holds no number; give one or several")
    return tuple(read)


def typed(text: str) -> Any:
    """Return the number that a text spells in digits, or else the text itself.

    >>> typed("1e3"), typed("-0.5"), typed("x"), typed("1e400")
    (1000, -0.5, 'x', '1e400')
    """
    if text.isdecimal():
        # A float would keep only about 16 digits of a long number.
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() else number


def named(
    call: str, mappings: Iterable[Any], arguments: Mapping[str, Any], example: str
) -> dict[str, Any]:
    """Return the named arguments of a call; some of them may be given in mappings.

    Raises InputError for an argument without a name, and for a name given twice.

    >>> named("change", [{"overlap": 0.5}], {"seed": 1}, "study.change(overlap=0.5)")
    {'overlap': 0.5, 'seed': 1}
    """
    merged: dict[str, Any] = {}
    for mapping in (*mappings, arguments):
        if not isinstance(mapping, Mapping):
            raise InputError(
                f"{call} takes names with their values, as in {example}, but "
                f"{shown(mapping)} has no name"
            )
        for name, value in mapping.items():
            if name in merged:
                raise InputError(f"{call} takes {shown(name)} once, not twice")
            merged[name] = value
    return merged


def refuse_misspelt(
    names: Iterable[str], options: Iterable[str], known: Iterable[str]
) -> None:
    """Refuse a name that is nearer to an option of a call than to any known name.

    >>> refuse_misspelt(["ouput"], ["out", "scheduler"], ["overlap"])
    Traceback (most recent call last):
    analysis.core.errors.InputError: 'ouput' is unknown. Did you mean out=?
    """
    choices = [*options]
    every = [*choices, *known]
    for name in names:
        meant = close_match(name, every)
        if meant in choices:
            raise InputError(f"'{name}' is unknown. Did you mean {meant}=?")


def refuse_unless_taken(
    call: str,
    signature: inspect.Signature,
    args: Iterable[Any],
    named: Mapping[str, Any],
) -> None:
    """Refuse a call with an argument that it does not take, or without one it needs.

    >>> def draw(name: str) -> None: ...
    >>> refuse_unless_taken("draw", inspect.signature(draw), (), {"nam": "x"})
    Traceback (most recent call last):
    analysis.core.errors.InputError: draw has no argument 'nam'. Did you mean 'name'?
    """
    try:
        signature.bind(*args, **named)
    except TypeError as error:
        takes = [
            name
            for name, row in signature.parameters.items()
            if row.kind in (row.POSITIONAL_OR_KEYWORD, row.KEYWORD_ONLY)
            and name != "self"
        ]
        rows = [row for row in signature.parameters.values() if row.name != "self"]
        kinds = [row.kind for row in rows]
        is_missing = str(error).startswith("missing a required")
        if (
            kinds[:1] == [inspect.Parameter.POSITIONAL_ONLY]
            and kinds[-1] == inspect.Parameter.VAR_KEYWORD
            and (is_missing or rows[0].name in named)
        ):
            # Such a call takes any name, so only its first argument can be missing.
            raise InputError(
                f"{call} takes {rows[0].name} first and without their name, as in "
                f'{call}("at_risk_2021", …)'
            ) from None
        for name in named:
            if name not in takes:
                hint = nearest(name, takes)
                raise InputError(f"{call} has no argument '{name}'{hint}") from None
        raise InputError(f"{call} cannot be called like this: {error}") from None


class NearAttributes:
    """A class whose AttributeError names the nearest attribute.

    Python's own hint at the nearest attribute is missing from tracebacks in Jupyter.
    """

    # A type checker must still refuse unknown attributes.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            public = [known for known in dir(self) if not known.startswith("_")]
            is_near = not name.startswith("_") and close_match(name, public)
            hint = nearest(name, public) if is_near else ""
            sentence = f"'{type(self).__name__}' object has no attribute '{name}'{hint}"
            # Without an object, Python does not add its own suggestion.
            raise AttributeError(sentence, name=name, obj=None)


def yes_or_no(name: str, value: Any) -> bool:
    """Return True or False, and raise InputError for any other value."""
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"{name} must be True or False, not {shown(value)}")
    return bool(value)


def text(name: str, value: Any) -> str:
    """Return a text, and raise InputError for any other value."""
    if not isinstance(value, str):
        raise InputError(f"{name} must be a text, not {shown(value)}")
    return value


def path(name: str, value: Any) -> Path:
    """Return the path that a value names, and raise InputError if it names none."""
    if not isinstance(value, str | Path):
        raise InputError(f"{name} must be a path, not {shown(value)}")
    if not str(value).strip() or "\0" in str(value):
        raise InputError(f"{name} names no file or folder")
    return Path(value)
