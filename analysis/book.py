"""A book: the rows of one article, and where each of its quantities comes from.

A quantity has readings, the one in use first. A reading is a node: a number with the
values that it may stand for, or a formula of other quantities. A setting has another
node for some quantities.
"""

import functools
import inspect
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from analysis import formulas, rows, words
from analysis.rows import ENDLESS, DataError, SettingError, Span, Unit, nearest
from analysis.texts import read_texts

ANY: Span = (-math.inf, math.inf)
NAN = np.float64(math.nan)
#: The readings that come first where readings.csv lists none.
USUAL = ("published", "formula", "set")
#: A number that is no assumption may be so many times as large, or as small.
FAR = 20


@dataclass(frozen=True)
class Node:
    """Where a quantity comes from: a number, or a formula of what it needs.

    A number has the values that round to it, and those that its words allow; one in
    words only is NaN. ``said`` is what a user set: a number, or in a word what else; a
    formula may be a user's own.
    """

    value: np.float64 = NAN
    rounding: Span | None = None
    words: Span | None = None
    row: str = ""
    formula: Callable[..., Any] | None = None
    needs: tuple[str, ...] = ()
    distribution: Any = None
    said: float | str = field(default="", compare=False)

    @property
    def is_in_words(self) -> bool:
        """Whether only words give the number."""
        return self.words is not None and math.isnan(self.value)

    @property
    def is_own(self) -> bool:
        """Whether the formula is a function of a user's."""
        return self.formula is not None and "(" in str(self.said)

    @property
    def named_end(self) -> np.float64:
        """The end that words name: the low one of "at least", the high of "up to"."""
        low, high = self.words or ANY
        return np.float64(low or high)

    @property
    def gives_way(self) -> bool:
        """Whether words, such as "up to", let a printed number be lower."""
        return self.words is not None and self.words[0] < float(self.value)

    def compute(self, values: Mapping[str, Any]) -> Any:
        """Return the number, or what the formula gives for some values."""
        if not self.formula:
            return self.value
        return self.formula(*[values[need] for need in self.needs])


Setting = Mapping[str, Node]
NO_SETTING: Setting = MappingProxyType({})


@dataclass(frozen=True)
class Claim:
    """The ends of what printed rows say: as printed, and as rounded.

    The low end may be an assumption. A statement is a user's own claim.
    """

    exact: Span = ANY
    rounded: Span = ANY
    low_end: str = ""
    rows: tuple[str, ...] = ()
    is_statement: bool = False


@dataclass(frozen=True)
class Range:
    """The numbers to which a quantity may be set; 0 may lie apart."""

    least: float
    most: float
    or_zero: bool = False

    @property
    def ends(self) -> Span:
        """The least and the greatest, without 0."""
        return self.least, self.most

    def past(self, values: Any) -> Any:
        """Return where entries may not be set."""
        past = is_past(values, self.least, self.most)
        return past & (values != 0) if self.or_zero and anywhere(past) else past


def slack(number: Any) -> Any:
    """Return the room in which a number counts as equal to another."""
    return np.maximum(1e-9 * abs(number), 1e-12)


def above(number: float) -> float:
    """Return the end of an interval that lies just above a number, and excludes it."""
    return float(number + 2 * slack(number))


def anywhere(where: Any) -> Any:
    """Return whether some entry is true; for one number at once."""
    return where if isinstance(where, (bool, np.bool_)) else np.any(where)


def is_past(value: Any, low: Any, high: Any) -> Any:
    """Return whether entries are past a limit by more than rounding errors."""
    past = (value < low) | (value > high)
    if not anywhere(past):
        return np.False_
    room = 1e-9 * np.maximum(abs(value), 1)
    return np.isinf(value) | (value < low - room) | (value > high + room)


def same(quantity: Any) -> Any:
    """Return another quantity's value, as a reading takes it."""
    return quantity


def node_of(row: rows.Printed, years: int = 1) -> Node:
    """Return a printed number, or a total divided by years."""

    def mean(span: Span | None) -> Span | None:
        return span and (span[0] / years, span[1] / years)

    rounding = mean(row.rounding) if row.place else None
    if row.printed is None:
        rounding = row.words
    return Node(np.float64(row.value / years), rounding, mean(row.words), row.id)


def claim_of(first: rows.Printed, last: rows.Printed) -> Claim:
    """Return what a row says, or the range between two rows."""
    names = first.id, last.id
    rounded = first.rounding[0], last.rounding[1]
    if first is not last:
        return Claim((first.value, last.value), rounded, rows=names)
    if not first.words:
        return Claim(rounded, rounded, rows=names)
    low, high = first.words
    least = low - first.half if low else low
    if first.says.startswith("> "):
        low, least = above(low), above(least)
    return Claim((low, high), (least, high + first.half), first.low_end, names)


def formula_nodes() -> Iterator[tuple[str, str, Node]]:
    """Yield the quantity and the reading of each formula, with its node."""
    for name, function in formulas_by_name().items():
        quantity, _, reading = name.partition("__")
        needs = tuple(inspect.signature(function).parameters)
        yield quantity, reading or "formula", Node(formula=function, needs=needs)


def formulas_by_name() -> dict[str, Callable[..., Any]]:
    """Return the public functions of the modules with formulas, by name."""
    functions: dict[str, Callable[..., Any]] = {}
    for module in formulas.__all__:
        for name, function in vars(getattr(formulas, module)).items():
            if inspect.isfunction(function):
                functions[name] = function
    return functions


def ordered(known: dict[str, Node], listed: list[str]) -> dict[str, Node]:
    """Return the readings of a quantity, with the one in use first.

    The least that words allow is a reading only where readings.csv lists it.
    """
    order = [name for name in (*listed, *USUAL, *known) if name in known]
    return {name: known[name] for name in order if name != "floor" or name in listed}


class Book:
    """The rows of a folder, by table and name, and the readings of each quantity."""

    def __init__(self, folder: Path):
        def read(
            name: str, kind: type[rows.R], **derived: Callable[[rows.Cells], str]
        ) -> dict[str, rows.R]:
            return rows.read_table(folder / f"{name}.csv", kind, derived)

        self.folder = folder
        nouns = read("units", rows.UnitRow)
        self.assumptions = read("assumptions", rows.Assumption)
        self.quantities: dict[str, rows.Limited] = read("quantities", rows.Quantity)
        self.limits: dict[str, tuple[float, float | str]] = {}
        self.quantities |= self.assumptions
        for name, row in self.quantities.items():
            high = getattr(row, "not_above", "")
            # Another reading ends only what may be set.
            if not high or "." in high:
                high = float(row.at_most)
            if (float(row.at_least), high) != ANY:
                self.limits[name] = float(row.at_least), high
        self.labels: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.shown_units: dict[str, Unit] = {}
        for name, row in self.quantities.items():
            row.require("unit", row.unit, nouns)
            self.labels[name] = row.label
            self.units[name] = rows.base(row.unit)
            self.shown_units[name] = Unit(row.unit, nouns[row.unit].plural)
        self.claims = read("claims", rows.Claim, unit=self._unit_of)
        self.external = read("external", rows.External)
        self.listed = read("readings", rows.Reading)
        self.checks = read("checks", rows.Check)
        self.sources = read("sources", rows.Source)
        self.findings = read("findings", rows.Finding)
        self._check_names()
        self._check_units()
        self._check_beside()
        self.readings = self._collected()
        self._check_readings()
        self.texts = read_texts(folder, self._formats())

    def _unit_of(self, cells: rows.Cells) -> str:
        """Return the unit of a claim, which is that of its quantity."""
        row = self.quantities.get(cells["quantity"])
        return row.unit if row else ""

    def _formats(self) -> dict[str, Callable[[str], bool]]:
        """Return which names texts may have."""
        judged = [name for name, check in self.checks.items() if check.kind]
        return {
            "check": judged.__contains__,
            "claim": self.claims.__contains__,
            "external": self.external.__contains__,
            "assumption": self.assumptions.__contains__,
            "quantity": self.readings.__contains__,
            "setting": {"why", "label", *self.readings}.__contains__,
        }

    def unit(self, name: str) -> Unit:
        """Return the unit in which a quantity is shown."""
        return self.shown_units[name]

    @functools.cached_property
    def levels(self) -> dict[str, tuple[float, ...]]:
        """The numbers with which checks compare each quantity."""
        ends: dict[str, set[float]] = {name: set() for name in self.quantities}
        for check in self.checks.values():
            if check.compute and check.beside:
                claim = self.claim(check)
                ends[check.compute] |= {*claim.exact, *claim.rounded}
        return {
            name: tuple(end for end in sorted(known) if abs(end) < ENDLESS)
            for name, known in ends.items()
        }

    def spelled(self, name: str, value: float) -> str:
        """Write a value of a quantity, on its side of what it is compared with."""
        return words.number(value, self.unit(name), self.levels[name])

    def spanned(self, name: str, ends: Sequence[float]) -> str:
        """Write a span of a quantity."""
        return words.joined(*[self.spelled(name, end) for end in ends])

    # Rules between rows.

    def _check_names(self) -> None:
        """Refuse names in columns that refer to what does not exist."""
        known: dict[str, Iterable[str]] = {
            "quantities": self.quantities,
            "claims": self.claims,
            "sources": self.sources,
            "printed": self.claims | self.external,
        }
        tables: list[Mapping[str, rows.Row]] = [self.claims, self.external]
        for table in (*tables, self.listed, self.checks, self.findings):
            for row in table.values():
                for column, other in row.refers.items():
                    cell = getattr(row, column)
                    names = [cell] if isinstance(cell, str) else cell
                    for name in filter(None, names):
                        row.require(column, name, known[other])

    def _check_units(self) -> None:
        """Refuse rows in another unit than what they stand for, or beside."""
        for claim in self.claims.values():
            if claim.low_end:
                claim.require("says", claim.low_end, self.assumptions)
                self._check_unit(claim, "says", claim.low_end, claim.unit)
        for figure in self.external.values():
            if figure.id in self.claims:
                sentence = f"{figure.id} stands in claims.csv, too"
                raise figure.fault("id", sentence)
            if figure.reading_of:
                self._check_unit(figure, "reading_of", figure.reading_of, figure.unit)
            elif figure.divide_by:
                raise figure.fault("divide_by", "it is no reading of a quantity")
        for each in self.listed.values():
            if each.same_as:
                unit = self.units[each.quantity]
                self._check_unit(each, "same_as", each.same_as, unit)

    def _check_beside(self) -> None:
        """Refuse what stands beside a check in another unit, or the wrong way round."""
        for check in self.checks.values():
            for name in check.beside if check.compute else ():
                unit = self.claims[name].unit
                self._check_unit(check, "beside", check.compute, unit)
            values = [self.claims[name].value for name in check.beside]
            if len(values) > 1 and values != sorted(values):
                raise check.fault("beside", f"{'; '.join(check.beside)} must rise")

    def _check_unit(self, row: rows.Row, column: str, name: str, unit: str) -> None:
        if self.units[name] != rows.base(unit):
            raise row.fault(column, f"{name} is in {self.units[name]}, not {unit}")

    def _check_readings(self) -> None:
        """Refuse readings and limits that do not exist, and formulas in a circle."""
        for each in self.listed.values():
            each.require("quantity", each.quantity, self.readings)
            each.require("reading", each.reading, self.readings[each.quantity])
        for name in self.readings:
            row = self.quantities[name]
            limit, _, reading = getattr(row, "not_above", "").partition(".")
            if limit:
                row.require("not_above", limit, self.readings)
            if reading:
                row.require("not_above", limit, [name])
                row.require("not_above", reading, self.readings[name])
            try:
                self.order(name, NO_SETTING)
            except SettingError as error:
                raise row.fault("quantity", error) from None
        for check in self.checks.values():
            try:
                own = self.readings_of(check)
                needed = self.order(check.compute, own) if check.compute else {}
            except SettingError as error:
                raise check.fault("readings", error) from None
            for name in own:
                check.require("readings", name, needed)

    # Readings.

    def _collected(self) -> dict[str, dict[str, Node]]:
        """Return the readings of each quantity, the one in use first."""
        found: dict[str, dict[str, Node]] = {name: {} for name in self.quantities}
        order: dict[str, list[str]] = {name: [] for name in self.quantities}
        for name, row in self.assumptions.items():
            found[name]["set"] = Node(np.float64(row.value))
        for claim in self.claims.values():
            self._add_claim(found[claim.quantity], claim)
        for quantity, reading, node in formula_nodes():
            for known in (quantity, *node.needs):
                if known not in found:
                    sentence = f"quantities.csv, assumptions.csv lack {known}"
                    raise DataError(f"{sentence}, of a formula for {quantity}")
            found[quantity][reading] = node
        for each in self.listed.values():
            order[each.quantity].append(each.reading)
            if each.same_as:
                node = Node(formula=same, needs=(each.same_as,))
                found[each.quantity][each.reading] = node
        for figure in self.external.values():
            if figure.reading_of:
                node = node_of(figure, figure.years)
                found[figure.reading_of][figure.id] = node
        return {
            name: ordered(known, order[name]) for name, known in found.items() if known
        }

    @staticmethod
    def _add_claim(readings: dict[str, Node], row: rows.Claim) -> None:
        """Add a printed number, or what words allow; a quantity has one input."""
        if row.input and ("published" in readings or "in_words" in readings):
            raise row.fault("input", f"{row.quantity} has another input")
        node = node_of(row)
        if row.printed is not None and not row.low_end:
            readings[row.id] = node
        if row.input and node.words and node.is_in_words:
            least = np.float64(node.words[0])
            readings |= {"in_words": node, "floor": Node(least, words=node.words)}
        elif row.input:
            readings["published"] = node

    def look_up(self, name: Any) -> None:
        """Refuse an unknown quantity, with the nearest known one."""
        if name not in self.readings:
            hint = nearest(name, self.readings)
            raise SettingError(f"'{name}' is not a quantity{hint}")

    def node(self, name: str, setting: Setting) -> Node:
        """Return the source of a quantity under a setting."""
        self.look_up(name)
        return setting.get(name) or next(iter(self.readings[name].values()))

    def readings_of(self, check: rows.Check) -> dict[str, Node]:
        """Return the readings that a check has for itself."""
        found = {}
        for pair in check.readings:
            name, _, reading = pair.partition("=")
            self.look_up(name)
            if reading not in self.readings[name]:
                hint = nearest(reading, self.readings[name])
                raise SettingError(f"'{reading}' is no reading of {name}{hint}")
            found[name] = self.readings[name][reading]
        return found

    def order(
        self, name: str, setting: Setting, path: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        """Return a quantity and all that it needs, in the order of computing."""
        if name in path:
            circle = ", which needs ".join([*path[path.index(name) :], name])
            raise SettingError(f"readings in a circle: {circle}")
        nodes: dict[str, Node] = {}
        node = self.node(name, setting)
        for need in node.needs:
            if need not in nodes:
                nodes |= self.order(need, setting, (*path, name))
        nodes[name] = node
        return nodes

    def claim(self, check: rows.Check) -> Claim:
        """Return what stands beside a check; anything, where nothing does."""
        if not check.beside:
            return Claim()
        first, last = check.beside[0], check.beside[-1]
        return claim_of(self.claims[first], self.claims[last])

    # What may be set.

    @functools.cached_property
    def usual(self) -> dict[str, float]:
        """The article's own number for each quantity, or the end that words name."""
        values: dict[str, Any] = {}
        for quantity in self.readings:
            for name, node in self.order(quantity, NO_SETTING).items():
                value = node.compute(values)
                values[name] = node.named_end if node.is_in_words else np.float64(value)
        return {name: float(value) for name, value in values.items()}

    @functools.cached_property
    def ranges(self) -> dict[str, Range]:
        """What may be set: an assumption's range; a share or a rate up to its limit;
        another number within a factor of twenty."""
        ranges = {}
        for name in self.readings:
            row = self.quantities[name]
            low, high = float(row.at_least), float(row.at_most)
            _, _, reading = getattr(row, "not_above", "").partition(".")
            if reading:
                # The printed number may be above it, by what rounds to its digits.
                span = self.node(name, NO_SETTING).rounding or ANY
                high = float(self.readings[name][reading].compute(self.usual))
                high = max(high, span[1])
            least, most = sorted((self.usual[name] / FAR, self.usual[name] * FAR))
            if name in self.assumptions:
                ranges[name] = Range(low, high)
            elif self.unit(name) == "percent":
                ranges[name] = Range(max(low, -1.0), min(high, most))
            else:
                ranges[name] = Range(max(low, least), min(high, most), or_zero=True)
        return ranges
