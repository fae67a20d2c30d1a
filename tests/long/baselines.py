"""Accept the plotted data and the looks of all figures as they are now.

python tests/long/baselines.py
"""

import sys
from pathlib import Path

import pytest

from analysis.core.model import Model
from analysis.core.register import Register
from analysis.output.figures import FIGURES, data_text

ROOT = Path(__file__).resolve().parent.parent.parent
BASELINE = ROOT / "tests" / "baseline"


def main() -> int:
    BASELINE.mkdir(exist_ok=True)
    for old in BASELINE.iterdir():
        old.unlink()
    model = Model(Register.read(ROOT / "data"))
    for name, figure in FIGURES.items():
        (BASELINE / f"{name}.csv").write_text(data_text(figure.frame(figure.source(model))), encoding="utf-8")
    guard = str(ROOT / "tests" / "test_figure_guard.py")
    return pytest.main(["-q", "-p", "no:cacheprovider", f"--mpl-generate-path={BASELINE}", "-k", "looks_as", guard])


if __name__ == "__main__":
    sys.exit(main())
