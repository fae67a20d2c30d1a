"""This module makes the frames that commands, pages and notebooks show.

Each row has numbers in base units, and the words that a reader sees for these numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.core.rows import Claim
from analysis.core.spell import exact_span
from analysis.model.findings import recomputed
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.model.plan import NoSingleValueError
from analysis.model.results import results
from analysis.model.solutions import solution
from analysis.model.verdicts import Outcome
from analysis.render import headlines as shown_headlines
from analysis.render.citations import citations, how_to_cite, references
from analysis.render.frame import Frame, Row
from analysis.render.places import settled_places
from analysis.render.speller import Speller
from analysis.render.tally import tally_words
from analysis.render.wording import (
    CAVEAT,
    bounds_words,
    enumerated,
    finding_words,
    printed_words,
    reason_words,
    recomputed_words,
    verdict_words,
)

#: The columns of the tables of a run.
COLUMNS = {
    "checks": "id kind statement claim against quantity readings reached unit "
    "published published_low published_high recomputed recomputed_low recomputed_high "
    "side verdict ground open_to tests_nothing finer coarser_in barely rests_on "
    "condition reason passing passing_rounded notebook",
    "derived": "id statement quantity readings unit "
    "recomputed recomputed_low recomputed_high side rests_on reason notebook",
    "solutions": "id statement quantity readings claim goal solve value unit low high "
    "status reason",
    "claims": "id section paragraph statement unit "
    "published published_low published_high role verdict judged_by "
    "same_calculation_as checks",
    "finding steps": "finding step title what expression value unit",
    "findings": "id title steps sceptical charitable settle",
    "estimates": "quantity value low high unit side",
    "verdict changes": "check statement before after reason",
}
#: The text below the findings of a study that changes something.
OWN_FINDINGS = (
    "The findings are about the article's own numbers, whatever this study changes."
)
#: The columns of a check on a screen and in a notebook; ``verify --all`` shows more.
SHOWN = {
    "statement": "comparison",
    "printed_words": "printed",
    "recomputed_words": "recomputed",
    "verdict_words": "verdict",
}
SHOWN_IN_FULL = {
    "check_words": "check",
    "printed_words": "printed",
    "recomputed_words": "recomputed",
    "bounds_words": "bounds",
    "verdict_words": "verdict",
    "rests_on_words": "rests on",
}


def checks(
    model: Model,
    outcomes: Iterable[Outcome],
    setting: Setting = ARTICLE,
    shown: Mapping[str, str] = SHOWN,
    notebooks: Mapping[str, str] | None = None,
) -> Frame:
    """Return judged checks and derived quantities as a frame, with a row for each.

    ``notebooks`` maps the id of each check to the name of the notebook that shows the
    check.
    """
    where = notebooks or {}
    # A value has the digits that it has in the worked lines of the headlines.
    speller = Speller(model, settled_places(model, setting))
    rows = [
        _check_row(speller, outcome, where.get(outcome.check.id, ""))
        for outcome in outcomes
    ]
    return Frame(rows, COLUMNS["checks"].split(), shown, model.differences(setting))


def derived(model: Model, outcomes: Iterable[Outcome], **how: Any) -> Frame:
    """Return the derived quantities, which are compared with no claim, as a frame."""
    unjudged = [outcome for outcome in outcomes if not outcome.check.kind]
    frame = checks(model, unjudged, **how)
    return Frame(frame.rows, COLUMNS["derived"].split(), SHOWN, frame.differs)


def _check_row(speller: Speller, outcome: Outcome, notebook: str) -> Row:
    check = outcome.check
    rests_on = outcome.rests_on
    if not rests_on and outcome.recomputed is not None:
        rests_on = "printed"
    return {
        **vars(check),
        **vars(outcome),
        "claim": f"{check.claim} {check.end}".strip(),
        "barely": "barely" if outcome.barely else "",
        "tests_nothing": "tests nothing" if outcome.tests_nothing else "",
        "reason": reason_words(speller.model, outcome),
        "notebook": notebook,
        "check_words": f"{check.id}: {check.statement}",
        "printed_words": printed_words(speller.model, outcome),
        "recomputed_words": recomputed_words(speller, outcome),
        "bounds_words": bounds_words(speller, outcome),
        "verdict_words": verdict_words(speller, outcome),
        "rests_on_words": rests_on,
    }


def solutions(
    model: Model, setting: Setting = ARTICLE, quantities: Iterable[str] = ()
) -> Frame:
    """Return the values of assumptions at which a claim holds, as a frame.

    The frame has a row for each solution. If quantities are given, the frame has only
    the solutions for claims on these quantities, and the solutions for assumptions
    among these quantities.
    """
    wanted = set(quantities)
    rows = [
        _solution_row(model, setting, row.id)
        for row in model.register.solutions.values()
        if not wanted or wanted & {row.quantity, row.solve}
    ]
    shown = {"statement": "solved for", "value_words": "value"}
    shown |= {"varied_words": "varied over", "status_words": "result"}
    foot = CAVEAT
    if not rows:
        foot = _no_solutions(model, wanted)
    columns = COLUMNS["solutions"].split()
    return Frame(rows, columns, shown, model.differences(setting), foot)


def _no_solutions(model: Model, wanted: set[str]) -> str:
    """Return the sentence below a table of solutions that has no rows."""
    solved = dict.fromkeys(row.quantity for row in model.register.solutions.values())
    if not solved:
        return "This data package solves for no assumption."
    return (
        f"No claim on {enumerated(sorted(wanted))} is solved for. There are solutions "
        f"for claims on {enumerated([*solved])}."
    )


def _solution_row(model: Model, setting: Setting, name: str) -> Row:
    row = model.register.solutions[name]
    solved = solution(model, row, setting)
    assumption = model.register.assumptions[row.solve]
    words = "none"
    if solved.value is not None:
        words = Speller(model).spell(row.solve, solved.value)
    unit = model.spelled_unit(row.solve)
    return {
        **vars(row),
        **vars(solved),
        "claim": f"{row.claim} {row.end}".strip(),
        "unit": assumption.unit,
        "low": assumption.low,
        "high": assumption.high,
        "value_words": words,
        "varied_words": exact_span(assumption.low, assumption.high, unit),
        "status_words": solved.status.replace("_", " "),
    }


def claims(model: Model, outcomes: Iterable[Outcome]) -> Frame:
    """Return the rows of claims.csv, each with its verdict and its checks."""
    judged = results(model, outcomes)
    verdicts = {result.claim.id: result.verdict for result in judged}
    rows = [
        _claim_row(model, claim, verdicts.get(claim.id, ""))
        for claim in model.register.claims.values()
    ]
    return Frame(
        rows, COLUMNS["claims"].split(), {"statement": "number", "verdict": "verdict"}
    )


def _claim_row(model: Model, claim: Claim, verdict: str) -> Row:
    numbers: dict[str, float | None] = dict.fromkeys(
        ["published", "published_low", "published_high"]
    )
    if claim.qualifier != "vague":
        asserts = claim.published.asserts()
        numbers |= {"published_low": asserts.low, "published_high": asserts.high}
        if claim.qualifier != "range":
            numbers["published"] = claim.published.value()
    checks = model.register.checks.values()
    return {
        **vars(claim),
        **numbers,
        "unit": claim.base_unit,
        "verdict": verdict,
        "checks": [check.id for check in checks if check.claim == claim.id],
    }


def findings(
    model: Model, quantities: Iterable[str] = (), *, is_changed: bool = False
) -> Frame:
    """Return the findings on claims of some quantities, or all findings, as a frame.

    The findings are always about the article's own numbers. If ``is_changed`` is true,
    because a user's setting changes something, the text below the table says that the
    findings ignore the change.
    """
    wanted = set(quantities)
    rows = []
    for finding in model.register.findings.values():
        named = {name for id in finding.claims for name in _quantities_of(model, id)}
        if not wanted or wanted & named:
            steps = finding_words(model, finding)
            rows.append({**vars(finding), "steps": steps})
    shown = {"title": "finding", "steps": "Arithmetic", "sceptical": "Sceptical"}
    shown |= {"charitable": "Charitable", "settle": "Would settle it"}
    foot = OWN_FINDINGS if is_changed else ""
    return Frame(rows, COLUMNS["findings"].split(), shown, foot=foot, folded=True)


def _quantities_of(model: Model, claim: str) -> set[str]:
    quantity = model.register.claims[claim].quantity
    return {quantity, f"{quantity}_low", f"{quantity}_high"}


def finding_steps(model: Model) -> Frame:
    """Return the arithmetic of the findings, with a row for each step."""
    rows = []
    for finding in model.register.findings.values():
        for number, (step, value) in enumerate(recomputed(model, finding), start=1):
            row = {"finding": finding.id, "title": finding.title, "step": number}
            rows.append({**vars(step), **row, "value": value})
    return Frame(rows, COLUMNS["finding steps"].split())


def verdict_changes(
    model: Model,
    before: Sequence[Outcome],
    after: Sequence[Outcome],
    setting: Setting = ARTICLE,
    before_setting: Setting = ARTICLE,
) -> Frame:
    """Return a frame with a row for each check whose verdict a new setting alters.

    The text below the table has the tally of the results before the change and after
    it. ``setting`` is the setting after the change. ``before_setting`` is the setting
    before the change; if it differs from the article's own setting, the text below the
    table says how.
    """
    spellers = [
        Speller(model, settled_places(model, one)) for one in (before_setting, setting)
    ]
    pairs = zip(before, after, strict=True)
    rows = [
        _changed_row(spellers, was, now)
        for was, now in pairs
        if was.verdict != now.verdict
    ]
    shown = {"check_words": "check", "before_words": "before", "after_words": "after"}
    columns = COLUMNS["verdict changes"].split()
    lines = tallies(model, before, after)
    was = model.differences(before_setting)
    if was:
        lines.insert(0, f"The setting before the change {was}.")
    foot = " ".join(lines)
    return Frame(rows, columns, shown, model.differences(setting), foot)


def tallies(
    model: Model, before: Iterable[Outcome], after: Iterable[Outcome]
) -> list[str]:
    """Return the tally of the results before a change, and the tally after it."""
    was = tally_words(model, before)
    now = tally_words(model, after)
    if was == now:
        return [f"Before and after: {now}"]
    return [f"Before: {was}", f"After: {now}"]


def _changed_row(spellers: Sequence[Speller], before: Outcome, after: Outcome) -> Row:
    check = after.check
    speller_before, speller_after = spellers
    return {
        "check": check.id,
        "statement": check.statement,
        "before": before.verdict,
        "after": after.verdict,
        "reason": after.reason or before.reason,
        "check_words": f"{check.id}: {check.statement}",
        "before_words": verdict_words(speller_before, before),
        "after_words": verdict_words(speller_after, after),
    }


def headlines(model: Model, setting: Setting = ARTICLE) -> Frame:
    """Return the headline numbers of the article as a frame, with a row for each."""
    rows = [
        {
            "id": shown.row.id,
            "title": shown.row.title,
            "working": "; ".join(shown.working) or shown_headlines.NONE,
            "verdict": shown.verdict,
            "why": shown.why,
        }
        for shown in shown_headlines.headlines(model, setting)
    ]
    names = {"title": "the article", "working": "working"}
    names |= {"verdict": "verdict", "why": "why"}
    return Frame(rows, ("id", *names), names, model.differences(setting))


def summary(model: Model, setting: Setting = ARTICLE) -> Frame:
    """Return the headline numbers without the column of explanations."""
    frame = headlines(model, setting)
    shown = {name: words for name, words in frame.shown.items() if name != "why"}
    return replace(frame, shown=shown, foot="")


def estimates(model: Model, setting: Setting = ARTICLE) -> Frame:
    """Return the estimates that the data package lists, with a row for each."""
    speller = Speller(model)
    rows = []
    for quantity in model.register.estimates:
        row: dict[str, Any] = {
            "quantity": quantity,
            "words": model.name(quantity).rstrip("."),
        }
        row |= {"value": None, "low": None, "high": None, "bounds_words": ""}
        try:
            estimate = model.estimate(quantity, setting)
        except ModelError as error:
            row |= {"unit": model.units[quantity], "side": ""}
            in_words = isinstance(error, NoSingleValueError)
            row["value_words"] = "no single value" if in_words else "not computable"
        else:
            row |= vars(estimate)
            row["value_words"] = speller.estimate(estimate)
            ends = estimate.low, estimate.high, estimate.value
            row["bounds_words"] = speller.span(quantity, *ends)
        rows.append(row)
    columns = COLUMNS["estimates"].split()
    shown = {"words": "estimate", "value_words": "value", "bounds_words": "by rounding"}
    return Frame(rows, columns, shown, model.differences(setting))


def cite(model: Model, setting: Setting = ARTICLE) -> Frame:
    """Return what may be cited for each headline, under the article's own setting.

    If a user's setting changes something, the reference for this package names the
    change, and the text below the table says that the sentences to quote ignore the
    change.
    """
    rows = [
        {
            "title": cited.row.title,
            "sentence": cited.sentence,
            "caveat": cited.caveat,
            "check": cited.checked,
            "official": cited.beside,
        }
        for cited in citations(model)
    ]
    names = {"title": "headline", "sentence": "sentence to quote"}
    names |= {"caveat": "caveat", "check": "check", "official": "official figures"}
    named = references(model, setting)
    cited_as = [f"{what}: {words}." for what, words in named.items()]
    foot = " ".join([how_to_cite(model, setting), *cited_as, CAVEAT])
    return Frame(rows, tuple(names), names, foot=foot)


def tables(
    model: Model,
    outcomes: Iterable[Outcome],
    notebooks: Mapping[str, str] | None = None,
) -> dict[str, Frame]:
    """Return the frames that a run writes as files, by name.

    The frame of findings is left out if the data package has no findings.
    """
    judged = list(outcomes)
    checked = [outcome for outcome in judged if outcome.check.kind]
    made = {
        "checks": checks(model, checked, notebooks=notebooks),
        "derived": derived(model, judged, notebooks=notebooks),
        "solutions": solutions(model),
        "claims": claims(model, judged),
        "findings": finding_steps(model),
    }
    if not made["findings"]:
        del made["findings"]
    return made
