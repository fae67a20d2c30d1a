"""Where each quantity comes from, and how it is computed.

A quantity is a number or a formula of other quantities. One evaluation serves a point,
a grid of settings, draws, and the corners of a box: only the arrays differ.
"""

import inspect
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from analysis import formulas, printed
from analysis.printed import Span
from analysis.tables import (
    DataError,
    SettingError,
    fault,
    nearest,
    require,
    split,
)

#: A number without a unit may differ from the printed one by less than this factor.
FAR = 50


@dataclass(frozen=True)
class Number:
    """A number, the values that round to it, and the values that its words allow.

    A number that is given only in words has the value NaN.
    """

    value: float
    rounding: Span | tuple[()] = ()
    words: Span | tuple[()] = ()
    row: str = ""


@dataclass(frozen=True)
class Formula:
    """A function of other quantities; a user's own may rise and fall."""

    function: Callable[..., Any]
    needs: tuple[str, ...]
    is_own: bool = False


class Model:
    """The quantities of the data, each with its readings, the one in use first."""

    def __init__(self, tables, scenarios):
        self.tables, self.scenarios = tables, scenarios
        self.assumptions = read_assumptions(tables["assumptions"])
        self.units, self.labels = {}, {}
        self.limits: dict[str, tuple[float, Any]] = {}
        for name, row in tables["quantities"].items():
            self.units[name] = printed.base(row["unit"])
            self.labels[name] = row["label"]
            limit = read_limit(row)
            if limit != printed.ANY:
                self.limits[name] = limit
        self.readings = collect(tables, self.assumptions)
        self.followers = defaultdict(set)
        for (name, reading), row in tables["readings"].items():
            require(row, "reading", reading, self.readings[name])
            if row["follows"]:
                require(row, "follows", reading, self.readings[row["follows"]])
                self.followers[row["follows"]] |= {row["follows"], name}
        for row in tables["checks"].values():
            self.check_readings(row)

    def check_readings(self, row):
        """Refuse readings, numbers or units of a check that do not fit."""
        try:
            choices = self.choices_of(row)
            needed = self.needed(row["compute"], choices) if row["compute"] else ()
        except ValueError as error:
            raise fault(row, "readings", error) from None
        for part in split(row["readings"]):
            name, _, _ = part.partition("=")
            require(row, "readings", name, needed)
        rows = self.tables["claims"] | self.tables["external"]
        for name in split(row["beside"]):
            unit = printed.base(rows[name]["unit"])
            if row["compute"] and unit != self.units[row["compute"]]:
                sentence = f"{name} is in {unit}, not {self.units[row['compute']]}"
                raise fault(row, "beside", sentence)

    def choices_of(self, row):
        """Return the readings that a check names."""
        return self.choices(dict(part.split("=") for part in split(row["readings"])))

    # A setting is a dict from a name to a number, the name of a reading or a function.

    def choices(self, choices):
        """Check choices, and give a reading to all quantities that follow one."""
        checked = {name: self.choice(name, choices[name]) for name in choices}
        for group in self.followers.values():
            named = [checked[name] for name in group if name in checked]
            readings = [choice for choice in named if isinstance(choice, str)]
            if readings:
                checked = dict.fromkeys(group, readings[0]) | checked
        return checked

    def choice(self, name, choice):
        """Return a number, the name of a reading or a formula, or refuse it."""
        self.look_up(name)
        if inspect.isroutine(choice):
            return self.own_formula(name, choice)
        has_unit = False
        if isinstance(choice, str):
            if choice in self.readings[name]:
                return choice
            choice, has_unit = self.read_number(name, choice)
        if isinstance(choice, bool) or not isinstance(choice, Real):
            raise SettingError(f"{name} must be a number or a reading, not {choice!r}")
        low, high = self.allowed(name)
        if not low <= choice <= high:
            span = f"{low:,.10g} to {high:,.10g}"
            raise SettingError(f"{name} must be {span}, not {choice:,.10g}")
        if not has_unit:
            self.guard(name, choice)
        return float(choice)

    def look_up(self, name):
        """Refuse an unknown quantity, with the nearest known one."""
        if name not in self.readings:
            hint = nearest(name, self.readings)
            raise SettingError(f"'{name}' is not a quantity{hint}")

    def read_number(self, name, text):
        """Return the number in a text, and whether a unit stands beside it."""
        try:
            return float(text), False
        except ValueError:
            pass
        row = self.tables["external"].get(text)
        if row:
            sentence = f"'{text}' does not stand for {name}: it is {row['statement']}"
            raise SettingError(f"{sentence} ({row['unit']}, {row['period']})")
        if text[:1].isalpha():
            known = ", ".join(self.readings[name])
            hint = nearest(text, self.readings[name])
            sentence = f"'{text}' is neither a number nor a reading of {name}{hint}"
            raise SettingError(f"{sentence} (its readings are {known})")
        from analysis import units

        unit = self.units[name]
        try:
            return units.read(text, unit, frozenset(self.units.values())), True
        except Exception:
            sentence = f"{name}: '{text}' is not a number in {unit}"
            raise SettingError(sentence) from None

    def usual(self, name):
        """Return the number that guards against others far off; none for our shares."""
        assumption = self.assumptions.get(name)
        if assumption:
            # The range that is allowed guards a share.
            return 0.0 if self.units[name] == "dimensionless" else assumption.value
        return float(self.evaluate(self.sources(name, {}), {})[name])

    def guard(self, name, number):
        """Refuse a number fifty times off the article's; its unit must be written."""
        value = self.usual(name)
        if value and number and not 1 / FAR < abs(number / value) < FAR:
            sentence = f"{name} is {value:,.10g} here, and {number:,.10g} is far off"
            raise SettingError(
                f"{sentence}; write its unit, {self.units[name]}, if meant"
            )

    def own_formula(self, name, function):
        """Return the formula of a user's function, run once on units."""
        needs = tuple(inspect.signature(function).parameters)
        for need in needs:
            self.look_up(need)
        from analysis import units

        known = frozenset(self.units.values())
        given = [self.units[need] for need in needs]
        try:
            found = units.unit_of(function, given, known)
            if not units.is_unit(found, self.units[name], known):
                raise SettingError(f"it gives {found}, not {self.units[name]}")
        except Exception as error:
            raise SettingError(
                f"the function for {name} does not fit: {error}"
            ) from None
        return Formula(function, needs, is_own=True)

    def allowed(self, name):
        """Return the least and the greatest number that a quantity may be set to."""
        if name in self.assumptions:
            return self.limits[name]
        return -1.0 if self.units[name] == "dimensionless" else 0.0, math.inf

    def source(self, name, setting):
        """Return the source of a quantity under a setting."""
        readings = self.readings[name]
        choice = setting.get(name, next(iter(readings)))
        if isinstance(choice, str):
            return readings[choice]
        if isinstance(choice, Formula):
            return choice
        if name in self.assumptions:
            return self.assumptions[name].at(choice)
        printed_one = readings.get("published", Number(math.nan))
        return printed_one if choice == printed_one.value else Number(choice)

    def needed(self, name, setting, path=()):
        """Return the sources of a quantity and of all that it needs, in order."""
        if name in path:
            circle = ", which needs ".join([*path[path.index(name) :], name])
            raise SettingError(f"readings in a circle: {circle}")
        source = self.source(name, setting)
        sources = {}
        if isinstance(source, Formula):
            for need in source.needs:
                sources |= self.needed(need, setting, (*path, name))
        return sources | {name: source}

    def sources(self, name, setting):
        """Return the sources that a quantity and its limits need."""
        sources = self.needed(name, setting)
        for need in [*sources]:
            most = self.limits.get(need, printed.ANY)[1]
            if isinstance(most, str):
                sources = self.needed(most, setting) | sources
        return sources

    def check_effect(self, name, setting):
        """Refuse a number from which nothing is computed under a setting."""
        known = self.readings[name]
        default = next(iter(known.values()))
        if isinstance(default, Formula) or setting[name] in (default.value, *known):
            return
        users = self.users(name)
        for other, reading in users:
            if self.readings[other][reading] is self.source(other, setting):
                return
        hint = "; it counts with {}={}".format(*users[-1]) if users else ""
        raise SettingError(f"{name} has no effect under these readings{hint}")

    def users(self, name):
        """Return the readings that are computed from a quantity."""
        found = []
        for other, readings in self.readings.items():
            for reading, source in readings.items():
                if name in getattr(source, "needs", ()):
                    found.append((other, reading))
        return found

    def evaluate(self, sources, put_in, *, limits="ignore"):
        """Return the values of all quantities, with some put in.

        Past a limit a value is ignored, or moved to the limit ("clip"), or replaced by
        NaN ("drop").
        """
        values = dict(put_in)
        with np.errstate(all="ignore"):
            for name, source in sources.items():
                is_sum = name not in values and isinstance(source, Formula)
                if is_sum:
                    needs = [values[need] for need in source.needs]
                    values[name] = source.function(*needs)
                elif name not in values:
                    values[name] = np.float64(source.value)
                if name in self.limits and limits == "drop":
                    values[name] = within(values[name], *self.ends(name, values))
                elif name in self.limits and limits == "clip" and is_sum:
                    values[name] = clipped(values[name], *self.ends(name, values))
        return values

    def ends(self, name, values):
        """Return the limits of a quantity; the upper may be another quantity."""
        low, high = self.limits[name]
        return low, values.get(high, math.inf) if isinstance(high, str) else high

    def broken(self, values):
        """Yield each name whose limit is broken, and where it is."""
        for name in values:
            if name in self.limits:
                where = past(values[name], *self.ends(name, values))
                if np.any(where):
                    yield name, where

    def sentence(self, name, values):
        """Say which limit a single value of a quantity passes."""
        value = float(values[name])
        low, high = self.ends(name, values)
        side, end = ("below", low) if value < low else ("above", high)
        return f"{name} would be {value:,.10g}, {side} {float(end):,.10g}"


def past(value, low, high):
    """Return whether a value is past a limit by more than rounding errors."""
    room = printed.SAME * np.maximum(abs(value), 1)
    return (value < low - room) | (value > high + room)


def clipped(value, low, high):
    """Move what is past a limit to the limit."""
    return np.minimum(np.maximum(value, low), high)


def within(value, low, high):
    """Replace by NaN what is past a limit, in any kind of array."""
    is_past = past(value, low, high)
    if hasattr(is_past, "where"):
        # A Series or a DataArray would lose its labels in np.where.
        return (value + 0 * is_past).where(np.logical_not(is_past))
    return np.where(is_past, np.nan, value)


@dataclass(frozen=True)
class Assumption:
    """A value of ours, the range in which it is varied, and what is allowed."""

    value: float
    low: float
    high: float
    minimum: float
    maximum: float
    may_be_lower: bool

    def at(self, value):
        """Return a value of the assumption; the true one may be lower."""
        return Number(value, (), (self.minimum, value) if self.may_be_lower else ())


def read_assumptions(rows):
    """Return the assumptions by name."""
    assumptions = {}
    for name, row in rows.items():
        columns = ("value", "low", "high", "minimum", "maximum")
        numbers = [float(row[column]) for column in columns]
        assumptions[name] = Assumption(*numbers, row["true_value"] == "any lower")
    return assumptions


def read_limit(row):
    """Return the least and the greatest value; the latter may be a quantity."""
    low, high = row["at_least"], row["at_most"]
    low = -math.inf if low is None else float(low)
    high = math.inf if high is None else float(high)
    return low, row["not_above"] or high


def collect(tables, assumptions):
    """Return the sources of each quantity by reading, the one in use first."""
    readings: dict[str, dict] = {name: {} for name in tables["quantities"]}
    for row in tables["claims"].values():
        add_claim(readings[row["quantity"]], row, assumptions)
    for name, assumption in assumptions.items():
        readings[name]["set"] = assumption.at(assumption.value)
    for name, function in formulas_by_name().items():
        quantity, _, reading = name.partition("__")
        needs = tuple(inspect.signature(function).parameters)
        for known in (quantity, *needs):
            if known not in readings:
                raise DataError(f"quantities.csv lacks {known}, of the formula {name}")
        readings[quantity][reading or "formula"] = Formula(function, needs)
    order = defaultdict(list)
    for (name, reading), row in tables["readings"].items():
        order[name].append(reading)
        if row["same_as"]:
            readings[name][reading] = Formula(same, (row["same_as"],))
    for row in tables["external"].values():
        if row["reading_of"]:
            years = int(row["divide_by"] or 1)
            readings[row["reading_of"]][row["id"]] = of_row(row, years=years)
    return {
        name: ordered(known, order[name]) for name, known in readings.items() if known
    }


def add_claim(readings, row, assumptions):
    """Add a printed number, or what words allow."""
    if row["printed"] is not None:
        readings[row["id"]] = of_row(row)
        if row["input"]:
            readings["published"] = of_row(row)
    elif row["input"]:
        low, high = printed.words_of(row)
        words = low, min(high, assumptions[row["quantity"]].maximum)
        readings["in_words"] = Number(math.nan, words, words, row["id"])
        readings["floor"] = Number(low, (), words)


def ordered(known, listed):
    """Return the readings of a quantity, with the one in use first."""
    order = [*listed, "published", "formula", "set", *known]
    return {reading: known[reading] for reading in order if reading in known}


def same(quantity):
    """Return another quantity's value, as a reading takes it."""
    return quantity


def formulas_by_name():
    """Return the public functions of the modules with formulas, by name."""
    functions = {}
    for module in formulas.__all__:
        for name, function in vars(getattr(formulas, module)).items():
            if inspect.isfunction(function):
                functions[name] = function
    return functions


def of_row(row, years=1):
    """Return the source of a printed number, or of a total divided by years."""
    rounding, words = printed.stands_for(row), printed.words_allow(row)
    return Number(
        printed.value_of(row) / years,
        tuple(end / years for end in rounding if printed.half_of(row)),
        tuple(end / years for end in words),
        row["id"],
    )
