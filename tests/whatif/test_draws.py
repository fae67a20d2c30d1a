"""Draws: distributions against scipy.stats, draws against closed forms and against the same draws in plain numpy."""

import math
import os
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from scipy import optimize, stats

from analysis.core.model import ARTICLE, Model, ModelError
from analysis.core.published import Interval
from analysis.core.register import Cap, InputError
from analysis.whatif import draws
from analysis.whatif.draws import (
    BINS,
    METHODS,
    PARTS,
    PERCENTILES,
    Correlation,
    Distribution,
    DistributionError,
    Draws,
    Inputs,
    check_draws,
    draw,
    inputs,
    points,
    reach,
)
from tests.small import assumption, claim, small_model

U = np.concatenate([[0.0, 1.0], np.linspace(1e-6, 1 - 1e-6, 401)])


def uniform(low: float, high: float) -> Distribution:
    return Distribution("uniform", {"low": low, "high": high})


def triangular(low: float, mode: float, high: float) -> Distribution:
    return Distribution("triangular", {"low": low, "mode": mode, "high": high})


def shaped(shape: str, **numbers: float) -> Distribution:
    return Distribution(shape, numbers)


def sum_and_product() -> Model:
    """Two numbers from 0 to 1, their sum and their product."""

    def total(a, b):  # type: ignore[no-untyped-def]
        return a + b

    def product(a, b):  # type: ignore[no-untyped-def]
        return a * b

    return small_model(total, product, assumptions=[assumption("a", 0.5), assumption("b", 0.5)])


UNIT = {"a": uniform(0, 1), "b": uniform(0, 1)}


def cube(found: Draws) -> Any:
    """The points of every block of some draws, one after the other: (inputs, n)."""
    size = min(draws.ROWS, -(-found.n // PARTS))
    starts = enumerate(range(0, found.n, size))
    how = (found.seed, found.method)
    blocks = [points(len(found.inputs), min(size, found.n - start), how[0], i, how[1]) for i, start in starts]
    return np.concatenate(blocks, axis=1)


def alike(one: Draws, two: Draws) -> None:
    """The same draws, but for the last digits of a sum."""
    assert (one.n, one.kept, one.violations) == (two.n, two.kept, two.violations)
    for name, summary in one.summaries.items():
        other = two.summaries[name]
        for number in ("mean", "sd", *PERCENTILES):
            assert getattr(summary, number) == pytest.approx(getattr(other, number), rel=1e-9)
        assert dict(summary.error) == pytest.approx(dict(other.error), rel=1e-4, abs=1e-6)


# Shapes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "scipys"),
    [
        (uniform(-2, 3), stats.uniform(-2, 5)),
        (triangular(1, 2, 5), stats.triang(0.25, 1, 4)),  # the mode at a quarter of the width
        (triangular(1, 1, 5), stats.triang(0, 1, 4)),
        (triangular(1, 5, 5), stats.triang(1, 1, 4)),
        # A PERT from 1 to 5: alpha 1 + 4 x (mode - 1) / 4, beta 1 + 4 x (5 - mode) / 4
        (shaped("pert", low=1, mode=2, high=5), stats.beta(2, 4, 1, 4)),
        (shaped("pert", low=1, mode=5, high=5), stats.beta(5, 1, 1, 4)),
        # 0 to 5 about a mean of 1 with an sd of 2: half a sd below, two sds above
        (shaped("truncated_normal", mean=1, sd=2, low=0, high=5), stats.truncnorm(-0.5, 2, 1, 2)),
        (shaped("truncated_normal", mean=9, sd=2, low=0, high=5), stats.truncnorm(-4.5, -2, 9, 2)),
        (shaped("beta", alpha=0.5, beta=0.5, low=-1, high=3), stats.beta(0.5, 0.5, -1, 4)),
    ],
    ids=lambda one: str(one) if isinstance(one, Distribution) else "",
)
def test_every_shape_has_the_percentiles_that_scipy_gives_it(one: Distribution, scipys: Any) -> None:
    found = one.ppf(U)
    assert found == pytest.approx(scipys.ppf(U), rel=1e-12, abs=1e-12)
    assert (found[0], found[1]) == pytest.approx((one.low, one.high), abs=1e-15)
    assert one.median == pytest.approx(scipys.median())
    assert one.ppf(U[:6].reshape(2, 3)) == pytest.approx(found[:6].reshape(2, 3), abs=1e-15)


@pytest.mark.parametrize("low", [0.1, 1, 3])
def test_a_lognormal_is_cut_at_its_ends(low: float) -> None:
    # Its cdf is (P(ln x) - P(ln low)) / (P(ln high) - P(ln low)), P the normal's with mean ln 2 and sd 0.7.
    x = shaped("lognormal", median=2, sigma=0.7, low=low, high=9).ppf(U)
    below = stats.norm(math.log(2), 0.7).cdf
    share = (below(np.log(x)) - below(math.log(low))) / (below(math.log(9)) - below(math.log(low)))
    assert share == pytest.approx(U, abs=1e-12)
    # Never beyond, though exp(ln 9) is, in its last digit.
    assert low <= x.min() <= x.max() <= 9


@pytest.mark.parametrize(
    ("one", "field", "words"),
    [
        (("gamma", {"low": 0, "high": 1}), "shape", "'gamma' is not one of fixed, uniform, triangular"),
        (("uniform", {"low": 0}), "high", "has low, high"),
        (("uniform", {"low": 0, "high": 1, "mode": 0.5}), "mode", "has low, high, and no mode"),
        (("uniform", {"low": 2, "high": 1}), "low", "the low end 2 does not lie below the high end 1"),
        (("uniform", {"low": 0, "high": math.inf}), "high", "inf is not a finite number"),
        (("fixed", {"value": math.nan}), "value", "nan is not a finite number"),
        (("triangular", {"low": 1, "mode": 1, "high": 1}), "low", "does not lie below"),
        (("pert", {"low": 0, "mode": 1.5, "high": 1}), "mode", "1.5 lies outside 0 to 1"),
        (("truncated_normal", {"mean": 0, "sd": 0, "low": 0, "high": 1}), "sd", "0 is not above 0"),
        (("lognormal", {"median": 1, "sigma": 1, "low": 0, "high": 2}), "low", "0 is not above 0"),
        (("lognormal", {"median": -1, "sigma": 1, "low": 1, "high": 2}), "median", "-1 is not above 0"),
        (("beta", {"alpha": 1, "beta": -2, "low": 0, "high": 1}), "beta", "-2 is not above 0"),
    ],
)
def test_numbers_that_make_no_distribution_are_refused(one: tuple[str, Any], field: str, words: str) -> None:
    with pytest.raises(DistributionError) as error:
        Distribution(*one)
    assert error.value.field == field
    assert words in str(error.value)


# Inputs and points ----------------------------------------------------------------------------------------------------


def test_printed_inputs_are_drawn_over_what_they_stand_for_and_assumptions_only_when_told(model: Model) -> None:
    told = {"persons_per_transfer": triangular(0.7, 0.9, 1), "former_detainees": uniform(0, 1)}
    found = inputs(model.plan("at_risk_2021"), told)
    assert {name: (one.shape, one.low, one.high) for name, one in found.distributions.items()} == {
        "at_risk_2019": ("uniform", 1_550_000, 1_650_000),
        "transfers_2021": ("uniform", 3_165_000, 3_175_000),
        "growth_2019_2021": ("uniform", 0.1045, 0.1055),
        "persons_per_transfer": ("triangular", 0.7, 1),
    }


def three(*correlations: Correlation) -> Inputs:
    def total(a, b, c):  # type: ignore[no-untyped-def]
        return a + b + c

    made = small_model(total, assumptions=[assumption(name, 0.5) for name in "abc"])
    shapes = {"a": uniform(0, 1), "b": triangular(0, 0.2, 1), "c": shaped("beta", alpha=2, beta=5, low=0, high=1)}
    return inputs(made.plan("total"), shapes, correlations)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("ab", "ac", "bc"), [(0.8, 0, 0), (-0.6, 0, 0.3), (1, 0, 0), (-1, 0.4, -0.4), (1, 1, 1)])
def test_ranks_are_correlated_as_told_and_margins_stay(method: str, ab: float, ac: float, bc: float) -> None:
    n = 2**14
    values = three(("a", "b", ab), ("c", "a", ac), ("b", "c", bc)).values(points(3, n, 3, 0, method))
    found = stats.spearmanr(np.column_stack([values[name] for name in "abc"])).statistic
    # One part in the root of n is 0.008.
    assert (found[0, 1], found[0, 2], found[1, 2]) == pytest.approx((ab, ac, bc), abs=0.025)
    for name, wanted in (("a", stats.uniform), ("b", stats.triang(0.2)), ("c", stats.beta(2, 5))):
        # Kolmogorov's distance passes 1.95 over the root of n once in a thousand.
        assert stats.kstest(values[name], wanted.cdf).statistic < 1.95 / math.sqrt(n)


def test_correlations_that_cannot_hold_together_are_refused() -> None:
    with pytest.raises(ModelError, match=r"^these rank correlations can't hold together: a with b at 0\.9, a with c"):
        three(("a", "b", 0.9), ("a", "c", 0.9), ("b", "c", -0.9))


@pytest.mark.parametrize("method", METHODS)
def test_a_block_of_points_uses_the_seed_that_is_spawned_for_it(method: str) -> None:
    child = np.random.SeedSequence(9).spawn(4)[3]
    found = points(2, 8, 9, 3, method)
    if method == "sobol":
        wanted = stats.qmc.Sobol(2, rng=np.random.Generator(np.random.SFC64(child))).random(8).T
        assert np.array_equal(found, wanted)
    else:
        # A word holds two numbers of 32 bits; which of them comes first is the machine's.
        words = np.random.SFC64(child).random_raw(8)
        halves = {int(word) & 0xFFFFFFFF for word in words} | {int(word) >> 32 for word in words}
        assert set((found * 2**32).astype(np.int64).ravel().tolist()) == halves
    for other in (points(2, 8, 9, 2, method), points(2, 8, 8, 3, method)):
        assert not np.isin(other, found).any()


@pytest.mark.parametrize(
    ("n", "seed", "method", "words"),
    [
        (1024, 0, "halton", "'halton' is not one of sobol, random"),
        (1024, -1, "sobol", "the seed -1 lies below 0"),
        (8, 0, "sobol", "8 draws are outside the 16 to"),
        (2**35, 0, "random", "draws are outside the 16 to"),
        (1000, 0, "sobol", "1,000 draws are no power of two, as Sobol points need; take 512 or 1,024"),
    ],
)
def test_draws_that_cannot_be_made_are_refused(n: int, seed: int, method: str, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        check_draws(n, seed, method)
    with pytest.raises(ModelError, match=words):
        draw(sum_and_product(), ["total"], ARTICLE, UNIT, n=n, seed=seed, method=method)


@pytest.mark.parametrize(
    ("quantities", "told", "words"),
    [
        (["totl"], UNIT, "'totl' is not a quantity; did you mean 'total'"),
        (["total"], {"c": uniform(0, 1)}, "'c' is not a quantity"),
        (["total"], {"a": uniform(0, 1.5)}, "a = 1.5 lies outside its allowed range of 0 to 1"),
    ],
)
def test_names_and_ranges_are_checked_before_drawing(quantities: list[str], told: Any, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        draw(sum_and_product(), quantities, ARTICLE, told, n=64)


# Draws against closed forms -------------------------------------------------------------------------------------------

#: The sum of two U(0, 1) has the cdf s^2 / 2 up to 1: the 5th percentile is sqrt(0.1), the 95th 2 - sqrt(0.1).
SUM = {"mean": 1.0, "sd": math.sqrt(1 / 6), "p05": math.sqrt(0.1), "p50": 1.0, "p95": 2 - math.sqrt(0.1)}
#: Their product has mean 1/4, variance 1/9 - 1/16 = 7/144, and the cdf x (1 - ln x).
PRODUCT = {"mean": 0.25, "sd": math.sqrt(7 / 144)} | {
    name: optimize.brentq(lambda x, share=share: x * (1 - math.log(x)) - share, 1e-9, 1)
    for name, share in PERCENTILES.items()
}


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(("n", "method"), [(2**16, "sobol"), (2**19, "random")])
def test_a_sum_and_a_product_of_two_uniforms(n: int, method: str, compiled: bool) -> None:
    found = draw(sum_and_product(), ["total", "product"], ARTICLE, UNIT, n=n, method=method, compiled=compiled)
    assert (found.n, found.kept, found.seed, found.method, found.violations) == (n, n, 0, method, {})
    # Four over the root of n, or for a net less.
    room = 4 / math.sqrt(n) if method == "random" else 5e-4
    for name, truth in (("total", SUM), ("product", PRODUCT)):
        summary = found.summaries[name]
        for number, wanted in truth.items():
            assert getattr(summary, number) == pytest.approx(wanted, abs=room)
            assert abs(getattr(summary, number) - wanted) < 6 * summary.error[number] + 2 / BINS


@pytest.mark.parametrize(("n", "method"), [(2**13, "sobol"), (2**17, "random")])
def test_the_numerical_error_is_of_the_right_size(n: int, method: str) -> None:
    scaled = []
    for seed in range(12):
        found = draw(sum_and_product(), ["product"], ARTICLE, UNIT, n=n, seed=seed, method=method).summaries["product"]
        scaled.append([(getattr(found, name) - truth) / found.error[name] for name, truth in PRODUCT.items()])
    # In errors, the root mean square is Student's with 15 degrees of freedom: 1.07, over 60 numbers, give or take.
    assert 0.7 < np.sqrt(np.mean(np.square(scaled))) < 1.5


def test_the_numerical_error_is_the_standard_error_over_sixteen_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "ROWS", 300)
    found = draw(sum_and_product(), ["total"], ARTICLE, UNIT, n=9600, method="random")
    totals = np.concatenate([points(2, 300, 0, block, "random").sum(axis=0) for block in range(32)])
    # Block i belongs to part i modulo 16.
    parts = [totals[np.arange(9600) // 300 % PARTS == part] for part in range(PARTS)]
    error = found.summaries["total"].error
    assert error["mean"] == pytest.approx(np.std([part.mean() for part in parts], ddof=1) / 4, rel=1e-6)
    assert error["sd"] == pytest.approx(np.std([part.std(ddof=1) for part in parts], ddof=1) / 4, rel=1e-6)


# Draws against the same draws in numpy --------------------------------------------------------------------------------

RANGED: Mapping[str, Distribution] = {
    "former_detainees": shaped("pert", low=200_000, mode=350_000, high=600_000),
    "overlap": uniform(0, 0.5),
    "persons_per_transfer": triangular(0.7, 0.9, 1),
    "persons_per_transfer_drift": shaped("truncated_normal", mean=1, sd=0.03, low=0.95, high=1.05),
    "at_risk_share_of_new": shaped("beta", alpha=2, beta=2, low=0.62, high=1),
}


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize(("n", "method"), [(2**14, "sobol"), (5000, "random"), (20_077, "random")])
def test_numbers_are_those_of_the_same_draws(
    model: Model, n: int, method: str, compiled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draws, "ROWS", 512)
    tied = [("overlap", "former_detainees", 0.5)]
    names = ["at_risk_total", "net_new_persons"]
    found = draw(model, names, ARTICLE, RANGED, tied, n=n, method=method, compiled=compiled)
    v = found.inputs.values(cube(found))
    # The formulas of the two, written out.
    added = v["persons_per_transfer"] * v["transfers_2021"]
    added = added * v["persons_per_transfer_drift"] - added / (1 + v["growth_2019_2021"])
    whole = v["at_risk_2019"] + added * v["at_risk_share_of_new"] + v["former_detainees"] * (1 - v["overlap"])
    for name, x in (("at_risk_total", whole), ("net_new_persons", added)):
        summary = found.summaries[name]
        assert summary.mean == pytest.approx(x.mean(), rel=1e-9)
        assert summary.sd == pytest.approx(x.std(ddof=1), rel=1e-9)
        (bounds,) = model.plan(name).bounds(ranges={k: Interval(one.low, one.high) for k, one in RANGED.items()})
        for p, share in PERCENTILES.items():
            # It lies between the draws on either side of the share, to a bin.
            rank, width = math.ceil(share * n), (bounds.high - bounds.low) / BINS * (1 + 1e-6)
            assert np.sort(x)[rank - 1] - width <= getattr(summary, p) <= np.sort(x)[rank] + width


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", RANGED)
def test_a_compiled_loop_draws_the_same_with_every_shape(model: Model, name: str, method: str) -> None:
    told = {name: RANGED[name]}
    found = [draw(model, ["at_risk_total"], ARTICLE, told, n=2**12, method=method, compiled=how) for how in (0, 1)]
    alike(*found)


def test_one_compilation_serves_other_numbers(model: Model) -> None:
    told = {"overlap": uniform(0, 0.5)}
    draw(model, ["at_risk_total"], ARTICLE, told, n=64, compiled=True)
    before = draws._compile.cache_info().misses
    other = model.setting(values={"former_detainees": 4e5})
    draw(model, ["at_risk_total"], other, {"overlap": uniform(0.1, 0.3)}, n=128, seed=9, compiled=True)
    assert draws._compile.cache_info().misses == before


def test_a_minimum_and_a_value_that_another_quantity_has_are_compiled_as_well(model: Model) -> None:
    from analysis.core.units import minimum

    def least(a, b):  # type: ignore[no-untyped-def]
        return minimum(a, b)

    made = small_model(least, assumptions=[assumption("a", 0.5), assumption("b", 0.5)])
    found = [draw(made, ["least"], ARTICLE, UNIT, n=2**12, compiled=how) for how in (False, True)]
    alike(*found)
    # The smaller of two U(0, 1) has mean 1/3 and median 1 - sqrt(1/2).
    assert found[0].summaries["least"].mean == pytest.approx(1 / 3, abs=1e-3)
    assert found[0].summaries["least"].p50 == pytest.approx(1 - math.sqrt(0.5), abs=1e-3)


def test_numba_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def third(a):  # type: ignore[no-untyped-def]
        return a / 3

    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(InputError, match=r"^numba is not installed; the extra `compiled` brings it$"):
        draw(small_model(third, assumptions=[assumption("a", 0.5)]), ["third"], ARTICLE, {}, n=64, compiled=True)


def test_the_seed_makes_the_draws_and_the_threads_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(seed: int, threads: int, method: str) -> Draws:
        monkeypatch.setattr(os, "cpu_count", lambda: threads)
        return draw(sum_and_product(), ["total", "product"], ARTICLE, UNIT, n=2**13, seed=seed, method=method)

    for method in METHODS:
        assert drawn(0, 1, method) == drawn(0, 5, method)
        assert len({drawn(seed, 1, method).summaries["product"].mean for seed in (0, 1, 2)}) == 3


def test_an_input_of_one_value_has_that_value_and_a_planned_figure_does_not_move(model: Model) -> None:
    # 1.6 million and 301,221.7 and half of 350,000; rounding moves the mean by far less than a person in 100,000.
    for one in (shaped("fixed", value=0.5), uniform(0.5, 0.5)):
        found = draw(model, ["at_risk_total"], ARTICLE, {"overlap": one}, n=1024).summaries["at_risk_total"]
        assert found.mean == pytest.approx(1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 175_000, rel=1e-5)
    planned = draw(model, ["planned_transfers_2016_2020"], ARTICLE, {}, n=64).summaries["planned_transfers_2016_2020"]
    assert (planned.mean, planned.p50, planned.sd) == (
        pytest.approx(2.2e6),
        pytest.approx(2.2e6),
        pytest.approx(0, abs=0.1),
    )


# Draws past a limit ---------------------------------------------------------------------------------------------------


def doubled() -> Model:
    """A share of at most a half, which is twice a number of 0 to 1, and ten times that share."""

    def share__doubled(x):  # type: ignore[no-untyped-def]
        return 2 * x

    def target(share):  # type: ignore[no-untyped-def]
        return 10 * share

    given = [assumption("x", 0.1), assumption("share", 0.3, maximum=0.5)]
    return small_model(share__doubled, target, assumptions=given, defaults={"share": "doubled"})


@pytest.mark.parametrize("compiled", [False, True])
def test_draws_past_a_limit_are_left_out_and_counted(compiled: bool) -> None:
    found = draw(doubled(), ["target"], ARTICLE, {"x": uniform(0, 1)}, n=3000, method="random", compiled=compiled)
    (x,) = cube(found)
    fine = 2 * x <= 0.5
    assert found.violations == {"share outside 0 to 0.5": int((~fine).sum())}
    assert found.kept == int(fine.sum())
    summary = found.summaries["target"]
    assert summary.mean == pytest.approx((20 * x[fine]).mean(), rel=1e-9)
    # The draws left are even from 0 to 5.
    assert (summary.p05, summary.p50, summary.p95) == pytest.approx((0.25, 2.5, 4.75), abs=0.3)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_draw_that_violates_several_is_counted_with_each_and_left_out_once(compiled: bool) -> None:
    def first(a):  # type: ignore[no-untyped-def]
        return 1 * a

    def second(b):  # type: ignore[no-untyped-def]
        return 1 * b

    def both(first, second):  # type: ignore[no-untyped-def]
        return first + second

    made = small_model(
        first,
        second,
        both,
        claims=[claim("printed_most", "1500000", quantity="most", target=True, rounding_unit="1")],
        assumptions=[assumption("a", 2e5, maximum=1e6), assumption("b", 5e5, maximum=1e6)],
        caps=[
            Cap(quantity="first", at_most="second"),
            Cap(quantity="both", at_most="printed_most + 0", label="the most"),
        ],
    )
    told = {"a": uniform(0, 1e6), "b": uniform(0, 1e6)}
    found = draw(made, ["both"], ARTICLE, told, n=2**12, compiled=compiled)
    place = {name: i for i, name in enumerate(found.inputs.distributions)}
    a, b = (cube(found)[place[name]] * 1e6 for name in "ab")
    one, two = a > b, a + b > 1.5e6
    assert found.violations == {"first at most second": int(one.sum()), "both at most the most": int(two.sum())}
    assert found.kept == int((~(one | two)).sum())
    # Half lie above the diagonal, an eighth above the sum, a sixteenth above both: 7/16 are left.
    assert found.kept / found.n == pytest.approx(7 / 16, abs=0.01)
    assert found.summaries["both"].mean == pytest.approx((a + b)[~(one | two)].mean(), rel=1e-9)


def test_without_a_draw_within_the_limits_there_is_no_number() -> None:
    found = draw(doubled(), ["target"], ARTICLE, {"x": uniform(0.8, 1)}, n=64)
    assert (found.kept, found.violations) == (0, {"share outside 0 to 0.5": 64})
    assert all(math.isnan(getattr(found.summaries["target"], number)) for number in ("mean", "sd", *PERCENTILES))


def test_a_quantity_that_only_its_limit_bounds_is_drawn_within_it() -> None:
    def share__inverse(x):  # type: ignore[no-untyped-def]
        return 1 / x

    given = [assumption("x", 1, minimum=-1, maximum=4), assumption("share", 0.5, maximum=2)]
    made = small_model(share__inverse, assumptions=given, defaults={"share": "inverse"})
    found = draw(made, ["share"], ARTICLE, {"x": uniform(-1, 4)}, n=2**12)
    x = cube(found)[0] * 5 - 1
    kept = 1 / x[x >= 0.5]
    assert found.kept == len(kept)
    assert found.summaries["share"].mean == pytest.approx(kept.mean(), rel=1e-9)
    assert found.summaries["share"].p50 == pytest.approx(np.median(kept), abs=2 / BINS)


def test_a_quantity_without_bounds_is_refused() -> None:
    def inverse(x):  # type: ignore[no-untyped-def]
        return 1 / x

    with pytest.raises(
        ModelError, match=r"^inverse has no bounds under these distributions: something is divided by 0$"
    ):
        draw(small_model(inverse, assumptions=[assumption("x", 0.5)]), ["inverse"], ARTICLE, {"x": uniform(0, 1)}, n=64)


# Blocks ---------------------------------------------------------------------------------------------------------------


def test_an_address_without_a_scheduler_is_refused() -> None:
    pytest.importorskip("distributed")
    reach("")
    with pytest.raises(InputError, match=r"^no Dask scheduler answers at 'nonsense'"):
        reach("nonsense")
