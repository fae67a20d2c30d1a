"""Hand arithmetic: each result of the article with its verdict, and the count of these
verdicts. Comparisons of ours are not counted.
"""

from dataclasses import replace

import pytest

from analysis.core.register import Register
from analysis.model.model import Model, ModelError
from analysis.model.results import TALLIED, results, tally
from analysis.model.solutions import solution
from analysis.model.verdicts import judge_all
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
#: The 16 results; growth and increase are one calculation. Eight repeat others.
COUNT = dict.fromkeys(TALLIED, 0) | {
    # The plan, the total of 2021, the growth, one person, the cadres, and two targets
    # of training.
    "repetition matches": 7,
    # Several hundred thousand former detainees, beside hundreds of thousands.
    "repetition compatible": 1,
    # The excess over the plan, and the mean sent to other provinces.
    "sum matches on printed numbers": 2,
    # The volume sent out, the persons of note 4, and two million.
    "sum matches on choices": 3,
    "sum matches_within_rounding": 1,
    "sum compatible": 1,
    "sum not_recalculable": 1,
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
    assert {one.claim.id: one.verdict for one in found} == HAND
    assert HAND.keys() == of_role(model, "result").keys()
    assert tally(found) == COUNT
    assert sum(COUNT.values()) == 16


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
    assert tally(results(model, turned)) == COUNT


def test_a_result_is_judged_by_derivations_or_repetitions_of_its_own_row(model):
    checks = model.register.checks
    for name, claim in of_role(model, "result").items():
        assert bool(claim.judged_by) == (HAND[name] != "not_recalculable")
        for judge in claim.judged_by:
            assert checks[judge].claim == name
            assert checks[judge].kind in ("derivation", "repetition")
    for role in ("start", "count"):
        assert not any(claim.judged_by for claim in of_role(model, role).values())
    # All other checks are ours, or beside a figure published elsewhere.
    kinds = {
        id: one.kind
        for id, one in checks.items()
        if one.kind in ("derivation", "repetition")
    }
    judging = [
        judge for one in of_role(model, "result").values() for judge in one.judged_by
    ]
    assert sorted(kinds) == sorted(judging)
    repeated = {id for id in kinds if id.endswith("_twice")} | {
        "growth_from_difference",
        "increase_from_growth",
    }
    assert {id for id, kind in kinds.items() if kind == "repetition"} == repeated


def turned(found, **verdicts):
    """Results with other verdicts of some."""
    return [
        replace(one, verdict=verdicts.get(one.claim.id, one.verdict)) for one in found
    ]


def test_one_calculation_counts_once_with_the_weaker_verdict(model, outcomes):
    found = results(model, outcomes)
    # Rate and number are one fact: if either differs from the other, the fact does.
    one_differs = {"repetition matches": 6, "repetition differs": 1}
    for name in ("increase_2019_2021", "growth_rate_2019_2021"):
        assert tally(turned(found, **{name: "differs"})) == COUNT | one_differs
    # The step to persons is a result of its own.
    one_differs = {"sum matches on choices": 2, "sum differs": 1}
    assert tally(turned(found, net_increase_note_4="differs")) == COUNT | one_differs
    # One without a verdict is in no count.
    assert sum(tally(turned(found, net_increase_note_4="")).values()) == 15


def test_of_two_checks_the_weaker_counts(model, outcomes):
    def volume(**verdicts):
        judged = [
            replace(one, verdict=verdicts.get(one.check.id, one.verdict))
            for one in outcomes
        ]
        return {one.claim.id: one for one in results(model, judged)}["volume_out"]

    assert volume().verdict == "matches"
    for end in ("low_end_plan_2020", "high_end_mean_2017_2019"):
        assert volume(**{end: "differs"}).verdict == "differs"
        assert volume(**{end: ""}).verdict == ""


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
