"""``Study``: the article's numbers under one setting."""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import yaml

from analysis import judge, show, steps, whatif
from analysis.model import Model, Number
from analysis.tables import SettingError, nearest, read_package, split

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

DATA = show.DATA
COLUMNS = ("id", "statement", "compute", "readings", "kind")


def load(folder: str | Path = DATA) -> "Study":
    """Return a study of the article's own numbers; DataError for a fault in the data.

    >>> float(load()["net_new_transfers"])
    300000.0
    """
    return Study(Model(*read_package(Path(folder))))


@dataclass(frozen=True)
class Estimate:
    """A value, its bounds by rounding, and the side on which words leave room."""

    value: float
    low: float
    high: float
    unit: str
    side: str

    def __float__(self) -> float:
        return self.value


def nothing() -> MappingProxyType:
    """Return an empty setting."""
    return MappingProxyType({})


def parameters_of(namespace):
    """Return the names that a notebook's first cell, or papermill, gives a value."""
    cells = [cell for cell in namespace.get("In", ()) if cell]
    if not cells:
        # Without a history, as under nbval, all numbers and texts are parameters.
        return [
            name
            for name, value in namespace.items()
            if isinstance(value, (int, float, str)) and not name.startswith("_")
        ]
    first, names = assigned(cells[0]), set()
    for cell in cells:
        if cell.startswith("# Parameters") or assigned(cell) & first:
            names |= assigned(cell)
    return sorted(names)


def assigned(cell):
    """Return the names to which a cell assigns."""
    try:
        tree = ast.parse(cell)
    except SyntaxError:
        return set()
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


@dataclass(frozen=True)
class Study:
    """The article's numbers under a setting: a number or a reading for each name.

    >>> study = load().change(persons_per_transfer=0.6)
    >>> round(float(study["at_risk_2021"]))
    1780733
    """

    model: Model
    setting: Mapping[str, Any] = field(default_factory=nothing)
    distributions: Mapping[str, Any] = field(default_factory=nothing)

    def __getitem__(self, name: str) -> Estimate:
        """Return the estimate of a quantity, in base units."""
        result = judge.result_of(self.model, name, self.setting)
        return Estimate(**judge.estimated(result), unit=self.model.units[name])

    def change(self, **values: Any) -> "Study":
        """Return another study, with other numbers or readings of some quantities.

        A value is a number in base units, a text with its unit, the name of a reading,
        a function of quantities, or a frozen distribution, which counts as its median
        until something is drawn. Raises SettingError.
        """
        made = self.with_values(values)
        for name in values:
            self.model.check_effect(name, made.setting)
        return made

    def from_notebook(self, namespace: Mapping[str, Any]) -> "Study":
        """Return a study with the numbers in a notebook's cell of parameters.

        Names that papermill injects count, too, and others do not. A number that is in
        use already changes nothing; one with an effect on no check is refused.
        """
        values = {}
        for name in parameters_of(namespace):
            if not self.is_in_use(name, namespace[name]):
                values[name] = namespace[name]
        made = self.with_values(values)
        for name in values:
            if not made.counts(name):
                self.model.check_effect(name, made.setting)
        return made

    def is_in_use(self, name: str, value: Any) -> bool:
        """Return whether a value is the one that a quantity has already."""
        self.model.look_up(name)
        source = self.model.source(name, self.setting)
        if isinstance(source, Number) and not isinstance(value, str):
            return source.value == value
        return self.model.readings[name].get(value) is source

    def counts(self, name: str) -> bool:
        """Return whether some check is computed from a quantity."""
        for check in self.model.tables["checks"].values():
            if check["compute"]:
                setting = judge.setting_of(self.model, check, self.setting)
                if name in self.model.needed(check["compute"], setting):
                    return True
        return False

    def with_values(self, values: Mapping[str, Any]) -> "Study":
        """Return another study, without asking whether the values have an effect."""
        shapes, numbers = dict(self.distributions), dict(values)
        for name, value in values.items():
            shapes.pop(name, None)
            if hasattr(value, "ppf"):
                shapes[name] = value
                numbers[name] = float(value.median())
        setting = {**self.setting, **self.model.choices(numbers)}
        for name, value in self.setting.items():
            if name not in values and not isinstance(value, str):
                setting[name] = value
        for name in values:
            self.model.needed(name, setting)
        return Study(self.model, MappingProxyType(setting), MappingProxyType(shapes))

    def scenario(self, name: str) -> "Study":
        """Return the study of a scenario by name, or of a YAML file of one's own."""
        scenarios = self.model.scenarios
        values = scenarios.get(name)
        if Path(name).suffix in (".yaml", ".yml"):
            try:
                values = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
            except (OSError, UnicodeError, yaml.YAMLError) as error:
                raise SettingError(f"{name}: {' '.join(str(error).split())}") from None
        if not isinstance(values, dict):
            raise SettingError(f"'{name}' is not a scenario{nearest(name, scenarios)}")
        values = {key: values[key] for key in values if key != "why"}
        try:
            read = {key: whatif.distribution(values[key]) for key in values}
            return self.change(**read)
        except SettingError as error:
            raise SettingError(f"scenario {name}: {error}") from None

    def steps(self, name: str, depth: int = 99) -> steps.Step:
        """Return the worked step of a quantity, of one reading of it, or of a check.

        >>> print(load().steps("net_new_transfers.from_base", depth=0))
        transfers added since 2019 = transfers in 2021 − transfers in 2019
                                   = 3.17 million − 2.869 million
                                   = 301,000 transfers
            transfers in 2021 minus transfers in 2019
            299,000 to 303,000 by rounding
        """
        return steps.steps(self.model, name, self.setting, depth)

    def headlines(self) -> pd.DataFrame:
        """Return the six headlines: the article's words, the sum, verdict, condition.

        For the article's own numbers they have sentences, too: note, more, what to cite
        and what must be said with it; for others, the verdict before.
        """
        return self.framed(show.headlines(self.model, self.setting))

    def findings(self, *rows: str) -> pd.DataFrame:
        """Return the findings on some printed rows, or all: id, title, text."""
        return show.findings(self.model, *rows)

    def external(self) -> pd.DataFrame:
        """Return figures published elsewhere, beside ours of the same unit.

        ``printed`` and ``value``, ours, are in base units; ``seen`` says where we saw
        the figure: in a primary text, a copy or a quotation.
        """
        return self.framed(show.external(self.model, self.setting))

    def figure(self, name: str) -> "Figure":
        """Return a figure, as matplotlib has it, with its caption."""
        from analysis import figures

        return figures.draw(self, name)

    def show(self, item: Any) -> show.Shown:
        """Return a table or a step of this study as Markdown, for a notebook."""
        return show.Shown(show.markdown(self.model, item))

    def names(self) -> pd.DataFrame:
        """Return a table of what can be set: unit, value, range and readings."""
        rows = []
        for name in sorted(self.model.readings):
            low, high = self.model.allowed(name)
            label, unit = self.model.labels[name], self.model.units[name]
            value = getattr(self.model.source(name, self.setting), "value", np.nan)
            readings = ", ".join(self.model.readings[name])
            rows.append([name, label, value, low, high, unit, readings])
        columns = ["quantity", "label", "value", "low", "high", "unit", "readings"]
        return self.framed(pd.DataFrame(rows, columns=columns))

    def checks(self, *names: str) -> pd.DataFrame:
        """Return the checks with their verdicts, in base units, one in a row.

        Names of checks, quantities or printed rows choose some of them. ``condition``
        has the part of each assumption's range in which the verdict stays.
        """
        rows, known = [], set()
        for check in self.model.tables["checks"].values():
            own = {check["id"], check["compute"], *split(check["beside"])}
            known |= own
            if names and own.isdisjoint(names):
                continue
            row = {column: check[column] for column in COLUMNS}
            rows.append(row | judge.judge(self.model, check, self.setting))
        for name in names:
            if name not in known:
                raise SettingError(f"no check has '{name}'{nearest(name, known)}")
        return self.framed(pd.DataFrame(rows).rename(columns={"compute": "quantity"}))

    def compare(self) -> pd.DataFrame:
        """Return what moved against the article: values and verdicts, before and after.

        A row is a check, or a quantity without a check's readings.
        """
        both = Study(self.model).everything(), self.everything()
        keys, suffixes = ["id", "quantity"], ("_before", "_after")
        table = pd.merge(*both, on=keys, suffixes=suffixes)
        values = table["value_before"], table["value_after"]
        same = np.isclose(*values, rtol=1e-9, atol=0, equal_nan=True)
        same &= table["verdict_before"] == table["verdict_after"]
        return self.framed(table[~same].reset_index(drop=True))

    def everything(self) -> pd.DataFrame:
        """Return the values of all quantities and checks, and the verdicts."""
        checks = self.checks()[["id", "quantity", "value", "verdict"]]
        rows = []
        for name in self.model.readings:
            sources = self.model.sources(name, self.setting)
            value = self.model.evaluate(sources, {}, limits="drop")[name]
            rows.append(["", name, float(value), ""])
        return pd.concat([pd.DataFrame(rows, columns=checks.columns), checks])

    def function(self, name: str) -> Callable[..., Any]:
        """Return a plain function of the inputs of a quantity, for any arrays.

        Past a limit a number is refused, and an entry of an array becomes NaN. Its
        attribute ``ranges`` has the low and high end of each input that can be varied.

        >>> load().function("at_risk_2021")(persons_per_transfer=0.5, at_risk_2019=1e6)
        1150610.8597285068
        """
        return whatif.function(self.model, name, self.setting)

    def sensitivity(self, name: str) -> pd.DataFrame:
        """Return a quantity with each input at the ends of its range, widest first.

        An assumption moves over its range, a printed number over what rounds to it.
        """
        return self.framed(whatif.sensitivity(self.model, name, self.setting))

    def break_even(self, what: str) -> pd.DataFrame:
        """Return where the verdict of a check, or a statement, turns for each input.

        A statement compares a quantity with a number, as in ``at_risk_2021 >= 1.9e6``.
        A printed number moves from 0 to its double, and keeps its rounding.
        """
        return self.framed(whatif.break_even(self.model, what, self.setting))

    def sweep(self, name: str, **over: Any) -> "xr.Dataset":
        """Return a quantity on a grid, with a dimension for each name in ``over``.

        Past a limit the grid has NaN, and ``attrs`` count how often.
        """
        grid = whatif.sweep(self.model, name, self.setting, over)
        return grid.assign_attrs(differs=str(dict(self.setting)))

    def draws(
        self,
        name: str,
        sample: pd.DataFrame | None = None,
        *,
        n: int = 65_536,
        seed: int = 0,
        rounding: bool = False,
        **distributions: Any,
    ) -> pd.DataFrame:
        """Return draws of a quantity and of its inputs, with a row for each draw.

        Inputs come from frozen distributions of scipy, or from a sample of one's own;
        with ``rounding``, printed inputs move over what rounds to them, too. ``attrs``
        have the shares of verdicts, and how many draws pass a limit.
        """
        study = self.change(**distributions)
        if sample is None:
            sample = whatif.sampled(study.drawn(name, rounding), n, seed)
        return study.framed(whatif.draws(study.model, name, study.setting, sample))

    def drawn(self, name: str, rounding: bool) -> dict[str, Any]:
        """Return what is drawn for a quantity."""
        result = judge.result_of(self.model, name, self.setting)
        return whatif.drawn_inputs(result, self.distributions, rounding)

    def indices(
        self,
        name: str,
        *,
        n: int = 2_048,
        seeds: Iterable[int] = range(16),
        rounding: bool = False,
        **distributions: Any,
    ) -> pd.DataFrame:
        """Return Sobol indices of a quantity, and half their 95 percent intervals.

        Raises SettingError where more than one draw in a hundred passes a limit.
        """
        study = self.change(**distributions)
        drawn = study.drawn(name, rounding)
        found = whatif.indices(study.model, name, study.setting, drawn, n, seeds)
        return study.framed(found)

    def specification_curve(self, name: str) -> pd.DataFrame:
        """Return a quantity under all combinations of its readings, and of each
        assumption with an effect at its low, usual and high value, in order."""
        return self.framed(whatif.specification_curve(self.model, name, self.setting))

    def framed(self, table: pd.DataFrame) -> pd.DataFrame:
        """Say in a table's ``attrs`` what differs from the article."""
        drawn = dict.fromkeys(self.distributions, "drawn")
        table.attrs["differs"] = {**self.setting, **drawn}
        return table
