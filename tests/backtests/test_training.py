"""Hand arithmetic: vocational training, held and planned.

Printed: 1 million sessions a year before the plan (0.95 to 1.05, or 0.5 to 1.5 if rounded to a whole million), twice;
1.5 million a year planned (a target, its digits alone), twice; 1.48 million held in 2021 (1.475 to 1.485); a plan of 5
years. In words: the goal was achieved, which is all of it, or 0.9666666667 of it at its loosest.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()
# fmt: off

# The other printing is 0.95 to 1.05 million, or 0.5 to 1.5 million.
# v passes when v - 50,000 to v + 50,000 meets 0.95 to 1.05 million: v from 0.9 to 1.1 million, a fifth of 0.5 to
# 1.5 million, and all of 0.9 to 1.1 million.
power = 1 - 200_000 / 1_000_000, 0  # 0.8
hand("training_before_twice", 1_000_000, 950_000, 1_050_000, "reproduced", rests_on="", power=power)

# Both are targets, so nothing moves. A target printed as v is v alone, and only v = 1.5 million would have passed.
hand("training_planned_twice", 1_500_000, 1_500_000, 1_500_000, "reproduced", rests_on="", power=(1, 1))

# Lowest from the highest training before; the plan does not move.
hand("training_rise", 0.5, 1_500_000 / 1_050_000 - 1, 1_500_000 / 950_000 - 1, rests_on="")  # 0.4286, 0.5789

point, low, high = 1_480_000 / 1_500_000, 1_475_000 / 1_500_000, 1_485_000 / 1_500_000  # 0.9867, 0.9833, 0.99
# Below the whole throughout; the point is above 0.9666666667.
hand("training_attained", point, low, high, "inconsistent", other="reproduced", rests_on="")

point, low = 480_000 / 500_000, (1_475_000 - 1_050_000) / (1_500_000 - 1_050_000)  # 0.96, 0.9444
high = (1_485_000 - 950_000) / (1_500_000 - 950_000)  # 0.9727
# (1.48 - 1) / (1.5 - 1). The training before stands above and below the line. As 1.48 is less than 1.5, a higher
# start takes more, in parts, from what is above than from what is below: lowest with few held and a high start.
hand("training_step", point, low, high, rests_on="")

# 5 x 1,500,000 - 1,480,000 = 6,020,000 over 4 years. The more was held, the less is left: 1,485,000 gives the low.
# 1,505,000, 1,503,750, 1,506,250
hand("training_left", 6_020_000 / 4, (7_500_000 - 1_485_000) / 4, (7_500_000 - 1_475_000) / 4, rests_on="")

test_by_hand = hand.test()
