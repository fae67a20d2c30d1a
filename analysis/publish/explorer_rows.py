"""This module writes in JavaScript what the explorer's script computes with.

Each formula becomes a function of the values of quantities, and each limit becomes a
function that gives the distance of those values from the limit. Quantities, sources and
checks become rows of numbers and words; the first classes of this module describe the
fields of these rows. In the script, a name in snake case is a field or a name that
Python wrote.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, TypedDict

from analysis.core.published import Interval
from analysis.core.rows import Check
from analysis.core.sentences import message
from analysis.core.spell import SAME, exact
from analysis.core.units import SCALES, WHOLE
from analysis.model.comparison import Asserted, asserted_by
from analysis.model.expressions import Expression
from analysis.model.model import Limit, Model
from analysis.model.source import Source
from analysis.model.values import FAR
from analysis.model.verdicts import compared_with, ends
from analysis.publish.explorer_texts import (
    label,
    offered,
    phrases,
    reading_words,
    typed_words,
    words,
)
from analysis.render.steps import idle_needs, without, without_units

_SIGNS = {"at most": 1, "at least": -1}
#: The words after a number that stand for a power of ten.
LARGE_SCALES = {word: float(factor) for word, factor in SCALES.items() if word}

# The fields that the script reads -----------------------------------------------------


class Span(TypedDict):
    """The numbers from one end to another, both included."""

    low: float
    high: float


class Spans(TypedDict):
    """The values of an input in each of the boxes of ``comparison.Boxes``."""

    fine: Span
    coarse: Span
    room: Span | None
    rounded_room: Span


class Remark(TypedDict):
    """The words that are shown if a quantity exceeds a number or another quantity."""

    above: float | str
    words: str


class SourceRow(TypedDict, total=False):
    """A source of a quantity: a leaf has a value, and a formula has ``needs``.

    Fields that would be empty are left out of the row.
    """

    words: str
    """The words for the reading."""
    value: float
    row: str
    """The row of the data package that prints or sets the value."""
    side: int
    """1 for a value that is "at most" its number, -1 for one that is "at least"."""
    in_words: bool
    is_set: bool
    """Whether an assumption gives the value."""
    closed: Spans
    """The values of a leaf that its digits stand for."""
    open: Spans
    """The values of a leaf whose words, such as "up to", leave its value open."""
    needs: tuple[str, ...]
    """The quantities that the formula computes with."""
    text: str
    """The formula, with the names of quantities in braces."""
    plain: str
    """The formula without the assumptions in ``idle``."""
    idle: list[str]
    """The assumptions whose value of 0 or 1 changes nothing in the formula."""


class Far(TypedDict):
    """The refusal of numbers that are far from the usual ones of a quantity."""

    sentence: str
    near: Span
    """The sizes of numbers that are not far."""
    scales: dict[str, float]
    """Words that a reader may have left out after a number, with their factors."""


class QuantityRow(TypedDict):
    """A quantity with its words, its sources by reading, and its limits."""

    label: str
    unit: str
    shown: str
    """The unit in which numbers are spelled, such as "percent" for a share."""
    suffix: str
    """What follows a number of this quantity in a scenario file."""
    apart: list[float]
    """Numbers from which a spelled value must be told apart."""
    usual: str
    """The reading that the article's setting takes."""
    low: float
    high: float
    """The allowed range."""
    varied: Span
    """The range of a slider."""
    step: float
    place: int
    """The last digit of a number at which a verdict turns, as a power of ten."""
    width: float
    side: int
    """As in ``SourceRow``, for a number that a reader sets."""
    linked: str
    """Another quantity that takes the same reading; empty for most quantities."""
    outside: str
    """The refusal of a number outside the allowed range."""
    remarks: list[Remark]
    sources: dict[str, SourceRow]
    phrases: dict[str, str]
    typed: dict[str, float | str]
    """The values of phrases that a reader may type."""
    ending: str
    """What may follow a typed number, as a pattern such as " persons| person"."""
    far: Far | None


class Target(TypedDict):
    """A quantity to compute, and the readings under which it is computed."""

    quantity: str
    readings: dict[str, str]


class Levels(TypedDict):
    """The numbers at which a verdict may change.

    The field ``value`` has levels for the value of the check's quantity. Each other
    field has levels for the bounds of that value over the box of the same name in
    ``comparison.Boxes``.
    """

    value: list[float]
    fine: list[float]
    coarse: list[float]
    room: list[float]
    rounded_room: list[float]


class CheckRow(Target):
    """A check, with the numbers that its claim asserts.

    The ends of asserted numbers allow for the rounding error of floats.
    """

    claim: str
    reached: tuple[str, ...]
    """The inputs that are taken to reach the end that their words name."""
    circular: str
    """The refusal if the quantity rests on the claim itself."""
    fine: Span
    coarse: Span
    """What the claim asserts, with the rounding of its finer or its coarser place."""
    stretched: Span | None
    """What the claim asserts if we stretch words such as "approaches" as we allow."""
    plain: Span
    """The printed ends of a range; for any other claim the same as ``fine``."""
    levels: Levels
    low_is_ours: bool
    high_is_ours: bool
    """Whether we chose the low or the high end, where rounding then does not decide."""
    ends: Span
    """The ends from which the distance of a value that differs is counted."""


# Formulas by name ---------------------------------------------------------------------


def rests_on(model: Model, names: Iterable[str]) -> list[str]:
    """List the given quantities, and all quantities on which they rest.

    A quantity rests on those that its readings, limits or remarks need.
    """
    todo = list(names)
    known: dict[str, None] = {}
    while todo:
        name = todo.pop(0)
        if name in known:
            continue
        known[name] = None
        for source in model.sources[name].values():
            todo += source.needs
        for limit in model.limits:
            if limit.quantity == name and limit.other:
                todo.append(limit.other)
        for remark in model.register.remarks:
            if remark.quantity == name and remark.above in model.sources:
                todo.append(remark.above)
    return list(known)


# Formulas and limits ------------------------------------------------------------------


def javascript(expression: Expression) -> str:
    """Return an expression as a JavaScript function of an object with named values.

    >>> from analysis.model.expressions import parse
    >>> javascript(parse("a ** 2 / (b + 1.5)"))
    '({ a, b }) => a ** 2 / (b + 1.5)'
    """
    return f"({{ {', '.join(expression.needs)} }}) => {expression.source({})}"


def formulas(model: Model, names: Iterable[str]) -> Iterator[str]:
    """For each computed quantity, yield JavaScript that maps its readings to formulas.

    Raises InputError for a formula with a minimum or maximum, because the page can't
    compute its bounds.
    """
    for name in names:
        lines = []
        for reading, source in model.sources[name].items():
            expression, alias = source.expression, source.alias_of
            if alias:
                lines.append(f"{reading}: ({{ {alias} }}) => {alias}")
            if expression is None:
                continue
            if expression.under_extremes:
                sentence = (
                    "the explorer can't bound the minimum or maximum in "
                    f"{expression.name}"
                )
                raise model.register.refuse(None, "formulas", sentence)
            lines.append(f"{reading}: {javascript(expression)}")
        if lines:
            yield f"  {name}: {{ {', '.join(lines)} }},\n"


def limits(model: Model, names: Iterable[str]) -> Iterator[str]:
    """Yield a line of JavaScript for each lower and upper limit of some quantities.

    Each line gives the distance of a quantity from its limit, and the sentence that
    refuses a value past the limit. The allowed range of an assumption counts as a
    limit, because the assumption's value may follow from other quantities.
    """
    ranges = [
        Limit(name, row.minimum, row.maximum)
        for name, row in model.register.assumptions.items()
    ]
    for limit in (*model.limits, *ranges):
        if limit.quantity not in names:
            continue
        values = {
            "quantity": label(limit.quantity),
            "other": label(limit.other),
            "here": "{here}",
            "most": "{most}",
            "low": exact(limit.low, ""),
            "high": exact(limit.high, ""),
        }
        fields = {
            "quantity": limit.quantity,
            "other": limit.other,
            "low": limit.low,
            "high": limit.high,
            "sentence": message(limit.sentence_key, **values),
            "negative": message("negative", **values) if limit.low == 0 else "",
            "is_range": limit in ranges,
            "why": words()["why"].get(limit.quantity, ""),
        }
        for part in limit.parts:
            yield f"  {{ ...{literal(fields)}, room: {javascript(part)} }},\n"


def literal(value: Any) -> str:
    """Write a value as JavaScript, with "<" escaped so that no text ends the script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


# Rows ---------------------------------------------------------------------------------


def quantity_row(model: Model, name: str) -> QuantityRow:
    """The row that the script reads for a quantity."""
    sources = model.sources[name]
    low, high = model.allowed(name)
    assumption = model.register.assumptions.get(name)
    is_count = model.units[name] in WHOLE
    varied = Span(low=low, high=high)
    if assumption:
        varied = Span(low=assumption.low, high=assumption.high)
    if "in_words" in sources:
        varied["low"] = low
    spoken = typed_words(model, name)
    return {
        "label": label(name),
        "unit": model.units[name],
        "shown": model.spelled_unit(name),
        "suffix": model.suffix(name),
        "apart": list(compared_with(model, name)),
        "usual": model.default(name),
        "low": low,
        "high": high,
        "varied": varied,
        "step": 10_000 if is_count else 0.01,
        "place": 3 if is_count else -3,
        "width": (sources["set"].width if "set" in sources else 0) or 1,
        "side": _SIGNS.get(assumption.side, 0) if assumption else 0,
        "linked": _linked(model, name),
        "outside": _outside(model, name),
        "remarks": list(_remarks(model, name)),
        "sources": {
            reading: _source_row(model, name, reading)
            for reading in offered(model, name)
        },
        "phrases": phrases(name),
        "typed": spoken["typed"],
        "ending": spoken["ending"],
        "far": _far_from_usual(model, name),
    }


def _outside(model: Model, name: str) -> str:
    """Return the sentence that refuses a number outside a quantity's allowed range."""
    low, high = model.allowed(name)
    unit = model.spelled_unit(name)
    return message(
        "below" if math.isinf(high) else "outside",
        quantity=label(name),
        number="{number}",
        low=exact(low, unit),
        high=exact(high, unit),
        unit=model.suffix(name),
    )


def _far_from_usual(model: Model, name: str) -> Far | None:
    """Return the refusal of numbers far from a quantity's usual numbers, if any."""
    usual = model.usual(name)
    if usual is None:
        return None
    low, high, words = usual
    fields = {"number": "{number}", "hint": "{hint}", "written": ""}
    far = message("far", quantity=label(name), usual=words, **fields)
    is_percent = words.endswith("percent")
    return {
        "sentence": far.partition(" {hint}")[0] + " {hint}",
        # A number that is exactly FAR times a usual number counts as far.
        "near": {
            "low": math.nextafter(low / FAR, math.inf),
            "high": math.nextafter(high * FAR, 0),
        },
        "scales": {"percent": 0.01} if is_percent else LARGE_SCALES,
    }


def leader(model: Model, name: str) -> str:
    """Return the quantity whose reading a linked quantity takes, or an empty text."""
    for first, *others in model.register.linked_readings:
        if name in others:
            return str(first)
    return ""


def _linked(model: Model, name: str) -> str:
    """Return another quantity that is linked to this one; empty if none is."""
    for group in model.register.linked_readings:
        if name in group:
            return next(other for other in group if other != name)
    return ""


def _remarks(model: Model, name: str) -> Iterator[Remark]:
    """Yield each remark on a quantity, with the number or quantity it refers to."""
    for remark in model.register.remarks:
        if remark.quantity == name:
            figure = model.register.external.get(remark.above)
            above = figure.published.value() if figure else remark.above
            yield {"above": above, "words": f"{remark.words}."}


def _source_row(model: Model, quantity: str, reading: str) -> SourceRow:
    """The row that the script reads for a source, without the fields that are empty."""
    source = model.sources[quantity][reading]
    text = reading_words(quantity, reading)
    if source.needs:
        formula: SourceRow = {"words": text, "needs": source.needs}
        return formula | _texts_of(model, source)
    leaf: SourceRow = {"words": text, "value": float(source.value)}
    if source.row:
        leaf["row"] = source.row.id
    if source.side in _SIGNS:
        leaf["side"] = _SIGNS[source.side]
    if source.in_words:
        leaf["in_words"] = True
    if source.assumption and source.role == "set":
        leaf["is_set"] = True
    fine, coarse = source.interval(), source.interval(coarse=True)
    if fine.low < fine.high or coarse.low < coarse.high:
        leaf["closed"] = {
            "fine": _span(fine),
            "coarse": _span(coarse),
            "room": None,
            "rounded_room": _span(coarse),
        }
    if source.room:
        leaf["open"] = _open_spans(source)
    return leaf


def _texts_of(model: Model, source: Source) -> SourceRow:
    """Return the texts of a source's formula; empty if the source has no formula."""
    if source.expression is None:
        return {}
    formula = without_units(source.expression)
    idle = idle_needs(model, formula)
    return {
        "text": _braced(formula),
        "plain": _braced(without(formula, idle)),
        "idle": list(idle),
    }


def _braced(formula: Expression) -> str:
    return formula.text({need: f"{{{need}}}" for need in formula.needs})


def _open_spans(source: Source) -> Spans:
    fine, coarse = source.rounded_off_side(), source.rounded_off_side(coarse=True)
    room = source.room
    assert room
    both = Interval(min(room.low, coarse.low), max(room.high, coarse.high))
    return {
        "fine": _span(fine),
        "coarse": _span(coarse),
        "room": _span(room),
        "rounded_room": _span(both),
    }


def _span(interval: Interval) -> Span:
    return {"low": float(interval.low), "high": float(interval.high)}


def check_row(model: Model, check: Check) -> CheckRow:
    """The row that the script reads for a check."""
    claim = model.register.claims[check.claim]
    asserted = asserted_by(model, check, claim)
    plain = asserted.fine
    if claim.qualifier == "range":
        plain = Interval(claim.published.value("low"), claim.published.value("high"))
    low, high = ends(check, claim, asserted.fine)
    return {
        "quantity": check.quantity,
        "readings": dict(check.readings),
        "claim": check.claim,
        "reached": check.reached,
        "circular": message("circular", claim=f"“{claim.published}”"),
        "fine": _met(asserted.fine),
        "coarse": _met(asserted.coarse),
        "stretched": _met(asserted.stretched) if asserted.stretched else None,
        "plain": _met(plain),
        "levels": _levels(asserted, plain),
        "low_is_ours": asserted.low_is_ours,
        "high_is_ours": asserted.high_is_ours,
        "ends": {"low": low, "high": high},
    }


def _levels(asserted: Asserted, plain: Interval) -> Levels:
    """The numbers at which a check's verdict may change."""
    stretched = asserted.stretched or asserted.coarse
    further = _finite(asserted.coarse, stretched)
    own = _finite(asserted.fine, plain, asserted.coarse, stretched)
    return {
        "value": own,
        "fine": _finite(asserted.fine),
        "coarse": _finite(asserted.coarse),
        "room": further,
        "rounded_room": further,
    }


def _finite(*intervals: Interval) -> list[float]:
    ends = {float(end) for one in intervals for end in (one.low, one.high)}
    return sorted(end for end in ends if math.isfinite(end))


def _met(interval: Interval) -> Span:
    """Return an interval's ends, moved a little to allow for the rounding of floats.

    An end that belongs to the interval moves outward, and an open end moves inward.
    """
    slack_low = max(SAME * abs(interval.low), 1e-12)
    slack_high = max(SAME * abs(interval.high), 1e-12)
    low = interval.low + (slack_low if interval.low_open else -slack_low)
    high = interval.high + (-slack_high if interval.high_open else slack_high)
    return {"low": low, "high": high}


def judged(model: Model, names: Iterable[str]) -> list[Target]:
    """List the quantities that checks compare, with the readings of the checks.

    A change must affect at least one of these quantities.
    """
    known = set(names)
    rows: list[Target] = []
    for check in model.register.checks.values():
        for readings in ({}, dict(check.readings)):
            row: Target = {"quantity": check.quantity, "readings": readings}
            if check.quantity in known and row not in rows:
                rows.append(row)
    return rows
