"""Words read back as numbers, under the article, every shipped scenario and 40 random
settings. The shown numbers never contradict a verdict, and sums of them add up.
"""

import contextlib
import math
import random
from decimal import Decimal

import pytest

from analysis.core.spell import same
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.model.plan import CircleError
from analysis.model.verdicts import Outcome, asserted_by, judge_all, printed_row
from analysis.render.estimates import Under
from analysis.render.headlines import headlines
from analysis.render.speller import Speller
from analysis.render.steps import Steps
from analysis.render.whatif_tables import scenarios_table
from analysis.render.wording import (
    bounds_words,
    distance_words,
    recomputed_words,
)
from analysis.whatif.scenarios import shipped
from tests.reading import by_hand, place, read, span

RANDOM = 40


def random_settings(model: Model, count: int) -> list[Setting]:
    """Settings with up to three changes: readings, and values in their ranges."""
    chance = random.Random(0)
    names = [name for name in model.quantities if len(model.readings(name)) > 1]
    names += list(model.register.assumptions)
    found: list[Setting] = []
    while len(found) < count:
        changes = {}
        for name in chance.sample(names, chance.randint(1, 3)):
            assumption = model.register.assumptions.get(name)
            changes[name] = chance.choice(model.readings(name))
            if assumption and chance.random() < 0.8:
                changes[name] = chance.uniform(assumption.low, assumption.high)
        try:
            found.append(model.setting(changes))
        except ModelError:
            continue
    return found


@pytest.fixture(scope="module")
def settings(model: Model) -> list[Setting]:
    scenarios = [one.setting(model) for one in shipped(model).values()]
    return [ARTICLE, *scenarios, *random_settings(model, RANDOM)]


@pytest.fixture(scope="module")
def outcomes(model: Model, settings: list[Setting]) -> list[Outcome]:
    return [one for setting in settings for one in judge_all(model, None, setting)]


def levels(model: Model, outcome: Outcome) -> list[float]:
    """The printed numbers and thresholds that a verdict compares its value with."""
    row = printed_row(model, outcome.check)
    if row is None:
        return []
    known = asserted_by(model, outcome.check, row).levels
    if outcome.published is not None:
        known.append(outcome.published)
    return [level for level in known if math.isfinite(level)]


def test_no_shown_value_touches_or_crosses_what_its_verdict_compares_it_with(
    model: Model, outcomes: list[Outcome]
) -> None:
    compared = 0
    for outcome in outcomes:
        value = outcome.recomputed
        if value is None or not math.isfinite(value):
            continue
        shown = float(read(recomputed_words(Speller(model), outcome)))
        for level in levels(model, outcome):
            compared += 1
            if same(value, level):
                assert same(shown, level), (outcome.check.id, shown, level)
            else:
                assert shown != level, (outcome.check.id, shown, level)
                assert (shown > level) == (value > level), (outcome.check.id, shown)
    assert compared > 10_000


def test_a_distance_is_the_shown_value_less_the_print(
    model: Model, outcomes: list[Outcome]
) -> None:
    distances = 0
    for outcome in outcomes:
        words = distance_words(Speller(model), outcome)
        if not words:
            continue
        distances += 1
        assert outcome.recomputed is not None
        assert outcome.difference is not None
        shown = read(recomputed_words(Speller(model), outcome))
        printed = Decimal(f"{outcome.recomputed - outcome.difference:.10g}")
        assert read(words) == abs(shown - printed), (outcome.check.id, words)
        if "percent short" in words:
            # The share is of the same two numbers, and stays off a tenth and a fifth.
            share = read(words.partition(" or ")[2])
            exact = (printed - shown) / printed
            assert abs(share - exact) <= place(words.partition(" or ")[2]), words
            for edge in (Decimal("0.1"), Decimal("0.2")):
                assert (share > edge) == (exact > edge), words
    assert distances > 400


def test_bounds_contain_their_ends_and_the_value_as_shown(
    model: Model, outcomes: list[Outcome]
) -> None:
    for outcome in outcomes:
        words = bounds_words(Speller(model), outcome)
        if not words or "bound" in words or words.endswith((" more", " less")):
            continue
        low, high = span(words)
        shown = read(recomputed_words(Speller(model), outcome))
        assert low <= shown <= high, (outcome.check.id, words, shown)
        if low < high:
            assert outcome.recomputed_low is not None
            assert outcome.recomputed_high is not None
            assert float(low) <= outcome.recomputed_low * (1 + 1e-9) + 1e-9
            assert float(high) >= outcome.recomputed_high * (1 - 1e-9) - 1e-9


def worked_lines(model: Model, setting: Setting) -> set[tuple[str, ...]]:
    """The lines of the worked steps of each quantity, a screen each.

    What is computed as in the article has the article's lines.
    """
    found: set[tuple[str, ...]] = set()
    for quantity in model.quantities:
        is_changed = model.plan(quantity, setting).nodes != model.plan(quantity).nodes
        if setting != ARTICLE and not is_changed:
            continue
        steps = Steps(model, setting, [quantity], judged=False).steps
        found |= {step.lines for step in steps}
    return found


def test_every_worked_line_recomputes_from_the_digits_that_it_shows(
    model: Model, settings: list[Setting]
) -> None:
    lines = set().union(*(worked_lines(model, setting) for setting in settings))
    recomputed = 0
    for line in lines:
        if len(line) < 2 or "in words" in line[-2] or "no value" in " ".join(line):
            continue
        try:
            result = by_hand(line[-2])
        except (NameError, SyntaxError):
            continue  # another quantity by its name
        recomputed += 1
        shown = read(line[-1].removeprefix("= "))
        half = float(place(line[-1])) / 2
        assert abs(result - float(shown)) <= half * (1 + 1e-6), line
    assert recomputed > 200


def test_a_headline_and_a_worked_line_end_in_the_same_words(
    model: Model, settings: list[Setting]
) -> None:
    compared = 0
    for setting in settings:
        for headline in headlines(model, setting):
            results = set()
            for name in headline.row.working:
                # A setting may make one of them circular.
                with contextlib.suppress(CircleError):
                    (step,) = Steps(model, setting, [name], depth=0).steps
                    results.add(step.lines[-1])
            for working in headline.working:
                if "=" in working:
                    compared += 1
                    _, _, result = working.rpartition("= ")
                    assert f"= {result}" in results, (working, results)
    assert compared > 300


def test_each_change_in_a_table_is_the_difference_of_the_numbers_beside_it(
    model: Model,
) -> None:
    unders = [Under.of(one, model) for one in shipped(model).values()]
    base = unders[0]
    rows = scenarios_table(model, unders, base).rows
    shown = {(row["scenario"], row["quantity"]): row["words"] for row in rows}
    compared = 0
    for row in rows:
        if row["change"]:
            compared += 1
            difference = read(row["words"]) - read(shown[base.name, row["quantity"]])
            assert read(row["change"]) == difference, row
    assert compared > 50
    # 1.6 + (3.174 - 2.86) = 1.914 million, and 1.6 + 0.3012 = 1.9012: 0.0128 more.
    (series,) = [
        row["change"]
        for row in rows
        if (row["scenario"], row["quantity"]) == ("official_series", "at_risk_2021")
    ]
    assert series.startswith("+13,000 ")
