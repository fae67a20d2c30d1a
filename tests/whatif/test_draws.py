"""Uncertainty: distributions against scipy.stats, draws against closed forms and the same draws in plain numpy."""

import dataclasses
import itertools
import math
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, special, stats

from analysis.core.model import ARTICLE, Model, ModelError
from analysis.core.register import InputError
from analysis.whatif import draws as uncertainty
from analysis.whatif.draws import (
    BINS,
    METHODS,
    PARTS,
    PERCENTILES,
    ROWS,
    SHAPES,
    Distribution,
    DistributionError,
    Inputs,
    apart,
    binding,
    check_draws,
    draw,
    inputs,
    percentile,
    points,
    run_blocks,
)
from analysis.whatif.scenarios import find
from tests.conftest import ROOT
from tests.small import assumption, claim, module, small_model

U = np.concatenate([[0.0, 1.0], np.linspace(1e-6, 1 - 1e-6, 401)])


def uniform(low, high):
    return Distribution("uniform", {"low": low, "high": high})


def triangular(low, mode, high):
    return Distribution("triangular", {"low": low, "mode": mode, "high": high})


def pert(low, mode, high):
    return Distribution("pert", {"low": low, "mode": mode, "high": high})


def lognormal(median, sigma, low, high):
    return Distribution("lognormal", {"median": median, "sigma": sigma, "low": low, "high": high})


def truncated_normal(mean, sd, low, high):
    return Distribution("truncated_normal", {"mean": mean, "sd": sd, "low": low, "high": high})


def beta(alpha, beta, low, high):
    return Distribution("beta", {"alpha": alpha, "beta": beta, "low": low, "high": high})


def sum_and_product():
    """Two numbers from 0 to 1, their sum and their product."""

    def total(a, b):
        return a + b

    def product(a, b):
        return a * b

    return small_model(total, product, assumptions=[assumption("a", 0.5), assumption("b", 0.5)])


UNIT = {"a": uniform(0, 1), "b": uniform(0, 1)}


def cube(found):
    """The points of every block of some draws, one after the other: (inputs, n)."""
    # At least PARTS blocks, of ROWS draws at most.
    size = min(ROWS, -(-found.n // PARTS))
    starts = range(0, found.n, size)
    blocks = [
        points(len(found.inputs), min(size, found.n - start), found.seed, i, found.method)
        for i, start in enumerate(starts)
    ]
    return np.concatenate(blocks, axis=1)


def rebuilt(found, plan):
    """Every value of every node, draw by draw, with nothing left out."""
    drawn = found.inputs.values(cube(found))
    values = plan.evaluate({**plan.start, **drawn})
    return {name: np.broadcast_to(np.asarray(value, float), (found.n,)) for name, value in values.items()}


# Shapes ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "scipys"),
    [
        (uniform(-2, 3), stats.uniform(-2, 5)),
        (triangular(1, 2, 5), stats.triang(0.25, 1, 4)),  # the mode at a quarter of the width
        (triangular(1, 1, 5), stats.triang(0, 1, 4)),
        (triangular(1, 5, 5), stats.triang(1, 1, 4)),
        (triangular(0, 0.12, 0.5), stats.triang(0.24, 0, 0.5)),
        # A PERT from 1 to 5: alpha 1 + 4 x (mode - 1) / 4, beta 1 + 4 x (5 - mode) / 4
        (pert(1, 2, 5), stats.beta(2, 4, 1, 4)),
        (pert(1, 1, 5), stats.beta(1, 5, 1, 4)),
        (pert(1, 5, 5), stats.beta(5, 1, 1, 4)),
        # 0 to 5 about a mean of 1 with an sd of 2: half a sd below, two sds above
        (truncated_normal(1, 2, 0, 5), stats.truncnorm(-0.5, 2, 1, 2)),
        (truncated_normal(9, 2, 0, 5), stats.truncnorm(-4.5, -2, 9, 2)),  # the mean lies outside
        (beta(2, 3, 0, 1), stats.beta(2, 3)),
        (beta(0.5, 0.5, -1, 3), stats.beta(0.5, 0.5, -1, 4)),
        (Distribution("fixed", {"value": 7}), None),
    ],
    ids=lambda one: one.shape if isinstance(one, Distribution) else "",
)
def test_every_shape_has_the_percentiles_that_scipy_gives_it(one, scipys):
    found = one.ppf(U)
    wanted = np.full(len(U), 7.0) if scipys is None else scipys.ppf(U)
    assert found == pytest.approx(wanted, rel=1e-12, abs=1e-12)
    assert (found[0], found[1]) == pytest.approx((one.low, one.high), abs=1e-15)
    assert found.min() >= one.low - 1e-15
    assert found.max() <= one.high + 1e-15
    assert one.median == pytest.approx(wanted[0] if scipys is None else scipys.median())
    # any shape of array, the same back
    assert one.ppf(U[:6].reshape(2, 3)) == pytest.approx(found[:6].reshape(2, 3), abs=1e-15)


@pytest.mark.parametrize("low", [0.1, 1, 3])
def test_a_lognormal_is_cut_where_it_is_told(low):
    # its cdf is (P(ln x) - P(ln low)) / (P(ln high) - P(ln low)), P the normal's with mean ln 2 and sd 0.7
    one = lognormal(2, 0.7, low, 9)
    below = stats.norm(math.log(2), 0.7).cdf
    x = one.ppf(U)
    share = (below(np.log(x)) - below(math.log(low))) / (below(math.log(9)) - below(math.log(low)))
    assert share == pytest.approx(U, abs=1e-12)
    assert (x[0], x[1]) == pytest.approx((low, 9))
    # never beyond, though exp(ln 9) is, in its last digit
    assert low <= x.min() <= x.max() <= 9
    # next to uncut, it is scipy's own, and its median the one that is named
    assert lognormal(2, 0.7, 1e-9, 1e9).ppf(U[2:]) == pytest.approx(stats.lognorm(0.7, scale=2).ppf(U[2:]), rel=1e-9)
    assert lognormal(2, 0.7, 1e-9, 1e9).median == pytest.approx(2)


def test_a_normal_is_cut_far_out_in_its_tail():
    # beyond x lies exp(log_ndtr(-x)) of the whole, so that the log of the share above is a difference of two logs
    one = truncated_normal(0, 1, 20, 30)
    x = one.ppf(U[2:])
    above = special.log_ndtr(-x) - special.log_ndtr(-20.0)
    assert np.exp(above) == pytest.approx(1 - U[2:], abs=1e-9)


@pytest.mark.parametrize("mode", [1, 1.5, 2, 4, 5])
def test_the_means_and_variances_of_a_triangular_and_of_a_pert(mode):
    u = (np.arange(200_000) + 0.5) / 200_000
    low, high = 1, 5
    x = triangular(low, mode, high).ppf(u)
    assert x.mean() == pytest.approx((low + mode + high) / 3, rel=1e-6)
    # (a^2 + b^2 + c^2 - ab - ac - bc) / 18
    squares = low**2 + mode**2 + high**2 - low * mode - low * high - mode * high
    assert x.var() == pytest.approx(squares / 18, rel=1e-4)
    x = pert(low, mode, high).ppf(u)
    mean = (low + 4 * mode + high) / 6
    assert x.mean() == pytest.approx(mean, rel=1e-6)
    # a beta of alpha + beta = 6: its variance is (mean - low) (high - mean) / 7
    assert x.var() == pytest.approx((mean - low) * (high - mean) / 7, rel=1e-4)


@pytest.mark.parametrize(
    ("shape", "numbers", "field", "words"),
    [
        ("gamma", {"low": 0, "high": 1}, "shape", "'gamma' is not one of fixed, uniform, triangular"),
        ("uniform", {"low": 0}, "high", "needs low, high"),
        ("uniform", {}, "low", "needs low, high"),
        ("fixed", {"low": 0}, "low", "has value, and no low"),
        ("uniform", {"low": 0, "high": 1, "mode": 0.5}, "mode", "has low, high, and no mode"),
        ("uniform", {"low": 2, "high": 1}, "low", "the low end 2 does not lie below the high end 1"),
        ("uniform", {"low": 0, "high": math.inf}, "high", "inf is not a finite number"),
        ("fixed", {"value": math.nan}, "value", "nan is not a finite number"),
        ("triangular", {"low": 1, "mode": 1, "high": 1}, "low", "does not lie below"),
        ("triangular", {"low": 0, "mode": 2, "high": 1}, "mode", "2 lies outside 0 to 1"),
        ("triangular", {"low": 0, "mode": -0.1, "high": 1}, "mode", "-0.1 lies outside 0 to 1"),
        ("pert", {"low": 0, "mode": 1.5, "high": 1}, "mode", "1.5 lies outside 0 to 1"),
        ("pert", {"low": 3, "mode": 3, "high": 3}, "low", "does not lie below"),
        ("truncated_normal", {"mean": 0, "sd": 0, "low": 0, "high": 1}, "sd", "0 is not above 0"),
        ("truncated_normal", {"mean": 0, "sd": -1, "low": 0, "high": 1}, "sd", "-1 is not above 0"),
        ("truncated_normal", {"mean": 0, "sd": 1, "low": 1, "high": 1}, "low", "does not lie below"),
        ("lognormal", {"median": 1, "sigma": 0, "low": 1, "high": 2}, "sigma", "0 is not above 0"),
        ("lognormal", {"median": 1, "sigma": 1, "low": 0, "high": 2}, "low", "0 is not above 0"),
        ("lognormal", {"median": 0, "sigma": 1, "low": 1, "high": 2}, "median", "0 is not above 0"),
        ("lognormal", {"median": -1, "sigma": 1, "low": 1, "high": 2}, "median", "-1 is not above 0"),
        ("beta", {"alpha": 0, "beta": 1, "low": 0, "high": 1}, "alpha", "0 is not above 0"),
        ("beta", {"alpha": 1, "beta": -2, "low": 0, "high": 1}, "beta", "-2 is not above 0"),
        ("beta", {"alpha": 1, "beta": 1, "low": 1, "high": 0}, "low", "does not lie below"),
    ],
)
def test_a_distribution_that_is_none_is_refused_with_its_field(shape, numbers, field, words):
    with pytest.raises(DistributionError) as error:
        Distribution(shape, numbers)
    assert error.value.field == field
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert isinstance(error.value, InputError)


def test_a_distribution_says_its_shape_and_numbers_and_is_what_they_are():
    one = triangular(0.7, 0.9, 1)
    assert str(one) == "triangular (low 0.7, mode 0.9, high 1)"
    same = Distribution("triangular", {"high": 1, "mode": 0.9, "low": 0.7})
    assert (one, hash(one)) == (same, hash(same))
    assert one != triangular(0.7, 0.8, 1)
    assert set(SHAPES) == {"fixed", "uniform", "triangular", "pert", "truncated_normal", "lognormal", "beta"}
    # one value drawn evenly is that value
    assert uniform(3, 3).ppf(U).tolist() == [3.0] * len(U)


# What is drawn, and how it is tied ------------------------------------------------------------------------------------


def test_printed_inputs_are_drawn_over_what_they_stand_for_and_assumptions_only_when_told(model):
    plan = model.plan("at_risk_2021")
    found = inputs(plan, {"persons_per_transfer": uniform(0.7, 1), "former_detainees": uniform(0, 1)})
    assert {name: (one.shape, one.low, one.high) for name, one in found.distributions.items()} == {
        "at_risk_2019": ("uniform", 1_550_000, 1_650_000),
        "transfers_2021": ("uniform", 3_165_000, 3_175_000),
        "growth_2019_2021": ("uniform", 0.1045, 0.1055),
        "persons_per_transfer": ("uniform", 0.7, 1),
    }
    assert (len(found), found.mixing) == (4, ())
    assert (found.ranges["growth_2019_2021"].low, found.ranges["growth_2019_2021"].high) == (0.1045, 0.1055)
    # what a printed input is drawn from can be told as well
    told = inputs(plan, {"transfers_2021": triangular(3.1e6, 3.17e6, 3.2e6)})
    assert told.distributions["transfers_2021"].shape == "triangular"


def three(correlations):
    def total(a, b, c):
        return a + b + c

    made = small_model(total, assumptions=[assumption(name, 0.5) for name in "abc"])
    shapes = {"a": uniform(0, 1), "b": triangular(0, 0.2, 1), "c": beta(2, 5, 0, 1)}
    return inputs(made.plan("total"), shapes, correlations)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("ab", "ac", "bc"), [(0.8, 0, 0), (-0.6, 0, 0.3), (0.5, 0.5, 0.5), (1, 0, 0), (-1, 0.4, -0.4)])
def test_ranks_are_correlated_as_told_and_margins_stay(method, ab, ac, bc):
    tied = three([("a", "b", ab), ("c", "a", ac), ("b", "c", bc)])
    n = 2**14
    values = tied.values(points(3, n, 3, 0, method))
    found = stats.spearmanr(np.column_stack([values["a"], values["b"], values["c"]])).statistic
    # one part in the root of n is 0.008
    assert (found[0, 1], found[0, 2], found[1, 2]) == pytest.approx((ab, ac, bc), abs=0.025)
    for name, wanted in (("a", stats.uniform), ("b", stats.triang(0.2)), ("c", stats.beta(2, 5))):
        # Kolmogorov's distance passes 1.95 over the root of n once in a thousand
        assert stats.kstest(values[name], wanted.cdf).statistic < 1.95 / math.sqrt(n)


def test_three_that_all_rank_alike_can_hold_together():
    values = three([("a", "b", 1), ("a", "c", 1), ("b", "c", 1)]).values(points(3, 4096, 0, 0, "sobol"))
    order = np.argsort(values["a"])
    for name in "bc":
        # in the order of the one, the others rise as well
        assert stats.spearmanr(values["a"][order], values[name][order]).statistic == pytest.approx(1, abs=1e-6)


def test_no_correlation_and_one_of_nought_leave_the_points_as_they_are():
    assert three([]).mixing == three([("a", "b", 0)]).mixing == ()


@pytest.mark.parametrize(
    "correlations",
    [
        [("a", "b", 0.9), ("a", "c", 0.9), ("b", "c", -0.9)],
        [("a", "b", 0.7), ("b", "c", 0.7), ("a", "c", -0.7)],
    ],
)
def test_correlations_that_cannot_hold_together_are_refused(correlations):
    with pytest.raises(ModelError, match=r"these rank correlations can't hold together: a with b at 0\.[79]") as error:
        three(correlations)
    assert "\n" not in str(error.value)


def test_a_correlation_with_something_that_is_not_drawn_here_is_left_out():
    # A scenario may tie what another quantity rests on; its file is refused where it names nothing that is drawn.
    assert three([("a", "nonsense", 0.5)]) == three([])


@pytest.mark.parametrize("rank", [-0.7, 0.4])
def test_a_correlation_widens_or_narrows_a_sum(rank):
    # of two uniforms the plain correlation is that of the ranks: variance 1/12 + 1/12 + 2 rank / 12
    found = draw(sum_and_product(), ["total"], ARTICLE, UNIT, [("a", "b", rank)], n=2**15).summaries["total"]
    assert found.mean == pytest.approx(1, abs=1e-3)
    assert found.sd == pytest.approx(math.sqrt((1 + rank) / 6), rel=3e-3)


# Points ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_a_block_is_the_same_whatever_else_is_computed(method):
    alone = points(3, 64, 5, 7, method)
    assert alone.shape == (3, 64)
    assert (alone >= 0).all()
    assert (alone < 1).all()
    before = [points(3, 64, 5, block, method) for block in range(7)]
    assert np.array_equal(points(3, 64, 5, 7, method), alone)
    # each block differs from each other one, as each seed does
    for other in [*before, points(3, 64, 6, 7, method), points(3, 64, 0, 7, method), points(3, 64, 1, 7, method)]:
        assert not np.isin(other, alone).all()
    if method == "random":
        # five in the root of 192; nets keep their order of halves, and are independent as a whole
        assert all(abs(np.corrcoef(other.ravel(), alone.ravel())[0, 1]) < 0.36 for other in before)


def test_sobol_points_of_a_block_lie_one_in_each_slice():
    u = points(4, 256, 0, 2, "sobol")
    # a scrambled net has one point in each 256th of each axis
    assert (np.sort(np.floor(u * 256), axis=1) == np.arange(256)).all()


def test_a_block_of_points_uses_the_seed_that_is_spawned_for_it():
    child = np.random.SeedSequence(9).spawn(4)[3]
    words = np.random.SFC64(child).random_raw(8)
    # a word holds two numbers of 32 bits; which of them comes first is the machine's
    halves = {int(word) & 0xFFFFFFFF for word in words} | {int(word) >> 32 for word in words}
    assert set((points(2, 4, 9, 3, "random") * 2**32).astype(np.int64).ravel().tolist()) <= halves
    wanted = stats.qmc.Sobol(2, rng=np.random.Generator(np.random.SFC64(child))).random(8).T
    assert np.array_equal(points(2, 8, 9, 3, "sobol"), wanted)


def test_random_points_fill_the_cube_evenly():
    u = points(3, 2**15, 0, 0, "random")
    for row in u:
        assert stats.kstest(row, stats.uniform.cdf).statistic < 1.95 / math.sqrt(2**15)
    assert np.abs(np.corrcoef(u) - np.eye(3)).max() < 5 / math.sqrt(2**15)


@pytest.mark.parametrize(
    ("n", "seed", "method", "words"),
    [
        (1024, 0, "halton", "'halton' is not one of sobol, random"),
        (1024, -1, "sobol", "the seed -1 lies below 0"),
        (8, 0, "sobol", "8 draws are too few; 16 are the least"),
        (0, 0, "random", "0 draws are too few"),
        (1000, 0, "sobol", "1,000 draws are no power of two, as Sobol points need; take 512 or 1,024"),
        (1025, 0, "sobol", "take 1,024 or 2,048"),
    ],
)
def test_draws_that_cannot_be_made_are_refused_in_one_sentence(n, seed, method, words):
    with pytest.raises(ModelError) as error:
        check_draws(n, seed, method)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    with pytest.raises(ModelError):
        draw(sum_and_product(), ["total"], ARTICLE, UNIT, n=n, seed=seed, method=method)


def test_draws_that_can_be_made_are_not_refused():
    check_draws(16, 0, "sobol")
    check_draws(1000, 0, "random")


# Draws against closed forms -------------------------------------------------------------------------------------------


def close(found, truth, width, n):
    """Each number within six numerical errors of the truth, and a grain: for a percentile, a bin.

    For the sd, one part in 2 n: it divides by n - 1, which is right for random draws and that much too wide for a net.
    """
    for name, number in truth.items():
        grain = width if name in PERCENTILES else abs(number) * (1e-9 if name == "mean" else 1.01 / (2 * n))
        assert abs(getattr(found, name) - number) < 6 * found.error[name] + grain, name


#: The sum of two U(0, 1) has the cdf s^2 / 2 up to 1: the 5th percentile is sqrt(0.1), the 95th 2 - sqrt(0.1).
SUM = {"mean": 1.0, "sd": math.sqrt(1 / 6), "p05": math.sqrt(0.1), "p50": 1.0, "p95": 2 - math.sqrt(0.1)}
#: Their product has mean 1/4, variance 1/9 - 1/16 = 7/144, and the cdf x (1 - ln x).
PRODUCT = {
    "mean": 0.25,
    "sd": math.sqrt(7 / 144),
    **{
        name: optimize.brentq(lambda x, share=share: x * (1 - math.log(x)) - share, 1e-9, 1)
        for name, share in PERCENTILES.items()
    },
}


@pytest.mark.parametrize(("n", "method"), [(2**16, "sobol"), (2**19, "random")])
def test_a_sum_and_a_product_of_two_uniforms(n, method):
    found = draw(sum_and_product(), ["total", "product"], ARTICLE, UNIT, n=n, method=method)
    assert (found.n, found.kept, found.seed, found.method, found.violations) == (n, n, 0, method, {})
    close(found.summaries["total"], SUM, 2 / BINS, n)
    close(found.summaries["product"], PRODUCT, 1 / BINS, n)
    # and the numbers are of some use: four over the root of n, or for a net less
    room = 4 / math.sqrt(n) if method == "random" else 5e-4
    for name, truth in SUM.items():
        assert getattr(found.summaries["total"], name) == pytest.approx(truth, abs=room)
    for name, truth in PRODUCT.items():
        assert getattr(found.summaries["product"], name) == pytest.approx(truth, abs=room)


@pytest.mark.parametrize("shape", [triangular(2, 3, 7), pert(2, 3, 7), truncated_normal(4, 2, 2, 7), beta(2, 3, 2, 7)])
def test_one_input_comes_out_as_it_went_in(shape):
    def same(x):
        return x

    made = small_model(same, assumptions=[assumption("x", 3, minimum=0, maximum=9)])
    found = draw(made, ["same"], ARTICLE, {"x": shape}, n=2**16).summaries["same"]
    scipys = {
        "triangular": stats.triang(0.2, 2, 5),
        # alpha 1 + 4 / 5, beta 1 + 16 / 5
        "pert": stats.beta(1.8, 4.2, 2, 5),
        "truncated_normal": stats.truncnorm(-1, 1.5, 4, 2),
        "beta": stats.beta(2, 3, 2, 5),
    }[shape.shape]
    truth = {"mean": scipys.mean(), "sd": scipys.std(), **{p: scipys.ppf(share) for p, share in PERCENTILES.items()}}
    close(found, truth, 5 / BINS, 2**16)
    for name, number in truth.items():
        assert getattr(found, name) == pytest.approx(number, abs=2e-3)


@pytest.mark.parametrize(("n", "method"), [(2**13, "sobol"), (2**18, "random")])
def test_the_numerical_error_is_of_the_right_size(n, method):
    made = sum_and_product()
    scaled = []
    for seed in range(12):
        found = draw(made, ["product"], ARTICLE, UNIT, n=n, seed=seed, method=method).summaries["product"]
        scaled.append([(getattr(found, name) - truth) / found.error[name] for name, truth in PRODUCT.items()])
    # in errors, the root mean square is Student's with 15 degrees of freedom: 1.07, over 60 numbers, give or take
    assert 0.7 < np.sqrt(np.mean(np.square(scaled))) < 1.5
    assert np.abs(scaled).max() < 6


def test_the_numerical_error_shrinks_with_more_draws():
    made = sum_and_product()

    def error(n, method):
        return draw(made, ["product"], ARTICLE, UNIT, n=n, method=method).summaries["product"].error

    few, many = error(2**18, "random"), error(2**22, "random")
    # sixteen times the draws, a fourth of the error, itself known to some 18 percent at either end
    assert 2 < few["mean"] / many["mean"] < 8
    assert 2 < few["p50"] / many["p50"] < 8
    few, many = error(2**10, "sobol"), error(2**16, "sobol")
    # sixty-four times the draws: an eighth would be no better than random ones
    assert few["mean"] / many["mean"] > 30
    assert few["sd"] / many["sd"] > 15


@pytest.mark.parametrize("n", [1000, 4096, ROWS])
def test_few_random_draws_have_a_numerical_error_as_well(n):
    found = draw(sum_and_product(), ["total"], ARTICLE, UNIT, n=n, method="random").summaries["total"]
    # the standard error of the mean is sqrt(1/6 / n); from sixteen parts it is known to some 18 percent
    assert found.error["mean"] == pytest.approx(math.sqrt(1 / 6 / n), rel=0.7)


@pytest.mark.parametrize("n", [ROWS + 2, ROWS + 100, 20_000, 2 * ROWS + 5])
def test_a_short_last_block_of_random_draws_does_not_blow_up_the_error(n):
    found = draw(sum_and_product(), ["total"], ARTICLE, UNIT, n=n, method="random").summaries["total"]
    # of the size of sqrt(1/6 / n), within a factor of four
    wanted = math.sqrt(1 / 6 / n)
    assert wanted / 4 < found.error["mean"] < 4 * wanted


# The benchmark --------------------------------------------------------------------------------------------------------


def moments():
    """Mean and sd of the total under benchmarks/reference.yaml, from the moments of its nine inputs.

    total = south (ms - mo) + all mo + ratio transfers h new + detainees, with h = 1 - 1 / (1 + growth).
    """

    def even(low, high):
        return (low + high) / 2, (low * low + low * high + high * high) / 3  # mean, mean of the square

    def triangle(a, c, b):
        mean = (a + b + c) / 3
        return mean, mean**2 + (a * a + b * b + c * c - a * b - a * c - b * c) / 18

    all_of, south, ms, mo = even(2.585e6, 2.595e6), even(1.645e6, 1.655e6), even(0.85, 1), triangle(0, 0.12, 0.5)
    ratio, transfers, new, former = triangle(0.7, 0.9, 1), even(3.165e6, 3.175e6), even(0.5, 1), even(1e5, 6e5)
    # the mean of 1 / (1 + g) over g from a to b is ln((1 + b) / (1 + a)) / (b - a), of its square 1 / (1 + a) (1 + b)
    once, twice = math.log(1.1055 / 1.1045) / 0.001, 1 / (1.1055 * 1.1045)
    h = 1 - once, 1 - 2 * once + twice
    # south (ms - mo) + all mo: its square is S^2 (ms - mo)^2 + 2 S T (ms mo - mo^2) + T^2 mo^2, term by term
    base = south[0] * (ms[0] - mo[0]) + all_of[0] * mo[0]
    base_square = (
        south[1] * (ms[1] - 2 * ms[0] * mo[0] + mo[1])
        + 2 * south[0] * all_of[0] * (ms[0] * mo[0] - mo[1])
        + all_of[1] * mo[1]
    )
    added = ratio[0] * transfers[0] * h[0] * new[0]
    added_square = ratio[1] * transfers[1] * h[1] * new[1]
    variances = base_square - base**2, added_square - added**2, former[1] - former[0] ** 2
    return base + added + former[0], math.sqrt(sum(variances)), variances


def quantiles():
    """Percentiles of the same total: its three independent parts over fine grids, convolved in steps of 100 persons."""
    step = 100.0

    def middles(n):
        return (np.arange(n) + 0.5) / n

    def counted(x):
        places = np.rint(np.ravel(x) / step).astype(int)
        return np.bincount(places) / places.size

    # three points to an input that hardly moves, at the nodes that give a uniform's moments: the middle, and sqrt(0.15)
    # of the width to either side with weights 5 : 8 : 5; equal weights at sqrt(1/8) of the width serve as well
    narrow = np.array([-math.sqrt(1 / 8), 0, math.sqrt(1 / 8)])
    ms = (0.85 + 0.15 * middles(300))[:, None, None, None]
    mo = stats.triang(0.24, 0, 0.5).ppf(middles(300))[None, :, None, None]
    south, total = (1.65e6 + 1e4 * narrow)[:, None], (2.59e6 + 1e4 * narrow)[None, :]
    base = counted(south * ms + (total - south) * mo)
    ratio = stats.triang(2 / 3, 0.7, 0.3).ppf(middles(200))[:, None, None, None]
    new = (0.5 + 0.5 * middles(200))[None, :, None, None]
    transfers, growth = (3.17e6 + 1e4 * narrow)[:, None], (0.105 + 1e-3 * narrow)[None, :]
    added = counted(ratio * transfers * (1 - 1 / (1 + growth)) * new)
    # former detainees: 100,000 to 600,000, evenly
    former = np.zeros(6001)
    former[1000:] = 1.0
    former[[1000, 6000]] = 0.5
    below = np.cumsum(np.convolve(np.convolve(base, added), former / former.sum()))
    # what is counted at a place lies up to half a step beyond it
    return {name: float((np.interp(share, below, np.arange(len(below))) + 0.5) * step) for name, share in
            PERCENTILES.items()}  # fmt: skip


@pytest.fixture(scope="module")
def benchmark(model):
    scenario = find(str(ROOT / "benchmarks" / "reference.yaml"), model)
    setting = scenario.setting(model, "at_risk_total")
    return draw(model, ["at_risk_total"], setting, scenario.distributions, scenario.correlations, n=2**16)


def test_the_benchmark_has_the_moments_of_its_closed_form(benchmark):
    mean, sd, _ = moments()
    found = benchmark.summaries["at_risk_total"]
    assert (benchmark.kept, benchmark.violations, len(benchmark.inputs)) == (2**16, {}, 9)
    assert found.mean == pytest.approx(mean, rel=1e-6)
    assert found.sd == pytest.approx(sd, rel=2e-5)
    close(found, {"mean": mean, "sd": sd}, 0, 2**16)


def test_the_closed_form_of_the_benchmark_agrees_with_quadrature():
    # the one integral that is not a polynomial: h and its square over growth
    h = [integrate.quad(lambda g, k=k: (1 - 1 / (1 + g)) ** k / 0.001, 0.1045, 0.1055)[0] for k in (1, 2)]
    once, twice = math.log(1.1055 / 1.1045) / 0.001, 1 / (1.1055 * 1.1045)
    assert h == pytest.approx([1 - once, 1 - 2 * once + twice], rel=1e-10)


def test_the_benchmark_has_the_percentiles_of_a_convolution(benchmark):
    close(benchmark.summaries["at_risk_total"], quantiles(), 600, 2**16)


# Draws against the same draws in numpy --------------------------------------------------------------------------------


def ranged(model):
    return {
        "former_detainees": pert(200_000, 350_000, 600_000),
        "overlap": uniform(0, 0.5),
        "persons_per_transfer": triangular(0.7, 0.9, 1),
        "persons_per_transfer_drift": truncated_normal(1, 0.03, 0.95, 1.05),
        "at_risk_share_of_new": beta(2, 2, 0.62, 1),
    }


@pytest.mark.parametrize(
    ("n", "method"), [(2**14, "sobol"), (40_000, "random"), (5000, "random"), (16 * ROWS + 5000, "random")]
)
def test_moments_and_percentiles_are_those_of_the_same_draws(model, n, method):
    quantities = ["at_risk_total", "net_new_persons"]
    found = draw(model, quantities, ARTICLE, ranged(model), [("overlap", "former_detainees", 0.5)], n=n, method=method)
    plan = model.graph(tuple(quantities), ARTICLE, capped=True)
    values = rebuilt(found, plan)
    # the formulas of the two, written out
    v = values
    added = v["persons_per_transfer"] * v["transfers_2021"]
    added = added * v["persons_per_transfer_drift"] - added / (1 + v["growth_2019_2021"])
    total = v["at_risk_2019"] + added * v["at_risk_share_of_new"] + v["former_detainees"] * (1 - v["overlap"])
    for name, x in (("at_risk_total", total), ("net_new_persons", added)):
        summary = found.summaries[name]
        assert summary.mean == pytest.approx(x.mean(), rel=1e-9)
        assert summary.sd == pytest.approx(x.std(ddof=1), rel=1e-9)
        bounds = model.bounds(model.plan(name), ranges=found.inputs.ranges)
        width = (bounds.high[0] - bounds.low[0]) / BINS
        ordered = np.sort(x)
        for p, share in PERCENTILES.items():
            # the draw that a share of all does not exceed lies in the same bin
            assert abs(getattr(summary, p) - ordered[math.ceil(share * n) - 1]) <= width * (1 + 1e-6), (name, p)


@pytest.mark.parametrize("blocks", [1, 3])
def test_the_numerical_error_is_the_standard_error_over_sixteen_parts(blocks, monkeypatch):
    n = 2**14
    monkeypatch.setattr("analysis.whatif.draws.ROWS", -(-n // PARTS // blocks))
    monkeypatch.setitem(globals(), "ROWS", -(-n // PARTS // blocks))
    found = draw(sum_and_product(), ["total"], ARTICLE, UNIT, n=n, method="random")
    totals = found.inputs.values(cube(found))["a"] + found.inputs.values(cube(found))["b"]
    # Block i belongs to part i modulo 16.
    owner = np.arange(n) // -(-n // PARTS // blocks) % PARTS
    parts = [totals[owner == part] for part in range(PARTS)]
    error = found.summaries["total"].error
    assert error["mean"] == pytest.approx(np.std([part.mean() for part in parts], ddof=1) / 4, rel=1e-6)
    assert error["sd"] == pytest.approx(np.std([part.std(ddof=1) for part in parts], ddof=1) / 4, rel=1e-6)
    medians = [np.quantile(part, 0.5, method="inverted_cdf") for part in parts]
    assert error["p50"] == pytest.approx(np.std(medians, ddof=1) / 4, abs=2 / BINS)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_draw_outside_its_support_stops_the_run_unless_a_search_found_the_support(compiled, monkeypatch):
    made = sum_and_product()

    def narrow(searched):
        monkeypatch.setattr("analysis.whatif.draws._support", lambda *_: (0.5, BINS / 1.0, searched))
        return draw(made, ["total"], ARTICLE, UNIT, n=2**14, compiled=compiled)

    # The sum of two numbers from 0 to 1 lies below 0.5 in an eighth of all cases, and above 1.5 in another.
    summary = narrow(True).summaries["total"]
    assert summary.p05 == pytest.approx(0.5 + 0.05 / 0.125 / BINS, abs=0.02 / BINS)
    assert summary.p95 == pytest.approx(1.5 - 0.05 / 0.125 / BINS, abs=0.02 / BINS)
    assert summary.p50 == pytest.approx(1, abs=0.01)
    # A support that is left on one side only is left all the same.
    for support in ((0.5, BINS / 1.0), (0.5, BINS / 3.0), (-1.0, BINS / 2.5)):
        monkeypatch.setattr("analysis.whatif.draws._support", lambda *_, given=support: (*given, False))
        with pytest.raises(AssertionError, match=r"^a draw left the bounds that were computed for it$"):
            draw(made, ["total"], ARTICLE, UNIT, n=2**14, compiled=compiled)


def test_a_percentile_is_read_off_the_counts():
    # 1, 2 and 1 in bins of width 2 from 10 on: half of the four lies in the middle of the middle bin, at 13
    counts = np.array([1, 2, 1])
    assert percentile(counts, 0.5, 10.0, 0.5) == 13
    assert percentile(counts, 0.25, 10.0, 0.5) == 12  # the end of the first bin
    assert percentile(counts, 0.75, 10.0, 0.5) == 14
    assert percentile(counts, 0.875, 10.0, 0.5) == 15  # half of the last one
    assert percentile(np.array([0, 0, 4, 0]), 0.05, 0.0, 1.0) == pytest.approx(2.05)
    assert percentile(np.array([0, 0, 4]), 0.5, 0.0, 1.0) == 2.5
    assert math.isnan(percentile(np.zeros(5, int), 0.5, 0.0, 1.0))


def test_a_fixed_distribution_has_one_value_and_a_uniform_one_may():
    assert draw(sum_and_product(), ["total"], ARTICLE, {"a": Distribution("fixed", {"value": 0.25})}, n=16).kept == 16
    assert uniform(0.5, 0.5).median == 0.5


def test_equal_distributions_are_one_key_and_unequal_ones_are_not():
    assert len({uniform(0, 1): 1, uniform(0, 1): 2, uniform(0, 2): 3}) == 2
    assert hash(uniform(0, 1)) == hash(Distribution("uniform", {"high": 1, "low": 0}))


def test_the_same_seed_gives_the_same_and_nought_is_a_seed():
    made = sum_and_product()

    def drawn(seed, method, n=4096):
        return draw(made, ["total", "product"], ARTICLE, UNIT, n=n, seed=seed, method=method)

    assert drawn(0, "sobol") == drawn(0, "sobol")
    assert drawn(7, "random", 40_000) == drawn(7, "random", 40_000)
    for method in METHODS:
        means = {drawn(seed, method).summaries["product"].mean for seed in (0, 1, 2)}
        assert len(means) == 3


@pytest.mark.parametrize(("n", "method"), [(2**13, "sobol"), (100_000, "random")])
def test_the_number_of_threads_does_not_matter(monkeypatch, n, method):
    made = sum_and_product()
    found = []
    for count in (1, 5, None):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        found.append(draw(made, ["total", "product"], ARTICLE, UNIT, n=n, method=method))
    assert found[0] == found[1] == found[2]


def test_more_quantities_do_not_change_the_draws_of_one():
    made = sum_and_product()
    both = draw(made, ["total", "product"], ARTICLE, UNIT, n=1024)
    assert draw(made, ["total"], ARTICLE, UNIT, n=1024).summaries["total"] == both.summaries["total"]


def test_a_quantity_that_nothing_moves_stays_where_it_is(model):
    # a planned figure stands for its digits alone
    found = draw(model, ["planned_transfers_2016_2020"], ARTICLE, {}, n=64).summaries["planned_transfers_2016_2020"]
    assert (found.mean, found.p05, found.p50, found.p95) == pytest.approx((2.2e6,) * 4, rel=1e-8)
    assert found.sd == pytest.approx(0, abs=1e-2)


@pytest.mark.parametrize("one", [Distribution("fixed", {"value": 0.5}), uniform(0.5, 0.5)])
def test_what_is_drawn_from_one_value_has_that_value(model, one):
    # 1.6 million and 301,221.7 and half of 350,000; rounding moves the mean by far less than a person in 100,000
    found = draw(model, ["at_risk_total"], ARTICLE, {"overlap": one}, n=1024).summaries["at_risk_total"]
    assert found.mean == pytest.approx(1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 175_000, rel=1e-5)


# Draws without a meaning ----------------------------------------------------------------------------------------------


def with_share(maximum=0.5):
    """A share that twice a number of 0 to 1 stands for, and ten times that share."""

    def share__doubled(x):
        return 2 * x

    def target(share):
        return 10 * share

    return small_model(
        share__doubled,
        target,
        assumptions=[assumption("x", 0.1), assumption("share", 0.3, maximum=maximum)],
        defaults={"share": "doubled"},
    )


@pytest.mark.parametrize(("n", "method"), [(2**12, "sobol"), (3000, "random")])
def test_draws_of_a_share_beyond_its_limits_are_left_out_and_counted(n, method):
    made = with_share()
    found = draw(made, ["target"], ARTICLE, {"x": uniform(0, 1)}, n=n, method=method)
    x = cube(found)[0]
    fine = 2 * x <= 0.5
    assert found.violations == {"share from 0 to 0.5": int((~fine).sum())}
    assert found.kept == int(fine.sum())
    summary = found.summaries["target"]
    assert summary.mean == pytest.approx((20 * x[fine]).mean(), rel=1e-9)
    assert summary.sd == pytest.approx((20 * x[fine]).std(ddof=1), rel=1e-9)
    # what is left is even from 0 to 5
    assert (summary.p05, summary.p50, summary.p95) == pytest.approx((0.25, 2.5, 4.75), abs=0.15)


def test_draws_that_exceed_a_cap_are_left_out_and_counted(model):
    # at risk in 2021 at most the persons of 2021, 3.17 million times the ratio: below a ratio of some 0.56 it is more
    told = {"persons_per_transfer": uniform(0.3, 1), "at_risk_share_of_new": uniform(0, 1)}
    found = draw(model, ["at_risk_total"], ARTICLE, told, n=2**13)
    v = rebuilt(found, model.graph(("at_risk_total",), ARTICLE, capped=True))
    ratio, transfers = v["persons_per_transfer"], v["transfers_2021"]
    added = ratio * transfers * (1 - 1 / (1 + v["growth_2019_2021"]))
    at_risk = v["at_risk_2019"] + added * v["at_risk_share_of_new"]
    fine = at_risk <= ratio * transfers
    assert 0.2 < 1 - fine.mean() < 0.5  # (0.56 - 0.3) / 0.7 and somewhat less where few of those added count
    assert found.violations == {"at_risk_2021 at most persons_2021": int((~fine).sum())}
    assert found.kept == int(fine.sum())
    summary = found.summaries["at_risk_total"]
    x = np.sort((at_risk + 350_000)[fine])
    assert summary.mean == pytest.approx(x.mean(), rel=1e-9)
    assert summary.sd == pytest.approx(x.std(ddof=1), rel=1e-9)
    low, high = 1_550_000 + 350_000, 1_650_000 + 350_000 + 3_175_000 * (1 - 1 / 1.1055)
    for p, share in PERCENTILES.items():
        assert abs(getattr(summary, p) - x[math.ceil(share * len(x)) - 1]) <= (high - low) / BINS


def capped():
    """Two numbers of 0 to 1, of which the first can't exceed the second, nor their sum what a row prints."""

    def first(a):
        return 1 * a

    def second(b):
        return 1 * b

    def both(first, second):
        return first + second

    formulas = (first, second, both)
    made = small_model(
        *formulas,
        claims=[claim("printed_most", "1.5", target=True)],
        assumptions=[assumption("a", 0.2), assumption("b", 0.5)],
    )
    caps = (
        {"quantity": "first", "at_most": "second"},
        {"quantity": "both", "at_most": "printed_most + 0", "label": "the most"},
    )
    return Model(dataclasses.replace(made.register, caps=caps), [module(*formulas)])


def test_a_draw_that_violates_several_is_counted_with_each_and_left_out_once():
    found = draw(capped(), ["both"], ARTICLE, UNIT, n=2**12)
    a, b = cube(found)
    one, two = a > b, a + b > 1.5
    assert found.violations == {"first at most second": int(one.sum()), "both at most the most": int(two.sum())}
    assert found.kept == int((~(one | two)).sum())
    # half lie above the diagonal, an eighth above the sum, a sixteenth above both: 7/16 are left
    assert found.kept / found.n == pytest.approx(7 / 16, abs=0.01)
    assert found.summaries["both"].mean == pytest.approx((a + b)[~(one | two)].mean(), rel=1e-9)


def test_limits_and_caps_that_nothing_can_violate_are_not_looked_at(model):
    plan = model.graph(("at_risk_total",), ARTICLE, capped=True)
    drawn = inputs(plan, {"persons_per_transfer": uniform(0.7, 1)})
    assert binding(model, plan, drawn.ranges).caps == ()
    drawn = inputs(plan, {"persons_per_transfer": uniform(0.3, 1)})
    assert [str(cap) for cap in binding(model, plan, drawn.ranges).caps] == ["at_risk_2021 at most persons_2021"]
    made = with_share()
    plan = made.graph(("target",), ARTICLE, capped=True)
    assert binding(made, plan, inputs(plan, {"x": uniform(0, 0.25)}).ranges).limits == ()
    assert binding(made, plan, inputs(plan, {"x": uniform(0, 0.26)}).ranges).limits == (("share", 0, 0.5),)


def test_where_no_draw_has_a_meaning_there_is_no_number():
    found = draw(with_share(), ["target"], ARTICLE, {"x": uniform(0.8, 1)}, n=64)
    assert (found.kept, found.violations) == (0, {"share from 0 to 0.5": 64})
    summary = found.summaries["target"]
    assert all(math.isnan(x) for x in (summary.mean, summary.sd, summary.p05, summary.p50, summary.p95))


def test_percentiles_stay_fine_where_draws_without_a_meaning_run_far_off(model):
    # former detainees as the low end leaves them, over one less the overlap: without end as that goes to one, but of
    # what is kept none exceeds its 18 million
    setting = model.setting({"former_detainees": "from_low_end"})
    found = draw(model, ["former_detainees"], setting, {"overlap": uniform(0, 1)}, n=2**12)
    v = rebuilt(found, model.graph(("former_detainees",), setting, capped=True))
    added = v["transfers_2021"] * (1 - 1 / (1 + v["growth_2019_2021"]))
    x = (v["at_risk_total_low"] - v["at_risk_2019"] - added) / (1 - v["overlap"])
    x = np.sort(x[(x >= 0) & (x <= 18_040_304)])
    summary = found.summaries["former_detainees"]
    assert found.kept == len(x)
    assert summary.mean == pytest.approx(x.mean(), rel=1e-6)
    assert summary.p50 == pytest.approx(x[math.ceil(0.5 * len(x)) - 1], abs=18_040_304 / BINS)
    assert summary.p95 == pytest.approx(x[math.ceil(0.95 * len(x)) - 1], abs=18_040_304 / BINS)


def test_what_has_no_bounds_is_refused_or_has_the_right_percentiles():
    def inverse(x):
        return 1 / x

    made = small_model(inverse, assumptions=[assumption("x", 0.5)])
    try:
        found = draw(made, ["inverse"], ARTICLE, {"x": uniform(0, 1)}, n=1024).summaries["inverse"]
    except ModelError:
        return
    # 1 / x lies below v where x lies above 1 / v: the median is 2, the 95th percentile 20
    assert (found.p50, found.p95) == pytest.approx((2, 20), rel=0.05)


@st.composite
def shapes(draw, low, high):
    a, b = sorted(draw(st.lists(st.floats(low, high), min_size=2, max_size=2, unique=True)))
    mode = a + draw(st.floats(0, 1)) * (b - a)
    if not a < b or b - a < 1e-6 * (high - low):
        a, b, mode = low, high, high
    mode = min(max(mode, a), b)
    return draw(
        st.sampled_from(
            [
                uniform(a, b),
                triangular(a, mode, b),
                pert(a, mode, b),
                truncated_normal(mode, (b - a) * draw(st.floats(0.05, 5)), a, b),
                beta(draw(st.floats(0.2, 9)), draw(st.floats(0.2, 9)), a, b),
                *([lognormal(mode, draw(st.floats(0.05, 2)), a, b)] if a > 0 else []),
            ]
        )
    )


@settings(max_examples=6)
@given(data=st.data())
def test_no_draw_leaves_the_bounds_of_what_is_drawn(model, data):
    register = model.register.assumptions
    names = data.draw(st.sets(st.sampled_from(["overlap", "former_detainees", "persons_per_transfer",
                                               "persons_per_transfer_drift", "at_risk_share_of_new"])))  # fmt: skip
    told = {name: data.draw(shapes(register[name].minimum, register[name].maximum)) for name in sorted(names)}
    method = data.draw(st.sampled_from(METHODS))
    found = draw(model, ["at_risk_total"], ARTICLE, told, n=256, seed=data.draw(st.integers(0, 99)), method=method)
    plan = model.plan("at_risk_total")
    x = rebuilt(found, plan)["at_risk_total"]
    bounds = model.bounds(plan, ranges=found.inputs.ranges)
    room = 1e-9 * bounds.high[0]
    assert bounds.low[0] - room <= x.min()
    assert x.max() <= bounds.high[0] + room
    for name, one in told.items():
        drawn = found.inputs.values(cube(found))[name]
        slack = 1e-12 * max(abs(one.low), abs(one.high))
        assert one.low - slack <= drawn.min()
        assert drawn.max() <= one.high + slack
    summary = found.summaries["at_risk_total"]
    if found.kept:
        assert bounds.low[0] - room <= summary.p05 <= summary.p50 <= summary.p95 <= bounds.high[0] + room


# Blocks ---------------------------------------------------------------------------------------------------------------


def test_blocks_come_back_in_their_order():
    assert list(run_blocks(lambda i: i * i, range(20))) == [i * i for i in range(20)]


def test_an_address_that_is_none_is_refused_in_one_sentence():
    pytest.importorskip("distributed")
    with pytest.raises(InputError, match="no Dask scheduler answers at 'nonsense'") as error:
        list(run_blocks(abs, [1], "nonsense"))
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="no Dask scheduler"):
        draw(sum_and_product(), ["total"], ARTICLE, UNIT, n=64, scheduler="nonsense")


def test_inputs_without_any_are_none():
    assert (len(Inputs({})), Inputs({}).values(np.zeros((0, 4)))) == (0, {})


# What lies at an edge -------------------------------------------------------------------------------------------------


def test_distributions_that_are_equal_have_one_hash_and_others_have_others():
    assert hash(uniform(0, 1)) == hash(uniform(0, 1))
    assert len({hash(one) for one in (uniform(0, 1), uniform(0, 2), triangular(0, 0.5, 1))}) == 3


def test_correlated_inputs_have_a_value_at_the_very_edge_of_the_cube():
    tied = three([("a", "b", 0.5)])
    corners = np.array(list(itertools.product((0.0, 1.0), repeat=3))).T
    found = tied.values(corners)
    for name, one in tied.distributions.items():
        assert np.isfinite(found[name]).all()
        assert (one.low <= found[name]).all()
        assert (found[name] <= one.high).all()
    # At the corners where all points are nought, or one, each is at its own end.
    for name in "abc":
        assert found[name][[0, -1]] == pytest.approx([0, 1], abs=1e-3)


def support(made, name, distributions, capped=True):
    """Where the counts of an output start, where they end, and whether a search found that."""
    plan = made.graph((name,), ARTICLE, capped=capped)
    low, scale, searched = uncertainty._support(made, plan, name, inputs(plan, distributions))
    return low, low + BINS / scale, searched


@pytest.mark.parametrize(
    ("low", "high", "room"),
    [(0, 1, 1e-9), (2, 3, 3e-9), (-3, -2, 3e-9), (-1, 1, 2e-9), (0.5, 0.5, 5e-10), (0, 0, 1e-9)],
)
def test_counts_reach_a_hair_past_the_bounds(low, high, room):
    def output(x):
        return 1.0 * x

    made = small_model(output, assumptions=[assumption("x", low, minimum=-9, maximum=9)])
    found = support(made, "output", {"x": uniform(low, high)})
    # 1e-9 of the largest of both ends and the width, and of one where all are nought
    assert found == (pytest.approx(low - room, abs=room / 1e4), pytest.approx(high + room, abs=room / 1e4), False)


def test_counts_reach_a_hundredth_past_bounds_that_were_searched_for():
    def hump(x):
        return 4 + x * (2 - x)

    # from 4 at both ends to 5 in the middle
    found = support(small_model(hump, assumptions=[assumption("x", 1, maximum=2)]), "hump", {"x": uniform(0, 2)})
    assert found == (pytest.approx(4 - 0.01 - 5e-9, abs=1e-9), pytest.approx(5 + 0.01 + 5e-9, abs=1e-9), True)


def test_counts_reach_past_limits_and_caps_unless_they_alone_bound_the_output():
    def share__from_x(x):
        return 1 / x

    def target(x, share):
        return 2 * x + 0 * share

    def inverse(share):
        return 3 * share

    given = [assumption("x", 1, maximum=4), assumption("share", 0.5, maximum=2)]
    made = small_model(share__from_x, target, inverse, assumptions=given, defaults={"share": "from_x"})
    # 1 / x is a share up to 2, from 0.5 on; the counts reach over all that x is drawn from
    assert support(made, "target", {"x": uniform(0.25, 4)})[:2] == pytest.approx((0.5, 8), abs=1e-8)
    # but 3 / x has no end where x may be nought, so that its limit bounds it: from 3 / 4 to 6
    low, high, searched = support(made, "inverse", {"x": uniform(0, 4)})
    room = 0.01 * (6 - 0.75)
    assert (low, high, searched) == (pytest.approx(0.75 - room), pytest.approx(6 + room), True)
    with pytest.raises(ModelError) as error:
        draw(small_model(share__from_x, assumptions=given[:1], defaults={"share": "from_x"}), ["share"], ARTICLE,
             {"x": uniform(0, 4)}, n=64)  # fmt: skip
    assert str(error.value) == "share has no bounds under these distributions: something is divided by 0"


def test_nothing_is_counted_anywhere_where_nothing_has_a_meaning():
    def share__from_x(x):
        return 1 / x

    given = [assumption("x", 1, maximum=4), assumption("share", 0.5, maximum=2)]
    made = small_model(share__from_x, assumptions=given, defaults={"share": "from_x"})
    # 1 / x from 4 without end, and a share up to 2
    assert support(made, "share", {"x": uniform(0, 0.25)}) == (0, BINS, True)


def test_a_lognormal_keeps_to_its_ends_to_the_last_digit():
    """The exponential of a logarithm may miss what that is of by a hair, either way."""
    rng = np.random.default_rng(0)
    ends = rng.uniform(0.5, 5, size=400)
    missed = np.exp(np.log(ends)) - ends
    assert (missed < 0).any()
    assert (missed > 0).any()
    for end in ends:
        found = (
            lognormal(end, 1, end, 2 * end).ppf(np.array([0.0]))[0],
            lognormal(end, 1, end / 2, end).ppf(np.ones(1))[0],
        )
        assert found[0] >= end >= found[1]


def test_an_address_is_reached_or_refused_and_none_is_nowhere():
    pytest.importorskip("distributed")
    uncertainty.reach("")
    with pytest.raises(InputError, match="no Dask scheduler answers at 'nonsense'"):
        uncertainty.reach("nonsense")


def test_what_is_left_out_is_counted_for_each_limit_and_cap_by_itself(model):
    setting = model.setting({"at_risk_2019": "southern"})
    plan = model.graph(("at_risk_2019",), setting, capped=True)
    for words, one in apart(plan):
        assert len(one.limits) + len(one.caps) == 1
        assert words == (str(one.caps[0]) if one.caps else "{} from {:g} to {:g}".format(*one.limits[0]))
    assert len(apart(plan)) == len(plan.limits) + len(plan.caps) > 1
