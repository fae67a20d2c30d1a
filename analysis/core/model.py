"""The model: resolves names to rows, assumptions and formulas, and computes points, bounds and kinds.

What belongs here: everything between a checked register and a number, and the checks that need formulas. What does not:
whether a number agrees with what is printed (``verdicts``), and any fact of the article.

A formula is a function named after the quantity it computes; its parameters are the names of what it needs. A value
comes from, in this order: the reading that is named; the input row; the default reading; the bare formula; the
assumption of that name.

>>> model = Model(Register.read())
>>> round(model.estimate("transfers_2019").value)
2868778
>>> round(model.estimate("transfers_2019", model.setting(readings={"transfers_2019": "from_difference"})).value)
2870000
"""

from __future__ import annotations

import functools
import graphlib
import importlib
import inspect
import itertools
import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np
import pint
from numpy.typing import NDArray

from analysis.core import findings
from analysis.core.published import TIE, Interval
from analysis.core.register import PER_YEAR, Assumption, Claim, InputError, Register, RegisterError
from analysis.core.units import CONSTANTS, Quantity, name_of, nearest, parse_unit

Floats = NDArray[np.float64]
#: For a leaf that stays where it is.
_NOWHERE = Interval(0.0, 0.0)
#: The reading that is a quantity's formula without a name of its own.
BARE = "formula"
#: The readings whose value a user may set.
SETTABLE = ("set", "published")
#: Names of readings that a row can't have.
RESERVED = (BARE, *SETTABLE, "floor", "floor_loosest", "ceiling", "ceiling_loosest", "constant", "given")
#: The step, relative to a value, by which its effect is found.
STEP = 1e-4
_NAMELY = {"published": "as printed", "set": "the assumption as set", BARE: "by its formula"}


class ModelError(InputError):
    """A name, a value or a combination of readings that the model can't compute with."""


class Circle(ModelError):
    """Readings of which each needs the other."""


class OutOfBounds(ModelError):
    """A combination that takes a derived share or ratio outside what has a meaning."""


@dataclass(frozen=True)
class Way:
    """One way to a quantity's value: exactly one of claim, assumption, constant and formula supplies it.

    ``side`` is the kind of a constant that a user gives in the place of an assumption: the number is another, the words
    that make it a floor or a ceiling are the same.
    """

    claim: Claim | None = None
    end: str = ""
    assumption: Assumption | None = None
    part: str = "set"
    constant: float | None = None
    side: str = "point"
    formula: Callable[..., Any] | None = None
    needs: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The formula in words: the first sentence of its docstring."""
        return (inspect.getdoc(self.formula) or "").split("\n\n")[0].replace("\n", " ") if self.formula else ""

    def value(self) -> float:
        """The value of a leaf on a point, in base units."""
        if self.claim:
            return self.claim.published.value(self.end)
        if self.assumption:
            side, _, loosest = self.part.partition("_")
            if side == "set":
                return self.assumption.used
            words = self.assumption.floor if side == "floor" else self.assumption.ceiling
            assert words is not None
            number = words.loosest if loosest else words.value
            assert number is not None
            return number
        assert self.constant is not None
        return self.constant

    def interval(self, *, other: bool = False) -> Interval:
        """What a leaf stands for: an interval for a printed number, a point for anything else."""
        if self.claim:
            return self.claim.published.stands_for(self.end, other=other)
        return Interval(self.value(), self.value())

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
    """A quantity in a plan: its name, the reading in use, and the way it is got. An override is a constant."""

    name: str
    reading: str
    way: Way


@dataclass(frozen=True)
class Setting:
    """Readings and values that differ from the article's own. ``Model.setting`` makes one from what a user gives."""

    readings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        return tuple(sorted(self.readings.items())), tuple(sorted(self.values.items()))


ARTICLE = Setting()


@dataclass(frozen=True)
class Cap:
    """A quantity that can't exceed another, or what an expression over rows comes to (``limit``, in base units)."""

    quantity: str
    most: str
    limit: float = math.nan

    def __str__(self) -> str:
        return f"{self.quantity} at most {self.most}"

    def room(self, values: Mapping[str, Any]) -> Any:
        """How far the quantity lies below its cap; below 0 where it exceeds it."""
        return (values[self.most] if math.isnan(self.limit) else self.limit) - values[self.quantity]


@dataclass(frozen=True)
class Plan:
    """What one or more quantities rest on, in order of computation. ``target`` is the one, or the first of them.

    limits: derived shares and ratios, each with the smallest and the largest value that has a meaning.
    caps: what can't exceed what; only where a plan is asked for with them.
    """

    target: str
    nodes: tuple[Node, ...]
    limits: tuple[tuple[str, float, float], ...]
    caps: tuple[Cap, ...] = ()

    @cached_property
    def leaves(self) -> dict[str, Node]:
        """The nodes that start the computation: rows, assumptions, constants, overrides."""
        return {node.name: node for node in self.nodes if node.way.formula is None}

    @cached_property
    def by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def claims(self) -> frozenset[str]:
        """Ids of the rows that the quantity starts from."""
        return frozenset(node.way.claim.id for node in self.nodes if node.way.claim)

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The rows and assumptions that the quantity starts from, by id."""
        return tuple(
            node.way.claim.id if node.way.claim else name for name, node in self.leaves.items() if name not in CONSTANTS
        )

    @cached_property
    def start(self) -> dict[str, float]:
        """The leaves' values on a point."""
        return {name: np.float64(node.way.value()) for name, node in self.leaves.items()}

    def evaluate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every node's value, from given values of the leaves; a value given for another node stands for its formula.

        Arrays broadcast against each other. Nothing is checked or clipped.
        """
        values: dict[str, Any] = {}
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            for node in self.nodes:
                if node.name in given:
                    values[node.name] = given[node.name]
                elif node.way.formula is not None:
                    values[node.name] = node.way.formula(**{name: values[name] for name in node.way.needs})
                else:
                    values[node.name] = np.float64(node.way.value())
        return values

    def sides(self, values: Mapping[str, Any]) -> list[Any]:
        """How far each bound and cap lies, as a share of the size that ``within`` takes; below 0 past it."""
        found = []
        for name, low, high in self.limits:
            size = max(abs(low), abs(high)) or 1.0
            found += [(values[name] - low) / size, (high - values[name]) / size]
        return [*found, *(cap.room(values) / np.maximum(np.abs(values[cap.quantity]), 1.0) for cap in self.caps)]

    def within(self, values: Mapping[str, Any], slack: float = TIE) -> NDArray[np.bool_]:
        """Whether every derived share and ratio lies in the bounds of the assumption that it stands for.

        ``slack`` forgives a float that misses a bound by that share of it.
        """
        inside: NDArray[np.bool_] = np.asarray(True)
        for name, low, high in self.limits:
            inside = inside & _between(values[name], low, high, slack)
        for cap in self.caps:
            room = np.asarray(cap.room(values), float)
            if not room.size or not room.min() >= 0:
                inside = inside & (room >= -slack * np.abs(values[cap.quantity]))
        return inside


def _between(value: Any, low: float, high: float, slack: float) -> NDArray[np.bool_]:
    room = slack * max(abs(low), abs(high))
    return (np.asarray(value, float) >= low - room) & (np.asarray(value, float) <= high + room)


@dataclass(frozen=True)
class Bounds:
    """Smallest and largest value over everything that the printed inputs stand for; one entry a variation.

    ``trimmed`` counts the corners left out because a derived share had no meaning there, ``corners`` those in all.
    Where every corner is left out, low and high are NaN. ``turning`` says whether it was not monotone in each input,
    ``endless`` whether it has no finite value at a corner.
    """

    low: Floats
    high: Floats
    trimmed: int = 0
    corners: int = 1
    turning: bool = False
    endless: bool = False


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
    trimmed: int = 0


class Model:
    """The register with its formulas, checked against each other.

    modules: the modules with the formulas; without them, the importable module that datapackage.json names.
    Raises RegisterError where register and formulas disagree: an unknown name, a circular definition, a unit that does
    not match, a quantity that nothing supplies, a row without a check.
    """

    def __init__(self, register: Register, modules: Iterable[ModuleType] | None = None) -> None:
        self.register = register
        self._package = register.file("datapackage.json")
        self.ways = self._ways(list(modules) if modules is not None else [self._import(register.formulas)])
        self._plans: dict[tuple[tuple[str, ...], Setting, bool], Plan] = {}
        self._check_names()
        self.units = self._check_units()
        findings.check(register)
        self.caps = self._caps()
        self._check_checks()
        self._check_external()
        self._check_statements()

    # What there is ------------------------------------------------------------------------------------------------

    @property
    def quantities(self) -> list[str]:
        """Names of everything with a value, except the constants."""
        return [name for name in self.ways if name not in CONSTANTS]

    def default(self, quantity: str) -> str:
        """The reading that a run of the article takes."""
        ways = self.ways[quantity]
        if "published" in ways:
            return "published"
        named = [r.reading for r in self.register.readings.values() if r.quantity == quantity and r.default]
        if named:
            return named[0]
        reported = [reading for reading, way in ways.items() if way.claim and way.claim.reported]
        for reading in (BARE, "set", "constant", *reported):
            if reading in ways:
                return reading
        raise RegisterError(
            self.register.file("readings.csv"),
            f"{quantity} has readings ({', '.join(ways)}) and none of them is the default",
            field="default",
        )

    def readings(self, quantity: str) -> list[str]:
        """The readings of a quantity, its default first."""
        default = self.default(quantity)
        return [default, *(reading for reading in self.ways[quantity] if reading != default)]

    def label(self, quantity: str, reading: str) -> str:
        """A reading in a few words."""
        row = self.register.readings.get((quantity, reading))
        if row:
            return row.label
        if reading in self.register.claims:
            return self.register.claims[reading].statement
        return _NAMELY.get(reading, reading)

    def name(self, quantity: str) -> str:
        """What a quantity is, in words."""
        if quantity in self.register.assumptions:
            return self.register.assumptions[quantity].label
        if quantity in self.register.inputs:
            return self.register.inputs[quantity].statement
        return self.ways[quantity][self.default(quantity)].words or quantity

    # Settings -----------------------------------------------------------------------------------------------------

    def setting(self, readings: Mapping[str, str] | None = None, values: Mapping[str, float] | None = None) -> Setting:
        """A setting from what a user gives; whatever equals the article's own is left out of it.

        readings: quantity to reading; one choice that serves several quantities follows when one of them is named.
        values: quantity to a number in base units; the article's own may stand beside any reading. Raises ModelError,
        which names the nearest known name, for an unknown quantity or reading; for a number that is not finite or lies
        outside its bounds; for a value that the named reading does not use; and for readings that make a circle.
        """
        named = self._linked_readings(readings or {})
        for quantity, reading in named.items():
            self.known(quantity)
            if reading not in self.ways[quantity]:
                raise ModelError(f"'{reading}' is no reading of {quantity}{nearest(str(reading), self.ways[quantity])}")
        given = dict(values or {})
        for quantity, number in given.items():
            self._check_value(quantity, number)
            elsewhere = named.get(quantity, SETTABLE[0]) not in SETTABLE
            if elsewhere and not self._as_in_article(quantity, number):
                raise ModelError(f"{quantity} = {number:g} is unused: its reading {named[quantity]} supplies it")
        setting = Setting(
            {q: r for q, r in named.items() if r != self.default(q)},
            {
                quantity: float(number)
                for quantity, number in given.items()
                if not self._as_in_article(quantity, number)
            },
        )
        for quantity in setting.readings:
            self.plan(quantity, setting)
        return setting

    def known(self, quantity: str) -> str:
        """The name of a quantity; raises ModelError with the nearest one where it is none."""
        if quantity not in self.ways or quantity in CONSTANTS:
            raise ModelError(f"'{quantity}' is no quantity{nearest(quantity, self.quantities)}")
        return quantity

    def named(self, text: str) -> tuple[str, dict[str, str]]:
        """What ``quantity``, ``quantity.reading`` or the id of a row of claims names: a quantity, and readings of it.

        Raises ModelError with the nearest known name.

        >>> Model(Register.read()).named("figure_2019_all")
        ('labourers_2019', {'labourers_2019': 'figure_2019_all'})
        """
        claim = self.register.claims.get(text)
        if claim and claim.id in self.ways.get(claim.quantity, {}):
            return claim.quantity, {claim.quantity: claim.id}
        if claim:
            raise ModelError(f"'{text}' is {claim.published.qualifier}, so it is not one number")
        quantity, _, reading = text.partition(".")
        if quantity not in self.ways or quantity in CONSTANTS:
            known = nearest(text, [*self.quantities, *self.register.claims])
            raise ModelError(f"'{text}' is no quantity and no row of claims.csv{known}")
        if reading and reading not in self.ways[quantity]:
            raise ModelError(f"'{reading}' is no reading of {quantity}{nearest(reading, self.ways[quantity])}")
        return quantity, {quantity: reading} if reading else {}

    def differences(self, setting: Setting) -> str:
        """What differs from the article, in one line; empty for the article's own."""
        rows = self.register.readings
        ours = {key for key, row in rows.items() if row.reconstruction}
        parts = [
            f"{q}: {self.label(q, r)} ({r}{', a reconstruction' if (q, r) in ours else ''})"
            for q, r in setting.readings.items()
        ]
        for quantity, number in setting.values.items():
            way = self.ways[quantity][setting.readings.get(quantity, self.default(quantity))]
            was = "" if way.formula else f" in the place of {way.value():,.10g}"
            unit = "" if self.units[quantity] == "dimensionless" else f" {self.units[quantity]}"
            parts.append(f"{quantity} = {number:,.10g}{unit}{was}")
        return f"differs from the article in: {'; '.join(parts)}" if parts else ""

    def check_used(
        self, setting: Setting, plans: Iterable[Plan], *, values: Iterable[str] = (), readings: Iterable[str] = ()
    ) -> None:
        """Refuse a reading or a value that nothing computed here depends on.

        values, readings: names that a user gave, also where they equal the article's own, which a setting leaves out.
        Raises ModelError that names it.
        """
        nodes = [plan.by_name for plan in plans]
        for quantity in [*setting.readings, *readings]:
            # Of quantities that are one choice, one that is used is enough.
            served = next((group for group in self.register.linked_readings if quantity in group), (quantity,))
            if not any(one in found for one in served for found in nodes):
                raise ModelError(f"{quantity} is unused: nothing computed here depends on it under these readings")
        for quantity in [*setting.values, *values]:
            used = [found[quantity] for found in nodes if quantity in found]
            if all(node.reading not in ("given", *SETTABLE) for node in used):
                why = f"its reading {used[0].reading} supplies it" if used else "nothing computed here depends on it"
                raise ModelError(f"{quantity} is unused: {why} under these readings")

    def _check_value(self, quantity: str, number: float) -> None:
        self.known(quantity)
        if isinstance(number, bool) or not isinstance(number, numbers.Real) or not math.isfinite(number):
            raise ModelError(f"{quantity} = {number!r} is not a finite number")
        assumption = self.register.assumptions.get(quantity)
        unit = self.units[quantity]
        if assumption and not assumption.minimum <= number <= assumption.maximum:
            raise ModelError(
                f"{quantity} = {number:.10g} lies outside {assumption.minimum:,.10g} to {assumption.maximum:,.10g}, "
                f"which is what has a meaning (in {unit})"
            )
        if not assumption and unit != "dimensionless" and number < 0:
            raise ModelError(f"{quantity} = {number:g} lies below 0 (in {unit})")
        if not assumption and number < -1:
            raise ModelError(f"{quantity} = {number:g} lies below -1, and nothing falls by more than the whole")

    def _as_in_article(self, quantity: str, number: float) -> bool:
        way = self.ways[quantity][self.default(quantity)]
        return way.formula is None and way.value() == number

    def _linked_readings(self, readings: Mapping[str, str]) -> dict[str, str]:
        named = dict(readings)
        for group in self.register.linked_readings:
            chosen = {named[quantity] for quantity in group if quantity in named}
            if len(chosen) > 1:
                raise ModelError(
                    f"{' and '.join(group)} are one choice and can't have the readings {', '.join(sorted(chosen))}"
                )
            for quantity in group if chosen else ():
                named[quantity] = next(iter(chosen))
        return named

    # Plans --------------------------------------------------------------------------------------------------------

    def under(self, setting: Setting, readings: Mapping[str, str]) -> Setting:
        """A setting with some readings named over it; a value that they leave without a use is dropped."""
        named = {**setting.readings, **self._linked_readings(readings)}
        values = {
            quantity: number
            for quantity, number in setting.values.items()
            if named.get(quantity, SETTABLE[0]) in SETTABLE
        }
        return Setting(named, values)

    def plan(self, quantity: str, setting: Setting = ARTICLE) -> Plan:
        """What a quantity rests on under a setting. Raises ModelError for a circle, naming its members."""
        return self.graph((quantity,), setting)

    def graph(self, quantities: Sequence[str], setting: Setting = ARTICLE, *, capped: bool = False) -> Plan:
        """What several quantities rest on together under a setting; ``capped`` adds what none of it can exceed.

        Raises ModelError for a circle, naming its members.
        """
        key = (tuple(quantities), setting, capped)
        if key not in self._plans:
            self._plans[key] = self._plan(tuple(quantities), setting, capped)
        return self._plans[key]

    def _plan(self, quantities: tuple[str, ...], setting: Setting, capped: bool) -> Plan:
        found: dict[str, Node] = {}
        caps: list[Cap] = []
        open_names = list(reversed(quantities))
        while open_names:
            name = open_names.pop()
            if name in found:
                continue
            found[name] = self._node(name, setting)
            open_names.extend(reversed(found[name].way.needs))
            for cap in self.caps if capped else ():
                if cap.quantity == name:
                    caps.append(cap)
                    open_names[:0] = [cap.most] if math.isnan(cap.limit) else []
        graph = {name: node.way.needs for name, node in found.items()}
        try:
            order = list(graphlib.TopologicalSorter(graph).static_order())
        except graphlib.CycleError as error:
            chain = [f"{name} ({found[name].reading})" for name in reversed(error.args[1])]
            raise Circle(
                f"these readings make a circle: {chain[0]} needs {', which needs '.join(chain[1:])}; "
                "choose another reading of one of them"
            ) from None
        limits = []
        for name in order:
            assumption = self.register.assumptions.get(name)
            if assumption and found[name].way.formula is not None:
                limits.append((name, assumption.minimum, assumption.maximum))
        return Plan(quantities[0], tuple(found[name] for name in order), tuple(limits), tuple(caps))

    def _node(self, name: str, setting: Setting) -> Node:
        reading = setting.readings.get(name, self.default(name))
        way = self.ways[name][reading]
        if name in setting.values and (reading in SETTABLE or name not in setting.readings):
            # None of them is no floor.
            side = way.assumption.kind if way.assumption and setting.values[name] else "point"
            return Node(name, "given", Way(constant=setting.values[name], side=side))
        return Node(name, reading, way)

    # Numbers ------------------------------------------------------------------------------------------------------

    def point(self, plan: Plan) -> float:
        """The value at the printed numbers. Raises OutOfBounds where a derived share has no meaning there."""
        values = plan.evaluate(plan.start)
        for cap in plan.caps:
            if not replace(plan, limits=(), caps=(cap,)).within(values):
                most = values.get(cap.most, cap.limit)
                raise OutOfBounds(
                    f"{cap.quantity} comes to {values[cap.quantity]:,.0f}, above {cap.most} of {most:,.0f}, "
                    "which it can't exceed"
                )
        for name, low, high in plan.limits:
            if not _between(values[name], low, high, TIE):
                raise OutOfBounds(
                    f"{name}, read {plan.by_name[name].reading}, comes to {values[name]:.6g}, "
                    f"outside {low:,.10g} to {high:,.10g}, which is what has a meaning"
                )
        for node in plan.nodes:
            if not np.isfinite(values[node.name]):
                raise OutOfBounds(f"{node.name}, read {node.reading}, has no finite value: something is divided by 0")
        return float(values[plan.target])

    def bounds(
        self,
        plan: Plan,
        *,
        other: bool = False,
        vary: Mapping[str, Floats] | None = None,
        monotone: bool = False,
        ranges: Mapping[str, Interval] | None = None,
        rounding: bool = True,
        of: Callable[[Mapping[str, Any]], Any] | None = None,
    ) -> Bounds:
        """The smallest and largest value over the box of what the printed inputs stand for.

        The same input moves once, everywhere. From the corners of the box, exact where the quantity is monotone in
        each input, else by optimisation; where a derived share leaves its bounds, corners are trimmed and the points
        at which the box's edges cross the bound take their place. ``vary`` gives arrays of one length n for some
        leaves; low and high then have n entries, else one. ``other`` takes the other rounding places. ``monotone``
        spares the search for turning points where it is known that there are none. ``ranges`` gives intervals for some
        leaves, ``rounding`` says whether the others move over what they stand for or stay as they are; ``of`` bounds
        another function of the nodes' values than the target.
        """
        box = {
            name: (ranges or {}).get(name) or (node.way.interval(other=other) if rounding else _NOWHERE)
            for name, node in plan.leaves.items()
            if name not in (vary or {})
        }
        box = {name: interval for name, interval in box.items() if interval.high > interval.low}
        columns: dict[str, Any] = {name: np.asarray(values, float)[:, None] for name, values in (vary or {}).items()}
        still = {name: np.float64(one.low) for name, one in (ranges or {}).items() if one.low == one.high}
        n = len(next(iter(columns.values()))) if columns else 1
        low = np.array([interval.low for interval in box.values()])
        width = np.array([interval.high - interval.low for interval in box.values()])

        def values_at(where: Floats) -> tuple[dict[str, Any], Floats]:
            """Every node's value, and the target, at positions (…, leaves) between 0 and 1."""
            given = {name: low[i] + where[..., i] * width[i] for i, name in enumerate(box)}
            values = plan.evaluate({**plan.start, **still, **columns, **given})
            target = np.asarray(of(values) if of else values[plan.target], float)
            return values, np.broadcast_to(target, (n, where.shape[-2]))

        def at(where: Floats) -> tuple[Floats, NDArray[np.bool_]]:
            """The target and whether it has a meaning, at these positions."""
            values, target = values_at(where)
            return target, np.broadcast_to(plan.within(values) & np.isfinite(target), target.shape)

        def sides(where: Floats) -> Floats:
            """How far each bound lies at these positions, as ``Plan.sides``: (bounds, n, positions).

            The last is none: it is passed where the target is not finite.
            """
            values, target = values_at(where)
            with np.errstate(invalid="ignore"):
                found = [*plan.sides(values), np.where(np.isfinite(target), 1.0, -1.0)]
            return np.array([np.broadcast_to(side, target.shape) for side in found])

        corners = np.array(list(itertools.product((0.0, 1.0), repeat=len(box)))).reshape(2 ** len(box), len(box))
        values, inside = at(corners)
        endless = not np.isfinite(values).all()
        if endless and plan.limits + plan.caps:
            # What has a limit and leaves it is trimmed, however far it goes.
            there, _ = values_at(corners)
            endless = bool((plan.within(there) & ~np.isfinite(values)).any())
        found = [np.where(inside, values, np.nan)]
        if not inside.all():
            found.append(_crossings(at, sides, corners, inside))
        turning = np.array([], np.intp) if monotone else np.flatnonzero(~_monotone(at, len(box), n))
        # Along what has a meaning an extreme can lie off the edges; a scan over many variations does not look there.
        searched = np.arange(n) if n == 1 and not inside.all() and len(box) else turning
        if len(searched):
            found.append(_optima(at, sides, len(box), n, searched, kinks=bool(len(turning))))
        together = np.concatenate(found, axis=1)
        some = ~np.isnan(together).all(axis=1)
        filled = np.where(some[:, None], together, 0.0)
        for name, least, most in plan.limits:
            filled = np.clip(filled, least, most) if name == plan.target and not of else filled
        ends = np.nanmin(filled, axis=1), np.nanmax(filled, axis=1)
        # What is nought but for the last digits of a float is nought.
        slack = TIE * np.abs(np.where(inside, values, 0.0)).max(axis=1)
        lowest, highest = (np.where(np.abs(end) <= slack, 0.0, end) for end in ends)
        return Bounds(
            np.where(some, lowest, np.nan),
            np.where(some, highest, np.nan),
            int((~inside).sum(axis=1).max()),
            len(corners),
            bool(len(turning)),
            endless,
        )

    def effect(self, plan: Plan, name: str) -> float:
        """The relative change of the target for a small step of one node, with its sign; 0 below 1e-9.

        >>> model = Model(Register.read())
        >>> model.effect(model.plan("at_risk_total"), "overlap") < 0
        True
        """
        values = plan.evaluate(plan.start)
        here = float(values[plan.target])
        assumption = self.register.assumptions.get(name)
        # What stands at nought is stepped by a part of the range that it is varied over.
        scale = abs(float(values[name])) or (assumption.high - assumption.low if assumption else 0.0) or 1.0
        step = STEP * scale
        there = float(plan.evaluate({**plan.start, name: float(values[name]) + step})[plan.target])
        change = (there - here) / (abs(here) or 1.0)
        return change if abs(change) >= TIE else 0.0

    def kind(self, plan: Plan) -> str:
        """point, floor, ceiling, range or none: what the kinds of the leaves make of the target.

        A decreasing step turns ceiling into floor; a point with X is X; unlike kinds give none.

        >>> model = Model(Register.read())
        >>> model.kind(model.plan("at_risk_2021")), model.kind(model.plan("at_risk_total"))
        ('ceiling', 'none')
        """
        turned = {"floor": "ceiling", "ceiling": "floor"}
        kinds = set()
        for name, node in plan.leaves.items():
            effect = self.effect(plan, name) if node.way.kind != "point" else 0.0
            if effect:
                kinds.add(turned.get(node.way.kind, node.way.kind) if effect < 0 else node.way.kind)
        return "point" if not kinds else kinds.pop() if len(kinds) == 1 else "none"

    def estimate(self, quantity: str, setting: Setting = ARTICLE) -> Estimate:
        """A quantity under a setting: value, bounds, unit, kind and what it rests on.

        Raises ModelError for an unknown name or a circle, OutOfBounds for a derived share without a meaning.
        """
        plan = self.plan(self.known(quantity), setting)
        value = self.point(plan)
        bounds = self.bounds(plan)
        return Estimate(
            quantity=quantity,
            value=value,
            low=float(bounds.low[0]),
            high=float(bounds.high[0]),
            unit=self.units[quantity],
            kind=self.kind(plan),
            depends_on=plan.depends_on,
            trimmed=bounds.trimmed,
        )

    # Checks -------------------------------------------------------------------------------------------------------

    def _import(self, name: str) -> ModuleType:
        def refuse(message: str) -> RegisterError:
            return RegisterError(self._package, message, field="analysis.formulas")

        if not all(part.isidentifier() for part in name.split(".")):
            raise refuse(f"'{name}' is not the name of a module")
        try:
            return importlib.import_module(name)
        except (Exception, SystemExit) as error:
            raise refuse(f"the module '{name}' can't be imported ({type(error).__name__}: {error})") from None

    def _ways(self, modules: list[ModuleType]) -> dict[str, dict[str, Way]]:
        ways: dict[str, dict[str, Way]] = {}
        for claim in self.register.claims.values():
            if claim.published.qualifier == "range":
                for end in ("low", "high"):
                    ways.setdefault(f"{claim.quantity}_{end}", {})["published"] = Way(claim=claim, end=end)
            elif claim.published.qualifier != "vague":
                rows = ways.setdefault(claim.quantity, {})
                if claim.input:
                    rows["published"] = Way(claim=claim)
                rows[claim.id] = Way(claim=claim)
        for assumption in self.register.assumptions.values():
            parts = ways.setdefault(assumption.id, {})
            parts["set"] = Way(assumption=assumption)
            for side, words in (("floor", assumption.floor), ("ceiling", assumption.ceiling)):
                if words and words.value is not None:
                    parts[side] = Way(assumption=assumption, part=side)
                if words and words.loosest is not None:
                    parts[f"{side}_loosest"] = Way(assumption=assumption, part=f"{side}_loosest")
        for function in _formulas(modules):
            quantity, _, reading = function.__name__.partition("__")
            needs = tuple(inspect.signature(function).parameters)
            named = ways.setdefault(quantity, {})
            if (reading or BARE) in named:
                raise RegisterError(
                    self._package,
                    f"two things are called {function.__name__}: give the formula another name",
                    field="analysis.formulas",
                )
            named[reading or BARE] = Way(formula=function, needs=needs)
        for name, (constant, _) in CONSTANTS.items():
            ways[name] = {"constant": Way(constant=constant)}
        return ways

    def _check_names(self) -> None:
        register = self.register
        for quantity, ways in self.ways.items():
            for reading, way in ways.items():
                for need in way.needs:
                    if need not in self.ways:
                        raise RegisterError(
                            self._package,
                            f"the formula {_called(way)} needs '{need}', which no formula or row supplies"
                            f"{nearest(need, self.ways)}",
                            field="analysis.formulas",
                        )
                if way.formula and reading != BARE and (quantity, reading) not in register.readings:
                    raise RegisterError(
                        register.file("readings.csv"),
                        f"the formula {_called(way)} has no row; each named reading has its label and grade there",
                    )
        for (quantity, reading), row in register.readings.items():
            where: dict[str, Any] = {"row": row.row, "id": f"{quantity}, {reading}"}
            if quantity not in self.ways:
                raise RegisterError(
                    register.file("readings.csv"),
                    f"'{quantity}' is a quantity that no formula or row supplies{nearest(quantity, self.quantities)}",
                    field="quantity",
                    **where,
                )
            if reading not in self.ways[quantity]:
                raise RegisterError(
                    register.file("readings.csv"),
                    f"'{reading}' is no reading of {quantity}{nearest(reading, self.ways[quantity])}",
                    field="reading",
                    **where,
                )
            if row.default and "published" in self.ways[quantity] and reading != "published":
                raise RegisterError(
                    register.file("readings.csv"),
                    f"{quantity} starts from its row {register.inputs[quantity].id}, so its default is published",
                    field="default",
                    **where,
                )
        for setting, quantity in [("percent", q) for q in register.percent] + [
            ("estimates", q) for q in register.estimates
        ]:
            if quantity not in self.ways:
                raise RegisterError(
                    self._package,
                    f"'{quantity}' is no quantity{nearest(quantity, self.quantities)}",
                    field=f"analysis.{setting}",
                )
        for group in register.linked_readings:
            for quantity in group:
                if quantity not in self.ways:
                    raise RegisterError(
                        self._package,
                        f"'{quantity}' is no quantity{nearest(quantity, self.quantities)}",
                        field="analysis.linked_readings",
                    )
            readings = [{r for r, way in self.ways[quantity].items() if way.formula} for quantity in group]
            if any(names != readings[0] for names in readings):
                raise RegisterError(
                    self._package,
                    f"{' and '.join(group)} are one choice, so their readings must have the same names",
                    field="analysis.linked_readings",
                )
        taken = {
            **dict.fromkeys(RESERVED, "a built-in reading"),
            **dict.fromkeys(self.ways, "a quantity"),
            **dict.fromkeys(register.checks, "a check"),
        }
        for name in register.checks:
            if name in self.ways:
                raise RegisterError(
                    register.file("checks.csv"), "a quantity has this name already", id=name, field="id",
                    row=register.checks[name].row,
                )  # fmt: skip
        for claim in register.claims.values():
            if claim.id in taken:
                raise RegisterError(
                    register.file("claims.csv"), f"{taken[claim.id]} has this name already", row=claim.row,
                    id=claim.id, field="id",
                )  # fmt: skip
        taken |= dict.fromkeys(register.claims, "a row of claims.csv")
        for figure in register.external.values():
            if figure.id in taken:
                raise RegisterError(
                    register.file("external.csv"), f"{taken[figure.id]} has this name already", row=figure.row,
                    id=figure.id, field="id",
                )  # fmt: skip
        taken |= dict.fromkeys(register.external, "a row of external.csv")
        for name in register.findings:
            if name in taken:
                raise RegisterError(
                    register.file("findings.yaml"), f"{taken[name]} has this name already", id=name, field="id"
                )

    def _check_units(self) -> dict[str, str]:
        units = {name: unit for name, (_, unit) in CONSTANTS.items()}
        for claim in self.register.claims.values():
            units[claim.quantity] = claim.unit
            if claim.published.qualifier == "range":
                units.update({f"{claim.quantity}_{end}": claim.unit for end in ("low", "high")})
        for assumption in self.register.assumptions.values():
            units.setdefault(assumption.id, assumption.unit)
            if not _same(units[assumption.id], assumption.unit):
                raise RegisterError(
                    self.register.file("assumptions.yaml"),
                    f"'{assumption.unit}' does not match its claim's unit, {units[assumption.id]}",
                    id=assumption.id,
                    field="unit",
                )
        pending = {
            (quantity, reading): way
            for quantity, ways in self.ways.items()
            for reading, way in ways.items()
            if way.formula is not None
        }
        while pending:
            ready = [key for key, way in pending.items() if all(need in units for need in way.needs)]
            if not ready:
                names = sorted({quantity for quantity, _ in pending})
                raise RegisterError(
                    self._package,
                    f"the formulas of {', '.join(names)} need each other in a circle, so that nothing supplies them",
                    field="analysis.formulas",
                )
            for key in ready:
                way = pending.pop(key)
                unit = self._unit_of(way, units)
                if not _same(units.setdefault(key[0], unit), unit):
                    raise self._unlike(key[0], way, unit, units[key[0]])
        return units

    def _unlike(self, quantity: str, way: Way, unit: str, held: str) -> RegisterError:
        """A formula and a row, or another formula, that give one quantity in two units."""
        rows = [claim for claim in self.register.claims.values() if claim.quantity == quantity]
        message = f"{quantity} is in {held} here, but the formula {_called(way)} gives {unit}"
        if rows:
            where: dict[str, Any] = {"row": rows[0].row, "id": rows[0].id, "field": "unit"}
            return RegisterError(self.register.file("claims.csv"), message, **where)
        return RegisterError(self._package, message, field="analysis.formulas")

    def _unit_of(self, way: Way, units: Mapping[str, str]) -> str:
        """The unit that a formula gives, from one run of it on quantities."""
        assert way.formula is not None
        # No two alike, and neither one of them nor two together 1: a difference of shares is something to divide by.
        given = {name: Quantity(0.37 + 0.2236 * i, parse_unit(units[name])) for i, name in enumerate(way.needs)}
        try:
            result = way.formula(**given)
        except pint.DimensionalityError as error:
            raise RegisterError(
                self._package,
                f"the formula {_called(way)} adds or compares unlike units ({error.units1} and {error.units2}); "
                f"it is given {', '.join(f'{need} in {units[need]}' for need in way.needs)}",
                field="analysis.formulas",
            ) from None
        except Exception as error:
            raise RegisterError(
                self._package,
                f"the formula {_called(way)} can't be computed ({type(error).__name__}: {error})",
                field="analysis.formulas",
            ) from None
        return name_of(result.units) if isinstance(result, Quantity) else "dimensionless"

    def _caps(self) -> tuple[Cap, ...]:
        """What can't exceed what, as the data package says: another quantity, or an expression over rows."""
        found = []
        for entry in self.register.caps:
            quantity, most = entry["quantity"], entry["at_most"]
            try:
                self.known(quantity)
                if most not in self.ways:
                    found.append(Cap(quantity, entry.get("label", most), findings.value(self.register, most)))
                elif _same(self.units[quantity], self.units[most]):
                    found.append(Cap(quantity, most))
                else:
                    raise ModelError(f"{quantity} is in {self.units[quantity]}, and {most} in {self.units[most]}")
            except ValueError as error:
                raise RegisterError(self._package, str(error), field="analysis.caps") from None
        return tuple(found)

    def _check_checks(self) -> None:
        register = self.register
        file = register.file("checks.csv")
        for check in register.checks.values():

            def refuse(field: str, message: str, row: int = check.row, name: str = check.id) -> RegisterError:
                return RegisterError(file, message, row=row, id=name, field=field)

            if check.quantity not in self.ways:
                raise refuse(
                    "quantity",
                    f"'{check.quantity}' is a quantity that no formula or row supplies"
                    f"{nearest(check.quantity, self.quantities)}",
                )
            for quantity, reading in check.readings.items():
                if quantity not in self.ways:
                    raise refuse("readings", f"'{quantity}' is no quantity{nearest(quantity, self.quantities)}")
                if reading not in self.ways[quantity]:
                    raise refuse(
                        "readings", f"'{reading}' is no reading of {quantity}{nearest(reading, self.ways[quantity])}"
                    )
            try:
                plan = self.plan(check.quantity, self.under(ARTICLE, check.readings))
            except ModelError as error:
                raise refuse("readings", str(error)) from None
            if check.claim in plan.claims:
                raise refuse("claim", f"the check is circular: it starts from {check.claim}, which it checks")
            for quantity in check.readings:
                if quantity not in plan.by_name:
                    raise refuse("readings", f"{quantity} is unused: {check.quantity} does not depend on it here")
            for name in check.solve:
                if name not in plan.leaves:
                    raise refuse("solve", f"{name} is unused: {check.quantity} does not depend on it here")
        checked = {check.claim for check in register.checks.values()}
        for claim in register.claims.values():
            if not (claim.input or claim.reported or claim.id in checked):
                raise RegisterError(
                    register.file("claims.csv"),
                    "no check checks this row; give it one in checks.csv, or mark it as input or reported",
                    row=claim.row,
                    id=claim.id,
                )

    def _check_external(self) -> None:
        for figure in self.register.external.values():
            for one in figure.beside:
                try:
                    quantity, readings = self.named(one.removeprefix(PER_YEAR))
                    self.plan(quantity, self.under(ARTICLE, readings))
                except ModelError as error:
                    raise RegisterError(
                        self.register.file("external.csv"), str(error), row=figure.row, id=figure.id, field="beside"
                    ) from None

    def _check_statements(self) -> None:
        for statement in self.register.statements.values():
            units = []
            for side in ("quantity", "other"):
                try:
                    quantity, readings = self.named(getattr(statement, side))
                    self.plan(quantity, self.under(ARTICLE, readings))
                    units.append(self.units[quantity])
                    if units[0] != units[-1]:
                        raise ModelError(f"{statement.quantity} is in {units[0]}, and {statement.other} in {units[1]}")
                except ModelError as error:
                    raise RegisterError(
                        self.register.file("statements.csv"),
                        str(error),
                        row=statement.row,
                        id=statement.id,
                        field=side,
                    ) from None


def _formulas(modules: Iterable[ModuleType]) -> list[Callable[..., Any]]:
    found: list[Callable[..., Any]] = []
    for module in modules:
        for name, member in vars(module).items():
            if inspect.ismodule(member) and member.__name__.startswith(f"{module.__name__}."):
                found.extend(_formulas([member]))
            elif inspect.isfunction(member) and member.__module__ == module.__name__ and not name.startswith("_"):
                found.append(member)
    return found


def _called(way: Way) -> str:
    return f"{way.formula.__module__}.{way.formula.__qualname__}" if way.formula else ""


def _same(one: str, two: str) -> bool:
    return bool(parse_unit(one).is_compatible_with(parse_unit(two)))


#: At positions: the target and whether it has a meaning; and how far each bound lies, as a share of its size.
_At = Callable[..., tuple[Floats, NDArray[np.bool_]]]
_Sides = Callable[[Floats], Floats]
#: What is past a bound by no more than this share of it lies on it: the last digits of a float.
_ON_IT = 2.0**-48


def _crossings(at: _At, sides: _Sides, corners: Floats, inside: NDArray[np.bool_]) -> Floats:
    """The target where an edge of the box crosses out of what has a meaning; NaN for an edge that does not."""
    leaves = corners.shape[1]
    if not leaves:
        return np.full((len(inside), 1), np.nan)
    # Corners are in the order of counting, so that two which differ in one leaf differ in one binary digit.
    number = np.arange(len(corners))
    one, two = np.concatenate(
        [[number[number & bit == 0], number[number & bit == 0] | bit] for bit in 1 << np.arange(leaves)], axis=1
    )
    crosses = inside[:, one] != inside[:, two]
    some = crosses.any(axis=0)
    if not some.any():
        return np.full((len(inside), 1), np.nan)
    one, two, crosses = one[some], two[some], crosses[:, some]
    # Each edge from its end with a meaning towards the other.
    swap = inside[:, two][:, :, None]
    start, end = np.where(swap, corners[two], corners[one]), np.where(swap, corners[one], corners[two])
    values, _ = at(_border(sides, start, end, crosses))
    return np.where(crosses, values, np.nan)


def _border(sides: _Sides, start: Floats, end: Floats, which: NDArray[np.bool_]) -> Floats:
    """On straight ways from positions with a meaning, the last that has one; the starts where ``which`` is false.

    start, end: (n, positions, leaves), or of that shape once broadcast; which: (n, positions).
    """
    from scipy.optimize import elementwise

    shape = (*which.shape, end.shape[-1])
    start, end = np.broadcast_to(start, shape), np.broadcast_to(end, shape)
    # A bound that a way starts on, or past, as far as that is forgiven, is crossed where the way goes farther past it.
    past = np.maximum(-np.nan_to_num(sides(start)), 0) + _ON_IT

    def room(places: Any) -> Floats:
        """How far the nearest bound lies at these places of the ways; -1 where that is no number."""
        found = sides(start + places[:, :, None] * (end - start)) + past
        return np.asarray(np.nan_to_num(found, nan=-1.0, posinf=1.0, neginf=-1.0).min(axis=0), np.float64)

    def room_at(place: Floats, row: NDArray[np.intp], way: NDArray[np.intp]) -> Floats:
        places[row, way] = place
        return room(places)[row, way]

    # Most that start on a bound go past it at once, and are spared the search.
    places = np.where(which & (room(which * 2.0**-36) >= 0), 1.0, 0.0)
    row, way = np.nonzero(room(places) < 0)
    if len(row):
        whole = np.zeros(len(row)), np.ones(len(row))
        found = elementwise.find_root(room_at, whole, args=(row, way), tolerances={"xatol": 2.0**-40})
        # Of the two floats between which it crosses, the one that still has a meaning.
        places[row, way] = np.where(found.f_bracket[1] >= 0, found.bracket[1], found.bracket[0])
    return np.asarray(start + places[:, :, None] * (end - start))


@functools.cache
def _samples(leaves: int) -> Floats:
    """Nearly a hundred points of the box, the same each time: the R sequence, whose steps are powers of one number.

    That number solves x to the power of (leaves + 1) = x + 1; with one leaf it is the golden ratio.

    >>> np.round(_samples(1)[:3, 0], 3).tolist()  # once, twice, three times 0.618, without what is whole
    [0.618, 0.236, 0.854]
    >>> np.round(_samples(2)[:2], 3).tolist(), len(_samples(2))
    ([[0.755, 0.57], [0.51, 0.14]], 96)
    """
    ratio = np.roots([1, *[0] * (leaves - 1), -1, -1]).real.max()
    return np.asarray(np.outer(np.arange(1, 97), ratio ** -np.arange(1.0, leaves + 1)) % 1.0, np.float64)


def _monotone(at: _At, leaves: int, n: int) -> NDArray[np.bool_]:
    """Whether the target only rises, or only falls, in each leaf, as far as a grid through many points shows."""
    samples = _samples(leaves)[:: 1 if n == 1 else 12]
    # Closer together towards the ends, where a turn is easiest missed.
    positions = (1 - np.cos(np.linspace(0, np.pi, 33 if n == 1 else 5))) / 2
    monotone = np.ones(n, bool)
    for i in range(leaves):
        there = np.repeat(samples[None], len(positions), axis=0)
        there[:, :, i] = positions[:, None]
        found = at(there.reshape(-1, leaves))[0].reshape(n, *there.shape[:2])
        line = np.nan_to_num(found, posinf=np.finfo(float).max, neginf=np.finfo(float).min) / 2
        steps = np.diff(line, axis=1)
        slack = TIE * np.abs(line).max(axis=(1, 2))[:, None, None]
        monotone &= ~((steps > slack).any(axis=(1, 2)) & (steps < -slack).any(axis=(1, 2)))
    return monotone


def _optima(
    at: _At,
    sides: _Sides,
    leaves: int,
    n: int,
    rows: NDArray[np.intp],
    *,
    kinks: bool,
) -> Floats:
    """The smallest and largest target inside the box, by optimisation from the best points; NaN in other rows.

    What ends a hair past a bound is taken back to it, on the way to where it started from.

    kinks: whether to look again without slopes, which is slow, and needless for what is monotone.
    """
    from scipy.optimize import minimize as _minimize

    minimize: Callable[..., Any] = _minimize

    samples = _samples(leaves)
    values, inside = at(samples)
    found = np.full((n, 2), np.nan)
    box = [(0.0, 1.0)] * leaves
    for row, (column, sign) in itertools.product(map(int, rows), enumerate((1.0, -1.0))):
        scale = float(np.abs(values[row]).max()) or 1.0

        def targets(where: Floats, row: int = row, scale: float = sign * scale) -> Floats:
            return np.asarray(at(np.clip(where, 0, 1))[0][row] / scale)

        def limits(where: Floats, row: int = row) -> Floats:
            return np.minimum(sides(np.clip(where, 0, 1))[:, row], 1.0)

        def cost(where: Floats, row: int = row, targets: Callable[[Floats], Floats] = targets) -> float:
            return float(targets(where[None])[0]) if at(np.clip(where, 0, 1)[None])[1][row, 0] else math.inf

        ranked = np.where(inside[row], sign * values[row], np.inf)
        best = math.inf
        for start in samples[[i for i in np.argsort(ranked)[:5] if np.isfinite(ranked[i])]]:
            with np.errstate(all="ignore"):
                smooth = minimize(
                    lambda where, of=targets: of(where[None])[0],
                    start,
                    method="SLSQP",
                    jac=lambda where, of=targets: _slopes(of, where),
                    bounds=box,
                    constraints={
                        "type": "ineq",
                        "fun": lambda where, of=limits: of(where[None])[:, 0],
                        "jac": lambda where, of=limits: _slopes(of, where),
                    },
                    options={"ftol": 1e-15},
                )
                ended = [smooth.x]
                if kinks:
                    options = {"xatol": 1e-10, "fatol": 0.0, "maxiter": 2000}
                    ended.append(minimize(cost, start, method="Nelder-Mead", bounds=box, options=options).x)
                ends = np.clip(ended, 0, 1)
                which = np.broadcast_to((np.arange(n) == row)[:, None], (n, len(ends)))
                there = _border(sides, start, ends[None], which)
                # What is no number displaces none.
                best = min([best, *targets(there).tolist()])
        if math.isfinite(best):
            found[row, column] = sign * scale * best
    return found


def _slopes(of: Callable[[Floats], Floats], where: Floats) -> Floats:
    """The slopes of a function of positions in the box at one of them, by small steps that stay in the box."""
    steps = np.where(where > 0.5, -1.0, 1.0) * 2.0**-26
    values = of(np.vstack([where, where + np.diag(steps)]))
    return (values[..., 1:] - values[..., :1]) / steps
