"""Bad data packages: each is refused in one sentence that names the file, the row and the field."""

import csv
import dataclasses
import importlib
import json
import math
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import frictionless
import pytest
import yaml

from analysis.core import register
from analysis.core.model import Model
from analysis.core.register import (
    InputError,
    Register,
    RegisterError,
    as_cell,
    default_folder,
    read_text,
    read_yaml,
    schema_problem,
    shipped,
    shown,
)
from tests.small import module
from tests.spoiling import (
    added,
    all_of,
    at,
    cells,
    described,
    entry,
    raw,
    read_rows,
    removed,
    resource,
    settings,
    text,
    without,
    write_rows,
)

ROOT = Path(__file__).resolve().parents[2]
DATA_FILES = ["claims.csv", "checks.csv", "readings.csv", "sections.csv", "sources.csv", "assumptions.yaml"]
DATA_FILES += ["external.csv"]
CLAIMS = "claims.csv"
CHECKS = "checks.csv"
READINGS = "readings.csv"
YAML = "assumptions.yaml"
PACKAGE = "datapackage.json"


def refusal(package: Path) -> str:
    """The one sentence with which a package is refused, by the register or by the model."""
    with pytest.raises(RegisterError) as refused:
        Model(Register.read(package))
    message = str(refused.value)
    assert "\n" not in message
    assert "Traceback" not in message
    assert isinstance(refused.value, InputError)
    return message


def check(package, change, words, sentence=""):
    """Refused with all these words, and, where a sentence is given, with nothing after the place but that sentence."""
    change(package)
    message = refusal(package)
    for word in words:
        assert word in message
    if words and (package / words[0]).suffix in (".csv", ".yaml", ".json"):
        assert message.startswith((f"{shown(package / words[0])}, ", f"{shown(package / words[0])}: "))
    if sentence:
        assert message.endswith(f": {sentence}")


# Files ------------------------------------------------------------------------------------------------------------


UNREADABLE = {
    "missing": (lambda path: path.unlink(), "missing"),
    "empty": (lambda path: path.write_bytes(b""), "empty"),
    "blank": (lambda path: path.write_bytes(b" \n\n"), "empty"),
    "mark": (lambda path: path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes()), "byte order mark"),
    "latin": (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\xff\n"), "not UTF-8 (line "),
    "utf16": (lambda path: path.write_bytes(path.read_text("utf-8").encode("utf-16")), "not UTF-8"),
    "folder": (lambda path: (path.unlink(), path.mkdir()), "can't be read"),
}


@pytest.mark.parametrize("file", [*DATA_FILES, PACKAGE])
@pytest.mark.parametrize(("spoil", "words"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_file_that_cannot_be_read(package, file, spoil, words):
    spoil(package / file)
    message = refusal(package)
    assert message.split(":")[0].endswith(file)
    assert words in message


def test_the_line_that_is_not_utf8_is_named(package):
    lines = (package / CLAIMS).read_bytes().split(b"\n")
    number = next(i for i, line in enumerate(lines) if b"Transfers" in line)
    lines[number] = lines[number].replace(b"Transfers", b"Transf\xe9rs")
    (package / CLAIMS).write_bytes(b"\n".join(lines))
    assert f"not UTF-8 (line {number + 1})" in refusal(package)


def test_a_folder_that_is_not_there(tmp_path):
    assert "datapackage.json: the file is missing" in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize("file", DATA_FILES[:5])
def test_a_table_without_rows(package, file):
    (package / file).write_text((package / file).read_text("utf-8").split("\n")[0] + "\n", encoding="utf-8")
    message = refusal(package)
    assert file in message
    assert "no rows" in message


def test_line_ends_of_another_system_are_read(package, article):
    for file in DATA_FILES[:5]:
        (package / file).write_bytes((package / file).read_bytes().replace(b"\n", b"\r\n"))
    assert Register.read(package).claims == article.claims


# Tables -----------------------------------------------------------------------------------------------------------

TABLE_CASES = {
    # what stands in a cell
    "digits that are no number": (
        cells(CLAIMS, "mean_2016_2020", printed="2,87"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field printed", "2,87", "plain digits"],
    ),
    "words for digits": (
        cells(CLAIMS, "growth_rate_2019_2021", printed="ten"),
        [CLAIMS, at(CLAIMS, "growth_rate_2019_2021"), "field printed", "ten"],
    ),
    "a rounding unit that is no number": (
        cells(CLAIMS, "increase_2019_2021", rounding_unit="tens"),
        [CLAIMS, at(CLAIMS, "increase_2019_2021"), "field rounding_unit", "tens"],
    ),
    "no digits": (
        cells(CLAIMS, "mean_2016_2020", printed=""),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field printed", "missing"],
    ),
    "an empty cell": (
        cells(CLAIMS, "mean_2016_2020", statement=""),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field statement", "empty"],
    ),
    "a rounding unit is needed": (
        cells(CLAIMS, "increase_2019_2021", rounding_unit=""),
        [CLAIMS, at(CLAIMS, "increase_2019_2021"), "field rounding_unit", "300000", "10000"],
    ),
    "a rounding unit that the digits are no multiple of": (
        cells(CLAIMS, "increase_2019_2021", rounding_unit="70000"),
        [CLAIMS, at(CLAIMS, "increase_2019_2021"), "field rounding_unit", "300000", "70000"],
    ),
    "a range upside down": (
        cells(CLAIMS, "at_risk_total_range", printed="2.5", printed_high="2"),
        [CLAIMS, at(CLAIMS, "at_risk_total_range"), "field printed_high", "2.5", "above", "2"],
    ),
    "a range without its high end": (
        cells(CLAIMS, "at_risk_total_range", printed_high=""),
        [CLAIMS, at(CLAIMS, "at_risk_total_range"), "field printed_high", "range"],
    ),
    "an unknown unit": (
        cells(CLAIMS, "mean_2016_2020", unit="transfr"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field unit", "transfr", "did you mean 'transfer'"],
    ),
    "an unknown qualifier": (
        cells(CLAIMS, "mean_2016_2020", qualifier="roughly"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field qualifier", "roughly", "exact, about", "vague"],
    ),
    "an unknown scale": (
        cells(CLAIMS, "mean_2016_2020", scale="millions"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field scale", "millions", "thousand, million, billion"],
    ),
    "an unknown section": (
        cells(CLAIMS, "mean_2016_2020", section="mobilisation"),
        [
            CLAIMS,
            at(CLAIMS, "mean_2016_2020"),
            "field section",
            "mobilisation",
            "sections.csv",
            "mobilization-2016-2020",
        ],
    ),
    "an unknown source": (
        cells(CLAIMS, "figure_2019_all", source="jamestown-2021"),
        [CLAIMS, at(CLAIMS, "figure_2019_all"), "field source", "jamestown-2021", "sources.csv", "jamestown-2021-03"],
    ),
    "a yes for a true": (
        cells(CLAIMS, "mean_2016_2020", input="yes"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field input", "yes", "true or false"],
    ),
    "a paragraph that is no number": (
        cells(CLAIMS, "mean_2016_2020", paragraph="six"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field paragraph", "six", "whole number"],
    ),
    "a paragraph 0": (
        cells(CLAIMS, "mean_2016_2020", paragraph="0"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field paragraph"],
    ),
    "a goal that is no number": (
        cells(CHECKS, "net_persons_nil", goal="nil"),
        [CHECKS, at(CHECKS, "net_persons_nil"), "field goal", "nil", "a number"],
    ),
    "an id with capitals": (
        cells(CLAIMS, "mean_2016_2020", id="Mean"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020", "Mean"), "field id"],
    ),
    "a grade that is none": (
        cells(READINGS, "transfers_2021,published", grade="sure"),
        [READINGS, at(READINGS, "transfers_2021,published"), "field grade", "sure", "stated, implied, chosen"],
    ),
    # cells that a spreadsheet would run
    "an equals sign": (
        cells(CLAIMS, "mean_2016_2020", note="=1+1"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field note", "=1+1", "spreadsheet formula"],
    ),
    "a plus": (
        cells(CLAIMS, "mean_2016_2020", note="+more"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field note", "spreadsheet formula"],
    ),
    "a minus": (
        cells(CLAIMS, "mean_2016_2020", note="-more"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field note", "spreadsheet formula"],
    ),
    "an at": (cells(CHECKS, "same_share", note="@SUM(A1)"), [CHECKS, "(same_share)", "field note", "formula"]),
    "minus infinity": (
        cells(CLAIMS, "mean_2016_2020", note="-inf"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "spreadsheet formula"],
    ),
    # names given twice
    "a claim twice": (
        cells(CLAIMS, "mean_2016_2020", id="plan_2016_2020"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020", "plan_2016_2020"), "field id", "twice"],
    ),
    "a check twice": (
        cells(CHECKS, "same_share", id="added_whole"),
        [CHECKS, "(added_whole)", "field id", "twice"],
    ),
    "a section twice": (
        added("sections.csv", id="scale", title="Again"),
        ["sections.csv", "(scale)", "field id", "twice"],
    ),
    "a reading twice": (
        cells(READINGS, "transfers_2021,total_2021_february", reading="published"),
        [READINGS, at(READINGS, "transfers_2021,total_2021_february"), "quantity, reading", "twice"],
    ),
    # checks
    "a check of an unknown claim": (
        cells(CHECKS, "same_share", claim="at_risk_2021_approach"),
        [CHECKS, "(same_share)", "field claim", "at_risk_2021_approach", "did you mean 'at_risk_2021_approaches'"],
    ),
    "a check of an unknown quantity": (
        cells(CHECKS, "base_2019_from_growth", quantity="transfers_2018"),
        [
            CHECKS,
            at(CHECKS, "base_2019_from_growth"),
            "field quantity",
            "transfers_2018",
            "did you mean 'transfers_20",
        ],
    ),
    "a reading of an unknown quantity in a check": (
        cells(CHECKS, "same_share", readings="at_risk_share_of_newer=as_in_2019"),
        [CHECKS, "(same_share)", "field readings", "at_risk_share_of_newer", "did you mean 'at_risk_share_of_new'"],
    ),
    "an unknown reading in a check": (
        cells(CHECKS, "same_share", readings="at_risk_share_of_new=as_in_2018"),
        [CHECKS, "(same_share)", "field readings", "as_in_2018", "did you mean 'as_in_2019'"],
    ),
    "readings without an equals sign": (
        cells(CHECKS, "same_share", readings="at_risk_share_of_new"),
        [CHECKS, "(same_share)", "field readings", "quantity=reading"],
    ),
    "a reading without a name": (
        cells(CHECKS, "same_share", readings="at_risk_share_of_new="),
        [CHECKS, "(same_share)", "field readings", "quantity=reading"],
    ),
    "two readings of a quantity": (
        cells(CHECKS, "same_share", readings="at_risk_share_of_new=set; at_risk_share_of_new=as_in_2019"),
        [CHECKS, "(same_share)", "field readings", "at_risk_share_of_new", "two readings"],
    ),
    "a reading on which the quantity does not depend": (
        cells(CHECKS, "increase_from_growth", readings="net_new_transfers=from_base; at_risk_2019=southern"),
        [CHECKS, "(increase_from_growth)", "field readings", "at_risk_2019", "unused"],
    ),
    "readings that are one choice and differ": (
        cells(CHECKS, "composition_at_values", readings="total_2019=persons; south_2019=transfers"),
        [CHECKS, "(composition_at_values)", "field readings", "one choice", "persons, transfers"],
    ),
    "readings that make a circle": (
        cells(
            CHECKS,
            "same_share_ratio_implied",
            readings="persons_per_transfer=implied; at_risk_share_of_new=as_in_2019; total_2019=transfers",
        ),
        [CHECKS, "(same_share_ratio_implied)", "field readings", "circle", "persons_per_transfer", "total_2019"],
    ),
    "a check that starts from what it checks": (
        cells(CHECKS, "growth_from_difference", readings=""),
        [CHECKS, "(growth_from_difference)", "field claim", "circular", "growth_rate_2019_2021"],
    ),
    "a check that starts from what it checks by a long way": (
        cells(CHECKS, "increase_from_growth", readings="net_new_transfers=from_base; transfers_2019=from_difference"),
        [CHECKS, "(increase_from_growth)", "circle"],
    ),
    "a claim of another quantity": (
        cells(CHECKS, "same_share", claim="net_increase_note_4"),
        [CHECKS, "(same_share)", "field claim", "net_new_persons", "not of at_risk_2021"],
    ),
    "an end where there is no range": (
        cells(CHECKS, "same_share", end="low"),
        [CHECKS, "(same_share)", "field end", "range"],
    ),
    "an end where there is no claim": (
        cells(CHECKS, "total_at_values", end="high"),
        [CHECKS, "(total_at_values)", "field end", "range"],
    ),
    "a range without its end": (
        cells(CHECKS, "low_end_several_two", end=""),
        [CHECKS, "(low_end_several_two)", "field end", "range"],
    ),
    "an end that is none": (
        cells(CHECKS, "low_end_several_two", end="lower"),
        [CHECKS, "(low_end_several_two)", "field end", "lower", "low, high"],
    ),
    "an unknown assumption to solve for": (
        cells(CHECKS, "net_persons_any_ratio", solve="persons_per_transfers"),
        [CHECKS, "(net_persons_any_ratio)", "field solve", "did you mean 'persons_per_transfer'"],
    ),
    "a quantity to solve for that is no assumption": (
        cells(CHECKS, "net_persons_any_ratio", solve="transfers_2021"),
        [CHECKS, "(net_persons_any_ratio)", "field solve", "transfers_2021", "no assumption"],
    ),
    "three assumptions to solve for": (
        cells(CHECKS, "composition_fitted", solve="minority_share_south;minority_share_outside;at_risk_share_of_base"),
        [CHECKS, "(composition_fitted)", "field solve", "two for a curve"],
    ),
    "an assumption to solve for that has no effect here": (
        cells(CHECKS, "net_persons_drift", solve="overlap"),
        [CHECKS, "(net_persons_drift)", "field solve", "overlap", "unused"],
    ),
    "an assumption to solve for that a formula computes": (
        cells(CHECKS, "net_persons_drift_implied", solve="persons_per_transfer"),
        [CHECKS, "(net_persons_drift_implied)", "field solve", "persons_per_transfer", "unused"],
    ),
    "nothing to solve towards": (
        cells(CHECKS, "net_persons_nil", goal=""),
        [CHECKS, "(net_persons_nil)", "field solve", "claim or a goal"],
    ),
    "a goal beside a claim": (
        cells(CHECKS, "net_persons_drift", goal="0"),
        [CHECKS, "(net_persons_drift)", "field goal", "in the place of a claim"],
    ),
    "a goal and nothing to solve for": (
        cells(CHECKS, "total_at_values", goal="2000000"),
        [CHECKS, "(total_at_values)", "field goal", "assumption to solve for"],
    ),
    "a vague claim to solve towards": (
        cells(CHECKS, "detainees_from_low_end", solve="overlap"),
        [CHECKS, "(detainees_from_low_end)", "field solve", "vague"],
    ),
    # readings
    "a reading of an unknown quantity": (
        added(
            READINGS,
            quantity="transfers_2022",
            reading="published",
            label="x",
            grade="stated",
            default="false",
            reconstruction="false",
        ),
        [READINGS, "(transfers_2022, published)", "field quantity", "transfers_2022", "no formula or row supplies"],
    ),
    "an unknown reading": (
        added(
            READINGS,
            quantity="transfers_2019",
            reading="from_differences",
            label="x",
            grade="stated",
            default="false",
            reconstruction="false",
        ),
        [READINGS, "(transfers_2019, from_differences)", "field reading", "did you mean 'from_difference'"],
    ),
    "two defaults": (
        cells(READINGS, "transfers_2019,from_difference", default="true"),
        [READINGS, "(transfers_2019, from_difference)", "field default", "from_rate", "(row "],
    ),
    "a default beside an input row": (
        all_of(
            cells(READINGS, "growth_2019_2021,published", default="false"),
            cells(READINGS, "growth_2019_2021,from_difference", default="true"),
        ),
        [READINGS, "(growth_2019_2021, from_difference)", "field default", "growth_rate_2019_2021", "published"],
    ),
    "no default": (
        cells(READINGS, "transfers_2019,from_rate", default="false"),
        [READINGS, "field default", "transfers_2019", "from_rate, from_difference, from_labourers"],
    ),
    "a formula without a row": (
        without(READINGS, "persons_per_transfer,implied"),
        [READINGS, "persons_per_transfer__implied", "no row"],
    ),
    # rows of one quantity
    "two inputs": (
        cells(CLAIMS, "total_2021_february", input="true"),
        [CLAIMS, at(CLAIMS, "total_2021_tianshan"), "field input", "transfers_2021", at(CLAIMS, "total_2021_february")],
    ),
    "two units": (
        cells(CLAIMS, "total_2021_february", unit="person"),
        [CLAIMS, at(CLAIMS, "total_2021_tianshan"), "field unit", "transfers_2021", "transfer here", "person in row "],
    ),
    "a row that nothing checks": (
        all_of(without(CHECKS, "goal_meets_floor")),
        [CLAIMS, at(CLAIMS, "plan_2016_2020_floor"), "no check", "input or reported"],
    ),
    "an input that is a range": (
        cells(CLAIMS, "at_risk_total_range", input="true"),
        [CLAIMS, at(CLAIMS, "at_risk_total_range"), "field input", "range"],
    ),
    # vague rows
    "a vague input": (
        cells(CLAIMS, "detainees_several", input="true"),
        [CLAIMS, at(CLAIMS, "detainees_several"), "field input", "vague"],
    ),
    "a vague row with digits": (
        cells(CLAIMS, "detainees_several", printed="3"),
        [CLAIMS, at(CLAIMS, "detainees_several"), "field printed", "vague"],
    ),
    "a vague row with a rounding unit": (
        cells(CLAIMS, "detainees_several", rounding_unit="1"),
        [CLAIMS, at(CLAIMS, "detainees_several"), "field rounding_unit", "vague"],
    ),
    "a vague row without an assumption": (
        cells(CLAIMS, "detainees_several", quantity="former_trainees"),
        [CLAIMS, at(CLAIMS, "detainees_several"), "field quantity", "assumption of that name"],
    ),
    "a vague row whose assumption has no floor or ceiling": (
        entry("former_detainees", floor=None, ceiling=None),
        [CLAIMS, at(CLAIMS, "detainees_several"), "field quantity", "floor or a ceiling"],
    ),
    # names that clash
    "a claim named like a quantity": (
        cells(CLAIMS, "us_rate_2021", id="transfers_2021"),
        [CLAIMS, at(CLAIMS, "us_rate_2021", "transfers_2021"), "field id", "a quantity has this name"],
    ),
    "a check named like a quantity": (
        cells(CHECKS, "total_at_values", id="at_risk_total"),
        [CHECKS, "(at_risk_total)", "field id", "a quantity has this name"],
    ),
    "a claim named like a check": (
        cells(CHECKS, "total_at_values", id="excess_2021"),
        [CLAIMS, at(CLAIMS, "excess_2021"), "field id", "a check has this name"],
    ),
}


#: What is said after the place; of the cases that the register refuses itself.
ROW_SENTENCES = {
    "digits that are no number": "'2,87' is not a number in plain digits, such as 2.59",
    "an empty cell": "the cell is empty and must not be",
    "an unknown unit": "'transfr' is not a known unit; did you mean 'transfer'?",
    "an unknown scale": "'millions' is not one of thousand, million, billion",
    "an unknown section": "'mobilisation' is no row of sections.csv; did you mean 'mobilization-2016-2020'?",
    "a yes for a true": "'yes' is not true or false",
    "a paragraph that is no number": "'six' is not a whole number",
    "a paragraph 0": "'0' lies below 1",
    "a goal that is no number": "'nil' is not a number",
    "an id with capitals": "'Mean' is not a name in lower-case letters and digits, such as others in this column",
    "a grade that is none": "'sure' is not one of stated, implied, chosen",
    "an equals sign": "'=1+1' starts like a spreadsheet formula; no cell may start with '='",
    "a plus": "'+more' starts like a spreadsheet formula; no cell may start with '+'",
    "a minus": "'-more' starts like a spreadsheet formula; no cell may start with '-'",
    "an at": "'@SUM(A1)' starts like a spreadsheet formula; no cell may start with '@'",
    "a claim twice": "'plan_2016_2020' is given twice; each id stands on one row",
    "a reading twice": "the row is given twice",
    "readings without an equals sign": "'at_risk_share_of_new' is not of the form quantity=reading",
    "two readings of a quantity": "at_risk_share_of_new is given two readings",
    "a claim of another quantity": "net_increase_note_4 is a value of net_new_persons, not of at_risk_2021",
    "an end where there is no range": "an end is named where the claim is a range, and only there",
    "an unknown assumption to solve for": (
        "'persons_per_transfers' is no assumption; did you mean 'persons_per_transfer'?"
    ),
    "three assumptions to solve for": "one assumption can be solved for, or two for a curve",
    "nothing to solve towards": "nothing says what the quantity must equal; name a claim or a goal",
    "a goal beside a claim": "a goal goes with an assumption to solve for, in the place of a claim",
    "a vague claim to solve towards": "a vague claim has no number to solve for",
    "an input that is a range": "a model can't start from a range; its ends are quantities of their own",
    "a vague input": "a vague number has no digits to start from",
    "a vague row without an assumption": ("a vague number needs an assumption of that name with a floor or a ceiling"),
}


@pytest.mark.parametrize("name", TABLE_CASES)
def test_a_bad_row_is_refused_with_its_file_row_and_field(package, name):
    check(package, *TABLE_CASES[name], ROW_SENTENCES.get(name, ""))


def _first_row(file, edit):
    def change(folder):
        lines = (folder / file).read_text("utf-8").split("\n")
        lines[1] = edit(lines[1])
        (folder / file).write_text("\n".join(lines), encoding="utf-8")

    return change


@pytest.mark.parametrize("file", DATA_FILES[:5])
@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda line: line.rsplit(",", 1)[0], ["row 2", "too few cells"]),
        (lambda line: f"{line},one more", ["row 2", "too many cells"]),
        (lambda line: "\n" + line, ["row 2", "blank"]),
        (lambda line: "," * line.count(",") + "\n" + line, ["row 2"]),
    ],
    ids=["few", "many", "blank", "commas"],
)
def test_a_row_of_another_length_is_refused(package, file, edit, words):
    check(package, _first_row(file, edit), [file, *words])


@pytest.mark.parametrize("file", [CLAIMS, "sections.csv"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda header: ["name", *header[1:]],
        lambda header: [header[1], header[0], *header[2:]],
        lambda header: header[:-1],
        lambda header: [*header, "more"],
        lambda header: ["", *header[1:]],
        lambda header: [header[1], *header[1:]],
    ],
    ids=["renamed", "swapped", "short", "long", "empty", "twice"],
)
def test_columns_that_are_not_as_described_are_refused(package, file, edit):
    lines = (package / file).read_text("utf-8").split("\n")
    lines[0] = ",".join(edit(lines[0].split(",")))
    (package / file).write_text("\n".join(lines), encoding="utf-8")
    message = refusal(package)
    assert file in message
    assert "columns are not those" in message or "too few cells" in message or "too many cells" in message


def test_a_renamed_column_is_named(package):
    text(CLAIMS, "id,quantity,input", "id,quantities,input")(package)
    message = refusal(package)
    assert "quantities" in message
    assert "()" not in message


def test_a_quote_that_never_ends(package):
    text(CLAIMS, "Transfers made a year", '"Transfers made a year')(package)
    message = refusal(package)
    assert "claims.csv, row " in message
    assert "comma-separated" in message


def test_a_negative_number_is_no_spreadsheet_formula(package):
    cells(CHECKS, "net_persons_nil", goal="-1000")(package)
    assert Register.read(package).checks["net_persons_nil"].goal == -1000.0


def test_a_row_that_nothing_checks_is_accepted_once_it_is_marked_reported(package):
    without(CHECKS, "goal_meets_floor")(package)
    assert "no check" in refusal(package)
    cells(CLAIMS, "plan_2016_2020_floor", reported="true")(package)
    assert Model(Register.read(package)).register.claims["plan_2016_2020_floor"].reported


@pytest.mark.parametrize(
    ("file", "id", "field", "value"),
    [
        (CLAIMS, "mean_2016_2020", "printed", "2.8\n7"),
        (CLAIMS, "mean_2016_2020", "printed", "2.87\n"),
        (CLAIMS, "mean_2016_2020", "unit", "trans\nfer"),
        (CLAIMS, "mean_2016_2020", "section", "sca\nle"),
        (CLAIMS, "mean_2016_2020", "id", "mean_2016_2020\n"),
        (CHECKS, "same_share", "readings", "at_risk_share_of_new=as\nin_2019"),
        (CHECKS, "net_persons_nil", "solve", "drif\nt"),
    ],
)
def test_a_line_break_in_a_cell_leaves_the_sentence_on_one_line(package, file, id, field, value):
    cells(file, id, **{field: value})(package)
    refusal(package)


def test_a_scale_in_a_unit_is_refused(package):
    check(
        package,
        cells(CLAIMS, "mean_2016_2020", unit="million transfer"),
        [CLAIMS, at(CLAIMS, "mean_2016_2020"), "field unit"],
    )


@pytest.mark.parametrize("unit", ["%", "percents"])
def test_percent_by_another_name_is_refused_or_divided_by_100(package, unit):
    cells(CLAIMS, "excess_2021", unit=unit)(package)
    try:
        value = Model(Register.read(package)).estimate("excess_over_plan_2021").value
    except RegisterError:
        return
    assert value == 0.154


@pytest.mark.parametrize("goal", ["NaN", "INF"])
def test_a_goal_is_a_finite_number(package, goal):
    check(
        package,
        cells(CHECKS, "net_persons_nil", goal=goal),
        [CHECKS, "(net_persons_nil)", "field goal"],
        f"'{goal}' is not a finite number",
    )


@pytest.mark.parametrize("others", ["", "minority_share_outside; "])
def test_one_assumption_cannot_be_solved_for_twice(package, others):
    check(
        package,
        cells(CHECKS, "composition_fitted", solve=f"{others}minority_share_south; minority_share_south"),
        [CHECKS, "(composition_fitted)", "field solve"],
        "minority_share_south is given twice",
    )


@pytest.mark.parametrize("file", DATA_FILES[:5])
def test_an_empty_first_line_is_refused(package, file):
    raw(file, lambda data: b"\n" + data)(package)
    assert file in refusal(package)


def test_a_blank_row_in_one_table_and_a_bad_reference_to_it_in_another(package):
    text("sections.csv", "\npolicy", "\n\npolicy")(package)
    cells(CLAIMS, "mean_2016_2020", section="nowhere")(package)
    refusal(package)


def test_a_row_may_not_take_the_name_of_a_built_in_reading(package):
    cells(CLAIMS, "total_2021_february", id="published")(package)
    path = package / CHECKS
    path.write_text(path.read_text("utf-8").replace("total_2021_february", "published"), encoding="utf-8")
    without(READINGS, "transfers_2021,total_2021_february")(package)
    assert CLAIMS in refusal(package)


# Assumptions ------------------------------------------------------------------------------------------------------

ENTRY_CASES = {
    "low above high": (
        entry("overlap", low=0.6),
        ["entry overlap", "field low", "0.6", "above", "0.5"],
    ),
    "minimum above maximum": (
        entry("overlap", minimum=2),
        ["entry overlap", "field minimum", "2", "above", "1"],
    ),
    "a value below its minimum": (
        entry("persons_per_transfer", value=0.01),
        ["entry persons_per_transfer", "field value", "0.01", "0.05 to 1"],
    ),
    "a value above its maximum": (
        entry("at_risk_share_of_all", value=1.2),
        ["entry at_risk_share_of_all", "field value", "1.2", "0 to 1"],
    ),
    "an article's value outside": (
        entry("overlap", article_value=-0.5),
        ["entry overlap", "field article_value", "-0.5", "0 to 1"],
    ),
    "a high end outside": (
        entry("overlap", high=1.5),
        ["entry overlap", "field high", "1.5", "0 to 1"],
    ),
    "a low end outside": (
        entry("persons_per_transfer", low=0.01),
        ["entry persons_per_transfer", "field low", "0.01", "0.05 to 1"],
    ),
    "a text for a number": (
        entry("overlap", value="0.1"),
        ["entry overlap", "field value", "0.1", "number"],
    ),
    "true for a number": (
        entry("overlap", value=True),
        ["entry overlap", "field value", "True", "number"],
    ),
    "NaN": (
        entry("overlap", value=float("nan")),
        ["entry overlap", "field value", "nan", "finite"],
    ),
    "infinity": (
        entry("overlap", maximum=float("inf")),
        ["entry overlap", "field maximum", "inf", "finite"],
    ),
    "an unknown unit": (
        entry("former_detainees", unit="persn"),
        ["entry former_detainees", "field unit", "persn", "did you mean 'person'"],
    ),
    "a unit that is no base unit": (
        entry("overlap", unit="percent"),
        ["entry overlap", "field unit", "percent", "base unit"],
    ),
    "a scale for a unit": (
        entry("former_detainees", unit="million person"),
        ["entry former_detainees", "field unit", "million person", "base unit"],
    ),
    "a unit that does not match its claim": (
        entry("former_detainees", unit="transfer"),
        ["entry former_detainees", "field unit", "transfer", "person"],
    ),
    "a unit that makes a formula add unlike things": (
        entry("persons_per_transfer", unit="dimensionless"),
        [PACKAGE, "analysis.formulas", "persons_per_transfer_drift", "to_ratio_2021 gives person/transfer"],
    ),
    "a grade that is none": (
        entry("overlap", grade="guessed"),
        ["entry overlap", "field grade", "guessed", "stated"],
    ),
    "a shape that is none": (
        entry("overlap", shape="normal"),
        ["entry overlap", "field shape", "normal", "triangular"],
    ),
    "an unknown claim": (
        entry("overlap", claim="at_risk_total_rang"),
        ["entry overlap", "field claim", "claims.csv", "did you mean 'at_risk_total_range'"],
    ),
    "a field missing": (entry("overlap", rationale=None), ["entry overlap", "rationale", "required"]),
    "an empty text": (entry("overlap", rationale=""), ["entry overlap", "field rationale"]),
    "an unknown field": (entry("overlap", colour="red"), ["entry overlap", "colour"]),
    "a floor without its reason": (
        entry("former_detainees", floor={"value": 3, "loosest": 2}),
        ["entry former_detainees", "field floor", "reason"],
    ),
    "a floor that is no number": (
        entry("former_detainees", floor={"value": "three", "loosest": 2, "reason": "x"}),
        ["entry former_detainees", "field floor.value", "three"],
    ),
    "an id with a space": (entry("overlap", id="over lap"), ["entry over lap", "field id"]),
    "an entry that is a text": (
        text(YAML, "- id: overlap", "- words\n- id: overlap"),
        ["entry number 9", "words", "object"],
    ),
    "an entry without an id": (text(YAML, "- id: overlap\n  label", "- label"), ["entry number 9", "id", "required"]),
    "one thing that is no list": (raw(YAML, lambda _: b"id: overlap\n"), ["array"]),
    "comments alone": (raw(YAML, lambda _: b"# nothing\n"), ["array"]),
    "an empty list": (raw(YAML, lambda _: b"[]\n"), [f"{YAML}: []"]),
    "an id given twice": (
        raw(YAML, lambda data: data + b"\n" + data[data.index(b"- id: overlap") :]),
        ["entry overlap", "field id", "twice"],
    ),
    "a key given twice": (
        text(YAML, "- id: overlap\n", "- id: overlap\n  value: 0.3\n"),
        ["not YAML", "value", "twice", "line "],
    ),
    "a bracket that never ends": (text(YAML, "- id: overlap", "- id: [overlap"), ["not YAML", "line "]),
    "a control character": (raw(YAML, lambda data: data + b"\x01"), ["control character U+0001", "(line "]),
    "a tag that would run code": (
        raw(YAML, lambda data: data + b"- !!python/object/apply:os.getcwd []\n"),
        ["not YAML", "tag"],
    ),
}


ENTRY_SENTENCES = {
    "low above high": "the low end 0.6 lies above the high end 0.5",
    "minimum above maximum": "the minimum 2 lies above the maximum 1",
    "a value below its minimum": "0.01 lies outside 0.05 to 1, its bounds",
    "NaN": "nan is not a finite number",
    "a unit that is no base unit": "'percent' is not a base unit",
    "an unknown claim": "'at_risk_total_rang' is no row of claims.csv; did you mean 'at_risk_total_range'?",
    "an id given twice": "'overlap' is given twice",
}


@pytest.mark.parametrize("name", ENTRY_CASES)
def test_a_bad_assumption_is_refused_with_its_entry_and_field(package, name):
    change, words = ENTRY_CASES[name]
    check(package, change, [words[0] if words[0] == PACKAGE else YAML, *words], ENTRY_SENTENCES.get(name, ""))


YAML_FAULTS = {
    "a key that is a list": text(YAML, "- id: overlap\n", "- ? [a, b]\n  : 1\n  id: overlap\n"),
    "a number that is none": text(YAML, "value: 0.62", "value: 0x_"),
    "a number too large for a float": text(YAML, "value: 0.62", "value: 1" + "0" * 400),
}


@pytest.mark.parametrize("change", YAML_FAULTS.values(), ids=YAML_FAULTS.keys())
def test_yaml_that_its_reader_stumbles_over_is_refused(package, change):
    change(package)
    refusal(package)


@pytest.mark.parametrize(
    "floor",
    [
        {"value": float("nan"), "loosest": 200_000, "reason": "x"},
        {"value": float("inf"), "loosest": 200_000, "reason": "x"},
        {"value": -1, "loosest": -2, "reason": "x"},
    ],
    ids=["nan", "inf", "below the minimum"],
)
def test_a_floor_is_finite_and_has_a_meaning(package, floor):
    check(package, entry("former_detainees", floor=floor), [YAML, "entry former_detainees", "field floor"])


@pytest.mark.parametrize("id", ["over\nlap", "overlap\n"])
def test_a_line_break_in_an_id_leaves_the_sentence_on_one_line(package, id):
    entry("overlap", id=id)(package)
    refusal(package)


def test_the_value_used_is_the_articles_where_there_is_one(article):
    assumptions = article.assumptions
    assert (assumptions["persons_per_transfer"].used, assumptions["persons_per_transfer"].value) == (1, 0.9)
    assert assumptions["former_detainees"].used == 350_000


# datapackage.json -------------------------------------------------------------------------------------------------

PACKAGE_CASES = {
    "broken JSON": (raw(PACKAGE, lambda data: data[:-5]), ["not JSON", "line "]),
    "a list": (raw(PACKAGE, lambda _: b"[]"), ["field analysis.formulas:"]),
    "no settings": (described(lambda p: p.pop("analysis")), ["field analysis.formulas:", "missing"]),
    "no formulas": (described(lambda p: p["analysis"].pop("formulas")), ["field analysis.formulas:", "missing"]),
    "formulas that are no text": (
        settings(formulas=["field analysis.formulas:"]),
        ["field analysis.formulas:", "missing"],
    ),
    "an empty name": (settings(formulas=""), ["analysis.formulas", "not the name of a module"]),
    "a path for a module": (
        settings(formulas="analysis/formulas.py"),
        ["analysis.formulas", "not the name of a module"],
    ),
    "a relative module": (settings(formulas=".formulas"), ["analysis.formulas", "not the name of a module"]),
    "a module that is not there": (
        settings(formulas="analysis.formulae"),
        ["analysis.formulas", "analysis.formulae", "can't be imported"],
    ),
    "an unknown headline": (
        settings(headline=["added_whole", "added_hole"]),
        ["field analysis.headline:", "'added_hole'", "did you mean 'added_whole'"],
    ),
    "a headline that is no list": (settings(headline="added_whole"), ["analysis.headline", "list of names"]),
    "a headline of numbers": (settings(headline=[1]), ["analysis.headline", "list of names"]),
    "an unknown quantity in one choice": (
        settings(linked_readings=[["total_2019", "south_2018"]]),
        ["analysis.linked_readings", "'south_2018'", "did you mean 'south_2019'"],
    ),
    "one choice that is a flat list": (
        settings(linked_readings=["total_2019", "south_2019"]),
        ["analysis.linked_readings", "list of lists"],
    ),
    "no resources": (described(lambda p: p.pop("resources")), ["field resources:", "missing"]),
    "resources that are names": (described(lambda p: p.update(resources=["claims"])), ["field resources:", "missing"]),
    "a resource missing": (
        described(lambda p: p["resources"].remove(resource(p, "readings"))),
        ["field resources:", "readings"],
    ),
    "an unknown type": (
        described(lambda p: resource(p, "claims")["schema"]["fields"][0].update(type="strng")),
        ["not a data package", "strng"],
    ),
    "a pattern that is none": (
        described(lambda p: resource(p, "claims")["schema"]["fields"][8].update(constraints={"pattern": "["})),
        ["field resources: the schema of claims can't be used: error: "],
    ),
    "a path out of the folder": (
        described(lambda p: resource(p, "claims").update(path="../claims.csv")),
        ["resource 'claims'", "'../claims.csv' leaves the data package"],
    ),
    "no schema of the assumptions": (
        described(lambda p: resource(p, "assumptions").pop("jsonSchema")),
        ["field jsonSchema", "missing"],
    ),
    "a schema of the assumptions that is none": (
        described(lambda p: resource(p, "assumptions")["jsonSchema"].update(type="arr")),
        ["field jsonSchema: the schema of the assumptions can't be used: SchemaError: 'arr' "],
    ),
    "a resource without a path": (
        described(lambda p: resource(p, "scenario-article").pop("path")),
        [f"{PACKAGE}: not a data package: ", '"path"', "required"],
    ),
    "a bound that is NaN": (text(PACKAGE, '"minimum": 1\n', '"minimum": NaN\n'), []),
    "a schema without its fields": (
        described(lambda p: resource(p, "claims")["schema"].pop("fields")),
        ["field resources"],
    ),
    "a schema with a field without a name": (
        described(lambda p: resource(p, "claims")["schema"]["fields"][3].pop("name")),
        ["field resources"],
    ),
    "a schema that is a text": (
        described(lambda p: resource(p, "claims").update(schema="claims")),
        ["field resources"],
    ),
    "a table in another file": (
        described(lambda p: resource(p, "readings").update(path="claims.csv")),
        ["field resources"],
    ),
    "a table in another encoding": (
        described(lambda p: resource(p, "readings").update(encoding="latin-1")),
        ["field resources"],
    ),
    "assumptions in another file": (
        described(lambda p: resource(p, "assumptions").update(path="assumptions.csv")),
        ["field resources"],
    ),
    "findings in another file": (
        described(lambda p: resource(p, "findings").update(path="assumptions.yaml")),
        ["field resources"],
    ),
    "percentages that are no list": (settings(percent={"flagged_share": 1}), ["field analysis.percent"]),
    "estimates that are no list": (settings(estimates="at_risk_2021"), ["field analysis.estimates"]),
    "a setting that is none": (settings(headlines=[]), ["field analysis:"]),
    "caps that are no list": (settings(caps={"quantity": "a", "at_most": "b"}), ["field analysis.caps"]),
    "a cap that is a text": (settings(caps=["south_2019"]), ["field analysis.caps"]),
    "a cap without its limit": (settings(caps=[{"quantity": "south_2019"}]), ["field analysis.caps"]),
    "a cap with more": (
        settings(caps=[{"quantity": "south_2019", "at_most": "total_2019", "at_least": "overlap"}]),
        ["field analysis.caps"],
    ),
    "a cap of nothing": (settings(caps=[{"quantity": "", "at_most": "total_2019"}]), ["field analysis.caps"]),
}
NO_CAPS = "not a list of objects with quantity, at_most and perhaps label"


PACKAGE_SENTENCES = {
    "no settings": "the importable module with the formulas is missing",
    "an unknown headline": "'added_hole' is no check; did you mean 'added_whole'?",
    "a headline that is no list": "not a list of names",
    "one choice that is a flat list": "not a list of lists of names",
    "no resources": "the list of resources is missing",
    "a resource missing": "no resource describes readings",
    "a path out of the folder": "the path '../claims.csv' leaves the data package; name a file that lies in it",
    "no schema of the assumptions": "the schema of the assumptions is missing",
    "a bound that is NaN": "not JSON: NaN is not a number in JSON",
    "a schema without its fields": "the schema of claims has no list of fields",
    "a schema with a field without a name": "the schema of claims has no list of fields",
    "a schema that is a text": "the schema of claims has no list of fields",
    "a table in another file": "the path of readings must be readings.csv",
    "a table in another encoding": "the encoding of readings must be utf-8",
    "assumptions in another file": "the path of assumptions must be assumptions.yaml",
    "findings in another file": "the path of findings must be findings.yaml",
    "percentages that are no list": "not a list of names",
    "estimates that are no list": "not a list of names",
    "a setting that is none": "'headlines' is no setting; did you mean 'headline'?",
    **dict.fromkeys(("caps that are no list", "a cap that is a text"), NO_CAPS),
    **dict.fromkeys(("a cap without its limit", "a cap with more", "a cap of nothing"), NO_CAPS),
}


@pytest.mark.parametrize("name", PACKAGE_CASES)
def test_a_bad_description_is_refused_with_its_field(package, name):
    change, words = PACKAGE_CASES[name]
    check(package, change, [PACKAGE, *words], PACKAGE_SENTENCES.get(name, ""))


DESCRIPTION_FAULTS = {
    "a table without a schema, and a short row": all_of(
        described(lambda p: resource(p, "claims").pop("schema")),
        _first_row(CLAIMS, lambda line: line.rsplit(",", 1)[0]),
    ),
    "one choice with a reading that the other quantity lacks": all_of(
        settings(linked_readings=[["total_2019", "at_risk_2019"]]),
        cells(CHECKS, "southern_at_values", readings="at_risk_2019=composition"),
    ),
    "brackets without end": raw(PACKAGE, lambda _: b"[" * 100_000),
}


@pytest.mark.parametrize("change", DESCRIPTION_FAULTS.values(), ids=DESCRIPTION_FAULTS.keys())
def test_a_description_that_a_library_stumbles_over_is_refused(package, change):
    change(package)
    refusal(package)


def test_a_table_without_a_schema_is_refused(package):
    check(package, described(lambda p: resource(p, "claims").pop("schema")), [PACKAGE, "schema"])


def test_no_code_is_run_from_a_data_package(package, monkeypatch):
    (package / "formulas_inside.py").write_text("def at_risk_2019(south_2019):\n    return south_2019\n", "utf-8")
    settings(formulas="formulas_inside")(package)
    monkeypatch.syspath_prepend(str(package))
    message = refusal(package)
    assert "analysis.formulas" in message
    assert "'formulas_inside' lies in the data package" in message


def test_a_module_that_itself_lacks_an_import_is_refused(package, tmp_path, monkeypatch):
    (tmp_path / "formulas_that_lack.py").write_text("import no_such_library\n", "utf-8")
    settings(formulas="formulas_that_lack")(package)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "no_such_library" in refusal(package)


def test_a_module_that_cannot_be_parsed_is_refused(package, tmp_path, monkeypatch):
    (tmp_path / "formulas_with_a_slip.py").write_text("def at_risk_2019(:\n", "utf-8")
    settings(formulas="formulas_with_a_slip")(package)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "formulas_with_a_slip" in refusal(package)


# Formulas against rows --------------------------------------------------------------------------------------------


def with_formulas(*formulas) -> str:
    """The refusal of the article's rows with its own formulas and these besides."""
    with pytest.raises(RegisterError) as refused:
        Model(Register.read(ROOT / "data"), [_article(), module(*formulas)])
    message = str(refused.value)
    assert "\n" not in message
    assert message.startswith((f"{shown(ROOT / 'data' / PACKAGE)}, field", f"{shown(ROOT / 'data' / READINGS)}:"))
    return message


def test_a_formula_that_needs_what_nothing_supplies():
    def more_than_all(transfers_2020):
        return transfers_2020

    message = with_formulas(more_than_all)
    assert "more_than_all" in message
    assert "'transfers_2020', which no formula or row supplies; did you mean 'transfers_20" in message
    assert "field analysis.formulas" in message


def test_formulas_that_need_each_other():
    def hen(egg):
        return egg

    def egg(hen):
        return hen

    message = with_formulas(hen, egg)
    assert "egg, hen need each other in a circle" in message


def test_a_formula_that_needs_itself():
    def hen(hen):
        return hen

    assert "hen need each other in a circle" in with_formulas(hen)


def test_a_formula_in_another_unit_than_the_row_of_its_quantity():
    def at_risk_2021__in_transfers(transfers_2021):
        return transfers_2021

    rows = Register.read(ROOT / "data")
    reading = next(iter(rows.readings.values()))
    object.__setattr__(rows, "readings", {**rows.readings, ("at_risk_2021", "in_transfers"): reading})
    with pytest.raises(
        RegisterError,
        match=r"claims\.csv, row \d+ .*, field unit: at_risk_2021 is in person .*in_transfers gives transfer",
    ):
        Model(rows, [_article(), module(at_risk_2021__in_transfers)])


def test_a_formula_that_adds_unlike_units():
    def mixed(transfers_2021, total_2019):
        return transfers_2021 + total_2019

    message = with_formulas(mixed)
    assert "mixed adds or compares unlike units (" in message
    assert "transfer" in message
    assert "person" in message


def test_a_formula_that_breaks():
    def broken(total_2019):
        return total_2019.no_such_thing

    message = with_formulas(broken)
    assert "broken can't be computed (AttributeError" in message


def test_a_named_formula_without_a_row_of_readings():
    def total_2019__doubled(labourers_2019, persons_per_labourer):
        return 2 * labourers_2019 * persons_per_labourer

    message = with_formulas(total_2019__doubled)
    assert "total_2019__doubled has no row" in message


def test_two_formulas_of_one_name():
    def at_risk_2021(at_risk_2019):
        return at_risk_2019

    assert "two things are called at_risk_2021" in with_formulas(at_risk_2021)


def test_a_formula_that_divides_by_one_less_its_first_share_is_accepted():
    def grossed_up(overlap, total_2019):
        return total_2019 / (1 - overlap)

    made = Model(Register.read(ROOT / "data"), [_article(), module(grossed_up)])
    assert made.estimate("grossed_up").value == 2_590_000  # overlap is 0


def test_functions_that_are_private_or_come_from_elsewhere_are_no_formulas():
    def _helper(nothing_at_all):
        return nothing_at_all

    made = module(_helper)
    made.shutil_copy = shutil.copy
    made.other = ModuleType("other")
    assert "_helper" not in Model(Register.read(ROOT / "data"), [_article(), made]).quantities


def _article():
    return importlib.import_module("analysis.formulas")


# What is read -----------------------------------------------------------------------------------------------------


def test_a_folder_is_named_by_the_environment(package, monkeypatch):
    monkeypatch.setenv("ANALYSIS_DATA", str(package))
    assert default_folder() == package
    assert Register.read().folder == package
    monkeypatch.delenv("ANALYSIS_DATA")
    assert default_folder() == ROOT / "data"


def test_files_are_named_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "data" / "claims.csv") == str(Path("data") / "claims.csv")
    assert shown(ROOT / "data" / "claims.csv") == str(ROOT / "data" / "claims.csv")


def test_rows_are_read_as_they_stand(article):
    claims = article.claims
    rows = read_rows(ROOT / "data" / CLAIMS)
    assert list(claims) == [row[0] for row in rows[1:]]
    row = claims["increase_2019_2021"]
    assert (row.quantity, row.input, row.reported) == ("net_new_transfers", True, False)
    assert rows[row.row - 1][0] == "increase_2019_2021"
    assert (row.section, row.paragraph, row.item) == ("scale", 2, None)
    assert (row.published.printed, row.published.rounding_unit, row.published.rounding_unit_other) == (
        "300000", "10000", "100000",
    )  # fmt: skip
    assert claims["plan_2016_2020"].published.target
    assert not row.published.target
    assert claims["growth_rate_2019_2021"].unit == "dimensionless"
    assert claims["figure_2019_all"].unit == "labourer"
    assert article.checks["composition_fitted"].solve == ("minority_share_south", "minority_share_outside")
    assert article.checks["net_persons_nil"].goal == 0.0
    assert article.checks["added_whole"].goal is None
    reading = article.readings["at_risk_2019", "southern"]
    assert (reading.grade, reading.default, reading.reconstruction) == ("chosen", False, True)


def test_an_entry_with_words_alone_is_no_assumption(package):
    register = Register.read(package)
    assert "training_attainment" not in register.assumptions
    assert register.wordings["training_attainment"].floor.value == 1
    assert register.wordings["cadres"].ceiling.value == 1_000_000
    assert register.wordings["former_detainees"].floor.value == 300_000
    assert "labourers_to_shift" not in register.wordings


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (entry("cadres", value=300000), ["entry cadres", "'value' is not one of", "'floor'"]),
        (entry("cadres", floor=None, ceiling=None), ["entry cadres", "floor or ceiling is missing"]),
        (entry("cadres", claim=None), ["entry cadres", "'claim' is a required property"]),
        (entry("cadres", claim="cadres_in_word"), ["entry cadres", "did you mean 'cadres_in_words'"]),
        (entry("cadres", unit="cadet"), ["entry cadres", "field unit", "did you mean 'cadre'"]),
        (entry("cadres", unit="million cadre"), ["entry cadres", "field unit", "not a base unit"]),
        (entry("cadres", id="detainees_placed"), ["entry detainees_placed", "given twice"]),
        (entry("cadres", kind="word"), ["entry cadres", "field kind"]),
        (
            entry("cadres", floor={"value": 100000, "loosest": 200000, "reason": "x"}),
            ["entry cadres", "field floor.loosest", "tighter"],
        ),
        (entry("overlap", rationale=None), ["entry overlap", "'rationale' is a required property"]),
        (entry("overlap", low=None), ["entry overlap", "'low' is a required property"]),
    ],
)
def test_a_bad_entry_with_words_alone_is_refused(package, change, words):
    change(package)
    message = refusal(package)
    for word in [YAML, *words]:
        assert word in message


def test_a_share_to_be_shown_as_a_percentage_must_be_a_quantity(package):
    settings(percent=["flagged_shares"])(package)
    message = refusal(package)
    for word in (PACKAGE, "field analysis.percent", "did you mean 'flagged_share'"):
        assert word in message
    settings(percent="flagged_share")(package)
    assert "not a list of names" in refusal(package)


def test_a_place_reads_as_a_phrase(package):
    cells(CLAIMS, "mean_2016_2020", item="3")(package)
    claims = Register.read(package).claims
    assert claims["plan_2016_2020"].where == "section mobilization-2016-2020, paragraph 6"
    assert claims["mean_2016_2020"].where == "section mobilization-2016-2020, paragraph 6, item 3"
    assert claims["net_increase_note_4"].where == "note 4"


# Against other readers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["data", "tests/packages/tiny"])
def test_frictionless_and_json_schema_find_nothing_to_say(folder):
    import jsonschema

    path = ROOT / folder / PACKAGE
    descriptor = json.loads(path.read_text("utf-8"))
    described_package = frictionless.Package.from_descriptor(descriptor, basepath=str(path.parent))
    for name in described_package.resource_names:
        if "jsonSchema" in resource(descriptor, name):
            entries = yaml.safe_load((path.parent / f"{name}.yaml").read_text("utf-8"))
            jsonschema.validate(entries, resource(descriptor, name)["jsonSchema"])
            continue
        report = described_package.get_resource(name).validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])


def frictionless_validate(folder):
    """What the command of that name gives: its exit status and what it prints."""
    command = [sys.executable, "-m", "frictionless", "validate", str(folder / PACKAGE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode, done.stdout + done.stderr


def test_the_command_of_frictionless_passes_the_package():
    status, said = frictionless_validate(ROOT / "data")
    assert status == 0, said
    assert "INVALID" not in said


def test_the_command_of_frictionless_fails_a_wrong_package(package):
    cells(CLAIMS, "mean_2016_2020", paragraph="six")(package)
    status, said = frictionless_validate(package)
    assert status == 1
    assert "INVALID" in said


FIXTURES = {
    "a section that is none": cells(CLAIMS, "excess_2021", section="scal"),
    "a source that is none": cells(CLAIMS, "excess_2021", source="nobody"),
    "a boolean that is none": cells(CLAIMS, "mean_2016_2020", input="yes"),
    "a paragraph that is no number": cells(CLAIMS, "mean_2016_2020", paragraph="six"),
    "a paragraph below one": cells(CLAIMS, "mean_2016_2020", paragraph="0"),
    "a scale that is none": cells(CLAIMS, "mean_2016_2020", scale="millions"),
    "a qualifier that is none": cells(CLAIMS, "mean_2016_2020", qualifier="roughly"),
    "digits with a comma": cells(CLAIMS, "mean_2016_2020", printed="2,87"),
    "an id with capitals": cells(CLAIMS, "mean_2016_2020", id="Mean"),
    "no statement": cells(CLAIMS, "mean_2016_2020", statement=""),
    "a row twice": cells(CLAIMS, "plan_2016_2020", id="plan_2016_2020_floor"),
    "a claim that is none": cells(CHECKS, "same_share", claim="at_risk_2021_approach"),
    "an end that is none": cells(CHECKS, "low_end_several_two", end="lower"),
    "a goal that is no number": cells(CHECKS, "net_persons_nil", goal="nil"),
    "a check twice": cells(CHECKS, "excess_over_goal", id="goal_meets_floor"),
    "a grade that is none": cells(READINGS, "transfers_2021,published", grade="sure"),
    "a reading twice": cells(READINGS, "transfers_2021,total_2021_february", reading="published"),
    "a section without a title": cells("sections.csv", "scale", title=""),
    "a source without a date": cells("sources.csv", "aksu-news-2021-01-06", date=""),
    "a grade of seeing that is none": cells("external.csv", "monitored_2021", seen="X"),
    "an external figure twice": cells("external.csv", "transfers_2022", id="monitored_2021"),
    "an accepted value without a value": cells("expected.csv", "claims,plan_2016_2020_floor", value=""),
    "a column too few": raw(CLAIMS, lambda data: data.replace(b",note\n", b"\n", 1)),
    "a cell too many": raw("sources.csv", lambda data: data.replace(b"\n", b"\nx,y,z,,,more\n", 1)),
    "a blank row": raw(CHECKS, lambda data: data.replace(b"\n", b"\n\n", 1)),
    "bytes that are no text": raw(READINGS, lambda data: data.replace(b"as printed", b"as pr\xefnted", 1)),
    "no file": removed("sections.csv"),
}


@pytest.mark.parametrize("name", FIXTURES)
def test_frictionless_fails_each_wrong_fixture_and_the_register_refuses_it(package, name):
    FIXTURES[name](package)
    report = frictionless.Package(str(package / PACKAGE)).validate()
    assert not report.valid
    if name != "an accepted value without a value":  # which `verify` reads, and the register does not
        refusal(package)


def test_every_file_of_the_package_is_described():
    descriptor = json.loads((ROOT / "data" / PACKAGE).read_text("utf-8"))
    folder = ROOT / "data"
    on_disk = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {PACKAGE}
    assert {entry["path"] for entry in descriptor["resources"]} == on_disk


@pytest.mark.parametrize("file", [CLAIMS, CHECKS])
def test_a_table_is_read_by_commas_whatever_else_its_cells_hold(package, file):
    """A reader that guesses the separator from the text would take another sign that is as frequent."""
    path = package / file
    rows = read_rows(path)
    claims = list(Register.read(package).claims)
    for sign in (";", "|"):
        for row in rows[1:]:
            row[rows[0].index("note")] = sign.join("abcdefghijklmnopqrstuvwxyz")
        write_rows(path, rows)
        assert list(Register.read(package).claims) == claims


def test_removing_a_needed_file_names_it(package):
    check(package, removed("sources.csv"), ["sources.csv: the file is missing"])


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (text("assumptions.yaml", "value: 350_000", "value: 0350000"), ["assumptions.yaml", "0350000", "plain digits"]),
        (text("assumptions.yaml", "value: 350_000", "value: 97:13:20"), ["assumptions.yaml", "plain digits"]),
        (text("assumptions.yaml", "loosest: 200_000", "loosest: 400_000"), ["former_detainees", "floor.loosest"]),
        (
            text("datapackage.json", '"linked_readings"', '"one_choise"'),
            ["datapackage.json", "did you mean 'linked_readings'"],
        ),
        (text("datapackage.json", '"headline"', '"formulas": "a", "headline"'), ["'formulas' is given twice"]),
        (cells(CLAIMS, "mean_2016_2020", printed="-2.87"), ["claims.csv", "mean_2016_2020", "printed", "below 0"]),
    ],
    ids=["octal", "sexagesimal", "loosest", "setting", "key twice", "fewer than none"],
)
def test_what_would_be_read_as_something_else_is_refused(package, spoil, words):
    check(package, spoil, words)


REFUSED = "- {id: a, what: 'A  stock', reason: B}\n- {id: b, what: C, reason: D}\n"


def test_what_is_not_concluded_is_read_in_its_order_with_its_reasons(package):
    (package / "refusals.yaml").write_text(REFUSED, encoding="utf-8")
    found = Register.read(package).refusals
    assert [(one.id, one.what, one.reason) for one in found.values()] == [("a", "A stock", "B"), ("b", "C", "D")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (REFUSED.replace("id: b", "id: a"), ["refusals.yaml, entry a, field id: 'a' is given twice"]),
        (REFUSED.replace("reason: D", "why: D"), ["refusals.yaml", "b", "why"]),
        (REFUSED.replace("what: C", "what: ''"), ["refusals.yaml", "b", "what"]),
        ("[]\n", ["refusals.yaml"]),
    ],
    ids=["twice", "misspelt", "empty", "none"],
)
def test_a_malformed_refusal_is_refused(package, content, words):
    def spoil(folder):
        (folder / "refusals.yaml").write_text(content, encoding="utf-8")

    check(package, spoil, words)


def test_a_package_need_not_say_what_it_refuses(package):
    described(lambda d: d.update(resources=[r for r in d["resources"] if r["name"] != "refusals"]))(package)
    removed("refusals.yaml")(package)
    assert Register.read(package).refusals == {}


# What is read, field by field -------------------------------------------------------------------------------------


@pytest.fixture
def article():
    """The article's register, read anew for each test."""
    return Register.read(ROOT / "data")


def table(file):
    """The rows of a table of the package, by the standard library's reader."""
    with (ROOT / "data" / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def stands_for(read, row, texts):
    """Whether the texts of a row were read as they stand."""
    return {field: getattr(read, field) for field in texts} == {field: row[field] for field in texts}


NUMBERS = ("printed", "printed_high", "scale", "unit", "qualifier", "rounding_unit", "rounding_unit_other")


def test_every_column_of_claims_is_read(article):
    texts = ("id", "quantity", "section", "statement", "unit_as_printed", "period", "place", "document", "source")
    for number, row in enumerate(table(CLAIMS), start=2):
        claim = article.claims[row["id"]]
        assert stands_for(claim, row, (*texts, "note"))
        assert stands_for(claim.published, row, NUMBERS)
        assert claim.input is {"true": True, "false": False}[row["input"]]
        assert claim.reported is {"true": True, "false": False, "": False}[row["reported"]]
        assert claim.published.target is {"true": True, "false": False}[row["target"]]
        assert (claim.paragraph, claim.item) == (int(row["paragraph"]), int(row["item"]) if row["item"] else None)
        assert claim.row == number


def test_every_column_of_external_figures_is_read(article):
    texts = ("id", "statement", "unit_as_printed", "period", "scope", "publisher", "title", "date", "address", "seen")
    for number, row in enumerate(table("external.csv"), start=2):
        figure = article.external[row["id"]]
        assert stands_for(figure, row, (*texts, "note"))
        assert stands_for(figure.published, row, NUMBERS)
        assert (figure.year_from, figure.year_to) == (int(row["year_from"]), int(row["year_to"]))
        assert list(figure.checks) == [part for part in row["checks"].replace(" ", "").split(";") if part]
        assert figure.row == number


def test_every_column_of_checks_readings_and_statements_is_read(article):
    for number, row in enumerate(table(CHECKS), start=2):
        check = article.checks[row["id"]]
        assert stands_for(check, row, ("id", "statement", "quantity", "claim", "end", "note"))
        pairs = [part.split("=") for part in row["readings"].replace(" ", "").split(";") if part]
        assert dict(check.readings) == dict(pairs)
        assert list(check.solve) == [part for part in row["solve"].replace(" ", "").split(";") if part]
        assert check.goal == (float(row["goal"]) if row["goal"] else None)
        assert check.row == number
    for number, row in enumerate(table(READINGS), start=2):
        reading = article.readings[row["quantity"], row["reading"]]
        assert stands_for(reading, row, ("quantity", "reading", "label", "grade", "note"))
        assert (str(reading.default).lower(), str(reading.reconstruction).lower()) == (
            row["default"], row["reconstruction"],
        )  # fmt: skip
        assert reading.row == number
    for number, row in enumerate(table("statements.csv"), start=2):
        statement = article.statements[row["id"]]
        assert stands_for(statement, row, ("id", "statement", "quantity", "comparison", "other", "note"))
        assert statement.row == number


def test_sections_sources_and_settings_are_read(article):
    assert article.sections == {row["id"]: row["title"] for row in table("sections.csv")}
    assert article.sources == {row["id"]: f"{row['publisher']}, {row['date']}" for row in table("sources.csv")}
    assert article.titles == {row["id"]: row["title"] for row in table("sources.csv") if row["title"]}
    package = json.loads((ROOT / "data" / PACKAGE).read_text("utf-8"))
    for field in ("headline", "percent", "estimates", "caps"):
        assert list(getattr(article, field)) == package["analysis"][field]
    assert [list(group) for group in article.linked_readings] == package["analysis"]["linked_readings"]
    assert (article.title, article.formulas) == (package["title"], "analysis.formulas")
    assert article.folder == ROOT / "data"
    paths = [entry["path"] for entry in package["resources"]]
    shipped_files = [path for path in paths if path.startswith("scenarios/") and path.endswith(".yaml")]
    assert [f"scenarios/{name}.yaml" for name in article.scenarios] == shipped_files


def test_entries_are_read_as_they_stand(article):
    def read(name):
        return yaml.safe_load((ROOT / "data" / name).read_text("utf-8"))

    for one in read(YAML):
        sides = {side: one.pop(side) for side in ("floor", "ceiling") if side in one}
        assumption = article.assumptions.get(one["id"])
        assert (assumption is None) == (one["kind"] == "words")
        if assumption is not None:
            assert {field: getattr(assumption, field) for field in one} == one
        wording = article.wordings.get(one["id"])
        found = {side: dataclasses.asdict(words) for side, words in (vars(wording) if wording else {}).items() if words}
        assert found == {side: {"value": None, "loosest": None, **words} for side, words in sides.items()}
    for one in read("findings.yaml"):
        found = dataclasses.asdict(article.findings[one["id"]])
        assert found == {
            **{"claims": (), "external": (), "sources": ()},
            **{field: tuple(value) if isinstance(value, list) else value for field, value in one.items()},
        }
    assert list(article.refusals) == [one["id"] for one in read("refusals.yaml")]


def test_what_a_description_leaves_out_is_empty(package):
    bare = {"formulas": "analysis.formulas"}
    described(lambda p: (p.update(analysis=bare), p.pop("title"), p.update(name="a-name")))(package)
    register = Register.read(package)
    assert register.title == "a-name"
    assert (register.headline, register.linked_readings, register.percent, register.estimates, register.caps) == (
        (),
    ) * 5
    described(lambda p: p.pop("name"))(package)
    assert Register.read(package).title == ""


@pytest.mark.parametrize(
    ("name", "field", "files"),
    [
        ("external", "external", ["external.csv"]),
        ("statements", "statements", ["statements.csv"]),
        ("findings", "findings", ["findings.yaml"]),
    ],
)
def test_what_is_not_described_is_not_read(package, name, field, files):
    described(lambda p: p.update(resources=[r for r in p["resources"] if r["name"] != name]))(package)
    if name == "external":  # the findings rest on it
        described(lambda p: p.update(resources=[r for r in p["resources"] if r["name"] != "findings"]))(package)
    for file in files:
        removed(file)(package)
    assert getattr(Register.read(package), field) == {}


def test_scenarios_are_the_files_of_their_folder_that_have_a_plain_name(package):
    described(
        lambda p: p.update(
            resources=[
                *(r for r in p["resources"] if not r["path"].startswith("scenarios/")),
                *({"name": f"a{i}", "path": path} for i, path in enumerate(PATHS)),
            ]
        )
    )(package)
    assert Register.read(package).scenarios == ("zeta", "alpha_2")


PATHS = [
    "scenarios/zeta.yaml",
    "scenarios/alpha_2.yaml",
    "scenarios/Big.yaml",
    "scenarios/alpha.yml",
    "scenarios/deep/alpha.yaml",
    "other/scenarios/alpha.yaml",
    "scenarios/alpha.yaml.bak",
]


def test_a_folder_that_is_shipped_lies_within_the_package_or_beside_it(tmp_path, monkeypatch):
    monkeypatch.setattr(register, "__file__", str(tmp_path / "analysis" / "register.py"))
    assert shipped("data") == tmp_path / "data"
    (tmp_path / "analysis" / "shipped" / "data").mkdir(parents=True)
    assert shipped("data") == tmp_path / "analysis" / "shipped" / "data"
    assert shipped("notebooks") == tmp_path / "notebooks"


# Which of several faults is said ----------------------------------------------------------------------------------


def test_the_first_wrong_row_is_said_and_in_it_what_makes_the_rest_wrong(package):
    cells(CLAIMS, "excess_2016_2020", paragraph="six")(package)
    earlier = at(CLAIMS, "plan_2016_2020")
    assert int(earlier.split()[1]) < int(at(CLAIMS, "excess_2016_2020").split()[1])
    cells(CLAIMS, "plan_2016_2020", section="nowhere")(package)
    assert f"{earlier}, field section: 'nowhere' is no row of sections.csv" in refusal(package)
    cells(CLAIMS, "plan_2016_2020", statement="")(package)
    assert f"{earlier}, field statement: the cell is empty and must not be" in refusal(package)
    cells(CLAIMS, "plan_2016_2020", paragraph="seven")(package)
    assert f"{earlier}, field paragraph: 'seven' is not a whole number" in refusal(package)
    raw(CLAIMS, lambda data: data.replace(b"\nplan_2016_2020,", b"\nplan_2016_2020,more,", 1))(package)
    assert refusal(package).endswith(f"{earlier}: the row has too many cells")


def test_the_first_wrong_entry_is_said_and_in_it_what_is_wrong_before_what_is_missing(package):
    ids = [one["id"] for one in yaml.safe_load((package / YAML).read_text("utf-8"))]
    assert len(ids) > 10
    entry(ids[10], label=3)(package)
    assert f"entry {ids[10]}, field label: 3 is not of type 'string'" in refusal(package)
    entry(ids[2], label=4, bias=None)(package)
    assert f"entry {ids[2]}, field label: 4 is not of type 'string'" in refusal(package)
    entry(ids[2], label="a label")(package)
    assert f"entry {ids[2]}: 'bias' is a required property" in refusal(package)
    assert schema_problem({"type": "array", "minItems": 3, "items": {"type": "string"}}, ["a", 1])[0] == []


# External figures -------------------------------------------------------------------------------------------------

EXTERNAL_CASES = {
    "years upside down": (
        {"year_from": "2022", "year_to": "2021"},
        "year_from",
        "2022 lies after 2021, the last year of the figure",
    ),
    "a scheme": (
        {"address": "https:" + "//example.org/a"},
        "address",
        "'https:" + "//example.org/a' is no address without a scheme, such as example.org",
    ),
    "a space": (
        {"address": "example org"},
        "address",
        "'example org' is no address without a scheme, such as example.org",
    ),
    "a check twice": (
        {"checks": "total_2019; transfers_2021; transfers_2021"},
        "checks",
        "'transfers_2021' is given twice",
    ),
    "a sum of one year": (
        {"year_from": "2021", "year_to": "2021", "period": "2021", "checks": "per_year:transfers_2021"},
        "checks",
        "'per_year:' divides a sum over several years, and this figure is none",
    ),
    "an unknown unit": ({"unit": "persn"}, "unit", "'persn' is not a known unit; did you mean 'person'?"),
    "a percent by another name": ({"unit": "%"}, "unit", "'%' is written percent here"),
    "a scale in a unit": (
        {"unit": "thousand person"},
        "unit",
        "'thousand person' is not a base unit; the scale has a column of its own",
    ),
    "fewer than none": (
        {"printed": "-5", "unit": "person", "rounding_unit": "1"},
        "printed",
        "'-5' lies below 0, and there are no fewer things than none",
    ),
}


@pytest.mark.parametrize(("values", "field", "sentence"), EXTERNAL_CASES.values(), ids=EXTERNAL_CASES)
def test_a_bad_external_figure_is_refused(package, values, field, sentence):
    where = f"external.csv, {at('external.csv', 'monitored_2021')}, field {field}: "
    check(package, cells("external.csv", "monitored_2021", **values), [], f"{where}{sentence}".partition(": ")[2])
    assert where in refusal(package)


@pytest.mark.parametrize("qualifier", ["range", "vague"])
def test_an_external_figure_is_one_number_whatever_its_schema_allows(package, qualifier):
    def free(package):
        for column in resource(package, "external")["schema"]["fields"]:
            column.pop("constraints", None)

    described(free)(package)
    digits = (
        {"printed": "8", "printed_high": "9", "rounding_unit": "1"}
        if qualifier == "range"
        else {"printed": "", "rounding_unit": ""}
    )
    cells("external.csv", "monitored_2021", qualifier=qualifier, **digits)(package)
    where = f"external.csv, {at('external.csv', 'monitored_2021')}, field qualifier: "
    assert refusal(package).endswith(f"{where}an external figure is one number; the ends of a range are two rows")


def test_a_loss_in_money_and_a_growth_below_nought_are_numbers(package):
    cells("external.csv", "monitored_2021", printed="-5", unit="USD", rounding_unit="1", checks="")(package)
    assert Register.read(package).external["monitored_2021"].published.value() == -5
    cells("external.csv", "monitored_2021", printed="-5", unit="percent", rounding_unit="1", checks="")(package)
    assert Register.read(package).external["monitored_2021"].published.value() == -0.05


def test_a_figure_adds_up_the_years_of_its_period_unless_it_is_a_mean(package):
    cells("external.csv", "monitored_2021", year_from="2017", year_to="2021", period="2017-2021", checks="")(package)
    figure = Register.read(package).external["monitored_2021"]
    assert (figure.years, figure.is_mean) == (5, False)
    cells("external.csv", "monitored_2021", period="2017-2021, a year")(package)
    figure = Register.read(package).external["monitored_2021"]
    assert (figure.years, figure.is_mean) == (1, True)


# Findings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["claims", "external", "sources"])
def test_a_finding_names_rows_that_are_there(package, field):
    entries = yaml.safe_load((package / "findings.yaml").read_text("utf-8"))
    one = next(one for one in entries if one.get(field))
    one[field].append(f"{one[field][0]}x")
    (package / "findings.yaml").write_text(yaml.safe_dump(entries, sort_keys=False), encoding="utf-8")
    said = f"'{one[field][0]}x' is no row of {field}.csv; did you mean '{one[field][0]}'?"
    assert refusal(package).endswith(f"findings.yaml, entry {one['id']}, field {field}: {said}")


def test_a_finding_is_named_once(package):
    lines = (package / "findings.yaml").read_text("utf-8").split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("- ")]
    again = lines[starts[0] : starts[1]]
    (package / "findings.yaml").write_text("\n".join([*again, *lines[starts[0] :]]), encoding="utf-8")
    name = yaml.safe_load("\n".join(again))[0]["id"]
    assert refusal(package).endswith(f"findings.yaml, entry {name}, field id: '{name}' is given twice")


def test_a_finding_rests_on_claims_or_on_sources_and_perhaps_on_external_figures(package):
    said = "\n".join(
        f"- {{id: {name}, title: x, {rows}, sceptical: x, charitable: x, settle: x, "
        "arithmetic: [{what: x, expression: '1 + 1', comes_to: '2', unit: person}]}"
        for name, rows in [
            ("a", "claims: [mean_2016_2020]"),
            ("b", "sources: [ndrc-2016-05], external: [monitored_2021]"),
            ("c", "claims: [mean_2016_2020], sources: [ndrc-2016-05]"),
        ]
    )
    (package / "findings.yaml").write_text(f"{said}\n", encoding="utf-8")
    found = Register.read(package).findings
    assert [(name, one.claims, one.external, one.sources) for name, one in found.items()] == [
        ("a", ("mean_2016_2020",), (), ()),
        ("b", (), ("monitored_2021",), ("ndrc-2016-05",)),
        ("c", ("mean_2016_2020",), (), ("ndrc-2016-05",)),
    ]


# Names, whatever a package's own schema allows --------------------------------------------------------------------


NAMES = {
    "a claim": (
        cells(CLAIMS, "us_rate_2021", id="a b"),
        f"{CLAIMS}, {at(CLAIMS, 'us_rate_2021', 'a b')}, field id: 'a b'",
    ),
    "a quantity": (
        cells(CLAIMS, "mean_2016_2020", quantity="a+b"),
        f"{CLAIMS}, {at(CLAIMS, 'mean_2016_2020')}, field quantity: 'a+b'",
    ),
    "a quantity of a check": (
        cells(CHECKS, "same_share", quantity="a+b"),
        f"{CHECKS}, {at(CHECKS, 'same_share')}, field quantity: 'a+b'",
    ),
    "a reading": (
        cells(READINGS, "transfers_2021,total_2021_february", reading="a b"),
        f"{READINGS}, {at(READINGS, 'transfers_2021,total_2021_february').split(' (')[0]}, field reading: 'a b'",
    ),
    "a section": (added("sections.csv", id="a/b", title="x"), "sections.csv, row 12 (a/b), field id: 'a/b'"),
}


@pytest.mark.parametrize(("change", "said"), NAMES.values(), ids=NAMES)
def test_a_name_is_of_letters_digits_and_few_signs_whatever_its_schema_allows(package, change, said):
    def free(package):
        for described_file in package["resources"]:
            for column in described_file.get("schema", {}).get("fields", []):
                column.get("constraints", {}).pop("pattern", None)

    described(free)(package)
    change(package)
    assert refusal(package).endswith(f"{said} is not a name of letters, digits and _ . -")


# Texts and numbers ------------------------------------------------------------------------------------------------


def test_a_sentence_is_one_line_and_cut_in_its_middle_where_it_is_long():
    assert str(InputError("a\n b\tc")) == "a b c"
    assert str(InputError("x" * 400)) == "x" * 400
    assert str(InputError("x" * 250 + "y" * 11 + "z" * 140)) == "x" * 250 + " … " + "z" * 140


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({}, "a.csv: why"),
        ({"row": 3}, "a.csv, row 3: why"),
        ({"id": "b"}, "a.csv, entry b: why"),
        ({"row": 3, "id": "b"}, "a.csv, row 3 (b): why"),
        ({"row": 3, "field": "c"}, "a.csv, row 3, field c: why"),
        ({"row": 3, "id": "b", "field": "c"}, "a.csv, row 3 (b), field c: why"),
        ({"field": "c"}, "a.csv, field c: why"),
    ],
)
def test_a_refusal_says_where(where, words):
    assert str(RegisterError("a.csv", "why", **where)) == words


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_compute_starts_with_an_apostrophe(sign):
    assert as_cell(f"{sign}a") == f"'{sign}a"
    assert as_cell(f"a{sign}") == f"a{sign}"


def test_a_number_is_a_cell_as_it_is():
    assert [as_cell(value) for value in ("+5", "-2.5e3", -5, None, "-inf", "-nan")] == [
        "+5", "-2.5e3", -5, None, "'-inf", "'-nan",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("350_000", 350_000),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("0.5", 0.5),
        ("7.", 7.0),
        ("1_000.5", 1000.5),
        ("2.5e+3", 2500.0),
        ("2.5E-1", 0.25),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
    ],
)
def test_a_number_in_yaml_is_read_as_it_is_written(tmp_path, written, value):
    (tmp_path / "a.yaml").write_text(f"a: {written}\n", encoding="utf-8")
    found = read_yaml(tmp_path / "a.yaml")["a"]
    assert (found, type(found)) == (value, type(value))


def test_not_a_number_in_yaml_is_read(tmp_path):
    (tmp_path / "a.yaml").write_text("a: .nan\n", encoding="utf-8")
    assert math.isnan(read_yaml(tmp_path / "a.yaml")["a"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 010\n", "not YAML: '010' is not in plain digits (line 1)"),
        ("b: 1\na: 0x1F\n", "not YAML: '0x1F' is not in plain digits (line 2)"),
        ("a: 1:30\n", "not YAML: '1:30' is not in plain digits (line 1)"),
        ("a: 0b11\n", "not YAML: '0b11' is not in plain digits (line 1)"),
        ("a: 1\n7: b\n", "not YAML: the key '7' is no name (line 1)"),
        ("a: 1\n? [b]\n: c\n", "not YAML: a key is a list or a mapping, and must be a name (line 2)"),
        ("a: 1\na: 2\n", "not YAML: the key 'a' is given twice (line 1)"),
        ("[" * 22 + "]" * 22, "not YAML: more than 20 levels lie in each other (line 1)"),
        (
            "- &b 1\n",
            "not YAML: anchors and aliases (& and *) are not read; write each value where it belongs (line 1)",
        ),
        ("- !b 1\n", "not YAML: tags (!) are not read (line 1)"),
        ('a: "\\e"\n', "it holds the control character U+001B, which no text may hold"),
        ("a:\nb: \x07\n", "it holds the control character U+0007, which no text may hold (line 2)"),
    ],
)
def test_what_is_not_read_in_yaml_is_said(tmp_path, content, said):
    (tmp_path / "a.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(RegisterError) as refused:
        read_yaml(tmp_path / "a.yaml")
    assert str(refused.value) == f"{shown(tmp_path / 'a.yaml')}: {said}"


def test_lists_may_lie_in_each_other_twenty_deep(tmp_path):
    (tmp_path / "a.yaml").write_text("[" * 20 + "]" * 20, encoding="utf-8")
    found, depth = read_yaml(tmp_path / "a.yaml"), 1
    while found:
        (found,) = found
        depth += 1
    assert depth == 20


def test_a_file_of_the_most_bytes_is_read_and_one_more_is_refused(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"a" * 3_000_000)
    assert read_text(path, 3_000_000) == "a" * 3_000_000
    path.write_bytes(b"a" * 3_000_001)
    with pytest.raises(RegisterError) as refused:
        read_text(path, 3_000_000)
    assert str(refused.value) == f"{shown(path)}: the file has more than the 3 megabytes that are read"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "the file is missing"),
        (b" \n", "the file is empty"),
        (b"\xef\xbb\xbfa", "the file starts with a byte order mark; save it as UTF-8 without one"),
        (b"a\nb\nc\xff", "the file is not UTF-8 (line 3)"),
        (b"\n\x1b", "it holds the control character U+001B, which no text may hold (line 2)"),
        (b"a\n\x1b\n\x1b", "it holds the control character U+001B, which no text may hold (line 2)"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(tmp_path, data, said):
    path = tmp_path / "a.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(RegisterError) as refused:
        read_text(path)
    assert str(refused.value) == f"{shown(path)}: {said}"


def test_a_folder_for_a_file_and_a_file_for_a_folder_are_no_texts(tmp_path):
    (tmp_path / "a").touch()
    for path, why in ((tmp_path, "it is no ordinary file"), (tmp_path / "a" / "b", "Not a directory")):
        with pytest.raises(RegisterError) as refused:
            read_text(path)
        assert str(refused.value) == f"{shown(path)}: the file can't be read ({why})"


# Rows and columns -------------------------------------------------------------------------------------------------

SHAPES = {
    "renamed": (text(CLAIMS, "id,quantity", "id,quantities"), "row 1: ", "'quantities' in the place of 'quantity'"),
    "a column too few": (
        raw("sections.csv", lambda d: d.replace(b",note\n", b"\n", 1)),
        "row 1: ",
        "2 in the place of 3",
    ),
    "a column more": (
        raw("sections.csv", lambda d: d.replace(b",note\n", b",note,x\n", 1)),
        "row 1: ",
        "4 in the place of 3",
    ),
}


@pytest.mark.parametrize(("change", "where", "how"), SHAPES.values(), ids=SHAPES)
def test_columns_are_named_where_they_differ(package, change, where, how):
    said = f"{where}the columns are not those that datapackage.json describes: {how}"
    change(package)
    assert refusal(package).endswith(said)


def test_blank_rows_no_rows_and_rows_of_another_length_are_said(package):
    def said(change):
        before = (package / "sections.csv").read_bytes()
        change(package)
        message = refusal(package)
        (package / "sections.csv").write_bytes(before)
        return message.partition("sections.csv")[2]

    assert said(text("sections.csv", "\npolicy", "\n\npolicy")).endswith(": the row is blank")
    assert said(raw("sections.csv", lambda d: d[: d.index(b"\n") + 1])) == ": the table has no rows"
    second = (package / "sections.csv").read_text("utf-8").split("\n")[1]
    short, long = second.rpartition(",")[0], f"{second},more"
    assert said(text("sections.csv", second, short)) == ", row 2 (introduction), field note: the row has too few cells"
    assert said(text("sections.csv", second, long)) == ", row 2 (introduction): the row has too many cells"
    assert said(text("sections.csv", second, f'"{second}')).startswith(", row ")
    assert said(raw("sections.csv", lambda d: d.replace(b"\n", b'\n"a" b,c,d\n', 1))) == (
        ", row 2: not a table of comma-separated values (',' expected after '\"')"
    )
    assert said(text("sections.csv", f"\n{second}", "\n=introduction,a,b")) == (
        ", row 2 (=introduction), field id: "
        "'=introduction' starts like a spreadsheet formula; no cell may start with '='"
    )
    assert said(text("sections.csv", f"\n{second}", "\nintroduction,@23456789012345678901,b")) == (
        ", row 2 (introduction), field title: "
        "'@2345678901234567890' starts like a spreadsheet formula; no cell may start with '@'"
    )


@pytest.mark.parametrize(
    ("constraint", "value", "said"),
    [
        ({"maximum": 3}, "6", 'constraint "maximum" is "3"'),
        ({"minimum": 7}, "6", "'6' lies below 7"),
        ({"enum": ["5", "7"]}, "6", "'6' is not one of 5, 7"),
    ],
)
def test_a_constraint_of_a_packages_own_is_said(package, constraint, value, said):
    described(lambda p: resource(p, "claims")["schema"]["fields"][5].update(constraints=constraint))(package)
    for row in table(CLAIMS):
        cells(CLAIMS, row["id"], paragraph="7" if "maximum" not in constraint else "3")(package)
    cells(CLAIMS, "mean_2016_2020", paragraph=value)(package)
    message = refusal(package)
    assert f"claims.csv, {at(CLAIMS, 'mean_2016_2020')}, field paragraph: " in message
    assert said in message
    assert not message.endswith(".")


def test_a_type_of_a_packages_own_and_a_key_of_one_column_are_said(package):
    described(lambda p: resource(p, "claims")["schema"]["fields"][17].update(type="year"))(package)
    message = refusal(package)
    assert "field period: '" in message
    assert message.endswith("is not year")


def test_a_row_given_twice_is_said_where_the_key_is_one_column(package):
    def edit(package):
        entry = resource(package, "sections")["schema"]
        entry["primaryKey"] = "id"
        entry["fields"][0]["constraints"].pop("unique", None)

    described(edit)(package)
    added("sections.csv", id="scale", title="Again")(package)
    assert refusal(package).endswith("(scale), field id: the row is given twice")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("path", "../claims.csv", "the path '../claims.csv' leaves the data package; name a file that lies in it"),
        ("path", 3, "its path is not the name of one file"),
        ("dialect", {}, "its dialect is not followed here; a resource is the plain file that its path names"),
        ("path", "a\x00b", "the path 'a\\x00b' can't be followed"),
    ],
)
def test_what_is_wrong_with_a_resource_is_said(package, key, value, said):
    described(lambda p: resource(p, "scenario-article").update({key: value}))(package)
    message = refusal(package)
    if "x00" not in said:
        assert message.endswith(f"datapackage.json, field resources: resource 'scenario-article': {said}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (entry("overlap", high=10**400), "field high: "),
        (
            entry("cadres", ceiling={"reason": "x", "value": float("inf"), "loosest": float("inf")}),
            "field ceiling.value: inf is not a finite number",
        ),
        (
            entry("former_detainees", floor={"reason": "x", "value": 5, "loosest": float("-inf")}),
            "field floor.loosest: -inf is not a finite number",
        ),
        (
            entry("cadres", ceiling={"reason": "x", "value": 5, "loosest": 4}),
            "field ceiling.loosest: 4 is tighter than 5",
        ),
        (
            entry("former_detainees", floor={"reason": "x", "value": 5, "loosest": 6}),
            "field floor.loosest: 6 is tighter than 5",
        ),
        (
            entry("former_detainees", floor={"reason": "x", "value": -5, "loosest": -6}),
            "field floor.value: -5 lies outside 0 to ",
        ),
    ],
)
def test_what_is_wrong_with_the_numbers_of_an_entry_is_said(package, change, said):
    change(package)
    assert said in refusal(package)


def test_a_range_and_bounds_may_be_one_number(package):
    entry("overlap", value=0.25, article_value=0.25, low=0.25, high=0.25, minimum=0.25, maximum=0.25)(package)
    overlap = Register.read(package).assumptions["overlap"]
    assert {overlap.low, overlap.high, overlap.minimum, overlap.maximum} == {0.25}


def test_an_id_of_an_entry_is_of_letters_digits_and_few_signs_whatever_its_schema_allows(package):
    described(lambda p: resource(p, "assumptions")["jsonSchema"].update({"items": {}}))(package)
    entry("overlap", id="over/lap")(package)
    assert refusal(package).endswith(f"{YAML}, field id: 'over/lap' is not a name of letters, digits and _ . -")


def test_what_frictionless_stumbles_over_is_said(package, monkeypatch):
    def stumble(*_, **__):
        raise KeyError("so")

    monkeypatch.setattr(frictionless.Package, "from_descriptor", stumble)
    assert refusal(package) == f"{shown(package / PACKAGE)}: not a data package: KeyError: 'so'"


def test_twenty_lists_in_each_other_may_lie_in_a_description(package):
    def nested(lists):
        return described(lambda p: p.update(notes=json.loads("[" * lists + "]" * lists)))

    nested(20)(package)
    assert Register.read(package).claims
    nested(21)(package)
    assert refusal(package) == f"{shown(package / PACKAGE)}: more than 20 levels lie in each other"


def test_an_encoding_that_is_not_said_is_utf_8(package):
    described(lambda p: [entry.pop("encoding", None) for entry in p["resources"]])(package)
    assert Register.read(package).claims


def test_a_line_break_in_a_cell_is_kept(package):
    cells(CLAIMS, "mean_2016_2020", note="a\r\nb")(package)
    assert Register.read(package).claims["mean_2016_2020"].note == "a\r\nb"


@pytest.mark.parametrize(("left", "taken"), [("floor", "ceiling"), ("ceiling", "floor")])
def test_an_assumption_may_say_one_side_of_a_vague_claim_alone(package, left, taken):
    words = {"reason": "x", "value": 400_000, "loosest": 400_000}
    entry("former_detainees", **{left: words})(package)
    entry("former_detainees", **{taken: words})(package)
    entry("former_detainees", **{taken: None})(package)
    wording = Register.read(package).wordings["former_detainees"]
    assert getattr(wording, left).value == 400_000
    assert getattr(wording, taken) is None


def test_a_floor_may_be_as_loose_as_it_is(package):
    entry("former_detainees", floor={"reason": "x", "value": 300_000, "loosest": 300_000})(package)
    floor = Register.read(package).wordings["former_detainees"].floor
    assert (floor.value, floor.loosest) == (300_000, 300_000)


@pytest.mark.parametrize("side", ["value", "loosest"])
def test_a_whole_number_beyond_a_double_is_no_finite_number(package, side):
    # Of 400 nines; YAML reads it as it is, and no double holds more than some 1.8e308.
    floor = {"value": 300_000, "loosest": 200_000, "reason": "x", side: int("9" * 400)}
    check(
        package,
        entry("former_detainees", floor=floor),
        [YAML, "entry former_detainees", f"field floor.{side}", "is not a finite number"],
    )
