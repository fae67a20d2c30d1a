"""One setting has one answer: the same number with the same remarks, or the same
refusal, by every route.

By hand, with B = 3,170,000 / 1.105 = 2,868,778.281, the base of 2019, and
N = 3,170,000 - B = 301,221.7195, the rest.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
import yaml
from typer.testing import CliRunner

from analysis.cli import app
from analysis.model.model import ModelError, assignments
from analysis.publish.notebooks import find
from analysis.publish.parameters import prepare_job
from analysis.study import Study
from tests.conftest import ROOT
from tests.spoiling import settings

BASE = 3_170_000 / 1.105
ADDED = 3_170_000 - BASE

MORE_2019 = "more persons than were transferred in 2019"
MORE_2021 = "more persons than were transferred in 2021"
CENSUS = "more than the rural persons of the 2020 census"


class Row(NamedTuple):
    """answer: a number, or a part of the refusal. remarks: a part of each, in order."""

    quantity: str
    setting: str
    answer: float | str
    side: str = ""
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.quantity}, {self.setting}"

    @property
    def given(self) -> dict[str, str]:
        return assignments(filter(None, self.setting.split("; ")))


def at_most(quantity: str) -> Callable[..., Row]:
    """Rows of a quantity whose number, where there is one, is at most that."""

    def row(setting: str, answer: float | str, *remarks: str) -> Row:
        side = "" if isinstance(answer, str) else "at most"
        return Row(quantity, setting, answer, side, remarks)

    return row


in_2019, in_2021 = at_most("at_risk_2019"), at_most("at_risk_2021")
in_all = at_most("at_risk_total")
increase = partial(Row, "net_new_persons")

ROWS = [
    increase("", ADDED),
    in_2021("", 1_600_000 + ADDED),
    increase("persons_per_transfer=0.8", 0.8 * ADDED),
    in_2021("at_risk_share_of_new=0.62", 1_600_000 + 0.62 * ADDED),
    increase("persons_per_transfer=implied", 2_590_000 * 0.105),
    in_2019("at_risk_2019=southern", 1_650_000 * 0.95),
    in_2021("at_risk_2019=composition", 1_567_500 + 940_000 * 0.50 + ADDED),
    # A number that a user sets has no side of its own.
    in_all("former_detainees=300000", 1_600_000 + ADDED + 300_000),
    in_all(
        "", "no single value, because the article gives former_detainees only in words"
    ),
    Row(
        "excess_over_plan_2016_2020",
        "planned_transfers_2016_2020=2700000",
        2.87 / 2.70 - 1,
    ),
    # At or beyond a limit or a remark. 1.6 million + 0.55 N, and persons in 2021 are
    # 0.55 x 3,170,000 = 1,743,500.
    in_2021(
        "persons_per_transfer=0.55", 1_600_000 + 0.55 * ADDED, f"22,200 {MORE_2021}"
    ),
    # The remark begins below 1.6 million / B = 0.557729.
    in_2021("persons_per_transfer=0.558", 1_600_000 + 0.558 * ADDED),
    increase(
        "persons_per_transfer_drift=1.05",
        "persons_per_transfer_2021 would be 1.05, but must be",
    ),
    Row("transfers_2019", "persons_per_transfer_drift=1.05", BASE),
    # 0.95 x 1.05 = 0.9975
    increase(
        "persons_per_transfer=0.95; persons_per_transfer_drift=1.05",
        3_170_000 * 0.9975 - 0.95 * BASE,
    ),
    # Exactly at the limit, which is allowed.
    increase(
        "persons_per_transfer=0.9; persons_per_transfer_2021=1",
        3_170_000 - 0.9 * BASE,
    ),
    # Persons in 2021 are 951,000, and 1,690,367 - 951,000 = 739,367.
    in_2021(
        "persons_per_transfer=0.3",
        1_600_000 + 0.3 * ADDED,
        f"739,000 {MORE_2021}",
        "persons_per_transfer is set to 0.3, outside the range from 0.36 to 1 that we "
        "try",
    ),
    # 1,600,000 / (2,590,000 x 0.55) = 1.1232
    in_2021(
        "total_2019=transfers; persons_per_transfer=0.55; "
        "at_risk_share_of_new=as_in_2019",
        "at_risk_share_of_new would be 1.12, but must be",
    ),
    increase("persons_per_transfer=0.55", 0.55 * ADDED),
    in_2019(
        "at_risk_2019=southern; labourers_south_2019=2600000",
        "labourers_south_2019 would be 2.6 million, but cannot be more than "
        "labourers_2019, which is "
        "2.59 million",
    ),
    # 2,000,000 - (1,600,000 + 3,011,500 - 2,590,000)
    Row(
        "former_detainees",
        "former_detainees=from_low_end; persons_per_transfer=implied; "
        "persons_per_transfer_2021=0.95",
        "former_detainees would be −21,500, but cannot be below 0",
    ),
    in_2021(
        "persons_per_transfer=implied; persons_per_transfer_2021=0.95",
        1_600_000 + 3_170_000 * 0.95 - 2_590_000,
    ),
    Row("rural_persons", "", 12_000_000 * 3.5, "", (f"30.8 million {CENSUS}",)),
    # Growth of -1 leaves nothing to divide by; what rests on it says so, too.
    Row(
        "transfers_2019",
        "growth_2019_2021=-1",
        "its reading 'from_rate' divides by zero",
    ),
    increase("growth_2019_2021=-1", "its reading 'from_rate' divides by zero"),
    in_2021("growth_2019_2021=-1", "has no finite value: its reading"),
    # Further ones.
    increase(
        "persons_per_transfer=1.01", "cannot be 1.01. It must be between 0.05 and 1"
    ),
    increase("persons_per_transfer=0.36", 0.36 * ADDED),
    increase(
        "persons_per_transfer=0.35",
        0.35 * ADDED,
        remarks=("set to 0.35, outside the range from 0.36 to 1",),
    ),
    in_all(
        "former_detainees=1000000",
        2_600_000 + ADDED,
        "former_detainees is set to 1 million, outside the range from 300,000 to "
        "900,000 that we try",
    ),
    in_all("former_detainees=900000", 2_500_000 + ADDED),
    in_all("former_detainees=400000; overlap=0.25", 1_900_000 + ADDED),
    Row(
        "at_risk_2019",
        "at_risk_2019=2700000",
        2_700_000,
        remarks=("110,000 more than the rural surplus labourers of 2019",),
    ),
    # Persons in 2019 are 0.55 B = 1,577,828: the same difference as in 2021, as all
    # who were added are at risk.
    in_2019("persons_per_transfer=0.55", 1_600_000, f"22,200 {MORE_2019}"),
    # Below 1,743,500; the share is varied from 0.62.
    in_2021(
        "persons_per_transfer=0.55; at_risk_share_of_new=0",
        1_600_000,
        "at_risk_share_of_new is set to 0, outside the range from 0.62 to 1 that we "
        "try",
    ),
    Row(
        "rural_persons", "rural_persons=persons", 12_000_000, "", (f"761,000 {CENSUS}",)
    ),
    in_2021("transfers_2021=3174000; transfers_2019=2860000", 1_600_000 + 314_000),
    # 0.95 x 1.06 = 1.007
    increase(
        "persons_per_transfer=0.95; persons_per_transfer_drift=1.06",
        "persons_per_transfer_2021 would be 1.01, but must be",
    ),
    # 1,600,000 + 0.36 x 3,170,000 - 2,868,778
    in_2021(
        "persons_per_transfer_2021=0.36",
        "at_risk_2021 would be −128,000, but cannot be below 0",
    ),
]


@dataclass(frozen=True)
class Answer:
    value: float | None = None
    side: str = ""
    remarks: tuple[str, ...] = ()
    refusal: str = ""


# Routes: the article's study, a quantity and a setting give an answer -----------------
def _answer(study: Study, quantity: str) -> Answer:
    found = study[quantity]
    return Answer(found.value, found.side, found.remarks)


def _numbers(given: dict[str, str]) -> dict[str, str | float]:
    return {
        name: text if text[0].isalpha() else float(text) for name, text in given.items()
    }


def python(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    return _answer(article.change(**_numbers(given)), quantity)


def one_by_one(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    study = article
    for name, one in _numbers(given).items():
        study = study.change(**{name: one})
    return _answer(study, quantity)


def texts(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    return _answer(article.change(**given), quantity)


def with_units(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    written = _file(article, given)
    setting = article.model.setting(written["values"], with_units=True)
    return _answer(Study(article.model, setting), quantity)


def _command(*words: str) -> tuple[str, str]:
    """The screen of a command, and the sentence with which it refuses."""
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code in (0, 2)
    refusal = done.stderr.removeprefix("error: ").strip() if done.exit_code else ""
    return done.stdout, refusal


def explain(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    settings = [
        word for name, one in given.items() for word in ("--set", f"{name}={one}")
    ]
    screen, refusal = _command("explain", quantity, "--digits", *settings)
    # A line of the screen goes on, set in, on the next.
    screen = screen.replace("\n    ", " ")
    (words,) = re.findall("^result: (.*)$", screen, re.MULTILINE) or [
        f"none. {refusal}"
    ]
    if words.startswith("none. "):
        return Answer(refusal=words.removeprefix("none. "))
    found = re.fullmatch(
        r"(at most |at least |)([-0-9.e+]+).*?(, no bound on either side|)", words
    )
    assert found
    side = found[1].strip() or (found[3] and "no bound")
    remarks = re.findall("^remark: (.*)$", screen, re.MULTILINE)
    return Answer(float(found[2]), side, tuple(remarks))


def _file(article: Study, given: dict[str, str]) -> dict[str, dict[str, str]]:
    """The values, with their units, and the readings, as a file holds them."""
    written = {}
    for name, one in given.items():
        unit = "" if one[0].isalpha() else article.model.suffix(name)
        written[name] = f"{one}{unit}"
    return {"values": written}


MINE = {"name": "mine", "description": "x", "reason": "x"}


def scenario_file(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        # The shipped package tabulates its headline estimates; this one also the
        # other quantities of the table.
        data = shutil.copytree(ROOT / "data", Path(folder) / "data")
        settings(estimates=[*dict.fromkeys(row.quantity for row in ROWS)])(data)
        file = Path(folder) / "mine.yaml"
        file.write_text(yaml.safe_dump({**MINE, **_file(article, given)}))
        words = ("scenarios", str(file), "--json", "--data", str(data))
        screen, refusal = _command(*words)
    if refusal:
        place = f"mine.yaml, field values.{next(iter(given))}: "
        return Answer(refusal=refusal.rpartition(place)[2])
    (found,) = (row for row in json.loads(screen) if row["quantity"] == quantity)
    return Answer(
        found["value"], found["side"], tuple(found["remarks"]), found["reason"]
    )


def one_cell_sweep(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    with tempfile.TemporaryDirectory() as folder:
        file, out, scenario = (
            Path(folder) / name for name in ("swept.yaml", "out.csv", "mine.yaml")
        )
        spec = {"name": "one cell", "quantities": [quantity], **_file(article, given)}
        own = given.get(quantity, "" if given else "1")
        if own and not own[0].isalpha():
            # A quantity that is varied is not an estimate. The setting is therefore a
            # scenario's, and the one cell takes a reading of the article that the
            # scenario does not change.
            scenario.write_text(yaml.safe_dump({**MINE, **_file(article, given)}))
            values = {quantity: article.model.default(quantity)}
            if given:
                # A remark compares the number with this one.
                values = {"labourers_2019": "published"}
            spec |= {"scenario": str(scenario), "values": values}
        spec["values"] = {name: [one] for name, one in spec["values"].items()}
        file.write_text(yaml.safe_dump(spec))
        screen, refusal = _command("sweep", str(file), "--out", str(out))
        if refusal:
            place = f"swept.yaml, field values.{next(iter(given))}: "
            return Answer(refusal=refusal.rpartition(place)[2])
        with out.open(encoding="utf-8", newline="") as lines:
            (row,) = csv.DictReader(lines)
    if not row[quantity]:
        # Why a cell is empty stands in its row; that words alone give an input,
        # on the screen.
        words = re.findall("^1 empty cell: (.*)$", screen, re.MULTILINE)
        assert len(words) == 1
        return Answer(side="not in the file", refusal=row["violates"] or words[0])
    remarks = [
        one.removeprefix(f"{quantity}: ")
        for one in filter(None, row["remarks"].split(" | "))
    ]
    return Answer(float(row[quantity]), "not in the file", tuple(remarks))


#: The notebook that shows a quantity.
SHOWN_IN = {
    "excess_over_plan_2016_2020": "01",
    "transfers_2019": "02",
    "net_new_persons": "02",
    "rural_persons": "06",
    **dict.fromkeys(
        ("at_risk_2019", "at_risk_2021", "at_risk_total", "former_detainees"), "04"
    ),
}


def run(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    """As ``analysis run`` would, which checks before the kernel reads them again."""
    notebook = find(SHOWN_IN[quantity])
    asked_for = prepare_job(
        notebook, [f"{name}={one}" for name, one in given.items()], article.model
    )
    study = article.from_notebook({**notebook.parameters, **asked_for.parameters})
    assert study.setting == asked_for.setting
    return _answer(study, quantity)


def parameters(article: Study, quantity: str, given: dict[str, str]) -> Answer:
    """As a kernel reads them when papermill alone has put them in, the others as the
    notebook has them.
    """
    together = {**find(SHOWN_IN[quantity]).parameters, **_numbers(given)}
    return _answer(article.from_notebook(together), quantity)


# A further way to ask is one more function here.
ROUTES = [
    python,
    one_by_one,
    texts,
    with_units,
    explain,
    scenario_file,
    one_cell_sweep,
    run,
    parameters,
]


def asked(route, article: Study, row: Row) -> Answer:
    try:
        return route(article, row.quantity, row.given)
    except ModelError as error:
        return Answer(refusal=str(error))


def agrees(found: Answer, row: Row) -> None:
    """An answer is the row's."""
    if isinstance(row.answer, str):
        assert row.answer in found.refusal
    else:
        assert found.value == pytest.approx(row.answer, rel=1e-9)
    assert found.side in (row.side, "not in the file")
    assert len(found.remarks) == len(row.remarks)
    assert all(
        part in remark for part, remark in zip(row.remarks, found.remarks, strict=True)
    )


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.__name__)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_one_setting_has_one_answer_by_every_route(article, row, route):
    found, first = asked(route, article, row), asked(python, article, row)
    if found.refusal.endswith("under these readings. Leave it out."):
        # A command refuses what would change nothing.
        assert first == asked(python, article, row._replace(setting=""))
        return
    agrees(found, row)
    assert (found.remarks, found.refusal) == (first.remarks, first.refusal)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_worked_step_has_the_remarks_and_the_refusal(article, row):
    first = asked(python, article, row)
    try:
        study = article.change(**_numbers(row.given))
    except ModelError:
        return
    step = " ".join(str(study.steps(row.quantity, depth=0)).split())
    assert ("= no value" in step) == (first.value is None)
    assert all(f"remark: {remark}" in step for remark in first.remarks)
    assert first.refusal in step or "only in words" in first.refusal


def papermill(
    notebook: Path, folder: Path, given: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    words = [
        sys.executable,
        "-m",
        "papermill",
        str(notebook),
        str(folder / "out.ipynb"),
        "--no-progress-bar",
    ]
    words += [word for name, one in given.items() for word in ("-p", name, one)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


#: A last cell that asks a notebook's study for one quantity.
ASKED = """
import json
try:
    one = study[{quantity!r}]
    found = [one.value, one.side, one.remarks, ""]
except ValueError as error:
    found = [None, "", [], str(error)]
print(json.dumps(found))
"""


def by_papermill(row: Row, folder: Path) -> tuple[Answer, str]:
    """The answer of a notebook run by papermill alone, and its page on one line."""
    book = nbformat.read(find(SHOWN_IN[row.quantity]).path, 4)
    book.cells.append(nbformat.v4.new_code_cell(ASKED.format(quantity=row.quantity)))
    nbformat.write(book, folder / "in.ipynb")
    done = papermill(folder / "in.ipynb", folder, row.given)
    if done.returncode:
        said = re.findall("^InputError: (.*)$", done.stderr, re.MULTILINE)
        return Answer(refusal=said[-1]), done.stderr
    outputs = [
        one
        for cell in nbformat.read(folder / "out.ipynb", 4).cells
        for one in cell.get("outputs", [])
    ]
    value, side, remarks, refusal = json.loads(outputs[-1]["text"])
    page = [one.get("data", {}).get("text/plain", "") for one in outputs]
    answer = Answer(value, side, tuple(remarks), refusal)
    return answer, " ".join(" ".join(page).split())


# A number and a reading; all of the rows in tests/long.
@pytest.mark.parametrize(
    "row",
    [
        row
        for row in ROWS
        if row[:2]
        in (
            ("net_new_persons", "persons_per_transfer_drift=1.05"),
            ("at_risk_2021", "at_risk_2019=composition"),
        )
    ],
    ids=str,
)
def test_papermills_own_command_line_gives_the_same(article, row, tmp_path):
    found, page = by_papermill(row, tmp_path)
    agrees(found, row)
    first = asked(python, article, row)
    assert (found.remarks, found.refusal) == (first.remarks, first.refusal)
    # The page itself shows the quantity, and the setting.
    assert first.refusal in page
    assert first.refusal or "Differs from the article in: " in page
    assert all(f"remark: {remark}" in page for remark in first.remarks)


@pytest.mark.parametrize(
    ("notebook", "name", "said"),
    [
        (
            "04",
            "persons_per_transfr",
            "is not a quantity. Did you mean 'persons_per_transfer'?",
        ),
        (
            "08",
            "quantty",
            "is not a parameter of the notebook. Did you mean 'quantity'?",
        ),
    ],
)
def test_a_mistyped_parameter_fails_a_notebook_under_papermills_own_command_line(
    notebook, name, said, tmp_path
):
    done = papermill(find(notebook).path, tmp_path, {name: "0.5"})
    assert done.returncode != 0
    assert done.stderr.rstrip().endswith(f"InputError: '{name}' {said}")
