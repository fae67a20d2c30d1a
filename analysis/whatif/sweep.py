"""Sweeps: estimates over a grid or a Latin hypercube of assumptions and readings, in a file.

What belongs here: reading what to sweep, computing it block by block, and the file that it makes. What does not: draws
and what they come to (``draws``).

A row of the file is one combination: the values varied and the estimates, in base units, and what it violates where it
has no meaning; its estimates are then empty.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> spec = Spec("a grid", ("net_new_persons",), (Span("persons_per_transfer", values=(0.9, 1.0)),))
>>> compute(model, spec).net_new_persons.round().tolist()
[271100.0, 301222.0]
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.core.files import lock
from analysis.core.model import SETTABLE, Floats, Model, ModelError, Plan, Setting
from analysis.core.register import InputError, RegisterError, read_yaml, schema_problem, shown
from analysis.core.units import SCALES, UnitError, nearest, to_base
from analysis.whatif.draws import apart, reach, run_blocks
from analysis.whatif.scenarios import OWN, Scenario, find

GRID, HYPERCUBE = "grid", "latin_hypercube"
#: Rows of one block: what is computed at a time.
ROWS = 2**16
#: The most rows of one sweep, so that a mistyped number of steps is refused and no disk filled.
MOST = 10**9
#: The most combinations of readings, each of which is a plan of its own that is made before anything is computed.
COMBINATIONS = 10**4
#: The most values of one axis of a grid, and the most rows of a Latin hypercube, which are held in memory.
STEPS, SAMPLES = 10**6, 10**7
READING = "__reading"
_ENDINGS = (".csv", ".parquet")


_ARTICLE = Scenario(OWN, "Nothing is changed.")


@dataclass(frozen=True)
class Span:
    """What one quantity is given: the values of a grid, or the ends of a range for a Latin hypercube; base units."""

    name: str
    values: tuple[float, ...] = ()
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Spec:
    """What is swept. readings: by quantity, the readings that are all taken, the slowest to change first."""

    name: str
    quantities: tuple[str, ...]
    spans: tuple[Span, ...] = ()
    readings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    method: str = GRID
    samples: int = 0
    seed: int = 0
    scenario: Scenario = _ARTICLE

    @property
    def shape(self) -> tuple[int, ...]:
        """How many readings and values each axis of the sweep has."""
        readings = tuple(len(names) for names in self.readings.values())
        return readings + (tuple(len(span.values) for span in self.spans) if self.method == GRID else ())

    @property
    def rows(self) -> int:
        """How many combinations there are."""
        return math.prod(self.shape) if self.method == GRID else self.samples


# Reading a file -------------------------------------------------------------------------------------------------------

_NUMBERS: dict[str, Any] = {"type": ["number", "string"]}
_LIST: dict[str, Any] = {"type": "array", "items": _NUMBERS, "minItems": 1, "uniqueItems": True}
_RANGE: dict[str, Any] = {
    "type": "object",
    "required": ["low", "high"],
    "additionalProperties": False,
    "properties": {
        "low": _NUMBERS,
        "high": _NUMBERS,
        "steps": {"type": "integer", "minimum": 2, "maximum": STEPS},
        "unit": {"type": "string"},
    },
}
STRUCTURE: dict[str, Any] = {
    "title": "A sweep: which estimates over which assumptions and readings",
    "type": "object",
    "required": ["name", "method"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "method": {"enum": [GRID, HYPERCUBE]},
        "scenario": {"type": "string", "description": "a scenario's name, or the path of its file"},
        "quantities": {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
        "values": {
            "type": "object",
            "additionalProperties": {"anyOf": [_LIST, _RANGE]},
        },
        "readings": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True},
        },
        "samples": {"type": "integer", "minimum": 1, "maximum": SAMPLES},
        "seed": {"type": "integer", "minimum": 0},
    },
}


def read(path: Path, model: Model) -> Spec:
    """The sweep that a file describes. Raises RegisterError, one sentence that names file and field."""
    file = shown(path)
    content = read_yaml(path)

    def refuse(message: str, *where: str) -> RegisterError:
        return RegisterError(file, message, field=".".join(where))

    if not isinstance(content, dict):
        raise refuse("the file is not a mapping of name, method and what is varied")
    for key in content:
        if key not in STRUCTURE["properties"]:
            known = nearest(str(key), STRUCTURE["properties"])
            raise refuse(f"'{key}' is nothing that a sweep has{known}", str(key))
    problem = schema_problem(STRUCTURE, content)
    if problem and problem[0][:1] == ["values"] and len(problem[0]) == 2:
        given = content["values"][problem[0][1]]
        closer = None
        if isinstance(given, dict | list):
            closer = schema_problem(_LIST if isinstance(given, list) else _RANGE, given)
        what = closer or ([], "neither a list of numbers nor low and high, with steps from 2 up for a grid")
        raise refuse(what[1], *map(str, [*problem[0], *what[0]]))
    if problem:
        raise refuse(problem[1], *map(str, problem[0]))
    grid = content["method"] == GRID
    for key, wanted in (("samples", not grid), ("seed", not grid)):
        if key in content and not wanted:
            raise refuse(f"a grid has no {key}; give the steps of each range", key)
    if not grid and "samples" not in content:
        raise refuse("a Latin hypercube needs samples, how many rows there are to be", "samples")
    try:
        scenario = find(_beside(path, content.get("scenario", OWN)), model)
    except InputError as error:
        raise refuse(str(error), "scenario") from None
    for name in content.get("quantities", []):
        if name not in model.quantities:
            raise refuse(f"'{name}' is no quantity{nearest(name, model.quantities)}", "quantities")
    readings = {}
    for name, names in content.get("readings", {}).items():
        if name not in model.quantities:
            raise refuse(f"'{name}' is no quantity{nearest(name, model.quantities)}", "readings", name)
        for reading in names:
            if reading not in model.ways[name]:
                known = nearest(reading, model.ways[name])
                raise refuse(f"'{reading}' is no reading of {name}{known}", "readings", name)
        readings[name] = tuple(names)
    spans = [_span(model, name, given, grid, refuse) for name, given in content.get("values", {}).items()]
    if not spans and not readings:
        raise refuse("nothing is varied; give values or readings")
    if scenario.distributions or scenario.assumptions or scenario.only_sourced:
        raise refuse(
            f"{scenario.name} moves more than readings and values; a sweep starts from those alone", "scenario"
        )
    spec = Spec(
        name=content["name"],
        quantities=tuple(content.get("quantities", model.register.estimates)),
        spans=tuple(spans),
        readings=readings,
        method=content["method"],
        samples=int(content.get("samples", 0)),
        seed=int(content.get("seed", 0)),
        scenario=scenario,
    )
    if spec.rows > MOST:
        raise refuse(f"{spec.rows:,} rows are more than the {MOST:,} that a sweep may have", "values")
    combinations = math.prod(map(len, readings.values()))
    if combinations > COMBINATIONS:
        words = f"{combinations:,} combinations are more than the {COMBINATIONS:,} that a sweep may have"
        raise refuse(words, "readings")
    for span in spans:
        if span.name in spec.quantities:
            raise refuse("it is varied here, so it is no estimate", "quantities", span.name)
    try:
        _check(model, spec)
    except ModelError as error:
        first = str(error).partition(" ")[0]
        named = [part for part in ("values", "readings") if first in content.get(part, {})]
        raise refuse(str(error), *([named[0], first] if named else [])) from None
    return spec


def _beside(path: Path, text: str) -> str:
    """A scenario's path as given, or as it lies beside the file that names it."""
    beside = path.parent / text
    return str(beside) if text.endswith((".yaml", ".yml")) and beside.is_file() else text


def _span(model: Model, name: str, given: Any, grid: bool, refuse: Callable[..., RegisterError]) -> Span:
    if name not in model.quantities:
        raise refuse(f"'{name}' is no quantity{nearest(name, model.quantities)}", "values", name)
    held = model.units[name]

    def number(given: Any, unit: str = "") -> float:
        text = f"{given} {unit}".strip()
        words = [word for word in text.split()[1:] if word not in SCALES]
        if held != "dimensionless" and not words:
            raise refuse(f"{text} has no unit; it is held in {held}", "values", name)
        try:
            found = to_base(text, held)
            model.setting(values={name: found})
        except (UnitError, ModelError) as error:
            raise refuse(str(error), "values", name) from None
        return found

    if isinstance(given, list):
        if not grid:
            raise refuse("a Latin hypercube needs low and high, not a list", "values", name)
        return Span(name, values=tuple(number(one) for one in given))
    low, high = (number(given[end], given.get("unit", "")) for end in ("low", "high"))
    if low >= high:
        raise refuse(f"the low end {low:,.10g} does not lie below the high end {high:,.10g}", "values", name, "low")
    if grid and "steps" not in given:
        raise refuse("a grid needs steps, how many values there are to be from low to high", "values", name)
    if not grid and "steps" in given:
        raise refuse("a Latin hypercube has no steps; samples says how many rows there are to be", "values", name)
    return Span(name, tuple(map(float, np.linspace(low, high, int(given["steps"])))) if grid else (), low, high)


def _check(model: Model, spec: Spec) -> None:
    """Refuse what nothing computed here depends on, and values of what a reading supplies; a combination of readings
    that can't be computed is a row that says so."""
    for span in spec.spans:
        for reading in (*spec.readings.get(span.name, ()), spec.scenario.readings.get(span.name, SETTABLE[0])):
            if reading not in SETTABLE:
                raise ModelError(f"{span.name} is unused: its reading {reading} supplies it; vary one of the two")
    plans: list[Plan] = []
    for _, setting in _settings(model, spec):
        if isinstance(setting, Setting):
            plans += [model.graph((quantity,), setting, capped=True) for quantity in spec.quantities]
    if not plans:
        raise ModelError("no combination of the readings can be computed")
    nodes = [plan.by_name for plan in plans]
    for name in [*spec.readings, *(span.name for span in spec.spans)]:
        if not any(name in found for found in nodes):
            raise ModelError(f"{name} is unused: nothing computed here depends on it under these readings")
    for span in spec.spans:
        if not any(span.name in plan.leaves for plan in plans):
            raise ModelError(f"{span.name} is unused: its reading supplies it in every combination")


# Computing ------------------------------------------------------------------------------------------------------------


def _settings(model: Model, spec: Spec) -> Iterator[tuple[tuple[str, ...], Setting | str]]:
    """Each combination of readings, with its setting, or the reason why there is none."""
    for combination in itertools.product(*spec.readings.values()):
        readings = {**spec.scenario.readings, **dict(zip(spec.readings, combination, strict=True))}
        # What is varied is given, wherever no reading supplies it.
        given = {span.name: span.values[0] if span.values else span.low for span in spec.spans}
        values = {
            name: number
            for name, number in {**spec.scenario.values, **given}.items()
            if readings.get(name, SETTABLE[0]) in SETTABLE
        }
        try:
            setting = model.setting(readings, values)
            model.graph(spec.quantities, setting, capped=True)
            yield combination, setting
        except ModelError as error:
            yield combination, str(error)


@dataclass(frozen=True)
class _Job:
    """What every block needs: by combination of readings, the plan, or why there is none."""

    spec: Spec
    plans: tuple[tuple[tuple[str, ...], Plan | None, str], ...]
    sampled: Floats | None


def _job(model: Model, spec: Spec) -> _Job:
    plans: list[tuple[tuple[str, ...], Plan | None, str]] = []
    for combination, setting in _settings(model, spec):
        if isinstance(setting, Setting):
            plans.append((combination, model.graph(spec.quantities, setting, capped=True), ""))
        else:
            plans.append((combination, None, setting))
    sampled = None
    if spec.method == HYPERCUBE:
        from scipy.stats import qmc

        rng = np.random.default_rng(spec.seed)
        sampled = qmc.LatinHypercube(len(spec.readings) + len(spec.spans), rng=rng).random(spec.samples)
    return _Job(spec, tuple(plans), sampled)


def _block(work: tuple[_Job, int, int]) -> pd.DataFrame:
    """The rows from start to stop of a sweep."""
    job, start, stop = work
    spec = job.spec
    rows = np.arange(start, stop)
    combined = tuple(len(names) for names in spec.readings.values())
    if job.sampled is None:
        places = np.unravel_index(rows, spec.shape) if spec.shape else ()
        picked, values = (
            places[: len(combined)],
            {
                span.name: np.asarray(span.values)[at]
                for span, at in zip(spec.spans, places[len(combined) :], strict=True)
            },
        )
    else:
        u = job.sampled
        picked = tuple((u[:, i] * count).astype(int) for i, count in enumerate(combined))
        values = {
            span.name: span.low + u[:, len(combined) + i] * (span.high - span.low) for i, span in enumerate(spec.spans)
        }
    which = np.ravel_multi_index(picked, combined) if combined else np.zeros(len(rows), int)
    columns: dict[str, Any] = {"row": rows}
    for name, at, names in zip(spec.readings, picked, spec.readings.values(), strict=True):
        columns[f"{name}{READING}"] = np.asarray(names, object)[at]
    columns |= values
    found = {name: np.full(len(rows), np.nan) for name in spec.quantities}
    violates = np.full(len(rows), "", object)
    for number in np.unique(which):
        _, plan, reason = job.plans[number]
        here = np.flatnonzero(which == number)
        if plan is None:
            violates[here] = reason
            continue
        given = {name: column[here] for name, column in values.items() if name in plan.leaves}
        computed = plan.evaluate({**plan.start, **given})
        for words, one in reversed(apart(plan)):
            violates[here[~np.broadcast_to(one.within(computed), here.shape)]] = words
        for name in spec.quantities:
            numbers = np.broadcast_to(np.asarray(computed[name], float), here.shape)
            finite = np.isfinite(numbers)
            violates[here[~finite & (violates[here] == "")]] = f"{name} has no finite value"
            found[name][here] = numbers
        for name in spec.quantities:
            found[name][here[violates[here] != ""]] = np.nan
    return pd.DataFrame({**columns, **found, "violates": violates})


def compute(model: Model, spec: Spec, scheduler: str = "") -> pd.DataFrame:
    """The whole sweep as a frame, a row a combination; for sweeps that fit in memory."""
    _check(model, spec)
    job = _job(model, spec)
    frames = run_blocks(_block, _works(job, range(_blocks(spec))), scheduler)
    return pd.concat(list(frames), ignore_index=True)


def _blocks(spec: Spec) -> int:
    return -(-spec.rows // ROWS)


def _works(job: _Job, blocks: Any) -> Iterator[tuple[_Job, int, int]]:
    for number in blocks:
        start, stop = number * ROWS, min((number + 1) * ROWS, job.spec.rows)
        sampled = None if job.sampled is None else job.sampled[start:stop]
        yield _Job(job.spec, job.plans, sampled), start, stop


# Files ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Swept:
    """A sweep's file: how many rows it has, and, by what they violate, how many of them have no estimate."""

    path: Path
    rows: int
    violations: Mapping[str, int]


def sweep(
    model: Model, spec: Spec, out: Path, *, scheduler: str = "", done: Callable[[int], None] = lambda rows: None
) -> Swept:
    """Compute a sweep into a CSV or Parquet file, which is written whole or not at all.

    ``done`` hears how many rows are computed. Raises InputError where the file exists, or can't be written, where
    another run is writing it, and where Parquet is asked for and pyarrow is not installed.
    """
    if out.suffix not in _ENDINGS:
        raise InputError(f"{shown(out)} ends in none of {', '.join(_ENDINGS)}")
    if out.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise InputError("pyarrow is not installed; the extra `parquet` brings it; or name a file that ends in .csv")
    _check(model, spec)
    job = _job(model, spec)
    reach(scheduler)
    with lock(out):
        if out.exists():
            raise InputError(f"{shown(out)} exists; remove it or name another file")
        new = out.with_name(f".{out.name}.new-file")
        violations: Counter[str] = Counter()
        rows = 0
        try:
            with _writer(out, new) as write:
                for frame in run_blocks(_block, _works(job, range(_blocks(spec))), scheduler):
                    write(frame)
                    violations.update(words for words in frame["violates"] if words)
                    rows += len(frame)
                    done(rows)
            new.replace(out)
        except OSError as error:
            raise InputError(f"{shown(out)} can't be written ({error.strerror})") from None
        finally:
            new.unlink(missing_ok=True)
    return Swept(out, rows, dict(sorted(violations.items())))


@contextlib.contextmanager
def _writer(out: Path, new: Path) -> Iterator[Callable[[pd.DataFrame], None]]:
    """What appends a block to a new file of the kind that ``out`` is."""
    if out.suffix == ".csv":
        with new.open("w", encoding="utf-8", newline="") as file:
            yield lambda frame: frame.to_csv(
                file, index=False, header=not file.tell(), lineterminator="\n", float_format="%.10g"
            )
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    with contextlib.ExitStack() as stack:
        writers: list[Any] = []

        def write(frame: pd.DataFrame) -> None:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            if not writers:
                writers.append(stack.enter_context(pq.ParquetWriter(new, table.schema)))
            writers[0].write_table(table)

        yield write
