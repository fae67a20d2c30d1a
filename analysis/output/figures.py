"""The figures: for each, a function that gives the plotted data, and one that draws them on an Axes.

The data are made from a study; where they are about what moves an estimate, from a ``Sensitivity``; where nothing in
them can be set, from the model.

A figure's data frame is what it shows, whole: a row a mark, numbers in base units. The same functions serve the
notebooks and ``results/figures``.

All are made to be read at half a page's width, but for two that list what is a page long: ``all_checks`` and
``scenarios`` take a page's. A title states what the frame shows, and is computed from it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from analysis.core.model import ARTICLE, Model, ModelError, Setting
from analysis.core.units import BASE_UNITS, nearest
from analysis.core.verdicts import judge_all
from analysis.core.words import in_words
from analysis.output.results import (
    CAVEAT,
    Evaluation,
    Table,
    escape_spreadsheet_formulas,
    place_of,
    recomputed_words,
    value_words,
)
from analysis.output.tables import Sensitivity, estimated_words
from analysis.whatif.scenarios import tabulate

# Okabe and Ito's colours, which colour-blind readers can tell apart, in an order that also falls in lightness.
# Printed in grey they are apart as well: 27, 87, 140 and 162 of 255; where two meet, their marks differ in shape too.
BLACK, BLUE, GREY, ORANGE = "#1b1b1b", "#0072B2", "#8c8c8c", "#E69F00"
#: Orange and grey for letters, which want more contrast.
INK, PALE_INK = "#7a5200", "#555555"
#: Inches across: a figure, what is left of it at half a page, and a figure that takes a page's width.
WIDTH, HALF_PAGE, FULL_PAGE = 5.0, 3.4, 9.5
#: Points of text. The smallest is 5.6 at half a page.
TEXT, SMALL, LARGE = 9.0, 8.25, 10.0
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "axes.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "axes.titlesize": LARGE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "xtick.color": BLACK,
    "ytick.color": BLACK,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    # A sign of the dollar in a text is one.
    "text.parse_math": False,
    "svg.hashsalt": "labour-transfer-arithmetic",
    "svg.fonttype": "path",
}


@dataclass(frozen=True)
class Figure:
    """A figure: the checks that its data come from, its size in inches, its data and its drawing.

    of: makes what its data come from; without it, an evaluation of the setting.
    """

    checks: tuple[str, ...]
    size: tuple[float, float]
    frame: Callable[[Any], pd.DataFrame]
    draw: Callable[[Axes, pd.DataFrame], None]
    alt: str
    of: Callable[[Model], Any] | None = None

    @property
    def full_page(self) -> bool:
        """Whether it is made for a page's width, and not for half of it."""
        return self.size[0] > WIDTH

    def source(self, model: Model, setting: Setting = ARTICLE) -> Any:
        """Its data's source: an evaluation of a setting, or a sensitivity or the model under the article's own."""
        return self.of(model) if self.of else Evaluation(model, setting)


def canvas(name: str) -> tuple[Canvas, Axes]:
    """An empty figure of the size and style that the named one wants."""
    with plt.rc_context(STYLE):
        return plt.subplots(figsize=FIGURES[name].size, layout="constrained")


def drawn(name: str, model: Model, setting: Setting) -> Canvas:
    """A figure under a setting, for a notebook. Raises ModelError for an unknown name."""
    if name not in FIGURES:
        raise ModelError(f"'{name}' is no figure{nearest(name, FIGURES)}")
    return shown(name, FIGURES[name].source(model, setting))


def shown(name: str, source: Any) -> Canvas:
    """A figure of an evaluation or a sensitivity, for a notebook."""
    with plt.rc_context(STYLE):
        fig, ax = canvas(name)
        FIGURES[name].draw(ax, FIGURES[name].frame(source))
    plt.close(fig)  # else the notebook shows it twice
    return fig


# Plan against actual --------------------------------------------------------------------------------------------------


def plan_against_actual_frame(study: Evaluation) -> pd.DataFrame:
    """Transfers planned and made: a row each, with what the printed digits leave open. Transfers a year."""
    none: dict[str, str] = {}
    february, tianshan = ({"transfers_2021": "total_2021_february"}, {"transfers_2021": "published"})
    rows = [
        ("Planned a year, 2016-2020", "planned", "planned_transfers_2016_2020", none),
        ("Made a year, 2016-2020", "made", "transfers_2016_2020", none),
        ("Planned 2021, implied by the total given with it", "implied", "planned_transfers_2021", february),
        ("Planned 2021, implied by the total given with the growth", "implied", "planned_transfers_2021", tianshan),
        ("Made 2021, printed with the plan", "made", "transfers_2021", february),
        ("Made 2021, printed with the growth", "made", "transfers_2021", tianshan),
    ]
    return pd.DataFrame([_mark(study, label, role, quantity, readings) for label, role, quantity, readings in rows])


def plan_against_actual(ax: Axes, frame: pd.DataFrame) -> None:
    """Dots for what was planned, made and implied; a line at the mean of 2016-2020."""
    with plt.rc_context(STYLE):
        styles = {"planned": (BLUE, "D"), "made": (BLACK, "o"), "implied": (ORANGE, "s")}
        _dots(ax, frame, styles)
        mean = float(frame.loc[frame["label"] == "Made a year, 2016-2020", "value"].iloc[0])
        _guide(ax, mean / 1e6, "mean of 2016-2020", len(frame) - 0.45)
        implied = frame.loc[frame["role"] == "implied", "value"]
        below = bool((implied < mean).all())
        _finish(
            ax,
            "The plan implied for 2021 lies below the mean of 2016-2020"
            if below
            else "The plan implied for 2021 beside the mean of 2016-2020",
            "million transfers",
            "Sections mobilization-2016-2020, paragraph 6, and scale, paragraph 2. Lines: what the printed digits "
            "leave open.",
        )


# Two figures for 2019 -------------------------------------------------------------------------------------------------


def two_values_of_2019_frame(study: Evaluation) -> pd.DataFrame:
    """The figures for 2019, printed and implied, and the persons that a ratio makes of the base. A row each."""
    implied = {"persons_per_transfer": "implied"}
    rows = [
        ("Base that the growth implies", "transfers", "transfers_2019", {"transfers_2019": "from_rate"}),
        ("Base that the increase implies", "transfers", "transfers_2019", {"transfers_2019": "from_difference"}),
        ("Mean of 2016-2020, a year", "transfers", "transfers_2016_2020", {}),
        ("Labourers printed for 2019", "labourers", "labourers_2019", {}),
        ("Persons in the base, at the implied ratio", "persons", "persons_2019", implied),
        ("Persons in the base, at the ratio set", "persons", "persons_2019", {}),
    ]
    frame = pd.DataFrame([_mark(study, label, role, quantity, readings) for label, role, quantity, readings in rows])
    frame["ratio"] = [np.nan] * 4 + [study.value("persons_per_transfer.implied"), study.value("persons_per_transfer")]
    return frame


def two_values_of_2019(ax: Axes, frame: pd.DataFrame) -> None:
    """Dots by unit, which stands beside them, as does the ratio that turns the base into persons."""
    with plt.rc_context(STYLE):
        styles = {"transfers": (BLACK, "o"), "labourers": (ORANGE, "D"), "persons": (BLUE, "s")}
        shown = frame.copy()
        ratios = shown["ratio"].map(lambda ratio: "" if np.isnan(ratio) else f" at {ratio:.3f} a transfer")
        shown["words"] += (" " + shown["role"] + ratios).where(shown["value"].notna(), "")
        _dots(ax, shown, styles)
        base = frame.iloc[0]
        (printed,) = (row for _, row in frame[frame["role"] == "labourers"].iterrows())
        _guide(ax, printed["value"] / 1e6)
        apart = base["low"] > printed["high"] or base["high"] < printed["low"]
        _finish(
            ax,
            f"The implied {base['words']} and the printed {printed['words']} of 2019 can't be one quantity"
            if apart
            else "The base implied for 2019 beside the number printed for it",
            "million transfers, labourers (unit not stated) or persons",
            "Section scale, paragraphs 1 and 2; note 4. Persons against person-times is one way in which both can "
            "hold; part of a year, a narrower scope, a target or another year are others.",
        )


# Readings of the 2019 estimate ----------------------------------------------------------------------------------------


def readings_of_at_risk_2019_frame(study: Evaluation) -> pd.DataFrame:
    """The printed estimate and its reconstructions: at the values set, and at low and high. Persons."""
    model = study.model
    rows = []
    for reading in model.readings("at_risk_2019"):
        row = model.register.readings.get(("at_risk_2019", reading))
        if row is None:
            continue
        plan = model.plan("at_risk_2019", model.change({"at_risk_2019": reading}, study.setting))
        shares = [
            a for name in plan.leaves if (a := model.register.assumptions.get(name)) and a.unit == "dimensionless"
        ]
        ends = [
            float(plan.evaluate({**plan.start, **{a.id: getattr(a, end) for a in shares}})[plan.target])
            for end in ("low", "high")
        ]
        value = plan.value
        rows.append(
            {
                "label": row.label.capitalize() + (" (reconstruction)" if row.reconstruction else ""),
                "reading": reading,
                "role": "reconstruction" if row.reconstruction else "printed",
                "value": value,
                "low": ends[0] if row.reconstruction else value,
                "high": ends[1] if row.reconstruction else value,
                "words": ("" if row.reconstruction else "up to ")
                + value_words(model, "at_risk_2019", value, place_of(model, plan.depends_on)),
            }
        )
    return pd.DataFrame(rows)


def readings_of_at_risk_2019(ax: Axes, frame: pd.DataFrame) -> None:
    """Dots at the values set, thin lines over the shares' ranges; the printed estimate is "at most"."""
    with plt.rc_context(STYLE):
        styles = {"printed": (BLACK, "o"), "reconstruction": (BLUE, "s")}
        _dots(ax, frame, styles, start=0)
        (printed,) = (row for _, row in frame[frame["role"] == "printed"].iterrows())
        at = printed["value"] / 1e6
        _guide(ax, at)
        arrow = {"arrowstyle": "->", "color": BLACK, "linewidth": 1.2}
        ax.annotate("", xy=(at - 0.25, len(frame) - 1), xytext=(at, len(frame) - 1), arrowprops=arrow)
        values = frame.loc[frame["role"] == "reconstruction"].sort_values("value")
        _finish(
            ax,
            f"Printed: {printed['words']}. Reconstructions, at the shares set: "
            f"{_span(values['words'].iloc[0], values['words'].iloc[-1])}",
            "million persons",
            'Section scale, paragraph 1. The article does not derive its estimate, "up to" (arrow). Squares: at the '
            "shares set; lines: each share from its low to its high.",
        )


# From 2019 to the total -----------------------------------------------------------------------------------------------


def waterfall_frame(study: Evaluation, place: float = 1e5) -> pd.DataFrame:
    """The steps from 2019 to 2021 to the total, with bounds and sides, and the printed range. Persons.

    place: the last place that counts in the words for a level.
    """
    model = study.model
    rows = []
    floor = 0.0
    added = study.value("net_new_persons") * study.value("at_risk_share_of_new")
    detainees = model.plan("former_detainees", study.setting)
    number = detainees.bounds()[0].low if detainees.words else study.value("former_detainees")
    detained = number * (1 - study.value("overlap"))
    for label, role, quantity, size in (
        ("At risk 2019", "level", "at_risk_2019", study.value("at_risk_2019")),
        ("Added since", "step", "net_new_persons", added),
        ("At risk 2021", "level", "at_risk_2021", study.value("at_risk_2021")),
        ("Former detainees", "step", "former_detainees", detained),
        ("Both groups", "level", "at_risk_total", study.value("at_risk_total")),
    ):
        if np.isnan(size):
            continue
        plan = model.plan(quantity, study.setting)
        level = role == "level"
        low, high = (plan.bounds()[0].low, plan.bounds()[0].high) if level else (np.nan, np.nan)
        start = 0.0 if level else floor
        floor = start + size
        rows.append(
            {
                "label": label,
                "role": role,
                "start": start,
                "end": floor,
                "low": low,
                "high": high,
                "side": plan.side,
                "words": value_words(model, quantity, size, place if level else 1e4),
            }
        )
    for claim in ("at_risk_2021_approaches", "at_risk_total_range"):
        printed = model.register.claims[claim].published
        rows.append(
            {
                "label": model.register.claims[claim].statement,
                "role": "printed",
                "start": printed.value("low"),
                "end": printed.value("high" if printed.printed_high else ""),
                "low": np.nan,
                "high": np.nan,
                "side": printed.side,
                "words": str(printed),
            }
        )
    return pd.DataFrame(rows)


def waterfall(ax: Axes, frame: pd.DataFrame) -> None:
    """Bars from level to level, with an arrow where a side is open; the printed numbers behind."""
    with plt.rc_context(STYLE):
        steps = frame[frame["role"] != "printed"].reset_index(drop=True)
        approaches, both = (row for _, row in frame[frame["role"] == "printed"].iterrows())
        ax.axhspan(both["start"] / 1e6, both["end"] / 1e6, color=ORANGE, alpha=0.18, linewidth=0, zorder=0)
        ax.text(-0.45, both["end"] / 1e6 - 0.03, f"printed: {both['words']}", va="top", color=INK, fontsize=SMALL)
        ax.plot([1.5, 2.5], [approaches["start"] / 1e6] * 2, color=INK, linewidth=1.4, linestyle=(0, (3, 2)))
        for x, row in steps.iterrows():
            at = float(x)  # type: ignore[arg-type]
            level = row["role"] == "level"
            ax.bar(
                at, (row["end"] - row["start"]) / 1e6, bottom=row["start"] / 1e6, width=0.86,
                color=BLUE if level else GREY,
            )  # fmt: skip
            ax.plot([at, at], [row["low"] / 1e6, row["high"] / 1e6], color=BLACK, linewidth=1.6)
            words = "\n".join(filter(None, (row["words"] if level else f"+{row['words']}", row["side"])))
            if level:
                middle = (row["start"] + row["end"]) / 2e6
                ax.text(at, middle, words, ha="center", va="center", color="white", fontsize=SMALL)
            else:
                top = np.nanmax([row["end"], row["start"], row["high"]]) / 1e6
                ax.text(at, top + 0.03, words, ha="center", va="bottom", fontsize=SMALL)
            turn = _TURNS.get(row["side"], 0)
            if turn:
                edge = row["end"] / 1e6
                ax.annotate(
                    "",
                    xy=(at + 0.3, edge + turn * 0.22),
                    xytext=(at + 0.3, edge),
                    arrowprops={"arrowstyle": "->", "color": "white" if turn < 0 else BLACK, "linewidth": 1.4},
                )
        ends = steps["end"].to_numpy() / 1e6
        for i in range(len(steps) - 1):
            ax.plot([i + 0.43, i + 0.57], [ends[i]] * 2, color=GREY, linewidth=0.8)
        ax.set_xticks(range(len(steps)), [_wrap(label, 56) for label in steps["label"]])
        ax.set_xlim(-0.5, len(steps) - 0.5)
        ax.set_ylim(0, max(3.0, 1.12 * float(np.nanmax([ends.max(), both["end"] / 1e6]))))
        ax.set_ylabel("million persons")
        sides = set(steps["side"])
        _finish(
            ax,
            'An "up to" and an "at least" added together bound nothing'
            if {"at most", "at least"} <= sides
            else "From 2019 to both groups together",
            "",
            "Section scale; note 4. Black lines: what the printed digits leave open. Arrows: open ends. "
            f"Dashes: 2021 as printed, {approaches['words']}.",
        )


#: Which way an arrow points from a value that leaves room on one side.
_TURNS = {"at most": -1, "at least": 1}


# Other provinces ------------------------------------------------------------------------------------------------------


def other_provinces_frame(study: Evaluation) -> pd.DataFrame:
    """Means, plans and what is left a year, and the printed volume's two ends. Labourers or transfers, a year."""
    nankai, paper = ("labourers_out_2017_2019",), ("labourers_out_2014_2020",)
    rows = [
        ("Mean, 2017-2019", "mean", "cross_provincial_mean_2017_2019", nankai),
        ("Mean, 2014 to mid-2020", "mean", "cross_provincial_mean_2014_mid_2020", paper),
        ("Mean of the years outside 2017-2019", "left", "cross_provincial_mean_other_years", paper + nankai),
        ("Mean of 2014-2016, part of the 2020 plan taken out", "left", "cross_provincial_mean_2014_2016",
         paper + nankai),
        ("Planned, 2020", "planned", "cross_provincial_planned_2020", ("plan_out_2020",)),
        ("Quota, 2016-2020", "planned", "cross_provincial_quota", ("quota_out",)),
        ("Suggested for Hotan alone", "planned", "cross_provincial_hotan", ("hotan_out",)),
        ("Present volume, low end", "printed", "cross_provincial_volume_low", ("volume_out",)),
        ("Present volume, high end", "printed", "cross_provincial_volume_high", ("volume_out",)),
    ]  # fmt: skip
    frame = pd.DataFrame([_mark(study, label, role, quantity, {}) for label, role, quantity, _ in rows])
    frame["source"] = [" less ".join(_cited(study.model, claim) for claim in claims) for *_, claims in rows]
    return frame


def _cited(model: Model, claim: str) -> str:
    """What a row is about, or else who is cited for it, in short."""
    row = model.register.claims[claim]
    named = row.document.partition(",")[0].partition(" (")[0]
    return named or model.register.sources.get(row.source, "no source cited")


def other_provinces(ax: Axes, frame: pd.DataFrame) -> None:
    """Dots for means, plans and what is left, by source; a band between the ends of the printed volume."""
    with plt.rc_context(STYLE):
        styles = {"mean": (BLACK, "o"), "left": (ORANGE, "s"), "planned": (BLUE, "D")}
        shown = frame[frame["role"] != "printed"].copy()
        volume = frame[frame["role"] == "printed"]
        low, high = float(volume["low"].min()), float(volume["high"].max())
        inside = int(((shown["value"] >= low) & (shown["value"] <= high)).sum())
        shown["label"] += ": " + shown["source"].where(shown["role"] != "left", "one paper less the other")
        _dots(ax, shown, styles, scale=1e3, start=0, room=136, paper=False)
        ax.axvspan(low / 1e3, high / 1e3, color=ORANGE, alpha=0.18, linewidth=0, zorder=0)
        ax.annotate(
            "printed present\nvolume", (low / 1e3, len(shown) - 1), xytext=(-4, 0), textcoords="offset points",
            ha="right", va="center", color=INK, fontsize=SMALL,
        )  # fmt: skip
        _finish(
            ax,
            f"Other provinces: {inside} of {len(shown)} yearly means, plans and remainders lie within the printed "
            f"{' to '.join(volume['words'])}",
            "thousand a year; a labourer taken for a transfer",
            "Section other-provinces. A remainder is a difference of two papers, taken to count alike. Circles: means; "
            "squares: remainders; diamonds: plans. Lines, and the band's edges: what the printed digits leave open.",
        )


# Training and monitoring ----------------------------------------------------------------------------------------------


def training_frame(study: Evaluation) -> pd.DataFrame:
    """Training before the plan, planned, held, and what the rest of the plan needs. Sessions a year."""
    none: dict[str, str] = {}
    rows = [
        ("Held a year before the plan", "held", "training_before", none),
        ("Planned a year, 2021-2025", "planned", "training_planned", none),
        ("Held in 2021", "held", "training_2021", none),
        ("Needed a year, 2022-2025, for the mean to be the plan", "needed", "training_needed_2022_2025", none),
    ]
    return pd.DataFrame([_mark(study, label, role, quantity, readings) for label, role, quantity, readings in rows])


def training(ax: Axes, frame: pd.DataFrame) -> None:
    """Dots for what was held, planned and is needed; a line at the plan."""
    with plt.rc_context(STYLE):
        styles = {"held": (BLACK, "o"), "planned": (BLUE, "D"), "needed": (ORANGE, "s")}
        _dots(ax, frame, styles)
        (planned,) = frame.loc[frame["role"] == "planned", "value"]
        held = frame.loc[frame["role"] == "held", "value"].iloc[-1]
        _guide(ax, planned / 1e6)
        _finish(
            ax,
            f"Training held in 2021 came to {100 * held / planned:.1f} percent of the plan"
            if np.isfinite(held)
            else "Training held and planned",
            "million person-sessions",
            "Section monitoring-2021-2025, paragraphs 3 and 5. Sessions are no persons. Dashes: the plan.",
        )


#: What the article prints for a quantity that may be persons.
_PRINTED_AS = {"rural_households": "households_as_printed", "flagged_households": "flagged_as_printed"}


def monitoring_frame(study: Evaluation) -> pd.DataFrame:
    """Households at each stage of monitoring and their share of the stage before, under each reading. Households.

    The villagers who were placed are of another place and year, so they are no share of anything here.
    """
    persons, both = {"rural_households": "persons"}, {"rural_households": "persons", "flagged_households": "persons"}
    nested, apart = {"households_checked": "nested"}, {"households_checked": "apart"}
    region = (("Rural households", "rural_households", ""), ("Under monitoring", "flagged_households", "flagged_share"))
    county = (
        ("Visited", "households_checked", ""),
        ("Investigated", "households_investigated", "investigated_share"),
    )
    checked = (("Visited or investigated", *county[0][1:]), county[1])
    rows: list[dict[str, Any]] = []
    per = study.value("persons_per_household")
    for group, role, readings, stages in (
        ("Region, 2021: both numbers are households", "region", {}, region),
        ("Region, 2021: the first number is persons", "region", persons, region),
        ("Region, 2021: both numbers are persons", "region", both, region),
        ("A county, 2020: investigated among the visited", "county", nested, county),
        ("A county, 2020: investigated beside the visited", "county", apart, checked),
    ):
        for label, quantity, share in stages:
            whole = {"value": 1.0, "low": 1.0, "high": 1.0, "words": ""}
            part = _mark(study, label, role, share, readings) if share else whole
            row = {"group": group, **_mark(study, label, role, quantity, readings)}
            if quantity in readings and readings[quantity] == "persons":
                # In the place that is printed: the quotient alone would be rounded to a million.
                row["words"] = _mark(study, "", "", _PRINTED_AS[quantity], {})["words"] + " persons"
                row["words"] += "" if share else f", {per:.3g} a household"
            elif row["words"] != "not computable":
                row["words"] += " households"
            rows.append({**row, **{f"share_{name}" if name != "value" else "share": part[name] for name in whole}})
    placed = study.model.register.claims["placed_1872"]
    number = placed.published.value()
    none = {"share": np.nan, "share_low": np.nan, "share_high": np.nan, "share_words": ""}
    rows.append(
        {"group": "Another place, 2021: able villagers", "label": "Placed, all of them", "role": "elsewhere",
         "value": number, "low": number, "high": number, "words": str(placed.published), **none}
    )  # fmt: skip
    return pd.DataFrame(rows)


def monitoring(ax: Axes, frame: pd.DataFrame) -> None:
    """A funnel for each reading: a bar at each stage, as wide as its share of the first, and what narrows between."""
    with plt.rc_context(STYLE):
        colours = {"region": BLUE, "county": GREY, "elsewhere": BLACK}
        ys, heads = _stacked(frame["group"])
        before: dict[str, tuple[float, float]] = {}
        rights, widths = [], []
        for y, row in zip(ys, frame.to_dict("records"), strict=True):
            across, colour = 100 * row["share"], colours[row["role"]]
            ax.barh(y, across, height=0.62, color=colour, zorder=2)
            ax.plot([100 * row["share_low"], 100 * row["share_high"]], [y, y], color=BLACK, linewidth=1.6, zorder=3)
            if row["group"] in before and np.isfinite(across):
                width, above = before[row["group"]]
                edges = [above - 0.31, above - 0.31, y + 0.31, y + 0.31]
                ax.fill([0, width, across, 0], edges, color=colour, alpha=0.25, linewidth=0, zorder=1)
            before[row["group"]] = across, y
            whole = row["share"] == 1 and not row["share_words"]
            words = ": ".join(filter(None, (row["words"], row["share_words"])))
            # Within a bar that is the whole, else beside it.
            at, side = (0.0, 5) if whole or not np.isfinite(across) else (100 * row["share_high"], 6)
            rights.append(at)
            widths.append(_width(words, SMALL) + side + 4)
            ax.annotate(
                words, (at, y), xytext=(side, 0), textcoords="offset points", va="center_baseline", fontsize=SMALL,
                zorder=4, color="white" if whole and row["role"] == "region" else BLACK,
            )  # fmt: skip
        _headings(ax, heads)
        beside = _rows(ax, frame["label"], ys, room=86)
        ax.set_ylim(min(ys) - 0.6, 0.45)
        ax.set_xlim(0, max(103, _reach(rights, widths, 0, _across(ax, beside))))
        shares = frame[(frame["role"] == "region") & (frame["share_words"] != "")].dropna().sort_values("share")
        _finish(
            ax,
            f"Under monitoring: {_span(shares['share_words'].iloc[0], shares['share_words'].iloc[-1])} of rural "
            "households, by what the printed numbers count"
            if len(shares)
            else "Households at each stage of monitoring",
            "percent of the first stage",
            "Section early-warning, paragraphs 2, 6 and 7. Persons per household as set. The villagers placed are of "
            "another place and year, and no share of those above.",
        )


# Trade ----------------------------------------------------------------------------------------------------------------


def trade_shares_frame(study: Evaluation) -> pd.DataFrame:
    """Shares in early 2021 and 2022 under each reading of the printed rates, and the largest that a reading leaves.

    start, end: share of 2021 and of 2022; most: largest share of 2021. Fractions.
    """
    model = study.model
    products, south = ("share_base", "labour_intensive_share_2022", "largest_share_base"), ("south_trade_share_2021",
        "south_trade_share_2022", "")  # fmt: skip
    rows = []
    for label, role, (start, end, most), choice, reading in (
        ("Figure is the growth of the share", "products", products, "labour_intensive_share_2022", "share_growth"),
        ("Figure is the share", "products", products, "labour_intensive_share_2022", "share"),
        ("Figure is the growth of value", "products", products, "labour_intensive_share_2022", "value_growth"),
        ("All four grew as the slowest", "south", south, "south_growth_2022", "slowest"),
        ("All four traded alike in 2021", "south", south, "south_growth_2022", "equal"),
        ("All four grew as the fastest", "south", south, "south_growth_2022", "fastest"),
    ):
        row: dict[str, Any] = {"label": label, "role": role, "start": np.nan, "end": np.nan, "most": np.nan}
        for column, quantity in (("start", start), ("end", end), ("most", most)):
            with contextlib.suppress(ModelError):
                if quantity:
                    row[column] = model.estimate(quantity, model.change({choice: reading}, study.setting)).value
        known = np.isfinite(row["start"]) and np.isfinite(row["end"])
        words = f"{100 * row['start']:.1f} to {100 * row['end']:.1f}" if known else "not computable"
        rows.append({**row, "words": words})
    return pd.DataFrame(rows)


def trade_shares(ax: Axes, frame: pd.DataFrame) -> None:
    """A line from the share of 2021 to that of 2022 for each reading; a bar at the largest share of 2021."""
    with plt.rc_context(STYLE):
        styles = {"products": (BLACK, "o"), "south": (BLUE, "s")}
        heads_of = {
            "products": "Labour-intensive products, of exports",
            "south": "Four southern prefectures, of trade",
        }
        ys, heads = _stacked(frame["role"].map(heads_of))
        beside = _rows(ax, frame["label"], ys, room=104)
        rights, texts = [], []
        for y, row in zip(ys, frame.to_dict("records"), strict=True):
            colour, marker = styles[row["role"]]
            ends = [100 * row["start"], 100 * row["end"]]
            ax.plot(ends, [y, y], color=colour, linewidth=1.4, alpha=0.6, zorder=1)
            ax.plot(ends[0], y, marker=marker, color=colour, markersize=6.5, linestyle="", markerfacecolor="white")
            ax.plot(ends[1], y, marker=marker, color=colour, markersize=6.5, linestyle="")
            if np.isfinite(row["most"]):
                ax.plot([100 * row["most"]] * 2, [y - 0.28, y + 0.28], color=ORANGE, linewidth=2.2)
            rights.append(_of_finite(np.max, [*ends, 100 * row["most"]]))
            texts.append(row["words"])
            ax.annotate(
                row["words"], (rights[-1], y), xytext=(8, 0), textcoords="offset points", va="center", bbox=_PAPER,
                fontsize=SMALL,
            )  # fmt: skip
        ax.set_ylim(min(ys) - 0.6, 0.45)
        ax.set_xlim(0, _reach(rights, [_width(text, SMALL) + 14 for text in texts], 0, _across(ax, beside)))
        ax.set_xticks([0, 25, 50, 75, 100])
        _guide(ax, 100)
        _headings(ax, heads)
        products = frame.loc[frame["role"] == "products", "end"].dropna().sort_values() * 100
        _finish(
            ax,
            f"Read in {len(products)} ways, one printed figure gives shares of {products.iloc[0]:.1f} to "
            f"{products.iloc[-1]:.1f} percent"
            if len(products) > 1
            else "What each reading of the printed rates makes of the shares",
            "percent, January-April 2021 (hollow)\nto January-April 2022 (filled)",
            "Section trade, paragraphs 1 and 4. The share of exports in early 2021 is not printed; that of the whole "
            "year stands for it unless set. Trade outside the four prefectures grew as set. Uprights: the largest "
            "share that 2021 can have had.",
        )


#: The prefectures of the south whose growth is printed, and the partners whose trade is, with their quantities.
_PREFECTURES = {name: f"trade_growth_{name.lower()}_2022" for name in ("Kashgar", "Hotan", "Kizilsu", "Aksu")}
_PARTNERS = {"United States": "us", "European Union": "eu", "Vietnam": "vietnam"}


def trade_growth_2022_frame(study: Evaluation) -> pd.DataFrame:
    """Growth of trade in early 2022 in the region and four of its prefectures, the fastest last. Fractions."""
    region = _mark(study, "Region", "region", "trade_growth_2022", {})
    four = [_mark(study, name, "prefecture", quantity, {}) for name, quantity in _PREFECTURES.items()]
    frame = pd.DataFrame([region, *sorted(four, key=lambda row: float(row["value"]))])
    # A rate as it is printed, without the decimal that a screen adds to what is computed.
    frame["words"] = [f"{100 * x:.4g} percent" if np.isfinite(x) else "not computable" for x in frame["value"]]
    return frame


def trade_growth_2022(ax: Axes, frame: pd.DataFrame) -> None:
    """A bar for each, and a line at the region's growth."""
    with plt.rc_context(STYLE):
        region = float(frame["value"].iloc[0])
        four = frame[frame["role"] == "prefecture"]
        ys = list(range(len(frame)))[::-1]
        beside = _rows(ax, frame["label"], ys)
        texts = []
        for y, row in zip(ys, frame.to_dict("records"), strict=True):
            ax.barh(y, 100 * row["value"], height=0.56, color=BLACK if row["role"] == "region" else BLUE)
            texts.append(row["words"])
            ax.annotate(
                texts[-1], (100 * _of_finite(np.max, [row["value"], 0]), y), xytext=(6, 0), textcoords="offset points",
                va="center", fontsize=SMALL, bbox=_PAPER,
            )  # fmt: skip
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=_STEPS))
        _guide(ax, 100 * region, zorder=3)
        rights = [100 * _of_finite(np.max, [value, 0]) for value in frame["value"]]
        least = min(0.0, 100 * _of_finite(np.min, frame["value"]))
        ax.set_xlim(
            least, _reach(rights, [_width(text, SMALL) + 12 for text in texts], least, _across(ax, beside)) or 1
        )
        ax.set_ylim(-0.6, len(frame) - 0.4)
        _finish(
            ax,
            f"Trade of all {len(four)} southern prefectures grew faster than the region's: {four['words'].iloc[0]} to "
            f"{four['words'].iloc[-1]} against {frame['words'].iloc[0]}"
            if region > 0 and bool((four["value"] > region).all())
            else "Growth of trade in four southern prefectures and in the region",
            "percent, January-April 2022 over January-April 2021",
            "Section trade, paragraph 4. Rates as printed; what they start from is not, so they say nothing of the "
            "size of a prefecture's trade. The line carries down the region's rate.",
        )


def trade_base_2020_frame(study: Evaluation) -> pd.DataFrame:
    """Trade with three partners: of 2020 as value and rate of 2021 imply it, and of 2021 as printed. Dollars.

    change: of the three together, from 2020 to 2021; change_words: the same in words.
    """
    rows = []
    together = _mark(study, "", "", "trade_change_three_partners", {})
    for partner, short in _PARTNERS.items():
        for role, year in (("implied", 2020), ("printed", 2021)):
            mark = _mark(study, f"{partner} {year}, {role}", role, f"trade_{short}_{year}", {})
            rows.append(
                {
                    **mark,
                    "partner": partner,
                    "year": year,
                    "change": together["value"],
                    "change_words": together["words"],
                }
            )
    return pd.DataFrame(rows)


def trade_base_2020(ax: Axes, frame: pd.DataFrame) -> None:
    """Dots for the year implied and the year printed, partner by partner."""
    with plt.rc_context(STYLE):
        _dots(ax, frame, {"implied": (ORANGE, "s"), "printed": (BLACK, "o")}, start=0)
        for y in range(2, len(frame), 2):
            ax.axhline(y - 0.5, color=GREY, linewidth=0.5, zorder=0)
        change = float(frame["change"].iloc[0])
        _finish(
            ax,
            f"By the rates, trade with {frame['partner'].nunique()} partners together "
            f"{'fell' if change < 0 else 'rose'} by {frame['change_words'].iloc[0].removeprefix('-')} dollars in 2021"
            if np.isfinite(change)
            else "Trade in 2020 that the rates of 2021 imply",
            "million US dollars a year",
            "Section trade, paragraph 2. Implied: trade of 2021 over one plus its rate of growth, which is in dollars "
            "unless set. Lines: what the printed digits leave open.",
        )


# All checks --------------------------------------------------------------------------------------------------------


def all_checks_frame(study: Evaluation) -> pd.DataFrame:
    """Recomputed over printed, with bounds, for each check with a number to set beside it."""
    rows = []
    for outcome in judge_all(study.model, setting=study.setting):
        if outcome.verdict and outcome.published and outcome.recomputed is not None:
            check, register = outcome.check, study.model.register
            row = register.claims[check.claim] if check.claim else register.external[check.against]
            assert outcome.recomputed_low is not None
            assert outcome.recomputed_high is not None
            rows.append(
                {
                    "label": outcome.check.statement,
                    "check": outcome.check.id,
                    "value": outcome.recomputed / outcome.published,
                    "low": outcome.recomputed_low / outcome.published,
                    "high": outcome.recomputed_high / outcome.published,
                    "verdict": outcome.verdict,
                    "kind": outcome.check.kind,
                    "words": f"{row.published}{f', {check.end} end' if check.end else ''}",
                    "recomputed": recomputed_words(study.model, outcome),
                }
            )
    return pd.DataFrame(rows)


def all_checks(ax: Axes, frame: pd.DataFrame) -> None:
    """A dot a check at recomputed over printed, by verdict; comparisons of ours, which enter no count, are pale."""
    with plt.rc_context(STYLE):
        styles = {
            "matches": (BLUE, "o"), "matches_within_rounding": (ORANGE, "s"), "compatible": (GREY, "D"),
            "differs": (BLACK, "X"),
        }  # fmt: skip
        limit = 1.6
        for i, row in frame.iterrows():
            y = len(frame) - 1 - float(i)  # type: ignore[arg-type]
            colour, marker = styles[row["verdict"]]
            alpha = 0.4 if row["kind"] in ("hypothesis", "external") else 1.0
            value = min(row["value"], limit)
            if row["value"] <= limit:
                ax.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.6, alpha=alpha)
            else:
                ax.text(limit + 0.03, y, f"→ {row['value']:.1f}", va="center", fontsize=SMALL)
            ax.plot(value, y, marker=marker, color=colour, markersize=6, alpha=alpha, linestyle="")
            words = _wrap(row["words"], 190, SMALL)
            ax.text(-0.39, y, words, va="center", color=PALE_INK, fontsize=SMALL, linespacing=1.0)
            ax.text(limit + 0.26, y, row["recomputed"], va="center", fontsize=SMALL)
        _guide(ax, 1)
        for x, words in ((-0.39, "printed"), (limit + 0.26, "recomputed")):
            ax.text(x, len(frame) - 0.35, words, va="bottom", fontsize=SMALL, fontweight="bold")
        _rows(ax, frame["label"], room=270)
        ax.set_xlim(-0.4, limit + 0.64)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5])
        ax.set_ylim(-0.8, len(frame) + 0.4)
        for name, (colour, marker) in styles.items():
            number = int((frame["verdict"] == name).sum())
            ax.plot([], [], marker=marker, color=colour, linestyle="", label=f"{name.replace('_', ' ')}, {number}")
        own = frame[~frame["kind"].isin(["hypothesis", "external"])]
        off = int((own["verdict"] == "differs").sum())
        _finish(
            ax,
            f"Of {len(own)} sums and repetitions of the article with a printed number, {off or 'none'} "
            f"{'differ' if off != 1 else 'differs'}; pale: {len(frame) - len(own)} comparisons of ours",
            "recomputed over printed",
            "All sections. Pale: hypotheses of ours, and figures published elsewhere. Dashes: where both are equal; "
            "arrows: beyond the edge. A claim in words has no printed number to divide by.",
        )


# Transfers, 2016 to 2023, from all sources ----------------------------------------------------------------------------

#: What of the article stands on the figure: the row's id there, whether it is a target, quantity, readings, what it is.
_OF_THE_ARTICLE: tuple[tuple[str, bool, str, dict[str, str], str], ...] = (
    ("article_plan", True, "planned_transfers_2016_2020", {}, "2016-2020, goal a year"),
    ("article_mean", False, "transfers_2016_2020", {}, "2016-2020, mean"),
    ("article_2019_base", False, "transfers_2019", {}, "2019, implied by the growth"),
    ("article_2019_labourers", False, "labourers_2019", {}, "2019, labourers"),
    ("article_2021_plan", True, "planned_transfers_2021", {}, "2021, plan implied"),
    (
        "article_2021_february",
        False,
        "transfers_2021",
        {"transfers_2021": "total_2021_february"},
        "2021, given with the plan",
    ),
    ("article_2021_tianshan", False, "transfers_2021", {"transfers_2021": "published"}, "2021, given with growth"),
)
_OF_OTHERS = {
    "plan_13fyp_a_year": "2016-2020, plan, a year",
    "transfers_2017_q3": "2017, January-September",
    "transfers_2017": "2017, the year",
    "transfers_2017_2020_mean": "2017-2020, mean",
    "transfers_2019_xinhua": "2019, jobs",
    "placement_2019_2020_report": "2019, placed in jobs",
    "plan_14fyp_total": "2021-2025, plan, a year",
    "transfers_2022": "2022, the year",
    "transfers_2023_q3": "2023, January-September",
    "report_2016_2020": "2016-2020, five years",
}
#: Years of the article's marks; those of others stand in their rows.
_YEARS = {
    **dict.fromkeys(("article_plan", "article_mean"), (2016, 2020)),
    **dict.fromkeys(("article_2019_base", "article_2019_labourers"), (2019, 2019)),
    **dict.fromkeys(("article_2021_plan", "article_2021_february", "article_2021_tianshan"), (2021, 2021)),
}
_ORIGINS = {"target": (BLUE, BLUE), "article": (BLACK, BLACK), "external": (ORANGE, INK)}
_UNITS = {"transfer": "o", "labourer": "D", "jobs": "s"}
_FILLS: dict[str, Literal["full", "bottom", "none"]] = {"article": "full", "P": "full", "M": "bottom", "S": "none"}


def transfers_2016_2023_frame(study: Evaluation) -> pd.DataFrame:
    """Targets, the article's figures and those published elsewhere: a row each, with years, unit and grade. A year."""
    rows = []
    for name, target, quantity, readings, what in _OF_THE_ARTICLE:
        mark = _mark(study, what, "target" if target else "article", quantity, readings)
        first, last = _YEARS[name]
        unit = study.model.units[quantity]
        rows.append({"id": name, **mark, "unit": unit, "grade": "article", "year_from": first, "year_to": last})
    for name, what in _OF_OTHERS.items():
        figure = study.model.register.external.get(name)
        if figure is None:
            continue
        stands, years = figure.published.stands_for(), figure.years
        a_year = f" in all, {in_words(figure.published.value() / years, 'transfer')} a year" if years > 1 else ""
        rows.append(
            {
                "id": name,
                "label": what,
                "role": "target" if figure.published.target else "external",
                "value": figure.published.value() / years,
                "low": stands.low / years,
                "high": stands.high / years,
                "words": f"{figure.published}{a_year}",
                "unit": "jobs" if "job" in figure.unit_as_printed else figure.unit,
                "grade": figure.seen,
                "year_from": figure.year_from,
                "year_to": figure.year_to,
            }
        )
    return pd.DataFrame(rows)


def transfers_2016_2023(ax: Axes, frame: pd.DataFrame) -> None:
    """A row each, time running down; a band for the rows that start in one year; nothing joins two sources."""
    with plt.rc_context(STYLE):
        known = frame.sort_values(["year_from", "year_to"], kind="stable")
        ys = list(range(len(known)))[::-1]
        beside = _rows(ax, known["label"], ys, room=132)
        years = list(dict.fromkeys(known["year_from"]))
        rights, texts = [], []
        for y, row, tick in zip(ys, known.to_dict("records"), ax.get_yticklabels(), strict=True):
            colour, ink = _ORIGINS[row["role"]]
            value, low, high = (row[name] / 1e6 for name in ("value", "low", "high"))
            if years.index(row["year_from"]) % 2 == 0:
                ax.axhspan(y - 0.5, y + 0.5, color=GREY, alpha=0.12, linewidth=0, zorder=0)
            ax.plot([low, high], [y, y], color=colour, linewidth=1.6, alpha=0.6, zorder=1)
            ax.plot(value, y, zorder=3, color=colour, **_face(row["unit"], row["grade"]))
            # A sum over several years is followed by its share of one, which is what is drawn.
            texts.append(row["words"].replace(" in all, ", " in all,\n"))
            rights.append(high)
            ax.annotate(
                texts[-1], (high, y), xytext=(8, 0), textcoords="offset points", va="center", color=ink, fontsize=SMALL,
                linespacing=1.1,
            )  # fmt: skip
            tick.set_color(ink)
        left = min(2.1, float(known["low"].min()) / 1e6 - 0.1)
        ax.set_xlim(left, _reach(rights, [_width(text, SMALL) + 14 for text in texts], left, _across(ax, beside)))
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=_STEPS))
        ax.set_ylim(-0.5, len(known) - 0.5)
        origins = {"target": "a target", "article": "the article", "external": "elsewhere"}
        for role, name in origins.items():
            ax.plot([], [], color=_ORIGINS[role][0], linewidth=4, label=name)
        units = {"transfer": "transfers", "labourer": "labourers, placements", "jobs": "persons placed in jobs"}
        for unit, name in units.items():
            ax.plot([], [], color=GREY, label=name, **_face(unit, "article"))
        grades = {"P": "primary text", "M": "mirror, news copy", "S": "a secondary source"}
        for grade, name in grades.items():
            ax.plot([], [], color=GREY, label=name, **_face("transfer", grade))
        made = known.loc[known["role"] != "target", "value"] / 1e6
        _finish(
            ax,
            f"Targets apart, numbers of 2016 to 2023 run from {made.min():.3g} to {made.max():.3g} million a year"
            + (f" in {known['unit'].nunique()} units: not one series" if known["unit"].nunique() > 1 else ""),
            "million a year",
            "Sections mobilization-2016-2020, paragraph 6, and scale; elsewhere: data/external.csv. Lines: what the "
            "printed digits leave open. Transfers are person-times; the other units are not stated. No figure "
            "published elsewhere is an input to an estimate.",
            columns=3,
        )


def _face(unit: str, grade: str) -> dict[str, Any]:
    """The marker of a unit, filled by grade."""
    fill = _FILLS[grade]
    return {
        "marker": _UNITS[unit],
        "fillstyle": fill,
        "markerfacecoloralt": "white",
        "markersize": 6.5 if unit != "transfer" else 7,
        "markeredgewidth": 1.3,
        "linestyle": "",
        **({"markerfacecolor": "white", "fillstyle": "full"} if fill == "none" else {}),
    }


# What moves an estimate -----------------------------------------------------------------------------------------------


def tornado_frame(found: Sensitivity) -> pd.DataFrame:
    """An estimate with each assumption at either end of its range: a row each, the widest first. NaN: no value."""
    value = found.estimate.value
    rows = [
        {
            "label": found.model.name(bar.assumption).rstrip("."),
            "assumption": bar.assumption,
            "low": bar.low,
            "high": bar.high,
            "quantity": found.quantity,
            "unit": found.estimate.unit,
            "value": np.nan if value is None else value,
            "at_low": bar.at_low,
            "at_high": bar.at_high,
            "low_words": words["estimate at the low end"],
            "high_words": words["estimate at the high end"],
            "places": _places(found),
        }
        for bar, words in zip(found.tornado, found.tornado_table().frame.to_dict("records"), strict=True)
    ]
    columns = ("label", "assumption", "low", "high", "quantity", "unit", "value", "at_low", "at_high", "low_words",
        "high_words", "places")  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def _places(found: Sensitivity) -> str:
    """Where in the article that stands which an estimate rests on."""
    register = found.model.register
    rests_on = found.model.plan(found.quantity, found.setting).depends_on
    assumptions = (register.assumptions.get(name) for name in rests_on)
    rows = [*rests_on, *(a.claim for a in assumptions if a)]
    places = (register.claims[name].where.partition(", paragraph")[0] for name in rows if name in register.claims)
    words = "; ".join(sorted(set(places), reverse=True))
    return words[:1].upper() + words[1:]


def tornado(ax: Axes, frame: pd.DataFrame) -> None:
    """Bars from the estimate as it is to either end of each range; a cross where an end has no value."""
    with plt.rc_context(STYLE):
        if not len(frame):
            _say(ax, "No assumption has an effect on it.")
            _finish(ax, "Each assumption across its range, the others as they are", "", "")
            return
        numbers = frame[["value", "at_low", "at_high"]].to_numpy(float)
        scale, unit = _scaled(numbers, frame["unit"].iloc[0])
        value = float(frame["value"].iloc[0]) / scale
        least, most = (float(end) / scale for end in (_of_finite(np.min, numbers), _of_finite(np.max, numbers)))
        middle = value if np.isfinite(value) else (least + most) / 2
        beside = _rows(ax, frame["label"], room=104)
        widths = [
            _bar(ax, len(frame) - 1 - float(i), row, scale, middle)  # type: ignore[arg-type]
            for i, row in frame.reset_index(drop=True).iterrows()
        ]
        if np.isfinite(value):
            ax.axvline(value, color=BLACK, linewidth=1.1, zorder=3)
        # Each side has room for its widest label; what is left is for the bars.
        room = max(most - least, 1e-3 * abs(middle), 1e-9)
        sides = [max(side) for side in zip(*widths, strict=True)]
        across = _across(ax, beside)
        a_point = room / max(across - sum(sides), across / 5)
        left, right = least - sides[0] * a_point, most + sides[1] * a_point
        ax.set_xlim(left, right)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        if least >= 0:
            # The room for labels may reach below nought, where there are no persons.
            ax.set_xticks([tick for tick in ax.get_xticks() if max(0, left) <= tick <= right])
        ax.set_ylim(-0.6, len(frame) - 0.4)
        for end, colour in _ENDS.items():
            ax.fill_between([], [], color=colour, linewidth=0, label=f"at its {end} end")
        if np.isfinite(value):
            ax.plot([], [], color=BLACK, linewidth=1.1, label="as it is")
        if not np.isfinite(numbers).all():
            ax.plot([], [], color=BLACK, marker="X", linestyle="", label="no value there")
        words = str(frame["quantity"].iloc[0]).replace("_", " ")
        first = frame.iloc[0]
        _finish(
            ax,
            f"What moves the estimate most: {_lower(first['label'])}, which takes it from "
            f"{_span(first['low_words'], first['high_words'])}"
            if np.isfinite([first["at_low"], first["at_high"]]).all()
            else "Each assumption across its range, the others as they are",
            f"{words}, {unit}",
            f"{frame['places'].iloc[0]}. Each assumption across its range, the others as they are. Beside each end: "
            "the assumption there, and what the estimate comes to.",
        )


_ENDS = {"low": BLUE, "high": ORANGE}


def _bar(ax: Axes, y: float, row: pd.Series[Any], scale: float, middle: float) -> tuple[float, float]:
    """One assumption's two ends, each with a label on its own side of the bar and of the estimate as it is.

    Returns how many points each label takes.
    """
    ends = {end: float(row[f"at_{end}"]) / scale for end in _ENDS}
    finite = {end: x for end, x in ends.items() if np.isfinite(x)}
    for end in sorted(finite, key=lambda end: -abs(finite[end] - middle)):
        ax.barh(y, finite[end] - middle, left=middle, height=0.5, color=_ENDS[end], zorder=2)
    # An end without a value stands at the middle, so that its label takes the side that the other one leaves.
    places = {end: finite.get(end, middle) for end in _ENDS}
    order = ("low", "high") if places["low"] <= places["high"] else ("high", "low")
    gap = 5 if len(finite) == len(ends) else 9
    taken = []
    for end, side in zip(order, (-1, 1), strict=True):
        words = row[f"{end}_words"]
        if end not in finite:
            ax.plot(middle, y, color=BLACK, marker="X", markersize=8, linestyle="", zorder=4)
        elif np.isclose(row[f"at_{end}"], row["value"], rtol=1e-12):
            words = "as it is"
        edge = min(places[end], middle) if side < 0 else max(places[end], middle)
        text = f"at {row[end]:,.10g}:\n{words}"
        ax.annotate(
            text, (edge, y), xytext=(side * gap, 0), textcoords="offset points", ha="right" if side < 0 else "left",
            va="center", fontsize=SMALL, linespacing=1.05, bbox=_PAPER, zorder=5,
        )  # fmt: skip
        taken.append(_width(text, SMALL) + gap + 4)
    return taken[0], taken[1]


def sobol_indices_frame(found: Sensitivity) -> pd.DataFrame:
    """Sobol indices with their intervals: a row an input, the largest total first; none where nothing is drawn."""
    columns = ("label", "input", "quantity", "first", "first_low", "first_high", "total", "total_low", "total_high",
        "places")  # fmt: skip
    if found.indices is None:
        return pd.DataFrame(columns=list(columns))
    rows = [
        {"label": found.model.name(name).rstrip("."), "input": name, "quantity": found.quantity, **one}
        for name, one in sorted(found.indices.items(), key=lambda one: -one[1]["total"])
    ]
    return pd.DataFrame(rows).assign(places=_places(found))[list(columns)]


def sobol_indices(ax: Axes, frame: pd.DataFrame) -> None:
    """Two dots an input, alone and with the others, on their intervals."""
    with plt.rc_context(STYLE):
        if not len(frame):
            _say(ax, "No indices: nothing is drawn.")
            _finish(ax, "Illustrative: what explains the spread of the draws", "", "")
            return
        styles = {"first": (BLACK, "o"), "total": (ORANGE, "s")}
        right = max(0.1, float(frame[["first", "first_high", "total", "total_high"]].to_numpy().max()))
        beside = _rows(ax, frame["label"], room=132)
        for i, row in frame.reset_index(drop=True).iterrows():
            for (column, (colour, marker)), step in zip(styles.items(), (0.16, -0.16), strict=True):
                y = len(frame) - 1 - float(i) + step  # type: ignore[arg-type]
                ax.plot([row[f"{column}_low"], row[f"{column}_high"]], [y, y], color=colour, linewidth=2, alpha=0.6)
                ax.plot(row[column], y, marker=marker, color=colour, markersize=6, linestyle="")
            words = " and ".join(f"{max(0.0, row[column]):.2f}" for column in styles)
            edge = max(row["first"], row["first_high"], row["total"], row["total_high"])
            ax.annotate(
                words, (edge, len(frame) - 1 - float(i)), xytext=(9, 0), textcoords="offset points", va="center",  # type: ignore[arg-type]
                fontsize=SMALL, bbox=_PAPER,
            )  # fmt: skip
        ax.set_ylim(-0.6, len(frame) - 0.4)
        left = -0.03 * right
        ax.set_xlim(left, _reach([right], [_width("0.00 and 0.00", SMALL) + 15], left, _across(ax, beside)))
        _key(ax, {"first": "alone (first order)", "total": "with the others (total)"}, styles)
        words = str(frame["quantity"].iloc[0]).replace("_", " ")
        first = frame.iloc[0]
        _finish(
            ax,
            f"Illustrative: the largest part of the spread, {100 * max(0.0, first['total']):.0f} percent, comes with "
            f"{_lower(first['label'])}",
            f"share of the variance of {words}",
            f"{frame['places'].iloc[0]}. Illustrative: draws under distributions that were chosen; they bound nothing. "
            "Printed numbers are drawn over what their digits stand for. Lines: 95 percent of the resamples.",
        )


# Scenarios ------------------------------------------------------------------------------------------------------------

_AT_RISK = ("at_risk_2021", "at_risk_total")


def scenarios_frame(found: Sensitivity) -> pd.DataFrame:
    """Both estimates for 2021 under each scenario, with bounds by rounding and side, and what is printed. Persons."""
    model, rows = found.model, []
    for scenario in found.scenarios:
        for one in tabulate(model, [scenario], _AT_RISK):
            rows.append(
                {
                    "scenario": scenario.name,
                    "role": one.quantity,
                    "value": np.nan if one.value is None else one.value,
                    "low": np.nan if one.low is None else one.low,
                    "high": np.nan if one.high is None else one.high,
                    "side": one.side,
                    "reconstruction": "reconstruction" if one.reconstruction else "",
                    "words": estimated_words(model, one),
                }
            )
    for claim in ("at_risk_2021_approaches", "at_risk_total_range"):
        printed = model.register.claims[claim].published
        low, high = printed.value("low"), printed.value("high" if printed.printed_high else "")
        rows.append(
            {"scenario": "", "role": "printed", "value": np.nan, "low": low, "high": high, "side": printed.side,
             "reconstruction": "", "words": str(printed)}
        )  # fmt: skip
    return pd.DataFrame(rows)


def scenarios(ax: Axes, frame: pd.DataFrame) -> None:
    """Two dots a scenario on their bounds, an arrow at an open end; the printed numbers behind."""
    with plt.rc_context(STYLE):
        styles = {"at_risk_2021": (BLUE, "o"), "at_risk_total": (BLACK, "s")}
        approaches, both = frame[frame["role"] == "printed"].to_dict("records")
        names = list(dict.fromkeys(frame.loc[frame["role"] != "printed", "scenario"]))
        ax.axvspan(both["low"] / 1e6, both["high"] / 1e6, color=ORANGE, alpha=0.18, linewidth=0, zorder=0)
        ax.axvline(approaches["low"] / 1e6, color=INK, linewidth=1.4, linestyle=(0, (3, 2)), zorder=1)
        least, most = float(np.nanmin(frame["low"])) / 1e6, float(np.nanmax(frame["high"])) / 1e6
        right = most + 0.12
        for row in frame[frame["role"] != "printed"].to_dict("records"):
            colour, marker = styles[row["role"]]
            y = len(names) - 1 - names.index(row["scenario"]) + (0.2 if row["role"] == "at_risk_2021" else -0.2)
            value, low, high = (row[name] / 1e6 for name in ("value", "low", "high"))
            ax.text(right, y, row["words"], va="center", color=colour, fontsize=SMALL)
            if np.isnan(value):
                continue
            ax.plot([low, high], [y, y], color=colour, linewidth=2, alpha=0.6)
            ax.plot(value, y, marker=marker, color=colour, markersize=5.5, linestyle="")
            turn = _TURNS.get(row["side"], 0)
            if turn:
                start = low if turn < 0 else high
                arrow = {"arrowstyle": "->", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
                ax.annotate("", xy=(start + turn * 0.06, y), xytext=(start, y), arrowprops=arrow)
        marked = set(frame.loc[frame["reconstruction"] != "", "scenario"])
        labels = [name.replace("_", " ") + ("\n(reconstruction)" if name in marked else "") for name in names]
        beside = _rows(ax, labels)
        ax.set_ylim(-0.6, len(names) - 0.4)
        widest = max(_width(words, SMALL) for words in frame["words"]) + 8
        ax.set_xlim(least - 0.1, _reach([right], [widest], least - 0.1, _across(ax, beside)))
        for role, label in {"at_risk_2021": "through transfers, 2021", "at_risk_total": "both groups"}.items():
            ax.plot([], [], marker=styles[role][1], color=styles[role][0], linestyle="", label=label)
        ax.plot([], [], color=INK, linewidth=1.4, linestyle=(0, (3, 2)), label=f"printed: {approaches['words']}")
        ax.fill_between([], [], color=ORANGE, alpha=0.18, linewidth=0, label=f"printed: {both['words']}")
        totals = frame.loc[frame["role"] == "at_risk_total", "value"].dropna()
        inside = int(((totals >= both["low"]) & (totals <= both["high"])).sum())
        _finish(
            ax,
            f"Persons at risk, both groups: within the printed {both['words']} under {inside} of the {len(totals)} "
            "scenarios that give a number",
            "million persons",
            "Section scale, paragraph 3. Lines: what the printed digits leave open; arrows: open ends. No bound: an "
            '"at most" and an "at least" are added up. A reconstruction is ours: the article derives no estimate.',
        )


# Common strokes -------------------------------------------------------------------------------------------------------


def _mark(study: Evaluation, label: str, role: str, quantity: str, readings: dict[str, str]) -> dict[str, Any]:
    """A row for a dot: a quantity under some readings over the study's setting, NaN where it can't be computed."""
    model = study.model
    row: dict[str, Any] = {"label": label, "role": role, "value": np.nan, "low": np.nan, "high": np.nan}
    row["words"] = "not computable"
    try:
        estimate = model.estimate(quantity, model.change(readings, study.setting))
    except ModelError:
        return row
    place = place_of(model, estimate.depends_on, estimate.value)
    words = value_words(model, quantity, estimate.value, place)
    return {**row, "value": estimate.value, "low": estimate.low, "high": estimate.high, "words": words}


#: What an axis counts in.
_STEPS = (1, 2, 5, 10)
#: What stands behind a label, so that no line runs through it.
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def _dots(
    ax: Axes,
    frame: pd.DataFrame,
    styles: dict[str, tuple[str, str]],
    scale: float = 1e6,
    start: float | None = None,
    room: float = 122,
    paper: bool = True,
) -> None:
    """A row a dot, the first on top: the value, a line from low to high, and the value in words to its right.

    start: where the axis starts, if not a little left of the lowest end. room: points for what stands beside the rows.
    paper: whether the words cover what is behind them.
    """
    beside = _rows(ax, frame["label"], room=room)
    low, high = (_of_finite(end, frame[["low", "high"]]) / scale for end in (np.min, np.max))
    left = low - 0.06 * (high - low or 1) if start is None else start
    rights, texts = [], []
    for i, row in frame.reset_index(drop=True).iterrows():
        y = len(frame) - 1 - float(i)  # type: ignore[arg-type]
        colour, marker = styles[row["role"]]
        ax.plot([row["low"] / scale, row["high"] / scale], [y, y], color=colour, linewidth=2, alpha=0.6)
        ax.plot(row["value"] / scale, y, marker=marker, color=colour, markersize=6.5, linestyle="")
        right = (row["value"] if np.isnan(row["high"]) else max(row["value"], row["high"])) / scale
        rights.append(right if np.isfinite(right) else left)
        texts.append(_wrap(row["words"], 92, SMALL))
        ax.annotate(
            texts[-1], (rights[-1], y), xytext=(7, 0), textcoords="offset points", va="center",
            bbox=_PAPER if paper else None, fontsize=SMALL, linespacing=1.1,
        )  # fmt: skip
    ax.set_ylim(-0.6, len(frame) - 0.4)
    ax.set_xlim(left, _reach(rights, [_width(text, SMALL) + 14 for text in texts], left, _across(ax, beside)))
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=_STEPS))


def _guide(ax: Axes, x: float, words: str = "", y: float = 0.0, zorder: float = 0) -> None:
    """A dashed upright at a value, with what it is beside its top."""
    ax.axvline(x, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=zorder)
    if words:
        ax.annotate(
            words, (x, y), xytext=(4, -2), textcoords="offset points", va="top", color=PALE_INK, fontsize=SMALL,
        )  # fmt: skip


def _rows(ax: Axes, labels: Iterable[str], ys: Iterable[float] | None = None, room: float = 118) -> float:
    """What stands beside the rows, wrapped to so many points; the first on top. Returns the points that it takes."""
    texts = [_even(label, room, SMALL) for label in labels]
    ax.set_yticks(list(range(len(texts))[::-1] if ys is None else ys), texts, linespacing=1.1)
    ax.tick_params(axis="y", length=0)
    return max((_width(text, SMALL) for text in texts), default=0.0)


def _stacked(groups: Iterable[str]) -> tuple[list[float], dict[str, float]]:
    """The places of rows under headings, from 0 downwards, and of the headings.

    >>> _stacked(["a", "a", "b"])
    ([-0.85, -1.85, -3.85], {'a': 0.0, 'b': -3.0})
    """
    ys: list[float] = []
    heads: dict[str, float] = {}
    y = 0.0
    for group in groups:
        if group not in heads:
            y -= 0.15 if heads else 0
            heads[group] = round(y, 2)
            y -= 0.85
        ys.append(round(y, 2))
        y -= 1
    return ys, heads


def _headings(ax: Axes, heads: Mapping[str, float]) -> None:
    """Headings over groups of rows, at the left edge of the axes."""
    for text, y in heads.items():
        ax.annotate(
            text, (0, y), xycoords=ax.get_yaxis_transform(), xytext=(1, 0), textcoords="offset points", va="center",
            fontsize=SMALL, fontweight="bold", bbox=_PAPER, zorder=4,
        )  # fmt: skip


def _across(ax: Axes, beside: float) -> float:
    """How many points the axes are wide, once so many are taken by what stands beside its rows."""
    fig = ax.figure
    if _alone(ax):
        return float(fig.get_figwidth() * 72 - beside - 22)  # type: ignore[union-attr]
    return float(ax.get_window_extent().width * 72 / fig.dpi)


def _reach(rights: Iterable[float], widths: Iterable[float], left: float, across: float) -> float:
    """Where an axis from left, so many points wide, has to end for texts of these widths to fit right of these places.

    >>> _reach([1.0, 2.0], [50, 100], 0.0, 200)
    4.0
    """
    ends = [
        left + (right - left) * across / max(across - width, across / 4)
        for right, width in zip(rights, widths, strict=True)
        if np.isfinite(right)
    ]
    end = max(ends, default=left)
    return end if end > left else left + 1


def _scaled(numbers: Any, unit: str) -> tuple[float, str]:
    """What an axis divides by, and the unit that it then has in words."""
    most = float(_of_finite(np.max, np.abs(numbers)))
    words = {"dimensionless": "a share or ratio"}.get(
        unit, f"{unit}s" if unit in BASE_UNITS and unit != "USD" else unit
    )
    if unit in BASE_UNITS and most >= 1e4:
        return (1e6, f"million {words}") if most >= 1e6 else (1e3, f"thousand {words}")
    return 1.0, words


def _of_finite(function: Callable[[Any], Any], numbers: Any) -> float:
    """A function of those of the numbers that are finite; 0 where none is."""
    finite = np.asarray(numbers, float)[np.isfinite(numbers)]
    return float(function(finite)) if finite.size else 0.0


def _say(ax: Axes, words: str) -> None:
    """A sentence in the place of marks."""
    ax.text(0.02, 0.9, words, transform=ax.transAxes, va="top")
    ax.set_xticks([])
    ax.set_yticks([])


def _key(ax: Axes, names: dict[str, str], styles: dict[str, tuple[str, str]]) -> None:
    """What the marks mean, for the key."""
    for role, name in names.items():
        colour, marker = styles[role]
        ax.plot([], [], marker=marker, color=colour, linestyle="", label=name)


@lru_cache(maxsize=4096)
def _width(text: str, size: float = TEXT, bold: bool = False) -> float:
    """How many points a text takes across, by its widest line.

    >>> _width("million") < _width("million", bold=True) < _width("million persons")
    True
    """
    font = FontProperties(family=STYLE["font.family"], size=size, weight="bold" if bold else "normal")
    lines = text.split("\n")
    widest = max(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in lines)
    # On a screen letters are fitted to pixels, which makes some wider.
    return 1.015 * float(widest)


def _wrap(text: str, room: float, size: float = TEXT, bold: bool = False) -> str:
    """A text in lines of at most so many points; a break that it has stays, and a word that is longer is cut.

    >>> _wrap("persons at risk", 60).split("\\n")
    ['persons at', 'risk']
    """
    lines = []
    for line in text.split("\n"):
        lines.append("")
        for word in line.split():
            while _width(word, size, bold) > room and len(word) > 1:
                fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or _width(word[:n], size, bold) <= room)
                lines[-1:] = [*filter(None, lines[-1:]), word[:fits], ""]
                word = word[fits:]
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and _width(longer, size, bold) > room:
                lines.append(word)
            else:
                lines[-1] = longer
    return "\n".join(lines)


def _even(text: str, room: float, size: float = TEXT, bold: bool = False) -> str:
    """A text in as few lines of at most so many points as it takes, the lines about as long as each other.

    >>> _even("made with the plan", 80).split("\\n"), _wrap("made with the plan", 80).split("\\n")
    (['made with', 'the plan'], ['made with the', 'plan'])
    """
    lines = best = _wrap(text, room, size, bold)
    while len(lines.split("\n")) <= len(best.split("\n")) and room > 12:
        best, room = lines, 0.95 * room
        lines = _wrap(text, room, size, bold)
    return best


def _span(low: str, high: str) -> str:
    """Two values in words as one span, the unit once.

    >>> _span("1.6 million", "2 million"), _span("900,000", "1 million")
    ('1.6 to 2 million', '900,000 to 1 million')
    """
    number, _, unit = low.partition(" ")
    return f"{number if unit and unit == high.partition(' ')[2] else low} to {high}"


def _lower(text: str) -> str:
    """A label within a sentence."""
    return text[:1].lower() + text[1:]


def _alone(ax: Axes) -> bool:
    """Whether the axes have a figure to themselves, so that title, key and source can take its whole width."""
    return isinstance(ax.figure, Canvas) and len(ax.figure.axes) == 1


#: Points from the edge of a figure to its texts.
_MARGIN = 6


def _finish(ax: Axes, title: str, unit: str, source: str, columns: int = 0) -> None:
    """Title and key above, the unit on the axis, and under it where in the article the numbers stand.

    columns: of the key; as many as fit, if 0. Axes that stand beside others have title, key and unit alone.
    """
    ax.set_xlabel(unit)
    fig = ax.figure
    names = ax.get_legend_handles_labels()[1]
    if not _alone(ax) or not isinstance(fig, Canvas):
        if names:
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
        ax.set_title(_wrap(title, max(60, _across(ax, 0)), LARGE, bold=True), pad=6 + 1.5 * SMALL * len(names))
        return
    width, height = fig.get_figwidth() * 72, fig.get_figheight() * 72
    room = width - 2 * _MARGIN
    head = _even(title, room, LARGE, bold=True)
    top = _MARGIN + 1.25 * LARGE * len(head.split("\n"))
    over = fig.suptitle(
        head, x=_MARGIN / width, y=1 - _MARGIN / height, ha="left", va="top", fontsize=LARGE, fontweight="bold",
        linespacing=1.15,
    )  # fmt: skip
    over.set_in_layout(False)
    if names:
        columns = columns or _columns(names, room)
        legend = ax.legend(
            loc="upper left", bbox_to_anchor=(_MARGIN / width, 1 - (top + 2) / height), borderpad=0, borderaxespad=0,
            bbox_transform=fig.transFigure, ncols=columns, frameon=False, **_KEY,
        )  # fmt: skip
        legend.set_in_layout(False)
        top += 5 + 1.55 * SMALL * -(-len(names) // columns)
    lines = _wrap(f"{source} {CAVEAT}".strip(), room, SMALL).split("\n")
    fig.text(
        _MARGIN / width, _MARGIN / height, "\n".join(lines), fontsize=SMALL, color=PALE_INK, va="bottom",
        linespacing=1.15,
    )  # fmt: skip
    engine = fig.get_layout_engine()
    if engine is not None:
        bottom = _MARGIN + 4 + 1.22 * SMALL * len(lines)
        engine.set(rect=(0, bottom / height, 1, 1 - (bottom + top) / height))  # type: ignore[call-arg]
    # What is left out of the layout is left out of a tight box too, in which notebooks save: so that has the whole.
    fig.add_artist(Rectangle((0, 0), 1, 1, fill=False, linewidth=0))


#: How the key is set, in its letters' size.
_KEY: Any = {"handlelength": 1.4, "handletextpad": 0.5, "columnspacing": 1.2, "labelspacing": 0.4}


def _columns(names: list[str], room: float) -> int:
    """In how many columns a key fits into so many points."""
    apart = SMALL * (_KEY["handlelength"] + _KEY["handletextpad"] + _KEY["columnspacing"])
    for columns in range(len(names), 1, -1):
        deep = -(-len(names) // columns)
        widest = [max(_width(name, SMALL) for name in names[i : i + deep]) for i in range(0, len(names), deep)]
        if sum(widest) + apart * len(widest) <= room:
            return columns
    return 1


FIGURES: dict[str, Figure] = {
    "all_checks": Figure(
        (),
        (FULL_PAGE, 13),
        all_checks_frame,
        all_checks,
        "For each check, the recomputed value over the printed one with its bounds, marked by verdict, with both in "
        "words; comparisons of ours are pale.",
    ),
    "plan_against_actual": Figure(
        ("plan_2021_from_february", "plan_2021_from_tianshan", "total_2021_printed_twice", "excess_over_goal"),
        (WIDTH, 4.2),
        plan_against_actual_frame,
        plan_against_actual,
        "Transfers planned and made a year in 2016-2020 and in 2021, with the plan for 2021 that the totals imply.",
    ),
    "two_values_of_2019": Figure(
        ("base_2019_from_growth", "base_2019_from_difference", "base_2019_as_labourers", "ratio_implied"),
        (WIDTH, 4.6),
        two_values_of_2019_frame,
        two_values_of_2019,
        "The 2019 base that growth and increase imply, the mean of 2016-2020, the labourers printed for 2019, and the "
        "persons in the base at two ratios.",
    ),
    "readings_of_at_risk_2019": Figure(
        ("southern_at_values", "composition_at_values", "constant_share_at_values"),
        (WIDTH, 3.9),
        readings_of_at_risk_2019_frame,
        readings_of_at_risk_2019,
        "The printed estimate for 2019 beside three reconstructions at the shares set and over their ranges.",
    ),
    "transfers_2016_2023": Figure(
        ("plan_printed_twice", "base_2019_from_growth", "plan_2021_from_tianshan", "total_2021_printed_twice"),
        (WIDTH, 7.4),
        transfers_2016_2023_frame,
        transfers_2016_2023,
        "Targets, the article's figures and figures published elsewhere on transfers from 2016 to 2023, a row each in "
        "the order of their years, with unit and grade; no line joins them.",
    ),
    "waterfall": Figure(
        ("at_risk_2021_sum", "total_in_range"),
        (WIDTH, 4.7),
        waterfall_frame,
        waterfall,
        "From persons at risk in 2019, by those added since, to 2021, and by former detainees to both groups.",
    ),
    "other_provinces": Figure(
        (
            "out_mean_2017_2019",
            "out_mean_2014_mid_2020",
            "out_mean_other_years",
            "out_mean_2014_2016",
            "low_end_plan_2020",
        ),
        (WIDTH, 5.5),
        other_provinces_frame,
        other_provinces,
        "Labourers moved to other provinces a year, by source: means, what is left outside 2017-2019, plan and quota, "
        "beside the printed present volume.",
    ),
    "training": Figure(
        ("training_step", "training_left"),
        (WIDTH, 3.1),
        training_frame,
        training,
        "Training before the plan, planned, held in 2021, and what the rest of the plan needs a year.",
    ),
    "monitoring": Figure(
        ("flagged", "flagged_if_rural_persons", "flagged_if_both_persons", "investigated_nested", "investigated_apart"),
        (WIDTH, 6.2),
        monitoring_frame,
        monitoring,
        "Funnels from rural households to those under real-time monitoring, and from households visited to those "
        "investigated, under each reading, with the shares; villagers placed elsewhere stand apart.",
    ),
    "trade_shares": Figure(
        (
            "share_2022_share_growth",
            "share_2022_share",
            "share_2022_value_growth",
            "south_share_2022_slowest",
            "south_share_2021_equal",
            "south_share_2022_fastest",
        ),
        (WIDTH, 5.1),
        trade_shares_frame,
        trade_shares,
        "Shares of labour-intensive products in exports and of four prefectures in trade, early 2021 and early 2022, "
        "under each reading of the printed rates.",
    ),
    "trade_growth_2022": Figure(
        ("south_share_2021_slowest", "south_share_2021_equal", "south_share_2021_fastest"),
        (WIDTH, 3.5),
        trade_growth_2022_frame,
        trade_growth_2022,
        "Growth of trade in January-April 2022 over the same months of 2021, as printed for Aksu, Kashgar, Hotan and "
        "Kizilsu, beside that of the region.",
    ),
    "trade_base_2020": Figure(
        ("us_2020", "eu_2020", "vietnam_2020", "three_partners"),
        (WIDTH, 4.2),
        trade_base_2020_frame,
        trade_base_2020,
        "Trade with the United States, the European Union and Vietnam in 2020, as value and rate of 2021 imply it, "
        "beside that of 2021 as printed.",
    ),
    "scenarios": Figure(
        (),
        (FULL_PAGE, 8.6),
        scenarios_frame,
        scenarios,
        "For each scenario, persons at risk through transfers in 2021 and both groups together, with bounds by "
        "rounding, beside the printed numbers.",
        lambda model: Sensitivity("at_risk_2021", model=model),
    ),
    "tornado": Figure(
        (),
        (WIDTH, 4.6),
        tornado_frame,
        tornado,
        "Persons at risk in 2021 with each assumption at the low and at the high end of its range, the widest first.",
        lambda model: Sensitivity("at_risk_2021", model=model),
    ),
    "sobol_indices": Figure(
        (),
        (WIDTH, 5.4),
        sobol_indices_frame,
        sobol_indices,
        "Illustrative: the share of the variance of the draws that each input explains alone and with the others, with "
        "intervals.",
        lambda model: Sensitivity("at_risk_total", "illustrative", model=model),
    ),
}


def plotted(frame: pd.DataFrame) -> Table:
    """A figure's data for a reader: numbers to five digits, in base units; years as years."""
    numbers = frame.select_dtypes("number").columns
    texts = {name: frame[name].map(lambda x: "" if np.isnan(x) else f"{float(f'{x:.5g}'):,.10g}") for name in numbers}
    years = {name: frame[name].map(lambda x: f"{x:.0f}") for name in numbers if str(name).startswith("year")}
    return Table(frame.assign(**{**texts, **years}))


def save(name: str, folder: Path, model: Model) -> None:
    """Write a figure of the article's own run as SVG and PNG, with its plotted data as CSV."""
    figure = FIGURES[name]
    frame = figure.frame(figure.source(model))
    with plt.rc_context(STYLE):
        fig, ax = canvas(name)
        figure.draw(ax, frame)
        fig.savefig(folder / f"{name}.svg", metadata={"Date": None, "Title": figure.alt, "Creator": None})
        fig.savefig(folder / f"{name}.png", metadata={"Software": None, "Description": figure.alt})
    plt.close(fig)
    (folder / f"{name}.csv").write_text(data_text(frame), encoding="utf-8")


def data_text(frame: pd.DataFrame) -> str:
    """A figure's plotted data as CSV, to ten digits.

    >>> data_text(pd.DataFrame({"year": [2019], "share": [1 / 3]}))
    'year,share\\n2019,0.3333333333\\n'
    """
    return str(escape_spreadsheet_formulas(frame).to_csv(index=False, lineterminator="\n", float_format="%.10g"))


def headless() -> None:
    """Draw without a screen: what a command does before its first figure."""
    mpl.use("agg")
