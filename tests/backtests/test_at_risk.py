"""Hand arithmetic: persons at risk in 2019, in 2021, and with former detainees.

Printed: up to 1.6 million at risk in 2019 (stands for 1.55 to 1.65); 2.59 million
labourers in 2019 (2.585 to 2.595), of which 1.65 million in the south (1.645 to 1.655);
approaching 2 million at risk in 2021, so 1.8 to below 2 million, and above 1.6 million
by a stretch of the word; a total of 2 to 2.5 million, each end to a tenth of a million
(1.95 to 2.05; 2.45 to 2.55) or to half a million (1.75 to 2.25; 2.25 to 2.75).
In words: several hundred thousand former detainees or more, which is 300,000 or more;
hundreds of thousands placed in work, which is 200,000 or more and below a million.
Added since 2019: 301,222 persons, 299,450 to 302,996, at one person per transfer;
271,950, 270,132.5 to 273,772.5, at the implied ratio (see test_growth_since_2019.py).
"""

from tests.backtests.ledger import Ledger

hand = Ledger()

# The step from 2019 to 2021.
ADDED, LEAST_ADDED = 3_170_000 - 3_170_000 / 1.105, 3_165_000 - 3_165_000 / 1.1045
MOST_ADDED = 3_175_000 - 3_175_000 / 1.1055
#: At risk in 2021 with all who were added: 1,901,222, from 1,849,450 to 1,952,996.
SUM, LEAST, MOST = 1_600_000 + ADDED, 1_550_000 + LEAST_ADDED, 1_650_000 + MOST_ADDED

# 2019 ---------------------------------------------------------------------------------
# 0.637066, 0.633911, 0.640232
hand(
    "southern_share",
    1_650_000 / 2_590_000,
    1_645_000 / 2_595_000,
    1_655_000 / 2_585_000,
)

# 1,567,500, 1,562,750, 1,572,250, below 1.6 million.
# All of them counted as at risk, so at most.
value = 1_650_000 * 0.95
hand(
    "southern_at_values",
    value,
    1_645_000 * 0.95,
    1_655_000 * 0.95,
    "matches",
    side="at most",
    by=-32_500,
)
# 0.969697, within 0.88 to 1
hand.solution("southern_fitted", 1_600_000 / 1_650_000, "in_range")
# 1.020734: more than all
hand.solution("southern_share_fitted", 1_600_000 / value, "impossible")

# 1,567,500 + 940,000 x 0.50 = 2,037,500. A southern labourer more is one elsewhere
# less, which adds 0.95 - 0.50: both low give 2,032,750, above 1.6 and above 1.65
# million; both high give 2,042,250. It is at most that, and a smaller share at risk
# gives less: below 1.6 million all is allowed.
value = 1_650_000 * 0.95 + 940_000 * 0.50
low, high = 1_645_000 * 0.95 + 940_000 * 0.50, 1_655_000 * 0.95 + 940_000 * 0.50
hand(
    "composition_at_values", value, low, high, "compatible", side="at most", by=437_500
)
# (1,600,000 - 1,567,500) / 940,000 = 0.034574; varied from 0.30
hand.solution("composition_outside_fitted", 32_500 / 940_000, "out_of_range")
hand.solution("composition_share_fitted", 1_600_000 / 2_037_500, "in_range")  # 0.785276

# 1,605,800, 1,602,700, 1,608,900: above 1.6 million throughout, and below 1.65 million,
# which rounds to 1.6; a smaller share gives less.
value, low, high = 2_590_000 * 0.62, 2_585_000 * 0.62, 2_595_000 * 0.62
within = "matches_within_rounding"
hand(
    "constant_share_at_values",
    value,
    low,
    high,
    within,
    finer="compatible",
    side="at most",
    by=5_800,
)
hand.solution("constant_share_fitted", 1_600_000 / 2_590_000, "in_range")  # 0.617761

# 2021 ---------------------------------------------------------------------------------
# 1,901,222, at most, as not all of those added need be at risk. Approaching v would
# have matched for v above 1,901,222, and while 1,901,222 is no less than 0.9 v, up to
# 2,112,469: of 1.8 to 2.2 million. With rounding, v above 1,849,450 would have passed.
passing = (SUM / 0.9 - SUM) / 400_000  # 0.5281
passing_rounded = (SUM / 0.9 - LEAST) / 400_000  # 0.6575
hand(
    "at_risk_2021_sum",
    SUM,
    LEAST,
    MOST,
    "matches",
    side="at most",
    by=SUM - 2_000_000,
    passing=passing,
    passing_rounded=passing_rounded,
)

# 1,871,950, 1,820,132.5, 1,923,772.5
value = 1_600_000 + 2_590_000 * 0.105
low, high = 1_550_000 + 2_585_000 * 0.1045, 1_650_000 + 2_595_000 * 0.1055
hand(
    "at_risk_2021_sum_ratio_implied",
    value,
    low,
    high,
    "matches",
    side="at most",
    by=-128_050,
)

# The share of 2019, 1.6 / 2.59 = 0.6178, of those added: 186,083 more.
# 1,786,083, 1,728,862, 1,843,402. It is 213,917 short of 2 million: more than a tenth,
# where rounding does not decide, and less than a fifth, so the word stretches to it.
# The check takes 1.6 million as reached.
value = 1_600_000 + ADDED * 1_600_000 / 2_590_000
low = 1_550_000 + LEAST_ADDED * 1_550_000 / 2_595_000
high = 1_650_000 + MOST_ADDED * 1_650_000 / 2_585_000
hand("same_share", value, low, high, "compatible", by=value - 2_000_000)

# 2,590,000 x 0.105 x 1.6 / 2.59: the labourers cancel. 1,768,000, 1,711,975, 1,824,075
value, low, high = 1_600_000 * 1.105, 1_550_000 * 1.1045, 1_650_000 * 1.1055
hand(
    "same_share_ratio_implied",
    value,
    low,
    high,
    "compatible",
    by=-232_000,
)

# The low end less the several hundred thousand: 2,000,000 - 300,000 = 1,700,000, and
# 1,650,000 to 1,750,000 by the digits of two million. More detainees leave fewer, so at
# most. It is 15 percent short, where the word stretches.
hand(
    "at_risk_2021_from_low_end",
    1_700_000,
    1_650_000,
    1_750_000,
    "compatible",
    side="at most",
    by=-300_000,
)

# Both groups --------------------------------------------------------------------------
# At most 1,901,222 and at least 300,000: no single value, and no bound; 2,201,222 lies
# within 1.95 to 2.55 million.
hand("total_in_range", None, None, None, "compatible", side="no bound")

# 2,201,222, 2,149,450, 2,252,996, above 2.05 million; at half a million within 1.75
# to 2.25. If fewer of those added were at risk, less: 1,900,000 is allowed too, so at
# the finer place it is compatible.
value, low, high = SUM + 300_000, LEAST + 300_000, MOST + 300_000
hand(
    "low_end_several_three",
    value,
    low,
    high,
    within,
    finer="compatible",
    side="no bound",
    by=value - 2_000_000,
)
# 300,000 x (1 - overlap) = 98,778; 0.670739, varied up to 0.5
hand.solution(
    "overlap_for_low_end_several_three", 1 - (2_000_000 - SUM) / 300_000, "out_of_range"
)

# 98,778, down to 1,950,000 - 1,952,996, which stops at nought, up to 200,550: below
# 300,000. With the low end up to 2.25 million up to 400,550, but at a floor that we
# read into words rounding does not decide. An end less at most 1.9 million is at least,
# and 300,000 lies above.
value, high = 2_000_000 - SUM, 2_050_000 - LEAST
hand(
    "detainees_from_low_end",
    value,
    0,
    high,
    "compatible",
    side="at least",
    by=value - 300_000,
)

# 598,778, 497,004, 700,550, above 300,000 throughout.
value, low, high = 2_500_000 - SUM, 2_450_000 - MOST, 2_550_000 - LEAST
hand(
    "detainees_from_high_end",
    value,
    low,
    high,
    "matches",
    side="at least",
    by=value - 300_000,
)

# 98,778 is below 200,000. Rounding takes it to 200,550, but does not decide at a floor
# of ours; that it is at least 98,778 leaves room.
value, high = 2_000_000 - SUM, 2_050_000 - LEAST
hand(
    "detainees_low_end_in_words",
    value,
    0,
    high,
    "compatible",
    side="at least",
    by=value - 200_000,
)

# 300,000 or more meets 200,000 to a million: words beside words.
hand("detainees_words_twice", None, 300_000, None, "compatible", side="at least")

# 98,778; varied from 300,000 to 900,000
hand.solution("detainees_for_low_end", 2_000_000 - SUM, "out_of_range")
# 598,778
hand.solution("detainees_for_high_end", 2_500_000 - SUM, "in_range")
# 232,000
hand.solution("detainees_for_low_end_same_share", 2_000_000 - 1_768_000, "out_of_range")
# 732,000
hand.solution("detainees_for_high_end_same_share", 2_500_000 - 1_768_000, "in_range")

test_by_hand = hand.test()
