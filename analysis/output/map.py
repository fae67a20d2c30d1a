"""The map: from a number of the article to its row, the checks that check it, the formula, the cell and the file.

What belongs here: what stands where. What does not: what it comes to (``verdicts``), and how a number is computed
(``model``).

>>> from analysis.output.notebooks import all_notebooks
>>> from analysis.core.register import Register
>>> from analysis.core.verdicts import judge_all
>>> model = Model(Register.read())
>>> rows = trace(model, judge_all(model, ["added_whole"]), all_notebooks())
>>> row = next(row for row in rows if row["check"] == "added_whole")
>>> row["claim"], row["formula"], row["notebook"]
('at_risk_2021_approaches', 'analysis.formulas.at_risk.at_risk_2021', '04_at_risk_2021')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from analysis.core.model import ARTICLE, Model, ModelError
from analysis.core.register import Claim
from analysis.core.verdicts import Outcome
from analysis.core.words import markdown
from analysis.output.figures import FIGURES
from analysis.output.notebooks import Notebook, shown_in
from analysis.output.results import CAVEAT, role

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "section", "paragraph", "item", "statement", "printed", "claim", "role", "check", "verdict", "quantity",
    "formula", "notebook", "cell", "outputs",
)  # fmt: skip


def trace(model: Model, outcomes: Iterable[Outcome], notebooks: Iterable[Notebook]) -> list[dict[str, str]]:
    """A row for each printed number and check that own it, one without a check where none does.

    The formula computes the check's quantity; it is empty where the quantity is a row of its own. Cells are counted
    from 0, texts among them, as an error counts them; the cell is the first of the notebook that shows the check, or
    the row, in a table. Outputs are files of the results, the figures those that are drawn from the check.
    """
    books, seen = list(notebooks), list(outcomes)
    shown, texts = shown_in(books), {book.name: _texts(book) for book in books}
    rows = []
    for claim in model.register.claims.values():
        place = {"section": claim.section, "paragraph": str(claim.paragraph), "item": str(claim.item or "")}
        what = {"statement": claim.statement, "printed": str(claim.published), "claim": claim.id, "role": role(claim)}
        own = [outcome for outcome in seen if outcome.check.claim == claim.id]
        for outcome in own:
            check = outcome.check
            book = shown.get(check.id, "")
            drawn = [f"figures/{name}.csv" for name, figure in FIGURES.items() if check.id in figure.checks]
            rows.append(
                {
                    **place,
                    **what,
                    "check": check.id,
                    "verdict": outcome.verdict,
                    "quantity": check.quantity,
                    "formula": _formula(model, check.quantity, check.readings),
                    "notebook": book,
                    "cell": _cell(texts.get(book, {}), f"({check.id})"),
                    "outputs": " ".join(["claims.csv", "checks.csv", *drawn]),
                }
            )
        if not own:
            # Of those that show it, the notebook that lists the fewest rows beside it is about it.
            listing = [
                book
                for book in books
                if claim.id in book.declared.get("claims", []) and _cell(texts[book.name], _row_of(claim))
            ]
            name = min(listing, key=lambda book: len(book.declared["claims"])).name if listing else ""
            rows.append(
                {
                    **place,
                    **what,
                    **dict.fromkeys(("check", "verdict", "formula"), ""),
                    "quantity": claim.quantity,
                    "notebook": name,
                    "cell": _cell(texts.get(name, {}), _row_of(claim)),
                    "outputs": "claims.csv",
                }
            )
    return [{column: row[column] for column in COLUMNS} for row in rows]


def trace_frame(model: Model, outcomes: Iterable[Outcome], notebooks: Iterable[Notebook]) -> pd.DataFrame:
    """The map as results/map.csv holds it."""
    import pandas as pd

    return pd.DataFrame(trace(model, outcomes, notebooks), columns=list(COLUMNS))


def map_table(model: Model, outcomes: Iterable[Outcome], notebooks: Iterable[Notebook]) -> str:
    """The map as a Markdown table, a printed number a row: what the README shows."""
    rows = [["number in the article", "place", "role", "check: verdict", "formula", "notebook, cell"], ["---"] * 6]
    groups: dict[str, list[dict[str, str]]] = {}
    for row in trace(model, outcomes, notebooks):
        groups.setdefault(row["claim"], []).append(row)
    for id, group in groups.items():
        claim = model.register.claims[id]
        noun = "" if claim.published.unit == "percent" else f" {markdown(claim.unit_as_printed)}"
        place = claim.where.replace("section ", "").replace("paragraph ", "")
        checks = [f"`{row['check']}`: {row['verdict']}" for row in group if row["check"]]
        formulas = [f"`{row['formula'].rpartition('formulas.')[2]}`" for row in group if row["formula"]]
        cells = [f"{row['notebook'].partition('_')[0]}, {row['cell']}" for row in group if row["cell"]]
        what = f"{markdown(claim.statement)} (`{id}`): {claim.published}{noun}"
        parts = ["; ".join(dict.fromkeys(found)) for found in (checks, formulas, cells)]
        rows.append([what, place, group[0]["role"], *parts])
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", CAVEAT])


def _formula(model: Model, quantity: str, readings: Mapping[str, str]) -> str:
    """The function that computes a quantity under readings, by its whole name; empty where none does."""
    try:
        node = model.plan(quantity, model.under(ARTICLE, readings)).by_name[quantity]
    except ModelError:
        return ""
    formula = node.source.expression
    return f"{formula.function.__module__}.{formula.name}" if formula and formula.function else ""


def _texts(notebook: Notebook) -> dict[int, str]:
    """What each code cell of a notebook shows, as text, by its number."""
    return {
        number: "\n".join(
            str(output.get("text", "")) + str(output.get("data", {}).get("text/plain", "")) for output in cell.outputs
        )
        for number, cell in enumerate(notebook.content.cells)
        if cell.cell_type == "code"
    }


def _row_of(claim: Claim) -> str:
    """How the row of a printed number begins in a table, behind the end of the row above it."""
    return f"\n{claim.statement} | "


def _cell(texts: Mapping[int, str], wanted: str) -> str:
    """The number of the first cell that shows a text; empty where none does."""
    return next((str(number) for number, text in texts.items() if wanted in text), "")
