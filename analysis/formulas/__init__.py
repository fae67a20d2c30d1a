"""The article's arithmetic: pure functions, one module per subject.

A formula is named after the quantity it computes. Its parameters are the names of the
quantities it needs. ``quantity__reading`` is one reading of a quantity. Values are
floats, arrays of one shape, or pint quantities, in base units: persons, transfers,
labourers, households, dollars; shares and growths as fractions. A formula is
straight-line arithmetic: no conversion, rounding or clipping. Division by zero raises
or gives infinity, as the type of number does. Each docstring says the formula in words,
its place in the article, and an example.
"""

from analysis.formulas import (
    at_risk,
    labour_transfers,
    monitoring,
    other_provinces,
    trade,
    training,
)

__all__ = [
    "at_risk",
    "labour_transfers",
    "monitoring",
    "other_provinces",
    "trade",
    "training",
]
