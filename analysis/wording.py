"""Rows of the data, and values of quantities, in words: one way on every surface."""

import functools
import math
import re
import textwrap
from typing import Any

from analysis import judge, printed, spell
from analysis.model import Model, Number, Setting
from analysis.printed import Row

WIDTH = 80
#: Whose comparison a check makes, where the article does not make it.
KINDS = {"ours": "our comparison"}
SIGNS = {">": "over", ">=": "at least", "<": "below", "<=": "up to"}


def wrapped(text: str, first: str = "", later: str = "") -> str:
    """Break a text into lines of at most 80 letters."""
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=later)


def sentence_case(text: str) -> str:
    """Return a text with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


# Values of quantities -----------------------------------------------------------------


def unit_of(model: Model, name: str) -> str:
    """Return the unit in which a number is shown."""
    return model.tables["quantities"][name]["unit"]


def noun_of(unit: str) -> str:
    """Return the plural of a unit that is counted."""
    return f" {unit}s" if spell.is_count(unit) else ""


@functools.cache
def levels(model: Model, quantity: str) -> tuple[float, ...]:
    """Return the numbers with which checks compare a quantity."""
    ends = set()
    for check in model.tables["checks"].values():
        if check["compute"] == quantity and check["beside"]:
            claim = judge.claim_of(model, check)
            ends |= {*claim.exact, *claim.rounded}
    return tuple(end for end in sorted(ends) if math.isfinite(end))


def spelled(model: Model, name: str, value: float) -> str:
    """Spell a value of a quantity."""
    return spell.spell(value, unit_of(model, name), levels(model, name))


def sided(text: str, side: str) -> str:
    """Write a value with the side on which words leave room; "no bound" has none."""
    return text if side in ("", "no bound") else f"{side} {text}"


def bounds(model: Model, name: str, low: float, value: float, high: float) -> str:
    """Spell the bounds of a quantity."""
    return spell.bounds(low, value, high, unit_of(model, name), levels(model, name))


def choice(model: Model, name: str, value: Any) -> str:
    """Return a number, the label of a reading, or a function, in words."""
    if isinstance(value, str):
        row = model.tables["readings"].get((name, value))
        return row["label"] if row else value
    if isinstance(value, float):
        return spell.text(value, unit_of(model, name))
    return "by a function of yours"


def differs(model: Model, setting: Setting) -> str:
    """Say which numbers are a reader's; empty for the article's own."""
    parts = []
    for name, value in setting.items():
        default = next(iter(model.readings[name].values()))
        part = f"{model.labels[name]} = {choice(model, name, value)}"
        if isinstance(default, Number) and not isinstance(value, str):
            usual = spell.text(default.value, unit_of(model, name))
            whose = "ours" if usual and name in model.assumptions else "printed"
            part = f"{part} ({whose}: {usual or 'in words'})"
        parts.append(part)
    return f"Your numbers: {'; '.join(parts)}." if parts else ""


# Rows that print a number -------------------------------------------------------------


def percent_of(row: Row) -> str:
    """Return the unit with which a row is spelled: all but a percentage have a noun."""
    return "percent" if row["unit"] == "percent" else ""


def printed_number(row: Row) -> str:
    """Spell a printed number as it is printed."""
    return spell.text(printed.value_of(row), percent_of(row))


def printed_claim(row: Row, low_end: float | None = None) -> str:
    """Return a printed number, and what its words are read as; an end may be set."""
    text = printed_number(row) or f'"{row["as_printed"]}"'
    if not row["says"]:
        return text
    sign = row["says"].partition(" ")[0]
    low, high = printed.words_of(row)
    ends = low if low_end is None else low_end, high
    first, last = [spell.text(end, percent_of(row)) for end in ends]
    if sign not in SIGNS:
        return f"{text}, read as {spell.one_word(first, last)}"
    claim = f"{SIGNS[sign]} {last if sign[0] == '<' else first}"
    return claim if row["printed"] else f"{text}, read as {claim}"


def place(row: Row) -> str:
    """Return the place of a printed number in the article, or its source."""
    if "section" not in row:
        return row["source"]
    if row["section"] == "notes":
        return f"note {row['paragraph']}"
    return f"section {row['section']}, paragraph {row['paragraph']}"


def excerpt(row: Row) -> str:
    """Return the words of a printed number, with its digits."""
    text, digits = row["as_printed"], printed_number(row)
    if text == "percent":
        return digits
    has_number = re.search(r"\d|million", text) or not digits
    return text if has_number else f"{digits} ({text})"


def quotation(row: Row) -> str:
    """Return a printed number with its words and place."""
    return f"{excerpt(row)}, {place(row)}"


# Checks -------------------------------------------------------------------------------


def verdict(check: Row, found: str) -> str:
    """Return a verdict, with what it compares where the article does not compare it."""
    kind = KINDS.get(check["kind"])
    return f"{found} ({kind})" if kind else found


def phrase(model: Model, name: str, row: str) -> str:
    """Return the words around a span of an input, by its row or its assumption."""
    rows = model.tables["claims"] | model.tables["external"]
    if row:
        return f'{{}} of the "{printed_claim(rows[row])}"'
    return model.tables["assumptions"][name]["phrase"]


def conditions(model: Model, row: Row) -> str:
    """Return the spans in which a claim is matched, or why nothing is computed."""
    if row["refused"]:
        return str(row["refused"])
    texts: dict[str, list[str]] = {}
    for turn in row["conditions"]:
        least, most = turn.span
        unit = unit_of(model, turn.name)
        edges = spell.edges(turn.low, turn.high, least, most, unit)
        texts.setdefault(phrase(model, turn.name, turn.row), []).append(edges)
    spans = [words.replace("{}", " or ".join(ends)) for words, ends in texts.items()]
    return "; ".join(spans)


def conditional(verdict: str, text: str) -> str:
    """Return a verdict with the spans in which a claim is matched, each for one input
    alone, or with why there is none."""
    if verdict.startswith(judge.NOT_COMPUTED):
        return f"{verdict}: {text}"
    alone = ", each alone" if ";" in text else ""
    return f"{verdict}; matches with{alone}: {text}" if text else verdict
