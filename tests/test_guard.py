"""The guard names what moved, and nothing else."""

import re

import pytest

import analysis
from analysis import DataError, cli, guard
from tests.mutants import mutants
from tests.settings import copied


@pytest.fixture(scope="module")
def now(article):
    return guard.values(article)


def lines(accepted, now):
    return [*guard.lines(guard.moved(accepted, now))]


def in_order(text, *parts):
    """Whether a text has some parts, one after another."""
    return re.search(".* ".join(map(re.escape, parts)), text)


def test_what_moves_comes_or_goes_is_named(now):
    accepted = now.copy()
    accepted["estimates", "at_risk_2021", "side"] = "at least"
    accepted["estimates", "at_risk_2021", "value"] = "1901222"
    accepted["estimates", "at_risk_2020", "value"] = "1"
    del accepted["estimates", "at_risk_2021", "low"]
    changed = [
        ("at_risk_2020, value", "1", "none"),
        ("at_risk_2021, low", "none", "1845000"),
        ("at_risk_2021, side", "at least", "up to"),
        ("at_risk_2021, value", "1901222", "1900000"),
    ]
    for line, parts in zip(sorted(lines(accepted, now)), changed, strict=True):
        assert in_order(line, *parts)


def test_a_number_that_is_not_finite_equals_nothing(now):
    accepted = now.copy()
    accepted["estimates", "at_risk_2021", "value"] = "-inf"
    (line,) = lines(accepted, now)
    assert "at_risk_2021" in line
    assert lines(accepted, accepted)


def test_what_each_scenario_changes_is_guarded(article, now):
    tables = now.index.get_level_values("table")
    assert {f"scenario {name}" for name in article.book.texts["scenarios"]} <= {*tables}


def test_rounding_errors_are_no_moves(now):
    accepted = now.copy()
    accepted["estimates", "at_risk_2021", "value"] = "1900000.0001"
    assert lines(accepted, now) == []


def test_verify_fails_and_names_what_moved(tmp_path, capsys, now):
    changed = now.copy()
    changed["estimates", "at_risk_2021", "high"] = "2000000"
    changed.to_csv(copied(tmp_path) / "expected.csv")
    assert cli.main(["--data", str(tmp_path), "verify"]) == 1
    # 1.65 million + 305,000 = 1.955 million
    said = capsys.readouterr().err
    assert in_order(said, "at_risk_2021, high", "2000000", "1955000")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"a,b\n1,2\n"], ids=str)
def test_a_damaged_file_of_values_is_one_sentence(tmp_path, content):
    (tmp_path / "data").mkdir()
    if content is not None:
        (tmp_path / guard.EXPECTED).write_bytes(content)
    with pytest.raises(DataError, match=r"expected\.csv"):
        guard.read(tmp_path)


def is_named(name, mutant, function):
    """Whether the made-up inputs tell a mutant from its formula."""
    right = guard.made_up(name, function)
    return abs(guard.made_up(name, mutant) - right) > 1e-9 * abs(right)


def all_mutants():
    for name, function in analysis.load().book.formulas.items():
        for mutant in mutants(function):
            yield name, mutant, function


def test_mutants_of_formulas_are_named():
    mutants = list(all_mutants())
    assert len(mutants) > 250
    assert [name for name, *rest in mutants if not is_named(name, *rest)] == []
