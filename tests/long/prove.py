"""Proof that the guard notices: one thing is changed at a time, and what the test suite
compares must differ.

    python tests/long/prove.py

Changes each printed digit in the data; each operator, number and function in a formula;
each number in a notebook's committed outputs; and each number that a figure plots.
Nothing in the tree is touched. Prints how many changes were tried and noticed, and any
that was not; exit status 1 if there is one.
"""

from __future__ import annotations

import ast
import copy
import csv
import doctest
import importlib
import io
import itertools
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from multiprocessing import get_context
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from nbval.plugin import IPyNbCell, nocolors  # noqa: E402

from analysis import formulas  # noqa: E402
from analysis.core.errors import InputError  # noqa: E402
from analysis.core.register import Register  # noqa: E402
from analysis.model.model import Model  # noqa: E402
from analysis.model.verdicts import judge_all  # noqa: E402
from analysis.publish.guard import guarded, moved_cells, read_expected  # noqa: E402
from analysis.publish.notebooks import Notebook, all_notebooks, run  # noqa: E402
from analysis.render.figures import FIGURES, data_text  # noqa: E402
from tests.render.test_figure_guard import differences  # noqa: E402
from tests.spoiling import cells, read_rows  # noqa: E402

DATA = ROOT / "data"
#: Tables with printed digits, and the columns that hold them.
PRINTED = {
    "claims.csv": ("printed", "printed_high"),
    "external.csv": ("printed", "printed_high"),
}
MODULES = [
    importlib.import_module(f"{formulas.__name__}.{name}") for name in formulas.__all__
]
NUMBER = re.compile(r"\d+")
#: Kind → tried and noticed; and the changes that nothing noticed.
Tally = dict[str, tuple[int, list[str]]]


# Digits in the data -------------------------------------------------------------------


def digits() -> Iterator[tuple[str, str, str, int]]:
    """Table, id, column and position of each printed digit."""
    for table, columns in PRINTED.items():
        header, *rows = read_rows(DATA / table)
        for row, column in itertools.product(rows, columns):
            for position, sign in enumerate(row[header.index(column)]):
                if sign.isdigit():
                    yield table, row[0], column, position


def digit_is_noticed(change: tuple[str, str, str, int]) -> bool:
    """Whether `verify` names the row when one of its digits is another, or the
    register refuses it.
    """
    table, id, column, position = change
    with tempfile.TemporaryDirectory() as folder:
        package = Path(shutil.copytree(DATA, Path(folder) / "data"))
        header, *rows = read_rows(DATA / table)
        text = next(row for row in rows if row[0] == id)[header.index(column)]
        digit = (int(text[position]) + 1) % 10
        cells(table, id, **{column: f"{text[:position]}{digit}{text[position + 1 :]}"})(
            package
        )
        try:
            register = Register.read(package)
            # What follows from the row is left out, for it takes long; the row itself
            # must be named.
            found = moved_cells(read_expected(register), guarded(Model(register), []))
        except InputError as error:
            return id in str(error) or column in str(error)
    # Nothing was judged, so that every verdict of a result has moved.
    row = f"{Path(table).stem}, {id}: "
    return any(
        one.startswith(row) and not one.startswith(f"{row}verdict ") for one in found
    )


# Formulas -----------------------------------------------------------------------------

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)
OTHERS = {"minimum": "maximum", "maximum": "minimum"}


def changes_of(tree: ast.Module) -> Iterator[tuple[str, Callable[[ast.Module], None]]]:
    """A name for each change, and what makes it in a copy of the tree, by the node's
    place in the walk.
    """
    for place, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            for other in OPERATORS:
                if other is not type(node.op):
                    yield (
                        f"line {line}: {type(node.op).__name__} to {other.__name__}",
                        _set(place, "op", other()),
                    )
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            for number in (node.value + 1, node.value * 2 if node.value else -1):
                yield (
                    f"line {line}: {node.value} to {number}",
                    _set(place, "value", number),
                )
        elif isinstance(node, ast.Name) and node.id in OTHERS:
            yield (
                f"line {line}: {node.id} to {OTHERS[node.id]}",
                _set(place, "id", OTHERS[node.id]),
            )


def _set(place: int, field: str, value: Any) -> Callable[[ast.Module], None]:
    def change(tree: ast.Module) -> None:
        setattr(list(ast.walk(tree))[place], field, value)

    return change


def formula_changes() -> Iterator[tuple[int, int, str]]:
    """Number of the module, number of the change in it, and its name."""
    for number, module in enumerate(MODULES):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for place, (name, _) in enumerate(changes_of(tree)):
            yield number, place, f"{module.__name__.rpartition('.')[2]}, {name}"


def examples_hold(module: ModuleType) -> bool:
    """Whether the examples of a module's functions come out as they are written;
    doctest takes a copy for another.
    """
    runner, finder = doctest.DocTestRunner(), doctest.DocTestFinder()
    with redirect_stdout(io.StringIO()):
        for function in [
            one for one in vars(module).values() if isinstance(one, FunctionType)
        ]:
            for example in finder.find(
                function, function.__name__, module=False, globs=dict(vars(module))
            ):
                runner.run(example)
    return runner.failures == 0


def formula_is_noticed(change: tuple[int, int, str]) -> bool:
    """Whether a changed formula fails its own example, or `verify`, which computes
    every check with it.
    """
    number, place, _ = change
    tree = ast.parse(Path(str(MODULES[number].__file__)).read_text(encoding="utf-8"))
    list(changes_of(tree))[place][1](tree)
    return is_noticed(MODULES[number], tree)


def is_noticed(module: ModuleType, tree: ast.Module) -> bool:
    """Whether a module of formulas with this text fails or moves a result."""
    made = ModuleType(module.__name__)
    with tempfile.TemporaryDirectory() as folder:
        # The package reads a formula's text from its file.
        file = Path(folder) / "changed.py"
        file.write_text(ast.unparse(tree), encoding="utf-8")
        made.__file__ = str(file)
        exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), vars(made))
        if not examples_hold(made):
            return True
        register = Register.read(DATA)
        try:
            model = Model(
                register, [made if other is module else other for other in MODULES]
            )
            return bool(
                moved_cells(read_expected(register), guarded(model, judge_all(model)))
            )
        except InputError:
            return True


# Outputs of notebooks -----------------------------------------------------------------


def compared(test: list[Any], reference: list[Any]) -> bool:
    """Whether nbval takes two lists of outputs for the same."""
    skip = (
        "metadata",
        "traceback",
        "text/latex",
        "prompt_number",
        "output_type",
        "name",
        "execution_count",
    )
    skip += ("application/vnd.jupyter.widget-view+json", "image/png", "image/jpeg")
    cell = SimpleNamespace(
        parent=SimpleNamespace(skip_compare=skip),
        sanitize=lambda text: text,
        colors=nocolors,
        format_output_compare=lambda *found: None,
    )
    return bool(IPyNbCell.compare_outputs(cell, test, reference))


def texts_of(output: Any) -> Iterator[tuple[Any, str]]:
    """Each text of an output: where it stands, and its key."""
    if "text" in output:
        yield output, "text"
    for kind in output.get("data", {}):
        if kind.startswith("text/"):
            yield output["data"], kind


def other(text: str, found: re.Match[str]) -> str:
    """The text with another last digit in the number that was found."""
    last = found.end() - 1
    return f"{text[:last]}{(int(text[last]) + 1) % 10}{text[last + 1 :]}"


def outputs() -> tuple[int, list[str]]:
    """Change each number in each committed output, and compare with one fresh run of
    the notebook as nbval does.
    """
    tried, missed = 0, []
    with tempfile.TemporaryDirectory() as folder:
        books = all_notebooks()
        failed = run({Path(folder) / book.path.name: (book, {}) for book in books})
        if failed:
            raise SystemExit("; ".join(map(str, failed.values())))
        for book in books:
            fresh = Notebook.read(Path(folder) / book.path.name).content.cells
            for number, cell in enumerate(book.content.cells):
                if cell.cell_type != "code":
                    continue
                if not compared(fresh[number].outputs, cell.outputs):
                    raise SystemExit(
                        f"{book.name}, cell {number}: a fresh run gives other outputs"
                    )
                for which, output in enumerate(cell.outputs):
                    for text, key in [
                        (place[key], key) for place, key in texts_of(output)
                    ]:
                        for found in NUMBER.finditer(text):
                            changed = copy.deepcopy(cell.outputs)
                            holder = next(
                                place
                                for place, k in texts_of(changed[which])
                                if k == key
                            )
                            holder[key] = other(text, found)
                            tried += 1
                            if compared(fresh[number].outputs, changed):
                                missed.append(
                                    f"{book.name}, cell {number}, {key}: {found[0]}"
                                )
    return tried, missed


# Figures ------------------------------------------------------------------------------


def figures() -> tuple[int, list[str]]:
    """Change each number that a figure plots by a millionth; each must be named beside
    the accepted data.

    The comparison goes cell by cell, so all are changed in one go.
    """
    tried, missed = 0, []
    model = Model(Register.read(DATA))
    for name, figure in FIGURES.items():
        rows = list(
            csv.reader(io.StringIO(data_text(figure.frame(figure.source(model)))))
        )
        places = []
        for row, column in (
            (r, c) for r in range(1, len(rows)) for c in range(len(rows[r]))
        ):
            try:
                number = float(rows[row][column])
            except ValueError:
                continue
            rows[row][column] = repr(number * (1 + 1e-6) if number else 1e-6)
            places.append(f"{name}, row {row + 1}, {rows[0][column]}: ")
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        found = {
            one.rpartition(": ")[0] + ": " for one in differences(name, text.getvalue())
        }
        tried += len(places)
        missed += [place for place in places if place not in found]
    return tried, missed


# All of it ----------------------------------------------------------------------------


def main() -> int:
    tally: Tally = {}
    for module in MODULES:
        if is_noticed(
            module, ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        ):
            raise SystemExit(f"{module.__name__} is taken for changed as it is")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for kind, made, noticed in (
            ("digits in the data", list(digits()), digit_is_noticed),
            ("formulas", list(formula_changes()), formula_is_noticed),
        ):
            found = list(pool.map(noticed, made, chunksize=4))
            tally[kind] = (
                len(made),
                [
                    str(change)
                    for change, seen in zip(made, found, strict=True)
                    if not seen
                ],
            )
            _say(kind, tally)
    tally["numbers in outputs of notebooks"] = outputs()
    _say("numbers in outputs of notebooks", tally)
    tally["numbers that figures plot"] = figures()
    _say("numbers that figures plot", tally)
    return int(any(missed for _, missed in tally.values()))


def _say(kind: str, tally: Tally) -> None:
    tried, missed = tally[kind]
    print(f"{kind}: {tried - len(missed):,} of {tried:,} changes noticed", flush=True)
    for change in missed:
        print(f"  escaped: {change}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
