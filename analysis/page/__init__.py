"""Writes the front page: an answer, a picture, two levers, and the six headlines.

The texts stand in page.html. This module gives the script its cases, each a headline
with all that it is computed from, in order: numbers with their spans, limits, claims,
formulas. It also fills in what the page shows without a script.
"""

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis import arithmetic, judge, printed, report, spell, steps, wording
from analysis.judge import Result
from analysis.model import Formula, Range
from analysis.study import Study

HERE = Path(__file__).resolve().parent
#: The picture is so wide where nothing exceeds it.
WIDTH = 2_700_000


def page(study: Study, titles: Any = ()) -> str:
    """Return the front page, which loads nothing and reads without a script.

    Without titles of other pages it stands alone.
    """
    model, environment = study.model, report.environment_of(study)
    cases, checks = {}, {}
    for number, row in enumerate(model.texts["headlines"]["headlines"], 1):
        check = model.tables["checks"][row["check"]]
        if check["compute"]:
            cases[number], checks[number] = judge.result_for(model, check, {}), check
    environment.globals |= {
        "cases": cases,
        "parts": parts,
        "place": place,
        "said": steps.sided,
        "study": study,
        "script": Markup(constants_of(cases, checks)) + report.lean(HERE / "page.js"),
        "style": report.lean(report.HERE / "style.css", HERE / "page.css"),
    }
    template = environment.get_template("page.html")
    return report.curled(template.render(name="index", titles=titles, top=""))


# What the script computes with --------------------------------------------------------


def constants_of(cases: dict[int, Result], checks: dict[int, Any]) -> str:
    """Return the constants of the page's script: cases, quantities and formulas."""
    claims, quantities, start, runs = {}, {}, {"end": WIDTH}, []
    for number, case in cases.items():
        named, own = {name: name for name in case.sources}, {}
        for name, reading in case.model.choices_of(checks[number]).items():
            # A formula of a case's own is a quantity of its own; words give way to
            # what is set.
            if isinstance(case.sources[name], Formula):
                named[name] = f"{name}.{reading}"
            else:
                own[name] = vars(case.sources[name])
        claims[number] = vars(case.claim) | {
            "target": named[case.target],
            "nodes": [*named.values()],
            "own": own,
            "said": case.target if named[case.target] != case.target else "",
        }
        for name in case.start.keys() - own.keys():
            start[name] = case.start[name]
        if case.claim.low_end:
            start[case.claim.low_end] = case.values()[case.claim.low_end]
        for name, key in named.items():
            source = case.sources[name]
            if isinstance(source, Formula) and key not in quantities:
                runs.append(f'"{key}": {arithmetic.javascript(source.function)},')
            if name not in own:
                quantities[key] = quantity_row(case, name)
    constants = {"START": start, "CASES": claims, "NODES": quantities}
    constants["VERDICTS"] = judge.VERDICTS[1:]
    lines = [f"const {key} = {compact(row)};" for key, row in constants.items()]
    return "\n".join(['"use strict";', *lines, "const RUNS = {", *runs, "};\n"])


def compact(row: Any) -> str:
    """Return JavaScript without spaces."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    # A tag in a text would end the script.
    return text.replace("<", "\\u003c")


def quantity_row(case: Result, name: str) -> dict[str, Any]:
    """Return a quantity: its limits, its number with what digits and words allow, and
    between which numbers it may be set."""
    model, source = case.model, case.sources[name]
    unit = wording.unit_of(model, name)
    row: Any = {"label": model.labels[name], "unit": unit}
    row["count"] = spell.is_count(unit)
    row["limits"] = model.limits.get(name, printed.ANY)
    row["levels"] = wording.levels(model, name)
    if isinstance(source, Formula):
        return row
    row |= vars(source)
    allowed, by = model.allowed(name), source.row
    row["range"] = allowed.least, allowed.most + printed.slack(allowed.most)
    row["zero"] = allowed.or_zero
    row["span"] = span_of(allowed, unit)
    if name in model.assumptions:
        row["ours"], by = True, ""
    if source.words or not by:
        row["room"] = judge.room_of(case, name, source)
        row["phrase"] = report.curled(wording.phrase(model, name, by))
    return row


def span_of(allowed: Range, unit: str) -> str:
    """Spell the numbers to which a quantity may be set."""
    least = spell.text(spell.rounded(allowed.least, unit, way=spell.UP), unit)
    most = spell.text(spell.rounded(allowed.most, unit, way=spell.DOWN), unit)
    return f"{'0, or ' if allowed.or_zero else ''}{least} to {most}"


# What the page shows without a script -------------------------------------------------


def parts(case: Result, name: str) -> Any:
    """Yield the parts of what is allowed: verdict, ends, words."""
    # A number stands for what is in words only.
    model, setting = case.model, {name: case.model.assumptions[name].value}
    case = Result(model, case.target, setting, case.claim)
    allowed = model.allowed(name)
    rows = judge.computed_parts(case, name, (allowed.least, allowed.most))
    for row in rows:
        ends = row.low, row.high, rows[0].low, rows[-1].high
        words = spell.edges(*ends, model.units[name])
        yield row.verdict, *ends[:2], f"{row.verdict}: {words}"


def place(spec: str, cases: dict[int, Result]) -> float:
    """Return the place of a number, or a quantity, in percent of the picture."""
    values = cases[5].values() | cases[6].values(cases[6].start) | {"end": WIDTH}
    return 100 * float(values.get(spec, spec)) / WIDTH
