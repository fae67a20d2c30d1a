"""The model: resolves names to printed numbers, assumptions and formulas, and computes values, bounds and kinds.

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

from analysis.core import expressions
from analysis.core.expressions import ExpressionError
from analysis.core.plan import ARTICLE, Limit, ModelError, Node, OutOfBounds, Plan, Setting, Source
from analysis.core.register import InputError, Register, RegisterError
from analysis.core.units import CONSTANTS, UnitError, nearest, read_number

#: The reading that is a quantity's formula without a name of its own.
BARE = "formula"
#: The readings whose value a user may set.
SETTABLE = ("set", "published")
#: Names that no row can have as its reading.
RESERVED = (BARE, *SETTABLE, "floor", "floor_loosest", "ceiling", "ceiling_loosest", "constant", "given")
_NAMELY = {"published": "as printed", "set": "the assumption as set", BARE: "by its formula"}

__all__ = [
    "ARTICLE",
    "Circle",
    "Estimate",
    "Limit",
    "Model",
    "ModelError",
    "Node",
    "OutOfBounds",
    "Plan",
    "Setting",
    "Source",
]


class Circle(ModelError):
    """Readings of which each needs the other."""


@dataclass(frozen=True)
class Estimate:
    """A quantity's value under one setting, in base units, with bounds, unit, kind and the leaves it rests on."""

    quantity: str
    value: float
    low: float
    high: float
    unit: str
    kind: str
    depends_on: tuple[str, ...]


class Model:
    """The register with its formulas, checked against each other.

    modules: the modules with the formulas; without them, the module that datapackage.json names. Raises RegisterError
    where register and formulas disagree.
    """

    def __init__(self, register: Register, modules: Iterable[ModuleType] | None = None) -> None:
        from analysis.core import consistency

        self.register = register
        self._plans: dict[tuple[tuple[str, ...], Setting, bool], Plan] = {}
        self.sources = self._sources(list(modules) if modules is not None else [_import(register)])
        self.units = consistency.units(self)
        self.caps: tuple[Limit, ...] = ()
        self.caps = consistency.caps(self)
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
        return {quantity: self._default(quantity, named) for quantity in self.sources}

    def _default(self, quantity: str, named: Mapping[str, str]) -> str:
        sources = self.sources[quantity]
        if "published" in sources:
            return "published"
        if quantity in named:
            return named[quantity]
        reported = [reading for reading, source in sources.items() if source.claim and source.claim.reported]
        for reading in (BARE, "set", "constant", *reported):
            if reading in sources:
                return reading
        message = f"{quantity} has readings ({', '.join(sources)}) and none of them is the default"
        raise RegisterError(self.register.file("readings.csv"), message, field="default")

    def readings(self, quantity: str) -> list[str]:
        """The readings of a quantity, its default first."""
        default = self.default(quantity)
        return [default, *(reading for reading in self.sources[quantity] if reading != default)]

    def label(self, quantity: str, reading: str) -> str:
        """A reading in a few words."""
        row = self.register.readings.get((quantity, reading))
        if row:
            return row.label
        claim = self.register.claims.get(reading)
        return claim.statement if claim else _NAMELY.get(reading, reading)

    def name(self, quantity: str) -> str:
        """A quantity in words."""
        if quantity in self.register.assumptions:
            return self.register.assumptions[quantity].label
        if quantity in self.register.inputs:
            return self.register.inputs[quantity].statement
        source = self.sources[quantity][self.default(quantity)]
        return source.words or (self.name(source.same_as) if source.same_as else quantity)

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
        text = str(text)
        claim = self.register.claims.get(text)
        if claim and claim.id in self.sources.get(claim.quantity, {}):
            return claim.quantity, {claim.quantity: claim.id}
        if claim:
            raise ModelError(f"'{text}' is {claim.qualifier}, so it is not one number")
        quantity, _, reading = text.partition(".")
        if quantity not in self.sources or quantity in CONSTANTS:
            known = nearest(text, [*self.quantities, *self.register.claims])
            raise ModelError(f"'{text}' is not a quantity and not a row of claims.csv{known}")
        return quantity, {quantity: self.known_reading(quantity, reading)} if reading else {}

    # Settings ---------------------------------------------------------------------------------------------------------

    def change(self, given: Mapping[str, Any], base: Setting = ARTICLE, *, with_units: bool = False) -> Setting:
        """A setting with assumptions, printed numbers and readings changed: by quantity, a number, a text that names a
        reading of it, or a text that is a number and perhaps a unit.

        base: the setting it starts from. with_units: demand units, as scenario files do. Raises ModelError in one
        sentence for a wrong name, reading, value, unit or type.
        """
        readings, values = dict(base.readings), dict(base.values)
        for name, one in given.items():
            quantity = self.known(name)
            if isinstance(one, str) and one.strip() in self.sources[quantity]:
                readings[quantity] = one.strip()
                values.pop(quantity, None)
                continue
            if readings.get(quantity, SETTABLE[0]) not in SETTABLE:
                readings.pop(quantity)
            values[quantity] = self.number(quantity, one, with_unit=with_units)
        return self.setting(readings, values, given=base.given | given.keys())

    def change_from_texts(
        self, values: Iterable[str] = (), readings: Iterable[str] = (), base: Setting = ARTICLE
    ) -> Setting:
        """The same from texts: quantity=value, and quantity=reading."""
        numbers, named = assignments(values, "value"), assignments(readings, "reading")
        for name, reading in named.items():
            if name in numbers:
                raise ModelError(f"{name} is given a value and a reading; give one of them")
            self.known_reading(name, reading)
        for name, text in numbers.items():
            if text.strip() in self.sources[self.known(name)]:
                raise ModelError(f"'{text.strip()}' is a reading of {name} and not a value; name it as a reading")
        return self.change({**{name: self.number(name, text) for name, text in numbers.items()}, **named}, base)

    def number(self, quantity: str, given: Any, *, with_unit: bool = False) -> float:
        """A value for a quantity in base units, from a number or a text; raises ModelError where it can't be one."""
        if isinstance(given, str):
            try:
                given = read_number(given, self.units[self.known(quantity)], with_unit=with_unit)
            except UnitError as error:
                known = [name for name in self.sources[quantity] if name not in RESERVED]
                hint = f"; named readings: {', '.join(known)}" if known and given[:1].isalpha() else ""
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
        """A setting from readings by quantity and values in base units; what equals the article's own is left out.

        Linked readings follow when one of them is named. Raises ModelError for an unknown name, a value that is not
        finite or outside its allowed range, a value that the named reading does not use, and readings in a circle.
        """
        named = self._linked(readings or {})
        for quantity, reading in named.items():
            self.known_reading(quantity, reading)
        numbers = dict(values or {})
        for quantity, number in numbers.items():
            self.check_value(quantity, number)
            if named.get(quantity, SETTABLE[0]) not in SETTABLE and not self.as_in_article(quantity, number):
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
        number = float(number)
        if assumption and not assumption.minimum <= number <= assumption.maximum:
            allowed = f"{assumption.minimum:,.10g} to {assumption.maximum:,.10g}"
            raise ModelError(f"{quantity} = {number:.10g} lies outside its allowed range of {allowed} (in {unit})")
        if not assumption and unit != "dimensionless" and number < 0:
            raise ModelError(f"{quantity} = {number:g} lies below 0 (in {unit})")
        if not assumption and number < -1:
            raise ModelError(f"{quantity} = {number:g} lies below -1, and nothing falls by more than the whole")

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
            was = f" in place of {source.value:,.10g}" if source.is_leaf else ""
            unit = "" if self.units[quantity] == "dimensionless" else f" {self.units[quantity]}"
            parts.append(f"{quantity} = {number:,.10g}{unit}{was}")
        return f"differs from the article in: {'; '.join(parts)}" if parts else ""

    def check_used(self, setting: Setting, plans: Iterable[Plan], *, ignored: Iterable[str] = ()) -> None:
        """Raise ModelError for a reading or a value that was given and that none of the plans depends on."""
        nodes = [plan.by_name for plan in plans]
        for quantity in dict.fromkeys([*setting.readings, *setting.values, *setting.given]):
            if quantity in ignored:
                continue
            # Of linked readings, one that is used is enough.
            linked = next((group for group in self.register.linked_readings if quantity in group), (quantity,))
            used = [found[one] for one in linked for found in nodes if one in found]
            if not used:
                raise ModelError(f"{quantity} is unused: nothing computed here depends on it under these readings")
            if quantity in setting.values and all(node.reading not in ("given", *SETTABLE) for node in used):
                raise ModelError(
                    f"{quantity} is unused: its reading {used[0].reading} supplies it under these readings"
                )

    # Plans ------------------------------------------------------------------------------------------------------------

    def under(self, setting: Setting, readings: Mapping[str, str]) -> Setting:
        """A setting with some readings named over it; a value that they leave without a use is dropped."""
        named = {**setting.readings, **self._linked(readings)}
        used = {name: one for name, one in setting.values.items() if named.get(name, SETTABLE[0]) in SETTABLE}
        return Setting(named, used, setting.given)

    def plan(self, quantity: str | Sequence[str], setting: Setting = ARTICLE, *, capped: bool = False) -> Plan:
        """The nodes that a quantity, or several together, rest on; ``capped`` adds the caps among the limits.

        Raises Circle, naming its members.
        """
        quantities = (quantity,) if isinstance(quantity, str) else tuple(quantity)
        key = quantities, setting, capped
        if key not in self._plans:
            self._plans[key] = self._plan(quantities, setting, capped)
        return self._plans[key]

    def _plan(self, quantities: tuple[str, ...], setting: Setting, capped: bool) -> Plan:
        found: dict[str, Node] = {}
        limits: list[Limit] = []
        open_names = list(reversed(quantities))
        while open_names:
            name = open_names.pop()
            if name in found:
                continue
            found[name] = self._node(name, setting)
            open_names.extend(reversed(found[name].source.needs))
            for cap in self.caps if capped else ():
                if cap.quantity == name:
                    limits.append(cap)
                    open_names[:0] = [cap.other] if cap.other else []
        try:
            graph = {name: node.source.needs for name, node in found.items()}
            order = list(graphlib.TopologicalSorter(graph).static_order())
        except graphlib.CycleError as error:
            chain = [f"{name} ({found[name].reading})" for name in reversed(error.args[1])]
            raise Circle(
                f"these readings make a circle: {chain[0]} needs {', which needs '.join(chain[1:])}; "
                "choose another reading of one of them"
            ) from None
        derived = []
        for name in order:
            assumption = self.register.assumptions.get(name)
            if assumption and not found[name].source.is_leaf:
                derived.append(Limit(name, assumption.minimum, assumption.maximum))
        return Plan(quantities[0], tuple(found[name] for name in order), (*derived, *limits))

    def _node(self, name: str, setting: Setting) -> Node:
        reading = setting.readings.get(name, self.default(name))
        source = self.sources[name][reading]
        if name in setting.values and (reading in SETTABLE or name not in setting.readings):
            # A floor of 0 leaves no room below it.
            side = source.assumption.kind if source.assumption and setting.values[name] else "point"
            return Node(name, "given", Source(constant=setting.values[name], side=side))
        return Node(name, reading, source)

    def estimate(self, quantity: str, setting: Setting = ARTICLE, *, capped: bool = False) -> Estimate:
        """A quantity under a setting: value, bounds, unit, kind and the leaves it rests on.

        Raises ModelError for an unknown name or a circle, OutOfBounds past a limit.
        """
        plain = self.plan(self.known(quantity), setting)
        plan = self.plan(quantity, setting, capped=True) if capped else plain
        value = plan.value
        (bounds,) = plan.bounds()
        unit = self.units[quantity]
        return Estimate(quantity, value, bounds.low, bounds.high, unit, plain.kind, plain.depends_on)

    # Formulas ---------------------------------------------------------------------------------------------------------

    def _sources(self, modules: list[ModuleType]) -> dict[str, dict[str, Source]]:
        found: dict[str, dict[str, Source]] = {}
        for claim in self.register.claims.values():
            if claim.qualifier == "range":
                for end in ("low", "high"):
                    found.setdefault(f"{claim.quantity}_{end}", {})["published"] = Source(claim=claim, end=end)
            elif claim.qualifier != "vague":
                rows = found.setdefault(claim.quantity, {})
                rows |= {"published": Source(claim=claim)} if claim.input else {}
                rows[claim.id] = Source(claim=claim)
        for assumption in self.register.assumptions.values():
            parts = found.setdefault(assumption.id, {})
            parts["set"] = Source(assumption=assumption)
            for side, words in (("floor", assumption.floor), ("ceiling", assumption.ceiling)):
                if words and words.value is not None:
                    parts[side] = Source(assumption=assumption, part=side)
                if words and words.loosest is not None:
                    parts[f"{side}_loosest"] = Source(assumption=assumption, part=f"{side}_loosest")
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


def _import(register: Register) -> ModuleType:
    try:
        return importlib.import_module(register.formulas)
    except (Exception, SystemExit) as error:
        message = f"the module '{register.formulas}' can't be imported ({type(error).__name__}: {error})"
        raise RegisterError(register.file("datapackage.json"), message, field="analysis.formulas") from None


def assignments(texts: Iterable[str], what: str = "value") -> dict[str, str]:
    """Texts of the form name=value, by name. Raises InputError for another form and for a name given twice.

    >>> assignments(["overlap = 0.5"])
    {'overlap': '0.5'}
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name and value):
            raise InputError(f"'{text}' is not of the form quantity={what}")
        if name in found:
            raise InputError(f"{name} is given twice")
        found[name] = value
    return found
