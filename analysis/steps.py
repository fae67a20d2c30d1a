"""The worked step: a formula, the numbers put in, and the result, nested."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from analysis import arithmetic, judge, spell, wording
from analysis.judge import Result
from analysis.model import Formula, Model, Setting, Source, same

NO_SINGLE_SUM = "no single sum"
NO_BOUND = "may be lower or higher, as words allow both"


@dataclass(frozen=True, repr=False)
class Step:
    """A quantity: names, numbers and the result as lines, notes, and what it needs."""

    quantity: str
    label: str
    lines: list
    notes: list
    parts: list
    value: float

    def __repr__(self):
        return as_text(self)

    def _repr_markdown_(self):
        return as_markdown(self)


def named(model: Model, name: str, setting: Setting) -> tuple[str, Setting]:
    """Return the quantity and the setting of a name such as ``at_risk_2019.southern``,
    or of a check."""
    check = model.tables["checks"].get(name)
    if check and check["compute"]:
        return check["compute"], model.under(check, setting)
    quantity, _, reading = str(name).partition(".")
    model.look_up(quantity)
    if reading:
        setting = {**setting, **model.choices({quantity: reading})}
    return quantity, setting


# One line -----------------------------------------------------------------------------


def operands(name: str, source: Formula, result: Result) -> dict[str, Any]:
    """Return the numbers of a line, with the digits that redo its result."""
    model, values = result.model, result.values()
    unit, beside = wording.unit_of(model, name), wording.levels(model, name)
    own = spell.rounded(float(values[name]), unit, beside)
    for more in range(9):
        numbers = {}
        for need in source.needs:
            number = operand(result, need, float(values[need]), more)
            numbers[need] = np.float64(number)
        with np.errstate(all="ignore"):
            by_hand = float(source.function(**numbers))
        if spell.rounded(by_hand, unit, beside) == own:
            break
    return numbers


def operand(result: Result, name: str, value: float, more: int = 0) -> float:
    """Return a number as a line shows it: a given one in full, another rounded."""
    if name in result.numbers and value == result.numbers[name].value:
        return float(f"{value:.10g}")
    unit, beside = (
        wording.unit_of(result.model, name),
        wording.levels(result.model, name),
    )
    return spell.rounded(value, unit, beside, more)


def bracketed(model: Model, name: str, number: float) -> str:
    """Write all digits of a number of a quantity; a negative one in brackets."""
    text = spell.text(number, wording.unit_of(model, name))
    return f"({text})" if number < 0 else text


def sided(result: Result, name: str) -> str:
    """Write a quantity as it stands beside its claim, such as "up to 1.9 million"; its
    label, if words leave it open down to zero."""
    model = result.model
    inner = judge.Result(model, name, result.setting)
    value, source = float(inner.value()), inner.sources[name]
    if math.isnan(value):
        if isinstance(source, Formula):
            return NO_SINGLE_SUM
        if source.words[0] == 0:
            return model.labels[name]
    text = wording.spelled(model, name, float(inner.value(inner.start)))
    return wording.sided(text, inner.side())


def lines(result: Result, name: str, short: bool = False) -> tuple[str, ...]:
    """Return names, numbers and the result, or the result alone.

    A ``short`` line leaves out what is idle, such as "× 1".
    """
    model, source = result.model, result.sources[name]
    value = float(result.values()[name])
    if not isinstance(source, Formula):
        number = operand(result, name, value)
        text = spell.text(number, wording.unit_of(model, name))
        return (text or sided(result, name),)
    end = sided(result, name)
    labels = {need: model.labels[need] for need in source.needs}
    if source.is_own:
        return (f"your function of {', '.join(labels.values())}", end)
    if source.function is same:
        return (*labels.values(), end)
    if math.isnan(value):
        numbers = {need: float(result.values()[need]) for need in source.needs}
        texts = {need: sided(result, need) for need in source.needs}
        if not labels.items().isdisjoint(texts.items()):
            # Beside a label a number has its unit.
            for need in numbers.keys() - {n for n in texts if texts[n] == labels[n]}:
                texts[need] += wording.noun_of(wording.unit_of(model, need))
    else:
        numbers = operands(name, source, result)
        texts = {need: bracketed(model, need, numbers[need]) for need in numbers}
    tree = arithmetic.expression(source.function)
    formula = arithmetic.in_words(tree, labels)
    if short:
        tree = arithmetic.shortened(tree, numbers)
    return formula, arithmetic.in_words(tree, texts), end


def line(model: Model, name: str, setting: Setting) -> str:
    """Return the numbers and the result of a formula on one line, without "× 1"."""
    quantity, setting = named(model, name, setting)
    result = judge.Result(model, quantity, setting)
    judge.estimated(result)
    *texts, end = lines(result, quantity, short=True)
    if texts[-1:] == [end]:
        *texts, end = lines(result, quantity)
    return " = ".join([*texts[-1:], end])


# The structure ------------------------------------------------------------------------


def steps(model: Model, name: str, setting: Setting, depth: int = 99) -> Step:
    """Return the worked step of a quantity, nested down to the printed numbers."""
    quantity, merged = named(model, name, setting)
    result = judge.Result(model, quantity, merged)
    found = judge.estimated(result)
    seen = set()

    def step_of(inner, left):
        seen.add(inner)
        parts = []
        for need in getattr(result.sources[inner], "needs", ()):
            if left and need not in seen:
                parts.append(step_of(need, left - 1))
        value = float(result.values()[inner])
        *texts, end = lines(result, inner)
        if not math.isnan(value):
            end += wording.noun_of(wording.unit_of(model, inner))
        notes = [*origin(model, inner, result.sources[inner], merged)]
        return Step(inner, model.labels[inner], [*texts, end], notes, parts, value)

    step = step_of(quantity, depth)
    if found["side"] == "no bound":
        step.notes.append(NO_BOUND)
    ends = found["low"], found["value"], found["high"]
    bounds = wording.bounds(model, quantity, *ends)
    if bounds:
        step.notes.append(f"{bounds} by rounding")
    # The readings of a check are its own, and not a setting.
    under = setting if name in model.tables["checks"] else merged
    step.notes.extend(beside(model, quantity, under, name))
    return step


def origin(model: Model, name: str, source: Source, setting: Setting) -> Iterator[str]:
    """Yield where a number comes from, or which reading a formula is."""
    if isinstance(source, Formula):
        for (quantity, reading), row in model.tables["readings"].items():
            if quantity == name and model.readings[name].get(reading) is source:
                yield row["label"]
    elif source.row in model.tables["claims"]:
        yield f"printed: {wording.quotation(model.tables['claims'][source.row])}"
    elif source.row in model.tables["external"]:
        yield f"published elsewhere: {model.tables['external'][source.row]['source']}"
    elif isinstance(setting.get(name, ""), str):
        yield "ours"
    else:
        yield "yours"


def beside(model: Model, quantity: str, setting: Setting, name: str) -> Iterator[str]:
    """Yield what checks of the article, or the check that is named, are beside, and
    their verdicts."""
    for check in model.tables["checks"].values():
        # A check with readings of its own has another number.
        is_articles = check["kind"] == "article" and not check["readings"]
        is_asked = is_articles or (check["kind"] and check["id"] == name)
        # What is set is no quotation.
        is_set = quantity in setting and bool(check["readings"])
        if check["compute"] == quantity and is_asked and not is_set:
            found = judge.judge(model, check, setting)
            rows = model.rows_beside(check)
            quoted = " and ".join(dict.fromkeys(map(wording.quotation, rows)))
            verdict = wording.verdict(check, found["verdict"])
            condition = wording.conditions(model, found)
            yield f"beside {quoted}: {wording.conditional(verdict, condition)}"


# Its two forms ------------------------------------------------------------------------


def as_text(step: Step, indent: str = "") -> str:
    """Lay a worked step out for a terminal."""
    deep = f"{indent}    "
    head = f"{indent}{step.label} = "
    texts = []
    if len(head) + max(map(len, step.lines)) > wording.WIDTH:
        texts, head = [head.removesuffix(" = ")], f"{deep}= "
    for text in step.lines:
        texts.append(wording.wrapped(text, head, f"{deep}  "))
        head = f"{' ' * len(head[:-2])}= "
    for note in step.notes:
        texts.append(wording.wrapped(note, deep, deep))
    for part in step.parts:
        texts.append(as_text(part, f"{indent}  "))
    return "\n".join(texts)


def as_markdown(step: Step, indent: str = "") -> str:
    """Write a worked step as a nested list."""
    texts = [f"{indent}- **{step.label}** = {' = '.join(step.lines)}"]
    for note in step.notes:
        texts.append(f"{indent}  - *{note}*")
    for part in step.parts:
        texts.append(as_markdown(part, f"{indent}  "))
    return "\n".join(texts)
