"""Two runs with one lock write the same bytes, whoever starts them, and wherever."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What two users' machines may differ in.
USERS = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1", "LANG": "C"},
    {
        "TZ": "America/St_Johns",
        "LC_ALL": "tr_TR.UTF-8",
        "PYTHONHASHSEED": "2",
        "LANG": "tr_TR.UTF-8",
    },
)
PLACES = ("a tree", "árbol 数字/ein zweiter Baum")

#: Writes the tables of a run and one figure into a folder.
TABLES = """
import os, sys
from pathlib import Path
from analysis import load
from analysis.render import external
from analysis.model.model import Model
from analysis.core.register import Register
from analysis.publish.tables import write_tables
from analysis.model.verdicts import judge_all
out, model = Path(sys.argv[1]), Model(Register.read())
write_tables(out, model, judge_all(model), {}, external.frame(model))
os.environ["ANALYSIS_FIGURES"] = str(out)
load().figure("waterfall")
"""


def as_users(tmp_path: Path, *arguments: str) -> list[dict[str, bytes]]:
    """What two users get, each in a home, a copy of the tree and a working directory of
    their own; by name.

    arguments: what Python is called with; OUT in it is the folder to write.
    """
    found = []
    for number, (place, variables) in enumerate(zip(PLACES, USERS, strict=True)):
        tree, home, out = (
            tmp_path / place,
            tmp_path / f"home {number}",
            tmp_path / f"out {number}" / "results",
        )
        for name in ("analysis", "data", "notebooks"):
            shutil.copytree(
                ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        shutil.copy(ROOT / "requirements.lock", tree)
        rc = home / ".config" / "matplotlib" / "matplotlibrc"
        start = home / ".ipython" / "profile_default" / "startup" / "mine.py"
        for path, text in (
            (rc, f"lines.linewidth: {3 + number}"),
            (start, f"print({number})"),
        ):
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
        out.mkdir(parents=True)
        kept = ("PATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE")
        env = {name: os.environ[name] for name in kept if name in os.environ}
        env |= {"HOME": str(home), "PYTHONPATH": str(tree), **variables}
        command = [
            sys.executable,
            *(str(out) if word == "OUT" else word for word in arguments),
        ]
        done = subprocess.run(
            command, cwd=home, env=env, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        found.append(
            {
                str(path.relative_to(out)): path.read_bytes()
                for path in out.rglob("*")
                if path.is_file()
            }
        )
    return found


def test_tables_estimates_and_a_figure_are_the_same_to_the_byte(tmp_path: Path) -> None:
    one, two = as_users(tmp_path, "-c", TABLES, "OUT")
    tables = {
        f"{name}.csv"
        for name in (
            "claims",
            "checks",
            "derived",
            "solutions",
            "findings",
            "external",
            "waterfall",
        )
    }
    assert set(one) == {*tables, "estimates.json", "waterfall.svg", "waterfall.png"}
    assert [name for name in one if one[name] != two.get(name)] == []
    assert set(one) == set(two)


@pytest.mark.long
def test_two_reproductions_are_the_same_to_the_byte(tmp_path: Path) -> None:
    one, two = as_users(tmp_path, "-m", "analysis", "reproduce", "--out", "OUT")
    assert {".csv", ".json", ".svg", ".png", ".ipynb"} <= {
        Path(name).suffix for name in one
    }
    assert [name for name in one if one[name] != two.get(name)] == []
    assert set(one) == set(two)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert one[f"notebooks/{path.name}"] == path.read_bytes()
