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
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core import expressions
from analysis.core.expressions import ExpressionError
from analysis.core.plan import ARTICLE, Limit, ModelError, Node, OutOfBounds, Plan, Setting, Source
from analysis.core.register import InputError, Register, RegisterError
from analysis.core.units import CONSTANTS, UnitError, nearest, read_number
from analysis.core.words import in_words

#: The reading that is a quantity's formula without a name of its own.
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

    side: ``at most``, ``at least``, neither or ``no bound``. depends_on: the claims and assumptions that it starts
    from. remarks: sentences that stand beside it, and refuse nothing.
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

    modules: the modules with the formulas; without them, the module that datapackage.json names. Raises RegisterError
    where register and formulas disagree.
    """

    def __init__(self, register: Register, modules: Iterable[ModuleType] | None = None) -> None:
        from analysis.core import consistency

        self.register = register
        self._plans: dict[tuple[tuple[str, ...], Setting], Plan] = {}
        self.sources = self._sources(list(modules) if modules is not None else [_import(register)])
        self.units = consistency.units(self)
        self.limits: tuple[Limit, ...] = consistency.limits(self)
        consistency.check(self)

    # Names ------------------------------------------------------------------------------------------------------------

    @cached_property
    def quantities(self) -> list[str]:
        """Names of everything with a value, except the constants."""
        return [name for name in self.sources if name not in CONSTANTS]

    def default(self, quantity: str) -> str:
        """The reading under the article's setting."""
        return self._defaults[quantity]

    @cached_property
    def _defaults(self) -> dict[str, str]:
        named = {row.quantity: row.reading for row in self.register.readings.values() if row.default}
        found = {}
        for quantity, sources in self.sources.items():
            counts = [reading for reading, source in sources.items() if source.claim and source.claim.role == "count"]
            order = ("published", named.get(quantity, ""), BARE, "set", "constant", *counts)
            known = [reading for reading in order if reading in sources]
            if not known:
                message = f"{quantity} has readings ({', '.join(sources)}) and none of them is the default"
                raise RegisterError(self.register.file("readings.csv"), message, field="default")
            found[quantity] = known[0]
        return found

    def readings(self, quantity: str) -> list[str]:
        """The readings of a quantity, its default first."""
        default = self.default(quantity)
        return [default, *(reading for reading in self.sources[quantity] if reading != default)]

    def label(self, quantity: str, reading: str) -> str:
        """A reading in a few words."""
        row = self.register.readings.get((quantity, reading))
        claim = self.register.claims.get(reading)
        return row.label if row else claim.statement if claim else _NAMELY.get(reading, reading)

    def name(self, quantity: str) -> str:
        """A quantity in words."""
        if quantity in self.register.assumptions:
            return self.register.assumptions[quantity].label
        if quantity in self.register.inputs:
            return self.register.inputs[quantity].statement
        source = self.sources[quantity][self.default(quantity)]
        if source.same_as:
            return self.name(source.same_as)
        return source.expression.words if source.expression else quantity

    def known(self, quantity: str) -> str:
        """The name of a quantity; raises ModelError with the nearest one where it is none."""
        if quantity not in self.sources or quantity in CONSTANTS:
            raise ModelError(f"'{quantity}' is not a quantity{nearest(quantity, self.quantities)}")
        return quantity

    def known_reading(self, quantity: str, reading: str) -> str:
        """The name of a reading; raises ModelError with the nearest one where the quantity has none of that name."""
        if reading not in self.sources[self.known(quantity)]:
            known = nearest(str(reading), self.sources[quantity])
            raise ModelError(f"'{reading}' is not a reading of {quantity}{known}")
        return reading

    def named(self, text: str) -> tuple[str, dict[str, str]]:
        """The quantity, and readings of it, that ``quantity``, ``quantity.reading`` or the id of a claim names.

        >>> Model(Register.read()).named("figure_2019_all")
        ('labourers_2019', {'labourers_2019': 'figure_2019_all'})
        """
        claim = self.register.claims.get(str(text))
        if claim and claim.id in self.sources.get(claim.quantity, {}):
            return claim.quantity, {claim.quantity: claim.id}
        if claim:
            raise ModelError(f"'{text}' is {claim.qualifier}, so it is not one number")
        quantity, _, reading = str(text).partition(".")
        if quantity not in self.sources or quantity in CONSTANTS:
            known = nearest(str(text), [*self.quantities, *self.register.claims])
            raise ModelError(f"'{text}' is not a quantity and not a row of claims.csv{known}")
        return quantity, {quantity: self.known_reading(quantity, reading)} if reading else {}

    # Settings ---------------------------------------------------------------------------------------------------------

    def change(self, given: Mapping[str, Any], base: Setting = ARTICLE, *, with_units: bool = False) -> Setting:
        """A setting with assumptions, printed numbers and readings changed: by quantity, a number, a text that names a
        reading of it, or a text that is a number and perhaps a unit.

        base: the setting it starts from. with_units: demand units, as scenario files do. Raises ModelError in one
        sentence for a wrong name, reading, value, unit or type.
        """
        named: dict[str, str] = {}
        values = dict(base.values)
        for name, one in given.items():
            quantity = self.known(name)
            if isinstance(one, str) and one.strip() in self.sources[quantity]:
                named[quantity] = one.strip()
            else:
                values[quantity] = self.number(quantity, one, with_unit=with_units)
        chosen = self._linked(named)
        # A new value takes the place of an earlier reading, and a new reading that of an earlier value.
        earlier = {name: one for name, one in base.readings.items() if name not in given or one in SETTABLE}
        left = {name: one for name, one in values.items() if name not in chosen or chosen[name] in SETTABLE}
        return self.setting({**earlier, **chosen}, left, given=base.given | given.keys())

    def number(self, quantity: str, given: Any, *, with_unit: bool = False) -> float:
        """A value for a quantity in base units, from a number or a text; raises ModelError where it can't be one."""
        if isinstance(given, str):
            try:
                given = read_number(given, self.units[self.known(quantity)], with_unit=with_unit)
            except UnitError as error:
                named = [name for name in self.sources[quantity] if name not in RESERVED]
                hint = f"; named readings: {', '.join(named)}" if named and given[:1].isalpha() else ""
                raise ModelError(f"{quantity}: {error}{hint}") from None
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

        Linked readings follow when one of them is named. Raises ModelError for an unknown name, a value that is not
        finite or outside its allowed range, a value that the named reading does not use, and readings in a circle.
        """
        named = self._linked(readings or {})
        for quantity, reading in named.items():
            self.known_reading(quantity, reading)
        numbers = dict(values or {})
        for quantity, number in numbers.items():
            self.check_value(quantity, number)
            if named.get(quantity, "set") not in SETTABLE and not self.as_in_article(quantity, number):
                raise ModelError(f"{quantity} = {number:g} is unused: its reading {named[quantity]} supplies it")
        setting = Setting(
            {quantity: reading for quantity, reading in named.items() if reading != self.default(quantity)},
            {name: float(number) for name, number in numbers.items() if not self.as_in_article(name, number)},
            frozenset([*(readings or {}), *numbers, *given]),
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
            raise ModelError(f"{quantity} = {number!r} is not a finite number")
        assumption = self.register.assumptions.get(quantity)
        low = assumption.minimum if assumption else -1.0 if unit == "dimensionless" else 0.0
        if not low <= float(number) <= (assumption.maximum if assumption else math.inf):
            allowed = f"{low:,.10g} to {assumption.maximum:,.10g}" if assumption else f"{low:g} or more"
            raise ModelError(f"{quantity} = {float(number):.10g} lies outside its allowed range, {allowed} (in {unit})")

    def as_in_article(self, quantity: str, number: float) -> bool:
        """Whether a value equals the article's own."""
        source = self.sources[quantity][self.default(quantity)]
        return source.is_leaf and source.value == number

    def _linked(self, readings: Mapping[str, str]) -> dict[str, str]:
        named = dict(readings)
        for group in self.register.linked_readings:
            chosen = sorted({named[quantity] for quantity in group if quantity in named})
            if len(chosen) > 1:
                raise ModelError(f"{' and '.join(group)} are one choice and can't be read {', '.join(chosen)} at once")
            named |= dict.fromkeys(group, chosen[0]) if chosen else {}
        return named

    def differences(self, setting: Setting) -> str:
        """The differences from the article, in one line; empty for the article's own setting."""
        parts = []
        for quantity, reading in setting.readings.items():
            row = self.register.readings.get((quantity, reading))
            ours = ", a reconstruction" if row and row.reconstruction else ""
            parts.append(f"{quantity}: {self.label(quantity, reading)} ({reading}{ours})")
        for quantity, number in setting.values.items():
            source = self.sources[quantity][setting.readings.get(quantity, self.default(quantity))]
            was = f" in place of {source.value:,.10g}" if source.is_leaf and not source.in_words else ""
            unit = "" if self.units[quantity] == "dimensionless" else f" {self.units[quantity]}"
            parts.append(f"{quantity} = {number:,.10g}{unit}{was}")
        return f"differs from the article in: {'; '.join(parts)}" if parts else ""

    def check_used(self, setting: Setting, plans: Iterable[Plan], *, ignored: Iterable[str] = ()) -> None:
        """Raise ModelError for a reading or a value that was given and that none of the plans depends on."""
        nodes = [plan.by_name for plan in plans]
        for quantity in dict.fromkeys([*setting.readings, *setting.values, *setting.given]):
            # Of linked readings, one that is used is enough.
            linked = next((group for group in self.register.linked_readings if quantity in group), (quantity,))
            used = [found[one] for one in linked for found in nodes if one in found]
            unread = quantity in setting.values and all(node.reading not in ("given", *SETTABLE) for node in used)
            if quantity not in ignored and (unread or not used):
                why = f"its reading {used[0].reading} supplies it" if used else "nothing computed here depends on it"
                raise ModelError(f"{quantity} is unused: {why} under these readings")

    # Plans ------------------------------------------------------------------------------------------------------------

    def plan(self, quantity: str | Sequence[str], setting: Setting = ARTICLE) -> Plan:
        """The nodes that a quantity, or several together, rest on, with the limits on them. Raises Circle."""
        quantities = (quantity,) if isinstance(quantity, str) else tuple(quantity)
        key = quantities, setting
        if key not in self._plans:
            self._plans[key] = self._plan(quantities, setting)
        return self._plans[key]

    def _plan(self, quantities: tuple[str, ...], setting: Setting) -> Plan:
        found: dict[str, Node] = {}

        def add(names: Iterable[str]) -> None:
            open_names = list(names)[::-1]
            while open_names:
                name = open_names.pop()
                if name not in found:
                    found[name] = self._node(name, setting)
                    open_names.extend(reversed(found[name].source.needs))

        add(quantities)
        own = set(found)
        limits = [one for one in self.limits if one.quantity in own]
        add(one.other for one in limits if one.other)
        try:
            graph = {name: node.source.needs for name, node in found.items()}
            order = list(graphlib.TopologicalSorter(graph).static_order())
        except graphlib.CycleError as error:
            chain = [f"{name} ({found[name].reading})" for name in reversed(error.args[1])]
            raise Circle(
                f"these readings make a circle: {chain[0]} needs {', which needs '.join(chain[1:])}; "
                "choose another reading of one of them"
            ) from None
        for name in order:
            assumption = self.register.assumptions.get(name)
            if assumption and not found[name].source.is_leaf:
                limits.append(Limit(name, assumption.minimum, assumption.maximum))
        return Plan(quantities[0], tuple(found[name] for name in order), tuple(limits), frozenset(set(found) - own))

    def _node(self, name: str, setting: Setting) -> Node:
        reading = setting.readings.get(name, self.default(name))
        if name in setting.values and (reading in SETTABLE or name not in setting.readings):
            return Node(name, "given", Source(constant=setting.values[name]))
        return Node(name, reading, self.sources[name][reading])

    def estimate(self, quantity: str, setting: Setting = ARTICLE) -> Estimate:
        """A quantity under a setting: value, bounds, unit, side, the leaves it rests on, and remarks.

        Raises ModelError for an unknown name, a circle, or an input that words alone give, OutOfBounds past a limit.
        """
        plan = self.plan(self.known(quantity), setting)
        value, (bounds,) = plan.value, plan.bounds()
        remarks = tuple(said for (said,) in self.remarks(quantity, setting) if said)
        unit = self.units[quantity]
        return Estimate(quantity, value, bounds.low, bounds.high, unit, plan.side, plan.depends_on, remarks)

    def remarks(
        self, quantity: str, setting: Setting, vary: Mapping[str, NDArray[np.float64]] | None = None
    ) -> Iterator[list[str]]:
        """Sentences that stand beside a quantity and refuse nothing; empty where one does not apply.

        vary: arrays of one length for some leaves; each list then has an entry for each of theirs.
        """
        plan, vary, unit = self.plan(quantity, setting), vary or {}, self.units[quantity]
        value, size = _evaluate(plan, vary)[quantity], max((len(one) for one in vary.values()), default=1)
        for one in self.register.remarks:
            if one.quantity == quantity:
                with contextlib.suppress(Circle):
                    more = np.broadcast_to(value - self._compared(one.above, setting, vary), size).tolist()
                    yield [one.words.format(more=in_words(by, unit, 1e3)) if by > 0 else "" for by in more]
        given: dict[str, Any] = {**setting.values, **vary}
        for name, one_or_more in given.items():
            ours = self.register.assumptions.get(name)
            if ours and name in plan.by_name:
                said = f"{name} is varied from {ours.low:,.10g} to {ours.high:,.10g}, and set to"
                each = np.broadcast_to(one_or_more, size).tolist()
                yield ["" if ours.low <= number <= ours.high else f"{said} {number:,.10g}" for number in each]

    def beside(self, quantity: str, setting: Setting) -> Iterator[Plan]:
        """The plans of the quantities that its remarks compare a quantity with."""
        for one in self.register.remarks:
            if one.quantity == quantity and one.above not in self.register.external:
                with contextlib.suppress(Circle):
                    yield self.plan(one.above, setting)

    def _compared(self, name: str, setting: Setting, vary: Mapping[str, Any]) -> Any:
        """A figure published elsewhere, or a quantity, NaN past a limit."""
        if figure := self.register.external.get(name):
            return figure.published.value()
        plan = self.plan(name, setting)
        values = _evaluate(plan, vary)
        return np.where(plan.within(values), values[name], np.nan)

    # Formulas ---------------------------------------------------------------------------------------------------------

    def _sources(self, modules: list[ModuleType]) -> dict[str, dict[str, Source]]:
        found: dict[str, dict[str, Source]] = {}
        for claim in self.register.claims.values():
            if claim.qualifier == "range":
                for end in ("low", "high"):
                    found.setdefault(f"{claim.quantity}_{end}", {})["published"] = Source(claim=claim, end=end)
            elif claim.qualifier != "vague":
                source = Source(claim=claim, side=claim.published.side)
                rows = found.setdefault(claim.quantity, {})
                rows |= {"published": source} if claim.input else {}
                rows[claim.id] = source
        for assumption in self.register.assumptions.values():
            parts = found.setdefault(assumption.id, {})
            parts["set"] = Source(assumption=assumption, side=assumption.side)
            for part, side, words in (
                ("floor", "at least", assumption.floor),
                ("ceiling", "at most", assumption.ceiling),
            ):
                if words and words.value is not None:
                    parts |= {part: Source(assumption=assumption, part=part, side=side)}
                    parts["in_words"] = Source(assumption=assumption, part="in_words", side=side)
        for reading in self.register.readings.values():
            if reading.same_as:
                found.setdefault(reading.quantity, {})[reading.reading] = Source(same_as=reading.same_as)
        try:
            formulas = {name: one for module in modules for name, one in expressions.read(module).items()}
        except ExpressionError as error:
            raise self.refuse_formula(str(error)) from None
        for name, expression in formulas.items():
            quantity, _, called = name.partition("__")
            if (called or BARE) in found.setdefault(quantity, {}):
                raise self.refuse_formula(f"two things are called {name}: give the formula another name")
            found[quantity][called or BARE] = Source(expression=expression)
        return found | {name: {"constant": Source(constant=value)} for name, (value, _) in CONSTANTS.items()}

    def refuse_formula(self, message: str) -> RegisterError:
        """The refusal of a formula."""
        return RegisterError(self.register.file("datapackage.json"), message, field="analysis.formulas")

    def each(self) -> Iterator[tuple[str, str, Source]]:
        """Every quantity, reading and source."""
        for quantity, sources in self.sources.items():
            for reading, source in sources.items():
                yield quantity, reading, source


def _evaluate(plan: Plan, vary: Mapping[str, Any]) -> dict[str, Any]:
    return plan.evaluate({name: one for name, one in vary.items() if name in plan.leaves})


def _import(register: Register) -> ModuleType:
    try:
        return importlib.import_module(register.formulas)
    except (Exception, SystemExit) as error:
        message = f"the module '{register.formulas}' can't be imported ({type(error).__name__}: {error})"
        raise RegisterError(register.file("datapackage.json"), message, field="analysis.formulas") from None


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Texts of the form name=value, by name. Raises InputError for another form and for a name given twice.

    >>> assignments(["overlap = 0.5"])
    {'overlap': '0.5'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name and value):
            raise InputError(f"'{text}' is not of the form quantity=value")
        if name in found:
            raise InputError(f"{name} is given twice; give one value or reading")
        found[name] = value
    return found
