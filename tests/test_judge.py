"""Bounds against a search over the box, and verdicts against their definition."""

import math

import numpy as np
import pytest

from analysis import SettingError, judge, printed
from tests.settings import random_settings

#: How many values of an input are tried where so many move.
POINTS = {0: 1, 1: 31, 2: 31, 3: 31, 4: 11, 5: 7, 6: 5, 7: 4, 8: 3}


def searched(result, *, words):
    """The least and the greatest target over a grid in the box of inputs."""
    spans = {}
    for name, number in result.numbers.items():
        ends = [*number.rounding, *(number.words if words else ())]
        if ends and min(ends) < max(ends):
            spans[name] = min(ends), max(ends)
    axes = [np.linspace(*ends, POINTS[len(spans)]) for ends in spans.values()]
    grid = [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]
    values = dict(zip(spans, grid, strict=True))
    target = result.model.evaluate(result.sources, values, limits="clip")
    found = np.atleast_1d(target[result.target])
    return np.nanmin(found), np.nanmax(found)


def test_bounds_are_those_of_a_search(article):
    compared = 0
    for study in [article, *random_settings(article, 20)]:
        for check in study.model.tables["checks"].values():
            if not check["kind"] or not check["compute"]:
                continue
            try:
                result = judge.result_for(study.model, check, study.setting)
            except SettingError:
                continue
            for words in (False, True):
                bounds = result.bounds(rounding=True, words=words)
                near = pytest.approx(searched(result, words=words), rel=1e-9, abs=1e-9)
                assert [float(end[0]) for end in bounds] == near, check["id"]
                compared += 1
    assert compared > 1500


def expected(result, claim):
    """The verdict by its definition, from a search of each set."""
    value = float(result.value())
    if printed_meets(value, value, claim[0]):
        return "matches"
    is_number = not math.isnan(value)
    if is_number and printed_meets(*searched(result, words=False), claim[1]):
        return "matches within rounding"
    if printed_meets(*searched(result, words=True), claim[1]):
        return "left open"
    return "differs"


def printed_meets(low, high, span):
    return all(printed.reaches(low, high, span))


def test_verdicts_follow_their_definition(article):
    seen = set()
    for study in [article, *random_settings(article, 20, seed=1)]:
        table = study.checks().set_index("id")
        for name, check in study.model.tables["checks"].items():
            verdict = table.loc[name, "verdict"]
            if verdict in ("", judge.NO_SUM, judge.NOT_COMPUTED):
                continue
            result = judge.result_for(study.model, check, study.setting)
            claim = judge.claim_of(study.model, check)
            assert verdict == expected(result, claim), name
            seen.add(verdict)
    assert seen == {judge.MATCHES, judge.ROUNDING, judge.OPEN, judge.DIFFERS}


def test_conditions_end_where_the_verdict_does(article):
    model, tried = article.model, 0
    for check in model.tables["checks"].values():
        if not check["kind"] or not check["compute"]:
            continue
        result = judge.result_for(model, check, {})
        claim = judge.claim_of(model, check)
        verdict = judge.verdicts(result, claim)[0]
        for name, part, _ in judge.conditions(result, claim, verdict):
            least, most = model.limits[name]
            inside = np.linspace(part.low, part.high, 97)[1:-1]
            step = 1e-6 * (most - least)
            outside = np.array([part.low - step, part.high + step])
            outside = outside[(outside > least) & (outside < most)]
            assert (judge.verdicts(result, claim, {name: inside}) == verdict).all()
            assert (judge.verdicts(result, claim, {name: outside}) != verdict).all()
            tried += 1
    assert tried > 20


def test_no_number_is_compared_with_the_row_that_it_comes_from(article):
    study = article.change(transfers_2021="total_2021_february")
    verdict = study.checks("total_2021_printed_twice")["verdict"].to_list()
    assert verdict == [judge.NOT_COMPUTED]


def test_a_function_of_ones_own_is_searched_between_its_ends(article):
    # x (1 - x) over shares from 0 to 1 is at most 0.25, in the middle.
    study = article.change(
        at_risk_share_of_new=lambda at_risk_share_of_all: (
            4 * at_risk_share_of_all * (1 - at_risk_share_of_all)
        )
    )
    found = study["at_risk_2021"]
    assert found.value == pytest.approx(1_600_000 + 0.9424 * 301_221.7194570135)
    assert found.side == "no bound"
    _, high = judge.result_of(study.model, "at_risk_2021", study.setting).bounds(
        words=True
    )
    assert high[0] == pytest.approx(1_600_000 + 301_221.7194570135, rel=1e-3)
