"""A run that is killed at any moment: the results are those before or after it, whole,
and nothing hinders the next.

pytest -m long tests/long/test_kills.py
"""

import json
import os
import random
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
KILLS = 100


def books(folder: Path, word: str) -> Path:
    """Two notebooks that print a word."""
    for name in ("one", "two"):
        notebook(folder / f"{name}.ipynb", "times = 1", f"print({word!r} * times)")
    return folder


def start(folder: Path, notebooks: Path) -> subprocess.Popen[bytes]:
    """A run into ``results`` in a folder, in a group of processes of its own."""
    search = os.pathsep.join([str(ROOT), str(PACKAGES)])
    environment = {**os.environ, "PYTHONPATH": search, "TMPDIR": str(folder / "tmp")}
    words = [
        "reproduce",
        "--no-report",
        "--data",
        str(PACKAGES / "tiny"),
        "--notebooks",
        str(notebooks),
    ]
    how = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "start_new_session": True,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "analysis", *words], cwd=folder, env=environment, **how
    )


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


@pytest.mark.long
def test_a_run_killed_at_any_moment_leaves_whole_results(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    variants = [books(tmp_path / word, word) for word in ("odd", "even")]
    whole, usual = [], 0.0
    for notebooks in (*variants, variants[0]):
        began = time.monotonic()
        assert start(tmp_path, notebooks).wait() == 0
        usual = time.monotonic() - began
        whole.append(content(tmp_path / "results"))
    assert whole[0] == whole[2] != whole[1]

    moments, seen, now, number = random.Random(20261125), Counter[str](), 0, 0
    # A run that ends before its moment comes does not count.
    while number < KILLS:
        process, began = start(tmp_path, variants[1 - now]), time.monotonic()
        try:
            process.wait(timeout=moments.uniform(0, 1.1 * usual))
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
        assert after in (whole[0], whole[1]), number
        seen["results of before" if after == whole[now] else "results of after"] += 1
        now = whole.index(after)

    assert start(tmp_path, variants[1 - now]).wait() == 0
    assert content(tmp_path / "results") == whole[1 - now]
    _, left = psutil.wait_procs(started_in(tmp_path), timeout=60)
    assert left == []
    # The next run has cleared what the killed ones left.
    assert {path.name for path in tmp_path.iterdir()} == {
        "results",
        ".results.lock",
        "odd",
        "even",
        "tmp",
    }
    print(dict(sorted(seen.items())))
