"""The lock installs, and the verdicts are the same, with each supported version of
Python on this machine.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What is no part of the tree.
LEFT = (".venv", ".git", "__pycache__", "results", ".*_cache", ".hypothesis")


def pythons() -> list[str]:
    """A Python of each minor version that is there and can make an environment, but for
    the one that runs the tests.
    """
    names = [
        f"python3.{minor}" for minor in range(11, 30) if minor != sys.version_info.minor
    ]
    found = [path for path in map(shutil.which, names) if path]
    return [
        path
        for path in found
        if not subprocess.run([path, "-c", "import ensurepip"], check=False).returncode
    ]


@pytest.mark.long
def test_each_python_installs_the_lock_and_gives_the_same_verdicts(
    tmp_path: Path,
) -> None:
    others = pythons()
    if not others:
        pytest.skip("this machine has no other Python from the oldest supported one up")
    asks = ["-m", "analysis", "verify", "--json"]
    here = subprocess.run(
        [sys.executable, *asks], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for number, python in enumerate(others):
        tree = tmp_path / str(number)
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT))
        subprocess.run(
            ["make", "--silent", "env", f"PYTHON={python}"],
            cwd=tree,
            check=True,
            capture_output=True,
        )
        inside = tree / ".venv" / "bin" / "python"
        there = subprocess.run(
            [inside, *asks], cwd=tree, capture_output=True, text=True, check=False
        )
        assert (there.returncode, there.stderr) == (0, ""), python
        assert json.loads(there.stdout) == json.loads(here.stdout), python
        shutil.rmtree(tree)
