"""Numbers, checks and rows in words.

A screen shows a count to the place of the coarsest printed number that it rests on, and
a bound with the digits that it has.

>>> from analysis.core.register import Register
>>> place_of(Model(Register.read()), ["figure_2019_all"])  # printed as 2.59 million
10000.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from analysis.core.rows import Check, Claim, Finding, Step
from analysis.core.spell import digits, spell
from analysis.core.units import BASE_UNITS
from analysis.model.expressions import parse
from analysis.model.findings import recomputed
from analysis.model.model import Estimate, Model
from analysis.model.verdicts import Outcome, counts, results

CAVEAT = "Arithmetic of the printed numbers; it says nothing on whether they are true."
#: How a verdict is said of each kind of check.
SAID = {
    "repetition": {
        "matches": "match each other",
        "matches_within_rounding": "match each other within rounding",
        "compatible": "compatible with each other",
        "differs": "differ",
    },
    "hypothesis": {
        "matches": "would match",
        "matches_within_rounding": "would match within rounding",
        "compatible": "would be compatible",
        "differs": "would differ",
    },
}


# Numbers in words ---------------------------------------------------------------------


def place_of(
    model: Model, depends_on: Iterable[str], number: float | None = None
) -> float:
    """Return the last place that counts in something that rests on these rows.

    That is the coarsest of the rows' own places, and 10,000 at most, but for money.
    Where none of the rows counts things, it is 10,000. A ``number`` with fewer than two
    digits at that place counts to its second digit.
    """
    rows = filter(None, map(model.register.claims.get, depends_on))
    places = {
        row.published.place("low"): row.base_unit
        for row in rows
        if row.base_unit in BASE_UNITS
    }
    place = max(
        (place if unit == "USD" else min(place, 1e4) for place, unit in places.items()),
        default=1e4,
    )
    if not number or not math.isfinite(number) or abs(number) >= 10 * place:
        return place
    return 10.0 ** max(0, math.floor(math.log10(abs(number))) - 1)


def percent_of(model: Model, quantity: str) -> int | None:
    """Return the fewest decimals of a percentage of this quantity.

    They are as many as are printed. A quantity that is no percentage has None.
    """
    claims = [
        claim for claim in model.register.claims.values() if claim.quantity == quantity
    ]
    if claims and all(claim.unit == "percent" for claim in claims):
        return max(len(claim.printed.partition(".")[2]) for claim in claims)
    return 0 if quantity in model.register.percent else None


def value_words(
    model: Model, quantity: str, number: float | None, place: float = 1e4, **how: Any
) -> str:
    """Put a value of a quantity into words as a screen shows it.

    In words, the value stays on its own side of all that a claim on the quantity prints
    or asserts. ``place`` and ``how`` are those of ``spell``.
    """
    printed = [
        row.published
        for row in model.register.claims.values()
        if row.quantity == quantity and row.printed
    ]
    ends = [
        end
        for one in printed
        for end in (one.value(), one.asserts().low, one.asserts().high)
    ]
    how["beside"] = [*filter(math.isfinite, ends), *how.get("beside", ())]
    return spell(
        number, model.units[quantity], place, percent=percent_of(model, quantity), **how
    )


def span_words(
    model: Model, quantity: str, low: float, high: float, *, outward: bool = True
) -> list[str]:
    """Put the bounds of a quantity into words as a screen shows them.

    They have three digits, and more where three blur the span. Two bounds that are the
    same make one text. If ``outward``, the low end is rounded down and the high end up.
    """
    size = max(abs(low), abs(high))
    ends = {low: -outward, high: int(outward)}
    place = (
        10.0 ** (math.floor(math.log10(size)) - 2)
        if size and math.isfinite(size)
        else 1.0
    )
    while place > 1e-9 * size and low < high and place > (high - low) / 2:
        place /= 10
    decimals = max(0, -round(math.log10(place)))
    percent, unit = percent_of(model, quantity), model.units[quantity]
    return [
        spell(end, unit, place, percent=percent, decimals=decimals, outward=ends[end])
        for end in ends
    ]


def estimate_words(
    model: Model,
    quantity: str,
    value: float,
    low: float | None,
    high: float | None,
    depends_on: Iterable[str],
    beside: Iterable[float | None] = (),
) -> str:
    """Put a value of a quantity into words, within its bounds.

    In words, it also stays on its own side of the numbers beside it.
    """
    ends = [
        end for end in (low, high, *beside) if end is not None and math.isfinite(end)
    ]
    return value_words(
        model, quantity, value, place_of(model, depends_on, value), beside=ends
    )


def solved_words(model: Model, quantity: str, number: float | None) -> str:
    """A value of an assumption that is solved for, or an end of its range."""
    return value_words(model, quantity, number, place_of(model, (), number), decimals=4)


def against_words(model: Model, check: Check) -> list[str]:
    """Return the arithmetic that a check has in place of a quantity.

    It is arithmetic over figures published elsewhere: first with their names, then with
    their numbers.
    """
    expression, rows = parse(check.against), model.register.external
    shown = {
        name: str(rows[name].published) for name in expression.needs if name in rows
    }
    return [f"  {check.against}", f"  = {expression.text(shown)}"]


def result_words(model: Model, one: Estimate, full: bool = False) -> str:
    """An estimate with its side, unit and bounds, rounded or in full."""
    ends = span_words(model, one.quantity, one.low, one.high)
    words = estimate_words(
        model, one.quantity, one.value, one.low, one.high, one.depends_on
    )
    if full:
        words, *ends = map(digits, (one.value, one.low, one.high))
    bounds = f", {' to '.join(ends)} by rounding" if one.low != one.high else ""
    end = ", no bound on either side" if one.side == "no bound" else ""
    value = sided(one.side.replace("no bound", ""), words)
    return f"{value}{plural(one.unit)}{bounds}{end}"


def sided(side: str, words: str) -> str:
    """A value in words with its side.

    >>> sided("at most", "1.9 million"), sided("no bound", "2.2 million")
    ('at most 1.9 million', '2.2 million, no bound')
    """
    return f"{words}, no bound" if side == "no bound" else f"{side} {words}".strip()


def plural(unit: str) -> str:
    """A unit behind a number; nothing for a number without one.

    >>> plural("person"), plural("person/transfer"), plural("dimensionless")
    (' persons', ' person/transfer', '')
    """
    return (
        "" if unit == "dimensionless" else f" {unit}{'s' if unit in BASE_UNITS else ''}"
    )


def reading_words(model: Model, quantity: str, reading: str) -> str:
    """A reading of a quantity as a line of a list."""
    row = model.register.readings.get((quantity, reading))
    grade = (
        f" ({row.grade}{', reconstruction' if row.reconstruction else ''})"
        if row
        else ""
    )
    return f"{quantity}={reading}  {model.label(quantity, reading)}{grade}"


# Checks in words ----------------------------------------------------------------------


def published_words(model: Model, outcome: Outcome) -> str:
    """The other side of a check, as a screen shows it."""
    check = outcome.check
    claim = model.register.claims.get(check.claim)
    if claim is None:
        return (
            str(model.register.external[check.against].published)
            if check.against
            else ""
        )
    if claim.qualifier != "vague":
        end = f", {check.end} end" if check.end in ("low", "high") else ""
        return f"{claim.words or claim.published}{end}"
    percent = percent_of(model, check.quantity) is not None
    sides = (("at least", outcome.published_low), ("at most", outcome.published_high))
    ends = [
        f"{side} {f'{100 * number:.10g} percent' if percent else f'{number:,.0f}'}"
        for side, number in sides
        if number is not None and math.isfinite(number)
    ]
    return f'"{claim.words}", read as {" and ".join(ends)}'


def recomputed_words(model: Model, outcome: Outcome) -> str:
    """Put the recomputed value into words, with its side.

    In words, it stays on its own side of the numbers that it is compared with.
    """
    if outcome.recomputed is None:
        bound = ", no bound" if outcome.side == "no bound" else ""
        return (
            "" if outcome.reason and not outcome.verdict else f"no single value{bound}"
        )
    value, (_, place) = outcome.recomputed, _off(model, outcome)
    ends = (
        outcome.recomputed_low,
        outcome.recomputed_high,
        outcome.published,
        outcome.published_low,
        outcome.published_high,
    )
    beside = [end for end in ends if end is not None and math.isfinite(end)]
    place = min(place, place_of(model, outcome.depends_on, value))
    return sided(
        outcome.side,
        value_words(model, outcome.check.quantity, value, place, beside=beside),
    )


def _off(model: Model, outcome: Outcome) -> tuple[str, float]:
    """Say how far a value is off, where that is said, and to which place.

    The value itself is shown to that place, too.
    """
    claim, off = model.register.claims.get(outcome.check.claim), outcome.difference
    qualifier = claim.qualifier if claim else ""
    if off is None or not (
        outcome.verdict == "differs" or qualifier in ("approaches", "over")
    ):
        return "", math.inf
    far = abs(off)
    place = place_of(model, outcome.depends_on, far) if far >= 1e5 else 1e3
    points = percent_of(model, outcome.check.quantity) is not None
    words = f"{100 * far:.1f} points" if points else spell(far, outcome.unit, place)
    if outcome.verdict == "differs":
        return f"by {words}", place
    below = "short" if qualifier == "approaches" else "below"
    return f"{words} {'above' if off > 0 else below}", place


def bounds_words(model: Model, outcome: Outcome) -> str:
    """Put the bounds of the recomputed value into words.

    They come from the rounding of the printed digits. Where there is no value, the text
    is empty.
    """
    low, high = outcome.recomputed_low, outcome.recomputed_high
    if outcome.recomputed is None or low is None or high is None:
        return ""
    return " to ".join(span_words(model, outcome.check.quantity, low, high))


def verdict_words(model: Model, outcome: Outcome) -> str:
    """The verdict as a screen says it, with how far off or short the value is."""
    if not outcome.verdict:
        known = outcome.recomputed is not None or outcome.recomputed_low is not None
        return (
            "derived"
            if known and not outcome.check.kind
            else f"not computable: {outcome.reason}"
        )
    said, (off, _) = SAID.get(outcome.check.kind, {}), _off(model, outcome)
    found, finer = (
        said.get(one, one.replace("_", " ")) for one in (outcome.verdict, outcome.finer)
    )
    if outcome.verdict == "differs":
        found, off = f"{found} {off}".strip(), ""
    notes = [
        off,
        "barely" if outcome.barely else "",
        f"{finer} at the finer place" if finer else "",
    ]
    return ", ".join(filter(None, [found, "; ".join(filter(None, notes))]))


#: The columns in which a screen shows a check.
SCREEN: dict[str, Callable[[Model, Outcome], str]] = {
    "check": lambda model, one: f"{one.check.id}: {one.check.statement}",
    "comparison": lambda model, one: one.check.statement,
    "printed": published_words,
    "recomputed": recomputed_words,
    "bounds": bounds_words,
    "verdict": verdict_words,
    "rests on": lambda model, one: (
        one.rests_on or ("printed" if one.recomputed is not None else "")
    ),
}


def counts_line(model: Model, outcomes: Iterable[Outcome]) -> str:
    """Count the article's results by verdict, in one line.

    Our own checks are in no count.
    """
    seen = list(outcomes)
    found = counts(model, results(model, seen))
    names = {"matches": "match", "matches_within_rounding": "within rounding alone"}
    parts = [
        f"{number} {names.get(name, name.replace('_', ' '))}"
        for name, number in found.items()
        if number
    ]
    ours = sum(outcome.check.kind in ("hypothesis", "external") for outcome in seen)
    total = sum(found.values())
    return (
        f"{total} results of the article: {', '.join(parts)}. "
        f"Besides, {ours} comparisons by us, in no count."
    )


# Rows in words ------------------------------------------------------------------------


def step_words(step: Step, value: float) -> str:
    """A step of a finding's arithmetic and its value, as a screen shows them."""
    places = len(str(step.comes_to).partition(".")[2])
    counted = step.unit in BASE_UNITS and abs(value) >= 5e4
    number = (
        spell(value, step.unit, 1e3)
        if counted
        else f"{value:,.{places}f}".replace("-", "−")
    )
    return f"{step.what}: {number}{plural(step.unit)}"


def finding_words(model: Model, finding: Finding) -> list[str]:
    """The arithmetic of a finding as a screen shows it, a step a line."""
    return [step_words(step, value) for step, value in recomputed(model, finding)]


def printed_words(claim: Claim) -> str:
    """Return a claim's own words where they are held.

    Otherwise return its digits, with the noun that the article prints after them.
    """
    noun = "" if claim.unit == "percent" else f" {claim.unit_as_printed}"
    # Not a noun, but other words, stand beside a number without a unit, or of years:
    # "once", "between 2016 and 2020".
    noun = (
        f' ("{noun[1:]}")'
        if claim.base_unit in ("dimensionless", "year") and noun
        else noun
    )
    return f'"{claim.words}"' if claim.words else f"{claim.published}{noun}"
