"""The true values of ``reference.yaml``, computed with formulas and quadrature that use
no code of the package.

The total at_risk_total is ls ms + (lt - ls) mo + p s q + d
with q = t (1 - 1 / (1 + g)); the letters stand below, and all are independent.
Moments are written out; percentiles come from densities laid on a grid of persons.
``ERRORS`` says how close 65,536 draws of seed 0 come to each.
"""

import numpy as np

# Labourers in 2019, and in the south; minority shares in the south and elsewhere;
# transfers in 2021, and their growth; persons per transfer, the share at risk of those
# added, and former detainees.
LT, LS = (2.585e6, 2.595e6), (1.645e6, 1.655e6)
MS, MO = (0.85, 1.0), (0.0, 0.12, 0.5)
T, G = (3.165e6, 3.175e6), (0.1045, 0.1055)
P, S, D = (0.75, 0.9, 1.0), (0.5, 1.0), (1e5, 6e5)
#: The most by which 65,536 draws of seed 0 may be off, in persons.
ERRORS = {"mean": 1, "sd": 10, "percentiles": 1500}


def uniform(low, high):
    """Mean and variance of a uniform distribution."""
    return (low + high) / 2, (high - low) ** 2 / 12


def triangular(low, mode, high):
    """Mean and variance of a triangular distribution."""
    squares = low**2 + mode**2 + high**2 - low * mode - low * high - mode * high
    return (low + mode + high) / 3, squares / 18


def growth():
    """Mean and variance of h = 1 - 1 / (1 + g), g uniform:
    E[1/(1+g)] = ln(b/a)/(b-a), E[1/(1+g)^2] = 1/(ab).
    """
    a, b = 1 + G[0], 1 + G[1]
    inverse = np.log(b / a) / (b - a)
    return 1 - inverse, 1 / (a * b) - inverse**2


def moments():
    """Mean and standard deviation of at_risk_total."""
    return _total()[0], np.sqrt(_total()[1])


def _parts():
    return {
        "lt": uniform(*LT),
        "ls": uniform(*LS),
        "ms": uniform(*MS),
        "mo": triangular(*MO),
        "t": uniform(*T),
        "h": growth(),
        "p": triangular(*P),
        "s": uniform(*S),
        "d": uniform(*D),
    }


def _square(part):
    return part[0] ** 2 + part[1]


def _total():
    x = _parts()
    two = (
        _square(x["ls"]) * x["ms"][1]
        + (x["lt"][1] + x["ls"][1] + (x["lt"][0] - x["ls"][0]) ** 2) * x["mo"][1]
    )
    two += (x["ms"][0] - x["mo"][0]) ** 2 * x["ls"][1] + x["mo"][0] ** 2 * x["lt"][1]
    four = [x[name] for name in ("p", "s", "t", "h")]
    product = np.prod([part[0] for part in four])
    mean = (
        x["ls"][0] * x["ms"][0]
        + (x["lt"][0] - x["ls"][0]) * x["mo"][0]
        + product
        + x["d"][0]
    )
    return mean, two + np.prod([_square(part) for part in four]) - product**2 + x["d"][
        1
    ]


def percentiles(shares=(0.05, 0.5, 0.95), step=50.0):
    """Percentiles of at_risk_total: the four terms' densities on a grid of ``step``
    persons, convolved.

    The two labourers and q, all printed to three digits, are narrow. Each is taken at
    the nodes of a Gauss-Legendre rule of three points, which is exact for polynomials
    to the fifth degree.
    """
    nodes, weights = np.polynomial.legendre.leggauss(3)
    weights = weights / 2

    def at(span):
        return [
            (span[0] + span[1]) / 2 + node * (span[1] - span[0]) / 2 for node in nodes
        ]

    low, high = 0.9e6, 3.4e6
    edges = np.arange(low, high + step, step)
    density = np.zeros(len(edges) - 1)
    for lt, a in zip(at(LT), weights, strict=True):
        for ls, b in zip(at(LS), weights, strict=True):
            two = _together(
                _cells_uniform(ls * MS[0], ls * MS[1], step),
                _cells_triangular([(lt - ls) * m for m in MO], step),
            )
            two = _together(two, _cells_uniform(*D, step))
            for t, c in zip(at(T), weights, strict=True):
                for g, d in zip(at(G), weights, strict=True):
                    start, cells = _together(
                        two, _cells_product(t * (1 - 1 / (1 + g)), step)
                    )
                    # Masses stand at the middle of their cells.
                    place = np.floor(
                        (start + step * np.arange(len(cells)) - low) / step
                    ).astype(int)
                    share = (start - low) / step - np.floor((start - low) / step)
                    np.add.at(density, place, a * b * c * d * cells * (1 - share))
                    np.add.at(density, place + 1, a * b * c * d * cells * share)
    below = np.concatenate([[0.0], np.cumsum(density)])
    # The mass of a cell is spread half a step to either side of its point.
    return [
        float(np.interp(share * below[-1], below, edges - step / 2)) for share in shares
    ]


def _cells(cdf, low, high, step):
    """Masses at points a step apart, each what lies within half a step of it."""
    points = np.arange(np.floor(low / step) * step, high + 2 * step, step)
    ends = np.concatenate([points - step / 2, [points[-1] + step / 2]])
    return points[0], np.diff(cdf(ends))


def _cells_uniform(low, high, step):
    return _cells(lambda x: np.clip((x - low) / (high - low), 0, 1), low, high, step)


def _triangular_cdf(x, low, mode, high):
    x = np.clip(x, low, high)
    rising = (x - low) ** 2 / ((high - low) * (mode - low))
    return np.where(
        x <= mode, rising, 1 - (high - x) ** 2 / ((high - low) * (high - mode))
    )


def _cells_triangular(corners, step):
    low, mode, high = corners
    return _cells(lambda x: _triangular_cdf(x, low, mode, high), low, high, step)


def _cells_product(q, step):
    """Of p s q: P(p s <= y) is the mean of P(p <= y / s) over s, by 64
    Gauss-Legendre nodes.
    """
    nodes, weights = np.polynomial.legendre.leggauss(64)
    shares = (S[0] + S[1]) / 2 + nodes * (S[1] - S[0]) / 2

    def cdf(x):
        return sum(
            w / 2 * _triangular_cdf(x / q / s, *P)
            for s, w in zip(shares, weights, strict=True)
        )

    return _cells(cdf, P[0] * S[0] * q, P[2] * S[1] * q, step)


def _together(one, two):
    from scipy.signal import fftconvolve

    return one[0] + two[0], np.maximum(fftconvolve(one[1], two[1]), 0)


if __name__ == "__main__":
    print("mean, sd", *moments())
    print("p05, p50, p95", *percentiles())
