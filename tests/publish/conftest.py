"""Fixtures for the tests of the files that a run writes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.publish.notebooks import Notebook
from tests.small import notebook


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Notebook]:
    """Writes a notebook into a folder of its own, and reads it."""
    path = tmp_path / "books" / "made.ipynb"
    return lambda *sources, tagged=1: Notebook.read(
        notebook(path, *sources, tagged=tagged)
    )
