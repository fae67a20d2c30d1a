"""The notebooks: thin, run in order, and moved by their parameters."""

import ast
import re
import subprocess
import sys
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
    printed, _, ours = source.partition("\n\n")
    names = article.names().set_index("quantity")
    assert printed.startswith("# ")
    for line in [*printed.split("\n")[1:], *ours.split("\n")[1:]]:
        name, _, rest = line.partition(" = ")
        value, _, comment = rest.partition("  # ")
        assert not article.from_notebook({name: ast.literal_eval(value)}).setting
        if line in ours:
            least, most = names.loc[name, ["least", "most"]]
            assert f", {least:,.10g} to {most:,.10g}" in comment
        else:
            assert name not in article.book.assumptions
            assert re.search(r"paragraph \d|the same place", comment)


#: Each changes numbers that several notebooks use.
SETTINGS = [
    {
        "persons_per_transfer": 0.8,
        "transfers_2016_2020": 2.9e6,
        "training_2021": 1.45e6,
    },
    {"labourers_2019": 2.5e6, "at_risk_share_of_new": 0.7, "growth_2019_2021": 0.102},
    {"at_risk_2019": 1.55e6, "cross_provincial_2017_2019": 77_000.0},
]
SETTINGS[1] |= {"growth_of_the_rest_2022": 0.1, "labour_intensive_share_2021": 0.5}


def shown(cells):
    """The numbers that outputs show, as they are written."""
    texts = []
    for cell in cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            texts += [data.get("text/markdown", data.get("text/plain", ""))]
            texts += [output.get("text", "")]
    return numbers("\n".join(map(str, texts)))


def numbers(text):
    return {*re.findall(r"\d[\d.,]*\d|\d", re.sub(r"\b20\d\d\b", "", text))}


RUN = """
import ast, pathlib, sys
import analysis
from analysis import running
study = analysis.load().change(**ast.literal_eval(sys.argv[2]))
list(running.start(pathlib.Path(sys.argv[1]), study))
"""


@pytest.mark.parametrize("setting", SETTINGS, ids=range(3))
def test_prose_has_no_number_that_a_parameter_changes(tmp_path, setting):
    # A process of its own closes what kernels leave open.
    subprocess.run([sys.executable, "-c", RUN, tmp_path, repr(setting)], check=True)
    moved = 0
    for path in NOTEBOOKS:
        cells = nbformat.read(path, as_version=4).cells
        changed = nbformat.read(tmp_path / path.name, as_version=4).cells
        prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
        gone = shown(cells) - shown(changed)
        # Quoted words are the article's, whatever is set.
        said = re.sub(r'"[^"]*"|`[^`]*`', "", "\n".join(prose[1:]))
        assert not numbers(said) & gone, path.name
        moved += bool(gone)
    assert moved > 1


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
    # The first two are the parameters, and those that papermill put in their place.
    result, step, by_hand, table = texts[2:6]
    assert "1.78 million" in result
    assert "persons per transfer = 0.6 (our assumption: 1)" in result
    assert "1.78 million" in step
    assert "1780000" in by_hand
    assert "0.6" in table


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


def test_papermill_may_set_only_what_the_first_cell_has(article):
    cells = ["", "overlap = 0.0", "# Parameters\noverlap = 0.5\n"]
    assert article.from_notebook({"In": cells, "overlap": 0.5}).setting
    cells[2] += "persons_per_transfer = 0.6\n"
    space = {"In": cells, "overlap": 0.5, "persons_per_transfer": 0.6}
    with pytest.raises(SettingError, match=r"persons_per_transfer.*overlap"):
        article.from_notebook(space)


def test_a_calculation_that_a_limit_forbids_says_so(article):
    # 2.038 million, where 3.17 ÷ 1.105 × 0.6 = 1.721 million were transferred.
    study = article.change(persons_per_transfer=0.6)
    text = repr(study.explain("composition_at_values"))
    assert "1.721 million" in text
    assert "not computed" in text
