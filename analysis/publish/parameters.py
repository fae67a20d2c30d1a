"""This module checks the parameters of a run before the run starts.

The module refuses an unknown parameter, of which papermill's own command line would
only warn.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.core.errors import InputError
from analysis.core.sentences import AS_IN_THE_ARTICLE, setting_words
from analysis.core.units import nearest
from analysis.model.model import ARTICLE, CircleError, Model, Setting, assignments
from analysis.model.plan import Plan
from analysis.publish.notebooks import Notebook
from analysis.study import Study
from analysis.whatif.draws import check_draws
from analysis.whatif.scenarios import OWN
from analysis.whatif.scenarios import find as find_scenario


@dataclass(frozen=True)
class Job:
    """A run of a notebook that a user asked for.

    A job holds the notebook, the setting, the parameters to put into the notebook, and
    a text on how the run differs from the article.
    """

    notebook: Notebook
    setting: Setting
    parameters: Mapping[str, Any]
    words: str


def prepare_job(
    notebook: Notebook, parameters: Iterable[str], model: Model, scenario: str = ""
) -> Job:
    """Check ``name=value`` texts, and prepare a run with these changes.

    If ``scenario`` names a scenario, the changes of the scenario are applied first.

    A value is a number in base units, a number with its unit ("0.35 million person"),
    or the name of a reading. If the parameters of the notebook are not quantities, a
    value must have the type of the parameter's default. Raises InputError for an
    unknown name or a wrong value, and for a name on which nothing in the notebook
    depends.
    """
    texts = assignments(parameters)
    if notebook.parameters.keys() - set(model.quantities):
        if scenario:
            texts = {"scenario": scenario, **texts}
        return _job_of_texts(notebook, texts, model)
    setting = Study(model).changed_by_texts(scenario, texts).setting
    model.check_used(setting, _plans(notebook, model, setting))
    words = setting_words(model.differences(setting))
    choices = {
        name: model.written(name, choice) for name, choice in setting.choices.items()
    }
    return Job(notebook, setting, choices, words)


def _plans(notebook: Notebook, model: Model, setting: Setting) -> list[Plan]:
    """The plans of the checks that a notebook shows.

    For a notebook without checks, such as the overview, the plans of the estimates are
    returned.
    """
    checks = []
    for name in notebook.checks:
        check = model.register.checks.get(name)
        if check and not check.is_of_figures:
            checks.append(check)
    if not checks:
        return [model.plan(name, setting) for name in model.register.estimates]
    plans = []
    for check in checks:
        # A setting may make a check circular; the check's verdict then says so.
        with contextlib.suppress(CircleError):
            plans.append(model.plan_of(check, setting))
    return plans


def _job_of_texts(notebook: Notebook, texts: Mapping[str, str], model: Model) -> Job:
    """Check a run of a notebook whose parameters are not quantities.

    For example, a parameter that is not a quantity may name a scenario, or say how many
    draws to make.
    """
    defaults = notebook.parameters
    changes: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in defaults:
            raise InputError(
                f"'{name}' is not a parameter of {notebook.name}"
                f"{nearest(name, defaults)}"
            )
        changes[name] = _as_default(name, text, defaults[name], model)
    changes |= _draws_of(changes, defaults, model)
    used = {"draws": 2, "seed": 0, **defaults, **changes}
    check_draws(used["draws"], used["seed"])
    words = AS_IN_THE_ARTICLE
    if changes:
        pairs = (f"{name} = {value}" for name, value in changes.items())
        words = f"run with {', '.join(pairs)}"
    if used.get("scenario", OWN) != OWN and "draws_scenario" not in changes:
        words += (
            f"; the draws use the distributions of {used['draws_scenario']}, because "
            f"{used['scenario']} has none that applies here"
        )
    return Job(notebook, ARTICLE, changes, words)


def _draws_of(
    changes: Mapping[str, Any], defaults: Mapping[str, Any], model: Model
) -> dict[str, str]:
    """Return parameters that make a notebook draw from its scenario's distributions.

    The result is empty if the user asked for other draws, if the scenario has no
    distribution, or if no quantity of the notebook can be drawn under the scenario.
    """
    asked = {"draws_scenario", "draws_quantity"} & changes.keys()
    if "draws_scenario" not in defaults or "scenario" not in changes or asked:
        return {}
    study = Study(model).scenario(changes["scenario"])
    used = {**defaults, **changes}
    for quantity in (defaults["draws_quantity"], used["quantity"]):
        plan = model.plan(quantity, study.setting)
        can_draw = not set(plan.in_words) - study.distributions.keys()
        if can_draw and study.distributions.keys() & plan.leaves.keys():
            made = {"draws_scenario": changes["scenario"]}
            if quantity != defaults["draws_quantity"]:
                made["draws_quantity"] = quantity
            return made
    return {}


def _as_default(name: str, text: str, default: Any, model: Model) -> Any:
    """Read a parameter from a text, as a value of the same type as its default."""
    if type(default) is int:
        if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
            raise InputError(f"{name}: '{text}' is not a whole number")
        return int(text)
    if not isinstance(default, str):
        return _literal(name, text, default)
    if name.endswith("quantity"):
        model.checked_name(text)
    elif name.endswith("scenario"):
        scenario = find_scenario(text, model)
        if scenario.name != text:
            # The provenance of a run records a parameter as a file if it is an absolute
            # path.
            return str(Path(text).absolute())
    return text


def _literal(name: str, text: str, default: Any) -> Any:
    """Read a text as a Python literal that has the same type as the default."""
    kinds: Any = type(default)
    if default is None:
        kinds = object
    elif isinstance(default, float):
        kinds = int | float
    refused = InputError(f"{name}: '{text}' is not a value such as {default!r}")
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        raise refused from None
    if not isinstance(value, kinds):
        raise refused
    return value
