"""The notebooks: thin, run in order, and moved by their parameters."""

import ast
import re
from pathlib import Path

import nbformat
import papermill
import pytest

from analysis import SettingError

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def code_cells(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_thin_and_begins_with_its_parameters(path):
    cells = code_cells(path)
    tagged = [cell for cell in cells if "parameters" in cell.metadata.get("tags", ())]
    assert tagged == cells[:1]
    for cell in cells:
        assert not [
            n
            for n in ast.walk(ast.parse(cell.source))
            if isinstance(n, ast.FunctionDef)
        ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_parameters_are_the_values_in_use_with_their_place(path, article):
    source = code_cells(path)[0].source
    for line in source.split("\n"):
        name, _, rest = line.partition(" = ")
        value, _, comment = rest.partition("  # ")
        assert not article.from_notebook({name: ast.literal_eval(value)}).setting
        assert comment.startswith(("ours", "printed"))
        if comment.startswith("ours"):
            row = article.book.assumptions[name]
            ends = f": {row.at_least:,} to {row.at_most:,}"
            assert comment.endswith(ends), comment


@pytest.mark.long
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_parameter_may_be_another(path):
    first, *others = [cell.source for cell in code_cells(path)]
    for name in re.findall(r"(?m)^\w+", first):
        space = {}
        exec(first, space)
        space[name] = 0.97 * space[name] or 0.03
        for source in others:
            exec(source, space)


def test_a_parameter_moves_step_cell_by_hand_and_table(tmp_path):
    target = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        FOLDER / "04_at_risk_2021.ipynb",
        target,
        {"persons_per_transfer": 0.6},
        progress_bar=False,
        kernel_name="python3",
    )
    texts = [str(cell.outputs) for cell in code_cells(target)]
    table, step, by_hand = texts[2:5]
    assert "1.78 million" in step
    assert "1780000" in by_hand
    assert "1.78 million" in table
    assert "persons per transfer = 0.6 (our assumption: 1)" in table


def test_a_setting_that_a_run_hands_over_is_taken_whole(article):
    whole = {"at_risk_2019": "southern", "transfers_2021": 3.2e6}
    # 1.65 million × 0.95, for cells by hand.
    space = {"setting": whole, "at_risk_2019": 1_567_500.0}
    assert article.from_notebook(space).setting == whole


def test_parameters_are_what_the_first_call_finds(article):
    space = {"overlap": 0.5, "at_risk_2019": "southern", "_": 3, "pd": ast}
    # Cells that compute by hand could not follow a text.
    with pytest.raises(SettingError, match="southern"):
        article.from_notebook(space)
    with pytest.raises(SettingError, match="persons_per_transfer"):
        article.from_notebook({"persons_per_tranfer": 0.6})
    space["at_risk_2019"] = 1_500_000
    study = article.from_notebook(space)
    expected = {"overlap": 0.5, "at_risk_2019": 1_500_000}
    assert dict(study.setting) == expected
    # Later cells define what they like; a name like that of a quantity counts.
    space["x"] = 5
    assert dict(article.from_notebook(space).setting) == expected
    for name in ("transfers_2019", "person_per_transfer", "_overlap"):
        with pytest.raises(SettingError, match=name):
            article.from_notebook(space | {name: 0.8})
    space["overlap"] = 0.6
    assert article.from_notebook(space).setting["overlap"] == 0.6
