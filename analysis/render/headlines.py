"""This module words the six headline numbers.

Each headline has the article's words, the working, the verdict, and one sentence with
its conditions.

>>> from analysis.core.register import Register
>>> print(headlines(Model(Register.read()))[0].verdict)
matches
"""

from __future__ import annotations

import contextlib
import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.core.rows import Headline
from analysis.core.spell import digits
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.model.verdicts import judge
from analysis.render.steps import WIDTH, line
from analysis.render.wording import estimate_words, verdict_words

COLUMNS = ("the article", "working", "shown as", "why")
_NONE = "no derivation in this article"


@dataclass(frozen=True)
class Shown:
    """This is a headline under a setting, in words.

    ``remarks`` are the remarks on the number that the headline is about.
    """

    row: Headline
    working: tuple[str, ...]
    verdict: str
    sentence: str
    remarks: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """The headline as a row of a table."""
        return self.row.title, "; ".join(self.working) or _NONE, self.verdict, self.why

    @property
    def why(self) -> str:
        """The sentence, and the remarks."""
        return " ".join(
            [self.sentence, *(f"Remark: {remark}." for remark in self.remarks)]
        )


def headlines(model: Model, setting: Setting = ARTICLE) -> list[Shown]:
    """The headlines of the data package under a setting, in their order."""
    found = []
    for row in model.register.headlines.values():
        verdict, working = row.shown or "{verdict}", []
        remarks: tuple[str, ...] = ()
        if row.check:
            outcome = judge(model, model.register.checks[row.check], setting)
            said = verdict.replace(
                "{verdict}", verdict_words(model, outcome).partition(", ")[0]
            )
            # The working has the reason.
            verdict = said if outcome.verdict else "not computable"
        for name in row.working:
            try:
                plan = model.plan(*model.named(name, setting))
                if not plan.words:
                    text = line(model, setting, name)
                    working.append(
                        f"{text} ({plan.side})"
                        if text and plan.side.startswith("at ")
                        else text
                    )
            except ModelError as error:
                working.append(str(error))
        with contextlib.suppress(ModelError):
            remarks = model.estimate(
                model.register.claims[row.claim].quantity, setting
            ).remarks
        verdict, sentence = (
            _filled(model, setting, text) for text in (verdict, row.sentence)
        )
        found.append(Shown(row, tuple(working), verdict, sentence, remarks))
    return found


def _filled(model: Model, setting: Setting, text: str) -> str:
    """Put the value of each name in braces into a text; between bars, its size."""

    def put(found: re.Match[str]) -> str:
        try:
            quantity, under = model.named(found[2], setting)
            one = model.estimate(quantity, under)
        except ModelError:
            model.named(found[2])  # an unknown name is refused
            return "no value"
        words = estimate_words(
            model, quantity, one.value, one.low, one.high, one.depends_on
        )
        return words.removeprefix("−") if found[1] else words

    return re.sub(r"\{(\|?)([a-z0-9_.]+)\|?\}", put, text)


def changes(
    model: Model, setting: Setting, shown: Iterable[Shown] = ()
) -> Iterator[str]:
    """Yield the differences from the article under a setting, and their effects.

    The first line names the differences. Then each headline that changes has a line.
    The headline that approaches a number has one in any case. A line ends with the
    remarks on its headline. The headlines in ``shown`` are left out, for they are shown
    already.
    """
    differs = model.differences(setting)
    if not differs:
        return
    yield differs
    for was, now in zip(headlines(model), headlines(model, setting), strict=True):
        if now not in shown and (was != now or now.row == approaches(model)):
            said = "; ".join(
                [*dict.fromkeys(now.working), now.verdict.removesuffix(", if …")]
            )
            about = "".join(f" ({remark})" for remark in now.remarks)
            yield f"{now.row.title}: {'unchanged, ' if was == now else ''}{said}{about}"


def approaches(model: Model) -> Headline | None:
    """The headline that approaches a number; None in a data package without one."""
    rows = model.register.headlines.values()
    return next(
        (
            row
            for row in rows
            if model.register.claims[row.claim].qualifier == "approaches"
        ),
        None,
    )


def ours(model: Model, setting: Setting = ARTICLE) -> str:
    """Name the assumptions that are ours, with their values, if there are any.

    Where a user named something, these are the assumptions among it; otherwise they are
    those that the headlines use.
    """
    found: dict[str, str] = {}
    for one in model.register.assumptions.values():
        if (
            one.id in setting.given
            and one.grade == "chosen"
            and model.default(one.id) == "set"
        ):
            found[one.id] = digits(one.value)
    names = (
        ()
        if setting.given
        else (name for row in model.register.headlines.values() for name in row.working)
    )
    for name in names:
        with contextlib.suppress(ModelError):
            for node in model.plan(*model.named(name, setting)).leaves.values():
                assumption = node.source.assumption
                if (
                    assumption
                    and assumption.grade == "chosen"
                    and not node.source.in_words
                ):
                    found[node.name] = digits(node.source.value)
    return (
        f"Ours, not the article's: {', '.join(map(' '.join, found.items()))}."
        if found
        else ""
    )


def headlines_text(shown: Iterable[Shown]) -> str:
    """Lay out headlines for a terminal.

    Each has its words, its working with the verdict at the right, and its sentence.
    """
    lines: list[str] = []

    def put(text: str, start: str = "     ") -> None:
        lines.extend(
            textwrap.wrap(
                text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start)
            )
        )

    for number, one in enumerate(shown, start=1):
        put(one.row.title, f"{number}  ")
        # Two numbers past one limit have one reason.
        for text in dict.fromkeys(one.working or (_NONE,)):
            put(text)
        # Where the last line leaves no room for the verdict, it has a line of its own.
        room = WIDTH - len(lines[-1])
        start = lines.pop() if room > len(one.verdict) + 1 else ""
        lines.append(f"{start:{WIDTH - len(one.verdict)}}{one.verdict}")
        put(one.why)
    return "\n".join(lines)


def headlines_markdown(shown: Iterable[Shown]) -> str:
    """Headlines as a table in Markdown, for the README."""
    rows = [COLUMNS, ("---",) * len(COLUMNS), *(one.cells for one in shown)]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', ' ') for cell in row)} |" for row in rows
    )
