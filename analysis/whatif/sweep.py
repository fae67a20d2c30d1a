"""Sweeps: estimates over a grid or a Latin hypercube of assumptions and readings, as a DataFrame or a file.

A row is one combination: the values varied and the estimates, in base units, and the limit that it violates, if any;
its estimates are then empty.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> ratios = {"persons_per_transfer": Span(low=0.9, high=1, steps=2, unit="person/transfer")}
>>> compute(model, Spec(name="a grid", quantities=("net_new_persons",), values=ratios)).net_new_persons.round().tolist()
[271100.0, 301222.0]
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field

from analysis.core.bounds import Floats
from analysis.core.model import SETTABLE, Model, ModelError, Plan
from analysis.core.register import InputError, Text, shown
from analysis.whatif.draws import reach, run_blocks
from analysis.whatif.scenarios import OWN, Content, Number, find, read_as

#: Rows that are computed at a time.
ROWS = 2**16
#: The most rows of one sweep, so that a mistyped number of steps fills no disk.
MOST = 10**9
#: The most combinations of readings, each with a plan of its own, and the most values in memory.
COMBINATIONS, HELD = 10**4, 10**7


class Span(Content):
    """The values of one quantity: for a grid a list, or ``steps`` from low to high; else low and high.

    A number has its unit, such as ``0.4 million person``, or ``unit`` is that of all.
    """

    values: tuple[Number, ...] = ()
    low: Number = ""
    high: Number = ""
    steps: Annotated[int, Field(ge=0, le=HELD)] = 0
    unit: str = ""

    def numbers(self, model: Model, quantity: str, method: str) -> list[float]:
        """The values of a grid, or the ends of a Latin hypercube, in base units. Raises ModelError."""
        texts = self.values or (self.low, self.high)
        found = [model.number(quantity, f"{text} {self.unit}".strip(), with_unit=True) for text in texts]
        if (method == "grid") != (bool(self.values) or self.steps > 1):
            wanted = "two steps or more, or a list" if method == "grid" else "low and high, without steps"
            raise ModelError(f"{quantity}: a sweep by {method} needs {wanted}")
        if self.values or found[0] < found[1]:
            return np.linspace(found[0], found[1], self.steps).tolist() if self.steps else found
        raise ModelError(f"{quantity}: the low end {self.low} does not lie below the high end {self.high}")


def _as_span(given: Any) -> Any:
    return {"values": given} if isinstance(given, list | tuple) else given


class Spec(Content):
    """A sweep, as a file holds it: ``quantities`` under ``scenario``, over values and readings by quantity.

    Without quantities, the data package's estimates. Of readings, the first quantity's is the slowest to change.
    """

    name: Text
    method: Literal["grid", "latin_hypercube"] = "grid"
    scenario: str = OWN
    quantities: tuple[str, ...] = ()
    values: Annotated[Mapping[str, Annotated[Span, BeforeValidator(_as_span)]], Field(default_factory=dict)]
    readings: Annotated[Mapping[str, tuple[str, ...]], Field(default_factory=dict)]
    samples: Annotated[int, Field(ge=0, le=HELD)] = 0
    seed: Annotated[int, Field(ge=0)] = 0

    @property
    def rows(self) -> int:
        """How many rows the sweep has."""
        steps = (len(span.values) or span.steps for span in self.values.values())
        return self.samples or math.prod(map(len, self.readings.values())) * math.prod(steps)


def read(path: Path, model: Model) -> Spec:
    """The sweep that a file describes. Raises RegisterError, one sentence that names file and field."""

    def made(spec: Spec) -> Spec:
        beside = path.parent / spec.scenario
        spec = spec.model_copy(update={"scenario": str(beside)}) if beside.is_file() else spec
        _job(model, spec)
        return spec

    return read_as(path, Spec, made, "values", "readings")


@dataclass(frozen=True)
class _Job:
    """A sweep in base units. plans: by combination of readings, the plan, or the reason why there is none.

    sampled: points in the unit cube, (rows, axes), for a Latin hypercube.
    """

    quantities: tuple[str, ...]
    readings: Mapping[str, tuple[str, ...]]
    values: Mapping[str, list[float]]
    plans: tuple[Plan | str, ...]
    rows: range
    sampled: Floats | None = None


def _job(model: Model, spec: Spec) -> _Job:
    """A sweep, checked. Raises ModelError in one sentence for any fault in it."""
    scenario, grid = find(spec.scenario, model), spec.method == "grid"
    quantities = spec.quantities or model.register.estimates
    for name in (*quantities, *spec.values):
        model.known(name)
        if name in quantities and name in spec.values:
            raise ModelError(f"{name} is varied here, so it is no estimate")
    for name, names in spec.readings.items():
        for reading in names:
            model.known_reading(name, reading)
    for name in spec.values:
        for reading in spec.readings.get(name, (scenario.readings.get(name, SETTABLE[0]),)):
            if reading not in SETTABLE:
                raise ModelError(f"{name} is unused: its reading {reading} supplies it; vary one of the two")
    if not spec.values and not spec.readings:
        raise ModelError("nothing is varied; give values or readings")
    if grid == bool(spec.samples) or (grid and spec.seed):
        raise ModelError("a Latin hypercube needs samples, how many rows there are to be; a grid has none, and no seed")
    if scenario.distributions or scenario.assumptions or scenario.only_sourced:
        raise ModelError(f"{scenario.name} moves more than readings and values; a sweep starts from those alone")
    combinations = math.prod(map(len, spec.readings.values()))
    if spec.rows > MOST or combinations > COMBINATIONS:
        most = f"{MOST:,} rows and {COMBINATIONS:,} combinations of readings"
        raise ModelError(f"{spec.rows:,} rows and {combinations:,} combinations are more than {most}")
    values = {name: span.numbers(model, name, spec.method) for name, span in spec.values.items()}
    plans: list[Plan | str] = []
    for combination in itertools.product(*spec.readings.values()):
        readings = {**scenario.readings, **dict(zip(spec.readings, combination, strict=True))}
        given = {**scenario.values, **{name: numbers[0] for name, numbers in values.items()}}
        used = {name: one for name, one in given.items() if readings.get(name, SETTABLE[0]) in SETTABLE}
        try:
            plans.append(model.plan(quantities, model.setting(readings, used), capped=True))
        except ModelError as error:
            plans.append(str(error))
    made = [plan for plan in plans if isinstance(plan, Plan)]
    if not made:
        raise ModelError(f"no combination of the readings can be computed: {plans[0]}")
    for name in (*spec.readings, *values):
        if not any(name in (plan.leaves if name in values else plan.by_name) for plan in made):
            raise ModelError(f"{name} is unused: nothing computed here depends on it under these readings")
    sampled = None
    if not grid:
        from scipy.stats import qmc

        rng = np.random.default_rng(spec.seed)
        sampled = qmc.LatinHypercube(len(spec.readings) + len(values), rng=rng).random(spec.rows)
    return _Job(quantities, spec.readings, values, tuple(plans), range(spec.rows), sampled)


def _blocks(job: _Job) -> Iterator[_Job]:
    for start in range(0, len(job.rows), ROWS):
        part = slice(start, start + ROWS)
        yield replace(job, rows=job.rows[part], sampled=None if job.sampled is None else job.sampled[part])


def _block(job: _Job) -> pd.DataFrame:
    """The rows of a part of a sweep."""
    combined = tuple(map(len, job.readings.values()))
    rows, k = np.asarray(job.rows), len(combined)
    if job.sampled is None:
        places = np.unravel_index(rows, (*combined, *map(len, job.values.values())))
        picked = places[:k]
        axes = zip(job.values.items(), places[k:], strict=True)
        values = {name: np.array(numbers)[place] for (name, numbers), place in axes}
    else:
        u = job.sampled.T
        picked = tuple((one * many).astype(int) for one, many in zip(u, combined, strict=False))
        ends = zip(job.values.items(), u[k:], strict=True)
        values = {name: low + one * (high - low) for (name, (low, high)), one in ends}
    which = np.ravel_multi_index(picked, combined) if k else np.zeros(len(rows), int)
    named = zip(job.readings.items(), picked, strict=True)
    columns = {f"{name}__reading": np.array(names, object)[place] for (name, names), place in named}
    found = {name: np.full(len(rows), np.nan) for name in job.quantities}
    violates = np.full(len(rows), "", object)
    for number in np.unique(which):
        plan, here = job.plans[number], np.flatnonzero(which == number)
        if isinstance(plan, str):
            violates[here] = plan
            continue
        computed = plan.evaluate({name: column[here] for name, column in values.items() if name in plan.leaves})
        for name in job.quantities:
            found[name][here] = computed[name]
            violates[here[~np.isfinite(found[name][here])]] = f"{name} has no finite value"
        for limit in reversed(plan.limits):
            violates[here[~np.broadcast_to(limit.kept(computed), here.shape)]] = str(limit)
    for numbers in found.values():
        numbers[violates != ""] = np.nan
    return pd.DataFrame({"row": rows, **columns, **values, **found, "violates": violates})


def compute(model: Model, spec: Spec, scheduler: str = "") -> pd.DataFrame:
    """The whole sweep as a frame, a row a combination. Raises InputError in one sentence for a fault in the sweep."""
    return pd.concat(run_blocks(_block, _blocks(_job(model, spec)), scheduler), ignore_index=True)


@dataclass(frozen=True)
class Swept:
    """A sweep's file: how many rows it has, and how many of them violate each limit."""

    path: Path
    rows: int
    violations: Mapping[str, int]


def sweep(
    model: Model, spec: Spec, out: Path, *, scheduler: str = "", done: Callable[[int], None] = lambda rows: None
) -> Swept:
    """Compute a sweep into a CSV or Parquet file, which is written whole or not at all.

    ``done`` hears how many rows are computed. Raises InputError for a fault in the sweep, where the file exists or
    can't be written, and for Parquet without pyarrow.
    """
    if out.suffix not in (".csv", ".parquet"):
        raise InputError(f"{shown(out)} ends in neither .csv nor .parquet")
    if out.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise InputError("pyarrow is not installed; the extra `parquet` brings it; or name a file that ends in .csv")
    job = _job(model, spec)
    reach(scheduler)
    violations: Counter[str] = Counter()
    if out.exists():
        raise InputError(f"{shown(out)} exists; remove it or name another file")
    with contextlib.closing(run_blocks(_block, _blocks(job), scheduler)) as frames:

        def counted() -> Iterator[pd.DataFrame]:
            for frame in frames:
                yield frame
                violations.update(frame["violates"][frame["violates"] != ""])
                done(int(frame["row"].iloc[-1]) + 1)

        new = out.with_name(f".{out.name}.new-{os.getpid()}")
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            (_write_csv if out.suffix == ".csv" else _write_parquet)(new, counted())
            new.replace(out)
        except OSError as error:
            raise InputError(f"{shown(out)} can't be written ({error.strerror})") from None
        finally:
            new.unlink(missing_ok=True)
    return Swept(out, len(job.rows), dict(sorted(violations.items())))


def _write_csv(path: Path, frames: Iterable[pd.DataFrame]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for frame in frames:
            frame.to_csv(file, index=False, header=not file.tell(), lineterminator="\n", float_format="%.10g")


def _write_parquet(path: Path, frames: Iterable[pd.DataFrame]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with contextlib.ExitStack() as stack:
        writer = None
        for frame in frames:
            table = pa.Table.from_pandas(frame, preserve_index=False)
            writer = writer or stack.enter_context(pq.ParquetWriter(path, table.schema))
            writer.write_table(table)
