"""The register: every row of a data package, read and checked.

Each table and YAML file is a pydantic model: types, choices and rules within a row stand with its fields. An empty cell
takes the default of its field. ``Register._check`` holds the rules between tables, ``consistency`` those with formulas.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import re
from collections import namedtuple
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from analysis.core.published import FieldError, Interval, Published
from analysis.core.units import base_unit, name_of, nearest, parse_unit

Grade = Literal["stated", "implied", "chosen"]
#: Who stands behind a reading or an assumption, the strongest first.
GRADES = get_args(Grade)
#: Put before the name of a quantity, divides an external figure by its years.
PER_YEAR = "per_year:"
#: The reading that is a quantity's unnamed formula.
BARE = "formula"
#: The readings whose value a user may set.
SETTABLE = ("set", "published", "in_words")


class InputError(ValueError):
    """Bad input of any kind. The message is one sentence on one line for the person who gave it."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class RegisterError(InputError):
    """A file that can't be used. The message names file, row and field, and says what would be right."""

    def __init__(
        self,
        file: Path | str,
        message: str,
        *,
        row: int | str = "",
        id: str = "",
        field: str = "",
    ) -> None:
        place = (
            f"row {row} ({id})"
            if row and id
            else f"row {row}"
            if row
            else f"entry {id}"
            if id
            else ""
        )
        where = [
            shown(file) if isinstance(file, Path) else file,
            place,
            f"field {field}" if field else "",
        ]
        super().__init__(f"{', '.join(filter(None, where))}: {message}")


def shipped(name: str) -> Path:
    """A folder that comes with the package: inside it when installed from a wheel, else beside it."""
    package = Path(__file__).resolve().parents[1]
    within = package / "shipped" / name
    return within if within.is_dir() else package.parent / name


def shown(path: Path) -> str:
    """A path as a sentence names it: relative to the working directory where it lies below it."""
    return str(
        path.resolve().relative_to(Path.cwd())
        if path.resolve().is_relative_to(Path.cwd())
        else path
    )


#: Marks a field that names rows of a table, ``quantities``, or ``values``: quantities, read somehow, or claims.
Ref = namedtuple("Ref", "to")


def _listed(cell: Any) -> Any:
    """The parts of a cell, between semicolons."""
    return (
        tuple(part.strip() for part in cell.split(";") if part.strip())
        if isinstance(cell, str)
        else cell
    )


def _assigned(cell: Any) -> Any:
    """The readings in a cell: quantity=reading, between semicolons."""
    pairs = [[word.strip() for word in part.split("=")] for part in _listed(cell)]
    if not all(len(pair) == 2 for pair in pairs) or len(dict(pairs)) < len(pairs):
        raise ValueError(
            f"'{cell}' is not of the form quantity=reading, once a quantity"
        )
    return dict(pairs)


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
Number = Annotated[float, Field(strict=True)]  # YAML's `true` is refused
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Unit = Annotated[Text, AfterValidator(base_unit)]
Readings = Annotated[Mapping[str, str], BeforeValidator(_assigned), Ref("quantities")]
ClaimId = Annotated[str, Ref("claims.csv")]
Quantity = Annotated[Name, Ref("quantities")]


class Row(BaseModel):
    """A row of a table, an entry of a YAML file, or a part of one. ``row`` is the line of a table, from 2 on."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    file: ClassVar[str] = ""
    kinds: ClassVar[Mapping[str, type[Row]]] = {}
    row: int = 0
    note: str = ""


class Figure(Row):
    """A row with a printed number."""

    id: Name
    statement: Text
    printed: str = ""
    printed_high: str = ""
    scale: str = ""
    unit: Annotated[
        Text,
        AfterValidator(lambda unit: unit if unit == "percent" else base_unit(unit)),
    ]
    unit_as_printed: Text
    qualifier: str
    target: bool
    rounding_unit: str = ""
    rounding_unit_other: str = ""
    period: Text

    def model_post_init(self, context: Any) -> None:
        _ = self.published  # raises where it can't be read

    @cached_property
    def published(self) -> Published:
        """The number as printed."""
        return Published(
            **{one.name: getattr(self, one.name) for one in fields(Published)}
        )

    @cached_property
    def base_unit(self) -> str:
        """The unit of the value; percent is a way of printing, so its base unit is dimensionless."""
        return (
            "dimensionless"
            if self.unit == "percent"
            else name_of(parse_unit(self.unit))
        )


class Claim(Figure):
    """A number that the article prints, with its place."""

    file = "claims.csv"
    quantity: Name
    input: bool
    role: Literal["start", "result", "count"]
    judged_by: Annotated[str, Ref("checks.csv")] = ""
    same_calculation_as: Annotated[
        tuple[str, ...], BeforeValidator(_listed), Ref("claims.csv")
    ] = ()
    words: str = ""
    section: Annotated[Name, Ref("sections.csv")]
    paragraph: Annotated[int, Field(ge=1)]
    item: int | None = None
    place: Text
    document: str = ""
    source: Annotated[str, Ref("sources.csv")] = ""

    def model_post_init(self, context: Any) -> None:
        super().model_post_init(context)
        if self.input and self.qualifier in ("vague", "range"):
            raise FieldError(
                "input",
                "no sum starts from a number in words or from a range, whose ends are quantities",
            )

    @property
    def where(self) -> str:
        """Section and paragraph, in one phrase."""
        if self.section == "notes":
            return f"note {self.paragraph}"
        return f"section {self.section}, paragraph {self.paragraph}{f', item {self.item}' if self.item else ''}"


class External(Figure):
    """A figure published elsewhere, to be set beside the article's. It is never an input."""

    file = "external.csv"
    noun: str = ""
    as_printed: str = ""
    year_from: int
    year_to: int
    scope: Text
    publisher: Text
    title: str = ""
    date: str = ""
    address: str = ""
    seen: Literal["P", "M", "S"]
    beside: Annotated[tuple[str, ...], BeforeValidator(_listed), Ref("values")] = ()

    def model_post_init(self, context: Any) -> None:
        super().model_post_init(context)
        if self.qualifier in ("range", "vague"):
            raise FieldError(
                "qualifier",
                "an external figure is one number; the ends of a range are two rows",
            )
        if self.year_from > self.year_to:
            raise FieldError(
                "year_from",
                f"{self.year_from} lies after {self.year_to}, the last year of the figure",
            )

    @property
    def years(self) -> int:
        """How many years the figure adds up; one where its period says that it is a mean over them."""
        return 1 if ", a year" in self.period else self.year_to - self.year_from + 1


class Asked(Row):
    """A quantity under named readings, beside a claim or none."""

    id: Name
    statement: Text
    quantity: Quantity
    readings: Readings = {}
    claim: ClaimId = ""


class Check(Asked):
    """A quantity set against a claim or a figure; without one, a derived quantity. The field ``against`` is arithmetic
    over figures published elsewhere; with a claim, it replaces the quantity."""

    file = "checks.csv"
    end: Literal["", "low", "high", "whole"] = ""
    kind: Literal["", "derivation", "repetition", "hypothesis", "external"] = ""
    against: str = ""

    def model_post_init(self, context: Any) -> None:
        if bool(self.claim or self.against) != bool(self.kind):
            raise FieldError(
                "kind",
                "a check against a claim or a figure has one, and a derived quantity has none",
            )
        if bool(self.against) != (self.kind == "external"):
            raise FieldError(
                "against",
                "a figure published elsewhere goes with the kind external, and only with it",
            )


class Solve(Asked):
    """An assumption to solve for, so that a quantity equals a claim or a goal."""

    file = "solutions.csv"
    end: Literal["", "low", "high"] = ""
    solve: Annotated[Name, Ref("assumptions.yaml")]
    goal: float | None = None

    def model_post_init(self, context: Any) -> None:
        if (self.goal is None) != bool(self.claim):
            raise FieldError(
                "goal", "the quantity must equal a claim or a goal, and not both"
            )


class Reading(Row):
    """A named way to a quantity's value. ``same_as`` names a quantity of equal value."""

    file = "readings.csv"
    quantity: Quantity
    reading: Name
    label: Text
    grade: Grade
    default: bool
    reconstruction: bool
    same_as: Annotated[str, Ref("quantities")] = ""

    @property
    def id(self) -> str:
        """Quantity and reading, as a sentence names the row."""
        return f"{self.quantity}, {self.reading}"


class Statement(Row):
    """Two values compared. The right one is a quantity, a claim, or a number with its unit."""

    file = "statements.csv"
    id: str
    statement: Text
    quantity: Annotated[Text, Ref("values")]
    comparison: Literal["at_least", "more_than", "at_most", "less_than", "equals"]
    other: Text

    @property
    def is_number(self) -> bool:
        """Whether the right side is a number."""
        return self.other[0] in "-+.0123456789"


class Section(Row):
    """A section of the article."""

    file = "sections.csv"
    id: Name
    title: Text


class Citation(Row):
    """A source that the article cites."""

    file = "sources.csv"
    id: Name
    publisher: Text
    date: str = ""
    title: str = ""


class VagueEnd(Row):
    """The floor or ceiling that words put, and that at a coarser place; or a value worth trying. With the reason."""

    reason: Text
    value: Number | None = None
    coarse: Number | None = None

    def at(self, *, coarse: bool) -> float | None:
        """The number, that at the coarser place where there is one and it is wanted."""
        return self.value if self.coarse is None or not coarse else self.coarse


class VagueReading(Row):
    """How a claim in words is read, in base units, where no assumption has its name."""

    file = "assumptions.yaml"
    id: Name
    label: Text
    kind: Literal["words", "point", "floor", "ceiling"]
    unit: Unit
    claim: ClaimId = ""
    rationale: Text
    floor: VagueEnd | None = None
    ceiling: VagueEnd | None = None

    def allows(self, *, coarse: bool = False) -> Interval:
        """The values that the words allow; infinite where they put no floor or ceiling."""
        low, high = (
            one.at(coarse=coarse) if one else None for one in (self.floor, self.ceiling)
        )
        return Interval(
            -math.inf if low is None else low, math.inf if high is None else high
        )


class Assumption(VagueReading):
    """What an estimate rests on. It is varied from low to high, and allowed from minimum to maximum."""

    value: Number
    low: Number
    high: Number
    minimum: Number
    maximum: Number
    grade: Grade
    bias: Text
    settle: Text
    marked: tuple[VagueEnd, ...] = ()

    kinds: ClassVar = {"words": VagueReading}

    def model_post_init(self, context: Any) -> None:
        if self.low > self.high:
            raise FieldError("low", f"{self.low:g} lies above the high, {self.high:g}")
        given = {name: getattr(self, name) for name in ("value", "low", "high")}
        for side, end in (("floor", self.floor), ("ceiling", self.ceiling)):
            given |= (
                {f"{side}.value": end.value, f"{side}.coarse": end.coarse}
                if end
                else {}
            )
        for name, one in given.items():
            if one is not None and not self.minimum <= one <= self.maximum:
                raise FieldError(
                    name,
                    f"{one:g} lies outside the allowed range, {self.minimum:g} to {self.maximum:g}",
                )

    @property
    def side(self) -> str:
        """On which side the value leaves room."""
        return {"floor": "at least", "ceiling": "at most"}.get(self.kind, "")


class Step(Row):
    """One piece of a finding's arithmetic. ``expression`` names quantities and rows, in base units."""

    what: Text
    expression: Text
    comes_to: Decimal
    unit: Text


class Finding(Row):
    """Arithmetic of the numbers: its rows, two readings of it, and what would settle it."""

    file = "findings.yaml"
    id: Name
    title: Text
    claims: Annotated[tuple[str, ...], Ref("claims.csv")] = ()
    external: Annotated[tuple[str, ...], Ref("external.csv")] = ()
    sources: Annotated[tuple[str, ...], Ref("sources.csv")] = ()
    arithmetic: Annotated[tuple[Step, ...], Field(min_length=1)]
    sceptical: Text
    charitable: Text
    settle: Text


class Headline(Row):
    """One of the numbers that a reader meets first. In its texts ``{name}`` is replaced by the value of a quantity, and
    ``{|name|}`` by its size."""

    file = "headlines.yaml"
    id: Name
    title: Text
    claim: Annotated[Name, Ref("claims.csv")]
    working: Annotated[tuple[str, ...], Ref("values")] = ()
    check: Annotated[str, Ref("checks.csv")] = ""
    shown: str = ""
    sentence: Text
    notebook: Text

    @staticmethod
    def named(text: str) -> list[str]:
        """The names in braces in a text, but for that of the verdict."""
        return [
            name
            for name in re.findall(r"\{\|?([^{}|]+)\|?\}", text)
            if name != "verdict"
        ]


class Refusal(Row):
    """A conclusion that the package does not draw, and why."""

    file = "refusals.yaml"
    id: Name
    what: Text
    reason: Text


class Most(BaseModel, extra="forbid"):
    """A limit: a quantity that is at most a number or another quantity, or at least a number."""

    quantity: Quantity
    at_most: Number | Name = math.inf
    at_least: Number = -math.inf


class Remark(BaseModel, extra="forbid"):
    """A sentence shown with a quantity when it exceeds another; ``{more}`` is by how much."""

    quantity: Quantity
    above: Name
    words: Text


class Settings(BaseModel, extra="forbid"):
    """How the tables are computed with. The readings of quantities in one of ``linked_readings`` are one choice. A
    screen shows those in ``percent`` as percentages although no row prints them. Scenarios and sweeps tabulate
    ``estimates``."""

    formulas: Name
    linked_readings: tuple[tuple[str, ...], ...] = ()
    percent: Annotated[tuple[str, ...], Ref("quantities")] = ()
    estimates: Annotated[tuple[str, ...], Ref("quantities")] = ()
    limits: tuple[Most, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Article(BaseModel):
    """The article that the numbers are of."""

    title: str = ""
    path: str = ""


class Package(BaseModel):
    """The part of datapackage.json that is read: its title and article, the files that it lists, and the settings."""

    title: str = ""
    sources: tuple[Article, ...] = (Article(),)
    resources: tuple[dict[str, Any], ...]
    analysis: Settings


_M = TypeVar("_M", bound=BaseModel)


def read_text(path: Path) -> str:
    """The text of a file. Raises RegisterError where it is missing, empty or not UTF-8."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RegisterError(path, "the file is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RegisterError(path, f"the file can't be read ({error})") from None
    if not text.strip():
        raise RegisterError(path, "the file is empty")
    return text


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, which refuses a key given twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.MarkedYAMLError(
                    problem=f"the key '{key}' is given twice",
                    problem_mark=node.start_mark,
                )
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML or JSON file. Raises RegisterError where it can't be read."""
    text, kind = read_text(path), "JSON" if path.suffix == ".json" else "YAML"
    try:
        return json.loads(text) if kind == "JSON" else yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError) as error:
        message = str(error).replace('in "<unicode string>",', "at")
        raise RegisterError(path, f"not {kind}: {message}") from None


def _read_rows(path: Path, model: type[Row]) -> dict[str, Any]:
    """The rows of a CSV table, or the entries of a YAML list, by id."""
    found: dict[str, Any] = {}
    for id, content in (read_table if path.suffix == ".csv" else _list)(path):
        row: Any = validated(
            path, model.kinds.get(content.get("kind", ""), model), content, id
        )
        if row.id in found:
            raise RegisterError(
                path,
                f"'{row.id}' is given twice",
                row=row.row or "",
                id=row.id,
                field="id",
            )
        found[row.id] = row
    if not found:
        raise RegisterError(path, "the table has no rows")
    return found


def _list(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    content = read_yaml(path)
    if not isinstance(content, list) or not all(
        isinstance(entry, dict) for entry in content
    ):
        raise RegisterError(path, "the file is not a list of entries")
    yield from (
        (str(entry.get("id", f"number {number}")), entry)
        for number, entry in enumerate(content, start=1)
    )


def read_table(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a CSV table, each with its id; cells that are empty are left out, and ``row`` is the line."""
    reader = csv.DictReader(
        io.StringIO(read_text(path), newline=""), restkey="", strict=True
    )
    try:
        for cells in reader:
            line, id = reader.line_num, cells.get("id", "")
            if "" in cells or None in cells.values():
                raise RegisterError(
                    path,
                    "the row has more or fewer cells than the first row",
                    row=line,
                    id=id,
                )
            yield (
                id,
                {name: cell for name, cell in cells.items() if cell} | {"row": line},
            )
    except csv.Error as error:
        message = f"not a table of comma-separated values ({error})"
        raise RegisterError(path, message, row=reader.reader.line_num) from None


#: Words for Python's kinds of values, and for reasons that say nothing more.
_PLAIN = {
    "dictionary( or instance.*)?": "mapping",
    "tuple": "list",
    "decimal": "number",
    ", unable to .*": "",
}


def validated(path: Path, model: type[_M], content: Any, id: str = "") -> _M:
    """The content of a file, or an entry of it, as its model. Raises RegisterError for the first fault in it."""
    try:
        return model.model_validate(content)
    except ValidationError as found:
        # An unknown field comes first: it may be the misspelled one that is missing.
        fault = min(
            found.errors(include_url=False),
            key=lambda one: one["type"] != "extra_forbidden",
        )
    at, given, place = fault["loc"], fault["input"], ".".join(map(str, fault["loc"]))
    message = f"{fault['msg'][0].lower()}{fault['msg'][1:]}"
    for python, plain in _PLAIN.items():
        message = re.sub(python, plain, message)
    if fault["type"] == "value_error":
        rule = fault["ctx"]["error"]
        place, message = getattr(rule, "field", place), str(rule)
    elif fault["type"] == "extra_forbidden":
        schema = model.model_json_schema()
        parts = (schema, *schema.get("$defs", {}).values())
        known = [name for part in parts for name in part.get("properties", ())]
        message = f"'{at[-1]}' is not known here{nearest(str(at[-1]), known)}"
    elif isinstance(given, str | int | float) and ", not " not in message:
        message += f", not '{given}'"
    row = content.get("row", "") if isinstance(content, dict) else ""
    raise RegisterError(path, message, row=row, id=id, field=place)


# The whole ------------------------------------------------------------------------------------------------------------

_TABLES = (
    Claim,
    Check,
    Solve,
    Reading,
    Section,
    Citation,
    Assumption,
    External,
    Statement,
    Finding,
    Headline,
    Refusal,
)


class Register(Settings):
    """A data package that was read and checked; rows are kept by id in the order of the files."""

    model_config = ConfigDict(frozen=True)
    folder: Path
    title: str
    claims: Mapping[str, Claim] = {}
    checks: Mapping[str, Check] = {}
    readings: Mapping[tuple[str, str], Reading] = {}
    sections: Mapping[str, str] = {}
    sources: Mapping[str, str] = {}
    assumptions: Mapping[str, Assumption] = {}
    article: Article = Article()
    words: Mapping[str, VagueReading] = {}
    solutions: Mapping[str, Solve] = {}
    external: Mapping[str, External] = {}
    statements: Mapping[str, Statement] = {}
    findings: Mapping[str, Finding] = {}
    headlines: Mapping[str, Headline] = {}
    refusals: Mapping[str, Refusal] = {}
    scenarios: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path | str | None = None) -> Register:
        """Read and check the data package in a folder; without one, the package's own or the environment's. A table
        that datapackage.json does not list has no rows. Raises RegisterError naming file, row and field.
        >>> Register.read().claims["excess_2021"].section
        'mobilization-2016-2020'
        """
        if not isinstance(folder, str | Path | None):
            raise InputError(f"{folder!r} is not the path of a data package")
        folder = Path(folder or os.environ.get("ANALYSIS_DATA") or shipped("data"))
        package = validated(
            folder / "datapackage.json", Package, read_yaml(folder / "datapackage.json")
        )
        paths = [str(one.get("path")) for one in package.resources]
        tables = [one.file for one in _TABLES]
        for path in paths:
            # What is expected is written last; other files are read where they are needed.
            if (
                path.endswith(".csv")
                and path not in (*tables, "expected.csv")
                and not (folder / path).is_file()
            ):
                where = {"id": path, "field": "path"}
                raise RegisterError(
                    folder / "datapackage.json",
                    f"no such file{nearest(path, tables)}",
                    **where,
                )
        found: dict[str, Any] = {
            Path(one.file).stem: _read_rows(folder / one.file, one)
            for one in _TABLES
            if one.file in paths
        }
        names = ("assumptions", "readings", "sections", "sources")
        assumed, readings, sections, sources = (
            found.pop(name, {}).values() for name in names
        )
        register = cls(
            folder=folder,
            title=package.title,
            article=package.sources[0],
            assumptions={one.id: one for one in assumed if isinstance(one, Assumption)},
            words={one.id: one for one in assumed if not isinstance(one, Assumption)},
            readings={(row.quantity, row.reading): row for row in readings},
            sections={row.id: row.title for row in sections},
            sources={row.id: f"{row.publisher}, {row.date}" for row in sources},
            scenarios=tuple(
                Path(path).stem
                for path in paths
                if re.fullmatch(r"scenarios/[a-z0-9_]+\.yaml", path)
            ),
            **found,
            **dict(package.analysis),
        )
        register._check()
        return register

    def file(self, name: str) -> str:
        """How a sentence names one of the package's files."""
        return shown(self.folder / name)

    def refuse(self, row: Any, field: str, message: str) -> RegisterError:
        """The refusal of a row that was read; without a row, of a setting in datapackage.json."""
        if row is None:
            return RegisterError(
                self.file("datapackage.json"), message, field=f"analysis.{field}"
            )
        return RegisterError(
            self.file(row.file), message, row=row.row or "", id=row.id, field=field
        )

    @contextlib.contextmanager
    def refusing(self, row: Any, field: str) -> Iterator[None]:
        """Name row and field in each refusal that does not name its own."""
        try:
            yield
        except RegisterError:
            raise
        except ValueError as error:
            raise self.refuse(row, field, str(error)) from None

    @cached_property
    def vague_readings(self) -> Mapping[str, VagueReading]:
        """How the claims in words of each quantity are read."""
        return {
            name: one
            for name, one in self.assumptions.items()
            if one.floor or one.ceiling
        } | dict(self.words)

    @cached_property
    def inputs(self) -> Mapping[str, Claim]:
        """The claim from which each quantity starts."""
        return {claim.quantity: claim for claim in self.claims.values() if claim.input}

    def references(self) -> Iterator[tuple[str, Row | None, str, str]]:
        """Table, row, field and name of each reference; ``quantities`` is the table of a quantity."""
        yield from (
            ("quantities", None, "linked_readings", name)
            for group in self.linked_readings
            for name in group
        )
        parts: list[tuple[Row | None, str, BaseModel]] = [(None, "", self)]
        parts += [(None, "limits", one) for one in self.limits] + [
            (None, "remarks", one) for one in self.remarks
        ]
        tables = [getattr(self, name) for name in Register.model_fields]
        rows = [
            row for table in tables if isinstance(table, dict) for row in table.values()
        ]
        parts += [(row, "", row) for row in rows if isinstance(row, Row)]
        for row, within, part in parts:
            for place, info in type(part).model_fields.items():
                for mark in info.metadata:
                    if isinstance(mark, Ref):
                        found = getattr(part, place)
                        names = (found,) if isinstance(found, str) else found
                        yield from (
                            (mark.to, row, within or place, name)
                            for name in names
                            if name
                        )

    def _check(self) -> None:
        """Refuse rows of one table that do not fit those of another."""
        for to, row, place, name in self.references():
            known = getattr(self, to.partition(".")[0], None)
            if known is not None and name not in known:
                raise self.refuse(
                    row, place, f"'{name}' is no row of {to}{nearest(name, known)}"
                )
        for claim in self.claims.values():
            if claim.input and (other := self.inputs[claim.quantity]) is not claim:
                raise self.refuse(
                    claim,
                    "input",
                    f"{claim.quantity} starts from row {other.row} ({other.id}) too",
                )
            if (
                claim.qualifier == "vague"
                and claim.role != "count"
                and claim.quantity not in self.vague_readings
            ):
                raise self.refuse(
                    claim,
                    "quantity",
                    "its words need an assumption of that name, with floor or ceiling",
                )
        for check in self.checks.values():
            against = self.claims.get(check.claim)
            if against and against.quantity != check.quantity:
                raise self.refuse(
                    check,
                    "claim",
                    f"{against.id} is a value of {against.quantity}, not of it",
                )
            if bool(check.end) != (
                against is not None and against.qualifier == "range"
            ):
                raise self.refuse(
                    check,
                    "end",
                    "an end is named where the claim is a range, and only there",
                )
