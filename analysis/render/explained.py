"""This module explains a number by its calculation, down to the printed rows.

Each line of an explanation is a paragraph on the screen, and an empty line is not
shown.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from analysis.core.errors import InputError
from analysis.core.published import Interval
from analysis.core.rows import (
    BARE,
    GIVEN,
    Check,
    Claim,
    External,
    Finding,
    Solve,
    VagueEnd,
)
from analysis.core.spell import exact, exact_span, ten_digits, with_unit
from analysis.core.units import nearest
from analysis.model.model import CircleError, Model, ModelError, Plan, Setting
from analysis.model.solutions import solution
from analysis.model.verdicts import Outcome, judge, judge_all
from analysis.render import external
from analysis.render.names import other_kind
from analysis.render.speller import Speller
from analysis.render.steps import Steps
from analysis.render.wording import (
    against_words,
    bounds_words,
    finding_steps,
    passing_words,
    printed_claim,
    printed_words,
    reading_words,
    reason_words,
    recomputed_words,
    result_words,
    verdict_words,
)

#: The readings that an explanation does not mention.
_UNCHOSEN = ("constant", GIVEN, BARE)


def explained(model: Model, id: str, setting: Setting, *, full: bool) -> list[str]:
    """Explain a claim, check, solution, quantity, finding or external figure.

    A quantity may be named with one of its readings, as ``quantity.reading``. The
    result is a list of lines. If ``full`` is true, the calculated number has ten
    digits. Raises InputError for an unknown id, and for a setting that changes nothing
    in the explanation.
    """
    register = model.register
    kinds: dict[str, Mapping[str, Any]] = {
        "claim": register.claims,
        "check": register.checks,
        "solution": register.solutions,
        "quantity": {name: name for name in model.quantities},
        "finding": register.findings,
        "external figure": register.external,
    }
    kind = next((kind for kind, rows in kinds.items() if id in rows), "")
    if not kind and id.partition(".")[0] in model.quantities:
        return _quantity_by_reading(model, id, setting, full=full)
    if not kind:
        known = [name for rows in kinds.values() for name in rows]
        hint = other_kind(model, id) or nearest(id, known, "'analysis list'")
        raise ModelError(
            f"'{id}' is not a claim, check, solution, quantity, finding "
            f"or external figure{hint}"
        )
    row = kinds[kind][id]
    lines: Iterable[str]
    match row:
        case Claim():
            title, lines = row.statement, _claim(model, row, setting)
        case Check():
            title, lines = row.statement, _check(model, row, setting, full=full)
        case Solve():
            title, lines = row.statement, _solution(model, row, setting, full=full)
        case Finding():
            title, lines = row.title, _finding(model, row, setting)
        case External():
            title, lines = row.statement, _external(model, row, setting)
        case _:
            title, lines = model.name(id), _quantity(model, id, setting, full=full)
    return [f"{id}  {kind}: {title}", *lines]


def _refuse_changes(id: str, setting: Setting) -> None:
    """Raise InputError if the setting changes anything."""
    if setting.choices or setting.given:
        raise InputError(
            f"{id} is arithmetic of the rows as printed; nothing can be set in it"
        )


def _refuse_named(row: Check | Solve, setting: Setting) -> None:
    """Raise ModelError if a user sets a quantity for which a row names a reading."""
    for name in setting.given & set(row.readings):
        raise ModelError(
            f"{name} does not affect {row.id}, which names its own reading of it, "
            f"'{row.readings[name]}'. Leave it out."
        )


# Claims -------------------------------------------------------------------------------


def _claim(model: Model, claim: Claim, setting: Setting) -> Iterator[str]:
    """Describe a claim, the checks of the claim, and the checks that start from it."""
    plans: dict[str, Plan] = {}
    for check in model.register.checks.values():
        if check.is_of_figures:
            # Such a check starts only from figures published elsewhere.
            continue
        # A setting may make a check circular; the line on its verdict then says so.
        with contextlib.suppress(CircleError):
            plans[check.id] = model.plan_of(check, setting)
    checks = model.register.checks.values()
    own = [check.id for check in checks if check.claim == claim.id]
    starts = [name for name, plan in plans.items() if claim.id in plan.claims]
    used = [plans[name] for name in [*starts, *own] if name in plans]
    model.check_used(setting, used)
    for line in claim_lines(model, claim):
        yield f"  {line}"
    yield f"  role: {claim.role}, a value of {claim.quantity}"
    speller = Speller(model)
    for outcome in judge_all(model, own, setting):
        yield f"  checked by {_verdict_line(speller, outcome)}"
    if starts:
        yield f"  checks that start from it: {', '.join(starts)}"


def claim_lines(model: Model, claim: Claim) -> list[str]:
    """Describe a claim in lines of text.

    The first line has the printed number and its paragraph in the article. Further
    lines give the values that round to the printed number, and the values that the
    article's words allow.
    """
    return [" ".join(line.split()) for line in _described(model, claim)]


def _described(model: Model, claim: Claim) -> Iterator[str]:
    unit = "percent" if claim.unit == "percent" else claim.base_unit
    held = f"; unit: {claim.base_unit}" if claim.base_unit != "dimensionless" else ""
    yield f"printed: {printed_claim(claim)} ({claim.period}, {claim.place}){held}"
    if claim.role != "count":
        for end in claim.published.ends:
            yield _meaning(claim, end, unit)
    reading = model.register.vague_readings.get(claim.quantity)
    if reading and claim.qualifier == "vague":
        yield from _vague_end("floor", reading.floor, unit)
        yield from _vague_end("ceiling", reading.ceiling, unit)
    source = model.register.sources.get(claim.source, "none")
    about = f"; about: {claim.document}" if claim.document else ""
    yield f"{claim.where}; source cited: {source}{about}"
    if claim.note:
        yield f"note: {claim.note}"


def _meaning(claim: Claim, end: str, unit: str) -> str:
    """Say which values a printed number allows, by its digits and by its words.

    If the number is a range, ``end`` is the end of the range to describe.
    """
    published = claim.published
    asserts = published.asserts(end)
    coarse = published.asserts(end, coarse=True)
    start = f"{end} end " if end else ""
    stands = _interval_words(published.stands_for(end), unit)
    words = f"{start}by its digits: {stands}; by its words: "
    words += _interval_words(asserts, unit)
    if coarse != asserts:
        words += f", or {_interval_words(coarse, unit)} if rounded more coarsely"
    return words


def _interval_words(interval: Interval, unit: str) -> str:
    low = exact(interval.low, unit)
    if interval.low == interval.high:
        return f"{low} alone"
    if math.isinf(interval.high):
        return f"more than {low}" if interval.low_open else f"{low} and more"
    if interval.high_open:
        return f"{low} to below {exact(interval.high, unit)}"
    return exact_span(interval.low, interval.high, unit)


def _vague_end(side: str, end: VagueEnd | None, unit: str) -> Iterator[str]:
    """Say which floor or ceiling a printed word such as "several" allows, and why."""
    if end is None:
        return
    words = "none" if end.value is None else exact(end.value, unit)
    if end.coarse is not None:
        words += f", or {exact(end.coarse, unit)} if rounded more coarsely"
    yield f"{side}: {words}; {end.reason}"


# Quantities and checks ----------------------------------------------------------------


@dataclass(frozen=True)
class _Worked:
    """The lines for a quantity's worked steps and inputs, and those for its result."""

    speller: Speller
    steps: list[str]
    result: list[str]


def _worked(
    model: Model, quantity: str, setting: Setting, *, full: bool, judged: bool
) -> _Worked:
    """Work out a quantity, with the verdict in the steps if ``judged`` is true."""
    plan = model.plan(quantity, setting)
    steps = Steps(model, setting, [quantity], judged=judged)
    lines: list[str] = []
    for step in steps.steps:
        # Remarks are shown below, with the result.
        lines += str(replace(step, remarks=())).splitlines()
    if plan.claims:
        printed = [name for name in plan.depends_on if name in model.register.claims]
        lines.append(f"printed rows: {', '.join(printed)}")
    lines += _inputs(model, plan)
    try:
        estimate = model.estimate(quantity, setting)
    except ModelError as error:
        # A setting can lead past a limit; then there is nothing to explain.
        if (setting.given or setting.choices) and not plan.in_words:
            raise
        return _Worked(steps.speller, lines, [f"result: none. {error}"])
    result = [f"result: {result_words(steps.speller, estimate, full)}"]
    result += [f"remark: {remark}" for remark in estimate.remarks]
    return _Worked(steps.speller, lines, result)


def _inputs(model: Model, plan: Plan) -> Iterator[str]:
    """Describe the assumptions and the chosen readings that a plan uses."""
    for name, node in plan.by_name.items():
        if name in plan.not_inputs:
            continue
        assumption = node.source.assumption
        if assumption:
            unit = model.spelled_unit(name)
            varied = exact_span(assumption.low, assumption.high, unit)
            yield (
                f"assumption {name}, {assumption.grade}: varied from {varied}. "
                f"{assumption.bias}"
            )
        elif node.reading not in _UNCHOSEN and len(model.readings(name)) > 1:
            words = reading_words(model, name, node.reading)
            yield f"reading {name}={node.reading}  {words}"


def _quantity_by_reading(
    model: Model, id: str, setting: Setting, *, full: bool
) -> list[str]:
    """Explain a quantity under the reading that is named with it."""
    quantity, reading = model.quantity_and_reading(id)
    _, under = model.quantity_and_setting(id, setting)
    # A number that a user set for the quantity is refused: the reading replaces it.
    model.check_used(setting, model.remark_plans(quantity, under))
    words = model.label(quantity, reading)
    name = model.name(quantity).rstrip(".")
    title = f"{id}  quantity: {name}; reading: {words}"
    return [title, *_worked_and_judged(model, quantity, under, full=full)]


def _quantity(model: Model, name: str, setting: Setting, *, full: bool) -> list[str]:
    """Explain a quantity by its worked steps and the verdicts of its checks."""
    model.check_used(setting, model.remark_plans(name, setting))
    return _worked_and_judged(model, name, setting, full=full)


def _worked_and_judged(
    model: Model, name: str, setting: Setting, *, full: bool
) -> list[str]:
    worked = _worked(model, name, setting, full=full, judged=True)
    checks = model.register.checks.values()
    own = [check.id for check in checks if check.quantity == name]
    verdicts = [
        f"  {_verdict_line(worked.speller, outcome)}"
        for outcome in judge_all(model, own, setting)
    ]
    return [*worked.steps, *worked.result, *verdicts]


def _verdict_line(speller: Speller, outcome: Outcome) -> str:
    """Put a check's statement, its two numbers and its verdict into one line."""
    check = outcome.check
    value = recomputed_words(speller, outcome) or "not computable"
    printed = printed_words(speller.model, outcome)
    against = f", printed {printed}" if printed else ""
    verdict = verdict_words(speller, outcome)
    return f"{check.id}: {check.statement}: {value}{against}; {verdict}"


def _check(model: Model, check: Check, setting: Setting, *, full: bool) -> list[str]:
    """Explain a check: its steps, the printed number, the verdict and its reason."""
    if check.is_of_figures:
        _refuse_changes(check.id, setting)
        outcome = judge(model, check, setting)
        worked = _worked_elsewhere(model, outcome)
    else:
        _refuse_named(check, setting)
        outcome = judge(model, check, setting)
        under = model.setting_of(check, setting)
        model.check_used(setting, [model.plan(check.quantity, under)])
        worked = _worked(model, check.quantity, under, full=full, judged=False)
    return [
        *worked.steps,
        *_note(check.note, setting),
        *_against(model, check),
        *worked.result,
        *_verdict(worked.speller, outcome),
    ]


def _worked_elsewhere(model: Model, outcome: Outcome) -> _Worked:
    """Work out a check that compares a claim with figures published elsewhere."""
    check = outcome.check
    speller = Speller(model)
    value = recomputed_words(speller, outcome)
    words = with_unit(value, speller.unit(check.quantity))
    result = f"result: {words}, {bounds_words(speller, outcome)} by rounding"
    return _Worked(speller, against_words(model, check), [result])


def _note(note: str, setting: Setting) -> Iterator[str]:
    """Yield a row's note.

    If the setting changes anything, the note is introduced as one on the article's
    values.
    """
    where = ", at the article's values" if setting.choices else ""
    if note:
        yield f"note{where}: {note}"


def _against(model: Model, check: Check) -> Iterator[str]:
    """Describe the figure and the claim with which a check compares its value."""
    figure = model.register.external.get(check.against)
    if figure:
        yield f"against {figure.id}"
        yield f"  {_printed_figure(figure)}"
    if check.claim:
        ends = {"": "", "whole": ", as a whole"}
        end = ends.get(check.end, f", its {check.end} end")
        yield f"against {check.claim}{end}"
        for line in claim_lines(model, model.register.claims[check.claim]):
            yield f"  {line}"


def _verdict(speller: Speller, outcome: Outcome) -> Iterator[str]:
    """Give the verdict with its reason, and say what the verdict depends on."""
    verdict = verdict_words(speller, outcome)
    reason = reason_words(speller.model, outcome)
    because = "" if reason in verdict else f": {reason}"
    yield f"verdict: {verdict}{because}"
    if outcome.rests_on:
        yield f"weakest grade of its inputs: {outcome.rests_on}"
    if outcome.condition:
        yield f"the verdict stays the same for: {outcome.condition}"
    if outcome.passing is not None:
        near = "of all numbers within ten percent of the printed number"
        yield f"{near}, {passing_words(outcome)}"


# Solutions, findings and figures published elsewhere ----------------------------------


def _solution(model: Model, solve: Solve, setting: Setting, *, full: bool) -> list[str]:
    """Give the value of an assumption at which a claim holds, if there is one."""
    _refuse_named(solve, setting)
    if solve.solve in setting.given:
        raise ModelError(
            f"{solve.id} solves for {solve.solve}. Leave out your value for it."
        )
    under = model.setting_of(solve, setting)
    model.check_used(setting, [model.plan(solve.quantity, under)])
    solved = solution(model, solve, setting)
    words = "none"
    if solved.value is not None and full:
        words = ten_digits(solved.value)
    elif solved.value is not None:
        words = Speller(model).spell(solve.solve, solved.value)
    status = solved.status.replace("_", " ")
    line = f"{solve.solve} = {words}: {status}; {solved.reason}"
    return [line, *_note(solve.note, setting)]


def _finding(model: Model, finding: Finding, setting: Setting) -> Iterator[str]:
    """Give a finding's arithmetic, rows and sources, and its two interpretations."""
    _refuse_changes(finding.id, setting)
    register = model.register
    for step, number in finding_steps(model, finding).items():
        yield f"  {step.what}: {number} = {step.expression}"
    for name in finding.claims:
        yield f"  row {name}: {printed_claim(register.claims[name])}"
    for name in finding.external:
        yield f"  figure {name}: {_figure_words(register.external[name])}"
    for name in finding.sources:
        yield f"  source {name}: {register.sources[name]}"
    yield f"  sceptical: {finding.sceptical}"
    yield f"  charitable: {finding.charitable}"
    yield f"  what would settle it: {finding.settle}"


def _external(model: Model, figure: External, setting: Setting) -> Iterator[str]:
    """Describe a figure published elsewhere, its source, and our numbers beside it."""
    compared = external.compare(model, setting, [figure])
    external.check_used(model, setting, compared)
    citation = filter(None, [figure.publisher, figure.title, figure.date])
    yield f"  {_printed_figure(figure)}"
    yield f"  {external.SEEN[figure.seen]}: {', '.join(citation)}"
    if figure.as_printed:
        yield f"  in the source's words: {figure.as_printed}"
    yield f"  at {figure.address}" if figure.address else "  without an address"
    if figure.note:
        yield f"  note: {figure.note}"
    if figure.quantity:
        yield f"  may be used for {figure.quantity}, as {figure.sum}"
    for row in compared:
        if row["beside"]:
            yield f"  beside {row['beside']}: {external.comparison(model, row)}"
    if not figure.beside:
        yield "  This figure is shown as context only, beside no number of the article."
    yield external.SIDE_BY_SIDE


def _printed_figure(figure: External) -> str:
    return f"printed: {_figure_words(figure)} ({figure.period}, {figure.scope})"


def _figure_words(figure: External) -> str:
    unit = "" if figure.unit == "percent" else f" {figure.unit_as_printed}"
    return f"{figure.published}{unit}"
