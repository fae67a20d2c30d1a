"""What several tests share."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

import analysis

#: What all workers of pytest-xdist share.
WORKERS = "PYTEST_XDIST_TESTRUNUID"


@pytest.fixture(scope="session")
def article():
    """The article's own numbers."""
    return analysis.load()


@dataclass(frozen=True)
class Run:
    """A run of ``reproduce``: its results, exit status and what it prints."""

    folder: Path
    status: int
    out: str


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """One whole run, for all tests of what it leaves, and for all workers."""
    base, together = tmp_path_factory.getbasetemp(), os.environ.get(WORKERS)
    base = base.parent / f"run-{together}" if together else base
    base.mkdir(exist_ok=True)
    folder, log = base / "results", base / "log.json"
    with FileLock(base / "lock"):
        if not log.exists():
            words = [sys.executable, "-m", "analysis", "reproduce", "--out", folder]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            log.write_text(json.dumps([done.returncode, done.stdout + done.stderr]))
    return Run(folder, *json.loads(log.read_text()))
