"""This module checks the register and the formulas against each other.

Some faults in names, units, limits and checks show only when the register and the
formulas are read together.
"""

from __future__ import annotations

from dataclasses import replace

from analysis.core.rows import PER_YEAR, Check, Headline
from analysis.core.units import nearest
from analysis.model import arithmetic, findings
from analysis.model.plan import ModelError
from analysis.model.quantities import Quantities
from analysis.model.readings import each
from analysis.model.unit_check import called


def verify_names(model: Quantities) -> None:
    """Refuse unknown names of quantities and readings."""
    register = model.register
    for to, row, field, name in register.references():
        if to == "quantities":
            with register.refusing(row, field):
                model.checked_name(name.removeprefix(PER_YEAR))
    for claim in register.claims.values():
        # The name would mean the quantity in some places, and this row in others.
        if claim.id in model.sources:
            message = f"'{claim.id}' is the name of a quantity; give the row another"
            raise register.refuse(claim, "id", message)
    for check in register.checks.values():
        _verify_claim(model, check)
    for key, row in register.readings.items():
        with register.refusing(row, "reading"):
            model.checked_reading(*key)
    for quantity, reading, source in each(model.sources):
        for need in source.needs:
            if need not in model.sources:
                message = (
                    f"the formula {called(quantity, reading)} needs '{need}', which no "
                    f"formula or row supplies{nearest(need, model.sources)}"
                )
                raise register.refuse(None, "formulas", message)


def _verify_claim(model: Quantities, check: Check) -> None:
    """Refuse a check whose claim is about another quantity.

    The error names the row of the claim if no other row and no formula has the claim's
    quantity; otherwise, the error names the row of the check.
    """
    claim = model.register.claims.get(check.claim)
    if not claim or claim.quantity == check.quantity:
        return
    sources = model.sources.get(claim.quantity, {})
    if all(source.claim is claim for source in sources.values()):
        others = [name for name in model.quantities if name != claim.quantity]
        message = f"no other row or formula has the quantity '{claim.quantity}'"
        message += nearest(claim.quantity, others)
        raise model.register.refuse(claim, "quantity", message)
    message = f"{claim.id} is a value of {claim.quantity}, not of {check.quantity}"
    raise model.register.refuse(check, "claim", message)


def verify_defaults(model: Quantities) -> None:
    """Refuse a row of readings.csv that contradicts the model's default reading."""
    for (quantity, reading), row in model.register.readings.items():
        default = model.default(quantity)
        sources = model.sources[quantity]
        if row.default == (sources[reading] is sources[default]):
            continue
        if row.default:
            message = f"the default of {quantity} is its reading '{default}'; say "
            message += f"false, or make '{reading}' its only default"
        else:
            message = f"this reading is the default of {quantity}; say true"
        raise model.register.refuse(row, "default", message)


def _require_same_unit(
    model: Quantities, quantity: str, other: str, unit: str = ""
) -> None:
    """Refuse to compare a quantity with something in another unit.

    ``other`` is the name of a quantity, the id of a figure published elsewhere, or
    arithmetic; for arithmetic, ``unit`` must be given.
    """
    figure = model.register.external.get(other)
    unit = unit or (
        figure.base_unit if figure else model.units[model.checked_name(other)]
    )
    ours = model.units[quantity]
    if ours != unit:
        raise ModelError(f"{quantity} is in {ours}, and {other} in {unit}")


def verify(model: Quantities) -> None:
    """Check that limits, remarks, checks and findings fit the formulas.

    Raises RegisterError for a row that does not fit the formulas.
    """
    _verify_limits_and_remarks(model)
    _verify_external(model)
    for solved in model.register.solutions.values():
        with model.register.refusing(solved, "readings"):
            model.plan_of(solved).confirm()
    for row in model.register.checks.values():
        _verify_check(model, row)
    for quantity, reading, source in each(model.sources):
        if source.expression:
            with model.register.refusing(None, "formulas"):
                model.plan(
                    *model.quantity_and_setting(f"{quantity}.{reading}")
                ).confirm()
    _verify_texts(model)
    for finding in model.register.findings.values():
        findings.recomputed(model, finding)


def _verify_external(model: Quantities) -> None:
    """Refuse a figure whose unit differs from that of the quantity it stands for."""
    for figure in model.register.external.values():
        unit = model.units.get(figure.quantity, figure.base_unit)
        if unit != figure.base_unit:
            message = f"{figure.quantity} is in {unit}, and this row in "
            message += figure.base_unit
            raise model.register.refuse(figure, "stands_for", message)


def _verify_limits_and_remarks(model: Quantities) -> None:
    """Refuse a limit or a remark that compares quantities in different units."""
    register = model.register
    compared = [("limits", row.quantity, row.at_most) for row in register.limits]
    compared += [("remarks", row.quantity, row.above) for row in register.remarks]
    for field, quantity, other in compared:
        with register.refusing(None, field):
            if isinstance(other, str):
                _require_same_unit(model, quantity, other)
            else:
                model.checked_name(quantity)


def _verify_check(model: Quantities, row: Check) -> None:
    """Refuse a check that is circular, or has unlike units or unusable readings."""
    register = model.register
    if row.against:
        with register.refusing(row, "against"):
            _, unit = arithmetic.value(model, row.against)
            _require_same_unit(model, row.quantity, row.against, unit)
            if not row.claim and row.against not in register.external:
                # Only a printed figure has words and digits that decide a verdict.
                raise ModelError(
                    "without a claim, the quantity is compared with one row of "
                    f"external.csv, and '{row.against}' is not the id of such a row"
                )
    with register.refusing(row, "readings"):
        own = model.setting_of(row)
        setting = replace(own, given=frozenset([*row.readings, *own.choices]))
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
                    f"'{name}' is not one of the check's inputs that are limits"
                    f"{nearest(name, sided)}"
                )
    with register.refusing(row, "claim"):
        if row.claim in plan.rows and not row.against:
            raise ModelError(
                f"the check is circular: it starts from {row.claim}, the number "
                "that it checks"
            )


def _verify_texts(model: Quantities) -> None:
    """Refuse an unknown name in headlines, contexts and statements."""
    register = model.register
    for to, place, field, text in register.references():
        if to == "values":
            with register.refusing(place, field):
                model.plan(*model.quantity_and_setting(text.removeprefix(PER_YEAR)))
    for headline in register.headlines.values():
        for field, text in headline.texts():
            with register.refusing(headline, field):
                for name in headline.names_in_text(text):
                    arithmetic.value(model, name)
    for context in register.context:
        with register.refusing(None, "context"):
            for name in Headline.names_in_text(context.words):
                arithmetic.value(model, name)
    for statement in register.statements.values():
        with register.refusing(statement, "other"):
            if statement.is_number:
                model.number(statement.quantity, statement.other, within=False)
            else:
                model.quantity_and_setting(statement.other)
