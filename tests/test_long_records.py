"""What `make test-long` found is on record, is of the tree as it is, and says enough."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.long import mutate, prove

FOLDER = Path(__file__).parent / "long"


def record(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", mutate.TESTS)
def test_mutation_testing_was_done_on_the_module_and_tests_as_they_are(module: str) -> None:
    found = record("mutation.json")
    assert found[module]["sha256"] == mutate.digest(module), f"run `make mutate ONLY={module}`"


@pytest.mark.parametrize("module", mutate.TESTS)
def test_nine_changes_in_ten_are_noticed_and_each_other_has_its_reason(module: str) -> None:
    found = record("mutation.json")[module]
    left = found["not_noticed"]
    assert found["tried"] == found["noticed"] + len(left)
    assert found["noticed"] >= 0.9 * found["tried"]
    assert [one for one in left if not one["why"]] == []


def test_the_guard_was_proved_on_the_tree_as_it_is_and_nothing_escaped() -> None:
    found = record("prove.json")
    assert found["sha256"] == prove.rests_on(), "run `make prove`"
    assert found["escaped"] == {kind: [] for kind in found["tried"]}
    assert found["noticed"] == found["tried"]
    assert all(found["tried"].values())


def test_of_twenty_repetitions_of_the_tests_none_failed_or_left_anything() -> None:
    runs = record("repetitions.json")["runs"]
    assert len(runs) >= 20, "run `make repeat`"
    assert [run for run in runs if run["failed"] or run["left"]] == []
    assert {tuple(run["counted"]) for run in runs} == {tuple(runs[0]["counted"])}, "some runs were of fewer tests"
    assert len(runs[0]["counted"]) == 2, "one line of counts of the tests, and one of the notebooks"


def test_a_hundred_runs_were_killed_and_lost_nothing() -> None:
    found = record("kills.json")
    assert found["kills"] >= 100
    assert found["results of before"] + found["results of after"] == found["kills"] + found.get("ended before", 0)
