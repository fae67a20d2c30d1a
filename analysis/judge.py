"""The bounds of a result, the verdicts of checks, and where they turn.

An input may have its value, any value that rounds to its digits, or any value that its
words allow; each set holds the one before. The verdict is the first of the three that
lets the result meet what the claim says.
"""

import math
from dataclasses import dataclass

import numpy as np

from analysis import printed, spell
from analysis.model import Number
from analysis.tables import SettingError, split

MATCHES = "matches"
ROUNDING = "matches within rounding"
OPEN = "left open"
DIFFERS = "differs"
NO_SUM = "cannot be recalculated"
NOT_COMPUTED = "not computed"
#: A verdict is tried at so many values, and between two of them, again and again.
GRID, FINER, ROUNDS = 401, 500, 3
#: The number of values of each input at which a user's own function is tried.
OWN_GRID = 5


class Result:
    """A quantity under a setting, with the sources of all that it needs, in order."""

    def __init__(self, model, target, sources):
        self.model, self.target, self.sources = model, target, sources
        self.numbers, self.points, self.has_words = {}, 2, False
        for name, source in sources.items():
            if isinstance(source, Number):
                self.numbers[name] = source
                self.has_words = self.has_words or bool(source.words)
            elif source.is_own:
                self.points = OWN_GRID

    def values(self, vary=None):
        """Return the values of all quantities; those in ``vary`` are arrays."""
        return self.model.evaluate(self.sources, vary or {})

    def value(self, vary=None):
        """Return the value of the target."""
        return self.values(vary)[self.target]

    def start(self):
        """Return the least number that fits, for each input that is in words only."""
        start = {}
        for name, number in self.numbers.items():
            if math.isnan(number.value):
                start[name] = np.float64(number.words[0])
        return start

    def bounds(self, vary=None, *, rounding=False, words=False):
        """Return the least and the greatest target, as inputs move within their sets.

        Each moving input has an axis of its own, and the last axis has the entries of
        ``vary``. Between the ends of an input, a formula only rises or only falls; a
        user's own function is tried between them, too.
        """
        put_in = dict(vary or {})
        ends = {}
        for name, number in self.numbers.items():
            found = ends_of(number, put_in.get(name), rounding, words)
            if found:
                ends[name] = np.stack(np.broadcast_arrays(*found))
        for axis, (name, found) in enumerate(ends.items()):
            shape = [1] * len(ends) + [-1]
            shape[axis] = self.points
            moved = np.linspace(found.min(axis=0), found.max(axis=0), self.points)
            put_in[name] = moved.reshape(shape)
        target = self.model.evaluate(self.sources, put_in, limits="clip")[self.target]
        missing = len(ends) + 1 - np.ndim(target)
        target = np.reshape(target, (1,) * missing + np.shape(target))
        axes = tuple(range(len(ends)))
        return np.fmin.reduce(target, axis=axes), np.fmax.reduce(target, axis=axes)

    def fixed(self, names):
        """Return the result with some inputs that have neither rounding nor words."""
        numbers = {name: Number(self.numbers[name].value) for name in names}
        return Result(self.model, self.target, {**self.sources, **numbers})

    def is_broken(self, values):
        """Return where some limit is broken, or the target divides by zero."""
        found = np.isinf(np.atleast_1d(values[self.target]))
        for _, where in self.model.broken(values):
            found = found | where
        return found

    def refuse_broken(self, values):
        """Raise SettingError where a limit is broken by a single value."""
        for name, _ in self.model.broken(values):
            raise SettingError(self.model.sentence(name, values))
        if np.any(np.isinf(values[self.target])):
            raise SettingError(f"{self.target} would divide by zero")

    def side(self):
        """Return whether words make the target "at most" or "at least" its value."""
        if not self.has_words:
            return ""
        value = self.value(self.start())
        low, high = self.bounds(words=True)
        room = printed.slack(value)
        if low[0] >= value - room:
            return "at least" if high[0] > value + room else ""
        return "no bound" if high[0] > value + room else "at most"


def ends_of(number, moved, rounding, words):
    """Return the ends between which an input may lie; a moved one keeps its width."""
    ends: list = []
    if rounding:
        ends += number.rounding
    if moved is not None:
        ends = [moved + (end - number.value) for end in ends]
    if words:
        for end in number.words:
            is_value = moved is not None and end == number.value
            ends.append(moved if is_value else end)
    return ends


def result_of(model, target, setting):
    """Return a quantity under a setting."""
    model.look_up(target)
    return Result(model, target, model.sources(target, setting))


def setting_of(model, row, setting):
    """Return a setting with the readings of a check.

    What a user has set stays, unless the check names another way to compute it.
    """
    merged = dict(setting)
    for name, choice in model.choices_of(row).items():
        is_reading = isinstance(merged.get(name, ""), str)
        if is_reading or choice not in ("set", "published", "in_words"):
            merged[name] = choice
    return merged


def result_for(model, check, setting):
    """Return the result of a check, which must not rest on the row beside it."""
    result = result_of(model, check["compute"], setting_of(model, check, setting))
    for number in result.numbers.values():
        if number.row in split(check["beside"]):
            raise SettingError(f"{number.row} would be compared with itself")
    return result


def rows_beside(model, check):
    """Return the row beside a check, or the two rows of a range, or none."""
    rows = model.tables["claims"] | model.tables["external"]
    return [rows[name] for name in split(check["beside"])]


def claim_of(model, check):
    """Return what the row or rows beside a check say, as printed and with rounding."""
    return printed.claimed(*rows_beside(model, check))


def reached(result, claim, vary=None):
    """Return what verdicts follow from, for each entry of the arrays in ``vary``.

    A row says whether a limit is broken; then come two rows for each of the three sets:
    whether it reaches the low end of the claim, and whether it reaches the high end.
    """
    exact, rounded = claim
    values = result.values(vary)
    value = np.atleast_1d(values[result.target])
    rows = [result.is_broken(values), *printed.reaches(value, value, exact)]
    by_rounding = printed.reaches(*result.bounds(vary, rounding=True), rounded)
    # A number in words only has no value that could match.
    rows += [by_rounding[0], by_rounding[1] & ~np.isnan(value)]
    if result.has_words:
        low, high = result.bounds(vary, rounding=True, words=True)
        rows += printed.reaches(low, high, rounded)
    else:
        rows += by_rounding
    return np.stack(np.broadcast_arrays(*rows))


def verdicts(result, claim, vary=None):
    """Return the verdict for each entry of the arrays in ``vary``."""
    broken, *rows = reached(result, claim, vary)
    sets = [broken, rows[0] & rows[1], rows[2] & rows[3], rows[4] & rows[5]]
    return np.select(sets, [NOT_COMPUTED, MATCHES, ROUNDING, OPEN], DIFFERS)


def judge(model, check, setting):
    """Return what is found for a check: numbers, verdict and condition."""
    rows = rows_beside(model, check)
    found = dict.fromkeys(("printed", "value", "low", "high"), math.nan)
    found |= {"unit": "", "side": "", "verdict": "", "apart": math.nan, "condition": ""}
    if len(rows) == 1:
        found["printed"] = printed.value_of(*rows)
    if not check["compute"]:
        return found | {"verdict": NO_SUM}
    found["unit"] = model.units[check["compute"]]
    try:
        result = result_for(model, check, setting)
        found |= estimated(result)
    except SettingError as error:
        return found | {"verdict": NOT_COMPUTED, "condition": str(error)}
    if rows:
        claim = claim_of(model, check)
        low, high = claim[0]
        found["verdict"] = verdict = str(verdicts(result, claim)[0])
        found["apart"] = found["value"] - np.clip(found["value"], low, high)
        found["condition"] = worded(model, conditions(result, claim, verdict))
    return found


def estimated(result):
    """Return the value, low, high and side; raises SettingError past a limit."""
    values = result.values()
    result.refuse_broken(values)
    low, high = result.bounds(rounding=True)
    return {
        "value": float(values[result.target]),
        "low": float(low[0]),
        "high": float(high[0]),
        "side": result.side(),
    }


# Where a verdict turns ----------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A part of an input's range, in which a verdict stays."""

    low: float
    high: float
    verdict: str


def conditions(result, claim, verdict):
    """Yield each assumption that can turn a verdict, the part around its value in which
    the verdict stays, and the part of its range in which no limit is broken."""
    for name, number in result.numbers.items():
        if name in result.model.assumptions and not math.isnan(number.value):
            parts = parts_of(result, claim, name, result.model.limits[name])
            computed = [part for part in parts if part.verdict != NOT_COMPUTED]
            for part in computed:
                is_around = part.low <= number.value <= part.high
                if part.verdict == verdict and is_around and len(computed) > 1:
                    yield name, part, (computed[0].low, computed[-1].high)


def worded(model, found):
    """Return conditions in words."""
    said = []
    for name, part, span in found:
        held = spell.edges(part.low, part.high, *span, model.units[name])
        said.append(f"{model.labels[name]}: {held}")
    return "; ".join(said)


def parts_of(result, claim, name, ends):
    """Return the parts of an input's range, each with its verdict."""

    def turned(values):
        return reached(result, claim, {name: values})

    grid = grid_of(*ends, result.numbers[name].value)
    edges = np.unique([grid[0], *turns(turned, grid), grid[-1]])
    found = verdicts(result, claim, {name: (edges[1:] + edges[:-1]) / 2})
    parts: list[Part] = []
    for low, high, verdict in zip(edges[:-1], edges[1:], found, strict=True):
        if parts and parts[-1].verdict == verdict:
            low = parts.pop().low
        parts.append(Part(float(low), float(high), str(verdict)))
    return parts


def grid_of(low, high, value):
    """Return values at which something is tried, the one in use among them."""
    return np.union1d(np.linspace(low, high, GRID), value)


def kept(result, name, ends):
    """Return the part of a range in which no limit is broken."""
    parts = parts_of(result, (printed.ANY, printed.ANY), name, ends)
    computed = [part for part in parts if part.verdict != NOT_COMPUTED]
    # The place of a limit is known to nine digits.
    low, high = computed[0].low, computed[-1].high
    return float(f"{low:.9g}"), float(f"{high:.9g}")


def moves(result, name, ends):
    """Return whether an input moves a result, or takes it past a limit."""
    values = result.values(result.start() | {name: np.linspace(*ends, GRID)})
    target = values[result.target]
    is_moved = np.ptp(target) > printed.slack(np.max(np.abs(target)))
    return bool(is_moved or np.any(result.is_broken(values)))


def turns(tests, grid):
    """Return the places in a range at which any of some tests turns, by finer grids.

    Two tests may turn between two points of the grid, and hold together between.
    """
    starts, stops = changes(tests(grid), grid[None])
    shares = np.linspace(0, 1, FINER + 1)
    for _ in range(ROUNDS if len(starts) else 0):
        values = starts[:, None] + shares * (stops - starts)[:, None]
        starts, stops = changes(tests(values.ravel()), values)
    return (starts + stops) / 2


def changes(codes, values):
    """Return the neighbours in rows of values between which codes change."""
    codes = np.reshape(codes, (-1, *values.shape))
    changed = np.any(codes[..., 1:] != codes[..., :-1], axis=0)
    rows, columns = np.nonzero(changed)
    return values[rows, columns], values[rows, columns + 1]
