"""Hand arithmetic: cadres, and the rural households that are looked into.

Printed: at least 1 person in work per household, twice (planned, so its digits alone);
400,000 cadres (350,000 to 450,000); 12 million rural households (11.5 to 12.5 million);
774,000 under real-time monitoring (773,500 to 774,500); 2,165 visited and 489
investigated (small counts, so their digits alone).
In words: hundreds of thousands of cadres, which is 200,000 to a million.
Set: 3.5 persons per household, and one person per printed household where these are
persons.
"""

import pytest

from tests.backtests.by_hand import compare

CASES = {
    "person_per_household_twice": (1, 1, 1, "matches", "at least"),
    "cadres_twice": (400_000, 350_000, 450_000, "matches"),
    # Lowest with few monitored of many. 0.0645, 0.06188, 0.06735
    "flagged": (774 / 12_000, 773.5 / 12_500, 774.5 / 11_500),
    # 774,000 of 12,000,000 / 3.5 households. 0.22575, 0.21658, 0.23572
    "flagged_if_rural_persons": (
        774 * 3.5 / 12_000,
        773.5 * 3.5 / 12_500,
        774.5 * 3.5 / 11_500,
    ),
    # 774,000 / 3.5 of 12,000,000 / 3.5 households: the persons in a household cancel.
    "flagged_if_both_persons": (774 / 12_000, 773.5 / 12_500, 774.5 / 11_500),
    # 774,000 / 3.5 of 12,000,000 households. 0.018429, 0.017680, 0.019242
    "flagged_if_flagged_persons": (
        774 / 3.5 / 12_000,
        773.5 / 3.5 / 12_500,
        774.5 / 3.5 / 11_500,
    ),
    # 0.22587
    "investigated_nested": (489 / 2_165, 489 / 2_165, 489 / 2_165),
    # 2,165 + 489 = 2,654 in all. 0.18425
    "investigated_apart": (489 / 2_654, 489 / 2_654, 489 / 2_654),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(article, name):
    compare(article, name, CASES[name])
