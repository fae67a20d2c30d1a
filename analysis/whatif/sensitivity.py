"""This module shows how far an estimate moves with each assumption.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> widest = tornado(model, "at_risk_2021")[0]
>>> widest.moved, round(widest.at_low), round(widest.at_high)
('persons_per_transfer', 1708440, 1901222)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.core.published import Interval
from analysis.core.rows import Assumption
from analysis.model.bounds import Bounds
from analysis.model.model import ARTICLE, Model, Plan, Setting

#: The names of ranges in which something other than one assumption moves.
ROUNDING, ALL, LOWEST, HIGHEST = "rounding", "all", "lowest", "highest"


@dataclass(frozen=True)
class Range:
    """The lowest and the highest value that a quantity takes while something moves.

    As an assumption goes from ``low`` to ``high``, the quantity goes from ``at_low`` to
    ``at_high``. ``at_low`` and ``at_high`` are NaN if every value of the range breaks a
    limit of the model. If rounding or everything at once moves the quantity, ``low``
    and ``high`` are NaN, and ``at_low`` and ``at_high`` are the lowest and the highest
    value of the quantity.
    """

    moved: str
    at_low: float
    at_high: float
    low: float = math.nan
    high: float = math.nan

    @property
    def width(self) -> float:
        """The distance between the quantity's lowest and highest value.

        The width is 0 if ``at_low`` or ``at_high`` is NaN or infinite.
        """
        return float(np.nan_to_num(abs(self.at_high - self.at_low), posinf=0.0))


def handles(model: Model, plan: Plan) -> dict[str, Assumption]:
    """Return the assumptions of a plan each of which can move the target alone."""
    free = model.free(plan)
    return {
        name: row
        for name, row in free.items()
        if plan.is_moved_by(name, row.minimum, row.maximum)
    }


def tornado(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[Range]:
    """Move each assumption across its range, or as far as a limit allows.

    The assumption that moves the quantity most comes first.
    """
    plan = model.plan(model.checked_name(quantity), setting)
    bars = []
    for name, assumption in handles(model, plan).items():
        bounds = plan.bounds({name: Interval(assumption.low, assumption.high)})
        lowest = bounds.low_at.get(name, assumption.low), bounds.low
        highest = bounds.high_at.get(name, assumption.high), bounds.high
        # If the estimate falls with the assumption, the estimate is lowest where the
        # assumption is highest.
        (low, at_low), (high, at_high) = sorted([lowest, highest])
        bars.append(Range(name, at_low, at_high, low, high))
    return sorted(bars, key=lambda bar: -bar.width)


def ranges(model: Model, quantity: str, setting: Setting = ARTICLE) -> list[Range]:
    """Return how far rounding, each assumption, and all together move a quantity.

    The first range comes from the rounding of printed digits alone. A range for each
    assumption alone follows, as in ``tornado``. The next two ranges hold the lowest and
    the highest value that all assumptions give together, without rounding. The last
    range comes from rounding and all assumptions together.
    """
    plan = model.plan(model.checked_name(quantity), setting)
    every = {
        name: Interval(row.low, row.high) for name, row in model.free(plan).items()
    }
    ends = plan.bounds(every)
    return [
        _whole(ROUNDING, plan.rounded),
        *tornado(model, quantity, setting),
        Range(LOWEST, ends.low, ends.low),
        Range(HIGHEST, ends.high, ends.high),
        _whole(ALL, plan.bounds({**plan.rounding_box(), **every})),
    ]


def _whole(moved: str, bounds: Bounds) -> Range:
    return Range(moved, bounds.low, bounds.high)
