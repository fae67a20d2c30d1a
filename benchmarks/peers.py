"""The arithmetic of the package, written with other tools, against which the package is
measured.
"""

from __future__ import annotations

import numpy as np

#: The five outputs of the reference scenario.
OUTPUTS = (
    "transfers_2019",
    "net_new_persons",
    "at_risk_2019",
    "at_risk_2021",
    "at_risk_total",
)


def numpy_by_hand(n, seed):
    """Mean, sd and three percentiles of the five outputs, in numpy in one piece."""
    rng = np.random.default_rng(seed)
    everyone = rng.uniform(2.585e6, 2.595e6, n)
    south = rng.uniform(1.645e6, 1.655e6, n)
    minority_south = rng.uniform(0.85, 1, n)
    minority_outside = rng.triangular(0, 0.12, 0.5, n)
    transfers = rng.uniform(3.165e6, 3.175e6, n)
    growth = rng.uniform(0.1045, 0.1055, n)
    ratio = rng.triangular(0.7, 0.9, 1, n)
    of_new = rng.uniform(0.5, 1, n)
    detainees = rng.uniform(0.1e6, 0.6e6, n)
    found = outputs(
        everyone,
        south,
        minority_south,
        minority_outside,
        transfers,
        growth,
        ratio,
        of_new,
        detainees,
    )
    return [(x.mean(), x.std(), *np.percentile(x, [5, 50, 95])) for x in found]


def squigglepy_vectorised(n, seed):
    """The same, each input a squigglepy distribution sampled at once."""
    import squigglepy as sq

    sq.set_seed(seed)
    drawn = (
        sq.uniform(2.585e6, 2.595e6),
        sq.uniform(1.645e6, 1.655e6),
        sq.uniform(0.85, 1),
        sq.triangular(0, 0.12, 0.5),
        sq.uniform(3.165e6, 3.175e6),
        sq.uniform(0.1045, 0.1055),
        sq.triangular(0.7, 0.9, 1),
        sq.uniform(0.5, 1),
        sq.uniform(0.1e6, 0.6e6),
    )
    found = outputs(*(sq.sample(one, n) for one in drawn))
    return [
        (np.mean(x), np.std(x), *sq.get_percentiles(x, [5, 50, 95]).values())
        for x in found
    ]


def squigglepy_by_function(n, seed):
    """The same as its readme has it: a function of one draw, which ``sample`` calls."""
    import squigglepy as sq

    sq.set_seed(seed)

    def total():
        return outputs(
            sq.sample(sq.uniform(2.585e6, 2.595e6)),
            sq.sample(sq.uniform(1.645e6, 1.655e6)),
            sq.sample(sq.uniform(0.85, 1)),
            sq.sample(sq.triangular(0, 0.12, 0.5)),
            sq.sample(sq.uniform(3.165e6, 3.175e6)),
            sq.sample(sq.uniform(0.1045, 0.1055)),
            sq.sample(sq.triangular(0.7, 0.9, 1)),
            sq.sample(sq.uniform(0.5, 1)),
            sq.sample(sq.uniform(0.1e6, 0.6e6)),
        )[-1]

    return sq.get_percentiles(sq.sample(total, n), [5, 50, 95])


def outputs(
    everyone,
    south,
    minority_south,
    minority_outside,
    transfers,
    growth,
    ratio,
    of_new,
    detainees,
):
    """The five outputs from the nine inputs."""
    before = transfers / (1 + growth)
    added = transfers * ratio - before * ratio
    at_risk_2019 = south * minority_south + (everyone - south) * minority_outside
    at_risk_2021 = at_risk_2019 + added * of_new
    return before, added, at_risk_2019, at_risk_2021, at_risk_2021 + detainees


def salib_indices(names, function, n, seed):
    """First-order and total indices with SALib's default intervals, of a function of
    points of the unit cube.
    """
    from SALib.analyze import sobol as analyze
    from SALib.sample import sobol as sample

    problem = {
        "num_vars": len(names),
        "names": list(names),
        "bounds": [[0, 1]] * len(names),
    }
    points = sample.sample(problem, n, calc_second_order=False, seed=seed)
    values = function(np.ascontiguousarray(points.T))
    found = analyze.analyze(problem, values, calc_second_order=False, seed=seed)
    return dict(zip(names, found["S1"], strict=True)), dict(
        zip(names, found["ST"], strict=True)
    )
