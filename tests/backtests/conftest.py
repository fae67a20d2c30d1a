"""One check's results as a dictionary, for tests that compare them with arithmetic done by hand."""

from collections.abc import Callable
from typing import Any

import pytest

from analysis.core.model import Model
from analysis.core.verdicts import judge


@pytest.fixture
def check(model: Model) -> Callable[[str], dict[str, Any]]:
    def of(id: str) -> dict[str, Any]:
        outcome = judge(model, model.register.checks[id])
        points = [[value for _, value in point] for point in outcome.solved]
        solved = None if not points else points[0][0] if len(points[0]) == 1 else [tuple(point) for point in points]
        return {**vars(outcome), "solved": solved}

    return of
