"""Sensitivity: ranges, tornado, Sobol indices, left-out sources, break-evens and regions, by hand or by brute force."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.core.model import ARTICLE, Model, ModelError
from analysis.core.published import Interval
from analysis.core.register import InputError, Statement
from analysis.whatif.draws import Distribution, Inputs, inputs
from analysis.whatif.scenarios import find
from analysis.whatif.sensitivity import (
    Axis,
    break_even,
    handles,
    indices_of,
    leave_one_source_out,
    ranges,
    region,
    sobol_indices,
    statement_of,
    tornado,
)
from tests.conftest import ROOT
from tests.small import assumption, claim, small_model

#: Transfers of 2019, from 3.17 million and a growth of 10.5 percent: 2,868,778.28; and those added since: 301,221.72.
BASE = 3_170_000 / 1.105
STEP = 3_170_000 - BASE
#: At risk in 2021: 1.6 million and those added; in all: with 350,000 former detainees.
IN_2021 = 1_600_000 + STEP
IN_ALL = IN_2021 + 350_000


def uniform(low, high):
    return Distribution("uniform", {"low": low, "high": high})


def changed(model, **assumptions):
    """The article's model with some fields of its assumptions replaced."""
    table = dict(model.register.assumptions)
    for name, fields in assumptions.items():
        table[name] = replace(table[name], **fields)
    return Model(replace(model.register, assumptions=table))


# Sobol indices --------------------------------------------------------------------------------------------------------

PI = math.pi
#: The function of Ishigami and Homma (1990): sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1, each from -pi to pi.
A, B = 7, 0.1
#: Its parts of the variance: of x1 (1 + b pi^4 / 5)^2 / 2, of x2 a^2 / 8, of x3 none, of x1 with x3 8 b^2 pi^8 / 225.
V1, V2, V13 = (1 + B * PI**4 / 5) ** 2 / 2, A**2 / 8, 8 * B**2 * PI**8 / 225
ISHIGAMI = Inputs({name: uniform(-PI, PI) for name in ("x1", "x2", "x3")})


def ishigami(v):
    return np.sin(v["x1"]) + A * np.sin(v["x2"]) ** 2 + B * v["x3"] ** 4 * np.sin(v["x1"])


def shares(found):
    return [*found.first.values()], [*found.total.values()]


def contains(found, first, total):
    for name, truth in first.items():
        low, high = found.first_interval[name]
        assert low <= truth <= high, name
        assert low <= found.first[name] <= high
    for name, truth in total.items():
        low, high = found.total_interval[name]
        assert low <= truth <= high, name
        assert low <= found.total[name] <= high


def test_the_indices_of_ishigamis_function():
    v = V1 + V2 + V13
    # the whole variance again, as printed: a^2 / 8 + b pi^4 / 5 + b^2 pi^8 / 18 + 1 / 2
    assert v == pytest.approx(A**2 / 8 + B * PI**4 / 5 + B**2 * PI**8 / 18 + 1 / 2)
    first = {"x1": V1 / v, "x2": V2 / v, "x3": 0.0}
    total = {"x1": (V1 + V13) / v, "x2": V2 / v, "x3": V13 / v}
    assert (*first.values(), *total.values()) == pytest.approx((0.3139, 0.4424, 0, 0.5576, 0.4424, 0.2437), abs=1e-4)
    found = sobol_indices(ishigami, ISHIGAMI, n=2**14)
    assert found.n == 2**14
    assert found.first == pytest.approx(first, abs=5e-3)
    assert found.total == pytest.approx(total, abs=5e-3)
    contains(found, first, total)
    for seed in (1, 2, 3):
        contains(sobol_indices(ishigami, ISHIGAMI, n=2**10, seed=seed), first, total)


def test_the_indices_agree_with_those_of_scipy():
    found = sobol_indices(ishigami, ISHIGAMI, n=2**12)
    theirs = stats.sobol_indices(
        func=lambda x: ishigami({"x1": x[0], "x2": x[1], "x3": x[2]}),
        n=2**12,
        dists=[stats.uniform(-PI, 2 * PI)] * 3,
        rng=np.random.default_rng(1),
    )
    first, total = shares(found)
    # both lie within some 0.01 of the truth
    assert first == pytest.approx(theirs.first_order, abs=0.03)
    assert total == pytest.approx(theirs.total_order, abs=0.03)


def test_the_indices_of_a_linear_function_are_shares_of_its_variance():
    drawn = Inputs(
        {
            "a": uniform(0, 6),  # variance 36 / 12 = 3
            "b": Distribution("triangular", {"low": 0, "mode": 0, "high": 6}),  # 36 / 18 = 2
            "c": Distribution("fixed", {"value": 4}),
            "d": Distribution("beta", {"alpha": 2, "beta": 2, "low": 0, "high": 10}),  # 100 x 4 / (16 x 5) = 5
        }
    )
    found = sobol_indices(lambda v: 1e6 + 2 * v["a"] - v["b"] + v["c"] + v["d"], drawn, n=2**13)
    # 4 x 3, 2, 0 and 5, of 19
    wanted = {"a": 12 / 19, "b": 2 / 19, "c": 0, "d": 5 / 19}
    assert found.first == pytest.approx(wanted, abs=2e-3)
    assert found.total == pytest.approx(wanted, abs=2e-3)
    contains(found, wanted, wanted)
    # what does not move has no share at all
    assert (found.first["c"], found.total["c"], found.total_interval["c"]) == (0, 0, (0, 0))


def test_what_two_explain_only_together_counts_in_the_total_of_both():
    # x + y + xy over -1 to 1: variances 1/3, 1/3 and 1/9, so of 7/9 in all 3/7 and 3/7 alone, and 1/7 together
    unit = uniform(-1, 1)
    found = sobol_indices(lambda v: v["x"] + v["y"] + v["x"] * v["y"], Inputs({"x": unit, "y": unit}), n=2**13)
    first, total = shares(found)
    assert first == pytest.approx([3 / 7, 3 / 7], abs=3e-3)
    assert total == pytest.approx([4 / 7, 4 / 7], abs=3e-3)
    contains(found, {"x": 3 / 7, "y": 3 / 7}, {"x": 4 / 7, "y": 4 / 7})
    # and of a bare product, neither explains anything alone
    found = sobol_indices(lambda v: v["x"] * v["y"], Inputs({"x": unit, "y": unit}), n=2**13)
    first, total = shares(found)
    assert first == pytest.approx([0, 0], abs=5e-3)
    assert total == pytest.approx([1, 1], abs=5e-3)


def test_the_same_seed_gives_the_same_indices_and_nought_is_a_seed():
    found = [sobol_indices(ishigami, ISHIGAMI, n=256, seed=seed) for seed in (0, 0, 1)]
    assert found[0] == found[1]
    assert found[0].first != found[2].first


def test_an_interval_narrows_with_more_points():
    def width(n):
        low, high = sobol_indices(ishigami, ISHIGAMI, n=n).first_interval["x1"]
        return high - low

    # 64 times the points, an eighth of the width
    assert 4 < width(2**8) / width(2**14) < 16


def test_intervals_are_as_wide_as_those_of_scipys_bootstrap():
    found = sobol_indices(ishigami, ISHIGAMI, n=2**10)
    theirs = stats.sobol_indices(
        func=lambda x: ishigami({"x1": x[0], "x2": x[1], "x3": x[2]}),
        n=2**10,
        dists=[stats.uniform(-PI, 2 * PI)] * 3,
        rng=np.random.default_rng(1),
    ).bootstrap(confidence_level=0.95, n_resamples=200)
    pairs = (found.first_interval, theirs.first_order), (found.total_interval, theirs.total_order)
    for ours, scipys in pairs:
        wide = scipys.confidence_interval.high - scipys.confidence_interval.low
        assert [high - low for low, high in ours.values()] == pytest.approx(wide, rel=0.35)


def test_two_base_points_are_the_fewest():
    assert set(sobol_indices(ishigami, ISHIGAMI, n=2).first) == {"x1", "x2", "x3"}


CORRELATED = "^Sobol indices need independent inputs, and some are correlated here$"


def test_indices_that_say_nothing_are_refused():
    unit = {"x": uniform(0, 1), "y": uniform(0, 1)}

    def plain(v):
        return v["x"]

    refused = [
        (
            plain,
            Inputs(unit, ((1.0, 0.0), (0.6, 0.8))),
            64,
            "^Sobol indices need independent inputs, and some are correlated here$",
        ),
        (plain, Inputs(unit), 100, "100 base points are no power of two"),
        (plain, Inputs(unit), 1, "1 base points are no power of two"),
        (plain, Inputs(unit), 0, "no power of two"),
        (lambda v: 3.0, Inputs(unit), 64, "^nothing that is drawn moves it, so there is no variance to share out$"),
        (lambda v: 0 * v["x"], Inputs(unit), 64, "no variance to share out"),
        (lambda v: 1 / 3, Inputs({}), 64, "no variance to share out"),
    ]
    for function, drawn, n, words in refused:
        with pytest.raises(ModelError, match=words) as error:
            sobol_indices(function, drawn, n=n)
        assert "\n" not in str(error.value)


def test_the_indices_of_the_benchmark(model):
    scenario = find(str(ROOT / "benchmarks" / "reference.yaml"), model)
    setting = scenario.setting(model, "at_risk_total")
    drawn = inputs(model.plan("at_risk_total", setting), scenario.distributions)
    found = indices_of(model, "at_risk_total", setting, drawn, n=2**13)
    few = [indices_of(model, "at_risk_total", setting, drawn, n=64, seed=seed).first for seed in (0, 0, 1)]
    assert few[0] == few[1]
    assert few[0] != few[2]
    assert few[0] != found.first

    # Variances that matter, in a million persons; labourers, transfers and growth hardly move, and stay in the middle:
    # detainees 0.5^2 / 12; 1.65 ms + 0.94 mo, with 0.15^2 / 12 and the triangle's (0.12^2 + 0.5^2 - 0.06) / 18
    detainees = 0.5**2 / 12
    ms, mo = 1.65**2 * 0.15**2 / 12, 0.94**2 * (0.12**2 + 0.5**2 - 0.12 * 0.5) / 18
    # those added, 0.30122 ratio new: ratio 0.8667, variance (0.49 + 0.81 + 1 - 0.63 - 0.7 - 0.9) / 18; new 0.75, 1/48
    ratio, ratio_var, new, new_var = 2.6 / 3, 0.07 / 18, 0.75, 1 / 48
    by_ratio, by_new, both = (STEP / 1e6) ** 2 * np.array([new**2 * ratio_var, ratio**2 * new_var, ratio_var * new_var])
    whole = detainees + ms + mo + by_ratio + by_new + both
    first = {
        "former_detainees": detainees,
        "minority_share_south": ms,
        "minority_share_outside": mo,
        "persons_per_transfer": by_ratio,
        "at_risk_share_of_new": by_new,
    }
    together = {"persons_per_transfer": both, "at_risk_share_of_new": both}
    for name, part in first.items():
        assert found.first[name] == pytest.approx(part / whole, abs=4e-3)
        assert found.total[name] == pytest.approx((part + together.get(name, 0)) / whole, abs=4e-3)
    for name in ("labourers_2019", "labourers_south_2019", "transfers_2021", "growth_2019_2021"):
        assert found.total[name] == pytest.approx(0, abs=1e-3)


# Tornado --------------------------------------------------------------------------------------------------------------


def test_the_bars_of_the_total_by_hand(model):
    bars = tornado(model, "at_risk_total")
    wanted = [
        # 1,901,221.7 and 200,000 to 600,000
        ("former_detainees", 200_000, 600_000, IN_2021 + 200_000, IN_2021 + 600_000),
        # 3.17 million times the drift less 2,868,778.3
        ("persons_per_transfer_drift", 0.95, 1.05, IN_ALL - 158_500, IN_ALL + 158_500),
        # 1,901,221.7 + 350,000 x (1 - 0.5)
        ("overlap", 0, 0.5, IN_ALL, IN_2021 + 175_000),
        ("at_risk_share_of_new", 0.62, 1, IN_ALL - 0.38 * STEP, IN_ALL),
        ("persons_per_transfer", 0.7, 1, IN_ALL - 0.3 * STEP, IN_ALL),
    ]
    assert [bar.assumption for bar in bars] == [name for name, *_ in wanted]
    for bar, (_, *numbers) in zip(bars, wanted, strict=True):
        assert (bar.low, bar.high, bar.at_low, bar.at_high) == pytest.approx(numbers, rel=1e-12)
        assert bar.width == pytest.approx(abs(numbers[3] - numbers[2]), rel=1e-9)
    assert bars[0].width == pytest.approx(400_000)


def test_a_bar_is_drawn_about_the_setting(model):
    # composition: 1.65 million x 0.95 + 0.94 million x 0.5 = 2,037,500
    setting = model.setting({"at_risk_2019": "composition"}, {"overlap": 0.5})
    bars = {bar.assumption: bar for bar in tornado(model, "at_risk_total", setting)}
    total = 2_037_500 + STEP + 175_000
    assert bars["minority_share_south"].at_low == pytest.approx(total - 0.07 * 1_650_000)
    assert bars["minority_share_outside"].at_high == pytest.approx(total + 0.25 * 940_000)
    # none of them at risk: 1.65 million x 0.95 + ... all falls away
    assert bars["at_risk_share_of_base"].at_low == pytest.approx(STEP + 175_000)
    assert bars["former_detainees"].at_high == pytest.approx(2_037_500 + STEP + 300_000)
    assert "at_risk_share_of_all" not in bars


def test_an_assumption_that_stands_at_nought_has_its_bar(model):
    # 1,901,221.7 and 200,000 to 600,000, also where the setting has none of them
    bars = {
        bar.assumption: bar for bar in tornado(model, "at_risk_total", model.setting(values={"former_detainees": 0}))
    }
    bar = bars["former_detainees"]
    assert (bar.at_low, bar.at_high) == pytest.approx((IN_2021 + 200_000, IN_2021 + 600_000))


def test_an_end_without_a_meaning_has_no_number_and_comes_last(model):
    # at a ratio of 0.5 there are 1.585 million persons in 2021, fewer than the 1.6 million at risk in 2019 alone
    made = changed(model, persons_per_transfer={"low": 0.5})
    bars = tornado(made, "at_risk_total")
    assert bars[-1].assumption == "persons_per_transfer"
    assert math.isnan(bars[-1].at_low)
    assert bars[-1].at_high == pytest.approx(IN_ALL)
    assert bars[-1].width == 0


def test_an_unknown_quantity_is_refused(model):
    for function in (tornado, ranges, leave_one_source_out):
        with pytest.raises(ModelError, match="'at_risk_totl' is no quantity; did you mean 'at_risk_total'"):
            function(model, "at_risk_totl")


def test_only_what_has_an_effect_is_a_handle(model):
    assert set(handles(model, model.plan("net_new_persons"))) == {"persons_per_transfer", "persons_per_transfer_drift"}
    implied = model.plan("net_new_persons", model.setting({"persons_per_transfer": "implied"}))
    assert set(handles(model, implied)) == {"persons_per_transfer_drift"}
    # a ratio that divides the share of 2019 as it multiplies those added has none at all
    cancels = {"total_2019": "transfers", "at_risk_share_of_new": "as_in_2019"}
    assert set(handles(model, model.plan("at_risk_2021", model.setting(cancels)))) == {"persons_per_transfer_drift"}
    given_one = model.plan("net_new_persons", model.setting(values={"persons_per_transfer": 0.8}))
    assert set(handles(model, given_one)) == {"persons_per_transfer", "persons_per_transfer_drift"}


# Ranges ---------------------------------------------------------------------------------------------------------------


def total(at_risk_2019, transfers, growth, ratio, drift, new, former, overlap):
    """The total written out."""
    added = ratio * (transfers * drift - transfers / (1 + growth))
    return at_risk_2019 + added * new + former * (1 - overlap)


#: What the three printed inputs stand for: 1.6 to the nearest 0.1 million, 3.17 million, 10.5 percent.
PRINTED = [(1_550_000, 1_650_000), (3_165_000, 3_175_000), (0.1045, 0.1055)]
#: The ranges of the five assumptions, in the same order: ratio, drift, share of new, former detainees, overlap.
ASSUMED = {
    "persons_per_transfer": (0.7, 1),
    "persons_per_transfer_drift": (0.95, 1.05),
    "at_risk_share_of_new": (0.62, 1),
    "former_detainees": (200_000, 600_000),
    "overlap": (0, 0.5),
}
USED = {
    "persons_per_transfer": 1,
    "persons_per_transfer_drift": 1,
    "at_risk_share_of_new": 1,
    "former_detainees": 350_000,
    "overlap": 0,
}


def corners(printed, assumed):
    found = [total(*corner) for corner in itertools.product(*printed, *assumed)]
    return min(found), max(found)


def test_the_ranges_of_the_total_against_every_corner(model):
    found = {one.what: (one.low, one.high) for one in ranges(model, "at_risk_total")}
    assert [*found][:1] + [*found][-1:] == ["rounding", "all"]
    assert set(found) == {"rounding", "all", *ASSUMED}
    fixed = {name: (value,) for name, value in USED.items()}
    # it rises or falls in each input throughout, so that its ends lie in corners
    assert found["rounding"] == pytest.approx(corners(PRINTED, fixed.values()), rel=1e-12)
    bounds = model.bounds(model.plan("at_risk_total"))
    assert found["rounding"] == (bounds.low[0], bounds.high[0])
    for name, ends in ASSUMED.items():
        alone = {**fixed, name: ends}
        wanted = corners([(1_600_000,), (3_170_000,), (0.105,)], alone.values())
        assert found[name] == pytest.approx(wanted, rel=1e-12), name
    # one of them by hand: half of 350,000 less
    assert found["overlap"] == pytest.approx((IN_2021 + 175_000, IN_ALL))
    assert found["all"] == pytest.approx(corners(PRINTED, ASSUMED.values()), rel=1e-12)


def test_each_range_counts_its_corners(model):
    found = {one.what: one for one in ranges(model, "at_risk_total")}
    # three printed inputs, one assumption, and all eight
    assert [found[what].corners for what in ("rounding", "overlap", "all")] == [2**3, 2, 2**8]
    assert all(one.trimmed == 0 for one in found.values())


def test_a_range_takes_in_what_has_an_effect_only_together_with_another(model):
    # without former detainees the overlap has no effect by itself, but with up to 600,000 of them it has
    setting = model.setting(values={"former_detainees": 0})
    found = {one.what: (one.low, one.high) for one in ranges(model, "at_risk_total", setting) if one.what == "all"}
    assert found["all"] == pytest.approx(corners(PRINTED, ASSUMED.values()), rel=1e-12)


def test_a_range_leaves_out_what_exceeds_what_it_cannot(model):
    # a ratio from 0.5 on: at risk in 2021, 1.6 million and 301,221.7 times the ratio, is at most 3.17 million times it
    # from a ratio of 1.6 / (3.17 - 0.30122) on, 0.557729
    made = changed(model, persons_per_transfer={"low": 0.5})
    found = {one.what: one for one in ranges(made, "at_risk_total")}
    least = 1_600_000 / BASE
    assert least == pytest.approx(0.557729, abs=1e-6)
    one = found["persons_per_transfer"]
    assert (one.low, one.high) == pytest.approx((1_600_000 + least * STEP + 350_000, IN_ALL), rel=1e-9)
    assert (one.trimmed, one.corners) == (1, 2)
    # all together, over a dense grid of what matters for the least: everything else stands at its low end
    grid = np.meshgrid(
        np.linspace(1_550_000, 1_650_000, 3), [3_165_000, 3_175_000], [0.1045, 0.1055], np.linspace(0.5, 1, 1001),
        np.linspace(0.95, 1.05, 21), [0.62, 1], [200_000, 600_000], [0, 0.5], sparse=True,
    )  # fmt: skip
    values = total(*grid)
    printed, transfers, growth, ratio, drift, new = grid[:6]
    added = ratio * (transfers * drift - transfers / (1 + growth))
    fine = np.broadcast_to(printed + added * new <= ratio * transfers * drift, values.shape)
    low, high = values[fine].min(), values[fine].max()
    assert found["all"].low <= low * (1 + 1e-12)
    assert found["all"].low == pytest.approx(low, rel=2e-3)
    assert found["all"].high == pytest.approx(high, rel=1e-9)
    assert 0 < found["all"].trimmed < found["all"].corners


def test_a_range_with_a_turning_point_inside():
    def hill(x):
        return 4 * x * (1 - x)

    made = small_model(hill, assumptions=[assumption("x", 0.3, low=0.2, high=0.9)])
    found = {one.what: (one.low, one.high) for one in ranges(made, "hill")}
    # 4 x 0.9 x 0.1 = 0.36 at the high end, 0.64 at the low one, and 1 at the top between them
    assert found["x"] == pytest.approx((0.36, 1.0), rel=1e-9)
    assert found["all"] == pytest.approx((0.36, 1.0), rel=1e-9)
    assert found["rounding"] == pytest.approx((0.84, 0.84))


WIDER = [st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)]


@settings(max_examples=12)
@given(name=st.sampled_from(sorted(ASSUMED)), where=st.tuples(*WIDER), setting=st.booleans())
def test_a_wider_range_never_gives_narrower_bounds(model, name, where, setting):
    entry = model.register.assumptions[name]
    outer_low, low, high, outer_high = (entry.minimum + x * (entry.maximum - entry.minimum) for x in sorted(where))
    plan = model.plan("at_risk_total", model.setting({"at_risk_2019": "southern"}) if setting else ARTICLE)

    def bounds(*ends):
        if ends[0] == ends[1]:
            return None
        found = model.bounds(plan, ranges={name: Interval(*ends)}, rounding=False)
        return float(found.low[0]), float(found.high[0])

    narrow, wide = bounds(low, high), bounds(outer_low, outer_high)
    if narrow and wide:
        assert wide[0] <= narrow[0] + 1e-6
        assert wide[1] >= narrow[1] - 1e-6


def test_a_wider_assumption_never_gives_a_narrower_range(model):
    before = {one.what: one for one in ranges(model, "at_risk_2021")}
    made = changed(model, persons_per_transfer={"low": 0.65}, persons_per_transfer_drift={"high": 1.2})
    after = {one.what: one for one in ranges(made, "at_risk_2021")}
    assert list(before) == list(after)
    for what, one in after.items():
        assert one.low <= before[what].low
        assert one.high >= before[what].high
    # 3.17 million times a fifth
    assert after["persons_per_transfer_drift"].high == pytest.approx(IN_2021 + 0.2 * 3_170_000)


# Break-even -----------------------------------------------------------------------------------------------------------


def turns(found):
    return {turn.assumption: turn for turn in found.turns}


def shipped(model, name, setting=ARTICLE):
    found = break_even(model, model.register.statements[name], setting)
    return found, turns(found)


def checked(turn, roots, holds, everywhere=False):
    assert turn.roots == pytest.approx(tuple(roots), rel=1e-9)
    assert np.array(turn.holds).ravel().tolist() == pytest.approx(np.array(holds).ravel().tolist(), rel=1e-9)
    assert turn.everywhere == everywhere


def test_where_two_million_in_all_turns(model):
    found, by = shipped(model, "two_million_in_all")
    assert (found.quantity, found.unit, found.right, found.holds) == ("at_risk_total", "person", 2_000_000, True)
    assert found.left == pytest.approx(IN_ALL)
    assert set(by) == set(ASSUMED)
    # 2,000,000 = 1,600,000 + 301,221.72 + D
    former = 400_000 - STEP
    assert former == pytest.approx(98_778.28, abs=0.01)
    checked(by["former_detainees"], [former], [(former, 18_040_304)])
    # 350,000 (1 - o) = 98,778.28
    checked(by["overlap"], [1 - former / 350_000], [(0, 1 - former / 350_000)])
    # 301,221.72 s = 50,000, and the same for the ratio
    checked(by["at_risk_share_of_new"], [50_000 / STEP], [(50_000 / STEP, 1)])
    checked(by["persons_per_transfer"], [50_000 / STEP], [(50_000 / STEP, 1)])
    # 3,170,000 d - 2,868,778.28 = 50,000
    drift = (50_000 + BASE) / 3_170_000
    checked(by["persons_per_transfer_drift"], [drift], [(drift, 2)])
    assert by["overlap"].value == 0
    assert by["former_detainees"].value == 350_000


def test_where_the_low_end_equals_its_parts(model):
    found, by = shipped(model, "low_end_is_its_parts")
    assert not found.holds
    former = 400_000 - STEP
    checked(by["former_detainees"], [former], [(former, former)])
    checked(by["overlap"], [1 - former / 350_000], [(1 - former / 350_000,) * 2])
    # and with that number it holds, wherever else it turns
    held = model.setting(values={"former_detainees": former})
    found, by = shipped(model, "low_end_is_its_parts", held)
    assert found.holds
    assert by["former_detainees"].value == pytest.approx(former)


def test_where_the_high_end_turns_and_where_it_never_does(model):
    found, by = shipped(model, "high_end_in_all")
    assert found.holds
    # 2.5 million less 1,901,221.72
    checked(by["former_detainees"], [2_500_000 - IN_2021], [(0, 2_500_000 - IN_2021)])
    drift = (550_000 + BASE) / 3_170_000
    checked(by["persons_per_transfer_drift"], [drift], [(0.5, drift)])
    # the rest lower the total from where it is
    checked(by["overlap"], [], [(0, 1)], everywhere=True)
    checked(by["at_risk_share_of_new"], [], [(0, 1)], everywhere=True)
    checked(by["persons_per_transfer"], [], [(0.05, 1)], everywhere=True)


def test_where_two_million_in_2021_is_reached_and_where_nothing_reaches_it(model):
    found, by = shipped(model, "two_million_in_2021")
    assert not found.holds
    assert set(by) == {"persons_per_transfer", "persons_per_transfer_drift", "at_risk_share_of_new"}
    checked(by["at_risk_share_of_new"], [], [])
    checked(by["persons_per_transfer"], [], [])
    # 3,170,000 d - 2,868,778.28 = 400,000
    drift = (400_000 + BASE) / 3_170_000
    checked(by["persons_per_transfer_drift"], [drift], [(drift, 2)])


def test_more_than_fails_at_the_end_where_both_are_equal(model):
    found, by = shipped(model, "more_than_in_2019")
    assert found.holds
    # with no share of those added the two are equal, and more is not as many
    checked(by["at_risk_share_of_new"], [0], [(0, 1)])
    checked(by["persons_per_transfer"], [], [(0.05, 1)], everywhere=True)
    # no increase at a drift of 1 / 1.105
    checked(by["persons_per_transfer_drift"], [1 / 1.105], [(1 / 1.105, 2)])
    none = model.setting(values={"at_risk_share_of_new": 0})
    assert not shipped(model, "more_than_in_2019", none)[0].holds
    # at least as many holds at that end as well, and so everywhere
    found = break_even(model, statement_of(model, "at_risk_2021 >= at_risk_2019_up_to"), none)
    assert found.holds
    checked(turns(found)["at_risk_share_of_new"], [0], [(0, 1)], everywhere=True)


def test_where_the_increase_in_persons_turns(model):
    found, by = shipped(model, "increase_in_persons")
    assert (found.holds, found.right) == (True, 300_000)
    checked(by["persons_per_transfer"], [300_000 / STEP], [(300_000 / STEP, 1)])
    drift = (300_000 + BASE) / 3_170_000
    checked(by["persons_per_transfer_drift"], [drift], [(drift, 2)])


def test_a_break_even_moves_with_the_setting_but_the_right_side_does_not(model):
    # half of them counted twice: twice as many are needed
    found, by = shipped(model, "two_million_in_all", model.setting(values={"overlap": 0.5}))
    assert found.left == pytest.approx(IN_2021 + 175_000)
    checked(by["former_detainees"], [2 * (400_000 - STEP)], [(2 * (400_000 - STEP), 18_040_304)])
    assert by["overlap"].value == 0.5
    # the printed estimate for 2019 stays 1.6 million where the left side has 1.65 million x 0.95
    southern = model.setting({"at_risk_2019": "southern"})
    found, _ = shipped(model, "more_than_in_2019", southern)
    assert (found.left, found.right) == pytest.approx((1_567_500 + STEP, 1_600_000))
    found = break_even(model, statement_of(model, "at_risk_2021 > at_risk_2019"), southern)
    assert (found.left, found.right) == pytest.approx((1_567_500 + STEP, 1_600_000))


def test_an_assumption_that_stands_at_nought_has_its_break_even(model):
    # without any, 98,778.28 of them are wanting
    found, by = shipped(model, "two_million_in_all", model.setting(values={"former_detainees": 0}))
    assert (found.left, found.holds) == (pytest.approx(IN_2021), False)
    checked(by["former_detainees"], [400_000 - STEP], [(400_000 - STEP, 18_040_304)])


def test_a_reading_named_in_a_statement_is_taken(model):
    found = break_even(model, statement_of(model, "at_risk_2019.southern >= 1.5 million person"))
    assert (found.left, found.right, found.holds) == pytest.approx((1_567_500, 1_500_000, True))
    # 1.65 million times the share; times 0.95 times the share at risk
    checked(turns(found)["minority_share_south"], [1.5 / 1.65], [(1.5 / 1.65, 1)])
    checked(turns(found)["at_risk_share_of_base"], [1.5 / 1.5675], [(1.5 / 1.5675, 1)])


def hill(x):
    return 4 * x * (1 - x)


def against(text, *formulas, **more):
    made = small_model(*formulas, assumptions=[assumption("x", 0.3, **more)])
    return break_even(made, statement_of(made, text))


@pytest.mark.parametrize(
    ("sign", "holds"),
    [
        (">=", [(0.2, 0.8)]),
        (">", [(0.2, 0.8)]),
        ("<=", [(0, 0.2), (0.8, 1)]),
        ("<", [(0, 0.2), (0.8, 1)]),
        ("=", [(0.2, 0.2), (0.8, 0.8)]),
    ],
)
def test_a_hill_is_crossed_twice(sign, holds):
    # 4 x (1 - x) = 0.64 where x = (1 -+ 0.6) / 2; here, at 0.3, it is 0.84
    found = against(f"hill {sign} 0.64", hill)
    assert found.holds == (sign in (">=", ">"))
    checked(turns(found)["x"], [0.2, 0.8], holds)
    # and where both are values that are looked at anyhow: 0.75 at 1/4 and 3/4
    found = against(f"hill {sign} 0.75", hill)
    checked(turns(found)["x"], [0.25, 0.75], [tuple(0.25 if x == 0.2 else 0.75 if x == 0.8 else x for x in span)
                                             for span in holds])  # fmt: skip


def test_a_wave_is_crossed_three_times():
    def wave(x):
        return (x - 0.1) * (x - 0.45) * (x - 0.7) + 1

    found = against("wave >= 1", wave)
    # above one from 0.1 to 0.45 and from 0.7 on; at 0.3, 0.2 x -0.15 x -0.4 above it
    assert found.holds
    checked(turns(found)["x"], [0.1, 0.45, 0.7], [(0.1, 0.45), (0.7, 1)])


def test_a_statement_that_holds_nowhere_and_everywhere():
    checked(turns(against("hill >= 1.5", hill))["x"], [], [])
    checked(turns(against("hill < 1.5", hill))["x"], [], [(0, 1)], everywhere=True)
    # at nought and one it is nought: at least that holds everywhere, more than that not
    checked(turns(against("hill >= 0", hill))["x"], [0, 1], [(0, 1)], everywhere=True)
    checked(turns(against("hill > 0", hill))["x"], [0, 1], [(0, 1)])


def test_a_hill_whose_top_is_touched_is_not_crossed():
    # one at a half, and less to either side
    checked(turns(against("hill <= 1", hill))["x"], [0.5], [(0, 1)], everywhere=True)
    turn = turns(against("hill < 1", hill))["x"]
    assert (turn.roots, turn.everywhere) == ((0.5,), False)
    checked(turns(against("hill = 1", hill))["x"], [0.5], [(0.5, 0.5)])


def test_a_dip_that_is_touched_between_the_values_looked_at():
    def dip(x):
        return (x - 0.35) * (x - 0.35) + 1

    # one at 0.35, which is no 256th, and more to either side
    turn = turns(against("dip > 1", dip))["x"]
    assert turn.roots == pytest.approx((0.35,), abs=1e-4)
    assert not turn.everywhere


def test_a_statement_that_holds_at_one_end_alone_holds_there():
    def tripled(x):
        return 3 * x

    # 3 x reaches three at one, the largest that x can be
    checked(turns(against("tripled >= 3", tripled))["x"], [1], [(1, 1)])
    checked(turns(against("tripled > 3", tripled))["x"], [1], [])
    checked(turns(against("tripled <= 0", tripled))["x"], [0], [(0, 0)])
    checked(turns(against("tripled < 0", tripled))["x"], [0], [])


def test_a_quotient_turns_where_it_should():
    def quotient(x):
        return 1 / x

    # 1 / x at least four up to a quarter; at nought there is no value
    found = against("quotient >= 4", quotient)
    turn = turns(found)["x"]
    assert turn.roots == pytest.approx((0.25,))
    assert turn.holds[-1][1] == pytest.approx(0.25)
    assert not turn.everywhere


def limited(doubled, low, high):
    """A number and ten of it, the number a share of at most 1 that doubles or squares x."""

    def ten(share):
        return 10 * share + 10

    doubled.__name__ = "share__made"
    return small_model(
        doubled,
        ten,
        assumptions=[assumption("x", 0.2), assumption("share", 0.3, minimum=low, maximum=high)],
        defaults={"share": "made"},
    )


def test_a_span_ends_where_the_meaning_does():
    # three of x is a share up to x = 1/3, and 10 x 3 x + 10 is at least 13 from x = 0.1 on
    made = limited(lambda x: 3 * x, 0, 1)
    found = break_even(made, statement_of(made, "ten >= 13"))
    checked(turns(found)["x"], [0.1], [(0.1, 1 / 3)])


def test_a_span_is_kept_on_either_side_of_a_hole_in_the_meaning():
    # 4 x (1 - x) is at most 0.75 up to a quarter and from three quarters on; at least 5 it holds wherever it has one
    made = limited(lambda x: 4 * x * (1 - x), 0, 0.75)
    found = break_even(made, statement_of(made, "ten >= 5"))
    checked(turns(found)["x"], [], [(0, 0.25), (0.75, 1)])


def test_where_nothing_has_a_meaning_no_value_turns_it():
    made = limited(lambda x: 3 * x, 5, 6)
    with pytest.raises(ModelError):
        break_even(made, statement_of(made, "ten >= 13"))


# Statements -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "quantity", "comparison", "other"),
    [
        ("at_risk_total >= 2 million person", "at_risk_total", "at_least", "2 million person"),
        ("  at_risk_total>2000000  ", "at_risk_total", "more_than", "2000000"),
        ("overlap <= 0.5", "overlap", "at_most", "0.5"),
        ("growth_2019_2021 < 10 percent", "growth_2019_2021", "less_than", "10 percent"),
        ("at_risk_2019.southern = at_risk_2019_up_to", "at_risk_2019.southern", "equals", "at_risk_2019_up_to"),
        ("at_risk_2021 == at_risk_2019", "at_risk_2021", "equals", "at_risk_2019"),
    ],
)
def test_a_statement_can_be_written_out(model, text, quantity, comparison, other):
    found = statement_of(model, text)
    assert (found.quantity, found.comparison, found.other) == (quantity, comparison, other)
    assert isinstance(found, Statement)
    assert (found.id, found.statement) == (text, text)
    assert break_even(model, found).statement is found


def test_a_number_larger_than_anything_counted_is_refused(model):
    assert break_even(model, statement_of(model, "at_risk_total <= 1000000000000000")).holds
    with pytest.raises(InputError, match=r"^'1000000000000001' is larger than anything that is counted here$"):
        statement_of(model, "at_risk_total <= 1000000000000001")


def test_a_statement_of_the_package_is_found_by_its_name(model):
    for name, statement in model.register.statements.items():
        assert statement_of(model, name) is statement


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("two_million_in_al", "is no statement; did you mean 'two_million_in_all'"),
        ("", "is no statement"),
        ("at_risk_total", "is no statement"),
        ("at_risk_total ! 3", "is no statement"),
        ("at_risk_totl >= 3", "did you mean 'at_risk_total'"),
        ("at_risk_total >= at_risk_totl", "did you mean 'at_risk_total'"),
        ("at_risk_total.nosuch >= 3", "'nosuch' is no reading of at_risk_total"),
        ("at_risk_total >= 3 million transfer", "'3 million transfer' is in transfer, not in person"),
        ("at_risk_total >= transfers_2021", "transfers_2021 is in transfer, not in person"),
        ("overlap < at_risk_total", "at_risk_total is in person, not in dimensionless"),
        ("at_risk_total >= 3 furlongs", "'furlongs' is not a known unit"),
        ("at_risk_total >= 3x", "is not a number"),
        ("at_risk_total >= 5 percent", "not in person"),
        ("at_risk_total >= at_risk_total_range", "so it is not one number"),
        ("at_risk_total >= +inf", "finite"),
        ("at_risk_total >= 1e999", "finite"),
        ("at_risk_total >= -nan", "finite"),
    ],
)
def test_what_is_no_statement_is_refused_in_one_sentence(model, text, words):
    with pytest.raises(InputError) as error:
        statement_of(model, text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


# Leaving out a source -------------------------------------------------------------------------------------------------


def sourced(id, printed, source, **more):
    return replace(claim(id, printed, **more), source=source)


def test_another_row_takes_the_place_of_one_whose_source_is_left_out():
    def product(a, b, c):
        return a * b * c

    made = small_model(
        product,
        claims=[
            sourced("a_first", "2.5", "one", quantity="a"),
            sourced("a_again", "3.5", "one", quantity="a", input=False),
            sourced("a_third", "4.5", "two", quantity="a", input=False),
            sourced("a_fourth", "5.5", "three", quantity="a", input=False),
            sourced("b_first", "1.2", "two", quantity="b"),
            claim("c_first", "1.1", quantity="c"),
        ],
    )
    found = {one.source: one for one in leave_one_source_out(made, "product")}
    # neither a source that is not used, nor the row without one
    assert list(found) == ["one", "two"]
    # without the first, the third row of a: 4.5 x 1.2 x 1.1
    one = found["one"]
    assert (one.rows, one.instead, one.reason) == (("a_first",), ("a_third",), "")
    assert one.value == pytest.approx(5.94)
    # and nothing takes the place of b
    two = found["two"]
    assert (two.rows, two.value, two.instead) == (("b_first",), None, ())
    assert two.reason == "not computable without it: it needs b_first"
    # under another reading, that row's source is the one to leave out: 2.5 x 1.2 x 1.1
    found = {x.source: x for x in leave_one_source_out(made, "product", made.setting({"a": "a_fourth"}))}
    assert list(found) == ["three", "two"]
    assert (found["three"].value, found["three"].instead) == (pytest.approx(3.3), ("a_first",))


def test_two_rows_of_one_source_are_left_out_together():
    def product(a, b):
        return a * b

    made = small_model(
        product,
        claims=[
            sourced("a_first", "2.5", "one", quantity="a"),
            sourced("b_first", "1.2", "one", quantity="b"),
            sourced("a_again", "4.0", "two", quantity="a", input=False),
            sourced("b_again", "3.0", "three", quantity="b", input=False),
        ],
    )
    (found,) = leave_one_source_out(made, "product")
    assert (found.rows, found.instead, found.value) == (("a_first", "b_first"), ("a_again", "b_again"), 12.0)


def test_the_plan_of_2021_without_either_source(model):
    found = {one.source: one for one in leave_one_source_out(model, "planned_transfers_2021")}
    assert set(found) == {"tianshan-net-2020-10-10", "xuar-government-2022-02-07"}
    # the other total of 2021 over one and the excess: 3.2 million / 1.154
    other = found["tianshan-net-2020-10-10"]
    assert other.instead == ("total_2021_february",)
    assert other.value == pytest.approx(3_200_000 / 1.154)
    none = found["xuar-government-2022-02-07"]
    assert (none.rows, none.value) == (("excess_2021",), None)
    assert "excess_2021" in none.reason


# Regions --------------------------------------------------------------------------------------------------------------


def test_where_the_printed_number_of_2019_holds_over_two_shares(model):
    setting = model.setting({"at_risk_2019": "composition"})
    x, y = Axis("minority_share_south", 0.5, 1), Axis("minority_share_outside", 0, 0.8)
    found = region(model, "at_risk_2019_up_to", x, y, setting, points=41)
    assert found.values.shape == found.holds.shape == (41, 41)
    assert (found.claim, found.quantity, found.x, found.y) == ("at_risk_2019_up_to", "at_risk_2019", x, y)
    for i, mo in enumerate(0.8 * k / 40 for k in range(41)):
        assert found.ys[i] == pytest.approx(mo)
        for j, ms in enumerate(0.5 + 0.5 * k / 40 for k in range(41)):
            value = 1_650_000 * ms + 940_000 * mo
            assert found.values[i, j] == pytest.approx(value)
            # the words are "up to" 1.6 million
            assert found.holds[i, j] == (value <= 1_600_000 + 1e-3)
    # where it turns, 1.65 ms + 0.94 mo = 1.6: at ms = 0.8, mo = 0.28 / 0.94
    column = int(np.argmin(np.abs(found.xs - 0.8)))
    assert found.ys[found.holds[:, column]].max() <= 0.28 / 0.94 < found.ys[~found.holds[:, column]].min()


def test_a_region_as_a_table_has_a_row_a_point(model):
    setting = model.setting({"at_risk_2019": "composition"})
    x, y = Axis("minority_share_south", 0.9, 1), Axis("minority_share_outside", 0, 0.1)
    table = region(model, "at_risk_2019_up_to", x, y, setting, points=2).frame
    # 1.65 million times 0.9 or 1, and 94,000 where the other share is a tenth
    assert table["minority_share_south"].tolist() == [0.9, 1, 0.9, 1]
    assert table["minority_share_outside"].tolist() == [0, 0, 0.1, 0.1]
    assert table["at_risk_2019"].tolist() == pytest.approx([1_485_000, 1_650_000, 1_579_000, 1_744_000])
    assert table["holds"].tolist() == [True, False, True, False]


def test_a_range_holds_between_its_two_ends(model):
    found = region(model, "at_risk_total_range", Axis("former_detainees", 0, 1e6), Axis("overlap", 0, 1), points=21)
    for i in range(21):
        for j in range(21):
            value = IN_2021 + 50_000 * j * (1 - i / 20)
            assert found.values[i, j] == pytest.approx(value)
            assert found.holds[i, j] == (2_000_000 <= value <= 2_500_000)
    assert found.holds.any()
    assert not found.holds.all()


def test_what_exceeds_what_it_cannot_does_not_hold(model):
    # the total passes two million from 98,778 detainees on, but below a ratio of 0.557729 more would be at risk in 2021
    # than there are persons
    x, y = Axis("persons_per_transfer", 0.3, 0.9), Axis("former_detainees", 400_000, 500_000)
    found = region(model, "at_risk_total_range", x, y, points=25)
    for j, ratio in enumerate(found.xs):
        for i, former in enumerate(found.ys):
            value = 1_600_000 + ratio * STEP + former
            assert found.values[i, j] == pytest.approx(value)
            assert 2_000_000 < value < 2_500_000
            assert found.holds[i, j] == (1_600_000 + ratio * STEP <= ratio * 3_170_000)


def test_other_words_have_other_regions(model):
    # "approaches two million": from 1.8 million up to, and not with, 2
    x, y = Axis("persons_per_transfer_drift", 0.9, 1.1), Axis("at_risk_share_of_new", 0, 1)
    found = region(model, "at_risk_2021_approaches", x, y, points=31)
    for j, drift in enumerate(found.xs):
        for i, new in enumerate(found.ys):
            value = 1_600_000 + (3_170_000 * drift - BASE) * new
            assert found.holds[i, j] == (1_800_000 <= value < 2_000_000)


def test_a_quantity_with_a_formula_can_be_given_in_its_place(model):
    x, y = Axis("net_new_persons", 0, 600_000), Axis("at_risk_share_of_new", 0, 1)
    found = region(model, "at_risk_2021_approaches", x, y, points=5)
    assert found.values == pytest.approx(1_600_000 + np.outer(found.ys, found.xs))


def test_an_axis_that_is_not_used_is_refused(model):
    with pytest.raises(ModelError, match="overlap is unused: at_risk_2019 does not depend on it here"):
        region(model, "at_risk_2019_up_to", Axis("overlap", 0, 1), Axis("minority_share_south", 0, 1),
               model.setting({"at_risk_2019": "southern"}))  # fmt: skip
    with pytest.raises(ModelError, match="minority_share_outside is unused"):
        region(model, "at_risk_2019_up_to", Axis("minority_share_south", 0, 1), Axis("minority_share_outside", 0, 1),
               model.setting({"at_risk_2019": "southern"}))  # fmt: skip
    with pytest.raises(ModelError, match="is no quantity"):
        region(model, "at_risk_2019_up_to", Axis("nosuch", 0, 1), Axis("minority_share_south", 0, 1))


def test_an_axis_beyond_what_has_a_meaning_is_refused_or_does_not_hold_there(model):
    # a share of -0.5 to 1.5 has a meaning in its middle alone
    x, y = Axis("overlap", -0.5, 1.5), Axis("former_detainees", 100_000, 600_000)
    try:
        found = region(model, "at_risk_total_range", x, y, points=21)
    except ModelError:
        return
    outside = (found.xs < 0) | (found.xs > 1)
    assert not found.holds[:, outside].any()
