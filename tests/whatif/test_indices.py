"""Sobol indices, compared with closed forms and with those of scipy.stats."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from analysis.model.model import ModelError
from analysis.whatif.distributions import Distribution
from analysis.whatif.indices import sobol_indices

PI = math.pi
#: The function of Ishigami and Homma (1990): sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1,
#: each from -pi to pi.
A, B = 7, 0.1
#: Its parts of the variance: of x1 (1 + b pi^4 / 5)^2 / 2, of x2 a^2 / 8,
#: of x1 with x3 8 b^2 pi^8 / 225.
V1, V2, V13 = (1 + B * PI**4 / 5) ** 2 / 2, A**2 / 8, 8 * B**2 * PI**8 / 225
ISHIGAMI = {name: Distribution("uniform", (-PI, PI)) for name in ("x1", "x2", "x3")}
WHOLE = V1 + V2 + V13
FIRST = {"x1": V1 / WHOLE, "x2": V2 / WHOLE, "x3": 0.0}
TOTAL = {"x1": (V1 + V13) / WHOLE, "x2": V2 / WHOLE, "x3": V13 / WHOLE}


def ishigami(v: Any) -> Any:
    return (
        np.sin(v["x1"]) + A * np.sin(v["x2"]) ** 2 + B * v["x3"] ** 4 * np.sin(v["x1"])
    )


def indices(**how: Any) -> dict[str, dict[str, float]]:
    function = lambda v: {"y": ishigami(v)}  # noqa: E731
    return sobol_indices(function, ["y"], ISHIGAMI, **how)["y"]


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
    found = indices(n=2**14)
    assert column(found, "first") == pytest.approx(FIRST, abs=5e-3)
    assert column(found, "total") == pytest.approx(TOTAL, abs=5e-3)
    for seed in (0, 1, 2, 3):
        contains(indices(n=2**10, seed=seed), FIRST, TOTAL)


def test_indices_and_intervals_agree_with_those_of_scipy() -> None:
    found = indices(n=2**10, resamples=400)
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


def test_indices_are_those_of_scipy_on_the_same_points() -> None:
    evaluated = []

    def function(v: Any) -> dict[str, Any]:
        evaluated.append(ishigami(v))
        return {"y": evaluated[-1]}

    found = sobol_indices(function, ["y"], ISHIGAMI, n=2**10)["y"]
    base, other, *crossed = evaluated
    func = {"f_A": base, "f_B": other, "f_AB": np.array(crossed)[:, None]}
    theirs = stats.sobol_indices(func=func, n=2**10)
    for kind in ("first", "total"):
        scipys = getattr(theirs, f"{kind}_order").ravel().tolist()
        assert [*column(found, kind).values()] == pytest.approx(scipys, rel=1e-9)


def test_the_seed_makes_the_indices_and_more_points_narrow_the_interval() -> None:
    found = [indices(n=256, seed=seed) for seed in (0, 0, 1)]
    assert found[0] == found[1] != found[2]
    ones = [indices(n=n)["x1"] for n in (2**8, 2**14)]
    widths = [one["first_high"] - one["first_low"] for one in ones]
    # 64 times the points, an eighth of the width
    assert 4 < widths[0] / widths[1] < 16


def test_indices_of_a_function_that_does_not_vary_are_refused() -> None:
    still = {"x": Distribution("uniform", (1, 1))}
    with pytest.raises(ModelError, match="no variance to explain"):
        sobol_indices(lambda v: {"y": v["x"]}, ["y"], still, n=64)
