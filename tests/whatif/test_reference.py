"""Draws of benchmarks/reference.yaml, from Python and from the command line, are within
the errors that are stated beside the true values.
"""

import csv
import importlib.util
import io
import json
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from analysis.cli import app
from analysis.render.drawn import Drawn
from analysis.study import load
from tests.conftest import ROOT

REFERENCE = str(ROOT / "benchmarks" / "reference.yaml")


@pytest.fixture(scope="module")
def truth() -> ModuleType:
    path = ROOT / "benchmarks" / "truth.py"
    spec = importlib.util.spec_from_file_location("truth", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return load(ROOT / "data").scenario(REFERENCE).draws("at_risk_total")


def output(*more: str) -> str:
    words = ["sensitivity", "at_risk_total", "--scenario", REFERENCE, *more]
    done = CliRunner(env={"ANALYSIS_DATA": None}).invoke(app, words)
    assert done.exit_code == 0
    return done.stdout


def test_draws_are_as_close_to_the_truth_as_is_stated(
    drawn: Drawn, truth: ModuleType
) -> None:
    mean, sd = truth.moments()
    row = drawn.frame.loc["at_risk_total"]
    assert row["mean"] == pytest.approx(mean, abs=truth.ERRORS["mean"])
    assert row["sd"] == pytest.approx(sd, abs=truth.ERRORS["sd"])
    assert row[["p05", "p50", "p95"]].tolist() == pytest.approx(
        truth.percentiles(), abs=truth.ERRORS["percentiles"]
    )


def test_indices_are_as_close_to_the_truth_as_is_stated(
    drawn: Drawn, truth: ModuleType
) -> None:
    for kind, shares in zip(("first", "total"), truth.indices(), strict=True):
        for name, share in shares.items():
            index = drawn.indices.loc[name]
            assert index[kind] == pytest.approx(share, abs=truth.ERRORS["indices"])
            assert index[f"{kind}_low"] <= share <= index[f"{kind}_high"]


def test_the_command_line_has_the_same_numbers(drawn: Drawn) -> None:
    typed = json.loads(output("--json"))
    rows = list(csv.DictReader(io.StringIO(output("--csv"))))
    assert [row["what"] for row in typed] == [row["what"] for row in rows]
    by_name = {(row["part"], row["what"]): row for row in typed}
    made = [by_name["draws", name]["value"] for name in ("n", "seed", "kept")]
    assert made == [2**16, 0, 2**16]
    for name, value in drawn.frame.loc["at_risk_total"].items():
        assert by_name["draws", name]["value"] == pytest.approx(value, rel=1e-9)
    for name, index in drawn.indices.iterrows():
        for kind in ("first", "total"):
            row = by_name[f"{kind} index", name]
            ends = [row["value"], row["low"], row["high"]]
            wanted = [index[kind], index[f"{kind}_low"], index[f"{kind}_high"]]
            assert ends == pytest.approx(wanted, rel=1e-8)
    for line, row in zip(rows, typed, strict=True):
        assert line["differs"] == row["differs"] == drawn.differs
        assert float(line["value"]) == pytest.approx(row["value"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--draws", "2e6"), "2,000,000 draws can't be made"),
        (("--draws", "0"), "0 draws can't be made; the number of draws is from 2"),
        (("--draws", "1000001"), "1,000,001 draws can't be made"),
        (("--seed", "-1"), "--seed must be a whole number of 0 or more, not -1"),
        (("--draws", "1.5"), "--draws must be a whole number of 0 or more, not 1.5"),
        (("--percentile", "x"), "--percentile must be numbers, and 'x' is none"),
        (
            ("--percentile", "101"),
            "101 is not a percentile; a percentile is from 0 to 100",
        ),
        # Nothing is drawn without a scenario that has distributions.
        (("--draws", "1000"), "--draws has no effect"),
        (("--seed", "3"), "--seed has no effect"),
        (("--percentile", "10"), "--percentile has no effect"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(words: Any, said: str) -> None:
    done = CliRunner().invoke(app, ["sensitivity", "at_risk_2021", *words])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {said}")
    assert done.stderr.count("\n") == 1
