"""The command line: what it prints, and its exit status. Bad input gets one sentence
and changes nothing.
"""

import csv
import io
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import analysis
from analysis import __version__
from analysis.cli import app
from analysis.publish.atomic import lock
from tests.conftest import ROOT, Run
from tests.small import notebook
from tests.spoiling import raw, text
from tests.tables import cases

# Hand arithmetic, in persons: 3.17 million less 3.17 million / 1.105,
# one person per transfer.
ADDED = 3_170_000 - 3_170_000 / 1.105


def run(*arguments: str | Path) -> Result:
    return CliRunner(env={"ANALYSIS_DATA": None, "COLUMNS": "150"}).invoke(
        app, [str(one) for one in arguments]
    )


def output(*arguments: str | Path) -> str:
    done = run(*arguments)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done.stdout


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_verify_prints_every_check_and_counts_the_results() -> None:
    out = " ".join(output("verify", "--all").split())
    # Sixteen results: five of them in headlines, and eleven others.
    assert "Of the six headlines, three match or agree" in out
    assert "we compared eleven other results of the article. Seven repeat" in out
    for row in rows(ROOT / "data" / "checks.csv"):
        if row["kind"]:
            assert f"{row['id']}: " in out


def test_verify_says_what_was_checked_found_and_assumed() -> None:
    lines = output("verify").splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "Do the numbers in the article add up?"
    assert [line[0] for line in lines if re.match(r"\d  ", line)] == list("123456")
    assert " ".join(lines[-3:]).endswith("which says nothing about the article.")
    out = " ".join(lines)
    order = [
        "We did not check whether they are true",
        "1  ",
        "Of the six headlines",
        "the headlines rest on five assumptions of ours",
    ]
    places = [out.index(words) for words in order]
    assert places == sorted(places)
    # One person per transfer, in 2019 and 2021, all who were added at risk, and nobody
    # counted twice.
    for clause in (
        "each transfer in 2019 moved a different person",
        "persons per transfer had not changed by 2021",
        "everyone added since 2019 is at risk",
        "no former detainee is also counted as transferred",
    ):
        assert f"that {clause}" in out


def test_a_quantity_is_explained_by_a_reading_as_in_python() -> None:
    name = "persons_per_transfer.implied"
    out = output("explain", name)
    steps = str(analysis.load().steps(name))
    assert steps in out
    # 2.59 million divided by 3.17 million / 1.105.
    assert "result: 0.903 person/transfer" in out
    setting = ("--set", "transfers_2021=3.2 million")
    out = output("explain", name, *setting)
    assert str(analysis.load().change(transfers_2021=3.2e6).steps(name)) in out
    assert "differs from the article in: transfers_2021 = 3.2 million" in out


def test_a_statement_that_waits_for_words_names_them_above_its_answer() -> None:
    out = output("break-even", "at_risk_total >= 2.5 million person")
    heading, _, table = out.partition("Former detainees")
    said = "depends on former_detainees, which the article gives only in words"
    assert said in " ".join(heading.split())
    # 2.5 million less 1.6 million and 3.17 million less 3.17 million / 1.105.
    assert "598,778 or more" in table
    assert "not known" not in out


def test_the_explorer_opens_at_a_scenario(tmp_path: Path) -> None:
    where = ("explore", "--no-open", "--out", tmp_path)
    (address,) = output(*where, "--scenario", "ratio_tibet_2018").split()
    setting = analysis.load().scenario("ratio_tibet_2018").setting
    ((name, number),) = setting.choices.items()
    assert address.endswith(f"explorer.html#{name}={number}")
    (address,) = output(
        *where, "--scenario", "ratio_tibet_2018", "--set", "overlap=0.5"
    ).split()
    assert address.endswith(f"#{name}={number}&overlap=0.5")
    address, said = output(*where, "--scenario", "illustrative").splitlines()
    assert "persons_per_transfer=0.77" in address
    assert said.startswith("The page draws nothing: it takes the median for ")


@pytest.mark.parametrize("form", [[], ["--all"]])
def test_verify_under_a_setting_ends_with_the_tally_before_and_after(
    form: list[str],
) -> None:
    asked = ["verify", *form, "--set", "persons_per_transfer=0.55"]
    *_, before, after = output(*asked).strip().split("\n\n")
    # Note 4 and two million had matched on our assumptions; 0.55 x 301,222 = 165,672 is
    # below 250,000, and 1.766 million is 12 percent short of two.
    before, after = (" ".join(paragraph.split()) for paragraph in (before, after))
    assert before.startswith("Before: Of the six headlines, three match")
    assert "two match under assumptions or readings that we chose" in before
    assert "one is compatible" in before
    assert "differ" not in before
    assert after.startswith("After: Of the six headlines, two match or agree (one of")
    assert "two are compatible" in after
    assert "one matches under assumptions or readings that we chose" in after
    assert "one differs" in after


@pytest.mark.parametrize("form", [[], ["--all"]])
def test_verify_under_a_setting_lists_the_verdicts_that_change(form: list[str]) -> None:
    runner = CliRunner(env={"ANALYSIS_DATA": None, "COLUMNS": "80"})
    asked = ["verify", *form, "--set", "persons_per_transfer=0.5"]
    out = runner.invoke(app, asked).stdout
    listed = out.split("Verdicts that change, before and after:\n")[1].split("\n\n")[0]
    ids = re.findall(r"^(\w+): ", listed, re.MULTILINE)
    half = analysis.load().change(persons_per_transfer=0.5)
    assert ids == [*half.verdict_changes(analysis.load()).index]
    # Half of the 301,222 added leaves 1.751 million, 12.5 percent short of two.
    words = " ".join(listed.split())
    assert (
        "before matches, at least 99,000 or 4.95 percent short "
        "after compatible, at least 249,000 or 12.5 percent short"
    ) in words
    out = output("verify", *form, "--set", "overlap=0.1")
    assert "\nNo verdict changes.\n" in out
    assert out.strip().rpartition("\n\n")[2].startswith("Before and after: Of the six ")


def test_verify_as_csv_and_json_say_the_same() -> None:
    listed = list(csv.DictReader(io.StringIO(output("verify", "--csv"))))
    typed = json.loads(output("verify", "--json"))
    assert [row["id"] for row in listed] == [row["id"] for row in typed]
    (row,) = [row for row in typed if row["id"] == "at_risk_2021_sum"]
    assert row["recomputed"] == pytest.approx(1_600_000 + ADDED, abs=1e-3)
    assert (row["verdict"], row["published"], row["notebook"]) == (
        "matches",
        2_000_000,
        "04_at_risk_2021",
    )


def test_verify_names_what_moved_and_accept_takes_it(package: Path) -> None:
    text("claims.csv", ",10.5,", ",10.6,")(package)
    done = run("verify", "--data", package)
    assert done.exit_code == 1
    row = "claims, growth_rate_2019_2021, published: moved from 0.105 to 0.106"
    assert f"moved: {row}; moved by {package}/claims.csv, row 48" in done.stderr
    accepted = output("accept", "--data", package)
    assert f"{row}; moved by {package}/claims.csv, row 48" in accepted
    # The findings' own hand arithmetic still speaks of the former digit.
    assert "moved: " not in run("verify", "--data", package).stderr
    assert output("accept", "--data", package).startswith("0 of ")


def test_accept_writes_nothing_for_a_bad_package(package: Path) -> None:
    before = (package / "expected.csv").read_bytes()
    text("claims.csv", ",10.5,", ",ten,")(package)
    assert run("accept", "--data", package).exit_code == 2
    assert (package / "expected.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("quantity", "taken", "digits"),
    [
        ("planned_total_2021_2025", "plan_14fyp_total", "13.75 million transfers"),
        ("former_detainees", "345678", "345,678 persons"),
        ("overlap", "1/3", "0.3333333333"),
    ],
)
def test_a_number_that_is_not_computed_has_the_same_digits_on_each_line(
    quantity: str, taken: str, digits: str
) -> None:
    out = run("explain", quantity, "--set", f"{quantity}={taken}").stdout
    assert f"result: {digits}\n" in out
    number = digits.removesuffix(" transfers").removesuffix(" persons")
    label = quantity.replace("2021_2025", "2021–2025").replace("_", " ")
    assert f"\n{label} = {number} " in out.replace("\n    ", " ")


SHOWN = {
    "excess_2021": ["printed: 15.4 percent", "mobilization 2016–2020, paragraph 6"],
    "xinhua_base_2019": ["against transfers_2019_xinhua printed: over 2.87 million"],
    "official_excess_2021_goal": [
        "= 3.174 million ÷ at least 2.70 million − 1",
        "result: at most 17.6 percent",
    ],
    # "Two million" to the half million: 0.25 million either way.
    "low_end_several_three": [
        "to 2.05 million, or 1.75 to 2.25 million if rounded more coarsely",
        "note: The sum matches only if",
    ],
    "at_risk_2021_sum": [
        # 2 million less 1.901 million, which is 4.95 percent of 2 million
        "= 1.901 million at most",
        "verdict: matches, at least 99,000 or 4.95 percent short",
        "53 percent would match as well, and 66 percent if rounding is allowed for",
    ],
    "at_risk_2021": [
        "result: at most 1.901 million persons, 1.84 to 1.96 million",
        "at_risk_2021_sum: ",
    ],
    # 2 - 1.6 - 0.301222 million
    "detainees_for_low_end": ["former_detainees = 98,800: out of range"],
    "at_risk_total": [
        "former detainees = in words",
        "result: none",
        "in words only",
        "total_in_range: ",
    ],
    "two_values_of_2019": ["sceptical: ", "minus 2.59 million labourers"],
    "plan_13fyp_total": ["external figure", "at 121jk.cn"],
    "part_of_2020": ["0.5 year"],
}


@pytest.mark.parametrize("id", SHOWN)
def test_explain_shows_where_a_number_comes_from(id: str) -> None:
    out = output("explain", id)
    assert max(map(len, out.splitlines())) <= 80
    out = " ".join(out.split())
    assert [words for words in SHOWN[id] if words not in out] == []


def test_an_assumption_says_where_a_limit_cuts_its_range() -> None:
    # 1.05 would be more persons than transfers in 2021.
    assert "0.95 to 1, the limit" in " ".join(
        output("sensitivity", "at_risk_2021").split()
    )


@pytest.mark.parametrize("width", [80, 150])
@pytest.mark.parametrize(
    "command",
    [
        "verify --all",
        "scenarios",
        "sensitivity",
        "break-even",
        "compare",
        "explain plan_13fyp_a_year",
    ],
)
def test_a_table_fits_the_terminal_and_breaks_no_id(command: str, width: int) -> None:
    runner = CliRunner(env={"ANALYSIS_DATA": None, "COLUMNS": str(width)})
    done = runner.invoke(app, command.split())
    for line in done.stdout.splitlines():
        # A Chinese character takes two columns.
        two = sum("\u4e00" <= one <= "\uffef" for one in line)
        assert len(line) + two <= width
    ids = {
        "verify --all": "persons_a_cadre_if_persons",
        "compare": "plan_13fyp_total",
        "scenarios": "half_overlap",
    }
    ids["explain plan_13fyp_a_year"] = "plan_13fyp_a_year"
    assert ids.get(command, "persons_per_transfer_drift") in done.stdout


def test_every_table_has_a_form_for_machines() -> None:
    def table(*words: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(output(*words, "--csv"))))

    ratio = 2_590_000 / (3_170_000 / 1.105)
    added = {
        row["quantity"]: row["value"]
        for row in table("scenarios", "ratio_2019_implied")
    }
    assert float(added["net_new_persons"]) == pytest.approx(ADDED * ratio, abs=1e-3)
    # 1.6 million + r x 301,222 = 1.8 million
    turns = {
        row["assumption"]: row["roots"]
        for row in table("break-even", "at_risk_2021 >= 1.8 million person")
    }
    assert float(turns["persons_per_transfer"]) == pytest.approx(
        200_000 / ADDED, rel=1e-9
    )
    moved = {row["what"]: row for row in table("sensitivity", "at_risk_2021")}
    ratio = moved["persons_per_transfer"]
    # 1.6 million and 0.36 of those added, up to all of them
    assert [float(ratio[name]) for name in ("low", "high")] == pytest.approx(
        [1_600_000 + 0.36 * ADDED, 1_600_000 + ADDED], abs=1e-2
    )
    assert (float(ratio["low_at"]), float(ratio["high_at"])) == (0.36, 1)
    # 1.65 and 3.175 x 0.1055/1.1055 million
    assert float(moved["rounding"]["high"]) == pytest.approx(
        1_650_000 + 3_175_000 * 0.1055 / 1.1055, abs=1e-3
    )


def test_a_setting_names_the_headlines_that_it_moves_and_no_other() -> None:
    out = output("explain", "at_risk_2021", "--set", "persons_per_transfer=0.55")
    # 1.6 + 0.55 x 0.301 = 1.766 million
    assert "= 1.766 million; compatible, on these assumptions" in " ".join(out.split())
    assert "over 30 percent" not in out


def test_a_note_is_on_the_numbers_of_the_article() -> None:
    named = ("explain", "southern_at_values")
    assert 'note: Because the article writes "up to", every' in output(*named)
    changed = output(*named, "--set", "labourers_south_2019=1500000")
    assert "note, at the article's values: " in changed


def test_list_shows_every_row_of_a_kind_by_its_name() -> None:
    every = output("list")
    for kind, name, words in (
        ("claims", "plan_2016_2020", "2.2 million rural surplus laborers: Transfers"),
        ("checks", "net_persons", "(net_new_persons)"),
        ("solutions", "detainees_for_low_end", "(former_detainees)"),
        ("quantities", "persons_per_transfer", "person/transfer"),
        ("readings", "at_risk_2019=southern", "(chosen, reconstruction)"),
        ("readings", "transfers_2021=published", "as printed, the default"),
        ("assumptions", "persons_per_transfer", "varied from 0.36 to 1, chosen: "),
        ("findings", "two_values_of_2019", "2.59 million labourers"),
        ("external", "plan_13fyp_total", "at least 11 million"),
        ("statements", "two_million_in_all", "At least two million"),
        ("scenarios", "southern", "south"),
        ("figures", "waterfall", "Persons at risk of coercive labour in 2019"),
        ("columns", "claims.csv quantity", "(string, required)"),
    ):
        listed = output("list", kind)
        assert name in listed
        assert words in " ".join(listed.split())
        assert listed in every


def test_compare_sets_figures_side_by_side() -> None:
    found = list(
        csv.DictReader(
            io.StringIO(output("compare", "--csv", "--set", "persons_per_transfer=0.9"))
        )
    )
    (row,) = [
        row
        for row in found
        if row["id"] == "transfers_2019_xinhua" and row["beside"] == "transfers_2019"
    ]
    # 2.87 million over 3.17 million / 1.105
    assert float(row["ratio"]) == pytest.approx(2_870_000 / (3_170_000 / 1.105))


def test_scenarios_differ_from_the_first_that_is_named() -> None:
    found = {
        (row["scenario"], row["quantity"]): row
        for row in json.loads(output("scenarios", *PAIR, "--json"))
    }
    # 1.65 x 0.95 million as the base, against 1.6 million with the ratio 2.59 over
    # 3.17 / 1.105 million.
    ratio = 2_590_000 / (3_170_000 / 1.105)
    southern, implied = 1_650_000 * 0.95 + ADDED, 1_600_000 + ratio * ADDED
    row = found["ratio_2019_implied", "at_risk_2021"]
    assert (row["against"], row["difference"]) == (
        "southern",
        pytest.approx(implied - southern, abs=1e-3),
    )
    assert row["percent"] == pytest.approx(100 * (implied / southern - 1), rel=1e-6)
    assert found["southern", "at_risk_2021"]["difference"] == 0
    # Words alone give former detainees, so there is no value to differ.
    assert found["ratio_2019_implied", "at_risk_total"]["difference"] is None
    # One alone differs from the article.
    alone = json.loads(output("scenarios", "southern", "--json"))
    differences = {row["quantity"]: row["difference"] for row in alone}
    assert differences["at_risk_2019"] == -32_500
    done = CliRunner(env={"ANALYSIS_DATA": None, "COLUMNS": "80"}).invoke(
        app, ["scenarios", *PAIR]
    )
    assert max(map(len, done.stdout.splitlines())) <= 80
    words = " ".join(output("scenarios", *PAIR).split())
    assert "change from southern" in words
    # 1.6 million less 1.568 million, as both are shown; 32,500 are 2.07 percent.
    assert "+32,000 (+2.1 percent)" in words


PAIR = ("southern", "ratio_2019_implied")
CHANGED = (
    "explain at_risk_2021",
    "verify",
    "verify --all",
    "compare",
    "sensitivity at_risk_2021",
    "sensitivity",
    "break-even",
    "scenarios",
)


@pytest.mark.parametrize("command", CHANGED)
def test_every_command_takes_a_setting_and_ends_with_its_effect(command: str) -> None:
    given = ("--set", "persons_per_transfer=0.55", "--reading", SOUTHERN)
    out = " ".join(output(*command.split(), *given).split())
    shown = out[out.index('"likely approaches two million" at risk') :]
    # 1.65 x 0.95 + 0.55 x 0.301222 million
    assert "= 1.733 million" in shown
    differs = "persons_per_transfer = 0.55 person/transfer in place of our 1"
    assert "at_risk_2019: minority transferees of the south" in out
    assert differs in out
    # In place of one that a scenario gives.
    given = ("--scenario", "official_series", "--set", "transfers_2019=2.8 million")
    out = " ".join(output(*command.split(), *given).split())
    # 1.6 + 3.174 - 2.8 million
    assert "= 1.974 million" in out
    assert "transfers_2019 = 2.8 million transfers" in out


SOUTHERN = "at_risk_2019=southern"


@pytest.mark.parametrize("command", CHANGED)
def test_every_command_refuses_a_setting_alike(command: str) -> None:
    done = run(*command.split(), "--set", "ovrelap=0.5")
    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        done.stderr == "error: 'ovrelap' is not a quantity. Did you mean 'overlap'?\n"
    )
    done = run(*command.split(), "--set", "persons_per_transfer=1.7")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "cannot be 1.7. It must be between 0.05 and 1" in done.stderr


def test_a_changed_setting_moves_what_machines_read() -> None:
    given = ("--set", "persons_per_transfer=0.8", "--json")
    for row in json.loads(output("sensitivity", "at_risk_2021", *given)):
        assert row["value"] == pytest.approx(1_600_000 + 0.8 * ADDED)
    found = json.loads(
        output("break-even", "at_risk_2021 >= 1.8 million person", *given)
    )
    # 1.6 million + s x 0.8 x 301,222 = 1.8 million
    roots = {row["assumption"]: row["roots"] for row in found}
    assert roots["at_risk_share_of_new"] == [pytest.approx(200_000 / (0.8 * ADDED))]
    rows = {
        (row["scenario"], row["quantity"]): row
        for row in json.loads(output("scenarios", *given))
    }
    assert {scenario for scenario, _ in rows} == {"article", "yours"}
    assert rows["yours", "at_risk_2021"]["difference"] == pytest.approx(-0.2 * ADDED)
    (row,) = [
        row
        for row in json.loads(output("verify", *given))
        if row["id"] == "at_risk_2021_sum"
    ]
    assert row["recomputed"] == pytest.approx(1_600_000 + 0.8 * ADDED, abs=1e-3)


def test_what_files_hold_is_what_the_screen_shows_with_how_it_differs() -> None:
    given = ("--set", "persons_per_transfer=0.8")
    for words in (
        ("sensitivity", "at_risk_2021"),
        ("sensitivity",),
        ("break-even", "at_risk_2021 >= 1.8 million person"),
        ("scenarios",),
    ):
        typed = json.loads(output(*words, *given, "--json"))
        rows = list(csv.DictReader(io.StringIO(output(*words, *given, "--csv"))))
        assert [*typed[0]] == [*rows[0]]
        assert len(typed) == len(rows)
        differs = "persons_per_transfer = 0.8 person/transfer in place of our 1"
        assert differs in rows[-1]["differs"]
        assert typed[-1]["differs"] == rows[-1]["differs"]
        # Nothing differs, so there is no column; a scenario has its own.
        typed = json.loads(output(*words, "--json"))
        assert ("differs" in typed[0]) == (words == ("scenarios",))


def test_sensitivity_shows_ranges_tornado_and_draws() -> None:
    out = output(
        "sensitivity", "at_risk_total", "--scenario", "illustrative", "--draws", "1024"
    )
    for words in (
        "rounding of the printed digits",
        "median",
        "first order",
        "The draws are illustrative",
    ):
        assert words in " ".join(out.split())


def test_a_sweep_writes_its_rows(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "name: two\nquantities: [net_new_persons]\n"
        "values:\n  persons_per_transfer: [0.5 person/transfer, 1 person/transfer]\n",
        encoding="utf-8",
    )
    assert "holds 2 rows" in output("sweep", spec, "--out", tmp_path / "out.csv")
    found = rows(tmp_path / "out.csv")
    assert [float(row["net_new_persons"]) for row in found] == pytest.approx(
        [ADDED / 2, ADDED], rel=1e-9
    )


def test_reproduce_ends_with_every_verdict_and_writes_every_file(
    reproduced: Run,
) -> None:
    assert (reproduced.status, reproduced.err) == (0, "")
    assert "Of the six headlines" in reproduced.out
    assert {path.name for path in reproduced.folder.iterdir()} == {
        ".gitignore",
        "checks.csv",
        "claims.csv",
        "derived.csv",
        "estimates.json",
        "estimates.tex",
        "explorer.html",
        "external.csv",
        "figures",
        "findings.csv",
        "map.csv",
        "notebooks",
        "report",
        "ro-crate-metadata.json",
        "solutions.csv",
    }


def test_a_fresh_run_gives_the_committed_notebooks(reproduced: Run) -> None:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        made = (reproduced.folder / "notebooks" / path.name).read_text("utf-8")
        assert made == path.read_text("utf-8"), path.name


def test_nothing_that_is_compared_holds_a_path_or_a_clock(reproduced: Run) -> None:
    kinds = (
        "*.csv",
        "*.json",
        "*.tex",
        "notebooks/*",
        "report/**/*.html",
        "report/**/*.js",
    )
    for path in (
        path
        for kind in kinds
        for path in reproduced.folder.glob(kind)
        if "_static" not in path.parts
    ):
        content = path.read_text(encoding="utf-8")
        assert [
            word
            for word in (str(ROOT), str(reproduced.folder), "/tmp/")
            if word in content
        ] == [], path.name
        assert not re.search(r"\d\d:\d\d:\d\d", content), path.name


def test_a_notebook_that_fails_leaves_the_former_results(tmp_path: Path) -> None:
    cells = {"good": "x", "bad": "x / 0"}
    good, bad = (
        notebook(tmp_path / name / "one.ipynb", "x = 1", cell).parent
        for name, cell in cells.items()
    )
    out = tmp_path / "out"
    done = run("reproduce", "--no-report", "--out", out, "--notebooks", good)
    assert done.exit_code == 0
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    done = run("reproduce", "--no-report", "--out", out, "--notebooks", bad)
    assert done.exit_code == 1
    assert "one, cell 1: ZeroDivisionError" in done.stderr
    after = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert after == before
    assert (tmp_path / "out-failed" / "one.failed.ipynb").exists()
    # Whatever somebody put there meanwhile is not lost.
    theirs = tmp_path / "out-failed" / "mine.txt"
    theirs.write_text("kept", encoding="utf-8")
    done = run("reproduce", "--no-report", "--out", out, "--notebooks", good)
    assert done.exit_code == 2
    assert "mine.txt is not as a run wrote it and would be lost" in done.stderr
    theirs.rename(out / "mine.txt")
    done = run("reproduce", "--no-report", "--out", out, "--notebooks", good)
    assert (done.exit_code, (out / "mine.txt").read_text("utf-8")) == (2, "kept")
    assert (
        "mine.txt is not a result and would be lost; move it elsewhere" in done.stderr
    )


def test_run_writes_a_notebook_for_each_scenario(tmp_path: Path) -> None:
    given = ("--scenario", "article", "--scenario", "southern")
    out = " ".join(output("run", "04", *given, "--out", tmp_path).split())
    # The notebook's headlines under each: 1.6, and 1.65 x 0.95, and 0.301 million.
    assert out.index("= 1.901 million") < out.index("= 1.869 million")
    written = "04_at_risk_2021-southern.ipynb is written: "
    assert f"{written}differs from the article in: at_risk_2019" in out
    text = (tmp_path / "04_at_risk_2021-southern.ipynb").read_text(encoding="utf-8")
    # 1.5675 million and 301,222
    assert "1.869 million" in text
    assert (tmp_path / "04_at_risk_2021-southern-ro-crate-metadata.json").exists()


def test_run_all_runs_what_is_moved_and_names_the_others(tmp_path: Path) -> None:
    folder, books = tmp_path / "runs", tmp_path / "notebooks"
    books.mkdir()
    for name in ("01_transfers_against_plan", "04_at_risk_2021", "08_sensitivity"):
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", books)
    where = ("--notebooks", books, "--out", folder)
    out = output("run", "--all", "--scenario", "southern", *where)
    assert {path.name for path in folder.glob("*.ipynb")} == {
        "04_at_risk_2021-southern.ipynb",
        "08_sensitivity-southern.ipynb",
    }
    said = " ".join(out.split())
    left_out = "Not run: 01_transfers_against_plan. The scenario southern"
    assert f"{left_out} changes at_risk_2019" in said
    assert "Leave the scenario out" not in said
    done = run("run", "--all", "--scenario", "southrn", *map(str, where))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: 'southrn' names no scenario or file")
    for words in (("run",), ("run", "04", "--all")):
        assert run(*words).stderr == "error: name one notebook, or give --all.\n"


def test_break_even_answers_in_words_and_for_a_verdict() -> None:
    # 2.5 million less 1.6 million and 301,221.72; and over 0.7 of that.
    statement = "at_risk_total >= 2.5 million person"
    assert "598,778 or more" in output("break-even", statement)
    assert "855,398 or more" in output("break-even", statement, "--set", "overlap=0.3")
    rows = list(csv.DictReader(io.StringIO(output("break-even", statement, "--csv"))))
    assert {row["assumption"]: row["waits_for"] for row in rows} == {
        "former_detainees": "",
        "overlap": "former_detainees",
        "at_risk_share_of_new": "former_detainees",
        "persons_per_transfer": "former_detainees",
        "persons_per_transfer_drift": "former_detainees",
    }
    assert "0.664 or more" in output("break-even", "at_risk_2021_sum matches")


def test_compare_takes_the_ratio_of_a_scenario_as_one_that_is_set(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.yaml"
    lines = ["name: mine", "description: d", "reason: r", "values:"]
    lines.append("  persons_per_transfer: 0.8 person/transfer")
    file.write_text("\n".join(lines), encoding="utf-8")
    named = output("compare", "--csv", "--scenario", str(file))
    assert named == output("compare", "--csv", "--set", "persons_per_transfer=0.8")


def test_a_second_run_into_a_folder_is_refused_while_another_writes_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.publish.atomic._PATIENCE", 0.1)
    folder = tmp_path / "runs"
    with lock(folder, within=True):
        done = run("run", "03", "--out", folder)
    assert (done.exit_code, done.stdout) == (2, "")
    said = f"error: another run is writing to {folder}; wait for it to end.\n"
    assert done.stderr == said
    assert list(folder.iterdir()) == []


def test_run_ends_with_what_a_setting_does_to_a_headline_elsewhere(
    tmp_path: Path,
) -> None:
    out = output(
        "run", "02", "--reading", "persons_per_transfer=implied", "--out", tmp_path
    )
    written = " ".join(out.split()).partition("is written:")[2]
    # 1.6 million and 2.59 x 0.105 million
    assert re.search(
        r"at risk of coercive labour in 2021: .* = 1\.872 million; "
        "matches",
        written,
    )


#: A command, and a part of the sentence with which it is refused.
REFUSED = """
explain stands_for
    finding or external figure. It is a column: write 'analysis list columns'.
explain verdict
    It is a column of the results, which docs/results.md describes: write 'analysis
    verify --csv'.
explain zzz
    The whole list is in 'analysis list'.
explain at_risk_2021 --set zzz=1
    The whole list is in 'analysis list quantities' or in study.names('quantities').
explain at_risk_2012
    'at_risk_2012' is not a claim, check, solution, quantity, finding or
    external figure. Did
verify --set hours_to_assign_work=24
    hours_to_assign_work does not affect anything here under these readings. Leave
explain at_risk_2021 --set overlap=0.5
    overlap does not affect
explain at_risk_2021 --set persons_per_transfer_drift=1.05
    persons_per_transfer_2021 would be 1.05, but must be
explain at_risk_2021 --set persons_per_transfer
    'persons_per_transfer' is not of the form quantity=value
explain at_risk_2021 --set persons_per_transfer 0.6
    'persons_per_transfer' is not of the form quantity=value
explain at_risk_2021 --set at_risk_2019=south
    at_risk_2019 has no reading 'south'. Did you mean 'southern'?
explain at_risk_2021 --reading at_risk_2019=south
    Did you mean 'southern'?
explain at_risk_2021 --scenario southern --reading at_risk_2019=composition
    You also set everything that this scenario changes
explain ratio_fitted --set overlap=0.5
    overlap does not affect
explain ratio_fitted --set persons_per_transfer=0.8
    ratio_fitted solves for persons_per_transfer. Leave out your value for it.
explain ratio_fitted --reading transfers_2019=from_difference
    names its own reading of it, 'from_rate'
scenarios southern southern
    two scenarios are called southern
sensitivity at_risk_totl
    'at_risk_totl' is not a quantity and not a row of claims.csv. Did you mean
sensitivity at_risk_total
    at_risk_total has no single value, because the
sensitivity at_risk_total --json
    at_risk_total has no single value, because the
sensitivity at_risk_total --csv
    at_risk_total has no single value, because the
list claim
    'claim' is not a kind of name. Did you mean 'claims'?
verify --csv --json
    give only one of --json and --csv
explain persons_per_transfer.impled
    persons_per_transfer has no reading 'impled'. Did you mean 'implied'?
explain persons_per_transfr.implied
    'persons_per_transfr.implied' is not a claim, check, solution, quantity, finding
explain transfers_2019.from_rate --set transfers_2019=2.8e6
    Your number for transfers_2019 has no effect, because all that uses transfers_2019
explain persons_per_transfer.implied --scenario half_overlap
    The scenario changes former_detainees, overlap, but nothing computed here
run 01 --scenario southern
    error: The scenario southern changes at_risk_2019, but nothing computed here
explain net_new_persons --scenario southern
    or ask for a number that depends on it: at_risk_2019, at_risk_2021, at_risk_total
sensitivity net_new_persons --set overlap=0.5
    overlap does not affect
break-even two_million_in_2021 --set share_base=0.5
    share_base does not affect
scenarios --set share_base=0.5
    share_base does not affect
verify --scenario southern --scenario article
    --scenario is given 2 times, and this command takes one
scenarios southern --scenario southern --scenario half_overlap
    --scenario is given 2 times
scenarios nowhere.yaml
    'nowhere.yaml' names no file that exists
break-even 'at_risk_2021 >> 3'
    is not a statement
run 99
    '99' is not a notebook
run 04 -p ovrelap=0.5
    'ovrelap' is not a quantity. Did you mean 'overlap'?
run 01 --out ''
    --out names no folder; give it the name of one
audit data
    data
verify --data nowhere
    nowhere/datapackage.json: the file is missing
"""


@pytest.mark.parametrize(("command", "said"), cases(REFUSED))
def test_bad_input_is_one_sentence_and_status_2(
    command: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    done = run(*shlex.split(command))
    assert done.exit_code == 2
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            text(
                "scenarios/southern.yaml", "at_risk_2019: southern", "at_risk_2019: x"
            ),
            "southern.yaml, field values.at_risk_2019: at_risk_2019 has no",
        ),
        (
            raw("specification.yaml", lambda _: b""),
            "specification.yaml: the file is empty",
        ),
        (
            text("specification.yaml", "at_risk_total]", "at_risk_totl]"),
            "specification.yaml, field quantities: 'at_risk_totl' is not a quantity.",
        ),
        (
            text("headlines.yaml", "[at_risk_2021]", "[at_risk_2012]"),
            "headlines.yaml, entry approaches_in_2021, field working: 'at_risk_2012'",
        ),
        (
            text("statements.csv", "200000 person", "200000 persn"),
            "statements.csv, row 7 (two_hundred_thousand_persons), field other: ",
        ),
        (
            text("findings.yaml", "expression: ", "expression: 9**9**9 * "),
            "has a power that is not a whole number from -9 to 9",
        ),
    ],
)
def test_verify_reads_and_checks_every_file(
    package: Path, change: Callable[[Path], object], said: str
) -> None:
    change(package)
    done = run("verify", "--data", package)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr


def test_every_command_refuses_a_bad_package_alike(package: Path) -> None:
    text("claims.csv", ",10.5,", ",ten,")(package)
    commands = [
        "verify",
        "accept",
        "list",
        "compare",
        "scenarios",
        "sensitivity",
        "break-even",
        "reproduce",
    ]
    (sentence,) = {run(command, "--data", package).stderr for command in commands}
    assert "claims.csv, row" in sentence
    field = "(growth_rate_2019_2021), field printed: "
    assert f"{field}'ten' is not a number in plain digits, such as 2.59" in sentence


def test_a_reader_who_leaves_early_is_told_nothing() -> None:
    command = f"{sys.executable} -m analysis list | head -1"
    done = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    status = subprocess.run(
        ["bash", "-o", "pipefail", "-c", f"{sys.executable} -m analysis list | true"],
        cwd=ROOT,
        check=False,
    )
    assert status.returncode == 128 + signal.SIGPIPE
    closed = subprocess.run(
        command.replace("list | head -1", "verify >&-"),
        shell=True,
        cwd=ROOT,
        stderr=-1,
        check=True,
    )
    assert closed.stderr == b""


def test_help_and_version() -> None:
    out = output("--help")
    for command in (
        "reproduce",
        "verify",
        "explain",
        "run",
        "scenarios",
        "sweep",
        "compare",
        "audit",
        "diff",
    ):
        assert command in out
    assert output("--version").strip() == __version__


@pytest.mark.parametrize("seconds", ["", "abc", "99999999999999999999", "-1", "1.5"])
def test_a_time_that_is_no_number_of_seconds_is_refused(
    monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    done = CliRunner().invoke(app, ["list", "scenarios"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(
        f"error: the environment variable SOURCE_DATE_EPOCH is '{seconds}', but must be"
    )
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert CliRunner().invoke(app, ["list", "scenarios"]).exit_code == 0
