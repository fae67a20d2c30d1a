"""Files read into pydantic models, and the one sentence that refuses a file.

>>> read_yaml(Path("no_such.yaml"))
Traceback (most recent call last):
    ...
analysis.core.reading.RegisterError: no_such.yaml: the file is missing
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from analysis.core.units import nearest


class InputError(ValueError):
    """Bad input of any kind. The message is one sentence on one line for the person who gave it."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class RegisterError(InputError):
    """A file that can't be used. The message names file, row and field, and says what would be right."""

    def __init__(self, file: Path | str, message: str, *, row: int | str = "", id: str = "", field: str = "") -> None:
        place = f"row {row} ({id})" if row and id else f"row {row}" if row else f"entry {id}" if id else ""
        where = [shown(file) if isinstance(file, Path) else file, place, f"field {field}" if field else ""]
        super().__init__(f"{', '.join(filter(None, where))}: {message}")


def shipped(name: str) -> Path:
    """A folder that comes with the package: inside it when installed from a wheel, else beside it."""
    package = Path(__file__).resolve().parents[1]
    within = package / "shipped" / name
    return within if within.is_dir() else package.parent / name


def shown(path: Path) -> str:
    """A path as a sentence names it: relative to the working directory where it lies below it."""
    here = Path.cwd()
    return str(path.resolve().relative_to(here) if path.resolve().is_relative_to(here) else path)


class FieldError(ValueError):
    """A row whose fields do not fit each other; the field named is the one to change."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Row(BaseModel):
    """A row of a table, an entry of a YAML file, or a part of one. ``row`` is the line of a table, from 2 on.

    file: where the rows are. kinds: the models of entries of another kind.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    file: ClassVar[str] = ""
    kinds: ClassVar[Mapping[str, type[Row]]] = {}
    row: int = 0
    note: str = ""


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
                raise yaml.MarkedYAMLError(problem=f"the key '{key}' is given twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The content of a YAML or JSON file. Raises RegisterError where it can't be read."""
    text = read_text(path)
    try:
        return json.loads(text) if path.suffix == ".json" else yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError) as error:
        raise RegisterError(path, f"not {'JSON' if path.suffix == '.json' else 'YAML'}: {error}") from None


def read_rows(path: Path, model: type[Row]) -> dict[str, Any]:
    """The rows of a CSV table, or the entries of a YAML list, by id. Raises RegisterError naming row and field."""
    found: dict[str, Any] = {}
    for id, content in _table(path, model) if path.suffix == ".csv" else _list(path):
        row: Any = validated(path, model.kinds.get(content.get("kind", ""), model), content, id)
        if row.id in found:
            raise RegisterError(path, f"'{row.id}' is given twice", row=row.row or "", id=row.id, field="id")
        found[row.id] = row
    if not found:
        raise RegisterError(path, "the table has no rows")
    return found


def _list(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    content = read_yaml(path)
    if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
        raise RegisterError(path, "the file is not a list of entries")
    for number, entry in enumerate(content, start=1):
        yield str(entry.get("id", f"number {number}")), entry


def _table(path: Path, model: type[Row]) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""), restkey="", strict=True)
    columns = [name for name in model.model_fields if name != "row"]
    try:
        header = list(reader.fieldnames or ())
        for name in [*header, *columns]:
            if name not in columns:
                raise RegisterError(path, f"'{name}' is no column of this table{nearest(name, columns)}", row=1)
            if header.count(name) != 1:
                raise RegisterError(path, f"the column {name} is missing or given twice", row=1)
        for cells in reader:
            line, id = reader.line_num, cells.get("id", "")
            if "" in cells or None in cells.values():
                raise RegisterError(path, f"the row has not the {len(header)} cells of the table", row=line, id=id)
            yield id, {name: cell for name, cell in cells.items() if cell} | {"row": line}
    except csv.Error as error:
        message = f"not a table of comma-separated values ({error})"
        raise RegisterError(path, message, row=reader.reader.line_num) from None


#: Words for Python's kinds of values, and for reasons that say nothing more.
_PLAIN = {"dictionary( or instance.*)?": "mapping", "tuple": "list", "decimal": "number", ", unable to .*": ""}


def validated(path: Path, model: type[_M], content: Any, id: str = "") -> _M:
    """The content of a file, or an entry of it, as its model. Raises RegisterError for the first fault in it."""
    try:
        return model.model_validate(content)
    except ValidationError as found:
        fault = found.errors(include_url=False)[0]
    at, given, place = fault["loc"], fault["input"], ".".join(map(str, fault["loc"]))
    message = f"{fault['msg'][0].lower()}{fault['msg'][1:]}"
    for python, plain in _PLAIN.items():
        message = re.sub(python, plain, message)
    if fault["type"] == "value_error":
        rule = fault["ctx"]["error"]
        place, message = getattr(rule, "field", place), str(rule)
    elif fault["type"] == "extra_forbidden":
        message = f"'{at[-1]}' is not known here{nearest(str(at[-1]), _fields(model, at[:-1]))}"
    elif isinstance(given, str | int | float) and ", not " not in message:
        message += f", not '{given}'"
    row = content.get("row", "") if isinstance(content, dict) else ""
    raise RegisterError(path, message, row=row, id=id, field=place)


def _fields(model: Any, at: Iterable[Any]) -> Iterable[str]:
    """The fields of the model at a place within another one."""
    for part in at:
        held = model.model_fields[part].annotation if part in model.model_fields else None
        model = next((one for one in (held, *get_args(held)) if hasattr(one, "model_fields")), model)
    return list(model.model_fields)
