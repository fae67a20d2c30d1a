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


MODULE = """
LIMIT = 3

def one(a):
    return a + 1

class Thing:
    size = 1

    @property
    def two(self):
        return 2
"""
TEST = """
from analysis.thing import one

def test_one():
    assert one(1) == 2
"""


@pytest.mark.parametrize(
    ("path", "was", "now", "found"),
    [
        ("analysis/thing.py", "a + 1", "a + 2", ["thing.one"]),
        ("analysis/thing.py", "return 2", "return 3", ["thing.Thing.two"]),
        ("analysis/thing.py", "    @property\n", "", ["thing.Thing.two"]),
        ("analysis/thing.py", "class", "def three():\n    return LIMIT\n\nclass", ["thing.three"]),
        ("analysis/thing.py", "LIMIT = 3", "LIMIT = 4", None),
        ("analysis/thing.py", "size = 1", "size = 2", None),
        ("tests/test_thing.py", "def", "def test_two():\n    assert one(2) == 3\n\ndef", []),
        ("tests/test_thing.py", "== 2", "== one(1)", None),
        ("tests/test_thing.py", "import one", "import one as one", None),
        ("tests/test_thing.py", "def test_one", "def test_another", None),
    ],
)
def test_functions_that_changed_are_tried_again_alone_and_all_of_them_where_more_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, was: str, now: str, found: list[str] | None
) -> None:
    for name, text in (("analysis/thing.py", MODULE), ("tests/test_thing.py", TEST)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(mutate, "ROOT", tmp_path)
    monkeypatch.setattr(mutate, "TESTS", {"thing": ["tests/test_thing.py"]})
    known = mutate.parts("thing")
    assert mutate.changed("thing", known) == []
    assert mutate.changed("thing", {}) is None
    text = (tmp_path / path).read_text(encoding="utf-8")
    assert text.count(was) == 1
    (tmp_path / path).write_text(text.replace(was, now), encoding="utf-8")
    assert mutate.changed("thing", known) == found


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
