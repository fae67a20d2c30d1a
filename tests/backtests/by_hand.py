"""Compares a check with hand arithmetic: value, low, high, verdict, side."""

import math

import pytest

WITHIN = "matches within rounding"
#: What stands for a number that words leave open.
NONE = math.nan


def compare(study, name, expected):
    value, low, high, verdict, side = (*expected, *("", "")[len(expected) - 3 :])
    found = study.checks(name).set_index("id").loc[name]
    near = {"rel": 1e-9, "abs": 1e-12, "nan_ok": True}
    numbers = found.value, found.low, found.high
    assert numbers == pytest.approx((value, low, high), **near)
    assert (found.verdict, found.side) == (verdict, side)
