"""What ``data/figures.yaml`` holds: the words of each figure, and the marks of most."""

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
    """A mark of a figure: a quantity under some readings."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    quantity: Name
    """The quantity that it shows."""
    readings: Readings = {}
    """How quantities are read for it."""
    label: OptionalProse = ""
    """The words at its left; those of its reading if empty."""
    role: Text
    """Its part in the key."""
    name: str = ""
    """Its name in the caption, where its words stand."""
    group: str = ""
    """The name in the caption of the span of several marks."""
    words: OptionalProse = "{value}"
    """The words at its right; names in braces are replaced."""
    start: str = ""
    """The quantity from which a line goes to it."""
    with_side: bool = False
    """Whether an arrow shows the side on which it leaves room."""
    over_shares: bool = False
    """Whether its line shows each share over its range, not the rounding."""


class FigureRow(Row):
    """A figure: its words, and its marks, unless it is drawn in a way of its own."""

    file = FILE
    id: Name
    """Name of the figure."""
    title: Prose
    """What is shown, whatever the setting."""
    alt: Prose
    """A text in its place."""
    caption: Prose
    """What was found; names in braces are replaced by numbers in words."""
    source: Prose
    """Where its numbers are from."""
    height: Annotated[Number, In("inch")]
    """How high it is."""
    unit: OptionalProse = ""
    """The words under its axis."""
    scale: Annotated[Number, In("base units")] = 1e6
    """Base units to one unit of the axis."""
    start: Annotated[Number | None, In("the axis's unit")] = None
    """Where the axis starts."""
    apart: Annotated[Number, In("rows")] = 0.55
    """How far marks with one label stand apart."""
    roles: Mapping[str, str] = {}
    """The style of each role."""
    guides: Mapping[str, str | Number] = {}
    """Upright lines: their words, and the name of a mark or a number."""
    band: tuple[str, ...] = ()
    """The names of the marks between which a printed range lies."""
    marks: Annotated[tuple[Mark, ...], Field(default=())]
    """Its marks, from top to bottom."""


def read(register: Register) -> dict[str, FigureRow]:
    """The figures of a data package, by name. Raises RegisterError."""
    path = register.folder / FILE
    return read_rows(path, FigureRow) if path.is_file() else {}
