"""What leaves a run: numbers as files and screens spell them, the tables, and the guard."""

import csv
import dataclasses
import io
import json
import math
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from analysis.core.model import ARTICLE, Model
from analysis.core.register import InputError, Register, RegisterError
from analysis.core.verdicts import Outcome, judge, judge_all
from analysis.output.results import (
    CAVEAT,
    Worksheet,
    Table,
    checks_frame,
    claims_frame,
    counts,
    digits,
    estimates,
    finer,
    guarded,
    in_words,
    moved,
    place_of,
    published_words,
    read_expected,
    role,
    screen,
    split,
    verdict_words,
    write_expected,
    write_tables,
)

ROOT = Path(__file__).resolve().parents[2]
CHECK_COLUMNS = (
    "id,statement,claim,quantity,readings,unit,published,published_low,published_high,recomputed,recomputed_low,"
    "recomputed_high,solved,needed,kind,verdict,verdict_other,rests_on,condition,reason,power,power_10,notebook"
)
CLAIM_COLUMNS = "id,section,paragraph,statement,unit,published,published_low,published_high,role,checks"
Cells = dict[tuple[str, str, str], str]


def records(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


@pytest.fixture(scope="module")
def outcomes(model: Model) -> dict[str, Outcome]:
    return {outcome.check.id: outcome for outcome in judge_all(model)}


# Numbers --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "spelled"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-1e-12, "0"),
        (2_868_778.280542986, "2868778.281"),  # ten digits: seven before the point, three after
        (1 / 3, "0.3333333333"),
        (-0.05, "-0.05"),
        (18_040_304.0, "18040304"),
        (math.nan, ""),
        (math.inf, ""),
        (-math.inf, ""),
        (None, ""),
    ],
)
def test_files_spell_ten_digits_and_leave_an_open_end_empty(number: float | None, spelled: str) -> None:
    assert digits(number) == spelled


@pytest.mark.parametrize(
    ("number", "place", "words"),
    [
        (2_868_778.28, 1e4, "2.87 million"),  # 286.88 ten thousands, so 287
        (994_999, 1e4, "990,000"),
        (995_001, 1e4, "1.00 million"),
        (271_950, 1e4, "270,000"),
        (4_999, 1e4, "0"),
        (-4_999, 1e4, "0"),
        (-180_000, 1e4, "-180,000"),
        (-1_234_567, 1e4, "-1.23 million"),
        (1_901_221.7, 1e5, "1.9 million"),  # 19.01 hundred thousands
        (98_778.3, 1e5, "100,000"),
        (1_851_000, 1e5, "1.9 million"),
        (3_400_000, 1e6, "3 million"),
    ],
)
def test_people_are_shown_to_the_place_that_counts(number: float, place: float, words: str) -> None:
    for unit in ("person", "transfer", "labourer"):
        assert in_words(number, unit, place) == words


def test_a_place_of_half_a_million_keeps_its_half() -> None:
    assert in_words(1_500_000, "person", 5e5) == "1.5 million"


@pytest.mark.parametrize(
    ("number", "outward", "words"),
    [
        (1_849_449.98, -1, "1.84 million"),
        (1_849_449.98, 1, "1.85 million"),
        (1_952_996.38, 1, "1.96 million"),
        (1_952_996.38, -1, "1.95 million"),
        (1_950_000, -1, "1.95 million"),
        (1_950_000, 1, "1.95 million"),
        (1_950_000.001, 1, "1.95 million"),  # a float's last digits are no overshoot
        (-4_999, -1, "-10,000"),
        (-4_999, 1, "0"),
    ],
)
def test_bounds_are_rounded_outwards(number: float, outward: int, words: str) -> None:
    assert in_words(number, "person", 1e4, outward=outward) == words


@pytest.mark.parametrize(
    ("number", "unit", "how", "words"),
    [
        (0.3045454, "dimensionless", {"percent": 1}, "30.5 percent"),
        (0.3045454, "dimensionless", {"percent": 2}, "30.45 percent"),
        (0.30227, "dimensionless", {"percent": 1, "outward": -1}, "30.2 percent"),
        (0.30681, "dimensionless", {"percent": 1, "outward": 1}, "30.7 percent"),
        (-0.0338, "dimensionless", {}, "-0.034"),
        (0.9028233, "person/transfer", {}, "0.903"),
        (0.9028233, "person/transfer", {"decimals": 4}, "0.9028"),
        (0.9028233, "person/transfer", {"outward": -1}, "0.902"),
        (None, "person", {}, ""),
        (None, "dimensionless", {"percent": 1}, ""),
    ],
)
def test_shares_and_ratios_are_shown_with_decimals(
    number: float | None, unit: str, how: dict[str, int], words: str
) -> None:
    assert in_words(number, unit, **how) == words


def test_bounds_show_ten_thousands_or_the_place_of_the_value_where_that_is_finer() -> None:
    assert [finer(place) for place in (1.0, 100.0, 1e4, 1e5, 1e6)] == [1.0, 100.0, 1e4, 1e4, 1e4]


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([], 10_000),
        (["increase_2019_2021"], 10_000),  # 300,000, rounded to 10,000
        (["total_2021_tianshan"], 10_000),  # 3.17 million
        (["total_2021_february"], 100_000),  # 3.2 million
        (["total_2021_tianshan", "at_risk_2019_up_to"], 100_000),  # 1.6 million beside 3.17 million
        (["plan_2016_2020"], 100_000),  # 2.2 million, planned or not, has one decimal
        (["growth_rate_2019_2021"], 10_000),  # a percentage has no place among people
        (["overlap"], 10_000),  # an assumption has no printed digits
    ],
)
def test_the_place_is_that_of_the_coarsest_printed_number(model: Model, rows: list[str], place: float) -> None:
    assert place_of(model, rows) == pytest.approx(place)


@pytest.mark.parametrize(
    ("number", "place"),
    [
        (2_000_000, 100_000),
        (98_778, 100_000),  # shows as 100,000
        (50_000, 100_000),
        (49_999, 1_000),  # would vanish, so its second digit: 50,000
        (-31, 1),
        (0, 100_000),
    ],
)
def test_a_number_that_would_vanish_at_the_place_shows_two_digits(model: Model, number: float, place: float) -> None:
    assert place_of(model, ["at_risk_2019_up_to"], number) == pytest.approx(place)


# Tables ---------------------------------------------------------------------------------------------------------------


def test_a_row_of_the_screen_by_hand(model: Model, outcomes: dict[str, Outcome]) -> None:
    # 1.6 + 3.17 - 3.17/1.105 = 1.6 + 0.3012217 = 1.9012217 million; 1.6 million has 0.1 million for its last place.
    # Low: 1.55 + 3.165 x 0.1045/1.1045 = 1.84945; high: 1.65 + 3.175 x 0.1055/1.1055 = 1.95300, outwards to 0.01.
    # Approaches 2 million is met by anything from 1.84945 to 1.953/0.9 = 2.16999 million: of 1 to 3 million,
    # 1 - 0.32055/2 = 0.84. It falls short of 2 million by 0.0988/2 = 0.049.
    frame = screen(model, [outcomes["added_whole"]])
    assert list(frame.columns) == [
        "check",
        "published",
        "recomputed",
        "bounds",
        "kind",
        "verdict",
        "rests on",
        "power",
    ]
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


def test_a_percentage_on_the_screen_has_one_decimal_more_than_its_print(
    model: Model, outcomes: dict[str, Outcome]
) -> None:
    # 2.87/2.2 - 1 = 0.30454...; 2.865/2.2 - 1 = 0.30227..., 2.875/2.2 - 1 = 0.30681...
    row = screen(model, [outcomes["excess_over_goal"]]).loc[0]
    assert (row["published"], row["recomputed"], row["bounds"]) == (
        "over 30 percent",
        "30.5 percent",
        "30.2 percent to 30.7 percent",
    )
    # Over 30: met by anything below 0.30682, of 0.15 to 0.45 that leaves (0.45 - 0.30682)/0.3 = 0.477.
    assert row["power"] == "0.48, weak"


def test_what_rests_on_printed_numbers_alone_says_so(model: Model, outcomes: dict[str, Outcome]) -> None:
    row = screen(model, [outcomes["goal_meets_floor"]]).loc[0]
    assert row["rests on"] == "printed"
    assert row["bounds"] == "2.20 million"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("plan_2021_from_february", "derived"),
        ("excess_over_goal", "reproduced"),
        # 2.59 x 1.105 / 3.17 = 0.90282...
        ("ratio_fitted", "fitted at persons_per_transfer = 0.9028"),
        # 3.17 x d = 3.17/1.105, so d = 1/1.105 = 0.90498, below 0.95.
        ("net_persons_nil", "fitted at persons_per_transfer_drift = 0.9050 (outside its range)"),
        # 2.5 - 1.9012 million = 598,778.
        ("detainees_for_high_end_added_whole", "fitted at former_detainees = 600,000"),
        # 1.6 / (1.65 x 0.95) = 1.0207..., more than all.
        ("southern_share_fitted", "fitted at at_risk_share_of_base = 1.0207 (no meaning)"),
        # (1.6 - 1.65 s)/0.94 at s = 0.88, 0.95 and 1.
        (
            "composition_fitted",
            "fitted at minority_share_south = 0.8800, minority_share_outside = 0.1574 (outside its range); "
            "or minority_share_south = 0.9500, minority_share_outside = 0.0346 (outside its range); "
            "or minority_share_south = 1.0000, minority_share_outside = -0.0532 (no meaning)",
        ),
        ("low_end_several_three", "inconsistent (reproduced at the other rounding)"),
        # 1.48/1.5 = 0.98666..., below the whole and above 1.45/1.5 = 0.96666..., which would round to it.
        ("training_attained", "inconsistent (reproduced at the loosest reading)"),
    ],
)
def test_verdicts_in_words(model: Model, outcomes: dict[str, Outcome], check: str, words: str) -> None:
    assert verdict_words(model, outcomes[check]) == words


def test_a_fit_without_a_solution_says_why(model: Model, outcomes: dict[str, Outcome]) -> None:
    unsolved = dataclasses.replace(outcomes["ratio_fitted"], solved=(), reason="no value makes it so")
    assert verdict_words(model, unsolved) == "fitted: no value makes it so"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("low_end_several_three", "2 to 2.5 million, low end"),
        ("net_persons_ratio_one", "about 300,000"),
        ("net_persons_nil", "goal 0"),
        ("plan_2021_from_february", ""),
        ("detainees_from_low_end", "in words, read as at least 300,000"),
        ("training_attained", "in words, read as at least 100 percent"),
    ],
)
def test_what_is_printed_in_words(model: Model, outcomes: dict[str, Outcome], check: str, words: str) -> None:
    assert published_words(model, outcomes[check]) == words


def test_counts_are_those_of_the_verdicts(model: Model, outcomes: dict[str, Outcome]) -> None:
    line = counts(model, outcomes.values())
    tally = Counter(outcome.verdict for outcome in outcomes.values())
    found = {name: int(number) for number, name in re.findall(r"(\d+) ([a-z]+)", line)}
    assert found["claims"] == len(model.register.claims)
    assert found["checks"] == len(outcomes) == sum(tally.values())
    for verdict in ("reproduced", "consistent", "inconsistent", "fitted"):
        assert found[verdict] == tally[verdict]
    assert found["derived"] == tally[""]
    passed = [o for o in outcomes.values() if o.verdict in ("reproduced", "consistent")]
    assert found["of"] == sum(o.power is not None and o.power < 0.8 for o in passed)


def test_counts_name_only_what_there_is(model: Model, outcomes: dict[str, Outcome]) -> None:
    broken = Outcome(model.register.checks["added_whole"], "person", reason="circular")
    claims = len(model.register.claims)
    assert counts(model, [broken]) == f"{claims} claims, 1 checks: 1 not computable; 0 of the passes weak."
    assert "1 reproduced" in counts(model, [outcomes["added_whole"]])


def test_the_frames_have_the_columns_of_the_design(model: Model, outcomes: dict[str, Outcome]) -> None:
    assert ",".join(checks_frame(outcomes.values()).columns) == CHECK_COLUMNS
    assert ",".join(claims_frame(model).columns) == CLAIM_COLUMNS


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
    assert frame.loc["low_end_several_two", "notebook"] == ""
    assert frame.loc["net_persons_nil", "solved"] == "persons_per_transfer_drift=0.9049773756"  # 1/1.105
    # 1 - 1901221.7195/2000000
    assert frame.loc["added_whole", "needed"] == "0.04938914027"


@pytest.mark.parametrize(
    ("claim", "cells"),
    [
        # id: published, low, high, role
        ("plan_2016_2020", ("2200000", "2200000", "2200000", "given")),
        ("plan_2016_2020_floor", ("2200000", "2200000", "", "checked")),
        ("excess_2016_2020", ("0.3", "0.3", "", "checked")),
        ("mean_2016_2020", ("2870000", "2865000", "2875000", "given")),
        ("at_risk_2019_up_to", ("1600000", "0", "1600000", "given")),
        ("at_risk_2021_approaches", ("2000000", "1800000", "2000000", "checked")),
        ("at_risk_total_range", ("", "2000000", "2500000", "checked")),
        ("detainees_several", ("", "", "", "checked")),
        ("increase_2019_2021", ("300000", "295000", "305000", "given")),
    ],
)
def test_rows_of_claims_by_hand(model: Model, claim: str, cells: tuple[str, ...]) -> None:
    row = claims_frame(model).set_index("id").loc[claim]
    assert tuple(row[["published", "published_low", "published_high", "role"]]) == cells


def test_claims_name_the_checks_that_check_them(model: Model) -> None:
    frame = claims_frame(model).set_index("id")
    rows = records(ROOT / "data" / "checks.csv")
    for claim, named in frame["checks"].items():
        assert named == "; ".join(row["id"] for row in rows if row["claim"] == claim)
    assert frame.loc["figure_2019_south", "checks"] == ""
    assert frame.loc["net_increase_note_4", "section"] == "notes"
    assert frame.loc["net_increase_note_4", "paragraph"] == "4"


def test_a_reported_row_has_that_role(model: Model) -> None:
    claim = dataclasses.replace(model.register.claims["excess_2016_2020"], reported=True)
    assert role(claim) == "reported"


def test_no_cell_starts_like_a_spreadsheet_formula_unless_it_is_a_number(
    model: Model, outcomes: dict[str, Outcome]
) -> None:
    for frame in (checks_frame(outcomes.values()), claims_frame(model)):
        cells = [cell for column in frame for cell in frame[column]]
        assert all(isinstance(cell, str) for cell in cells)
        for cell in cells:
            if cell.startswith(("=", "+", "-", "@")):
                float(cell)


def test_every_cell_is_one_line_so_that_rows_can_be_compared(model: Model, outcomes: dict[str, Outcome]) -> None:
    for frame in (checks_frame(outcomes.values()), claims_frame(model)):
        assert not any("\n" in cell for column in frame for cell in frame[column])


# Estimates ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(model: Model) -> dict[str, dict[str, object]]:
    return estimates(model, ARTICLE)


def test_estimates_have_every_quantity_and_every_reading_where_there_is_more_than_one(
    model: Model, found: dict[str, dict[str, object]]
) -> None:
    assert {key for key in found if "." not in key} == set(model.quantities)
    for quantity in model.quantities:
        readings = {key.partition(".")[2] for key in found if key.startswith(f"{quantity}.")}
        named = set(model.sources[quantity])
        assert readings == (named if len(named) > 1 else set())
    assert {"transfers_2019.from_rate", "transfers_2019.from_difference", "at_risk_2019.southern"} <= set(found)
    assert "transfers_2019" in found


T, G = (Fraction(3_165_000), Fraction(3_170_000), Fraction(3_175_000)), (Fraction(1045, 10_000), Fraction(105, 1000))
G_HIGH = Fraction(1055, 10_000)


@pytest.mark.parametrize(
    ("key", "value", "low", "high", "unit", "kind"),
    [
        ("transfers_2019", T[1] / (1 + G[1]), T[0] / (1 + G_HIGH), T[2] / (1 + G[0]), "transfer", "point"),
        ("transfers_2019.from_difference", 2_870_000, 3_165_000 - 305_000, 3_175_000 - 295_000, "transfer", "point"),
        ("planned_transfers_2016_2020", 2_200_000, 2_200_000, 2_200_000, "transfer", "point"),
        ("planned_transfers_2016_2020.plan_2016_2020_floor", 2_200_000, 2_200_000, 2_200_000, "transfer", "floor"),
        ("at_risk_2019", 1_600_000, 1_550_000, 1_650_000, "person", "ceiling"),
        # 1.65 million x 0.95; its printed digits leave 1.645 to 1.655 open.
        ("at_risk_2019.southern", 1_567_500, 1_562_750, 1_572_250, "person", "point"),
        ("former_detainees.floor_loosest", 200_000, 200_000, 200_000, "person", "floor"),
        ("at_risk_total_high", 2_500_000, 2_450_000, 2_550_000, "person", "ceiling"),
        (
            "persons_per_transfer.implied",
            2_590_000 / (T[1] / (1 + G[1])),
            2_585_000 / (T[2] / (1 + G[0])),
            2_595_000 / (T[0] / (1 + G_HIGH)),
            "person/transfer",
            "point",
        ),
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


def test_estimates_say_what_they_depend_on(found: dict[str, dict[str, object]]) -> None:
    assert set(found["transfers_2019"]["depends_on"]) == {"total_2021_tianshan", "growth_rate_2019_2021"}
    # One choice of reading; persons per labourer is one by construction and is not listed.
    assert found["total_2019"]["depends_on"] == ["figure_2019_all"]


def test_an_estimate_that_is_a_circle_gives_its_reason(model: Model) -> None:
    setting = model.setting({"transfers_2019": "from_rate", "growth_2019_2021": "from_difference"})
    entry = estimates(model, setting)["net_new_transfers.from_base"]
    assert entry["value"] is None
    assert "circle" in entry["reason"]


def test_tables_on_disk(model: Model, outcomes: dict[str, Outcome], tmp_path: Path) -> None:
    write_tables(tmp_path, model, list(outcomes.values()), {"added_whole": "somewhere"})

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in estimates.json")

    text = (tmp_path / "estimates.json").read_text(encoding="utf-8")
    read = json.loads(text, parse_constant=refuse)
    assert read["at_risk_2021"]["unit"] == "person"
    assert text.endswith("}\n")
    rows = records(tmp_path / "checks.csv")
    assert ",".join(rows[0]) == CHECK_COLUMNS
    assert [row["id"] for row in rows] == list(model.register.checks)
    assert {row["notebook"] for row in rows} == {"", "somewhere"}
    rows = records(tmp_path / "claims.csv")
    assert ",".join(rows[0]) == CLAIM_COLUMNS
    assert [row["id"] for row in rows] == list(model.register.claims)
    assert b"\r" not in (tmp_path / "claims.csv").read_bytes()


# A study --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("checks", "parameters", "words"),
    [
        (["aded_whole"], {}, ["'aded_whole' is no check", "'added_whole'"]),
        (["added_whole"], {"overlapp": 0.1}, ["'overlapp' is no quantity", "'overlap'"]),
        (["added_whole"], {"total_2091__reading": "persons"}, ["'total_2091'", "'total_2019'"]),
        (["added_whole"], {"at_risk_2019__reading": "southen"}, ["'southen' is no reading", "'southern'"]),
        (["goal_meets_floor"], {"overlap": 0.5}, ["overlap is unused"]),
        (["goal_meets_floor"], {"at_risk_2019__reading": "southern"}, ["at_risk_2019 is unused"]),
        (["added_whole"], {"persons_per_transfer": 1.5}, ["persons_per_transfer = 1.5", "0.05 to 1"]),
        (["added_whole"], {"persons_per_transfer": math.nan}, ["persons_per_transfer", "not a finite number"]),
        (["added_whole"], {"persons_per_transfer": True}, ["persons_per_transfer", "not a finite number"]),
        (["added_whole"], {"persons_per_transfer": "0.9"}, ["persons_per_transfer", "not a finite number"]),
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


def test_a_study_says_what_differs(model: Model) -> None:
    assert Worksheet(["added_whole"], model=model).differs == "as in the article"
    same = Worksheet(["added_whole"], model=model, persons_per_transfer=1.0, at_risk_2019__reading="published")
    assert same.differs == "as in the article"
    other = Worksheet(["added_whole"], model=model, persons_per_transfer=0.9, transfers_2019__reading="from_difference")
    assert other.differs.startswith("differs from the article in: ")
    assert "persons_per_transfer = 0.9 person/transfer in the place of 1" in other.differs
    assert "transfers_2019: 2021 less the printed increase (from_difference)" in other.differs


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
    assert prose._repr_markdown_() == repr(prose) == str(prose)


def test_prose_says_when_a_value_cannot_be_computed(model: Model) -> None:
    study = Worksheet(
        ["growth_from_difference", "increase_from_growth"], model=model, net_new_transfers__reading="from_base"
    )
    assert str(study.prose("{growth_2019_2021.from_difference}")) == "not computable"
    assert math.isnan(study.value("growth_2019_2021.from_difference"))


@pytest.mark.parametrize("name", ["at_risk_2091", "at_risk_2021.no_such_reading"])
def test_prose_refuses_an_unknown_name(model: Model, name: str) -> None:
    with pytest.raises(InputError, match=r"at_risk_2021|no_such_reading"):
        Worksheet(["added_whole"], model=model).prose(f"{{{name}}}")


def test_a_check_that_turns_circular_is_not_computable_and_says_why(model: Model) -> None:
    study = Worksheet(
        ["total_2021_printed_twice", "plan_2021_from_tianshan"],
        model=model,
        transfers_2021__reading="total_2021_february",
    )
    outcome = study.outcome("total_2021_printed_twice")
    assert (outcome.verdict, outcome.recomputed) == ("", None)
    assert "circular under this setting" in outcome.reason
    assert "total_2021_february" in outcome.reason
    row = study.table("total_2021_printed_twice").frame.loc[0]
    assert (row["recomputed"], row["bounds"], row["rests on"]) == ("", "", "")
    assert row["verdict"].startswith("not computable: circular under this setting")
    assert checks_frame([outcome]).loc[0, "reason"] == outcome.reason
    # 3.2/1.154 = 2.773 million, to the place of 3.2.
    assert study.table("plan_2021_from_tianshan").frame.loc[0, "recomputed"] == "2.8 million"


def test_a_check_whose_readings_make_a_circle_under_a_setting_names_them(model: Model) -> None:
    setting = model.setting({"net_new_transfers": "from_base"})
    outcome = judge(model, model.register.checks["growth_from_difference"], setting)
    assert verdict_words(model, outcome).startswith("not computable: ")
    for name in ("growth_2019_2021", "net_new_transfers", "transfers_2019"):
        assert name in outcome.reason


def test_a_study_table_has_the_checks_that_are_named(model: Model) -> None:
    study = Worksheet(["added_whole", "same_share"], model=model)
    assert len(study.table().frame) == 2
    assert list(study.table("same_share").frame["check"]) == [
        "Of those added, the share of 2019 is at risk (same_share)"
    ]


def test_claims_of_a_study_are_those_it_checks_and_starts_from(model: Model) -> None:
    # The printed excess against the printed plan and mean; nothing else.
    study = Worksheet(["excess_over_goal"], model=model)
    assert study.claims == ["plan_2016_2020", "excess_2016_2020", "mean_2016_2020"]


def test_sources_say_where_a_number_stands(model: Model) -> None:
    frame = Worksheet(["net_persons_ratio_one"], model=model).sources().frame.set_index("number")
    rows = {row["statement"]: row for row in records(ROOT / "data" / "claims.csv")}
    assert list(frame.index) == [
        "Transfers made, as given with the growth since 2019",
        "Growth of transfers since 2019",
        "Persons added to the transfer system since 2019",
    ]
    for statement, row in frame.iterrows():
        assert row["noun printed"] == rows[statement]["unit_as_printed"]
        assert row["period"] == rows[statement]["period"]
    total, growth, note = (row for _, row in frame.iterrows())
    assert (total["printed"], growth["printed"], note["printed"]) == ("3.17 million", "10.5 percent", "about 300,000")
    assert (total["held as"], growth["held as"], note["held as"]) == ("transfer", "dimensionless", "person")
    assert (total["place in the article"], note["place in the article"]) == ("section scale, paragraph 2", "note 4")
    assert note["source cited"] == "none"
    assert total["source cited"] != "none"


def test_a_table_ends_in_the_caveat_and_escapes_html() -> None:
    table = Table(pd.DataFrame({"a<b": ['<script>alert("1 & 2")</script>', "plain"]}))
    markup = table._repr_html_()
    assert markup.endswith(f"<p>{CAVEAT}</p>")
    assert "<script" not in markup
    assert "a&lt;b" in markup
    assert "&lt;script&gt;" in markup
    assert "1 &amp; 2" in markup
    assert repr(table).splitlines()[-1] == CAVEAT
    assert repr(table).splitlines()[-2] == "plain"
    assert CAVEAT == "Arithmetic of the printed numbers; it says nothing on whether they are true."


def test_parameters_part_into_readings_and_values() -> None:
    assert split({"a__reading": "b", "a": 1.0, "c": 2}) == ({"a": "b"}, {"a": 1.0, "c": 2})
    assert split({}) == ({}, {})


# The guard ------------------------------------------------------------------------------------------------------------

KEY = ("checks", "added_whole", "recomputed")


@pytest.mark.parametrize(
    ("was", "now", "sentence"),
    [
        ("", "5", "checks, added_whole: recomputed is new, 5"),
        ("5", "", "checks, added_whole: recomputed is gone, was 5"),
        ("5", "6", "checks, added_whole: recomputed moved from 5 to 6"),
    ],
)
def test_what_moved_in_a_sentence(was: str, now: str, sentence: str) -> None:
    expected: Cells = {KEY: was} if was else {}
    current: Cells = {KEY: now} if now else {}
    assert [str(change) for change in moved(expected, current)] == [sentence]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("2868778.281", "2868778.281"),
        ("2868778.281", "2868778.282"),  # four parts in ten thousand million
        ("0.3045454545", "0.3045454546"),
        ("persons_per_transfer=0.9028233438", "persons_per_transfer=0.9028233437"),
        ("overlap 0 to 0.663963; persons 0.5 to 1", "overlap 0 to 0.663964; persons 0.5 to 1"),
        ("reproduced", "reproduced"),
    ],
)
def test_a_float_that_differs_in_its_last_digit_has_not_moved(was: str, now: str) -> None:
    assert moved({KEY: was}, {KEY: now}) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("2868778.281", "2868778.291"),
        ("2868778.281", "2868779.281"),
        ("2200000", "2210000"),
        ("300000", "300001"),
        ("0.3", "0.31"),
        ("reproduced", "consistent"),
        ("overlap 0 to 0.663963", "overlap 0 to 0.664"),
        ("overlap 0 to 0.663963", "drift 0 to 0.663963"),
        ("overlap 0 to 0.5", "overlap 0 to 0.5 or 0.7 to 1"),
        ("0.5", "half"),
        ("point", "none"),
        ("1", "nan"),
        ("-0.5", "0.5"),
    ],
)
def test_anything_else_has_moved(was: str, now: str) -> None:
    (change,) = moved({KEY: was}, {KEY: now})
    assert (change.table, change.id, change.field, change.was, change.now) == (*KEY, was, now)


@pytest.mark.parametrize(("was", "now"), [("1234567", "1234568"), ("18040304", "18040309")])
def test_a_whole_number_moves_by_its_last_digit(was: str, now: str) -> None:
    assert len(moved({KEY: was}, {KEY: now})) == 1


def test_changes_come_in_the_order_of_the_tables_and_what_is_gone_comes_last() -> None:
    expected = {("claims", "gone", "unit"): "person", ("claims", "a", "unit"): "person"}
    now = {("claims", "a", "unit"): "transfer", ("claims", "b", "unit"): "person"}
    assert [change.id for change in moved(expected, now)] == ["a", "b", "gone"]


def test_the_guard_holds_values_bounds_and_verdicts_and_no_wording(model: Model, outcomes: dict[str, Outcome]) -> None:
    cells = guarded(model, outcomes.values())
    assert {table for table, _, _ in cells} == {"claims", "checks", "findings", "external"}
    assert {name for table, name, _ in cells if table == "external"} == set(model.register.external)
    assert {name for table, name, _ in cells if table == "findings"} == set(model.register.findings)
    assert {name for table, name, _ in cells if table == "claims"} == set(model.register.claims)
    assert {name for table, name, _ in cells if table == "checks"} == set(model.register.checks)
    fields = {field for _, _, field in cells}
    assert {"published", "published_low", "published_high", "recomputed", "recomputed_low", "recomputed_high"} <= fields
    assert {"verdict", "verdict_other", "kind", "solved", "needed", "condition", "power", "power_10"} <= fields
    assert not fields & {"statement", "reason", "notebook", "section", "paragraph"}
    assert all(cells.values())


def test_what_is_accepted_is_what_is_computed(model: Model, outcomes: dict[str, Outcome]) -> None:
    assert moved(read_expected(model.register), guarded(model, outcomes.values())) == []


def test_expected_values_survive_the_disk(model: Model, package: Path) -> None:
    register = Register.read(package)
    cells = {("claims", "a", "unit"): "person", ("checks", "b, c", "condition"): 'x 1 to 2; "y" 3, 4'}
    write_expected(register, cells)
    assert read_expected(register) == cells
    assert (package / "expected.csv").read_text(encoding="utf-8").startswith("table,id,field,value\nclaims,a,unit,")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"id,field,value\n", "columns are not table, id, field, value"),
        (b"table,id,field,value\nclaims,a,unit\n", "row 2: the row does not have four cells"),
        (b"table,id,field,value\nclaims,a,unit,person\nclaims,a,b,c,d\n", "row 3: the row does not have four cells"),
        (b"table,id,field,value\nclaims,a,unit,\xff\n", "not UTF-8 (line 2)"),
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


def test_expected_values_that_are_missing(package: Path) -> None:
    register = Register.read(package)
    (package / "expected.csv").unlink()
    with pytest.raises(RegisterError, match=r"expected\.csv: the file is missing; `analysis accept` writes it"):
        read_expected(register)
    (package / "expected.csv").mkdir()
    with pytest.raises(RegisterError, match=r"expected\.csv: the file can't be read"):
        read_expected(register)


def test_frames_can_be_read_back_as_they_were(outcomes: dict[str, Outcome]) -> None:
    frame = checks_frame(outcomes.values())
    text = frame.to_csv(index=False, lineterminator="\n")
    assert pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False).equals(frame)


def test_a_value_accepted_twice_is_refused(package: Path) -> None:
    path = package / "expected.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    with pytest.raises(RegisterError, match=f"row {len(lines) + 1} .*given twice"):
        read_expected(Register.read(package))
