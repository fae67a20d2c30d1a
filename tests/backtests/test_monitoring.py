"""Hand arithmetic: cadres, and the rural households that they look into.

Printed: at least 1 person in work per household, twice (planned, so its digits alone);
400,000 cadres (395,000 to 405,000); 12 million rural households (11.5 to 12.5 million);
774,000 under real-time monitoring (773,500 to 774,500); 2,165 visited (2,164.5 to
2,165.5) and 489 investigated (488.5 to 489.5).
In words: hundreds of thousands of cadres, which is 200,000 or more and below a million.
Set: 3.5 persons per household.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()

# At least 1 beside at least 1.
hand("person_per_household_twice", 1, 1, 1, "matches", side="at least", by=0)

# From 200,000 to a million.
hand("cadres_twice", 400_000, 395_000, 405_000, "matches")

# Lowest with few households and many cadres. 30, 28.40, 31.65
hand(
    "households_a_cadre",
    12_000_000 / 400_000,
    11_500_000 / 405_000,
    12_500_000 / 395_000,
)

# 12,000,000 persons / 3.5 = 3,428,571 households; 3.5 does not move.
# 8.571, 8.113, 9.042
low, high = 11_500_000 / 3.5 / 405_000, 12_500_000 / 3.5 / 395_000
hand("households_a_cadre_if_persons", 12_000_000 / 3.5 / 400_000, low, high)

# 12,000,000 households x 3.5 = 42,000,000 persons. 105, 99.38, 110.76
hand(
    "persons_a_cadre",
    42_000_000 / 400_000,
    11_500_000 * 3.5 / 405_000,
    12_500_000 * 3.5 / 395_000,
)

# The 12,000,000 are the persons, and no household comes in. 30, 28.40, 31.65
hand(
    "persons_a_cadre_if_persons",
    12_000_000 / 400_000,
    11_500_000 / 405_000,
    12_500_000 / 395_000,
)

# 42,000,000, 40,250,000, 43,750,000
hand("persons_in_households", 12_000_000 * 3.5, 11_500_000 * 3.5, 12_500_000 * 3.5)

# Lowest with few monitored of many. 0.0645, 0.06188, 0.06735
hand("flagged", 774_000 / 12_000_000, 773_500 / 12_500_000, 774_500 / 11_500_000)

# 774,000 of 12,000,000 / 3.5 households. 0.22575, 0.21658, 0.23572
low, high = 773_500 * 3.5 / 12_500_000, 774_500 * 3.5 / 11_500_000
hand("flagged_if_rural_persons", 774_000 * 3.5 / 12_000_000, low, high)

# 774,000 / 3.5 of 12,000,000 / 3.5 households: the persons in a household cancel.
# 0.0645, 0.06188, 0.06735
hand(
    "flagged_if_both_persons",
    774_000 / 12_000_000,
    773_500 / 12_500_000,
    774_500 / 11_500_000,
)

# 0.22587, 0.22558, 0.22615
hand("investigated_nested", 489 / 2_165, 488.5 / 2_165.5, 489.5 / 2_164.5)

# 2,165 + 489 = 2,654 in all. One investigated more raises the share although it raises
# the whole as well, so the low is 488.5 of 2,165.5 + 488.5 and the high 489.5 of
# 2,164.5 + 489.5, both of 2,654.
# 0.18425, 0.18406, 0.18444
hand("investigated_apart", 489 / 2_654, 488.5 / 2_654, 489.5 / 2_654)

test_by_hand = hand.test()
