"""Each result of the article with its verdict, and their count, by hand; nothing of
ours enters it.
"""

from dataclasses import replace

import pytest

from analysis.core.register import Register
from analysis.model.model import Model, ModelError
from analysis.model.verdicts import counts, judge_all, results, solution
from tests.spoiling import all_of, entry

#: The ledger has each value; 1.6 million is derived nowhere in the article.
HAND = {
    "detainees_in_words": "compatible",
    "training_achieved": "matches_within_rounding",
    "at_risk_2019_up_to": "not_recalculable",
    "at_risk_total_range": "compatible",
} | dict.fromkeys(
    [
        "cadres_in_words",
        "plan_2016_2020",
        "excess_2016_2020",
        "total_2021_february",
        "one_person_before",
        "training_before_text",
        "training_planned_text",
        "mean_out_2017_2019",
        "volume_out",
        "growth_rate_2019_2021",
        "increase_2019_2021",
        "at_risk_2021_approaches",
        "net_increase_note_4",
    ],
    "matches",
)
#: 17 results. Growth, increase and note 4 are one calculation:
#: 13 - 2 = 11 match, of 17 - 2 = 15.
COUNT = {
    "matches": 11,
    "matches_within_rounding": 1,
    "compatible": 2,
    "differs": 0,
    "not_recalculable": 1,
}


@pytest.fixture(scope="module")
def outcomes(model):
    return judge_all(model)


def of_role(model, role):
    return {
        name: claim
        for name, claim in model.register.claims.items()
        if claim.role == role
    }


def test_verdicts_and_count_by_hand(model, outcomes):
    found = results(model, outcomes)
    assert found == HAND
    assert found.keys() == of_role(model, "result").keys()
    assert counts(model, found) == COUNT


@pytest.mark.parametrize("kind", ["hypothesis", "external"])
@pytest.mark.parametrize("verdict", ["matches", "differs", ""])
def test_no_check_of_ours_or_against_another_figure_enters_a_count(
    model, outcomes, kind, verdict
):
    turned = [
        replace(one, verdict=verdict) if one.check.kind == kind else one
        for one in outcomes
    ]
    assert turned != outcomes
    assert counts(model, results(model, turned)) == COUNT


def test_a_result_is_judged_by_a_derivation_or_a_repetition_of_its_own_row(model):
    for name, claim in of_role(model, "result").items():
        judge = model.register.checks.get(claim.judged_by)
        assert judge is not None or (claim.judged_by, HAND[name]) == (
            "",
            "not_recalculable",
        )
        assert judge is None or (
            judge.claim,
            judge.kind in ("derivation", "repetition"),
        ) == (name, True)
    for role in ("start", "count"):
        assert not any(claim.judged_by for claim in of_role(model, role).values())
    # All other checks are ours, or beside a figure published elsewhere.
    kinds = {
        id: one.kind
        for id, one in model.register.checks.items()
        if one.kind in ("derivation", "repetition")
    }
    assert kinds.keys() == {
        claim.judged_by for claim in of_role(model, "result").values()
    } - {""}
    repeated = {id for id in kinds if id.endswith("_twice")} | {
        "growth_from_difference",
        "increase_from_growth",
    }
    assert {id for id, kind in kinds.items() if kind == "repetition"} == repeated


def test_one_calculation_counts_with_the_first_of_its_results(model):
    # Where the three disagree, the growth rate, printed first, decides.
    turned = HAND | {"net_increase_note_4": "differs", "increase_2019_2021": "differs"}
    assert counts(model, turned) == COUNT
    turned = HAND | {"growth_rate_2019_2021": "differs"}
    assert counts(model, turned) == COUNT | {"matches": 10, "differs": 1}


def numbers(model):
    """Each number under the article's setting: of quantities, checks and solutions."""
    found = {}
    for name in model.quantities:
        try:
            one = model.estimate(name)
            found[name] = (one.value, one.low, one.high)
        except ModelError as error:
            found[name] = str(error)
    found |= {
        one.check.id: (one.recomputed, one.recomputed_low, one.recomputed_high)
        for one in judge_all(model)
    }
    return found | {
        name: solution(model, row).value
        for name, row in model.register.solutions.items()
    }


def test_numbers_of_ours_move_nothing_but_what_names_them(model, package):
    all_of(
        entry("former_detainees", value=400_000, low=350_000),
        entry("minority_share_south", value=0.94),
        entry("minority_share_outside", value=0.48),
    )(package)
    before, after = numbers(model), numbers(Model(Register.read(package)))
    assert {name for name in before if before[name] != pytest.approx(after[name])} == {
        "minority_share_south",
        "minority_share_outside",
        "southern_at_values",
        "composition_at_values",
        "southern_share_fitted",
        "composition_outside_fitted",
        "composition_share_fitted",
    }
