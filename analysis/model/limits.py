"""A limit keeps a quantity between two numbers, or below another quantity."""

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
    """A limit keeps a quantity between two numbers.

    It may instead keep the quantity from going above another quantity (``other``).
    """

    quantity: str
    low: float = -math.inf
    high: float = math.inf
    other: str = ""

    def __str__(self) -> str:
        if self.other:
            return f"{self.quantity} at most {self.other}"
        if math.isinf(self.low):
            return f"{self.quantity} at most {exact(self.high, '')}"
        if math.isinf(self.high):
            return f"{self.quantity} at least {exact(self.low, '')}"
        return f"{self.quantity} outside {exact_span(self.low, self.high, '')}"

    @property
    def refusal(self) -> str:
        """The name of the sentence for a value past it."""
        if self.other:
            return "above_other"
        if math.isinf(self.low):
            return "above"
        return "beneath" if math.isinf(self.high) else "beyond"

    @cached_property
    def parts(self) -> tuple[Expression, ...]:
        """Each part says how far the quantity lies from an end of the limit.

        It is a share of a fixed size, and below 0 past the end.
        """
        if self.other:
            return (parse(f"({self.other} - {self.quantity}) / 1e6"),)
        signs = {1: self.low, -1: self.high}
        ends = [abs(end) for end in signs.values() if math.isfinite(end)]
        size = max(ends) or 1.0
        return tuple(
            parse(f"({self.quantity} - {end!r}) / {sign * size!r}")
            for sign, end in signs.items()
            if math.isfinite(end)
        )

    def is_kept(self, values: Mapping[str, Any]) -> Any:
        """Where the limit is kept, to the last digits."""
        is_kept = np.True_
        for margin in self.parts:
            is_kept = is_kept & np.logical_not(np.less(margin.of(values), -SAME))
        return is_kept

    def sentence(self, values: Mapping[str, Any]) -> str:
        """The refusal of a value past the limit."""
        here = float(values[self.quantity])
        most = float(values[self.other]) if self.other else self.high
        refusal = self.refusal
        if here < 0 and self.low == 0:
            refusal = "negative"
        return message(
            refusal,
            quantity=self.quantity,
            here=spell(here, "", [self.low, most]),
            other=self.other,
            most=spell(most, "", [here]),
            low=exact(self.low, ""),
            high=exact(self.high, ""),
        )
