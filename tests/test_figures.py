"""The figures: what they plot, in numbers and words, and how they look."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest

import analysis
from analysis import DataError, SettingError, figures
from analysis.tables import DATA

NAMES = list(analysis.load().figures().index)
TOTAL, RATE = 3_170_000, 0.105
ADDED = TOTAL - TOTAL / (1 + RATE)


@pytest.fixture(scope="module", params=["article", "changed"])
def study(request, article):
    if request.param == "article":
        return article
    return article.change(
        persons_per_transfer=0.6, former_detainees=500_000, approaching_from=1.75e6
    )


def texts_of(figure):
    """The texts that can be seen, a tick's only within its axis."""
    texts = [*figure.texts]
    for axes in figure.axes:
        box = axes.get_window_extent()
        for axis, low, high in [
            (axes.xaxis, box.x0, box.x1),
            (axes.yaxis, box.y0, box.y1),
        ]:
            for tick in axis.get_ticklabels():
                place = axes.transData.transform(tick.get_position())
                if low - 1 <= place[int(axis is axes.yaxis)] <= high + 1:
                    texts.append(tick)
            texts.append(axis.label)
        texts += [*axes.texts, axes.title, axes._right_title]
    return [text for text in texts if text.get_text().strip()]


def overlap(a, b):
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    high = min(a.y1, b.y1) - max(a.y0, b.y0)
    return wide > 1 and high > 0.1 * min(a.height, b.height)


@pytest.mark.parametrize("title", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_cut_or_over_another(study, name, title):
    figure = study.figure(name, title=title)
    assert figure.get_figwidth() == 4.6
    assert figure.get_suptitle() == (study.figures()[name] if title else "")
    for dpi in (72, 200, 300) if title else (72,):
        figure.set_dpi(dpi)
        refuse_cut_text(figure)


def refuse_cut_text(figure):
    """Fail where a text leaves the figure, or lies over another."""
    figure.draw_without_rendering()
    texts = texts_of(figure)
    extents = [text.get_window_extent() for text in texts]
    for axes in figure.axes:
        # What is drawn keeps a third of the width beside its labels.
        assert axes.get_window_extent().width > figure.bbox.width / 3, axes
    edge = figure.bbox.padded(1)
    for text, box in zip(texts, extents, strict=True):
        assert edge.containsx(box.x0), text
        assert edge.containsx(box.x1), text
        assert edge.containsy(box.y0), text
        assert edge.containsy(box.y1), text
    for first in range(len(texts)):
        for second in range(first):
            both = extents[first], extents[second]
            assert not overlap(*both), (texts[first], texts[second])


def test_titles_are_one_line_and_listed(article):
    titles = article.figures()
    assert len(titles) == 10
    assert titles.is_unique
    for name, title in titles.items():
        assert "\n" not in article.figure(name).get_suptitle()
        assert title in figures.alt(article, name)


@pytest.mark.parametrize("name", NAMES)
def test_captions_are_short_and_name_what_differs(article, name):
    words = figures.caption(article, name)
    assert len(words.split()) <= 24
    assert "{" not in words
    changed = article.change(overlap=0.5)
    assert "0.5 (ours: 0)" in figures.caption(changed, name)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_of_a_caption_are_fields(article, name):
    caption = article.model.texts["figures"][name]["caption"]
    typed = re.sub(r"{[^}]*}|\b(19|20)\d\d\b", "", caption)
    assert not re.search(r"\d", typed)


# What is plotted ----------------------------------------------------------------------


def test_marks_are_numbers_of_the_study_and_of_others(article):
    table = figures.data(article, "plan_against_actual")
    by_hand = [2.2e6, 3.2e6 / 1.154, 3.17e6 / 1.154, 2.87e6, 3.2e6, 3.17e6]
    assert table["value"].to_list() == pytest.approx(by_hand)
    assert table["role"].to_list() == ["planned"] * 3 + ["made"] * 3
    assert table["words"].iloc[1] == "2.773 million"
    readings = figures.data(article, "readings_of_at_risk_2019")
    assert readings["value"].iloc[1] == pytest.approx(1.65e6 * 0.95)
    assert set(readings["side"]) == {"at most"}
    assert readings["words"].str.startswith("at most").all()
    series = figures.data(article, "official_series")
    rows = article.external().set_index("id")["printed"]
    reports = series[series["role"] == "work reports"]
    for row in reports.itertuples():
        assert row.value == rows[f"report_{row.label}"]


def test_marks_point_to_where_words_leave_room_and_lines_show_rounding(article):
    axes = article.figure("readings_of_at_risk_2019").axes[0]
    assert {line.get_marker() for line in axes.lines} - {"None"} == {"<"}
    axes = article.figure("plan_against_actual").axes[0]
    assert {line.get_marker() for line in axes.lines} - {"None"} == {"o"}
    # 3.2 million and 15.4 percent, at the ends of what rounds to them.
    (low, _), (high, _) = axes.collections[0].get_segments()[1]
    assert (low, high) == pytest.approx((3.15 / 1.1545, 3.25 / 1.1535))


def test_a_mark_that_cannot_be_computed_says_so(article):
    # Of 2.59 million, 0.99 would leave more at risk than were transferred at 0.56.
    changed = article.change(persons_per_transfer=0.56, at_risk_share_of_all=0.99)
    table = figures.data(changed, "readings_of_at_risk_2019").set_index("label")
    row = table.loc["One share of all transferred"]
    assert np.isnan(row["value"])
    assert row["words"] == "not computed"
    changed.figure("readings_of_at_risk_2019").draw_without_rendering()
    # Nothing can be computed where nobody was transferred.
    nobody = article.change(persons_2019=0)
    table = figures.data(nobody, "readings_of_at_risk_2019")
    assert set(table["words"]) == {"not computed"}
    nobody.figure("readings_of_at_risk_2019").draw_without_rendering()


def test_the_waterfall_by_hand(article):
    table = figures.data(article, "waterfall")
    now = 1_600_000 + ADDED
    by_hand = [
        (0, 1_600_000),
        (1_600_000, now),
        (0, now),
        (now, now + 300_000),
    ]
    assert table[["low", "high"]].to_numpy() == pytest.approx(np.array(by_hand))
    assert table["words"].to_list() == [
        *("at most 1.6 million", "+ 301,000", "at most 1.901 million"),
        "at least + 300,000",
    ]
    changed = article.change(former_detainees=500_000, overlap=0.5)
    last = figures.data(changed, "waterfall").iloc[-1]
    assert last["high"] - last["low"] == pytest.approx(250_000)
    assert last["words"] == "+ 250,000"
    bars = article.figure("waterfall").axes[0].containers[0]
    assert [bar.get_x() * 1e6 for bar in bars] == pytest.approx(table["low"].to_list())
    assert [bar.get_width() * 1e6 for bar in bars] == pytest.approx(
        (table["high"] - table["low"]).to_list()
    )
    assert [bool(bar.get_hatch()) for bar in bars] == [False] * 3 + [True]


def test_the_tornado_by_hand(article):
    table = figures.data(article, "tornado")
    assert table["low"].to_list() == pytest.approx(
        [
            # A ratio that falls by a twentieth takes it from all of 2021.
            1_600_000 + TOTAL * 0.95 - TOTAL / (1 + RATE),
            1_600_000 + 0.56 * ADDED,
            1_600_000 + 0.62 * ADDED,
        ]
    )
    assert table["high"].to_list() == pytest.approx([1_600_000 + ADDED] * 3)
    assert table["words"].iloc[1] == "1.769 million at 0.56; 1.901 million at 1"


def test_the_tornado_ends_where_a_limit_refuses(article):
    # At 1.7 million, the ratio of 2019 must be at least 1.7 x 1.105 / 3.17.
    changed = article.change(at_risk_2019=1_700_000)
    table = figures.data(changed, "tornado").set_index("label")
    least = 1_700_000 * (1 + RATE) / TOTAL
    low = table.loc["Persons per transfer", "low"]
    assert low == pytest.approx(1_700_000 + least * ADDED, rel=1e-6)


# The map, and what is shaded ----------------------------------------------------------


def test_the_map_by_hand(article):
    table = figures.data(article, "map")
    row = table.iloc[-1]
    assert (row["persons_per_transfer"], row["at_risk_share_of_new"]) == (1, 1)
    assert row["value"] == pytest.approx(1_600_000 + ADDED)
    assert table["value"].iloc[0] == pytest.approx(1_600_000 + ADDED * 0.56 * 0.62)


def test_lines_of_the_map_are_at_round_numbers_and_in_their_places(article):
    figure = article.figure("map")
    (axes,) = figure.axes
    lines = axes.collections[1]
    drawn = 0
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        assert level / 0.05 == pytest.approx(round(level / 0.05))
        for x, y in path.vertices:
            by_hand = 1_600_000 + ADDED * x * y
            assert level * 1e6 == pytest.approx(by_hand, rel=1e-4)
            drawn += 1
    assert drawn > 100
    (point,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert (point.get_xdata()[0], point.get_ydata()[0]) == (1, 1)
    assert "1.901 million" in axes.get_title("right")
    moved = article.change(persons_per_transfer=0.7, at_risk_share_of_new=0.8)
    (point,) = moved.figure("map").axes[0].lines
    assert (point.get_xdata()[0], point.get_ydata()[0]) == (0.7, 0.8)


def band_of(study, name):
    """The ends of what is shaded."""
    axes = study.figure(name).axes[0]
    if name == "map":
        return list(axes.collections[0].levels)
    (band,) = [patch for patch in axes.patches if patch.get_zorder() == 0]
    box = band.get_extents().transformed(axes.transData.inverted())
    return [box.x0, box.x1]


@pytest.mark.parametrize("name", ["tornado", "map"])
def test_what_is_shaded_follows_the_assumption(article, name):
    assert band_of(article, name) == pytest.approx([1.8, 2])
    for least in (1_850_000, 2_000_000):
        moved = article.change(approaching_from=least)
        assert band_of(moved, name) == pytest.approx([least / 1e6, 2])


def test_a_printed_range_is_shaded(article):
    assert band_of(article, "waterfall") == pytest.approx([2, 2.5])
    assert band_of(article, "other_provinces") == pytest.approx([20_000, 25_000])


def test_an_axis_begins_at_zero_or_says_that_it_does_not(article):
    for name in NAMES:
        axes = article.figure(name).axes[0]
        if name == "official_series":
            assert axes.get_ylim()[0] == 0
        elif name != "map":
            is_cut = axes.get_xlim()[0] != 0
            assert ("begins above zero" in axes.get_xlabel()) == is_cut, name


@pytest.mark.parametrize("name", NAMES)
def test_all_that_is_plotted_lies_within_the_axes(study, name):
    figure = study.figure(name)
    figure.draw_without_rendering()
    for axes in figure.axes:
        box = axes.get_window_extent().padded(1)
        for line in axes.lines:
            if line.get_marker() != "None" and np.isfinite(line.get_xydata()).all():
                for x, y in axes.transData.transform(line.get_xydata()):
                    assert box.contains(x, y), line


# Files, and faults --------------------------------------------------------------------


def test_files_have_what_is_plotted_and_what_differs(article, tmp_path):
    study = article.change(persons_per_transfer=0.6)
    figures.save(study, tmp_path)
    for name in NAMES:
        table = pd.read_csv(tmp_path / f"{name}.csv")
        assert table.columns[-1] == "differs"
        assert table["value"].to_numpy() == pytest.approx(
            figures.data(study, name)["value"].to_numpy(), rel=1e-9, nan_ok=True
        )
        assert (tmp_path / f"{name}.svg").stat().st_size > 5_000
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000


def test_a_waterfall_past_a_limit_is_refused_in_a_sentence(article):
    changed = article.change(growth_2019_2021=-0.6)
    with pytest.raises(SettingError, match="persons at risk in 2021"):
        changed.figure("waterfall")


def test_an_unknown_figure_is_refused(article):
    with pytest.raises(SettingError, match="waterfall"):
        article.figure("waterfal")


FAULTS = {
    "a kind that is none": ("waterfall", "kind: waterfall", "kind: watrfall"),
    "a mark that is none": ("two_values_of_2019", ".report_2019", ".report_219"),
    "a row that is none": ("map", "[at_risk_2021_approaches]", "[at_risk_2021_app]"),
    "a target that is none": ("tornado", "target: at_risk_2021", "target: at_risk"),
    "no target": ("tornado", "  target: at_risk_2021\n", ""),
    "no title": ("monitoring", "title:", "titel:"),
    "a list for a title": ("monitoring", "title:", "title: []\n  more:"),
    "an unknown field": ("trade_shares", "{figure_63_4}", "{figure_63_5}"),
    "an assumption that is none": ("map", "[persons_per_transfer,", "[persons_per,"),
    "a bar without an end": ("waterfall", "to: at_risk_2019}", "too: at_risk_2019}"),
    "a year that is none": ("official_series", '"2014": report', "early: report"),
    "one assumption twice": (
        *("map", "[persons_per_transfer, at_risk_share_of_new]"),
        "[persons_per_transfer, persons_per_transfer]",
    ),
    "nothing": ("official_series", "kind: series\n", "kind:\n"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_entry_is_refused_with_file_and_figure(tmp_path, fault):
    name, old, new = FAULTS[fault]
    folder = shutil.copytree(DATA, tmp_path / "data")
    path = folder / "figures.yaml"
    text = path.read_text("utf-8")
    start = text.index(f"\n{name}:")
    assert old in text[start:]
    path.write_text(text[:start] + text[start:].replace(old, new, 1), "utf-8")
    with pytest.raises(DataError, match=r"figures\.yaml") as caught:
        analysis.load(folder)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_shaded_has_two_ends(tmp_path):
    folder = shutil.copytree(DATA, tmp_path / "data")
    path = folder / "figures.yaml"
    text = path.read_text("utf-8")
    # "At least several hundred thousand" has no upper end.
    open_end = text.replace("[at_risk_total_low, at_risk_total_high]", "[{}]")
    path.write_text(open_end.replace("[{}]", "[detainees_several]"), "utf-8")
    changed = analysis.load(folder)
    with pytest.raises(DataError, match=changed.figures()["waterfall"]):
        changed.figure("waterfall")
