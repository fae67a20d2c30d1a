"""Figures published elsewhere, set beside the article's: same unit or no comparison, and never an average.

An external figure is an input to no estimate, and is not judged.

A unit is a product of base units. Two units may differ by exactly one ratio of the register (persons per transfer).
Then the figures are compared only when a user gives that ratio, and the row says at which. A labourer, whose unit the
print leaves open, is set beside a transfer or a person only as "read as transfers" or "read as persons".

>>> from analysis.core.register import Register
>>> compared = {(c.external.id, c.beside): c for c in compare(Model(Register.read()))}
>>> compared["report_2019", "total_2019"].reason
'not compared: transfer against person; needs persons_per_transfer'
>>> compared["report_2019", "labourers_2019"].read_as
'read as transfers'
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.core.model import ARTICLE, Estimate, Model, ModelError, Setting
from analysis.core.published import Interval
from analysis.core.register import PER_YEAR, External
from analysis.core.units import BASE_UNITS, CONSTANTS, name_of, parse_unit
from analysis.core.words import digits, in_words
from analysis.output.results import estimate_words, plural

if TYPE_CHECKING:
    import pandas as pd

#: How a figure was seen, as a screen spells the grade.
SEEN = {"P": "primary text", "M": "mirror", "S": "secondary"}
SIDE_BY_SIDE = "Listed side by side, never averaged; an external figure is no input to any estimate."
COLUMNS = (
    "id", "statement", "noun", "as_printed", "qualifier", "unit", "unit_as_printed", "published", "published_low",
    "published_high", "period", "year_from", "year_to",
    "scope", "seen", "publisher", "title", "date", "address", "beside", "divided_by_years", "quantity", "reading",
    "ours_unit", "ours", "ours_low", "ours_high", "ours_from", "read_as", "at_ratio", "compared", "ratio", "difference",
    "rounding", "words", "reason", "note",
)  # fmt: skip
#: The unit of a number whose noun leaves it open; such a number is read as persons or transfers without any ratio.
OPEN = "labourer"


@dataclass(frozen=True)
class Compared:
    """An external figure beside one of our numbers, ``ours``, in base units; or beside none, for a ``reason``.

    The figure was divided by ``years``, and its unit was bridged by ``read_as`` or at a ratio, ``at``. The ``value`` is
    the figure in our unit, ``ratio`` is value ÷ ours, ``difference`` value − ours. Our number lies ``within`` or
    ``outside`` the values for which the printed digits stand (``rounding``), and which their ``words`` assert, or its
    bounds ``overlap`` these.
    """

    external: External
    beside: str = ""
    quantity: str = ""
    reading: str = ""
    ours_from: str = ""
    years: int = 1
    ours: Estimate | None = None
    read_as: str = ""
    at: Mapping[str, float] = field(default_factory=dict)
    value: float | None = None
    ratio: float | None = None
    difference: float | None = None
    rounding: str = ""
    words: str = ""
    reason: str = ""


def compare(model: Model, setting: Setting = ARTICLE) -> list[Compared]:
    """Every external figure beside the numbers that its row names, in the order of the table.

    A ratio between units counts where the setting gives one, also at the article's own value. Nothing is summed or
    averaged over figures.

    >>> from analysis.core.register import Register
    >>> model = Model(Register.read())
    >>> at = model.setting(values={"persons_per_transfer": 0.9})
    >>> (row,) = [c for c in compare(model, at) if c.beside == "total_2019"]
    >>> round(row.value), dict(row.at), round(row.ratio, 4)
    (2574000, {'persons_per_transfer': 0.9}, 0.9938)
    """
    figures = model.register.external.values()
    return [_compared(model, setting, figure, beside) for figure in figures for beside in figure.beside or [""]]


def check_used(model: Model, setting: Setting, compared: list[Compared]) -> None:
    """Raise ModelError for a value or a reading that no comparison and none of our numbers depends on."""
    plans = []
    for found in compared:
        with contextlib.suppress(ModelError):
            if found.quantity:
                _, under = model.named(found.beside.removeprefix(PER_YEAR), setting)
                plans.append(model.plan(found.quantity, under))
    model.check_used(setting, plans, ignored={name for found in compared for name in found.at})


def _compared(model: Model, setting: Setting, figure: External, beside: str) -> Compared:
    if not beside:
        return Compared(figure, reason="context only")
    quantity, under = model.named(beside.removeprefix(PER_YEAR), setting)
    years = figure.years if beside.startswith(PER_YEAR) else 1
    reading = under.readings.get(quantity, model.default(quantity))
    row: dict[str, Any] = {"external": figure, "beside": beside, "quantity": quantity, "reading": reading}
    row |= {"years": years, "ours_from": _where_from(model, quantity, under)}
    try:
        ours = row["ours"] = model.estimate(quantity, under)
    except ModelError as error:
        return Compared(**row, reason=f"not compared: {error}")
    factor, how = _bridge(model, setting, figure.base_unit, ours.unit)
    if factor is None:
        return Compared(**row, reason=f"not compared: {figure.base_unit} against {ours.unit}; needs {how['needs']}")
    value = figure.published.value() * factor / years
    # The print stands for, and asserts, an interval in its own unit, so ours is taken there.
    there = [one * years / factor for one in (ours.value, ours.low, ours.high)]
    return Compared(
        **row,
        **how,
        value=value,
        ratio=value / ours.value if ours.value else None,
        difference=value - ours.value,
        rounding=_lies(figure.published.stands_for(), *there),
        words=_lies(figure.published.asserts(), *there),
        reason="" if ours.value else "ours is 0, so there is no ratio",
    )


def _lies(interval: Interval, value: float, low: float, high: float) -> str:
    """Where ours lies: its value within, its bounds overlapping, or neither."""
    return "within" if interval.holds(value) else "overlap" if interval.meets(low, high) else "outside"


def _bridge(model: Model, setting: Setting, one: str, two: str) -> tuple[float | None, dict[str, Any]]:
    """The factor from unit ``one`` to unit ``two``, and how a row speaks of it; or what it needs."""
    wanted = parse_unit(two) / parse_unit(one)
    if wanted.dimensionless:
        return 1.0, {}
    for constant, unit in CONSTANTS.values():
        settled, _, open_unit = unit.partition("/")
        if open_unit == OPEN and (turned := _turned(wanted, unit)):
            return constant**turned, {"read_as": f"read as {settled}s"}
    # The assumptions that stand between these two units by default.
    ratios = [a for a in model.register.assumptions.values() if model.sources[a.id][model.default(a.id)].assumption]
    fitting = {ratio.id: turned for ratio in ratios if (turned := _turned(wanted, ratio.unit))}
    for name in fitting:
        used = setting.values.get(name, model.register.assumptions[name].used)
        if name in setting.given and used:
            return used ** fitting[name], {"at": {name: used}}
    # A unit without powers below 0 alone: a ratio reads person/household whichever way it is needed.
    plain = name_of(1 / wanted) if name_of(wanted).startswith("1/") else name_of(wanted)
    return None, {"needs": " or ".join(fitting) or f"a ratio in {plain}"}


def _turned(wanted: Any, unit: str) -> int:
    """1 where a ratio in this unit is wanted, −1 where one over it is, else 0."""
    ratio = parse_unit(unit)
    return 1 if (wanted / ratio).dimensionless else -1 if (wanted * ratio).dimensionless else 0


def _where_from(model: Model, quantity: str, setting: Setting) -> str:
    """The source of our value, in words: the place in the article, a formula's reading, an assumption."""
    if quantity in setting.values:
        return "given by you"
    reading = setting.readings.get(quantity, model.default(quantity))
    source = model.sources[quantity][reading]
    if source.claim:
        return f"printed, {source.claim.where.removeprefix('section ')}"
    if source.assumption:
        return f"assumption, {source.assumption.grade}"
    row = model.register.readings.get((quantity, reading))
    return f"implied: {row.label if row else model.name(quantity)}"


# Words ----------------------------------------------------------------------------------------------------------------


def frame_in_words(compared: list[Compared], model: Model) -> pd.DataFrame:
    """The comparisons as a reader wants them: short cells, units and grades spelt, nothing divided by unlike units."""
    import pandas as pd

    rows, before = [], ""
    for found in compared:
        figure = found.external
        unit = f" [{figure.base_unit}{', unit not stated' if figure.base_unit == OPEN else ''}]"
        noun = "" if figure.base_unit == "dimensionless" else f" {figure.unit_as_printed}{unit}"
        row = {
            "external figure": f"{figure.statement} ({figure.id})",
            "printed": f"{figure.published}{noun}",
            "period and scope": "; ".join([figure.period, *[figure.scope] * (figure.scope != "Xinjiang")]),
            "seen": f"{SEEN[figure.seen]}: {figure.publisher}, {figure.date}",
        }
        if figure.id == before:
            row = {**dict.fromkeys(row, ""), "external figure": f"the same ({figure.id})"}
        before = figure.id
        ratio = "" if found.ratio is None else f"{found.ratio:.3f}"
        rows.append({**row, "ours": ours_words(model, found), "ratio": ratio, "comparison": comparison(model, found)})
    return pd.DataFrame(rows)


def ours_words(model: Model, found: Compared) -> str:
    """Our number in a comparison, with its unit, name and source."""
    ours = found.ours
    if ours is None:
        return f"{found.quantity}: not computable" if found.quantity else ""
    number = estimate_words(model, found.quantity, ours.value, ours.low, ours.high, ours.depends_on)
    return f"{number}{plural(ours.unit)}: {found.quantity}, {found.ours_from}"


def comparison(model: Model, found: Compared) -> str:
    """A comparison in a few words: how ours lies to the print, at which ratio, or why there is none."""
    if found.ratio is None:
        return found.reason
    published = found.external.published
    parts = [found.read_as, *(f"at {name} = {number:g}" for name, number in found.at.items())]
    parts += [f"divided by {found.years} years"] if found.years > 1 else []
    lies = {"within": "within its {}", "overlap": "bounds overlap its {}", "outside": "outside its {}"}
    parts.append(lies[found.rounding].format("digits" if published.target else "rounding"))
    if published.side:
        fits = {"within": "fits", "overlap": "bounds fit", "outside": "does not fit"}[found.words]
        parts.append(f"{fits} '{published.qualifier.replace('_', ' ')}'")
    return "; ".join(filter(None, [*parts, _difference(found)]))


def _difference(found: Compared) -> str:
    assert found.difference is not None
    assert found.ours is not None
    if found.ours.unit == "dimensionless":
        return f"differs by {100 * found.difference:+.1f} points" if found.difference else "no difference"
    size = abs(found.difference)
    if size < 1e-9 * abs(found.ours.value):
        return "no difference"
    place = 1e4 if size >= 5e4 else 10.0 ** max(0, len(str(int(size))) - 2)
    words = in_words(size, "person", place) if found.ours.unit in BASE_UNITS else f"{size:.2g}"
    return f"differs by {'+' if found.difference > 0 else '−'}{words}"


# Files ----------------------------------------------------------------------------------------------------------------


def external_frame(compared: list[Compared]) -> pd.DataFrame:
    """The comparisons as results/external.csv holds them: every cell a text, numbers in base units, ten digits."""
    import pandas as pd

    return pd.DataFrame(rows_of(compared)).map(lambda one: one if isinstance(one, str) else digits(one))


def rows_of(compared: list[Compared]) -> list[dict[str, Any]]:
    """The comparisons as rows of that file, numbers as numbers, none as None."""
    rows = []
    for found in compared:
        figure, ours = found.external, found.ours
        stands = figure.published.stands_for()
        row = {
            **{name: getattr(one, name) for one in (figure, found) for name in COLUMNS if hasattr(one, name)},
            "unit": figure.base_unit,
            "published": figure.published.value(),
            "published_low": stands.low,
            "published_high": stands.high,
            "divided_by_years": found.years if found.years > 1 else None,
            "ours_unit": ours.unit if ours else "",
            "ours": ours.value if ours else None,
            "ours_low": ours.low if ours else None,
            "ours_high": ours.high if ours else None,
            "at_ratio": "; ".join(f"{name}={digits(number)}" for name, number in found.at.items()),
            "compared": found.value,
        }
        rows.append({name: row[name] for name in COLUMNS})
    return rows
