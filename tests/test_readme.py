"""The README is up to date: its table is the one computed now, and the files and
notebooks that it names exist.
"""

import doctest
import os
import re
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from analysis.cli import app
from analysis.model.model import Model
from analysis.model.verdicts import judge_all
from analysis.publish.map import map_table
from analysis.publish.notebooks import all_notebooks
from analysis.render import frames, wording
from analysis.whatif.distributions import SHAPES
from analysis.whatif.scenarios import Scenario, texts
from analysis.whatif.sweep import compute
from analysis.whatif.sweep import read as read_sweep
from tests.following import follow

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SCENARIOS = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
MAP = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")


def test_the_headline_table_is_what_is_computed_now(model: Model) -> None:
    shown = re.search(
        r"<!-- headline: .*?-->\n(.*?)\n<!-- end of headline -->", README, re.DOTALL
    )
    assert shown is not None
    assert shown[1] == frames.headlines(model).markdown(), (
        "`analysis verify --markdown` prints the table anew"
    )


def test_the_verdicts_mean_what_every_screen_says() -> None:
    shown = re.search(
        r"<!-- verdicts: .*?-->\n(.*?)\n<!-- end of verdicts -->", README, re.DOTALL
    )
    assert shown is not None
    told = dict(re.findall(r"^- \*\*(.+?)\*\*: (.+)$", shown[1], re.MULTILINE))
    assert told == wording.VERDICT_KEY, "`make refresh` writes the list anew"


def test_the_table_of_claims_is_what_is_computed_now(model: Model) -> None:
    shown = re.search(
        r"<!-- claims: .*?-->\n(.*?)\n<!-- end of claims -->", MAP, re.DOTALL
    )
    assert shown is not None
    now = map_table(model, judge_all(model), all_notebooks())
    assert shown[1] == now, "`analysis list claims --markdown` prints the table anew"
    for id in model.register.claims:
        assert f"(`{id}`)" in shown[1]


def test_what_is_not_concluded_is_what_the_data_say(model: Model) -> None:
    shown = re.search(
        r"<!-- refusals: .*?-->\n(.*?)\n<!-- end of refusals -->", README, re.DOTALL
    )
    assert shown is not None
    assert shown[1].splitlines() == [
        f"- {one.what}" for one in model.register.refusals.values()
    ]


def test_the_examples_in_python_print_what_stands_there() -> None:
    assert doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, encoding="utf-8"
    ) == (0, 6)


def test_the_example_on_the_command_line_prints_what_stands_there(
    tmp_path: Path,
) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert follow(README, tmp_path, environment) == [
        "analysis explain net_new_persons --set persons_per_transfer=0.6"
    ]


def test_every_command_shown_is_one() -> None:
    shown = set(re.findall(r"^\$? ?analysis ([\w-]+)", README, re.MULTILINE))
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert len(shown) >= 10
    assert shown <= set(known)


def test_what_is_named_exists() -> None:
    named = re.findall(r"`((?:data|analysis|tests|notebooks)/[^`]*)`", README)
    assert len(named) > 10
    for path in named:
        assert (ROOT / path).exists(), path


def test_every_notebook_is_in_the_list_of_programs_but_the_overview() -> None:
    section = README.split("## List of tables and programs")[1].split("## References")[
        0
    ]
    on_disk = {
        f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")
    }
    assert set(re.findall(r"`(notebooks/[^`]*)`", section)) == on_disk - {
        "notebooks/00_overview.ipynb"
    }


def test_the_scenario_that_is_shown_is_one_that_comes_with_the_package() -> None:
    shown = re.search(
        r"<!-- scenario: (\S+) -->\n```yaml\n(.*?)```", SCENARIOS, re.DOTALL
    )
    assert shown is not None
    assert shown[2] == (ROOT / shown[1]).read_text(encoding="utf-8")


def test_the_sweep_that_is_shown_can_be_run(model: Model, tmp_path: Path) -> None:
    shown = re.search(r"<!-- sweep: .*? -->\n```yaml\n(.*?)```", SCENARIOS, re.DOTALL)
    assert shown is not None
    (tmp_path / "sweep.yaml").write_text(shown[1], encoding="utf-8")
    # 33 ratios, 41 numbers of former detainees, 3 overlaps, 3 readings.
    assert (
        len(compute(model, read_sweep(tmp_path / "sweep.yaml", model)))
        == 33 * 41 * 3 * 3
    )


def test_the_draws_that_are_shown_can_be_made() -> None:
    shown = re.search(r"<!-- draws: .*? -->\n```python\n(.*?)```", SCENARIOS, re.DOTALL)
    assert shown is not None
    names: dict[str, Any] = {}
    exec(shown[1], names)
    drawn = names["drawn"]
    assert list(drawn.frame) == ["mean", "sd", "p2.5", "p97.5"]
    # Printed digits are drawn, too.
    assert "transfers_2021" in drawn.sample
    assert drawn.indices["first"].sum() == pytest.approx(1, abs=0.01)


def test_the_grid_that_is_shown_is_a_heat_map() -> None:
    shown = re.search(
        r"<!-- heat map: .*? -->\n```python\n(.*?)```", SCENARIOS, re.DOTALL
    )
    assert shown is not None
    names: dict[str, Any] = {}
    exec(shown[1], names)
    heat = names["heat"]
    assert heat.shape == (50, 50)
    # 1.6 million and 0.62 x 0.36 of 301,221.72
    assert heat.iloc[0, 0] == pytest.approx(1_600_000 + 0.62 * 0.36 * 301_221.72)


def test_each_distribution_that_is_shown_is_one(model: Model) -> None:
    shown = re.findall(r"\| `(\w+): (\[.*?\])` \|", SCENARIOS)
    assert {yaml.safe_load(text)[0] for _, text in shown} == {*SHAPES}
    for name, text in shown:
        values = {name: texts(yaml.safe_load(text))}
        content = {"name": "mine", "description": "a", "reason": "b", "values": values}
        assert name in Scenario.model_validate(content).distributions(model)
