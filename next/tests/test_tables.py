"""Faults in the data, each refused in one sentence with file, row and column."""

import csv
import shutil

import pytest

import analysis
from analysis import DataError
from analysis.study import DATA

#: Kind of fault: table, row by its first cell, column, and what is written there.
CELLS = {
    "claim id space": ("claims", "placed_1872", "id", "placed 1872"),
    "claim id twice": ("claims", "four_months_again", "id", "four_months"),
    "claim quantity unknown": (
        "claims",
        "hotan_out",
        "quantity",
        "cross_provincial_khotan",
    ),
    "claim printed thousands comma": ("claims", "visited_2165", "printed", "2,165"),
    "claim scale unknown": ("claims", "eu_trade_2021", "scale", "bn"),
    "claim scale of percent": ("claims", "vietnam_rate_2021", "scale", "million"),
    "claim rounded to sign": ("claims", "span_2014_mid_2020", "rounded_to", "±0.1"),
    "claim rounded to empty": ("claims", "export_rate_2022", "rounded_to", ""),
    "claim digits finer than place": ("claims", "figure_2019_all", "rounded_to", "0.1"),
    "claim ours without words": ("claims", "net_increase_note_4", "rounded_to", "ours"),
    "claim says sign": ("claims", "hours_to_assign", "says", "≤ 24"),
    "claim says misses printed": ("claims", "plan_2016_2020_floor", "says", ">= 2.5"),
    "claim says range falls": ("claims", "at_risk_2021_approaches", "says", "2 to 1.8"),
    "claim no digits no words": ("claims", "millions_to_shift", "says", ""),
    "claim input x": ("claims", "us_trade_2021", "input", "x"),
    "claim two inputs": ("claims", "total_2021_february", "input", "yes"),
    "claim section unknown": ("claims", "trade_rate_2022", "section", "Trade"),
    "claim paragraph shape": ("claims", "one_person_before", "paragraph", "3.1"),
    "claim source unknown": (
        "claims",
        "visited_2165",
        "source",
        "people-cn-2020-08-20",
    ),
    "quantity unit unknown": ("quantities", "persons_2021", "unit", "persons"),
    "quantity limits cross": ("quantities", "southern_share_2019", "at_least", "2"),
    "quantity not above unknown": (
        "quantities",
        "south_2019",
        "not_above",
        "total_of_2019",
    ),
    "quantity not above other unit": (
        "quantities",
        "labourers_south_2019",
        "not_above",
        "persons_2019",
    ),
    "check kind without beside": ("checks", "vietnam_2020", "kind", "ours"),
    "check beside without kind": ("checks", "out_mean_2017_2019", "kind", ""),
    "check compute unknown": ("checks", "training_rise", "compute", "training_rise"),
    "check beside unknown": (
        "checks",
        "training_planned_twice",
        "beside",
        "training_planned_again",
    ),
    "check beside other unit": (
        "checks",
        "excess_over_goal",
        "beside",
        "mean_2016_2020",
    ),
    "check beside ends fall": (
        "checks",
        "total_in_range",
        "beside",
        "at_risk_total_high; at_risk_total_low",
    ),
    "check printed twice other quantity": (
        "checks",
        "training_before_twice",
        "beside",
        "training_planned_text",
    ),
    "check elsewhere without external": (
        "checks",
        "base_2019_as_labourers",
        "kind",
        "published elsewhere",
    ),
    "check reading unknown": (
        "checks",
        "out_mean_2014_2016_as_time",
        "readings",
        "share_of_plan_2020_done=as_times",
    ),
    "check readings colon": (
        "checks",
        "investigated_nested",
        "readings",
        "households_checked: nested",
    ),
    "check number above maximum": (
        "checks",
        "low_end_several_three",
        "readings",
        "former_detainees=floor; overlap=1.5",
    ),
    "check reading without effect": (
        "checks",
        "us_2020",
        "readings",
        "south_growth_2022=slowest",
    ),
    "reading follows no such reading": (
        "readings",
        "south_2019",
        "follows",
        "labourers_2019",
    ),
    "assumption value out of range": (
        "assumptions",
        "persons_per_household",
        "value",
        "5",
    ),
    "assumption share in percent": (
        "assumptions",
        "minority_share_south",
        "value",
        "95",
    ),
    "external beside commas": (
        "external",
        "report_2019",
        "beside",
        "transfers_2019, labourers_2019, total_2019",
    ),
    "external reading of other unit": ("external", "report_2021", "unit", "person"),
    "external divide by words": (
        "external",
        "plan_13fyp_total",
        "divide_by",
        "5 years",
    ),
    "external divide without reading": (
        "external",
        "transfers_13fyp_total",
        "divide_by",
        "5",
    ),
    "external id of a claim": ("external", "report_2014", "id", "colors_of_warning"),
    "external address scheme": (
        "external",
        "transfers_2019_xinhua",
        "address",
        "https://inp.net.pk",
    ),
    "claim printed percent sign": ("claims", "us_rate_2021", "printed", "61.3%"),
    "claim place not in scale": (
        "claims",
        "at_risk_2019_up_to",
        "rounded_to",
        "100000",
    ),
    "quantity at least word": ("quantities", "at_risk_2021", "at_least", "zero"),
    "check kind unknown": ("checks", "high_end_mean_2017_2019", "kind", "implied"),
    "assumption quantity unknown": (
        "assumptions",
        "persons_per_household",
        "quantity",
        "person_per_household",
    ),
    "assumption high above maximum": ("assumptions", "share_base", "maximum", "0.5"),
    "assumption true value": (
        "assumptions",
        "at_risk_share_of_all",
        "true_value",
        "lower",
    ),
    "assumption why empty": ("assumptions", "overlap", "why", ""),
    "external seen unknown": ("external", "training_2014_2019_mean", "seen", "mirror"),
    "finding row unknown": (
        "findings",
        "record_of_2021",
        "rows",
        "report_2021; report_2016_20; report_2019",
    ),
}
#: The column that is named where it is not the one that was changed.
NAMED = {
    "claim ours without words": "says",
    "assumption high above maximum": "value",
    "external reading of other unit": "reading_of",
}


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def edited(folder, table, key, column, value):
    """Write a value into a cell, and return the number of its row."""
    path = folder / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (number,) = [n for n, row in enumerate(rows) if key == next(iter(row.values()))][:1]
    rows[number][column] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return number + 2


@pytest.mark.parametrize("kind", CELLS)
def test_a_wrong_cell_is_refused_with_its_place(folder, kind):
    table, key, column, value = CELLS[kind]
    number = edited(folder, table, key, column, value)
    with pytest.raises(DataError) as refused:
        analysis.load(folder)
    sentence = str(refused.value)
    assert sentence.startswith(f"{table}.csv, row ")
    assert f"column {NAMED.get(kind, column)}: " in sentence
    if "two inputs" not in kind:
        assert f", row {number}, " in sentence
    assert "\n" not in sentence


#: Kind of fault: file, text, what stands in its place, and what is named.
TEXTS = {
    "a cell too many": ("claims.csv", ",30,,1,", ",30,,0,1,", "row 12"),
    "a cell lost": ("claims.csv", ",4,,0,,,trade", ",4,0,,,trade", "claims.csv, row"),
    "a column lost": ("claims.csv", "rounded_to,says", "says", "rounded_to"),
    "semicolons": ("sources.csv", "id,citation,note", "id;citation;note", "citation"),
    "a reading of no formula": ("readings.csv", "9,from_rate", "9,by_rate", "row 6"),
    "a row twice": (
        "sources.csv",
        "\nxinhua-",
        "\ncctv-2020-05-13,CCTV,\nxinhua-",
        "row",
    ),
    "a quote left open": (
        "claims.csv",
        'year, 2016–2020",',
        "year, 2016–2020,",
        "row 11,",
    ),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_wrong_line_is_refused_with_its_place(folder, kind):
    name, before, after, named = TEXTS[kind]
    text = (folder / name).read_text("utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(DataError, match=named) as refused:
        analysis.load(folder)
    assert name in str(refused.value)


@pytest.mark.parametrize("name", ["claims.csv", "datapackage.json", "scenarios.yaml"])
def test_a_file_that_is_missing_or_unreadable_is_refused(folder, name):
    (folder / name).write_bytes("2016–2020".encode("cp1252") + b'{"')
    with pytest.raises(DataError, match="data"):
        analysis.load(folder)
    (folder / name).unlink()
    with pytest.raises(DataError, match=name):
        analysis.load(folder)


def test_a_file_from_a_spreadsheet_is_read(folder):
    path = folder / "claims.csv"
    path.write_text(path.read_text("utf-8").replace("\n", "\r\n"), "utf-8-sig")
    assert analysis.load(folder)["at_risk_2021"].value > 1.9e6


def test_a_formula_without_a_quantity_is_refused(folder):
    path = folder / "quantities.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("at_risk_total_low")]
    path.write_text("".join(kept), "utf-8")
    with pytest.raises(DataError, match="at_risk_total_low"):
        analysis.load(folder)
