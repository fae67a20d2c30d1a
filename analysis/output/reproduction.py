"""Whole runs: every notebook with tables, figures and report; or one notebook with other parameters."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress

from analysis.core.model import Model
from analysis.core.register import InputError, shown
from analysis.core.verdicts import judge_all
from analysis.output import explorer, figures, notebooks, provenance, report
from analysis.output.escape import escape_spreadsheet_formula
from analysis.output.external import compare, external_frame
from analysis.output.files import is_ours, refuse_foreign, replace_atomically
from analysis.output.map import trace_frame
from analysis.output.notebooks import Job, Notebook, RunError
from analysis.output.results import read_expected, write_tables
from analysis.output.terminal import print_outcomes, print_report
from analysis.whatif.scenarios import find as find_scenario


def reproduce(model: Model, out: Path, folder: Path | None, *, timeout: int, with_report: bool) -> int:
    """Run every notebook and write the results, whole or not at all; returns the exit status.

    folder: of the notebooks. Where a notebook fails, the former results stand, and the cells that ran are kept beside.
    """
    if not out.name:
        raise InputError(f"{shown(out)} can't be replaced by results; name another folder")
    expected = read_expected(model.register)
    found = notebooks.all_notebooks(folder)
    aside = out.with_name(f"{out.name}-failed")
    for target in (out, aside):
        refuse_foreign(target)
    figures.headless()
    outcomes = judge_all(model)
    with replace_atomically(out) as made:
        write_tables(made, model, outcomes, notebooks.shown_in(found), external_frame(compare(model)))
        if {*explorer.CLAIMS} <= model.register.claims.keys():
            explorer.write(made, model)
        for name in ("figures", "notebooks"):
            (made / name).mkdir()
        for name in dict.fromkeys(name for notebook in found for name in notebook.figures if name in figures.FIGURES):
            figures.save(name, made / "figures", model)
        console = Console(stderr=True)
        with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
            task = progress.add_task("notebooks", total=len(found))
            failed = notebooks.run_all(
                found, made / "notebooks", timeout=timeout, done=lambda name: progress.advance(task)
            )
        paths = [notebook.path for notebook in found]
        if failed:
            for error in failed.values():
                typer.echo(f"error: {error}", err=True)
            with replace_atomically(aside) as kept:
                for name, error in failed.items():
                    (kept / f"{name}.failed.ipynb").write_text(error.text, encoding="utf-8")
                provenance.write(kept, model, paths, failed=failed)
            typer.echo(f"{shown(out)} was left as it was; the cells that ran are kept in {shown(aside)}.", err=True)
            raise typer.Exit(1)
        ran = notebooks.all_notebooks(made / "notebooks")
        trace = trace_frame(model, outcomes, ran).map(escape_spreadsheet_formula)
        trace.to_csv(made / "map.csv", index=False, lineterminator="\n")
        if with_report:
            try:
                report.write(made, model, outcomes, found)
            except report.ReportError as error:
                typer.echo(f"error: {error}; {shown(out)} was left as it was.", err=True)
                raise typer.Exit(1) from None
        provenance.write(made, model, paths)
    if is_ours(aside):
        shutil.rmtree(aside, ignore_errors=True)
    status = print_report(model, outcomes, expected)
    if with_report:
        typer.echo(f"Read    {shown(out / 'report' / 'index.html')}")
    typer.echo(f"Change  {shown(out / explorer.NAME)}")
    return status


def run(
    model: Model, notebook: Notebook, parameters: list[str], scenarios: list[str], out: Path, *, timeout: int
) -> int:
    """Run one notebook with parameters, or under each of several scenarios side by side; returns the exit status.

    Raises InputError for bad parameters before anything is written.
    """
    jobs: dict[Path, Job] = {}
    for text in scenarios:
        scenario = find_scenario(text, model)
        target = out / f"{notebook.name}-{scenario.name}.ipynb"
        if target in jobs:
            raise InputError(f"the scenario {scenario.name} is given twice")
        try:
            jobs[target] = notebooks.job(notebook, parameters, model, text)
        except InputError as error:
            raise InputError(f"the scenario {scenario.name}: {error}") from None
    if not jobs:
        jobs[out / notebook.path.name] = notebooks.job(notebook, parameters, model)
    failed: dict[Path, RunError | InputError] = {}

    def done(target: Path, error: RunError | InputError | None) -> None:
        if error is not None:
            failed[target] = error

    def describe(target: Path, made: Path) -> dict[Path, str]:
        used = {**notebook.parameters, **jobs[target].parameters}
        text = provenance.describe(made, model, [notebook.path], used, jobs[target].words)
        return {provenance.beside(target): text}

    each = {target: one.parameters for target, one in jobs.items()}
    notebooks.run_each(notebook, each, done, timeout=timeout, beside=describe)
    for target, one in jobs.items():
        if target in failed:
            typer.echo(f"error: {f'{target.stem}: ' if scenarios else ''}{failed[target]}", err=True)
            continue
        if notebook.checks and not scenarios:
            print_outcomes(model, judge_all(model, notebook.checks, one.setting))
        typer.echo(f"{shown(target)} is written: {one.words}")
    return 2 if any(isinstance(one, InputError) for one in failed.values()) else 1 if failed else 0
