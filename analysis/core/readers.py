"""This module reads files, and refuses a fault in one sentence that names its place."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from analysis.core.errors import RegisterError
from analysis.core.rows import Row
from analysis.core.units import nearest

_M = TypeVar("_M", bound=BaseModel)


def shipped(name: str) -> Path:
    """Return the path of a folder that comes with the package.

    The folder lies inside an installed package, but beside the package in a clone.
    """
    package = Path(__file__).resolve().parents[1]
    within = package / "shipped" / name
    return within if within.is_dir() else package.parent / name


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises RegisterError for a file that is missing, empty or not UTF-8.
    """
    if path.is_dir():
        raise RegisterError(path, "this is a folder, and not a file")
    if path.exists() and not path.is_file():
        # Reading from a pipe would wait until somebody writes to it.
        raise RegisterError(path, "this is not a file with a text")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RegisterError(path, "the file is missing") from None
    except UnicodeDecodeError as error:
        line = 1 + error.object[: error.start].count(b"\n")
        raise RegisterError(path, f"line {line} is not encoded in UTF-8") from None
    except OSError as error:
        raise RegisterError(
            path, f"the file can't be read ({error.strerror})"
        ) from None
    if not text.strip():
        raise RegisterError(path, "the file is empty")
    return text


#: The forms of numbers in YAML 1.2, and thousands separated by _. The loader of PyYAML
#: follows YAML 1.1, in which 010 is eight and 1:30 is ninety.
_WHOLE = re.compile(r"[-+]?([0-9]+|[0-9]{1,3}(_[0-9]{3})+)")
_REAL = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan"
)
_NUMBERS = {"tag:yaml.org,2002:int": _WHOLE, "tag:yaml.org,2002:float": _REAL}
_DATE = "tag:yaml.org,2002:timestamp"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that refuses a key given twice and reads all numbers as decimal."""

    yaml_implicit_resolvers: ClassVar = {
        first: [rule for rule in rules if rule[0] not in (*_NUMBERS, _DATE)]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.MarkedYAMLError(
                    problem=f"the key '{key}' is given twice",
                    problem_mark=node.start_mark,
                )
        return super().construct_mapping(node, deep)


def _whole_number(loader: Any, node: Any) -> int:
    return int(loader.construct_scalar(node))


for _tag, _pattern in _NUMBERS.items():
    _anchored = re.compile(rf"^(?:{_pattern.pattern})$")
    _Loader.add_implicit_resolver(_tag, _anchored, list("-+.0123456789"))
_Loader.add_constructor("tag:yaml.org,2002:int", _whole_number)


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML or JSON file.

    Raises RegisterError for a file that can't be read.
    """
    text = read_text(path)
    kind = "JSON" if path.suffix == ".json" else "YAML"
    try:
        return _read_json(text) if kind == "JSON" else yaml.load(text, _Loader)
    except RecursionError:
        raise RegisterError(path, f"not {kind}: it is nested too deeply") from None
    except (AttributeError, LookupError) as error:
        # The text after a tag such as !!bool does not fit the tag.
        raise RegisterError(path, f"not {kind}: a tag does not fit ({error})") from None
    except (yaml.YAMLError, ValueError) as error:
        message = str(error).replace('in "<unicode string>",', "at")
        raise RegisterError(path, f"not {kind}: {message}") from None


def _read_json(text: str) -> Any:
    """Read a JSON text, and refuse a key given twice, NaN and Infinity."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key, value in pairs:
            if key in content:
                raise ValueError(f"the key '{key}' is given twice")
            content[key] = value
        return content

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not a number")

    return json.loads(text, object_pairs_hook=unique, parse_constant=refuse)


def read_table(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of a CSV table, each with its id.

    Empty cells are left out. The key ``row`` holds the number of the row's line in the
    file.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = next(reader, [])
        for name in header:
            if header.count(name) > 1:
                message = f"the column '{name}' is given twice"
                raise RegisterError(path, message, row=1)
        for cells in filter(None, reader):
            line = reader.line_num
            filled = {
                name: cell for name, cell in zip(header, cells, strict=False) if cell
            }
            id = filled.get("id", "")
            if len(cells) != len(header):
                message = "the row has more or fewer cells than the first row"
                raise RegisterError(path, message, row=line, id=id)
            yield id, {**filled, "row": line}
    except csv.Error as error:
        message = f"not a table of comma-separated values ({error})"
        raise RegisterError(path, message, row=reader.line_num) from None


def read_list(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries of a YAML list, each with its id or else with its number."""
    content = read_yaml(path)
    is_list = isinstance(content, list)
    if not is_list or not all(isinstance(entry, dict) for entry in content):
        raise RegisterError(path, "the file is not a list of entries")
    for number, entry in enumerate(content, start=1):
        id = str(entry.get("id", f"number {number}"))
        if "row" in entry:
            # Only a table has lines, whose numbers are read into a field of this name.
            raise RegisterError(path, "'row' is not known here", id=id, field="row")
        yield id, entry


def read_rows(path: Path, model: type[Row]) -> dict[str, Any]:
    """Return the rows of a CSV table, or the entries of a YAML list, by id."""
    rows: dict[str, Any] = {}
    entries = read_table(path) if path.suffix == ".csv" else read_list(path)
    for id, content in entries:
        kind = model.kinds.get(str(content.get("kind", "")), model)
        row: Any = validated(path, kind, content, id)
        if row.id in rows:
            message = f"'{row.id}' is given twice"
            where = {"row": row.row or "", "id": row.id, "field": "id"}
            raise RegisterError(path, message, **where)
        rows[row.id] = row
    if not rows:
        raise RegisterError(path, "the table has no rows")
    return rows


#: Plain words for Python's types; a part of a message that tells a user nothing is
#: removed.
_PLAIN = {
    "dictionary( or instance.*)?": "mapping",
    "tuple": "list",
    "decimal": "number",
    ", unable to .*": "",
}


def validated(path: Path, model: type[_M], content: Any, id: str = "") -> _M:
    """Return the content of a file, or of one entry, as an object of a pydantic model.

    Raises RegisterError for the first fault in the content.
    """
    try:
        return model.model_validate(content)
    except RecursionError:
        message = "an alias leads back to itself, or the content is nested too deeply"
        raise RegisterError(path, message, id=id) from None
    except ValidationError as error:
        faults = error.errors(include_url=False)
    # An unknown field comes first: it may be a misspelling of one that is missing.
    fault = min(faults, key=lambda fault: fault["type"] != "extra_forbidden")
    field, message = _told(fault, model)
    row = content.get("row", "") if isinstance(content, dict) else ""
    raise RegisterError(path, message, row=row, id=id, field=field)


def _field_names(schema: Any) -> Iterator[str]:
    """Yield the names of the fields in a JSON Schema and in all its parts."""
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        for part in schema.values():
            yield from _field_names(part)


def _told(fault: Any, model: type[BaseModel]) -> tuple[str, str]:
    """Return the field of a fault that pydantic found, and a sentence on the fault."""
    place, value = fault["loc"], fault["input"]
    field = ".".join(map(str, place))
    if fault["type"] == "value_error":
        rule = fault["ctx"]["error"]
        return getattr(rule, "field", field), str(rule)
    if fault["type"] == "extra_forbidden":
        known = {*_field_names(model.model_json_schema())}
        name = str(place[-1])
        return field, f"'{name}' is not known here{nearest(name, known)}"
    if fault["type"] == "invalid_key":
        return ".".join(map(str, place[:-1])), (
            f"'{place[-1]}' stands where a name should. Write a decimal number with a "
            "point, such as 0.36"
        )
    message = f"{fault['msg'][0].lower()}{fault['msg'][1:]}"
    for python, plain in _PLAIN.items():
        message = re.sub(python, plain, message)
    if isinstance(value, str | int | float) and ", not " not in message:
        message += f", not '{value}'"
    return field, message
