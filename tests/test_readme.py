"""The README says nothing that could have drifted: its table is the one computed now, its files and notebooks exist."""

import importlib
import json
import re
from pathlib import Path

import pytest

from analysis.model import Model
from analysis.notebooks import all_notebooks
from analysis.results import VERDICTS, headline
from analysis.sweeps import read as read_sweep
from analysis.tracing import map_table
from analysis.verdicts import judge_all
from tests.runtime import RECORD, renewed

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_headline_table_is_what_is_computed_now(model: Model) -> None:
    shown = re.search(r"<!-- headline: .*?-->\n(.*?)\n<!-- end of headline -->", README, re.DOTALL)
    assert shown is not None
    assert shown[1] == headline(model, judge_all(model)), "`analysis verify --markdown` prints the table anew"


def test_the_table_of_claims_is_what_is_computed_now(model: Model) -> None:
    shown = re.search(r"<!-- claims: .*?-->\n(.*?)\n<!-- end of claims -->", README, re.DOTALL)
    assert shown is not None
    now = map_table(model, judge_all(model), all_notebooks())
    assert shown[1] == now, "`analysis list claims --markdown` prints the table anew"
    for id in model.register.claims:
        assert f"(`{id}`)" in shown[1]


def test_times_memory_and_disk_are_those_that_were_measured() -> None:
    found = json.loads(RECORD.read_text(encoding="utf-8"))
    assert renewed(README, found) == README, "`python -m tests.runtime` writes the passage anew"


def test_what_was_measured_is_said_in_round_numbers() -> None:
    found = {
        "cores": 4,
        "seconds": {"reproduce in a clone": 149, "reproduce again": 64, "test": 451},
        "megabytes of the largest process": 1249,
        "megabytes of disk": 960,
    }
    said = renewed(README, found)
    lines = said.partition("<!-- runtime")[2].partition("<!-- end of runtime")[0].splitlines()[1:]
    assert max(map(len, lines)) <= 120
    passage = " ".join(lines)
    # 149 s are 2.5 minutes and 451 s 7.5, both a little less or more
    assert "4 cores: in a fresh clone `make reproduce` takes 2 minutes," in passage
    assert "run again, 1 minute; `make test` takes 8 minutes. No process holds more than 1.2 GB" in passage
    assert "The clone takes 1.0 GB of disk then" in passage
    # Whatever else the README says stays.
    assert renewed(said, json.loads(RECORD.read_text(encoding="utf-8"))) == README
    with pytest.raises(SystemExit, match="no passage"):
        renewed(README.replace("<!-- end of runtime -->", ""), found)


def test_the_number_of_made_up_inputs_is_that_on_record() -> None:
    found = json.loads((ROOT / "tests" / "long" / "fuzz.json").read_text(encoding="utf-8"))
    assert f"{sum(found.values()) // 1000},000 made-up inputs" in README


def test_the_verdicts_mean_what_the_package_says() -> None:
    for verdict, meaning in VERDICTS.items():
        assert f"| {verdict} | {meaning} |" in README


def test_what_is_not_concluded_is_what_the_data_say(model: Model) -> None:
    shown = re.search(r"<!-- refusals: .*?-->\n(.*?)\n<!-- end of refusals -->", README, re.DOTALL)
    assert shown is not None
    assert shown[1].splitlines() == [f"- {one.what}" for one in model.register.refusals.values()]


def test_the_headline_table_stands_before_the_two_commands_and_the_template() -> None:
    places = [README.index(text) for text in ("<!-- headline", "make reproduce", "make test", "## Overview")]
    assert places == sorted(places)


def test_what_is_named_exists() -> None:
    named = re.findall(r"`((?:data|analysis|tests|notebooks)/[^`]*)`", README)
    assert len(named) > 10
    for path in named:
        assert (ROOT / path).exists(), path


def test_the_template_headings_stand_in_order() -> None:
    headings = re.findall(r"^#{2,3} (.*)$", README, re.MULTILINE)
    assert headings == [
        "Overview",
        "Data Availability and Provenance Statements",
        "Statement about Rights",
        "License for Data",
        "Summary of Availability",
        "Details on each Data Source",
        "Dataset list",
        "Computational requirements",
        "Software Requirements",
        "Controlled Randomness",
        "Memory, Runtime, Storage Requirements",
        "Description of programs/code",
        "License for Code",
        "Instructions to Replicators",
        "Details",
        "List of tables and programs",
        "References",
    ]


def test_every_notebook_is_in_the_list_of_programs_but_the_overview() -> None:
    section = README.split("## List of tables and programs")[1].split("## References")[0]
    on_disk = {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert set(re.findall(r"`(notebooks/[^`]*)`", section)) == on_disk - {"notebooks/00_overview.ipynb"}


def test_the_scenario_that_is_shown_is_one_that_comes_with_the_package() -> None:
    shown = re.search(r"<!-- scenario: (\S+) -->\n```yaml\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    assert shown[2] == (ROOT / shown[1]).read_text(encoding="utf-8")


def test_the_sweep_that_is_shown_can_be_run(model: Model, tmp_path: Path) -> None:
    shown = re.search(r"<!-- sweep: .*? -->\n```yaml\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    (tmp_path / "sweep.yaml").write_text(shown[1], encoding="utf-8")
    # 31 ratios, 41 numbers of former detainees, 3 overlaps, 3 readings.
    assert read_sweep(tmp_path / "sweep.yaml", model).rows == 31 * 41 * 3 * 3


def test_the_page_of_benchmarks_is_what_the_results_say(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ROOT / "benchmarks"
    monkeypatch.syspath_prepend(str(folder))
    page = importlib.import_module("run").page
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert page(results) == (folder / "README.md").read_text(encoding="utf-8")


def test_what_the_benchmarks_promise_is_what_was_measured() -> None:
    found = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))
    draws, indices, scenarios = found["draws"], found["indices"], found["scenarios"]
    for peer in ("numpy", "squigglepy"):
        assert draws["seconds"][peer] >= 5 * draws["seconds"]["ours"]
        assert found["accuracy"][peer]["seconds"] > found["accuracy"]["ours"]["seconds"]
    assert max(draws["mb"]["ours"], *found["many"]["mb"].values()) <= 100
    assert max(found["many"]["persons"].values()) <= 10
    assert indices["seconds"]["SALib"] >= 5 * indices["seconds"]["ours"]
    assert indices["error"]["ours"] <= indices["error"]["SALib"]
    assert scenarios["papermill"] >= 1000 * scenarios["sweep"]
