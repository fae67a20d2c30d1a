"""Writes the explorer: one page on which a reader moves the article's assumptions.

The texts stand in page.html, by hand. This module adds what the script computes with:
numbers, what their digits and words allow, limits, and the formulas as JavaScript. The
script judges as the library does.
"""

import json
import re
from pathlib import Path

from analysis import arithmetic, headlines, judge, wording
from analysis.model import Formula, same

HERE = Path(__file__).resolve().parent
#: The sections of the page, each with the check that it judges.
CLAIMS = {
    "approaches": "at_risk_2021_sum",
    "range": "total_in_range",
    "net": "net_persons",
    "growth": "increase_from_growth",
    "plan": "excess_over_goal",
    "figures": "base_2019_as_labourers",
}
#: Shown on the page, but judged by no check.
SHOWN = ["figures_of_2019_apart"]
#: Levers with smaller numbers move by hundredths.
FEW = 10


def source_row(source):
    """Return what a source needs, or its number and what digits and words allow."""
    return {"needs": source.needs} if isinstance(source, Formula) else vars(source)


def quantity_row(model, name):
    """Return a quantity with its ranges and its sources, the one in use first."""
    sources = model.readings[name]
    row = {
        "allowed": model.allowed(name),
        "unit": wording.unit_of(model, name),
        "usual": next(iter(sources)),
        "far": model.usual(name),
        "levels": wording.levels(model, name),
        "sources": {key: source_row(source) for key, source in sources.items()},
    }
    assumption = model.assumptions.get(name)
    if assumption:
        row["tried"] = [assumption.low, assumption.high]
        row["mayBeLower"] = assumption.may_be_lower
    return row


def use_of(model, name, quantities):
    """Return what says whether a number has an effect: whether a check, or a quantity
    that is not on the page, is computed from it, and the hint of a refusal."""
    users = model.users(name)
    hint = "; it counts with {}={}".format(*users[-1]) if users else ""
    in_use = []
    for other, reading in users:
        if model.readings[other][reading] is model.source(other, {}):
            in_use.append(other)
    is_free = not quantities.keys() >= {*in_use}
    if not in_use:
        is_free = model.is_in_check(name, {})
    return {"isFree": is_free, "hint": hint}


def runs(model, name):
    """Yield a line of JavaScript for each formula of a quantity."""
    for reading, source in model.readings[name].items():
        if isinstance(source, Formula):
            text = arithmetic.javascript(source.function)
            if source.function is same:
                text = f"(values) => values.{source.needs[0]}"
            yield f'"{name}.{reading}": {text},'


def claim_row(model, check):
    """Return a check with what its claim says, as printed and with rounded ends."""
    claim = judge.claim_of(model, check)
    return {
        "quantity": check["compute"],
        "readings": model.choices_of(check),
        "beside": check["beside"].split("; "),
        "isOurs": check["kind"] == "ours",
        "exact": claim.exact,
        "rounded": claim.rounded,
    }


def data(model):
    """Return the constants of the page's script."""
    claims, quantities, lines = {}, {}, []
    names = list(SHOWN)
    for section, check in CLAIMS.items():
        claims[section] = claim_row(model, model.tables["checks"][check])
        names.append(claims[section]["quantity"])
    for name in names:
        if name in quantities:
            continue
        quantities[name] = quantity_row(model, name)
        lines += runs(model, name)
        for source in model.readings[name].values():
            names += getattr(source, "needs", ())
        names += set(model.limits.get(name, ())) & model.readings.keys()
    for name in quantities:
        quantities[name] |= use_of(model, name, quantities)
    limits = {name: ends for name, ends in model.limits.items() if name in quantities}
    linked = {}
    for group in model.followers.values():
        for name in sorted(group & quantities.keys()):
            (linked[name],) = group - {name}
    constants = {
        "KNOWN": quantities,
        "CLAIMS": claims,
        "LIMITS": limits,
        "LINKED": linked,
    }
    texts = [f"const {key} = {json.dumps(row)};" for key, row in constants.items()]
    return "\n".join([*texts, "const RUNS = {", *lines, "};"])


def with_levers(model, text):
    """Put a field, a slider and places for texts into each lever."""

    def lever(match):
        name, label = match.groups()
        assumption = model.assumptions[name]
        low, high = assumption.low, assumption.high
        step = 0.01 if high < FEW else 10_000
        return f"""<div data-lever="{name}">
<label>{label} <input data-field="{name}" value="{assumption.value:,.9g}"></label>
<input type="range" data-slide="{name}" aria-label="{label}"
  min="{low}" max="{high}" step="{step}" value="{assumption.value}">
<p>{low:,.9g}<span><b></b><br><em></em></span>{high:,.9g}</p>
</div>"""

    return re.sub(r'<div data-lever="(\w+)">(.*)</div>', lever, text)


def with_readings(text):
    """Make each reading a button."""

    def choice(match):
        button = f'<input type="radio" name="{match[1]}" value'
        return match[0].replace("<input value", button)

    return re.sub(r'(?s)<fieldset data-choice="(\w+)">.*?</fieldset>', choice, text)


def page(model):
    """Return the complete page, which loads nothing and reads without a script."""
    text = headlines.filled(model, (HERE / "page.html").read_text("utf-8"))
    text = text.replace("/* address */", model.texts["headlines"]["address"])
    text = with_readings(with_levers(model, text))
    text = text.replace("/* style */", (HERE / "page.css").read_text("utf-8"))
    text = text.replace("/* data */", data(model))
    return text.replace("/* script */", (HERE / "page.js").read_text("utf-8"))
