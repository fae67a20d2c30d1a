"""This module reads and checks ``data/figures.yaml``, which has the words of figures.

The file also lists the marks of most figures.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from functools import partial
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from analysis.core.readers import read_rows
from analysis.core.rows import (
    HeadlineWords,
    In,
    Name,
    Number,
    OptionalProse,
    Prose,
    Readings,
    Row,
    Text,
)
from analysis.core.units import close_match, nearest
from analysis.model import arithmetic
from analysis.model.model import ARTICLE, Model, ModelError
from analysis.render.figure_styles import MARKS

FILE = "figures.yaml"
#: A name in braces, in the words of a mark and in a caption.
BRACES = re.compile(r"\{(\w+)\}")


class Computed(NamedTuple):
    """The names that a figure's entry can use if a function computes the data.

    ``fields`` are names in braces that the function replaces in the caption, and
    ``roles`` are the roles that the function gives to marks.
    """

    fields: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


#: The figures whose data a function of their own computes.
COMPUTED = {
    "official_series": Computed(("without", "years"), ("transfer", "expected", "goal")),
    "waterfall": Computed(("in_2021", "together", "both_groups")),
    "tornado": Computed(("most",), ("at its low end", "at its high end")),
    "specification_curve": Computed(("refused", "combinations")),
}


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
    """The name that stands for this mark in the caption's text; the caption shows the
    mark's words in its place."""
    group: str = ""
    """A name that stands for several marks in the caption's text; the caption shows the
    span of their values in its place."""
    words: OptionalProse = "{value}"
    """The words to the right of the mark. A name in braces is replaced by its value."""
    start: str = ""
    """The quantity at which a line to the mark starts."""
    with_side: bool = False
    """Whether an arrow shows on which side of its value the quantity may lie, if the
    value is only a limit."""
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


def read(model: Model) -> dict[str, FigureRow]:
    """Read the figures of a data package, by name.

    Raises RegisterError, which names the entry and the field, for a fault in
    ``data/figures.yaml``.
    """
    path = model.register.folder / FILE
    if not path.is_file():
        return {}
    rows: dict[str, FigureRow] = read_rows(path, FigureRow)
    for row in rows.values():
        _verify(model, row)
    return rows


def _verify(model: Model, row: FigureRow) -> None:
    """Refuse a figure's entry that is incomplete or has an unknown name."""
    refusing = partial(model.register.refusing, row)
    with refusing("marks"):
        if not row.marks and row.id not in COMPUTED:
            raise ModelError(
                "without marks, a figure needs a function of its own, and there is "
                f"none for '{row.id}'{nearest(row.id, COMPUTED)}"
            )
    with refusing("roles"):
        for role in COMPUTED.get(row.id, Computed()).roles:
            _require_known(role, row.roles, "role here, but the figure needs it")
        for style in row.roles.values():
            _require_known(style, MARKS, "style of a mark")
    for place, mark in enumerate(row.marks):
        _verify_mark(model, row, mark, f"marks.{place}")
    marks = {mark.name for mark in row.marks if mark.name}
    for words, at in row.guides.items():
        with refusing(f"guides.{words}"):
            if isinstance(at, str):
                _require_known(at, marks, "name of a mark")
    with refusing("band"):
        if len(row.band) not in (0, 2):
            raise ModelError("write the names of two marks, or leave the band out")
        for name in row.band:
            _require_known(name, marks, "name of a mark")
    with refusing("caption"):
        _verify_caption(model, row)


def _require_known(name: str, known: Iterable[str], what: str) -> None:
    names = [*known]
    if name not in names:
        raise ModelError(f"'{name}' is not a {what}{nearest(name, names)}")


def _verify_mark(model: Model, row: FigureRow, mark: Mark, field: str) -> None:
    """Refuse a mark with a quantity, a reading or a role that does not exist."""
    refusing = partial(model.register.refusing, row)
    with refusing(f"{field}.quantity"):
        model.checked_name(mark.quantity)
    with refusing(f"{field}.readings"):
        for quantity, reading in mark.readings.items():
            model.checked_reading(quantity, reading)
        model.plan(mark.quantity, model.taken_as(ARTICLE, mark.readings))
    with refusing(f"{field}.role"):
        _require_known(mark.role, row.roles, "role of this figure")
    with refusing(f"{field}.label"):
        if not mark.label and mark.quantity not in mark.readings:
            raise ModelError(
                f"write a label, or a reading of {mark.quantity} whose words stand in "
                "place of a label"
            )
    with refusing(f"{field}.start"):
        if mark.start:
            model.checked_name(mark.start)
    with refusing(f"{field}.words"):
        _require_no_brace(BRACES.sub("", mark.words))
        for name in BRACES.findall(mark.words):
            is_span = name == "span" and mark.words == "{span}" and mark.start
            if name != "value" and not is_span:
                model.checked_name(name)


def _require_no_brace(rest: str) -> None:
    """Refuse a text that still has a brace after its names in braces are removed."""
    if re.search(r"[{}]", rest):
        raise ModelError("each pair of braces must hold one name")


def _verify_caption(model: Model, row: FigureRow) -> None:
    """Refuse a name in the caption's braces that stands for nothing or for two things.

    A name in braces stands for a mark, for a group of marks or for a number that is
    computed with the figure; any other name or calculation is read as in the text of a
    headline.
    """
    names = [mark.name for mark in row.marks if mark.name]
    for group in dict.fromkeys(mark.group for mark in row.marks if mark.group):
        names += [group, f"{group}_count"]
    if row.band:
        names += ["inside", "rounded"]
    names += COMPUTED.get(row.id, Computed()).fields
    for name in names:
        if names.count(name) > 1:
            raise ModelError(f"'{name}' is the name of two numbers in this figure")
    others = _without_names(row.caption, names)
    _require_no_brace(HeadlineWords.BRACES.sub("", others))
    for match in HeadlineWords.BRACES.finditer(others):
        name = match["name"].strip()
        if name not in model.sources and close_match(name, names):
            raise ModelError(
                f"'{name}' is not a name in this figure{nearest(name, names)}"
            )
        arithmetic.value(model, name)


def _without_names(text: str, names: Container[str]) -> str:
    """Return a text without the given names in braces."""
    return BRACES.sub(lambda match: "" if match[1] in names else match[0], text)
