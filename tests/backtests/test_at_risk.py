"""Hand arithmetic: persons at risk in 2019 and in 2021, and in total with former detainees.

Printed: up to 1.6 million at risk in 2019 (stands for 1.55 to 1.65); 2.59 million labourers in 2019 (2.585 to 2.595),
of which 1.65 million in the south (1.645 to 1.655); 3.17 million transfers in 2021 (3.165 to 3.175); growth of
10.5 percent (10.45 to 10.55); approaching 2 million at risk in 2021, which asserts 1.8 to 2 million; a total of 2 to
2.5 million, each end to 0.1 million (1.95 to 2.05; 2.45 to 2.55) or to 0.5 million (1.75 to 2.25; 2.25 to 2.75).
In words: former detainees placed in work are hundreds of thousands, which are 200,000, or 100,000 at their loosest, up
to 1,000,000.

The step from 2019 to 2021 is 3,170,000 - 3,170,000 / 1.105 = 301,222 persons, from 3,165,000 - 3,165,000 / 1.1045 =
299,450 to 3,175,000 - 3,175,000 / 1.1055 = 302,996, at one person per transfer; at the implied ratio it is
2,590,000 x 0.105 = 271,950 (see test_growth_since_2019.py).

Power is 1 minus the share of the values v from p/2 to 3p/2 (power_10: 0.9p to 1.1p) that the claim could have printed
in the place of p and still have passed, between `low` and `high` as computed here. "Up to v" passes for v >= low.
"Approaches v" asserts 0.9 v up to v, and passes for low < v <= high / 0.9. An end printed as v passes for
low - 50,000 <= v <= high + 50,000.
"""

import pytest


def test_southern_share(check):
    r = check("southern_share")
    # Persons or transfers, the unit cancels. Lowest with the south low and the region high.
    assert r["recomputed"] == pytest.approx(1_650_000 / 2_590_000, rel=1e-9)  # 0.637066
    assert r["recomputed_low"] == pytest.approx(1_645_000 / 2_595_000, rel=1e-9)  # 0.633911
    assert r["recomputed_high"] == pytest.approx(1_655_000 / 2_585_000, rel=1e-9)  # 0.640232
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_southern_fitted(check):
    r = check("southern_fitted")
    # 1,650,000 x 0.95 x 1 before solving
    assert r["recomputed"] == pytest.approx(1_650_000 * 0.95, rel=1e-9)  # 1,567,500
    assert r["recomputed_low"] == pytest.approx(1_645_000 * 0.95, rel=1e-9)  # 1,562,750
    assert r["recomputed_high"] == pytest.approx(1_655_000 * 0.95, rel=1e-9)  # 1,572,250
    assert r["solved"] == pytest.approx(1_600_000 / 1_650_000, rel=1e-9)  # 0.969697, within 0.88 to 1
    assert "outside" not in r["reason"]
    assert "no meaning" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_southern_share_fitted(check):
    r = check("southern_share_fitted")
    assert r["recomputed"] == pytest.approx(1_650_000 * 0.95, rel=1e-9)  # 1,567,500
    assert r["recomputed_low"] == pytest.approx(1_645_000 * 0.95, rel=1e-9)  # 1,562,750
    assert r["recomputed_high"] == pytest.approx(1_655_000 * 0.95, rel=1e-9)  # 1,572,250
    # A share above 1: more than all of them.
    assert r["solved"] == pytest.approx(1_600_000 / (1_650_000 * 0.95), rel=1e-9)  # 1.020734
    assert "no meaning" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_southern_at_values(check):
    r = check("southern_at_values")
    low = 1_645_000 * 0.95  # 1,562,750
    assert r["recomputed"] == pytest.approx(1_650_000 * 0.95, rel=1e-9)  # 1,567,500
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(1_655_000 * 0.95, rel=1e-9)  # 1,572,250
    # Below 1.6 million.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == "chosen"
    # "Up to v" fails for v below low, within 0.8 to 2.4 million and within 1.44 to 1.76 million.
    assert r["power"] == pytest.approx((low - 800_000) / 1_600_000, rel=1e-9)  # 0.4767
    assert r["power_10"] == pytest.approx((low - 1_440_000) / 320_000, rel=1e-9)  # 0.3836


def test_composition_fitted(check):
    r = check("composition_fitted")
    # 1,650,000 x 0.95 + (2,590,000 - 1,650,000) x 0.50 = 1,567,500 + 470,000 before solving. A southern labourer more
    # is one elsewhere less, so it adds 0.95 - 0.50: both printed numbers low give the low bound.
    point = 1_650_000 * 0.95 + 940_000 * 0.50  # 2,037,500
    low = 1_645_000 * 0.95 + (2_585_000 - 1_645_000) * 0.50  # 2,032,750
    high = 1_655_000 * 0.95 + (2_595_000 - 1_655_000) * 0.50  # 2,042,250
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # share outside = (1,600,000 - 1,650,000 x share in the south) / 940,000
    assert [south for south, _ in r["solved"]] == pytest.approx([0.88, 0.95, 1.0], rel=1e-9)
    assert [outside for _, outside in r["solved"]] == pytest.approx(
        [
            (1_600_000 - 1_650_000 * 0.88) / 940_000,  # 148,000 / 940,000 = 0.1574
            (1_600_000 - 1_650_000 * 0.95) / 940_000,  # 32,500 / 940,000 = 0.0346
            (1_600_000 - 1_650_000) / 940_000,  # -50,000 / 940,000 = -0.0532
        ],
        rel=1e-9,
    )
    # All three lie below 0.30, the last below 0.
    assert "outside" in r["reason"] or "no meaning" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_composition_share_fitted(check):
    r = check("composition_share_fitted")
    point = 1_650_000 * 0.95 + 940_000 * 0.50  # 2,037,500
    low = 1_645_000 * 0.95 + (2_585_000 - 1_645_000) * 0.50  # 2,032,750
    high = 1_655_000 * 0.95 + (2_595_000 - 1_655_000) * 0.50  # 2,042,250
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    assert r["solved"] == pytest.approx(1_600_000 / 2_037_500, rel=1e-9)  # 0.785276, within 0 to 1
    assert "outside" not in r["reason"]
    assert "no meaning" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_composition_at_values(check):
    r = check("composition_at_values")
    low = 1_645_000 * 0.95 + (2_585_000 - 1_645_000) * 0.50  # 2,032,750
    point = 1_650_000 * 0.95 + 940_000 * 0.50  # 2,037,500
    high = 1_655_000 * 0.95 + (2_595_000 - 1_655_000) * 0.50  # 2,042,250
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Above 1.6 million throughout.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "chosen"
    # "Up to v" fails for v below low: most of 0.8 to 2.4 million, all of 1.44 to 1.76 million.
    assert r["power"] == pytest.approx((low - 800_000) / 1_600_000, rel=1e-9)  # 0.7705
    assert r["power_10"] == pytest.approx(1, rel=1e-9)


def test_constant_share_fitted(check):
    r = check("constant_share_fitted")
    assert r["recomputed"] == pytest.approx(2_590_000 * 0.62, rel=1e-9)  # 1,605,800
    assert r["recomputed_low"] == pytest.approx(2_585_000 * 0.62, rel=1e-9)  # 1,602,700
    assert r["recomputed_high"] == pytest.approx(2_595_000 * 0.62, rel=1e-9)  # 1,608,900
    assert r["solved"] == pytest.approx(1_600_000 / 2_590_000, rel=1e-9)  # 0.617761, within 0 to 1
    assert "outside" not in r["reason"]
    assert "no meaning" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_constant_share_at_values(check):
    r = check("constant_share_at_values")
    low = 2_585_000 * 0.62  # 1,602,700
    assert r["recomputed"] == pytest.approx(2_590_000 * 0.62, rel=1e-9)  # 1,605,800
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(2_595_000 * 0.62, rel=1e-9)  # 1,608,900
    # "Up to 1.6 million" ends at 1,600,000, not at 1,650,000; the low bound is 2,700 above.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "inconsistent", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] == pytest.approx((low - 800_000) / 1_600_000, rel=1e-9)  # 0.5017
    assert r["power_10"] == pytest.approx((low - 1_440_000) / 320_000, rel=1e-9)  # 0.5084


def test_added_whole(check):
    r = check("added_whole")
    point = 1_600_000 + 3_170_000 - 3_170_000 / 1.105  # 1,901,222
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045  # 1,849,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055  # 1,952,996
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Between 1.8 and 2 million; "up to" makes it a ceiling.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("ceiling", "reproduced", "")
    assert r["needed"] == pytest.approx(1 - point / 2_000_000, rel=1e-9)  # 0.0494
    assert r["rests_on"] == "implied"
    assert r["condition"] != ""
    # v from low to high / 0.9 = 2,169,996, within 1 to 3 million and within 1.8 to 2.2 million.
    assert r["power"] == pytest.approx(1 - (high / 0.9 - low) / 2_000_000, rel=1e-9)  # 0.8397
    assert r["power_10"] == pytest.approx(1 - (high / 0.9 - low) / 400_000, rel=1e-9)  # 0.1986


def test_added_whole_ratio_implied(check):
    r = check("added_whole_ratio_implied")
    point = 1_600_000 + 2_590_000 * 0.105  # 1,871,950
    low = 1_550_000 + 2_585_000 * 0.1045  # 1,820,132.5
    high = 1_650_000 + 2_595_000 * 0.1055  # 1,923,772.5
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("ceiling", "reproduced", "")
    assert r["needed"] == pytest.approx(1 - point / 2_000_000, rel=1e-9)  # 0.0640
    assert r["rests_on"] == "implied"
    # v from low to high / 0.9 = 2,137,525
    assert r["power"] == pytest.approx(1 - (high / 0.9 - low) / 2_000_000, rel=1e-9)  # 0.8413
    assert r["power_10"] == pytest.approx(1 - (high / 0.9 - low) / 400_000, rel=1e-9)  # 0.2065


def test_same_share(check):
    r = check("same_share")
    # share of 2019 = 1,600,000 / 2,590,000 = 0.6178, of a step of 301,222: 186,083 more
    point = 1_600_000 + (3_170_000 - 3_170_000 / 1.105) * 1_600_000 / 2_590_000  # 1,786,083
    low = 1_550_000 + (3_165_000 - 3_165_000 / 1.1045) * 1_550_000 / 2_595_000  # 1,728,862
    high = 1_650_000 + (3_175_000 - 3_175_000 / 1.1055) * 1_650_000 / 2_585_000  # 1,843,402
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # The point is below 1.8 million, the high bound is not.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("ceiling", "consistent", "")
    assert r["needed"] == pytest.approx(1 - point / 2_000_000, rel=1e-9)  # 0.1070
    assert r["rests_on"] == "chosen"
    # v from low to high / 0.9 = 2,048,224, within 1 to 3 million; of 1.8 to 2.2 million the part up to 2,048,224.
    assert r["power"] == pytest.approx(1 - (high / 0.9 - low) / 2_000_000, rel=1e-9)  # 0.8403
    assert r["power_10"] == pytest.approx(1 - (high / 0.9 - 1_800_000) / 400_000, rel=1e-9)  # 0.3794


def test_same_share_ratio_implied(check):
    r = check("same_share_ratio_implied")
    # 1,600,000 + 2,590,000 x 0.105 x 1,600,000 / 2,590,000: the labourers cancel.
    low = 1_550_000 * 1.1045  # 1,711,975
    high = 1_650_000 * 1.1055  # 1,824,075
    assert r["recomputed"] == pytest.approx(1_600_000 * 1.105, rel=1e-9)  # 1,768,000
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("ceiling", "consistent", "")
    assert r["needed"] == pytest.approx(1 - 1_768_000 / 2_000_000, rel=1e-9)  # 0.116
    assert r["rests_on"] == "chosen"
    # v from low to high / 0.9 = 2,026,750
    assert r["power"] == pytest.approx(1 - (high / 0.9 - low) / 2_000_000, rel=1e-9)  # 0.8426
    assert r["power_10"] == pytest.approx(1 - (high / 0.9 - 1_800_000) / 400_000, rel=1e-9)  # 0.4331


def test_labourers_as_transfers(check):
    r = check("labourers_as_transfers")
    low = 1_550_000 + 3_165_000 - 2_595_000  # 2,120,000
    high = 1_650_000 + 3_175_000 - 2_585_000  # 2,240,000
    assert r["recomputed"] == pytest.approx(1_600_000 + 3_170_000 - 2_590_000, rel=1e-9)  # 2,180,000
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # What approaches 2 million is below it; this is above, so no tolerance would make it pass.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("ceiling", "inconsistent", "")
    assert r["needed"] is None
    assert r["rests_on"] == "implied"
    # v from low to high / 0.9 = 2,488,889, within 1 to 3 million; of 1.8 to 2.2 million the part from 2.12 million.
    assert r["power"] == pytest.approx(1 - (high / 0.9 - low) / 2_000_000, rel=1e-9)  # 0.8156
    assert r["power_10"] == pytest.approx(1 - (2_200_000 - low) / 400_000, rel=1e-9)  # 0.8


def test_labourers_as_transfers_same_share(check):
    r = check("labourers_as_transfers_same_share")
    # 1,600,000 + (3,170,000 - 2,590,000) x 1,600,000 / 2,590,000 = 1,600,000 x 3,170,000 / 2,590,000
    point = 1_600_000 * 3_170_000 / 2_590_000  # 1,958,301
    low = 1_550_000 * 3_165_000 / 2_595_000  # 1,890,462
    high = 1_650_000 * 3_175_000 / 2_585_000  # 2,026,596
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("ceiling", "reproduced", "")
    assert r["needed"] == pytest.approx(1 - point / 2_000_000, rel=1e-9)  # 0.0208
    assert r["rests_on"] == "chosen"
    # v from low to high / 0.9 = 2,251,773, within 1 to 3 million; of 1.8 to 2.2 million the part from low.
    assert r["power"] == pytest.approx(1 - (high / 0.9 - low) / 2_000_000, rel=1e-9)  # 0.8193
    assert r["power_10"] == pytest.approx(1 - (2_200_000 - low) / 400_000, rel=1e-9)  # 0.2262


def test_detainees_for_low_end_added_whole(check):
    r = check("detainees_for_low_end_added_whole")
    # 350,000 former detainees before solving, on the 1,901,222 of added_whole
    point = 1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 350_000  # 2,251,222
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045 + 350_000  # 2,199,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055 + 350_000  # 2,302,996
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # 2,000,000 - 1,901,222; fewer than 200,000
    assert r["solved"] == pytest.approx(2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105), rel=1e-9)  # 98,778
    assert "outside" in r["reason"]
    # A ceiling and a floor are added.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_for_low_end_ratio_implied(check):
    r = check("detainees_for_low_end_ratio_implied")
    assert r["recomputed"] == pytest.approx(1_600_000 + 2_590_000 * 0.105 + 350_000, rel=1e-9)  # 2,221,950
    assert r["recomputed_low"] == pytest.approx(1_550_000 + 2_585_000 * 0.1045 + 350_000, rel=1e-9)  # 2,170,132.5
    assert r["recomputed_high"] == pytest.approx(1_650_000 + 2_595_000 * 0.1055 + 350_000, rel=1e-9)  # 2,273,772.5
    # 2,000,000 - 1,871,950; fewer than 200,000
    assert r["solved"] == pytest.approx(2_000_000 - (1_600_000 + 2_590_000 * 0.105), rel=1e-9)  # 128,050
    assert "outside" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_for_low_end_same_share(check):
    r = check("detainees_for_low_end_same_share")
    assert r["recomputed"] == pytest.approx(1_600_000 * 1.105 + 350_000, rel=1e-9)  # 2,118,000
    assert r["recomputed_low"] == pytest.approx(1_550_000 * 1.1045 + 350_000, rel=1e-9)  # 2,061,975
    assert r["recomputed_high"] == pytest.approx(1_650_000 * 1.1055 + 350_000, rel=1e-9)  # 2,174,075
    # 2,000,000 - 1,768,000; within 200,000 to 600,000
    assert r["solved"] == pytest.approx(2_000_000 - 1_600_000 * 1.105, rel=1e-9)  # 232,000
    assert "outside" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_for_low_end_labourers_as_transfers(check):
    r = check("detainees_for_low_end_labourers_as_transfers")
    assert r["recomputed"] == pytest.approx(1_600_000 + 3_170_000 - 2_590_000 + 350_000, rel=1e-9)  # 2,530,000
    assert r["recomputed_low"] == pytest.approx(1_550_000 + 3_165_000 - 2_595_000 + 350_000, rel=1e-9)  # 2,470,000
    assert r["recomputed_high"] == pytest.approx(1_650_000 + 3_175_000 - 2_585_000 + 350_000, rel=1e-9)  # 2,590,000
    # The low end is passed before anyone is added: a number of persons below zero.
    assert r["solved"] == pytest.approx(2_000_000 - 2_180_000, rel=1e-9)  # -180,000
    assert "no meaning" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_for_high_end_added_whole(check):
    r = check("detainees_for_high_end_added_whole")
    point = 1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 350_000  # 2,251,222
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045 + 350_000  # 2,199,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055 + 350_000  # 2,302,996
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # 2,500,000 - 1,901,222; just within 200,000 to 600,000
    assert r["solved"] == pytest.approx(2_500_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105), rel=1e-9)  # 598,778
    assert "outside" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_for_high_end_ratio_implied(check):
    r = check("detainees_for_high_end_ratio_implied")
    assert r["recomputed"] == pytest.approx(1_600_000 + 2_590_000 * 0.105 + 350_000, rel=1e-9)  # 2,221,950
    assert r["recomputed_low"] == pytest.approx(1_550_000 + 2_585_000 * 0.1045 + 350_000, rel=1e-9)  # 2,170,132.5
    assert r["recomputed_high"] == pytest.approx(1_650_000 + 2_595_000 * 0.1055 + 350_000, rel=1e-9)  # 2,273,772.5
    # 2,500,000 - 1,871,950; more than 600,000
    assert r["solved"] == pytest.approx(2_500_000 - (1_600_000 + 2_590_000 * 0.105), rel=1e-9)  # 628,050
    assert "outside" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_for_high_end_same_share(check):
    r = check("detainees_for_high_end_same_share")
    assert r["recomputed"] == pytest.approx(1_600_000 * 1.105 + 350_000, rel=1e-9)  # 2,118,000
    assert r["recomputed_low"] == pytest.approx(1_550_000 * 1.1045 + 350_000, rel=1e-9)  # 2,061,975
    assert r["recomputed_high"] == pytest.approx(1_650_000 * 1.1055 + 350_000, rel=1e-9)  # 2,174,075
    # 2,500,000 - 1,768,000; more than 600,000
    assert r["solved"] == pytest.approx(2_500_000 - 1_600_000 * 1.105, rel=1e-9)  # 732,000
    assert "outside" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_for_high_end_labourers_as_transfers(check):
    r = check("detainees_for_high_end_labourers_as_transfers")
    assert r["recomputed"] == pytest.approx(1_600_000 + 3_170_000 - 2_590_000 + 350_000, rel=1e-9)  # 2,530,000
    assert r["recomputed_low"] == pytest.approx(1_550_000 + 3_165_000 - 2_595_000 + 350_000, rel=1e-9)  # 2,470,000
    assert r["recomputed_high"] == pytest.approx(1_650_000 + 3_175_000 - 2_585_000 + 350_000, rel=1e-9)  # 2,590,000
    # 2,500,000 - 2,180,000; within 200,000 to 600,000
    assert r["solved"] == pytest.approx(2_500_000 - 2_180_000, rel=1e-9)  # 320,000
    assert "outside" not in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["power"] is None
    assert r["power_10"] is None


def test_low_end_several_three(check):
    r = check("low_end_several_three")
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045 + 300_000  # 2,149,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055 + 300_000  # 2,252,996
    assert r["recomputed"] == pytest.approx(1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 300_000, rel=1e-9)  # 2,201,222
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Above 1.95 to 2.05 million throughout; within 1.75 to 2.25 million.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "inconsistent", "reproduced")
    assert r["rests_on"] == "chosen"
    # v from low - 50,000 = 2,099,450 to high + 50,000 = 2,302,996, within 1 to 3 million; of 1.8 to 2.2 million the
    # part from 2,099,450.
    assert r["power"] == pytest.approx(1 - (high - low + 100_000) / 2_000_000, rel=1e-9)  # 0.8982
    assert r["power_10"] == pytest.approx(1 - (2_200_000 - (low - 50_000)) / 400_000, rel=1e-9)  # 0.7486


def test_low_end_several_two(check):
    r = check("low_end_several_two")
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045 + 200_000  # 2,049,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055 + 200_000  # 2,152,996
    assert r["recomputed"] == pytest.approx(1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 200_000, rel=1e-9)  # 2,101,222
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # The point is above 2.05 million, the low bound 550 below it; the point is within 1.75 to 2.25 million.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "consistent", "reproduced")
    assert r["rests_on"] == "chosen"
    # v from low - 50,000 = 1,999,450 to high + 50,000 = 2,202,996
    assert r["power"] == pytest.approx(1 - (high - low + 100_000) / 2_000_000, rel=1e-9)  # 0.8982
    assert r["power_10"] == pytest.approx(1 - (2_200_000 - (low - 50_000)) / 400_000, rel=1e-9)  # 0.4986


def test_overlap_for_low_end_several_three(check):
    r = check("overlap_for_low_end_several_three")
    point = 1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 300_000  # 2,201,222
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045 + 300_000  # 2,149,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055 + 300_000  # 2,252,996
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # 300,000 x (1 - overlap) = 98,778; the overlap lies above 0.5
    left = 2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 98,778
    assert r["solved"] == pytest.approx(1 - left / 300_000, rel=1e-9)  # 0.670739
    assert "outside" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_overlap_for_low_end_several_two(check):
    r = check("overlap_for_low_end_several_two")
    point = 1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 200_000  # 2,101,222
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045 + 200_000  # 2,049,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055 + 200_000  # 2,152,996
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # 200,000 x (1 - overlap) = 98,778; the overlap lies just above 0.5
    left = 2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 98,778
    assert r["solved"] == pytest.approx(1 - left / 200_000, rel=1e-9)  # 0.506109
    assert "outside" in r["reason"]
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "fitted", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_high_end_several_three(check):
    r = check("high_end_several_three")
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045 + 300_000  # 2,149,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055 + 300_000  # 2,252,996
    assert r["recomputed"] == pytest.approx(1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 300_000, rel=1e-9)  # 2,201,222
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Below 2.45 to 2.55 million throughout; 2.25 to 2.75 million is reached by the high bound, not by the point.
    # The check names the reading of "several", so that stays at three.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "inconsistent", "consistent")
    assert r["rests_on"] == "chosen"
    # v from low - 50,000 = 2,099,450 to high + 50,000 = 2,302,996, within 1.25 to 3.75 million; of 2.25 to 2.75 million
    # the part up to 2,302,996.
    assert r["power"] == pytest.approx(1 - (high - low + 100_000) / 2_500_000, rel=1e-9)  # 0.9186
    assert r["power_10"] == pytest.approx(1 - (high + 50_000 - 2_250_000) / 500_000, rel=1e-9)  # 0.8940


def test_detainees_from_low_end(check):
    r = check("detainees_from_low_end")
    # 2,000,000 - 1,901,222. At the other corner 1,950,000 - 1,952,996 is below zero, and is trimmed to zero.
    point = 2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 98,778
    high = 2_050_000 - (1_550_000 + 3_165_000 - 3_165_000 / 1.1045)  # 200,550
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(0)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # "Several" as three: 300,000 is out of reach. As two, and the low end up to 2.25 million: up to 400,550, 200,000 is
    # reached. A floor less a ceiling is a floor.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("floor", "inconsistent", "consistent")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_from_high_end(check):
    r = check("detainees_from_high_end")
    point = 2_500_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 598,778
    low = 2_450_000 - (1_650_000 + 3_175_000 - 3_175_000 / 1.1055)  # 497,004
    high = 2_550_000 - (1_550_000 + 3_165_000 - 3_165_000 / 1.1045)  # 700,550
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # At least 300,000, and at least 200,000. A ceiling less a ceiling is neither.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "reproduced", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_set_in_words(check):
    r = check("detainees_set_in_words")
    # An assumption, which does not move, and a floor.
    assert r["recomputed"] == pytest.approx(350_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(350_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(350_000, rel=1e-9)
    # From 200,000 to 1,000,000, and so from 100,000, too.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("floor", "reproduced", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_low_end_in_words(check):
    r = check("detainees_low_end_in_words")
    # As in detainees_from_low_end: 98,778, down to 1,950,000 - 1,952,996, which is trimmed to zero.
    point = 2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 98,778
    high = 2_050_000 - (1_550_000 + 3_165_000 - 3_165_000 / 1.1045)  # 200,550
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(0)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # The point is below 200,000, the high bound 550 above. At the loosest the point is still below, 1,222 short
    # of 100,000, so that is no more than consistent either.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("floor", "consistent", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_detainees_high_end_in_words(check):
    r = check("detainees_high_end_in_words")
    point = 2_500_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 598,778
    low = 2_450_000 - (1_650_000 + 3_175_000 - 3_175_000 / 1.1055)  # 497,004
    high = 2_550_000 - (1_550_000 + 3_165_000 - 3_165_000 / 1.1045)  # 700,550
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    # Within 200,000 to 1,000,000. A ceiling less a ceiling is neither.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "reproduced", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_total_at_values(check):
    r = check("total_at_values")
    # "Up to" 1.6 million and "at least" several hundred thousand: neither a ceiling nor a floor.
    point = 1_600_000 + 3_170_000 - 3_170_000 / 1.105 + 350_000  # 2,251,222
    low = 1_550_000 + 3_165_000 - 3_165_000 / 1.1045 + 350_000  # 2,199,450
    high = 1_650_000 + 3_175_000 - 3_175_000 / 1.1055 + 350_000  # 2,302,996
    assert r["recomputed"] == pytest.approx(point, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(low, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(high, rel=1e-9)
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("none", "", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None
