"""Hand arithmetic: labourers moved to other provinces.

Printed: 76,000 in 2017-2019 (75,500 to 76,500), which are 3 years of the calendar; 117,000 from 2014 to mid-2020
(116,500 to 117,500), which are 6.5 years (6.45 to 6.55, or 6.25 to 6.75 if rounded to 0.5); planned for 2020 20,000, a
quota of 10,000 a year and 20,000 a year suggested for Hotan, all three targets, their digits alone; a mean of about
25,000 a year and a present volume of 20,000 to 25,000, each to 1,000 (24,500 to 25,500; 19,500 to 20,500) or to 5,000
(22,500 to 27,500; 17,500 to 22,500).
Set: half of the 2020 plan carried out by the middle of the year, and half a year of 2020 in the 6.5 years.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()
# fmt: off

# The years do not move, so the labourers alone give the bounds.
low, high = 75_500 / 3, 76_500 / 3  # 25,166.7, 25,500
# Within 24,500 to 25,500, and within 22,500 to 27,500.
# v from low - 500 = 24,666.7 to high + 500 = 26,000, within 12,500 to 37,500 and within 22,500 to 27,500.
power = 1 - (high - low + 1_000) / 25_000, 1 - (high - low + 1_000) / 5_000  # 0.9467, 0.7333
hand("out_mean_2017_2019", 76_000 / 3, low, high, "reproduced", rests_on="", power=power)  # 25,333.3

# Lowest with few labourers over a long span.
hand("out_mean_2014_mid_2020", 117_000 / 6.5, 116_500 / 6.55, 117_500 / 6.45, rests_on="")  # 18,000, 17,786.3, 18,217.1

# Lowest with the whole low and what is taken out high.
hand("out_other_years", 117_000 - 76_000, 116_500 - 76_500, 117_500 - 75_500, rests_on="")  # 41,000, 40,000, 42,000

# 6.5 - 3 = 3.5 years. Lowest with the fewest left, 40,000, over the longest span, 6.55 - 3.
hand("out_mean_other_years", 41_000 / 3.5, 40_000 / 3.55, 42_000 / 3.45, rests_on="")  # 11,714.3, 11,267.6, 12,173.9

# 117,000 - 76,000 - 0.5 x 20,000 = 31,000 over 6.5 - 3 - 0.5 = 3 years. The plan is a target and the two halves
# are assumptions, so the same corners as over all other years: 40,000 - 10,000 over 6.55 - 3.5 is the lowest.
# The part of the plan that was carried out is chosen.
hand("out_mean_2014_2016", 31_000 / 3, 30_000 / 3.05, 32_000 / 2.95, rests_on="chosen")  # 10,333.3, 9,836.1, 10,847.5

# Half of the year had passed, so half of the plan: the digits are those above.
# To take the plan as done in step with the year is chosen, too. 10,333.3, 9,836.1, 10,847.5
hand("out_mean_2014_2016_as_time", 31_000 / 3, 30_000 / 3.05, 32_000 / 2.95, rests_on="chosen")

# What is above the quota, in parts of it; the quota does not move. 1.5333, 1.5167, 1.55
hand("out_mean_over_quota", 76_000 / 3 / 10_000 - 1, 75_500 / 3 / 10_000 - 1, 76_500 / 3 / 10_000 - 1, rests_on="")

# A target, so nothing moves. v from 19,500 to 20,500, within 10,000 to 30,000 and within 18,000 to 22,000.
power = 1 - 1_000 / 20_000, 1 - 1_000 / 4_000  # 0.95, 0.75
hand("low_end_plan_2020", 20_000, 20_000, 20_000, "reproduced", rests_on="implied", power=power)

# A target, so nothing moves. v from 19,500 to 20,500, within 10,000 to 30,000 and within 18,000 to 22,000.
hand("low_end_hotan", 20_000, 20_000, 20_000, "reproduced", rests_on="implied", power=power)

# Within 24,500 to 25,500, and within 22,500 to 27,500.
# v from low - 500 = 24,666.7 to high + 500 = 26,000, within 12,500 to 37,500 and within 22,500 to 27,500.
power = 1 - (high - low + 1_000) / 25_000, 1 - (high - low + 1_000) / 5_000  # 0.9467, 0.7333
hand("high_end_mean_2017_2019", 76_000 / 3, low, high, "reproduced", rests_on="implied", power=power)  # 25,333.3

low, high = 116_500 / 6.55, 117_500 / 6.45  # 17,786.3, 18,217.1
# Below 19,500 throughout; the point is within 17,500 to 22,500.
# v from low - 500 = 17,286.3 to high + 500 = 18,717.1, within 10,000 to 30,000; of 18,000 to 22,000 only the part
# up to 18,717.1.
power = 1 - (high - low + 1_000) / 20_000, 1 - (high + 500 - 18_000) / 4_000  # 0.9285, 0.8207
# 18,000
hand("low_end_mean_2014_mid_2020", 117_000 / 6.5, low, high, "inconsistent", other="reproduced", rests_on="implied",
     power=power)

low, high = 40_000 / 3.55, 42_000 / 3.45  # 11,267.6, 12,173.9
# Below 19,500; with the span down to 6.25 years at most 42,000 / 3.25 = 12,923.1, below 17,500.
# v from low - 500 = 10,767.6 to high + 500 = 12,673.9, within 10,000 to 30,000; none of 18,000 to 22,000.
power = 1 - (high - low + 1_000) / 20_000, 1  # 0.9047
hand("low_end_mean_other_years", 41_000 / 3.5, low, high, "inconsistent", rests_on="implied", power=power)  # 11,714.3

high = 32_000 / 2.95  # 10,847.5
# Below 19,500; with the span down to 6.25 years at most 32,000 / 2.75 = 11,636.4, below 17,500.
# v from 9,336.1 to high + 500 = 11,347.5: of 10,000 to 30,000 the part from 10,000; none of 18,000 to 22,000.
power = 1 - (high + 500 - 10_000) / 20_000, 1  # 0.9326
# 10,333.3, 9,836.1
hand("low_end_mean_2014_2016", 31_000 / 3, 30_000 / 3.05, high, "inconsistent", rests_on="chosen", power=power)

# A target, so nothing moves. Below 19,500, and below 17,500.
# v from 9,500 to 10,500: of 10,000 to 30,000 the first 500; none of 18,000 to 22,000.
power = 1 - 500 / 20_000, 1  # 0.975
hand("low_end_quota", 10_000, 10_000, 10_000, "inconsistent", rests_on="implied", power=power)

test_by_hand = hand.test()
