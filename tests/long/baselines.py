"""Accept the plotted data of all figures as they are now."""

from pathlib import Path

from analysis.core.model import Model
from analysis.core.register import Register
from analysis.output.figures import FIGURES, data_text

ROOT = Path(__file__).resolve().parents[2]
BASELINE = ROOT / "tests" / "output" / "baseline"

if __name__ == "__main__":
    model = Model(Register.read(ROOT / "data"))
    for old in BASELINE.iterdir():
        old.unlink()
    for name, figure in FIGURES.items():
        (BASELINE / f"{name}.csv").write_text(data_text(figure.frame(figure.source(model))), encoding="utf-8")
