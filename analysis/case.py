"""A case: a quantity, or a check, under one setting, resolved once.

An input may have its value, any value that rounds to its digits, or any value that its
words allow; each set holds the one before. The verdict is the first of the three that
lets the target meet what is claimed.
"""

import itertools
import math
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from analysis import words
from analysis.book import UNBOUNDED, Book, Claim, Node, Setting, is_outside, tolerance
from analysis.rows import ENDLESS, SettingError, Span

NOT_COMPUTED = "not computed"
MATCHES = "matches"
OPEN = "left open"
ROUNDING = "matches within rounding"
DIFFERS = "differs"
#: Verdicts; their places are codes.
VERDICTS = (NOT_COMPUTED, MATCHES, ROUNDING, OPEN, DIFFERS)
STATEMENTS = (NOT_COMPUTED, "holds", "does not hold")
NO_CALCULATION = "cannot be recalculated"
#: What an input may be beside its value.
POINT = ()
DIGITS = ("rounding",)
WORDS = ("words",)
BOTH = DIGITS + WORDS
#: Where a verdict turns is sought between so many points, and between two of them.
POINTS = 402
FINER = 501
ROUNDS = 3

#: From here on words leave an end open.
NO_END = ENDLESS / 1e12

#: Numbers or arrays by name; a function also takes those of pandas and xarray.
Values = Mapping[str, Any]
NOTHING: Values = MappingProxyType({})
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


class Segment(NamedTuple):
    """An interval of an input's range in which the verdict stays the same."""

    verdict: str
    start: float
    stop: float


def within(ends: Span, room: Span) -> Span:
    """Return the ends of a range, moved into a room."""
    start, stop = np.clip(ends, *room).tolist()
    return start, stop


class Case:
    """A target with all that it needs, in order, and what is claimed of it.

    ``fixed`` are quantities that have a source of the check's own.
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
        #: The end that words name, for each input that is in words only.
        self.named: dict[str, np.float64] = {}
        for name, node in self.nodes.items():
            if name in book.limits:
                self.limits[name] = book.limits[name]
            if not node.formula:
                self.inputs[name] = node
            if node.is_in_words:
                self.named[name] = node.stated_end
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
        setting = {**self.setting, **dict.fromkeys(names, Node())}
        return Case(self.book, self.target, setting, self.claim, self.fixed)

    # Numbers.

    def values(self, given: Values = NOTHING, *, clip: bool = False) -> dict[str, Any]:
        """Return the values of all quantities, with some given.

        A printed number gives way to a limit if its words let it be lower. With
        ``clip`` each value does, but for what is in words only: no limit ends what
        words leave open.
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

    def violates(self, values: Values) -> Array:
        """Return where some limit is broken, or the target is no number."""
        target = np.atleast_1d(values[self.target])
        is_violated: Array = np.isinf(target) if self.named else ~np.isfinite(target)
        for name in self.limits:
            is_violated = is_violated | is_outside(
                values[name], *self.limits_of(name, values)
            )
        return is_violated

    def refuse_broken(self, values: Values) -> None:
        """Raise SettingError for a limit that is broken, at the first such entry."""
        for name, (_, most) in self.limits.items():
            entries = np.broadcast_arrays(values[name], *self.limits_of(name, values))
            past = np.stack(entries)[:, is_outside(*entries)]
            if not past.size:
                continue
            unit = self.book.unit(name)
            value, low, high = past[:, 0].tolist()
            number = words.number(value, unit, [low, high])
            allowed = words.part(low, math.inf, unit=unit)
            needed = self.book.order(name, self.setting)
            if value > high:
                allowed = words.part(-math.inf, high, unit=unit)
                if isinstance(most, str):
                    needed |= self.book.order(most, self.setting)
                    allowed += f", the value of {self.book.labels[most]} ({most})"
            sentence = f"{name} cannot be {number}: it must be {allowed}"
            causes = self.setting.keys() & needed.keys() - {name, most, *self.fixed}
            if causes:
                sentence += f"; this depends on {' and '.join(sorted(causes))}"
            raise SettingError(sentence)

    def refuse_past(self, values: Values) -> None:
        """Raise SettingError where a limit is broken, or the target has no value."""
        self.refuse_broken(values)
        if np.any(self.violates(values)):
            sentence = f"{self.target} cannot be computed, because it divides by zero"
            raise SettingError(sentence)

    def bounds(
        self, kinds: Collection[str], given: Values = NOTHING
    ) -> tuple[Array, Array]:
        """Return the least and the greatest target, as inputs move within their spans,
        for each entry of ``given``.

        Between the ends of an input a formula only rises or only falls.
        """
        spans = {}
        for name, node in self.inputs.items():
            ends = [end for kind in kinds for end in getattr(node, kind) or ()]
            if ends and name not in given:
                spans[name] = min(ends), max(ends)
        # A row for each corner of the box, and a column for each entry.
        corners = np.array([*itertools.product(*spans.values())]).T[..., None]
        moved = {**given, **dict(zip(spans, corners, strict=True))}
        target = np.atleast_2d(self.values(moved, clip=bool(kinds))[self.target])
        return np.fmin.reduce(target), np.fmax.reduce(target)

    def side(self) -> str:
        """Return whether words make the target "up to" or "at least" its value."""
        if not self.has_words:
            return ""
        value = self.values(self.named)[self.target]
        (low,), (high,) = self.bounds(WORDS)
        is_higher = high > value + tolerance(value)
        if low < value - tolerance(value):
            return "no bound" if is_higher else "up to"
        return "at least" if is_higher else ""

    def estimate(self) -> Estimate:
        """Return the value with its bounds, or raise SettingError past a limit.

        An end that words leave open is NaN.
        """
        self.refuse_past(self.values(self.named))
        ends = np.ravel(self.bounds(DIGITS))
        ends[abs(ends) >= NO_END] = math.nan
        low, high = ends.tolist()
        return Estimate.of(
            self.values()[self.target],
            # A quotient by an open end is nought.
            low=low if abs(low) > 1 / NO_END else 0.0,
            high=high,
            unit=self.book.units[self.target],
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

    def reached(self, given: Values = NOTHING) -> Array:
        """Return what a verdict follows from, for each entry of the arrays given.

        A row says whether a limit is broken; then come two rows for each set of values:
        whether it reaches the low end of the claim, and whether the high end.
        """
        values = self.values(given)
        exact, rounded = self.claimed(values)
        rows: list[Any] = [self.violates(values)]
        sets = (POINT, exact), (DIGITS, rounded), (BOTH, rounded)
        for kinds, (start, stop) in sets:
            if kinds != BOTH or self.has_words:
                low, high = self.bounds(kinds, given)
            if kinds == DIGITS:
                # A number in words only has no value that could match.
                low = np.where(np.isnan(values[self.target]), math.inf, low)
            rows += [high >= start - tolerance(start), low <= stop + tolerance(stop)]
            if self.claim.is_statement:
                # It is true of the value, or not.
                break
        spread = np.broadcast_arrays(*rows, *given.values())
        return np.stack(spread[: len(rows)]).astype(bool)

    def codes(self, given: Values = NOTHING) -> Array:
        """Return the place in ``verdicts`` for each entry of the arrays given."""
        rows = self.reached(given)
        fits = rows[1::2] & rows[2::2]
        codes: Array = np.argmax([rows[0], *fits, np.ones_like(rows[0])], axis=0)
        return codes

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
        segments = []
        edges = np.unique([*ends, *case._turning_points(name, ends)])
        codes = case.codes({name: (edges[1:] + edges[:-1]) / 2})
        begins = np.flatnonzero(np.diff(codes, prepend=-1))
        spans = itertools.pairwise(edges[[*begins, -1]].tolist())
        for code, span in zip(codes[begins], spans, strict=True):
            if code:
                segments.append(Segment(self.verdicts[code], *span))
        return segments

    def _turning_points(self, name: str, ends: Span) -> Array:
        """Return the values of an input at which a verdict may change.

        They are sought on finer and finer grids, because two comparisons may change
        between two points of one grid.
        """
        grid: Array = np.linspace(*ends, POINTS)
        for _ in range(1 + ROUNDS):
            rows = self.reached({name: grid})
            turned = np.diff(rows).any(axis=0)
            below = grid[:-1][turned]
            above = grid[1:][turned]
            grid = np.linspace(below, above, 1 + FINER, axis=1).ravel()
        middles: Array = (below + above) / 2
        return middles

    @property
    def movable(self) -> list[str]:
        """The inputs that may be set, of which the check has no source of its own."""
        return [name for name in self.inputs if name not in self.fixed]

    def thresholds(self) -> Iterator[tuple[str, list[Segment]]]:
        """Yield each assumption, and each input whose words leave room, that can change
        the verdict, with the segments of its range."""
        for name in self.movable:
            allowed = self.inputs[name].words
            if not allowed and name not in self.book.assumptions:
                continue
            span = within(self.book.ranges[name], allowed or UNBOUNDED)
            segments = self.segments(name, span)
            if len(segments) > 1:
                yield name, segments
