"""Words and numbers in the output of a run: numbers in files and on screens, tables,
and the guard."""

import csv
import io
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from analysis.model.model import ARTICLE, Model
from analysis.model.verdicts import Outcome, judge, judge_all
from analysis.publish.tables import write_tables
from analysis.render import frames, wording
from analysis.render.estimates import AS_PRINTED
from analysis.render.records import estimates
from analysis.render.speller import Speller
from analysis.render.whatif_tables import break_even_table, scenarios_table
from analysis.whatif.break_even import statement_of

Rows = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def outcomes(model: Model) -> dict[str, Outcome]:
    return {outcome.check.id: outcome for outcome in judge_all(model)}


@pytest.fixture(scope="module")
def folder(
    model: Model, outcomes: dict[str, Outcome], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    made = tmp_path_factory.mktemp("tables")
    write_tables(
        made, model, list(outcomes.values()), {"at_risk_2021_sum": "somewhere"}
    )
    return made


def table(folder: Path, name: str) -> Rows:
    data = (folder / f"{name}.csv").read_bytes()
    assert b"\r" not in data
    rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
    assert not any("\n" in cell for row in rows for cell in row.values())
    return {row["id"]: row for row in rows}


def test_a_row_of_the_screen_by_hand(
    model: Model, outcomes: dict[str, Outcome]
) -> None:
    # 1.6 + 3.17 - 3.17/1.105 = 1.6 + 0.3012217 = 1.9012217 million;
    # 1.6 million has 0.1 million for its last place.
    # Low: 1.55 + 3.165 x 0.1045/1.1045 = 1.84945;
    # high: 1.65 + 3.175 x 0.1055/1.1055 = 1.95300, outwards to 0.01.
    # 2 - 1.9012 = 0.0988 million, and 0.0988 / 2 = 4.94 percent: from 1.901, as shown,
    # 0.099 and 4.95.
    # It is at most that, so short by at least that.
    (row,) = frames.checks(model, [outcomes["at_risk_2021_sum"]]).rows
    assert [row[name] for name in list(frames.SHOWN_IN_FULL)[1:]] == [
        "likely approaches two million",
        "at most 1.901 million",
        "1.84 to 1.96 million",
        "matches, at least 99,000 or 4.95 percent short",
        "chosen",
    ]


IN_ALL = (
    "between two to two and a half million persons in Xinjiang are estimated to be at "
    "risk"
)


@pytest.mark.parametrize(
    ("check", "printed", "recomputed", "verdict"),
    [
        ("plan_2021_from_february", "", "2.77 million", "derived"),
        # 2.87/2.2 - 1 = 30.45 percent; the plan is a floor.
        (
            "excess_over_goal",
            "over 30 percent",
            "at most 30.5 percent",
            'matches, 0.5 points above; taking "at least 2.2 million" as 2.2 million',
        ),
        ("total_2021_printed_twice", "3.2 million", "3.17 million", "the two agree"),
        # 3.17/1.105 = 2.86878, to three digits the 2.87 million that Xinhua printed;
        # 2.869 - 2.59 = 0.279
        (
            "base_2019_as_labourers",
            "2.59 million",
            "2.869 million",
            "would differ by 279,000",
        ),
        # 2.59 x 0.62 = 1.6058, above 1.6 and below 1.65, which rounds to it.
        (
            "constant_share_at_values",
            "up to 1.6 million ethnic citizens",
            "at most 1.61 million",
            "would match within rounding, rounded to 0.1 million; would be compatible "
            "if rounded more finely; although comparing an upper limit with an "
            '"up to" tests nothing',
        ),
        ("total_in_range", IN_ALL, "no single value", "compatible"),
        # 1.9012 + 0.3; an "at most" and an "at least" are added.
        (
            "low_end_several_three",
            f"{IN_ALL}, low end",
            "2.2 million (could be higher or lower)",
            "would match within rounding, taking former detainees at the least that "
            "the words allow; rounded to 0.5 million; would be compatible if rounded "
            "more finely",
        ),
        # 1.48/1.5, below the whole and above 1.45/1.5, from where it rounds to it.
        (
            "training_attained",
            '"achieved this new goal", read as at least 100 percent',
            "98.7 percent",
            "matches within rounding, rounded to a tenth of a million; differs if "
            "rounded more finely",
        ),
    ],
)
def test_a_check_in_words(
    model: Model,
    outcomes: dict[str, Outcome],
    check: str,
    printed: str,
    recomputed: str,
    verdict: str,
) -> None:
    found, speller = outcomes[check], Speller(model)
    assert wording.printed_words(model, found) == printed
    assert wording.recomputed_words(speller, found) == recomputed
    assert wording.verdict_words(speller, found) == verdict


def test_one_number_is_shown_alike_on_every_screen(
    model: Model, outcomes: dict[str, Outcome]
) -> None:
    # 301,222, and 271,950 at the ratio of 2019.
    speller = Speller(model)
    assert wording.recomputed_words(speller, outcomes["net_persons"]) == "301,000"
    found = wording.recomputed_words(speller, outcomes["net_persons_ratio_implied"])
    assert found == "272,000"
    table = scenarios_table(model, [AS_PRINTED], AS_PRINTED)
    tabulated = {row["quantity"]: row["words"] for row in table.rows}
    assert tabulated["net_new_persons"] == "301,000"


def test_a_number_beyond_a_range_differs_by_its_distance_from_the_nearer_end(
    model: Model,
) -> None:
    # 3.17 - 3.17/1.105 = 0.3012 million more than in 2019.
    # 1.8 + 0.3012 + 1 = 3.1012, to three digits 3.10 and 0.6 million above 2.5, and
    # with fewer of those added at least 2.8; 0.6 + 0.3012 + 0.3 = 1.2012, to three
    # digits 1.20 and 0.8 million below 2.
    check = model.register.checks["total_in_range"]
    for base, detainees, words in (
        (1_800_000, 1_000_000, "differs by 600,000"),
        (600_000, 300_000, "differs by 800,000"),
    ):
        setting = model.setting({"former_detainees": detainees, "at_risk_2019": base})
        found = judge(model, check, setting)
        assert wording.verdict_words(Speller(model), found) == words


def test_a_coarser_place_does_not_deny_that_words_leave_room(model: Model) -> None:
    found = judge(model, model.register.checks["low_end_several_three"], ARTICLE)
    assert (found.verdict, found.finer) == ("matches_within_rounding", "compatible")
    # 1.9 million and 300,000 are 2.2 million. "Two million" at its finer place ends
    # at 2.05 million, at the coarser at 2.25 million.
    assert wording.reason_words(model, found) == (
        "if the printed digits are rounded more finely, no value satisfies the claim; "
        "if they are rounded more coarsely, which is as defensible, a value does"
    )


def test_a_verdict_that_a_setting_makes_circular_says_so(model: Model) -> None:
    check = model.register.checks["total_2021_printed_twice"]
    found = judge(
        model, check, model.setting({"transfers_2021": "total_2021_february"})
    )
    assert wording.verdict_words(Speller(model), found).startswith(
        "not computable: With this setting the check would compare"
    )
    assert wording.recomputed_words(Speller(model), found) == ""


def test_rows_of_checks_and_of_derived_by_hand(model: Model, folder: Path) -> None:
    checks, derived = table(folder, "checks"), table(folder, "derived")
    assert [*checks, *derived] == sorted(
        model.register.checks, key=lambda id: id in derived
    )
    row = checks["at_risk_2021_sum"]
    assert (row["kind"], row["claim"]) == ("derivation", "at_risk_2021_approaches")
    assert (row["side"], row["verdict"]) == ("at most", "matches")
    assert row["notebook"] == "somewhere"
    # A tenth below 2 million;
    # 1.55 + 3.165 x 0.1045/1.1045 and 1.65 + 3.175 x 0.1055/1.1055.
    assert (row["published"], row["published_low"], row["recomputed"]) == (
        "2000000",
        "1800000",
        "1901221.719",
    )
    assert float(row["recomputed_low"]) == pytest.approx(
        1.55e6 + 3.165e6 * 0.1045 / 1.1045
    )
    assert float(row["recomputed_high"]) == pytest.approx(
        1.65e6 + 3.175e6 * 0.1055 / 1.1055
    )
    # Of 1.8 to 2.2 million, 1.90122 approaches those up to 1.90122 / 0.9 = 2.11247
    # million, and 1.84945, with rounding, those from there.
    shares = [float(row[name]) for name in ("passing", "passing_rounded")]
    most = 1.9012217 / 0.9
    by_hand = [(most - 1.9012217) / 0.4, (most - 1.84945) / 0.4]
    assert shares == pytest.approx(by_hand, abs=1e-5)
    row = checks["total_in_range"]
    assert [row[name] for name in ("recomputed", "side", "verdict")] == [
        "",
        "no bound",
        "compatible",
    ]
    row = derived["plan_2021_from_february"]
    # 3.2/1.154; 3.15/1.1545 and 3.25/1.1535.
    numbers = [
        float(row[name]) for name in ("recomputed", "recomputed_low", "recomputed_high")
    ]
    assert numbers == pytest.approx([3.2e6 / 1.154, 3.15e6 / 1.1545, 3.25e6 / 1.1535])


def test_rows_of_solutions_by_hand(model: Model, folder: Path) -> None:
    found = table(folder, "solutions")
    assert [*found] == [*model.register.solutions]
    # 2 million less 1.6 million and 3.17 x 0.105/1.105
    value = 400_000 - Fraction(3_170_000 * 105, 1105)
    row = found["detainees_for_low_end"]
    assert (row["value"], row["status"]) == (f"{float(value):.10g}", "out_of_range")


@pytest.mark.parametrize(
    ("claim", "cells"),
    [
        # id: published, low, high, role, verdict
        ("plan_2016_2020_floor", ("2200000", "2200000", "", "start", "")),
        ("mean_2016_2020", ("2870000", "2865000", "2875000", "start", "")),
        (
            "at_risk_2019_up_to",
            ("1600000", "0", "1600000", "result", "not_recalculable"),
        ),
        (
            "at_risk_2021_approaches",
            ("2000000", "1800000", "2000000", "result", "matches"),
        ),
        ("at_risk_total_range", ("", "1950000", "2550000", "result", "compatible")),
        ("detainees_several", ("", "", "", "start", "")),
        ("increase_2019_2021", ("300000", "295000", "305000", "result", "matches")),
        ("hours_to_assign", ("24", "0", "24", "count", "")),
    ],
)
def test_rows_of_claims_by_hand(
    folder: Path, claim: str, cells: tuple[str, ...]
) -> None:
    row = table(folder, "claims")[claim]
    names = ("published", "published_low", "published_high", "role", "verdict")
    assert tuple(row[name] for name in names) == cells


Found = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def found(folder: Path) -> Found:
    text = (folder / "estimates.json").read_text(encoding="utf-8")
    assert not re.search(r"\b(NaN|Infinity)\b", text)
    return dict(json.loads(text))


def test_estimates_have_every_quantity_and_every_reading_where_there_are_several(
    model: Model, found: Found
) -> None:
    readings = {
        f"{name}.{one}"
        for name, every in model.sources.items()
        if len(every) > 1
        for one in every
    }
    assert {key for key in found if "." not in key} == set(model.quantities)
    assert {key for key in found if "." in key} == {
        key for key in readings if key.split(".")[0] in model.quantities
    }


T = [Fraction(one) for one in (3_165_000, 3_170_000, 3_175_000)]
G = [Fraction(one, 10_000) for one in (1045, 1050, 1055)]
#: Transfers of 2019.
BASE = T[1] / (1 + G[1]), T[0] / (1 + G[2]), T[2] / (1 + G[0])
PLANNED = "planned_transfers_2016_2020.plan_2016_2020_floor"


@pytest.mark.parametrize(
    ("key", "value", "low", "high", "unit", "side"),
    [
        ("transfers_2019", *BASE, "transfer", ""),
        (PLANNED, 2_200_000, 2_200_000, 2_200_000, "transfer", "at least"),
        # 1.65 million x 0.95; its printed digits leave 1.645 to 1.655 open.
        # All transferees counted: at most.
        ("at_risk_2019.southern", 1_567_500, 1_562_750, 1_572_250, "person", "at most"),
        ("former_detainees.floor", 300_000, 300_000, 300_000, "person", "at least"),
    ],
)
def test_estimates_by_hand(
    found: Found, key: str, value: Any, low: Any, high: Any, unit: str, side: str
) -> None:
    numbers = [found[key][name] for name in ("value", "low", "high")]
    assert numbers == pytest.approx([float(value), float(low), float(high)], rel=1e-9)
    assert (found[key]["unit"], found[key]["side"]) == (unit, side)


def test_an_estimate_without_a_value_gives_its_reason(
    model: Model, found: Found
) -> None:
    total = found["at_risk_total"]
    assert (total["value"], "only in words" in total["reason"]) == (None, True)
    setting = model.setting(
        {"transfers_2019": "from_rate", "growth_2019_2021": "from_difference"}
    )
    entry = estimates(model, setting)["net_new_transfers.from_base"]
    assert (entry["value"], "need each other" in entry["reason"]) == (None, True)
    assert estimates(model, ARTICLE) == found


def test_an_estimate_without_a_bound_has_none_in_the_file(model: Model) -> None:
    # The planned rise is 1.02 million less the printed 1 million, which may be any
    # number from 0.95 to 1.05 million; at 1.02 million there is no rise to divide by.
    setting = model.setting({"training_planned": 1_020_000})
    entry = estimates(model, setting)["training_step_done"]
    assert entry["value"] == 24  # 480,000 divided by 20,000
    assert (entry["low"], entry["high"]) == (None, None)


def test_a_side_of_a_statement_is_not_rounded_onto_the_other(model: Model) -> None:
    # 3.17 million - 3.17 million / 1.105 = 301,222, which is 300,000 to ten thousand.
    statement = statement_of(model, "net_new_persons >= 300,000 person")
    rows = break_even_table(model, [statement], ARTICLE).rows
    assert {row["heading"].rpartition(": holds, ")[2] for row in rows} == {
        "301,000 against 300,000"
    }


def test_a_check_of_arithmetic_without_a_claim_has_no_print(model):
    # The official mean is computed from two rows, so no row prints it.
    row = model.register.checks["official_mean_2016_2020"]
    assert "/" in row.against
    outcome = judge(model, row.model_copy(update={"claim": ""}))
    assert wording.printed_words(model, outcome) == ""
