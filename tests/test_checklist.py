"""The checklist is met by evidence that is there, and by nothing else."""

from pathlib import Path

import pytest
import yaml

from tests import checklist


def test_every_row_has_what_it_names() -> None:
    found = list(checklist.rows())
    assert [(row.asks, row.problem) for row in found if row.problem] == []
    assert {row.standard.split()[0].rstrip(",") for row in found} == {"AEA", "TIER", "ACM", "JOSS", "FAIR4RS"}
    assert {row.status for row in found} == set(checklist.STATUS)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"status": "met"}, "by evidence"),
        ({"status": "met", "evidence": ["file:nowhere.txt"]}, "file:nowhere.txt is not there"),
        ({"status": "met", "evidence": ["test:tests/test_checklist.py::test_nothing"]}, "is not there"),
        ({"status": "met", "evidence": ["test:tests/test_nothing.py::test_it"]}, "is not there"),
        ({"status": "met", "evidence": ["heading:No Such Heading"]}, "is not there"),
        ({"status": "met", "evidence": ["make:nothing"]}, "is not there"),
        ({"status": "met", "evidence": ["command:nothing"]}, "is not there"),
        ({"status": "met", "evidence": ["text:README.md::no such words stand there"]}, "is not there"),
        ({"status": "met", "evidence": ["word:yes"]}, "no kind of evidence"),
        ({"status": "not met"}, "says why"),
        ({"status": "not met", "why": "a", "evidence": ["file:README.md"]}, "by evidence"),
        ({"status": "nearly"}, "is none of"),
    ],
)
def test_a_row_without_what_it_names_is_found(tmp_path: Path, row: dict[str, object], words: str) -> None:
    path = tmp_path / "checklist.yaml"
    path.write_text(yaml.safe_dump([{"standard": "A", "rows": [{"asks": "b", **row}]}]), encoding="utf-8")
    (found,) = checklist.rows(path)
    assert words in found.problem
