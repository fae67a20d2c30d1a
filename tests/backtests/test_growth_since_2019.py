"""Hand arithmetic: the growth of transfers since 2019, and what it says of the 2019 base and of persons.

Printed: 3.17 million transfers in 2021 (3.165 to 3.175); growth of 10.5 percent (10.45 to 10.55); 300,000 added
(295,000 to 305,000, or 250,000 to 350,000 if rounded to 100,000), once as transfers and once as persons; 2.59 million
labourers in 2019 (2.585 to 2.595). One person per transfer and no drift, unless a test says otherwise.

Power is 1 minus the share of the values v from p/2 to 3p/2 (power_10: 0.9p to 1.1p) that the claim could have printed
in the place of p and still have passed: those v whose half rounding unit on either side meets `low` to `high`.
"""

import pytest


def test_growth_from_difference(check):
    r = check("growth_from_difference")
    # 300,000 / (3,170,000 - 300,000) = 300,000 / 2,870,000
    low = 295_000 / (3_175_000 - 295_000)  # 0.102431
    high = 305_000 / (3_165_000 - 305_000)  # 0.106643
    assert r["recomputed"] == pytest.approx(300_000 / 2_870_000, rel=1e-9)  # 0.104530
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # 10.5 percent is 0.1045 to 0.1055: in it by 0.00003. The point does not move with the place of 300,000.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "stated"
    # v from low - 0.0005 to high + 0.0005, within 0.0525 to 0.1575 and within 0.0945 to 0.1155.
    assert r["power"] == pytest.approx(1 - (high - low + 0.001) / 0.105, rel=1e-9)  # 0.9504
    assert r["power_10"] == pytest.approx(1 - (high - low + 0.001) / 0.021, rel=1e-9)  # 0.7518


def test_increase_from_growth(check):
    r = check("increase_from_growth")
    low = 3_165_000 - 3_165_000 / 1.1045  # 299,450
    high = 3_175_000 - 3_175_000 / 1.1055  # 302,996
    assert r["recomputed"] == pytest.approx(3_170_000 - 3_170_000 / 1.105, rel=1e-9)  # 301,222
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "stated"
    # v from low - 5,000 to high + 5,000, within 150,000 to 450,000 and within 270,000 to 330,000.
    assert r["power"] == pytest.approx(1 - (high - low + 10_000) / 300_000, rel=1e-9)  # 0.9548
    assert r["power_10"] == pytest.approx(1 - (high - low + 10_000) / 60_000, rel=1e-9)  # 0.7742


def test_base_2019_from_growth(check):
    r = check("base_2019_from_growth")
    assert r["recomputed"] == pytest.approx(3_170_000 / 1.105, rel=1e-9)  # 2,868,778
    assert r["recomputed_low"] == pytest.approx(3_165_000 / 1.1055, rel=1e-9)  # 2,862,958
    assert r["recomputed_high"] == pytest.approx(3_175_000 / 1.1045, rel=1e-9)  # 2,874,604
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_base_2019_from_difference(check):
    r = check("base_2019_from_difference")
    assert r["recomputed"] == pytest.approx(3_170_000 - 300_000, rel=1e-9)  # 2,870,000
    assert r["recomputed_low"] == pytest.approx(3_165_000 - 305_000, rel=1e-9)  # 2,860,000
    assert r["recomputed_high"] == pytest.approx(3_175_000 - 295_000, rel=1e-9)  # 2,880,000
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_base_2019_as_mean(check):
    r = check("base_2019_as_mean")
    low = 3_165_000 / 1.1055  # 2,862,958
    high = 3_175_000 / 1.1045  # 2,874,604
    assert r["recomputed"] == pytest.approx(3_170_000 / 1.105, rel=1e-9)  # 2,868,778
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # The printed mean, 2.87 million, is 2.865 to 2.875 million.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "implied"
    # v from low - 5,000 to high + 5,000, within 1.435 to 4.305 million and within 2.583 to 3.157 million.
    assert r["power"] == pytest.approx(1 - (high - low + 10_000) / 2_870_000, rel=1e-9)  # 0.9925
    assert r["power_10"] == pytest.approx(1 - (high - low + 10_000) / 574_000, rel=1e-9)  # 0.9623


def test_base_2019_as_labourers(check):
    r = check("base_2019_as_labourers")
    low = 3_165_000 / 1.1055  # 2,862,958
    high = 3_175_000 / 1.1045  # 2,874,604
    assert r["recomputed"] == pytest.approx(3_170_000 / 1.105, rel=1e-9)  # 2,868,778
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # The printed labourers, 2.59 million, are 2.585 to 2.595 million.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "implied"
    # v from low - 5,000 to high + 5,000 lies within 1.295 to 3.885 million, and above 2.331 to 2.849 million.
    assert r["power"] == pytest.approx(1 - (high - low + 10_000) / 2_590_000, rel=1e-9)  # 0.9916
    assert r["power_10"] == pytest.approx(1, rel=1e-9)


def test_growth_from_labourers(check):
    r = check("growth_from_labourers")
    assert r["recomputed"] == pytest.approx(3_170_000 / 2_590_000 - 1, rel=1e-9)  # 0.2239
    assert r["recomputed_low"] == pytest.approx(3_165_000 / 2_595_000 - 1, rel=1e-9)  # 0.2197
    assert r["recomputed_high"] == pytest.approx(3_175_000 / 2_585_000 - 1, rel=1e-9)  # 0.2282
    # 10.5 percent is 0.1045 to 0.1055.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "implied"
    # No v from 0.0525 to 0.1575 comes near 0.2197.
    assert r["power"] == pytest.approx(1, rel=1e-9)
    assert r["power_10"] == pytest.approx(1, rel=1e-9)


def test_ratio_implied(check):
    r = check("ratio_implied")
    # 2,590,000 persons / (3,170,000 / 1.105) transfers
    assert r["recomputed"] == pytest.approx(2_590_000 / (3_170_000 / 1.105), rel=1e-9)  # 0.902823
    assert r["recomputed_low"] == pytest.approx(2_585_000 / (3_175_000 / 1.1045), rel=1e-9)  # 0.899254
    assert r["recomputed_high"] == pytest.approx(2_595_000 / (3_165_000 / 1.1055), rel=1e-9)  # 0.906405
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_ratio_fitted(check):
    r = check("ratio_fitted")
    # Before solving, one person per transfer: the persons are the 2019 base.
    assert r["recomputed"] == pytest.approx(3_170_000 / 1.105, rel=1e-9)  # 2,868,778
    assert r["recomputed_low"] == pytest.approx(3_165_000 / 1.1055, rel=1e-9)  # 2,862,958
    assert r["recomputed_high"] == pytest.approx(3_175_000 / 1.1045, rel=1e-9)  # 2,874,604
    # ratio x 3,170,000 / 1.105 = 2,590,000
    assert r["solved"] == pytest.approx(2_590_000 * 1.105 / 3_170_000, rel=1e-9)  # 0.902823, within 0.70 to 1
    assert "outside" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_net_persons_ratio_one(check):
    r = check("net_persons_ratio_one")
    low = 3_165_000 - 3_165_000 / 1.1045  # 299,450
    high = 3_175_000 - 3_175_000 / 1.1055  # 302,996
    assert r["recomputed"] == pytest.approx(3_170_000 - 3_170_000 / 1.105, rel=1e-9)  # 301,222
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "stated"
    # v from low - 5,000 to high + 5,000, within 150,000 to 450,000 and within 270,000 to 330,000.
    assert r["power"] == pytest.approx(1 - (high - low + 10_000) / 300_000, rel=1e-9)  # 0.9548
    assert r["power_10"] == pytest.approx(1 - (high - low + 10_000) / 60_000, rel=1e-9)  # 0.7742


def test_net_persons_ratio_implied(check):
    r = check("net_persons_ratio_implied")
    # ratio = 2,590,000 x 1.105 / 3,170,000; persons in 2021 = 2,590,000 x 1.105; less 2,590,000 in 2019:
    # 2,590,000 x 0.105. The total of 2021 cancels.
    low = 2_585_000 * 0.1045  # 270,132.5
    high = 2_595_000 * 0.1055  # 273,772.5
    assert r["recomputed"] == pytest.approx(2_590_000 * 0.105, rel=1e-9)  # 271,950
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Below 295,000; but if 300,000 is rounded to 100,000, it is 250,000 to 350,000 and holds the point.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "reproduced")
    assert r["rests_on"] == "implied"
    # v from low - 5,000 = 265,132.5 to high + 5,000 = 278,772.5, within 150,000 to 450,000; of 270,000 to 330,000
    # only the part up to 278,772.5.
    assert r["power"] == pytest.approx(1 - (high - low + 10_000) / 300_000, rel=1e-9)  # 0.9545
    assert r["power_10"] == pytest.approx(1 - (high + 5_000 - 270_000) / 60_000, rel=1e-9)  # 0.8538


def test_net_persons_any_ratio(check):
    r = check("net_persons_any_ratio")
    assert r["recomputed"] == pytest.approx(3_170_000 - 3_170_000 / 1.105, rel=1e-9)  # 301,222
    assert r["recomputed_low"] == pytest.approx(3_165_000 - 3_165_000 / 1.1045, rel=1e-9)  # 299,450
    assert r["recomputed_high"] == pytest.approx(3_175_000 - 3_175_000 / 1.1055, rel=1e-9)  # 302,996
    # ratio x (3,170,000 - 3,170,000 / 1.105) = 300,000; within 0.70 to 1
    assert r["solved"] == pytest.approx(300_000 / (3_170_000 - 3_170_000 / 1.105), rel=1e-9)  # 0.995944
    assert "outside" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_net_persons_drift(check):
    r = check("net_persons_drift")
    assert r["recomputed"] == pytest.approx(3_170_000 - 3_170_000 / 1.105, rel=1e-9)  # 301,222
    assert r["recomputed_low"] == pytest.approx(3_165_000 - 3_165_000 / 1.1045, rel=1e-9)  # 299,450
    assert r["recomputed_high"] == pytest.approx(3_175_000 - 3_175_000 / 1.1055, rel=1e-9)  # 302,996
    # 3,170,000 x drift - 3,170,000 / 1.105 = 300,000; within 0.95 to 1.05
    assert r["solved"] == pytest.approx((300_000 + 3_170_000 / 1.105) / 3_170_000, rel=1e-9)  # 0.999615
    assert "outside" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_net_persons_drift_implied(check):
    r = check("net_persons_drift_implied")
    # At the implied ratio: 2,590,000 x 1.105 x drift persons in 2021, 2,590,000 in 2019.
    assert r["recomputed"] == pytest.approx(2_590_000 * 0.105, rel=1e-9)  # 271,950
    assert r["recomputed_low"] == pytest.approx(2_585_000 * 0.1045, rel=1e-9)  # 270,132.5
    assert r["recomputed_high"] == pytest.approx(2_595_000 * 0.1055, rel=1e-9)  # 273,772.5
    # 2,590,000 x 1.105 x drift = 300,000 + 2,590,000
    assert r["solved"] == pytest.approx(2_890_000 / (2_590_000 * 1.105), rel=1e-9)  # 1.009801, within 0.95 to 1.05
    assert "outside" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_net_persons_nil(check):
    r = check("net_persons_nil")
    assert r["recomputed"] == pytest.approx(3_170_000 - 3_170_000 / 1.105, rel=1e-9)  # 301,222
    assert r["recomputed_low"] == pytest.approx(3_165_000 - 3_165_000 / 1.1045, rel=1e-9)  # 299,450
    assert r["recomputed_high"] == pytest.approx(3_175_000 - 3_175_000 / 1.1055, rel=1e-9)  # 302,996
    # 3,170,000 x drift = 3,170,000 / 1.105, so the drift undoes the growth. It lies below 0.95.
    assert r["solved"] == pytest.approx(1 / 1.105, rel=1e-9)  # 0.904977
    assert "outside" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_net_persons_from_labourers(check):
    r = check("net_persons_from_labourers")
    # The base is 2,590,000 labourers at one transfer each.
    assert r["recomputed"] == pytest.approx(3_170_000 - 2_590_000, rel=1e-9)  # 580,000
    assert r["recomputed_low"] == pytest.approx(3_165_000 - 2_595_000, rel=1e-9)  # 570,000
    assert r["recomputed_high"] == pytest.approx(3_175_000 - 2_585_000, rel=1e-9)  # 590,000
    # Above 305,000, and above 350,000.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "implied"
    # v from 565,000 to 595,000: none of it within 150,000 to 450,000.
    assert r["power"] == pytest.approx(1, rel=1e-9)
    assert r["power_10"] == pytest.approx(1, rel=1e-9)
