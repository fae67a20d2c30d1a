"""Sensitivity: ranges, tornado, Sobol indices, break-evens; by hand or brute force."""

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.core.errors import InputError
from analysis.core.register import Register
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.whatif import sensitivity
from analysis.whatif.draws import Distribution
from analysis.whatif.sensitivity import (
    BreakEven,
    break_even,
    handles,
    ranges,
    sobol_indices,
    statement_of,
    tornado,
)
from tests.small import assumption, formula, small_model
from tests.spoiling import described

#: Transfers of 2019, from 3.17 million and a growth of 10.5 percent: 2,868,778.28;
#: and those added since: 301,221.72.
BASE = 3_170_000 / 1.105
STEP = 3_170_000 - BASE
#: At risk in 2021: 1.6 million and those added;
#: in all: with 350,000 former detainees, our number.
IN_2021 = 1_600_000 + STEP
IN_ALL = IN_2021 + 350_000


@pytest.fixture(scope="module")
def with_former(model: Model) -> Setting:
    return model.setting({"former_detainees": 350_000})


# Sobol indices ------------------------------------------------------------------------

PI = math.pi
#: The function of Ishigami and Homma (1990): sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1,
#: each from -pi to pi.
A, B = 7, 0.1
#: Its parts of the variance: of x1 (1 + b pi^4 / 5)^2 / 2, of x2 a^2 / 8,
#: of x1 with x3 8 b^2 pi^8 / 225.
V1, V2, V13 = (1 + B * PI**4 / 5) ** 2 / 2, A**2 / 8, 8 * B**2 * PI**8 / 225
ISHIGAMI = {name: Distribution(-PI, PI) for name in ("x1", "x2", "x3")}
WHOLE = V1 + V2 + V13
FIRST = {"x1": V1 / WHOLE, "x2": V2 / WHOLE, "x3": 0.0}
TOTAL = {"x1": (V1 + V13) / WHOLE, "x2": V2 / WHOLE, "x3": V13 / WHOLE}


def ishigami(v: Any) -> Any:
    return (
        np.sin(v["x1"]) + A * np.sin(v["x2"]) ** 2 + B * v["x3"] ** 4 * np.sin(v["x1"])
    )


def contains(
    found: dict[str, dict[str, float]], first: dict[str, float], total: dict[str, float]
) -> None:
    for kind, truth in (("first", first), ("total", total)):
        for name, share in truth.items():
            low, high = found[name][f"{kind}_low"], found[name][f"{kind}_high"]
            assert low <= share <= high
            assert low <= found[name][kind] <= high


def column(found: dict[str, dict[str, float]], kind: str) -> dict[str, float]:
    return {name: one[kind] for name, one in found.items()}


def test_the_indices_of_ishigamis_function() -> None:
    # The whole variance as it is printed: a^2 / 8 + b pi^4 / 5 + b^2 pi^8 / 18 + 1 / 2.
    assert pytest.approx(A**2 / 8 + B * PI**4 / 5 + B**2 * PI**8 / 18 + 1 / 2) == WHOLE
    found = sobol_indices(ishigami, ISHIGAMI, n=2**14)
    assert column(found, "first") == pytest.approx(FIRST, abs=5e-3)
    assert column(found, "total") == pytest.approx(TOTAL, abs=5e-3)
    for seed in (0, 1, 2, 3):
        contains(sobol_indices(ishigami, ISHIGAMI, n=2**10, seed=seed), FIRST, TOTAL)


def test_indices_and_intervals_agree_with_those_of_scipy() -> None:
    found = sobol_indices(ishigami, ISHIGAMI, n=2**10, resamples=400)
    theirs = stats.sobol_indices(
        func=lambda x: ishigami({"x1": x[0], "x2": x[1], "x3": x[2]}),
        n=2**10,
        dists=[stats.uniform(-PI, 2 * PI)] * 3,
        rng=np.random.default_rng(1),
    )
    # It resamples with numpy's own generator.
    np.random.seed(1)  # noqa: NPY002
    resampled = theirs.bootstrap(confidence_level=0.95, n_resamples=100)
    assert [*column(found, "first").values()] == pytest.approx(
        theirs.first_order, abs=0.06
    )
    assert [*column(found, "total").values()] == pytest.approx(
        theirs.total_order, abs=0.06
    )
    for kind, scipys in (
        ("first", resampled.first_order),
        ("total", resampled.total_order),
    ):
        wide = scipys.confidence_interval.high - scipys.confidence_interval.low
        ours = [one[f"{kind}_high"] - one[f"{kind}_low"] for one in found.values()]
        assert ours == pytest.approx(wide, rel=0.35)


def test_the_seed_makes_the_indices_and_more_points_narrow_the_interval() -> None:
    found = [sobol_indices(ishigami, ISHIGAMI, n=256, seed=seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
    ones = [sobol_indices(ishigami, ISHIGAMI, n=n)["x1"] for n in (2**8, 2**14)]
    widths = [one["first_high"] - one["first_low"] for one in ones]
    # 64 times the points, an eighth of the width
    assert 4 < widths[0] / widths[1] < 16


def test_indices_of_a_function_that_does_not_vary_are_refused() -> None:
    with pytest.raises(ModelError, match="no variance to share out"):
        sobol_indices(lambda v: v["x"], {"x": Distribution(1, 1)}, n=64)


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
    assert [bar.assumption for bar in bars] == [name for name, *_ in wanted]
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
        if one.assumption == "persons_per_transfer_drift"
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
        what: (one.low, one.high)
        for what, one in ranges(model, "at_risk_total", with_former).items()
    }
    first, *_, last, lowest, highest = found
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
    found = ranges(model, "at_risk_2021")
    base = 3_170_000 / 1.105
    # 0.36 persons a transfer and a change of 0.95, 51,379.819;
    # then 0.62 of those added, 1,631,855.488.
    lowest = 1_600_000 + 0.62 * 0.36 * (0.95 * 3_170_000 - base)
    # The ratio of 2021 is at most one. With a change of 1.05, that of 2019 is at most
    # 1 / 1.05 = 0.952381: the increase is 3,170,000 less base / 1.05, 437,830.209.
    # With more than 0.952381 in 2019 there would be more to take off.
    highest = 1_600_000 + 3_170_000 - base / 1.05
    for name, number in (("lowest", lowest), ("highest", highest)):
        assert (found[name].low, found[name].high) == pytest.approx(
            (number, number), rel=1e-9
        )


def test_everything_is_taken_to_a_limit_and_not_past_it(package: Path) -> None:
    # At 437,830 more than 360,000 would be added.
    # Somewhere on the edges of the ranges just 360,000 are.
    more = {"quantity": "net_new_persons", "at_most": 360_000}
    described(lambda content: content["analysis"]["limits"].append(more))(package)
    found = ranges(Model(Register.read(package)), "net_new_persons")
    assert found["highest"].high == pytest.approx(360_000, rel=1e-9)


def test_a_range_leaves_out_the_corners_past_a_limit() -> None:
    made = small_model(
        formula("share__tripled(x) = 3 * x"),
        formula("ten(share) = 10 * share"),
        assumptions=[assumption("x", 0.1), assumption("share", 0.3)],
        defaults={"share": "tripled"},
    )
    found = ranges(made, "ten")["x"]
    # 3 x is a share up to x = 1/3, so ten of it is at most 10.
    assert (found.low, found.high) == (0, pytest.approx(10))


# Break-even ---------------------------------------------------------------------------


def by_name(found: sensitivity.BreakEvens) -> dict[str, BreakEven]:
    return {one.assumption: one for one in found.break_evens}


def shipped(
    model: Model, name: str, setting: Setting = ARTICLE
) -> tuple[sensitivity.BreakEvens, dict[str, BreakEven]]:
    found = break_even(model, model.register.statements[name], setting)
    return found, by_name(found)


def is_like(one: BreakEven, roots: Any, holds: Any, everywhere: bool = False) -> None:
    assert one.roots == pytest.approx(tuple(roots), rel=1e-9, abs=1e-12)
    assert np.array(one.holds).ravel() == pytest.approx(
        np.array(holds).ravel(), rel=1e-9, abs=1e-12
    )
    assert one.everywhere == everywhere


def test_where_two_million_in_all_turns(model: Model, with_former: Setting) -> None:
    found, by = shipped(model, "two_million_in_all", with_former)
    assert (found.quantity, found.unit, found.right, found.holds) == (
        "at_risk_total",
        "person",
        2_000_000,
        True,
    )
    assert found.left == pytest.approx(IN_ALL)
    assert set(by) == set(ASSUMED)
    # 2,000,000 = 1,600,000 + 301,221.72 + 98,778.28;
    # of all others 18,040,304 are the most.
    former = 400_000 - STEP
    is_like(by["former_detainees"], [former], [(former, 18_040_304)])
    # 350,000 (1 - o) = 98,778.28
    is_like(by["overlap"], [1 - former / 350_000], [(0, 1 - former / 350_000)])
    # 301,221.72 s = 50,000, and the same for the ratio
    is_like(by["at_risk_share_of_new"], [50_000 / STEP], [(50_000 / STEP, 1)])
    is_like(by["persons_per_transfer"], [50_000 / STEP], [(50_000 / STEP, 1)])
    # 3,170,000 d - 2,868,778.28 = 50,000
    drift = (50_000 + BASE) / 3_170_000
    is_like(by["persons_per_transfer_drift"], [drift], [(drift, 1)])
    assert (by["overlap"].value, by["former_detainees"].value) == (0, 350_000)


def test_more_than_fails_at_the_end_where_both_are_equal(model: Model) -> None:
    found, by = shipped(model, "more_than_in_2019")
    assert found.holds
    # With no share of those added the two are equal, and more is not as many.
    is_like(by["at_risk_share_of_new"], [0], [(0, 1)])
    is_like(by["persons_per_transfer_drift"], [1 / 1.105], [(1 / 1.105, 1)])
    none = model.setting({"at_risk_share_of_new": 0})
    assert not shipped(model, "more_than_in_2019", none)[0].holds
    found = break_even(
        model, statement_of(model, "at_risk_2021 >= at_risk_2019_up_to"), none
    )
    is_like(by_name(found)["at_risk_share_of_new"], [0], [(0, 1)], everywhere=True)


def test_both_sides_move_with_the_assumption(model: Model) -> None:
    found = break_even(model, statement_of(model, "at_risk_2021 <= persons_2021"))
    assert (found.left, found.right, found.holds) == (
        pytest.approx(IN_2021),
        3_170_000,
        True,
    )
    # 1.6 million + (3.17 - 3.17 / 1.105) r <= 3.17 r million,
    # from r = 1.6 / 2.8688 = 0.5577 on.
    least = 1_600_000 / BASE
    is_like(by_name(found)["persons_per_transfer"], [least], [(least, 1)])
    # A change moves both by as much: 1.6 million - 2.869 million is below 0,
    # as far as the limit.
    is_like(by_name(found)["persons_per_transfer_drift"], [], [(0.5, 1)])


def test_two_million_in_2021_by_a_change_of_the_ratio(model: Model) -> None:
    def by_the_change(ratio: float) -> BreakEven:
        setting = model.setting({"persons_per_transfer": ratio})
        _, by = shipped(model, "two_million_in_2021", setting)
        return by["persons_per_transfer_drift"]

    # 3,170,000 d - 2,868,778.28 = 400,000 at d = 1.0311603,
    # and the ratio of 2021 would be above one.
    is_like(by_the_change(1), [], [])
    # 2,853,000 d - 2,581,900.453 = 400,000 at d = 1.0451807, a ratio of 0.9406626;
    # the limit lies at 1 / 0.9.
    root = (400_000 + 0.9 * BASE) / (0.9 * 3_170_000)
    assert root == pytest.approx(1.0451807, abs=5e-8)
    is_like(by_the_change(0.9), [root], [(root, 1 / 0.9)])


def test_both_sides_are_computed_under_the_setting_but_not_a_row(model: Model) -> None:
    southern = model.setting({"at_risk_2019": "southern"})
    found = break_even(
        model, statement_of(model, "at_risk_2021 > at_risk_2019"), southern
    )
    assert (found.left, found.right) == pytest.approx((1_567_500 + STEP, 1_567_500))
    # An assumption of the right side alone moves it as well, and here both sides
    # by as much.
    is_like(by_name(found)["minority_share_south"], [], [(0, 1)], everywhere=True)
    found = break_even(
        model, statement_of(model, "at_risk_2021 > at_risk_2019_up_to"), southern
    )
    assert (found.left, found.right) == pytest.approx((1_567_500 + STEP, 1_600_000))


TWICE = ((0.65 - 0.3225**0.5) / 2, (0.65 + 0.3225**0.5) / 2)
CURVES = small_model(
    *map(
        formula,
        (
            "inverse(x) = 2 / (1 + x)",
            "steep(x) = 3 * x",
            "pole(x) = 1 / (1 - 3 * x)",
            "line(x) = 0.9 - x",
            "tangent(x) = 1 - x",
            "curve(x) = 0.25 / (x + 0.25) - 0",
        ),
    ),
    assumptions=[assumption("x", 0.3)],
)


@pytest.mark.parametrize(
    ("text", "roots", "holds"),
    [
        # 2 = 3 x + 3 x^2 at x = (-3 + sqrt(33)) / 6 = 0.457
        ("steep >= inverse", [(33**0.5 - 3) / 6], [((33**0.5 - 3) / 6, 1)]),
        ("steep < inverse", [(33**0.5 - 3) / 6], [(0, (33**0.5 - 3) / 6)]),
        # 3 x = 1 / (1 - 3 x) where 9 x^2 - 3 x + 1 is 0, which is nowhere;
        # past a third, 1 / (1 - 3 x) is below 0.
        ("steep > pole", [], [(1 / 3, 1)]),
        # 3 x reaches three at one, the largest that x can be.
        ("steep >= 3", [1], [(1, 1)]),
        ("steep > 3", [1], []),
        ("steep <= 0", [0], [(0, 0)]),
        ("steep = 1.5", [0.5], [(0.5, 0.5)]),
        ("steep == 0", [0], [(0, 0)]),
        ("steep >= 4", [], []),
        # 0.25 / (x + 0.25) = 0.9 - x: 0.25 = 0.225 + 0.65 x - x^2,
        # at x = (0.65 -+ sqrt(0.4225 - 0.1)) / 2.
        ("curve <= line", TWICE, [TWICE]),
        ("curve > line", TWICE, [(0, TWICE[0]), (TWICE[1], 1)]),
        # 0.25 = 0.25 + 0.75 x - x^2 at 0 and 0.75.
        ("curve < tangent", [0, 0.75], [(0, 0.75)]),
    ],
)
def test_where_a_statement_turns(
    text: str, roots: list[float], holds: list[tuple[float, float]]
) -> None:
    (found,) = break_even(CURVES, statement_of(CURVES, text)).break_evens
    is_like(found, roots, holds)


def parts(low: float) -> st.SearchStrategy[float]:
    """Numbers that are 0 or no smaller than any register has them."""
    return st.floats(low, 3).map(lambda number: round(number, 9))


@settings(max_examples=40)
@given(
    a=parts(-3), b=parts(-3), c=parts(0), sign=st.sampled_from([">=", ">", "<=", "<"])
)
def test_a_scan_finds_a_statement_to_hold_where_its_spans_say(
    a: float, b: float, c: float, sign: str
) -> None:
    sides = map(
        formula, ("left(x, a, b, c) = (a + b * x) / (1 + c * x)", "right(x) = 1.5 * x")
    )
    wide = {"minimum": -9, "maximum": 9}
    values = [
        assumption(name, value, **wide)  # type: ignore[arg-type]
        for name, value in (("a", a), ("b", b), ("c", c))
    ]
    made = small_model(*sides, assumptions=[assumption("x", 0.3), *values])
    found = by_name(break_even(made, statement_of(made, f"left {sign} right")))["x"]
    for x in np.linspace(0, 1, 41):
        above = (a + b * x) / (1 + c * x) - 1.5 * x
        if abs(above) > 1e-6:
            assert any(low <= x <= high for low, high in found.holds) == (
                (above > 0) == (sign in (">=", ">"))
            )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("two_million_in_al", "is no statement; did you mean 'two_million_in_all'"),
        ("at_risk_total ! 3", "is no statement"),
        ("at_risk_totl >= 3", "did you mean 'at_risk_total'"),
        ("at_risk_total >= at_risk_totl", "did you mean 'at_risk_total'"),
        ("at_risk_total.nosuch >= 3", "'nosuch' is not a reading of at_risk_total"),
        (
            "at_risk_total >= 3 million transfer",
            "'3 million transfer' is in transfer, not in person",
        ),
        ("overlap < at_risk_total", "at_risk_total is in person, not in dimensionless"),
        ("at_risk_total >= 3x", "is not a known unit"),
        ("at_risk_total >= at_risk_total_range", "so it is not one number"),
        ("at_risk_total >= 1e999", "is not a number"),
    ],
)
def test_any_other_text_is_refused_in_one_sentence(
    model: Model, text: str, words: str
) -> None:
    with pytest.raises(InputError) as error:
        statement_of(model, text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
