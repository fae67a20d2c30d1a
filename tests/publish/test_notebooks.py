"""The committed notebooks as a reader finds them, and how a notebook is read."""

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from analysis.core.errors import InputError
from analysis.model.model import Model
from analysis.publish.notebooks import Notebook, all_notebooks, find, shown_in
from analysis.render.figures import figures
from tests.conftest import ROOT

BOOKS = {notebook.name: notebook for notebook in all_notebooks(ROOT / "notebooks")}


committed = pytest.mark.parametrize("name", BOOKS)


#: The other one is about what moves the estimates, and takes no quantities.
studied = pytest.mark.parametrize(
    "name", [name for name in BOOKS if name != "08_sensitivity"]
)


def code(name: str) -> list[Any]:
    return [cell for cell in BOOKS[name].content.cells if cell.cell_type == "code"]


@committed
def test_it_was_run_once_from_top_to_bottom_and_defines_nothing(name: str) -> None:
    cells = code(name)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells:
        kinds = {output.output_type for output in cell.outputs}
        assert "error" not in kinds
        assert not any(output.get("name") == "stderr" for output in cell.outputs)
        assert kinds or "parameters" in cell.metadata.get("tags", []), cell.source
        defined = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not defined & {
            ast.FunctionDef,
            ast.AsyncFunctionDef,
            ast.ClassDef,
            ast.Lambda,
        }
    metadata = BOOKS[name].content.metadata
    assert set(metadata) == {"analysis", "kernelspec", "language_info"}
    assert dict(metadata["language_info"]) == {"name": "python"}


@committed
def test_it_is_short_and_draws_the_figures_that_it_declares(name: str) -> None:
    assert len(code(name)) <= 12
    calls = [
        node
        for cell in code(name)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call)
    ]
    assert max(len(call.args) for call in calls) <= 5
    drawn = [
        call.args[0].value
        for call in calls
        if getattr(call.func, "attr", "") in ("figure", "render_figure")
    ]
    assert tuple(drawn) == BOOKS[name].figures


@studied
def test_its_parameters_are_those_of_the_article_with_their_choices(
    name: str, model: Model
) -> None:
    cell = next(
        cell for cell in code(name) if "parameters" in cell.metadata.get("tags", [])
    )
    assert BOOKS[name].parameters
    for parameter, default in BOOKS[name].parameters.items():
        (rest,) = re.findall(
            rf"^{parameter}: (?:float|str) = [^#]*#([^\n]*)", cell.source, re.M
        )
        assumption = model.register.assumptions.get(parameter)
        if isinstance(default, str):
            assert default == model.default(parameter)
            named = set(re.findall(r"\w+", rest)) & set(model.readings(parameter))
            assert default in named
            assert len(named) > 1 or "or a share" in rest
        elif assumption:
            assert default == assumption.value
            assert f"{assumption.minimum:,.10g} to {assumption.maximum:,.10g}" in rest
        else:
            assert default == model.estimate(parameter).value
            assert "printed" in rest


def test_each_check_belongs_to_one_notebook_and_each_figure_is_drawn(
    model: Model,
) -> None:
    assert sorted(check for book in BOOKS.values() for check in book.checks) == sorted(
        model.register.checks
    )
    found = shown_in(BOOKS.values())
    assert set(found) == set(model.register.checks)
    assert all(check in BOOKS[name].checks for check, name in found.items())
    drawn = {figure for book in BOOKS.values() for figure in book.figures}
    assert drawn == set(figures(model))


@pytest.mark.parametrize(
    ("sources", "tagged"),
    [
        (["a = 1", "print(a)"], 0),
        (["a = 1", "b = 2"], 2),
        (["a = 1\nb = open('x')"], 1),
        (["a: float"], 1),
        (["import os\na = 1"], 1),
        (["a, b = 1, 2"], 1),
        (["a = "], 1),
    ],
)
def test_parameters_are_names_with_plain_values(
    write: Callable[..., Notebook], sources: list[str], tagged: int
) -> None:
    assert write("a: float = 1.0\nb = 'c'  # words\n").parameters == {
        "a": 1.0,
        "b": "c",
    }
    said = r"made\.ipynb must have one cell tagged parameters, which holds only lines"
    with pytest.raises(InputError, match=said):
        _ = write(*sources, tagged=tagged).parameters


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_text("not JSON", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.ipynb can't be read as a notebook"):
        Notebook.read(path)


def test_a_notebook_is_found_by_its_name_its_start_or_its_path() -> None:
    book = BOOKS["04_at_risk_2021"]
    assert find("04") == find("04_at_risk_2021.ipynb") == find(str(book.path)) == book
