"""The model: resolves names to printed numbers, assumptions and formulas, and computes values, bounds and sides.

A formula is a function named after the quantity it computes; its parameters are the names of the quantities it needs.
Its value comes from, in this order: the reading that is named; the claim it starts from; the default reading; the bare
formula; the assumption of that name.

>>> model = Model(Register.read())
>>> round(model.estimate("transfers_2019").value)
2868778
>>> round(model.estimate("transfers_2019", model.setting({"transfers_2019": "from_difference"})).value)
2870000
"""

from __future__ import annotations

import contextlib
import graphlib
import importlib
import math
import numbers
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core import expressions
from analysis.core.plan import ARTICLE, Limit, ModelError, Node, OutOfBounds, Plan, Setting, Source
from analysis.core.published import Interval
from analysis.core.register import Assumption, InputError, Register, RegisterError
from analysis.core.sentences import say
from analysis.core.units import CONSTANTS, UnitError, nearest, read_number
from analysis.core.words import in_words

#: The reading that is a quantity's unnamed formula.
BARE = "formula"
#: The readings whose value a user may set.
SETTABLE = ("set", "published", "in_words")
#: Names that no row can have as its reading.
RESERVED = (BARE, *SETTABLE, "floor", "ceiling", "constant", "given")
_NAMELY = {"published": "as printed", "set": "the assumption as set", BARE: "by its formula", "in_words": "in words"}

__all__ = ["ARTICLE", "Circle", "Estimate", "Limit", "Model", "ModelError", "Node", "OutOfBounds", "Plan", "Setting",
           "Source"]  # fmt: skip


class Circle(ModelError):
    """Readings of which each needs the other."""


@dataclass(frozen=True)
class Estimate:
    """A quantity's value under one setting, in base units, with its bounds by rounding.

    Its ``side`` is ``at most``, ``at least``, neither or ``no bound``. It ``depends_on`` the claims and assumptions
    that it starts from. Its ``remarks`` are sentences shown with it, and refuse nothing.
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

    sources: of each quantity, by reading, the default first. modules: those with the formulas; without them, the module
    that datapackage.json names. Raises RegisterError where register and formulas disagree.
    """

    def __init__(self, register: Register, modules: Iterable[ModuleType] | None = None) -> None:
        from analysis.core import consistency

        self.register = register
        self._plans: dict[tuple[tuple[str, ...], Setting], Plan] = {}
        self.sources = self._sources(modules or [_import(register)])
        consistency.check_names(self)
        self.sources = {name: self._default_first(name, sources) for name, sources in self.sources.items()}
        self.units = consistency.units(self)
        self.limits: tuple[Limit, ...] = consistency.limits(self)
        consistency.check(self)

    @cached_property
    def quantities(self) -> list[str]:
        """Names of everything with a value, except the constants."""
        return [name for name in self.sources if name not in CONSTANTS]

    def default(self, quantity: str) -> str:
        """The reading under the article's setting."""
        return next(iter(self.sources[quantity]))

    def readings(self, quantity: str) -> list[str]:
        """The readings of a quantity, its default first."""
        return list(self.sources[quantity])

    def label(self, quantity: str, reading: str) -> str:
        """A reading in a few words."""
        if row := self.register.readings.get((quantity, reading)):
            return row.label
        claim = self.register.claims.get(reading)
        return claim.statement if claim else _NAMELY.get(reading, reading)

    def name(self, quantity: str) -> str:
        """A quantity in words."""
        if one := self.register.assumptions.get(quantity):
            return one.label
        if claim := self.register.inputs.get(quantity):
            return claim.statement
        source = self.sources[quantity][self.default(quantity)]
        return (
            self.name(source.same_as) if source.same_as else source.expression.words if source.expression else quantity
        )

    def known(self, quantity: str) -> str:
        """The name of a quantity; raises ModelError with the nearest one where it is none."""
        if quantity not in self.sources or quantity in CONSTANTS:
            raise ModelError(say("no_quantity", name=quantity, hint=nearest(quantity, self.quantities)))
        return quantity

    def known_reading(self, quantity: str, reading: str) -> str:
        """The name of a reading; raises ModelError with the nearest one where the quantity has none of that name."""
        if reading not in (known := self.sources[self.known(quantity)]):
            raise ModelError(say("no_reading", reading=reading, quantity=quantity, hint=nearest(str(reading), known)))
        return reading

    def named(self, text: str, setting: Setting = ARTICLE) -> tuple[str, Setting]:
        """The quantity that ``quantity``, ``quantity.reading`` or the id of a claim names, and a setting that reads it
        so. Raises ModelError where none has the name.
        >>> quantity, setting = Model(Register.read()).named("transfers_2019.from_difference")
        >>> quantity, setting.readings
        ('transfers_2019', {'transfers_2019': 'from_difference'})
        """
        if claim := self.register.claims.get(str(text)):
            if claim.id not in self.sources.get(claim.quantity, {}):
                raise ModelError(f"'{text}' is {claim.qualifier}, so it is not one number")
            return claim.quantity, self.change({claim.quantity: claim.id}, setting)
        quantity, _, reading = str(text).partition(".")
        if quantity not in self.quantities:
            known = nearest(str(text), [*self.quantities, *self.register.claims])
            raise ModelError(f"'{text}' is not a quantity and not a row of claims.csv{known}")
        given = {quantity: self.known_reading(quantity, reading)} if reading else {}
        return quantity, self.change(given, setting)

    def change(self, given: Mapping[str, Any], base: Setting = ARTICLE, *, with_units: bool = False) -> Setting:
        """A setting with assumptions, printed numbers and readings changed. Each quantity gets a number, a text that
        names a reading of it, or a text that is a number and perhaps a unit.

        It starts from the setting ``base``. It demands units if ``with_units``, as scenario files do. Raises ModelError
        in one sentence for a wrong name, reading, value, unit or type.
        """
        texts = {name: one.strip() for name, one in given.items() if isinstance(one, str)}
        named = self._linked({name: one for name, one in texts.items() if one in self.sources[self.known(name)]})
        numbers = {name: self.number(name, given[name], with_unit=with_units) for name in given if name not in named}
        # A new value takes the place of an earlier reading, and a new reading that of an earlier value.
        earlier = {name: one for name, one in base.readings.items() if name not in given or one in SETTABLE}
        values = {**base.values, **numbers}
        left = {name: one for name, one in values.items() if named.get(name, "set") in SETTABLE}
        found = self.setting({**earlier, **named}, left, given=base.given | given.keys())
        return replace(found, scenario=base.scenario - given.keys())

    def number(self, quantity: str, given: Any, *, with_unit: bool = False) -> float:
        """A value for a quantity in base units, from a number or a text; raises ModelError where it can't be one."""
        if isinstance(given, str):
            try:
                given = read_number(given, self.units[self.known(quantity)], with_unit=with_unit)
            except UnitError as error:
                named = [name for name in self.sources[quantity] if name not in RESERVED]
                hint = say("named_readings", names=", ".join(named)) if named and given[:1].isalpha() else ""
                raise ModelError(say("value", quantity=quantity, error=error, hint=hint)) from None
        self.check_value(quantity, given)
        return float(given)

    def setting(
        self,
        readings: Mapping[str, str] | None = None,
        values: Mapping[str, float] | None = None,
        *,
        given: Iterable[str] = (),
    ) -> Setting:
        """A setting from readings by quantity and values in base units; those equal to the article's own are left out.
        Linked readings follow when one of them is named. Raises ModelError for an unknown name and for readings in a
        circle. Raises it for a value that is not finite, outside its allowed range, or unused by the named reading."""
        named, numbers = self._linked(readings or {}), dict(values or {})
        for quantity, reading in named.items():
            self.known_reading(quantity, reading)
        for quantity, number in list(numbers.items()):
            self.check_value(quantity, number)
            own = self.sources[quantity][self.default(quantity)]
            if own.is_leaf and own.value == number:
                del numbers[quantity]
            elif named.get(quantity, "set") not in SETTABLE:
                raise ModelError(say("unread", quantity=quantity, number=number, reading=named[quantity]))
        setting = Setting(
            {quantity: reading for quantity, reading in named.items() if reading != self.default(quantity)},
            {quantity: float(number) for quantity, number in numbers.items()},
            frozenset([*(readings or {}), *(values or {}), *given]),
        )
        for quantity in setting.readings:
            self.plan(quantity, setting)
        return setting

    def check_value(self, quantity: str, number: Any) -> None:
        """Raise ModelError for a value that is no finite number or lies outside the allowed range."""
        unit = self.units[self.known(quantity)]
        is_number = isinstance(number, numbers.Real | Decimal) and not isinstance(number, bool)
        # A whole number past the largest float is none.
        if not is_number or (isinstance(number, int) and number.bit_length() > 1023) or not math.isfinite(number):
            raise ModelError(say("not_finite", quantity=quantity, number=number))
        low, high = self.allowed(quantity)
        if not low <= float(number) <= high:
            told = {"quantity": quantity, "number": float(number), "low": low, "high": high, "unit": unit}
            raise ModelError(say("below" if high == math.inf else "outside", **told))

    def allowed(self, quantity: str) -> tuple[float, float]:
        """The allowed range of a value of a quantity, in its unit."""
        if one := self.register.assumptions.get(quantity):
            return one.minimum, one.maximum
        return -1.0 if self.units[quantity] == "dimensionless" else 0.0, math.inf

    def _linked(self, readings: Mapping[str, str]) -> dict[str, str]:
        """Readings, with those that are one choice with them."""
        named = dict(readings)
        for group in self.register.linked_readings:
            chosen = sorted({named[quantity] for quantity in group if quantity in named})
            if len(chosen) > 1:
                raise ModelError(say("one_choice", group=" and ".join(group), chosen=", ".join(chosen)))
            named |= dict.fromkeys(group, chosen[0]) if chosen else {}
        return named

    def differences(self, setting: Setting) -> str:
        """The differences from the article, in one line; empty for the article's own setting."""
        parts = []
        for quantity, reading in setting.readings.items():
            parts.append(self.other_reading(quantity, reading))
        for quantity, number in setting.values.items():
            source = self.sources[quantity][setting.readings.get(quantity, self.default(quantity))]
            kind = "other_value" if math.isnan(source.value) else "in_place"
            parts.append(say(kind, quantity=quantity, number=number, unit=self.suffix(quantity), was=source.value))
        return say("differs", parts="; ".join(parts)) if parts else ""

    def other_reading(self, quantity: str, reading: str) -> str:
        """A reading as a difference from the article."""
        row = self.register.readings.get((quantity, reading))
        kind = "our_reading" if row and row.reconstruction else "other_reading"
        return say(kind, quantity=quantity, label=self.label(quantity, reading), reading=reading)

    def suffix(self, quantity: str) -> str:
        """The unit of a quantity as it follows a number: a space and its name, or nothing."""
        return "" if self.units[quantity] == "dimensionless" else f" {self.units[quantity]}"

    def check_used(self, setting: Setting, plans: Iterable[Plan], *, ignored: Iterable[str] = ()) -> None:
        """Raise ModelError for a reading or a value that was given and that none of the plans depends on. Of those that
        a scenario changes, one that is used is enough."""
        nodes = [plan.by_name for plan in plans]
        if setting.scenario and not any(setting.scenario & found.keys() for found in nodes):
            raise ModelError(say("scenario_unused", names=", ".join(sorted(setting.scenario))))
        for quantity in {**setting.readings, **setting.values, **dict.fromkeys(setting.given)}:
            # Of linked readings, one that is used is enough.
            linked = next((group for group in self.register.linked_readings if quantity in group), (quantity,))
            used = [found[one] for one in linked for found in nodes if one in found]
            unread = quantity in setting.values and all(node.reading not in ("given", *SETTABLE) for node in used)
            if quantity not in {*ignored, *setting.scenario} and (unread or not used):
                kind, reading = ("unused", used[0].reading) if used else ("without_effect", "")
                raise ModelError(say(kind, quantity=quantity, reading=reading))

    def plan(self, quantity: str | Sequence[str], setting: Setting = ARTICLE) -> Plan:
        """The nodes that a quantity, or several together, rest on, with the limits on them. Raises Circle."""
        key = (quantity,) if isinstance(quantity, str) else tuple(quantity), setting
        if key not in self._plans:
            self._plans[key] = self._plan(*key)
        return self._plans[key]

    def _plan(self, quantities: tuple[str, ...], setting: Setting) -> Plan:
        found: dict[str, Node] = {}

        def add(names: Iterable[str], path: tuple[str, ...] = ()) -> None:
            for name in names:
                if name in path:
                    chain = [f"{one} ({found[one].reading})" for one in (*path[path.index(name) :], name)]
                    raise Circle(say("circle", first=chain[0], others=", which needs ".join(chain[1:])))
                if name not in found:
                    found[name] = self._node(name, setting)
                    add(found[name].source.needs, (*path, name))

        add(quantities)
        own = set(found)
        limits = [one for one in self.limits if one.quantity in own]
        add(one.other for one in limits if one.other)
        order = [*graphlib.TopologicalSorter({name: one.source.needs for name, one in found.items()}).static_order()]
        for name in order:
            assumption = self.register.assumptions.get(name)
            if assumption and not found[name].source.is_leaf:
                limits.append(Limit(name, assumption.minimum, assumption.maximum))
        return Plan(quantities[0], tuple(found[name] for name in order), tuple(limits), frozenset(set(found) - own))

    def _node(self, name: str, setting: Setting) -> Node:
        reading = setting.readings.get(name, self.default(name))
        if name in setting.values and (reading in SETTABLE or name not in setting.readings):
            one = self.register.assumptions.get(name)
            return Node(name, "given", Source(setting.values[name], width=one.high - one.low if one else 0.0))
        return Node(name, reading, self.sources[name][reading])

    def free(self, plan: Plan) -> dict[str, Assumption]:
        """The assumptions that a plan starts from, by name."""
        table = self.register.assumptions
        return {name: table[name] for name in plan.free if name in table}

    def estimate(self, quantity: str, setting: Setting = ARTICLE) -> Estimate:
        """A quantity under a setting: value, bounds, unit, side, the leaves it rests on, and remarks. Raises ModelError
        for an unknown name, a circle, or an input that words alone give, OutOfBounds past a limit."""
        plan = self.plan(self.known(quantity), setting)
        value, (bounds, _) = plan.value, plan.spans
        remarks = tuple(said for _, said in self.remarks(quantity, setting))
        unit = self.units[quantity]
        return Estimate(quantity, value, bounds.low, bounds.high, unit, plan.side, plan.depends_on, remarks)

    def remarks(
        self, quantity: str, setting: Setting, vary: Mapping[str, NDArray[np.float64]] | None = None
    ) -> Iterator[tuple[int, str]]:
        """Sentences that are shown with a quantity and refuse nothing, each with its entry of the arrays in ``vary``.

        Some leaves take arrays of one length (``vary``); without them, all is entry 0.
        """
        plan, vary, unit = self.plan(quantity, setting), vary or {}, self.units[quantity]
        shape = next((one.shape for one in vary.values()), (1,))
        value = plan.evaluate(vary)[quantity]
        for one in self.register.remarks:
            if one.quantity == quantity:
                with contextlib.suppress(Circle):
                    figure = self.register.external.get(one.above)
                    other = figure.published.value() if figure else self.plan(one.above, setting).kept(vary)
                    more = np.broadcast_to(value - other, shape)
                    for entry in np.flatnonzero(more > 0).tolist():
                        yield entry, one.words.format(more=in_words(float(more[entry]), unit, 1e3))
        given: dict[str, Any] = {**setting.values, **vary}
        for name, one_or_more in given.items():
            ours = self.register.assumptions.get(name)
            if ours and name in plan.by_name:
                each = np.broadcast_to(one_or_more, shape)
                for entry in np.flatnonzero((each < ours.low) | (each > ours.high)).tolist():
                    yield entry, say("varied", quantity=name, low=ours.low, high=ours.high, number=each[entry])

    def beside(self, quantity: str, setting: Setting) -> Iterator[Plan]:
        """The plan of a quantity, and those of the quantities that its remarks compare it with."""
        yield self.plan(quantity, setting)
        for one in self.register.remarks:
            if one.quantity == quantity and one.above not in self.register.external:
                with contextlib.suppress(Circle):
                    yield self.plan(one.above, setting)

    def _sources(self, modules: Iterable[ModuleType]) -> dict[str, dict[str, Source]]:
        found: dict[str, dict[str, Source]] = {}
        for claim in self.register.claims.values():
            number = claim.published
            ends = {"range": ("low", "high"), "vague": ()}.get(claim.qualifier, ("",))
            for end in ends:
                near, far = number.stands_for(end), number.stands_for(end, coarse=True)
                source = Source(number.value(end), near, far, number.side, claim, end)
                if end:
                    found.setdefault(f"{claim.quantity}_{end}", {})["published"] = source
                else:
                    rows = found.setdefault(claim.quantity, {})
                    rows |= {"published": source, claim.id: source} if claim.input else {claim.id: source}
        for assumption in self.register.assumptions.values():
            found.setdefault(assumption.id, {}).update(_of_assumption(assumption))
        for row in self.register.readings.values():
            if row.same_as:
                found.setdefault(row.quantity, {})[row.reading] = Source(same_as=row.same_as)
        with self.register.refusing(None, "formulas"):
            formulas = {name: one for module in modules for name, one in expressions.read(module).items()}
            for name, expression in formulas.items():
                quantity, _, called = name.partition("__")
                if (called or BARE) in found.setdefault(quantity, {}):
                    raise ModelError(f"two things are called {name}: give the formula another name")
                found[quantity][called or BARE] = Source(expression=expression)
        return found | {name: {"constant": Source(value)} for name, (value, _) in CONSTANTS.items()}

    def _default_first(self, quantity: str, sources: dict[str, Source]) -> dict[str, Source]:
        rows = self.register.readings
        named = [one for one in sources if (quantity, one) in rows and rows[quantity, one].default]
        counts = [one for one, source in sources.items() if source.claim and source.claim.role == "count"]
        for reading in ("published", *named, BARE, "set", "constant", *counts):
            if reading in sources:
                return {reading: sources[reading], **sources}
        message = f"{quantity} has readings ({', '.join(sources)}) and none of them is the default"
        raise RegisterError(self.register.file("readings.csv"), message, field="default")

    def each(self) -> Iterator[tuple[str, str, Source]]:
        """Every quantity, reading and source."""
        for quantity, sources in self.sources.items():
            yield from ((quantity, reading, source) for reading, source in sources.items())


def _of_assumption(one: Assumption) -> dict[str, Source]:
    """The sources of an assumption: its value, and the ends of its words."""
    found = {"set": Source(one.used, side=one.side, assumption=one, width=one.high - one.low)}
    ends = {"floor": ("at least", one.floor), "ceiling": ("at most", one.ceiling)}
    numbers = {part: (side, end.value) for part, (side, end) in ends.items() if end and end.value is not None}
    for part, (side, number) in numbers.items():
        found[part] = Source(number, side=side, assumption=one, part=part)
        low, high = (numbers.get(name, ("", None))[1] for name in ends)
        span = Interval(one.minimum if low is None else low, one.maximum if high is None else high)
        found["in_words"] = Source(near=span, side=side, assumption=one, part="in_words")
    return found


def _import(register: Register) -> ModuleType:
    try:
        return importlib.import_module(register.formulas)
    except (Exception, SystemExit) as error:
        message = f"the module '{register.formulas}' can't be imported ({type(error).__name__}: {error})"
        raise register.refuse(None, "formulas", message) from None


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Texts of the form name=value, by name. Raises InputError for another form and for a name given twice.
    >>> assignments(["overlap = 0.5"])
    {'overlap': '0.5'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name and value):
            raise InputError(say("no_assignment", text=text))
        if name in found:
            raise InputError(say("given_twice", name=name))
        found[name] = value
    return found
