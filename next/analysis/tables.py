"""Read the data, and refuse a fault in one sentence with its file, row and column.

The rules for one cell stand in ``datapackage.json``: a Table Schema, with a property
``names`` for cells that name rows or quantities.
"""

import csv
import difflib
import json
import re
from decimal import Decimal
from typing import Any

import yaml

from analysis import printed
from analysis.printed import Row

Table = dict[Any, Row]


class DataError(ValueError):
    """A fault in the data."""


class SettingError(ValueError):
    """A name, a value or a combination of readings that can't be used."""


def fault(row, column, sentence):
    """Return an error that names the place of a fault."""
    return DataError(f"{row['file']}, row {row['row']}, column {column}: {sentence}")


def nearest(name, known):
    """Return a hint at the known name that is most like a name."""
    close = difflib.get_close_matches(str(name), list(known), 1)
    return f"; did you mean '{close[0]}'?" if close else ""


def read_package(folder):
    """Return the tables of a folder by name, and the scenarios.

    Raises DataError for the first fault.
    """
    tables, schemas = {}, {}
    try:
        package = json.loads((folder / "datapackage.json").read_text("utf-8"))
        scenarios = yaml.safe_load((folder / "scenarios.yaml").read_text("utf-8"))
        for resource in package["resources"]:
            name, schemas[name] = resource["name"], resource["schema"]
            tables[name] = read_table(folder, resource["path"], schemas[name])
    except DataError:
        raise
    except (OSError, ValueError, csv.Error, yaml.YAMLError) as error:
        raise DataError(f"{folder}: {' '.join(str(error).split())}") from None
    for name, row in tables["assumptions"].items():
        ends = {"at_least": row["minimum"], "at_most": row["maximum"]}
        tables["quantities"][name] = row | ends | {"not_above": ""}
    check_names(tables, schemas)
    claims, external = tables["claims"], tables["external"]
    for row in claims.values():
        row["unit"] = tables["quantities"][row["quantity"]]["unit"]
    for row in [*claims.values(), *external.values()]:
        check_printed(row)
    check_inputs(claims)
    for row in tables["quantities"].values():
        check_limits(row, tables["quantities"])
    for row in tables["assumptions"].values():
        check_range(row)
    for row in external.values():
        check_external(row, tables)
    for row in tables["checks"].values():
        check_check(row, claims | external)
    return tables, scenarios


def read_table(folder, path, schema):
    """Return the rows of a CSV file by their key."""
    text = (folder / path).read_text("utf-8-sig")
    first, *lines = text.splitlines() or [""]
    header = first.split(",")
    fields = {field["name"]: field for field in schema["fields"]}
    if sorted(header) != sorted(fields):
        raise DataError(f"{path}, row 1: the columns must be {', '.join(fields)}")
    rows = {}
    for number, line in enumerate(lines, 2):
        row = {"file": path, "row": number}
        try:
            # A row is one line, so that an open quote does not reach the next.
            (parts,) = csv.reader([line], strict=True)
            cells = dict(zip(header, parts, strict=True))
        except (csv.Error, ValueError):
            raise fault(row, "1", "as many cells as in row 1 must stand here") from None
        for column, cell in cells.items():
            try:
                row[column] = read_cell(cell.strip(), **fields[column])
            except ValueError as error:
                raise fault(row, column, f"'{cell}' {error}") from None
        *_, last = schema["primaryKey"]
        name = tuple(row[column] for column in schema["primaryKey"])
        key = name if len(name) > 1 else name[0]
        if key in rows:
            raise fault(row, last, f"{row[last]} stands in row {rows[key]['row']} too")
        rows[key] = row
    return rows


def read_cell(text, type, constraints=None, **description):
    """Return the content of a cell, or raise ValueError."""
    rules = constraints or {}
    if not text:
        if "required" in rules:
            raise ValueError("must not be empty")
        return None if type != "string" else ""
    if text not in rules.get("enum", text):
        raise ValueError(f"must be one of {', '.join(rules['enum'])}")
    if not re.search(rules.get("pattern", ""), text):
        raise ValueError(f"must have the form {rules['pattern']}")
    if type == "string":
        return text
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        raise ValueError("must be a number such as 0.36")
    return Decimal(text)


def split(cell):
    """Return the parts of a cell between semicolons."""
    return [part.strip() for part in cell.split(";") if part.strip()]


# Rules between rows, and between tables -----------------------------------------------


def check_names(tables, schemas):
    """Refuse names in columns that refer to what does not exist."""
    known = {**tables, "rows": tables["claims"] | tables["external"]}
    for name, schema in schemas.items():
        for field in schema["fields"]:
            kind = field.get("names")
            for row in tables[name].values() if kind else ():
                for part in split(row[field["name"]]):
                    require(row, field["name"], part, known[kind])


def require(row, column, name, known):
    """Refuse a name that is not known, with the nearest that is."""
    if name not in known:
        raise fault(row, column, f"'{name}' is not known{nearest(name, known)}")


def check_printed(row):
    """Refuse digits, a place and words that do not fit each other."""
    digits, place, says = row["printed"], row["rounded_to"], row["says"]
    if row["unit"] == "percent" and row["scale"]:
        raise fault(row, "scale", "a percentage has no scale")
    if not says and (digits is None or place == "ours"):
        raise fault(row, "says", "write what the words claim")
    size = Decimal(0) if place == "ours" else Decimal(place)
    if digits is not None and size and digits % size:
        raise fault(row, "rounded_to", f"{digits} is not rounded to '{place}'")
    if says:
        low, high = printed.ends_of(says)
        if low > high or not low <= (low if digits is None else digits) <= high:
            raise fault(row, "says", f"'{says}' must rise and hold {digits}")


def check_range(row):
    """Refuse an assumption whose ends do not rise around its value."""
    order = ["minimum", "low", "value", "high", "maximum"]
    ends = [row[column] for column in order]
    if ends != sorted(ends):
        raise fault(row, "value", f"{', '.join(order)} must rise")


def check_external(row, tables):
    """Refuse a figure with the name of a claim, or that stands for another unit."""
    name, other = row["reading_of"], tables["claims"].get(row["id"])
    if other:
        raise fault(row, "id", f"{row['id']} stands in claims.csv, row {other['row']}")
    if name and tables["quantities"][name]["unit"] != row["unit"]:
        raise fault(row, "reading_of", f"{name} is not in {row['unit']}")
    if row["divide_by"] and not name:
        raise fault(row, "divide_by", "the figure is no reading of a quantity")


def check_check(row, rows):
    """Refuse a check whose kind does not fit what stands beside it."""
    beside = [rows[name] for name in split(row["beside"])]
    named = row["readings"] + row["beside"]
    if bool(row["kind"]) != bool(beside):
        raise fault(row, "kind", "a check beside a number has a kind, no other")
    values = [printed.value_of(other) for other in beside]
    if values != sorted(values) and len(values) > 1:
        raise fault(row, "beside", f"{row['beside']} must rise")
    if row["kind"] == "printed twice" and beside[0]["quantity"] != row["compute"]:
        raise fault(row, "beside", f"{row['beside']} is no {row['compute']}")
    is_elsewhere = any("seen" in rows[name] for name in rows if name in named)
    if row["kind"] == "published elsewhere" and not is_elsewhere:
        raise fault(row, "kind", "nothing is published elsewhere here")


def check_limits(row, quantities):
    """Refuse limits of a quantity that cross, or in another unit."""
    low, high = row["at_least"], row["at_most"]
    if low is not None and high is not None and low > high:
        raise fault(row, "at_least", "the limits must rise")
    other = quantities.get(row["not_above"], row)
    if other["unit"] != row["unit"]:
        raise fault(row, "not_above", f"{row['not_above']} is in {other['unit']}")


def check_inputs(claims):
    """Refuse two inputs of one quantity."""
    seen: dict[str, Row] = {}
    for row in claims.values():
        other = seen.get(row["quantity"])
        if row["input"] and other:
            sentence = f"{row['quantity']} has its input in row {other['row']}"
            raise fault(row, "input", sentence)
        if row["input"]:
            seen[row["quantity"]] = row
