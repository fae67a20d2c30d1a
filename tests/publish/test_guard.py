"""The guard: what moves is named, with its place and with the input that moved it."""

import importlib
import inspect
import linecache
import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analysis import formulas
from analysis.cli import app
from analysis.core.errors import RegisterError
from analysis.core.register import Register
from analysis.formulas import at_risk, labour_transfers
from analysis.model.model import Model
from analysis.model.verdicts import judge_all
from analysis.publish import cells, guard
from analysis.publish.guard import moved_cells, read_expected
from analysis.render.figures import data_text, figures
from analysis.render.headlines import headlines, headlines_text
from tests.conftest import ROOT
from tests.spoiling import cells as with_cells
from tests.spoiling import entry, text

Spoiled = Callable[[Path], object]


def verify(package: Path) -> tuple[int, list[str]]:
    """The exit status of `verify` on a data package, and what it says has moved."""
    done = CliRunner(env={"ANALYSIS_DATA": None}).invoke(
        app, ["verify", "--data", str(package)]
    )
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stderr.splitlines()


def place(package: Path, rest: str) -> str:
    return f"moved: {package}/{rest}"


# What is guarded ----------------------------------------------------------------------


def test_what_is_accepted_is_what_a_run_computes(model: Model, tmp_path: Path) -> None:
    for name, figure in figures(model).items():
        frame = figure.frame(figure.evaluation(model))
        (tmp_path / f"{name}.csv").write_text(data_text(frame), encoding="utf-8")
    now = guard.cells_of(model, judge_all(model))
    now = {**now, **cells.drawn(model), **cells.plotted(tmp_path)}
    assert moved_cells(read_expected(model.register), now) == {}


def test_verify_guards_all_but_figures_and_draws(model: Model) -> None:
    whole = read_expected(model.register)
    of_verify = read_expected(model.register, whole=False)
    later = {table for table, _, _ in whole.keys() - of_verify.keys()}
    assert later == {
        "draws",
        "indices",
        *(f"figures.{name}" for name in figures(model)),
    }


def test_no_cell_holds_a_spelled_number_and_all_are_in_order(model: Model) -> None:
    expected = read_expected(model.register)
    for key, content in expected.items():
        assert not re.search(r"\d (million|percent)|−|,\d{3}", content), key
        # Ten significant digits at most.
        if re.fullmatch(r"-?[\d.]+(e[-+]\d+)?", content):
            digits = content.partition("e")[0].strip("-").replace(".", "").strip("0")
            assert len(digits) <= 10, key
    tables = [table for table, _, _ in expected]
    assert tables == sorted(tables)


def test_the_headlines_are_spelled_as_they_were(model: Model) -> None:
    golden = ROOT / "tests" / "golden" / "headlines.txt"
    spelled = headlines_text(headlines(model))
    assert spelled + "\n" == golden.read_text(encoding="utf-8"), (
        "`make refresh` writes the file anew"
    )


# What moves ---------------------------------------------------------------------------


def changed_formula(module: types.ModuleType, name: str, old: str, new: str) -> Model:
    """The article's model with another text of one formula."""
    source = inspect.getsource(getattr(module, name))
    assert old in source
    changed = inspect.getsource(module).replace(source, source.replace(old, new))
    made = types.ModuleType(module.__name__)
    made.__file__ = f"<{module.__name__}, changed>"
    lines = changed.splitlines(keepends=True)
    linecache.cache[made.__file__] = (len(changed), None, lines, made.__file__)
    exec(compile(changed, made.__file__, "exec"), vars(made))
    modules = [
        importlib.import_module(f"{formulas.__name__}.{part}")
        for part in formulas.__all__
    ]
    others = [made if part is module else part for part in modules]
    return Model(Register.read(ROOT / "data"), others)


def test_a_sum_for_a_difference_in_a_headline_is_named() -> None:
    # The two figures of 2019 are 2,590,000 and 2,868,778.281, in all 5,458,778.281.
    model = changed_formula(labour_transfers, "figures_of_2019_apart", "-", "+")
    now = guard.cells_of(model, judge_all(model))
    moved = moved_cells(read_expected(model.register, whole=False), now)
    key = ("headlines", "two_figures_of_2019", "working.1.figures_of_2019_apart")
    assert moved[key] == ("278778.2805", "5458778.281")
    said = guard.described(model.register, moved)
    assert all("moved by" not in sentence for sentence in said)


def test_a_factor_of_one_that_is_left_out_is_named() -> None:
    model = changed_formula(at_risk, "at_risk_2021", "* at_risk_share_of_new", "* 1")
    now = guard.cells_of(model, judge_all(model))
    moved = moved_cells(read_expected(model.register, whole=False), now)
    # The number does not move at the article's setting, but its range does.
    assert ("estimates", "at_risk_2021", "value") not in moved
    assert ("ranges", "at_risk_2021.at_risk_share_of_new", "low") in moved


def test_another_check_of_a_headline_is_named(package: Path) -> None:
    text("headlines.yaml", "check: at_risk_2021_sum", "check: same_share")(package)
    status, lines = verify(package)
    assert status == 1
    first = "headlines.yaml, entry approaches_in_2021, field check: moved from "
    assert lines[0] == place(package, f"{first}at_risk_2021_sum to same_share")


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        # A name that the headline uses elsewhere takes the place of another.
        (
            text(
                "headlines.yaml",
                "government gives {report_2021}",
                "gives {report_2019}",
            ),
            "headlines, growth_since_2019, sentence.1: moved from 3174000 to 2860000",
        ),
        # Typed digits take the place of a number.
        (
            text(
                "headlines.yaml",
                "The {report_2021} that the region",
                "The 3.714 million that the region",
            ),
            "headlines, growth_since_2019, caveats.1: moved from 3174000 to",
        ),
        (
            text("headlines.yaml", "from_high_end:short}", "from_high_end}"),
            "headlines, with_former_detainees, sentence.3.form: is gone, was short",
        ),
        (
            text("headlines.yaml", 'shown: "{verdict}, if', 'shown: "differs, if'),
            "headlines, above_plan, shown: is gone, was verdict",
        ),
        # Digits that are not printed, of the same value.
        (
            with_cells("claims.csv", "plan_2016_2020_floor", printed="2.20"),
            "(plan_2016_2020_floor), field printed: moved from 2.2 to 2.20",
        ),
    ],
    ids=["another name", "typed digits", "form", "verdict", "nought"],
)
def test_what_a_reader_would_see_otherwise_is_named(
    package: Path, spoil: Spoiled, named: str
) -> None:
    spoil(package)
    status, lines = verify(package)
    assert status == 1
    assert any(named in line for line in lines), lines


@pytest.mark.parametrize(
    ("spoil", "first", "also"),
    [
        (
            with_cells("claims.csv", "total_2021_tianshan", printed="3.18"),
            "claims.csv, row 47 (total_2021_tianshan), field printed: moved from 3.17 "
            "to 3.18",
            # 1,600,000 and 3,180,000 less 3,180,000 / 1.105.
            "estimates, at_risk_2021, value: moved from 1901221.719 to 1902171.946",
        ),
        (
            with_cells("claims.csv", "mean_2016_2020", qualifier="over"),
            "claims.csv, row 13 (mean_2016_2020), field qualifier: moved from exact to "
            "over",
            # Over 2.87 million is above it, not what rounds to it.
            "claims, mean_2016_2020, asserts_above: is new, 2870000",
        ),
        (
            with_cells("readings.csv", "persons_per_transfer,implied", grade="chosen"),
            "readings.csv, row 22 (persons_per_transfer, implied), field grade: moved "
            "from implied to chosen",
            "",
        ),
        (
            entry("overlap", high=0.6),
            "assumptions.yaml, entry overlap, field high: moved from 0.5 to 0.6",
            "",
        ),
        (
            text("scenarios/ratio_rises.yaml", "0.95 person/", "0.94 person/"),
            "scenarios/ratio_rises.yaml, entry ratio_rises, field "
            "values.persons_per_transfer_2021: moved from 0.95 person/transfer to 0.94 "
            "person/transfer",
            # 0.94 times 3,170,000 less 2,590,000.
            "scenarios, ratio_rises.net_new_persons, value: moved from 421500 to "
            "389800",
        ),
        (
            text("specification.yaml", "[0, 0.5]", "[0, 0.4]"),
            "specification.yaml, entry specification, field values.overlap.values: "
            "moved from 0; 0.5 to 0; 0.4",
            "",
        ),
        (
            text("datapackage.json", '"at_least": 0', '"at_least": 1'),
            "datapackage.json, entry analysis, field limits.transfers_2019.at_least: "
            "moved from 0 to 1",
            "",
        ),
    ],
    ids=["digit", "qualifier", "grade", "range", "scenario", "specification", "limit"],
)
def test_one_input_that_moves_is_named_with_what_it_moves(
    package: Path, spoil: Spoiled, first: str, also: str
) -> None:
    spoil(package)
    status, lines = verify(package)
    assert status == 1
    assert lines[0] == place(package, first)
    cause = lines[0].removeprefix("moved: ").partition(": ")[0]
    if also:
        assert f"moved: {also}; moved by {cause}" in lines


def test_of_two_inputs_none_is_named_as_the_cause(package: Path) -> None:
    with_cells("claims.csv", "total_2021_tianshan", printed="3.18")(package)
    with_cells("claims.csv", "growth_rate_2019_2021", printed="10.6")(package)
    _, lines = verify(package)
    assert any("field printed: moved from 10.5 to 10.6" in line for line in lines)
    assert not any("moved by" in line for line in lines)


def test_columns_that_only_hold_words_move_nothing(package: Path) -> None:
    with_cells("claims.csv", "total_2021_tianshan", statement="Other words")(package)
    assert verify(package) == (0, [])


# Cells --------------------------------------------------------------------------------

KEY = ("checks", "at_risk_2021_sum", "recomputed")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("2868778.281", "2868778.282"),  # four parts in ten thousand million
        ("persons_per_transfer=0.9028233438", "persons_per_transfer=0.9028233437"),
        ("0 to 598778.2805", "0 to 598778.2806"),
    ],
)
def test_a_float_that_differs_in_its_last_digit_has_not_moved(
    was: str, now: str
) -> None:
    assert moved_cells({KEY: was}, {KEY: now}) == {}


def test_a_condition_has_six_digits() -> None:
    was = "overlap 0 to 0.663963; persons 0.5 to 1"
    now = "overlap 0 to 0.663964; persons 0.5 to 1"
    condition = ("checks", "at_risk_2021_sum", "condition")
    assert moved_cells({condition: was}, {condition: now}) == {}
    assert moved_cells({KEY: was}, {KEY: now})


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("2868778.281", "2868778.291"),
        ("300000", "300001"),
        ("0 to 300000", "0 to 300000.5"),
        ("matches", "compatible"),
        ("overlap 0 to 0.663963", "overlap 0 to 0.664"),
        ("overlap 0 to 0.663963", "drift 0 to 0.663963"),
        ("overlap 0 to 0.5", "overlap 0 to 0.5 or 0.7 to 1"),
        ("1", "nan"),
        ("-0.5", "0.5"),
    ],
)
def test_anything_else_has_moved(model: Model, was: str, now: str) -> None:
    def said(expected: Any, computed: Any) -> list[str]:
        return guard.described(model.register, moved_cells(expected, computed))

    row = "checks, at_risk_2021_sum, recomputed"
    assert said({KEY: was}, {KEY: now}) == [f"{row}: moved from {was} to {now}"]
    assert said({}, {KEY: now}) == [f"{row}: is new, {now}"]
    assert said({KEY: was}, {}) == [f"{row}: is gone, was {was}"]


def test_expected_values_survive_the_disk(package: Path) -> None:
    register = Register.read(package)
    accepted = {
        ("claims", "a", "unit"): "person",
        ("checks", "b, c", "condition"): 'x 1 to 2; "y" 3, 4',
    }
    guard.write_expected(register, accepted)
    assert read_expected(register) == accepted
    written = (package / "expected.csv").read_text(encoding="utf-8")
    # Sorted by table, row and field.
    assert written.startswith('table,id,field,value\nchecks,"b, c",condition,')


def test_numbers_in_names_are_in_the_order_of_their_size(package: Path) -> None:
    names = ("step 10", "step 2", "step 1")
    accepted = {("steps", name, "value"): "1" for name in names}
    guard.write_expected(Register.read(package), accepted)
    written = (package / "expected.csv").read_text(encoding="utf-8")
    assert re.findall(r"step \d+", written) == ["step 1", "step 2", "step 10"]


def test_a_finding_that_comes_to_something_else_fails_the_run(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # 3,170,000 - 300,000 = 2,870,000, which is the mean: the difference is 0.
    text("findings.yaml", 'comes_to: "0"\n', 'comes_to: "10000"\n')(package)
    assert guard.print_moved(Model(Register.read(package)), {}, {}) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"not as worked out by hand in {package}/findings.yaml: ")
    assert line.endswith(" is 0, not 10000")


def test_a_screen_has_at_most_two_hundred_values_that_moved(
    model: Model, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = {("checks", f"c{number}", "verdict"): "matches" for number in range(1_201)}
    assert guard.print_moved(model, {}, moved) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 202
    assert lines[199] == "moved: checks, c199, verdict: is new, matches"
    # 1,201 less 200
    assert lines[200] == "… and 1,001 more"
    assert lines[201] == "1,201 values differ from data/expected.csv."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"id,field,value\na,b,c\n", "table, id, field and value are not all given"),
        (
            b"table,id,field,value\nclaims,a,unit,person\nclaims,a,b,c,d\n",
            "row 3 (a): the row has more or fewer cells",
        ),
        (
            b"table,id,field,value\nclaims,a,unit,x\nclaims,a,unit,y\n",
            "row 3 (a), field unit: the value is given twice",
        ),
        (
            b"table,id,field,value\nclaims,a,unit,\xff\n",
            "line 2 is not encoded in UTF-8",
        ),
    ],
)
def test_expected_values_that_cannot_be_read(
    package: Path, content: bytes, words: str
) -> None:
    register = Register.read(package)
    (package / "expected.csv").write_bytes(content)
    with pytest.raises(RegisterError) as refused:
        read_expected(register)
    assert "expected.csv" in str(refused.value)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
