"""The screens of the commands: tables, lists, and where a number comes from."""

from __future__ import annotations

import contextlib
import csv
import itertools
import json
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from analysis.core.errors import InputError, display_path
from analysis.core.rows import Check, Claim, Solve
from analysis.core.spell import digits, with_unit
from analysis.core.units import nearest
from analysis.model.model import CircleError, Model, ModelError, Setting
from analysis.model.solutions import solution
from analysis.model.verdicts import judge_all
from analysis.render import show as layout
from analysis.render.headlines import changes
from analysis.render.progress import progress
from analysis.render.safe_text import escape_spreadsheet_formula, padded
from analysis.render.speller import Speller
from analysis.render.steps import WIDTH, Steps
from analysis.render.templates import fill
from analysis.render.wording import (
    CAVEAT,
    against_words,
    bounds_words,
    finding_steps,
    recomputed_words,
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
        how: Any = {
            "subsequent_indent": indent,
            "break_long_words": False,
            "break_on_hyphens": False,
        }
        typer.echo(textwrap.fill(padded(text), WIDTH, **how).replace("\0", ""))


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
    """The rows of a kind, or of all, one line each.

    Raises InputError for an unknown kind.
    """
    from analysis.render.codebook import columns
    from analysis.whatif.scenarios import shipped

    tables = (
        "claims",
        "checks",
        "solutions",
        "assumptions",
        "findings",
        "external",
        "statements",
    )
    rows: dict[str, Iterable[Any]] = {
        name: getattr(model.register, name).values() for name in tables
    }
    rows |= {
        "quantities": model.quantities,
        "readings": model.quantities,
        "scenarios": shipped(model).values(),
    }
    rows |= {"columns": columns(model.register)}
    if kind not in ("", "all", *rows):
        raise InputError(f"'{kind}' can't be listed{nearest(kind, rows)}")
    wanted = {
        name: found if kind in ("", "all", name) else () for name, found in rows.items()
    }
    typer.echo("\n".join(fill("list.txt", model=model, rows=wanted)))


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


# Where a number comes from ------------------------------------------------------------


def explain(model: Model, id: str, setting: Setting, full: bool) -> None:
    """Print where a number comes from, down to the printed rows.

    If ``full``, the result has ten digits. An unknown id raises InputError, and so does
    a setting that nothing depends on.
    """
    register = model.register
    kinds: dict[str, Mapping[str, Any]] = {
        "claim": register.claims,
        "check": register.checks,
        "solution": register.solutions,
        "quantity": {name: name for name in model.quantities},
        "finding": register.findings,
        "external figure": register.external,
    }
    kind = next((kind for kind, rows in kinds.items() if id in rows), "")
    if not kind:
        hint = nearest(id, [name for rows in kinds.values() for name in rows])
        raise ModelError(
            f"'{id}' is no claim, check, solution, quantity, finding "
            f"or external figure{hint}"
        )
    row = kinds[kind][id]
    if (setting.choices or setting.given) and (
        kind == "finding" or (kind == "check" and row.against and row.claim)
    ):
        raise InputError(
            f"{id} is arithmetic of the rows as printed; nothing can be set in it"
        )
    title = (
        model.name(id)
        if kind == "quantity"
        else getattr(row, "statement", "") or row.title
    )
    given = {
        "id": id,
        "kind": kind,
        "row": row,
        "title": title,
        "model": model,
        "register": register,
    }
    # A note is on the article's own numbers.
    is_changed = bool(setting.choices)
    given["speller"] = Speller(model)
    given["noted"] = "note, at the article's values: " if is_changed else "note: "
    given |= _found(model, kind, row, setting, full)
    echo_wrapped(
        *fill("explain.txt", **given),
        *changes(model, setting),
        CAVEAT,
    )


def _found(
    model: Model, kind: str, row: Any, setting: Setting, full: bool
) -> dict[str, Any]:
    """The facts about a row that the template of explain shows besides its fields."""
    if kind == "claim":
        return _found_of_claim(model, row, setting)
    if kind == "quantity":
        model.check_used(setting, model.remark_plans(row, setting))
        own = [c.id for c in model.register.checks.values() if c.quantity == row]
        return {
            "outcomes": judge_all(model, own, setting),
            **_worked(model, row, setting, full),
        }
    for name in setting.given & set(getattr(row, "readings", ())):
        raise ModelError(
            f"{name} is unused: {row.id} names its own reading of it, "
            f"{row.readings[name]}"
        )
    if kind == "check":
        return _found_of_check(model, row, setting, full)
    if kind == "solution":
        return _found_of_solution(model, row, setting, full)
    if kind == "finding":
        return {"arithmetic": finding_steps(model, row)}
    from analysis.render import external

    compared = [one for one in external.compare(model, setting) if one["id"] == row.id]
    external.check_used(model, setting, compared)
    return {"compared": compared, "external": external}


def _found_of_claim(model: Model, claim: Claim, setting: Setting) -> dict[str, Any]:
    """Return the outcomes of a claim's own checks, and the checks that use it."""
    checks = model.register.checks.values()
    plans = {}
    for check in checks:
        # A setting may make one of them circular; its verdict says so.
        with contextlib.suppress(CircleError):
            plans[check.id] = model.plan_of(check, setting)
    own = [check.id for check in checks if check.claim == claim.id]
    starts = [name for name, plan in plans.items() if claim.id in plan.claims]
    model.check_used(
        setting, [plans[name] for name in [*starts, *own] if name in plans]
    )
    return {"outcomes": judge_all(model, own, setting), "starts": starts}


def _found_of_check(
    model: Model, check: Check, setting: Setting, full: bool
) -> dict[str, Any]:
    """Return the outcome of a check, and its steps with the result."""
    (one,) = judge_all(model, [check.id], setting)
    if check.against and check.claim:
        speller = Speller(model)
        value = with_unit(recomputed_words(speller, one), speller.unit(check.quantity))
        return {
            "outcomes": [one],
            "steps": against_words(model, check),
            "plan": None,
            "remarks": (),
            "result": f"{value}, {bounds_words(speller, one)} by rounding",
        }
    under = model.setting_of(check, setting)
    model.check_used(setting, [model.plan(check.quantity, under)])
    return {
        "outcomes": [one],
        **_worked(model, check.quantity, under, full, judged=False),
    }


def _found_of_solution(
    model: Model, solve: Solve, setting: Setting, full: bool
) -> dict[str, Any]:
    """Return a solution under a setting, and its value in words."""
    if solve.solve in setting.given:
        raise ModelError(f"{solve.solve} is unused: {solve.id} solves for it")
    under = model.setting_of(solve, setting)
    model.check_used(setting, [model.plan(solve.quantity, under)])
    solved = solution(model, solve, setting)
    words = "none"
    if solved.value is not None:
        spelled = Speller(model).spell(solve.solve, solved.value)
        words = digits(solved.value) if full else spelled
    return {"solved": solved, "result": words}


def _worked(
    model: Model, quantity: str, setting: Setting, full: bool, judged: bool = True
) -> dict[str, Any]:
    """Return the worked steps of a quantity, what they rest on, and the result.

    The result has its remarks. If ``judged``, the steps have the verdict.
    """
    plan = model.plan(quantity, setting)
    worked = Steps(model, setting, [quantity], judged=judged)
    speller = worked.speller
    found: dict[str, Any] = {"plan": plan, "remarks": (), "speller": speller}
    try:
        one = model.estimate(quantity, setting)
        found |= {"result": result_words(speller, one, full), "remarks": one.remarks}
    except ModelError as error:
        # A setting can lead past a limit; then there is nothing to explain.
        if (setting.given or setting.choices) and not plan.words:
            raise
        found["result"] = f"none, {error}"
    # Remarks stand below, beside the result.
    steps = [str(replace(step, remarks=())) for step in worked.steps]
    return found | {"steps": [line for step in steps for line in step.splitlines()]}
