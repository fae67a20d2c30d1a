"""The model resolves names to printed numbers, assumptions and formulas.

It computes values, bounds and sides. The value of a quantity comes from, in this order:
the reading that is named; the claim it starts from; the default reading; the bare
formula; the assumption of that name.
"""

from __future__ import annotations

import contextlib
import math
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from graphlib import TopologicalSorter
from typing import Any

import numpy as np

from analysis.core.errors import InputError
from analysis.core.register import Register
from analysis.core.rows import (
    BARE,
    SETTABLE,
    Assumption,
    External,
    Recomputation,
)
from analysis.core.sentences import message
from analysis.core.spell import spell
from analysis.core.units import CONSTANTS, SCALES, has_unit, nearest, read_number
from analysis.model.limits import Limit
from analysis.model.plan import Arrays, CircleError, ModelError, Node, Plan
from analysis.model.readings import Sources, set_number
from analysis.model.settings import ARTICLE, Choice, Setting

#: A number so many times the printed one that it replaces needs its unit.
FAR = 50
_NAMELY = {
    "published": "as printed",
    "set": "the assumption as set",
    BARE: "by its formula",
    "in_words": "in words",
}


@dataclass(frozen=True)
class Estimate:
    """A quantity's value under one setting, in base units, with its bounds by rounding.

    Its ``side`` is ``at most``, ``at least``, neither or ``no bound``. It
    ``depends_on`` the claims and assumptions that it starts from. Its ``remarks`` are
    sentences shown with it, and refuse nothing.
    """

    quantity: str
    value: float
    low: float
    high: float
    unit: str
    side: str
    depends_on: tuple[str, ...]
    remarks: tuple[str, ...] = ()


class Quantities:
    """The quantities of a register, their readings, settings and plans.

    sources: of each quantity, by reading, the default first. quantities: all names,
    without those of constants.
    """

    def __init__(
        self,
        register: Register,
        sources: Sources,
        limits: tuple[Limit, ...] = (),
        units: Mapping[str, str] | None = None,
    ) -> None:
        self.register = register
        self.sources = sources
        self.limits = limits
        self.units = units or {}
        self.quantities = [name for name in sources if name not in CONSTANTS]
        self._plans: dict[tuple[tuple[str, ...], Setting], Plan] = {}
        self._choices: dict[tuple[str, str], dict[str, Choice]] = {}

    def default(self, quantity: str) -> str:
        """The reading under the article's setting."""
        return next(iter(self.sources[quantity]))

    def readings(self, quantity: str) -> list[str]:
        """The readings of a quantity, its default first."""
        return list(self.sources[quantity])

    def as_given(self, quantity: str) -> str | float:
        """Return the article's own value of a quantity, or else its reading.

        It is in the form in which ``change`` takes it.
        """
        reading = self.default(quantity)
        own = self.sources[quantity][reading]
        return reading if math.isnan(own.value) else own.value

    def label(self, quantity: str, reading: str) -> str:
        """A reading in a few words."""
        if row := self.register.readings.get((quantity, reading)):
            return row.label
        if claim := self.register.claims.get(reading):
            return claim.statement
        if figure := self.register.external.get(reading):
            return f"{figure.sum}, published elsewhere: {figure.citation}"
        return _NAMELY.get(reading, reading)

    def name(self, quantity: str) -> str:
        """A quantity in words."""
        if one := self.register.assumptions.get(quantity):
            return one.label
        if claim := self.register.inputs.get(quantity):
            return claim.statement
        source = self.sources[quantity][self.default(quantity)]
        if source.same_as:
            return self.name(source.same_as)
        return source.expression.words if source.expression else quantity

    def known(self, quantity: str) -> str:
        """Return the name of a quantity, if there is such a quantity.

        Raises ModelError, with the nearest name, where there is none.
        """
        if (
            not isinstance(quantity, str)
            or quantity not in self.sources
            or quantity in CONSTANTS
        ):
            hint = nearest(quantity, self.quantities)
            raise ModelError(message("no_quantity", name=quantity, hint=hint))
        return quantity

    def known_reading(self, quantity: str, reading: str) -> str:
        """Return the name of a reading, if the quantity has such a reading.

        Raises ModelError, with the nearest name, where it has none.
        """
        known = self.sources[self.known(quantity)]
        if reading not in known:
            self._refuse_context(quantity, reading)
            hint = nearest(str(reading), known)
            raise ModelError(
                message("no_reading", reading=reading, quantity=quantity, hint=hint)
            )
        return reading

    def named(self, text: str, setting: Setting = ARTICLE) -> tuple[str, Setting]:
        """Find the quantity that a text names, and a setting that reads it so.

        The text is ``quantity``, ``quantity.reading`` or the id of a claim. Raises
        ModelError where none has the name.

        >>> from analysis.model.model import Model
        >>> model = Model(Register.read())
        >>> quantity, setting = model.named("transfers_2019.from_difference")
        >>> quantity, setting.readings
        ('transfers_2019', {'transfers_2019': 'from_difference'})
        """
        quantity, _, reading = str(text).partition(".")
        if claim := self.register.claims.get(str(text)):
            quantity, reading = claim.quantity, claim.id
            if reading not in self.sources.get(quantity, {}):
                raise ModelError(
                    f"'{text}' is {claim.qualifier}, so it is not one number"
                )
        if quantity not in self.quantities:
            known = nearest(str(text), [*self.quantities, *self.register.claims])
            raise ModelError(
                f"'{text}' is not a quantity and not a row of claims.csv{known}"
            )
        if not reading:
            return quantity, setting
        named = {quantity: self.known_reading(quantity, reading)}
        return quantity, self.over(setting, named)

    def setting(
        self,
        changes: Mapping[str, Any],
        base: Setting = ARTICLE,
        *,
        with_units: bool = False,
    ) -> Setting:
        """Make a setting with some changes over another setting.

        A change is a number in base units, a text with a number and perhaps its unit,
        or the name of a reading. A number needs its unit if ``with_units``, as in
        scenario files. Raises ModelError in one sentence for a wrong name, reading,
        value, unit or type, and for readings in a circle.

        >>> from analysis.model.model import Model
        >>> model = Model(Register.read())
        >>> changes = {"at_risk_2019": "southern", "overlap": 0.25}
        >>> model.setting(changes).choices
        {'at_risk_2019': 'southern', 'overlap': 0.25}
        """
        choices = {
            name: self._choice(name, change, with_unit=with_units)
            for name, change in changes.items()
        }
        setting = self.over(base, choices)
        for quantity in setting.readings:
            self.plan(quantity, setting)
        # What is linked to a name that is given is given with it.
        linked = setting.choices.keys() - base.choices.keys()
        return replace(setting, given=base.given | changes.keys() | linked)

    def over(self, base: Setting, choices: Mapping[str, Choice]) -> Setting:
        """Put readings and numbers that are known to be right over a setting.

        A choice takes the place of an earlier one, with two exceptions: a reading that
        only means "as set" leaves a number that is there, and so does a reading that is
        merely linked to one that is named. Raises ModelError for linked readings that
        differ.
        """
        taken = dict(base.choices)
        linked = self._linked(choices)
        for quantity, choice in {**linked, **choices}.items():
            leaves_number = choice in SETTABLE or quantity not in choices
            if leaves_number and isinstance(taken.get(quantity), float):
                continue
            if self._is_own(quantity, choice):
                taken.pop(quantity, None)
            else:
                taken[quantity] = choice
        return Setting(taken, base.given)

    def _choice(self, quantity: str, change: Any, *, with_unit: bool) -> Choice:
        """The reading that a change names, or its number."""
        if (
            isinstance(change, str)
            and change.strip() in self.sources[self.known(quantity)]
        ):
            return change.strip()
        return self.number(quantity, change, with_unit=with_unit)

    def _is_own(self, quantity: str, choice: Choice) -> bool:
        """Whether a choice is what the article has anyhow."""
        sources = self.sources[quantity]
        own = sources[self.default(quantity)]
        if isinstance(choice, str):
            # A printed number is a reading by the name of its row, too.
            return sources[self.known_reading(quantity, choice)] is own
        return own.is_leaf and own.value == choice

    def number(self, quantity: str, given: Any, *, with_unit: bool = False) -> float:
        """A value for a quantity in base units, from a number or a text.

        Raises ModelError where it can't be one, outside the allowed range, and where it
        is far from the printed number that it replaces, unless its unit is written.
        """
        self.known(quantity)
        is_unit_written = isinstance(given, str) and has_unit(given)
        if isinstance(given, str):
            given = self._read(quantity, given, with_unit=with_unit)
        number = _finite(given)
        if number is None:
            raise ModelError(message("not_finite", quantity=quantity, number=given))
        self._refuse_total(quantity, number)
        low, high = self.allowed(quantity)
        if not low <= number <= high:
            kind = "below" if high == math.inf else "outside"
            ends = {"low": low, "high": high, "unit": self.suffix(quantity)}
            raise ModelError(message(kind, quantity=quantity, number=number, **ends))
        if self.is_far(quantity, number) and not is_unit_written:
            self._refuse_far(quantity, number)
        return number

    def _read(self, quantity: str, text: str, *, with_unit: bool) -> float:
        """A number from a text; a word is refused as a reading that there is not."""
        self._refuse_context(quantity, text.strip())
        try:
            return read_number(text, self.units[quantity], with_unit=with_unit)
        except ValueError as error:
            if text[:1].isalpha() and len(self.sources[quantity]) > 1:
                self.known_reading(quantity, text)
            refusal = message("value", quantity=quantity, error=error)
            raise ModelError(refusal) from None

    def _refuse_total(self, quantity: str, number: float) -> None:
        """Refuse the total of several years as a number a year."""
        for figure in self.register.external.values():
            is_total = figure.quantity == quantity and figure.divided_by > 1
            if is_total and figure.published.value() == number:
                told = {"quantity": quantity, "figure": figure.id}
                raise ModelError(message("total", **told))

    def is_far(self, quantity: str, number: float) -> bool:
        """Whether a number is fifty times the printed one that it replaces, or more.

        A fiftieth of it, or less, is as far; nought is not.
        """
        replaced = self.sources[quantity][self.default(quantity)]
        if not replaced.claim or not replaced.value or not number:
            return False
        ratio = abs(number / replaced.value)
        return ratio >= FAR or ratio <= 1 / FAR

    def written(self, quantity: str, choice: Choice) -> Choice:
        """A choice as ``setting`` takes it again: a far number with its unit."""
        if isinstance(choice, str) or not self.is_far(quantity, choice):
            return choice
        replaced = self.sources[quantity][self.default(quantity)]
        if replaced.claim and replaced.claim.unit == "percent":
            return f"{100 * choice:.17g} percent"
        return f"{choice:.17g} {self.units[quantity]}"

    def _refuse_far(self, quantity: str, number: float) -> None:
        """Refuse a number without a unit, and say what to write."""
        claim = self.sources[quantity][self.default(quantity)].claim
        assert claim
        written = f"{number:,.10g} {self.units[quantity]}"
        factors = {word: float(factor) for word, factor in SCALES.items() if word}
        if claim.unit == "percent":
            written = f"{100 * number:.10g} percent"
            factors = {"percent": 0.01}
        meant = [
            word
            for word, factor in factors.items()
            if not self.is_far(quantity, number * factor)
        ]
        hint = message("far_meant", number=number, word=meant[0]) if meant else ""
        fields = {"quantity": quantity, "number": number, "written": written}
        printed = claim.published.digits_words
        raise ModelError(message("far", printed=printed, hint=hint, **fields))

    def _refuse_context(self, quantity: str, name: str) -> None:
        """Refuse a figure published elsewhere that does not stand for a quantity.

        Raises ModelError with the reason: another period, place, unit or quantity.
        """
        figure = self.register.external.get(name)
        if figure is None:
            return
        kind = "elsewhere_quantity" if figure.quantity else "elsewhere_none"
        told = {"figure": name, "quantity": quantity, "use": figure.quantity}
        if unlike := self.unlike(figure, quantity):
            kind = "elsewhere"
            told |= dict(zip(("theirs", "ours"), unlike, strict=True))
        elif figure.base_unit != self.units[quantity]:
            kind = "elsewhere_unit"
            told |= {"theirs": figure.base_unit, "ours": self.units[quantity]}
        raise ModelError(message(kind, **told))

    def unlike(self, figure: External, quantity: str) -> tuple[str, str] | None:
        """The period or place of a figure and that of a quantity, where they differ.

        None where they do not, as far as those of the quantity are known.
        """
        period, place = self._about(quantity)
        theirs = {str(figure.year_from), str(figure.year_to)}
        if period and theirs != _ends_of(period):
            return figure.period, period
        if place and figure.scope != place:
            return figure.scope, place
        return None

    def _about(self, quantity: str) -> tuple[str, str]:
        """The period and the place that a quantity is of, where they are known.

        They are those of a claim on it; or the years in its name; or those of the
        claims that it starts from.
        """
        name = re.sub("_(low|high)$", "", quantity)
        for claim in self.register.claims.values():
            if claim.quantity == name:
                return claim.period, claim.place
        years = re.findall(r"\d{4}", quantity)
        if years:
            return "-".join(years), ""
        with contextlib.suppress(ModelError):
            for id in sorted(self.plan(quantity).claims):
                claim = self.register.claims[id]
                return claim.period, claim.place
        return "", ""

    def allowed(self, quantity: str) -> tuple[float, float]:
        """The allowed range of a value of a quantity, in its unit."""
        if one := self.register.assumptions.get(quantity):
            return one.minimum, one.maximum
        return -1.0 if self.units[quantity] == "dimensionless" else 0.0, math.inf

    def _linked(self, choices: Mapping[str, Choice]) -> dict[str, str]:
        """The readings of the quantities that are one choice with those named.

        Raises ModelError for two of them that are read differently.
        """
        linked: dict[str, str] = {}
        for group in self.register.linked_readings:
            chosen = [choices[quantity] for quantity in group if quantity in choices]
            readings = sorted({one for one in chosen if isinstance(one, str)})
            if len(readings) > 1:
                names, several = " and ".join(group), ", ".join(readings)
                raise ModelError(message("one_choice", group=names, chosen=several))
            for reading in readings:
                linked |= dict.fromkeys(group, reading)
        return linked

    def differences(self, setting: Setting) -> str:
        """Return the differences from the article, in one line.

        The line is empty for the article's own setting.
        """
        parts = [
            self.other_reading(quantity, reading)
            for quantity, reading in setting.readings.items()
        ]
        for quantity, number in setting.values.items():
            source = self.sources[quantity][self.default(quantity)]
            parts.append(
                message(
                    source.replaced,
                    quantity=quantity,
                    number=number,
                    unit=self.suffix(quantity),
                    was=source.value,
                )
            )
        return message("differs", parts="; ".join(parts)) if parts else ""

    def other_reading(self, quantity: str, reading: str) -> str:
        """A reading as a difference from the article."""
        row = self.register.readings.get((quantity, reading))
        kind = "our_reading" if row and row.reconstruction else "other_reading"
        return message(
            kind,
            quantity=quantity,
            label=self.label(quantity, reading),
            reading=reading,
        )

    def suffix(self, quantity: str) -> str:
        """Return the unit of a quantity as it follows a number.

        It is a space and the unit's name, or nothing.
        """
        unit = self.units[quantity]
        return "" if unit == "dimensionless" else f" {unit}"

    def check_used(
        self, setting: Setting, plans: Iterable[Plan], *, ignored: Iterable[str] = ()
    ) -> None:
        """Refuse a given reading or value that none of the plans depends on.

        Raises ModelError for it. Of those that a scenario changes, one that is used is
        enough.
        """
        nodes = [plan.by_name for plan in plans]
        scenario = setting.by_scenario
        if scenario and not any(scenario & found.keys() for found in nodes):
            names = ", ".join(sorted(scenario))
            raise ModelError(message("scenario_unused", names=names))
        for quantity in [*setting.choices, *sorted(setting.given)]:
            # Of linked readings, one that is used is enough.
            linked = next(
                (group for group in self.register.linked_readings if quantity in group),
                (quantity,),
            )
            used = [found[one] for one in linked for found in nodes if one in found]
            unread = quantity in setting.values and all(
                node.reading not in ("given", *SETTABLE) for node in used
            )
            if quantity not in {*ignored, *scenario} and (unread or not used):
                kind, reading = "without_effect", ""
                if used:
                    kind, reading = "unused", used[0].reading
                raise ModelError(message(kind, quantity=quantity, reading=reading))

    def plan(self, quantity: str | Sequence[str], setting: Setting = ARTICLE) -> Plan:
        """Return the nodes that a quantity rests on, with the limits on them.

        Several quantities together have one plan. Raises CircleError.
        """
        quantities = (quantity,) if isinstance(quantity, str) else tuple(quantity)
        if known := self._plans.get((quantities, setting)):
            return known
        nodes: dict[str, Node] = {}
        for name in quantities:
            self._add_node(nodes, name, setting)
        limits = [limit for limit in self.limits if limit.quantity in nodes]
        own = set(nodes)
        for limit in limits:
            if limit.other:
                self._add_node(nodes, limit.other, setting)
        needs = {name: node.source.needs for name, node in nodes.items()}
        ordered = [nodes[name] for name in TopologicalSorter(needs).static_order()]
        for node in ordered:
            assumption = self.register.assumptions.get(node.name)
            if assumption and not node.source.is_leaf:
                limits.append(Limit(node.name, assumption.minimum, assumption.maximum))
        beyond = frozenset(nodes) - own
        plan = Plan(quantities[0], tuple(ordered), tuple(limits), beyond)
        return self._plans.setdefault((quantities, setting), plan)

    def _add_node(
        self,
        nodes: dict[str, Node],
        name: str,
        setting: Setting,
        path: tuple[str, ...] = (),
    ) -> None:
        """Add a quantity to some nodes, and all that it needs.

        Raises CircleError where it needs itself, on the path that led to it.
        """
        if name in path:
            raise CircleError(_circle(nodes, path[path.index(name) :]))
        if name in nodes:
            return
        choice = setting.choices.get(name, self.default(name))
        if isinstance(choice, str):
            nodes[name] = Node(name, choice, self.sources[name][choice])
        else:
            source = set_number(choice, self.register.assumptions.get(name))
            nodes[name] = Node(name, "given", source)
        for need in nodes[name].source.needs:
            self._add_node(nodes, need, setting, (*path, name))

    def plan_of(self, row: Recomputation, setting: Setting = ARTICLE) -> Plan:
        """The plan of a check or a solution; its own readings come first."""
        return self.plan(row.quantity, self.setting_of(row, setting))

    def setting_of(self, row: Recomputation, setting: Setting = ARTICLE) -> Setting:
        """A setting with the readings and numbers of a check or a solution over it."""
        key = row.file, row.id
        if key not in self._choices:
            self._choices[key] = {
                name: self._choice(name, text, with_unit=False)
                for name, text in row.readings.items()
            }
        return self.over(setting, self._choices[key])

    def free(self, plan: Plan) -> dict[str, Assumption]:
        """The assumptions that a plan starts from, by name."""
        table = self.register.assumptions
        return {name: table[name] for name in plan.free if name in table}

    def estimate(self, quantity: str, setting: Setting = ARTICLE) -> Estimate:
        """A quantity under a setting.

        Raises ModelError for an unknown name, a circle, an input that words alone give,
        and past a limit.

        >>> from analysis.model.model import Model
        >>> model = Model(Register.read())
        >>> setting = model.setting({"transfers_2019": "from_difference"})
        >>> round(model.estimate("transfers_2019", setting).value)
        2870000
        """
        plan = self.plan(self.known(quantity), setting)
        value = plan.value
        bounds = plan.rounded
        remarks = tuple(said for _, said in self.remarks(quantity, setting))
        return Estimate(
            quantity,
            value,
            float(bounds.low),
            float(bounds.high),
            self.units[quantity],
            plan.side,
            plan.depends_on,
            remarks,
        )

    def remarks(
        self, quantity: str, setting: Setting, vary: Arrays | None = None
    ) -> Iterator[tuple[int, str]]:
        """Yield the sentences that are shown with a quantity and refuse nothing.

        Some leaves take arrays of one length (``vary``). Each sentence comes with its
        entry of these arrays; without them, all is entry 0.
        """
        plan, unit = self.plan(quantity, setting), self.units[quantity]
        vary = vary or {}
        shape = next((one.shape for one in vary.values()), (1,))
        value = plan.evaluate(vary)[quantity]
        for one in self.register.remarks:
            if one.quantity == quantity:
                with contextlib.suppress(CircleError):
                    figure = self.register.external.get(one.above)
                    other = (
                        figure.published.value()
                        if figure
                        else self.plan(one.above, setting).kept(vary)
                    )
                    more = np.broadcast_to(value - other, shape)
                    for entry in np.flatnonzero(more > 0).tolist():
                        words = spell(float(more[entry]), unit, 1e3)
                        yield entry, one.words.format(more=words)
        given: dict[str, Any] = {**setting.values, **vary}
        for name, one_or_more in given.items():
            if name in plan.by_name:
                each = np.broadcast_to(one_or_more, shape)
                low, high = self.usually(name)
                for entry in np.flatnonzero((each < low) | (each > high)).tolist():
                    told = {"low": low, "high": high, "number": each[entry]}
                    yield entry, message("varied", quantity=name, **told)

    def usually(self, quantity: str) -> tuple[float, float]:
        """The range that an assumption is varied over; a value outside has a remark."""
        row = self.register.assumptions.get(quantity)
        return (row.low, row.high) if row else (-math.inf, math.inf)

    def beside(self, quantity: str, setting: Setting) -> Iterator[Plan]:
        """Yield the plan of a quantity, and those that its remarks compare it with."""
        yield self.plan(quantity, setting)
        for one in self.register.remarks:
            if one.quantity == quantity and one.above not in self.register.external:
                with contextlib.suppress(CircleError):
                    yield self.plan(one.above, setting)

    def judged(self, setting: Setting) -> Iterator[Plan]:
        """Yield the plans of all checks, and of what their remarks compare.

        Each check has a plan under its own readings and one without them.
        """
        for row in self.register.checks.values():
            with contextlib.suppress(ModelError):
                yield from self.beside(row.quantity, setting)
            with contextlib.suppress(ModelError):
                yield self.plan_of(row, setting)


def _circle(nodes: Mapping[str, Node], names: Sequence[str]) -> str:
    """The refusal of readings of which each needs the next, and the last the first.

    A circle has no start; it is told from the first name in the alphabet.
    """
    turn = names.index(min(names))
    turned = [*names[turn:], *names[:turn], names[turn]]
    first, *others = [f"{name} ({nodes[name].reading})" for name in turned]
    return message("circle", first=first, others=", which needs ".join(others))


def _finite(given: Any) -> float | None:
    """A finite real number as a float; None for anything else."""
    if isinstance(given, bool) or not isinstance(given, numbers.Real | Decimal):
        return None
    try:
        number = float(given)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _ends_of(period: str) -> set[str]:
    """The first and the last of the years that a period names."""
    years = re.findall(r"\d{4}", period)
    return {min(years), max(years)} if years else set()


def listed(given: Any) -> Iterable[Any]:
    """Several things as they are given, or one as a list; a text is one."""
    return (
        given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    )


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Texts of the form name=value, by name.

    Raises InputError for another form and for a name given twice.

    >>> assignments(["overlap = 0.5"])
    {'overlap': '0.5'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name and value):
            raise InputError(message("no_assignment", text=text))
        if name in found:
            raise InputError(message("given_twice", name=name))
        found[name] = value
    return found
