"""Brute force: a quantity from its formulas, called one by one, over a dense grid of what its inputs stand for."""

import inspect
import math

import numpy as np

from analysis.core.model import ARTICLE


def scan(model, quantity, setting=ARTICLE, *, other=False, points=7, fixed=None):
    """Smallest and largest value over a dense grid of the box, values without a meaning left out; brute force."""
    plan = model.plan(quantity, setting)
    axes, fixed = {}, fixed or {}
    for name, node in plan.leaves.items():
        interval = node.way.interval(other=other)
        if name not in fixed and interval.high > interval.low:
            axes[name] = np.linspace(interval.low, interval.high, points)
    mesh = np.meshgrid(*axes.values(), indexing="ij") if axes else []
    values = {name: grid.ravel() for name, grid in zip(axes, mesh, strict=True)}
    computed = by_hand(plan, {**values, **fixed})
    found = np.broadcast_to(
        np.asarray(computed[quantity], float), next(iter(values.values())).shape if values else (1,)
    )
    fine = np.isfinite(found)
    for name, assumed in model.register.assumptions.items():
        if name in computed and plan.by_name[name].way.formula is not None:
            room = 1e-9 * max(abs(assumed.minimum), abs(assumed.maximum))
            fine = fine & (computed[name] >= assumed.minimum - room) & (computed[name] <= assumed.maximum + room)
    return (found[fine].min(), found[fine].max()) if fine.any() else (math.nan, math.nan)


def by_hand(plan, start):
    """Every node's value by calling its formula, from those of the leaves."""
    computed = {}

    def of(name):
        if name not in computed:
            way = plan.by_name[name].way
            if name in start:
                computed[name] = start[name]
            elif way.formula is not None:
                computed[name] = way.formula(*[of(need) for need in inspect.signature(way.formula).parameters])
            else:
                computed[name] = np.float64(way.value())
        return computed[name]

    of(plan.target)
    return computed
