"""The rows of the data: typed, frozen, and checked as they are made.

What the cells of a column may be is said by its field in datapackage.json; a column
that may be empty has a default here. A fault is one sentence with its file, row and
column. ``Book`` reads all tables with ``read_table``.

>>> import analysis
>>> row = analysis.load().book.claims["figure_2019_all"]
>>> row.file, row.value, row.rounding
('claims.csv', 2590000.0, (2585000.0, 2595000.0))
"""

import csv
import difflib
import math
import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

Span = tuple[float, float]

#: The upper end of words that have none.
ENDLESS = 1e30
SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}
#: What cells hold, by the type of their column.
PATTERNS = {"number": r"^-?[0-9]{1,15}([.][0-9]{1,12})?$", "string": "^[^{}]+$"}

Names = tuple[str, ...]
#: By name: tables, or what datapackage.json says of columns.
ByName = Mapping[str, Any]


class RefusalError(ValueError):
    """Bad input, explained in one sentence on one line."""

    def __init__(self, sentence: object):
        super().__init__(textwrap.shorten(str(sentence), 400, placeholder=" …"))

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows in place of a traceback: the sentence alone."""
        return [f"{type(self).__name__}: {self}"]


class DataError(RefusalError):
    """A fault in the data."""


class SettingError(RefusalError):
    """A name, a value or a combination of readings that cannot be used."""


class FoundError(Exception):
    """What a run found: values that moved, a notebook that fails, another copy."""


def nearest(name: object, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return a hint at the known name that is most like a name."""
    close = difflib.get_close_matches(str(name), list(known), 1, cutoff)
    return f"; did you mean '{close[0]}'?" if close else ""


def unknown(kind: str, name: object, known: Iterable[str]) -> str:
    """Return the sentence that refuses an unknown name, with the most similar one."""
    return f"no {kind} is called '{name}'{nearest(name, known)}"


def base(unit: str) -> str:
    """Return the base unit; percent is only a way to print a share."""
    return "dimensionless" if unit == "percent" else unit


class Unit(str):
    """A unit, with its plural if it is counted in whole numbers."""

    plural: str

    def __new__(cls, unit: str, plural: str = "") -> "Unit":
        """Return a unit, which is a text."""
        self = super().__new__(cls, unit)
        self.plural = plural
        return self


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row, and where it stands."""

    file: str
    line: int

    @property
    def key(self) -> str:
        """The name of the row, in its first column."""
        return str(getattr(self, fields(self)[2].name))

    def fault(self, column: str, sentence: object) -> DataError:
        """Return an error that names the place of a fault."""
        place = f"{self.file}, row {self.line}, column {column}"
        return DataError(f"{place}: {sentence}")

    def require(self, column: str, name: str, known: Iterable[str]) -> None:
        """Refuse a name that is not known, with the nearest that is."""
        if name not in known:
            hint = nearest(name, known)
            raise self.fault(column, f"the name '{name}' is unknown{hint}")


@dataclass(frozen=True, kw_only=True)
class UnitRow(Row):
    """A unit in which quantities are, and its plural if it is counted."""

    unit: str
    plural: str = ""


@dataclass(frozen=True, kw_only=True)
class Limited(Row):
    """A quantity: its label, its unit, and what it cannot be."""

    quantity: str
    label: str
    unit: Unit
    at_least: Decimal = Decimal("-inf")
    at_most: Decimal = Decimal("inf")
    #: The quantity that this one cannot exceed, or the reading that it may not be set
    #: above, if there is one.
    not_above = ""

    @property
    def limits(self) -> tuple[float, float | str]:
        """What it cannot be below, and a number or a quantity that it cannot exceed."""
        low = float(self.at_least)
        if self.not_above and "." not in self.not_above:
            return low, self.not_above
        return low, float(self.at_most)


@dataclass(frozen=True, kw_only=True)
class Quantity(Limited):
    """A quantity that is no assumption; it may be limited by another."""

    not_above: str = ""


@dataclass(frozen=True, kw_only=True)
class Assumption(Limited):
    """A value of ours, the range in which it is varied, and why."""

    value: Decimal
    varied_from: Decimal
    varied_to: Decimal
    phrase: str
    why: str
    question: str = ""
    marks: Names = ()

    def __post_init__(self) -> None:
        order = ["at_least", "varied_from", "value", "varied_to", "at_most"]
        ends = [getattr(self, column) for column in order]
        if ends != sorted(ends):
            sentence = f"the numbers must not decrease from {' to '.join(order)}"
            raise self.fault("value", sentence)


@dataclass(frozen=True, kw_only=True)
class Reading(Row):
    """A way to read or compute a quantity; the first is in use."""

    quantity: str
    reading: str
    label: str
    same_as: str = ""

    @property
    def key(self) -> str:
        """The name of the reading, as texts have it."""
        return f"{self.quantity}.{self.reading}"


@dataclass(frozen=True, kw_only=True)
class Printed(Row):
    """A printed number: its digits, what rounds to them, and what words say."""

    id: str
    statement: str
    period: str
    printed: Decimal | None = None
    scale: str = ""
    unit: Unit
    rounded_to: str
    says: str = ""
    as_printed: str
    note: str = ""

    def __post_init__(self) -> None:
        digits = self.printed
        words = self.words
        if not words and (digits is None or self.rounded_to == "ours"):
            sentence = "this cell must say which numbers the words allow"
            raise self.fault("says", sentence)
        if digits and self.place and digits % self.place:
            sentence = f"{digits} is not rounded to '{self.place}'"
            raise self.fault("rounded_to", sentence)
        low, high = words or (-math.inf, math.inf)
        if low > high or self.value < low or self.value > high:
            sentence = "must begin with its low end, and include the printed number"
            raise self.fault("says", f"'{self.says}' {sentence}")

    @property
    def place(self) -> Decimal:
        """The place of rounding; zero where the digits stand alone."""
        return Decimal(0 if self.rounded_to == "ours" else self.rounded_to)

    @property
    def excludes_low(self) -> bool:
        """Whether the words exclude the low end, as "over" does."""
        return self.says.startswith("> ")

    @property
    def low_end(self) -> str:
        """The assumption that is the low end of what words say, if any is."""
        return self.says.partition(" to ")[0] if self.says[:1].isalpha() else ""

    def in_base_unit(self, number: Decimal) -> float:
        """Return a number of this scale and unit in base units."""
        hundred = 100 if self.unit == "percent" else 1
        return float(number * SCALES[self.scale] / hundred)

    @property
    def value(self) -> float:
        """The printed number; NaN without digits."""
        return math.nan if self.printed is None else self.in_base_unit(self.printed)

    @property
    def half(self) -> float:
        """Half the place of rounding."""
        return self.in_base_unit(self.place / 2)

    @property
    def rounding(self) -> Span:
        """The values that round to the digits."""
        return self.value - self.half, self.value + self.half

    @property
    def words(self) -> Span | None:
        """The values that words allow, if there are such words.

        Where an assumption is the low end, this one is nought.
        """
        if not self.says:
            return None
        first, *_, last = self.says.split()
        end = self.in_base_unit(Decimal(last))
        if first in (">", ">="):
            return end, ENDLESS
        if first == "<=" or self.low_end:
            return 0.0, end
        return self.in_base_unit(Decimal(first)), end


@dataclass(frozen=True, kw_only=True)
class Claim(Printed):
    """A number that the article prints; its quantity gives the unit."""

    quantity: str
    input: str = ""
    section: str
    paragraph: str
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class External(Printed):
    """A figure published elsewhere, beside quantities, perhaps as a reading of one."""

    compared_with: Names = ()
    reading_of: str = ""
    divide_by: str = ""
    source: str
    seen: str
    address: str = ""

    @property
    def years(self) -> int:
        """Over how many years a total runs."""
        return int(self.divide_by or 1)


@dataclass(frozen=True, kw_only=True)
class Check(Row):
    """What is computed, and the row, or the ends of a range, that it is set beside."""

    id: str
    statement: str
    compute: str = ""
    readings: Names = ()
    compared_with: Names = ()
    kind: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if bool(self.kind) != bool(self.compared_with):
            sentence = (
                "a check must have a kind exactly where 'compared_with' is not empty"
            )
            raise self.fault("kind", sentence)


@dataclass(frozen=True, kw_only=True)
class Source(Row):
    """A document that the article cites."""

    id: str
    citation: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding(Row):
    """A finding, with the rows that it rests on."""

    id: str
    title: str
    finding: str
    rows: Names


# Tables -------------------------------------------------------------------------------

R = TypeVar("R", bound=Row)


def read_table(path: Path, kind: type[R], rules: ByName, known: ByName) -> dict[str, R]:
    """Return the rows of a CSV file by name; ``known`` has the tables that they name.

    A row that has a unit, but no column for it, has that of its quantity.
    """
    rows: dict[str, R] = {}
    try:
        first, *lines = path.read_text("utf-8-sig").splitlines() or [""]
    except (OSError, UnicodeError) as error:
        raise DataError(f"{path.name} cannot be read: {error}") from None
    header = first.split(",")
    columns = {each.name: each.type for each in fields(kind)}
    if sorted(header) != sorted(rules):
        sentence = f"the columns must be {', '.join(rules)}"
        raise DataError(f"{path.name}, row 1: {sentence}")
    for number, line in enumerate(lines, 2):
        place = Row(file=path.name, line=number)
        values: dict[str, Any] = {}
        for column, cell in read_line(place, header, line).items():
            rule = rules[column]
            if cell or "required" in rule:
                check_cell(place, column, cell, rule)
                values[column] = content(cell, columns[column])
            if cell and "names" in rule:
                for name in content(cell, Names):
                    place.require(column, name, known[rule["names"]])
        if "unit" in columns and known:
            values["unit"] = unit_of(values, known)
        row = kind(file=path.name, line=number, **values)
        if row.key in rows:
            sentence = f"row {rows[row.key].line} is already called {row.key}"
            raise place.fault(header[0], sentence)
        rows[row.key] = row
    return rows


def unit_of(values: ByName, known: ByName) -> Unit:
    """Return the unit of a row; one without a column for it has its quantity's."""
    if "unit" not in values:
        unit: Unit = known["quantities"][values["quantity"]].unit
        return unit
    return Unit(values["unit"], known["units"][values["unit"]].plural)


def read_line(place: Row, header: list[str], line: str) -> dict[str, str]:
    """Return the cells of a line; a row is one line, so that an open quote does not
    reach the next."""
    try:
        (parts,) = csv.reader([line], strict=True)
        return dict(zip(header, map(str.strip, parts), strict=True))
    except (csv.Error, ValueError):
        sentence = "this row must have as many cells as row 1"
        raise place.fault("1", sentence) from None


def check_cell(place: Row, column: str, cell: str, rule: ByName) -> None:
    """Refuse a cell that is not as datapackage.json has its column."""
    options = rule.get("enum", [cell])
    pattern = rule.get("pattern", PATTERNS[rule["type"]])
    if not cell.isprintable():
        raise place.fault(column, "a character in this cell cannot be seen")
    if cell not in options:
        raise place.fault(column, f"must be one of {', '.join(options)}, not '{cell}'")
    if not re.search(pattern, cell):
        raise place.fault(column, f"must match the pattern {pattern}, not be '{cell}'")


def content(cell: str, kind: Any) -> Any:
    """Return a text as it is, a number, or the names in a list."""
    if kind == Names:
        return tuple(map(str.strip, cell.split(";")))
    return cell if kind in (str, Unit) else Decimal(cell)
