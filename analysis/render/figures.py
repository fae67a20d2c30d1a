"""This module draws the figures.

A figure is a row of ``data/figures.yaml``, with its words. Most are made of the marks
that the row lists; the others have a function that gives their data and their drawing.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.core.rows import External
from analysis.core.spell import MINUS, exact, joined, place_of, spell_at, with_side
from analysis.core.units import BASE_UNITS, nearest
from analysis.model.model import ARTICLE, Model, ModelError, Plan, Setting
from analysis.render import KEEP_FIGURES_IN, figure_rows
from analysis.render.described import DescribedCanvas
from analysis.render.figure_rows import FigureRow, Mark
from analysis.render.frame import Frame, of_texts
from analysis.render.headlines import filled
from analysis.render.records import escape_spreadsheet_formulas
from analysis.render.speller import Speller
from analysis.render.wording import CAVEAT, count_words
from analysis.whatif import sensitivity, sweep

#: Okabe and Ito's colours, which colour-blind readers can tell apart; marks that meet
#: differ in shape too.
BLACK, BLUE, SKY, GREY, ORANGE = "#1b1b1b", "#0072B2", "#a6cee5", "#8c8c8c", "#E69F00"
INK, PALE_INK = "#7a5200", "#555555"  # for letters, which want more contrast
#: A figure is so many inches wide, at which letters stay legible on a phone.
WIDTH = 4.55
#: A line of words beside a mark has at most so many letters.
LETTERS = 24
#: A line of a note has at most so many letters, and is so many inches high.
NOTE_LETTERS, LINE = 62, 0.17
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    **dict.fromkeys(("axes.spines.top", "axes.spines.right"), False),
    "axes.edgecolor": GREY,
    "figure.dpi": 90,
    "savefig.dpi": 200,
    "text.parse_math": False,  # a sign of the dollar in a text is one
    "svg.hashsalt": "labour-transfer-arithmetic",
    "svg.fonttype": "path",
}


def mark(colour: str, marker: str, **more: Any) -> dict[str, Any]:
    """The style of a mark: keywords of ``Axes.plot``."""
    return {"color": colour, "marker": marker, "markersize": 6, "linestyle": "", **more}


#: The marks that data/figures.yaml names.
MARKS: dict[str, dict[str, Any]] = {
    "dot": mark(BLACK, "o"),
    "square": mark(BLUE, "s"),
    "diamond": mark(ORANGE, "D"),
    "upright": mark(BLACK, "|", markersize=12),
    "cross": mark(BLACK, "x", markersize=7),
    "thin plus": mark(BLACK, "+", markersize=8),
    "white diamond": mark(BLACK, "D", markerfacecolor="white"),
    "blue dot": mark(BLUE, "o"),
    "blue plus": mark(BLUE, "P"),
    "blue triangle": mark(BLUE, "^"),
    "white dot": mark(BLUE, "o", markerfacecolor="white"),
    "white triangle": mark(BLUE, "^", markerfacecolor="white"),
    "orange square": mark(ORANGE, "s"),
    "orange upright": mark(ORANGE, "|", markersize=11, markeredgewidth=2),
    "thick upright": mark(ORANGE, "|", markersize=13, markeredgewidth=2.4),
}
#: Where an arrow points from a value that leaves room on one side.
_TURNS = {"at most": -1, "at least": 1}
_AT_RISK = {"at_risk_2021": "through transfers, 2021", "at_risk_total": "both groups"}
_BRACES = re.compile(r"\{(\w+)\}")

Row = dict[str, Any]


class Drawing(NamedTuple):
    """Data under one setting, a function that draws them, and what they show.

    The function takes a canvas and the title and note that stand around the figure. The
    ``fields`` are what the names in the figure's caption stand for.
    """

    frame: pd.DataFrame
    draw: Callable[[Canvas, str, str], object]
    fields: Mapping[str, str]


class Evaluation(NamedTuple):
    """The source of a figure: a model under a setting; a tornado's quantity."""

    model: Model
    setting: Setting
    quantity: str = "at_risk_2021"


@dataclass(frozen=True)
class Plot:
    """A figure: its words, and a function that makes it from its source."""

    row: FigureRow
    make: Callable[[FigureRow, Any], Drawing]
    of_the_article: bool = False  # it makes all choices itself

    def source(
        self,
        model: Model,
        setting: Setting = ARTICLE,
        quantity: str = "at_risk_2021",
    ) -> Evaluation:
        """The source of its data under a setting.

        Raises ModelError for a changed one if it is of the article alone.
        """
        if self.of_the_article and (changed := model.differences(setting)):
            raise ModelError(
                "the figure makes all choices itself, so it is of the article alone, "
                f"and this {changed}"
            )
        return Evaluation(model, setting, quantity)

    def drawing(self, source: Any) -> Drawing:
        """Its data and how they are drawn."""
        return self.make(self.row, source)

    def frame(self, source: Any) -> pd.DataFrame:
        """Its data."""
        return self.drawing(source).frame

    def caption(self, source: Any) -> str:
        """What it shows, with its numbers, and how its setting differs, if it does."""
        fields = self.drawing(source).fields
        if "caption" in fields:
            return " ".join(filter(None, [fields["caption"], _differs(source)]))
        words = _BRACES.sub(lambda name: fields.get(name[1], name[0]), self.row.caption)
        told = filled(Speller(source.model), words, source.setting)
        return " ".join(filter(None, [told, _differs(source)]))


def figures(model: Model) -> dict[str, Plot]:
    """The figures of a data package, by name. Raises RegisterError."""
    return {
        name: Plot(row, *_OWN.get(name, [marked]))
        for name, row in figure_rows.read(model.register).items()
    }


def _differs(source: Any) -> str:
    """How the setting of a figure's source differs from the article's."""
    differs = source.model.differences(source.setting)
    return f"{differs[0].upper()}{differs[1:]}." if differs else ""


def drawn(
    name: str, model: Model, setting: Setting, quantity: str = "at_risk_2021"
) -> Canvas:
    """A figure under a setting, for a notebook.

    Raises ModelError for an unknown name.
    """
    known = figures(model)
    if not isinstance(name, str) or name not in known:
        raise ModelError(f"'{name}' is no figure{nearest(name, known)}")
    return render_figure(name, known[name].source(model, setting, quantity))


def render_figure(name: str, source: Any) -> Canvas:
    """A figure of an evaluation or a sensitivity, for a notebook.

    Within a run it is kept, too.
    """
    with mpl.rc_context(STYLE):
        plot = figures(source.model)[name]
        row, drawing, caption = plot.row, plot.drawing(source), plot.caption(source)
        note = f"{caption} {row.source} {CAVEAT}"
        # What differs from the article takes lines of its own.
        height = row.height + LINE * len(_differs(source)) / NOTE_LETTERS
        fig = plt.figure(figsize=(WIDTH, height), layout="constrained")
        drawing.draw(fig, row.title, note)
        plt.close(fig)  # else the notebook shows it twice
        DescribedCanvas(fig, row.alt, caption)
        if folder := os.environ.get(KEEP_FIGURES_IN):
            _keep(row.id, fig, drawing.frame, Path(folder))
    return fig


def table(name: str, model: Model, setting: Setting = ARTICLE) -> Frame:
    """The data of a figure in words, a row a mark."""
    plot = figures(model)[name]
    data = plot.frame(plot.source(model, setting))
    words = data.select_dtypes(exclude="number")
    return of_texts(words.to_numpy().tolist(), [*map(str, words.columns)])


def _keep(name: str, fig: Canvas, frame: pd.DataFrame, folder: Path) -> None:
    """Write a figure as SVG and PNG, with its plotted data as CSV."""
    undated = {"Date": None, "Creator": None}
    fig.savefig(folder / f"{name}.svg", metadata=undated)
    fig.savefig(folder / f"{name}.png")
    (folder / f"{name}.csv").write_text(data_text(frame), encoding="utf-8")


def data_text(frame: pd.DataFrame) -> str:
    """A figure's plotted data as CSV, to ten digits."""
    escaped = escape_spreadsheet_formulas(frame)
    return str(escaped.to_csv(index=False, lineterminator="\n", float_format="%.10g"))


# Drawing ------------------------------------------------------------------------------


def rows(
    row: FigureRow,
    frame: pd.DataFrame,
    fields: Mapping[str, str],
    *,
    styles: Mapping[str, Any] | None = None,
    guides: Sequence[tuple[float, str]] = (),
    band: tuple[float, float, str] | None = None,
    rounding: tuple[float, float] | None = None,
) -> Drawing:
    """Return a drawing with a mark for each row of a frame.

    A row has its label at the left, a line from low to high, the mark at the value, and
    its words at the right. Rows with one label stand together.

    ``frame`` has the columns label, role, value, low, high and words. Where it has a
    column ``side``, that puts an arrow at an open end; where it has a column ``start``,
    a bar goes from there to the value. ``styles`` gives a style for each role, and
    makes the key. ``guides`` are upright lines, ``band`` is a printed range, and
    ``rounding`` is what its ends stand for; all are in units of the axis.
    """
    scale, start, apart = row.scale, row.start, row.apart
    unit = row.unit.format_map(fields)
    if styles is None:
        styles = {role: MARKS[name] for role, name in row.roles.items()}

    def draw(fig: Canvas, title: str, note: str) -> None:
        ax = fig.add_subplot()
        bars = "start" in frame
        first = frame["label"] != frame["label"].shift()
        ys = -pd.Series(np.where(first, 1, apart)).cumsum()
        texts: dict[float, str] = {}
        for y, each in zip(ys, frame.to_dict("records"), strict=True):
            texts[y] = texts.get(y) or _wrapped(each["words"])
            style, side = styles[each["role"]], each.get("side", "")
            value, low, high = (each[name] / scale for name in ("value", "low", "high"))
            colour = style.get("color", BLACK)
            end = low if side == "at most" else high
            if bars:
                ax.barh(
                    y,
                    value - each["start"] / scale,
                    left=each["start"] / scale,
                    height=0.5,
                    **style,
                )
                dark = side == "at most" and "color" in style
                colour, end = "white" if dark else BLACK, value
            else:
                ax.plot(value, y, **style)
            ax.hlines(y, low, high, color=colour, linewidth=2, alpha=0.6)
            if side in _TURNS and np.isfinite(value):
                arrow = {
                    "arrowstyle": "<-",
                    "color": colour,
                    "linewidth": 1.4,
                    "shrinkA": 0,
                    "shrinkB": 0,
                }
                ax.annotate(
                    "",
                    (end, y),
                    (_TURNS[side] * 18, 0),
                    textcoords="offset points",
                    arrowprops=arrow,
                )
        for x, name in guides:
            ax.axvline(x, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
            _above(ax, x, name, PALE_INK)
        if band:
            ax.axvspan(*band[:2], color=ORANGE, alpha=0.22, linewidth=0, zorder=0)
            if rounding:
                ax.axvspan(*rounding, color=ORANGE, alpha=0.12, linewidth=0, zorder=0)
            _above(ax, sum(band[:2]) / 2, band[2], INK)
        right = ax.secondary_yaxis("right")
        right.spines["right"].set_visible(False)
        names = map(_wrapped, frame["label"][first])
        for side, marks in (
            (ax, dict(zip(ys.groupby(first.cumsum()).mean(), names, strict=True))),
            (right, texts),
        ):
            side.set_yticks([*marks], [*marks.values()], linespacing=1.2)
            side.tick_params(axis="y", length=0)
        ax.margins(x=0.1)
        ax.set(xlim=(start, None), ylim=(ys.min() - 0.7, ys.max() + 0.7), xlabel=unit)
        ax.locator_params(axis="x", nbins=4)
        key = Patch if bars else partial(Line2D, [], [])
        around(
            fig,
            title,
            note,
            [key(label=role, **style) for role, style in styles.items()],
        )

    return Drawing(frame, draw, fields)


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
    """Put the title and the key over a figure, and the note under it.

    The note has the caption and the place of the figure's numbers in the article.
    """
    columns = 3 if max((len(one.get_label()) for one in handles), default=0) < 23 else 2
    fig.legend(
        handles=handles if len(handles) > 1 else [],
        title=_wrapped(title, 49),
        frameon=False,
        loc="outside upper left",
        ncols=columns,
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
    """Break a text into lines that are about as long as each other.

    A line has at most so many letters. A break that the text has stays.
    """
    even = (
        min(letters, len(line) // -(-len(line) // letters or 1) + 6)
        for line in text.split("\n")
    )
    return "\n".join(
        textwrap.fill(*one, break_on_hyphens=False)
        for one in zip(text.split("\n"), even, strict=True)
    )


NOT_COMPUTABLE = "not computable"
_NONE = {"value": np.nan, "low": np.nan, "high": np.nan, "words": NOT_COMPUTABLE}


def estimated(study: Evaluation, quantity: str, **readings: str) -> Row:
    """The numbers and the words of a quantity, under some readings over the setting.

    The numbers are NaN where it is not computable.
    """
    model = study.model
    try:
        one = model.estimate(quantity, model.over(study.setting, readings))
    except ModelError:
        return dict(_NONE)
    words = Speller(model).spell(quantity, one.value)
    numbers = {"value": one.value, "low": one.low, "high": one.high}
    return {**numbers, "words": words, "side": one.side}


def marked(row: FigureRow, study: Evaluation) -> Drawing:
    """A figure of the marks that its row lists."""
    frame = pd.DataFrame([_marked_row(study, one) for one in row.marks])
    if not any(one.with_side for one in row.marks):
        frame = frame.drop(columns="side")
    by_name = {one.name: place for place, one in enumerate(row.marks) if one.name}
    fields = {name: str(frame["words"][place]) for name, place in by_name.items()}
    for name in dict.fromkeys(one.group for one in row.marks if one.group):
        members = [place for place, one in enumerate(row.marks) if one.group == name]
        known = frame.loc[members].dropna(subset="value")
        fields |= _of_group(study, row, name, known)
    guides = []
    for words, at in row.guides.items():
        value = frame["value"][by_name[at]] / row.scale if isinstance(at, str) else at
        guides.append((float(value), words))
    if not row.band:
        return rows(row, frame, fields, guides=guides)
    first, last = (by_name[name] for name in row.band)
    numbers = frame["value"].drop([first, last])
    low, high = float(frame["value"][first]), float(frame["value"][last])
    lowest, highest = float(frame["low"][first]), float(frame["high"][last])
    inside = int(numbers.between(low, high).sum())
    widest = int(numbers.between(lowest, highest).sum())
    fields["inside"] = count_words(inside, "lie")
    fields["rounded"] = count_words(widest - inside)
    band = low / row.scale, high / row.scale, "printed"
    rounding = lowest / row.scale, highest / row.scale
    return rows(row, frame, fields, band=band, rounding=rounding)


def _marked_row(study: Evaluation, one: Mark) -> Row:
    """A mark with its numbers and words."""
    model, readings = study.model, dict(one.readings)
    found = {"side": "", **estimated(study, one.quantity, **readings)}
    side = found["side"] if one.with_side else ""
    label = one.label or model.label(one.quantity, readings[one.quantity]).capitalize()
    words = str(found["words"])
    if one.start:
        start = estimated(study, one.start, **readings)
        found["low"], found["high"] = sorted([start["value"], found["value"]])
        words = NOT_COMPUTABLE
        if np.isfinite([start["value"], found["value"]]).all():
            words = joined(start["words"], str(found["words"]))
        else:
            found["low"] = found["high"] = np.nan
    elif not one.words:
        found["low"] = found["high"] = np.nan
    elif one.over_shares:
        found["low"], found["high"] = _over_shares(study, one)
    if one.words in ("{value}", "{span}"):
        words = with_side(words, side)
    elif words != NOT_COMPUTABLE:
        fields = {"value": words}
        for name in set(_BRACES.findall(one.words)) - {"value"}:
            fields[name] = str(estimated(study, name, **readings)["words"])
        words = one.words.format_map(fields)
    del found["side"]
    return {"label": label, "role": one.role, **found, "words": words, "side": side}


def _over_shares(study: Evaluation, one: Mark) -> tuple[float, float]:
    """A quantity with each share that it starts from at the ends of its range."""
    model = study.model
    plan = model.plan(one.quantity, model.over(study.setting, one.readings))
    free = [model.register.assumptions.get(name) for name in plan.leaves]
    shares = [share for share in free if share and share.unit == "dimensionless"]
    low = plan.evaluate({share.id: share.low for share in shares})
    high = plan.evaluate({share.id: share.high for share in shares})
    return float(low[plan.target]), float(high[plan.target])


def _of_group(
    study: Evaluation, row: FigureRow, name: str, known: pd.DataFrame
) -> dict[str, str]:
    """The span and the count of a group of marks, in words."""
    if known.empty:
        return {name: NOT_COMPUTABLE, f"{name}_count": count_words(0)}
    quantity = next(one.quantity for one in row.marks if one.group == name)
    speller = Speller(study.model)
    low = speller.spell(quantity, float(known["value"].min()))
    high = speller.spell(quantity, float(known["value"].max()))
    return {name: joined(low, high), f"{name}_count": count_words(len(known))}


# The figures --------------------------------------------------------------------------


def official_series(row: FigureRow, study: Evaluation) -> Drawing:
    """Official figures a year, by noun, beside the article's numbers."""
    official = [
        _official(row, one)
        for one in study.model.register.external.values()
        if re.fullmatch(r"(report|target)_\d{4}(_persons)?", one.id)
    ]
    reported = {each["label"] for each in official if each["role"] != "goal"}
    years = range(int(min(reported)), int(max(reported)) + 1)
    empty = [str(year) for year in years if str(year) not in reported]
    none = {"role": "transfer", "words": "no figure", "noun": "", "unit": ""}
    found: list[Row] = [{"label": year, **none} for year in empty]
    found += official
    for one in row.marks:
        unit = study.model.units[one.quantity]
        numbers = {"noun": one.name, "unit": unit, "low": np.nan, "high": np.nan}
        found.append({**_marked_row(study, one), **numbers})
    frame = pd.DataFrame(found).drop(columns="side")
    frame = frame.sort_values("label", kind="stable", ignore_index=True)
    fields = {"without": str(len(empty)), "years": str(len(years))}
    names = {"plan": "planned_transfers_2016_2020", "mean": "transfers_2016_2020"}
    guides = [
        (estimated(study, quantity)["value"] / row.scale, words)
        for words, quantity in names.items()
    ]
    return rows(row, frame, fields, guides=guides)


def _official(row: FigureRow, figure: External) -> Row:
    """An official figure as a mark: its role is the verb in its noun."""
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
    "as above": {"color": SKY},
    "ours": {"facecolor": ORANGE, "hatch": "..", "edgecolor": BLACK},
    "in words only": {"facecolor": "white", "hatch": "////", "edgecolor": BLUE},
}


def waterfall(row: FigureRow, study: Evaluation) -> Drawing:
    """From persons at risk in 2019 to 2021 and to both groups, a bar each."""
    model = study.model
    first, second, third = (
        model.plan(f"at_risk_{name}", study.setting)
        for name in ("2019", "2021", "total")
    )
    base, now = (estimated(study, f"at_risk_{year}")["value"] for year in (2019, 2021))
    floor = {"former_detainees": "floor"} if third.words else {}
    total = estimated(study, "at_risk_total", **floor)
    names = ("at_risk_2019_up_to", "at_risk_2021_approaches", "at_risk_total_range")
    up_to, approaches, both = (model.register.claims[name].published for name in names)
    low, high = both.value("low"), both.value("high")
    # One place for all bars, so that the figure adds up.
    levels = approaches.value(), low, high
    sizes = base, now, now - base, total["value"]
    known = [size for size in sizes if np.isfinite(size)]
    place = min((place_of(size, "person", levels) for size in known), default=0)

    def words(size: float, side: str = "") -> str:
        if not np.isfinite(size):
            return NOT_COMPUTABLE
        return with_side(spell_at(abs(size), "person", place), side)

    none = np.nan, np.nan
    is_printed = first.claims == {names[0]}
    at_first = "ours", 0, base, first.side, words(base, first.side), *none
    if is_printed:
        at_first = "printed", 0, base, first.side, str(up_to), *none
    added = words(now - base)
    if not np.isnan(now - base):
        added = f"{'+' if now >= base else MINUS} {added}"
    in_2021 = f"{words(now, second.side)}\nprinted: {approaches}"
    spelled_total = words(total["value"], third.side)
    span = total["low"], total["high"]
    last = "ours", now, total["value"], third.side, spelled_total, *span
    if third.words:
        more = words(total["value"] - now, "at least")
        if np.isfinite(total["value"] - now):
            more = f"{more} more"
        last = "in words only", now, total["value"], "at least", more, *none
    pieces = [
        ("At risk in 2019", *at_first),
        ("Added since 2019", "calculated", base, now, "", added, *none),
        ("At risk in 2021", "calculated", 0, now, second.side, in_2021, *none),
        ("With former detainees", "as above", 0, now, "", "", *none),
        ("With former detainees", *last),
    ]
    columns = ["label", "role", "start", "value", "side", "words", "low", "high"]
    frame = pd.DataFrame(pieces, columns=columns)
    fields = _sum_in_words(study, second, third)
    fields |= {"now": words(now), "total": spelled_total}
    fields["reached"] = f"If “{up_to}” was reached, the" if is_printed else "The"
    fields["together"] = fields["together"].replace("{total}", spelled_total)
    styles = {role: style for role, style in _BARS.items() if role in {*frame["role"]}}
    band = low / row.scale, high / row.scale, f"printed: {both}"
    return rows(row, frame, fields, styles=styles, band=band)


def _sum_in_words(study: Evaluation, second: Plan, third: Plan) -> dict[str, str]:
    """What the caption of the waterfall says of its sum, or why there is none."""
    together = "With former detainees it is {total}."
    if third.words:
        together = (
            "With former detainees there is no total: “up to” one number plus “at "
            "least” another can be higher or lower."
        )
    overlap = study.model.plan("overlap", study.setting).value
    both_groups = "We assume that nobody is in both groups."
    if overlap:
        share = exact(overlap, "")
        both_groups = (
            f"We take a share of {share} of former detainees as in both groups."
        )
    fields = {"together": together, "both_groups": both_groups}
    try:
        _ = second.value
    except ModelError as error:
        told = f"The sum for 2021 is not computable under this setting: {error}."
        fields["caption"] = told
    return fields


def tornado(row: FigureRow, study: Evaluation) -> Drawing:
    """An estimate with each assumption at both ends of its range, the widest first."""
    model, quantity = study.model, study.quantity
    speller = Speller(model)
    now = float(estimated(study, quantity)["value"])
    made = [
        _end_of_bar(speller, quantity, bar.assumption, role, now, end)
        for bar in sensitivity.tornado(model, quantity, study.setting)
        for role, end in zip(
            row.roles,
            [(bar.low, bar.at_low), (bar.high, bar.at_high)],
            strict=True,
        )
    ]
    names = ["label", "role", "assumption", "at", "value", "low", "high", "words"]
    frame = pd.DataFrame(made, columns=names)
    scaled = row.model_copy(update={"scale": 1.0, "unit": quantity.replace("_", " ")})
    if model.units[quantity] in BASE_UNITS:
        unit = f"{scaled.unit}, million {model.units[quantity]}s"
        scaled = row.model_copy(update={"unit": unit})
    told = "No assumption moves the estimate."
    if made:
        values = sorted(each["value"] for each in made[:2])
        span = joined(*(speller.spell(quantity, value) for value in values))
        told = f"{made[0]['label']} moves the estimate most, from {span}."
    guides = [(now / scaled.scale, "as it is")] if np.isfinite(now) else []
    return rows(scaled, frame, {"most": told}, guides=guides)


def _end_of_bar(
    speller: Speller,
    quantity: str,
    assumption: str,
    role: str,
    now: float,
    end: tuple[float, float],
) -> Row:
    """An estimate with an assumption at one end of its range, as a mark."""
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


def specification_curve(row: FigureRow, source: Any) -> Drawing:
    """Both estimates for 2021 under each combination of choices, sorted."""
    model = source.model
    spec = sweep.read(model.register.folder / "specification.yaml", model)
    frame = sweep.compute(model, spec)
    known = frame[frame["violates"] == ""]
    axes_of = [*(f"{name}__reading" for name in spec.readings), *spec.numbers]
    choices = [name for name in axes_of if frame[name].nunique() > 1]
    options = [(name, value) for name in choices for value in frame[name].unique()]
    usual = {f"{name}__reading": model.default(name) for name in spec.readings}
    usual |= {name: model.register.assumptions[name].value for name in spec.numbers}
    names = ("at_risk_2021_approaches", "at_risk_total_range")
    printed = approaches, both = tuple(
        model.register.claims[name].published for name in names
    )
    bands = (
        (approaches.asserts().low, approaches.value()),
        (both.value("low"), both.value("high")),
    )

    def draw(fig: Canvas, title: str, note: str) -> None:
        axes = fig.subplots(4, 1, height_ratios=(1, 1.6) * 2).reshape(2, 2)
        for (top, bottom), quantity, band, claim in zip(
            axes, spec.quantities, bands, printed, strict=True
        ):
            curve = known.sort_values(quantity, kind="stable", ignore_index=True)
            article = curve.index[
                (curve[choices] == pd.Series(usual)[choices]).all(axis=1)
            ]
            top.axhspan(
                band[0] / 1e6, band[1] / 1e6, color=ORANGE, alpha=0.25, linewidth=0
            )
            top.plot(
                curve[quantity] / 1e6,
                **mark(BLACK, ".", markersize=3),
                label="one combination",
            )
            # Both groups have no single value under the article's own setting.
            if not model.plan(quantity).words:
                top.plot(
                    article,
                    curve[quantity][article] / 1e6,
                    **MARKS["diamond"],
                    label="no settings changed",
                )
            said = f"{_AT_RISK[quantity]}: {len(curve)} combinations\nprinted: {claim}"
            top.set_title(said, fontsize=mpl.rcParams["font.size"], loc="right")
            for y, (name, value) in enumerate(options):
                at = curve.index[curve[name] == value]
                bottom.plot(
                    at,
                    [-y] * len(at),
                    **mark(BLUE, "|", markersize=5, markeredgewidth=0.7),
                )
            words = [
                f"{name.removesuffix('__reading')}: {value}".replace("_", " ")
                for name, value in options
            ]
            bottom.set_yticks(
                range(0, -len(options), -1), [one.removesuffix(".0") for one in words]
            )
            bottom.set(xlabel="combinations, sorted", xlim=top.get_xlim())
            highest = 1.05e-6 * float(known[[*spec.quantities]].to_numpy().max())
            top.set(xticks=[], ylabel="million persons", ylim=(0, highest))
        around(fig, title, note, axes[0, 0].get_legend_handles_labels()[0])

    refused = len(frame) - len(known)
    fields = {"refused": str(refused), "combinations": str(len(frame))}
    return Drawing(frame, draw, fields)


#: The figures that are drawn in a way of their own, and what they are drawn from.
_OWN: dict[str, tuple[Any, ...]] = {
    "official_series": (official_series,),
    "waterfall": (waterfall,),
    "tornado": (tornado,),
    "specification_curve": (specification_curve, True),
}
