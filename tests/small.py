"""Small models made in memory from a few invented numbers, for tests of cases that the
article does not have. There are small notebooks in files, too.
"""

import inspect
import linecache
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest

from analysis.core.register import Register
from analysis.core.rows import Assumption, Check, Claim, External, Reading, Solve
from analysis.core.units import maximum, minimum
from analysis.model.model import Model

#: Marks a test of forked kernels.
forks_kernels = pytest.mark.skipif(
    sys.platform != "linux", reason="kernels are forked only on Linux"
)
#: The cells of a printed number that most leave empty.
_DIGITS = ("printed_high", "scale", "rounding_unit", "rounding_unit_other")


def claim(
    id: str, printed: str, *, quantity: str = "", input: bool = True, **how: Any
) -> Claim:
    """A printed number, by default the one that its quantity starts from."""
    given: dict[str, Any] = dict.fromkeys(("words", "document", "source", *_DIGITS), "")
    given |= {
        "unit": "dimensionless",
        "qualifier": "exact",
        "target": False,
        "role": "start" if input else "count",
    }
    given |= {
        "section": "numbers",
        "paragraph": 1,
        "item": None,
        "unit_as_printed": "things",
        "period": "2020",
    }
    given |= {
        "quantity": quantity or id.removeprefix("printed_"),
        "statement": f"Statement of {id}",
        "row": 2,
    }
    given |= {"place": "nowhere", "note": ""}
    given |= {"judged_by": (), "same_calculation_as": ()}
    return Claim(id=id, printed=printed, input=input, **{**given, **how})


def figure(id: str, printed: str, *beside: str, **how: Any) -> External:
    """A figure published elsewhere."""
    given: dict[str, Any] = dict.fromkeys(("title", "address", "note", *_DIGITS), "")
    given |= {
        "unit": "dimensionless",
        "qualifier": "exact",
        "target": False,
        "year_from": 2019,
        "year_to": 2020,
    }
    texts = ("statement", "unit_as_printed", "period", "scope", "publisher", "date")
    given |= dict.fromkeys(texts, "x") | {"seen": "P"}
    return External(id=id, printed=printed, beside=beside, row=4, **{**given, **how})


def assumption(
    id: str, value: float, *, minimum: float = 0, maximum: float = 1, **more: Any
) -> Assumption:
    """An assumption, by default varied over all that has a meaning."""
    given = {
        "label": f"Label of {id}",
        "low": minimum,
        "high": maximum,
        "kind": "point",
    }
    given |= {"unit": "dimensionless", "grade": "chosen"} | dict.fromkeys(
        ("rationale", "bias", "settle"), "invented"
    )
    return Assumption(
        id=id, value=value, minimum=minimum, maximum=maximum, **{**given, **more}
    )


def check(
    id: str,
    quantity: str,
    claim: str = "",
    *,
    readings: Mapping[str, str] | None = None,
    **more: Any,
) -> Check:
    """A quantity against a claim, or against nothing."""
    kind = "external" if more.get("against") else "derivation" if claim else ""
    given = {"end": "", "kind": kind, "against": "", "note": "", "row": 2, **more}
    named = "; ".join(f"{name}={reading}" for name, reading in (readings or {}).items())
    return Check(
        id=id,
        statement=f"Statement of {id}",
        quantity=quantity,
        readings=named,
        claim=claim,
        **given,
    )


def solve(
    quantity: str, name: str, *, goal: float | None = None, claim: str = "", **more: Any
) -> Solve:
    """An assumption to solve for, so that a quantity equals a goal or a claim."""
    given = {
        "id": "solved",
        "statement": "Solved",
        "end": "",
        "readings": "",
        "note": "",
        **more,
    }
    return Solve(quantity=quantity, solve=name, goal=goal, claim=claim, **given)


def notebook(path: Path, *sources: str, tagged: int = 1) -> Path:
    """The file of a notebook of these code cells; the first have the parameters."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for cell in cells[:tagged]:
        cell.metadata["tags"] = ["parameters"]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    path.parent.mkdir(exist_ok=True)
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path
    )
    return path


def formula(text: str) -> Callable[..., Any]:
    """A function from one line, such as ``double(x) = 2 * x``; it keeps its source."""
    head, _, body = text.partition(" = ")
    source, scope = (
        f"def {head}:\n    return {body}\n",
        {"minimum": minimum, "maximum": maximum},
    )
    exec(source, scope)
    found: Callable[..., Any] = scope[head.partition("(")[0]]
    found.__source__ = source  # type: ignore[attr-defined]
    return found


def module(*formulas: Callable[..., Any]) -> ModuleType:
    """A module that holds these functions as its own."""
    made = ModuleType("made_in_memory")
    source = '"""Formulas, if any."""\n' + "\n".join(
        getattr(one, "__source__", "") or textwrap.dedent(inspect.getsource(one))
        for one in formulas
    )
    made.__file__ = f"<{' '.join(formula.__name__ for formula in formulas)}>"
    linecache.cache[made.__file__] = (
        len(source),
        None,
        source.splitlines(keepends=True),
        made.__file__,
    )
    for formula in formulas:
        setattr(made, formula.__name__, formula)
    return made


def small_model(
    *formulas: Callable[..., Any],
    claims: Sequence[Claim] = (),
    assumptions: Sequence[Assumption] = (),
    checks: Sequence[Check] = (),
    defaults: Mapping[str, str] | None = None,
    grades: Mapping[tuple[str, str], str] | None = None,
    same_as: Mapping[tuple[str, str], str] | None = None,
    linked_readings: Sequence[Sequence[str]] = (),
    **more: Any,
) -> Model:
    """A model of these rows and formulas; each named formula gets its row, those in
    ``defaults`` as the default.

    same_as: quantities of equal value, by quantity and reading. more: what else a
    register holds, such as limits.
    """
    rows: dict[tuple[str, str], Reading] = {}
    names = [tuple(f.__name__.split("__", 1)) for f in formulas if "__" in f.__name__]
    for quantity, reading in [*names, *(grades or {}), *(same_as or {})]:
        key = quantity, reading
        rows[key] = Reading(
            quantity=quantity,
            reading=reading,
            label=f"Label of {reading}",
            grade=(grades or {}).get(key, "implied"),
            default=(defaults or {}).get(quantity) == reading,
            reconstruction=False,
            note="",
            row=2,
            same_as=(same_as or {}).get(key, ""),
        )
    register = Register(
        folder=Path("nowhere"),
        title="Invented numbers",
        formulas="made_in_memory",
        sections={"numbers": "Numbers"},
        sources={},
        readings=rows,
        linked_readings=tuple(map(tuple, linked_readings)),
        claims={row.id: row for row in claims},
        checks={row.id: row for row in checks},
        assumptions={entry.id: entry for entry in assumptions},
        **more,
    )
    return Model(register, [module(*formulas)])
