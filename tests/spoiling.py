"""Edits of a data package on disk; each function returns a change to apply to a folder."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

Change = Callable[[Path], None]


def read_rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def write_rows(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def cells(file: str, id: str, /, **values: str) -> Change:
    """Other values in the first row whose id (or first two cells, parted by a comma) is this."""

    def change(folder: Path) -> None:
        rows = read_rows(folder / file)
        (row, *_) = (row for row in rows if row[0] == id or ",".join(row[:2]) == id)
        for field, value in values.items():
            row[rows[0].index(field)] = value
        write_rows(folder / file, rows)

    return change


def added(file: str, /, **values: str) -> Change:
    """One more row at the end; what is not named is empty."""

    def change(folder: Path) -> None:
        rows = read_rows(folder / file)
        rows.append([values.get(field, "") for field in rows[0]])
        write_rows(folder / file, rows)

    return change


def without(file: str, id: str) -> Change:
    """The first row with this id taken out."""

    def change(folder: Path) -> None:
        rows = read_rows(folder / file)
        rows.remove(next(row for row in rows if row[0] == id or ",".join(row[:2]) == id))
        write_rows(folder / file, rows)

    return change


def text(file: str, old: str, new: str) -> Change:
    """The first occurrence of one text replaced by another."""

    def change(folder: Path) -> None:
        before = (folder / file).read_text(encoding="utf-8")
        assert old in before
        (folder / file).write_text(before.replace(old, new, 1), encoding="utf-8", newline="")

    return change


def raw(file: str, change_bytes: Callable[[bytes], bytes]) -> Change:
    """The file's bytes, changed."""

    def change(folder: Path) -> None:
        (folder / file).write_bytes(change_bytes((folder / file).read_bytes()))

    return change


def removed(file: str) -> Change:
    return lambda folder: (folder / file).unlink()


def described(edit: Callable[[dict[str, Any]], Any]) -> Change:
    """datapackage.json, changed."""

    def change(folder: Path) -> None:
        path = folder / "datapackage.json"
        package = json.loads(path.read_text(encoding="utf-8"))
        edit(package)
        path.write_text(json.dumps(package), encoding="utf-8")

    return change


def settings(**values: Any) -> Change:
    """Other values under ``analysis`` in datapackage.json."""
    return described(lambda package: package["analysis"].update(values))


def resource(package: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (entry for entry in package["resources"] if entry["name"] == name)
    return found


def entry(id: str, /, **values: Any) -> Change:
    """Other values in one assumption; None takes the field out."""

    def change(folder: Path) -> None:
        path = folder / "assumptions.yaml"
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        (found,) = (entry for entry in entries if entry["id"] == id)
        found.update(values)
        for field in [field for field, value in values.items() if value is None]:
            del found[field]
        path.write_text(yaml.safe_dump(entries, sort_keys=False), encoding="utf-8")

    return change


def all_of(*changes: Change) -> Change:
    def change(folder: Path) -> None:
        for each in changes:
            each(folder)

    return change


def at(file: str, id: str, shown: str = "") -> str:
    """How a refusal names a row of the article's package: its number, and what stands in its first cell."""
    folder = Path(__file__).resolve().parent.parent / "data"
    numbers = [i for i, row in enumerate(read_rows(folder / file), start=1) if row[0] == id or ",".join(row[:2]) == id]
    return f"row {numbers[0]} ({shown or id.partition(',')[0]})"
