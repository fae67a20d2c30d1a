"""Two results folders beside each other: what moved, by how much, and because of which input."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analysis.cli import app
from analysis.core.model import Model
from analysis.core.register import InputError, Register
from analysis.core.verdicts import judge_all
from analysis.output.diff import compare
from analysis.output.results import write_tables
from tests.conftest import ROOT
from tests.spoiling import text


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The article's results, and those of a package in which 2.59 million is 2.60 million; with one figure's data."""
    folder = tmp_path_factory.mktemp("runs")
    shutil.copytree(ROOT / "data", folder / "data")
    text("claims.csv", 'all of the region",2.59,', 'all of the region",2.60,')(folder / "data")
    for name, data in (("before", ROOT / "data"), ("after", folder / "data")):
        model = Model(Register.read(data))
        (folder / name / "figures").mkdir(parents=True)
        (folder / name / "figures" / "waterfall.csv").write_text("label,low\nbase,1600000\n", encoding="utf-8")
        write_tables(folder / name, model, judge_all(model), {})
    return [folder / "before", folder / "after"]


def test_a_verdict_that_moved_is_no_input(runs: list[Path], tmp_path: Path) -> None:
    shutil.copytree(runs[0], tmp_path / "after")
    # The verdict of the plan's row moves, and the side of the checks that start from it, but no number.
    text("claims.csv", "start,,", "start,differs,")(tmp_path / "after")
    text("checks.csv", "at least,matches", "at most,matches")(tmp_path / "after")
    found = compare(runs[0], tmp_path / "after")
    assert found["field"].tolist() == ["verdict", "side"]
    assert found["inputs"].tolist() == [[], []]


def moved(before: Path, after: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {(row["table"], row["id"], row["field"]): row for row in compare(before, after).to_dict("records")}


def test_each_number_says_by_how_much_and_from_which_input(runs: list[Path]) -> None:
    found = moved(*runs)
    printed = found["claims", "figure_2019_all", "published"]
    assert (printed["was"], printed["now"], printed["by"], printed["inputs"]) == ("2590000", "2600000", 10_000, [])
    # 10,000 of 2,590,000 are 0.3861 percent.
    assert printed["percent"] == pytest.approx(0.38610, abs=1e-5)
    # At one person each, over 3.17 million / 1.105 transfers.
    ratio = found["derived", "ratio_implied", "recomputed"]
    assert ratio["by"] == pytest.approx(10_000 / (3_170_000 / 1.105), rel=1e-6)
    # At the implied ratio, which is a reading that the check names, the increase is 2.59 or 2.60 million times 0.105.
    persons = found["checks", "net_persons_ratio_implied", "recomputed"]
    assert persons["by"] == pytest.approx(1050, rel=1e-6)
    assert ratio["inputs"] == persons["inputs"] == ["figure_2019_all"]
    # The ratio that is solved for moves with it.
    assert found["solutions", "ratio_fitted", "value"]["by"] == pytest.approx(ratio["by"])


def test_last_digits_do_not_count_and_words_and_new_rows_do(runs: list[Path], tmp_path: Path) -> None:
    pair = [Path(shutil.copytree(runs[0], tmp_path / name)) for name in ("a", "b")]
    text("estimates.json", "1901221.719", "1901221.7191")(pair[1])
    assert moved(*pair) == {}
    text("checks.csv", ",at most,matches,", ",at most,compatible,")(pair[1])
    text("figures/waterfall.csv", "1600000", "0")(pair[0])
    text("figures/waterfall.csv", "1600000\n", "1600000\ntotal,2\n")(pair[1])
    verdict, *figures = moved(*pair).values()
    assert (verdict["field"], verdict["was"], verdict["now"]) == ("verdict", "matches", "compatible")
    assert (verdict["by"], verdict["percent"]) == (None, None)
    # A number that was nought has moved by no percentage.
    assert [[row[name] for name in ("id", "was", "now", "by", "percent")] for row in figures] == [
        ["row 2", "0", "1600000", 1_600_000, None],
        ["row 3", "", "total", None, None],
        ["row 3", "", "2", None, None],
    ]


def test_the_command_says_what_moved(runs: list[Path]) -> None:
    before, after = map(str, runs)
    arguments = ([after], [after, "--json"], [before], [before, "--csv"], [before + "/none"])
    results = [CliRunner().invoke(app, ["diff", before, *words]) for words in arguments]
    shown, as_json, same, none, missing = results
    assert [result.exit_code for result in results] == [1, 1, 0, 0, 2]
    first = shown.stdout.partition("claims, figure_2019_all\n")[2].partition("claims, ")[0]
    assert all(word in first for word in ("2,590,000", "2,600,000", "+10,000", "+0.386"))
    assert "\nMoved: 3 in claims, " in shown.stdout
    assert json.loads(as_json.stdout) == compare(*runs).to_dict("records")
    assert same.stdout == "Nothing moved.\n"
    assert none.stdout == "table,id,field,was,now,by,percent,inputs\n"
    assert re.fullmatch(r"error: .*none is no folder of results: it has no estimates.json\n", missing.stderr)


@pytest.mark.parametrize(("name", "content"), [("estimates.json", b"[1]"), ("checks.csv", b"no id\n1\n")])
def test_damaged_results_are_refused(runs: list[Path], tmp_path: Path, name: str, content: bytes) -> None:
    shutil.copytree(runs[0], tmp_path / "damaged")
    (tmp_path / "damaged" / name).write_bytes(content)
    with pytest.raises(InputError, match=f"{name} is not as a run writes it"):
        compare(runs[0], tmp_path / "damaged")
    (tmp_path / "damaged" / name).write_bytes((runs[0] / name).read_bytes())
    (tmp_path / "damaged" / "solutions.csv").unlink()
    with pytest.raises(InputError, match=r"damaged has no rows of solutions, which the other has$"):
        compare(runs[0], tmp_path / "damaged")
