"""A data package that is spoiled in one place is refused in one sentence, which names
the file, the row and the field.
"""

import csv

import pytest
import yaml

from analysis.core.errors import InputError, RegisterError
from analysis.core.readers import shipped
from analysis.core.register import Register
from analysis.core.rows import BARE, SETTABLE
from analysis.model.model import Model
from analysis.model.readings import each
from tests.conftest import ROOT
from tests.spoiling import (
    added,
    all_of,
    at,
    cells,
    described,
    entry,
    raw,
    removed,
    settings,
    text,
)
from tests.tables import cases

CLAIMS, CHECKS, READINGS = "claims.csv", "checks.csv", "readings.csv"
EXTERNAL, SOLUTIONS, SECTIONS = "external.csv", "solutions.csv", "sections.csv"
YAML, PACKAGE, FINDINGS = "assumptions.yaml", "datapackage.json", "findings.yaml"


def refused(package):
    """The sentence with which a package is refused; its path is left out."""
    with pytest.raises(RegisterError) as error:
        Model(Register.read(package))
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith((".", "?"))
    return message.removesuffix(".").replace(f"{package}/", "")


def changes(table):
    """Changes of one row or entry, each with its refusal.

    A line names the file, the row or entry, and what it has instead. Beneath it stands
    what the refusal says after the place.
    """
    for line, said in cases(table):
        file, id, written = line.split(" ", 2)
        if file == YAML:
            values = yaml.safe_load(written)
            change, place = entry(id, **values), f"{file}, entry {values.get('id', id)}"
        elif file == PACKAGE:
            change, place = settings(**yaml.safe_load(written)), file
        else:
            values = yaml.load(written, yaml.BaseLoader)
            change = cells(file, id, **values)
            place = f"{file}, {at(file, id, values.get('id') or id.replace(',', ', '))}"
        yield pytest.param(change, f"{place}, {said}")


def finding(field, sentence, old, new):
    """The finding base_equals_mean with another text, and its refusal."""

    def change(folder):
        whole = (folder / FINDINGS).read_text(encoding="utf-8")
        head, tail = whole.split("- id: base_equals_mean\n")
        assert old in tail
        whole = f"{head}- id: base_equals_mean\n{tail.replace(old, new, 1)}"
        (folder / FINDINGS).write_text(whole, encoding="utf-8")

    return pytest.param(
        change, f"{FINDINGS}, entry base_equals_mean, field {field}: {sentence}"
    )


def check(refusals):
    return pytest.mark.parametrize(("change", "sentence"), refusals)


# Rows by themselves -------------------------------------------------------------------
WRONG = """
claims.csv mean_2016_2020 {id: Me an}
    field id: string should match pattern '^[A-Za-z0-9_][A-Za-z0-9_.-]*$', not 'Me an'
claims.csv mean_2016_2020 {statement: ''}
    field statement: field required
claims.csv mean_2016_2020 {statement: ' '}
    field statement: string should have at least 1 character, not ' '
claims.csv mean_2016_2020 {printed: '2,87'}
    field printed: '2,87' is not a number in plain digits, such as 2.59
claims.csv mean_2016_2020 {printed: '-2.87'}
    field printed: '-2.87' is below 0, but a count cannot be negative
claims.csv mean_2016_2020 {unit: transfr}
    field unit: 'transfr' is not a known unit. Did you mean 'transfer'?
claims.csv mean_2016_2020 {unit: million transfer}
    field unit: 'million transfer' is not a base unit, such as person, transfer,
    labourer
claims.csv mean_2016_2020 {scale: millions}
    field scale: 'millions' is not one of thousand, million, billion or empty
claims.csv mean_2016_2020 {input: maybe}
    field input: input should be a valid boolean, not 'maybe'
claims.csv mean_2016_2020 {paragraph: six}
    field paragraph: input should be a valid integer, not 'six'
claims.csv mean_2016_2020 {paragraph: 0}
    field paragraph: input should be greater than or equal to 1, not '0'
claims.csv at_risk_total_range {input: true}
    field input: a calculation cannot start from a number in words or from a range; each
    end of a range is a quantity of its own
checks.csv same_share {readings: at_risk_share_of_new}
    field readings: 'at_risk_share_of_new' must have the form quantity=reading, each
    quantity once
checks.csv same_share {readings: overlap=set; overlap = floor}
    field readings: 'overlap=set; overlap = floor' must have the form quantity=reading,
    each quantity once
checks.csv low_end_several_three {end: lower}
    field end: input should be '', 'low', 'high' or 'whole', not 'lower'
checks.csv same_share {kind: guess}
    field kind: input should be '', 'derivation', 'repetition', 'hypothesis' or
    'external', not 'guess'
checks.csv same_share {kind: ''}
    field kind: a check that is compared with a claim or a figure needs a kind, and any
    other check must have none
checks.csv planned_in_2016_2020 {kind: hypothesis}
    field kind: a check that is compared with a claim or a figure needs a kind, and any
    other check must have none
checks.csv same_share {against: report_2021}
    field against: a check of the kind external needs a figure published elsewhere here,
    and any other check has none
checks.csv official_total_2021 {kind: hypothesis}
    field against: a check of the kind external needs a figure published elsewhere here,
    and any other check has none
claims.csv mean_2016_2020 {role: given}
    field role: input should be 'start', 'result' or 'count', not 'given'
solutions.csv change_without_increase {goal: NaN}
    field goal: input should be a finite number, not 'NaN'
solutions.csv change_without_increase {goal: ''}
    field goal: the row needs either a claim or a goal, and not both
solutions.csv southern_fitted {goal: 0}
    field goal: the row needs either a claim or a goal, and not both
external.csv plan_13fyp_total {qualifier: range, printed_high: 12}
    field qualifier: an external figure is one number; write a range as two rows
external.csv plan_13fyp_total {year_from: 2021}
    field year_from: 2021 lies after 2020, the last year of the figure
assumptions.yaml overlap {id: 5}
    field id: input should be a valid string, not '5'
assumptions.yaml overlap {rationale: null}
    field rationale: field required
assumptions.yaml overlap {grade: guessed}
    field grade: input should be 'stated', 'implied' or 'chosen', not 'guessed'
assumptions.yaml overlap {value: true}
    field value: input should be a valid number, not 'True'
assumptions.yaml overlap {value: 2}
    field value: 2 lies outside the allowed range, 0 to 1
assumptions.yaml overlap {high: 1.5}
    field high: 1.5 lies outside the allowed range, 0 to 1
assumptions.yaml overlap {low: 0.6}
    field low: 0.6 lies above the high end, 0.5
assumptions.yaml overlap {unit: percent}
    field unit: 'percent' is not a base unit, such as person, transfer, labourer
assumptions.yaml former_detainees {floor: 5}
    field floor: input should be a valid mapping, not '5'
assumptions.yaml former_detainees {floor: {reason: x, resaon: x}}
    field floor.resaon: 'resaon' is not known here. Did you mean 'reason'?
assumptions.yaml former_detainees {row: 99}
    field row: 'row' is not known here
assumptions.yaml training_attainment {floor: {value: 1, coarse: 0.9, reason: x}}
    field floor.coarse_place: a coarser number needs its rounding in words, such as
    'a tenth of a million'
assumptions.yaml cadres {floor: {value: 1, coarse: 2, coarse_place: x, reason: x}}
    field floor.coarse: 2 must leave more room than the floor itself
assumptions.yaml cadres {ceiling: {value: 2, coarse: 1, coarse_place: x, reason: x}}
    field ceiling.coarse: 1 must leave more room than the ceiling itself
assumptions.yaml overlap {ceiling: {value: 2, reason: x}}
    field ceiling.value: 2 lies outside the allowed range, 0 to 1
datapackage.json analysis {estimate: []}
    field analysis.estimate: 'estimate' is not known here. Did you mean 'estimates'?
datapackage.json analysis {remarks: [{quantity: south_2019, above: total_2019}]}
    field analysis.remarks.0.words: field required
datapackage.json analysis {remarks: [{quantity: overlap, above: x, words: "{mor}"}]}
    field analysis.remarks.0.words: '{mor}' has no number; a remark can hold only
    {more}, for the excess
datapackage.json analysis {remarks: [{quantity: overlap, above: x, words: "{more"}]}
    field analysis.remarks.0.words: '{more' has no number; a remark can hold only
    {more}, for the excess
assumptions.yaml overlap {kind: [words]}
    field kind: input should be 'words', 'point', 'floor' or 'ceiling'
datapackage.json analysis {limits: [{quantity: overlap}]}
    field limits: overlap has neither at_most nor at_least
datapackage.json analysis {linked_readings: [total_2019]}
    field analysis.linked_readings.0: input should be a valid list, not 'total_2019'
"""


@check(
    [
        *changes(WRONG),
        finding(
            "arithmetic.0.comes_to",
            "input should be a valid number, not '2.87 million'",
            '"2870000"',
            "2.87 million",
        ),
        finding(
            "arithmetic.0.expresion",
            "'expresion' is not known here. Did you mean 'expression'?",
            "expression: tra",
            "expression: tra\n      expresion: tra",
        ),
    ]
)
def test_a_row_that_is_wrong_by_itself(package, change, sentence):
    change(package)
    assert refused(package) == sentence


# Rows beside each other ---------------------------------------------------------------
AMISS = """
claims.csv mean_2016_2020 {id: plan_2016_2020}
    field id: 'plan_2016_2020' is given twice
external.csv report_2021 {date: 2022-01-32}
    field date: '2022-01-32' is not in the calendar; write a day such as 2022-01-23
sources.csv ndrc-2016-05 {date: "February 30, 2021"}
    field date: 'February 30, 2021' is not in the calendar; write a day such as
    2022-01-23
claims.csv mean_2016_2020 {section: mobilisation}
    field section: 'mobilisation' is not a row of sections.csv. Did you mean
    'mobilization-2016-2020'?
claims.csv figure_2019_all {source: jamestown-2021}
    field source: 'jamestown-2021' is not a row of sources.csv. Did you mean
    'jamestown-2021-03'?
checks.csv same_share {claim: at_risk_2021_approach}
    field claim: 'at_risk_2021_approach' is not a row of claims.csv. Did you mean
    'at_risk_2021_approaches'?
solutions.csv southern_fitted {solve: minority_share_sout}
    field solve: 'minority_share_sout' is not a row of assumptions.yaml. Did you mean
    'minority_share_south'?
claims.csv excess_2016_2020 {judged_by: excess_over_gaol}
    field judged_by: 'excess_over_gaol' is not a row of checks.csv. Did you mean
    'excess_over_goal'?
claims.csv increase_2019_2021 {same_calculation_as: growth_rate}
    field same_calculation_as: 'growth_rate' is not a row of claims.csv. Did you mean
    'growth_rate_2019_2021'?
assumptions.yaml overlap {claim: at_risk_total_rang}
    field claim: 'at_risk_total_rang' is not a row of claims.csv. Did you mean
    'at_risk_total_range'?
claims.csv total_2021_tianshan {unit: person}
    field unit: transfers_2021 is in transfer, but this row gives person
claims.csv detainees_several {quantity: former_trainees}
    field quantity: a number in words needs an assumption named after its quantity,
    with a floor or a ceiling
checks.csv same_share {claim: net_increase_note_4}
    field claim: net_increase_note_4 is a value of net_new_persons, not of
    at_risk_2021
claims.csv excess_2016_2020 {quantity: excess_over_plan_2016_202}
    field quantity: no other row or formula has the quantity
    'excess_over_plan_2016_202'. Did you mean 'excess_over_plan_2016_2020'?
readings.csv persons_per_transfer,implied {default: true}
    field default: the default of persons_per_transfer is its reading 'set'; say false,
    or make 'implied' its only default
readings.csv transfers_2021,total_2021_february {default: true}
    field default: the default of transfers_2021 is its reading 'published'; say false,
    or make 'total_2021_february' its only default
readings.csv at_risk_2019,published {default: false}
    field default: this reading is the default of at_risk_2019; say true
readings.csv south_growth_2022,fastest {default: true}
    field default: the default of south_growth_2022 is its reading 'slowest'; say false,
    or make 'fastest' its only default
assumptions.yaml persons_per_transfer {marked: [{value: 1.5, reason: too much}]}
    field marked.0.value: 1.5 lies outside the allowed range, 0.05 to 1
checks.csv official_base_2019_forecast {against: report_2019 / 1}
    field against: without a claim, the quantity is compared with one row of
    external.csv, and 'report_2019 / 1' is not the id of such a row
checks.csv same_share {end: low}
    field end: a row that is compared with a range must name an end of the range, and
    any other row must name none
checks.csv low_end_several_three {end: ''}
    field end: a row that is compared with a range must name an end of the range, and
    any other row must name none
solutions.csv detainees_for_low_end {end: ''}
    field end: a row that is compared with a range must name an end of the range, and
    any other row must name none
claims.csv mean_2016_2020 {same_calculation_as: excess_2016_2020}
    field same_calculation_as: excess_2016_2020 does not name mean_2016_2020 as the same
    calculation
claims.csv growth_rate_2019_2021 {same_calculation_as: increase_2019_2021; excess_2021}
    field same_calculation_as: increase_2019_2021 does not name excess_2021 as the same
    calculation
"""
FEBRUARY = "transfers_2021,total_2021_february"


@check(
    [
        *changes(AMISS),
        pytest.param(
            cells(READINGS, FEBRUARY, reading="published"),
            f"{READINGS}, {at(READINGS, FEBRUARY, 'transfers_2021, published')}, "
            "field id: 'transfers_2021, published' is given twice",
        ),
        pytest.param(
            raw(YAML, lambda data: data + data[data.index(b"- id: overlap") :]),
            f"{YAML}, entry overlap, field id: 'overlap' is given twice",
        ),
        finding(
            "claims",
            "'mean_2016_2021' is not a row of claims.csv. Did you mean "
            "'mean_2016_2020'?",
            "- mean_2016_2020",
            "- mean_2016_2021",
        ),
        finding(
            "external",
            "'transfers_2019_xinhau' is not a row of external.csv. Did you mean "
            "'transfers_2019_xinhua'?",
            "transfers_2019_xinhua",
            "transfers_2019_xinhau",
        ),
        pytest.param(
            cells(CLAIMS, "total_2021_february", input="true"),
            f"{CLAIMS}, {at(CLAIMS, 'total_2021_february')}, field input: "
            f"{at(CLAIMS, 'total_2021_tianshan')} is an input of transfers_2021 too, "
            "but a quantity has only one",
        ),
        # 30 was perhaps rounded to 10 percent, and 35 was not.
        pytest.param(
            cells(CLAIMS, "excess_2016_2020", printed="35", words="over 35 percent"),
            f"{CLAIMS}, {at(CLAIMS, 'excess_2016_2020')}, field rounding_unit_other: "
            "35 is not a multiple of 10",
        ),
    ]
)
def test_a_row_that_does_not_fit_another(package, change, sentence):
    change(package)
    assert refused(package) == sentence


# Files --------------------------------------------------------------------------------
EACH = [CLAIMS, CHECKS, SOLUTIONS, READINGS, EXTERNAL, SECTIONS]
EACH += ["sources.csv", "statements.csv", YAML, FINDINGS, PACKAGE, "refusals.yaml"]


@pytest.mark.parametrize("file", EACH)
@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda path: path.unlink(), "the file is missing"),
        (lambda path: path.write_bytes(b" \n"), "the file is empty"),
        (
            lambda path: path.write_bytes(b"\n\xe9\n"),
            "line 2 is not encoded in UTF-8",
        ),
    ],
)
def test_a_file_that_can_not_be_read(package, file, spoil, sentence):
    spoil(package / file)
    assert refused(package) == f"{file}: {sentence}"


TABLE = "not a table of comma-separated values"
LIST = "the file is not a list of entries"
CELLS = "the row has more or fewer cells than the first row"
#: Where the entry overlap starts.
BEFORE, _, _ = (
    (ROOT / "data" / YAML).read_text(encoding="utf-8").partition("- id: overlap")
)
OVERLAP = 1 + BEFORE.count("\n")
ENTRY_OF_OVERLAP = 1 + BEFORE.count("\n- id: ")


@check(
    [
        (
            text(CLAIMS, "id,quantity", "id,quantities"),
            f"{CLAIMS}, row 2 (cadres_in_words), field quantities: 'quantities' is not "
            "known here. Did you mean 'quantity'?",
        ),
        (
            raw(SECTIONS, lambda data: data.replace(b",note\n", b"\n", 1)),
            f"{SECTIONS}, row 2 (introduction): {CELLS}",
        ),
        (
            raw(SECTIONS, lambda data: data.split(b"\n")[0]),
            f"{SECTIONS}: the table has no rows",
        ),
        (
            text(SECTIONS, "policy,", "policy,more,"),
            f"{SECTIONS}, row 10 (policy): {CELLS}",
        ),
        (
            text(SECTIONS, "\npolicy,", "\npolicy"),
            f"{SECTIONS}, row 10 (policyPolicy Implications and Recommendations): "
            f"{CELLS}",
        ),
        (
            text(CLAIMS, "Transfers made per year", '"Transfers made per year'),
            f"{CLAIMS}, {at(CLAIMS, 'mean_2016_2020').partition(' (')[0]}: {TABLE} "
            "(',' expected after '\"')",
        ),
        (text(YAML, "- id: overlap", "- words\n- id: overlap"), f"{YAML}: {LIST}"),
        (
            text(YAML, "- id: overlap\n  label", "- label"),
            f"{YAML}, entry number {ENTRY_OF_OVERLAP}, field id: field required",
        ),
        (raw(YAML, lambda _: b"id: overlap\n"), f"{YAML}: {LIST}"),
        (
            text(YAML, "- id: overlap\n", "- id: overlap\n  value: 0.3\n"),
            f"{YAML}: not YAML: the key 'value' is given twice at line {OVERLAP}, "
            "column 3",
        ),
        (
            text(YAML, "- id: overlap", "- id: [overlap"),
            f"{YAML}: not YAML: while parsing a flow sequence at line {OVERLAP}, "
            f"column 7 did not find expected ',' or ']' at line {OVERLAP + 1}, "
            "column 8",
        ),
        (
            text(SECTIONS, "id,title,note", "id,title,title"),
            f"{SECTIONS}, row 1: the column 'title' is given twice",
        ),
        (
            text(PACKAGE, '"title": "Numbers', '"name": "x", "title": "Numbers'),
            f"{PACKAGE}: not JSON: the key 'name' is given twice",
        ),
        (
            text(PACKAGE, '"at_most": 1', '"at_most": NaN'),
            f"{PACKAGE}: not JSON: NaN is not a number",
        ),
        (
            text(PACKAGE, '"at_most": 1', '"at_most": 1e999'),
            f"{PACKAGE}, field analysis.limits.2.at_most.float: input should "
            "be a finite number, not 'inf'",
        ),
        (
            raw(PACKAGE, lambda _: b"[" * 100_000),
            f"{PACKAGE}: not JSON: it is nested too deeply",
        ),
        (
            raw(YAML, lambda _: b"[" * 100_000),
            f"{YAML}: not YAML: while increasing flow level exceeded maximum nesting "
            "depth at line 1, column 1001",
        ),
        (
            raw(PACKAGE, lambda _: b"{,}"),
            f"{PACKAGE}: not JSON: Expecting property name enclosed in double quotes: "
            "line 1 column 2 (char 1)",
        ),
        (raw(PACKAGE, lambda _: b"[]"), f"{PACKAGE}: input should be a valid mapping"),
        (
            described(lambda package: package.pop("analysis")),
            f"{PACKAGE}, field analysis: field required",
        ),
        (
            described(lambda package: package.pop("resources")),
            f"{PACKAGE}, field resources: field required",
        ),
    ]
)
def test_a_file_that_is_no_table_list_or_object(package, change, sentence):
    change(package)
    assert refused(package) == sentence


# What is read -------------------------------------------------------------------------
def in_a_cell(value):
    """A value of a row as its cell has it, but for the form of a number."""
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, dict):
        return "; ".join(f"{quantity}={reading}" for quantity, reading in value.items())
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    return str(value)


def test_rows_are_read_as_the_csv_module_reads_them(model):
    tables = {
        CLAIMS: model.register.claims,
        CHECKS: model.register.checks,
        EXTERNAL: model.register.external,
    }
    tables |= {
        READINGS: {", ".join(key): one for key, one in model.register.readings.items()}
    }
    tables |= {
        SOLUTIONS: model.register.solutions,
        "statements.csv": model.register.statements,
    }
    for file, found in tables.items():
        with (ROOT / "data" / file).open(encoding="utf-8", newline="") as lines:
            rows = [*zip(found.values(), csv.DictReader(lines), strict=True)]
        for number, (read, cells_of) in enumerate(rows, start=2):
            assert read.row == number
            for field, cell in cells_of.items():
                value = in_a_cell(getattr(read, field))
                same = value == cell.strip() or float(value) == float(cell)
                assert same, (file, number, field)


def test_entries_are_read_as_yaml_reads_them(model):
    assumed = {**model.register.assumptions, **model.register.only_in_words}
    for file, found in ((YAML, assumed), (FINDINGS, model.register.findings)):
        entries = yaml.safe_load((ROOT / "data" / file).read_text(encoding="utf-8"))
        assert {one["id"] for one in entries} == set(found)
        for one in entries:
            read = found[one["id"]].model_dump()
            assert {
                name: read[name]
                for name in one
                if not isinstance(one[name], (list, dict))
            } == {
                name: " ".join(value.split()) if isinstance(value, str) else value
                for name, value in one.items()
                if not isinstance(value, (list, dict))
            }


def test_line_ends_a_byte_order_mark_and_the_order_of_columns_change_nothing(
    package, model
):
    for file in (CLAIMS, CHECKS, "sections.csv"):
        raw(file, lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))(package)
    path = package / READINGS
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[::-1] for row in rows)
    read = Register.read(package)
    assert (read.claims, read.checks) == (model.register.claims, model.register.checks)
    assert read.readings == model.register.readings


def test_what_is_just_right_is_taken(package):
    all_of(
        cells(SOLUTIONS, "change_without_increase", goal="-1000"),
        cells(EXTERNAL, "plan_13fyp_total", beside="per_year:transfers_2016_2020"),
        entry("former_detainees", ceiling=None),
        added("sections.csv", id="a.b-c_1", title="More, with a comma"),
    )(package)
    read = Register.read(package)
    assert (
        read.solutions["change_without_increase"].goal,
        read.sections["a.b-c_1"],
    ) == (-1000, "More, with a comma")
    assert read.external["plan_13fyp_total"].years == 5
    assert read.external["plan_13fyp_a_year"].years == 1  # a mean over them


def test_a_file_that_is_not_listed_is_not_read(package):
    names = ("findings", "statements", "refusals", "external", "headlines")
    described(
        lambda content: content.update(
            resources=[one for one in content["resources"] if one["name"] not in names],
            analysis={**content["analysis"], "remarks": []},
        )
    )(package)
    removed(FINDINGS)(package)
    read = Register.read(package)
    for left in (read.findings, read.statements, read.refusals, read.external):
        assert left == {}


def test_the_shipped_rows_fit_each_other(model):
    register = model.register
    # A result is judged by a check on its own row.
    assert all(
        register.checks[check].claim == one.id
        for one in register.claims.values()
        for check in one.judged_by
    )
    # No two things that a command can name have one name.
    tables = (register.checks, register.claims, register.external, register.findings)
    names = [
        BARE,
        *SETTABLE,
        "floor",
        "ceiling",
        "constant",
        "given",
        *model.sources,
        *(name for rows in tables for name in rows),
    ]
    assert len(names) == len(set(names))
    # Both sides of a statement have one unit.
    for one in register.statements.values():
        quantity, _ = model.quantity_and_setting(one.quantity)
        if one.is_number:
            model.number(quantity, one.other)
        else:
            assert (
                model.units[model.quantity_and_setting(one.other)[0]]
                == model.units[quantity]
            )
    # A row that calls itself the default is the one in use, so there is one;
    # each named formula has a row.
    for (quantity, reading), row in register.readings.items():
        assert row.default <= (reading == model.default(quantity))
    named = {
        (quantity, reading)
        for quantity, reading, source in each(model.sources)
        if source.expression
    } - {(quantity, "formula") for quantity in model.sources}
    assert named <= register.readings.keys()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            text("headlines.yaml", "check: excess_over_goal", "check: net_persons"),
            "headlines.yaml, entry above_plan, field check: net_persons "
            "checks net_increase_note_4, not excess_2016_2020",
        ),
        (
            text("headlines.yaml", "{at_risk_2019} at", "{at_risk_2091} at"),
            "headlines.yaml, entry approaches_in_2021, field if_changed.sentence: "
            "'at_risk_2091' names no quantity or row with a number. Did you mean "
            "'at_risk_2021' or 'at_risk_2019'?",
        ),
        (
            text("statements.csv", "at_risk_total_high", "at_risk_totl_high"),
            "field other: 'at_risk_totl_high' is not",
        ),
        (
            text("datapackage.json", '"path": "claims.csv"', '"path": "claim.csv"'),
            "datapackage.json, entry claim.csv, field path: there is no such file. "
            "Did you mean 'claims.csv'?",
        ),
        (
            removed("scenarios/half_overlap.yaml"),
            "datapackage.json, entry scenarios/half_overlap.yaml, field path: there is "
            "no such file",
        ),
    ],
)
def test_a_name_in_a_text_a_statement_or_the_package_is_known(package, change, said):
    change(package)
    assert said in refused(package)


def test_figures_beside_a_check_fit_it(package):
    place = f"{CHECKS}, {at(CHECKS, 'official_total_2021')}, field against: "
    cells(CHECKS, "official_total_2021", against="report_2012x")(package)
    assert refused(package).startswith(
        f"{place}'report_2012x' names no quantity or row with a number. Did you mean"
    )
    cells(CHECKS, "official_total_2021", against="report_2021 / report_2019")(package)
    said = (
        "transfers_2021 is in transfer, and report_2021 / report_2019 in dimensionless"
    )
    assert refused(package) == f"{place}{said}"


def test_a_folder_is_named_or_stands_in_the_environment_or_is_shipped(
    package, tmp_path, monkeypatch
):
    cells("sections.csv", "scale", title="Of mine")(package)
    assert Register.read(package).sections["scale"] == "Of mine"
    assert Register.read(ROOT / "data").sections == Register.read().sections
    assert shipped("data") == ROOT / "data"
    monkeypatch.setenv("ANALYSIS_DATA", str(package))
    assert Register.read().sections["scale"] == "Of mine"
    assert Register.read(ROOT / "data").sections["scale"] != "Of mine"
    monkeypatch.chdir(tmp_path)
    cells("sections.csv", "scale", id="sca le")(package)
    with pytest.raises(
        RegisterError, match=r"^data/sections\.csv, row \d+ \(sca le\), field id: "
    ):
        Register.read()
    with pytest.raises(
        RegisterError, match=r"^nowhere/datapackage\.json: the file is missing\.$"
    ):
        Register.read("nowhere")
    with pytest.raises(
        RegisterError,
        match=r"^data/sections\.csv: this is a file; give the folder that holds ",
    ):
        Register.read("data/sections.csv")
    with pytest.raises(InputError, match=r"^folder must be a path, not 1\.$"):
        Register.read(1)


def test_a_row_that_takes_the_value_of_one_that_takes_its_own_is_named(package):
    # Persons of the south are read as those of the whole, and these as those.
    change = all_of(
        cells(READINGS, "at_risk_2019,published", quantity="loop", reading="other"),
        cells(READINGS, "loop,other", same_as="loop", default="true"),
    )
    change(package)
    assert refused(package) == (
        f"{READINGS}, {at(READINGS, 'at_risk_2019,published', 'loop, other')}, field "
        "same_as: loop need each other in a circle, so nothing supplies them"
    )


def test_a_long_text_is_cut_in_a_sentence():
    words = "x" * 60
    assert str(InputError(f"'{words}yyyyyyyyyyyyyyyyyyyyyyyy' is")) == f"'{words}…' is."
    assert str(InputError(f"'{words}yyy' is")) == f"'{words}yyy' is."


def test_a_sentence_is_one_line():
    assert str(InputError("a\n b")) == "a b."
