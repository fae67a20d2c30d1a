"""This module makes the screens of the commands: tables, lists and explanations."""

from __future__ import annotations

import contextlib
import itertools
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from analysis.core.errors import InputError, display_path
from analysis.model.model import CircleError, Model, ModelError, Plan, Setting
from analysis.render import show as layout
from analysis.render.headlines import changes, ours
from analysis.render.paragraphs import wrapped
from analysis.render.progress import progress
from analysis.render.wording import CAVEAT, UNCHANGED

if TYPE_CHECKING:
    from analysis.render.frame import Frame
    from analysis.whatif.draws import Draws

_CHECKED = (
    "We checked whether the article's numbers follow from one another. We did not "
    "check whether they are true"
)


# What a screen is made of -------------------------------------------------------------


def echo_wrapped(*texts: str) -> None:
    """Print paragraphs in lines of at most 80 columns, each with a hanging indent."""
    for text in filter(str.strip, texts):
        indent = " " * (len(text) - len(text.lstrip()) + 4)
        typer.echo("\n".join(wrapped(text, under=indent)))


def show(*frames: Frame, form: str = "") -> None:
    """Print frames in columns that fit the terminal, or as JSON, CSV or Markdown.

    The ``form`` is json, csv, markdown or, for columns, empty. Without a terminal, a
    frame is 80 columns wide. The sentence ``CAVEAT`` is not printed below a frame in
    columns.
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


def checked(model: Model) -> str:
    """Say what we checked in the article, and what we did not check.

    For a data package without headlines, which is about another article, the text does
    not mention coercion or the author.
    """
    if not model.register.headlines:
        return f"{_CHECKED}."
    return (
        f"{_CHECKED}, or whether anyone was coerced. The author has not been asked to "
        "comment."
    )


def _check_used(model: Model, setting: Setting, quantities: Iterable[str]) -> None:
    """Raise ModelError for a user's choice that affects none of the quantities."""
    plans = []
    for name in quantities:
        with contextlib.suppress(CircleError):
            plans += [model.plan(name, setting), *model.remark_plans(name, setting)]
    model.check_used(setting, plans)


# Commands -----------------------------------------------------------------------------


def list_all(model: Model, kind: str) -> None:
    """Print the rows of one kind, or of every kind, with a table for each kind.

    Raises InputError for an unknown kind.
    """
    from analysis.render.names import KINDS, names

    for name in KINDS if kind in ("", "all") else (kind,):
        frame = names(model, name)
        if frame:
            # A quantity's unit is shown, but its value and its readings are not.
            shown = {column: column for column in frame.columns[:3]}
            typer.echo(name)
            show(replace(frame, shown=shown))
            typer.echo()


def compare(model: Model, setting: Setting, form: str) -> None:
    """Print external figures and the article's numbers as a table, JSON or CSV."""
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

    If two or more files are named, each estimate is compared with the estimate under
    the first scenario; if not, it is compared with the estimate under the article's own
    setting. If the form is "schema", the function prints the JSON Schema of a
    scenario's file instead.

    If ``setting`` differs from the article's own setting, ``setting`` counts as one
    more scenario. If no file is named and ``setting`` changes something, the table has
    only the article's own setting and ``setting``.
    """
    from analysis.render import estimates, whatif_tables
    from analysis.render.frame import as_json
    from analysis.whatif.scenarios import OWN, find, schema, shipped

    if form == "schema":
        typer.echo(as_json(schema(model)))
        return
    own = estimates.yours(model, setting)
    names = files or ([OWN] if own else [*shipped(model)])
    listed = [estimates.Under.of(find(name, model), model) for name in names]
    for first, second in itertools.combinations(listed, 2):
        if first.name == second.name:
            raise InputError(
                f"two scenarios are called {first.name}; give only one, or rename one"
            )
    against = listed[0] if len(files) > 1 else estimates.AS_PRINTED
    if own:
        _check_used(model, setting, model.register.estimates)
        listed.append(own)
    show(whatif_tables.scenarios_table(model, listed, against), form=form)
    if not form:
        echo_wrapped(*changes(model, setting), CAVEAT)


def sensitivity(
    model: Model,
    quantity: str,
    setting: Setting,
    form: str,
    drawn: Callable[[str], Draws | None],
) -> None:
    """Print how far assumptions, rounding and random draws move an estimate.

    If no quantity is named, the function prints the ranges of every estimate. ``drawn``
    is a function that takes the name of an estimate and returns its draws, or None if
    nothing is drawn.
    """
    from analysis.render import whatif_tables

    names = [model.checked_name(quantity)] if quantity else model.register.estimates
    _check_used(model, setting, names)
    if quantity:
        # An estimate that has no value is refused here, with the reason.
        model.estimate(quantity, setting)
    ranges = whatif_tables.ranges_table(model, names, setting)
    frames = [ranges]
    for draws in filter(None, map(drawn, names if quantity or form else ())):
        frames += [whatif_tables.draws_table(draws), whatif_tables.indices_table(draws)]
    if form:
        # A file has one table. The setting of the draws also names what was drawn.
        rows = [row for frame in frames for row in frame.rows]
        show(replace(frames[-1], rows=rows), form=form)
        return
    show(*frames)
    if quantity and len(frames) == 1:
        echo_wrapped(
            "Nothing is drawn, because no distribution with an effect here is given."
        )
    # The frame also names the changes that have no effect here.
    differs = ranges.differs or f"{UNCHANGED} {ours(model, setting)}"
    echo_wrapped(differs, *[*changes(model, setting)][1:], CAVEAT)


def break_even(model: Model, text: str, setting: Setting, form: str) -> None:
    """Print the values of each assumption for which statements hold."""
    from analysis.render.whatif_tables import break_even_table
    from analysis.whatif import break_even as turning

    wanted: list[turning.AnyStatement] = list(model.register.statements.values())
    if text:
        wanted = [turning.statement_of(model, text)]
        # A statement that is named and not computable is refused. In the list of all
        # statements it would have a row with the reason.
        turning.break_even(model, wanted[0], setting)
    plans: list[Plan] = []
    for statement in wanted:
        with contextlib.suppress(ModelError):
            plans += turning.plans_of(model, statement, setting)
    model.check_used(setting, plans)
    show(break_even_table(model, wanted, setting), form=form)
    if not form:
        echo_wrapped(*changes(model, setting), CAVEAT)


def sweep(model: Model, spec: Path, out: Path, scheduler: str) -> None:
    """Compute a sweep and write it to a file, with a progress bar."""
    from analysis.whatif.sweep import read, write

    grid = read(spec, model)
    with progress("rows") as done:
        empty = write(model, grid, out, scheduler=scheduler, done=done)
    rows = "row" if grid.rows == 1 else "rows"
    typer.echo(f"{display_path(out)} holds {grid.rows:,} {rows}, in base units.")
    for reason, count in sorted(empty.items()):
        cells = "cell" if count == 1 else "cells"
        typer.echo(f"{count:,} empty {cells}: {reason}")
    typer.echo(CAVEAT)


def explain(model: Model, id: str, setting: Setting, full: bool) -> None:
    """Print the calculation of a number, down to the printed rows."""
    from analysis.render.explained import explained

    lines = explained(model, id, setting, full=full)
    echo_wrapped(*lines, *changes(model, setting), CAVEAT)
