"""This module puts checks and rows of the data package into words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from analysis.core.published import QUALIFIERS
from analysis.core.rows import Check, Claim, External, Finding, Step
from analysis.core.spell import (
    DIGITS_IN_A_COLUMN,
    exact,
    place_of,
    rounded,
    spell,
    spell_at,
    spell_distance,
    spell_span,
    ten_digits,
    with_side,
    with_unit,
)
from analysis.model.expressions import parse
from analysis.model.findings import recomputed
from analysis.model.judging import VERDICTS
from analysis.model.model import Estimate, Model
from analysis.model.verdicts import Outcome
from analysis.render.speller import Speller

CAVEAT = (
    "Arithmetic of the printed numbers; it says nothing about whether they are true."
)
#: The sentence about a run in which nothing was changed.
UNCHANGED = (
    "All of this is computed from the article's numbers and our assumptions as they "
    "stand."
)
#: What the verdicts mean, in the words of screens and pages.
VERDICT_KEY = {
    "matches, agree": "The recomputed number satisfies the article's words, or rounds "
    "to the article's number.",
    "matches, if …": "The recomputed number satisfies the article's words if the "
    "condition named beside the verdict holds; the printed numbers alone do not settle "
    "whether it holds.",
    "matches within rounding": "The recomputed number satisfies the article's words "
    "only if the numbers that go into the calculation may be any that round to their "
    "printed digits, or if the article's number is rounded more coarsely.",
    "compatible": "The recomputed number does not satisfy the article's words, or no "
    'single number can be recomputed, but words such as "up to", "at least" or '
    '"approaches" leave room for agreement. The arithmetic does not decide whether the '
    "article's words hold.",
    "differs": "Neither the recomputed number nor any other that the printed digits "
    "and words allow satisfies the article's words. The arithmetic does not say which "
    "number would have to change.",
    "two figures apart": "We compare two figures that the article does not compare.",
    "cannot be recalculated": "The article neither prints nor implies a calculation.",
}
#: The words for a verdict, for the kinds of checks that have words of their own.
SAID = {
    "repetition": {
        "matches": "the two agree",
        "matches_within_rounding": "the two agree within rounding",
        "compatible": "the two are compatible",
        "differs": "the two differ",
    },
    "hypothesis": {
        "matches": "would match",
        "matches_within_rounding": "would match within rounding",
        "compatible": "would be compatible",
        "differs": "would differ",
    },
}
#: The reasons for a verdict on the ground of a stretch or of a coarser place.
_STRETCH = (
    "more than a tenth short, but less than a fifth, up to which we still accept "
    '"approaches"; both limits are our choice'
)
_COARSER = (
    "if the printed digits are rounded more finely, no value satisfies the claim; if "
    "they are rounded more coarsely, which is as defensible, a value does"
)
TESTS_NOTHING = 'although comparing an upper limit with an "up to" tests nothing'


# Numbers in words ---------------------------------------------------------------------


def against_words(model: Model, check: Check) -> list[str]:
    """Return the arithmetic of a check that uses only figures published elsewhere.

    The first line has the names of the figures, and the second line has their numbers.
    """
    expression = parse(check.against)
    shown = {}
    for name in expression.needs:
        figure = model.register.external.get(name)
        if figure:
            shown[name] = str(figure.published)
    return [f"  {check.against}", f"  = {expression.text(shown)}"]


def result_words(speller: Speller, estimate: Estimate, full: bool = False) -> str:
    """Return an estimate with its unit and its bounds.

    If ``full`` is true, numbers have ten digits; otherwise they are rounded as on a
    screen.
    """
    quantity, value = estimate.quantity, estimate.value
    low, high = estimate.low, estimate.high
    if full:
        unit, words = estimate.unit, ten_digits(value)
        bounds = f"{ten_digits(low)} to {ten_digits(high)}"
    else:
        unit, words = speller.unit(quantity), speller.spell(quantity, value)
        bounds = speller.span(quantity, low, high, value)
    side = estimate.side.replace("no bound", "")
    parts = [with_side(with_unit(words, unit), side)]
    if low != high:
        parts.append(f"{bounds} by rounding")
    if estimate.side == "no bound":
        parts.append("no bound on either side")
    return ", ".join(parts)


def reading_words(model: Model, quantity: str, reading: str) -> str:
    """Return the words that describe a reading of a quantity, and its grade."""
    row = model.register.readings.get((quantity, reading))
    label = model.label(quantity, reading)
    if row is None:
        return label
    reconstruction = ", reconstruction" if row.reconstruction else ""
    return f"{label} ({row.grade}{reconstruction})"


# Checks in words ----------------------------------------------------------------------


def printed_words(model: Model, outcome: Outcome) -> str:
    """Return the words or the number with which a check compares its value."""
    check = outcome.check
    claim = model.register.claims.get(check.claim)
    if claim is None:
        # The field ``against`` may be arithmetic over figures instead of one figure.
        figure = model.register.external.get(check.against)
        return str(figure.published) if figure else ""
    if claim.qualifier != "vague":
        end = f", {check.end} end" if check.end in ("low", "high") else ""
        return f"{claim.words or claim.published}{end}"
    unit = model.spelled_unit(check.quantity)
    low, high = outcome.published_low, outcome.published_high
    ends = []
    if low is not None and math.isfinite(low):
        ends.append(f"at least {exact(low, unit)}")
    if high is not None and math.isfinite(high):
        ends.append(f"at most {exact(high, unit)}")
    words = f'"{claim.words}"' if claim.words else claim.published
    return f"{words}, read as {' and '.join(ends)}"


def recomputed_words(speller: Speller, outcome: Outcome) -> str:
    """Return the recomputed value, with "at most" or "at least" if it is a limit."""
    if outcome.recomputed is None:
        if outcome.reason and not outcome.verdict:
            return ""
        return "no single value"
    quantity, value = outcome.check.quantity, outcome.recomputed
    words = spell_at(value, speller.unit(quantity), _place(speller, outcome, value))
    return with_side(words, outcome.side)


def _place(speller: Speller, outcome: Outcome, value: float) -> int:
    """Return the place of the last digit that is shown of a check's recomputed value.

    If the verdict is "differs", the value has enough digits to give its distance from
    the printed number to two digits.
    """
    quantity = outcome.check.quantity
    place = speller.place(quantity, value)
    if outcome.verdict != "differs" or not outcome.difference:
        return place
    unit = speller.unit(quantity)
    return min(place, place_of(outcome.difference, unit, digits=DIGITS_IN_A_COLUMN))


def distance_words(speller: Speller, outcome: Outcome) -> str:
    """Say how far a value, as the screen shows it, lies from the printed number."""
    register = speller.model.register
    claim, value = register.claims.get(outcome.check.claim), outcome.recomputed
    word = QUALIFIERS[claim.qualifier if claim else "exact"]
    has_threshold = word.short_by is not None or word.excludes_number
    is_said = outcome.verdict == "differs" or has_threshold
    # "Approaches two million" does not include two million, which is no distance away.
    if value is None or not outcome.difference or not is_said:
        return ""
    printed = value - outcome.difference
    quantity = outcome.check.quantity
    shown = rounded(value, _place(speller, outcome, value))
    words = spell_distance(shown, printed, speller.unit(quantity))
    if outcome.verdict == "differs":
        return f"by {words}"
    if outcome.difference > 0:
        return f"{words} above"
    if word.short_by is None or not outcome.published:
        return f"{words} below"
    # If the value is an upper limit, it falls short by at least this distance.
    least = "at least " if outcome.side == "at most" else ""
    share = 1 - float(speller.shown(quantity, value)) / outcome.published
    thresholds = [float(limit) for limit in (word.short_by, word.stretches_by) if limit]
    return f"{least}{words} or {spell(share, 'percent', thresholds)} short"


def bounds_words(speller: Speller, outcome: Outcome) -> str:
    """Return the bounds of the recomputed value as a text.

    The bounds come from the rounding of the printed digits. If the check has no
    recomputed value, the text is empty.
    """
    low, high = outcome.recomputed_low, outcome.recomputed_high
    if outcome.recomputed is None or low is None or high is None:
        return ""
    shown = rounded(outcome.recomputed, _place(speller, outcome, outcome.recomputed))
    return spell_span(low, high, speller.unit(outcome.check.quantity), shown)


def verdict_words(speller: Speller, outcome: Outcome) -> str:
    """Return the verdict of a check as a screen shows it, with its notes."""
    if not outcome.verdict:
        is_known = outcome.recomputed is not None or outcome.recomputed_low is not None
        if is_known and not outcome.check.kind:
            return "derived"
        return f"not computable: {outcome.reason}"
    verdict = verdict_and_distance(speller, outcome)
    notes = []
    if outcome.verdict != "differs":
        notes.append(distance_words(speller, outcome))
    if outcome.verdict.startswith("matches"):
        notes += [_at_end(speller.model, name) for name in outcome.open_to]
    if outcome.coarser_in:
        notes.append(_rounded_to(speller.model, outcome))
    if outcome.barely:
        notes.append("barely")
    if outcome.finer:
        finer = said_verdict(outcome.check, outcome.finer)
        notes.append(f"{finer} if rounded more finely")
    if outcome.tests_nothing:
        notes.append(TESTS_NOTHING)
    said = "; ".join(filter(None, notes))
    return f"{verdict}, {said}" if said else verdict


def verdict_and_distance(speller: Speller, outcome: Outcome) -> str:
    """Return the verdict and, if the value differs, by how much it differs."""
    verdict = said_verdict(outcome.check, outcome.verdict)
    if outcome.verdict != "differs":
        return verdict
    return f"{verdict} {distance_words(speller, outcome)}".strip()


def said_verdict(check: Check, verdict: str) -> str:
    """Return the words for a verdict on a check, without notes."""
    return SAID.get(check.kind, {}).get(verdict, verdict.replace("_", " "))


def taken_at_end(row: Claim | External) -> str:
    """Say that a number printed as a limit is taken as reached."""
    return f'taking "{row.published}" as {row.published.digits_words}'


def _at_end(model: Model, name: str) -> str:
    register = model.register
    row = register.claims.get(name) or register.external.get(name)
    if row:
        return taken_at_end(row)
    assumption = register.assumptions.get(name)
    if assumption and assumption.side:
        other = "lower" if assumption.side == "at most" else "higher"
        label = assumption.label_inside
        return f"taking the {label} as it is set, although it may be {other}"
    return f"taking {name.replace('_', ' ')} at the least that the words allow"


def _rounded_to(model: Model, outcome: Outcome) -> str:
    """Say how coarsely printed numbers must be rounded for a verdict to hold."""
    register = model.register
    places = []
    for name in outcome.coarser_in:
        row = register.claims.get(name) or register.external[name]
        places.append(coarser_place(model, outcome.check, row))
    return f"rounded to {' and '.join(dict.fromkeys(filter(None, places)))}"


def coarser_place(model: Model, check: Check, row: Claim | External) -> str:
    """Return the coarser rounding of a row's number in words, or an empty text."""
    if row.qualifier != "vague":
        return row.published.coarse_place_words
    words = model.register.vague_readings[check.quantity]
    for end in (words.floor, words.ceiling):
        if end and end.coarse_place:
            return end.coarse_place
    return ""


def reason_words(model: Model, outcome: Outcome) -> str:
    """Give the reason for a verdict, or the reason why there is no verdict."""
    if not outcome.verdict:
        return outcome.reason
    if outcome.ground == "stretch":
        return _STRETCH
    if outcome.ground == "room":
        inputs = [_input_words(model, name) for name in outcome.open_to]
        leave = "leaves" if len(inputs) == 1 else "leave"
        start = "the value does not satisfy the claim if each printed limit is reached"
        if outcome.recomputed is None:
            start = "no single value follows"
        return (
            f"{start}; {enumerated(inputs)} {leave} room for a value that satisfies it"
        )
    if outcome.ground == "coarser place":
        return _COARSER
    return VERDICTS[outcome.verdict]


def passing_words(outcome: Outcome) -> str:
    """Say how many numbers near the printed number would also match.

    The text is empty if the numbers near the printed one were not counted.

    >>> from analysis.core.register import Register
    >>> from analysis.model.verdicts import judge
    >>> model = Model(Register.read())
    >>> passing_words(judge(model, model.register.checks["at_risk_2021_sum"]))
    '53 percent would match as well, and 66 percent if rounding is allowed for'
    """
    if outcome.passing is None or outcome.passing_rounded is None:
        return ""
    as_well = " as well" if outcome.verdict == "matches" else ""
    share = f"{100 * outcome.passing:.0f} percent"
    rounded = f"{100 * outcome.passing_rounded:.0f} percent"
    words = f"{share} would match{as_well}"
    if share == rounded:
        return words
    return f"{words}, and {rounded} if rounding is allowed for"


def _input_words(model: Model, name: str) -> str:
    """Name an input of a check by its printed words, or else by its label."""
    claims = model.register.claims
    if name in claims:
        return f'"{claims[name].words or claims[name].published}"'
    reading = model.register.vague_readings.get(name)
    if reading and reading.claim in claims:
        claim = claims[reading.claim]
        if claim.qualifier == "vague":
            return f'"{claim.words or claim.published}"'
    assumption = model.register.assumptions.get(name)
    return assumption.label_inside if assumption else name


_NUMBERS = (
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def count_words(number: int, verb: str = "") -> str:
    """Write a count in words, followed by the verb, if given, in the form that agrees.

    >>> count_words(1, "match"), count_words(2, "match"), count_words(16)
    ('one matches', 'two match', '16')
    """
    words = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    if not verb:
        return words
    first, _, rest = verb.partition(" ")
    if number == 1:
        ending = "es" if first.endswith("ch") else "s"
        first = {"are": "is", "cannot": "cannot", "have": "has"}.get(
            first, f"{first}{ending}"
        )
    return " ".join(filter(None, [words, first, rest]))


def enumerated(parts: Sequence[str]) -> str:
    """Join words with commas and "and", as a list in a sentence.

    >>> enumerated(["one", "two"]), enumerated(["one", "two", "three"])
    ('one and two', 'one, two and three')
    """
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


# Rows in words ------------------------------------------------------------------------


def finding_words(model: Model, finding: Finding) -> list[str]:
    """Return the arithmetic of a finding, with a line for each step."""
    return [
        f"{step.what}: {words}" for step, words in finding_steps(model, finding).items()
    ]


def finding_steps(model: Model, finding: Finding) -> dict[Step, str]:
    """Return the steps of a finding's arithmetic, each with its number and unit.

    Two different numbers in the same unit get enough digits to look different.
    """
    steps = recomputed(model, finding)
    words = {}
    for step, value in steps:
        others = [
            other
            for another, other in steps
            if another.unit == step.unit and another is not step
        ]
        words[step] = with_unit(spell(value, step.unit, others), step.unit)
    return words


def printed_claim(claim: Claim) -> str:
    """Return the words in which the article prints a claim, if the data has them.

    If the data has no words for a claim, return the digits and the noun that the
    article prints after the digits.
    """
    if claim.words:
        return f'"{claim.words}"'
    noun = claim.unit_as_printed
    if claim.unit == "percent":
        return str(claim.published)
    # The words beside a number without a unit, or beside years, are not a noun. They
    # are words such as "once" and "between 2016 and 2020".
    if claim.base_unit in ("dimensionless", "year"):
        return f'{claim.published} ("{noun}")'
    return f"{claim.published} {noun}"
