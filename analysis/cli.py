"""The command line."""

import argparse
import os
import re
import sys
import webbrowser
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from analysis import headlines, show, wording
from analysis.study import Study, load
from analysis.tables import DATA, START, DataError, SettingError

ROOT = DATA.parent
README = ROOT / "README.md"
ABOUT = "Recompute the numbers of one article, and see which follow from others."


class RunError(Exception):
    """Something that a run found: a notebook that fails, or a copy that differs."""


def verify(study: Study, asked: Namespace) -> Any:
    """Recompute the six headlines, and compare with stored values; or all checks."""
    if asked.all:
        return study.checks()
    if asked.csv:
        return study.headlines()
    text = headlines.verify(study.model, study.setting)
    return text if study.setting else guarded(study)


def guarded(study: Study) -> str:
    """Print the headlines; then say that all values are as stored, or raise RunError
    with those that moved."""
    from analysis import guard

    print(headlines.verify(study.model, {}), end="\n\n", flush=True)
    now = guard.values(study)
    changes = guard.moved(guard.read(), now)
    if len(changes):
        raise RunError("\n".join(guard.lines(changes)))
    return f"{len(now):,} values are as stored in data/expected.csv."


def reproduce(study: Study, asked: Namespace) -> str:
    """Run the notebooks, write the results, and compare with stored values."""
    from analysis import figures, notebooks, page, report, results

    require_checkout()
    with results.replaced(asked.out) as folder:
        ran = folder / "notebooks"
        ran.mkdir()
        running = notebooks.start(ran)
        for name, table in tables(study).items():
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%.10g")
        figures.save(study, folder / "figures")
        failed = notebooks.finish(running)
        if failed:
            raise RunError(
                "\n".join([*failed, f"The notebooks are in {ran} until the next run."])
            )
        titles = report.write(study, folder)
        (folder / "index.html").write_text(page.page(study, titles), "utf-8")
        manifest = results.manifest(folder, inputs())
        (folder / results.MANIFEST).write_text(manifest, "utf-8")
    return f"{guarded(study)}\nPage: {asked.out / 'index.html'}"


def inputs() -> dict[str, str]:
    """Return the SHA-256 of the data, the notebooks and the code, or raise RunError if
    one was saved after the command began."""
    from analysis import notebooks, results

    # Python, templates, styles and scripts, but nothing compiled.
    code = (ROOT / "analysis").rglob("*.*[dlsy]")
    hashes = results.hashes([*DATA.iterdir(), *notebooks.paths(), *code])
    for name in hashes:
        if (results.ROOT / name).stat().st_ctime > START:
            raise RunError(f"Nothing is stored: {name} was saved meanwhile.")
    return hashes


def require_checkout() -> None:
    """Refuse what needs the notebooks, which an installed package does not have."""
    if not (ROOT / "notebooks").is_dir():
        raise SettingError("this needs the notebooks, so run it in a checkout")


def tables(study: Study) -> dict[str, pd.DataFrame]:
    """Return the tables of a run by name."""
    estimates = []
    for name in sorted(study.model.readings):
        row = {"quantity": name, "label": study.model.labels[name]}
        estimates.append(row | vars(study[name]))
    return {
        "checks": study.checks(),
        "estimates": pd.DataFrame(estimates),
        "findings": study.findings(),
        "external": study.external(),
    }


def accept(study: Study, asked: Namespace) -> str:
    """Say what moved; then store it, the notebooks' outputs and the README's table."""
    from analysis import figures, guard, notebooks, results

    require_checkout()
    now = guard.values(study)
    changes = guard.moved(guard.read() if guard.EXPECTED.exists() else now[:0], now)
    print(*guard.lines(changes), f"{len(changes)} values moved.", sep="\n", flush=True)
    for name in study.figures().index:
        if figures.runs_out(study.figure(name)):
            raise RunError(f"Nothing is stored: the figure {name} runs over its edge.")
    # Beside the files, so that each takes its place at once.
    place = ROOT / ".accept"
    with results.replaced(place) as folder:
        failed = notebooks.finish(notebooks.start(folder))
        if failed:
            raise RunError("\n".join(failed))
        now.to_csv(folder / guard.EXPECTED.name)
        (folder / README.name).write_text(readme(study), "utf-8")
        inputs()
        # The values go last: until they do, a run that is killed can be seen to be so.
        for path in [*notebooks.paths(), README, guard.EXPECTED]:
            (folder / path.name).replace(path)
    place.rmdir()
    return "Stored as accepted."


def readme(study: Study) -> str:
    """Return the README with the headlines as they are now."""
    rows = study.headlines()[["article", "working", "verdict", "condition", "note"]]
    table = study.show(rows)
    text = README.read_text("utf-8")
    return re.sub(r"(?m)^\| the article .*(\n\|.*)+", lambda _: table, text)


def audit(study: Study, asked: Namespace) -> str:
    """Look up the article's numbers in your own copy: text or HTML."""
    from analysis import audit

    table = audit.audit(asked.file, study.model)
    differing = table[table["state"] != "found"]
    counts = ", ".join(
        f"{n} {state}" for state, n in table["state"].value_counts().items()
    )
    if len(differing):
        raise RunError(f"{differing.to_string(index=False)}\n{counts}")
    return counts


def explore(study: Study, asked: Namespace) -> str:
    """Write the page on which you can change the assumptions, and open it."""
    from analysis import page

    path = Path(mkdtemp()) / "index.html"
    path.write_text(page.page(study), "utf-8")
    webbrowser.open(path.as_uri())
    return f"Written to {path}."


#: What each command does, as the help says it.
COMMANDS = {
    "reproduce": "run the notebooks, write the results, compare with stored values",
    "verify": "recompute the headlines and compare with stored values; list all checks",
    "explain": "show how a number is computed, down to the printed numbers",
    "sensitivity": "move each input of a quantity over its range",
    "break-even": "show where the verdict of a check, or a statement, turns",
    "explore": "write the page on which you can change the assumptions, and open it",
    "audit": "look up the article's numbers in your own copy, as text or HTML",
    "accept": "store the values of now, and the notebooks, as the accepted ones",
}


def parser_of() -> argparse.ArgumentParser:
    """Return the arguments of all commands."""
    parser = argparse.ArgumentParser(prog="analysis", description=ABOUT)
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, run: Callable[..., Any]):
        text = COMMANDS[name]
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run, set=[], scenario=None, csv=False)
        return command

    def of_name(name: str, method: Callable[..., Any], what: str):
        command = add(name, lambda study, asked: method(study, asked.name))
        command.add_argument("name", metavar="NAME", help=what)
        return command

    out = add("reproduce", reproduce)
    out.add_argument("--out", type=Path, default=Path("results"), metavar="DIR")
    first = add("verify", verify)
    first.add_argument("--all", action="store_true", help="all checks, not headlines")
    step = of_name("explain", Study.steps, "a quantity, quantity.reading or check")
    moved = of_name("sensitivity", Study.sensitivity, "a quantity")
    turns = of_name(
        "break-even",
        Study.break_even,
        'a check, or a statement such as "QUANTITY > 1.9 million"',
    )
    add("explore", explore)
    add("audit", audit).add_argument("file", type=Path, metavar="FILE")
    add("accept", accept)
    for command in (first, step, moved, turns):
        command.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="set a number, with its unit or without, or a reading; repeatable",
        )
        command.add_argument("--scenario", metavar="NAME", help="a name or a YAML file")
    for command in (first, moved, turns):
        csv = "write the table as CSV"
        command.add_argument("--csv", action="store_true", help=csv)
    return parser


def written(study: Study, item: Any, is_csv: bool) -> str:
    """Write a table, a step or a text, and what differs from the article."""
    if isinstance(item, str):
        return item
    below = wording.differs(study.model, study.setting)
    if is_csv:
        return item.assign(differs=below).to_csv(index=False, float_format="%.10g")
    text = show.terminal(study.model, item)
    return text if hasattr(item, "attrs") else f"{text}\n{below}"


def choices_of(parts: Iterable[str]) -> dict[str, str]:
    """Return the names and values of options such as "overlap=0.5"."""
    choices: dict[str, str] = {}
    for part in parts:
        name, _, value = part.partition("=")
        if name in choices:
            raise SettingError(f"{name} is set twice")
        choices[name] = value
    return choices


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; bad input is one sentence and status 2, what differs status 1."""
    asked = parser_of().parse_args(words)
    try:
        study = load().change(**choices_of(asked.set))
        if asked.scenario is not None:
            study = study.scenario(asked.scenario)
        if sys.stdout is None:
            raise OSError("there is no standard output")
        print(written(study, asked.run(study, asked), asked.csv), flush=True)
    except BrokenPipeError:
        # As in "analysis verify --all | head".
        os._exit(141)
    except KeyboardInterrupt:
        # A thread that waits for a kernel can't be stopped; kernels end when the
        # process that started them is gone.
        os._exit(130)
    except RunError as error:
        print(error, file=sys.stderr)
        return 1
    except (DataError, SettingError) as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    except (UnicodeEncodeError, OSError) as error:
        # What is left to write can't be written at the end, either.
        print(f"analysis: the output can't be written: {error}", file=sys.stderr)
        os._exit(2)
    return 0
