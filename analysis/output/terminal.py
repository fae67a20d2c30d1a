"""The screens of the commands: tables, lists, and where a number comes from."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text
from rich.tree import Tree

from analysis.core.findings import problems
from analysis.core.model import Circle, Model, ModelError, Plan, Setting
from analysis.core.register import Check, Claim, External, Finding, InputError, Solve, shown
from analysis.core.units import nearest
from analysis.core.verdicts import Outcome, judge, judge_all, solution
from analysis.core.words import digits
from analysis.output.escape import escape_spreadsheet_formula
from analysis.output.headlines import headlines, headlines_markdown, headlines_text
from analysis.output.results import (
    CAVEAT,
    CHECK_COLUMNS,
    check_rows,
    claim_words,
    counts_line,
    escape_spreadsheet_formulas,
    finding_words,
    finer,
    guarded,
    moved,
    place_of,
    printed_words,
    published_words,
    read_expected,
    recomputed_words,
    rows_under,
    screen_rows,
    value_words,
    verdict_words,
    write_expected,
)

if TYPE_CHECKING:
    import pandas as pd

    from analysis.output.display import Table


#: How wide a table is printed where there is no terminal to ask, and the narrowest terminal that a table is printed on.
WIDTH, NARROW = 150, 110


#: The widest line of the headlines.
HEADLINES = 80
CHECKED = "Checked: that printed numbers follow from each other; not that they are true."


# Tables ---------------------------------------------------------------------------------------------------------------


def console() -> Console:
    """The terminal, or a page of a fixed width where there is none."""
    found = Console()
    return found if found.is_terminal else Console(width=WIDTH)


def print_outcomes(model: Model, outcomes: Iterable[Outcome]) -> None:
    """Outcomes as a table, a check a row."""
    ratios = {"check": 5, "printed": 3, "recomputed": 2, "bounds": 3, "verdict": 5}
    _print_rows(screen_rows(model, outcomes), ratios, CAVEAT)


def print_frame(frame: pd.DataFrame, ratios: Mapping[str, int], foot: str, *, expand: bool = False) -> None:
    """A frame of texts as a table, or as a list where the terminal is narrow; the first column names the row."""
    names = [str(name) for name in frame.columns]
    rows = [dict(zip(names, map(str, cells), strict=True)) for cells in frame.itertuples(index=False)]
    _print_rows(rows, ratios, foot, columns=names, expand=expand)


def print_differences(found: pd.DataFrame) -> None:
    """The numbers that moved between two runs: a line a row of a table, its bounds and the rest by name."""
    rows = []
    for (table, id), group in found[~found["table"].str.startswith("figures/")].groupby(["table", "id"], sort=False):
        one, *others = group.to_dict("records")
        rows.append(
            {
                "row": f"{table}, {id}",
                "field": one["field"],
                "was": _grouped(one["was"]),
                "now": _grouped(one["now"]),
                "by": "" if one["by"] is None else f"{one['by']:+,.6g}",
                "percent": "" if one["percent"] is None else f"{one['percent']:+,.3g}",
                "also": ", ".join(str(other["field"]) for other in others),
                "moved by": ", ".join(one["inputs"]),
            }
        )
    if rows:
        _print_rows(rows, {"row": 3, "was": 2, "now": 2, "by": 2, "also": 2, "moved by": 3}, "")


def _grouped(text: str) -> str:
    """A cell of a results file with its thousands apart; words stay as they are."""
    try:
        return f"{float(text):,.10g}"
    except ValueError:
        return text


def one_line(text: str) -> str:
    """A text without its line breaks, so that a line of a screen is a row.

    >>> one_line("one\\n  two")
    'one two'
    """
    return re.sub(r"\s*[\r\n]\s*", " ", text)


def _print_rows(
    rows: Sequence[Mapping[str, str]],
    ratios: Mapping[str, int],
    foot: str,
    *,
    columns: Iterable[str] = (),
    expand: bool = False,
) -> None:
    """Rows as a table; without columns, those of the first row."""
    names = [*columns] or [*rows[0]] if rows or columns else []
    screen = console()
    if screen.width < NARROW:
        for row in rows:
            parts = [f"{name} {row[name]}" for name in names[1:] if row[name]]
            typer.echo(f"{one_line(row[names[0]])}\n    {one_line('; '.join(parts))}")
        typer.echo(foot)
        return
    grid = Grid(box=HORIZONTALS, show_lines=True, pad_edge=False, header_style="bold", expand=expand)
    # Texts as they are: no markup, no names of pictures between colons.
    grid.caption, grid.caption_justify = Text(foot), "left"
    for name in names:
        grid.add_column(Text(name), ratio=ratios.get(name, 1), overflow="fold", min_width=6)
    for row in rows:
        grid.add_row(*(Text(row[name]) for name in names))
    screen.print(grid, highlight=False)


# Commands -------------------------------------------------------------------------------------------------------------


def print_report(model: Model, outcomes: list[Outcome], expected: dict[tuple[str, str, str], str]) -> int:
    """The headlines, the count of the article's results, and what moved; returns the exit status."""
    typer.echo(textwrap.fill(model.register.article.title, HEADLINES))
    typer.echo(f"{CHECKED}\n{headlines_text(headlines(model), HEADLINES)}")
    typer.echo(textwrap.fill(counts_line(model, outcomes).partition(" Besides")[0], HEADLINES))
    status = print_moved(model, outcomes, expected)
    if not status:
        count = len(expected)
        typer.echo(f"No settings changed. All {count:,} results equal {model.register.file('expected.csv')}.")
    return status


def print_moved(model: Model, outcomes: list[Outcome], expected: dict[tuple[str, str, str], str]) -> int:
    """The values that differ from the accepted ones; returns the exit status."""
    changes = moved(expected, guarded(model, outcomes))
    for change in changes:
        typer.echo(f"moved: {change}", err=True)
    if changes:
        typer.echo(f"{len(changes)} values differ from {model.register.file('expected.csv')}.", err=True)
    wrong = problems(model)
    for problem in wrong:
        typer.echo(f"by hand: {problem} in {model.register.file('findings.yaml')}", err=True)
    return 1 if changes or wrong else 0


def verify(model: Model, form: str) -> int:
    """The headlines; or every check as a table (``all``), json or csv; or the headlines in markdown. Returns the exit
    status."""
    expected = read_expected(model.register)
    outcomes = judge_all(model)
    if not form:
        return print_report(model, outcomes, expected)
    if form == "markdown":
        typer.echo(headlines_markdown(headlines(model)))
    elif form == "all":
        print_outcomes(model, outcomes)
        typer.echo(counts_line(model, outcomes))
    else:
        from analysis.output.notebooks import all_notebooks, shown_in

        rows = check_rows(outcomes, shown_in(all_notebooks(checked=False)))
        print_csv(CHECK_COLUMNS, rows) if form == "csv" else print_json([typed(row) for row in rows])
    return print_moved(model, outcomes, expected)


def accept(model: Model) -> None:
    """Write the values computed now as the accepted ones, and say which of them moved."""
    now = guarded(model, judge_all(model))
    try:
        expected = read_expected(model.register)
    except InputError:
        expected = {}
    changes = moved(expected, now)
    for change in changes:
        typer.echo(str(change))
    if changes:
        write_expected(model.register, now)
    typer.echo(f"{len(changes)} of {len(now)} values accepted anew in {model.register.file('expected.csv')}.")


def diff(before: Path, after: Path, as_json: bool) -> int:
    """The numbers that moved between two results folders; returns the exit status."""
    from analysis.output.diff import compare as compare_runs

    found = compare_runs(before, after)
    if as_json:
        print_json(found.to_dict("records"))
    else:
        print_differences(found)
        counted = ", ".join(f"{count:,} in {table}" for table, count in found["table"].value_counts(sort=False).items())
        typer.echo(f"Moved: {counted}." if counted else "Nothing moved.")
    return int(len(found) > 0)


def list_all(model: Model, kind: str, as_markdown: bool) -> None:
    """The rows of a kind, or of all, one line each. Raises InputError for an unknown kind."""
    from analysis.output.codebook import codebook, columns
    from analysis.whatif.scenarios import shipped

    register = model.register
    if as_markdown:
        from analysis.output.map import map_table
        from analysis.output.notebooks import all_notebooks

        if kind not in ("claims", "columns"):
            raise InputError("--markdown prints `analysis list claims` and `analysis list columns`")
        claims = kind == "claims"
        typer.echo(map_table(model, judge_all(model), all_notebooks()) if claims else codebook(register))
        return
    lines: dict[str, list[str]] = {
        "claims": [
            f"{c.id}  {printed_words(c)}: {c.statement} ({c.period}); {c.where}" for c in register.claims.values()
        ],
        "checks": [f"{r.id}  {r.kind or 'derived'}: {r.statement} ({r.quantity})" for r in register.checks.values()],
        "solutions": [f"{r.id}  {r.statement} ({r.solve})" for r in register.solutions.values()],
        "quantities": [f"{q}  {model.name(q)} ({model.units[q]})" for q in model.quantities],
        "readings": [
            f"{q}={r}  {model.label(q, r)}{graded(model, q, r)}{', the default' if r == model.default(q) else ''}"
            for q in model.quantities
            if len(model.readings(q)) > 1
            for r in model.readings(q)
        ],
        "assumptions": [
            f"{a.id}  {a.used:,.10g} {a.unit}, varied {a.low:,.10g} to {a.high:,.10g}, {a.grade}: {a.label}"
            for a in register.assumptions.values()
        ],
        "findings": [f"{f.id}  {f.title}" for f in register.findings.values()],
        "external": [f"{e.id}  {e.published} {e.unit_as_printed}: {e.statement}" for e in register.external.values()],
        "statements": [f"{s.id}  {s.statement}" for s in register.statements.values()],
        "scenarios": [f"{s.name}  {s.description}" for s in shipped(model).values()],
        "columns": [f"{c.file} {c.name}  {c.description} ({c.kind})" for c in columns(register)],
    }
    kind = "" if kind == "all" else kind
    if kind and kind not in lines:
        raise InputError(f"'{kind}' can't be listed{nearest(kind, lines)}")
    for name, rows in lines.items():
        one = {"quantities": "quantity", "external": "external figure"}.get(name, name.removesuffix("s"))
        for row in rows if kind in ("", name) else ():
            typer.echo(one_line(f"{one}  {row}"))


def compare(model: Model, setting: Setting, form: str) -> None:
    """External figures beside the article's numbers, as a table, json or csv."""
    from analysis.output import external
    from analysis.output.display import plain

    found = external.compare(model, setting)
    external.check_used(model, setting, found)
    frame = external.external_frame(found)
    if form == "csv":
        typer.echo(escape_spreadsheet_formulas(frame).to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "json":
        print_json(plain(external.rows_of(found)))
    elif found:
        widths = {"external figure": 7, "printed": 5, "period and scope": 3, "seen": 4, "ours": 9, "ratio": 2}
        foot = f"{external.SIDE_BY_SIDE} {CAVEAT}"
        print_frame(external.frame_in_words(found, model), widths | {"comparison": 6}, foot, expand=True)
    else:
        typer.echo("This data package has no external figures.")
    if not form and (differs := model.differences(setting)):
        typer.echo(differs)


def scenarios(model: Model, files: list[str], form: str) -> None:
    """The estimates under scenarios as a table or json; or the schema of a scenario's file."""
    from analysis.output.display import plain
    from analysis.output.tables import scenarios_table
    from analysis.whatif.scenarios import find, schema, shipped, tabulate

    if form == "schema":
        print_json(schema(model))
        return
    listed = [find(file, model) for file in files] if files else list(shipped(model).values())
    if form == "json":
        print_json([plain(found) for found in tabulate(model, listed)])
    else:
        table = scenarios_table(model, listed)
        print_frame(table, {"scenario": 3}, table.foot, expand=True)


def sensitivity(model: Model, quantity: str, scenario: str, *, as_json: bool, **how: Any) -> None:
    """An estimate's ranges, tornado and draws; without a quantity, the ranges of every estimate."""
    from analysis.output.tables import Sensitivity, all_ranges_table
    from analysis.whatif.draws import check_draws, reach
    from analysis.whatif.scenarios import find

    check_draws(how["draws"], how["seed"], how["method"])
    with reach(how["scheduler"]):
        pass
    if not quantity:
        if as_json:
            print_json([Sensitivity(name, scenario, model=model, **how).json() for name in model.register.estimates])
            return
        table = all_ranges_table(model, find(scenario, model))
        print_frame(table, {"estimate of": 3, "moved": 4, "over": 2, "estimate": 2}, table.foot)
        return
    found = Sensitivity(quantity, scenario, model=model, **how)
    if as_json:
        print_json(found.json())
        return
    estimate = found.estimate
    if estimate.value is None or estimate.low is None or estimate.high is None:
        raise ModelError(f"{quantity} has no value under {found.scenario.name}: {estimate.reason}")
    place = min(1e4, place_of(model, estimate.depends_on, estimate.value))
    typer.echo(f"{quantity} under {found.scenario.name}: {found.scenario.description}")
    typer.echo(result(model, quantity, (estimate.value, estimate.low, estimate.high), estimate.side, place, False))
    tables: list[tuple[Table, dict[str, int]]] = [
        (found.ranges_table(), {"moved": 4, "over": 2, "estimate": 2}),
        (found.tornado_table(), {"assumption": 4}),
    ]
    tables += [(found.draws_table(), {}), (found.indices_table(), {"input": 4, "drawn from": 3})] if found.drawn else []
    for table, ratios in tables:
        foot = table.foot.replace(f" {CAVEAT}", "").replace(CAVEAT, "")
        if len(table):
            typer.echo("")
            print_frame(table, ratios, foot)
        elif foot:
            typer.echo(foot)
    if not found.drawn:
        typer.echo(found.draws_table().foot.removesuffix(f" {CAVEAT}"))
    typer.echo(found.differs)
    typer.echo(CAVEAT)


def break_even(model: Model, text: str, scenario: str, as_json: bool) -> None:
    """Where a statement, or every one, stops holding along each assumption."""
    from analysis.output.tables import break_even_json, break_even_table, break_even_under, break_evens_json
    from analysis.whatif.scenarios import find
    from analysis.whatif.sensitivity import statement_of

    wanted = [statement_of(model, text)] if text else list(model.register.statements.values())
    found = find(scenario, model)
    # One that is asked for and not computable is refused; among all of them it is listed as such.
    one = break_even_json(break_even_under(model, wanted[0], found)) if text else None
    if as_json:
        print_json(one if text else break_evens_json(model, wanted, found))
        return
    table = break_even_table(model, wanted, found)
    print_frame(table, {"statement": 4, "assumption": 4, "as it is": 1, "holds for": 3}, table.foot)
    typer.echo(f"under {found.name}: {found.description}")
    differs = set()
    for statement in wanted:
        with contextlib.suppress(ModelError):
            differs.add(model.differences(found.setting(model, model.named(statement.quantity)[0])))
    for line in sorted(filter(None, differs)):
        typer.echo(line)


def sweep(model: Model, spec: Path, out: Path, scheduler: str) -> None:
    """Compute a sweep into a file, with a progress bar."""
    from rich.progress import Progress

    from analysis.whatif.sweep import read
    from analysis.whatif.sweep import sweep as compute

    found = read(spec, model)
    screen = Console(stderr=True)
    with Progress(console=screen, disable=not screen.is_terminal, transient=True) as progress:
        task = progress.add_task("rows", total=None)

        def done(rows: int, total: int) -> None:
            progress.update(task, completed=rows, total=total)

        empty = compute(model, found, out, scheduler=scheduler, done=done)
    typer.echo(f"{shown(out)} holds {progress.tasks[task].total:,.0f} rows, in base units.")
    for reason, count in sorted(empty.items()):
        typer.echo(f"{count:,} empty cells: {reason}")
    typer.echo(CAVEAT)


def print_json(value: Any) -> None:
    """Print JSON."""
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def print_csv(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Print rows as CSV that no spreadsheet computes."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: escape_spreadsheet_formula(cell) for name, cell in row.items()} for row in rows)
    typer.echo(text.getvalue(), nl=False)


def typed(row: dict[str, str]) -> dict[str, Any]:
    """A row of checks with its numbers as numbers."""
    numbers = {"published", "published_low", "published_high", "recomputed", "recomputed_low", "recomputed_high"}
    numbers |= {"passing"}
    return {name: (float(text) if text else None) if name in numbers else text for name, text in row.items()}


# Where a number comes from --------------------------------------------------------------------------------------------


def explain(model: Model, id: str, setting: Setting, full: bool) -> None:
    """Print where a number comes from, down to the printed rows.

    full: with ten digits. Raises InputError for an unknown id, and for what was given and nothing depends on.
    """
    register = model.register
    if id in register.claims:
        _explain_claim(model, register.claims[id], setting, full)
    elif id in register.checks:
        _explain_check(model, register.checks[id], setting, full)
    elif id in register.solutions:
        _explain_solution(model, register.solutions[id], setting)
    elif id in model.quantities:
        _explain_quantity(model, id, setting, full)
    elif id in register.findings:
        _explain_finding(model, register.findings[id], setting, full)
    elif id in register.external:
        _explain_external(model, register.external[id], setting)
    else:
        known = [*register.claims, *register.checks, *register.solutions, *model.quantities, *register.findings]
        hint = nearest(id, [*known, *register.external])
        raise ModelError(f"'{id}' is no claim, check, solution, quantity, finding or external figure{hint}")
    if differs := model.differences(setting):
        typer.echo(differs)
    typer.echo(CAVEAT)


def _explain_claim(model: Model, claim: Claim, setting: Setting, full: bool) -> None:
    checks = model.register.checks.values()
    plans = {}
    for check in checks:
        # A setting may make one of them circular; its own line says so where it own the claim.
        with contextlib.suppress(Circle):
            plans[check.id] = model.plan(check.quantity, model.change(check.readings, setting))
    own = [r for r in checks if r.claim == claim.id]
    starts = [name for name, plan in plans.items() if claim.id in plan.claims]
    model.check_used(setting, [plans[name] for name in [*starts, *(r.id for r in own)] if name in plans])
    typer.echo(f"{claim.id}  claim: {claim.statement}")
    for line in claim_words(model, claim):
        typer.echo(f"  {line}")
    typer.echo(f"  role: {claim.role}, a value of {claim.quantity}")
    for check in own:
        typer.echo(f"  checked by {check.id}: {_verdict_line(model, judge(model, check, setting), full)}")
    if starts:
        typer.echo(f"  what starts from it: {', '.join(starts)}")


def _explain_check(model: Model, check: Check, setting: Setting, full: bool) -> None:
    for name in setting.given:
        if name in check.readings:
            named = check.readings[name]
            raise ModelError(f"{name} is unused: {check.id} names its own reading of it, {named}")
    if check.against and check.claim:
        if setting.given:
            raise ModelError(f"{check.id} rests on figures published elsewhere; nothing can be set in it")
        typer.echo(f"{check.id}  check: {check.statement}\n  {check.against}")
        for line in [
            *claim_words(model, model.register.claims[check.claim]),
            *_judgement(model, judge(model, check), full),
        ]:
            typer.echo(f"  {line}")
        return
    plan = model.plan(check.quantity, model.change(check.readings, setting))
    model.check_used(setting, [plan])
    if setting.given:
        # A setting can lead past a limit; then there is nothing to explain.
        _ = plan.words or plan.value
    typer.echo(f"{check.id}  check: {check.statement}")
    _print_tree(_tree(model, plan, full))
    if check.claim:
        end = f", its {check.end} end" if check.end in ("low", "high") else ", as a whole" if check.end else ""
        typer.echo(f"against {check.claim}{end}")
        for line in claim_words(model, model.register.claims[check.claim]):
            typer.echo(f"  {line}")
    for line in _judgement(model, judge(model, check, setting), full):
        typer.echo(line)


def _explain_solution(model: Model, row: Solve, setting: Setting) -> None:
    found = solution(model, row, setting)
    typer.echo(f"{row.id}  solution: {row.statement}")
    value = "none" if found.value is None else value_words(model, row.solve, found.value, 1e3, decimals=4)
    typer.echo(f"{row.solve} = {value}: {found.status.replace('_', ' ')}; {found.reason}")
    if row.note:
        typer.echo(f"note: {row.note}")


def _explain_external(model: Model, figure: External, setting: Setting) -> None:
    from analysis.output.external import SEEN, SIDE_BY_SIDE, check_used, comparison
    from analysis.output.external import compare as compare_all

    found = [one for one in compare_all(model, setting) if one.external.id == figure.id]
    check_used(model, setting, found)
    typer.echo(f"{figure.id}  external figure: {figure.statement}")
    typer.echo(f"  printed: {figure.published} {figure.unit_as_printed} ({figure.period}, {figure.scope})")
    typer.echo(f"  {SEEN[figure.seen]}: {', '.join(filter(None, (figure.publisher, figure.title, figure.date)))}")
    if figure.as_printed:
        typer.echo(f"  in its words: {figure.as_printed}")
    typer.echo(f"  at {figure.address}" if figure.address else "  without an address")
    if figure.note:
        typer.echo(f"  note: {figure.note}")
    for one in found:
        typer.echo(f"  beside {one.beside or 'nothing'}: {comparison(model, one)}")
    typer.echo(SIDE_BY_SIDE)


def _explain_finding(model: Model, finding: Finding, setting: Setting, full: bool) -> None:
    if setting.given:
        raise InputError(f"{finding.id} is arithmetic of the rows as printed; nothing can be set in it")
    typer.echo(f"{finding.id}  finding: {finding.title}")
    register = model.register
    for line in finding_words(model, finding, full=full, shown=True):
        typer.echo(f"  {line}")
    for name in finding.claims:
        typer.echo(f"  row {name}: {printed_words(register.claims[name])}")
    for name in finding.external:
        typer.echo(f"  figure {name}: {register.external[name].published} {register.external[name].unit_as_printed}")
    for name in finding.sources:
        typer.echo(f"  source {name}: {register.sources[name]}")
    typer.echo(f"  sceptical: {finding.sceptical}")
    typer.echo(f"  charitable: {finding.charitable}")
    typer.echo(f"  would settle it: {finding.settle}")


def _explain_quantity(model: Model, quantity: str, setting: Setting, full: bool) -> None:
    plan = model.plan(quantity, setting)
    model.check_used(setting, [plan, *model.beside(quantity, setting)])
    try:
        estimate = model.estimate(quantity, setting)
    except ModelError as error:
        if not plan.words:
            raise
        _print_tree(_tree(model, plan, full))
        typer.echo(f"result: none, {error}")
    else:
        _print_tree(_tree(model, plan, full))
        numbers = (estimate.value, estimate.low, estimate.high)
        place = place_of(model, plan.depends_on, estimate.value)
        typer.echo(result(model, quantity, numbers, estimate.side, place, full))
        for remark in estimate.remarks:
            typer.echo(f"remark: {remark}")
    for check in model.register.checks.values():
        if check.quantity == quantity:
            typer.echo(f"  {check.id}: {_verdict_line(model, judge(model, check, setting), full)}")


def graded(model: Model, quantity: str, reading: str) -> str:
    """The grade of a reading in brackets, with the word for one that is ours; empty where it has none."""
    row = model.register.readings.get((quantity, reading))
    return f" ({row.grade}{', reconstruction' if row.reconstruction else ''})" if row else ""


def _unit(unit: str) -> str:
    return "" if unit == "dimensionless" else unit


def _number(model: Model, quantity: str, number: float | None, full: bool, place: float = 1e4, outward: int = 0) -> str:
    if full:
        return digits(number)
    # On its own side of every number that a claim on it prints or asserts.
    claims = [one.published for one in model.register.claims.values() if one.quantity == quantity and one.printed]
    ends = [end for one in claims for end in (one.value(), one.asserts().low, one.asserts().high)]
    return value_words(model, quantity, number, place, outward=outward, beside=filter(math.isfinite, ends))


def _tree(model: Model, plan: Plan, full: bool) -> Tree:
    values = plan.evaluate(plan.start)

    def branch(name: str, tree: Tree | None) -> Tree:
        node = plan.by_name[name]
        place = place_of(model, rows_under(plan, name), float(values[name]))
        value = "in words" if node.source.in_words else _number(model, name, float(values[name]), full, place)
        reading = f", {node.reading}: {model.label(name, node.reading)}{graded(model, name, node.reading)}"
        plain = {"formula": "", "constant": "", "given": ", given by you"}
        text = f"{name} = {value} {_unit(model.units[name])}".rstrip() + plain.get(node.reading, reading)
        here = Tree(Text(text)) if tree is None else tree.add(Text(text))
        if node.source.claim:
            for line in claim_words(model, node.source.claim):
                here.add(Text(line))
        elif node.source.assumption:
            a = node.source.assumption
            here.add(Text(f"assumption, {a.grade}: varied {a.low:,.10g} to {a.high:,.10g}; {a.bias}"))
        elif node.source.expression:
            here.add(Text(node.source.expression.words))
        for need in node.source.needs:
            branch(need, here)
        return here

    return branch(plan.target, None)


def _print_tree(tree: Tree) -> None:
    # Where there is no terminal, a line is a line, however long.
    console = Console()
    (console if console.is_terminal else Console(width=1000)).print(tree, highlight=False, soft_wrap=True)


def _verdict_line(model: Model, outcome: Outcome, full: bool) -> str:
    value = digits(outcome.recomputed) if full else recomputed_words(model, outcome)
    printed = published_words(model, outcome)
    against = f", printed {printed}" if printed else ""
    return f"{outcome.check.statement}: {value or 'not computable'}{against}; {verdict_words(model, outcome)}"


def result(
    model: Model, quantity: str, numbers: tuple[float, float, float], side: str, place: float, full: bool
) -> str:
    """One line of a value in base units with its bounds and side, rounded to a place or in full."""
    value, low, high = (
        _number(model, quantity, number, full, finer(place, model.units[quantity]) if outward else place, outward)
        for number, outward in zip(numbers, (0, -1, 1), strict=True)
    )
    unit = f"{value} {_unit(model.units[quantity])}".rstrip()
    said = side if side in ("at most", "at least") else ""
    end = ", no bound on either side" if side == "no bound" else ""
    return f"result: {f'{said} {unit}'.strip()}, {low} to {high} by rounding of the printed digits{end}"


def _judgement(model: Model, outcome: Outcome, full: bool) -> list[str]:
    check, lines = outcome.check, []
    if outcome.recomputed_low is None or outcome.recomputed_high is None:
        return [f"result: none, {outcome.reason}"]
    if outcome.recomputed is None:
        lines.append("result: no single value, as words alone give an input")
    else:
        place = place_of(model, outcome.depends_on, outcome.recomputed)
        numbers = (outcome.recomputed, outcome.recomputed_low, outcome.recomputed_high)
        lines.append(result(model, check.quantity, numbers, outcome.side, place, full))
    lines.append(f"verdict: {verdict_words(model, outcome)}{f': {outcome.reason}' if outcome.reason else ''}")
    if outcome.rests_on:
        lines.append(f"rests on: {outcome.rests_on}")
    if outcome.condition:
        lines.append(f"the verdict stays for: {outcome.condition}")
    if outcome.passing is not None:
        lines.append(f"would also pass: {outcome.passing:.0%} of the values within ten percent of the printed one")
    return lines
