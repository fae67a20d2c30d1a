"""Hand arithmetic: verdicts under settings other than the article's own, and the limits
at which they end.

B = 3,170,000 / 1.105 = 2,868,778 transfers in 2019 (2,862,958 to 2,874,604).
N = 3,170,000 - B = 301,222 transfers were added since then (299,450 to 302,996).
r is persons per transfer in 2019, and d the factor by which r changed to 2021, which is
at most 1 / r.
"""

import pytest

from tests.backtests.by_hand import NONE, WITHIN

BASE = 3_170_000 / 1.105
ADDED = 3_170_000 - BASE
SUM = 1_600_000 + ADDED

IN_2021, NOTE_4, IN_ALL = "at_risk_2021_sum", "net_persons", "total_in_range"
LABOURERS = "base_2019_as_labourers"
SHORT = {"persons_per_transfer": 0.6}
LONGER = SHORT | {"persons_per_transfer_2021": 0.6376}
RISING = {"persons_per_transfer": "implied", "persons_per_transfer_2021": 0.95}
JUDGED = [
    # 1,780,733 is below 1.8 million; its digits reach
    # 1,650,000 + 0.6 x 302,996 = 1,831,798.
    (IN_2021, SHORT, 1_600_000 + 0.6 * ADDED, WITHIN, "at most"),
    # The digits reach 1,650,000, and words allow only less.
    (IN_2021, {"at_risk_share_of_new": 0}, 1_600_000, "differs", "at most"),
    # 2,021,500 is above, and its digits reach down to
    # 1,550,000 + 3,165,000 x 0.95 - 2,595,000 = 1,961,750.
    (IN_2021, RISING, 1_600_000 + 3_170_000 * 0.95 - 2_590_000, WITHIN, "at most"),
    # A number that is set has no words and no rounding: 1,700,000 + N = 2,001,222, down
    # to 1,999,450, and 1,800,000 + N = 2,101,222, down to 2,099,450.
    (IN_2021, {"at_risk_2019": 1_700_000}, 1_700_000 + ADDED, WITHIN, ""),
    (IN_2021, {"at_risk_2019": 1_800_000}, 1_800_000 + ADDED, "differs", ""),
    # Note 4: 250,000 to 350,000. 0.83 N = 250,014;
    # 0.82 N = 247,002, at most 0.82 x 302,996 = 248,457.
    (NOTE_4, {"persons_per_transfer": 0.83}, 0.83 * ADDED, "matches", ""),
    (NOTE_4, {"persons_per_transfer": 0.82}, 0.82 * ADDED, "differs", ""),
    # From 0.6 to 0.6376 it is 0.6376 x 3,170,000 - 0.6 B = 299,925.
    (NOTE_4, LONGER, 0.6376 * 3_170_000 - 0.6 * BASE, "matches", ""),
    # A tie rounds either way.
    (NOTE_4, {"persons_per_transfer": 250_000 / ADDED}, 250_000, "matches", ""),
    # 1,900,000, N and 300,000 or more are 2,501,222 or more: within 2.55 million.
    # 2,000,000 gives 2,601,222 or more, and 2,599,450 by digits.
    (IN_ALL, {"at_risk_2019": 1_900_000}, NONE, "left open", "at least"),
    (IN_ALL, {"at_risk_2019": 2_000_000}, NONE, "differs", "at least"),
    # A number that is set takes the place of the printed one: 2,868,778 is not quite B,
    # and 250,000 lies below 299,450.
    (LABOURERS, {"labourers_2019": 2_868_778}, BASE, WITHIN, ""),
    ("increase_from_growth", {"net_new_transfers": 250_000}, ADDED, "differs", ""),
    # With a number set, 2,201,222 lies within 2 to 2.5 million.
    (IN_ALL, {"former_detainees": 300_000}, SUM + 300_000, "matches", "at most"),
    # 2,801,222, and 2,749,450 by digits, above 2.55 million; but fewer than 1.6 million
    # are allowed.
    (IN_ALL, {"former_detainees": 900_000}, SUM + 900_000, "left open", "at most"),
]


@pytest.mark.parametrize(("check", "given", "value", "verdict", "side"), JUDGED)
def test_by_hand(article, check, given, value, verdict, side):
    found = article.change(**given).checks(check).set_index("id").loc[check]
    assert found.value == pytest.approx(value, nan_ok=True)
    assert (found.verdict, found.side) == (verdict, side)


def test_apart_is_measured_from_the_nearest_end(article):
    # 0.5 x 301,222 = 150,611 is 99,389 below 250,000, the least that rounds to it.
    found = article.change(persons_per_transfer=0.5).checks("net_persons")
    assert found["apart"].to_list()[0] == pytest.approx(0.5 * ADDED - 250_000)
    assert article.checks("at_risk_2021_sum")["apart"].to_list() == [0]


# Where verdicts turn ------------------------------------------------------------------
STAYS = {
    # 301,222 r, and 3,170,000 d - B, from 250,000; up to one person per transfer.
    "net_persons": {
        "persons_per_transfer": (250_000 / ADDED, 1),  # 0.829953
        "persons_per_transfer_drift": ((250_000 + BASE) / 3_170_000, 1),  # 0.983842
    },
    # 2,590,000 x 1.105 d - 2,590,000 from 250,000 to 350,000; 271,950 l from 250,000.
    "net_persons_ratio_implied": {
        "persons_per_transfer_drift": (2_840_000 / 2_861_950, 2_940_000 / 2_861_950),
        "persons_per_labourer": (250_000 / 271_950, 1),  # 0.919287
    },
    # An increase of 200,000 or more.
    "at_risk_2021_sum": {
        "at_risk_share_of_new": (200_000 / ADDED, 1),  # 0.663963
        "persons_per_transfer": (200_000 / ADDED, 1),
        "persons_per_transfer_drift": ((200_000 + BASE) / 3_170_000, 1),  # 0.968069
        # Approaching from 1 million, the least that is allowed, up to the sum.
        "approaching_from": (1_000_000, SUM),
    },
    # 2,862,958 / t below 2,595,000 from 1.10326 on, and 2,874,604 / t from 2,585,000.
    LABOURERS: {"transfers_per_labourer": (0.5, 3_165_000 / 1.1055 / 2_595_000)},
}


@pytest.mark.parametrize("check", STAYS)
def test_a_verdict_stays_up_to_a_limit_and_no_further(article, check):
    verdict = article.checks(check)["verdict"].to_list()[0]
    table = article.break_even(check).query("verdict != 'not computed'")
    table = table[table["input"].isin(article.model.assumptions)]
    turning = table[table.duplicated("input", keep=False)]
    rows = turning[turning["verdict"] == verdict].query("low <= value <= high")
    ends = {row.input: (row.low, row.high) for row in rows.itertuples()}
    near = {name: pytest.approx(span, rel=1e-7) for name, span in STAYS[check].items()}
    assert ends == near


# Break-evens, by hand -----------------------------------------------------------------
#: Input: where the sum of 2021 begins and ceases to match, from 1.8 to 2 million.
MATCHING = {
    # 1.8 and 2 million less 301,222: 1,498,778.28 and 1,698,778.28
    "at_risk_2019": (1_800_000 - ADDED, 2_000_000 - ADDED),
    # 3,170,000 g / (1 + g) = 200,000, so g = 20 / 297; 400,000 gives 40 / 277.
    "growth_2019_2021": (20 / 297, 40 / 277),  # 0.067340, 0.144404
    # T x 0.105 / 1.105 = 200,000 and 400,000
    "transfers_2021": (200_000 * 1.105 / 0.105, 400_000 * 1.105 / 0.105),
    "persons_per_transfer": (200_000 / ADDED, 1),
}


@pytest.mark.parametrize("name", MATCHING)
def test_a_printed_number_too_has_a_break_even(article, name):
    table = article.break_even("at_risk_2021_sum")
    (found,) = table[(table["input"] == name) & (table["verdict"] == "matches")].index
    row = table.loc[found]
    assert (row.low, row.high) == pytest.approx(MATCHING[name], rel=1e-7)


def test_a_printed_number_that_moves_is_exact(article):
    # The sum matches within rounding from x + 302,996 = 1.8 million on.
    table = article.break_even("at_risk_2021_sum").set_index("input")
    first = table.loc["at_risk_2019"].iloc[1]
    most = 3_175_000 - 3_175_000 / 1.1055
    assert first.verdict == WITHIN
    assert first.low == pytest.approx(1_800_000 - most, rel=1e-7)


def test_a_statement_holds_in_parts_of_a_range(article):
    # 1,600,000 + 301,222 r >= 1,850,000 from r = 0.829953 on.
    table = article.break_even("at_risk_2021 >= 1.85e6").set_index("input")
    parts = table.loc["persons_per_transfer"].set_index("verdict")
    assert parts.low["holds"] == pytest.approx(250_000 / ADDED, rel=1e-7)
    assert parts.low["does not hold"] == pytest.approx(1_600_000 / BASE, rel=1e-7)
