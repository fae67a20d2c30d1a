"""Headlines, tables for readers, and the one formatter of both."""

import math
import re
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import yaml

from analysis import judge, printed, spell
from analysis.model import Number
from analysis.steps import (
    WIDTH,
    Step,
    as_markdown,
    as_text,
    holding,
    line,
    named,
    row_in_words,
    spelled,
    unit_of,
    wrapped,
)
from analysis.tables import DataError, SettingError, fault, split

HERE = Path(__file__).resolve().parent
# An installed package has its data inside.
DATA = HERE / "data" if (HERE / "data").exists() else HERE.parent / "data"
EMPTY: MappingProxyType = MappingProxyType({})
NO_SUM = "none printed"
OURS = "our comparison"
SIGNS = {">": "over", ">=": "at least", "<": "below", "<=": "up to"}
NOTHING = "Nothing to show."


@cache
def texts(name):
    """Return the texts of a YAML file."""
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


# Sentences with fields ----------------------------------------------------------------


def filled(model, sentence, setting=EMPTY):
    """Put numbers into a hand-written sentence, the article's unless a setting says."""

    def number(field):
        return in_words(model, field[1], setting)

    return re.sub(r"{([^{}]+)}", number, sentence)


def in_words(model, field, setting):
    """Return the number of a field: a row, a quantity or reading, a check, a turn."""
    name, _, form = field.partition(":")
    rows = model.tables["claims"] | model.tables["external"]
    if name in rows:
        return row_in_words(rows[name])
    if "/" in name:
        return turning(model, *name.split("/"))
    quantity, setting = named(model, name, setting)
    value = float(judge.result_of(model, quantity, setting).value())
    if form == "percent":
        return spell.spell(value, form)
    return spelled(model, quantity, value)


def turning(model, check, name):
    """Return the value of an assumption from which the verdict of a check holds."""
    row = model.tables["checks"][check]
    result, claim = judge.result_for(model, row, {}), judge.claim_of(model, row)
    verdict = judge.verdicts(result, claim)[0]
    for found, part, _ in judge.conditions(result, claim, verdict):
        if found == name:
            return spell.text(spell.edge(part.low, "", 1))
    raise DataError(f"{check} does not turn with {name}")


# What differs from the article --------------------------------------------------------


def differs(model, setting):
    """Say which numbers are a reader's; empty for the article's own."""
    parts = []
    for name, choice in setting.items():
        default = next(iter(model.readings[name].values()))
        part = f"{model.labels[name]} = {chosen(model, name, choice)}"
        if isinstance(default, Number) and not isinstance(choice, str):
            usual = spell.text(default.value, unit_of(model, name))
            whose = "ours" if usual and name in model.assumptions else "printed"
            part = f"{part} ({whose}: {usual or 'in words'})"
        parts.append(part)
    return f"Your numbers: {'; '.join(parts)}." if parts else ""


def chosen(model, name, choice):
    """Return a number, the label of a reading, or a function, in words."""
    if isinstance(choice, str):
        row = model.tables["readings"].get((name, choice))
        return row["label"] if row else choice
    if isinstance(choice, float):
        return spell.text(choice, unit_of(model, name))
    return "by a function of yours"


# The headlines ------------------------------------------------------------------------


def headlines(model, setting):
    """Return the six headlines; sentences only for the article's own numbers."""
    rows = []
    for number, row in enumerate(texts("headlines.yaml")["headlines"], 1):
        check = model.tables["checks"][row["check"]]
        found = judge.judge(model, check, setting)
        is_ours = check["kind"] == "ours"
        made = {"number": number, "article": filled(model, row["words"], setting)}
        made["working"] = "\n".join(workings(model, row["working"], setting))
        if setting:
            before = judge.judge(model, check, EMPTY)["verdict"]
            made["verdict_before"] = OURS if is_ours else before
        made["verdict"] = OURS if is_ours else found["verdict"]
        made["condition"] = "" if is_ours else found["condition"]
        for text in ("note", "more", "cite", "caveat") if not setting else ():
            made[text] = filled(model, row[text])
        rows.append(made)
    return pd.DataFrame(rows)


def workings(model, names, setting):
    """Yield the lines of a sum; a line that can't be computed says why."""
    for name, noun in names.items():
        try:
            yield line(model, name, setting) + noun
        except SettingError as error:
            yield str(error)
    if not names:
        yield NO_SUM


def verify(model, setting):
    """Return the headlines as a terminal shows them, and what the verdicts mean."""
    document = texts("headlines.yaml")
    shown = ["Do the numbers in the article add up?"]
    intro = f"Adrian Zenz, China Brief 22(11), June 2022. {document['intro']}"
    shown += [wrapped(intro), ""]
    for row in headlines(model, setting).itertuples():
        shown.append(wrapped(row.article, f"{row.number}  ", "   "))
        *before, last = row.working.split("\n")
        shown += [f"   {working}" for working in before]
        room = WIDTH - 3 - len(last)
        if room > len(row.verdict):
            shown.append(f"   {last}{row.verdict:>{room}}")
        else:
            shown += [wrapped(last, "   ", "   "), f"{row.verdict:>{WIDTH}}"]
        if row.condition:
            holds = holding(row.condition).removeprefix(", ")
            shown.append(wrapped(holds, "   ", "   "))
        if not setting:
            shown.append(wrapped(row.note, "   ", "   "))
    meanings = document["verdicts"].items()
    shown += ["", *(f"{verdict:24}{meaning}" for verdict, meaning in meanings)]
    if setting:
        shown += ["", wrapped(differs(model, setting))]
    return "\n".join(shown)


# Findings, and figures published elsewhere --------------------------------------------


def findings(model, *rows):
    """Return the findings on some printed rows, or all, in the article's numbers."""
    found = []
    for row in model.tables["findings"].values():
        if not rows or not set(rows).isdisjoint(split(row["rows"])):
            try:
                text = filled(model, row["finding"])
            except ValueError as error:
                raise fault(row, "finding", error) from None
            found.append({"id": row["id"], "title": row["title"], "finding": text})
    return pd.DataFrame(found)


def external(model, setting):
    """Return figures published elsewhere, each beside ours of the same unit."""
    rows = []
    for row in model.tables["external"].values():
        same = [""]
        for name in split(row["beside"]):
            if model.units[name] == printed.base(row["unit"]):
                same.insert(-1, name)
        quantity, value = same[0], math.nan
        if quantity:
            result = judge.result_of(model, quantity, setting)
            value = float(result.value())
        year = float(row["period"]) if row["period"].isdigit() else math.nan
        made = {key: row[key] for key in ("id", "statement", "period")}
        made |= {"year": year, "printed": printed.value_of(row), "unit": row["unit"]}
        made |= {"quantity": quantity, "value": value}
        rows.append(made | {key: row[key] for key in ("as_printed", "seen", "source")})
    return pd.DataFrame(rows)


# One formatter ------------------------------------------------------------------------

#: Columns with numbers of the input that a row moves, where it moves one.
OF_INPUT = ["value", "low", "high"]
#: Columns that a reader does not need beside the others.
UNSEEN = (
    "id",
    "number",
    "quantity",
    "readings",
    "unit",
    "low",
    "side",
    "apart",
    "year",
)
HEADINGS = {
    "statement": "what is computed",
    "value": "recomputed",
    "high": "by rounding",
    "condition": "holds, each alone, for",
    "at_low": "at low end",
    "at_high": "at high end",
    "as_printed": "as printed",
    "article": "the article",
    "working": "sum",
    "verdict_before": "verdict before",
    "verdict_after": "verdict after",
    "value_before": "before",
    "value_after": "after",
    "label": "quantity",
    "finding": "finding, by the article's numbers",
}


def words(model, table):
    """Return a table for readers: numbers in words, headings, no names of code."""
    said = table.astype(object)
    is_moved = "input" in table
    of = table["input"] if is_moved else table.get("quantity", [""] * len(table))
    for column in table.select_dtypes("number"):
        names = of
        if is_moved and column not in OF_INPUT:
            names = [table.attrs["quantity"]] * len(table)
        cells = zip(names, table[column], strict=True)
        said[column] = [cell(model, name, value) for name, value in cells]
    if is_moved:
        return of_inputs(model, table, said)
    if "side" in table:
        said = of_checks(model, table, said)
    if "seen" in table:
        rows = model.tables["external"]
        said["printed"] = [row_in_words(rows[name]) for name in table["id"]]
        said = said.rename(columns={"value": "by the article's numbers"})
    if "value_before" in table:
        known = model.tables["checks"]
        pairs = zip(table["id"], table["quantity"], strict=True)
        labels = [known[i]["statement"] if i else model.labels[q] for i, q in pairs]
        said.insert(0, "label", labels)
    said = said.drop(columns=[*UNSEEN], errors="ignore")
    return said.rename(columns=HEADINGS)


def of_checks(model, table, said):
    """Return checks in words: each with its side, its bounds and what it is beside."""
    rows = [*table.itertuples()]
    said["high"] = [by_rounding(model, row) for row in rows]
    said["value"] = [recomputed(model, row) for row in rows]
    said["printed"] = [print_of(model, row) for row in rows]
    said["kind"] = said["kind"].replace("ours", OURS).replace("article", "")
    said["note"] = [model.tables["checks"][row.id]["note"] for row in rows]
    return said.assign(name=table["id"])


def of_inputs(model, table, said):
    """Return a table with a row for each input; two ends stand in one column."""
    spans = []
    for row in table.itertuples():
        unit = unit_of(model, row.input)
        spans.append(spell.edges(row.low, row.high, -math.inf, math.inf, unit))
    said = said.assign(low=spans)
    if "verdict" in said:
        said = said.pivot_table(
            "low", ["input", "value"], "verdict", "; ".join, fill_value="", sort=False
        ).reset_index()
    said.insert(0, "label", said["input"].map(model.labels))
    said["name"] = said.pop("input")
    said = said.drop(columns=["high", "unit", "kind"], errors="ignore")
    names = {"low": "over", "value": "in use", "label": "input"}
    return said.rename(columns=HEADINGS | names)


def cell(model, name, value):
    """Return a number of a table in words."""
    return spelled(model, name, value) if name else spell.spell(value)


def by_rounding(model, row):
    """Return the bounds of a check in words."""
    if not row.quantity:
        return ""
    return spell.bounds(row.low, row.value, row.high, unit_of(model, row.quantity))


def recomputed(model, row):
    """Return the value of a check, with the side on which words leave room."""
    if not row.quantity:
        return NO_SUM
    if math.isnan(row.value):
        return "no single value"
    words = spelled(model, row.quantity, row.value)
    if row.side == "no bound":
        return f"{words} (may be lower or higher)"
    return f"{row.side} {words}".strip()


def print_of(model, row):
    """Return what a check is beside, as its row or rows print it."""
    shown = []
    for beside in judge.rows_beside(model, model.tables["checks"][row.id]):
        shown.append(claim_in_words(beside))
    return " to ".join(shown)


def claim_in_words(row):
    """Return a printed number, and what its words are read as."""
    words = row_in_words(row) or f'"{row["as_printed"]}"'
    if not row["says"]:
        return words
    sign, *_ = row["says"].split(" ")
    percent = "percent" * (row["unit"] == "percent")
    ends = [spell.text(end, percent) for end in printed.words_of(row)]
    said = spell.one_word(*ends)
    if sign in SIGNS:
        said = f"{SIGNS[sign]} {ends[sign[0] == '<']}"
    return said if row["printed"] and sign in SIGNS else f"{words}, read as {said}"


def below(model, item):
    """Return a table's note, and what differs from the article."""
    said = differs(model, item.attrs.get("differs", {}))
    return f"{item.attrs.get('note', '')} {said}".strip()


def markdown(model, item):
    """Return a step, or a table with what differs from the article, as Markdown."""
    if isinstance(item, Step):
        return as_markdown(item)
    if item.empty:
        return NOTHING
    said = words(model, item).astype(str)
    rows = [said.columns, ["---"] * said.shape[1], *said.to_numpy()]
    shown = [f"| {' | '.join(row)} |".replace("\n", "<br>") for row in rows]
    return "\n".join([*shown, "", below(model, item)]).strip("\n")


def terminal(model, item):
    """Return a step or a table for a terminal; a wide table stands row by row."""
    if isinstance(item, Step):
        return as_text(item)
    if item.empty:
        return NOTHING
    said = words(model, item).astype(str)
    last = wrapped(below(model, item))
    table = said.to_string(index=False)
    if table.index("\n") <= WIDTH:
        return f"{table}\n{last}".strip("\n")
    deep = 4 + max(map(len, said.columns[1:]))
    shown = []
    for first, *others in said.to_numpy():
        shown.append(wrapped(first))
        for name, content in zip(said.columns[1:], others, strict=True):
            if content:
                heading = f"  {name:{deep - 2}}"
                content = content.replace("\n", "; ")
                shown.append(wrapped(content, heading, " " * deep))
    return "\n".join([*shown, last]).strip("\n")


class Shown(str):
    """Markdown that a notebook renders."""

    __slots__ = ()

    def __repr__(self):
        return str(self)

    def _repr_markdown_(self):
        return str(self)
