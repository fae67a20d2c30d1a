"""The plotted data stay as they were accepted; `make baselines` accepts what was
changed on purpose.
"""

import csv
import io
import math
from pathlib import Path

import pytest

from analysis.model.model import Model
from analysis.render.figures import FIGURES, data_text

BASELINE = Path(__file__).parent / "baseline"


def differences(name: str, text: str) -> list[str]:
    """Where a figure's plotted data, as CSV, are not those that were accepted, but for
    a float's last digits.
    """
    accepted = list(
        csv.reader(io.StringIO((BASELINE / f"{name}.csv").read_text(encoding="utf-8")))
    )
    now = list(csv.reader(io.StringIO(text)))
    if [len(row) for row in accepted] != [len(row) for row in now]:
        return [f"{name}: it has other rows or columns"]
    return [
        f"{name}, row {number}, {accepted[0][column]}: {was} is now {cell}"
        for number, (one, two) in enumerate(zip(accepted, now, strict=True), start=1)
        for column, (was, cell) in enumerate(zip(one, two, strict=True))
        if not same(was, cell)
    ]


def same(was: str, now: str) -> bool:
    try:
        return was == now or math.isclose(
            float(was), float(now), rel_tol=1e-9, abs_tol=1e-12
        )
    except ValueError:
        return False


def test_every_figure_has_its_accepted_data_and_nothing_else_has() -> None:
    assert sorted(path.name for path in BASELINE.iterdir()) == sorted(
        f"{name}.csv" for name in FIGURES
    )


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_shows_the_data_that_were_accepted(name: str, model: Model) -> None:
    figure = FIGURES[name]
    assert differences(name, data_text(figure.frame(figure.source(model)))) == []
