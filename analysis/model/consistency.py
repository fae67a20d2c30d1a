"""This module checks the register and the formulas against each other.

Only both together can show whether names, units, limits and checks are right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.core.errors import RegisterError
from analysis.core.rows import BARE, PER_YEAR, Check, Headline
from analysis.core.units import CONSTANTS, DimensionalityError, nearest, parse_unit
from analysis.model import findings
from analysis.model.plan import ModelError, Source

if TYPE_CHECKING:
    from analysis.model.model import Model


def check_names(model: Model) -> None:
    """Refuse unknown names of quantities and readings."""
    register = model.register
    for to, row, field, name in register.references():
        if to == "quantities":
            with register.refusing(row, field):
                model.known(name.removeprefix(PER_YEAR))
    for check in register.checks.values():
        _check_claim(model, check)
    for key, reading in register.readings.items():
        with register.refusing(reading, "reading"):
            model.known_reading(*key)
    for quantity, called, source in model.each():
        for need in source.needs:
            if need not in model.sources:
                message = (
                    f"the formula {_called(quantity, called)} needs '{need}', which no "
                    f"formula or row supplies{nearest(need, model.sources)}"
                )
                raise register.refuse(None, "formulas", message)


def _check_claim(model: Model, check: Check) -> None:
    """Refuse a check against a claim on another quantity.

    Where nothing but that claim is of its quantity, the claim's row is at fault.
    """
    claim = model.register.claims.get(check.claim)
    if not claim or claim.quantity == check.quantity:
        return
    sources = model.sources.get(claim.quantity, {})
    if all(source.claim is claim for source in sources.values()):
        others = [name for name in model.quantities if name != claim.quantity]
        message = f"nothing else is of '{claim.quantity}'"
        message += nearest(claim.quantity, others)
        raise model.register.refuse(claim, "quantity", message)
    message = f"{claim.id} is a value of {claim.quantity}, not of it"
    raise model.register.refuse(check, "claim", message)


def check_defaults(model: Model) -> None:
    """Refuse a row of readings that says otherwise which one is the default."""
    for (quantity, reading), row in model.register.readings.items():
        default = model.default(quantity)
        sources = model.sources[quantity]
        if row.default == (sources[reading] is sources[default]):
            continue
        if row.default:
            message = f"{quantity} is read '{default}' where no reading is named; say "
            message += f"false, or make '{reading}' its only default"
        else:
            message = f"{quantity} is read so where no reading is named; say true"
        raise model.register.refuse(row, "default", message)


def units(model: Model) -> dict[str, str]:
    """The base unit of every quantity.

    Raises RegisterError where two sources of one quantity differ in unit.
    """
    register = model.register
    found = {name: unit for name, (_, unit) in CONSTANTS.items()}

    def settle(quantity: str, unit: str, giver: str) -> None:
        settled = parse_unit(found.setdefault(quantity, unit))
        if not settled.is_compatible_with(parse_unit(unit)):
            raise ModelError(
                f"{quantity} is in {found[quantity]}, but {giver} gives {unit}"
            )

    for claim in register.claims.values():
        for end in ("", "_low", "_high") if claim.qualifier == "range" else ("",):
            with register.refusing(claim, "unit"):
                settle(f"{claim.quantity}{end}", claim.base_unit, "this row")
    for assumption in register.assumptions.values():
        with register.refusing(assumption, "unit"):
            settle(assumption.id, assumption.unit, "this entry")
    # A formula settles the unit of its quantity before a reading that takes another
    # quantity's value.
    pending = sorted(
        (one for one in model.each() if not one[2].is_leaf),
        key=lambda one: bool(one[2].same_as),
    )
    while pending:
        ready = [one for one in pending if found.keys() >= {*one[2].needs}]
        if not ready:
            raise _circle(model, {quantity: one for quantity, _, one in pending})
        for quantity, reading, source in ready:
            row = register.readings[quantity, reading] if source.same_as else None
            with register.refusing(row, "same_as" if row else "formulas"):
                unit = _unit(quantity, reading, source, found)
                settle(quantity, unit, _called(quantity, reading))
        pending = [one for one in pending if one not in ready]
    return found


def _circle(model: Model, pending: dict[str, Source]) -> RegisterError:
    """The refusal of quantities that nothing supplies, as each needs another.

    It names the row of a reading that takes the value of one of them, if there is one.
    """
    names = ", ".join(sorted(pending))
    message = f"{names} need each other in a circle, so nothing supplies them"
    for row in model.register.readings.values():
        if row.same_as and {row.quantity, row.same_as} <= {*pending}:
            return model.register.refuse(row, "same_as", message)
    return model.register.refuse(None, "formulas", f"the formulas of {message}")


def _unit(quantity: str, reading: str, source: Source, found: dict[str, str]) -> str:
    if source.expression is None:
        # The value of another quantity is taken unchanged, or times a constant.
        given = found[source.same_as]
        wanted = found.get(quantity, given)
        ratio = parse_unit(wanted) / parse_unit(given)
        ones = [parse_unit(unit) for _, unit in CONSTANTS.values()]
        is_constant = any(
            (ratio / one).dimensionless or (ratio * one).dimensionless for one in ones
        )
        return wanted if is_constant else given
    try:
        return findings.unit_of(
            source.expression, *(found[need] for need in source.needs)
        )
    except ZeroDivisionError:
        name = _called(quantity, reading)
        raise ModelError(f"the formula {name} divides by zero") from None
    except DimensionalityError as error:
        unlike = f"adds or compares unlike units ({error.units1} and {error.units2})"
        given = ", ".join(f"{need} in {found[need]}" for need in source.needs)
        raise ModelError(
            f"the formula {_called(quantity, reading)} {unlike}; it is given {given}"
        ) from None


def _called(quantity: str, reading: str) -> str:
    return quantity if reading == BARE else f"{quantity}__{reading}"


def _alike(model: Model, one: str, other: str, unit: str = "") -> None:
    """Refuse a quantity whose unit is not that of another.

    The other is a quantity, or a figure published elsewhere.
    """
    figure = model.register.external.get(other)
    unit = unit or (figure.base_unit if figure else model.units[model.known(other)])
    if model.units[one] != unit:
        raise ModelError(f"{one} is in {model.units[one]}, and {other} in {unit}")


def check(model: Model) -> None:
    """Check that limits, remarks, checks and findings fit the formulas.

    Raises RegisterError where one does not.
    """
    _check_limits_and_remarks(model)
    _check_figures(model)
    for solved in model.register.solutions.values():
        with model.register.refusing(solved, "readings"):
            model.plan(solved.quantity, model.change(solved.readings)).confirm()
    for row in model.register.checks.values():
        _check_check(model, row)
    for quantity, reading, source in model.each():
        if source.expression:
            with model.register.refusing(None, "formulas"):
                model.plan(quantity, model.change({quantity: reading})).confirm()
    _check_named(model)
    for finding in model.register.findings.values():
        findings.recomputed(model, finding)


def _check_figures(model: Model) -> None:
    """Refuse a figure that stands for a quantity of another unit."""
    for figure in model.register.external.values():
        unit = model.units.get(figure.quantity, figure.base_unit)
        if unit != figure.base_unit:
            message = f"{figure.quantity} is in {unit}, and this row in "
            message += figure.base_unit
            raise model.register.refuse(figure, "stands_for", message)


def _check_limits_and_remarks(model: Model) -> None:
    """Refuse a limit or a remark that compares unlike units."""
    register = model.register
    compared = [("limits", one.quantity, one.at_most) for one in register.limits]
    compared += [("remarks", one.quantity, one.above) for one in register.remarks]
    for field, quantity, other in compared:
        with register.refusing(None, field):
            _alike(model, quantity, other if isinstance(other, str) else quantity)


def _check_check(model: Model, row: Check) -> None:
    """Refuse a check whose units differ, whose readings fail, or that is circular."""
    register = model.register
    if row.against:
        with register.refusing(row, "against"):
            _, unit = findings.value(model, row.against)
            _alike(model, row.quantity, row.against, unit)
    with register.refusing(row, "readings"):
        setting = model.change(row.readings)
        plan = model.plan(row.quantity, setting)
        plan.confirm()
        model.check_used(setting, [plan])
    with register.refusing(row, "reached"):
        sided = [
            plan.input_name(name)
            for name, leaf in plan.leaves.items()
            if leaf.source.side
        ]
        for name in row.reached:
            if name not in sided:
                raise ModelError(
                    f"'{name}' is no input of the check that has a side"
                    f"{nearest(name, sided)}"
                )
    with register.refusing(row, "claim"):
        if row.claim in plan.claims and not row.against:
            raise ModelError(
                f"the check is circular: it starts from {row.claim}, which it checks"
            )


def _check_named(model: Model) -> None:
    """Refuse an unknown name in values, headlines and statements."""
    register = model.register
    for to, place, field, text in register.references():
        if to == "values":
            with register.refusing(place, field):
                model.plan(*model.named(text.removeprefix(PER_YEAR)))
    for headline in register.headlines.values():
        for field, text in headline.texts():
            with register.refusing(headline, field):
                for name in headline.named(text):
                    findings.value(model, name)
    for context in register.context:
        with register.refusing(None, "context"):
            for name in Headline.named(context.words):
                findings.value(model, name)
    for statement in register.statements.values():
        with register.refusing(statement, "other"):
            if statement.is_number:
                model.number(statement.quantity, statement.other)
            else:
                model.named(statement.other)
