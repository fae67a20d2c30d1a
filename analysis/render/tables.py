"""This module makes pandas DataFrames that are displayed like the package's tables."""

from __future__ import annotations

import html
import inspect
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from analysis.core import arguments
from analysis.core.arguments import listed
from analysis.core.errors import InputError, display_path, first_words
from analysis.core.sentences import AS_IN_THE_ARTICLE, as_sentence
from analysis.core.spell import MINUS, place_of, rounded
from analysis.core.units import close_match, nearest
from analysis.render import show
from analysis.render.frame import Frame, cell_text
from analysis.render.paragraphs import WIDTH, wrapped
from analysis.render.safe_text import tex
from analysis.render.wording import UNCHANGED, enumerated

#: The characters that fit in a line of a paper, and the width of a gap in characters.
_PAGE = 75
_GAP = 2.5
#: The factor by which a paragraph is longer because its lines break between words.
_RAGGED = 1.25
#: Cells of at most this many characters are not broken.
_SHORT = 20
#: A table with more rows or more lines of text than these goes over several pages.
_ROWS = 20
_LINES = 34
#: The share of a line that the gaps beside a column of paragraphs take.
_GAPS = 0.035
#: A refusal names all columns of a table that has at most this many.
_FEW = 8
#: Significant digits of a number in a paper, and the place of the last decimal.
_DIGITS = 4
_LAST = -5


class _Combined:
    """A table or a column that names the settings of the parts that it is made from."""

    attrs: dict[Any, Any]

    def __finalize__(self, other: Any, method: Any = None, **how: Any) -> Any:
        """Take over attributes as pandas does, and also the settings of all parts.

        For a sum or another operation, pandas calls this method once for each operand.
        """
        before = SimpleNamespace(attrs=dict(self.attrs))
        made = super().__finalize__(other, method, **how)  # type: ignore[misc]
        both = _joint([before, *_parts_of(other)])
        if "settings" in both or "differs" not in made.attrs:
            made.attrs |= both
        return made


def _parts_of(other: Any) -> list[Any]:
    """Return the tables and columns from which pandas has made a new table."""
    if isinstance(other, pd.DataFrame | pd.Series):
        return [other]
    # Releases of pandas differ in the names of what they join.
    for name in ("input_objs", "objs"):
        if hasattr(other, name):
            return list(getattr(other, name))
    return [getattr(other, side, None) for side in ("left", "right")]


class ShownFrame(_Combined, pd.DataFrame):
    """A DataFrame that displays only the columns meant for readers, above a text.

    The columns for programs are not displayed; their numbers are in base units. If a
    DataFrame has no columns for readers, it is displayed like any other DataFrame.
    ``attrs["differs"]`` says how the setting of the table differs from the article's
    own; a line below the table and a column of a CSV file repeat any difference. If the
    rows of a table are under settings of their own, the text below the table, a CSV
    file and a caption have the words of ``attrs["setting"]``, not those of
    ``attrs["differs"]``.
    """

    @property
    def _constructor(self) -> Any:
        return ShownFrame

    @property
    def _constructor_sliced(self) -> Any:
        return ShownColumn

    def __setitem__(self, key: Any, value: Any) -> None:
        """Set a column as pandas does; the column may have a setting of its own."""
        super().__setitem__(key, value)
        self._take_setting(value)

    def join(self, other: Any, *positional: Any, **how: Any) -> Any:
        """Join as pandas does; a column that is joined keeps its setting."""
        if isinstance(other, ShownColumn) and other.name is not None:
            other = other.to_frame()
        return super().join(other, *positional, **how)

    def pivot(self, *positional: Any, **how: Any) -> Any:
        """Pivot as pandas does; the new table keeps the setting of this table."""
        made = super().pivot(*positional, **how)
        return made.__finalize__(self)

    def insert(
        self, loc: Any, column: Any, value: Any, *positional: Any, **how: Any
    ) -> None:
        """Insert a column as pandas does; the column may have a setting of its own."""
        super().insert(loc, column, value, *positional, **how)
        self._take_setting(value)

    def _take_setting(self, column: Any) -> None:
        """Add to this table's setting the setting of a column from another table."""
        if isinstance(column, ShownColumn):
            both = _joint([self, column])
            if "settings" in both:
                self.attrs |= both

    def _frame(self) -> Frame | None:
        """Return the table for readers, or None if a column for readers is missing."""
        if "shown" not in self.attrs:
            return None
        table = self._with_index()
        needed = {*self.attrs["shown"], self.attrs["group"]} - {""}
        if not needed <= {*table.columns}:
            return None
        rows: Any = table.to_dict("records")
        attrs = {
            name: self.attrs[name] for name in ("shown", "foot", "group", "folded")
        }
        return Frame(rows, (), **attrs)

    def _with_index(self) -> pd.DataFrame:
        """Return the table, with the named levels of its index as further columns."""
        table = pd.DataFrame(self)
        levels = [name for name in self.index.names if name not in (None, *table)]
        return table.reset_index(level=levels) if levels else table

    @property
    def _setting(self) -> str:
        """A sentence that says what the setting changes, or an empty text."""
        return _setting_sentence(self.attrs) if _is_changed(self.attrs) else ""

    def __repr__(self) -> str:
        frame = self._frame()
        if frame is None:
            table = super().__repr__()
        else:
            table = show.text(frame, self.attrs.get("width", show.UNLIMITED))
        return "\n".join([table, *wrapped(self._setting)])

    def _repr_html_(self) -> str | None:
        frame = self._frame()
        table = self.to_html() if frame is None else frame._repr_html_()
        line = f"<p><small>{html.escape(self._setting)}</small></p>"
        return f"{table}{line}" if self._setting else table

    def to_csv(  # type: ignore[override]
        self, path: Any = None, *positional: Any, **how: Any
    ) -> str | None:
        """Return or write CSV as pandas does, with the setting in a last column.

        The column ``differs`` says in each row how the setting differs from the
        article's; it is left out if nothing differs. A table of scenarios already has a
        column ``differs``, which is kept, and no other is added. ``columns`` is a list
        of names, or the name of a single column.
        """
        table = pd.DataFrame(self)
        if _is_changed(self.attrs) and "differs" not in table:
            differs = self.attrs.get("setting", self.attrs["differs"])
            table = table.assign(differs=differs)
        if how.get("columns") is not None:
            columns = [*listed(how["columns"])]
            if "differs" in table and "differs" not in columns:
                columns.append("differs")
            _refuse_unknown(columns, table.columns)
            how["columns"] = columns
        written: str | None = table.to_csv(path, *positional, **how)
        return written

    def __getitem__(self, key: Any) -> Any:
        """Return what pandas returns; a KeyError names the nearest column."""
        try:
            return super().__getitem__(key)
        except KeyError:
            _refuse_unknown(key, self.columns, headings=self._headings)
            raise

    @property
    def _headings(self) -> dict[str, str]:
        """The name of each displayed column, by the column's heading."""
        shown = self.attrs.get("shown", {})
        return {heading: column for column, heading in shown.items()}

    @property
    def loc(self) -> Any:
        """Look up rows and columns as pandas does; a KeyError names the nearest one."""
        return _NearLoc(self, super().loc)

    def sort_values(self, by: Any, *positional: Any, **how: Any) -> Any:
        """Sort as pandas does; a KeyError names the nearest column."""
        try:
            return super().sort_values(by, *positional, **how)
        except KeyError:
            known = [*self.columns, *self.index.names]
            _refuse_unknown(by, known, headings=self._headings)
            raise

    def set_index(self, keys: Any, *positional: Any, **how: Any) -> Any:
        """Set the index as pandas does; a KeyError names the nearest column."""
        try:
            return super().set_index(keys, *positional, **how)
        except KeyError:
            _refuse_unknown(keys, self.columns, headings=self._headings)
            raise

    def to_latex(  # type: ignore[override]
        self,
        buf: Any = None,
        *,
        caption: str | tuple[str, str] | None = "",
        columns: Iterable[str] | None = None,
        index: bool = True,
        escape: bool = True,
        **how: Any,
    ) -> str | None:
        r"""Return the table in LaTeX, or write it to ``buf``, much as pandas does.

        The texts in the table are escaped, unless ``escape`` is false. The argument
        ``caption`` is LaTeX; as in pandas, it may be a tuple of a long caption and a
        short one. To the caption, the method adds a sentence that says how the setting
        differs from the article's own, or that nothing is changed. The text that is
        displayed below the table becomes a note.

        The LaTeX table has the columns that a reader sees; if the table has no such
        columns, its numbers have four significant digits. The document needs the
        packages array, booktabs and longtable: wide columns are paragraphs, and a table
        that would fill a page is a longtable, which goes over several pages. If the
        argument ``longtable`` is given, it decides whether a table is a longtable.

        ``columns`` chooses columns by their headings or by their names in the
        DataFrame. A column that is displayed keeps its words, whatever other columns
        you choose; any other column has the values of the DataFrame, and the note says
        that its numbers are in base units. If "value" is the name of one column and the
        heading of another, ``columns`` takes it as the heading. For the numbers of a
        column whose name is also a heading, select columns of the DataFrame first, as
        in ``table[["value", "low"]].to_latex()``. The names of groups and of rows come
        before the chosen columns; if ``index`` is false, the names of rows are left
        out.

        If ``buf`` is a path, missing folders are made, as in ``Study.sweep``. Raises
        InputError for an unknown column, for a keyword argument that pandas does not
        take or can't use, and for a file that can't be written.
        """
        _check_latex(how)
        frame = self._frame()
        if frame is not None:
            if columns is not None:
                frame = self._chosen(frame, columns, index=index)
            table, note = _seen(frame), frame.foot
        else:
            table = self._as_texts(columns, index=index)
            note = self._units_note(table.columns)
        setting = _setting_sentence(self.attrs)
        given = caption if isinstance(caption, tuple) else (caption or "",)
        long, *short = [arguments.text("caption", part) for part in given or ("",)]
        start = f"{long.rstrip('.')}." if long else ""
        widths = _widths(table)
        lines = _lines(table, widths) + len(start + setting) / _PAGE
        # The note is in smaller type.
        lines += len(note) / (1.6 * _PAGE)
        layout = _column_format(table, widths)
        if escape:
            table = table.map(tex).rename(columns=tex)
            setting, note = tex(setting), tex(note)
        full = f"{start} {setting}".strip()
        if escape and "p{" in layout:
            table = table.map(_breakable).rename(columns=_breakable)
        how = {
            "index": False,
            "column_format": layout,
            "longtable": len(table) > _ROWS or lines > _LINES,
            **how,
        }
        captions: Any = (full, *short) if short else full
        try:
            made = pd.DataFrame(table).to_latex(escape=False, caption=captions, **how)
        except (TypeError, ValueError, KeyError) as error:
            reason = first_words(error)
            raise InputError(f"pandas can't write this table: {reason}") from None
        made = _with_note(made, note)
        if buf is None:
            return made
        if hasattr(buf, "write"):
            buf.write(made)
        else:
            _write(arguments.path("buf", buf), made)
        return None

    def _chosen(self, frame: Frame, columns: Iterable[str], *, index: bool) -> Frame:
        """Return a frame with the chosen columns.

        If ``index`` is true, the names of the rows come before the chosen columns. The
        text below the frame says which of the columns have numbers in base units.
        """
        known = {str(name): str(name) for name in self._with_index().columns}
        known |= {heading: column for column, heading in frame.shown.items()}
        chosen = [next(iter(frame.shown))] if index else []
        for name in listed(columns):
            if name not in known:
                raise InputError(_no_such(name, [*frame.shown.values(), *known]))
            # The name of a group stands before its rows in any case.
            if known[name] != frame.group:
                chosen.append(known[name])
        shown = {column: frame.shown.get(column, column) for column in chosen}
        rows = [
            {**row, **{column: _short_text(row[column]) for column in shown}}
            for row in frame.rows
        ]
        numbers = [
            column
            for column in shown
            # The name of the column "percent" says what its unit is.
            if column not in (*frame.shown, "percent")
            and any(_has_number(row[column]) for row in frame.rows)
        ]
        foot = f"{frame.foot} {_base_units(numbers)}".strip()
        return replace(frame, rows=rows, shown=shown, foot=foot)

    def _units_note(self, columns: Iterable[str]) -> str:
        """Say which columns of a table for readers have numbers in base units."""
        if "shown" not in self.attrs:
            return ""
        return _base_units(
            [
                name
                for name in columns
                if name in self
                and name != "percent"
                and any(map(_has_number, self[name]))
            ]
        )

    def _as_texts(self, columns: Iterable[str] | None, *, index: bool) -> pd.DataFrame:
        """Return columns as texts, after the names of the rows if ``index`` is true."""
        is_counted = isinstance(self.index, pd.RangeIndex)
        table = pd.DataFrame(self).reset_index(drop=is_counted or not index)
        table = table.map(_short_text).rename(columns=str)
        if columns is None:
            return table
        chosen = list(table.columns[: len(table.columns) - len(self.columns)])
        for name in listed(columns):
            if name not in table:
                raise InputError(_no_such(name, table.columns))
            chosen.append(name)
        return table[[*dict.fromkeys(chosen)]]


class ShownColumn(_Combined, pd.Series):
    """A column of a ShownFrame, which keeps the setting of the table in ``attrs``."""

    @property
    def _constructor(self) -> Any:
        return ShownColumn

    @property
    def _constructor_expanddim(self) -> Any:
        return ShownFrame


def _joint(parts: Iterable[Any]) -> dict[str, Any]:
    """Return the attributes of a table made from parts whose settings may differ."""
    settings: dict[str, None] = {}
    for part in parts:
        attrs = getattr(part, "attrs", {})
        own = attrs.get("setting", attrs.get("differs"))
        # A part may itself have been joined from several.
        settings |= dict.fromkeys(attrs.get("settings", [own] if own else []))
    if not settings:
        return {}
    if len(settings) == 1:
        return {"differs": next(iter(settings))}
    numbered = "; ".join(f"({n}) {words}" for n, words in enumerate(settings, 1))
    words = f"This table combines several settings: {numbered.rstrip('.')}."
    return {"differs": words, "setting": words, "settings": [*settings]}


class _NearLoc:
    """The attribute ``loc``, whose KeyError names the nearest row or column."""

    def __init__(self, table: ShownFrame, loc: Any) -> None:
        self._table, self._loc = table, loc

    def __getitem__(self, key: Any) -> Any:
        try:
            return self._loc[key]
        except KeyError:
            if self._table.index.nlevels > 1:
                raise
            rows, *columns = key if isinstance(key, tuple) else (key,)
            _refuse_unknown(rows, self._table.index, "row")
            for names in columns:
                _refuse_unknown(
                    names, self._table.columns, headings=self._table._headings
                )
            raise

    def __setitem__(self, key: Any, value: Any) -> None:
        self._loc[key] = value

    def __call__(self, axis: Any = None) -> Any:
        return self._loc(axis=axis)


def _refuse_unknown(
    names: Any,
    known: Iterable[Any],
    kind: str = "column",
    *,
    headings: Mapping[str, str] | None = None,
) -> None:
    """Raise KeyError for the first name that is missing among the columns or rows."""
    existing = [*known]
    for name in listed(names):
        if isinstance(name, str) and name not in existing:
            if column := (headings or {}).get(name):
                raise KeyError(f"'{name}' is the heading of the column '{column}'")
            raise KeyError(_no_such(name, filter(None, existing), kind)) from None


def _no_such(name: Any, known: Iterable[Any], kind: str = "column") -> str:
    names = dict.fromkeys(map(str, known))
    where = "columns" if kind == "column" else "index"
    hint = nearest(str(name), names, f"the table's attribute '{where}'")
    if len(names) <= _FEW and close_match(str(name), names):
        hint = f"{hint} The {kind}s are {', '.join(names)}."
    return f"'{name}' is not a {kind}{hint}"


def _write(file: Path, text: str) -> None:
    """Write a text to a file, and make the file's folder if it is missing."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or first_words(error)
        raise InputError(f"{display_path(file)} can't be written ({reason})") from None


def _short_text(cell: Any) -> str:
    """Return a cell as a text, with a number rounded to four significant digits."""
    if isinstance(cell, float) and math.isfinite(cell):
        place = max(_LAST, place_of(cell, "", digits=_DIGITS))
        return f"{rounded(cell, place):,f}".replace("-", MINUS)
    return cell_text(cell)


def _has_number(cell: Any) -> bool:
    if isinstance(cell, list | tuple):
        return any(map(_has_number, cell))
    return isinstance(cell, float) and math.isfinite(cell)


def _base_units(columns: list[str]) -> str:
    """Return a sentence that names the columns with numbers in base units.

    The text is empty if there are no columns to name.
    """
    if not columns:
        return ""
    return (
        f"The numbers under {enumerated(columns)} are in base units: millions are "
        "written out, and 5 percent is 0.05."
    )


def _breakable(text: str) -> str:
    """Return a TeX text in which a long name may break after an underscore."""
    return text.replace(r"\_", r"\_\allowbreak{}")


def _with_note(made: str, note: str) -> str:
    """Return a LaTeX table with a note below its last line."""
    if not note:
        return made
    small = rf"\par\smallskip{{\footnotesize {note}\par}}"
    before, end, after = made.rpartition("\\end{table}")
    if not end:
        return f"{made}{small}\n"
    return f"{before}{small}\n{end}{after}"


def in_words(numbers: pd.DataFrame, words: Frame) -> ShownFrame:
    """Return a DataFrame that holds numbers but displays the words of a frame.

    The frame of words and the DataFrame of numbers have the same rows. The displayed
    table fits a terminal.
    """
    table = ShownFrame(numbers)
    for column in filter(None, (words.group, *words.shown)):
        if column != numbers.index.name:
            table[column] = [row[column] for row in words.rows]
    table.attrs = {
        **numbers.attrs,
        "shown": dict(words.shown),
        "foot": words.foot,
        "group": words.group,
        "folded": words.folded,
        "width": WIDTH,
    }
    return table


def _seen(frame: Frame) -> pd.DataFrame:
    """Return a frame's cells as the texts that a reader sees.

    If the rows are in groups, the name of a group stands once, before the group's first
    row.
    """
    rows: list[list[str]] = []
    for name, group in frame.groups().items():
        names = [name] + [""] * (len(group) - 1)
        for first, cells in zip(names, group, strict=True):
            rows.append([*([first] if frame.group else []), *cells])
    headings = [*([" "] if frame.group else []), *frame.shown.values()]
    return pd.DataFrame(rows, columns=headings)


def _check_latex(how: Mapping[str, Any]) -> None:
    """Refuse an argument of ``to_latex`` that can't be used."""
    known = inspect.signature(pd.DataFrame.to_latex).parameters
    for name in how:
        if name not in known:
            hint = nearest(name, known)
            raise InputError(f"to_latex has no argument '{name}'{hint}")
        if name in ("float_format", "decimal"):
            raise InputError(
                f"{name} has no effect here, because the numbers are already texts; "
                f"write pandas.DataFrame(table).to_latex({name}=…) for plain numbers"
            )
    if how.get("label") is not None:
        arguments.text("label", how["label"])


def _is_changed(attrs: Mapping[Any, Any]) -> bool:
    return attrs.get("differs", "") not in ("", AS_IN_THE_ARTICLE)


def _setting_sentence(attrs: Mapping[Any, Any]) -> str:
    """Say in a sentence how the setting of a table differs from the article's."""
    if "setting" in attrs:
        return str(attrs["setting"])
    if "differs" not in attrs:
        # A table that pandas has computed from another may have lost its setting.
        return ""
    if not _is_changed(attrs):
        return UNCHANGED
    return as_sentence(str(attrs["differs"]))


def _column_format(table: pd.DataFrame, widths: list[float]) -> str:
    """Return the LaTeX column format: ``p`` if widths are given, or else ``l``."""
    paragraph = r">{\raggedright\arraybackslash}p{%.3f\linewidth}"
    return "".join(paragraph % width for width in widths) or "l" * len(table.columns)


def _widths(table: pd.DataFrame) -> list[float]:
    """Return each column's share of the line, or an empty list for natural widths."""
    columns = _columns(table)
    if sum(max(map(len, cells)) + _GAP for cells in columns) <= _PAGE:
        return []
    # The gaps beside the columns take the rest of the line.
    room = 1 - _GAPS * len(columns)
    # Each column has room for its longest word, and a part of what is left.
    least = [_longest_word(cells) / _PAGE for cells in columns]
    left = max(room - sum(least), 0)
    weights = [math.pow(sum(map(len, cells)) / len(cells), 0.8) for cells in columns]
    widths = [
        word + left * weight / sum(weights)
        for word, weight in zip(least, weights, strict=True)
    ]
    if sum(least) > room:
        if max(len(cell) for cells in columns for cell in cells) <= _SHORT:
            # Numbers in narrower columns would touch, so the table may be too wide.
            return []
        widths = [room * width / sum(widths) for width in widths]
    return widths


def _lines(table: pd.DataFrame, widths: list[float]) -> float:
    """Estimate how many lines the headings and the rows of a table take."""
    if not widths:
        return len(table) + 1
    lines = np.array(
        [
            [len(cell) * _RAGGED / (width * _PAGE) for cell in cells]
            for cells, width in zip(_columns(table), widths, strict=True)
        ]
    )
    return float(np.ceil(lines).max(axis=0).sum())


def _columns(table: pd.DataFrame) -> list[list[str]]:
    """Return a list for each column, with the heading and then the cells."""
    return [
        [str(heading), *table.iloc[:, place]]
        for place, heading in enumerate(table.columns)
    ]


def _longest_word(cells: list[str]) -> int:
    """Return the number of letters in the longest word that a line can't break."""
    # A line may break after an underscore.
    words = " ".join(cells).replace("_", "_ ").split()
    return max(map(len, words), default=0)
