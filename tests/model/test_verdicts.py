"""Verdicts by hand or by brute force, each with its grade and its condition. Counts of
verdicts and solutions are tested, too.
"""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from analysis.core.errors import RegisterError
from analysis.core.published import QUALIFIERS, Interval, Qualifier
from analysis.core.rows import LimitRow
from analysis.model.results import results, tally
from analysis.model.solutions import solution
from analysis.model.verdicts import judge, judge_all
from tests.brute import allowed, by_hand, scan
from tests.small import assumption, check, claim, figure, formula, small_model, solve

#: Transfers added since 2019, from 3.17 million and a growth of 10.5 percent:
#: 301,221.72.
STEP = 3_170_000 - 3_170_000 / 1.105
#: The verdicts, short enough for a table.
YES, ROUND, OPEN, NO = "matches", "matches_within_rounding", "compatible", "differs"


def of(model, id, readings=None, values=None):
    return judge(
        model,
        model.register.checks[id],
        model.setting({**(readings or {}), **(values or {})}),
    )


doubled = formula("doubled(x) = 2 * x")


def judged(
    printed,
    *formulas,
    x="2.0",
    place="",
    words="exact",
    assumptions=(),
    end="",
    readings=None,
    reached=(),
    against="",
    more=None,
    **how,
):
    """The outcome for a number printed so, where x is 2.0 (1.95 to 2.05) and the
    formula doubles it unless told. Of x these ``words`` are printed.
    """
    formulas = formulas or (doubled,)
    target = formulas[-1].__name__.split("__")[0]
    printed_x = {"quantity": "x", "rounding_unit_other": place, "qualifier": words}
    rows = [claim("printed_x", x, **printed_x)] if x else []
    named = "" if printed is None else "printed_target"
    if named:
        rows.append(claim(named, printed, quantity=target, input=False, **how))
    how = {"end": end, "readings": readings, "reached": reached, "against": against}
    row = check("checked", target, named, **how)
    more = {"claims": rows, "assumptions": assumptions, "checks": [row], **(more or {})}
    return judge(small_model(*formulas, **more), row)


# Verdicts -----------------------------------------------------------------------------
LEAST = {"qualifier": "at_least", "rounding_unit": "0.03"}


def to(high, end):
    """A range up to this, of which an end or the whole is compared."""
    return {"qualifier": "range", "printed_high": high, "end": end}


@pytest.mark.parametrize(
    ("printed", "how", "verdict", "finer"),
    [
        # 2 x 2.0 is 4, from 3.9 to 4.1
        ("4.0", {}, YES, ""),
        ("4.05", {}, ROUND, ""),
        ("4.2", {}, NO, ""),  # from 4.15
        ("3.85", {}, NO, ""),
        ("4.1", {"rounding_unit": "0.1"}, ROUND, ""),  # up to 3.855; from 4.05
        ("4.15", {"rounding_unit": "0.05"}, NO, ""),  # 4.125 to 4.175
        ("3.8", {"rounding_unit": "0.2"}, ROUND, ""),  # up to 3.9: the two touch
        ("4.0", {"qualifier": "expected"}, YES, ""),
        # Last digit that is not 0: 3.5 to 4.5, 4.5 to 5.5, 4.55 to 4.65
        ("4.0", {"qualifier": "about"}, YES, ""),
        ("5.0", {"qualifier": "about"}, NO, ""),
        ("4.6", {"qualifier": "about"}, NO, ""),
        ("4.10", {"qualifier": "about"}, ROUND, ""),
        ("3.9", {"qualifier": "over"}, YES, ""),
        ("4.0", {"qualifier": "over"}, ROUND, ""),
        # 4.1 is not above 4.1, and above 4.05, which rounds to it;
        # 4.15 is out of reach.
        ("4.1", {"qualifier": "over"}, ROUND, NO),
        ("4.2", {"qualifier": "over"}, NO, ""),
        ("4.0", {"qualifier": "at_least"}, YES, ""),
        ("4.1", {"qualifier": "at_least"}, ROUND, ""),
        ("4.11", LEAST, ROUND, NO),  # 4.095
        ("4.11", LEAST | {"target": True}, NO, ""),
        ("4.0", {"qualifier": "up_to"}, YES, ""),
        ("3.9", {"qualifier": "up_to"}, ROUND, ""),
        ("3.89", {"qualifier": "up_to"}, NO, ""),
        ("3.8", {"qualifier": "up_to", "rounding_unit": "0.2"}, ROUND, NO),
        # From a tenth below, 3.96, it matches; from there to less than a fifth below,
        # 4.05 and 3.6, 4.41 and 3.92, the word stretches. A fifth itself is too much,
        # and rounding, up to 4.1, does not help.
        ("4.4", {"qualifier": "approaches"}, YES, ""),
        ("4.5", {"qualifier": "approaches"}, OPEN, ""),
        ("4.9", {"qualifier": "approaches"}, OPEN, ""),
        ("5.0", {"qualifier": "approaches", "rounding_unit": "0.1"}, NO, ""),
        ("5.1", {"qualifier": "approaches"}, NO, ""),
        ("90", {"qualifier": "approaches", "rounding_unit": "1"}, NO, ""),
        # At or above it does not approach, unless some value that rounds to 2.0 does.
        ("4.0", {"qualifier": "approaches"}, ROUND, ""),
        ("3.95", {"qualifier": "approaches"}, ROUND, ""),
        ("3.9", {"qualifier": "approaches"}, NO, ""),
        ("3.0", {"qualifier": "approaches"}, NO, ""),
        ("4.1", {"target": True}, ROUND, ""),
        ("4.11", {"target": True}, NO, ""),
        ("4.0", to("9.0", "low"), YES, ""),
        ("4.0", to("9.0", "high"), NO, ""),
        ("1.0", to("4.1", "high"), ROUND, ""),
        # As a whole: 2.95 to 5.05, from 4.045, from 4.15, up to 3.85
        ("3.0", to("5.0", "whole"), YES, ""),
        ("4.05", to("9.0", "whole"), ROUND, ""),
        ("4.2", to("9.0", "whole"), NO, ""),
        ("1.0", to("3.8", "whole"), NO, ""),
        # A coarser place of the claim: 3.95 to 4.45, 4.15 to 4.65
        ("4.2", {"rounding_unit_other": "0.5"}, ROUND, NO),
        ("4.4", {"rounding_unit_other": "0.5"}, NO, ""),
        ("4.1", {"rounding_unit_other": "0.5"}, ROUND, ""),
        # Of x: 2.0 to the nearest 1 is 1.5 to 2.5, and 3 to 5 when doubled.
        # Of both: from 4.95, from 5.05
        ("4.5", {"place": "1"}, ROUND, NO),
        ("5.2", {"place": "1"}, NO, ""),
        ("4.0", {"place": "1"}, YES, ""),
        ("5.2", {"place": "1", "rounding_unit_other": "0.5"}, ROUND, NO),
        ("5.3", {"place": "1", "rounding_unit_other": "0.5"}, NO, ""),
    ],
)
def test_the_first_rule_that_applies_decides(printed, how, verdict, finer):
    r = judged(printed, **how)
    found = (r.recomputed, r.recomputed_low, r.recomputed_high)
    assert found == pytest.approx((4.0, 3.9, 4.1))
    assert (r.verdict, r.finer) == (verdict, finer)
    end = how.get("end")
    number = float(how["printed_high"] if end == "high" else printed)
    assert r.published == (None if end == "whole" else number)


ABOUT_4, UP_TO, AT_LEAST = {}, {"qualifier": "up_to"}, {"qualifier": "at_least"}
APPROACHED, OVER = {"qualifier": "approaches"}, {"qualifier": "over"}


@pytest.mark.parametrize(
    ("words", "printed", "how", "verdict", "ground"),
    [
        # "Up to 2.0" is 0 to 2.0, so its double is 4.0 at most. Rounding takes 2.0 to
        # 2.05, and 4.0 to 4.1; down from 2.0 it is room and not rounding.
        ("up_to", "4.0", {}, YES, "value"),
        ("up_to", "3.9", {}, OPEN, "room"),  # up to 3.95
        ("up_to", "1.0", {}, OPEN, "room"),
        ("up_to", "4.1", {}, ROUND, "rounding"),  # from 4.05
        ("up_to", "4.2", {}, NO, ""),  # from 4.15
        ("up_to", "3.0", AT_LEAST, YES, "value"),
        ("up_to", "4.1", AT_LEAST, ROUND, "rounding"),
        ("up_to", "4.2", AT_LEAST, NO, ""),
        ("up_to", "5.0", UP_TO, YES, "value"),
        ("up_to", "3.0", UP_TO, OPEN, "room"),
        ("up_to", "0.5", UP_TO, OPEN, "room"),
        ("up_to", "3.9", OVER, YES, "value"),
        ("up_to", "4.2", OVER, NO, ""),
        # From 3.96; from 3.6 as the word stretches; 4.0 is less than none of these, and
        # less than 4.0 is 4.0 itself not.
        ("up_to", "4.4", APPROACHED, YES, "value"),
        ("up_to", "4.9", APPROACHED, OPEN, "stretch"),
        ("up_to", "5.0", {**APPROACHED, "rounding_unit": "0.1"}, NO, ""),
        ("up_to", "4.0", APPROACHED, OPEN, "room"),
        ("up_to", "2.0", APPROACHED, OPEN, "room"),
        ("up_to", "3.0", to("5.0", "whole"), YES, "value"),
        ("up_to", "1.0", to("3.0", "whole"), OPEN, "room"),
        ("up_to", "4.3", to("9.0", "whole"), NO, ""),
        ("up_to", "1.0", to("4.1", "high"), ROUND, "rounding"),
        ("up_to", "1.0", to("3.0", "high"), OPEN, "room"),
        ("up_to", "5.0", to("9.0", "low"), NO, ""),
        # "At least 2.0" is 2.0 or more, so its double is 4.0 at least, and 3.9 by
        # rounding.
        ("at_least", "4.0", {}, YES, "value"),
        ("at_least", "4.1", {}, OPEN, "room"),
        ("at_least", "90", {"rounding_unit": "1"}, OPEN, "room"),
        ("at_least", "3.9", {}, ROUND, "rounding"),
        ("at_least", "3.8", {}, NO, ""),  # up to 3.85
        ("at_least", "5.0", AT_LEAST, OPEN, "room"),
        ("at_least", "3.0", AT_LEAST, YES, "value"),
        ("at_least", "3.8", UP_TO, NO, ""),
        ("at_least", "3.9", UP_TO, ROUND, "rounding"),
        ("at_least", "5.0", UP_TO, YES, "value"),
        # From 7.2 it would be a match, which more than 4.0 allows.
        ("at_least", "8.0", APPROACHED, OPEN, "room"),
        ("at_least", "3.9", APPROACHED, NO, ""),
        ("at_least", "5.0", to("9.0", "low"), OPEN, "room"),
        ("at_least", "1.0", to("3.0", "whole"), NO, ""),
        ("over", "5.0", {}, OPEN, "room"),
        ("over", "3.0", {}, NO, ""),
        # "Approaches 2.0" stretches from 1.6, so its double is 3.2 to 4.0.
        ("approaches", "3.5", {}, OPEN, "room"),
        ("approaches", "3.0", {}, NO, ""),
        ("approaches", "3.0", UP_TO, NO, ""),
        # No words leave no room: rounding, 3.9 to 4.1, is all.
        ("exact", "3.9", {}, ROUND, "rounding"),
        ("exact", "3.8", {}, NO, ""),
        ("about", "5.0", {}, NO, ""),
    ],
)
def test_a_side_of_an_input_leaves_room_on_that_side_alone(
    words, printed, how, verdict, ground
):
    r = judged(printed, words=words, **how)
    assert r.recomputed == 4.0
    assert (r.verdict, r.ground) == (verdict, ground)
    if ground == "room":
        assert r.open_to == ("printed_x",)


less = formula("less(x) = 10 - x")
share = formula("share(x, y) = x / y")
apart = formula("apart(x, y) = x - y")


@pytest.mark.parametrize(
    ("formula", "words", "printed", "verdict"),
    [
        # 10 less up to 2.0 is at least 8.0, and 7.95 by rounding.
        (less, ("up_to",), "9.0", OPEN),
        (less, ("up_to",), "8.1", OPEN),
        (less, ("up_to",), "7.9", ROUND),
        (less, ("up_to",), "7.8", NO),
        (less, ("at_least",), "7.0", OPEN),
        (less, ("at_least",), "9.0", NO),
        # Up to 2.0 over at least 4.0 is at most 0.5; over up to 4.0 it has no bound.
        (share, ("up_to", "at_least"), "0.3", OPEN),
        (share, ("up_to", "at_least"), "0.6", NO),
        (share, ("up_to", "up_to"), "0.6", OPEN),
        (share, ("up_to", "exact"), "0.3", OPEN),
        (share, ("exact", "at_least"), "0.3", OPEN),
        (share, ("exact", "up_to"), "0.3", NO),
        # Up to 2.0 less up to 4.0 lies between -4.0 and 2.0, at -2.0 by the print.
        (apart, ("up_to", "up_to"), "-3.0", OPEN),
        (apart, ("up_to", "up_to"), "1.0", OPEN),
        (apart, ("up_to", "up_to"), "2.5", NO),
        (apart, ("up_to", "up_to"), "-4.5", NO),
        (apart, ("up_to", "exact"), "-3.0", OPEN),
        (apart, ("up_to", "exact"), "-1.0", NO),
    ],
)
def test_a_formula_turns_and_adds_the_sides_of_its_inputs(
    formula, words, printed, verdict
):
    rows = [
        claim(f"printed_{name}", digits, qualifier=qualifier)
        for name, digits, qualifier in zip("xy", ("2.0", "4.0"), words, strict=False)
    ]
    target = formula.__name__
    rows.append(claim("printed", printed, quantity=target, input=False))
    row = check("checked", target, "printed")
    assert (
        judge(small_model(formula, claims=rows, checks=[row]), row).verdict == verdict
    )


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("4.0", YES), ("3.9", ROUND), ("4.1", ROUND), ("3.0", NO), ("4.2", NO)],
)
def test_a_bound_that_is_taken_as_reached_is_its_number(printed, verdict):
    r = judged(printed, words="up_to", reached=("printed_x",))
    assert (r.verdict, r.side, r.open_to) == (verdict, "", ())
    with pytest.raises(RegisterError, match="reached: 'printed_y' is not one of the"):
        judged(printed, words="up_to", reached=("printed_y",))
    with pytest.raises(
        RegisterError, match="'printed_x' is not one of the check's inputs that"
    ):
        judged(printed, reached=("printed_x",))


@pytest.mark.parametrize(
    ("kind", "value", "printed", "verdict", "span"),
    [
        # A share of up to 1 of 2.0: at most 2.0, and any less.
        ("ceiling", 1, "1.0", OPEN, (1.05 / 1.95, 1)),
        ("ceiling", 1, "2.0", YES, (1.95 / 2, 1)),
        ("ceiling", 1, "3.0", NO, (0, 1)),
        ("ceiling", 0.5, "1.0", YES, (0.475, 0.525)),
        ("floor", 0.5, "1.0", YES, (0.475, 0.525)),
        ("floor", 0.5, "2.0", OPEN, (0, 1.95 / 2.05)),
        ("floor", 0.5, "0.8", NO, (0.85 / 1.95, 1)),
        ("point", 1, "1.0", NO, None),
    ],
)
def test_an_assumption_declared_a_ceiling_or_a_floor_leaves_room(
    kind, value, printed, verdict, span
):
    part = formula("part(x, k) = x * k")
    guess = assumption("k", value, kind=kind)
    r = judged(printed, part, assumptions=[guess])
    assert r.verdict == verdict
    if span:
        assert spans(r.condition, "k") == [pytest.approx(span, abs=1e-5)]
    # One that is set by a user is a ceiling, too.
    other = assumption("k", 1 - value, kind=kind)
    assert judged(printed, part, assumptions=[other]).verdict == judge_with(
        part, guess, printed, 1 - value
    )


def judge_with(formula, guess, printed, value):
    """The verdict once a user has set the assumption to a value."""
    rows = [
        claim("printed_x", "2.0"),
        claim("printed", printed, quantity=formula.__name__, input=False),
    ]
    row = check("checked", formula.__name__, "printed")
    model = small_model(formula, claims=rows, assumptions=[guess], checks=[row])
    return judge(model, row, model.setting({guess.id: value})).verdict


@pytest.mark.parametrize(
    ("words", "printed", "how", "open_to"),
    [
        # 4.0 at most is 3.0 or more only where x is 1.5 or more.
        ("up_to", "3.0", AT_LEAST, ("printed_x",)),
        ("up_to", "4.1", {}, ("printed_x",)),
        ("up_to", "5.0", UP_TO, ()),
        ("at_least", "3.0", AT_LEAST, ()),
        ("at_least", "5.0", UP_TO, ("printed_x",)),
        ("exact", "4.0", {}, ()),
    ],
)
def test_a_match_at_the_printed_end_alone_names_the_input(words, printed, how, open_to):
    r = judged(printed, words=words, **how)
    assert (r.verdict in (YES, ROUND), r.open_to) == (True, open_to)
    assert r.tests_nothing == (words == "up_to" and how == UP_TO)


def test_another_word_on_the_side_of_at_most_tests_nothing_either(monkeypatch):
    monkeypatch.setitem(QUALIFIERS, "under", Qualifier("at most", True))
    assert judged("5.0", words="under", **UP_TO).tests_nothing


def words(value=None, coarse=None):
    ends = {"value": value, "coarse": coarse, "coarse_place": "x"}
    return {"reason": "x", **ends}


@pytest.mark.parametrize(
    ("floor", "ceiling", "verdict", "finer"),
    [
        (words(4, 3), None, YES, ""),
        # Rounding, 3.9 to 4.1, counts at an end that stands for a print, which has a
        # coarser place, and not at one that we read into words.
        (words(4.1, 4), None, ROUND, ""),
        (words(5, 4), None, ROUND, NO),
        (words(5, 4.5), words(), NO, ""),
        (words(3, 2), words(3.5, 4), ROUND, NO),
        (words(4.05), None, NO, ""),
        (None, words(3.95), NO, ""),
        (None, words(4.05), YES, ""),
        (words(5), None, NO, ""),
    ],
)
def test_a_claim_in_words_asserts_the_floor_and_ceiling_that_they_carry(
    floor, ceiling, verdict, finer
):
    target__by_doubling = formula("target__by_doubling(x) = 2 * x")

    guess = assumption("target", 4, maximum=9, floor=floor, ceiling=ceiling)
    r = judged(
        "",
        target__by_doubling,
        assumptions=[guess],
        qualifier="vague",
        readings={"target": "by_doubling"},
    )
    assert (r.verdict, r.finer, r.published, r.passing) == (verdict, finer, None, None)
    assert r.published_low == (-math.inf if floor is None else floor["value"])
    assert r.published_high == (
        math.inf if ceiling is None or ceiling["value"] is None else ceiling["value"]
    )


IN_WORDS = {"defaults": {"y": "in_words"}, "grades": {("y", "in_words"): "stated"}}


@pytest.mark.parametrize(
    ("printed", "how", "verdict"),
    [
        # x is 1.95 to 2.05 and y, in words, 3 to 9: from 4.95 to 11.05
        ("7.0", {}, OPEN),
        ("4.9", {}, OPEN),
        ("11.1", {}, OPEN),
        ("4.8", {}, NO),
        ("11.2", {}, NO),
        ("9.0", {"qualifier": "at_least"}, OPEN),
        ("4.8", {"qualifier": "up_to"}, NO),
        ("9.0", {"qualifier": "approaches"}, OPEN),
        ("13.0", {"qualifier": "approaches"}, OPEN),  # the word stretches from 10.4
        ("13.8", {"qualifier": "approaches"}, NO),  # from 11.04: rounding helps not
        ("2.0", {"qualifier": "range", "printed_high": "3.0"}, NO),
        ("4.6", {"rounding_unit_other": "1"}, OPEN),  # 4.1 to 5.1
    ],
)
def test_an_input_in_words_leaves_a_claim_open_or_differs(printed, how, verdict):
    added = formula("added(x, y, k) = x + y + 0 * k")

    given = [assumption("y", 4, maximum=9, floor=words(3)), assumption("k", 0)]
    end = "whole" if "printed_high" in how else ""
    r = judged(printed, added, assumptions=given, end=end, more=IN_WORDS, **how)
    assert (r.verdict, r.recomputed, r.recomputed_low, r.recomputed_high) == (
        verdict,
        None,
        4.95,
        11.05,
    )
    assert (r.rests_on, r.side, r.condition) == ("stated", "at least", "")


def test_a_value_far_below_an_approached_number_is_open_by_the_stretch_of_the_word(
    model,
):
    # 1.6 + 0.55 x 0.301 = 1.766 million is below 1.8, though some values that round as
    # printed reach it.
    r = of(model, "at_risk_2021_sum", values={"persons_per_transfer": 0.55})
    assert (r.verdict, r.ground) == (OPEN, "stretch")


@pytest.mark.parametrize(
    ("floor", "verdict"), [(words(3), OPEN), (words(9), OPEN), (words(9.5), NO)]
)
def test_words_beside_words_are_compatible_or_differ(floor, verdict):
    z__as_y = formula("z__as_y(y) = y")

    both = [
        assumption("y", 4, maximum=9, floor=words(3)),
        assumption("z", 9.9, maximum=10, floor=floor),
    ]
    r = judged(
        "",
        z__as_y,
        x="",
        assumptions=both,
        qualifier="vague",
        readings={"z": "as_y"},
        more=IN_WORDS,
    )
    assert (r.verdict, r.recomputed) == (verdict, None)


@pytest.mark.parametrize(
    ("printed", "against", "verdict", "recomputed"),
    [
        ("4.0", "seen", YES, 4.02),
        ("4.1", "seen", NO, 4.02),
        ("4.03", "seen", ROUND, 4.02),  # 4.015 to 4.025
        ("2.0", "seen / 2", YES, 2.01),
        ("2.1", "seen / 2", NO, 2.01),
        # Without a claim the quantity itself, 3.9 to 4.1, stands beside the figure.
        (None, "seen", ROUND, 4.0),
        (None, "near", YES, 4.0),
        (None, "far", NO, 4.0),
    ],
)
def test_an_external_check_sets_a_figure_beside_the_claim_or_the_quantity(
    printed, against, verdict, recomputed
):
    rows = {
        "seen": figure("seen", "4.02"),
        "near": figure("near", "4.0"),
        "far": figure("far", "4.2"),
    }
    r = judged(printed, against=against, more={"external": rows})
    assert (r.verdict, r.recomputed) == (verdict, pytest.approx(recomputed))
    assert (r.published, r.passing is None) == (
        float(printed or rows[against].printed),
        printed is None,
    )
    assert (r.depends_on, r.condition) == (
        ("printed_x",) if printed is None else (),
        "",
    )


@pytest.mark.parametrize(
    ("printed", "how", "barely"),
    [
        # Up to 4.1: by 0.025 above 4.075, by 0.05 above 4.05;
        # a hundredth of 4.1 is 0.041.
        ("4.1", {"rounding_unit": "0.05"}, True),
        ("4.1", {}, False),
        ("4.0", {}, False),
        ("4.2", {}, False),
        ("3.91", {"qualifier": "up_to"}, True),
        ("3.95", {"qualifier": "up_to"}, False),  # from 3.9
        # At the coarser place from 4.075, and from 3.95
        ("4.2", {"rounding_unit_other": "0.25"}, True),
        ("4.2", {"rounding_unit_other": "0.5"}, False),
    ],
)
def test_a_pass_by_rounding_of_less_than_one_percent_is_bare(printed, how, barely):
    assert judged(printed, **how).barely == barely


def test_no_claim_gives_no_verdict_and_nought_no_share_of_values():
    r = judged(None)
    assert (r.recomputed, r.verdict) == (4.0, "")
    assert (r.published, r.published_low, r.passing) == (None, None, None)
    assert r.reason == "no printed number to set beside it"

    taken = formula("taken(x) = x - 2")

    # 2.0 - 2 is 0, from -0.05 to 0.05.
    assert [judged(text, taken).verdict for text in ("0.0", "-0.05", "-0.2")] == [
        YES,
        ROUND,
        NO,
    ]
    assert judged("0.0", taken).passing is None  # no share of nothing


# What a verdict rests on --------------------------------------------------------------
def test_what_cancels_does_not_count(model):
    part = formula("part(a, u) = a * u")
    ratio = formula("ratio(part, u, b) = part / (b * u)")

    grades = {"a": "stated", "b": "implied", "u": "chosen"}
    assumptions = [
        assumption(one, 2 if one == "a" else 1, maximum=9, grade=grade)
        for one, grade in grades.items()
    ]
    r = judged("2.0", part, ratio, x="", assumptions=assumptions)
    assert (r.rests_on, set(r.depends_on)) == ("implied", {"a", "b", "u"})
    assert {piece.split(" ")[0] for piece in r.condition.split("; ")} == {"a", "b"}
    # No one is added where the growth is nothing, so the share at risk of those added
    # has no effect.
    values = {"growth_2019_2021": 0.0, "at_risk_2019": 1_900_000}
    nil = of(model, "at_risk_2021_sum", values=values)
    assert "at_risk_share_of_new" not in nil.condition
    assert nil.rests_on == "chosen"  # what was set by hand


# Conditions ---------------------------------------------------------------------------
def spans(condition, name):
    """The spans that a condition gives for one assumption."""
    (found,) = (
        part.removeprefix(f"{name} ")
        for part in condition.split("; ")
        if part.startswith(f"{name} ")
    )
    return [
        tuple(map(float, (span.split(" to ") * 2)[:2])) for span in found.split(" or ")
    ]


#: What the claims in words assert; the goal that is achieved is a print, 1.45 of 1.5.
WORDS = {
    "detainees_several": (300_000, math.inf),
    "detainees_in_words": (200_000, 1_000_000),
    "cadres_in_words": (200_000, 1_000_000),
    "training_achieved": (1, math.inf),
}


def by_rule(row, end, point, near, far, room, rounded):
    """The verdict by its table: the value, rounding, a coarser place, room, stretch."""
    is_vague, is_approached = row.id in WORDS, row.qualifier == "approaches"

    def meets(wanted, exact, wide):
        """Rounding does not decide at a threshold of ours."""
        low_is_ours = is_approached or (is_vague and row.id != "training_achieved")
        return wanted.meets(
            (exact if is_vague else wide)[0], (exact if low_is_ours else wide)[1]
        )

    if is_vague:
        fine = Interval(*WORDS[row.id])
        coarse = Interval(1.45 / 1.5, math.inf) if fine.low == 1 else fine
    else:
        fine, coarse = (row.published.asserts(end, coarse=c) for c in (False, True))
    if fine.holds(point):
        return YES
    if not math.isnan(point):
        here = (point, point)
        if meets(fine, here, near) or meets(coarse, here, far):
            return ROUND
    if room and meets(coarse, room, rounded):
        return OPEN
    if is_approached:
        two = row.published.value()
        stretched = Interval(0.8 * two, two, low_open=True, high_open=True)
        if stretched.holds(point) or (room and meets(stretched, room, rounded)):
            return OPEN
    return NO


def boxes(plan, reached, moved, x):
    """What the leaves move over by rounding, at both places, and as their sides allow,
    without rounding and with; an assumption is moved to x.
    """
    every = [{}, {}, {}, {}]
    has_room = False
    for name, node in plan.leaves.items():
        source, claimed = node.source, node.source.claim
        near, far = (
            (one.low, one.high)
            for one in (source.interval(), source.interval(coarse=True))
        )
        value = near[0] if source.in_words else x if name == moved else source.value
        side = "" if claimed and claimed.id in reached else source.side
        has_effect = plan.direction[name] != 0
        spans = [near, far, (value, value), far]
        if source.in_words:
            spans, has_room = [near] * 4, True
        elif side and has_effect:
            has_room = True
            if claimed:
                least, most = (0, 1e6 * value)
            else:
                least, most = source.room.low, source.room.high
            if side == "at most":
                spans = [(value, near[1]), (value, far[1]), (least, value)]
                spans += [(min(least, value), max(value, far[1]))]
            else:
                spans = [(near[0], value), (far[0], value), (value, most)]
                spans += [(min(value, far[0]), max(value, most))]
            if name == moved:
                spans = [(x, x), (x, x), spans[2], spans[2]]
        elif name == moved:
            spans = [(x, x)] * 4
        for box, span in zip(every, spans, strict=True):
            box[name] = span
    return every if has_room else every[:2]


def test_a_condition_is_where_a_grid_of_each_assumption_keeps_the_verdict(model):
    """Every check of the register, and every assumption that its quantity needs."""
    compared = 0
    register = model.register
    for r in judge_all(model):
        claim, figure = r.check.claim, r.check.against
        row = register.claims.get(claim) or register.external.get(figure)
        if row is None or (claim and figure):
            continue
        end = "" if r.check.end == "whole" else r.check.end
        setting = model.setting(r.check.readings)
        plan = model.plan(r.check.quantity, setting)
        for name in [
            name for name, node in plan.leaves.items() if node.reading == "set"
        ]:
            one, named = register.assumptions[name], f"{name} " in r.condition
            found = spans(r.condition, name) if named else [(one.minimum, one.maximum)]
            xs = np.linspace(one.minimum, one.maximum, 62)[1:-1]
            ends = np.array([end for span in found for end in span])
            near = np.abs(xs - ends[:, np.newaxis]).min(axis=0)
            # An end is given to six digits.
            for x in xs[near > 1e-5 * (one.maximum - one.minimum)]:
                values = by_hand(plan, {name: x})
                inside = any(low < x < high for low, high in found)
                if not allowed(model, plan, values):
                    assert not (named and inside), (r.check.id, name, x)
                    continue
                reached = [
                    scan(model, plan.target, setting, points=2, box=box)
                    for box in boxes(plan, r.check.reached, name, x)
                ]
                point = float(values[plan.target])
                four = [*reached, None, None][:4]
                verdict = by_rule(row, end, point, *four)
                assert (verdict == r.verdict) == inside, (r.check.id, name, x)
                compared += 1
    assert compared > 1000


def test_a_condition_ends_where_the_ratio_reaches_one(model):
    # Few of those added at risk: below 1.8 million at any ratio, so the limit ends the
    # span, 1 / 0.8 = 1.25. Where nobody is added, at 1 / 1.105, 1.6 million are left.
    few = {"at_risk_share_of_new": 0.1}
    r = of(model, "at_risk_2021_sum", values={**few, "persons_per_transfer": 0.8})
    assert r.verdict == OPEN
    none_added = pytest.approx(1 / 1.105, abs=1e-6)
    assert spans(r.condition, "persons_per_transfer_drift") == [(none_added, 1.25)]
    values = {**few, "persons_per_transfer": 0.5, "persons_per_transfer_drift": 1.25}
    r = of(model, "at_risk_2021_sum", values=values)
    assert spans(r.condition, "persons_per_transfer") == [(0.05, 0.8)]
    # A ratio of 2021 that is set takes the place of the change: nobody is added where
    # 3.17 x 0.8 = 2.869 r, at 0.8 x 1.105. Above it fewer than 1.6 million are left.
    r = of(model, "at_risk_2021_sum", values={**few, "persons_per_transfer_2021": 0.8})
    assert (r.verdict, "drift" in r.condition) == (NO, False)
    assert spans(r.condition, "persons_per_transfer") == [(pytest.approx(0.884), 1)]


scaled = formula("scaled(x, factor) = x * factor")
off_by = formula("off_by(x, factor) = x * (factor - 1)")
inverse = formula("inverse(x, factor) = x / (factor - 1)")
past_a_pole = formula("past_a_pole(x, factor) = x / (factor - 1.1)")


COARSE = {"rounding_unit_other": "0.5"}
APPROACHES, FLOOR = {"qualifier": "approaches"}, {"qualifier": "at_least"}


@pytest.mark.parametrize(
    ("printed", "formula", "how", "value", "verdict", "ends"),
    [
        # A planned 2.0 asserts 2.0 alone; 1.95 to 2.05 times a factor meets it from
        # 2 / 2.05 to 2 / 1.95. (At 1 itself the point is 2.0 and the verdict another,
        # but one value has no width.)
        ("2.0", scaled, {"target": True}, 1.01, ROUND, (2 / 2.05, 2 / 1.95)),
        ("2.0", scaled, {"target": True}, 1, YES, (1, 1)),
        ("2.0", scaled, {}, 1, YES, (1.95 / 2, 2.05 / 2)),
        ("0.0", off_by, {"target": True}, 1, YES, (1, 1)),
        # 1.75 to 2.25 at the coarser place: met from 1.75 / 2.05 to 2.25 / 1.95,
        # a match from 1.95 / 2 to 2.05 / 2.
        ("2.0", scaled, COARSE, 0.9, ROUND, (1.75 / 2.05, 0.975, 1.025, 2.25 / 1.95)),
        ("2.0", scaled, COARSE, 1.5, NO, (0, 1.75 / 2.05, 2.25 / 1.95, 2)),
        # x at its coarser place, 1.5 to 2.5: met from 1.95 / 2.5 to 2.05 / 1.5.
        ("2.0", scaled, {"place": "1"}, 1.3, ROUND, (0.78, 0.975, 1.025, 2.05 / 1.5)),
        # From 0.8 of the print the word stretches; from 0.9 to the print it matches,
        # 1.8 to 2.
        ("2.0", scaled, APPROACHES, 0.85, OPEN, (0.8, 0.9)),
        ("2.0", scaled, APPROACHES, 0.5, NO, (0, 0.8, 2 / 1.95, 2)),
        ("2.0", scaled, APPROACHES, 0.95, YES, (0.9, 1)),
        ("2.0", scaled, APPROACHES, 1.01, ROUND, (1, 2 / 1.95)),
        # At most -1.95 for a factor below 1 and at least 1.95 for one above: nowhere
        # near 0.1.
        ("0.1", inverse, {}, 1.5, NO, (0, 2)),
        # 2 / (factor - 1.1) is at least 4 from the pole to 1.6.
        ("4.0", past_a_pole, FLOOR, 1.25, YES, (1.1, 1.6)),
        # The same, with the pole in the middle of the range.
        ("4.0", inverse, FLOOR, 1.25, YES, (1, 1.5)),
    ],
)
def test_conditions_by_hand(printed, formula, how, value, verdict, ends):
    factor = assumption("factor", value, maximum=2)
    r = judged(printed, formula, assumptions=[factor], **how)
    assert r.verdict == verdict
    found = [end for span in spans(r.condition, "factor") for end in span]
    assert found == pytest.approx([*ends], abs=1e-5)


def test_a_condition_ends_where_a_limit_cuts_what_the_rounding_allows():
    # x is 0.85 to 0.95, and z = x k at most 1. So t = x (1 + k) is at most
    # 0.95 (1 + k) up to k = 1 / 0.95, and (1 + k) / k above. "At least 1.92" may be
    # 1.915: met by rounding from k = 1.915 / 0.95 - 1 to 1 / 0.915.
    z = formula("z(x, k) = x * k")
    t = formula("t(x, z) = x + z")
    factor = assumption("k", 1.07, minimum=1, maximum=1.2)
    more = {"limits": (LimitRow(quantity="z", at_most=1),)}
    how = {"x": "0.9", "assumptions": [factor], "more": more, **FLOOR}
    r = judged("1.92", z, t, **how)
    assert r.verdict == ROUND
    (span,) = spans(r.condition, "k")
    assert span == pytest.approx((1.915 / 0.95 - 1, 1 / 0.915), abs=1e-5)
    # Where x itself is at most 0.92, whatever k is, x (1 + k) reaches 1.915 from
    # 1.915 / 0.92 - 1, and 1.92 by the print from 1.92 / 0.9 - 1.
    product = formula("product(x, k) = x * (1 + k)")
    how["more"] = {"limits": (LimitRow(quantity="x", at_most=0.92),)}
    how["assumptions"] = [assumption("k", 1.1, minimum=1, maximum=1.2)]
    r = judged("1.92", product, **how)
    assert r.verdict == ROUND
    (span,) = spans(r.condition, "k")
    assert span == pytest.approx((1.915 / 0.92 - 1, 1.92 / 0.9 - 1), abs=1e-5)


# The share of values that would have passed -------------------------------------------
@settings(max_examples=60)
@given(
    st.sampled_from(["exact", "over", "at_least", "up_to", "approaches"]),
    st.integers(100, 900),
    st.sampled_from(["1.0", "2.0", "5.0"]),
)
def test_passing_is_the_share_of_values_near_the_print_that_would_have_passed(
    qualifier, hundredths, x
):
    p = hundredths / 100
    r = judged(f"{p:.2f}", x=x, qualifier=qualifier)
    value = 2 * float(x)
    grid = 0.9 * p + (np.arange(20_000) + 0.5) / 20_000 * 0.2 * p
    for low, high, share in (
        (value, value, r.passing),
        (value - 0.1, value + 0.1, r.passing_rounded),
    ):
        if qualifier == "exact":
            passed = (grid - 0.005 <= high) & (grid + 0.005 >= low)
        elif qualifier == "approaches":
            # Rounding does not decide at our tenth: there the value itself does.
            passed = (grid > low) & (0.9 * grid <= value)
        else:
            passed = grid >= low if qualifier == "up_to" else grid <= high
        assert share == pytest.approx(passed.mean(), abs=1.01e-4)


# Results and tally --------------------------------------------------------------------
def test_a_result_has_the_weaker_verdict_and_one_calculation_counts_once():
    def result(id, printed, *judged_by, same=()):
        how = {"quantity": "doubled", "input": False, "role": "result"}
        how |= {"same_calculation_as": same, "judged_by": judged_by}
        return claim(id, printed, **how)

    rows = [
        claim("printed_x", "2.0"),
        result("once", "4.0", "c1", same=("again",)),
        result("again", "4.1", "c2", same=("once",)),
        result("off", "9.0", "c3"),
        result("both", "4.0", "c4", "c5"),
        result("twice", "4.0", "c6"),
        result("none", "4.0"),
        claim("seen", "4.0", quantity="doubled", input=False),
    ]
    judging = {"c1": "once", "c2": "again", "c3": "off", "c4": "both"}
    checks = [check(id, "doubled", one) for id, one in judging.items()]
    more = formula("doubled__more(x) = 2.05 * x")
    checks += [
        # 4.1, and 3.9975 to 4.2025 by rounding
        check("c5", "doubled", "both", readings={"doubled": "more"}),
        check("c6", "doubled", "twice", kind="repetition"),
        *(
            check(id, "doubled", one, kind="hypothesis")
            for id, one in {"h1": "none", "h2": "off"}.items()
        ),
    ]
    made = small_model(
        doubled,
        more,
        claims=rows,
        checks=checks,
        grades={("doubled", "more"): "implied"},
    )
    outcomes = judge_all(made)
    # A hypothesis that matches judges nothing, and no row without the role has
    # a verdict.
    found = results(made, outcomes)
    assert {one.claim.id: (one.verdict, one.rests_on) for one in found} == {
        "once": (YES, ""),
        "again": (ROUND, ""),
        "off": (NO, ""),
        "both": (ROUND, "implied"),
        "twice": (YES, ""),
        "none": ("not_recalculable", ""),
    }

    def counted(results):
        return {name: number for name, number in tally(results).items() if number}

    # "Once" and "again" are one calculation, of which the weaker verdict counts, also
    # where a setting leaves the other without one.
    first, *others = found
    for judged_results in (found, [replace(first, verdict=""), *others]):
        assert counted(judged_results) == {
            "repetition matches": 1,
            "sum matches_within_rounding": 2,
            "sum differs": 1,
            "sum not_recalculable": 1,
        }
    # A match that rests on a reading of ours is none on printed numbers alone.
    for grade in ("chosen", "implied"):
        assert counted([replace(first, rests_on=grade)]) == {
            "sum matches on choices": 1
        }
    assert counted([replace(first, rests_on="stated")]) == {
        "sum matches on printed numbers": 1
    }
    assert results(made, judge_all(made, ["c1", "c4"]))[3].verdict == ""


# Solutions ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("goal", "value", "status"),
    [
        (3.0, 1.5, "in_range"),
        (3.5, 1.75, "in_range"),
        (1.0, 0.5, "out_of_range"),
        (0.0, 0, "out_of_range"),
        # In the allowed range, and past the limit on the product, 3.8.
        (4.0, 2, "impossible"),
        (5.0, 2.5, "impossible"),
        (-1.0, -0.5, "impossible"),
    ],
)
def test_a_solution_gives_the_goal_and_says_where_it_lies(goal, value, status):
    factor = assumption("factor", 1, maximum=2, low=0.75, high=1.75)
    limits = (LimitRow(quantity="scaled", at_most=3.8),)
    made = small_model(
        scaled, claims=[claim("printed_x", "2.0")], assumptions=[factor], limits=limits
    )
    found = solution(made, solve("scaled", "factor", goal=goal))
    assert (found.value, found.status) == (pytest.approx(value), status)
    # x at 1 under another setting: a factor twice as large
    later = solution(made, solve("scaled", "factor", goal=1.6), made.setting({"x": 1}))
    assert (later.value, later.status) == (pytest.approx(1.6), "in_range")


def test_where_nothing_solves_it_the_solution_is_impossible():
    flat = formula("flat(x, one) = x + 0 * one")

    pair = [assumption("one", 0.5), assumption("factor", 1)]
    made = small_model(
        flat, scaled, claims=[claim("printed_x", "2.0")], assumptions=pair
    )
    for name, said in (
        ("one", "the claim holds at no value of one"),
        ("factor", "flat does not depend on factor here"),
    ):
        found = solution(made, solve("flat", name, goal=9.0))
        assert (found.value, found.status, found.reason) == (None, "impossible", said)


def missed(plan, name, goal, x):
    return by_hand(plan, {name: x})[plan.target] - goal


def test_solutions_are_those_of_brentq(model):
    """Every solution of the register, each between far ends."""
    for row in model.register.solutions.values():
        plan = model.plan(row.quantity, model.setting(row.readings))
        against = model.register.claims.get(row.claim)
        goal = row.goal if against is None else against.published.value(row.end)
        found, one = solution(model, row), model.register.assumptions[row.solve]
        most = 2 * max(abs(found.value), one.maximum)
        expected = brentq(
            partial(missed, plan, row.solve, goal), -most, most, xtol=1e-13
        )
        assert found.value == pytest.approx(expected, rel=1e-9, abs=1e-9)
        inside = [
            low <= found.value <= high
            for low, high in ((one.minimum, one.maximum), (one.low, one.high))
        ]
        assert found.status == ["impossible", "out_of_range", "in_range"][sum(inside)]


# Under a setting ----------------------------------------------------------------------
BLOCKED = {
    "base_2019_from_difference": (
        {"net_new_transfers": "from_base"},
        "These readings need each other: ",
    ),
    "total_2021_printed_twice": (
        {"transfers_2021": "total_2021_february"},
        "With this setting the check would compare total_2021_february with itself",
    ),
    # 3,000,000 x 1.105 / 3,170,000
    "at_risk_2021_sum_ratio_implied": (
        {"labourers_2019": 3e6},
        "persons_per_transfer would be 1.05, but must be ",
    ),
    "at_risk_2021_sum": (
        {"persons_per_transfer_drift": 1.25},
        "persons_per_transfer_2021 would be 1.25, but must be ",
    ),
    # Former detainees are in words, and no number of them makes it computable.
    "total_in_range": (
        {"at_risk_2019": "southern", "labourers_south_2019": 2.6e6},
        "labourers_south_2019 would be 2.6 million, but cannot be more than "
        "labourers_2019",
    ),
}


@pytest.mark.parametrize("id", BLOCKED)
def test_a_setting_may_leave_a_check_without_a_verdict(model, id):
    given, said = BLOCKED[id]
    r = judge(model, model.register.checks[id], model.setting(given))
    assert (r.verdict, r.condition) == ("", "")
    assert (r.recomputed, r.recomputed_low, r.passing) == (None, None, None)
    assert r.reason.startswith(said)


def test_a_setting_changes_a_check_except_where_its_own_readings_come_first(model):
    setting, labourers = {"transfers_2019": "from_difference"}, "base_2019_as_labourers"
    assert of(model, labourers, setting).recomputed == of(model, labourers).recomputed
    # 3,170,000 - 2,870,000 in place of the step
    assert of(model, "at_risk_2021_sum", setting).recomputed == 1_900_000
    # 1,750,611, more than a tenth below 2 million.
    r = of(model, "at_risk_2021_sum", values={"persons_per_transfer": 0.5})
    assert r.recomputed == pytest.approx(1_600_000 + STEP / 2)
    assert (r.verdict, r.rests_on) == (OPEN, "chosen")
