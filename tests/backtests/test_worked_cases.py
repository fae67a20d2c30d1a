"""Hand arithmetic: the worked cases, each with its result, verdict and distance."""

import pytest

from analysis.model.solutions import solution
from analysis.model.verdicts import judge

BASE = 3.17e6 / 1.105  # 2,868,778 transfers in 2019
ADDED = 3.17e6 - BASE  # 301,222 since

#: Check: role of its claim, kind and verdict; side; and the recomputed value less the
#: printed one.
CASES = {
    # A 2.2 million that is printed twice, once as a floor.
    "plan_printed_twice": ("result repetition matches", "at least", 0),
    # 2.87 / 2.2 - 1 = 0.3045: half a point above 0.3; the plan is a floor, so at most.
    "excess_over_goal": ("result derivation matches", "at most", 2.87 / 2.2 - 1.3),
    # The plan is not printed: a fifth of 13.75 million is 2.75;
    # 3.174 / 2.75 - 1 = 15.42 percent.
    "official_excess_2021": ("start external matches", "", 3.174 / 2.75 - 1.154),
    # 3.17 million beside 3.2 million.
    "total_2021_printed_twice": ("result repetition matches", "", -30_000),
    # 0.3 / 2.87 = 10.45 percent beside 10.5; 3.17 - 2.8688 = 0.3012 million beside 0.3.
    "growth_from_difference": ("result repetition matches", "", 0.3 / 2.87 - 0.105),
    "increase_from_growth": ("result repetition matches", "", ADDED - 300_000),
    "net_persons": ("result derivation matches", "", ADDED - 300_000),
    # Our question: 2.8688 - 2.59 = 0.2788 million.
    "base_2019_as_labourers": ("start hypothesis differs", "", BASE - 2.59e6),
    # 301,222 x 2.59 / 2.8688 = 271,950, beside approximately 300,000.
    "net_persons_ratio_implied": (
        "result hypothesis matches",
        "",
        ADDED * 2.59e6 / BASE - 300_000,
    ),
    # 1.6 + 0.3012 = 1.9012 million: 4.9 percent short of two million.
    "at_risk_2021_sum": ("result derivation matches", "at most", 1.6e6 + ADDED - 2e6),
    # At most 1.9 and at least 0.3 million: no bound, and no value.
    "total_in_range": ("result derivation compatible", "no bound", None),
    # 76,000 in three years are 25,333 a year.
    "out_mean_2017_2019": ("result derivation matches", "", 76_000 / 3 - 25_000),
    # 1.48 of 1.5 million are 98.7 percent: 1.48 rounds to the goal's 1.5.
    "training_attained": (
        "result derivation matches_within_rounding",
        "",
        1.48 / 1.5 - 1,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_by_hand(model, name):
    expected, side, difference = CASES[name]
    check = model.register.checks[name]
    found = judge(model, check)
    role = model.register.claims[check.claim].role
    assert f"{role} {check.kind} {found.verdict}" == expected
    assert found.side == side
    assert found.difference == (
        None if difference is None else pytest.approx(difference)
    )


def test_a_plan_that_is_not_printed_gives_no_verdict(model):
    claim = model.register.claims["excess_2021"]
    assert (claim.role, claim.judged_by) == ("start", ())


def test_up_to_one_point_six_million_is_recalculated_by_nothing_but_ours(model):
    checks = [
        one
        for one in model.register.checks.values()
        if one.claim == "at_risk_2019_up_to"
    ]
    assert {one.kind for one in checks} == {"hypothesis"}
    assert {judge(model, one).side for one in checks} == {"at most"}
    assert model.register.claims["at_risk_2019_up_to"].judged_by == ()


def test_two_million_at_a_ratio_of_0_55(model):
    setting = model.setting({"persons_per_transfer": 0.55})
    # 1.6 + 0.55 x 0.3012 = 1.7657 million, 11.7 percent short;
    # 0.55 x 3.17 = 1.7435 million were transferred.
    found = judge(model, model.register.checks["at_risk_2021_sum"], setting)
    assert (found.verdict, found.side) == ("compatible", "at most")
    assert found.difference == pytest.approx(1.6e6 + 0.55 * (3.17e6 - BASE) - 2e6)
    assert any(
        said.startswith("22,200 more")
        for said in model.estimate("at_risk_2021", setting).remarks
    )


def test_the_ends_of_both_groups_leave_a_tenth_and_six_tenths_of_a_million(model):
    names = ("detainees_for_low_end", "detainees_for_high_end")
    low, high = (
        solution(model, model.register.solutions[name]).value for name in names
    )
    # 2.0 - 1.9012 and 2.5 - 1.9012 million.
    assert (low, high) == (pytest.approx(98_778, abs=1), pytest.approx(598_778, abs=1))


def test_former_detainees_of_ours_are_no_value_of_the_article(model):
    plan = model.plan("at_risk_total")
    assert plan.in_words == ("former_detainees",)
    # "At least several hundred thousand": from three hundred thousand to below
    # a million.
    assert plan.by_name["former_detainees"].source.interval().low == 300_000
