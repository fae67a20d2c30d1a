"""The figures: their data by hand, what is drawn under several settings, and that
saving is the same each time.
"""

import io
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest

mpl.use("agg")

from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis import Study, load
from analysis.core.register import Register
from analysis.model.model import Model, ModelError
from analysis.render.figures import figures, render_figure

MODEL = Model(Register.read())
PLOTS = figures(MODEL)

ADDED = 3.17 * 0.105 / 1.105
"""Net increase in persons, in millions: 3.17 less 3.17/1.105, which is 0.301222."""
SETTINGS: dict[str, dict[str, Any]] = {
    "article": {},
    "growth": {"growth_2019_2021": "11 percent"},
    "southern": {
        "at_risk_2019": "southern",
        "persons_per_transfer": 0.55,
        "former_detainees": 350_000,
        "overlap": 0.25,
    },
    "readings": {
        "at_risk_2019": "composition",
        "persons_per_transfer": "implied",
        "former_detainees": "floor",
        "rural_households": "persons",
        "labour_intensive_share_2022": "value_growth",
        "south_growth_2022": "fastest",
        "share_base": 0.4,
    },
    # Above one person per transfer, so neither 2021 nor both groups are computable.
    "refused": {"persons_per_transfer_drift": 1.05},
    # More labourers in the south than anywhere, so that no bar is computable.
    "without bars": {"at_risk_2019": "southern", "labourers_south_2019": 2_600_000},
    "none in 2019": {"at_risk_2019": 0},
}
#: The settings under which the estimate for 2021 is past a limit.
NO_VALUE = ("refused", "without bars")


@pytest.fixture(scope="module")
def studies(model: Model) -> dict[str, Study]:
    return {name: Study(model).change(**given) for name, given in SETTINGS.items()}


def frame(name: str, study: Study) -> pd.DataFrame:
    plot = figures(study.model)[name]
    return plot.frame(plot.evaluation(study.model, study.setting))


@cache
def drawn(name: str, study: Study) -> Figure:
    """A figure of a study, which several tests look at and none changes."""
    evaluation = figures(study.model)[name].evaluation(study.model, study.setting)
    fig = render_figure(name, evaluation)
    fig.canvas.draw()
    return fig


def texts(fig: Figure) -> Iterator[tuple[str, Text]]:
    """Each text that shows, but for ticks beyond the ends of their axis."""
    beyond = set()
    for ax in [
        *fig.axes,
        *(child for parent in fig.axes for child in parent.child_axes),
    ]:
        for place, axis in enumerate((ax.xaxis, ax.yaxis)):
            low, high = sorted(axis.get_view_interval())
            beyond |= {
                tick
                for tick in axis.get_ticklabels()
                if not low <= tick.get_position()[place] <= high
            }
    for text in fig.findobj(Text):
        if text.get_text().strip() and text.get_visible() and text not in beyond:
            yield text.get_text(), text


def title(fig: Figure) -> str:
    return " ".join(fig.legends[0].get_title().get_text().split())


def note(fig: Figure) -> str:
    return " ".join(fig.get_supxlabel().split())


#: Of each figure a setting, and words of its caption with and without, by hand.
CAPTIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    # 3.2/1.154 and 3.2/1.05
    "plan_against_actual": (
        {"excess_over_plan_2021": 0.05},
        "implies a plan of 2.77 million for 2021, and",
        "implies a plan of 3.05 million for 2021, and",
    ),
    # 3.17/1.105 and 3.17/1.25, less 2.59
    "two_values_of_2019": (
        {"growth_2019_2021": 0.25},
        "are 279,000 apart",
        "are 54,000 apart",
    ),
    # 1.65 x 0.95; that and half of the rest of 2.59 or of 3
    "readings_of_at_risk_2019": (
        {"labourers_2019": 3_000_000},
        "give 1.57 to 2.04 million",
        "give 1.57 to 2.24",
    ),
    # 1.6 and 0.301 or 0.55 x 0.301
    "waterfall": (
        {"persons_per_transfer": 0.55},
        "the sum for 2021 is 1.901 million",
        "the sum for 2021 is 1.766 million",
    ),
    # 76,000 or 90,000 over 3: 25,333 lies below 25,500, which rounds to 25,000, and
    # 30,000 above. Two are 20,000.
    "other_provinces": (
        {"cross_provincial_2017_2019": 90_000},
        "Of seven numbers, two lie within the article's range of 20,000 to 25,000 "
        "transfers a year (dark), and one more",
        "Of seven numbers, two lie within the article's range of 20,000 to 25,000 "
        "transfers a year (dark), and none more",
    ),
    # 0.774 over 3.5 or 3 of 12 million, and 0.774 of 12 million over 3.5 or 3
    "monitoring": (
        {"persons_per_household": 3},
        "1.84 to 22.6 percent of rural households are monitored",
        "2.15 to 19.4 percent of rural households are monitored",
    ),
    # 0.514 or 0.4, times 1.634, and that over 1.454
    "trade_shares": (
        {"share_base": 0.4},
        "57.8 to 84 percent",
        "45 to 65.4 percent",
    ),
    # 0.36 x 0.3012 more than 1.6 or 1.5
    "tornado": (
        {"at_risk_2019": 1_500_000},
        "from 1.71 to 1.9 million",
        "from 1.61 to 1.8",
    ),
}


@pytest.mark.parametrize("name", CAPTIONS)
def test_a_caption_follows_the_setting_and_a_title_stays(
    name: str, studies: dict[str, Study]
) -> None:
    given, before, after = CAPTIONS[name]
    article = drawn(name, studies["article"])
    changed = drawn(name, studies["article"].change(**given))
    assert title(article) == title(changed) == PLOTS[name].row.title
    assert before in note(article)
    assert after in note(changed)
    assert "Differs from the article in" not in note(article)
    assert "Differs from the article in" in note(changed)


def test_the_two_figures_of_2019_by_hand(studies: dict[str, Study]) -> None:
    found = frame("two_values_of_2019", studies["article"])
    base = 3.17 / 1.105
    assert list(found["value"] / 1e6) == pytest.approx(
        [base, 2.87, 2.87, 2.59, 2.59, base]
    )
    # 2.869 less 2.59 is 0.279; 2.59 over 2.869 is 0.903.
    assert "0.903 per transfer" in found["words"][4]


def test_the_official_series_has_a_mark_a_year_and_joins_none(
    studies: dict[str, Study],
) -> None:
    found = frame("official_series", studies["article"])
    assert set(found["label"]) == {str(year) for year in range(2004, 2026)}
    official = found[
        ~found["role"].str.contains("goal|article") & found["value"].notna()
    ].set_index("label")
    # The years without a figure, of 2004 to 2025.
    assert set(found["label"]) - set(official.index) == {"2007", "2020", "2023", "2024"}
    assert set(found[found["words"] == "no figure"]["label"]) == {
        "2007",
        "2020",
        "2023",
        "2024",
    }
    assert official.loc["2021", "value"] == 3_174_000
    assert official.loc["2015", "role"] == "expected"
    ax = drawn("official_series", studies["article"]).axes[0]
    assert all(len({*line.get_xdata()}) == 1 for line in ax.lines)
    assert any("surplus farm labour" in noun for noun in found["noun"])


def test_readings_of_2019_by_hand(studies: dict[str, Study]) -> None:
    found = frame("readings_of_at_risk_2019", studies["article"])
    # 1.6 as printed; 1.65 x 0.95; that and half of 2.59 - 1.65; 2.59 x 0.62.
    assert list(found["value"] / 1e6) == pytest.approx(
        [1.6, 1.5675, 1.5675 + 0.47, 1.6058]
    )
    assert list(found["high"] / 1e6) == pytest.approx(
        [1.65, 1.65, 1.65 + 0.75 * 0.94, 2.59]
    )


def test_the_waterfall_by_hand(studies: dict[str, Study]) -> None:
    found = frame("waterfall", studies["article"])
    now = 1.6 + ADDED
    assert list(found["value"] / 1e6) == pytest.approx([1.6, now, now, now, now + 0.3])
    assert list(found["start"] / 1e6) == pytest.approx([0, 1.6, 0, 0, now])
    assert list(found["role"]) == [
        "printed",
        "calculated",
        "calculated",
        "the bar above, again",
        "in words only",
    ]
    printed = "printed: approaches 2 million"
    words = [
        "up to 1.6 million",
        "+ 301,000",
        f"at most 1.901 million\n{printed}",
        "",
    ]
    assert list(found["words"]) == [*words, "at least 300,000 more"]
    # With both groups, fewer may be at risk through transfers, and more former
    # detainees.
    assert list(found["side"]) == ["at most", "", "at most", "at most", "at least"]


def test_the_waterfall_of_a_number_of_former_detainees_has_the_sum_and_its_bounds(
    studies: dict[str, Study],
) -> None:
    found = frame("waterfall", studies["southern"])
    last = found[found["label"] == "With former detainees"].iloc[-1]
    # 0.95 of 1.65 million, 0.55 persons for each transfer added, and three quarters
    # of 350,000.
    total = 1.65 * 0.95 + 0.55 * ADDED + 0.75 * 0.35
    assert last["value"] / 1e6 == pytest.approx(total)
    assert (last["role"], last["words"]) == ("ours", f"at most {total:.3f} million")
    assert last["low"] < last["value"] < last["high"]


def test_a_waterfall_says_what_a_setting_gives(studies: dict[str, Study]) -> None:
    article = studies["article"]
    given = article.change(at_risk_2021=1_950_000)
    fig = drawn("waterfall", given)
    assert "The number for 2021 is 1.95 million, as set in place of our sum." in note(
        fig
    )
    assert "was reached" not in note(fig)
    # 1.95 million has no bound, and there are at least 300,000 former detainees.
    assert "The total can be higher, because there may be more of them." in note(fig)
    assert "higher or lower" not in note(fig)
    rows = frame("waterfall", given)
    assert list(rows["role"][rows["label"] == "At risk in 2021"]) == ["ours"]
    # If all former detainees are also counted as transferred, none is added.
    fig = drawn("waterfall", article.change(overlap=1))
    assert "With former detainees, the total is at most 1.901 million." in note(fig)
    assert "can be higher" not in note(fig)
    assert "0 more" not in " ".join(text for text, _ in texts(fig))
    # Nothing is added to a total that is set.
    assert "We assume" not in note(
        drawn("waterfall", article.change(at_risk_total=2.2e6))
    )
    # 1.5 million in 2019 is not "up to 1.6 million".
    fig = drawn("waterfall", article.change(at_risk_2019=1_500_000))
    assert "The sum for 2021 is 1.801 million." in note(fig)
    assert "it adds a number that may be lower to one that may be higher." in note(fig)


@pytest.mark.parametrize("setting", NO_VALUE)
def test_a_waterfall_without_bars_says_why(
    setting: str, studies: dict[str, Study]
) -> None:
    fig = drawn("waterfall", studies[setting])
    with pytest.raises(ModelError) as refused:
        _ = studies[setting]["at_risk_2021"]
    assert f"not computable under this setting: {refused.value}" in note(fig)
    shown = [text for text, _ in texts(fig)]
    assert ("up to 1.6 million" in shown) == (setting == "refused")


def test_a_number_beside_a_threshold_keeps_its_side(studies: dict[str, Study]) -> None:
    # 1.6 and 0.301222 million, and just as many detainees as leave 40 persons to
    # two million.
    detainees = 400_000 - ADDED * 1e6 - 40
    found = frame("waterfall", studies["article"].change(former_detainees=detainees))
    assert (
        "1.99996 million"
        in found[found["label"] == "With former detainees"]["words"].iloc[-1]
    )


def test_other_provinces_monitoring_and_trade_shares_by_hand(
    studies: dict[str, Study],
) -> None:
    found = frame("other_provinces", studies["article"])
    # 76/3; 117/6.5; (117 - 76)/3.5; (117 - 76 - 20 x 0.5)/(6.5 - 3 - 0.5);
    # then as printed.
    assert list(found["value"] / 1e3) == pytest.approx(
        [76 / 3, 18, 41 / 3.5, 31 / 3, 20, 10, 20, 20, 25]
    )
    # 774,000 of 12 million; 774,000 over 3.5 of them; 774,000 of 12 million over 3.5;
    # both over 3.5; 489 of 2,165; of those and 489 more.
    shares = [
        0.0645,
        0.774 / 3.5 / 12,
        0.774 / (12 / 3.5),
        0.0645,
        489 / 2165,
        489 / 2654,
    ]
    assert list(frame("monitoring", studies["article"])["value"]) == pytest.approx(
        shares
    )
    found = frame("trade_shares", studies["article"]).set_index("role")
    # 63.4 percent as growth of the share, as the share, as growth of value;
    # exports grew by 45.4 percent.
    assert list(found.loc["early 2022", "value"][:3]) == pytest.approx(
        [0.514 * 1.634, 0.634, 0.514 * 1.634 / 1.454]
    )
    assert list(found.loc["largest possible base", "value"]) == pytest.approx(
        [1 / 1.634, 0.634, 1.454 / 1.634]
    )


def test_the_tornado_by_hand(studies: dict[str, Study]) -> None:
    found = (
        frame("tornado", studies["article"]).set_index(["assumption", "at"])["value"]
        / 1e6
    )
    now = 1.6 + ADDED
    expected = {
        # Both years' persons fall with the ratio, and so does the increase.
        # Above one, transfers would be fewer.
        ("persons_per_transfer", 0.36): 1.6 + 0.36 * ADDED,
        ("persons_per_transfer", 1): now,
        # Five percent of the 3.17 million of 2021 fewer.
        # More would take the ratio of 2021 above one.
        ("persons_per_transfer_drift", 0.95): now - 0.05 * 3.17,
        ("persons_per_transfer_drift", 1): now,
        ("at_risk_share_of_new", 0.62): 1.6 + 0.62 * ADDED,
        ("at_risk_share_of_new", 1): now,
    }
    assert {
        (name, round(at, 9)): value for (name, at), value in found.items()
    } == pytest.approx(expected)


def message_of(method: Callable[[str], object], name: str) -> str:
    with pytest.raises(ModelError) as caught:
        method(name)
    return str(caught.value)


def test_a_tornado_of_a_quantity_without_a_value_says_why(
    studies: dict[str, Study],
) -> None:
    """A table of the sensitivity refuses the same quantity in the same words."""
    tornado = partial(studies["article"].figure, "tornado")
    said = message_of(tornado, "at_risk_total")
    assert said.startswith("at_risk_total has no single value, because the article")
    assert said == message_of(studies["article"].sensitivity, "at_risk_total")
    for name in NO_VALUE:
        said = message_of(studies[name].figure, "tornado")
        assert said == message_of(studies[name].sensitivity, "at_risk_2021")


def test_a_tornado_has_the_remarks_on_its_estimate(studies: dict[str, Study]) -> None:
    # 1.6 million + 0.36 × 301,222, less 0.36 × 3.17 million, is 567,000.
    low = studies["article"].change(persons_per_transfer=0.36)
    caption = " ".join(low.figure("tornado").get_supxlabel().split())
    remark, _, rest = caption.partition(" Remark: ")[2].partition(". ")
    assert remark.startswith("567,000 more persons than were transferred in 2021: ")
    assert rest.startswith("Differs from the article in: ")
    other = low.figure("tornado", "net_new_persons").get_supxlabel()
    assert "Remark" not in other


def test_a_tornado_takes_a_quantity_with_its_reading(
    studies: dict[str, Study],
) -> None:
    """The bars are those of a study that takes the same reading."""
    article = studies["article"]
    named = article.figure("tornado", "at_risk_2019.southern").get_supxlabel()
    study = article.change(at_risk_2019="southern")
    assert named == study.figure("tornado", "at_risk_2019").get_supxlabel()
    assert "from the article in: at_risk_2019: " in " ".join(named.split())


def test_a_tornado_needs_an_assumption_that_moves_its_quantity(
    studies: dict[str, Study],
) -> None:
    tornado = partial(studies["article"].figure, "tornado")
    assert message_of(tornado, "households_per_cadre") == (
        "The figure 'tornado' has nothing to show: no assumption moves "
        "households_per_cadre."
    )


def test_a_tornado_is_drawn_of_each_quantity_or_refused_in_a_sentence(
    studies: dict[str, Study],
) -> None:
    article, plot = studies["article"], PLOTS["tornado"]
    refused = []
    for quantity in article:
        evaluation = plot.evaluation(article.model, quantity=quantity)
        try:
            drawing = plot.drawing(evaluation)
        except ModelError as error:
            refused.append(str(error))
            continue
        assert drawing.frame[["value", "low", "high"]].notna().all(axis=None), quantity
        assert "no value" not in plot.caption(evaluation, drawing), quantity
    assert 0 < len(refused) < len(article)
    for said in refused:
        assert re.search(r"no single value|nothing to show", said)


def test_the_specification_curve_by_hand(studies: dict[str, Study]) -> None:
    found = frame("specification_curve", studies["article"])
    # Two bases, two units, four derivations, two shares, two ratios, three drifts,
    # two overlaps.
    assert len(found) == 2 * 2 * 4 * 2 * 2 * 3 * 2
    # A ratio of 1.05 in 2021: 2 x 2 x 4 x 2 x 2.
    # A share of 1.6 in 0.36 x 2.59 million: 2 bases, 3 drifts, 2 overlaps.
    assert (found["violates"] != "").sum() == 64 + 12
    one = found.set_index(
        [
            "transfers_2019__reading",
            "total_2019__reading",
            "at_risk_2019__reading",
            "at_risk_share_of_new__reading",
            "persons_per_transfer",
            "persons_per_transfer_drift",
            "overlap",
        ]
    ).loc[("from_labourers", "transfers", "southern", "set", 0.36, 0.95, 0.5)]
    # 1.65 million transfers in the south, 0.95 of them;
    # 0.36 x 0.95 of 3.17 million less 0.36 of 2.59 million.
    at_risk = 0.36 * (1.65 * 0.95 + 0.95 * 3.17 - 2.59)
    assert one["at_risk_2021"] / 1e6 == pytest.approx(at_risk)
    assert one["at_risk_total"] / 1e6 == pytest.approx(at_risk + 0.15)
    fig = drawn("specification_curve", studies["article"])
    assert "76 of the 384" in note(fig)
    # Both groups have no single value under the article's own setting.
    assert [len(ax.lines) for ax in fig.axes[::2]] == [2, 1]
    # A row for each choice of which there are several; former detainees have one.
    labels = [label.get_text() for label in fig.axes[1].get_yticklabels()]
    assert len(labels) == 2 + 2 + 4 + 2 + 2 + 3 + 2
    assert labels[-5:] == [
        "persons per transfer drift: 0.95",
        "persons per transfer drift: 1",
        "persons per transfer drift: 1.05",
        "overlap: 0",
        "overlap: 0.5",
    ]


def test_a_sensitivity_is_drawn_under_the_study(studies: dict[str, Study]) -> None:
    # At risk in 2019 are 1.65 million x 0.95, or with all of a minority there
    # 1.65 million; 0.55 of the step is added.
    tornado = frame("tornado", studies["southern"]).set_index(["assumption", "role"])
    added = 1e6 * ADDED * 0.55
    values = tornado["value"]
    high = values["persons_per_transfer", "at its high end"]
    assert high == pytest.approx(1_567_500 + 1e6 * ADDED)
    high = values["minority_share_south", "at its high end"]
    assert high == pytest.approx(1_650_000 + added)


def test_the_specification_curve_follows_a_study_in_what_it_does_not_vary(
    studies: dict[str, Study],
) -> None:
    study = studies["article"].change(growth_2019_2021="11 percent")
    fig = study.figure("specification_curve")
    top = fig.axes[0]
    (your,) = (line for line in top.lines if line.get_label() == "your setting")
    # 1.6 million, and 3.17 million less 3.17 million / 1.11.
    assert your.get_ydata() == pytest.approx([1.6 + 3.17 * 0.11 / 1.11])
    plotted = sorted(top.lines[0].get_ydata() * 1e6)
    curve = study.specification_curve()
    assert plotted == pytest.approx(curve["at_risk_2021"].dropna().tolist())
    said = "Differs from the article in: growth_2019_2021 = 11 percent"
    assert said in " ".join(note(fig).split())


def test_the_specification_curve_refuses_what_it_varies_itself(
    studies: dict[str, Study],
) -> None:
    names = "at_risk_2019, former_detainees, persons_per_transfer and overlap"
    with pytest.raises(ModelError) as caught:
        studies["southern"].figure("specification_curve")
    assert str(caught.value) == (
        f"The figure 'specification_curve' varies {names} itself. Leave out what you "
        f"set for {names}."
    )


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        (name, one)
        for name, plot in PLOTS.items()
        for one in (["article", "growth"] if plot.varied(MODEL) else SETTINGS)
        if name != "tornado" or one not in NO_VALUE
    ],
)
def test_every_text_is_whole_large_enough_and_a_number(
    name: str, setting: str, studies: dict[str, Study]
) -> None:
    """A missing glyph, like any other warning, is an error here."""
    fig = drawn(name, studies[setting])
    for text, where in texts(fig):
        box = Text.get_window_extent(where)
        assert min(box.x0, box.y0) >= -1, text
        assert box.x1 <= fig.bbox.width + 1, text
        assert box.y1 <= fig.bbox.height + 1, text
        # Shown 358 pixels wide, as on a phone, with 72 points to an inch drawn.
        assert where.get_fontsize() * 358 / (72 * fig.get_figwidth()) >= 9, text
        assert not re.search(r"\bnan\b", text), text


@pytest.mark.parametrize("setting", ["article", "southern", "readings"])
@pytest.mark.parametrize(
    "name", ["waterfall", "official_series", "plan_against_actual"]
)
def test_no_text_lies_on_another(
    name: str, setting: str, studies: dict[str, Study]
) -> None:
    boxes = [
        (text, Text.get_window_extent(where))
        for text, where in texts(drawn(name, studies[setting]))
    ]
    for i, (text, box) in enumerate(boxes):
        for other, theirs in boxes[:i]:
            # Letters reach neither the top nor the foot of their line.
            assert not box.padded(0, -1.5).overlaps(theirs.padded(0, -1.5)), (
                text,
                other,
            )


@pytest.mark.parametrize("name", ["waterfall", "specification_curve"])
def test_a_figure_that_a_run_keeps_has_the_same_bytes_each_time_and_says_what_it_shows(
    name: str,
    studies: dict[str, Study],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        monkeypatch.setenv("ANALYSIS_FIGURES", str(folder))
        studies["article"].figure(name)
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == {f"{name}.png", f"{name}.csv", f"{name}.svg"}
    (alt,) = re.findall(
        r"<dc:title>(.*?)</dc:title>", made[0][f"{name}.svg"].decode(), re.S
    )
    assert alt == PLOTS[name].row.alt
    expected, read = (
        frame(name, studies["article"]),
        pd.read_csv(io.BytesIO(made[0][f"{name}.csv"])),
    )
    numbers = expected.select_dtypes("number").columns
    assert read[numbers].to_numpy() == pytest.approx(
        expected[numbers].to_numpy(), rel=1e-9, nan_ok=True
    )


@pytest.mark.parametrize(
    ("name", "label", "change", "printed"),
    [
        ("readings_of_at_risk_2019", "As printed", {"at_risk_2019": 1.5e6}, 1.6e6),
        (
            "plan_against_actual",
            "2021, printed beside the growth rate",
            {"transfers_2021": 4e6},
            3.17e6,
        ),
    ],
)
def test_a_mark_of_a_print_stays_where_the_number_is_set(name, label, change, printed):
    study = load().change(**change)
    figure = figures(study.model)[name]
    frame = figure.frame(figure.evaluation(study.model, study.setting, "at_risk_2021"))
    assert frame.set_index("label").value[label] == printed
