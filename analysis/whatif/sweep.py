"""This module computes sweeps, which are estimates over a grid of assumptions.

The result of a sweep is a DataFrame or a CSV file. A grid combines numbers, readings or
both.

Each row holds one combination of the varied values, with its estimates; all numbers are
in base units. An estimate that can't be computed is left empty, and the column
``violates`` says why. The column ``remarks`` warns of unusual but possible values.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> ratios = {"persons_per_transfer": [0.9, 1]}
>>> grid = Sweep.over(model, ["net_new_persons"], ratios)
>>> compute(model, grid).net_new_persons.round().tolist()
[271100.0, 301222.0]
"""

from __future__ import annotations

import contextlib
import glob
import itertools
import math
import os
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import (
    Callable,
    Generator,
    Iterable,
    Mapping,
    Sequence,
    Sized,
)
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, WithJsonSchema

from analysis.core.arguments import listed
from analysis.core.errors import InputError, display_path
from analysis.core.processes import is_running
from analysis.core.rows import Text as Words
from analysis.model.curves import Floats
from analysis.model.model import ARTICLE, Model, ModelError, Plan, Setting
from analysis.whatif import scenarios
from analysis.whatif.scenarios import NUMBER, OWN, Content, find, texts

if TYPE_CHECKING:
    import pandas as pd

_Texts = Annotated[Any, BeforeValidator(texts), WithJsonSchema(NUMBER)]
#: The number of rows that are computed at a time, and the most that a sweep may have.
ROWS, MOST = 2**16, 10**7


class Span(Content):
    """The values of one quantity: a list, or a number of ``steps`` from low to high."""

    values: Annotated[
        Any,
        BeforeValidator(listed),
        BeforeValidator(texts),
        WithJsonSchema({"type": "array", "items": NUMBER}),
    ] = ()
    low: _Texts = ""
    high: _Texts = ""
    steps: Annotated[int, Field(ge=0, le=MOST)] = 0
    unit: str = ""

    def numbers(self, model: Model, quantity: str) -> Sequence[Any]:
        """Return the listed values with their unit, or the steps in base units."""
        if "values" in self.model_fields_set:
            if self.model_fields_set & {"low", "high", "steps"}:
                raise ModelError(
                    f"{quantity}: it takes either values or low, high and steps"
                )
            return [f"{value} {self.unit}".strip() for value in self.values]
        low, high = (
            model.number(quantity, f"{end} {self.unit}".strip(), with_unit=True)
            for end in (self.low, self.high)
        )
        if self.steps < 2 or low >= high:
            raise ModelError(
                f"{quantity}: it takes a list, or two steps or more from a low end to "
                "a higher one"
            )
        numbers: list[float] = np.linspace(low, high, self.steps).tolist()
        return numbers


#: The JSON Schema of the parts of a span in a file.
_PARTS = Span.model_json_schema()["properties"]


def _as_span(content: Any) -> Any:
    if isinstance(content, list | tuple):
        return {"values": content}
    if isinstance(content, str | int | float):
        raise ValueError(
            f"'{content}' is neither a list, such as [0, 0.5], nor a mapping of low, "
            "high and steps"
        )
    return content


class Spec(Content):
    """The content of a sweep's file.

    A sweep computes ``quantities`` under a ``scenario``, over the listed values and
    readings of some quantities. If the file lists no ``quantities``, the sweep computes
    the estimates that the data package lists. Rows with the same readings stand
    together; among them, the value of the first quantity that is given numbers changes
    most slowly.
    """

    name: Words
    """Name of the sweep."""
    scenario: str = OWN
    """The scenario from which all other values are taken: its name, or its file."""
    quantities: tuple[str, ...] = ()
    """The quantities that the sweep computes."""
    values: dict[
        str,
        Annotated[
            Span,
            BeforeValidator(_as_span),
            WithJsonSchema({"type": ["array", "object"], "properties": _PARTS}),
        ],
    ]
    """For each quantity, a list of readings, a list of numbers with their units, or a
    mapping with low, high, steps and perhaps a unit."""

    def check(self, model: Model, folder: Path = Path()) -> Sweep:
        """Return the sweep that the file describes.

        ``scenario`` may be the name of a file in the ``folder``. Raises ModelError for
        a fault in the sweep's file.
        """
        beside = folder / self.scenario
        name = str(beside) if beside.is_file() else self.scenario
        base = find(name, model).setting(model)
        over = {name: span.numbers(model, name) for name, span in self.values.items()}
        quantities = self.quantities or model.register.estimates
        return Sweep.over(model, quantities, over, base, with_units=True)


@dataclass(frozen=True)
class Sweep:
    """A grid of numbers and readings under a setting, and the quantities to compute."""

    quantities: tuple[str, ...]
    numbers: Mapping[str, Floats]
    readings: Mapping[str, tuple[str, ...]]
    #: For each combination of readings, the setting, or why there is none.
    settings: Mapping[tuple[str, ...], Setting | str]
    #: How the values that are not varied differ from the article; empty if they do not.
    differs: str = ""

    @property
    def inner(self) -> int:
        """The number of rows under one combination of readings."""
        return math.prod(len(values) for values in self.numbers.values())

    @property
    def rows(self) -> int:
        """The number of rows of the whole grid."""
        return self.inner * len(self.settings)

    @classmethod
    def over(
        cls,
        model: Model,
        quantities: str | Iterable[str],
        axes: Mapping[str, Any],
        base: Setting = ARTICLE,
        *,
        with_units: bool = False,
    ) -> Sweep:
        """Make a sweep over the values and readings in ``axes``.

        ``axes`` maps each quantity to a number, text or reading, or to several of
        these. If ``with_units`` is true, a text with a number must have its unit. All
        other values come from the setting ``base``. Raises ModelError for a wrong name,
        value or type, and for a name on which none of the quantities depends.
        """
        if not axes:
            raise ModelError("nothing is varied; give values or readings")
        every = {name: listed(values) for name, values in axes.items()}
        rows = math.prod(
            len(axis) for axis in every.values() if isinstance(axis, Sized)
        )
        if rows > MOST:
            raise ModelError(
                f"the sweep has {rows:,} rows, and {MOST:,} are the most; vary fewer "
                "values at once"
            )
        names = tuple(model.checked_name(name) for name in listed(quantities))
        numbers: dict[str, Floats] = {}
        readings: dict[str, tuple[str, ...]] = {}
        for name, values in every.items():
            axis = _axis(model, name, [*values], with_units=with_units)
            if isinstance(axis, tuple):
                readings[name] = axis
            else:
                numbers[name] = axis
        firsts = {name: float(axis[0]) for name, axis in numbers.items()}
        start = model.changed(base, firsts)
        settings: dict[tuple[str, ...], Setting | str] = {}
        plans: list[Plan] = []
        for combination in itertools.product(*readings.values()):
            taken = dict(zip(readings, combination, strict=True))
            try:
                setting = model.setting(taken, start)
                for name in names:
                    plans += model.remark_plans(name, setting)
                settings[combination] = setting
            except ModelError as error:
                settings[combination] = str(error)
        if not plans:
            reason = next(iter(settings.values()))
            raise ModelError(
                f"no combination of the readings can be computed: {reason}"
            )
        varied = Setting({**dict.fromkeys(readings, ""), **firsts}, frozenset(every))
        model.check_used(varied, plans)
        return cls(names, numbers, readings, settings, _differs(model, base, every))


def _differs(model: Model, base: Setting, varied: Iterable[str]) -> str:
    """Say how a setting differs from the article, apart from what the sweep varies."""
    names = {*varied}
    choices = {name: base.choices[name] for name in base.choices if name not in names}
    drawn = {name: base.drawn[name] for name in base.drawn if name not in names}
    return model.differences(Setting(choices, drawn=drawn))


def _axis(
    model: Model, name: str, values: Sequence[Any], *, with_units: bool
) -> Floats | tuple[str, ...]:
    """Return the readings of a quantity, or its numbers in base units."""
    if not values:
        raise ModelError(f"{name} has no value and no reading here; give one or more")
    choices = [model.choice(name, value, with_unit=with_units) for value in values]
    readings = [choice for choice in choices if isinstance(choice, str)]
    if not readings:
        return np.array(choices)
    for value, choice in zip(values, choices, strict=True):
        if not isinstance(choice, str):
            raise ModelError(
                f"{name} takes readings or numbers, but not both: {readings[0]} is a "
                f"reading, and {value} is a number"
            )
    return tuple(readings)


def read(path: Path, model: Model) -> Sweep:
    """Read a sweep's file and return the sweep that it describes.

    Raises RegisterError, which names the file and the field, for a fault in the file.
    """
    sweep: Sweep = scenarios.read(path, model, Spec)
    return sweep


def specification(model: Model, setting: Setting = ARTICLE) -> Sweep:
    """Return the sweep that ``specification.yaml`` describes, under a setting."""
    grid = read(model.register.folder / "specification.yaml", model)
    axes = {**grid.readings, **grid.numbers}
    return Sweep.over(model, grid.quantities, axes, setting)


def specified(model: Model) -> list[str]:
    """Return the quantities that ``specification.yaml`` varies."""
    grid = specification(model)
    return [*grid.readings, *grid.numbers]


#: Some rows, and how many of their cells are empty, by reason.
_Block: TypeAlias = "tuple[pd.DataFrame, Counter[str]]"


def _block(model: Model, grid: Sweep, number: int, start: int, stop: int) -> _Block:
    """Compute the rows from ``start`` to ``stop`` under one combination of readings."""
    import pandas as pd

    combination, setting = [*grid.settings.items()][number]
    rows = np.arange(start, stop)
    shape = [len(axis) for axis in grid.numbers.values()]
    along = np.unravel_index(rows, shape) if shape else ()
    places = dict(zip(grid.numbers, along, strict=True))
    columns: dict[str, Any] = {"row": number * grid.inner + rows}
    for name, reading in zip(grid.readings, combination, strict=True):
        columns[f"{name}__reading"] = reading
    for name, axis in grid.numbers.items():
        columns[name] = axis[places[name]]
    empty = Counter[str]()
    if isinstance(setting, str):
        nothing = dict.fromkeys(grid.quantities, np.nan)
        empty[setting] = len(rows) * len(nothing)
        columns |= {**nothing, "violates": setting, "remarks": ""}
        return pd.DataFrame(columns), empty
    violates, remarks = [], []
    for name in grid.quantities:
        # Rows that agree in everything that the quantity needs are computed only once.
        plans = [*model.remark_plans(name, setting)]
        kind = np.zeros(len(rows), int)
        used = [
            moved for moved in places if any(moved in plan.by_name for plan in plans)
        ]
        for moved in used:
            kind = kind * len(grid.numbers[moved]) + places[moved]
        _, firsts, kinds = np.unique(kind, return_index=True, return_inverse=True)
        few = {moved: columns[moved][firsts] for moved in used}
        cells = _cells(model, name, setting, few, len(firsts)).take(kinds)
        columns[name] = cells["value"].to_numpy()
        violates.append(cells["violates"])
        remarks.append(cells["remarks"])
        empty.update(cells["reason"][cells["value"].isna()])
    columns |= {"violates": _joined(violates), "remarks": _joined(remarks)}
    return pd.DataFrame(columns), empty


def _cells(
    model: Model, name: str, setting: Setting, taken: Mapping[str, Floats], count: int
) -> pd.DataFrame:
    """Compute a quantity in some rows, with remarks, or say why it has no value."""
    import pandas as pd

    plan = model.plan(name, setting)
    computed = {
        node: np.broadcast_to(value, count)
        for node, value in plan.evaluate(taken).items()
    }
    values = computed[name].astype(float)
    reasons, violates, remarks = ([""] * count for _ in range(3))
    for row, (reason, sentence) in _refusals(plan, computed, count).items():
        values[row] = np.nan
        reasons[row], violates[row] = reason, sentence
    for row, words in model.remarks(name, setting, taken):
        if not reasons[row]:
            before = f"{remarks[row]} | " if remarks[row] else ""
            remarks[row] = f"{before}{name}: {words}"
    texts = {"reason": reasons, "violates": violates, "remarks": remarks}
    return pd.DataFrame({"value": values, **texts}, dtype=object).astype(
        {"value": float}
    )


def _refusals(
    plan: Plan, computed: Mapping[str, Any], count: int
) -> dict[int, tuple[str, str]]:
    """For each row without a value, return a reason to count and a sentence to show.

    If a row has several reasons, the first in this order is used: a division by zero, a
    value past a limit, an input given only in words.
    """
    refusals: dict[int, tuple[str, str]] = {}
    for where, sentence in plan.divisions(computed):
        for row in np.flatnonzero(where).tolist():
            refusals.setdefault(row, (sentence, sentence))
    for limit in plan.limits:
        for row in np.flatnonzero(~limit.is_kept(computed)).tolist():
            if row not in refusals:
                here = {name: values[row] for name, values in computed.items()}
                refusals[row] = str(limit), limit.sentence(here)
    if plan.no_single_value:
        for row in range(count):
            refusals.setdefault(row, (plan.no_single_value, plan.no_single_value))
    return refusals


def _joined(columns: Iterable[Iterable[str]]) -> list[str]:
    """Join the texts of each row, and leave out repetitions."""
    rows = [*zip(*columns, strict=True)]
    joined = {row: " | ".join(dict.fromkeys(filter(None, row))) for row in {*rows}}
    return [joined[row] for row in rows]


def blocks(
    model: Model, grid: Sweep, scheduler: str = ""
) -> Generator[_Block, None, None]:
    """Compute a sweep block by block, in the order of its rows.

    The blocks are computed by threads of this machine or, if ``scheduler`` is an
    address, by the workers of the Dask cluster with the scheduler at that address.
    Raises InputError if no scheduler answers at the address, or if Dask is not
    installed.
    """
    from joblib import Parallel, delayed, parallel_config

    places = itertools.product(range(len(grid.settings)), range(0, grid.inner, ROWS))
    jobs = (
        delayed(_block)(model, grid, number, start, min(start + ROWS, grid.inner))
        for number, start in places
    )
    backend = "dask" if scheduler else "threading"
    with (
        _reach(scheduler),
        parallel_config(backend, n_jobs=-1),
        warnings.catch_warnings(),
    ):
        # If a run stops in the middle, joblib warns of the blocks computed in vain.
        warnings.filterwarnings("ignore", ".*tasks", UserWarning)
        yield from Parallel(return_as="generator")(jobs)


def _reach(scheduler: str) -> AbstractContextManager[Any]:
    """Connect to the Dask scheduler at an address, if an address is given."""
    if not scheduler:
        return contextlib.nullcontext()
    try:
        from distributed import Client

        connection: AbstractContextManager[Any] = Client(
            scheduler, timeout=10, set_as_default=True
        )
        return connection
    except ImportError:
        raise InputError("Dask is not installed; install the extra `cluster`") from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers at '{scheduler}' ({type(error).__name__})"
        ) from None


def compute(model: Model, grid: Sweep, scheduler: str = "") -> pd.DataFrame:
    """Compute the whole sweep as a DataFrame, with a row for each combination."""
    import pandas as pd

    frames = [frame for frame, _ in blocks(model, grid, scheduler)]
    return pd.concat(frames, ignore_index=True)


def write(
    model: Model,
    grid: Sweep,
    out: Path,
    *,
    scheduler: str = "",
    done: Callable[[int, int], None] = lambda *rows: None,
) -> Counter[str]:
    """Write a sweep to a CSV file, and return the number of empty cells by reason.

    The file is written whole or not at all. If the setting differs from the article in
    what the sweep does not vary, the file's last column says how. The function ``done``
    is called with the number of rows computed so far and the total number of rows.
    Raises InputError if the file already exists or can't be written.
    """
    if out.suffix != ".csv":
        raise InputError(
            f"{display_path(out)} is not the name of a CSV file; write a name "
            "such as grid.csv"
        )
    if out.exists():
        raise InputError(f"{display_path(out)} exists; remove it or name another file")
    empty = Counter[str]()
    how: Any = {"index": False, "lineterminator": "\n"}
    numbers = [*grid.numbers, *grid.quantities]
    _make_folder(out.parent)
    try:
        _clear_left(out)
        with (
            tempfile.TemporaryDirectory(
                prefix=f".{out.name}.{os.getpid()}-", dir=out.parent
            ) as folder,
            contextlib.closing(blocks(model, grid, scheduler)) as computed,
        ):
            new = Path(folder) / out.name
            for frame, reasons in computed:
                texts: dict[str, Any] = {
                    name: _spelled(frame[name]) for name in numbers
                }
                if grid.differs:
                    texts["differs"] = grid.differs
                frame.assign(**texts).to_csv(
                    new, mode="a", header=not new.exists(), **how
                )
                empty.update(reasons)
                done(int(frame["row"].iloc[-1]) + 1, grid.rows)
            # A link does not replace a file that was put there in the meantime.
            os.link(new, out)
    except FileExistsError:
        raise InputError(
            f"{display_path(out)} exists now; remove it or name another file"
        ) from None
    except OSError as error:
        raise InputError(
            f"{display_path(out)} can't be written ({error.strerror})"
        ) from None
    return empty


def _make_folder(folder: Path) -> None:
    """Make a folder, and any folder above it that is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(
            f"{display_path(folder)} is not a folder; name a file in another place"
        ) from None
    except OSError as error:
        raise InputError(
            f"{display_path(folder)} can't be made ({error.strerror})"
        ) from None


def _clear_left(out: Path) -> None:
    """Remove the folder that a killed sweep to the same file has left behind."""
    start = f".{out.name}."
    for left in out.parent.glob(f"{glob.escape(start)}*-*"):
        process = left.name.removeprefix(start).partition("-")[0]
        is_alone = left.is_dir() and {path.name for path in left.iterdir()} <= {
            out.name
        }
        if process.isdigit() and is_alone and not is_running(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _spelled(column: pd.Series[float]) -> NDArray[np.object_]:
    """Write numbers with ten digits, and NaN as an empty text."""
    import pandas as pd

    codes, numbers = pd.factorize(column)
    # The code of NaN is -1, which picks the last text, and the last text is empty.
    return np.array([*(f"{number:.10g}" for number in numbers), ""], object)[codes]
