"""The codebook describes the columns of the data's tables.

What it says comes from the schema in ``datapackage.json``.
"""

from collections import namedtuple
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from analysis.core.readers import read_yaml
from analysis.core.register import Register
from analysis.render.templates import render

#: A column of a table, or a field of an entry; the name of a field within a field has a
#: dot.
Column = namedtuple("Column", "file name kind unit description")


def columns(register: Register) -> Iterator[Column]:
    """Every column of every file that the data package describes, in their order."""
    for resource in read_yaml(register.folder / "datapackage.json")["resources"]:
        fields = {
            one["name"]: one | one.get("constraints", {})
            for one in resource.get("schema", {}).get("fields", [])
        }
        required = [name for name, field in fields.items() if field.get("required")]
        whole = resource.get("jsonSchema") or {
            "properties": fields,
            "required": required,
        }
        yield from _columns(resource["path"], whole.get("items", whole))


def _columns(file: str, schema: dict[str, Any], prefix: str = "") -> Iterator[Column]:
    for name, field in schema.get("properties", {}).items():
        kind = str(field.get("type", "object"))
        if name in schema.get("required", []):
            kind += ", required"
        if "enum" in field:
            kind += f": {', '.join(map(str, field['enum']))}"
        elif "unique" in field:
            kind += ", unique"
        unit, description = field.get("unit", ""), field.get("description", "")
        yield Column(file, prefix + name, kind, unit, description)
        yield from _columns(file, field.get("items", field), f"{prefix}{name}.")


def codebook(register: Register) -> str:
    """The codebook as Markdown, with a table for each file."""
    files = {
        file: [*rows]
        for file, rows in groupby(columns(register), lambda column: str(column.file))
    }
    return render(
        "codebook.txt",
        package=read_yaml(register.folder / "datapackage.json"),
        files=files,
    )
