"""Hand arithmetic: labourers moved to other provinces.

Printed: 76,000 in 2017-2019 (75,500 to 76,500), which are 3 years of the calendar;
117,000 from 2014 to mid-2020 (116,500 to 117,500), which are 6.5 years (6.45 to 6.55);
planned for 2020 20,000, so its digits alone; a mean of approximately 25,000 a year
(24,500 to 25,500); a yearly number of approximately 20,000 (17,500 to 22,500) to 25,000
(22,500 to 27,500), both to 5,000.
"""

import pytest

from tests.backtests.by_hand import compare

#: The mean of 2017-2019, where the labourers alone move: 25,333, from 25,167 to 25,500.
MEAN = 76_000 / 3, 75_500 / 3, 76_500 / 3

CASES = {
    "out_mean_2017_2019": (*MEAN, "matches"),
    # Lowest with few labourers over a long span. 18,000, 17,786.3, 18,217.1
    "out_mean_2014_mid_2020": (117_000 / 6.5, 116_500 / 6.55, 117_500 / 6.45),
    # 6.5 - 3 = 3.5 years. Lowest with the fewest left over the longest span.
    # 11,714.3, 11,267.6, 12,173.9
    "out_mean_other_years": (41_000 / 3.5, 40_000 / 3.55, 42_000 / 3.45),
    "low_end_plan_2020": (20_000, 20_000, 20_000, "matches"),
    "high_end_mean_2017_2019": (*MEAN, "matches"),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(article, name):
    compare(article, name, CASES[name])
