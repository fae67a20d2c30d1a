"""Hand arithmetic: transfers made against transfers planned.

Printed: plan at least 2.2 million (planned, so its digits alone); mean of 2016-2020
2.87 million, which stands for 2.865 to 2.875; 2021 as 3.17 million (3.165 to 3.175) and
as 3.2 million (3.15 to 3.25); excess of 2016-2020 over 30 percent, of 2021 15.4 percent
(15.35 to 15.45). A plan has 5 years of the calendar.
Published elsewhere: 14.33 million in 2016-2020 (14.325 to 14.335) and 3.174 million in
2021 (3.1735 to 3.1745), made; 13.75 million for 2021-2025 and at least 2.70 million
for 2021, planned.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()

# 2.2 million beside 2.2 million. The first is a floor.
hand(
    "plan_printed_twice",
    2_200_000,
    2_200_000,
    2_200_000,
    "matches",
    side="at least",
    by=0,
)

# 67 / 220 = 0.304545, above 0.30 throughout. Over a floor, so at most.
low, high = 2_865_000 / 2_200_000 - 1, 2_875_000 / 2_200_000 - 1  # 0.302273, 0.306818
# "Over v" would have matched for v from 0.27 up to 0.304545, and with rounding up to
# 0.306818, of 0.27 to 0.33.
value = 2_870_000 / 2_200_000 - 1
passing = (value - 0.27) / 0.06  # 0.5758
passing_rounded = (high - 0.27) / 0.06  # 0.6136
hand(
    "excess_over_goal",
    value,
    low,
    high,
    "matches",
    side="at most",
    by=67 / 220 - 0.30,
    passing=passing,
    passing_rounded=passing_rounded,
)

# Within 3.15 to 3.25 million.
hand("total_2021_printed_twice", 3_170_000, 3_165_000, 3_175_000, "matches", by=-30_000)

# 2,772,964, 2,728,454, 2,817,512
hand(
    "plan_2021_from_february", 3_200_000 / 1.154, 3_150_000 / 1.1545, 3_250_000 / 1.1535
)

# 2,746,967, 2,741,447, 2,752,492
hand(
    "plan_2021_from_tianshan", 3_170_000 / 1.154, 3_165_000 / 1.1545, 3_175_000 / 1.1535
)

# Lowest with the total low, the excess high and the mean high.
# -0.0338, -0.0510, -0.0166
low, high = 3_150_000 / 1.1545 / 2_875_000 - 1, 3_250_000 / 1.1535 / 2_865_000 - 1
hand("plan_2021_to_mean", 3_200_000 / 1.154 / 2_870_000 - 1, low, high)

# Five times a floor.
hand("planned_in_2016_2020", 5 * 2_200_000, 11_000_000, 11_000_000, side="at least")

# 14,350,000, 14,325,000, 14,375,000
hand("made_in_2016_2020", 5 * 2_870_000, 5 * 2_865_000, 5 * 2_875_000)

# Lowest with the total low and the excess high. 13,864,818, 13,642,269, 14,087,560
hand(
    "planned_in_2021_2025",
    5 * 3_200_000 / 1.154,
    5 * 3_150_000 / 1.1545,
    5 * 3_250_000 / 1.1535,
)

# 2,866,000, within 2.865 to 2.875 million; 2,865,000, 2,867,000
hand(
    "official_mean_2016_2020",
    14_330_000 / 5,
    14_325_000 / 5,
    14_335_000 / 5,
    "matches",
    by=-4_000,
)

# Within 3.165 to 3.175 million.
hand("official_total_2021", 3_174_000, 3_173_500, 3_174_500, "matches", by=4_000)

# Within 3.15 to 3.25 million.
hand(
    "official_total_2021_february",
    3_174_000,
    3_173_500,
    3_174_500,
    "matches",
    by=-26_000,
)

# A fifth of 13.75 million is 2.75 million.
# 0.154182, 0.154, 0.154364, within 0.1535 to 0.1545.
hand(
    "official_excess_2021",
    3.174 / 2.75 - 1,
    3.1735 / 2.75 - 1,
    3.1745 / 2.75 - 1,
    "matches",
)

# 0.175556, 0.175370, 0.175741, above 0.1545. The goal is a floor, so it is at most
# that, and a goal of 2.75 million would give 0.154.
value = 3.174 / 2.70 - 1
hand(
    "official_excess_2021_goal",
    value,
    3.1735 / 2.70 - 1,
    3.1745 / 2.70 - 1,
    "compatible",
    side="at most",
    by=value - 0.154,
)

test_by_hand = hand.test()
