"""Mutation testing with mutmut: one thing in a module is changed at a time, and its
tests must fail.

    python tests/long/mutate.py [MODULE ...]

Works on a copy of the tree. Prints for each module how many changes were noticed, and
names each change that was not noticed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "analysis",
    "tests",
    "data",
    "notebooks",
    "pyproject.toml",
    "README.md",
    "Makefile",
)
#: The tests that are run for each module.
TESTS = {
    "core/published": ["tests/core/test_published.py"],
    "core/register": ["tests/core/test_register.py"],
    "model/bounds": ["tests/model/test_bounds.py"],
    "model/model": ["tests/model/test_model.py"],
    "model/curves": ["tests/model/test_bounds.py"],
    "model/judging": ["tests/model/test_verdicts.py"],
    "model/verdicts": ["tests/model/test_verdicts.py"],
    "formulas": ["tests/backtests"],
}


def mutate(module: str) -> None:
    """Try every change of one module."""
    with tempfile.TemporaryDirectory() as made:
        tree = Path(made) / "tree"
        tree.mkdir()
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, tree / name)
        path = (
            f"analysis/{module}"
            if (ROOT / "analysis" / module).is_dir()
            else f"analysis/{module}.py"
        )
        with (tree / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(
                f"\n[tool.mutmut]\npaths_to_mutate = [{path!r}]\n"
                f"tests_dir = {TESTS[module]!r}\n"
                f"also_copy = {[name for name in COPIED if name != 'tests']!r}\n"
            )
        mutmut = str(Path(sys.executable).with_name("mutmut"))
        subprocess.run([mutmut, "run"], cwd=tree, check=False)
        done = subprocess.run(
            [mutmut, "results"], cwd=tree, capture_output=True, text=True, check=False
        )
        survived = [
            line
            for line in done.stdout.splitlines()
            if line.rstrip().endswith(": survived")
        ]
        print(
            f"{module}: {len(survived)} changes were not noticed",
            *survived,
            sep="\n  ",
            flush=True,
        )


if __name__ == "__main__":
    named = sys.argv[1:] or list(TESTS)
    if unknown := set(named) - set(TESTS):
        sys.exit(f"{unknown} is not one of {', '.join(TESTS)}")
    for name in named:
        mutate(name)
