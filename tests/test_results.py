"""A run replaces its results as a whole, and a failing one leaves them as they were."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256

import nbformat
import pandas as pd
import pytest
from filelock import FileLock

from analysis import SettingError, figures, notebooks, results
from analysis.study import DATA

ROOT = DATA.parent


def written(folder, text="first"):
    with results.replaced(folder) as new:
        (new / results.MANIFEST).write_text(text)
    return folder


def test_results_take_their_place_at_the_end(tmp_path):
    folder = written(tmp_path / "results")
    with results.replaced(folder) as new:
        (new / results.MANIFEST).write_text("second")
        assert (folder / results.MANIFEST).read_text() == "first"
    assert (folder / results.MANIFEST).read_text() == "second"
    assert {path.name for path in tmp_path.iterdir()} == {"results", ".results.lock"}


def test_a_run_that_fails_leaves_the_former_results(tmp_path):
    folder = written(tmp_path / "results")
    with pytest.raises(ZeroDivisionError), results.replaced(folder):
        raise ZeroDivisionError
    assert (folder / results.MANIFEST).read_text() == "first"
    written(folder, "second")
    assert (folder / results.MANIFEST).read_text() == "second"


def test_the_next_run_brings_back_what_a_kill_between_renames_left(tmp_path):
    folder = written(tmp_path / "results")
    folder.rename(tmp_path / ".results.old")
    with pytest.raises(ZeroDivisionError), results.replaced(folder):
        raise ZeroDivisionError
    assert (folder / results.MANIFEST).read_text() == "first"


def test_a_folder_that_no_run_has_written_is_refused(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(SettingError, match="mine"):
        written(tmp_path / "mine")
    assert (tmp_path / "mine" / "notes.txt").exists()


def test_two_runs_do_not_write_at_once(tmp_path):
    folder = written(tmp_path / "results")
    with (
        FileLock(tmp_path / ".results.lock"),
        pytest.raises(SettingError, match="another run"),
    ):
        written(folder)


def notebook(folder, name, *cells):
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(book, folder / f"{name}.ipynb")


PATCHED = """
import pathlib, sys
from analysis import cli, notebooks
notebooks.NOTEBOOKS = pathlib.Path(sys.argv[1])
sys.exit(cli.main(["reproduce", "--out", sys.argv[2]]))
"""


def test_a_failing_notebook_fails_the_run_and_is_kept(tmp_path):
    books, folder = tmp_path / "books", written(tmp_path / "results")
    books.mkdir()
    notebook(books, "good", "1 + 1")
    notebook(books, "bad", "x = 1", "x / 0")
    words = [sys.executable, "-c", PATCHED, str(books), str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "bad.ipynb, cell 2: ZeroDivisionError" in done.stderr
    assert (folder / results.MANIFEST).read_text() == "first"
    ran = tmp_path / ".results.new" / "notebooks"
    assert str(ran) in done.stderr
    kept = nbformat.read(ran / "bad.ipynb", as_version=4)
    assert kept.cells[1].outputs[0].ename == "ZeroDivisionError"
    assert nbformat.read(ran / "good.ipynb", as_version=4).cells[0].outputs


# A whole run --------------------------------------------------------------------------


def test_a_run_prints_the_headlines_and_where_the_report_is(run):
    assert run.status == 0
    assert "1.6 million + 301,000 = 1.901 million" in run.out
    assert "values are as stored" in run.out
    assert len(run.out.strip().split("\n")) <= 46
    assert max(map(len, run.out.split("\n"))) <= 80 or "report" in run.out


def test_a_run_leaves_what_the_readme_says(run):
    names = {path.name for path in run.folder.iterdir()}
    files = {"checks.csv", "estimates.csv", "findings.csv", "external.csv"}
    folders = {"figures", "notebooks", "report"}
    assert names == files | folders | {"explorer.html", "manifest.json"}
    for name in files:
        assert pd.read_csv(run.folder / name).columns[-1] == "differs"
    assert len(list((run.folder / "figures").iterdir())) == 3 * len(figures.FIGURES)


def test_estimates_are_those_of_python(run, article):
    table = pd.read_csv(run.folder / "estimates.csv").set_index("quantity")
    row = table.loc["at_risk_2021"]
    own = article["at_risk_2021"]
    near = pytest.approx((own.value, own.low, own.high), rel=1e-9)
    assert (row.value, row.low, row.high) == near
    assert set(table.index) == set(article.model.readings)


def test_the_manifest_has_the_inputs_that_were_read(run):
    manifest = json.loads((run.folder / "manifest.json").read_text())
    for name, digest in manifest["inputs"].items():
        assert sha256((ROOT / name).read_bytes()).hexdigest() == digest
    assert "data/claims.csv" in manifest["inputs"]
    assert {"python", "packages", "commit"} <= manifest.keys()


def test_notebooks_of_a_run_are_those_of_the_repository(run):
    for path in notebooks.NOTEBOOKS.glob("*.ipynb"):
        ran = nbformat.read(run.folder / "notebooks" / path.name, as_version=4)
        own = nbformat.read(path, as_version=4)
        for cell, kept in zip(ran.cells, own.cells, strict=True):
            assert cell.get("outputs") == kept.get("outputs"), (path.name, cell.source)


# Kills --------------------------------------------------------------------------------


def kernels(folder):
    """The kernels that a run into a folder has left; their files lie beside it."""
    words = ["pgrep", "-f", str(folder.parent / "kernels")]
    shown = subprocess.run(words, capture_output=True, text=True, check=False)
    return shown.stdout.split()


def started(folder):
    words = [sys.executable, "-m", "analysis", "reproduce", "--out", str(folder)]
    (folder.parent / "kernels").mkdir(exist_ok=True)
    own = os.environ | {"TMPDIR": str(folder.parent / "kernels")}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(words, cwd=ROOT, env=own, stdout=quiet, stderr=quiet)


def run_once(folder):
    return started(folder).wait(timeout=120)


def stopped(folder, how, after):
    process = started(folder)
    time.sleep(after)
    process.send_signal(how)
    return process.wait(timeout=20)


@pytest.mark.long
@pytest.mark.parametrize(
    ("how", "times"),
    [(signal.SIGKILL, 6), (signal.SIGINT, 4)],
    ids=["kill", "ctrl-c"],
)
def test_a_stopped_run_loses_nothing_and_leaves_nothing_running(tmp_path, how, times):
    rng, folder = random.Random(0), tmp_path / "results"
    assert run_once(folder) == 0
    before = sorted(folder.rglob("*"))
    for _ in range(times):
        stopped(folder, how, rng.uniform(0.5, 17))
        whole = folder if folder.exists() else folder.with_name(".results.old")
        names = [path.relative_to(whole).as_posix() for path in whole.rglob("*")]
        assert sorted(names) == [p.relative_to(folder).as_posix() for p in before]
        deadline = time.monotonic() + 15
        while kernels(folder) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not kernels(folder)
    assert run_once(folder) == 0
