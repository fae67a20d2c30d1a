"""This module lists what a data package holds, with a frame for each kind of row."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from analysis.core.errors import InputError
from analysis.core.spell import exact, exact_span, with_unit
from analysis.core.units import nearest
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.render import figure_rows
from analysis.render.codebook import columns
from analysis.render.frame import Frame, Row
from analysis.render.wording import printed_claim, reading_words
from analysis.whatif.scenarios import OWN, shipped

#: The columns of quantities; rows of other kinds have only a name and words.
_OF_QUANTITIES = ("name", "words", "unit", "value", "readings")


def names(model: Model, kind: str, setting: Setting = ARTICLE) -> Frame:
    """List the rows of one kind, such as claims, checks or columns, by their names.

    The row of a quantity also has the quantity's unit, its value under the setting, and
    its readings. Raises InputError for an unknown kind.
    """
    if kind == "quantities":
        rows = [_quantity(model, name, setting) for name in model.quantities]
        return _shown(rows, _OF_QUANTITIES, model.differences(setting))
    if kind not in _WORDS:
        raise InputError(f"'{kind}' is not a kind of name{nearest(kind, KINDS)}")
    pairs = _WORDS[kind](model)
    return _shown([{"name": name, "words": words} for name, words in pairs])


def other_kind(model: Model, name: str, *, in_python: bool = False) -> str:
    """Return the end of a refusal: which kind of row bears a name, and how to show it.

    The text names a command or, if ``in_python`` is true, a method of a study. If no
    row has the name, the text is empty.
    """
    # Only a refusal needs the columns, so an explanation does not load them.
    from analysis.render.frames import COLUMNS

    register = model.register
    explain = "analysis explain {}"
    solve = register.solutions.get(name)
    solved = f"study.solutions('{solve.quantity}')" if solve else ""
    scenarios = [OWN, *register.scenarios]
    # A column of an entry in a list has the list's name first: "settles.verdict".
    headings = {column.name.rpartition(".")[2] for column in columns(register)}
    kinds = {
        "scenario": (scenarios, "analysis scenarios {}", "study.scenarios('{}')"),
        "statement": (
            register.statements,
            "analysis break-even {}",
            "study.break_even('{}')",
        ),
        "solution": (register.solutions, explain, solved),
        "finding": (register.findings, explain, "study.findings()"),
        "claim": (register.claims, explain, "study.names('claims')"),
        "figure published elsewhere": (
            register.external,
            explain,
            "study.names('external')",
        ),
        "column": (headings, "analysis list columns", "study.names('columns')"),
        "column of the results, which docs/results.md describes": (
            COLUMNS["checks"].split(),
            "analysis verify --csv",
            "study.checks()",
        ),
    }
    for kind, (known, command, method) in kinds.items():
        if name in known:
            how = method if in_python else f"'{command}'"
            return f". It is a {kind}: write {how.format(name)}"
    return ""


def _shown(
    rows: list[Row], columns: tuple[str, ...] = ("name", "words"), differs: str = ""
) -> Frame:
    """Return a frame whose headings are the names of its columns."""
    shown = {name: name for name in columns}
    return Frame(rows, columns, shown, differs, foot="")


def _quantity(model: Model, name: str, setting: Setting) -> Row:
    value = None
    with contextlib.suppress(ModelError):
        value = model.estimate(name, setting).value
    return {
        "name": name,
        "words": model.name(name),
        "unit": model.units[name],
        "value": value,
        "readings": ", ".join(model.readings(name)),
    }


# Each kind as names with words --------------------------------------------------------

Pairs = Iterator[tuple[str, str]]


def _claims(model: Model) -> Pairs:
    for row in model.register.claims.values():
        printed = printed_claim(row)
        yield row.id, f"{printed}: {row.statement} ({row.period}); {row.where}"


def _checks(model: Model) -> Pairs:
    for row in model.register.checks.values():
        yield row.id, f"{row.kind or 'derived'}: {row.statement} ({row.quantity})"


def _solutions(model: Model) -> Pairs:
    for row in model.register.solutions.values():
        yield row.id, f"{row.statement} ({row.solve})"


def _readings(model: Model) -> Pairs:
    for quantity in model.quantities:
        readings = model.readings(quantity)
        for reading in readings if len(readings) > 1 else ():
            words = reading_words(model, quantity, reading)
            default = ", the default" if reading == model.default(quantity) else ""
            yield f"{quantity}={reading}", f"{words}{default}"


def _assumptions(model: Model) -> Pairs:
    for row in model.register.assumptions.values():
        unit = model.spelled_unit(row.id)
        value = with_unit(exact(row.value, unit), unit)
        varied = exact_span(row.low, row.high, unit)
        yield row.id, f"{value}, varied from {varied}, {row.grade}: {row.label}"


def _findings(model: Model) -> Pairs:
    for row in model.register.findings.values():
        yield row.id, row.title


def _external(model: Model) -> Pairs:
    for row in model.register.external.values():
        noun = row.unit_as_printed.removeprefix("percent").strip()
        words = f"{' '.join(filter(None, [str(row.published), noun]))}: {row.statement}"
        if row.quantity:
            words += f"; may be used for {row.quantity}"
        yield row.id, words


def _statements(model: Model) -> Pairs:
    for row in model.register.statements.values():
        yield row.id, row.statement


def _scenarios(model: Model) -> Pairs:
    for scenario in shipped(model).values():
        yield scenario.name, f"{scenario.description} {scenario.reason}"


def _figures(model: Model) -> Pairs:
    for name, row in figure_rows.read(model).items():
        yield name, row.title


def _columns(model: Model) -> Pairs:
    for column in columns(model.register):
        name = f"{column.file} {column.name}"
        yield name, f"{column.description} ({column.kind})"


_WORDS: dict[str, Callable[[Model], Pairs]] = {
    "claims": _claims,
    "checks": _checks,
    "solutions": _solutions,
    "readings": _readings,
    "assumptions": _assumptions,
    "findings": _findings,
    "external": _external,
    "statements": _statements,
    "scenarios": _scenarios,
    "figures": _figures,
    "columns": _columns,
}
#: The kinds, in the order in which they are listed.
KINDS = ("claims", "checks", "solutions", "quantities", *list(_WORDS)[3:])
