"""Scenarios: named departures from the article, each a file that holds only what it changes.

What belongs here: reading and checking such files, the setting that each makes, and the estimates under it. What does
not: grids over many settings (``sweeps``), and draws (``uncertainty``).

A scenario names readings, gives values with their units, and may give distributions and the rank correlations between
them. Besides, it may take every assumption at the end of its range that makes an estimate lowest or highest
(``assumptions: lowest``), or leave out every number for which the article cites no source (``only_sourced: true``).

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> shipped(model)["unit_2019_transfers"].readings["transfers_2019"]
'from_labourers'
>>> round(estimate(model, shipped(model)["unit_2019_transfers"], "net_new_persons").value)
580000
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analysis.core.model import Model, ModelError, Plan, Setting
from analysis.core.register import SCENARIOS, Claim, InputError, RegisterError, read_yaml, schema_problem, shown
from analysis.core.units import SCALES, UnitError, nearest, to_base
from analysis.whatif.draws import SHAPES, UNITLESS, Correlation, Distribution, DistributionError, inputs

#: The scenario that changes nothing.
OWN = "article"
LOWEST, HIGHEST = "lowest", "highest"


@dataclass(frozen=True)
class Scenario:
    """What differs from the article, by name. Numbers are in base units."""

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

    def setting(self, model: Model, quantity: str) -> Setting:
        """The setting under which a quantity is computed; what is drawn stands at its median.

        Raises ModelError where the scenario leaves the quantity without a value.
        """
        middles = {name: one.median for name, one in self.distributions.items()}
        setting = model.setting(self.readings, {**self.values, **middles})
        if self.only_sourced:
            setting = without(model, quantity, setting, lambda claim: not claim.source, "figures with a source")
            plan = model.plan(quantity, setting)
            for name, node in plan.leaves.items():
                if node.way.assumption and node.reading != "given" and node.way.assumption.grade == "chosen":
                    raise ModelError(f"not computable from figures with a source: it needs {name}, which is chosen")
        if self.assumptions:
            setting = _at_ends(model, quantity, setting, self.assumptions)
        return setting


def shipped(model: Model) -> dict[str, Scenario]:
    """The scenarios that come with the data package, by name, in the order in which datapackage.json lists them."""
    register = model.register
    if not register.scenarios:
        return {OWN: Scenario(OWN, "Nothing is changed.")}
    found = {}
    for name in register.scenarios:
        path = register.folder / SCENARIOS / f"{name}.yaml"
        found[name] = read(path, model)
        if found[name].name != name:
            raise RegisterError(shown(path), f"'{found[name].name}' is not the name of the file", field="name")
    return found


def find(text: str, model: Model) -> Scenario:
    """A scenario by its name, or by the path of its file. Raises InputError where it is neither."""
    if text in model.register.scenarios:
        return shipped(model)[text]
    if text == OWN:
        return Scenario(OWN, "Nothing is changed.")
    if not _is_file(text):
        known = nearest(text, model.register.scenarios or [OWN])
        raise InputError(f"'{text[:80]}' is no scenario and no file{known}")
    return read(Path(text), model)


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


# Reading a file -------------------------------------------------------------------------------------------------------

_NUMBER: dict[str, Any] = {"type": ["number", "string"], "description": "a number, with its unit where it has one"}
_STRUCTURE: dict[str, Any] = {
    "title": "A scenario: what differs from the article",
    "type": "object",
    "required": ["name", "description", "reason"],
    "additionalProperties": False,
    "properties": {
        "name": {
            "type": "string",
            "pattern": "^[a-z][a-z0-9_]*$",
            "maxLength": 80,
            "description": "lower-case letters and digits",
        },
        "description": {"type": "string", "minLength": 1, "description": "what is changed, in one sentence"},
        "reason": {"type": "string", "minLength": 1, "description": "why somebody would"},
        "readings": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "quantity: the reading to take",
        },
        "values": {
            "type": "object",
            "additionalProperties": _NUMBER,
            "description": "quantity: a number with its unit, such as 0.35 million person",
        },
        "distributions": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["shape"],
                "additionalProperties": False,
                "properties": {
                    "shape": {"enum": list(SHAPES)},
                    "unit": {"type": "string", "description": "of its numbers, such as million person"},
                    **{name: {"type": "number"} for names in SHAPES.values() for name in names},
                },
            },
            "description": "quantity: the distribution to draw it from; illustrative",
        },
        "correlations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["between", "rank"],
                "additionalProperties": False,
                "properties": {
                    "between": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
                    "rank": {"type": "number", "minimum": -1, "maximum": 1},
                },
            },
            "description": "rank correlations (Spearman's) between two that are drawn",
        },
        "assumptions": {
            "enum": [LOWEST, HIGHEST],
            "description": "every assumption at the end of its range that makes the estimate lowest or highest",
        },
        "only_sourced": {"type": "boolean", "description": "leave out what the article cites no source for"},
    },
}


def schema(model: Model) -> dict[str, Any]:
    """The JSON Schema of a scenario's file, with the names of this data package, so that an editor completes them."""
    from jsonschema import Draft202012Validator

    properties = dict(_STRUCTURE["properties"])
    units = model.units

    def one_of(names: Iterable[str], what: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": False, "properties": {name: what(name) for name in names}}

    several = [name for name in model.quantities if len(model.readings(name)) > 1]
    properties["readings"] = {
        **one_of(several, lambda name: {"enum": model.readings(name), "description": model.name(name)}),
        "description": properties["readings"]["description"],
    }
    properties["values"] = {
        **one_of(model.quantities, lambda name: {**_NUMBER, "description": f"{model.name(name)} ({units[name]})"}),
        "description": properties["values"]["description"],
    }
    properties["distributions"] = {
        **one_of(model.quantities, lambda name: {"$ref": "#/$defs/distribution"}),
        "description": properties["distributions"]["description"],
    }
    distribution = _STRUCTURE["properties"]["distributions"]["additionalProperties"]
    dialect = Draft202012Validator.META_SCHEMA["$id"]
    return {"$schema": dialect, **_STRUCTURE, "properties": properties, "$defs": {"distribution": distribution}}


def read(path: Path, model: Model) -> Scenario:
    """The scenario in a file. Raises RegisterError, one sentence that names file and field, for what is wrong in it."""
    content = read_yaml(path)
    file = shown(path)
    if not isinstance(content, dict):
        raise RegisterError(file, "the file is not a mapping of name, description, reason and what is changed")
    for key in content:
        if key not in _STRUCTURE["properties"]:
            known = nearest(str(key), _STRUCTURE["properties"])
            raise RegisterError(file, f"'{key}' is nothing that a scenario has{known}", field=str(key))
    problem = schema_problem(_STRUCTURE, content)
    if problem:
        raise RegisterError(file, problem[1], field=".".join(map(str, problem[0])))
    if content["name"].endswith("\n"):
        # Which a pattern lets pass, and files are named after it.
        raise RegisterError(file, "the name ends in a line break", field="name")
    return _Content(file, content, model).scenario()


class _Content:
    """What a file holds, being checked against a model."""

    def __init__(self, file: str, content: Mapping[str, Any], model: Model) -> None:
        self.file, self.content, self.model = file, content, model

    def scenario(self) -> Scenario:
        content, model = self.content, self.model
        for part in ("readings", "values", "distributions"):
            for name in content.get(part, {}):
                if name not in model.quantities:
                    raise self.refuse(f"'{name}' is no quantity{nearest(name, model.quantities)}", part, name)
        for name, reading in content.get("readings", {}).items():
            if reading not in model.ways[name]:
                known = nearest(reading, model.ways[name])
                raise self.refuse(f"'{reading}' is no reading of {name}{known}", "readings", name)
        values = {name: self.number(given, name, "values", name) for name, given in content.get("values", {}).items()}
        distributions = {
            name: self.distribution(name, given) for name, given in content.get("distributions", {}).items()
        }
        for name in distributions:
            if name in values:
                raise self.refuse("it has a value and a distribution; give one of them", "distributions", name)
        found = Scenario(
            name=content["name"],
            description=" ".join(content["description"].split()),
            reason=" ".join(content["reason"].split()),
            readings=dict(content.get("readings", {})),
            values=values,
            distributions=distributions,
            correlations=tuple(self.correlations(distributions)),
            assumptions=content.get("assumptions", ""),
            only_sourced=content.get("only_sourced", False),
            file=self.file,
        )
        if found.assumptions and (values or distributions):
            raise self.refuse("it moves every assumption, so none can be given beside it", "assumptions")
        self.check(found)
        return found

    def refuse(self, message: str, *field: str) -> RegisterError:
        return RegisterError(self.file, message, field=".".join(field))

    def number(self, given: Any, name: str, *field: str, unit: str = "") -> float:
        """A number with its unit, in base units; only what has no unit can stand without one."""
        held = self.model.units[name]
        text = f"{given} {unit}".strip()
        words = [word for word in text.split()[1:] if word not in SCALES]
        if held != "dimensionless" and not words and not text.endswith("%"):
            right = (
                f"unit: {held}"
                if isinstance(given, int | float) and field[0] == "distributions"
                else f"'{text} {held}'"
            )
            raise self.refuse(f"{text} has no unit; write {right}", *field)
        try:
            return to_base(text, held)
        except UnitError as error:
            raise self.refuse(str(error), *field) from None

    def distribution(self, name: str, given: Mapping[str, Any]) -> Distribution:
        where = ("distributions", name)
        unit = given.get("unit", "")
        numbers = {
            key: float(str(number)) if key in UNITLESS else self.number(number, name, *where, key, unit=unit)
            for key, number in given.items()
            if key not in ("shape", "unit")
        }
        try:
            found = Distribution(given["shape"], numbers)
        except DistributionError as error:
            raise self.refuse(str(error), *where, error.field) from None
        assumption = self.model.register.assumptions.get(name)
        if assumption and not assumption.minimum <= found.low <= found.high <= assumption.maximum:
            raise self.refuse(
                f"{found.low:,.10g} to {found.high:,.10g} lies outside {assumption.minimum:,.10g} to "
                f"{assumption.maximum:,.10g}, which is what has a meaning (in {self.model.units[name]})",
                *where,
            )
        if found.low < 0 and not assumption and self.model.units[name] != "dimensionless":
            raise self.refuse(f"{found.low:,.10g} lies below 0", *where, "low")
        return found

    def correlations(self, distributions: Mapping[str, Distribution]) -> Iterable[Correlation]:
        seen = set()
        for number, entry in enumerate(self.content.get("correlations", [])):
            one, two = entry["between"]
            where = ("correlations", str(number), "between")
            for name in (one, two):
                if name not in distributions:
                    known = nearest(name, distributions)
                    raise self.refuse(f"'{name}' has no distribution in this scenario{known}", *where)
            if one == two or frozenset((one, two)) in seen:
                raise self.refuse(f"{one} and {two} are given twice, or are the same", *where)
            seen.add(frozenset((one, two)))
            yield one, two, float(entry["rank"])

    def check(self, found: Scenario) -> None:
        """Refuse what can't be computed with, and what nothing uses."""
        model = self.model
        middles = {name: one.median for name, one in found.distributions.items()}
        values = {**found.values, **middles}
        try:
            setting = model.setting(found.readings, values)
            plans = list(self.plans(setting))
            model.check_used(Setting(values=setting.values), plans, values=values)
            # A reading may be there for what a check makes of it.
            plans += self.plans_of_checks(setting)
            model.check_used(Setting(setting.readings), plans, readings=found.readings)
            if found.correlations:
                plan = model.graph(tuple({**found.distributions}), setting)
                inputs(plan, found.distributions, found.correlations)
        except ModelError as error:
            first = str(error).partition(" ")[0]
            named = [part for part in ("values", "distributions", "readings") if first in self.content.get(part, {})]
            raise self.refuse(str(error), *([named[0], first] if named else [])) from None

    def plans(self, setting: Setting) -> Iterable[Plan]:
        """Whatever could use what a scenario names: the estimates with what caps them, and what checks are about."""
        for quantity in self.model.register.estimates:
            yield self.model.graph((quantity,), setting, capped=True)
        for check in self.model.register.checks.values():
            with contextlib.suppress(ModelError):
                yield self.model.plan(check.quantity, setting)

    def plans_of_checks(self, setting: Setting) -> Iterable[Plan]:
        """The checks under their own readings."""
        for check in self.model.register.checks.values():
            with contextlib.suppress(ModelError):
                yield self.model.plan(check.quantity, self.model.under(setting, check.readings))


# What a scenario comes to ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Estimated:
    """A quantity under a scenario, in base units; None, with the reason, where it is not computable.

    low, high: what the rounding of the printed digits leaves open. reconstruction: whether a reading of ours that the
    article does not derive has an effect on it.
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
    """A quantity under a scenario, with bounds by rounding and kind; not computable where something has no meaning."""
    known = Estimated(scenario.name, quantity, model.units[model.known(quantity)])
    try:
        setting = scenario.setting(model, quantity)
        plan = model.plan(quantity, setting)
        capped = model.graph((quantity,), setting, capped=True)
        value = model.point(capped)
    except ModelError as error:
        return Estimated(known.scenario, quantity, known.unit, reason=str(error))
    bounds = model.bounds(capped)
    rows = model.register.readings
    used = [rows.get((node.name, node.reading)) for node in plan.nodes]
    return Estimated(
        scenario=known.scenario,
        quantity=quantity,
        unit=known.unit,
        value=value,
        low=float(bounds.low[0]),
        high=float(bounds.high[0]),
        kind=model.kind(plan),
        reconstruction=any(row is not None and row.reconstruction for row in used),
        depends_on=plan.depends_on,
        differs=model.differences(setting),
    )


def tabulate(model: Model, scenarios: Iterable[Scenario], quantities: Iterable[str] = ()) -> list[Estimated]:
    """Every quantity under every scenario; without quantities, the estimates that the data package names."""
    wanted = tuple(quantities) or model.register.estimates
    return [estimate(model, scenario, quantity) for scenario in scenarios for quantity in wanted]


def without(
    model: Model, quantity: str, setting: Setting, dropped: Callable[[Claim], bool], what: str = "it"
) -> Setting:
    """The setting under which a quantity starts from no dropped row, but from another row of the same quantity.

    what: what is left, for the sentence. Raises ModelError where there is no other row.
    """
    while True:
        plan = model.plan(quantity, setting)
        gone = [node for node in plan.leaves.values() if node.way.claim and dropped(node.way.claim)]
        if not gone:
            return setting
        for node in gone:
            assert node.way.claim is not None
            others = [
                claim.id
                for claim in model.register.claims.values()
                if claim.quantity == node.name and claim.id in model.ways[node.name] and not dropped(claim)
            ]
            if not others:
                raise ModelError(f"not computable {_left(what)}: it needs {node.way.claim.id}")
            setting = model.setting({**setting.readings, node.name: others[0]}, setting.values)


def _left(what: str) -> str:
    return "without it" if what == "it" else f"from {what}"


def _at_ends(model: Model, quantity: str, setting: Setting, which: str) -> Setting:
    """The setting that takes each assumption at the end of its range which, with the others, moves the quantity most,
    as far as nothing exceeds what it can't."""
    table, plan = model.register.assumptions, model.plan(quantity, setting)
    capped = model.graph((quantity,), setting, capped=True)
    names = [
        name for name, node in plan.leaves.items() if name in table and node.way.part == "set" and node.way.assumption
    ]
    corners = np.array(list(itertools.product(*((table[name].low, table[name].high) for name in names))))
    if not names:
        return setting
    values = capped.evaluate({**capped.start, **{name: corners[:, i] for i, name in enumerate(names)}})
    target = np.broadcast_to(np.asarray(values[quantity], float), (len(corners),))
    sign = 1.0 if which == LOWEST else -1.0
    best = int(np.argmin(np.where(capped.within(values), sign * target, np.inf)))
    return model.setting(
        setting.readings, {**setting.values, **dict(zip(names, map(float, corners[best]), strict=True))}
    )
