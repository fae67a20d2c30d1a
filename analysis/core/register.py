"""The register: reads a data package, checks it, and refuses what is wrong in one sentence.

What belongs here: everything about the files, from encoding to cross-references. What does not: checks that need a
formula (``model``), and any arithmetic beyond reading a number.

The tables are checked by Frictionless, and the assumptions by JSON Schema, both against ``datapackage.json``.

>>> register = Register.read(default_folder())
>>> register.claims["excess_2021"].section
'mobilization-2016-2020'
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from analysis.core.published import Published, PublishedError
from analysis.core.units import BASE_UNITS, UnitError, name_of, nearest, parse_unit, registry

TABLES = ("claims", "checks", "readings", "sections", "sources")
#: Read where datapackage.json describes it.
EXTERNAL, FINDINGS, STATEMENTS, REFUSALS = "external", "findings", "statements", "refusals"
#: How the two sides of a statement are compared.
COMPARISONS = ("at_least", "more_than", "at_most", "less_than", "equals")
#: The folder of the scenarios that come with a data package; datapackage.json lists them in their order.
SCENARIOS = "scenarios"
#: Before what an external figure is set beside: the figure divided by its years is.
PER_YEAR = "per_year:"
GRADES = ("stated", "implied", "chosen")
#: The kind of an entry of assumptions.yaml that only says how a vague claim is read, and has no value of its own.
WORDS_ALONE = "words"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


#: From which length a sentence that repeats what it was given is cut in the middle.
_LONGEST = 400
#: The largest file that is read, in bytes, and the largest YAML file, whose reader is slow.
_MOST_BYTES, _MOST_YAML = 10_000_000, 1_000_000
#: How deep lists and mappings may lie in each other.
_DEEPEST = 20
_TOO_DEEP = f"more than {_DEEPEST} levels lie in each other"
#: What no text may hold: it would move a terminal's cursor, colour it, or show letters in another order than they have.
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def printable(text: str) -> str:
    """A text without what a terminal would follow: control characters are spelled out.

    >>> printable("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def as_cell(value: Any) -> Any:
    """A value as a cell of a file that a spreadsheet may open: a text that it would compute starts with an apostrophe.

    >>> as_cell("=1+1"), as_cell("-2.5"), as_cell("a=b")
    ("'=1+1", '-2.5', 'a=b')
    """
    is_formula = isinstance(value, str) and value.startswith(_FORMULA_STARTS) and not _is_number(value)
    return f"'{value}" if is_formula else value


class InputError(ValueError):
    """Bad input of any kind: the message is one sentence for the person who gave it, on one line and not endless."""

    def __init__(self, message: str) -> None:
        sentence = printable(" ".join(message.split()))
        # Its end says what would be right.
        super().__init__(sentence if len(sentence) <= _LONGEST else f"{sentence[:250]} … {sentence[-140:]}")


class RegisterError(InputError):
    """A data package that can't be used: names the file, the row and the field, and says what would be right."""

    def __init__(self, file: Path | str, message: str, *, row: int | str = "", id: str = "", field: str = "") -> None:
        where = [str(file)]
        if row or id:
            where.append(f"row {row} ({id})" if row and id else f"row {row}" if row else f"entry {id}")
        if field:
            where.append(f"field {field}")
        super().__init__(f"{', '.join(where)}: {message}")


def _base_unit(published: Published) -> str:
    unit = parse_unit(published.unit)
    return "dimensionless" if unit == registry.percent else name_of(unit)


def default_folder() -> Path:
    """The data package to read: the environment's ANALYSIS_DATA, else the one that comes with the package."""
    named = os.environ.get("ANALYSIS_DATA")
    return Path(named) if named else shipped("data")


def shipped(name: str) -> Path:
    """A folder that comes with the package: within it where it is installed from a wheel, else beside it."""
    package = Path(__file__).resolve().parents[1]
    within = package / "shipped" / name
    return within if within.is_dir() else package.parent / name


@dataclass(frozen=True)
class Claim:
    """A number that the article prints, with its place: one row of claims.csv."""

    id: str
    quantity: str
    input: bool
    reported: bool
    section: str
    paragraph: int
    item: int | None
    statement: str
    published: Published
    unit_as_printed: str
    period: str
    place: str
    document: str
    source: str
    note: str
    row: int

    @cached_property
    def unit(self) -> str:
        """The base unit: percent is a way of printing, so its base unit is dimensionless."""
        return _base_unit(self.published)

    @property
    def where(self) -> str:
        """Section and paragraph, in one phrase."""
        if self.section == "notes":
            return f"note {self.paragraph}"
        item = f", item {self.item}" if self.item else ""
        return f"section {self.section}, paragraph {self.paragraph}{item}"


@dataclass(frozen=True)
class Check:
    """A quantity, under named readings, against a claim: one row of checks.csv."""

    id: str
    statement: str
    quantity: str
    readings: Mapping[str, str]
    claim: str
    end: str
    solve: tuple[str, ...]
    goal: float | None
    note: str
    row: int


@dataclass(frozen=True)
class Reading:
    """A named way to a quantity's value: one row of readings.csv."""

    quantity: str
    reading: str
    label: str
    grade: str
    default: bool
    reconstruction: bool
    note: str
    row: int


@dataclass(frozen=True)
class Statement:
    """Two numbers compared: one row of statements.csv, or one that a user writes out.

    quantity: the left side, a quantity. comparison: one of COMPARISONS. other: the right side, a quantity, the id of a
    row of claims.csv, or a number with its unit.
    """

    id: str
    statement: str
    quantity: str
    comparison: str
    other: str
    note: str = ""
    row: int = 0


@dataclass(frozen=True)
class External:
    """A figure published elsewhere, to be set beside the article's: one row of external.csv. No input to anything."""

    id: str
    statement: str
    published: Published
    unit_as_printed: str
    period: str
    year_from: int
    year_to: int
    scope: str
    publisher: str
    title: str
    date: str
    address: str
    seen: str
    beside: tuple[str, ...]
    note: str
    row: int

    @property
    def unit(self) -> str:
        """The base unit; dimensionless for a percentage."""
        return _base_unit(self.published)

    @property
    def years(self) -> int:
        """How many years the figure adds up: those of its period, or one where it is a mean over them."""
        return 1 if self.is_mean else self.year_to - self.year_from + 1

    @property
    def is_mean(self) -> bool:
        """Whether the period says that the figure is a mean over its years."""
        return ", a year" in self.period


@dataclass(frozen=True)
class Words:
    """What the words of a vague claim put as a floor or a ceiling, plainly and at their loosest, with the reason."""

    reason: str
    value: float | None = None
    loosest: float | None = None


@dataclass(frozen=True)
class Wording:
    """What a vague claim of a quantity puts as its floor and its ceiling, in base units."""

    floor: Words | None = None
    ceiling: Words | None = None


@dataclass(frozen=True)
class Assumption:
    """What an estimate rests on: one entry of assumptions.yaml, in base units."""

    id: str
    label: str
    value: float
    low: float
    high: float
    minimum: float
    maximum: float
    shape: str
    kind: str
    unit: str
    grade: str
    rationale: str
    bias: str
    settle: str
    article_value: float | None = None
    claim: str = ""
    floor: Words | None = None
    ceiling: Words | None = None

    @property
    def used(self) -> float:
        """The value that a run of the article takes: the one that reproduces the print, else ours."""
        return self.value if self.article_value is None else self.article_value


@dataclass(frozen=True)
class Step:
    """One piece of a finding's arithmetic. ``expression`` names rows of claims and of external, in base units."""

    what: str
    expression: str
    comes_to: str
    unit: str


@dataclass(frozen=True)
class Finding:
    """Something odd in the numbers: the rows it rests on, its arithmetic, both readings of it, what would settle it."""

    id: str
    title: str
    claims: tuple[str, ...]
    external: tuple[str, ...]
    sources: tuple[str, ...]
    arithmetic: tuple[Step, ...]
    sceptical: str
    charitable: str
    settle: str


@dataclass(frozen=True)
class Refusal:
    """What the package does not conclude, and why."""

    id: str
    what: str
    reason: str


@dataclass(frozen=True)
class Register:
    """A data package that was read and checked. ``read`` makes one; ids are kept in the order of the files."""

    folder: Path
    title: str
    formulas: str
    linked_readings: tuple[tuple[str, ...], ...]
    headline: tuple[str, ...]
    claims: Mapping[str, Claim]
    checks: Mapping[str, Check]
    readings: Mapping[tuple[str, str], Reading]
    sections: Mapping[str, str]
    sources: Mapping[str, str]
    assumptions: Mapping[str, Assumption]
    #: Shares and growths that no row prints, which a screen shows as percentages.
    percent: tuple[str, ...] = ()
    #: The quantities that scenarios and sweeps are tabulated for.
    estimates: tuple[str, ...] = ()
    #: Names of the scenarios that come with the package, in the order in which they are shown.
    scenarios: tuple[str, ...] = ()
    #: What can't exceed what, in a draw, a sweep or a scenario.
    caps: tuple[Mapping[str, str], ...] = ()
    #: By quantity, how a vague claim is read where no assumption of that name says it.
    worded: Mapping[str, Wording] = dataclasses.field(default_factory=dict)
    external: Mapping[str, External] = dataclasses.field(default_factory=dict)
    findings: Mapping[str, Finding] = dataclasses.field(default_factory=dict)
    statements: Mapping[str, Statement] = dataclasses.field(default_factory=dict)
    refusals: Mapping[str, Refusal] = dataclasses.field(default_factory=dict)
    #: The titles of sources that have one.
    titles: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path | str | None = None) -> Register:
        """Read and check the data package in a folder; without one, the package's own or the environment's.

        Raises RegisterError, whose message is one sentence that names file, row and field.
        """
        return _Reader(Path(folder) if folder else default_folder()).register()

    def file(self, name: str) -> str:
        """How a sentence names one of the package's files."""
        return shown(self.folder / name)

    @cached_property
    def wordings(self) -> Mapping[str, Wording]:
        """How the vague claims of each quantity are read."""
        return {**_wordings(self.assumptions), **self.worded}

    @cached_property
    def inputs(self) -> Mapping[str, Claim]:
        """The row that each quantity starts from."""
        return {claim.quantity: claim for claim in self.claims.values() if claim.input}


def _wordings(assumptions: Mapping[str, Assumption]) -> dict[str, Wording]:
    return {a.id: Wording(a.floor, a.ceiling) for a in assumptions.values() if a.floor or a.ceiling}


def shown(path: Path) -> str:
    """A path as a sentence names it: relative to the working directory where it lies below it."""
    try:
        return printable(str(path.resolve().relative_to(Path.cwd())))
    except (ValueError, OSError, RuntimeError):
        return printable(str(path))


#: PyYAML's safe loader, with the text read by libyaml, several times as fast, where PyYAML was built with it. What is
#: read is put together by PyYAML itself in either case, so that it can be looked at on the way.
_Loader: Any = yaml.SafeLoader
if yaml.__with_libyaml__:

    class _Loader(yaml.composer.Composer, yaml.CSafeLoader):  # type: ignore[no-redef]
        def __init__(self, stream: str) -> None:
            yaml.CSafeLoader.__init__(self, stream)
            yaml.composer.Composer.__init__(self)


class _SafeLoader(_Loader):  # type: ignore[misc]
    """The safe loader for names, texts and plain numbers: it refuses a key given twice, what stands for another part of
    the file (so that nothing grows when it is read), tags, and what lies too deep."""

    # What looks like a date is a text.
    yaml_implicit_resolvers = {  # noqa: RUF012
        start: [(tag, form) for tag, form in forms if tag.rpartition(":")[2] in ("bool", "int", "float", "null")]
        for start, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused("anchors and aliases (& and *) are not read; write each value where it belongs", event)
        if getattr(event, "tag", None):
            raise _refused("tags (!) are not read", event)
        if self.depth > _DEEPEST:
            raise _refused(_TOO_DEEP, event)
        self.depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a key is a list or a mapping, and must be a name", key)
        counts = Counter(key.value for key, _ in node.value)
        for key, count in counts.items():
            if count > 1:
                raise _refused(f"the key '{key}' is given twice", node)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        for key in found:
            if not isinstance(key, str):
                raise _refused(f"the key '{key}' is no name", node)
        return found


def _refused(problem: str, where: Any) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, where.start_mark)


_PLAIN = re.compile(r"[-+]?(0|[1-9][0-9_]*)(\.[0-9]*)?(e[-+]?[0-9]+)?|[-+]?\.(inf|nan)", re.IGNORECASE)


def _plain_number(loader: _SafeLoader, node: yaml.ScalarNode) -> float:
    """A number in plain digits: a leading zero, a colon or an x would make another number of it in silence."""
    if not _PLAIN.fullmatch(node.value):
        raise _refused(f"'{node.value}' is not in plain digits", node)
    text = node.value.replace("_", "").lower()
    if not re.search("[.e]", text):
        return int(text)
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


_SafeLoader.add_constructor("tag:yaml.org,2002:int", _plain_number)
_SafeLoader.add_constructor("tag:yaml.org,2002:float", _plain_number)


def read_text(path: Path, most: int = _MOST_BYTES) -> str:
    """The text of a file of at most so many bytes.

    Raises RegisterError where it is missing, empty, too large, not UTF-8, or holds control characters.
    """
    file = shown(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise RegisterError(file, "the file can't be read (it is no ordinary file)")
        with path.open("rb") as opened:
            data = opened.read(most + 1)
    except FileNotFoundError:
        raise RegisterError(file, "the file is missing") from None
    except OSError as error:
        raise RegisterError(file, f"the file can't be read ({error.strerror})") from None
    if len(data) > most:
        raise RegisterError(file, f"the file has more than the {most // 1_000_000} megabytes that are read")
    if not data.strip():
        raise RegisterError(file, "the file is empty")
    if data.startswith(b"\xef\xbb\xbf"):
        raise RegisterError(file, "the file starts with a byte order mark; save it as UTF-8 without one")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RegisterError(file, f"the file is not UTF-8 (line {line})") from None
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise RegisterError(file, f"{_named(found[0])}, which no text may hold (line {line})")
    return text


def _named(character: str) -> str:
    return f"it holds the control character U+{ord(character):04X}"


def _check_content(file: str, value: Any) -> None:
    """Refuse control characters, which a file may spell as escapes, and what lies too deep."""
    level = [value]
    for _ in range(_DEEPEST + 1):
        for text in level:
            if isinstance(text, str) and (found := CONTROL.search(text)):
                raise RegisterError(file, f"{_named(found[0])}, which no text may hold")
        level = [
            part
            for one in level
            if isinstance(one, list | dict)
            for part in ([*one, *one.values()] if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise RegisterError(file, _TOO_DEEP)


def read_yaml(path: Path) -> Any:
    """What a YAML file holds: names, texts, numbers in plain digits, lists and mappings.

    Raises RegisterError where it can't be read, for a key given twice, an alias, a tag, a number that is not in plain
    digits, and where it is too large or too deep.
    """
    file = shown(path)
    text = read_text(path, _MOST_YAML)
    try:
        content = yaml.load(text, _SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        problem = getattr(error, "problem", None) or "it can't be parsed"
        # libyaml itself reads no more than some levels ahead.
        problem = _TOO_DEEP if "nesting depth" in problem else problem
        raise RegisterError(file, f"not YAML: {problem}{where}") from None
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise RegisterError(file, f"not YAML: {error}") from None
    _check_content(file, content)
    return content


def schema_problem(schema: Mapping[str, Any], value: Any) -> tuple[list[Any], str] | None:
    """The first thing that JSON Schema finds wrong, as where it stands and what it is; None where it finds nothing."""
    import jsonschema
    from referencing import Registry

    # What a schema refers to outside itself is not fetched.
    validator = jsonschema.Draft202012Validator(schema, registry=Registry())
    problems = sorted(validator.iter_errors(value), key=_order)
    return (list(problems[0].path), _in_words(problems[0])) if problems else None


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.package_file = shown(folder / "datapackage.json")

    def register(self) -> Register:
        package = self._package()
        settings = package["analysis"]
        rows = {name: list(self._table(name)) for name in self.tables}
        self._frictionless(package, rows)
        self._check_ids(rows)
        sections = {row["id"]: row["title"] for _, row in rows["sections"]}
        sources = {row["id"]: f"{row['publisher']}, {row['date']}" for _, row in rows["sources"]}
        assumptions, worded = self._assumptions()
        wordings = {**_wordings(assumptions), **{name: wording for name, (wording, _) in worded.items()}}
        claims = {row["id"]: self._claim(number, row, wordings) for number, row in rows["claims"]}
        checks = {row["id"]: self._check(number, row, claims, assumptions) for number, row in rows["checks"]}
        readings = {
            (row["quantity"], row["reading"]): Reading(
                **{k: row[k] for k in ("quantity", "reading", "label", "grade", "note")},
                default=row["default"] == "true",
                reconstruction=row["reconstruction"] == "true",
                row=number,
            )
            for number, row in rows["readings"]
        }
        self._inputs(claims)
        self._defaults(readings)
        belongs = {
            **{a.id: a.claim for a in assumptions.values()},
            **{name: claim for name, (_, claim) in worded.items()},
        }
        for name, claim in belongs.items():
            if claim and claim not in claims:
                raise RegisterError(
                    shown(self.folder / "assumptions.yaml"),
                    f"'{claim}' is no row of claims.csv{nearest(claim, claims)}",
                    id=name,
                    field="claim",
                )
        for name in settings.get("headline", []):
            if name not in checks:
                raise RegisterError(
                    self.package_file, f"'{name}' is no check{nearest(name, checks)}", field="analysis.headline"
                )
        external = {row["id"]: self._external(number, row) for number, row in rows.get(EXTERNAL, ())}
        return Register(
            folder=self.folder,
            title=str(package.get("title", package.get("name", ""))),
            formulas=settings["formulas"],
            linked_readings=tuple(tuple(group) for group in settings.get("linked_readings", [])),
            headline=tuple(settings.get("headline", [])),
            percent=tuple(settings.get("percent", [])),
            estimates=tuple(settings.get("estimates", [])),
            scenarios=self.scenarios,
            caps=tuple(settings.get("caps", [])),
            claims=claims,
            checks=checks,
            readings=readings,
            sections=sections,
            sources=sources,
            assumptions=assumptions,
            worded={name: wording for name, (wording, _) in worded.items()},
            external=external,
            findings=self._findings(claims, external, sources),
            statements={row["id"]: Statement(**row, row=number) for number, row in rows.get(STATEMENTS, ())},
            refusals=self._refusals(),
            titles={row["id"]: row["title"] for _, row in rows["sources"] if row["title"]},
        )

    def _package(self) -> dict[str, Any]:
        self._check_inside("datapackage.json", lambda message: RegisterError(self.package_file, message))
        try:
            text = read_text(self.folder / "datapackage.json")
            package: dict[str, Any] = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_key_twice)
            _check_content(self.package_file, package)
        except RegisterError:
            raise
        except json.JSONDecodeError as error:
            raise RegisterError(self.package_file, f"not JSON: {error.msg} (line {error.lineno})") from None
        except (ValueError, RecursionError) as error:
            raise RegisterError(self.package_file, f"not JSON: {error}") from None
        settings = package.get("analysis") if isinstance(package, dict) else None
        if not isinstance(settings, dict) or not isinstance(settings.get("formulas"), str):
            raise RegisterError(
                self.package_file, "the importable module with the formulas is missing", field="analysis.formulas"
            )
        for key in settings:
            if key not in _SETTINGS:
                raise RegisterError(
                    self.package_file, f"'{key}' is no setting{nearest(key, _SETTINGS)}", field="analysis"
                )
        for field, depth in (("headline", 1), ("linked_readings", 2), ("percent", 1), ("estimates", 1)):
            if not _is_nested(settings.get(field, []), depth):
                what = "a list of names" if depth == 1 else "a list of lists of names"
                raise RegisterError(self.package_file, f"not {what}", field=f"analysis.{field}")
        if not _is_caps(settings.get("caps", [])):
            what = "not a list of objects with quantity, at_most and perhaps label"
            raise RegisterError(self.package_file, what, field="analysis.caps")
        resources = package.get("resources")
        if not isinstance(resources, list) or not all(isinstance(entry, dict) for entry in resources):
            raise RegisterError(self.package_file, "the list of resources is missing", field="resources")
        for entry in resources:
            self._check_resource(entry)
        self.schemas = {str(entry.get("name")): entry for entry in resources}
        for name in (*TABLES, "assumptions"):
            if name not in self.schemas:
                raise RegisterError(self.package_file, f"no resource describes {name}", field="resources")
        self.tables = (*TABLES, *(name for name in (EXTERNAL, STATEMENTS) if name in self.schemas))
        in_yaml = [name for name in ("assumptions", FINDINGS, REFUSALS) if name in self.schemas]
        for name in (*self.tables, *in_yaml):
            for key, right in (("path", f"{name}.{'yaml' if name in in_yaml else 'csv'}"), ("encoding", "utf-8")):
                if self.schemas[name].get(key, right) != right:
                    raise RegisterError(self.package_file, f"the {key} of {name} must be {right}", field="resources")
        paths = [str(entry.get("path", "")) for entry in resources]
        self.scenarios = tuple(
            Path(path).stem for path in paths if re.fullmatch(rf"{SCENARIOS}/[a-z0-9_]+\.yaml", path)
        )
        for name in self.tables:
            schema = self.schemas[name].get("schema")
            fields = schema.get("fields") if isinstance(schema, dict) else None
            if not isinstance(fields, list) or not all(isinstance(f, dict) and "name" in f for f in fields):
                raise RegisterError(self.package_file, f"the schema of {name} has no list of fields", field="resources")
        return package

    def _check_resource(self, entry: Mapping[str, Any]) -> None:
        """Refuse a resource that leaves the folder, or that is read otherwise than as the plain file it names."""
        name, path = entry.get("name"), entry.get("path", "")

        def refuse(message: str) -> RegisterError:
            return RegisterError(self.package_file, f"resource {name!r}: {message}", field="resources")

        for key in _FOLLOWED:
            if key in entry:
                raise refuse(f"its {key} is not followed here; a resource is the plain file that its path names")
        if not isinstance(path, str):
            raise refuse("its path is not the name of one file")
        if "://" in path or "\\" in path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise refuse(f"the path '{path}' leaves the data package; name a file that lies in it")
        self._check_inside(path, refuse)

    def _check_inside(self, path: str, refuse: Callable[[str], RegisterError]) -> None:
        """Refuse a file that is a link out of the folder."""
        try:
            inside = (self.folder / path).resolve().is_relative_to(self.folder.resolve())
        except (OSError, ValueError, RuntimeError):
            raise refuse(f"the path '{path}' can't be followed") from None
        if not inside:
            raise refuse(f"the path '{path}' is a link out of the data package")

    def _table(self, name: str) -> Iterator[tuple[int, dict[str, str]]]:
        file = shown(self.folder / f"{name}.csv")
        reader = csv.reader(io.StringIO(read_text(self.folder / f"{name}.csv"), newline=""), strict=True)
        try:
            rows = list(reader)
        except csv.Error as error:
            raise RegisterError(file, f"not a table of comma-separated values ({error})", row=reader.line_num) from None
        header = rows[0]
        described = [field["name"] for field in self.schemas[name]["schema"]["fields"]]
        if header != described:
            wrong = [f"'{a}' in the place of '{b}'" for a, b in zip(header, described, strict=False) if a != b]
            how = wrong[0] if wrong else f"{len(header)} in the place of {len(described)}"
            raise RegisterError(file, f"the columns are not those that datapackage.json describes: {how}", row=1)
        if len(rows) == 1:
            raise RegisterError(file, "the table has no rows")
        for number, row in enumerate(rows[1:], start=2):
            if not any(row):
                raise RegisterError(file, "the row is blank", row=number)
            for field, cell in zip(header, row, strict=False):
                if cell.startswith(_FORMULA_STARTS) and not _is_number(cell):
                    raise RegisterError(
                        file,
                        f"'{cell[:20]}' starts like a spreadsheet formula; no cell may start with {cell[0]!r}",
                        row=number,
                        id=row[0],
                        field=field,
                    )
            yield number, dict(zip(header, row, strict=False))

    def _check_ids(self, rows: Mapping[str, list[tuple[int, dict[str, str]]]]) -> None:
        """Names stand in formulas, commands and tables of every kind, whatever the package's own schema allows."""
        for name, table in rows.items():
            for number, row in table:
                for field in ("id", "quantity", "reading"):
                    if not _ID.fullmatch(row.get(field, "a")):
                        message = f"'{row[field]}' is not a name of letters, digits and _ . -"
                        file = shown(self.folder / f"{name}.csv")
                        raise RegisterError(file, message, row=number, id=row.get("id", ""), field=field)

    def _frictionless(self, package: dict[str, Any], rows: Mapping[str, list[tuple[int, dict[str, str]]]]) -> None:
        import frictionless

        # A profile would be fetched from where it says.
        resources = [{k: v for k, v in entry.items() if k not in _PROFILES} for entry in package["resources"]]
        package = {**{k: v for k, v in package.items() if k not in _PROFILES}, "resources": resources}
        try:
            described = frictionless.Package.from_descriptor(package, basepath=str(self.folder))
        except frictionless.FrictionlessException as error:
            notes = [reason.note for reason in error.reasons] or [error.error.note]
            raise RegisterError(self.package_file, f"not a data package: {notes[0]}") from None
        except Exception as error:
            # Frictionless stumbles over some descriptions instead of refusing them.
            raise RegisterError(self.package_file, f"not a data package: {type(error).__name__}: {error}") from None
        for name in self.tables:
            try:
                report = described.get_resource(name).validate()
            except Exception as error:
                message = f"the schema of {name} can't be used: {type(error).__name__}: {error}"
                raise RegisterError(self.package_file, message, field="resources") from None
            errors = [error for task in report.tasks for error in task.errors]
            if errors:
                raise self._as_sentence(name, min(errors, key=_urgency), rows)

    def _as_sentence(
        self, name: str, error: Any, rows: Mapping[str, list[tuple[int, dict[str, str]]]]
    ) -> RegisterError:
        file = shown(self.folder / f"{name}.csv")
        number = getattr(error, "row_number", None) or ""
        cells = getattr(error, "cells", None) or [""]
        field = getattr(error, "field_name", None) or ", ".join(getattr(error, "field_names", None) or [])
        cell = getattr(error, "cell", None)
        known = {entry["name"]: entry for entry in self.schemas[name]["schema"]["fields"]}
        match error.type:
            case "foreign-key":
                value = error.field_cells[0]
                others = [row[error.reference_field_names[0]] for _, row in rows[error.reference_name]]
                message = f"'{value}' is no row of {error.reference_name}.csv{nearest(str(value), others)}"
            case "unique-error":
                message = f"'{cell}' is given twice; each {field} stands on one row"
            case "primary-key":
                keys = self.schemas[name]["schema"]["primaryKey"]
                field = ", ".join([keys] if isinstance(keys, str) else keys)
                message = "the row is given twice"
            case "missing-cell":
                message = "the row has too few cells"
            case "extra-cell":
                message = "the row has too many cells"
            case "type-error":
                message = f"'{cell}' is not {_A_TYPE.get(known[field]['type'], known[field]['type'])}"
            case "constraint-error" if "required" in error.note:
                message = "the cell is empty and must not be"
            case "constraint-error" if "enum" in error.note:
                choices = [str(choice) for choice in known[field]["constraints"]["enum"]]
                message = f"'{cell}' is not one of {', '.join(choices)}"
            case "constraint-error" if "minimum" in error.note:
                message = f"'{cell}' lies below {known[field]['constraints']['minimum']}"
            case "constraint-error" if "pattern" in error.note and field not in _NUMBERS:
                message = f"'{cell}' is not a name in lower-case letters and digits, such as others in this column"
            case "constraint-error" if "pattern" in error.note:
                message = f"'{cell}' is not a number in plain digits, such as 2.59"
            case _:
                message = str(error.note or error.message)
        return RegisterError(file, message.rstrip("."), row=number, id=str(cells[0] or ""), field=field)

    def _claim(self, number: int, row: dict[str, str], wordings: Mapping[str, Wording]) -> Claim:
        def refuse(field: str, message: str) -> RegisterError:
            return RegisterError(shown(self.folder / "claims.csv"), message, row=number, id=row["id"], field=field)

        published = _printed(row, refuse)
        if published.qualifier == "vague":
            if row["input"] == "true":
                raise refuse("input", "a vague number has no digits to start from")
            if row["quantity"] not in wordings and row["reported"] != "true":
                raise refuse("quantity", "a vague number needs an assumption of that name with a floor or a ceiling")
        if published.qualifier == "range" and row["input"] == "true":
            raise refuse("input", "a model can't start from a range; its ends are quantities of their own")
        return Claim(
            **{k: row[k] for k in ("id", "quantity", "section", "statement", "unit_as_printed")},
            **{k: row[k] for k in ("period", "place", "document", "source", "note")},
            input=row["input"] == "true",
            reported=row.get("reported") == "true",
            paragraph=int(row["paragraph"]),
            item=int(row["item"]) if row["item"] else None,
            published=published,
            row=number,
        )

    def _external(self, number: int, row: dict[str, str]) -> External:
        def refuse(field: str, message: str) -> RegisterError:
            return RegisterError(shown(self.folder / "external.csv"), message, row=number, id=row["id"], field=field)

        published = _printed(row, refuse)
        if published.qualifier in ("range", "vague"):
            raise refuse("qualifier", "an external figure is one number; the ends of a range are two rows")
        years = int(row["year_from"]), int(row["year_to"])
        if years[0] > years[1]:
            raise refuse("year_from", f"{years[0]} lies after {years[1]}, the last year of the figure")
        if "//" in row["address"] or " " in row["address"]:
            raise refuse("address", f"'{row['address'][:60]}' is no address without a scheme, such as example.org")
        beside = tuple(part.strip() for part in row["beside"].split(";") if part.strip())
        if len(set(beside)) < len(beside):
            raise refuse("beside", f"'{_first_twice(beside)}' is given twice")
        found = External(
            **{k: row[k] for k in ("id", "statement", "unit_as_printed", "period", "scope", "publisher", "title")},
            **{k: row[k] for k in ("date", "address", "seen", "note")},
            published=published,
            year_from=years[0],
            year_to=years[1],
            beside=beside,
            row=number,
        )
        if found.years == 1 and any(one.startswith(PER_YEAR) for one in beside):
            raise refuse("beside", f"'{PER_YEAR}' divides a sum over several years, and this figure is none")
        return found

    def _check(
        self, number: int, row: dict[str, str], claims: Mapping[str, Claim], assumptions: Mapping[str, Assumption]
    ) -> Check:
        def refuse(field: str, message: str) -> RegisterError:
            return RegisterError(shown(self.folder / "checks.csv"), message, row=number, id=row["id"], field=field)

        readings: dict[str, str] = {}
        for part in filter(None, (part.strip() for part in row["readings"].split(";"))):
            quantity, equals, reading = (word.strip() for word in part.partition("="))
            if not (quantity and equals and reading):
                raise refuse("readings", f"'{part}' is not of the form quantity=reading")
            if quantity in readings:
                raise refuse("readings", f"{quantity} is given two readings")
            readings[quantity] = reading
        solve = tuple(part.strip() for part in row["solve"].split(";") if part.strip())
        for name in solve:
            if name not in assumptions:
                raise refuse("solve", f"'{name}' is no assumption{nearest(name, assumptions)}")
        if len(set(solve)) < len(solve):
            raise refuse("solve", f"{_first_twice(solve)} is given twice")
        if row["goal"] and not _is_number(row["goal"]):
            raise refuse("goal", f"'{row['goal']}' is not a finite number")
        if len(solve) > 2:
            raise refuse("solve", "one assumption can be solved for, or two for a curve")
        claim = claims.get(row["claim"])
        if row["goal"] and (not solve or claim):
            raise refuse("goal", "a goal goes with an assumption to solve for, in the place of a claim")
        if solve and not (row["goal"] or claim):
            raise refuse("solve", "nothing says what the quantity must equal; name a claim or a goal")
        if claim and claim.quantity != row["quantity"]:
            raise refuse("claim", f"{claim.id} is a value of {claim.quantity}, not of {row['quantity']}")
        if (row["end"] != "") != (claim is not None and claim.published.qualifier == "range"):
            raise refuse("end", "an end is named where the claim is a range, and only there")
        if solve and claim and claim.published.qualifier == "vague":
            raise refuse("solve", "a vague claim has no number to solve for")
        return Check(
            **{k: row[k] for k in ("id", "statement", "quantity", "claim", "end", "note")},
            readings=readings,
            solve=solve,
            goal=float(row["goal"]) if row["goal"] else None,
            row=number,
        )

    def _inputs(self, claims: Mapping[str, Claim]) -> None:
        seen: dict[str, Claim] = {}
        units: dict[str, Claim] = {}
        file = shown(self.folder / "claims.csv")
        for claim in claims.values():
            first = units.setdefault(claim.quantity, claim)
            if first.unit != claim.unit:
                raise RegisterError(
                    file,
                    f"{claim.quantity} is in {claim.unit} here and in {first.unit} in row {first.row} ({first.id})",
                    row=claim.row,
                    id=claim.id,
                    field="unit",
                )
            if claim.input and claim.quantity in seen:
                other = seen[claim.quantity]
                raise RegisterError(
                    file,
                    f"{claim.quantity} starts from row {other.row} ({other.id}) already",
                    row=claim.row,
                    id=claim.id,
                    field="input",
                )
            if claim.input:
                seen[claim.quantity] = claim

    def _defaults(self, readings: Mapping[tuple[str, str], Reading]) -> None:
        seen: dict[str, Reading] = {}
        for reading in readings.values():
            if reading.default:
                other = seen.setdefault(reading.quantity, reading)
                if other is not reading:
                    raise RegisterError(
                        shown(self.folder / "readings.csv"),
                        f"{reading.quantity} has the default {other.reading} already (row {other.row})",
                        row=reading.row,
                        id=f"{reading.quantity}, {reading.reading}",
                        field="default",
                    )

    def _entries(self, name: str) -> list[dict[str, Any]]:
        """The entries of a YAML file, checked against the JSON Schema that its resource carries."""
        import jsonschema

        file = shown(self.folder / f"{name}.yaml")
        entries: Any = read_yaml(self.folder / f"{name}.yaml")
        schema = self.schemas[name].get("jsonSchema")
        if not isinstance(schema, dict):
            raise RegisterError(self.package_file, f"the schema of the {name} is missing", field="jsonSchema")
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
            problem = schema_problem(schema, entries)
        except Exception as error:
            message = f"the schema of the {name} can't be used: {type(error).__name__}: {error}"
            raise RegisterError(self.package_file, message[:200], field="jsonSchema") from None
        if problem:
            path, words = problem
            entry = entries[path[0]] if path else {}
            id = (entry.get("id") if isinstance(entry, dict) else "") or (f"number {path[0] + 1}" if path else "")
            raise RegisterError(file, words, id=str(id), field=".".join(map(str, path[1:])))
        for entry in entries:
            if not _ID.fullmatch(str(entry["id"])):
                raise RegisterError(file, f"'{entry['id']}' is not a name of letters, digits and _ . -", field="id")
        return list(entries)

    def _findings(
        self, claims: Mapping[str, Claim], external: Mapping[str, External], sources: Mapping[str, str]
    ) -> dict[str, Finding]:
        if FINDINGS not in self.schemas:
            return {}
        file = shown(self.folder / f"{FINDINGS}.yaml")
        found: dict[str, Finding] = {}
        for entry in self._entries(FINDINGS):
            if entry["id"] in found:
                raise RegisterError(file, f"'{entry['id']}' is given twice", id=entry["id"], field="id")
            known: dict[str, Mapping[str, Any]] = {"claims": claims, "external": external, "sources": sources}
            for field, rows in known.items():
                for name in entry.get(field, []):
                    if name not in rows:
                        message = f"'{name}' is no row of {field}.csv{nearest(name, rows)}"
                        raise RegisterError(file, message, id=entry["id"], field=field)
            found[entry["id"]] = Finding(
                **{k: entry[k] for k in ("id", "title", "sceptical", "charitable", "settle")},
                claims=tuple(entry.get("claims", [])),
                external=tuple(entry.get("external", [])),
                sources=tuple(entry.get("sources", [])),
                arithmetic=tuple(Step(**step) for step in entry["arithmetic"]),
            )
        return found

    def _refusals(self) -> dict[str, Refusal]:
        found: dict[str, Refusal] = {}
        for entry in self._entries(REFUSALS) if REFUSALS in self.schemas else ():
            if entry["id"] in found:
                file = shown(self.folder / f"{REFUSALS}.yaml")
                raise RegisterError(file, f"'{entry['id']}' is given twice", id=entry["id"], field="id")
            found[entry["id"]] = Refusal(**{name: " ".join(text.split()) for name, text in entry.items()})
        return found

    def _assumptions(self) -> tuple[dict[str, Assumption], dict[str, tuple[Wording, str]]]:
        """The assumptions, and the entries that carry words alone, each with the row that it belongs to."""
        file = shown(self.folder / "assumptions.yaml")
        entries = self._entries("assumptions")
        found: dict[str, Assumption] = {}
        worded: dict[str, tuple[Wording, str]] = {}
        for entry in entries:
            for side in ("floor", "ceiling"):
                if side in entry:
                    entry[side] = Words(**entry[side])
            words_alone = entry["kind"] == WORDS_ALONE
            wording = Wording(entry.get("floor"), entry.get("ceiling"))

            def refuse(field: str, message: str, name: str = entry["id"]) -> RegisterError:
                return RegisterError(file, message, id=name, field=field)

            if entry["id"] in found or entry["id"] in worded:
                raise refuse("id", f"'{entry['id']}' is given twice")
            numbers = {k: v for k, v in entry.items() if isinstance(v, int | float)}
            for side in (side for side in ("floor", "ceiling") if side in entry):
                parts = {"value": entry[side].value, "loosest": entry[side].loosest}
                numbers |= {f"{side}.{part}": number for part, number in parts.items() if number is not None}
            for field, number in numbers.items():
                if not _is_finite(number):
                    raise refuse(field, f"{number} is not a finite number")
            for side, sign in (("floor", 1), ("ceiling", -1)):
                words = getattr(wording, side)
                plain, loosest = (words.value, words.loosest) if words else (None, None)
                if plain is not None and loosest is not None and sign * loosest > sign * plain:
                    raise refuse(f"{side}.loosest", f"{loosest:g} is tighter than {plain:g}")
            try:
                unit = parse_unit(entry["unit"])
            except UnitError as error:
                raise refuse("unit", str(error)) from None
            if not _is_base(unit):
                raise refuse("unit", f"'{entry['unit']}' is not a base unit")
            if words_alone:
                worded[entry["id"]] = (wording, entry["claim"])
                continue
            assumption = Assumption(**entry)
            if assumption.low > assumption.high:
                raise refuse("low", f"the low end {assumption.low:g} lies above the high end {assumption.high:g}")
            if assumption.minimum > assumption.maximum:
                raise refuse(
                    "minimum", f"the minimum {assumption.minimum:g} lies above the maximum {assumption.maximum:g}"
                )
            for field, number in numbers.items():
                if not assumption.minimum <= number <= assumption.maximum:
                    raise refuse(
                        field, f"{number:g} lies outside {assumption.minimum:g} to {assumption.maximum:g}, its bounds"
                    )
            found[assumption.id] = assumption
        return found, worded


def _printed(row: Mapping[str, str], refuse: Callable[[str, str], RegisterError]) -> Published:
    """The number columns of a row, read; ``refuse`` makes the refusal from a field and a message."""
    try:
        unit = parse_unit(row["unit"])
    except UnitError as error:
        raise refuse("unit", str(error)) from None
    if unit == registry.percent and row["unit"] != "percent":
        raise refuse("unit", f"'{row['unit']}' is written percent here")
    if unit != registry.percent and not _is_base(unit):
        raise refuse("unit", f"'{row['unit']}' is not a base unit; the scale has a column of its own")
    try:
        published = Published(
            **{k: row[k] for k in ("printed", "printed_high", "scale", "unit", "qualifier")},
            target=row["target"] == "true",
            rounding_unit=row["rounding_unit"],
            rounding_unit_other=row["rounding_unit_other"],
        )
    except PublishedError as error:
        raise refuse(error.field, str(error)) from None
    if row["printed"].startswith("-") and name_of(unit) in BASE_UNITS and name_of(unit) != "USD":
        raise refuse("printed", f"'{row['printed']}' lies below 0, and there are no fewer things than none")
    return published


_NUMBERS = ("printed", "printed_high", "rounding_unit", "rounding_unit_other")
_A_TYPE = {"boolean": "true or false", "integer": "a whole number", "number": "a number"}
_URGENCY = ("label", "blank-row", "extra-cell", "missing-cell", "type", "constraint", "unique", "primary", "foreign")


def _urgency(error: Any) -> tuple[int, int]:
    rank = next((i for i, word in enumerate(_URGENCY) if word in error.type), -1)
    return (getattr(error, "row_number", None) or 0, rank)


def _order(problem: Any) -> tuple[list[Any], bool, list[Any]]:
    """Entry by entry, what is given wrongly before what is missing."""
    path = list(problem.path)
    return path[:1], problem.validator == "required", path


def _in_words(problem: Any) -> str:
    """What JSON Schema has to say, where its own words say nothing to a person."""
    if problem.validator == "anyOf" and all("required" in choice for choice in problem.validator_value):
        names = [name for choice in problem.validator_value for name in choice["required"]]
        return f"{' or '.join(names)} is missing"
    if problem.validator == "maxLength":
        return f"{problem.instance!r} has more than {problem.validator_value} characters"
    return str(problem.message)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _is_base(unit: Any) -> bool:
    """Whether one of a unit is one in base units, so that nothing is scaled in silence."""
    return bool(registry.Quantity(1.0, unit).to_base_units().magnitude == 1.0)


_ID = re.compile(r"\w[\w.-]*", re.ASCII)
#: Keys under which a resource would be read otherwise, or from elsewhere.
_FOLLOWED = ("data", "dialect", "scheme", "compression", "innerpath", "extrapaths", "control")
_PROFILES = ("profile", "profiles", "$schema")
_SETTINGS = ("formulas", "linked_readings", "headline", "percent", "estimates", "caps")


def _is_caps(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(cap, dict)
        and {"quantity", "at_most"} <= set(cap) <= {"quantity", "at_most", "label"}
        and all(isinstance(text, str) and text for text in cap.values())
        for cap in value
    )


def _first_twice(names: Iterable[str]) -> str:
    return next(name for name, count in Counter(names).items() if count > 1)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for key, count in Counter(key for key, _ in pairs).items():
        if count > 1:
            raise ValueError(f"the key '{key}' is given twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number in JSON")


def _is_nested(value: Any, depth: int) -> bool:
    if depth == 0:
        return isinstance(value, str)
    return isinstance(value, list) and all(_is_nested(item, depth - 1) for item in value)
