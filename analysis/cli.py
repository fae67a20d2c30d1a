"""This module is the command line: ``analysis`` or ``python -m analysis``.

A command reads its arguments, calls the package, and ends with an exit status. The exit
status is 1 if a value differs from the accepted one, a run failed, or a copy of the
article differs from the data package. The exit status is 2 for bad input, which a
command refuses in one sentence. The modules of ``render`` hold the words that the
commands print. Each command loads only the modules that it uses.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from analysis import __version__
from analysis.whatif import DRAWS

if TYPE_CHECKING:
    from analysis.study import Study
    from analysis.whatif.draws import Draws


class _Commands(TyperGroup):
    """Answer bad input to any command with one sentence and exit status 2.

    An interrupt is answered with one word and exit status 130.
    """

    def invoke(self, ctx: Any) -> Any:
        try:
            _refuse_epoch(os.environ.get("SOURCE_DATE_EPOCH"))
            return super().invoke(ctx)
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(130) from None
        except ValueError as error:
            from analysis.core.errors import InputError

            if not isinstance(error, InputError):
                raise
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        except BrokenPipeError:
            _end_quietly()
        except OSError as error:
            _refuse_file(error)


def _refuse_epoch(seconds: str | None) -> None:
    """Refuse a SOURCE_DATE_EPOCH that would make the libraries of a run fail."""
    # Eleven digits reach beyond the year 5000, and no library refuses them.
    if seconds is None or (seconds.isdecimal() and len(seconds) <= 11):
        return
    from analysis.core.errors import InputError

    raise InputError(
        f"the environment variable SOURCE_DATE_EPOCH is '{seconds}', but must be a "
        "whole number of seconds, such as 1700000000; unset it, or write one"
    )


def _end_quietly() -> NoReturn:
    """End silently with exit status 141, because nothing reads the output any more."""
    # At its end the process flushes its output again, which would fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(128 + signal.SIGPIPE)


def _refuse_file(error: OSError) -> None:
    """Print which file can't be read or written, and end with exit status 2."""
    name = (
        f"{error.filename} can't be read or written"
        if error.filename
        else "the output can't be written"
    )
    typer.echo(f"error: {name} ({error.strerror or error})", err=True)
    # At its end the process flushes its output again, onto the same full disk.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(2)


# Typer keeps the line breaks of a docstring, so a help text of several lines is given
# as ``help``, and the docstring gives it in short.
app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Recompute the numbers that an article prints, and see which of them follow "
    "from others.",
)


def _of_assignments(texts: list[str] | None) -> list[str] | None:
    """Before Typer counts the arguments, refuse a text that is not name=value.

    For "--set overlap 0.5", Typer would say only that 0.5 is one argument too many.
    """
    if texts:
        from analysis.model.model import assignments

        assignments(texts)
    return texts


DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help="Read the data package in this folder. The default is the folder named in "
        "the environment variable ANALYSIS_DATA or, if that is not set, the data "
        "package that comes with the code.",
    ),
]
NotebooksOption = Annotated[
    Path | None,
    typer.Option("--notebooks", help="Use the notebooks in this folder."),
]
TimeoutOption = Annotated[
    str,
    typer.Option(
        "--timeout",
        metavar="INTEGER",
        help="Stop a notebook if one of its cells runs longer than this many seconds.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        callback=_of_assignments,
        help="Set a quantity, as quantity=value. The value is a number in base units, "
        "a number with its unit, or the name of a reading. You may repeat the option.",
    ),
]
ReadingOption = Annotated[
    list[str] | None,
    typer.Option(
        "--reading",
        callback=_of_assignments,
        help="Choose a reading, as quantity=reading. A reading is one of the ways to "
        "get the number of a quantity. You may repeat the option.",
    ),
]
ScenarioOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scenario",
        help="Apply the scenario with this name, or the scenario in this file.",
    ),
]
SchedulerOption = Annotated[
    str,
    typer.Option(
        "--scheduler",
        help="Use the Dask scheduler at this address, such as tcp://127.0.0.1:8786.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON, in base units.")
]
CsvOption = Annotated[
    bool, typer.Option("--csv", help="Print the result as CSV, in base units.")
]


def main() -> None:
    """Run the command line.

    A signal to terminate is treated as an ordinary exit, so that no file is left
    half-written.
    """
    # A command makes many small objects and few cycles among them. Looking for cycles
    # at the usual rate would take a seventh of the time of `verify`.
    gc.set_threshold(100_000)
    for number in (signal.SIGTERM, signal.SIGHUP):
        # A process that is meant to outlive its terminal goes on ignoring the signal.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, frame: sys.exit(128 + number))
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal's encoding lacks is printed as its code.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            app(prog_name="analysis")
        finally:
            # The last of the output is written here, so the errors of writing are
            # caught once more below. A shell may have closed the standard output.
            if sys.stdout:
                sys.stdout.flush()
    except BrokenPipeError:
        _end_quietly()
    except OSError as error:
        _refuse_file(error)


def _load(data: Path | None) -> Study:
    from analysis.study import load

    if data is not None:
        # The kernels of notebooks inherit this variable.
        os.environ["ANALYSIS_DATA"] = str(data.absolute())
    return load(data)


def _study(
    data: Path | None,
    scenarios: list[str] | None,
    values: list[str] | None,
    readings: list[str] | None,
) -> Study:
    """Return the study under a scenario, with the changes of --set and --reading."""
    from analysis.model.model import ModelError, assignments

    study = _load(data)
    if scenarios and len(scenarios) > 1:
        raise ModelError(
            f"--scenario is given {len(scenarios)} times, and this command takes one"
        )
    scenario = scenarios[0] if scenarios else ""
    if scenarios and not scenario.strip():
        raise ModelError("--scenario is empty; name a scenario or a file")
    texts = assignments([*(values or ()), *(readings or ())])
    return study.changed_by_texts(scenario, texts)


def _one_of(**chosen: bool) -> str:
    """Return the name of the chosen form of output, if any, and refuse two forms."""
    from analysis.core.errors import InputError

    if sum(chosen.values()) > 1:
        given = [f"--{name}" for name, wanted in chosen.items() if wanted]
        raise InputError(f"give only one of {' and '.join(given)}")
    return next((name for name, wanted in chosen.items() if wanted), "")


def _whole(option: str, text: str, least: int = 0) -> int:
    """Return the whole number given to an option, even if it is written as 1e3.

    Raises InputError for a text that is not a whole number, and for a number below
    ``least``.
    """
    from analysis.core import arguments

    return arguments.whole(option, arguments.typed(text), least)


def _folder(text: str) -> Path:
    """Return the folder given to an option. Raises InputError for an empty text."""
    if not text.strip():
        from analysis.core.errors import InputError

        raise InputError("--out names no folder; give it the name of one")
    return Path(text)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option(
        "--version", callback=_version, is_eager=True, help="Print the version."
    ),
]


@app.callback()
def _options(version: VersionOption = False) -> None:
    pass


@app.command(
    help="Run every notebook, write results with a report, and print the headlines. "
    "The exit status is 1 if a value differs from the accepted one."
)
def reproduce(
    out: Annotated[
        str, typer.Option("--out", help="Write the results into this folder.")
    ] = "results",
    data: DataOption = None,
    notebooks: NotebooksOption = None,
    timeout: TimeoutOption = "600",
    with_report: Annotated[
        bool,
        typer.Option(
            "--report/--no-report", help="Also build the report as web pages."
        ),
    ] = True,
) -> None:
    """Run every notebook, write results with a report, and print the headlines."""
    from analysis.publish import reproduction

    model = _load(data).model
    raise typer.Exit(
        reproduction.reproduce(
            model,
            _folder(out).absolute(),
            notebooks,
            timeout=_whole("--timeout", timeout, 1),
            with_report=with_report,
        )
    )


@app.command()
def verify(
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    as_markdown: Annotated[
        bool,
        typer.Option(
            "--markdown", help="Print the table of headlines that is in the README."
        ),
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Print every check and its verdict.")
    ] = False,
    values: SetOption = None,
    readings: ReadingOption = None,
    scenario: ScenarioOption = None,
    data: DataOption = None,
) -> None:
    """Recompute and print the headlines without running notebooks.

    The exit status is 1 if a value differs from the accepted one.
    """
    form = _one_of(json=as_json, csv=as_csv, markdown=as_markdown, all=every)
    study = _study(data, scenario, values, readings)
    from analysis.publish import guard

    raise typer.Exit(guard.verify(study.model, form, study.setting))


@app.command(
    help="Print a sentence to quote for each headline, with its caveat, its check and "
    "official figures. Below the sentences, print references for the article and for "
    "this package. The sentences are about the article's own numbers; only the "
    "reference for this package names what you set."
)
def cite(
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the sentences in Markdown.")
    ] = False,
    as_bibtex: Annotated[
        bool,
        typer.Option("--bibtex", help="Print the references as BibTeX entries."),
    ] = False,
    values: SetOption = None,
    readings: ReadingOption = None,
    scenario: ScenarioOption = None,
    data: DataOption = None,
) -> None:
    """Print a sentence to quote for each headline, with its caveat."""
    form = _one_of(markdown=as_markdown, bibtex=as_bibtex)
    study = _study(data, scenario, values, readings)
    from analysis.render import citations

    made = {
        "": citations.cite_text,
        "markdown": citations.cite_markdown,
        "bibtex": citations.cite_bibtex,
    }
    typer.echo(made[form](study.model, study.setting))


@app.command()
def accept(data: DataOption = None, notebooks: NotebooksOption = None) -> None:
    """Show which values moved, then store the present values as the accepted ones."""
    from analysis.publish import guard
    from analysis.publish.notebooks import all_notebooks

    guard.accept(_load(data).model, all_notebooks(notebooks, checked=False))


@app.command(
    "list",
    help="List claims, checks, solutions, quantities, readings, assumptions, findings, "
    "external figures, statements, scenarios, figures and columns. Each kind has a "
    "table of its own.",
)
def list_(
    kind: Annotated[
        str,
        typer.Argument(help="List only rows of this kind, such as claims or checks."),
    ] = "",
    as_markdown: Annotated[
        bool,
        typer.Option(
            "--markdown",
            help="Print Markdown: the map of claims if the kind is claims, and the "
            "codebook if the kind is columns.",
        ),
    ] = False,
    data: DataOption = None,
) -> None:
    """List claims, checks, quantities and other rows, with a table for each kind."""
    model = _load(data).model
    if as_markdown:
        from analysis.publish.map import markdown_list

        typer.echo(markdown_list(model, kind))
        return
    from analysis.render import screens

    screens.list_all(model, kind)


@app.command(
    help="Show where a number comes from, down to the printed numbers, and recompute "
    "the number under other assumptions."
)
def explain(
    id: Annotated[
        str,
        typer.Argument(
            help="The id of a claim, check, solution, quantity, finding or external "
            "figure.",
            show_default=False,
        ),
    ],
    values: SetOption = None,
    readings: ReadingOption = None,
    scenario: ScenarioOption = None,
    full: Annotated[
        bool, typer.Option("--digits", help="Show the result with ten digits.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Show where a number comes from, or recompute it under other assumptions."""
    study = _study(data, scenario, values, readings)
    from analysis.render import screens

    screens.explain(study.model, id, study.setting, full)


@app.command(
    help="Compare figures published elsewhere with the article's numbers. If the units "
    "differ, two numbers are compared only if you set the ratio of the units with "
    "--set."
)
def compare(
    values: SetOption = None,
    readings: ReadingOption = None,
    scenario: ScenarioOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    data: DataOption = None,
) -> None:
    """Compare figures published elsewhere with the article's numbers."""
    form = _one_of(json=as_json, csv=as_csv)
    study = _study(data, scenario, values, readings)
    from analysis.render import screens

    screens.compare(study.model, study.setting, form)


@app.command(
    help="Look up each printed number of the data package in your own copy of the "
    "article, and list the numbers in the copy that the data package lacks.\n\n"
    "The audit compares numbers, a word such as over or up to before a number, and the "
    "order and place of the numbers. It does not compare other words, dates or "
    "sources.\n\n"
    "Your copy stays where it is: no part of the copy is kept or sent. The exit status "
    "is 1 if the copy and the data package differ."
)
def audit(
    file: Annotated[
        Path,
        typer.Argument(
            help="Your copy of the article, as text, HTML or PDF.", show_default=False
        ),
    ],
    data: DataOption = None,
) -> None:
    """Compare the user's own copy of the article with the data package."""
    from analysis.audit.report import audit as compare_with_copy
    from analysis.core.register import Register
    from analysis.render.safe_text import printable

    report = compare_with_copy(Register.read(data), file)
    for line in report.lines():
        typer.echo(printable(" ".join(line.split())))
    raise typer.Exit(report.status)


@app.command(
    help="Tabulate the headline estimates under every scenario, or under those that "
    "you name.\n\n"
    "If you name two or more scenarios, each estimate is compared with the estimate "
    "under the first scenario; otherwise, with the article's. What you set with --set "
    "or --reading counts as one more scenario."
)
def scenarios(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names of scenarios in the data package, or paths of your own files."
        ),
    ] = None,
    values: SetOption = None,
    readings: ReadingOption = None,
    scenario: ScenarioOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    as_schema: Annotated[
        bool,
        typer.Option("--schema", help="Print the JSON Schema of a scenario's file."),
    ] = False,
    data: DataOption = None,
) -> None:
    """Tabulate the headline estimates under every scenario, or under those you name."""
    form = _one_of(json=as_json, csv=as_csv, schema=as_schema)
    study = _study(data, scenario, values, readings)
    from analysis.render import screens

    screens.scenarios(study.model, files or [], form, study.setting)


@app.command(
    help="Show how far each assumption and the rounding of printed digits move an "
    "estimate. If a scenario has distributions, show random draws as well."
)
def sensitivity(
    quantity: Annotated[
        str,
        typer.Argument(
            help="The name of a quantity. Without a name, you get all headline "
            "estimates."
        ),
    ] = "",
    values: SetOption = None,
    readings: ReadingOption = None,
    scenario: ScenarioOption = None,
    draws: Annotated[
        str,
        typer.Option(
            "--draws",
            metavar="INTEGER",
            help="Make this many random draws, from 2 to 1,000,000; "
            f"without the option, {DRAWS:,}.",
        ),
    ] = "",
    seed: Annotated[
        str,
        typer.Option(
            "--seed",
            metavar="INTEGER",
            help="Seed the random draws with this whole number, 0 or more; "
            "without the option, with 0.",
        ),
    ] = "",
    percentiles: Annotated[
        list[str] | None,
        typer.Option(
            "--percentile",
            metavar="NUMBER",
            help="Show this percentile of the draws; you may repeat the option.",
        ),
    ] = None,
    rounding: Annotated[
        bool,
        typer.Option(
            "--rounding/--no-rounding",
            help="Also draw each printed number among the values that round to it.",
        ),
    ] = True,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    data: DataOption = None,
) -> None:
    """Show how far assumptions, rounding and random draws move an estimate."""
    form = _one_of(json=as_json, csv=as_csv)
    study = _study(data, scenario, values, readings)
    from analysis.core import arguments
    from analysis.core.errors import InputError
    from analysis.render import screens
    from analysis.study import Study
    from analysis.whatif.draws import PERCENTILES, check_draws

    given = {"--draws": draws, "--seed": seed, "--percentile": percentiles}
    size, start = _whole("--draws", draws or str(DRAWS)), _whole("--seed", seed or "0")
    shares = PERCENTILES
    if percentiles:
        shares = arguments.numbers("--percentile", map(arguments.typed, percentiles))
    check_draws(size, start, shares)
    for option, choice in given.items():
        if choice and not study.distributions:
            raise InputError(
                f"{option} has no effect, because nothing is drawn at random here; "
                "name a scenario that has distributions, such as "
                "--scenario illustrative"
            )

    if quantity:
        quantity, setting = study.model.quantity_and_setting(quantity, study.setting)
        study = Study(study.model, setting, study.distributions)

    def drawn(name: str) -> Draws | None:
        """Return the draws of an estimate, or None if no distribution affects it."""
        leaves = study.model.plan(name, study.setting).leaves
        if not study.distributions.keys() & leaves.keys():
            return None
        how: Any = {"n": size, "seed": start, "percentiles": shares}
        return study.draws(name, rounding=rounding, **how).draws

    screens.sensitivity(study.model, quantity, study.setting, form, drawn)


@app.command("break-even")
def break_even(
    statement: Annotated[
        str,
        typer.Argument(
            help="The id of a statement, or a statement written out. A statement may "
            "compare a quantity with a number or with another quantity, such as "
            "'at_risk_2021 >= 1.9 million person'; the signs are >=, >, <=, < and =. "
            "Or it may name a check and a verdict, such as 'at_risk_2021_sum "
            "matches'. Without a statement, you get every statement of the data "
            "package."
        ),
    ] = "",
    values: SetOption = None,
    readings: ReadingOption = None,
    scenario: ScenarioOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    data: DataOption = None,
) -> None:
    """Find, for each assumption, the values at which a statement stops holding."""
    form = _one_of(json=as_json, csv=as_csv)
    study = _study(data, scenario, values, readings)
    from analysis.render import screens

    screens.break_even(study.model, statement, study.setting, form)


@app.command()
def sweep(
    spec: Annotated[
        Path,
        typer.Argument(help="The file that describes the sweep.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write to this .csv file instead of runs/NAME.csv."),
    ] = None,
    scheduler: SchedulerOption = "",
    data: DataOption = None,
) -> None:
    """Write estimates over a grid of assumptions and readings to a CSV file."""
    from analysis.render import screens

    screens.sweep(
        _load(data).model, spec, out or Path("runs") / f"{spec.stem}.csv", scheduler
    )


@app.command()
def explore(
    values: SetOption = None,
    readings: ReadingOption = None,
    scenario: ScenarioOption = None,
    out: Annotated[
        str, typer.Option("--out", help="Write the page into this folder.")
    ] = "runs",
    opened: Annotated[
        bool, typer.Option("--open/--no-open", help="Also open the page in a browser.")
    ] = True,
    data: DataOption = None,
) -> None:
    """Write and open a web page on which a reader can change the assumptions.

    The page opens with the values, readings and scenario that you give.
    """
    import webbrowser

    from analysis.publish import explorer

    study = _study(data, scenario, values, readings)
    explorer.check_shown(study.model, study.setting)
    folder = _folder(out)
    folder.mkdir(parents=True, exist_ok=True)
    page = explorer.write(folder, study.model)
    address = explorer.address(page, study.model, study.setting)
    typer.echo(address)
    if study.distributions:
        names = ", ".join(study.distributions)
        typer.echo(f"The page draws nothing: it takes the median for {names}.")
    if opened and not webbrowser.open(address):
        typer.echo("No browser opens from here; open that address in one.", err=True)


@app.command(
    help="Run one notebook with other assumptions or readings. With --all, run every "
    "notebook whose results the changes affect. All input is checked before anything "
    "is written."
)
def run(
    notebook: Annotated[
        str,
        typer.Argument(
            help="The name of a notebook, or the start of its name.",
            show_default=False,
        ),
    ] = "",
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Run each notebook that the changes affect, and name the others.",
        ),
    ] = False,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            "--parameter",
            "--set",
            "--reading",
            callback=_of_assignments,
            help="Set a parameter, as name=value; you may repeat the option.",
        ),
    ] = None,
    scenarios: Annotated[
        list[str] | None,
        typer.Option(
            "--scenario",
            help="Apply the scenario with this name, or the scenario in this file; you "
            "may repeat the option.",
        ),
    ] = None,
    out: Annotated[
        str, typer.Option("--out", help="Write the executed notebook into this folder.")
    ] = "runs",
    data: DataOption = None,
    notebooks: NotebooksOption = None,
    timeout: TimeoutOption = "600",
) -> None:
    """Run one notebook with other assumptions or readings."""
    from analysis.core.errors import InputError
    from analysis.publish import reproduction
    from analysis.publish.notebooks import all_notebooks, find

    if bool(notebook) == every:
        raise InputError("name one notebook, or give --all")
    model = _load(data).model
    books = all_notebooks(notebooks) if every else [find(notebook, notebooks)]
    raise typer.Exit(
        reproduction.run(
            model,
            books,
            parameters or [],
            scenarios or [],
            _folder(out),
            timeout=_whole("--timeout", timeout, 1),
        )
    )
