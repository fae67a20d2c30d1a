"""This module makes the rows that leave a run for machines.

Numbers are in base units and have ten digits, and every cell holds a text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from analysis.core.spell import digits
from analysis.model.findings import recomputed
from analysis.model.model import Estimate, Model, ModelError, Setting
from analysis.model.results import results
from analysis.model.solutions import solution
from analysis.model.verdicts import Outcome
from analysis.render.safe_text import escape_spreadsheet_formula
from analysis.render.wording import reason_words

if TYPE_CHECKING:
    # Half of a second that a verdict does without: who makes a frame loads it.
    import pandas as pd

    Rows = list[dict[str, str]]

#: The columns of the tables of a run.
COLUMNS = {
    "checks": "id kind statement claim against quantity readings reached unit "
    "published published_low published_high recomputed recomputed_low recomputed_high "
    "side verdict ground open_to tests_nothing finer coarser_in barely rests_on "
    "condition reason passing passing_rounded notebook",
    "derived": "id statement quantity readings unit "
    "recomputed recomputed_low recomputed_high side rests_on reason notebook",
    "solutions": "id statement quantity readings claim goal solve value unit low high "
    "status reason",
    "claims": "id section paragraph statement unit "
    "published published_low published_high role verdict judged_by "
    "same_calculation_as checks",
    "findings": "finding step title what expression value unit",
}


def escape_spreadsheet_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame for spreadsheets: no text in it starts like a formula."""
    return frame.map(escape_spreadsheet_formula)


def tables(
    model: Model, outcomes: Iterable[Outcome], shown_in: Mapping[str, str] | None = None
) -> dict[str, Rows]:
    """Return the tables of a run by name; a row has a text for each column.

    Numbers are in base units and have ten digits, and a list is in one cell.
    ``shown_in`` gives the notebook of a check.
    """
    seen, register = list(outcomes), model.register
    verdicts = {result.claim.id: result.verdict for result in results(model, seen)}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
    for one in seen:
        check, barely = one.check, "barely" if one.barely else ""
        tests_nothing = "tests nothing" if one.tests_nothing else ""
        row = {
            **vars(check),
            **vars(one),
            "barely": barely,
            "tests_nothing": tests_nothing,
            "reason": reason_words(model, one),
            "claim": f"{check.claim} {check.end}".strip(),
        }
        found["checks" if check.kind else "derived"].append(
            {**row, "notebook": (shown_in or {}).get(check.id, "")}
        )
    for solve in register.solutions.values():
        # Low and high are the range varied over.
        varied = {
            name: getattr(register.assumptions[solve.solve], name)
            for name in ("unit", "low", "high")
        }
        row = {
            **vars(solve),
            **vars(solution(model, solve)),
            "claim": f"{solve.claim} {solve.end}".strip(),
        }
        found["solutions"].append(row | varied)
    for claim in register.claims.values():
        row = {
            **vars(claim),
            "paragraph": str(claim.paragraph),
            "unit": claim.base_unit,
        }
        row |= dict.fromkeys(["published", "published_low", "published_high"])
        if claim.qualifier != "vague":
            asserts = claim.published.asserts()
            row |= {"published_low": asserts.low, "published_high": asserts.high}
            row["published"] = (
                None if claim.qualifier == "range" else claim.published.value()
            )
        checks = [
            check.id for check in register.checks.values() if check.claim == claim.id
        ]
        found["claims"].append(
            {**row, "verdict": verdicts.get(claim.id, ""), "checks": checks}
        )
    for finding in register.findings.values():
        for number, (step, value) in enumerate(recomputed(model, finding), start=1):
            row = {**vars(step), "finding": finding.id, "title": finding.title}
            found["findings"].append(
                {**row, "step": str(number), "value": digits(value) or "0"}
            )

    def text(cell: Any) -> str:
        if isinstance(cell, Mapping):
            cell = [f"{quantity}={reading}" for quantity, reading in cell.items()]
        if isinstance(cell, list | tuple):
            return "; ".join(cell)
        return cell if isinstance(cell, str) else digits(cell)

    columns = {
        name: COLUMNS[name].split()
        for name, rows in found.items()
        if rows or name != "findings"
    }
    return {
        name: [{one: text(row[one]) for one in columns[name]} for row in found[name]]
        for name in columns
    }


def estimates(model: Model, setting: Setting) -> dict[str, dict[str, Any]]:
    """Return the fields of an Estimate for every quantity and every reading of it.

    The key of a reading is ``quantity.reading``. Where there is no value, the fields
    say why.
    """
    found: dict[str, dict[str, Any]] = {}
    for key, one in each_estimate(model, setting):
        if isinstance(one, ModelError):
            found[key] = {"value": None, "reason": str(one)}
            continue
        numbers = {
            name: float(digits(getattr(one, name)) or "nan")
            for name in ("value", "low", "high")
        }
        found[key] = {
            name: int(number) if number.is_integer() else number
            for name, number in numbers.items()
        }
        found[key] |= {"unit": one.unit, "side": one.side}
        found[key] |= {"depends_on": list(one.depends_on), "remarks": list(one.remarks)}
    return found


def each_estimate(
    model: Model, setting: Setting
) -> Iterator[tuple[str, Estimate | ModelError]]:
    """Yield the estimate of every quantity by its name.

    Where a quantity has several readings, the estimate under each of them follows, by
    the key ``quantity.reading``. Where there is no value, the error that says why is
    yielded instead.
    """
    for quantity in model.quantities:
        names = model.readings(quantity)
        several = (
            {f"{quantity}.{name}": {quantity: name} for name in names}
            if len(names) > 1
            else {}
        )
        for key, readings in {quantity: {}, **several}.items():
            try:
                yield key, model.estimate(quantity, model.over(setting, readings))
            except ModelError as error:
                yield key, error
