"""Sweeps: estimates over a grid or a Latin hypercube of assumptions and readings, in a file.

What belongs here: reading what to sweep, computing it block by block, and the file that it makes, whole or to be
resumed. What does not: draws and what they come to (``uncertainty``).

A row of the file is one combination: the values varied and the estimates, in base units, and what it violates where it
has no meaning; its estimates are then empty.

>>> from analysis.register import Register
>>> model = Model(Register.read())
>>> spec = Spec("a grid", ("net_new_persons",), (Span("persons_per_transfer", values=(0.9, 1.0)),))
>>> compute(model, spec).net_new_persons.round().tolist()
[271100.0, 301222.0]
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import itertools
import json
import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import __version__
from analysis.files import alone
from analysis.model import SETTABLE, Floats, Model, ModelError, Plan, Setting
from analysis.register import InputError, RegisterError, read_yaml, schema_problem, shown
from analysis.scenarios import OWN, Scenario, find
from analysis.uncertainty import apart, reach, run_blocks
from analysis.units import SCALES, UnitError, nearest, to_base

GRID, HYPERCUBE = "grid", "latin_hypercube"
#: Rows of one block: what is computed at a time, and what is lost when a sweep is stopped.
ROWS = 2**16
#: The most rows of one sweep, so that a mistyped number of steps is refused and no disk filled.
MOST = 10**9
#: The most combinations of readings, each of which is a plan of its own that is made before anything is computed.
COMBINATIONS = 10**4
#: The most values of one axis of a grid, and the most rows of a Latin hypercube, which are held in memory.
STEPS, SAMPLES = 10**6, 10**7
READING = "__reading"
_ENDINGS = (".parquet", ".csv")


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
    """A sweep's file: how many rows it has, and, by what they violate, how many have no meaning. resumed: rows that an
    earlier run had computed; all of them where there was nothing left to do."""

    path: Path
    rows: int
    violations: Mapping[str, int]
    resumed: int


def sweep(
    model: Model, spec: Spec, out: Path, *, scheduler: str = "", done: Callable[[int], None] = lambda rows: None
) -> Swept:
    """Compute a sweep into a Parquet or CSV file, block by block, so that a run that was stopped goes on where it was.

    ``out.settings.json`` beside the file says what it holds. ``done`` hears how many rows are there. Raises InputError
    where the file holds something else, or the output of other settings, and where another run is writing it.
    """
    if out.suffix not in _ENDINGS:
        raise InputError(f"{shown(out)} ends in none of {', '.join(_ENDINGS)}")
    _check(model, spec)
    job = _job(model, spec)
    described = _described(job)
    settings = json.dumps(described, indent=1, ensure_ascii=False) + "\n"
    reach(scheduler)
    sidecar = out.with_name(f"{out.name}.settings.json")
    parts = out.with_name(f".{out.name}.parts")
    with alone(out):
        for path in (sidecar, parts / "settings.json"):
            _same_settings(path, described, out)
        if out.exists():
            if not sidecar.exists():
                raise InputError(f"{shown(out)} is there and is no sweep; name another file")
            # A run that was killed when the file was in its place has left them.
            shutil.rmtree(parts, ignore_errors=True)
            done(spec.rows)
            return Swept(out, spec.rows, _counted(out, spec.rows), spec.rows)
        try:
            parts.mkdir(parents=True, exist_ok=True)
            _write(parts / "settings.json", settings)
            resumed = _fill(job, parts, scheduler, done)
            _join(job, parts, out)
            _write(sidecar, settings)
            _place(out)
            shutil.rmtree(parts)
        except OSError as error:
            raise InputError(f"{shown(out)} can't be written ({error.strerror})") from None
    return Swept(out, spec.rows, _counted(out, spec.rows), resumed)


def _fill(job: _Job, parts: Path, scheduler: str, done: Callable[[int], None]) -> int:
    """Compute the blocks that are not there; returns how many rows were."""
    numbers = range(_blocks(job.spec))
    missing = [number for number in numbers if not _is_block(_part(parts, number), job.spec, number)]
    rows = resumed = job.spec.rows - sum(_rows_of(job.spec, number) for number in missing)
    done(rows)
    for number, frame in zip(missing, run_blocks(_block, _works(job, missing), scheduler), strict=True):
        path = _part(parts, number)
        frame.to_parquet(path.with_suffix(".new"), index=False)
        path.with_suffix(".new").replace(path)
        rows += len(frame)
        done(rows)
    return resumed


def _rows_of(spec: Spec, number: int) -> int:
    """How many rows a block has; the last has what is left."""
    return min(ROWS, spec.rows - number * ROWS)


def _is_block(path: Path, spec: Spec, number: int) -> bool:
    """Whether a file is a block as it was written; one that was damaged since is computed again."""
    import pyarrow.parquet as pq

    try:
        return bool(pq.read_table(path).num_rows == _rows_of(spec, number))
    except (OSError, ValueError):
        return False


def _part(parts: Path, number: int) -> Path:
    return parts / f"{number:08}.parquet"


def _new(out: Path) -> Path:
    return out.with_name(f".{out.name}.new-file")


def _join(job: _Job, parts: Path, out: Path) -> None:
    """Put the blocks together beside the file, in their order and one at a time."""
    import pyarrow.parquet as pq

    new = _new(out)
    with contextlib.ExitStack() as stack:
        writer: Any = None
        for number in range(_blocks(job.spec)):
            table = pq.read_table(_part(parts, number))
            if out.suffix == ".parquet":
                writer = writer or stack.enter_context(pq.ParquetWriter(new, table.schema))
                writer.write_table(table)
            else:
                writer = writer or stack.enter_context(new.open("w", encoding="utf-8", newline=""))
                frame = table.to_pandas()
                frame.to_csv(writer, index=False, header=number == 0, lineterminator="\n", float_format="%.10g")


def _place(out: Path) -> None:
    _new(out).replace(out)


def _write(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.new-file")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def _counted(out: Path, rows: int) -> dict[str, int]:
    """How many rows of a file have no meaning, by what they violate. Raises InputError where it is not as written."""
    name = "violates"
    try:
        if out.suffix == ".csv":
            frame = pd.read_csv(out, usecols=[name], dtype={name: str}, keep_default_na=False)
        else:
            frame = pd.read_parquet(out, columns=[name])
        if len(frame) != rows:
            raise ValueError(len(frame))
    except (ValueError, OSError):
        raise InputError(f"{shown(out)} is not the sweep that was written; remove it, or name another") from None
    counts = frame[name].value_counts().to_dict()
    return {str(words): int(count) for words, count in sorted(counts.items()) if words}


def _same_settings(path: Path, settings: Mapping[str, Any], out: Path) -> None:
    """Refuse to go on with what other settings have begun, naming the first thing that differs."""
    if not path.exists():
        return
    try:
        was = json.loads(path.read_text(encoding="utf-8"))
        differs = [key for key in settings if was.get(key) != settings[key]]
    except (ValueError, AttributeError, OSError):
        differs = ["what is written there"]
    if differs:
        raise InputError(
            f"{shown(out)} holds, or has begun to hold, the output of other settings ({differs[0]} differs); "
            f"name another file, or remove it and {shown(path)}"
        )


def _described(job: _Job) -> dict[str, Any]:
    """What an output depends on: the sweep itself, and every number and formula that it starts from."""
    spec = job.spec
    nodes = []
    for combination, plan, reason in job.plans:
        for node in plan.nodes if plan else ():
            source = inspect.getsource(node.way.formula) if node.way.formula else repr(node.way.value())
            nodes.append([*combination, node.name, node.reading, source])
        nodes.append([*combination, reason, *([repr(plan.limits), repr(plan.caps)] if plan else [])])
    return {
        "name": spec.name,
        "method": spec.method,
        "quantities": list(spec.quantities),
        "values": {span.name: list(span.values) or [span.low, span.high] for span in spec.spans},
        "readings": {name: list(names) for name, names in spec.readings.items()},
        "samples": spec.samples,
        "seed": spec.seed,
        "scenario": spec.scenario.name,
        "rows": spec.rows,
        "version": __version__,
        "data and formulas": hashlib.sha256(json.dumps(nodes).encode()).hexdigest(),
    }
