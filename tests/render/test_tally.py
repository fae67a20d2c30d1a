"""The tally: first the headlines, as a reader counts them, then the other results."""

import pytest

from analysis.model.model import Model
from analysis.model.results import TALLIED
from analysis.model.verdicts import judge_all
from analysis.render.tally import counted_words, tally_words

COUNTS = dict.fromkeys(TALLIED, 0) | {
    "repetition matches": 7,
    "repetition compatible": 1,
    "sum matches on printed numbers": 2,
    "sum matches on choices": 3,
    "sum matches_within_rounding": 1,
    "sum compatible": 1,
    "sum not_recalculable": 1,
}


def test_a_tally_tells_kinds_apart() -> None:
    assert counted_words(COUNTS) == (
        "We compared 16 results of the article. Eight repeat what the article prints "
        "elsewhere: seven agree and one is compatible, as the article's words leave "
        "room. The other eight are calculations or estimates: two match on printed "
        "numbers, three match under assumptions or readings that we chose, one matches "
        "only within rounding, one is compatible and one cannot be recalculated from "
        "this article."
    )


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, "We compared 0 results of the article."),
        (
            {"repetition matches": 1},
            "We compared 1 result of the article. One repeats what the "
            "article prints elsewhere: one agrees.",
        ),
        (
            {"sum differs": 1, "sum matches on choices": 2},
            "We compared 3 results of the article. Three are calculations or "
            "estimates: two match under assumptions or readings that we chose and one "
            "differs.",
        ),
    ],
)
def test_a_tally_of_few(counts: dict[str, int], words: str) -> None:
    assert counted_words(dict.fromkeys(TALLIED, 0) | counts) == words


#: What stands beside the verdict on the plan, which is "at least" 2.2 million.
CONDITION = "only on the condition named beside the verdict"


def test_the_tally_begins_with_the_verdicts_that_stand_beside_the_headlines(
    model: Model,
) -> None:
    # Beside the six stand: matches, the two agree, two figures, cannot be recalculated,
    # matches if assumptions hold, compatible. Five of the sixteen results are in
    # headlines (one of them a repetition), and eleven are not.
    assert tally_words(model, judge_all(model)) == (
        "Of the six headlines, three match or agree (two of them only on the "
        "condition named beside the verdict), one is compatible, one cannot be "
        "recalculated from this article and one is a comparison of ours that the "
        "article does not make. "
        "Besides the headlines, we compared eleven other results of the article. "
        "Seven repeat what the article prints elsewhere: six agree and one is "
        "compatible, as the article's words leave room. The other four are "
        "calculations or estimates: one matches on printed numbers, two match under "
        "assumptions or readings that we chose and one matches only within rounding."
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        # 1.6 + 0.55 x 0.3012 = 1.766 million is 12 percent short of two million.
        (
            {"persons_per_transfer": 0.55},
            f"two match or agree (one of them {CONDITION}), two are compatible, ",
        ),
        # 2.87 / 2.1 - 1 = 36.7 percent, against a number and no longer "at least" one.
        (
            {"planned_transfers_2016_2020": 2_100_000},
            f"three match or agree (one of them {CONDITION}), one is compatible, ",
        ),
        # 3.17 - 3.17 / 1.2 = 0.528 million, beside 300,000. With 1.6 million that is at
        # most 2.128 million, which leaves room for fewer than two million.
        (
            {"growth_2019_2021": 0.2},
            f"one matches ({CONDITION}), two are compatible, one differs, ",
        ),
        # More labourers in the south than anywhere.
        (
            {"at_risk_2019": "southern", "labourers_south_2019": 2_600_000},
            f"two match or agree (one of them {CONDITION}), one cannot be recalculated "
            "from this article, two have no verdict",
        ),
    ],
)
def test_the_headlines_are_counted_under_a_setting(
    model: Model, given: dict[str, float | str], words: str
) -> None:
    outcomes = judge_all(model, setting=model.setting(given))
    said = tally_words(model, outcomes)
    assert said.startswith(f"Of the six headlines, {words}")
