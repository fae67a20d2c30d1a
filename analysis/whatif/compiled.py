"""Compiled: a plan's formulas as one loop over rows, compiled with numba, for many draws.

What belongs here: turning a plan into a loop that counts its outputs into histograms. What does not: what is drawn and
how draws are merged (``uncertainty``), which does the same on arrays without numba. Numbers are arguments of the loop,
so that one compilation, of a second or two, serves every scenario, seed and number of draws with the same formulas.

The source of the loop holds no name and no text of the register, only formulas by their place in the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.core.model import Floats, Plan
from analysis.core.published import TIE
from analysis.core.register import InputError

#: Rows that are computed before they are counted, so that computing runs on whole vectors.
_STRIP = 512


@dataclass(frozen=True)
class Counted:
    """What one block of draws comes to.

    counts: by output and bin. kept: draws that have a meaning. sums, squares: by output, of their places in bins from
    the start of the support, and of these squared. violations: by limit and cap. outside: whether, or how many times, a
    draw lay outside the support.
    """

    counts: NDArray[np.int64]
    kept: int
    sums: Floats
    squares: Floats
    violations: NDArray[np.int64]
    outside: int


class Loop:
    """A plan's outputs, counted into histograms.

    drawn: for each input that is drawn, in the order of the points, its name, an expression over ``u``, a point between
    0 and 1, and ``a``, ``b`` …, and what these stand for. support: for each output where its histogram starts and how
    many bins it has per unit. Raises InputError where numba is not installed or can't compile a formula.
    """

    def __init__(
        self,
        plan: Plan,
        outputs: Sequence[str],
        drawn: Mapping[str, tuple[str, Mapping[str, float]]],
        support: Sequence[tuple[float, float]],
        bins: int,
    ) -> None:
        self._numbers: list[float] = []
        self._shape = (len(outputs), bins)
        self._checks = len(plan.limits) + len(plan.caps)
        name = {node.name: f"v{i}" for i, node in enumerate(plan.nodes)}
        row: list[str] = []
        formulas: list[Callable[..., Any]] = []
        place = {quantity: i for i, quantity in enumerate(drawn)}
        for node in plan.nodes:
            if node.name in drawn:
                expression, letters = drawn[node.name]
                words = {"u": f"points[{place[node.name]}, start + i] * unit"} | {
                    letter: self._number(number) for letter, number in letters.items()
                }
                for word, meant in words.items():
                    row.append(f"{word} = {meant}")
                row.append(f"{name[node.name]} = {expression}")
            elif node.way.formula is None:
                row.append(f"{name[node.name]} = {self._number(node.way.value())}")
            else:
                row.append(f"{name[node.name]} = f{len(formulas)}({', '.join(name[n] for n in node.way.needs)})")
                formulas.append(node.way.formula)
        row.append("inside = True")
        for i, test in enumerate(self._tests(plan, name)):
            row += [f"fine{i} = {test}", f"violated{i} += not fine{i}", f"inside &= fine{i}"]
        for i, (quantity, (low, scale)) in enumerate(zip(outputs, support, strict=True)):
            row.append(f"places[{i}, i] = ({name[quantity]} - {self._number(low)}) * {self._number(scale)}")
        row.append("kept[i] = inside")
        checks = range(self._checks)
        before = [f"n{i} = numbers[{i}]" for i in range(len(self._numbers))] + [f"violated{i} = 0" for i in checks]
        source = _SOURCE.format(
            before="\n    ".join(before),
            row="\n            ".join(row),
            after="\n    ".join(f"violations[{i}] = violated{i}" for i in checks),
        )
        self._run = _compile(source, tuple(formulas))

    def _number(self, number: float) -> str:
        self._numbers.append(float(number))
        return f"n{len(self._numbers) - 1}"

    def _tests(self, plan: Plan, name: Mapping[str, str]) -> list[str]:
        """Whether a row has a meaning, as ``Plan.within`` has it: limits first, then caps."""
        tests = []
        for quantity, low, high in plan.limits:
            slack = TIE * max(abs(low), abs(high))
            tests.append(f"{self._number(low - slack)} <= {name[quantity]} <= {self._number(high + slack)}")
        for cap in plan.caps:
            most = name[cap.most] if np.isnan(cap.limit) else self._number(cap.limit)
            this = name[cap.quantity]
            tests.append(f"{most} - {this} >= {self._number(-TIE)} * abs({this})")
        return tests

    def __call__(self, points: NDArray[Any], unit: float) -> Counted:
        """Count a block of points, (inputs, rows), each of which times ``unit`` lies between 0 and 1."""
        counts = np.zeros(self._shape, np.int64)
        sums, squares = np.zeros(len(counts)), np.zeros(len(counts))
        violations = np.zeros(self._checks, np.int64)
        kept, outside = self._run(points, unit, np.array(self._numbers), counts, sums, squares, violations)
        return Counted(counts, kept, sums, squares, violations, outside)


_SOURCE = f"""
def loop(points, unit, numbers, counts, sums, squares, violations):
    {{before}}
    outputs, bins = counts.shape
    places = np.empty((outputs, {_STRIP}))
    kept = np.empty({_STRIP}, np.bool_)
    total, outside = 0, 0
    for start in range(0, points.shape[1], {_STRIP}):
        size = min({_STRIP}, points.shape[1] - start)
        for i in range(size):
            {{row}}
        for o in range(outputs):
            s, q = 0.0, 0.0
            for i in range(size):
                if kept[i]:
                    place = places[o, i]
                    at = np.int64(place)
                    if at < 0 or at >= bins:
                        at = 0 if at < 0 else bins - 1
                        outside += 1
                    counts[o, at] += 1
                    s += place
                    q += place * place
            sums[o] += s
            squares[o] += q
        for i in range(size):
            total += kept[i]
    {{after}}
    return total, outside
"""


@lru_cache(maxsize=64)
def _compile(source: str, formulas: tuple[Callable[..., Any], ...]) -> Callable[..., Any]:
    try:
        from numba import float64, njit
        from numba.core.errors import NumbaError
    except ImportError:
        raise InputError("numba is not installed; the extra `compiled` brings it") from None
    names: dict[str, Any] = {"np": np}
    for i, formula in enumerate(formulas):
        names[f"f{i}"] = njit(formula, error_model="numpy")
        try:
            names[f"f{i}"].compile((float64,) * formula.__code__.co_argcount)
        except NumbaError:
            raise InputError(f"numba can't compile the formula {formula.__name__}; draw without compiling") from None
    exec(source, names)
    compiled: Callable[..., Any] = njit(names["loop"], nogil=True, error_model="numpy")
    return compiled
