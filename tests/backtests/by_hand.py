"""Compares a check with hand arithmetic: value, low, high, verdict, side."""

import math

import pytest

WITHIN = "matches within rounding"
#: What stands for the value where an input is in words only.
NONE = math.nan


def compare(study, name, expected):
    value, low, high, verdict, side = (*expected, *("", "")[len(expected) - 3 :])
    found = study.checks(name).set_index("id").loc[name]
    near = {"rel": 1e-9, "abs": 1e-12, "nan_ok": True}
    assert found.value == pytest.approx(value, **near)
    if not math.isnan(value):
        assert found.low == pytest.approx(low, **near)
        assert found.high == pytest.approx(high, **near)
    assert (found.verdict, found.side) == (verdict, side)
