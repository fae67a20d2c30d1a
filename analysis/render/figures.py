"""This module draws the figures.

One function for each figure gives its data and its drawing; most of these functions use
``rows``. ``FIGURES`` lists the figures.
"""

from __future__ import annotations

import contextlib
import os
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from analysis.core.spell import exact, joined, place_of, spell, spell_at, with_side
from analysis.core.units import BASE_UNITS, nearest
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.render import KEEP_FIGURES_IN
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
NOTE_LETTERS, LINE = 74, 0.15
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


DOT, SQUARE, DIAMOND = mark(BLACK, "o"), mark(BLUE, "s"), mark(ORANGE, "D")
#: Where an arrow points from a value that leaves room on one side.
_TURNS = {"at most": -1, "at least": 1}
_FEBRUARY = {"transfers_2021": "total_2021_february"}
_TIANSHAN = {"transfers_2021": "published"}
_AT_RISK = {"at_risk_2021": "through transfers, 2021", "at_risk_total": "both groups"}

Row = dict[str, Any]


class Drawing(NamedTuple):
    """Data under one setting, a function that draws them, and what they show.

    The function takes a canvas and the title and note that stand around the figure. The
    ``caption`` is computed from the data; the ``source`` says where they are from.
    """

    frame: pd.DataFrame
    draw: Callable[[Canvas, str, str], object]
    caption: str
    source: str


class Evaluation(NamedTuple):
    """The source of a figure: a model under a setting; a tornado's quantity."""

    model: Model
    setting: Setting
    quantity: str = "at_risk_2021"


@dataclass(frozen=True)
class Plot:
    """A figure has a height in inches, a title, and a function that makes it.

    The title says what is shown, whatever the setting; what was found stands in the
    caption. ``make`` makes the figure from its source.
    """

    height: float
    title: str
    make: Callable[[Any], Drawing]
    of_the_article: bool = False  # it makes all choices itself

    @property
    def alt(self) -> str:
        """A text in its place."""
        return " ".join(str(self.make.__doc__).split())

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

    def frame(self, source: Any) -> pd.DataFrame:
        """Its data."""
        return self.make(source).frame

    def caption(self, source: Any) -> str:
        """What it shows, with its numbers, and how its setting differs, if it does."""
        drawing = self.make(source)
        return " ".join(filter(None, [drawing.caption, _differs(source)]))


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
    if not isinstance(name, str) or name not in FIGURES:
        raise ModelError(f"'{name}' is no figure{nearest(name, FIGURES)}")
    return render_figure(name, FIGURES[name].source(model, setting, quantity))


def render_figure(name: str, source: Any) -> Canvas:
    """A figure of an evaluation or a sensitivity, for a notebook.

    Within a run it is kept, too.
    """
    with mpl.rc_context(STYLE):
        drawing = FIGURES[name].make(source)
        caption = FIGURES[name].caption(source)
        note = f"{caption} {drawing.source} {CAVEAT}"
        # What differs from the article takes lines of its own.
        height = FIGURES[name].height + LINE * len(_differs(source)) / NOTE_LETTERS
        fig = plt.figure(figsize=(WIDTH, height), layout="constrained")
        drawing.draw(fig, FIGURES[name].title, note)
        plt.close(fig)  # else the notebook shows it twice
        FigureCanvasAgg(fig)
        if folder := os.environ.get(KEEP_FIGURES_IN):
            _keep(name, fig, drawing.frame, caption, Path(folder))
    return fig


def table(name: str, model: Model, setting: Setting = ARTICLE) -> Frame:
    """The data of a figure in words, a row a mark."""
    data = FIGURES[name].frame(FIGURES[name].source(model, setting))
    words = data.select_dtypes(exclude="number")
    return of_texts(words.to_numpy().tolist(), [*map(str, words.columns)])


def _keep(
    name: str, fig: Canvas, frame: pd.DataFrame, caption: str, folder: Path
) -> None:
    """Write a figure as SVG and PNG, with its plotted data as CSV."""
    fig.savefig(
        folder / f"{name}.svg",
        metadata={
            "Date": None,
            "Title": FIGURES[name].alt,
            "Description": caption,
            "Creator": None,
        },
    )
    fig.savefig(folder / f"{name}.png")
    (folder / f"{name}.csv").write_text(data_text(frame), encoding="utf-8")


def data_text(frame: pd.DataFrame) -> str:
    """A figure's plotted data as CSV, to ten digits."""
    escaped = escape_spreadsheet_formulas(frame)
    return str(escaped.to_csv(index=False, lineterminator="\n", float_format="%.10g"))


# Drawing ------------------------------------------------------------------------------


def rows(
    frame: pd.DataFrame,
    styles: Mapping[str, Any],
    caption: str,
    unit: str,
    source: str,
    *,
    scale: float = 1e6,
    start: float | None = None,
    guides: Sequence[tuple[float, str]] = (),
    band: tuple[float, float, str] | None = None,
    rounding: tuple[float, float] | None = None,
    apart: float = 0.55,
) -> Drawing:
    """Return a drawing with a mark for each row of a frame.

    A row has its label at the left, a line from low to high, the mark at the value, and
    its words at the right. Rows with one label stand together, ``apart`` from each
    other.

    ``frame`` has the columns label, role, value, low, high and words. Where it has a
    column ``side``, that puts an arrow at an open end; where it has a column ``start``,
    a bar goes from there to the value. ``styles`` gives a style for each role, and
    makes the key. ``scale`` is the number of base units to one unit of the axis, and
    ``start`` is where the axis starts. ``guides`` are upright lines, ``band`` is a
    printed range, and ``rounding`` is what its ends stand for.
    """

    def draw(fig: Canvas, title: str, note: str) -> None:
        ax = fig.add_subplot()
        bars = "start" in frame
        first = frame["label"] != frame["label"].shift()
        ys = -pd.Series(np.where(first, 1, apart)).cumsum()
        texts: dict[float, str] = {}
        for y, row in zip(ys, frame.to_dict("records"), strict=True):
            texts[y] = texts.get(y) or _wrapped(row["words"])
            style, side = styles[row["role"]], row.get("side", "")
            value, low, high = (row[name] / scale for name in ("value", "low", "high"))
            colour = style.get("color", BLACK)
            end = low if side == "at most" else high
            if bars:
                ax.barh(
                    y,
                    value - row["start"] / scale,
                    left=row["start"] / scale,
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

    return Drawing(frame, draw, caption, source)


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
        fontsize=8.25,
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


def estimated(
    study: Evaluation, label: str, role: str, quantity: str, **readings: str
) -> Row:
    """Return a row of a frame, with the estimate of a quantity.

    The quantity is estimated under some readings, put over the study's setting. Where
    it is not computable, the numbers of the row are NaN.
    """
    model = study.model
    row = {
        "label": label,
        "role": role,
        "value": np.nan,
        "low": np.nan,
        "high": np.nan,
        "words": "not computable",
    }
    try:
        one = model.estimate(quantity, model.over(study.setting, readings))
    except ModelError:
        return row
    words = Speller(model).spell(quantity, one.value)
    return {**row, "value": one.value, "low": one.low, "high": one.high, "words": words}


def estimates(
    study: Evaluation, *wanted: tuple[str, str, str, dict[str, str]]
) -> pd.DataFrame:
    """A frame of quantities: a label, a role, a quantity and its readings each."""
    return pd.DataFrame(
        [estimated(study, *one, **readings) for *one, readings in wanted]
    )


# The figures --------------------------------------------------------------------------


def plan_against_actual(study: Evaluation) -> Drawing:
    """Transfers planned and made a year in 2016-2020 and in 2021, with the plan for
    2021 that the totals imply.
    """  # noqa: D205
    frame = estimates(
        study,
        ("2016–2020, planned a year", "planned", "planned_transfers_2016_2020", {}),
        ("2016–2020, made a year", "made", "transfers_2016_2020", {}),
        (
            "2021, by the total printed with the plan",
            "plan implied",
            "planned_transfers_2021",
            _FEBRUARY,
        ),
        (
            "2021, by the total printed with the growth",
            "plan implied",
            "planned_transfers_2021",
            _TIANSHAN,
        ),
        ("2021, printed with the plan", "made", "transfers_2021", _FEBRUARY),
        ("2021, printed with the growth", "made", "transfers_2021", _TIANSHAN),
    )
    side = study.model.plan("planned_transfers_2016_2020", study.setting).side
    frame["side"] = [side] + [""] * (len(frame) - 1)
    frame.loc[0, "words"] = with_side(str(frame.loc[0, "words"]), side)
    mean, words = float(frame["value"][1]), frame["words"]
    caption = (
        f"The plan for 2021 would be {words[2]} by the total printed with the plan, "
        f"and {words[3]} by that printed with the growth. The mean made in 2016–2020 "
        f"is {words[1]} a year."
    )
    source = (
        "Sections mobilization-2016-2020, paragraph 6, and scale, paragraph 2. "
        "Lines: room left by the digits."
    )
    styles = {"planned": DIAMOND, "made": DOT, "plan implied": SQUARE}
    guides = [(mean / 1e6, "mean")]
    return rows(frame, styles, caption, "million transfers", source, guides=guides)


def two_values_of_2019(study: Evaluation) -> Drawing:
    """The implied base of 2019, the mean of 2016-2020, the labourers printed for 2019,
    and persons in the base.
    """  # noqa: D205
    implied = {"persons_per_transfer": "implied"}
    frame = estimates(
        study,
        (
            "Base, by the growth",
            "transfers",
            "transfers_2019",
            {"transfers_2019": "from_rate"},
        ),
        (
            "Base, by the increase",
            "transfers",
            "transfers_2019",
            {"transfers_2019": "from_difference"},
        ),
        ("Mean of 2016–2020", "transfers", "transfers_2016_2020", {}),
        ("Printed for 2019", "labourers", "labourers_2019", {}),
        ("Base in persons, ratio implied", "persons", "persons_2019", implied),
        ("Base in persons, ratio as set", "persons", "persons_2019", {}),
    )
    ratios = (
        estimated(study, "", "", "persons_per_transfer", **one)["words"]
        for one in (implied, {})
    )
    beside = pd.Series([""] * 4 + [f", {ratio} a transfer" for ratio in ratios])
    frame["words"] += " " + frame["role"] + beside
    apart = filled(Speller(study.model), "{|figures_of_2019_apart|}", study.setting)
    caption = f"The base by the growth and the labourers printed are {apart} apart."
    source = (
        "Section scale, paragraphs 1 and 2; note 4. "
        "The article does not equate the two, or state labourers' unit."
    )
    styles = {"transfers": DOT, "labourers": DIAMOND, "persons": SQUARE}
    guides = [(frame["value"][3] / 1e6, "printed")]
    if not apart:
        caption = ""
    return rows(frame, styles, caption, "million", source, guides=guides)


_VERBS = {"going out to work": "o", "paid labour": "P", "moved": "s", "transfer": "^"}
_SERIES = {
    **{verb: mark(BLUE, marker) for verb, marker in _VERBS.items()},
    "expected": mark(BLUE, "^", markerfacecolor="white"),
    "goal": mark(ORANGE, "|", markersize=11, markeredgewidth=2),
    "the article, transfers": mark(BLACK, "x", markersize=7),
    "the article, labourers": mark(BLACK, "D", markerfacecolor="white"),
    "implied by the article": mark(BLACK, "+", markersize=8),
}


def official_series(study: Evaluation) -> Drawing:
    """Transfers a year in the region's reports, 2004 to 2025, by noun, with goals and
    the article's numbers.
    """  # noqa: D205
    found: list[Row] = []
    units = {"person": " persons", "labourer": ", unit not stated"}
    for one in study.model.register.external.values():
        if re.fullmatch(r"(report|target)_\d{4}(_persons)?", one.id):
            printed = one.published
            noun = one.noun.partition("(")[2].rstrip(")") or one.unit_as_printed
            if printed.target:
                role, unit = "goal", units.get(one.base_unit, "")
            elif one.qualifier == "expected":
                role, unit = "expected", units.get(one.base_unit, "")
            else:
                role = next((verb for verb in _VERBS if verb in noun), "")
                unit = units.get(one.base_unit, "")
            found.append(
                {
                    "label": str(one.year_from),
                    "role": role,
                    "words": f"{printed}{unit}",
                    "noun": noun,
                    "unit": one.base_unit,
                    "value": printed.value(),
                }
            )
    reported = {row["label"] for row in found if row["role"] != "goal"}
    years = [str(year) for year in range(int(min(reported)), int(max(reported)) + 1)]
    for label, noun, quantity, readings in (
        ("2019", "base implied", "transfers_2019", {}),
        ("2019", "rural surplus laborers", "labourers_2019", {}),
        ("2021", "total printed with the growth", "transfers_2021", _TIANSHAN),
        ("2021", "total printed with the plan", "transfers_2021", _FEBRUARY),
        ("2021", "plan implied", "planned_transfers_2021", {}),
    ):
        unit = study.model.units[quantity]
        role = (
            "implied by the article"
            if noun.endswith("implied")
            else f"the article, {unit}s"
        )
        row = estimated(study, label, role, quantity, **readings)
        found.append({**row, "noun": noun, "unit": unit, "low": np.nan, "high": np.nan})
    empty = [year for year in years if year not in reported]
    none = [
        {
            "label": year,
            "role": "transfer",
            "words": "no figure",
            "noun": "",
            "unit": "",
        }
        for year in empty
    ]
    frame = pd.DataFrame([*none, *found]).sort_values(
        "label", kind="stable", ignore_index=True
    )
    plan, mean = (
        estimated(study, "", "", f"{one}transfers_2016_2020")["value"] / 1e6
        for one in ("planned_", "")
    )
    caption = (
        f"The reports print no figure for {len(empty)} of {len(years)} years. Nouns "
        "and units differ, so no line joins the figures."
    )
    source = (
        "Work reports (data/external.csv), official and target-driven; "
        "sections mobilization-2016-2020, paragraph 6, scale. "
        "Most are person-times. Shapes: the verb in the noun. "
        "Uprights: the article's plan and mean a year, 2016–2020."
    )
    how: Any = {"start": 0, "guides": [(plan, "plan"), (mean, "mean")], "apart": 0}
    return rows(frame, _SERIES, caption, "million a year", source, **how)


def readings_of_at_risk_2019(study: Evaluation) -> Drawing:
    """The printed estimate for 2019, "up to", beside three reconstructions, each over
    the ranges of its shares.
    """  # noqa: D205
    model, found = study.model, []
    for (quantity, reading), row in model.register.readings.items():
        if quantity != "at_risk_2019":
            continue
        one = estimated(
            study,
            row.label.capitalize(),
            "printed",
            "at_risk_2019",
            at_risk_2019=reading,
        )
        if row.reconstruction:
            plan = model.plan(
                "at_risk_2019", model.over(study.setting, {"at_risk_2019": reading})
            )
            shares = [
                a
                for a in map(model.register.assumptions.get, plan.leaves)
                if a and a.unit == "dimensionless"
            ]
            ends = {
                end: plan.evaluate({a.id: getattr(a, end) for a in shares})[plan.target]
                for end in ("low", "high")
            }
            found.append({**one, **ends, "role": "reconstruction, ours", "side": ""})
        else:
            found.append({**one, "words": f"up to {one['words']}", "side": "at most"})
    frame = pd.DataFrame(found)
    ours = [*frame[frame["role"] != "printed"].sort_values("value")["words"]]
    caption = (
        f"The article prints {frame['words'][0]}. Our reconstructions, which it does "
        f"not derive, give {ours[0]} to {ours[-1]}."
    )
    source = (
        "Section scale, paragraph 1. Lines: each share, which is ours, over its range."
    )
    styles = {"printed": DOT, "reconstruction, ours": SQUARE}
    guides = [(frame["value"][0] / 1e6, "printed")]
    return rows(
        frame, styles, caption, "million persons", source, start=0, guides=guides
    )


_BARS: dict[str, Row] = {
    "printed": {"color": BLACK},
    "calculated": {"color": BLUE},
    "as above": {"color": SKY},
    "ours": {"facecolor": ORANGE, "hatch": "..", "edgecolor": BLACK},
    "in words only": {"facecolor": "white", "hatch": "////", "edgecolor": BLUE},
}


def waterfall(study: Evaluation) -> Drawing:
    """From persons at risk in 2019 to 2021 and to both groups: printed, calculated and
    in words only told apart.
    """  # noqa: D205
    model = study.model
    first, second, third = (
        model.plan(f"at_risk_{one}", study.setting) for one in ("2019", "2021", "total")
    )
    base, now = (
        estimated(study, "", "", f"at_risk_{year}")["value"]
        for year in ("2019", "2021")
    )
    total = estimated(
        study,
        "",
        "",
        "at_risk_total",
        **({"former_detainees": "floor"} if third.words else {}),
    )
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
            return "not computable"
        return with_side(spell_at(abs(size), "person", place), side)

    none = np.nan, np.nan
    at_first = "ours", 0, base, first.side, words(base, first.side), *none
    if first.claims == {names[0]}:
        at_first = "printed", 0, base, first.side, str(up_to), *none
    added = words(now - base)
    if not np.isnan(now - base):
        added = f"{'+' if now >= base else '−'} {added}"
    in_2021 = f"{words(now, second.side)}\nprinted: {approaches}"
    last = (
        "ours",
        now,
        total["value"],
        third.side,
        words(total["value"], third.side),
        total["low"],
        total["high"],
    )
    if third.words:
        more = words(total["value"] - now, "at least")
        more += " more" if np.isfinite(total["value"] - now) else ""
        last = "in words only", now, total["value"], "at least", more, *none
    pieces = [
        ("At risk in 2019", *at_first),
        ("Added since 2019", "calculated", base, now, "", added, *none),
        ("At risk in 2021", "calculated", 0, now, second.side, in_2021, *none),
        ("With former detainees", "as above", 0, now, "", "", *none),
        ("With former detainees", *last),
    ]
    frame = pd.DataFrame(
        pieces,
        columns=["label", "role", "start", "value", "side", "words", "low", "high"],
    )
    reached = f"If “{up_to}” was reached, the" if at_first[0] == "printed" else "The"
    together = f"With former detainees it is {words(total['value'], third.side)}."
    if third.words:
        together = (
            "With former detainees there is no total: “up to” one number plus “at "
            "least” another can be higher or lower."
        )
    overlap = study.model.plan("overlap", study.setting).value
    both_groups = (
        f"We take a share of {exact(overlap, '')} of former detainees as in both "
        "groups."
        if overlap
        else "We assume that nobody is in both groups."
    )
    caption = f"{reached} sum for 2021 is {words(now)}. {together} {both_groups}"
    source = "Section scale; note 4."
    try:
        _ = second.value
    except ModelError as error:
        caption = f"The sum for 2021 is not computable under this setting: {error}."
    styles = {role: style for role, style in _BARS.items() if role in {*frame["role"]}}
    how: Any = {
        "start": 0,
        "apart": 0,
        "band": (low / 1e6, high / 1e6, f"printed: {both}"),
    }
    return rows(frame, styles, caption, "million persons", source, **how)


def other_provinces(study: Evaluation) -> Drawing:
    """Labourers moved to other provinces a year: means of two papers, remainders,
    plans, and the printed volume.
    """  # noqa: D205
    frame = estimates(
        study,
        (
            "Mean of 2017–2019 (Nankai Report)",
            "mean",
            "cross_provincial_mean_2017_2019",
            {},
        ),
        (
            "Mean of 2014 to mid-2020 (white paper)",
            "mean",
            "cross_provincial_mean_2014_mid_2020",
            {},
        ),
        (
            "The other years (white paper less Nankai)",
            "remainder",
            "cross_provincial_mean_other_years",
            {},
        ),
        (
            "2014–2016 (the same, less the plan for 2020)",
            "remainder",
            "cross_provincial_mean_2014_2016",
            {},
        ),
        ("Planned for 2020", "plan", "cross_provincial_planned_2020", {}),
        ("Quota, 2016–2020 (13th plan)", "plan", "cross_provincial_quota", {}),
        ("Suggested for Hotan alone", "plan", "cross_provincial_hotan", {}),
        (
            "Printed present volume, low end",
            "printed",
            "cross_provincial_volume_low",
            {},
        ),
        (
            "Printed present volume, high end",
            "printed",
            "cross_provincial_volume_high",
            {},
        ),
    )
    numbers, (low, high) = frame["value"][:-2], frame["value"].iloc[-2:]
    widest = frame["low"].iloc[-2], frame["high"].iloc[-1]
    inside = int(numbers.between(low, high).sum())
    rounded = int(numbers.between(*widest).sum()) - inside
    ends = " to ".join(frame["words"].iloc[-2:])
    caption = (
        f"Of {count_words(len(numbers))} numbers, "
        f"{count_words(inside, 'lie within the printed present volume')} of {ends} "
        f"(dark), and {count_words(rounded)} more only within the rounding of its ends "
        "(pale)."
    )
    source = (
        "Section other-provinces. A remainder is one paper less the other. "
        "A labourer is taken for a transfer."
    )
    styles = {
        "mean": DOT,
        "remainder": SQUARE,
        "plan": DIAMOND,
        "printed": mark(BLACK, "|", markersize=12),
    }
    how: Any = {
        "scale": 1e3,
        "start": 0,
        "band": (low / 1e3, high / 1e3, "printed"),
        "rounding": (widest[0] / 1e3, widest[1] / 1e3),
    }
    return rows(frame, styles, caption, "thousand a year", source, **how)


def monitoring(study: Evaluation) -> Drawing:
    """The share of rural households that is monitored, and of households visited that
    is investigated, by reading.
    """  # noqa: D205
    region = ("flagged_share", "flagged_households", "rural_households")
    county = ("investigated_share", "households_investigated", "households_checked")
    persons = {"rural_households": "persons"}
    found = []
    for label, names, readings in (
        ("Region: both numbers are households", region, {}),
        ("Region: the first is persons", region, {"flagged_households": "persons"}),
        ("Region: the second is persons", region, persons),
        (
            "Region: both are persons",
            region,
            {**persons, "flagged_households": "persons"},
        ),
        (
            "A county: investigated among the visited",
            county,
            {"households_checked": "nested"},
        ),
        (
            "A county: investigated beside the visited",
            county,
            {"households_checked": "apart"},
        ),
    ):
        share, *numbers = (
            estimated(study, label, "share", name, **readings) for name in names
        )
        part, whole = (one["words"] for one in numbers)
        found.append({**share, "words": f"{share['words']}\n({part} of {whole})"})
    frame = pd.DataFrame(found)
    shares = [
        text.partition("\n")[0] for text in frame[:4].sort_values("value")["words"]
    ]
    caption = (
        f"The two printed numbers would give {shares[0]} to {shares[-1]} of rural "
        "households under monitoring, by how they are read."
    )
    source = (
        "Section early-warning, paragraphs 2 and 6. In brackets: households. "
        "Persons per household as set."
    )
    how: Any = {"scale": 0.01, "start": 0}
    return rows(frame, {"share": SQUARE}, caption, "percent", source, **how)


_SHARES = {
    "base of 2021": mark(BLUE, "o", markerfacecolor="white"),
    "early 2022": mark(BLUE, "s"),
    "largest possible base": mark(ORANGE, "|", markersize=13, markeredgewidth=2.4),
}


def trade_shares(study: Evaluation) -> Drawing:
    """Shares of labour-intensive products in exports, and of four prefectures in trade,
    by reading of the rates.
    """  # noqa: D205
    products = ("share_base", "labour_intensive_share_2022", "largest_share_base")
    south = ("south_trade_share_2021", "south_trade_share_2022")
    found = []
    for label, names, readings in (
        (
            "Products: 63.4 percent is growth of the share",
            products,
            {"labour_intensive_share_2022": "share_growth"},
        ),
        (
            "Products: it is the share",
            products,
            {"labour_intensive_share_2022": "share"},
        ),
        (
            "Products: it is growth of value",
            products,
            {"labour_intensive_share_2022": "value_growth"},
        ),
        (
            "South: all four grew as the slowest",
            south,
            {"south_growth_2022": "slowest"},
        ),
        ("South: all four traded alike", south, {"south_growth_2022": "equal"}),
        (
            "South: all four grew as the fastest",
            south,
            {"south_growth_2022": "fastest"},
        ),
    ):
        ends = [
            float(estimated(study, "", "", name, **readings)["value"]) for name in names
        ]
        words = (
            joined(spell(ends[0], "percent"), spell(ends[1], "percent"))
            if np.isfinite(ends).all()
            else "not computable"
        )
        for role, value, text in zip(_SHARES, ends, ("", words, ""), strict=False):
            low, high = sorted(ends[:2]) if text else (np.nan, np.nan)
            found.append(
                {
                    "label": label,
                    "role": role,
                    "value": value,
                    "low": low,
                    "high": high,
                    "words": text,
                }
            )
    frame = pd.DataFrame(found)
    now = frame[
        frame["label"].str.startswith("Products") & (frame["role"] == "early 2022")
    ]["value"].dropna()
    span = joined(spell(now.min(), "percent"), spell(now.max(), "percent"))
    caption = (
        f"Read in {count_words(len(now))} ways, one printed figure gives shares of "
        f"products in early 2022 of {span}."
    )
    source = (
        "Section trade, paragraphs 1 and 4. The base of products is the share of all "
        "2021 unless one is set, as that of early 2021 is not printed. Trade outside "
        "the four prefectures is ours."
    )
    how: Any = {"scale": 0.01, "start": 0, "apart": 0, "guides": [(100, "all")]}
    return rows(
        frame,
        _SHARES,
        caption,
        "percent of exports (products) and of trade (south)",
        source,
        **how,
    )


_ENDS = {"at its low end": mark(BLUE, "o"), "at its high end": mark(ORANGE, "s")}


def tornado(study: Evaluation) -> Drawing:
    """An estimate with each assumption at the low and at the high end of its range, the
    widest first.
    """  # noqa: D205
    model, quantity = study.model, study.quantity
    made: list[Row] = []
    speller = Speller(model)
    now = np.nan
    with contextlib.suppress(ModelError):
        now = model.estimate(quantity, study.setting).value
    for bar in sensitivity.tornado(model, quantity, study.setting):
        for role, at, value in zip(
            _ENDS, (bar.low, bar.high), (bar.at_low, bar.at_high), strict=True
        ):
            unit = speller.unit(bar.assumption)
            row = {
                "label": model.name(bar.assumption).rstrip("."),
                "role": role,
                "assumption": bar.assumption,
            }
            ends = {
                "at": at,
                "value": value,
                "low": min(value, now),
                "high": max(value, now),
            }
            made.append(
                {
                    **row,
                    **ends,
                    "words": f"at {exact(at, unit)}: {speller.spell(quantity, value)}",
                }
            )
    frame = pd.DataFrame(
        made,
        columns=["label", "role", "assumption", "at", "value", "low", "high", "words"],
    )
    scale, unit = (
        (1e6, f"million {model.units[quantity]}s")
        if model.units[quantity] in BASE_UNITS
        else (1, "")
    )
    caption = "No assumption moves the estimate."
    if made:
        first, second = sorted(made[:2], key=itemgetter("value"))
        low, high = (speller.spell(quantity, row["value"]) for row in (first, second))
        caption = f"{made[0]['label']} moves the estimate most, from {low} to {high}."
    source = (
        "Each assumption alone, over the range that it is varied over or to a limit on "
        "the way, which is no bound on what happened."
    )
    guides = [(now / scale, "as it is")] if np.isfinite(now) else []
    return rows(
        frame,
        _ENDS,
        caption,
        f"{quantity.replace('_', ' ')}, {unit}",
        source,
        scale=scale,
        guides=guides,
    )


def specification_curve(source: Any) -> Drawing:
    """Both estimates for 2021 under each combination of choices, sorted, beside the
    print: no distribution.
    """  # noqa: D205
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
                    **DIAMOND,
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

    caption = (
        f"{len(frame) - len(known)} of the {len(frame)} combinations in "
        "data/specification.yaml are refused: a ratio or share would pass its limit. "
        "The combinations are no distribution, and no share of them is a probability."
    )
    source = (
        "Section scale; note 4. Both groups: as many former detainees as the words "
        "name at least. Shaded: as printed; an approach reaches a tenth below."
    )
    return Drawing(frame, draw, caption, source)


FIGURES = {
    "plan_against_actual": Plot(
        4.7, "Transfers planned and made, 2016–2020 and 2021", plan_against_actual
    ),
    "two_values_of_2019": Plot(4.2, "Two figures for 2019", two_values_of_2019),
    "readings_of_at_risk_2019": Plot(
        3.8,
        "At risk in 2019: the printed estimate and reconstructions",
        readings_of_at_risk_2019,
    ),
    "official_series": Plot(
        7.6, "Official figures under several nouns", official_series
    ),
    "waterfall": Plot(4.1, "From 2019 to both groups", waterfall),
    "other_provinces": Plot(
        5.2, "To other provinces: sent, planned and suggested a year", other_provinces
    ),
    "monitoring": Plot(5, "Shares of households, by how numbers are read", monitoring),
    "trade_shares": Plot(
        4.9, "Shares in exports and trade, by how rates are read", trade_shares
    ),
    "tornado": Plot(4.5, "Each assumption alone, over its range", tornado),
    "specification_curve": Plot(
        11,
        "Estimates under each combination of choices",
        specification_curve,
        of_the_article=True,
    ),
}
