"""A book: the rows of one article, and where each of its quantities comes from.

A quantity has readings, the one in use first. A reading is a node: a number with the
values that it may stand for, or a formula of other quantities. A setting has another
node for some quantities.
"""

import functools
import inspect
import math
import runpy
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from analysis import citing, formulas, rows, words
from analysis.rows import ENDLESS, DataError, SettingError, Span, Unit, unknown
from analysis.texts import ROOT, read_package, read_texts

UNBOUNDED: Span = (-math.inf, math.inf)
NAN = np.float64(math.nan)
#: The readings that come first where readings.csv lists none.
DEFAULT_READINGS = ("published", "formula", "set")
#: The kinds of checks that the article makes itself.
ARTICLES = ("article", "printed twice")
#: A number that is no assumption may be so many times as large, or as small.
MAX_FACTOR = 20


@dataclass(frozen=True)
class Node:
    """Where a quantity comes from: a number, or a formula of what it needs.

    A number has the values that round to it, and those that its words allow; one in
    words only is NaN. ``given_as`` is what a user set: a number, or a name for it.
    """

    # NaN would be like no other.
    value: np.float64 = field(default=NAN, compare=False)
    rounding: Span | None = None
    words: Span | None = None
    row: str = ""
    formula: Callable[..., Any] | None = None
    needs: tuple[str, ...] = ()
    distribution: Any = None
    given_as: float | str = field(default="", compare=False)

    @property
    def is_in_words(self) -> bool:
        """Whether only words give the number."""
        return self.words is not None and math.isnan(self.value)

    @property
    def stated_end(self) -> np.float64:
        """The end that words name: the low one of "at least", the high of "up to"."""
        low, high = self.words or UNBOUNDED
        return np.float64(low or high)

    @property
    def may_be_lower(self) -> bool:
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

    exact: Span = UNBOUNDED
    rounded: Span = UNBOUNDED
    low_end: str = ""
    rows: tuple[str, ...] = ()
    is_statement: bool = False


def tolerance(number: Any) -> Any:
    """Return the room in which a number counts as equal to another."""
    return 1e-9 * abs(number) + 1e-12


def above(number: float) -> float:
    """Return the end of an interval that lies just above a number, and excludes it."""
    return float(number + 2 * tolerance(number))


def is_outside(value: Any, low: Any, high: Any) -> Any:
    """Return whether entries are past a limit by more than rounding errors."""
    return (value < low - tolerance(low)) | (value > high + tolerance(high))


def identity(quantity: Any) -> Any:
    """Return another quantity's value, as a reading takes it."""
    return quantity


def node_of(row: rows.Printed, years: int = 1) -> Node:
    """Return a printed number, or a total divided by years."""

    def mean(span: Span | None) -> Span | None:
        return span and (span[0] / years, span[1] / years)

    rounding = row.rounding if row.place else None
    if row.printed is None:
        rounding = row.words
    value = np.float64(row.value / years)
    return Node(value, mean(rounding), mean(row.words), row.id)


def claim_of(first: rows.Printed, last: rows.Printed) -> Claim:
    """Return what a row says, or the range between two rows."""
    names = first.id, last.id
    rounded = first.rounding[0], last.rounding[1]
    exact = rounded if first is last else (first.value, last.value)
    if first is not last or not first.words:
        return Claim(exact, rounded, rows=names)
    low, high = first.words
    least = low - first.half
    if first.says.startswith("> "):
        low = above(low)
        least = above(least)
    return Claim((low, high), (least, high + first.half), first.low_end, names)


def formulas_by_name(folder: Path) -> dict[str, Callable[..., Any]]:
    """Return the functions of a folder's formulas.py by name; those of the package's
    own article are in modules of the package."""
    members: dict[str, Any] = {}
    if folder == ROOT:
        for module in formulas.__all__:
            members |= vars(getattr(formulas, module))
    else:
        try:
            members = runpy.run_path(str(folder / "formulas.py"), run_name="formulas")
        except Exception as error:
            raise DataError(f"formulas.py cannot be read: {error}") from None
    return {name: each for name, each in members.items() if inspect.isfunction(each)}


class Book:
    """The rows of one article, by table and name, and the readings of each quantity.

    Its folder has data/, formulas.py, notebooks/, method.md, README.md, CITATION.cff.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        data = folder / "data"
        schemas, rules = read_package(data)
        self.citation = citing.read(folder)
        self.formulas = formulas_by_name(folder)
        known: dict[str, Mapping[str, rows.Row]] = {}

        def read(name: str, kind: type[rows.R]) -> dict[str, rows.R]:
            path = data / f"{name}.csv"
            known[name] = table = rows.read_table(path, kind, rules[name], known)
            return table

        units = read("units", rows.UnitRow)
        self.assumptions = read("assumptions", rows.Assumption)
        self.quantities: dict[str, rows.Limited] = read("quantities", rows.Quantity)
        self.quantities |= self.assumptions
        self.sources = read("sources", rows.Source)
        self.claims = read("claims", rows.Claim)
        self.external = read("external", rows.External)
        self.listed = read("readings", rows.Reading)
        self.checks = read("checks", rows.Check)
        known["rows"] = {**self.claims, **self.external}
        self.findings = read("findings", rows.Finding)
        self.limits: dict[str, tuple[float, float | str]] = {}
        self.labels: dict[str, str] = {}
        self.units: dict[str, str] = {}
        self.shown_units: dict[str, Unit] = {}
        for name, row in self.quantities.items():
            if row.limits != UNBOUNDED:
                self.limits[name] = row.limits
            self.labels[name] = row.label
            self.units[name] = rows.base(row.unit)
            self.shown_units[name] = Unit(row.unit, units[row.unit].plural)
        self._check_units()
        self.readings = self._collected()
        self._check_readings()
        self.texts = read_texts(data, schemas, self._formats())
        for claim in self.claims.values():
            claim.require("section", claim.section, self.texts["headlines"]["sections"])
        for name, row in self.texts["scenarios"].items():
            for key in row["set"].keys() - self.readings:
                sentence = unknown("quantity", key, self.readings)
                raise DataError(f"scenarios.yaml, {name}: {sentence}")

    def _formats(self) -> dict[str, Callable[[str], bool]]:
        """Return which names texts may have."""
        # A comparison of ours is no claim of the article's.
        claims = [name for name, row in self.checks.items() if row.kind in ARTICLES]
        return {
            "check": claims.__contains__,
            "claim": self.claims.__contains__,
            "quantity": self.readings.__contains__,
        }

    def unit(self, name: str) -> Unit:
        """Return the unit in which a quantity is shown."""
        return self.shown_units[name]

    @functools.cached_property
    def levels(self) -> dict[str, set[float]]:
        """The numbers with which checks compare each quantity."""
        levels: dict[str, set[float]] = defaultdict(set)
        for check in self.checks.values():
            if check.compared_with:
                claim = self.claim(check)
                levels[check.compute] |= {*claim.exact, *claim.rounded} - {ENDLESS}
        return levels

    def place(self, row: rows.Claim) -> str:
        """Return the place of a printed number in the article.

        >>> import analysis
        >>> book = analysis.load().book
        >>> book.place(book.claims["figure_2019_all"])
        'Scale, paragraph 1'
        """
        if row.section == "notes":
            return f"note {row.paragraph}"
        section = self.texts["headlines"]["sections"][row.section]
        return f"{section}, paragraph {row.paragraph}"

    def spelled(self, name: str, value: float) -> str:
        """Write a value of a quantity, on its side of what it is compared with."""
        return words.number(value, self.unit(name), self.levels[name])

    def spanned(self, name: str, ends: Sequence[float]) -> str:
        """Write a span of a quantity."""
        return words.joined(*[self.spelled(name, end) for end in ends])

    # Rules between rows.

    def _check_units(self) -> None:
        """Refuse rows in another unit than what they stand for, or beside."""
        pairs: list[tuple[rows.Row, str, str, str]] = []
        for claim in self.claims.values():
            pairs.append((claim, "says", claim.low_end, claim.unit))
        for figure in self.external.values():
            pairs.append((figure, "reading_of", figure.reading_of, figure.unit))
            if figure.id in self.claims:
                raise figure.fault("id", f"{figure.id} is already used in claims.csv")
        for each in self.listed.values():
            pairs.append((each, "same_as", each.same_as, self.units[each.quantity]))
        for check in self.checks.values():
            for name in check.compared_with:
                unit = self.claims[name].unit
                pairs.append((check, "compared_with", check.compute, unit))
        for row, column, name, unit in pairs:
            if name:
                row.require(column, name, self.units)
                if self.units[name] != rows.base(unit):
                    sentence = f"{name} has the unit {self.units[name]}, not {unit}"
                    raise row.fault(column, sentence)

    def _check_readings(self) -> None:
        """Refuse limits and readings that do not exist, formulas in a circle, and
        ranges the wrong way round."""
        for name, readings in self.readings.items():
            row = self.quantities[name]
            known = [f"{name}.{reading}" for reading in readings]
            if row.not_above:
                row.require("not_above", row.not_above, [*self.readings, *known])
            try:
                self.order(name, NO_SETTING)
            except SettingError as error:
                raise row.fault("quantity", error) from None
        for check in self.checks.values():
            values = [self.claims[name].value for name in check.compared_with]
            if len(values) > 1 and values != sorted(values):
                sentence = "the first number must not be greater than the last"
                raise check.fault("compared_with", sentence)
            own = self.readings_of(check)
            try:
                needed = self.order(check.compute, own) if check.compute else {}
            except SettingError as error:
                raise check.fault("readings", error) from None
            for name in own:
                check.require("readings", name, needed)

    # Readings.

    def _collected(self) -> dict[str, dict[str, Node]]:
        """Return the readings of each quantity, the one in use first."""
        found: dict[str, dict[str, Node]] = {name: {} for name in self.quantities}
        for name, row in self.assumptions.items():
            found[name]["set"] = Node(np.float64(row.value))
        for claim in self.claims.values():
            of = self.quantities[claim.quantity]
            if is_outside(claim.value, float(of.at_least), float(of.at_most)):
                sentence = f"the number breaks a limit of {claim.quantity}"
                raise claim.fault("printed", sentence)
            self._add_claim(found[claim.quantity], claim)
        for name, function in self.formulas.items():
            quantity, _, reading = name.partition("__")
            needs = tuple(inspect.signature(function).parameters)
            for known in (quantity, *needs):
                if known not in found:
                    sentence = f"the formula {name} needs a quantity {known}"
                    raise DataError(f"quantities.csv, assumptions.csv: {sentence}")
            node = Node(formula=function, needs=needs)
            found[quantity][reading or "formula"] = node
        for figure in self.external.values():
            if figure.reading_of:
                found[figure.reading_of][figure.id] = node_of(figure, figure.years)
        return self._ordered(found)

    def _ordered(self, found: dict[str, dict[str, Node]]) -> dict[str, dict[str, Node]]:
        """Return readings in order: as readings.csv lists them, then as is usual.

        The least that words allow is a reading only where readings.csv lists it.
        """
        readings: dict[str, dict[str, Node]] = {name: {} for name in found}
        for row in self.listed.values():
            known = found[row.quantity]
            if row.same_as:
                known[row.reading] = Node(formula=identity, needs=(row.same_as,))
            row.require("reading", row.reading, known)
            readings[row.quantity][row.reading] = known[row.reading]
        for name, known in found.items():
            known.pop("floor", None)
            for reading in (*DEFAULT_READINGS, *known):
                if reading in known:
                    readings[name].setdefault(reading, known[reading])
        return {name: known for name, known in readings.items() if known}

    @staticmethod
    def _add_claim(readings: dict[str, Node], row: rows.Claim) -> None:
        """Add a printed number, or what words allow; a quantity has one input."""
        if row.input and ("published" in readings or "in_words" in readings):
            raise row.fault("input", f"{row.quantity} already has an input")
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
            raise SettingError(unknown("quantity", name, self.readings))

    def node(self, name: str, setting: Setting) -> Node:
        """Return the source of a quantity under a setting."""
        self.look_up(name)
        return setting.get(name) or next(iter(self.readings[name].values()))

    def readings_of(self, check: rows.Check) -> dict[str, Node]:
        """Return the readings that a check has for itself."""
        found = {}
        for pair in check.readings:
            name, reading = pair.split("=")
            check.require("readings", name, self.readings)
            check.require("readings", reading, self.readings[name])
            found[name] = self.readings[name][reading]
        return found

    def order(
        self, name: str, setting: Setting, path: tuple[str, ...] = ()
    ) -> dict[str, Node]:
        """Return a quantity and all that it needs, in the order of computing."""
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            raise SettingError(f"these readings depend on one another: {circle}")
        nodes: dict[str, Node] = {}
        node = self.node(name, setting)
        for need in node.needs:
            if need not in nodes:
                nodes |= self.order(need, setting, (*path, name))
        nodes[name] = node
        return nodes

    def claim(self, check: rows.Check) -> Claim:
        """Return what stands beside a check; anything, where nothing does."""
        if not check.compared_with:
            return Claim()
        return claim_of(
            self.claims[check.compared_with[0]], self.claims[check.compared_with[-1]]
        )

    # What may be set.

    @functools.cached_property
    def default_values(self) -> dict[str, float]:
        """The article's own number for each quantity, or the end that words name."""
        values: dict[str, Any] = {}
        for quantity in self.readings:
            for name, node in self.order(quantity, NO_SETTING).items():
                values[name] = node.compute(values)
                if node.is_in_words:
                    values[name] = node.stated_end
        return {name: float(value) for name, value in values.items()}

    @functools.cached_property
    def ranges(self) -> dict[str, Span]:
        """What may be set: an assumption's range; a share or a rate up to its limit;
        another number within a factor of twenty."""
        ranges = {}
        for name, readings in self.readings.items():
            row = self.quantities[name]
            usual = self.default_values[name]
            low = float(row.at_least)
            high = float(row.at_most)
            if name in self.assumptions:
                ranges[name] = low, high
                continue
            least, most = sorted((usual / MAX_FACTOR, usual * MAX_FACTOR))
            _, _, reading = row.not_above.partition(".")
            if reading:
                # The printed number may be above it, by what rounds to its digits.
                _, digits = self.node(name, NO_SETTING).rounding or UNBOUNDED
                high = max(
                    float(readings[reading].compute(self.default_values)), digits
                )
            low = max(low, -1.0 if row.unit == "percent" else least)
            ranges[name] = low, min(high, most)
        return ranges

    def unsettable(self, name: str, values: Any) -> Any:
        """Return where a quantity may not be set; what is no assumption may be 0."""
        past = is_outside(values, *self.ranges[name])
        if np.any(past) and name not in self.assumptions:
            past &= values != 0
        return past
