"""Scenarios: named departures from the article, each a file that holds only its changes.

A scenario names readings, gives values with their units, and may give distributions and the rank correlations between
them. It may take every assumption at the end of its range that makes an estimate lowest or highest (``assumptions``),
or leave out every number for which the article cites no source (``only_sourced``).

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> round(estimate(model, find("unit_2019_transfers", model), "net_new_persons").value)
580000
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from analysis.core.model import SETTABLE, Model, ModelError, Setting
from analysis.core.reading import validated
from analysis.core.register import Claim, InputError, RegisterError, Text, read_yaml, shown
from analysis.core.units import UnitError, nearest, read_number
from analysis.whatif.draws import SHAPES, UNITLESS, Correlation, Distribution, DistributionError, inputs

#: The scenario that changes nothing.
OWN = "article"


@dataclass(frozen=True)
class Scenario:
    """The differences from the article, by name; numbers in base units."""

    name: str
    description: str
    reason: str = ""
    readings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, float] = field(default_factory=dict)
    distributions: Mapping[str, Distribution] = field(default_factory=dict)
    correlations: tuple[Correlation, ...] = ()
    assumptions: str = ""
    only_sourced: bool = False
    file: str = ""

    @property
    def base(self) -> dict[str, float]:
        """The values given, and the medians of the distributions."""
        return {**self.values, **{name: one.median for name, one in self.distributions.items()}}

    def setting(self, model: Model, quantity: str) -> Setting:
        """The setting under which a quantity is computed; a drawn quantity stands at its median.

        Raises ModelError where the scenario leaves the quantity without a value.
        """
        setting = model.setting(self.readings, self.base)
        if self.only_sourced:
            setting = without(model, quantity, setting, lambda claim: not claim.source, "from figures with a source")
            for name, node in model.plan(quantity, setting).leaves.items():
                if node.source.assumption and node.source.assumption.grade == "chosen":
                    raise ModelError(f"not computable from figures with a source: it needs {name}, which is chosen")
        return _at_ends(model, quantity, setting, self.assumptions) if self.assumptions else setting


def shipped(model: Model) -> dict[str, Scenario]:
    """The scenarios that come with the data package, by name, in the order in which datapackage.json lists them."""
    return {name: find(name, model) for name in model.register.scenarios or [OWN]}


def find(text: str, model: Model) -> Scenario:
    """A scenario by its name, or by the path of its file. Raises InputError where it is neither."""
    if text in model.register.scenarios:
        path = model.register.folder / "scenarios" / f"{text}.yaml"
        found = read(path, model)
        if found.name != text:
            raise RegisterError(shown(path), f"'{found.name}' is not the name of the file", field="name")
        return found
    if text == OWN:
        return Scenario(OWN, "Nothing is changed.")
    is_file = False
    with contextlib.suppress(OSError, ValueError):
        is_file = Path(text).is_file()
    if is_file:
        return read(Path(text), model)
    known = nearest(text, model.register.scenarios or [OWN])
    raise InputError(f"'{text[:80]}' is no scenario and no file{known}")


# Files ----------------------------------------------------------------------------------------------------------------


def _as_text(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise ValueError("it is not a number, nor a number with its unit")
    return str(given)


#: A number in a file, as text, so that one parser reads all.
Number = Annotated[
    str,
    BeforeValidator(_as_text),
    WithJsonSchema({"type": ["number", "string"], "description": "a number, with its unit where it has one"}),
]


class Content(BaseModel):
    """The content of a file, or a part of it."""

    model_config = ConfigDict(extra="forbid")


class _Tie(Content):
    between: tuple[str, str]
    rank: Annotated[float, Field(ge=-1, le=1)]


class _File(Content):
    model_config = ConfigDict(title="A scenario: the differences from the article")
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,79}$", description="lower-case letters, digits and _")]
    description: Annotated[Text, Field(description="the changes, in one sentence")]
    reason: Annotated[Text, Field(description="why somebody would make them")]
    readings: Annotated[dict[str, str], Field(description="quantity: the reading to take")] = {}
    values: Annotated[dict[str, Number], Field(description="quantity: a number, such as 0.35 million person")] = {}
    distributions: Annotated[
        dict[str, dict[str, Number]], Field(description="quantity: a distribution; illustrative")
    ] = {}
    correlations: Annotated[list[_Tie], Field(description="rank correlations between two that are drawn")] = []
    assumptions: Annotated[Literal["", "lowest", "highest"], Field(description="each at the end that makes it so")] = ""
    only_sourced: Annotated[bool, Field(strict=True, description="leave out numbers without a cited source")] = False


#: The parts of a file that hold names of quantities.
_PARTS = ("values", "distributions", "readings")


def schema(model: Model) -> dict[str, Any]:
    """The JSON Schema of a scenario's file, with the names of this data package, so that an editor completes them."""
    found = _File.model_json_schema()
    parts, units = found["properties"], model.units
    number = parts["values"]["additionalProperties"]
    shapes = {"shape": {"enum": list(SHAPES)}, "unit": {"type": "string"}}
    shapes |= {name: {"type": number["type"]} for names in SHAPES.values() for name in names}
    distribution = {"type": "object", "required": ["shape"], "additionalProperties": False, "properties": shapes}
    found["$defs"]["distribution"] = distribution
    several = [name for name in model.quantities if len(model.readings(name)) > 1]
    names: dict[str, dict[str, Any]] = {
        "readings": {name: {"enum": model.readings(name), "description": model.name(name)} for name in several},
        "values": {name: {**number, "description": f"{model.name(name)} ({units[name]})"} for name in model.quantities},
        "distributions": {name: {"$ref": "#/$defs/distribution"} for name in model.quantities},
    }
    for part, properties in names.items():
        parts[part] |= {"properties": properties, "additionalProperties": False}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


_Content = TypeVar("_Content", bound=Content)
_Read = TypeVar("_Read")


def read_as(path: Path, structure: type[_Content], made: Callable[[_Content], _Read], *parts: str) -> _Read:
    """Something made from a YAML file with the structure of a pydantic model.

    Raises RegisterError, one sentence that names the file and the field; the field is that of ``parts`` which holds the
    first name in the sentence.
    """
    content = validated(path, structure, read_yaml(path))
    try:
        return made(content)
    except RegisterError:
        raise
    except InputError as error:
        words = re.findall(r"\w+", str(error))
        fields = (f"{part}.{word}" for word in words for part in parts if word in getattr(content, part))
        raise RegisterError(shown(path), str(error), field=next(fields, "")) from None


def read(path: Path, model: Model) -> Scenario:
    """The scenario in a file. Raises RegisterError, one sentence that names file and field, for any fault in it."""
    return read_as(path, _File, lambda content: _scenario(content, model, path), *_PARTS)


def _scenario(content: _File, model: Model, path: Path) -> Scenario:
    for name, reading in content.readings.items():
        model.known_reading(name, reading)
    values = {name: model.number(name, text, with_unit=True) for name, text in content.values.items()}
    for name in values:
        # Its own value, too: the reader of the file would take it for used.
        if (reading := content.readings.get(name, SETTABLE[0])) not in SETTABLE:
            raise ModelError(f"{name} is unused: its reading {reading} supplies it")
    distributions = {name: _distribution(model, name, dict(one)) for name, one in content.distributions.items()}
    for name in values.keys() & distributions:
        raise ModelError(f"{name} has a value and a distribution; give one of them")
    ties: dict[frozenset[str], Correlation] = {}
    for one, two, rank in ((*tie.between, tie.rank) for tie in content.correlations):
        for name in {one, two} - distributions.keys():
            raise ModelError(f"correlations: '{name}' has no distribution here{nearest(name, distributions)}")
        if one == two or frozenset((one, two)) in ties:
            raise ModelError(f"correlations: {one} and {two} are given twice, or are the same")
        ties[frozenset((one, two))] = (one, two, rank)
    if content.assumptions and (values or distributions):
        raise ModelError("assumptions moves every assumption, so none can be given beside it")
    told = content.model_dump(include={"name", "description", "reason", "readings", "assumptions", "only_sourced"})
    found = Scenario(
        **told, values=values, distributions=distributions, correlations=(*ties.values(),), file=shown(path)
    )
    _check_used(found, model)
    return found


def _distribution(model: Model, quantity: str, given: dict[str, str]) -> Distribution:
    shape, unit = given.pop("shape", ""), given.pop("unit", "")
    numbers = {}
    try:
        for name, text in given.items():
            if name in UNITLESS:
                numbers[name] = read_number(text, "dimensionless")
            else:
                numbers[name] = model.number(quantity, f"{text} {unit}".strip(), with_unit=True)
        return Distribution(shape, numbers)
    except (DistributionError, UnitError) as error:
        raise ModelError(f"{quantity}: {error}") from None


def _check_used(scenario: Scenario, model: Model) -> None:
    """Refuse a scenario that can't be computed with, and names in it that nothing depends on."""
    setting = model.setting(scenario.readings, scenario.base)
    plans = [model.plan(quantity, setting, capped=True) for quantity in model.register.estimates]
    # A reading may serve a check that names readings of its own.
    with_readings = []
    for check in model.register.checks.values():
        with contextlib.suppress(ModelError):
            plans.append(model.plan(check.quantity, setting))
        with contextlib.suppress(ModelError):
            with_readings.append(model.plan(check.quantity, model.under(setting, check.readings)))
    model.check_used(Setting(values=setting.values, given=frozenset(scenario.base)), plans)
    named = frozenset(scenario.readings)
    model.check_used(Setting(setting.readings, given=named), [*plans, *with_readings])
    if scenario.correlations:
        inputs(model.plan([*scenario.distributions], setting), scenario.distributions, scenario.correlations)


# Estimates ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimated:
    """A quantity under a scenario, in base units; None, with the reason, where it is not computable.

    low, high: the room that the rounding of the printed digits leaves. reconstruction: whether it rests on a reading of
    ours that the article does not derive.
    """

    scenario: str
    quantity: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    kind: str = ""
    reconstruction: bool = False
    reason: str = ""
    depends_on: tuple[str, ...] = ()
    differs: str = ""


def estimate(model: Model, scenario: Scenario, quantity: str) -> Estimated:
    """A quantity under a scenario, with bounds by rounding and kind; with the reason where it is not computable."""
    known = Estimated(scenario.name, quantity, model.units[model.known(quantity)])
    try:
        setting = scenario.setting(model, quantity)
        found = model.estimate(quantity, setting, capped=True)
    except ModelError as error:
        return replace(known, reason=str(error))
    rows = model.register.readings
    used = [rows.get((node.name, node.reading)) for node in model.plan(quantity, setting).nodes]
    return replace(
        known,
        value=found.value,
        low=found.low,
        high=found.high,
        kind=found.kind,
        reconstruction=any(row is not None and row.reconstruction for row in used),
        depends_on=found.depends_on,
        differs=model.differences(setting),
    )


def tabulate(model: Model, scenarios: Iterable[Scenario], quantities: Iterable[str] = ()) -> list[Estimated]:
    """Every quantity under every scenario; without quantities, the estimates that the data package names."""
    wanted = tuple(quantities) or model.register.estimates
    return [estimate(model, scenario, quantity) for scenario in scenarios for quantity in wanted]


def without(
    model: Model, quantity: str, setting: Setting, dropped: Callable[[Claim], bool], left: str = "without it"
) -> Setting:
    """The setting under which a quantity starts from no dropped row, but from another row of the same quantity.

    left: the rows that are left, for the sentence. Raises ModelError where there is no other row.
    """
    while True:
        leaves = model.plan(quantity, setting).leaves.items()
        gone = [(name, node.source.claim) for name, node in leaves if node.source.claim and dropped(node.source.claim)]
        if not gone:
            return setting
        name, claim = gone[0]
        rows = (model.register.claims.get(reading) for reading in model.sources[name])
        others = [row.id for row in rows if row and not dropped(row)]
        if not others:
            raise ModelError(f"not computable {left}: it needs {claim.id}")
        setting = model.setting({**setting.readings, name: others[0]}, setting.values)


def _at_ends(model: Model, quantity: str, setting: Setting, which: str) -> Setting:
    """The setting with each assumption at the end of its range that, with the others, moves the quantity most, as far
    as no limit is broken."""
    plan, capped = (model.plan(quantity, setting, capped=caps) for caps in (False, True))
    varied = [
        node.source.assumption for node in plan.leaves.values() if node.source.assumption and node.reading == "set"
    ]
    corners = np.array(list(itertools.product(*((one.low, one.high) for one in varied))))
    values = capped.evaluate({one.id: corners[:, i] for i, one in enumerate(varied)})
    target = np.broadcast_to(np.asarray(values[quantity], float), (len(corners),))
    sign = 1.0 if which == "lowest" else -1.0
    best = corners[np.argmin(np.where(capped.within(values), sign * target, np.inf))].tolist()
    return model.setting(
        setting.readings, {**setting.values, **{one.id: x for one, x in zip(varied, best, strict=True)}}
    )
