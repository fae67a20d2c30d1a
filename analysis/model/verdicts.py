"""This module judges checks under a setting, and reports them with their numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from analysis.core.published import Interval
from analysis.core.rows import GIVEN, GRADES, Check, Claim, External
from analysis.model.comparison import (
    Asserted,
    Comparison,
    asserted_by,
    printed_row,
    resolve,
)
from analysis.model.conditions import condition_of
from analysis.model.judging import GROUNDS, finer_ground, ground_of
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.model.plan import Plan
from analysis.model.quantities import MOST_PLANS

# Reporting ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """A check judged under a setting, with numbers in base units.

    A number that the check does not have is None.
    """

    check: Check
    unit: str
    published: float | None = None
    """The printed number."""
    published_low: float | None = None
    published_high: float | None = None
    """The ends of what the claim asserts."""
    recomputed: float | None = None
    """The value with each input at its printed or assumed number."""
    recomputed_low: float | None = None
    recomputed_high: float | None = None
    """The bounds of the recomputed value by rounding."""
    side: str = ""
    """Whether the true value is ``at most`` or ``at least`` the recomputed one, or has
    ``no bound``. Empty in all other cases."""
    verdict: str = ""
    ground: str = ""
    """Why the verdict is given, as ``judging.py`` explains: ``value``, ``rounding``,
    ``coarser place``, ``room`` or ``stretch``."""
    open_to: tuple[str, ...] = ()
    """Inputs that are printed as limits or in words. If the verdict is ``compatible``,
    they allow a value that satisfies the claim; if the verdict is a match, they also
    allow values that do not satisfy it."""
    tests_nothing: bool = False
    """Whether a result that is "at most" a number is compared with a printed "up to";
    some value then always satisfies both."""
    finer: str = ""
    """The verdict if printed digits that may be rounded to either of two places are
    rounded to the finer one. Empty if the verdict does not change."""
    coarser_in: tuple[str, ...] = ()
    """The rows whose coarser place gives the verdict."""
    barely: bool = False
    """Whether only rounding gives a match, by less than one percent of the printed
    number."""
    rests_on: str = ""
    """The weakest grade among the assumptions and readings that matter; empty for
    printed numbers alone."""
    condition: str = ""
    """The values of each assumption for which the verdict stays the same."""
    reason: str = ""
    """Why there is no verdict."""
    passing: float | None = None
    """How easy the test was: the share of numbers within ten percent of the printed one
    that would match too, had the article printed them."""
    passing_rounded: float | None = None
    """The share of the same numbers that would match, at least within rounding."""
    difference: float | None = None
    """The recomputed value minus the printed number. For a range or words, the
    difference is counted from the high end if the value lies above it, and otherwise
    from the low end."""
    depends_on: tuple[str, ...] = ()
    """The claims and assumptions that the value starts from."""


def judge(model: Model, check: Check, setting: Setting = ARTICLE) -> Outcome:
    """Judge one check under a setting.

    If the check names a reading of a quantity, that reading replaces the one in the
    setting. A check has no verdict if it compares its quantity with nothing, if the
    setting would make the check compare a number with itself, or if the setting takes a
    quantity past a limit; ``reason`` then gives the cause. Outcomes are cached by check
    and setting.
    """
    # The outcome keeps the check in memory, so that no other object gets its id.
    key = id(check), setting
    outcome: Outcome | None = model.outcomes.get(key)
    if outcome is None:
        if len(model.outcomes) >= MOST_PLANS:
            model.outcomes.clear()
        outcome = model.outcomes[key] = _judged(model, check, setting)
    return outcome


def _judged(model: Model, check: Check, setting: Setting) -> Outcome:
    row = printed_row(model, check)
    outcome = _printed_part(model, check, row)
    try:
        comparison = resolve(model, check, setting)
        recomputed = comparison.plan.single_value
    except ModelError as error:
        return replace(outcome, reason=str(error))
    plan = comparison.plan
    outcome = replace(
        outcome,
        recomputed=recomputed,
        recomputed_low=float(plan.rounded.low),
        recomputed_high=float(plan.rounded.high),
        side=plan.side_by(comparison.open_inputs),
        rests_on=_weakest_grade(model, plan),
        depends_on=plan.depends_on,
    )
    if row is None:
        return replace(outcome, reason="no printed number to set beside it")
    return _with_verdict(model, outcome, comparison, row)


def judge_all(
    model: Model, checks: Iterable[str] | None = None, setting: Setting = ARTICLE
) -> list[Outcome]:
    """Judge the named checks or, if ``checks`` is None, every check of the register."""
    table = model.register.checks
    names = table if checks is None else checks
    return [judge(model, table[name], setting) for name in names]


def _printed_part(model: Model, check: Check, row: Claim | External | None) -> Outcome:
    """Return an outcome that has only the printed number and what the claim asserts."""
    outcome = Outcome(check, model.units[check.quantity])
    if row is None:
        return outcome
    asserted = asserted_by(model, check, row).fine
    has_number = row.printed and check.end != "whole"
    return replace(
        outcome,
        published=row.published.value(check.end) if has_number else None,
        published_low=asserted.low,
        published_high=asserted.high,
    )


def _with_verdict(
    model: Model, outcome: Outcome, comparison: Comparison, row: Claim | External
) -> Outcome:
    """Return an outcome with its verdict, and with the details behind the verdict."""
    asserted, reach = comparison.asserted, comparison.reach
    ground = ground_of(asserted, reach)
    verdict = GROUNDS[ground]
    finer = verdict
    if ground not in ("value", "rounding"):
        finer = GROUNDS[finer_ground(asserted, reach)]
    outcome = replace(
        outcome,
        verdict=verdict,
        ground=ground,
        open_to=_open_to(comparison, ground),
        tests_nothing=_is_open_below(row) and outcome.side == "at most",
        finer="" if finer == verdict else finer,
        coarser_in=_coarser_in(comparison, row, ground),
        barely=_is_barely_met(outcome, comparison, ground),
        condition=condition_of(comparison, model.free(comparison.plan), verdict),
        difference=_difference(outcome, row, asserted),
    )
    # Nearness is measured in percent of the printed number, which therefore can't be 0.
    has_size = outcome.check.claim and outcome.published
    if not has_size or math.isnan(reach.fine.low):
        return outcome
    # Rounding does not decide at a threshold of ours. Where we chose how far below the
    # printed number a value may lie, the value itself, without rounding, gives the
    # largest printed number that it still matches.
    highest = reach.value if asserted.low_is_ours else reach.fine.high
    return replace(
        outcome,
        passing=_passing(outcome, row, reach.value, reach.value),
        passing_rounded=_passing(outcome, row, reach.fine.low, highest),
    )


def _is_open_below(row: Claim | External) -> bool:
    """Whether the words before a number allow every smaller value."""
    return row.published.side == "at most" and row.published.word.short_by is None


def _open_to(comparison: Comparison, ground: str) -> tuple[str, ...]:
    """Return the open inputs that affect a verdict, named as in ``depends_on``.

    If the verdict is a match, an assumption at our own value is left out, because the
    condition of the verdict covers it.
    """
    plan, inputs = comparison.plan, comparison.open_inputs
    names = []
    if ground == "room":
        names = list(inputs)
    elif GROUNDS[ground].startswith("matches"):
        names = [name for name in inputs if _would_undo(comparison, name, ground)]
    return tuple(sorted(plan.input_name(name) for name in names))


def _would_undo(comparison: Comparison, name: str, ground: str) -> bool:
    """Whether some value that an open input may have would undo the match."""
    source = comparison.open_inputs[name]
    is_assumption_as_set = source.row is None and source.role == "set"
    if source.room is None or is_assumption_as_set:
        return False
    asserted = comparison.asserted
    interval = asserted.fine if ground == "value" else asserted.coarse
    moved = comparison.plan.bounds({name: source.room})
    return not (interval.holds(moved.low) and interval.holds(moved.high))


def _coarser_in(
    comparison: Comparison, row: Claim | External, ground: str
) -> tuple[str, ...]:
    """Return the rows whose digits give the verdict only at the coarser of two places.

    If the verdict already follows when only the claim is rounded to the coarser place,
    only the claim's row is returned.
    """
    if ground != "coarser place":
        return ()
    asserted, plan, reach = comparison.asserted, comparison.plan, comparison.reach
    if asserted.is_reached(asserted.coarse, reach.exact, reach.fine):
        return (row.id,)
    claims = [row.id] if asserted.coarse != asserted.fine else []
    inputs = [
        plan.input_name(name)
        for name, leaf in plan.leaves.items()
        if plan.direction[name] and leaf.source.fine != leaf.source.coarse
    ]
    return (*claims, *inputs)


def _is_barely_met(outcome: Outcome, comparison: Comparison, ground: str) -> bool:
    """Whether a match by rounding is a narrow one.

    A match is narrow if the recomputed and the asserted values overlap by less than one
    percent of the printed number.
    """
    asserted, reach = comparison.asserted, comparison.reach
    if ground == "rounding":
        bounds, interval = reach.fine, asserted.fine
    elif ground == "coarser place":
        bounds, interval = reach.coarse, asserted.coarse
    else:
        return False
    size = outcome.published
    if not size:
        size = interval.low if math.isfinite(interval.low) else interval.high
    overlap = min(bounds.high - interval.low, interval.high - bounds.low)
    return bool(overlap < 0.01 * abs(size))


def _difference(
    outcome: Outcome, row: Claim | External, asserted: Asserted
) -> float | None:
    """The value minus the printed number, or minus an end of what the claim asserts."""
    value = outcome.recomputed
    if value is None:
        return None
    low, high = ends(outcome.check, row, asserted.fine)
    return value - (high if value > high else low)


def ends(check: Check, row: Claim | External, fine: Interval) -> tuple[float, float]:
    """Return the low and the high end from which a check's difference is measured.

    Both ends are the printed number or, if the check is of a whole range, the ends of
    the printed range. If the claim is in words, the ends are the floor and the ceiling
    that we read into the words.
    """
    if not row.printed:
        return fine.low, fine.high
    is_whole = check.end == "whole"
    low = row.published.value("low" if is_whole else check.end)
    high = row.published.value("high" if is_whole else check.end)
    return low, high


def compared_with(model: Model, quantity: str) -> tuple[float, ...]:
    """The printed numbers and thresholds that values of a quantity are compared with.

    The result has the numbers that the article prints for the quantity, and the numbers
    with which the quantity's checks compare it. A value of the quantity is spelled with
    enough digits that it does not seem to cross a number with which it is compared.
    """
    if not model.compared:
        model.compared = _all_compared(model)
    return model.compared.get(quantity, ())


def _all_compared(model: Model) -> dict[str, tuple[float, ...]]:
    levels: dict[str, list[float]] = {}
    for claim in model.register.claims.values():
        if claim.printed:
            asserted = claim.published.asserts()
            known = levels.setdefault(claim.quantity, [])
            known += [claim.published.value(), asserted.low, asserted.high]
    for check in model.register.checks.values():
        row = printed_row(model, check)
        if row:
            asserted_here = asserted_by(model, check, row)
            known = levels.setdefault(check.quantity, [])
            known += [*asserted_here.levels, *ends(check, row, asserted_here.fine)]
    return {
        quantity: tuple(dict.fromkeys(filter(math.isfinite, numbers)))
        for quantity, numbers in levels.items()
    }


def _passing(
    outcome: Outcome, row: Claim | External, lowest: float, highest: float
) -> float:
    """Return the share of nearby numbers that would match if they were printed.

    A number is near if it lies within ten percent of the printed number. A number would
    match if some value from ``lowest`` to ``highest`` satisfied the claim with that
    number in place of the printed one.
    """
    end = outcome.check.end
    printed = row.published.value(end)
    least, most = row.published.met_by(lowest, highest, end)
    low, high = sorted((0.9 * printed, 1.1 * printed))
    return max(0.0, min(high, most) - max(low, least)) / (high - low)


def _weakest_grade(model: Model, plan: Plan) -> str:
    """The weakest grade among the readings and assumptions that affect the target."""
    grades = [
        grade_of(model, plan, name)
        for name, direction in plan.direction.items()
        if direction
    ]
    return weakest(grades)


def weakest(grades: Iterable[str]) -> str:
    """Return the weakest of some grades, or an empty text if there are none."""
    return max(filter(None, grades), key=GRADES.index, default="")


def grade_of(model: Model, plan: Plan, name: str) -> str:
    """The grade of a node's reading, or of its assumption.

    The grade is empty for a printed claim, a plain formula or a constant. A value that
    a user sets has the grade "chosen", and the reading ``published`` has no grade.
    """
    node = plan.by_name[name]
    if node.reading == GIVEN:
        return "chosen"
    if node.reading == "published":
        return ""
    if node.source.external:
        return "published elsewhere"
    graded = model.register.readings.get((name, node.reading)) or node.source.assumption
    return graded.grade if graded else ""
