"""Hand arithmetic: verdicts under settings other than the article's own, and the limits
at which they end.

B = 3,170,000 / 1.105 = 2,868,778 transfers in 2019 (2,862,958 to 2,874,604).
N = 3,170,000 - B = 301,222 transfers were added since then (299,450 to 302,996).
r is persons per transfer in 2019, and d the factor by which r changed to 2021, which is
at most 1 / r.
"""

import pytest

from analysis.model.verdicts import judge
from tests.backtests.ledger import close

BASE = 3_170_000 / 1.105
ADDED = 3_170_000 - BASE

SUM = 1_600_000 + ADDED

#: The checks that are judged.
IN_2021, NOTE_4, IN_ALL = "at_risk_2021_sum", "net_persons", "total_in_range"
WITHIN = "matches_within_rounding"
SHORT = {"persons_per_transfer": 0.55}
LONGER = SHORT | {"persons_per_transfer_2021": 0.5924}
RISING = {"persons_per_transfer": "implied", "persons_per_transfer_2021": 0.95}
JUDGED = [
    # "Approaches": the value alone decides at a tenth, and the word stretches to less
    # than a fifth. 1,765,672 is 11.7 percent short, though its digits reach
    # 1,650,000 + 0.55 x 302,996 = 1,816,648.
    (IN_2021, SHORT, 1_600_000 + 0.55 * ADDED, "compatible", "at most"),
    # 20 percent short, and the share is no less than none.
    (IN_2021, {"at_risk_share_of_new": 0}, 1_600_000, "differs", "at most"),
    # 2,021,500 is above, and its digits reach down to
    # 1,550,000 + 3,165,000 x 0.95 - 2,595,000 = 1,961,750.
    (IN_2021, RISING, 1_600_000 + 3_170_000 * 0.95 - 2_590_000, WITHIN, "at most"),
    # 1,700,000 + N = 2,001,222, down to 1,999,450,
    # and 1,800,000 + N = 2,101,222, down to 2,099,450; with a smaller share of those
    # added anything down to 1,800,000. From 2,000,000 on, none is below two million.
    (IN_2021, {"at_risk_2019": 1_700_000}, 1_700_000 + ADDED, WITHIN, "at most"),
    (IN_2021, {"at_risk_2019": 1_800_000}, 1_800_000 + ADDED, "compatible", "at most"),
    (IN_2021, {"at_risk_2019": 2_000_000}, 2_000_000 + ADDED, "differs", "at most"),
    # Note 4: 250,000 to 350,000. 0.83 N = 250,014;
    # 0.82 N = 247,002, at most 0.82 x 302,996 = 248,457.
    (NOTE_4, {"persons_per_transfer": 0.83}, 0.83 * ADDED, "matches", ""),
    (NOTE_4, {"persons_per_transfer": 0.82}, 0.82 * ADDED, "differs", ""),
    (NOTE_4, SHORT, 0.55 * ADDED, "differs", ""),  # 165,672
    # From 0.55 to 0.5924 it is 0.5924 x 3,170,000 - 0.55 B = 300,080.
    (NOTE_4, LONGER, 0.5924 * 3_170_000 - 0.55 * BASE, "matches", ""),
    # A tie rounds either way.
    (NOTE_4, {"persons_per_transfer": 250_000 / ADDED}, 250_000, "matches", ""),
    # 2,400,000 and 300,000 or more, with anything from none to N between, are 2,700,000
    # or more: within 2.75 million, at half a million. 2,500,000 gives 2,800,000.
    (IN_ALL, {"at_risk_2019": 2_400_000}, None, "compatible", "no bound"),
    (IN_ALL, {"at_risk_2019": 2_500_000}, None, "differs", "no bound"),
    # 2,300,000 or more: within 2.55 million.
    (IN_ALL, {"at_risk_2019": 2_000_000}, None, "compatible", "no bound"),
    # With a number set, 2,201,222 lies within 1.95 to 2.55 million.
    (IN_ALL, {"former_detainees": 300_000}, SUM + 300_000, "matches", "at most"),
    # 2,801,222. "Up to 1.6 million" is not rounded down, so digits reach 2,799,450,
    # above 2.75 million; but fewer than 1.6 million are allowed.
    (IN_ALL, {"former_detainees": 900_000}, SUM + 900_000, "compatible", "at most"),
]


@pytest.mark.parametrize(("check", "given", "value", "verdict", "side"), JUDGED)
def test_by_hand(model, check, given, value, verdict, side):
    found = judge(model, model.register.checks[check], model.setting(given))
    assert (found.recomputed, found.verdict, found.side) == (
        close(value),
        verdict,
        side,
    )


# Limits -------------------------------------------------------------------------------
STAYS = {
    # 301,222 r, and 3,170,000 d - B, from 250,000; up to one person per transfer.
    "net_persons": {
        "persons_per_transfer": (250_000 / ADDED, 1),  # 0.829953
        "persons_per_transfer_drift": ((250_000 + BASE) / 3_170_000, 1),  # 0.983842
    },
    # 2,590,000 x 1.105 d - 2,590,000 from 250,000 to 350,000; the limit,
    # 1 / 0.902823 = 1.107636, lies beyond.
    "net_persons_ratio_implied": {
        "persons_per_transfer_drift": (2_840_000 / 2_861_950, 2_940_000 / 2_861_950)
    },
    # An increase of 200,000 or more.
    "at_risk_2021_sum": {
        "at_risk_share_of_new": (200_000 / ADDED, 1),  # 0.663963
        "persons_per_transfer": (200_000 / ADDED, 1),
        "persons_per_transfer_drift": ((200_000 + BASE) / 3_170_000, 1),  # 0.968069
    },
    "southern_at_values": {
        "minority_share_south": (0, 1.6 / 1.65),
        "at_risk_share_of_base": (0, 1),
    },
    # Above 1.6 million; some of what rounds to 2.59 million times the share up to 1.65
    # million, which rounds to 1.6. 0.617761, 0.638298
    "constant_share_at_values": {"at_risk_share_of_all": (1.6 / 2.59, 1.65 / 2.585)},
    # 1,645,000 s + 470,000 above 1.65 million; 1,645,000 x 0.95 + 940,000 s;
    # 2,032,750 s.
    "composition_at_values": {
        "minority_share_south": (1_180_000 / 1_645_000, 1),
        "minority_share_outside": (87_250 / 940_000, 1),
        "at_risk_share_of_base": (1_650_000 / 2_032_750, 1),
    },
}


@pytest.mark.parametrize("check", STAYS)
def test_a_verdict_stays_up_to_a_limit_and_no_further(model, check):
    parts = [
        part.split()
        for part in judge(model, model.register.checks[check]).condition.split("; ")
    ]
    found = {name: (float(low), float(high)) for name, low, _, high in parts}
    assert found == {
        name: pytest.approx(ends, rel=1e-5) for name, ends in STAYS[check].items()
    }
