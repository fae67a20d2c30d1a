"""This module sets figures published elsewhere beside the article's numbers.

Figures are compared only in the same unit, and they are never averaged. An external
figure enters no estimate of the article's setting, and is not judged.

A unit is a product of base units. Two units may differ by exactly one ratio of the
register (persons per transfer). Then the figures are compared only when a user gives
that ratio, and the row says at which ratio. The print leaves the unit of a labourer
open, so a labourer is set beside a transfer or a person only as "read as transfers" or
"read as persons".

>>> from analysis.core.register import Register
>>> compared = {
...     (one["id"], one["beside"]): one for one in compare(Model(Register.read()))
... }
>>> compared["report_2019", "total_2019"]["reason"]
'not compared: transfer against person; needs persons_per_transfer'
>>> compared["report_2019", "labourers_2019"]["read_as"]
'read as transfers'
"""

from __future__ import annotations

import contextlib
from typing import Any

from analysis.core.published import Interval
from analysis.core.rows import PER_YEAR, External
from analysis.core.spell import (
    digits,
    place_of,
    rounded,
    spell,
    spell_at,
    spell_distance,
    with_unit,
)
from analysis.core.units import CONSTANTS, name_of, parse_unit
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.render.frame import Frame
from analysis.render.headlines import filled
from analysis.render.speller import Speller

Row = dict[str, Any]

#: How a figure was seen, as a screen spells the grade.
SEEN = {"P": "primary text", "M": "copy", "S": "secondary source"}
SIDE_BY_SIDE = (
    "Listed side by side, never averaged; "
    "an external figure enters no estimate of the article's setting."
)
COLUMNS = (
    "id",
    "statement",
    "noun",
    "as_printed",
    "qualifier",
    "unit",
    "unit_as_printed",
    "published",
    "published_low",
    "published_high",
    "period",
    "year_from",
    "year_to",
    "scope",
    "seen",
    "publisher",
    "title",
    "date",
    "address",
    "beside",
    "stands_for",
    "divided_by_years",
    "quantity",
    "reading",
    "ours_unit",
    "ours",
    "ours_low",
    "ours_high",
    "ours_from",
    "read_as",
    "at_ratio",
    "compared",
    "ratio",
    "difference",
    "rounding",
    "words",
    "reason",
    "note",
)
#: The unit of a number whose noun leaves it open; such a number is read as persons or
#: transfers without any ratio.
OPEN = "labourer"


def compare(model: Model, setting: Setting = ARTICLE) -> list[Row]:
    """Compare every external figure with the numbers that its row names.

    The comparisons are in the order of the table; their values are by column and in
    base units. Our number, ``ours``, is the estimate of a ``quantity`` under the
    setting. The figure in the unit of our number is ``compared``. Where the figure
    can't be compared, this is None and ``reason`` says why. ``ratio`` is the figure
    over our number, and ``difference`` is the figure less our number.

    ``rounding`` says whether our number lies within or outside the values for which the
    printed digits stand, or whether its bounds overlap them. ``words`` says the same
    about the values that the printed words assert. A ratio between units counts where
    the setting gives one, also at the article's own value. Nothing is summed or
    averaged over figures.

    >>> from analysis.core.register import Register
    >>> model = Model(Register.read())
    >>> at = model.setting({"persons_per_transfer": 0.9})
    >>> (row,) = [one for one in compare(model, at) if one["beside"] == "total_2019"]
    >>> round(row["compared"]), row["at_ratio"], round(row["ratio"], 4)
    (2574000, 'persons_per_transfer=0.9', 0.9938)
    """
    figures = model.register.external.values()
    return [
        _compared(model, setting, figure, beside)
        for figure in figures
        for beside in figure.beside or [""]
    ]


def check_used(model: Model, setting: Setting, compared: list[Row]) -> None:
    """Raise ModelError for a value or a reading that has no effect here.

    It has none if no comparison and none of our numbers depends on it.
    """
    plans = []
    for row in filter(lambda row: row["quantity"], compared):
        with contextlib.suppress(ModelError):
            _, under = model.named(row["beside"].removeprefix(PER_YEAR), setting)
            plans.append(model.plan(row["quantity"], under))
    model.check_used(
        setting, plans, ignored={row["at_ratio"].partition("=")[0] for row in compared}
    )


def _compared(model: Model, setting: Setting, figure: External, beside: str) -> Row:
    printed = figure.published
    stands = printed.stands_for()
    row: Row = {name: getattr(figure, name, None) for name in COLUMNS}
    row |= {
        "unit": figure.base_unit,
        "published": printed.value(),
        "published_low": stands.low,
        "published_high": stands.high,
        "beside": beside,
    }
    texts = (
        "quantity",
        "reading",
        "ours_unit",
        "ours_from",
        "ours_words",
        "read_as",
        "at_ratio",
        "rounding",
        "words",
    )
    row |= dict.fromkeys(texts, "")
    if not beside:
        return {**row, "reason": "context only"}
    quantity, under = model.named(beside.removeprefix(PER_YEAR), setting)
    years = figure.years if beside.startswith(PER_YEAR) else 1
    reading = under.readings.get(quantity, model.default(quantity))
    row |= {
        "quantity": quantity,
        "reading": reading,
        "ours_from": _where_from(model, quantity, reading, under),
        "divided_by_years": years if years > 1 else None,
    }
    try:
        ours = model.estimate(quantity, under)
    except ModelError as error:
        return {
            **row,
            "ours_words": f"{quantity}: not computable",
            "reason": f"not compared: {error}",
        }
    row |= {
        "ours": ours.value,
        "ours_low": ours.low,
        "ours_high": ours.high,
        "ours_unit": ours.unit,
    }
    row["ours_words"] = _ours_words(model, row)
    if context := _context(model, figure, quantity, under):
        return {**row, "reason": f"context: {context}"}
    factor, how = _bridge(model, setting, figure.base_unit, ours.unit)
    if factor is None:
        units = f"{figure.base_unit} against {ours.unit}"
        return {**row, "reason": f"not compared: {units}; needs {how}"}
    value = printed.value() * factor / years
    # The print stands for, and asserts, an interval in its own unit, so ours is taken
    # there.
    there = [one * years / factor for one in (ours.value, ours.low, ours.high)]
    row["read_as" if how.startswith("read as") else "at_ratio"] = how
    row |= {
        "compared": value,
        "difference": value - ours.value,
        "ratio": value / ours.value if ours.value else None,
        "rounding": _lies(stands, *there),
        "words": _lies(printed.asserts(), *there),
    }
    row["ours_words"] = _ours_words(model, row)
    return {**row, "reason": "" if ours.value else "ours is 0, so there is no ratio"}


def _context(model: Model, figure: External, quantity: str, setting: Setting) -> str:
    """Why a figure is shown beside ours and never scored; empty where it is scored."""
    if unlike := model.unlike(figure, quantity):
        theirs, ours = unlike
        return f"of {theirs}, ours of {ours}"
    plan = model.plan(quantity, setting)
    if figure.id in plan.depends_on:
        return "ours rests on this figure"
    if plan.by_name[quantity].source.assumption:
        return "ours is an assumption"
    return ""


def _lies(interval: Interval, value: float, low: float, high: float) -> str:
    """Where ours lies: its value within, its bounds overlapping, or neither."""
    if interval.holds(value):
        return "within"
    return "overlap" if interval.meets(low, high) else "outside"


def _bridge(
    model: Model, setting: Setting, one: str, two: str
) -> tuple[float | None, str]:
    """Return the factor from unit ``one`` to unit ``two``, and how a row words it.

    Where there is no factor, return None and the words for what a row would need.
    """
    wanted = parse_unit(two) / parse_unit(one)
    if wanted.dimensionless:
        return 1.0, ""
    for constant, unit in CONSTANTS.values():
        settled, _, open_unit = unit.partition("/")
        if open_unit == OPEN and (turned := _turned(wanted, unit)):
            return constant**turned, f"read as {settled}s"
    # The assumptions that stand between these two units by default.
    ratios = [
        a
        for a in model.register.assumptions.values()
        if model.sources[a.id][model.default(a.id)].assumption
    ]
    fitting = {
        ratio.id: turned for ratio in ratios if (turned := _turned(wanted, ratio.unit))
    }
    for name in fitting:
        used = setting.choices.get(name, model.register.assumptions[name].value)
        if name in setting.given and isinstance(used, float) and used:
            return used ** fitting[name], f"{name}={digits(used)}"
    # A unit without powers below 0 alone: a ratio reads person/household whichever way
    # it is needed.
    plain = name_of(1 / wanted) if name_of(wanted).startswith("1/") else name_of(wanted)
    return None, " or ".join(fitting) or f"a ratio in {plain}"


def _turned(wanted: Any, unit: str) -> int:
    """1 where a ratio in this unit is wanted, −1 where one over it is, else 0."""
    ratio = parse_unit(unit)
    if (wanted / ratio).dimensionless:
        return 1
    return -1 if (wanted * ratio).dimensionless else 0


def _where_from(model: Model, quantity: str, reading: str, setting: Setting) -> str:
    """Say in words where our value comes from.

    It comes from a place in the article, a reading of a formula, an assumption, or the
    user.
    """
    if quantity in setting.values:
        return "given by you"
    source = model.sources[quantity][reading]
    if source.external:
        return "published elsewhere"
    if source.claim:
        return f"printed, {source.claim.where.removeprefix('section ')}"
    if source.assumption:
        return f"assumption, {source.assumption.grade}"
    row = model.register.readings.get((quantity, reading))
    grade = "ours" if row and row.grade == "chosen" else "implied"
    return f"{grade}: {row.label if row else model.name(quantity)}"


# Words --------------------------------------------------------------------------------


def frame(model: Model, setting: Setting = ARTICLE) -> Frame:
    """Figures published elsewhere beside the article's numbers, a comparison a row.

    No number is divided by one of an unlike unit. Raises ModelError for a value or a
    reading that has no effect here.
    """
    compared = compare(model, setting)
    check_used(model, setting, compared)
    rows, before = [], ""
    for row in compared:
        rows.append({**row, **_words(model, row, is_repeated=row["id"] == before)})
        before = row["id"]
    return Frame(rows, COLUMNS, _SHOWN, model.differences(setting), SIDE_BY_SIDE)


_SHOWN = {
    "figure_words": "external figure",
    "printed_words": "printed",
    "period_words": "period and scope",
    "seen_words": "seen",
    "ours_words": "ours",
    "ratio_words": "ratio",
    "comparison_words": "comparison",
}


def _words(model: Model, row: Row, *, is_repeated: bool) -> dict[str, str]:
    """What a reader sees of a comparison; of the figure itself only once."""
    figure = model.register.external[row["id"]]
    words = dict.fromkeys(_SHOWN, "")
    words["figure_words"] = f"the same ({figure.id})"
    if not is_repeated:
        words["figure_words"] = f"{figure.statement} ({figure.id})"
        words["printed_words"] = f"{figure.published}{_noun(figure)}"
        words["period_words"] = figure.period
        if figure.scope != "Xinjiang":
            words["period_words"] += f"; {figure.scope}"
        seen = SEEN[figure.seen]
        words["seen_words"] = f"{seen}: {figure.publisher}, {figure.date}"
    words["ours_words"] = row["ours_words"]
    if row["ratio"] is not None:
        words["ratio_words"] = spell(row["ratio"], "", [1.0])
    words["comparison_words"] = comparison(model, row)
    return words


def _noun(figure: External) -> str:
    """The noun that is printed with a figure, and its unit in brackets."""
    unit = figure.base_unit
    if unit == "dimensionless":
        return ""
    left_open = ", unit not stated" if unit == OPEN else ""
    return f" {figure.unit_as_printed} [{unit}{left_open}]"


def _ours_words(model: Model, row: Row) -> str:
    """Our number with its unit, and where it is from."""
    unit = model.spelled_unit(row["quantity"])
    words = spell_at(row["ours"], unit, _our_place(model, row))
    return f"{with_unit(words, unit)}: {row['quantity']}, {row['ours_from']}"


def _our_place(model: Model, row: Row) -> int:
    """The place to which our number is shown: apart from the figure beside it."""
    compared = row["compared"]
    apart_from = [] if compared is None else [compared]
    return Speller(model).place(row["quantity"], row["ours"], apart_from)


def comparison(model: Model, row: Row) -> str:
    """Put a comparison into a few words.

    They say how our number lies to the print, and at which ratio, or why there is no
    comparison.
    """
    if row["ratio"] is None:
        return str(row["reason"])
    published = model.register.external[row["id"]].published
    parts = [
        row["read_as"],
        row["at_ratio"] and f"at {row['at_ratio'].replace('=', ' = ')}",
    ]
    if row["divided_by_years"]:
        parts.append(f"divided by {row['divided_by_years']} years")
    # A number with a side is compared by its words, and any other by its digits.
    lies = row["words"] if published.side else row["rounding"]
    if lies == "within":
        parts.append("agrees")
    elif lies == "overlap":
        parts.append("agrees within rounding")
    else:
        parts.append(_distance(model, row))
        if published.side:
            parts.append(f"“{published}” excludes ours")
    return "; ".join(filter(None, parts))


def _distance(model: Model, row: Row) -> str:
    """How far a figure lies above or below ours, both as shown."""
    unit = model.spelled_unit(row["quantity"])
    ours = rounded(row["ours"], _our_place(model, row))
    compared = row["compared"]
    if row["divided_by_years"] or row["at_ratio"]:
        # What is computed from the figure has three digits, as any number.
        place = place_of(compared, unit, [row["ours"]])
        compared = float(rounded(compared, place))
    words = spell_distance(ours, compared, unit)
    return f"{words} {'higher' if row['difference'] > 0 else 'lower'} than ours"


def context(model: Model) -> list[str]:
    """Sentences on figures published elsewhere that are shown beside, not scored."""
    return [
        f"Context, beside {one.beside}: {filled(Speller(model), one.words)}"
        for one in model.register.context
    ]
