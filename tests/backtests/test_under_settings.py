"""Hand arithmetic: verdicts under settings other than the article's own, and the limits
at which they end.

BASE = 3,170,000 / 1.105 = 2,868,778 transfers in 2019 (2,862,958 to 2,874,604), and
300,000 were added since then (295,000 to 305,000).
r is persons per transfer in 2019, and d the factor by which r changed to 2021, which is
at most 1 / r: (300,000 + 3,170,000 (d - 1)) r persons were added.
"""

import re

import pytest

from tests.backtests.by_hand import NONE, WITHIN, compare

BASE = 3_170_000 / 1.105
#: All transfers of 2019, and those added, where the digits allow the most.
MOST = 3_175_000 / 1.1045 + 305_000
#: r times 3.17 million, at the ratio that the figures of 2019 imply.
IMPLIED = 2_590_000 * 1.105

IN_2021, NOTE_4, IN_ALL = "at_risk_2021_sum", "net_persons", "total_in_range"
LABOURERS = "base_2019_as_labourers"
LESS = {"persons_per_transfer": 0.6, "persons_per_transfer_drift": 1 + 20 / 317}
RISING = {"persons_per_transfer": "implied", "persons_per_transfer_drift": 1.05}
DETAINEES = {"former_detainees": 300_000}
JUDGED = [
    # 1,780,000 is below 1.8 million; its digits reach 1,650,000 + 183,000 = 1,833,000.
    (IN_2021, {"persons_per_transfer": 0.6}, 1_780_000, WITHIN, "up to"),
    # No more were at risk than 0.5 BASE = 1,434,389, and 150,000 were added: 1,584,389,
    # by digits 0.5 MOST = 1,589,802.
    (IN_2021, {"persons_per_transfer": 0.5}, 0.5 * BASE + 150_000, "differs", "up to"),
    # The digits reach 1,650,000, and words allow only less.
    (IN_2021, {"at_risk_share_of_new": 0}, 1_600_000, "differs", "up to"),
    # 2,013,945 is above, and its digits reach down to
    # 1,550,000 + 2,585,000 x 1.1045 (0.295 / 3.175 + 0.05) = 1,958,037.
    (IN_2021, RISING, 1_600_000 + IMPLIED * (0.3 / 3.17 + 0.05), WITHIN, "up to"),
    # 2,590,000 labourers in as many transfers or more: 1,600,000 at risk are within.
    (IN_2021, {"transfers_2019": "from_labourers"}, 1_900_000, "matches", "up to"),
    # A number that is set has no words and no rounding: 2,004,000, down to 1,999,000;
    # 2,100,000, down to 2,095,000.
    (IN_2021, {"at_risk_2019": 1_704_000}, 2_004_000, WITHIN, ""),
    (IN_2021, {"at_risk_2019": 1_800_000}, 2_100_000, "differs", ""),
    # Note 4: 250,000 to 350,000. A ratio that is set is no longer in words.
    (NOTE_4, {"persons_per_transfer": 1}, 300_000, "matches", ""),
    # 249,000, at most 0.83 x 305,000 = 253,150; 243,000, at most 247,050.
    (NOTE_4, {"persons_per_transfer": 0.83}, 249_000, WITHIN, ""),
    (NOTE_4, {"persons_per_transfer": 0.81}, 243_000, "differs", ""),
    # 3,170,000 x 20 / 317 = 200,000, and 0.6 x 500,000 = 300,000.
    (NOTE_4, LESS, 300_000, "matches", ""),
    # 1,900,000, 300,000 and 300,000 or more are 2.5 million or more.
    # 2,000,000 gives 2,600,000 or more, and 2,595,000 by digits, above 2.55 million.
    (IN_ALL, {"at_risk_2019": 1_900_000}, NONE, "left open", "at least"),
    (IN_ALL, {"at_risk_2019": 2_000_000}, NONE, "differs", "at least"),
    # A number that is set takes the place of the printed one. One transfer or more for
    # each labourer makes up to BASE, by digits up to 2,874,604; 250,000 lies below
    # 299,450.
    (LABOURERS, {"labourers_2019": 2_868_778}, NONE, "left open", "up to"),
    (LABOURERS, {"labourers_2019": 2_875_000}, NONE, "differs", "up to"),
    (
        "increase_from_growth",
        {"net_new_transfers": 250_000},
        3.17e6 - BASE,
        "differs",
        "",
    ),
    # 2,598,531, from 2,593,259 on, beside 2.585 to 2.595 million.
    (LABOURERS, {"transfers_per_labourer": 1.104}, BASE / 1.104, WITHIN, ""),
    # With a number set, 2,200,000 lies within 2 to 2.5 million.
    (IN_ALL, DETAINEES, 2_200_000, "matches", "up to"),
    # 2,800,000, and 2,745,000 by digits, above 2.55 million; but fewer than 1.6 million
    # are allowed.
    (IN_ALL, {"former_detainees": 900_000}, 2_800_000, "left open", "up to"),
    # An end that is set is exact: the digits reach down to 2,145,000.
    (
        IN_ALL,
        DETAINEES | {"at_risk_total_high": 2.1e6},
        2_200_000,
        "left open",
        "up to",
    ),
    (IN_ALL, DETAINEES | {"at_risk_total_high": 2.145e6}, 2_200_000, WITHIN, "up to"),
    # No calculation is printed, whatever is set.
    ("at_risk_2019_unknown", DETAINEES, NONE, "cannot be recalculated", ""),
]


@pytest.mark.parametrize(("check", "given", "value", "verdict", "side"), JUDGED)
def test_by_hand(article, check, given, value, verdict, side):
    found = article.change(**given).checks(check).set_index("id").loc[check]
    assert found.value == pytest.approx(value, nan_ok=True)
    assert (found.verdict, found.side) == (verdict, side)


def test_what_is_set_is_exact_and_what_is_published_is_rounded(article):
    # The number that is printed, too; the 300,000 keep their digits.
    exact = article.change(at_risk_2019=1_600_000)
    compare(exact, IN_2021, (1_900_000, 1_895_000, 1_905_000, "matches"))
    # 3.174 (3.1735 to 3.1745) less 2.86 million (2.855 to 2.865) are 314,000 added.
    official = (1_914_000, 1_550_000 + 308_500, 1_650_000 + 319_500, "matches", "up to")
    compare(article.scenario("official_series"), IN_2021, official)


def test_apart_is_measured_from_the_nearest_end(article):
    # 150,000 is 100,000 below 250,000, the least that rounds to 300,000.
    found = article.change(persons_per_transfer=0.5).checks("net_persons")
    assert found["apart"].to_list() == pytest.approx([-100_000])
    assert article.checks("at_risk_2021_sum")["apart"].to_list() == [0]


# Where verdicts turn ------------------------------------------------------------------
#: Check: where each input begins and ceases to match, if not everywhere.
MATCHING = {
    # 300,000 r from 250,000 on.
    NOTE_4: {"persons_per_transfer": (5 / 6, 1)},
    # IMPLIED (0.3 / 3.17 + d - 1) from 250,000 to 350,000; 270,847 l from 250,000 on.
    "net_persons_ratio_implied": {
        "persons_per_transfer_drift": (
            1 - 0.3 / 3.17 + 250_000 / IMPLIED,  # 0.992716
            1 - 0.3 / 3.17 + 350_000 / IMPLIED,  # 1.027657
        ),
        "persons_per_labourer": (250_000 / IMPLIED * 3.17 / 0.3, 1),  # 0.923030
    },
    # An increase of 200,000 or more.
    IN_2021: {
        "at_risk_share_of_new": (2 / 3, 1),
        "persons_per_transfer": (2 / 3, 1),
        # 3,170,000 (1 - d) is at most 100,000.
        "persons_per_transfer_drift": (1 - 0.1 / 3.17, 1),  # 0.968454
        # Approaching from 1 million, the least that is allowed, up to the sum.
        "approaching_from": (1_000_000, 1_900_000),
        # 1.8 and 2 million less 300,000.
        "at_risk_2019": (1_500_000, 1_700_000),
        # Up to what rounds to the print.
        "net_new_transfers": (200_000, 305_000),
        # No more at risk than T / 1.105, which is 1.5 million; up to 20 times T.
        "transfers_2021": (1_500_000 * 1.105, 63_400_000),
    },
    # 2 and 2.5 million less 1.9 million.
    IN_ALL: {"former_detainees": (100_000, 600_000)},
    # BASE transfers of 2.595 to 2.585 million labourers.
    LABOURERS: {"transfers_per_labourer": (BASE / 2_595_000, BASE / 2_585_000)},
}


@pytest.mark.parametrize("check", MATCHING)
def test_a_claim_is_matched_up_to_a_limit_and_no_further(article, check):
    table = article.break_even(check, all_inputs=True).query("verdict == 'matches'")
    rows = table[table["input"].isin(MATCHING[check])]
    ends = {row.input: (row[3], row[4]) for row in rows.itertuples()}
    near = {key: pytest.approx(span, rel=1e-7) for key, span in MATCHING[check].items()}
    assert (ends, len(rows)) == (near, len(near))


#: What is said of these: within the words of the print, with digits that match.
SAID = {
    NOTE_4: {"0.834"},
    IN_2021: {"0.667", "1.5", "96.9", "66.7", "1.9"},
    IN_ALL: {"300,000", "600,000"},
    LABOURERS: {"1.106", "1.109"},
}


@pytest.mark.parametrize("check", SAID)
def test_a_condition_has_the_numbers_that_match(article, check):
    text = article.checks(check).set_index("id")["condition"][check]
    # Without quotations and years.
    text = re.sub(r'"[^"]*"|\b20\d\d\b', "", text)
    assert set(re.findall(r"\d[\d.,]*\b", text)) == SAID[check]


def test_rounding_reaches_further(article):
    low = article.break_even(IN_2021).groupby(["input", "verdict"])["from"].min()
    # A number that moves is exact: x + 305,000 = 1.8 million.
    assert low["at_risk_2019", WITHIN] == pytest.approx(1_495_000, rel=1e-7)
    # No more are at risk than were transferred: r MOST = 1.8 million, so r = 0.566108.
    reached = low["persons_per_transfer", WITHIN]
    assert reached == pytest.approx(1_800_000 / MOST, rel=1e-7)


def test_a_statement_holds_in_parts_of_a_range(article):
    # 1,600,000 + 300,000 r >= 1,850,000 from r = 5 / 6 on.
    table = article.break_even("at_risk_2021 >= 1.85e6").set_index("input")
    parts = table.loc["persons_per_transfer"].set_index("verdict")
    assert parts["from"]["holds"] == pytest.approx(5 / 6, rel=1e-7)
    assert parts["from"]["does not hold"] == 0.05
