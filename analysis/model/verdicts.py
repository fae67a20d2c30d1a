"""A verdict says whether a recomputed quantity agrees with what a claim asserts.

A check is resolved into a comparison, judged, and reported with its numbers:

- The value comes from the printed ends of the inputs. It ``matches`` where it satisfies
  what the claim asserts.
- Rounding moves each printed number over the values that it stands for.
- The room is what the sides and the words of the inputs allow: "up to 1.6 million" is
  anything from nothing to that.

Rounding never decides at a threshold that we chose: the tenth and the fifth of
"approaches", and the floors and ceilings that we read into words.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from analysis.core.published import Interval
from analysis.core.rows import GRADES, Check, Claim, External, VagueEnd
from analysis.core.sentences import message
from analysis.model import findings
from analysis.model.bounds import Bounds, Floats
from analysis.model.conditions import Box, condition_of
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.model.plan import Plan, Source

#: Each verdict of a check, with its rule. The first that applies decides.
VERDICTS = {
    "matches": "the value satisfies what the claim asserts",
    "matches_within_rounding": "the value does not, but some values that round to the "
    "printed numbers do, or it does at a coarser place",
    "compatible": "the value does not, but the sides or words of its inputs allow one "
    "that does, or the claim's own words stretch as far as the value",
    "differs": "no value that the printed numbers, sides and words allow does",
}
#: On what ground each verdict is given. The first that holds decides.
GROUNDS = {
    "value": "matches",
    "rounding": "matches_within_rounding",
    "coarser place": "matches_within_rounding",
    "room": "compatible",
    "stretch": "compatible",
    "": "differs",
}
#: The verdict of a result that no check judges.
NOT_RECALCULABLE = "not_recalculable"


# Resolving ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Asserted:
    """What the other side of a check asserts, at the finer and the coarser place.

    Its words may stretch further. An end is ours where it is a threshold that we chose.
    """

    fine: Interval
    coarse: Interval
    stretched: Interval | None = None
    low_is_ours: bool = False
    high_is_ours: bool = False

    @property
    def levels(self) -> list[float]:
        """The values at which a verdict may change."""
        intervals = [self.fine, self.coarse, self.stretched or self.fine]
        return [end for interval in intervals for end in (interval.low, interval.high)]

    def at_finer_place(self) -> Asserted:
        """The same without the coarser place."""
        return replace(self, coarse=self.fine)

    def is_reached(self, interval: Interval, exact: Bounds, rounded: Bounds) -> bool:
        """Whether some values lie in an interval.

        The values have bounds with rounding and without; only those without count at an
        end of ours.
        """
        highest = exact.high if self.low_is_ours else rounded.high
        lowest = exact.low if self.high_is_ours else rounded.low
        return interval.meets(lowest, highest)


@dataclass(frozen=True)
class Reach:
    """The value of a quantity, and what it reaches as its inputs move.

    The value is NaN where words alone give an input. By rounding, at the finer and the
    coarser place, it reaches the bounds ``fine`` and ``coarse``. By the sides and words
    of inputs it reaches the ``room``, and with rounding as well the ``rounded_room``;
    both are None where no input has a side.
    """

    value: float
    fine: Bounds
    coarse: Bounds
    room: Bounds | None = None
    rounded_room: Bounds | None = None

    def at_finer_place(self) -> Reach:
        """The same without the coarser place."""
        return replace(self, coarse=self.fine)


@dataclass(frozen=True)
class Comparison:
    """A check under a setting: what the claim asserts, and the plan that recomputes it.

    The inputs in ``reached`` are taken at their bound, so that they have no side.
    """

    asserted: Asserted
    plan: Plan
    reached: frozenset[str] = frozenset()

    @cached_property
    def open_inputs(self) -> dict[str, Source]:
        """The leaves that have a side or are in words, and are not taken as reached."""
        plan = self.plan
        return {
            name: leaf.source
            for name, leaf in plan.leaves.items()
            if leaf.source.in_words
            or (
                leaf.source.room
                and plan.direction[name]
                and plan.input_name(name) not in self.reached
            )
        }

    @property
    def levels(self) -> Sequence[float]:
        """The values at which the verdict may change."""
        return self.asserted.levels

    def boxes(self) -> list[Box]:
        """What the inputs move over: by rounding, at both places, and as room allows.

        The last two are the room alone, and with rounding; they are left out where no
        input is open.
        """
        fine = self.plan.rounding_box()
        coarse = self.plan.rounding_box(coarse=True)
        inputs = self.open_inputs
        if not inputs:
            return [fine, coarse]
        fine = fine | {name: one.rounded_to_side() for name, one in inputs.items()}
        towards = {
            name: one.rounded_to_side(coarse=True) for name, one in inputs.items()
        }
        room = {name: one.room for name, one in inputs.items() if one.room}
        both = {
            name: Interval(
                min(one.low, towards[name].low), max(one.high, towards[name].high)
            )
            for name, one in room.items()
        }
        return [fine, coarse | towards, room, coarse | both]

    def reach(self) -> Reach:
        """The value, and what it reaches."""
        (reach,) = self._reaches({})
        return reach

    def verdicts(self, vary: Mapping[str, Floats]) -> list[str]:
        """The verdict for each entry of the values given for some leaves.

        It is empty past a limit.
        """
        plan = self.plan
        values = plan.evaluate(vary)
        kept = plan.within(values)
        if not plan.words:
            kept = kept & np.isfinite(values[plan.target])
        reaches = self._reaches(vary)
        kept = np.broadcast_to(kept, len(reaches)).tolist()
        return [
            verdict_of(ground_of(self.asserted, reach)) if is_kept else ""
            for reach, is_kept in zip(reaches, kept, strict=True)
        ]

    def _reaches(self, vary: Mapping[str, Floats]) -> list[Reach]:
        plan = self.plan
        every: list[list[Bounds]] = []
        boxes = self.boxes()
        for place, box in enumerate(boxes):
            if place == 1 and box == boxes[0]:
                # No input has a coarser place.
                every.append(every[0])
                continue
            moved = {name: one for name, one in box.items() if name not in vary}
            is_room = place >= 2
            for name, values in vary.items():
                # A declared ceiling that is moved leaves the room below it.
                if is_room and name in self.open_inputs:
                    moved[name] = self.open_inputs[name].room_at(values)
            every.append(plan.bounds(ranges=moved, vary=vary, rounding=False))
        count = len(every[0])
        targets = np.broadcast_to(plan.evaluate(vary)[plan.target], count).tolist()
        return [Reach(*columns) for columns in zip(targets, *every, strict=True)]


def resolve(model: Model, check: Check, setting: Setting = ARTICLE) -> Comparison:
    """What a check compares under a setting; its own readings come first.

    Raises ModelError where the setting makes the check circular, or past a limit.
    """
    if check.against and check.claim:
        # Figures published elsewhere, beside the claim: nothing of the model is in it.
        plan = findings.plan_of(model, check.against)
    else:
        plan = model.plan_of(check, setting)
    row = other_side(model, check)
    if row and row.id in plan.rows:
        raise ModelError(message("circular", claim=row.id))
    asserted = asserted_by(model, check, row) if row else _NOTHING
    return Comparison(asserted, plan, frozenset(check.reached))


def other_side(model: Model, check: Check) -> Claim | External | None:
    """The row that a check sets its quantity beside, if there is one."""
    register = model.register
    return register.claims.get(check.claim) or register.external.get(check.against)


def asserted_by(model: Model, check: Check, row: Claim | External) -> Asserted:
    """What the other side of a check asserts, by its digits or its words."""
    if row.qualifier == "vague":
        words = model.register.vague_readings[check.quantity]
        return Asserted(
            words.allows(),
            words.allows(coarse=True),
            low_is_ours=_is_ours(words.floor),
            high_is_ours=_is_ours(words.ceiling),
        )
    end = "" if check.end == "whole" else check.end
    return Asserted(
        row.published.asserts(end),
        row.published.asserts(end, coarse=True),
        row.published.stretches_to(end),
        low_is_ours=row.qualifier == "approaches",
    )


def _is_ours(end: VagueEnd | None) -> bool:
    """Whether we read an end into words; one with a coarser place is a print."""
    return end is not None and end.coarse is None


_EVERYTHING = Interval(-math.inf, math.inf)
_NOTHING = Asserted(_EVERYTHING, _EVERYTHING)


# Judging ------------------------------------------------------------------------------


def verdict_of(ground: str) -> str:
    """The verdict that is given on a ground."""
    return GROUNDS[ground]


def ground_of(asserted: Asserted, reach: Reach) -> str:
    """The first ground that holds: by itself, by rounding, by room, by stretched words.

    It is empty where a value differs.
    """
    if asserted.fine.holds(reach.value):
        return "value"
    if not math.isnan(reach.value):
        exact = Bounds(reach.value, reach.value)
        if asserted.is_reached(asserted.fine, exact, reach.fine):
            return "rounding"
        if asserted.is_reached(asserted.coarse, exact, reach.coarse):
            return "coarser place"
    if _has_room(asserted, asserted.coarse, reach):
        return "room"
    if asserted.stretched and (
        asserted.stretched.holds(reach.value)
        or _has_room(asserted, asserted.stretched, reach)
    ):
        return "stretch"
    return ""


def _has_room(asserted: Asserted, interval: Interval, reach: Reach) -> bool:
    """Whether sides and words allow a value in an interval that a claim asserts."""
    if reach.room is None or reach.rounded_room is None:
        return False
    return asserted.is_reached(interval, reach.room, reach.rounded_room)


# Reporting ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """A check judged under a setting; numbers in base units, None where there is none.

    The claim asserts the interval from ``published_low`` to ``published_high``. The
    ``difference`` is the recomputed value less the printed one, or less the nearer end
    of a range or of words.

    The ``ground`` of a verdict is the value; rounding; the coarser place; the room that
    sides and words leave; or the stretch of the claim's own words. The inputs in
    ``open_to`` have a say: beside ``compatible`` they leave the room; beside a match,
    other values that they allow would not match. An upper limit beside an "up to"
    ``tests_nothing``. Without the coarser places the verdict is ``finer``, where that
    differs; the rows ``coarser_in`` have the places that give it. A pass is ``barely``
    one where rounding alone gives it, by less than one percent.

    The verdict ``rests_on`` the weakest grade among the assumptions and readings that
    matter; empty for printed numbers alone. The ``condition`` gives the values of each
    assumption for which it stays. Of the values within ten percent of the printed one,
    the share ``passing`` would match, and the share ``passing_rounded`` would match at
    least within rounding.
    """

    check: Check
    unit: str
    published: float | None = None
    published_low: float | None = None
    published_high: float | None = None
    recomputed: float | None = None
    recomputed_low: float | None = None
    recomputed_high: float | None = None
    side: str = ""
    verdict: str = ""
    ground: str = ""
    open_to: tuple[str, ...] = ()
    tests_nothing: bool = False
    finer: str = ""
    coarser_in: tuple[str, ...] = ()
    barely: bool = False
    rests_on: str = ""
    condition: str = ""
    reason: str = ""
    passing: float | None = None
    passing_rounded: float | None = None
    difference: float | None = None
    depends_on: tuple[str, ...] = ()


def judge(model: Model, check: Check, setting: Setting = ARTICLE) -> Outcome:
    """Judge one check under a setting.

    The check's own readings come before the setting's. There is no verdict without a
    claim, nor where the setting makes the check circular or takes a quantity past a
    limit; ``reason`` says so.
    """
    row = other_side(model, check)
    outcome = _printed_part(model, check, row)
    try:
        comparison = resolve(model, check, setting)
        plan = comparison.plan
        # Where no value that the words allow is within the limits, it is past one.
        is_in_words = bool(plan.words) and not math.isnan(plan.spans[0].low)
        recomputed = None if is_in_words else plan.value
    except ModelError as error:
        return replace(outcome, reason=str(error))
    outcome = replace(
        outcome,
        recomputed=recomputed,
        recomputed_low=plan.spans[0].low,
        recomputed_high=plan.spans[0].high,
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
    """Judge the named checks, or all of them in the order of the register."""
    table = model.register.checks
    names = table if checks is None else checks
    return [judge(model, table[name], setting) for name in names]


def _printed_part(model: Model, check: Check, row: Claim | External | None) -> Outcome:
    """What the other side of a check prints and asserts."""
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
    """An outcome with its verdict, and all that is said with it."""
    asserted, reach = comparison.asserted, comparison.reach()
    ground = ground_of(asserted, reach)
    verdict = verdict_of(ground)
    finer = verdict_of(ground_of(asserted.at_finer_place(), reach.at_finer_place()))
    outcome = replace(
        outcome,
        verdict=verdict,
        ground=ground,
        open_to=_open_to(comparison, ground),
        tests_nothing=row.qualifier == "up_to" and outcome.side == "at most",
        finer="" if finer == verdict else finer,
        coarser_in=_coarser_in(comparison, reach, row, ground),
        barely=_is_bare(outcome, asserted, reach, ground),
        condition=condition_of(comparison, model.free(comparison.plan), verdict),
        difference=_difference(outcome, row, asserted),
    )
    has_number = outcome.check.claim and outcome.published
    if not has_number or math.isnan(reach.fine.low):
        return outcome
    # As in the verdict, rounding does not decide at our tenth.
    highest = reach.value if asserted.low_is_ours else reach.fine.high
    return replace(
        outcome,
        passing=_passing(outcome, row, reach.value, reach.value),
        passing_rounded=_passing(outcome, row, reach.fine.low, highest),
    )


def _open_to(comparison: Comparison, ground: str) -> tuple[str, ...]:
    """The open inputs that have a say in a verdict, by the names of their rows.

    To a match these are printed numbers and words; an assumption of ours is in the
    condition of the verdict.
    """
    plan, inputs = comparison.plan, comparison.open_inputs
    names = list(inputs) if ground == "room" else []
    if verdict_of(ground).startswith("matches"):
        asserted = comparison.asserted
        interval = asserted.fine if ground == "value" else asserted.coarse
        for name, source in inputs.items():
            is_printed = source.row or source.part != "set"
            if source.room is None:
                continue
            (moved,) = plan.bounds(ranges={name: source.room}, rounding=False)
            stays = interval.holds(moved.low) and interval.holds(moved.high)
            if is_printed and not stays:
                names.append(name)
    return tuple(sorted(plan.input_name(name) for name in names))


def _coarser_in(
    comparison: Comparison, reach: Reach, row: Claim | External, ground: str
) -> tuple[str, ...]:
    """The rows whose coarser place gives a verdict: the claim's alone, if it does."""
    if ground != "coarser place":
        return ()
    asserted, plan = comparison.asserted, comparison.plan
    exact = Bounds(reach.value, reach.value)
    if asserted.is_reached(asserted.coarse, exact, reach.fine):
        return (row.id,)
    inputs = [
        plan.input_name(name)
        for name, leaf in plan.leaves.items()
        if plan.direction[name] and leaf.source.near != leaf.source.far
    ]
    claims = [row.id] if asserted.coarse != asserted.fine else []
    return (*claims, *inputs)


def _is_bare(outcome: Outcome, asserted: Asserted, reach: Reach, ground: str) -> bool:
    """Whether rounding alone gives a verdict, by less than a hundredth."""
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
    return overlap < 0.01 * abs(size)


def _difference(
    outcome: Outcome, row: Claim | External, asserted: Asserted
) -> float | None:
    """The value less the printed one, or less the nearer end of a range or of words."""
    value = outcome.recomputed
    if value is None:
        return None
    low, high = ends(outcome.check, row, asserted.fine)
    return value - (high if value > high else low)


def ends(check: Check, row: Claim | External, fine: Interval) -> tuple[float, float]:
    """The ends of the other side of a check, from which a difference is said.

    They are the printed ends; for words, those that the words put.
    """
    if not row.printed:
        return fine.low, fine.high
    is_whole = check.end == "whole"
    low = row.published.value("low" if is_whole else check.end)
    high = row.published.value("high" if is_whole else check.end)
    return low, high


def _passing(
    outcome: Outcome, row: Claim | External, lowest: float, highest: float
) -> float:
    """The share of the values within ten percent of the printed one that would be met.

    They are met by something from the lowest value to the highest.
    """
    end = outcome.check.end
    printed = row.published.value(end)
    least, most = row.published.met_by(lowest, highest, end)
    low, high = sorted((0.9 * printed, 1.1 * printed))
    return max(0.0, min(high, most) - max(low, least)) / (high - low)


def _weakest_grade(model: Model, plan: Plan) -> str:
    """The weakest grade among the readings and assumptions that matter."""
    grades = [
        grade_of(model, plan, name)
        for name, direction in plan.direction.items()
        if direction
    ]
    return weakest(grades)


def weakest(grades: Iterable[str]) -> str:
    """The weakest of some grades; empty where there is none."""
    return max(filter(None, grades), key=GRADES.index, default="")


def grade_of(model: Model, plan: Plan, name: str) -> str:
    """The grade of a node's reading, or of its assumption.

    It is empty for a plain claim, formula or constant. A value set by a user counts as
    chosen; a number as printed has none.
    """
    node = plan.by_name[name]
    if node.reading == "given":
        return "chosen"
    if node.reading == "published":
        return ""
    if node.source.external:
        return "published elsewhere"
    graded = model.register.readings.get((name, node.reading)) or node.source.assumption
    return graded.grade if graded else ""


# Counting -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """A result of the article under a setting.

    It has the verdict of the check that judges it, or of the weaker of two. Where none
    judges it, the verdict is ``not_recalculable``; where the setting leaves a check
    without a verdict, it is empty. A result that prints one thing twice is a
    ``repetition``. It ``rests_on`` the weakest grade of its checks.
    """

    claim: Claim
    verdict: str
    is_repetition: bool = False
    rests_on: str = ""


def results(model: Model, outcomes: Iterable[Outcome]) -> list[Result]:
    """The results of the article, in the order of the register."""
    by_check = {outcome.check.id: outcome for outcome in outcomes}
    return [
        _result(claim, [by_check[name] for name in claim.judged_by if name in by_check])
        for claim in model.register.claims.values()
        if claim.role == "result"
    ]


def _result(claim: Claim, judging: Sequence[Outcome]) -> Result:
    if not claim.judged_by:
        return Result(claim, NOT_RECALCULABLE)
    has_verdicts = len(judging) == len(claim.judged_by)
    verdicts = [outcome.verdict for outcome in judging]
    if not has_verdicts or "" in verdicts:
        return Result(claim, "")
    return Result(
        claim,
        max(verdicts, key=list(VERDICTS).index),
        is_repetition=any(one.check.kind == "repetition" for one in judging),
        rests_on=weakest(outcome.rests_on for outcome in judging),
    )


_ORDER = [*VERDICTS, NOT_RECALCULABLE]
#: The parts of a tally: one thing printed twice, and sums or estimates. A sum matches
#: on printed numbers or on choices of ours.
TALLIED = (
    *(f"repetition {verdict}" for verdict in VERDICTS),
    "sum matches on printed numbers",
    "sum matches on figures published elsewhere",
    "sum matches on choices",
    *(f"sum {verdict}" for verdict in VERDICTS if verdict != "matches"),
    f"sum {NOT_RECALCULABLE}",
)


def tally(results: Iterable[Result]) -> dict[str, int]:
    """Count the results of each kind and verdict.

    Results that are one calculation count once, with the weakest of their verdicts;
    those without a verdict are in no count.
    """
    counts = dict.fromkeys(TALLIED, 0)
    judged = {result.claim.id: result for result in results if result.verdict}
    counted: set[str] = set()
    for name, result in judged.items():
        if name in counted:
            continue
        same = {name, *result.claim.same_calculation_as} & judged.keys()
        group = [judged[other] for other in sorted(same)]
        weakest_of = max(group, key=lambda one: _ORDER.index(one.verdict))
        counts[_tallied_as(weakest_of)] += 1
        counted |= same
    return counts


def _tallied_as(result: Result) -> str:
    if result.is_repetition:
        return f"repetition {result.verdict}"
    if result.verdict != "matches":
        return f"sum {result.verdict}"
    grounds = {
        "": "printed numbers",
        "stated": "printed numbers",
        "published elsewhere": "figures published elsewhere",
    }
    return f"sum matches on {grounds.get(result.rests_on, 'choices')}"
