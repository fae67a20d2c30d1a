"""This module lays out every frame as text, for a terminal, in Markdown or in HTML.

Other modules write the words of a frame; this module only arranges them.
"""

from __future__ import annotations

import html as escaping
import io
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from analysis.core.sentences import as_sentence
from analysis.render.safe_text import markdown_cell, printable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from analysis.render.frame import Frame

#: The number of spaces between two columns.
GAP = 2
#: The width of a text that is not meant for a terminal.
UNLIMITED = 10_000
#: Rows are shown as lists if a cell would need more lines than this.
LINES = 4
Cells = list[list[str]]


def text(frame: Frame, width: int = UNLIMITED) -> str:
    """Return a frame as text in columns that fit a width, above the frame's foot.

    If the columns do not fit, each row is laid out as a list under its first cell.
    """
    blocks = []
    for name, rows in frame.groups().items():
        cells = [[_one_line(cell) for cell in row] for row in rows]
        if frame.folded:
            blocks += [f"- {row[0]}" for row in cells]
        elif name:
            space = "\n" if blocks else ""
            heading = textwrap.fill(name, width, subsequent_indent="  ")
            blocks.append(f"{space}{heading}\n{_fitted(frame, cells, width)}")
        else:
            blocks.append(_fitted(frame, cells, width))
    if frame.foot:
        blocks.append(frame.foot)
    return "\n".join(blocks)


def _one_line(cell: str) -> str:
    return " ".join(printable(cell).split())


def _fitted(frame: Frame, rows: Cells, width: int) -> str:
    """Lay rows out in columns, wrapping the widest if need be, or else as lists."""
    from rich.cells import cell_len
    from rich.console import Console

    headings = list(frame.shown.values())
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(map(cell_len, column)) for column in columns]
    widest = widths.index(max(widths))
    others = sum(widths) - widths[widest]
    # Beside the gap, rich puts a space between the columns of a table with a rule.
    room = width - others - (GAP + 1) * (len(widths) - 1)
    longest_word = max(map(cell_len, " ".join(columns[widest]).split()), default=0)
    written = io.StringIO()
    # The text is plain, without colours or markup, in Jupyter too.
    screen = Console(
        file=written,
        width=width,
        color_system=None,
        highlight=False,
        markup=False,
        force_terminal=False,
        force_jupyter=False,
    )
    if room < longest_word or widths[widest] > LINES * room:
        for row in rows:
            _print_list(screen, headings, row)
    else:
        is_wrapped = widths[widest] > room
        screen.print(_in_columns(headings, rows, widest, is_wrapped))
    lines = written.getvalue().splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def _in_columns(
    headings: Sequence[str], rows: Cells, widest: int, is_wrapped: bool
) -> RenderableType:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD if is_wrapped else None,
        padding=(0, GAP, 0, 0),
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
    )
    for place, heading in enumerate(headings):
        # Without "fold", rich cuts a full line with characters of double width.
        table.add_column(Text(heading), no_wrap=place != widest, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _print_list(screen: Console, headings: Sequence[str], row: list[str]) -> None:
    """Print the first cell of a row, and the other cells below with their headings.

    If a row has only two cells, the second is printed without its heading.
    """
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    first, *others = row
    grid = Table.grid(padding=(0, GAP))
    if len(others) > 1:
        grid.add_column(width=max(map(len, headings[1:])))
    grid.add_column()
    for heading, cell in zip(headings[1:], others, strict=True):
        if cell and len(others) > 1:
            grid.add_row(Text(heading), Text(cell))
        elif cell:
            grid.add_row(Text(cell))
    screen.print(Text(first))
    screen.print(Padding(grid, (0, 0, 0, 4), expand=False))


def markdown(frame: Frame) -> str:
    """Return a frame as Markdown, with a table for each group of rows.

    If the setting differs from the article's, a line below the tables says how.
    """
    return "\n".join(_markdown_lines(frame))


def _markdown_lines(frame: Frame) -> Iterator[str]:
    headings = list(frame.shown.values())
    for name, rows in frame.groups().items():
        if name:
            yield f"**{markdown_cell(name)}**\n"
        cells = [[markdown_cell(cell) for cell in row] for row in rows]
        for line in [headings, ["---"] * len(headings), *cells]:
            yield f"| {' | '.join(line)} |"
        if name:
            yield ""
    if frame.differs:
        yield f"\n{markdown_cell(as_sentence(frame.differs))}"


def html(frame: Frame) -> str:
    """Return a frame and its foot as escaped HTML, for a page or a notebook."""
    blocks = []
    headings = list(frame.shown.values())
    for name, rows in frame.groups().items():
        if name:
            blocks.append(f"<p><b>{escaping.escape(name)}</b></p>")
        if frame.folded:
            blocks += [_folded(headings, row) for row in rows]
            continue
        head = _html_row("th", headings)
        body = "".join(_html_row("td", row) for row in rows)
        blocks.append(f"<table><thead>{head}</thead><tbody>{body}</tbody></table>")
    if frame.foot:
        blocks.append(f"<p>{escaping.escape(frame.foot)}</p>")
    return "".join(blocks)


def _html_row(tag: str, cells: Sequence[str]) -> str:
    start, end = f'<{tag} style="text-align:left">', f"</{tag}>"
    texts = "".join(f"{start}{escaping.escape(cell)}{end}" for cell in cells)
    return f"<tr>{texts}</tr>"


def _folded(headings: Sequence[str], row: list[str]) -> str:
    """Return a row as HTML that shows the other cells once a reader opens the first."""
    first, *others = map(escaping.escape, row)
    parts = ""
    for heading, cell in zip(headings[1:], others, strict=True):
        parts += f"<p><b>{escaping.escape(heading)}:</b> {cell}</p>"
    return f"<details><summary>{first}</summary>{parts}</details>"
