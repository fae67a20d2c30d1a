"""Hand arithmetic: the growth of transfers since 2019, and what follows for the
transfers in 2019 and for persons.

Printed: 3.17 million transfers in 2021 (3.165 to 3.175); growth of 10.5 percent (10.45
to 10.55); 300,000 added (295,000 to 305,000) as transfers, and approximately 300,000
(250,000 to 350,000) as persons; 2.59 million labourers in 2019 (2.585 to 2.595). One
person per transfer in both years, one transfer per labourer, and one person per
labourer, unless a line says otherwise.
Published elsewhere, of 2019: over 2.87 million jobs, and 2.86 million transfers
expected (2.855 to 2.865).
"""

import pytest

from tests.backtests.by_hand import WITHIN, compare

#: The base of 2019: 2,868,778, from 2,862,958 to 2,874,604.
BASE = 3_170_000 / 1.105, 3_165_000 / 1.1055, 3_175_000 / 1.1045
#: Added since: 301,222, from 299,450 to 302,996.
#: A higher total and a higher growth raise it.
ADDED = (
    3_170_000 - 3_170_000 / 1.105,
    3_165_000 - 3_165_000 / 1.1045,
    3_175_000 - 3_175_000 / 1.1055,
)

CASES = {
    # 300,000 / (3,170,000 - 300,000) = 30 / 287 = 0.104530, within 0.1045 to 0.1055.
    "growth_from_difference": (
        30 / 287,
        295 / (3_175 - 295),
        305 / (3_165 - 305),
        "matches",
    ),
    # Within 295,000 to 305,000.
    "increase_from_growth": (*ADDED, "matches"),
    # By 278,778, and above 2.595 million throughout.
    "base_2019_as_labourers": (*BASE, "differs"),
    # 2,590,000 persons in 2,868,778 transfers: 0.902823, 0.899254, 0.906405
    "ratio_implied": (
        2_590_000 / BASE[0],
        2_585_000 / BASE[2],
        2_595_000 / BASE[1],
    ),
    # Within 250,000 to 350,000.
    "net_persons": (*ADDED, "matches"),
    # BASE x ratio is 2,590,000, so 2,590,000 x 1.105 in 2021: 2,590,000 x 0.105 more.
    # The total of 2021 cancels. 271,950, 270,132.5, 273,772.5
    "net_persons_ratio_implied": (
        2_590_000 * 0.105,
        2_585_000 * 0.1045,
        2_595_000 * 0.1055,
        "matches",
    ),
    # Below 2,870,000 by 1,222; some of the base lies above.
    "xinhua_base_2019": (*BASE, WITHIN),
    # Above 2,865,000; the base reaches down to 2,862,958.
    "official_base_2019_forecast": (*BASE, WITHIN),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(article, name):
    compare(article, name, CASES[name])
