"""Distributions that an assumption or a printed number is drawn from.

A distribution is a shape and its numbers, in base units. It is cut at the limits of
what it is drawn for.

>>> Distribution("triangular", (0, 1, 2)).ppf(np.array([0.0, 0.5, 1.0])).tolist()
[0.0, 1.0, 2.0]
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any

import numpy as np

from analysis.core.sentences import message
from analysis.core.units import nearest, read_number
from analysis.model.curves import Floats
from analysis.model.model import Model, ModelError, listed

#: The numbers of each shape, in the order in which they are given.
SHAPES: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sd of the logarithm"),
    "beta": ("a", "b"),
    "discrete": ("values", "weights"),
}
#: The numbers that are no values of the quantity; all but ``sd`` have no unit.
_OTHERS = ("sd", "sd of the logarithm", "a", "b", "weights")


@dataclass(frozen=True)
class Distribution:
    """A shape with its numbers, cut where it passes the smallest or the largest value.

    The shapes and the names of their numbers are in ``SHAPES``; a beta lies between 0
    and 1; ``values`` and ``weights`` are tuples. Raises ModelError for numbers that
    make no distribution, and where nothing of it lies between the limits.

    >>> share = Distribution("normal", (0.9, 0.1), largest=1.0)
    >>> round(share.cut, 3), share.ppf(np.array(1.0)).item()
    (0.159, 1.0)
    """

    shape: str
    numbers: tuple[Any, ...]
    smallest: float = -math.inf
    largest: float = math.inf

    def __post_init__(self) -> None:
        with np.errstate(all="ignore"):
            first, last = self._quantile(np.array([0.25, 0.75]))
            ends = self.numbers if self.shape in ("uniform", "triangular") else (0, 1)
            if list(ends) != sorted(ends) or not math.isfinite(last - first):
                raise ModelError(
                    f"{self} does not rise from its low end to its high end"
                )
        if not self.cut < 1:
            raise ModelError(
                f"{self} lies outside the allowed range, {self.smallest:,.10g} to "
                f"{self.largest:,.10g}"
            )

    def __str__(self) -> str:
        named = zip(SHAPES[self.shape], self.numbers, strict=True)
        return f"{self.shape} ({', '.join(f'{n} {_digits(x)}' for n, x in named)})"

    @cached_property
    def _frozen(self) -> Any:
        """The distribution of scipy.stats, not cut."""
        from scipy import stats

        first, *others, last = self.numbers
        match self.shape:
            case "uniform":
                return stats.uniform(first, last - first)
            case "triangular":
                width = last - first
                return stats.triang((others[0] - first) / width, first, width)
            case "normal":
                return stats.norm(first, last)
            case "lognormal":
                return stats.lognorm(last, scale=first)
            case "beta":
                return stats.beta(first, last)
            case _:
                shares = np.divide(last, sum(last))
                return stats.rv_discrete(values=(first, shares))

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """The shares of the distribution below the smallest and up to the largest."""
        first, last = self._quantile(np.array([0.0, 1.0]))
        if self.smallest <= first and last <= self.largest:
            return 0.0, 1.0
        below = np.nextafter(self.smallest, -math.inf)
        low, high = self._frozen.cdf([below, self.largest])
        return float(low), float(high)

    @property
    def cut(self) -> float:
        """The share of the distribution that lies past a limit and is cut off."""
        below, up_to = self._ends
        return 1 - (up_to - below)

    @property
    def median(self) -> float:
        """The value that half of the draws lie below."""
        return float(self.ppf(np.array(0.5)))

    def ppf(self, u: Floats) -> Floats:
        """Return the value that a share u of the draws lies below.

        An array may have any shape, and one of the same shape comes back.
        """
        below, up_to = self._ends
        if (below, up_to) == (0.0, 1.0):
            return self._quantile(u)
        values = self._quantile(below + u * (up_to - below))
        return np.clip(values, self.smallest, self.largest)

    def _quantile(self, u: Floats) -> Floats:
        """The quantiles, not cut.

        Two shapes have a closed form, which is much faster and loads no library.
        """
        if self.shape == "uniform":
            low, high = np.array(self.numbers, float)
            return np.asarray(low + u * (high - low))
        if self.shape == "triangular":
            return np.asarray(_triangular(u, *np.array(self.numbers, float)))
        quantiles: Floats = np.asarray(self._frozen.ppf(u))
        if self.shape == "discrete":
            # A share of 0 lies below the first value.
            quantiles = np.maximum(quantiles, min(self.numbers[0]))
        return quantiles


def _triangular(u: Floats, low: float, mode: float, high: float) -> Floats:
    width, rise = high - low, mode - low
    # Each half is at the mode where the other counts.
    left = np.sqrt(np.minimum(u, rise / width) * width * rise)
    right = np.sqrt((1 - np.maximum(u, rise / width)) * width * (width - rise))
    return high - rise + left - right


def _digits(number: Any) -> str:
    """A number, or several, with at most ten digits."""
    if isinstance(number, tuple):
        return ", ".join(map(_digits, number))
    return f"{number:,.10g}"


def split(
    model: Model, changes: Mapping[str, Any], *, with_units: bool = False
) -> tuple[dict[str, Any], dict[str, Distribution]]:
    """Changes as ``Model.setting`` takes them, and the distributions among them.

    A quantity that is drawn is set to the median of its distribution. Raises ModelError
    for numbers that make no distribution.
    """
    for name, change in changes.items():
        if hasattr(change, "ppf"):
            raise ModelError(
                f"{name}: write a distribution as its shape and its numbers, such as "
                f"('uniform', low, high); the shapes are {', '.join(SHAPES)}"
            )
        shape = _shape_without_numbers(change)
        if shape and shape not in model.readings(model.known(name)):
            raise ModelError(
                f"{name}: {shape} is a shape of a distribution; write a list, "
                f"[{shape}, {', '.join(SHAPES[shape])}]"
            )
    drawn = {
        name: distribution(model, name, change, with_unit=with_units)
        for name, change in changes.items()
        if isinstance(change, tuple | list) and change and isinstance(change[0], str)
    }
    medians = {name: written(model, name, one.median) for name, one in drawn.items()}
    return {**changes, **medians}, drawn


def _shape_without_numbers(change: Any) -> str:
    """The shape that a text or a mapping starts with, where it is no list of both."""
    text = change if isinstance(change, str) else ""
    if isinstance(change, Mapping):
        text = str(next(iter(change), ""))
    return next((shape for shape in SHAPES if re.match(rf"{shape}\b", text)), "")


def written(model: Model, name: str, number: float) -> str:
    """A number as a text with its unit, so that it is taken however far it is."""
    choice = model.written(name, number)
    return choice if isinstance(choice, str) else f"{choice!r}{model.suffix(name)}"


def distribution(
    model: Model, quantity: str, given: Sequence[Any], *, with_unit: bool = False
) -> Distribution:
    """The distribution of a quantity, given as ``("triangular", 0.5, 0.7, 1)``.

    A number is in base units, or a text with its unit, which it needs if ``with_unit``.
    Without weights, the values of a discrete distribution are equally likely. It is cut
    at the quantity's allowed range. Raises ModelError in one sentence for an unknown
    shape, a wrong number of numbers or a wrong value.
    """
    shape, *numbers = given
    if shape not in SHAPES:
        hint = nearest(shape, SHAPES)
        raise ModelError(f"{quantity}: '{shape}' is no shape of a distribution{hint}")
    if shape == "discrete" and len(numbers) == 1:
        numbers.append([1 for _ in listed(numbers[0])])
    names = SHAPES[shape]
    if len(numbers) != len(names):
        raise ModelError(
            f"{quantity}: a {shape} distribution has {len(names)} numbers, "
            f"{', '.join(names)}; given are {len(numbers)}"
        )
    how = {"with_unit": with_unit}
    named = zip(names, numbers, strict=True)
    read = [_read(model, quantity, name, number, **how) for name, number in named]
    _check_lists(quantity, shape, read)
    if shape == "beta" and min(read) <= 0:
        raise ModelError(
            f"{quantity}: a and b of a beta distribution lie above 0; given are "
            f"{_digits(read[0])} and {_digits(read[1])}"
        )
    try:
        return Distribution(shape, tuple(read), *model.allowed(quantity))
    except ModelError as error:
        raise ModelError(f"{quantity}: {error}") from None


def _check_lists(quantity: str, shape: str, read: Sequence[Any]) -> None:
    """Refuse a list for one number, and values without as many weights."""
    lengths = {len(number) if isinstance(number, tuple) else 0 for number in read}
    if shape != "discrete":
        if lengths != {0}:
            raise ModelError(f"{quantity}: a {shape} distribution has single numbers")
    elif lengths == {0} or len(lengths) > 1 or min(read[1]) < 0 or not sum(read[1]):
        raise ModelError(
            f"{quantity}: a discrete distribution has a list of values, and for each "
            "of them a weight of 0 or more, not all of them 0"
        )


def _read(
    model: Model, quantity: str, name: str, given: Any, *, with_unit: bool
) -> Any:
    """One number of a distribution in base units, or a tuple of them.

    A value of the quantity may lie outside its allowed range, where it is cut.
    """
    if isinstance(given, Iterable) and not isinstance(given, str):
        how = {"with_unit": with_unit}
        return tuple(_read(model, quantity, name, each, **how) for each in given)
    unit = "dimensionless" if name in _OTHERS[1:] else model.units[quantity]
    number = given
    if isinstance(given, str):
        try:
            number = read_number(given, unit, with_unit=with_unit)
        except ValueError as error:
            raise ModelError(message("value", quantity=quantity, error=error)) from None
    if isinstance(number, bool) or not isinstance(number, Real):
        raise ModelError(message("not_finite", quantity=quantity, number=given))
    low, high = model.allowed(quantity)
    if name in _OTHERS or not low <= float(number) <= high:
        return float(number)
    # It also refuses a value that is far from the print.
    return model.number(quantity, given, with_unit=with_unit)
