"""What leaves a run: tables for machines, tables for a screen, and the guard against change.

Files hold base units and ten digits; a screen shows counts to the place of the coarsest printed number that they rest
on, and their bounds to the nearest 10,000 where that is finer.

>>> from analysis.core.register import Register
>>> from analysis.core.verdicts import judge_all
>>> counts_line(model := Model(Register.read()), judge_all(model))[:25]
'15 results of the article'
"""

from __future__ import annotations

import csv
import html
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.core.findings import recomputed
from analysis.core.model import ARTICLE, Estimate, Model, ModelError, Plan, Setting
from analysis.core.published import Interval
from analysis.core.register import Claim, Finding, Register, RegisterError, read_text
from analysis.core.units import BASE_UNITS
from analysis.core.verdicts import Outcome, counts, results, solution
from analysis.core.words import digits, in_words, same
from analysis.output.escape import escape_spreadsheet_formula
from analysis.output.files import write_file

if TYPE_CHECKING:
    # Half of a second that a verdict does without: who makes a frame loads it.
    import pandas as pd

CAVEAT = "Arithmetic of the printed numbers; it says nothing on whether they are true."
CHECK_COLUMNS = (
    "id", "kind", "statement", "claim", "against", "quantity", "readings", "unit", "published", "published_low",
    "published_high", "recomputed", "recomputed_low", "recomputed_high", "side", "verdict", "finer", "barely",
    "rests_on", "condition", "reason", "passing", "notebook",
)  # fmt: skip
DERIVED_COLUMNS = (
    "id", "statement", "quantity", "readings", "unit", "recomputed", "recomputed_low", "recomputed_high", "side",
    "rests_on", "reason", "notebook",
)  # fmt: skip
SOLUTION_COLUMNS = (
    "id", "statement", "quantity", "readings", "claim", "goal", "solve", "value", "unit", "low", "high",
    "status", "reason",
)  # fmt: skip
CLAIM_COLUMNS = (
    "id", "section", "paragraph", "statement", "unit", "published", "published_low", "published_high", "role",
    "verdict", "judged_by", "same_calculation_as", "checks",
)  # fmt: skip
#: What the guard holds of each table: what is computed or printed, not what is merely worded.
_GUARDED = {
    "claims": ("unit", "published", "published_low", "published_high", "role", "verdict"),
    "checks": (*CHECK_COLUMNS[7:20], "passing"),
    "derived": DERIVED_COLUMNS[4:10],
    "solutions": ("value", "unit", "low", "high", "status"),
}
#: How a verdict is said of each kind of check.
SAID = {
    "repetition": {"matches": "match each other", "matches_within_rounding": "match each other within rounding",
                   "compatible": "compatible with each other", "differs": "differ"},
    "hypothesis": {"matches": "would match", "matches_within_rounding": "would match within rounding",
                   "compatible": "would be compatible", "differs": "would differ"},
}  # fmt: skip


def escape_spreadsheet_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as a file for spreadsheets holds it: no text in it starts like a formula.

    >>> import pandas as pd
    >>> escape_spreadsheet_formulas(pd.DataFrame({"a": ["=1+1", "b"], "c": [-1.0, 2.0]})).values.tolist()
    [["'=1+1", -1.0], ['b', 2.0]]
    """
    return frame.map(escape_spreadsheet_formula)


def place_of(model: Model, depends_on: Iterable[str], number: float | None = None) -> float:
    """The last place that counts in something that rests on these rows: the coarsest of theirs.

    Where none of them counts things, 10,000. The second digit of a number that would vanish at such a place.
    """
    places = []
    for name in depends_on:
        claim = model.register.claims.get(name)
        if claim and claim.base_unit in BASE_UNITS:
            places.append(claim.published.place("low"))
    place = max(places, default=1e4)
    if number is None or not number or not math.isfinite(number) or abs(number) >= place / 2:
        return place
    return 10.0 ** max(0, math.floor(math.log10(abs(number))) - 1)


def rows_under(plan: Plan, name: str) -> set[str]:
    """The rows that a node of a plan starts from."""
    source = plan.by_name[name].source
    return ({source.claim.id} if source.claim else set()).union(*(rows_under(plan, need) for need in source.needs))


def finer(place: float, unit: str = "person") -> float:
    """The place that bounds are shown to: 10,000 where the value's is coarser; for money a tenth of the value's.

    >>> finer(1e5), finer(1e4), finer(1.0), finer(1e6, "USD")
    (10000.0, 10000.0, 1.0, 100000.0)
    """
    return place / 10 if unit == "USD" else min(1e4, place)


def percent_decimals(model: Model, quantity: str) -> int | None:
    """How many decimals a percentage of this quantity is shown with, one more than is printed; None if it is none."""
    printed = [c.printed for c in model.register.claims.values() if c.quantity == quantity]
    units = {c.unit for c in model.register.claims.values() if c.quantity == quantity}
    if units == {"percent"}:
        return max(len(p.partition(".")[2]) for p in printed) + 1
    return 1 if quantity in model.register.percent else None


def value_words(
    model: Model,
    quantity: str,
    number: float | None,
    place: float = 1e4,
    *,
    decimals: int = 3,
    outward: int = 0,
    beside: Iterable[float] = (),
) -> str:
    """A value of a quantity as a screen shows it; ``beside`` as in ``in_words``."""
    percent, unit = percent_decimals(model, quantity), model.units[quantity]
    return in_words(number, unit, place, percent=percent, decimals=decimals, outward=outward, beside=[*beside])


def published_words(model: Model, outcome: Outcome) -> str:
    """The other side of a check, as a screen shows it."""
    check = outcome.check
    claim = model.register.claims.get(check.claim)
    if claim is None:
        return str(model.register.external[check.against].published) if check.against else ""
    if claim.qualifier != "vague":
        return f"{claim.words or claim.published}{f', {check.end} end' if check.end in ('low', 'high') else ''}"
    percent = percent_decimals(model, check.quantity) is not None
    floor, ceiling = (
        "" if number is None or math.isinf(number) else f"{side} {_exactly(number, percent)}"
        for side, number in (("at least", outcome.published_low), ("at most", outcome.published_high))
    )
    return f'"{claim.words}", read as {" and ".join(filter(None, (floor, ceiling)))}'


def _exactly(number: float, percent: bool) -> str:
    return f"{100 * number:.10g} percent" if percent else f"{number:,.0f}"


def sided(side: str, words: str) -> str:
    """A value in words with its side.

    >>> sided("at most", "1.9 million"), sided("no bound", "2.2 million")
    ('at most 1.9 million', '2.2 million, no bound')
    """
    return f"{words}, no bound" if side == "no bound" else f"{side} {words}".strip()


def recomputed_words(model: Model, outcome: Outcome) -> str:
    """The recomputed value with its side: on its own side of the numbers that it is compared with."""
    if outcome.recomputed is None:
        bound = ", no bound" if outcome.side == "no bound" else ""
        return "" if outcome.reason and not outcome.verdict else f"no single value{bound}"
    ends = [end for end in (outcome.published, outcome.published_low, outcome.published_high) if end is not None]
    place = place_of(model, outcome.depends_on, outcome.recomputed)
    words = value_words(model, outcome.check.quantity, outcome.recomputed, place, beside=filter(math.isfinite, ends))
    return sided(outcome.side, words)


def verdict_words(model: Model, outcome: Outcome) -> str:
    """The verdict as a screen says it, with how far off or short the value is."""
    if not outcome.verdict:
        known = outcome.recomputed is not None or outcome.recomputed_low is not None
        return "derived" if known and not outcome.check.kind else f"not computable: {outcome.reason}"
    found = SAID.get(outcome.check.kind, {}).get(outcome.verdict, outcome.verdict.replace("_", " "))
    off, printed = outcome.difference, outcome.published
    claim = model.register.claims.get(outcome.check.claim)
    qualifier = claim.qualifier if claim else ""
    notes = []
    if outcome.verdict == "differs" and off is not None:
        found += f" by {_off_words(model, outcome, abs(off))}"
    elif qualifier == "approaches" and off is not None and off < 0 and printed:
        notes.append(f"{-100 * off / printed:.1f} percent short")
    elif qualifier == "over" and off is not None:
        notes.append(f"{_off_words(model, outcome, abs(off))} {'above' if off > 0 else 'below'}")
    notes += ["barely"] if outcome.barely else []
    finer = SAID.get(outcome.check.kind, {}).get(outcome.finer, outcome.finer.replace("_", " "))
    notes += [f"{finer} at the finer place"] if outcome.finer else []
    return f"{found}, {'; '.join(notes)}" if notes else found


def _off_words(model: Model, outcome: Outcome, off: float) -> str:
    if percent_decimals(model, outcome.check.quantity) is not None:
        return f"{100 * off:.1f} points"
    return in_words(off, outcome.unit, place_of(model, outcome.depends_on, off) if off >= 1e5 else 1e3, decimals=3)


# Tables ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """A frame of texts for a reader, which ends in the caveat; shows as HTML in a notebook and as text elsewhere."""

    frame: pd.DataFrame
    foot: str = CAVEAT

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="text-align:left">{html.escape(str(name))}</th>' for name in self.frame.columns)
        rows = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{html.escape(str(cell))}</td>' for cell in row) + "</tr>"
            for row in self.frame.itertuples(index=False)
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>{html.escape(self.foot)}</p>"

    def __repr__(self) -> str:
        lines = [" | ".join(map(str, self.frame.columns))]
        lines += [" | ".join(map(str, row)) for row in self.frame.itertuples(index=False)]
        return "\n".join([*lines, self.foot])


class Prose(str):
    """A paragraph whose numbers were put in from results; shows as Markdown in a notebook."""

    def _repr_markdown_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


def screen(model: Model, outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Outcomes as a reader wants them: a check a row, with its id, all in words."""
    import pandas as pd

    return pd.DataFrame(screen_rows(model, outcomes))


def screen_rows(model: Model, outcomes: Iterable[Outcome]) -> list[dict[str, str]]:
    """The same by column."""
    rows = []
    for outcome in outcomes:
        quantity = outcome.check.quantity
        place = place_of(model, outcome.depends_on, outcome.recomputed)
        low, high = (
            value_words(model, quantity, number, finer(place, outcome.unit), outward=outward)
            for number, outward in ((outcome.recomputed_low, -1), (outcome.recomputed_high, 1))
        )
        rows.append(
            {
                "check": f"{outcome.check.statement} ({outcome.check.id})",
                "printed": published_words(model, outcome),
                "recomputed": recomputed_words(model, outcome),
                "bounds": "" if outcome.recomputed is None else low if low == high else f"{low} to {high}",
                "verdict": verdict_words(model, outcome),
                "rests on": outcome.rests_on or ("printed" if outcome.recomputed is not None else ""),
            }
        )
    return rows


def counts_line(model: Model, outcomes: Iterable[Outcome]) -> str:
    """One line that counts the article's results by verdict; checks of ours are in no count."""
    seen = list(outcomes)
    found = counts(model, results(model, seen))
    parts = [f"{number} {name.replace('_', ' ')}" for name, number in found.items() if number]
    ours = sum(outcome.check.kind in ("hypothesis", "external") for outcome in seen)
    total = sum(found.values())
    return f"{total} results of the article: {', '.join(parts)}. Besides, {ours} comparisons of ours, in no count."


def check_rows(
    outcomes: Iterable[Outcome], shown_in: Mapping[str, str] | None = None, *, derived: bool = False
) -> list[dict[str, str]]:
    """Judged checks as results/checks.csv holds them, or ``derived`` quantities as derived.csv does: texts, by column,
    numbers in base units."""
    rows = []
    for outcome in outcomes:
        check = outcome.check
        if bool(check.kind) == derived:
            continue
        row: dict[str, Any] = {
            "claim": f"{check.claim} {check.end}".strip(),
            "readings": "; ".join(f"{quantity}={reading}" for quantity, reading in check.readings.items()),
            "notebook": (shown_in or {}).get(check.id, ""),
            "barely": "barely" if outcome.barely else "",
        }
        for column in DERIVED_COLUMNS if derived else CHECK_COLUMNS:
            value = row.get(column, getattr(check, column, None))
            value = getattr(outcome, column) if value is None else value
            row[column] = value if isinstance(value, str) else digits(value)
        rows.append({column: row[column] for column in (DERIVED_COLUMNS if derived else CHECK_COLUMNS)})
    return rows


def solution_rows(model: Model) -> list[dict[str, str]]:
    """Solutions as results/solutions.csv holds them, by column; low and high are the range varied over."""
    rows = []
    for row in model.register.solutions.values():
        found, one = solution(model, row), model.register.assumptions[row.solve]
        cells = [row.id, row.statement, row.quantity, "; ".join(f"{k}={v}" for k, v in row.readings.items())]
        cells += [f"{row.claim} {row.end}".strip(), digits(row.goal), row.solve, digits(found.value), one.unit]
        cells += [digits(one.low), digits(one.high), found.status, found.reason]
        rows.append(dict(zip(SOLUTION_COLUMNS, cells, strict=True)))
    return rows


def claim_rows(model: Model, outcomes: Iterable[Outcome]) -> list[dict[str, str]]:
    """Claims as results/claims.csv holds them, by column: the role and verdict of each, and the checks against it."""
    checked: dict[str, list[str]] = {}
    for check in model.register.checks.values():
        checked.setdefault(check.claim, []).append(check.id)
    verdicts = results(model, outcomes)
    rows = []
    for claim in model.register.claims.values():
        published = claim.published
        value = None if claim.qualifier in ("range", "vague") else published.value()
        asserted = None if claim.qualifier == "vague" else published.asserts()
        numbers = (value, asserted.low, asserted.high) if asserted else (None, None, None)
        cells = [claim.id, claim.section, str(claim.paragraph), claim.statement, claim.base_unit]
        cells += [digits(number) for number in numbers]
        cells += [claim.role, verdicts.get(claim.id, ""), claim.judged_by, "; ".join(claim.same_calculation_as)]
        cells += ["; ".join(checked.get(claim.id, []))]
        rows.append(dict(zip(CLAIM_COLUMNS, cells, strict=True)))
    return rows


def findings_frame(model: Model) -> pd.DataFrame:
    """Findings as results/findings.csv holds them: a row a step of the arithmetic, numbers in base units."""
    import pandas as pd

    rows = [
        [finding.id, str(number), finding.title, step.what, step.expression, digits(value) or "0", step.unit]
        for finding in model.register.findings.values()
        for number, (step, value) in enumerate(recomputed(model, finding), start=1)
    ]
    return pd.DataFrame(rows, columns=["finding", "step", "title", "what", "expression", "value", "unit"])


def finding_words(model: Model, finding: Finding, *, full: bool = False, shown: bool = False) -> list[str]:
    """The arithmetic of a finding as a screen shows it, a step a line.

    full: ten digits. shown: with the expression that each step computes.
    """
    lines = []
    for step, value in recomputed(model, finding):
        places = len(str(step.comes_to).partition(".")[2])
        counted = step.unit in BASE_UNITS and abs(value) >= 1e3
        place = 1e4 if abs(value) >= 5e4 else 10.0 ** (math.floor(math.log10(abs(value) or 1)) - 1)
        number = in_words(value, step.unit, place) if counted else f"{value:,.{places}f}"
        unit = "" if step.unit == "dimensionless" else f" {step.unit}{'s' if step.unit in BASE_UNITS else ''}"
        how = f" = {' '.join(step.expression.split())}" if shown else ""
        lines.append(f"{step.what}: {digits(value) or '0' if full else number}{unit}{how}")
    return lines


def _span(interval: Interval) -> str:
    """An interval that a printed number stands for or asserts: exact decimals, so in full."""
    low, high = f"{interval.low:,.10g}", f"{interval.high:,.10g}"
    if interval.low == interval.high:
        return f"{low} alone"
    if interval.high == float("inf"):
        return f"more than {low}" if interval.low_open else f"{low} and more"
    return f"{low} to {'below ' if interval.high_open else ''}{high}"


def printed_words(claim: Claim) -> str:
    """A claim's own words where they are held, else its digits with the noun that the article prints after them."""
    noun = "" if claim.unit == "percent" else f" {claim.unit_as_printed}"
    return f'"{claim.words}"' if claim.words else f"{claim.published}{noun}"


def claim_words(model: Model, claim: Claim) -> list[str]:
    """What is printed, what it stands for and asserts, and where it stands: a line each."""
    published = claim.published
    lines = [f"printed: {printed_words(claim)} ({claim.period}, {claim.place}); held in {claim.base_unit}"]
    ends = ("low", "high") if published.qualifier == "range" else ("",)
    for end in ends if published.qualifier != "vague" else ():
        stands, asserts = published.stands_for(end), published.asserts(end)
        prefix = f"{end} end " if end else ""
        lines.append(f"{prefix}stands for {_span(stands)}; asserts {_span(asserts)}")
    if published.qualifier == "vague":
        reading = model.register.vague_readings.get(claim.quantity)
        for side, words in (("floor", reading.floor), ("ceiling", reading.ceiling)) if reading else ():
            if words:
                number = "none" if words.value is None else f"{words.value:,.10g}"
                coarse = "" if words.coarse is None else f", {words.coarse:,.10g} at the coarser place"
                lines.append(f"{side} {number}{coarse}: {words.reason}")
    document = f"; about: {claim.document}" if claim.document else ""
    lines.append(f"{claim.where}; source cited: {model.register.sources.get(claim.source, 'none')}{document}")
    if claim.note:
        lines.append(f"note: {claim.note}")
    return lines


def estimates(model: Model, setting: Setting) -> dict[str, dict[str, Any]]:
    """Every quantity, and every reading of it as ``quantity.reading``: an Estimate's fields, or why it has no value."""
    found: dict[str, dict[str, Any]] = {}
    for key, estimate in each_estimate(model, setting):
        if isinstance(estimate, ModelError):
            found[key] = {"value": None, "reason": str(estimate)}
            continue
        found[key] = {
            "value": _rounded(estimate.value),
            "low": _rounded(estimate.low),
            "high": _rounded(estimate.high),
            "unit": estimate.unit,
            "side": estimate.side,
            "depends_on": list(estimate.depends_on),
            "remarks": list(estimate.remarks),
        }
    return found


def each_estimate(model: Model, setting: Setting) -> Iterator[tuple[str, Estimate | ModelError]]:
    """Every quantity, and of several readings each as ``quantity.reading``, by that key; or why it has no value."""
    for quantity in model.quantities:
        names = model.readings(quantity)
        several = {f"{quantity}.{name}": {quantity: name} for name in names} if len(names) > 1 else {}
        for key, readings in {quantity: {}, **several}.items():
            try:
                yield key, model.estimate(quantity, model.change(readings, setting))
            except ModelError as error:
                yield key, error


def _rounded(number: float) -> float | int:
    value = float(digits(number) or "nan")
    return int(value) if value.is_integer() else value


class Evaluation:
    """The values of quantities under one setting.

    >>> model = Model(Register.read())
    >>> round(Evaluation(model, model.setting(values={"former_detainees": 0.0})).value("at_risk_total"))
    1901222
    """

    def __init__(self, model: Model, setting: Setting) -> None:
        self.model, self.setting = model, setting

    @property
    def differs(self) -> str:
        """What differs from the article, in one line; says so when nothing does."""
        return self.model.differences(self.setting) or "as in the article"

    def _plan(self, name: str) -> Plan:
        quantity, readings = self.model.named(name)
        return self.model.plan(quantity, self.model.change(readings, self.setting))

    def value(self, name: str) -> float:
        """The value of ``quantity`` or ``quantity.reading`` under the setting, in base units.

        NaN where the setting leaves no value. Raises ModelError for an unknown name.
        """
        plan = self._plan(name)
        try:
            return plan.value
        except ModelError:
            return math.nan


# The guard ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moved:
    """One value that differs from what was accepted."""

    table: str
    id: str
    field: str
    was: str
    now: str

    def __str__(self) -> str:
        if not self.was:
            return f"{self.table}, {self.id}: {self.field} is new, {self.now}"
        if not self.now:
            return f"{self.table}, {self.id}: {self.field} is gone, was {self.was}"
        return f"{self.table}, {self.id}: {self.field} moved from {self.was} to {self.now}"


def guarded(model: Model, outcomes: Iterable[Outcome]) -> dict[tuple[str, str, str], str]:
    """Every published and recomputed value with its bounds and verdict, by table, row and column; empty cells out."""
    seen = list(outcomes)
    tables = {"claims": claim_rows(model, seen), "checks": check_rows(seen), "derived": check_rows(seen, derived=True)}
    tables |= {"solutions": solution_rows(model)}
    held = {
        (table, row["id"], column): row[column]
        for table, rows in tables.items()
        for row in rows
        for column in _GUARDED[table]
        if row[column]
    }
    for finding in model.register.findings.values():
        for number, (_, value) in enumerate(recomputed(model, finding), start=1):
            held["findings", finding.id, f"step_{number}"] = digits(value) or "0"
    for figure in model.register.external.values():
        held["external", figure.id, "published"] = digits(figure.published.value())
        held["external", figure.id, "unit"] = figure.base_unit
    return held


def read_expected(register: Register) -> dict[tuple[str, str, str], str]:
    """What was accepted. Raises RegisterError when there is no such file or it is not the one that accept writes."""
    file = register.file("expected.csv")
    path = register.folder / "expected.csv"
    if not path.exists():
        raise RegisterError(file, "the file is missing; `analysis accept` writes it")
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise RegisterError(file, f"not a table of comma-separated values ({error})", row=reader.line_num) from None
    if not rows or rows[0] != ["table", "id", "field", "value"]:
        raise RegisterError(file, "the columns are not table, id, field, value; `analysis accept` writes the file anew")
    found: dict[tuple[str, str, str], str] = {}
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != 4:
            raise RegisterError(file, "the row does not have four cells", row=number)
        table, name, field, value = row
        if (table, name, field) in found:
            raise RegisterError(file, "the value is given twice", row=number, id=name, field=field)
        found[table, name, field] = value
    return found


def moved(expected: Mapping[tuple[str, str, str], str], now: Mapping[tuple[str, str, str], str]) -> list[Moved]:
    """What differs between what was accepted and what is computed now; a float's last digits do not count."""
    keys = [*now, *(key for key in expected if key not in now)]
    return [
        Moved(*key, expected.get(key, ""), now.get(key, ""))
        for key in keys
        if not _alike(expected.get(key, ""), now.get(key, ""))
    ]


def _alike(was: str, now: str) -> bool:
    """Whether two cells are the same, number for number and word for word."""
    one, two = (re.split(r"([ =;,]+)", text) for text in (was, now))
    # Ten digits in a cell of its own, six within a condition.
    tolerance = 1e-9 if len(one) == 1 else 2e-6
    return len(one) == len(two) and all(a == b or _close(a, b, tolerance) for a, b in zip(one, two, strict=True))


def _close(was: str, now: str, tolerance: float) -> bool:
    try:
        return same(float(was), float(now), tolerance)
    except ValueError:
        return False


def write_expected(register: Register, now: Mapping[tuple[str, str, str], str]) -> None:
    """Write what is computed now as what is accepted, whole or not at all."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["table", "id", "field", "value"])
    writer.writerows([*key, value] for key, value in now.items())
    try:
        write_file(register.folder / "expected.csv", text.getvalue())
    except OSError as error:
        raise RegisterError(register.file("expected.csv"), f"the file can't be written ({error.strerror})") from None


# Files of a run ------------------------------------------------------------------------------------------------------


def write_tables(
    folder: Path,
    model: Model,
    outcomes: list[Outcome],
    shown_in: Mapping[str, str],
    external: pd.DataFrame | None = None,
) -> None:
    """Write the tables of a run and estimates.json into a folder; external.csv and findings.csv where there are any."""
    import pandas as pd

    frames = {
        "checks": pd.DataFrame(check_rows(outcomes, shown_in), columns=[*CHECK_COLUMNS]),
        "derived": pd.DataFrame(check_rows(outcomes, shown_in, derived=True), columns=[*DERIVED_COLUMNS]),
        "solutions": pd.DataFrame(solution_rows(model), columns=[*SOLUTION_COLUMNS]),
        "claims": pd.DataFrame(claim_rows(model, outcomes), columns=[*CLAIM_COLUMNS]),
    }
    if model.register.findings:
        frames["findings"] = findings_frame(model)
    if external is not None and len(external):
        frames["external"] = external
    for name, frame in frames.items():
        escape_spreadsheet_formulas(frame).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    text = json.dumps(estimates(model, ARTICLE), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "estimates.json").write_text(text + "\n", encoding="utf-8")
