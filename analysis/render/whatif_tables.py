"""This module puts scenarios and sensitivities into tables in words.

A screen and a notebook show these tables of scenarios, ranges, draws, indices and
break-evens.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.core.spell import (
    exact,
    joined,
    place_of,
    spell,
    spell_at,
    spell_change,
    with_side,
)
from analysis.core.units import BASE_UNITS
from analysis.model.bounds import Bounds
from analysis.model.model import Model, ModelError, Setting
from analysis.render.estimates import Estimated, Under, estimate, tabulate
from analysis.render.frame import Frame, of_texts, plain
from analysis.render.headlines import ours
from analysis.render.speller import Speller
from analysis.render.wording import CAVEAT
from analysis.whatif.break_even import AnyStatement, BreakEven, BreakEvens, break_even
from analysis.whatif.draws import Draws
from analysis.whatif.indices import POINTS
from analysis.whatif.sensitivity import (
    ALL,
    HIGHEST,
    LOWEST,
    ROUNDING,
    Bar,
    ranges,
    tornado,
)

if TYPE_CHECKING:
    import pandas as pd

#: Stands once under everything that was drawn.
ILLUSTRATIVE = (
    "Illustrative: draws under distributions that were chosen. "
    "They bound nothing, and are no statement of how sure anybody is."
)
#: What moves in each row of the ranges that is no single assumption's.
MOVED = {
    ROUNDING: "the printed digits, as rounded",
    LOWEST: "everything at its low end",
    HIGHEST: "everything at its high end",
    ALL: "all of these together",
}


def named(model: Model, name: str) -> str:
    """A quantity in words, with its name."""
    return f"{model.name(name).rstrip('.')} ({name})"


# Scenarios ----------------------------------------------------------------------------


def scenarios_table(model: Model, scenarios: Iterable[Under]) -> Frame:
    """The estimates under each scenario; a scenario a row.

    Reasons and remarks stand below.
    """
    rows: list[dict[str, str]] = []
    reasons: dict[str, list[str]] = {}
    for under in scenarios:
        estimates = tabulate(model, [under])
        is_ours = any(row.reconstruction for row in estimates)
        mark = " (reconstruction)" if is_ours else ""
        cells = {"scenario": f"{under.name}{mark}: {under.description}"}
        for row in estimates:
            cells[row.quantity.replace("_", " ")] = estimated_words(model, row)
            for text in filter(None, (row.reason, *row.remarks)):
                reasons.setdefault(f"{row.quantity} under {{}}: {text}.", []).append(
                    under.name
                )
        rows.append(cells)
    units = dict.fromkeys(
        f"{unit}s"
        for unit in map(model.units.get, model.register.estimates)
        if unit in BASE_UNITS
    )
    foot = [text.replace("{}", ", ".join(names), 1) for text, names in reasons.items()]
    foot += [
        f"In {' or '.join(units)}. Values at the printed numbers and what is set, "
        "drawn inputs at their medians; "
        "a reconstruction is ours, for the article does not derive it.",
        CAVEAT,
    ]
    return of_texts(rows, foot=" ".join(foot))


def differences_table(
    model: Model, scenarios: Iterable[Under], against: Under
) -> Frame:
    """Tabulate how each estimate differs from that under another scenario.

    A row has the differences of one scenario, absolute and in percent.
    """
    others = [under for under in scenarios if under.name != against.name]
    bases = {row.quantity: row.value for row in tabulate(model, [against])}
    speller = Speller(model)
    rows: dict[str, dict[str, str]] = {}
    for row in tabulate(model, others, against):
        named = {f"change from {against.name}": row.scenario}
        cells = rows.setdefault(row.scenario, named)
        change = _change(speller, row, bases[row.quantity])
        cells[row.quantity.replace("_", " ")] = change
    return of_texts([*rows.values()])


def _change(speller: Speller, row: Estimated, base: float | None) -> str:
    """A difference of two numbers as shown, and its percentage in brackets.

    The text is empty where there is no number to compare.
    """
    if row.value is None or base is None:
        return ""
    shown = speller.shown(row.quantity, row.value)
    other = speller.shown(row.quantity, base)
    return spell_change(shown, other, speller.unit(row.quantity), row.percent)


def estimated_words(model: Model, found: Estimated) -> str:
    """One estimate under a scenario, in a few words.

    >>> from analysis.core.register import Register
    >>> from analysis.render.estimates import AS_PRINTED
    >>> model = Model(Register.read())
    >>> estimated_words(model, estimate(model, AS_PRINTED, "at_risk_2019"))
    'at most 1.6 million'
    """
    if found.value is None:
        return "no single value" if "single" in found.reason else "not computable"
    return with_side(Speller(model).spell(found.quantity, found.value), found.side)


# Sensitivity --------------------------------------------------------------------------


class Range(NamedTuple):
    """From where to where an estimate moves, and over which values of an assumption."""

    moved: str
    bounds: Bounds
    bar: Bar | None = None


def ranges_of(model: Model, quantity: str, setting: Setting) -> list[Range]:
    """The ranges of an estimate: by rounding, by each assumption, and by all of them.

    The assumption that moves it most comes first of these. Then come everything at its
    low and at its high end, without rounding.
    """
    bounds = ranges(model, quantity, setting)
    bars = tornado(model, quantity, setting)
    return [
        Range(ROUNDING, bounds[ROUNDING]),
        *(Range(bar.assumption, bounds[bar.assumption], bar) for bar in bars),
        *(Range(name, bounds[name]) for name in (LOWEST, HIGHEST, ALL)),
    ]


def ranges_table(model: Model, quantity: str, setting: Setting) -> Frame:
    """Tabulate from where to where the estimate moves.

    It moves under rounding alone, under each assumption alone, and under all together.
    """
    over = {
        LOWEST: "each assumption where the estimate is lowest",
        HIGHEST: "each assumption where the estimate is highest",
    }
    rows, speller = [], Speller(model)
    for row in ranges_of(model, quantity, setting):
        spans = _span(speller, quantity, row)
        moved = MOVED.get(row.moved) or named(model, row.moved)
        over_words = _over(model, row.bar) if row.bar else over.get(row.moved, "")
        rows.append([moved, over_words, spans])
    return of_texts(rows, columns=["moved", "over", "estimate"])


def ranges_frame(model: Model, quantity: str, setting: Setting) -> pd.DataFrame:
    """The ranges of an estimate as numbers in base units, a row what is moved.

    The columns ``low`` and ``high`` are the ends of an assumption, ``at_low`` and
    ``at_high`` the estimate there. For the other rows, these are its own ends.
    """
    import pandas as pd

    rows = {}
    for row in ranges_of(model, quantity, setting):
        ends = {"at_low": row.bounds.low, "at_high": row.bounds.high}
        bar = vars(row.bar) if row.bar else {"low": math.nan, "high": math.nan}
        rows[row.moved] = {**bar, **(ends if row.bar is None else {})}
    columns = ["low", "high", "at_low", "at_high"]
    frame = pd.DataFrame.from_dict(rows, orient="index")[columns]
    # What a reader asks for first.
    own = [row for row in rows if row in model.register.assumptions]
    return frame.loc[[*own, LOWEST, HIGHEST, ROUNDING, ALL]].rename_axis("moved")


def idle_words(model: Model, quantity: str, setting: Setting) -> str:
    """Name the differences from the article, and those without an effect here."""
    used = model.plan(quantity, setting).by_name
    idle = [name for name in setting.choices if name not in used]
    own = f"as in the article. {ours(model, setting)}".strip()
    words = model.differences(setting) or own
    if not idle:
        return words
    return f"{words}; without an effect on {quantity}: {', '.join(idle)}"


def all_ranges_table(model: Model, setting: Setting) -> Frame:
    """Tabulate the ranges of every headline estimate, with its side.

    An estimate ranges under rounding, under each assumption alone, and under all.
    """
    under = Under("", "", setting)
    rows, reasons = [], []
    for quantity in model.register.estimates:
        estimated = estimate(model, under, quantity)
        if estimated.value is None:
            reasons.append(f"{quantity}: {estimated.reason}.")
            continue
        head = f"{quantity}, {estimated_words(model, estimated)}"
        table = ranges_table(model, quantity, setting)
        rows += [{"estimate of": head, **row} for row in table.rows]
    foot = " ".join([*reasons, CAVEAT])
    return of_texts(rows, foot=foot, group="estimate of")


def _over(model: Model, bar: Bar) -> str:
    """The range that an assumption is varied over; says so where a limit cuts it."""
    assumption = model.register.assumptions[bar.assumption]
    unit = model.spelled_unit(bar.assumption)
    low, high = exact(bar.low, unit), exact(bar.high, unit)
    if bar.low > assumption.low:
        low = f"{low}, the limit,"
    if bar.high < assumption.high:
        high = f"{high}, the limit"
    return f"{low} to {high}"


def _span(speller: Speller, quantity: str, row: Range) -> str:
    """Bounds are rounded outward; the values at an assumption's ends are no bounds."""
    ends = row.bounds.low, row.bounds.high
    if row.moved in (ROUNDING, ALL):
        return speller.span(quantity, *ends)
    low, high = (speller.spell(quantity, end) for end in ends)
    return low if low == high else joined(low, high)


def sensitivity_json(
    model: Model, quantity: str, under: Under, draws: Draws | None
) -> dict[str, Any]:
    """An estimate with all that moves it as JSON holds it, in base units.

    What was drawn is under ``draws``, which is null where nothing is drawn.
    """
    setting = under.setting
    estimated = estimate(model, under, quantity)
    content: dict[str, Any] = {
        **vars(estimated),
        "differs": idle_words(model, quantity, setting),
    }
    every = ranges_of(model, quantity, setting)
    content["tornado"] = [vars(row.bar) for row in every if row.bar]
    content["ranges"] = [
        {"what": row.moved, "low": row.bounds.low, "high": row.bounds.high}
        for row in every
    ]
    content["draws"] = draws and {
        "n": draws.n,
        "seed": draws.seed,
        "kept": draws.kept,
        "violations": draws.violations,
        "drawn_from": {name: str(drawn) for name, drawn in draws.inputs.items()},
        **draws.numbers[quantity],
        "indices": draws.indices[quantity],
        "label": ILLUSTRATIVE,
    }
    return {name: plain(part) for name, part in {**content, "caveat": CAVEAT}.items()}


def sensitivity_rows(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a CSV of what ``sensitivity_json`` holds: a number with its ends."""
    quantity = content["quantity"]

    def row(part: str, what: str, **numbers: Any) -> dict[str, Any]:
        cells = {"value": None, "low": None, "high": None, **numbers}
        return {"quantity": quantity, "part": part, "what": what, **cells}

    for span in content["ranges"]:
        yield row("range", span["what"], low=span["low"], high=span["high"])
    draws = content["draws"] or {}
    for name, number in draws.items():
        if name in ("n", "seed", "kept") or isinstance(number, float):
            yield row("draws", name, value=number)
    for name, shares in draws.get("indices", {}).items():
        for kind in ("first", "total"):
            ends = {end: shares[f"{kind}_{end}"] for end in ("low", "high")}
            yield row(f"{kind} index", name, value=shares[kind], **ends)


# Draws --------------------------------------------------------------------------------


def draws_table(draws: Draws) -> Frame:
    """Tabulate the mean, the spread and the percentiles of the draws.

    Below stands what was drawn, how much was cut or left out, and that it is
    illustrative.
    """
    model, labels = draws.model, {"mean": "mean", "sd": "standard deviation"}
    rows = []
    for place, name in enumerate(draws.numbers[draws.quantities[0]]):
        label = labels.get(name) or _percentile_words(draws.percentiles[place - 2])
        words = [
            spell(draws.numbers[quantity][name], model.spelled_unit(quantity))
            for quantity in draws.quantities
        ]
        rows.append([label, *words])
    left_out = [
        f"{count:,} left out ({limit})" for limit, count in draws.violations.items()
    ]
    made = [f"{draws.n:,} scrambled Sobol points, seed {draws.seed}", *left_out]
    foot = f"{'; '.join(made)}. {drawn_words(draws)} {ILLUSTRATIVE} {CAVEAT}"
    return of_texts(rows, columns=["of the draws", *draws.quantities], foot=foot)


def _percentile_words(percentile: float) -> str:
    if percentile == 50:
        return "median"
    return f"{percentile:g} percent lie below"


def drawn_words(draws: Draws) -> str:
    """Say what was drawn, from which distribution, and how much of it was cut off."""
    parts = []
    for name, drawn in draws.inputs.items():
        cut = f", {100 * drawn.cut:.3g} percent of it cut off" if drawn.cut else ""
        parts.append(f"{name}, {drawn}{cut}")
    return f"Drawn: {'; '.join(parts)}."


def indices_table(draws: Draws) -> Frame:
    """Tabulate how much of the variance of the draws each input explains.

    A row has the share that the input explains alone, and with the others.
    """
    columns = ["input", "alone (first order)", "with the others (total)"]
    is_single = len(draws.quantities) == 1
    rows = []
    for quantity, shares in draws.indices.items():
        by_total = sorted(shares.items(), key=lambda item: -item[1]["total"])
        for name, share in by_total:
            about = "" if is_single else f"{quantity}: "
            words = [_share(share, kind) for kind in ("first", "total")]
            rows.append([f"{about}{named(draws.model, name)}", *words])
    foot = f"{POINTS:,} base points; 95 percent of the resamples in brackets."
    return of_texts(rows, columns=columns, foot=foot)


def _share(shares: Mapping[str, float], kind: str) -> str:
    low, high = (max(0.0, min(1.0, shares[f"{kind}_{end}"])) for end in ("low", "high"))
    return f"{max(0.0, shares[kind]):.3f} ({low:.3f} to {high:.3f})"


# Break-even ---------------------------------------------------------------------------


def break_evens(
    model: Model, statements: Iterable[AnyStatement], setting: Setting
) -> list[dict[str, Any]]:
    """Return break-evens as JSON holds them.

    A statement that is not computable under the setting has the reason alone.
    """
    rows = []
    for statement in statements:
        row = {
            name: getattr(statement, name) for name in ("id", "statement", "comparison")
        }
        try:
            turned = break_even(model, statement, setting)
        except ModelError as error:
            row["reason"] = str(error)
        else:
            names = ("quantity", "unit", "left", "right", "holds")
            row |= {name: getattr(turned, name) for name in names}
            row["assumptions"] = {
                each.assumption: {
                    "value": each.value,
                    "roots": each.roots,
                    "holds_for": each.holds,
                    "whole_range": each.everywhere,
                    "waits_for": each.waits_for,
                }
                for each in turned.break_evens
            }
        rows.append({name: plain(cell) for name, cell in row.items()})
    return rows


def break_even_table(
    model: Model, statements: Iterable[AnyStatement], setting: Setting
) -> Frame:
    """Tabulate over which values of an assumption a statement holds.

    There is a row for each statement and each assumption, with the other assumptions as
    they are. Under the table stand the statements that are not computable under the
    setting, with the reason.
    """
    rows, reasons = [], []
    for statement in statements:
        try:
            turned = break_even(model, statement, setting)
        except ModelError as error:
            reasons.append(f"{statement.statement}: {error}.")
            continue
        said = _answer(model, turned)
        rows += [
            [said, *_break_even_row(model, turned, row)] for row in turned.break_evens
        ]
        if not turned.break_evens:
            reasons.append(f"{said}; no assumption has an effect on it.")
    foot = [
        *reasons,
        "Each over the values that the limits allow, "
        "the other assumptions as they are.",
        CAVEAT,
    ]
    return of_texts(
        rows,
        columns=["statement", "assumption", "as it is", "holds for"],
        foot=" ".join(foot),
        group="statement",
    )


def _answer(model: Model, turned: BreakEvens) -> str:
    """A statement, whether it holds, and its two sides."""
    statement, speller = turned.statement.statement, Speller(model)
    if turned.holds is None:
        return f"{statement}: not known"
    answer = "holds" if turned.holds else "does not hold"
    pairs = [(turned.left, turned.right), (turned.right, turned.left)]
    sides = [
        speller.spell(turned.quantity, side, [] if other is None else [other])
        for side, other in pairs
        if side is not None
    ]
    return f"{statement}: {answer}, {' against '.join(sides)}"


def _break_even_row(model: Model, turned: BreakEvens, row: BreakEven) -> list[str]:
    """An assumption, its value, and the values for which a statement holds."""
    value = "in words only"
    if row.value is not None:
        value = exact(row.value, model.spelled_unit(row.assumption))
    holds_for = f"waits for a value of {row.waits_for}"
    if not row.waits_for:
        holds_for = _spans(model, turned, row)
    return [named(model, row.assumption), value, holds_for]


def _turning_words(value: float, unit: str) -> str:
    """A value at which a statement turns: whole persons, or four digits."""
    place = 0 if unit in BASE_UNITS else place_of(value, unit, digits=4)
    return spell_at(value, unit, place)


def _spans(model: Model, turned: BreakEvens, row: BreakEven) -> str:
    """Say for which values of an assumption a statement holds.

    Of a strict comparison, the values at which both sides are equal are left out.
    """
    if row.everywhere:
        return "the whole range"
    is_strict = turned.statement.comparison in ("more_than", "less_than")
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
