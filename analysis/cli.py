"""The command line: ``analysis`` or ``python -m analysis``.

What belongs here: reading arguments, printing, exit status: 0 when all is as accepted, 1 when something moved or did
not run, 2 on bad input, which gets one sentence and no traceback. What does not: anything a notebook could also want.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import typer
from rich.box import HORIZONTALS
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid
from rich.tree import Tree
from typer.core import TyperGroup

from analysis import __version__
from analysis.diff import Difference
from analysis.files import is_ours, refuse_foreign, whole
from analysis.findings import problems as by_hand
from analysis.model import Circle, Model, ModelError, Plan, Setting
from analysis.published import Interval
from analysis.register import Claim, External, Finding, InputError, Register, Relation, Wording, shown
from analysis.results import (
    CAVEAT,
    RELATION_COLUMNS,
    claims_table,
    counts,
    digits,
    finding_words,
    finer,
    guarded,
    headline,
    moved,
    place_of,
    published_words,
    read_expected,
    relations_frame,
    role,
    screen,
    value_words,
    verdict_words,
    write_expected,
    write_tables,
)
from analysis.units import UnitError, nearest, to_base
from analysis.verdicts import Outcome, judge, judge_all

#: How wide a table is printed where there is no terminal to ask, and the narrowest terminal that a table is printed on.
WIDTH, NARROW = 150, 110


class _Commands(TyperGroup):
    """Turns bad input into one sentence and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            typer.echo(f"error: the output can't be written ({error.strerror})", err=True)
            raise typer.Exit(2) from None


#: What can be listed.
LISTED = (
    "claims",
    "relations",
    "quantities",
    "readings",
    "assumptions",
    "findings",
    "external",
    "statements",
    "scenarios",
)

app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Recompute the numbers printed in an article, and see what follows from what.",
)

Data = Annotated[
    Path | None, typer.Option("--data", help="Another data package; else the environment's ANALYSIS_DATA.")
]
Notebooks = Annotated[Path | None, typer.Option("--notebooks", help="Another folder of notebooks.")]
Timeout = Annotated[int, typer.Option("--timeout", min=1, help="Seconds that a cell may take.")]


def main() -> None:
    """Run the command line. A request to end is an ordinary end, so that nothing half-written is left behind."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    app(prog_name="analysis")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")]


@app.callback()
def _options(version: Version = False) -> None:
    pass


@app.command()
def reproduce(
    out: Annotated[Path, typer.Option("--out", help="Folder that the results take the place of.")] = Path("results"),
    data: Data = None,
    notebooks: Notebooks = None,
    timeout: Timeout = 600,
) -> None:
    """Run every notebook, write the results, and print what is published beside what is recomputed."""
    from rich.progress import Progress

    from analysis import figures
    from analysis.compare import compare as compare_all
    from analysis.compare import external_frame
    from analysis.notebooks import all_notebooks, run_all, shown_in

    model = _model(data)
    expected = read_expected(model.register)
    found = all_notebooks(notebooks)
    outcomes = judge_all(model)
    refuse_foreign(out)
    aside = out.with_name(f"{out.name}-failed")
    figures.headless()
    console = Console(stderr=True)
    with whole(out) as folder:
        write_tables(folder, model, outcomes, shown_in(found), external_frame(compare_all(model)))
        (folder / "figures").mkdir()
        (folder / "notebooks").mkdir()
        for name in dict.fromkeys(name for notebook in found for name in notebook.figures):
            if name in figures.FIGURES:
                figures.save(name, folder / "figures", model)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("notebooks", total=len(found))
            failed = run_all(found, folder / "notebooks", timeout=timeout, done=lambda name: progress.advance(task))
        if failed:
            with whole(aside) as kept:
                for name, error in failed.items():
                    typer.echo(f"error: {error}", err=True)
                    (kept / f"{name}.failed.ipynb").write_text(error.text, encoding="utf-8")
            typer.echo(f"{shown(out)} was left as it was; what ran of the failed is kept in {shown(aside)}.", err=True)
            raise typer.Exit(1)
    if is_ours(aside):
        shutil.rmtree(aside)
    raise typer.Exit(_report(model, outcomes, expected))


@app.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Print the relations as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the relations as CSV.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the headline table of the README.")] = False,
    data: Data = None,
) -> None:
    """Print the verdicts without the notebooks; exit status 1 when something moved."""
    from analysis.notebooks import all_notebooks, shown_in

    if as_json + as_csv + as_markdown > 1:
        raise InputError("--json, --csv and --markdown are one choice")
    model = _model(data)
    expected = read_expected(model.register)
    outcomes = judge_all(model)
    if as_markdown:
        typer.echo(headline(model, outcomes))
        raise typer.Exit(_moved(model, outcomes, expected))
    if not (as_json or as_csv):
        raise typer.Exit(_report(model, outcomes, expected))
    frame = relations_frame(outcomes, shown_in(all_notebooks()))
    if as_csv:
        typer.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    else:
        typer.echo(json.dumps([_typed(row) for row in frame.to_dict("records")], indent=1, ensure_ascii=False))
    raise typer.Exit(_moved(model, outcomes, expected))


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A results folder.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Another one.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON, in base units.")] = False,
) -> None:
    """Say which numbers moved between two results folders, by how much, and which input moved them; 1 if any did."""
    from analysis.diff import compare as compare_runs
    from analysis.diff import summary

    found = compare_runs(before, after)
    if as_json:
        _print_json([one.json() for one in found])
    elif found:
        # A line a row of a table; its bounds and the rest of it follow by name, and figures are only counted.
        lines: dict[tuple[str, str], list[Difference]] = {}
        for one in found:
            if not one.table.startswith("figures/"):
                lines.setdefault((one.table, one.id), []).append(one)
        frame = pd.DataFrame([_moved_line(group) for group in lines.values()])
        if len(frame):
            _print_frame(frame, {"what": 3, "was": 2, "now": 2, "by": 2, "also": 2, "moved by": 3}, "")
        typer.echo(summary(found))
    else:
        typer.echo(summary(found))
    raise typer.Exit(int(bool(found)))


def _moved_line(group: list[Difference]) -> dict[str, str]:
    one, *others = group
    return {
        "what": f"{one.table}, {one.id}",
        "field": one.field,
        "was": _grouped(one.was),
        "now": _grouped(one.now),
        "by": "" if one.by is None else f"{one.by:+,.6g} {_unit(one.unit)}".strip(),
        "percent": "" if one.percent is None else f"{one.percent:+,.3g}",
        "also": ", ".join(other.field for other in others),
        "moved by": ", ".join(one.inputs),
    }


def _grouped(text: str) -> str:
    """A cell of a results file with its thousands apart; words stay as they are."""
    try:
        return f"{float(text):,.10g}"
    except ValueError:
        return text


@app.command()
def accept(data: Data = None) -> None:
    """Show what moved, then write what is computed now as what is expected."""
    model = _model(data)
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


@app.command("list")
def list_(
    what: Annotated[str, typer.Argument(help=f"{', '.join(LISTED)}; or all.")] = "",
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the claims as the README shows them.")] = False,
    data: Data = None,
) -> None:
    """List what there is, one line each: claims, relations, quantities, readings, assumptions, findings and so on."""
    from analysis.scenarios import shipped

    model = _model(data)
    if as_markdown:
        if what != "claims":
            raise InputError("--markdown prints the claims: `analysis list claims --markdown`")
        typer.echo(claims_table(model, judge_all(model)))
        return
    register = model.register
    lines = {
        "claims": [
            f"{c.id}  {c.published}{_noun(c)}: {c.statement} ({c.period}); {c.where}" for c in register.claims.values()
        ],
        "relations": [f"{r.id}  {r.statement} ({r.quantity})" for r in register.relations.values()],
        "quantities": [f"{q}  {model.name(q)} ({model.units[q]})" for q in model.quantities],
        "readings": [
            f"{q}={r}  {model.label(q, r)}{_graded(model, q, r)}{', the default' if r == model.default(q) else ''}"
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
    }
    what = "" if what == "all" else what
    if what and what not in lines:
        raise InputError(f"'{what}' is nothing to list{nearest(what, lines)}")
    for kind, rows in lines.items():
        if what in ("", kind):
            one = {"quantities": "quantity", "external": "external figure"}.get(kind, kind.removesuffix("s"))
            for row in rows:
                typer.echo(f"{one}  {row}")


Set = Annotated[list[str] | None, typer.Option("--set", help="quantity=value, in base units or with a unit.")]
Named = Annotated[list[str] | None, typer.Option("--reading", help="quantity=reading.")]


@app.command()
def explain(
    id: Annotated[str, typer.Argument(help="A claim, a relation, a quantity or a finding.", show_default=False)],
    values: Set = None,
    readings: Named = None,
    full: Annotated[bool, typer.Option("--digits", help="Show ten digits.")] = False,
    data: Data = None,
) -> None:
    """Show where a number comes from, down to the printed rows, and recompute it under other assumptions."""
    model = _model(data)
    register = model.register
    given = Given.read(model, values or [], readings or [])
    setting = given.setting
    if id in register.claims:
        _explain_claim(model, register.claims[id], given, full)
    elif id in register.relations:
        _explain_relation(model, register.relations[id], given, full)
    elif id in model.quantities:
        _explain_quantity(model, id, given, full)
    elif id in register.findings:
        _explain_finding(model, register.findings[id], given, full)
    elif id in register.external:
        _explain_external(model, register.external[id], given)
    else:
        known = [*register.claims, *register.relations, *model.quantities, *register.findings, *register.external]
        raise ModelError(f"'{id}' is no claim, relation, quantity, finding or external figure{nearest(id, known)}")
    if differs := model.differences(setting):
        typer.echo(differs)
    typer.echo(CAVEAT)


def _explain_claim(model: Model, claim: Claim, given: Given, full: bool) -> None:
    setting = given.setting
    relations = model.register.relations.values()
    plans = {}
    for relation in relations:
        # A setting may make one of them circular; its own line says so where it checks the claim.
        with contextlib.suppress(Circle):
            plans[relation.id] = model.plan(relation.quantity, model.under(setting, relation.readings))
    checks = [r for r in relations if r.claim == claim.id]
    starts = [name for name, plan in plans.items() if claim.id in plan.claims]
    given.check_used(model, [plans[name] for name in [*starts, *(r.id for r in checks)] if name in plans])
    typer.echo(f"{claim.id}  claim: {claim.statement}")
    for line in _printed(model, claim):
        typer.echo(f"  {line}")
    typer.echo(f"  role: {role(claim)}, a value of {claim.quantity}")
    for relation in checks:
        typer.echo(f"  checked by {relation.id}: {_verdict_line(model, judge(model, relation, setting), full)}")
    if starts:
        typer.echo(f"  what starts from it: {', '.join(starts)}")


def _explain_relation(model: Model, relation: Relation, given: Given, full: bool) -> None:
    setting = given.setting
    for name in [*given.values, *given.readings]:
        if name in relation.readings:
            named = relation.readings[name]
            raise ModelError(f"{name} is unused: {relation.id} names its own reading of it, {named}")
    plan = model.plan(relation.quantity, model.under(setting, relation.readings))
    given.check_used(model, [plan])
    if given.values or given.readings:
        # What a user sets can leave a number without a meaning: then there is nothing to explain.
        model.point(plan)
    typer.echo(f"{relation.id}  relation: {relation.statement}")
    _print_tree(_tree(model, plan, full))
    if relation.claim:
        typer.echo(f"against {relation.claim}{f', its {relation.end} end' if relation.end else ''}")
        for line in _printed(model, model.register.claims[relation.claim]):
            typer.echo(f"  {line}")
    for line in _judgement(model, judge(model, relation, setting), full):
        typer.echo(line)


def _explain_external(model: Model, figure: External, given: Given) -> None:
    from analysis.compare import SEEN, SIDE_BY_SIDE, check_used, comparison, ratios_of
    from analysis.compare import compare as compare_all

    ratios = {name: number for name, number in given.values.items() if name in ratios_of(model)}
    found = [one for one in compare_all(model, given.setting, ratios=ratios) if one.external.id == figure.id]
    check_used(model, given.setting, found, given.values, given.readings)
    typer.echo(f"{figure.id}  external figure: {figure.statement}")
    typer.echo(f"  printed: {figure.published} {figure.unit_as_printed} ({figure.period}, {figure.scope})")
    typer.echo(f"  {SEEN[figure.seen]}: {', '.join(filter(None, (figure.publisher, figure.title, figure.date)))}")
    typer.echo(f"  seen at {figure.address}")
    if figure.note:
        typer.echo(f"  note: {figure.note}")
    for one in found:
        typer.echo(f"  beside {one.check or 'nothing'}: {comparison(model, one)}")
    typer.echo(SIDE_BY_SIDE)


def _explain_finding(model: Model, finding: Finding, given: Given, full: bool) -> None:
    if given.values or given.readings:
        raise InputError(f"{finding.id} is arithmetic of the rows as printed; nothing can be set in it")
    typer.echo(f"{finding.id}  finding: {finding.title}")
    register = model.register
    for line in finding_words(register, finding, full=full, shown=True):
        typer.echo(f"  {line}")
    for name in finding.claims:
        typer.echo(f"  row {name}: {register.claims[name].published}{_noun(register.claims[name])}")
    for name in finding.external:
        typer.echo(f"  figure {name}: {register.external[name].published} {register.external[name].unit_as_printed}")
    for name in finding.sources:
        typer.echo(f"  source {name}: {register.sources[name]}")
    typer.echo(f"  sceptical: {finding.sceptical}")
    typer.echo(f"  charitable: {finding.charitable}")
    typer.echo(f"  would settle it: {finding.settle}")


def _explain_quantity(model: Model, quantity: str, given: Given, full: bool) -> None:
    setting = given.setting
    plan = model.plan(quantity, setting)
    given.check_used(model, [plan])
    estimate = model.estimate(quantity, setting)
    _print_tree(_tree(model, plan, full))
    numbers = (estimate.value, estimate.low, estimate.high)
    place = place_of(model, plan.depends_on, estimate.value)
    typer.echo(_result(model, quantity, numbers, estimate.kind, place, full))
    for relation in model.register.relations.values():
        if relation.quantity == quantity:
            typer.echo(f"  {relation.id}: {_verdict_line(model, judge(model, relation, setting), full)}")


@app.command()
def compare(
    values: Set = None,
    readings: Named = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparisons as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the comparisons as CSV.")] = False,
    data: Data = None,
) -> None:
    """Set figures published elsewhere beside the article's; unlike units only at a ratio given with --set."""
    from analysis.compare import SIDE_BY_SIDE, check_used, external_frame, frame_in_words, ratios_of, typed
    from analysis.compare import compare as compare_all

    if as_json + as_csv > 1:
        raise InputError("--json and --csv are one choice")
    model = _model(data)
    given = Given.read(model, values or [], readings or [])
    ratios = {name: number for name, number in given.values.items() if name in ratios_of(model)}
    found = compare_all(model, given.setting, ratios=ratios)
    check_used(model, given.setting, found, given.values, given.readings)
    if as_csv:
        typer.echo(external_frame(found).to_csv(index=False, lineterminator="\n"), nl=False)
    elif as_json:
        rows = [typed(dict(row)) for row in external_frame(found).to_dict("records")]
        typer.echo(json.dumps(rows, indent=1, ensure_ascii=False))
    elif found:
        widths = {
            "external figure": 7,
            "printed": 5,
            "period and scope": 3,
            "seen": 4,
            "ours": 9,
            "ratio": 2,
            "comparison": 6,
        }
        _print_frame(frame_in_words(found, model), widths, f"{SIDE_BY_SIDE} {CAVEAT}", expand=True)
    else:
        typer.echo("This data package has no external figures.")
    if not (as_csv or as_json) and (differs := model.differences(given.setting)):
        typer.echo(differs)


@app.command()
def audit(
    file: Annotated[Path, typer.Argument(help="The article as you have it: text, HTML or PDF.", show_default=False)],
    data: Data = None,
) -> None:
    """Find every row's digits in your own copy of the article, and every number of it that no row covers.

    Compared: the numbers, a word such as over or up to before them, their order and place.
    Not compared: the other words around them, dates and sources.

    The copy stays where it is: nothing of it is kept or sent. Exit status 1 when copy and register differ.
    """
    from analysis.audit import audit as compare_with_copy

    report = compare_with_copy(Register.read(data), file)
    for line in report.lines():
        typer.echo(line)
    raise typer.Exit(report.status)


In = Annotated[str, typer.Option("--scenario", help="A scenario's name, or the path of its file.")]
Cluster = Annotated[str, typer.Option("--scheduler", help="Address of a Dask scheduler, such as tcp://127.0.0.1:8786.")]


@app.command()
def scenarios(
    files: Annotated[list[str] | None, typer.Argument(help="Files of your own, or names of shipped ones.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the estimates as JSON, in base units.")] = False,
    as_schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of a scenario's file.")] = False,
    data: Data = None,
) -> None:
    """Tabulate the headline estimates under every scenario, or under those given."""
    from analysis.scenarios import find, schema, shipped, tabulate
    from analysis.tables import estimated_json, scenarios_table

    if as_json + as_schema > 1:
        raise InputError("--json and --schema are one choice")
    model = _model(data)
    if as_schema:
        typer.echo(json.dumps(schema(model), indent=1, ensure_ascii=False))
        return
    listed = [find(file, model) for file in files] if files else list(shipped(model).values())
    if as_json:
        _print_json([estimated_json(found) for found in tabulate(model, listed)])
    else:
        table = scenarios_table(model, listed)
        _print_frame(table.frame, {"scenario": 3}, table.foot, expand=True)


@app.command()
def sensitivity(
    quantity: Annotated[
        str,
        typer.Argument(help="A quantity, such as at_risk_total; without one, the ranges of all headlines."),
    ] = "",
    scenario: In = "article",
    draws: Annotated[int, typer.Option("--draws", help="How many; a power of two, unless random.")] = 2**16,
    seed: Annotated[int, typer.Option("--seed", help="A whole number from 0 up.")] = 0,
    random: Annotated[bool, typer.Option("--random", help="Plain random draws in the place of Sobol points.")] = False,
    scheduler: Cluster = "",
    compiled: Annotated[
        bool, typer.Option("--compiled", help="Draw in a loop compiled by numba; worth it from 10 million draws.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, in base units.")] = False,
    data: Data = None,
) -> None:
    """Show what moves an estimate: each assumption, each source, and draws where a scenario gives distributions."""
    from analysis.scenarios import find
    from analysis.tables import Sensitivity, all_ranges_table
    from analysis.uncertainty import check_draws, reach

    method = "random" if random else "sobol"
    check_draws(draws, seed, method)
    reach(scheduler)
    model = _model(data)
    how: dict[str, Any] = {"draws": draws, "seed": seed, "method": method, "scheduler": scheduler}
    how |= {"compiled": compiled, "model": model}
    if not quantity and as_json:
        _print_json([Sensitivity(name, scenario, **how).json() for name in model.register.estimates])
        return
    if not quantity:
        table = all_ranges_table(model, find(scenario, model))
        _print_frame(table.frame, {"estimate of": 3, "moved": 4, "over": 2, "estimate": 2}, table.foot)
        return
    found = Sensitivity(quantity, scenario, **how)
    if as_json:
        _print_json(found.json())
        return
    estimate = found.estimate
    if estimate.value is None or estimate.low is None or estimate.high is None:
        raise ModelError(f"{quantity} has no value under {found.scenario.name}: {estimate.reason}")
    place = min(1e4, place_of(model, estimate.depends_on, estimate.value))
    typer.echo(f"{quantity} under {found.scenario.name}: {found.scenario.description}")
    numbers = (estimate.value, estimate.low, estimate.high)
    typer.echo(_result(model, quantity, numbers, estimate.kind, place, False))
    for table, ratios in (
        (found.ranges_table(), {"moved": 4, "over": 2, "estimate": 2}),
        (found.tornado_table(), {"assumption": 4}),
        (found.sources_table(), {"source left out": 2, "its rows": 3, "from": 3}),
        *([(found.draws_table(), {}), (found.indices_table(), {"input": 4, "drawn from": 3})] if found.drawn else []),
    ):
        foot = table.foot.replace(f" {CAVEAT}", "").replace(CAVEAT, "")
        if len(table.frame):
            typer.echo("")
            _print_frame(table.frame, ratios, foot)
        elif foot:
            typer.echo(foot)
    if not found.drawn:
        typer.echo(found.draws_table().foot.removesuffix(f" {CAVEAT}"))
    typer.echo(found.differs)
    typer.echo(CAVEAT)


@app.command("break-even")
def break_even_(
    statement: Annotated[
        str, typer.Argument(help="A statement's id, or 'quantity >= number unit', in base units without one; else all.")
    ] = "",
    scenario: In = "article",
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, in base units.")] = False,
    data: Data = None,
) -> None:
    """Find, for each assumption, where a statement stops holding."""
    from analysis.scenarios import find
    from analysis.sensitivity import statement_of
    from analysis.tables import break_even_json, break_even_table, break_even_under, break_evens_json

    model = _model(data)
    wanted = [statement_of(model, statement)] if statement else list(model.register.statements.values())
    found = find(scenario, model)
    if statement:
        # One that is asked for and not computable is refused; among all of them it is listed as such.
        result = break_even_json(break_even_under(model, wanted[0], found))
    if as_json:
        _print_json(result if statement else break_evens_json(model, wanted, found))
        return
    table = break_even_table(model, wanted, found)
    _print_frame(table.frame, {"statement": 4, "assumption": 4, "as it is": 1, "holds for": 3}, table.foot)
    typer.echo(f"under {found.name}: {found.description}")
    differs = set()
    for one in wanted:
        with contextlib.suppress(ModelError):
            differs.add(model.differences(found.setting(model, model.named(one.quantity)[0])))
    for line in sorted(filter(None, differs)):
        typer.echo(line)


@app.command()
def sweep(
    spec: Annotated[Path, typer.Argument(help="The file that says what is swept.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="A .parquet or .csv file; else runs/NAME.parquet.")] = None,
    scheduler: Cluster = "",
    data: Data = None,
) -> None:
    """Compute estimates over a grid or a Latin hypercube of assumptions and readings; goes on where it was stopped."""
    from rich.progress import Progress

    from analysis.sweeps import read
    from analysis.sweeps import sweep as compute

    model = _model(data)
    found = read(spec, model)
    target = out or Path("runs") / f"{spec.stem}.parquet"
    console = Console(stderr=True)
    try:
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("rows", total=found.rows)
            swept = compute(
                model, found, target, scheduler=scheduler, done=lambda rows: progress.update(task, completed=rows)
            )
    except KeyboardInterrupt:
        typer.echo(f"stopped; the same command goes on with {shown(target)} where it was", err=True)
        raise typer.Exit(130) from None
    resumed = f", {swept.resumed:,} of them from before" if swept.resumed else ""
    typer.echo(f"{shown(swept.path)} holds {swept.rows:,} rows{resumed}, in base units.")
    for words, count in swept.violations.items():
        typer.echo(f"{count:,} rows have no meaning: {words}")
    typer.echo(CAVEAT)


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


@app.command()
def run(
    notebook: Annotated[str, typer.Argument(help="Name of a notebook, or the start of it.", show_default=False)],
    parameters: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", help="name=value; may be repeated.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the notebook as run.")] = Path("runs"),
    data: Data = None,
    notebooks: Notebooks = None,
    timeout: Timeout = 600,
) -> None:
    """Run one notebook with other assumptions or readings, checked before anything is written."""
    from analysis.notebooks import RunError, find, read_parameters, split_parameters
    from analysis.notebooks import run as execute
    from analysis.results import Study

    model = _model(data)
    found = find(notebook, notebooks)
    given = read_parameters(found, parameters or [], model)
    target = out / found.path.name
    try:
        execute(found, target, given, timeout=timeout)
    except RunError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    settings, others = split_parameters({**found.parameters, **given}, model)
    study = Study(found.relations, model=model, **settings)
    if study.outcomes:
        _print_table(model, study.outcomes)
    if others:
        typer.echo(f"run with {', '.join(f'{name} = {value}' for name, value in others.items())}")
    if settings or not others:
        typer.echo(study.differs)
    typer.echo(f"{shown(target)} is written.")


# What the commands share ----------------------------------------------------------------------------------------------


def _model(data: Path | None) -> Model:
    if data is not None:
        # Kernels inherit it.
        os.environ["ANALYSIS_DATA"] = str(data.absolute())
    return Model(Register.read(data))


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


@dataclass(frozen=True)
class Given:
    """What a user gave on the command line, by name, and the setting that it makes."""

    values: dict[str, float]
    readings: dict[str, str]
    setting: Setting

    @classmethod
    def read(cls, model: Model, values: Iterable[str], readings: Iterable[str]) -> Given:
        """From ``quantity=value`` and ``quantity=reading`` texts. Raises InputError in one sentence."""
        numbers: dict[str, float] = {}
        for name, text in _pairs(values, "value").items():
            try:
                numbers[name] = to_base(text, model.units[model.known(name)])
            except UnitError as error:
                raise ModelError(f"{name}: {error}") from None
        named = _pairs(readings, "reading")
        return cls(numbers, named, model.setting(named, numbers))

    def check_used(self, model: Model, plans: Iterable[Plan]) -> None:
        """Refuse what none of the plans depends on."""
        model.check_used(self.setting, plans, values=self.values, readings=self.readings)


def _pairs(texts: Iterable[str], what: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(f"'{text}' is not of the form quantity={what}")
        if name in found:
            raise InputError(f"{name} is given twice")
        found[name] = value
    return found


def _report(model: Model, outcomes: list[Outcome], expected: dict[tuple[str, str, str], str]) -> int:
    _print_table(model, outcomes)
    typer.echo(counts(model, outcomes))
    return _moved(model, outcomes, expected)


def _moved(model: Model, outcomes: list[Outcome], expected: dict[tuple[str, str, str], str]) -> int:
    changes = moved(expected, guarded(model, outcomes))
    for change in changes:
        typer.echo(f"moved: {change}", err=True)
    if changes:
        typer.echo(f"{len(changes)} values differ from {model.register.file('expected.csv')}.", err=True)
    wrong = by_hand(model.register)
    for problem in wrong:
        typer.echo(f"by hand: {problem} in {model.register.file('findings.yaml')}", err=True)
    return 1 if changes or wrong else 0


def _print_table(model: Model, outcomes: list[Outcome]) -> None:
    ratios = {"relation": 5, "published": 3, "recomputed": 2, "bounds": 3, "verdict": 5}
    _print_frame(screen(model, outcomes), ratios, CAVEAT)


def _print_frame(frame: pd.DataFrame, ratios: dict[str, int], foot: str, *, expand: bool = False) -> None:
    """A frame of texts as a table, or as a list where the terminal is narrow; the first column names the row."""
    first = str(frame.columns[0]) if len(frame.columns) else ""
    console = _console()
    if console.width < NARROW:
        for row in frame.to_dict("records"):
            parts = [f"{name} {text}" for name, text in row.items() if text and name != first]
            typer.echo(f"{row[first]}\n    {'; '.join(parts)}")
        typer.echo(foot)
        return
    grid = Grid(box=HORIZONTALS, show_lines=True, pad_edge=False, header_style="bold", expand=expand)
    grid.caption, grid.caption_justify = foot, "left"
    for name in frame.columns:
        grid.add_column(str(name), ratio=ratios.get(str(name), 1), overflow="fold", min_width=6)
    for cells in frame.itertuples(index=False):
        grid.add_row(*(escape(str(cell)) for cell in cells))
    console.print(grid, highlight=False)


def _typed(row: dict[Any, str]) -> dict[str, Any]:
    numbers = {"published", "published_low", "published_high", "recomputed", "recomputed_low", "recomputed_high"}
    numbers |= {"needed", "power", "power_10"}
    return {
        name: (float(row[name]) if row[name] else None) if name in numbers else row[name] for name in RELATION_COLUMNS
    }


def _graded(model: Model, quantity: str, reading: str) -> str:
    row = model.register.readings.get((quantity, reading))
    return f" ({row.grade}{', reconstruction' if row.reconstruction else ''})" if row else ""


def _unit(unit: str) -> str:
    return "" if unit == "dimensionless" else unit


def _number(model: Model, quantity: str, number: float | None, full: bool, place: float = 1e4, outward: int = 0) -> str:
    return digits(number) if full else value_words(model, quantity, number, place, outward=outward)


def _span(interval: Interval) -> str:
    """An interval that a printed number stands for or asserts: exact decimals, so in full."""
    low, high = f"{interval.low:,.10g}", f"{interval.high:,.10g}"
    if interval.low == interval.high:
        return f"{low} alone"
    if interval.high == float("inf"):
        return f"more than {low}" if interval.low_open else f"{low} and more"
    return f"{low} to {'below ' if interval.high_open else ''}{high}"


def _noun(claim: Claim) -> str:
    return "" if claim.published.unit == "percent" else f" {claim.unit_as_printed}"


def _printed(model: Model, claim: Claim) -> list[str]:
    published = claim.published
    lines = [f"printed: {published}{_noun(claim)} ({claim.period}, {claim.place}); held in {claim.unit}"]
    ends = ("low", "high") if published.qualifier == "range" else ("",)
    for end in ends if published.qualifier != "vague" else ():
        stands, asserts = published.stands_for(end), published.asserts(end)
        prefix = f"{end} end " if end else ""
        lines.append(f"{prefix}stands for {_span(stands)}; asserts {_span(asserts)}")
    if published.qualifier == "vague":
        wording = model.register.wordings.get(claim.quantity, Wording())
        for side, words in (("floor", wording.floor), ("ceiling", wording.ceiling)):
            if words:
                number = "none" if words.value is None else f"{words.value:,.10g}"
                loosest = "" if words.loosest is None else f", {words.loosest:,.10g} at its loosest"
                lines.append(f"{side} {number}{loosest}: {words.reason}")
    document = f"; about: {claim.document}" if claim.document else ""
    lines.append(f"{claim.where}; source cited: {model.register.sources.get(claim.source, 'none')}{document}")
    if claim.note:
        lines.append(f"note: {claim.note}")
    return lines


def _tree(model: Model, plan: Plan, full: bool) -> Tree:
    values = plan.evaluate(plan.start)

    def rests(name: str) -> set[str]:
        """The rows that a node starts from."""
        node = plan.by_name[name]
        own = {node.way.claim.id} if node.way.claim else set()
        return own.union(*(rests(need) for need in node.way.needs))

    def branch(name: str, tree: Tree | None) -> Tree:
        node = plan.by_name[name]
        value = _number(model, name, float(values[name]), full, place_of(model, rests(name), float(values[name])))
        reading = f", {node.reading}: {model.label(name, node.reading)}{_graded(model, name, node.reading)}"
        plain = {"formula": "", "constant": "", "given": ", given by you"}
        text = f"{name} = {value} {_unit(model.units[name])}".rstrip() + plain.get(node.reading, reading)
        here = Tree(escape(text)) if tree is None else tree.add(escape(text))
        if node.way.claim:
            for line in _printed(model, node.way.claim):
                here.add(escape(line))
        elif node.way.assumption:
            a = node.way.assumption
            here.add(escape(f"assumption, {a.grade}: varied {a.low:,.10g} to {a.high:,.10g}; {a.bias}"))
        elif node.way.formula:
            here.add(escape(node.way.words))
        for need in node.way.needs:
            branch(need, here)
        return here

    return branch(plan.target, None)


def _print_tree(tree: Tree) -> None:
    # Where there is no terminal, a line is a line, however long.
    console = Console()
    (console if console.is_terminal else Console(width=1000)).print(tree, highlight=False, soft_wrap=True)


def _verdict_line(model: Model, outcome: Outcome, full: bool) -> str:
    place = place_of(model, outcome.depends_on, outcome.recomputed)
    value = _number(model, outcome.relation.quantity, outcome.recomputed, full, place)
    against = f", printed {published_words(model, outcome)}" if outcome.relation.claim else ""
    return f"{outcome.relation.statement}: {value or 'not computable'}{against}; {verdict_words(model, outcome)}"


def _result(
    model: Model, quantity: str, numbers: tuple[float, float, float], kind: str, place: float, full: bool
) -> str:
    value, low, high = (
        _number(model, quantity, number, full, finer(place, model.units[quantity]) if outward else place, outward)
        for number, outward in zip(numbers, (0, -1, 1), strict=True)
    )
    unit = f"{value} {_unit(model.units[quantity])}".rstrip()
    return f"result: {unit}, {low} to {high} by rounding of the printed digits, kind {kind}"


def _judgement(model: Model, outcome: Outcome, full: bool) -> list[str]:
    relation = outcome.relation
    if outcome.recomputed is None or outcome.recomputed_low is None or outcome.recomputed_high is None:
        return [f"result: none, {outcome.reason}"]
    place = place_of(model, outcome.depends_on, outcome.recomputed)
    numbers = (outcome.recomputed, outcome.recomputed_low, outcome.recomputed_high)
    lines = [
        _result(model, relation.quantity, numbers, outcome.kind, place, full),
        f"verdict: {verdict_words(model, outcome)}{f': {outcome.reason}' if outcome.reason else ''}",
    ]
    if outcome.rests_on:
        lines.append(f"rests on: {outcome.rests_on}")
    if outcome.condition:
        lines.append(f"the verdict stays for: {outcome.condition}")
    if outcome.needed is not None:
        lines.append(f"smallest shortfall that would pass: {outcome.needed:.3f} of the printed number")
    if outcome.power is not None and outcome.power_10 is not None:
        weak = ", weak" if outcome.weak else ""
        lines.append(
            f"power: {outcome.power:.2f} within a half of the printed number{weak}, "
            f"{outcome.power_10:.2f} within a tenth"
        )
    return lines
