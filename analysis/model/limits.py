"""A limit keeps a quantity between two numbers, or no higher than another quantity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from analysis.core.sentences import message
from analysis.core.spell import SAME, exact, exact_span, spell
from analysis.model.expressions import Expression, parse


@dataclass(frozen=True)
class Limit:
    """A limit keeps a quantity between two numbers, or no higher than another quantity.

    If the quantity may be no higher than another, ``other`` names that other quantity,
    and ``size`` is a typical size of the two quantities.
    """

    quantity: str
    low: float = -math.inf
    high: float = math.inf
    other: str = ""
    size: float = 1.0

    def __str__(self) -> str:
        if self.other:
            return f"{self.quantity} above {self.other}"
        if math.isinf(self.low):
            return f"{self.quantity} above {exact(self.high, '')}"
        if math.isinf(self.high):
            return f"{self.quantity} below {exact(self.low, '')}"
        return f"{self.quantity} outside {exact_span(self.low, self.high, '')}"

    @property
    def sentence_key(self) -> str:
        """The key of the sentence that refuses a value past the limit."""
        if self.other:
            return "above_other"
        if math.isinf(self.low):
            return "above"
        return "beneath" if math.isinf(self.high) else "beyond"

    @cached_property
    def parts(self) -> tuple[Expression, ...]:
        """The margin between a value and each end of the limit; negative past the end.

        Each margin is divided by a typical size of the quantity, so that one tolerance
        serves counts and shares alike. Each margin is an expression, not a function,
        because the explorer computes the margins in the browser.
        """
        name = self.quantity
        if self.other:
            return (parse(f"({self.other} - {name}) / {self.size!r}"),)
        ends = [abs(end) for end in (self.low, self.high) if math.isfinite(end)]
        size = max(ends) or 1.0
        margins = []
        if math.isfinite(self.low):
            margins.append(parse(f"({name} - {self.low!r}) / {size!r}"))
        if math.isfinite(self.high):
            margins.append(parse(f"({self.high!r} - {name}) / {size!r}"))
        return tuple(margins)

    def is_kept(self, values: Mapping[str, Any]) -> Any:
        """Whether the limit is kept; a float's rounding error breaks no limit.

        A quantity that has no value, because the article gives an input only in words,
        breaks no limit.
        """
        is_kept = np.True_
        for margin in self.parts:
            is_kept = is_kept & np.logical_not(np.less(margin.of(values), -SAME))
        return is_kept

    def sentence(self, values: Mapping[str, Any]) -> str:
        """The sentence that refuses a value past the limit."""
        here = float(values[self.quantity])
        most = float(values[self.other]) if self.other else self.high
        key = self.sentence_key
        if here < 0 and self.low == 0:
            key = "negative"
        return message(
            key,
            quantity=self.quantity,
            here=spell(here, "", [self.low, most]),
            other=self.other,
            most=spell(most, "", [here]),
            low=exact(self.low, ""),
            high=exact(self.high, ""),
        )
