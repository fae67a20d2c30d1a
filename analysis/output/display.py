"""Frames that show themselves in a notebook: as HTML there, and as aligned text elsewhere."""

from __future__ import annotations

import html
from collections.abc import Iterable

import pandas as pd

from analysis.core.model import Model, Setting
from analysis.core.verdicts import Outcome, solution
from analysis.output.results import CAVEAT, finding_words, published_words, recomputed_words, value_words, verdict_words


class Aligned(pd.DataFrame):
    """A frame of texts. It shows every row and column in full, escaped, with the caveat below."""

    def _repr_html_(self) -> str:
        cells = ["".join(f'<td style="text-align:left">{html.escape(str(cell))}</td>' for cell in row)
                 for row in self.itertuples(index=False)]  # fmt: skip
        head = "".join(f'<th style="text-align:left">{html.escape(str(name))}</th>' for name in self.columns)
        rows = "".join(f"<tr>{row}</tr>" for row in cells)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>{CAVEAT}</p>"

    def __repr__(self) -> str:
        texts = [[*map(str, self.columns)], *([*map(str, row)] for row in self.itertuples(index=False))]
        widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
        lines = (
            "  ".join(f"{text:{width}}" for text, width in zip(row, widths, strict=True)).rstrip() for row in texts
        )
        return "\n".join([*lines, CAVEAT])


class Folded(pd.DataFrame):
    """Findings, a row each. It shows their titles, with the rest folded below each."""

    def _repr_html_(self) -> str:
        parts = []
        for row in self.to_dict("records"):
            texts = {name: html.escape(str(text)) for name, text in row.items()}
            steps = "".join(f"<li>{step}</li>" for step in texts["arithmetic"].split("; "))
            parts.append(
                f"<details><summary>{texts['title']}</summary><ul>{steps}</ul>"
                f"<p><b>Sceptical:</b> {texts['sceptical']}</p><p><b>Charitable:</b> {texts['charitable']}</p>"
                f"<p><b>Would settle it:</b> {texts['settle']}</p></details>"
            )
        return "".join(parts)

    def __repr__(self) -> str:
        return "\n".join(f"- {title}" for title in self["title"])


def checks_table(model: Model, outcomes: Iterable[Outcome]) -> Aligned:
    """Judged checks and derived quantities in words, a row each."""
    rows = [
        {
            "comparison": one.check.statement,
            "printed": published_words(model, one),
            "recomputed": recomputed_words(model, one),
            "verdict": verdict_words(model, one),
        }
        for one in outcomes
    ]
    return Aligned(rows, columns=["comparison", "printed", "recomputed", "verdict"])


def solutions_table(model: Model, setting: Setting, quantities: list[str]) -> Aligned:
    """Assumptions solved for so that a claim on one of the quantities holds; without quantities, all."""
    rows = []
    for row in model.register.solutions.values():
        if not quantities or row.quantity in quantities:
            found, one = solution(model, row, setting), model.register.assumptions[row.solve]
            low, high = (value_words(model, row.solve, end, 1e3, decimals=4) for end in (one.low, one.high))
            value = "none" if found.value is None else value_words(model, row.solve, found.value, 1e3, decimals=4)
            cells = {"solved for": row.statement, "value": value, "varied over": f"{low} to {high}"}
            rows.append({**cells, "so it is": found.status.replace("_", " ")})
    return Aligned(rows, columns=["solved for", "value", "varied over", "so it is"])


def findings_table(model: Model, quantities: list[str]) -> Folded:
    """The findings that list a claim of one of the quantities; without quantities, all."""
    register = model.register
    wanted = {claim.id for claim in register.claims.values() for quantity in quantities
              if quantity in (claim.quantity, f"{claim.quantity}_low", f"{claim.quantity}_high")}  # fmt: skip
    rows = [
        {
            "finding": one.id,
            "title": one.title,
            "arithmetic": "; ".join(finding_words(model, one)),
            "sceptical": one.sceptical,
            "charitable": one.charitable,
            "settle": one.settle,
        }
        for one in register.findings.values()
        if not quantities or wanted & {*one.claims}
    ]
    return Folded(rows, columns=["finding", "title", "arithmetic", "sceptical", "charitable", "settle"])
