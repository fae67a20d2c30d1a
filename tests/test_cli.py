"""The command line: what it prints, its exit status, and that bad input gets one sentence and changes nothing."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from rich.console import Console
from typer.testing import CliRunner

import analysis
from analysis.cli import app
from analysis.core.model import Model
from analysis.core.register import Register
from analysis.core.verdicts import judge_all
from analysis.output.codebook import columns
from analysis.output.results import CAVEAT
from analysis.output.terminal import print_outcomes
from tests.made_up import made_up, rendered
from tests.spoiling import Change, added, all_of, at, cells, raw, removed, settings, text, without

ROOT = Path(__file__).resolve().parent.parent
CLAIMS, CHECKS, READINGS, ASSUMPTIONS = "claims.csv", "checks.csv", "readings.csv", "assumptions.yaml"


class Result:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def flat(self) -> str:
        """What was printed, with the folds of a table taken out."""
        return " ".join(self.out.split())


def run(*arguments: object) -> Result:
    """One command in this process; the environment is as it was afterwards."""
    done = CliRunner(env={"ANALYSIS_DATA": None}).invoke(app, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Result(done.exit_code, done.stdout, done.stderr)


def command(*arguments: object, cwd: Path = ROOT, program: list[str] | None = None, **variables: str) -> Result:
    """One command as a process of its own."""
    done = subprocess.run(
        [*(program or [sys.executable, "-m", "analysis"]), *map(str, arguments)],
        cwd=cwd,
        env={name: value for name, value in {**os.environ, **variables}.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def refused(result: Result, *words: str) -> None:
    """Exit status 2, one sentence, no traceback."""
    assert result.status == 2
    assert result.out == ""
    assert len(result.err.splitlines()) == 1
    assert result.err.startswith("error: ")
    assert "Traceback" not in result.err
    for word in words:
        assert word in result.err


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def records(source: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(source, newline="")))


@pytest.fixture
def moved_package(package: Path) -> Path:
    """A copy whose printed growth is 10.6 percent in the place of 10.5."""
    cells(CLAIMS, "growth_rate_2019_2021", printed="10.6")(package)
    return package


def notebook(folder: Path, name: str, *sources: str, checks: list[str] | None = None) -> Path:
    """A notebook of a parameters cell and further code cells."""
    folder.mkdir(exist_ok=True)
    book = nbformat.v4.new_notebook()
    book.metadata["analysis"] = {"checks": checks or ["added_whole"], "claims": []}
    book.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    book.cells[0].metadata["tags"] = ["parameters"]
    path = folder / f"{name}.ipynb"
    nbformat.write(book, path)
    return path


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("run", "--help"), ("list",), ("verify", "--csv")])
def test_a_full_disk_under_what_is_printed_is_one_sentence(arguments: tuple[str, ...], unbuffered: str) -> None:
    command = [sys.executable, "-m", "analysis", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert done.stderr == "error: the output can't be written (No space left on device)\n"


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("--version",), ("list",)])
def test_a_reader_who_leaves_is_told_nothing(arguments: tuple[str, ...], unbuffered: str) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "analysis", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("explain", "excess_over_goal", "--set", "planned_transfers_2016_2020=1e-300"),
        ("scenarios", "tiny.yaml"),
        ("sensitivity", "excess_over_plan_2016_2020", "--scenario", "tiny.yaml"),
        ("break-even", "excess_over_plan_2016_2020 >= 0.3", "--scenario", "tiny.yaml"),
    ],
)
def test_a_value_beyond_all_measure_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    # 2.87 million over 1e-300 is 2.87e306, and 2.87e308 in percent, more than a double holds.
    monkeypatch.chdir(tmp_path)
    text = "name: tiny\ndescription: d\nreason: r\nvalues:\n  planned_transfers_2016_2020: 1.0e-300 transfer\n"
    Path("tiny.yaml").write_text(text, encoding="utf-8")
    result = run(*arguments)
    assert (result.status, result.err) == (0, "")
    # As a share: 2.87 million over 1e-300, less one.
    assert "2.9e+306" in result.flat
    assert not re.search(r"\d{20}", result.out)


# verify and accept ----------------------------------------------------------------------------------------------------


def test_verify_prints_every_check_the_caveat_and_one_line_of_counts(model: Model) -> None:
    result = run("verify")
    assert (result.status, result.err) == (0, "")
    assert re.search(r"^ ?check +published +recomputed +bounds +kind +verdict +rests on +power", result.out, re.M)
    assert result.out.splitlines()[-1].startswith(
        f"{len(model.register.claims)} claims, {len(model.register.checks)} checks: "
    )
    assert CAVEAT in result.flat
    assert result.flat.count("fitted at") == sum(bool(r.solve) for r in model.register.checks.values())
    assert max(map(len, result.out.splitlines())) <= 150


def test_verify_as_csv() -> None:
    result = run("verify", "--csv")
    rows = {row["id"]: row for row in records(result.out)}
    assert (result.status, result.err) == (0, "")
    assert rows["base_2019_from_difference"]["recomputed"] == "2870000"  # 3.17 million less 300,000
    assert rows["base_2019_from_difference"]["notebook"] == "02_growth_since_2019"
    assert rows["added_whole"]["verdict"] == "reproduced"


def test_verify_as_json() -> None:
    result = run("verify", "--json")
    rows = {row["id"]: row for row in json.loads(result.out)}
    assert (result.status, result.err) == (0, "")
    assert rows["base_2019_from_difference"]["recomputed"] == 2_870_000
    assert rows["base_2019_from_difference"]["published"] is None
    assert rows["excess_over_goal"]["published_high"] is None
    assert rows["excess_over_goal"]["published"] == 0.3
    assert rows["excess_over_goal"]["readings"] == ""
    assert list(rows) == [row["id"] for row in records(run("verify", "--csv").out)]


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_verify_says_what_moved_and_from_what_to_what(moved_package: Path, form: list[str]) -> None:
    result = run("verify", *form, "--data", moved_package)
    assert result.status == 1
    assert "moved: claims, growth_rate_2019_2021: published moved from 0.105 to 0.106" in result.err.splitlines()
    # 3.17 million / 1.105 and / 1.106
    assert (
        "moved: checks, base_2019_from_growth: recomputed moved from 2868778.281 to 2866184.448"
        in result.err.splitlines()
    )
    lines = [line for line in result.err.splitlines() if not line.startswith("by hand: ")]
    number = re.match(r"(\d+) values differ from .*expected\.csv\.$", lines[-1])
    assert number is not None
    assert int(number[1]) == len(lines) - 1
    # 3.17 million over 1.106, against the same over 1.105 as the finding has it.
    two = "by hand: two_values_of_2019: base of 2019 that the growth implies comes to 2866184.448, not to 2868778 in "
    assert any(line.startswith(two) for line in result.err.splitlines())
    assert result.out


def test_verify_names_a_row_that_is_gone_and_one_that_is_new(package: Path) -> None:
    without(CHECKS, "total_at_values")(package)
    text("expected.csv", "claims,plan_2016_2020,unit,transfer\n", "")(package)
    result = run("verify", "--data", package)
    assert result.status == 1
    assert re.search(r"moved: checks, total_at_values: recomputed is gone, was 2251221\.719", result.err)
    assert "moved: claims, plan_2016_2020: unit is new, transfer" in result.err


def test_accept_shows_the_difference_and_then_writes_it(moved_package: Path) -> None:
    expected = moved_package / "expected.csv"
    before = records(expected.read_text(encoding="utf-8"))
    result = run("accept", "--data", moved_package)
    assert result.status == 0
    lines = result.out.splitlines()
    assert "claims, growth_rate_2019_2021: published moved from 0.105 to 0.106" in lines
    assert re.match(rf"{len(lines) - 1} of \d+ values accepted anew in .*expected\.csv\.$", lines[-1])
    after = records(expected.read_text(encoding="utf-8"))
    assert len([row for row in after if row not in before]) == len(lines) - 1
    # What is left is the arithmetic that the findings give by hand, which no command rewrites.
    left = run("verify", "--data", moved_package)
    assert (left.status, {line.split(":")[0] for line in left.err.splitlines()}) == (1, {"by hand"})


def test_accept_writes_nothing_when_nothing_moved(package: Path) -> None:
    expected = package / "expected.csv"
    os.utime(expected, (1, 1))
    before = content(package)
    result = run("accept", "--data", package)
    assert result.status == 0
    assert result.out.startswith("0 of ")
    assert content(package) == before
    assert expected.stat().st_mtime == 1


def test_accept_writes_the_file_where_there_is_none(package: Path) -> None:
    committed = (package / "expected.csv").read_bytes()
    removed("expected.csv")(package)
    refused(run("verify", "--data", package), "expected.csv", "is missing", "analysis accept")
    result = run("accept", "--data", package)
    assert result.status == 0
    assert "claims, plan_2016_2020: published is new, 2200000" in result.out
    assert (package / "expected.csv").read_bytes() == committed


def test_accept_is_refused_on_a_package_that_is_refused(package: Path) -> None:
    cells(CLAIMS, "growth_rate_2019_2021", printed="ten")(package)
    before = content(package)
    refused(run("accept", "--data", package), "claims.csv", at(CLAIMS, "growth_rate_2019_2021"), "printed")
    assert content(package) == before


def test_accept_says_when_the_file_cannot_be_written(package: Path) -> None:
    removed("expected.csv")(package)
    (package / "expected.csv").mkdir()
    result = run("accept", "--data", package)
    # The difference comes first, on the other stream.
    assert "expected.csv" in result.err
    assert "accepted anew" not in result.out
    refused(Result(result.status, "", result.err))


# list and explain -----------------------------------------------------------------------------------------------------


def test_list_gives_one_line_each(model: Model) -> None:
    register = model.register
    kinds = {
        "claims": ("claim", list(register.claims)),
        "checks": ("check", list(register.checks)),
        "quantities": ("quantity", model.quantities),
        "readings": (
            "reading",
            [f"{q}={r}" for q in model.quantities if len(model.readings(q)) > 1 for r in model.readings(q)],
        ),
        "assumptions": ("assumption", list(register.assumptions)),
        "findings": ("finding", list(register.findings)),
        "external": ("external figure", list(register.external)),
        "statements": ("statement", list(register.statements)),
        "scenarios": ("scenario", list(register.scenarios)),
        "columns": ("column", [f"{one.file} {one.name}" for one in columns(register)]),
    }
    everything = []
    for kind, (one, known) in kinds.items():
        lines = run("list", kind).out.splitlines()
        assert [line.split("  ")[:2] for line in lines] == [[one, id] for id in known]
        everything += lines
    assert run("list").out.splitlines() == everything


def test_list_says_what_a_reader_needs() -> None:
    claims = run("list", "claims").out
    assert "net_increase_note_4  about 300,000 persons: Persons added" in claims
    assert "note 4" in claims
    readings = run("list", "readings").out
    assert "transfers_2019=from_rate" in readings
    assert "(chosen, reconstruction)" in readings
    assert readings.count("transfers_2019=") == 3
    assert re.search(r"transfers_2019=from_rate .*the default$", readings, re.M)
    assert "overlap  0 dimensionless, varied 0 to 0.5, implied" in run("list", "assumptions").out


def test_list_refuses_an_unknown_kind() -> None:
    refused(run("list", "clams"), "'clams'", "did you mean 'claims'")


def test_explain_a_claim() -> None:
    result = run("explain", "growth_rate_2019_2021")
    assert result.status == 0
    # 10.5 percent stands for 10.45 to 10.55 percent.
    for words in (
        "printed: 10.5 percent",
        "stands for 0.1045 to 0.1055; asserts 0.1045 to 0.1055",
        "section scale, paragraph 2",
        "role: given, a value of growth_2019_2021",
        "checked by growth_from_difference",
        "base_2019_from_growth",
    ):
        assert words in result.out
    assert result.out.splitlines()[-1] == CAVEAT
    assert "differs from the article" not in result.out


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        ("plan_2016_2020", ["stands for 2,200,000 alone; asserts 2,200,000 alone", "source cited: none; about: 13th"]),
        ("plan_2016_2020_floor", ["asserts 2,200,000 and more"]),
        ("excess_2016_2020", ["stands for 0.295 to 0.305; asserts more than 0.3"]),
        ("at_risk_2019_up_to", ["stands for 1,550,000 to 1,650,000; asserts 0 to 1,600,000", "ethnic citizens"]),
        ("at_risk_2021_approaches", ["asserts 1,800,000 to below 2,000,000"]),
        (
            "at_risk_total_range",
            ["low end stands for 1,950,000 to 2,050,000", "high end stands for 2,450,000 to 2,550,000"],
        ),
        ("detainees_several", ["in words only", "floor 300,000, 200,000 at its loosest", "ceiling none"]),
    ],
)
def test_explain_says_what_a_print_stands_for_and_asserts(claim: str, words: list[str]) -> None:
    result = run("explain", claim)
    assert result.status == 0
    for word in words:
        assert word in result.out


def test_explain_a_check_down_to_its_rows() -> None:
    result = run("explain", "added_whole")
    assert result.status == 0
    for words in (
        "added_whole  check: All who were added are at risk",
        "at_risk_2021 = 1.9 million person",
        "Persons at risk in 2019 plus the net increase in persons times the share of those at risk.",
        "printed: up to 1.6 million ethnic citizens",
        "printed: 3.17 million",
        "printed: 10.5 percent",
        "assumption, stated: varied 0.7 to 1",
        "against at_risk_2021_approaches",
        "result: 1.9 million person, 1.84 million to 1.96 million by rounding of the printed digits, kind ceiling",
        "verdict: reproduced",
        "rests on: implied",
        "the verdict stays for: at_risk_share_of_new 0.66",
        # 1 - 1.9012217/2
        "0.049 of the printed number",
        "power: 0.84 within a half of the printed number, 0.20 within a tenth",
    ):
        assert words in result.out


def test_explain_a_weak_pass_and_a_fit() -> None:
    assert "power: 0.48 within a half of the printed number, weak" in run("explain", "excess_over_goal").out
    assert "fitted at persons_per_transfer = 0.9028" in run("explain", "ratio_fitted").out
    assert "its low end" in run("explain", "low_end_several_three").out


def test_explain_a_quantity_in_full_digits() -> None:
    result = run("explain", "transfers_2019", "--digits")
    # 3.17 million over 1.105; 3.165/1.1055 and 3.175/1.1045
    assert "result: 2868778.281 transfer, 2862957.938 to 2874603.893 by rounding" in result.out
    assert "base_2019_from_growth" in result.out


def test_explain_under_another_value_and_reading() -> None:
    result = run(
        "explain",
        "at_risk_2021",
        "--set",
        "persons_per_transfer=0.5",
        "--reading",
        "at_risk_2019=southern",
        "--digits",
    )
    assert result.status == 0
    # 1.65 million x 0.95 + 0.5 x 3.17 million x 0.105/1.105 = 1,567,500 + 150,610.86
    assert "result: 1718110.86" in result.out
    assert "0.5 person/transfer, given by you" in result.out
    line = result.out.splitlines()[-2]
    assert line.startswith("differs from the article in: ")
    assert "persons_per_transfer = 0.5 person/transfer in the place of 1" in line
    assert "(southern, a reconstruction)" in line


def test_explain_takes_a_unit() -> None:
    # 1,901,221.72 + 0.25 million
    result = run("explain", "at_risk_total", "--set", "former_detainees=0.25 million person", "--digits")
    assert "result: 2151221.71" in result.out
    same = run("explain", "growth_2019_2021", "--set", "growth_2019_2021=20 percent", "--digits")
    assert "result: 0.2, 0.2 to 0.2" in same.out


def test_explain_a_check_that_cannot_be_computed_under_a_setting() -> None:
    result = run("explain", "total_2021_printed_twice", "--reading", "transfers_2021=total_2021_february")
    assert result.status == 0
    assert "result: none, circular under this setting" in result.out


def test_explain_a_claim_that_one_of_many_checks_turns_circular_on() -> None:
    result = run("explain", "total_2021_tianshan", "--reading", "net_new_transfers=from_base")
    assert result.status == 0
    assert "increase_from_growth" in result.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["aded_whole"], ["'aded_whole'", "did you mean 'added_whole'"]),
        (["at_risk_2021", "--set", "overlapp=0.1"], ["'overlapp'", "'overlap'"]),
        (["at_risk_2021", "--set", "overlap"], ["'overlap' is not of the form quantity=value"]),
        (["at_risk_2021", "--set", "overlap=0.1"], ["overlap is unused"]),
        (["at_risk_2021", "--set", "persons_per_transfer=much"], ["persons_per_transfer", "'much' is not a number"]),
        (["at_risk_2021", "--set", "persons_per_transfer=nan"], ["not a finite number"]),
        (["at_risk_2021", "--set", "persons_per_transfer=1.5"], ["outside 0.05 to 1"]),
        (["at_risk_2021", "--set", "at_risk_2019=1 transfer"], ["at_risk_2019", "transfer, not in person"]),
        (
            ["at_risk_2021", "--set", "persons_per_transfer=0.5", "--set", "persons_per_transfer=0.6"],
            ["persons_per_transfer is given twice"],
        ),
        (["at_risk_2021", "--reading", "at_risk_2019=southen"], ["'southen'", "'southern'"]),
        (["at_risk_2021", "--reading", "at_risk_2019"], ["not of the form quantity=reading"]),
        (
            ["at_risk_2021", "--reading", "at_risk_2019=southern", "--reading", "at_risk_2019=composition"],
            ["at_risk_2019 is given twice"],
        ),
        (["added_whole_ratio_implied", "--set", "persons_per_transfer=0.9"], ["persons_per_transfer is unused"]),
        (["excess_over_goal", "--reading", "at_risk_2019=southern"], ["at_risk_2019 is unused"]),
        (["plan_2016_2020", "--set", "overlap=0.1"], ["overlap is unused"]),
        (
            ["at_risk_2021", "--reading", "persons_per_transfer=implied", "--reading", "total_2019=transfers"],
            ["circle", "persons_per_transfer", "total_2019"],
        ),
    ],
)
def test_explain_refuses_in_one_sentence(arguments: list[str], words: list[str]) -> None:
    refused(run("explain", *arguments), *words)


# Bad input ------------------------------------------------------------------------------------------------------------


TABLES = ("claims.csv", "checks.csv", "readings.csv", "sections.csv", "sources.csv")
FILES = (*TABLES, "assumptions.yaml", "datapackage.json")
BAD: dict[str, tuple[Change, list[str]]] = {
    **{f"missing {file}": (removed(file), [file, "missing"]) for file in FILES},
    **{f"empty {file}": (raw(file, lambda data: b""), [file, "empty"]) for file in FILES},
    **{f"not UTF-8 {file}": (raw(file, lambda data: data + b"\xff\n"), [file, "not UTF-8"]) for file in FILES},
    "no rows": (raw(CLAIMS, lambda data: data.splitlines(keepends=True)[0]), [CLAIMS, "no rows"]),
    "claim twice": (
        cells(CLAIMS, "plan_2016_2020", id="plan_2016_2020_floor"),
        [CLAIMS, at(CLAIMS, "plan_2016_2020").split(" (")[0], "id", "twice"],
    ),
    "check twice": (
        cells(CHECKS, "excess_over_goal", id="goal_meets_floor"),
        [CHECKS, at(CHECKS, "excess_over_goal").split(" (")[0], "twice"],
    ),
    "assumption twice": (text(ASSUMPTIONS, "id: overlap", "id: former_detainees"), [ASSUMPTIONS, "twice"]),
    "unit": (
        cells(CLAIMS, "mean_2016_2020", unit="transfr"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "unit", "'transfer'"],
    ),
    "qualifier": (
        cells(CLAIMS, "mean_2016_2020", qualifier="abot"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "qualifier"],
    ),
    "source": (cells(CLAIMS, "excess_2021", source="nobody"), [CLAIMS, at(CLAIMS, "excess_2021"), "source", "nobody"]),
    "section": (
        cells(CLAIMS, "excess_2021", section="scal"),
        [CLAIMS, at(CLAIMS, "excess_2021"), "section", "'scale'"],
    ),
    "quantity": (cells(CHECKS, "added_whole", quantity="at_risk_2091"), [CHECKS, "at_risk_2091"]),
    "quantity of a reading": (
        added(
            READINGS,
            quantity="at_risk_2091",
            reading="southern",
            label="x",
            grade="chosen",
            default="false",
            reconstruction="false",
        ),
        [READINGS, "(at_risk_2091", "quantity", "at_risk_2091", "'at_risk_2021'"],
    ),
    "reading": (
        cells(CHECKS, "southern_at_values", readings="at_risk_2019=southen"),
        [CHECKS, at(CHECKS, "southern_at_values"), "readings", "'southern'"],
    ),
    "digits": (
        cells(CLAIMS, "mean_2016_2020", printed="2,87"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "printed", "'2,87'"],
    ),
    "no rounding unit": (
        cells(CLAIMS, "increase_2019_2021", rounding_unit=""),
        [CLAIMS, at(CLAIMS, "increase_2019_2021"), "rounding_unit", "300000"],
    ),
    "low above high": (
        cells(CLAIMS, "at_risk_total_range", printed="3"),
        [CLAIMS, at(CLAIMS, "at_risk_total_range"), "printed_high"],
    ),
    "assumption low above high": (
        text(ASSUMPTIONS, "low: 0.95\n", "low: 1.06\n"),
        [ASSUMPTIONS, "persons_per_transfer_drift", "low", "lies above"],
    ),
    "nothing supplies it": (
        all_of(
            cells(CLAIMS, "mean_2016_2020", quantity="transfers_2016_2019"),
            cells(CHECKS, "base_2019_as_mean", claim=""),
        ),
        ["transfers_2016_2020"],
    ),
    "circular": (
        cells(CHECKS, "total_2021_printed_twice", readings="transfers_2021=total_2021_february"),
        [CHECKS, at(CHECKS, "total_2021_printed_twice"), "circular", "total_2021_february"],
    ),
    "unit of a formula": (
        cells(CLAIMS, "excess_2016_2020", unit="transfer"),
        ["excess_over_plan_2016_2020", "gives dimensionless", "is in transfer"],
    ),
    "unlike units in a formula": (
        cells(CLAIMS, "net_increase_note_4", unit="transfer"),
        ["unlike units", "person", "transfer"],
    ),
    "spreadsheet formula": (
        cells(CLAIMS, "mean_2016_2020", note='=HYPERLINK("a")'),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "note", "spreadsheet formula"],
    ),
    "formulas": (settings(formulas="no_such_module_of_formulas"), ["datapackage.json", "analysis.formulas"]),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_one_sentence_and_leaves_the_results(package: Path, tmp_path: Path, what: str) -> None:
    spoil, words = BAD[what]
    spoil(package)
    results = tmp_path / "results"
    results.mkdir()
    (results / "checks.csv").write_text("of the former run", encoding="utf-8")
    before = content(tmp_path)
    refused(run("verify", "--data", package), *words)
    refused(run("reproduce", "--data", package, "--out", results), *words)
    assert content(tmp_path) == before


@pytest.mark.parametrize("arguments", [["list"], ["explain", "added_whole"], ["run", "04"], ["accept"]])
def test_every_command_refuses_a_bad_package(package: Path, tmp_path: Path, arguments: list[str]) -> None:
    cells(CLAIMS, "mean_2016_2020", unit="transfr")(package)
    before = content(tmp_path)
    more = ["--out", str(tmp_path / "out")] if arguments[0] == "run" else []
    refused(run(*arguments, *more, "--data", package), CLAIMS, at(CLAIMS, "mean_2016_2020"), "unit")
    assert content(tmp_path) == before


def test_a_package_that_is_not_there(tmp_path: Path) -> None:
    refused(run("verify", "--data", tmp_path / "nowhere"), "datapackage.json", "missing")


def test_bad_input_has_no_traceback_in_a_process_of_its_own(package: Path) -> None:
    cells(CLAIMS, "mean_2016_2020", printed="2,87")(package)
    refused(command("verify", "--data", package), f"claims.csv, {at(CLAIMS, 'mean_2016_2020')}, field printed: ")
    refused(
        command("verify", ANALYSIS_DATA=str(package)), f"claims.csv, {at(CLAIMS, 'mean_2016_2020')}, field printed: "
    )


def test_sentences_name_files_as_the_user_sees_them(package: Path) -> None:
    cells(CLAIMS, "mean_2016_2020", printed="2,87")(package)
    result = command("verify", "--data", "data", cwd=package.parent, PYTHONPATH=str(ROOT))
    refused(result)
    assert result.err.startswith(f"error: data/claims.csv, {at(CLAIMS, 'mean_2016_2020')}")


def test_a_wrong_option_is_refused() -> None:
    result = run("verify", "--jsn")
    assert result.status == 2
    assert "--json" in result.err


# The program ----------------------------------------------------------------------------------------------------------


def test_the_console_script_and_the_module_are_one() -> None:
    script = [str(Path(sys.executable).parent / "analysis")]
    assert command("--version", program=script).out == command("--version").out == f"{analysis.__version__}\n"
    assert command("list", "assumptions", program=script).out == run("list", "assumptions").out


def test_help_names_every_command() -> None:
    result = command("--help")
    assert result.status == 0
    for name in ("reproduce", "verify", "accept", "list", "explain", "run"):
        assert re.search(rf"\b{name}\b", result.out)


def test_a_process_says_what_moved(moved_package: Path) -> None:
    result = command("verify", ANALYSIS_DATA=str(moved_package))
    assert result.status == 1
    assert "moved: claims, growth_rate_2019_2021" in result.err


def test_the_data_flag_comes_before_the_environment(moved_package: Path) -> None:
    result = command("verify", "--data", ROOT / "data", ANALYSIS_DATA=str(moved_package))
    assert (result.status, result.err) == (0, "")


# run ------------------------------------------------------------------------------------------------------------------


def test_run_writes_the_notebook_and_says_what_differs(tmp_path: Path) -> None:
    result = run(
        "run", "03", "-p", "at_risk_2019__reading=southern", "-p", "minority_share_south=0.9", "--out", tmp_path
    )
    assert (result.status, result.err) == (0, "")
    names = {"03_at_risk_2019.ipynb", "03_at_risk_2019-ro-crate-metadata.json"}
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"} == names
    lines = result.out.splitlines()
    assert lines[-2].startswith("differs from the article in: ")
    assert "minority_share_south = 0.9" in lines[-2]
    assert lines[-1].endswith("03_at_risk_2019.ipynb is written.")
    written = nbformat.read(tmp_path / "03_at_risk_2019.ipynb", as_version=4)
    outputs = "".join(output.get("text", "") for cell in written.cells for output in cell.get("outputs", []))
    assert lines[-2] in outputs
    # 1.65 million x 0.9 = 1.485 million
    assert "1.48 million" in result.out or "1.49 million" in result.out


def test_run_with_nothing_changed_says_so(tmp_path: Path) -> None:
    notebook(tmp_path / "books", "one", "persons_per_transfer = 1.0", "print(persons_per_transfer)")
    result = run("run", "one", "--notebooks", tmp_path / "books", "--out", tmp_path / "out")
    assert result.status == 0
    assert "as in the article" in result.out.splitlines()


def test_run_says_with_what_a_notebook_without_checks_was_run(tmp_path: Path) -> None:
    path = notebook(tmp_path / "books", "one", "quantity = 'overlap'\nseed = 0", "print(quantity, seed)")
    book = nbformat.read(path, as_version=4)
    book.metadata["analysis"] = {"checks": []}
    nbformat.write(book, path)
    result = run("run", "one", "--notebooks", tmp_path / "books", "-p", "seed=3", "--out", tmp_path / "out")
    assert (result.status, result.err) == (0, "")
    first, last = result.out.splitlines()
    assert first == "run with quantity = overlap, seed = 3"
    assert last.endswith("one.ipynb is written.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["19"], ["'19' is no notebook"]),
        (["08", "-p", "quantity=at_risk_2012"], ["'at_risk_2012' is no quantity", "'at_risk_2021'"]),
        (["08", "-p", "scenario=southen"], ["'southen' is no scenario and no file", "'southern'"]),
        (["08", "-p", "draws=1000"], ["1,000 draws are no power of two"]),
        (["03", "-p", "minority_share_sout=0.9"], ["'minority_share_sout'", "'minority_share_south'"]),
        (["03", "-p", "minority_share_south=high"], ["minority_share_south", "'high' is not a number"]),
        (["03", "-p", "minority_share_south=inf"], ["minority_share_south", "not a finite number"]),
        (["03", "-p", "minority_share_south=1.5"], ["minority_share_south", "0 to 1"]),
        (["03", "-p", "minority_share_south"], ["not of the form name=value"]),
        (["03", "-p", "at_risk_2019__reading=southen"], ["'southen'", "'southern'"]),
        (["03", "-p", "south_2019__reading=transfers"], ["one choice", "total_2019__reading"]),
        (["03", "-p", "minority_share_south=0.9", "-p", "at_risk_2019__reading=no"], ["'no'"]),
    ],
)
def test_run_refuses_before_anything_is_written(tmp_path: Path, arguments: list[str], words: list[str]) -> None:
    refused(run("run", *arguments, "--out", tmp_path / "out"), *words)
    assert list(tmp_path.iterdir()) == []


#: Checks on which an overlap has an effect.
BOTH = ["low_end_several_three"]


def written(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(output.get("text", "") for cell in cells for output in cell.get("outputs", []))


def test_run_gives_each_scenario_a_notebook_of_its_own(tmp_path: Path) -> None:
    parameters = "overlap = 0.0\nat_risk_2019__reading = 'published'"
    notebook(tmp_path / "books", "one", parameters, "print(overlap, at_risk_2019__reading)", checks=BOTH)
    (tmp_path / "mine.yaml").write_text(
        "name: mine\ndescription: A quarter.\nreason: Mine.\nvalues:\n  overlap: 0.25\n", encoding="utf-8"
    )
    named = ("article", "half_overlap", "composition", tmp_path / "mine.yaml")
    given = [word for name in named for word in ("--scenario", name)]
    result = run("run", "one", *given, "--notebooks", tmp_path / "books", "--out", tmp_path / "out")
    assert (result.status, result.err) == (0, "")
    seen = {path.stem: written(path).strip() for path in (tmp_path / "out").glob("*.ipynb")}
    assert seen == {
        "one-article": "0.0 published",
        "one-half_overlap": "0.5 published",
        "one-composition": "0.0 composition",
        "one-mine": "0.25 published",
    }
    lines = result.out.splitlines()
    assert lines[0].endswith("one-article.ipynb is written: as in the article")
    assert lines[1].endswith(
        "one-half_overlap.ipynb is written: differs from the article in: overlap = 0.5 in the place of 0"
    )
    described = json.loads((tmp_path / "out" / "one-mine-ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert "overlap = 0.25" in json.dumps(described)


def test_run_puts_parameters_over_each_scenario_and_hands_a_scenario_on_to_a_notebook_that_takes_one(
    tmp_path: Path,
) -> None:
    notebook(
        tmp_path / "books", "one", "overlap = 0.0\nat_risk_2019 = 1.6e6", "print(overlap, at_risk_2019)", checks=BOTH
    )
    notebook(tmp_path / "books", "two", "scenario = 'article'", "print(scenario)")
    more = ("--notebooks", tmp_path / "books", "--out", tmp_path / "out")
    assert run("run", "one", "--scenario", "half_overlap", "-p", "at_risk_2019=1.5e6", *more).status == 0
    assert written(tmp_path / "out" / "one-half_overlap.ipynb") == "0.5 1500000.0\n"
    assert run("run", "two", "--scenario", "illustrative", *more).status == 0
    assert written(tmp_path / "out" / "two-illustrative.ipynb") == "illustrative\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scenario", "southen"], ["'southen' is no scenario and no file", "'southern'"]),
        (["--scenario", "illustrative"], ["the scenario illustrative: it is more than values and readings"]),
        (["--scenario", "all_low"], ["the scenario all_low: it is more than values and readings"]),
        (["--scenario", "sourced_only"], ["the scenario sourced_only: it is more than values and readings"]),
        (["--scenario", "article", "--scenario", "article"], ["the scenario article is given twice"]),
        (
            ["--scenario", "ratio_rises"],
            ["the scenario ratio_rises: 'persons_per_transfer_drift__reading' is no parameter"],
        ),
        (["--scenario", "half_overlap", "-p", "overlap=0.1"], ["the scenario half_overlap: overlap is given twice"]),
    ],
)
def test_run_refuses_a_scenario_before_anything_is_written(
    tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    refused(run("run", "04", *arguments, "--out", tmp_path / "out"), *words)
    assert list(tmp_path.iterdir()) == []


def test_of_several_scenarios_one_that_fails_leaves_the_others(tmp_path: Path) -> None:
    notebook(tmp_path / "books", "one", "overlap = 0.0", "print(1 / (0.5 - overlap))", checks=BOTH)
    more = ("--notebooks", tmp_path / "books", "--out", tmp_path / "out")
    result = run("run", "one", "--scenario", "half_overlap", "--scenario", "article", *more)
    assert result.status == 1
    kept = tmp_path / "out" / "one-half_overlap.failed.ipynb"
    assert result.err.splitlines() == [
        f"error: one-half_overlap: one, cell 2: ZeroDivisionError: float division by zero; what ran is kept in {kept}"
    ]
    assert result.out.splitlines() == [f"{kept.with_name('one-article.ipynb')} is written: as in the article"]
    names = {path.name for path in (tmp_path / "out").iterdir() if path.suffix != ".lock"}
    assert names == {kept.name, "one-article.ipynb", "one-article-ro-crate-metadata.json"}
    # What failed before is gone once it has run.
    notebook(tmp_path / "books", "one", "overlap = 0.0", "print(overlap)", checks=BOTH)
    assert run("run", "one", "--scenario", "half_overlap", *more).status == 0
    assert not kept.exists()


def test_of_several_scenarios_one_that_cannot_be_written_is_named_and_leaves_the_others(tmp_path: Path) -> None:
    notebook(tmp_path / "books", "one", "overlap = 0.0", "print(overlap)", checks=BOTH)
    (tmp_path / "out" / "one-half_overlap.ipynb").mkdir(parents=True)
    more = ("--notebooks", tmp_path / "books", "--out", tmp_path / "out")
    result = run("run", "one", "--scenario", "half_overlap", "--scenario", "article", *more)
    assert result.status == 2
    (line,) = result.err.splitlines()
    assert line.startswith(f"error: one-half_overlap: {tmp_path / 'out' / 'one-half_overlap.ipynb'} is a folder")
    assert written(tmp_path / "out" / "one-article.ipynb") == "0.0\n"
    assert (tmp_path / "out" / "one-article-ro-crate-metadata.json").exists()


def test_of_several_scenarios_a_file_that_vanishes_is_named_and_leaves_the_others(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("name: mine\ndescription: A.\nreason: B.\nvalues:\n  overlap: 0.25\n", encoding="utf-8")
    notebook(
        tmp_path / "books", "one", "scenario = 'article'",
        f"import pathlib\nscenario == 'article' or pathlib.Path({str(mine)!r}).unlink()\nprint(1)",
    )  # fmt: skip
    more = ("--notebooks", tmp_path / "books", "--out", tmp_path / "out")
    result = run("run", "one", "--scenario", mine, "--scenario", "article", *more)
    assert result.status == 2
    assert result.err.splitlines() == [f"error: one-mine: {mine} can't be read or written (No such file or directory)"]
    assert (tmp_path / "out" / "one-article-ro-crate-metadata.json").exists()


def test_run_writes_nothing_among_the_notebooks(tmp_path: Path) -> None:
    notebook(tmp_path, "one", "overlap = 0.0", "print(overlap)", checks=BOTH)
    other = notebook(tmp_path, "one-article", "overlap = 0.0", "print('mine')")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    refused(
        run("run", "one.ipynb", "--scenario", "article", "--notebooks", tmp_path, "--out", tmp_path),
        "one-article", "would lie among the notebooks; name another folder",
    )  # fmt: skip
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert other.name in before


def test_reproduce_loses_nothing_that_is_put_into_the_results_while_it_runs(tmp_path: Path) -> None:
    out = tmp_path / "results"
    quick = notebook(tmp_path / "books", "one", "overlap = 0.0", "print(1)")
    more = ("reproduce", "--no-report", "--notebooks", quick.parent, "--out", out)
    assert run(*more).status == 0
    mine = f"import pathlib\npathlib.Path({str(out / 'mine.txt')!r}).write_text('mine')"
    notebook(tmp_path / "books", "two", "overlap = 0.0", mine)
    refused(run(*more), "mine.txt is not a result and would be lost; move it elsewhere")
    assert (out / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert not (out / "notebooks" / "two.ipynb").exists()


def test_reproduce_loses_nothing_that_is_put_beside_what_failed(tmp_path: Path) -> None:
    out, note = tmp_path / "results", tmp_path / "results-failed" / "note.txt"
    fails = notebook(tmp_path / "books", "one", "overlap = 0.0", "1 / 0")
    more = ("reproduce", "--no-report", "--notebooks", fails.parent, "--out", out)
    assert run(*more).status == 1
    note.write_text("mine", encoding="utf-8")
    refused(run(*more), "note.txt is not a result and would be lost; move it elsewhere")
    note.unlink()
    writes = f"import pathlib\npathlib.Path({str(note)!r}).write_text('mine')"
    notebook(tmp_path / "books", "one", "overlap = 0.0", writes)
    assert run(*more).status == 0
    assert note.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("link", [False, True])
def test_reproduce_leaves_results_that_stand_where_what_fails_would_be_kept(tmp_path: Path, link: bool) -> None:
    books = notebook(tmp_path / "books", "one", "overlap = 0.0", "print(1)").parent
    kept = tmp_path / ("kept" if link else "results-failed")
    assert run("reproduce", "--no-report", "--notebooks", books, "--out", kept).status == 0
    if link:
        (tmp_path / "results-failed").symlink_to("kept")
    before = content(kept)
    result = run("reproduce", "--no-report", "--notebooks", books, "--out", tmp_path / "results")
    refused(result, "results-failed holds results, and what fails would be kept there; move it elsewhere or give")
    assert content(kept) == before
    assert not (tmp_path / "results").exists()


def test_reproduce_says_what_failed_where_it_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "results-failed").mkdir()
    (tmp_path / "results-failed" / "mine.txt").write_text("mine", encoding="utf-8")
    fails = notebook(tmp_path / "books", "one", "overlap = 0.0", "1 / 0")
    result = run("reproduce", "--no-report", "--notebooks", fails.parent, "--out", tmp_path / "results")
    assert result.status == 2
    first, last = result.err.splitlines()
    assert first == "error: one, cell 1: ZeroDivisionError: division by zero"
    assert "results-failed" in last
    assert (tmp_path / "results-failed" / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_run_refuses_to_overwrite_its_source(tmp_path: Path) -> None:
    path = notebook(tmp_path, "one", "persons_per_transfer = 1.0", "print(1)")
    before = path.read_bytes()
    refused(run("run", "one", "--notebooks", tmp_path, "--out", tmp_path), "would overwrite the notebook itself")
    assert path.read_bytes() == before


def test_run_fails_with_a_notebook_that_fails(tmp_path: Path) -> None:
    notebook(tmp_path / "books", "one", "persons_per_transfer = 1.0", "1 / 0")
    result = run("run", "one", "--notebooks", tmp_path / "books", "--out", tmp_path / "out")
    assert result.status == 1
    kept = tmp_path / "out" / "one.failed.ipynb"
    assert result.err.splitlines() == [
        f"error: one, cell 1: ZeroDivisionError: division by zero; what ran is kept in {kept}"
    ]
    assert [path for path in (tmp_path / "out").iterdir() if path.suffix != ".lock"] == [kept]


# reproduce ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    """One run of everything, as `make reproduce` starts it, from another working directory."""
    folder = tmp_path_factory.mktemp("reproduce")
    return command("reproduce", "--out", "results", cwd=folder, ANALYSIS_DATA=""), folder / "results"


def test_reproduce_ends_with_the_table_and_the_counts(reproduced: tuple[Result, Path]) -> None:
    result, _ = reproduced
    assert (result.status, result.err) == (0, "")
    assert result.out == run("verify").out


def test_reproduce_writes_the_files_of_the_design(reproduced: tuple[Result, Path], model: Model) -> None:
    _, results = reproduced
    found = {str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()}
    books = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
    figures = (
        "all_checks", "transfers_2016_2023", "plan_against_actual", "two_values_of_2019",
        "readings_of_at_risk_2019", "waterfall", "other_provinces", "training", "monitoring", "trade_shares",
        "trade_growth_2022", "trade_base_2020", "scenarios", "tornado", "region_minority_shares",
        "region_ratio_and_drift", "region_total", "sobol_indices",
    )  # fmt: skip
    assert "report/index.html" in found
    assert {name for name in found if not name.startswith("report/")} == {
        ".gitignore",
        "claims.csv",
        "estimates.json",
        "estimates.tex",
        "report.html",
        "external.csv",
        "findings.csv",
        "map.csv",
        "checks.csv",
        "ro-crate-metadata.json",
        *(f"notebooks/{name}" for name in books),
        *(f"figures/{name}.{kind}" for name in figures for kind in ("svg", "png", "csv")),
    }
    assert {path.name for path in results.parent.iterdir()} <= {"results", ".results.lock"}
    rows = records((results / "checks.csv").read_text(encoding="utf-8"))
    assert [row["id"] for row in rows] == list(model.register.checks)
    assert ",".join(rows[0]) == (
        "id,statement,claim,quantity,readings,unit,published,published_low,published_high,recomputed,recomputed_low,"
        "recomputed_high,solved,needed,kind,verdict,verdict_other,rests_on,condition,reason,power,power_10,notebook"
    )
    assert all(row["notebook"] for row in rows)
    claims = records((results / "claims.csv").read_text(encoding="utf-8"))
    assert ",".join(claims[0]) == (
        "id,section,paragraph,statement,unit,published,published_low,published_high,role,checks"
    )
    estimates = json.loads((results / "estimates.json").read_text(encoding="utf-8"))
    assert set(estimates["at_risk_2021"]) == {"value", "low", "high", "unit", "kind", "depends_on"}


def test_reproduce_gives_the_committed_notebooks(reproduced: tuple[Result, Path]) -> None:
    _, results = reproduced
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert (results / "notebooks" / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_nothing_compared_holds_a_path_a_host_or_a_clock(reproduced: tuple[Result, Path]) -> None:
    _, results = reproduced
    for path in results.rglob("*"):
        if path.suffix in (".csv", ".json", ".svg", ".ipynb"):
            written = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
            for word in (str(ROOT), str(results.parent), str(Path.home()) + "/", tempfile.gettempdir() + "/"):
                assert word not in written, path.name
            assert not re.search(rf"\b{re.escape(os.uname().nodename)}\b", written), path.name
            assert not re.search(r"\d{2}:\d{2}:\d{2}", written), path.name


def small_notebooks(folder: Path, *last: str) -> Path:
    notebook(folder, "one", "persons_per_transfer = 1.0", "print(persons_per_transfer)")
    notebook(folder, "two", "persons_per_transfer = 1.0", *last)
    return folder


def test_reproduce_writes_the_results_and_fails_when_a_value_moved(moved_package: Path, tmp_path: Path) -> None:
    books = small_notebooks(tmp_path / "books", "print(2)")
    result = run(
        "reproduce", "--no-report", "--data", moved_package, "--notebooks", books, "--out", tmp_path / "results"
    )
    assert result.status == 1
    assert "moved: claims, growth_rate_2019_2021: published moved from 0.105 to 0.106" in result.err
    rows = {row["id"]: row for row in records((tmp_path / "results" / "claims.csv").read_text(encoding="utf-8"))}
    assert rows["growth_rate_2019_2021"]["published"] == "0.106"
    assert {path.name for path in (tmp_path / "results" / "notebooks").iterdir()} == {"one.ipynb", "two.ipynb"}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("raise ValueError('so')", "two, cell 1: ValueError: so"),
        ("import sys; sys.exit(0)", "two"),
        ("import os; os._exit(0)", "two, cell 1: the kernel died"),
    ],
)
def test_reproduce_leaves_the_former_results_when_a_notebook_fails(tmp_path: Path, cell: str, words: str) -> None:
    results = tmp_path / "results"
    good = small_notebooks(tmp_path / "good", "print(2)")
    assert run("reproduce", "--no-report", "--notebooks", good, "--out", results).status == 0
    before = content(results)
    bad = small_notebooks(tmp_path / "bad", cell, "print(3)")
    result = run("reproduce", "--no-report", "--notebooks", bad, "--out", results)
    assert result.status == 1
    assert words in result.err
    aside = tmp_path / "results-failed"
    assert f"results was left as it was; what ran of the failed is kept in {aside}." in result.err
    assert "Traceback" not in result.err
    assert content(results) == before
    locks = {".results.lock", ".results-failed.lock"}
    assert {path.name for path in tmp_path.iterdir()} <= {"results", "results-failed", "good", "bad", *locks}
    assert {path.name for path in aside.iterdir()} == {".gitignore", "two.failed.ipynb", "ro-crate-metadata.json"}
    assert cell in (aside / "two.failed.ipynb").read_text(encoding="utf-8")
    assert "FailedActionStatus" in (aside / "ro-crate-metadata.json").read_text(encoding="utf-8")
    assert run("reproduce", "--no-report", "--notebooks", good, "--out", results).status == 0
    assert not aside.exists()


def test_reproduce_refuses_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    before = content(tmp_path)
    refused(run("reproduce", "--out", tmp_path), "holds something else than results")
    assert content(tmp_path) == before


def test_reproduce_refuses_a_folder_without_notebooks(tmp_path: Path) -> None:
    refused(run("reproduce", "--notebooks", tmp_path, "--out", tmp_path / "results"), "has no notebooks")
    assert not (tmp_path / "results").exists()


def test_reproduce_refuses_to_start_without_expected_values(package: Path, tmp_path: Path) -> None:
    removed("expected.csv")(package)
    refused(run("reproduce", "--data", package, "--out", tmp_path / "results"), "expected.csv", "missing")
    assert not (tmp_path / "results").exists()


def test_results_take_the_place_of_no_folder_without_a_name() -> None:
    refused(run("reproduce", "--out", "/"), "can't be replaced by results; name another folder")


def test_results_take_the_place_of_no_working_directory_with_other_things(
    tmp_path: Path, change_directory: Callable[[Path], None]
) -> None:
    (tmp_path / "mine.txt").write_text("a", encoding="utf-8")
    change_directory(tmp_path)
    refused(run("reproduce", "--out", "."), "holds something else than results")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_another_working_directory_changes_nothing(tmp_path: Path, change_directory: Callable[[Path], None]) -> None:
    before = run("verify", "--csv").out
    change_directory(tmp_path)
    assert run("verify", "--csv").out == before


@pytest.fixture
def change_directory(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    return lambda folder: monkeypatch.chdir(folder)


def test_the_tiny_copy_of_a_package_can_lie_anywhere(package: Path, tmp_path: Path) -> None:
    shutil.move(package, tmp_path / "else where")
    assert run("verify", "--data", tmp_path / "else where").status == 0


def test_on_a_narrow_terminal_a_check_is_a_paragraph(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr("analysis.output.terminal.console", lambda: Console(width=80))
    made = Model(Register.read(ROOT / "data"))
    print_outcomes(made, judge_all(made, ["added_whole"]))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "All who were added are at risk (added_whole)"
    assert "recomputed 1.9 million" in lines[1]
    assert lines[-1] == CAVEAT


def test_verify_prints_the_headline_table_as_markdown(model: Model) -> None:
    result = run("verify", "--markdown")
    assert result.status == 0
    assert result.out.count("\n| ") == 1 + len(model.register.headline)


# audit ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy_of_an_article(tmp_path: Path, model: Model) -> Path:
    """A made-up article that prints every row of the register."""
    file = tmp_path / "copies" / "article.txt"
    file.parent.mkdir()
    file.write_text(rendered(made_up(model.register)), encoding="utf-8")
    return file


def test_audit_agrees_with_a_copy_that_has_every_row(copy_of_an_article: Path, model: Model) -> None:
    before = copy_of_an_article.read_bytes()
    result = run("audit", copy_of_an_article)
    assert (result.status, result.err) == (0, "")
    rows = len(model.register.claims)
    assert f"{rows} of {rows} rows found in their places" in result.out.splitlines()[0]
    assert result.out.splitlines()[-1].startswith("The copy and the register agree in the numbers")
    # Nothing is kept: the copy is as it was, and alone.
    assert copy_of_an_article.read_bytes() == before
    assert [path.name for path in copy_of_an_article.parent.iterdir()] == ["article.txt"]


def test_audit_says_what_differs_and_exits_1(copy_of_an_article: Path) -> None:
    text = copy_of_an_article.read_text(encoding="utf-8")
    assert text.count("489") == 1
    copy_of_an_article.write_text(text.replace("489", "498"), encoding="utf-8")
    result = run("audit", copy_of_an_article)
    assert result.status == 1
    (line,) = (line for line in result.out.splitlines() if line.startswith("differs: "))
    for word in ("investigated_489", "489", "498", "early-warning"):
        assert word in line


def test_audit_refuses_what_is_no_copy(tmp_path: Path) -> None:
    refused(run("audit", tmp_path / "nowhere.pdf"), "nowhere.pdf")
    refused(run("audit", tmp_path), str(tmp_path.name))
    (tmp_path / "letter.txt").write_text("Dear reader, there is nothing here.\n" * 9, encoding="utf-8")
    refused(run("audit", tmp_path / "letter.txt"), "letter.txt", "heading")


# What a user sets, and what stands beside the article -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["us_2020", "--set", "trade_decline_us_2021=1"], "trade_us_2020, read formula, has no finite value"),
        (["households_a_cadre", "--set", "cadres=0"], "divided by 0"),
        (["southern_share", "--set", "labourers_2019=0"], "divided by 0"),
        (["hotan_two_years", "--set", "trade_growth_hotan_2019=-3"], "lies below -1"),
    ],
)
def test_a_value_that_leaves_nothing_to_explain_is_refused(arguments: list[str], words: str) -> None:
    result = run("explain", *arguments)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert words in result.err


def test_half_a_year_is_shown_as_half_a_year() -> None:
    text = run("explain", "out_mean_2014_2016").out
    assert "years_2014_mid_2020 = 6.5 year" in text
    assert "part_of_2020 = 0.5 year" in text


def test_a_finding_is_explained_down_to_its_rows() -> None:
    text = run("explain", "approaches_two_million").out
    # 1.6 million and 300,000; and 1.6 over 2.59 of the 300,000.
    assert "1.90 million persons = at_risk_2019_up_to + increase_2019_2021 * persons_per_transfer" in text
    assert "row figure_2019_all: 2.59 million rural surplus laborers" in text
    digits = run("explain", "approaches_two_million", "--digits").out
    assert "1785328.185 persons" in digits  # 1,600,000 + 300,000 * 1.6 / 2.59


def test_a_figure_published_elsewhere_is_explained_with_its_provenance() -> None:
    text = run("explain", "monitored_2021").out
    for words in (
        "769,000 persons",
        "mirror: China News Service",
        "seen at big5.taiwan.cn",
        "beside flagged_as_printed",
    ):
        assert words in text
    assert CAVEAT in text


def test_verify_guards_a_figure_published_elsewhere(package: Path) -> None:
    cells("external.csv", "transfers_2022", printed="3.93")(package)
    result = run("verify", "--data", package)
    assert (
        result.status,
        "moved: external, transfers_2022: published moved from 3030000 to 3930000" in result.err,
    ) == (1, True)


def test_an_external_figure_can_not_have_the_name_of_a_row(package: Path) -> None:
    cells("external.csv", "transfers_2022", id="figure_2019_all")(package)
    result = run("verify", "--data", package)
    assert result.status == 2
    assert "external.csv" in result.err
    assert "a row of claims.csv has this name already" in result.err
