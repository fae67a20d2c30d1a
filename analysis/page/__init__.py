"""Writes the front page from data: an answer, a picture, levers, and the headlines.

The script gets the cases of the headlines resolved: nodes in order, with spans, limits
and formulas; claims; the lines of their sums.
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from analysis import arithmetic, report, tables, words
from analysis.book import ANY, Node
from analysis.case import VERDICTS, Case
from analysis.rows import SettingError
from analysis.study import Study

HERE = Path(__file__).resolve().parent
Row = dict[str, Any]
BAR = dict.fromkeys(("from", "check", "says", "sum", "words", "doubt", "unless"), "")


def page(study: Study, titles: Any = ()) -> str:
    """Return the front page, which loads nothing; it begins with a study's numbers.

    Without titles of other pages it stands alone.
    """
    environment, cases = report.environment_of(study), cases_of(study)
    figures = study.book.texts["figures"].values()
    waterfalls = [each["bars"] for each in figures if each["kind"] == "waterfall"]
    bars = [BAR | bar for bar in (waterfalls or [[]])[0]]
    checks = {bar["check"] for bar in bars}
    entries = study.book.texts["headlines"]["headlines"]
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
    constants = resolved(cases) | {"VERDICTS": VERDICTS[1:], "PICTURED": pictured}
    constants["BARS"] = [bar["to"] for bar in bars]
    texts = [f"const {key} = {compact(row)};" for key, row in constants.items()]
    head = "\n".join(['"use strict";', *texts, functions(cases)])
    environment.globals |= {
        "bars": bars,
        "cases": cases,
        "cited": study.cite().split("\n\n@", 1),
        "exact": words.exact,
        "homes": homes,
        "said": tables.amount,
        "sums": {key: sums(key, entries[key - 1], case) for key, case in cases.items()},
        "scenarios": study.book.texts["scenarios"],
        "script": Markup(head) + report.lean(HERE / "page.js"),
        "style": report.lean(report.HERE / "style.css", HERE / "page.css"),
        "verdicts": VERDICTS[1:],
    }
    template = environment.get_template("page.html")
    return template.render(name="index", titles=titles, top="")


def cases_of(study: Study) -> dict[int, Case]:
    """Return the case of each headline that is computed, by its number."""
    cases = {}
    for number, entry in enumerate(study.book.texts["headlines"]["headlines"], 1):
        with suppress(SettingError):
            cases[number] = study.case_of(study.book.checks[entry["check"]])
    return cases


def resolved(cases: dict[int, Case]) -> Row:
    """Return cases with their claims and nodes in order, and their quantities."""
    rows, quantities = {}, {}
    for number, case in cases.items():
        nodes = {}
        for name, node in case.nodes.items():
            nodes[name] = numbers_of(node)
            if node.formula:
                row = {"run": node.formula.__name__, "needs": node.needs}
                nodes[name] = row | {"own": name in case.own}
            if name not in quantities or not node.formula:
                quantities[name] = quantity_of(case, name)
        rows[number] = vars(case.claim) | {"target": case.target, "nodes": nodes}
    return {"CASES": rows, "NODES": quantities}


def functions(cases: dict[int, Case]) -> str:
    """Return the formulas of cases in JavaScript, by name."""
    texts = {}
    for case in cases.values():
        for node in case.nodes.values():
            if node.formula:
                text = arithmetic.javascript(node.formula)
                texts[node.formula.__name__] = f"  {node.formula.__name__}: {text},"
    return "\n".join(["const RUNS = {", *texts.values(), "};\n"])


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
        template = arithmetic.template(node.formula)
        line = arithmetic.filled(template, texts, numbers, idle)
        spec, end = f"{number} {target}", escape(tables.amount(case, target))
        written.append(Markup(f'{line} = <b data-value="{spec}">{end}</b>'))
    return written


def quantity_of(case: Case, name: str) -> Row:
    """Return a quantity: its limits and, of an input, its number, between which numbers
    it may be set, and between which it is moved."""
    book, node, unit = case.book, case.nodes[name], case.book.unit(name)
    row: Row = {"label": book.labels[name], "unit": unit, "plural": unit.plural}
    row |= {"limits": book.limits.get(name, ANY), "levels": book.levels[name]}
    if node.formula:
        return row
    allowed, ours = book.ranges[name], book.assumptions.get(name)
    span = words.joined(*words.ends(*allowed.ends, unit))
    row |= {"value": float(node.value), "range": allowed.ends, "zero": allowed.or_zero}
    row |= {"span": f"0, or {span}" if allowed.or_zero else span}
    if ours:
        row |= {"ours": True, "room": allowed.ends}
        row["phrase"] = ours.phrase
    elif node.words:
        printed = (book.claims | book.external)[node.row]
        phrase = f'{{}} of the "{words.claim(printed)}"'
        (start, stop), (low, high) = case.range_of(name), node.words
        row["room"] = max(start, low), min(stop, high)
        row["phrase"] = phrase
    return row


def numbers_of(node: Node) -> Row:
    """Return a number, the end that words name, and what its digits and words allow."""
    row: Row = {"value": float(node.value), "named": float(node.named_end)}
    return row | {"rounding": node.rounding or (), "words": node.words or ()}


def compact(row: Any) -> str:
    """Return JavaScript without spaces."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    # A tag in a text would end the script.
    return text.replace("<", "\\u003c")
