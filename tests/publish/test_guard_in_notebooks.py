"""A printed digit that changes is noticed: by verify, which names the row, and by the
notebooks that show it.

Here, only one row of each section is changed; `make prove` changes every digit.
"""

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from IPython.core.formatters import PlainTextFormatter
from typer.testing import CliRunner

from analysis.cli import app
from analysis.core.register import Register
from analysis.model.model import Model
from analysis.model.verdicts import judge_all
from analysis.publish.map import trace_frame
from analysis.publish.notebooks import all_notebooks
from tests.conftest import ROOT
from tests.spoiling import cells

MODEL = Model(Register.read(ROOT / "data"))
ROWS = MODEL.register.claims
TRACED = trace_frame(MODEL, judge_all(MODEL), all_notebooks()).rows
#: The notebook that shows each printed number or a step from it, where one does.
SHOWN = {row["claim"]: row["notebook"] for row in TRACED if row["notebook"]}


def firsts() -> list[str]:
    """The first row of each section that prints one number and stands in a notebook."""
    found: dict[str, str] = {}
    for id, row in ROWS.items():
        if row.printed and not row.printed_high and id in SHOWN:
            found.setdefault(row.section, id)
    return list(found.values())


def change(package: Path, id: str) -> None:
    """Another first digit in a row."""
    text = ROWS[id].printed
    cells("claims.csv", id, printed=f"{int(text[0]) % 9 + 1}{text[1:]}")(package)


def verify(folder: Path) -> tuple[int, str]:
    result = CliRunner(env={"ANALYSIS_DATA": None}).invoke(
        app, ["verify", "--data", str(folder)]
    )
    return result.exit_code, result.stderr


@pytest.mark.parametrize("id", firsts())
def test_verify_fails_on_a_changed_digit(package: Path, id: str) -> None:
    change(package, id)
    status, message = verify(package)
    assert status == 1
    place = f"claims.csv, row {ROWS[id].row} ({id}), field printed"
    assert f"moved: {package}/{place}: moved from {ROWS[id].printed} to " in message


NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def ran(source: str, names: dict[str, object]) -> tuple[str, str, str]:
    """What a cell prints, and its last expression's value as text and as HTML."""
    tree = ast.parse(source)
    last = (
        tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    )
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, "cell", "exec"), names)
        value = (
            eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            if last
            else None
        )
    page = getattr(value, "_repr_html_", lambda: "")() or ""
    plain = "" if value is None else PlainTextFormatter()(value)
    return printed.getvalue(), plain, page


def failed_cells(path: Path) -> Iterator[int]:
    """The code cells, counted from 0, whose text is not the committed one when they are
    run in this process.
    """
    names: dict[str, object] = {"__name__": "__main__"}
    code = [
        cell
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]
    for number, cell in enumerate(code):
        printed = "".join(
            output.text for output in cell.outputs if output.output_type == "stream"
        )
        results = [
            output.data
            for output in cell.outputs
            if output.output_type == "execute_result"
        ]
        shown = [
            "".join(data.get(kind, "") for data in results)
            for kind in ("text/plain", "text/html")
        ]
        if ran(cell.source, names) != (printed, *shown):
            yield number


@pytest.fixture
def run_cells(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Iterator[int]]:
    from matplotlib import pyplot as plt

    monkeypatch.setenv("ANALYSIS_DATA", str(package))
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    return lambda name: failed_cells(ROOT / "notebooks" / name)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_an_unchanged_copy_gives_what_the_notebook_shows(
    run_cells: Callable[[str], Iterator[int]], name: str
) -> None:
    assert list(run_cells(name)) == []


@pytest.mark.parametrize("id", firsts())
def test_a_changed_digit_fails_the_notebook_that_is_about_the_number(
    package: Path, run_cells: Callable[[str], Iterator[int]], id: str
) -> None:
    change(package, id)
    assert next(run_cells(f"{SHOWN[id]}.ipynb"), None) is not None


def test_nbval_fails_the_same_cells(
    package: Path, run_cells: Callable[[str], Iterator[int]]
) -> None:
    name = "02_growth_since_2019.ipynb"
    change(package, "increase_2019_2021")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "-q",
        "-rf",
        "-p",
        "no:cacheprovider",
    ]
    command.append(f"notebooks/{name}")
    environment = {**os.environ, "ANALYSIS_DATA": str(package)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    failed = re.findall(
        rf"^FAILED notebooks/{name}::Cell (\d+)", done.stdout, re.MULTILINE
    )
    assert {*map(int, failed)} == {*run_cells(name)}
