"""What several tests share."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import analysis


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
    """One whole run, for all tests of what it leaves."""
    folder = tmp_path_factory.mktemp("run") / "results"
    words = [sys.executable, "-m", "analysis", "reproduce", "--out", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return Run(folder, done.returncode, done.stdout + done.stderr)
