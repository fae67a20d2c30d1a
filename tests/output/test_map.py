"""The map: each step of the way from the article to a file is where it is said to be."""

import csv
import importlib
import json
from pathlib import Path

import pytest

from analysis.core.model import Model
from analysis.core.verdicts import judge_all
from analysis.output.figures import FIGURES
from analysis.output.map import trace, trace_frame
from analysis.output.notebooks import all_notebooks

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rows(model: Model) -> list[dict[str, str]]:
    return trace(model, judge_all(model), all_notebooks())


def claims() -> list[dict[str, str]]:
    with (ROOT / "data" / "claims.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def checks() -> list[dict[str, str]]:
    with (ROOT / "data" / "checks.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_printed_number_is_on_it_in_the_order_of_the_article(rows: list[dict[str, str]]) -> None:
    assert list(dict.fromkeys(row["claim"] for row in rows)) == [claim["id"] for claim in claims()]
    places = {claim["id"]: (claim["section"], claim["paragraph"], claim["item"]) for claim in claims()}
    assert all((row["section"], row["paragraph"], row["item"]) == places[row["claim"]] for row in rows)


def test_every_check_that_checks_a_number_is_on_it_once(rows: list[dict[str, str]]) -> None:
    expected = [(check["id"], check["claim"]) for check in checks() if check["claim"]]
    assert sorted((row["check"], row["claim"]) for row in rows if row["check"]) == sorted(expected)


def test_each_formula_can_be_imported_and_is_of_the_quantity(rows: list[dict[str, str]]) -> None:
    for name, quantity in {(row["formula"], row["quantity"]) for row in rows if row["formula"]}:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))
        assert function.partition("__")[0] == quantity


def test_each_cell_shows_the_check_or_the_number(rows: list[dict[str, str]]) -> None:
    digits = {claim["id"]: claim["printed"] for claim in claims()}
    for row in rows:
        content = json.loads((ROOT / "notebooks" / f"{row['notebook']}.ipynb").read_text(encoding="utf-8"))
        cell = content["cells"][int(row["cell"])]
        assert cell["cell_type"] == "code"
        shown = "".join(text for output in cell["outputs"] for text in output["data"]["text/plain"]).splitlines()
        if row["check"]:
            assert any(f"({row['check']}) |" in line for line in shown)
        else:
            # Its own row of the table, with its own digits.
            printed = [line.split(" | ")[1] for line in shown if line.partition(" | ")[0] == row["statement"]]
            assert any(digits[row["claim"]] in text.replace(",", "") for text in printed)


def test_each_output_is_one_that_a_run_writes(rows: list[dict[str, str]]) -> None:
    written = {"claims.csv", "checks.csv", *(f"figures/{name}.csv" for name in FIGURES)}
    assert all(set(row["outputs"].split()) <= written for row in rows)
    (added,) = [row for row in rows if row["check"] == "added_whole"]
    assert added["outputs"] == "claims.csv checks.csv figures/waterfall.csv"


def test_a_number_that_nothing_checks_has_a_row_without_a_check(rows: list[dict[str, str]]) -> None:
    (months,) = [row for row in rows if row["claim"] == "four_months"]
    assert (months["check"], months["verdict"], months["formula"]) == ("", "", "")
    assert (months["role"], months["outputs"]) == ("reported", "claims.csv")


def test_the_frame_is_the_rows(model: Model, rows: list[dict[str, str]]) -> None:
    frame = trace_frame(model, judge_all(model), all_notebooks())
    assert frame.to_dict("records") == rows
