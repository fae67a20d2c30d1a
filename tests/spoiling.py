"""Edits of a data package on disk. Each function returns a function that changes the
files of a folder."""

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


def _is(row: list[str], id: str) -> bool:
    """Whether a row has this id, or these first two cells, parted by a comma."""
    return row[0] == id or ",".join(row[:2]) == id


def _rows(file: str, edit: Callable[[list[list[str]]], Any]) -> Change:
    def change(folder: Path) -> None:
        rows = read_rows(folder / file)
        edit(rows)
        with (folder / file).open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened, lineterminator="\n").writerows(rows)

    return change


def cells(file: str, id: str, /, **values: str) -> Change:
    """Other values in the first row with this id."""

    def edit(rows: list[list[str]]) -> None:
        row = next(row for row in rows if _is(row, id))
        for field, value in values.items():
            row[rows[0].index(field)] = value

    return _rows(file, edit)


def added(file: str, /, **values: str) -> Change:
    """One more row at the end; what is not named is empty."""
    return _rows(
        file, lambda rows: rows.append([values.get(field, "") for field in rows[0]])
    )


def without(file: str, id: str) -> Change:
    """The first row with this id taken out."""
    return _rows(
        file, lambda rows: rows.remove(next(row for row in rows if _is(row, id)))
    )


def raw(file: str, change_bytes: Callable[[bytes], bytes]) -> Change:
    """The file's bytes, changed."""

    def change(folder: Path) -> None:
        (folder / file).write_bytes(change_bytes((folder / file).read_bytes()))

    return change


def text(file: str, old: str, new: str) -> Change:
    """The first occurrence of one text replaced by another."""

    def change(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    return raw(file, change)


def removed(file: str) -> Change:
    return lambda folder: (folder / file).unlink()


def described(edit: Callable[[dict[str, Any]], Any]) -> Change:
    """datapackage.json, changed."""

    def change(data: bytes) -> bytes:
        package = json.loads(data)
        edit(package)
        return json.dumps(package).encode()

    return raw("datapackage.json", change)


def settings(**values: Any) -> Change:
    """Other values under ``analysis`` in datapackage.json."""
    return described(lambda package: package["analysis"].update(values))


def resource(package: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (entry for entry in package["resources"] if entry["name"] == name)
    return found


def entry(id: str, /, **values: Any) -> Change:
    """Other values in one assumption; None takes the field out."""

    def change(data: bytes) -> bytes:
        entries = yaml.safe_load(data)
        (found,) = (entry for entry in entries if entry["id"] == id)
        kept = {
            name: value
            for name, value in {**found, **values}.items()
            if value is not None
        }
        return yaml.safe_dump(
            [kept if one is found else one for one in entries], sort_keys=False
        ).encode()

    return raw("assumptions.yaml", change)


def all_of(*changes: Change) -> Change:
    def change(folder: Path) -> None:
        for each in changes:
            each(folder)

    return change


def at(file: str, id: str, shown: str = "") -> str:
    """How a refusal names a row of the article's package: its number and first cell."""
    rows = read_rows(Path(__file__).resolve().parent.parent / "data" / file)
    number = next(i for i, row in enumerate(rows, start=1) if _is(row, id))
    return f"row {number} ({shown or id.partition(',')[0]})"
