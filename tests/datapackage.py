"""Makes the schema of each file in datapackage.json from the model of the file's rows.

The descriptions of files and the settings are written by hand. ``described`` fills in
the rest, so that each column is described once, in ``core/rows.py``.
"""

from __future__ import annotations

import ast
import csv
import inspect
import json
import textwrap
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from analysis.core.readers import read_text, read_yaml
from analysis.core.rows import TABLES, ExpectedCell, In, Ref, Row
from analysis.render import figure_rows
from analysis.whatif.sweep import Spec

#: The dialect of JSON Schema that the schemas are in.
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: What pydantic writes into a schema, and no reader of it needs.
_UNSAID = ("title", "default")


def described(folder: Path) -> str:
    """The text of a folder's datapackage.json, with the schemas of the models."""
    package = read_yaml(folder / "datapackage.json")
    tables: tuple[type[Row], ...] = (*TABLES, ExpectedCell)
    models = {table.file: table for table in tables}
    for resource in package["resources"]:
        file = resource["path"]
        if file in models and file.endswith(".csv"):
            header = next(csv.reader(read_text(folder / file).splitlines()))
            resource["schema"] = table_schema(models[file], header)
        elif file in models:
            entries = list_schema(models[file])
            resource["jsonSchema"] = {"$schema": _DIALECT, **entries}
        elif file == figure_rows.FILE:
            entries = list_schema(figure_rows.FigureRow)
            resource["jsonSchema"] = {"$schema": _DIALECT, **entries}
        elif file == "specification.yaml":
            resource["jsonSchema"] = {"$schema": _DIALECT, **_schema(Spec)}
        elif file.startswith("scenarios/") and file.endswith(".yaml"):
            scenario = read_yaml(folder / file)
            resource["description"] = " ".join(scenario["description"].split())
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def table_schema(model: type[Row], header: list[str]) -> dict[str, Any]:
    """The Table Schema of a CSV file whose rows are of a model."""
    schema = _schema(model)
    fields = []
    keys = []
    for name in header:
        field = schema["properties"][name]
        is_list = field.get("type") in ("array", "object")
        constraints: dict[str, Any] = {}
        if name in schema.get("required", ()):
            constraints["required"] = True
        if model.key == (name,):
            constraints["unique"] = True
        for rule in ("pattern", "minimum", "enum"):
            if rule in field and not is_list:
                constraints[rule] = field[rule]
        if "enum" in constraints:
            constraints["enum"] = [choice for choice in field["enum"] if choice]
        fields.append(
            {
                "name": name,
                "type": "string" if is_list else field.get("type", "string"),
                "description": field["description"],
                **({"constraints": constraints} if constraints else {}),
                **({"unit": field["unit"]} if "unit" in field else {}),
            }
        )
        if fields[-1]["type"] == "boolean":
            fields[-1] |= {"trueValues": ["true"], "falseValues": ["false"]}
        if target := _table_of(model, name):
            reference = {"resource": target, "fields": "id"}
            keys.append({"fields": name, "reference": reference})
    key = model.key[0] if len(model.key) == 1 else list(model.key)
    table = {"fields": fields, "primaryKey": key, "missingValues": [""]}
    return {**table, "foreignKeys": keys} if keys else table


def _table_of(model: type[Row], field: str) -> str:
    """The table whose row a cell names; empty where it names none, or several."""
    info = model.model_fields[field]
    targets = [mark.to for mark in info.metadata if isinstance(mark, Ref)]
    if info.annotation is not str or not targets[:1]:
        return ""
    table, _, suffix = targets[0].partition(".")
    return table if suffix == "csv" else ""


def list_schema(model: type[Row]) -> dict[str, Any]:
    """The JSON Schema of a YAML list whose entries are of a model.

    Where an entry may be of another kind, with fewer fields, only those that both need
    are required.
    """
    entry = _schema(model)
    for other in model.kinds.values():
        needed = _schema(other)["required"]
        entry["required"] = [name for name in entry["required"] if name in needed]
    return {"type": "array", "minItems": 1, "items": entry}


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of a model, its parts put in, with descriptions and units."""
    parts = {part.__name__: part for part in _models_in(model)}
    whole = model.model_json_schema()
    defined = whole.pop("$defs", {})
    for name, schema in [(model.__name__, whole), *defined.items()]:
        for field, content in schema.get("properties", {}).items():
            info = parts[name].model_fields[field]
            content["description"] = info.description or _texts(parts[name]).get(field)
            for mark in info.metadata:
                if isinstance(mark, In):
                    content["unit"] = mark.unit
        schema.get("properties", {}).pop("row", None)
    plain: dict[str, Any] = _plain(whole, defined)
    plain.pop("description", None)
    return plain


def _models_in(model: type[BaseModel]) -> list[type[BaseModel]]:
    """A model, and those that its fields are made of."""
    found = [model]
    todo = [info.annotation for info in model.model_fields.values()]
    while todo:
        annotation = todo.pop()
        todo += get_args(annotation)
        if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
            found += _models_in(annotation)
    return found


def _plain(schema: Any, defined: dict[str, Any]) -> Any:
    """A schema with each reference replaced by what it names, and no null."""
    if isinstance(schema, list):
        return [_plain(part, defined) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        part = defined[schema["$ref"].rpartition("/")[2]]
        described_here = {name: text for name, text in schema.items() if name != "$ref"}
        return _plain({**part, **described_here}, defined)
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        others = {name: part for name, part in schema.items() if name != "anyOf"}
        return _plain({**choices[0], **others}, defined)
    return {
        name: _plain(part, defined)
        for name, part in schema.items()
        if name not in _UNSAID or isinstance(part, dict)
    }


@cache
def _texts(model: type[BaseModel]) -> dict[str, str]:
    """The text below each field of a model, in one line; a subclass says it anew."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if not issubclass(part, BaseModel) or part is BaseModel:
            continue
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
        assert isinstance(body, ast.ClassDef)
        for field, below in zip(body.body, body.body[1:], strict=False):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = " ".join(text.split())
    return found
