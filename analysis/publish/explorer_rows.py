"""The formulas, limits and rows that the explorer's script computes with.

Each formula becomes a JavaScript function of all values, and each limit a function that
gives the distance of these values from the limit. Quantities, sources and checks become
rows of numbers and words.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

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


def rests_on(model: Model, names: Iterable[str]) -> list[str]:
    """Name some quantities, and all that they depend on under any of their readings."""
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
    """An expression as a JavaScript function of values by name.

    >>> from analysis.model.expressions import parse
    >>> javascript(parse("a ** 2 / (b + 1.5)"))
    '({ a, b }) => a ** 2 / (b + 1.5)'
    """
    return f"({{ {', '.join(expression.needs)} }}) => {expression.source({})}"


def formulas(model: Model, names: Iterable[str]) -> Iterator[str]:
    """Yield a line of JavaScript for each quantity: its formulas, by reading.

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

    The line gives the distance of a quantity from the end, and the sentence that
    refuses a value past the end. If other quantities supply the value of an assumption,
    its allowed range counts as a limit.
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
            "ends": [limit.low, limit.high],
            "sentence": message(limit.sentence_key, **values),
            "negative": message("negative", **values) if limit.low == 0 else "",
            "isRange": limit in ranges,
            "why": words()["why"].get(limit.quantity, ""),
        }
        for part in limit.parts:
            yield f"  {{ ...{literal(fields)}, room: {javascript(part)} }},\n"


def literal(value: Any) -> str:
    """A value as JavaScript, in which a "<" is escaped, so that it ends no script."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


# Rows ---------------------------------------------------------------------------------


def quantity_row(model: Model, name: str) -> dict[str, Any]:
    """A quantity with its words, its sources by reading, and its limits."""
    sources = model.sources[name]
    low, high = model.allowed(name)
    assumption = model.register.assumptions.get(name)
    is_count = model.units[name] in WHOLE
    varied = [assumption.low, assumption.high] if assumption else [low, high]
    if "in_words" in sources:
        varied[0] = low
    return {
        "label": label(name),
        "unit": model.units[name],
        "shown": model.spelled_unit(name),
        "suffix": model.suffix(name),
        "apart": compared_with(model, name),
        "usual": model.default(name),
        "low": low,
        "high": high,
        "varied": varied,
        "step": 10_000 if is_count else 0.01,
        # The last digit of a number at which a verdict turns, as a power of ten.
        "place": 3 if is_count else -3,
        "width": (sources["set"].width if "set" in sources else 0) or 1,
        "side": _SIGNS.get(assumption.side, 0) if assumption else 0,
        "linked": _linked(model, name),
        "outside": _outside(model, name),
        "unused": message(
            "without_effect", quantity=label(name), targets="anything here"
        ),
        "remarks": list(_remarks(model, name)),
        "sources": {
            reading: _source_row(model, name, reading)
            for reading in offered(model, name)
        },
        "phrases": phrases(name),
        **typed_words(model, name),
        **_far_from_usual(model, name),
    }


def _outside(model: Model, name: str) -> str:
    """The sentence that refuses a number outside the allowed range."""
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


def _far_from_usual(model: Model, name: str) -> dict[str, Any]:
    """The numbers that are not far from the usual ones, and the refusal of others."""
    usual = model.usual(name)
    if usual is None:
        return {}
    low, high, words = usual
    fields = {"number": "{number}", "hint": "{hint}", "written": ""}
    far = message("far", quantity=label(name), usual=words, **fields)
    is_percent = words.endswith("percent")
    return {
        "far": far.partition(" {hint}")[0] + " {hint}",
        # A number that is exactly FAR times a usual number counts as far.
        "near": [math.nextafter(low / FAR, math.inf), math.nextafter(high * FAR, 0)],
        "scales": {"percent": 0.01} if is_percent else LARGE_SCALES,
    }


def leader(model: Model, name: str) -> str:
    """The quantity whose reading a linked quantity follows; empty for others."""
    for first, *others in model.register.linked_readings:
        if name in others:
            return str(first)
    return ""


def _linked(model: Model, name: str) -> str:
    """The quantity that takes the same reading as another; empty for most."""
    for group in model.register.linked_readings:
        if name in group:
            return next(other for other in group if other != name)
    return ""


def _remarks(model: Model, name: str) -> Iterator[tuple[float | str, str]]:
    """The numbers or quantities above which a quantity gets a remark, and its words."""
    for remark in model.register.remarks:
        if remark.quantity == name:
            figure = model.register.external.get(remark.above)
            above = figure.published.value() if figure else remark.above
            yield above, f"{remark.words}."


def _source_row(model: Model, quantity: str, reading: str) -> dict[str, Any]:
    """A source as a row, without the fields that are empty.

    A leaf has four intervals, one for each box of ``comparison.Boxes``. They are in
    ``closed`` or, for a leaf whose words leave its value open, in ``open``.
    """
    source = model.sources[quantity][reading]
    text = reading_words(quantity, reading)
    if source.needs:
        division = message("division", quantity=label(quantity), reading=text)
        row = {"words": text, "needs": source.needs, "division": division}
        return row | _texts_of(model, source)
    fields: dict[str, Any] = {
        "words": text,
        "row": source.row.id if source.row else "",
        "side": _SIGNS.get(source.side, 0),
        "inWords": source.in_words,
        "isSet": bool(source.assumption and source.role == "set"),
    }
    fine, coarse = source.interval(), source.interval(coarse=True)
    if fine.low < fine.high or coarse.low < coarse.high:
        fields["closed"] = [_ends(fine), _ends(coarse), None, _ends(coarse)]
    if source.room:
        fields["open"] = _open_intervals(source)
    filled = {field: value for field, value in fields.items() if value}
    return {"value": float(source.value), **filled}


def _texts_of(model: Model, source: Source) -> dict[str, Any]:
    """A formula as a text with names in braces.

    The ``plain`` text leaves out assumptions whose value is 0 or 1 and that change
    nothing.
    """
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


def _open_intervals(source: Source) -> list[list[float]]:
    fine, coarse = source.rounded_off_side(), source.rounded_off_side(coarse=True)
    room = source.room
    assert room
    both = Interval(min(room.low, coarse.low), max(room.high, coarse.high))
    return [_ends(fine), _ends(coarse), _ends(room), _ends(both)]


def _ends(interval: Interval) -> list[float]:
    return [float(interval.low), float(interval.high)]


def check_row(model: Model, check: Check) -> dict[str, Any]:
    """A check as a row, with the ends of the interval that its claim asserts.

    The ends allow for the rounding error of floats. For a range, the ``plain`` ends are
    its printed ends; for any other claim, they are the ends of the asserted interval.
    """
    claim = model.register.claims[check.claim]
    asserted = asserted_by(model, check, claim)
    plain = asserted.fine
    if claim.qualifier == "range":
        plain = Interval(claim.published.value("low"), claim.published.value("high"))
    return {
        "quantity": check.quantity,
        "readings": list(check.readings.items()),
        "claim": check.claim,
        "reached": check.reached,
        "circular": message("circular", claim=f"“{claim.published}”"),
        "fine": _met(asserted.fine),
        "coarse": _met(asserted.coarse),
        "stretched": asserted.stretched and _met(asserted.stretched),
        "plain": _met(plain),
        "levels": _levels(asserted, plain),
        "lowIsOurs": asserted.low_is_ours,
        "highIsOurs": asserted.high_is_ours,
        "ends": ends(check, claim, asserted.fine),
    }


def _levels(asserted: Asserted, plain: Interval) -> list[list[float]]:
    """The numbers at which a check's verdict may change, in five lists.

    The first list is for the value itself. The other four lists are for the bounds over
    the boxes of ``comparison.Boxes``, in their order.
    """
    stretched = asserted.stretched or asserted.coarse
    further = _finite(asserted.coarse, stretched)
    own = _finite(asserted.fine, plain, asserted.coarse, stretched)
    return [own, _finite(asserted.fine), _finite(asserted.coarse), further, further]


def _finite(*intervals: Interval) -> list[float]:
    ends = {end for interval in intervals for end in _ends(interval)}
    return sorted(end for end in ends if math.isfinite(end))


def _met(interval: Interval) -> list[float]:
    """The ends of an interval, moved by the rounding error of floats.

    An end that belongs to the interval moves outward, and an open end moves inward.
    """
    slack_low = max(SAME * abs(interval.low), 1e-12)
    slack_high = max(SAME * abs(interval.high), 1e-12)
    low = interval.low + (slack_low if interval.low_open else -slack_low)
    high = interval.high + (-slack_high if interval.high_open else slack_high)
    return [low, high]


def judged(model: Model, names: Iterable[str]) -> list[Any]:
    """The quantities and readings of the checks; each change must affect one."""
    known = set(names)
    rows = []
    for check in model.register.checks.values():
        for readings in ([], [list(pair) for pair in check.readings.items()]):
            row = [check.quantity, readings]
            if check.quantity in known and row not in rows:
                rows.append(row)
    return rows
