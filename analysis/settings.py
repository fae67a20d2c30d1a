"""What a user sets: numbers, texts with units, readings, distributions."""

import math
import reprlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from analysis import units, words
from analysis.book import Book, Node
from analysis.rows import SCALES, SettingError, nearest


def chosen(book: Book, name: str, value: Any) -> Node:
    """Return the node for what a user sets, or raise SettingError."""
    book.look_up(name)
    if isinstance(value, str):
        if value in book.readings[name]:
            return replace(book.readings[name][value], said=value)
        value = read(book, name, value)
    if quantile_of(value):
        return drawn(book, name, value)
    number = number_of(book, name, value)
    return Node(np.float64(number), said=number)


def read(book: Book, name: str, text: str) -> float:
    """Return the number in a text."""
    try:
        return units.read(text, book.units[name])
    except ValueError as error:
        known = book.readings[name]
        hint = f"{nearest(text, known)} (its readings are {', '.join(known)})"
        raise SettingError(f"{name}: {error}{hint}") from None


def number_of(book: Book, name: str, value: Any) -> float:
    """Return a number that may be set, or refuse it."""
    number = math.nan
    try:
        if np.ndim(value) == 0 and np.asarray(value).dtype.kind in "iufO":
            number = float(value)
    except (TypeError, ValueError, OverflowError):
        pass
    if math.isnan(number):
        raise SettingError(
            f"{name} must be a number or a reading, not {reprlib.repr(value)}"
        )
    if book.unsettable(name, number):
        raise outside(book, name, number)
    return number


def outside(book: Book, name: str, number: float) -> SettingError:
    """Return the error for a number to which a quantity may not be set, with one that
    would fit if a word was left out."""
    span = words.joined(*words.ends(*book.ranges[name], book.unit(name)))
    sentence = f"{name} may be {span}, not {number:,.10g}"
    is_share = book.units[name] == "dimensionless"
    factors = {"percent": 0.01} if is_share else SCALES
    for word, factor in factors.items():
        if not book.unsettable(name, number * factor):
            return SettingError(f"{sentence}; '{number:.10g} {word}' would fit")
    return SettingError(sentence)


# Distributions ------------------------------------------------------------------------


def quantile_of(value: Any) -> Callable[[Any], Any] | None:
    """Return the quantile function of a distribution of scipy, if it is one."""
    return getattr(value, "ppf", None) or getattr(value, "icdf", None)


def drawn(book: Book, name: str, shape: Any) -> Node:
    """Return a distribution as a node, with its median."""
    said = str(shape)
    if hasattr(shape, "dist"):
        said = f"{shape.dist.name}{shape.args}{shape.kwds or ''}"
    try:
        median = float(shape.median())
    except (TypeError, ValueError) as error:
        raise SettingError(f"{name}: {said} has no median: {error}") from None
    median = number_of(book, name, median)
    return Node(np.float64(median), distribution=shape, said=said)
