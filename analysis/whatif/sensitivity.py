"""This module shows how far an estimate moves with each assumption.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> bars = tornado(model, "at_risk_2021")
>>> bars[0].assumption, round(bars[0].at_low), round(bars[0].at_high)
('persons_per_transfer', 1708440, 1901222)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.core.published import Interval
from analysis.core.rows import Assumption
from analysis.model.bounds import Bounds
from analysis.model.model import ARTICLE, Model, Plan, Setting

#: The names of ranges that are no single assumption's.
ROUNDING, ALL, LOWEST, HIGHEST = "rounding", "all", "lowest", "highest"


def handles(model: Model, plan: Plan) -> dict[str, Assumption]:
    """The assumptions of a plan that move its target by themselves, by name."""
    return {name: one for name, one in model.free(plan).items() if plan.direction[name]}


def ranges(
    model: Model, quantity: str, setting: Setting = ARTICLE
) -> dict[str, Bounds]:
    """Bound a quantity under rounding, each assumption, and all of these together.

    The first bounds are those under the rounding of printed digits, then under each
    assumption alone, and then under all of these together. The last two are with each
    assumption where the quantity is lowest, and where it is highest, without rounding.
    """
    plan = model.plan(model.known(quantity), setting)
    every = {
        name: Interval(one.low, one.high) for name, one in model.free(plan).items()
    }
    alone = {name: plan.bounds({name: every[name]}) for name in handles(model, plan)}
    ends = plan.bounds(every)
    lowest, highest = Bounds(ends.low, ends.low), Bounds(ends.high, ends.high)
    everything = plan.bounds({**plan.rounding_box(), **every})
    together = {ALL: everything, LOWEST: lowest, HIGHEST: highest}
    return {ROUNDING: plan.rounded, **alone, **together}


@dataclass(frozen=True)
class Bar:
    """A bar shows a quantity with one assumption at either end of its range.

    The other assumptions are as they are. The quantity is NaN past a limit.
    """

    assumption: str
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """The width says how far the assumption moves the quantity.

        It is 0 where either end is past a limit or has no bound.
        """
        return float(np.nan_to_num(abs(self.at_high - self.at_low), posinf=0.0))


def tornado(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[Bar]:
    """Move each assumption across its range, to a limit on the way.

    The one that moves the quantity most comes first.
    """
    bars = []
    for name, bounds in ranges(model, quantity, setting).items():
        if name not in model.register.assumptions:
            continue
        assumption = model.register.assumptions[name]
        lowest = bounds.low_at.get(name, assumption.low), bounds.low
        highest = bounds.high_at.get(name, assumption.high), bounds.high
        # An estimate that falls is lowest where the assumption is highest.
        (low, at_low), (high, at_high) = sorted(
            [lowest, highest], key=lambda end: end[0]
        )
        bars.append(Bar(name, low, high, at_low, at_high))
    return sorted(bars, key=lambda bar: -bar.width)
