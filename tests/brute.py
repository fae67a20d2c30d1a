"""Brute force: a quantity is computed by calling its formulas one by one, over a dense
grid of the values that its inputs stand for.
"""

import inspect
import math

import numpy as np

from analysis.model.model import ARTICLE

#: The shipped limits: a quantity, and what it is at most.
LIMITS = [
    ("labourers_south_2019", "labourers_2019"),
    ("south_2019", "total_2019"),
    ("southern_share_2019", 1),
    ("flagged_share", 1),
    ("investigated_share", 1),
    ("labour_intensive_share_2020", 1),
    ("labour_intensive_share_2022", 1),
    ("south_trade_share_2021", 1),
    ("south_trade_share_2022", 1),
]


def scan(
    model,
    quantity,
    setting=ARTICLE,
    *,
    coarse=False,
    points=7,
    fixed=None,
    box=None,
):
    """Smallest and largest value on a dense grid of the box, as far as limits allow.

    The box is what the printed numbers and words stand for, unless told.
    """
    plan = model.plan(quantity, setting)
    if box is None:
        intervals = {
            name: node.source.interval(coarse=coarse)
            for name, node in plan.leaves.items()
        }
        box = {name: (one.low, one.high) for name, one in intervals.items()}
    fixed = {
        **{name: low for name, (low, high) in box.items() if low == high},
        **(fixed or {}),
    }
    axes = {
        name: np.linspace(low, high, points)
        for name, (low, high) in box.items()
        if name not in fixed
    }
    mesh = (
        [grid.ravel() for grid in np.meshgrid(*axes.values(), indexing="ij")]
        if axes
        else []
    )
    values = by_hand(plan, {**dict(zip(axes, mesh, strict=True)), **fixed})
    found = np.broadcast_to(
        np.asarray(values[quantity], float), mesh[0].shape if mesh else (1,)
    )
    fine = np.isfinite(found) & allowed(model, plan, values)
    return (
        (found[fine].min(), found[fine].max()) if fine.any() else (math.nan, math.nan)
    )


def allowed(model, plan, values):
    """Whether derived assumptions lie in their allowed ranges and limits are kept, to
    nine digits.
    """
    fine = np.asarray(True)
    for room in rooms(model, plan, values):
        fine = fine & ~(np.asarray(room) < -1e-9)
    return fine


def rooms(model, plan, values):
    """How far derived assumptions lie from the ends of their allowed ranges, and
    quantities from their limits.
    """
    found = []
    for name, assumed in model.register.assumptions.items():
        if name in values and name not in plan.leaves:
            size = max(abs(assumed.minimum), abs(assumed.maximum))
            found += [
                (values[name] - assumed.minimum) / size,
                (assumed.maximum - values[name]) / size,
            ]
    if "at_risk_2021" in values:
        found.append(values["at_risk_2021"])  # at least nobody
    for name, most in LIMITS:
        if name in values:
            found.append(
                (values.get(most, most) - values[name])
                / (1e6 if isinstance(most, str) else 1)
            )
    return found


def by_hand(plan, start):
    """Every node's value by calling its formula, from those of the leaves."""
    computed = {}

    def of(name):
        if name not in computed:
            source = plan.by_name[name].source
            if name in start:
                computed[name] = start[name]
            elif source.alias_of:
                computed[name] = of(source.alias_of)
            elif source.expression:
                formula = source.expression.function
                computed[name] = formula(
                    *[of(need) for need in inspect.signature(formula).parameters]
                )
            else:
                computed[name] = np.float64(source.value)
        return computed[name]

    for node in plan.nodes:
        of(node.name)
    return computed
