"""A run takes every notebook, or one notebook with other parameters.

A run of every notebook also makes the tables, the figures and the report.
"""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from unittest import mock

import typer

from analysis.core.errors import InputError, display_path
from analysis.model.model import Model
from analysis.model.verdicts import Outcome, judge_all
from analysis.publish import execution, explorer, notebooks
from analysis.publish.atomic import replace_atomically, write_file
from analysis.publish.cells import PLOTTED, Cells, drawn, plotted
from analysis.publish.guard import cells_of, print_report, read_expected
from analysis.publish.map import trace_frame
from analysis.publish.notebooks import Notebook
from analysis.publish.parameters import Job, job
from analysis.publish.replaceable import is_ours, refuse_foreign
from analysis.publish.tables import write_tables
from analysis.render import KEEP_FIGURES_IN
from analysis.render.headlines import changes, headlines, headlines_text
from analysis.render.records import escape_spreadsheet_formulas
from analysis.render.screens import echo_wrapped, print_outcomes, progress
from analysis.render.steps import WIDTH
from analysis.whatif.scenarios import find as find_scenario


def reproduce(
    model: Model, out: Path, folder: Path | None, *, timeout: int, with_report: bool
) -> int:
    """Run every notebook, write the results, and return the exit status.

    The results are written whole or not at all. ``folder`` is that of the notebooks.
    Where a notebook fails, the former results stand, and the cells that ran are kept
    beside them.
    """
    if not out.name:
        raise InputError(
            f"{display_path(out)} can't be replaced by results; name another folder"
        )
    expected = read_expected(model.register)
    found = notebooks.all_notebooks(folder)
    aside = out.with_name(f"{out.name}-failed")
    for target in (out, aside):
        refuse_foreign(target)
    with replace_atomically(out) as made:
        outcomes, now, failed = _run_all(model, found, made, timeout)
        if failed:
            _keep_failed(failed, out, aside)
            raise typer.Exit(1)
        from analysis.publish import provenance

        trace = trace_frame(
            model, outcomes, notebooks.all_notebooks(made / "notebooks")
        )
        escape_spreadsheet_formulas(trace).to_csv(
            made / "map.csv", index=False, lineterminator="\n"
        )
        if with_report:
            _write_report(model, outcomes, found, made, out)
        provenance.write(made, model, [notebook.path for notebook in found])
    if is_ours(aside):
        shutil.rmtree(aside, ignore_errors=True)
    if folder:
        # Other notebooks may draw other figures.
        tables = {table for table, _, _ in now}
        expected = {
            key: text
            for key, text in expected.items()
            if key[0] in tables or not key[0].startswith(PLOTTED)
        }
    return print_report(model, outcomes, expected, now, _where_to_read_on(out))


def _where_to_read_on(out: Path) -> dict[str, str]:
    """The files of a run that a reader opens next, by what they are for."""
    files = {
        "What may I cite?": out / "report" / "cite.html",
        "Every working": out / "report" / "index.html",
        "Change a number": out / explorer.NAME,
    }
    places = {
        purpose: display_path(path) for purpose, path in files.items() if path.exists()
    }
    if "Change a number" in places:
        places["Change a number"] += ", or"
        places[""] = "analysis explain at_risk_2021 --set persons_per_transfer=0.8"
    return places


def _run_all(
    model: Model, found: list[Notebook], made: Path, timeout: int
) -> tuple[list[Outcome], Cells, dict[Path, execution.RunError]]:
    """Run the notebooks, and write the tables and the explorer meanwhile.

    Return the outcomes of the checks, the cells that are guarded, and the notebooks
    that failed.
    """
    for name in ("figures", "notebooks"):
        (made / name).mkdir()
    outcomes: list[Outcome] = []
    now: Cells = {}
    ran = count(1)

    def write_all_else() -> None:
        # Kernels take longest, so they start first. Nothing is loaded for the rest
        # before.
        from analysis.render.external import compare, external_frame

        outcomes.extend(judge_all(model))
        write_tables(
            made,
            model,
            outcomes,
            notebooks.shown_in(found),
            external_frame(compare(model)),
        )
        if explorer.CLAIM in model.register.claims:
            explorer.write(made, model)
        now.update(cells_of(model, outcomes))
        now.update(drawn(model))

    # The kernels inherit the place for the figures.
    with (
        progress("notebooks") as update,
        mock.patch.dict(os.environ, {KEEP_FIGURES_IN: str(made / "figures")}),
    ):
        books = {
            made / "notebooks" / notebook.path.name: (notebook, dict[str, str]())
            for notebook in found
        }

        def done(target: Path) -> None:
            update(next(ran), len(found))

        failed = execution.run(
            books, timeout=timeout, done=done, meanwhile=write_all_else
        )
    return outcomes, {**now, **plotted(made / "figures")}, failed


def _keep_failed(
    failed: Mapping[Path, execution.RunError], out: Path, aside: Path
) -> None:
    """Say why notebooks failed, and keep the cells that ran aside."""
    for error in failed.values():
        typer.echo(f"error: {error}", err=True)
    with replace_atomically(aside) as kept:
        for target, error in failed.items():
            (kept / f"{target.stem}.failed.ipynb").write_text(
                error.text, encoding="utf-8"
            )
    typer.echo(
        f"{display_path(out)} was left as it was; "
        f"the cells that ran are kept in {display_path(aside)}.",
        err=True,
    )


def _write_report(
    model: Model, outcomes: list[Outcome], found: list[Notebook], made: Path, out: Path
) -> None:
    """Write the report, or say why that fails and end the command."""
    from analysis.publish import report

    try:
        report.write(made, model, outcomes, found)
    except report.ReportError as error:
        typer.echo(f"error: {error}; {display_path(out)} was left as it was.", err=True)
        raise typer.Exit(1) from None


def run(
    model: Model,
    notebook: Notebook,
    parameters: list[str],
    scenarios: list[str],
    out: Path,
    *,
    timeout: int,
) -> int:
    """Run one notebook with parameters, and return the exit status.

    Given several scenarios, run it under each of them side by side. Bad parameters
    raise InputError before anything is written.
    """
    from analysis.publish import provenance

    jobs: dict[Path, Job] = {}
    for text in scenarios or [""]:
        name = (
            f"{notebook.name}-{find_scenario(text, model).name}.ipynb"
            if text
            else notebook.path.name
        )
        if out / name in jobs:
            raise InputError(
                f"two scenarios would be written to {name}; give one, or another name"
            )
        try:
            jobs[out / name] = job(notebook, parameters, model, text)
        except InputError as error:
            raise InputError(
                f"the scenario {text}: {error}" if text else str(error)
            ) from None
    failed = execution.run(
        {target: (notebook, one.parameters) for target, one in jobs.items()},
        timeout=timeout,
    )
    for target, one in jobs.items():
        if failed.get(target):
            which = f"{target.stem}: " if scenarios else ""
            kept = display_path(target.with_suffix(".failed.ipynb"))
            typer.echo(
                f"error: {which}{failed[target]}; "
                f"the cells that ran are kept in {kept}",
                err=True,
            )
            continue
        used = {**notebook.parameters, **one.parameters}
        crate = provenance.describe(target, model, [notebook.path], used, one.words)
        # As RO-Crate names a crate that lies beside its data.
        write_file(target.with_name(f"{target.stem}-{provenance.NAME}"), crate)
        about = [
            row
            for row in headlines(model, one.setting)
            if row.row.notebook == notebook.name
        ]
        if about:
            typer.echo(headlines_text(about))
        elif notebook.checks:
            print_outcomes(model, judge_all(model, notebook.checks, one.setting))
        typer.echo(
            textwrap.fill(
                f"{display_path(target)} is written: {one.words}",
                WIDTH,
                break_long_words=False,
            )
        )
        echo_wrapped(*[*changes(model, one.setting, about)][1:])
    return int(bool(failed))
