"""Numbers as they stood before the package was made smaller, compared to nine digits until that is done.

``values.json`` in ``tests/frozen`` holds the estimates under every scenario, break-evens of every statement and tornados
of each estimate; ``expected.csv`` the accepted values, bounds, solved values and verdicts.
"""

import csv
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from analysis.core.model import Model, ModelError
from analysis.whatif.scenarios import estimate, shipped
from analysis.whatif.sensitivity import break_even, tornado

FROZEN = Path(__file__).resolve().parent / "frozen"


def plain(value: float | None) -> float | None:
    """A number as JSON holds it: none where it is not finite."""
    return value if value is not None and math.isfinite(value) else None


def values(model: Model) -> dict[str, Any]:
    """The estimates, break-evens and tornados of a model, under names that do not depend on how it is built."""
    estimates: dict[str, Any] = {}
    break_evens: dict[str, Any] = {}
    for scenario in shipped(model).values():
        for quantity in model.register.estimates:
            found = estimate(model, scenario, quantity)
            estimates[f"{scenario.name} {quantity}"] = [
                *map(plain, (found.value, found.low, found.high)),
                found.kind if found.value is not None else "",
            ]
        for statement in model.register.statements.values():
            try:
                even = break_even(model, statement, scenario.setting(model, model.named(statement.quantity)[0]))
            except ModelError:
                continue
            break_evens[f"{scenario.name} {statement.id}"] = {
                "sides": [even.left, even.right, even.holds],
                **{turn.assumption: {"roots": turn.roots, "holds": turn.holds} for turn in even.break_evens},
            }
    bars = {
        f"{quantity} {bar.assumption}": [*map(plain, (bar.low, bar.high, bar.at_low, bar.at_high))]
        for quantity in model.register.estimates
        for bar in tornado(model, quantity)
    }
    return {"estimates": estimates, "break_evens": break_evens, "tornado": bars}


def alike(one: Any, two: Any) -> bool:
    """Whether two values are the same, numbers to nine digits; a number within a text as well, to six."""
    if isinstance(one, dict):
        return isinstance(two, dict) and one.keys() == two.keys() and all(alike(one[key], two[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(two) and all(map(alike, one, two))
    if isinstance(one, float | int) and isinstance(two, float | int) and not isinstance(one, bool):
        return math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == two)


def alike_cells(one: str, two: str) -> bool:
    parts = [re.split(r"([ =;,]+)", text) for text in (one, two)]
    if len(parts[0]) != len(parts[1]):
        return False
    for a, b in zip(*parts, strict=True):
        try:
            same = math.isclose(float(a), float(b), rel_tol=2e-9 if len(parts[0]) == 1 else 2e-6, abs_tol=1e-9)
        except ValueError:
            same = a == b
        if not same:
            return False
    return True


@pytest.mark.parametrize("part", ["estimates", "break_evens", "tornado"])
def test_what_was_computed_is_computed_still(model: Model, part: str) -> None:
    before = json.loads((FROZEN / "values.json").read_text(encoding="utf-8"))[part]
    now = values(model)[part]
    assert now.keys() == before.keys()
    assert {key: now[key] for key in now if not alike(now[key], before[key])} == {}


def test_what_was_accepted_is_computed_still(model: Model) -> None:
    from analysis.core.verdicts import judge_all
    from analysis.output.results import guarded

    rows = csv.reader((FROZEN / "expected.csv").read_text(encoding="utf-8").splitlines()[1:])
    renamed = {"relations": "checks"}
    before = {(renamed.get(table, table), name, field): value for table, name, field, value in rows}
    now = guarded(model, judge_all(model))
    assert now.keys() == before.keys()
    assert {key: (before[key], now[key]) for key in now if not alike_cells(before[key], now[key])} == {}
