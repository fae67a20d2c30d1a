"""Numbers, checks and rows in words.

A screen shows a count to the place of the coarsest printed number that it rests on, and
a bound with the digits that it has.

>>> from analysis.core.register import Register
>>> place_of(Model(Register.read()), ["figure_2019_all"])  # printed as 2.59 million
10000.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from analysis.core.published import APPROACHES_STRETCH, APPROACHES_TOLERANCE
from analysis.core.rows import Check, Claim, External, Finding, Step
from analysis.core.spell import SAME, digits, spell
from analysis.core.units import BASE_UNITS
from analysis.model.expressions import parse
from analysis.model.findings import recomputed
from analysis.model.judging import VERDICTS
from analysis.model.model import Estimate, Model
from analysis.model.verdicts import Outcome

CAVEAT = "Arithmetic of the printed numbers; it says nothing on whether they are true."
#: How a verdict is said of each kind of check.
SAID = {
    "repetition": {
        "matches": "the two agree",
        "matches_within_rounding": "the two agree within rounding",
        "compatible": "left open by their words",
        "differs": "the two differ",
    },
    "hypothesis": {
        "matches": "would match",
        "matches_within_rounding": "would match within rounding",
        "compatible": "would be allowed",
        "differs": "would differ",
    },
}
#: What is said with a verdict that a ground gives, where no row is named.
_STRETCH = (
    'more than a tenth short; we let "approaches" stretch to less than a fifth, and '
    "both are our choice"
)
_COARSER = (
    "no value at the finer place of the printed digits satisfies the claim; at a "
    "coarser place, which is as defensible, one does"
)
TESTS_NOTHING = 'an upper limit beside an "up to" tests nothing'


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
    if off > 0:
        return f"{words} above", place
    if qualifier != "approaches" or not outcome.published:
        return f"{words} below", place
    # A value that is at most so large is short by at least so much.
    least = "at least " if outcome.side == "at most" else ""
    share = f"{_share_short(far / outcome.published)} percent"
    return f"{least}{words} or {share} short", place


def _share_short(share: float) -> str:
    """A shortfall in percent, with as many decimals as keep it off a tenth or a fifth.

    >>> _share_short(0.0494), _share_short(0.1996)
    ('5', '19.96')
    """
    edges = [100 * float(edge) for edge in (APPROACHES_TOLERANCE, APPROACHES_STRETCH)]
    for decimals in range(5):
        text = f"{100 * share:.{decimals}f}"
        if float(text) not in edges or abs(100 * share - float(text)) <= SAME:
            break
    return text


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
    verdict = verdict_and_distance(model, outcome)
    notes = []
    if outcome.verdict != "differs":
        off, _ = _off(model, outcome)
        notes.append(off)
    if outcome.verdict.startswith("matches"):
        notes += [_at_end(model, name) for name in outcome.open_to]
    if outcome.coarser_in:
        notes.append(_rounded_to(model, outcome))
    if outcome.barely:
        notes.append("barely")
    if outcome.finer:
        finer = said_verdict(outcome.check, outcome.finer)
        notes.append(f"{finer} at the finer place")
    if outcome.tests_nothing:
        notes.append(TESTS_NOTHING)
    said = "; ".join(filter(None, notes))
    return f"{verdict}, {said}" if said else verdict


def verdict_and_distance(model: Model, outcome: Outcome) -> str:
    """The verdict in words; with one that differs, by how much."""
    verdict = said_verdict(outcome.check, outcome.verdict)
    if outcome.verdict != "differs":
        return verdict
    off, _ = _off(model, outcome)
    return f"{verdict} {off}".strip()


def said_verdict(check: Check, verdict: str) -> str:
    """A verdict in the words of the check's kind, without what is said with it."""
    return SAID.get(check.kind, {}).get(verdict, verdict.replace("_", " "))


def taken_at_end(row: Claim | External) -> str:
    """Say that a printed number is taken at its end."""
    return f'taking "{row.published}" as {row.published.digits_words}'


def _at_end(model: Model, name: str) -> str:
    register = model.register
    row = register.claims.get(name) or register.external.get(name)
    if row is None:
        return f"taking {name.replace('_', ' ')} at the least that the words allow"
    return taken_at_end(row)


def _rounded_to(model: Model, outcome: Outcome) -> str:
    """Say to which place the rows are rounded whose coarser place gives a verdict."""
    register = model.register
    places = []
    for name in outcome.coarser_in:
        row = register.claims.get(name) or register.external[name]
        places.append(coarser_place(model, outcome.check, row))
    return f"rounded to {' and '.join(dict.fromkeys(filter(None, places)))}"


def coarser_place(model: Model, check: Check, row: Claim | External) -> str:
    """The coarser place of a row in words; empty where words have none."""
    if row.qualifier != "vague":
        return row.published.coarse_place_words
    words = model.register.vague_readings[check.quantity]
    ends = [end for end in (words.floor, words.ceiling) if end and end.coarse_place]
    return ends[0].coarse_place if ends else ""


def reason_words(model: Model, outcome: Outcome) -> str:
    """Why a verdict is given, or why there is none."""
    if not outcome.verdict:
        return outcome.reason
    if outcome.ground == "stretch":
        return _STRETCH
    if outcome.ground == "room":
        inputs = [_input_words(model, name) for name in outcome.open_to]
        leave = "leaves" if len(inputs) == 1 else "leave"
        start = "the value at the printed ends does not satisfy the claim"
        if outcome.recomputed is None:
            start = "no single value follows"
        return f"{start}; {listed(inputs)} {leave} room for one that satisfies it"
    if outcome.ground == "coarser place":
        return _COARSER
    return VERDICTS[outcome.verdict]


def passing_words(outcome: Outcome) -> str:
    """How many near values would have passed, in words; empty where that has no sense.

    >>> from analysis.core.register import Register
    >>> from analysis.model.verdicts import judge
    >>> model = Model(Register.read())
    >>> passing_words(judge(model, model.register.checks["at_risk_2021_sum"]))
    '53 percent would match as well, and 66 percent would with rounding'
    """
    if outcome.passing is None or outcome.passing_rounded is None:
        return ""
    as_well = " as well" if outcome.verdict == "matches" else ""
    words = f"{100 * outcome.passing:.0f} percent would match{as_well}"
    if f"{outcome.passing:.2f}" == f"{outcome.passing_rounded:.2f}":
        return words
    return (
        f"{words}, and {100 * outcome.passing_rounded:.0f} percent would with rounding"
    )


def _input_words(model: Model, name: str) -> str:
    """An input of a check by what is printed, or by its name."""
    claim = model.register.claims.get(name)
    if claim is None:
        words = model.register.vague_readings.get(name)
        claim = model.register.claims.get(words.claim) if words else None
        if claim is None or claim.qualifier != "vague":
            return name
    return f'"{claim.words or claim.published}"'


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
    """A count in words, perhaps with a verb that agrees with it.

    >>> count_words(1, "match"), count_words(2, "match"), count_words(16)
    ('one matches', 'two match', '16')
    """
    words = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    if not verb:
        return words
    first, _, rest = verb.partition(" ")
    if number == 1:
        ending = "es" if first.endswith("ch") else "s"
        first = {"are": "is", "cannot": "cannot"}.get(first, f"{first}{ending}")
    return " ".join(filter(None, [words, first, rest]))


#: The parts of a tally with their verbs, in the order in which they are said.
_REPEATED = {
    "repetition matches": "agree",
    "repetition matches_within_rounding": "agree within rounding alone",
    "repetition compatible": "set words beside words, which leave it open",
    "repetition differs": "differ",
}
_SUMMED = {
    "sum matches on printed numbers": "match on printed numbers",
    "sum matches on figures published elsewhere": "match on figures published "
    "elsewhere",
    "sum matches on choices": "match on choices of ours",
    "sum matches_within_rounding": "match by rounding alone",
    "sum compatible": "are left open",
    "sum differs": "differ",
    "sum not_recalculable": "cannot be recalculated from this article",
}


def tally_words(counts: Mapping[str, int]) -> str:
    """The tally of the article's results, in three sentences.

    Our own comparisons are in no count.
    """
    repeated = sum(counts[name] for name in _REPEATED)
    summed = sum(counts[name] for name in _SUMMED)
    total = repeated + summed
    parts = [f"Of {total} result{'s' * (total != 1)}"]
    if repeated:
        verb = count_words(repeated, "print one thing twice")
        parts.append(f"{verb}: {_counted(counts, _REPEATED)}")
    sentence = f"{', '.join(parts)}."
    if not summed:
        return sentence
    others = "The other " if repeated else ""
    is_one = "is a sum or estimate" if summed == 1 else "are sums or estimates"
    start = f"{others}{count_words(summed)} {is_one}"
    return f"{sentence} {start[0].upper()}{start[1:]}: {_counted(counts, _SUMMED)}."


def _counted(counts: Mapping[str, int], verbs: Mapping[str, str]) -> str:
    parts = [
        count_words(counts[name], verb) for name, verb in verbs.items() if counts[name]
    ]
    *others, last = parts
    return f"{', '.join(others)}, and {last}" if others else last


def listed(parts: Sequence[str]) -> str:
    """Some words as a list.

    >>> listed(["one"]), listed(["one", "two"]), listed(["one", "two", "three"])
    ('one', 'one and two', 'one, two and three')
    """
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last


def tally_changes(was: Mapping[str, int], now: Mapping[str, int]) -> str:
    """What changed in a tally, in one line: "match on printed numbers: two → one"."""
    return "; ".join(
        f"{verb}: {count_words(was[name])} → {count_words(now[name])}"
        for name, verb in {**_REPEATED, **_SUMMED}.items()
        if was[name] != now[name]
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
