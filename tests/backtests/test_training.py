"""Hand arithmetic: vocational training, held and planned.

Printed: 1 million sessions a year before the plan (0.95 to 1.05), twice; 1.5 million a
year planned (its digits alone), twice; 1.48 million held in 2021 (1.475 to 1.485).
"""

import pytest

from tests.backtests.by_hand import compare

CASES = {
    "training_before_twice": (1_000_000, 950_000, 1_050_000, "matches"),
    "training_planned_twice": (1_500_000, 1_500_000, 1_500_000, "matches"),
    # 0.9867, 0.9833, 0.99
    "training_attained": (1.48 / 1.5, 1.475 / 1.5, 1.485 / 1.5),
}


@pytest.mark.parametrize("name", CASES)
def test_by_hand(article, name):
    compare(article, name, CASES[name])
