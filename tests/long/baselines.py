"""Accept the plotted data of all figures as they are now.

python -m tests.long.baselines
"""

from analysis.core.register import Register
from analysis.model.model import Model
from analysis.render.figures import FIGURES, data_text
from tests.render.test_figure_guard import BASELINE


def main() -> None:
    for old in BASELINE.iterdir():
        old.unlink()
    model = Model(Register.read())
    for name, figure in FIGURES.items():
        (BASELINE / f"{name}.csv").write_text(
            data_text(figure.frame(figure.source(model))), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
