"""The register: every row of a data package, read and checked.

Each table is a pydantic model: types, choices and rules within a row stand with its fields. Rules between tables follow
in ``Register._check``; rules that need a formula are in ``consistency``.

>>> Register.read().claims["excess_2021"].section
'mobilization-2016-2020'
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from analysis.core.published import Published, PublishedError
from analysis.core.units import BASE_UNITS, UnitError, is_base_unit, name_of, nearest, parse_unit
from analysis.core.words import CONTROL, is_number, printable

#: How the two sides of a statement are compared.
COMPARISONS = ("at_least", "more_than", "at_most", "less_than", "equals")
#: Who stands behind a reading or an assumption, the strongest first.
GRADES = ("stated", "implied", "chosen")
#: Put before the name of a quantity, divides an external figure by its years.
PER_YEAR = "per_year:"
#: The largest file, and the largest YAML file, in bytes.
_MOST_BYTES, _MOST_YAML = 10_000_000, 1_000_000


class InputError(ValueError):
    """Bad input of any kind. The message is one sentence on one line for the person who gave it."""

    def __init__(self, message: str) -> None:
        sentence = printable(" ".join(message.split()))
        # The end of a sentence says what would be right.
        super().__init__(sentence if len(sentence) <= 400 else f"{sentence[:250]} … {sentence[-140:]}")


class RegisterError(InputError):
    """A file that can't be used. The message names file, row and field, and says what would be right."""

    def __init__(self, file: Path | str, message: str, *, row: int | str = "", id: str = "", field: str = "") -> None:
        place = f"row {row} ({id})" if row and id else f"row {row}" if row else f"entry {id}" if id else ""
        where = [str(file), place, f"field {field}" if field else ""]
        super().__init__(f"{', '.join(filter(None, where))}: {message}")


def default_folder() -> Path:
    """The data package to read: the environment's ANALYSIS_DATA, else the one that comes with the package."""
    return Path(os.environ["ANALYSIS_DATA"]) if os.environ.get("ANALYSIS_DATA") else shipped("data")


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


def _flag(cell: Any) -> Any:
    return {"true": True, "false": False}.get(cell, cell) if isinstance(cell, str) else cell


def _no_flag(cell: Any) -> Any:
    if isinstance(cell, bool):
        raise PydanticCustomError("rule", "", {"field": "", "message": f"'{cell}' is not a number"})
    return cell


def _none_if_empty(cell: Any) -> Any:
    return None if cell == "" else cell


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Text = Annotated[str, Field(min_length=1), BeforeValidator(_spaced)]
Flag = Annotated[bool, Field(strict=True), BeforeValidator(_flag)]
Finite = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_no_flag)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]
Grade = Literal["stated", "implied", "chosen"]


class Row(BaseModel):
    """A row of a table, or an entry of a YAML file. ``row`` is the line of a table, from 2 on."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    row: int = 0


class _Figure(Row):
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
        _check_unit(self.unit)
        try:
            published = self.published
        except PublishedError as error:
            _wrong(str(error), error.field)
        if published.printed.startswith("-") and self.unit in BASE_UNITS and self.unit != "USD":
            _wrong(f"'{self.printed}' lies below 0, and nothing is counted below 0", "printed")
        return self

    @cached_property
    def published(self) -> Published:
        """The number as printed."""
        names = ("printed", "printed_high", "scale", "unit", "qualifier", "target", "rounding_unit")
        return Published(**{name: getattr(self, name) for name in (*names, "rounding_unit_other")})

    @cached_property
    def base_unit(self) -> str:
        """The unit of the value; percent is a way of printing, so its base unit is dimensionless."""
        return "dimensionless" if self.unit == "percent" else name_of(parse_unit(self.unit))


class Claim(_Figure):
    """A number that the article prints, with its place: one row of claims.csv."""

    quantity: Name
    input: Flag
    role: Literal["start", "result", "count"]
    judged_by: str
    same_calculation_as: Names
    words: str
    section: Name
    paragraph: Annotated[int, Field(ge=1)]
    item: Annotated[int | None, BeforeValidator(_none_if_empty)]
    place: Text
    document: str
    source: str

    @model_validator(mode="after")
    def _check_input(self) -> Self:
        if (self.role != "result") and (self.judged_by or self.same_calculation_as):
            _wrong("only a result of the article is judged", "judged_by")
        if self.input and self.qualifier == "vague":
            _wrong("a number in words has no digits to start from", "input")
        if self.input and self.qualifier == "range":
            _wrong("no sum starts from a range; its ends are quantities of their own", "input")
        return self

    @property
    def where(self) -> str:
        """Section and paragraph, in one phrase."""
        item = f", item {self.item}" if self.item else ""
        notes = self.section == "notes"
        return f"note {self.paragraph}" if notes else f"section {self.section}, paragraph {self.paragraph}{item}"


class External(_Figure):
    """A figure published elsewhere, to be set beside the article's: one row of external.csv. It is never an input."""

    noun: str = ""
    as_printed: str = ""
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


class Check(Row):
    """A quantity under named readings, against a claim; without a claim, a derived quantity: one row of checks.csv."""

    id: Name
    statement: Text
    quantity: Name
    readings: Annotated[Mapping[str, str], BeforeValidator(_assigned)]
    claim: str
    end: Literal["", "low", "high", "whole"]
    kind: Literal["", "derivation", "repetition", "hypothesis", "external"]
    against: str
    note: str

    @model_validator(mode="after")
    def _check_kind(self) -> Self:
        if bool(self.claim or self.against) != bool(self.kind):
            _wrong("a check against a claim or a figure has a kind, and a derived quantity has none", "kind")
        if bool(self.against) != (self.kind == "external"):
            _wrong("a figure published elsewhere goes with the kind external", "against")
        return self


class Solve(Row):
    """An assumption to solve for, so that a quantity equals a claim or a goal: one row of solutions.csv."""

    id: Name
    statement: Text
    quantity: Name
    readings: Annotated[Mapping[str, str], BeforeValidator(_assigned)]
    claim: str
    end: Literal["", "low", "high"]
    solve: Name
    goal: Annotated[Finite | None, BeforeValidator(_none_if_empty)]
    note: str

    @model_validator(mode="after")
    def _check_goal(self) -> Self:
        if (self.goal is None) != bool(self.claim):
            _wrong("the quantity must equal a claim or a goal, and not both", "goal")
        return self


class Reading(Row):
    """A named way to a quantity's value: one row of readings.csv. ``same_as`` names a quantity of equal value."""

    quantity: Name
    reading: Name
    label: Text
    grade: Grade
    default: Flag
    reconstruction: Flag
    same_as: str
    note: str

    @model_validator(mode="after")
    def _check_same_as(self) -> Self:
        if self.same_as and self.reading in ("published", "set"):
            _wrong(f"{self.quantity} has its own number under this reading", "same_as")
        return self

    @property
    def id(self) -> str:
        """Quantity and reading, as a sentence names the row."""
        return f"{self.quantity}, {self.reading}"


class Statement(Row):
    """Two numbers compared: one row of statements.csv, or one that a user writes out.

    quantity: the left side. other: the right side, a quantity, the id of a claim, or a number with its unit.
    """

    id: str
    statement: Text
    quantity: Text
    comparison: Literal["at_least", "more_than", "at_most", "less_than", "equals"]
    other: Text
    note: str = ""


class Section(Row):
    """A section of the article: one row of sections.csv."""

    id: Name
    title: Text
    note: str


class Citation(Row):
    """A source that the article cites: one row of sources.csv."""

    id: Name
    publisher: Text
    date: str
    title: str
    note: str


class VagueEnd(Row):
    """The floor or ceiling that the words of a claim put, and that at the coarser place, with the reason."""

    reason: Text
    value: Finite | None = None
    coarse: Finite | None = None


class _Worded(Row):
    """An entry of assumptions.yaml; floor and ceiling say how a claim in words is read, in base units."""

    id: Name
    label: Text
    unit: str
    claim: str = ""
    rationale: Text
    floor: VagueEnd | None = None
    ceiling: VagueEnd | None = None

    @model_validator(mode="after")
    def _check_words(self) -> Self:
        _check_unit(self.unit)
        for side, end, sign in (("floor", self.floor, 1), ("ceiling", self.ceiling, -1)):
            if end and end.value is not None and end.coarse is not None and sign * end.coarse > sign * end.value:
                _wrong(f"{end.coarse:g} is tighter than {end.value:g}", f"{side}.coarse")
        return self


class VagueReading(_Worded):
    """How a claim in words is read, where no assumption has its name."""

    kind: Literal["words"]


class Assumption(_Worded):
    """What an estimate rests on, in base units.

    low, high: the range it is varied over. minimum, maximum: the allowed range.
    """

    value: Finite
    low: Finite
    high: Finite
    minimum: Finite
    maximum: Finite
    shape: Literal["none", "uniform", "triangular"]
    kind: Literal["point", "floor", "ceiling"]
    grade: Grade
    bias: Text
    settle: Text
    article_value: Finite | None = None

    @model_validator(mode="after")
    def _check_ranges(self) -> Self:
        if self.unit == "percent":
            _wrong("a share is given as dimensionless, such as 0.95", "unit")
        for low, high in (("low", "high"), ("minimum", "maximum")):
            if getattr(self, low) > getattr(self, high):
                _wrong(f"{getattr(self, low):g} lies above the {high}, {getattr(self, high):g}", low)
        numbers = {name: getattr(self, name) for name in ("article_value", "value", "low", "high")}
        for side, end in (("floor", self.floor), ("ceiling", self.ceiling)):
            numbers |= {f"{side}.value": end.value, f"{side}.coarse": end.coarse} if end else {}
        for name, number in numbers.items():
            if number is not None and not self.minimum <= number <= self.maximum:
                _wrong(f"{number:g} lies outside the allowed range, {self.minimum:g} to {self.maximum:g}", name)
        return self

    @property
    def side(self) -> str:
        """On which side the value leaves room."""
        return {"floor": "at least", "ceiling": "at most"}.get(self.kind, "")

    @property
    def used(self) -> float:
        """The value under the article's setting: the one that reproduces the print, else ours."""
        return self.value if self.article_value is None else self.article_value


def _check_unit(unit: str) -> None:
    try:
        if unit != "percent" and not is_base_unit(unit):
            _wrong(f"'{unit}' is not a base unit, such as {', '.join(BASE_UNITS[:3])} or percent", "unit")
    except UnitError as error:
        _wrong(str(error), "unit")


class Step(Row):
    """One piece of a finding's arithmetic. ``expression`` names quantities and rows, in base units."""

    what: Text
    expression: Text
    comes_to: Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]
    unit: Text


class Finding(Row):
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


class Refusal(Row):
    """A conclusion that the package does not draw, and why."""

    id: Name
    what: Text
    reason: Text


class Most(Row):
    """A limit: a quantity that is at most a number or another quantity."""

    quantity: Name
    at_most: Finite | Name


class Remark(Row):
    """A sentence that stands beside a quantity when it exceeds another; ``{more}`` is by how much."""

    quantity: Name
    above: Name
    words: Text


class Settings(Row):
    """The part of datapackage.json that says how its tables are computed with.

    linked_readings: quantities whose readings are one choice. percent: quantities that a screen shows as percentages
    although no row prints them. estimates: the quantities that scenarios and sweeps tabulate.
    """

    formulas: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
    linked_readings: tuple[tuple[str, ...], ...] = ()
    headline: tuple[str, ...] = ()
    percent: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()
    limits: tuple[Most, ...] = ()
    remarks: tuple[Remark, ...] = ()


# The whole ------------------------------------------------------------------------------------------------------------

_R = TypeVar("_R", bound=Row)


@dataclass(frozen=True)
class Register:
    """A data package that was read and checked; rows are kept by id in the order of the files."""

    folder: Path
    title: str
    formulas: str
    claims: Mapping[str, Claim]
    checks: Mapping[str, Check]
    solutions: Mapping[str, Solve]
    readings: Mapping[tuple[str, str], Reading]
    sections: Mapping[str, str]
    sources: Mapping[str, str]
    assumptions: Mapping[str, Assumption]
    titles: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, VagueReading] = field(default_factory=dict)
    external: Mapping[str, External] = field(default_factory=dict)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    scenarios: tuple[str, ...] = ()
    linked_readings: tuple[tuple[str, ...], ...] = ()
    headline: tuple[str, ...] = ()
    percent: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()
    limits: tuple[Most, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @classmethod
    def read(cls, folder: Path | str | None = None) -> Register:
        """Read and check the data package in a folder; without one, the package's own or the environment's.

        Raises RegisterError, one sentence that names file, row and field.
        """
        folder = Path(folder) if folder else default_folder()
        package = _read_json(folder / "datapackage.json")
        resources = package.get("resources", [])
        if not isinstance(resources, list) or not all(isinstance(entry, dict) for entry in resources):
            raise RegisterError(folder / "datapackage.json", "it is not a list of mappings", field="resources")
        paths = [str(entry.get("path", "")) for entry in resources]
        settings = _validated(folder / "datapackage.json", Settings, package.get("analysis"), prefix="analysis.")
        sources = read_rows(folder / "sources.csv", Citation)
        entries = read_rows(folder / "assumptions.yaml", Assumption, VagueReading)
        optional: dict[str, type[Row]] = {"external.csv": External, "statements.csv": Statement}
        optional |= {"findings.yaml": Finding, "refusals.yaml": Refusal}
        more: dict[str, Any] = {
            Path(name).stem: read_rows(folder / name, model) for name, model in optional.items() if name in paths
        }
        register = cls(
            folder=folder,
            title=str(package.get("title", package.get("name", ""))),
            claims=read_rows(folder / "claims.csv", Claim),
            checks=read_rows(folder / "checks.csv", Check),
            solutions=read_rows(folder / "solutions.csv", Solve),
            readings={(row.quantity, row.reading): row for row in read_rows(folder / "readings.csv", Reading).values()},
            sections={row.id: row.title for row in read_rows(folder / "sections.csv", Section).values()},
            sources={row.id: f"{row.publisher}, {row.date}" for row in sources.values()},
            titles={row.id: row.title for row in sources.values() if row.title},
            assumptions={name: one for name, one in entries.items() if isinstance(one, Assumption)},
            words={name: one for name, one in entries.items() if isinstance(one, VagueReading)},
            scenarios=tuple(Path(path).stem for path in paths if re.fullmatch(r"scenarios/[a-z0-9_]+\.yaml", path)),
            **more,
            **{name: getattr(settings, name) for name in Settings.model_fields if name != "row"},
        )
        register._check()
        return register

    def file(self, name: str) -> str:
        """How a sentence names one of the package's files."""
        return shown(self.folder / name)

    def refuse(self, file: str, row: Any, field: str, message: str) -> RegisterError:
        """The refusal of a row that was read."""
        return RegisterError(self.file(file), message, row=row.row or "", id=row.id, field=field)

    @cached_property
    def vague_readings(self) -> Mapping[str, VagueReading | Assumption]:
        """How the claims in words of each quantity are read."""
        return {name: one for name, one in self.assumptions.items() if one.floor or one.ceiling} | dict(self.words)

    @cached_property
    def inputs(self) -> Mapping[str, Claim]:
        """The claim from which each quantity starts."""
        return {claim.quantity: claim for claim in self.claims.values() if claim.input}

    def _references(self) -> Iterator[tuple[str, Any, str, Iterable[str], Iterable[str], str]]:
        """File, row, field, the names it gives, the names there are, and the table they are in."""
        for claim in self.claims.values():
            yield "claims.csv", claim, "section", [claim.section], self.sections, "sections.csv"
            yield "claims.csv", claim, "source", [claim.source], self.sources, "sources.csv"
        for check in self.checks.values():
            yield "checks.csv", check, "claim", [check.claim], self.claims, "claims.csv"
        for name in ("assumptions", "words"):
            for entry in getattr(self, name).values():
                yield "assumptions.yaml", entry, "claim", [entry.claim], self.claims, "claims.csv"
        for finding in self.findings.values():
            yield "findings.yaml", finding, "claims", finding.claims, self.claims, "claims.csv"
            yield "findings.yaml", finding, "external", finding.external, self.external, "external.csv"
            yield "findings.yaml", finding, "sources", finding.sources, self.sources, "sources.csv"

    def _check(self) -> None:
        """Refuse a name that another table lacks, two units, inputs or defaults of one quantity, and claims that a
        check can't be set against."""
        for file, row, name, given, known, table in self._references():
            for one in given:
                if one and one not in known:
                    raise self.refuse(file, row, name, f"'{one}' is no row of {table}{nearest(one, known)}")
        first: dict[tuple[str, str], Any] = {}
        for claim in self.claims.values():
            other = first.setdefault(("claims", claim.quantity), claim)
            if other.base_unit != claim.base_unit:
                where = f"{claim.base_unit} here and in {other.base_unit} in row {other.row} ({other.id})"
                raise self.refuse("claims.csv", claim, "unit", f"{claim.quantity} is in {where}")
            if claim.input and (other := first.setdefault(("inputs", claim.quantity), claim)) is not claim:
                message = f"{claim.quantity} starts from row {other.row} ({other.id}) already"
                raise self.refuse("claims.csv", claim, "input", message)
            if claim.qualifier == "vague" and claim.role != "count" and claim.quantity not in self.vague_readings:
                message = "a number in words needs an assumption of that name with a floor or a ceiling"
                raise self.refuse("claims.csv", claim, "quantity", message)
        for reading in self.readings.values():
            if reading.default and (other := first.setdefault(("defaults", reading.quantity), reading)) is not reading:
                message = f"{reading.quantity} has the default {other.reading} already (row {other.row})"
                raise self.refuse("readings.csv", reading, "default", message)
        for check in self.checks.values():
            against = self.claims.get(check.claim)
            if against and against.quantity != check.quantity:
                message = f"{against.id} is a value of {against.quantity}, not of {check.quantity}"
                raise self.refuse("checks.csv", check, "claim", message)
            if (check.end != "") != (against is not None and against.qualifier == "range"):
                message = "an end is named where the claim is a range, and only there"
                raise self.refuse("checks.csv", check, "end", message)
        for one in self.headline:
            if one not in self.checks:
                message = f"'{one}' is no row of checks.csv{nearest(one, self.checks)}"
                raise RegisterError(self.file("datapackage.json"), message, field="analysis.headline")


# Reading files --------------------------------------------------------------------------------------------------------


def read_text(path: Path, most: int = _MOST_BYTES) -> str:
    """The text of an ordinary file of at most so many bytes.

    Raises RegisterError where it is missing, empty, too large, not UTF-8, or holds control characters.
    """
    try:
        if path.exists() and not path.is_file():
            raise RegisterError(shown(path), "this is no ordinary file; name one")
        with path.open("rb") as opened:
            data = opened.read(most + 1)
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise RegisterError(shown(path), "the file is missing") from None
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RegisterError(shown(path), f"the file is not UTF-8 (line {line})") from None
    except (OSError, ValueError) as error:
        if isinstance(error, RegisterError):
            raise
        raise RegisterError(shown(path), f"the file can't be read ({getattr(error, 'strerror', error)})") from None
    if len(data) > most:
        raise RegisterError(shown(path), f"the file has more than the {most // 1_000_000} megabytes that are read")
    if not text.strip():
        raise RegisterError(shown(path), "the file is empty")
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise RegisterError(shown(path), f"it holds the control character U+{ord(found[0]):04X} (line {line})")
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
                raise yaml.MarkedYAMLError(problem=f"the key '{key}' is given twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML file of at most a megabyte. Raises RegisterError where it can't be read."""
    text = read_text(path, _MOST_YAML)
    try:
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise RegisterError(shown(path), f"not YAML: {getattr(error, 'problem', None) or error}{where}") from None


def read_rows(path: Path, model: type[_R], other: type[Any] | None = None) -> dict[str, Any]:
    """The rows of a CSV table, or the entries of a YAML list, by id.

    other: the model of entries whose kind is ``words``. Raises RegisterError naming row and field.
    """
    found: dict[str, _R] = {}
    for place, content in _table(path, model) if path.suffix == ".csv" else _list(path):
        words = other is not None and isinstance(content, dict) and content.get("kind") == "words"
        chosen = other if words and other else model
        row = _validated(path, chosen, content, row=place.get("row", 0), number=place.get("number", 0))
        name: str = row.id
        if name in found:
            raise RegisterError(shown(path), f"'{name}' is given twice", row=row.row or "", id=name, field="id")
        found[name] = row
    return found


def _list(path: Path) -> Iterator[tuple[dict[str, int], Any]]:
    content = read_yaml(path)
    if not isinstance(content, list):
        raise RegisterError(shown(path), "the file is not a list of entries")
    for number, one in enumerate(content, start=1):
        yield {"number": number}, one


def _table(path: Path, model: type[Row]) -> Iterator[tuple[dict[str, int], Any]]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header, *rows = list(reader)
    except csv.Error as error:
        message = f"not a table of comma-separated values ({error})"
        raise RegisterError(shown(path), message, row=reader.line_num) from None
    wanted = [name for name in model.model_fields if name != "row"]
    for name in dict.fromkeys([*header, *wanted]):
        if name not in wanted:
            raise RegisterError(shown(path), f"'{name}' is no column of this table{nearest(name, wanted)}", row=1)
        if header.count(name) != 1:
            problem = "missing" if name not in header else "given twice"
            raise RegisterError(shown(path), f"the column {name} is {problem}", row=1)
    if not rows:
        raise RegisterError(shown(path), "the table has no rows")
    for number, cells in enumerate(rows, start=2):
        if len(cells) != len(header):
            message = f"the row has {len(cells)} cells, and the table {len(header)} columns"
            raise RegisterError(shown(path), message, row=number, id=cells[0] if cells else "")
        for name, cell in zip(header, cells, strict=True):
            if cell.startswith(("=", "+", "-", "@")) and not is_number(cell):
                message = f"'{cell[:20]}' starts like a spreadsheet formula; no cell may start with {cell[0]!r}"
                raise RegisterError(shown(path), message, row=number, id=cells[0], field=name)
        yield {"row": number}, {**dict(zip(header, cells, strict=True)), "row": number}


def _validated(path: Path, model: type[_R], content: Any, *, row: int = 0, number: int = 0, prefix: str = "") -> Any:
    """A row as its model; of several errors, the first is the sentence."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        field, message = sentence(error, model)
        known = content.get("id", "") if isinstance(content, dict) else ""
        name = str(known) or (f"number {number}" if number else "")
        where = f"{prefix}{field}".rstrip(".")
        raise RegisterError(shown(path), message, row=row or "", id=name, field=where) from None


#: The start of pydantic's names of errors, and the words for what would be right.
_WANTED = {
    "int": "a whole number", "float": "a number", "bool": "true or false", "finite": "a finite number",
    "dict": "a mapping", "model": "a mapping", "mapping": "a mapping", "tuple": "a list", "list": "a list",
    "string_type": "a text", "too_long": "a list of two names or fewer",
}  # fmt: skip


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
        case "literal_error":
            choices = re.findall(r"'([^']*)'", str(context["expected"]))
            hint = nearest(str(given), choices)
            said = f"{shown_input} is not one of {', '.join(choice or '(empty)' for choice in choices)}"
            return where, said + (hint if "mean" in hint else "")
        case "string_too_short" | "too_short":
            return where, "it is empty and must not be"
        case "string_pattern_mismatch":
            right = "a number in plain digits, such as 2.59" if r"\d" in context["pattern"] else "a name"
            return where, f"{shown_input} is not {right}" + (
                "" if right[-1].isdigit() else " of letters, digits and _ . -"
            )
        case "greater_than_equal":
            return where, f"{shown_input} is not {context['ge']} or more"
    wanted = next((words for start, words in _WANTED.items() if kind.startswith(start)), "")
    return where, f"{shown_input} is not {wanted}" if wanted else first["msg"]
