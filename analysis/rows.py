"""The rows of the data: typed, frozen, and checked as they are made.

A column that has a default may be empty. The type of a column says what its cells may
be, which datapackage.json repeats for others. A fault is one sentence with its file,
row and column.
"""

import csv
import difflib
import math
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args

Span = tuple[float, float]

#: The upper end of words that have none.
ENDLESS = 1e30
SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
#: What words claim, as "> 30" or "1.8 to 2"; an assumption may be the low end.
SAYS = rf"(<=|>|>=) ({NUMBER})|([a-z_]+|{NUMBER}) to ({NUMBER})"

# A type, and the pattern of its cells.
Name = Annotated[str, "[A-Za-z0-9_-]+"]
Names = tuple[str, ...]
Scale = Literal["", "thousand", "million", "billion"]


class RefusalError(ValueError):
    """What is said of bad input: one sentence, on one line."""

    def __init__(self, sentence: object):
        super().__init__(textwrap.shorten(str(sentence), 400, placeholder=" …"))


class DataError(RefusalError):
    """A fault in the data."""


class SettingError(RefusalError):
    """A name, a value or a combination of readings that can't be used."""


class FoundError(Exception):
    """What a run found: values that moved, a notebook that fails, another copy."""


def nearest(name: object, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return a hint at the known name that is most like a name."""
    close = difflib.get_close_matches(str(name), list(known), 1, cutoff)
    return f"; did you mean '{close[0]}'?" if close else ""


def base(unit: str) -> str:
    """Return the base unit; percent is only a way to print a share."""
    return "dimensionless" if unit == "percent" else unit


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row, and where it stands; ``refers`` has its columns with names of others."""

    refers: ClassVar[dict[str, str]] = {}

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
            raise self.fault(column, f"'{name}' is not known{hint}")


class Unit(str):
    """A unit, with its plural if it is counted in whole numbers."""

    plural: str

    def __new__(cls, unit: str, plural: str = "") -> "Unit":
        """Return a unit, which is a text."""
        self = super().__new__(cls, unit)
        self.plural = plural
        return self


@dataclass(frozen=True, kw_only=True)
class UnitRow(Row):
    """A unit in which quantities are, and its plural if it is counted."""

    unit: str
    plural: str = ""


@dataclass(frozen=True, kw_only=True)
class Limited(Row):
    """A quantity: its label, its unit, and what it cannot be."""

    quantity: Name
    label: str
    unit: str
    at_least: Decimal = Decimal("-inf")
    at_most: Decimal = Decimal("inf")


@dataclass(frozen=True, kw_only=True)
class Quantity(Limited):
    """A quantity that is no assumption; it may be limited by another."""

    not_above: str = ""


@dataclass(frozen=True, kw_only=True)
class Assumption(Limited):
    """A value of ours, the range in which it is varied, and why."""

    # None of these may be left out.
    at_least: Decimal = field()
    at_most: Decimal = field()
    value: Decimal
    varied_from: Decimal
    varied_to: Decimal
    phrase: Annotated[str, "[^{}]*[{][}][^{}]*"]
    why: str
    question: str = ""
    marks: Names = ()

    def __post_init__(self) -> None:
        order = ["at_least", "varied_from", "value", "varied_to", "at_most"]
        ends = [getattr(self, column) for column in order]
        if ends != sorted(ends):
            raise self.fault("value", f"{', '.join(order)} must rise")


@dataclass(frozen=True, kw_only=True)
class Reading(Row):
    """A way to read or compute a quantity; the first is in use."""

    refers: ClassVar[dict[str, str]] = {
        "quantity": "quantities",
        "same_as": "quantities",
    }

    quantity: Name
    reading: Name
    label: str
    same_as: str = ""

    @property
    def key(self) -> str:
        """The name of the reading, as texts have it."""
        return f"{self.quantity}.{self.reading}"


@dataclass(frozen=True, kw_only=True)
class Printed(Row):
    """A printed number: its digits, what rounds to them, and what words say."""

    id: Name
    statement: str
    period: str
    printed: Decimal | None = None
    scale: Scale = ""
    unit: str
    rounded_to: Annotated[str, f"ours|{NUMBER}"]
    says: Annotated[str, SAYS] = ""
    as_printed: str
    note: str = ""

    def __post_init__(self) -> None:
        if self.unit == "percent" and self.scale:
            raise self.fault("scale", "a percentage has no scale")
        digits, words = self.printed, self.words
        if not words and (digits is None or self.rounded_to == "ours"):
            raise self.fault("says", "write what the words claim")
        if digits is not None and self.place and digits % self.place:
            sentence = f"{digits} is not rounded to '{self.place}'"
            raise self.fault("rounded_to", sentence)
        low, high = words or (-math.inf, math.inf)
        if low > high or not (digits is None or low <= self.value <= high):
            raise self.fault("says", f"'{self.says}' must rise and hold {digits}")

    @property
    def place(self) -> Decimal:
        """The place of rounding; zero where the digits stand alone."""
        return Decimal(0 if self.rounded_to == "ours" else self.rounded_to)

    @property
    def low_end(self) -> str:
        """The assumption that is the low end of what words say, if any is."""
        first = self.says.partition(" to ")[0]
        return first if first[:1].isalpha() else ""

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
        match = re.fullmatch(SAYS, self.says)
        if not match:
            return None
        sign, end, low, high = match.groups()
        if sign and sign != "<=":
            return self.in_base_unit(Decimal(end)), ENDLESS
        least = "0" if sign or self.low_end else low
        most = end or high
        return self.in_base_unit(Decimal(least)), self.in_base_unit(Decimal(most))


@dataclass(frozen=True, kw_only=True)
class Claim(Printed):
    """A number that the article prints; its quantity gives the unit."""

    refers: ClassVar[dict[str, str]] = {"quantity": "quantities", "source": "sources"}

    quantity: str
    input: Literal["", "yes"] = ""
    section: str
    paragraph: Annotated[str, "[0-9]+( item [0-9]+)?"]
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class External(Printed):
    """A figure published elsewhere, beside quantities, perhaps as a reading of one."""

    refers: ClassVar[dict[str, str]] = {
        "beside": "quantities",
        "reading_of": "quantities",
    }

    beside: Names = ()
    reading_of: str = ""
    divide_by: Annotated[str, "[2-9]"] = ""
    source: str
    seen: Literal["primary text", "copy", "quotation"]
    address: Annotated[str, "[a-z0-9.]+(/.*)?"] = ""

    @property
    def years(self) -> int:
        """Over how many years a total runs."""
        return int(self.divide_by or 1)


@dataclass(frozen=True, kw_only=True)
class Check(Row):
    """What is computed, and the row, or the ends of a range, that it is set beside."""

    refers: ClassVar[dict[str, str]] = {"compute": "quantities", "beside": "claims"}

    id: Name
    statement: str
    compute: str = ""
    readings: Names = ()
    beside: Names = ()
    kind: Literal["", "article", "printed twice", "ours"] = ""
    note: str = ""

    def __post_init__(self) -> None:
        if bool(self.kind) != bool(self.beside):
            raise self.fault("kind", "a check beside a number has a kind, no other")
        for pair in self.readings:
            if pair.count("=") != 1:
                raise self.fault("readings", f"'{pair}' must be quantity=reading")


@dataclass(frozen=True, kw_only=True)
class Source(Row):
    """A document that the article cites."""

    id: Name
    citation: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding(Row):
    """A finding, with the rows that it rests on."""

    refers: ClassVar[dict[str, str]] = {"rows": "printed"}

    id: Name
    title: str
    finding: str
    rows: Names


# Tables -------------------------------------------------------------------------------

R = TypeVar("R", bound=Row)
Cells = dict[str, str]


def read_table(
    path: Path, kind: type[R], derived: Mapping[str, Callable[[Cells], str]]
) -> dict[str, R]:
    """Return the rows of a CSV file by name; some columns are derived from others."""
    rows: dict[str, R] = {}
    try:
        first, *lines = path.read_text("utf-8-sig").splitlines() or [""]
    except (OSError, UnicodeError) as error:
        raise DataError(f"{path.name}: {error}") from None
    columns = [each for each in fields(kind)[2:] if each.name not in derived]
    header, names = first.split(","), [column.name for column in columns]
    if sorted(header) != sorted(names):
        sentence = f"the columns must be {', '.join(names)}"
        raise DataError(f"{path.name}, row 1: {sentence}")
    for number, text in enumerate(lines, 2):
        place = Row(file=path.name, line=number)
        cells = read_line(place, header, text)
        values = {}
        for column in columns:
            cell = cells[column.name]
            try:
                if cell or column.default is MISSING:
                    values[column.name] = read_cell(column, cell)
            except ValueError as error:
                raise place.fault(column.name, f"'{cell}' {error}") from None
        for name, derive in derived.items():
            values[name] = derive(cells)
        row = kind(file=path.name, line=number, **values)
        if row.key in rows:
            sentence = f"{row.key} stands in row {rows[row.key].line} too"
            raise place.fault(names[0], sentence)
        rows[row.key] = row
    return rows


def read_line(place: Row, header: list[str], line: str) -> Cells:
    """Return the cells of a line; a row is one line, so that an open quote does not
    reach the next."""
    try:
        (parts,) = csv.reader([line], strict=True)
        cells = dict(zip(header, map(str.strip, parts), strict=True))
    except (csv.Error, ValueError):
        raise place.fault("1", "as many cells as in row 1 must stand here") from None
    for column, cell in cells.items():
        if not cell.isprintable():
            raise place.fault(column, "a character here can't be seen")
    return cells


def read_cell(column: Field[Any], cell: str) -> str | Decimal | Names:
    """Return the content of a cell, as the type of its column has it."""
    if not cell:
        raise ValueError("must not be empty")
    kind = column.type
    pattern = getattr(kind, "__metadata__", [".*"])[0]
    if kind in (Decimal, Decimal | None):
        if not re.fullmatch(NUMBER, cell):
            raise ValueError("must be a number such as 0.36")
        return Decimal(cell)
    if kind == Names:
        return tuple(filter(None, map(str.strip, cell.split(";"))))
    options = get_args(kind) if not hasattr(kind, "__metadata__") else ()
    if options and cell not in options:
        raise ValueError(f"must be one of {', '.join(filter(None, options))}")
    if not re.fullmatch(pattern, cell):
        raise ValueError(f"must have the form {pattern}")
    return cell
