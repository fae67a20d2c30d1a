"""Tables that show themselves, as HTML in a notebook and as aligned text elsewhere; and values for JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd

from analysis.core.model import Model, Setting
from analysis.core.verdicts import Outcome, solution
from analysis.core.words import digits
from analysis.output.results import CAVEAT, finding_words, published_words, recomputed_words, value_words, verdict_words


def plain(value: Any) -> Any:
    """A value as JSON holds it: numbers to ten digits, and none where one is not finite.

    >>> plain({"a": (2 / 3, float("nan"))})
    {'a': [0.6666666667, None]}
    """
    if dataclasses.is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return float(digits(value)) if math.isfinite(value) else None
    return value


class Table(pd.DataFrame):
    """A frame of texts. It shows every row and column in full, escaped, with ``foot`` below.

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
        return [[str(cell) for cell in row] for row in ([*self.columns], *self.itertuples(index=False))]

    def _repr_html_(self) -> str:
        head, *rows = (
            "".join(f'<{tag} style="text-align:left">{escape(text)}</{tag}>' for text in row)
            for tag, row in zip(["th", *["td"] * len(self)], self._texts(), strict=True)
        )
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{escape(self.foot)}</p>"

    def __repr__(self) -> str:
        texts = self._texts()
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        rows = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in texts)
        return "\n".join([*rows, self.foot])


class Folded(pd.DataFrame):
    """Findings, a row each. It shows their titles, with the rest folded below each."""

    def _repr_html_(self) -> str:
        parts = []
        for row in self.map(lambda cell: escape(str(cell))).to_dict("records"):
            steps = "".join(f"<li>{step}</li>" for step in row["arithmetic"].split("; "))
            parts.append(
                f"<details><summary>{row['title']}</summary><ul>{steps}</ul>"
                f"<p><b>Sceptical:</b> {row['sceptical']}</p><p><b>Charitable:</b> {row['charitable']}</p>"
                f"<p><b>Would settle it:</b> {row['settle']}</p></details>"
            )
        return "".join(parts)

    def __repr__(self) -> str:
        return "\n".join(f"- {title}" for title in self["title"])


def checks_table(model: Model, outcomes: Iterable[Outcome]) -> Table:
    """Judged checks and derived quantities in words, a row each."""
    words = {"printed": published_words, "recomputed": recomputed_words, "verdict": verdict_words}
    rows = [
        {"comparison": one.check.statement, **{name: said(model, one) for name, said in words.items()}}
        for one in outcomes
    ]
    return Table(rows, columns=["comparison", *words])


def solutions_table(model: Model, setting: Setting, quantities: list[str]) -> Table:
    """Assumptions solved for so that a claim on one of the quantities holds; without quantities, all."""
    rows = []
    for row in model.register.solutions.values():
        if not quantities or row.quantity in quantities:
            found, one = solution(model, row, setting), model.register.assumptions[row.solve]
            value, low, high = (
                "none" if number is None else value_words(model, row.solve, number, 1e3, decimals=4)
                for number in (found.value, one.low, one.high)
            )
            rows.append([row.statement, value, f"{low} to {high}", found.status.replace("_", " ")])
    return Table(rows, columns=["solved for", "value", "varied over", "so it is"])


def findings_table(model: Model, quantities: list[str]) -> Folded:
    """The findings that list a claim of one of the quantities; without quantities, all."""
    wanted = {
        claim.id
        for claim in model.register.claims.values()
        if {claim.quantity, f"{claim.quantity}_low", f"{claim.quantity}_high"} & {*quantities}
    }
    rows = [
        [one.id, one.title, "; ".join(finding_words(model, one)), one.sceptical, one.charitable, one.settle]
        for one in model.register.findings.values()
        if not quantities or wanted & {*one.claims}
    ]
    return Folded(rows, columns=["finding", "title", "arithmetic", "sceptical", "charitable", "settle"])
