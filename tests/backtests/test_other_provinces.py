"""Hand arithmetic: labourers moved to other provinces.

Printed: 76,000 in 2017-2019 (75,500 to 76,500), which are 3 years of the calendar;
117,000 from 2014 to mid-2020 (116,500 to 117,500), which are 6.5 years (6.45 to 6.55);
planned for 2020 20,000 and a quota of 10,000 a year, both planned, so their digits
alone; a mean of approximately 25,000 a year (24,500 to 25,500); a yearly number,
as of June 2022, of approximately 20,000 to 25,000, its ends to 1,000
(19,500 to 20,500; 24,500 to 25,500).
Set: half of the 2020 plan carried out by the middle of the year, and half a year of
2020 in the 6.5 years.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()

#: The mean of 2017-2019, where the labourers alone move: 25,333, from 25,167 to 25,500.
MEAN = 76_000 / 3, 75_500 / 3, 76_500 / 3

hand("out_mean_2017_2019", *MEAN, "matches", by=1_000 / 3)

# Lowest with few labourers over a long span. 18,000, 17,786.3, 18,217.1
hand("out_mean_2014_mid_2020", 117_000 / 6.5, 116_500 / 6.55, 117_500 / 6.45)

# Lowest with the whole low and what is taken out high. 41,000, 40,000, 42,000
hand("out_other_years", 117_000 - 76_000, 116_500 - 76_500, 117_500 - 75_500)

# 6.5 - 3 = 3.5 years. Lowest with the fewest left over the longest span.
# 11,714.3, 11,267.6, 12,173.9
hand("out_mean_other_years", 41_000 / 3.5, 40_000 / 3.55, 42_000 / 3.45)

# 117,000 - 76,000 - 0.5 x 20,000 = 31,000 over 6.5 - 3 - 0.5 = 3 years.
# 10,333.3, 9,836.1, 10,847.5
hand("out_mean_2014_2016", 31_000 / 3, 30_000 / 3.05, 32_000 / 2.95)

# Half of the year had passed, so half of the plan: the digits are those above.
hand("out_mean_2014_2016_as_time", 31_000 / 3, 30_000 / 3.05, 32_000 / 2.95)

# 1.5333, 1.5167, 1.55
hand(
    "out_mean_over_quota",
    MEAN[0] / 10_000 - 1,
    MEAN[1] / 10_000 - 1,
    MEAN[2] / 10_000 - 1,
)

# Within 19,500 to 20,500.
hand("low_end_plan_2020", 20_000, 20_000, 20_000, "matches", by=0)
hand(
    "low_end_mean_2014_mid_2020",
    117_000 / 6.5,
    116_500 / 6.55,
    117_500 / 6.45,
    "differs",  # its digits reach 18,217, below 19,500
    by=-2_000,
)

# Within 24,500 to 25,500.
hand("high_end_mean_2017_2019", *MEAN, "matches", by=1_000 / 3)

test_by_hand = hand.test()
