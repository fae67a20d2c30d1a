"""Fixtures that several tests share: the article's model, copies of its data package,
and one whole run.
"""

import faulthandler
import fcntl
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# This comes before nbformat, which else takes a second to load.
import analysis.publish.notebooks  # noqa: F401
from analysis.core.register import Register
from analysis.model.model import Model
from analysis.study import Study

# The same examples on every run and no clock, so that a failure is the change's and
# not the machine's.
settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")

# As for the command line: looking for garbage at the usual rate takes time.
gc.set_threshold(100_000, 20, 20)

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """A run of ``analysis reproduce``: its results, exit status and screens."""

    folder: Path
    status: int
    out: str
    err: str


@pytest.fixture(scope="session", autouse=True)
def _an_interrupt_is_heard() -> Iterator[None]:
    """Tests started in the background may have been told to ignore it, and their
    processes inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def _a_long_test_has_no_limit(request: pytest.FixtureRequest) -> None:
    """Pytest ends every other test after ``faulthandler_timeout`` seconds."""
    if request.node.get_closest_marker("long"):
        faulthandler.cancel_dump_traceback_later()


@pytest.fixture(autouse=True)
def _no_package_left_behind() -> Iterator[None]:
    """A command with ``--data`` tells its kernels by the environment; no test hands
    that on.
    """
    before = os.environ.pop("ANALYSIS_DATA", None)
    yield
    os.environ.pop("ANALYSIS_DATA", None)
    if before is not None:
        os.environ["ANALYSIS_DATA"] = before


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(Register.read(ROOT / "data"))


@pytest.fixture(scope="session")
def article(model: Model) -> Study:
    return Study(model)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from tests.browsing import chromium

    with chromium() as found:
        yield found


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the article's data package, to change at will."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    return folder


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One whole run, made once and shared by all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        record = shared / "done.json"
        if not record.exists():
            command = [
                sys.executable,
                "-m",
                "analysis",
                "reproduce",
                "--out",
                str(shared / "results"),
            ]
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True, check=False
            )
            record.write_text(
                json.dumps([done.returncode, done.stdout, done.stderr]),
                encoding="utf-8",
            )
    return Run(shared / "results", *json.loads(record.read_text(encoding="utf-8")))
