"""The map shows the way from each number of the article to its files.

The way leads over the number's row, check, formula and notebook cell.
"""

import re
from collections.abc import Iterable

import pandas as pd

from analysis.core.errors import InputError
from analysis.core.rows import Check
from analysis.model.model import Model
from analysis.model.verdicts import Outcome, judge_all
from analysis.publish.notebooks import Notebook, all_notebooks
from analysis.render.codebook import codebook
from analysis.render.steps import label
from analysis.render.templates import render
from analysis.render.wording import SAID

COLUMNS = (
    "section",
    "paragraph",
    "item",
    "statement",
    "printed",
    "claim",
    "role",
    "check",
    "verdict",
    "quantity",
    "formula",
    "notebook",
    "cell",
    "outputs",
)


def trace_frame(
    model: Model, outcomes: Iterable[Outcome], notebooks: Iterable[Notebook]
) -> pd.DataFrame:
    """Make the map as results/map.csv holds it.

    It has a row for each check of each printed number, or one for a number without a
    check. The cell, counted from 0, is the first that shows the check, or a step of its
    quantity. It is empty where no cell shows them.
    """
    verdicts = {
        one.check.id: SAID.get(one.check.kind, {}).get(one.verdict, one.verdict)
        for one in outcomes
    }
    # The overview and the sensitivities list no checks, and come last.
    books = sorted(notebooks, key=lambda book: not book.checks)
    rows = []
    for claim in model.register.claims.values():
        start = [
            claim.section,
            str(claim.paragraph),
            str(claim.item or ""),
            claim.statement,
            str(claim.published),
            claim.id,
            claim.role,
        ]
        own = [
            check for check in model.register.checks.values() if check.claim == claim.id
        ]
        for check in own:
            way = [check.id, verdicts[check.id], check.quantity, _formula(model, check)]
            cell = _cell(
                [one for one in books if check.id in one.checks],
                f"{check.statement}  ",
                check.quantity,
            )
            drawn = [
                f" figures/{name}.csv"
                for book in books
                if book.name == cell[0]
                for name in book.figures
            ]
            rows.append([*start, *way, *cell, f"claims.csv checks.csv{''.join(drawn)}"])
        if not own:
            cell = _cell(books, f"{claim.statement}  ", claim.quantity)
            rows.append([*start, "", "", claim.quantity, "", *cell, "claims.csv"])
    return pd.DataFrame(rows, columns=list(COLUMNS))


def map_table(
    model: Model, outcomes: Iterable[Outcome], notebooks: Iterable[Notebook]
) -> str:
    """Make the map as a Markdown table, as docs/map.md shows it.

    The table has a line for each printed number.
    """
    frame = trace_frame(model, outcomes, notebooks)
    frame["check"] = (
        "`" + frame["check"] + "`: " + frame["verdict"].str.replace("_", " ")
    ).where(frame["check"] != "")
    frame["formula"] = frame["formula"].str.replace(
        r".*formulas\.(.+)", r"`\1`", regex=True
    )
    frame["cell"] = (
        frame["notebook"].str.partition("_")[0] + ", " + frame["cell"]
    ).where(frame["cell"] != "")
    groups = frame.fillna("").groupby("claim", sort=False)
    return render(
        "map.txt",
        claims=[
            (model.register.claims[str(id)], rows.to_dict("records"))
            for id, rows in groups
        ],
    )


def _formula(model: Model, check: Check) -> str:
    """Return the whole name of the function that computes a check's quantity.

    The name is empty where no function computes it.
    """
    plan = model.plan_of(check)
    formula = plan.by_name[check.quantity].source.expression
    return (
        f"{formula.function.__module__}.{formula.name}"
        if formula and formula.function
        else ""
    )


def _cell(books: list[Notebook], row: str, quantity: str) -> tuple[str, str]:
    """Find the first cell that shows a row of a table, or a step of a quantity.

    Return its notebook and its number, or empty texts where no cell shows one.
    """
    wanted = re.compile(
        f"^ *({re.escape(row)}|{re.escape(label(quantity))} = )", re.MULTILINE
    )
    for book in books:
        for number, cell in enumerate(book.content.cells):
            shown = [
                one.get("text", "") + one.get("data", {}).get("text/plain", "")
                for one in cell.get("outputs", [])
            ]
            if any(map(wanted.search, shown)):
                return book.name, str(number)
    return "", ""


def markdown_list(model: Model, kind: str) -> str:
    """The map of claims, or the codebook of columns, as Markdown.

    Raises InputError for another kind.
    """
    if kind == "claims":
        return map_table(model, judge_all(model), all_notebooks())
    if kind == "columns":
        return codebook(model.register)
    raise InputError(
        "--markdown prints `analysis list claims` and `analysis list columns`"
    )
