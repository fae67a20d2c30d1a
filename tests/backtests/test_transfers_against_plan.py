"""Hand arithmetic: transfers made against transfers planned.

Printed: plan 2.2 million (a target, its digits alone); mean of 2016-2020 2.87 million, which stands for 2.865 to 2.875;
2021 as 3.17 million (3.165 to 3.175) and as 3.2 million (3.15 to 3.25); excess of 2021 15.4 percent (15.35 to 15.45).
A plan has 5 years of the calendar.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()
# fmt: off

# Both are targets, so nothing moves: 2,200,000, and "at least 2.2 million" holds with equality.
# "At least v" passes for v up to 2.2 million, the lower half of 1.1 to 3.3 million and of 1.98 to 2.42 million.
power = (3_300_000 - 2_200_000) / 2_200_000, (2_420_000 - 2_200_000) / 440_000  # 0.5, 0.5
hand("goal_meets_floor", 2_200_000, 2_200_000, 2_200_000, "reproduced", power=power)

low, high = 2_865_000 / 2_200_000 - 1, 2_875_000 / 2_200_000 - 1  # 0.302273, 0.306818
# More than 0.30, and "over" does not look at the place to which 30 is rounded.
# "Over v" fails from v = high on, within 0.15 to 0.45 and within 0.27 to 0.33.
power = (0.45 - high) / 0.30, (0.33 - high) / 0.06  # 0.4773, 0.3864
hand("excess_over_goal", 2_870_000 / 2_200_000 - 1, low, high, "reproduced", rests_on="stated", power=power)  # 0.304545

# Same digits, but the plan is now a floor, and what is divided by a floor is a ceiling.
power = (0.45 - high) / 0.30, (0.33 - high) / 0.06  # 0.4773, 0.3864
# 0.304545
hand("excess_over_floor", 2_870_000 / 2_200_000 - 1, low, high, "reproduced", kind="ceiling", rests_on="stated",
     power=power)

# 3.2 million is 3.15 to 3.25 million, and 3.17 lies in it.
# v passes when v - 50,000 to v + 50,000 meets 3.165 to 3.175 million: v from 3.115 to 3.225 million.
power = 1 - (3_225_000 - 3_115_000) / 3_200_000, 1 - (3_225_000 - 3_115_000) / 640_000  # 0.9656, 0.8281
hand("total_2021_printed_twice", 3_170_000, 3_165_000, 3_175_000, "reproduced", rests_on="stated", power=power)

# No claim to check: the plan for 2021 is not printed. 2,772,964, 2,728,454, 2,817,512
hand("plan_2021_from_february", 3_200_000 / 1.154, 3_150_000 / 1.1545, 3_250_000 / 1.1535, rests_on="stated")

# 2,746,967, 2,741,447, 2,752,492
hand("plan_2021_from_tianshan", 3_170_000 / 1.154, 3_165_000 / 1.1545, 3_175_000 / 1.1535, rests_on="stated")

point = 3_200_000 / 1.154 / 2_870_000 - 1  # -0.0338
low, high = 3_150_000 / 1.1545 / 2_875_000 - 1, 3_250_000 / 1.1535 / 2_865_000 - 1  # -0.0510, -0.0166
# Lowest with the total low, the excess high and the mean high.
hand("plan_2021_to_mean_february", point, low, high, rests_on="stated")

point = 3_170_000 / 1.154 / 2_870_000 - 1  # -0.0429
low, high = 3_165_000 / 1.1545 / 2_875_000 - 1, 3_175_000 / 1.1535 / 2_865_000 - 1  # -0.0465, -0.0393
hand("plan_2021_to_mean_tianshan", point, low, high, rests_on="stated")

# The goal is a target and the years are counted, so nothing moves.
hand("planned_in_2016_2020", 5 * 2_200_000, 11_000_000, 11_000_000, rests_on="")  # 11,000,000

# 14,350,000, 14,325,000, 14,375,000
hand("made_in_2016_2020", 5 * 2_870_000, 5 * 2_865_000, 5 * 2_875_000, rests_on="stated")

# Lowest with the total low and the excess high. 13,864,818, 13,642,269, 14,087,560
hand("planned_in_2021_2025_february", 5 * 3_200_000 / 1.154, 5 * 3_150_000 / 1.1545, 5 * 3_250_000 / 1.1535,
     rests_on="stated")

# 13,734,835, 13,707,233, 13,762,462
hand("planned_in_2021_2025_tianshan", 5 * 3_170_000 / 1.154, 5 * 3_165_000 / 1.1545, 5 * 3_175_000 / 1.1535,
     rests_on="stated")

point = 3_200_000 / 2_200_000 - 1  # 0.4545
low, high = 3_150_000 / 2_200_000 - 1, 3_250_000 / 2_200_000 - 1  # 0.4318, 0.4773
# 15.4 percent is 0.1535 to 0.1545; even the low bound is far above. No v from 0.077 to 0.231 comes near 0.4318.
hand("excess_2021_over_old_goal", point, low, high, "inconsistent", rests_on="chosen", power=(1, 1))

test_by_hand = hand.test()
