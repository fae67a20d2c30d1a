"""The true percentiles of a sum of nine draws, by formulas that use no code of the
package; a benchmark and no estimate.

The total at_risk_total is ls ms + (lt - ls) mo + p s t (1 - 1 / (1 + g)) + d; the
letters stand below, and all are independent.
"""

import numpy as np
from scipy import optimize, stats

# Labourers in 2019, and in the south; minority shares in the south and elsewhere;
# transfers in 2021, and their growth; persons per transfer, the share at risk of those
# added, and former detainees. Two ends are uniform, three corners a triangle.
LT, LS = (2.585e6, 2.595e6), (1.645e6, 1.655e6)
MS, MO = (0.85, 1.0), (0.0, 0.12, 0.5)
T, G = (3.165e6, 3.175e6), (0.1045, 0.1055)
P, S, D = (0.75, 0.9, 1.0), (0.5, 1.0), (1e5, 6e5)
ENDS = {
    "labourers_2019": LT,
    "labourers_south_2019": LS,
    "minority_share_south": MS,
    "minority_share_outside": MO,
    "transfers_2021": T,
    "growth_2019_2021": G,
    "persons_per_transfer": P,
    "at_risk_share_of_new": S,
    "former_detainees": D,
}
#: How those at risk in 2019, and those added, are computed.
READINGS = {"at_risk_2019": "composition", "net_new_transfers": "from_base"}


def shape(low, *others):
    """A uniform distribution of two ends, or a triangle of three corners."""
    width = others[-1] - low
    if len(others) == 1:
        return stats.uniform(low, width)
    return stats.triang((others[0] - low) / width, low, width)


def shapes():
    """The distributions by name, chosen so that no draw passes a limit."""
    return {name: shape(*ends) for name, ends in ENDS.items()}


def percentiles(shares=(0.05, 0.5, 0.95)):
    """Percentiles, known to some ten persons: the former detainees, the widest part, by
    their distribution, and all the rest by Sobol points."""
    points, inputs = stats.qmc.Sobol(8, rng=1).random_base2(18).T, []
    for ends, column in zip((LT, LS, MS, MO, T, G, P, S), points, strict=True):
        inputs.append(shape(*ends).ppf(column))
    lt, ls, ms, mo, t, g, p, s = inputs
    rest = ls * ms + (lt - ls) * mo + p * s * t * (1 - 1 / (1 + g))

    def below(total, share):
        return np.mean(np.clip((total - rest - D[0]) / (D[1] - D[0]), 0, 1)) - share

    return [optimize.brentq(below, 0, 9e6, args=share, xtol=1) for share in shares]
