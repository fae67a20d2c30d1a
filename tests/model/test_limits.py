"""A limit refuses counts and shares alike, with the same relative tolerance."""

from __future__ import annotations

import math

import pytest

from analysis.core.register import Register
from analysis.core.rows import LimitRow
from analysis.model.limits import Limit
from analysis.model.model import Model, ModelError


@pytest.mark.parametrize(
    ("limit", "kept", "past"),
    [
        (Limit("share", 0.0, 1.0), [0.0, 0.5, 1.0], [-0.001, 1.001]),
        (Limit("count", high=2e6), [-5.0, 2e6], [2e6 + 1]),
        (Limit("count", low=2e6), [2e6, 9e6], [2e6 - 1]),
    ],
)
def test_a_value_past_an_end_is_not_kept(
    limit: Limit, kept: list[float], past: list[float]
) -> None:
    assert all(limit.is_kept({limit.quantity: value}) for value in kept)
    assert not any(limit.is_kept({limit.quantity: value}) for value in past)


def test_a_share_beside_another_is_held_as_exactly_as_a_count() -> None:
    shares = Limit("share", other="whole")
    assert shares.is_kept({"share": 0.5, "whole": 0.5})
    assert not shares.is_kept({"share": 0.5009, "whole": 0.5})
    counts = Limit("part", other="whole", size=1e6)
    assert counts.is_kept({"part": 2e6, "whole": 2e6})
    assert not counts.is_kept({"part": 2e6 + 1, "whole": 2e6})


def test_a_limit_may_have_a_number_below_and_another_quantity_above() -> None:
    limit = LimitRow(quantity="overlap", at_most="at_risk_share_of_new", at_least=0.25)
    model = Model(Register.read().model_copy(update={"limits": (limit,)}))
    given = {"at_risk_share_of_new": 0.5, "former_detainees": 3e5}
    for overlap in (0.25, 0.5):
        model.estimate("at_risk_total", model.setting({**given, "overlap": overlap}))
    with pytest.raises(
        ModelError, match=r"would be 0\.24, but cannot be less than 0\.25"
    ):
        model.estimate("at_risk_total", model.setting({**given, "overlap": 0.24}))
    with pytest.raises(
        ModelError, match=r"would be 0\.51, but cannot be more than at_r"
    ):
        model.estimate("at_risk_total", model.setting({**given, "overlap": 0.51}))


def test_an_input_in_words_is_past_no_limit() -> None:
    assert Limit("count", 0.0, 1.0).is_kept({"count": math.nan})


def test_a_data_package_may_hold_a_share_below_another() -> None:
    limits = (LimitRow(quantity="overlap", at_most="at_risk_share_of_new"),)
    model = Model(Register.read().model_copy(update={"limits": limits}))
    shares = {"at_risk_share_of_new": 0.5, "former_detainees": 3e5}
    model.estimate("at_risk_total", model.setting({**shares, "overlap": 0.5}))
    # Half a thousandth too much is too much.
    with pytest.raises(ModelError, match="overlap would be"):
        model.estimate("at_risk_total", model.setting({**shares, "overlap": 0.5005}))
