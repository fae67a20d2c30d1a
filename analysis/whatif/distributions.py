"""This module holds the distributions from which a quantity can be drawn.

A distribution has a shape and numbers, such as its ends or its mean, in base units. The
distribution of a quantity is cut at the smallest and the largest value that the
quantity may have.

>>> Distribution("triangular", (0, 1, 2)).ppf(np.array([0.0, 0.5, 1.0])).tolist()
[0.0, 1.0, 2.0]
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from analysis.core.arguments import finite, listed, scalar, shown
from analysis.core.sentences import message
from analysis.core.units import nearest, read_number
from analysis.model.curves import Floats
from analysis.model.model import ARTICLE, Model, ModelError, Setting

#: The numbers of each shape, in the order in which they are given.
SHAPES: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sd of the logarithm"),
    "beta": ("a", "b"),
    "discrete": ("values", "weights"),
}
#: What the numbers of each shape must be.
_RULES = {
    "uniform": "low must not be above high",
    "triangular": "low, mode and high must rise",
    "normal": "sd must be above 0",
    "lognormal": "median and sd must be above 0",
    "beta": "a and b must be above 0",
    "discrete": "each value needs a weight of 0 or more, not all of them 0",
}
_TOO_LARGE = "its numbers are too large, or too small, to compute with"
#: The largest share of a distribution that may be cut off. If more would be, its
#: numbers are probably in another unit, such as percent.
_MOST_CUT = 0.9
#: A share outside the limits that is smaller than this comes only from the rounding of
#: floats.
_ROUNDING_ERROR = 1e-12
#: The parameters that are lists, those without a unit, and those that are not
#: themselves values of the quantity.
_LISTS = ("values", "weights")
_BARE = ("sd of the logarithm", "a", "b", "weights")
_SPREADS = ("sd", *_BARE)


@dataclass(frozen=True)
class Distribution:
    """A shape and its numbers, which together define a distribution.

    The distribution is cut at ``smallest`` and ``largest``. ``SHAPES`` lists the shapes
    and the names of their parameters. A beta distribution lies between 0 and 1. The
    values and the weights of a discrete distribution are two tuples. Raises ModelError
    for numbers that make no distribution, and for a distribution of which less than a
    tenth lies between the limits.

    >>> share = Distribution("normal", (0.9, 0.1), largest=1.0)
    >>> round(share.cut, 3), share.ppf(np.array(1.0)).item()
    (0.159, 1.0)
    """

    shape: str
    numbers: tuple[Any, ...]
    smallest: float = -math.inf
    largest: float = math.inf

    def __post_init__(self) -> None:
        if fault := self._fault():
            raise ModelError(f"{self} can't be drawn: {fault}")
        if not self.cut <= _MOST_CUT:
            raise ModelError(
                f"more than nine tenths of {self} lies outside the allowed range, "
                f"{self.smallest:,.10g} to {self.largest:,.10g}; check the unit of its "
                "numbers"
            )

    def _fault(self) -> str:
        """Say why the numbers make no distribution, or return an empty text."""
        if not self._keeps_rule():
            return _RULES[self.shape]
        values = self.numbers[0]
        if self.shape == "discrete" and len({*values}) < len(values):
            return "a value is given twice; give it once, with the sum of its weights"
        try:
            with np.errstate(all="ignore"):
                middle = self._quantile(np.array([0.25, 0.75]))
        except (ArithmeticError, ValueError):
            return _TOO_LARGE
        return "" if np.isfinite(middle).all() else _TOO_LARGE

    def _keeps_rule(self) -> bool:
        """Whether the numbers obey the rule of their shape in ``_RULES``."""
        first, *_, last = self.numbers
        if self.shape == "discrete":
            is_complete = 0 < len(first) == len(last)
            return is_complete and bool(min(last) >= 0 < max(last))
        if self._has_ends:
            has_width = self.shape == "uniform" or first < last
            return has_width and [*self.numbers] == sorted(self.numbers)
        above_zero = self.numbers[1:] if self.shape == "normal" else self.numbers
        return bool(min(above_zero) > 0)

    def __str__(self) -> str:
        named = zip(SHAPES[self.shape], self.numbers, strict=True)
        return f"{self.shape} ({', '.join(f'{n} {_digits(x)}' for n, x in named)})"

    @cached_property
    def _frozen(self) -> Any:
        """The uncut distribution, as an object of scipy.stats."""
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

    @property
    def _has_ends(self) -> bool:
        """Whether the first and last numbers are the ends of the distribution."""
        return self.shape in ("uniform", "triangular")

    @cached_property
    def _shares(self) -> tuple[float, float]:
        # The share of the distribution below its lower limit, and the share up to its
        # upper limit.
        ends = self.numbers if self._has_ends else self._frozen.support()
        if self.smallest <= ends[0] and ends[-1] <= self.largest:
            return 0.0, 1.0
        below = np.nextafter(self.smallest, -math.inf)
        low, high = self._frozen.cdf([below, self.largest])
        return float(low), float(high)

    @property
    def cut(self) -> float:
        """The share of the distribution that lies outside the limits and is cut off."""
        below, up_to = self._shares
        outside = 1 - (up_to - below)
        return outside if outside > _ROUNDING_ERROR else 0.0

    @property
    def median(self) -> float:
        """The median of the distribution after the cut."""
        return float(self.ppf(np.array(0.5)))

    def ppf(self, u: Floats) -> Floats:
        """Return the value below which the share ``u`` of the cut distribution lies.

        If ``u`` is an array, the result is an array of the same shape.
        """
        below, up_to = self._shares
        if (below, up_to) == (0.0, 1.0):
            return self._quantile(u)
        values = self._quantile(below + u * (up_to - below))
        return np.clip(values, self.smallest, self.largest)

    def _quantile(self, u: Floats) -> Floats:
        """Return the value below which the share ``u`` of the uncut distribution lies.

        For a uniform or triangular distribution, a formula gives the value much faster
        than scipy.stats would, and without loading that library.
        """
        quantiles: Floats
        low, *others, high = self.numbers
        if self.shape == "uniform":
            quantiles = low + u * (high - low)
        elif self.shape == "triangular":
            width, rise, fall = high - low, others[0] - low, high - others[0]
            # Below the mode only the left root varies, and above it only the right one.
            left = np.sqrt(width * rise * np.minimum(u, rise / width))
            right = np.sqrt(width * fall * (1 - np.maximum(u, rise / width)))
            quantiles = low + fall + left - right
        else:
            quantiles = self._frozen.ppf(u)
        if self.shape == "discrete":
            # For a share of 0, scipy returns a number below the lowest value.
            quantiles = np.maximum(quantiles, min(low))
        return np.asarray(quantiles)


def _digits(number: Any) -> str:
    """Write a number, or several numbers, with at most ten digits."""
    if isinstance(number, tuple):
        return ", ".join(map(_digits, number))
    return f"{number:,.10g}"


def settled(
    model: Model,
    changes: Mapping[str, Any],
    base: Setting = ARTICLE,
    *,
    with_units: bool = False,
) -> tuple[Setting, dict[str, Distribution]]:
    """Apply changes to a setting, and return the new setting and any distributions.

    In the new setting, a quantity with a distribution takes the median of that
    distribution as its value. Raises ModelError as ``Model.setting`` does, and for
    numbers that make no distribution.
    """
    points: dict[str, Any] = {}
    drawn: dict[str, Distribution] = {}
    for name, change in changes.items():
        if hasattr(change, "ppf"):
            raise ModelError(
                f"{name}: write a distribution as its shape and its numbers, such as "
                f"('uniform', low, high); the shapes are {', '.join(SHAPES)}"
            )
        shape = _shape_without_numbers(change)
        if shape and shape not in model.readings(model.checked_name(name)):
            raise ModelError(
                f"{name}: {shape} is a shape of a distribution; write a list, "
                f"[{shape}, {', '.join(SHAPES[shape])}]"
            )
        if isinstance(change, tuple | list) and change and isinstance(change[0], str):
            drawn[name] = distribution(model, name, change, with_unit=with_units)
        else:
            points[name] = change
    medians = {name: drawing.median for name, drawing in drawn.items()}
    setting = model.setting(points, model.changed(base, medians), with_units=with_units)
    words = {name: str(drawing) for name, drawing in drawn.items()}
    given = setting.given | drawn.keys()
    return replace(setting, given=given, drawn={**setting.drawn, **words}), drawn


def _shape_without_numbers(change: Any) -> str:
    """Return the shape that a text or a mapping names first, or an empty text.

    A distribution must be a list of a shape and its numbers; if a user writes a text or
    a mapping instead, the message that refuses it names the shape.
    """
    text = change if isinstance(change, str) else ""
    if isinstance(change, Mapping):
        text = str(next(iter(change), ""))
    return next((shape for shape in SHAPES if re.match(rf"{shape}\b", text)), "")


def distribution(
    model: Model, quantity: str, content: Sequence[Any], *, with_unit: bool = False
) -> Distribution:
    """Read the distribution of a quantity, such as ``("triangular", 0.5, 0.7, 1)``.

    Each number is in base units or is a text with its unit; if ``with_unit`` is true, a
    unit is required. If a discrete distribution has no weights, its values are equally
    likely. The distribution is cut at the ends of the quantity's allowed range. Raises
    ModelError if the shape is unknown, if the shape needs more or fewer numbers, or if
    a number can't be used.
    """
    shape, *numbers = content
    allowed = model.allowed(model.checked_name(quantity))
    if shape in model.readings(quantity):
        raise ModelError(
            f"{quantity} takes one reading, or one number, or a distribution such as "
            f"[uniform, low, high]; write {shape} alone"
        )
    if shape not in SHAPES:
        hint = nearest(shape, SHAPES)
        raise ModelError(
            f"{quantity}: '{shape}' is not a shape of a distribution{hint}"
        )
    unit = model.units[quantity]
    if shape == "beta" and unit != "dimensionless" and "/" not in unit:
        raise ModelError(
            f"{quantity}: a beta distribution lies between 0 and 1, so it suits a "
            f"share or a ratio, not a number in the unit '{unit}'"
        )
    names = SHAPES[shape]
    # Values may come from an iterator, which can be read only once.
    numbers = [
        [*number] if listed(number) is number else scalar(number) for number in numbers
    ]
    if shape == "discrete" and len(numbers) == 1 and isinstance(numbers[0], list):
        numbers = [*numbers, [1] * len(numbers[0])]
    if len(numbers) != len(names):
        raise ModelError(
            f"{quantity}: a {shape} distribution has {len(names)} numbers, "
            f"{', '.join(names)}; you gave {len(numbers)}"
        )
    read: list[Any] = []
    for name, number in zip(names, numbers, strict=True):
        is_list = isinstance(number, list)
        if is_list != (name in _LISTS):
            kind = "a list" if name in _LISTS else "one number"
            raise ModelError(f"{quantity}: {shape} takes {kind} for {name}")
        several = [
            _read(model, quantity, name, each, with_unit=with_unit)
            for each in (number if is_list else [number])
        ]
        read.append(tuple(several) if is_list else several[0])
    try:
        return Distribution(shape, tuple(read), *allowed)
    except ModelError as error:
        raise ModelError(f"{quantity}: {error}") from None


def _read(
    model: Model, quantity: str, name: str, number: Any, *, with_unit: bool
) -> float:
    """Read one number of a distribution, in base units.

    The number may lie outside the quantity's allowed range; the distribution is cut at
    the ends of that range.
    """
    unit = "dimensionless" if name in _BARE else model.units[quantity]
    if isinstance(number, str):
        try:
            value = read_number(number, unit, with_unit=with_unit)
        except ValueError as error:
            raise ModelError(message("value", quantity=quantity, error=error)) from None
    else:
        read = finite(number)
        if read is None:
            raise ModelError(
                f"{quantity}: {name} must be a finite number, not {shown(number)}"
            )
        value = read
    low, high = model.allowed(quantity)
    if name not in _SPREADS and low <= value <= high:
        # This refuses a value that is far from the printed number.
        model.number(quantity, number)
    return value
