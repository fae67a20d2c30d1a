"""This module runs every notebook, or some notebooks under other parameters.

A run of every notebook also makes the tables, the figures and the report.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from pathlib import Path
from unittest import mock

import typer

from analysis.core.errors import InputError, display_path
from analysis.core.sentences import as_sentence
from analysis.model.model import Model
from analysis.model.verdicts import Outcome, judge_all
from analysis.publish import cells, execution, explorer
from analysis.publish.atomic import (
    clear_unfinished,
    lock,
    replace_atomically,
    write_file,
)
from analysis.publish.cells import Cells
from analysis.publish.guard import cells_of, print_report, read_expected
from analysis.publish.map import trace_frame
from analysis.publish.notebooks import Notebook, all_notebooks, shown_in
from analysis.publish.parameters import Job, prepare_job
from analysis.publish.replaceable import (
    CRATE,
    MARKED,
    is_ours,
    refuse_foreign,
    remove,
)
from analysis.publish.tables import write_tables
from analysis.render import KEEP_FIGURES_IN, frames
from analysis.render.headlines import changes, headlines, headlines_text
from analysis.render.paragraphs import paragraph
from analysis.render.progress import progress
from analysis.render.screens import echo_wrapped, show
from analysis.render.wording import enumerated
from analysis.whatif.scenarios import find as find_scenario

# Every notebook -----------------------------------------------------------------------


def reproduce(
    model: Model, out: Path, folder: Path | None, *, timeout: int, with_report: bool
) -> int:
    """Run every notebook, write the results, and return the exit status.

    The results are written whole or not at all. ``folder`` holds the notebooks; if it
    is None, the notebooks of the package are run. If a notebook fails, the former
    results are kept, and the cells that ran are written into a folder beside them.
    """
    if not out.name:
        raise InputError(
            f"{display_path(out)} can't be replaced by results; name another folder"
        )
    expected = read_expected(model.register)
    notebooks = all_notebooks(folder)
    aside = out.with_name(f"{out.name}-failed")
    for target in (out, aside):
        refuse_foreign(target)
    for path in sorted(aside.glob("*")):
        if path.name != MARKED:
            execution.refuse_changed(path)
    with replace_atomically(out) as results:
        now, failed = _run_all(model, notebooks, results, timeout)
        if failed:
            _keep_failed(failed, out, aside)
            # Leaving the block by an error keeps the former results as they were.
            raise typer.Exit(1)
        from analysis.publish import provenance

        outcomes = judge_all(model)
        trace = trace_frame(model, outcomes, all_notebooks(results / "notebooks"))
        (results / "map.csv").write_text(trace.csv(), encoding="utf-8")
        if with_report:
            _write_report(model, outcomes, notebooks, results, out)
        provenance.write(results, model, [notebook.path for notebook in notebooks])
    if is_ours(aside):
        remove(aside)
    if folder:
        expected = _without_other_figures(expected, now)
    return print_report(model, outcomes, expected, now, _where_to_read_on(out))


def _run_all(
    model: Model, notebooks: list[Notebook], results: Path, timeout: int
) -> tuple[Cells, dict[Path, execution.RunError]]:
    """Run the notebooks, and write the tables and the explorer meanwhile.

    Return the cells that the guard compares, and the notebooks that failed.
    """
    now: Cells = {}
    ran = count(1)
    figures = results / "figures"
    figures.mkdir()

    def write_all_else() -> None:
        # Kernels take longest, so they start before the libraries that everything else
        # needs are loaded.
        from analysis.render import external

        outcomes = judge_all(model)
        write_tables(
            results, model, outcomes, shown_in(notebooks), external.frame(model)
        )
        if explorer.CLAIM in model.register.claims:
            explorer.write(results, model)
        now.update(cells_of(model, outcomes))
        now.update(cells.drawn(model))

    def done(target: Path) -> None:
        update(next(ran), len(notebooks))

    jobs: execution.Jobs = {
        results / "notebooks" / notebook.path.name: (notebook, {})
        for notebook in notebooks
    }
    # The kernels inherit the place for the figures.
    environment = {KEEP_FIGURES_IN: str(figures)}
    with progress("notebooks") as update, mock.patch.dict(os.environ, environment):
        failed = execution.run(
            jobs, timeout=timeout, done=done, meanwhile=write_all_else
        )
    return {**now, **cells.plotted(figures)}, failed


def _keep_failed(
    failed: Mapping[Path, execution.RunError], out: Path, aside: Path
) -> None:
    """Say why notebooks failed, and keep in ``aside`` the cells that ran."""
    with replace_atomically(aside) as kept:
        for target, error in failed.items():
            typer.echo(f"error: {error}", err=True)
            path = kept / f"{target.stem}.failed.ipynb"
            path.write_text(error.text, encoding="utf-8")
    typer.echo(
        f"{display_path(out)} was left as it was; "
        f"the cells that ran are kept in {display_path(aside)}.",
        err=True,
    )


def _write_report(
    model: Model,
    outcomes: list[Outcome],
    notebooks: list[Notebook],
    results: Path,
    out: Path,
) -> None:
    """Write the report, or say why that fails and end the command."""
    from analysis.publish import report

    try:
        report.write(results, model, outcomes, notebooks)
    except report.ReportError as error:
        typer.echo(f"error: {error}; {display_path(out)} was left as it was.", err=True)
        raise typer.Exit(1) from None


def _without_other_figures(expected: Cells, now: Cells) -> Cells:
    """Leave out the accepted values of figures that the run has not drawn."""
    tables = {table for table, _, _ in now}
    kept: Cells = {}
    for key, text in expected.items():
        table, _, _ = key
        if table in tables or not table.startswith(cells.PLOTTED):
            kept[key] = text
    return kept


def _where_to_read_on(out: Path) -> dict[str, str]:
    """Return the files of a run that a reader opens next, by their purpose."""
    files = {
        "What may I cite?": out / "report" / "cite.html",
        "Every working": out / "report" / "index.html",
        "Change a number": out / explorer.NAME,
    }
    places = {}
    for purpose, path in files.items():
        if path.exists():
            places[purpose] = display_path(path)
    if "Change a number" in places:
        places["Change a number"] += ", or"
        places[""] = "analysis explain at_risk_2021 --set persons_per_transfer=0.8"
    return places


# One notebook -------------------------------------------------------------------------


def run(
    model: Model,
    books: Sequence[Notebook],
    parameters: list[str],
    scenarios: list[str],
    out: Path,
    *,
    timeout: int,
) -> int:
    """Run one or all notebooks under some changes, and return the exit status.

    If several scenarios are given, each notebook runs under each scenario. If all
    notebooks are to run, those that the changes do not affect are left out and named,
    with the reason. Parameters that can't be used raise InputError before anything is
    written.
    """
    jobs: dict[Path, Job] = {}
    left_out: dict[str, list[str]] = {}
    for notebook in books:
        try:
            jobs |= _jobs(model, notebook, parameters, scenarios, out)
        except InputError as error:
            if len(books) == 1:
                raise
            left_out.setdefault(str(error), []).append(notebook.name)
    if not jobs:
        raise InputError(next(iter(left_out)))
    # Two runs into one folder would leave notebooks of two settings there.
    with lock(out, within=True):
        clear_unfinished(out)
        failed = _execute_and_describe(model, jobs, timeout)
    for reason, names in left_out.items():
        # The advice to leave something out is for a notebook that is run alone.
        why, _, _ = reason.partition(" Leave ")
        echo_wrapped(f"Not run: {enumerated(names)}. {as_sentence(why)}")
    return int(bool(failed))


def _execute_and_describe(
    model: Model, jobs: Mapping[Path, Job], timeout: int
) -> dict[Path, execution.RunError]:
    """Run notebooks, record and print what each gave, and return the failures."""
    to_run = {target: (job.notebook, job.parameters) for target, job in jobs.items()}
    failed = execution.run(to_run, timeout=timeout)
    for target, job in jobs.items():
        if target in failed:
            which = f"{target.stem}: " if len(jobs) > 1 else ""
            kept = display_path(target.with_suffix(".failed.ipynb"))
            message = f"{which}{failed[target]}; the cells that ran are kept in {kept}"
            typer.echo(f"error: {message}", err=True)
        else:
            _describe(model, job, target)
            _print_run(model, job, target)
    return failed


def _jobs(
    model: Model,
    notebook: Notebook,
    parameters: Iterable[str],
    scenarios: Iterable[str],
    out: Path,
) -> dict[Path, Job]:
    """Return a notebook's run for each scenario, by the file that the run writes."""
    jobs: dict[Path, Job] = {}
    for scenario in scenarios or [""]:
        target = out / _target_name(model, notebook, scenario)
        if target in jobs:
            raise InputError(
                f"two scenarios would be written to {target.name}; "
                "give only one, or rename one"
            )
        jobs[target] = _job(model, notebook, parameters, scenario)
    return jobs


def _target_name(model: Model, notebook: Notebook, scenario: str) -> str:
    if not scenario:
        return notebook.path.name
    return f"{notebook.name}-{find_scenario(scenario, model).name}.ipynb"


def _job(
    model: Model, notebook: Notebook, parameters: Iterable[str], scenario: str
) -> Job:
    """Check a run under a scenario, and name the scenario if the run is refused."""
    try:
        return prepare_job(notebook, parameters, model, scenario)
    except InputError as error:
        if not scenario:
            raise
        sentence = str(error)
        about = sentence.removeprefix("The scenario ")
        if about != sentence:
            raise InputError(f"The scenario {scenario} {about}") from None
        raise InputError(f"the scenario {scenario}: {sentence}") from None


def _describe(model: Model, asked: Job, target: Path) -> None:
    """Write the provenance of an executed notebook into a file beside it."""
    from analysis.publish import provenance

    notebook = asked.notebook
    parameters = {**notebook.parameters, **asked.parameters}
    crate = provenance.describe(target, model, [notebook.path], parameters, asked.words)
    # RO-Crate names a crate that lies beside its data in this way.
    write_file(target.with_name(f"{target.stem}-{CRATE}"), crate)


def _print_run(model: Model, asked: Job, target: Path) -> None:
    """Print the headlines or checks of a run, and its differences from the article."""
    notebook = asked.notebook
    shown = [
        headline
        for headline in headlines(model, asked.setting)
        if headline.row.notebook == notebook.name
    ]
    if shown:
        typer.echo(headlines_text(shown))
    elif notebook.checks:
        outcomes = judge_all(model, notebook.checks, asked.setting)
        show(frames.checks(model, outcomes, asked.setting, frames.SHOWN_IN_FULL))
    written = f"{display_path(target)} is written: {asked.words}"
    typer.echo(paragraph(written))
    lines = list(changes(model, asked.setting, shown))
    echo_wrapped(*lines[1:])
