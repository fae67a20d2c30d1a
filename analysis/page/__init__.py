"""Writes the front page: an answer, a picture, levers, and what turns each headline.

The texts stand in page.html, by hand. This module adds what the page shows without a
script, and what the script computes with: numbers, what their digits and words allow,
limits, and the formulas as JavaScript. The script judges as the library does.
"""

import json
import math
import re
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis import arithmetic, judge, report, spell, wording
from analysis.model import Formula, Model, same
from analysis.steps import named
from analysis.study import Study
from analysis.tables import split

HERE = Path(__file__).resolve().parent
#: The picture is so wide where nothing exceeds it.
WIDTH = 3_000_000
#: Both axes of the map begin here and end at 1; a line has so many points.
ORIGIN, POINTS = 0.3, 24
#: What the script takes for allowed where nothing is given.
COUNT = (0, math.inf)


def page(study: Study, titles: Any = ()) -> str:
    """Return the front page, which loads nothing and reads without a script.

    Without titles of other pages it stands alone.
    """
    model, environment = study.model, report.environment_of(study)
    checks, shown = [], []
    for row in model.texts["headlines"]["headlines"]:
        checks.append(model.tables["checks"][row["check"]])
        shown += [named(model, name, {})[0] for name in row["working"]]
    script = f"{constants_of(model, checks, shown)}\n{report.lean(HERE / 'page.js')}"
    environment.globals |= {
        "checks": checks,
        "number_of": {check["id"]: place for place, check in enumerate(checks, 1)},
        "parts": partial(parts, model),
        "share": partial(share, model),
        "study": study,
        "script": Markup(f'"use strict";\n{script}'),
        "style": report.lean(report.HERE / "style.css", HERE / "page.css"),
    }
    template = environment.get_template("page.html")
    return report.curled(template.render(name="index", titles=titles, top=""))


# What the script computes with --------------------------------------------------------


def constants_of(model: Model, checks: Any, shown: Any) -> str:
    """Return the constants of the page's script."""
    claims, quantities, lines = {}, {}, []
    names = [*shown]
    for number, check in enumerate(checks, 1):
        if check["compute"]:
            claims[number] = claim_row(model, check)
            names += [check["compute"], claims[number]["lowEnd"]]
    for name in filter(None, names):
        if name in quantities:
            continue
        quantities[name] = quantity_row(model, name)
        lines += runs(model, name)
        for source in model.readings[name].values():
            names += getattr(source, "needs", ())
        names += set(model.limits.get(name, ())) & model.readings.keys()
    constants = {
        "KNOWN": quantities,
        "CLAIMS": claims,
        "WIDTH": WIDTH,
        "ORIGIN": ORIGIN,
        "POINTS": POINTS,
    }
    texts = [f"const {key} = {compact(row)};" for key, row in constants.items()]
    return "\n".join([*texts, "const RUNS = {", *lines, "};"])


def compact(row: Any) -> str:
    """Return JSON without spaces, and without the zeros of whole numbers."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    # A tag in a text would end the script.
    return re.sub(r"(?<=\d)\.0(?=[,\]}])", "", text).replace("<", "\\u003c")


def quantity_row(model: Any, name: str) -> Any:
    """Return a quantity with its limits and its sources, the one in use first."""
    sources, allowed = model.readings[name], model.allowed(name)
    row = {
        "label": model.labels[name],
        "allowed": allowed if allowed != COUNT else (),
        "unit": wording.unit_of(model, name),
        "usual": next(iter(sources)),
        "far": float(f"{model.usual(name):.4g}"),
        "levels": wording.levels(model, name),
        "limits": model.limits.get(name, ()),
        "sources": {},
    }
    for key, source in sources.items():
        row["sources"][key] = without_empty(source_row(model, name, key, source))
    if name in model.assumptions:
        row["phrase"] = report.curled(wording.phrase(model, name, ""))
    return without_empty(row)


def without_empty(row: Any) -> Any:
    """Return a row without what is empty."""
    return {key: value for key, value in row.items() if value not in ((), "")}


def source_row(model: Model, name: str, reading: str, source: Any) -> Any:
    """Return what a source needs, or its number and what digits and words allow.

    A printed number whose words leave room has a phrase for where a verdict turns.
    """
    if isinstance(source, Formula):
        label = wording.choice(model, name, reading).removeprefix("formula")
        return {"needs": source.needs, "label": label}
    row = dict(vars(source))
    if source.words and source.row and source.value > 0:
        low, high = source.words
        row["room"] = low, min(high, 2 * source.value)
        row["phrase"] = report.curled(wording.phrase(model, name, source.row))
    return row


def runs(model: Model, name: str) -> Any:
    """Yield a line of JavaScript for each formula of a quantity."""
    for reading, source in model.readings[name].items():
        if isinstance(source, Formula):
            text = arithmetic.javascript(source.function)
            if source.function is same:
                text = f"(values) => values.{source.needs[0]}"
            yield f'"{name}.{reading}": {text},'


def claim_row(model: Model, check: Any) -> Any:
    """Return a check with what its claim says, as printed and with rounded ends."""
    claim = judge.claim_of(model, check)
    return {
        "quantity": check["compute"],
        "readings": model.choices_of(check),
        "beside": split(check["beside"]),
        "kind": wording.KINDS.get(check["kind"], ""),
        "exact": claim.exact,
        "rounded": claim.rounded,
        "lowEnd": claim.low_end,
    }


# What the page shows without a script -------------------------------------------------


def parts(model: Model, name: str, check: Any) -> Any:
    """Yield the parts of what is allowed: code of the verdict, ends, words."""
    # A number stands for what is in words only.
    setting = {name: model.assumptions[name].value}
    result = judge.result_for(model, check, setting)
    rows = judge.computed_parts(result, name, model.allowed(name))
    ends = rows[0].low, rows[-1].high, model.units[name]
    for row in rows:
        code = judge.VERDICTS.index(row.verdict) - 1
        words = spell.edges(row.low, row.high, *ends)
        yield code, row.low, row.high, f"{row.verdict}: {words}"


def share(model: Model, name: str) -> float:
    """Return the place of a quantity, or of a number, in percent of the picture.

    Behind the name of a quantity may stand an end of its bounds by rounding.
    """
    if name.isdigit():
        return 100 * float(name) / WIDTH
    name, _, end = name.partition(".")
    result = judge.Result(model, name, {})
    if end:
        return 100 * judge.estimated(result)[end] / WIDTH
    return 100 * float(result.value(result.start)) / WIDTH
