"""This module reads scenarios, which are files that list changes to a setting.

A scenario's file lists only what differs from the article. A change is a reading, a
number with its unit, or a distribution. A quantity may also take a figure published
elsewhere as its reading, if that figure's row in external.csv names the quantity.

>>> from analysis.core.register import Register
>>> model = Model(Register.read())
>>> scenario = find("unit_2019_transfers", model)
>>> round(model.estimate("net_new_persons", scenario.setting(model)).value)
580000
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypeVar
from weakref import WeakKeyDictionary

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from analysis.core.errors import InputError, RegisterError, display_path
from analysis.core.readers import read_yaml, validated
from analysis.core.rows import Prose
from analysis.core.units import in_list, nearest
from analysis.model.model import ARTICLE, Model, Setting
from analysis.whatif.distributions import SHAPES, Distribution, settled

#: The scenario that changes nothing.
OWN = "article"
#: The scenarios of each model in use, by name.
_SHIPPED: WeakKeyDictionary[Model, Mapping[str, Scenario]] = WeakKeyDictionary()
#: A number in a file, or a text.
NUMBER = {
    "type": ["number", "string"],
    "pattern": r"^\s*[-+.\d]",
    "description": "a number, with its unit where it has one",
}
#: A distribution in a file.
DISTRIBUTION = {
    "type": "array",
    "prefixItems": [{"enum": [*SHAPES]}],
    "minItems": 2,
    "description": "a shape and its numbers, such as [uniform, 0, 0.5]",
}


class Content(BaseModel):
    """The content of a YAML file, or a part of that content."""

    model_config = ConfigDict(extra="forbid")


def texts(content: Any) -> Any:
    """Turn the numbers in part of a file into texts, for one parser to read."""
    if isinstance(content, list):
        return [texts(part) for part in content]
    is_number = isinstance(content, int | float) and not isinstance(content, bool)
    return str(content) if is_number else content


class Scenario(Content):
    """The content of a scenario's file, with its changes by quantity."""

    model_config = ConfigDict(title="A scenario: the differences from the article")
    name: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9_]{0,79}$",
            description="lower-case letters, digits and _",
        ),
    ]
    description: Annotated[
        Prose, Field(description="the changes from the article, in a few sentences")
    ]
    reason: Annotated[
        Prose, Field(description="why somebody would make the scenario's changes")
    ]
    values: Annotated[
        dict[str, Annotated[Any, BeforeValidator(texts)]],
        Field(
            description="for each quantity, one of these: a number, such as 0.35 "
            "million person; the name of a reading, or of a row of external.csv that "
            "stands for the quantity; or a distribution, which is illustrative"
        ),
    ] = {}

    def setting(self, model: Model, base: Setting = ARTICLE) -> Setting:
        """Apply the scenario to a setting, which by default is the article's own.

        An input with a distribution takes the median of that distribution. Raises
        ModelError for a wrong name, number, unit or reading.
        """
        setting, _ = settled(model, self.values, base, with_units=True)
        # The user named the scenario and not its quantities, so a quantity without
        # effect is not refused by its name.
        return replace(setting, given=base.given)

    def distributions(self, model: Model) -> dict[str, Distribution]:
        """Return the distributions that the scenario's file gives, by quantity.

        Raises ModelError for numbers that make no distribution.
        """
        return settled(model, self.values, with_units=True)[1]

    def check(self, model: Model, folder: Path) -> Scenario:
        """Return the scenario if the model can compute its estimates and checks.

        Raises ModelError if the model can't compute the scenario's estimates and
        checks, and for a name on which none of them depends.
        """
        setting = self.setting(model)
        plans = [
            *(model.plan(quantity, setting) for quantity in model.register.estimates),
            *model.judged(setting),
        ]
        # A value that equals the article's own is checked too, because a reader of the
        # file would think that it is used.
        named = Setting(
            setting.choices, frozenset(setting.choices) | self.values.keys()
        )
        model.check_used(named, plans)
        return self


def shipped(model: Model) -> Mapping[str, Scenario]:
    """Return the scenarios that come with the data package, by name.

    The scenarios are in the order in which datapackage.json lists them. The file of
    each scenario is read only once.
    """
    if model not in _SHIPPED:
        names = model.register.scenarios or [OWN]
        _SHIPPED[model] = {name: find(name, model) for name in names}
    return _SHIPPED[model]


def find(text: str, model: Model) -> Scenario:
    """Return a scenario by its name, or by the path of its file.

    Raises InputError if the text is neither a name nor a path.
    """
    is_shipped = text in model.register.scenarios
    if is_shipped:
        path = model.register.folder / "scenarios" / f"{text}.yaml"
    elif text == OWN:
        return Scenario(
            name=OWN,
            description="Nothing is changed.",
            reason="The article as it stands.",
        )
    elif os.path.exists(text):  # noqa: PTH110, as Path refuses a name that is too long
        path = Path(text)
    else:
        is_file = text.endswith((".yaml", ".yml")) or os.sep in text
        what = "file that exists" if is_file else "scenario or file"
        name = Path(text[:80]).stem if is_file else text
        hint = nearest(name, model.register.scenarios or [OWN], in_list("scenarios"))
        raise InputError(f"'{text[:80]}' names no {what}{hint}")
    scenario: Scenario = read(path, model, Scenario)
    if not is_shipped and scenario.name == OWN:
        sentence = f"'{OWN}' is the article's own setting; choose another name"
        raise RegisterError(display_path(path), sentence, field="name")
    if is_shipped and scenario.name != text:
        sentence = f"'{scenario.name}' is not the name of the file"
        raise RegisterError(display_path(path), sentence, field="name")
    return scenario


def schema(model: Model) -> dict[str, Any]:
    """Return the JSON Schema of a scenario's file.

    The schema lists the quantities and readings of this data package, so that an editor
    can complete their names.
    """
    content = Scenario.model_json_schema()
    parts = {"number": NUMBER, "distribution": DISTRIBUTION}
    properties = {}
    for name in model.quantities:
        readings = {"enum": model.readings(name)}
        properties[name] = {
            "description": f"{model.name(name)} ({model.units[name]})",
            "anyOf": [readings, *({"$ref": f"#/$defs/{part}"} for part in parts)],
        }
    content["properties"]["values"] |= {
        "additionalProperties": False,
        "properties": properties,
    }
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **content, "$defs": parts}


_Content = TypeVar("_Content", bound=Content)


def read(path: Path, model: Model, structure: type[_Content]) -> Any:
    """Read a file, such as a scenario's, and check its content.

    Raises RegisterError, which names the file and the field, for any fault in the
    content. If the message of a fault names several fields, the error points to the
    first of them.
    """
    content: Any = validated(path, structure, read_yaml(path))
    try:
        return content.check(model, path.parent)
    except RegisterError:
        raise
    except InputError as error:
        field = _field_of(content, str(error))
        # The field names the quantity; the sentence need not start with it.
        sentence = str(error).removeprefix(f"{field.removeprefix('values.')}: ")
        raise RegisterError(display_path(path), sentence, field=field) from None


def _field_of(content: Any, sentence: str) -> str:
    """Return the field that contains the first name in a sentence, or an empty text."""
    for word in re.findall(r"\w+", sentence):
        if word in content.values:
            return f"values.{word}"
        if word in getattr(content, "quantities", ()):
            return "quantities"
    return ""
