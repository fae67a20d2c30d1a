"""Hand arithmetic: vocational training, held and planned.

Printed: 1 million sessions a year before the plan (0.95 to 1.05, or 0.5 to 1.5 if rounded to a whole million), twice;
1.5 million a year planned (a target, its digits alone), twice; 1.48 million held in 2021 (1.475 to 1.485); a plan of 5
years. In words: the goal was achieved, which is all of it, or 0.9666666667 of it at its loosest.

Power is 1 minus the share of the values v from p/2 to 3p/2 (power_10: 0.9p to 1.1p) that the claim could have printed
in the place of p and still have passed.
"""

import pytest


def test_training_before_twice(check):
    r = check("training_before_twice")
    assert r["recomputed"] == pytest.approx(1_000_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(950_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(1_050_000, rel=1e-9)
    # The other printing is 0.95 to 1.05 million, or 0.5 to 1.5 million.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == ""
    # v passes when v - 50,000 to v + 50,000 meets 0.95 to 1.05 million: v from 0.9 to 1.1 million, a fifth of 0.5 to
    # 1.5 million, and all of 0.9 to 1.1 million.
    assert r["power"] == pytest.approx(1 - 200_000 / 1_000_000, rel=1e-9)  # 0.8
    assert r["power_10"] == pytest.approx(0, abs=1e-9)


def test_training_planned_twice(check):
    r = check("training_planned_twice")
    # Both are targets, so nothing moves.
    assert r["recomputed"] == pytest.approx(1_500_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(1_500_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(1_500_000, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == ""
    # A target printed as v is v alone, and only v = 1.5 million would have passed.
    assert r["power"] == pytest.approx(1, rel=1e-9)
    assert r["power_10"] == pytest.approx(1, rel=1e-9)


def test_training_rise(check):
    r = check("training_rise")
    # Lowest from the highest training before; the plan does not move.
    assert r["recomputed"] == pytest.approx(0.5, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(1_500_000 / 1_050_000 - 1, rel=1e-9)  # 0.4286
    assert r["recomputed_high"] == pytest.approx(1_500_000 / 950_000 - 1, rel=1e-9)  # 0.5789
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_training_attained(check):
    r = check("training_attained")
    assert r["recomputed"] == pytest.approx(1_480_000 / 1_500_000, rel=1e-9)  # 0.9867
    assert r["recomputed_low"] == pytest.approx(1_475_000 / 1_500_000, rel=1e-9)  # 0.9833
    assert r["recomputed_high"] == pytest.approx(1_485_000 / 1_500_000, rel=1e-9)  # 0.99
    # Below the whole throughout; the point is above 0.9666666667.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "reproduced")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_training_step(check):
    r = check("training_step")
    # (1.48 - 1) / (1.5 - 1). The training before stands above and below the line. As 1.48 is less than 1.5, a higher
    # start takes more, in parts, from what is above than from what is below: lowest with few held and a high start.
    assert r["recomputed"] == pytest.approx(480_000 / 500_000, rel=1e-9)  # 0.96
    assert r["recomputed_low"] == pytest.approx((1_475_000 - 1_050_000) / (1_500_000 - 1_050_000), rel=1e-9)  # 0.9444
    assert r["recomputed_high"] == pytest.approx((1_485_000 - 950_000) / (1_500_000 - 950_000), rel=1e-9)  # 0.9727
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_training_left(check):
    r = check("training_left")
    # 5 x 1,500,000 - 1,480,000 = 6,020,000 over 4 years. The more was held, the less is left: 1,485,000 gives the low.
    assert r["recomputed"] == pytest.approx(6_020_000 / 4, rel=1e-9)  # 1,505,000
    assert r["recomputed_low"] == pytest.approx((7_500_000 - 1_485_000) / 4, rel=1e-9)  # 1,503,750
    assert r["recomputed_high"] == pytest.approx((7_500_000 - 1_475_000) / 4, rel=1e-9)  # 1,506,250
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None
