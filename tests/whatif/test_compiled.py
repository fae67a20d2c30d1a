"""The compiled loop gives what arrays give, draw for draw, and refuses in one sentence what it can't compile."""

import json
import math
import sys
from typing import Any, cast

import numpy as np
import pytest
from typer.testing import CliRunner

from analysis.cli import app
from analysis.core.register import InputError
from analysis.whatif.compiled import Loop
from analysis.whatif.draws import Distribution, Draws, draw
from analysis.whatif.scenarios import find
from tests.small import assumption, small_model

OUTPUTS = ["transfers_2019", "net_new_persons", "at_risk_2019", "at_risk_2021", "at_risk_total"]
SHAPES = {
    "fixed": {"value": 0.4},
    "uniform": {"low": 0.1, "high": 0.9},
    "triangular": {"low": 0.1, "mode": 0.3, "high": 0.9},
    "pert": {"low": 0.1, "mode": 0.3, "high": 0.9},
    "truncated_normal": {"mean": 0.5, "sd": 0.3, "low": 0.1, "high": 0.9},
    "lognormal": {"median": 0.4, "sigma": 0.5, "low": 0.1, "high": 0.9},
    "beta": {"alpha": 2, "beta": 3, "low": 0.1, "high": 0.9},
}


def summed() -> Any:
    def total(a, b):
        return a + 3 * b

    def share(a, total):
        return a / total

    return small_model(total, share, assumptions=[assumption("a", 0.5), assumption("b", 0.5)])


def both(
    model: Any, outputs: list[str], distributions: Any, correlations: Any = (), setting: Any = None, **how: Any
) -> None:
    """The same draws on arrays and compiled: counted alike, and alike in all but the last digits of a sum."""
    setting = setting or model.setting()
    arrays = draw(model, outputs, setting, distributions, correlations, **how)
    compiled = draw(model, outputs, setting, distributions, correlations, compiled=True, **how)
    alike(arrays, compiled)


def alike(one: Draws, two: Draws) -> None:
    assert (one.kept, one.violations) == (two.kept, two.violations)
    assert list(one.summaries) == list(two.summaries)
    for name, summary in one.summaries.items():
        other = two.summaries[name]
        # Percentiles come from whole counts.
        assert (summary.p05, summary.p50, summary.p95) == pytest.approx((other.p05, other.p50, other.p95), rel=1e-12)
        assert (summary.mean, summary.sd) == pytest.approx((other.mean, other.sd), rel=1e-9)
        assert dict(summary.error) == pytest.approx(dict(other.error), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("method", ["sobol", "random"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_drawn_as_on_arrays(shape: str, method: str) -> None:
    given = {"a": Distribution(shape, SHAPES[shape]), "b": Distribution("triangular", {"low": 0, "mode": 0, "high": 1})}
    both(summed(), ["total"], given, n=2**12, seed=3, method=method)


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_inputs_that_are_tied_together_are_drawn_as_on_arrays(method: str) -> None:
    given = {name: Distribution("uniform", {"low": 0.1, "high": 0.9}) for name in "ab"}
    both(summed(), ["total"], given, [("a", "b", 0.7)], n=2**12, seed=3, method=method)


@pytest.mark.parametrize("n", [2**16, 16 * 2**15 + 777])
def test_estimates_of_a_scenario_are_drawn_as_on_arrays(model: Any, n: int) -> None:
    scenario = find("illustrative", model)
    how = {"n": n, "seed": 5, "method": "random", "setting": scenario.setting(model, "at_risk_total")}
    both(model, ["at_risk_2021", "at_risk_total"], scenario.distributions, scenario.correlations, **how)


def test_draws_without_a_meaning_are_left_out_and_counted_as_on_arrays(model: Any) -> None:
    # At 0.3 to 0.9 persons a transfer and up to 2.595 million labourers, more are at risk than were transferred.
    setting = model.setting(readings={"at_risk_2019": "composition"})
    given = {"persons_per_transfer": Distribution("uniform", {"low": 0.3, "high": 0.9})}
    how = {"n": 2**14, "seed": 0, "method": "random", "setting": setting}
    found = draw(model, ["at_risk_2021"], setting, given, n=2**14, method="random")
    assert sum(found.violations.values()) > 100
    both(model, ["at_risk_2021"], given, **how)


def test_a_derived_share_outside_its_limits_is_left_out_as_on_arrays() -> None:
    def c__of(a, b):
        return a / b

    def twice(c):
        return 2 * c

    made = small_model(c__of, twice, assumptions=[assumption(name, 0.5) for name in "abc"])
    setting = made.setting(readings={"c": "of"})
    given = {"a": Distribution("uniform", {"low": 0, "high": 1}), "b": Distribution("uniform", {"low": 0.1, "high": 1})}
    how = {"n": 2**14, "seed": 0, "method": "random"}
    found = draw(made, ["twice"], setting, given, compiled=True, **how)
    # a / b above 1: of a from 0 to 1 and b from 0.1 to 1, the share of the area is (1 - (0.1 + 1) / 2) = 0.45.
    assert found.violations["c from 0 to 1"] / 2**14 == pytest.approx(0.45, abs=0.02)
    both(made, ["twice"], given, setting=setting, **how)


def test_a_loop_counts_what_a_plain_loop_counts() -> None:
    made = summed()
    plan = made.graph(("total", "share"), made.setting())
    drawn = {name: ("a + u * b", {"a": 0.0, "b": 1.0}) for name in ("a", "b")}
    points = np.random.default_rng(1).random((2, 1500))
    # total from 0 to 4 in 8 bins, two a unit; share from 0 to 1, eight a unit.
    found = Loop(plan, ("total", "share"), drawn, [(0.0, 2.0), (0.0, 8.0)], 8)(points, 1.0)
    counts, sums = np.zeros((2, 8), int), [0.0, 0.0]
    for a, b in points.T:
        for i, place in enumerate(((a + 3 * b) * 2, a / (a + 3 * b) * 8)):
            counts[i, math.floor(place)] += 1
            sums[i] += place
    assert np.array_equal(found.counts, counts)
    assert (found.kept, found.outside) == (1500, 0)
    assert found.sums == pytest.approx(sums, rel=1e-12)


def test_what_lies_outside_the_support_is_said() -> None:
    made = summed()
    plan = made.graph(("total",), made.setting())
    drawn = {name: ("u", {}) for name in ("a", "b")}
    # Four totals: 0, 4, 8 and -4; the support goes from 0 to 4, whose end belongs to no bin.
    found = Loop(plan, ("total",), drawn, [(0.0, 2.0)], 8)(np.array([[0.0, 1, 2, -1], [0, 1, 2, -1]]), 1.0)
    assert found.outside == 3
    assert found.counts.tolist() == [[2, 0, 0, 0, 0, 0, 0, 2]]


def test_one_compilation_serves_other_numbers(model: Any) -> None:
    from analysis.whatif import compiled

    given = {"overlap": Distribution("uniform", {"low": 0, "high": 0.5})}
    draw(model, ["at_risk_total"], model.setting(), given, n=1024, compiled=True)
    before = compiled._compile.cache_info()
    other = {"overlap": Distribution("uniform", {"low": 0.1, "high": 0.3})}
    draw(
        model, ["at_risk_total"], model.setting(values={"former_detainees": 4e5}), other, n=2048, seed=9, compiled=True
    )
    assert compiled._compile.cache_info().misses == before.misses


def test_a_formula_that_numba_cannot_compile_is_named() -> None:
    def half(a):
        return cast(Any, a) / 2

    made = small_model(half, assumptions=[assumption("a", 0.5)])
    plan = made.graph(("half",), made.setting())
    with pytest.raises(InputError, match="numba can't compile the formula half; draw without compiling"):
        Loop(plan, ("half",), {"a": ("u", {})}, [(0.0, 8.0)], 8)


def test_numba_that_is_not_installed_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)

    def third(a):
        return a / 3

    made = small_model(third, assumptions=[assumption("a", 0.5)])
    given = {"a": Distribution("uniform", {"low": 0, "high": 1})}
    with pytest.raises(InputError, match="numba is not installed; the extra `compiled` brings it"):
        draw(made, ["third"], made.setting(), given, n=1024, compiled=True)


def test_the_command_draws_compiled() -> None:
    def numbers(*more: str) -> Any:
        given = ["sensitivity", "net_new_persons", "--scenario", "illustrative", "--draws", "1024", "--json", *more]
        result = CliRunner(env={"ANALYSIS_DATA": None}).invoke(app, given)
        assert result.exit_code == 0
        found = json.loads(result.stdout)
        return [found[key] for key in ("mean", "sd", "p05", "p50", "p95")]

    assert numbers("--compiled") == pytest.approx(numbers(), rel=1e-9)
