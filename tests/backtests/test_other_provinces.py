"""Hand arithmetic: labourers moved to other provinces.

Printed: 76,000 in 2017-2019 (75,500 to 76,500), which are 3 years of the calendar;
117,000 from 2014 to mid-2020 (116,500 to 117,500), which are 6.5 years (6.45 to 6.55);
planned for 2020 20,000 and a quota of 10,000 a year, both planned, so their digits
alone; a mean of approximately 25,000 a year (24,500 to 25,500); a yearly number of
approximately 20,000 (15,000 to 25,000, at its first digit) to 25,000 (24,500 to 25,500,
at its second).
Set: half of the 2020 plan carried out by the middle of the year, and half a year of
2020 in the 6.5 years.
"""

import pytest

from tests.backtests.by_hand import compare

#: The mean of 2017-2019, where the labourers alone move: 25,333, from 25,167 to 25,500.
MEAN = 76_000 / 3, 75_500 / 3, 76_500 / 3

CASES = {
    "out_mean_2017_2019": (*MEAN, "matches"),
    # Lowest with few labourers over a long span. 18,000, 17,786.3, 18,217.1
    "out_mean_2014_mid_2020": (117_000 / 6.5, 116_500 / 6.55, 117_500 / 6.45),
    # Lowest with the whole low and what is taken out high. 41,000, 40,000, 42,000
    "out_other_years": (41_000, 116_500 - 76_500, 117_500 - 75_500),
    # 6.5 - 3 = 3.5 years. Lowest with the fewest left over the longest span.
    # 11,714.3, 11,267.6, 12,173.9
    "out_mean_other_years": (41_000 / 3.5, 40_000 / 3.55, 42_000 / 3.45),
    # 117,000 - 76,000 - 0.5 x 20,000 = 31,000 over 6.5 - 3 - 0.5 = 3 years.
    # 10,333.3, 9,836.1, 10,847.5
    "out_mean_2014_2016": (31_000 / 3, 30_000 / 3.05, 32_000 / 2.95),
    # Half of the year had passed, so half of the plan: the digits are those above.
    "out_mean_2014_2016_as_time": (31_000 / 3, 30_000 / 3.05, 32_000 / 2.95),
    # 1.5333, 1.5167, 1.55
    "out_mean_over_quota": (76 / 30 - 1, 75.5 / 30 - 1, 76.5 / 30 - 1),
    "low_end_plan_2020": (20_000, 20_000, 20_000, "matches"),
    "low_end_mean_2014_mid_2020": (
        117_000 / 6.5,
        116_500 / 6.55,
        117_500 / 6.45,
        "matches",
    ),
    "high_end_mean_2017_2019": (*MEAN, "matches"),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(article, name):
    compare(article, name, CASES[name])
