"""The figures: their data against hand arithmetic, what is drawn of them, and that saving is the same each time."""

import io
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

from analysis.core.model import Model
from analysis.core.verdicts import judge_all
from analysis.output.figures import FIGURES, canvas, headless, save
from analysis.output.results import Evaluation

ROOT = Path(__file__).resolve().parents[2]
SETTINGS: list[dict[str, float | str]] = [
    {"at_risk_2019": "southern"},
    {"at_risk_2019": "composition", "minority_share_outside": 0.0},
    {"persons_per_transfer": "implied"},
    {"former_detainees": 900_000.0, "overlap": 1.0},
    {"former_detainees": 0.0},
    {
        "share_base": "set",
        "south_growth_2022": "fastest",
        "growth_of_the_rest_2022": 0.33,
        "rural_households": "persons",
        "persons_per_household": 10.0,
        "part_of_2020": 1.0,
        "share_of_plan_2020_done": 1.0,
        "labour_intensive_share_2022": "value_growth",
    },
]
ADDED = 3.17 * 0.105 / 1.105
"""Net increase in persons, in millions: 3.17 less 3.17/1.105, which is 0.301222."""
FRAMES: dict[str, pd.DataFrame] = {}


def study(model: Model, **given: float | str) -> Evaluation:
    return Evaluation(model, model.change(given))


@pytest.fixture(scope="module")
def article(model: Model) -> Evaluation:
    return study(model)


def frame_of(name: str, article: Evaluation) -> pd.DataFrame:
    """A figure's data in the article's own run, made once."""
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


def title(ax: Axes) -> str:
    """The title over the figure, without its breaks."""
    return " ".join(ax.figure.get_suptitle().split())  # type: ignore[union-attr]


def every_text(ax: Axes) -> list[mpl.text.Text]:
    """Each text that shows, wherever it stands; ticks beyond the axes' ends do not."""
    legend = ax.get_legend()
    found = [*ax.texts, ax.xaxis.label, ax.yaxis.label, *ax.figure.texts, *(legend.get_texts() if legend else [])]
    for axis, place in ((ax.xaxis, 0), (ax.yaxis, 1)):
        low, high = sorted(axis.get_view_interval())
        slack = 1e-9 * (high - low)
        found += [tick for tick in axis.get_ticklabels() if low - slack <= tick.get_position()[place] <= high + slack]
    return [text for text in found if text.get_text().strip() and text.get_visible()]


def boxes(ax: Axes) -> list[tuple[str, mpl.transforms.Bbox]]:
    """What each text takes; of an annotation the text alone, without its arrow."""
    renderer = ax.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    return [(text.get_text(), mpl.text.Text.get_window_extent(text, renderer)) for text in every_text(ax)]


def test_plan_and_actual_by_hand(article: Evaluation) -> None:
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


def test_two_values_of_2019_by_hand(article: Evaluation) -> None:
    frame = FIGURES["two_values_of_2019"].frame(article)
    base = 3.17 / 1.105
    assert list(frame["value"] / 1e6) == pytest.approx([base, 2.87, 2.87, 2.59, 2.59, base])
    assert list(frame["role"]) == ["transfers"] * 3 + ["labourers"] + ["persons"] * 2
    assert list(frame["ratio"][4:]) == pytest.approx([2.59 / base, 1.0])
    assert (frame.loc[1, "low"], frame.loc[1, "high"]) == pytest.approx((2_860_000, 2_880_000))


def test_readings_of_2019_by_hand(article: Evaluation) -> None:
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


def test_other_provinces_by_hand(article: Evaluation) -> None:
    frame = FIGURES["other_provinces"].frame(article)
    # 76/3; 117/6.5; (117 - 76)/3.5; (117 - 76 - 20 x 0.5)/(6.5 - 3 - 0.5); then as printed.
    expected = [76 / 3, 18, 41 / 3.5, 31 / 3, 20, 10, 20, 20, 25]
    assert list(frame["value"] / 1e3) == pytest.approx(expected, rel=1e-9)
    # "Approximately 20,000 to 25,000" asserts 17.5 to 27.5: 25.3, 18, a plan and a suggestion of 20.
    assert title(drawn("other_provinces", frame)).startswith("Other provinces: 4 of 7 ")
    # A total stands for half a thousand to each side.
    assert (frame.loc[0, "low"], frame.loc[0, "high"]) == pytest.approx((75_500 / 3, 76_500 / 3), rel=1e-9)


def test_monitoring_by_hand(article: Evaluation) -> None:
    frame = FIGURES["monitoring"].frame(article)
    assert list(frame["role"]) == ["region"] * 6 + ["county"] * 4 + ["elsewhere"]
    # 12 million and 774,000, over 3.5 where they are persons; 2,165 and 489 households, 2,654 together.
    expected = [12e6, 774e3, 12e6 / 3.5, 774e3, 12e6 / 3.5, 774e3 / 3.5, 2165, 489, 2654, 489, 1872]
    assert list(frame["value"]) == pytest.approx(expected, rel=1e-9)
    # 774,000 of 12 million households; of 12 million persons, 3.5 to a household; both persons; 489 of 2,165; of 2,654.
    shares = [1, 0.0645, 1, 0.774 / (12 / 3.5), 1, 0.0645, 1, 489 / 2165, 1, 489 / 2654]
    assert list(frame["share"][:10]) == pytest.approx(shares, rel=1e-9)


def test_base_years_of_trade_by_hand(article: Evaluation, model: Model) -> None:
    frame = FIGURES["trade_base_2020"].frame(article)
    assert list(frame["role"]) == ["implied", "printed"] * 3
    assert list(frame["year"]) == [2020, 2021] * 3
    # Millions: 372/(1 - 0.613) = 961.2; 1240/1.136 = 1091.5; 408/2.089 = 195.3.
    expected = [372 / 0.387, 372, 1240 / 1.136, 1240, 408 / 2.089, 408]
    assert list(frame["value"] / 1e6) == pytest.approx(expected)
    # A decline of 61.3 percent stands for 61.25 to 61.35, 372 million for 371.5 to 372.5.
    assert list(frame.loc[0, ["low", "high"]] / 1e6) == pytest.approx([371.5 / 0.3875, 372.5 / 0.3865])
    ax = drawn("trade_base_2020", frame)
    assert [x for x, _ in marks(ax)] == pytest.approx(expected)
    # 372 + 1240 + 408 = 2020, less 961.24 + 1091.55 + 195.31 = 2248.10; 1.24 billion is printed to 10 million.
    assert list(frame["change"] / 1e6) == pytest.approx([2020 - sum(expected[::2])] * 6)
    assert title(ax) == "By the rates, trade with 3 partners together fell by 230 million dollars in 2021"
    # If the rates are in yuan, all three of 2020 go with it: 2248 becomes 1798, below 2020.
    other = FIGURES["trade_base_2020"].frame(study(model, yuan_per_dollar_2021_over_2020=0.8))
    assert list(other["value"][::2] / 1e6) == pytest.approx([0.8 * one for one in expected[::2]])
    assert "together rose by 220 million" in title(drawn("trade_base_2020", other))


def test_trade_shares_by_hand(article: Evaluation) -> None:
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


def test_waterfall_by_hand(article: Evaluation, model: Model) -> None:
    frame = FIGURES["waterfall"].frame(article)
    # The article names no number of former detainees: at least 0.3 million, and no total.
    assert list(frame["end"][:4] / 1e6) == pytest.approx([1.6, 1.6 + ADDED, 1.6 + ADDED, 1.9 + ADDED])
    assert list(frame["start"][:4] / 1e6) == pytest.approx([0, 1.6, 0, 1.6 + ADDED])
    assert list(frame["side"][:4]) == ["at most", "", "at most", "at least"]
    assert list(frame["role"][4:]) == ["printed", "printed"]
    assert list(frame["end"][4:]) == [2_000_000, 2_500_000]
    assert list(frame.loc[0, ["low", "high"]] / 1e6) == pytest.approx([1.55, 1.65])
    # Half a million, half of them counted before: 0.25 million more.
    frame = FIGURES["waterfall"].frame(study(model, former_detainees=500_000.0, overlap=0.5))
    assert frame["label"][4] == "Both groups"
    assert frame["end"][4] / 1e6 == pytest.approx(1.85 + ADDED)
    assert frame["side"][4] == "at most"


def test_all_checks_are_ratios_to_the_print(article: Evaluation, model: Model) -> None:
    frame = FIGURES["all_checks"].frame(article).set_index("check")
    verdicts = {one.check.id: one.verdict for one in judge_all(model)}
    assert all(verdicts[check] == frame.loc[check, "verdict"] for check in frame.index)
    # 2.87/2.2 - 1 over 0.3; 3.17 x 0.105/1.105 over 0.3; 3.17/1.105 over 2.59.
    assert frame.loc["excess_over_goal", "value"] == pytest.approx((2.87 / 2.2 - 1) / 0.3)
    assert frame.loc["net_persons", "value"] == pytest.approx(ADDED / 0.3)
    row = frame.loc["base_2019_as_labourers"]
    assert row["value"] == pytest.approx(3.17 / 1.105 / 2.59)
    # From 3.165/1.1055 to 3.175/1.1045, over 2.59.
    assert [row["low"], row["high"]] == pytest.approx([3.165 / 1.1055 / 2.59, 3.175 / 1.1045 / 2.59])
    # Of the article's own, by hand, none differs; what is in words has no number to divide by.
    own = ~frame["kind"].isin(["hypothesis", "external"])
    assert title(drawn("all_checks", frame.reset_index())).startswith(f"Of {own.sum()} sums and repetitions")
    assert not (frame.loc[own, "verdict"] == "differs").any()


def test_transfers_of_2016_to_2023_by_hand(article: Evaluation) -> None:
    frame = FIGURES["transfers_2016_2023"].frame(article).set_index("id")
    value, role = frame["value"] / 1e6, frame["role"]
    # 3.17 / 1.105 = 2.86878; 3.17 / 1.154 = 2.74697; 13.75 over five years 2.75.
    assert value["article_2019_base"] == pytest.approx(3.17 / 1.105)
    assert value["article_2021_plan"] == pytest.approx(3.17 / 1.154)
    assert value["plan_14fyp_total"] == pytest.approx(2.75)
    assert list(frame.loc["transfers_2017", ["low", "high"]] / 1e6) == pytest.approx([2.745, 2.755])
    targets = {"article_plan", "article_2021_plan", "plan_13fyp_a_year", "plan_14fyp_total"}
    assert set(role.index[role == "target"]) == targets
    # 14.33 over five years is 2.866.
    assert value["report_2016_2020"] == pytest.approx(2.866)


def test_the_tornado_by_hand(article: Evaluation) -> None:
    frame = frame_of("tornado", article)
    value = 1.6 + ADDED
    assert list(frame["value"] / 1e6) == pytest.approx([value] * 3)
    # The widest first: 0.64 of the 0.3012 that were added; 0.05 x 3.17 = 0.1585; 0.38 of those added.
    expected = {
        # At one person per transfer both ratios stand at their limit.
        "persons_per_transfer": (0.36, 1, value - 0.64 * ADDED, value),
        "persons_per_transfer_drift": (0.95, 1, value - 0.05 * 3.17, value),
        "at_risk_share_of_new": (0.62, 1, value - 0.38 * ADDED, value),
    }
    assert list(frame["assumption"]) == list(expected)
    for ends, (_, row) in zip(expected.values(), frame.iterrows(), strict=True):
        assert [row["low"], row["high"], row["at_low"] / 1e6, row["at_high"] / 1e6] == pytest.approx(ends)


def test_sobol_indices_by_hand(article: Evaluation) -> None:
    frame = frame_of("sobol_indices", article).set_index("input")
    # The estimate is nearly a sum, so an index is its term's share of the variance, in millions squared. A uniform
    # distribution of width w has w^2/12.
    terms = {
        "former_detainees": 0.6**2 / 12,  # 0.03
        # Symmetric triangle of half-width 0.05: 0.05^2/6, times the square of 3.17 x the mean ratio, 2.26/3.
        "persons_per_transfer_drift": 0.05**2 / 6 * (3.17 * 2.26 / 3) ** 2,  # 0.00238
        # Triangle 0.36, 0.9, 1: (0.1296 + 0.81 + 1 - 0.324 - 0.36 - 0.9)/18, times the square of what was added.
        "persons_per_transfer": 0.3556 / 18 * ADDED**2,  # 0.00179
        # 1.6 million stands for 1.55 to 1.65.
        "at_risk_2019": 0.1**2 / 12,  # 0.00083
    }
    shares = {name: term / sum(terms.values()) for name, term in terms.items()}  # 0.86, 0.07, 0.05, 0.02
    assert list(frame.index[:4]) == list(terms)
    for name, share in shares.items():
        assert frame.loc[name, "first"] == pytest.approx(share, abs=0.01)
        assert frame.loc[name, "total"] == pytest.approx(share, abs=0.01)
    # The other printed digits explain next to nothing.
    assert set(frame.index[4:]) == {"growth_2019_2021", "transfers_2021"}
    assert (frame["total"][4:] < 0.001).all()


def test_scenarios_by_hand(article: Evaluation) -> None:
    frame = frame_of("scenarios", article).set_index(["scenario", "role"])
    # Persons of 2021 and of 2019 at the implied ratio: 2.59 million x 1.105, and 2.59 million.
    implied = 2.59 * 0.105
    none = np.nan
    expected = {
        "article": (1.6 + ADDED, none),
        "ratio_2019_implied": (1.6 + implied, none),
        "same_share_as_2019": (1.6 + implied * 1.6 / 2.59, none),
        "ratio_rises": (1.6 + 3.17 * 0.95 - 2.59, none),
        "ratio_falls": (1.6 + 3.17 * 0.85 - 2.59, none),
        # The region's own 3.174 million of 2021, and the 2.86 million expected for 2019.
        "official_series": (1.6 + 3.174 - 2.86, none),
        # 0.549 persons per transfer, as in Tibet in 2018.
        "ratio_tibet_2018": (1.6 + 0.549 * ADDED, none),
        "unit_2019_transfers": (1.6 + 3.17 - 2.59, none),
        "southern": (1.65 * 0.95 + ADDED, none),
        "composition": (1.65 * 0.95 + 0.94 * 0.5 + ADDED, none),
        # 0.3 million former detainees, half of them counted before.
        "half_overlap": (1.6 + ADDED, 1.75 + ADDED),
        "several_is_three": (1.6 + ADDED, 1.9 + ADDED),
        "without_detainees": (1.6 + ADDED, 1.6 + ADDED),
        # 0.36 persons per transfer, a drift of 0.95, 0.62 of those added.
        "all_low": (1.6 + 0.62 * 0.36 * (3.17 * 0.95 - 3.17 / 1.105), none),
        # A drift of 1.05, and the ratio at which that of 2021 is 1.
        "all_high": (1.6 + 3.17 - 3.17 / 1.105 / 1.05, none),
    }
    names = list(dict.fromkeys(frame.index.get_level_values("scenario")))
    assert names == [*expected, "illustrative", ""]
    for name, values in expected.items():
        both = [frame.loc[(name, quantity), "value"] / 1e6 for quantity in ("at_risk_2021", "at_risk_total")]
        assert both == pytest.approx(values, nan_ok=True, abs=1e-4), name
    # The printed 1.6 million stands for 1.55 to 1.65; 3.165 x 0.1045/1.1045 and 3.175 x 0.1055/1.1055 are added.
    ends = [1.55 + 3.165 * 0.1045 / 1.1045, 1.65 + 3.175 * 0.1055 / 1.1055]
    assert list(frame.loc[("article", "at_risk_2021"), ["low", "high"]] / 1e6) == pytest.approx(ends)
    assert frame["words"]["article", "at_risk_2021"] == "at most 1.90 million"
    assert frame["words"]["southern", "at_risk_total"] == "no single value"
    assert frame["words"]["several_is_three", "at_risk_total"] == "2.20 million, no bound"
    marked = frame.index.get_level_values("scenario")[frame["reconstruction"] == "reconstruction"]
    assert set(marked) == {"southern", "composition"}


def test_a_title_that_no_longer_holds_is_not_shown(model: Model, article: Evaluation) -> None:
    plan = FIGURES["plan_against_actual"]
    assert "lies below" in title(drawn("plan_against_actual", plan.frame(article)))
    frame = plan.frame(study(model, excess_over_plan_2021=0.05))  # 3.2/1.05 = 3.05 million, above 2.87
    assert "lies below" not in title(drawn("plan_against_actual", frame))


@pytest.mark.parametrize("name", FIGURES)
def test_no_text_is_cut_or_lies_on_another_or_on_a_mark(article: Evaluation, name: str) -> None:
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
    for text, box in boxes(ax):
        assert min(box.x0, box.y0) >= -1, text
        assert box.x1 <= ax.figure.bbox.width + 1, text
        assert box.y1 <= ax.figure.bbox.height + 1, text


@pytest.mark.parametrize("parameters", SETTINGS, ids=lambda p: ", ".join(f"{k}={v}" for k, v in p.items()))
def test_every_figure_is_drawn_under_other_settings(model: Model, parameters: dict[str, float | str]) -> None:
    changed = study(model, **parameters)
    for name in (name for name, figure in FIGURES.items() if figure.of is None):
        frame = FIGURES[name].frame(changed)
        ax = drawn(name, frame)
        assert len(frame)
        uncut(ax)
        assert not any("nan" in text.get_text().split() for text in every_text(ax))
        plt.close("all")


@pytest.fixture(scope="module")
def saved(model: Model, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folders = (tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two"))
    headless()
    for folder, names in zip(folders, (FIGURES, reversed(FIGURES)), strict=True):
        for name in names:
            save(name, folder, model)
    return folders


@pytest.mark.parametrize("name", FIGURES)
def test_a_saved_figure_has_the_same_bytes_each_time_and_says_what_it_shows(
    saved: tuple[Path, Path], article: Evaluation, name: str
) -> None:
    svg, png, csv = [(saved[0] / f"{name}.{kind}").read_bytes() for kind in ("svg", "png", "csv")]
    assert [svg, png, csv] == [(saved[1] / f"{name}.{kind}").read_bytes() for kind in ("svg", "png", "csv")]
    for word in (str(ROOT), str(saved[0]), f"{Path.home()}/", "/tmp", socket.gethostname()):
        assert word.encode() not in svg
    assert not re.search(rb"<dc:date>|\d{4}-\d{2}-\d{2}T", svg)
    assert re.findall(r"<dc:title>(.*?)</dc:title>", svg.decode(), re.S) == [FIGURES[name].alt]
    assert FIGURES[name].alt.encode() in png
    assert b"tIME" not in png
    frame, read = frame_of(name, article), pd.read_csv(io.BytesIO(csv))
    assert list(read.columns) == list(frame.columns)
    numbers = frame.select_dtypes("number").columns
    assert read[numbers].to_numpy() == pytest.approx(frame[numbers].to_numpy(), rel=1e-9, nan_ok=True)
