"""A run may be killed or interrupted at any moment: the results are then those from
before the run or its own, complete, and the next run works.

pytest -m long tests/long/test_kills.py
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tests.small import notebook

PACKAGES = ROOT / "tests" / "packages"
KILLS, INTERRUPTS = 100, 20


def books(folder: Path, word: str) -> Path:
    """Two notebooks that print a word."""
    for name in ("one", "two"):
        notebook(folder / f"{name}.ipynb", "times = 1", f"print({word!r} * times)")
    return folder


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A command on a small package, in a group of processes of its own."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(folder / "tmp"),
    }
    how = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "start_new_session": True,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "analysis", *words, "--data", "data"],
        cwd=folder,
        env=environment,
        **how,
    )


def reproduce(folder: Path, notebooks: Path) -> subprocess.Popen[bytes]:
    """A run of notebooks into ``results``."""
    return start(folder, "reproduce", "--no-report", "--notebooks", str(notebooks))


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder; of where it came from only that it is whole, as a commit
    may be made meanwhile.
    """
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert json.loads(found.pop("ro-crate-metadata.json"))["@graph"]
    return found


def started_in(folder: Path) -> list[psutil.Process]:
    """The processes in this working directory: a run's, its workers', its kernels'."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                found.append(process)
        except psutil.Error:
            continue
    return found


def whole_results(tmp_path: Path) -> tuple[list[Path], list[dict[str, bytes]], float]:
    """Two folders of notebooks, the results of each, and the seconds of a run."""
    (tmp_path / "tmp").mkdir()
    shutil.copytree(PACKAGES / "tiny", tmp_path / "data")
    variants = [books(tmp_path / word, word) for word in ("odd", "even")]
    assert start(tmp_path, "accept", "--notebooks", str(variants[0])).wait() == 0
    whole, usual = [], 0.0
    for notebooks in (*variants, variants[0]):
        began = time.monotonic()
        assert reproduce(tmp_path, notebooks).wait() == 0
        usual = time.monotonic() - began
        whole.append(content(tmp_path / "results"))
    assert whole[0] == whole[2] != whole[1]
    return variants, whole[:2], usual


def assert_nothing_is_left(folder: Path) -> None:
    """No process, and no file but the results: the next run has cleared the rest."""
    _, left = psutil.wait_procs(started_in(folder), timeout=60)
    assert left == []
    assert {path.name for path in folder.iterdir()} == {
        "results",
        "odd",
        "even",
        "data",
        "tmp",
    }
    assert list((folder / "tmp").iterdir()) == []


@pytest.mark.long
def test_a_run_killed_at_any_moment_leaves_whole_results(tmp_path: Path) -> None:
    variants, whole, usual = whole_results(tmp_path)
    moments, seen, now, number = random.Random(20261125), Counter[str](), 0, 0
    # A run that ends before its moment comes does not count.
    while number < KILLS:
        process, began = reproduce(tmp_path, variants[1 - now]), time.monotonic()
        try:
            assert process.wait(timeout=moments.uniform(0, 1.1 * usual)) == 0, number
            seen["ended before"] += 1
            # A machine that had other work before takes less time now.
            usual = time.monotonic() - began
        except subprocess.TimeoutExpired:
            number += 1
            seen["process killed" if number % 2 else "group killed"] += 1
            if number % 2:
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        after = content(tmp_path / "results")
        assert after in whole, number
        seen["results of before" if after == whole[now] else "results of after"] += 1
        now = whole.index(after)

    assert reproduce(tmp_path, variants[1 - now]).wait() == 0
    assert content(tmp_path / "results") == whole[1 - now]
    assert_nothing_is_left(tmp_path)
    print(dict(sorted(seen.items())))


@pytest.mark.long
def test_a_run_interrupted_at_any_moment_ends_all_that_it_started(
    tmp_path: Path,
) -> None:
    variants, whole, usual = whole_results(tmp_path)
    moments, slowest, now, number = random.Random(20261128), 0.0, 0, 0
    while number < INTERRUPTS:
        process, began = reproduce(tmp_path, variants[1 - now]), time.monotonic()
        try:
            process.wait(timeout=moments.uniform(0, 1.1 * usual))
            usual = time.monotonic() - began
        except subprocess.TimeoutExpired:
            number += 1
            began = time.monotonic()
            # A terminal interrupts all processes of the group.
            os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=60)
            slowest = max(slowest, time.monotonic() - began)
        after = content(tmp_path / "results")
        assert after in whole, number
        now = whole.index(after)
        # What the run has started ended before it, but for the process that it was
        # about to start.
        _, left = psutil.wait_procs(started_in(tmp_path), timeout=10)
        assert left == [], number

    assert reproduce(tmp_path, variants[1 - now]).wait() == 0
    assert content(tmp_path / "results") == whole[1 - now]
    assert_nothing_is_left(tmp_path)
    print(f"the slowest to end took {slowest:.1f} seconds")
