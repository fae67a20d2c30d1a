"""The committed notebooks as a reader finds them, and how they are run: strict parameters, whole outputs or none."""

import ast
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from papermill import execute_notebook as execute

from analysis.core.model import Model
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
    shown_in,
)
from analysis.output.results import Worksheet

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
def test_its_metadata_lists_the_claims_that_it_shows(name: str, model: Model) -> None:
    declared = BOOKS[name].declared
    shown = Worksheet(declared["checks"], model=model).claims
    besides = [name for name in declared["claims"] if name not in shown]
    assert all(model.register.claims[name].reported for name in besides)
    assert declared["claims"] == Worksheet(declared["checks"], reported=besides, model=model).claims


def test_each_check_is_shown_by_the_overview_and_by_one_other(model: Model) -> None:
    everything = list(model.register.checks)
    assert BOOKS["00_overview"].checks == everything
    others = [check for name, book in BOOKS.items() if name != "00_overview" for check in book.checks]
    assert sorted(others) == sorted(everything)
    found = shown_in(BOOKS.values())
    assert set(found) == set(everything)
    assert all(check in BOOKS[name].checks for check, name in found.items())
    assert "00_overview" not in found.values()


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


def test_every_figure_of_the_package_is_drawn_in_one_notebook() -> None:
    assert sorted(figure for book in BOOKS.values() for figure in book.figures) == sorted(FIGURES)


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
        ("04", ["at_risk_2019__reading=southen"], ["'southen' is not a reading of at_risk_2019", "'southern'"]),
        ("04", ["overlap"], ["'overlap' is not of the form name=value"]),
        ("04", ["overlap=some"], ["overlap: 'some' is not a number"]),
        ("04", ["overlap="], ["overlap: '' is not a number"]),
        ("04", ["overlap=0.1 person"], ["overlap: '0.1 person' is in person, not in dimensionless"]),
        ("04", ["overlap=nan"], ["overlap: 'nan' is not a number"]),
        ("04", ["overlap=inf"], ["overlap: 'inf' is not a number"]),
        ("04", ["overlap=-inf"], ["overlap: '-inf' is not a number"]),
        ("04", ["overlap=1.5"], ["overlap = 1.5 lies outside its allowed range of 0 to 1"]),
        ("04", ["overlap=-0.1"], ["overlap = -0.1 lies outside its allowed range of 0 to 1"]),
        (
            "04",
            ["persons_per_transfer=0.01"],
            ["persons_per_transfer = 0.01 lies outside its allowed range of 0.05 to 1"],
        ),
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


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["sceanrio=southern"], ["'sceanrio' is no parameter of 08_sensitivity", "did you mean 'scenario'"]),
        (["overlap=0.5"], ["'overlap' is no parameter of 08_sensitivity"]),
        (["quantity=at_risk_2012"], ["'at_risk_2012' is not a quantity", "did you mean 'at_risk_2021'"]),
        (["quantity="], ["'' is not a quantity"]),
        (["scenario=southen"], ["'southen' is no scenario and no file", "did you mean 'southern'"]),
        (["draws_scenario=ilustrative"], ["'ilustrative' is no scenario", "did you mean 'illustrative'"]),
        (["scenario=sourced_only"], ["not computable from figures with a source", "former_detainees"]),
        (["draws=1000"], ["1,000 draws are no power of two", "512 or 1,024"]),
        (["draws=8"], ["8 draws are outside the 16"]),
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
    with pytest.raises(RunError, match=f"{words}the cells that ran are kept in .*made.failed.ipynb$") as failed:
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


def test_papermills_own_command_line_fails_on_a_value_out_of_bounds(tmp_path: Path) -> None:
    source = BOOKS["02_growth_since_2019"].path
    done = papermill(str(source), "out.ipynb", "-p", "persons_per_transfer", "1.5", cwd=tmp_path)
    assert done.returncode != 0
    assert "persons_per_transfer = 1.5 lies outside its allowed range of 0.05 to 1" in done.stderr


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
