"""What `make test-long` found is on record, is of the tree as it is, and says enough."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.long import mutate

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
