"""Hand arithmetic: the growth of transfers since 2019, and what follows for the
transfers in 2019 and for persons.

Printed: 3.17 million transfers in 2021 (3.165 to 3.175); growth of 10.5 percent (10.45
to 10.55); 300,000 added (295,000 to 305,000) as transfers, and approximately 300,000
(250,000 to 350,000) as persons; 2.59 million labourers in 2019 (2.585 to 2.595). One
person per labourer, and the same ratio of persons to transfers in both years.
In words ("some multiple times"): up to 1 person per transfer, at least 1 transfer per
labourer.
"""

import pytest

from tests.backtests.by_hand import NONE, compare

#: The base of 2019: 2,868,778, from 2,862,958 to 2,874,604.
BASE = 3_170_000 / 1.105, 3_165_000 / 1.1055, 3_175_000 / 1.1045
#: The 300,000 at 2,590,000 persons in 2,868,778 transfers: 270,847, 265,280, 276,454.
#: Lowest with few added to a high total.
IMPLIED = (
    300_000 * 2.590 * 1.105 / 3.170,
    295_000 * 2.585 * 1.1045 / 3.175,
    305_000 * 2.595 * 1.1055 / 3.165,
)

CASES = {
    # 300,000 / (3,170,000 - 300,000) = 30 / 287 = 0.104530, within 0.1045 to 0.1055.
    "growth_from_difference": (
        30 / 287,
        295 / (3_175 - 295),
        305 / (3_165 - 305),
        "matches",
    ),
    # 301,222, 299,450, 302,996, within 295,000 to 305,000. A higher total and a higher
    # growth raise it.
    "increase_from_growth": (
        3_170_000 - 3_170_000 / 1.105,
        3_165_000 - 3_165_000 / 1.1045,
        3_175_000 - 3_175_000 / 1.1055,
        "matches",
    ),
    # From 1 transfer per labourer on, the base is as many labourers or fewer; 1.108
    # make 2.59 million.
    "base_2019_as_labourers": (NONE, 0, BASE[2], "left open", "up to"),
    # 2,590,000 persons in 2,868,778 transfers: 0.902823, 0.899254, 0.906405
    "ratio_implied": (
        2_590_000 / BASE[0],
        2_585_000 / BASE[2],
        2_595_000 / BASE[1],
    ),
    # Nought to 1 person in each of 300,000, at most 305,000, transfers.
    "net_persons": (NONE, 0, 305_000, "left open", "up to"),
    # Within 250,000 to 350,000.
    "net_persons_ratio_implied": (*IMPLIED, "matches"),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(article, name):
    compare(article, name, CASES[name])
