"""Hand arithmetic: the region's own reports beside the article, as findings use them.

Printed elsewhere, in million person-times: 2.75 or more (2016), 2.75 (2017), 2.805
(2018), 2.86 expected (2019), 14.33 (2016 to 2020), 3.174 (2021), 3.0324 (2022). Each
step below is the number before it is rounded.
"""

import pytest

from analysis.model.findings import recomputed

HAND = {
    "two_values_of_2019": [
        3_170_000 / 1.105,  # 2,868,778
        # 3.17 is 3.165 to 3.175, and 10.5 percent is 10.45 to 10.55.
        3_165_000 / 1.1055,  # 2,862,958
        3_175_000 / 1.1045,  # 2,874,604
        # 3.174 is 3.1735 to 3.1745.
        # 1.1055 x 2,870,000 = 3,172,785; 715 / 1.1055 = 647; so 2,870,647.
        3_173_500 / 1.1055,
        3_174_500 / 1.1045,  # 2,874,151
        3_170_000 / 1.105 - 2_860_000,  # 8,778
        2_590_000 / (3_170_000 / 1.105),  # 0.902823
        3_170_000 / 1.105 - 2_590_000,  # 278,778
    ],
    "base_equals_mean": [
        3_170_000 - 300_000,  # 2,870,000
        3_170_000 - 300_000 - 2_870_000,  # 0
        3.17 / 2.87 - 1,  # 0.104530, to a tenth of a percent 10.5
        3.174 / 2.866 - 1,  # 14.33 / 5 = 2.866; 0.107467
        3.174 / 2.86 - 1,  # 0.109790
    ],
    "two_totals_of_2021": [
        3_200_000 - 3_170_000,  # 30,000
        3_200_000 - 3_174_000,  # 26,000: 3.15 to 3.25 rounds to 3.2
        3_174_000 - 3_170_000,  # 4,000: 3.165 to 3.175 rounds to 3.17
    ],
    "mean_counts_transfers": [
        14_330_000 / 5,  # 2,866,000
        2_870_000 - 2_866_000,  # 4,000: 2.865 to 2.875 rounds to 2.87
        14_330_000 - 5 * 2_870_000,  # 14,330,000 - 14,350,000 = -20,000
    ],
    "one_increase_two_nouns": [
        300_000 / 300_000,  # 1
        250_000 / (3_170_000 - 3_170_000 / 1.105),  # 250,000 / 301,222 = 0.829953
        295_000 / (3_170_000 - 3_170_000 / 1.105),  # 295,000 / 301,222 = 0.979345
        2_590_000 / (3_170_000 / 1.105),  # 0.902823
        560_000 / 1_020_000,  # 0.549020
        555_000 / 1_025_000,  # 0.541463
        565_000 / 1_015_000,  # 0.556650
        # 2,870,000 x 0.549020 = 1,575,686 persons in 2019;
        # with 300,000 more, 1,875,686 in 3,170,000 transfers.
        (300_000 + 2_870_000 * 560 / 1020) / 3_170_000,  # 0.591699
        # Over 0.549020; 287 / 317 = 0.905363 of it is left,
        # and 300,000 / (3,170,000 x 0.549020) = 0.172375 is added.
        (2_870 + 300 * 1020 / 560) / 3_170 - 1,  # 0.077738
        (2_870 + 250 * 1020 / 560) / 3_170 - 1,  # 0.905363 + 0.143646 - 1 = 0.049009
        1_087_000 / 3_032_400,  # 0.358462
    ],
    "plan_of_2021_not_identified": [
        3_170_000 / 1.154,  # 2,746,967
        3_200_000 / 1.154,  # 2,772,964
        13_750_000 / 5,  # 2,750,000
        3.174 / 2.75 - 1,  # 0.154182
        3.174 / 2.70 - 1,  # 0.175556
    ],
    "plan_below_the_level_reached": [
        3.2 / 1.154 / 2.87 - 1,  # 2.772964 / 2.87 = 0.966189; -0.033811
        2.75 / 2.87 - 1,  # -0.041812
        3.17 / 2.87 - 1,  # 0.104530
    ],
    "floor_printed_as_goal": [
        2.87 / 2.2 - 1,  # 0.304545
        2.75 / 2.60 - 1,  # 0.057692
        2.86 / 2.70 - 1,  # 0.059259
    ],
    "year_2020_by_subtraction": [
        # 2.75 + 2.75 + 2.805 + 2.86 = 11.165; 14.33 - 11.165
        14_330_000 - 2_750_000 - 2_750_000 - 2_805_000 - 2_860_000,  # 3,165,000
        14_330_000 - 2_750_000 - 2_750_000 - 2_805_000 - 2_870_000,  # 3,155,000
        # 4 x 2.82 = 11.28; 2.75 + 2.805 + 2.86 = 8.415
        4 * 2_820_000 - 2_750_000 - 2_805_000 - 2_860_000,  # 2,865,000
        (3_165 - 2_860) / (3_174 - 2_860),  # 305 / 314 = 0.971338
        (2_865 - 2_860) / (3_174 - 2_860),  # 5 / 314 = 0.015924
    ],
    "flagged_persons_or_households": [
        774_000 / 769_000,  # 1.006502
        774_000 / 779_000,  # 0.993582
        774_000 / 222_400,  # 3.480216
    ],
    "training_under_two_nouns": [
        1.5 / 1.0,  # 1.5, plan over the former volume
        1.5 / 1.288,  # 1.164596
        2_214_000 / 1_480_000,  # 1.495946
        2_214_000 / 1.7985,  # 1,231,026
        2_214_000 / 1_500_000,  # 1.476
    ],
    "highest_figure_up_to_2021": [
        3.174 / 2.80 - 1,  # 0.133571
        # 14,330,000 - 11,165,000 = 3,165,000 is the most that 2020 can have been.
        3_174_000 - 3_165_000,  # 9,000
        # 2.487 + 2.60 + 2.80 + 2.60 + 2.50 = 12.987, a fifth of which is 2.5974
        2_597_400,
        2.5974 / 2.866 - 1,  # -0.093719
    ],
}


@pytest.mark.parametrize("name", HAND)
def test_each_step_by_hand(model, name):
    steps = recomputed(model, model.register.findings[name])
    assert [value for _, value in steps] == pytest.approx(
        HAND[name], rel=1e-9, abs=1e-9
    )


def test_the_reports_add_up_as_their_notes_say(model):
    printed = {
        name: figure.published.value()
        for name, figure in model.register.external.items()
    }
    # 1.663 - 1.5391 = 0.1239 million outside the region.
    within = printed["report_2009_persons_within"]
    assert printed["report_2009_persons"] - within == pytest.approx(123_900)
    # 16.10 - 3.174 - 3.0324 - 3.359 = 6.5346 million in 2023 and 2024.
    three = sum(printed[f"report_{year}"] for year in (2021, 2022, 2025))
    assert printed["report_2021_2025"] - three == pytest.approx(6_534_600)
    # 2.75 / 2.60 = 105.8 percent of the goal of 2017, where the newspaper prints 106.
    assert printed["report_2017"] / printed["target_2017"] == pytest.approx(
        1.0577, abs=5e-5
    )
    # 2.805 + 2.86 + 3.165 (2020, by subtraction) + 3.174 + 3.0324 = 15.0364;
    # a fifth is 3.007 million.
    by_subtraction = 3_165_000
    five = (
        sum(printed[f"report_{year}"] for year in (2018, 2019, 2021, 2022))
        + by_subtraction
    )
    assert five / 5 == pytest.approx(3_007_280)
    # 14.33 - 2.82 x 4 = 3.05 million for 2016, where the report prints 2.75 or more.
    four = 4 * printed["transfers_2017_2020_mean"]
    assert printed["report_2016_2020"] - four == pytest.approx(3_050_000)
    # Persons in two years: (6,419 + 6,991) / 2 = 6,705.
    # Person-times in six: 44,469 / 6 = 7,411.5.
    persons = [printed[f"urumqi_{year}"] for year in (2015, 2016)]
    times = [printed[f"urumqi_{year}"] for year in (2013, 2014, 2017, 2018, 2019, 2020)]
    assert (sum(persons) / 2, sum(times) / 6) == (6_705, 7_411.5)
    # 3.089 million persons in 779,000 households: 3.965.
    persons = printed["registered_poor_2014_persons"]
    households = printed["registered_poor_2014_households"]
    assert persons / households == pytest.approx(3.965, abs=5e-4)
