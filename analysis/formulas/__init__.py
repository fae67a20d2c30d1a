"""The article's arithmetic: pure functions, one module per subject.

A formula is named after the quantity it computes. The parameters of a formula are the
names of the quantities that it needs. ``quantity__reading`` is one reading of a
quantity. The arguments are floats, arrays of one shape, or pint quantities, in base
units: persons, transfers, labourers, households, dollars; shares and growths are
fractions. A formula is arithmetic without branches: it neither converts nor rounds nor
clips. A division by zero raises an error or gives infinity, depending on the type of
number. Each docstring says the formula in words, its place in the article, and an
example.
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
