"""The tables of this module show themselves.

They show as HTML in a notebook, and elsewhere as aligned text that is fitted to a
terminal's width.
"""

from __future__ import annotations

import dataclasses
import math
import re
import textwrap
from collections.abc import Iterable, Mapping
from html import escape
from itertools import zip_longest
from typing import Any

import pandas as pd

from analysis.core.spell import digits, exact_span
from analysis.model.model import Model, Setting
from analysis.model.solutions import solution
from analysis.model.verdicts import Outcome
from analysis.render.safe_text import padded
from analysis.render.speller import Speller
from analysis.render.templates import render
from analysis.render.wording import CAVEAT, SCREEN, finding_words


def plain(value: Any) -> Any:
    """Return a value as JSON holds it.

    Numbers have ten digits, and None takes the place of one that is not finite.

    >>> plain({"a": (2 / 3, float("nan"))})
    {'a': [0.6666666667, None]}
    """
    if dataclasses.is_dataclass(value):
        value = {
            field.name: getattr(value, field.name)
            for field in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(digits(value)) if math.isfinite(value) else None
    return value


class Table(pd.DataFrame):
    """A frame of texts.

    It shows every row and column in full, escaped, with ``foot`` below.

    >>> Table({"a": ["1.9 million", "2"], "b": ["x", "y"]}, foot="In persons.")
    a            b
    1.9 million  x
    2            y
    In persons.
    """

    _metadata = ["foot"]  # noqa: RUF012

    def __init__(self, data: Any = None, *, foot: str = CAVEAT, **how: Any) -> None:
        super().__init__(data, **how)  # type: ignore[call-arg]
        self.foot = foot

    def _texts(self) -> list[list[str]]:
        return [
            [str(cell) for cell in row]
            for row in ([*self.columns], *self.itertuples(index=False))
        ]

    def _repr_html_(self) -> str:
        head, *rows = (
            "".join(
                f'<{tag} style="text-align:left">{escape(text)}</{tag}>' for text in row
            )
            for tag, row in zip(["th", *["td"] * len(self)], self._texts(), strict=True)
        )
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
            f"<p>{escape(self.foot)}</p>"
        )

    def __repr__(self) -> str:
        return "\n".join(
            [*_aligned([[text] for text in row] for row in self._texts()), self.foot]
        )

    def within(self, width: int) -> str:
        """Lay out the table as a terminal shows it.

        It is in columns where each row takes some three lines. Otherwise it is a list
        in which the first column names the row. No word of a column is broken.
        """
        texts = [
            [padded(re.sub(r"\s+", " ", text)) for text in row] for row in self._texts()
        ]
        whole = [max(map(len, column)) for column in zip(*texts, strict=True)]
        widths = [
            max(map(len, " ".join(column).split()))
            for column in zip(*texts, strict=True)
        ]
        room = width - sum(widths) - 2 * (len(widths) - 1)
        if room < 0 or sum(whole) > 2.5 * width:
            return "\n".join(_listed(texts, width)).replace("\0", "")
        # Short columns have what they want, and long ones share the rest.
        for left, at in enumerate(
            sorted(range(len(whole)), key=lambda at: whole[at] - widths[at])
        ):
            more = min(whole[at] - widths[at], room // (len(whole) - left))
            widths[at] += more
            room -= more
        cells = [
            [
                textwrap.wrap(text, wide, break_on_hyphens=False) or [""]
                for text, wide in zip(row, widths, strict=True)
            ]
            for row in texts
        ]
        head, *rows = cells
        if widths != whole:
            rows = [
                [[*cell, *[""] * (max(map(len, row)) - len(cell) + 1)] for cell in row]
                for row in rows
            ]
        lines = _aligned([head, [["─" * wide] for wide in widths], *rows])
        return "\n".join(["", *lines]).rstrip().replace("\0", "")


def _aligned(rows: Iterable[list[list[str]]]) -> list[str]:
    """Rows of cells, each of some lines, as lines in columns."""
    lines = [line for row in rows for line in zip_longest(*row, fillvalue="")]
    widths = [max(map(len, column)) for column in zip_longest(*lines, fillvalue="")]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def _listed(texts: list[list[str]], width: int) -> Iterable[str]:
    """Lay out rows as a list.

    Under the first cell of a row stands each other cell that is not empty, by the name
    of its column.
    """
    (_, *names), *rows = texts
    aside = max(map(len, names)) + 6
    for first, *others in rows:
        yield from textwrap.wrap(first, width, subsequent_indent="    ")
        for name, text in zip(names, others, strict=True):
            start = f"    {name:{aside - 4}}"
            yield from textwrap.wrap(
                text, width, initial_indent=start, subsequent_indent=" " * aside
            )


class Folded(pd.DataFrame):
    """Findings, a row each. It shows their titles, with the rest folded below each."""

    def _repr_html_(self) -> str:
        return render("findings.txt", rows=self.to_dict("records"), escape=escape)

    def __repr__(self) -> str:
        return "\n".join(f"- {title}" for title in self["title"])


def checks_table(speller: Speller, outcomes: Iterable[Outcome], *columns: str) -> Table:
    """Put judged checks and derived quantities into words, a row each.

    ``columns`` names the columns, which are those of ``wording.SCREEN``.
    """
    columns = columns or ("comparison", "printed", "recomputed", "verdict")
    return Table(
        [{name: SCREEN[name](speller, one) for name in columns} for one in outcomes],
        columns=[*columns],
    )


def solutions_table(model: Model, setting: Setting, quantities: list[str]) -> Table:
    """Tabulate the assumptions that are solved for so that a claim holds.

    The claim is one on any of the quantities; without quantities, all are tabulated.
    """
    rows = []
    for row in model.register.solutions.values():
        if not quantities or row.quantity in quantities:
            found = solution(model, row, setting)
            one = model.register.assumptions[row.solve]
            unit = model.spelled_unit(one.id)
            value = "none"
            if found.value is not None:
                value = Speller(model).spell(one.id, found.value)
            rows.append(
                [
                    row.statement,
                    value,
                    exact_span(one.low, one.high, unit),
                    found.status.replace("_", " "),
                ]
            )
    return Table(rows, columns=["solved for", "value", "varied over", "so it is"])


def findings_table(model: Model, quantities: list[str]) -> Folded:
    """Return the findings that list a claim of one of the quantities.

    Without quantities, it returns all findings.
    """
    wanted = {
        claim.id
        for claim in model.register.claims.values()
        if {claim.quantity, f"{claim.quantity}_low", f"{claim.quantity}_high"}
        & {*quantities}
    }
    rows = [
        [
            one.id,
            one.title,
            "; ".join(finding_words(model, one)),
            one.sceptical,
            one.charitable,
            one.settle,
        ]
        for one in model.register.findings.values()
        if not quantities or wanted & {*one.claims}
    ]
    return Folded(
        rows,
        columns=["finding", "title", "arithmetic", "sceptical", "charitable", "settle"],
    )
