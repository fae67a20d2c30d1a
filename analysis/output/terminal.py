"""The screens of the commands: tables, lists, and where a number comes from."""

from __future__ import annotations

import contextlib
import csv
import json
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from analysis.core.findings import problems
from analysis.core.model import ARTICLE, Circle, Model, ModelError, Plan, Setting
from analysis.core.register import Check, Claim, External, Finding, InputError, Solve, shown
from analysis.core.units import nearest
from analysis.core.verdicts import Outcome, judge, judge_all, solution
from analysis.core.words import digits
from analysis.output.escape import escape_spreadsheet_formula
from analysis.output.headlines import approaches, changes, headlines, headlines_markdown, headlines_text, ours
from analysis.output.results import (
    CAVEAT,
    check_rows,
    claim_words,
    counts_line,
    estimate_words,
    finding_words,
    guarded,
    moved,
    plural,
    printed_words,
    published_words,
    read_expected,
    recomputed_words,
    screen_rows,
    sided,
    span_words,
    value_words,
    verdict_words,
    write_expected,
)
from analysis.output.steps import WIDTH, Steps

if TYPE_CHECKING:
    import pandas as pd

    from analysis.whatif.scenarios import Scenario

CHECKED = "Checked: that printed numbers follow from each other; not that they are true."


# Tables ---------------------------------------------------------------------------------------------------------------


def show(rows: Sequence[Mapping[str, Any]], foot: str = "") -> None:
    """Rows as a table as wide as the terminal (80 columns where there is none), or each as a list where they are too
    long for one; the first column names the row, and no word is broken."""
    width = shutil.get_terminal_size().columns
    columns = {name: [one_line(str(row[name])) for row in rows] for name in (rows[0] if rows else ())}
    whole = [max(map(len, [name, *texts])) for name, texts in columns.items()]
    widths = [max(map(len, " ".join([name, *texts]).split())) for name, texts in columns.items()]
    room = width - sum(widths) - 2 * len(widths)
    # Past a third line of each row, a list is easier to read.
    if room < 0 or sum(whole) > 2.5 * width:
        aside = max(map(len, list(columns)[1:])) + 6
        for row in zip(*columns.values(), strict=True):
            for name, cell in filter(all, zip(columns, row, strict=True)):
                start = "" if name == next(iter(columns)) else f"    {name:{aside - 4}}"
                typer.echo(textwrap.fill(cell, width, initial_indent=start, subsequent_indent=" " * (len(start) or 4)))
    elif rows:
        # Short columns have what they want, and long ones share the rest.
        for left, at in enumerate(sorted(range(len(whole)), key=lambda at: whole[at] - widths[at])):
            more = min(whole[at] - widths[at], room // (len(whole) - left))
            widths[at], room = widths[at] + more, room - more
        grid = Grid(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
        grid.leading = int(widths != whole)
        for name, at in zip(columns, widths, strict=True):
            grid.add_column(Text(name), width=at)
        for cells in zip(*columns.values(), strict=True):
            grid.add_row(*map(Text, cells))  # texts as they are: no markup, no names of pictures between colons
        screen = Console(width=width)
        with screen.capture() as made:
            screen.print(grid, highlight=False)
        typer.echo("\n" + "\n".join(line.rstrip() for line in made.get().splitlines()))
    say(foot)


def one_line(text: str) -> str:
    """A text without its line breaks, so that a line of a screen is a row.

    >>> one_line("one\\n  two")
    'one two'
    """
    return re.sub(r"\s*[\r\n]\s*", " ", text)


def say(*texts: str) -> None:
    """Paragraphs in lines of at most 80 letters; the lines after a first are set in."""
    for text in filter(None, texts):
        indent = " " * (len(text) - len(text.lstrip()) + 4)
        typer.echo(textwrap.fill(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))


def print_outcomes(model: Model, outcomes: Iterable[Outcome]) -> None:
    """Outcomes as a table, a check a row."""
    show(screen_rows(model, outcomes), CAVEAT)


def _print_frame(frame: pd.DataFrame, foot: str) -> None:
    show([{str(name): cell for name, cell in row.items()} for row in frame.to_dict("records")], foot)


def _print_as(form: str, value: Any) -> None:
    """A value as json; or its rows as csv that no spreadsheet computes, with lists in one cell."""

    def cell(one: Any, between: str = " | ") -> Any:
        return between.join(str(cell(each, " to ")) for each in one) if isinstance(one, list) else one

    if form == "json":
        typer.echo(json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False))
    elif value:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(value[0])
        writer.writerows([escape_spreadsheet_formula(cell(one)) for one in row.values()] for row in value)


# Commands -------------------------------------------------------------------------------------------------------------


def print_report(model: Model, outcomes: list[Outcome], expected: dict[tuple[str, str, str], str]) -> int:
    """The headlines, the count of the article's results, and what moved; returns the exit status."""
    typer.echo(textwrap.fill(model.register.article.title, WIDTH))
    typer.echo(f"{CHECKED}\n{headlines_text(headlines(model))}")
    typer.echo(textwrap.fill(counts_line(model, outcomes).partition(" Besides")[0], WIDTH))
    status = print_moved(model, outcomes, expected)
    if not status:
        typer.echo(f"No settings changed. All {len(expected):,} results equal {model.register.file('expected.csv')}.")
        typer.echo(textwrap.fill(ours(model), WIDTH, break_long_words=False))
    return status


def print_moved(model: Model, outcomes: list[Outcome], expected: dict[tuple[str, str, str], str]) -> int:
    """The values that differ from the accepted ones; returns the exit status."""
    changes, wrong = moved(expected, guarded(model, outcomes)), problems(model)
    for change in changes:
        typer.echo(f"moved: {change}", err=True)
    if changes:
        typer.echo(f"{len(changes)} values differ from {model.register.file('expected.csv')}.", err=True)
    for problem in wrong:
        typer.echo(f"by hand: {problem} in {model.register.file('findings.yaml')}", err=True)
    return 1 if changes or wrong else 0


def verify(model: Model, form: str, setting: Setting) -> int:
    """The headlines; or every check as a table (``all``), json or csv; or the headlines in markdown. Returns the exit
    status. Under a changed setting, nothing is compared with what is expected."""
    expected, outcomes = read_expected(model.register), judge_all(model, setting=setting)
    _check_used(model, setting, [row.quantity for row in model.register.checks.values()])
    differs = model.differences(setting)
    if not form and not differs:
        return print_report(model, outcomes, expected)
    if not form:
        typer.echo(f"{CHECKED}\n{headlines_text(headlines(model, setting))}")
        say(*changes(model, setting, shown=headlines(model, setting)))
    elif form == "markdown":
        typer.echo(headlines_markdown(headlines(model, setting)))
    elif form == "all":
        print_outcomes(model, outcomes)
        say(counts_line(model, outcomes), *changes(model, setting))
    else:
        from analysis.output.notebooks import all_notebooks, shown_in

        rows: list[dict[str, Any]] = [*check_rows(outcomes, shown_in(all_notebooks(checked=False)))]
        for row in rows if form == "json" else ():
            numbers = [name for name in row if name.startswith(("published", "recomputed", "passing"))]
            row |= {name: float(row[name]) if row[name] else None for name in numbers}
        _print_as(form, rows)
    return 0 if differs else print_moved(model, outcomes, expected)


def _check_used(model: Model, setting: Setting, quantities: Iterable[str]) -> None:
    """Raise ModelError for what was given and none of the quantities depends on."""
    plans = []
    for name in quantities:
        with contextlib.suppress(Circle):
            plans += [model.plan(name, setting), *model.beside(name, setting)]
    model.check_used(setting, plans)


def _say_changes(model: Model, scenario: Scenario, *differs: str) -> None:
    """The differences of a scenario from the article, and what they do to the headlines. differs: in other words."""
    row = approaches(model)
    setting = scenario.setting(model, model.register.claims[row.claim].quantity if row else "")
    own, *others = [*changes(model, setting), ""]
    say(*(differs or [own]), *others)


def accept(model: Model) -> None:
    """Write the values computed now as the accepted ones, and say which of them moved."""
    now, expected = guarded(model, judge_all(model)), {}
    with contextlib.suppress(InputError):
        expected = read_expected(model.register)
    changes = moved(expected, now)
    for change in changes:
        typer.echo(change)
    if changes:
        write_expected(model.register, now)
    typer.echo(f"{len(changes)} of {len(now)} values accepted anew in {model.register.file('expected.csv')}.")


def diff(before: Path, after: Path, form: str) -> int:
    """The numbers that moved between two results folders; returns the exit status."""
    from analysis.output.diff import compare as compare_runs
    from analysis.output.diff import in_words

    found = compare_runs(before, after)
    if form:
        _print_as(form, found.to_dict("records"))
    else:
        show(in_words(found))
        counted = ", ".join(f"{count:,} in {table}" for table, count in found["table"].value_counts(sort=False).items())
        say(f"Moved: {counted}." if counted else "Nothing moved.")
    return int(len(found) > 0)


def list_all(model: Model, kind: str, as_markdown: bool) -> None:
    """The rows of a kind, or of all, one line each. Raises InputError for an unknown kind."""
    from analysis.output.codebook import codebook, columns
    from analysis.whatif.scenarios import shipped

    register = model.register
    if as_markdown:
        from analysis.output.map import map_table
        from analysis.output.notebooks import all_notebooks

        if kind not in ("claims", "columns"):
            raise InputError("--markdown prints `analysis list claims` and `analysis list columns`")
        claims = kind == "claims"
        typer.echo(map_table(model, judge_all(model), all_notebooks()) if claims else codebook(register))
        return
    several = [(name, reading) for name in model.quantities for reading in model.readings(name)]
    several = [one for one in several if len(model.readings(one[0])) > 1]
    lines: dict[str, tuple[str, Iterable[Any], Callable[[Any], str]]] = {
        "claims": ("claim", register.claims.values(),
                   lambda c: f"{c.id}  {printed_words(c)}: {c.statement} ({c.period}); {c.where}"),
        "checks": ("check", register.checks.values(),
                   lambda r: f"{r.id}  {r.kind or 'derived'}: {r.statement} ({r.quantity})"),
        "solutions": ("solution", register.solutions.values(), lambda r: f"{r.id}  {r.statement} ({r.solve})"),
        "quantities": ("quantity", model.quantities, lambda q: f"{q}  {model.name(q)} ({model.units[q]})"),
        "readings": ("reading", several,
                     lambda r: f"{_reading(model, *r)}{', the default' if r[1] == model.default(r[0]) else ''}"),
        "assumptions": ("assumption", register.assumptions.values(), lambda a: f"{a.id}  {a.used:,.10g} {a.unit}, "
                        f"varied {a.low:,.10g} to {a.high:,.10g}, {a.grade}: {a.label}"),
        "findings": ("finding", register.findings.values(), lambda f: f"{f.id}  {f.title}"),
        "external": ("external figure", register.external.values(),
                     lambda e: f"{e.id}  {e.published} {e.unit_as_printed}: {e.statement}"),
        "statements": ("statement", register.statements.values(), lambda s: f"{s.id}  {s.statement}"),
        "scenarios": ("scenario", shipped(model).values(), lambda s: f"{s.name}  {s.description}"),
        "columns": ("column", columns(register), lambda c: f"{c.file} {c.name}  {c.description} ({c.kind})"),
    }  # fmt: skip
    if kind not in ("", "all", *lines):
        raise InputError(f"'{kind}' can't be listed{nearest(kind, lines)}")
    for one, rows, words in lines.values() if kind in ("", "all") else [lines[kind]]:
        for row in rows:
            typer.echo(one_line(f"{one}  {words(row)}"))


def _reading(model: Model, quantity: str, reading: str) -> str:
    row = model.register.readings.get((quantity, reading))
    grade = f" ({row.grade}{', reconstruction' if row.reconstruction else ''})" if row else ""
    return f"{quantity}={reading}  {model.label(quantity, reading)}{grade}"


def compare(model: Model, setting: Setting, form: str) -> None:
    """External figures beside the article's numbers, as a table, json or csv."""
    from analysis.output import external
    from analysis.output.display import plain

    found = external.compare(model, setting)
    external.check_used(model, setting, found)
    if form:
        rows = external.external_frame(found).to_dict("records")
        _print_as(form, rows if form == "csv" else plain(found))
    elif found:
        _print_frame(external.frame_in_words(found, model), f"{external.SIDE_BY_SIDE} {CAVEAT}")
        say(*changes(model, setting))
    else:
        typer.echo("This data package has no external figures.")


def scenarios(model: Model, files: list[str], form: str, changed: Scenario) -> None:
    """The estimates under scenarios, and their differences from those of the first that is named, as tables, csv or
    json; or the schema of a scenario's file.

    changed: another scenario to show, unless it is the article's own; without files, beside the article.
    """
    from analysis.output.display import plain
    from analysis.output.tables import differences_table, scenarios_table
    from analysis.whatif.scenarios import OWN, find, schema, shipped, tabulate

    more = [changed] if changed.name != OWN else []
    listed = [find(file, model) for file in files or [OWN] * len(more)] or list(shipped(model).values())
    against, listed = listed[0] if len(files) > 1 else find(OWN, model), [*listed, *more]
    if form == "schema":
        _print_as("json", schema(model))
        return
    for one in more:
        _check_used(model, one.setting(model), model.register.estimates)
    if form:
        _print_as(form, plain(tabulate(model, listed, against=against)))
        return
    table = scenarios_table(model, listed)
    _print_frame(table, "")
    _print_frame(differences_table(model, listed, against), table.foot)
    for one in more:
        _say_changes(model, one)


def sensitivity(model: Model, quantity: str, scenario: Scenario, form: str, **how: Any) -> None:
    """An estimate's ranges, tornado and draws; without a quantity, the ranges of every estimate. As csv, the ranges."""
    from analysis.output.tables import Sensitivity, all_ranges_table
    from analysis.whatif.draws import check_draws, reach

    check_draws(how["draws"], how["seed"], how["method"])
    with reach(how["scheduler"]):
        pass
    names = [model.known(quantity)] if quantity else model.register.estimates
    _check_used(model, scenario.setting(model), names)
    if form:
        every = [Sensitivity(name, scenario, model=model, **how).json() for name in names]
        ranges = [{"quantity": one["quantity"], **row} for one in every for row in one["ranges"]]
        _print_as(form, ranges if form == "csv" else every[0] if quantity else every)
        return
    if not quantity:
        table = all_ranges_table(model, scenario)
        _print_frame(table, table.foot)
        _say_changes(model, scenario)
        return
    found = Sensitivity(quantity, scenario, model=model, **how)
    one = found.estimate
    if one.value is None:
        raise ModelError(f"{quantity} has no value under {found.scenario.name}: {one.reason}")
    say(f"{quantity} under {found.scenario.name}: {found.scenario.description}")
    say(_result(model, quantity, (one.value, one.low, one.high), one.side, one.depends_on, False))
    for table in (found.ranges_table(), found.draws_table(), found.indices_table()):
        if len(table) or table.columns[0] == "of the draws":
            _print_frame(table, table.foot.removesuffix(CAVEAT).strip())
    _say_changes(model, scenario, found.differs)
    say(CAVEAT)


def break_even(model: Model, text: str, found: Scenario, form: str) -> None:
    """Where a statement, or every one, stops holding along each assumption."""
    from analysis.output.tables import break_even_table, break_even_under, break_evens
    from analysis.whatif.scenarios import YOURS
    from analysis.whatif.sensitivity import statement_of

    wanted = [statement_of(model, text)] if text else list(model.register.statements.values())
    sides = [side for one in wanted for side in (one.quantity, one.other) if side in model.quantities]
    _check_used(model, found.setting(model), sides)
    # One that is asked for and not computable is refused; among all of them it is listed as such.
    if text:
        break_even_under(model, wanted[0], found)
    if form:
        every = break_evens(model, wanted, found)
        named = ((each["id"], name, row) for each in every for name, row in each.get("assumptions", {}).items())
        rows = [{"statement": id, "assumption": name, **row} for id, name, row in named]
        _print_as(form, rows if form == "csv" else every[0] if text else every)
        return
    table = break_even_table(model, wanted, found)
    _print_frame(table, table.foot)
    say("" if found.name == YOURS else f"under {found.name}: {found.description}")
    differs = set()
    for statement in wanted:
        with contextlib.suppress(ModelError):
            differs.add(model.differences(found.setting(model, model.named(statement.quantity)[0])))
    _say_changes(model, found, *sorted(differs))


def sweep(model: Model, spec: Path, out: Path, scheduler: str) -> None:
    """Compute a sweep into a file, with a progress bar."""
    from analysis.whatif.sweep import read
    from analysis.whatif.sweep import sweep as compute

    rows = 0
    with progress("rows") as update:

        def done(now: int, total: int) -> None:
            nonlocal rows
            rows = total
            update(now, total)

        empty = compute(model, read(spec, model), out, scheduler=scheduler, done=done)
    typer.echo(f"{shown(out)} holds {rows:,} rows, in base units.")
    for reason, count in sorted(empty.items()):
        typer.echo(f"{count:,} empty cells: {reason}")
    typer.echo(CAVEAT)


@contextlib.contextmanager
def progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; gives a function of how many are done, and of how many."""
    from rich.progress import Progress

    screen = Console(stderr=True)
    with Progress(console=screen, disable=not screen.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


# Where a number comes from --------------------------------------------------------------------------------------------


def explain(model: Model, id: str, scenario: Scenario | None, full: bool) -> None:
    """Print where a number comes from, down to the printed rows.

    scenario: without it, the article's own setting. full: with ten digits. Raises InputError for an unknown id, and for
    a setting that nothing depends on.
    """
    register = model.register
    kinds: list[tuple[Mapping[str, Any], Callable[[Model, Any, Setting, bool], Iterator[str]]]] = [
        (register.claims, _claim), (register.checks, _check), (register.solutions, _solution),
        ({name: name for name in model.quantities}, _quantity), (register.findings, _finding),
        (register.external, _external),
    ]  # fmt: skip
    if found := next(((lines, rows[id]) for rows, lines in kinds if id in rows), None):
        lines, row = found
        quantity = row if isinstance(row, str) else getattr(row, "quantity", "")
        setting = scenario.one_setting(model, quantity) if scenario else ARTICLE
        said = [*lines(model, row, setting, full)]
        say(*said, *(changes(model, setting, said) if scenario else ()), CAVEAT)
        return
    hint = nearest(id, [name for rows, _ in kinds for name in rows])
    raise ModelError(f"'{id}' is no claim, check, solution, quantity, finding or external figure{hint}")


def _claim(model: Model, claim: Claim, setting: Setting, full: bool) -> Iterator[str]:
    checks = model.register.checks.values()
    plans = {}
    for check in checks:
        # A setting may make one of them circular; its own line says so where it own the claim.
        with contextlib.suppress(Circle):
            plans[check.id] = model.plan(check.quantity, model.change(check.readings, setting))
    own = [r for r in checks if r.claim == claim.id]
    starts = [name for name, plan in plans.items() if claim.id in plan.claims]
    model.check_used(setting, [plans[name] for name in [*starts, *(r.id for r in own)] if name in plans])
    yield f"{claim.id}  claim: {claim.statement}"
    yield from (f"  {line}" for line in claim_words(model, claim))
    yield f"  role: {claim.role}, a value of {claim.quantity}"
    yield from (f"  checked by {_verdict_line(model, judge(model, check, setting), full)}" for check in own)
    if starts:
        yield f"  checks that start from it: {', '.join(starts)}"


def _check(model: Model, check: Check, setting: Setting, full: bool) -> Iterator[str]:
    for name in setting.given & set(check.readings):
        raise ModelError(f"{name} is unused: {check.id} names its own reading of it, {check.readings[name]}")
    if check.against and check.claim and (setting.given or setting.scenario):
        raise ModelError(f"{check.id} rests on figures published elsewhere; nothing can be set in it")
    one = judge(model, check, setting)
    yield f"{check.id}  check: {check.statement}"
    if check.against and check.claim:
        yield f"  {check.against}"
    else:
        under = model.change(check.readings, setting)
        plan = model.plan(check.quantity, under)
        model.check_used(setting, [plan])
        if setting.given or setting.scenario:
            # A setting can lead past a limit; then there is nothing to explain.
            _ = plan.words or plan.value
        yield from _worked(model, under, plan)
    if check.claim:
        end = f", its {check.end} end" if check.end in ("low", "high") else ", as a whole" if check.end else ""
        yield f"against {check.claim}{end}"
        yield from (f"  {line}" for line in claim_words(model, model.register.claims[check.claim]))
    if one.recomputed_low is None:
        yield f"result: none, {one.reason}"
        return
    numbers = (one.recomputed, one.recomputed_low, one.recomputed_high)
    yield _result(model, check.quantity, numbers, one.side, one.depends_on, full)
    yield f"verdict: {verdict_words(model, one)}{one.reason and f': {one.reason}'}"
    yield one.rests_on and f"rests on: {one.rests_on}"
    yield one.condition and f"the verdict stays for: {one.condition}"
    if one.passing is not None:
        yield f"would also pass: {one.passing:.0%} of the values within ten percent of the printed one"


def _solution(model: Model, row: Solve, setting: Setting, full: bool) -> Iterator[str]:
    found = solution(model, row, setting)
    yield f"{row.id}  solution: {row.statement}"
    words = digits(found.value) if full else value_words(model, row.solve, found.value, 1e3, decimals=4)
    yield f"{row.solve} = {words or 'none'}: {found.status.replace('_', ' ')}; {found.reason}"
    yield row.note and f"note: {row.note}"


def _external(model: Model, figure: External, setting: Setting, full: bool) -> Iterator[str]:
    from analysis.output import external

    found = [one for one in external.compare(model, setting) if one["id"] == figure.id]
    external.check_used(model, setting, found)
    yield f"{figure.id}  external figure: {figure.statement}"
    yield f"  printed: {figure.published} {figure.unit_as_printed} ({figure.period}, {figure.scope})"
    yield f"  {external.SEEN[figure.seen]}: {', '.join(filter(None, (figure.publisher, figure.title, figure.date)))}"
    yield figure.as_printed and f"  in its words: {figure.as_printed}"
    yield f"  at {figure.address}" if figure.address else "  without an address"
    yield figure.note and f"  note: {figure.note}"
    yield from (f"  beside {one['beside'] or 'nothing'}: {external.comparison(model, one)}" for one in found)
    yield external.SIDE_BY_SIDE


def _finding(model: Model, finding: Finding, setting: Setting, full: bool) -> Iterator[str]:
    if setting.given or setting.scenario:
        raise InputError(f"{finding.id} is arithmetic of the rows as printed; nothing can be set in it")
    register = model.register
    figures = ((name, register.external[name]) for name in finding.external)
    yield f"{finding.id}  finding: {finding.title}"
    yield from (f"  {line}" for line in finding_words(model, finding, full=full, shown=True))
    yield from (f"  row {name}: {printed_words(register.claims[name])}" for name in finding.claims)
    yield from (f"  figure {name}: {one.published} {one.unit_as_printed}" for name, one in figures)
    yield from (f"  source {name}: {register.sources[name]}" for name in finding.sources)
    yield f"  sceptical: {finding.sceptical}"
    yield f"  charitable: {finding.charitable}"
    yield f"  would settle it: {finding.settle}"


def _quantity(model: Model, quantity: str, setting: Setting, full: bool) -> Iterator[str]:
    plan = model.plan(quantity, setting)
    model.check_used(setting, model.beside(quantity, setting))
    remarks: tuple[str, ...] = ()
    if plan.words:
        result = f"result: none, {plan.no_single_value}"
    else:
        one = model.estimate(quantity, setting)
        result = _result(model, quantity, (one.value, one.low, one.high), one.side, one.depends_on, full)
        remarks = one.remarks
    yield f"{quantity}  quantity: {model.name(quantity)}"
    yield from _worked(model, setting, plan)
    yield result
    yield from (f"remark: {remark}" for remark in remarks)
    checks = (check for check in model.register.checks.values() if check.quantity == quantity)
    yield from (f"  {_verdict_line(model, judge(model, check, setting), full)}" for check in checks)


def _worked(model: Model, setting: Setting, plan: Plan) -> Iterator[str]:
    """The worked steps, a line each, and the rows, readings and assumptions under them."""
    for step in Steps(model, setting, [plan.target]).steps:
        # Remarks stand below, beside the result.
        yield from str(step.without("remark: ")).splitlines()
    rows = [node.source.claim.id for node in plan.leaves.values() if node.source.claim]
    yield f"printed rows: {', '.join(rows)}" if rows else ""
    for name, node in plan.by_name.items():
        if one := node.source.assumption:
            yield f"assumption {name}, {one.grade}: varied {one.low:,.10g} to {one.high:,.10g}; {one.bias}"
        elif node.reading not in ("constant", "given", "formula") and len(model.readings(name)) > 1:
            yield f"reading {_reading(model, name, node.reading)}"


def _verdict_line(model: Model, outcome: Outcome, full: bool) -> str:
    value = digits(outcome.recomputed) if full else recomputed_words(model, outcome)
    printed = published_words(model, outcome)
    against = f", printed {printed}" if printed else ""
    check = f"{outcome.check.id}: {outcome.check.statement}"
    return f"{check}: {value or 'not computable'}{against}; {verdict_words(model, outcome)}"


def _result(
    model: Model, quantity: str, numbers: Sequence[float | None], side: str, depends_on: Iterable[str], full: bool
) -> str:
    """A value in base units with its bounds and side, rounded or in full."""
    value, low, high = numbers
    if value is None or low is None or high is None:
        return "result: no single value, as words alone give an input"
    ends = [digits(low), digits(high)] if full else span_words(model, quantity, low, high)
    words = digits(value) if full else estimate_words(model, quantity, value, low, high, depends_on)
    bounds = f", {' to '.join(ends)} by rounding" if low != high else ""
    end = ", no bound on either side" if side == "no bound" else ""
    return f"result: {sided(side.replace('no bound', ''), words)}{plural(model.units[quantity])}{bounds}{end}"
