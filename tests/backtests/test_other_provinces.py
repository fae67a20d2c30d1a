"""Hand arithmetic: labourers moved to other provinces.

Printed: 76,000 in 2017-2019 (75,500 to 76,500), which are 3 years of the calendar; 117,000 from 2014 to mid-2020
(116,500 to 117,500), which are 6.5 years (6.45 to 6.55, or 6.25 to 6.75 if rounded to 0.5); planned for 2020 20,000, a
quota of 10,000 a year and 20,000 a year suggested for Hotan, all three targets, their digits alone; a mean of about
25,000 a year and a present volume of 20,000 to 25,000, each to 1,000 (24,500 to 25,500; 19,500 to 20,500) or to 5,000
(22,500 to 27,500; 17,500 to 22,500).
Set: half of the 2020 plan carried out by the middle of the year, and half a year of 2020 in the 6.5 years.

Power is 1 minus the share of the values v from p/2 to 3p/2 (power_10: 0.9p to 1.1p) that the claim could have printed
in the place of p and still have passed: those v whose half rounding unit on either side, 500, meets `low` to `high`.
"""

import pytest


def test_out_mean_2017_2019(check):
    r = check("out_mean_2017_2019")
    # The years do not move, so the labourers alone give the bounds.
    low = 75_500 / 3  # 25,166.7
    high = 76_500 / 3  # 25,500
    assert r["recomputed"] == pytest.approx(76_000 / 3, rel=1e-9)  # 25,333.3
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Within 24,500 to 25,500, and within 22,500 to 27,500.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == ""
    # v from low - 500 = 24,666.7 to high + 500 = 26,000, within 12,500 to 37,500 and within 22,500 to 27,500.
    assert r["power"] == pytest.approx(1 - (high - low + 1_000) / 25_000, rel=1e-9)  # 0.9467
    assert r["power_10"] == pytest.approx(1 - (high - low + 1_000) / 5_000, rel=1e-9)  # 0.7333


def test_out_mean_2014_mid_2020(check):
    r = check("out_mean_2014_mid_2020")
    # Lowest with few labourers over a long span.
    assert r["recomputed"] == pytest.approx(117_000 / 6.5, rel=1e-9)  # 18,000
    assert r["recomputed_low"] == pytest.approx(116_500 / 6.55, rel=1e-9)  # 17,786.3
    assert r["recomputed_high"] == pytest.approx(117_500 / 6.45, rel=1e-9)  # 18,217.1
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_out_other_years(check):
    r = check("out_other_years")
    # Lowest with the whole low and what is taken out high.
    assert r["recomputed"] == pytest.approx(117_000 - 76_000, rel=1e-9)  # 41,000
    assert r["recomputed_low"] == pytest.approx(116_500 - 76_500, rel=1e-9)  # 40,000
    assert r["recomputed_high"] == pytest.approx(117_500 - 75_500, rel=1e-9)  # 42,000
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_out_mean_other_years(check):
    r = check("out_mean_other_years")
    # 6.5 - 3 = 3.5 years. Lowest with the fewest left, 40,000, over the longest span, 6.55 - 3.
    assert r["recomputed"] == pytest.approx(41_000 / 3.5, rel=1e-9)  # 11,714.3
    assert r["recomputed_low"] == pytest.approx(40_000 / 3.55, rel=1e-9)  # 11,267.6
    assert r["recomputed_high"] == pytest.approx(42_000 / 3.45, rel=1e-9)  # 12,173.9
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_out_mean_2014_2016(check):
    r = check("out_mean_2014_2016")
    # 117,000 - 76,000 - 0.5 x 20,000 = 31,000 over 6.5 - 3 - 0.5 = 3 years. The plan is a target and the two halves
    # are assumptions, so the same corners as over all other years: 40,000 - 10,000 over 6.55 - 3.5 is the lowest.
    assert r["recomputed"] == pytest.approx(31_000 / 3, rel=1e-9)  # 10,333.3
    assert r["recomputed_low"] == pytest.approx(30_000 / 3.05, rel=1e-9)  # 9,836.1
    assert r["recomputed_high"] == pytest.approx(32_000 / 2.95, rel=1e-9)  # 10,847.5
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    # The part of the plan that was carried out is chosen.
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_out_mean_2014_2016_as_time(check):
    r = check("out_mean_2014_2016_as_time")
    # Half of the year had passed, so half of the plan: the digits are those above.
    assert r["recomputed"] == pytest.approx(31_000 / 3, rel=1e-9)  # 10,333.3
    assert r["recomputed_low"] == pytest.approx(30_000 / 3.05, rel=1e-9)  # 9,836.1
    assert r["recomputed_high"] == pytest.approx(32_000 / 2.95, rel=1e-9)  # 10,847.5
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    # To take the plan as done in step with the year is chosen, too.
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_out_mean_over_quota(check):
    r = check("out_mean_over_quota")
    # What is above the quota, in parts of it; the quota does not move.
    assert r["recomputed"] == pytest.approx(76_000 / 3 / 10_000 - 1, rel=1e-9)  # 1.5333
    assert r["recomputed_low"] == pytest.approx(75_500 / 3 / 10_000 - 1, rel=1e-9)  # 1.5167
    assert r["recomputed_high"] == pytest.approx(76_500 / 3 / 10_000 - 1, rel=1e-9)  # 1.55
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_low_end_plan_2020(check):
    r = check("low_end_plan_2020")
    # A target, so nothing moves.
    assert r["recomputed"] == pytest.approx(20_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(20_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(20_000, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "implied"
    # v from 19,500 to 20,500, within 10,000 to 30,000 and within 18,000 to 22,000.
    assert r["power"] == pytest.approx(1 - 1_000 / 20_000, rel=1e-9)  # 0.95
    assert r["power_10"] == pytest.approx(1 - 1_000 / 4_000, rel=1e-9)  # 0.75


def test_low_end_hotan(check):
    r = check("low_end_hotan")
    # A target, so nothing moves.
    assert r["recomputed"] == pytest.approx(20_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(20_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(20_000, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "implied"
    # v from 19,500 to 20,500, within 10,000 to 30,000 and within 18,000 to 22,000.
    assert r["power"] == pytest.approx(1 - 1_000 / 20_000, rel=1e-9)  # 0.95
    assert r["power_10"] == pytest.approx(1 - 1_000 / 4_000, rel=1e-9)  # 0.75


def test_high_end_mean_2017_2019(check):
    r = check("high_end_mean_2017_2019")
    low = 75_500 / 3  # 25,166.7
    high = 76_500 / 3  # 25,500
    assert r["recomputed"] == pytest.approx(76_000 / 3, rel=1e-9)  # 25,333.3
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Within 24,500 to 25,500, and within 22,500 to 27,500.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "implied"
    # v from low - 500 = 24,666.7 to high + 500 = 26,000, within 12,500 to 37,500 and within 22,500 to 27,500.
    assert r["power"] == pytest.approx(1 - (high - low + 1_000) / 25_000, rel=1e-9)  # 0.9467
    assert r["power_10"] == pytest.approx(1 - (high - low + 1_000) / 5_000, rel=1e-9)  # 0.7333


def test_low_end_mean_2014_mid_2020(check):
    r = check("low_end_mean_2014_mid_2020")
    low = 116_500 / 6.55  # 17,786.3
    high = 117_500 / 6.45  # 18,217.1
    assert r["recomputed"] == pytest.approx(117_000 / 6.5, rel=1e-9)  # 18,000
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Below 19,500 throughout; the point is within 17,500 to 22,500.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "reproduced")
    assert r["rests_on"] == "implied"
    # v from low - 500 = 17,286.3 to high + 500 = 18,717.1, within 10,000 to 30,000; of 18,000 to 22,000 only the part
    # up to 18,717.1.
    assert r["power"] == pytest.approx(1 - (high - low + 1_000) / 20_000, rel=1e-9)  # 0.9285
    assert r["power_10"] == pytest.approx(1 - (high + 500 - 18_000) / 4_000, rel=1e-9)  # 0.8207


def test_low_end_mean_other_years(check):
    r = check("low_end_mean_other_years")
    low = 40_000 / 3.55  # 11,267.6
    high = 42_000 / 3.45  # 12,173.9
    assert r["recomputed"] == pytest.approx(41_000 / 3.5, rel=1e-9)  # 11,714.3
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Below 19,500; with the span down to 6.25 years at most 42,000 / 3.25 = 12,923.1, below 17,500.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "implied"
    # v from low - 500 = 10,767.6 to high + 500 = 12,673.9, within 10,000 to 30,000; none of 18,000 to 22,000.
    assert r["power"] == pytest.approx(1 - (high - low + 1_000) / 20_000, rel=1e-9)  # 0.9047
    assert r["power_10"] == pytest.approx(1, rel=1e-9)


def test_low_end_mean_2014_2016(check):
    r = check("low_end_mean_2014_2016")
    high = 32_000 / 2.95  # 10,847.5
    assert r["recomputed"] == pytest.approx(31_000 / 3, rel=1e-9)  # 10,333.3
    assert r["recomputed_low"] == pytest.approx(30_000 / 3.05, rel=1e-9)  # 9,836.1
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Below 19,500; with the span down to 6.25 years at most 32,000 / 2.75 = 11,636.4, below 17,500.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "chosen"
    # v from 9,336.1 to high + 500 = 11,347.5: of 10,000 to 30,000 the part from 10,000; none of 18,000 to 22,000.
    assert r["power"] == pytest.approx(1 - (high + 500 - 10_000) / 20_000, rel=1e-9)  # 0.9326
    assert r["power_10"] == pytest.approx(1, rel=1e-9)


def test_low_end_quota(check):
    r = check("low_end_quota")
    # A target, so nothing moves.
    assert r["recomputed"] == pytest.approx(10_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(10_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(10_000, rel=1e-9)
    # Below 19,500, and below 17,500.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "implied"
    # v from 9,500 to 10,500: of 10,000 to 30,000 the first 500; none of 18,000 to 22,000.
    assert r["power"] == pytest.approx(1 - 500 / 20_000, rel=1e-9)  # 0.975
    assert r["power_10"] == pytest.approx(1, rel=1e-9)
