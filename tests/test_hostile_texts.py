"""A data package whose texts hold markup of every kind: nothing that is shown or written takes them for more."""

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
import yaml
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters import markdown2html
from typer.testing import CliRunner

from analysis import figures
from analysis.cli import app
from analysis.compare import compare, compare_table, external_frame
from analysis.model import Model
from analysis.notebooks import all_notebooks
from analysis.register import Register, RegisterError, printable
from analysis.results import Prose, Study, Table, headline, markdown, write_tables
from analysis.scenarios import find
from analysis.sweeps import read as read_sweep
from analysis.sweeps import sweep
from analysis.tables import Sensitivity, all_ranges_table, break_even_table, scenarios_table
from analysis.tracing import map_table
from analysis.verdicts import judge_all
from tests.spoiling import cells, described, read_rows, write_rows

ROOT = Path(__file__).resolve().parent.parent
#: Elements, entities, Markdown, the markup of rich and names of its pictures, mathematics, and an address.
MARKUP = (
    """ <script>alert(1)</script> <img src=x onerror="alert(1)"> </td></table> &amp; &lt; ' " [bold red]red[/] """
    """[/] [link=x]y[/link] :warning: $\\frac$ $5 $6 **b** _i_ *i* [a](javascript:x) ![a](b) `c` ~~s~~ \\ | """
    "https:" + "//example.org/a #x"
)
FORMULA = "=HYPERLINK(1) "
#: The columns of each table that hold a text of ours, which may be anything.
FREE = {
    "claims": ("statement", "unit_as_printed", "period", "place", "document", "note"),
    "relations": ("statement", "note"),
    "readings": ("label", "note"),
    "sections": ("title", "note"),
    "sources": ("publisher", "title", "note"),
    "external": ("statement", "unit_as_printed", "period", "scope", "publisher", "title", "date", "note"),
    "statements": ("statement", "note"),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The article's package with markup in every text, and a formula before those that may start with one."""
    folder = tmp_path_factory.mktemp("hostile") / "data"
    folder.mkdir()
    for path in (ROOT / "data").rglob("*"):
        if path.is_file():
            (folder / path.relative_to(ROOT / "data")).parent.mkdir(exist_ok=True)
            (folder / path.relative_to(ROOT / "data")).write_bytes(path.read_bytes())
    for name, fields in FREE.items():
        rows = read_rows(folder / f"{name}.csv")
        for field in fields:
            for row in rows[1:]:
                row[rows[0].index(field)] += MARKUP
        write_rows(folder / f"{name}.csv", rows)
    for name, fields in (
        ("assumptions", ("label", "rationale", "bias", "settle")),
        ("findings", ("title", "sceptical", "charitable", "settle")),
    ):
        entries = yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
        for entry in entries:
            entry.update({field: FORMULA + entry[field] + MARKUP for field in fields if field in entry})
            for step in entry.get("arithmetic", []):
                step["what"] = FORMULA + step["what"] + MARKUP
            for words in (entry[side] for side in ("floor", "ceiling") if side in entry):
                words["reason"] += MARKUP
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    for path in (folder / "scenarios").glob("*.yaml"):
        scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
        scenario.update({field: FORMULA + scenario[field] + MARKUP for field in ("description", "reason")})
        path.write_text(yaml.safe_dump(scenario), encoding="utf-8")

    def in_words(package: dict[str, Any]) -> None:
        package["title"] += MARKUP
        for cap in package["analysis"]["caps"]:
            cap["label"] = FORMULA + MARKUP

    described(in_words)(folder)
    return folder


@pytest.fixture(scope="module")
def model(hostile: Path) -> Model:
    return Model(Register.read(hostile))


# Pages ----------------------------------------------------------------------------------------------------------------


def tables(model: Model) -> Iterator[Table]:
    register = model.register
    study = Study(register.relations, reported=register.claims, model=model)
    yield from (study.table(), study.sources(), study.findings(), study.findings(*register.findings))
    yield compare_table(study)
    yield scenarios_table(model)
    for name in ("article", "sourced_only", "illustrative", "without_detainees"):
        yield all_ranges_table(model, find(name, model))
        yield break_even_table(model, register.statements.values(), find(name, model))
    found = Sensitivity("at_risk_total", "illustrative", draws=2**10, model=model)
    yield from (found.ranges_table(), found.tornado_table(), found.sources_table(), found.draws_table())
    for figure in figures.FIGURES.values():
        if figure.of is None:
            yield figures.plotted(figure.frame(figure.source(model)))


def test_a_table_makes_no_element_of_a_text(model: Model) -> None:
    seen = 0
    for table in tables(model):
        page = BeautifulSoup(table._repr_html_(), "html.parser")
        assert {tag.name for tag in page.find_all()} <= {"table", "thead", "tbody", "tr", "th", "td", "p"}
        assert all(set(tag.attrs) <= {"style"} for tag in page.find_all())
        cells_ = [tag.get_text() for tag in page.find_all("td")]
        assert cells_ == [str(cell) for row in table.frame.itertuples(index=False) for cell in row]
        assert [tag.get_text() for tag in page.find_all("p")] == [table.foot]
        seen += table._repr_html_().count("&lt;script&gt;")
    assert seen > 500


def elements(text: str) -> list[str]:
    return [tag.name for tag in BeautifulSoup(markdown2html(text), "html.parser").find_all()]


def test_markdown_makes_no_element_of_a_text(model: Model) -> None:
    outcomes = judge_all(model)
    for text in (headline(model, outcomes), map_table(model, outcomes, all_notebooks())):
        assert "<script" in BeautifulSoup(markdown2html(text), "html.parser").get_text()
        found = elements(text)
        assert set(found) <= {"table", "thead", "tbody", "tr", "th", "td", "p", "code"}
        assert found.count("code") == len(re.findall(r"(?<!\\)`", text)) / 2
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert found.count("tr") == len(rows) - 1


@pytest.mark.parametrize("scenario", ["article", "illustrative", "southern"])
def test_a_paragraph_makes_no_element_of_a_text(model: Model, scenario: str) -> None:
    prose = Sensitivity("at_risk_total", scenario, model=model).summary()
    assert isinstance(prose, Prose)
    assert set(elements(prose._repr_markdown_())) == {"p"}


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])) | st.text("<>&*_[]()`|\\!~#$:/-+=.1) \nabw"))
def test_markdown_shows_a_text_letter_by_letter(text: str) -> None:
    page = BeautifulSoup(markdown2html(markdown(text)), "html.parser")
    assert {tag.name for tag in page.find_all()} <= {"p"}
    assert " ".join(page.get_text().split()) == " ".join(text.split())
    assert len(markdown(text).splitlines()) <= 1


# A terminal -----------------------------------------------------------------------------------------------------------

#: Commands that print lines, and commands that print tables, whose cells are folded.
LINES = [
    ["list"],
    ["explain", "at_risk_2021"],
    ["explain", "added_whole"],
    ["explain", "high_end_of_the_total"],
    ["explain", "detainees_in_words"],
]
FOLDED = [
    ["verify"],
    ["compare"],
    ["scenarios"],
    ["sensitivity", "at_risk_total", "--draws", "1024"],
    ["sensitivity"],
    ["break-even"],
    ["break-even", "--scenario", "sourced_only"],
]


@pytest.mark.parametrize("command", [*LINES, *FOLDED], ids=" ".join)
def test_a_terminal_shows_markup_as_it_is_written(hostile: Path, command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--data", str(hostile)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert printable(result.output) == result.output
    assert "⚠" not in result.output
    assert "[bold" in result.output
    if command in LINES:
        assert " ".join(MARKUP.split()) in " ".join(result.output.split())


def test_a_row_cannot_pass_for_two(package: Path) -> None:
    cells("claims.csv", "mean_2016_2020", statement="one\nclaim  two\r\nclaim  three")(package)
    before = CliRunner().invoke(app, ["list", "--data", str(ROOT / "data")]).stdout.splitlines()
    after = CliRunner().invoke(app, ["list", "--data", str(package)]).stdout.splitlines()
    assert len(after) == len(before)
    assert any("one claim  two claim  three" in line for line in after)


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "\x1b[31m"],
        ["explain", "a\nb"],
        ["explain", "at_risk_2021", "--set", "\x9b31m=1"],
        ["explain", "at_risk_2021", "--set", "overlap=\x1b]0;title\x07"],
        ["explain", "at_risk_2021", "--reading", "overlap=\ud800"],
        ["list", "\u202eclaims"],
        ["scenarios", "\x1b[2J"],
        ["sensitivity", "at_risk_2021", "--scenario", "\x1b[2J.yaml"],
        ["break-even", "overlap >= \x1b"],
        ["run", "\x1b[31m"],
        ["sweep", "\x1b[31m.yaml"],
        ["audit", "\x1b[31m.txt"],
        ["verify", "--data", "\x1b[31m"],
    ],
    ids=lambda arguments: " ".join(map(repr, arguments)),
)
def test_a_refusal_repeats_what_was_given_without_following_it(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert printable(result.stderr) == result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("error: ")


@pytest.mark.parametrize("field", ["id", "quantity"])
@pytest.mark.parametrize("name", ["<b>", "a b", "a|b", "[bold]", "a`", "é", "a\nb"])
def test_a_name_is_made_of_letters_whatever_the_package_says(package: Path, field: str, name: str) -> None:
    def without_patterns(descriptor: dict[str, Any]) -> None:
        for entry in descriptor["resources"]:
            for column in entry.get("schema", {}).get("fields", []):
                column.get("constraints", {}).pop("pattern", None)

    described(without_patterns)(package)
    cells("claims.csv", "us_trade_2021", **{field: name})(package)
    with pytest.raises(RegisterError) as refused:
        Register.read(package)
    assert re.search(
        rf"claims\.csv, row \d+ .*, field {field}: '.*' is not a name of letters, digits and _ \. -", str(refused.value)
    )


# Spreadsheets ---------------------------------------------------------------------------------------------------------


def formulas(text: str) -> list[str]:
    """The cells that a spreadsheet would compute: those that start like a formula and are no number."""

    def is_number(cell: str) -> bool:
        try:
            float(cell)
        except ValueError:
            return False
        return True

    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    return [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r") and cell and not is_number(cell)]


def test_no_table_of_a_run_starts_a_cell_like_a_formula(model: Model, tmp_path: Path) -> None:
    write_tables(tmp_path, model, judge_all(model), {}, external_frame(compare(model)))
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.csv")}
    assert set(written) == {"relations.csv", "claims.csv", "findings.csv", "external.csv"}
    for text in written.values():
        assert formulas(text) == []
    assert "'=HYPERLINK(1)" in written["findings.csv"]


def test_no_figures_data_start_a_cell_like_a_formula_and_no_sign_of_a_dollar_breaks_one(
    model: Model, tmp_path: Path
) -> None:
    mpl.use("agg")
    for name in ("tornado", "all_relations", "training", "scenarios"):
        figures.save(name, tmp_path, model)
        assert formulas((tmp_path / f"{name}.csv").read_text(encoding="utf-8")) == []
        names = {element.tag.rpartition("}")[2] for element in ElementTree.parse(tmp_path / f"{name}.svg").iter()}
        assert "path" in names
        assert not names & {"script", "img", "image", "a", "foreignObject"}
    assert "'=HYPERLINK(1)" in (tmp_path / "tornado.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [["verify", "--csv"], ["compare", "--csv"]], ids=" ".join)
def test_no_printed_table_starts_a_cell_like_a_formula(hostile: Path, command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--data", str(hostile)])
    assert formulas(result.stdout) == []


@pytest.mark.parametrize(
    "command", [["verify", "--json"], ["compare", "--json"], ["scenarios", "--json"]], ids=" ".join
)
def test_json_holds_a_text_as_it_is_written(hostile: Path, command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--data", str(hostile)])
    assert isinstance(json.loads(result.stdout), list)


def test_no_sweep_starts_a_cell_like_a_formula(model: Model, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        f"name: '{FORMULA}'\nmethod: grid\nquantities: [at_risk_2021]\n"
        "values:\n  transfers_2021: [3 million transfer, 900 million transfer]\n",
        encoding="utf-8",
    )
    sweep(model, read_sweep(spec, model), tmp_path / "out.csv")
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 3
    assert formulas(text) == []


def test_what_is_accepted_starts_no_cell_like_a_formula(hostile: Path) -> None:
    assert CliRunner().invoke(app, ["accept", "--data", str(hostile)]).exit_code == 0
    assert formulas((hostile / "expected.csv").read_text(encoding="utf-8")) == []
    assert CliRunner().invoke(app, ["verify", "--data", str(hostile)]).exit_code == 0


STARTS = ["=1+1", "+cmd", "-a", "@sum", "\t=1", "−=1"]


@pytest.mark.parametrize("start", STARTS[:5])
@pytest.mark.parametrize("file", ["claims.csv", "relations.csv", "statements.csv"])
def test_no_table_of_a_package_may_start_a_cell_like_a_formula(package: Path, file: str, start: str) -> None:
    id = read_rows(package / file)[1][0]
    cells(file, id, statement=start)(package)
    with pytest.raises(RegisterError, match="starts like a spreadsheet formula"):
        Register.read(package)
