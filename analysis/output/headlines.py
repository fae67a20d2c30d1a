"""The six headline numbers: the article's words, the working, the verdict, and one sentence with its conditions.

>>> from analysis.core.model import Register
>>> print(headlines(Model(Register.read()))[0].verdict)
matches
"""

from __future__ import annotations

import contextlib
import re
import textwrap
from collections.abc import Iterable
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
            verdict = verdict.replace("{verdict}", verdict_words(model, outcome).partition(", ")[0])
        verdict, sentence = (_filled(model, setting, text) for text in (verdict, row.sentence))
        found.append(Shown(row, tuple(_line(model, setting, name) for name in row.working), verdict, sentence))
    return found


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
        *before, last = one.working or [_NONE]
        lines += [f"     {text}" for text in before]
        beside = f"     {last}  {one.verdict:>{WIDTH - 7 - len(last)}}"
        lines += [beside] if len(beside) <= WIDTH else [f"     {last}", f"{one.verdict:>{WIDTH}}"]
        lines += textwrap.wrap(one.sentence, WIDTH, initial_indent="     ", subsequent_indent="     ")
    return "\n".join(lines)


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
