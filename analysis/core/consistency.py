"""Register against formulas: names, units, limits and checks that only both together can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.core import findings
from analysis.core.model import BARE, RESERVED, Limit, Model, ModelError, Source
from analysis.core.register import PER_YEAR
from analysis.core.units import CONSTANTS, DimensionalityError, nearest, parse_unit

if TYPE_CHECKING:
    from analysis.core.register import Check


def check_names(model: Model) -> None:
    """Refuse unknown names, and two things that a command can name that have one name."""
    register = model.register
    for to, row, field, name in register.references():
        if to == "quantities":
            with register.refusing(row, field):
                model.known(name)
    for key, reading in register.readings.items():
        with register.refusing(reading, "reading"):
            model.known_reading(*key)
    with register.refusing(None, "formulas"):
        for quantity, called, source in model.each():
            formula = f"the formula {_called(quantity, called)}"
            for need in source.needs:
                if need not in model.sources:
                    hint = nearest(need, model.sources)
                    raise ModelError(f"{formula} needs '{need}', which no formula or row supplies{hint}")
            if source.expression and called != BARE and (quantity, called) not in register.readings:
                raise ModelError(f"{formula} has no row in readings.csv, which gives its label and grade")
    taken = dict.fromkeys(RESERVED, "a built-in reading") | dict.fromkeys(model.sources, "a quantity")
    for rows in (register.checks, register.claims, register.external, register.findings):
        for name, row in rows.items():
            if name in taken:
                raise register.refuse(row, "id", f"{taken[name]} has this name already")
        taken |= {name: f"a row of {row.file}" for name, row in rows.items()}


def units(model: Model) -> dict[str, str]:
    """The base unit of every quantity. Raises RegisterError where two sources of one quantity differ in unit."""
    register = model.register
    found = {name: unit for name, (_, unit) in CONSTANTS.items()}

    def settle(quantity: str, unit: str, giver: str) -> None:
        if not parse_unit(found.setdefault(quantity, unit)).is_compatible_with(parse_unit(unit)):
            raise ModelError(f"{quantity} is in {found[quantity]}, but {giver} gives {unit}")

    for claim in register.claims.values():
        ends = [f"{claim.quantity}_{end}" for end in ("low", "high")] if claim.qualifier == "range" else []
        for name in (claim.quantity, *ends):
            with register.refusing(claim, "unit"):
                settle(name, claim.base_unit, "this row")
    for assumption in register.assumptions.values():
        with register.refusing(assumption, "unit"):
            settle(assumption.id, assumption.unit, "this entry")
    pending = {(quantity, reading): source for quantity, reading, source in model.each() if not source.is_leaf}
    while pending:
        ready = [key for key, source in pending.items() if found.keys() >= {*source.needs}]
        if not ready:
            names = ", ".join(sorted({quantity for quantity, _ in pending}))
            message = f"the formulas of {names} need each other in a circle, so nothing supplies them"
            raise register.refuse(None, "formulas", message)
        # A formula settles the unit of its quantity before a reading that takes another quantity's value.
        for key in sorted(ready, key=lambda key: bool(pending[key].same_as)):
            source = pending.pop(key)
            with register.refusing(*(register.readings[key], "same_as") if source.same_as else (None, "formulas")):
                settle(key[0], _unit(key, source, found), _called(*key))
    return found


def _unit(key: tuple[str, str], source: Source, found: dict[str, str]) -> str:
    if source.expression is None:
        # The value of another quantity is taken unchanged, or times a constant.
        given, wanted = found[source.same_as], found.get(key[0], found[source.same_as])
        ratio = parse_unit(wanted) / parse_unit(given)
        ones = [parse_unit(unit) for _, unit in CONSTANTS.values()]
        return wanted if any((ratio / one).dimensionless or (ratio * one).dimensionless for one in ones) else given
    try:
        return findings.unit_of(source.expression, *(found[need] for need in source.needs))
    except DimensionalityError as error:
        unlike = f"adds or compares unlike units ({error.units1} and {error.units2})"
        given = ", ".join(f"{need} in {found[need]}" for need in source.needs)
        raise ModelError(f"the formula {_called(*key)} {unlike}; it is given {given}") from None


def _called(quantity: str, reading: str) -> str:
    return quantity if reading == BARE else f"{quantity}__{reading}"


def limits(model: Model) -> tuple[Limit, ...]:
    """The limits of the data package. Raises RegisterError for one, or a remark, that compares unlike things."""
    found = []
    for one in model.register.limits:
        other = one.at_most if isinstance(one.at_most, str) else ""
        with model.register.refusing(None, "limits"):
            _alike(model, one.quantity, other or one.quantity)
        found.append(Limit(one.quantity, other=other) if other else Limit(one.quantity, high=float(one.at_most)))
    for said in model.register.remarks:
        with model.register.refusing(None, "remarks"):
            _alike(model, said.quantity, said.above)
    return tuple(found)


def _alike(model: Model, one: str, other: str, unit: str = "") -> None:
    """Refuse a quantity and another, or a figure published elsewhere, with different units."""
    figure = model.register.external.get(other)
    unit = unit or (figure.base_unit if figure else model.units[model.known(other)])
    if model.units[one] != unit:
        raise ModelError(f"{one} is in {model.units[one]}, and {other} in {unit}")


def check(model: Model) -> None:
    """Raise RegisterError for readings, checks, figures, statements and findings that don't fit the formulas."""
    register = model.register
    for given in register.readings.values():
        if given.default and given.reading != model.default(given.quantity):
            message = f"{given.quantity} starts from a row of claims.csv, so its default is published"
            raise register.refuse(given, "default", message)
    for row in register.checks.values():
        _check_check(model, row)
    for solved in register.solutions.values():
        with register.refusing(solved, "readings"):
            model.plan(solved.quantity, model.change(solved.readings)).confirm()
    for quantity, reading, source in model.each():
        if source.expression:
            with register.refusing(None, "formulas"):
                model.plan(quantity, model.change({quantity: reading})).confirm()
    for claim in register.claims.values():
        if claim.judged_by and register.checks[claim.judged_by].claim != claim.id:
            raise register.refuse(claim, "judged_by", f"{claim.judged_by} does not check this row")
    for to, place, field, text in register.references():
        if to == "values":
            with register.refusing(place, field):
                model.plan(*model.named(text.removeprefix(PER_YEAR)))
    for one in register.statements.values():
        with register.refusing(one, "other"):
            quantity, _ = model.named(one.quantity)
            if one.is_number:
                model.number(quantity, one.other)
            else:
                other, read = model.named(one.other)
                model.plan(other, read)
                _alike(model, quantity, other)
    for finding in register.findings.values():
        findings.recomputed(model, finding)


def _check_check(model: Model, row: Check) -> None:
    with model.register.refusing(row, "against"):
        if row.against:
            _alike(model, row.quantity, row.against, findings.value(model, row.against)[1])
            if row.claim:
                return
    with model.register.refusing(row, "readings"):
        setting = model.change(row.readings)
        plan = model.plan(row.quantity, setting)
        plan.confirm()
        model.check_used(setting, [plan])
    with model.register.refusing(row, "claim"):
        if row.claim in plan.claims:
            raise ModelError(f"the check is circular: it starts from {row.claim}, which it checks")
