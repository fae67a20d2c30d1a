"""Bounds against a search over the box, and verdicts against their definition."""

import math

import numpy as np
import pytest

from analysis.book import Spread
from tests.settings import cases_of, random_settings

#: How many values of an input are tried where so many move.
POINTS = {0: 1, 1: 31, 2: 31, 3: 31, 4: 11, 5: 7, 6: 5, 7: 4, 8: 3}
#: Which inputs move.
ROUNDING, WORDS = Spread.ROUNDING, Spread.ROUNDING | Spread.WORDS


def searched(case, *, words):
    """The least and the greatest target over a grid in the box of inputs."""
    spans = {}
    for name, node in case.inputs.items():
        ends = [*(node.rounding or ()), *((node.words or ()) if words else ())]
        if ends and min(ends) < max(ends):
            spans[name] = min(ends), max(ends)
    axes = [np.linspace(*ends, POINTS[len(spans)]) for ends in spans.values()]
    grid = [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]
    values = dict(zip(spans, grid, strict=True))
    # An input past a limit is moved to the limit, which may be computed from others.
    computed = case.values(values, clip=True)
    for name in spans.keys() & case.limits.keys() - case.book.assumptions.keys():
        values[name] = np.clip(values[name], *case.limits_of(name, computed))
    values = np.atleast_1d(case.values(values, clip=True)[case.target])
    return float(np.nanmin(values)), float(np.nanmax(values))


def fits(low, high, ends):
    """Whether some value of a span lies in an interval."""
    room = [1e-9 * abs(end) + 1e-12 for end in ends]
    return high >= ends[0] - room[0] and low <= ends[1] + room[1]


def expected(case, rounding, words):
    """The verdict by its definition, from a search of each set."""
    values = case.values()
    exact, rounded = case.claimed(values)
    value = float(values[case.target])
    if fits(value, value, exact):
        return "matches"
    if not math.isnan(value) and fits(*rounding, rounded):
        return "matches within rounding"
    return "left open" if fits(*words, rounded) else "differs"


def test_bounds_and_verdicts_are_those_of_a_search(article):
    compared, seen = 0, set()
    for study in [article, *random_settings(article, 20)]:
        for check, case in cases_of(study):
            if not check.kind:
                continue
            rounding, words = searched(case, words=False), searched(case, words=True)
            for kinds, ends in (ROUNDING, rounding), (WORDS, words):
                bounds = case.bounds(kinds)
                near = pytest.approx(ends, rel=1e-9, abs=1e-9)
                assert (float(bounds[0][0]), float(bounds[1][0])) == near, check.id
                compared += 1
            verdict = case.verdict()
            if verdict != "not computed":
                assert verdict == expected(case, rounding, words), (study, check.id)
                seen.add(verdict)
    assert compared > 500
    assert len(seen) >= 3


def test_no_number_is_compared_with_the_row_that_it_comes_from(article):
    study = article.change(transfers_2021="total_2021_february")
    verdict = study.checks("total_2021_printed_twice")["verdict"].to_list()
    assert verdict == ["not computed"]
