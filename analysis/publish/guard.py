"""The guard sets the values computed now beside the accepted ones.

The accepted values are in ``data/expected.csv``.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import typer

from analysis.core.errors import InputError, RegisterError
from analysis.core.readers import read_table
from analysis.core.register import Register
from analysis.core.spell import digits, same
from analysis.model import findings
from analysis.model.model import Model, Setting
from analysis.model.verdicts import Outcome, judge_all
from analysis.publish.atomic import write_file
from analysis.render.headlines import (
    changes,
    headlines,
    headlines_markdown,
    headlines_text,
    ours,
)
from analysis.render.records import tables
from analysis.render.safe_text import is_number
from analysis.render.screens import CHECKED, echo_wrapped, print_as, print_outcomes
from analysis.render.steps import WIDTH
from analysis.render.wording import CAVEAT, counts_line

#: Those that the guard holds: computed or printed, not merely worded.
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
    "finer",
    "barely",
    "rests_on",
    "condition",
    "passing",
    "role",
    "value",
    "low",
    "high",
    "status",
)

Cells = Mapping[tuple[str, str, str], str]


def guarded(
    model: Model, outcomes: Iterable[Outcome]
) -> dict[tuple[str, str, str], str]:
    """Return every published and recomputed value, with its bounds and verdict.

    The key of a value is its table, row and column. Empty cells are left out.
    """
    held = {}
    for table, rows in tables(model, outcomes).items():
        for row in rows:
            if table == "findings":
                held[table, row["finding"], f"step_{row['step']}"] = row["value"]
            else:
                held |= {
                    (table, row["id"], name): row[name]
                    for name in GUARDED
                    if row.get(name)
                }
    for figure in model.register.external.values():
        held["external", figure.id, "published"] = digits(figure.published.value())
        held["external", figure.id, "unit"] = figure.base_unit
    return held


def read_expected(register: Register) -> dict[tuple[str, str, str], str]:
    """Return the accepted values by table, row and column.

    It raises RegisterError when there is no such file, or it is not the one that
    ``analysis accept`` writes.
    """
    file, path = register.file("expected.csv"), register.folder / "expected.csv"
    if not path.exists():
        raise RegisterError(file, "the file is missing; `analysis accept` writes it")
    found: dict[tuple[str, str, str], str] = {}
    for id, row in read_table(path):
        if row.keys() != {"row", "table", "id", "field", "value"}:
            message = (
                "table, id, field and value are not all given; "
                "`analysis accept` writes the file anew"
            )
            raise RegisterError(file, message, row=row["row"], id=id)
        key = (row["table"], id, row["field"])
        if key in found:
            raise RegisterError(
                file,
                "the value is given twice",
                row=row["row"],
                id=id,
                field=row["field"],
            )
        found[key] = row["value"]
    return found


def moved_cells(expected: Cells, now: Cells) -> list[str]:
    """Say how the values computed now differ from the accepted ones.

    Each difference is one sentence. A float's last digits do not count.
    """
    lines = []
    for key in dict.fromkeys([*now, *expected]):
        one, two = expected.get(key, ""), now.get(key, "")
        if not _alike(one, two):
            how = (
                f"is new, {two}"
                if not one
                else f"is gone, was {one}"
                if not two
                else f"moved from {one} to {two}"
            )
            lines.append("{}, {}: {} {}".format(*key, how))
    return lines


def _alike(was: str, now: str) -> bool:
    """Whether two cells are the same, number for number and word for word."""
    one, two = (re.split(r"([ =;,]+)", text) for text in (was, now))
    # Ten digits in a cell of its own, six within a condition.
    tolerance = 1e-9 if len(one) == 1 else 2e-6
    return len(one) == len(two) and all(
        a == b
        or (is_number(a) and is_number(b) and same(float(a), float(b), tolerance))
        for a, b in zip(one, two, strict=True)
    )


def write_expected(register: Register, now: Cells) -> None:
    """Write what is computed now as what is accepted, whole or not at all."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(
        [
            ["table", "id", "field", "value"],
            *([*key, value] for key, value in now.items()),
        ]
    )
    try:
        write_file(register.folder / "expected.csv", text.getvalue())
    except OSError as error:
        raise RegisterError(
            register.file("expected.csv"),
            f"the file can't be written ({error.strerror})",
        ) from None


# Screens -----


def verify(model: Model, form: str, setting: Setting) -> int:
    """Print the headlines or the checks, and return the exit status.

    Without a form, the headlines are printed; the form "markdown" makes a table of
    them. The form "all" prints every check as a table, and the other forms print the
    checks as JSON or CSV. Under a changed setting, nothing is compared with what is
    expected.
    """
    outcomes, differs = judge_all(model, setting=setting), model.differences(setting)
    expected = read_expected(model.register)
    model.check_used(setting, model.judged(setting))
    if not form and not differs:
        return print_report(model, outcomes, expected)
    if not form:
        found = headlines(model, setting)
        typer.echo(f"{CHECKED}\n{headlines_text(found)}")
        echo_wrapped(*changes(model, setting, found))
    elif form == "markdown":
        typer.echo(headlines_markdown(headlines(model, setting)))
    elif form == "all":
        print_outcomes(model, outcomes)
        echo_wrapped(counts_line(model, outcomes), *changes(model, setting), CAVEAT)
    else:
        from analysis.publish.notebooks import all_notebooks, shown_in

        made = tables(model, outcomes, shown_in(all_notebooks(checked=False)))
        rows: list[dict[str, Any]] = [*made["checks"]]
        for row in rows if form == "json" else ():
            numbers = [
                name
                for name in row
                if name.startswith(("published", "recomputed", "passing"))
            ]
            row |= {name: float(row[name]) if row[name] else None for name in numbers}
        print_as(form, rows)
    return 0 if differs else print_moved(model, outcomes, expected)


def print_report(model: Model, outcomes: list[Outcome], expected: Cells) -> int:
    """Print the headlines, the count of results and what moved.

    The results are the article's. The function returns the exit status.
    """
    typer.echo(textwrap.fill(model.register.article.title, WIDTH))
    typer.echo(f"{CHECKED}\n{headlines_text(headlines(model))}")
    typer.echo(
        textwrap.fill(counts_line(model, outcomes).partition(" Besides")[0], WIDTH)
    )
    status = print_moved(model, outcomes, expected)
    if not status:
        file = model.register.file("expected.csv")
        typer.echo(f"No settings changed. All {len(expected):,} results equal {file}.")
        if chosen := ours(model):
            typer.echo(textwrap.fill(chosen, WIDTH, break_long_words=False))
    return status


def print_moved(model: Model, outcomes: list[Outcome], expected: Cells) -> int:
    """The values that differ from the accepted ones; returns the exit status."""
    register = model.register
    moved = moved_cells(expected, guarded(model, outcomes))
    wrong = findings.problems(model)
    lines = [f"moved: {change}" for change in moved]
    if moved:
        lines.append(
            f"{len(moved)} values differ from {register.file('expected.csv')}."
        )
    lines += [
        f"by hand: {problem} in {register.file('findings.yaml')}" for problem in wrong
    ]
    for line in lines:
        typer.echo(line, err=True)
    return int(bool(lines))


def accept(model: Model) -> None:
    """Accept the values computed now: write them, and say which of them moved."""
    now, expected = guarded(model, judge_all(model)), {}
    with contextlib.suppress(InputError):
        expected = read_expected(model.register)
    moved = moved_cells(expected, now)
    for change in moved:
        typer.echo(change)
    if moved:
        write_expected(model.register, now)
    file = model.register.file("expected.csv")
    typer.echo(f"{len(moved)} of {len(now)} values accepted anew in {file}.")
