"""Tables for readers: each kind has its columns, and one function writes them all.

A table says in its ``attrs`` of which kind it is. A column for readers comes from one
of the table's columns; it has a heading and may have a function that writes a cell.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis import printed, spell, wording
from analysis.headlines import NONE_PRINTED
from analysis.model import Model
from analysis.printed import Row
from analysis.steps import Step, as_markdown, as_text
from analysis.tables import SettingError

NO_ROWS = "Nothing to show."


def as_it_is(model: Model, row: Row, name: Any) -> Any:
    """Write a cell as it is."""
    return row[name]


@dataclass(frozen=True)
class Column:
    """A column for readers: which one of a table it shows, its heading, its writer."""

    name: Any
    heading: str
    writer: Any = as_it_is


# Cells --------------------------------------------------------------------------------


def plain(model: Model, row: Row, name: Any) -> str:
    """Write a cell of any table, whose column may be named after a quantity."""
    value = row[name]
    if isinstance(value, str):
        return model.labels.get(value, wording.choice(model, name, value))
    if name in model.labels:
        return wording.spelled(model, name, value)
    return spell.spell(value)


def number(model: Model, row: Row, name: Any) -> str:
    """Write a number of the quantity of a row."""
    quantity = row["quantity"]
    return wording.spelled(model, quantity, row[name]) if quantity else ""


def input_number(model: Model, row: Row, name: Any) -> str:
    """Write a number of the input of a row."""
    return wording.spelled(model, row["input"], row[name])


def label(model: Model, row: Row, name: Any) -> str:
    """Write the label of a quantity."""
    return model.labels[row[name]]


def span(model: Model, row: Row, name: Any) -> str:
    """Write the part of a range that a row is about, rounded inward."""
    quantity = row["input"] if "input" in row else row["quantity"]
    unit = wording.unit_of(model, quantity)
    return spell.edges(row["low"], row["high"], -math.inf, math.inf, unit)


def allowed(model: Model, row: Row, name: Any) -> str:
    """Write what a quantity may be set to."""
    unit = wording.unit_of(model, row["quantity"])
    ends = spell.edges(row["least"], row["most"], -math.inf, math.inf, unit)
    return f"0, or {ends}" if model.allowed(row["quantity"]).or_zero else ends


def ratio(model: Model, row: Row, name: Any) -> str:
    """Write a ratio."""
    return "" if math.isnan(row[name]) else spell.spell(row[name])


def check_note(model: Model, row: Row, name: Any) -> str:
    """Write the note of a check."""
    return model.tables["checks"][row["id"]]["note"]


def check_verdict(model: Model, row: Row, name: Any) -> str:
    """Write a verdict, and whose comparison it judges."""
    check = model.tables["checks"].get(row["id"], {"kind": ""})
    return wording.verdict(check, row[name])


def check_print(model: Model, row: Row, name: Any) -> str:
    """Write what a check is beside: what is set, or as its row or rows print it."""
    rows, texts = model.rows_beside(model.tables["checks"][row["id"]]), []
    if len(rows) == 1 and abs(row[name] - printed.value_of(*rows)) > 0:
        return number(model, row, name)
    for beside in rows:
        low_end = row["differs"].get(beside.get("low_end"))
        texts.append(wording.printed_claim(beside, low_end))
    return " to ".join(texts)


def check_value(model: Model, row: Row, name: Any) -> str:
    """Write the value of a check, with the side on which words leave room."""
    if not row["quantity"]:
        return NONE_PRINTED
    if math.isnan(row[name]):
        return "no single value"
    text = wording.spelled(model, row["quantity"], row[name])
    if row["side"] == "no bound":
        return f"{text} (may be lower or higher)"
    return wording.sided(text, row["side"])


def check_bounds(model: Model, row: Row, name: Any) -> str:
    """Write the bounds of a check by rounding."""
    ends = row["low"], row["value"], row["high"]
    return wording.bounds(model, row["quantity"], *ends) if row["quantity"] else ""


def external_number(model: Model, row: Row, name: Any) -> str:
    """Write a figure published elsewhere, as it is printed."""
    return wording.printed_number(model.tables["external"][row["id"]])


# Kinds --------------------------------------------------------------------------------

CONDITION = Column("condition", "matches with (each alone)")
INPUT = Column("input", "input", label)
IN_USE = Column("value", "in use", input_number)
COLUMNS = {
    "headlines": [
        Column("article", "the article"),
        Column("working", "from its own numbers"),
        Column("verdict_before", "verdict before"),
        Column("verdict", "verdict"),
        CONDITION,
        *(Column(name, name) for name in ("note", "cite", "caveat")),
    ],
    "findings": [
        Column("title", "title"),
        Column("finding", "finding, by the article's numbers"),
    ],
    "external": [
        Column("statement", "what is computed"),
        Column("period", "period"),
        Column("printed", "printed", external_number),
        Column("value", "by the article's numbers", number),
        Column("ratio", "ratio", ratio),
        Column("as_printed", "as printed"),
        Column("seen", "seen"),
        Column("source", "source"),
        Column("note", "note"),
    ],
    "checks": [
        Column("statement", "what is computed"),
        Column("printed", "printed", check_print),
        Column("value", "recomputed", check_value),
        Column("high", "by rounding", check_bounds),
        Column("verdict", "verdict", check_verdict),
        CONDITION,
        Column("id", "note", check_note),
        Column("id", "name"),
    ],
    "names": [
        Column("label", "quantity"),
        Column("value", "in use", number),
        Column("least", "may be", allowed),
        Column("readings", "readings"),
        Column("quantity", "name"),
    ],
    "sensitivity": [
        INPUT,
        IN_USE,
        Column("low", "over", span),
        Column("at_low", "at low end", number),
        Column("at_high", "at high end", number),
        Column("input", "name"),
    ],
    "break-even": [
        INPUT,
        IN_USE,
        Column("low", "over", span),
        Column("verdict", "verdict"),
        Column("input", "name"),
    ],
}
#: Kinds with a row for each part of a range, which stand in one row: what parts them.
PARTS = {"break-even": "verdict"}


def labelled(model: Model, table: Any) -> pd.DataFrame:
    """Return a table in words, with headings; other kinds have all their columns."""
    if not isinstance(table, pd.DataFrame):
        raise SettingError(f"{table!r} is no table")
    if any(table.index.names):
        table = table.reset_index()
    kind = str(table.attrs.get("kind"))
    columns = [column for column in COLUMNS.get(kind, []) if column.name in table]
    if not columns:
        columns = [
            Column(name, str(model.labels.get(str(name), name)), plain)
            for name in table
        ]
    rows = [table.attrs | row for row in table.to_dict("records")]
    cells = {}
    for column in columns:
        cells[column.heading] = [column.writer(model, row, column.name) for row in rows]
    shown = pd.DataFrame(cells, dtype=str)
    if kind in PARTS and not shown.empty:
        shown = in_one_row(shown, PARTS[kind], "over")
    shown.attrs["differs"] = table.attrs.get("differs")
    return shown


def in_one_row(table: pd.DataFrame, column: str, part: str) -> pd.DataFrame:
    """Give each value of a column its own, with the parts where it holds."""
    others = [name for name in table if name not in (column, part)]
    wide = table.pivot_table(
        part, others, column, "; ".join, fill_value="", sort=False
    ).reset_index()
    return wide[[*others[:-1], *table[column].unique(), others[-1]]]


# Forms --------------------------------------------------------------------------------


def below(model: Model, table: pd.DataFrame) -> str:
    """Return what differs from the article, and how many draws are left out."""
    text = wording.differs(model, table.attrs.get("differs", {}))
    past = table.attrs.get("past_a_limit")
    if past:
        share = spell.spell(past / len(table), "percent")
        text = f"{text} {share} of the draws pass a limit and are left out."
    return text


def markdown(model: Model, item: Any) -> str:
    """Return a step, or a table with what differs from the article, as Markdown."""
    if isinstance(item, Step):
        return as_markdown(item)
    table = labelled(model, item)
    if table.empty:
        return NO_ROWS
    rows = [table.columns, ["---"] * table.shape[1], *table.to_numpy()]
    lines = [f"| {' | '.join(row)} |".replace("\n", "<br>") for row in rows]
    return "\n".join([*lines, "", below(model, item)]).strip("\n")


def terminal(model: Model, item: Any) -> str:
    """Return a step or a table for a terminal; a wide table stands row by row."""
    if isinstance(item, Step):
        return as_text(item)
    table = labelled(model, item)
    if table.empty:
        return NO_ROWS
    last = wording.wrapped(below(model, item))
    lines = table.to_string(index=False)
    if lines.index("\n") > wording.WIDTH:
        lines = "\n".join(by_row(table))
    return f"{lines}\n{last}".strip("\n")


def by_row(table: pd.DataFrame) -> Iterator[str]:
    """Yield the lines of a table, row by row, each cell beside its heading."""
    deep = 4 + max(map(len, table.columns[1:]))
    for first, *cells in table.to_numpy():
        yield wording.wrapped(first)
        for name, cell in zip(table.columns[1:], cells, strict=True):
            if cell:
                head = f"  {name:{deep - 2}}"
                yield wording.wrapped(cell.replace("\n", "; "), head, " " * deep)


class Shown(str):
    """Markdown that a notebook renders."""

    __slots__ = ()

    def __repr__(self):
        return str(self)

    def _repr_markdown_(self):
        return str(self)
