"""The worked step: a formula, the numbers put in, and the result, nested."""

import ast
import functools
import inspect
import math
import re
import textwrap
from dataclasses import dataclass

from analysis import judge, printed, spell
from analysis.model import Formula, same

SIGNS = {"*": "×", "/": "÷", "-": "−"}
WORDS = {"minimum": "the smaller of ", "maximum": "the larger of "}
WIDTH = 80
NO_VALUE = "no single value: an input is in words only"
SIDES = {
    "at most": "at most, as words allow less",
    "at least": "at least, as words allow more",
    "no bound": "may be lower or higher, as words allow both",
}


@dataclass(frozen=True, repr=False)
class Step:
    """A quantity: names, numbers and the result as lines, notes, and what it needs."""

    label: str
    lines: tuple
    noun: str
    notes: list
    parts: list
    value: float
    unit: str
    beside: tuple

    @property
    def shown(self):
        """The lines, with what is counted behind the result."""
        noun = "" if math.isnan(self.value) else self.noun
        return [*self.lines[:-1], self.lines[-1] + noun]

    def __repr__(self):
        return as_text(self)

    def _repr_markdown_(self):
        return as_markdown(self)


# What a reader sees of a quantity -----------------------------------------------------


def unit_of(model, name):
    """Return the unit in which a number is shown."""
    return model.tables["quantities"][name]["unit"]


def noun_of(unit):
    """Return the plural of a unit that is counted."""
    return f" {unit}s" if spell.is_count(unit) else ""


@functools.cache
def levels(model, quantity):
    """Return the numbers with which checks compare a quantity."""
    found = set()
    for check in model.tables["checks"].values():
        if check["compute"] == quantity and check["beside"]:
            exact, rounded = judge.claim_of(model, check)
            found |= {*exact, *rounded}
    return tuple(level for level in sorted(found) if math.isfinite(level))


def spelled(model, name, value):
    """Spell a value of a quantity, the same way on every surface."""
    return spell.spell(value, unit_of(model, name), levels(model, name))


def row_in_words(row):
    """Spell a printed number as it is printed."""
    percent = "percent" * (row["unit"] == "percent")
    return spell.text(printed.value_of(row), percent)


def named(model, name, setting):
    """Return the quantity and the setting of a name such as ``at_risk_2019.southern``,
    or of a check."""
    check = model.tables["checks"].get(name)
    if check and check["compute"]:
        return check["compute"], judge.setting_of(model, check, setting)
    quantity, _, reading = name.partition(".")
    model.look_up(quantity)
    if reading:
        setting = {**setting, **model.choices({quantity: reading})}
    return quantity, setting


# The formula --------------------------------------------------------------------------


def formula(function):
    """Return the arithmetic of a formula from its source."""
    parts = {}
    for line in ast.parse(inspect.getsource(function)).body[0].body:
        if isinstance(line, ast.Assign):
            inner = ast.unparse(line.value)
            is_call = isinstance(line.value, ast.Call)
            parts[line.targets[0].id] = inner if is_call else f"({inner})"
        elif isinstance(line, ast.Return):
            words = ast.unparse(line.value)
    for name, inner in parts.items():
        words = re.sub(rf"\b{name}\b", inner, words)
    return re.sub(r"(?<= )[*/-](?= )", lambda sign: SIGNS[sign[0]], words)


def put_in(words, names):
    """Replace each name in a formula."""
    return re.sub(r"[a-z]\w*", lambda found: names.get(found[0], found[0]), words)


def operands(model, name, result):
    """Return the numbers of a line, with the digits that redo its result."""
    unit, beside = unit_of(model, name), levels(model, name)
    source, values = result.sources[name], result.values()
    own = spell.rounded(float(values[name]), unit, beside)
    for more in range(9):
        shown = {}
        for need in source.needs:
            shown[need] = operand(result, need, float(values[need]), more)
        by_hand = float(source.function(**shown))
        if spell.rounded(by_hand, unit, beside) == own:
            break
    return shown


def operand(result, name, value, more=0):
    """Return a number as a line shows it: a given one in full, another rounded."""
    if name in result.numbers:
        return float(f"{value:.10g}")
    model = result.model
    return spell.rounded(value, unit_of(model, name), levels(model, name), more)


def worded(model, name, number):
    """Write all digits of a number of a quantity; a negative one in brackets."""
    words = spell.text(number, unit_of(model, name))
    return f"({words})" if number < 0 else words


def lines(result, name):
    """Return names, numbers and the result, or the result alone."""
    model, source = result.model, result.sources[name]
    value = float(result.values()[name])
    if math.isnan(value):
        return (NO_VALUE,)
    if not isinstance(source, Formula):
        return (spell.text(operand(result, name, value), unit_of(model, name)),)
    end = spelled(model, name, value)
    labels = {need: model.labels[need] for need in source.needs}
    if source.is_own:
        return (f"your function of {', '.join(labels.values())}", end)
    if source.function is same:
        return (*labels.values(), end)
    words = formula(source.function)
    numbers = dict(WORDS)
    for need, number in operands(model, name, result).items():
        numbers[need] = worded(model, need, number)
    return put_in(words, labels | WORDS), put_in(words, numbers), end


def line(model, name, setting):
    """Return the numbers and the result of a formula on one line, without "× 1"."""
    quantity, setting = named(model, name, setting)
    result = judge.result_of(model, quantity, setting)
    judge.estimated(result)
    numbers, found = ["", *lines(result, quantity)][-2:]
    short = re.sub(r" [×÷] (1|\(1 − 0\))(?![\d.,]| [mbp])", "", numbers)
    short = re.sub(r"^\(([^()]*)\)$", r"\1", short)
    return f"{numbers if short == found else short} = {found}".removeprefix(" = ")


# The structure ------------------------------------------------------------------------


def steps(model, name, setting, depth=99):
    """Return the worked step of a quantity, nested down to the printed numbers."""
    quantity, setting = named(model, name, setting)
    result = judge.result_of(model, quantity, setting)
    found = judge.estimated(result)
    seen = set()

    def made(inner, left):
        seen.add(inner)
        parts = []
        for need in getattr(result.sources[inner], "needs", ()):
            if left and need not in seen:
                parts.append(made(need, left - 1))
        unit = unit_of(model, inner)
        return Step(
            label=model.labels[inner],
            lines=lines(result, inner),
            noun=noun_of(unit),
            notes=[*origin(model, inner, result.sources[inner], setting)],
            parts=parts,
            value=float(result.values()[inner]),
            unit=unit,
            beside=levels(model, inner),
        )

    step = made(quantity, depth)
    if found["side"]:
        step.notes.append(SIDES[found["side"]])
    bounds = spell.bounds(found["low"], found["value"], found["high"], step.unit)
    if bounds:
        step.notes.append(f"{bounds} by rounding")
    step.notes.extend(beside(model, quantity, setting, name))
    return step


def origin(model, name, source, setting):
    """Yield where a number comes from, or which reading a formula is."""
    if isinstance(source, Formula):
        for (quantity, reading), row in model.tables["readings"].items():
            if quantity == name and model.readings[name].get(reading) is source:
                yield row["label"]
    elif source.row in model.tables["claims"]:
        yield f"printed: {quoted(model.tables['claims'][source.row])}"
    elif source.row in model.tables["external"]:
        yield f"published elsewhere: {model.tables['external'][source.row]['source']}"
    elif isinstance(setting.get(name, ""), str):
        yield "ours"
    else:
        yield "yours"


def place_of(row):
    """Return the place of a printed number in the article, or its source."""
    if "section" not in row:
        return row["source"]
    if row["section"] == "notes":
        return f"note {row['paragraph']}"
    return f"section {row['section']}, paragraph {row['paragraph']}"


def excerpt(row):
    """Return the words of a printed number, with its digits."""
    words, digits = row["as_printed"], row_in_words(row)
    if words == "percent":
        return digits
    has_number = re.search(r"\d|million", words) or not digits
    return words if has_number else f"{digits} ({words})"


def quoted(row):
    """Return a printed number with its words and place."""
    return f"{excerpt(row)}, {place_of(row)}"


def beside(model, quantity, setting, name):
    """Yield what checks of the article, or the check that is named, are beside, and
    their verdicts."""
    for check in model.tables["checks"].values():
        is_asked = check["kind"] == "article" or check["id"] == name
        if check["compute"] != quantity or not (is_asked and check["kind"]):
            continue
        merged = judge.setting_of(model, check, setting)
        # A check with other readings has another number.
        if model.sources(quantity, merged) == model.sources(quantity, setting):
            found = judge.judge(model, check, setting)
            rows = judge.rows_beside(model, check)
            words = " and ".join(dict.fromkeys(map(quoted, rows)))
            yield f"beside {words}: {found['verdict']}{holding(found['condition'])}"


def holding(condition):
    """Say for which values a verdict holds; each span is for one input alone."""
    alone = "each alone, " if ";" in condition else ""
    return f", {alone}for {condition}" if condition else ""


# Its two forms ------------------------------------------------------------------------


def as_text(step, indent=""):
    """Lay a worked step out for a terminal."""
    deep = f"{indent}    "
    head = f"{indent}{step.label} = "
    texts = []
    if len(head) + max(map(len, step.shown)) > WIDTH:
        texts, head = [head.removesuffix(" = ")], f"{deep}= "
    for words in step.shown:
        texts.append(wrapped(words, head, f"{deep}  "))
        head = f"{' ' * len(head[:-2])}= "
    for note in step.notes:
        texts.append(wrapped(note, deep, deep))
    for part in step.parts:
        texts.append(as_text(part, f"{indent}  "))
    return "\n".join(texts)


def wrapped(words, first="", later=""):
    """Break words into lines of at most 80 letters."""
    return textwrap.fill(words, WIDTH, initial_indent=first, subsequent_indent=later)


def as_markdown(step, indent=""):
    """Write a worked step as a nested list."""
    texts = [f"{indent}- **{step.label}** = {' = '.join(step.shown)}"]
    for note in step.notes:
        texts.append(f"{indent}  - *{note}*")
    for part in step.parts:
        texts.append(as_markdown(part, f"{indent}  "))
    return "\n".join(texts)
