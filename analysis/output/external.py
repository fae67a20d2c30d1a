"""Figures published elsewhere, set beside the article's: same unit or no comparison, and never an average.

An external figure is an input to no estimate, and is not judged.

A unit is a product of base units. Where two units differ by exactly what a ratio of the register stands for (persons
per transfer), the figures are compared only when a user gives that ratio, and the row says at which. A labourer, whose
unit the print leaves open, is set beside a transfer or a person only as "read as transfers" or "read as persons".

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
from dataclasses import dataclass
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
SCREEN_COLUMNS = ("external figure", "printed", "period and scope", "seen", "ours", "ratio", "comparison")
#: The unit of a number whose noun leaves it open: what it is read as is said, and no ratio is asked for.
OPEN = "labourer"
_PLURAL = {"person": "persons", "transfer": "transfers"}


@dataclass(frozen=True)
class Compared:
    """An external figure beside one thing of ours, or beside nothing.

    beside: as the table names it; empty for context. quantity, reading: what that is. ours: its estimate under the
    setting, in base units; ours_from: where it comes from. years: by what the figure was divided. value: the figure in
    our unit, None where it was not compared. ratio: value ÷ ours. difference: value − ours, in our unit. rounding,
    words: whether ours lies ``within`` what the printed digits stand for, and what the words around them assert, its
    bounds ``overlap``, or it lies ``outside``. reason: why there is no comparison.
    """

    external: External
    beside: str = ""
    quantity: str = ""
    reading: str = ""
    ours: Estimate | None = None
    ours_from: str = ""
    years: int = 1
    read_as: str = ""
    at_ratio: tuple[tuple[str, float], ...] = ()
    value: float | None = None
    ratio: float | None = None
    difference: float | None = None
    rounding: str = ""
    words: str = ""
    reason: str = ""


@dataclass(frozen=True)
class _Bridge:
    """What turns one unit into another: a factor, and how a row speaks of it; ``needs`` where there is none."""

    factor: float | None = None
    read_as: str = ""
    at_ratio: tuple[tuple[str, float], ...] = ()
    needs: str = ""


def ratios_of(model: Model) -> dict[str, str]:
    """The assumptions that stand between two base units, with their units: what a user may give to compare them.

    One that is live only under a reading other than the default, of itself or of what needs it, is left out.

    >>> from analysis.core.register import Register
    >>> ratios_of(Model(Register.read()))["persons_per_transfer"]
    'person/transfer'
    """
    needed = {need for sources in model.sources.values() for one in sources.values() for need in one.needs}
    live = {need for name in model.quantities for need in model.sources[name][model.default(name)].needs}
    known = model.register.assumptions.values()
    used = {a.id for a in known if model.sources[a.id][model.default(a.id)].assumption} - (needed - live)
    return {a.id: a.unit for a in known if a.id in used and _is_ratio(a.unit)}


def compare(model: Model, setting: Setting = ARTICLE) -> list[Compared]:
    """Every external figure beside the numbers that its row names, in the order of the table.

    A ratio between units counts where the setting gives one, also at the article's own value. The ratio of a
    comparison is the external figure, in our unit, over ours; the difference is the figure less ours. Nothing is summed
    or averaged over figures.

    >>> from analysis.core.register import Register
    >>> model = Model(Register.read())
    >>> at = model.setting(values={"persons_per_transfer": 0.9})
    >>> (row,) = [c for c in compare(model, at) if c.beside == "total_2019"]
    >>> round(row.value), row.at_ratio, round(row.ratio, 4)
    (2574000, (('persons_per_transfer', 0.9),), 0.9938)
    """
    known = ratios_of(model)
    assumptions = model.register.assumptions
    given = {name: setting.values.get(name, assumptions[name].used) for name in known if name in setting.given}
    return [
        found
        for figure in model.register.external.values()
        for found in (
            [_compared(model, setting, figure, beside, known, given) for beside in figure.beside]
            or [Compared(figure, reason="context only")]
        )
    ]


def check_used(model: Model, setting: Setting, compared: list[Compared]) -> None:
    """Raise ModelError for a value or a reading that no comparison and nothing of ours depends on."""
    at = {name for found in compared for name, _ in found.at_ratio}
    plans = []
    for found in compared:
        with contextlib.suppress(ModelError):
            if found.quantity:
                _, under = model.named(found.beside.removeprefix(PER_YEAR), setting)
                plans.append(model.plan(found.quantity, under))
    model.check_used(setting, plans, ignored=at)


def _compared(
    model: Model,
    setting: Setting,
    figure: External,
    beside: str,
    known: Mapping[str, str],
    given: Mapping[str, float],
) -> Compared:
    quantity, under = model.named(beside.removeprefix(PER_YEAR), setting)
    years = figure.years if beside.startswith(PER_YEAR) else 1
    reading = under.readings.get(quantity, model.default(quantity))
    row: dict[str, Any] = {
        "external": figure,
        "beside": beside,
        "quantity": quantity,
        "reading": reading,
        "years": years,
    }
    row["ours_from"] = _where_from(model, quantity, under)
    try:
        ours = model.estimate(quantity, under)
    except ModelError as error:
        return Compared(**row, reason=f"not compared: {error}")
    bridge = _bridge(figure.base_unit, ours.unit, known, given)
    if bridge.factor is None:
        against = f"{figure.base_unit} against {ours.unit}"
        return Compared(**row, ours=ours, reason=f"not compared: {against}; needs {bridge.needs}")
    value = figure.published.value() * bridge.factor / years
    # What the print stands for and asserts is in its own unit, so ours is taken there.
    back = years / bridge.factor
    there = (ours.value * back, ours.low * back, ours.high * back)
    return Compared(
        **row,
        ours=ours,
        read_as=bridge.read_as,
        at_ratio=bridge.at_ratio,
        value=value,
        ratio=value / ours.value if ours.value else None,
        difference=value - ours.value,
        rounding=_lies(figure.published.stands_for(), *there),
        words=_lies(figure.published.asserts(), *there),
        reason="" if ours.value else "ours is 0, so there is no ratio",
    )


def _lies(interval: Interval, value: float, low: float, high: float) -> str:
    """Where ours lies: its value within, its bounds overlapping, or neither."""
    if interval.holds(value):
        return "within"
    return "overlap" if interval.meets(low, high) else "outside"


def _bridge(one: str, two: str, known: Mapping[str, str], given: Mapping[str, float]) -> _Bridge:
    """What turns a number in unit ``one`` into unit ``two``, dimension by dimension."""
    wanted = parse_unit(two) / parse_unit(one)
    if _same(wanted, "dimensionless"):
        return _Bridge(1.0)
    for constant, unit in CONSTANTS.values():
        settled, _, open_unit = unit.partition("/")
        turned = _turned(wanted, unit) if open_unit == OPEN else 0
        if turned:
            return _Bridge(constant**turned, read_as=f"read as {_PLURAL.get(settled, settled)}")
    fitting = {name: turned for name, unit in known.items() if (turned := _turned(wanted, unit))}
    for name in fitting:
        if given.get(name):
            return _Bridge(given[name] ** fitting[name], at_ratio=((name, given[name]),))
    return _Bridge(needs=" or ".join(fitting) or f"a ratio in {_plain(wanted)}")


def _turned(wanted: Any, unit: str) -> int:
    """1 where a ratio in this unit is what is wanted, −1 where one over it is, else 0."""
    ratio = parse_unit(unit)
    return 1 if _same(wanted / ratio, "dimensionless") else -1 if _same(wanted * ratio, "dimensionless") else 0


def _same(unit: Any, name: str) -> bool:
    return bool(unit.is_compatible_with(parse_unit(name)))


def _plain(wanted: Any) -> str:
    """A unit without powers below 0 alone: a ratio reads person/household whichever way it is needed."""
    name = name_of(wanted)
    return name_of(1 / wanted) if name.startswith("1/") else name


def _is_ratio(unit: str) -> bool:
    one, _, two = unit.partition("/")
    return one in BASE_UNITS and two in BASE_UNITS and one != two


def _where_from(model: Model, quantity: str, setting: Setting) -> str:
    """Where a value of ours comes from, in words: the place in the article, a formula's reading, an assumption."""
    reading = setting.readings.get(quantity, model.default(quantity))
    if quantity in setting.values:
        return "given by you"
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

    rows = []
    before = ""
    for found in compared:
        figure = found.external
        again = figure.id == before
        before = figure.id
        rows.append(
            {
                "external figure": f"the same ({figure.id})" if again else f"{figure.statement} ({figure.id})",
                "printed": "" if again else f"{figure.published} {_noun(figure)}".strip(),
                "period and scope": "" if again else _when(figure),
                "seen": "" if again else f"{SEEN[figure.seen]}: {figure.publisher}, {figure.date}",
                "ours": _ours(model, found),
                "ratio": "" if found.ratio is None else f"{found.ratio:.3f}",
                "comparison": comparison(model, found),
            }
        )
    return pd.DataFrame(rows, columns=list(SCREEN_COLUMNS))


def _noun(figure: External) -> str:
    if figure.base_unit == "dimensionless":
        return ""
    open_unit = ", unit not stated" if figure.base_unit == OPEN else ""
    return f"{figure.unit_as_printed} [{figure.base_unit}{open_unit}]"


def _when(figure: External) -> str:
    return figure.period if figure.scope == "Xinjiang" else f"{figure.period}; {figure.scope}"


def _ours(model: Model, found: Compared) -> str:
    if found.ours is None:
        return f"{found.quantity}: not computable" if found.quantity else ""
    return f"{amount(model, found.quantity, found.ours)}: {found.quantity}, {found.ours_from}"


def amount(model: Model, quantity: str, estimate: Estimate) -> str:
    """A value of ours with its unit, as a screen shows it."""
    number = estimate_words(model, quantity, estimate.value, estimate.low, estimate.high, estimate.depends_on)
    return f"{number}{plural(estimate.unit)}"


def comparison(model: Model, found: Compared) -> str:
    """What came of it, in a few words: how ours lies to the print, at which ratio, or why it was not compared."""
    if found.ours is None or found.value is None:
        return found.reason
    if found.ratio is None and found.reason:
        return found.reason
    figure = found.external
    parts = [found.read_as] if found.read_as else []
    parts += [f"at {name} = {number:g}" for name, number in found.at_ratio]
    if found.years > 1:
        parts.append(f"divided by {found.years} years")
    what = "digits" if figure.published.target else "rounding"
    lies = {"within": f"within its {what}", "overlap": f"bounds overlap its {what}", "outside": f"outside its {what}"}
    parts.append(lies[found.rounding])
    if figure.published.side:
        word = figure.published.qualifier.replace("_", " ")
        parts.append({"within": "fits", "overlap": "bounds fit", "outside": "does not fit"}[found.words] + f" '{word}'")
    parts.append(_difference(model, found))
    return "; ".join(filter(None, parts))


def _difference(model: Model, found: Compared) -> str:
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

    return pd.DataFrame([[row[c] for c in COLUMNS] for row in map(_row, compared)], columns=list(COLUMNS))


def _row(found: Compared) -> dict[str, str]:
    figure, ours = found.external, found.ours
    stands = figure.published.stands_for()
    return {
        **{name: getattr(figure, name) for name in ("id", "statement", "period", "scope", "seen", "publisher")},
        **{name: getattr(figure, name) for name in ("noun", "as_printed", "qualifier", "unit_as_printed")},
        "unit": figure.base_unit,
        **{name: getattr(figure, name) for name in ("title", "date", "address", "note")},
        **{
            name: getattr(found, name) for name in ("beside", "quantity", "reading", "ours_from", "read_as", "rounding")
        },
        **{name: getattr(found, name) for name in ("words", "reason")},
        "published": digits(figure.published.value()),
        "published_low": digits(stands.low),
        "published_high": digits(stands.high),
        "year_from": str(figure.year_from),
        "year_to": str(figure.year_to),
        "divided_by_years": str(found.years) if found.years > 1 else "",
        "ours_unit": ours.unit if ours else "",
        "ours": digits(ours.value if ours else None),
        "ours_low": digits(ours.low if ours else None),
        "ours_high": digits(ours.high if ours else None),
        "at_ratio": "; ".join(f"{name}={digits(number)}" for name, number in found.at_ratio),
        "compared": digits(found.value),
        "ratio": digits(found.ratio),
        "difference": digits(found.difference),
    }


def typed(row: Mapping[Any, str]) -> dict[str, Any]:
    """A row of that frame with its numbers as numbers, empty ones as None: what JSON holds."""

    def number(text: str) -> float | None:
        return None if not text else int(text) if text.isdigit() else float(text)

    return {name: number(text) if name in _NUMBERS else text for name, text in row.items()}


_NUMBERS = (
    "year_from", "year_to", "divided_by_years",
    "published", "published_low", "published_high", "ours", "ours_low", "ours_high", "compared", "ratio", "difference",
)  # fmt: skip
