"""An earlier choice, a new one, and the setting that follows."""

from __future__ import annotations

import contextlib
import itertools
import pickle
from typing import Any

import pytest

from analysis.model.model import CircleError, Model, ModelError
from analysis.whatif.distributions import settled
from tests.changing import offered

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
    "the article's own reading takes a number back": (
        {"at_risk_2019": 1.5e6},
        {"at_risk_2019": "published"},
        {},
    ),
    "our own value takes a number back": (
        {"persons_per_transfer": 0.5},
        {"persons_per_transfer": "set"},
        {},
    ),
    "the article's words take a number back": (
        {"former_detainees": 4e5},
        {"former_detainees": "in_words"},
        {},
    ),
    "our number for words replaces another": (
        {"former_detainees": 4e5},
        {"former_detainees": "set"},
        {"former_detainees": "set"},
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


#: What a user chose, what a check then names, and what differs from the article.
ASKED: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a printed number as given": (
        {"at_risk_2019": 1.5e6},
        {"at_risk_2019": "published"},
        {"at_risk_2019": 1.5e6},
    ),
    "an assumption as given": (
        {"persons_per_transfer": 0.5},
        {"persons_per_transfer": "set"},
        {"persons_per_transfer": 0.5},
    ),
    "words as given": (
        {"former_detainees": 4e5},
        {"former_detainees": "in_words"},
        {"former_detainees": 4e5},
    ),
    "another way to the number": (
        {"at_risk_2019": 1.5e6},
        {"at_risk_2019": "southern"},
        {"at_risk_2019": "southern"},
    ),
    "a number of the check's own": (
        {"overlap": 0.2},
        {"overlap": 0.3},
        {"overlap": 0.3},
    ),
    "the quantity as given, where the user chose another reading": (
        {"at_risk_2019": "southern"},
        {"at_risk_2019": "published"},
        {},
    ),
    "a reading that is linked to a quantity with a number": (
        {"south_2019": 1e6},
        {"total_2019": "transfers"},
        {"south_2019": 1e6, "total_2019": "transfers"},
    ),
}


@pytest.mark.parametrize(("user", "check", "after"), ASKED.values(), ids=ASKED.keys())
def test_what_a_check_names_over_what_a_user_chose(
    model: Model, user: dict[str, Any], check: dict[str, Any], after: dict[str, Any]
) -> None:
    setting = model.taken_as(model.setting(user), check)
    assert setting.choices == after


def test_a_check_that_takes_a_quantity_as_given_leaves_its_draws(model: Model) -> None:
    setting, _ = settled(model, {"overlap": ("uniform", 0, 0.5)})
    assert model.taken_as(setting, {"overlap": "set"}).drawn == setting.drawn
    assert model.taken_as(setting, {"overlap": 0.3}).drawn == {}


def test_a_later_change_wins_over_an_earlier_one_of_any_kind(model: Model) -> None:
    tried = 0
    for name in model.quantities:
        alone = {}
        for choice in offered(model, name):
            # Some readings need themselves unless another reading is chosen, too.
            with contextlib.suppress(CircleError):
                alone[choice] = model.setting({name: choice})
        for earlier, later in itertools.permutations(alone, 2):
            after = model.setting({name: later}, alone[earlier])
            assert after.choices.get(name) == alone[later].choices.get(name)
            tried += 1
    assert tried > 100


def test_linked_quantities_are_read_alike(model: Model) -> None:
    unlike = {"total_2019": "transfers", "south_2019": "persons"}
    with pytest.raises(ModelError, match=r"total_2019.*south_2019"):
        model.setting(unlike)


def test_nobody_writes_to_a_setting_and_it_can_be_pickled(model: Model) -> None:
    setting = model.setting({"overlap": 0.2})
    with pytest.raises(TypeError):
        setting.choices["overlap"] = 0.5  # type: ignore[index]
    assert pickle.loads(pickle.dumps(setting)) == setting
