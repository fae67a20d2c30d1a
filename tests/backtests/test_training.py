"""Hand arithmetic: vocational training, held and planned.

Printed: 1 million sessions a year before the plan (0.95 to 1.05), twice; 1.5 million a
year planned (its digits alone), twice; 1.48 million held in 2021 (1.475 to 1.485); a
plan of 5 years. In words: the goal was achieved, which is all of it, or, to the goal's
own tenth of a million, 1.45 of 1.5.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()

hand("training_before_twice", 1_000_000, 950_000, 1_050_000, "matches", by=0)
hand("training_planned_twice", 1_500_000, 1_500_000, 1_500_000, "matches", by=0)

# Lowest from the highest training before; the plan does not move. 0.4286, 0.5789
hand("training_rise", 0.5, 1_500_000 / 1_050_000 - 1, 1_500_000 / 950_000 - 1)

# 0.9867, 0.9833, 0.99: below the whole throughout, and above 1.45 / 1.5 = 0.9667.
within = "matches_within_rounding"
hand(
    "training_attained",
    1.48 / 1.5,
    1.475 / 1.5,
    1.485 / 1.5,
    within,
    finer="differs",
    by=-0.02 / 1.5,
)

# (1.48 - 1) / (1.5 - 1). Training before stands above and below the line; as 1.48 is
# less than 1.5, a higher start takes more, in parts, from what is above: lowest with
# few held and a high start. 0.96, 0.9444, 0.9727
hand(
    "training_step",
    0.48 / 0.5,
    (1.475 - 1.05) / (1.5 - 1.05),
    (1.485 - 0.95) / (1.5 - 0.95),
)

# 5 x 1,500,000 - 1,480,000 = 6,020,000 over 4 years.
# The more was held, the less is left. 1,503,750, 1,506,250
hand(
    "training_left",
    6_020_000 / 4,
    (7_500_000 - 1_485_000) / 4,
    (7_500_000 - 1_475_000) / 4,
)

test_by_hand = hand.test()
