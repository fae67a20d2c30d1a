"""The numbers and counts that stand in sentences by hand, beside hand arithmetic; the
limits of those at risk; and labourers, who become transfers or persons by a ratio.

The sum of 2021, and the most by rounding, are those of test_at_risk.py.
"""

import math
import re

import pytest

from analysis import SettingError, headlines
from tests.backtests.test_at_risk import MOST, SUM
from tests.settings import random_settings

BASE = 3_170_000 / 1.105
#: The numbers of an assumption's reason, as hand arithmetic rounds them.
REASONS = {
    # The least of three digits that reaches 250,000 of 300,000.
    "approaching_from": ["0.834", f"{SUM / 1e6:.1f} ", f"{MOST / 1e6:.3f} "],
    "persons_per_transfer": [f" {1_600_000 / BASE:.3f},", f" {1.087 / 3.0324:.3f}:"],
    "transfers_per_labourer": [f"{BASE / 2_590_000:.3f} ", f" {1 / 0.05:.0f} "],
    "at_risk_share_of_new": [f" {160 / 2.59:.0f} percent"],
}


@pytest.mark.parametrize("name", REASONS)
def test_a_reason_has_the_numbers_that_follow(article, name):
    why = article.book.assumptions[name].why
    assert [part for part in REASONS[name] if part not in why] == []


def test_the_answer_counts_what_the_headlines_show(article):
    verdicts = article.headlines()["verdict"].to_list()
    assert (verdicts.count("matches"), len(verdicts)) == (3, 6)
    assert "differs" not in verdicts
    answer = headlines.answer(article)[0]
    counted = re.findall("Three|Two|One|None|1.6", answer)
    assert counted == ["Three", "Two", "1.6"]


def test_the_answer_names_the_assumption_of_the_sum_only_where_it_rests_on_it(article):
    texts = article.book.texts["headlines"]["answer"]
    (sentence,) = [group["one"] for group in texts if "check" in group]
    # 1.6 + 0.3 million matches; 1 + 0.3 million does not; 0.7 is a reader's.
    assert sentence in headlines.answer(article)[0]
    assert sentence not in headlines.answer(article.change(at_risk_2019=1e6))[0]
    assert sentence not in headlines.answer(article.change(persons_per_transfer=0.7))[0]


COUNTED = ("None", "One", "Two", "Three", "Four", "Five", "Six")
#: Verdicts that the answer counts together, in its order.
GROUPS = [{"matches", "matches within rounding"}, {"differs"}, {"left open"}]
GROUPS += [{"not computed"}]


def test_under_every_setting_the_answer_counts_as_the_table_does(article):
    seen = set()
    for study in [article, *random_settings(article, 60, seed=5)]:
        verdicts = study.headlines()["verdict"].to_list()
        counts = [sum(found in group for found in verdicts) for group in GROUPS]
        # A sentence whose count is zero is left out, but for the first.
        said = [COUNTED[counts[0]], *[COUNTED[count] for count in counts[1:] if count]]
        answer = headlines.answer(study)[0]
        starts = [sentence.split()[0] for sentence in answer.split(". ")]
        assert [word for word in starts if word in COUNTED] == said
        seen |= {*said}
    assert {"One", "Two", "Three"} <= seen


def test_with_words_for_the_ratio_the_sum_for_2021_is_left_open_too(article):
    # As the front page, the README and the note of headline 5 say.
    study = article.change(persons_per_transfer="in_words")
    verdicts = study.headlines()["verdict"].to_list()
    assert (verdicts[4], verdicts.count("matches")) == ("left open", 2)
    assert headlines.answer(study)[0].startswith("Two ")


# Limits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limited", "setting"),
    [
        # 0.55 x 2,868,778 = 1,577,828 transferred persons, of whom 1.6 million at risk.
        ("1.577", {"persons_per_transfer": 0.55, "at_risk_2019": 1_600_000}),
        # 0.6 x 2,868,778 = 1,721,267, and 2,037,500 at risk.
        ("1.721", {"persons_per_transfer": 0.6, "at_risk_2019": "composition"}),
        # 301,222 were added by the totals; 305,000 round to the printed 300,000.
        ("305,000", {"net_new_transfers": 305_100}),
        # At one person per transfer in 2019.
        ("persons_per_transfer_2021", {"persons_per_transfer_drift": 1.01}),
        # The low end is 2 million.
        ("at_risk_total_low", {"at_risk_total_high": 1_990_000}),
        # The south is a part of the whole.
        ("2.59 million", {"labourers_south_2019": 2_700_000}),
    ],
)
def test_what_is_set_past_a_limit_is_refused(article, limited, setting):
    with pytest.raises(SettingError, match=limited):
        article.change(**setting)


def test_words_without_an_upper_end_have_none(article):
    assert article["former_detainees"].low == 300_000
    assert math.isnan(article["former_detainees"].high)


# Units --------------------------------------------------------------------------------


def test_labourers_are_persons_only_by_a_ratio(article):
    # 0.95 x 2,590,000 persons in 2,868,778 transfers.
    study = article.change(persons_per_labourer=0.95)
    assert study["total_2019"] == pytest.approx(2_460_500)
    ratio = study.checks("ratio_implied")["value"].to_list()[0]
    assert ratio == pytest.approx(2_460_500 / BASE)
    south = study.checks("southern_at_values")["value"].to_list()[0]
    assert south == pytest.approx(1_650_000 * 0.95 * 0.95)


def test_labourers_are_transfers_only_by_a_ratio(article):
    # 2,868,778 transfers of 2,590,000 labourers.
    implied = article.change(transfers_per_labourer="implied")
    assert implied["transfers_per_labourer"] == pytest.approx(BASE / 2_590_000)
    assert implied["figures_of_2019_apart"] == pytest.approx(0, abs=1e-6)
