"""This module makes pandas DataFrames that are displayed like the package's tables."""

from __future__ import annotations

import html
import inspect
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.core.arguments import listed, path, text
from analysis.core.errors import InputError, display_path, first_words
from analysis.core.sentences import AS_IN_THE_ARTICLE
from analysis.core.spell import MINUS, place_of, rounded
from analysis.core.units import close_match, nearest
from analysis.render import show
from analysis.render.frame import Frame, cell_text
from analysis.render.paragraphs import WIDTH, wrapped
from analysis.render.safe_text import tex
from analysis.render.wording import UNCHANGED

#: The characters that fit in a line of a paper, and the width of a gap in characters.
_PAGE = 75
_GAP = 2.5
#: A table with more rows or more characters than these goes over several pages.
_ROWS = 20
_LETTERS = 2_000
#: The share of a line that the gaps beside a column of paragraphs take.
_GAPS = 0.035
#: A refusal names all columns of a table that has at most so many.
_FEW = 8
#: Significant digits of a number in a paper, and the place of the last decimal.
_DIGITS = 4
_LAST = -5


class ShownFrame(pd.DataFrame):
    """A DataFrame that shows only the columns meant for readers, with a text below.

    Its further columns have numbers in base units and are not displayed. If the
    DataFrame has no columns for readers, it is displayed as pandas does it.
    ``attrs["differs"]`` says how the setting of the table differs from the article's
    own; if it differs, a line below the table and a column of a CSV file say so, too.
    """

    @property
    def _constructor(self) -> Any:
        return ShownFrame

    def _frame(self) -> Frame | None:
        shown = self.attrs.get("shown", [None])
        table = pd.DataFrame(self)
        if self.index.name in shown and self.index.name not in self.columns:
            table = table.reset_index()
        if not {*shown} <= {*table.columns}:
            return None
        rows: Any = table.to_dict("records")
        attrs = {
            name: self.attrs[name] for name in ("shown", "foot", "group", "folded")
        }
        return Frame(rows, (), **attrs)

    @property
    def _setting(self) -> str:
        """A sentence on how the setting differs from the article's, if it differs."""
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
        article's; there is no such column if nothing differs.
        """
        table = pd.DataFrame(self)
        if _is_changed(self.attrs) and "differs" not in table:
            table = table.assign(differs=self.attrs["differs"])
            if how.get("columns") is not None:
                how["columns"] = [*how["columns"], "differs"]
        if how.get("columns") is not None:
            _refuse_unknown(how["columns"], table.columns)
        written: str | None = table.to_csv(path, *positional, **how)
        return written

    def __getitem__(self, key: Any) -> Any:
        """Return what pandas returns; the KeyError names the nearest column."""
        try:
            return super().__getitem__(key)
        except KeyError:
            _refuse_unknown(key, self.columns)
            raise

    def sort_values(self, by: Any, *positional: Any, **how: Any) -> Any:
        """Sort as pandas does; the KeyError names the nearest column."""
        try:
            return super().sort_values(by, *positional, **how)
        except KeyError:
            _refuse_unknown(by, [*self.columns, *self.index.names])
            raise

    def set_index(self, keys: Any, *positional: Any, **how: Any) -> Any:
        """Set the index as pandas does; the KeyError names the nearest column."""
        try:
            return super().set_index(keys, *positional, **how)
        except KeyError:
            _refuse_unknown(keys, self.columns)
            raise

    def to_latex(  # type: ignore[override]
        self,
        buf: Any = None,
        *,
        caption: str = "",
        columns: Iterable[str] | None = None,
        escape: bool = True,
        **how: Any,
    ) -> str | None:
        r"""Return the table in LaTeX as pandas writes it, with three differences.

        First, the texts in the table are escaped, unless ``escape`` is false. Second,
        the caption ends with a sentence on how the setting differs from the article's
        own, if it does. Third, below a table of changed verdicts stands a note with the
        tally of the results.

        The LaTeX table has the columns that a reader sees; if the table has no such
        columns, its numbers have four significant digits. The document needs the
        packages array, booktabs and longtable: wide columns are paragraphs, and a long
        table goes over several pages.

        ``columns`` chooses columns by their headings in the table, with their texts. If
        one of the columns is not displayed, all are chosen by their names in the
        DataFrame, with their numbers. The names of groups and of rows always come
        first. If ``buf`` is a path, missing folders are made, as in ``Study.sweep``.
        Raises InputError for an unknown column, for a keyword argument that pandas does
        not take or can't use, and for a file that can't be written.
        """
        _check_latex(how)
        frame = self._frame()
        if columns is not None:
            table = self._chosen(frame, columns)
        else:
            table = self._as_texts() if frame is None else _seen(frame)
        start = f"{caption.rstrip('.')}. " if caption else ""
        caption = f"{start}{_setting_sentence(self.attrs)}"
        note = self.attrs.get("note", "")
        columns, letters = _column_format(table), _letters(table)
        if escape:
            table = table.map(tex).rename(columns=tex)
            caption, note = tex(caption), tex(note)
        if escape and "p{" in columns:
            table = table.map(_breakable).rename(columns=_breakable)
        how = {
            "index": False,
            "column_format": columns,
            "longtable": len(table) > _ROWS or letters > _LETTERS,
            **how,
        }
        try:
            made = pd.DataFrame(table).to_latex(escape=False, caption=caption, **how)
        except (TypeError, ValueError, KeyError) as error:
            reason = first_words(error)
            raise InputError(f"pandas can't write this table: {reason}") from None
        made = _with_note(made, note)
        if buf is None:
            return made
        if hasattr(buf, "write"):
            buf.write(made)
        else:
            _write(path("buf", buf), made)
        return None

    def _chosen(self, frame: Frame | None, columns: Iterable[str]) -> pd.DataFrame:
        """Return the texts of chosen columns, after the names of groups and of rows."""
        chosen = listed(columns)
        if frame is None:
            table = self._as_texts()
            names = list(table.columns[: len(table.columns) - len(self.columns)])
            known = {heading: heading for heading in table.columns}
        else:
            shown = self._headings(frame, chosen)
            rows = [
                {**row, **{name: _short_text(row[name]) for name in shown}}
                for row in frame.rows
            ]
            table = _seen(replace(frame, rows=rows, shown=shown))
            names = list(table.columns[: 2 if frame.group else 1])
            known = shown | {heading: heading for heading in shown.values()}
        for name in chosen:
            if name not in known:
                raise InputError(_no_column(name, [*known, *self.columns]))
        return table[[*dict.fromkeys([*names, *(known[name] for name in chosen)])]]

    def _headings(self, frame: Frame, chosen: Iterable[str]) -> dict[str, str]:
        """Return the columns among which some are chosen, with their headings.

        If one of the chosen columns is not displayed, all are taken as the DataFrame
        has them, so that no number stands beside another in words.
        """
        own = [str(name) for name in self.columns if name != frame.group]
        not_displayed = {*own} - {*frame.shown, *frame.shown.values()}
        if not_displayed.isdisjoint(chosen):
            return dict(frame.shown)
        first = next(iter(frame.shown))
        return (
            {first: frame.shown[first]}
            | {name: name for name in own if name != first}
            | {name: one for name, one in frame.shown.items() if one not in own}
        )

    def _as_texts(self) -> pd.DataFrame:
        """Return the index, unless it only counts rows, and all columns as texts."""
        is_counted = isinstance(self.index, pd.RangeIndex)
        table = pd.DataFrame(self).reset_index(drop=is_counted)
        return table.map(_short_text).rename(columns=str)


def _refuse_unknown(names: Any, known: Iterable[Any]) -> None:
    """Raise KeyError for the first of some names that no column has."""
    columns = [*known]
    for name in listed(names):
        if isinstance(name, str) and name not in columns:
            raise KeyError(_no_column(name, filter(None, columns))) from None


def _no_column(name: str, known: Iterable[Any]) -> str:
    names = dict.fromkeys(map(str, known))
    hint = nearest(name, names, "the table's attribute 'columns'")
    if len(names) <= _FEW and close_match(name, names):
        hint = f"{hint} The columns are {', '.join(names)}."
    return f"'{name}' is no column{hint}"


def _write(file: Path, text: str) -> None:
    """Write a text to a file whose folder may be missing."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or first_words(error)
        raise InputError(f"{display_path(file)} can't be written ({reason})") from None


def _short_text(cell: Any) -> str:
    """Return a cell as a text; a number has four significant digits."""
    if isinstance(cell, float) and math.isfinite(cell):
        place = max(_LAST, place_of(cell, "", digits=_DIGITS))
        return f"{rounded(cell, place):,f}".replace("-", MINUS)
    return cell_text(cell)


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


def _letters(table: pd.DataFrame) -> int:
    return sum(len(cell) for row in table.itertuples(index=False) for cell in row)


def in_words(numbers: pd.DataFrame, words: Frame) -> ShownFrame:
    """Return a DataFrame of numbers that displays the words of a frame instead.

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

    If the rows are in groups, the name of a group stands once, before its first row.
    """
    rows: list[list[str]] = []
    for name, group in frame.groups().items():
        names = [name] + [""] * (len(group) - 1)
        for first, cells in zip(names, group, strict=True):
            rows.append([*([first] if frame.group else []), *cells])
    headings = [*([" "] if frame.group else []), *frame.shown.values()]
    return pd.DataFrame(rows, columns=headings)


def _check_latex(how: Mapping[str, Any]) -> None:
    """Refuse an argument that pandas does not take, and a label that is not a text."""
    known = inspect.signature(pd.DataFrame.to_latex).parameters
    for name in how:
        if name not in known:
            hint = nearest(name, known)
            raise InputError(f"to_latex has no argument '{name}'{hint}")
    if how.get("label") is not None:
        text("label", how["label"])


def _is_changed(attrs: Mapping[Any, Any]) -> bool:
    return attrs.get("differs", "") not in ("", AS_IN_THE_ARTICLE)


def _setting_sentence(attrs: Mapping[Any, Any]) -> str:
    """Say in a sentence how the setting of a table differs from the article's."""
    if not _is_changed(attrs):
        return UNCHANGED
    differs = str(attrs["differs"])
    return f"{differs[0].upper()}{differs[1:]}."


def _column_format(table: pd.DataFrame) -> str:
    """Return the LaTeX column format: ``l`` if the columns fit, else ``p``."""
    columns = [[str(heading), *table[heading]] for heading in table.columns]
    if sum(max(map(len, cells)) + _GAP for cells in columns) <= _PAGE:
        return "l" * len(columns)
    weights = [_weight(cells) for cells in columns]
    paragraph = r">{\raggedright\arraybackslash}p{%.3f\linewidth}"
    # The gaps beside the columns take the rest.
    room = 1 - _GAPS * len(columns)
    return "".join(paragraph % (room * weight / sum(weights)) for weight in weights)


def _weight(cells: list[str]) -> float:
    """Return how wide a column is, from its letters and its longest word."""
    letters = sum(map(len, cells)) / len(cells)
    # A line may break after an underscore.
    words = " ".join(cells).replace("_", "_ ").split()
    longest_word = max(map(len, words), default=0)
    return max(1.5 * longest_word, math.pow(letters, 0.8))
