"""Hand arithmetic: the growth of transfers since 2019, and what it says of the 2019 base and of persons.

Printed: 3.17 million transfers in 2021 (3.165 to 3.175); growth of 10.5 percent (10.45 to 10.55); 300,000 added
(295,000 to 305,000, or 250,000 to 350,000 if rounded to 100,000), once as transfers and once as persons; 2.59 million
labourers in 2019 (2.585 to 2.595). One person per transfer and no drift, unless a test says otherwise.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()
# fmt: off

# 300,000 / (3,170,000 - 300,000) = 300,000 / 2,870,000
low, high = 295_000 / (3_175_000 - 295_000), 305_000 / (3_165_000 - 305_000)  # 0.102431, 0.106643
# 10.5 percent is 0.1045 to 0.1055: in it by 0.00003. The point does not move with the place of 300,000.
# v from low - 0.0005 to high + 0.0005, within 0.0525 to 0.1575 and within 0.0945 to 0.1155.
power = 1 - (high - low + 0.001) / 0.105, 1 - (high - low + 0.001) / 0.021  # 0.9504, 0.7518
hand("growth_from_difference", 300_000 / 2_870_000, low, high, "reproduced", rests_on="stated", power=power)  # 0.104530

low, high = 3_165_000 - 3_165_000 / 1.1045, 3_175_000 - 3_175_000 / 1.1055  # 299,450, 302,996
# v from low - 5,000 to high + 5,000, within 150,000 to 450,000 and within 270,000 to 330,000.
power = 1 - (high - low + 10_000) / 300_000, 1 - (high - low + 10_000) / 60_000  # 0.9548, 0.7742
# 301,222
hand("increase_from_growth", 3_170_000 - 3_170_000 / 1.105, low, high, "reproduced", rests_on="stated", power=power)

# 2,868,778, 2,862,958, 2,874,604
hand("base_2019_from_growth", 3_170_000 / 1.105, 3_165_000 / 1.1055, 3_175_000 / 1.1045, rests_on="stated")

# 2,870,000, 2,860,000, 2,880,000
hand("base_2019_from_difference", 3_170_000 - 300_000, 3_165_000 - 305_000, 3_175_000 - 295_000, rests_on="stated")

low, high = 3_165_000 / 1.1055, 3_175_000 / 1.1045  # 2,862,958, 2,874,604
# The printed mean, 2.87 million, is 2.865 to 2.875 million.
# v from low - 5,000 to high + 5,000, within 1.435 to 4.305 million and within 2.583 to 3.157 million.
power = 1 - (high - low + 10_000) / 2_870_000, 1 - (high - low + 10_000) / 574_000  # 0.9925, 0.9623
hand("base_2019_as_mean", 3_170_000 / 1.105, low, high, "reproduced", rests_on="implied", power=power)  # 2,868,778

# The printed labourers, 2.59 million, are 2.585 to 2.595 million.
# v from low - 5,000 to high + 5,000 lies within 1.295 to 3.885 million, and above 2.331 to 2.849 million.
power = 1 - (high - low + 10_000) / 2_590_000, 1  # 0.9916
# 2,868,778
hand("base_2019_as_labourers", 3_170_000 / 1.105, low, high, "inconsistent", rests_on="implied", power=power)

point = 3_170_000 / 2_590_000 - 1  # 0.2239
low, high = 3_165_000 / 2_595_000 - 1, 3_175_000 / 2_585_000 - 1  # 0.2197, 0.2282
# 10.5 percent is 0.1045 to 0.1055. No v from 0.0525 to 0.1575 comes near 0.2197.
hand("growth_from_labourers", point, low, high, "inconsistent", rests_on="implied", power=(1, 1))

point = 2_590_000 / (3_170_000 / 1.105)  # 0.902823
low, high = 2_585_000 / (3_175_000 / 1.1045), 2_595_000 / (3_165_000 / 1.1055)  # 0.899254, 0.906405
# 2,590,000 persons / (3,170,000 / 1.105) transfers
hand("ratio_implied", point, low, high, rests_on="implied")

point, low, high = 3_170_000 / 1.105, 3_165_000 / 1.1055, 3_175_000 / 1.1045  # 2,868,778, 2,862,958, 2,874,604
# Before solving, one person per transfer: the persons are the 2019 base. ratio x 3,170,000 / 1.105 = 2,590,000
solved = 2_590_000 * 1.105 / 3_170_000  # 0.902823, within 0.70 to 1
hand("ratio_fitted", point, low, high, "fitted", rests_on="implied", solved=solved, said="inside")

low, high = 3_165_000 - 3_165_000 / 1.1045, 3_175_000 - 3_175_000 / 1.1055  # 299,450, 302,996
# v from low - 5,000 to high + 5,000, within 150,000 to 450,000 and within 270,000 to 330,000.
power = 1 - (high - low + 10_000) / 300_000, 1 - (high - low + 10_000) / 60_000  # 0.9548, 0.7742
# 301,222
hand("net_persons_ratio_one", 3_170_000 - 3_170_000 / 1.105, low, high, "reproduced", rests_on="stated", power=power)

# ratio = 2,590,000 x 1.105 / 3,170,000; persons in 2021 = 2,590,000 x 1.105; less 2,590,000 in 2019:
# 2,590,000 x 0.105. The total of 2021 cancels.
low, high = 2_585_000 * 0.1045, 2_595_000 * 0.1055  # 270,132.5, 273,772.5
# Below 295,000; but if 300,000 is rounded to 100,000, it is 250,000 to 350,000 and holds the point.
# v from low - 5,000 = 265,132.5 to high + 5,000 = 278,772.5, within 150,000 to 450,000; of 270,000 to 330,000
# only the part up to 278,772.5.
power = 1 - (high - low + 10_000) / 300_000, 1 - (high + 5_000 - 270_000) / 60_000  # 0.9545, 0.8538
# 271,950
hand("net_persons_ratio_implied", 2_590_000 * 0.105, low, high, "inconsistent", other="reproduced", rests_on="implied",
     power=power)

point = 3_170_000 - 3_170_000 / 1.105  # 301,222
low, high = 3_165_000 - 3_165_000 / 1.1045, 3_175_000 - 3_175_000 / 1.1055  # 299,450, 302,996
# ratio x (3,170,000 - 3,170,000 / 1.105) = 300,000; within 0.70 to 1
solved = 300_000 / (3_170_000 - 3_170_000 / 1.105)  # 0.995944
hand("net_persons_any_ratio", point, low, high, "fitted", rests_on="stated", solved=solved, said="inside")

# 3,170,000 x drift - 3,170,000 / 1.105 = 300,000; within 0.95 to 1.05
solved = (300_000 + 3_170_000 / 1.105) / 3_170_000  # 0.999615
hand("net_persons_drift", point, low, high, "fitted", rests_on="stated", solved=solved, said="inside")

point, low, high = 2_590_000 * 0.105, 2_585_000 * 0.1045, 2_595_000 * 0.1055  # 271,950, 270,132.5, 273,772.5
# At the implied ratio: 2,590,000 x 1.105 x drift persons in 2021, 2,590,000 in 2019.
# 2,590,000 x 1.105 x drift = 300,000 + 2,590,000
solved = 2_890_000 / (2_590_000 * 1.105)  # 1.009801, within 0.95 to 1.05
hand("net_persons_drift_implied", point, low, high, "fitted", rests_on="implied", solved=solved, said="inside")

point = 3_170_000 - 3_170_000 / 1.105  # 301,222
low, high = 3_165_000 - 3_165_000 / 1.1045, 3_175_000 - 3_175_000 / 1.1055  # 299,450, 302,996
# 3,170,000 x drift = 3,170,000 / 1.105, so the drift undoes the growth. It lies below 0.95.
solved = 1 / 1.105  # 0.904977
hand("net_persons_nil", point, low, high, "fitted", rests_on="stated", solved=solved, said="outside")

point, low, high = 3_170_000 - 2_590_000, 3_165_000 - 2_595_000, 3_175_000 - 2_585_000  # 580,000, 570,000, 590,000
# The base is 2,590,000 labourers at one transfer each. Above 305,000, and above 350,000.
# v from 565,000 to 595,000: none of it within 150,000 to 450,000.
hand("net_persons_from_labourers", point, low, high, "inconsistent", rests_on="implied", power=(1, 1))

test_by_hand = hand.test()
