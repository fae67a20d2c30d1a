"""Proves that the guard notices a change: one thing is changed at a time, and the guard
must name it.

    make prove          a sample, drawn with the same seed each time
    ALL=1 make prove    every change

Changes of the data and of the formulas (``tests/long/mutants.py``) are tried against
what `verify` guards, the cheapest part first; each number in a notebook's committed
outputs against what nbval compares; and each number that a figure plots against what
`reproduce` guards. Nothing in the tree is touched. Prints how many changes were tried
and noticed, by kind, and any that was not; exit status 1 if there is one.
"""

from __future__ import annotations

import ast
import copy
import importlib
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from nbval.plugin import IPyNbCell, nocolors  # noqa: E402

from analysis import formulas  # noqa: E402
from analysis.core.errors import InputError  # noqa: E402
from analysis.core.register import Register  # noqa: E402
from analysis.model.model import Model  # noqa: E402
from analysis.model.verdicts import judge_all  # noqa: E402
from analysis.publish import cells, guard  # noqa: E402
from analysis.publish.execution import run  # noqa: E402
from analysis.publish.notebooks import Notebook, all_notebooks  # noqa: E402
from analysis.render import figures as drawings  # noqa: E402
from tests.long.mutants import Mutant, of_data, of_formulas  # noqa: E402

DATA = ROOT / "data"
MODULES = [
    importlib.import_module(f"{formulas.__name__}.{name}") for name in formulas.__all__
]
NUMBER = re.compile(r"\d+")
#: How many changes of each kind a sample has.
SAMPLE = 600
#: Changes that move nothing, with the reason: the changed formula is the same one.
EQUIVALENT: dict[str, str] = {}
NOTICED = "noticed"


# Data and formulas --------------------------------------------------------------------


@cache
def expected() -> cells.Cells:
    """What `verify` expects."""
    return guard.read_expected(Register.read(DATA), whole=False)


@cache
def copied() -> Path:
    """A copy of the data for this process."""
    folder = tempfile.mkdtemp(prefix="prove-")
    return Path(shutil.copytree(DATA, Path(folder) / "data"))


def data_is_noticed(mutant: Mutant) -> bool:
    """Whether the change is refused, or moves an input, or what follows from it."""
    folder = copied()
    path = folder / mutant.file
    before = path.read_bytes()
    try:
        mutant.write(folder)
        try:
            register = Register.read(folder)
            for row in cells.rows(register):
                for field, text in cells.fields(row):
                    if expected().get((row.file, row.id, field)) != text:
                        return True
            return moves(Model(register))
        except InputError:
            return True
    finally:
        path.write_bytes(before)


def moves(model: Model) -> bool:
    """Whether a model gives anything else than what `verify` expects."""
    if guard.moved_cells(expected(), {**expected(), **cells.inputs(model)}):
        return True
    return bool(guard.moved_cells(expected(), guard.cells_of(model, judge_all(model))))


def fate(noticed: Callable[[Any], bool], change: Any) -> str:
    """What became of a change; one that ends in a traceback has escaped, too."""
    try:
        return NOTICED if noticed(change) else ""
    except Exception as error:
        return f", which ends in {error!r}"


def formula_changes() -> Iterator[tuple[int, int, str]]:
    """Number of the module, number of the change in it, and its name."""
    for number, module in enumerate(MODULES):
        for place, (name, _) in enumerate(of_formulas(tree_of(module))):
            yield number, place, f"{module.__name__.rpartition('.')[2]}, {name}"


def tree_of(module: ModuleType) -> ast.Module:
    return ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))


def formula_is_noticed(change: tuple[int, int, str]) -> bool:
    """Whether a changed formula moves what `verify` expects, or is refused."""
    number, place, _ = change
    module = MODULES[number]
    _, changed = list(of_formulas(tree_of(module)))[place]
    made = ModuleType(module.__name__)
    with tempfile.TemporaryDirectory() as folder:
        # The package reads a formula's text from its file.
        file = Path(folder) / "changed.py"
        file.write_text(ast.unparse(changed), encoding="utf-8")
        made.__file__ = str(file)
        exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), vars(made))
        try:
            others = [made if other is module else other for other in MODULES]
            return moves(Model(Register.read(DATA), others))
        except InputError:
            return True


# Outputs of notebooks -----------------------------------------------------------------


def compared(test: list[Any], reference: list[Any]) -> bool:
    """Whether nbval takes two lists of outputs for the same."""
    skip = ("metadata", "traceback", "text/latex", "prompt_number", "output_type")
    skip += ("name", "execution_count", "image/png", "image/jpeg")
    skip += ("application/vnd.jupyter.widget-view+json",)
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


def fresh_runs(folder: Path) -> dict[str, Any]:
    """The cells of each notebook as it is run now, by its name."""
    books = all_notebooks()
    failed = run({folder / book.path.name: (book, {}) for book in books})
    if failed:
        raise SystemExit("; ".join(map(str, failed.values())))
    return {
        book.name: Notebook.read(folder / book.path.name).content.cells
        for book in books
    }


def outputs() -> tuple[int, list[str]]:
    """Change each number in each committed output, and compare it as nbval does."""
    tried, missed = 0, []
    with tempfile.TemporaryDirectory() as folder:
        fresh = fresh_runs(Path(folder))
    for book in all_notebooks():
        for number, cell in enumerate(book.content.cells):
            if cell.cell_type != "code":
                continue
            now = fresh[book.name][number].outputs
            if not compared(now, cell.outputs):
                raise SystemExit(f"{book.name}, cell {number}: other outputs now")
            for changed, name in changed_outputs(cell.outputs):
                tried += 1
                if compared(now, changed):
                    missed.append(f"{book.name}, cell {number}, {name}")
    return tried, missed


def changed_outputs(outputs: list[Any]) -> Iterator[tuple[list[Any], str]]:
    """The outputs with another digit in each number of each text."""
    for which, output in enumerate(outputs):
        for place, key in list(texts_of(output)):
            for found in NUMBER.finditer(place[key]):
                changed = copy.deepcopy(outputs)
                for holder, name in texts_of(changed[which]):
                    if name == key:
                        holder[key] = other(place[key], found)
                yield changed, f"{key}: {found[0]}"


# Figures ------------------------------------------------------------------------------


def figures() -> tuple[int, list[str]]:
    """Change each number that a figure plots by a millionth.

    The comparison goes cell by cell, so all are changed in one go.
    """
    model = Model(Register.read(DATA))
    with tempfile.TemporaryDirectory() as folder:
        plotted = set()
        for name, figure in drawings.figures(model).items():
            frame = figure.frame(figure.evaluation(model))
            numbers = frame.select_dtypes("number")
            plotted |= {(f"{cells.PLOTTED}{name}", column) for column in numbers}
            frame[numbers.columns] = numbers.where(numbers != 0, 1) * (1 + 1e-6)
            (Path(folder) / f"{name}.csv").write_text(
                drawings.data_text(frame), "utf-8"
            )
        changed = cells.plotted(Path(folder))
    accepted = {
        key: text
        for key, text in guard.read_expected(model.register).items()
        if key[0].startswith(cells.PLOTTED)
    }
    moved = guard.moved_cells(accepted, changed)
    tried = [key for key in accepted if (key[0], key[2]) in plotted]
    return len(tried), [str(key) for key in tried if key not in moved]


# All of it ----------------------------------------------------------------------------


def sample(changes: list[Any]) -> list[Any]:
    """All changes where ALL is set, else some of them, the same each time."""
    if os.environ.get("ALL") or len(changes) <= SAMPLE:
        return changes
    return random.Random(0).sample(changes, SAMPLE)


def main() -> int:
    if moves(Model(Register.read(DATA))):
        raise SystemExit("`verify` names something as it is; accept it first")
    escaped = 0
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for kind, changes, noticed in (
            ("data", list(of_data(DATA)), data_is_noticed),
            ("formulas", list(formula_changes()), formula_is_noticed),
        ):
            tried = sample(changes)
            fates = list(pool.map(partial(fate, noticed), tried, chunksize=8))
            files = Counter(getattr(change, "file", kind) for change in tried)
            print(f"{kind}: {len(changes):,} changes, {len(tried):,} tried", flush=True)
            for file, count in files.items():
                print(f"  {file}: {count:,}")
            missed = [
                f"{change if kind == 'data' else change[2]}{how}"
                for change, how in zip(tried, fates, strict=True)
                if how != NOTICED
            ]
            escaped += told(kind, len(tried), missed)
    escaped += told("numbers in outputs of notebooks", *outputs())
    escaped += told("numbers that figures plot", *figures())
    return int(escaped > 0)


def told(kind: str, tried: int, missed: list[str]) -> int:
    """Say what was noticed; return how many escaped without a reason."""
    print(f"{kind}: {tried - len(missed):,} of {tried:,} changes noticed", flush=True)
    for change in missed:
        reason = EQUIVALENT.get(change)
        print(f"  {'the same: ' if reason else 'escaped: '}{change} {reason or ''}")
    return sum(change not in EQUIVALENT for change in missed)


if __name__ == "__main__":
    sys.exit(main())
