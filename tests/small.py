"""Small models made in memory from a few invented numbers, for tests that need a shape the article does not have."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from analysis.core.model import Model
from analysis.core.published import Published
from analysis.core.register import Assumption, Check, Claim, Reading, Register


def claim(id: str, printed: str, *, quantity: str = "", input: bool = True, **how: Any) -> Claim:
    """A printed number, by default the one that its quantity starts from."""
    return Claim(
        id=id,
        quantity=quantity or id.removeprefix("printed_"),
        input=input,
        reported=not input,
        section="numbers",
        paragraph=1,
        item=None,
        statement=f"Statement of {id}",
        published=Published(printed, **how),
        unit_as_printed="things",
        period="2020",
        place="nowhere",
        document="",
        source="",
        note="",
        row=2,
    )


def assumption(id: str, value: float, *, minimum: float = 0, maximum: float = 1, **more: Any) -> Assumption:
    """An assumption that is varied over all that has a meaning, unless told otherwise."""
    given = {
        "label": f"Label of {id}",
        "low": minimum,
        "high": maximum,
        "shape": "none",
        "kind": "point",
        "unit": "dimensionless",
        "grade": "chosen",
        "rationale": "invented",
        "bias": "invented",
        "settle": "invented",
    }
    return Assumption(id=id, value=value, minimum=minimum, maximum=maximum, **{**given, **more})


def check(id: str, quantity: str, claim: str = "", **more: Any) -> Check:
    """A quantity against a claim, or against nothing."""
    given = {"readings": {}, "end": "", "solve": (), "goal": None, "note": "", "row": 2}
    return Check(id=id, statement=f"Statement of {id}", quantity=quantity, claim=claim, **{**given, **more})


def module(*formulas: Callable[..., Any]) -> ModuleType:
    """A module that holds these functions as its own."""
    made = ModuleType("made_in_memory")
    for formula in formulas:
        formula.__module__, formula.__qualname__ = made.__name__, formula.__name__
        setattr(made, formula.__name__, formula)
    return made


def small_model(
    *formulas: Callable[..., Any],
    claims: Sequence[Claim] = (),
    assumptions: Sequence[Assumption] = (),
    checks: Sequence[Check] = (),
    defaults: Mapping[str, str] | None = None,
    grades: Mapping[tuple[str, str], str] | None = None,
    linked_readings: Sequence[Sequence[str]] = (),
    **more: Any,
) -> Model:
    """A model of these rows and formulas; each named formula gets its row, those in ``defaults`` as the default.

    more: what else a register holds, such as caps.
    """
    rows: dict[tuple[str, str], Reading] = {}
    names = [tuple(f.__name__.split("__", 1)) for f in formulas if "__" in f.__name__]
    for quantity, reading in [*names, *(grades or {})]:
        rows[quantity, reading] = Reading(
            quantity=quantity,
            reading=reading,
            label=f"Label of {reading}",
            grade=(grades or {}).get((quantity, reading), "implied"),
            default=(defaults or {}).get(quantity) == reading,
            reconstruction=False,
            note="",
            row=2,
        )
    register = Register(
        folder=Path("nowhere"),
        title="Invented numbers",
        formulas="made_in_memory",
        linked_readings=tuple(tuple(group) for group in linked_readings),
        headline=(),
        claims={row.id: row for row in claims},
        checks={row.id: row for row in checks},
        readings=rows,
        sections={"numbers": "Numbers"},
        sources={},
        assumptions={entry.id: entry for entry in assumptions},
        **more,
    )
    return Model(register, [module(*formulas)])
