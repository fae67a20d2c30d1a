"""What leaves a run: numbers as files and screens spell them, the tables, and the guard."""

import csv
import io
import json
import math
import re
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.core.model import ARTICLE, Model
from analysis.core.register import InputError, Register, RegisterError
from analysis.core.verdicts import Outcome, judge_all
from analysis.output import results
from analysis.output.results import CAVEAT, Worksheet, checks_frame, estimates, moved, read_expected, write_tables


@pytest.fixture(scope="module")
def outcomes(model: Model) -> dict[str, Outcome]:
    return {outcome.check.id: outcome for outcome in judge_all(model)}


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        (["increase_2019_2021"], 10_000),  # 300,000, rounded to 10,000
        (["total_2021_february"], 100_000),  # 3.2 million
        (["total_2021_tianshan", "at_risk_2019_up_to"], 100_000),  # 1.6 million beside 3.17 million
        (["plan_2016_2020"], 100_000),  # 2.2 million, planned or not, has one decimal
        (["growth_rate_2019_2021"], 10_000),  # a percentage has no place among people
    ],
)
def test_the_place_is_that_of_the_coarsest_printed_number(model: Model, rows: list[str], place: float) -> None:
    assert results.place_of(model, rows) == pytest.approx(place)


def test_a_row_of_the_screen_by_hand(model: Model, outcomes: dict[str, Outcome]) -> None:
    # 1.6 + 3.17 - 3.17/1.105 = 1.6 + 0.3012217 = 1.9012217 million; 1.6 million has 0.1 million for its last place.
    # Low: 1.55 + 3.165 x 0.1045/1.1045 = 1.84945; high: 1.65 + 3.175 x 0.1055/1.1055 = 1.95300, outwards to 0.01.
    # Approaches 2 million is met by anything from 1.84945 to 1.953/0.9 = 2.16999 million: of 1 to 3 million,
    # 1 - 0.32055/2 = 0.84. It falls short of 2 million by 0.0988/2 = 0.049.
    frame = results.screen(model, [outcomes["added_whole"]])
    assert frame.loc[0].to_dict() == {
        "check": "All who were added are at risk (added_whole)",
        "published": "approaches 2 million",
        "recomputed": "1.9 million",
        "bounds": "1.84 million to 1.96 million",
        "kind": "ceiling",
        "verdict": "reproduced (tolerance needed 0.049)",
        "rests on": "implied",
        "power": "0.84",
    }


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("plan_2021_from_february", "derived"),
        # 2.59 x 1.105 / 3.17 = 0.90282...
        ("ratio_fitted", "fitted at persons_per_transfer = 0.9028"),
        # 3.17 x d = 3.17/1.105, so d = 1/1.105 = 0.90498, below 0.95.
        ("net_persons_nil", "fitted at persons_per_transfer_drift = 0.9050 (outside its range)"),
        # 1.6 / (1.65 x 0.95) = 1.0207..., more than all.
        ("southern_share_fitted", "fitted at at_risk_share_of_base = 1.0207 (impossible)"),
        ("low_end_several_three", "inconsistent (reproduced at the other rounding)"),
        # 1.48/1.5 = 0.98666..., below the whole and above 1.45/1.5 = 0.96666..., which would round to it.
        ("training_attained", "inconsistent (reproduced at the loosest reading)"),
    ],
)
def test_verdicts_in_words(model: Model, outcomes: dict[str, Outcome], check: str, words: str) -> None:
    assert results.verdict_words(model, outcomes[check]) == words


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("low_end_several_three", "2 to 2.5 million, low end"),
        ("net_persons_nil", "goal 0"),
        ("plan_2021_from_february", ""),
        ("detainees_from_low_end", "in words, read as at least 300,000"),
    ],
)
def test_what_is_printed_in_words(model: Model, outcomes: dict[str, Outcome], check: str, words: str) -> None:
    assert results.published_words(model, outcomes[check]) == words


def test_a_row_of_checks_by_hand(outcomes: dict[str, Outcome]) -> None:
    frame = checks_frame(outcomes.values(), {"excess_2021_over_old_goal": "a notebook"}).set_index("id")
    row = frame.loc["excess_2021_over_old_goal"]
    assert row["claim"] == "excess_2021"
    assert row["readings"] == "excess_over_plan_2021=from_plan_2016_2020; transfers_2021=total_2021_february"
    assert (row["published"], row["published_low"], row["published_high"]) == ("0.154", "0.1535", "0.1545")
    assert row["recomputed"] == "0.4545454545"  # 3.2/2.2 - 1
    assert (row["recomputed_low"], row["recomputed_high"]) == ("0.4318181818", "0.4772727273")  # 3.15, 3.25 over 2.2
    assert (row["verdict"], row["notebook"]) == ("inconsistent", "a notebook")
    assert frame.loc["low_end_several_two", "claim"] == "at_risk_total_range low"
    assert frame.loc["net_persons_nil", "solved"] == "persons_per_transfer_drift=0.9049773756"  # 1/1.105
    # 1 - 1901221.7195/2000000
    assert frame.loc["added_whole", "needed"] == "0.04938914027"


@pytest.mark.parametrize(
    ("claim", "cells"),
    [
        # id: published, low, high, role
        ("plan_2016_2020_floor", ("2200000", "2200000", "", "checked")),
        ("mean_2016_2020", ("2870000", "2865000", "2875000", "given")),
        ("at_risk_2019_up_to", ("1600000", "0", "1600000", "given")),
        ("at_risk_2021_approaches", ("2000000", "1800000", "2000000", "checked")),
        ("at_risk_total_range", ("", "2000000", "2500000", "checked")),
        ("detainees_several", ("", "", "", "checked")),
        ("increase_2019_2021", ("300000", "295000", "305000", "given")),
    ],
)
def test_rows_of_claims_by_hand(model: Model, claim: str, cells: tuple[str, ...]) -> None:
    row = results.claims_frame(model).set_index("id").loc[claim]
    assert tuple(row[["published", "published_low", "published_high", "role"]]) == cells


@pytest.fixture(scope="module")
def found(model: Model) -> dict[str, dict[str, object]]:
    return estimates(model, ARTICLE)


def test_estimates_have_every_quantity_and_every_reading_where_there_is_more_than_one(
    model: Model, found: dict[str, dict[str, object]]
) -> None:
    readings = {f"{name}.{one}" for name, every in model.sources.items() if len(every) > 1 for one in every}
    assert {key for key in found if "." not in key} == set(model.quantities)
    assert {key for key in found if "." in key} == {key for key in readings if key.split(".")[0] in model.quantities}


T, G = (Fraction(3_165_000), Fraction(3_170_000), Fraction(3_175_000)), (Fraction(1045, 10_000), Fraction(105, 1000))
G_HIGH = Fraction(1055, 10_000)


@pytest.mark.parametrize(
    ("key", "value", "low", "high", "unit", "kind"),
    [
        ("transfers_2019", T[1] / (1 + G[1]), T[0] / (1 + G_HIGH), T[2] / (1 + G[0]), "transfer", "point"),
        ("transfers_2019.from_difference", 2_870_000, 3_165_000 - 305_000, 3_175_000 - 295_000, "transfer", "point"),
        ("planned_transfers_2016_2020.plan_2016_2020_floor", 2_200_000, 2_200_000, 2_200_000, "transfer", "floor"),
        ("at_risk_2019", 1_600_000, 1_550_000, 1_650_000, "person", "ceiling"),
        # 1.65 million x 0.95; its printed digits leave 1.645 to 1.655 open.
        ("at_risk_2019.southern", 1_567_500, 1_562_750, 1_572_250, "person", "point"),
        ("former_detainees.floor_loosest", 200_000, 200_000, 200_000, "person", "floor"),
        ("at_risk_total_high", 2_500_000, 2_450_000, 2_550_000, "person", "ceiling"),
    ],
)
def test_estimates_by_hand(
    found: dict[str, dict[str, object]], key: str, value: Fraction, low: Fraction, high: Fraction, unit: str, kind: str
) -> None:
    entry = found[key]
    assert entry["value"] == pytest.approx(float(value), rel=1e-9)
    assert entry["low"] == pytest.approx(float(low), rel=1e-9)
    assert entry["high"] == pytest.approx(float(high), rel=1e-9)
    assert (entry["unit"], entry["kind"]) == (unit, kind)


def test_an_estimate_that_is_a_circle_gives_its_reason(model: Model) -> None:
    setting = model.setting({"transfers_2019": "from_rate", "growth_2019_2021": "from_difference"})
    entry = estimates(model, setting)["net_new_transfers.from_base"]
    assert entry["value"] is None
    assert "circle" in entry["reason"]


def test_tables_on_disk(model: Model, outcomes: dict[str, Outcome], tmp_path: Path) -> None:
    write_tables(tmp_path, model, list(outcomes.values()), {"added_whole": "somewhere"})
    text = (tmp_path / "estimates.json").read_text(encoding="utf-8")
    assert json.loads(text)["at_risk_2021"]["unit"] == "person"
    assert not re.search(r"\b(NaN|Infinity)\b", text)
    for name, held in (("checks", model.register.checks), ("claims", model.register.claims)):
        data = (tmp_path / f"{name}.csv").read_bytes()
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        assert [row["id"] for row in rows] == list(held)
        assert b"\r" not in data
        assert not any("\n" in cell for row in rows for cell in row.values())


@pytest.mark.parametrize(
    ("checks", "parameters", "words"),
    [
        (["aded_whole"], {}, ["'aded_whole' is no check", "'added_whole'"]),
        (["added_whole"], {"at_risk_2019__reading": "southen"}, ["'southen' is not a reading", "'southern'"]),
        (["goal_meets_floor"], {"overlap": 0.5}, ["overlap is unused"]),
        (["added_whole"], {"persons_per_transfer": 1.5}, ["persons_per_transfer = 1.5", "0.05 to 1"]),
        (["added_whole"], {"persons_per_transfer": math.nan}, ["persons_per_transfer", "not a finite number"]),
        (["added_whole"], {"transfers_2021": -1.0}, ["transfers_2021 = -1 lies below 0"]),
    ],
)
def test_a_study_refuses_in_one_sentence(
    model: Model, checks: list[str], parameters: dict[str, object], words: list[str]
) -> None:
    with pytest.raises(InputError) as refused:
        Worksheet(checks, model=model, **parameters)
    assert "\n" not in str(refused.value)
    for word in words:
        assert word in str(refused.value)


def test_a_study_computes_under_its_parameters(model: Model) -> None:
    study = Worksheet(["added_whole"], model=model, persons_per_transfer=0.5)
    # 1.6 million + half of 3.17 million x 0.105/1.105.
    expected = 1_600_000 + 0.5 * 3_170_000 * 0.105 / 1.105
    assert study.value("at_risk_2021") == pytest.approx(expected)
    assert study.outcome("added_whole").recomputed == pytest.approx(expected)
    # 1.6 million of 2.59 million.
    assert study.value("at_risk_share_of_new.as_in_2019") == pytest.approx(160 / 259)


def test_prose_puts_numbers_in(model: Model) -> None:
    prose = Worksheet(["growth_from_difference"], model=model).prose(
        "From {transfers_2019} or {transfers_2019.from_difference} by {growth_2019_2021.from_difference}; {Not a name}."
    )
    # 0.3/2.87 = 10.4530 percent; printed with one decimal, shown with two.
    assert str(prose) == "From 2.87 million or 2.87 million by 10.45 percent; {Not a name}."


def test_a_check_that_turns_circular_is_not_computable_and_says_why(model: Model) -> None:
    study = Worksheet(
        ["total_2021_printed_twice", "plan_2021_from_tianshan"],
        model=model,
        transfers_2021__reading="total_2021_february",
    )
    outcome = study.outcome("total_2021_printed_twice")
    assert (outcome.verdict, outcome.recomputed) == ("", None)
    assert "circular under this setting" in outcome.reason
    row = study.table("total_2021_printed_twice").frame.loc[0]
    assert row["verdict"].startswith("not computable: circular under this setting")
    # 3.2/1.154 = 2.773 million, to the place of 3.2.
    assert study.table("plan_2021_from_tianshan").frame.loc[0, "recomputed"] == "2.8 million"


def test_a_table_ends_in_the_caveat_and_escapes_html() -> None:
    table = results.Table(pd.DataFrame({"a<b": ['<script>alert("1 & 2")</script>', "plain"]}))
    markup = table._repr_html_()
    assert markup.endswith(f"<p>{CAVEAT}</p>")
    assert "<script" not in markup
    assert "a&lt;b" in markup
    assert repr(table).splitlines()[-2:] == ["plain", CAVEAT]


KEY = ("checks", "added_whole", "recomputed")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("2868778.281", "2868778.282"),  # four parts in ten thousand million
        ("persons_per_transfer=0.9028233438", "persons_per_transfer=0.9028233437"),
        ("overlap 0 to 0.663963; persons 0.5 to 1", "overlap 0 to 0.663964; persons 0.5 to 1"),
    ],
)
def test_a_float_that_differs_in_its_last_digit_has_not_moved(was: str, now: str) -> None:
    assert moved({KEY: was}, {KEY: now}) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("2868778.281", "2868778.291"),
        ("300000", "300001"),
        ("reproduced", "consistent"),
        ("overlap 0 to 0.663963", "overlap 0 to 0.664"),
        ("overlap 0 to 0.663963", "drift 0 to 0.663963"),
        ("overlap 0 to 0.5", "overlap 0 to 0.5 or 0.7 to 1"),
        ("1", "nan"),
        ("-0.5", "0.5"),
    ],
)
def test_anything_else_has_moved(was: str, now: str) -> None:
    (change,) = moved({KEY: was}, {KEY: now})
    assert str(change) == f"checks, added_whole: recomputed moved from {was} to {now}"
    ((new,), (gone,)) = moved({}, {KEY: now}), moved({KEY: was}, {})
    assert str(new) == f"checks, added_whole: recomputed is new, {now}"
    assert str(gone) == f"checks, added_whole: recomputed is gone, was {was}"


def test_what_is_accepted_is_what_is_computed(model: Model, outcomes: dict[str, Outcome]) -> None:
    assert moved(read_expected(model.register), results.guarded(model, outcomes.values())) == []


def test_expected_values_survive_the_disk(model: Model, package: Path) -> None:
    register = Register.read(package)
    cells = {("claims", "a", "unit"): "person", ("checks", "b, c", "condition"): 'x 1 to 2; "y" 3, 4'}
    results.write_expected(register, cells)
    assert read_expected(register) == cells
    assert (package / "expected.csv").read_text(encoding="utf-8").startswith("table,id,field,value\nclaims,a,unit,")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"id,field,value\n", "columns are not table, id, field, value"),
        (b"table,id,field,value\nclaims,a,unit,person\nclaims,a,b,c,d\n", "row 3: the row does not have four cells"),
        (b"table,id,field,value\nclaims,a,unit,\xff\n", "the file can't be read ('utf-8' codec"),
    ],
)
def test_expected_values_that_cannot_be_read(package: Path, content: bytes, words: str) -> None:
    register = Register.read(package)
    (package / "expected.csv").write_bytes(content)
    with pytest.raises(RegisterError) as refused:
        read_expected(register)
    assert "expected.csv" in str(refused.value)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)
