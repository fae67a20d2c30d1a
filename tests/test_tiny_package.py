"""A second data package, with invented numbers on evening classes, works as well,
because the code depends on nothing in the first package.
"""

import json
import os
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from analysis import load
from analysis.cli import app
from analysis.core.register import Register
from analysis.model.model import ARTICLE, Model
from analysis.model.results import TALLIED, results, tally
from analysis.model.solutions import solution
from analysis.model.verdicts import judge, judge_all
from analysis.publish import report
from analysis.render import citations
from analysis.render.explained import explained
from analysis.study import Study
from tests.conftest import ROOT
from tests.spoiling import described

TINY = ROOT / "tests" / "packages" / "tiny"


@pytest.fixture
def tiny() -> Model:
    return Model(Register.read(TINY))


def outcome(tiny, id):
    return judge(tiny, tiny.register.checks[id])


def bounds(r):
    return r.recomputed_low, r.recomputed_high


def test_sessions_match(tiny):
    r = outcome(tiny, "sessions_from_households")
    # about 1,200 to the hundred stands for 1,150 to 1,250; 2.5 for 2.45 to 2.55
    assert r.recomputed == 1200 * 2.5  # 3,000, which lies in 2,950 to 3,050
    assert bounds(r) == pytest.approx((1150 * 2.45, 1250 * 2.55))  # 2,817.5 to 3,187.5
    assert (r.published, r.published_low, r.published_high) == (3000, 2950, 3050)
    assert (r.verdict, r.finer, r.rests_on, r.unit) == ("matches", "", "", "session")
    # Of the 600 from 2,700 to 3,300, printed numbers from 2,950 to 3,050 would match;
    # with rounding, from 2,817.5 - 50 to 3,187.5 + 50.
    assert r.passing == pytest.approx(100 / 600)
    assert r.passing_rounded == pytest.approx(470 / 600)


def test_a_ratio_with_its_input_above_and_below_matches_at_one_corner(tiny):
    r = outcome(tiny, "day_at_half")
    # (1 - x) / x is 1 at 0.5, 0.45 / 0.55 = 0.818182 at 0.55
    # and 0.55 / 0.45 = 1.222222 at 0.45
    assert r.recomputed == 1
    assert bounds(r) == pytest.approx((0.45 / 0.55, 0.55 / 0.45), rel=1e-12)
    # 1.2 asserts 1.15 to 1.25: not the point, but some values near the upper corner
    assert (r.published_low, r.published_high, r.verdict) == (
        1.15,
        1.25,
        "matches_within_rounding",
    )
    # Of 1.08 to 1.32, none is within 0.05 of 1; with rounding, all up to
    # 1.222222 + 0.05 would be met.
    assert r.passing == 0
    assert r.passing_rounded == pytest.approx((0.55 / 0.45 + 0.05 - 1.08) / 0.24)


def test_a_row_names_a_quantity_of_equal_value(tiny):
    found = tiny.estimate("evenings")
    assert (found.value, found.unit, found.low) == (
        3000,
        "session",
        pytest.approx(1150 * 2.45),
    )
    assert tiny.estimate("evenings", tiny.setting({"households": 1000})).value == 2500


def test_the_range_is_checked_as_a_whole_and_end_by_end(tiny):
    names = ("attendance_as_a_whole", "low_end_of_attendance", "high_end_of_attendance")
    whole, low, high = (outcome(tiny, name) for name in names)
    for one in (whole, low, high):
        # 1,200 x 4 = 4,800; 1,150 x 4 = 4,600 to 1,250 x 4 = 5,000
        assert (one.recomputed, *bounds(one), one.rests_on) == (
            4800,
            4600,
            5000,
            "chosen",
        )
    assert (whole.published, whole.published_low, whole.published_high) == (
        None,
        3500,
        5500,
    )
    assert (low.published, low.published_low, low.published_high) == (4000, 3500, 4500)
    assert (high.published, high.published_low, high.published_high) == (
        5000,
        4500,
        5500,
    )
    assert (whole.verdict, low.verdict, high.verdict) == (
        "matches",
        "differs",
        "matches",
    )
    # 3,500 / 1,200 = 2.91667, and 4,500 / 1,200 = 3.75,
    # to 5,500 / 1,200 = 4.58333 villagers
    assert whole.condition == "villagers_per_household 2.91667 to 4.58333"
    assert high.condition == "villagers_per_household 3.75 to 4.58333"
    # none fits the low end while 1,250 x is below 3,500 or 1,150 x is above 4,500:
    # up to 2.8, and from 3.91304
    assert low.condition == "villagers_per_household 1 to 2.8 or 3.91304 to 10"
    # 4,800 - 500 to 4,800 + 500 match: 800 of the 1,000 from 4,500 to 5,500, and 100 of
    # the 800 from 3,600 to 4,400
    assert (high.passing, low.passing) == pytest.approx((0.8, 100 / 800))
    # with rounding 4,600 - 500 to 5,000 + 500: all of the first, and 300 of the second
    rounded = (high.passing_rounded, low.passing_rounded)
    assert rounded == pytest.approx((1, 300 / 800))


def test_the_villagers_of_a_household_are_solved_for(tiny):
    found = solution(tiny, tiny.register.solutions["villagers_for_low_end"])
    # 3.33, varied 3.5 to 4.5
    assert found.value == pytest.approx(4000 / 1200)
    assert found.status == "out_of_range"
    assert "3.5 to 4.5" in found.reason


def test_the_words_are_checked_against_their_floor_and_a_coarser_one(tiny):
    r = outcome(tiny, "helpers_needed")
    # 30 are fewer than three dozen, more than two dozen.
    assert r.recomputed == pytest.approx(3000 / 100)
    assert bounds(r) == pytest.approx((28.175, 31.875))
    assert (r.published, r.published_low, r.published_high, r.passing) == (
        None,
        36,
        float("inf"),
        None,
    )
    assert (r.verdict, r.finer, r.barely, r.rests_on) == (
        "matches_within_rounding",
        "differs",
        False,
        "implied",
    )
    # 3,000 / 36 = 83.3333: with fewer sessions for each the value itself matches.
    # 3,187.5 / 24 = 132.8125: with more, not even two dozen are needed.
    assert r.condition == "sessions_per_helper 83.3333 to 132.812"


def test_the_words_are_named_where_the_article_has_none(tiny):
    said = " ".join(explained(tiny, "helpers", ARTICLE, full=False))
    assert "printed in words only, read as at least 36" in said
    assert "matches within rounding, rounded to two dozen" in said


def test_each_result_has_the_verdict_of_its_judge_and_counts_once(tiny):
    found = results(tiny, judge_all(tiny))
    assert {one.claim.id: one.verdict for one in found} == {
        "sessions_all": "matches",
        "day_for_each": "matches_within_rounding",
        "attendance_range": "matches",
        "helpers_in_words": "matches_within_rounding",
    }
    # None prints one thing twice. The sessions match on printed numbers, the attendance
    # with a number of ours.
    assert tally(found) == dict.fromkeys(TALLIED, 0) | {
        "sum matches on printed numbers": 1,
        "sum matches on choices": 1,
        "sum matches_within_rounding": 2,
    }


def test_a_package_without_solutions_has_an_empty_table_of_them(tiny, tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    (folder / "solutions.csv").unlink()
    listing = folder / "datapackage.json"
    content = json.loads(listing.read_text(encoding="utf-8"))
    resources = content["resources"]
    content["resources"] = [one for one in resources if one["name"] != "solutions"]
    listing.write_text(json.dumps(content), encoding="utf-8")
    study = Study(Model(Register.read(folder)))
    for table in (study.solutions(), study.solutions("attendance")):
        assert table.empty
        assert "This data package solves for no assumption." in repr(table)


def test_its_report_leads_to_no_page_that_it_lacks(tiny):
    front = report.pages(tiny, judge_all(tiny), [])["index"]
    for name in ("explorer", "waterfall", "refusals", "findings", "external"):
        assert name not in front, name


def test_the_formulas_of_a_copy_are_its_own(tmp_path):
    copied = shutil.copytree(TINY, tmp_path / "copied")
    formulas = copied / "tiny_formulas.py"
    source = formulas.read_text(encoding="utf-8")
    old = "return households * sessions_per_household"
    assert old in source
    formulas.write_text(source.replace(old, f"{old} / 2"), encoding="utf-8")
    values = [load(folder)["sessions"].value for folder in (copied, TINY)]
    # Half of 1,200 times 2.5, and the whole.
    assert values == [1500, 3000]


def test_a_package_may_lack_a_reference_and_headline_estimates(tmp_path):
    copied = shutil.copytree(TINY, tmp_path / "copied")

    def without(package):
        del package["sources"], package["analysis"]["estimates"]

    described(without)(copied)
    study = load(copied)
    assert [*citations.references(study.model)] == ["This package"]
    assert "Counts are in" not in study.scenarios().attrs["foot"]
    counts = load(TINY).scenarios().attrs["foot"]
    assert "Counts are in sessions or villagers. Values use" in counts


@pytest.mark.parametrize("options", [[], ["--set", "helpers=50"]])
def test_a_package_without_headlines_has_no_words_or_gap_for_them(options):
    runner = CliRunner(env={"ANALYSIS_DATA": None})
    done = runner.invoke(app, ["verify", "--data", str(TINY), *options])
    assert done.exit_code == 0, done.output
    assert "We did not\ncheck whether they are true.\n\n" in done.stdout
    assert "coerced" not in done.stdout
    assert "\n\n\n" not in done.stdout


def test_another_process_reads_it_by_the_environment(tiny):
    code = (
        "import analysis, json; "
        "print(json.dumps({one.check.id: [one.verdict, one.recomputed] "
        "for one in analysis.load().outcomes()}))"
    )
    named = {
        "ANALYSIS_DATA": str(TINY),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    assert list(found) == list(tiny.register.checks)
    assert [verdict for verdict, _ in found.values()] == [
        "matches",
        "matches_within_rounding",
        "matches",
        "differs",
        "matches",
        "matches_within_rounding",
        "",
    ]
    assert found["sessions_at_each_helper"] == ["", 75]  # 3,000 sessions, 40 helpers
