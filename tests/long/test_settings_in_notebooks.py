"""Each row of the one table of settings, in a notebook that papermill's own command
line runs.
"""

from pathlib import Path

import pytest

from analysis.model.model import Model
from analysis.study import Study
from tests.test_settings import ROWS, Row, agrees, asked, by_papermill, python

pytestmark = pytest.mark.long


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_papermill_gives_the_one_answer(model: Model, row: Row, tmp_path: Path) -> None:
    found, _ = by_papermill(row, tmp_path)
    agrees(found, row)
    first = asked(python, Study(model), row)
    assert (found.remarks, found.refusal) == (first.remarks, first.refusal)
