"""The figures: what they plot, in numbers and words, and how they look."""

import numpy as np
import pandas as pd
import pytest

from analysis import figures, headlines

ADDED = 3_170_000 - 3_170_000 / 1.105


@pytest.fixture(scope="module", params=["article", "changed"])
def study(request, article):
    if request.param == "article":
        return article
    return article.change(persons_per_transfer=0.6, former_detainees=500_000)


@pytest.mark.parametrize("name", figures.titles(STUDY.model))
def test_a_figure_has_numbers_words_and_no_text_over_another(study, name):
    table = figures.data(study, name)
    assert table["value"].notna().all()
    figure = study.figure(name)
    figure.draw_without_rendering()
    boxes = []
    for axes in figure.axes:
        box = axes.get_window_extent()
        for tick in axes.get_xticklabels():
            if box.x0 <= axes.transData.transform(tick.get_position())[0] <= box.x1:
                boxes.append(tick)
        for tick in axes.get_yticklabels():
            if box.y0 <= axes.transData.transform(tick.get_position())[1] <= box.y1:
                boxes.append(tick)
        boxes += [*axes.texts, axes.xaxis.label, axes.yaxis.label]
    boxes = [text for text in boxes if text.get_text().strip()]
    boxes += figure.texts
    boxes += [text for legend in figure.legends for text in legend.get_texts()]
    extents = [text.get_window_extent() for text in boxes]
    width = figure.canvas.get_width_height()[0]
    for text, box in zip(boxes, extents, strict=True):
        assert box.x0 >= -1, text
        assert box.x1 <= width + 1, text
    for first in range(len(boxes)):
        for second in range(first):
            a, b = extents[first], extents[second]
            wide = min(a.x1, b.x1) - max(a.x0, b.x0)
            high = min(a.y1, b.y1) - max(a.y0, b.y0)
            overlap = wide > 1 and high > 0.25 * min(a.height, b.height)
            assert not overlap, (boxes[first], boxes[second])


@pytest.mark.parametrize("dpi", [72, 300])
@pytest.mark.parametrize("name", figures.titles(STUDY.model))
def test_no_label_is_cut_at_any_resolution_or_without_a_title(article, name, dpi):
    assert article.figures()[name] == headlines.texts("figures.yaml")[name]["title"]
    figure = article.figure(name, title=False)
    assert not figure.get_suptitle()
    assert figure.get_figwidth() == 4.6
    figure.set_dpi(dpi)
    figure.draw_without_rendering()
    size = figure.bbox.padded(1)
    for axes in figure.axes:
        for text in [*axes.texts, axes.xaxis.label, axes.yaxis.label]:
            box = text.get_window_extent()
            assert not text.get_text() or size.fully_containsx(box.x1), text
            assert not text.get_text() or size.fully_containsy(box.y1), text


def test_the_map_by_hand(article):
    table = figures.data(article, "map")
    row = table.iloc[-1]
    assert (row["persons_per_transfer"], row["at_risk_share_of_new"]) == (1, 1)
    assert row["value"] == pytest.approx(1_600_000 + ADDED)
    assert table["value"].iloc[0] == pytest.approx(1_600_000 + ADDED * 0.36 * 0.62)


@pytest.mark.parametrize("name", figures.titles(STUDY.model))
def test_captions_are_short_and_name_what_differs(article, name):
    words = figures.caption(article, name)
    assert len(words.split()) <= 24
    assert "{" not in words
    changed = article.change(overlap=0.5)
    assert "0.5 (ours: 0)" in figures.caption(changed, name)


@pytest.mark.parametrize("name", figures.titles(STUDY.model))
def test_a_figure_is_told_in_words(article, name):
    assert headlines.texts("figures.yaml")[name]["title"] in figures.alt(article, name)


def test_an_axis_that_is_cut_says_so(article):
    for name in figures.titles(STUDY.model):
        axes = article.figure(name).axes[0]
        if name == "map":
            continue
        if name in ("official_series", "specification_curve"):
            assert axes.get_ylim()[0] <= 0
        else:
            is_cut = axes.get_xlim()[0] > 0
            assert ("begins at" in axes.get_xlabel()) == is_cut, name


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
    assert table["role"].iloc[-1] == "in words only"
    changed = article.change(former_detainees=500_000, overlap=0.5)
    last = figures.data(changed, "waterfall").iloc[-1]
    assert last["high"] - last["low"] == pytest.approx(250_000)
    assert last["words"] == "+ 250,000"


def test_the_tornado_by_hand(article):
    table = figures.data(article, "tornado")
    assert table["low"].to_list() == pytest.approx(
        [
            1_600_000 + 0.36 * ADDED,
            1_600_000 + 3_170_000 * 0.95 - 3_170_000 / 1.105,
            1_600_000 + 0.62 * ADDED,
        ]
    )
    # Fewer are transferred than at risk where 3.17 million r < 1.6 million + N r.
    assert pytest.approx(0.5577, abs=1e-4) == 1.6e6 / (3.17e6 - ADDED)
    assert "0.557" in figures.caption(article, "tornado")
    assert "1.708" in figures.caption(article, "tornado")


def test_some_combinations_have_more_at_risk_than_transferred(article):
    # The caption of the curve says so, and notebook 08 of its draws.
    drawn = article.scenario("illustrative").draws("at_risk_2021", n=512)
    for table in (article.specification_curve("at_risk_2021"), drawn):
        ratio = table["persons_per_transfer"] * table["persons_per_transfer_drift"]
        assert (table["at_risk_2021"] > 3_170_000 * ratio).any()


def test_files_have_what_is_plotted_and_what_differs(article, tmp_path):
    study = article.change(persons_per_transfer=0.6)
    figures.save(study, tmp_path)
    for name in figures.titles(STUDY.model):
        table = pd.read_csv(tmp_path / f"{name}.csv")
        assert table.columns[-1] == "differs"
        assert table["value"].to_numpy() == pytest.approx(
            figures.data(study, name)["value"].to_numpy(), rel=1e-9
        )
        assert (tmp_path / f"{name}.svg").stat().st_size > 5_000
        assert (tmp_path / f"{name}.png").stat().st_size > 10_000
