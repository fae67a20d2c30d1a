"""The numbers and counts that stand in sentences by hand, beside hand arithmetic; the
limits of those at risk; and labourers, who become transfers or persons by a ratio.

B, ADDED and the sum of 2021 are those of test_at_risk.py.
"""

import math
import re

import pytest

from analysis import SettingError
from tests.backtests.test_at_risk import ADDED, MOST, SUM

BASE = 3_170_000 / 1.105
NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"]

#: What an assumption's reason says: its numbers, as hand arithmetic rounds them.
REASONS = {
    "approaching_from": [
        f"1.85 million the sum needs {250_000 / ADDED:.3f}",
        f"1.9 million {300_000 / ADDED:.3f}",
        f"{SUM / 1e6:.3f} million it rests on rounding",
        f"{MOST / 1e6:.3f} million it differs",
    ],
    "persons_per_transfer": [
        f"{1_600_000 / BASE:.3f} beside 1.6 million",
        f"{1.087 / 3.0324:.3f}",
    ],
    "transfers_per_labourer": [f"{BASE / 2_590_000:.3f}", f"{1 / 0.05:.0f} transfers"],
    "at_risk_share_of_new": [f"{1.6 / 2.59:.2f} is 1.6 million divided by 2.59"],
}


@pytest.mark.parametrize("name", REASONS)
def test_a_reason_has_the_numbers_that_follow(article, name):
    why = article.model.tables["assumptions"][name]["why"]
    assert [part for part in REASONS[name] if part not in why] == []


@pytest.mark.parametrize(
    ("low_end", "verdict"),
    [
        (SUM - 1, "matches"),
        (SUM + 1, "matches within rounding"),
        (MOST - 1, "matches within rounding"),
        (MOST + 1, "differs"),
    ],
)
def test_what_approaches_is_ours_to_move(article, low_end, verdict):
    found = article.change(approaching_from=low_end).checks("at_risk_2021_sum")
    assert found["verdict"].to_list() == [verdict]


def test_the_answer_counts_what_the_headlines_show(article):
    answer = article.model.texts["headlines"]["answer"].lower()
    words = re.findall(r"\w+", answer)
    counts = [NUMBERS.index(word) for word in words if word in NUMBERS]
    table = article.headlines()
    matching = table[table["verdict"] == "matches"]["condition"]
    others = ("differs", "left open", "cannot be recalculated")
    sizes = [table["verdict"].str.startswith(verdict).sum() for verdict in others]
    assert counts == [len(matching), len(table), (matching != "").sum(), *sizes]
    assert all(verdict in answer for verdict in others)


# Limits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "setting",
    [
        # 0.55 x 2,868,778 = 1,577,828 transferred persons, of whom 1.6 million at risk.
        {"persons_per_transfer": 0.55},
        # 0.6 x 2,868,778 = 1,721,267, and 2,037,500 at risk.
        {"persons_per_transfer": 0.6, "at_risk_2019": "composition"},
        # 1,600,000 + (0.4 x 3,170,000 - 2,868,778) x 0.1 = 1,439,922, of 1,268,000.
        {"persons_per_transfer_2021": 0.4, "at_risk_share_of_new": 0.1},
    ],
)
def test_no_more_are_at_risk_than_were_transferred(article, setting):
    with pytest.raises(SettingError, match="at_risk"):
        article.change(**setting)["at_risk_2021"]


def test_words_without_an_upper_end_have_none(article):
    assert article["former_detainees"].low == 300_000
    assert math.isnan(article["former_detainees"].high)


# Units --------------------------------------------------------------------------------


def test_labourers_are_persons_only_by_a_ratio(article):
    # 0.95 x 2,590,000 persons in 2,868,778 transfers.
    study = article.change(persons_per_labourer=0.95)
    assert study["total_2019"].value == pytest.approx(2_460_500)
    ratio = study.checks("ratio_implied")["value"].to_list()[0]
    assert ratio == pytest.approx(2_460_500 / BASE)
    south = study.checks("southern_at_values")["value"].to_list()[0]
    assert south == pytest.approx(1_650_000 * 0.95 * 0.95)


def test_labourers_are_transfers_only_by_a_ratio(article):
    # At 1.1 transfers per labourer, 2,868,778 transfers are 2,607,980 labourers.
    found = article.change(transfers_per_labourer=1.1).checks("base_2019_as_labourers")
    assert found["value"].to_list() == pytest.approx([BASE / 1.1])
    implied = article.change(transfers_per_labourer="implied")
    assert implied["transfers_per_labourer"].value == pytest.approx(BASE / 2_590_000)
    assert implied["figures_of_2019_apart"].value == pytest.approx(0, abs=1e-6)
