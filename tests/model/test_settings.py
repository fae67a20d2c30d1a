"""An earlier choice, a new one, and the setting that follows: the rules of over()."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from analysis.model.model import Model, ModelError

#: What was chosen, what is chosen then, and what differs from the article at the end.
CHOICES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a number replaces a number": (
        {"overlap": 0.2},
        {"overlap": 0.3},
        {"overlap": 0.3},
    ),
    "a number replaces a reading": (
        {"at_risk_2019": "southern"},
        {"at_risk_2019": 1.5e6},
        {"at_risk_2019": 1.5e6},
    ),
    "a reading replaces a number": (
        {"at_risk_2019": 1.5e6},
        {"at_risk_2019": "southern"},
        {"at_risk_2019": "southern"},
    ),
    "a reading that only means as given leaves a number": (
        {"at_risk_2019": 1.5e6},
        {"at_risk_2019": "published"},
        {"at_risk_2019": 1.5e6},
    ),
    "the same of an assumption": (
        {"persons_per_transfer": 0.5},
        {"persons_per_transfer": "set"},
        {"persons_per_transfer": 0.5},
    ),
    "the same of words": (
        {"former_detainees": 4e5},
        {"former_detainees": "in_words"},
        {"former_detainees": 4e5},
    ),
    "the article's own reading takes another one back": (
        {"at_risk_2019": "southern"},
        {"at_risk_2019": "published"},
        {},
    ),
    "the article's own number takes another one back": (
        {"overlap": 0.2},
        {"overlap": 0},
        {},
    ),
    "a linked reading comes along": (
        {},
        {"total_2019": "transfers"},
        {"total_2019": "transfers", "south_2019": "transfers"},
    ),
    "a linked reading leaves a number that is there": (
        {"south_2019": 1e6},
        {"total_2019": "transfers"},
        {"total_2019": "transfers", "south_2019": 1e6},
    ),
    "a number outranks the reading that is linked to another name": (
        {},
        {"total_2019": "transfers", "south_2019": 1e6},
        {"total_2019": "transfers", "south_2019": 1e6},
    ),
}


@pytest.mark.parametrize(
    ("before", "change", "after"), CHOICES.values(), ids=CHOICES.keys()
)
def test_a_choice_over_an_earlier_one(
    model: Model, before: dict[str, Any], change: dict[str, Any], after: dict[str, Any]
) -> None:
    setting = model.setting(change, model.setting(before))
    assert setting.choices == after


def test_linked_quantities_are_read_alike(model: Model) -> None:
    unlike = {"total_2019": "transfers", "south_2019": "persons"}
    with pytest.raises(ModelError, match=r"total_2019.*south_2019"):
        model.setting(unlike)


def test_nobody_writes_to_a_setting_and_it_can_be_pickled(model: Model) -> None:
    setting = model.setting({"overlap": 0.2})
    with pytest.raises(TypeError):
        setting.choices["overlap"] = 0.5  # type: ignore[index]
    assert pickle.loads(pickle.dumps(setting)) == setting
