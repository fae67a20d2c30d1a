"""The figures: their data against hand arithmetic, what is drawn of them, and that saving is the same each time."""

import io
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from IPython.core.pylabtools import print_figure
from matplotlib.axes import Axes

mpl.use("agg")

from matplotlib import pyplot as plt

from analysis.core.model import Model
from analysis.output.figures import (
    FIGURES,
    canvas,
    headless,
    save,
)
from analysis.output.results import Worksheet

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: list[dict[str, float | str]] = [
    {"total_2019__reading": "transfers", "persons_per_transfer": 0.8, "at_risk_2019__reading": "southern"},
    {"at_risk_2019__reading": "southern"},
    {"at_risk_2019__reading": "composition", "minority_share_outside": 0.0},
    {"at_risk_2019__reading": "constant_share", "at_risk_share_of_all": 0.0},
    {"persons_per_transfer": 0.8},
    {"persons_per_transfer__reading": "implied"},
    {"persons_per_transfer_drift": 0.9},
    {"former_detainees__reading": "from_low_end"},
    {"former_detainees__reading": "from_high_end", "overlap": 0.5},
    {"overlap": 0.5},
    {"overlap": 1.0},
    {"former_detainees": 0.0},
    {"former_detainees": 5_000_000.0},
    {"at_risk_share_of_new__reading": "as_in_2019"},
    {"transfers_2019__reading": "from_labourers"},
    {"transfers_2021__reading": "total_2021_february"},
    {"net_new_transfers__reading": "from_base"},
    {"growth_2019_2021__reading": "from_labourers"},
    {"planned_transfers_2016_2020__reading": "plan_2016_2020_floor"},
    {"excess_over_plan_2021__reading": "from_plan_2016_2020"},
    {
        "share_base__reading": "set",
        "south_growth_2022__reading": "fastest",
        "growth_of_the_rest_2022": 0.33,
        "rural_households__reading": "persons",
        "persons_per_household": 10.0,
        "part_of_2020": 1.0,
        "share_of_plan_2020_done": 1.0,
        "labour_intensive_share_2022__reading": "value_growth",
    },
    {"growth_of_the_rest_2022": -1.0, "share_of_plan_2020_done__reading": "as_time", "part_of_2020": 0.1},
]


#: The figures whose data come from a study; the others are about what moves an estimate.
OF_STUDIES = [name for name, figure in FIGURES.items() if figure.of is None]
STUDIES: dict[str, Worksheet] = {}
FRAMES: dict[str, pd.DataFrame] = {}


def study(model: Model, **parameters: float | str) -> Worksheet:
    """All checks under some parameters, judged once for all tests."""
    key = str(sorted(parameters.items()))
    if key not in STUDIES:
        STUDIES[key] = Worksheet(model.register.checks, model=model, **parameters)
    return STUDIES[key]


@pytest.fixture(scope="module")
def article(model: Model) -> Worksheet:
    return study(model)


def frame_of(name: str, article: Worksheet) -> pd.DataFrame:
    """A figure's data in the article's own run, made once for all tests."""
    if name not in FRAMES:
        figure = FIGURES[name]
        FRAMES[name] = figure.frame(figure.of(article.model) if figure.of else article)
    return FRAMES[name]


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


def drawn(name: str, frame: pd.DataFrame) -> Axes:
    fig, ax = canvas(name)
    FIGURES[name].draw(ax, frame)
    fig.canvas.draw()
    return ax


def marks(ax: Axes) -> list[tuple[float, float]]:
    """Where a single mark without a line is drawn, but for the empty ones that make the key."""
    single = [line for line in ax.lines if len(line.get_xdata()) == 1 and line.get_marker() != "None"]
    return [(float(np.ravel(line.get_xdata())[0]), float(np.ravel(line.get_ydata())[0])) for line in single]


def words(ax: Axes) -> str:
    """Everything that is written on the figure."""
    labels = [*ax.texts, *ax.get_xticklabels(), *ax.get_yticklabels(), ax.xaxis.label, ax.yaxis.label]
    legend = ax.get_legend()
    labels += legend.get_texts() if legend else []
    return " ".join(" ".join(text.get_text().split()) for text in [*labels, *ax.figure.texts]) + " " + title(ax)


def title(ax: Axes) -> str:
    """The title over the figure, without its breaks."""
    return " ".join(ax.figure.get_suptitle().split())  # type: ignore[union-attr]


def every_text(ax: Axes) -> list[mpl.text.Text]:
    """Each text that shows, wherever it stands; ticks beyond the axes' ends do not."""
    legend = ax.get_legend()
    ticks = [tick for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_ticklabels() if within(axis, tick)]
    found = [*ax.texts, *ticks, ax.xaxis.label, ax.yaxis.label, *ax.figure.texts]
    found += legend.get_texts() if legend else []
    return [text for text in found if text.get_text().strip() and text.get_visible()]


def within(axis: mpl.axis.Axis, tick: mpl.text.Text) -> bool:
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    return low - slack <= tick.get_position()[0 if axis.axis_name == "x" else 1] <= high + slack


def boxes(ax: Axes) -> list[tuple[str, mpl.transforms.Bbox]]:
    """What each text takes; of an annotation the text alone, without its arrow."""
    renderer = ax.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    return [(text.get_text(), mpl.text.Text.get_window_extent(text, renderer)) for text in every_text(ax)]


# The plotted data -----------------------------------------------------------------------------------------------------


def test_plan_and_actual_by_hand(article: Worksheet) -> None:
    frame = FIGURES["plan_against_actual"].frame(article)
    assert list(frame["role"]) == ["planned", "made", "implied", "implied", "made", "made"]
    # Low, value, high in millions; 15.4 percent stands for 15.35 to 15.45.
    expected = [
        (2.2, 2.2, 2.2),
        (2.865, 2.87, 2.875),
        (3.15 / 1.1545, 3.2 / 1.154, 3.25 / 1.1535),
        (3.165 / 1.1545, 3.17 / 1.154, 3.175 / 1.1535),
        (3.15, 3.2, 3.25),
        (3.165, 3.17, 3.175),
    ]
    assert frame[["low", "value", "high"]].to_numpy() / 1e6 == pytest.approx(np.array(expected), rel=1e-9)
    # 3.2/1.154 = 2.773 million, from a number with one decimal; 3.17/1.154 = 2.747 from one with two.
    assert list(frame["words"][:4]) == ["2.2 million", "2.87 million", "2.8 million", "2.75 million"]


def test_two_values_of_2019_by_hand(article: Worksheet) -> None:
    frame = FIGURES["two_values_of_2019"].frame(article)
    base = 3.17 / 1.105
    values = [base, 2.87, 2.87, 2.59, 2.59, base]
    assert list(frame["value"] / 1e6) == pytest.approx(values)
    assert list(frame["role"]) == ["transfers"] * 3 + ["labourers"] + ["persons"] * 2
    assert list(frame["ratio"][:4].isna()) == [True] * 4
    assert list(frame["ratio"][4:]) == pytest.approx([2.59 / base, 1.0])
    assert (frame.loc[1, "low"], frame.loc[1, "high"]) == pytest.approx((2_860_000, 2_880_000))


def test_readings_of_2019_by_hand(article: Worksheet) -> None:
    frame = FIGURES["readings_of_at_risk_2019"].frame(article).set_index("reading")
    assert list(frame.index) == ["published", "southern", "composition", "constant_share"]
    assert list(frame["role"]) == ["printed"] + ["reconstruction"] * 3
    assert list(frame["value"] / 1e6) == pytest.approx(
        # 1.65 x 0.95; that and half of 2.59 - 1.65; 2.59 x 0.62
        [1.6, 1.5675, 1.5675 + 0.47, 1.6058]
    )
    # Over the ranges of the shares: every share of those at risk runs from 0, and the south's share to 1.
    assert list(frame.loc["southern", ["low", "high"]] / 1e6) == pytest.approx([0, 1.65])
    assert list(frame.loc["composition", ["low", "high"]] / 1e6) == pytest.approx([0, 1.65 + 0.75 * 0.94])
    assert list(frame.loc["constant_share", ["low", "high"]] / 1e6) == pytest.approx([0, 2.59])
    assert list(frame.loc["published", ["low", "high"]]) == [1_600_000, 1_600_000]
    assert frame.loc["published", "words"].startswith("up to 1.6 million")
    assert [label.endswith("(reconstruction)") for label in frame["label"]] == [False, True, True, True]


def test_other_provinces_by_hand(article: Worksheet) -> None:
    frame = FIGURES["other_provinces"].frame(article)
    assert list(frame["role"]) == [
        "mean",
        "mean",
        "left",
        "left",
        "planned",
        "planned",
        "planned",
        "printed",
        "printed",
    ]
    # 76/3; 117/6.5; (117 - 76)/3.5; (117 - 76 - 20 x 0.5)/(6.5 - 3 - 0.5); then as printed.
    expected = [76 / 3, 18, 41 / 3.5, 31 / 3, 20, 10, 20, 20, 25]
    assert list(frame["value"] / 1e3) == pytest.approx(expected, rel=1e-9)
    paper = "White paper on employment and labour rights"
    assert list(frame["source"]) == [
        "Nankai Report",
        paper,
        *[f"{paper} less Nankai Report"] * 2,
        "CCTV, May 13, 2020",
        "13th Five-Year Social and Economic Development Plan",
        *["no source cited"] * 3,
    ]
    # Within 19.5 to 25.5, which the printed range stands for: 25.3 and two plans of 20.
    assert title(drawn("other_provinces", frame)).startswith("Other provinces: 3 of 7 ")
    # Planned figures stand for their digits alone; a total for half a thousand to each side.
    assert (frame.loc[4, "low"], frame.loc[4, "high"]) == (20_000, 20_000)
    assert (frame.loc[0, "low"], frame.loc[0, "high"]) == pytest.approx((75_500 / 3, 76_500 / 3), rel=1e-9)


def test_training_by_hand(article: Worksheet) -> None:
    frame = FIGURES["training"].frame(article)
    # What is left: (5 x 1.5 - 1.48)/4 = 1.505.
    assert list(frame["value"] / 1e6) == pytest.approx([1, 1.5, 1.48, 1.505], rel=1e-9)
    ax = drawn("training", frame)
    assert title(ax) == "Training held in 2021 came to 98.7 percent of the plan"


def test_monitoring_by_hand(article: Worksheet) -> None:
    frame = FIGURES["monitoring"].frame(article)
    assert list(frame["role"]) == ["region"] * 6 + ["county"] * 4 + ["elsewhere"]
    # 12 million and 774,000, over 3.5 where they are persons; 2,165 and 489 households, 2,654 together.
    expected = [12e6, 774e3, 12e6 / 3.5, 774e3, 12e6 / 3.5, 774e3 / 3.5, 2165, 489, 2654, 489, 1872]
    assert list(frame["value"]) == pytest.approx(expected, rel=1e-9)
    # 774,000 of 12 million households; of 12 million persons, 3.5 to a household; both persons; 489 of 2,165; of 2,654.
    shares = [1, 0.0645, 1, 0.774 / (12 / 3.5), 1, 0.0645, 1, 489 / 2165, 1, 489 / 2654]
    assert list(frame["share"][:10]) == pytest.approx(shares, rel=1e-9)
    # 12 million stands for half a million to each side, 774,000 for half a thousand.
    assert list(frame.loc[1, ["share_low", "share_high"]]) == pytest.approx([773.5 / 12_500, 774.5 / 11_500])
    # Those who were placed are of another place and year: a share of nothing here.
    assert frame.loc[10, ["share", "share_low", "share_high"]].isna().all()
    assert list(frame["words"][[0, 2, 5, 8]]) == [
        "12 million households",
        "12 million persons, 3.5 a household",
        "774,000 persons",
        "2,654 households",
    ]


def test_growth_of_trade_by_hand(article: Worksheet) -> None:
    frame = FIGURES["trade_growth_2022"].frame(article)
    assert list(frame["label"]) == ["Region", "Aksu", "Kashgar", "Hotan", "Kizilsu"]
    assert list(frame["value"]) == pytest.approx([0.337, 0.99, 1.057, 2.736, 2.737])
    assert list(frame.loc[0, ["low", "high"]]) == pytest.approx([0.3365, 0.3375])
    assert list(frame["words"]) == ["33.7 percent", "99 percent", "105.7 percent", "273.6 percent", "273.7 percent"]
    ax = drawn("trade_growth_2022", frame)
    assert [bar.get_width() for container in ax.containers for bar in container] == pytest.approx(
        [33.7, 99, 105.7, 273.6, 273.7]
    )
    assert title(ax) == (
        "Trade of all 4 southern prefectures grew faster than the region's: 99 percent to 273.7 percent against 33.7 "
        "percent"
    )
    assert "273.7 percent" in words(ax)
    assert "percent, January-April 2022 over January-April 2021" in words(ax)


def test_base_years_of_trade_by_hand(article: Worksheet, model: Model) -> None:
    frame = FIGURES["trade_base_2020"].frame(article)
    assert list(frame["role"]) == ["implied", "printed"] * 3
    assert list(frame["year"]) == [2020, 2021] * 3
    # Millions: 372/(1 - 0.613) = 961.2; 1240/1.136 = 1091.5; 408/2.089 = 195.3.
    expected = [372 / 0.387, 372, 1240 / 1.136, 1240, 408 / 2.089, 408]
    assert list(frame["value"] / 1e6) == pytest.approx(expected)
    # A decline of 61.3 percent stands for 61.25 to 61.35, 372 million for 371.5 to 372.5.
    assert list(frame.loc[0, ["low", "high"]] / 1e6) == pytest.approx([371.5 / 0.3875, 372.5 / 0.3865])
    assert list(frame["words"]) == [
        "961 million", "372 million", "1.09 billion", "1.24 billion", "195 million", "408 million",
    ]  # fmt: skip
    ax = drawn("trade_base_2020", frame)
    assert [x for x, _ in marks(ax)] == pytest.approx(expected)
    # 372 + 1240 + 408 = 2020, less 961.24 + 1091.55 + 195.31 = 2248.10; 1.24 billion is printed to 10 million.
    assert list(frame["change"] / 1e6) == pytest.approx([2020 - sum(expected[::2])] * 6)
    assert title(ax) == "By the rates, trade with 3 partners together fell by 230 million dollars in 2021"
    # If the rates are in yuan, all three of 2020 go with it: 2248 becomes 1798, below 2020, or 2698.
    for rose, turn in ((0.8, "rose by 220"), (1.2, "fell by 680")):
        other = FIGURES["trade_base_2020"].frame(study(model, yuan_per_dollar_2021_over_2020=rose))
        assert list(other["value"][::2] / 1e6) == pytest.approx([rose * one for one in expected[::2]])
        assert f"together {turn} million" in title(drawn("trade_base_2020", other))
    frame["change"] = np.nan
    assert title(drawn("trade_base_2020", frame)) == "Trade in 2020 that the rates of 2021 imply"


def test_trade_shares_by_hand(article: Worksheet) -> None:
    frame = FIGURES["trade_shares"].frame(article)
    # 63.4 percent as growth of the share, as the share, as growth of value; exports grew by 45.4 percent.
    ends = [0.514 * 1.634, 0.634, 0.514 * 1.634 / 1.454]
    most = [1 / 1.634, 0.634, 1.454 / 1.634]
    # The south: w x g = 0.337 with the rest unchanged; g is 0.99, the mean of four (7.52/4 = 1.88), 2.737.
    start = [0.337 / g for g in (0.99, 1.88, 2.737)]
    after = [w * (1 + g) / 1.337 for w, g in zip(start, (0.99, 1.88, 2.737), strict=True)]
    assert list(frame["start"]) == pytest.approx([0.514] * 3 + start, rel=1e-9)
    assert list(frame["end"]) == pytest.approx(ends + after, rel=1e-9)
    assert list(frame["most"][:3]) == pytest.approx(most, rel=1e-9)
    assert frame["most"][3:].isna().all()
    assert frame["words"][0] == "51.4 to 84.0"


def test_waterfall_by_hand(article: Worksheet) -> None:
    frame = FIGURES["waterfall"].frame(article)
    added = 3.17 * 0.105 / 1.105
    ends = [1.6, 1.6 + added, 1.6 + added, 1.95 + added, 1.95 + added]
    assert list(frame["end"][:5] / 1e6) == pytest.approx(ends)
    assert list(frame["start"][:5] / 1e6) == pytest.approx([0, 1.6, 0, 1.6 + added, 0])
    assert list(frame["kind"][:5]) == ["ceiling", "point", "ceiling", "floor", "none"]
    # Former detainees are varied from 0.2 to 0.6 million.
    assert list(frame.loc[3, ["low", "high"]] / 1e6) == pytest.approx([1.8 + added, 2.2 + added])
    assert list(frame.loc[0, ["low", "high"]] / 1e6) == pytest.approx([1.55, 1.65])
    assert list(frame["role"][5:]) == ["printed", "printed"]
    assert list(frame["start"][5:]) == [2_000_000, 2_000_000]
    assert list(frame["end"][5:]) == [2_000_000, 2_500_000]


def test_all_checks_are_ratios_to_the_print(article: Worksheet) -> None:
    frame = FIGURES["all_checks"].frame(article).set_index("check")
    verdicts = {o.check.id: o.verdict for o in article.outcomes}
    assert set(frame["verdict"]) == {"reproduced", "consistent", "inconsistent"}
    assert all(verdicts[check] == frame.loc[check, "verdict"] for check in frame.index)
    # 2.87/2.2 - 1 over 0.3; 3.17 x 0.105/1.105 over 0.3; 3.17/1.105 over 2.59.
    assert frame.loc["excess_over_goal", "value"] == pytest.approx((2.87 / 2.2 - 1) / 0.3)
    assert frame.loc["net_persons_ratio_one", "value"] == pytest.approx(3.17 * 0.105 / 1.105 / 0.3)
    assert frame.loc["base_2019_as_labourers", "value"] == pytest.approx(3.17 / 1.105 / 2.59)
    assert frame.loc["low_end_several_three", "value"] == pytest.approx((1.9 + 3.17 * 0.105 / 1.105) / 2)
    # Growth with 2.59 for its base, 22.4 percent, over 10.5: low from 3.165/2.595, high from 3.175/2.585.
    row = frame.loc["growth_from_labourers"]
    assert [row["low"], row["high"]] == pytest.approx([(3.165 / 2.595 - 1) / 0.105, (3.175 / 2.585 - 1) / 0.105])
    assert frame.loc["excess_over_goal", "weak"]
    assert not frame.loc["growth_from_difference", "weak"]
    assert not {"detainees_from_low_end", "ratio_fitted", "ratio_implied"} & set(frame.index)


def test_transfers_of_2016_to_2023_by_hand(article: Worksheet, model: Model) -> None:
    frame = FIGURES["transfers_2016_2023"].frame(article).set_index("id")
    value, role = frame["value"] / 1e6, frame["role"]
    # 3.17 / 1.105 = 2.86878; 3.17 / 1.154 = 2.74697; 13.75 over five years 2.75.
    assert value["article_2019_base"] == pytest.approx(3.17 / 1.105)
    assert value["article_2021_plan"] == pytest.approx(3.17 / 1.154)
    assert value["plan_14fyp_total"] == pytest.approx(2.75)
    assert (frame.loc["plan_14fyp_total", "year_from"], frame.loc["plan_14fyp_total", "year_to"]) == (2021, 2025)
    assert frame.loc["plan_14fyp_total", "words"] == "13.75 million in all, 2.75 million a year"
    assert list(frame.loc["transfers_2017", ["low", "high"]] / 1e6) == pytest.approx([2.745, 2.755])
    targets = {"article_plan", "article_2021_plan", "plan_13fyp_a_year", "plan_14fyp_total"}
    assert set(role.index[role == "target"]) == targets
    # A sum quoted for years that are not settled gives no yearly value.
    assert list(value.index[value.isna()]) == ["transfers_13fyp_total"]
    for name in frame.index:
        if name in model.register.external:
            figure = model.register.external[name]
            assert frame.loc[name, "grade"] == figure.seen
            assert frame.loc[name, "unit"] in (figure.unit, "jobs")
    assert set(frame["grade"]) == {"article", "P", "M", "S"}
    assert set(frame["unit"]) == {"transfer", "labourer", "jobs"}


ADDED = 3.17 * 0.105 / 1.105
"""Net increase in persons, in millions: 3.17 less 3.17/1.105, which is 0.301222."""


def test_the_tornado_by_hand(article: Worksheet) -> None:
    frame = frame_of("tornado", article)
    value = 1.6 + ADDED + 0.35
    assert list(frame["value"] / 1e6) == pytest.approx([value] * 5)
    # The widest first: 0.4; 0.1 x 3.17 = 0.317; 0.5 x 0.35 = 0.175; 0.38 and 0.3 of the 0.3012 that were added.
    expected = {
        "former_detainees": (0.2e6, 0.6e6, 1.6 + ADDED + 0.2, 1.6 + ADDED + 0.6),
        # Five percent of the 3.17 million of 2021, fewer or more, at one person per transfer.
        "persons_per_transfer_drift": (0.95, 1.05, value - 0.05 * 3.17, value + 0.05 * 3.17),
        "overlap": (0, 0.5, value, value - 0.5 * 0.35),
        "at_risk_share_of_new": (0.62, 1, value - 0.38 * ADDED, value),
        # Both years' persons fall with the ratio, and so does the increase.
        "persons_per_transfer": (0.7, 1, value - 0.3 * ADDED, value),
    }
    assert list(frame["assumption"]) == list(expected)
    for (low, high, at_low, at_high), (_, row) in zip(expected.values(), frame.iterrows(), strict=True):
        assert (row["low"], row["high"]) == (low, high)
        assert (row["at_low"] / 1e6, row["at_high"] / 1e6) == pytest.approx((at_low, at_high))
    # 2.1012 and 2.5012 million, to the nearest 10,000.
    assert (frame.loc[0, "low_words"], frame.loc[0, "high_words"]) == ("2.10 million", "2.50 million")
    assert set(frame["places"]) == {"Section scale; note 4"}


def test_sobol_indices_by_hand(article: Worksheet) -> None:
    frame = frame_of("sobol_indices", article).set_index("input")
    # The estimate is nearly a sum, so an index is its term's share of the variance, in millions squared. A uniform
    # distribution of width w has w^2/12: outside the south 0.94 x (0.75 - 0.3), the south 1.65 x (1 - 0.88).
    terms = {
        "minority_share_outside": (0.94 * 0.45) ** 2 / 12,  # 0.01491
        "former_detainees": 0.4**2 / 12,  # 0.01333
        "minority_share_south": (1.65 * 0.12) ** 2 / 12,  # 0.00327
        # Symmetric triangle of half-width 0.05: 0.05^2/6, times the square of 3.17 x the mean ratio, 2.6/3.
        "persons_per_transfer_drift": 0.05**2 / 6 * (3.17 * 2.6 / 3) ** 2,  # 0.00315
        # Triangle 0.7, 0.9, 1: (0.49 + 0.81 + 1 - 0.63 - 0.7 - 0.9)/18 = 0.07/18, times the square of what was added.
        "persons_per_transfer": 0.07 / 18 * ADDED**2,  # 0.00035
    }
    shares = {name: term / sum(terms.values()) for name, term in terms.items()}  # 0.43, 0.38, 0.09, 0.09, 0.01
    assert list(frame.index[:5]) == list(terms)
    for name, share in shares.items():
        assert frame.loc[name, "first"] == pytest.approx(share, abs=0.005)
        assert frame.loc[name, "total"] == pytest.approx(share, abs=0.005)
        for kind in ("first", "total"):
            assert frame.loc[name, f"{kind}_low"] < frame.loc[name, kind] < frame.loc[name, f"{kind}_high"]
    # What the printed digits leave open explains next to nothing.
    assert set(frame.index[5:]) == {"labourers_2019", "labourers_south_2019", "growth_2019_2021", "transfers_2021"}
    assert (frame["total"][5:] < 0.001).all()


def grid_and_marks(name: str, article: Worksheet) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = frame_of(name, article)
    grid = frame["role"] == "grid"
    return frame[grid], frame[~grid].set_index("role")


def test_the_region_of_minority_shares_by_hand(article: Worksheet) -> None:
    grid, marks = grid_and_marks("region_minority_shares", article)
    south, outside = grid["minority_share_south"], grid["minority_share_outside"]
    assert (south.min(), south.max(), outside.min(), outside.max()) == (0.5, 1, 0, 1)
    # A share of the 1.65 million of the south, and one of the 2.59 - 1.65 = 0.94 million elsewhere.
    value = 1.65 * south + 0.94 * outside
    assert grid["at_risk_2019"].to_numpy() / 1e6 == pytest.approx(value.to_numpy())
    assert ((grid["holds"] == "yes") == (value <= 1.6 + 1e-9)).all()
    assert list(marks["at_risk_2019"][["printed", "asserted"]]) == [1_600_000, 0, 1_600_000]
    assert list(marks["label"][["printed", "asserted"]]) == ["1.6 million", "up to 1.6 million", "up to 1.6 million"]
    point = marks.loc["point"]
    assert (point["minority_share_south"], point["minority_share_outside"]) == (0.95, 0.5)
    # 1.65 x 0.95 + 0.94 x 0.5 = 1.5675 + 0.47
    assert point["at_risk_2019"] == pytest.approx(2_037_500)
    assert point["label"] == "the shares we chose: 2.04 million"


def test_the_region_of_ratio_and_drift_by_hand(article: Worksheet) -> None:
    grid, marks = grid_and_marks("region_ratio_and_drift", article)
    ratio, drift = grid["persons_per_transfer"], grid["persons_per_transfer_drift"]
    assert (ratio.min(), ratio.max(), drift.min(), drift.max()) == pytest.approx((0.5, 1, 0.9, 1.1))
    # Persons of 2021 are 3.17 million times ratio and drift, those of 2019 3.17/1.105 million times the ratio.
    value = ratio * (3.17 * drift - 3.17 / 1.105)
    assert grid["net_new_persons"].to_numpy() / 1e6 == pytest.approx(value.to_numpy())
    # "About 300,000", rounded to 10,000, stands for 295,000 to 305,000.
    assert ((grid["holds"] == "yes") == ((value > 0.295) & (value < 0.305))).all()
    assert list(marks["net_new_persons"][["printed", "asserted"]]) == [300_000, 295_000, 305_000]
    point = marks.loc["point"]
    assert (point["persons_per_transfer"], point["persons_per_transfer_drift"]) == (1, 1)
    assert point["net_new_persons"] / 1e6 == pytest.approx(ADDED)


def test_the_region_of_the_total_by_hand(article: Worksheet) -> None:
    grid, marks = grid_and_marks("region_total", article)
    value = grid["at_risk_2021"] + grid["former_detainees"]
    assert (value.min(), value.max()) == (1_000_000, 3_500_000)
    assert grid["at_risk_total"].to_numpy() == pytest.approx(value.to_numpy())
    assert ((grid["holds"] == "yes") == ((value >= 2e6 - 1) & (value <= 2.5e6 + 1))).all()
    assert list(marks["at_risk_total"][["printed", "asserted"]]) == [2e6, 2.5e6, 2e6, 2.5e6]
    point = marks.loc["point"]
    assert (point["at_risk_2021"] / 1e6, point["former_detainees"]) == (pytest.approx(1.6 + ADDED), 350_000)
    assert point["at_risk_total"] / 1e6 == pytest.approx(1.95 + ADDED)


def test_scenarios_by_hand(article: Worksheet) -> None:
    frame = frame_of("scenarios", article).set_index(["scenario", "role"])
    # Persons of 2021 and of 2019 at the implied ratio: 2.59 million x 1.105, and 2.59 million.
    implied = 2.59 * 0.105
    expected = {
        "article": (1.6 + ADDED, 1.95 + ADDED),
        "ratio_2019_implied": (1.6 + implied, 1.95 + implied),
        "same_share_as_2019": (1.6 + implied * 1.6 / 2.59, 1.95 + implied * 1.6 / 2.59),
        "ratio_rises": (1.6 + 3.17 * 0.95 - 2.59, 1.95 + 3.17 * 0.95 - 2.59),
        "ratio_falls": (1.6 + 3.17 * 0.85 - 2.59, 1.95 + 3.17 * 0.85 - 2.59),
        "unit_2019_transfers": (1.6 + 3.17 - 2.59, 1.95 + 3.17 - 2.59),
        "southern": (1.65 * 0.95 + ADDED, 1.65 * 0.95 + ADDED + 0.35),
        "composition": (1.65 * 0.95 + 0.94 * 0.5 + ADDED, 1.65 * 0.95 + 0.94 * 0.5 + ADDED + 0.35),
        "half_overlap": (1.6 + ADDED, 1.6 + ADDED + 0.175),
        "several_is_three": (1.6 + ADDED, 1.6 + ADDED + 0.3),
        "without_detainees": (1.6 + ADDED, 1.6 + ADDED),
        "sourced_only": (1.6 + ADDED, np.nan),
        # 0.7 persons per transfer, a drift of 0.95, 0.62 of those added; 0.2 million detainees, half of them counted.
        "all_low": (
            1.6 + 0.62 * 0.7 * (3.17 * 0.95 - 3.17 / 1.105),
            1.6 + 0.62 * 0.7 * (3.17 * 0.95 - 3.17 / 1.105) + 0.2 * 0.5,
        ),
        "all_high": (1.6 + 3.17 * 1.05 - 3.17 / 1.105, 1.6 + 3.17 * 1.05 - 3.17 / 1.105 + 0.6),
    }
    names = list(dict.fromkeys(frame.index.get_level_values("scenario")))
    assert names == [*expected, "illustrative", ""]
    for name, values in expected.items():
        both = [frame.loc[(name, quantity), "value"] / 1e6 for quantity in ("at_risk_2021", "at_risk_total")]
        assert both == pytest.approx(values, nan_ok=True), name
    # The printed 1.6 million stands for 1.55 to 1.65; 3.165 x 0.1045/1.1045 and 3.175 x 0.1055/1.1055 are added.
    ends = [1.55 + 3.165 * 0.1045 / 1.1045, 1.65 + 3.175 * 0.1055 / 1.1055]
    assert list(frame.loc[("article", "at_risk_2021"), ["low", "high"]] / 1e6) == pytest.approx(ends)
    words = frame["words"]
    assert words["article", "at_risk_2021"] == "at most 1.90 million"
    assert words["article", "at_risk_total"] == "2.25 million, no bound"
    assert words["southern", "at_risk_total"] == "at least 2.22 million"
    assert words["southern", "at_risk_2021"] == "1.87 million"
    assert words["sourced_only", "at_risk_total"] == "not computable"
    marked = frame.index.get_level_values("scenario")[frame["reconstruction"] == "reconstruction"]
    assert set(marked) == {"southern", "composition", "illustrative"}
    printed = frame.loc[("", "printed"), ["low", "high"]]
    assert printed.to_numpy().tolist() == [[2e6, 2e6], [2e6, 2.5e6]]


# What is drawn --------------------------------------------------------------------------------------------------------


def test_a_title_that_no_longer_holds_is_not_shown(model: Model) -> None:
    other = drawn("waterfall", FIGURES["waterfall"].frame(study(model, former_detainees__reading="from_high_end")))
    assert "bound nothing" not in title(other)
    plan = FIGURES["plan_against_actual"]
    assert "lies below" in title(drawn("plan_against_actual", plan.frame(study(model))))
    frame = plan.frame(study(model, excess_over_plan_2021=0.05))  # 3.2/1.05 = 3.05 million, above 2.87
    assert "lies below" not in title(drawn("plan_against_actual", frame))


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_cut_or_lies_on_another_or_on_a_mark(article: Worksheet, name: str) -> None:
    ax = drawn(name, frame_of(name, article))
    uncut(ax)
    found = boxes(ax)
    for i, (text, box) in enumerate(found):
        for other, theirs in found[:i]:
            assert not box.overlaps(theirs), (text, other)
        for point in marks(ax):
            x, y = ax.transData.transform(point)
            assert not (box.x0 - 2 < x < box.x1 + 2 and box.y0 < y < box.y1), text


def uncut(ax: Axes) -> None:
    width, height = ax.figure.bbox.width, ax.figure.bbox.height
    for text, box in boxes(ax):
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
        assert box.y0 >= -1, text
        assert box.y1 <= height + 1, text


@pytest.mark.parametrize("parameters", SETTINGS, ids=lambda p: ", ".join(f"{k}={v}" for k, v in p.items()))
def test_every_figure_is_drawn_under_other_settings(model: Model, parameters: dict[str, float | str]) -> None:
    changed = study(model, **parameters)
    for name in OF_STUDIES:
        frame = FIGURES[name].frame(changed)
        ax = drawn(name, frame)
        assert len(frame)
        uncut(ax)
        assert "nan" not in words(ax)
        plt.close("all")


# Saved ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved(model: Model, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folders = (tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two"))
    headless()
    for name in FIGURES:
        save(name, folders[0], model)
    for name in reversed(FIGURES):
        save(name, folders[1], model)
    return folders


@pytest.mark.parametrize("name", FIGURES)
def test_saving_twice_gives_the_same_bytes(saved: tuple[Path, Path], name: str) -> None:
    one, two = saved
    for kind in ("svg", "png", "csv"):
        assert (one / f"{name}.{kind}").read_bytes() == (two / f"{name}.{kind}").read_bytes()
    assert len(list(one.iterdir())) == 3 * len(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_a_saved_figure_names_no_path_date_or_host_and_says_what_it_shows(saved: tuple[Path, Path], name: str) -> None:
    svg = (saved[0] / f"{name}.svg").read_text(encoding="utf-8")
    for word in (str(ROOT), str(saved[0]), str(Path.home()) + "/", "/tmp", socket.gethostname(), os.sep + "usr"):
        assert word not in svg
    assert not re.search(r"<dc:date>|\d{4}-\d{2}-\d{2}T", svg)
    (title,) = re.findall(r"<dc:title>(.*?)</dc:title>", svg, re.S)
    assert title == FIGURES[name].alt
    assert len(FIGURES[name].alt) > 40
    png = (saved[0] / f"{name}.png").read_bytes()
    assert FIGURES[name].alt.encode() in png
    assert b"tIME" not in png
    assert b"Software" not in png


@pytest.mark.parametrize("name", FIGURES)
def test_the_saved_data_are_the_plotted_data(saved: tuple[Path, Path], article: Worksheet, name: str) -> None:
    frame = frame_of(name, article)
    read = pd.read_csv(saved[0] / f"{name}.csv")
    assert list(read.columns) == list(frame.columns)
    assert len(read) >= len(FIGURES[name].checks)
    if not FIGURES[name].checks:
        assert len(read) == len(frame)
    numbers = frame.select_dtypes("number").columns
    assert read[numbers].to_numpy() == pytest.approx(frame[numbers].to_numpy(), rel=1e-9, nan_ok=True)
    assert b"\r" not in (saved[0] / f"{name}.csv").read_bytes()


@pytest.mark.parametrize("name", FIGURES)
def test_a_notebook_shows_the_whole_of_a_figure(article: Worksheet, name: str) -> None:
    """A notebook saves what a tight box holds, with 0.1 inch around it: nothing of the figure may be cut off."""
    fig = drawn(name, frame_of(name, article)).figure
    assert isinstance(fig, mpl.figure.Figure)
    saved = io.BytesIO()
    fig.savefig(saved, dpi=100)
    shown = print_figure(fig, bbox_inches="tight", dpi=100)
    picture, wider = (mpl.image.imread(io.BytesIO(file)) for file in (saved.getvalue(), shown))
    high, wide = picture.shape[:2]
    assert wider.shape[:2] == pytest.approx((high + 20, wide + 20), abs=1)
    rims = (wider[:9], wider[-9:], wider[:, :9], wider[:, -9:])
    assert all(np.all(rim == 1) for rim in rims)
    assert (wider[..., :3] < 0.5).sum() == pytest.approx((picture[..., :3] < 0.5).sum(), rel=0.02)
