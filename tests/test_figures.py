"""The figures: their data against hand arithmetic, what is drawn of them, and that saving is the same each time."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

mpl.use("agg")

from matplotlib import pyplot as plt

from analysis.figures import FIGURES, canvas, headless, plotted, save
from analysis.model import Model
from analysis.results import CAVEAT, Study

ROOT = Path(__file__).resolve().parent.parent
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


STUDIES: dict[str, Study] = {}


def study(model: Model, **parameters: float | str) -> Study:
    """All relations under some parameters, judged once for all tests."""
    key = str(sorted(parameters.items()))
    if key not in STUDIES:
        STUDIES[key] = Study(model.register.relations, model=model, **parameters)
    return STUDIES[key]


@pytest.fixture(scope="module")
def article(model: Model) -> Study:
    return study(model)


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
    return (
        " ".join(" ".join(text.get_text().split()) for text in [*labels, *ax.figure.texts]) + " " + ax.get_title("left")
    )


# The plotted data -----------------------------------------------------------------------------------------------------


def test_plan_and_actual_by_hand(article: Study) -> None:
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


def test_two_values_of_2019_by_hand(article: Study) -> None:
    frame = FIGURES["two_values_of_2019"].frame(article)
    base = 3.17 / 1.105
    values = [base, 2.87, 2.87, 2.59, 2.59, base]
    assert list(frame["value"] / 1e6) == pytest.approx(values)
    assert list(frame["role"]) == ["transfers"] * 3 + ["labourers"] + ["persons"] * 2
    assert list(frame["ratio"][:4].isna()) == [True] * 4
    assert list(frame["ratio"][4:]) == pytest.approx([2.59 / base, 1.0])
    assert (frame.loc[1, "low"], frame.loc[1, "high"]) == pytest.approx((2_860_000, 2_880_000))


def test_readings_of_2019_by_hand(article: Study) -> None:
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


def test_other_provinces_by_hand(article: Study) -> None:
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
    # Planned figures stand for their digits alone; a total for half a thousand to each side.
    assert (frame.loc[4, "low"], frame.loc[4, "high"]) == (20_000, 20_000)
    assert (frame.loc[0, "low"], frame.loc[0, "high"]) == pytest.approx((75_500 / 3, 76_500 / 3), rel=1e-9)


def test_training_by_hand(article: Study) -> None:
    frame = FIGURES["training"].frame(article)
    # What is left: (5 x 1.5 - 1.48)/4 = 1.505.
    assert list(frame["value"] / 1e6) == pytest.approx([1, 1.5, 1.48, 1.505], rel=1e-9)
    ax = drawn("training", frame)
    assert ax.get_title(loc="left") == "Training held in 2021 came to 98.7 percent of the plan"


def test_monitoring_by_hand(article: Study) -> None:
    frame = FIGURES["monitoring"].frame(article)
    # 774,000 of 12 million households; of 12 million persons, 3.5 to a household; both persons; 489 of 2,165; of 2,654.
    expected = [0.0645, 0.774 / (12 / 3.5), 0.0645, 489 / 2165, 489 / 2654]
    assert list(frame["value"]) == pytest.approx(expected, rel=1e-9)


def test_trade_shares_by_hand(article: Study) -> None:
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


def test_waterfall_by_hand(article: Study) -> None:
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


def test_waterfall_counts_the_overlap_once(model: Model) -> None:
    frame = FIGURES["waterfall"].frame(study(model, overlap=0.5))
    added = 3.17 * 0.105 / 1.105
    assert frame.loc[3, "end"] / 1e6 == pytest.approx(1.6 + added + 0.175)
    assert list(frame.loc[3, ["low", "high"]] / 1e6) == pytest.approx([1.7 + added, 1.9 + added])


def test_waterfall_steps_end_where_the_next_level_does(model: Model) -> None:
    for parameters in SETTINGS:
        frame = FIGURES["waterfall"].frame(study(model, **parameters))
        assert frame.loc[1, "end"] == pytest.approx(frame.loc[2, "end"])
        assert frame.loc[3, "end"] == pytest.approx(frame.loc[4, "end"])


def test_all_relations_are_ratios_to_the_print(article: Study) -> None:
    frame = FIGURES["all_relations"].frame(article).set_index("relation")
    verdicts = {o.relation.id: o.verdict for o in article.outcomes}
    assert set(frame["verdict"]) == {"reproduced", "consistent", "inconsistent"}
    assert all(verdicts[relation] == frame.loc[relation, "verdict"] for relation in frame.index)
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


def test_a_mark_that_cannot_be_computed_is_empty(model: Model) -> None:
    # Persons per transfer as implied presupposes labourers that are persons, so with transfers it is a circle.
    frame = FIGURES["two_values_of_2019"].frame(study(model, total_2019__reading="transfers"))
    row = frame.loc[4]
    assert row["words"] == "not computable"
    assert np.isnan([row["value"], row["low"], row["high"], row["ratio"]]).all()


def test_plotted_years_are_years() -> None:
    frame = pd.DataFrame({"year_from": [2016], "value": [2016.0]})
    assert plotted(frame).frame.to_dict("list") == {"year_from": ["2016"], "value": ["2,016"]}


def test_plotted_data_for_a_reader() -> None:
    frame = pd.DataFrame({"label": ["a", "b"], "value": [2_868_778.28, np.nan], "share": [0.123456, 2.0]})
    table = plotted(frame)
    assert table.frame.to_dict("list") == {"label": ["a", "b"], "value": ["2,868,800", ""], "share": ["0.12346", "2"]}
    assert repr(table).endswith(CAVEAT)


def test_transfers_of_2016_to_2023_by_hand(article: Study, model: Model) -> None:
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


def test_transfers_of_2016_to_2023_without_figures_published_elsewhere(article: Study) -> None:
    kept = article.model.register.external
    object.__setattr__(article.model.register, "external", {})
    try:
        frame = FIGURES["transfers_2016_2023"].frame(article)
        drawn("transfers_2016_2023", frame)
    finally:
        object.__setattr__(article.model.register, "external", kept)
    assert set(frame["role"]) == {"target", "article"}


# What is drawn --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plan_against_actual", "two_values_of_2019", "readings_of_at_risk_2019"])
def test_dots_stand_at_their_values_with_their_words(article: Study, name: str) -> None:
    frame = FIGURES[name].frame(article)
    ax = drawn(name, frame)
    assert [x for x, _ in marks(ax)] == pytest.approx(list(frame["value"] / 1e6))
    assert [y for _, y in marks(ax)] == list(range(len(frame)))[::-1]
    spans = [line for line in ax.lines if len(line.get_xdata()) == 2 and len(set(line.get_ydata())) == 1]
    assert len(spans) == len(frame)
    assert list(spans[2].get_xdata()) == pytest.approx([frame.loc[2, "low"] / 1e6, frame.loc[2, "high"] / 1e6])
    labels = [" ".join(text.get_text().split()) for text in ax.get_yticklabels()][::-1]
    assert sorted(labels) == sorted(" ".join(label.split()) for label in frame["label"])
    for text in frame["words"]:
        assert text in words(ax)
    assert CAVEAT in words(ax)
    low, high = ax.get_xlim()
    assert all(low <= x <= high for x, _ in marks(ax))


def test_the_key_names_every_mark(article: Study) -> None:
    for name, number in (("plan_against_actual", 3), ("two_values_of_2019", 3), ("readings_of_at_risk_2019", 2)):
        legend = drawn(name, FIGURES[name].frame(article)).get_legend()
        assert legend is not None
        assert len(legend.get_texts()) == number


def test_the_waterfall_has_five_bars_an_arrow_each_open_end_and_the_printed_range(article: Study) -> None:
    frame = FIGURES["waterfall"].frame(article)
    ax = drawn("waterfall", frame)
    bars = [bar for container in ax.containers for bar in container]
    assert [bar.get_y() + bar.get_height() for bar in bars] == pytest.approx(list(frame["end"][:5] / 1e6))
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    assert len(arrows) == 3  # two ceilings and a floor
    down = [arrow for arrow in arrows if arrow.xy[1] < arrow.xyann[1]]
    assert len(down) == 2
    for text in ("at most", "at least", "no bound", "2 to 2.5 million", "approaches 2 million", "+350,000"):
        assert text in words(ax)
    assert "bound nothing" in ax.get_title("left")
    assert ax.get_ylim()[1] >= 2.5


def test_a_title_that_no_longer_holds_is_not_shown(model: Model) -> None:
    other = drawn("waterfall", FIGURES["waterfall"].frame(study(model, former_detainees__reading="from_high_end")))
    assert "bound nothing" not in other.get_title("left")
    plan = FIGURES["plan_against_actual"]
    assert "lies below" in drawn("plan_against_actual", plan.frame(study(model))).get_title("left")
    frame = plan.frame(study(model, excess_over_plan_2021=0.05))  # 3.2/1.05 = 3.05 million, above 2.87
    assert "lies below" not in drawn("plan_against_actual", frame).get_title("left")


def test_transfers_of_2016_to_2023_stand_at_their_years_and_nothing_joins_two_sources(article: Study) -> None:
    frame = FIGURES["transfers_2016_2023"].frame(article)
    ax = drawn("transfers_2016_2023", frame)
    shown = frame[frame["value"].notna()]
    assert [y for _, y in marks(ax)[: len(shown)]] == pytest.approx(list(shown["value"] / 1e6))
    for (x, _), (_, row) in zip(marks(ax), shown.iterrows(), strict=False):
        assert row["year_from"] - 0.5 < x < row["year_to"] + 0.5
    # A line is level, over the years of one row, or upright, at one mark.
    for line in ax.lines:
        x, y = (np.ravel(values) for values in (line.get_xdata(), line.get_ydata()))
        if len(x) == 2:
            assert x[0] == x[1] or y[0] == y[1]
    level = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_xdata()[0] != line.get_xdata()[1]]
    assert len(level) == (shown["year_to"] > shown["year_from"]).sum() == 5
    # From the first year's start to the last one's end, but no further than 2023.
    spans = sorted((round(float(line.get_xdata()[0]), 2), round(float(line.get_xdata()[1]), 2)) for line in level)
    assert spans == [(2015.55, 2020.45), (2015.55, 2020.45), (2015.55, 2020.45), (2016.55, 2020.45), (2020.55, 2023.45)]
    for text in ["Not drawn: 14.33 million placements", "January-September 2017", CAVEAT, "a secondary source"]:
        assert text in words(ax)
    legend = ax.get_legend()
    assert legend is not None
    assert len(legend.get_texts()) == 9


def test_labels_of_transfers_of_2016_to_2023_do_not_overlap(article: Study) -> None:
    ax = drawn("transfers_2016_2023", FIGURES["transfers_2016_2023"].frame(article))
    renderer = ax.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    texts = [text for text in ax.texts if text.get_text()]
    # Of an annotation the text alone, without its line.
    boxes = [mpl.text.Text.get_window_extent(text, renderer) for text in texts]
    for i, box in enumerate(boxes):
        for j, other in enumerate(boxes[:i]):
            assert not box.overlaps(other), (texts[i].get_text(), texts[j].get_text())
        for x, y in marks(ax):
            at = ax.transData.transform((x, y))
            assert not (box.x0 - 4 < at[0] < box.x1 + 4 and box.y0 - 4 < at[1] < box.y1 + 4), texts[i].get_text()


def test_all_relations_have_a_mark_each_and_what_lies_beyond_the_edge_a_number(article: Study) -> None:
    frame = FIGURES["all_relations"].frame(article)
    ax = drawn("all_relations", frame)
    assert len(marks(ax)) == len(frame)
    assert len(ax.get_yticklabels()) == len(frame)
    beyond = frame[frame["value"] > 1.6]
    assert set(beyond["relation"]) == {
        "excess_2021_over_old_goal",  # 45.5 over 15.4 percent
        "growth_from_labourers",  # 22.4 over 10.5 percent
        "net_persons_from_labourers",  # 580,000 over 300,000
    }
    arrows = [text.get_text() for text in ax.texts if "→" in text.get_text()]
    assert arrows == ["3.0 →", "2.1 →", "1.9 →"]
    pale = [line for line in ax.lines if len(line.get_xdata()) == 1 and line.get_alpha() == 0.4]
    assert len(pale) == frame["weak"].sum()


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_overlaps_the_edge_of_the_figure(article: Study, name: str) -> None:
    ax = drawn(name, FIGURES[name].frame(article))
    fig = ax.figure
    renderer = fig.canvas.get_renderer()  # type: ignore[attr-defined]
    width, height = fig.bbox.width, fig.bbox.height
    for text in [*ax.texts, *ax.get_yticklabels(), *fig.texts, ax.title]:
        if text.get_text() and text.get_visible():
            box = text.get_window_extent(renderer)
            assert box.x0 >= -1, text
            assert box.x1 <= width + 1, text
            assert box.y0 >= -1, text
            assert box.y1 <= height + 1, text


@pytest.mark.parametrize("parameters", SETTINGS, ids=lambda p: ", ".join(f"{k}={v}" for k, v in p.items()))
def test_every_figure_is_drawn_under_other_settings(model: Model, parameters: dict[str, float | str]) -> None:
    changed = study(model, **parameters)
    for name, figure in FIGURES.items():
        frame = figure.frame(changed)
        drawn(name, frame)
        assert len(frame)


def test_a_figure_can_be_drawn_beside_others(article: Study) -> None:
    fig, axes = plt.subplots(1, 2)
    FIGURES["waterfall"].draw(axes[0], FIGURES["waterfall"].frame(article))
    FIGURES["plan_against_actual"].draw(axes[1], FIGURES["plan_against_actual"].frame(article))
    fig.canvas.draw()
    whole = plt.figure()
    FIGURES["waterfall"].draw(whole.subfigures(1, 2)[0].subplots(), FIGURES["waterfall"].frame(article))
    whole.canvas.draw()


def test_the_style_is_not_left_behind(article: Study) -> None:
    before = dict(mpl.rcParams)
    drawn("waterfall", FIGURES["waterfall"].frame(article))
    assert dict(mpl.rcParams) == before


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
def test_the_saved_data_are_the_plotted_data(saved: tuple[Path, Path], article: Study, name: str) -> None:
    frame = FIGURES[name].frame(article)
    read = pd.read_csv(saved[0] / f"{name}.csv")
    assert list(read.columns) == list(frame.columns)
    assert len(read) >= len(FIGURES[name].relations)
    if not FIGURES[name].relations:
        assert len(read) == len(frame)
    numbers = frame.select_dtypes("number").columns
    assert read[numbers].to_numpy() == pytest.approx(frame[numbers].to_numpy(), rel=1e-9, nan_ok=True)
    assert b"\r" not in (saved[0] / f"{name}.csv").read_bytes()


def test_saving_leaves_no_figure_open(model: Model, tmp_path: Path) -> None:
    save("waterfall", tmp_path, model)
    assert plt.get_fignums() == []
