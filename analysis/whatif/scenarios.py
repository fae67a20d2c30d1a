"""A scenario is a named departure from the article: a file that holds only changes.

A scenario names readings, gives values with their units, and may give distributions. A
figure published elsewhere is a reading of the quantity that it stands for.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> round(estimate(model, find("unit_2019_transfers", model), "net_new_persons").value)
580000
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, WithJsonSchema

from analysis.core.errors import InputError, RegisterError, display_path
from analysis.core.readers import read_yaml, validated
from analysis.core.rows import Prose
from analysis.core.sentences import message
from analysis.core.units import nearest
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.whatif.draws import Distribution

#: The scenario that changes nothing.
OWN = "article"
#: The scenario with changes that a user makes.
YOURS = "yours"
#: A number in a file, as text, so that one parser reads all.
Number = Annotated[
    str,
    Field(coerce_numbers_to_str=True),
    WithJsonSchema(
        {
            "type": ["number", "string"],
            "description": "a number, with its unit where it has one",
        }
    ),
]


class Content(BaseModel):
    """The content of a file, or a part of it."""

    model_config = ConfigDict(extra="forbid")

    def check(self, model: Model, folder: Path) -> Any:
        """Raise ModelError where the content can't be computed with.

        The ``folder`` is that of the content's file.
        """


class Numbers(Content):
    """These are numbers of one quantity, with their units.

    Each has its unit, such as ``0.4 million person``, or ``unit`` is that of all.
    """

    unit: str = ""

    def read(self, model: Model, quantity: str, *texts: str) -> list[float]:
        """The numbers in base units, without those left out. Raises ModelError."""
        given = (f"{text} {self.unit}".strip() for text in texts if text)
        return [model.number(quantity, text, with_unit=True) for text in given]


class Shape(Numbers):
    """A distribution as a file gives it."""

    shape: Literal["uniform", "triangular"]
    low: Number
    high: Number
    mode: Number = ""

    def distribution(self, model: Model, quantity: str) -> Distribution:
        """The distribution of a quantity, in base units. Raises ModelError."""
        if bool(self.mode) != (self.shape == "triangular"):
            raise ModelError(
                f"{quantity}: a triangular distribution has low, mode, high, and a "
                "uniform one low, high"
            )
        numbers = self.read(model, quantity, self.low, self.high, self.mode)
        try:
            return Distribution(*numbers)
        except ModelError as error:
            raise ModelError(f"{quantity}: {error}") from None


class Scenario(Content):
    """The differences from the article, by name, as a file holds them."""

    model_config = ConfigDict(title="A scenario: the differences from the article")
    name: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9_]{0,79}$",
            description="lower-case letters, digits and _",
        ),
    ]
    description: Annotated[Prose, Field(description="the changes, in one sentence")]
    reason: Annotated[Prose, Field(description="why somebody would make them")]
    readings: Annotated[
        dict[str, str],
        Field(
            description="quantity: the reading to take, or a row of external.csv that "
            "stands for it"
        ),
    ] = {}
    values: Annotated[
        dict[str, Number],
        Field(description="quantity: a number, such as 0.35 million person"),
    ] = {}
    distributions: Annotated[
        dict[str, Shape], Field(description="quantity: a distribution; illustrative")
    ] = {}
    #: Made once, when it is asked for.
    _setting: Setting | None = PrivateAttr(None)

    def changed(self, given: Mapping[str, Any], model: Model) -> Scenario:
        """This scenario with further changes, called yours.

        Raises ModelError as ``Model.setting`` does.
        """
        if not given:
            return self
        own = self.setting(model)
        replaced = own.by_scenario
        if replaced and replaced <= given.keys():
            names = ", ".join(sorted(replaced))
            raise ModelError(message("scenario_replaced", names=names))
        drawn = {
            name: one for name, one in self.distributions.items() if name not in given
        }
        setting = model.setting(given, own)
        words = model.differences(setting) or "as in the article"
        description = f"{words[0].upper()}{words[1:]}."
        fields = {"name": YOURS, "distributions": drawn, "description": description}
        found = self.model_copy(update=fields)
        found._setting = setting
        return found

    def numbers(self, model: Model) -> dict[str, float]:
        """The values given, in base units.

        Raises ModelError for a wrong name, number or unit.
        """
        return {
            name: model.number(name, text, with_unit=True)
            for name, text in self.values.items()
        }

    def drawn(self, model: Model) -> dict[str, Distribution]:
        """The distributions given, in base units. Raises ModelError likewise."""
        return {
            name: shape.distribution(model, name)
            for name, shape in self.distributions.items()
        }

    def setting(self, model: Model) -> Setting:
        """The setting under which everything is computed.

        Drawn inputs are at their medians.
        """
        if self._setting is None:
            medians = {
                name: float(one.ppf(np.array(0.5)))
                for name, one in self.drawn(model).items()
            }
            numbers = {**self.numbers(model), **medians}
            written = {name: model.written(name, one) for name, one in numbers.items()}
            changes = {**self.readings, **written}
            own = model.setting(changes) if changes else ARTICLE
            self._setting = replace(own, given=frozenset())
        return self._setting

    def check(self, model: Model, folder: Path) -> None:
        """Refuse a scenario that can't be computed with.

        Raises ModelError for it, and for a name that nothing depends on.
        """
        numbers, drawn = self.numbers(model), self.drawn(model)
        parts: dict[str, Mapping[str, Any]] = {
            "values": self.values,
            "distributions": self.distributions,
            "readings": self.readings,
        }
        for (one, some), (other, others) in itertools.combinations(parts.items(), 2):
            for name in some.keys() & others.keys():
                raise ModelError(
                    f"{name} stands under {one} and under {other}; give one of them"
                )
        setting = self.setting(model)
        plans = [
            *(model.plan(quantity, setting) for quantity in model.register.estimates),
            *model.judged(setting),
        ]
        # A value that is the article's own, too: the reader of the file would take it
        # for used.
        names = [*numbers, *drawn, *self.readings]
        used = Setting(
            {**setting.readings, **dict.fromkeys([*numbers, *drawn], 0.0)},
            frozenset([*setting.choices, *names]),
        )
        model.check_used(used, plans)


@cache
def shipped(model: Model) -> Mapping[str, Scenario]:
    """Return the scenarios that come with the data package, by name.

    They are in the order in which datapackage.json lists them, and are read once.
    """
    return {name: find(name, model) for name in model.register.scenarios or [OWN]}


def find(text: str, model: Model) -> Scenario:
    """A scenario by its name, or by the path of its file.

    Raises InputError where it is neither.
    """
    if text in model.register.scenarios:
        path = model.register.folder / "scenarios" / f"{text}.yaml"
        found = read(path, model, Scenario)
        if found.name != text:
            raise RegisterError(
                display_path(path),
                f"'{found.name}' is not the name of the file",
                field="name",
            )
        return found
    if text == OWN:
        return Scenario(
            name=OWN,
            description="Nothing is changed.",
            reason="The article as it stands.",
        )
    if os.path.isfile(text):  # noqa: PTH113, as Path refuses a name that is too long
        return read(Path(text), model, Scenario)
    hint = nearest(text, model.register.scenarios or [OWN])
    raise InputError(f"'{text[:80]}' names no scenario or file{hint}")


def schema(model: Model) -> dict[str, Any]:
    """Return the JSON Schema of a scenario's file.

    It has the names of this data package, so that an editor completes them.
    """
    found = Scenario.model_json_schema()
    for part in ("readings", "values", "distributions"):
        properties = {}
        for name in model.quantities:
            words = {"description": f"{model.name(name)} ({model.units[name]})"}
            choice = {"enum": model.readings(name)} if part == "readings" else {}
            properties[name] = {
                **found["properties"][part]["additionalProperties"],
                **words,
                **choice,
            }
        found["properties"][part] |= {
            "additionalProperties": False,
            "properties": properties,
        }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


_Content = TypeVar("_Content", bound=Content)


def read(path: Path, model: Model, structure: type[_Content]) -> _Content:
    """A scenario or another content in a file, checked.

    Raises RegisterError, one sentence that names file and field, for any fault in it;
    the field is that which holds the first name in the sentence.
    """
    content = validated(path, structure, read_yaml(path))
    try:
        content.check(model, path.parent)
    except InputError as error:
        if isinstance(error, RegisterError):
            raise
        parts = ("values", "distributions", "readings")
        words = itertools.product(re.findall(r"\w+", str(error)), parts)
        field = next(
            (
                f"{part}.{word}"
                for word, part in words
                if word in getattr(content, part, ())
            ),
            "",
        )
        raise RegisterError(display_path(path), str(error), field=field) from None
    return content


@dataclass(frozen=True)
class Estimated:
    """This is a quantity under a scenario, in base units.

    Where it is not computable, its ``value`` is None and its ``reason`` says why. From
    ``low`` to ``high`` runs the room that rounding leaves. A ``reconstruction`` rests
    on our reading, which the article does not derive. The ``difference`` and
    ``percent`` are from the value under another scenario, ``against``.
    """

    scenario: str
    quantity: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    side: str = ""
    remarks: tuple[str, ...] = ()
    reconstruction: bool = False
    reason: str = ""
    depends_on: tuple[str, ...] = ()
    differs: str = ""
    against: str = ""
    difference: float | None = None
    percent: float | None = None


def estimate(model: Model, scenario: Scenario, quantity: str) -> Estimated:
    """Estimate a quantity under a scenario, with its bounds by rounding and its side.

    Where it is not computable, the reason is given.
    """
    known = Estimated(scenario.name, quantity, model.units[model.known(quantity)])
    try:
        setting = scenario.setting(model)
        found = model.estimate(quantity, setting)
    except ModelError as error:
        return replace(known, reason=str(error))
    rows = [
        model.register.readings.get((one.name, one.reading))
        for one in model.plan(quantity, setting).nodes
    ]
    ours = any(row is not None and row.reconstruction for row in rows)
    return replace(
        known, **vars(found), reconstruction=ours, differs=model.differences(setting)
    )


def tabulate(
    model: Model,
    scenarios: Iterable[Scenario],
    quantities: Iterable[str] = (),
    against: Scenario | None = None,
) -> list[Estimated]:
    """Estimate every quantity under every scenario.

    Each has its difference from that under ``against``, if given. Without quantities,
    they are the estimates that the data package names.
    """
    wanted = tuple(quantities) or model.register.estimates
    found = [
        estimate(model, scenario, quantity)
        for scenario in scenarios
        for quantity in wanted
    ]
    if against is None:
        return found
    base = {quantity: estimate(model, against, quantity).value for quantity in wanted}
    made = []
    for one in found:
        other = base[one.quantity]
        difference = None if one.value is None or other is None else one.value - other
        percent = (
            100 * difference / abs(other) if difference is not None and other else None
        )
        made.append(
            replace(one, against=against.name, difference=difference, percent=percent)
        )
    return made
