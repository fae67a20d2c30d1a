"""This module makes the rows that leave a run for machines.

Numbers are in base units and have ten digits, and every cell holds a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analysis.core.spell import digits
from analysis.model.model import Estimate, Model, ModelError, Setting
from analysis.render.safe_text import escape_spreadsheet_formula

if TYPE_CHECKING:
    # Half of a second that a verdict does without: who makes a frame loads it.
    import pandas as pd


def escape_spreadsheet_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame for spreadsheets: no text in it starts like a formula."""
    return frame.map(escape_spreadsheet_formula)


def estimates(model: Model, setting: Setting) -> dict[str, dict[str, Any]]:
    """Return the fields of an Estimate for every quantity and every reading of it.

    The key of a reading is ``quantity.reading``. Where there is no value, the fields
    say why.
    """
    found: dict[str, dict[str, Any]] = {}
    for key, one in each_estimate(model, setting):
        if isinstance(one, ModelError):
            found[key] = {"value": None, "reason": str(one)}
            continue
        numbers = {
            name: float(digits(getattr(one, name)) or "nan")
            for name in ("value", "low", "high")
        }
        found[key] = {
            name: int(number) if number.is_integer() else number
            for name, number in numbers.items()
        }
        found[key] |= {"unit": one.unit, "side": one.side}
        found[key] |= {"depends_on": list(one.depends_on), "remarks": list(one.remarks)}
    return found


def each_estimate(
    model: Model, setting: Setting
) -> Iterator[tuple[str, Estimate | ModelError]]:
    """Yield the estimate of every quantity by its name.

    Where a quantity has several readings, the estimate under each of them follows, by
    the key ``quantity.reading``. Where there is no value, the error that says why is
    yielded instead.
    """
    for quantity in model.quantities:
        names = model.readings(quantity)
        several = (
            {f"{quantity}.{name}": {quantity: name} for name in names}
            if len(names) > 1
            else {}
        )
        for key, readings in {quantity: {}, **several}.items():
            try:
                yield key, model.estimate(quantity, model.over(setting, readings))
            except ModelError as error:
                yield key, error
