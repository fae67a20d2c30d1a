"""This module lists every number and code that a screen, file or page shows.

Each number or code is a cell, with its table, row and field. Every number that a reader
sees is spelled from a cell. The guard compares the cells computed now with those that
were accepted. A cell holds one thing: a number in base units with ten digits, a unit,
or a code. A cell holds no text that spells a number for readers. ``inputs`` gives the
data as they were read, with each file as a table. ``computed`` gives the values that
follow from the data and are quick to compute. ``drawn`` and ``plotted`` give the values
of draws and figures, which ``analysis verify`` does not compute.
"""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from analysis.core.published import Interval, Published
from analysis.core.readers import read_yaml, validated
from analysis.core.register import Register
from analysis.core.rows import TABLES, Headline, only_words
from analysis.core.spell import ten_digits
from analysis.model import arithmetic
from analysis.model.model import ARTICLE, Model, ModelError
from analysis.model.plan import CircleError
from analysis.model.readings import each
from analysis.model.results import results, tally
from analysis.model.verdicts import Outcome
from analysis.render import external
from analysis.render.estimates import Under, tabulate
from analysis.render.frames import tables
from analysis.render.records import each_estimate
from analysis.render.safe_text import is_number
from analysis.whatif import scenarios, sensitivity, sweep
from analysis.whatif.break_even import break_even
from analysis.whatif.scenarios import Scenario

#: A table, a row of it, and a field.
Key = tuple[str, str, str]
Cells = dict[Key, str]
#: The start of the names of tables of figures, and the names of the tables of draws.
PLOTTED, DRAWN = "figures.", ("draws", "indices")
#: The columns of plotted data that hold codes. Other columns hold numbers or words.
_CODES = ("role", "side", "unit", "assumption")
#: The columns that compare a figure published elsewhere with our number.
_COMPARED = (
    "quantity",
    "reading",
    "read_as",
    "at_ratio",
    "rounding",
    "words",
    "ours",
    "ours_low",
    "ours_high",
    "compared",
    "ratio",
    "difference",
    "divided_by_years",
)
#: The computed columns of a run's tables, whose accepted values are kept.
GUARDED = (
    "unit",
    "published",
    "published_low",
    "published_high",
    "recomputed",
    "recomputed_low",
    "recomputed_high",
    "side",
    "verdict",
    "ground",
    "open_to",
    "tests_nothing",
    "finer",
    "coarser_in",
    "barely",
    "rests_on",
    "condition",
    "passing",
    "passing_rounded",
    "value",
    "low",
    "high",
    "status",
)


def needs_a_run(table: str) -> bool:
    """Whether a table holds draws or a figure, which ``analysis verify`` leaves out."""
    return table.startswith(PLOTTED) or table in DRAWN


# Inputs -------------------------------------------------------------------------------


def inputs(model: Model) -> Cells:
    """The data as they were read, without the fields that hold only words."""
    register = model.register
    cells: Cells = {}
    for row in rows(register):
        cells |= {(row.file, row.id, field): text for field, text in fields(row)}
    file = "datapackage.json"
    for field, text in fields(register, of=("linked_readings", "percent", "estimates")):
        cells[file, "analysis", field] = text
    for limit in register.limits:
        for field, text in fields(limit, of=("at_most", "at_least")):
            cells[file, "analysis", f"limits.{limit.quantity}.{field}"] = text
    for remark in register.remarks:
        field = f"remarks.{remark.quantity}"
        above = cells.get((file, "analysis", field), "")
        cells[file, "analysis", field] = f"{above}; {remark.above}".removeprefix("; ")
    for scenario in scenarios.shipped(model).values():
        for field, text in fields(scenario):
            cells[f"scenarios/{scenario.name}.yaml", scenario.name, field] = text
    path = register.folder / "specification.yaml"
    if path.exists():
        sweep.read(path, model)
        for field, text in fields(validated(path, sweep.Spec, read_yaml(path))):
            cells[path.name, "specification", field] = text
    return cells


def rows(register: Register) -> Iterator[Any]:
    """Yield every row of a register's tables once."""
    seen = set()
    for field in type(register).model_fields:
        table = getattr(register, field)
        for row in table.values() if isinstance(table, Mapping) else ():
            if isinstance(row, TABLES) and id(row) not in seen:
                seen.add(id(row))
                yield row
    yield from register.only_in_words.values()


def fields(part: BaseModel, of: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of a row's fields, without empty fields.

    If ``of`` names fields, only these fields are yielded. A field that holds only words
    is left out. The name of a field within a field has a dot, as in ``outer.inner``.
    """
    unguarded = {"row", "id", *only_words(type(part))}
    for name in type(part).model_fields:
        if name in unguarded or (of and name not in of):
            continue
        for field, text in _texts(name, getattr(part, name)):
            if text:
                yield field, text


def _texts(field: str, content: Any) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of a field, or of each part of the field."""
    if isinstance(content, BaseModel):
        for name, text in fields(content):
            yield f"{field}.{name}", text
    elif isinstance(content, Mapping):
        for name, part in content.items():
            yield from _texts(f"{field}.{name}", part)
    elif isinstance(content, tuple | list) and not _is_listed(content):
        for number, part in enumerate(content, start=1):
            yield from _texts(f"{field}.{number}", part)
    elif content is not None:
        yield field, _text(content)


def _text(content: Any) -> str:
    if isinstance(content, tuple | list):
        return "; ".join(content)
    if isinstance(content, bool):
        return str(content).lower()
    if isinstance(content, int | float):
        return ten_digits(content)
    return str(content)


def _is_listed(content: Iterable[Any]) -> bool:
    """Whether all parts are texts, so that one cell can list them with semicolons."""
    return {type(part) for part in content} <= {str}


# Values that follow from the inputs ---------------------------------------------------


def computed(model: Model, outcomes: Iterable[Outcome]) -> Cells:
    """Return the computed cells that need no notebook, figure or random draws."""
    judged = list(outcomes)
    return {
        **_tables(model, judged),
        **_printed(model),
        **_formulas(model),
        **_estimates(model),
        **_compared(model),
        **_headlines(model, judged),
        **_scenarios(model),
        **_ranges(model),
        **_break_evens(model),
    }


def _numbers(table: str, row: str, numbers: Mapping[str, Any]) -> Cells:
    """Return the cells of a row from its numbers and codes, without empty cells."""
    cells: Cells = {}
    for field, number in numbers.items():
        text = number if isinstance(number, str) else ten_digits(number)
        if text:
            cells[table, row, field] = text
    return cells


def _attributes(part: Any, names: str) -> dict[str, Any]:
    """Map each name listed in ``names`` to the object's attribute of that name."""
    return {name: getattr(part, name) for name in names.split()}


def _tables(model: Model, outcomes: list[Outcome]) -> Cells:
    """The cells of checks, derived quantities, solutions, findings and claims."""
    cells: Cells = {}
    for table, frame in tables(model, outcomes).items():
        for line in frame.texts():
            if table == "findings":
                step = f"step_{line['step']}"
                cells[table, line["finding"], step] = line["value"]
            else:
                numbers = {name: line.get(name) for name in GUARDED}
                cells |= _numbers(table, line["id"], numbers)
    return cells


def _printed(model: Model) -> Cells:
    """Return the ends of the values that each printed number stands for or asserts."""
    cells: Cells = {}
    for claim in model.register.claims.values():
        cells |= _numbers("claims", claim.id, _spans(claim.published))
    for row in model.register.external.values():
        if row.qualifier != "vague":
            numbers = {"published": row.published.value(), "years": row.years}
            cells |= _numbers("external", row.id, numbers | _spans(row.published))
    return cells


def _spans(published: Published) -> dict[str, float]:
    """Return, by field, the ends of the values that a number stands for or asserts."""
    spans: dict[str, float] = {}
    for end in published.ends:
        prefix = f"{end}_" if end else ""
        for place, coarse in (("", False), ("coarse_", True)):
            stands = published.stands_for(end, coarse=coarse)
            asserts = published.asserts(end, coarse=coarse)
            spans |= _ends(f"{prefix}{place}stands", stands)
            spans |= _ends(f"{prefix}{place}asserts", asserts)
    return spans


def _ends(name: str, interval: Interval) -> dict[str, float]:
    # An open end has a name of its own, because "over 30" excludes 30.
    low = f"{name}_{'above' if interval.low_open else 'low'}"
    high = f"{name}_{'below' if interval.high_open else 'high'}"
    return {low: interval.low, high: interval.high}


def _formulas(model: Model) -> Cells:
    """Return the value of each formula at two lists of made-up inputs.

    The made-up inputs rise along one list and fall along the other. Made-up inputs
    reveal changes of a formula that the article's values would hide, such as the loss
    of a factor that is 1 in the article.
    """
    cells: Cells = {}
    for quantity, reading, source in each(model.sources):
        if source.expression:
            up = [0.37 + 0.2236 * place for place in range(len(source.needs))]
            row = f"{quantity}.{reading}"
            for field, values in (("rising", up), ("falling", up[::-1])):
                value = float(source.expression.compiled(*values))
                cells["formulas", row, f"at_{field}_values"] = ten_digits(value)
    return cells


def _estimates(model: Model) -> Cells:
    """The estimate of every quantity under every reading."""
    cells: Cells = {}
    for key, estimate in each_estimate(model, ARTICLE):
        if isinstance(estimate, ModelError):
            cells["estimates", key, "value"] = "none"
        else:
            numbers = _attributes(estimate, "value low high side unit")
            numbers["depends_on"] = "; ".join(estimate.depends_on)
            cells |= _numbers("estimates", key, numbers)
    return cells


def _compared(model: Model) -> Cells:
    """The comparisons of figures published elsewhere with our numbers."""
    cells: Cells = {}
    for row in external.compare(model):
        numbers = {name: row.get(name) for name in _COMPARED}
        cells |= _numbers("compared", f"{row['id']} beside {row['beside']}", numbers)
    return cells


def _headlines(model: Model, outcomes: list[Outcome]) -> Cells:
    """The verdict of each headline, and each number in its working and its sentence."""
    verdicts = {outcome.check.id: outcome.verdict for outcome in outcomes}
    cells: Cells = {}
    for row in model.register.headlines.values():
        numbers: dict[str, Any] = {"verdict": verdicts.get(row.check, "")}
        for number, name in enumerate(row.working, start=1):
            numbers |= _worked(model, f"working.{number}", name)
        if "{verdict}" in row.shown:
            numbers["shown"] = "verdict"
        for field, text in row.texts():
            numbers |= _placed(model, field, text)
        cells |= _numbers("headlines", row.id, numbers)
    for number, context in enumerate(model.register.context, start=1):
        numbers = _placed(model, "words", context.words)
        cells |= _numbers("context", f"{context.beside}.{number}", numbers)
    counts = tally(results(model, outcomes))
    return cells | _numbers("tally", "results", dict(counts))


def _worked(model: Model, field: str, name: str) -> dict[str, float]:
    """The numbers in a line of a headline's calculation: its result and its inputs."""
    quantity, setting = model.quantity_and_setting(name)
    plan = model.plan(quantity, setting)
    if plan.in_words:
        return {}
    values = plan.evaluate({})
    needs = plan.by_name[quantity].source.needs
    return {f"{field}.{need}": float(values[need]) for need in (quantity, *needs)}


def _placed(model: Model, field: str, text: str) -> dict[str, Any]:
    """Return each number in a text, and the form of its spelling, by position."""
    numbers: dict[str, Any] = {}
    for place, (name, form) in enumerate(Headline.placed(text), start=1):
        numbers[f"{field}.{place}"], _ = arithmetic.value(model, name)
        numbers[f"{field}.{place}.form"] = form
    return numbers


def _scenarios(model: Model) -> Cells:
    """The estimates under each shipped scenario, and the numbers in its remarks."""
    cells: Cells = {}
    for scenario in scenarios.shipped(model).values():
        for estimate in tabulate(model, [Under.of(scenario, model)]):
            row = f"{scenario.name}.{estimate.quantity}"
            if estimate.value is None:
                cells["scenarios", row, "value"] = "none"
                continue
            names = ("value", "low", "high", "side", "unit")
            numbers: dict[str, Any] = {name: getattr(estimate, name) for name in names}
            numbers["reconstruction"] = "true" if estimate.reconstruction else ""
            cells |= _numbers("scenarios", row, numbers)
        cells |= _excesses(model, scenario)
    return cells


def _excesses(model: Model, scenario: Scenario) -> Cells:
    """Return by how much quantities exceed the numbers that their remarks name."""
    setting = scenario.setting(model)
    cells: Cells = {}
    for remark in model.register.remarks:
        with contextlib.suppress(ModelError):
            more = model.plan(remark.quantity, setting).value
            if figure := model.register.external.get(remark.above):
                more -= figure.published.value()
            else:
                more -= model.plan(remark.above, setting).value
            if more > 0:
                row = f"{scenario.name}.{remark.quantity} above {remark.above}"
                cells |= _numbers("excesses", row, {"more": more})
    return cells


def _ranges(model: Model) -> Cells:
    """Return the ends to which rounding and assumptions move each estimate."""
    cells: Cells = {}
    for quantity in model.register.estimates:
        for row in sensitivity.ranges(model, quantity):
            low, high = sorted((row.at_low, row.at_high))
            key = f"{quantity}.{row.moved}"
            cells |= _numbers("ranges", key, {"low": low, "high": high})
            if row.moved in model.register.assumptions:
                for name, number in _attributes(row, "low high at_low at_high").items():
                    cells |= _numbers("ranges", key, {f"tornado_{name}": number})
    return cells


def _break_evens(model: Model) -> Cells:
    """The values of each assumption for which each statement holds."""
    cells: Cells = {}
    for statement in model.register.statements.values():
        try:
            found = break_even(model, statement)
        except CircleError:
            raise
        except ModelError:
            cells["break_evens", statement.id, "holds"] = "none"
            continue
        holds = "none" if found.holds is None else str(found.holds).lower()
        numbers = {"left": found.left, "right": found.right, "holds": holds}
        cells |= _numbers("break_evens", statement.id, numbers)
        for turn in found.break_evens:
            spans = "; ".join(
                f"{ten_digits(a)} to {ten_digits(b)}" for a, b in turn.holds
            )
            roots = "; ".join(map(ten_digits, turn.roots))
            row = f"{statement.id}.{turn.assumption}"
            numbers = {"value": turn.value, "roots": roots, "holds": spans or "never"}
            if turn.waits_for:
                numbers = {"value": turn.value, "waits_for": turn.waits_for}
            cells |= _numbers("break_evens", row, numbers)
    return cells


# Draws and figures --------------------------------------------------------------------


def drawn(model: Model) -> Cells:
    """Return the statistics and Sobol indices of draws under each shipped scenario."""
    from analysis.whatif.draws import Draws

    cells: Cells = {}
    for scenario in scenarios.shipped(model).values():
        setting, given = scenario.setting(model), scenario.distributions(model)
        for quantity in model.register.estimates if given else ():
            if not given.keys() & model.plan(quantity, setting).leaves.keys():
                continue
            row = f"{scenario.name}.{quantity}"
            draws = Draws(model, (quantity,), setting, given)
            numbers = {**draws.numbers[quantity], "kept": draws.kept}
            cells |= _numbers("draws", row, numbers)
            for name, numbers in draws.indices[quantity].items():
                cells |= _numbers("indices", f"{row}.{name}", numbers)
    return cells


def plotted(folder: Path) -> Cells:
    """Read the numbers and codes of each figure from the CSV files in a folder."""
    cells: Cells = {}
    for path in sorted(folder.glob("*.csv")):
        text = path.read_text(encoding="utf-8")
        lines = csv.DictReader(text.splitlines(keepends=True))
        for number, line in enumerate(lines, start=1):
            for name, cell in line.items():
                is_code = name in _CODES or name.endswith("__reading")
                if cell and (is_code or is_number(cell)):
                    cells[f"{PLOTTED}{path.stem}", str(number), name] = cell
    return cells
