"""A model is a register together with its formulas, checked against each other.

>>> model = Model(Register.read())
>>> round(model.estimate("net_new_persons").value)
301222
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from analysis.core.register import Register
from analysis.core.rows import LimitRow
from analysis.core.units import BASE_UNITS
from analysis.model import consistency
from analysis.model.limits import Limit
from analysis.model.plan import CircleError, ModelError, Node, Plan
from analysis.model.quantities import Estimate, Quantities, assignments
from analysis.model.readings import collect, default_first
from analysis.model.settings import ARTICLE, Setting
from analysis.model.source import Source
from analysis.model.unit_check import units_of

__all__ = [
    "ARTICLE",
    "CircleError",
    "Estimate",
    "Limit",
    "Model",
    "ModelError",
    "Node",
    "Plan",
    "Setting",
    "Source",
    "assignments",
]


class Model(Quantities):
    """The quantities of a register whose rows and formulas fit each other.

    ``modules`` are the Python modules with the formulas; without ``modules``, the
    formulas come from the module that datapackage.json names. Raises RegisterError if
    the register and the formulas disagree.
    """

    def __init__(
        self, register: Register, modules: Iterable[ModuleType] | None = None
    ) -> None:
        sources = collect(register, modules)
        consistency.verify_names(Quantities(register, sources))
        sources = {
            name: default_first(register, name, readings)
            for name, readings in sources.items()
        }
        consistency.verify_defaults(Quantities(register, sources))
        units = units_of(register, sources)
        limits = tuple(
            limit for row in register.limits for limit in _limits(row, units)
        )
        super().__init__(register, sources, limits, units)
        #: A cache, filled by verdicts.py: the outcomes of checks, by check and setting.
        self.outcomes: dict[tuple[int, Setting], Any] = {}
        #: A cache, filled by verdicts.py: by quantity, the numbers to compare it with.
        self.compared: dict[str, tuple[float, ...]] = {}
        consistency.verify(self)


#: The typical size of a count. The typical size of a share is 1.
_COUNT = 1e6


def _limits(row: LimitRow, units: Mapping[str, str]) -> Iterator[Limit]:
    """Yield one limit for a row, or one for each end if the upper end is a quantity."""
    if not isinstance(row.at_most, str):
        yield Limit(row.quantity, row.at_least, row.at_most)
        return
    size = _COUNT if units[row.quantity] in BASE_UNITS else 1.0
    yield Limit(row.quantity, other=row.at_most, size=size)
    if row.at_least > -math.inf:
        yield Limit(row.quantity, low=row.at_least)
