"""Verdicts: each by hand or by brute force, with what it rests on, its condition, its power and what was solved."""

import math
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from analysis.core.model import ARTICLE
from analysis.core.published import Interval
from analysis.core.verdicts import Outcome, grade_of, judge, judge_all
from tests.brute import allowed, by_hand, scan
from tests.small import assumption, check, claim, formula, small_model

#: Transfers added since 2019, from 3.17 million and a growth of 10.5 percent: 301,221.72.
STEP = 3_170_000 - 3_170_000 / 1.105


def of(model, id, readings=None, values=None):
    return judge(model, model.register.checks[id], model.setting(readings, values))


doubled = formula("doubled(x) = 2 * x")


def judged(printed, *formulas, x="2.0", place="", goal=None, solve=(), assumptions=(), end="", readings=None, **how):
    """The outcome for a number printed so, where x is 2.0 (1.95 to 2.05) and the formula doubles it unless told."""
    formulas = formulas or (doubled,)
    target = formulas[-1].__name__.split("__")[0]
    rows = [claim("printed_x", x, quantity="x", rounding_unit_other=place)] if x else []
    named = "" if printed is None else "printed_target"
    rows += [claim(named, printed, quantity=target, input=False, **how)] if named else []
    row = check("checked", target, named, end=end, solve=solve, goal=goal, readings=readings)
    return judge(small_model(*formulas, claims=rows, assumptions=assumptions, checks=[row]), row)


# Verdicts -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("printed", "how", "verdict"),
    [
        # 2 x 2.0 is 4, from 3.9 to 4.1
        ("4.0", {}, "reproduced"), ("4.05", {}, "consistent"), ("4.2", {}, "inconsistent"),  # from 4.15
        ("3.85", {}, "inconsistent"), ("4.1", {"rounding_unit": "0.1"}, "consistent"),  # up to 3.855; from 4.05
        ("4.15", {"rounding_unit": "0.05"}, "inconsistent"),  # 4.125 to 4.175
        ("3.8", {"rounding_unit": "0.2"}, "consistent"),  # up to 3.9: the two touch
        ("4.0", {"qualifier": "about"}, "reproduced"),
        ("3.9", {"qualifier": "over"}, "reproduced"), ("4.0", {"qualifier": "over"}, "consistent"),
        ("4.1", {"qualifier": "over"}, "inconsistent"),  # 4.1 is not above 4.1
        ("4.0", {"qualifier": "at_least"}, "reproduced"), ("4.1", {"qualifier": "at_least"}, "consistent"),
        ("4.11", {"qualifier": "at_least"}, "inconsistent"), ("4.0", {"qualifier": "up_to"}, "reproduced"),
        ("3.9", {"qualifier": "up_to"}, "consistent"), ("3.89", {"qualifier": "up_to"}, "inconsistent"),
        ("4.0", {"qualifier": "approaches"}, "consistent"),  # from 3.6 up to, not with, 4
        ("4.4", {"qualifier": "approaches"}, "reproduced"),  # from 3.96
        ("4.5", {"qualifier": "approaches"}, "consistent"),  # from 4.05
        ("3.9", {"qualifier": "approaches"}, "inconsistent"), ("4.6", {"qualifier": "approaches"}, "inconsistent"),
        ("4.1", {"target": True}, "consistent"), ("4.11", {"target": True}, "inconsistent"),
        ("4.0", {"qualifier": "range", "printed_high": "9.0", "end": "low"}, "reproduced"),
        ("4.0", {"qualifier": "range", "printed_high": "9.0", "end": "high"}, "inconsistent"),
        ("1.0", {"qualifier": "range", "printed_high": "4.1", "end": "high"}, "consistent"),
    ],
)  # fmt: skip
def test_the_point_the_interval_or_neither_satisfies_the_words(printed, how, verdict):
    r = judged(printed, **how)
    assert (r.recomputed, r.recomputed_low, r.recomputed_high) == pytest.approx((4.0, 3.9, 4.1))
    assert (r.verdict, r.published) == (verdict, float(how["printed_high"] if how.get("end") == "high" else printed))
    said = {"reproduced": "satisfies the words", "consistent": "; some that", "inconsistent": "no value that rounds"}
    assert said[verdict] in r.reason


def test_another_place_of_the_digits_may_give_another_verdict():
    # 4.1 to the nearest 0.1 is 4.05 to 4.15, to the nearest 0.5 it is 3.85 to 4.35.
    r = judged("4.1", rounding_unit_other="0.5")
    assert (r.verdict, r.verdict_other) == ("consistent", "reproduced")
    assert judged("4.0", rounding_unit_other="0.5").verdict_other == ""  # the same verdict is not shown twice
    # 2.0 to the nearest 1 is 1.5 to 2.5, and 3 to 5 when doubled.
    r = judged("4.5", place="1")
    assert (r.verdict, r.verdict_other) == ("inconsistent", "consistent")


def words(value=None, loosest=None):
    return {"reason": "x", "value": value, "loosest": loosest}


@pytest.mark.parametrize(
    ("floor", "ceiling", "verdict", "other"),
    [
        (words(4, 3), None, "reproduced", ""), (words(4.1, 4), None, "consistent", "reproduced"),
        (words(5, 4), None, "inconsistent", "reproduced"), (words(5, 4.5), words(), "inconsistent", ""),
        (words(3, 2), words(3.5, 4), "inconsistent", "reproduced"), (None, words(3.95), "consistent", ""),
    ],
)  # fmt: skip
def test_words_without_digits_assert_what_their_assumption_carries(floor, ceiling, verdict, other):
    target__by_doubling = formula("target__by_doubling(x) = 2 * x")

    guess = assumption("target", 4, maximum=9, floor=floor, ceiling=ceiling)
    r = judged("", target__by_doubling, assumptions=[guess], qualifier="vague", readings={"target": "by_doubling"})
    assert (r.verdict, r.verdict_other) == (verdict, other)
    assert (r.published, r.power, r.needed) == (None, None, None)
    assert r.published_low == (-math.inf if floor is None else floor["value"])
    assert r.published_high == (math.inf if ceiling is None or ceiling["value"] is None else ceiling["value"])


@pytest.mark.parametrize(("printed", "needed"), [("4.0", None), ("3.9", None), ("5.0", 0.2), ("8.0", 0.5)])
def test_needed_is_the_smallest_shortfall_that_would_pass(printed, needed):
    # 4 is a fifth short of 5, and half of 8.
    assert judged(printed, qualifier="approaches").needed == pytest.approx(needed)
    assert judged(printed, qualifier="up_to").needed is None


def test_no_claim_gives_no_verdict_and_nought_no_power():
    r = judged(None)
    assert (r.recomputed, r.verdict, r.published, r.published_low, r.power) == (4.0, "", None, None, None)
    assert r.reason == "no printed number to set beside it"

    taken = formula("taken(x) = x - 2")

    # 2.0 - 2 is 0, from -0.05 to 0.05.
    found = [judged(text, taken).verdict for text in ("0.0", "-0.05", "-0.2")]
    assert found == ["reproduced", "consistent", "inconsistent"]
    assert judged("0.0", taken).power is None  # no share of nothing


# What a verdict rests on ----------------------------------------------------------------------------------------------
def test_what_cancels_does_not_count(model):
    part = formula("part(a, u) = a * u")
    ratio = formula("ratio(part, u, b) = part / (b * u)")

    grades = {"a": "stated", "b": "implied", "u": "chosen"}
    assumptions = [assumption(one, 2 if one == "a" else 1, maximum=9, grade=grade) for one, grade in grades.items()]
    r = judged("2.0", part, ratio, x="", assumptions=assumptions)
    assert (r.rests_on, set(r.depends_on)) == ("implied", {"a", "b", "u"})
    assert {piece.split(" ")[0] for piece in r.condition.split("; ")} == {"a", "b"}
    # No one is added where the growth is nothing, so the share at risk of those added has no effect.
    nil = of(model, "added_whole", values={"growth_2019_2021": 0.0, "at_risk_2019": 1_900_000})
    assert ("at_risk_share_of_new" in nil.condition, nil.rests_on) == (False, "chosen")  # what was set by hand


def test_a_readings_own_grade_comes_before_its_assumptions(model):
    plan = model.plan("at_risk_total", model.setting({"former_detainees": "floor"}, {"transfers_2021": 3e6}))
    names = ("former_detainees", "transfers_2019", "persons_2019", "overlap", "transfers_2021")
    assert [grade_of(model, plan, name) for name in names] == ["chosen", "stated", "", "implied", "chosen"]


# Conditions -----------------------------------------------------------------------------------------------------------
def spans(condition, name):
    """The spans that a condition gives for one assumption."""
    (found,) = (part.removeprefix(f"{name} ") for part in condition.split("; ") if part.startswith(f"{name} "))
    return [tuple(map(float, (span.split(" to ") * 2)[:2])) for span in found.split(" or ")]


#: What the claims in words assert, at their plain reading.
IN_WORDS = {
    "detainees_several": (300_000, math.inf), "detainees_in_words": (200_000, 1_000_000),
    "cadres_in_words": (200_000, 1_000_000), "training_achieved": (1, math.inf),
}  # fmt: skip


def test_a_condition_is_where_a_grid_of_each_assumption_keeps_the_verdict(model):
    """Every check of the register, and every assumption that its quantity starts from."""
    compared = 0
    for r in judge_all(model):
        if r.verdict not in ("reproduced", "consistent", "inconsistent"):
            continue
        id, setting = r.check.claim, model.change(r.check.readings)
        wanted = Interval(*IN_WORDS[id]) if id in IN_WORDS else model.register.claims[id].published.asserts(r.check.end)
        plan = model.plan(r.check.quantity, setting)
        for name in [name for name, node in plan.leaves.items() if node.reading == "set"]:
            one, named = model.register.assumptions[name], f"{name} " in r.condition
            found = spans(r.condition, name) if named else [(one.minimum, one.maximum)]
            xs = np.linspace(one.minimum, one.maximum, 202)[1:-1]
            near = np.array([np.abs(xs - end) for span in found for end in span]).min(axis=0)
            for x in xs[near > 1e-5 * (one.maximum - one.minimum)]:  # an end is given to six digits
                values, inside = by_hand(plan, {name: x}), any(low < x < high for low, high in found)
                if not allowed(model, plan, values):
                    assert not (named and inside), (r.check.id, name, x)
                    continue
                low, high = scan(model, plan.target, setting, points=2, fixed={name: x})
                verdict = "consistent" if wanted.meets(low, high) else "inconsistent"
                verdict = "reproduced" if wanted.holds(values[plan.target]) else verdict
                assert (verdict == r.verdict) == inside, (r.check.id, name, x)
                compared += 1
    assert compared > 3000


def test_a_condition_names_what_a_limit_needs(model):
    # The share at risk of those added is 1,600,000 of 2,590,000 x ratio, at most 1; in the sum the ratio cancels.
    found = spans(of(model, "labourers_as_transfers_same_share").condition, "persons_per_transfer")
    assert found == [pytest.approx((1_600_000 / 2_590_000, 1), abs=1e-6)]


scaled = formula("scaled(x, factor) = x * factor")
off_by = formula("off_by(x, factor) = x * (factor - 1)")
inverse = formula("inverse(x, factor) = x / (factor - 1)")
past_a_pole = formula("past_a_pole(x, factor) = x / (factor - 1.1)")


@pytest.mark.parametrize(
    ("printed", "formula", "how", "value", "verdict", "expected"),
    [
        # A planned 2.0 asserts 2.0 alone; 1.95 to 2.05 times a factor meets it from 2 / 2.05 to 2 / 1.95. (At 1 itself
        # the point is 2.0 and the verdict another, but one value has no width.)
        ("2.0", scaled, {"target": True}, 1.01, "consistent", [(2 / 2.05, 2 / 1.95)]),
        ("2.0", scaled, {"target": True}, 1, "reproduced", [(1, 1)]),
        ("2.0", scaled, {}, 1, "reproduced", [(1.95 / 2, 2.05 / 2)]),
        ("0.0", off_by, {"target": True}, 1, "reproduced", [(1, 1)]),
        # At most -1.95 for a factor below 1 and at least 1.95 for one above: nowhere near 0.1.
        ("0.1", inverse, {}, 1.5, "inconsistent", [(0, 2)]),
        # 2 / (factor - 1.1) is at least 4 from the pole to 1.6.
        ("4.0", past_a_pole, {"qualifier": "at_least"}, 1.25, "reproduced", [(1.1, 1.6)]),
        # The same, with the pole in the middle of the range.
        ("4.0", inverse, {"qualifier": "at_least"}, 1.25, "reproduced", [(1, 1.5)]),
    ],
)  # fmt: skip
def test_conditions_by_hand(printed, formula, how, value, verdict, expected):
    r = judged(printed, formula, assumptions=[assumption("factor", value, maximum=2)], **how)
    assert r.verdict == verdict
    found = [end for span in spans(r.condition, "factor") for end in span]
    assert found == pytest.approx([end for span in expected for end in span], abs=1e-5)


# Power ----------------------------------------------------------------------------------------------------------------
@settings(max_examples=60)
@given(
    st.sampled_from(["exact", "about", "over", "at_least", "up_to", "approaches"]), st.integers(100, 900),
    st.sampled_from(["1.0", "2.0", "5.0"]),
)  # fmt: skip
def test_power_is_one_less_the_share_of_values_that_would_have_passed(qualifier, hundredths, x):
    p = hundredths / 100
    r = judged(f"{p:.2f}", x=x, qualifier=qualifier)
    low, high = float(x) * 2 - 0.1, float(x) * 2 + 0.1
    for share, found in ((0.5, r.power), (0.1, r.power_10)):
        grid = (1 - share) * p + (np.arange(20_000) + 0.5) / 20_000 * 2 * share * p
        if qualifier in ("exact", "about"):
            passed = (grid - 0.005 <= high) & (grid + 0.005 >= low)
        elif qualifier == "approaches":
            passed = (grid > low) & (0.9 * grid <= high)
        else:
            passed = grid >= low if qualifier == "up_to" else grid <= high
        assert found == pytest.approx(1 - passed.mean(), abs=1.01e-4)


def test_weak_is_a_pass_of_little_power():
    powers = [("reproduced", 0.79), ("consistent", 0.1), ("reproduced", 0.8), ("inconsistent", 0.1), ("fitted", None)]
    found = [Outcome(check("r", "q"), "person", verdict=verdict, power=power).weak for verdict, power in powers]
    assert found == [True, True, False, False, False]


# Solutions ------------------------------------------------------------------------------------------------------------

INSIDE = "the solution lies within the range that it is varied over"


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("3.0", INSIDE), ("3.5", INSIDE),  # 1.75 itself
        ("1.0", "factor would be 0.5, outside 0.75 to 1.75"),
        ("5.0", "factor would be 2.5, above its maximum of 2, which is impossible"),
        ("-1.0", "factor would be -0.5, below its minimum of 0, which is impossible"),
    ],
)  # fmt: skip
def test_a_solution_gives_the_printed_value_and_says_where_it_lies(printed, said):
    factor = assumption("factor", 1, maximum=2, low=0.75, high=1.75)
    r = judged(printed, scaled, solve=("factor",), assumptions=[factor])
    assert r.solved == ((("factor", pytest.approx(float(printed) / 2)),),)
    assert (r.verdict, r.recomputed, r.reason) == ("fitted", 2.0, said)
    assert (r.rests_on, r.condition, r.verdict_other, r.power) == ("", "", "", None)
    assert judged(None, scaled, solve=("factor",), goal=0.5, assumptions=[factor]).solved[0][0][1] == 0.25


def test_where_nothing_solves_it_there_is_no_solution():
    flat = formula("flat(x, one, two) = x + 0 * one + 0 * two")

    pair = [assumption("one", 0.5), assumption("two", 0.5)]
    for solve, said in (
        (("one",), "no value of one makes it so"),
        (("one", "two"), "no values of one and two make it so"),
    ):
        r = judged("9.0", flat, solve=solve, assumptions=pair)
        assert (r.verdict, r.solved, r.reason) == ("fitted", (), said)


def test_a_curve_gives_three_points_or_fewer():
    added = formula("added(x, one, two) = x + one + two")
    product = formula("product(x, one, two) = x * one * two")

    pair = [assumption("one", 0.5, low=0.25, high=0.75), assumption("two", 0.5, low=0.4, high=0.6)]
    r = judged("3.0", added, solve=("one", "two"), assumptions=pair)
    # One and two come to 1 together: at the low end, the value and the high end of the first.
    assert [value for point in r.solved for _, value in point] == pytest.approx([0.25, 0.75, 0.5, 0.5, 0.75, 0.25])
    said = "at one = {}, two would be {}, outside 0.4 to 0.6"
    assert r.reason == f"{said.format(0.25, 0.75)}; {said.format(0.75, 0.25)}"
    # Where one is 0, no two makes 2 x 0 x two 0.5; at 0.5 it is 0.5, at 1 it is 0.25.
    r = judged("0.5", product, solve=("one", "two"), assumptions=[assumption("one", 0.5), assumption("two", 0.5)])
    assert [value for point in r.solved for _, value in point] == pytest.approx([0.5, 0.5, 1, 0.25])


def missed(plan, before, name, goal, x):
    return by_hand(plan, {**before, name: x})[plan.target] - goal


def test_solutions_are_those_of_brentq(model):
    """Every solution of the register, each between far ends."""
    solved = 0
    for r in judge_all(model, [name for name, row in model.register.checks.items() if row.solve]):
        plan = model.plan(r.check.quantity, model.change(r.check.readings))
        goal = r.published if r.check.goal is None else r.check.goal
        for *before, (name, found) in r.solved:
            most = 2 * max(abs(found), model.register.assumptions[name].maximum)
            expected = brentq(partial(missed, plan, dict(before), name, goal), -most, most, xtol=1e-13)
            assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
            solved += 1
    assert solved == sum(3 if len(row.solve) == 2 else bool(row.solve) for row in model.register.checks.values())


# Under a setting ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("id", "readings", "values", "said"),
    [
        ("base_2019_from_difference", {"net_new_transfers": "from_base"}, {}, "these readings make a circle: "),
        ("total_2021_printed_twice", {"transfers_2021": "total_2021_february"}, {},
         "circular under this setting: it would start from total_2021_february, which it checks"),
        ("added_whole_ratio_implied", {}, {"labourers_2019": 3e6},  # 3,000,000 x 1.105 / 3,170,000
         "not computable: persons_per_transfer, read implied, would be 1.04574, outside "),
        ("net_persons_any_ratio", {"persons_per_transfer": "implied"}, {},
         "nothing to solve under this setting: persons_per_transfer is computed, or has no effect"),
    ],
)  # fmt: skip
def test_a_setting_may_leave_a_check_without_a_verdict(model, id, readings, values, said):
    r = of(model, id, readings, values)
    assert (r.verdict, r.recomputed, r.recomputed_low, r.power, r.solved, r.condition) == ("", None, None, None, (), "")
    assert r.reason.startswith(said)


def test_a_setting_changes_a_check_except_where_its_own_readings_come_first(model):
    setting = {"transfers_2019": "from_difference"}
    assert of(model, "labourers_as_transfers", setting).recomputed == of(model, "labourers_as_transfers").recomputed
    assert of(model, "added_whole", setting).recomputed == 1_900_000  # 3,170,000 - 2,870,000 in place of the step
    r = of(model, "added_whole", values={"persons_per_transfer": 0.5})
    assert r.recomputed == pytest.approx(1_600_000 + STEP / 2)  # 1,750,611, below 1.8 million
    assert (r.verdict, r.rests_on) == ("consistent", "chosen")  # 1.65 million and half of 303,000: 1,801,498


def test_bounds_stay_within_an_allowed_range(model):
    r = of(model, "detainees_from_low_end")
    corners = [
        low - base - t + t / (1 + g)
        for low in (1_950_000, 2_050_000) for base in (1_550_000, 1_650_000)
        for t in (3_165_000, 3_175_000) for g in (0.1045, 0.1055)
    ]  # fmt: skip
    assert min(corners) < 0
    assert (r.recomputed_low, r.recomputed_high) == pytest.approx((0, max(corners)), abs=1e-3)


def test_every_check_has_a_verdict_a_reason_and_where_it_can_a_power(model):
    assert [r.check.id for r in judge_all(model)] == list(model.register.checks)
    for r in judge_all(model):
        against = model.register.claims.get(r.check.claim)
        wanted = {"reproduced", "consistent", "inconsistent"} if against else {""}
        assert r.verdict in ({"fitted"} if r.check.solve else wanted)
        assert r.reason
        assert r.recomputed_low <= r.recomputed <= r.recomputed_high
        has_power = against is not None and not r.check.solve and against.qualifier != "vague"
        assert (r.power is not None) == (r.power_10 is not None) == has_power
