"""The subpackage of the article's arithmetic, with one module for each subject.

A formula is a function named after the quantity that it computes. The parameters of the
function are the names of the quantities that the formula needs. A name such as
``quantity__reading`` is for one reading of a quantity, which is one of several ways to
compute it. The arguments are floats, numpy arrays of equal shape, pandas Series with
equal indices, or pint quantities, and floats can be mixed with any of the others. All
arguments are in base units, such as persons, transfers, labourers, households or
dollars; shares and growth rates are fractions. A formula is arithmetic without
branches: it converts no units, rounds nothing and checks no limit. A division by zero
raises an error or gives infinity, depending on the type of number. Each docstring has
the formula in words, the place in the article, and an example. Screens show the first
paragraph of the docstring as the statement of the quantity.
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
