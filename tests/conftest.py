"""Fixtures that several tests share: the article's model, and copies of its data package to spoil."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from analysis.core.model import Model
from analysis.core.register import Register

# The same examples on every run and no clock, so that a failure is the change's and not the machine's.
settings.register_profile("steady", deadline=None, derandomize=True, database=None)
# Other examples on each run.
settings.register_profile("long", deadline=None, database=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "steady")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def _an_interrupt_is_heard() -> Iterator[None]:
    """Tests started in the background may have been told to ignore it, which what they start would inherit."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def _no_package_left_behind() -> Iterator[None]:
    """A command that is given ``--data`` names it to its kernels in the environment; no test hands that on."""
    before = os.environ.pop("ANALYSIS_DATA", None)
    yield
    os.environ.pop("ANALYSIS_DATA", None)
    if before is not None:
        os.environ["ANALYSIS_DATA"] = before


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(Register.read(ROOT / "data"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the article's data package, to change at will."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    return folder
