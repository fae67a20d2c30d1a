"""Sweeps: estimates over a grid of assumptions and readings, as a DataFrame or a file.

A row is one combination: the values varied and the estimates, in base units. An
estimate past a limit is empty, and ``violates`` says why; so is one with an input that
words alone give. ``remarks`` has those of each estimate.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> span = Span(low=0.9, high=1, steps=2, unit="person/transfer")
>>> ratios = {"persons_per_transfer": span}
>>> spec = Spec(name="a grid", quantities=("net_new_persons",), values=ratios)
>>> compute(model, spec).net_new_persons.round().tolist()
[271100.0, 301222.0]
"""

from __future__ import annotations

import contextlib
import itertools
import math
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sized
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import numpy as np
from pydantic import BeforeValidator, Field, PrivateAttr, WithJsonSchema

from analysis.core.errors import InputError, display_path
from analysis.core.rows import Text
from analysis.model.model import Model, ModelError, Plan, Setting, listed
from analysis.model.settings import Choice
from analysis.whatif import scenarios
from analysis.whatif.draws import run_blocks
from analysis.whatif.scenarios import OWN, Content, Number, Numbers, find

if TYPE_CHECKING:
    import pandas as pd

#: Rows that are computed at a time, and the most that a sweep may have.
ROWS, MOST = 2**16, 10**7
#: By combination of readings, the setting, or why there is none.
_Settings = dict[tuple[str, ...], Setting | str]


def check_rows(*lengths: int) -> None:
    """Raise ModelError for more rows than a sweep may have.

    The ``lengths`` are the numbers of values on its axes.
    """
    rows = math.prod(lengths)
    if rows > MOST:
        raise ModelError(
            f"the sweep has {rows:,} rows, and {MOST:,} are the most; vary fewer "
            "values at once"
        )


class Span(Numbers):
    """The values of one quantity: a list, or ``steps`` of them from low to high."""

    values: tuple[Number, ...] = ()
    low: Number = ""
    high: Number = ""
    steps: Annotated[int, Field(ge=0, le=MOST)] = 0

    def numbers(self, model: Model, quantity: str) -> list[float]:
        """The values in base units. Raises ModelError."""
        found = self.read(model, quantity, *(self.values or (self.low, self.high)))
        if self.values:
            return found
        if self.steps < 2 or len(found) < 2 or found[0] >= found[1]:
            raise ModelError(
                f"{quantity}: it takes a list, or two steps or more from a low end to "
                "a higher one"
            )
        return list(map(float, np.linspace(found[0], found[1], self.steps)))


def _as_span(given: Any) -> Any:
    return {"values": given} if isinstance(given, list | tuple) else given


_Values = Annotated[
    Span,
    BeforeValidator(_as_span),
    WithJsonSchema({"type": ["array", "object"]}),
]


class Spec(Content):
    """A sweep, as a file holds it.

    It computes ``quantities`` under ``scenario``, over values and readings by quantity.
    Without quantities, it computes the data package's estimates. Of readings, the first
    quantity's is the slowest to change.
    """

    name: Text
    """Name of the sweep."""
    scenario: str = OWN
    """What the rest is taken from: the name of a scenario, or its file."""
    quantities: tuple[str, ...] = ()
    """The estimates."""
    values: Annotated[dict[str, _Values], Field(default_factory=dict)]
    """Values by quantity: a list of numbers with their units, or low, high, steps and
    perhaps the unit of all."""
    readings: Annotated[dict[str, tuple[str, ...]], Field(default_factory=dict)]
    """Readings by quantity."""
    _base: Setting | None = PrivateAttr(None)  # in place of the scenario's

    def check(
        self, model: Model, folder: Path = Path()
    ) -> tuple[dict[str, list[float]], _Settings]:
        """Check the sweep, and return its values by quantity and its settings.

        A scenario's file may be in the folder. Raises ModelError.
        """
        self.quantities = self.quantities or model.register.estimates
        beside = folder / self.scenario
        if beside.is_file():
            self.scenario = str(beside)
        own = self._base or find(self.scenario, model).setting(model)
        if not self.values and not self.readings:
            raise ModelError("nothing is varied; give values or readings")
        lengths = [len(one.values) or one.steps for one in self.values.values()]
        check_rows(*lengths, *map(len, self.readings.values()))
        for name in self.quantities:
            model.known(name)
        for name, reading in (
            (name, one) for name, names in self.readings.items() for one in names
        ):
            model.known_reading(name, reading)
        empty = [name for name, names in self.readings.items() if not names]
        if empty:
            raise ModelError(
                f"{model.known(empty[0])} has no value and no reading here; give one "
                "or more"
            )
        values = {name: span.numbers(model, name) for name, span in self.values.items()}
        for name in values.keys() & self.readings.keys():
            raise ModelError(f"{name} has values and readings; vary one of the two")
        start = model.setting(
            {name: model.written(name, numbers[0]) for name, numbers in values.items()},
            own,
        )
        settings, used = _Settings(), list[Plan]()
        for combination in itertools.product(*self.readings.values()):
            try:
                setting = model.setting(
                    dict(zip(self.readings, combination, strict=True)), start
                )
                used += [
                    one
                    for name in self.quantities
                    for one in model.beside(name, setting)
                ]
                settings[combination] = setting
            except ModelError as error:
                settings[combination] = str(error)
        if not used:
            first = next(iter(settings.values()))
            raise ModelError(f"no combination of the readings can be computed: {first}")
        model.check_used(
            Setting(
                {**dict.fromkeys(self.readings, ""), **dict.fromkeys(values, 0.0)},
                frozenset([*self.readings, *values]),
            ),
            used,
        )
        return values, settings


def _text(choice: Choice, unit: str) -> str:
    """A number as a file holds it, with its unit."""
    return choice if isinstance(choice, str) else f"{choice!r}{unit}"


def spec_of(
    model: Model,
    quantities: str | Iterable[str],
    over: Mapping[str, Any],
    base: Setting,
) -> Spec:
    """Make a sweep in Python over a setting.

    What it goes over is given by name: some numbers, texts or readings, or one of them.
    """
    values: dict[str, Span] = {}
    readings: dict[str, tuple[str, ...]] = {}
    axes = {name: listed(one) for name, one in over.items()}
    check_rows(*(len(one) for one in axes.values() if isinstance(one, Sized)))
    for name, axis in axes.items():
        each = list(axis)
        unit = model.suffix(model.known(name))
        known = model.readings(name)
        others = [
            one for one in each if not isinstance(one, str) or one.strip() not in known
        ]
        if others and len(others) < len(each):
            model.known_reading(name, str(others[0]))
        if others:
            numbers = [model.number(name, change) for change in others]
            texts = [_text(model.written(name, number), unit) for number in numbers]
            values[name] = Span(values=tuple(texts))
        else:
            readings[name] = tuple(one.strip() for one in each)
    found = Spec(
        name="sweep",
        quantities=tuple(map(model.known, listed(quantities))),
        values=values,
        readings=readings,
    )
    found._base = base
    return found


def read(path: Path, model: Model) -> Spec:
    """The sweep that a file describes.

    Raises RegisterError, one sentence that names file and field.
    """
    return scenarios.read(path, model, Spec)


#: Some rows, and how many of their cells are empty, by reason.
_Block: TypeAlias = "tuple[pd.DataFrame, Counter[str]]"


def _blocks(
    model: Model, spec: Spec, scheduler: str = ""
) -> tuple[int, Generator[_Block, None, None]]:
    """How many rows a sweep has, and its blocks, computed when asked for.

    Raises ModelError for any fault.
    """
    import pandas as pd

    values, settings = spec.check(model)
    shape = [len(numbers) for numbers in values.values()]
    inner = math.prod(shape)

    def block(item: tuple[int, tuple[str, ...], int]) -> _Block:
        number, combination, start = item
        rows = np.arange(start, min(start + ROWS, inner))
        places = np.unravel_index(rows, shape) if shape else ()
        taken = {
            name: np.array(values[name])[place]
            for name, place in zip(values, places, strict=True)
        }
        named = {
            f"{name}__reading": one
            for name, one in zip(spec.readings, combination, strict=True)
        }
        frame = pd.DataFrame({"row": number * inner + rows, **named, **taken})
        setting = settings[combination]
        if isinstance(setting, str):
            nothing = dict.fromkeys(spec.quantities, np.nan)
            frame = frame.assign(**nothing, violates=setting, remarks="")
            return frame, Counter({setting: len(rows) * len(nothing)})
        # By row, its sentences, each once.
        violates = defaultdict[int, dict[str, None]](dict)
        remarks = defaultdict[int, dict[str, None]](dict)
        empty: Counter[str] = Counter()
        for name in spec.quantities:
            plan = model.plan(name, setting)
            computed = {
                one: np.broadcast_to(value, rows.shape)
                for one, value in plan.evaluate(taken).items()
            }
            kept = np.ones(rows.shape, bool)
            for reason, row, sentence in _refused(plan, computed, len(rows)):
                kept[row] = False
                empty[reason] += 1
                violates[row][sentence] = None
            frame[name] = np.where(kept, computed[name], np.nan)
            for row, said in model.remarks(name, setting, taken):
                if kept[row]:
                    remarks[row][f"{name}: {said}"] = None
        for column, found in (("violates", violates), ("remarks", remarks)):
            frame[column] = [" | ".join(found.get(row, ())) for row in range(len(rows))]
        return frame, +empty

    starts = itertools.product(enumerate(settings), range(0, inner, ROWS))
    items = [(number, combination, start) for (number, combination), start in starts]
    return inner * len(settings), run_blocks(block, items, scheduler)


def _refused(
    plan: Plan, computed: Mapping[str, Any], count: int
) -> Iterator[tuple[str, int, str]]:
    """Each row without a value: the reason, by which rows are counted, and a sentence.

    The first reason decides: a division by zero, a limit that the value is past, an
    input in words.
    """
    kept = np.ones(count, bool)
    for where, sentence in plan.divisions(computed):
        for row in np.flatnonzero(kept & where).tolist():
            kept[row] = False
            yield sentence, row, sentence
    for limit in plan.limits:
        for row in np.flatnonzero(kept & ~limit.kept(computed)).tolist():
            kept[row] = False
            here = {name: values[row] for name, values in computed.items()}
            yield str(limit), row, limit.sentence(here)
    if plan.no_single_value:
        for row in np.flatnonzero(kept).tolist():
            yield plan.no_single_value, row, plan.no_single_value


def compute(model: Model, spec: Spec, scheduler: str = "") -> pd.DataFrame:
    """The whole sweep as a frame, a row a combination.

    Raises InputError in one sentence for a fault in the sweep.
    """
    import pandas as pd

    return pd.concat(
        [frame for frame, _ in _blocks(model, spec, scheduler)[1]], ignore_index=True
    )


def sweep(
    model: Model,
    spec: Spec,
    out: Path,
    *,
    scheduler: str = "",
    done: Callable[[int, int], None] = lambda *rows: None,
) -> Counter[str]:
    """Compute a sweep into a CSV file, and count the empty cells by reason.

    The file is written whole or not at all. The function ``done`` gets the number of
    rows computed, and of all rows. Raises InputError for a fault in the sweep, and
    where the file exists or can't be written.
    """
    if out.suffix != ".csv":
        raise InputError(f"{display_path(out)} does not end in .csv")
    if out.exists():
        raise InputError(f"{display_path(out)} exists; remove it or name another file")
    total, blocks = _blocks(model, spec, scheduler)
    empty = Counter[str]()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(
                prefix=f".{out.name}.", dir=out.parent
            ) as folder,
            contextlib.closing(blocks),
        ):
            new = Path(folder) / out.name
            for frame, reasons in blocks:
                how: Any = {
                    "index": False,
                    "lineterminator": "\n",
                    "float_format": "%.10g",
                }
                frame.to_csv(new, mode="a", header=not new.exists(), **how)
                empty.update(reasons)
                done(int(frame["row"].iloc[-1]) + 1, total)
            new.replace(out)
    except OSError as error:
        raise InputError(
            f"{display_path(out)} can't be written ({error.strerror})"
        ) from None
    return empty
