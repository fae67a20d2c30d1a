"""The screens of the commands: tables, lists, and where a number comes from."""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from analysis.core.errors import InputError, display_path
from analysis.model.model import CircleError, Model, Setting
from analysis.render import show as layout
from analysis.render.headlines import changes
from analysis.render.paragraphs import wrapped
from analysis.render.progress import progress
from analysis.render.safe_text import escape_spreadsheet_formula
from analysis.render.speller import Speller
from analysis.render.wording import (
    CAVEAT,
    result_words,
)

if TYPE_CHECKING:
    from analysis.render.estimates import Under
    from analysis.render.frame import Frame
    from analysis.whatif.draws import Draws

CHECKED = (
    "We checked whether the article's numbers follow from one another. We did not "
    "check whether they are true, or whether anyone was coerced. The author has not "
    "been asked to comment."
)


# What a screen is made of -------------------------------------------------------------


def echo_wrapped(*texts: str) -> None:
    """Paragraphs in lines of at most 80 columns; the lines after a first are set in."""
    for text in filter(str.strip, texts):
        indent = " " * (len(text) - len(text.lstrip()) + 4)
        typer.echo("\n".join(wrapped(text, under=indent)))


def show(*frames: Frame, form: str = "") -> None:
    """Print frames as wide as the terminal, each with its foot, or in a form.

    The form is json, csv or markdown. Where there is no terminal, a frame is 80 columns
    wide. The foot lacks the caveat.
    """
    for frame in frames:
        if form:
            made = {"json": frame.json, "csv": frame.csv, "markdown": frame.markdown}
            typer.echo(made[form]().rstrip("\n"))
            continue
        if len(frame):
            bare = replace(frame, foot="")
            typer.echo(layout.text(bare, shutil.get_terminal_size().columns))
        echo_wrapped(frame.foot.removesuffix(CAVEAT))


def print_as(form: str, value: Any, columns: Iterable[str] = ()) -> None:
    """Print a value as JSON, or its rows as CSV that no spreadsheet computes.

    A list is in one cell of the CSV. Where there are no rows, the columns stand alone.
    """

    def cell(one: Any, between: str = " | ") -> Any:
        return (
            between.join(str(cell(each, " to ")) for each in one)
            if isinstance(one, list)
            else one
        )

    if form == "json":
        typer.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))
        return
    header = [*(value[0] if value else columns)]
    if header:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(
            [escape_spreadsheet_formula(cell(one)) for one in row.values()]
            for row in value
        )


def _check_used(model: Model, setting: Setting, quantities: Iterable[str]) -> None:
    """Raise ModelError for what was given and none of the quantities depends on."""
    plans = []
    for name in quantities:
        with contextlib.suppress(CircleError):
            plans += [model.plan(name, setting), *model.remark_plans(name, setting)]
    model.check_used(setting, plans)


# Commands -----------------------------------------------------------------------------


def list_all(model: Model, kind: str) -> None:
    """The rows of a kind, or of every kind, a table each.

    Raises InputError for an unknown kind.
    """
    from analysis.render.names import KINDS, names

    for name in KINDS if kind in ("", "all") else (kind,):
        frame = names(model, name)
        if frame:
            # A quantity's unit is shown, its value and its readings are not.
            shown = {column: column for column in frame.columns[:3]}
            typer.echo(name)
            show(replace(frame, shown=shown))
            typer.echo()


def compare(model: Model, setting: Setting, form: str) -> None:
    """External figures beside the article's numbers, as a table, json or csv."""
    from analysis.render import external

    frame = external.frame(model, setting)
    if form or frame:
        show(frame, form=form)
    else:
        typer.echo("This data package has no external figures.")
    if frame and not form:
        echo_wrapped(*external.context(model))
        echo_wrapped(*changes(model, setting), CAVEAT)


def scenarios(model: Model, files: list[str], form: str, setting: Setting) -> None:
    """Print the estimates under scenarios, as tables, CSV or JSON.

    They stand with their differences from the estimates under the first scenario. The
    form "schema" prints the schema of a scenario's file instead.

    A ``setting`` other than the article's is one more. Without files, it stands beside
    the article.
    """
    from analysis.render import estimates, whatif_tables
    from analysis.render.frame import plain
    from analysis.whatif.scenarios import OWN, find, schema, shipped

    if form == "schema":
        print_as("json", schema(model))
        return
    is_changed = bool(setting.choices or setting.given)
    names = files or ([OWN] if is_changed else [*shipped(model)])
    listed = [estimates.Under.of(find(name, model), model) for name in names]
    for first, second in itertools.combinations(listed, 2):
        if first.name == second.name:
            raise InputError(
                f"two scenarios are called {first.name}; give one, or another name"
            )
    against = listed[0] if len(files) > 1 else estimates.AS_PRINTED
    if is_changed:
        _check_used(model, setting, model.register.estimates)
        words = model.differences(setting) or "as in the article"
        description = f"{words[0].upper()}{words[1:]}."
        listed.append(estimates.Under("yours", description, setting))
    if form:
        rows = estimates.tabulate(model, listed, against)
        print_as(form, [plain(vars(row)) for row in rows])
        return
    show(
        whatif_tables.scenarios_table(model, listed),
        whatif_tables.differences_table(model, listed, against),
    )
    echo_wrapped(*changes(model, setting), CAVEAT)


def sensitivity(
    model: Model,
    quantity: str,
    under: Under,
    form: str,
    drawn: Callable[[str], Draws | None],
) -> None:
    """Print what moves an estimate: ranges, and draws with their indices.

    Without a quantity, print the ranges of every estimate. The function ``drawn`` gives
    the draws of an estimate, if there are any.
    """
    setting = under.setting
    from analysis.render import whatif_tables

    names = [model.known(quantity)] if quantity else model.register.estimates
    _check_used(model, setting, names)
    if quantity:
        # An estimate that has no value is refused here, with the reason.
        model.estimate(quantity, setting)
    if form:
        every = [
            whatif_tables.sensitivity_json(model, name, under, drawn(name))
            for name in names
        ]
        rows = itertools.chain(*map(whatif_tables.sensitivity_rows, every))
        print_as(form, [*rows] if form == "csv" else every[0] if quantity else every)
        return
    if not quantity:
        show(whatif_tables.all_ranges_table(model, setting))
        echo_wrapped(*changes(model, setting), CAVEAT)
        return
    result = result_words(Speller(model), model.estimate(quantity, setting))
    echo_wrapped(f"{quantity}: {result}")
    show(whatif_tables.ranges_table(model, quantity, setting))
    draws = drawn(quantity)
    if draws:
        show(whatif_tables.draws_table(draws), whatif_tables.indices_table(draws))
    else:
        echo_wrapped(
            "No distribution is given that has an effect here: nothing is drawn."
        )
    # It names the settings without an effect, too.
    differs = whatif_tables.idle_words(model, quantity, setting)
    echo_wrapped(differs, *[*changes(model, setting)][1:], CAVEAT)


def break_even(model: Model, text: str, setting: Setting, form: str) -> None:
    """Where a statement, or every one, stops holding along each assumption."""
    from analysis.render.whatif_tables import break_even_table, break_evens
    from analysis.whatif import break_even as turning

    wanted: list[turning.AnyStatement] = list(model.register.statements.values())
    if text:
        wanted = [turning.statement_of(model, text)]
        # One that is asked for and not computable is refused; among all of them it is
        # listed as such.
        turning.break_even(model, wanted[0], setting)
    _check_used(model, setting, turning.quantities_of(model, wanted))
    if form:
        every = break_evens(model, wanted, setting)
        rows = [
            {"statement": turned["id"], "assumption": name, **row}
            for turned in every
            for name, row in turned.get("assumptions", {}).items()
        ]
        print_as(form, rows if form == "csv" else every[0] if text else every)
        return
    show(break_even_table(model, wanted, setting))
    echo_wrapped(*changes(model, setting), CAVEAT)


def sweep(model: Model, spec: Path, out: Path, scheduler: str) -> None:
    """Compute a sweep into a file, with a progress bar."""
    from analysis.whatif.sweep import read, write

    grid = read(spec, model)
    with progress("rows") as done:
        empty = write(model, grid, out, scheduler=scheduler, done=done)
    typer.echo(f"{display_path(out)} holds {grid.rows:,} rows, in base units.")
    for reason, count in sorted(empty.items()):
        typer.echo(f"{count:,} empty cells: {reason}")
    typer.echo(CAVEAT)


def explain(model: Model, id: str, setting: Setting, full: bool) -> None:
    """Print where a number comes from, down to the printed rows."""
    from analysis.render.explained import explained

    lines = explained(model, id, setting, full=full)
    echo_wrapped(*lines, *changes(model, setting), CAVEAT)
