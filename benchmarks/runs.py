"""Whole runs: every notebook, and a hundred scenarios through one, beside papermill's
own command line.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SCENARIOS = 100
#: How many of the hundred papermill runs; the rest would take as long again.
RUN = 20


def process(*words):
    subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, check=True
    )


def papermill(notebook, out, *parameters):
    process("papermill", str(notebook), str(out), "--no-progress-bar", *parameters)


def whole(folder):
    """Every notebook: with and without the report, and through papermill's command."""

    def in_turn():
        for notebook in NOTEBOOKS:
            papermill(notebook, folder / "out.ipynb")

    return {
        "analysis reproduce --no-report": lambda: process(
            "analysis", "reproduce", "--no-report", "--out", str(folder / "lean")
        ),
        "analysis reproduce": lambda: process(
            "analysis", "reproduce", "--out", str(folder / "whole")
        ),
        "papermill, in turn": in_turn,
    }


def hundred(folder):
    """A hundred scenarios through one notebook, and a fifth of them in turn through
    papermill's command line.
    """
    ratios = [0.5 + 0.005 * i for i in range(SCENARIOS)]
    words = []
    for i, ratio in enumerate(ratios):
        text = f"name: ratio_{i}\ndescription: Another ratio.\nreason: To measure.\n"
        text += f"values:\n  persons_per_transfer: {ratio} person/transfer\n"
        (folder / f"ratio_{i}.yaml").write_text(text, encoding="utf-8")
        words += ["--scenario", str(folder / f"ratio_{i}.yaml")]

    def in_turn():
        for ratio in ratios[:RUN]:
            papermill(
                NOTEBOOKS[2],
                folder / "out.ipynb",
                "-p",
                "persons_per_transfer",
                str(ratio),
            )

    ours = ("analysis", "run", NOTEBOOKS[2].stem, *words, "--out", str(folder / "runs"))
    return {"analysis run": lambda: process(*ours), "papermill, in turn": in_turn}
