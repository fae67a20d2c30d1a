"""Changes of the data and of the formulas, one at a time.

Each digit, qualifier, unit, reading, default, kind, headline, limit, scenario,
assumption and operator is changed in at least one of them. Columns that only hold words
are not changed.
"""

from __future__ import annotations

import ast
import csv
import io
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from analysis.core.published import QUALIFIERS
from analysis.core.rows import TABLES, OnlyWords, Row
from analysis.core.units import BASE_UNITS, SCALES

#: What stands for a part that is taken out.
GONE = "taken out"
#: Where a part stands: the number of a row and its column, or keys and places.
Place = tuple[str | int, ...]
#: Words of a YAML file that no model of rows marks.
WORDS = {"description", "reason", "name", "words"}


@dataclass(frozen=True)
class Mutant:
    """A file with another value, or none, at one place."""

    file: str
    place: Place
    value: Any

    def __str__(self) -> str:
        at = ".".join(map(str, self.place))
        return f"{self.file}, {at}: {self.value}"

    def write(self, folder: Path) -> None:
        """Change the file in a copy of the data."""
        path = folder / self.file
        content = read(path)
        part = content
        for step in self.place[:-1]:
            part = part[step]
        if self.value == GONE:
            del part[self.place[-1]]
        else:
            part[self.place[-1]] = self.value
        path.write_text(text_of(path, content), encoding="utf-8")


def read(path: Path) -> Any:
    """What a file holds: the rows of a table as lists, or what YAML or JSON gives."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(text, newline="")))
    return json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)


def text_of(path: Path, content: Any) -> str:
    """The text of a file that holds something."""
    if path.suffix == ".csv":
        made = io.StringIO()
        csv.writer(made, lineterminator="\n").writerows(content)
        return made.getvalue()
    if path.suffix == ".json":
        return json.dumps(content)
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


# Data ---------------------------------------------------------------------------------


def of_data(folder: Path) -> Iterator[Mutant]:
    """Every change of the data in a folder."""
    for model in TABLES:
        path = folder / model.file
        content = read(path)
        if path.suffix == ".csv":
            yield from _of_table(model, content)
        else:
            for number, entry in enumerate(content):
                for place, part in _parts(entry, (number,), model):
                    yield from _of_part(model.file, place, part)
    for path in [folder / "specification.yaml", *(folder / "scenarios").glob("*.yaml")]:
        file = path.relative_to(folder).as_posix()
        for place, part in _parts(read(path), ()):
            yield from _of_part(file, place, part)
    settings = read(folder / "datapackage.json")["analysis"]
    for place, part in _parts(settings, ("analysis",)):
        yield from _of_part("datapackage.json", place, part)


def _of_table(model: type[Row], content: list[list[str]]) -> Iterator[Mutant]:
    header, *rows = content
    for column, name in enumerate(header):
        info = model.model_fields[name]
        if name == "id" or any(isinstance(mark, OnlyWords) for mark in info.metadata):
            continue
        seen = sorted({row[column] for row in rows if row[column]})
        choices = [choice for choice in get_args(info.annotation) if choice]
        known = choices if choices and isinstance(choices[0], str) else seen
        known = {
            "qualifier": list(QUALIFIERS),
            "scale": list(filter(None, SCALES)),
            "unit": [*BASE_UNITS, "percent", "dimensionless"],
        }.get(name, known)
        for number, row in enumerate(rows, start=1):
            for value in _others(row[column], known):
                yield Mutant(model.file, (number, column), value)


def _others(cell: str, known: list[str]) -> Iterator[str]:
    """Other values of a cell: each digit another, or the next code; or none."""
    if cell in ("true", "false"):
        yield "false" if cell == "true" else "true"
    elif cell.replace(".", "").replace("-", "").isdigit():
        yield from _digits(cell)
    elif cell:
        after = known.index(cell) + 1 if cell in known else 0
        other = known[after % len(known)]
        if other != cell:
            yield other
        yield ""


def _digits(text: str) -> Iterator[str]:
    """A text with another digit in the place of each."""
    for place, sign in enumerate(text):
        if sign.isdigit():
            yield f"{text[:place]}{(int(sign) + 1) % 10}{text[place + 1 :]}"


def _parts(
    part: Any, place: Place, model: type[BaseModel] | None = None
) -> Iterator[tuple[Place, Any]]:
    """The parts of an entry that do not only hold words, and where each stands."""
    if isinstance(part, dict):
        for name, content in part.items():
            info = model.model_fields.get(str(name)) if model else None
            marks = info.metadata if info else ()
            is_words = any(isinstance(mark, OnlyWords) for mark in marks)
            if name == "id" or is_words or (not model and name in WORDS):
                continue
            inner = _model_in(info.annotation) if info else None
            yield from _parts(content, (*place, name), inner)
    elif isinstance(part, list):
        for number, content in enumerate(part):
            yield (*place, number), GONE
            yield from _parts(content, (*place, number), model)
    else:
        yield place, part


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field is made of, or that its items are of."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _of_part(file: str, place: Place, part: Any) -> Iterator[Mutant]:
    if part == GONE:
        yield Mutant(file, place, GONE)
    elif isinstance(part, bool):
        yield Mutant(file, place, not part)
    elif isinstance(part, int | float):
        yield Mutant(file, place, part + 1 if isinstance(part, int) else part * 1.1)
    elif any(sign.isdigit() for sign in part):
        for value in _digits(part):
            yield Mutant(file, place, value)
    else:
        yield Mutant(file, place, f"{part}x")


# Formulas -----------------------------------------------------------------------------

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
OTHERS = {"minimum": "maximum", "maximum": "minimum"}


def of_formulas(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """A name for each change of a module of formulas, and the changed module."""
    for place, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            for other in OPERATORS:
                if other is not type(node.op):
                    name = f"line {line}: {type(node.op).__name__} to {other.__name__}"
                    yield name, _with(tree, place, "op", other())
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            for number in (node.value + 1, node.value * 2 if node.value else -1):
                name = f"line {line}: {node.value} to {number}"
                yield name, _with(tree, place, "value", number)
        elif isinstance(node, ast.Name) and node.id in OTHERS:
            name = f"line {line}: {node.id} to {OTHERS[node.id]}"
            yield name, _with(tree, place, "id", OTHERS[node.id])


def _with(tree: ast.Module, place: int, field: str, value: Any) -> ast.Module:
    changed = deepcopy(tree)
    setattr(list(ast.walk(changed))[place], field, value)
    return changed


Noticed = Callable[[Any], bool]
