"""Hand arithmetic: transfers made against transfers planned.

Printed: plan 2.2 million, flatly and as "at least" (planned, so its digits alone); mean
of 2016-2020 2.87 million, which stands for 2.865 to 2.875; 2021 as 3.17 million (3.165
to 3.175) and as 3.2 million (3.15 to 3.25); excess of 2016-2020 over 30 percent, of
2021 15.4 percent (15.35 to 15.45).
Published elsewhere: 3.174 million made in 2021 (3.1735 to 3.1745); planned, so their
digits alone, at least 2.60 million for 2017, 2.70 million for 2019, at least 2.70
million for 2021, and 13.75 million for 2021-2025.
"""

import pytest

from tests.backtests.by_hand import compare

#: The plan of 2021 by the total beside it: 2,772,964, 2,728,454, 2,817,512.
PLAN = 3_200_000 / 1.154, 3_150_000 / 1.1545, 3_250_000 / 1.1535

CASES = {
    "plan_printed_twice": (2_200_000, 2_200_000, 2_200_000, "matches"),
    # 67 / 220 = 0.304545, 0.302273, 0.306818, above 0.30 throughout.
    "excess_over_goal": (67 / 220, 66.5 / 220, 67.5 / 220, "matches"),
    # 0.103846. The goal is a minimum, so the excess is up to that.
    "excess_over_goal_2017": (27 / 260, 26.5 / 260, 27.5 / 260, "", "up to"),
    # 0.062963
    "excess_over_goal_2019": (17 / 270, 16.5 / 270, 17.5 / 270),
    # Within 3.15 to 3.25 million.
    "total_2021_printed_twice": (3_170_000, 3_165_000, 3_175_000, "matches"),
    "plan_2021_from_february": PLAN,
    # 2,746,967, 2,741,447, 2,752,492
    "plan_2021_from_tianshan": (
        3_170_000 / 1.154,
        3_165_000 / 1.1545,
        3_175_000 / 1.1535,
    ),
    # A fifth of 13.75 million is 2.75 million. 0.154182, 0.154, 0.154364
    "official_excess_2021": (
        3.174 / 2.75 - 1,
        3.1735 / 2.75 - 1,
        3.1745 / 2.75 - 1,
    ),
    # 0.175556, or less, as the goal is a minimum.
    "official_excess_2021_goal": (
        3.174 / 2.70 - 1,
        3.1735 / 2.70 - 1,
        3.1745 / 2.70 - 1,
        "",
        "up to",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(article, name):
    compare(article, name, CASES[name])
