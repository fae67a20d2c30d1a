"""The command line: the same numbers as in Python, and bad input in one sentence."""

import os
import subprocess
import sys
import time

import pytest

import analysis
from analysis import cli, figures, guard, running
from tests.settings import damaged


def run(capsys, *words):
    status = cli.main([*words])
    return status, *capsys.readouterr()


def test_verify_prints_the_headlines(capsys):
    status, out, err = run(capsys, "verify")
    assert (status, err) == (0, "")
    assert "1.6 million + 300,000 = up to 1.9 million" in out


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
        (["break-even", "at_risk_2021_sum"], "matches from 0.667"),
        (["break-even", "at_risk_2021 >= 1.85e6"], "holds from 0.834"),
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
    ],
    ids=str,
)
def test_bad_input_is_one_sentence_and_status_2(capsys, words, named):
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert named in err
    assert err.count("\n") == 1


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "explain", "transfers_2021"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "3.17 million" in done.stdout


def test_signs_that_a_terminal_lacks_are_replaced():
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "verify"],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )
    assert b"1.6 million + 300,000 = up to 1.9 million" in done.stdout


def test_accept_stores_what_verify_then_finds(article, capsys, monkeypatch, tmp_path):
    path = tmp_path / "expected.csv"
    accepted = guard.values(article)
    accepted["estimates", "at_risk_2021", "value"] = "1900000.8"
    accepted.to_csv(path)
    monkeypatch.setattr(guard, "EXPECTED", path)
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    monkeypatch.setattr(running, "NOTEBOOKS", tmp_path / "notebooks")
    notebook = running.NOTEBOOKS / "01_one.ipynb"
    notebook.parent.mkdir()

    def start(folder, study):
        (folder / notebook.name).write_text("as it ran")
        return []

    monkeypatch.setattr(running, "start", start)
    notebook.write_text("old")
    readme = tmp_path / "README.md"
    readme.write_text(
        cli.README.read_text("utf-8").replace("up to 1.9 m", "up to 1.8 m"), "utf-8"
    )
    monkeypatch.setattr(cli, "README", readme)
    title = "title: Transfers planned"
    folder = damaged(tmp_path, "figures.yaml", title, f"{title} {'and made ' * 20}")
    with monkeypatch.context() as patch:
        patch.setattr(cli, "load", lambda: analysis.load(folder))
        status, _, err = run(capsys, "accept")
    assert status == 1
    assert "plan_against_actual" in err
    assert "1900000.8\n" in path.read_text()
    # Each figure is drawn in a test of its own.
    monkeypatch.setattr(figures, "runs_out", lambda figure: False)
    monkeypatch.setattr(figures, "draw", lambda *words: None)

    def edited(folder, study):
        notebook.write_text("edited")
        return start(folder, study)

    with monkeypatch.context() as patch:
        patch.setattr(running, "start", edited)
        patch.setattr(running, "START", time.time())
        status, _, _ = run(capsys, "accept")
    assert (status, notebook.read_text()) == (1, "edited")
    monkeypatch.setattr(running, "START", time.time())
    status, out, _ = run(capsys, "accept")
    assert status == 0
    assert "at_risk_2021, value: 1900000.8 to 1900000" in out
    assert run(capsys, "verify")[0] == 0
    assert notebook.read_text() == "as it ran"
    assert "= up to 1.9 million |" in readme.read_text("utf-8")
