"""Register against formulas: names, units, limits and checks that only both together can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pint

from analysis.core import findings
from analysis.core.model import BARE, RESERVED, Limit, Model, ModelError, Plan, Source
from analysis.core.register import PER_YEAR
from analysis.core.units import CONSTANTS, nearest, parse_unit, same_dimension

if TYPE_CHECKING:
    from analysis.core.register import Check


def units(model: Model) -> dict[str, str]:
    """The base unit of every quantity. Raises RegisterError where two sources of one quantity differ in unit."""
    register = model.register
    found = {name: unit for name, (_, unit) in CONSTANTS.items()}
    for claim in register.claims.values():
        ends = [f"{claim.quantity}_{end}" for end in ("low", "high")] if claim.qualifier == "range" else []
        for name in (claim.quantity, *ends):
            with register.refusing(claim, "unit"):
                _settle(found, name, claim.base_unit, "this row")
    for assumption in register.assumptions.values():
        with register.refusing(assumption, "unit"):
            _settle(found, assumption.id, assumption.unit, "this entry")
    pending = {(quantity, reading): source for quantity, reading, source in model.each() if not source.is_leaf}
    while pending:
        ready = [key for key, source in pending.items() if all(need in found for need in source.needs)]
        if not ready:
            names = ", ".join(sorted({quantity for quantity, _ in pending}))
            raise model.refuse_formula(f"the formulas of {names} need each other in a circle, so nothing supplies them")
        # A formula settles the unit of its quantity before a reading that takes another quantity's value.
        for key in sorted(ready, key=lambda key: bool(pending[key].same_as)):
            source, row = pending.pop(key), register.readings.get(key)
            with register.refusing(*(row, "same_as") if source.same_as else (None, "formulas")):
                _settle(found, key[0], _unit(key, source, found), _called(*key))
    return found


def _settle(found: dict[str, str], quantity: str, unit: str, giver: str) -> None:
    if not same_dimension(found.setdefault(quantity, unit), unit):
        raise ModelError(f"{quantity} is in {found[quantity]}, but {giver} gives {unit}")


def _unit(key: tuple[str, str], source: Source, found: dict[str, str]) -> str:
    if source.same_as:
        given, wanted = found[source.same_as], found.get(key[0], found[source.same_as])
        ratio = parse_unit(wanted) / parse_unit(given)
        ones = [parse_unit(unit) for _, unit in CONSTANTS.values()]
        return wanted if any((ratio / one).dimensionless or (ratio * one).dimensionless for one in ones) else given
    assert source.expression is not None
    try:
        return findings.unit_of(source.expression, found)
    except pint.DimensionalityError as error:
        unlike = f"adds or compares unlike units ({error.units1} and {error.units2})"
        given = ", ".join(f"{need} in {found[need]}" for need in source.needs)
        raise ModelError(f"the formula {_called(*key)} {unlike}; it is given {given}") from None


def _called(quantity: str, reading: str) -> str:
    return quantity if reading == BARE else f"{quantity}__{reading}"


def check_names(model: Model) -> None:
    """Every name is known, and no two things that a command can name have one name."""
    register = model.register
    for to, row, field, name in register.references():
        if to == "quantities":
            with register.refusing(row, field):
                model.known(name)
    for key, reading in register.readings.items():
        with register.refusing(reading, "reading"):
            model.known_reading(*key)
    for quantity, called, source in model.each():
        formula = f"the formula {_called(quantity, called)}"
        for need in source.needs:
            if need not in model.sources:
                message = f"{formula} needs '{need}', which no formula or row supplies{nearest(need, model.sources)}"
                raise model.refuse_formula(message)
        if source.expression and called != BARE and (quantity, called) not in register.readings:
            raise model.refuse_formula(f"{formula} has no row in readings.csv, which gives its label and grade")
    taken = dict.fromkeys(RESERVED, "a built-in reading") | dict.fromkeys(model.sources, "a quantity")
    for rows in (register.checks, register.claims, register.external, register.findings):
        for name, row in rows.items():
            if name in taken:
                raise register.refuse(row, "id", f"{taken[name]} has this name already")
        taken |= {name: f"a row of {row.file}" for name, row in rows.items()}


def limits(model: Model) -> tuple[Limit, ...]:
    """The limits of the data package. Raises RegisterError for one, or a remark, that compares unlike things."""
    found, external = [], model.register.external
    for one in model.register.limits:
        with model.register.refusing(None, "limits"):
            if isinstance(one.at_most, str):
                _check_alike(model, one.quantity, one.at_most, model.units[model.known(one.at_most)])
                found.append(Limit(one.quantity, other=one.at_most))
            else:
                found.append(Limit(one.quantity, high=one.at_most))
    for said in model.register.remarks:
        with model.register.refusing(None, "remarks"):
            figure = external.get(said.above)
            unit = figure.base_unit if figure else model.units[model.known(said.above)]
            _check_alike(model, said.quantity, said.above, unit)
    return tuple(found)


def _check_alike(model: Model, quantity: str, other: str, unit: str) -> None:
    if model.units[quantity] != unit:
        raise ModelError(f"{quantity} is in {model.units[quantity]}, and {other} in {unit}")


def check(model: Model) -> None:
    """Raise RegisterError for readings, checks, figures, statements and findings that don't fit the formulas."""
    register = model.register
    for given in register.readings.values():
        with register.refusing(given, "default"):
            if given.default and given.reading != "published" and "published" in model.sources[given.quantity]:
                raise ModelError(f"{given.quantity} starts from a row of claims.csv, so its default is published")
    for group in register.linked_readings:
        names = {frozenset(name for name, source in model.sources[one].items() if not source.is_leaf) for one in group}
        if len(names) > 1:
            message = f"{' and '.join(group)} are one choice, so their readings must have the same names"
            raise register.refuse(None, "linked_readings", message)
    confirmed: set[tuple[str, str]] = set()
    for row in register.checks.values():
        plan = _check_check(model, row)
        if plan and not row.readings:
            confirmed |= {(node.name, node.reading) for node in plan.nodes}
    for quantity, reading, source in model.each():
        if source.expression and (quantity, reading) not in confirmed:
            with register.refusing(None, "formulas"):
                model.plan(quantity, model.change({quantity: reading})).confirm()
    for claim in register.claims.values():
        if claim.judged_by and register.checks[claim.judged_by].claim != claim.id:
            raise register.refuse(claim, "judged_by", f"{claim.judged_by} does not check this row")
    units: dict[str, str] = {}
    for to, place, field, text in register.references():
        if to == "values":
            with register.refusing(place, field):
                quantity, readings = model.named(text.removeprefix(PER_YEAR))
                model.plan(quantity, model.change(readings))
                units[text] = model.units[quantity]
    for one in register.statements.values():
        if units[one.quantity] != units[one.other]:
            message = f"{one.quantity} is in {units[one.quantity]}, and {one.other} in {units[one.other]}"
            raise register.refuse(one, "other", message)
    for finding in register.findings.values():
        findings.recomputed(model, finding)


def _check_check(model: Model, row: Check) -> Plan | None:
    with model.register.refusing(row, "against"):
        if row.against:
            unit = findings.value(model, row.against)[1]
            if unit != model.units[row.quantity]:
                raise ModelError(f"'{row.against}' is in {unit}, and {row.quantity} in {model.units[row.quantity]}")
            if row.claim:
                return None
    with model.register.refusing(row, "readings"):
        setting = model.change(row.readings)
        plan = model.plan(row.quantity, setting)
        plan.confirm()
        model.check_used(setting, [plan])
    with model.register.refusing(row, "claim"):
        if row.claim in plan.claims:
            raise ModelError(f"the check is circular: it starts from {row.claim}, which it checks")
    return plan
