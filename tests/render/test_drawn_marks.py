"""Where the marks of figures stand: bars, arrows, bands, guides and error bars."""

from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from analysis import Study
from analysis.core.register import Register
from analysis.model.model import Model
from analysis.render.figures import figures, render_figure

MODEL = Model(Register.read())
#: 3.17 million less 3.17 million ÷ 1.105, in millions.
ADDED = 3.17 - 3.17 / 1.105


def drawn(name: str, **given: Any) -> Figure:
    study = Study(MODEL).change(**given)
    return render_figure(name, figures(MODEL)[name].evaluation(MODEL, study.setting))


def arrows(fig: Figure) -> list[tuple[float, int]]:
    """Where each arrow starts, and 1 if it points to the right, else −1."""
    return [
        (round(text.xy[0], 4), int(np.sign(text.xyann[0])))
        for text in fig.axes[0].texts
        if getattr(text, "arrow_patch", None)
    ]


def spans(fig: Figure) -> list[tuple[float, float]]:
    """The ends of each bar and each band on the axis of numbers."""
    return [
        (round(patch.get_x(), 4), round(patch.get_x() + patch.get_width(), 4))
        for patch in fig.axes[0].patches
    ]


def test_bars_and_arrows_of_the_waterfall() -> None:
    fig = drawn("waterfall")
    now = round(1.6 + ADDED, 4)
    total = round(1.6 + ADDED + 0.3, 4)
    # The last is the band of the printed range.
    assert spans(fig) == [
        (0, 1.6),
        (1.6, now),
        (0, now),
        (0, now),
        (now, total),
        (2, 2.5),
    ]
    # What may be fewer points to the left, and what may be more to the right.
    assert arrows(fig) == [(1.6, -1), (now, -1), (now, -1), (total, 1)]
    assert fig.axes[0].get_xlim()[0] == 0


def test_an_arrow_starts_at_the_end_of_the_line_of_rounding() -> None:
    # "Up to 1.6 million" is 1.55 to 1.65 million; the plan is "at least" 2.2 million.
    assert arrows(drawn("readings_of_at_risk_2019")) == [(1.55, -1)]
    assert arrows(drawn("plan_against_actual")) == [(2.2, 1)]


def test_a_printed_range_has_a_paler_band_for_its_rounding() -> None:
    # "20,000 to 25,000" is 19,500 to 25,500 if both ends are rounded to thousands.
    fig = drawn("other_provinces")
    assert spans(fig) == [(20, 25), (19.5, 25.5)]
    assert fig.axes[0].get_xlim()[0] == 0


@pytest.mark.parametrize(
    ("name", "at"),
    [("two_values_of_2019", [2.59]), ("plan_against_actual", [2.87])],
)
def test_a_guide_stands_at_its_number(name: str, at: list[float]) -> None:
    lines = drawn(name).axes[0].lines
    assert [
        line.get_xdata()[0] for line in lines if line.get_linestyle() != "None"
    ] == at


def test_the_guide_of_the_tornado_stands_at_the_estimate() -> None:
    fig = drawn("tornado")
    (guide,) = [
        line for line in fig.axes[0].lines if line.get_linestyle() not in ("None", "-")
    ]
    assert guide.get_xdata()[0] == pytest.approx(1.6 + ADDED)


def test_the_line_of_a_reading_spans_its_assumed_shares() -> None:
    fig = drawn("readings_of_at_risk_2019")
    ends = MODEL.register.assumptions
    south, base = ends["minority_share_south"], ends["at_risk_share_of_base"]
    # 1.65 million labourers in the south, times two shares.
    low, high = 1.65 * south.low * base.low, 1.65 * south.high * base.high
    lines = [
        (float(path[0, 0]), float(path[1, 0]))
        for lines in fig.axes[0].collections
        for path in lines.get_segments()
    ]
    assert any(line == pytest.approx((low, high)) for line in lines), lines


def test_each_option_of_the_specification_curve_has_its_row() -> None:
    fig = drawn("specification_curve")
    study = Study(MODEL)
    curve = study.specification_curve().query("violates == ''")
    curve = curve.sort_values("at_risk_2021", kind="stable", ignore_index=True)
    bottom = fig.axes[1]
    labels = [label.get_text() for label in bottom.get_yticklabels()]
    rows = dict(zip(labels, bottom.lines, strict=True))
    for label, line in rows.items():
        words, _, value = label.partition(": ")
        column = words.replace(" ", "_")
        by_reading = f"{column}__reading"
        if by_reading in curve:
            chosen = curve[by_reading] == value.replace(" ", "_")
        else:
            chosen = np.isclose(curve[column], float(value))
        assert list(line.get_xdata()) == list(curve.index[chosen]), label
    # The row of a label stands at its height.
    ticks = dict(zip(labels, bottom.get_yticks(), strict=True))
    assert {label: line.get_ydata()[0] for label, line in rows.items()} == ticks


# Draws --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def draws() -> Any:
    study = Study(MODEL).change(former_detainees=300_000)
    return study.draws(
        ["at_risk_2021", "at_risk_total"],
        persons_per_transfer=("uniform", 0.5, 1),
        overlap=("uniform", 0, 0.5),
        n=512,
    )


def test_the_line_of_an_estimate_has_its_percentiles(draws: Any) -> None:
    lines = draws.plot("frame").axes[0].lines
    for line, quantity in zip(lines, draws.frame.index, strict=True):
        # Percentiles of the draws, as NumPy has them.
        expected = np.percentile(draws.sample[quantity], [5, 50, 95])
        assert line.get_xdata() == pytest.approx(expected, rel=1e-3)


def test_a_histogram_holds_all_draws(draws: Any) -> None:
    fig = draws.plot("sample")
    for ax, quantity in zip(fig.axes, draws.frame.index, strict=True):
        (outline,) = ax.patches
        xs, heights = outline.get_xy().T
        sample = draws.sample[quantity]
        assert (xs.min(), xs.max()) == pytest.approx((sample.min(), sample.max()))
        counts, _ = np.histogram(sample, bins=100)
        assert heights.max() == counts.max()


def test_each_index_has_its_bar_and_its_interval_in_the_order_of_the_totals(
    draws: Any,
) -> None:
    for ax, (quantity, indices) in zip(
        draws.plot("indices").axes, draws.indices.groupby("quantity"), strict=True
    ):
        by_total = indices.sort_values("total")
        assert quantity in ax.get_title(loc="right")
        for bars, kind, shift in zip(
            ax.containers[1::2], ("first", "total"), (-0.2, 0.2), strict=True
        ):
            widths = [bar.get_width() for bar in bars]
            assert widths == pytest.approx(list(by_total[kind]))
            middles = [bar.get_y() + bar.get_height() / 2 for bar in bars]
            assert middles == pytest.approx([n + shift for n in range(len(widths))])
            assert {round(bar.get_height(), 6) for bar in bars} == {0.4}
            reach = bars.errorbar.lines[2][0].get_segments()
            lengths = [(ends[1, 0] - ends[0, 0]) / 2 for ends in reach]
            assert lengths == pytest.approx(
                list(by_total[f"{kind}_high"] - by_total[kind])
            )
