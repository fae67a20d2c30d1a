"""The command line: a command is a function of a study and of what is asked."""

import argparse
import sys

from analysis import show
from analysis.study import Study, load
from analysis.tables import DataError, SettingError


def verify(study, asked):
    """Recompute the six headlines, or all that can be recomputed."""
    return study.checks() if asked.all else show.verify(study.model, study.setting)


#: The commands that take a name; their help is that of the method.
NAMED = {
    "explain": (Study.steps, "quantity, reading or check"),
    "sensitivity": (Study.sensitivity, "quantity"),
    "break-even": (Study.break_even, "check or statement"),
}


def parser_of():
    """Return the arguments of all commands."""
    parser = argparse.ArgumentParser(prog="analysis", description=show.__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    first = commands.add_parser("verify", help=verify.__doc__)
    first.add_argument("--all", action="store_true", help="all checks, not headlines")
    first.set_defaults(run=verify)
    for name, (method, what) in NAMED.items():
        command = commands.add_parser(name, help=method.__doc__.partition("\n")[0])
        command.add_argument("name", metavar="NAME", help=what)
        command.set_defaults(run=lambda study, asked, of=method: of(study, asked.name))
    for command in commands.choices.values():
        command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
        command.add_argument("--scenario", metavar="NAME")
        command.add_argument("--csv", action="store_true", help="write a table as CSV")
    return parser


def written(study, item, is_csv):
    """Write a table, a step or a text, and what differs from the article."""
    below = show.differs(study.model, study.setting)
    if isinstance(item, str):
        return item
    if is_csv and hasattr(item, "to_csv"):
        return item.assign(differs=below).to_csv(index=False, float_format="%.10g")
    said = show.terminal(study.model, item)
    return said if below in said else f"{said}\n{below}"


def main(words=None):
    """Run a command; bad input is one sentence and status 2."""
    asked = parser_of().parse_args(words)
    try:
        study = load()
        if asked.scenario:
            study = study.scenario(asked.scenario)
        study = study.change(**dict(part.partition("=")[::2] for part in asked.set))
        print(written(study, asked.run(study, asked), asked.csv))
    except (DataError, SettingError) as error:
        print(f"analysis: {error}", file=sys.stderr)
        return 2
    return 0
