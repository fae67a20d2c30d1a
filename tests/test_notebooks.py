"""The notebooks: thin, run in order, and moved by their parameters."""

import ast
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def code_cells(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def shown(path):
    """All that the cells of a notebook show, as text, a cell in an item."""
    texts = []
    for cell in code_cells(path):
        found = [output.get("text", "") for output in cell.outputs]
        found += [
            output["data"].get("text/plain", "")
            for output in cell.outputs
            if "data" in output
        ]
        texts.append("\n".join(found))
    return texts


def run(name, target, **parameters):
    """Run a notebook, and return what its cells show."""
    papermill.execute_notebook(
        FOLDER / f"{name}.ipynb",
        target,
        parameters,
        progress_bar=False,
        kernel_name="python3",
    )
    return "\n".join(shown(target))


def test_there_are_nine_notebooks():
    assert [path.name[:2] for path in NOTEBOOKS] == [f"0{n}" for n in range(9)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin_and_was_run_in_order(path):
    cells = code_cells(path)
    assert len(cells) <= 10
    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", ())]
    assert tagged == cells[:1]
    for cell in cells:
        assert not [
            n
            for n in ast.walk(ast.parse(cell.source))
            if hasattr(n, "args") and isinstance(n, ast.FunctionDef)
        ]
        assert cell.outputs or cell is cells[0]
    assert "papermill" not in nbformat.read(path, as_version=4).metadata


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_parameters_are_the_values_in_use_with_their_place(path, article):
    source = code_cells(path)[0].source
    for line in source.split("\n"):
        name, _, rest = line.partition(" = ")
        value, _, comment = rest.partition("  # ")
        number = ast.literal_eval(value)
        assert article.is_in_use(name, number), name
        assert comment.startswith(("ours", "printed"))
        if comment.startswith("ours"):
            low, high = article.model.allowed(name)
            assert comment.endswith(f": {low:,.10g} to {high:,.10g}"), comment
    plain = {}
    exec(source, plain)
    plain.pop("__builtins__")
    assert not article.from_notebook(plain).setting


def test_a_parameter_moves_step_cell_by_hand_and_table(tmp_path):
    target = tmp_path / "out.ipynb"
    run("04_at_risk_2021", target, persons_per_transfer=0.6)
    texts = shown(target)
    table, step, by_hand = texts[2:5]
    assert "1.781 million" in step
    assert "\n1780733" in by_hand
    assert "1.781 million" in table
    assert "persons per transfer = 0.6 (ours: 1)" in table


def test_the_growth_and_the_total_move_the_sum_for_2021(tmp_path):
    text = run(
        "04_at_risk_2021",
        tmp_path / "out.ipynb",
        growth_2019_2021=0.2,
        transfers_2021=3_000_000,
    )
    # 1.6 million + 3 million × 0.2 / 1.2 = 2.1 million
    assert "2.1 million" in text
    assert "2100000.0" in text


def test_an_assumption_counts_in_the_checks_of_its_notebook(tmp_path):
    text = run("03_at_risk_2019", tmp_path / "out.ipynb", minority_share_south=0.9)
    assert "1.485 million" in text  # 1.65 million × 0.9


def test_a_mistyped_parameter_fails_and_names_the_right_one(tmp_path):
    with pytest.raises(PapermillExecutionError, match="persons_per_transfer"):
        run("02_growth_since_2019", tmp_path / "out.ipynb", persons_per_tranfer=0.6)


def test_a_mistyped_parameter_fails_on_papermills_command_line(tmp_path):
    words = [sys.executable, "-m", "papermill", "--no-progress-bar"]
    words += [FOLDER / "02_growth_since_2019.ipynb", tmp_path / "out.ipynb"]
    words += ["-p", "persons_per_tranfer", "0.6"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "persons_per_transfer" in done.stderr


def test_variables_of_a_readers_own_are_not_read(article):
    cells = [
        "",
        "overlap: float = 0.0",
        "x = 5\noverlaps = 3",
        "overlap = 0.5",
        "y = 1",
    ]
    names = {"overlap": 0.5, "x": 5, "overlaps": 3, "y": 1, "In": cells}
    assert dict(article.from_notebook(names).setting) == {"overlap": 0.5}
    cells.insert(2, "# Parameters\npersons_per_transfer = 0.6\n")
    names["persons_per_transfer"] = 0.6
    assert "persons_per_transfer" in article.from_notebook(names).setting
