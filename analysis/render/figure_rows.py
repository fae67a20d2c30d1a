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
    """How quantities are read for the mark."""
    label: OptionalProse = ""
    """The words to the left of the mark; if empty, those of its reading."""
    role: Text
    """The role of the mark in the key, one of the figure's roles."""
    name: str = ""
    """The name that stands in the caption for the words of the mark."""
    group: str = ""
    """The name that stands in the caption for the span of several marks."""
    words: OptionalProse = "{value}"
    """The words to the right of the mark; quantities in braces are replaced."""
    start: str = ""
    """The quantity from which a line goes to the mark."""
    with_side: bool = False
    """Whether an arrow shows the side on which the quantity leaves room."""
    over_shares: bool = False
    """Whether the line shows the varied range of each share, not the rounding."""


class FigureRow(Row):
    """An entry of ``data/figures.yaml``, with the words and the marks of a figure.

    A figure without marks is drawn by a function of its own.
    """

    file = FILE
    id: Name
    """Name of the figure."""
    title: Prose
    """What is shown, whatever the setting."""
    alt: Prose
    """The text that stands in place of the picture."""
    caption: Prose
    """What was found; names in braces are replaced by numbers in words."""
    source: Prose
    """Where the numbers are from."""
    height: Annotated[Number, In("inch")]
    """How high the picture is."""
    unit: OptionalProse = ""
    """The words under the axis."""
    scale: Annotated[Number, In("base units")] = 1e6
    """Base units to one unit of the axis."""
    start: Annotated[Number | None, In("the axis's unit")] = None
    """Where the axis starts."""
    apart: Annotated[Number, In("rows")] = 0.55
    """How far marks with one label stand apart."""
    roles: Mapping[str, str] = {}
    """The style of each role."""
    guides: Mapping[str, str | Number] = {}
    """Upright lines: the words of each, and the name of a mark or a number."""
    band: tuple[str, ...] = ()
    """The names of the marks between which a printed range lies."""
    marks: Annotated[tuple[Mark, ...], Field(default=())]
    """The marks, from top to bottom."""


def read(register: Register) -> dict[str, FigureRow]:
    """Read the figures of a data package, by name.

    Raises RegisterError for a fault in ``data/figures.yaml``.
    """
    path = register.folder / FILE
    return read_rows(path, FigureRow) if path.is_file() else {}
