"""Hand-written texts with fields: the headlines, findings, and what stands beside."""

import math
import re
from collections.abc import Iterator
from types import MappingProxyType

import pandas as pd

from analysis import judge, printed, spell, wording
from analysis.model import Model, Setting
from analysis.printed import Row
from analysis.steps import line, named
from analysis.tables import SettingError, fault, split

EMPTY: MappingProxyType = MappingProxyType({})
NONE_PRINTED = "none printed"
#: Columns of a table of figures published elsewhere.
EXTERNAL = ["id", "statement", "period", "printed", "unit", "quantity", "value"]
EXTERNAL += ["ratio", "as_printed", "seen", "source", "note"]


# Sentences with fields ----------------------------------------------------------------


def filled(model: Model, sentence: str, setting: Setting = EMPTY) -> str:
    """Put numbers into a hand-written sentence, the article's unless a setting says."""

    def number(match):
        return field(model, match[1], setting)

    return re.sub(r"{([^{}]+)}", number, sentence)


def field(model: Model, text: str, setting: Setting) -> str:
    """Return the number of a field: a row, a quantity or reading, a check, a turn."""
    name, _, form = text.partition(":")
    rows = model.tables["claims"] | model.tables["external"]
    if name in rows:
        row = rows[name]
        about = spell.spell(printed.value_of(row))
        return about if form else wording.printed_number(row)
    if "/" in name:
        return turning(model, *name.split("/"))
    quantity, setting = named(model, name, setting)
    value = float(judge.Result(model, quantity, setting).value())
    if form == "percent":
        return spell.spell(value, form)
    return wording.spelled(model, quantity, value)


def turning(model: Model, check: str, name: str) -> str:
    """Return the value of an assumption from or up to which a claim is matched."""
    row = model.tables["checks"][check]
    result = judge.result_for(model, row, {})
    for turn in judge.conditions(result):
        if turn.name == name:
            words = spell.edges(turn.low, turn.high, *turn.span)
            return re.sub("^at (least|most) ", "", words)
    raise fault(row, "readings", f"{check} does not turn with {name}")


# The headlines ------------------------------------------------------------------------


def headlines(model: Model, setting: Setting) -> pd.DataFrame:
    """Return the six headlines; sentences only for the article's own numbers."""
    rows = []
    for number, entry in enumerate(model.texts["headlines"]["headlines"], 1):
        check = model.tables["checks"][entry["check"]]
        found = judge.judge(model, check, setting)
        article = filled(model, entry["words"], setting)
        working = "\n".join(workings(model, entry, setting))
        row = {"number": number, "check": entry["check"]}
        row |= {"article": article, "working": working}
        if setting:
            before = judge.judge(model, check, EMPTY)["verdict"]
            row["verdict_before"] = wording.verdict(check, before)
        row["verdict"] = wording.verdict(check, found["verdict"])
        row["condition"] = wording.conditions(model, found)
        for name in ("note", "cite", "caveat") if not setting else ():
            row[name] = filled(model, entry[name])
        rows.append(row)
    return pd.DataFrame(rows)


def workings(model: Model, entry: Row, setting: Setting) -> Iterator[str]:
    """Yield the lines of a sum; a line that can't be computed says why.

    Where no sum is printed, a limit to which the number gives way is named.
    """
    check = model.tables["checks"][entry["check"]]
    computed = check["compute"]
    for name, noun in entry["working"].items():
        quantity, _, _ = name.partition(".")
        if quantity in setting and quantity != computed:
            name = quantity
        try:
            yield line(model, name, setting) + noun
        except SettingError as error:
            yield judge.readable(model, str(error))
    for row in model.rows_beside(check) if not entry["working"] else ():
        name, limit = row["quantity"], ""
        value = float(judge.Result(model, name, setting).value())
        if value < printed.value_of(row) and name not in setting:
            most = model.limits[name][1]
            number = wording.spelled(model, most, value)
            limit = f"; {model.labels[most]}: {number}"
        yield NONE_PRINTED + limit


def verify(model: Model, setting: Setting) -> str:
    """Return the headlines as a terminal shows them, and what the verdicts mean."""
    document = model.texts["headlines"]
    lines = [wording.wrapped(f"{document['title']} {document['reference']}.")]
    if not setting:
        # The answer is for the article's own numbers.
        lines[:0] = [wording.wrapped(f"{document['title']} {document['answer']}")]
        lines[1] = f"{document['reference']}."
        lines += [wording.wrapped(filled(model, text)) for text in document["lead"]]
    lines.append("")
    for row in headlines(model, setting).to_dict("records"):
        verdict = wording.conditional(row["verdict"], row["condition"])
        last = f"Before: {row['verdict_before']}" if setting else row["note"]
        parts = [*row["working"].split("\n"), f"Verdict: {verdict}", last]
        lines.append(wording.wrapped(row["article"], f"{row['number']}  ", "   "))
        for text in parts:
            lines.append(wording.wrapped(text, "   ", "   "))
    meanings = document["verdicts"].items()
    lines.append("")
    for verdict, meaning in meanings:
        lines.append(wording.wrapped(meaning, f"{verdict:24}", " " * 24))
    if setting:
        lines += ["", wording.wrapped(wording.differs(model, setting))]
    return "\n".join(lines)


# Findings, and figures published elsewhere --------------------------------------------


def findings(model: Model, *names: str) -> pd.DataFrame:
    """Return the findings on some printed rows, or all, in the article's numbers."""
    rows = []
    for row in model.tables["findings"].values():
        if not names or not set(names).isdisjoint(split(row["rows"])):
            text = filled(model, row["finding"])
            rows.append({"id": row["id"], "title": row["title"], "finding": text})
    return pd.DataFrame(rows)


def external(model: Model, setting: Setting) -> pd.DataFrame:
    """Return figures published elsewhere, each beside those here of the same unit."""
    rows = []
    for row in model.tables["external"].values():
        unit, number = printed.base(row["unit"]), printed.value_of(row)
        names = [name for name in split(row["beside"]) if model.units[name] == unit]
        for name in names or [""]:
            value = math.nan
            if name:
                value = float(judge.Result(model, name, setting).value())
                value *= int(row["divide_by"] or 1)
            numbers = {"printed": number, "value": value, "ratio": number / value}
            rows.append(row | numbers | {"quantity": name, "unit": unit})
    return pd.DataFrame(rows, columns=EXTERNAL)
