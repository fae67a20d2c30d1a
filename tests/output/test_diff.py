"""Two results folders beside each other: what moved, by how much, and because of which input."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from analysis.cli import app
from analysis.core.files import replace_atomically
from analysis.core.model import Model
from analysis.core.register import InputError, Register
from analysis.core.verdicts import judge_all
from analysis.output.diff import Difference, compare
from analysis.output.results import write_tables

ROOT = Path(__file__).resolve().parents[2]


def written(folder: Path, data: Path) -> Path:
    """The results of a data package, without notebooks, and with one figure's data."""
    model = Model(Register.read(data))
    with replace_atomically(folder) as new:
        write_tables(new, model, judge_all(model), {})
        (new / "figures").mkdir()
        (new / "figures" / "waterfall.csv").write_text("label,low\nbase,1600000\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The article's results, and those of a package in which 2.59 million is 2.60 million and the overlap is 0.1."""
    import shutil

    folder = tmp_path_factory.mktemp("runs")
    package = folder / "data"
    shutil.copytree(ROOT / "data", package)
    rows = (package / "claims.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [row.replace(",2.59,", ",2.60,") if row.startswith("figure_2019_all,") else row for row in rows]
    assert sum(one != two for one, two in zip(rows, changed, strict=True)) == 1
    (package / "claims.csv").write_text("".join(changed), encoding="utf-8")
    return written(folder / "before", ROOT / "data"), written(folder / "after", package)


@pytest.fixture(scope="module")
def found(runs: tuple[Path, Path]) -> dict[tuple[str, str, str], Difference]:
    return {(one.table, one.id, one.field): one for one in compare(*runs)}


def test_the_input_that_moved_comes_first(runs: tuple[Path, Path]) -> None:
    first = compare(*runs)[0]
    assert (first.table, first.id, first.field) == ("claims", "figure_2019_all", "published")
    assert (float(first.was), float(first.now), first.unit) == (2_590_000, 2_600_000, "labourer")
    # 10,000 of 2,590,000 are 0.3861 percent.
    assert (first.by, first.percent) == (10_000, pytest.approx(0.38610, abs=1e-5))
    assert first.inputs == ()


def test_what_follows_says_by_how_much_and_from_which_input(found: dict[tuple[str, str, str], Difference]) -> None:
    # 2.60 or 2.59 million labourers, one person each, over 3.17 million / 1.105 transfers: 0.90631 and 0.90282.
    ratio = found["checks", "ratio_implied", "recomputed"]
    base = 3_170_000 / 1.105
    assert ratio.by == pytest.approx(10_000 / base, rel=1e-6)
    assert ratio.unit == "person/transfer"
    assert ratio.inputs == ("figure_2019_all",)
    # The growth that 2.60 million implies is 3.17 / 2.60 - 1; that of 2.59 million 3.17 / 2.59 - 1.
    growth = found["checks", "growth_from_labourers", "recomputed"]
    assert growth.by == pytest.approx(3.17 / 2.60 - 3.17 / 2.59, rel=1e-6)
    assert growth.inputs == ("figure_2019_all",)


def test_what_moves_through_a_reading_that_a_check_names_has_its_input(
    found: dict[tuple[str, str, str], Difference],
) -> None:
    moved = found["checks", "net_persons_ratio_implied", "recomputed"]
    # At the implied ratio the increase is 2.59 million times 0.105, or 2.60 million times it.
    assert moved.by == pytest.approx(1050, rel=1e-6)
    assert moved.inputs == ("figure_2019_all",)


def test_a_step_of_a_finding_has_the_rows_that_it_names(found: dict[tuple[str, str, str], Difference]) -> None:
    steps = [one for key, one in found.items() if key[0] == "findings" and key[2] == "value"]
    assert steps
    assert all(one.inputs == ("figure_2019_all",) for one in steps)


def test_what_does_not_rest_on_it_has_not_moved(found: dict[tuple[str, str, str], Difference]) -> None:
    assert {id for table, id, _ in found if table == "claims"} == {"figure_2019_all"}
    names = {id for table, id, _ in found if table == "estimates"}
    assert "at_risk_2019.constant_share" in names
    assert not names & {"transfers_2019", "net_new_transfers", "at_risk_2019.southern", "former_detainees"}


def edit(folder: Path, name: str, change: Callable[[str], str]) -> None:
    path = folder / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture
def pair(runs: tuple[Path, Path], tmp_path: Path) -> tuple[Path, Path]:
    """The article's results, twice."""
    import shutil

    for name in ("a", "b"):
        shutil.copytree(runs[0], tmp_path / name)
    return tmp_path / "a", tmp_path / "b"


def test_a_number_that_differs_in_its_last_digit_alone_has_not_moved(pair: tuple[Path, Path]) -> None:
    edit(pair[1], "estimates.json", lambda text: text.replace("1901221.719", "1901221.7191"))
    assert compare(*pair) == []
    edit(pair[1], "estimates.json", lambda text: text.replace("1901221.7191", "1901222.719"))
    assert {(one.id, one.field) for one in compare(*pair)} >= {("at_risk_2021", "value")}


def test_a_verdict_that_changes_is_a_difference_in_words(pair: tuple[Path, Path]) -> None:
    edit(pair[1], "checks.csv", lambda text: text.replace(",point,reproduced,", ",point,consistent,", 1))
    (one,) = compare(*pair)
    assert (one.field, one.was, one.now, one.by, one.percent, one.unit) == (
        "verdict", "reproduced", "consistent", None, None, "",
    )  # fmt: skip


def test_rows_and_figures_that_are_new_or_gone_are_differences(pair: tuple[Path, Path]) -> None:
    edit(pair[1], "claims.csv", lambda text: "".join(text.splitlines(keepends=True)[:-1]))
    edit(pair[1], "figures/waterfall.csv", lambda text: text + "total,2250000\n")
    found = compare(*pair)
    assert all(one.now == "" for one in found if one.table == "claims")
    assert [(one.table, one.id, one.field, one.was, one.now) for one in found if one.table.startswith("figures/")] == [
        ("figures/waterfall.csv", "row 3", "label", "", "total"),
        ("figures/waterfall.csv", "row 3", "low", "", "2250000"),
    ]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, arguments)])


def test_the_command_says_what_moved_and_ends_with_1(runs: tuple[Path, Path]) -> None:
    result = run(*runs)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    first = next(line for line in lines if "claims, figure_2019_all" in line)
    for word in ("2,590,000", "2,600,000", "+10,000 labourer", "+0.386"):
        assert word in first
    assert lines[-1].startswith("Moved: ")
    assert lines[-1].endswith("inputs that moved: figure_2019_all.")


def test_the_command_ends_with_0_when_nothing_moved(runs: tuple[Path, Path]) -> None:
    result = run(runs[0], runs[0])
    assert (result.exit_code, result.stdout) == (0, "Nothing moved.\n")


def test_the_command_gives_json(runs: tuple[Path, Path]) -> None:
    result = run(*runs, "--json")
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert [Difference(**{**row, "inputs": tuple(row["inputs"])}) for row in rows] == compare(*runs)


def with_text(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / ".gitignore").unlink(), "holds no results; name a folder that a run has written"),
        (lambda folder: (folder / "checks.csv").unlink(), r"checks\.csv is missing"),
        (lambda folder: (folder / "estimates.json").unlink(), r"estimates\.json is missing"),
        (
            lambda folder: (folder / "estimates.json").write_text("{", encoding="utf-8"),
            r"estimates\.json can't be read",
        ),
        (lambda folder: (folder / "estimates.json").write_text("[]", encoding="utf-8"), "does not hold estimates"),
        (lambda folder: (folder / "claims.csv").write_bytes(b"\xff\xfe\xff"), r"claims\.csv can't be read"),
        (with_text("estimates.json", "[" * 100_000), r"estimates\.json can't be read"),
        (with_text("estimates.json", '{"a": {"depends_on": 5}}'), "depends_on of a is no list of names"),
        (with_text("estimates.json", '{"a": {"depends_on": [5]}}'), "depends_on of a is no list of names"),
        (with_text("checks.csv", 'id\n"open\n'), r"checks\.csv is no table as a run writes it"),
        (with_text("figures/waterfall.csv", 'id\n"a"b\n'), r"waterfall\.csv is no table as a run writes it"),
    ],
)
def test_a_folder_without_a_whole_run_is_refused(
    pair: tuple[Path, Path], spoil: Callable[[Path], object], words: str
) -> None:
    spoil(pair[1])
    with pytest.raises(InputError, match=words):
        compare(*pair)


def test_a_folder_that_is_none_is_refused_in_one_sentence(tmp_path: Path) -> None:
    result = run(tmp_path / "none", tmp_path)
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "none is no folder; name one that a run has written" in result.stderr
