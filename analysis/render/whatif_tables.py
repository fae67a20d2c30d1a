"""This module makes the tables of scenarios, ranges, draws and break-evens."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.core.spell import (
    DIGITS_IN_A_COLUMN,
    exact,
    joined,
    place_of,
    rounded,
    spell,
    spell_at,
    spell_change,
    with_side,
)
from analysis.core.units import BASE_UNITS
from analysis.model.model import Model, ModelError, Setting
from analysis.render.estimates import Estimated, Under, tabulate
from analysis.render.frame import Frame, Row
from analysis.render.speller import Speller
from analysis.render.wording import CAVEAT, enumerated, result_words
from analysis.whatif.break_even import (
    STRICT,
    AnyStatement,
    BreakEven,
    BreakEvens,
    break_even,
)
from analysis.whatif.draws import Draws
from analysis.whatif.indices import POINTS
from analysis.whatif.sensitivity import (
    ALL,
    HIGHEST,
    LOWEST,
    ROUNDING,
    Range,
    ranges,
    tornado,
)

if TYPE_CHECKING:
    import pandas as pd

#: The sentences below each table and each plot of draws.
ILLUSTRATIVE = (
    "The draws are illustrative: their distributions are chosen, not measured. "
    "The draws set no bounds, and do not say how sure anybody is."
)
#: The words for the numbers in a table of draws, except for percentiles.
LABELS = {
    "mean": "mean",
    "sd": "standard deviation",
    "n": "draws made",
    "seed": "seed",
    "kept": "draws kept",
}
#: The words for what moves in a row that is not about a single assumption.
MOVED = {
    ROUNDING: "rounding of the printed digits",
    LOWEST: "all assumptions together, lowest",
    HIGHEST: "all assumptions together, highest",
    ALL: "rounding and all assumptions together",
}


#: The columns of a file on what moves estimates.
SENSITIVITY = ("quantity", "part", "what", "value", "low", "high", "low_at", "high_at")
#: The columns of a file of break-evens.
BREAK_EVENS = (
    "statement",
    "assumption",
    "value",
    "roots",
    "holds_for",
    "whole_range",
    "waits_for",
    "left",
    "right",
    "holds",
    "reason",
)


def label_and_name(model: Model, name: str) -> str:
    """Return a quantity in words, followed by the quantity's name."""
    return f"{model.name(name).rstrip('.')} ({name})"


# Scenarios ----------------------------------------------------------------------------


def scenarios_table(model: Model, scenarios: Iterable[Under], against: Under) -> Frame:
    """Tabulate the estimates under each scenario, with their differences.

    Each estimate is compared with the estimate under the scenario ``against``. Remarks
    are printed below the table, with the reason for each missing value.
    """
    speller = Speller(model)
    rows: list[Row] = []
    reasons: dict[str, list[str]] = {}
    tables = [(under, tabulate(model, [under], against)) for under in scenarios]
    places = _common_places(speller, [row for _, table in tables for row in table])
    for under, estimates in tables:
        is_ours = any(row.reconstruction for row in estimates)
        mark = " (reconstruction)" if is_ours else ""
        for row in estimates:
            words = {
                "heading": f"{under.name}{mark}: {under.description}",
                "estimate": row.quantity.replace("_", " "),
                "words": estimated_words(speller, row, places),
                "change": _change(speller, row, places),
            }
            rows.append({**vars(row), **words})
            for text in filter(None, (row.reason, *row.remarks)):
                is_named = _starts_with(row.quantity, text)
                start = "Under {}" if is_named else f"{row.quantity} under {{}}"
                sentence = f"{start}: {text.removesuffix('.')}."
                reasons.setdefault(sentence, []).append(under.name)
    units = dict.fromkeys(
        f"{unit}s"
        for unit in map(model.units.get, model.register.estimates)
        if unit in BASE_UNITS
    )
    foot = [text.replace("{}", ", ".join(names), 1) for text, names in reasons.items()]
    counts = f"Counts are in {' or '.join(units)}. " if units else ""
    foot += [
        f"{counts}Values use the printed numbers and the chosen settings; inputs that "
        "are drawn at random stand at their medians. A reconstruction is our own "
        "derivation of a number that the article does not derive.",
        CAVEAT,
    ]
    shown = {"estimate": "estimate", "words": "value"}
    shown["change"] = f"change from {against.name}"
    columns = [field.name for field in fields(Estimated) if field.name != "is_in_words"]
    return Frame(rows, columns, shown, foot=" ".join(foot), group="heading")


def _common_places(speller: Speller, rows: Iterable[Estimated]) -> dict[str, int]:
    """Return, for each estimate, the decimal place to which all rows round it.

    With the same place in all rows, each change is the difference of two numbers that
    the table shows.
    """
    places: dict[str, int] = {}
    for row in rows:
        if row.value is not None:
            numbers = [row.value - (row.difference or 0), row.value]
            place = speller.common_place(row.quantity, numbers)
            places[row.quantity] = min(place, places.get(row.quantity, place))
    return places


def _change(speller: Speller, row: Estimated, places: Mapping[str, int]) -> str:
    """Say how far an estimate is from the one under the scenario ``against``.

    The text has the difference of the two numbers as the table shows them, with the
    percentage in brackets.

    The text is empty if there is no second number to compare with.
    """
    is_compared = row.scenario != row.against
    if row.value is None or row.difference is None or not is_compared:
        return ""
    place = places[row.quantity]
    shown = rounded(row.value, place)
    base = rounded(row.value - row.difference, place)
    return spell_change(shown, base, speller.unit(row.quantity), row.percent)


def estimated_words(
    speller: Speller, found: Estimated, places: Mapping[str, int]
) -> str:
    """Return the estimate of a quantity under a scenario in a few words.

    ``places`` maps each quantity to the place of the last digit that is shown.

    >>> from analysis.core.register import Register
    >>> from analysis.render.estimates import AS_PRINTED, estimate
    >>> speller = Speller(Model(Register.read()))
    >>> found = estimate(speller.model, AS_PRINTED, "at_risk_2019")
    >>> estimated_words(speller, found, {"at_risk_2019": 5})
    'at most 1.6 million'
    """
    if found.value is None:
        return "no single value" if found.is_in_words else "not computable"
    place = places[found.quantity]
    words = spell_at(found.value, speller.unit(found.quantity), place)
    return with_side(words, found.side)


# Two studies ------------------------------------------------------------------------


def beside_table(
    model: Model, numbers: pd.DataFrame, other_differs: str, printed: list[str]
) -> Frame:
    """Tabulate the estimates of two studies side by side, with their differences.

    ``numbers`` has a row for each estimate and the columns ``value``, ``other`` and
    ``percent``; if a number is missing, the column ``reason`` says why. ``printed``
    lists the estimates that neither study computes, because both take the number that
    the article prints.
    """
    speller = Speller(model)
    rows: list[Row] = []
    foot = [f"The other study: {other_differs}."]
    units: dict[str, None] = {}
    for name, row in numbers.to_dict("index").items():
        quantity, _ = model.quantity_and_setting(str(name))
        if model.units[quantity] in BASE_UNITS:
            units[f"{model.units[quantity]}s"] = None
        rows.append({"quantity": name, **_beside_words(speller, quantity, row)})
        reason = row.get("reason")
        if isinstance(reason, str):
            start = "" if _starts_with(str(name), reason) else f"{name}: "
            foot.append(f"{start}{reason}")
    if units:
        foot.insert(1, f"Counts are in {' or '.join(units)}.")
    if printed:
        verb = "is" if len(printed) == 1 else "are"
        foot.append(
            f"In both studies, {enumerated(printed)} {verb} as printed, not recomputed."
        )
    shown = {"quantity": "estimate", "other_words": "other", "value_words": "here"}
    shown |= {"difference_words": "change", "percent_words": "percent"}
    return Frame(rows, [*shown], shown, foot=" ".join([*foot, CAVEAT]))


def _beside_words(speller: Speller, quantity: str, row: Any) -> dict[str, str]:
    """Return two values and their difference in words.

    The text of a missing number is empty.
    """
    unit = speller.unit(quantity)
    numbers = [row["other"], row["value"]]
    known = [number for number in numbers if not math.isnan(number)]
    place = speller.common_place(quantity, known)
    words = {
        f"{column}_words": ""
        if math.isnan(row[column])
        else spell_at(row[column], unit, place)
        for column in ("other", "value")
    }
    words |= {"difference_words": "", "percent_words": ""}
    if len(known) < 2:
        return words
    other, here = (rounded(number, place) for number in known)
    words["difference_words"] = spell_change(here, other, unit)
    percent = row["percent"]
    if here == other:
        words["percent_words"] = "0"
    elif math.isfinite(percent):
        place = place_of(percent, "", digits=DIGITS_IN_A_COLUMN)
        sign = "+" if percent > 0 else ""
        words["percent_words"] = f"{sign}{spell_at(percent, '', place)}"
    return words


# Sensitivity --------------------------------------------------------------------------


def ranges_table(model: Model, quantities: Iterable[str], setting: Setting) -> Frame:
    """Tabulate how far rounding and assumptions move each estimate.

    The first row of each estimate shows how far rounding alone moves the estimate. Each
    assumption has a row of its own, and the assumption that moves the estimate most
    comes first. One row shows the lowest value that all assumptions together can give
    the estimate, and another row shows the highest. The last row of each estimate shows
    how far rounding and all assumptions together move the estimate. Estimates without a
    value are listed below the table, each with the reason.
    """
    names = [*quantities]
    rows: list[Row] = []
    reasons: list[str] = []
    for quantity in names:
        try:
            rows += _range_rows(model, quantity, setting)
            reasons += _range_remarks(model, quantity, setting)
        except ModelError as error:
            start = "" if _starts_with(quantity, str(error)) else f"{quantity}: "
            reasons.append(f"{start}{error}")
    shown = {"moved": "what varies", "over": "over", "words": "estimate"}
    foot = " ".join([*reasons, CAVEAT])
    differs = idle_words(model, names, setting)
    return Frame(rows, SENSITIVITY, shown, differs, foot, group="heading")


def _starts_with(name: str, text: str) -> bool:
    """Whether a text starts with a name, rather than with a longer word."""
    return re.match(rf"{re.escape(name)}(?!\w)", text) is not None


def _range_rows(model: Model, quantity: str, setting: Setting) -> list[Row]:
    speller = Speller(model)
    estimate = model.estimate(quantity, setting)
    heading = f"{quantity}: {result_words(speller, estimate)}"
    over = {
        LOWEST: "each assumption at the value that makes the estimate lowest",
        HIGHEST: "each assumption at the value that makes the estimate highest",
    }
    rows: list[Row] = []
    for row in ranges(model, quantity, setting):
        is_assumption = row.moved in model.register.assumptions
        ends = [(row.at_low, row.low), (row.at_high, row.high)]
        (low, low_at), (high, high_at) = sorted(ends)
        cells = {
            "heading": heading,
            "moved": MOVED.get(row.moved) or label_and_name(model, row.moved),
            "over": _over(model, row) if is_assumption else over.get(row.moved, ""),
            "words": _span(speller, quantity, row),
            "value": estimate.value,
            "low_at": low_at,
            "high_at": high_at,
        }
        rows.append({**_row(quantity, "range", row.moved, low=low, high=high), **cells})
    return rows


def _range_remarks(model: Model, quantity: str, setting: Setting) -> Iterator[str]:
    """Yield the remarks on an estimate.

    Remarks that arise only with an assumption at an end of its range come last.
    """
    for words in model.estimate(quantity, setting).remarks:
        yield f"{quantity}: {words}."
    for bar in tornado(model, quantity, setting):
        ends = np.array([bar.low, bar.high])
        unit = model.spelled_unit(bar.moved)
        own = [words for _, words in model.remarks(quantity, setting)]
        for place, words in model.remarks(quantity, setting, {bar.moved: ends}):
            if words not in own:
                at = exact(float(ends[place]), unit)
                yield f"{quantity} with {bar.moved} at {at}: {words}."


def _row(quantity: str, part: str, what: str, **numbers: float) -> dict[str, Any]:
    """Return a row of a file, with a single number or the two ends of a span."""
    blank = dict.fromkeys(SENSITIVITY)
    return {**blank, "quantity": quantity, "part": part, "what": what, **numbers}


def idle_words(model: Model, quantities: Iterable[str], setting: Setting) -> str:
    """Say how a setting differs from the article, and which choices have no effect."""
    words = model.differences(setting)
    plans = [model.plan(name, setting) for name in quantities]
    idle = [
        name
        for name in setting.choices
        if not any(name in plan.by_name for plan in plans)
    ]
    if not idle:
        return words
    return f"{words}; without an effect here: {', '.join(idle)}"


def _over(model: Model, bar: Range) -> str:
    """Return the range over which an assumption varies, and any limit that cuts it."""
    assumption = model.register.assumptions[bar.moved]
    unit = model.spelled_unit(bar.moved)
    low, high = exact(bar.low, unit), exact(bar.high, unit)
    if bar.low > assumption.low:
        low = f"{low}, the limit,"
    if bar.high < assumption.high:
        high = f"{high}, the limit"
    return f"{low} to {high}"


def _span(speller: Speller, quantity: str, row: Range) -> str:
    """Return the span of an estimate in words.

    If the rounding of printed digits moves the estimate, the ends are rounded outward.
    """
    ends = sorted([row.at_low, row.at_high])
    if row.moved in (ROUNDING, ALL):
        return speller.span(quantity, *ends)
    low, high = (speller.spell(quantity, end) for end in ends)
    return low if low == high else joined(low, high)


# Draws --------------------------------------------------------------------------------


def draws_table(draws: Draws) -> Frame:
    """Tabulate the mean, the standard deviation and the percentiles of the draws.

    The text below the table says what was drawn, how much of each distribution was cut
    off, how many draws were left out, and that the draws are illustrative.
    """
    model = draws.model
    made = {"n": draws.n, "seed": draws.seed, "kept": draws.kept}
    rows: list[Row] = []
    for quantity, numbers in draws.numbers.items():
        unit = model.spelled_unit(quantity)
        for what, number in numbers.items():
            words = {"label": LABELS.get(what) or _percentile_words(what)}
            words["words"] = spell(number, unit)
            rows.append({**_row(quantity, "draws", what, value=number), **words})
        for what, number in made.items():
            words = {"label": LABELS[what], "words": f"{number:,}"}
            rows.append({**_row(quantity, "draws", what, value=number), **words})
        for what, number in draws.violations.items():
            words = {"label": f"draws left out: {what}", "words": f"{number:,}"}
            rows.append({**_row(quantity, "left out", what, value=number), **words})
    foot = (
        f"The draws are scrambled Sobol points. {drawn_words(draws)} {ILLUSTRATIVE} "
        f"{CAVEAT}"
    )
    shown = {"label": "statistic", "words": "value"}
    return Frame(rows, SENSITIVITY, shown, draws.differs, foot, group="quantity")


def _percentile_words(name: str) -> str:
    percent = float(name.removeprefix("p"))
    return "median" if percent == 50 else f"{percent:g} percent lie below"


def drawn_words(draws: Draws) -> str:
    """Say what was drawn, and how much of each distribution was cut off."""
    parts = []
    for name, drawn in draws.inputs.items():
        cut = f", {100 * drawn.cut:.3g} percent of it cut off" if drawn.cut else ""
        parts.append(f"{name}, {drawn}{cut}")
    return f"Drawn: {'; '.join(parts)}."


def indices_table(draws: Draws) -> Frame:
    """Tabulate how much of the variance of the draws each input explains.

    The first rows have the share of the variance that each input explains by itself.
    The other rows have the total share, which each input explains alone and together
    with other inputs.
    """
    kinds = {
        "first": "that each input explains alone (first order)",
        "total": "that each input explains, alone and with other inputs (total)",
    }
    rows: list[Row] = []
    for quantity, shares in draws.indices.items():
        by_total = sorted(shares.items(), key=lambda item: -item[1]["total"])
        for kind, words in kinds.items():
            for name, share in by_total:
                ends = {end: share[f"{kind}_{end}"] for end in ("low", "high")}
                cells = _row(quantity, f"{kind} index", name, value=share[kind], **ends)
                cells["heading"] = f"{quantity}: share of the variance {words}"
                cells["label"] = label_and_name(draws.model, name)
                cells["words"] = _share(share[kind], **ends)
                rows.append(cells)
    foot = f"The shares are computed from {POINTS:,} base points. "
    foot += "The interval in brackets reaches 1.96 standard deviations to each side, "
    foot += "as resampling estimates them."
    still = [name for name in draws.quantities if name not in draws.indices]
    if still:
        foot += f" Nothing that is drawn moves {enumerated(still)}."
    shown = {"label": "input", "words": "share of the variance"}
    return Frame(rows, SENSITIVITY, shown, draws.differs, foot, group="heading")


def _share(share: float, low: float, high: float) -> str:
    low, high = max(0.0, min(1.0, low)), max(0.0, min(1.0, high))
    return f"{max(0.0, share):.3f} ({low:.3f} to {high:.3f})"


# Break-even ---------------------------------------------------------------------------


def break_even_table(
    model: Model, statements: Iterable[AnyStatement], setting: Setting
) -> Frame:
    """Tabulate the values of each assumption for which a statement holds.

    The table has a row for each pair of a statement and an assumption; in each row, the
    other assumptions keep their values. A statement that is not computable under the
    setting has a single row, with the reason. A statement on which no assumption has an
    effect has a single row, which says so.
    """
    rows = [
        row
        for statement in statements
        for row in _break_even_rows(model, statement, setting)
    ]
    foot = (
        "In each row, one assumption takes every value that the limits allow, and the "
        f"other assumptions keep their values. {CAVEAT}"
    )
    shown = {"moved": "assumption", "value_words": "value", "words": "holds for"}
    differs = model.differences(setting)
    return Frame(rows, BREAK_EVENS, shown, differs, foot, group="heading")


def by_name(table: Frame) -> Frame:
    """Tabulate the break-evens of one statement, with assumptions named as in code.

    If no assumption affects the statement, the text below the table says so.
    """
    rows = [row for row in table.rows if row["assumption"]]
    foot = table.foot
    if not rows:
        row = table.rows[0]
        foot = f"{row['heading']}: {row['words']}. {foot}"
    names = {"assumption": "assumption", "value_words": "value"}
    shown = {**names, "words": "holds for"}
    return replace(table, rows=rows, shown=shown, foot=foot)


def _break_even_rows(
    model: Model, statement: AnyStatement, setting: Setting
) -> list[Row]:
    blank: dict[str, Any] = dict.fromkeys(BREAK_EVENS, "")
    blank["statement"] = statement.id
    words = dict.fromkeys(("moved", "value_words", "words"), "")
    try:
        turned = break_even(model, statement, setting)
    except ModelError as error:
        words = {"heading": statement.statement, "moved": "none", "words": str(error)}
        return [{**blank, "value_words": "", **words, "reason": str(error)}]
    sides = {"left": turned.left, "right": turned.right, "holds": turned.holds}
    blank |= {**sides, "heading": _answer(model, turned)}
    if not turned.break_evens:
        reason = "no assumption has an effect on the statement"
        return [{**blank, **words, "words": reason, "reason": reason}]
    return [{**blank, **_turn(model, turned, row)} for row in turned.break_evens]


def _turn(model: Model, turned: BreakEvens, row: BreakEven) -> Row:
    """Return the row of an assumption, with the values for which a statement holds."""
    value_words = "in words only"
    if row.value is not None:
        value_words = exact(row.value, model.spelled_unit(row.assumption))
    words = f"needs a value of {row.waits_for}"
    if not row.waits_for:
        words = _spans(model, turned, row)
    return {
        "assumption": row.assumption,
        "value": row.value,
        "roots": [*row.roots],
        "holds_for": [*row.holds],
        "whole_range": row.everywhere,
        "waits_for": row.waits_for,
        "moved": label_and_name(model, row.assumption),
        "value_words": value_words,
        "words": words,
    }


def _answer(model: Model, turned: BreakEvens) -> str:
    """Return the heading of a statement: whether it holds, and its two sides."""
    statement, speller = turned.statement.statement, Speller(model)
    if turned.holds is None:
        inputs = enumerated(
            [row.assumption for row in turned.break_evens if row.value is None]
        )
        return (
            f"{statement}: depends on {inputs}, which the article gives only in words"
        )
    answer = "holds" if turned.holds else "does not hold"
    pairs = [(turned.left, turned.right), (turned.right, turned.left)]
    sides = [
        speller.spell(turned.quantity, side, [] if other is None else [other])
        for side, other in pairs
        if side is not None
    ]
    return f"{statement}: {answer}, {' against '.join(sides)}"


def _turning_words(value: float, unit: str) -> str:
    """Write a value at which a statement starts or stops holding.

    Counts, such as persons or transfers, are written as whole numbers, and other values
    with four significant digits.
    """
    place = 0 if unit in BASE_UNITS else place_of(value, unit, digits=4)
    return spell_at(value, unit, place)


def _spans(model: Model, turned: BreakEvens, row: BreakEven) -> str:
    """Say for which values of an assumption a statement holds.

    If the statement has the sign > or <, the values at which its two sides are equal
    are left out.
    """
    if row.everywhere:
        return "the whole range"
    is_strict = turned.statement.comparison in STRICT
    least, most = model.allowed(row.assumption)
    unit = model.spelled_unit(row.assumption)
    parts = []
    for low, high in row.holds:
        first, last = (_turning_words(end, unit) for end in (low, high))
        after = "above " if is_strict and low in row.roots else ""
        before = "below " if is_strict and high in row.roots else ""
        if low == high:
            parts.append(first)
        elif high == most and not before:
            parts.append(f"{after}{first}" if after else f"{first} or more")
        elif low == least and not after:
            parts.append(f"{before}{last}" if before else f"{last} or less")
        else:
            parts.append(joined(f"{after}{first}", f"{before}{last}"))
    return " or ".join(parts) or "no value"
