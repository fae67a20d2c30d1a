"""Writes the front page from data: an answer, a picture, levers, and the headlines.

The script gets the cases of the headlines resolved: nodes in order, with spans, limits
and formulas; claims; the lines of their sums.
"""

import json
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
    pictured = [case for entry, case, *_ in cases.values() if entry["check"] in checks]
    if not all(bar["to"] in case.nodes for bar in bars for case in pictured[-1:]):
        # A number that is set has no sum.
        bars = []
    # A number is set in a headline of the picture, if it is there.
    order = sorted(cases, key=lambda number: cases[number][0]["check"] not in checks)
    homes: dict[str, int] = {}
    for number in order:
        for name in cases[number][1].inputs:
            homes.setdefault(name, number)
    script = Markup(constants(cases, bars)) + report.lean(HERE / "page.js")
    environment.globals |= {
        "bars": bars,
        "cases": {number: case for number, (_, case, *_) in cases.items()},
        "cited": study.cite().split("\n\n@", 1),
        "exact": words.exact,
        "homes": homes,
        "said": tables.amount,
        "sums": {number: sums(number, *rows) for number, rows in cases.items()},
        "scenarios": study.book.texts["scenarios"],
        "script": script,
        "style": report.lean(report.HERE / "style.css", HERE / "page.css"),
        "verdicts": VERDICTS[1:],
    }
    template = environment.get_template("page.html")
    return report.curled(template.render(name="index", titles=titles, top=""))


def cases_of(study: Study) -> dict[int, tuple[Row, Case, dict[str, str], Row]]:
    """Return each headline that is computed, by its number: its entry, its case, the
    names of its quantities in the script, and what only this case has."""
    cases = {}
    for number, entry in enumerate(study.book.texts["headlines"]["headlines"], 1):
        check = study.book.checks[entry["check"]]
        try:
            case, own = study.case_of(check), {}
        except (KeyError, SettingError):
            continue
        keys = {name: name for name in case.nodes}
        for pair in check.readings:
            name, _, reading = pair.partition("=")
            if name not in case.nodes:
                continue
            if case.nodes[name].formula:
                keys[name] = f"{name}.{reading}"
            else:
                own[name] = numbers_of(case.nodes[name])
        cases[number] = entry, case, keys, own
    return cases


def lines_of(entry: Row, case: Case) -> list[str]:
    """Return the quantities whose lines make the sum of a headline."""
    names = []
    for name in entry["working"]:
        check = case.book.checks.get(name)
        target = check.compute if check else name.partition(".")[0]
        node = case.nodes.get(target)
        names += [target] if node and node.formula else []
    return names


def constants(cases: dict[int, Any], bars: list[Row]) -> str:
    """Return the constants of the script: cases, quantities, bars, and formulas."""
    rows, nodes, runs, pictured = {}, {}, [], []
    checks = [bar["check"] for bar in bars]
    for number, (entry, case, keys, own) in cases.items():
        pictured += [number] if entry["check"] in checks else []
        lines = {keys[name]: case.nodes[name].needs for name in lines_of(entry, case)}
        rows[number] = vars(case.claim) | {"target": keys[case.target], "own": own}
        rows[number] |= {"nodes": [*keys.values()], "lines": lines, "said": case.target}
        for name, key in keys.items():
            node = case.nodes[name]
            if node.formula and key not in nodes:
                runs.append(
                    f'"{key}": {arithmetic.javascript(node.formula, node.needs)},'
                )
            if name not in own or key not in nodes:
                nodes[key] = node_of(case, name)
    known = {"CASES": rows, "NODES": nodes, "VERDICTS": VERDICTS[1:]}
    known |= {"PICTURED": pictured, "BARS": [bar["to"] for bar in bars]}
    texts = [f"const {key} = {compact(row)};" for key, row in known.items()]
    return "\n".join(['"use strict";', *texts, "const RUNS = {", *runs, "};\n"])


def sums(number: int, entry: Row, case: Case, keys: Row, own: Row) -> list[Markup]:
    """Return the lines of a sum, with the names of what the script writes anew."""
    written = []
    for target in lines_of(entry, case):
        texts, numbers = tables.inserted(case, target)
        for need, text in texts.items():
            spec = f"{number} {keys[need]} {keys[target]}"
            texts[need] = f'<span data-part="{spec}">{escape(text)}</span>'
        idle = f'<span data-idle="{number} %s"%s>%s</span>'
        template = arithmetic.template(case.nodes[target].formula)
        line = arithmetic.filled(template, texts, numbers, idle)
        spec, end = f"{number} {keys[target]}", escape(tables.amount(case, target))
        written.append(Markup(f'{line} = <b data-value="{spec}">{end}</b>'))
    return written


def node_of(case: Case, name: str) -> Row:
    """Return a quantity: its limits, its number with what digits and words allow, and
    between which numbers it may be set."""
    book, node, unit = case.book, case.nodes[name], case.book.unit(name)
    row: Row = {"label": book.labels[name], "unit": unit, "plural": unit.plural}
    row |= {"limits": book.limits.get(name, ANY), "levels": book.levels[name]}
    if node.formula:
        return row
    allowed, ours = book.ranges[name], book.assumptions.get(name)
    span = words.joined(*words.ends(*allowed.ends, unit))
    row |= numbers_of(node) | {"range": allowed.ends, "zero": allowed.or_zero}
    row |= {"span": f"0, or {span}" if allowed.or_zero else span}
    if ours:
        row |= {
            "ours": True,
            "room": allowed.ends,
            "phrase": report.curled(ours.phrase),
        }
    elif node.words:
        phrase = f'{{}} of the "{words.claim(book.claims[node.row])}"'
        (start, stop), (low, high) = case.range_of(name), node.words
        row["room"] = max(start, low), min(stop, high)
        row["phrase"] = report.curled(phrase)
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
