"""Each example of CONTRIBUTING.md does what it says, on a copy of the tree."""

import os
import shutil
from pathlib import Path

from tests.following import follow

ROOT = Path(__file__).resolve().parent.parent


def test_the_examples_are_followed_to_the_letter(tmp_path: Path) -> None:
    for name in ("analysis", "data", "notebooks"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    packages = Path("tests", "packages")
    shutil.copytree(ROOT / packages, tmp_path / packages)
    document = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    ran = follow(document, tmp_path, {**os.environ, "PYTHONPATH": str(tmp_path)})
    assert ran == [
        "analysis accept",
        "analysis explain example_over_a_quarter",
        "analysis accept",
        "analysis explain example_share --reading example_share=once",
        "analysis scenarios mine.yaml --json",
        "analysis accept",
        "analysis explain example_elsewhere",
        "cp -r tests/packages/tiny mine",
        "analysis verify --data mine",
        "analysis explain sessions --data mine",
        "analysis accept --data mine",
        "analysis verify --data mine",
    ]
    assert (
        round(1_600_000 + 0.91 * (3_170_000 - 3_170_000 / 1.105) + 400_000, 3)
        == 2274111.765
    )
    assert "2274111.765" in document
