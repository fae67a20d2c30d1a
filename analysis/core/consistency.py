"""Register against formulas: names, units, caps and checks that only both together can show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pint

from analysis.core import findings
from analysis.core.model import BARE, RESERVED, Limit, Model, ModelError, Source
from analysis.core.register import PER_YEAR, RegisterError
from analysis.core.units import CONSTANTS, nearest, parse_unit, same_dimension

if TYPE_CHECKING:
    from analysis.core.register import Check


def units(model: Model) -> dict[str, str]:
    """The base unit of every quantity. Raises RegisterError where two sources of one quantity differ in unit."""
    register = model.register
    _check_needs(model)
    found = {name: unit for name, (_, unit) in CONSTANTS.items()}
    for claim in register.claims.values():
        ends = [f"{claim.quantity}_{end}" for end in ("low", "high")] if claim.qualifier == "range" else []
        found |= dict.fromkeys([claim.quantity, *ends], claim.base_unit)
    for assumption in register.assumptions.values():
        if not same_dimension(found.setdefault(assumption.id, assumption.unit), assumption.unit):
            message = f"'{assumption.unit}' does not match its claim's unit, {found[assumption.id]}"
            raise register.refuse("assumptions.yaml", assumption, "unit", message)
    pending = {(quantity, reading): source for quantity, reading, source in model.each() if not source.is_leaf}
    while pending:
        ready = [key for key, source in pending.items() if all(need in found for need in source.needs)]
        if not ready:
            names = sorted({quantity for quantity, _ in pending})
            message = f"the formulas of {', '.join(names)} need each other in a circle, so that nothing supplies them"
            raise model.refuse_formula(message)
        # A formula settles the unit of its quantity before a reading that takes another quantity's value.
        for key in sorted(ready, key=lambda key: bool(pending[key].same_as)):
            source = pending.pop(key)
            unit = _unit(model, key, source, found)
            if not same_dimension(found.setdefault(key[0], unit), unit):
                raise _unlike(model, key, source, unit, found[key[0]])
    return found


def _unit(model: Model, key: tuple[str, str], source: Source, found: dict[str, str]) -> str:
    if source.same_as:
        given, wanted = found[source.same_as], found.get(key[0], found[source.same_as])
        ratio = parse_unit(wanted) / parse_unit(given)
        ones = [parse_unit(unit) for _, unit in CONSTANTS.values()]
        joined = any((ratio / one).dimensionless or (ratio * one).dimensionless for one in ones)
        return wanted if joined else given
    assert source.expression is not None
    try:
        return findings.unit_of(source.expression, found)
    except pint.DimensionalityError as error:
        given = ", ".join(f"{need} in {found[need]}" for need in source.needs)
        raise model.refuse_formula(
            f"the formula {_called(key)} adds or compares unlike units ({error.units1} and {error.units2}); "
            f"it is given {given}"
        ) from None
    except Exception as error:
        message = f"the formula {_called(key)} can't be computed ({type(error).__name__}: {error})"
        raise model.refuse_formula(message) from None


def _called(key: tuple[str, str]) -> str:
    return key[0] if key[1] == BARE else f"{key[0]}__{key[1]}"


def _unlike(model: Model, key: tuple[str, str], source: Source, unit: str, held: str) -> RegisterError:
    message = f"{key[0]} is in {held}, but {_called(key)} gives {unit}"
    row = model.register.readings.get(key)
    if source.same_as and row:
        return model.register.refuse("readings.csv", row, "same_as", message)
    rows = [claim for claim in model.register.claims.values() if claim.quantity == key[0]]
    return model.register.refuse("claims.csv", rows[0], "unit", message) if rows else model.refuse_formula(message)


def _check_needs(model: Model) -> None:
    register = model.register
    for quantity, reading, source in model.each():
        for need in source.needs:
            if need not in model.sources:
                row = register.readings.get((quantity, reading))
                if source.same_as and row:
                    message = f"'{need}' is not a quantity{nearest(need, model.quantities)}"
                    raise register.refuse("readings.csv", row, "same_as", message)
                raise model.refuse_formula(
                    f"the formula {_called((quantity, reading))} needs '{need}', which no formula or row supplies"
                    f"{nearest(need, model.sources)}"
                )
        if source.expression and reading != BARE and (quantity, reading) not in register.readings:
            message = f"the formula {_called((quantity, reading))} has no row, which gives its label and grade"
            raise RegisterError(register.file("readings.csv"), message)


def limits(model: Model) -> tuple[Limit, ...]:
    """The limits of the data package."""
    found = []
    for one in model.register.limits:
        try:
            model.known(one.quantity)
            if isinstance(one.at_most, str):
                if model.units[one.quantity] != model.units[model.known(one.at_most)]:
                    raise ModelError(f"{one.quantity} and {one.at_most} have different units")
                found.append(Limit(one.quantity, other=one.at_most))
            else:
                found.append(Limit(one.quantity, high=one.at_most))
        except ModelError as error:
            raise RegisterError(model.register.file("datapackage.json"), str(error), field="analysis.limits") from None
    return tuple(found)


def check(model: Model) -> None:
    """Raise RegisterError for names, checks, findings, figures and statements that don't fit the formulas."""
    _check_readings(model)
    _check_names(model)
    confirmed: set[tuple[str, str]] = set()
    for row in model.register.checks.values():
        _check_check(model, row)
        if not row.readings:
            confirmed |= {(node.name, node.reading) for node in model.plan(row.quantity).nodes}
    for quantity, sources in model.sources.items():
        for reading in [reading for reading, source in sources.items() if source.expression]:
            if (quantity, reading) in confirmed:
                continue
            try:
                model.plan(quantity, model.change({quantity: reading})).confirm()
            except ModelError as error:
                file = model.register.file("datapackage.json")
                raise RegisterError(file, str(error), field="analysis.formulas") from None
    checked = {row.claim for row in model.register.checks.values()}
    for claim in model.register.claims.values():
        if not (claim.role != "result" or claim.id in checked):
            message = "no check names this row; give it one in checks.csv, or mark it as input or reported"
            raise model.register.refuse("claims.csv", claim, "", message)
    for figure in model.register.external.values():
        for one in figure.beside:
            try:
                quantity, readings = model.named(one.removeprefix(PER_YEAR))
                model.plan(quantity, model.change(readings))
            except ModelError as error:
                raise model.register.refuse("external.csv", figure, "beside", str(error)) from None
    for statement in model.register.statements.values():
        held: list[str] = []
        for side in ("quantity", "other"):
            try:
                quantity, readings = model.named(getattr(statement, side))
                model.plan(quantity, model.change(readings))
                held.append(model.units[quantity])
                if held[0] != held[-1]:
                    raise ModelError(f"{statement.quantity} is in {held[0]}, and {statement.other} in {held[1]}")
            except ModelError as error:
                raise model.register.refuse("statements.csv", statement, side, str(error)) from None
    findings.check(model)


def _check_readings(model: Model) -> None:
    register = model.register
    for (quantity, reading), row in register.readings.items():
        try:
            model.known(quantity)
        except ModelError as error:
            raise register.refuse("readings.csv", row, "quantity", str(error)) from None
        try:
            model.known_reading(quantity, reading)
        except ModelError as error:
            raise register.refuse("readings.csv", row, "reading", str(error)) from None
        if row.default and "published" in model.sources[quantity] and reading != "published":
            message = f"{quantity} starts from its row {register.inputs[quantity].id}, so its default is published"
            raise register.refuse("readings.csv", row, "default", message)
    for quantity in model.sources:
        model.default(quantity)
    lists: dict[str, Iterable[str]] = {"percent": register.percent, "estimates": register.estimates}
    lists["linked_readings"] = [name for group in register.linked_readings for name in group]
    for field, names in lists.items():
        for name in names:
            try:
                model.known(name)
            except ModelError as error:
                file = register.file("datapackage.json")
                raise RegisterError(file, str(error), field=f"analysis.{field}") from None
    for group in register.linked_readings:
        found = [{name for name, source in model.sources[one].items() if not source.is_leaf} for one in group]
        if any(names != found[0] for names in found):
            message = f"{' and '.join(group)} are one choice, so their readings must have the same names"
            raise RegisterError(register.file("datapackage.json"), message, field="analysis.linked_readings")


def _check_names(model: Model) -> None:
    """No two things that a command can name have one name."""
    register = model.register
    taken = dict.fromkeys(RESERVED, "a built-in reading") | dict.fromkeys(model.sources, "a quantity")
    tables: tuple[tuple[str, dict[str, Any]], ...] = (
        ("checks.csv", dict(register.checks)),
        ("claims.csv", dict(register.claims)),
        ("external.csv", dict(register.external)),
        ("findings.yaml", dict(register.findings)),
    )
    for file, rows in tables:
        for name, row in rows.items():
            if name in taken:
                raise register.refuse(file, row, "id", f"{taken[name]} has this name already")
        taken |= dict.fromkeys(rows, f"a row of {file}")


def _check_check(model: Model, row: Check) -> None:
    def refuse(field: str, message: str) -> RegisterError:
        return model.register.refuse("checks.csv", row, field, message)

    try:
        model.known(row.quantity)
    except ModelError as error:
        raise refuse("quantity", str(error)) from None
    if row.against:
        try:
            unit = findings.value(model, row.against)[1]
        except ValueError as error:
            raise refuse("against", str(error)) from None
        if unit != model.units[row.quantity]:
            raise refuse("against", f"'{row.against}' is in {unit}, and {row.quantity} in {model.units[row.quantity]}")
        if row.claim:
            return
    try:
        for quantity, reading in row.readings.items():
            model.known_reading(quantity, reading)
        plan = model.plan(row.quantity, model.change(row.readings))
        plan.confirm()
    except ModelError as error:
        raise refuse("readings", str(error)) from None
    if row.claim in plan.claims:
        raise refuse("claim", f"the check is circular: it starts from {row.claim}, which it checks")
    for quantity in row.readings:
        if quantity not in plan.by_name:
            raise refuse("readings", f"{quantity} is unused: {row.quantity} does not depend on it here")
