"""Hand arithmetic: the growth of transfers since 2019, and what follows for the
transfers in 2019 and for persons.

Printed: 3.17 million transfers in 2021 (3.165 to 3.175); growth of 10.5 percent (10.45
to 10.55); 300,000 added (295,000 to 305,000) as transfers, and approximately 300,000
(250,000 to 350,000) as persons; 2.59 million labourers in 2019 (2.585 to 2.595); a mean
of 2.87 million a year in 2016-2020 (2.865 to 2.875). One person per transfer in both
years, unless a line says otherwise.
Published elsewhere, of 2019: over 2.87 million jobs, and 2.86 million transfers
expected (2.855 to 2.865).
"""

from tests.backtests.ledger import Ledger

hand = Ledger()

#: The base of 2019: 2,868,778, from 2,862,958 to 2,874,604.
BASE = 3_170_000 / 1.105, 3_165_000 / 1.1055, 3_175_000 / 1.1045
#: Added since: 301,222, from 299,450 to 302,996.
#: A higher total and a higher growth raise it.
ADDED = (
    3_170_000 - 3_170_000 / 1.105,
    3_165_000 - 3_165_000 / 1.1045,
    3_175_000 - 3_175_000 / 1.1055,
)

# 300,000 / (3,170,000 - 300,000) = 30 / 287 = 0.104530, within 0.1045 to 0.1055.
# The bounds: 0.102431, 0.106643.
hand(
    "growth_from_difference",
    30 / 287,
    295 / (3_175 - 295),
    305 / (3_165 - 305),
    "matches",
    by=30 / 287 - 0.105,
)

# Within 295,000 to 305,000. v within 5,000 of it would have matched, and v from
# low - 5,000 to high + 5,000 with rounding, of 270,000 to 330,000.
hand(
    "increase_from_growth",
    *ADDED,
    "matches",
    by=ADDED[0] - 300_000,
    passing=10_000 / 60_000,  # 0.1667
    passing_rounded=(ADDED[2] - ADDED[1] + 10_000) / 60_000,  # 0.2258
)

hand("base_2019_from_growth", *BASE)

# 2,870,000, 2,860,000, 2,880,000
hand(
    "base_2019_from_difference",
    3_170_000 - 300_000,
    3_165_000 - 305_000,
    3_175_000 - 295_000,
)

# Within 2.865 to 2.875 million.
hand("base_2019_as_mean", *BASE, "matches")

# By 278,778, and above 2.595 million throughout; no v from 2,331,000 to 2,849,000
# comes within 5,000 of 2,862,958.
hand("base_2019_as_labourers", *BASE, "differs", by=BASE[0] - 2_590_000, passing=0)

# 2,590,000 persons in 2,868,778 transfers: 0.902823, 0.899254, 0.906405
hand("ratio_implied", 2_590_000 / BASE[0], 2_585_000 / BASE[2], 2_595_000 / BASE[1])

# Persons in 2019 are BASE x ratio. 0.902823, within 0.36 to 1
hand.solution("ratio_fitted", 2_590_000 * 1.105 / 3_170_000, "in_range")

# Within 250,000 to 350,000. v from low - 50,000 = 249,450 to high + 50,000 = 352,996:
# all of 270,000 to 330,000.
hand("net_persons", *ADDED, "matches", by=ADDED[0] - 300_000, passing=1)

# At a constant ratio r the net increase is r x 301,222.
hand.solution("ratio_for_note_4", 250_000 / ADDED[0], "in_range")  # 0.829953

# BASE x ratio is 2,590,000, so 2,590,000 x 1.105 in 2021: 2,590,000 x 0.105 more.
# The total of 2021 cancels. 271,950, 270,132.5, 273,772.5, within 250,000 to 350,000.
hand(
    "net_persons_ratio_implied",
    2_590_000 * 0.105,
    2_585_000 * 0.1045,
    2_595_000 * 0.1055,
    "matches",
    by=-28_050,
)

# 3,170,000 x ratio of 2021 = 300,000 + 2,590,000. 0.911672
hand.solution("ratio_2021_for_note_4_at_implied", 2_890_000 / 3_170_000, "in_range")

# 3,170,000 x ratio of 2021 = 300,000 + 0.55 x BASE = 300,000 + 1,577,828. 0.592375
hand.solution(
    "ratio_2021_for_note_4_at_055", (300_000 + 0.55 * BASE[0]) / 3_170_000, "in_range"
)

# 3,170,000 x change = BASE: the change undoes the growth. Varied from 0.95.
hand.solution("change_without_increase", 1 / 1.105, "out_of_range")  # 0.904977

# Below 2,870,000 by 1,222; some of the base lies above, by 4,604 at most, which is
# 0.2 percent.
hand(
    "xinhua_base_2019",
    *BASE,
    "matches_within_rounding",
    barely=True,
    by=BASE[0] - 2_870_000,
)

# Above 2,865,000; the base reaches down to 2,862,958, which is 2,042 below,
# 0.1 percent.
hand(
    "official_base_2019_forecast",
    *BASE,
    "matches_within_rounding",
    barely=True,
    by=BASE[0] - 2_860_000,
)

test_by_hand = hand.test()
