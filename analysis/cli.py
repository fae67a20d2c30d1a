"""The command line: ``analysis`` or ``python -m analysis``.

What belongs here: reading arguments, printing, exit status: 0 when all is as accepted, 1 when something moved or did
not run, 2 on bad input, which gets one sentence and no traceback. What does not: words and layout of a screen
(``terminal``), and anything a notebook could also want.

Each command loads what it uses, and no more: help needs none of the libraries, a verdict neither figures nor notebooks.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from analysis import __version__

if TYPE_CHECKING:
    from analysis.core.model import Model
    from analysis.core.verdicts import Outcome
    from analysis.output.notebooks import Beside, Notebook
    from analysis.output.results import Worksheet


class _Commands(TyperGroup):
    """Turns bad input into one sentence and exit status 2."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ValueError as error:
            from analysis.core.register import InputError

            if not isinstance(error, InputError):
                raise
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            typer.echo(f"error: {_unwritable(error)}", err=True)
            _drop_output()
            raise typer.Exit(2) from None


def _drop_output() -> None:
    """Drop what can't be printed, so that the end of the process does not stumble over it again."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _unwritable(error: OSError) -> str:
    """What to say of a file that can't be read or written and that nothing has refused by name before."""
    if error.filename:
        from analysis.core.register import shown

        return f"{shown(Path(os.fsdecode(error.filename)))} can't be read or written ({error.strerror})"
    return f"the output can't be written ({error.strerror or error})"


#: What can be listed.
LISTED = (
    "claims",
    "checks",
    "quantities",
    "readings",
    "assumptions",
    "findings",
    "external",
    "statements",
    "scenarios",
    "columns",
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
    for number in (signal.SIGTERM, signal.SIGHUP):
        # What is told to outlive its terminal does.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, frame: sys.exit(128 + number))
    for stream in (sys.stdout, sys.stderr):
        # What a terminal's encoding lacks is spelled out.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with _place_for_settings():
        try:
            try:
                app(prog_name="analysis")
            finally:
                # What is held back until the end may find the disk full as well.
                sys.stdout.flush()
        except BrokenPipeError:
            _drop_output()
            sys.exit(1)
        except OSError as error:
            # Help is printed before any command is invoked.
            typer.echo(f"error: {_unwritable(error)}", err=True)
            _drop_output()
            sys.exit(2)


#: Where matplotlib, IPython and Jupyter keep their settings and caches, each in the home directory.
_SETTINGS = (
    "MPLCONFIGDIR",
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "XDG_CACHE_HOME",
)


@contextlib.contextmanager
def _place_for_settings() -> Iterator[None]:
    """A temporary place for what libraries and kernels write to a home directory, where there is none to write to."""
    home = os.environ.get("HOME", "")
    if home and os.access(home, os.W_OK | os.X_OK):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="analysis-") as folder:
        missing = {name: str(Path(folder) / name.lower()) for name in _SETTINGS if name not in os.environ}
        for place in missing.values():
            Path(place).mkdir(mode=0o700)
        os.environ.update(missing)
        yield


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
    with_report: Annotated[bool, typer.Option("--report/--no-report", help="Build the report, too.")] = True,
) -> None:
    """Run every notebook, write the results with a report, and print what is published beside what is recomputed."""
    from rich.console import Console
    from rich.progress import Progress

    from analysis.core.files import is_ours, refuse_foreign, replace_atomically
    from analysis.core.register import InputError, shown
    from analysis.core.verdicts import judge_all
    from analysis.output import figures, provenance, report
    from analysis.output.external import compare as compare_all
    from analysis.output.external import external_frame
    from analysis.output.map import trace_frame
    from analysis.output.notebooks import all_notebooks, run_all, shown_in
    from analysis.output.results import escape_spreadsheet_formulas, read_expected, write_tables

    out = out.absolute()
    if not out.name:
        raise InputError(f"{shown(out)} can't be replaced by results; name another folder")
    model = _model(data)
    expected = read_expected(model.register)
    found = all_notebooks(notebooks)
    outcomes = judge_all(model)
    refuse_foreign(out)
    aside = out.with_name(f"{out.name}-failed")
    refuse_foreign(aside)
    if is_ours(aside) and (aside / "checks.csv").exists():
        raise InputError(f"{shown(aside)} holds results, and failed notebooks would be kept there; give another --out")
    figures.headless()
    console = Console(stderr=True)
    with replace_atomically(out) as folder:
        write_tables(folder, model, outcomes, shown_in(found), external_frame(compare_all(model)))
        (folder / "figures").mkdir()
        (folder / "notebooks").mkdir()
        for name in dict.fromkeys(name for notebook in found for name in notebook.figures):
            if name in figures.FIGURES:
                figures.save(name, folder / "figures", model)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("notebooks", total=len(found))
            failed = run_all(found, folder / "notebooks", timeout=timeout, done=lambda name: progress.advance(task))
        paths = [notebook.path for notebook in found]
        ran = all_notebooks(folder / "notebooks") if not failed else []
        escape_spreadsheet_formulas(trace_frame(model, outcomes, ran)).to_csv(
            folder / "map.csv", index=False, lineterminator="\n"
        )
        if failed:
            for error in failed.values():
                typer.echo(f"error: {error}", err=True)
            with replace_atomically(aside) as kept:
                for name, error in failed.items():
                    (kept / f"{name}.failed.ipynb").write_text(error.text, encoding="utf-8")
                provenance.write(kept, model, paths, failed=failed)
            typer.echo(f"{shown(out)} was left as it was; what ran of the failed is kept in {shown(aside)}.", err=True)
            raise typer.Exit(1)
        if with_report:
            try:
                report.write(folder, model, outcomes, found)
            except report.ReportError as error:
                typer.echo(f"error: {error}; {shown(out)} was left as it was.", err=True)
                raise typer.Exit(1) from None
        provenance.write(folder, model, paths)
    if is_ours(aside):
        shutil.rmtree(aside, ignore_errors=True)
    raise typer.Exit(_report(model, outcomes, expected))


@app.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the checks as CSV.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the headline table of the README.")] = False,
    data: Data = None,
) -> None:
    """Print the verdicts without the notebooks; exit status 1 when something moved."""
    from analysis.core.register import InputError
    from analysis.core.verdicts import judge_all
    from analysis.output.notebooks import all_notebooks, shown_in
    from analysis.output.results import CHECK_COLUMNS, check_rows, headline, read_expected

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
    where = shown_in(all_notebooks(checked=False))
    rows = check_rows(outcomes, where)
    if as_csv:
        from analysis.core.words import escape_spreadsheet_formula

        text = io.StringIO()
        writer = csv.DictWriter(text, CHECK_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: escape_spreadsheet_formula(cell) for name, cell in row.items()} for row in rows)
        typer.echo(text.getvalue(), nl=False)
    else:
        typer.echo(json.dumps([_typed(row) for row in rows], indent=1, ensure_ascii=False))
    raise typer.Exit(_moved(model, outcomes, expected))


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="A results folder.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Another one.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print the differences as JSON, in base units.")] = False,
) -> None:
    """Say which numbers moved between two results folders, by how much, and which input moved them; 1 if any did."""
    from analysis.output.diff import compare as compare_runs
    from analysis.output.diff import summary
    from analysis.output.terminal import print_differences

    found = compare_runs(before, after)
    if as_json:
        _print_json([one.json() for one in found])
    elif found:
        print_differences(found)
        typer.echo(summary(found))
    else:
        typer.echo(summary(found))
    raise typer.Exit(int(bool(found)))


@app.command()
def accept(data: Data = None) -> None:
    """Show what moved, then write what is computed now as what is expected."""
    from analysis.core.register import InputError
    from analysis.core.verdicts import judge_all
    from analysis.output.results import guarded, moved, read_expected, write_expected

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
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the map of claims, or the codebook.")] = False,
    data: Data = None,
) -> None:
    """List what there is, one line each: claims, checks, quantities, readings, assumptions, findings and so on."""
    from analysis.core.register import InputError
    from analysis.core.units import nearest
    from analysis.core.verdicts import judge_all
    from analysis.output.codebook import codebook, columns
    from analysis.output.results import noun
    from analysis.output.terminal import graded, one_line
    from analysis.whatif.scenarios import shipped

    model = _model(data)
    if as_markdown:
        from analysis.output.map import map_table
        from analysis.output.notebooks import all_notebooks

        if what not in ("claims", "columns"):
            raise InputError(
                "--markdown prints `analysis list claims`, as the README has it, and `analysis list columns`"
            )
        claims = what == "claims"
        typer.echo(map_table(model, judge_all(model), all_notebooks()) if claims else codebook(model.register))
        return
    register = model.register
    lines = {
        "claims": [
            f"{c.id}  {c.published}{noun(c)}: {c.statement} ({c.period}); {c.where}" for c in register.claims.values()
        ],
        "checks": [f"{r.id}  {r.statement} ({r.quantity})" for r in register.checks.values()],
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
    what = "" if what == "all" else what
    if what and what not in lines:
        raise InputError(f"'{what}' is nothing to list{nearest(what, lines)}")
    for kind, rows in lines.items():
        if what in ("", kind):
            one = {"quantities": "quantity", "external": "external figure"}.get(kind, kind.removesuffix("s"))
            for row in rows:
                typer.echo(one_line(f"{one}  {row}"))


Set = Annotated[list[str] | None, typer.Option("--set", help="quantity=value, in base units or with a unit.")]
Named = Annotated[list[str] | None, typer.Option("--reading", help="quantity=reading.")]


@app.command()
def explain(
    id: Annotated[
        str,
        typer.Argument(
            help="A claim, a check, a quantity, a finding or a figure published elsewhere.", show_default=False
        ),
    ],
    values: Set = None,
    readings: Named = None,
    full: Annotated[bool, typer.Option("--digits", help="Show ten digits.")] = False,
    data: Data = None,
) -> None:
    """Show where a number comes from, down to the printed rows, and recompute it under other assumptions."""
    from analysis.output import terminal

    model = _model(data)
    terminal.explain(model, id, model.change_from_texts(values or [], readings or []), full)


@app.command()
def compare(
    values: Set = None,
    readings: Named = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparisons as JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the comparisons as CSV.")] = False,
    data: Data = None,
) -> None:
    """Set figures published elsewhere beside the article's; unlike units only at a ratio given with --set."""
    from analysis.core.register import InputError
    from analysis.output.external import SIDE_BY_SIDE, check_used, external_frame, frame_in_words, typed
    from analysis.output.external import compare as compare_all
    from analysis.output.results import CAVEAT
    from analysis.output.terminal import print_frame

    if as_json + as_csv > 1:
        raise InputError("--json and --csv are one choice")
    model = _model(data)
    setting = model.change_from_texts(values or [], readings or [])
    found = compare_all(model, setting)
    check_used(model, setting, found)
    if as_csv:
        from analysis.output.results import escape_spreadsheet_formulas

        typer.echo(
            escape_spreadsheet_formulas(external_frame(found)).to_csv(index=False, lineterminator="\n"), nl=False
        )
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
        print_frame(frame_in_words(found, model), widths, f"{SIDE_BY_SIDE} {CAVEAT}", expand=True)
    else:
        typer.echo("This data package has no external figures.")
    if not (as_csv or as_json) and (differs := model.differences(setting)):
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
    from analysis.audit.alignment import audit as compare_with_copy
    from analysis.core.register import Register
    from analysis.core.words import printable

    report = compare_with_copy(Register.read(data), file)
    for line in report.lines():
        typer.echo(printable(" ".join(line.split())))
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
    from analysis.core.register import InputError
    from analysis.output.tables import estimated_json, scenarios_table
    from analysis.output.terminal import print_frame
    from analysis.whatif.scenarios import find, schema, shipped, tabulate

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
        print_frame(table.frame, {"scenario": 3}, table.foot, expand=True)


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
        bool, typer.Option("--compiled", help="Draw in a loop compiled by numba; worth it from some 50 million draws.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, in base units.")] = False,
    data: Data = None,
) -> None:
    """Show what moves an estimate: each assumption, each source, and draws where a scenario gives distributions."""
    from analysis.core.model import ModelError
    from analysis.output.results import CAVEAT, place_of
    from analysis.output.tables import Sensitivity, all_ranges_table
    from analysis.output.terminal import print_frame, result
    from analysis.whatif.draws import check_draws, reach
    from analysis.whatif.scenarios import find

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
        print_frame(table.frame, {"estimate of": 3, "moved": 4, "over": 2, "estimate": 2}, table.foot)
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
    typer.echo(result(model, quantity, numbers, estimate.kind, place, False))
    for table, ratios in (
        (found.ranges_table(), {"moved": 4, "over": 2, "estimate": 2}),
        (found.tornado_table(), {"assumption": 4}),
        (found.sources_table(), {"source left out": 2, "its rows": 3, "from": 3}),
        *([(found.draws_table(), {}), (found.indices_table(), {"input": 4, "drawn from": 3})] if found.drawn else []),
    ):
        foot = table.foot.replace(f" {CAVEAT}", "").replace(CAVEAT, "")
        if len(table.frame):
            typer.echo("")
            print_frame(table.frame, ratios, foot)
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
    from analysis.core.model import ModelError
    from analysis.output.tables import break_even_json, break_even_table, break_even_under, break_evens_json
    from analysis.output.terminal import print_frame
    from analysis.whatif.scenarios import find
    from analysis.whatif.sensitivity import statement_of

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
    print_frame(table.frame, {"statement": 4, "assumption": 4, "as it is": 1, "holds for": 3}, table.foot)
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
    out: Annotated[Path | None, typer.Option("--out", help="A .csv or .parquet file; else runs/NAME.csv.")] = None,
    scheduler: Cluster = "",
    data: Data = None,
) -> None:
    """Compute estimates over a grid or a Latin hypercube of assumptions and readings."""
    from rich.console import Console
    from rich.progress import Progress

    from analysis.core.register import shown
    from analysis.output.results import CAVEAT
    from analysis.whatif.sweep import read
    from analysis.whatif.sweep import sweep as compute

    model = _model(data)
    found = read(spec, model)
    target = out or Path("runs") / f"{spec.stem}.csv"
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("rows", total=found.rows)
        swept = compute(
            model, found, target, scheduler=scheduler, done=lambda rows: progress.update(task, completed=rows)
        )
    typer.echo(f"{shown(swept.path)} holds {swept.rows:,} rows, in base units.")
    for words, count in swept.violations.items():
        typer.echo(f"{count:,} rows are left without estimates, as they violate: {words}")
    typer.echo(CAVEAT)


@app.command()
def run(
    notebook: Annotated[str, typer.Argument(help="Name of a notebook, or the start of it.", show_default=False)],
    parameters: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", help="name=value; may be repeated.")
    ] = None,
    scenarios: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="Name of a scenario, or its file; may be repeated, for a notebook each."),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder for the notebook as run.")] = Path("runs"),
    data: Data = None,
    notebooks: Notebooks = None,
    timeout: Timeout = 600,
) -> None:
    """Run one notebook with other assumptions or readings, checked before anything is written."""
    from analysis.core.register import shown
    from analysis.output.notebooks import RunError, find, read_parameters
    from analysis.output.notebooks import run as execute
    from analysis.output.terminal import print_outcomes

    model = _model(data)
    found = find(notebook, notebooks)
    if scenarios:
        _run_under(model, found, scenarios, parameters or [], out, timeout)
        return
    given = read_parameters(found, parameters or [], model)
    target = out / found.path.name
    study, how = _asked(model, found, given)
    beside = _provenance(model, found, {target: given}, {target: "; ".join(how)})
    try:
        execute(found, target, given, timeout=timeout, beside=beside)
    except RunError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
    if study.outcomes:
        print_outcomes(model, study.outcomes)
    for line in how:
        typer.echo(line)
    typer.echo(f"{shown(target)} is written.")


def _run_under(
    model: Model, notebook: Notebook, named: list[str], parameters: list[str], out: Path, timeout: int
) -> None:
    """Run one notebook under several scenarios side by side, each into a file of its own."""
    from analysis.core.register import InputError, shown
    from analysis.output.notebooks import RunError, read_parameters, run_each, scenario_texts
    from analysis.whatif.scenarios import find

    jobs: dict[Path, dict[str, Any]] = {}
    for text in named:
        scenario = find(text, model)
        target = out / f"{notebook.name}-{scenario.name}.ipynb"
        if target in jobs:
            raise InputError(f"the scenario {scenario.name} is given twice")
        try:
            jobs[target] = read_parameters(notebook, [*scenario_texts(notebook, text, model), *parameters], model)
        except InputError as error:
            raise InputError(f"the scenario {scenario.name}: {error}") from None
    said = {target: "; ".join(_asked(model, notebook, given)[1]) for target, given in jobs.items()}
    failed: dict[Path, RunError | InputError] = {}

    def done(target: Path, error: RunError | InputError | None) -> None:
        if error is not None:
            failed[target] = error

    run_each(notebook, jobs, done, timeout=timeout, beside=_provenance(model, notebook, jobs, said))
    for target in jobs:
        if target in failed:
            typer.echo(f"error: {target.stem}: {failed[target]}", err=True)
        else:
            typer.echo(f"{shown(target)} is written: {said[target] or 'as in the article'}")
    if failed:
        raise typer.Exit(2 if any(isinstance(error, InputError) for error in failed.values()) else 1)


def _provenance(
    model: Model, notebook: Notebook, jobs: Mapping[Path, Mapping[str, Any]], how: Mapping[Path, str]
) -> Beside:
    """What describes a run, to be put beside what comes of it. jobs, how: the parameters given, and what it is run with
    in words, by where that will stand."""
    from analysis.core.register import InputError, shown
    from analysis.output.provenance import beside, describe_one

    def describe(target: Path, made: Path) -> dict[Path, str]:
        used = {**notebook.parameters, **jobs[target]}
        try:
            return {beside(target): describe_one(made, model, notebook.path, used, how[target])}
        except OSError as problem:
            where = shown(Path(problem.filename or target))
            raise InputError(f"{where} can't be read or written ({problem.strerror})") from None

    return describe


def _asked(model: Model, notebook: Notebook, given: Mapping[str, Any]) -> tuple[Worksheet, list[str]]:
    """What a run with these parameters shows, and in words what it is run with."""
    from analysis.output.notebooks import split_parameters
    from analysis.output.results import Worksheet

    settings, others = split_parameters({**notebook.parameters, **given}, model)
    study = Worksheet(notebook.checks, model=model, **settings)
    texts = (f"{name} = {' '.join(str(value).split())}" for name, value in others.items())
    how = [f"run with {', '.join(texts)}"] if others else []
    how += [study.differs] if settings or not others else []
    return study, how


# What the commands share ----------------------------------------------------------------------------------------------


def _model(data: Path | None) -> Model:
    from analysis.core.model import Model
    from analysis.core.register import Register

    if data is not None:
        # Kernels inherit it.
        os.environ["ANALYSIS_DATA"] = str(data.absolute())
    return Model(Register.read(data))


def _report(model: Model, outcomes: list[Outcome], expected: dict[tuple[str, str, str], str]) -> int:
    from analysis.output.results import counts
    from analysis.output.terminal import print_outcomes

    print_outcomes(model, outcomes)
    typer.echo(counts(model, outcomes))
    return _moved(model, outcomes, expected)


def _moved(model: Model, outcomes: list[Outcome], expected: dict[tuple[str, str, str], str]) -> int:
    from analysis.core.findings import problems as by_hand
    from analysis.output.results import guarded, moved

    changes = moved(expected, guarded(model, outcomes))
    for change in changes:
        typer.echo(f"moved: {change}", err=True)
    if changes:
        typer.echo(f"{len(changes)} values differ from {model.register.file('expected.csv')}.", err=True)
    wrong = by_hand(model)
    for problem in wrong:
        typer.echo(f"by hand: {problem} in {model.register.file('findings.yaml')}", err=True)
    return 1 if changes or wrong else 0


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))


def _typed(row: dict[str, str]) -> dict[str, Any]:
    numbers = {"published", "published_low", "published_high", "recomputed", "recomputed_low", "recomputed_high"}
    numbers |= {"needed", "power", "power_10"}
    return {name: (float(text) if text else None) if name in numbers else text for name, text in row.items()}
