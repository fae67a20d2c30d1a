"""docs/another-article.md builds a data package for another article, with the engine untouched."""

import os
from pathlib import Path

from tests.following import follow

ROOT = Path(__file__).resolve().parent.parent


def test_the_document_is_followed_to_the_letter(tmp_path: Path) -> None:
    document = (ROOT / "docs" / "another-article.md").read_text(encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    ran = follow(document, tmp_path, {**os.environ, "PYTHONPATH": paths})
    commands = {command.split()[1] for command in ran}
    assert commands == {"accept", "verify", "explain", "scenarios", "sensitivity", "audit", "reproduce", "run"}
    index = (tmp_path / "results" / "report" / "index.html").read_text(encoding="utf-8")
    assert "Numbers of a made-up report on evening classes" in index
    assert "4,800" in index  # 1,200 x 4
