"""This module gives each result of the article the verdict of its checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analysis.core.rows import Claim
from analysis.model.judging import VERDICTS
from analysis.model.model import Model
from analysis.model.verdicts import Outcome, weakest

#: The verdict of a result that no check judges.
NOT_RECALCULABLE = "not_recalculable"
_ORDER = [*VERDICTS, NOT_RECALCULABLE]


@dataclass(frozen=True)
class Result:
    """A result of the article under a setting.

    A result has the verdict of the check that judges it. If two checks judge the ends
    of a range, the weaker of their verdicts counts. If no check judges the result, the
    verdict is ``not_recalculable``. If the setting leaves a check without a verdict,
    the verdict of the result is empty. ``is_repetition`` tells whether the result
    repeats something that the article also prints elsewhere. ``rests_on`` is the
    weakest grade among the result's checks.
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
        is_repetition=any(outcome.check.kind == "repetition" for outcome in judging),
        rests_on=weakest(outcome.rests_on for outcome in judging),
    )


#: The parts of a tally: things printed twice, and sums or estimates. A sum that matches
#: rests on printed numbers, on figures published elsewhere or on choices of ours.
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

    Several results of one calculation count as one result, with the weakest of their
    verdicts. A result without a verdict is not counted.
    """
    counts = dict.fromkeys(TALLIED, 0)
    judged = {result.claim.id: result for result in results if result.verdict}
    counted: set[str] = set()
    for name, result in judged.items():
        if name in counted:
            continue
        same = {name, *result.claim.same_calculation_as} & judged.keys()
        group = [judged[other] for other in sorted(same)]
        verdicts = [member.verdict for member in group]
        weakest_verdict = max(verdicts, key=_ORDER.index)
        counts[_tallied_as(group[verdicts.index(weakest_verdict)])] += 1
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
