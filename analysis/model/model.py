"""The model resolves names to printed numbers, assumptions and formulas.

It computes values, bounds and sides. The value of a quantity comes from, in this order:
the reading that is named; the claim it starts from; the default reading; the bare
formula; the assumption of that name.
"""

from __future__ import annotations

import contextlib
import graphlib
import importlib
import math
import numbers
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import ModuleType
from typing import Any

import numpy as np

from analysis.core.errors import InputError, RegisterError
from analysis.core.published import Interval
from analysis.core.register import Register
from analysis.core.rows import BARE, SETTABLE, Assumption, Claim, External
from analysis.core.sentences import message
from analysis.core.spell import spell
from analysis.core.units import CONSTANTS, nearest, read_number
from analysis.model import consistency, expressions
from analysis.model.plan import (
    ARTICLE,
    Arrays,
    CircleError,
    Limit,
    ModelError,
    Node,
    Plan,
    Setting,
    Source,
)

#: The ends of a claim that are numbers; with any other qualifier there is one number.
_ENDS: dict[str, tuple[str, ...]] = {"range": ("low", "high"), "vague": ()}
_NAMELY = {
    "published": "as printed",
    "set": "the assumption as set",
    BARE: "by its formula",
    "in_words": "in words",
}

__all__ = [
    "ARTICLE",
    "CircleError",
    "Estimate",
    "Limit",
    "Model",
    "ModelError",
    "Node",
    "Plan",
    "Setting",
    "Source",
]


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


class Model:
    """The register with its formulas, checked against each other.

    sources: of each quantity, by reading, the default first. quantities: all names but
    those of constants. modules: those with the formulas; without them, the module that
    datapackage.json names. Raises RegisterError where register and formulas disagree.
    """

    def __init__(
        self, register: Register, modules: Iterable[ModuleType] | None = None
    ) -> None:
        self.register = register
        self._plans: dict[tuple[tuple[str, ...], Setting], Plan] = {}
        self.sources = self._sources(modules or [_import(register)])
        self.quantities = [name for name in self.sources if name not in CONSTANTS]
        consistency.check_names(self)
        self.sources = {
            name: self._default_first(name, sources)
            for name, sources in self.sources.items()
        }
        consistency.check_defaults(self)
        self.limits = tuple(
            Limit(one.quantity, other=one.at_most)
            if isinstance(one.at_most, str)
            else Limit(one.quantity, one.at_least, one.at_most)
            for one in register.limits
        )
        self.units = consistency.units(self)
        consistency.check(self)

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
        given = {quantity: self.known_reading(quantity, reading)} if reading else {}
        return quantity, self.change(given, setting)

    def change(
        self,
        given: Mapping[str, Any],
        base: Setting = ARTICLE,
        *,
        with_units: bool = False,
    ) -> Setting:
        """Make a setting with assumptions, printed numbers and readings changed.

        Each quantity gets a number, a text that names a reading of it, or a text that
        is a number and perhaps a unit. The changes start from the setting ``base``. The
        numbers need units if ``with_units``, as in scenario files. Raises ModelError in
        one sentence for a wrong name, reading, value, unit or type.
        """
        texts = {
            name: one.strip() for name, one in given.items() if isinstance(one, str)
        }
        named = self._linked(
            {
                name: one
                for name, one in texts.items()
                if one in self.sources[self.known(name)]
            }
        )
        numbers = {
            name: self.number(name, given[name], with_unit=with_units)
            for name in given
            if name not in named
        }
        # A new value takes the place of an earlier reading, and a new reading that of
        # an earlier value.
        earlier = {
            name: one
            for name, one in base.readings.items()
            if name not in given or one in SETTABLE
        }
        values = {**base.values, **numbers}
        left = {
            name: one
            for name, one in values.items()
            if named.get(name, "set") in SETTABLE
        }
        found = self.setting({**earlier, **named}, left)
        return replace(
            found,
            given=found.given | base.given | given.keys(),
            scenario=base.scenario - given.keys(),
        )

    def number(self, quantity: str, given: Any, *, with_unit: bool = False) -> float:
        """A value for a quantity in base units, from a number or a text.

        Raises ModelError where it can't be one, and outside the allowed range.
        """
        unit = self.units[self.known(quantity)]
        low, high = self.allowed(quantity)
        if isinstance(given, str):
            self._refuse_context(quantity, given.strip())
            try:
                given = read_number(given, unit, with_unit=with_unit)
            except ValueError as error:
                named = self.sources[quantity] if given[:1].isalpha() else ()
                hint = nearest(given, named) if len(named) > 1 else ""
                raise ModelError(
                    message("value", quantity=quantity, error=error, hint=hint)
                ) from None
        is_number = isinstance(given, numbers.Real | Decimal) and not isinstance(
            given, bool
        )
        # A whole number past the largest float is none.
        if (
            not is_number
            or (isinstance(given, int) and given.bit_length() > 1023)
            or not math.isfinite(given)
        ):
            raise ModelError(message("not_finite", quantity=quantity, number=given))
        for figure in self.register.external.values():
            is_total = figure.quantity == quantity and figure.divided_by > 1
            if is_total and figure.published.value() == float(given):
                told = {"quantity": quantity, "figure": figure.id}
                raise ModelError(message("total", **told))
        if not low <= float(given) <= high:
            raise ModelError(
                message(
                    "below" if high == math.inf else "outside",
                    quantity=quantity,
                    number=float(given),
                    low=low,
                    high=high,
                    unit=self.suffix(quantity),
                )
            )
        return float(given)

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

    def setting(
        self,
        readings: Mapping[str, str] | None = None,
        values: Mapping[str, float] | None = None,
    ) -> Setting:
        """Make a setting from readings by quantity and values in base units.

        Those equal to the article's own are left out. Linked readings follow when one
        of them is named. Raises ModelError for an unknown name, a value that is refused
        or that the named reading does not use, and readings in a circle.
        """
        readings, values = readings or {}, values or {}
        named = self._linked(readings)
        kept = {}
        for quantity, one in values.items():
            number = self.number(quantity, one)
            own = self.sources[quantity][self.default(quantity)]
            if own.is_leaf and own.value == number:
                continue
            kept[quantity] = number
            reading = named.get(quantity, "set")
            if reading not in SETTABLE:
                raise ModelError(
                    message("unread", quantity=quantity, number=number, reading=reading)
                )
        # A printed number is a reading by the name of its row, too.
        sources = {
            name: (self.known_reading(name, one), self.sources[name])
            for name, one in named.items()
        }
        other = {
            name: one
            for name, (one, of) in sources.items()
            if of[one] is not of[self.default(name)]
        }
        setting = Setting(other, kept, frozenset([*readings, *values]))
        for quantity in other:
            self.plan(quantity, setting)
        return setting

    def allowed(self, quantity: str) -> tuple[float, float]:
        """The allowed range of a value of a quantity, in its unit."""
        if one := self.register.assumptions.get(quantity):
            return one.minimum, one.maximum
        return -1.0 if self.units[quantity] == "dimensionless" else 0.0, math.inf

    def _linked(self, readings: Mapping[str, str]) -> dict[str, str]:
        """Readings, with those that are one choice with them."""
        named = dict(readings)
        for group in self.register.linked_readings:
            chosen = sorted(
                {named[quantity] for quantity in group if quantity in named}
            )
            if len(chosen) > 1:
                names, several = " and ".join(group), ", ".join(chosen)
                raise ModelError(message("one_choice", group=names, chosen=several))
            if chosen:
                named |= dict.fromkeys(group, chosen[0])
        return named

    def differences(self, setting: Setting) -> str:
        """Return the differences from the article, in one line.

        The line is empty for the article's own setting.
        """
        parts = [
            self.other_reading(quantity, reading)
            for quantity, reading in setting.readings.items()
        ]
        for quantity, number in setting.values.items():
            source = self.sources[quantity][
                setting.readings.get(quantity, self.default(quantity))
            ]
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
        if setting.scenario and not any(
            setting.scenario & found.keys() for found in nodes
        ):
            raise ModelError(
                message("scenario_unused", names=", ".join(sorted(setting.scenario)))
            )
        for quantity in {
            **setting.readings,
            **setting.values,
            **dict.fromkeys(setting.given),
        }:
            # Of linked readings, one that is used is enough.
            linked = next(
                (group for group in self.register.linked_readings if quantity in group),
                (quantity,),
            )
            used = [found[one] for one in linked for found in nodes if one in found]
            unread = quantity in setting.values and all(
                node.reading not in ("given", *SETTABLE) for node in used
            )
            if quantity not in {*ignored, *setting.scenario} and (unread or not used):
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
        found: dict[str, Node] = {}

        def node(name: str) -> Node:
            reading = setting.readings.get(name, self.default(name))
            if name in setting.values and (
                reading in SETTABLE or name not in setting.readings
            ):
                one = self.register.assumptions.get(name)
                number = setting.values[name]
                return Node(name, "given", _of_value(number, one))
            return Node(name, reading, self.sources[name][reading])

        def add(names: Iterable[str], path: tuple[str, ...] = ()) -> None:
            for name in names:
                if name in path:
                    chain = [
                        f"{one} ({found[one].reading})"
                        for one in (*path[path.index(name) :], name)
                    ]
                    others = ", which needs ".join(chain[1:])
                    raise CircleError(message("circle", first=chain[0], others=others))
                if name not in found:
                    found[name] = node(name)
                    add(found[name].source.needs, (*path, name))

        add(quantities)
        own = set(found)
        limits = [one for one in self.limits if one.quantity in own]
        add(one.other for one in limits if one.other)
        needs = {name: one.source.needs for name, one in found.items()}
        order = list(graphlib.TopologicalSorter(needs).static_order())
        for name in order:
            assumption = self.register.assumptions.get(name)
            if assumption and not found[name].source.is_leaf:
                limits.append(Limit(name, assumption.minimum, assumption.maximum))
        plan = Plan(
            quantities[0],
            tuple(found[name] for name in order),
            tuple(limits),
            frozenset(found) - own,
        )
        return self._plans.setdefault((quantities, setting), plan)

    def free(self, plan: Plan) -> dict[str, Assumption]:
        """The assumptions that a plan starts from, by name."""
        table = self.register.assumptions
        return {name: table[name] for name in plan.free if name in table}

    def estimate(self, quantity: str, setting: Setting = ARTICLE) -> Estimate:
        """A quantity under a setting.

        Raises ModelError for an unknown name, a circle, an input that words alone give,
        and past a limit.

        >>> model = Model(Register.read())
        >>> setting = model.change({"transfers_2019": "from_difference"})
        >>> round(model.estimate("transfers_2019", setting).value)
        2870000
        """
        plan = self.plan(self.known(quantity), setting)
        value = plan.value
        bounds, _ = plan.spans
        remarks = tuple(said for _, said in self.remarks(quantity, setting))
        return Estimate(
            quantity,
            value,
            bounds.low,
            bounds.high,
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
                low, high, kind = self.usually(name)
                for entry in np.flatnonzero((each < low) | (each > high)).tolist():
                    told = {"low": low, "high": high, "number": each[entry]}
                    yield entry, message(kind, quantity=name, **told)

    def usually(self, quantity: str) -> tuple[float, float, str]:
        """Return the range outside which a value has a remark, and its sentence.

        For an assumption, it is the range that the assumption is varied over. For a
        printed number, it runs from a fiftieth of the number to fifty times the number.
        """
        if one := self.register.assumptions.get(quantity):
            return one.low, one.high, "varied"
        was = self.sources[quantity][self.default(quantity)].value
        return min(was / 50, was * 50), max(was / 50, was * 50), "far"

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
                yield self.plan(row.quantity, self.change(row.readings, setting))

    def _sources(self, modules: Iterable[ModuleType]) -> dict[str, dict[str, Source]]:
        found: defaultdict[str, dict[str, Source]] = defaultdict(dict)
        for claim in self.register.claims.values():
            for end in _ENDS.get(claim.qualifier, ("",)):
                source = _of_claim(claim, end)
                rows = found[f"{claim.quantity}_{end}" if end else claim.quantity]
                if end or claim.input:
                    rows["published"] = source
                if not end:
                    rows[claim.id] = source
        for assumption in self.register.assumptions.values():
            found[assumption.id] |= _of_assumption(assumption)
        for row in self.register.readings.values():
            if row.same_as:
                found[row.quantity][row.reading] = Source(same_as=row.same_as)
        with self.register.refusing(None, "formulas"):
            _add_formulas(found, modules)
        for figure in self.register.external.values():
            if figure.quantity in found:
                source = Source.of_figure(figure, figure.divided_by)
                found[figure.quantity][figure.id] = source
        constants = {
            name: {"constant": Source(value)} for name, (value, _) in CONSTANTS.items()
        }
        return dict(found) | constants

    def _default_first(
        self, quantity: str, sources: dict[str, Source]
    ) -> dict[str, Source]:
        rows = self.register.readings
        named = [
            one
            for one in sources
            if (quantity, one) in rows and rows[quantity, one].default
        ]
        counts = [
            one
            for one, source in sources.items()
            if source.claim and source.claim.role == "count"
        ]
        for reading in ("published", *named, BARE, "set", "constant", *counts):
            if reading in sources:
                return {reading: sources[reading], **sources}
        sentence = (
            f"{quantity} has readings ({', '.join(sources)}) and none of them is the "
            "default"
        )
        raise RegisterError(
            self.register.file("readings.csv"), sentence, field="default"
        )

    def each(self) -> Iterator[tuple[str, str, Source]]:
        """Every quantity, reading and source."""
        for quantity, sources in self.sources.items():
            yield from (
                (quantity, reading, source) for reading, source in sources.items()
            )


def _add_formulas(
    found: Mapping[str, dict[str, Source]], modules: Iterable[ModuleType]
) -> None:
    """Add the formulas of some modules to the sources found so far."""
    for module in modules:
        for name, expression in expressions.read(module).items():
            quantity, _, called = name.partition("__")
            reading = called or BARE
            if reading in found[quantity]:
                raise ModelError(
                    f"two things are called {name}: give the formula another name"
                )
            found[quantity][reading] = Source(expression=expression)


def _of_claim(claim: Claim, end: str) -> Source:
    """The source of a printed number, or of one end of it."""
    number = claim.published
    return Source(
        number.value(end),
        number.stands_for(end),
        number.stands_for(end, coarse=True),
        number.side,
        claim,
        end,
        room=number.room(),
    )


def _ends_of(period: str) -> set[str]:
    """The first and the last of the years that a period names."""
    years = re.findall(r"\d{4}", period)
    return {min(years), max(years)} if years else set()


def _of_value(number: float, assumption: Assumption | None) -> Source:
    """The source of a value that is set, which has the side of its assumption."""
    if assumption is None:
        return Source(number)
    room = None
    if assumption.side == "at most":
        room = Interval(assumption.minimum, number)
    elif assumption.side == "at least":
        room = Interval(number, assumption.maximum)
    width = assumption.high - assumption.low
    return Source(number, side=assumption.side, width=width, room=room)


def _of_assumption(one: Assumption) -> dict[str, Source]:
    """The sources of an assumption: its value, and the ends of its words."""
    found = {"set": replace(_of_value(one.value, one), assumption=one)}
    words = one.allows()
    span = Interval(max(words.low, one.minimum), min(words.high, one.maximum))
    for part, side, number in (
        ("floor", "at least", words.low),
        ("ceiling", "at most", words.high),
    ):
        if math.isfinite(number):
            end = Source(number, side=side, assumption=one, part=part, room=span)
            found[part] = end
            found["in_words"] = Source(
                near=span, side=side, assumption=one, part="in_words", room=span
            )
    return found


def _import(register: Register) -> ModuleType:
    try:
        return importlib.import_module(register.formulas)
    except (Exception, SystemExit) as error:
        sentence = (
            f"the module '{register.formulas}' can't be imported "
            f"({type(error).__name__}: {error})"
        )
        raise register.refuse(None, "formulas", sentence) from None


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
