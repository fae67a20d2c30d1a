"""What commands print on a terminal: tables, and where a number comes from; and what --set and --reading say.

What belongs here: words and layout of a screen, which a notebook has its own of. What does not: the commands and their
options (``cli``, which loads this room only once it knows that a command is to run), and any judgement.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import typer
from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text
from rich.tree import Tree

from analysis.core.model import Circle, Model, ModelError, Plan, Setting
from analysis.core.register import Check, Claim, External, Finding, InputError
from analysis.core.units import nearest
from analysis.core.verdicts import Outcome, judge
from analysis.core.words import digits
from analysis.output.results import (
    CAVEAT,
    claim_words,
    finding_words,
    finer,
    noun,
    place_of,
    published_words,
    role,
    rows_under,
    screen_rows,
    value_words,
    verdict_words,
)

if TYPE_CHECKING:
    import pandas as pd

    from analysis.output.diff import Difference

#: How wide a table is printed where there is no terminal to ask, and the narrowest terminal that a table is printed on.
WIDTH, NARROW = 150, 110


# Tables ---------------------------------------------------------------------------------------------------------------


def console() -> Console:
    """The terminal, or a page of a fixed width where there is none."""
    found = Console()
    return found if found.is_terminal else Console(width=WIDTH)


def print_outcomes(model: Model, outcomes: Iterable[Outcome]) -> None:
    """Outcomes as a table, a check a row."""
    ratios = {"check": 5, "published": 3, "recomputed": 2, "bounds": 3, "verdict": 5}
    _print_rows(screen_rows(model, outcomes), ratios, CAVEAT)


def print_frame(frame: pd.DataFrame, ratios: Mapping[str, int], foot: str, *, expand: bool = False) -> None:
    """A frame of texts as a table, or as a list where the terminal is narrow; the first column names the row."""
    names = [str(name) for name in frame.columns]
    rows = [dict(zip(names, map(str, cells), strict=True)) for cells in frame.itertuples(index=False)]
    _print_rows(rows, ratios, foot, columns=names, expand=expand)


def print_differences(found: Iterable[Difference]) -> None:
    """What moved between two runs: a line a row of a table, its bounds and the rest of it by name; no figures."""
    groups: dict[tuple[str, str], list[Difference]] = {}
    for one in found:
        if not one.table.startswith("figures/"):
            groups.setdefault((one.table, one.id), []).append(one)
    rows = [
        {
            "what": f"{one.table}, {one.id}",
            "field": one.field,
            "was": _grouped(one.was),
            "now": _grouped(one.now),
            "by": "" if one.by is None else f"{one.by:+,.6g} {_unit(one.unit)}".strip(),
            "percent": "" if one.percent is None else f"{one.percent:+,.3g}",
            "also": ", ".join(other.field for other in others),
            "moved by": ", ".join(one.inputs),
        }
        for one, *others in groups.values()
    ]
    if rows:
        _print_rows(rows, {"what": 3, "was": 2, "now": 2, "by": 2, "also": 2, "moved by": 3}, "")


def _grouped(text: str) -> str:
    """A cell of a results file with its thousands apart; words stay as they are."""
    try:
        return f"{float(text):,.10g}"
    except ValueError:
        return text


def one_line(text: str) -> str:
    """A text without its line breaks, so that a line of a screen is a row.

    >>> one_line("one\\n  two")
    'one two'
    """
    return re.sub(r"\s*[\r\n]\s*", " ", text)


def _print_rows(
    rows: Sequence[Mapping[str, str]],
    ratios: Mapping[str, int],
    foot: str,
    *,
    columns: Iterable[str] = (),
    expand: bool = False,
) -> None:
    """Rows as a table; without columns, those of the first row."""
    names = [*columns] or [*rows[0]] if rows or columns else []
    screen = console()
    if screen.width < NARROW:
        for row in rows:
            parts = [f"{name} {row[name]}" for name in names[1:] if row[name]]
            typer.echo(f"{one_line(row[names[0]])}\n    {one_line('; '.join(parts))}")
        typer.echo(foot)
        return
    grid = Grid(box=HORIZONTALS, show_lines=True, pad_edge=False, header_style="bold", expand=expand)
    # Texts as they are: no markup, no names of pictures between colons.
    grid.caption, grid.caption_justify = Text(foot), "left"
    for name in names:
        grid.add_column(Text(name), ratio=ratios.get(name, 1), overflow="fold", min_width=6)
    for row in rows:
        grid.add_row(*(Text(row[name]) for name in names))
    screen.print(grid, highlight=False)


# Where a number comes from --------------------------------------------------------------------------------------------


def explain(model: Model, id: str, setting: Setting, full: bool) -> None:
    """Print where a number comes from, down to the printed rows.

    full: with ten digits. Raises InputError for an unknown id, and for what was given and nothing depends on.
    """
    register = model.register
    if id in register.claims:
        _explain_claim(model, register.claims[id], setting, full)
    elif id in register.checks:
        _explain_check(model, register.checks[id], setting, full)
    elif id in model.quantities:
        _explain_quantity(model, id, setting, full)
    elif id in register.findings:
        _explain_finding(model, register.findings[id], setting, full)
    elif id in register.external:
        _explain_external(model, register.external[id], setting)
    else:
        known = [*register.claims, *register.checks, *model.quantities, *register.findings, *register.external]
        raise ModelError(f"'{id}' is no claim, check, quantity, finding or external figure{nearest(id, known)}")
    if differs := model.differences(setting):
        typer.echo(differs)
    typer.echo(CAVEAT)


def _explain_claim(model: Model, claim: Claim, setting: Setting, full: bool) -> None:
    checks = model.register.checks.values()
    plans = {}
    for check in checks:
        # A setting may make one of them circular; its own line says so where it own the claim.
        with contextlib.suppress(Circle):
            plans[check.id] = model.plan(check.quantity, model.under(setting, check.readings))
    own = [r for r in checks if r.claim == claim.id]
    starts = [name for name, plan in plans.items() if claim.id in plan.claims]
    model.check_used(setting, [plans[name] for name in [*starts, *(r.id for r in own)] if name in plans])
    typer.echo(f"{claim.id}  claim: {claim.statement}")
    for line in claim_words(model, claim):
        typer.echo(f"  {line}")
    typer.echo(f"  role: {role(claim)}, a value of {claim.quantity}")
    for check in own:
        typer.echo(f"  checked by {check.id}: {_verdict_line(model, judge(model, check, setting), full)}")
    if starts:
        typer.echo(f"  what starts from it: {', '.join(starts)}")


def _explain_check(model: Model, check: Check, setting: Setting, full: bool) -> None:
    for name in setting.given:
        if name in check.readings:
            named = check.readings[name]
            raise ModelError(f"{name} is unused: {check.id} names its own reading of it, {named}")
    plan = model.plan(check.quantity, model.under(setting, check.readings))
    model.check_used(setting, [plan])
    if setting.given:
        # What a user sets can leave a number without a meaning: then there is nothing to explain.
        _ = plan.value
    typer.echo(f"{check.id}  check: {check.statement}")
    _print_tree(_tree(model, plan, full))
    if check.claim:
        typer.echo(f"against {check.claim}{f', its {check.end} end' if check.end else ''}")
        for line in claim_words(model, model.register.claims[check.claim]):
            typer.echo(f"  {line}")
    for line in _judgement(model, judge(model, check, setting), full):
        typer.echo(line)


def _explain_external(model: Model, figure: External, setting: Setting) -> None:
    from analysis.output.external import SEEN, SIDE_BY_SIDE, check_used, comparison
    from analysis.output.external import compare as compare_all

    found = [one for one in compare_all(model, setting) if one.external.id == figure.id]
    check_used(model, setting, found)
    typer.echo(f"{figure.id}  external figure: {figure.statement}")
    typer.echo(f"  printed: {figure.published} {figure.unit_as_printed} ({figure.period}, {figure.scope})")
    typer.echo(f"  {SEEN[figure.seen]}: {', '.join(filter(None, (figure.publisher, figure.title, figure.date)))}")
    typer.echo(f"  seen at {figure.address}")
    if figure.note:
        typer.echo(f"  note: {figure.note}")
    for one in found:
        typer.echo(f"  beside {one.beside or 'nothing'}: {comparison(model, one)}")
    typer.echo(SIDE_BY_SIDE)


def _explain_finding(model: Model, finding: Finding, setting: Setting, full: bool) -> None:
    if setting.given:
        raise InputError(f"{finding.id} is arithmetic of the rows as printed; nothing can be set in it")
    typer.echo(f"{finding.id}  finding: {finding.title}")
    register = model.register
    for line in finding_words(model, finding, full=full, shown=True):
        typer.echo(f"  {line}")
    for name in finding.claims:
        typer.echo(f"  row {name}: {register.claims[name].published}{noun(register.claims[name])}")
    for name in finding.external:
        typer.echo(f"  figure {name}: {register.external[name].published} {register.external[name].unit_as_printed}")
    for name in finding.sources:
        typer.echo(f"  source {name}: {register.sources[name]}")
    typer.echo(f"  sceptical: {finding.sceptical}")
    typer.echo(f"  charitable: {finding.charitable}")
    typer.echo(f"  would settle it: {finding.settle}")


def _explain_quantity(model: Model, quantity: str, setting: Setting, full: bool) -> None:
    plan = model.plan(quantity, setting)
    model.check_used(setting, [plan])
    estimate = model.estimate(quantity, setting)
    _print_tree(_tree(model, plan, full))
    numbers = (estimate.value, estimate.low, estimate.high)
    place = place_of(model, plan.depends_on, estimate.value)
    typer.echo(result(model, quantity, numbers, estimate.kind, place, full))
    for check in model.register.checks.values():
        if check.quantity == quantity:
            typer.echo(f"  {check.id}: {_verdict_line(model, judge(model, check, setting), full)}")


def graded(model: Model, quantity: str, reading: str) -> str:
    """The grade of a reading in brackets, with the word for one that is ours; empty where it has none."""
    row = model.register.readings.get((quantity, reading))
    return f" ({row.grade}{', reconstruction' if row.reconstruction else ''})" if row else ""


def _unit(unit: str) -> str:
    return "" if unit == "dimensionless" else unit


def _number(model: Model, quantity: str, number: float | None, full: bool, place: float = 1e4, outward: int = 0) -> str:
    return digits(number) if full else value_words(model, quantity, number, place, outward=outward)


def _tree(model: Model, plan: Plan, full: bool) -> Tree:
    values = plan.evaluate(plan.start)

    def branch(name: str, tree: Tree | None) -> Tree:
        node = plan.by_name[name]
        value = _number(
            model, name, float(values[name]), full, place_of(model, rows_under(plan, name), float(values[name]))
        )
        reading = f", {node.reading}: {model.label(name, node.reading)}{graded(model, name, node.reading)}"
        plain = {"formula": "", "constant": "", "given": ", given by you"}
        text = f"{name} = {value} {_unit(model.units[name])}".rstrip() + plain.get(node.reading, reading)
        here = Tree(Text(text)) if tree is None else tree.add(Text(text))
        if node.source.claim:
            for line in claim_words(model, node.source.claim):
                here.add(Text(line))
        elif node.source.assumption:
            a = node.source.assumption
            here.add(Text(f"assumption, {a.grade}: varied {a.low:,.10g} to {a.high:,.10g}; {a.bias}"))
        elif node.source.words:
            here.add(Text(node.source.words))
        for need in node.source.needs:
            branch(need, here)
        return here

    return branch(plan.target, None)


def _print_tree(tree: Tree) -> None:
    # Where there is no terminal, a line is a line, however long.
    console = Console()
    (console if console.is_terminal else Console(width=1000)).print(tree, highlight=False, soft_wrap=True)


def _verdict_line(model: Model, outcome: Outcome, full: bool) -> str:
    place = place_of(model, outcome.depends_on, outcome.recomputed)
    value = _number(model, outcome.check.quantity, outcome.recomputed, full, place)
    against = f", printed {published_words(model, outcome)}" if outcome.check.claim else ""
    return f"{outcome.check.statement}: {value or 'not computable'}{against}; {verdict_words(model, outcome)}"


def result(
    model: Model, quantity: str, numbers: tuple[float, float, float], kind: str, place: float, full: bool
) -> str:
    """One line of a value in base units with its bounds and kind, rounded to a place or in full."""
    value, low, high = (
        _number(model, quantity, number, full, finer(place, model.units[quantity]) if outward else place, outward)
        for number, outward in zip(numbers, (0, -1, 1), strict=True)
    )
    unit = f"{value} {_unit(model.units[quantity])}".rstrip()
    return f"result: {unit}, {low} to {high} by rounding of the printed digits, kind {kind}"


def _judgement(model: Model, outcome: Outcome, full: bool) -> list[str]:
    check = outcome.check
    if outcome.recomputed is None or outcome.recomputed_low is None or outcome.recomputed_high is None:
        return [f"result: none, {outcome.reason}"]
    place = place_of(model, outcome.depends_on, outcome.recomputed)
    numbers = (outcome.recomputed, outcome.recomputed_low, outcome.recomputed_high)
    lines = [
        result(model, check.quantity, numbers, outcome.kind, place, full),
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
