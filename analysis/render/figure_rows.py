"""This module reads ``data/figures.yaml``, which has the words of each figure.

It also lists the marks of most figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from analysis.core.readers import read_rows
from analysis.core.register import Register
from analysis.core.rows import (
    In,
    Name,
    Number,
    OptionalProse,
    Prose,
    Readings,
    Row,
    Text,
)

FILE = "figures.yaml"


class Mark(BaseModel):
    """A mark in a figure, which shows a quantity under some readings."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    quantity: Name
    """The quantity that the mark shows."""
    readings: Readings = {}
    """The readings under which the mark's quantity is computed."""
    label: OptionalProse = ""
    """The words to the left of the mark. If they are empty, the words of the mark's
    reading are used."""
    role: Text
    """The role of the mark in the key, which is one of the figure's roles."""
    name: str = ""
    """The name that the caption replaces by the words of the mark."""
    group: str = ""
    """A name that several marks share, which the caption replaces by the span of their
    values."""
    words: OptionalProse = "{value}"
    """The words to the right of the mark. A name in braces is replaced by its value."""
    start: str = ""
    """The quantity at which a line to the mark starts."""
    with_side: bool = False
    """Whether an arrow shows that the quantity may be higher or lower."""
    over_shares: bool = False
    """Whether the line shows the range of the assumed shares, and not the rounding."""


class FigureRow(Row):
    """An entry of ``data/figures.yaml``, with the words and the marks of a figure.

    A figure without marks is drawn by a function of its own.
    """

    file = FILE
    id: Name
    """Name of the figure."""
    title: Prose
    """The title, which says what is shown and is the same under every setting."""
    alt: Prose
    """The text for readers who cannot see the picture."""
    caption: Prose
    """What the figure shows. A name in braces is replaced by its number in words."""
    source: Prose
    """The place from which the numbers come."""
    height: Annotated[Number, In("inch")]
    """The height of the picture."""
    unit: OptionalProse = ""
    """The words below the axis."""
    scale: Annotated[Number, In("base units")] = 1e6
    """The number of base units in one unit of the axis."""
    start: Annotated[Number | None, In("the axis's unit")] = None
    """The value at which the axis starts."""
    apart: Annotated[Number, In("rows")] = 0.55
    """The distance between marks that share a label."""
    roles: Mapping[str, str] = {}
    """The roles that the key lists, each with its style."""
    guides: Mapping[str, str | Number] = {}
    """The vertical lines: the words of each, and a number or the name of a mark."""
    band: tuple[str, ...] = ()
    """The names of the marks at the two ends of a printed range, which is drawn as a
    band."""
    marks: Annotated[tuple[Mark, ...], Field(default=())]
    """The marks, from top to bottom."""


def read(register: Register) -> dict[str, FigureRow]:
    """Read the figures of a data package, by name.

    Raises RegisterError for a fault in ``data/figures.yaml``.
    """
    path = register.folder / FILE
    return read_rows(path, FigureRow) if path.is_file() else {}
