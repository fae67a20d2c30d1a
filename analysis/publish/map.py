"""The map leads from each number of the article to the files behind it.

For each number, the map names the row, the check, the formula and the cell of a
notebook.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from analysis.core.errors import InputError
from analysis.core.rows import Check, Claim
from analysis.model.model import Model
from analysis.model.verdicts import Outcome, judge_all
from analysis.publish.notebooks import Notebook, all_notebooks
from analysis.render.codebook import codebook
from analysis.render.frame import Frame, Row
from analysis.render.safe_text import markdown
from analysis.render.steps import label
from analysis.render.wording import CAVEAT, SAID, printed_claim

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
) -> Frame:
    """Make the map as results/map.csv holds it.

    The map has a row for each check of each printed number, and one row for a number
    without a check. The column ``cell`` has the number, counted from 0, of the first
    notebook cell that shows the check or a step of its quantity; the column is empty if
    no cell shows either.
    """
    verdicts = {}
    for outcome in outcomes:
        words = SAID.get(outcome.check.kind, {})
        verdicts[outcome.check.id] = words.get(outcome.verdict, outcome.verdict)
    # The overview and the notebook on sensitivity list no checks, and come last.
    books = sorted(notebooks, key=_lists_none)
    rows = []
    for claim in model.register.claims.values():
        checks = [
            check for check in model.register.checks.values() if check.claim == claim.id
        ]
        for check in checks:
            showing = [book for book in books if check.id in book.checks]
            way = _start(claim) | _shown(showing, check.statement, check.quantity)
            way["check"] = check.id
            way["verdict"] = verdicts[check.id]
            way["formula"] = _formula(model, check)
            way["outputs"] = f"claims.csv checks.csv{way['outputs']}"
            rows.append(way)
        if not checks:
            way = _start(claim) | _shown(books, claim.statement, claim.quantity)
            way["outputs"] = "claims.csv"
            rows.append(way)
    return Frame(rows, COLUMNS)


def _lists_none(notebook: Notebook) -> bool:
    return not notebook.checks


def _start(claim: Claim) -> dict[str, str]:
    """Return the columns of the map that describe a printed number and its place."""
    return dict.fromkeys(COLUMNS, "") | {
        "section": claim.section,
        "paragraph": str(claim.paragraph),
        "item": str(claim.item or ""),
        "statement": claim.statement,
        "printed": str(claim.published),
        "claim": claim.id,
        "role": claim.role,
    }


def _formula(model: Model, check: Check) -> str:
    """Return the module and name of the function that computes a check's quantity.

    The result is empty if no function computes the quantity.
    """
    plan = model.plan_of(check)
    formula = plan.by_name[check.quantity].source.expression
    if formula and formula.function:
        return f"{formula.function.__module__}.{formula.name}"
    return ""


def _shown(books: list[Notebook], statement: str, quantity: str) -> dict[str, str]:
    """Find the first cell that shows a row of a table, or a step of a quantity.

    The result has the quantity, the notebook, the number of the cell, and the figures
    of that notebook. If no cell is found, all texts but the quantity are empty.
    """
    row, step = re.escape(f"{statement}  "), re.escape(f"{label(quantity)} = ")
    wanted = re.compile(f"^ *({row}|{step})", re.MULTILINE)
    way = {"quantity": quantity, "notebook": "", "cell": "", "outputs": ""}
    for book in books:
        for number, cell in enumerate(book.content.cells):
            if any(map(wanted.search, _texts(cell))):
                figures = "".join(f" figures/{name}.csv" for name in book.figures)
                shown = {"notebook": book.name, "cell": str(number), "outputs": figures}
                return way | shown
    return way


def _texts(cell: Any) -> Iterator[str]:
    """The texts that a cell shows."""
    for output in cell.get("outputs", []):
        yield output.get("text", "") + output.get("data", {}).get("text/plain", "")


def map_table(
    model: Model, outcomes: Iterable[Outcome], notebooks: Iterable[Notebook]
) -> str:
    """Make the map as a Markdown table, as docs/map.md shows it.

    The table has a line for each printed number.
    """
    ways: dict[str, list[Row]] = {}
    for row in trace_frame(model, outcomes, notebooks).rows:
        ways.setdefault(row["claim"], []).append(row)
    lines = [
        "| number in the article | place | role | check: verdict | formula "
        "| notebook, cell |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for id, rows in ways.items():
        claim = model.register.claims[id]
        number = f"{markdown(claim.statement)} (`{id}`)"
        place = claim.where.replace("section on ", "").replace("paragraph ", "")
        cells = [f"{number}: {markdown(printed_claim(claim))}", place, claim.role]
        cells += [_each(rows, words) for words in (_check, _function, _cell)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", CAVEAT])


def _each(rows: list[Row], words: Callable[[Row], str]) -> str:
    """Join the texts of a column in the rows for one number, each text once."""
    return "; ".join(filter(None, dict.fromkeys(map(words, rows))))


def _check(row: Row) -> str:
    verdict = row["verdict"].replace("_", " ")
    return f"`{row['check']}`: {verdict}" if row["check"] else ""


def _function(row: Row) -> str:
    _, _, name = row["formula"].rpartition("formulas.")
    return f"`{name}`" if name else ""


def _cell(row: Row) -> str:
    number, _, _ = row["notebook"].partition("_")
    return f"{number}, {row['cell']}" if row["cell"] else ""


def markdown_list(model: Model, kind: str) -> str:
    """The map of claims or the codebook of columns, as a Markdown text.

    Raises InputError for an unknown kind.
    """
    if kind == "claims":
        return map_table(model, judge_all(model), all_notebooks())
    if kind == "columns":
        return codebook(model.register)
    raise InputError(
        "--markdown works only with `analysis list claims` and `analysis list columns`"
    )
