"""This module writes the tables of a run as files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from analysis.model.model import ARTICLE, Model
from analysis.model.verdicts import Outcome
from analysis.render.frame import Frame
from analysis.render.frames import tables
from analysis.render.records import estimates


def write_tables(
    folder: Path,
    model: Model,
    outcomes: Iterable[Outcome],
    shown_in: Mapping[str, str],
    external: Frame | None = None,
) -> None:
    """Write the tables of a run and estimates.json into a folder.

    external.csv is written only if there are figures published elsewhere, and
    findings.csv only if there are findings.
    """
    made = tables(model, outcomes, shown_in)
    if external:
        made["external"] = external
    for name, frame in made.items():
        (folder / f"{name}.csv").write_text(frame.csv(), encoding="utf-8")
    text = json.dumps(
        estimates(model, ARTICLE), indent=1, ensure_ascii=False, allow_nan=False
    )
    (folder / "estimates.json").write_text(text + "\n", encoding="utf-8")
