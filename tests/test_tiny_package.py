"""A second data package, with invented numbers on evening classes: the engine knows nothing of the first one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.core.model import Model, ModelError
from analysis.core.register import Register
from analysis.core.verdicts import judge, judge_all

PACKAGES = Path(__file__).resolve().parent / "packages"


@pytest.fixture
def tiny(monkeypatch) -> Model:
    monkeypatch.syspath_prepend(str(PACKAGES))
    return Model(Register.read(PACKAGES / "tiny"))


def outcome(tiny, id, **setting):
    return judge(tiny, tiny.register.checks[id], tiny.setting(**setting))


def bounds(outcome):
    return outcome.recomputed_low, outcome.recomputed_high


def test_its_settings_are_read(tiny):
    assert tiny.register.title == "Invented numbers on evening classes"
    assert tiny.register.headline == ("sessions_from_households", "mixed_at_half", "high_end_of_attendance")
    assert tiny.register.linked_readings == ()
    assert {"sessions", "mixed_share", "attendance", "attendance_low", "helpers"} <= set(tiny.quantities)


def test_sessions_are_reproduced(tiny):
    r = outcome(tiny, "sessions_from_households")
    # about 1,200 to the hundred stands for 1,150 to 1,250; 2.5 for 2.45 to 2.55
    assert r.recomputed == 1200 * 2.5  # 3,000, which lies in 2,950 to 3,050
    assert bounds(r) == pytest.approx((1150 * 2.45, 1250 * 2.55))  # 2,817.5 to 3,187.5
    assert (r.published, r.published_low, r.published_high) == (3000, 2950, 3050)
    assert (r.verdict, r.verdict_other, r.kind, r.rests_on, r.unit) == ("reproduced", "", "point", "", "session")
    # v passes from 2,817.5 - 50 to 3,187.5 + 50: 470 of the 3,000 from 1,500 to 4,500, of the 600 from 2,700 to 3,300
    assert r.power == pytest.approx(1 - 470 / 3000)
    assert r.power_10 == pytest.approx(1 - 470 / 600)
    assert not r.weak


def test_the_mixed_share_is_consistent_by_the_middle_of_its_interval(tiny):
    r = outcome(tiny, "mixed_at_half")
    # 2x(1-x) is 0.5 at 0.5 and 0.495 at both corners, 0.45 and 0.55: the largest value lies inside, at no corner
    assert r.recomputed == 0.5
    assert bounds(r) == pytest.approx((0.495, 0.5), rel=1e-9)
    # 49.7 percent asserts 0.4965 to 0.4975: not the point, not a corner, but some values in between
    assert (r.published_low, r.published_high) == pytest.approx((0.4965, 0.4975))
    assert r.verdict == "consistent"
    # v passes from 0.495 - 0.0005 to 0.5 + 0.0005
    assert r.power == pytest.approx(1 - 0.006 / 0.497, rel=1e-6)


def test_the_range_is_checked_end_by_end(tiny):
    low, high = outcome(tiny, "low_end_of_attendance"), outcome(tiny, "high_end_of_attendance")
    # 1,200 x 4 = 4,800; 1,150 x 4 = 4,600 to 1,250 x 4 = 5,000
    assert low.recomputed == high.recomputed == 4800
    assert bounds(low) == bounds(high) == (4600, 5000)
    assert (low.published, low.published_low, low.published_high) == (4000, 3500, 4500)
    assert (high.published, high.published_low, high.published_high) == (5000, 4500, 5500)
    assert (low.verdict, high.verdict) == ("inconsistent", "reproduced")
    assert low.rests_on == high.rests_on == "chosen"
    # 4,500 / 1,200 = 3.75 to 5,500 / 1,200 = 4.58333 villagers
    assert high.condition == "villagers_per_household 3.75 to 4.58333"
    # none fits the low end while 1,250 x is below 3,500 or 1,150 x is above 4,500: up to 2.8, and from 3.91304
    assert low.condition == "villagers_per_household 1 to 2.8 or 3.91304 to 10"
    # v passes from 4,600 - 500 to 5,000 + 500: 1,400 of the 5,000 from 2,500 to 7,500, all from 4,500 to 5,500
    assert (high.power, high.power_10) == pytest.approx((1 - 1400 / 5000, 0))
    assert high.weak


def test_the_villagers_of_a_household_are_fitted(tiny):
    r = outcome(tiny, "villagers_for_low_end")
    assert r.verdict == "fitted"
    ((pair,),) = r.solved
    assert pair[0] == "villagers_per_household"
    assert pair[1] == pytest.approx(4000 / 1200)
    assert "outside 3.5 to 4.5" in r.reason
    assert (r.power, r.power_10, r.condition, r.rests_on, r.needed) == (None, None, "", "", None)


def test_the_words_are_checked_against_their_floor_and_its_loosest_reading(tiny):
    r = outcome(tiny, "helpers_needed")
    assert r.recomputed == pytest.approx(3000 / 100)  # 30 are fewer than three dozen, more than two dozen
    assert bounds(r) == pytest.approx((28.175, 31.875))
    assert (r.published, r.published_low, r.published_high) == (None, 36, float("inf"))
    assert (r.verdict, r.verdict_other) == ("inconsistent", "reproduced")
    assert (r.power, r.power_10) == (None, None)
    assert r.rests_on == "implied"
    # 3,187.5 sessions at most: 36 helpers are needed where one holds 3,187.5 / 36 = 88.5417 or fewer
    assert r.condition == "sessions_per_helper 88.5417 to 300"


def test_a_quantity_without_a_claim_is_listed_without_a_verdict(tiny):
    r = outcome(tiny, "sessions_at_each_helper")
    assert r.recomputed == pytest.approx(3000 / 40)
    assert (r.verdict, r.published, r.published_low, r.power) == ("", None, None, None)
    assert "no printed number" in r.reason
    assert r.kind == "ceiling"  # helpers are a floor, and stand below the line


def test_the_words_give_readings(tiny):
    assert tiny.readings("helpers") == ["set", "floor", "floor_loosest", "from_sessions"]
    found = [tiny.estimate("helpers", tiny.setting(readings={"helpers": name})).value for name in
             ("set", "floor", "floor_loosest", "from_sessions")]  # fmt: skip
    assert found == pytest.approx([40, 36, 24, 30])


def test_a_value_or_a_reading_changes_what_rests_on_it(tiny):
    # 1,000 households: 2,500 sessions, from 2,450 to 2,550
    r = outcome(tiny, "sessions_from_households", values={"households": 1000})
    assert (r.recomputed, *bounds(r)) == pytest.approx((2500, 2450, 2550))
    assert (r.verdict, r.rests_on) == ("inconsistent", "chosen")
    other = outcome(tiny, "sessions_at_each_helper", readings={"helpers": "from_sessions"})
    assert other.recomputed == pytest.approx(100)  # sessions over sessions over 100: all but the 100 cancels
    assert bounds(other) == pytest.approx((100, 100))
    assert other.rests_on == "implied"
    with pytest.raises(ModelError, match="unused"):
        tiny.setting(readings={"helpers": "from_sessions"}, values={"helpers": 50})


def test_judging_all_follows_the_order_of_the_table(tiny):
    assert [r.check.id for r in judge_all(tiny)] == list(tiny.register.checks)
    some = ["helpers_needed", "mixed_at_half"]
    assert [r.check.id for r in judge_all(tiny, some)] == some


def test_another_process_reads_it_by_the_environment():
    code = (
        "import json; from analysis.core.model import Model; from analysis.core.register import Register; "
        "from analysis.core.verdicts import judge_all; "
        "print(json.dumps({r.check.id: r.verdict for r in judge_all(Model(Register.read()))}))"
    )
    here = Path(__file__).resolve().parent.parent
    environment = {
        **os.environ,
        "ANALYSIS_DATA": str(PACKAGES / "tiny"),
        "PYTHONPATH": os.pathsep.join([str(PACKAGES), str(here)]),
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "sessions_from_households": "reproduced",
        "mixed_at_half": "consistent",
        "low_end_of_attendance": "inconsistent",
        "high_end_of_attendance": "reproduced",
        "villagers_for_low_end": "fitted",
        "helpers_needed": "inconsistent",
        "sessions_at_each_helper": "",
    }
