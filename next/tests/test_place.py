"""The tests, and what they start, use this package and no other."""

import subprocess
import sys
from pathlib import Path

import analysis

HERE = Path(__file__).resolve().parents[1]


def test_the_package_is_the_one_beside_the_tests():
    assert Path(analysis.__file__).parents[1] == HERE


def test_a_process_imports_the_same_package(tmp_path):
    shown = subprocess.run(
        [sys.executable, "-c", "import analysis; print(analysis.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert Path(shown.stdout.strip()).parents[1] == HERE
