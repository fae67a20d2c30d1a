"""A run replaces its results as a whole, and a failing one leaves them as they were."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import nbformat
import pytest

import analysis
from analysis import SettingError, cli, running
from analysis.texts import DATA

ROOT = DATA.parent


def written(folder, text="first"):
    """A folder as a run leaves it, with one file."""
    with running.replaced(folder) as new:
        (new / "checks.csv").write_text(text)
        running.write_manifest(new, analysis.load())
    return folder


def files(folder):
    """All files and folders below a folder, with what they hold."""
    content = {}
    for path in sorted(folder.rglob("*")):
        content[path.relative_to(folder).as_posix()] = (
            path.read_bytes() if path.is_file() else None
        )
    return content


def test_results_take_their_place_at_the_end(tmp_path):
    folder = written(tmp_path / "results")
    with running.replaced(folder) as new:
        (new / "checks.csv").write_text("second")
        assert (folder / "checks.csv").read_text() == "first"
    assert files(tmp_path) == {"results": None, "results/checks.csv": b"second"}


def test_the_next_run_brings_back_what_a_kill_between_renames_left(
    tmp_path, monkeypatch
):
    folder, rename = written(tmp_path / "results"), Path.rename

    def killed(path, target):
        if target == folder:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            written(folder, "second")
    assert not folder.exists()
    with pytest.raises(ZeroDivisionError), running.replaced(folder):
        raise ZeroDivisionError
    assert (folder / "checks.csv").read_text() == "first"


def test_a_kill_while_a_run_cleans_up_stops_no_later_run(tmp_path, monkeypatch):
    folder, rmtree = written(tmp_path / "results"), running.shutil.rmtree
    seen = []

    def killed(path, **how):
        rmtree(path, **how)
        if path.name == "old" and seen:
            raise KeyboardInterrupt
        seen.append(path)

    with monkeypatch.context() as patch:
        patch.setattr(running.shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            written(folder, "second")
    assert (written(folder, "third") / "checks.csv").read_text() == "third"


def test_where_something_is_mounted_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(running.os.path, "ismount", lambda _: True)
    with pytest.raises(SettingError), running.replaced(tmp_path / "results"):
        pass


def test_two_runs_do_not_write_at_once(tmp_path):
    with (
        running.replaced(tmp_path / "results"),
        pytest.raises(SettingError),
        running.replaced(tmp_path / "results"),
    ):
        pass


def web_project(folder):
    folder.mkdir()
    (folder / "manifest.json").write_text('{"name": "mine", "files": ["index.html"]}')
    (folder / "index.html").write_text("mine")
    return folder


def with_own(folder, name):
    (written(folder) / name).write_text("mine")
    return folder


def with_other_files(folder):
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    return folder


def read_only(folder):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    folder.mkdir(mode=0o500)
    return folder / "results"


#: What --out may name, and what no run may replace or leave something beside.
PLACES = {
    "a web project": web_project,
    "a run's folder with notes": lambda folder: with_own(folder, "notes.txt"),
    "a run's folder with an edited table": lambda folder: with_own(
        folder, "checks.csv"
    ),
    "a run's folder with a damaged manifest": lambda folder: with_own(
        folder, running.MANIFEST
    ),
    "a link to itself": lambda folder: folder.symlink_to(folder) or folder,
    "a file": lambda folder: with_other_files(folder) / "notes.txt",
    "below a file": lambda folder: with_other_files(folder) / "notes.txt" / "results",
    "a read-only folder": read_only,
    "the root": lambda folder: Path("/"),
    "a long name": lambda folder: folder / ("x" * 300),
}


@pytest.mark.parametrize("kind", PLACES)
def test_a_folder_that_is_not_a_runs_is_refused_and_left_whole(tmp_path, capsys, kind):
    place = PLACES[kind](tmp_path / "mine")
    before = files(tmp_path)
    assert cli.main(["reproduce", "--out", str(place)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert files(tmp_path) == before


def notebook(folder, name, *cells):
    (folder / "notebooks").mkdir(exist_ok=True)
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(book, folder / f"notebooks/{name}.ipynb")


PATCHED = """
import pathlib, sys
import analysis
from analysis import running
from analysis.rows import FoundError
source, target = map(pathlib.Path, sys.argv[1:])
study = analysis.load()
study.book.folder = source
try:
    list(running.start(target, study))
except FoundError as error:
    print(error)
"""


def test_a_failing_notebook_is_named(tmp_path):
    notebook(tmp_path, "01_good", "1 + 1")
    notebook(tmp_path, "2024_own", "1 / 0")
    notebook(tmp_path, "02_bad", "x = 1", "x / 0")
    folder = tmp_path / "run {in} braces"
    folder.mkdir()
    words = [sys.executable, "-c", PATCHED, str(tmp_path), str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("02_bad.ipynb, ")
    assert "ZeroDivisionError: division by zero" in done.stdout
    assert nbformat.read(folder / "01_good.ipynb", as_version=4).cells[0].outputs


# A whole run --------------------------------------------------------------------------


def test_a_run_prints_the_headlines_and_where_the_report_is(run):
    assert run.status == 0
    assert "1.6 million + 300,000 = up to 1.9 million" in run.out
    assert "index.html" in run.out


def test_a_run_leaves_what_its_manifest_lists(run):
    content = files(run.folder)
    manifest = json.loads(content["manifest.json"])
    names = {name for name in content if content[name] is not None}
    assert {*manifest["files"], "manifest.json"} == names
    for name, digest in manifest["inputs"].items():
        assert sha256((ROOT / name).read_bytes()).hexdigest() == digest
    assert "data/claims.csv" in manifest["inputs"]


def test_notebooks_of_a_run_are_those_of_the_repository(run):
    # Another version of matplotlib draws other pixels.
    pixels = re.compile('"image/png": ".*"')
    for path in running.paths(analysis.load()):
        ran = (run.folder / "notebooks" / path.name).read_text("utf-8")
        assert pixels.sub("", ran) == pixels.sub("", path.read_text("utf-8")), path


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


def test_where_no_socket_can_be_is_one_sentence(tmp_path, capsys, monkeypatch):
    place = tmp_path / (99 * "x")
    place.mkdir()
    monkeypatch.setattr(running.tempfile, "tempdir", str(place))
    assert cli.main(["reproduce", "--out", str(tmp_path / "results")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert files(tmp_path) == {place.name: None}


@pytest.mark.long
@pytest.mark.parametrize(
    ("how", "times"),
    [(signal.SIGKILL, 6), (signal.SIGINT, 4)],
    ids=["kill", "ctrl-c"],
)
def test_a_stopped_run_loses_nothing_and_leaves_nothing_running(tmp_path, how, times):
    rng, folder = random.Random(0), tmp_path / "results"
    assert started(folder).wait(timeout=120) == 0
    before = [*files(folder)]
    for _ in range(times):
        process = started(folder)
        time.sleep(rng.uniform(0.5, 17))
        process.send_signal(how)
        process.wait(timeout=20)
        with pytest.raises(ZeroDivisionError), running.replaced(folder):
            raise ZeroDivisionError
        assert [*files(folder)] == before
        deadline = time.monotonic() + 15
        while kernels(folder) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not kernels(folder)
    assert started(folder).wait(timeout=120) == 0
    assert not [*(folder.parent / "kernels").rglob("*")]
