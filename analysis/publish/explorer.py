"""The explorer lets a reader move an assumption and see what follows.

The explorer is a single page, for which a reader has to install nothing. Python writes
the article's values, verdicts and sentences into the page. Python also writes the
formulas, limits and rows from which the page's script computes values, verdicts and
sentences under another setting.

>>> from analysis import load
>>> presets(load().model)[0]
('persons_per_transfer=implied', 'The number of persons per transfer in 2019 is 0.903,
as the two figures for 2019 imply.')
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from jinja2 import Environment, StrictUndefined

from analysis.core.errors import InputError, display_path
from analysis.core.sentences import SENTENCES, message
from analysis.core.units import WHOLE
from analysis.model.judging import GROUNDS
from analysis.model.model import Model, Setting
from analysis.publish import explorer_rows as rows
from analysis.publish.atomic import write_file
from analysis.publish.explorer_texts import (
    LARGE_CHANGE,
    PAGES,
    SHORT,
    apart_words,
    check_of,
    claimed,
    label,
    offered,
    other_readings,
    quantities,
    reading_words,
    texts,
    words,
)
from analysis.render.headlines import NOT_CHECKED, NOT_COMPUTABLE
from analysis.render.wording import SAID
from analysis.whatif import scenarios

NAME = "explorer.html"
#: The files of the script: the rules of the model, the texts that follow from them, and
#: what the page draws.
SCRIPTS = ("explorer-model.js", "explorer-texts.js", "explorer.js")
#: The claim whose range the picture shows; without it there is no page.
CLAIM = "at_risk_total_range"
#: The quantities at which the bars of the picture end, by the names of the variables in
#: the style sheet.
_BARS = {"base": "at_risk_2019", "now": "at_risk_2021", "both": "at_risk_total"}


def write(folder: Path, model: Model) -> Path:
    """Write the page into a folder, and return its path.

    Raises InputError if ``page`` does, or if the page would replace a file that is not
    a page of the explorer.
    """
    path = folder / NAME
    if path.exists() and "const RUNS" not in path.read_text("utf-8", errors="replace"):
        raise InputError(
            f"{display_path(path)} is not a page that this command wrote and would be "
            "lost; move it elsewhere"
        )
    write_file(path, page(model))
    return path


def check_shown(model: Model, setting: Setting) -> None:
    """Raise InputError if a setting changes a quantity that the page can't change."""
    names = rows.rests_on(model, claimed())
    known = _settings(model, names)
    for name in setting.choices:
        if name not in known:
            raise InputError(
                f"the page can't change {name}; use analysis explain or verify for it"
            )


def address(path: Path, model: Model, setting: Setting) -> str:
    """Return the address (URL) at which the page opens under a setting."""
    start = path.absolute().as_uri()
    changes = _changes(model, setting)
    return f"{start}#{quote(changes, safe='=&')}" if changes else start


def _changes(model: Model, setting: Setting) -> str:
    """Write a setting as the page's address holds it.

    A reading that a quantity takes over from a linked quantity is left out.
    """
    return "&".join(
        f"{name}={_in_address(choice)}"
        for name, choice in setting.choices.items()
        if isinstance(choice, float)
        or choice != setting.choices.get(rows.leader(model, name))
    )


def _in_address(choice: str | float) -> str:
    """Write a reading or a number; the page can't read a number with an exponent."""
    if isinstance(choice, str):
        return choice
    return np.format_float_positional(choice, trim="-")


def page(model: Model) -> str:
    """Return the complete page as HTML.

    The page loads nothing from the network, and runs only its own script and style.
    Raises InputError if the data package lacks a claim that the page draws.
    """
    if CLAIM not in model.register.claims:
        sentence = f"the explorer draws {CLAIM}, which claims.csv lacks"
        raise model.register.refuse(None, "estimates", sentence)
    article = texts(model)
    names = rows.rests_on(model, claimed())
    style = re.sub(r"\s*/\*.*?\*/", "", _part("explorer.css"), flags=re.DOTALL)
    script = _script(model, names, article)
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    return environment.from_string(_part("explorer.html")).render(
        _fields(model),
        source=model.register.article.path,
        labels={name: label(name) for name in names},
        texts=article,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _part(name: str) -> str:
    return (PAGES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


# The script ---------------------------------------------------------------------------


def _script(model: Model, names: list[str], article: dict[str, str]) -> str:
    """The page's script, with the quantities, formulas and limits that it needs."""
    by_name = {name: rows.quantity_row(model, name) for name in names}
    data = _data(model, names, article)
    return (
        f'\n"use strict";\nconst QUANTITIES = {rows.literal(by_name)};\n'
        f"const DATA = {rows.literal(data)};\n"
        f"const RUNS = {{\n{''.join(rows.formulas(model, names))}}};\n"
        f"const LIMITS = [\n{''.join(rows.limits(model, names))}];\n"
        f"{code()}"
    )


def code() -> str:
    """The part of the script that is the same for every model, without its comments."""
    source = "".join(_part(name) for name in SCRIPTS)
    lines = source.splitlines(keepends=True)
    return "".join(line for line in lines if not line.lstrip().startswith("//"))


def _data(model: Model, names: list[str], article: dict[str, str]) -> dict[str, Any]:
    """The data that the script needs besides quantities, formulas and limits."""
    return {
        "claims": [_claim(model, name, article) for name in words()["claims"]],
        "quantities": quantities(),
        "settings": _settings(model, names),
        "judged": rows.judged(model, names),
        "grounds": GROUNDS,
        "short": SHORT,
        "open": words()["open"],
        "lever": words()["lever"],
        "bars": _BARS,
        "scenario": {"name": "my_scenario", "reason": "made with the explorer"},
        "meant": SENTENCES["far_meant"],
        "division": message("division", quantity="{quantity}", reading="{words}"),
        "unused": message(
            "without_effect", quantity="{quantity}", targets="anything here"
        ),
        "none": {"text": "no value", "phrase": "no value"},
        "not_computable": NOT_COMPUTABLE,
        "not_checked": NOT_CHECKED,
        "words": {"%": 0.01, "percent": 0.01} | rows.LARGE_SCALES,
        "whole": WHOLE,
        **words()["refusals"],
    }


def _settings(model: Model, names: list[str]) -> list[str]:
    """Return the quantities that the address of the page may set.

    The address may set each quantity that a reader can change on the page, and each
    quantity that takes over the reading of another quantity.
    """
    linked = [name for name in names if rows.leader(model, name)]
    return [*words()["settings"], *linked]


def _claim(model: Model, name: str, article: dict[str, str]) -> dict[str, Any]:
    """A claim with its check, its calculation, and the article's verdict."""
    check = check_of(model, name)
    quantity = words()["claims"][name]["quantity"]
    headline = model.register.headlines.get(name)
    working: list[rows.Target] = []
    for text in headline.working if headline else [quantity]:
        operand, _, reading = text.partition(".")
        readings = {operand: reading} if reading else {}
        working.append({"quantity": operand, "readings": readings})
    return {
        "id": name,
        "quantity": quantity,
        "check": rows.check_row(model, check),
        "working": working,
        "said": SHORT | SAID.get(check.kind, {}),
        "apart": apart_words(model, name),
        "article": {
            "text": article[f"verdict {name}"],
            "kind": article[f"kind {name}"],
        },
    }


# The page -----------------------------------------------------------------------------


def _fields(model: Model) -> dict[str, Any]:
    """The fields of the template that do not depend on the setting."""
    register = model.register
    claims = words()["claims"]
    settings = words()["settings"]
    titles = {name: row.title for name, row in register.headlines.items()}
    titles |= {name: row["title"] for name, row in claims.items() if "title" in row}
    moved = [name for name, row in claims.items() if "levers" in row]
    return {
        "article": words()["article"],
        "titles": {name: _curly(title) for name, title in titles.items()},
        "claims": claims,
        "still": {
            name: register.claims[row.claim].quantity
            for name, row in register.headlines.items()
            if name not in moved
        },
        "other_readings": other_readings(model),
        "large_change": f"{LARGE_CHANGE:,}",
        "reading_words": reading_words,
        "settings": {name: offered(model, name) for name in settings},
        "assumptions": register.assumptions,
        "presets": presets(model),
    }


def _curly(title: str) -> str:
    """A title with curly quotation marks, as the rest of the page has them."""
    return re.sub('"([^"]*)"', r"“\1”", title)


def presets(model: Model) -> list[tuple[str, str]]:
    """Return the changes and the description of each scenario that draws nothing."""
    return [
        (_changes(model, scenario.setting(model)), scenario.description)
        for scenario in scenarios.shipped(model).values()
        if scenario.name != scenarios.OWN and not scenario.distributions(model)
    ]
