"""The command line: the same numbers as in Python, and bad input in one sentence."""

import os
import subprocess
import sys

import pandas as pd
import pytest

import analysis
from analysis import cli, figures, guard, running
from analysis.texts import ROOT
from tests.settings import copied


def run(capsys, *words):
    status = cli.main([*words])
    return status, *capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            ["explain", "at_risk_2021", "--set", "persons_per_transfer=0.6"],
            "1.78 million",
        ),
        (["explain", "former_detainees.from_high_end"], "600,000"),
        (["explain", "same_share"], "1.785 million"),
        (["sensitivity", "at_risk_2021"], "over: 0.36 to 1"),
        (["break-even", "at_risk_2021_sum"], "matches: at least 0.667"),
        (["break-even", "at_risk_2021 >= 1.85e6"], "holds: at least 0.834"),
        (["verify", "--scenario", "southern"], "1.868 million"),
    ],
    ids=str,
)
def test_a_command_prints_its_numbers_within_the_width(capsys, words, shown):
    status, out, _ = run(capsys, *words)
    assert status == 0
    assert shown in out
    assert max(map(len, out.split("\n"))) <= 80


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["explain", "at_risk_2020"], "at_risk_2021"),
        (["verify", "--set", "persons_per_tranfer=0.6"], "persons_per_transfer"),
        (["verify", "--set", "persons_per_transfer"], "persons_per_transfer"),
        (["verify", "--scenario", "southren"], "southern"),
        (["sensitivity", "at_risk_total"], "former_detainees"),
        (["break-even", "at_risk_2021_su"], "at_risk_2021_sum"),
        (["explain", "at_risk_2019_unknown"], "at_risk_2019_unknown"),
        (["verify", "--set", "overlap=0", "cadres=1"], "--set"),
        (["explain", "cadres", "--set", "overlap=62"], "overlap"),
    ],
    ids=str,
)
def test_bad_input_is_one_sentence_and_status_2(capsys, words, named):
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert named in err
    assert err.count("\n") == 1


def test_each_option_is_explained_in_the_help(capsys):
    with pytest.raises(SystemExit):
        cli.main(["reproduce", "--help"])
    shown = capsys.readouterr().out
    for option in ("--set", "--scenario", "--out"):
        (first, *others) = shown.partition(f"  {option} ")[2].split()[:5]
        assert first.isupper()
        assert others[0].islower()


def test_signs_that_a_terminal_lacks_are_replaced():
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "verify"],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert b"1.6 million + 300,000 = up to 1.9 million" in done.stdout


def test_tables_for_machines_have_all_digits_and_the_setting(
    tmp_path, capsys, monkeypatch
):
    # 3.17 million − 3.17 million ÷ 1.105
    assert "301221.7195" in run(capsys, "checks", "--csv")[1]
    study = analysis.load().change(persons_per_transfer=0.6)
    out = tmp_path / "changed"
    monkeypatch.setattr(running, "start", lambda *_: [])
    run(capsys, "reproduce", "--set=persons_per_transfer=0.6", f"--out={out}")
    assert [*pd.read_csv(out / "checks.csv")["id"]] == [*study.book.checks]
    values = pd.read_csv(out / "estimates.csv", index_col=0)["value"].dropna()
    for name in study.figures().index:
        rows = figures.data(study, name)
        assert len(pd.read_csv(out / f"figures/{name}.csv")) == len(rows)
    for name, value in values.items():
        assert value == pytest.approx(float(study[name]), rel=1e-9), name


# Accepting ----------------------------------------------------------------------------


def start(folder, study):
    """Run the notebook of a made-up repository."""
    (folder / "01_one.ipynb").write_text("as it ran")
    return []


@pytest.fixture
def repository(article, monkeypatch, tmp_path):
    """A folder in place of the repository, in which a value and the README are old."""
    accepted = guard.values(article)
    accepted["estimates", "at_risk_2021", "value"] = "1900000.8"
    accepted.to_csv(copied(tmp_path) / "expected.csv")
    old = (ROOT / "README.md").read_text("utf-8")
    old = old.replace("up to 1.9 m", "up to 1.8 m")
    (tmp_path / "README.md").write_text(old, "utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/01_one.ipynb").write_text("old")
    monkeypatch.setattr(running, "start", start)
    return tmp_path


def test_accept_stores_what_verify_then_finds(repository, capsys):
    notebook = repository / "notebooks/01_one.ipynb"
    status, out, _ = run(capsys, "--data", str(repository), "accept")
    assert status == 0
    (line,) = [line for line in out.splitlines() if "at_risk_2021, value" in line]
    assert [part for part in line.split() if "19" in part] == ["1900000.8", "1900000"]
    assert notebook.read_text() == "as it ran"
    assert "= up to 1.9 million |" in (repository / "README.md").read_text("utf-8")
    assert run(capsys, "verify", "--data", str(repository))[0] == 0
