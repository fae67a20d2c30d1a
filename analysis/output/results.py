"""What leaves a run: tables for machines, tables for a screen, and the guard against change.

Files hold base units and ten digits; a screen shows counts to the place of the coarsest printed number that they rest
on, and their bounds to the nearest 10,000 where that is finer.

>>> sheet = Worksheet(["added_whole"])
>>> sheet.outcomes[0].verdict
'reproduced'
"""

from __future__ import annotations

import contextlib
import csv
import html
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.core.findings import recomputed
from analysis.core.model import ARTICLE, Circle, Estimate, Model, ModelError, OutOfBounds, Plan, Setting
from analysis.core.published import Interval
from analysis.core.register import Claim, Finding, Register, RegisterError, read_text
from analysis.core.units import BASE_UNITS, nearest
from analysis.core.verdicts import Outcome, in_range, judge_all
from analysis.core.words import digits, escape_spreadsheet_formula, in_words, markdown, same
from analysis.output.files import write_file

if TYPE_CHECKING:
    # Half of a second that a verdict does without: who makes a frame loads it.
    import pandas as pd

KIND_WORDS = {
    "point": "neither a ceiling nor a floor",
    "floor": "a floor",
    "ceiling": "a ceiling",
    "range": "a range",
    "none": "no bound on either side",
}
CAVEAT = "Arithmetic of the printed numbers; it says nothing on whether they are true."
READING = "__reading"
#: The verdicts, and when each is given, at the article's values.
VERDICTS = {
    "reproduced": "the value at the printed numbers satisfies what the claim asserts",
    "consistent": "it does not, but some values that round to the printed numbers do",
    "inconsistent": "none do",
    "fitted": "a value was solved for so that it holds: what one would have to believe, and no test of anything",
}

CHECK_COLUMNS = (
    "id", "statement", "claim", "quantity", "readings", "unit", "published", "published_low", "published_high",
    "recomputed", "recomputed_low", "recomputed_high", "solved", "needed", "kind", "verdict", "verdict_other",
    "rests_on", "condition", "reason", "power", "power_10", "notebook",
)  # fmt: skip
CLAIM_COLUMNS = (
    "id", "section", "paragraph", "statement", "unit", "published", "published_low", "published_high", "role",
    "checks",
)  # fmt: skip
#: What the guard holds of each table: what is computed or printed, not what is merely worded.
_GUARDED = {
    "claims": ("unit", "published", "published_low", "published_high", "role"),
    "checks": (*CHECK_COLUMNS[5:19], "power", "power_10"),
}


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


def _percent(model: Model, quantity: str) -> int | None:
    """How many decimals a percentage of this quantity is shown with, one more than is printed; None if it is none."""
    printed = [c.printed for c in model.register.claims.values() if c.quantity == quantity]
    units = {c.unit for c in model.register.claims.values() if c.quantity == quantity}
    if units == {"percent"}:
        return max(len(p.partition(".")[2]) for p in printed) + 1
    return 1 if quantity in model.register.percent else None


def value_words(
    model: Model, quantity: str, number: float | None, place: float = 1e4, *, decimals: int = 3, outward: int = 0
) -> str:
    """A value of a quantity as a screen shows it."""
    percent = _percent(model, quantity)
    return in_words(number, model.units[quantity], place, percent=percent, decimals=decimals, outward=outward)


def published_words(model: Model, outcome: Outcome) -> str:
    """What is printed, as a screen shows it."""
    check = outcome.check
    claim = model.register.claims.get(check.claim)
    if claim is None:
        return "" if check.goal is None else f"goal {check.goal:,.10g}"
    if claim.published.qualifier == "vague":
        percent = _percent(model, check.quantity) is not None
        floor, ceiling = (
            "" if number is None or math.isinf(number) else f"{side} {_exactly(number, percent)}"
            for side, number in (("at least", outcome.published_low), ("at most", outcome.published_high))
        )
        return f"in words, read as {' and '.join(filter(None, (floor, ceiling)))}"
    end = f", {check.end} end" if check.end else ""
    return f"{claim.published}{end}"


def _exactly(number: float, percent: bool) -> str:
    return f"{100 * number:.10g} percent" if percent else f"{number:,.0f}"


def verdict_words(model: Model, outcome: Outcome) -> str:
    """The verdict with what was solved, or what it is at the other rounding place."""
    if outcome.verdict == "fitted":
        if not outcome.solved:
            return f"fitted: {outcome.reason}"
        points = [", ".join(_solved_words(model, name, value) for name, value in point) for point in outcome.solved]
        return f"fitted at {'; or '.join(points)}"
    if not outcome.verdict:
        return "derived" if outcome.recomputed is not None else f"not computable: {outcome.reason}"
    claim = model.register.claims[outcome.check.claim]
    other = "at the loosest reading" if claim.published.qualifier == "vague" else "at the other rounding"
    notes = [f"{outcome.verdict_other} {other}"] if outcome.verdict_other else []
    if claim.published.qualifier == "approaches":
        needed = "no tolerance would do" if outcome.needed is None else f"tolerance needed {outcome.needed:.3f}"
        notes.append(needed)
    return f"{outcome.verdict} ({'; '.join(notes)})" if notes else outcome.verdict


def _solved_words(model: Model, name: str, value: float) -> str:
    assumption = model.register.assumptions[name]
    words = f"{name} = {value_words(model, name, value, place_of(model, (), value), decimals=4)}"
    if not in_range(value, assumption.minimum, assumption.maximum):
        return f"{words} (impossible)"
    inside = in_range(value, assumption.low, assumption.high)
    return words if inside else f"{words} (outside its range)"


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
        power = "" if outcome.power is None else f"{outcome.power:.2f}{', weak' if outcome.weak else ''}"
        rows.append(
            {
                "check": f"{outcome.check.statement} ({outcome.check.id})",
                "published": published_words(model, outcome),
                "recomputed": value_words(model, quantity, outcome.recomputed, place),
                "bounds": low if low == high else f"{low} to {high}",
                "kind": outcome.kind,
                "verdict": verdict_words(model, outcome),
                "rests on": outcome.rests_on or ("printed" if outcome.recomputed is not None else ""),
                "power": power,
            }
        )
    return rows


def headline(model: Model, outcomes: Iterable[Outcome]) -> str:
    """The headline checks as a Markdown table, which ends in the caveat: what the README shows."""
    wanted = [outcome for outcome in outcomes if outcome.check.id in model.register.headline]
    found = screen_rows(model, wanted)
    names = [*found[0]] if found else []
    rows = [names, ["---"] * len(names), *([*map(markdown, row.values())] for row in found)]
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", CAVEAT])


def counts(model: Model, outcomes: Iterable[Outcome]) -> str:
    """One line that counts checks by verdict, and the passes that could hardly have failed."""
    seen = list(outcomes)
    names = [outcome.verdict or ("derived" if outcome.recomputed is not None else "not computable") for outcome in seen]
    order = (*VERDICTS, "derived", "not computable")
    parts = [f"{names.count(name)} {name}" for name in order if name in names]
    weak = sum(outcome.weak for outcome in seen)
    return f"{len(model.register.claims)} claims, {len(seen)} checks: {', '.join(parts)}; {weak} of the passes weak."


def checks_frame(outcomes: Iterable[Outcome], shown_in: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Outcomes as results/checks.csv holds them: every cell a text, numbers in base units."""
    import pandas as pd

    return pd.DataFrame(check_rows(outcomes, shown_in), columns=list(CHECK_COLUMNS))


def check_rows(outcomes: Iterable[Outcome], shown_in: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """The same by column."""
    rows = []
    for outcome in outcomes:
        check = outcome.check
        row = {
            "id": check.id,
            "statement": check.statement,
            "claim": f"{check.claim} {check.end}".strip(),
            "quantity": check.quantity,
            "readings": "; ".join(f"{quantity}={reading}" for quantity, reading in check.readings.items()),
            "unit": outcome.unit,
            "solved": "; ".join(
                ", ".join(f"{name}={digits(value)}" for name, value in point) for point in outcome.solved
            ),
            "notebook": (shown_in or {}).get(check.id, ""),
        }
        for column in CHECK_COLUMNS:
            if column not in row:
                value = getattr(outcome, column)
                row[column] = value if isinstance(value, str) else digits(value)
        rows.append({column: row[column] for column in CHECK_COLUMNS})
    return rows


def claims_frame(model: Model) -> pd.DataFrame:
    """Claims as results/claims.csv holds them, with the role of each and the checks that check it."""
    import pandas as pd

    return pd.DataFrame(claim_rows(model), columns=list(CLAIM_COLUMNS))


def claim_rows(model: Model) -> list[dict[str, str]]:
    """The same by column."""
    checked: dict[str, list[str]] = {}
    for check in model.register.checks.values():
        checked.setdefault(check.claim, []).append(check.id)
    rows = []
    for claim in model.register.claims.values():
        published = claim.published
        value: float | None = None
        low: float | None = None
        high: float | None = None
        if published.qualifier == "range":
            low, high = published.value("low"), published.value("high")
        elif published.qualifier != "vague":
            value, low, high = published.value(), published.asserts().low, published.asserts().high
        cells = [claim.id, claim.section, str(claim.paragraph), claim.statement, claim.base_unit]
        cells += [digits(number) for number in (value, low, high)]
        cells += [role(claim), "; ".join(checked.get(claim.id, []))]
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


def noun(claim: Claim) -> str:
    """The noun that the article prints after a number, none after a percentage."""
    return "" if claim.unit == "percent" else f" {claim.unit_as_printed}"


def claim_words(model: Model, claim: Claim) -> list[str]:
    """What is printed, what it stands for and asserts, and where it stands: a line each."""
    published = claim.published
    lines = [f"printed: {published}{noun(claim)} ({claim.period}, {claim.place}); held in {claim.base_unit}"]
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
                loosest = "" if words.loosest is None else f", {words.loosest:,.10g} at its loosest"
                lines.append(f"{side} {number}{loosest}: {words.reason}")
    document = f"; about: {claim.document}" if claim.document else ""
    lines.append(f"{claim.where}; source cited: {model.register.sources.get(claim.source, 'none')}{document}")
    if claim.note:
        lines.append(f"note: {claim.note}")
    return lines


def role(claim: Claim) -> str:
    """given: the model starts from it; reported: nothing in the article lets one recompute it; else checked."""
    return "given" if claim.input else "reported" if claim.reported else "checked"


def estimates(model: Model, setting: Setting) -> dict[str, dict[str, Any]]:
    """Every quantity, and every reading of it as ``quantity.reading``, with value, bounds, unit, kind, depends_on."""
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
            "kind": estimate.kind,
            "depends_on": list(estimate.depends_on),
        }
    return found


def each_estimate(model: Model, setting: Setting) -> Iterator[tuple[str, Estimate | ModelError]]:
    """Every quantity, and of several readings each as ``quantity.reading``, by that key; or why it has no value."""
    for quantity in model.quantities:
        names = model.readings(quantity)
        several = {f"{quantity}.{name}": {quantity: name} for name in names} if len(names) > 1 else {}
        for key, readings in {quantity: {}, **several}.items():
            try:
                yield key, model.estimate(quantity, model.under(setting, readings))
            except ModelError as error:
                yield key, error


def _rounded(number: float) -> float | int:
    value = float(digits(number) or "nan")
    return int(value) if value.is_integer() else value


# A study: what a notebook works with ----------------------------------------------------------------------------------


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
        return self.model.plan(quantity, self.model.under(self.setting, readings))

    def value(self, name: str) -> float:
        """The value of ``quantity`` or ``quantity.reading`` under the setting, in base units.

        NaN where the setting leaves no value. Raises ModelError for an unknown name.
        """
        try:
            return self._plan(name).value
        except (Circle, OutOfBounds):
            return math.nan


class Worksheet(Evaluation):
    """Some checks judged under the parameters of a notebook.

    checks: ids. reported: ids of rows to list besides, which no check uses. parameters: values of assumptions and
    inputs in base units, and readings as ``QUANTITY__reading``; those that equal the article's own change nothing.
    Raises InputError in one sentence for an unknown name, a value that is not finite or lies outside its bounds, and
    one that nothing shown depends on.

    >>> sheet = Worksheet(["net_persons_ratio_one"], persons_per_transfer=0.9)
    >>> print(sheet.differs)
    differs from the article in: persons_per_transfer = 0.9 person/transfer in place of 1
    """

    def __init__(
        self,
        checks: Iterable[str],
        *,
        reported: Iterable[str] = (),
        model: Model | None = None,
        **parameters: Any,
    ) -> None:
        super().__init__(model or Model(Register.read()), ARTICLE)
        known = self.model.register.checks
        self.checks = list(checks)
        self.reported = list(reported)
        for name in self.reported:
            if name not in self.model.register.claims:
                raise ModelError(f"'{name}' is no claim{nearest(name, self.model.register.claims)}")
        for name in self.checks:
            if name not in known:
                raise ModelError(f"'{name}' is no check{nearest(name, known)}")
        readings, values = split(parameters)
        setting = self.model.setting(readings, values)
        # A default that equals the article's own is no choice of the reader's.
        self.setting = replace(setting, given=frozenset({*setting.readings, *setting.values}))
        self.outcomes = judge_all(self.model, self.checks, self.setting)
        self.plans: list[Plan] = []
        for name in self.checks:
            for named in ({}, known[name].readings):
                with contextlib.suppress(ModelError):
                    self.plans.append(self.model.plan(known[name].quantity, self.model.under(self.setting, named)))
        self.model.check_used(self.setting, self.plans)

    def table(self, *checks: str) -> Table:
        """Published beside recomputed, for the named checks or for all of the study's."""
        wanted = checks or tuple(self.checks)
        return Table(screen(self.model, [o for o in self.outcomes if o.check.id in wanted]))

    @property
    def claims(self) -> list[str]:
        """Ids of the rows that the study starts from, checks or lists besides, in the order of the register."""
        checks = self.model.register.checks
        used = {*self.reported, *(checks[name].claim for name in self.checks)}
        for name in self.checks:
            used |= self.model.plan(checks[name].quantity, self.model.under(ARTICLE, checks[name].readings)).claims
        return [claim for claim in self.model.register.claims if claim in used]

    def sources(self) -> Table:
        """The printed numbers that the study rests on or checks: digits, noun, period, place in the article, source."""
        import pandas as pd

        register = self.model.register
        rows = []
        for name in self.claims:
            claim = register.claims[name]
            rows.append(
                {
                    "number": claim.statement,
                    "printed": str(claim.published),
                    "noun printed": claim.unit_as_printed,
                    "held as": claim.base_unit,
                    "period": claim.period,
                    "place in the article": claim.where,
                    "source cited": register.sources.get(claim.source, "none"),
                }
            )
        return Table(pd.DataFrame(rows))

    def findings(self, *findings: str) -> Table:
        """The findings that rest on one of the study's rows, or those named, with both readings of each.

        Raises ModelError for a name that is no finding.
        """
        import pandas as pd

        known = self.model.register.findings
        for name in findings:
            if name not in known:
                raise ModelError(f"'{name}' is no finding{nearest(name, known)}")
        shown = set(self.claims)
        rows = [
            {
                "finding": f"{finding.title} ({finding.id})",
                "arithmetic": "; ".join(finding_words(self.model, finding)),
                "sceptical": finding.sceptical,
                "charitable": finding.charitable,
                "would settle it": finding.settle,
            }
            for finding in known.values()
            if (finding.id in findings if findings else shown & set(finding.claims) or not finding.claims)
        ]
        return Table(
            pd.DataFrame(rows, columns=["finding", "arithmetic", "sceptical", "charitable", "would settle it"])
        )

    def outcome(self, check: str) -> Outcome:
        """The outcome of one of the study's checks."""
        return self.outcomes[self.checks.index(check)]

    def words(self, name: str) -> str:
        """The same, as a screen shows it; says so where the setting leaves no value."""
        quantity, _, _ = name.partition(".")
        try:
            plan = self._plan(name)
            value = plan.value
            return value_words(self.model, quantity, value, place_of(self.model, plan.depends_on, value))
        except (Circle, OutOfBounds):
            return "not computable"

    def prose(self, template: str) -> Prose:
        """A paragraph in which ``{quantity}`` and ``{quantity.reading}`` are replaced by their values, and
        ``{quantity|kind}`` by what its kind says.

        >>> Worksheet(["added_whole"]).prose("At risk in 2021: {at_risk_2021} persons.")
        At risk in 2021: 1.9 million persons.
        """

        def put(found: re.Match[str]) -> str:
            return self.kind_words(found[1]) if found[2] else self.words(found[1])

        return Prose(re.sub(r"\{([a-z0-9_.]+)(\|kind)?\}", put, template))

    def kind_words(self, name: str) -> str:
        """What the kind of ``quantity`` or ``quantity.reading`` says, under the study's setting."""
        with contextlib.suppress(Circle):
            return KIND_WORDS[self._plan(name).kind]
        return "not computable"


def split(parameters: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Parameters parted into readings, by quantity, and values.

    >>> split({"at_risk_2019__reading": "southern", "overlap": 0.5})
    ({'at_risk_2019': 'southern'}, {'overlap': 0.5})
    """
    readings = {name.removesuffix(READING): value for name, value in parameters.items() if name.endswith(READING)}
    return readings, {name: value for name, value in parameters.items() if not name.endswith(READING)}


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
    tables = {"claims": claim_rows(model), "checks": check_rows(outcomes)}
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
    frames = {"checks": checks_frame(outcomes, shown_in), "claims": claims_frame(model)}
    if model.register.findings:
        frames["findings"] = findings_frame(model)
    if external is not None and len(external):
        frames["external"] = external
    for name, frame in frames.items():
        escape_spreadsheet_formulas(frame).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    text = json.dumps(estimates(model, ARTICLE), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "estimates.json").write_text(text + "\n", encoding="utf-8")
