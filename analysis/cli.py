"""The command line."""

import argparse
import io
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from os.path import relpath
from pathlib import Path
from typing import Any

from analysis import figures, headlines, tables
from analysis.book import Book
from analysis.citing import VERSION
from analysis.rows import FoundError, RefusalError, SettingError
from analysis.study import Study
from analysis.texts import DATA, HERE, PACKAGE, ROOT, other_data, read_text

#: The figure of this name in the README, where there is a folder for it.
PICTURE = "docs/waterfall.png"
#: The folder that another article begins with.
TEMPLATE = HERE / "template"


def verify(study: Study, asked: Namespace) -> Any:
    """Recompute the headlines, and compare all values with stored ones."""
    print(headlines.verify(study), flush=True)
    compared = [] if study.setting else [guarded(study)]
    more = f"{command(study)} explain NAME, or the page that make reproduce writes."
    return "\n".join(["", *compared, f"To read more: {more}"])


def command(study: Study) -> str:
    """Return how a command begins that reads the same data."""
    folder = study.book.folder
    return "analysis" if folder == ROOT else f"analysis --data {relpath(folder)}"


def guarded(study: Study) -> str:
    """Say that all values are as stored, or raise FoundError with those that moved."""
    from analysis import guard

    now = guard.values(study)
    changes = guard.moved(guard.read(study.book.folder), now)
    if len(changes):
        end = f"If these changes are intended, run: {command(study)} accept"
        raise FoundError("\n".join([*guard.lines(changes), end]))
    return f"All {len(now):,} stored values are unchanged."


def reproduce(study: Study, asked: Namespace) -> str:
    """Run the notebooks, write the results, and compare with stored values; under a
    setting nothing is compared."""
    from analysis import guard, page, report, running

    if study.setting and "results" in Path(os.path.realpath(asked.out)).parts:
        raise SettingError(
            "--out must name a folder outside results where --set or --scenario is used"
        )
    with running.replaced(asked.out) as folder:
        ran = folder / "notebooks"
        ran.mkdir()
        notebooks = running.start(ran, study)
        written = {
            "checks": study.checks(),
            "estimates": guard.estimates(study),
            "findings": study.findings(),
            "external": study.external(),
        }
        for name, table in written.items():
            table.to_csv(folder / f"{name}.csv", index=False, float_format="%.10g")
        figures.save(study, folder / "figures")
        notes = itertools.chain(*notebooks)
        titles = report.write(study, folder)
        (folder / "index.html").write_text(page.page(study, titles), "utf-8")
        running.write_manifest(folder, study)
    print(headlines.verify(study), end="\n\n", flush=True)
    lines = notes if study.setting else [guarded(study)]
    return "\n".join([*lines, f"The results start at {asked.out / 'index.html'}"])


def accept(study: Study, asked: Namespace) -> str:
    """Say what moved; then store it, the notebooks' outputs and the README's table."""
    from analysis import guard

    now = guard.values(study)
    root = study.book.folder
    stored = guard.read(root) if (root / guard.EXPECTED).exists() else now[:0]
    changes = guard.moved(stored, now)
    print(
        *guard.lines(changes), f"Changed values: {len(changes)}.", sep="\n", flush=True
    )
    store(study, now)
    return f"The values are stored. To renew results, run: {command(study)} reproduce"


def store(study: Study, now: Any) -> None:
    """Write what is generated: values, notebooks' outputs, README and its picture."""
    from analysis import guard, running

    root = study.book.folder
    # Beside the files, so that each takes its place at once.
    with running.staged(root / "accept") as folder:
        list(running.start(folder, study))
        written = [*running.paths(study), root / "README.md"]
        (folder / "README.md").write_text(readme(study), "utf-8")
        picture = root / PICTURE
        if picture.parent.exists():
            figures.write(study, picture.stem, folder / picture.name)
            written.append(picture)
        # The values go last: until they do, "verify" says that they moved.
        written.append(root / guard.EXPECTED)
        now.to_csv(folder / written[-1].name)
        for path in written:
            if path.exists():
                shutil.copymode(path, folder / path.name)
            (folder / path.name).replace(path)


def new(study: Study, asked: Namespace) -> str:
    """Write a folder for another article, with an invented article to replace."""
    from analysis import guard, running

    target = asked.folder
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise SettingError(f"{target} is there already; name a new or empty folder")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve() / "article"
        unread = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(TEMPLATE, folder, ignore=unread, copy_function=shutil.copyfile)
        described = json.loads((DATA / PACKAGE).read_text("utf-8"))
        rules = {key: described[key] for key in ("texts", "resources")}
        package = {"name": "another-article"} | rules
        text = json.dumps(package, indent=1, ensure_ascii=False)
        texts = {
            f"data/{PACKAGE}": text,
            "requirements.txt": f"{running.PACKAGE}[notebooks]=={VERSION}",
            # For this machine alone; git ignores it.
            "local.mk": f"PYTHON ?= {sys.executable}",
        }
        for name, text in texts.items():
            (folder / name).write_text(f"{text}\n", "utf-8")
        written = Study(Book(folder))
        store(written, guard.values(written))
        shutil.copytree(folder, target, dirs_exist_ok=True)
    return f"To begin, read {target / 'START.md'}"


def readme(study: Study) -> str:
    """Return the README with the answer, the text of the picture, and the headlines."""
    rows = study.headlines()
    rows["article"] = rows["number"].astype(str) + ". " + rows["article"]
    table = study.show(rows[["article", "working", "verdict", "condition"]])
    title = study.book.texts["headlines"]["title"]
    answer = f"**{title}** {headlines.answer(study)[0]}"
    now = {
        # The first line in bold.
        r"(?m)^\*\*.*": answer,
        r"(?m)^\| the article says .*(\n\|.*)+": table,
        r"(?m)^\| notebook .*(\n\|.*)+": contents(study),
    }
    root = study.book.folder
    if (root / PICTURE).parent.exists():
        told = figures.alt(study, Path(PICTURE).stem)
        now[r"!\[.*\]\(docs/"] = f"![{told}](docs/"
    text = read_text(root / "README.md")
    for pattern, part in now.items():
        # A backslash in the new text has no meaning of its own.
        text = re.sub(pattern, part.replace("\\", r"\\"), text, count=1)
    return text


def contents(study: Study) -> str:
    """Return a table of the notebooks, with the headlines and figures that each has."""
    from analysis import running

    lines = ["| notebook | headline | figures |", "|---|---|---|"]
    for path in running.paths(study):
        text = path.read_text("utf-8")
        entries = study.book.texts["headlines"]["headlines"]
        numbers = [
            str(number)
            for number, entry in enumerate(entries, 1)
            if entry["notebook"] == path.stem
        ]
        worked = "all" if "study.headlines(" in text else ", ".join(numbers)
        shown = ", ".join(re.findall(r'study\.figure\(\\"(\w+)', text))
        lines.append(f"| {path.stem} | {worked} | {shown} |")
    return "\n".join(lines)


def audit(study: Study, asked: Namespace) -> str:
    """Look up the article's numbers in your own copy: text or HTML."""
    from analysis import audit

    table = audit.audit(asked.file, study.book)
    differing = table[table["state"] != "found"]
    found = (table["state"] == "found").sum()
    said = f"{found} of {len(study.book.claims)} numbers were found in their place."
    if len(differing):
        raise FoundError(f"{differing.to_string(index=False)}\n{said}")
    return said


def annotate(study: Study, asked: Namespace) -> str:
    """Write your own copy of the article with each number marked."""
    from analysis import annotate

    return annotate.annotate(study, asked.file, asked.out)


def checks(study: Study, asked: Namespace) -> Any:
    """Return all checks, with what each needs and the name by which it is explained."""
    columns = [
        "statement",
        "claim",
        "recomputed",
        "judged",
        "condition",
        "reason",
        "id",
    ]
    table = study.checks()
    return table if asked.csv else table[columns]


def told(study: Study, asked: Namespace) -> Any:
    """Return what the study's method of this name says."""
    return getattr(study, asked.command.replace("-", "_"))(*asked.name)


#: Each command: what runs, what it does, and its options.
COMMANDS: dict[str, tuple[Callable[[Study, Namespace], Any], str, str]] = {
    "reproduce": (
        reproduce,
        "run the notebooks, write the results, and compare all values with stored ones",
        "--set --scenario --out",
    ),
    "verify": (
        verify,
        "recompute the headline numbers, and compare all values with stored ones",
        "--set --scenario",
    ),
    "checks": (checks, "list all checks with their verdicts", "--set --scenario --csv"),
    "explain": (
        told,
        "show how a number is computed, down to the printed numbers",
        "--set --scenario name",
    ),
    "sensitivity": (
        told,
        "show how a quantity changes when each input moves over its range",
        "--set --scenario --csv name",
    ),
    "break-even": (
        told,
        "show for which values of each input a claim matches",
        "--set --scenario --csv name",
    ),
    "audit": (audit, "look up the article's numbers in your own copy", "file"),
    "annotate": (
        annotate,
        "write your own copy of the article as a page with each number marked",
        "--set --scenario --out=page file",
    ),
    "accept": (accept, "store the present values and the notebooks' outputs", ""),
    "new": (
        new,
        "write a folder for another article, with an invented article to replace",
        "folder",
    ),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "--data": {
        "type": Path,
        "metavar": "FOLDER",
        "help": "read another article from this folder, as analysis new writes it",
    },
    "name": {
        "nargs": 1,
        "help": 'a quantity, a check, or a comparison: "QUANTITY > 1.9 million"',
    },
    "file": {"type": Path, "help": "your copy, as a text or HTML file"},
    "folder": {"type": Path, "help": "a new or empty folder"},
    "--out": {
        "type": Path,
        "default": "results",
        "metavar": "FOLDER",
        "help": "write the results to this folder, which must be new, empty or written "
        "by this command (default: %(default)s)",
    },
    "--out=page": {
        "type": Path,
        "metavar": "PAGE",
        "help": "write the page to this file, which must be new or written by this "
        "command (default: annotated.html beside your copy)",
    },
    "--set": {
        "action": "append",
        "metavar": "NAME=VALUE",
        "help": "set a quantity to a number, with or without its unit, or to one of "
        "its readings; each NAME=VALUE needs its own --set",
    },
    "--scenario": {
        "metavar": "NAME",
        "help": "use the settings that data/scenarios.yaml has under this name",
    },
    "--csv": {
        "action": "store_true",
        "help": "write the table as CSV, with all digits",
    },
}


def parser() -> argparse.ArgumentParser:
    """Return the arguments of all commands."""
    parser = argparse.ArgumentParser(
        prog="analysis",
        description="Recompute the numbers of one article, and show which follow.",
    )
    parser.add_argument("--data", default=ROOT, **OPTIONS["--data"])
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, (run, text, options) in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run, name=(), set=[], scenario=None, csv=False)
        for option in options.split():
            command.add_argument(option.partition("=")[0], **OPTIONS[option])
        # Before a command or behind it.
        command.add_argument("--data", default=argparse.SUPPRESS, **OPTIONS["--data"])
    return parser


def written(study: Study, item: Any, is_csv: bool) -> str:
    """Write a table, a step or a text, and what differs from the article."""
    if is_csv:
        below = tables.setting(study.book, study.setting)
        return item.assign(setting=below).to_csv(index=False, float_format="%.10g")
    return tables.terminal(study.show(item) if hasattr(item, "attrs") else item)


def choices_of(parts: Iterable[str]) -> dict[str, str]:
    """Return the names and values of options such as "overlap=0.5"."""
    choices: dict[str, str] = {}
    for part in parts:
        name, sign, value = part.partition("=")
        if not sign:
            raise SettingError(f"--set needs NAME=VALUE, not '{part}'")
        if name in choices:
            raise SettingError(f"{name} must not be set twice")
        choices[name] = value
    return choices


def reason(error: Exception) -> str:
    """Return the sentence for bad input, a missing module or an unusable file."""
    if isinstance(error, ModuleNotFoundError):
        return f"this needs {error.name}; install the package's extra 'notebooks'"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}"
    return str(error)


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; bad input is one sentence and status 2, what differs status 1."""
    try:
        asked, others = parser().parse_known_args(words)
        if others:
            sentence = f"{asked.command} cannot use '{' '.join(others)}'"
            if asked.set or "=" in others[0]:
                sentence += "; each NAME=VALUE needs its own --set"
            raise SettingError(sentence)
        study = Study(Book(asked.data.resolve())).change(**choices_of(asked.set))
        note = other_data(study.book.folder)
        if note and asked.run is not new:
            print(f"analysis: {note}", file=sys.stderr, flush=True)
        if asked.scenario is not None:
            study = study.scenario(asked.scenario)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")
        print(written(study, asked.run(study, asked), asked.csv), flush=True)
    except BrokenPipeError:
        # As in "analysis checks | head".
        os._exit(141)
    except KeyboardInterrupt:
        # A thread that waits for a kernel can't be stopped; kernels end when the
        # process that started them is gone.
        print("analysis: the run was interrupted", file=sys.stderr, flush=True)
        os._exit(130)
    except FoundError as error:
        print(error, file=sys.stderr)
        return 1
    except (RefusalError, ModuleNotFoundError, OSError) as error:
        print(f"analysis: {reason(error)}", file=sys.stderr)
        return 2
    return 0
