"""Writes the front page: an answer, a picture, two levers, and the six headlines.

The texts stand in page.html. This module gives the script its cases, each a headline
with all that it is computed from, in order: numbers with their spans, limits, claims,
formulas. It also fills in what the page shows without a script.
"""

import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from analysis import arithmetic, report, tables, words
from analysis.book import ANY, Node, Range, slack
from analysis.case import VERDICTS, Case
from analysis.rows import Check, Unit
from analysis.study import Study

HERE = Path(__file__).resolve().parent
#: The picture is so wide where nothing exceeds it.
WIDTH = 2_700_000


def page(study: Study, titles: Any = ()) -> str:
    """Return the front page, which loads nothing and reads without a script.

    Its script begins with the article's own numbers. Without titles of other pages it
    stands alone.
    """
    book, environment = study.book, report.environment_of(study.article)
    environment.globals["differs"] = tables.setting(book, study.setting)
    study = study.article
    cases, checks = {}, {}
    for number, row in enumerate(book.texts["headlines"]["headlines"], 1):
        check = book.checks[row["check"]]
        if check.compute:
            cases[number], checks[number] = study.case_of(check), check
    environment.globals |= {
        "cases": cases,
        "parts": parts,
        "place": place,
        "said": tables.amount,
        "study": study,
        "script": Markup(constants_of(cases, checks)) + report.lean(HERE / "page.js"),
        "style": report.lean(report.HERE / "style.css", HERE / "page.css"),
    }
    template = environment.get_template("page.html")
    return report.curled(template.render(name="index", titles=titles, top=""))


# What the script computes with --------------------------------------------------------


def constants_of(cases: dict[int, Case], checks: dict[int, Check]) -> str:
    """Return the constants of the page's script: cases, quantities and formulas."""
    claims, quantities, runs = {}, {}, []
    start: dict[str, float] = {"end": WIDTH}
    for number, case in cases.items():
        named, own = {name: name for name in case.nodes}, {}
        for pair in checks[number].readings:
            name, _, reading = pair.partition("=")
            # A formula of a case's own is a quantity of its own; words give way to
            # what is set.
            if case.nodes[name].formula:
                named[name] = f"{name}.{reading}"
            else:
                own[name] = numbers_of(case.nodes[name])
        claims[number] = vars(case.claim) | {
            "target": named[case.target],
            "nodes": [*named.values()],
            "own": own,
            "said": case.target if named[case.target] != case.target else "",
        }
        for name in case.named.keys() - own.keys():
            start[name] = float(case.named[name])
        if case.claim.low_end:
            start[case.claim.low_end] = float(case.values()[case.claim.low_end])
        for name, key in named.items():
            node = case.nodes[name]
            if node.formula and key not in quantities:
                runs.append(f'"{key}": {arithmetic.javascript(node.formula)},')
            if name not in own:
                quantities[key] = quantity_row(case, name)
    constants = {"START": start, "CASES": claims, "NODES": quantities}
    constants["VERDICTS"] = VERDICTS[1:]
    lines = [f"const {key} = {compact(row)};" for key, row in constants.items()]
    return "\n".join(['"use strict";', *lines, "const RUNS = {", *runs, "};\n"])


def compact(row: Any) -> str:
    """Return JavaScript without spaces."""
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    # A tag in a text would end the script.
    return text.replace("<", "\\u003c")


def numbers_of(node: Node) -> dict[str, Any]:
    """Return a number, and the values that its digits and words allow."""
    row: dict[str, Any] = {"value": float(node.value)}
    return row | {"rounding": node.rounding or (), "words": node.words or ()}


def quantity_row(case: Case, name: str) -> dict[str, Any]:
    """Return a quantity: its limits, its number with what digits and words allow, and
    between which numbers it may be set."""
    book, node = case.book, case.nodes[name]
    row: Any = {"label": book.labels[name], "unit": book.unit(name)}
    row["count"] = words.is_count(book.unit(name))
    row["limits"] = book.limits.get(name, ANY)
    row["levels"] = book.levels[name]
    if node.formula:
        return row
    row |= numbers_of(node)
    allowed, ours = book.ranges[name], book.assumptions.get(name)
    row["range"] = allowed.least, float(allowed.most + slack(allowed.most))
    row["zero"] = allowed.or_zero
    row["span"] = span_of(allowed, book.unit(name))
    if ours:
        row |= {"ours": True, "room": allowed.ends}
        row["phrase"] = report.curled(ours.phrase)
    elif node.words:
        row["room"] = node.words[0], min(node.words[1], allowed.most)
        printed = words.claim(book.claims[node.row])
        row["phrase"] = report.curled(f'{{}} of the "{printed}"')
    return row


def span_of(allowed: Range, unit: Unit) -> str:
    """Spell the numbers to which a quantity may be set."""
    least = words.exact(words.rounded(allowed.least, unit, way=words.UP), unit)
    most = words.exact(words.rounded(allowed.most, unit, way=words.DOWN), unit)
    return f"{'0, or ' if allowed.or_zero else ''}{least} to {most}"


# What the page shows without a script -------------------------------------------------


def parts(case: Case, name: str) -> Any:
    """Yield the parts of what is allowed: verdict, ends, words."""
    rows = case.computed_parts(name, case.book.ranges[name].ends)
    of = rows[0].start, rows[-1].stop
    for row in rows:
        said = words.part(row.start, row.stop, of, case.book.units[name])
        yield row.verdict, row.start, row.stop, f"{row.verdict}: {said}"


def place(spec: str, cases: dict[int, Case]) -> float:
    """Return the place of a number, or a quantity, in percent of the picture."""
    values = cases[5].values() | cases[6].values(cases[6].named) | {"end": WIDTH}
    return 100 * float(values.get(spec, spec)) / WIDTH
