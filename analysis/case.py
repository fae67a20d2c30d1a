"""A case: a quantity, or a check, under one setting, with all that it needs.

A study makes a case for each thing that it is asked. An input of a case is a number.
It may have its value, any value that rounds to its digits, or any value that its words
allow. The verdict is the first of these three that lets the target meet the claim.

>>> import analysis
>>> case = analysis.load().case("at_risk_2021_sum")
>>> case.target, case.verdict()
('at_risk_2021', 'matches')
>>> [float(end[0]) for end in case.bounds(Spread.ROUNDING)]
[1845000.0, 1955000.0]
"""

import itertools
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from analysis import words
from analysis.book import (
    UNBOUNDED,
    Book,
    Claim,
    Node,
    Setting,
    Spread,
    is_outside,
    tolerance,
)
from analysis.rows import ENDLESS, SettingError, Span

NOT_COMPUTED = "not computed"
MATCHES = "matches"
OPEN = "left open"
ROUNDING = "matches within rounding"
DIFFERS = "differs"
HOLDS = "holds"
#: Verdicts on a claim; the place of each is its code.
VERDICTS = (NOT_COMPUTED, MATCHES, ROUNDING, OPEN, DIFFERS)
#: Verdicts on a statement of a user's own.
STATEMENTS = (NOT_COMPUTED, HOLDS, "does not hold")
NO_CALCULATION = "cannot be recalculated"
#: The number of points between which a change is sought, the number of points between
#: two of them, and how often that is repeated.
POINTS = 402
FINER_POINTS = 52
REFINEMENTS = 5

#: From here on words leave an end open.
NO_END = ENDLESS / 1e12

#: Numbers or arrays by name; a function also takes those of pandas and xarray.
Values = Mapping[str, Any]
NOTHING: Values = MappingProxyType({})
#: The node of a quantity that is given, as a number or an array.
GIVEN = Node()
Array = npt.NDArray[Any]


class Estimate(float):
    """A value in base units, which is a float; its bounds by rounding, its unit, and
    the side on which words leave room.

    >>> estimate = Estimate.of(3.0, low=2.5, high=3.5, unit="person", side="up to")
    >>> f"{estimate:.1f}", estimate < 4, estimate.side
    ('3.0', True, 'up to')
    """

    low: float
    high: float
    unit: str
    side: str

    @classmethod
    def of(cls, value: float, **others: float | str) -> "Estimate":
        """Return a value with what is known about it."""
        self = cls(value)
        vars(self).update(others)
        return self


class Agreement(NamedTuple):
    """Whether what a target may be reaches the low and the high end of a claim."""

    reaches_low: Array
    reaches_high: Array

    @classmethod
    def of(cls, bounds: tuple[Array, Array], claimed: tuple[Any, Any]) -> "Agreement":
        """Compare the bounds of a target with the ends of a claim."""
        low, high = bounds
        start, stop = claimed
        return cls(high >= start - tolerance(start), low <= stop + tolerance(stop))


class Segment(NamedTuple):
    """An interval of an input's range in which the verdict stays the same."""

    verdict: str
    start: float
    stop: float


def clipped(ends: Span, limits: Span) -> Span:
    """Return the ends of a range, moved between two limits."""
    start, stop = np.clip(ends, *limits).tolist()
    return start, stop


class Case:
    """A target with all that it needs, in order, and what is claimed of it.

    ``fixed`` are the quantities for which the check has a reading of its own.
    """

    def __init__(
        self,
        book: Book,
        target: str,
        setting: Setting,
        claim: Claim | None = None,
        fixed: Collection[str] = (),
    ):
        self.book = book
        self.target = target
        self.setting = setting
        self.claim = claim or Claim()
        self.fixed = fixed
        self.nodes = self._resolved()
        self.limits: dict[str, tuple[float, float | str]] = {}
        self.inputs: dict[str, Node] = {}
        #: The end that words state, for each input that is in words only.
        self.stated: dict[str, np.float64] = {}
        for name, node in self.nodes.items():
            if name in book.limits:
                self.limits[name] = book.limits[name]
            if not node.formula:
                self.inputs[name] = node
            if node.is_in_words:
                self.stated[name] = node.stated_end
            if node.row and node.row in self.claim.rows:
                raise SettingError(f"this check would compare {node.row} with itself")
        self.has_words = any(node.words for node in self.inputs.values())

    def _resolved(self) -> dict[str, Node]:
        """Return what is needed, in order; what limits a quantity comes before it."""
        needed = self.book.order(self.target, self.setting)
        if self.claim.low_end:
            needed |= self.book.order(self.claim.low_end, self.setting)
        nodes: dict[str, Node] = {}
        for name in needed:
            most = self.book.limits.get(name, UNBOUNDED)[1]
            if isinstance(most, str):
                nodes |= self.book.order(most, self.setting)
        return nodes | needed

    def given(self, names: Collection[str]) -> "Case":
        """Return the case in which some quantities are given, perhaps computed ones."""
        for name in names:
            if name in self.fixed:
                sentence = f"this check fixes {name} itself; choose another input"
                raise SettingError(sentence)
        setting = {**self.setting, **dict.fromkeys(names, GIVEN)}
        return Case(self.book, self.target, setting, self.claim, self.fixed)

    # Numbers.

    def values(self, given: Values = NOTHING, *, clip: bool = False) -> dict[str, Any]:
        """Return the values of all quantities, with some given.

        A printed number is lowered to a limit if its words let it be lower. With
        ``clip`` each number is moved between its limits, except one in words only,
        because no limit ends what words leave open.
        """
        values = dict(given)
        with np.errstate(all="ignore"):
            for name, node in self.nodes.items():
                if name not in values:
                    values[name] = node.compute(values)
                if name not in self.limits:
                    continue
                if node.may_be_lower or (clip and not node.is_in_words):
                    low, high = self.limits_of(name, values)
                    # A limit that has no number does not bind.
                    high = np.fmin(high, math.inf)
                    values[name] = np.minimum(np.maximum(values[name], low), high)
        return values

    def limits_of(self, name: str, values: Values) -> tuple[float, Any]:
        """Return the limits of a quantity; the upper may be another quantity."""
        low, high = self.limits[name]
        if isinstance(high, str):
            # The limit of a limit may have no place here.
            high = values.get(high, math.inf)
        return low, high

    def violated(self, values: Values) -> dict[str, Array]:
        """Return where each limit is violated, by the name of the limited quantity."""
        return {
            name: is_outside(values[name], *self.limits_of(name, values))
            for name in self.limits
        }

    def is_impossible(self, values: Values) -> Array:
        """Return where some limit is violated, or the target is no number."""
        target = np.atleast_1d(values[self.target])
        no_number: Array = np.isinf(target) if self.stated else ~np.isfinite(target)
        for entries in self.violated(values).values():
            no_number = no_number | entries
        return no_number

    def refuse_violations(self, values: Values) -> None:
        """Raise SettingError for a limit that is violated, at the first such entry."""
        for name, is_violated in self.violated(values).items():
            if np.any(is_violated):
                low, high = self.limits_of(name, values)
                entries = np.broadcast_arrays(values[name], low, high, is_violated)
                numbers = np.stack(entries[:3])[:, entries[3]][:, 0]
                raise SettingError(self._violation(name, *numbers.tolist()))

    def _violation(self, name: str, value: float, low: float, high: float) -> str:
        """Say that a quantity cannot have a value, which limit it violates, and on
        which settings this depends."""
        unit = self.book.unit(name)
        limit = self.limits[name][1]
        allowed = words.part(low, math.inf, unit=unit)
        needed = self.book.order(name, self.setting)
        if value > high:
            allowed = words.part(-math.inf, high, unit=unit)
            if isinstance(limit, str):
                needed |= self.book.order(limit, self.setting)
                allowed += f", the value of {self.book.labels[limit]} ({limit})"
        number = words.number(value, unit, [low, high])
        sentence = f"{name} cannot be {number}: it must be {allowed}"
        causes = self.setting.keys() & needed.keys() - {name, limit, *self.fixed}
        if causes:
            sentence += f" (this depends on {' and '.join(sorted(causes))})"
        return sentence

    def refuse_impossible(self, values: Values) -> None:
        """Raise SettingError where a limit is violated or the target has no value."""
        self.refuse_violations(values)
        if np.any(self.is_impossible(values)):
            sentence = f"{self.target} cannot be computed, because it divides by zero"
            raise SettingError(sentence)

    def bounds(self, spread: Spread, given: Values = NOTHING) -> tuple[Array, Array]:
        """Return the least and the greatest target, one of each for each entry of
        ``given``, while each other input takes all values that ``spread`` allows.

        A formula only rises or only falls between the ends of an input, so that it is
        enough to compute all combinations of ends.
        """
        spans = {}
        for name, node in self.inputs.items():
            span = node.span(spread)
            if span and name not in given:
                spans[name] = span
        combinations = np.array([*itertools.product(*spans.values())])
        # A column for each input; its rows go with each entry of ``given``.
        columns = combinations.T[..., np.newaxis]
        moved = {**given, **dict(zip(spans, columns, strict=True))}
        values = self.values(moved, clip=spread is not Spread.NONE)
        target = np.atleast_2d(values[self.target])
        return np.fmin.reduce(target), np.fmax.reduce(target)

    def side(self) -> str:
        """Return whether words make the target "up to" or "at least" its value."""
        if not self.has_words:
            return ""
        value = self.values(self.stated)[self.target]
        (low,), (high,) = self.bounds(Spread.WORDS)
        is_higher = high > value + tolerance(value)
        if low < value - tolerance(value):
            return "no bound" if is_higher else "up to"
        return "at least" if is_higher else ""

    def estimate(self) -> Estimate:
        """Return the value with its bounds by rounding, in base units.

        An end that words leave open is NaN. Raises SettingError where a limit is
        violated or nothing can be computed.
        """
        self.refuse_impossible(self.values(self.stated))
        ends = np.ravel(self.bounds(Spread.ROUNDING))
        ends[abs(ends) >= NO_END] = math.nan
        low, high = ends.tolist()
        return Estimate.of(
            self.values()[self.target],
            # A quotient by an open end is nought.
            low=low if abs(low) > 1 / NO_END else 0.0,
            high=high,
            unit=self.book.base_unit(self.target),
            side=self.side(),
        )

    # Verdicts.

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts, in the order of their codes."""
        return STATEMENTS if self.claim.is_statement else VERDICTS

    def claimed(self, values: Values) -> tuple[Span, Span]:
        """Return the ends of the claim, as printed and as rounded."""
        exact = self.claim.exact
        rounded = self.claim.rounded
        if not self.claim.low_end:
            return exact, rounded
        low = values[self.claim.low_end]
        return (low, exact[1]), (low, rounded[1])

    def agreements(self, given: Values = NOTHING) -> tuple[Array, dict[str, Agreement]]:
        """Return where nothing can be computed, and how far the target agrees with the
        claim, for each entry of ``given``.

        There is an agreement for each verdict that has one: of the value alone, of all
        that rounds to the inputs' digits, and of all that their words allow as well.
        """
        if any(self.nodes[name] is not GIVEN for name in given):
            return self.given([*given]).agreements(given)
        values = self.values(given)
        exact, rounded = self.claimed(values)
        target = np.atleast_1d(values[self.target])
        value = target, target
        impossible = self.is_impossible(values)
        if self.claim.is_statement:
            return impossible, {HOLDS: Agreement.of(value, exact)}
        low, high = self.bounds(Spread.ROUNDING, given)
        # Without a value, because an input is in words only, no digits can agree.
        low = np.where(np.isnan(values[self.target]), math.inf, low)
        found = {
            MATCHES: Agreement.of(value, exact),
            ROUNDING: Agreement.of((low, high), rounded),
        }
        if self.has_words:
            both = self.bounds(Spread.ROUNDING | Spread.WORDS, given)
            found[OPEN] = Agreement.of(both, rounded)
        return impossible, found

    def codes(self, given: Values = NOTHING) -> Array:
        """Return the place in ``verdicts`` for each entry of the arrays given."""
        impossible, agreements = self.agreements(given)
        conditions = [impossible]
        codes = [0]
        for verdict, (reaches_low, reaches_high) in agreements.items():
            conditions.append(reaches_low & reaches_high)
            codes.append(self.verdicts.index(verdict))
        otherwise = len(self.verdicts) - 1
        shape = np.broadcast_shapes(*[np.shape(each) for each in given.values()])
        selected: Array = np.select(conditions, codes, otherwise)
        return np.broadcast_to(selected, shape) if shape else selected

    def verdict(self) -> str:
        """Return the verdict on the claim."""
        return self.verdicts[int(self.codes()[0])]

    # Where a verdict changes.

    def segments(self, name: str, ends: Span) -> list[Segment]:
        """Return the intervals of an input's range, each with its verdict.

        An interval in which a limit is violated is left out.
        """
        if ends[0] >= ends[1]:
            return []
        case = self.given([name])

        def compared(grid: Array) -> Array:
            impossible, agreements = case.agreements({name: grid})
            comparisons = [impossible, *itertools.chain(*agreements.values())]
            return np.stack(np.broadcast_arrays(*comparisons, grid)[:-1])

        edges = np.unique([*ends, *change_points(compared, ends)])
        codes = case.codes({name: (edges[1:] + edges[:-1]) / 2})
        segments: list[Segment] = []
        for code, (start, stop) in zip(codes, itertools.pairwise(edges), strict=True):
            verdict = self.verdicts[code]
            if segments and segments[-1].verdict == verdict:
                start = segments.pop().start
            segments.append(Segment(verdict, float(start), float(stop)))
        return [each for each in segments if each.verdict != NOT_COMPUTED]

    @property
    def movable(self) -> list[str]:
        """The inputs that may be set, of which the check has no reading of its own."""
        return [name for name in self.inputs if name not in self.fixed]

    def thresholds(self) -> Iterator[tuple[str, list[Segment]]]:
        """Yield each assumption, and each input whose words leave room, that can change
        the verdict, with the segments of its range."""
        for name in self.movable:
            allowed = self.inputs[name].words
            if not allowed and name not in self.book.assumptions:
                continue
            span = clipped(self.book.ranges[name], allowed or UNBOUNDED)
            segments = self.segments(name, span)
            if len(segments) > 1:
                yield name, segments


def change_points(compared: Callable[[Array], Array], ends: Span) -> Array:
    """Return the points of a span at which one of several comparisons changes.

    ``compared`` returns a row for each comparison, with an entry for each point. The
    changes are sought on finer and finer grids, because two comparisons may change
    between two points of one grid.

    >>> change_points(lambda grid: np.stack([grid > 0.3]), (0, 1)).round(9).tolist()
    [0.3]
    """
    grid: Array = np.linspace(*ends, POINTS)
    for _ in range(1 + REFINEMENTS):
        changes = np.diff(compared(grid)).any(axis=0)
        if not changes.any():
            return np.array([])
        below = grid[:-1][changes]
        above = grid[1:][changes]
        grid = np.linspace(below, above, FINER_POINTS, axis=1).ravel()
    middles: Array = (below + above) / 2
    return middles
