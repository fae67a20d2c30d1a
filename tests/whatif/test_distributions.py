"""Distributions are compared with scipy's own moments, and after a cut with numerical
integrals.
"""

import math
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from analysis.model.model import Model, ModelError
from analysis.study import Study
from analysis.whatif.distributions import Distribution, distribution

#: Evenly spaced shares, whose quantiles have the moments of the distribution.
EVENLY = (np.arange(400_000) + 0.5) / 400_000
#: Each shape beside the distribution of scipy that it is.
SHAPES: list[tuple[tuple[str, tuple[Any, ...]], Any]] = [
    (("uniform", (-2, 3)), stats.uniform(-2, 5)),
    # The mode at a quarter of the width, and at either end.
    (("triangular", (1, 2, 5)), stats.triang(0.25, 1, 4)),
    (("triangular", (1, 1, 5)), stats.triang(0, 1, 4)),
    (("triangular", (1, 5, 5)), stats.triang(1, 1, 4)),
    (("normal", (3, 0.5)), stats.norm(3, 0.5)),
    (("lognormal", (2, 0.25)), stats.lognorm(0.25, scale=2)),
    (("beta", (2, 5)), stats.beta(2, 5)),
    (
        ("discrete", ((3, 1, 7), (1, 2, 1))),
        stats.rv_discrete(values=((1, 3, 7), (0.5, 0.25, 0.25))),
    ),
]


@pytest.mark.parametrize(("made", "scipys"), SHAPES, ids=lambda one: str(one)[:30])
def test_every_shape_has_the_moments_and_percentiles_of_scipy(
    made: Any, scipys: Any
) -> None:
    one = Distribution(*made)
    values = one.ppf(EVENLY)
    mean, variance = scipys.mean(), scipys.var()
    skew = float(scipys.stats(moments="s"))
    assert values.mean() == pytest.approx(mean, rel=1e-4)
    assert values.var() == pytest.approx(variance, rel=2e-3)
    assert ((values - mean) ** 3).mean() / variance**1.5 == pytest.approx(
        skew, rel=0.02, abs=1e-3
    )
    shares = np.array([[0.1, 0.3], [0.51, 0.9]])
    assert one.ppf(shares) == pytest.approx(scipys.ppf(shares), rel=1e-12)
    assert one.median == pytest.approx(float(scipys.ppf(0.5)))
    assert one.cut == 0


#: Shapes that pass a limit, with their densities.
CUT: list[tuple[tuple[str, tuple[Any, ...]], float, float, Any]] = [
    (("normal", (0.9, 0.2)), 0.0, 1.0, stats.norm(0.9, 0.2).pdf),
    (("uniform", (-0.5, 1.5)), 0.0, 1.0, lambda x: 0.5),
    (("triangular", (0, 1, 2)), 0.5, 1.75, stats.triang(0.5, 0, 2).pdf),
    (("lognormal", (0.8, 0.5)), 0.2, 1.0, stats.lognorm(0.5, scale=0.8).pdf),
    (("beta", (2, 3)), 0.25, 1.0, stats.beta(2, 3).pdf),
]


@pytest.mark.parametrize(
    ("made", "low", "high", "density"), CUT, ids=lambda one: str(one)[:20]
)
def test_what_lies_past_a_limit_is_cut_off(
    made: Any, low: float, high: float, density: Any
) -> None:
    one = Distribution(*made, low, high)
    inside, _ = integrate.quad(density, low, high, epsabs=1e-12)
    assert one.cut == pytest.approx(1 - inside, abs=1e-9)
    mean, _ = integrate.quad(lambda x: x * density(x) / inside, low, high)
    square, _ = integrate.quad(lambda x: x * x * density(x) / inside, low, high)
    values = one.ppf(EVENLY)
    assert (values.min(), values.max()) >= (low, low)
    assert values.max() <= high
    assert values.mean() == pytest.approx(mean, rel=1e-5)
    assert (values**2).mean() == pytest.approx(square, rel=1e-4)
    # Half of what is inside lies below the median.
    below, _ = integrate.quad(density, low, one.median, epsabs=1e-12)
    assert below / inside == pytest.approx(0.5, abs=1e-8)


def test_values_past_a_limit_are_cut_off_a_discrete_distribution() -> None:
    one = Distribution("discrete", ((0, 0.5, 2), (1, 2, 1)), 0.0, 1.0)
    assert one.cut == pytest.approx(1 / 4)
    values, counts = np.unique(one.ppf(EVENLY), return_counts=True)
    assert values.tolist() == [0, 0.5]
    assert counts / counts.sum() == pytest.approx([1 / 3, 2 / 3], abs=1e-5)


def test_a_single_value_is_a_uniform_distribution() -> None:
    assert Distribution("uniform", (2, 2)).ppf(np.array([0.0, 0.7])).tolist() == [2, 2]


#: What is given for overlap, a share from 0 to 1, and a part of its refusal.
REFUSED: list[tuple[Any, str]] = [
    (
        ("unifrom", 0, 1),
        "'unifrom' is not a shape of a distribution. Did you mean 'unif",
    ),
    (("uniform", 0), "a uniform distribution has 2 numbers, low, high; you gave 1"),
    (("triangular", 0, 0.1, 0.2, 0.3), "has 3 numbers, low, mode, high; you gave 4"),
    (("uniform",), "you gave 0"),
    (("uniform", 0.5, 0.2), "uniform (low 0.5, high 0.2) can't be drawn: low must not"),
    (("uniform", 0, math.inf), "overlap: high must be a finite number, not inf"),
    (("uniform", 0, math.nan), "overlap: high must be a finite number, not nan"),
    (("triangular", 0, 0.9, 0.5), "low, mode and high must rise"),
    (("triangular", 0.5, 0.5, 0.5), "low, mode and high must rise"),
    (("normal", 0.5, 0), "normal (mean 0.5, sd 0) can't be drawn: sd must be above 0"),
    (("normal", 0.5, -1), "sd must be above 0"),
    (("lognormal", 0.5, 0), "median and sd must be above 0"),
    (("lognormal", -0.5, 1), "median and sd must be above 0"),
    (("beta", 0, 1), "beta (a 0, b 1) can't be drawn: a and b must be above 0"),
    (("beta", -1, 2), "a and b must be above 0"),
    (("discrete", [0.1, 0.1, 0.2]), "a value is given twice; give it once, with"),
    (("discrete", [0.1, 0.2], [1e308, 1e308]), "its numbers are too large"),
    (("triangular", 0, 0.5, 1e308), "its numbers are too large"),
    (("uniform", -1e308, 1e308), "its numbers are too large"),
    (("lognormal", 0.5, 1e5), "its numbers are too large"),
    (("uniform", 0, 1e308), "more than nine tenths of uniform (low 0, high "),
    # Written in percent, 49 of 50 parts lie above 1, and 99 percent of the normal.
    (("uniform", 0, 50), "more than nine tenths of uniform (low 0, high 50) lies"),
    (("normal", 20, 10), "more than nine tenths of normal (mean 20, sd 10) lies"),
    (("discrete", np.array(0.1)), "has 2 numbers, values, weights; you gave 1"),
    (("southern", 1), "'southern' is not a shape of a distribution"),
    (("uniform", 2, 3), "lies outside the allowed range, 0 to 1"),
    (("discrete", [2, 3]), "lies outside the allowed range, 0 to 1"),
    (("uniform", True, 1), "overlap: low must be a finite number, not True"),
    (("uniform", None, 1), "overlap: low must be a finite number, not None"),
    (("uniform", "a", 1), "overlap: 'a' is not a number"),
    (("uniform", "0.1 person", 1), "in the unit 'person', but this number has no unit"),
    (("uniform", [0, 1], 1), "overlap: uniform takes one number for low"),
    (("normal", [0.5, 0.6], 0.1), "overlap: normal takes one number for mean"),
    (("discrete", 3), "has 2 numbers, values, weights; you gave"),
    (("discrete", 3, [1]), "overlap: discrete takes a list for values"),
    (("discrete", [3], 1), "overlap: discrete takes a list for weights"),
    (("discrete", []), "each value needs a weight of 0 or more"),
    (("discrete", [0, 0.5], [1]), "each value needs a weight of 0 or more"),
    (("discrete", [0, 0.5], [1, -1]), "each value needs a weight of 0 or more"),
    (("discrete", [0, 0.5], [2, -1]), "each value needs a weight of 0 or more"),
    (("discrete", [0, 0.5], [0, 0]), "each value needs a weight of 0 or more"),
]


@pytest.mark.parametrize(("given", "words"), REFUSED, ids=str)
def test_anything_else_is_refused_in_one_sentence(
    model: Model, given: Any, words: str
) -> None:
    with pytest.raises(ModelError) as caught:
        distribution(model, "overlap", given)
    assert str(caught.value).startswith("overlap")
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    with pytest.raises(ModelError) as from_study:
        Study(model).draws("at_risk_total", overlap=given)
    assert str(from_study.value) == str(caught.value)


def test_a_distribution_of_which_a_tenth_remains_is_cut(model: Model) -> None:
    # Of 0 to 9, one part of nine lies within 0 to 1, and eight are cut off.
    assert distribution(model, "overlap", ("uniform", 0, 9)).cut == pytest.approx(8 / 9)


def test_numbers_are_read_as_everywhere(model: Model) -> None:
    texts = ("triangular", "300,000 person", "0.4 million person", "0.9 million")
    one = distribution(model, "former_detainees", texts)
    assert one.numbers == (300_000, 400_000, 900_000)
    assert distribution(model, "overlap", ("normal", "25%", "5 percent")).numbers == (
        0.25,
        0.05,
    )
    # A number far from the print needs its unit, here as everywhere.
    with pytest.raises(ModelError, match=r"the article prints 3\.17 million"):
        distribution(model, "transfers_2021", ("uniform", 3.1, 3.2))
    given = ("uniform", "300000", "400000 person")
    with pytest.raises(ModelError, match="'300000' has no unit"):
        distribution(model, "former_detainees", given, with_unit=True)


def test_a_distribution_of_scipy_is_told_how_it_is_written(model: Model) -> None:
    with pytest.raises(ModelError, match=r"such as \('uniform', low, high\)"):
        Study(model).change(overlap=stats.beta(2, 5))


def test_a_beta_distribution_is_of_a_share_or_a_ratio(model: Model) -> None:
    with pytest.raises(ModelError, match="not a number in the unit 'person'"):
        distribution(model, "former_detainees", ("beta", 2, 5))
    ratio = distribution(model, "persons_per_transfer", ("beta", 2, 5))
    assert ratio.numbers == (2, 5)


def test_the_rounding_of_floats_cuts_nothing_off(model: Model) -> None:
    # The limit of former detainees is 8 standard deviations above the median.
    far = math.log(18_040_304 / 300_000) / 8
    assert distribution(model, "former_detainees", ("lognormal", 3e5, far)).cut == 0
