"""The explorer: one page in which a reader moves an assumption and sees what follows, with nothing installed.

The page holds the model as data, and the formulas as JavaScript that is translated from their own source.

>>> from analysis import load
>>> preset = presets(load().model)[0]
>>> preset["name"], preset["given"]
('article', {})
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from analysis.core.model import RESERVED, SETTABLE, Model, ModelError, Source
from analysis.core.published import Interval
from analysis.core.register import Assumption, Check
from analysis.core.sentences import SENTENCES
from analysis.core.units import BASE_UNITS, CONSTANTS, KNOWN_UNITS, SCALES
from analysis.core.verdicts import asserted
from analysis.output.results import CAVEAT, SAID, percent_decimals
from analysis.output.steps import ASSUMED, as_printed, in_percent, label, without_units
from analysis.whatif import scenarios

FOLDER = Path(__file__).resolve().parent / "pages"
NAME = "explorer.html"


def page(model: Model) -> str:
    """The page as HTML, whole: it asks no host for anything, and allows its own script and style alone."""
    html, style, script = ((FOLDER / f"explorer.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    content = data(model)
    script = f"\nconst DATA = {_literal(content)};\nconst FORMULAS = {formulas(model)};\n{script}"
    parts = {"style": style, "script": script, "style_hash": _hash(style), "script_hash": _hash(script)}
    environment = Environment(autoescape=True, trim_blocks=True, undefined=StrictUndefined)
    environment.filters |= {"words": label, "plain": "{:,.10g}".format}
    return environment.from_string(html).render(content, **parts, article=model.register.article.title, caveat=CAVEAT)


def write(folder: Path, model: Model) -> Path:
    """Write the page into a folder."""
    (folder / NAME).write_text(page(model), encoding="utf-8")
    return folder / NAME


def address(path: Path, given: Mapping[str, str]) -> str:
    """The address of the page with a setting."""
    return f"{path.absolute().as_uri()}{'#' if given else ''}{'&'.join(f'{name}={one}' for name, one in given.items())}"


def _literal(content: Any) -> str:
    """A JavaScript literal that can stand in a page: nothing in it ends a script or starts markup."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def live(model: Model) -> list[str]:
    """The quantities that the page holds: those of the headlines, estimates and statements, and all that they rest on
    under any readings."""
    register = model.register
    named = [name for one in register.headlines.values() for name in one.working]
    named += [name for one in register.statements.values() for name in (one.quantity, one.other)]
    todo = [*(model.named(name)[0] for name in named), *register.estimates]
    todo += [register.checks[one.check].quantity for one in register.headlines.values() if one.check]
    found = dict.fromkeys(CONSTANTS)
    while todo:
        if (name := todo.pop(0)) not in found:
            found[name] = None
            todo += [need for source in model.sources[name].values() for need in source.needs]
            todo += [one.other for one in model.limits if one.quantity == name and one.other]
            todo += [one.above for one in register.remarks if one.quantity == name and one.above in model.sources]
    return list(found)


def formulas(model: Model) -> str:
    """A JavaScript object: by quantity and reading, the function and its text. Raises ModelError for a minimum or
    maximum, whose branches the page does not search."""
    found = []
    for quantity in live(model):
        for reading, source in model.sources[quantity].items():
            if one := source.expression:
                if len(one.branches) > 1:
                    raise ModelError(
                        f"the formula of {quantity} ({reading}) takes a minimum or maximum, which the page can't"
                    )
                bare = without_units(one)
                text = json.dumps(bare.text({need: f"{{{need}}}" for need in bare.needs}), ensure_ascii=False)
                found.append(f'  "{quantity}.{reading}": {{ run: {one.javascript}, text: {text} }},\n')
    return f"{{\n{''.join(found)}}}"


def data(model: Model) -> dict[str, Any]:
    """The model, the rows that the page shows, and its words."""
    register, names = model.register, live(model)
    claims = [one.id for one in register.claims.values() if one.quantity in names]
    claims += [source.claim.id for name in names for source in model.sources[name].values() if source.claim]
    figures = {one.above: one for one in register.remarks if one.above in register.external}
    return {
        "sentences": SENTENCES,
        "said": SAID,
        "assumed": ASSUMED,
        "baseUnits": BASE_UNITS,
        "knownUnits": KNOWN_UNITS,
        "scales": {name: len(str(factor)) - 1 for name, factor in SCALES.items() if name},
        "constants": list(CONSTANTS),
        "reserved": RESERVED,
        "settable": SETTABLE,
        "names": model.quantities,
        "quantities": {name: _quantity(model, name) for name in names},
        "assumptions": {name: _assumption(one) for name, one in register.assumptions.items() if name in names},
        "claims": {
            one.id: {
                "where": one.where,
                "words": one.words or str(one.published),
                "qualifier": one.qualifier,
                "place": one.published.place("low") if one.printed and one.base_unit in BASE_UNITS else None,
            }
            for one in map(register.claims.__getitem__, dict.fromkeys(claims))
        },
        "external": {name: register.external[name].published.value() for name in figures},
        "linked": [group for group in register.linked_readings if {*group} <= {*names}],
        "limits": [{field: getattr(one, field) for field in ("quantity", "low", "high", "other")}
                   for one in model.limits if one.quantity in names],
        "remarks": [one.model_dump() for one in register.remarks if one.quantity in names],
        "checks": {one.id: _check(model, one) for one in register.checks.values()
                   if one.quantity in names and one.claim and not one.against},
        "headlines": [
            {
                **{field: getattr(one, field) for field in ("id", "title", "check", "shown", "sentence")},
                "working": [model.named(name) for name in one.working],
                "named": {name: model.named(name) for name in re.findall(r"\{([a-z0-9_.]+)\}", one.shown + one.sentence)
                          if name != "verdict"},
                "where": register.claims[one.claim].where,
                "shows": next(iter(model.named(name)[0] for name in one.working), ""),
            }
            for one in register.headlines.values()
        ],
        "statements": [
            {"statement": one.statement, "comparison": one.comparison,
             "sides": [model.named(name) for name in (one.quantity, one.other)]}
            for one in register.statements.values()
        ],
        "estimates": register.estimates,
        "shown": list(dict.fromkeys([*register.estimates, *(model.named(name)[0] for one in register.headlines.values() for name in one.working)])),
        "presets": presets(model),
        "printed": {
            "near": register.claims["at_risk_2021_approaches"].published.value(),
            "low": (both := register.claims["at_risk_total_range"].published).value("low"),
            "high": both.value("high"),
            "words": str(both),
        },
    }  # fmt: skip


def presets(model: Model) -> list[dict[str, Any]]:
    """The shipped scenarios, each with the texts that it sets; ``given`` is None for one that moves or draws
    assumptions, which is no single setting."""
    found = []
    for name, one in scenarios.shipped(model).items():
        given: dict[str, str] | None = None
        if not one.assumptions and not one.distributions:
            given = {**one.readings, **{name: f"{number:.17g}" for name, number in one.numbers(model).items()}}
        found.append({"name": name, "description": one.description, "reason": one.reason, "given": given})
    return found


def _quantity(model: Model, name: str) -> dict[str, Any]:
    first, *others = model.readings(name)
    own = model.sources[name][first].claim
    # A claim is a reading under its own name, too.
    offered = [first, *(one for one in others if own is None or model.sources[name][one].claim is not own)]
    return {
        "unit": model.units[name],
        "name": model.name(name),
        "usual": first,
        "percent": percent_decimals(model, name),
        "inPercent": in_percent(model, name),
        "choices": offered if len(offered) > 1 else [],
        "sources": {reading: _source(model, name, reading, one) for reading, one in model.sources[name].items()},
    }


def _source(model: Model, quantity: str, reading: str, source: Source) -> dict[str, Any]:
    """A source; texts that are empty are left out."""
    row = model.register.readings.get((quantity, reading))
    texts = {
        "grade": row.grade if row else "",
        "reconstruction": bool(row and row.reconstruction),
        "side": source.side,
        "claim": source.claim.id if source.claim else "",
        "shown": as_printed(source) if source.claim and source.claim.printed else "",
        "assumption": source.assumption.id if source.assumption else "",
        "part": source.part if source.assumption else "",
        "same": source.same_as,
        "near": _interval(source.near),
        "far": _interval(source.far) if source.far != source.near else None,
    }
    found = {name: one for name, one in texts.items() if one}
    return {"label": model.label(quantity, reading), "value": float(source.value), "needs": source.needs, **found}


def _assumption(one: Assumption) -> dict[str, Any]:
    fields = ("label", "low", "high", "minimum", "maximum", "grade", "rationale", "unit")
    # About sixty steps, at a round number.
    step = 10 ** math.floor(math.log10((one.high - one.low) / 50))
    return {**{field: getattr(one, field) for field in fields}, "step": step}


def _check(model: Model, check: Check) -> dict[str, Any]:
    claim = model.register.claims[check.claim]
    return {
        **{field: getattr(check, field) for field in ("quantity", "readings", "claim", "kind")},
        "fine": _interval(asserted(model, check, claim)),
        "coarse": _interval(asserted(model, check, claim, coarse=True)),
        "published": claim.published.value(check.end) if claim.printed and check.end != "whole" else None,
        "judges": claim.judged_by == check.id,
    }


def _interval(one: Interval | None) -> dict[str, Any] | None:
    return {"low": one.low, "high": one.high, "lowOpen": one.low_open, "highOpen": one.high_open} if one else None
