"""This module sets figures published elsewhere beside the article's numbers.

Figures are compared only in the same unit, and they are never averaged. No estimate
under the article's own setting uses a figure published elsewhere, and comparing such a
figure with one of our numbers gives no verdict.

A unit is a product of base units. If the units of two figures differ by exactly one
ratio of the register, such as persons per transfer, the figures are compared only if
the user supplies that ratio. If a ratio was used, the row of the comparison names that
ratio. The sources do not say whether a labourer is one person or one transfer, so a
number of labourers is compared with transfers or persons only as "read as transfers" or
"read as persons".

>>> from analysis.core.register import Register
>>> rows = compare(Model(Register.read()))
>>> compared = {(row["id"], row["beside"]): row for row in rows}
>>> compared["report_2019", "total_2019"]["reason"]
'not compared: the units differ (transfer and person); a comparison needs
persons_per_transfer'
>>> compared["report_2019", "labourers_2019"]["read_as"]
'read as transfers'
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from analysis.core.published import Interval
from analysis.core.rows import PER_YEAR, External
from analysis.core.spell import (
    place_of,
    rounded,
    spell,
    spell_at,
    spell_distance,
    ten_digits,
    with_unit,
)
from analysis.core.units import CONSTANTS, name_of, parse_unit
from analysis.model.model import ARTICLE, Estimate, Model, ModelError, Setting
from analysis.render.frame import Frame
from analysis.render.headlines import filled
from analysis.render.speller import Speller

Row = dict[str, Any]

#: How a figure was seen, as a screen spells the grade.
SEEN = {"P": "primary text", "M": "copy", "S": "secondary source"}
SIDE_BY_SIDE = (
    "Figures published elsewhere are listed side by side and never averaged. No "
    "estimate under the article's setting uses them."
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
#: The columns that are empty for a figure that is compared with nothing.
_TEXTS = (
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
#: The unit of a number whose noun does not say whether it counts persons or transfers.
#: Such a number is read as either, without any ratio.
OPEN = "labourer"


def compare(
    model: Model, setting: Setting = ARTICLE, figures: Iterable[External] = ()
) -> list[Row]:
    """Compare external figures with those numbers of ours that their rows name.

    Without ``figures``, all external figures are compared. The comparisons are in the
    order of external.csv, and their values are in base units. Our number, ``ours``, is
    the estimate of a ``quantity`` under the setting. ``compared`` is the external
    figure in the unit of our number. If the figure can't be compared, ``compared`` is
    None and ``reason`` says why. ``ratio`` is the figure divided by our number, and
    ``difference`` is the figure minus our number.

    ``rounding`` says whether our number lies within or outside the values that round to
    the printed digits, or whether the bounds of our number overlap these values.
    ``words`` says whether our number lies within or outside the values that the printed
    words assert, or whether the bounds of our number overlap these values. A ratio
    between units is used only if the user gives a number for the ratio, which may be
    the article's own number. Figures are neither added up nor averaged.

    >>> from analysis.core.register import Register
    >>> model = Model(Register.read())
    >>> at = model.setting({"persons_per_transfer": 0.9})
    >>> rows = {(row["id"], row["beside"]): row for row in compare(model, at)}
    >>> row = rows["report_2019", "total_2019"]
    >>> round(row["compared"]), row["at_ratio"], round(row["ratio"], 4)
    (2574000, 'persons_per_transfer=0.9', 0.9938)
    """
    rows = []
    for figure in figures or model.register.external.values():
        beside = figure.beside or [""]
        rows += [_compared(model, setting, figure, name) for name in beside]
    return rows


def check_used(model: Model, setting: Setting, compared: list[Row]) -> None:
    """Raise ModelError for a value or a reading that has no effect on comparisons.

    A value has no effect if neither a comparison nor a number of ours depends on the
    value.
    """
    plans, ratios = [], set()
    for row in compared:
        ratios.add(row["at_ratio"].partition("=")[0])
        if row["quantity"]:
            with contextlib.suppress(ModelError):
                _, under = model.quantity_and_setting(
                    row["beside"].removeprefix(PER_YEAR), setting
                )
                plans.append(model.plan(row["quantity"], under))
    model.check_used(setting, plans, ignored=ratios)


def _compared(model: Model, setting: Setting, figure: External, beside: str) -> Row:
    """Compare a figure with one of our numbers, if the figure's row names any."""
    row = _published(figure, beside)
    if not beside:
        return {**row, "reason": "context only"}
    quantity, under = model.quantity_and_setting(beside.removeprefix(PER_YEAR), setting)
    row["quantity"] = quantity
    row["reading"] = under.readings.get(quantity, model.default(quantity))
    row["ours_from"] = _where_from(model, quantity, row["reading"], under)
    if beside.startswith(PER_YEAR) and figure.years > 1:
        row["divided_by_years"] = figure.years
    try:
        ours = model.estimate(quantity, under)
    except ModelError as error:
        row["ours_words"] = f"{quantity}: not computable"
        return {**row, "reason": f"not compared: {error}"}
    row["ours"], row["ours_unit"] = ours.value, ours.unit
    row["ours_low"], row["ours_high"] = ours.low, ours.high
    context = _context(model, figure, quantity, under)
    if context:
        row["reason"] = f"context only: {context}"
    else:
        row |= _scored(model, setting, figure, ours, row["divided_by_years"] or 1)
    row["ours_words"] = _ours_words(model, row)
    return row


def _published(figure: External, beside: str) -> Row:
    """Return a figure's row, in which the columns of the comparison are still empty."""
    printed = figure.published
    stands = printed.stands_for()
    row: Row = {name: getattr(figure, name, None) for name in COLUMNS}
    row |= dict.fromkeys(_TEXTS, "")
    row["unit"], row["beside"] = figure.base_unit, beside
    row["published"] = printed.value()
    row["published_low"], row["published_high"] = stands.low, stands.high
    return row


def _scored(
    model: Model, setting: Setting, figure: External, ours: Estimate, years: int
) -> Row:
    """Compare a figure with our number, or say which ratio of units is missing."""
    factor, kind, how = _bridge(model, setting, figure.base_unit, ours.unit)
    if factor is None:
        units = f"the units differ ({figure.base_unit} and {ours.unit})"
        return {"reason": f"not compared: {units}; a comparison needs {how}"}
    published = figure.published
    compared = published.value() * factor / years
    # The printed number stands for an interval in its own unit, and asserts another, so
    # our number is converted to that unit.
    there = [number * years / factor for number in (ours.value, ours.low, ours.high)]
    row: Row = {
        "compared": compared,
        "difference": compared - ours.value,
        "rounding": _lies(published.stands_for(), *there),
        "words": _lies(published.asserts(), *there),
        "reason": "",
    }
    row[kind] = how
    if ours.value:
        row["ratio"] = compared / ours.value
    else:
        row["reason"] = "our number is 0, so there is no ratio"
    return row


def _context(model: Model, figure: External, quantity: str, setting: Setting) -> str:
    """Say why a figure is shown beside our number without a comparison.

    The text is empty if the figure is compared.
    """
    unlike = model.unlike(figure, quantity)
    if unlike:
        what, theirs, ours = unlike
        return f"the figure's {what} is “{theirs}”, and our number's is “{ours}”"
    plan = model.plan(quantity, setting)
    if figure.id in plan.depends_on:
        return "our number is computed from this figure"
    if plan.by_name[quantity].source.assumption:
        return "our number is an assumption"
    return ""


def _lies(interval: Interval, value: float, low: float, high: float) -> str:
    """Say whether our number is within an interval, overlaps it, or is outside it."""
    if interval.holds(value):
        return "within"
    return "overlap" if interval.meets(low, high) else "outside"


def _bridge(
    model: Model, setting: Setting, theirs: str, ours: str
) -> tuple[float | None, str, str]:
    """Return a factor between two units, the name of a column, and words for it.

    The factor turns a figure's unit into ours. The words say which ratio is used, or
    whether labourers are read as persons or as transfers. If there is no factor, the
    name of the column is empty, and the words say which ratio a comparison would need.
    """
    wanted = parse_unit(ours) / parse_unit(theirs)
    if wanted.dimensionless:
        return 1.0, "at_ratio", ""
    for constant, unit in CONSTANTS.values():
        settled, _, left_open = unit.partition("/")
        if left_open == OPEN and _turned(wanted, unit):
            factor = constant ** _turned(wanted, unit)
            return factor, "read_as", f"read as {settled}s"
    fitting = []
    for name, assumption in model.register.assumptions.items():
        turned = _turned(wanted, assumption.unit)
        # An assumption that does not supply its quantity by default is not offered.
        if not turned or not model.sources[name][model.default(name)].assumption:
            continue
        fitting.append(name)
        used = setting.choices.get(name, assumption.value)
        is_chosen = name in setting.given or name in setting.choices
        if is_chosen and isinstance(used, float) and used:
            return used**turned, "at_ratio", f"{name}={ten_digits(used)}"
    if fitting:
        return None, "", " or ".join(fitting)
    # A ratio such as person/household is named in one way, whichever way it is needed.
    name = name_of(wanted)
    unit = name_of(1 / wanted) if name.startswith("1/") else name
    return None, "", f"a ratio in {unit}"


def _turned(wanted: Any, unit: str) -> int:
    """Return 1 if a ratio has the wanted unit, −1 if its inverse does, 0 if neither."""
    ratio = parse_unit(unit)
    if (wanted / ratio).dimensionless:
        return 1
    return -1 if (wanted * ratio).dimensionless else 0


def _where_from(model: Model, quantity: str, reading: str, setting: Setting) -> str:
    """Say where our number comes from.

    The number comes from a place in the article, a reading of a formula, an assumption,
    or the user.
    """
    if quantity in setting.values:
        return "given by you"
    source = model.sources[quantity][reading]
    if source.external:
        return "published elsewhere"
    if source.claim:
        return f"printed, {source.claim.where}"
    if source.assumption:
        return f"assumption, {source.assumption.grade}"
    row = model.register.readings.get((quantity, reading))
    if row is None:
        return f"implied: {model.name(quantity)}"
    return f"{'ours' if row.grade == 'chosen' else 'implied'}: {row.label}"


# Words --------------------------------------------------------------------------------


def frame(model: Model, setting: Setting = ARTICLE) -> Frame:
    """Return a frame of figures published elsewhere beside the article's numbers.

    Each row has one comparison. No number is divided by a number of another unit.
    Raises ModelError for a value or a reading that has no effect on any comparison.
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
    "ratio_words": "ratio to ours",
    "comparison_words": "comparison",
}


def _words(model: Model, row: Row, *, is_repeated: bool) -> dict[str, str]:
    """Return the words of a comparison's row.

    The words about the figure itself appear only in the figure's first row.
    """
    figure = model.register.external[row["id"]]
    words = dict.fromkeys(_SHOWN, "")
    words["figure_words"] = f"the same figure ({figure.id})"
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
    """Return the noun printed with a figure, and the figure's unit in brackets."""
    unit = figure.base_unit
    if unit == "dimensionless":
        return ""
    left_open = ", unit not stated" if unit == OPEN else ""
    return f" {figure.unit_as_printed} [{unit}{left_open}]"


def _ours_words(model: Model, row: Row) -> str:
    """Return our number with its unit, and say where the number comes from."""
    unit = model.spelled_unit(row["quantity"])
    words = spell_at(row["ours"], unit, _our_place(model, row))
    return f"{with_unit(words, unit)}: {row['quantity']}, {row['ours_from']}"


def _our_place(model: Model, row: Row) -> int:
    """Return the place of the last digit of our number.

    The number has enough digits to differ visibly from the figure beside it.
    """
    compared = row["compared"]
    apart_from = [] if compared is None else [compared]
    return Speller(model).place(row["quantity"], row["ours"], apart_from)


def comparison(model: Model, row: Row) -> str:
    """Say in a few words how our number compares with the printed figure.

    The words also give the ratio between units that was used, or say why there is no
    comparison.
    """
    if row["ratio"] is None:
        return str(row["reason"])
    published = model.register.external[row["id"]].published
    parts = [row["read_as"]]
    if row["at_ratio"]:
        parts.append(f"at {row['at_ratio'].replace('=', ' = ')}")
    if row["divided_by_years"]:
        parts.append(f"divided by {row['divided_by_years']} years")
    # A figure with a word such as "over" is compared by that word, and any other figure
    # by its digits.
    lies = row["words"] if published.side else row["rounding"]
    if lies == "within":
        parts.append("agrees")
    elif lies == "overlap":
        parts.append("agrees within rounding")
    else:
        parts.append(_distance(model, row))
        if published.side:
            parts.append(f"“{published}” excludes our number")
    return "; ".join(filter(None, parts))


def _distance(model: Model, row: Row) -> str:
    """Say how far above or below our number a figure is, by the digits on screen."""
    unit = model.spelled_unit(row["quantity"])
    ours = rounded(row["ours"], _our_place(model, row))
    compared = row["compared"]
    if row["divided_by_years"] or row["at_ratio"]:
        # A number that is computed from the figure has three digits, like any other.
        place = place_of(compared, unit, [row["ours"]])
        compared = float(rounded(compared, place))
    side = "higher" if row["difference"] > 0 else "lower"
    return f"{spell_distance(ours, compared, unit)} {side} than ours"


def context(model: Model) -> list[str]:
    """Return sentences about figures that are shown without a comparison."""
    sentences = []
    for row in model.register.context:
        words = filled(Speller(model), row.words)
        sentences.append(f"Context, beside {row.beside}: {words}")
    return sentences
