"""What leaves a run: numbers and rows in words, tables for machines, and the guard against change.

Files hold base units and ten digits. A screen shows a count to the place of the coarsest printed number that it rests
on, and a bound with the digits that it has.

>>> from analysis.core.register import Register
>>> place_of(Model(Register.read()), ["figure_2019_all"])  # printed as 2.59 million
10000.0
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.core.expressions import parse
from analysis.core.findings import recomputed
from analysis.core.model import ARTICLE, Estimate, Model, ModelError, Setting
from analysis.core.register import Check, Claim, Finding, Register, RegisterError, Step, read_table
from analysis.core.units import BASE_UNITS
from analysis.core.verdicts import Outcome, counts, results, solution
from analysis.core.words import digits, in_words, same
from analysis.output.escape import escape_spreadsheet_formula, is_number, markdown
from analysis.output.files import write_file

if TYPE_CHECKING:
    # Half of a second that a verdict does without: who makes a frame loads it.
    import pandas as pd
    from jinja2 import Environment

    Rows = list[dict[str, str]]

CAVEAT = "Arithmetic of the printed numbers; it says nothing on whether they are true."
#: The columns of the tables of a run.
COLUMNS = {
    "checks": "id kind statement claim against quantity readings unit published published_low published_high "
    "recomputed recomputed_low recomputed_high side verdict finer barely rests_on condition reason passing notebook",
    "derived": "id statement quantity readings unit recomputed recomputed_low recomputed_high side rests_on reason "
    "notebook",
    "solutions": "id statement quantity readings claim goal solve value unit low high status reason",
    "claims": "id section paragraph statement unit published published_low published_high role verdict judged_by "
    "same_calculation_as checks",
    "findings": "finding step title what expression value unit",
}
#: Those that the guard holds: computed or printed, not merely worded.
GUARDED = (
    "unit", "published", "published_low", "published_high", "recomputed", "recomputed_low", "recomputed_high", "side",
    "verdict", "finer", "barely", "rests_on", "condition", "passing", "role", "value", "low", "high", "status",
)  # fmt: skip
#: How a verdict is said of each kind of check.
SAID = {
    "repetition": {"matches": "match each other", "matches_within_rounding": "match each other within rounding",
                   "compatible": "compatible with each other", "differs": "differ"},
    "hypothesis": {"matches": "would match", "matches_within_rounding": "would match within rounding",
                   "compatible": "would be compatible", "differs": "would differ"},
}  # fmt: skip


# Numbers in words -----------------------------------------------------------------------------------------------------


def place_of(model: Model, depends_on: Iterable[str], number: float | None = None) -> float:
    """The last place that counts in something that rests on these rows: the coarsest of theirs, 10,000 but for money.

    Where none of them counts things, 10,000. The second digit of a number that has fewer at such a place.
    """
    rows = filter(None, map(model.register.claims.get, depends_on))
    places = {row.published.place("low"): row.base_unit for row in rows if row.base_unit in BASE_UNITS}
    place = max((place if unit == "USD" else min(place, 1e4) for place, unit in places.items()), default=1e4)
    if number is None or not number or not math.isfinite(number) or abs(number) >= 10 * place:
        return place
    return 10.0 ** max(0, math.floor(math.log10(abs(number))) - 1)


def percent_of(model: Model, quantity: str) -> int | None:
    """The fewest decimals of a percentage of this quantity, as many as are printed; None if it is none."""
    claims = [claim for claim in model.register.claims.values() if claim.quantity == quantity]
    if claims and all(claim.unit == "percent" for claim in claims):
        return max(len(claim.printed.partition(".")[2]) for claim in claims)
    return 0 if quantity in model.register.percent else None


def value_words(model: Model, quantity: str, number: float | None, place: float = 1e4, **how: Any) -> str:
    """A value of a quantity as a screen shows it, on its own side of all that a claim on it prints or asserts.

    place and how: as of ``in_words``.
    """
    printed = [row.published for row in model.register.claims.values() if row.quantity == quantity and row.printed]
    ends = [end for one in printed for end in (one.value(), one.asserts().low, one.asserts().high)]
    how["beside"] = [*filter(math.isfinite, ends), *how.get("beside", ())]
    return in_words(number, model.units[quantity], place, percent=percent_of(model, quantity), **how)


def span_words(model: Model, quantity: str, low: float, high: float, *, outward: bool = True) -> list[str]:
    """Bounds of a quantity as a screen shows them: three digits, and more where these blur the span; one if it is none.

    If ``outward``, the low end is rounded down, the high end up.
    """
    size = max(abs(low), abs(high))
    ends = {low: -outward, high: int(outward)}
    place = 10.0 ** (math.floor(math.log10(size)) - 2) if size and math.isfinite(size) else 1.0
    while place > 1e-9 * size and low < high and place > (high - low) / 2:
        place /= 10
    decimals, percent, unit = max(0, -round(math.log10(place))), percent_of(model, quantity), model.units[quantity]
    return [in_words(end, unit, place, percent=percent, decimals=decimals, outward=ends[end]) for end in ends]


def estimate_words(
    model: Model, quantity: str, value: float, low: float | None, high: float | None, depends_on: Iterable[str],
    beside: Iterable[float | None] = (),
) -> str:  # fmt: skip
    """A value of a quantity in words, within its bounds, and on its own side of the numbers beside it."""
    ends = [end for end in (low, high, *beside) if end is not None and math.isfinite(end)]
    return value_words(model, quantity, value, place_of(model, depends_on, value), beside=ends)


def solved_words(model: Model, quantity: str, number: float | None) -> str:
    """A value of an assumption that is solved for, or an end of its range."""
    return value_words(model, quantity, number, place_of(model, (), number), decimals=4)


def against_words(model: Model, check: Check) -> list[str]:
    """The arithmetic over figures published elsewhere that a check has in place of a quantity: names, then numbers."""
    expression, rows = parse(check.against), model.register.external
    shown = {name: str(rows[name].published) for name in expression.needs if name in rows}
    return [f"  {check.against}", f"  = {expression.text(shown)}"]


def result_words(model: Model, one: Estimate, full: bool = False) -> str:
    """An estimate with its side, unit and bounds, rounded or in full."""
    ends = span_words(model, one.quantity, one.low, one.high)
    words = estimate_words(model, one.quantity, one.value, one.low, one.high, one.depends_on)
    if full:
        words, *ends = map(digits, (one.value, one.low, one.high))
    bounds = f", {' to '.join(ends)} by rounding" if one.low != one.high else ""
    end = ", no bound on either side" if one.side == "no bound" else ""
    return f"{sided(one.side.replace('no bound', ''), words)}{plural(one.unit)}{bounds}{end}"


def sided(side: str, words: str) -> str:
    """A value in words with its side.

    >>> sided("at most", "1.9 million"), sided("no bound", "2.2 million")
    ('at most 1.9 million', '2.2 million, no bound')
    """
    return f"{words}, no bound" if side == "no bound" else f"{side} {words}".strip()


def plural(unit: str) -> str:
    """A unit behind a number; nothing for a number without one.

    >>> plural("person"), plural("person/transfer"), plural("dimensionless")
    (' persons', ' person/transfer', '')
    """
    return "" if unit == "dimensionless" else f" {unit}{'s' if unit in BASE_UNITS else ''}"


def reading_words(model: Model, quantity: str, reading: str) -> str:
    """A reading of a quantity as a line of a list."""
    row = model.register.readings.get((quantity, reading))
    grade = f" ({row.grade}{', reconstruction' if row.reconstruction else ''})" if row else ""
    return f"{quantity}={reading}  {model.label(quantity, reading)}{grade}"


# Checks in words ------------------------------------------------------------------------------------------------------


def published_words(model: Model, outcome: Outcome) -> str:
    """The other side of a check, as a screen shows it."""
    check = outcome.check
    claim = model.register.claims.get(check.claim)
    if claim is None:
        return str(model.register.external[check.against].published) if check.against else ""
    if claim.qualifier != "vague":
        return f"{claim.words or claim.published}{f', {check.end} end' if check.end in ('low', 'high') else ''}"
    percent = percent_of(model, check.quantity) is not None
    sides = (("at least", outcome.published_low), ("at most", outcome.published_high))
    ends = [
        f"{side} {f'{100 * number:.10g} percent' if percent else f'{number:,.0f}'}"
        for side, number in sides
        if number is not None and math.isfinite(number)
    ]
    return f'"{claim.words}", read as {" and ".join(ends)}'


def recomputed_words(model: Model, outcome: Outcome) -> str:
    """The recomputed value with its side: on its own side of the numbers that it is compared with."""
    if outcome.recomputed is None:
        bound = ", no bound" if outcome.side == "no bound" else ""
        return "" if outcome.reason and not outcome.verdict else f"no single value{bound}"
    value, (_, place) = outcome.recomputed, _off(model, outcome)
    ends = (
        outcome.recomputed_low,
        outcome.recomputed_high,
        outcome.published,
        outcome.published_low,
        outcome.published_high,
    )
    beside = [end for end in ends if end is not None and math.isfinite(end)]
    place = min(place, place_of(model, outcome.depends_on, value))
    return sided(outcome.side, value_words(model, outcome.check.quantity, value, place, beside=beside))


def _off(model: Model, outcome: Outcome) -> tuple[str, float]:
    """How far a value is off, where that is said, and the place to which it is; the value has that, too."""
    claim, off = model.register.claims.get(outcome.check.claim), outcome.difference
    qualifier = claim.qualifier if claim else ""
    if off is None or not (outcome.verdict == "differs" or qualifier in ("approaches", "over")):
        return "", math.inf
    far = abs(off)
    place = place_of(model, outcome.depends_on, far) if far >= 1e5 else 1e3
    points = percent_of(model, outcome.check.quantity) is not None
    words = f"{100 * far:.1f} points" if points else in_words(far, outcome.unit, place)
    if outcome.verdict == "differs":
        return f"by {words}", place
    return f"{words} {'above' if off > 0 else 'short' if qualifier == 'approaches' else 'below'}", place


def bounds_words(model: Model, outcome: Outcome) -> str:
    """The bounds of the recomputed value by the rounding of the printed digits; empty where there is no value."""
    low, high = outcome.recomputed_low, outcome.recomputed_high
    if outcome.recomputed is None or low is None or high is None:
        return ""
    return " to ".join(span_words(model, outcome.check.quantity, low, high))


def verdict_words(model: Model, outcome: Outcome) -> str:
    """The verdict as a screen says it, with how far off or short the value is."""
    if not outcome.verdict:
        known = outcome.recomputed is not None or outcome.recomputed_low is not None
        return "derived" if known and not outcome.check.kind else f"not computable: {outcome.reason}"
    said, (off, _) = SAID.get(outcome.check.kind, {}), _off(model, outcome)
    found, finer = (said.get(one, one.replace("_", " ")) for one in (outcome.verdict, outcome.finer))
    if outcome.verdict == "differs":
        found, off = f"{found} {off}".strip(), ""
    notes = [off, "barely" * outcome.barely, f"{finer} at the finer place" if finer else ""]
    return ", ".join(filter(None, [found, "; ".join(filter(None, notes))]))


#: The columns in which a screen shows a check.
SCREEN: dict[str, Callable[[Model, Outcome], str]] = {
    "check": lambda model, one: f"{one.check.id}: {one.check.statement}",
    "comparison": lambda model, one: one.check.statement,
    "printed": published_words,
    "recomputed": recomputed_words,
    "bounds": bounds_words,
    "verdict": verdict_words,
    "rests on": lambda model, one: one.rests_on or ("printed" if one.recomputed is not None else ""),
}


def counts_line(model: Model, outcomes: Iterable[Outcome]) -> str:
    """One line that counts the article's results by verdict; our own checks are in no count."""
    seen = list(outcomes)
    found = counts(model, results(model, seen))
    names = {"matches": "match", "matches_within_rounding": "within rounding alone"}
    parts = [f"{number} {names.get(name, name.replace('_', ' '))}" for name, number in found.items() if number]
    ours = sum(outcome.check.kind in ("hypothesis", "external") for outcome in seen)
    total = sum(found.values())
    return f"{total} results of the article: {', '.join(parts)}. Besides, {ours} comparisons by us, in no count."


# Rows in words --------------------------------------------------------------------------------------------------------


def step_words(step: Step, value: float) -> str:
    """A step of a finding's arithmetic and its value, as a screen shows them."""
    places = len(str(step.comes_to).partition(".")[2])
    counted = step.unit in BASE_UNITS and abs(value) >= 5e4
    number = in_words(value, step.unit, 1e3) if counted else f"{value:,.{places}f}".replace("-", "−")
    return f"{step.what}: {number}{plural(step.unit)}"


def finding_words(model: Model, finding: Finding) -> list[str]:
    """The arithmetic of a finding as a screen shows it, a step a line."""
    return [step_words(step, value) for step, value in recomputed(model, finding)]


def printed_words(claim: Claim) -> str:
    """A claim's own words where they are held, else its digits with the noun that the article prints after them."""
    noun = "" if claim.unit == "percent" else f" {claim.unit_as_printed}"
    # Not a noun, but other words, stand beside a number without a unit, or of years: "once", "between 2016 and 2020".
    noun = f' ("{noun[1:]}")' if claim.base_unit in ("dimensionless", "year") and noun else noun
    return f'"{claim.words}"' if claim.words else f"{claim.published}{noun}"


def claim_words(model: Model, claim: Claim) -> list[str]:
    """The print and its place, the values that it stands for, and those that it asserts: a line each."""
    return fill("claim.txt", model=model, claim=claim)


def fill(template: str, **given: Any) -> list[str]:
    """The lines of a screen, from a template in ``pages``; none is empty."""
    return list(filter(str.strip, render(template, **given).split("\n")))


def render(template: str, **given: Any) -> str:
    """A text from a template in ``pages``; no text that is put in breaks a line."""
    known = {"words": sys.modules[__name__], "infinite": math.inf, "markdown": markdown}
    return _templates().get_template(template).render(known | given).strip("\n")


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    how: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    pages = FileSystemLoader(Path(__file__).resolve().parent / "pages")
    return Environment(loader=pages, finalize=lambda put: re.sub(r"\s*[\r\n]\s*", " ", str(put)), **how)


# Tables ---------------------------------------------------------------------------------------------------------------


def escape_spreadsheet_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame as a file for spreadsheets holds it: no text in it starts like a formula."""
    return frame.map(escape_spreadsheet_formula)


def tables(model: Model, outcomes: Iterable[Outcome], shown_in: Mapping[str, str] | None = None) -> dict[str, Rows]:
    """The tables of a run by name, a row by column each, in texts: numbers in base units and ten digits, lists in one
    cell. A check has its notebook from ``shown_in``."""
    seen, register = list(outcomes), model.register
    verdicts, found = results(model, seen), {name: list[dict[str, Any]]() for name in COLUMNS}
    for one in seen:
        check, barely = one.check, "barely" if one.barely else ""
        row = {**vars(check), **vars(one), "barely": barely, "claim": f"{check.claim} {check.end}".strip()}
        found["checks" if check.kind else "derived"].append({**row, "notebook": (shown_in or {}).get(check.id, "")})
    for solve in register.solutions.values():
        # Low and high are the range varied over.
        varied = {name: getattr(register.assumptions[solve.solve], name) for name in ("unit", "low", "high")}
        row = {**vars(solve), **vars(solution(model, solve)), "claim": f"{solve.claim} {solve.end}".strip()}
        found["solutions"].append(row | varied)
    for claim in register.claims.values():
        row = {**vars(claim), "paragraph": str(claim.paragraph), "unit": claim.base_unit}
        row |= dict.fromkeys(["published", "published_low", "published_high"])
        if claim.qualifier != "vague":
            asserts = claim.published.asserts()
            row |= {"published_low": asserts.low, "published_high": asserts.high}
            row["published"] = None if claim.qualifier == "range" else claim.published.value()
        checks = [check.id for check in register.checks.values() if check.claim == claim.id]
        found["claims"].append({**row, "verdict": verdicts.get(claim.id, ""), "checks": checks})
    for finding in register.findings.values():
        for number, (step, value) in enumerate(recomputed(model, finding), start=1):
            row = {**vars(step), "finding": finding.id, "title": finding.title}
            found["findings"].append({**row, "step": str(number), "value": digits(value) or "0"})

    def text(cell: Any) -> str:
        if isinstance(cell, Mapping):
            cell = [f"{quantity}={reading}" for quantity, reading in cell.items()]
        return "; ".join(cell) if isinstance(cell, list | tuple) else cell if isinstance(cell, str) else digits(cell)

    columns = {name: COLUMNS[name].split() for name, rows in found.items() if rows or name != "findings"}
    return {name: [{one: text(row[one]) for one in columns[name]} for row in found[name]] for name in columns}


def write_tables(
    folder: Path, model: Model, outcomes: Iterable[Outcome], shown_in: Mapping[str, str],
    external: pd.DataFrame | None = None,
) -> None:  # fmt: skip
    """Write the tables of a run and estimates.json into a folder; external.csv and findings.csv where there are any."""
    import pandas as pd

    # One without rows has its columns.
    found = tables(model, outcomes, shown_in).items()
    frames = {name: pd.DataFrame(rows, columns=COLUMNS[name].split()) for name, rows in found}
    for name, frame in (frames | ({} if external is None or external.empty else {"external": external})).items():
        escape_spreadsheet_formulas(frame).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    text = json.dumps(estimates(model, ARTICLE), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "estimates.json").write_text(text + "\n", encoding="utf-8")


def estimates(model: Model, setting: Setting) -> dict[str, dict[str, Any]]:
    """Every quantity, and every reading of it as ``quantity.reading``: an Estimate's fields, or why it has no value."""
    found: dict[str, dict[str, Any]] = {}
    for key, one in each_estimate(model, setting):
        if isinstance(one, ModelError):
            found[key] = {"value": None, "reason": str(one)}
            continue
        numbers = {name: float(digits(getattr(one, name)) or "nan") for name in ("value", "low", "high")}
        found[key] = {name: int(number) if number.is_integer() else number for name, number in numbers.items()}
        found[key] |= {"unit": one.unit, "side": one.side}
        found[key] |= {"depends_on": list(one.depends_on), "remarks": list(one.remarks)}
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


# The guard ------------------------------------------------------------------------------------------------------------

Cells = Mapping[tuple[str, str, str], str]


def guarded(model: Model, outcomes: Iterable[Outcome]) -> dict[tuple[str, str, str], str]:
    """Every published and recomputed value with its bounds and verdict, by table, row and column; empty cells out."""
    held = {}
    for table, rows in tables(model, outcomes).items():
        for row in rows:
            if table == "findings":
                held[table, row["finding"], f"step_{row['step']}"] = row["value"]
            else:
                held |= {(table, row["id"], name): row[name] for name in GUARDED if row.get(name)}
    for figure in model.register.external.values():
        held["external", figure.id, "published"] = digits(figure.published.value())
        held["external", figure.id, "unit"] = figure.base_unit
    return held


def read_expected(register: Register) -> dict[tuple[str, str, str], str]:
    """What was accepted. Raises RegisterError when there is no such file or it is not the one that accept writes."""
    file, path = register.file("expected.csv"), register.folder / "expected.csv"
    if not path.exists():
        raise RegisterError(file, "the file is missing; `analysis accept` writes it")
    found: dict[tuple[str, str, str], str] = {}
    for id, row in read_table(path):
        if row.keys() != {"row", "table", "id", "field", "value"}:
            message = "table, id, field and value are not all given; `analysis accept` writes the file anew"
            raise RegisterError(file, message, row=row["row"], id=id)
        key = (row["table"], id, row["field"])
        if key in found:
            raise RegisterError(file, "the value is given twice", row=row["row"], id=id, field=row["field"])
        found[key] = row["value"]
    return found


def moved(expected: Cells, now: Cells) -> list[str]:
    """The differences between the accepted values and those computed now, a sentence each; a float's last digits do not
    count."""
    lines = []
    for key in dict.fromkeys([*now, *expected]):
        one, two = expected.get(key, ""), now.get(key, "")
        if not _alike(one, two):
            how = f"is new, {two}" if not one else f"is gone, was {one}" if not two else f"moved from {one} to {two}"
            lines.append("{}, {}: {} {}".format(*key, how))
    return lines


def _alike(was: str, now: str) -> bool:
    """Whether two cells are the same, number for number and word for word."""
    one, two = (re.split(r"([ =;,]+)", text) for text in (was, now))
    # Ten digits in a cell of its own, six within a condition.
    tolerance = 1e-9 if len(one) == 1 else 2e-6
    return len(one) == len(two) and all(
        a == b or (is_number(a) and is_number(b) and same(float(a), float(b), tolerance))
        for a, b in zip(one, two, strict=True)
    )


def write_expected(register: Register, now: Cells) -> None:
    """Write what is computed now as what is accepted, whole or not at all."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([["table", "id", "field", "value"], *([*key, value] for key, value in now.items())])
    try:
        write_file(register.folder / "expected.csv", text.getvalue())
    except OSError as error:
        raise RegisterError(register.file("expected.csv"), f"the file can't be written ({error.strerror})") from None
