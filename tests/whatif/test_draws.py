"""Draws: distributions are compared with scipy.stats, and draws with closed forms and
with the same draws in plain numpy.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from scipy import optimize

from analysis.core.rows import LimitRow
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.whatif import draws
from analysis.whatif.distributions import Distribution
from analysis.whatif.draws import Draws, points
from analysis.whatif.indices import values_of
from analysis.whatif.scenarios import find
from tests.small import assumption, claim, formula, small_model


def uniform(low: float, high: float) -> Distribution:
    return Distribution("uniform", (low, high))


def triangular(low: float, high: float, mode: float) -> Distribution:
    return Distribution("triangular", (low, mode, high))


def draw(
    model: Model,
    quantities: Sequence[str],
    setting: Setting,
    told: Mapping[str, Distribution],
    **how: Any,
) -> Draws:
    return Draws(model, tuple(quantities), setting, told, **how)


#: The shares of draws below the percentiles that are shown unless others are asked for.
PERCENTILES = {"p05": 0.05, "p50": 0.5, "p95": 0.95}

#: Two numbers from 0 to 1, and what is made of them.
BOTH = {"assumptions": [assumption("a", 0.5), assumption("b", 0.5)]}
SUM_AND_PRODUCT = small_model(
    formula("total(a, b) = a + b"), formula("product(a, b) = a * b"), **BOTH
)
UNIT = {"a": uniform(0, 1), "b": uniform(0, 1)}


def cube(found: Draws, seed: int = 0) -> Any:
    """The points of every block of some draws, one after the other: (inputs, n)."""
    starts = enumerate(range(0, found.n, draws.ROWS))
    blocks = [
        points(len(found.inputs), min(draws.ROWS, found.n - start), seed, i)
        for i, start in starts
    ]
    return np.concatenate(blocks, axis=1)


# Inputs and points --------------------------------------------------------------------


def test_printed_inputs_are_drawn_over_what_they_stand_for_and_assumptions_when_told(
    model: Model,
) -> None:
    told = {
        "persons_per_transfer": triangular(0.7, 1, 0.9),
        "former_detainees": uniform(0, 1),
    }
    found = draw(model, ["at_risk_2021"], ARTICLE, told).inputs
    assert found == {
        "at_risk_2019": uniform(1_550_000, 1_650_000),
        "transfers_2021": uniform(3_165_000, 3_175_000),
        "growth_2019_2021": uniform(0.1045, 0.1055),
        "persons_per_transfer": triangular(0.7, 1, 0.9),
    }


def test_each_block_and_each_seed_has_points_of_its_own() -> None:
    found = points(2, 8, 9, 3)
    assert np.array_equal(found, points(2, 8, 9, 3))
    for other in (points(2, 8, 9, 2), points(2, 8, 8, 3)):
        assert not np.isin(other, found).any()


@pytest.mark.parametrize(
    ("n", "seed", "words"),
    [
        (1024, -1, "the seed -1 lies below 0"),
        (0, 0, "0 draws can't be made; the number of draws is from 2 to 1,000,000"),
        (1, 0, "1 draws can't be made"),
        (10**6 + 1, 0, "1,000,001 draws can't be made"),
    ],
)
def test_draws_that_cannot_be_made_are_refused(n: int, seed: int, words: str) -> None:
    with pytest.raises(ModelError, match=f"^{words}"):
        draw(SUM_AND_PRODUCT, ["total"], ARTICLE, UNIT, n=n, seed=seed)


def test_what_is_drawn_is_known_and_moves_something() -> None:
    with pytest.raises(ModelError, match=r"^'totl' is not a quantity. Did you mean"):
        draw(SUM_AND_PRODUCT, ["totl"], ARTICLE, UNIT)
    with pytest.raises(ModelError, match=r"^nothing that is drawn moves total; give"):
        draw(SUM_AND_PRODUCT, ["total"], ARTICLE, {"c": uniform(0, 1)})


@pytest.mark.parametrize("percentile", [-1, 100.5])
def test_a_percentile_that_is_none_is_refused(percentile: float) -> None:
    with pytest.raises(
        ModelError, match=r"is not a percentile; a percentile is from 0 to 100\.$"
    ):
        draw(SUM_AND_PRODUCT, ["total"], ARTICLE, UNIT, percentiles=(percentile,))


def test_percentiles_that_look_like_shares_are_refused() -> None:
    words = "percentiles are from 0 to 100; write 2.5 in place of 0.025\\.$"
    with pytest.raises(ModelError, match=words):
        draw(SUM_AND_PRODUCT, ["total"], ARTICLE, UNIT, percentiles=(0.025, 0.975))
    # Half a percent is a percentile, beside one that is no share.
    drawn = draw(SUM_AND_PRODUCT, ["total"], ARTICLE, UNIT, percentiles=(0.5, 99.5))
    assert list(drawn.numbers["total"]) == ["mean", "sd", "p0.5", "p99.5"]


def test_any_number_of_draws_and_any_percentiles_may_be_asked_for() -> None:
    how: Any = {"n": 100_000, "percentiles": (2.5, 97.5)}
    numbers = draw(SUM_AND_PRODUCT, ["total"], ARTICLE, UNIT, **how).numbers["total"]
    assert list(numbers) == ["mean", "sd", "p2.5", "p97.5"]
    # The cdf of the sum is s^2 / 2 up to 1, so 2.5 percent lie below sqrt(0.05).
    low = math.sqrt(0.05)
    assert numbers["p2.5"] == pytest.approx(low, abs=1e-3)
    assert numbers["p97.5"] == pytest.approx(2 - low, abs=1e-3)


@pytest.mark.parametrize("count", [1, 2, 10, 3 * draws.ROWS])
@pytest.mark.parametrize("percent", [0, 0.1, 5, 50, 97.5, 100])
def test_a_percentile_is_that_of_numpy(count: int, percent: float) -> None:
    # Even and crowded values, equal ones, and a first block unlike the rest.
    rng = np.random.default_rng(0)
    even, crowded = rng.uniform(size=count), rng.normal(size=count) ** 3
    for values in (even, crowded, np.round(even * 4), np.sort(crowded)):
        expected = np.percentile(values, percent)
        found = draws.percentile(values, percent)
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_printed_digits_are_drawn_unless_rounding_is_off(model: Model) -> None:
    told = {"persons_per_transfer": uniform(0.5, 1)}
    drawn = draw(model, ["at_risk_2021"], ARTICLE, told, rounding=False)
    assert list(drawn.inputs) == ["persons_per_transfer"]
    # 1.6 million and 0.75 of 301,221.72
    assert drawn.numbers["at_risk_2021"]["mean"] == pytest.approx(
        1_600_000 + 0.75 * (3_170_000 - 3_170_000 / 1.105), rel=1e-6
    )
    with pytest.raises(ModelError, match=r"^nothing that is drawn moves at_risk_2021"):
        draw(model, ["at_risk_2021"], ARTICLE, {}, rounding=False)


def test_the_sample_holds_the_draws_that_are_counted(model: Model) -> None:
    drawn = draw(model, ["at_risk_total", "net_new_persons"], ARTICLE, RANGED, n=3000)
    sample = drawn.sample
    assert {len(column) for column in sample.values()} == {drawn.kept}
    assert {*sample} == {*drawn.inputs, "at_risk_total", "net_new_persons"}
    mean = drawn.numbers["at_risk_total"]["mean"]
    assert sample["at_risk_total"].mean() == pytest.approx(mean, rel=1e-12)
    # A draw of the sample is arithmetic of its own inputs.
    ratio, drift = sample["persons_per_transfer"], sample["persons_per_transfer_drift"]
    before = sample["transfers_2021"] / (1 + sample["growth_2019_2021"])
    added = ratio * (drift * sample["transfers_2021"] - before)
    assert sample["net_new_persons"] == pytest.approx(added, rel=1e-9)
    assert (ratio * drift).max() <= 1


# Draws against closed forms -----------------------------------------------------------

#: The sum of two U(0, 1) has the cdf s^2 / 2 up to 1: the 5th percentile is sqrt(0.1),
#: the 95th 2 - sqrt(0.1).
SUM = {
    "mean": 1.0,
    "sd": math.sqrt(1 / 6),
    "p05": math.sqrt(0.1),
    "p50": 1.0,
    "p95": 2 - math.sqrt(0.1),
}
#: Their product has mean 1/4, variance 1/9 - 1/16 = 7/144, and the cdf x (1 - ln x).
PRODUCT = {"mean": 0.25, "sd": math.sqrt(7 / 144)} | {
    name: optimize.brentq(lambda x, share=share: x * (1 - math.log(x)) - share, 1e-9, 1)
    for name, share in PERCENTILES.items()
}


def test_a_sum_and_a_product_of_two_uniforms() -> None:
    found = draw(SUM_AND_PRODUCT, ["total", "product"], ARTICLE, UNIT, n=2**16)
    assert (found.n, found.kept, found.violations) == (2**16, 2**16, {})
    for name, truth in (("total", SUM), ("product", PRODUCT)):
        for number, wanted in truth.items():
            assert found.numbers[name][number] == pytest.approx(wanted, abs=5e-4)


# Draws against the same draws in numpy ------------------------------------------------

RANGED: Mapping[str, Distribution] = {
    "former_detainees": triangular(300_000, 900_000, 350_000),
    "overlap": uniform(0, 0.5),
    "persons_per_transfer": triangular(0.36, 1, 0.9),
    "persons_per_transfer_drift": triangular(0.95, 1.05, 1.05),
    "at_risk_share_of_new": triangular(0.62, 1, 0.62),
}


@pytest.mark.parametrize("rows", [512, 2**15])
def test_numbers_are_those_of_the_same_draws(
    model: Model, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = 2**14
    monkeypatch.setattr(draws, "ROWS", rows)
    names = ["at_risk_total", "net_new_persons"]
    found = draw(model, names, ARTICLE, RANGED, n=n)
    v = values_of(found.inputs, cube(found))
    # The formulas of the two, written out.
    added = v["persons_per_transfer"] * v["transfers_2021"]
    added = added * v["persons_per_transfer_drift"] - added / (
        1 + v["growth_2019_2021"]
    )
    whole = (
        v["at_risk_2019"]
        + added * v["at_risk_share_of_new"]
        + v["former_detainees"] * (1 - v["overlap"])
    )
    # The ratio of 2021 is at most one.
    fine = v["persons_per_transfer"] * v["persons_per_transfer_drift"] <= 1
    kept = int(fine.sum())
    past = {"persons_per_transfer_2021 outside 0.025 to 1": n - kept}
    assert (found.kept, found.violations) == (kept, past)
    assert 0 < kept < n
    for name, x in (("at_risk_total", whole[fine]), ("net_new_persons", added[fine])):
        numbers = found.numbers[name]
        assert (numbers["mean"], numbers["sd"]) == pytest.approx(
            (x.mean(), x.std(ddof=1)), rel=1e-9
        )
        for p, share in PERCENTILES.items():
            # It lies between the draws on either side of the share.
            rank = math.ceil(share * (kept - 1))
            low, high = np.sort(x)[rank - 1], np.sort(x)[rank]
            assert low - 1e-6 <= numbers[p] <= high + 1e-6


def test_a_minimum_is_drawn() -> None:
    made = small_model(formula("least(a, b) = minimum(a, b)"), **BOTH)
    found = draw(made, ["least"], ARTICLE, UNIT, n=2**12).numbers["least"]
    # The smaller of two U(0, 1) has mean 1/3 and median 1 - sqrt(1/2).
    assert found["mean"] == pytest.approx(1 / 3, abs=1e-3)
    assert found["p50"] == pytest.approx(1 - math.sqrt(0.5), abs=1e-3)


def test_the_seed_makes_the_draws_and_the_threads_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def drawn(seed: int, threads: int) -> Draws:
        # Joblib's own limit.
        monkeypatch.setenv("LOKY_MAX_CPU_COUNT", str(threads))
        monkeypatch.setattr(draws, "ROWS", 64)
        return draw(
            SUM_AND_PRODUCT, ["total", "product"], ARTICLE, UNIT, n=2**13, seed=seed
        )

    assert drawn(0, 1) == drawn(0, 5)
    assert len({drawn(seed, 1).numbers["product"]["mean"] for seed in (0, 1, 2)}) == 3


def test_an_input_of_one_value_has_that_value_and_a_planned_figure_does_not_move(
    model: Model,
) -> None:
    # 1.6 million and 301,221.7 and half of 350,000; rounding moves the mean by far
    # less than a person in 100,000.
    setting = model.setting({"former_detainees": 350_000})
    found = draw(
        model, ["at_risk_total"], setting, {"overlap": uniform(0.5, 0.5)}, n=1024
    )
    whole = 1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 175_000
    assert found.numbers["at_risk_total"]["mean"] == pytest.approx(whole, rel=1e-5)
    # A planned figure stands for its digits alone.
    with pytest.raises(ModelError, match=r"^nothing that is drawn moves planned_tran"):
        draw(model, ["planned_transfers_2016_2020"], ARTICLE, {}, n=64)


def test_an_input_in_words_is_not_drawn(model: Model) -> None:
    said = "former_detainees is given in words only; give it a value or a distribut"
    with pytest.raises(ModelError, match=f"^{said}"):
        draw(model, ["at_risk_total"], ARTICLE, {"overlap": uniform(0, 0.5)}, n=64)


def test_illustrative_draws_start_from_the_printed_number_of_2019(model: Model) -> None:
    scenario = find("illustrative", model)
    names = ["at_risk_2019", "at_risk_2021", "at_risk_total"]
    setting, told = scenario.setting(model), scenario.distributions(model)
    plan = model.plan(names, setting)
    # No reconstruction: the print over what its digits stand for, and no share of ours.
    drawn = draw(model, names, setting, told)
    assert drawn.inputs["at_risk_2019"] == uniform(1_550_000, 1_650_000)
    assert set(plan.depends_on) & {*model.register.assumptions} == {
        *told,
        "at_risk_share_of_new",
        "overlap",
    }
    printed = {
        "at_risk_2019": 1.6e6,
        "transfers_2021": 3.17e6,
        "growth_2019_2021": 0.105,
    }
    found = draw(
        model,
        names,
        setting,
        {**told, **{name: uniform(x, x) for name, x in printed.items()}},
        n=2**16,
    )
    values = plan.evaluate(values_of(found.inputs, cube(found)))
    fine = plan.is_within(values)
    assert (values["at_risk_2019"] == 1.6e6).all()
    # From a ratio of 0.36 and a change of 0.95, 51,379.819 added,
    # to 1 / 1.05 and 1.05, 437,830.209 added.
    drawn = values["at_risk_2021"][fine]
    assert 1_651_379.819 < drawn.min() < 1_670_000
    assert 2_000_000 < drawn.max() < 2_037_830.209
    assert found.numbers["at_risk_2021"]["mean"] == pytest.approx(
        drawn.mean(), rel=1e-9
    )
    # Of the draws 0.307 percent have a ratio of 2021 above one,
    # by numerical integration.
    assert 1 - found.kept / found.n == pytest.approx(0.00307, abs=2e-4)


# Draws past a limit -------------------------------------------------------------------


#: A share of at most a half, which is twice a number of 0 to 1; and ten times it.
DOUBLED = small_model(
    formula("share__doubled(x) = 2 * x"),
    formula("target(share) = 10 * share"),
    defaults={"share": "doubled"},
    assumptions=[assumption("x", 0.1), assumption("share", 0.3, maximum=0.5)],
)


def test_a_draw_that_violates_several_is_counted_with_each_and_left_out_once() -> None:
    plan = {"quantity": "most", "target": True, "rounding_unit": "1"}
    made = small_model(
        formula("first(a) = 1 * a"),
        formula("second(b) = 1 * b"),
        formula("both(first, second) = first + second"),
        claims=[claim("printed_most", "1500000", **plan)],
        assumptions=[
            assumption("a", 2e5, maximum=1e6),
            assumption("b", 5e5, maximum=1e6),
        ],
        limits=(
            LimitRow(quantity="first", at_most="second"),
            LimitRow(quantity="both", at_most="most"),
        ),
    )
    told = {"a": uniform(0, 1e6), "b": uniform(0, 1e6)}
    found = draw(made, ["both"], ARTICLE, told, n=2**12)
    place = {name: i for i, name in enumerate(found.inputs)}
    a, b = (cube(found)[place[name]] * 1e6 for name in "ab")
    one, two = a > b, a + b > 1.5e6
    assert found.violations == {
        "first above second": int(one.sum()),
        "both above most": int(two.sum()),
    }
    assert found.kept == int((~(one | two)).sum())
    # Half lie above the diagonal, an eighth above the sum, a sixteenth above both:
    # 7/16 are left.
    assert found.kept / found.n == pytest.approx(7 / 16, abs=0.01)
    assert found.numbers["both"]["mean"] == pytest.approx(
        (a + b)[~(one | two)].mean(), rel=1e-9
    )


def test_without_a_draw_within_the_limits_there_is_no_number() -> None:
    found = draw(DOUBLED, ["target"], ARTICLE, {"x": uniform(0.8, 1)}, n=64)
    assert (found.kept, found.violations) == (0, {"share outside 0 to 0.5": 64})
    assert all(math.isnan(found.numbers["target"][name]) for name in ("mean", "p50"))


def test_a_quantity_that_only_its_limit_bounds_is_drawn_within_it() -> None:
    given = [
        assumption("x", 1, minimum=-1, maximum=4),
        assumption("share", 0.5, maximum=2),
    ]
    made = small_model(
        formula("share__inverse(x) = 1 / x"),
        assumptions=given,
        defaults={"share": "inverse"},
    )
    found = draw(made, ["share"], ARTICLE, {"x": uniform(-1, 4)}, n=2**12)
    x = cube(found)[0] * 5 - 1
    kept = 1 / x[x >= 0.5]
    assert found.kept == len(kept)
    assert found.numbers["share"]["mean"] == pytest.approx(kept.mean(), rel=1e-9)
    assert found.numbers["share"]["p50"] == pytest.approx(np.median(kept), rel=1e-12)


def test_a_division_by_nought_is_refused() -> None:
    made = small_model(
        formula("inverse(x) = 1 / x"), assumptions=[assumption("x", 0.5)]
    )
    said = "inverse has no finite value in some of the draws: something is divided by"
    with pytest.raises(ModelError, match=f"^{said}"):
        _ = draw(made, ["inverse"], ARTICLE, {"x": uniform(0, 0)}, n=64).numbers
