"""This module writes the texts of the data: the answer, the headlines and the findings.

These texts are written by hand, with fields in braces for numbers. ``Study``, the
command line and the pages call this module.

>>> import analysis
>>> filled(analysis.load(), "{increase_2019_2021} transfers were added.", "here")
'300,000 transfers were added.'
"""

import math
import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis import tables, words
from analysis.case import Case
from analysis.model import Model
from analysis.rows import Check, DataError, SettingError, base

#: Columns of a table of figures published elsewhere.
EXTERNAL = [
    "id",
    "statement",
    "period",
    "printed",
    "unit",
    "quantity",
    "value",
    "ratio",
    "as_printed",
    "seen",
    "source",
    "note",
]


# Sentences with fields ----------------------------------------------------------------


def filled(model: Model, sentence: str, place: str) -> str:
    """Put numbers into a hand-written sentence; ``place`` is its file and part."""

    def number(match):
        try:
            return field(model, match[1])
        except SettingError as error:
            raise DataError(f"{place}: {match[0]}: {error}") from None

    return re.sub(r"{([^{}]*)}", number, sentence)


def field(model: Model, text: str) -> str:
    """Return the number of a field: of a row, a quantity or reading, or a check, or the
    value of an input at which a check begins to match."""
    book = model.book
    if "/" in text:
        return threshold(model, *text.split("/", 1))
    row = book.claims.get(text) or book.external.get(text)
    if row:
        return words.as_printed(row)
    case = model.case(text)
    return book.spelled(case.target, case.values()[case.target])


def threshold(model: Model, check: str, name: str) -> str:
    """Return the value of an input from which, or up to which, a claim is matched."""
    text = tables.matching(model.case(check)).get(name)
    if not text:
        raise SettingError(f"no value of {name} decides whether {check} matches")
    return re.sub("^at (least|most) ", "", text)


# The headlines ------------------------------------------------------------------------


def headlines(model: Model) -> pd.DataFrame:
    """Return the headlines; sentences only for the article's own numbers."""
    rows = []
    before = model.article
    for number, entry in enumerate(model.book.texts["headlines"]["headlines"], 1):
        check = model.book.checks[entry["check"]]
        found = model.judged(check)
        place = f"headlines.yaml, headline {number}"
        row = {"number": number, "check": check.id, "article": entry["words"]}
        row["working"] = "; ".join(workings(model, check, entry["working"]))
        if model.setting:
            row["verdict_before"] = before.judged(check)["judged"]
        row["verdict"] = found["judged"]
        row |= {name: found[name] for name in ("condition", "reason")}
        for name in ("note", "cite", "caveat"):
            if not model.setting:
                row[name] = filled(model, entry[name], f"{place}, {name}")
        rows.append(row)
    return pd.DataFrame(rows)


def workings(model: Model, check: Check, names: Iterable[str] = ()) -> list[str]:
    """Return the lines of a check's calculation; one that can't be computed says why.

    A headline names the calculations that it shows. Where the article shows none, but a
    limit lowers the number that it prints, the line says so.
    """
    texts = []
    for name in names or [check.id] * bool(check.compute):
        quantity = name.partition(".")[0]
        if quantity in model.nodes and quantity != check.compute:
            name = quantity
        try:
            texts.append(tables.line(model.case(name)))
        except SettingError as error:
            texts.append(words.readable(str(error), model.book.labels))
    if texts:
        return texts
    case = model.case(model.book.claims[check.compared_with[0]].quantity)
    if not case.values()[case.target] < case.nodes[case.target].value:
        return [words.NO_CALCULATION_SHOWN]
    amount = tables.amount(case, case.target)
    limit = model.book.labels[str(case.limits[case.target][1])]
    return [f"{words.NO_CALCULATION_SHOWN} ({amount}, as it cannot exceed {limit})"]


def answer(model: Model) -> list[str]:
    """Return the answer, and the paragraphs on what it means.

    The paragraphs are for the article's own numbers, so a setting leaves them out.
    """
    texts = model.book.texts["headlines"]
    found = {row["id"]: row["verdict"] for row in verdicts(model)}
    sentences = []
    for group in texts["answer"]:
        asked = [group["check"]] if "check" in group else found
        count = sum(found[check] in group["verdicts"] for check in asked)
        form = group["several"]
        if count < 2:
            form = group["one"] if count else group["none"]
        for name, instead in group["unless"].items():
            if count and name in model.nodes:
                form = instead
        word = COUNTS[count]
        sentences.append(
            form.format(all=COUNTS[len(found)], Count=words.sentence_case(word))
        )
    paragraphs = [" ".join(filter(None, sentences))]
    if not model.setting:
        for text in texts["lead"]:
            paragraphs.append(filled(model, text, "headlines.yaml, lead"))
    return paragraphs


def verdicts(model: Model) -> list[dict[str, Any]]:
    """Return the check of each headline with what was found on it."""
    entries = model.book.texts["headlines"]["headlines"]
    return [model.judged(model.book.checks[entry["check"]]) for entry in entries]


#: Counts in the words of an answer; from ten on they are digits.
COUNTS = [
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
]
COUNTS += map(str, range(10, 100))


def result(model: Model, name: str) -> tables.Markdown:
    """Return a check as Markdown; see ``Study.result``."""
    book = model.book
    check = book.checks[name]
    found = model.judged(check)
    claim = check.statement
    shown: Iterable[str] = ()
    for entry in book.texts["headlines"]["headlines"]:
        if entry["check"] == name:
            claim = entry["words"]
            shown = entry["working"]
    lines = workings(model, check, shown)
    place = words.sentence_case(book.place(book.claims[check.compared_with[0]]))
    blocks = [f"**{claim}** ({place})", "\\\n".join(lines)]
    meaning = book.texts["headlines"]["verdicts"].get(found["verdict"], "")
    blocks.append(f"**Verdict: {found['judged']}.** {meaning}".strip())
    if found["condition"]:
        needed = tables.conditions(model.case_of(check))
        items = [f"- {text}" for text in needed]
        blocks.append("\n".join([f"{words.needed(needed)}:", "", *items]))
    if model.setting:
        before = model.article.judged(check)["judged"]
        below = tables.setting(book, model.setting)
        blocks.append(
            f"{below} With the article's own numbers the verdict is: {before}."
        )
    return tables.Markdown("\n\n".join(blocks))


def verify(model: Model) -> str:
    """Return the answer and the headlines as a terminal shows them, without notes."""
    title = model.book.texts["headlines"]["title"]
    below = tables.setting(model.book, model.setting)
    lines = [tables.wrapped(text) for text in (title, answer(model)[0], below) if text]
    lines.append("")
    for row in headlines(model).to_dict("records"):
        lines.append(tables.wrapped(f"{row['number']}  {row['article']}", "   "))
        for sum_ in row["working"].split("; "):
            lines.append(tables.wrapped(f"   {sum_}", "     "))
        needed = row["condition"].split("; ") if row["condition"] else []
        verdict = row["verdict"]
        before = row.get("verdict_before", verdict)
        if before != verdict:
            verdict += f" (with the article's own numbers: {before})"
        if needed:
            verdict += f"; {words.needed(needed).lower()}:"
        elif row["reason"] not in row["working"]:
            verdict += f": {row['reason']}"
        if len(needed) == 1:
            verdict = f"{verdict} {needed.pop()}"
        lines.append(tables.wrapped(f"   {verdict}", "     "))
        lines += [tables.wrapped(f"     {text}", "       ") for text in needed]
    return "\n".join(lines)


# Findings, and figures published elsewhere --------------------------------------------


def findings(model: Model, *names: str) -> pd.DataFrame:
    """Return the findings on some printed rows, or all, in the article's numbers."""
    rows = []
    for row in model.book.findings.values():
        if not names or not set(names).isdisjoint(row.rows):
            place = f"{row.file}, row {row.line}, column finding"
            rows.append([row.id, row.title, filled(model.article, row.finding, place)])
    return pd.DataFrame(rows, columns=["id", "title", "finding"])


def external(model: Model) -> pd.DataFrame:
    """Return figures published elsewhere, each beside those here of the same unit."""
    rows = []
    book = model.book
    for row in book.external.values():
        unit = base(row.unit)
        figure = vars(row) | {"printed": row.value, "unit": unit, "quantity": ""}
        names = [name for name in row.compared_with if book.base_unit(name) == unit]
        for name in names:
            value = float(Case(book, name, model.nodes).values()[name]) * row.years
            beside = {"quantity": name, "value": value}
            rows.append(figure | beside | {"ratio": row.value / (value or math.nan)})
        if not names:
            rows.append(figure)
    return pd.DataFrame(rows, columns=EXTERNAL)
