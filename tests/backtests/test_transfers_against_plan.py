"""Hand arithmetic: transfers made against transfers planned.

Printed: plan 2.2 million (a target, its digits alone); mean of 2016-2020 2.87 million, which stands for 2.865 to 2.875;
2021 as 3.17 million (3.165 to 3.175) and as 3.2 million (3.15 to 3.25); excess of 2021 15.4 percent (15.35 to 15.45).
A plan has 5 years of the calendar.

Power is 1 minus the share of the values v from p/2 to 3p/2 (power_10: 0.9p to 1.1p) that the claim could have printed
in the place of p and still have passed, between `low` and `high` as computed here.
"""

import pytest


def test_goal_meets_floor(check):
    r = check("goal_meets_floor")
    # Both are targets, so nothing moves: 2,200,000, and "at least 2.2 million" holds with equality.
    assert r["recomputed"] == pytest.approx(2_200_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(2_200_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(2_200_000, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    # "At least v" passes for v up to 2.2 million, the lower half of 1.1 to 3.3 million and of 1.98 to 2.42 million.
    assert r["power"] == pytest.approx((3_300_000 - 2_200_000) / 2_200_000, rel=1e-9)  # 0.5
    assert r["power_10"] == pytest.approx((2_420_000 - 2_200_000) / 440_000, rel=1e-9)  # 0.5


def test_excess_over_goal(check):
    r = check("excess_over_goal")
    low = 2_865_000 / 2_200_000 - 1  # 0.302273
    high = 2_875_000 / 2_200_000 - 1  # 0.306818
    assert r["recomputed"] == pytest.approx(2_870_000 / 2_200_000 - 1, rel=1e-9)  # 0.304545
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # More than 0.30, and "over" does not look at the place to which 30 is rounded.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "stated"
    # "Over v" fails from v = high on, within 0.15 to 0.45 and within 0.27 to 0.33.
    assert r["power"] == pytest.approx((0.45 - high) / 0.30, rel=1e-9)  # 0.4773
    assert r["power_10"] == pytest.approx((0.33 - high) / 0.06, rel=1e-9)  # 0.3864


def test_excess_over_floor(check):
    r = check("excess_over_floor")
    low = 2_865_000 / 2_200_000 - 1  # 0.302273
    high = 2_875_000 / 2_200_000 - 1  # 0.306818
    assert r["recomputed"] == pytest.approx(2_870_000 / 2_200_000 - 1, rel=1e-9)  # 0.304545
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Same digits, but the plan is now a floor, and what is divided by a floor is a ceiling.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("ceiling", "reproduced", "")
    assert r["rests_on"] == "stated"
    assert r["power"] == pytest.approx((0.45 - high) / 0.30, rel=1e-9)  # 0.4773
    assert r["power_10"] == pytest.approx((0.33 - high) / 0.06, rel=1e-9)  # 0.3864


def test_total_2021_printed_twice(check):
    r = check("total_2021_printed_twice")
    assert r["recomputed"] == pytest.approx(3_170_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(3_165_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(3_175_000, rel=1e-9)
    # 3.2 million is 3.15 to 3.25 million, and 3.17 lies in it.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "stated"
    # v passes when v - 50,000 to v + 50,000 meets 3.165 to 3.175 million: v from 3.115 to 3.225 million.
    assert r["power"] == pytest.approx(1 - (3_225_000 - 3_115_000) / 3_200_000, rel=1e-9)  # 0.9656
    assert r["power_10"] == pytest.approx(1 - (3_225_000 - 3_115_000) / 640_000, rel=1e-9)  # 0.8281


def test_plan_2021_from_february(check):
    r = check("plan_2021_from_february")
    assert r["recomputed"] == pytest.approx(3_200_000 / 1.154, rel=1e-9)  # 2,772,964
    assert r["recomputed_low"] == pytest.approx(3_150_000 / 1.1545, rel=1e-9)  # 2,728,454
    assert r["recomputed_high"] == pytest.approx(3_250_000 / 1.1535, rel=1e-9)  # 2,817,512
    # No claim to check: the plan for 2021 is not printed.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_plan_2021_from_tianshan(check):
    r = check("plan_2021_from_tianshan")
    assert r["recomputed"] == pytest.approx(3_170_000 / 1.154, rel=1e-9)  # 2,746,967
    assert r["recomputed_low"] == pytest.approx(3_165_000 / 1.1545, rel=1e-9)  # 2,741,447
    assert r["recomputed_high"] == pytest.approx(3_175_000 / 1.1535, rel=1e-9)  # 2,752,492
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_plan_2021_to_mean_february(check):
    r = check("plan_2021_to_mean_february")
    # Lowest with the total low, the excess high and the mean high.
    assert r["recomputed"] == pytest.approx(3_200_000 / 1.154 / 2_870_000 - 1, rel=1e-9)  # -0.0338
    assert r["recomputed_low"] == pytest.approx(3_150_000 / 1.1545 / 2_875_000 - 1, rel=1e-9)  # -0.0510
    assert r["recomputed_high"] == pytest.approx(3_250_000 / 1.1535 / 2_865_000 - 1, rel=1e-9)  # -0.0166
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_plan_2021_to_mean_tianshan(check):
    r = check("plan_2021_to_mean_tianshan")
    assert r["recomputed"] == pytest.approx(3_170_000 / 1.154 / 2_870_000 - 1, rel=1e-9)  # -0.0429
    assert r["recomputed_low"] == pytest.approx(3_165_000 / 1.1545 / 2_875_000 - 1, rel=1e-9)  # -0.0465
    assert r["recomputed_high"] == pytest.approx(3_175_000 / 1.1535 / 2_865_000 - 1, rel=1e-9)  # -0.0393
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_planned_in_2016_2020(check):
    r = check("planned_in_2016_2020")
    # The goal is a target and the years are counted, so nothing moves.
    assert r["recomputed"] == pytest.approx(5 * 2_200_000, rel=1e-9)  # 11,000,000
    assert r["recomputed_low"] == pytest.approx(11_000_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(11_000_000, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_made_in_2016_2020(check):
    r = check("made_in_2016_2020")
    assert r["recomputed"] == pytest.approx(5 * 2_870_000, rel=1e-9)  # 14,350,000
    assert r["recomputed_low"] == pytest.approx(5 * 2_865_000, rel=1e-9)  # 14,325,000
    assert r["recomputed_high"] == pytest.approx(5 * 2_875_000, rel=1e-9)  # 14,375,000
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_planned_in_2021_2025_february(check):
    r = check("planned_in_2021_2025_february")
    # Lowest with the total low and the excess high.
    assert r["recomputed"] == pytest.approx(5 * 3_200_000 / 1.154, rel=1e-9)  # 13,864,818
    assert r["recomputed_low"] == pytest.approx(5 * 3_150_000 / 1.1545, rel=1e-9)  # 13,642,269
    assert r["recomputed_high"] == pytest.approx(5 * 3_250_000 / 1.1535, rel=1e-9)  # 14,087,560
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_planned_in_2021_2025_tianshan(check):
    r = check("planned_in_2021_2025_tianshan")
    assert r["recomputed"] == pytest.approx(5 * 3_170_000 / 1.154, rel=1e-9)  # 13,734,835
    assert r["recomputed_low"] == pytest.approx(5 * 3_165_000 / 1.1545, rel=1e-9)  # 13,707,233
    assert r["recomputed_high"] == pytest.approx(5 * 3_175_000 / 1.1535, rel=1e-9)  # 13,762,462
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_excess_2021_over_old_goal(check):
    r = check("excess_2021_over_old_goal")
    assert r["recomputed"] == pytest.approx(3_200_000 / 2_200_000 - 1, rel=1e-9)  # 0.4545
    assert r["recomputed_low"] == pytest.approx(3_150_000 / 2_200_000 - 1, rel=1e-9)  # 0.4318
    assert r["recomputed_high"] == pytest.approx(3_250_000 / 2_200_000 - 1, rel=1e-9)  # 0.4773
    # 15.4 percent is 0.1535 to 0.1545; even the low bound is far above.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "chosen"
    # No v from 0.077 to 0.231 comes near 0.4318.
    assert r["power"] == pytest.approx(1, rel=1e-9)
    assert r["power_10"] == pytest.approx(1, rel=1e-9)
