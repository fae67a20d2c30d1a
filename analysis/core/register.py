"""The register: every row of a data package, read and checked.

Each table is a pydantic model, so that types, choices and rules within a row stand with its fields. Rules between
tables follow in ``Register.read``. Rules that need a formula are the model's (``model``).

>>> register = Register.read()
>>> register.claims["excess_2021"].section
'mobilization-2016-2020'
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from analysis.core.published import Published, PublishedError
from analysis.core.units import BASE_UNITS, UnitError, name_of, nearest, parse_unit, registry
from analysis.core.words import CONTROL, is_number, printable

#: How the two sides of a statement are compared.
COMPARISONS = ("at_least", "more_than", "at_most", "less_than", "equals")
#: Who stands behind a reading or an assumption, the strongest first.
GRADES = ("stated", "implied", "chosen")
#: Put before the name of a quantity, divides an external figure by its years.
PER_YEAR = "per_year:"
#: From this length on, a sentence that repeats its input is cut in the middle.
_LONGEST = 400
#: The largest file, and the largest YAML file, in bytes.
_MOST_BYTES, _MOST_YAML = 10_000_000, 1_000_000


class InputError(ValueError):
    """Bad input of any kind. The message is one sentence on one line for the person who gave it."""

    def __init__(self, message: str) -> None:
        sentence = printable(" ".join(message.split()))
        # The end of a sentence says what would be right.
        super().__init__(sentence if len(sentence) <= _LONGEST else f"{sentence[:250]} … {sentence[-140:]}")


class RegisterError(InputError):
    """A data package that can't be used. The message names file, row and field, and says what would be right."""

    def __init__(self, file: Path | str, message: str, *, row: int | str = "", id: str = "", field: str = "") -> None:
        where = [str(file)]
        if row or id:
            where.append(f"row {row} ({id})" if row and id else f"row {row}" if row else f"entry {id}")
        if field:
            where.append(f"field {field}")
        super().__init__(f"{', '.join(where)}: {message}")


def default_folder() -> Path:
    """The data package to read: the environment's ANALYSIS_DATA, else the one that comes with the package."""
    named = os.environ.get("ANALYSIS_DATA")
    return Path(named) if named else shipped("data")


def shipped(name: str) -> Path:
    """A folder that comes with the package: inside it when installed from a wheel, else beside it."""
    package = Path(__file__).resolve().parents[1]
    within = package / "shipped" / name
    return within if within.is_dir() else package.parent / name


def shown(path: Path) -> str:
    """A path as a sentence names it: relative to the working directory where it lies below it."""
    try:
        return printable(str(path.resolve().relative_to(Path.cwd())))
    except (ValueError, OSError, RuntimeError):
        return printable(str(path))


# Rows -----------------------------------------------------------------------------------------------------------------


def _wrong(message: str, field: str = "") -> NoReturn:
    """Refuse a row in the validator of a model."""
    raise PydanticCustomError("rule", "{message}", {"message": message, "field": field})


def _from_cell(cell: Any) -> Any:
    return {"true": True, "false": False}.get(cell, cell) if isinstance(cell, str) else cell


def _listed(cell: Any) -> Any:
    """The parts of a cell, between semicolons."""
    if not isinstance(cell, str):
        return cell
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    for part in parts:
        if parts.count(part) > 1:
            _wrong(f"'{part}' is given twice")
    return tuple(parts)


def _assigned(cell: Any) -> Any:
    """The readings in a cell: quantity=reading, between semicolons."""
    found: dict[str, str] = {}
    for part in _listed(cell):
        quantity, equals, reading = (word.strip() for word in part.partition("="))
        if not (quantity and equals and reading):
            _wrong(f"'{part}' is not of the form quantity=reading")
        if quantity in found:
            _wrong(f"{quantity} is given two readings")
        found[quantity] = reading
    return found


def _spaced(text: Any) -> Any:
    return " ".join(text.split()) if isinstance(text, str) else text


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Text = Annotated[str, Field(min_length=1), BeforeValidator(_spaced)]
Flag = Annotated[bool, Field(strict=True), BeforeValidator(_from_cell)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
_Number = Annotated[Finite | None, BeforeValidator(lambda cell: None if cell == "" else cell)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Grade = Literal["stated", "implied", "chosen"]


def _is_base(unit: Any) -> bool:
    return bool(registry.Quantity(1.0, unit).to_base_units().magnitude == 1.0)


class _Row(BaseModel):
    """A row of a table, or an entry of a YAML file. ``row`` is the line of a table, from 2 on."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    row: int = 0


class _Figure(_Row):
    """A row with a printed number."""

    id: Name
    statement: Text
    printed: str
    printed_high: str
    scale: str
    unit: str
    unit_as_printed: Text
    qualifier: str
    target: Flag
    rounding_unit: str
    rounding_unit_other: str
    period: Text
    note: str

    @model_validator(mode="after")
    def _check_number(self) -> Self:
        try:
            unit = parse_unit(self.unit)
        except UnitError as error:
            _wrong(str(error), "unit")
        if self.unit != "percent" and not _is_base(unit):
            _wrong(f"'{self.unit}' is not a base unit, such as {', '.join(BASE_UNITS[:3])} or percent", "unit")
        try:
            published = self.published
        except PublishedError as error:
            _wrong(str(error), error.field)
        if published.printed.startswith("-") and name_of(unit) in BASE_UNITS and self.unit != "USD":
            _wrong(f"'{self.printed}' lies below 0, and nothing is counted below 0", "printed")
        return self

    @cached_property
    def published(self) -> Published:
        """The number as printed."""
        parts = {name: getattr(self, name) for name in ("printed", "printed_high", "scale", "unit", "qualifier")}
        return Published(
            **parts,
            target=self.target,
            rounding_unit=self.rounding_unit,
            rounding_unit_other=self.rounding_unit_other,
        )

    @cached_property
    def base_unit(self) -> str:
        """The unit of the value; percent is a way of printing, so its base unit is dimensionless."""
        return "dimensionless" if self.unit == "percent" else name_of(parse_unit(self.unit))


class Claim(_Figure):
    """A number that the article prints, with its place: one row of claims.csv."""

    quantity: Name
    input: Flag
    reported: Flag
    section: Name
    paragraph: Annotated[int, Field(ge=1)]
    item: Annotated[int | None, BeforeValidator(lambda cell: None if cell == "" else cell)]
    place: Text
    document: str
    source: str

    @model_validator(mode="after")
    def _check_input(self) -> Self:
        if self.input and self.qualifier == "vague":
            _wrong("a number in words has no digits to start from", "input")
        if self.input and self.qualifier == "range":
            _wrong("no sum starts from a range; its ends are quantities of their own", "input")
        return self

    @property
    def where(self) -> str:
        """Section and paragraph, in one phrase."""
        if self.section == "notes":
            return f"note {self.paragraph}"
        item = f", item {self.item}" if self.item else ""
        return f"section {self.section}, paragraph {self.paragraph}{item}"


class External(_Figure):
    """A figure published elsewhere, to be set beside the article's: one row of external.csv. It is never an input."""

    year_from: int
    year_to: int
    scope: Text
    publisher: Text
    title: str
    date: str
    address: str
    seen: Literal["P", "M", "S"]
    beside: Annotated[tuple[str, ...], BeforeValidator(_listed)]

    @model_validator(mode="after")
    def _check_figure(self) -> Self:
        if self.qualifier in ("range", "vague"):
            _wrong("an external figure is one number; the ends of a range are two rows", "qualifier")
        if self.year_from > self.year_to:
            _wrong(f"{self.year_from} lies after {self.year_to}, the last year of the figure", "year_from")
        if "//" in self.address or " " in self.address:
            _wrong(f"'{self.address[:60]}' is no address without a scheme, such as example.org", "address")
        if self.years == 1 and any(one.startswith(PER_YEAR) for one in self.beside):
            _wrong(f"'{PER_YEAR}' divides a sum over several years, and this figure is none", "beside")
        return self

    @property
    def years(self) -> int:
        """How many years the figure adds up; one where it is a mean over them."""
        return 1 if self.is_mean else self.year_to - self.year_from + 1

    @property
    def is_mean(self) -> bool:
        """Whether the period says that the figure is a mean over its years."""
        return ", a year" in self.period


class Check(_Row):
    """A quantity under named readings, against a claim; without a claim, a derived quantity: one row of checks.csv."""

    id: Name
    statement: Text
    quantity: Name
    readings: Annotated[Mapping[str, str], BeforeValidator(_assigned)]
    claim: str
    end: Literal["", "low", "high"]
    solve: Names
    goal: _Number
    note: str

    @model_validator(mode="after")
    def _check_goal(self) -> Self:
        if len(self.solve) > 2:
            _wrong("one assumption can be solved for, or two for a curve", "solve")
        if self.goal is not None and (not self.solve or self.claim):
            _wrong("a goal goes with an assumption to solve for, without a claim", "goal")
        if self.solve and self.goal is None and not self.claim:
            _wrong("nothing says what the quantity must equal; name a claim or a goal", "solve")
        return self


class Reading(_Row):
    """A named way to a quantity's value: one row of readings.csv. ``same_as`` names a quantity of equal value."""

    quantity: Name
    reading: Name
    label: Text
    grade: Grade
    default: Flag
    reconstruction: Flag
    same_as: str
    note: str


class Statement(_Row):
    """Two numbers compared: one row of statements.csv, or one that a user writes out.

    quantity: the left side. other: the right side, a quantity, the id of a claim, or a number with its unit.
    """

    id: str
    statement: Text
    quantity: Text
    comparison: Literal["at_least", "more_than", "at_most", "less_than", "equals"]
    other: Text
    note: str = ""


class _Section(_Row):
    id: Name
    title: Text
    note: str


class _Source(_Row):
    id: Name
    publisher: Text
    date: str
    title: str
    note: str


class VagueEnd(_Row):
    """The floor or ceiling that the words of a claim put, plainly and at their loosest, with the reason."""

    reason: Text
    value: Finite | None = None
    loosest: Finite | None = None


class VagueReading(_Row):
    """How a claim in words is read: its floor and its ceiling, in base units. An entry of assumptions.yaml."""

    id: Name
    label: Text
    kind: Literal["words"]
    unit: str
    claim: Name
    rationale: Text
    floor: VagueEnd | None = None
    ceiling: VagueEnd | None = None

    @model_validator(mode="after")
    def _check_words(self) -> Self:
        _check_vague(self.floor, self.ceiling)
        _check_unit(self.unit)
        return self


class Assumption(_Row):
    """What an estimate rests on: one entry of assumptions.yaml, in base units.

    low, high: the range it is varied over. minimum, maximum: the allowed range.
    """

    id: Name
    label: Text
    value: Finite
    low: Finite
    high: Finite
    minimum: Finite
    maximum: Finite
    shape: Literal["none", "uniform", "triangular"]
    kind: Literal["point", "floor", "ceiling"]
    unit: str
    grade: Grade
    rationale: Text
    bias: Text
    settle: Text
    article_value: Finite | None = None
    claim: str = ""
    floor: VagueEnd | None = None
    ceiling: VagueEnd | None = None

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        _check_vague(self.floor, self.ceiling)
        _check_unit(self.unit)
        if self.low > self.high:
            _wrong(f"the low end {self.low:g} lies above the high end {self.high:g}", "low")
        if self.minimum > self.maximum:
            _wrong(f"the minimum {self.minimum:g} lies above the maximum {self.maximum:g}", "minimum")
        ends = {"floor": self.floor, "ceiling": self.ceiling}
        numbers = {name: getattr(self, name) for name in ("article_value", "value", "low", "high")}
        numbers |= {f"{side}.value": end.value for side, end in ends.items() if end}
        numbers |= {f"{side}.loosest": end.loosest for side, end in ends.items() if end}
        for name, number in numbers.items():
            if number is not None and not self.minimum <= number <= self.maximum:
                _wrong(f"{number:g} lies outside the allowed range, {self.minimum:g} to {self.maximum:g}", name)
        return self

    @property
    def used(self) -> float:
        """The value under the article's setting: the one that reproduces the print, else ours."""
        return self.value if self.article_value is None else self.article_value


def _check_vague(floor: VagueEnd | None, ceiling: VagueEnd | None) -> None:
    for side, end, sign in (("floor", floor, 1), ("ceiling", ceiling, -1)):
        if end and end.value is not None and end.loosest is not None and sign * end.loosest > sign * end.value:
            _wrong(f"{end.loosest:g} is tighter than {end.value:g}", f"{side}.loosest")


def _check_unit(unit: str) -> None:
    try:
        if not _is_base(parse_unit(unit)):
            _wrong(f"'{unit}' is not a base unit", "unit")
    except UnitError as error:
        _wrong(str(error), "unit")


class Step(_Row):
    """One piece of a finding's arithmetic. ``expression`` names quantities and rows, in base units."""

    what: Text
    expression: Text
    comes_to: Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]
    unit: Text


class Finding(_Row):
    """Something odd in the numbers: its rows, its arithmetic, two readings of it, and what would settle it."""

    id: Name
    title: Text
    claims: tuple[str, ...] = ()
    external: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    arithmetic: Annotated[tuple[Step, ...], Field(min_length=1)]
    sceptical: Text
    charitable: Text
    settle: Text


class Refusal(_Row):
    """A conclusion that the package does not draw, and why."""

    id: Name
    what: Text
    reason: Text


class Cap(_Row):
    """A quantity that can't exceed another, or an expression over rows."""

    quantity: Name
    at_most: Text
    label: str = ""


class _Settings(_Row):
    """The part of datapackage.json that says how its tables are computed with."""

    formulas: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
    linked_readings: tuple[tuple[str, ...], ...] = ()
    headline: tuple[str, ...] = ()
    percent: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()
    caps: tuple[Cap, ...] = ()


# The whole ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Register:
    """A data package that was read and checked; ids are kept in the order of the files.

    percent: quantities that a screen shows as percentages although no row prints them. estimates: the quantities that
    scenarios and sweeps tabulate. linked_readings: quantities whose readings are one choice.
    """

    folder: Path
    title: str
    formulas: str
    claims: Mapping[str, Claim]
    checks: Mapping[str, Check]
    readings: Mapping[tuple[str, str], Reading]
    sections: Mapping[str, str]
    sources: Mapping[str, str]
    assumptions: Mapping[str, Assumption]
    linked_readings: tuple[tuple[str, ...], ...] = ()
    headline: tuple[str, ...] = ()
    percent: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    caps: tuple[Cap, ...] = ()
    words: Mapping[str, VagueReading] = field(default_factory=dict)
    external: Mapping[str, External] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path | str | None = None) -> Register:
        """Read and check the data package in a folder; without one, the package's own or the environment's.

        Raises RegisterError, one sentence that names file, row and field.
        """
        folder = Path(folder) if folder else default_folder()
        package = _read_json(folder / "datapackage.json")
        settings = _entry(folder / "datapackage.json", _Settings, package.get("analysis"), prefix="analysis.")
        paths = [str(entry.get("path", "")) for entry in package.get("resources", [])]

        def table(name: str, model: type[_R], *, optional: bool = False) -> list[_R]:
            missing = optional and f"{name}.csv" not in paths
            return [] if missing else list(_read_table(folder / f"{name}.csv", model))

        def entries(name: str, model: type[_R], *, optional: bool = False) -> list[_R]:
            missing = optional and f"{name}.yaml" not in paths
            return [] if missing else list(_read_entries(folder / f"{name}.yaml", model))

        sources = _by_id(table("sources", _Source), folder / "sources.csv")
        assumptions = _by_id(_read_assumptions(folder / "assumptions.yaml"), folder / "assumptions.yaml")
        register = cls(
            folder=folder,
            title=str(package.get("title", package.get("name", ""))),
            formulas=settings.formulas,
            claims=_by_id(table("claims", Claim), folder / "claims.csv"),
            checks=_by_id(table("checks", Check), folder / "checks.csv"),
            readings=_by_reading(table("readings", Reading), folder / "readings.csv"),
            sections={
                row.id: row.title for row in _by_id(table("sections", _Section), folder / "sections.csv").values()
            },
            sources={row.id: f"{row.publisher}, {row.date}" for row in sources.values()},
            titles={row.id: row.title for row in sources.values() if row.title},
            assumptions={name: one for name, one in assumptions.items() if isinstance(one, Assumption)},
            words={name: one for name, one in assumptions.items() if isinstance(one, VagueReading)},
            external=_by_id(table("external", External, optional=True), folder / "external.csv"),
            findings=_by_id(entries("findings", Finding, optional=True), folder / "findings.yaml"),
            statements=_by_id(table("statements", Statement, optional=True), folder / "statements.csv"),
            refusals=_by_id(entries("refusals", Refusal, optional=True), folder / "refusals.yaml"),
            linked_readings=settings.linked_readings,
            headline=settings.headline,
            percent=settings.percent,
            estimates=settings.estimates,
            scenarios=tuple(Path(path).stem for path in paths if re.fullmatch(r"scenarios/[a-z0-9_]+\.yaml", path)),
            caps=settings.caps,
        )
        register._check()
        return register

    def file(self, name: str) -> str:
        """How a sentence names one of the package's files."""
        return shown(self.folder / name)

    @cached_property
    def vague_readings(self) -> Mapping[str, VagueReading | Assumption]:
        """How the claims in words of each quantity are read."""
        return {name: one for name, one in self.assumptions.items() if one.floor or one.ceiling} | dict(self.words)

    @cached_property
    def inputs(self) -> Mapping[str, Claim]:
        """The claim from which each quantity starts."""
        return {claim.quantity: claim for claim in self.claims.values() if claim.input}

    def refuse(self, file: str, row: Any, field: str, message: str) -> RegisterError:
        """The refusal of a row that was read."""
        name = f"{row.quantity}, {row.reading}" if isinstance(row, Reading) else row.id
        return RegisterError(self.file(file), message, row=row.row or "", id=name, field=field)

    def _known(self, file: str, row: Any, field: str, name: str, known: Iterable[str], what: str) -> None:
        if name and name not in known:
            raise self.refuse(file, row, field, f"'{name}' is no {what}{nearest(name, known)}")

    def _check(self) -> None:
        """Refuse what no table shows by itself: a name that another table lacks, two inputs, two defaults."""
        first: dict[str, Claim] = {}
        starts: dict[str, Claim] = {}
        for claim in self.claims.values():
            self._known("claims.csv", claim, "section", claim.section, self.sections, "row of sections.csv")
            self._known("claims.csv", claim, "source", claim.source, self.sources, "row of sources.csv")
            other = first.setdefault(claim.quantity, claim)
            if other.base_unit != claim.base_unit:
                where = f"{claim.base_unit} here and in {other.base_unit} in row {other.row} ({other.id})"
                raise self.refuse("claims.csv", claim, "unit", f"{claim.quantity} is in {where}")
            if claim.input and starts.setdefault(claim.quantity, claim) is not claim:
                other = starts[claim.quantity]
                message = f"{claim.quantity} starts from row {other.row} ({other.id}) already"
                raise self.refuse("claims.csv", claim, "input", message)
            if claim.qualifier == "vague" and not claim.reported and claim.quantity not in self.vague_readings:
                message = "a number in words needs an assumption of that name with a floor or a ceiling"
                raise self.refuse("claims.csv", claim, "quantity", message)
        for check in self.checks.values():
            self._check_check(check)
        defaults: dict[str, Reading] = {}
        for reading in self.readings.values():
            if reading.default and defaults.setdefault(reading.quantity, reading) is not reading:
                other_reading = defaults[reading.quantity]
                message = f"{reading.quantity} has the default {other_reading.reading} already"
                message += f" (row {other_reading.row})"
                raise self.refuse("readings.csv", reading, "default", message)
        entries: list[Assumption | VagueReading] = [*self.assumptions.values(), *self.words.values()]
        for one in entries:
            self._known("assumptions.yaml", one, "claim", one.claim, self.claims, "row of claims.csv")
        for finding in self.findings.values():
            rows: dict[str, Iterable[str]] = {"claims": self.claims, "external": self.external, "sources": self.sources}
            for name, known in rows.items():
                for row in getattr(finding, name):
                    self._known("findings.yaml", finding, name, row, known, f"row of {name}.csv")
        for row in self.headline:
            if row not in self.checks:
                message = f"'{row}' is no check{nearest(row, self.checks)}"
                raise RegisterError(self.file("datapackage.json"), message, field="analysis.headline")

    def _check_check(self, check: Check) -> None:
        self._known("checks.csv", check, "claim", check.claim, self.claims, "row of claims.csv")
        for name in check.solve:
            self._known("checks.csv", check, "solve", name, self.assumptions, "assumption")
        claim = self.claims.get(check.claim)
        if claim and claim.quantity != check.quantity:
            message = f"{claim.id} is a value of {claim.quantity}, not of {check.quantity}"
            raise self.refuse("checks.csv", check, "claim", message)
        if (check.end != "") != (claim is not None and claim.qualifier == "range"):
            message = "an end is named where the claim is a range, and only there"
            raise self.refuse("checks.csv", check, "end", message)
        if check.solve and claim and claim.qualifier == "vague":
            raise self.refuse("checks.csv", check, "solve", "a claim in words has no number to solve for")


_R = TypeVar("_R", bound=_Row)
_AnyRow = TypeVar("_AnyRow", bound=_Row)


def _by_id(rows: Iterable[_AnyRow], path: Path) -> dict[str, _AnyRow]:
    found: dict[str, _AnyRow] = {}
    for row in rows:
        name: str = row.id  # type: ignore[attr-defined]
        if name in found:
            raise RegisterError(shown(path), f"'{name}' is given twice", row=row.row or "", id=name, field="id")
        found[name] = row
    return found


def _by_reading(rows: Iterable[Reading], path: Path) -> dict[tuple[str, str], Reading]:
    found: dict[tuple[str, str], Reading] = {}
    for row in rows:
        if (row.quantity, row.reading) in found:
            name = f"{row.quantity}, {row.reading}"
            raise RegisterError(shown(path), "the reading is given twice", row=row.row, id=name, field="reading")
        found[row.quantity, row.reading] = row
    return found


# Reading files --------------------------------------------------------------------------------------------------------


def read_text(path: Path, most: int = _MOST_BYTES) -> str:
    """The text of an ordinary file of at most so many bytes.

    Raises RegisterError where it is missing, empty, too large, not UTF-8, or holds control characters.
    """
    file = shown(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RegisterError(file, "this is no ordinary file; name one")
        with path.open("rb") as opened:
            data = opened.read(most + 1)
    except FileNotFoundError:
        raise RegisterError(file, "the file is missing") from None
    except (OSError, ValueError) as error:
        raise RegisterError(file, f"the file can't be read ({getattr(error, 'strerror', error)})") from None
    if len(data) > most:
        raise RegisterError(file, f"the file has more than the {most // 1_000_000} megabytes that are read")
    if not data.strip():
        raise RegisterError(file, "the file is empty")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RegisterError(file, f"the file is not UTF-8 (line {line})") from None
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise RegisterError(file, f"it holds the control character U+{ord(found[0]):04X} (line {line})")
    return text


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(read_text(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise RegisterError(shown(path), f"not JSON: {error}") from None
    if not isinstance(found, dict):
        raise RegisterError(shown(path), "not a JSON object")
    return found


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, which refuses a key given twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                problem = f"the key '{key}' is given twice"
                raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file of at most a megabyte. Raises RegisterError where it can't be read."""
    text = read_text(path, _MOST_YAML)
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        problem = getattr(error, "problem", None) or "it can't be parsed"
        raise RegisterError(shown(path), f"not YAML: {problem}{where}") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise RegisterError(shown(path), f"not YAML: {error}") from None


def _read_table(path: Path, model: type[_R]) -> Iterator[_R]:
    file = shown(path)
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header, *rows = list(reader)
    except csv.Error as error:
        raise RegisterError(file, f"not a table of comma-separated values ({error})", row=reader.line_num) from None
    wanted = [name for name in model.model_fields if name != "row"]
    for name in header:
        if name not in wanted or header.count(name) > 1:
            problem = "given twice" if name in wanted else f"no column of this table{nearest(name, wanted)}"
            raise RegisterError(file, f"'{name}' is {problem}", row=1)
    for name in wanted:
        if name not in header:
            raise RegisterError(file, f"the column {name} is missing", row=1)
    if not rows:
        raise RegisterError(file, "the table has no rows")
    for number, cells in enumerate(rows, start=2):
        if len(cells) != len(header):
            message = f"the row has {len(cells)} cells, and the table {len(header)} columns"
            raise RegisterError(file, message, row=number, id=cells[0] if cells else "")
        for name, cell in zip(header, cells, strict=True):
            if cell.startswith(("=", "+", "-", "@")) and not is_number(cell):
                message = f"'{cell[:20]}' starts like a spreadsheet formula; no cell may start with {cell[0]!r}"
                raise RegisterError(file, message, row=number, id=cells[0], field=name)
        yield _entry(path, model, {**dict(zip(header, cells, strict=True)), "row": number}, row=number)


def _read_entries(path: Path, model: type[_R]) -> Iterator[_R]:
    for number, content in _list_of(path):
        yield _entry(path, model, content, number=number)


def _read_assumptions(path: Path) -> Iterator[Assumption | VagueReading]:
    for number, content in _list_of(path):
        words = isinstance(content, dict) and content.get("kind") == "words"
        yield (
            _entry(path, VagueReading, content, number=number)
            if words
            else _entry(path, Assumption, content, number=number)
        )


def _list_of(path: Path) -> Iterator[tuple[int, Any]]:
    content = read_yaml(path)
    if not isinstance(content, list):
        raise RegisterError(shown(path), "the file is not a list of entries")
    yield from enumerate(content, start=1)


def _entry(path: Path, model: type[_R], content: Any, *, row: int = 0, number: int = 0, prefix: str = "") -> _R:
    """A row or an entry as its model; of several errors, the first is the sentence."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        field, message = sentence(error, model)
        known = content.get("id", "") if isinstance(content, dict) else ""
        name = str(known) or (f"number {number}" if number else "")
        raise RegisterError(
            shown(path), message, row=row or "", id=name, field=f"{prefix}{field}".rstrip(".")
        ) from None


def sentence(error: ValidationError, model: type[BaseModel]) -> tuple[str, str]:
    """The field of the first thing that pydantic found wrong, and a sentence that says what would be right."""
    first = error.errors(include_url=False)[0]
    kind, given, context = first["type"], first.get("input"), first.get("ctx", {})
    where = ".".join(str(part) for part in first["loc"])
    shown_input = f"'{given}'" if isinstance(given, str | int | float | bool) else "this"
    match kind:
        case "rule":
            return str(context.get("field") or where), str(context["message"])
        case "missing":
            return where, "it is missing"
        case "extra_forbidden":
            return where, f"'{first['loc'][-1]}' is not known here{nearest(str(first['loc'][-1]), model.model_fields)}"
        case "literal_error" | "enum":
            choices = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
            hint = nearest(str(given), choices)
            said = f"{shown_input} is not one of {', '.join(choice or '(empty)' for choice in choices)}"
            return where, said + (hint if "mean" in hint else "")
        case "string_too_short" | "too_short":
            return where, "it is empty and must not be"
        case "string_pattern_mismatch" if where in ("comes_to",) or "comes_to" in where:
            return where, f"{shown_input} is not a number in plain digits, such as 2.59"
        case "string_pattern_mismatch":
            return where, f"{shown_input} is not a name of letters, digits and _ . -"
        case "string_type":
            return where, f"{shown_input} is not a text"
    kinds = {"int": "a whole number", "float": "a number", "bool": "true or false", "finite": "a finite number"}
    kinds |= {
        "greater": f"{context.get('ge', context.get('gt', 0))} or more",
        "dict": "a mapping",
        "model": "a mapping",
    }
    kinds |= {"tuple": "a list", "list": "a list", "mapping": "a mapping"}
    wanted = next((words for start, words in kinds.items() if kind.startswith(start)), "")
    return where, f"{shown_input} is not {wanted}" if wanted else first["msg"]
