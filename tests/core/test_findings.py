"""Findings: their arithmetic, what they name, what is refused, and that nothing odd goes without one."""

import csv
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from analysis.cli import app
from analysis.core import findings
from analysis.core.model import Model, ModelError
from analysis.core.register import Register
from analysis.output.results import Study, findings_frame
from tests.spoiling import Change, added, cells, described, read_rows, removed

ROOT = Path(__file__).resolve().parents[2]
FINDINGS = yaml.safe_load((ROOT / "data" / "findings.yaml").read_text(encoding="utf-8"))
STEPS = [(f["id"], i) for f in FINDINGS for i in range(len(f["arithmetic"]))]
SCALES = {"": 1, "thousand": 10**3, "million": 10**6, "billion": 10**9}


def by_hand() -> dict[str, Fraction]:
    """The rows of claims and external as exact fractions, read from the files without the package."""
    found: dict[str, Fraction] = {}
    for file in ("claims.csv", "external.csv"):
        with (ROOT / "data" / file).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                unit = Fraction(SCALES[row["scale"]], 100 if row["unit"] == "percent" else 1)
                if row["printed_high"]:
                    found[f"{row['id']}_low"] = Fraction(row["printed"]) * unit
                    found[f"{row['id']}_high"] = Fraction(row["printed_high"]) * unit
                elif row["printed"]:
                    found[row["id"]] = Fraction(row["printed"]) * unit
    for entry in yaml.safe_load((ROOT / "data" / "assumptions.yaml").read_text(encoding="utf-8")):
        if "floor" in entry and entry.get("claim"):
            found[f"{entry['claim']}_floor"] = Fraction(str(entry["floor"]["value"]))
        if "value" in entry:
            found[entry["id"]] = Fraction(str(entry.get("article_value", entry["value"])))
    # One of each by construction; see units.py.
    ones = ("persons_per_labourer", "transfers_per_labourer", "persons_per_household_as_printed", "a_year")
    return found | dict.fromkeys(ones, Fraction(1))


BY_HAND = by_hand()


def exact(expression: str) -> Fraction:
    """The expression on exact fractions, each number wrapped so that no float comes in."""
    wrapped = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)", r"Fraction('\1')", expression)
    return eval(wrapped, {"__builtins__": {}, "Fraction": Fraction}, dict(BY_HAND))  # type: ignore[no-any-return]


@pytest.mark.parametrize(("id", "number"), STEPS)
def test_a_step_comes_to_what_it_says_by_exact_fractions_and_by_the_package(model: Model, id: str, number: int) -> None:
    (entry,) = (f for f in FINDINGS if f["id"] == id)
    step = entry["arithmetic"][number]
    value = exact(step["expression"])
    decimals = len(step["comes_to"].partition(".")[2])
    assert abs(value - Fraction(step["comes_to"])) <= Fraction(1, 2 * 10**decimals)
    _, computed = findings.recomputed(model.register, model.register.findings[id])[number]
    assert computed == pytest.approx(float(value), rel=1e-12, abs=1e-12)


def test_every_finding_that_was_asked_for_is_there(model: Model) -> None:
    rows = {id: {*f.claims, *f.external, *f.sources} for id, f in model.register.findings.items()}
    for together in (
        {"figure_2019_all", "total_2021_tianshan"},  # two values of 2019
        {"mean_2016_2020", "increase_2019_2021"},  # a base that equals a mean
        {"total_2021_tianshan", "tianshan-net-2020-10-10"},  # a source older than its year
        {"households_12_million", "census_2020_rural_persons"},
        {"flagged_774_thousand", "monitored_2021"},
        {"at_risk_total_range", "at_risk_2019_up_to", "detainees_several"},  # a ceiling and a floor
        {"training_achieved", "training_held_2021"},
        {"total_2021_february", "excess_2021", "mean_2016_2020"},  # a plan below what was reached
        {"mean_2016_2020", "span_2016_2020"},  # flows are no stock
        {"products_share_2021", "hotan_rate_2020"},  # identical digits
        {"hotan_rate_2022", "kizilsu_rate_2022"},  # near-identical digits
        {"bachu-county-2020-10-11", "bachu-county-2021-10-11"},  # a document dated twice
        {"figure_2019_all", "at_risk_2019_up_to", "at_risk_total_range"},  # nouns along a chain
    ):
        assert any(together <= named for named in rows.values()), together


@pytest.mark.parametrize("finding", FINDINGS, ids=lambda f: f["id"])
def test_the_words_are_neutral_and_hold_no_result(finding: dict[str, Any]) -> None:
    texts = [finding[field] for field in ("title", "sceptical", "charitable", "settle")]
    for text in texts:
        assert not re.search(
            r"\b(error|wrong|false|verif|confirm|refut|debunk|mistake|fake|forced labou?rer)", text, re.IGNORECASE
        ), text
        without_years = re.sub(r"\b(19|20)\d\d\b|\bNote \d\b", "", text)
        assert not re.search(r"\d", without_years), text
        assert text.endswith(".")
    assert finding["sceptical"] != finding["charitable"]


# Where to look --------------------------------------------------------------------------------------------------------


def test_nothing_odd_is_without_a_finding(model: Model) -> None:
    assert findings.unnamed(model.register) == []


def pairs(folder: Path) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.what, found.members) for found in findings.unnamed(Register.read(folder))]


ODD: dict[str, tuple[Change, tuple[str, tuple[str, ...]]]] = {
    "digits of another quantity": (
        cells("claims.csv", "eu_rate_2021", printed="45.4"),
        ("the same digits", ("export_rate_2022", "eu_rate_2021")),
    ),
    "the same number at another scale": (
        cells("claims.csv", "us_trade_2021", printed="1.24", scale="billion", rounding_unit=""),
        ("the same digits", ("us_trade_2021", "eu_trade_2021")),
    ),
    "digits one apart": (
        cells("claims.csv", "vietnam_rate_2021", printed="105.6"),
        ("digits one apart", ("vietnam_rate_2021", "kashgar_rate_2022")),
    ),
    "an older source": (
        cells("claims.csv", "training_held_2021", source="xinjiang-daily-2020-03-31"),
        ("a source older than what it is cited for", ("training_held_2021", "xinjiang-daily-2020-03-31")),
    ),
    "one document, two dates": (
        added("sources.csv", id="ndrc-2017-05", publisher="NDRC", date="May 2017",
              title="13th Five-Year Social and Economic Development Plan"),
        ("one document, two dates", ("ndrc-2016-05", "ndrc-2017-05")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_and_unnamed_is_found(package: Path, name: str) -> None:
    change, expected = ODD[name]
    change(package)
    assert pairs(package) == [expected]


def test_a_plan_may_be_older_than_its_years_and_spans_are_alike(model: Model) -> None:
    members = {member for found in findings.coincidences(model.register) for member in found.members}
    assert not members & {"plan_2016_2020_floor", "training_planned_list", "span_2016_2020", "four_months"}


# What is refused ------------------------------------------------------------------------------------------------------


def finding(id: str, edit: Callable[[dict[str, Any]], Any]) -> Change:
    def change(folder: Path) -> None:
        path = folder / "findings.yaml"
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        edit(next(entry for entry in entries if entry["id"] == id))
        path.write_text(yaml.safe_dump(entries, sort_keys=False, allow_unicode=True), encoding="utf-8")

    return change


def expression(text: str) -> Change:
    return finding("base_equals_mean", lambda f: f["arithmetic"][0].update(expression=text))


REFUSED: dict[str, tuple[Change, list[str]]] = {
    "an unknown row": (
        finding("base_equals_mean", lambda f: f["claims"].append("mean_2016_2021")),
        ["entry base_equals_mean", "field claims", "'mean_2016_2021'", "did you mean 'mean_2016_2020'"],
    ),
    "an unknown figure": (
        finding("base_equals_mean", lambda f: f["external"].append("transfers_2019_xinhau")),
        ["field external", "did you mean 'transfers_2019_xinhua'"],
    ),
    "an unknown source": (
        finding("source_older_than_its_year", lambda f: f["sources"].append("tianshan-net-2020")),
        ["field sources", "did you mean 'tianshan-net-2020-10-10'"],
    ),
    "no charitable reading": (
        finding("base_equals_mean", lambda f: f.pop("charitable")),
        ["entry base_equals_mean", "'charitable' is a required property"],
    ),
    "no arithmetic": (finding("base_equals_mean", lambda f: f.update(arithmetic=[])), ["field arithmetic"]),
    "a mistyped field": (finding("base_equals_mean", lambda f: f.update(sceptic="x")), ["'sceptic' was unexpected"]),
    "a result that is no number": (
        finding("base_equals_mean", lambda f: f["arithmetic"][0].update(comes_to="2.87 million")),
        ["field arithmetic.0.comes_to", "2.87 million"],
    ),
    "an id twice": (
        finding("base_equals_mean", lambda f: f.update(id="two_values_of_2019")),
        ["entry two_values_of_2019", "field id", "given twice"],
    ),
    "a mistyped name": (expression("total_2021_tianshen - 1"), ["no row with a number", "'total_2021_tianshan'"]),
    "a row that is not listed": (expression("eu_trade_2021 / 2"), ["'eu_trade_2021'", "not among the rows"]),
    "a power": (expression("mean_2016_2020 ** 2"), ["not made of rows, numbers"]),
    "a call": (expression("abs(mean_2016_2020)"), ["not made of rows, numbers"]),
    "code": (expression("__import__('os').getcwd()"), ["not made of rows, numbers"]),
    "no expression": (expression("mean_2016_2020 +"), ["not made of rows, numbers"]),
    "a division by nothing": (expression("1 / (mean_2016_2020 - mean_2016_2020)"), ["divides by 0"]),
    "no file": (removed("findings.yaml"), ["findings.yaml", "missing"]),
    "a statement": (expression("mean_2016_2020; 5"), ["field arithmetic.0.expression", "not made of rows, numbers"]),
    "a text": (expression("'5'"), ["not made of rows, numbers"]),
    "a word of the language": (expression("True"), ["not made of rows, numbers"]),
    "unlike units added": (
        expression("mean_2016_2020 + total_2021_tianshan - total_2021_tianshan * persons_per_transfer"),
        ["field arithmetic.0.unit", "adds unlike units", "transfer and person"],
    ),
    "another unit than it comes to": (
        finding("base_equals_mean", lambda f: f["arithmetic"][1].update(unit="person")),
        ["field arithmetic.1.unit", "'person' is not what the expression comes to, transfer"],
    ),
    "the id of a row": (
        finding("base_equals_mean", lambda f: f.update(id="excess_2021")),
        ["entry excess_2021", "field id", "a row of claims.csv has this name already"],
    ),
    "the id of a quantity": (
        finding("base_equals_mean", lambda f: f.update(id="overlap")),
        ["entry overlap", "field id", "a quantity has this name already"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_finding_is_one_sentence_and_status_2(package: Path, name: str) -> None:
    change, words = REFUSED[name]
    change(package)
    result = CliRunner().invoke(app, ["list", "findings", "--data", str(package)])
    assert result.stdout == ""
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert "findings.yaml" in result.stderr
    for word in words:
        assert word in result.stderr


def test_a_package_without_findings_is_read(package: Path) -> None:
    def edit(content: dict[str, Any]) -> None:
        content["resources"] = [entry for entry in content["resources"] if entry["name"] != "findings"]

    described(edit)(package)
    removed("findings.yaml")(package)
    assert Register.read(package).findings == {}


def test_a_value_that_differs_from_the_one_by_hand_is_said(package: Path) -> None:
    finding("base_equals_mean", lambda f: f["arithmetic"][1].update(comes_to="10000"))(package)
    assert findings.problems(Register.read(package)) == [
        "base_equals_mean: that base less the mean comes to 0, not to 10000"
    ]


# What shows them ------------------------------------------------------------------------------------------------------


def test_a_study_shows_the_findings_that_rest_on_its_rows_and_the_overview_all(model: Model) -> None:
    trade = Study(["us_2020", "hotan_two_years"], model=model).findings().frame
    assert [re.findall(r"\((\w+)\)$", text)[0] for text in trade["finding"]] == ["same_share_twice"]
    everything = Study(model.register.checks, model=model).findings().frame
    assert len(everything) == len(FINDINGS)
    named = Study(["us_2020"], model=model).findings("two_values_of_2019").frame
    assert "2.87 million transfers" in named["arithmetic"][0]
    with pytest.raises(ModelError, match="did you mean 'two_values_of_2019'"):
        Study(["us_2020"], model=model).findings("two_values_of_2020")


def test_a_changed_row_moves_the_findings_that_rest_on_it(package: Path) -> None:
    cells("claims.csv", "households_12_million", printed="13")(package)
    result = CliRunner().invoke(app, ["verify", "--data", str(package)])
    assert result.exit_code == 1
    # 13,000,000 - 11,238,723 = 1,761,277
    assert "moved: findings, households_above_rural_persons: step_1 moved from 761277 to 1761277" in result.stderr


def test_the_frame_has_a_row_a_step(model: Model) -> None:
    frame = findings_frame(model.register)
    assert len(frame) == len(STEPS)
    assert list(frame[frame["finding"] == "low_end_below_its_parts"]["value"])[1] == "201221.7195"


def test_explain_shows_both_readings_and_takes_no_setting() -> None:
    result = CliRunner().invoke(app, ["explain", "two_values_of_2019"])
    assert result.exit_code == 0
    for word in ("finding:", "sceptical:", "charitable:", "would settle it:", "figure_2019_all", "0.903"):
        assert word in result.stdout
    refused = CliRunner().invoke(app, ["explain", "two_values_of_2019", "--set", "overlap=0.1"])
    assert refused.exit_code == 2
    assert "nothing can be set in it" in refused.stderr


def test_every_name_of_a_row_with_a_number_can_be_used(model: Model) -> None:
    known = findings.names(model.register)
    assert set(known) == set(BY_HAND)
    for name, value in known.items():
        assert value == pytest.approx(float(BY_HAND[name]), rel=1e-12)
    rows = read_rows(ROOT / "data" / "claims.csv")
    assert len(known) > len(rows) / 2
