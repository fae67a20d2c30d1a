"""Two results folders beside each other: which numbers moved, by how much, and which input moved them.

What belongs here: reading what runs have written, and comparing it. What does not: the guard of accepted values
(``results``), and anything that computes a number of the article; a folder says by itself what its numbers rest on.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.core.files import is_ours
from analysis.core.register import InputError, shown

#: The tables of a run that have an id, and the columns that name a row of each; what words say is not compared.
_TABLES = {"claims": ("id",), "checks": ("id",), "findings": ("finding", "step"), "external": ("id",)}
_COMPARED = {
    "claims": ("published", "published_low", "published_high", "unit", "role"),
    "checks": (
        "published", "published_low", "published_high", "recomputed", "recomputed_low", "recomputed_high", "solved",
        "needed", "unit", "kind", "verdict", "verdict_other", "rests_on", "condition", "power", "power_10",
    ),
    "findings": ("value", "unit"),
    "external": ("published", "published_low", "published_high", "unit", "ours", "ours_low", "ours_high", "ratio"),
}  # fmt: skip
_ESTIMATE = ("value", "low", "high", "unit", "kind")
#: How the fields begin that are in the unit of their row; the others are shares, words, or of several quantities.
_IN_UNITS = ("published", "recomputed", "needed", "value", "low", "high")
Cells = dict[tuple[str, str, str], str]


@dataclass(frozen=True)
class Difference:
    """One value that is not the same in two runs; empty where a run has none.

    by: the second less the first, and percent: that in percent of the first; None for words, and percent for a nought.
    inputs: which of the rows and assumptions that it rests on moved too; a value that is an input names none.
    """

    table: str
    id: str
    field: str
    was: str
    now: str
    unit: str = ""
    by: float | None = None
    percent: float | None = None
    inputs: tuple[str, ...] = ()

    def json(self) -> dict[str, Any]:
        """The difference as JSON has it."""
        return asdict(self)


def compare(before: Path, after: Path) -> list[Difference]:
    """What moved from one results folder to another, inputs first, then in the order of the tables.

    Numbers that differ in their last digits alone have not moved. Raises InputError where a folder holds no results.
    """
    was, now = (_Run.read(folder) for folder in (before, after))
    keys = [*was.cells, *(key for key in now.cells if key not in was.cells)]
    moved = [key for key in keys if not _same(was.cells.get(key, ""), now.cells.get(key, ""))]
    inputs = {id for table, id, field in moved if (was.rests_on(table, id) | now.rests_on(table, id)) == {id}}
    found = []
    for table, id, field in moved:
        one, two = was.cells.get((table, id, field), ""), now.cells.get((table, id, field), "")
        rests = (was.rests_on(table, id) | now.rests_on(table, id)) - {id}
        unit = now.cells.get((table, id, "unit"), "") or was.cells.get((table, id, "unit"), "")
        unit = unit if field.startswith(_IN_UNITS) else ""
        found.append(Difference(table, id, field, one, two, unit, *_by(one, two), tuple(sorted(rests & inputs))))
    return sorted(found, key=lambda one: (one.table, one.id) not in {(t, i) for t, i, _ in moved if i in inputs})


@dataclass(frozen=True)
class _Run:
    """The cells of a run that are compared, by table, row and column; and what its estimates rest on, by name;
    and the estimates that each row of a table is about, by table and row."""

    cells: Cells
    estimates: Mapping[str, Mapping[str, Any]]
    quantities: Mapping[tuple[str, str], list[str]]

    @classmethod
    def read(cls, folder: Path) -> _Run:
        if not folder.is_dir():
            raise InputError(f"{shown(folder)} is no folder; name one that a run has written")
        if not is_ours(folder):
            raise InputError(f"{shown(folder)} holds no results; name a folder that a run has written")
        cells: Cells = {}
        quantities: dict[tuple[str, str], list[str]] = {}
        for table, columns in _COMPARED.items():
            for row in _rows(folder / f"{table}.csv", table in ("claims", "checks")):
                id = " ".join(row.get(name, "") for name in _TABLES[table])
                named = (text.strip().replace("=", ".") for text in row.get("readings", "").split(";"))
                quantities[table, id] = [
                    row.get("quantity", ""),
                    *named,
                    *re.findall(r"\w+", row.get("expression", "")),
                ]
                cells |= {(table, id, column): row[column] for column in columns if row.get(column)}
        estimates = _estimates(folder / "estimates.json")
        for name, entry in estimates.items():
            numbers = ((field, entry.get(field)) for field in _ESTIMATE)
            cells |= {("estimates", name, field): _text(value) for field, value in numbers if value not in (None, "")}
        for path in sorted((folder / "figures").glob("*.csv")):
            for number, line in enumerate(_rows(path, True), start=2):
                cells |= {
                    (f"figures/{path.name}", f"row {number}", column): cell for column, cell in line.items() if cell
                }
        return cls(cells, estimates, quantities)

    def rests_on(self, table: str, id: str) -> set[str]:
        """The rows and assumptions that a row of a table rests on; of a printed number and an assumption, itself.

        A check rests on what its quantity does, and on what the readings do that it names; a step of a finding on
        what its expression names.
        """
        if table == "claims":
            return {id}
        names = [id] if table == "estimates" else self.quantities.get((table, id), [])
        leaves = {leaf for name in names for leaf in self.estimates.get(name, {}).get("depends_on", ())}
        return leaves | {name for name in names if ("claims", name, "role") in self.cells}


def _rows(path: Path, needed: bool) -> list[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if needed:
            raise InputError(f"{shown(path)} is missing; name a folder that a whole run has written") from None
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{shown(path)} can't be read ({_why(error)})") from None
    try:
        return [
            {key: value or "" for key, value in row.items() if key}
            for row in csv.DictReader(io.StringIO(text), strict=True)
        ]
    except csv.Error as error:
        raise InputError(f"{shown(path)} is no table as a run writes it ({error})") from None


def _why(error: Exception) -> str:
    """What the system or a reader says of a file, without the file's name."""
    return str(getattr(error, "strerror", None) or error)


def _estimates(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{shown(path)} is missing; name a folder that a whole run has written") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{shown(path)} can't be read ({_why(error)})") from None
    if not isinstance(found, dict) or not all(isinstance(entry, dict) for entry in found.values()):
        raise InputError(f"{shown(path)} does not hold estimates by name")
    for name, entry in found.items():
        named = entry.get("depends_on", [])
        if not (isinstance(named, list) and all(isinstance(one, str) for one in named)):
            raise InputError(f"{shown(path)}: depends_on of {name} is no list of names")
    return found


def _text(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float | int) else str(value)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _same(was: str, now: str) -> bool:
    one, two = _number(was), _number(now)
    return was == now or (one is not None and two is not None and math.isclose(one, two, rel_tol=1e-9))


def _by(was: str, now: str) -> tuple[float | None, float | None]:
    one, two = _number(was), _number(now)
    if one is None or two is None:
        return None, None
    return two - one, 100 * (two - one) / one if one else None


def summary(found: Iterable[Difference]) -> str:
    """How many values moved, in which tables, and from which inputs, in a sentence.

    >>> summary([])
    'Nothing moved.'
    """
    moved = list(found)
    if not moved:
        return "Nothing moved."
    tables: dict[str, int] = {}
    for one in moved:
        tables[one.table] = tables.get(one.table, 0) + 1
    inputs = sorted({name for one in moved for name in one.inputs})
    words = ", ".join(f"{count:,} in {table}" for table, count in tables.items())
    because = f"; inputs that moved: {', '.join(inputs)}" if inputs else "; no input moved what rests on it"
    return f"Moved: {words}{because}."
