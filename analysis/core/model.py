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
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core import expressions
from analysis.core.bounds import Bounds, Floats, extremes, is_fractional, merged
from analysis.core.expressions import Expression, ExpressionError
from analysis.core.published import Interval
from analysis.core.register import Assumption, Claim, InputError, Register, RegisterError
from analysis.core.units import (
    CONSTANTS,
    Quantity,
    UnitError,
    name_of,
    nearest,
    parse_unit,
    read_number,
)
from analysis.core.words import SAME

#: The reading that is a quantity's formula without a name of its own.
BARE = "formula"
#: The readings whose value a user may set.
SETTABLE = ("set", "published")
#: Names that no row can have as its reading.
RESERVED = (BARE, *SETTABLE, "floor", "floor_loosest", "ceiling", "ceiling_loosest", "constant", "given")
#: The relative step by which the direction of an effect is found.
_STEP = 1e-4
_NAMELY = {"published": "as printed", "set": "the assumption as set", BARE: "by its formula"}


class ModelError(InputError):
    """A name, a value or a combination of readings that can't be computed with."""


class Circle(ModelError):
    """Readings of which each needs the other."""


class OutOfBounds(ModelError):
    """A combination that takes a quantity past a limit, or divides by zero."""


@dataclass(frozen=True)
class Source:
    """Where a value comes from: exactly one of claim, assumption, constant, expression and ``same_as``.

    end: of a range. part: of an assumption, ``set`` or an end of its words. side: the kind of a constant that a user
    sets in place of an assumption.
    """

    claim: Claim | None = None
    end: str = ""
    assumption: Assumption | None = None
    part: str = "set"
    constant: float | None = None
    side: str = "point"
    expression: Expression | None = None
    same_as: str = ""

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The quantities that the value is computed from."""
        return (self.same_as,) if self.same_as else self.expression.needs if self.expression else ()

    @property
    def words(self) -> str:
        """The formula in words."""
        return self.expression.words if self.expression else ""

    @property
    def is_leaf(self) -> bool:
        """Whether no other quantity is needed."""
        return self.expression is None and not self.same_as

    @cached_property
    def value(self) -> float:
        """The value of a leaf, in base units."""
        if self.claim:
            return self.claim.published.value(self.end)
        if self.assumption:
            side, _, loosest = self.part.partition("_")
            if side == "set":
                return self.assumption.used
            end = self.assumption.floor if side == "floor" else self.assumption.ceiling
            assert end is not None
            number = end.loosest if loosest else end.value
            assert number is not None
            return number
        assert self.constant is not None
        return self.constant

    def interval(self, *, other: bool = False) -> Interval:
        """The values a leaf stands for: an interval for a printed number, a point for anything else."""
        if self.claim:
            return self.claim.published.stands_for(self.end, other=other)
        return Interval(self.value, self.value)

    @property
    def kind(self) -> str:
        """On which side a leaf leaves room; the low end of a range is a floor, its high end a ceiling."""
        if self.claim:
            return {"low": "floor", "high": "ceiling"}.get(self.end, self.claim.published.kind)
        if self.assumption:
            return self.assumption.kind if self.part == "set" else self.part.partition("_")[0]
        return self.side


@dataclass(frozen=True)
class Node:
    """A quantity in a plan, the reading in use, and its source. A value that a user sets has the reading ``given``."""

    name: str
    reading: str
    source: Source


@dataclass(frozen=True)
class Setting:
    """Readings and values that differ from the article's own. ``Model.setting`` makes one.

    given: the names that a user gave, also where they equal the article's own.
    """

    readings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    given: frozenset[str] = field(default=frozenset(), compare=False)

    def __hash__(self) -> int:
        return hash((tuple(sorted(self.readings.items())), tuple(sorted(self.values.items()))))


ARTICLE = Setting()


@dataclass(frozen=True)
class Limit:
    """A quantity that stays between two numbers, or at most another quantity (``other``).

    difference: for a branch of minimum or maximum, an expression that stays at 0 or above.
    """

    quantity: str
    low: float = -math.inf
    high: float = math.inf
    other: str = ""
    label: str = ""
    difference: Expression | None = None

    def __str__(self) -> str:
        if self.other or self.label:
            return f"{self.quantity} at most {self.label or self.other}"
        return f"{self.quantity} outside {self.low:,.10g} to {self.high:,.10g}"

    def rooms(self, values: Mapping[str, Any]) -> list[Any]:
        """How far the quantity lies from each end, as a share of the end; below 0 past it."""
        if self.difference is not None:
            return [self.difference.compiled(*(values[name] for name in self.difference.needs))]
        here = values[self.quantity]
        if self.other:
            return [(values[self.other] - here) / np.maximum(np.abs(self._size), 1.0)]
        found = [(here - self.low) / self._size] if math.isfinite(self.low) else []
        return [*found, (self.high - here) / self._size] if math.isfinite(self.high) else found

    @property
    def _size(self) -> float:
        # A fixed scale keeps a room a ratio of two linear functions.
        ends = [abs(end) for end in (self.low, self.high) if math.isfinite(end)]
        return max(ends, default=1e6) or 1.0

    def kept(self, values: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Where the limit is kept, to the last digits."""
        inside: NDArray[np.bool_] = np.asarray(True)
        for room in self.rooms(values):
            inside = inside & (np.asarray(room, float) >= -SAME)
        return inside


@dataclass(frozen=True)
class Plan:
    """The nodes that some quantities rest on, in order of computation; ``target`` is the first of those quantities.

    limits: what no combination may exceed. Derived assumptions always have theirs; caps stand in a capped plan.
    """

    target: str
    nodes: tuple[Node, ...]
    limits: tuple[Limit, ...] = ()

    @cached_property
    def leaves(self) -> dict[str, Node]:
        """The nodes that start the computation."""
        return {node.name: node for node in self.nodes if node.source.is_leaf}

    @cached_property
    def by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def claims(self) -> frozenset[str]:
        """Ids of the claims that the quantities start from."""
        return frozenset(node.source.claim.id for node in self.nodes if node.source.claim)

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The claims and assumptions that the quantities start from, by id."""
        return tuple(
            node.source.claim.id if node.source.claim else name
            for name, node in self.leaves.items()
            if name not in CONSTANTS
        )

    @cached_property
    def start(self) -> dict[str, float]:
        """The leaves' values."""
        return {name: np.float64(node.source.value) for name, node in self.leaves.items()}

    def evaluate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every node's value, with values given for some nodes in place of their own. Arrays broadcast.

        Nothing is checked or clipped; a division by zero gives infinity.
        """
        values: dict[str, Any] = {}
        start = self.start
        with np.errstate(all="ignore"):
            for node in self.nodes:
                name, source = node.name, node.source
                if name in given:
                    values[name] = given[name]
                elif name in start:
                    values[name] = start[name]
                elif source.same_as:
                    values[name] = values[source.same_as]
                else:
                    assert source.expression is not None
                    values[name] = source.expression.compiled(*(values[need] for need in source.needs))
        return values

    def rooms(self, values: Mapping[str, Any]) -> list[Any]:
        """How far each end of each limit lies; below 0 past it."""
        return [room for limit in self.limits for room in limit.rooms(values)]

    def within(self, values: Mapping[str, Any]) -> NDArray[np.bool_]:
        """Where every limit is kept."""
        inside: NDArray[np.bool_] = np.asarray(True)
        for limit in self.limits:
            inside = inside & limit.kept(values)
        return inside

    @cached_property
    def branches(self) -> tuple[Plan, ...]:
        """Plans without minimum and maximum: one for each choice of their operands, limited to where it is right."""
        found = [self]
        for node in self.nodes:
            expression = node.source.expression
            if expression is None or len(expression.branches) == 1:
                continue
            found = [
                plan._with(node, branch, conditions) for plan in found for branch, conditions in expression.branches
            ]
        return tuple(found)

    def _with(self, node: Node, branch: Expression, conditions: tuple[Expression, ...]) -> Plan:
        chosen = Node(node.name, node.reading, replace(node.source, expression=branch))
        nodes = tuple(chosen if one.name == node.name else one for one in self.nodes)
        limits = tuple(Limit(node.name, difference=condition) for condition in conditions)
        return Plan(self.target, nodes, (*self.limits, *limits))

    @cached_property
    def direction(self) -> dict[str, int]:
        """For each node, whether a rise of it raises (1) or lowers (-1) the target, or has no effect (0)."""
        here = self.evaluate({})
        count = len(self.nodes)
        values: dict[str, Any] = {}
        with np.errstate(all="ignore"):
            for i, node in enumerate(self.nodes):
                source = node.source
                if source.is_leaf:
                    value = np.full(count, self.start[node.name])
                elif source.same_as:
                    value = values[source.same_as].copy()
                else:
                    assert source.expression is not None
                    value = np.broadcast_to(
                        np.asarray(source.expression.compiled(*(values[need] for need in source.needs)), float), count
                    ).copy()
                value[i] += _STEP * _scale(node, float(here[node.name]))
                values[node.name] = value
            target = float(here[self.target])
            # Between poles the target only rises or only falls in a leaf, so any step shows the direction.
            change = (values[self.target] - target) / (abs(target) or 1.0)
        return {
            node.name: 0 if not abs(one) >= SAME else 1 if one > 0 else -1
            for node, one in zip(self.nodes, change, strict=True)
        }

    @cached_property
    def kind(self) -> str:
        """point, floor, ceiling, range or none: which side the kinds of the leaves leave open for the target.

        A falling effect turns ceiling into floor; a point with another kind is that kind; unlike kinds give none.
        """
        turned = {"floor": "ceiling", "ceiling": "floor"}
        kinds = set()
        for name, node in self.leaves.items():
            kind = node.source.kind
            if kind != "point" and self.direction[name]:
                kinds.add(turned.get(kind, kind) if self.direction[name] < 0 else kind)
        return "point" if not kinds else kinds.pop() if len(kinds) == 1 else "none"

    @cached_property
    def value(self) -> float:
        """The target at the printed numbers. Raises OutOfBounds past a limit and for a division by zero."""
        values = self.evaluate({})
        for limit in self.limits:
            if not limit.kept(values):
                here = float(values[limit.quantity])
                if limit.other or limit.label:
                    most = values[limit.other] if limit.other else limit.high
                    raise OutOfBounds(
                        f"{limit.quantity} would be {here:,.0f}, above {limit.label or limit.other} of {most:,.0f}, "
                        "which it can't exceed"
                    )
                raise OutOfBounds(
                    f"{limit.quantity}, read {self.by_name[limit.quantity].reading}, would be {here:.6g}, outside its "
                    f"allowed range of {limit.low:,.10g} to {limit.high:,.10g}"
                )
        for node in self.nodes:
            if not np.isfinite(values[node.name]):
                raise OutOfBounds(f"{node.name}, read {node.reading}, has no finite value: a division by zero")
        return float(values[self.target])

    def bounds(
        self,
        *,
        other: bool = False,
        vary: Mapping[str, Floats] | None = None,
        ranges: Mapping[str, Interval] | None = None,
        rounding: bool = True,
        of: str = "",
    ) -> list[Bounds]:
        """Smallest and largest target over everything that the printed inputs stand for, limits kept.

        The same input moves once, everywhere. other: the other rounding places. vary: arrays of one length for some
        leaves, one result for each entry. ranges: intervals for some leaves. rounding: whether printed inputs move. of:
        another node than the target.
        """
        box: dict[str, tuple[float, float]] = {}
        still: dict[str, float] = {}
        for name, node in self.leaves.items():
            one = (ranges or {}).get(name) or (node.source.interval(other=other) if rounding else None)
            if one is not None and name not in (vary or {}):
                box |= {name: (one.low, one.high)} if one.high > one.low else {}
                still |= {name: one.low} if one.high == one.low else {}
        found = []
        for plan in self.branches:

            def function(given: Mapping[str, Any], plan: Plan = plan) -> tuple[Any, Sequence[Any]]:
                values = plan.evaluate({**still, **given})
                return values[of or plan.target], plan.rooms(values)

            found.append(extremes(function, box, vary))
        return found[0] if len(found) == 1 else [merged(parts) for parts in zip(*found, strict=True)]

    def confirm(self) -> None:
        """Raise ModelError, naming the formula, where a node is no ratio of two linear functions of each leaf."""
        for plan in self.branches:
            moved = [node for node in plan.leaves.values() if node.name not in CONSTANTS]
            # Wide steps from the value, one leaf at a time: 0, ⅓, ½ and 1 of the way.
            steps = np.array([0.0, 1 / 3, 0.5, 1.0])
            given: dict[str, Any] = {}
            for i, node in enumerate(moved):
                value = np.repeat(float(plan.start[node.name]), 4 * len(moved)).reshape(len(moved), 4)
                value[i] += 0.37 * steps * _scale(node, float(plan.start[node.name]))
                given[node.name] = value
            values = plan.evaluate(given)
            shape = len(moved), 4
            stacked = np.array([np.broadcast_to(np.asarray(values[node.name], float), shape) for node in plan.nodes])
            fine = is_fractional(*np.moveaxis(stacked, -1, 0)).all(axis=-1)
            for node, ok in zip(plan.nodes, fine, strict=True):
                if not ok:
                    raise ModelError(
                        f"the formula of {node.name} ({node.reading}) is not a ratio of two linear functions of each "
                        "input, so its bounds can't be computed"
                    )


def _scale(node: Node, value: float) -> float:
    """The size of a node's value; where that is 0, the width of the range it is varied over."""
    assumption = node.source.assumption
    return abs(value) or (assumption.high - assumption.low if assumption else 0.0) or 1.0


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
            if readings.get(quantity, SETTABLE[0]) not in SETTABLE and quantity not in given:
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
        return self.change({**{name: self.number(name, text) for name, text in numbers.items()}, **named}, base)

    def number(self, quantity: str, given: Any, *, with_unit: bool = False) -> float:
        """A value for a quantity in base units, from a number or a text; raises ModelError where it can't be one."""
        if isinstance(given, str):
            try:
                given = read_number(given, self.units[self.known(quantity)], with_unit=with_unit)
            except UnitError as error:
                known = [name for name in self.sources[quantity] if name not in RESERVED]
                hint = f"; its readings are {', '.join(known)}" if known and given[:1].isalpha() else ""
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
        if isinstance(number, bool) or not isinstance(number, numbers.Real) or not math.isfinite(number):
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


def unit_of(expression: Expression, units: Mapping[str, str]) -> str:
    """The unit that an expression gives, from one evaluation on pint quantities.

    Raises pint.DimensionalityError where unlike units are added or compared.
    """
    # No two values alike, none of them 1, and no two that add to 1: a difference may be divided by.
    given = [Quantity(0.37 + 0.2236 * i, parse_unit(units[name])) for i, name in enumerate(expression.needs)]
    result = expression.compiled(*given)
    return name_of(result.units) if isinstance(result, Quantity) else "dimensionless"
