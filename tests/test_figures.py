"""The figures: what they plot, in numbers and words, and how they look."""

import re
from itertools import combinations

import numpy as np
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import analysis
from analysis import DataError, figures
from tests.settings import damaged

NAMES = list(analysis.load().figures().index)
CHANGED = {
    "persons_per_transfer": 0.6,
    "former_detainees": 500_000,
    "approaching_from": 1.75e6,
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("dpi", "setting"),
    [(72, {}), (300, CHANGED)],
)
def test_all_that_a_figure_says_and_plots_is_seen(
    article, monkeypatch, name, dpi, setting
):
    study = article.change(**setting)
    figure = study.figure(name)
    figure.set_dpi(dpi)
    # Ticks beyond the ends of an axis have texts that are not drawn.
    texts = []
    monkeypatch.setattr(Text, "draw", lambda text, _: texts.append(text))
    figure.draw_without_rendering()
    box = figure.get_tightbbox()
    assert min(box.min) >= 0
    assert (box.max <= figure.get_size_inches()).all()
    assert figure.get_suptitle() == study.figures().title[name]
    for text, other in combinations(texts, 2):
        extents = text.get_window_extent(), other.get_window_extent()
        both = Bbox.intersection(*extents)
        assert not both or min(both.size) <= dpi / 72, (text, other)
    (axes,) = figure.axes
    # What is drawn keeps a third of the width beside its labels.
    assert axes.bbox.width > figure.bbox.width / 3
    # A row is as high as its lines, of 9.6 points each, and one more.
    spots = axes.transData.transform([(0, 0), (0, 1)])
    labels = [*axes.texts, *axes.get_yticklabels()]
    breaks = [label.get_text().count("\n") for label in labels]
    assert spots[1, 1] - spots[0, 1] <= (max(breaks) + 2) * 9.6 / 72 * dpi
    view = axes.viewLim.padded(1e-9)
    for line in axes.lines:
        if line.get_marker() != "None":
            for x, y in line.get_xydata():
                assert np.isnan(x) or view.contains(x, y)


def test_an_axis_begins_at_zero_or_says_that_it_does_not(article):
    for name in NAMES:
        axes = article.figure(name).axes[0]
        is_cut = axes.get_xlim()[0] != 0
        assert ("begins above zero" in axes.get_xlabel()) == is_cut, name


def test_captions_have_no_typed_number_and_say_what_differs(article):
    changed = article.change(overlap=0.5)
    for name in NAMES:
        assert "50 percent (our assumption: 0 percent)" in figures.caption(
            changed, name
        )
        caption = article.book.texts["figures"][name]["caption"]
        typed = re.sub(r"{[^}]*}|\b(19|20)\d\d\b", "", caption)
        assert not re.search(r"\d", typed)


# What is plotted ----------------------------------------------------------------------


def test_marks_point_to_where_words_leave_room_and_lines_show_rounding(article):
    axes = article.figure("readings_of_at_risk_2019").axes[0]
    assert {line.get_marker() for line in axes.lines} - {"None"} == {"<", "o"}
    # 3.2 million and 15.4 percent, at the ends of what rounds to them.
    axes = article.figure("plan_against_actual").axes[0]
    (low, _), (high, _) = axes.collections[0].get_segments()[1]
    assert (low, high) == pytest.approx((3.15 / 1.1545, 3.25 / 1.1535))
    # The line at zero, and the printed share.
    lines = article.figure("trade_shares").axes[0].lines
    assert {0, 51.4} <= {line.get_xdata()[0] for line in lines}


@pytest.mark.parametrize("name", NAMES)
def test_each_row_has_its_own_label_mark_and_words(article, name):
    axes = article.figure(name).axes[0]
    words = {text.get_position()[1]: text.get_text() for text in axes.texts}
    rows = []
    for y, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True):
        rows.append(
            [re.sub(r"\s+", " ", text) for text in (label.get_text(), words[y])]
        )
    assert rows == figures.data(article, name)[["label", "words"]].to_numpy().tolist()
    heights = [line.get_ydata()[0] for line in axes.lines if len(line.get_ydata()) == 1]
    assert heights == [*axes.get_yticks()]
    assert heights == sorted(heights, reverse=True)


def test_a_mark_that_cannot_be_computed_says_so(article):
    nobody = article.change(persons_2019=0)
    table = figures.data(nobody, "readings_of_at_risk_2019")
    # "Up to 1.6 million" gives way; numbers of ours do not.
    assert table["words"].to_list() == ["0", *["not computed"] * 3]
    nobody.figure("readings_of_at_risk_2019").draw_without_rendering()


def test_the_waterfall_by_hand(article):
    bars = article.figure("waterfall").axes[0].containers[0]
    now = 1.6 + 0.3
    starts = [bar.get_x() for bar in bars]
    assert starts == pytest.approx([0, 1.6, 0, now])
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert ends == pytest.approx([1.6, now, now, now + 0.3])
    # The last is in words only: "at least several hundred thousand".
    assert [bool(bar.get_hatch()) for bar in bars] == [False] * 3 + [True]


def band_of(study, name):
    """The ends of what is shaded."""
    axes = study.figure(name).axes[0]
    (band,) = [patch for patch in axes.patches if patch.get_zorder() == 0]
    return [band.get_x(), band.get_x() + band.get_width()]


def test_what_is_shaded_follows_the_assumption_or_the_printed_range(article):
    moved = article.change(approaching_from=1_850_000)
    assert band_of(article, "tornado") == pytest.approx([1.8, 2])
    assert band_of(moved, "tornado") == pytest.approx([1.85, 2])
    assert band_of(article, "waterfall") == pytest.approx([2, 2.5])


# Files, and faults --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("waterfall", "kind: waterfall", "kind: watrfall"),
        ("two_values_of_2019", ".report_2019", ".report_219"),
        ("tornado", "target: at_risk_2021", "target: at_risk"),
        ("monitoring", "title: Share", "titel: Share"),
        ("trade_shares", "{figure_63_4}", "{figure_63_5}"),
        ("waterfall", "to: at_risk_2019,", "too: at_risk_2019,"),
    ],
)
def test_a_damaged_entry_is_refused_with_file_and_figure(tmp_path, name, old, new):
    folder = damaged(tmp_path, "figures.yaml", old, new)
    with pytest.raises(DataError, match=r"^[^\n]*figures\.yaml[^\n]*$") as caught:
        analysis.load(folder.parent).figure(name)
    assert name in str(caught.value) or new.strip(".{}") in str(caught.value)


def test_what_is_shaded_has_two_ends(tmp_path):
    # "At least several hundred thousand" has no upper end.
    names = "[at_risk_total_low, at_risk_total_high]"
    folder = damaged(tmp_path, "figures.yaml", names, "[detainees_several]")
    changed = analysis.load(folder.parent)
    with pytest.raises(DataError, match=changed.figures().title["waterfall"]):
        changed.figure("waterfall")
