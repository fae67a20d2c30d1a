"""The lock installs, and the verdicts are the same, on each Python of this machine from the oldest supported one up."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OLDEST = tuple(
    map(
        int,
        tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
        .removeprefix(">=")
        .split("."),
    )
)


#: What is no part of the tree.
LEFT = (".venv", ".git", "__pycache__", "results", ".*_cache", ".hypothesis")


def pythons() -> list[str]:
    """A Python of each minor version that is there and can make an environment, but for the one that runs the tests."""
    places = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    places += [*Path.home().glob(".pyenv/versions/*/bin")]
    found: dict[tuple[int, int], str] = {}
    for path in sorted(path for place in places if place.is_dir() for path in place.glob("python3*")):
        if not re.fullmatch(r"python3(\.\d+)?", path.name) or not os.access(path, os.X_OK):
            continue
        ask = "import ensurepip, sys; print(*sys.version_info[:2])"
        done = subprocess.run([path, "-c", ask], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            major, minor = map(int, done.stdout.split())
            found.setdefault((major, minor), str(path))
    return [path for version, path in sorted(found.items()) if version >= OLDEST and version != sys.version_info[:2]]


@pytest.mark.long
def test_each_python_installs_the_lock_and_gives_the_same_verdicts(tmp_path: Path) -> None:
    others = pythons()
    if not others:
        pytest.skip("this machine has no other Python from the oldest supported one up")
    here = subprocess.run(
        [sys.executable, "-m", "analysis", "verify", "--json"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for number, python in enumerate(others):
        tree = tmp_path / str(number)
        shutil.copytree(
            ROOT,
            tree,
            ignore=shutil.ignore_patterns(*LEFT),
        )
        subprocess.run(["make", "--silent", "env", f"PYTHON={python}"], cwd=tree, check=True, capture_output=True)
        inside = tree / ".venv" / "bin" / "python"
        there = subprocess.run(
            [inside, "-m", "analysis", "verify", "--json"], cwd=tree, capture_output=True, text=True, check=False
        )
        assert (there.returncode, there.stderr) == (0, ""), python
        assert json.loads(there.stdout) == json.loads(here.stdout), python
        tests = ["tests/backtests", "tests/test_published.py", "tests/test_verdicts.py", "analysis"]
        done = subprocess.run(
            [inside, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests], cwd=tree, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{python}: {done.stdout[-3000:]}"
        shutil.rmtree(tree)
