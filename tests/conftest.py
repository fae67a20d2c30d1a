"""Fixtures that several tests share: the article's model, and copies of its data package to spoil."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from analysis.model import Model
from analysis.register import Register

# The same examples on every run and no clock, so that a failure is the change's and not the machine's.
settings.register_profile("steady", deadline=None, derandomize=True, database=None)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(Register.read(ROOT / "data"))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the article's data package, to change at will."""
    folder = tmp_path / "data"
    shutil.copytree(ROOT / "data", folder)
    return folder
