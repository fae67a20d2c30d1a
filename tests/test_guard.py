"""A printed digit that changes is noticed: by verify, which names the row, and by the notebooks that show it.

One row of each section stands for all here; `make prove` changes every digit.
"""

import ast
import contextlib
import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import nbformat
import pytest
from typer.testing import CliRunner

from analysis.cli import app

ROOT = Path(__file__).resolve().parent.parent
Row = dict[str, str]


def read(path: Path) -> list[Row]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


ROWS = {row["id"]: row for row in read(ROOT / "data" / "claims.csv")}
POSITIONS = [
    (id, field, position)
    for id, row in ROWS.items()
    for field in ("printed", "printed_high")
    for position, digit in enumerate(row[field])
    if digit.isdigit()
]


def valid(row: Row) -> bool:
    """Whether the digits say their place, are multiples of their rounding unit, and not 0; low end below high."""
    unit = Decimal(row["rounding_unit"] or "0")
    texts = [row[field] for field in ("printed", "printed_high") if row[field]]
    ends = [Decimal(text) for text in texts]
    placeless = any("." not in text and text.endswith("0") for text in texts) and not unit
    return ends == sorted(ends) and not placeless and not any(end == 0 or (unit and end % unit) for end in ends)


def changes(row: Row, field: str, position: int) -> list[Row]:
    """The rows with another digit at one position that the register would still take."""
    text = row[field]
    digit = int(text[position])
    others = [str((digit + step) % 10) for step in range(1, 10)]
    return [
        changed
        for other in others
        if valid(changed := {**row, field: f"{text[:position]}{other}{text[position + 1 :]}"})
    ]


def changed_rows() -> dict[str, Row]:
    """For each row that has digits, one change of its first digit that can change."""
    found: dict[str, Row] = {}
    for id, field, position in POSITIONS:
        for changed in changes(ROWS[id], field, position)[:1]:
            found.setdefault(id, changed)
    return found


def write(folder: Path, changed: Row) -> None:
    rows = [changed if id == changed["id"] else row for id, row in ROWS.items()]
    with (folder / "claims.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(changed), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def verify(folder: Path) -> tuple[int, str]:
    result = CliRunner(env={"ANALYSIS_DATA": None}).invoke(app, ["verify", "--data", str(folder)])
    return result.exit_code, result.stderr


def test_an_unchanged_copy_is_as_accepted(package: Path) -> None:
    assert verify(package) == (0, "")


def test_every_row_but_those_in_words_has_digits() -> None:
    without = [id for id in ROWS if id not in {name for name, _, _ in POSITIONS}]
    assert without == [id for id, row in ROWS.items() if row["qualifier"] == "vague"]
    assert "detainees_several" in without


def first_of_each_section() -> list[str]:
    """The first row with digits of each section."""
    firsts: dict[str, str] = {}
    for id, _, _ in POSITIONS:
        firsts.setdefault(ROWS[id]["section"], id)
    return list(firsts.values())


def test_only_places_below_the_rounding_unit_cannot_change_alone() -> None:
    fixed = [(id, field, i) for id, field, i in POSITIONS if not changes(ROWS[id], field, i)]
    # 300,000, rounded to 10,000: its last four digits are no digits of the number.
    below = [
        (id, field, i)
        for id, field, i in POSITIONS
        if len(ROWS[id]["rounding_unit"]) > len(ROWS[id][field]) - i and ROWS[id]["rounding_unit"].isdigit()
    ]
    assert ("increase_2019_2021", "printed", 2) in below
    assert ("increase_2019_2021", "printed", 1) not in below
    assert fixed == below


@pytest.mark.parametrize("id", first_of_each_section())
def test_verify_fails_on_a_changed_digit(package: Path, id: str) -> None:
    write(package, changed_rows()[id])
    status, message = verify(package)
    assert status == 1
    assert f"moved: claims, {id}: " in message


# The notebooks --------------------------------------------------------------------------------------------------------


def claims_of(path: Path) -> list[str]:
    return list(nbformat.read(path, as_version=4).metadata["analysis"]["claims"])


NOTEBOOKS = {path.name: claims_of(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


def ran(source: str, names: dict[str, object]) -> tuple[str, str]:
    """What a cell prints, and its last expression's value as text."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, "cell", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
    return printed.getvalue(), "" if value is None else repr(value)


def failed_cells(path: Path) -> Iterator[int]:
    """The code cells, counted from 0, whose text is not the committed one when they are run in this process."""
    names: dict[str, object] = {"__name__": "__main__"}
    code = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    for number, cell in enumerate(code):
        outputs = cell.outputs
        printed = "".join(output.text for output in outputs if output.output_type == "stream")
        results = [output.data["text/plain"] for output in outputs if output.output_type == "execute_result"]
        if ran(cell.source, names) != (printed, "".join(results)):
            yield number


@pytest.fixture
def run_cells(package: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Iterator[int]]:
    from matplotlib import pyplot as plt

    monkeypatch.setenv("ANALYSIS_DATA", str(package))
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    return lambda name: failed_cells(ROOT / "notebooks" / name)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_an_unchanged_copy_gives_what_the_notebook_shows(run_cells: Callable[[str], Iterator[int]], name: str) -> None:
    assert list(run_cells(name)) == []


@pytest.mark.parametrize("id", first_of_each_section())
def test_a_changed_digit_fails_each_notebook_that_is_about_the_number(
    package: Path, run_cells: Callable[[str], Iterator[int]], id: str
) -> None:
    write(package, changed_rows()[id])
    showing = [name for name, claims in NOTEBOOKS.items() if id in claims]
    assert showing[0] == "00_overview.ipynb"
    assert len(showing) >= 2
    assert [name for name in showing[1:] if next(run_cells(name), None) is None] == []


@pytest.mark.parametrize("id", first_of_each_section())
def test_a_changed_digit_fails_the_overview(package: Path, run_cells: Callable[[str], Iterator[int]], id: str) -> None:
    write(package, changed_rows()[id])
    assert next(run_cells("00_overview.ipynb"), None) is not None


def test_nbval_fails_the_same_cells(package: Path, run_cells: Callable[[str], Iterator[int]]) -> None:
    id = "increase_2019_2021"
    write(package, changed_rows()[id])
    showing = [name for name, claims in NOTEBOOKS.items() if id in claims]
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-q", "-rf", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *(f"notebooks/{name}" for name in showing)],
        cwd=ROOT,
        env={**os.environ, "ANALYSIS_DATA": str(package)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    failed = set(re.findall(r"^FAILED notebooks/(\S+)::Cell (\d+)", done.stdout, re.MULTILINE))
    expected = {(name, str(number)) for name in showing for number in run_cells(name)}
    assert failed == expected
