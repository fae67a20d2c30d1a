"""The figures: for each, a function that gives the plotted data, and one that draws them on an Axes.

The data are made from a study; where they are about what moves an estimate, from a ``Sensitivity``; where nothing in
them can be set, from the model.

What belongs here: what is drawn and how. What does not: any number that the model does not give.

A figure's data frame is what it shows, whole: a row a mark, numbers in base units. The same functions serve the
notebooks and ``results/figures``.
"""

from __future__ import annotations

import contextlib
import dataclasses
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from analysis.model import Model, ModelError
from analysis.results import CAVEAT, Study, Table, Under, harmless, in_words, place_of, published_words, value_words
from analysis.scenarios import tabulate
from analysis.sensitivity import Axis, region
from analysis.tables import Sensitivity, estimated_words
from analysis.units import BASE_UNITS

# Okabe and Ito's colours, which colour-blind readers can tell apart, in an order that also falls in lightness.
BLACK, BLUE, ORANGE, GREEN, GREY = "#1b1b1b", "#0072B2", "#E69F00", "#009E73", "#8c8c8c"
STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "xtick.color": BLACK,
    "ytick.color": BLACK,
    "figure.dpi": 100,
    "savefig.dpi": 150,
    # A sign of the dollar in a text is one.
    "text.parse_math": False,
    "svg.hashsalt": "labour-transfer-arithmetic",
    "svg.fonttype": "path",
}


@dataclass(frozen=True)
class Figure:
    """A figure: the relations that its data come from, its size in inches, its data and its drawing.

    of: makes what its data come from, for the article's own run; without it, a study of its relations, or of all.
    """

    relations: tuple[str, ...]
    size: tuple[float, float]
    frame: Callable[[Any], pd.DataFrame]
    draw: Callable[[Axes, pd.DataFrame], None]
    alt: str
    of: Callable[[Model], Any] | None = None

    def source(self, model: Model) -> Any:
        """What its data come from in the article's own run: a study, a sensitivity or the model."""
        return self.of(model) if self.of else Study(self.relations or tuple(model.register.relations), model=model)


def canvas(name: str) -> tuple[Canvas, Axes]:
    """An empty figure of the size and style that the named one wants."""
    with plt.rc_context(STYLE):
        return plt.subplots(figsize=FIGURES[name].size, layout="constrained")


# Plan against actual --------------------------------------------------------------------------------------------------


def plan_against_actual_frame(study: Study) -> pd.DataFrame:
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
        ax.axvline(mean / 1e6, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        ax.annotate(
            "mean of 2016-2020", (mean / 1e6, len(frame) - 0.45), xytext=(4, -2), textcoords="offset points", va="top",
            color="#555555", fontsize=8,
        )  # fmt: skip
        implied = frame.loc[frame["role"] == "implied", "value"]
        below = bool((implied < mean).all())
        ax.set_title(
            "The plan implied for 2021 lies below the mean of 2016-2020"
            if below
            else "The plan implied for 2021 beside the mean of 2016-2020"
        )
        _key(ax, {"planned": "printed plan", "implied": "implied plan", "made": "made"}, styles)
        _foot(ax, "million transfers", "Sections mobilization-2016-2020, paragraph 6, and scale, paragraph 2.")


# Two figures for 2019 -------------------------------------------------------------------------------------------------


def two_values_of_2019_frame(study: Study) -> pd.DataFrame:
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
    """Dots by unit; the ratio that turns the base into persons stands beside them."""
    with plt.rc_context(STYLE):
        styles = {"transfers": (BLACK, "o"), "labourers": (ORANGE, "D"), "persons": (BLUE, "s")}
        shown = frame.copy()
        ratios = shown["ratio"].map(lambda ratio: "" if np.isnan(ratio) else f", {ratio:.3f} per transfer")
        shown["words"] = shown["words"] + ratios
        _dots(ax, shown, styles)
        labourers = float(frame.loc[frame["role"] == "labourers", "value"].iloc[0])
        ax.axvline(labourers / 1e6, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        ax.set_title("Two figures for 2019 that can't be one quantity")
        _key(ax, {"transfers": "transfers", "labourers": "labourers (unit not stated)", "persons": "persons"}, styles)
        _foot(
            ax,
            "million",
            "Section scale, paragraphs 1 and 2; note 4. Persons against person-times is one way in which both can "
            "hold; part of a year, a narrower scope, a target or another year are others.",
        )


# Readings of the 2019 estimate ----------------------------------------------------------------------------------------


def readings_of_at_risk_2019_frame(study: Study) -> pd.DataFrame:
    """The printed estimate and its reconstructions: at the values set, and at low and high. Persons."""
    model = study.model
    rows = []
    for reading in model.readings("at_risk_2019"):
        row = model.register.readings.get(("at_risk_2019", reading))
        if row is None:
            continue
        plan = model.plan("at_risk_2019", model.under(study.setting, {"at_risk_2019": reading}))
        shares = [
            a for name in plan.leaves if (a := model.register.assumptions.get(name)) and a.unit == "dimensionless"
        ]
        ends = [
            float(plan.evaluate({**plan.start, **{a.id: getattr(a, end) for a in shares}})[plan.target])
            for end in ("low", "high")
        ]
        value = model.point(plan)
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
    """Dots at the values set, thin lines over the shares' ranges; the printed estimate is a ceiling."""
    with plt.rc_context(STYLE):
        styles = {"printed": (BLACK, "o"), "reconstruction": (BLUE, "s")}
        _dots(ax, frame, styles)
        printed = float(frame.loc[frame["role"] == "printed", "value"].iloc[0])
        ax.axvline(printed / 1e6, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        ax.annotate(
            "",
            xy=((printed - 0.25e6) / 1e6, len(frame) - 1),
            xytext=(printed / 1e6, len(frame) - 1),
            arrowprops={"arrowstyle": "->", "color": BLACK, "linewidth": 1.2},
        )
        ax.set_xlim(left=0)
        ax.set_title("No printed share fixes the estimate for 2019")
        _key(ax, {"printed": "printed, a ceiling", "reconstruction": "at the shares set; line: low to high"}, styles)
        _foot(ax, "million persons", "Section scale, paragraph 1. The article does not derive its estimate.")


# From 2019 to the total -----------------------------------------------------------------------------------------------


def waterfall_frame(study: Under) -> pd.DataFrame:
    """The steps from 2019 to 2021 to the total, with bounds and kinds, and the printed range. Persons."""
    model = study.model
    rows = []
    floor = 0.0
    spread = (0.0, 0.0)
    added = study.value("net_new_persons") * study.value("at_risk_share_of_new")
    detained = study.value("former_detainees") * (1 - study.value("overlap"))
    for label, role, quantity, size in (
        ("At risk 2019", "level", "at_risk_2019", study.value("at_risk_2019")),
        ("Added since", "step", "net_new_persons", added),
        ("At risk 2021", "level", "at_risk_2021", study.value("at_risk_2021")),
        ("Former detainees", "step", "former_detainees", detained),
        ("Both groups", "level", "at_risk_total", study.value("at_risk_total")),
    ):
        estimate = model.estimate(quantity, study.setting)
        level = role == "level"
        low, high = (estimate.low, estimate.high) if level else (np.nan, np.nan)
        assumption = model.register.assumptions.get(quantity)
        if assumption and quantity not in study.setting.readings and quantity not in study.setting.values:
            kept = detained / study.value(quantity)
            low, high = floor + assumption.low * kept, floor + assumption.high * kept
            spread = low - floor - size, high - floor - size
        if quantity == "at_risk_total":
            low, high = low + spread[0], high + spread[1]
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
                "kind": estimate.kind,
                "words": value_words(model, quantity, size, 1e5 if level else 1e4),
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
                "kind": printed.kind,
                "words": str(printed),
            }
        )
    return pd.DataFrame(rows)


def waterfall(ax: Axes, frame: pd.DataFrame) -> None:
    """Bars from level to level; an arrow where a ceiling or a floor leaves an end open; the printed numbers behind."""
    with plt.rc_context(STYLE):
        steps = frame[frame["role"] != "printed"].reset_index(drop=True)
        approaches, both = (row for _, row in frame[frame["role"] == "printed"].iterrows())
        ax.axhspan(both["start"] / 1e6, both["end"] / 1e6, color=ORANGE, alpha=0.18, linewidth=0, zorder=0)
        ax.text(-0.45, both["end"] / 1e6 - 0.03, f"printed: {both['words']}", va="top", color="#7a5200")
        ax.plot([1.55, 2.45], [approaches["start"] / 1e6] * 2, color="#7a5200", linewidth=1.4, linestyle=(0, (3, 2)))
        for x, row in steps.iterrows():
            at = float(x)  # type: ignore[arg-type]
            colour = BLUE if row["role"] == "level" else GREY
            ax.bar(at, (row["end"] - row["start"]) / 1e6, bottom=row["start"] / 1e6, width=0.6, color=colour)
            ax.plot([at, at], [row["low"] / 1e6, row["high"] / 1e6], color=BLACK, linewidth=1.6)
            middle = (row["start"] + row["end"]) / 2e6
            if row["role"] == "level":
                ax.text(
                    at, middle, f"{row['words']}\n{_KIND_WORDS[row['kind']]}", ha="center", va="center", color="white"
                )
            else:
                top = np.nanmax([row["end"], row["start"], row["high"]]) / 1e6
                ax.text(at, top + 0.03, f"+{row['words']}\n{_KIND_WORDS[row['kind']]}", ha="center", va="bottom")
            turn = {"ceiling": -1, "floor": 1}.get(row["kind"], 0)
            if turn:
                edge = row["end"] / 1e6
                ax.annotate(
                    "",
                    xy=(at + 0.24, edge + turn * 0.22),
                    xytext=(at + 0.24, edge),
                    arrowprops={"arrowstyle": "->", "color": "white" if turn < 0 else BLACK, "linewidth": 1.4},
                )
        ends = steps["end"].to_numpy() / 1e6
        for i in range(len(steps) - 1):
            ax.plot([i + 0.3, i + 0.7], [ends[i]] * 2, color=GREY, linewidth=0.8)
        ax.set_xticks(range(len(steps)), [textwrap.fill(label, 12) for label in steps["label"]])
        ax.set_xlim(-0.5, len(steps) - 0.5)
        ax.set_ylim(0, max(3.0, 1.12 * float(np.nanmax([ends.max(), both["end"] / 1e6]))))
        ax.set_ylabel("million persons")
        kinds = set(steps["kind"])
        ax.set_title(
            "A ceiling and a floor added together bound nothing"
            if {"ceiling", "floor"} <= kinds
            else "From 2019 to both groups together"
        )
        _foot(
            ax,
            "",
            "Section scale; note 4. Black lines: what the printed digits leave open, and the range over which the "
            "chosen number of former detainees is varied. Arrows: open ends. "
            f"Dashes: 2021 as printed, {approaches['words']}.",
        )


_KIND_WORDS = {"point": "", "ceiling": "at most", "floor": "at least", "range": "a range", "none": "no bound"}


# Other provinces ------------------------------------------------------------------------------------------------------


def other_provinces_frame(study: Study) -> pd.DataFrame:
    """Means, plans and what is left a year, and the printed volume's two ends. Labourers or transfers, a year."""
    none: dict[str, str] = {}
    rows = [
        ("Mean, 2017-2019", "mean", "cross_provincial_mean_2017_2019", none),
        ("Mean, 2014 to mid-2020", "mean", "cross_provincial_mean_2014_mid_2020", none),
        ("Mean of the years outside 2017-2019", "left", "cross_provincial_mean_other_years", none),
        ("Mean of 2014-2016, part of the 2020 plan taken out", "left", "cross_provincial_mean_2014_2016", none),
        ("Planned, 2020", "planned", "cross_provincial_planned_2020", none),
        ("Quota, 2016-2020", "planned", "cross_provincial_quota", none),
        ("Suggested for Hotan alone", "planned", "cross_provincial_hotan", none),
        ("Present volume, low end", "printed", "cross_provincial_volume_low", none),
        ("Present volume, high end", "printed", "cross_provincial_volume_high", none),
    ]
    return pd.DataFrame([_mark(study, label, role, quantity, readings) for label, role, quantity, readings in rows])


def other_provinces(ax: Axes, frame: pd.DataFrame) -> None:
    """Dots for means, plans and what is left; a band between the ends of the printed volume."""
    with plt.rc_context(STYLE):
        styles = {"mean": (BLACK, "o"), "left": (ORANGE, "s"), "planned": (BLUE, "D")}
        shown = frame[frame["role"] != "printed"]
        low, high = frame.loc[frame["role"] == "printed", "value"]
        _dots(ax, shown, styles, scale=1e3)
        ax.axvspan(low / 1e3, high / 1e3, color=ORANGE, alpha=0.15, linewidth=0, zorder=0)
        ax.annotate(
            "present volume\nas printed", ((low + high) / 2e3, len(shown) - 1), ha="center", va="center",
            color="#7a5200", fontsize=8,
        )  # fmt: skip
        ax.set_xlim(left=0)
        ax.set_title("Other provinces: plans and means beside the present volume")
        _key(ax, {"mean": "mean of printed totals", "left": "what is left of them", "planned": "plan, quota"}, styles)
        _foot(
            ax,
            "thousand a year, labourers taken for transfers one for one",
            "Section other-provinces. What is left is a difference of two papers, taken to count alike.",
        )


# Training and monitoring ----------------------------------------------------------------------------------------------


def training_frame(study: Study) -> pd.DataFrame:
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
        ax.axvline(planned / 1e6, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        ax.set_title(
            f"Training held in 2021 came to {100 * held / planned:.1f} percent of the plan"
            if np.isfinite(held)
            else "Training held and planned"
        )
        _key(ax, {"held": "held", "planned": "planned", "needed": "needed"}, styles)
        _foot(
            ax, "million person-sessions", "Section monitoring-2021-2025, paragraphs 3 and 5. Sessions are no persons."
        )


def monitoring_frame(study: Study) -> pd.DataFrame:
    """Shares of households under monitoring and of households investigated, under each reading. Fractions."""
    persons, both = {"rural_households": "persons"}, {"rural_households": "persons", "flagged_households": "persons"}
    rows = [
        ("Under monitoring: households as printed", "region", "flagged_share", {}),
        ("Under monitoring: rural households are persons", "region", "flagged_share", persons),
        ("Under monitoring: both are persons", "region", "flagged_share", both),
        ("Investigated of those visited", "county", "investigated_share", {"households_checked": "nested"}),
        (
            "Investigated of those visited or investigated",
            "county",
            "investigated_share",
            {"households_checked": "apart"},
        ),
    ]
    return pd.DataFrame([_mark(study, label, role, quantity, readings) for label, role, quantity, readings in rows])


def monitoring(ax: Axes, frame: pd.DataFrame) -> None:
    """Dots for shares, by what they are shares of."""
    with plt.rc_context(STYLE):
        styles = {"region": (BLACK, "o"), "county": (BLUE, "s")}
        _dots(ax, frame, styles, scale=0.01)
        ax.set_xlim(left=0)
        ax.set_title("Shares under each reading of what is a household")
        _key(ax, {"region": "rural households of the region", "county": "households of one county"}, styles)
        _foot(ax, "percent", "Section early-warning, paragraphs 2 and 6. Persons per household as set.")


# Trade ----------------------------------------------------------------------------------------------------------------


def trade_shares_frame(study: Study) -> pd.DataFrame:
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
                    row[column] = model.estimate(quantity, model.under(study.setting, {choice: reading})).value
        rows.append({**row, "words": f"{100 * row['start']:.1f} to {100 * row['end']:.1f}"})
    return pd.DataFrame(rows)


def trade_shares(ax: Axes, frame: pd.DataFrame) -> None:
    """A line from the share of 2021 to that of 2022 for each reading; a bar at the largest share of 2021."""
    with plt.rc_context(STYLE):
        styles = {"products": (BLACK, "o"), "south": (BLUE, "s")}
        for i, row in frame.reset_index(drop=True).iterrows():
            y = len(frame) - 1 - float(i)  # type: ignore[arg-type]
            colour, marker = styles[row["role"]]
            ends = [100 * row["start"], 100 * row["end"]]
            ax.plot(ends, [y, y], color=colour, linewidth=1.4, alpha=0.6, zorder=1)
            ax.plot(ends[0], y, marker=marker, color=colour, markersize=7, linestyle="", markerfacecolor="white")
            ax.plot(ends[1], y, marker=marker, color=colour, markersize=7, linestyle="")
            if np.isfinite(row["most"]):
                ax.plot([100 * row["most"]] * 2, [y - 0.28, y + 0.28], color=ORANGE, linewidth=2.2)
            right = np.nanmax([*ends, 100 * row["most"]])
            ax.annotate(row["words"], (right, y), xytext=(9, 0), textcoords="offset points", va="center", bbox=_PAPER)
        ax.set_yticks(range(len(frame))[::-1], [textwrap.fill(label, 34) for label in frame["label"]])
        ax.set_ylim(-0.6, len(frame) - 0.4)
        ax.set_xlim(0, 112)
        ax.tick_params(axis="y", length=0)
        ax.axvline(100, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        ax.plot(
            [], [], marker="|", color=ORANGE, markersize=10, markeredgewidth=2.2, linestyle="", label="largest in 2021"
        )
        ax.set_title("What each reading of the printed rates makes of the shares")
        _key(ax, {"products": "labour-intensive products in exports", "south": "four prefectures in trade"}, styles)
        _foot(
            ax,
            "percent, January-April 2021 (hollow) to January-April 2022 (filled)",
            "Section trade, paragraphs 1 and 4. The share of exports in early 2021 is not printed; that of the whole "
            "year stands for it unless set. Trade outside the four prefectures grew as set.",
        )


# All relations --------------------------------------------------------------------------------------------------------


def all_relations_frame(study: Study) -> pd.DataFrame:
    """Recomputed over printed, with bounds, for each relation with a number to set beside it."""
    rows = []
    for outcome in study.outcomes:
        if outcome.verdict in ("reproduced", "consistent", "inconsistent") and outcome.published:
            assert outcome.recomputed is not None
            assert outcome.recomputed_low is not None
            assert outcome.recomputed_high is not None
            rows.append(
                {
                    "label": outcome.relation.statement,
                    "relation": outcome.relation.id,
                    "value": outcome.recomputed / outcome.published,
                    "low": outcome.recomputed_low / outcome.published,
                    "high": outcome.recomputed_high / outcome.published,
                    "verdict": outcome.verdict,
                    "weak": outcome.weak,
                    "words": published_words(study.model, outcome),
                }
            )
    return pd.DataFrame(rows)


def all_relations(ax: Axes, frame: pd.DataFrame) -> None:
    """A dot a relation at recomputed over printed, by verdict; passes with a power below 0.8 are pale."""
    with plt.rc_context(STYLE):
        styles = {"reproduced": (BLUE, "o"), "consistent": (ORANGE, "s"), "inconsistent": (BLACK, "X")}
        limit = 1.6
        for i, row in frame.iterrows():
            y = len(frame) - 1 - float(i)  # type: ignore[arg-type]
            colour, marker = styles[row["verdict"]]
            alpha = 0.4 if row["weak"] else 1.0
            value = min(row["value"], limit)
            if row["value"] <= limit:
                ax.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=1.6, alpha=alpha)
            else:
                ax.text(limit + 0.015, y, f"{row['value']:.1f} →", va="center")
            ax.plot(value, y, marker=marker, color=colour, markersize=6, alpha=alpha, linestyle="")
            ax.text(0.01, y, row["words"], va="center", color="#444444", fontsize=8)
        ax.axvline(1, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        labels = [textwrap.fill(label, 54) for label in frame["label"]]
        ax.set_yticks(range(len(frame))[::-1], labels, fontsize=8)
        ax.set_xlim(0, limit + 0.15)
        ax.set_xticks([0.5, 0.75, 1, 1.25, 1.5])
        ax.set_ylim(-0.8, len(frame) - 0.2)
        ax.tick_params(axis="y", length=0)
        ax.set_title("What is printed beside what is recomputed", loc="left")
        _key(ax, {name: name for name in styles}, styles)
        _foot(
            ax,
            "recomputed over printed",
            "Pale: a pass with a power below 0.8. Grey: as printed. Fitted and derived relations, and a claim in "
            "words, have no printed number to divide by.",
        )


# Transfers, 2016 to 2023, from all sources ----------------------------------------------------------------------------

#: What of the article stands on the figure: the row's id there, whether it is a target, quantity, readings, what it is.
_OF_THE_ARTICLE: tuple[tuple[str, bool, str, dict[str, str], str], ...] = (
    ("article_plan", True, "planned_transfers_2016_2020", {}, "goal a year, the article"),
    ("article_mean", False, "transfers_2016_2020", {}, "mean 2016-2020"),
    ("article_2019_base", False, "transfers_2019", {}, "2019, implied by growth"),
    ("article_2019_labourers", False, "labourers_2019", {}, "2019, labourers"),
    ("article_2021_plan", True, "planned_transfers_2021", {}, "2021, plan implied"),
    (
        "article_2021_february",
        False,
        "transfers_2021",
        {"transfers_2021": "total_2021_february"},
        "2021, with the plan",
    ),
    ("article_2021_tianshan", False, "transfers_2021", {"transfers_2021": "published"}, "2021, with the growth"),
)
_OF_OTHERS = {
    "plan_13fyp_a_year": "a year, text of the plan",
    "transfers_2017_q3": "January-September 2017",
    "transfers_2017": "2017",
    "transfers_2017_2020_mean": "mean 2017-2020",
    "transfers_2019_xinhua": "jobs, 2019",
    "placement_2019_2020_report": "placed in jobs, 2019",
    "plan_14fyp_total": "plan 2021-2025",
    "transfers_2022": "2022",
    "transfers_2023_q3": "January-September 2023",
    "transfers_13fyp_total": "placements, quoted as of 2016-2021",
}
#: Years of the article's marks; those of others stand in their rows.
_YEARS = {
    **dict.fromkeys(("article_plan", "article_mean"), (2016, 2020)),
    **dict.fromkeys(("article_2019_base", "article_2019_labourers"), (2019, 2019)),
    **dict.fromkeys(("article_2021_plan", "article_2021_february", "article_2021_tianshan"), (2021, 2021)),
}
#: Sums whose years are not settled, so that no yearly value is made of them: they are named under the figure.
_NOT_DRAWN = ("transfers_13fyp_total",)
#: For each mark, where in its years it is drawn, and where its label stands: years, millions and side.
_PLACES: dict[str, tuple[float, float, float, str]] = {
    "article_plan": (2016.9, 2016.9, 2.135, "center"),
    "plan_13fyp_a_year": (2019.1, 2019.1, 2.135, "center"),
    "article_mean": (2016.2, 2016.2, 2.955, "center"),
    "article_2019_base": (2018.84, 2018.3, 3.0, "center"),
    "transfers_2019_xinhua": (2019.16, 2019.7, 3.0, "center"),
    "transfers_2017_2020_mean": (2018.0, 2018.05, 2.745, "center"),
    "transfers_2017": (2017.0, 2016.55, 2.66, "center"),
    "transfers_2017_q3": (2017.0, 2017.0, 2.395, "center"),
    "article_2019_labourers": (2018.84, 2018.7, 2.505, "center"),
    "placement_2019_2020_report": (2019.16, 2019.35, 2.6, "left"),
    "article_2021_plan": (2020.84, 2020.75, 2.655, "center"),
    "plan_14fyp_total": (2022.3, 2022.3, 2.665, "center"),
    "article_2021_february": (2020.84, 2020.6, 3.3, "center"),
    "article_2021_tianshan": (2021.16, 2021.35, 3.17, "left"),
    "transfers_2022": (2022.0, 2021.9, 2.955, "center"),
    "transfers_2023_q3": (2023.0, 2023.0, 2.89, "center"),
}
_ORIGINS = {"target": (BLUE, BLUE), "article": (BLACK, BLACK), "external": (ORANGE, "#7a5200")}
_UNITS = {"transfer": "o", "labourer": "D", "jobs": "s"}
_FILLS: dict[str, Literal["full", "bottom", "none"]] = {"article": "full", "P": "full", "M": "bottom", "S": "none"}
_FIRST, _LAST = 2016, 2023


def transfers_2016_2023_frame(study: Study) -> pd.DataFrame:
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
        stands, years = figure.published.stands_for(), np.nan if name in _NOT_DRAWN else figure.years
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
    """A mark for each figure at its year, a bar over the years of a mean or a plan; nothing joins two sources."""
    with plt.rc_context(STYLE):
        for year in range(_FIRST, _LAST + 1, 2):
            ax.axvspan(year - 0.5, year + 0.5, color=GREY, alpha=0.08, linewidth=0, zorder=0)
        missing = []
        for row in frame.to_dict("records"):
            if np.isnan(row["value"]):
                missing.append(f"{row['words']} {row['label']}")
                continue
            colour, ink = _ORIGINS[row["role"]]
            x, text_x, text_y, side = _PLACES[row["id"]]
            value, low, high = (row[name] / 1e6 for name in ("value", "low", "high"))
            if row["year_to"] > row["year_from"]:
                right = min(row["year_to"], _LAST) + 0.45
                ax.plot([row["year_from"] - 0.45, right], [value] * 2, color=colour, linewidth=1.8, zorder=1)
                if row["year_to"] > _LAST:
                    arrow = {"arrowstyle": "->", "color": colour, "linewidth": 1.8}
                    ax.annotate("", xy=(right + 0.12, value), xytext=(right - 0.05, value), arrowprops=arrow)
            ax.plot([x, x], [low, high], color=colour, linewidth=1.4, alpha=0.6, zorder=1)
            ax.plot(x, value, zorder=3, color=colour, **_face(row["unit"], row["grade"]))
            ax.annotate(
                f"{row['words']}\n{row['label']}", (x, value), xytext=(text_x, text_y), ha=side, va="center",
                color=ink, fontsize=7.5, linespacing=1.15, zorder=2,
                arrowprops={"arrowstyle": "-", "color": ink, "linewidth": 0.5, "shrinkB": 4, "shrinkA": 0},
            )  # fmt: skip
        ax.set_xticks(range(_FIRST, _LAST + 1))
        ax.set_xlim(_FIRST - 0.6, _LAST + 0.65)
        ax.set_ylim(min(2.05, float(frame["low"].min()) / 1e6 - 0.1), max(3.4, float(frame["high"].max()) / 1e6 + 0.1))
        ax.set_ylabel("million a year")
        ax.set_title("Figures on transfers, side by side and not one series")
        origins = {"target": "a target", "article": "the article", "external": "published elsewhere"}
        for role, name in origins.items():
            ax.plot([], [], color=_ORIGINS[role][0], linewidth=4, label=name)
        units = {"transfer": "transfers (person-times)", "labourer": "labourers, placements (unit not stated)"}
        for unit, name in {**units, "jobs": "jobs, persons placed in jobs (unit not stated)"}.items():
            ax.plot([], [], color=GREY, label=name, **_face(unit, "article"))
        grades = {"P": "the article, or a primary text", "M": "a mirror or news copy", "S": "a secondary source"}
        for grade, name in grades.items():
            ax.plot([], [], color=GREY, label=name, **_face("transfer", grade))
        ax.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.985), ncols=3, frameon=False, fontsize=8)
        ax.set_title(ax.get_title(loc="left"), pad=52)
        _foot(
            ax,
            "",
            "Bars: the years of a mean or a plan; uprights: what the printed digits leave open; the place within a "
            "year means nothing. Units and scopes differ, so no line joins two sources: a mark on a bar of another has "
            "its digits and no more. No figure published elsewhere is an input to an estimate."
            + (f" Not drawn: {'; '.join(missing)}." if missing else ""),
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
    """An estimate with each assumption at either end of its range: a row each, the widest first. NaN: no meaning."""
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
    """Bars from the estimate as it is to either end of each range; a cross where an end has no meaning."""
    with plt.rc_context(STYLE):
        ax.set_title("Each assumption across its range, the others as they are")
        if not len(frame):
            _say(ax, "No assumption has an effect on it.")
            _foot(ax, "", "")
            return
        numbers = frame[["value", "at_low", "at_high"]].to_numpy(float)
        scale, unit = _scaled(numbers, frame["unit"].iloc[0])
        value = float(frame["value"].iloc[0]) / scale
        least, most = (float(end) / scale for end in (_of_finite(np.min, numbers), _of_finite(np.max, numbers)))
        middle = value if np.isfinite(value) else (least + most) / 2
        for i, row in frame.reset_index(drop=True).iterrows():
            _bar(ax, len(frame) - 1 - float(i), row, scale, middle)  # type: ignore[arg-type]
        if np.isfinite(value):
            ax.axvline(value, color=BLACK, linewidth=1.1, zorder=3)
        room = max(most - least, 1e-3 * abs(middle), 1e-9)
        left, right = least - 0.45 * room, most + 0.45 * room
        ax.set_xlim(left, right)
        if least >= 0:
            # The room for labels may reach below nought, where there are no persons.
            ax.set_xticks([tick for tick in ax.get_xticks() if max(0, left) <= tick <= right])
        ax.set_ylim(-0.6, len(frame) - 0.4)
        ax.set_yticks(range(len(frame))[::-1], [textwrap.fill(label, 30) for label in frame["label"]])
        ax.tick_params(axis="y", length=0)
        for end, colour in _ENDS.items():
            ax.fill_between([], [], color=colour, linewidth=0, label=f"at its {end} end")
        if np.isfinite(value):
            ax.plot([], [], color=BLACK, linewidth=1.1, label="as it is")
        if not np.isfinite(numbers).all():
            ax.plot([], [], color=BLACK, marker="X", linestyle="", label="no meaning there")
        _legend(ax)
        words = str(frame["quantity"].iloc[0]).replace("_", " ")
        where = frame["places"].iloc[0]
        _foot(
            ax, f"{words}, {unit}", f"{where}. Beside each end: the assumption there, and what the estimate comes to."
        )


_ENDS = {"low": BLUE, "high": ORANGE}


def _bar(ax: Axes, y: float, row: pd.Series[Any], scale: float, middle: float) -> None:
    """One assumption's two ends, each with a label on its own side of the bar and of the estimate as it is."""
    ends = {end: float(row[f"at_{end}"]) / scale for end in _ENDS}
    finite = {end: x for end, x in ends.items() if np.isfinite(x)}
    for end in sorted(finite, key=lambda end: -abs(finite[end] - middle)):
        ax.barh(y, finite[end] - middle, left=middle, height=0.5, color=_ENDS[end], zorder=2)
    # An end without a meaning stands at the middle, so that its label takes the side that the other one leaves.
    places = {end: finite.get(end, middle) for end in _ENDS}
    order = ("low", "high") if places["low"] <= places["high"] else ("high", "low")
    for end, side in zip(order, (-1, 1), strict=True):
        words = row[f"{end}_words"]
        if end not in finite:
            ax.plot(middle, y, color=BLACK, marker="X", markersize=8, linestyle="", zorder=4)
        elif np.isclose(row[f"at_{end}"], row["value"], rtol=1e-12):
            words = "as it is"
        edge = min(places[end], middle) if side < 0 else max(places[end], middle)
        ax.annotate(
            f"at {row[end]:,.10g}: {words}", (edge, y), xytext=(side * (5 if len(finite) == len(ends) else 9), 0),
            textcoords="offset points", ha="right" if side < 0 else "left", va="center", fontsize=8, bbox=_PAPER,
            zorder=5,
        )  # fmt: skip


def sobol_indices_frame(found: Sensitivity) -> pd.DataFrame:
    """Sobol indices with their intervals: a row an input, the largest total first; none where nothing is drawn."""
    columns = ("label", "input", "quantity", "first", "first_low", "first_high", "total", "total_low", "total_high",
        "places")  # fmt: skip
    shares = found.indices
    rows = [
        {
            "label": found.model.name(name).rstrip("."),
            "input": name,
            "quantity": found.quantity,
            "first": shares.first[name],
            "first_low": shares.first_interval[name][0],
            "first_high": shares.first_interval[name][1],
            "total": shares.total[name],
            "total_low": shares.total_interval[name][0],
            "total_high": shares.total_interval[name][1],
            "places": _places(found),
        }
        for name in (sorted(shares.total, key=shares.total.__getitem__, reverse=True) if shares else ())
        if shares is not None
    ]
    return pd.DataFrame(rows, columns=list(columns))


def sobol_indices(ax: Axes, frame: pd.DataFrame) -> None:
    """Two dots an input, alone and with the others, on their intervals."""
    with plt.rc_context(STYLE):
        ax.set_title("Illustrative: what explains the spread of the draws")
        if not len(frame):
            _say(ax, "No indices: nothing is drawn, or what is drawn is correlated.")
            _foot(ax, "", "")
            return
        styles = {"first": (BLACK, "o"), "total": (ORANGE, "s")}
        right = max(0.1, float(frame[["first", "first_high", "total", "total_high"]].to_numpy().max()))
        for i, row in frame.reset_index(drop=True).iterrows():
            for (column, (colour, marker)), step in zip(styles.items(), (0.16, -0.16), strict=True):
                y = len(frame) - 1 - float(i) + step  # type: ignore[arg-type]
                ax.plot([row[f"{column}_low"], row[f"{column}_high"]], [y, y], color=colour, linewidth=2, alpha=0.6)
                ax.plot(row[column], y, marker=marker, color=colour, markersize=6, linestyle="")
            words = " and ".join(f"{max(0.0, row[column]):.2f}" for column in styles)
            edge = max(row["first"], row["first_high"], row["total"], row["total_high"])
            ax.annotate(
                words, (edge, len(frame) - 1 - float(i)), xytext=(9, 0), textcoords="offset points", va="center",  # type: ignore[arg-type]
                fontsize=8, bbox=_PAPER,
            )  # fmt: skip
        ax.set_yticks(range(len(frame))[::-1], [textwrap.fill(label, 38) for label in frame["label"]])
        ax.set_ylim(-0.6, len(frame) - 0.4)
        ax.set_xlim(-0.03 * right, 1.25 * right)
        ax.tick_params(axis="y", length=0)
        _key(ax, {"first": "alone (first order)", "total": "with the others (total)"}, styles)
        words = str(frame["quantity"].iloc[0]).replace("_", " ")
        _foot(
            ax,
            f"share of the variance of {words}",
            f"{frame['places'].iloc[0]}. Illustrative: draws under distributions that were chosen; they bound nothing. "
            "Printed numbers are drawn over what their digits stand for. Lines: 95 percent of the resamples.",
        )


# What one would have to believe ---------------------------------------------------------------------------------------

#: Points of a region along each axis: enough for the eye, as lines are drawn between them.
_POINTS = 41


def _region_frame(
    model: Model, claim: str, x: Axis, y: Axis, label: str, readings: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """A region's grid, the printed number or its two ends, what it asserts, and the point as it is. A row each."""
    setting = model.setting(readings)
    found = region(model, claim, x, y, setting, points=_POINTS)
    grid = found.frame.assign(role="grid", label="", holds=found.frame["holds"].map({True: "yes", False: "no"}))
    printed = model.register.claims[claim].published
    unit = model.units[found.quantity]
    marks: list[dict[str, Any]] = [
        {"role": "printed", "label": in_words(number, unit, printed.place()), found.quantity: number}
        for number in dict.fromkeys(printed.value(end) for end in ("low", "high" if printed.printed_high else ""))
    ]
    marks += [
        {"role": "asserted", "label": str(printed), found.quantity: number}
        for number in (found.asserted.low, found.asserted.high)
    ]
    value = model.estimate(found.quantity, setting).value
    here = {axis.name: model.estimate(axis.name, setting).value for axis in (x, y)}
    marks.append(
        {"role": "point", "label": f"{label}: {in_words(value, unit, 1e4)}", found.quantity: value, "holds": "", **here}
    )
    frame = pd.concat([grid, pd.DataFrame(marks)], ignore_index=True).fillna({"holds": ""})
    return frame[["role", "label", x.name, y.name, found.quantity, "holds"]]


def _region(ax: Axes, frame: pd.DataFrame, scale: float = 1.0, label: tuple[float, float] = (-10, 0)) -> str:
    """The shade where the printed number holds, a line where the quantity equals it, and the point as it is.

    scale: what a unit of both axes is worth in base units. label: where the point's label ends, in points from it.
    Returns the printed number in words.
    """
    across, up, quantity = frame.columns[2:5]
    grid = frame[frame["role"] == "grid"]
    values = grid.pivot(index=up, columns=across, values=quantity)
    holds = grid.pivot(index=up, columns=across, values="holds") == "yes"
    xs, ys = values.columns.to_numpy(float) / scale, values.index.to_numpy(float) / scale
    least, most = float(np.nanmin(values)), float(np.nanmax(values))
    asserted, printed = (frame[frame["role"] == role] for role in ("asserted", "printed"))
    low, high = asserted[quantity]
    if holds.to_numpy().any():
        # The edge lies where what is asserted ends, between the points; what does not hold for another reason is left.
        shown = values.where(holds | (values < low) | (values > high))
        levels = [max(low, least - 1), min(high, most + 1)]
        ax.contourf(xs, ys, shown, levels=levels, colors=[ORANGE], alpha=0.4, zorder=1)
    for row in printed.to_dict("records"):
        if least < row[quantity] < most:
            line = ax.contour(xs, ys, values, levels=[row[quantity]], colors=BLACK, linewidths=1.5, zorder=2)
            for text in ax.clabel(line, fmt={row[quantity]: row["label"]}, fontsize=8):
                text.set_bbox(_PAPER)
    (point,) = frame[frame["role"] == "point"].to_dict("records")
    at = (point[across] / scale, point[up] / scale)
    name, _, words = point["label"].partition(": ")
    ax.plot(*at, marker="D", color=BLUE, markersize=8, linestyle="", clip_on=False, zorder=6)
    ax.annotate(
        f"{name}\n{words}", at, xytext=label, textcoords="offset points", ha="right", va="center", fontsize=8,
        linespacing=1.2, bbox=_PAPER, zorder=5,
    )  # fmt: skip
    ax.set_xlim(xs[0], xs[-1])
    ax.set_ylim(ys[0], ys[-1])
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ax.fill_between([], [], color=ORANGE, alpha=0.4, linewidth=0, label="the printed number holds")
    ax.plot([], [], color=BLACK, linewidth=1.5, label="equals it" if len(printed) == 1 else "equals one of its ends")
    ax.plot([], [], color=BLUE, marker="D", linestyle="", label=name)
    _legend(ax)
    return str(asserted["label"].iloc[0])


def region_minority_shares_frame(model: Model) -> pd.DataFrame:
    """At risk in 2019 by composition, over the two minority shares, beside the printed ceiling. Persons."""
    south, outside = Axis("minority_share_south", 0.5, 1.0), Axis("minority_share_outside", 0.0, 1.0)
    composition = {"at_risk_2019": "composition"}
    return _region_frame(model, "at_risk_2019_up_to", south, outside, "the shares we chose", composition)


def region_minority_shares(ax: Axes, frame: pd.DataFrame) -> None:
    """Which minority shares of transferees, in the south and outside it, keep to the printed ceiling."""
    with plt.rc_context(STYLE):
        printed = _region(ax, frame)
        _name(ax, f"Which minority shares of transferees give {printed} in 2019")
        ax.set_ylabel("minority share of transferees outside the south")
        _foot(
            ax,
            "minority share of transferees in the south",
            "Section scale, paragraph 1; the composition reading, a reconstruction, with every minority transferee at "
            "risk: the article does not derive its estimate, and prints neither share.",
        )


def region_ratio_and_drift_frame(model: Model) -> pd.DataFrame:
    """The net increase in persons, over the ratio of 2019 and its drift to 2021, beside the printed one. Persons."""
    ratio, drift = Axis("persons_per_transfer", 0.5, 1.0), Axis("persons_per_transfer_drift", 0.9, 1.1)
    return _region_frame(model, "net_increase_note_4", ratio, drift, "as in note 4")


def region_ratio_and_drift(ax: Axes, frame: pd.DataFrame) -> None:
    """Which ratio of persons to transfers, and which drift of it, give the printed net increase."""
    with plt.rc_context(STYLE):
        printed = _region(ax, frame, label=(-6, -20))
        _name(ax, f"Which ratio of persons to transfers gives {printed} more persons")
        ax.set_ylabel("persons per transfer, 2021 over 2019")
        _foot(
            ax,
            "persons per transfer, 2019",
            "Section scale, paragraph 2; note 4, which sees no indication that the ratio changed substantially.",
        )


def region_total_frame(model: Model) -> pd.DataFrame:
    """Both groups together, over those at risk in 2021 and former detainees, beside the printed range. Persons."""
    transferred, detained = Axis("at_risk_2021", 1e6, 2.5e6), Axis("former_detainees", 0.0, 1e6)
    return _region_frame(model, "at_risk_total_range", transferred, detained, "at our values")


def region_total(ax: Axes, frame: pd.DataFrame) -> None:
    """Which numbers of persons at risk in 2021 and of former detainees lead into the printed range."""
    with plt.rc_context(STYLE):
        printed = _region(ax, frame, scale=1e6)
        _name(ax, f"What gives {printed} persons at risk in all")
        ax.set_ylabel("former detainees at risk, million persons")
        _foot(
            ax,
            "at risk through transfers in 2021, million persons",
            "Section scale, paragraphs 1 and 3. Our values: 2021 as recomputed, former detainees as chosen, none of "
            "them counted as transferred too.",
        )


# Scenarios ------------------------------------------------------------------------------------------------------------

_AT_RISK = ("at_risk_2021", "at_risk_total")


def scenarios_frame(found: Sensitivity) -> pd.DataFrame:
    """Both estimates for 2021 under each scenario, with bounds by rounding and kind, and what is printed. Persons."""
    model, rows = found.model, []
    for scenario in found.scenarios:
        for one in tabulate(model, [scenario], _AT_RISK):
            words = estimated_words(model, dataclasses.replace(one, kind="point"))
            kind = _KIND_WORDS.get(one.kind, "")
            rows.append(
                {
                    "scenario": scenario.name,
                    "role": one.quantity,
                    "value": np.nan if one.value is None else one.value,
                    "low": np.nan if one.low is None else one.low,
                    "high": np.nan if one.high is None else one.high,
                    "kind": one.kind,
                    "reconstruction": "reconstruction" if one.reconstruction else "",
                    "words": f"{words}, {kind}" if one.kind == "none" else f"{kind} {words}".strip(),
                }
            )
    for claim in ("at_risk_2021_approaches", "at_risk_total_range"):
        printed = model.register.claims[claim].published
        low, high = printed.value("low"), printed.value("high" if printed.printed_high else "")
        rows.append(
            {"scenario": "", "role": "printed", "value": np.nan, "low": low, "high": high, "kind": printed.kind,
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
        ax.axvline(approaches["low"] / 1e6, color="#7a5200", linewidth=1.4, linestyle=(0, (3, 2)), zorder=1)
        least, most = float(np.nanmin(frame["low"])) / 1e6, float(np.nanmax(frame["high"])) / 1e6
        right = most + 0.12
        for row in frame[frame["role"] != "printed"].to_dict("records"):
            colour, marker = styles[row["role"]]
            y = len(names) - 1 - names.index(row["scenario"]) + (0.2 if row["role"] == "at_risk_2021" else -0.2)
            value, low, high = (row[name] / 1e6 for name in ("value", "low", "high"))
            ax.text(right, y, row["words"], va="center", color=colour, fontsize=8)
            if np.isnan(value):
                continue
            ax.plot([low, high], [y, y], color=colour, linewidth=2, alpha=0.6)
            ax.plot(value, y, marker=marker, color=colour, markersize=5.5, linestyle="")
            turn = {"ceiling": -1, "floor": 1}.get(row["kind"], 0)
            if turn:
                start = low if turn < 0 else high
                arrow = {"arrowstyle": "->", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
                ax.annotate("", xy=(start + turn * 0.06, y), xytext=(start, y), arrowprops=arrow)
        marked = set(frame.loc[frame["reconstruction"] != "", "scenario"])
        labels = [name.replace("_", " ") + ("\n(reconstruction)" if name in marked else "") for name in names]
        ax.set_yticks(range(len(names))[::-1], labels)
        ax.set_ylim(-0.6, len(names) - 0.4)
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(least - 0.1, right + 0.02)
        ax.set_title("Persons at risk under each scenario, beside what is printed")
        for role, label in {"at_risk_2021": "through transfers, 2021", "at_risk_total": "both groups"}.items():
            ax.plot([], [], marker=styles[role][1], color=styles[role][0], linestyle="", label=label)
        ax.plot([], [], color="#7a5200", linewidth=1.4, linestyle=(0, (3, 2)), label=f"printed: {approaches['words']}")
        ax.fill_between([], [], color=ORANGE, alpha=0.18, linewidth=0, label=f"printed: {both['words']}")
        _legend(ax)
        _foot(
            ax,
            "million persons",
            "Section scale, paragraph 3. Lines: what the printed digits leave open; arrows: open ends. No bound: a "
            "ceiling and a floor are added up. A reconstruction is ours, for the article does not derive its estimate.",
        )


# Common strokes -------------------------------------------------------------------------------------------------------


def _mark(study: Study, label: str, role: str, quantity: str, readings: dict[str, str]) -> dict[str, Any]:
    """A row for a dot: a quantity under some readings over the study's setting, NaN where it can't be computed."""
    model = study.model
    row: dict[str, Any] = {"label": label, "role": role, "value": np.nan, "low": np.nan, "high": np.nan}
    row["words"] = "not computable"
    try:
        estimate = model.estimate(quantity, model.under(study.setting, readings))
    except ModelError:
        return row
    place = place_of(model, estimate.depends_on, estimate.value)
    words = value_words(model, quantity, estimate.value, place)
    return {**row, "value": estimate.value, "low": estimate.low, "high": estimate.high, "words": words}


#: What stands behind a label, so that no line runs through it.
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def _dots(ax: Axes, frame: pd.DataFrame, styles: dict[str, tuple[str, str]], scale: float = 1e6) -> None:
    """A row a dot, the first on top: the value, a line from low to high, and the value in words to its right."""
    for i, row in frame.reset_index(drop=True).iterrows():
        y = len(frame) - 1 - float(i)  # type: ignore[arg-type]
        colour, marker = styles[row["role"]]
        ax.plot([row["low"] / scale, row["high"] / scale], [y, y], color=colour, linewidth=2, alpha=0.6)
        ax.plot(row["value"] / scale, y, marker=marker, color=colour, markersize=7, linestyle="")
        right = row["value"] if np.isnan(row["high"]) else max(row["value"], row["high"])
        ax.annotate(
            row["words"], (right / scale, y), xytext=(7, 0), textcoords="offset points", va="center", bbox=_PAPER
        )
    ax.set_yticks(range(len(frame))[::-1], [textwrap.fill(label, 34) for label in frame["label"]])
    ax.set_ylim(-0.6, len(frame) - 0.4)
    ax.tick_params(axis="y", length=0)
    low, high = float(np.nanmin(frame["low"])), float(np.nanmax(frame["high"]))
    room = 0.08 * (high - low)
    longest = max(frame["words"].str.len())
    ax.set_xlim((low - room) / scale, (high + 0.36 * longest * room) / scale)


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
    """What the marks mean, in a row above the axes' top left corner."""
    for role, name in names.items():
        colour, marker = styles[role]
        ax.plot([], [], marker=marker, color=colour, linestyle="", label=name)
    _legend(ax, pad=0.2)


def _legend(ax: Axes, pad: float = 0.5) -> None:
    """What has a label, in a row above the axes' top left corner, under the title."""
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 0.985),
        ncols=len(ax.get_legend_handles_labels()[0]),
        frameon=False,
        handletextpad=pad,
    )
    _name(ax, ax.get_title(loc="left"))


def _name(ax: Axes, title: str) -> None:
    """The title, above the row of what the marks mean."""
    ax.set_title(title, pad=24)


def _foot(ax: Axes, unit: str, source: str) -> None:
    """The unit on the axis, and under it where in the article the numbers stand."""
    ax.set_xlabel(unit)
    fig = ax.figure
    if not isinstance(fig, Canvas):
        return
    width, height = fig.get_figwidth() * 72, fig.get_figheight() * 72
    lines = textwrap.wrap(f"{source} {CAVEAT}", int(width / 4.4))
    fig.text(6 / width, 6 / height, "\n".join(lines), fontsize=7.5, color="#555555", va="bottom")
    engine = fig.get_layout_engine()
    if engine is not None:
        bottom = (12 + 10 * len(lines)) / height
        engine.set(rect=(0, bottom, 1, 1 - bottom))  # type: ignore[call-arg]


FIGURES: dict[str, Figure] = {
    "all_relations": Figure(
        (),
        (9.5, 13),
        all_relations_frame,
        all_relations,
        "For each relation, the recomputed value over the printed one with its bounds, marked by verdict.",
    ),
    "plan_against_actual": Figure(
        ("plan_2021_from_february", "plan_2021_from_tianshan", "total_2021_printed_twice", "excess_over_goal"),
        (8, 4.2),
        plan_against_actual_frame,
        plan_against_actual,
        "Transfers planned and made a year in 2016-2020 and in 2021, with the plan for 2021 that the totals imply.",
    ),
    "two_values_of_2019": Figure(
        ("base_2019_from_growth", "base_2019_from_difference", "base_2019_as_labourers", "ratio_implied"),
        (8, 4.2),
        two_values_of_2019_frame,
        two_values_of_2019,
        "The 2019 base that growth and increase imply, the mean of 2016-2020, the labourers printed for 2019, and the "
        "persons in the base at two ratios.",
    ),
    "readings_of_at_risk_2019": Figure(
        ("southern_at_values", "composition_at_values", "constant_share_at_values"),
        (8, 3.4),
        readings_of_at_risk_2019_frame,
        readings_of_at_risk_2019,
        "The printed estimate for 2019 beside three reconstructions at the shares set and over their ranges.",
    ),
    "transfers_2016_2023": Figure(
        ("goal_meets_floor", "base_2019_from_growth", "plan_2021_from_tianshan", "total_2021_printed_twice"),
        (9.5, 6.6),
        transfers_2016_2023_frame,
        transfers_2016_2023,
        "Targets, the article's figures and figures published elsewhere on transfers from 2016 to 2023, side by side "
        "by year, with unit and grade.",
    ),
    "waterfall": Figure(
        ("added_whole", "total_at_values"),
        (8, 4.6),
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
            "low_end_hotan",
            "low_end_quota",
        ),
        (8, 4.6),
        other_provinces_frame,
        other_provinces,
        "Labourers moved to other provinces a year: means, what is left outside 2017-2019, plan and quota, beside the "
        "printed present volume.",
    ),
    "training": Figure(
        ("training_step", "training_left"),
        (8, 3.4),
        training_frame,
        training,
        "Training before the plan, planned, held in 2021, and what the rest of the plan needs a year.",
    ),
    "monitoring": Figure(
        ("flagged", "flagged_if_rural_persons", "flagged_if_both_persons", "investigated_nested", "investigated_apart"),
        (8, 3.6),
        monitoring_frame,
        monitoring,
        "Share of rural households under real-time monitoring, and of households investigated, under each reading.",
    ),
    "trade_shares": Figure(
        (
            "share_2022_share_growth",
            "share_2022_share",
            "share_2022_value_growth",
            "south_share_2022_largest",
            "south_share_2021_equal",
            "south_share_2022_smallest",
        ),
        (8.6, 4.4),
        trade_shares_frame,
        trade_shares,
        "Shares of labour-intensive products in exports and of four prefectures in trade, early 2021 and early 2022, "
        "under each reading of the printed rates.",
    ),
    "scenarios": Figure(
        (),
        (9.5, 8.6),
        scenarios_frame,
        scenarios,
        "For each scenario, persons at risk through transfers in 2021 and both groups together, with bounds by "
        "rounding, beside the printed numbers.",
        lambda model: Sensitivity("at_risk_total", model=model),
    ),
    "tornado": Figure(
        (),
        (9, 4.2),
        tornado_frame,
        tornado,
        "The estimate of both groups with each assumption at the low and at the high end of its range, the widest "
        "first.",
        lambda model: Sensitivity("at_risk_total", model=model),
    ),
    "region_minority_shares": Figure(
        (),
        (8, 5.4),
        region_minority_shares_frame,
        region_minority_shares,
        "The minority shares of transferees in the south and outside it for which the composition reading keeps to the "
        "printed ceiling, with the line on which it equals it and the chosen shares.",
        lambda model: model,
    ),
    "region_ratio_and_drift": Figure(
        (),
        (8, 5.4),
        region_ratio_and_drift_frame,
        region_ratio_and_drift,
        "The ratios of persons to transfers in 2019 and their drift to 2021 that give the printed net increase, with "
        "the ratio of note 4.",
        lambda model: model,
    ),
    "region_total": Figure(
        (),
        (8, 5.4),
        region_total_frame,
        region_total,
        "The numbers of persons at risk in 2021 and of former detainees that add up to the printed range, with its two "
        "ends and the recomputed point.",
        lambda model: model,
    ),
    "sobol_indices": Figure(
        (),
        (9, 5.2),
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
    return str(harmless(frame).to_csv(index=False, lineterminator="\n", float_format="%.10g"))


def headless() -> None:
    """Draw without a screen: what a command does before its first figure."""
    mpl.use("agg")
