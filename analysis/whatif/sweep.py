"""Sweeps: estimates over a grid of assumptions and readings, as a DataFrame or a file.

A row is one combination: the values varied and the estimates, in base units. An estimate past a limit is empty, and
``violates`` says why; one with an input that words alone give is empty. ``remarks`` has those of each estimate.

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
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field

from analysis.core.model import SETTABLE, Model, ModelError, Plan, Setting
from analysis.core.register import InputError, Text, shown
from analysis.whatif import scenarios
from analysis.whatif.draws import run_blocks
from analysis.whatif.scenarios import OWN, Content, Number, find

#: Rows that are computed at a time.
ROWS = 2**16


class Span(Content):
    """The values of one quantity: a list, or ``steps`` of them from low to high.

    A number has its unit, such as ``0.4 million person``, or ``unit`` is that of all.
    """

    values: tuple[Number, ...] = ()
    low: Number = ""
    high: Number = ""
    steps: Annotated[int, Field(ge=0, le=10**7)] = 0
    unit: str = ""

    def numbers(self, model: Model, quantity: str) -> list[float]:
        """The values in base units. Raises ModelError."""
        texts = self.values or filter(None, (self.low, self.high))
        found = [model.number(quantity, f"{text} {self.unit}".strip(), with_unit=True) for text in texts]
        if self.values:
            return found
        if self.steps < 2 or len(found) < 2 or found[0] >= found[1]:
            raise ModelError(f"{quantity}: it takes a list, or two steps or more from a low end to a higher one")
        return [float(one) for one in np.linspace(found[0], found[1], self.steps)]


def _as_span(given: Any) -> Any:
    return {"values": given} if isinstance(given, list | tuple) else given


class Spec(Content):
    """A sweep, as a file holds it: ``quantities`` under ``scenario``, over values and readings by quantity.

    Without quantities, the data package's estimates. Of readings, the first quantity's is the slowest to change.
    """

    name: Text
    scenario: str = OWN
    quantities: tuple[str, ...] = ()
    values: Annotated[dict[str, Annotated[Span, BeforeValidator(_as_span)]], Field(default_factory=dict)]
    readings: Annotated[dict[str, tuple[str, ...]], Field(default_factory=dict)]

    def check(self, model: Model, folder: Path) -> None:
        """Raise ModelError for any fault; a scenario's file may be in the same folder."""
        beside = folder / self.scenario
        self.scenario = str(beside) if beside.is_file() else self.scenario
        _checked(model, self)

    def estimates(self, model: Model) -> tuple[str, ...]:
        """The quantities, or the data package's estimates."""
        return self.quantities or model.register.estimates


def spec_of(model: Model, quantities: Iterable[str], over: Mapping[str, Any]) -> Spec:
    """A sweep made in Python: by name, some numbers in base units, texts with a unit, or readings; or one of them."""
    values: dict[str, Span] = {}
    readings: dict[str, tuple[str, ...]] = {}
    for name, ones in over.items():
        listed = [ones] if isinstance(ones, str | int | float) else [*ones]
        unit, known = model.suffix(model.known(name)), model.readings(name)
        if all(one in known for one in listed):
            readings[name] = tuple(map(str, listed))
        else:
            texts = (one if isinstance(one, str) else f"{model.number(name, one)!r}{unit}" for one in listed)
            values[name] = Span(values=tuple(texts))
    return Spec(name="sweep", quantities=tuple(quantities), values=values, readings=readings)


def read(path: Path, model: Model) -> Spec:
    """The sweep that a file describes. Raises RegisterError, one sentence that names file and field."""
    return scenarios.read(path, model, Spec)


def _checked(model: Model, spec: Spec) -> tuple[dict[str, list[float]], dict[tuple[str, ...], Setting | str]]:
    """The values by quantity; by combination of readings, the setting, or why there is none. Raises ModelError for any
    fault."""
    scenario = find(spec.scenario, model)
    if scenario.distributions or scenario.assumptions:
        raise ModelError(f"{scenario.name} moves more than readings and values; a sweep starts from those alone")
    if not spec.values and not spec.readings:
        raise ModelError("nothing is varied; give values or readings")
    for name in map(model.known, spec.estimates(model)):
        if name in spec.values:
            raise ModelError(f"{name} is varied here, so it is no estimate")
    for name, names in spec.readings.items():
        for reading in names:
            model.known_reading(name, reading)
    values = {name: span.numbers(model, name) for name, span in spec.values.items()}
    for name in values:
        for reading in spec.readings.get(name, (scenario.readings.get(name, SETTABLE[0]),)):
            if reading not in SETTABLE:
                raise ModelError(f"{name} is unused: its reading {reading} supplies it; vary one of the two")
    start = model.change({name: numbers[0] for name, numbers in values.items()}, scenario.setting(model))
    settings: dict[tuple[str, ...], Setting | str] = {}
    used: list[Plan] = []
    for combination in itertools.product(*spec.readings.values()):
        try:
            setting = model.change(dict(zip(spec.readings, combination, strict=True)), start)
            used += [one for name in spec.estimates(model) for one in model.beside(name, setting)]
            settings[combination] = setting
        except ModelError as error:
            settings[combination] = str(error)
    if not used:
        raise ModelError(f"no combination of the readings can be computed: {next(iter(settings.values()))}")
    model.check_used(Setting(dict.fromkeys(spec.readings, ""), dict.fromkeys(values, 0.0)), used)
    return values, settings


#: Some rows, and how many of their cells are empty, by reason.
_Block = tuple[pd.DataFrame, Counter[str]]


def _blocks(model: Model, spec: Spec, scheduler: str = "") -> tuple[int, Generator[_Block, None, None]]:
    """How many rows a sweep has, and its blocks, computed when asked for. Raises ModelError for any fault."""
    values, settings = _checked(model, spec)
    shape = [len(numbers) for numbers in values.values()]
    inner = math.prod(shape)

    def block(item: tuple[int, tuple[str, ...], int]) -> _Block:
        number, combination, start = item
        rows = np.arange(start, min(start + ROWS, inner))
        places = np.unravel_index(rows, shape) if shape else ()
        taken = {name: np.array(values[name])[place] for name, place in zip(values, places, strict=True)}
        named = {f"{name}__reading": one for name, one in zip(spec.readings, combination, strict=True)}
        frame, setting = pd.DataFrame({"row": number * inner + rows, **named, **taken}), settings[combination]
        # By row, its sentences, each once.
        violates, remarks = defaultdict[int, dict[str, None]](dict), defaultdict[int, dict[str, None]](dict)
        empty: Counter[str] = Counter()
        for name in spec.estimates(model):
            if isinstance(setting, str):
                frame[name] = np.nan
                empty[setting] += len(rows)
                violates.update((row, {setting: None}) for row in range(len(rows)))
                continue
            plan = model.plan(name, setting)
            computed = {one: np.broadcast_to(value, rows.shape) for one, value in plan.evaluate(taken).items()}
            kept = np.ones(rows.shape, bool)
            for limit in plan.limits:
                # The first limit that a value is past refuses it.
                past = np.flatnonzero(kept & ~limit.kept(computed))
                kept[past] = False
                empty[str(limit)] += len(past)
                compared = {one: computed[one][past] for one in filter(None, (limit.quantity, limit.other))}
                for i, row in enumerate(past.tolist()):
                    violates[row][limit.sentence({one: each[i] for one, each in compared.items()})] = None
            empty[plan.no_single_value] += int(kept.sum()) if plan.no_single_value else 0
            kept &= np.isfinite(computed[name])
            frame[name] = np.where(kept, computed[name], np.nan)
            for row, said in model.remarks(name, setting, taken):
                if kept[row]:
                    remarks[row][f"{name}: {said}"] = None
        for column, found in (("violates", violates), ("remarks", remarks)):
            cells = np.full(len(rows), "", object)
            cells[list(found)] = [" | ".join(said) for said in found.values()]
            frame[column] = cells
        return frame, +empty

    combinations = enumerate(settings)
    items = [(number, one, start) for number, one in combinations for start in range(0, inner, ROWS)]
    return inner * len(settings), run_blocks(block, items, scheduler)


def compute(model: Model, spec: Spec, scheduler: str = "") -> pd.DataFrame:
    """The whole sweep as a frame, a row a combination. Raises InputError in one sentence for a fault in the sweep."""
    return pd.concat([frame for frame, _ in _blocks(model, spec, scheduler)[1]], ignore_index=True)


def sweep(
    model: Model, spec: Spec, out: Path, *, scheduler: str = "", done: Callable[[int, int], None] = lambda *rows: None
) -> Counter[str]:
    """Compute a sweep into a CSV or Parquet file, written whole or not at all; returns the empty cells by reason.

    The function ``done`` gets the number of rows computed, and of all rows. Raises InputError for a fault in the sweep,
    where the file exists or can't be written, and for Parquet without pyarrow.
    """
    if out.suffix not in (".csv", ".parquet"):
        raise InputError(f"{shown(out)} ends in neither .csv nor .parquet")
    if out.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise InputError("pyarrow is not installed; the extra `parquet` brings it; or name a file that ends in .csv")
    if out.exists():
        raise InputError(f"{shown(out)} exists; remove it or name another file")
    total, blocks = _blocks(model, spec, scheduler)
    empty: Counter[str] = Counter()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
            new, writer = Path(folder) / out.name, None
            with contextlib.ExitStack() as stack:
                for frame, reasons in stack.enter_context(contextlib.closing(blocks)):
                    if out.suffix == ".csv":
                        how: Any = {"index": False, "lineterminator": "\n", "float_format": "%.10g"}
                        frame.to_csv(new, mode="a", header=not new.exists(), **how)
                    else:
                        from pyarrow import Table, parquet

                        rows = Table.from_pandas(frame, preserve_index=False)
                        writer = writer or stack.enter_context(parquet.ParquetWriter(new, rows.schema))
                        writer.write_table(rows)
                    empty.update(reasons)
                    done(int(frame["row"].iloc[-1]) + 1, total)
            new.replace(out)
    except OSError as error:
        raise InputError(f"{shown(out)} can't be written ({error.strerror})") from None
    return empty
