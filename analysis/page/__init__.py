"""Writes the front page from data: an answer, a picture, levers, and the headlines.

The script gets the cases of the headlines resolved: nodes in order, with spans, limits
and formulas; claims; the lines of their sums.
"""

import re
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import Any

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from analysis import arithmetic, citing, headlines, report, tables, words
from analysis.book import UNBOUNDED, Node
from analysis.case import VERDICTS, Case
from analysis.rows import DataError, SettingError, unknown
from analysis.study import Study

HERE = Path(__file__).resolve().parent
#: What the script reads of a node, where there is any, and of a claim.
READ = ("rounding", "words", "formula", "needs")
READ_OF_CLAIM = ("exact", "rounded", "low_end")
Row = dict[str, Any]
#: Cases by the number of a headline, or the name of a quantity.
Cases = dict[Any, Case]


def page(study: Study, titles: Any = ()) -> str:
    """Return the front page, which loads nothing; it begins with a study's numbers.

    Without titles of other pages it stands alone.
    """
    environment = report.environment_of(study)
    cases = cases_of(study)
    texts = study.book.texts
    entries = texts["headlines"]["headlines"]
    waterfalls = [each["bars"] for each in texts["figures"].values() if "bars" in each]
    (bars,) = waterfalls[:1] or [[]]
    checks = {bar["check"] for bar in bars}
    pictured = [number for number in cases if entries[number - 1]["check"] in checks]
    shown = cases[pictured[-1]].nodes if pictured else {}
    if not {bar["to"] for bar in bars} <= shown.keys():
        # A number that is set has no sum.
        bars = []
    # A number is set in a headline of the picture, if it is there.
    homes: dict[str, int] = {}
    for number in (*pictured, *cases):
        for name in cases[number].inputs:
            homes.setdefault(name, number)
    guards = limited(study, [*homes], shown)
    constants = resolved(cases | guards) | {"VERDICTS": VERDICTS[1:]}
    constants |= {"PICTURED": pictured, "GUARDS": [*pictured, *guards]}
    constants["BARS"] = [bar["to"] for bar in bars]
    article = study.book.citation["references"][0]
    author = citing.name_of(article["authors"][0]).partition(",")[0]
    constants["BY"] = f"{author} ({article['year']})"
    phrases = texts["headlines"].get("live", {}).get("phrases", {})
    constants["PHRASES"] = phrases
    environment.globals |= {
        "bars": bars,
        "cases": cases,
        "cited": study.cite().split("\n\n@", 1),
        "conditions": tables.conditions,
        "counts": headlines.COUNTS,
        "exact": words.exact,
        "homes": homes,
        "live": live_parts(study, cases, homes),
        "longest_phrase": max(phrases.values(), key=len, default=""),
        "amount": tables.amount,
        "sums": {key: sums(key, entries[key - 1], case) for key, case in cases.items()},
        "scenarios": texts["scenarios"],
        "script": head(constants, cases | guards) + report.lean(HERE / "page.js"),
        "style": report.lean(report.HERE / "style.css", HERE / "page.css"),
    }
    template = environment.get_template("page.html")
    return template.render(name="index", titles=titles)


def live_parts(study: Study, cases: Cases, homes: dict[str, int]) -> list[Row]:
    """Return the parts of the sentence that is changed in place, split at their fields.

    There is none if another article writes none, or if a setting computes one of the
    assumptions that it would change, or one of its results.
    """
    texts = study.book.texts["headlines"]
    checks = [entry["check"] for entry in texts["headlines"]]
    parts = []
    for part in texts.get("live", {}).get("parts", []):
        number = checks.index(part["check"]) + 1
        row: Row = {"number": number, "name": study.book.checks[part["check"]].compute}
        for form in ("exact", "open"):
            row[form] = re.split(r"(\[\w+\]|{\w+})", part[form])
            for name in re.findall(r"\[(\w+)\]", part[form]):
                if name not in study.book.assumptions:
                    known = unknown("assumption", name, study.book.assumptions)
                    raise DataError(f"headlines.yaml, live: {known}")
                if name not in homes or number not in cases:
                    return []
        parts.append(row)
    return parts


def cases_of(study: Study) -> Cases:
    """Return the case of each headline that is computed, by its number."""
    cases: Cases = {}
    for number, entry in enumerate(study.book.texts["headlines"]["headlines"], 1):
        with suppress(SettingError):
            cases[number] = study.case_of(study.book.checks[entry["check"]])
    return cases


def limited(study: Study, inputs: list[str], shown: Any) -> Cases:
    """Return the case of each quantity not shown whose limit an input may break."""
    cases: Cases = {}
    for name in study.book.limits.keys() & study.book.readings - shown.keys():
        case = study.case(name)
        if case.nodes[name].formula and not case.nodes.keys().isdisjoint(inputs):
            cases[name] = case
    return cases


def resolved(cases: Cases) -> Row:
    """Return cases with their claims and nodes in order, and their quantities."""
    rows = {}
    quantities: dict[str, Row] = {}
    for number, case in cases.items():
        nodes = {}
        for name, node in case.nodes.items():
            row = {key: getattr(node, key) for key in READ if getattr(node, key)}
            more = {"value": node.value, "stated": node.stated_end}
            nodes[name] = row | more | {"fixed": name in case.fixed}
            # What one case computes may be an input of another.
            quantities[name] = quantities.get(name, {}) | quantity_of(case, name)
        claim = {key: getattr(case.claim, key) for key in READ_OF_CLAIM}
        rows[number] = claim | {"target": case.target, "nodes": nodes}
    return {"CASES": rows, "NODES": quantities, "RUNS": {}}


def head(constants: Row, cases: Cases) -> Markup:
    """Return the beginning of the script: what is resolved, and formulas by name."""
    lines = ['"use strict";']
    for key, row in constants.items():
        # A function is told by its name.
        known = htmlsafe_json_dumps(
            row, default=attrgetter("__name__"), separators=(",", ":")
        )
        lines.append(f"const {key} = {known};")
    nodes = [node for case in cases.values() for node in case.nodes.values()]
    for formula in dict.fromkeys(node.formula for node in nodes if node.formula):
        text = arithmetic.javascript(formula)
        lines.append(f"RUNS.{formula.__name__} = {text};")
    return Markup("\n".join([*lines, ""]))


def sums(number: int, entry: Row, case: Case) -> list[Markup]:
    """Return the lines of a sum, with the names of what the script writes anew."""
    written = []
    for name in entry["working"]:
        check = case.book.checks.get(name)
        target = check.compute if check else name.partition(".")[0]
        node = case.nodes.get(target, Node())
        if not node.formula:
            continue
        texts, numbers = tables.inserted(case, target)
        for need, text in texts.items():
            spec = f"{number} {need} {target}"
            texts[need] = f'<span data-part="{spec}">{escape(text)}</span>'
        idle = f'<span data-idle="{number} %s"%s>%s</span>'
        line = arithmetic.written(node.formula, texts, numbers, idle)
        spec = f"{number} {target}"
        end = escape(tables.amount(case, target))
        written.append(Markup(f'{line} = <b data-value="{spec}">{end}</b>'))
    return written


def quantity_of(case: Case, name: str) -> Row:
    """Return a quantity: its limits and, of an input, its number, between which numbers
    it may be set, and between which it is moved."""
    book = case.book
    node = case.nodes[name]
    unit = book.unit(name)
    row: Row = {"label": book.labels[name], "unit": unit, "plural": unit.plural}
    row |= {
        "limits": book.limits.get(name, UNBOUNDED),
        "levels": sorted(book.levels[name]),
    }
    if node.formula:
        return row | {"open": tables.no_exact(node)}
    allowed = book.ranges[name]
    ours = book.assumptions.get(name)
    row |= {"value": node.value, "range": allowed}
    if ours:
        row["ours"] = True
    if ours or node.words:
        row["phrase"] = tables.phrase(case, name)
    return row
