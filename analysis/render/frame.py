"""A frame is the table that a command, a page or a notebook shows.

A frame has rows of numbers in base units, and the words that a reader sees for these
numbers.

Files, screens and notebooks show the same frame. The module ``show`` lays a frame out
as text, as Markdown or as HTML.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.core.arguments import NearAttributes
from analysis.core.sentences import setting_words
from analysis.core.spell import ten_digits
from analysis.render import show
from analysis.render.safe_text import escape_spreadsheet_formula
from analysis.render.wording import CAVEAT

if TYPE_CHECKING:
    # Loading pandas takes half a second, so only the code that needs it loads it.
    import pandas as pd

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Frame(NearAttributes):
    """The rows of a table, with all that a screen or a file needs to know about them.

    ``rows`` has a mapping for each row, with numbers in base units and with words.
    ``columns`` are the columns of a file in their order, and ``shown`` the columns that
    a reader sees, with their headings. ``differs`` says how the setting differs from
    the article's own, and is empty under the article's own setting. ``foot`` is the
    text below the table. ``group`` is the column whose value is printed above the rows
    that share the value. ``folded`` tells whether a page shows only the first column
    until a reader opens the row.

    >>> rows = [{"name": "a", "value": 2 / 3, "words": "0.667"}]
    >>> frame = Frame(rows, ("name", "value"), {"name": "of", "words": "is"}, foot="")
    >>> frame
    of  is
    a   0.667
    >>> print(frame.csv(), end="")
    name,value
    a,0.6666666667
    """

    rows: Sequence[Row]
    columns: Sequence[str]
    shown: Mapping[str, str] = field(default_factory=dict)
    differs: str = ""
    foot: str = CAVEAT
    group: str = ""
    folded: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    # Files ----------------------------------------------------------------------------

    @property
    def file_columns(self) -> list[str]:
        """The columns of a file; if the setting is changed, ``differs`` is last."""
        if self.differs:
            return [*self.columns, "differs"]
        return [*self.columns]

    def texts(self) -> list[dict[str, str]]:
        """Return a file's rows as texts, with numbers of ten significant digits."""
        return [
            {name: cell_text(cell) for name, cell in record.items()}
            for record in self.records()
        ]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows with only the columns that a file has.

        If a row is under a setting of its own, its column ``differs`` says how that
        setting differs from the article's.
        """
        records = []
        for row in self.rows:
            record = {name: row[name] for name in self.columns}
            if self.differs:
                record["differs"] = row.get("differs", self.differs)
            records.append(record)
        return records

    def csv(self) -> str:
        """Return the frame as CSV, in which no cell looks like a formula."""
        written = io.StringIO()
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(self.file_columns)
        for row in self.texts():
            writer.writerow([escape_spreadsheet_formula(cell) for cell in row.values()])
        return written.getvalue()

    def json(self) -> str:
        """Return the frame as JSON, with a record for each row."""
        return as_json(plain(self.records()))

    def to_pandas(self) -> pd.DataFrame:
        """Return the frame as a pandas DataFrame, with numbers in base units.

        ``attrs["differs"]`` says how the setting differs from the article's own, or
        that the setting is as in the article.
        """
        from analysis.render.tables import ShownFrame

        names = dict.fromkeys([self.group, *self.columns, *self.shown])
        names.pop("", None)
        table = ShownFrame(list(map(dict, self.rows)), columns=list(names))
        table.attrs = {
            "differs": setting_words(self.differs),
            "shown": dict(self.shown),
            "foot": self.foot,
            "group": self.group,
            "folded": self.folded,
        }
        return table

    def to_latex(self, buf: Any = None, **how: Any) -> str | None:
        """Return the table in LaTeX, or write the table in LaTeX to a file."""
        written: str | None = self.to_pandas().to_latex(buf, **how)
        return written

    # What a reader sees ---------------------------------------------------------------

    def groups(self) -> dict[str, list[list[str]]]:
        """Map each group's name to the cells that a reader sees in the group's rows."""
        groups: dict[str, list[list[str]]] = {}
        for row in self.rows:
            name = str(row[self.group]) if self.group else ""
            cells = [cell_text(row[column]) for column in self.shown]
            groups.setdefault(name, []).append(cells)
        return groups

    def markdown(self) -> str:
        """Return the frame as a table in Markdown."""
        return show.markdown(self)

    def __repr__(self) -> str:
        return show.text(self)

    def _repr_html_(self) -> str:
        return show.html(self)


def of_texts(
    rows: Sequence[Row] | Sequence[Sequence[str]],
    columns: Sequence[str] = (),
    foot: str = CAVEAT,
    group: str = "",
) -> Frame:
    """Make a frame from texts; the headings are the names of the columns.

    If ``group`` names a column, each value of that column is printed once, above the
    rows that have the value.

    >>> of_texts([["1.9 million", "x"]], columns=["a", "b"], foot="In persons.")
    a            b
    1.9 million  x
    In persons.
    """
    names = [*columns]
    if rows and not names:
        names = [*rows[0]]
    records: list[Row] = []
    for row in rows:
        if isinstance(row, Mapping):
            records.append(row)
        else:
            records.append(dict(zip(names, row, strict=True)))
    shown = {name: name for name in names if name != group}
    return Frame(records, names, shown, foot=foot, group=group)


def cell_text(cell: Any) -> str:
    """Return the value of a table's cell as a text.

    >>> cell_text({"overlap": "set"}), cell_text(["a", "b"]), cell_text(2 / 3)
    ('overlap=set', 'a; b', '0.6666666667')
    >>> cell_text([(0.5, 1)]), cell_text(None)
    ('0.5 to 1', '')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Mapping):
        return "; ".join(f"{name}={value}" for name, value in cell.items())
    if isinstance(cell, tuple) and cell and not isinstance(cell[0], str):
        return " to ".join(map(cell_text, cell))
    if isinstance(cell, list | tuple):
        return "; ".join(map(cell_text, cell))
    if isinstance(cell, int):
        return str(cell)
    return ten_digits(cell)


def plain(value: Any) -> Any:
    """Return a value in the form in which JSON holds it.

    A float is rounded to ten significant digits; an infinite float or NaN becomes None.

    >>> plain({"a": (2 / 3, float("nan"))})
    {'a': [0.6666666667, None]}
    """
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return float(ten_digits(value)) if math.isfinite(value) else None
    return value


def as_json(value: Any) -> str:
    """Return a value as JSON, spread over several lines."""
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False)
