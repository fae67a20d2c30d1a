"""The book of one article: its rows, and where each of its quantities comes from.

A quantity has one or more *readings*: ways to read or to compute it, with the one in
use first. Each reading is a ``Node``, which is either a number, with the values that it
may stand for, or a formula of other quantities. A *setting* puts another node in the
place of some quantities. ``Study`` and ``Case`` take everything they know from a book.

>>> book = Book(ROOT)
>>> [*book.readings["growth_2019_2021"]]
['published', 'from_difference', 'growth_rate_2019_2021']
>>> float(book.node("transfers_2021", NO_SETTING).value)
3170000.0
"""

import enum
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

# The readings that the package itself names; others have the name of their row, or of
# their formula.
PUBLISHED = "published"
IN_WORDS = "in_words"
#: The least that words allow. It is a reading only where readings.csv lists it.
FLOOR = "floor"
FORMULA = "formula"
ASSUMED = "set"
#: The readings that come first where readings.csv lists none.
DEFAULT_READINGS = (PUBLISHED, FORMULA, ASSUMED)

#: The kinds of checks that the article makes itself.
ARTICLES = ("article", "printed twice")
#: A number that is no assumption may be so many times as large, or as small.
MAX_FACTOR = 20


class Spread(enum.Flag):
    """What a number may be, apart from its value: what rounds to it, what its words
    allow, or both."""

    NONE = 0
    ROUNDING = enum.auto()
    WORDS = enum.auto()


@dataclass(frozen=True)
class Node:
    """Where a quantity comes from: a number, or a formula of the quantities it needs.

    ``rounding`` has the ends of what rounds to the number, ``words`` the ends of what
    its words allow; a number in words only is NaN. ``given_as`` is what a user set: a
    number, or the name of a reading or a distribution.
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

    def span(self, spread: Spread) -> Span | None:
        """Return the least and the greatest that the number may be, if it has any."""
        ends: list[float] = []
        if Spread.ROUNDING in spread:
            ends += self.rounding or ()
        if Spread.WORDS in spread:
            ends += self.words or ()
        return (min(ends), max(ends)) if ends else None

    def compute(self, values: Mapping[str, Any]) -> Any:
        """Return the number, or what the formula gives for some values."""
        if not self.formula:
            return self.value
        return self.formula(*[values[need] for need in self.needs])


Setting = Mapping[str, Node]
NO_SETTING: Setting = MappingProxyType({})


@dataclass(frozen=True)
class Claim:
    """What an article or a user claims of a quantity: that it lies between two ends.

    ``exact`` has the ends as printed, ``rounded`` as far as they may be rounded. The
    low end may be an assumption, ``low_end``. ``rows`` are the printed rows at both
    ends. A statement, such as ``at_risk_2021 > 1.9 million``, is a user's claim.
    """

    exact: Span = UNBOUNDED
    rounded: Span = UNBOUNDED
    low_end: str = ""
    rows: tuple[str, ...] = ()
    is_statement: bool = False


def tolerance(number: Any) -> Any:
    """Return how far another number may lie from a number and count as equal to it."""
    return 1e-9 * abs(number) + 1e-12


def above(number: float) -> float:
    """Return the end of an interval that lies just above a number, and excludes it."""
    return float(number + 2 * tolerance(number))


def is_outside(value: Any, low: Any, high: Any) -> Any:
    """Return whether values are outside two ends by more than rounding errors."""
    return (value < low - tolerance(low)) | (value > high + tolerance(high))


def identity(quantity: Any) -> Any:
    """Return another quantity's value; the formula of a reading ``same_as`` it."""
    return quantity


def node_of(row: rows.Printed, years: int = 1) -> Node:
    """Return a printed number as a node; a total over some years is divided by them."""

    def mean(span: Span | None) -> Span | None:
        return span and (span[0] / years, span[1] / years)

    rounding = row.rounding if row.place else None
    if row.printed is None:
        rounding = row.words
    value = np.float64(row.value / years)
    return Node(value, mean(rounding), mean(row.words), row.id)


def claim_of(first: rows.Printed, last: rows.Printed) -> Claim:
    """Return what one row claims, or the range from one row to another."""
    names = first.id, last.id
    rounded = first.rounding[0], last.rounding[1]
    exact = rounded if first is last else (first.value, last.value)
    if first is not last or not first.words:
        return Claim(exact, rounded, rows=names)
    low, high = first.words
    least = low - first.half
    if first.excludes_low:
        low = above(low)
        least = above(least)
    return Claim((low, high), (least, high + first.half), first.low_end, names)


def readings_of_claim(claim: rows.Claim) -> dict[str, Node]:
    """Return the readings that a printed number gives to its quantity, by name.

    It is a reading under its own name; as the input of its quantity it is also the one
    that is published or, without digits, the one in words.
    """
    node = node_of(claim)
    readings = {}
    if claim.printed is not None and not claim.low_end:
        readings[claim.id] = node
    if claim.input and node.words and node.is_in_words:
        readings[IN_WORDS] = node
        readings[FLOOR] = Node(np.float64(node.words[0]), words=node.words)
    elif claim.input:
        readings[PUBLISHED] = node
    return readings


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
    Raises DataError for the first fault, with its file, row and column.
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

        read("units", rows.UnitRow)
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
        self._check_units()
        self.readings = self._ordered(self._nodes())
        self._check_readings()
        self.texts = read_texts(data, schemas, self._formats())
        for claim in self.claims.values():
            claim.require("section", claim.section, self.texts["headlines"]["sections"])
        for name, row in self.texts["scenarios"].items():
            for key in row["set"].keys() - self.readings:
                sentence = unknown("quantity", key, self.readings)
                raise DataError(f"scenarios.yaml, {name}: {sentence}")

    def _formats(self) -> dict[str, Callable[[str], bool]]:
        """Return the kinds of names in texts, each with a test of a name."""
        # A comparison of ours is no claim of the article's.
        claims = [name for name, row in self.checks.items() if row.kind in ARTICLES]
        return {
            "check": claims.__contains__,
            "claim": self.claims.__contains__,
            "quantity": self.readings.__contains__,
        }

    # What a quantity is.

    @functools.cached_property
    def labels(self) -> dict[str, str]:
        """The label of each quantity by name."""
        return {name: row.label for name, row in self.quantities.items()}

    @functools.cached_property
    def limits(self) -> dict[str, tuple[float, float | str]]:
        """What a quantity cannot be below, and cannot exceed: a number or a quantity;
        for each quantity that has a limit."""
        return {
            name: row.limits
            for name, row in self.quantities.items()
            if row.limits != UNBOUNDED
        }

    def unit(self, name: str) -> Unit:
        """Return the unit in which a quantity is shown."""
        return self.quantities[name].unit

    def base_unit(self, name: str) -> str:
        """Return the unit in which a quantity is computed."""
        return rows.base(self.unit(name))

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
        """Write a value of a quantity with so many digits that it stays on its side of
        the numbers with which it is compared."""
        return words.number(value, self.unit(name), self.levels[name])

    def spanned(self, name: str, ends: Sequence[float]) -> str:
        """Write a span of a quantity."""
        return words.joined(*[self.spelled(name, end) for end in ends])

    # Rules between rows.

    def _check_units(self) -> None:
        """Refuse a row whose unit is not that of the quantity which it names."""
        pairs: list[tuple[rows.Row, str, str, str]] = []
        for claim in self.claims.values():
            pairs.append((claim, "says", claim.low_end, claim.unit))
        for figure in self.external.values():
            pairs.append((figure, "reading_of", figure.reading_of, figure.unit))
            if figure.id in self.claims:
                raise figure.fault("id", f"{figure.id} is already used in claims.csv")
        for each in self.listed.values():
            pairs.append((each, "same_as", each.same_as, self.unit(each.quantity)))
        for check in self.checks.values():
            for name in check.compared_with:
                claim = self.claims[name]
                pairs.append((check, "compared_with", check.compute, claim.unit))
        for row, column, name, given in pairs:
            if name:
                row.require(column, name, self.quantities)
                unit = self.base_unit(name)
                if unit != rows.base(given):
                    sentence = f"{name} has the unit {unit}, not {given}"
                    raise row.fault(column, sentence)

    def _check_readings(self) -> None:
        """Refuse limits and readings that do not exist, formulas that need one another
        in a circle, and ranges that begin with their higher end."""
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
            fixed = self.readings_of(check)
            try:
                needed = self.order(check.compute, fixed) if check.compute else {}
            except SettingError as error:
                raise check.fault("readings", error) from None
            for name in fixed:
                check.require("readings", name, needed)

    # Readings.

    def _nodes(self) -> dict[str, dict[str, Node]]:
        """Return the nodes of each quantity by the name of the reading.

        They come from assumptions, printed numbers, formulas, figures published
        elsewhere, and rows of readings.csv that are the same as another quantity.
        """
        nodes: dict[str, dict[str, Node]] = {name: {} for name in self.quantities}
        for name, row in self.assumptions.items():
            nodes[name][ASSUMED] = Node(np.float64(row.value))
        for claim in self.claims.values():
            self._refuse_claim(claim, nodes[claim.quantity])
            nodes[claim.quantity] |= readings_of_claim(claim)
        for name, function in self.formulas.items():
            quantity, _, reading = name.partition("__")
            needs = tuple(inspect.signature(function).parameters)
            for known in (quantity, *needs):
                if known not in nodes:
                    sentence = f"the formula {name} needs a quantity {known}"
                    raise DataError(f"quantities.csv, assumptions.csv: {sentence}")
            node = Node(formula=function, needs=needs)
            nodes[quantity][reading or FORMULA] = node
        for figure in self.external.values():
            if figure.reading_of:
                nodes[figure.reading_of][figure.id] = node_of(figure, figure.years)
        for each in self.listed.values():
            if each.same_as:
                node = Node(formula=identity, needs=(each.same_as,))
                nodes[each.quantity][each.reading] = node
        return nodes

    def _refuse_claim(self, claim: rows.Claim, before: Mapping[str, Node]) -> None:
        """Refuse a number that breaks a limit, and a second input of a quantity."""
        row = self.quantities[claim.quantity]
        if is_outside(claim.value, float(row.at_least), float(row.at_most)):
            sentence = f"the number breaks a limit of {claim.quantity}"
            raise claim.fault("printed", sentence)
        if claim.input and (PUBLISHED in before or IN_WORDS in before):
            raise claim.fault("input", f"{claim.quantity} already has an input")

    def _ordered(self, nodes: dict[str, dict[str, Node]]) -> dict[str, dict[str, Node]]:
        """Return the nodes of each quantity that has any, the one in use first: in the
        order of readings.csv, then the default ones, then all others."""
        listed = defaultdict(list)
        for row in self.listed.values():
            row.require("reading", row.reading, nodes[row.quantity])
            listed[row.quantity].append(row.reading)
        ordered: dict[str, dict[str, Node]] = {}
        for name, known in nodes.items():
            first = [*listed[name], *DEFAULT_READINGS]
            others = [reading for reading in known if reading != FLOOR]
            readings = dict.fromkeys([*first, *others])
            if known:
                ordered[name] = {
                    each: known[each] for each in readings if each in known
                }
        return ordered

    def look_up(self, name: Any) -> None:
        """Refuse an unknown quantity, and suggest the name that is most like it."""
        if name not in self.readings:
            raise SettingError(unknown("quantity", name, self.readings))

    def node(self, name: str, setting: Setting) -> Node:
        """Return where a quantity comes from under a setting."""
        self.look_up(name)
        return setting.get(name) or next(iter(self.readings[name].values()))

    def readings_of(self, check: rows.Check) -> dict[str, Node]:
        """Return the nodes that a check fixes for itself, by quantity."""
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
        """Return a quantity and all that it needs, each after what it needs itself.

        ``path`` has the quantities that need this one. Raises SettingError where one of
        them is needed in turn.
        """
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
        """Return what the article claims for a check, if it claims anything."""
        if not check.compared_with:
            return Claim()
        first, last = check.compared_with[0], check.compared_with[-1]
        return claim_of(self.claims[first], self.claims[last])

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
        """The least and the greatest value that each quantity may ever be set to."""
        return {name: self._range(name) for name in self.readings}

    def _range(self, name: str) -> Span:
        """Return what a quantity may be set to: an assumption up to its limits, a share
        or a rate up to its limits too, and another number within a factor of twenty."""
        row = self.quantities[name]
        low, high = float(row.at_least), float(row.at_most)
        if name in self.assumptions:
            return low, high
        value = self.default_values[name]
        least, most = sorted((value / MAX_FACTOR, value * MAX_FACTOR))
        _, _, reading = row.not_above.partition(".")
        if reading:
            # The printed number may be above it, by what rounds to its digits.
            _, rounds_to = self.node(name, NO_SETTING).rounding or UNBOUNDED
            limit = self.readings[name][reading].compute(self.default_values)
            high = max(float(limit), rounds_to)
        low = max(low, -1.0 if row.unit == "percent" else least)
        return low, min(high, most)

    def array_range(self, name: str) -> Span:
        """Return the range of entries of arrays, which goes as far as words allow.

        A single number below the range may lack a word such as "million".
        """
        low, high = self.ranges[name]
        least, _ = self.node(name, NO_SETTING).words or (low, high)
        return min(low, least), high

    def unsettable(self, name: str, values: Any) -> Any:
        """Return where a quantity may not be set; what is no assumption may be 0."""
        is_refused = is_outside(values, *self.ranges[name])
        if np.any(is_refused) and name not in self.assumptions:
            is_refused &= values != 0
        return is_refused
