"""The committed notebooks as a reader finds them, and how they are run: strict parameters, whole outputs or none."""

import ast
import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from papermill import execute_notebook as execute

from analysis.core.files import lock
from analysis.core.model import ARTICLE, Model
from analysis.core.register import InputError
from analysis.output.figures import FIGURES
from analysis.output.notebooks import (
    TIMEOUT,
    Notebook,
    NotebookError,
    RunError,
    all_notebooks,
    clean,
    find,
    read_parameters,
    run,
    run_all,
    run_each,
    shown_in,
    split_parameters,
)
from analysis.output.results import CAVEAT, Worksheet
from analysis.output.tables import Sensitivity

ROOT = Path(__file__).resolve().parents[2]
BOOKS = {notebook.name: notebook for notebook in all_notebooks(ROOT / "notebooks")}
READING = "__reading"
committed = pytest.mark.parametrize("name", BOOKS)
#: Those that take checks one by one; the other one is about what moves the estimates.
STUDIES = [name for name, book in BOOKS.items() if book.checks]
SENSITIVITY = "08_sensitivity"
studied = pytest.mark.parametrize("name", STUDIES)


def code(name: str) -> list[Any]:
    return [cell for cell in BOOKS[name].content.cells if cell.cell_type == "code"]


# The committed notebooks ----------------------------------------------------------------------------------------------


def test_there_is_an_overview_and_one_for_each_number_or_section() -> None:
    assert list(BOOKS) == [
        "00_overview",
        "01_transfers_against_plan",
        "02_growth_since_2019",
        "03_at_risk_2019",
        "04_at_risk_2021",
        "05_other_provinces",
        "06_training_and_monitoring",
        "07_trade",
        "08_sensitivity",
    ]


@committed
def test_it_was_run_once_from_top_to_bottom(name: str) -> None:
    cells = code(name)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        kinds = {output.output_type for output in cell.outputs}
        assert "error" not in kinds
        assert not any(output.get("name") == "stderr" for output in cell.outputs)
        if "parameters" not in cell.metadata.get("tags", []):
            assert kinds, cell.source


@studied
def test_it_shows_prose_tables_and_its_figures(name: str) -> None:
    mimes = [mime for cell in code(name) for output in cell.outputs for mime in output.get("data", {})]
    figures = len(BOOKS[name].figures)
    assert mimes.count("image/png") == figures
    assert mimes.count("text/markdown") == 1
    # Published beside recomputed, what is plotted, findings, the sources; in the overview a table for each of the
    # others, and the figures published elsewhere.
    tables = 3 + figures + (len(STUDIES) - 1 if name == "00_overview" else 0)
    assert mimes.count("text/html") == tables
    assert [output.text for cell in code(name) for output in cell.outputs if output.output_type == "stream"] == [
        "as in the article\n"
    ]


@committed
def test_it_has_one_parameters_cell_and_defines_nothing(name: str) -> None:
    cells = BOOKS[name].content.cells
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in cells) == 1
    kinds = {type(node) for cell in code(name) for node in ast.walk(ast.parse(cell.source))}
    assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}


@committed
def test_its_metadata_is_the_same_on_every_machine(name: str) -> None:
    metadata = BOOKS[name].content.metadata
    assert set(metadata) == {"analysis", "kernelspec", "language_info"}
    assert dict(metadata["kernelspec"]) == {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert dict(metadata["language_info"]) == {"name": "python"}
    for cell in BOOKS[name].content.cells:
        assert set(cell.metadata) <= {"tags"}


@studied
def test_its_parameters_have_the_defaults_of_the_register(name: str, model: Model) -> None:
    parameters = BOOKS[name].parameters
    assert parameters
    for parameter, default in parameters.items():
        quantity = parameter.removesuffix(READING)
        assert quantity in model.quantities
        if parameter.endswith(READING):
            assert default == model.default(quantity)
            assert len(model.readings(quantity)) > 1
        else:
            assumption = model.register.assumptions[quantity]
            used = assumption.value if assumption.article_value is None else assumption.article_value
            assert default == used
            assert isinstance(default, float)


@studied
def test_its_comments_name_the_readings_and_the_bounds_of_the_register(name: str, model: Model) -> None:
    (cell,) = [cell for cell in code(name) if "parameters" in cell.metadata.get("tags", [])]
    for parameter in BOOKS[name].parameters:
        (rest,) = re.findall(rf"^{parameter} = [^#]*#([^\n]*)", cell.source, re.M)
        if parameter.endswith(READING):
            named = rest.partition(";")[0].partition(",")[0].split("|")
            quantity = parameter.removesuffix(READING)
            printed = {claim for claim in model.register.claims if model.register.claims[claim].input}
            assert {reading.strip() for reading in named} == set(model.readings(quantity)) - printed
        else:
            assumption = model.register.assumptions[parameter]
            assert f"{assumption.minimum:,.10g} to {assumption.maximum:,.10g}" in rest


@studied
def test_each_parameter_is_given_to_its_study(name: str) -> None:
    calls = [
        node
        for cell in code(name)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Worksheet"
    ]
    (call,) = calls
    given = {word.arg: word.value.id for word in call.keywords if isinstance(word.value, ast.Name)}
    assert given == {parameter: parameter for parameter in BOOKS[name].parameters}
    if isinstance(call.args[0], ast.List):
        assert ast.literal_eval(call.args[0]) == BOOKS[name].checks


@studied
def test_its_metadata_lists_the_claims_that_it_shows(name: str, model: Model) -> None:
    declared = BOOKS[name].declared
    shown = Worksheet(declared["checks"], model=model).claims
    besides = [name for name in declared["claims"] if name not in shown]
    assert all(model.register.claims[name].reported for name in besides)
    assert declared["claims"] == Worksheet(declared["checks"], reported=besides, model=model).claims


def test_only_one_has_no_checks() -> None:
    assert [name for name in BOOKS if name not in STUDIES] == [SENSITIVITY]


def test_the_notebook_on_sensitivity_shows_its_tables_its_figures_and_two_paragraphs() -> None:
    mimes = [mime for cell in code(SENSITIVITY) for output in cell.outputs for mime in output.get("data", {})]
    assert mimes.count("image/png") == len(BOOKS[SENSITIVITY].figures) == 6
    assert mimes.count("text/markdown") == 2
    # Scenarios, ranges, tornado, sources, statements, draws and indices; what is plotted, six; the printed numbers.
    assert mimes.count("text/html") == 7 + 6 + 1
    printed = [output.text for cell in code(SENSITIVITY) for output in cell.outputs if output.output_type == "stream"]
    assert printed == ["as in the article\n"]


def test_the_notebook_on_sensitivity_calls_what_is_drawn_illustrative() -> None:
    cells = BOOKS[SENSITIVITY].content.cells
    (start,) = [i for i, cell in enumerate(cells) if cell.source.startswith("## Illustrative")]
    for i, cell in enumerate(cells):
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/plain", "")
            if "Sobol points" in shown or "first order" in shown:
                assert i > start
                assert "Illustrative" in shown
    text = "".join(cell.source for cell in cells)
    for word in ("confidence", "credible", "verified", "forced"):
        assert word not in text


def test_the_notebook_on_sensitivity_has_the_defaults_of_the_package(model: Model) -> None:
    book = BOOKS[SENSITIVITY]
    assert book.parameters == {
        "quantity": "at_risk_total",
        "scenario": "article",
        "draws_scenario": "illustrative",
        "draws": 65_536,
        "seed": 0,
    }
    assert book.parameters["quantity"] in model.register.estimates
    assert {book.parameters["scenario"], book.parameters["draws_scenario"]} <= set(model.register.scenarios)
    (cell,) = [cell for cell in code(SENSITIVITY) if "parameters" in cell.metadata.get("tags", [])]
    assert all("  # " in line for line in cell.source.splitlines())
    # The figures that it shows are those of the results.
    for name in book.figures:
        of = FIGURES[name].source(model)
        if isinstance(of, Sensitivity):
            drawn = name == "sobol_indices"
            assert of.quantity == book.parameters["quantity"]
            assert of.scenario.name == book.parameters["draws_scenario" if drawn else "scenario"]


def test_the_notebook_on_sensitivity_says_in_a_paragraph_what_moves_the_estimate(model: Model) -> None:
    words = str(Sensitivity("at_risk_total", model=model).summary())
    # 1.6 + 3.17 x 0.105/1.105 + 0.35 = 2.251. By the digits, from 1.55 + 3.165 x 0.1045/1.1045 + 0.35 = 2.1994 to
    # 1.65 + 3.175 x 0.1055/1.1055 + 0.35 = 2.3030; bounds are rounded outwards.
    assert "(at_risk_total), under the scenario article: 2.25 million persons, no bound on either side." in words
    assert "leave 2.19 million to 2.31 million;" in words
    # 0.2 or 0.6 million in the place of 0.35.
    assert "Former detainees at risk (former_detainees), over 2.10 million to 2.51 million." in words
    # 1.55 + 0.62 x 0.7 x (3.165 x 0.95 - 3.165/1.1045) + 0.2/2 = 1.7113; 1.65 + 3.175 x 1.05 - 3.175/1.1055 + 0.6.
    assert words.endswith("give 1.71 million to 2.72 million.")
    nothing = str(Sensitivity("at_risk_2019", model=model).summary())
    assert nothing.endswith("leave 1.55 million to 1.65 million; no assumption moves it.")


def test_statements_that_are_not_computable_under_a_scenario_are_named(model: Model) -> None:
    table = Sensitivity("at_risk_2021", "sourced_only", model=model).statements_table()
    needs = "not computable from figures with a source: it needs former_detainees, which is chosen."
    assert f"At least two million at risk in all: {needs}" in table.foot
    shown = {text.partition(":")[0] for text in table.frame["statement"]}
    computable = ("more_than_in_2019", "two_million_in_2021", "increase_in_persons")
    assert shown == {model.register.statements[name].statement for name in computable}


def test_each_parameter_of_the_notebook_on_sensitivity_is_used() -> None:
    calls = [
        {word.arg: ast.unparse(word.value) for word in node.keywords}
        | {i: ast.unparse(value) for i, value in enumerate(node.args)}
        for cell in code(SENSITIVITY)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Sensitivity"
    ]
    drawn = {"draws": "draws", "seed": "seed"}
    assert calls == [
        {0: "quantity", 1: "scenario", **drawn},
        {0: "quantity", 1: "draws_scenario", **drawn, "model": "found.model"},
    ]


def test_the_notebook_on_sensitivity_lists_the_rows_that_its_tables_and_figures_rest_on(model: Model) -> None:
    declared = set(BOOKS[SENSITIVITY].declared["claims"])
    claims = model.register.claims
    # What the estimates start from in the article and where the draws are made, and what is printed beside them.
    used = {"at_risk_2019_up_to", "net_increase_note_4", "at_risk_2021_approaches", "at_risk_total_range"}
    for quantity in model.register.estimates:
        for setting in (ARTICLE, model.setting({"at_risk_2019": "composition"})):
            used |= set(model.plan(quantity, setting).claims)
    assert declared == used | {"detainees_several"}
    assert BOOKS[SENSITIVITY].declared["claims"] == [name for name in claims if name in declared]
    (call,) = [
        node
        for cell in code(SENSITIVITY)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Worksheet"
    ]
    (reported,) = [word.value for word in call.keywords]
    assert ast.literal_eval(reported) == BOOKS[SENSITIVITY].declared["claims"]


def test_each_reported_row_is_shown_by_the_overview_and_by_one_other(model: Model) -> None:
    for claim in model.register.claims.values():
        showing = [name for name, book in BOOKS.items() if claim.id in book.declared["claims"]]
        assert showing[0] == "00_overview"
        assert len(showing) == 2 if claim.reported else len(showing) >= 2


def test_each_check_is_shown_by_the_overview_and_by_one_other(model: Model) -> None:
    everything = list(model.register.checks)
    assert BOOKS["00_overview"].checks == everything
    others = [check for name, book in BOOKS.items() if name != "00_overview" for check in book.checks]
    assert sorted(others) == sorted(everything)
    found = shown_in(BOOKS.values())
    assert set(found) == set(everything)
    assert all(check in BOOKS[name].checks for check, name in found.items())
    assert "00_overview" not in found.values()


def test_the_overview_shows_every_claim(model: Model) -> None:
    assert BOOKS["00_overview"].declared["claims"] == list(model.register.claims)


@committed
def test_its_text_has_no_number_but_years_and_places(name: str) -> None:
    for cell in BOOKS[name].content.cells:
        if cell.cell_type != "markdown":
            continue
        words = re.sub(r"`[^`]*`", "", cell.source)
        words = re.sub(r"paragraphs? \d+(( to|,| and) \d+)*", "", words)
        words = re.sub(r"[Nn]otes? \d+", "", words)
        words = re.sub(r"\b20\d\d\b", "", words)
        assert re.findall(r"\d+", words) == []


@committed
def test_its_code_has_no_number_outside_the_parameters(name: str) -> None:
    for cell in code(name):
        if "parameters" in cell.metadata.get("tags", []):
            continue
        constants = [node.value for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Constant)]
        assert not [value for value in constants if isinstance(value, int | float)]
        for text in constants:
            bare = re.sub(r"\{[^}]*\}|\b20\d\d\b|[a-z_0-9]+_[a-z_0-9]+", "", str(text))
            assert not re.search(r"\d", bare), text


@committed
def test_its_figure_is_one_of_the_package(name: str) -> None:
    assert BOOKS[name].figures
    for figure in BOOKS[name].figures:
        assert set(FIGURES[figure].checks) <= set(BOOKS[name].checks)
        assert any(f"figures.{figure}(" in cell.source for cell in code(name))


def test_every_figure_of_the_package_is_drawn_in_one_notebook() -> None:
    assert sorted(figure for book in BOOKS.values() for figure in book.figures) == sorted(FIGURES)


@pytest.mark.parametrize(
    ("declared", "figures"),
    [({}, []), ({"figure": "waterfall"}, ["waterfall"]), ({"figures": ["a", "b"]}, ["a", "b"]), ({"figures": []}, [])],
)
def test_a_notebook_declares_one_figure_or_several(declared: dict[str, object], figures: list[str]) -> None:
    content = nbformat.from_dict({"metadata": {"analysis": declared}})
    assert Notebook(Path("some.ipynb"), content).figures == figures


def test_a_fresh_run_gives_the_committed_files(tmp_path: Path) -> None:
    done: list[str] = []
    assert run_all(BOOKS.values(), tmp_path, done=done.append) == {}
    assert sorted(done) == list(BOOKS)
    for name, book in BOOKS.items():
        fresh = (tmp_path / f"{name}.ipynb").read_text(encoding="utf-8")
        assert fresh == book.path.read_text(encoding="utf-8"), name


# Reading --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Notebook]:
    """A notebook in a folder of its own: its first code cell has the parameters."""

    def made(*sources: str, tagged: int = 1, checks: tuple[str, ...] = ("added_whole",)) -> Notebook:
        book = nbformat.v4.new_notebook()
        book.metadata["analysis"] = {"checks": list(checks)}
        book.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
        book.cells = [nbformat.v4.new_code_cell(source) for source in sources]
        for cell in book.cells[:tagged]:
            cell.metadata["tags"] = ["parameters"]
        (tmp_path / "books").mkdir(exist_ok=True)
        path = tmp_path / "books" / "made.ipynb"
        nbformat.write(book, path)
        return Notebook.read(path)

    return made


def test_parameters_are_names_with_plain_values(write: Callable[..., Notebook]) -> None:
    book = write("a = 1.0\nb__reading = 'c'  # words\n")
    assert book.parameters == {"a": 1.0, "b__reading": "c"}
    assert (book.name, book.checks) == ("made", ["added_whole"])


@pytest.mark.parametrize(
    ("sources", "tagged", "words"),
    [
        (["a = 1", "print(a)"], 0, "has 0 cells tagged parameters; it must have one"),
        (["a = 1", "b = 2"], 2, "has 2 cells tagged parameters; it must have one"),
        (["a = 1\nb = open('x')"], 1, "the parameter b is not a plain value"),
        (["a = b"], 1, "the parameter a is not a plain value"),
        (["import os\na = 1"], 1, "holds more than names with values"),
        (["a.b = 1"], 1, "holds more than names with values"),
        (["a, b = 1, 2"], 1, "holds more than names with values"),
    ],
)
def test_other_parameters_are_refused(
    write: Callable[..., Notebook], sources: list[str], tagged: int, words: str
) -> None:
    with pytest.raises(NotebookError, match=words):
        _ = write(*sources, tagged=tagged).parameters


def test_a_parameters_cell_that_is_no_python_is_refused(write: Callable[..., Notebook]) -> None:
    with pytest.raises(NotebookError):
        _ = write("a = = 1").parameters


def test_two_names_for_one_value_are_refused(write: Callable[..., Notebook]) -> None:
    with pytest.raises(NotebookError):
        _ = write("a = b = 1").parameters


@pytest.mark.parametrize("content", ["", "not JSON", '{"cells": 1}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(NotebookError, match=r"bad\.ipynb can't be read as a notebook"):
        Notebook.read(path)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("03", "03_at_risk_2019"),
        ("03_at_risk_2019", "03_at_risk_2019"),
        ("03_at_risk_2019.ipynb", "03_at_risk_2019"),
        ("00_o", "00_overview"),
    ],
)
def test_a_notebook_is_found_by_its_name_or_the_start_of_it(name: str, found: str) -> None:
    assert find(name).name == found


def test_the_start_of_several_names_is_refused_with_all_of_them() -> None:
    with pytest.raises(NotebookError, match=r"'0' is the start of 00_overview, 01_.*.*; give more of it"):
        find("0")


@pytest.mark.parametrize("name", ["", "overview", "19", ".ipynb"])
def test_a_name_that_fits_none_is_refused(name: str) -> None:
    with pytest.raises(NotebookError) as refused:
        find(name)
    assert str(refused.value).startswith(f"'{name}' is no notebook; ")
    assert "00_overview" in str(refused.value) or "did you mean" in str(refused.value)


def test_a_folder_without_notebooks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="has no notebooks"):
        all_notebooks(tmp_path)


# Parameters from texts ------------------------------------------------------------------------------------------------


def test_parameters_are_read_in_base_units_or_with_a_unit(model: Model) -> None:
    given = ["former_detainees=0.4 million person", "overlap = 25 percent", "at_risk_2019__reading=southern"]
    assert read_parameters(BOOKS["04_at_risk_2021"], given, model) == {
        "former_detainees": 400_000.0,
        "overlap": 0.25,
        "at_risk_2019__reading": "southern",
    }
    assert read_parameters(BOOKS["04_at_risk_2021"], [], model) == {}


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("04", ["overlapp=0.1"], ["'overlapp' is no parameter of 04_at_risk_2021", "did you mean 'overlap'"]),
        ("04", ["at_risk_2091__reading=southern"], ["did you mean 'at_risk_2019__reading'"]),
        ("04", ["at_risk_2019__reading=southen"], ["'southen' is no reading of at_risk_2019", "'southern'"]),
        ("04", ["overlap"], ["'overlap' is not of the form name=value"]),
        ("04", ["overlap=some"], ["overlap: 'some' is not a number"]),
        ("04", ["overlap="], ["overlap: '' is not a number"]),
        ("04", ["overlap=0.1 person"], ["overlap: '0.1 person' is in person, not in dimensionless"]),
        ("04", ["overlap=nan"], ["overlap = nan is not a finite number"]),
        ("04", ["overlap=inf"], ["overlap = inf is not a finite number"]),
        ("04", ["overlap=-inf"], ["overlap = -inf is not a finite number"]),
        ("04", ["overlap=1.5"], ["overlap = 1.5 lies outside 0 to 1"]),
        ("04", ["overlap=-0.1"], ["overlap = -0.1 lies outside 0 to 1"]),
        ("04", ["persons_per_transfer=0.01"], ["persons_per_transfer = 0.01 lies outside 0.05 to 1"]),
        ("04", ["overlap=0.1", "overlap=0.2"], ["overlap is given twice"]),
        # Only the southern and composition readings use the share, and the estimate is read as printed.
        ("04", ["minority_share_south=0.9"], ["minority_share_south is unused"]),
        (
            "04",
            ["persons_per_transfer=0.9", "persons_per_transfer__reading=implied"],
            ["persons_per_transfer", "unused"],
        ),
        (
            "04",
            ["persons_per_transfer__reading=implied", "total_2019__reading=transfers"],
            ["circle", "persons_per_transfer", "total_2019"],
        ),
        ("03", ["south_2019__reading=transfers"], ["one choice", "total_2019__reading"]),
        ("01", ["overlap=0.1"], ["'overlap' is no parameter of 01_transfers_against_plan"]),
    ],
)
def test_parameters_are_refused_in_one_sentence(model: Model, name: str, given: list[str], words: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        read_parameters(find(name), given, model)
    assert "\n" not in str(refused.value)
    for word in words:
        assert word in str(refused.value)


def test_texts_and_whole_numbers_are_read_as_their_defaults_are(model: Model) -> None:
    given = ["quantity=at_risk_2021", "scenario = southern", "draws=4096", "seed=3"]
    assert read_parameters(BOOKS[SENSITIVITY], given, model) == {
        "quantity": "at_risk_2021",
        "scenario": "southern",
        "draws": 4096,
        "seed": 3,
    }
    assert read_parameters(BOOKS[SENSITIVITY], [], model) == {}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["sceanrio=southern"], ["'sceanrio' is no parameter of 08_sensitivity", "did you mean 'scenario'"]),
        (["overlap=0.5"], ["'overlap' is no parameter of 08_sensitivity"]),
        (["quantity=at_risk_2012"], ["'at_risk_2012' is no quantity", "did you mean 'at_risk_2021'"]),
        (["quantity="], ["'' is no quantity"]),
        (["scenario=southen"], ["'southen' is no scenario and no file", "did you mean 'southern'"]),
        (["draws_scenario=ilustrative"], ["'ilustrative' is no scenario", "did you mean 'illustrative'"]),
        (["scenario=sourced_only"], ["not computable from figures with a source", "former_detainees"]),
        (["draws=1000"], ["1,000 draws are no power of two", "512 or 1,024"]),
        (["draws=8"], ["8 draws are too few"]),
        (["draws=4e3"], ["draws: '4e3' is not a whole number"]),
        (["draws=4096.0"], ["draws: '4096.0' is not a whole number"]),
        (["draws=many"], ["draws: 'many' is not a whole number"]),
        ([f"draws={'9' * 5000}"], ["is not a whole number"]),
        (["seed=-1"], ["the seed -1 lies below 0"]),
        (["seed=0.5"], ["seed: '0.5' is not a whole number"]),
        (["seed=1", "seed=1"], ["seed is given twice"]),
        (["draws"], ["'draws' is not of the form name=value"]),
    ],
)
def test_texts_and_whole_numbers_are_checked_first(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        read_parameters(BOOKS[SENSITIVITY], given, model)
    assert "\n" not in str(refused.value)
    for word in words:
        assert word in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_a_scenario_is_named_by_its_whole_path(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("name: mine\ndescription: d\nreason: r\nvalues: {overlap: 0.25}\n", encoding="utf-8")
    # A file that is called as a scenario of the data package is not in its way.
    Path("southern").write_text("no scenario", encoding="utf-8")
    given = ["scenario=mine.yaml", "draws_scenario=southern"]
    assert read_parameters(BOOKS[SENSITIVITY], given, model) == {
        "scenario": str(tmp_path / "mine.yaml"),
        "draws_scenario": "southern",
    }
    Path("mine.yaml").write_text("name: mine\ndescription: d\nreason: r\nvalues: {overlap: 2}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.yaml, field values.overlap|mine\.yaml: overlap = 2"):
        read_parameters(BOOKS[SENSITIVITY], ["scenario=mine.yaml"], model)


def test_other_parameters_may_stand_beside_those_of_a_study(model: Model, write: Callable[..., Notebook]) -> None:
    book = write("overlap = 0.0\nnote = 'so'\ntimes = 2\n", checks=("total_at_values",))
    read = read_parameters(book, ["overlap=0.5", "note=overlap", "times=3"], model)
    assert read == {"overlap": 0.5, "note": "overlap", "times": 3}
    assert split_parameters({**book.parameters, **read}, model) == ({"overlap": 0.5}, {"note": "overlap", "times": 3})
    with pytest.raises(InputError, match=r"overlap = 1.5 lies outside 0 to 1"):
        read_parameters(book, ["overlap=1.5", "times=3"], model)
    # A number that is none of the model's is no whole number, and is not let through.
    with pytest.raises(InputError, match="'overlapp' is no quantity"):
        read_parameters(write("overlapp = 0.5"), [], model)


@pytest.mark.parametrize(("fails", "runs"), [(1, True), (2, True), (3, False)])
def test_a_kernel_that_does_not_start_is_started_again_a_few_times(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: int, runs: bool
) -> None:
    """Another process may take a port between its choice and its use."""
    tried = []

    def unlucky(*arguments: Any, **named: Any) -> Any:
        tried.append(1)
        if len(tried) <= fails:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return execute(*arguments, **named)

    monkeypatch.setattr("papermill.execute_notebook", unlucky)
    target = tmp_path / "out.ipynb"
    with contextlib.nullcontext() if runs else pytest.raises(RunError, match="did not run to its end"):
        run(write("a = 1", "print(a)"), target)
    assert target.exists() == runs
    assert len(tried) == min(fails + 1, 3)


def test_nothing_else_is_tried_twice(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def broken(*arguments: Any, **named: Any) -> Any:
        tried.append(1)
        raise RuntimeError("another reason")

    monkeypatch.setattr("papermill.execute_notebook", broken)
    with pytest.raises(RunError, match="another reason"):
        run(write("a = 1"), tmp_path / "out.ipynb")
    assert tried == [1]


@pytest.mark.parametrize(
    "given",
    [
        "overlap=__import__('pathlib').Path('hit').touch()",
        "overlap=(lambda: __import__('os').mkdir('hit'))()",
        "__import__('pathlib').Path('hit').touch()=1",
        "overlap; __import__('os').mkdir('hit')=1",
        "at_risk_2019__reading='; __import__('os').mkdir('hit') #",
    ],
)
def test_code_in_a_name_or_a_value_is_never_run(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        read_parameters(BOOKS["04_at_risk_2021"], [given], model)
    assert list(tmp_path.iterdir()) == []


# Running --------------------------------------------------------------------------------------------------------------


def names(folder: Path) -> set[str]:
    """What lies in a folder, but for the locks that tell runs apart."""
    return {path.name for path in folder.iterdir() if not path.name.endswith(".lock")}


def kernels() -> list[psutil.Process]:
    """The kernels that this process has started and that are still there."""
    return [child for child in psutil.Process().children() if "ipykernel" in " ".join(child.cmdline())]


def outputs(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


def test_a_notebook_runs_with_its_parameters_and_leaves_nothing_else(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    book = write("persons_per_transfer = 1.0", "print(2 * persons_per_transfer)")
    before = book.path.read_bytes()
    target = tmp_path / "out" / "made.ipynb"
    run(book, target, {"persons_per_transfer": 0.5})
    assert outputs(target) == "1.0\n"
    assert names(target.parent) == {"made.ipynb"}
    assert target.stat().st_mode & 0o777 == 0o644
    assert book.path.read_bytes() == before
    text = target.read_text(encoding="utf-8")
    assert "papermill" not in nbformat.reads(text, as_version=4).metadata
    assert str(tmp_path) not in text


#: A cell that writes into the standard error that the kernel was started with, as what is not Python does, and ends it.
SAYS = "import os; os.write(2, b'first\\n{}\\n\\n'); os._exit(1)"


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("raise ValueError('so')", r"^made, cell 1: ValueError: so; "),
        ("raise ValueError('so\\n\\nand so')", r"^made, cell 1: ValueError: so and so; "),
        ("import sys; sys.exit(0)", r"^made, cell \d: .*; "),
        ("import os; os._exit(0)", r"^made, cell 1: the kernel died, as when memory runs out or a process is killed; "),
        (SAYS.format("for the reader"), r"^made, cell 1: the kernel died, .* is killed; it said: for the reader; "),
        ("while True: pass", r"^made, cell 1: it took more than the 3 seconds that a cell may take; "),
        ("import os; _ = os.write(2, b'a word')\nwhile True: pass", r"^made, cell 1: it took more .* may take; "),
    ],
)
def test_a_notebook_that_does_not_end_leaves_the_former_one_and_is_kept_beside_it(
    write: Callable[..., Notebook], tmp_path: Path, capfd: pytest.CaptureFixture[str], cell: str, words: str
) -> None:
    target = tmp_path / "out" / "made.ipynb"
    run(write("a = 1", "print('good')"), target)
    before = target.read_bytes()
    with pytest.raises(RunError, match=f"{words}what ran is kept in .*made.failed.ipynb$") as failed:
        run(write("a = 1", cell, "print('after')"), target, timeout=3 if "while" in cell else TIMEOUT)
    assert "\n" not in str(failed.value)
    assert target.read_bytes() == before
    assert names(target.parent) == {"made.ipynb", "made.failed.ipynb"}
    kept = target.with_name("made.failed.ipynb")
    assert cell in [kept_cell.source for kept_cell in nbformat.read(kept, as_version=4).cells]
    assert "after" not in outputs(kept)
    assert kernels() == []
    assert capfd.readouterr().err == ""
    run(write("a = 1", "print('good again')"), target)
    assert names(target.parent) == {"made.ipynb"}


def test_what_a_kernel_says_as_it_ends_is_nobodys_concern(
    write: Callable[..., Notebook], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cell = "import atexit, os; _ = atexit.register(os.write, 2, b'socket closed')"
    run(write("a = 1", cell), tmp_path / "made.ipynb")
    assert (capfd.readouterr().err, outputs(tmp_path / "made.ipynb")) == ("", "")


def test_a_notebook_that_fails_at_first_leaves_nothing_in_its_place(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    with pytest.raises(RunError):
        run(write("a = 1", "1 / 0"), tmp_path / "out" / "made.ipynb")
    assert names(tmp_path / "out") == {"made.failed.ipynb"}


def test_a_notebook_that_fails_is_kept_beside_its_place_until_it_runs(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    with pytest.raises(RunError):
        run(write("a = 1", "print('so far')", "1 / 0", "print('never')"), folder / "made.ipynb")
    assert names(folder) == {"made.failed.ipynb"}
    kept = nbformat.read(folder / "made.failed.ipynb", as_version=4)
    # Its own cells alone, those after the error not run.
    assert [cell.source for cell in kept.cells] == ["a = 1", "print('so far')", "1 / 0", "print('never')"]
    assert [cell.execution_count for cell in kept.cells] == [1, 2, 3, None]
    assert kept.cells[1].outputs[0].text == "so far\n"
    assert kept.cells[2].outputs[0].ename == "ZeroDivisionError"
    run(write("a = 1", "print(1)"), folder / "made.ipynb")
    assert names(folder) == {"made.ipynb"}


def test_what_a_user_has_set_up_for_other_work_does_not_reach_a_notebook(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    start = home / ".ipython" / "profile_default" / "startup" / "mine.py"
    rc = home / ".config" / "matplotlib" / "matplotlibrc"
    kernel = home / ".local" / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    startup = home / "startup.py"
    for path, text in (
        (start, "print('mine')\nchanged = 1"),
        (rc, "lines.linewidth: 77"),
        (kernel, '{"argv": ["false"], "display_name": "Python 3", "language": "python"}'),
        (startup, "changed = 1"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    monkeypatch.setenv("JUPYTER_PATH", str(home / ".local" / "share" / "jupyter"))
    for name in ("IPYTHONDIR", "MATPLOTLIBRC", "MPLCONFIGDIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    target = tmp_path / "out" / "made.ipynb"
    shows = "import matplotlib as mpl\nprint('changed' in globals(), mpl.rcParams['lines.linewidth'])"
    run(write("a = 1", shows), target)
    assert outputs(target) == "False 1.5\n"
    assert os.environ["JUPYTER_PATH"] == str(home / ".local" / "share" / "jupyter")
    assert "IPYTHONDIR" not in os.environ


def test_one_that_fails_does_not_stop_the_others(write: Callable[..., Notebook], tmp_path: Path) -> None:
    bad = write("a = 1", "1 / 0")
    other = bad.path.with_name("other.ipynb")
    other.write_bytes(bad.path.read_bytes().replace(b"1 / 0", b"print(1)"))
    folder = tmp_path / "out"
    folder.mkdir()
    failed = run_all([bad, Notebook.read(other)], folder)
    assert {name: str(error) for name, error in failed.items()} == {
        "made": "made, cell 1: ZeroDivisionError: division by zero"
    }
    assert "ZeroDivisionError" in failed["made"].text
    assert [path.name for path in folder.iterdir()] == ["other.ipynb"]


def test_a_second_run_of_the_same_notebook_says_that_one_is_under_way(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    target = tmp_path / "out" / "made.ipynb"
    with lock(target), pytest.raises(InputError, match=r"another run is writing to .*made\.ipynb; wait"):
        run(write("a = 1", "print(a)"), target)
    assert names(target.parent) == set()


def test_whoever_stops_a_run_waits_for_no_kernel(write: Callable[..., Notebook], tmp_path: Path) -> None:
    endless = write("a = 1", "import time\nwhile True: time.sleep(0.01)")
    quick = endless.path.with_name("quick.ipynb")
    quick.write_bytes(endless.path.read_bytes().replace(b"while True: time.sleep(0.01)", b"print(a)"))

    def stop(name: str) -> None:
        raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_all([Notebook.read(quick), endless], tmp_path, done=stop)
    assert kernels() == []
    # Far below the ten minutes that the cell may take.
    assert time.monotonic() - started < TIMEOUT / 2


def test_whoever_stops_several_runs_of_one_notebook_finds_what_was_there(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    quick, endless = tmp_path / "quick.ipynb", tmp_path / "endless.ipynb"
    former = tmp_path / "endless.failed.ipynb"
    run(write("a = 1", "print('of another run')"), former)
    before = former.read_bytes()
    book = write("a = 1", "import time\nwhile a == 2: time.sleep(0.01)")

    def stop(target: Path, error: Exception | None) -> None:
        assert (target, error) == (quick, None)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_each(book, {quick: {"a": 1}, endless: {"a": 2}}, stop)
    assert kernels() == []
    assert not endless.exists()
    assert former.read_bytes() == before


def test_several_runs_name_each_place_that_cannot_be_written(write: Callable[..., Notebook], tmp_path: Path) -> None:
    said = {}
    long, fine = tmp_path / f"{'a' * 300}.ipynb", tmp_path / "fine.ipynb"
    run_each(write("a = 1", "print(a)"), {long: {}, fine: {}}, said.__setitem__)
    assert said[fine] is None
    assert isinstance(said[long], InputError)
    assert str(said[long]).startswith(str(tmp_path))
    assert str(said[long]).endswith(".ipynb can't be written (File name too long)")
    assert outputs(fine) == "1\n"


def test_nothing_is_written_among_notebooks_that_are_links(write: Callable[..., Notebook], tmp_path: Path) -> None:
    book = write("a = 1", "print(a)")
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "one.ipynb"
    link.symlink_to(book.path)
    for folder in (link.parent, book.path.parent):
        with pytest.raises(NotebookError, match="would lie among the notebooks"):
            run(Notebook.read(link), folder / "other.ipynb")
        assert not (folder / "other.ipynb").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_no_kernel_outlives_a_run_that_is_killed(write: Callable[..., Notebook], tmp_path: Path, number: int) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    tell = f"import os, pathlib, signal\npathlib.Path({str(pipe)!r}).write_text(str(os.getpid()))\nwhile True: pass"
    books = str(write("a = 1", tell).path.parent)
    command = [
        sys.executable,
        "-m",
        "analysis",
        "reproduce",
        "--no-report",
        "--notebooks",
        books,
        "--out",
        str(tmp_path / "out"),
    ]
    # What a killed run leaves in the place for temporary files, nobody clears.
    (tmp_path / "tmp").mkdir()
    there = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    process = subprocess.Popen(command, cwd=ROOT, env=there, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        kernel = psutil.Process(int(pipe.read_text(encoding="utf-8")))
        process.send_signal(number)
        process.wait(60)
        kernel.wait(60)
    finally:
        process.kill()
        process.wait()
    assert not (tmp_path / "out").exists()
    if number != signal.SIGKILL:
        assert list((tmp_path / "tmp").iterdir()) == []
        assert {path.name for path in tmp_path.iterdir()} == {"pipe", "tmp", Path(books).name, ".out.lock"}


@pytest.mark.parametrize("name", ["{overlap}", "{a}", "{}", "{", "{{x}}"])
def test_braces_in_a_path_stand_for_themselves(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """papermill puts parameters in the place of names in braces, and would run another notebook."""
    for folder in (name, "0.5"):
        (tmp_path / folder).mkdir()
    book = write("overlap = 0.0", "print('this one')").path
    named = book.rename(tmp_path / name / "made.ipynb")
    (tmp_path / "0.5" / "made.ipynb").write_text(
        named.read_text(encoding="utf-8").replace("this one", "another one"), encoding="utf-8"
    )
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / name))
    run(Notebook.read(named), tmp_path / "out" / "made.ipynb", {"overlap": 0.5})
    assert "this one\\n" in (tmp_path / "out" / "made.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("metadata", "tags", "words"),
    [
        (5, [], "its metadata analysis must be names with values"),
        ({"checks": 5}, [], "checks in its metadata analysis must be a list of names"),
        ({"checks": [["a"]]}, [], "checks in its metadata analysis must be a list of names"),
        ({"claims": "a"}, [], "claims in its metadata analysis must be a list of names"),
        ({"figures": 3}, [], "figures in its metadata analysis must be a list of names"),
        ({"figure": ["a"]}, [], "figure in its metadata analysis must be a name"),
        ({}, 5, "the tags of its cell 0 must be a list of texts"),
        ({}, [5], "the tags of its cell 0 must be a list of texts"),
    ],
)
def test_a_notebook_that_declares_what_is_none_is_refused(
    write: Callable[..., Notebook], metadata: Any, tags: Any, words: str
) -> None:
    path = write("a = 1").path
    content = json.loads(path.read_text(encoding="utf-8"))
    content["metadata"]["analysis"] = metadata
    content["cells"][0]["metadata"]["tags"] = tags
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(NotebookError, match=f"made.ipynb.*({words}|can't be read as a notebook)"):
        Notebook.read(path)
    if not tags:
        with pytest.raises(NotebookError, match=words):
            Notebook.read(path, checked=False)


@pytest.mark.parametrize("name", ["made.ipynb", "made.failed.ipynb"])
@pytest.mark.parametrize("by", ["another", "an edit"])
def test_a_notebook_that_no_run_has_left_so_is_refused_and_survives(
    write: Callable[..., Notebook], tmp_path: Path, name: str, by: str
) -> None:
    book, target = write("a = 1", "print(a)"), tmp_path / "out" / "made.ipynb"
    run(book, target)
    run(book, target)
    text = target.read_text(encoding="utf-8").replace("print(a)", "print(a)  # why?") if by == "an edit" else "mine"
    if by == "an edit":
        # As JupyterLab saves it.
        text = text.replace('"name": "python"', '"name": "python",\n   "version": "3.11.7"')
    (target.parent / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"{re.escape(name)} is not as a run leaves it and would be lost; move it"):
        run(book, target)
    assert (target.parent / name).read_text(encoding="utf-8") == text


def test_what_belongs_to_a_notebook_takes_its_place_with_it_or_neither_does(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    book, target = write("a = 1", "print(a)"), tmp_path / "out" / "made.ipynb"
    label = target.with_name("label.txt")
    run(book, target, beside=lambda to, made: {label: f"{to.name} {made.name} {len(made.read_bytes())}"})
    assert label.read_text(encoding="utf-8") == f"made.ipynb made.ipynb {len(target.read_bytes())}"
    before = target.read_bytes()
    with pytest.raises(InputError, match="can't be written"):
        run(book, target, {"a": 2}, beside=lambda to, made: {label: "new", tmp_path / "missing" / "b": "new"})
    assert target.read_bytes() == before
    assert label.read_text(encoding="utf-8").startswith("made.ipynb")


def test_a_notebook_is_not_written_over_itself(write: Callable[..., Notebook], tmp_path: Path) -> None:
    book = write("a = 1", "print(a)")
    before = book.path.read_bytes()
    link = tmp_path / "link.ipynb"
    link.symlink_to(book.path)
    for target in (book.path, book.path.parent / ".." / "books" / "made.ipynb", link):
        with pytest.raises(NotebookError, match="would overwrite the notebook itself"):
            run(book, target)
    assert book.path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_refused(write: Callable[..., Notebook], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="file is a file; name a folder"):
        run(write("a = 1", "print(a)"), tmp_path / "file" / "made.ipynb")


def test_figures_stay_in_the_notebook_whatever_the_caller_draws_with(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    target = tmp_path / "out" / "made.ipynb"
    run(write("a = 1", "from matplotlib import pyplot as plt\nplt.plot([1, 2])\nplt.show()"), target)
    shown = [output.get("data", {}) for cell in nbformat.read(target, as_version=4).cells for output in cell.outputs]
    assert sum("image/png" in data for data in shown) == 1
    assert os.environ["MPLBACKEND"] == "agg"


def papermill(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    variables = {name: value for name, value in os.environ.items() if name != "ANALYSIS_DATA"}
    return subprocess.run(
        [sys.executable, "-m", "papermill", "--no-progress-bar", *arguments],
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
    )


def test_papermills_own_command_line_runs_it_from_any_working_directory(tmp_path: Path) -> None:
    source = BOOKS["02_growth_since_2019"].path
    done = papermill(str(source), "out.ipynb", "-p", "persons_per_transfer", "0.5", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "differs from the article in: persons_per_transfer = 0.5" in outputs(tmp_path / "out.ipynb")
    # Half of 3.17 million x 0.105/1.105, which is 150,611.
    text = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert "The net increase comes to 150,000 persons" in json.dumps(json.loads(text), ensure_ascii=False).replace(
        '", "', ""
    )


def test_the_notebook_on_sensitivity_runs_from_any_working_directory_with_a_file_of_the_users(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text(
        "name: mine\ndescription: Fewer.\nreason: To see.\nvalues: {former_detainees: 0.25 million person}\n",
        encoding="utf-8",
    )
    given = ["scenario=mine.yaml", "draws=4096", "seed=3", "draws_scenario=article"]
    target = tmp_path / "out" / "08_sensitivity.ipynb"
    run(BOOKS[SENSITIVITY], target, read_parameters(BOOKS[SENSITIVITY], given, model))
    assert outputs(target) == (
        "differs from the article in: former_detainees = 250,000 person in the place of 350,000\n"
    )
    cells = nbformat.read(target, as_version=4).cells
    shown = [output.data["text/plain"] for cell in cells for output in cell.get("outputs", []) if "data" in output]
    # 1.6 + 3.17 x 0.105/1.105 + 0.25 = 2.151 million; in the place of the draws a sentence, in the table, the indices.
    assert "under the scenario mine: 2.15 million persons, no bound on either side." in shown[0]
    assert any("mine: Fewer." in text and "2.15 million, none" in text for text in shown)
    assert any("The scenario article gives no distribution" in text for text in shown)
    assert any(text.endswith("Nothing is drawn. " + CAVEAT) for text in shown)
    assert sum("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", [])) == 6


def test_papermills_own_command_line_fails_on_a_value_out_of_bounds(tmp_path: Path) -> None:
    source = BOOKS["02_growth_since_2019"].path
    done = papermill(str(source), "out.ipynb", "-p", "persons_per_transfer", "1.5", cwd=tmp_path)
    assert done.returncode != 0
    assert "persons_per_transfer = 1.5 lies outside 0.05 to 1" in done.stderr


def test_cleaning_keeps_what_a_reader_sees() -> None:
    book = nbformat.v4.new_notebook()
    cell = nbformat.v4.new_code_cell("1 + 1", execution_count=1)
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)]
    cell.metadata.update({"tags": [], "papermill": {"duration": 1.5}, "execution": {"started": "then"}})
    tagged = nbformat.v4.new_code_cell("a = 1", metadata={"tags": ["parameters"]})
    book.cells = [cell, tagged]
    book.metadata.update({"papermill": {"duration": 1}, "language_info": {"version": "3.11.4"}, "analysis": {"a": 1}})
    book.metadata["widgets"] = {}
    text = clean(book)
    read = nbformat.reads(text, as_version=4)
    assert [(c.source, c.id) for c in read.cells] == [("1 + 1", "cell-0"), ("a = 1", "cell-1")]
    assert read.cells[0].outputs[0].data["text/plain"] == "2"
    assert (dict(read.cells[0].metadata), read.cells[1].metadata["tags"]) == ({}, ["parameters"])
    assert read.metadata["analysis"] == {"a": 1}
    for word in ("papermill", "duration", "3.11.4", "widgets", "started"):
        assert word not in text
    assert clean(nbformat.reads(text, as_version=4)) == text


def test_defaults_are_finite() -> None:
    for book in BOOKS.values():
        for value in book.parameters.values():
            assert isinstance(value, str) or math.isfinite(value)
