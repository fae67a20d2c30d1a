"""Hand arithmetic: cadres, and the rural households that they look into.

Printed: at least 1 person in work per household, twice (a target, its digits alone); 400,000 cadres (395,000 to
405,000, or 350,000 to 450,000 if rounded to 100,000); 12 million rural households (11.5 to 12.5 million); 774,000 under
real-time monitoring (773,500 to 774,500); 2,165 visited (2,164.5 to 2,165.5) and 489 investigated (488.5 to 489.5).
In words: hundreds of thousands of cadres, which are 200,000, or 100,000 at their loosest, up to 1,000,000.
Set: 3.5 persons per household.
"""

import pytest


def test_person_per_household_twice(check):
    r = check("person_per_household_twice")
    assert r["recomputed"] == pytest.approx(1, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(1, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(1, rel=1e-9)
    # The number that it starts from is itself an "at least". "At least 1" holds with equality.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("floor", "reproduced", "")
    assert r["rests_on"] == ""
    # "At least v" passes for v up to 1, the lower half of 0.5 to 1.5 and of 0.9 to 1.1.
    assert r["power"] == pytest.approx((1.5 - 1) / 1, rel=1e-9)  # 0.5
    assert r["power_10"] == pytest.approx((1.1 - 1) / 0.2, rel=1e-9)  # 0.5


def test_cadres_twice(check):
    r = check("cadres_twice")
    assert r["recomputed"] == pytest.approx(400_000, rel=1e-9)
    assert r["recomputed_low"] == pytest.approx(395_000, rel=1e-9)
    assert r["recomputed_high"] == pytest.approx(405_000, rel=1e-9)
    # From 200,000 to 1,000,000, and so from 100,000, too.
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "reproduced", "")
    assert r["rests_on"] == ""
    assert r["power"] is None
    assert r["power_10"] is None


def test_households_a_cadre(check):
    r = check("households_a_cadre")
    # Lowest with few households and many cadres.
    assert r["recomputed"] == pytest.approx(12_000_000 / 400_000, rel=1e-9)  # 30
    assert r["recomputed_low"] == pytest.approx(11_500_000 / 405_000, rel=1e-9)  # 28.40
    assert r["recomputed_high"] == pytest.approx(12_500_000 / 395_000, rel=1e-9)  # 31.65
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_households_a_cadre_if_persons(check):
    r = check("households_a_cadre_if_persons")
    # 12,000,000 persons / 3.5 = 3,428,571 households; 3.5 does not move.
    assert r["recomputed"] == pytest.approx(12_000_000 / 3.5 / 400_000, rel=1e-9)  # 8.571
    assert r["recomputed_low"] == pytest.approx(11_500_000 / 3.5 / 405_000, rel=1e-9)  # 8.113
    assert r["recomputed_high"] == pytest.approx(12_500_000 / 3.5 / 395_000, rel=1e-9)  # 9.042
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    # That persons were meant is implied, the persons in a household are chosen.
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_persons_a_cadre(check):
    r = check("persons_a_cadre")
    # 12,000,000 households x 3.5 = 42,000,000 persons; 3.5 does not move.
    assert r["recomputed"] == pytest.approx(42_000_000 / 400_000, rel=1e-9)  # 105
    assert r["recomputed_low"] == pytest.approx(11_500_000 * 3.5 / 405_000, rel=1e-9)  # 99.38
    assert r["recomputed_high"] == pytest.approx(12_500_000 * 3.5 / 395_000, rel=1e-9)  # 110.76
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_persons_a_cadre_if_persons(check):
    r = check("persons_a_cadre_if_persons")
    # The 12,000,000 are the persons, and no household comes in.
    assert r["recomputed"] == pytest.approx(12_000_000 / 400_000, rel=1e-9)  # 30
    assert r["recomputed_low"] == pytest.approx(11_500_000 / 405_000, rel=1e-9)  # 28.40
    assert r["recomputed_high"] == pytest.approx(12_500_000 / 395_000, rel=1e-9)  # 31.65
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_persons_in_households(check):
    r = check("persons_in_households")
    # 3.5 does not move.
    assert r["recomputed"] == pytest.approx(12_000_000 * 3.5, rel=1e-9)  # 42,000,000
    assert r["recomputed_low"] == pytest.approx(11_500_000 * 3.5, rel=1e-9)  # 40,250,000
    assert r["recomputed_high"] == pytest.approx(12_500_000 * 3.5, rel=1e-9)  # 43,750,000
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_flagged(check):
    r = check("flagged")
    # Lowest with few monitored of many.
    assert r["recomputed"] == pytest.approx(774_000 / 12_000_000, rel=1e-9)  # 0.0645
    assert r["recomputed_low"] == pytest.approx(773_500 / 12_500_000, rel=1e-9)  # 0.06188
    assert r["recomputed_high"] == pytest.approx(774_500 / 11_500_000, rel=1e-9)  # 0.06735
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "stated"
    assert r["power"] is None
    assert r["power_10"] is None


def test_flagged_if_rural_persons(check):
    r = check("flagged_if_rural_persons")
    # 774,000 of 12,000,000 / 3.5 households
    assert r["recomputed"] == pytest.approx(774_000 * 3.5 / 12_000_000, rel=1e-9)  # 0.22575
    assert r["recomputed_low"] == pytest.approx(773_500 * 3.5 / 12_500_000, rel=1e-9)  # 0.21658
    assert r["recomputed_high"] == pytest.approx(774_500 * 3.5 / 11_500_000, rel=1e-9)  # 0.23572
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "chosen"
    assert r["power"] is None
    assert r["power_10"] is None


def test_flagged_if_both_persons(check):
    r = check("flagged_if_both_persons")
    # 774,000 / 3.5 of 12,000,000 / 3.5 households: the persons in a household cancel.
    assert r["recomputed"] == pytest.approx(774_000 / 12_000_000, rel=1e-9)  # 0.0645
    assert r["recomputed_low"] == pytest.approx(773_500 / 12_500_000, rel=1e-9)  # 0.06188
    assert r["recomputed_high"] == pytest.approx(774_500 / 11_500_000, rel=1e-9)  # 0.06735
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    # What cancels does not count, so what is left is that persons were meant.
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_investigated_nested(check):
    r = check("investigated_nested")
    assert r["recomputed"] == pytest.approx(489 / 2_165, rel=1e-9)  # 0.22587
    assert r["recomputed_low"] == pytest.approx(488.5 / 2_165.5, rel=1e-9)  # 0.22558
    assert r["recomputed_high"] == pytest.approx(489.5 / 2_164.5, rel=1e-9)  # 0.22615
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None


def test_investigated_apart(check):
    r = check("investigated_apart")
    # 2,165 + 489 = 2,654 in all. One investigated more raises the share although it raises the whole as well, so the
    # low is 488.5 of 2,165.5 + 488.5 and the high 489.5 of 2,164.5 + 489.5, both of 2,654.
    assert r["recomputed"] == pytest.approx(489 / 2_654, rel=1e-9)  # 0.18425
    assert r["recomputed_low"] == pytest.approx(488.5 / 2_654, rel=1e-9)  # 0.18406
    assert r["recomputed_high"] == pytest.approx(489.5 / 2_654, rel=1e-9)  # 0.18444
    assert (r["kind"], r["verdict"], r["verdict_other"]) == ("point", "", "")
    assert r["rests_on"] == "implied"
    assert r["power"] is None
    assert r["power_10"] is None
