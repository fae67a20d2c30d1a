"""The tables of a run, as files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from analysis.model.model import ARTICLE, Model
from analysis.model.verdicts import Outcome
from analysis.render.records import (
    COLUMNS,
    escape_spreadsheet_formulas,
    estimates,
    tables,
)


def write_tables(
    folder: Path,
    model: Model,
    outcomes: Iterable[Outcome],
    shown_in: Mapping[str, str],
    external: pd.DataFrame | None = None,
) -> None:
    """Write the tables of a run and estimates.json into a folder.

    external.csv is written where there are external figures, and findings.csv where
    there are findings.
    """
    # One without rows has its columns.
    found = tables(model, outcomes, shown_in).items()
    frames = {
        name: pd.DataFrame(rows, columns=COLUMNS[name].split()) for name, rows in found
    }
    for name, frame in (
        frames | ({} if external is None or external.empty else {"external": external})
    ).items():
        escape_spreadsheet_formulas(frame).to_csv(
            folder / f"{name}.csv", index=False, lineterminator="\n"
        )
    text = json.dumps(
        estimates(model, ARTICLE), indent=1, ensure_ascii=False, allow_nan=False
    )
    (folder / "estimates.json").write_text(text + "\n", encoding="utf-8")
