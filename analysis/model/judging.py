"""This module gives a comparison its verdict, and the ground for the verdict.

The grounds are tried in this order:

- ``value``: the value, computed from the inputs as printed, satisfies the claim. For
  the ground ``value``, an input such as "up to 1.6 million" is taken at 1.6 million.
- ``rounding``: some value satisfies the claim if each printed number may be any number
  that rounds to its digits.
- ``coarser place``: some value satisfies the claim if digits that may be rounded to
  either of two places are rounded to the coarser place.
- ``room``: some value satisfies the claim if each input with a limit or in words may be
  any number that its words allow. "Up to 1.6 million", for example, allows any number
  from 0 to 1.6 million.
- ``stretch``: the value, or some value that the words of the inputs allow, satisfies
  the claim only if the claim's own words are stretched, as "approaches" can be.

Rounding does not carry a value past a threshold that is our own choice. The thresholds
of our own choice are the tenth and the fifth by which a value may fall short and still
"approach" a number, and the floors and ceilings that we read into words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.model.comparison import Asserted, Comparison, Reach
from analysis.model.plan import Arrays

#: Each verdict of a check, with its rule. The first rule that applies decides.
VERDICTS = {
    "matches": "the value satisfies what the claim asserts",
    "matches_within_rounding": "the value does not satisfy the claim, but some values "
    "that round to the printed numbers do, or the value does at a coarser rounding",
    "compatible": "the value does not satisfy the claim, but the words of its inputs "
    "allow a value that does, or the claim's own words can be read so widely that "
    "they include the value",
    "differs": "no value that the printed numbers and their words allow satisfies the "
    "claim",
}
#: The verdict that each ground gives. Where no ground holds, the value differs.
GROUNDS = {
    "value": "matches",
    "rounding": "matches_within_rounding",
    "coarser place": "matches_within_rounding",
    "room": "compatible",
    "stretch": "compatible",
    "": "differs",
}


def _by_value(asserted: Asserted, reach: Reach) -> Any:
    return asserted.fine.holds(reach.value)


def _by_rounding(asserted: Asserted, reach: Reach) -> Any:
    has_value = ~np.isnan(reach.value)
    return has_value & asserted.is_reached(asserted.fine, reach.exact, reach.fine)


def _at_coarser_place(asserted: Asserted, reach: Reach) -> Any:
    has_value = ~np.isnan(reach.value)
    return has_value & asserted.is_reached(asserted.coarse, reach.exact, reach.coarse)


def _by_room(asserted: Asserted, reach: Reach) -> Any:
    if reach.room is None or reach.rounded_room is None:
        return False
    return asserted.is_reached(asserted.coarse, reach.room, reach.rounded_room)


def _by_stretch(asserted: Asserted, reach: Reach) -> Any:
    stretched = asserted.stretched
    if stretched is None:
        return False
    holds = stretched.holds(reach.value)
    if reach.room is not None and reach.rounded_room is not None:
        holds |= asserted.is_reached(stretched, reach.room, reach.rounded_room)
    return holds


#: The grounds of a verdict, each with its test. The first ground that holds decides.
_TESTS: dict[str, Callable[[Asserted, Reach], Any]] = {
    "value": _by_value,
    "rounding": _by_rounding,
    "coarser place": _at_coarser_place,
    "room": _by_room,
    "stretch": _by_stretch,
}


def ground_of(asserted: Asserted, reach: Reach) -> str:
    """The first ground that holds, or an empty text if the value differs."""
    for ground, test in _TESTS.items():
        if test(asserted, reach):
            return ground
    return ""


def grounds_of(asserted: Asserted, reach: Reach) -> list[str]:
    """For each entry of the arrays in a reach, return the first ground that holds."""
    grounds = np.full(np.shape(reach.value), "", object)
    is_open = np.full(np.shape(reach.value), fill_value=True)
    for ground, test in _TESTS.items():
        holds = is_open & test(asserted, reach)
        grounds[holds] = ground
        is_open &= ~holds
        if not is_open.any():
            break
    return list(grounds)


def finer_ground(asserted: Asserted, reach: Reach) -> str:
    """The ground that would hold if every number were rounded to its finer unit."""
    return ground_of(replace(asserted, coarse=asserted.fine), reach.at_finer_place())


def verdicts_along(comparison: Comparison, vary: Arrays) -> list[str]:
    """Return the verdict at each entry of the arrays that ``vary`` gives to inputs.

    The verdict is empty for an entry that breaks a limit or gives no finite result.
    """
    plan = comparison.plan
    reach = comparison.reach_at(vary)
    kept = plan.is_within(plan.evaluate(vary))
    if not plan.in_words:
        kept = kept & np.isfinite(reach.value)
    grounds = grounds_of(comparison.asserted, reach)
    verdicts = np.array([GROUNDS[ground] for ground in grounds], object)
    return list(np.where(kept, verdicts, ""))
