"""A reading says where the value of a quantity may come from.

The source of a reading is a printed number, an assumption, a formula, or another
quantity. A figure published elsewhere is a reading of the quantity that it stands for.
The default reading of a quantity comes first. The default reading is the first of these
that exists: the claim from which calculations start, the reading marked as default, the
formula without a reading in its name, the assumption, and a number whose claim has the
role ``count``.
"""

from __future__ import annotations

import importlib.util
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import TypeAlias

from analysis.core.errors import RegisterError
from analysis.core.published import Interval
from analysis.core.register import Register
from analysis.core.rows import BARE, Assumption, Claim
from analysis.core.units import CONSTANTS
from analysis.model import expressions
from analysis.model.plan import ModelError
from analysis.model.source import Source

#: The sources of each quantity, by reading.
Sources: TypeAlias = dict[str, dict[str, Source]]


def each(sources: Sources) -> Iterator[tuple[str, str, Source]]:
    """Yield every source with its quantity and its reading."""
    for quantity, readings in sources.items():
        for reading, source in readings.items():
            yield quantity, reading, source


def collect(register: Register, modules: Iterable[ModuleType] | None) -> Sources:
    """The sources of every quantity, by reading.

    Without ``modules``, the formulas come from the module that datapackage.json names.
    Raises RegisterError if a formula can't be read.
    """
    sources: defaultdict[str, dict[str, Source]] = defaultdict(dict)
    for claim in register.claims.values():
        for end in claim.published.ends:
            source = _of_claim(claim, end)
            quantity = f"{claim.quantity}_{end}" if end else claim.quantity
            if end or claim.input:
                sources[quantity]["published"] = source
            if not end:
                sources[quantity][claim.id] = source
    for assumption in register.assumptions.values():
        sources[assumption.id] |= _of_assumption(assumption)
    for row in register.readings.values():
        if row.same_as:
            sources[row.quantity][row.reading] = Source(alias_of=row.same_as)
    with register.refusing(None, "formulas"):
        _add_formulas(sources, modules or [formulas_of(register)])
    for figure in register.external.values():
        if figure.quantity in sources:
            source = Source.of_figure(figure, figure.divided_by)
            sources[figure.quantity][figure.id] = source
    constants = {
        name: {"constant": Source(value)} for name, (value, _) in CONSTANTS.items()
    }
    return dict(sources) | constants


def default_first(
    register: Register, quantity: str, sources: dict[str, Source]
) -> dict[str, Source]:
    """The sources of a quantity by reading, with the default first.

    Raises RegisterError if no reading is the default.
    """
    rows = register.readings
    named = [
        reading
        for reading in sources
        if (quantity, reading) in rows and rows[quantity, reading].default
    ]
    counts = [
        reading
        for reading, source in sources.items()
        if source.claim and source.claim.role == "count"
    ]
    for reading in ("published", *named, BARE, "set", "constant", *counts):
        if reading in sources:
            return {reading: sources[reading], **sources}
    sentence = (
        f"{quantity} has readings ({', '.join(sources)}) and none of them is the "
        "default"
    )
    raise RegisterError(register.file("readings.csv"), sentence, field="default")


def _add_formulas(
    sources: Mapping[str, dict[str, Source]], modules: Iterable[ModuleType]
) -> None:
    """Add the formulas of some modules to the sources."""
    for module in modules:
        for name, expression in expressions.read(module).items():
            quantity, _, called = name.partition("__")
            reading = called or BARE
            if reading in sources[quantity]:
                raise ModelError(
                    f"two things are called {name}: give the formula another name"
                )
            sources[quantity][reading] = Source(expression=expression)


def _of_claim(claim: Claim, end: str) -> Source:
    """The source of a printed number, or of one end of a printed range."""
    number = claim.published
    return Source(
        value=number.value(end),
        fine=number.stands_for(end),
        coarse=number.stands_for(end, coarse=True),
        side=number.side,
        claim=claim,
        end=end,
        room=number.room(),
    )


def source_of_number(number: float, assumption: Assumption | None) -> Source:
    """Return the source of a number, with side, width and room for an assumption."""
    if assumption is None:
        return Source(number)
    room = None
    if assumption.side == "at most":
        room = Interval(assumption.minimum, number)
    elif assumption.side == "at least":
        room = Interval(number, assumption.maximum)
    width = assumption.high - assumption.low
    return Source(number, side=assumption.side, width=width, room=room)


def _of_assumption(assumption: Assumption) -> dict[str, Source]:
    """The sources of an assumption: its value, and the numbers that its words allow."""
    value = source_of_number(assumption.value, assumption)
    sources = {"set": replace(value, assumption=assumption, role="set")}
    words = assumption.allows()
    low, high = max(words.low, assumption.minimum), min(words.high, assumption.maximum)
    span = Interval(low, high)
    in_words = Source(assumption=assumption, room=span)
    sides = []
    for role, side, number in (
        ("floor", "at least", words.low),
        ("ceiling", "at most", words.high),
    ):
        if math.isfinite(number):
            sides.append(side)
            sources[role] = replace(in_words, value=number, side=side, role=role)
    if sides:
        # Words with a floor and a ceiling have no side.
        side = sides[0] if len(sides) == 1 else ""
        sources["in_words"] = replace(in_words, side=side, fine=span, role="in_words")
    return sources


def formulas_of(register: Register) -> ModuleType:
    """The module with the formulas of a data package.

    A module that lies beside datapackage.json is preferred to one that Python finds by
    its name. Raises RegisterError for a module that can't be imported.
    """
    try:
        beside = register.folder / f"{register.formulas}.py"
        if not beside.is_file():
            return importlib.import_module(register.formulas)
        spec = importlib.util.spec_from_file_location(register.formulas, beside)
        if spec is None or spec.loader is None:
            raise ImportError(f"no loader for {beside.name}")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    except (Exception, SystemExit) as error:
        sentence = (
            f"the module '{register.formulas}' can't be imported "
            f"({type(error).__name__}: {error})"
        )
        raise register.refuse(None, "formulas", sentence) from None
