"""Hand-written texts with fields: the headlines, findings, and what stands beside."""

import math
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis import tables, words
from analysis.case import DIFFERS, MATCHES, OPEN, Case
from analysis.rows import DataError, SettingError, base

if TYPE_CHECKING:
    from analysis.study import Study

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


def filled(study: "Study", sentence: str, place: str) -> str:
    """Put numbers into a hand-written sentence; ``place`` is its file and part."""

    def number(match):
        try:
            return field(study, match[1])
        except SettingError as error:
            raise DataError(f"{place}: {match[0]}: {error}") from None

    return re.sub(r"{([^{}]*)}", number, sentence)


def field(study: "Study", text: str) -> str:
    """Return the number of a field: a row, a quantity or reading, a check, a turn."""
    book = study.book
    if "/" in text:
        return turning(study, *text.split("/", 1))
    row = book.claims.get(text) or book.external.get(text)
    if row:
        return words.as_printed(row)
    case = study.case(text)
    return book.spelled(case.target, case.values()[case.target])


def turning(study: "Study", check: str, name: str) -> str:
    """Return the value of an input from or up to which a claim is matched."""
    for turning, matching, _ in study.case(check).turns():
        if turning == name and matching:
            return re.sub("^at (least|most) ", "", matching[0])
    raise SettingError(f"{check} does not turn with {name}")


# The headlines ------------------------------------------------------------------------


def headlines(study: "Study") -> pd.DataFrame:
    """Return the headlines; sentences only for the article's own numbers."""
    rows = []
    before = study.article
    for number, entry in enumerate(study.book.texts["headlines"]["headlines"], 1):
        check = study.book.checks[entry["check"]]
        found = study.judged(check)
        place = f"headlines.yaml, headline {number}"
        row = {"number": number, "check": check.id, "article": entry["words"]}
        row["working"] = "\n".join(workings(study, entry))
        if study.setting:
            row["verdict_before"] = before.judged(check)["judged"]
        row |= {"verdict": found["judged"], "condition": found["condition"]}
        for name in ("note", "cite", "caveat"):
            if not study.setting:
                row[name] = filled(study, entry[name], f"{place}, {name}")
        rows.append(row)
    return pd.DataFrame(rows)


def workings(study: "Study", entry: dict[str, Any]) -> list[str]:
    """Return the lines of a sum; a line that can't be computed says why.

    Where no sum is printed, a limit to which the number gives way is named.
    """
    texts = []
    check = study.book.checks[entry["check"]]
    for name in entry["working"]:
        quantity = name.partition(".")[0]
        if quantity in study.nodes and quantity != check.compute:
            name = quantity
        try:
            texts.append(tables.line(study.case(name)))
        except SettingError as error:
            texts.append(words.readable(str(error), study.book.labels))
    if texts:
        return texts
    case = study.case(study.book.claims[check.beside[0]].quantity)
    if not case.values()[case.target] < case.nodes[case.target].value:
        return [words.NONE_PRINTED]
    amount = tables.amount(case, case.target)
    return [f"{words.NONE_PRINTED}; {amount} under this limit"]


def answer(study: "Study") -> list[str]:
    """Return the answer, with its counts in words, and, for the article's own numbers,
    the sentences behind it."""
    texts = study.book.texts["headlines"]
    found = study.headlines()["verdict"].to_list()
    first = texts["answer"].format(
        all=COUNTS[len(found)],
        matching=COUNTS[found.count(MATCHES)],
        differing=COUNTS[found.count(DIFFERS)],
        open=COUNTS[found.count(OPEN)],
    )
    lines = [words.sentence_case(first)]
    if not study.setting:
        for sentence in texts["lead"]:
            lines.append(filled(study, sentence, "headlines.yaml, lead"))
    return lines


#: Counts in the words of an answer, and, from eleven on, in digits.
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


def verify(study: "Study") -> tables.Shown:
    """Return the headlines as a terminal shows them: the sum, its verdict, a note."""
    texts = study.book.texts["headlines"]
    table = study.headlines()
    rows = [f"**{texts['title']}**"]
    if not study.setting:
        # The answer is for the article's own numbers; its notes follow below.
        first, *_, last = answer(study)
        rows = [f"**{texts['title']} {first}**", f"{last} {texts['reference']}."]
        table = table[["article", "working", "verdict", "condition", "note"]]
    rows += ["", str(study.show(table))]
    return tables.Shown("\n".join(rows))


# Findings, and figures published elsewhere --------------------------------------------


def findings(study: "Study", *names: str) -> pd.DataFrame:
    """Return the findings on some printed rows, or all, in the article's numbers."""
    rows = []
    for row in study.book.findings.values():
        if not names or not set(names).isdisjoint(row.rows):
            place = f"{row.file}, row {row.line}, column finding"
            rows.append([row.id, row.title, filled(study.article, row.finding, place)])
    return pd.DataFrame(rows, columns=["id", "title", "finding"])


def external(study: "Study") -> pd.DataFrame:
    """Return figures published elsewhere, each beside those here of the same unit."""
    rows = []
    book = study.book
    for row in book.external.values():
        own = vars(row) | {"printed": row.value, "unit": base(row.unit)}
        own["quantity"] = ""
        names = [name for name in row.beside if book.units[name] == own["unit"]]
        for name in names:
            value = float(Case(book, name, study.nodes).values()[name]) * row.years
            beside = {"quantity": name, "value": value}
            rows.append(own | beside | {"ratio": row.value / (value or math.nan)})
        if not names:
            rows.append(own)
    return pd.DataFrame(rows, columns=EXTERNAL)
