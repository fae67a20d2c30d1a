"""Hand arithmetic: persons at risk in 2019 and in 2021, and in total with former detainees.

Printed: up to 1.6 million at risk in 2019 (stands for 1.55 to 1.65); 2.59 million labourers in 2019 (2.585 to 2.595),
of which 1.65 million in the south (1.645 to 1.655); 3.17 million transfers in 2021 (3.165 to 3.175); growth of
10.5 percent (10.45 to 10.55); approaching 2 million at risk in 2021, which asserts 1.8 to 2 million; a total of 2 to
2.5 million, each end to 0.1 million (1.95 to 2.05; 2.45 to 2.55) or to 0.5 million (1.75 to 2.25; 2.25 to 2.75).
In words: former detainees placed in work are hundreds of thousands, which are 200,000, or 100,000 at their loosest, up
to 1,000,000.

The step from 2019 to 2021 is 3,170,000 - 3,170,000 / 1.105 = 301,222 persons, from 3,165,000 - 3,165,000 / 1.1045 =
299,450 to 3,175,000 - 3,175,000 / 1.1055 = 302,996, at one person per transfer; at the implied ratio it is
2,590,000 x 0.105 = 271,950 (see test_growth_since_2019.py).

Of power: "up to v" passes for v >= low. "Approaches v" asserts 0.9 v up to v, and passes for low < v <= high / 0.9. An
end printed as v passes for low - 50,000 <= v <= high + 50,000.
"""

from tests.backtests.ledger import Ledger

hand = Ledger()
# fmt: off

#: At risk in 2021 with all who were added: 1,901,222, from 1,849,450 to 1,952,996.
WHOLE = (
    1_600_000 + 3_170_000 - 3_170_000 / 1.105,
    1_550_000 + 3_165_000 - 3_165_000 / 1.1045,
    1_650_000 + 3_175_000 - 3_175_000 / 1.1055,
)


def plus(three, more):
    return [one + more for one in three]


# Persons or transfers, the unit cancels. Lowest with the south low and the region high. 0.637066, 0.633911, 0.640232
hand("southern_share", 1_650_000 / 2_590_000, 1_645_000 / 2_595_000, 1_655_000 / 2_585_000, rests_on="stated")

point, low, high = 1_650_000 * 0.95, 1_645_000 * 0.95, 1_655_000 * 0.95  # 1,567,500, 1,562,750, 1,572,250
# 1,650,000 x 0.95 x 1 before solving
solved = 1_600_000 / 1_650_000  # 0.969697, within 0.88 to 1
hand("southern_fitted", point, low, high, "fitted", rests_on="chosen", solved=solved, said="inside")

# A share above 1: more than all of them.
solved = 1_600_000 / (1_650_000 * 0.95)  # 1.020734
hand("southern_share_fitted", point, low, high, "fitted", rests_on="chosen", solved=solved, said="impossible")

low = 1_645_000 * 0.95  # 1,562,750
# Below 1.6 million. "Up to v" fails for v below low, within 0.8 to 2.4 million and within 1.44 to 1.76 million.
power = (low - 800_000) / 1_600_000, (low - 1_440_000) / 320_000  # 0.4767, 0.3836
# 1,567,500, 1,572,250
hand("southern_at_values", 1_650_000 * 0.95, low, 1_655_000 * 0.95, "reproduced", rests_on="chosen", power=power)

# 1,650,000 x 0.95 + (2,590,000 - 1,650,000) x 0.50 = 1,567,500 + 470,000 before solving. A southern labourer more
# is one elsewhere less, so it adds 0.95 - 0.50: both printed numbers low give the low bound.
point = 1_650_000 * 0.95 + 940_000 * 0.50  # 2,037,500
low = 1_645_000 * 0.95 + (2_585_000 - 1_645_000) * 0.50  # 2,032,750
high = 1_655_000 * 0.95 + (2_595_000 - 1_655_000) * 0.50  # 2,042,250
# share outside = (1,600,000 - 1,650,000 x share in the south) / 940,000
solved = [
    (0.88, (1_600_000 - 1_650_000 * 0.88) / 940_000),  # 148,000 / 940,000 = 0.1574
    (0.95, (1_600_000 - 1_650_000 * 0.95) / 940_000),  # 32,500 / 940,000 = 0.0346
    (1.00, (1_600_000 - 1_650_000) / 940_000),  # -50,000 / 940,000 = -0.0532
]
# All three lie below 0.30, the last below 0.
hand("composition_fitted", point, low, high, "fitted", rests_on="chosen", solved=solved, said="impossible")

solved = 1_600_000 / 2_037_500  # 0.785276, within 0 to 1
hand("composition_share_fitted", point, low, high, "fitted", rests_on="chosen", solved=solved, said="inside")

# Above 1.6 million throughout.
# "Up to v" fails for v below low: most of 0.8 to 2.4 million, all of 1.44 to 1.76 million.
power = (low - 800_000) / 1_600_000, 1  # 0.7705
hand("composition_at_values", point, low, high, "inconsistent", rests_on="chosen", power=power)

point, low, high = 2_590_000 * 0.62, 2_585_000 * 0.62, 2_595_000 * 0.62  # 1,605,800, 1,602,700, 1,608,900
solved = 1_600_000 / 2_590_000  # 0.617761, within 0 to 1
hand("constant_share_fitted", point, low, high, "fitted", rests_on="chosen", solved=solved, said="inside")

low = 2_585_000 * 0.62  # 1,602,700
# "Up to 1.6 million" ends at 1,600,000, not at 1,650,000; the low bound is 2,700 above.
power = (low - 800_000) / 1_600_000, (low - 1_440_000) / 320_000  # 0.5017, 0.5084
# 1,605,800, 1,608,900
hand("constant_share_at_values", 2_590_000 * 0.62, low, 2_595_000 * 0.62, "inconsistent", rests_on="chosen",
     power=power)

point, low, high = WHOLE
# Between 1.8 and 2 million; "up to" makes it a ceiling.
# v from low to high / 0.9 = 2,169,996, within 1 to 3 million and within 1.8 to 2.2 million.
power = 1 - (high / 0.9 - low) / 2_000_000, 1 - (high / 0.9 - low) / 400_000  # 0.8397, 0.1986; needed 0.0494
hand("added_whole", point, low, high, "reproduced", kind="ceiling", rests_on="implied", needed=1 - point / 2_000_000,
     power=power)

point = 1_600_000 + 2_590_000 * 0.105  # 1,871,950
low, high = 1_550_000 + 2_585_000 * 0.1045, 1_650_000 + 2_595_000 * 0.1055  # 1,820,132.5, 1,923,772.5
# v from low to high / 0.9 = 2,137,525
power = 1 - (high / 0.9 - low) / 2_000_000, 1 - (high / 0.9 - low) / 400_000  # 0.8413, 0.2065; needed 0.0640
hand("added_whole_ratio_implied", point, low, high, "reproduced", kind="ceiling", rests_on="implied",
     needed=1 - point / 2_000_000, power=power)

# share of 2019 = 1,600,000 / 2,590,000 = 0.6178, of a step of 301,222: 186,083 more
point = 1_600_000 + (3_170_000 - 3_170_000 / 1.105) * 1_600_000 / 2_590_000  # 1,786,083
low = 1_550_000 + (3_165_000 - 3_165_000 / 1.1045) * 1_550_000 / 2_595_000  # 1,728,862
high = 1_650_000 + (3_175_000 - 3_175_000 / 1.1055) * 1_650_000 / 2_585_000  # 1,843,402
# The point is below 1.8 million, the high bound is not.
# v from low to high / 0.9 = 2,048,224, within 1 to 3 million; of 1.8 to 2.2 million the part up to 2,048,224.
power = 1 - (high / 0.9 - low) / 2_000_000, 1 - (high / 0.9 - 1_800_000) / 400_000  # 0.8403, 0.3794; needed 0.1070
hand("same_share", point, low, high, "consistent", kind="ceiling", rests_on="chosen", needed=1 - point / 2_000_000,
     power=power)

point = 1_600_000 * 1.105  # 1,768,000
# 1,600,000 + 2,590,000 x 0.105 x 1,600,000 / 2,590,000: the labourers cancel.
low, high = 1_550_000 * 1.1045, 1_650_000 * 1.1055  # 1,711,975, 1,824,075
# v from low to high / 0.9 = 2,026,750
power = 1 - (high / 0.9 - low) / 2_000_000, 1 - (high / 0.9 - 1_800_000) / 400_000  # 0.8426, 0.4331; needed 0.116
hand("same_share_ratio_implied", point, low, high, "consistent", kind="ceiling", rests_on="chosen",
     needed=1 - 1_768_000 / 2_000_000, power=power)

low, high = 1_550_000 + 3_165_000 - 2_595_000, 1_650_000 + 3_175_000 - 2_585_000  # 2,120,000, 2,240,000
# What approaches 2 million is below it; this is above, so no tolerance would make it pass.
# v from low to high / 0.9 = 2,488,889, within 1 to 3 million; of 1.8 to 2.2 million the part from 2.12 million.
power = 1 - (high / 0.9 - low) / 2_000_000, 1 - (2_200_000 - low) / 400_000  # 0.8156, 0.8
# 2,180,000
hand("labourers_as_transfers", 1_600_000 + 3_170_000 - 2_590_000, low, high, "inconsistent", kind="ceiling",
     rests_on="implied", power=power)

# 1,600,000 + (3,170,000 - 2,590,000) x 1,600,000 / 2,590,000 = 1,600,000 x 3,170,000 / 2,590,000
point = 1_600_000 * 3_170_000 / 2_590_000  # 1,958,301
low, high = 1_550_000 * 3_165_000 / 2_595_000, 1_650_000 * 3_175_000 / 2_585_000  # 1,890,462, 2,026,596
# v from low to high / 0.9 = 2,251,773, within 1 to 3 million; of 1.8 to 2.2 million the part from low.
power = 1 - (high / 0.9 - low) / 2_000_000, 1 - (2_200_000 - low) / 400_000  # 0.8193, 0.2262; needed 0.0208
hand("labourers_as_transfers_same_share", point, low, high, "reproduced", kind="ceiling", rests_on="chosen",
     needed=1 - point / 2_000_000, power=power)

# 350,000 former detainees before solving, on the 1,901,222 of added_whole
point, low, high = plus(WHOLE, 350_000)  # 2,251,222, 2,199,450, 2,302,996
# 2,000,000 - 1,901,222; fewer than 200,000. A ceiling and a floor are added.
solved = 2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 98,778
hand("detainees_for_low_end_added_whole", point, low, high, "fitted", kind="none", solved=solved, said="outside")

point, low = 1_600_000 + 2_590_000 * 0.105 + 350_000, 1_550_000 + 2_585_000 * 0.1045 + 350_000  # 2,221,950, 2,170,132.5
high = 1_650_000 + 2_595_000 * 0.1055 + 350_000  # 2,273,772.5
# 2,000,000 - 1,871,950; fewer than 200,000
solved = 2_000_000 - (1_600_000 + 2_590_000 * 0.105)  # 128,050
hand("detainees_for_low_end_ratio_implied", point, low, high, "fitted", kind="none", solved=solved, said="outside")

point = 1_600_000 * 1.105 + 350_000  # 2,118,000
low, high = 1_550_000 * 1.1045 + 350_000, 1_650_000 * 1.1055 + 350_000  # 2,061,975, 2,174,075
# 2,000,000 - 1,768,000; within 200,000 to 600,000
solved = 2_000_000 - 1_600_000 * 1.105  # 232,000
hand("detainees_for_low_end_same_share", point, low, high, "fitted", kind="none", rests_on="chosen", solved=solved,
     said="inside")

point = 1_600_000 + 3_170_000 - 2_590_000 + 350_000  # 2,530,000
low = 1_550_000 + 3_165_000 - 2_595_000 + 350_000  # 2,470,000
high = 1_650_000 + 3_175_000 - 2_585_000 + 350_000  # 2,590,000
# The low end is passed before anyone is added: a number of persons below zero.
solved = 2_000_000 - 2_180_000  # -180,000
hand("detainees_for_low_end_labourers_as_transfers", point, low, high, "fitted", kind="none", solved=solved,
     said="impossible")

point, low, high = plus(WHOLE, 350_000)  # 2,251,222, 2,199,450, 2,302,996
# 2,500,000 - 1,901,222; just within 200,000 to 600,000
solved = 2_500_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 598,778
hand("detainees_for_high_end_added_whole", point, low, high, "fitted", kind="none", solved=solved, said="inside")

point, low = 1_600_000 + 2_590_000 * 0.105 + 350_000, 1_550_000 + 2_585_000 * 0.1045 + 350_000  # 2,221,950, 2,170,132.5
high = 1_650_000 + 2_595_000 * 0.1055 + 350_000  # 2,273,772.5
# 2,500,000 - 1,871,950; more than 600,000
solved = 2_500_000 - (1_600_000 + 2_590_000 * 0.105)  # 628,050
hand("detainees_for_high_end_ratio_implied", point, low, high, "fitted", kind="none", solved=solved, said="outside")

point = 1_600_000 * 1.105 + 350_000  # 2,118,000
low, high = 1_550_000 * 1.1045 + 350_000, 1_650_000 * 1.1055 + 350_000  # 2,061,975, 2,174,075
# 2,500,000 - 1,768,000; more than 600,000
solved = 2_500_000 - 1_600_000 * 1.105  # 732,000
hand("detainees_for_high_end_same_share", point, low, high, "fitted", kind="none", rests_on="chosen", solved=solved,
     said="outside")

point = 1_600_000 + 3_170_000 - 2_590_000 + 350_000  # 2,530,000
low = 1_550_000 + 3_165_000 - 2_595_000 + 350_000  # 2,470,000
high = 1_650_000 + 3_175_000 - 2_585_000 + 350_000  # 2,590,000
# 2,500,000 - 2,180,000; within 200,000 to 600,000
solved = 2_500_000 - 2_180_000  # 320,000
hand("detainees_for_high_end_labourers_as_transfers", point, low, high, "fitted", kind="none", solved=solved,
     said="inside")

point, low, high = plus(WHOLE, 300_000)  # 2,201,222, 2,149,450, 2,252,996
# Above 1.95 to 2.05 million throughout; within 1.75 to 2.25 million.
# v from low - 50,000 = 2,099,450 to high + 50,000 = 2,302,996, within 1 to 3 million; of 1.8 to 2.2 million the
# part from 2,099,450.
power = 1 - (high - low + 100_000) / 2_000_000, 1 - (2_200_000 - (low - 50_000)) / 400_000  # 0.8982, 0.7486
hand("low_end_several_three", point, low, high, "inconsistent", other="reproduced", kind="none", rests_on="chosen",
     power=power)

point, low, high = plus(WHOLE, 200_000)  # 2,101,222, 2,049,450, 2,152,996
# The point is above 2.05 million, the low bound 550 below it; the point is within 1.75 to 2.25 million.
# v from low - 50,000 = 1,999,450 to high + 50,000 = 2,202,996
power = 1 - (high - low + 100_000) / 2_000_000, 1 - (2_200_000 - (low - 50_000)) / 400_000  # 0.8982, 0.4986
hand("low_end_several_two", point, low, high, "consistent", other="reproduced", kind="none", rests_on="chosen",
     power=power)

point, low, high = plus(WHOLE, 300_000)  # 2,201,222, 2,149,450, 2,252,996
# 300,000 x (1 - overlap) = 98,778; the overlap lies above 0.5
left = 2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 98,778
solved = 1 - left / 300_000  # 0.670739
hand("overlap_for_low_end_several_three", point, low, high, "fitted", kind="none", rests_on="chosen", solved=solved,
     said="outside")

point, low, high = plus(WHOLE, 200_000)  # 2,101,222, 2,049,450, 2,152,996
# 200,000 x (1 - overlap) = 98,778; the overlap lies just above 0.5
solved = 1 - left / 200_000  # 0.506109
hand("overlap_for_low_end_several_two", point, low, high, "fitted", kind="none", rests_on="chosen", solved=solved,
     said="outside")

point, low, high = plus(WHOLE, 300_000)  # 2,201,222, 2,149,450, 2,252,996
# Below 2.45 to 2.55 million throughout; 2.25 to 2.75 million is reached by the high bound, not by the point.
# The check names the reading of "several", so that stays at three.
# v from low - 50,000 = 2,099,450 to high + 50,000 = 2,302,996, within 1.25 to 3.75 million; of 2.25 to 2.75 million
# the part up to 2,302,996.
power = 1 - (high - low + 100_000) / 2_500_000, 1 - (high + 50_000 - 2_250_000) / 500_000  # 0.9186, 0.8940
hand("high_end_several_three", point, low, high, "inconsistent", other="consistent", kind="none", rests_on="chosen",
     power=power)

# 2,000,000 - 1,901,222. At the other corner 1,950,000 - 1,952,996 is below zero, and is trimmed to zero.
point = 2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 98,778
high = 2_050_000 - (1_550_000 + 3_165_000 - 3_165_000 / 1.1045)  # 200,550
# "Several" as three: 300,000 is out of reach. As two, and the low end up to 2.25 million: up to 400,550, 200,000 is
# reached. A floor less a ceiling is a floor.
hand("detainees_from_low_end", point, 0, high, "inconsistent", other="consistent", kind="floor", rests_on="implied")

point = 2_500_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 598,778
low = 2_450_000 - (1_650_000 + 3_175_000 - 3_175_000 / 1.1055)  # 497,004
high = 2_550_000 - (1_550_000 + 3_165_000 - 3_165_000 / 1.1045)  # 700,550
# At least 300,000, and at least 200,000. A ceiling less a ceiling is neither.
hand("detainees_from_high_end", point, low, high, "reproduced", kind="none", rests_on="implied")

# An assumption, which does not move, and a floor. From 200,000 to 1,000,000, and so from 100,000, too.
hand("detainees_set_in_words", 350_000, 350_000, 350_000, "reproduced", kind="floor", rests_on="chosen")

# As in detainees_from_low_end: 98,778, down to 1,950,000 - 1,952,996, which is trimmed to zero.
point = 2_000_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 98,778
high = 2_050_000 - (1_550_000 + 3_165_000 - 3_165_000 / 1.1045)  # 200,550
# The point is below 200,000, the high bound 550 above. At the loosest the point is still below, 1,222 short
# of 100,000, so that is no more than consistent either.
hand("detainees_low_end_in_words", point, 0, high, "consistent", kind="floor", rests_on="implied")

point = 2_500_000 - (1_600_000 + 3_170_000 - 3_170_000 / 1.105)  # 598,778
high = 2_550_000 - (1_550_000 + 3_165_000 - 3_165_000 / 1.1045)  # 700,550
# Within 200,000 to 1,000,000. A ceiling less a ceiling is neither.
hand("detainees_high_end_in_words", point, low, high, "reproduced", kind="none", rests_on="implied")

# "Up to" 1.6 million and "at least" several hundred thousand: neither a ceiling nor a floor.
point, low, high = plus(WHOLE, 350_000)  # 2,251,222, 2,199,450, 2,302,996
hand("total_at_values", point, low, high, kind="none", rests_on="chosen")

test_by_hand = hand.test()
