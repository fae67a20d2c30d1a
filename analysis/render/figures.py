"""This module draws the figures.

An entry of ``data/figures.yaml`` holds the words of a figure. Most entries of the file
also list the marks to draw. If an entry lists no marks, a function in this module
computes the figure's data and draws them.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.core.published import Published
from analysis.core.rows import External
from analysis.core.sentences import as_sentence
from analysis.core.spell import (
    MINUS,
    exact,
    joined,
    place_of,
    spell_at,
    with_side,
)
from analysis.core.units import BASE_UNITS, WHOLE, nearest
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.render import KEEP_FIGURES_IN, figure_rows
from analysis.render.described import describe
from analysis.render.figure_rows import BRACES, COMPUTED, FigureRow, Mark
from analysis.render.figure_styles import (
    BLACK,
    BLUE,
    GREY,
    MARKS,
    ORANGE,
    SKY,
    styled,
)
from analysis.render.frame import Frame, of_texts
from analysis.render.headlines import filled
from analysis.render.records import escape_spreadsheet_formulas
from analysis.render.speller import Speller
from analysis.render.wording import CAVEAT, count_words, enumerated
from analysis.whatif import sensitivity, sweep

#: Colours for letters, which need more contrast.
INK, PALE_INK = "#7a5200", "#555555"
#: The width of a figure in inches, at which its letters can be read on a phone.
WIDTH = 4.55
#: The most characters in a line of words beside a mark.
LETTERS = 24
#: The most characters in a line of a note, and the height of such a line in inches.
NOTE_LETTERS, LINE = 62, 0.17
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
    "axes.edgecolor": GREY,
    "figure.dpi": 90,
    "savefig.dpi": 200,
    "text.parse_math": False,  # a dollar sign in a text starts no formula
    "svg.hashsalt": "labour-transfer-arithmetic",
    "svg.fonttype": "path",
}


#: The direction of the arrow at a value that is an upper or a lower limit.
_TURNS = {"at most": -1, "at least": 1}
_AT_RISK = {"at_risk_2021": "through transfers, 2021", "at_risk_total": "both groups"}
#: The estimates of the specification curve, and the rows that print them.
_CURVES = {
    "at_risk_2021": "at_risk_2021_approaches",
    "at_risk_total": "at_risk_total_range",
}

Row = dict[str, Any]


class Drawing(NamedTuple):
    """The data of a figure under one setting, with a function that draws them.

    ``draw`` takes a canvas, the title above the figure and the note below the figure.

    ``fields`` has the text that replaces each name in braces in the figure's caption.
    If the setting needs a caption other than the figure's usual one, ``caption`` holds
    it. ``remarks`` warn of what is unusual under the setting.
    """

    frame: pd.DataFrame
    draw: Callable[[Canvas, str, str], object]
    fields: Mapping[str, str]
    caption: str = ""
    remarks: Sequence[str] = ()


class Evaluation(NamedTuple):
    """A model, a setting and a quantity from which a figure is drawn.

    Only a tornado chart uses the quantity: the chart shows how assumptions move that
    quantity.
    """

    model: Model
    setting: Setting
    quantity: str = "at_risk_2021"


@dataclass(frozen=True)
class Plot:
    """A figure: its entry in ``data/figures.yaml``, and the function that draws it."""

    row: FigureRow
    make: Callable[[FigureRow, Evaluation], Drawing]
    #: Gives the quantities that the figure itself varies.
    varied: Callable[[Model], Sequence[str]]

    def evaluation(
        self,
        model: Model,
        setting: Setting = ARTICLE,
        quantity: str = "at_risk_2021",
    ) -> Evaluation:
        """Return the model, the setting and the quantity that the figure shows.

        Raises ModelError for a setting that changes what the figure itself varies.
        """
        both = [name for name in self.varied(model) if name in setting.choices]
        if both:
            raise ModelError(
                f"The figure '{self.row.id}' varies {enumerated(both)} itself. Leave "
                f"out what you set for {enumerated(both)}"
            )
        return Evaluation(model, setting, quantity)

    def drawing(self, evaluation: Evaluation) -> Drawing:
        """Return the figure's data, with the function that draws them."""
        return self.make(self.row, evaluation)

    def frame(self, evaluation: Evaluation) -> pd.DataFrame:
        """Return the data that the figure plots."""
        return self.drawing(evaluation).frame

    def caption(self, evaluation: Evaluation, drawing: Drawing | None = None) -> str:
        """Say what the figure shows, and how its setting differs from the article's."""
        drawing = drawing or self.drawing(evaluation)
        fields, caption = drawing.fields, drawing.caption
        if not caption:
            words = BRACES.sub(
                lambda match: fields.get(match[1], match[0]), self.row.caption
            )
            caption = filled(Speller(evaluation.model), words, evaluation.setting)
        return f"{caption} {_added(evaluation, drawing)}".rstrip()


def figures(model: Model) -> dict[str, Plot]:
    """Return the figures of a data package, by name.

    Raises RegisterError for a fault in ``data/figures.yaml``.
    """
    return {
        name: Plot(row, *_OWN.get(name, (marked, _no_quantities)))
        for name, row in figure_rows.read(model).items()
    }


def _added(evaluation: Evaluation, drawing: Drawing) -> str:
    """Return a figure's remarks, and how its setting differs from the article's."""
    sentences = [f"Remark: {remark}." for remark in drawing.remarks]
    if differs := evaluation.model.differences(evaluation.setting):
        sentences.append(as_sentence(differs))
    return " ".join(sentences)


def draw_figure(
    name: str, model: Model, setting: Setting, quantity: str | None = None
) -> Canvas:
    """Draw a figure, chosen by its name, under a setting, for a notebook.

    Raises ModelError for an unknown name, and for a quantity that the figure does not
    use.
    """
    known = figures(model)
    if not isinstance(name, str) or name not in known:
        raise ModelError(f"'{name}' is not a figure{nearest(name, known)}")
    if quantity is None:
        return render_figure(name, known[name].evaluation(model, setting))
    wanted, setting = model.quantity_and_setting(quantity, setting)
    if name != "tornado":
        raise ModelError(
            f"The figure '{name}' shows no quantity of your choice; only the figure "
            f"'tornado' does. Leave out '{wanted}'"
        )
    return render_figure(name, known[name].evaluation(model, setting, wanted))


def render_figure(name: str, evaluation: Evaluation) -> Canvas:
    """Draw a figure from an evaluation, for a notebook.

    While notebooks run to write results, the figure is also saved as files, in the
    folder that the environment variable ``ANALYSIS_FIGURES`` names.
    """
    with mpl.rc_context(STYLE):
        plot = figures(evaluation.model)[name]
        row, drawing = plot.row, plot.drawing(evaluation)
        caption = plot.caption(evaluation, drawing)
        note = f"{caption} {row.source} {CAVEAT}"
        # Remarks and the words on what differs from the article take further lines.
        added = _added(evaluation, drawing)
        height = row.height + LINE * len(added) / NOTE_LETTERS
        fig = plt.figure(figsize=(WIDTH, height), layout="constrained")
        drawing.draw(fig, row.title, note)
        plt.close(fig)  # else the notebook shows it twice
        describe(fig, row.alt, caption)
        folder = os.environ.get(KEEP_FIGURES_IN)
        if folder:
            _keep(row.id, fig, drawing.frame, Path(folder))
    return fig


def table(name: str, model: Model, setting: Setting = ARTICLE) -> Frame:
    """Return the texts among the data of a figure, with a row for each mark."""
    plot = figures(model)[name]
    words = plot.frame(plot.evaluation(model, setting)).select_dtypes(exclude="number")
    frame = of_texts(words.to_numpy().tolist(), [*map(str, words.columns)])
    return replace(frame, differs=model.differences(setting))


def _keep(name: str, fig: Canvas, frame: pd.DataFrame, folder: Path) -> None:
    """Write a figure as SVG and PNG, with its plotted data as CSV."""
    undated = {"Date": None, "Creator": None}
    fig.savefig(folder / f"{name}.svg", metadata=undated)
    fig.savefig(folder / f"{name}.png")
    (folder / f"{name}.csv").write_text(data_text(frame), encoding="utf-8")


def data_text(frame: pd.DataFrame) -> str:
    """Return the data that a figure plots, as CSV, with ten significant digits."""
    escaped = escape_spreadsheet_formulas(frame)
    return str(escaped.to_csv(index=False, lineterminator="\n", float_format="%.10g"))


# Drawing ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chart:
    """A chart that has one mark for each row of a frame, and texts beside the marks.

    Each row of the frame is drawn as a label at the left, a line from the low to the
    high value, a mark at the value, and words at the right. Neighbouring rows with the
    same label are drawn close together.

    ``frame`` has the columns label, role, value, low, high and words. If ``frame`` has
    a column ``side``, an arrow shows that the true value may be lower or higher. If
    ``frame`` has a column ``start``, a bar goes from that number to the value.
    ``styles`` gives a style for each role; the key lists the roles. ``guides`` are
    vertical lines, ``band`` is a printed range, and ``rounding`` is the wider range for
    which the printed digits stand. The guides, the band and the rounding are in the
    unit of the axis.
    """

    row: FigureRow
    frame: pd.DataFrame
    unit: str
    styles: Mapping[str, Any]
    guides: Sequence[tuple[float, str]] = ()
    band: tuple[float, float, str] | None = None
    rounding: tuple[float, float] | None = None

    def draw(self, fig: Canvas, title: str, note: str) -> None:
        """Draw the marks with the texts beside them, the guides and the band."""
        ax = fig.add_subplot()
        is_first = self.frame["label"] != self.frame["label"].shift()
        ys = -pd.Series(np.where(is_first, 1, self.row.apart)).cumsum()
        words: dict[float, str] = {}
        marks: Any = self.frame.to_dict("records")
        for y, mark in zip(ys, marks, strict=True):
            words[y] = words.get(y) or _wrapped(mark["words"])
            self._draw_mark(ax, y, mark)
        self._draw_guides(ax)
        middles = ys.groupby(is_first.cumsum()).mean()
        labels = map(_wrapped, self.frame["label"][is_first])
        right = ax.secondary_yaxis("right")
        right.spines["right"].set_visible(False)
        _write_beside(ax, dict(zip(middles, labels, strict=True)))
        _write_beside(right, words)
        ax.margins(x=0.1)
        ax.set_xlim(self.row.start, None)
        ax.set(ylim=(ys.min() - 0.7, ys.max() + 0.7), xlabel=self.unit)
        ax.locator_params(axis="x", nbins=4)
        around(fig, title, note, self._key())

    def _draw_mark(self, ax: Axes, y: float, mark: Mapping[str, Any]) -> None:
        """Draw a row's mark or bar, its line, and an arrow if its value is a limit."""
        style, side = self.styles[mark["role"]], mark.get("side", "")
        value, low, high = (
            mark[name] / self.row.scale for name in ("value", "low", "high")
        )
        colour = style.get("color", BLACK)
        end = low if side == "at most" else high
        if "start" in mark:
            start = mark["start"] / self.row.scale
            ax.barh(y, value - start, left=start, height=0.5, **style)
            is_dark = side == "at most" and style.get("color") in (BLACK, BLUE)
            colour, end = "white" if is_dark else BLACK, value
        else:
            ax.plot(value, y, **style)
        ax.hlines(y, low, high, color=colour, linewidth=2, alpha=0.6)
        if side in _TURNS and np.isfinite(value):
            _draw_arrow(ax, (end, y), _TURNS[side], colour)

    def _draw_guides(self, ax: Axes) -> None:
        """Draw the vertical lines and the printed range, each with its words above."""
        for x, name in self.guides:
            ax.axvline(x, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
            _above(ax, x, name, PALE_INK)
        if self.band:
            low, high, words = self.band
            ax.axvspan(low, high, color=ORANGE, alpha=0.22, linewidth=0, zorder=0)
            if self.rounding:
                ax.axvspan(
                    *self.rounding, color=ORANGE, alpha=0.12, linewidth=0, zorder=0
                )
            _above(ax, (low + high) / 2, words, INK)

    def _key(self) -> list[Any]:
        """Return the entries of the key: a patch or a mark for each role."""
        key = Patch if "start" in self.frame else partial(Line2D, [], [])
        return [key(label=role, **style) for role, style in self.styles.items()]


def charted(
    row: FigureRow,
    frame: pd.DataFrame,
    fields: Mapping[str, str],
    styles: Mapping[str, Any] | None = None,
    **also: Any,
) -> Drawing:
    """Return the drawing of a ``Chart``; the row of the figure gives default styles."""
    if styles is None:
        styles = {role: MARKS[name] for role, name in row.roles.items()}
    return Drawing(frame, Chart(row, frame, row.unit, styles, **also).draw, fields)


def _draw_arrow(ax: Axes, start: tuple[float, float], turn: int, colour: str) -> None:
    """Draw a short arrow to the right if ``turn`` is 1, and to the left if it is −1."""
    style = {"arrowstyle": "<-", "color": colour, "linewidth": 1.4}
    style |= {"shrinkA": 0, "shrinkB": 0}
    ax.annotate("", start, (turn * 18, 0), textcoords="offset points", arrowprops=style)


def _write_beside(side: Any, texts: Mapping[float, str]) -> None:
    """Write texts at the left or right side of a figure, each at its height."""
    side.set_yticks([*texts], [*texts.values()], linespacing=1.2)
    side.tick_params(axis="y", length=0)


def _above(ax: Axes, x: float, words: str, colour: str) -> None:
    ax.text(
        x,
        1,
        words,
        transform=ax.get_xaxis_transform(),
        ha="center",
        va="bottom",
        color=colour,
    )


def around(fig: Canvas, title: str, note: str, handles: Sequence[Any]) -> None:
    """Put the title and the key above a figure, and the note below the figure.

    The note has the caption, the place of the figure's numbers in the article, and a
    caveat.
    """
    widest = max((len(handle.get_label()) for handle in handles), default=0)
    fig.legend(
        handles=handles if len(handles) > 1 else [],
        title=_wrapped(title, 49),
        frameon=False,
        loc="outside upper left",
        ncols=3 if widest < 23 else 2,
        alignment="left",
        title_fontproperties={"weight": "bold", "size": 10},
        borderpad=0.2,
        borderaxespad=0.1,
        handletextpad=0.5,
        columnspacing=1.4,
    )
    fig.supxlabel(
        _wrapped(note, NOTE_LETTERS),
        x=0.01,
        ha="left",
        fontsize=9.25,
        color=PALE_INK,
        linespacing=1.15,
    )


def _wrapped(text: str, letters: int = LETTERS) -> str:
    """Break a text into lines of about the same length.

    No line has more than the given number of letters. Line breaks that the text already
    has are kept.
    """
    lines = []
    for line in text.split("\n"):
        count = -(-len(line) // letters) or 1
        width = min(letters, len(line) // count + 6)
        lines.append(textwrap.fill(line, width, break_on_hyphens=False))
    return "\n".join(lines)


#: Counts below this are written in full beside a share.
_SMALL_COUNT = 10_000
NOT_COMPUTABLE = "not computable"
_NONE = {"value": np.nan, "low": np.nan, "high": np.nan, "words": NOT_COMPUTABLE}


def estimated(evaluation: Evaluation, quantity: str, **readings: str) -> Row:
    """Return the numbers and the words of a quantity under a setting.

    ``readings`` replace the setting's readings. The numbers are NaN if the quantity is
    not computable.
    """
    model = evaluation.model
    try:
        estimate = model.estimate(
            quantity, model.taken_as(evaluation.setting, readings)
        )
    except ModelError:
        return dict(_NONE)
    value = estimate.value
    words = Speller(model).spell(quantity, value)
    ends = {"low": estimate.low, "high": estimate.high}
    return {"value": value, **ends, "words": words, "side": estimate.side}


def marked(row: FigureRow, evaluation: Evaluation) -> Drawing:
    """Draw a figure from the marks that its entry in ``data/figures.yaml`` lists."""
    frame = pd.DataFrame([_marked_row(evaluation, mark) for mark in row.marks])
    if not any(mark.with_side for mark in row.marks):
        frame = frame.drop(columns="side")
    places = {mark.name: place for place, mark in enumerate(row.marks) if mark.name}
    fields = {name: str(frame["words"][place]) for name, place in places.items()}
    for name in dict.fromkeys(mark.group for mark in row.marks):
        if name:
            fields |= _of_group(evaluation, row, name, frame)
    guides = []
    for words, at in row.guides.items():
        x = frame["value"][places[at]] / row.scale if isinstance(at, str) else at
        guides.append((float(x), words))
    if not row.band:
        return charted(row, frame, fields, guides=guides)
    first, last = (places[name] for name in row.band)
    numbers = frame["value"].drop([first, last])
    low, high = float(frame["value"][first]), float(frame["value"][last])
    lowest, highest = float(frame["low"][first]), float(frame["high"][last])
    inside = int(numbers.between(low, high).sum())
    widest = int(numbers.between(lowest, highest).sum())
    fields["inside"] = count_words(inside, "lie")
    fields["rounded"] = count_words(widest - inside)
    band = low / row.scale, high / row.scale, "printed"
    rounding = lowest / row.scale, highest / row.scale
    return charted(row, frame, fields, guides=guides, band=band, rounding=rounding)


def _marked_row(evaluation: Evaluation, mark: Mark) -> Row:
    """Return the row of a chart for a mark, with its numbers and words."""
    readings = dict(mark.readings)
    label = mark.label
    if not label:
        reading = readings[mark.quantity]
        label = evaluation.model.label(mark.quantity, reading).capitalize()
    numbers = {"side": "", **estimated(evaluation, mark.quantity, **readings)}
    side = str(numbers.pop("side")) if mark.with_side else ""
    numbers.pop("side", None)
    words = str(numbers["words"])
    if mark.start:
        numbers |= _from_start(evaluation, mark, numbers)
        words = str(numbers["words"])
    elif not mark.words:
        numbers["low"] = numbers["high"] = np.nan
    elif mark.over_shares:
        numbers["low"], numbers["high"] = _over_shares(evaluation, mark)
    if mark.words in ("{value}", "{span}"):
        words = with_side(words, side)
    elif words != NOT_COMPUTABLE:
        words = _mark_words(evaluation, mark, words)
    return {"label": label, "role": mark.role, **numbers, "words": words, "side": side}


def _from_start(evaluation: Evaluation, mark: Mark, numbers: Row) -> Row:
    """Return the line from the start quantity of a mark to the mark's own quantity."""
    start = estimated(evaluation, mark.start, **mark.readings)
    ends = start["value"], numbers["value"]
    if not np.isfinite(ends).all():
        return {"low": np.nan, "high": np.nan, "words": NOT_COMPUTABLE}
    words = joined(start["words"], str(numbers["words"]))
    return {"low": min(ends), "high": max(ends), "words": words}


def _mark_words(evaluation: Evaluation, mark: Mark, value: str) -> str:
    """Return the words of a mark, with each name in braces replaced by a number."""
    fields = {"value": value}
    for name in set(BRACES.findall(mark.words)) - {"value"}:
        found = estimated(evaluation, name, **mark.readings)
        fields[name] = str(found["words"])
        unit = evaluation.model.units[name]
        if unit in WHOLE and abs(found["value"]) < _SMALL_COUNT:
            # A reader recomputes a share of few households from all their digits.
            fields[name] = exact(found["value"], unit)
    return mark.words.format_map(fields)


def _over_shares(evaluation: Evaluation, mark: Mark) -> tuple[float, float]:
    """Return a quantity with every assumed share at its lowest, and at its highest."""
    model = evaluation.model
    plan = model.plan(mark.quantity, model.taken_as(evaluation.setting, mark.readings))
    free = [model.register.assumptions.get(name) for name in plan.leaves]
    shares = [share for share in free if share and share.unit == "dimensionless"]
    low = plan.evaluate({share.id: share.low for share in shares})
    high = plan.evaluate({share.id: share.high for share in shares})
    return float(low[plan.target]), float(high[plan.target])


def _of_group(
    evaluation: Evaluation, row: FigureRow, name: str, frame: pd.DataFrame
) -> dict[str, str]:
    """Say in words what span a group's values cover, and how many values there are."""
    is_member = [mark.group == name for mark in row.marks]
    values = frame["value"][is_member].dropna()
    if values.empty:
        return {name: NOT_COMPUTABLE, f"{name}_count": count_words(0)}
    quantity = row.marks[is_member.index(True)].quantity
    speller = Speller(evaluation.model)
    low = speller.spell(quantity, float(values.min()))
    high = speller.spell(quantity, float(values.max()))
    return {name: joined(low, high), f"{name}_count": count_words(len(values))}


# The figures --------------------------------------------------------------------------


def official_series(row: FigureRow, evaluation: Evaluation) -> Drawing:
    """Draw the official figures of each year beside the article's numbers."""
    marks = [
        _official(row, figure)
        for figure in evaluation.model.register.external.values()
        if re.fullmatch(r"(report|target)_\d{4}(_persons)?", figure.id)
    ]
    reported = {mark["label"] for mark in marks if mark["role"] != "goal"}
    years = range(int(min(reported)), int(max(reported)) + 1)
    empty = [str(year) for year in years if str(year) not in reported]
    none = {"role": "transfer", "words": "no figure", "noun": "", "unit": ""}
    marks = [*({"label": year, **none} for year in empty), *marks]
    for mark in row.marks:
        unit = evaluation.model.units[mark.quantity]
        numbers = {"noun": mark.name, "unit": unit, "low": np.nan, "high": np.nan}
        marks.append({**_marked_row(evaluation, mark), **numbers})
    frame = pd.DataFrame(marks).drop(columns="side")
    frame = frame.sort_values("label", kind="stable", ignore_index=True)
    fields = {"without": str(len(empty)), "years": str(len(years))}
    names = {"plan": "planned_transfers_2016_2020", "mean": "transfers_2016_2020"}
    guides = []
    for words, quantity in names.items():
        guides.append((estimated(evaluation, quantity)["value"] / row.scale, words))
    return charted(row, frame, fields, guides=guides)


def _official(row: FigureRow, figure: External) -> Row:
    """Turn an official figure into a mark.

    The mark has the first role of the key, such as "moved", that occurs in the
    translation of the figure's noun. Goals and expected numbers have roles of their
    own.
    """
    noun = figure.noun.partition("(")[2].rstrip(")") or figure.unit_as_printed
    role = next((verb for verb in row.roles if verb in noun), "")
    if figure.published.target:
        role = "goal"
    elif figure.qualifier == "expected":
        role = "expected"
    units = {"person": " persons", "labourer": ", unit not stated"}
    return {
        "label": str(figure.year_from),
        "role": role,
        "words": f"{figure.published}{units.get(figure.base_unit, '')}",
        "noun": noun,
        "unit": figure.base_unit,
        "value": figure.published.value(),
    }


_BARS: dict[str, Row] = {
    "printed": {"color": BLACK},
    "calculated": {"color": BLUE},
    "the bar above, again": {"color": SKY},
    "ours": {"facecolor": ORANGE, "hatch": "..", "edgecolor": BLACK},
    "in words only": {"facecolor": "white", "hatch": "////", "edgecolor": BLUE},
}


class _Waterfall:
    """The numbers of the waterfall chart under a setting.

    All numbers are rounded to the same place, so that the bars add up for a reader.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        model, setting = evaluation.model, evaluation.setting
        self.plan_2019 = model.plan("at_risk_2019", setting)
        self.plan_2021 = model.plan("at_risk_2021", setting)
        self.plan_total = model.plan("at_risk_total", setting)
        self.base = float(estimated(evaluation, "at_risk_2019")["value"])
        self.now = float(estimated(evaluation, "at_risk_2021")["value"])
        floor = {"former_detainees": "floor"} if self.plan_total.in_words else {}
        self.total = estimated(evaluation, "at_risk_total", **floor)
        claims = model.register.claims
        self.up_to = claims["at_risk_2019_up_to"].published
        self.approaches = claims["at_risk_2021_approaches"].published
        self.both = claims["at_risk_total_range"].published
        levels = (
            self.approaches.value(),
            self.both.value("low"),
            self.both.value("high"),
        )
        sizes = self.base, self.now, self.now - self.base, self.total["value"]
        known = [size for size in sizes if np.isfinite(size)]
        places = [place_of(size, "person", levels) for size in known]
        self.place = min(places, default=0)

    def words(self, size: float, side: str = "") -> str:
        """Write a number of persons in words."""
        if not np.isfinite(size):
            return NOT_COMPUTABLE
        return with_side(spell_at(abs(size), "person", self.place), side)

    @property
    def is_printed(self) -> bool:
        """Whether the first bar shows the number that the article prints for 2019."""
        return self.plan_2019.claims == {"at_risk_2019_up_to"}

    def in_2021(self, setting: Setting) -> str:
        """Say what the number for 2021 is, and on what assumptions it rests."""
        now = self.words(self.now)
        if "at_risk_2021" in setting.choices:
            return f"The number for 2021 is {now}, as set in place of our sum."
        if self.is_printed:
            return (
                f"If “{self.up_to}” was reached and our other assumptions hold, the "
                f"sum for 2021 is {now}."
            )
        return f"The sum for 2021 is {now}."

    def together(self, model: Model) -> str:
        """State the total with former detainees, and if it can be higher or lower."""
        total = self.plan_total
        if not total.moving_words:
            words = self.words(self.total["value"], total.side)
            return f"With former detainees, the total is {words}."
        name = total.moving_words[0]
        floor = exact(model.sources[name]["floor"].value, "")
        start = (
            f"The bar with former detainees counts {floor} of them, the least that we "
            "read into the words for them; the arrow to the right stands for more."
        )
        if total.side != "no bound":
            end = "The total can be higher, because there may be more of them."
        elif self.is_printed:
            end = (
                "The total can be higher or lower, because it adds “up to” one number "
                "to “at least” another."
            )
        else:
            end = (
                "The total can be higher or lower, because it adds a number that may "
                "be lower to one that may be higher."
            )
        return f"{start} {end}"

    def both_groups(self, evaluation: Evaluation) -> str:
        """Say how many former detainees we assume to be also counted as transferred.

        The text is empty if the total is computed without an overlap of former
        detainees and persons transferred.
        """
        if "overlap" not in self.plan_total.by_name:
            return ""
        overlap = evaluation.model.plan("overlap", evaluation.setting).value
        if not overlap:
            return "We assume that no former detainee is also counted as transferred."
        share = exact(overlap, "")
        return (
            f"We assume that a share of {share} of former detainees is also counted as "
            "transferred."
        )

    def bars(self) -> list[Row]:
        """Return a row for each bar, from persons at risk in 2019 to the total."""
        base, now = self.base, self.now
        added = self.words(now - base)
        if np.isfinite(now - base):
            added = f"{'+' if now >= base else MINUS} {added}"
        side = self.plan_2021.side
        in_2021 = f"{self.words(now, side)}\nprinted: {self.approaches}"
        both = "With former detainees"
        is_set = self.plan_2021.by_name["at_risk_2021"].source.is_leaf
        role = "ours" if is_set else "calculated"
        return [
            self._first(),
            _bar("Added since 2019", "calculated", base, now, words=added),
            _bar("At risk in 2021", role, 0, now, side=side, words=in_2021),
            _bar(both, "the bar above, again", 0, now, side=side),
            {**self._last(), "label": both},
        ]

    def _first(self) -> Row:
        side = self.plan_2019.side
        role, words = "ours", self.words(self.base, side)
        if self.is_printed:
            role, words = "printed", str(self.up_to)
        return _bar("At risk in 2019", role, 0, self.base, side=side, words=words)

    def _last(self) -> Row:
        """Return the last bar, which adds former detainees to persons at risk."""
        total = self.total["value"]
        if self.plan_total.moving_words:
            words = self.words(total - self.now, "at least")
            if np.isfinite(total - self.now):
                words = f"{words} more"
            side = "at least"
            return _bar("", "in words only", self.now, total, side=side, words=words)
        side = self.plan_total.side
        bar = _bar(
            "", "ours", self.now, total, side=side, words=self.words(total, side)
        )
        return bar | {"low": self.total["low"], "high": self.total["high"]}


def _bar(
    label: str,
    role: str,
    start: float,
    value: float,
    *,
    side: str = "",
    words: str = "",
) -> Row:
    """Return the row of a bar in the waterfall chart, without a line for rounding."""
    bar: Row = {"label": label, "role": role, "start": start, "value": value}
    return bar | {"side": side, "words": words, "low": np.nan, "high": np.nan}


def waterfall(row: FigureRow, evaluation: Evaluation) -> Drawing:
    """Draw persons at risk in 2019 and in 2021, and the total with former detainees."""
    sums = _Waterfall(evaluation)
    frame = pd.DataFrame(sums.bars())
    fields = {
        "in_2021": sums.in_2021(evaluation.setting),
        "together": sums.together(evaluation.model),
        "both_groups": sums.both_groups(evaluation),
    }
    styles = {role: style for role, style in _BARS.items() if role in {*frame["role"]}}
    low, high = sums.both.value("low"), sums.both.value("high")
    band = low / row.scale, high / row.scale, f"printed: {sums.both}"
    drawing = charted(row, frame, fields, styles, band=band)
    try:
        _ = sums.plan_2021.value
    except ModelError as error:
        caption = f"The sum for 2021 is not computable under this setting: {error}"
        return drawing._replace(caption=caption)
    return drawing


def tornado(row: FigureRow, evaluation: Evaluation) -> Drawing:
    """Draw an estimate with each assumption at either end of its range.

    The assumption that moves the estimate most is at the top. Raises ModelError for a
    quantity that has no single value or that no assumption moves.
    """
    model, quantity = evaluation.model, evaluation.quantity
    speller = Speller(model)
    estimate = model.estimate(quantity, evaluation.setting)
    now = estimate.value
    at_low, at_high = COMPUTED["tornado"].roles
    marks = []
    for bar in sensitivity.tornado(model, quantity, evaluation.setting):
        name = bar.moved
        low, high = (bar.low, bar.at_low), (bar.high, bar.at_high)
        marks.append(_end_of_bar(speller, quantity, name, at_low, now, low))
        marks.append(_end_of_bar(speller, quantity, name, at_high, now, high))
    if not marks:
        raise ModelError(
            f"The figure '{row.id}' has nothing to show: no assumption moves {quantity}"
        )
    frame = pd.DataFrame(marks)
    unit = quantity.replace("_", " ")
    scaled = row.model_copy(update={"scale": 1.0, "unit": unit})
    if model.units[quantity] in BASE_UNITS:
        unit = f"{unit}, million {model.units[quantity]}s"
        scaled = row.model_copy(update={"unit": unit})
    low, high = sorted(mark["value"] for mark in marks[:2])
    span = joined(speller.spell(quantity, low), speller.spell(quantity, high))
    label = marks[0]["label"]
    most = f"The assumption “{label}” alone moves the estimate most, from {span}."
    guides = [(now / scaled.scale, "the estimate")]
    drawing = charted(scaled, frame, {"most": most}, guides=guides)
    return drawing._replace(remarks=estimate.remarks)


def _end_of_bar(
    speller: Speller,
    quantity: str,
    assumption: str,
    role: str,
    now: float,
    end: tuple[float, float],
) -> Row:
    """Return the mark of an estimate with an assumption at an end of its range."""
    at, value = end
    words = speller.spell(quantity, value)
    return {
        "label": speller.model.name(assumption).rstrip("."),
        "role": role,
        "assumption": assumption,
        "at": at,
        "value": value,
        "low": min(value, now),
        "high": max(value, now),
        "words": f"at {exact(at, speller.unit(assumption))}: {words}",
    }


def specification_curve(row: FigureRow, evaluation: Evaluation) -> Drawing:
    """Draw two estimates for every combination of assumptions and readings.

    For each estimate, the combinations are sorted by its value.
    """
    model, setting = evaluation.model, evaluation.setting
    spec = sweep.specification(model, setting)
    frame = sweep.compute(model, spec)
    known = frame[frame["violates"] == ""]
    if known.empty:
        raise ModelError(
            f"The figure '{row.id}' has nothing to show: under this setting, a limit "
            "refuses every combination"
        )
    usual: Row = {f"{name}__reading": model.default(name) for name in spec.readings}
    usual |= {name: model.register.assumptions[name].value for name in spec.numbers}
    choices = [name for name in usual if frame[name].nunique() > 1]
    options = [(name, value) for name in choices for value in frame[name].unique()]
    highest = 1.05e-6 * float(known[[*spec.quantities]].to_numpy().max())

    def draw(fig: Canvas, title: str, note: str) -> None:
        axes = fig.subplots(4, 1, height_ratios=(1, 1.6) * 2)
        for number, (quantity, name) in enumerate(_CURVES.items()):
            top, bottom = axes[2 * number : 2 * number + 2]
            curve = known.sort_values(quantity, kind="stable", ignore_index=True)
            printed = model.register.claims[name].published
            _draw_band(top, printed)
            dot = styled(BLACK, ".", markersize=3)
            top.plot(curve[quantity] / 1e6, **dot, label="one combination")
            # Both groups have no single value if former detainees are in words only.
            if not model.plan(quantity, setting).in_words:
                is_usual = curve[choices] == pd.Series(usual)[choices]
                article = curve[is_usual.all(axis=1)][quantity] / 1e6
                label = "with our default assumptions"
                if setting.choices:
                    label = "your setting"
                top.plot(article, **MARKS["diamond"], label=label)
            count = f"{_AT_RISK[quantity]}: {len(curve)} combinations"
            size = mpl.rcParams["font.size"]
            top.set_title(f"{count}\nprinted: {printed}", fontsize=size, loc="right")
            _draw_options(bottom, curve, options)
            bottom.set(xlabel="combinations, sorted", xlim=top.get_xlim())
            top.set(xticks=[], ylabel="million persons", ylim=(0, highest))
        around(fig, title, note, axes[0].get_legend_handles_labels()[0])

    refused = len(frame) - len(known)
    fields = {"refused": str(refused), "combinations": str(len(frame))}
    return Drawing(frame, draw, fields)


def _draw_band(ax: Axes, printed: Published) -> None:
    """Draw a band for the printed range, or for the range that printed words assert."""
    low, high = printed.asserts().low, printed.asserts().high
    if printed.printed_high:
        low, high = printed.value("low"), printed.value("high")
    ax.axhspan(low / 1e6, high / 1e6, color=ORANGE, alpha=0.25, linewidth=0)


def _draw_options(
    ax: Axes, curve: pd.DataFrame, options: Sequence[tuple[str, Any]]
) -> None:
    """Draw a row for each option, with a mark at each combination that includes it."""
    labels = []
    for y, (name, value) in enumerate(options):
        places = curve.index[curve[name] == value]
        style = styled(BLUE, "|", markersize=5, markeredgewidth=0.7)
        ax.plot(places, [-y] * len(places), **style)
        words = f"{name.removesuffix('__reading')}: {value}".replace("_", " ")
        labels.append(words.removesuffix(".0"))
    ax.set_yticks(range(0, -len(options), -1), labels)


def _no_quantities(model: Model) -> Sequence[str]:
    """Name no quantity, for a figure that is not about a list of quantities."""
    return ()


#: How a figure is drawn, and the function that lists the quantities that it varies.
_Ways: TypeAlias = tuple[
    Callable[[FigureRow, Evaluation], Drawing], Callable[[Model], Sequence[str]]
]
#: The figures that are drawn in a way of their own.
_OWN: dict[str, _Ways] = {
    "official_series": (official_series, _no_quantities),
    "waterfall": (waterfall, _no_quantities),
    "tornado": (tornado, _no_quantities),
    "specification_curve": (specification_curve, sweep.specified),
}
