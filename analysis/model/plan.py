"""A plan holds the nodes that a quantity rests on, in order of computation.

The numbers of the quantity follow from it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any, TypeAlias

import numpy as np

from analysis.core.errors import InputError
from analysis.core.published import Interval
from analysis.core.rows import Assumption, Claim, External
from analysis.core.sentences import message
from analysis.core.spell import SAME
from analysis.core.units import CONSTANTS
from analysis.model.bounds import Bounds, Floats, extremes, is_fractional
from analysis.model.expressions import Expression, parse

Arrays: TypeAlias = Mapping[str, Floats]
Ranges: TypeAlias = Mapping[str, Interval]
#: What is taken for a quantity: the name of a reading, or a number in base units.
Choice: TypeAlias = str | float
#: The relative step by which the direction of an effect is found.
_STEP = 1e-4
#: Which way an effect that falls turns a side.
_TURNED = {"at least": "at most", "at most": "at least"}


class ModelError(InputError):
    """A name, a value or a combination of readings that can't be computed with."""


class CircleError(ModelError):
    """Readings of which each needs the other."""


@dataclass
class Source:
    """A source says where a value comes from.

    That is a number, a claim, a figure published elsewhere (``external``), an
    assumption, an expression, or another quantity (``same_as``). A source ``needs``
    other quantities; a leaf needs none. A leaf has a ``value`` in base units, NaN where
    words alone give it, and a ``side`` on which it leaves room. Where it is no point,
    it stands for the values ``near``, and at a coarser place for those ``far``. A range
    has an ``end``. An assumption has a ``part``: ``set``, an end of its words, or
    ``in_words``, which is no single value. The range that it is varied over has a
    ``width``. Where it has a side or is in words, its ``room`` is all that these allow.
    """

    value: float = math.nan
    near: Interval | None = None
    far: Interval | None = None
    side: str = ""
    claim: Claim | None = None
    end: str = ""
    assumption: Assumption | None = None
    part: str = "set"
    width: float = 0.0
    room: Interval | None = None
    expression: Expression | None = None
    same_as: str = ""
    external: External | None = None

    def __post_init__(self) -> None:
        self.needs: tuple[str, ...] = ()
        if self.same_as:
            self.needs = (self.same_as,)
        elif self.expression:
            self.needs = self.expression.needs
        self.is_leaf = self.expression is None and not self.same_as
        self.in_words = self.part == "in_words"

    @classmethod
    def of_figure(cls, figure: External, years: int) -> Source:
        """A figure published elsewhere, divided by some years."""
        number = figure.published

        def divided(interval: Interval | None) -> Interval | None:
            return interval and Interval(interval.low / years, interval.high / years)

        return cls(
            number.value() / years,
            divided(number.stands_for()),
            divided(number.stands_for(coarse=True)),
            number.side,
            room=divided(number.room()),
            external=figure,
        )

    @property
    def row(self) -> Claim | External | None:
        """The row that prints the number, if one does."""
        return self.claim or self.external

    @property
    def sum(self) -> str:
        """The division by years by which a figure is taken, as a text."""
        if self.external is None or self.external.divided_by == 1:
            return ""
        return self.external.sum

    def room_at(self, value: Any) -> Interval:
        """The room with another value at the end that it is taken at."""
        assert self.room is not None
        if self.side == "at most":
            return Interval(self.room.low, value)
        return Interval(value, self.room.high)

    def rounded_to_side(self, *, coarse: bool = False) -> Interval:
        """What the digits stand for, without what lies towards the open side."""
        interval = self.interval(coarse=coarse)
        if self.in_words:
            return interval
        if self.side == "at most":
            return Interval(self.value, interval.high)
        return Interval(interval.low, self.value)

    @property
    def replaced(self) -> str:
        """The sentence for a value in place of this one."""
        if math.isnan(self.value):
            return "other_value"
        is_ours = self.assumption and self.assumption.grade == "chosen"
        return "in_place_of_ours" if is_ours else "in_place"

    def interval(self, *, coarse: bool = False) -> Interval:
        """Return the values that a leaf stands for.

        They are those of a printed number or of words, and a point for anything else.
        """
        if coarse and self.far:
            return self.far
        return self.near or Interval(self.value, self.value)


@dataclass(frozen=True)
class Node:
    """A quantity in a plan, the reading in use, and its source.

    A value that a user sets has the reading ``given``.
    """

    name: str
    reading: str
    source: Source

    @cached_property
    def start(self) -> float:
        """The value of a leaf; the low end where words alone give it."""
        return self.source.interval().low if self.source.in_words else self.source.value

    def scale(self, value: float) -> float:
        """Return the size of a value, by which a step is scaled.

        Where that is 0, the size is the width of the range that the node is varied
        over.
        """
        return abs(value) or self.source.width or 1.0

    def compute(self, values: Mapping[str, Any]) -> Any:
        """The value from those of its needs."""
        return (
            self.source.expression.of(values)
            if self.source.expression
            else values[self.source.same_as]
        )


@dataclass(frozen=True)
class Setting:
    """What differs from the article: the reading or the number of some quantities.

    ``Model.setting`` makes one. A user gave the names in ``given``, also where they
    equal the article's own; those that only a scenario changes are not in it.
    """

    choices: Mapping[str, Choice] = field(default_factory=dict)
    given: frozenset[str] = field(default=frozenset(), compare=False)

    def __hash__(self) -> int:
        return hash(frozenset(self.choices.items()))

    @property
    def readings(self) -> dict[str, str]:
        """The reading of each quantity that is read otherwise than in the article."""
        return {
            name: choice
            for name, choice in self.choices.items()
            if isinstance(choice, str)
        }

    @property
    def values(self) -> dict[str, float]:
        """The number of each quantity that has another, in base units."""
        return {
            name: choice
            for name, choice in self.choices.items()
            if not isinstance(choice, str)
        }

    @property
    def by_scenario(self) -> set[str]:
        """The names that a scenario alone changes."""
        return {*self.choices} - self.given


ARTICLE = Setting()


@dataclass(frozen=True)
class Limit:
    """A limit keeps a quantity between two numbers.

    It may instead keep the quantity from going above another quantity (``other``).
    """

    quantity: str
    low: float = -math.inf
    high: float = math.inf
    other: str = ""

    def __str__(self) -> str:
        if self.other or math.isinf(self.low):
            return f"{self.quantity} at most {self.other or f'{self.high:,.10g}'}"
        if math.isinf(self.high):
            return f"{self.quantity} at least {self.low:,.10g}"
        return f"{self.quantity} outside {self.low:,.10g} to {self.high:,.10g}"

    @property
    def refusal(self) -> str:
        """The name of the sentence for a value past it."""
        if self.other:
            return "above_other"
        if math.isinf(self.low):
            return "above"
        return "beneath" if math.isinf(self.high) else "beyond"

    @cached_property
    def parts(self) -> tuple[Expression, ...]:
        """Each part says how far the quantity lies from an end of the limit.

        It is a share of a fixed size, and below 0 past the end.
        """
        if self.other:
            return (parse(f"({self.other} - {self.quantity}) / 1e6"),)
        ends = [
            (sign, end)
            for sign, end in ((1, self.low), (-1, self.high))
            if math.isfinite(end)
        ]
        size = max(abs(end) for _, end in ends) or 1.0
        return tuple(
            parse(f"({self.quantity} - {end!r}) / {sign * size!r}")
            for sign, end in ends
        )

    def kept(self, values: Mapping[str, Any]) -> Any:
        """Where the limit is kept, to the last digits."""
        return ~np.logical_or.reduce(
            [np.asarray(room.of(values)) < -SAME for room in self.parts]
        )

    def sentence(self, values: Mapping[str, Any]) -> str:
        """The refusal of a value past the limit."""
        here = float(values[self.quantity])
        here = here if self.other else float(f"{here:.6g}")
        refusal = "negative" if here < 0 and self.low == 0 else self.refusal
        return message(refusal, **vars(self), here=here, most=values.get(self.other))


@dataclass(eq=False)
class Plan:
    """A plan has the nodes that some quantities rest on, in order of computation.

    The ``target`` is the first of those quantities. The ``leaves`` start the
    computation; a user may set the ``free`` ones; words alone give those in ``words``.
    The quantities start from the ``claims``, by id; the ``rows`` are those and the
    figures published elsewhere. They depend on the rows and assumptions in
    ``depends_on``. Names in ``beyond`` count as no input: those that the
    limits alone need, and figures published elsewhere.
    """

    target: str
    nodes: tuple[Node, ...]
    limits: tuple[Limit, ...] = ()
    beyond: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.by_name = {node.name: node for node in self.nodes}
        self.leaves = {node.name: node for node in self.nodes if node.source.is_leaf}
        self.start = {
            name: np.float64(node.source.value) for name, node in self.leaves.items()
        }
        self.free = {
            name: node
            for name, node in self.leaves.items()
            if node.reading in ("set", "given")
        }
        own = {
            name: node.source
            for name, node in self.leaves.items()
            if name not in {*CONSTANTS, *self.beyond}
        }
        rows = {name: source.row for name, source in own.items()}
        self.claims = frozenset(
            source.claim.id for source in own.values() if source.claim
        )
        self.rows = frozenset(row.id for row in rows.values() if row)
        self.depends_on = tuple(row.id if row else name for name, row in rows.items())
        self.words = tuple(name for name, source in own.items() if source.in_words)

    @property
    def no_single_value(self) -> str:
        """The sentence that says so where words alone give a leaf; empty elsewhere."""
        if not self.words:
            return ""
        return message("in_words", quantity=self.target, name=self.words[0])

    def evaluate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every node's value, with values given for some nodes in place of their own.

        Arrays broadcast. Nothing is checked or clipped; a division by zero gives
        infinity.
        """
        values: dict[str, Any] = {**self.start, **given}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                if node.name not in values:
                    values[node.name] = node.compute(values)
        return values

    def rooms(self, values: Mapping[str, Any]) -> list[Any]:
        """How far each end of each limit lies; below 0 past it."""
        return [room.of(values) for limit in self.limits for room in limit.parts]

    def within(self, values: Mapping[str, Any]) -> Any:
        """Where every limit is kept."""
        return reduce(
            np.logical_and, (limit.kept(values) for limit in self.limits), np.True_
        )

    def divisions(self, values: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
        """Where each node divides by zero, and the sentence that refuses it.

        Such a node has no finite value, though all that it needs has one.
        """
        for node in self.nodes:
            if node.source.is_leaf or node.name in self.beyond:
                continue
            where = ~np.isfinite(values[node.name])
            for need in node.source.needs:
                where = where & np.isfinite(values[need])
            if np.any(where):
                told = {"quantity": node.name, "reading": node.reading}
                yield where, message("division", **told)

    def past(self, values: Mapping[str, Any]) -> str:
        """The refusal of a division by zero, or of values that are past a limit.

        It is empty for others.
        """
        for _, sentence in self.divisions(values):
            return sentence
        for limit in self.limits:
            if not limit.kept(values):
                return limit.sentence(values)
        return ""

    @cached_property
    def under_choices(self) -> frozenset[str]:
        """The nodes from which a minimum or maximum is computed.

        The target rises in each choice, but is not one ratio of linear functions of
        them.
        """
        found: set[str] = set()
        for node in reversed(self.nodes):
            if node.name in found:
                found |= {*node.source.needs}
            elif node.source.expression:
                found |= node.source.expression.chosen_from
        return frozenset(found)

    def target_at(self, given: Mapping[str, Any]) -> Any:
        """The target with values given for some leaves."""
        return self.evaluate(given)[self.target]

    def along(
        self, name: str, x: Floats, given: Mapping[str, Any] | None = None
    ) -> tuple[Floats, Floats]:
        """The target and the rooms at values x of a leaf, (values, 1).

        There is a column for each of them, and for each entry of the arrays given for
        other leaves.
        """
        given = dict(given or {})
        if name in self.free:
            given[name] = x
        shape = np.broadcast_shapes(*(np.shape(one) for one in given.values()), x.shape)
        values = self.evaluate(given)
        target = np.broadcast_to(values[self.target], shape)
        rooms = [np.broadcast_to(room, shape) for room in self.rooms(values)]
        return target, np.concatenate([np.empty((len(x), 0)), *rooms], axis=1)

    def kept(self, given: Mapping[str, Any]) -> Floats:
        """Compute the target with values given for some leaves.

        The target is NaN past a limit and where it is not finite.
        """
        values = self.evaluate(given)
        target = values[self.target]
        return np.where(self.within(values) & np.isfinite(target), target, np.nan)

    @cached_property
    def direction(self) -> dict[str, int]:
        """The direction of a node is 1 where a rise of it raises the target.

        It is -1 where a rise lowers the target, and 0 where it has no effect.
        """
        start = {name: self.leaves[name].start for name in self.words}
        here = self.evaluate(start)
        base = here[self.target]
        found = {}
        for node in self.nodes:
            # Between poles the target only rises or only falls in a node, so any step
            # shows the direction.
            step = _STEP * node.scale(float(here[node.name]))
            there = self.evaluate({**start, node.name: here[node.name] + step})
            with np.errstate(all="ignore"):
                change = (there[self.target] - base) / (abs(base) or 1.0)
            found[node.name] = int(np.sign(change)) if abs(change) >= SAME else 0
        return found

    @cached_property
    def side(self) -> str:
        """The target leaves room on this side: ``at most``, ``at least`` or neither.

        It is ``no bound`` where the leaves' sides pull the target both ways.
        """
        return self.side_by(self.leaves)

    def side_by(self, names: Iterable[str]) -> str:
        """On which side of the target some leaves leave room."""
        sides = set()
        for name in names:
            side, direction = self.leaves[name].source.side, self.direction[name]
            if side and direction:
                sides.add(side if direction > 0 else _TURNED[side])
        return "no bound" if len(sides) > 1 else "".join(sides)

    def input_name(self, name: str) -> str:
        """A leaf as ``depends_on`` has it: the id of its row, or its own name."""
        row = self.leaves[name].source.row
        return row.id if row else name

    @cached_property
    def value(self) -> float:
        """The target at the printed numbers.

        Raises ModelError past a limit, for a division by zero, and where words alone
        give an input.
        """
        values = self.evaluate({})
        said = self.past(values) or self.no_single_value
        if said:
            raise ModelError(said)
        return float(values[self.target])

    @cached_property
    def spans(self) -> tuple[Bounds, Bounds]:
        """The bounds, and those at the coarser places."""
        (near,) = self.bounds()
        has_far = any(
            node.source.far != node.source.near for node in self.leaves.values()
        )
        return near, self.bounds(coarse=True)[0] if has_far else near

    def bounds(
        self,
        *,
        coarse: bool = False,
        vary: Arrays | None = None,
        ranges: Ranges | None = None,
        rounding: bool = True,
    ) -> list[Bounds]:
        """Find the smallest and the largest target that the inputs allow.

        The printed inputs and words take everything that they stand for, and the limits
        are kept. The same input moves once, everywhere; it moves at the coarser places
        if ``coarse``. Some leaves take arrays of one length (``vary``), with one result
        for each entry; others take intervals (``ranges``), whose ends may be such
        arrays. Printed inputs move only with ``rounding``.
        """
        every = {
            name: node.source.interval(coarse=coarse)
            for name, node in self.leaves.items()
            if rounding and name not in (vary or {})
        }
        every |= {
            name: one for name, one in (ranges or {}).items() if name in self.leaves
        }
        still, box = {}, {}
        for name, one in every.items():
            if np.all(np.equal(one.low, one.high)):
                still[name] = np.float64(one.low)
            else:
                box[name] = (one.low, one.high)
        moved = {
            name: values
            for name, values in (vary or {}).items()
            if name not in (ranges or {})
        }

        def function(given: Mapping[str, Any]) -> tuple[Any, Sequence[Any]]:
            values = self.evaluate({**still, **given})
            return values[self.target], self.rooms(values)

        return extremes(function, box, moved)

    def rounding_box(self, *, coarse: bool = False) -> dict[str, Interval]:
        """What each leaf stands for, where that is more than one value."""
        intervals = {
            name: node.source.interval(coarse=coarse)
            for name, node in self.leaves.items()
        }
        return {
            name: one
            for name, one in intervals.items()
            if one.low < one.high or self.leaves[name].source.in_words
        }

    def confirm(self) -> None:
        """Confirm that each node is a ratio of two linear functions of each leaf.

        Raises ModelError, which names the formula, where one is not. A leaf under a
        minimum or a maximum is exempt.
        """
        moved = [
            node
            for name, node in self.leaves.items()
            if name not in {*CONSTANTS, *self.under_choices}
        ]
        shape = (len(moved), 4)
        given = {}
        for i, node in enumerate(moved):
            # All a little off their values, so that a factor of 0 hides nothing; then
            # wide steps, one leaf at a time: 0, ⅓, ½ and 1 of the way.
            scale = node.scale(node.start)
            given[node.name] = np.full(shape, node.start + 0.01 * (i % 7 + 1) * scale)
            given[node.name][i] += 0.37 * scale * np.array([0, 1 / 3, 0.5, 1])
        values = self.evaluate(given)
        steps = np.array([np.zeros(shape) + values[node.name] for node in self.nodes])
        are_fractional = is_fractional(*np.moveaxis(steps, -1, 0))
        for node, fine in zip(self.nodes, are_fractional, strict=True):
            if not fine.all():
                raise ModelError(
                    f"the formula of {node.name} ({node.reading}) is not a ratio of "
                    "two linear functions of each input, so its bounds can't be "
                    "computed"
                )
