"""A plan lists what a quantity is computed from, in the order of computation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from analysis.core.errors import InputError
from analysis.core.published import Interval
from analysis.core.rows import GIVEN, Claim, External
from analysis.core.sentences import message
from analysis.core.spell import SAME
from analysis.core.units import CONSTANTS
from analysis.model.bounds import Bounds, extremes
from analysis.model.curves import (
    Floats,
    argument_at,
    arguments_between,
    coefficients,
    distinct,
    is_curve,
    meeting,
)
from analysis.model.limits import Limit
from analysis.model.source import Source

Arrays: TypeAlias = Mapping[str, Floats]
#: The values over which some inputs move. An end may be an array.
Box: TypeAlias = Mapping[str, Interval]
#: The relative step with which the direction of an effect is found.
_STEP = 1e-4
#: The most inputs that may move at once. A box with n sides has 2 ** n corners.
MOST_MOVING = 16
#: The side of a target that falls as an input rises, by the side of the input.
_TURNED = {"at least": "at most", "at most": "at least"}


class ModelError(InputError):
    """The error for a name, a value or a combination of readings that can't be used."""


class NoSingleValueError(ModelError):
    """The error for a quantity with an input that the article gives only in words."""


class CircleError(ModelError):
    """The error for readings that are computed from each other in a circle."""


@dataclass(frozen=True)
class Node:
    """A quantity in a plan, the reading in use, and its source.

    If a user sets the value of the quantity, the reading is ``given``.
    """

    name: str
    reading: str
    source: Source

    @property
    def start(self) -> float:
        """The value of an input, or the low end of the values that its words allow."""
        source = self.source
        return source.interval().low if source.in_words else source.value

    def scale(self, value: float) -> float:
        """Return the size of a value of the node, to set how far the node is moved.

        If the value is 0, its size is the width of the range over which the node is
        varied.
        """
        return abs(value) or self.source.width or 1.0

    def compute(self, values: Mapping[str, Any]) -> Any:
        """The value of the node, computed from the values that it needs."""
        if self.source.expression:
            return self.source.expression.of(values)
        return values[self.source.alias_of]


@dataclass(eq=False)
class Plan:
    """A plan lists all nodes that some quantities need, in the order of computation.

    ``target`` is the first of the quantities that are computed. ``not_inputs`` has the
    names that do not count as inputs: names that only a limit needs, and names in
    arithmetic that is written in the data.
    """

    target: str
    nodes: tuple[Node, ...]
    limits: tuple[Limit, ...] = ()
    not_inputs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.by_name = {node.name: node for node in self.nodes}
        self.leaves = {node.name: node for node in self.nodes if node.source.is_leaf}
        self.own_values = {
            name: np.float64(node.source.value) for name, node in self.leaves.items()
        }

    @cached_property
    def free(self) -> dict[str, Node]:
        """The leaves that are assumptions at our own value, or that a user has set."""
        return {
            name: node
            for name, node in self.leaves.items()
            if node.reading in ("set", GIVEN)
        }

    @cached_property
    def inputs(self) -> dict[str, Source]:
        """The leaves that count as inputs: all but constants and ``not_inputs``."""
        left_out = CONSTANTS.keys() | self.not_inputs
        return {
            name: node.source
            for name, node in self.leaves.items()
            if name not in left_out
        }

    @cached_property
    def rows(self) -> dict[str, Claim | External]:
        """The rows whose printed numbers are inputs, by id."""
        rows = (source.row for source in self.inputs.values())
        return {row.id: row for row in rows if row}

    @property
    def claims(self) -> frozenset[str]:
        """The ids of the claims whose numbers are inputs."""
        return frozenset(id for id, row in self.rows.items() if isinstance(row, Claim))

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The id of each input's row, or the name of an input that has no row."""
        return tuple(self.input_name(name) for name in self.inputs)

    @cached_property
    def in_words(self) -> tuple[str, ...]:
        """The inputs that the article gives only in words."""
        return tuple(name for name, source in self.inputs.items() if source.in_words)

    @cached_property
    def moving_words(self) -> tuple[str, ...]:
        """The inputs that affect the target and are given only in words.

        The number of former detainees, for example, does not affect the total if all of
        them are also counted as transferred.
        """
        return tuple(name for name in self.in_words if self.direction[name])

    def input_name(self, name: str) -> str:
        """The name of a leaf in ``depends_on``: the id of its row, or its own name."""
        row = self.leaves[name].source.row
        return row.id if row else name

    # Values ---------------------------------------------------------------------------

    def evaluate(self, put_in: Mapping[str, Any]) -> dict[str, Any]:
        """Compute the value of every node after some nodes are given other values.

        Arrays broadcast. Nothing is checked or clipped; a division by zero gives
        infinity or NaN.
        """
        values: dict[str, Any] = {**self.own_values, **put_in}
        with np.errstate(all="ignore"):
            for node in self.nodes:
                if node.name not in values:
                    values[node.name] = node.compute(values)
        return values

    def target_at(self, put_in: Mapping[str, Any]) -> Any:
        """Compute the target after some leaves are given other values."""
        return self.evaluate(put_in)[self.target]

    def target_within(self, put_in: Mapping[str, Any]) -> Floats:
        """Compute the target within limits, after some leaves are given other values.

        The target is NaN where a limit is broken or the result is not finite.
        """
        values = self.evaluate(put_in)
        target = values[self.target]
        return np.where(self.is_within(values) & np.isfinite(target), target, np.nan)

    @cached_property
    def value(self) -> float:
        """The target with every input at its printed number or its assumed value.

        Raises ModelError if a limit is broken or a number is divided by zero, and
        NoSingleValueError if an input is given only in words.
        """
        values = self.evaluate({})
        refusal = self.refusal(values)
        if refusal:
            raise ModelError(refusal)
        if self.no_single_value:
            raise NoSingleValueError(self.no_single_value)
        return float(values[self.target])

    @property
    def single_value(self) -> float | None:
        """The value, or None if an input is given only in words.

        Raises ModelError if a limit refuses the value or, for an input in words, every
        value that the words allow.
        """
        is_allowed = not math.isnan(self.rounded.low)
        return None if self.in_words and is_allowed else self.value

    @property
    def no_single_value(self) -> str:
        """Return the sentence that refuses inputs in words; empty if there are none."""
        if not self.in_words:
            return ""
        return message("in_words", quantity=self.target, name=self.in_words[0])

    # Limits ---------------------------------------------------------------------------

    def margins(self, values: Mapping[str, Any]) -> list[Any]:
        """How far the values lie inside each end of each limit; negative if outside."""
        return [margin.of(values) for limit in self.limits for margin in limit.parts]

    def is_within(self, values: Mapping[str, Any]) -> Any:
        """Whether every limit is kept."""
        is_within = np.True_
        for limit in self.limits:
            is_within = is_within & limit.is_kept(values)
        return is_within

    def divisions(self, values: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
        """Yield a mask and a sentence for each node that divides by zero or overflows.

        A node that divides by zero or overflows has no finite value, although every
        node that it needs has one.
        """
        for node in self.nodes:
            if node.source.is_leaf or node.name in self.not_inputs:
                continue
            where = ~np.isfinite(values[node.name])
            for need in node.source.needs:
                where = where & np.isfinite(values[need])
            if np.any(where):
                fields = {"quantity": node.name, "reading": node.reading}
                kind = "overflow" if _overflows(node, values) else "division"
                yield where, message(kind, **fields)

    def refusal(self, values: Mapping[str, Any]) -> str:
        """The sentence that refuses a broken limit, a division by zero or an overflow.

        If the values are allowed, the answer is an empty text.
        """
        for _, sentence in self.divisions(values):
            return sentence
        for limit in self.limits:
            if not limit.is_kept(values):
                return limit.sentence(values)
        return ""

    # Directions and sides -------------------------------------------------------------

    @cached_property
    def direction(self) -> dict[str, int]:
        """For each node, the direction in which its rise moves the target.

        A direction is 1 if a rise of the node raises the target, -1 if the rise lowers
        the target, and 0 if the rise has no effect.
        """
        start = {name: self.leaves[name].start for name in self.in_words}
        here = self.evaluate(start)
        # One evaluation on arrays moves every node: entry 0 moves the first node alone,
        # entry 1 the second, and so on. Between poles the target only rises or only
        # falls in a node, so any step shows the direction.
        moved: dict[str, Any] = {}
        with np.errstate(all="ignore"):
            for entry, node in enumerate(self.nodes):
                value = node.start if node.source.is_leaf else node.compute(moved)
                values = np.full(len(self.nodes), value, float)
                values[entry] += _STEP * node.scale(float(here[node.name]))
                moved[node.name] = values
            base = here[self.target]
            change = (moved[self.target] - base) / (abs(base) or 1.0)
            signs = np.where(np.abs(change) >= SAME, np.sign(change), 0)
        return dict(zip(self.by_name, signs.astype(int).tolist(), strict=True))

    @cached_property
    def side(self) -> str:
        """Whether the true target is ``at most`` or ``at least`` the value, or neither.

        The text is ``no bound`` if inputs with a limit, such as "up to", can push the
        target both up and down.
        """
        return self.side_by(self.leaves)

    def side_by(self, names: Iterable[str]) -> str:
        """The side of the target that follows from the sides of some leaves."""
        sided = [name for name in names if self.leaves[name].source.side]
        sides = set()
        for name in sided:
            side = self.leaves[name].source.side
            if self.direction[name] > 0:
                sides.add(side)
            elif self.direction[name] < 0:
                sides.add(_TURNED[side])
        if len(sides) > 1:
            return "no bound"
        side = "".join(sides)
        return "no bound" if side and self._is_passed(side, sided) else side

    def _is_passed(self, side: str, sided: Iterable[str]) -> bool:
        """Whether the target can pass the value that should be its limit.

        Directions are found at the printed numbers, but an input that lies far below an
        "up to", or far above an "at least", may move the target in the opposite
        direction.
        """
        rooms = {}
        ends = {}
        for name in sided:
            source = self.leaves[name].source
            if source.room:
                rooms[name] = source.room
                end = source.room.high if source.side == "at most" else source.room.low
                ends[name] = np.float64(end)
        reached = self.bounds(rooms)
        value = self.target_at(ends)
        excess = reached.high - value if side == "at most" else value - reached.low
        return bool(excess > SAME * (abs(value) or 1.0))

    # Bounds ---------------------------------------------------------------------------

    def rounding_box(self, *, coarse: bool = False) -> dict[str, Interval]:
        """For each leaf that stands for several values, the interval of those values.

        A printed input stands for all values that round to its digits, at the finer or
        the coarser place, and words stand for all values that they allow.
        """
        box = {}
        for name, node in self.leaves.items():
            interval = node.source.interval(coarse=coarse)
            if interval.low < interval.high or node.source.in_words:
                box[name] = interval
        return box

    @cached_property
    def rounded(self) -> Bounds:
        """The bounds of the target by rounding printed numbers to their finer unit."""
        return self.bounds(self.rounding_box())

    def bounds(self, box: Box, vary: Arrays | None = None) -> Bounds:
        """The smallest and the largest target as some leaves move over a box.

        Only values within the limits count, and leaves that are not in the box keep
        their values. A leaf that several formulas use has one value in all of them. If
        ``vary`` gives some leaves arrays of one length, each bound is an array of that
        length, and the ends of the box may be arrays of that length, too. A leaf that
        is both in ``vary`` and in the box moves over the box.
        """
        moving = {}
        still = {}
        for name, interval in box.items():
            if name not in self.leaves:
                continue
            if np.array_equal(interval.low, interval.high):
                still[name] = np.float64(interval.low)
            else:
                moving[name] = (interval.low, interval.high)
        columns = {
            name: values for name, values in (vary or {}).items() if name not in box
        }

        self._refuse_many(len(moving))

        def function(put_in: Mapping[str, Any]) -> tuple[Any, Sequence[Any]]:
            values = self.evaluate({**still, **put_in})
            return values[self.target], self.margins(values)

        return extremes(function, moving, columns, {**self.own_values, **(vary or {})})

    def along(
        self, name: str, column: Floats, others: Mapping[str, Any] | None = None
    ) -> tuple[Floats, Floats]:
        """The target and the margins, with a row for each of several values of a leaf.

        ``column`` holds the values of the leaf, in the shape (values, 1). Other leaves
        may take arrays of one length; the result has a column for each of their
        entries.
        """
        put_in = dict(others or {})
        widest = max((np.size(values) for values in put_in.values()), default=1)
        # A leaf that a user can't set keeps its value, so that all rows are equal.
        if name in self.free:
            put_in[name] = column
        blank = np.zeros((len(column), widest))
        values = self.evaluate(put_in)
        margins = [blank + margin for margin in self.margins(values)]
        # Without a limit there are no columns of margins.
        return blank + values[self.target], np.hstack([blank[:, :0], *margins])

    # The form that formulas must have -------------------------------------------------

    def kinks(
        self,
        name: str,
        low: float,
        high: float,
        others: Mapping[str, Any] | None = None,
    ) -> list[float]:
        """Return both ends of a leaf's range, and its kinks between them, in order.

        A kink is a value of the leaf at which the operands of a minimum or maximum are
        equal. Between two kinks each node is a ratio of two linear functions of the
        leaf. Other leaves may take arrays of one length; the kinks of all entries are
        then listed together.
        """
        kinks = [low, high]
        if name not in self.under_extremes or name not in self.free:
            return kinks
        for node in self.nodes:
            expression = node.source.expression
            for first, second in expression.compared if expression else ():
                # The operands may contain another minimum, with kinks of its own.
                for start, stop in pairwise(list(kinks)):
                    column = arguments_between(start, stop)[:, None]
                    values = self.evaluate({**(others or {}), name: column})
                    left, right = np.broadcast_arrays(
                        first.of(values), second.of(values), column
                    )[:2]
                    shares = meeting(coefficients(*left), coefficients(*right))
                    places = argument_at(np.ravel(shares), start, stop)
                    inside = places[(places > start) & (places < stop)]
                    kinks = distinct([*kinks, *inside], low, high)
        return kinks

    def is_moved_by(self, name: str, low: float, high: float) -> bool:
        """Whether a leaf moves the target anywhere in its range."""
        if self.direction[name] or name not in self.under_extremes:
            return bool(self.direction[name])
        # At the leaf's own value, another operand of a minimum may be the smaller.
        starts = {word: self.leaves[word].start for word in self.in_words}
        at_low, at_high = self.target_at({**starts, name: np.array([low, high])})
        with np.errstate(all="ignore"):
            moved = abs(at_high - at_low)
        return bool(moved > SAME * max(abs(at_low), abs(at_high)))

    @cached_property
    def under_extremes(self) -> frozenset[str]:
        """The nodes from which a minimum or maximum is computed.

        The target need not be a ratio of linear functions of a node under a minimum or
        maximum: it is enough that the target only rises or only falls as the node
        rises, and ``confirm`` makes sure of that.
        """
        names: set[str] = set()
        for node in reversed(self.nodes):
            if node.name in names:
                names.update(node.source.needs)
            elif node.source.expression:
                names.update(node.source.expression.under_extremes)
        return frozenset(names)

    def confirm(self) -> None:
        """Confirm that each node is a ratio of two linear functions in each leaf.

        Raises ModelError for a formula that is not a ratio of two linear functions, and
        for a target that has too many rounded inputs for its bounds to be computed.

        A leaf may stand inside a minimum or maximum if the target uses the leaf nowhere
        else, and is a ratio of two linear functions of the formula that has the minimum
        or maximum; the target then only rises or only falls as the leaf rises.
        """
        leaves = [
            name
            for name in self.leaves
            if name not in self.under_extremes and name not in CONSTANTS
        ]
        self._refuse_many(len(self.rounding_box()))
        self._confirm_ratios(leaves)
        extremes = self._confirmed_extremes()
        if extremes:
            self._confirm_ratios([*leaves, *extremes])

    def _refuse_many(self, moving: int) -> None:
        """Raise ModelError if too many inputs move at once to compute bounds."""
        if moving > MOST_MOVING:
            raise ModelError(
                f"bounds of {self.target} can't be computed, because {moving} of its "
                "inputs can each have several values, such as all that round to a "
                f"printed number, and at most {MOST_MOVING} inputs may"
            )

    def _confirmed_extremes(self) -> list[str]:
        """Return the nodes that have a minimum or maximum and are used more than once.

        Raises ModelError if a leaf inside a minimum or maximum is used more than once.
        """
        in_target = self._uses_in(self.target)
        names = []
        for node in self.nodes:
            expression = node.source.expression
            uses = in_target[node.name]
            if expression is None or not expression.under_extremes or not uses:
                continue
            inside = self._uses_in(node.name)
            for leaf in filter(inside.get, self.leaves):
                is_used_again = inside[leaf] > 1 or in_target[leaf] > uses
                if leaf in self.under_extremes and is_used_again:
                    reading = self.by_name[self.target].reading
                    raise ModelError(
                        f"the formula of {self.target} ({reading}) uses {leaf} inside "
                        "a minimum or maximum and elsewhere too, so its bounds can't "
                        "be computed"
                    )
            if uses > 1:
                names.append(node.name)
        return names

    def _uses_in(self, target: str) -> Counter[str]:
        """How often the target uses each node, directly or through other nodes."""
        uses = Counter({target: 1})
        for node in reversed(self.nodes):
            source = node.source
            for need in source.needs:
                times = source.expression.occurrences[need] if source.expression else 1
                uses[need] += uses[node.name] * times
        return uses

    def _confirm_ratios(self, moved: Sequence[str]) -> None:
        """Confirm that each node is a ratio of linear functions in the moved nodes."""
        starts = {name: np.float64(leaf.start) for name, leaf in self.leaves.items()}
        here = self.evaluate(starts)
        shape = (len(moved), 4)
        put_in = {}
        for row, name in enumerate(moved):
            # All moved nodes are a little off their values, each by another percentage,
            # so that a factor of 0 hides nothing. Then each moves alone, in its own
            # row, by 0, ⅓, ½ and 1 of about a third of its size.
            start = float(here[name])
            scale = self.by_name[name].scale(start)
            values = np.full(shape, start + 0.01 * (row % 7 + 1) * scale)
            values[row] += 0.37 * scale * np.array([0, 1 / 3, 0.5, 1])
            put_in[name] = values
        values_at = self.evaluate(put_in)
        for node in self.nodes:
            steps = np.broadcast_to(values_at[node.name], shape)
            if not is_curve(*steps.T).all():
                raise ModelError(
                    f"the formula of {node.name} ({node.reading}) is not a ratio of "
                    "two linear functions of each input, so its bounds can't be "
                    "computed"
                )


def _overflows(node: Node, values: Mapping[str, Any]) -> bool:
    """Whether a node has no finite value because a number grows too large."""
    needs = {name: np.asarray(values[name], float)[()] for name in node.source.needs}
    try:
        with np.errstate(all="ignore", over="raise"):
            node.compute(needs)
    except FloatingPointError:
        return True
    return False
