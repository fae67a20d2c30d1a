"""Units, by pint: they are declared in the data, and proved by running the formulas.

A person, a transfer and a labourer have dimensions of their own, so that adding one to
another raises pint.DimensionalityError.
"""

import functools

import numpy as np
import pint

SCALES = ("thousand = 1e3", "million = 1e6", "billion = 1e9", "percent = 0.01")


@functools.cache
def registry(units):
    """Return a registry in which each simple unit has a dimension of its own."""
    made: pint.UnitRegistry = pint.UnitRegistry(None)
    for scale in SCALES:
        made.define(scale)
    simple = set("/".join(units).split("/")) - {"dimensionless", "percent"}
    for name in simple:
        made.define(f"{name} = [{name}]")
    return made


def read(text, unit, units):
    """Return the number in a text such as "3.174 million transfer", in a unit.

    Raises pint's errors, or ValueError, for a text that is no such number.
    """
    return float(registry(units).Quantity(text).to(unit).magnitude)


def unit_of(function, given, units):
    """Return the unit of a function's result, where its inputs have the units given."""
    made = registry(units)
    needs = [made.Quantity(np.float64(0.5), unit) for unit in given]
    with np.errstate(all="ignore"):
        return made.Quantity(function(*needs)).units


def is_unit(found, unit, units):
    """Whether a unit that was found has the dimension of another."""
    return found.dimensionality == registry(units).Unit(unit).dimensionality
