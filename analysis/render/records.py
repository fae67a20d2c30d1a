"""This module makes the rows of files that other programs read.

Numbers are in base units, rounded to ten significant digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analysis.core.spell import ten_digits
from analysis.model.model import Estimate, Model, ModelError, Setting
from analysis.render.safe_text import escape_spreadsheet_formula

if TYPE_CHECKING:
    # Loading pandas takes half a second, so only the code that needs it loads it.
    import pandas as pd


def escape_spreadsheet_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in which no text looks like a spreadsheet formula."""
    return frame.map(escape_spreadsheet_formula)


def estimates(model: Model, setting: Setting) -> dict[str, dict[str, Any]]:
    """Return the fields of the estimate of every quantity under each reading.

    The key for a reading is ``quantity.reading``. If an estimate has no value, its only
    fields are ``value``, which is None, and ``reason``.
    """
    records: dict[str, dict[str, Any]] = {}
    for key, estimate in each_estimate(model, setting):
        if isinstance(estimate, ModelError):
            records[key] = {"value": None, "reason": str(estimate)}
        else:
            records[key] = _record(estimate)
    return records


def _record(estimate: Estimate) -> dict[str, Any]:
    """Return the fields of an estimate, with whole numbers as integers."""
    record: dict[str, Any] = {}
    for name in ("value", "low", "high"):
        text = ten_digits(getattr(estimate, name))
        # A number that does not exist or is not finite is None.
        record[name] = None
        if text:
            number = float(text)
            record[name] = int(number) if number.is_integer() else number
    record |= {"unit": estimate.unit, "side": estimate.side}
    record["depends_on"] = list(estimate.depends_on)
    record["remarks"] = list(estimate.remarks)
    return record


def each_estimate(
    model: Model, setting: Setting
) -> Iterator[tuple[str, Estimate | ModelError]]:
    """Yield the estimate of every quantity, with the quantity's name as key.

    If a quantity has several readings, the estimate under each reading follows, with
    the key ``quantity.reading``. If an estimate has no value, the error that says why
    is yielded instead of the estimate.
    """
    for quantity in model.quantities:
        keys: dict[str, dict[str, str]] = {quantity: {}}
        readings = model.readings(quantity)
        if len(readings) > 1:
            for reading in readings:
                keys[f"{quantity}.{reading}"] = {quantity: reading}
        for key, named in keys.items():
            try:
                yield key, model.estimate(quantity, model.taken_as(setting, named))
            except ModelError as error:
                yield key, error
