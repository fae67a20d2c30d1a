"""The guard compares the values computed now with the accepted ones.

The accepted values are in ``data/expected.csv``.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import repeat

import typer

from analysis.core.errors import InputError, RegisterError
from analysis.core.readers import read_table
from analysis.core.register import Register
from analysis.core.spell import same
from analysis.model import findings
from analysis.model.model import Model, Setting
from analysis.model.verdicts import Outcome, judge_all
from analysis.publish import cells
from analysis.publish.atomic import scratch, write_file
from analysis.publish.cells import Cells, Key, needs_a_run
from analysis.publish.notebooks import Notebook, all_notebooks, shown_in
from analysis.render import frames
from analysis.render.headlines import (
    Shown,
    changes,
    headlines,
    headlines_text,
    ours,
    verdict_key_text,
)
from analysis.render.paragraphs import paragraph
from analysis.render.safe_text import is_number
from analysis.render.screens import checked, echo_wrapped, show
from analysis.render.tally import tally_words
from analysis.render.wording import CAVEAT, UNCHANGED

#: The characters that separate the words and numbers of a cell.
_BETWEEN = re.compile(r"([ =;,]+)")
_QUESTION = "Do the numbers in the article add up?"
#: A screen shows no more lines than this number about values that moved.
_LINES = 200


def cells_of(model: Model, outcomes: Iterable[Outcome]) -> Cells:
    """Every cell that ``verify`` compares; those of draws and figures are left out."""
    return {**cells.inputs(model), **cells.computed(model, outcomes)}


def read_expected(register: Register, *, whole: bool = True) -> Cells:
    """The accepted values by table, row and field.

    The values of draws and figures are included if ``whole`` is true. Raises
    RegisterError for a file that is missing, or that ``analysis accept`` did not write.
    """
    file, path = register.file("expected.csv"), register.folder / "expected.csv"
    if not path.exists():
        raise RegisterError(file, "the file is missing; `analysis accept` writes it")
    expected: Cells = {}
    for id, row in read_table(path):
        if row.keys() != {"row", "table", "id", "field", "value"}:
            message = (
                "table, id, field and value are not all given; "
                "`analysis accept` writes the file anew"
            )
            raise RegisterError(file, message, row=row["row"], id=id)
        table = row["table"]
        if not whole and needs_a_run(table):
            continue
        key = (table, id, row["field"])
        if key in expected:
            where = {"row": row["row"], "id": id, "field": row["field"]}
            raise RegisterError(file, "the value is given twice", **where)
        expected[key] = row["value"]
    return expected


def moved_cells(expected: Cells, now: Cells) -> dict[Key, tuple[str, str]]:
    """The cells whose value is not the accepted one, each with its old and new value.

    Differences in a float's last digits do not count, and a missing cell counts as an
    empty one. Inputs come first.
    """
    inputs: dict[Key, tuple[str, str]] = {}
    others: dict[Key, tuple[str, str]] = {}
    for key in {**now, **expected}:
        was, text = expected.get(key, ""), now.get(key, "")
        # In a printed number, each digit counts, even a final 0.
        is_printed = _is_input(key) and key[2].startswith("printed")
        # Accepted values have ten digits, but the numbers in a condition have six.
        tolerance = 2e-6 if key[2] == "condition" else 1e-9
        if was == text or (_cells_match(was, text, tolerance) and not is_printed):
            continue
        moved = inputs if _is_input(key) else others
        moved[key] = was, text
    return inputs | others


def _is_input(key: Key) -> bool:
    """Whether a cell belongs to the data; its table is then named after a file."""
    return key[0].endswith((".csv", ".yaml", ".json"))


def described(register: Register, moved: Mapping[Key, tuple[str, str]]) -> list[str]:
    """Return a line on each cell whose value moved.

    If exactly one input moved, the lines on other cells name this input as the cause.
    """
    inputs = list(filter(_is_input, moved))
    cause = ""
    if len(inputs) == 1:
        cause = f"; moved by {_place(register, inputs[0])}"
    lines = []
    for key, (was, now) in moved.items():
        change = _change(was, now)
        if _is_input(key):
            lines.append(f"{_place(register, key)}: {change}")
        else:
            lines.append(f"{', '.join(key)}: {change}{cause}")
    return lines


def _place(register: Register, key: Key) -> str:
    """The file, row and field of an input."""
    file, id, field = key
    place = f"entry {id}"
    for row in cells.rows(register):
        if (row.file, row.id) == (file, id) and row.row:
            place = f"row {row.row} ({id})"
    return f"{register.file(file)}, {place}, field {field}"


def _change(was: str, now: str) -> str:
    if not was:
        return f"is new, {now}"
    return f"moved from {was} to {now}" if now else f"is gone, was {was}"


def _cells_match(was: str, now: str, tolerance: float) -> bool:
    """Whether two cells have equal words, and numbers equal within the tolerance."""
    before, after = re.split(_BETWEEN, was), re.split(_BETWEEN, now)
    if len(before) != len(after):
        return False
    return all(map(_words_match, before, after, repeat(tolerance)))


def _words_match(word: str, other: str, tolerance: float) -> bool:
    if word == other:
        return True
    if not (is_number(word) and is_number(other)):
        return False
    return same(float(word), float(other), tolerance)


def write_expected(register: Register, now: Cells) -> None:
    """Write the values computed now as the accepted ones, whole or not at all.

    The cells are sorted by table, row and field.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["table", "id", "field", "value"])
    writer.writerows([*key, now[key]] for key in sorted(now, key=_in_order))
    write_file(register.folder / "expected.csv", text.getvalue())


def _in_order(key: Key) -> list[tuple[str, int]]:
    """Return a sorting key in which the digits in a name count as a number."""
    order: list[tuple[str, int]] = []
    for text in key:
        order += map(_part_in_order, (*re.split(r"(\d+)", text), ""))
    return order


def _part_in_order(part: str) -> tuple[str, int]:
    return ("", int(part)) if part.isdigit() else (part, 0)


# Screens ------------------------------------------------------------------------------


def verify(model: Model, form: str, setting: Setting) -> int:
    """Print the headlines or the checks, and return the exit status.

    ``form`` says what is printed, and how: by default the headlines are printed, and
    "markdown" prints them as a table. The form "all" prints every check as a table;
    "json" and "csv" print the checks as JSON or CSV. Values under a changed setting are
    not compared with the accepted values.
    """
    outcomes, differs = judge_all(model, setting=setting), model.differences(setting)
    expected = read_expected(model.register, whole=False)
    now = {} if differs else cells_of(model, outcomes)
    model.check_used(setting, model.judged(setting))
    if not form and not differs:
        return print_report(model, outcomes, expected, now)
    if form in ("json", "csv"):
        judged = [outcome for outcome in outcomes if outcome.check.kind]
        where = shown_in(all_notebooks(checked=False))
        show(frames.checks(model, judged, setting, notebooks=where), form=form)
    elif form == "markdown":
        show(frames.headlines(model, setting), form=form)
    elif form == "all":
        show(frames.checks(model, outcomes, setting, frames.SHOWN_IN_FULL))
        echo_wrapped(CAVEAT)
        if differs:
            _show_changes(model, outcomes, setting)
        else:
            typer.echo(paragraph(tally_words(model, outcomes)))
    else:
        shown = headlines(model, setting)
        typer.echo(f"{paragraph(checked(model))}\n")
        if shown:
            typer.echo(f"{headlines_text(shown)}\n")
        _show_changes(model, outcomes, setting, shown)
    return 0 if differs else print_moved(model, expected, now)


def print_report(
    model: Model,
    outcomes: list[Outcome],
    expected: Cells,
    now: Cells,
    more: Mapping[str, str] | None = None,
) -> int:
    """Print the headlines, the tally and the values that moved; return the exit status.

    If no value moved, a text on the assumptions is printed, too. The lines in ``more``
    tell the reader where to read on.
    """
    typer.echo(_QUESTION)
    typer.echo(paragraph(model.register.article.reference))
    typer.echo(f"{paragraph(checked(model))}\n")
    if model.register.headlines:
        typer.echo(f"{headlines_text(headlines(model))}\n")
    typer.echo(f"{verdict_key_text()}\n")
    typer.echo(paragraph(tally_words(model, outcomes)) + "\n")
    status = print_moved(model, expected, now)
    if not status:
        file = model.register.file("expected.csv")
        typer.echo(paragraph(f"{UNCHANGED} {ours(model)}".strip()))
        compared = f"This run compared {len(expected):,} values of our data and results"
        same = f"with those kept in {file}; all are the same, which"
        typer.echo(paragraph(f"{compared} {same} says nothing about the article."))
    if more:
        width = max(map(len, more)) + 2
        typer.echo()
        for purpose, place in more.items():
            typer.echo(f"{purpose:{width}}{place}")
    return status


def _show_changes(
    model: Model,
    outcomes: list[Outcome],
    setting: Setting,
    headlines: Iterable[Shown] = (),
) -> None:
    """Print how a setting differs from the article's, and what this changes.

    The function prints the lines of ``changes``, without lines on ``headlines``, which
    the screen already shows. It then prints each verdict that changes, and the tally
    before and after the change.
    """
    echo_wrapped(*changes(model, setting, headlines))
    before = judge_all(model)
    changed = frames.verdict_changes(model, before, outcomes, setting)
    heading = "Verdicts that change, before and after:"
    typer.echo(f"\n{heading if len(changed) else 'No verdict changes.'}")
    show(replace(changed, foot=""))
    for text in frames.tallies(model, before, outcomes):
        typer.echo(f"\n{paragraph(text)}")


def print_moved(model: Model, expected: Cells, now: Cells) -> int:
    """Print the values that differ from the accepted ones; return the exit status."""
    register = model.register
    moved = described(register, moved_cells(expected, now))
    lines = [f"moved: {change}" for change in moved[:_LINES]]
    if moved[_LINES:]:
        lines.append(f"… and {len(moved) - _LINES:,} more")
    if moved:
        file = register.file("expected.csv")
        count = (
            "1 value differs" if len(moved) == 1 else f"{len(moved):,} values differ"
        )
        lines.append(f"{count} from {file}.")
    file = register.file("findings.yaml")
    lines += [
        f"not as worked out by hand in {file}: {problem}"
        for problem in findings.problems(model)
    ]
    for line in lines:
        typer.echo(line, err=True)
    return int(bool(lines))


def accept(model: Model, notebooks: Iterable[Notebook]) -> None:
    """Write the values computed now as the accepted ones, and name those that moved.

    The values include those of the figures that the notebooks draw.
    """
    from analysis.render.figures import data_text, figures

    plots = figures(model)
    # The notebooks of one article may draw figures that the data package of another
    # article lacks.
    names = {name for notebook in notebooks for name in notebook.figures} & plots.keys()
    with scratch() as folder:
        for name in names:
            plot = plots[name]
            frame = plot.frame(plot.evaluation(model))
            path = folder / f"{name}.csv"
            path.write_text(data_text(frame), encoding="utf-8")
        plotted = cells.plotted(folder)
    now = {**cells_of(model, judge_all(model)), **cells.drawn(model), **plotted}
    expected: Cells = {}
    with contextlib.suppress(InputError):
        expected = read_expected(model.register)
    moved = moved_cells(expected, now)
    for change in described(model.register, moved):
        typer.echo(change)
    if moved:
        write_expected(model.register, now)
    file = model.register.file("expected.csv")
    typer.echo(f"{len(moved):,} of {len(now):,} values accepted anew in {file}.")
