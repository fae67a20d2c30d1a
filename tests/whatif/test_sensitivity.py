"""Sensitivity: ranges and the tornado, by hand or by brute force."""

import itertools
from pathlib import Path
from typing import Any

import pytest

from analysis.core.register import Register
from analysis.model.model import Model, Setting
from analysis.whatif import sensitivity
from analysis.whatif.sensitivity import handles, ranges, tornado
from tests.small import assumption, formula, small_model
from tests.spoiling import described
from tests.whatif.sums import BASE, IN_2021, IN_ALL, STEP

# Tornado and ranges -------------------------------------------------------------------


def test_the_bars_of_the_total_by_hand(model: Model, with_former: Setting) -> None:
    bars = tornado(model, "at_risk_total", with_former)
    wanted = [
        # 1,901,221.7 and 300,000 to 900,000
        ("former_detainees", 300_000, 900_000, IN_2021 + 300_000, IN_2021 + 900_000),
        ("persons_per_transfer", 0.36, 1, IN_ALL - 0.64 * STEP, IN_ALL),
        # 1,901,221.7 + 350,000 x (1 - 0.5)
        ("overlap", 0, 0.5, IN_ALL, IN_2021 + 175_000),
        # 3.17 million times the change less 2,868,778.3; at a ratio of 1 there is no
        # room above, up to 1.05.
        ("persons_per_transfer_drift", 0.95, 1, IN_ALL - 158_500, IN_ALL),
        ("at_risk_share_of_new", 0.62, 1, IN_ALL - 0.38 * STEP, IN_ALL),
    ]
    assert [bar.moved for bar in bars] == [name for name, *_ in wanted]
    for bar, (_, *numbers) in zip(bars, wanted, strict=True):
        assert (bar.low, bar.high, bar.at_low, bar.at_high) == pytest.approx(
            numbers, rel=1e-12
        )
    assert bars[0].width == pytest.approx(600_000)


@pytest.mark.parametrize(
    ("ratio", "end"),
    [
        # The change at a ratio of 1: 1,742,721.72 at 0.95 to 1,901,221.719 at the
        # limit itself.
        (1, 1),
        (0.98, 1 / 0.98),
        (0.9, 1.05),
    ],
)
def test_the_bar_of_the_change_ends_at_the_limit_of_the_ratio(
    model: Model, ratio: float, end: float
) -> None:
    setting = model.setting({"persons_per_transfer": ratio})
    (bar,) = (
        one
        for one in tornado(model, "at_risk_2021", setting)
        if one.moved == "persons_per_transfer_drift"
    )
    ends = [1_600_000 + ratio * (3_170_000 * change - BASE) for change in (0.95, end)]
    assert (bar.low, bar.high, bar.at_low, bar.at_high) == pytest.approx(
        (0.95, end, *ends), rel=1e-9
    )


def test_an_assumption_with_an_effect_is_a_handle_also_at_nought(model: Model) -> None:
    assert set(handles(model, model.plan("net_new_persons"))) == {
        "persons_per_transfer",
        "persons_per_transfer_drift",
    }
    implied = model.plan(
        "net_new_persons", model.setting({"persons_per_transfer": "implied"})
    )
    assert set(handles(model, implied)) == {"persons_per_transfer_drift"}
    # A ratio that divides the share of 2019 as it multiplies those added has no effect.
    cancels = {"total_2019": "transfers", "at_risk_share_of_new": "as_in_2019"}
    assert set(handles(model, model.plan("at_risk_2021", model.setting(cancels)))) == {
        "persons_per_transfer_drift"
    }
    none = model.plan("at_risk_total", model.setting({"former_detainees": 0}))
    assert "former_detainees" in handles(model, none)
    # The overlap of nobody moves nothing by itself.
    assert ("overlap" in handles(model, none), "overlap" in model.free(none)) == (
        False,
        True,
    )


def total(
    printed: float,
    t: float,
    g: float,
    ratio: float,
    drift: float,
    new: float,
    former: float,
    overlap: float,
) -> float:
    """The total written out."""
    return printed + ratio * (t * drift - t / (1 + g)) * new + former * (1 - overlap)


#: The values that the printed inputs stand for: 1.6 to the nearest 0.1 million,
#: 3.17 million, 10.5 percent.
PRINTED = [(1_550_000, 1_650_000), (3_165_000, 3_175_000), (0.1045, 0.1055)]
#: By assumption: the range, and the value used.
ASSUMED = {
    "persons_per_transfer": ((0.36, 1), 1),
    "persons_per_transfer_drift": ((0.95, 1.05), 1),
    "at_risk_share_of_new": ((0.62, 1), 1),
    "former_detainees": ((300_000, 900_000), 350_000),
    "overlap": ((0, 0.5), 0),
}


def corners(printed: Any, assumed: Any) -> tuple[float, float]:
    """The least and the most over every corner; one past the limit of the ratio gives
    way to where edges meet it.
    """
    found = []
    for *leaves, ratio, drift, new, former, overlap in itertools.product(
        *printed, *assumed
    ):
        pairs = (
            [(ratio, drift)]
            if ratio * drift <= 1
            else [(ratio, 1 / ratio), (1 / drift, drift)]
        )
        found += [total(*leaves, one, two, new, former, overlap) for one, two in pairs]
    return min(found), max(found)


def test_the_ranges_of_the_total_against_every_corner(
    model: Model, with_former: Setting
) -> None:
    found = {
        row.moved: tuple(sorted((row.at_low, row.at_high)))
        for row in ranges(model, "at_risk_total", with_former)
    }
    first, *_, lowest, highest, last = found
    assert (first, last) == (sensitivity.ROUNDING, sensitivity.ALL)
    assert (lowest, highest) == (sensitivity.LOWEST, sensitivity.HIGHEST)
    used = {name: (value,) for name, (_, value) in ASSUMED.items()}
    # The change alone: no more than one at a ratio of one.
    ranged = {name: ends for name, (ends, _) in ASSUMED.items()} | {
        "persons_per_transfer_drift": (0.95, 1)
    }
    wanted = {
        name: corners([(1.6e6,), (3.17e6,), (0.105,)], {**used, name: ends}.values())
        for name, ends in ranged.items()
    }
    wanted |= {
        first: corners(PRINTED, used.values()),
        last: corners(PRINTED, [ends for ends, _ in ASSUMED.values()]),
    }
    least, most = corners(
        [(1.6e6,), (3.17e6,), (0.105,)], [ends for ends, _ in ASSUMED.values()]
    )
    wanted |= {lowest: (least, least), highest: (most, most)}
    assert set(found) == set(wanted)
    for what, ends in wanted.items():
        assert found[what] == pytest.approx(ends, rel=1e-12)


def test_everything_at_its_low_and_at_its_high_end(model: Model) -> None:
    found = {row.moved: row for row in ranges(model, "at_risk_2021")}
    base = 3_170_000 / 1.105
    # 0.36 persons a transfer and a change of 0.95, 51,379.819;
    # then 0.62 of those added, 1,631,855.488.
    lowest = 1_600_000 + 0.62 * 0.36 * (0.95 * 3_170_000 - base)
    # The ratio of 2021 is at most one. With a change of 1.05, that of 2019 is at most
    # 1 / 1.05 = 0.952381: the increase is 3,170,000 less base / 1.05, 437,830.209.
    # With more than 0.952381 in 2019 there would be more to take off.
    highest = 1_600_000 + 3_170_000 - base / 1.05
    for name, number in (("lowest", lowest), ("highest", highest)):
        assert (found[name].at_low, found[name].at_high) == pytest.approx(
            (number, number), rel=1e-9
        )


def test_everything_is_taken_to_a_limit_and_not_past_it(package: Path) -> None:
    # At 437,830 more than 360,000 would be added.
    # Somewhere on the edges of the ranges just 360,000 are.
    more = {"quantity": "net_new_persons", "at_most": 360_000}
    described(lambda content: content["analysis"]["limits"].append(more))(package)
    found = ranges(Model(Register.read(package)), "net_new_persons")
    (highest,) = (row for row in found if row.moved == "highest")
    assert highest.at_high == pytest.approx(360_000, rel=1e-9)


def test_a_range_leaves_out_the_corners_past_a_limit() -> None:
    made = small_model(
        formula("share__tripled(x) = 3 * x"),
        formula("ten(share) = 10 * share"),
        assumptions=[assumption("x", 0.1), assumption("share", 0.3)],
        defaults={"share": "tripled"},
    )
    (found,) = tornado(made, "ten")
    # 3 x is a share up to x = 1/3, so ten of it is at most 10.
    assert (found.low, found.high) == (0, pytest.approx(1 / 3))
    assert (found.at_low, found.at_high) == (0, pytest.approx(10))
