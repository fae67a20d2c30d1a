"""Bounds against a search over the box, and verdicts against their definition."""

import math

import numpy as np
import pytest

from analysis import SettingError, judge, printed
from tests.settings import random_settings

#: How many values of an input are tried where so many move.
POINTS = {0: 1, 1: 31, 2: 31, 3: 31, 4: 11, 5: 7, 6: 5, 7: 4, 8: 3}
#: What stands for a number without an upper end.
ENDLESS = 1e18


def searched(result, *, words):
    """The least and the greatest target over a grid in the box of inputs."""
    model, spans = result.model, {}
    for name, number in result.numbers.items():
        ends = [*number.rounding, *(number.words if words else ())]
        if ends and min(ends) < max(ends):
            spans[name] = min(ends), max(ends)
    axes = []
    for low, high in spans.values():
        axes.append(np.linspace(low, min(high, ENDLESS), POINTS[len(spans)]))
    grid = [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]
    values = dict(zip(spans, grid, strict=True))
    # An input past a limit is moved to the limit, which may be computed from others.
    computed = model.evaluate(result.sources, values, clip=True)
    for name in spans.keys() - model.assumptions.keys():
        low, high = model.limits.get(name, (-math.inf, math.inf))
        high = computed[high] if isinstance(high, str) else high
        values[name] = np.clip(values[name], low, high)
    target = model.evaluate(result.sources, values, clip=True)
    values = np.atleast_1d(target[result.target])
    ends = np.array([np.nanmin(values), np.nanmax(values)])
    return np.where(abs(ends) < ENDLESS / 1000, ends, np.copysign(math.inf, ends))


def judged_results(study):
    """The checks beside a claim that can be computed, each with its result."""
    for check in study.model.tables["checks"].values():
        if check["kind"] and check["compute"]:
            try:
                yield check, judge.result_for(study.model, check, study.setting)
            except SettingError:
                continue


def test_bounds_are_those_of_a_search(article):
    compared = 0
    for study in [article, *random_settings(article, 12)]:
        for check, result in judged_results(study):
            for words in (False, True):
                bounds = result.bounds(rounding=True, words=words)
                near = pytest.approx(searched(result, words=words), rel=1e-9, abs=1e-9)
                assert [float(end[0]) for end in bounds] == near, check["id"]
                compared += 1
    assert compared > 500


def test_rounding_stops_at_a_limit(article):
    # All who were transferred: 0.56 × 3.17 million ÷ 1.105, or 0.56 × 3.175 million ÷
    # 1.1045 by rounding. The print alone rounds from up to 1.65 million.
    high = article.change(persons_per_transfer=0.56)["at_risk_2019"].high
    assert 1_606_515 < high < 1_609_779


def expected(result):
    """The verdict by its definition, from a search of each set."""
    exact, rounded = result.claim.at(result.values())
    value = float(result.value())
    if all(printed.reaches(value, value, exact)):
        return "matches"
    is_number = not math.isnan(value)
    if is_number and all(printed.reaches(*searched(result, words=False), rounded)):
        return "matches within rounding"
    if all(printed.reaches(*searched(result, words=True), rounded)):
        return "left open"
    return "differs"


def test_verdicts_follow_their_definition(article):
    seen = set()
    for study in [article, *random_settings(article, 12, seed=1)]:
        for check, result in judged_results(study):
            (verdict,) = judge.verdicts(result)
            if verdict != "not computed":
                assert verdict == expected(result), (study, check["id"])
                seen.add(verdict)
    assert seen == {"matches", "matches within rounding", "left open", "differs"}


def test_conditions_by_hand(article):
    condition = article.checks("at_risk_2021_sum")["condition"].to_list()[0]
    # (1.8 − 1.6) ÷ 0.3 = 0.66667; 1 − 0.1 ÷ 3.17 = 0.96845; 1.8 − 0.3 = 1.5.
    for number in ("0.667", "0.969", "1.5 million", "1.9 million"):
        assert number in condition


def test_no_number_is_compared_with_the_row_that_it_comes_from(article):
    study = article.change(transfers_2021="total_2021_february")
    verdict = study.checks("total_2021_printed_twice")["verdict"].to_list()
    assert verdict == ["not computed"]


def test_a_narrow_peak_of_a_function_of_ones_own_counts(article):
    # The share is 1 near 1.56 million, and 0.5 elsewhere: 1.56 + 0.30 million is above
    # 1.6 + 0.15, and approaching two million.
    def peak(at_risk_2019, at_risk_total_low):
        ratio = at_risk_2019 / at_risk_total_low
        return 0.5 + 0.5 * (abs(ratio - 0.78) < 0.005) + 0 * ratio

    study = article.change(at_risk_share_of_new=peak)
    assert study["at_risk_2021"].side == "no bound"
    assert study.checks("at_risk_2021_sum")["verdict"].to_list() != ["differs"]
