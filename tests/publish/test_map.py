"""The map: each row, check, formula and cell that it names is where the map says."""

import csv
import importlib
import json
from pathlib import Path

import pytest
from nbformat import NotebookNode

from analysis.model.model import Model
from analysis.model.verdicts import judge_all
from analysis.publish.map import trace_frame
from analysis.publish.notebooks import Notebook, all_notebooks

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rows(model: Model) -> list[dict[str, str]]:
    return list(trace_frame(model, judge_all(model), all_notebooks()).rows)


def data(name: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(
            (ROOT / "data" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        )
    )


def test_every_printed_number_and_every_check_of_one_is_on_it_in_order(
    rows: list[dict[str, str]],
) -> None:
    assert list(dict.fromkeys(row["claim"] for row in rows)) == [
        one["id"] for one in data("claims")
    ]
    checks = sorted(
        (check["id"], check["claim"]) for check in data("checks") if check["claim"]
    )
    assert (
        sorted((row["check"], row["claim"]) for row in rows if row["check"]) == checks
    )


def test_each_formula_can_be_imported_and_is_of_the_quantity(
    rows: list[dict[str, str]],
) -> None:
    for name, quantity in {
        (row["formula"], row["quantity"]) for row in rows if row["formula"]
    }:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))
        assert function.partition("__")[0] == quantity


def test_a_longer_statement_with_the_same_start_is_another(model: Model) -> None:
    checked = {check.claim for check in model.register.checks.values()}
    claim = next(one for one in model.register.claims.values() if one.id not in checked)
    text = f"{claim.statement} over those of a village  400\n"
    content = NotebookNode(cells=[NotebookNode(outputs=[NotebookNode(text=text)])])
    books = [Notebook(Path("one.ipynb"), content)]
    rows = trace_frame(model, judge_all(model), books).rows
    assert {row["cell"] for row in rows} == {""}


def test_each_cell_shows_the_check_or_a_step_of_its_quantity(
    rows: list[dict[str, str]],
) -> None:
    statements = {check["id"]: check["statement"] for check in data("checks")}
    found = [row for row in rows if row["notebook"]]
    assert len(found) > 40
    for row in found:
        content = json.loads(
            (ROOT / "notebooks" / f"{row['notebook']}.ipynb").read_text(
                encoding="utf-8"
            )
        )
        outputs = content["cells"][int(row["cell"])]["outputs"]
        shown = "".join(
            text for output in outputs for text in output["data"]["text/plain"]
        )
        step = row["quantity"].replace("_", " ").partition(" 20")[0]
        assert statements.get(row["check"], step) in shown or f"{step} " in shown, row


def test_the_outputs_are_the_tables_and_the_figures_of_a_check(
    rows: list[dict[str, str]],
) -> None:
    (added,) = [row for row in rows if row["check"] == "at_risk_2021_sum"]
    assert (added["role"], added["verdict"], added["notebook"]) == (
        "result",
        "matches",
        "04_at_risk_2021",
    )
    assert added["outputs"] == "claims.csv checks.csv figures/waterfall.csv"
    (months,) = [row for row in rows if row["claim"] == "four_months"]
    assert [
        months[name] for name in ("role", "check", "formula", "notebook", "outputs")
    ] == [
        "count",
        "",
        "",
        "",
        "claims.csv",
    ]
