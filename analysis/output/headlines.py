"""The six headline numbers: the article's words, the working, the verdict, and one sentence with its conditions.

>>> from analysis.core.model import Register
>>> print(headlines(Model(Register.read()))[0].verdict)
matches
"""

from __future__ import annotations

import contextlib
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.core.model import ARTICLE, Model, ModelError, Setting
from analysis.core.register import Headline
from analysis.core.verdicts import judge
from analysis.core.words import digits
from analysis.output.results import estimate_words, verdict_words
from analysis.output.steps import WIDTH, line

if TYPE_CHECKING:
    from analysis.output.display import Table

COLUMNS = ("the article", "working", "shown as", "why")
_NONE = "no derivation in this article"


@dataclass(frozen=True)
class Shown:
    """A headline under a setting, in words."""

    row: Headline
    working: tuple[str, ...]
    verdict: str
    sentence: str


def headlines(model: Model, setting: Setting = ARTICLE) -> list[Shown]:
    """The headlines of the data package under a setting, in their order."""
    found = []
    for row in model.register.headlines.values():
        verdict = row.shown or "{verdict}"
        if row.check:
            outcome = judge(model, model.register.checks[row.check], setting)
            said = verdict.replace("{verdict}", verdict_words(model, outcome).partition(", ")[0])
            # The working has the reason.
            verdict = said if outcome.verdict else "not computable"
        verdict, sentence = (_filled(model, setting, text) for text in (verdict, row.sentence))
        found.append(Shown(row, tuple(_line(model, setting, name) for name in row.working), verdict, sentence))
    return found


def changes(model: Model, setting: Setting, shown: Iterable[Shown] = ()) -> Iterator[str]:
    """The differences from the article under a setting, and what they do: each headline that changes, and in any case
    the one that approaches a number, each with its remarks; but those that are shown already."""
    if differs := model.differences(setting):
        yield differs
    for was, now in zip(headlines(model), headlines(model, setting), strict=True) if differs else ():
        if now not in shown and (approaches(model) == now.row or was != now):
            said = "; ".join([*now.working[-1:], now.verdict])
            about = "".join(f" ({remark})" for remark in _remarks(model, now.row, setting))
            yield f"{now.row.title}: {'unchanged, ' if was == now else ''}{said}{about}"


def _remarks(model: Model, row: Headline, setting: Setting) -> Iterable[str]:
    """The remarks on the number that a headline is of; none where it has no single value."""
    with contextlib.suppress(ModelError):
        return model.estimate(model.register.claims[row.claim].quantity, setting).remarks
    return ()


def approaches(model: Model) -> Headline | None:
    """The headline that approaches a number; None in a data package without one."""
    rows = model.register.headlines.values()
    return next((row for row in rows if model.register.claims[row.claim].qualifier == "approaches"), None)


def ours(model: Model, setting: Setting = ARTICLE) -> str:
    """The assumptions that the headlines rest on and that the article does not print, with their values."""
    found: dict[str, float] = {}
    for name in (name for row in model.register.headlines.values() for name in row.working):
        with contextlib.suppress(ModelError):
            nodes = model.plan(*model.named(name, setting)).leaves.values()
            found |= {
                node.name: node.source.value
                for node in nodes
                if node.source.assumption and node.source.assumption.grade == "chosen" and not node.source.in_words
            }
    return f"Ours, not the article's: {', '.join(f'{name} {digits(value)}' for name, value in found.items())}."


def _line(model: Model, setting: Setting, name: str) -> str:
    try:
        return line(model, setting, name)
    except ModelError as error:
        return str(error)


def _filled(model: Model, setting: Setting, text: str) -> str:
    """A text with each name in braces replaced by its value."""

    def put(found: re.Match[str]) -> str:
        try:
            quantity, under = model.named(found[1], setting)
            one = model.estimate(quantity, under)
        except ModelError:
            model.named(found[1])  # an unknown name is refused
            return "(no single value)"
        return estimate_words(model, quantity, one.value, one.low, one.high, one.depends_on)

    return re.sub(r"\{([a-z0-9_.]+)\}", put, text)


def headlines_text(shown: Iterable[Shown]) -> str:
    """Headlines for a terminal: the words, the working with the verdict at the right, and the sentence."""
    lines = []
    for number, one in enumerate(shown, start=1):
        lines += textwrap.wrap(one.row.title, WIDTH, initial_indent=f"{number}  ", subsequent_indent="   ")
        # Two numbers past one limit have one reason.
        *before, last = [*dict.fromkeys(one.working)] or [_NONE]
        for text in before:
            lines += _indented(text)
        room = WIDTH - 7 - len(last)
        fits = len(one.verdict) <= room
        lines += [f"     {last}  {one.verdict:>{room}}"] if fits else [*_indented(last), f"{one.verdict:>{WIDTH}}"]
        lines += _indented(one.sentence)
    return "\n".join(lines)


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="     ", subsequent_indent="     ")


def headlines_table(shown: Iterable[Shown]) -> Table:
    """Headlines as a table of four columns, for a notebook."""
    from analysis.output.display import Table

    return Table(_rows(shown), columns=COLUMNS)


def headlines_markdown(shown: Iterable[Shown]) -> str:
    """The same in Markdown, for the README."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *_rows(shown)]
    return "\n".join(f"| {' | '.join(cell.replace('|', ' ') for cell in row)} |" for row in rows)


def _rows(shown: Iterable[Shown]) -> list[tuple[str, ...]]:
    return [(one.row.title, "; ".join(one.working) or _NONE, one.verdict, one.sentence) for one in shown]
