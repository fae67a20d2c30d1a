"""What a user sets: numbers, texts with units, readings, distributions.

``Study.change`` turns each of them into a node with ``chosen``.

>>> import analysis
>>> float(chosen(analysis.load().book, "overlap", "25 percent").value)
0.25
"""

import math
import reprlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from analysis import units, words
from analysis.book import NO_SETTING, Book, Node, Setting
from analysis.case import FINER_POINTS, REFINEMENTS, Array, Case
from analysis.rows import SCALES, SettingError, Span, nearest


def chosen(book: Book, name: str, value: Any, setting: Setting = NO_SETTING) -> Node:
    """Return the node for what a user sets in addition to a setting, or raise
    SettingError."""
    book.look_up(name)
    if isinstance(value, str) and value in book.readings[name]:
        return replace(book.readings[name][value], given_as=value)
    if quantile_of(value):
        return drawn(book, name, value, setting)
    number = number_of(book, name, value, setting)
    return Node(np.float64(number), given_as=number)


def read(book: Book, name: str, text: str) -> float:
    """Return the number in a text."""
    try:
        return units.read(text, book.base_unit(name))
    except ValueError:
        kind = "a number"
    except LookupError:
        kind = f"a number in {book.unit(name).plural or book.unit(name)}"
    known = book.readings[name]
    sentence = f"{reprlib.repr(text)} is neither {kind} nor one of its readings"
    listed = f"({', '.join(known)}){nearest(text, known)}"
    raise SettingError(f"{name}: {sentence} {listed}")


def number_of(
    book: Book, name: str, value: Any, setting: Setting = NO_SETTING, given: str = ""
) -> float:
    """Return a number that may be set, perhaps from a text, or refuse it.

    ``given`` is how a message writes the value.
    """
    number = math.nan
    if isinstance(value, str):
        number = read(book, name, value)
        given = value
    else:
        with suppress(TypeError, ValueError, OverflowError):
            if np.ndim(value) == 0 and np.asarray(value).dtype.kind in "iufO":
                number = float(value)
                given = given or f"{number:,.10g}"
    if math.isnan(number) or book.unsettable(name, number):
        raise outside(book, name, number, given or reprlib.repr(value), setting)
    return number


def outside(
    book: Book, name: str, number: float, given: str, setting: Setting
) -> SettingError:
    """Return the error for a value that cannot be set.

    It suggests a word that may be missing, such as "million" or "percent".
    """
    sentence = f"{name} must be {between(book, name, setting)}, not {given}"
    factors = {"percent": 0.01} if book.unit(name) == "percent" else SCALES
    for word, factor in factors.items():
        is_allowed = not math.isnan(number) and not book.unsettable(
            name, number * factor
        )
        if is_allowed and given[-1:].isdigit():
            return SettingError(f"{sentence}; did you mean '{number:.10g} {word}'?")
    return SettingError(sentence)


def between(book: Book, name: str, setting: Setting = NO_SETTING) -> str:
    """Write the range in which a quantity may be set, all else as in a setting.

    >>> import analysis
    >>> between(analysis.load().book, "growth_of_the_rest_2022")
    'between −100 and 33 percent'
    >>> between(analysis.load().book, "at_risk_2019")
    '0 or between 80,000 and 2.868 million'
    """
    low, high = settable(book, name, setting)
    first, last = words.rounded_inward(low, high, book.unit(name))
    zero = "0 or " if low > 0 and name not in book.assumptions else ""
    return f"{zero}between {first.removesuffix(' percent')} and {last}"


# Ranges -------------------------------------------------------------------------------


def settable(book: Book, name: str, setting: Setting, span: Span | None = None) -> Span:
    """Return the least and the greatest value to which a quantity may be set alone, all
    else as in a setting, so that no limit is violated.

    They lie in a span, which is the quantity's own range if none is given.
    """
    case = Case(book, name, setting)
    value = float(case.values(case.stated)[name])
    limited = [
        Case(book, each, setting) for each in book.limits if each in book.readings
    ]
    cases = [each.given([name]) for each in limited if name in each.nodes]

    def is_violated(grid: Array) -> Array:
        found: Array = np.zeros_like(grid, bool)
        for case in cases:
            values = case.values({**case.stated, name: grid})
            for entries in case.violated(values).values():
                found = found | entries
        return found

    low, high = span or book.ranges[name]
    return farthest(is_violated, value, low), farthest(is_violated, value, high)


def farthest(is_violated: Callable[[Array], Array], start: float, end: float) -> float:
    """Return how far one may go from a start towards an end before a limit is violated.

    >>> farthest(lambda grid: grid > 3, 1, 10)
    3.0
    """
    if not is_violated(np.array([end]))[0]:
        return end
    for _ in range(1 + REFINEMENTS):
        grid: Array = np.linspace(start, end, FINER_POINTS)
        first = max(int(np.argmax(is_violated(grid))), 1)
        start, end = grid[first - 1 : first + 1].tolist()
    # The place is found to about ten digits; fewer may say it exactly.
    for tidy in (0.0, *[float(f"{start:.{digits}g}") for digits in (6, 9, 12)]):
        is_near = math.isclose(tidy, start, rel_tol=1e-8, abs_tol=1e-9)
        if is_near and not is_violated(np.array([tidy]))[0]:
            return tidy
    return start


# Distributions ------------------------------------------------------------------------


def quantile_of(value: Any) -> Callable[[Any], Any] | None:
    """Return the quantile function of a distribution of scipy, if it is one."""
    return getattr(value, "ppf", None) or getattr(value, "icdf", None)


def drawn(book: Book, name: str, shape: Any, setting: Setting) -> Node:
    """Return a distribution as a node, with its median."""
    said = str(shape)
    if hasattr(shape, "dist"):
        named = [f"{key}={value}" for key, value in shape.kwds.items()]
        said = f"{shape.dist.name}({', '.join([*map(str, shape.args), *named])})"
    try:
        median = float(shape.median())
    except (TypeError, ValueError) as error:
        sentence = f"{name}: the median of {said} cannot be computed: {error}"
        raise SettingError(sentence) from None
    given = f"{median:,.10g}, the median of {said}"
    median = number_of(book, name, median, setting, given)
    return Node(np.float64(median), distribution=shape, given_as=said)
