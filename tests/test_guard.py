"""The guard names what moved, and nothing else."""

import csv
import random
import shutil

import pandas as pd
import pytest

import analysis
from analysis import cli, figures, guard
from analysis.model import formulas_by_name
from analysis.study import DATA
from tests.mutants import digits, mutants


@pytest.fixture(scope="module")
def now(article):
    return guard.values(article)


def test_all_values_are_as_stored(now):
    assert guard.moved(guard.read(), now).empty
    assert 1_000 < len(now) <= 2_000


def test_a_value_that_moves_is_named_with_both(now):
    accepted = guard.read()
    accepted["checks", "at_risk_2021_sum", "verdict"] = "differs"
    accepted["estimates", "at_risk_2021", "value"] = "1900000"
    lines = list(guard.lines(guard.moved(accepted, now)))
    assert lines == [
        "moved: checks, at_risk_2021_sum, verdict: differs to matches",
        "moved: estimates, at_risk_2021, value: 1900000 to 1901221.71946",
    ]


def test_rounding_errors_are_no_moves(now):
    accepted = guard.read()
    accepted["estimates", "at_risk_2021", "value"] = "1901221.7194599"
    assert guard.moved(accepted, now).empty


def test_verify_fails_and_names_what_moved(monkeypatch, tmp_path, capsys, now):
    changed = now.copy()
    changed["edges", "at_risk_2021_sum", "persons_per_transfer from"] = "0.7"
    changed.to_csv(tmp_path / "expected.csv")
    monkeypatch.setattr(guard, "EXPECTED", tmp_path / "expected.csv")
    assert cli.main(["verify"]) == 1
    assert "persons_per_transfer from: 0.7 to 0.66396" in capsys.readouterr().err


def test_a_missing_file_of_values_is_one_sentence(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(guard, "EXPECTED", tmp_path / "expected.csv")
    assert cli.main(["verify"]) == 2
    assert "expected.csv" in capsys.readouterr().err


def test_a_plotted_table_is_guarded_in_its_order(article):
    table = figures.data(article, "trade_shares")
    digest = guard.digest(table, "")
    swapped = table.iloc[[1, 0, *range(2, len(table))]]
    assert guard.digest(swapped, "") != digest
    numbers = swapped.assign(label=table["label"], words=table["words"])
    assert (
        guard.digest(numbers, "")["figures", "", "numbers"]
        != digest["figures", "", "numbers"]
    )


def named(name, mutant, function):
    """Whether the made-up points tell a mutant from its formula."""
    for point in guard.POINTS:
        with_mutant = guard.made_up(name, mutant, point)
        right = guard.made_up(name, function, point)
        if abs(with_mutant - right) > 1e-9 * abs(right):
            return True
    return False


def all_mutants():
    for name, function in formulas_by_name().items():
        for mutant in mutants(function):
            yield name, mutant, function


def test_operator_mutants_are_named():
    found = random.Random(0).sample(list(all_mutants()), 60)
    assert all(named(*mutant) for mutant in found)


def changed_digit(folder, name, printed):
    """A study of the data with another printed number, and its guarded values."""
    path = folder / "claims.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["id"] == name:
            row["printed"] = printed
    pd.DataFrame(rows).to_csv(path, index=False)
    return guard.values(analysis.load(folder))


def digit_is_named(article, rng, folder):
    name, printed = digits(rng, article.model.tables["claims"])
    shutil.copytree(DATA, folder, dirs_exist_ok=True)
    try:
        now = changed_digit(folder, name, printed)
    except analysis.DataError as error:
        return "claims.csv" in str(error) or name in str(error)
    moved = guard.moved(guard.read(), now)
    return name in moved.index.get_level_values("id")


@pytest.mark.parametrize("seed", range(3))
def test_a_changed_digit_is_named_by_its_row(article, tmp_path, seed):
    assert digit_is_named(article, random.Random(seed), tmp_path / "data")


@pytest.mark.long
def test_sixty_changed_digits_are_named(article, tmp_path):
    rng = random.Random(0)
    assert all(digit_is_named(article, rng, tmp_path / "data") for _ in range(60))


@pytest.mark.long
def test_all_operator_mutants_are_named():
    found = list(all_mutants())
    assert len(found) > 400
    assert [name for name, *rest in found if not named(name, *rest)] == []
