"""The article's arithmetic: pure functions, one module per subject.

A formula is a function named after the quantity it computes; its parameters are the names of the quantities it needs.
``quantity__reading`` is one reading of a quantity. Values are floats, arrays or pint quantities in base units: plain
operators, no unit conversion, no rounding, no clipping. What does not belong here: a number of the article.
"""

from analysis.formulas import at_risk, labour_transfers, monitoring, other_provinces, trade, training

__all__ = ["at_risk", "labour_transfers", "monitoring", "other_provinces", "trade", "training"]
