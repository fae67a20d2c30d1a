"""This module recomputes findings, and compares them with results found by hand."""

from __future__ import annotations

from decimal import Decimal

from analysis.core.rows import Finding, Step
from analysis.model.arithmetic import value
from analysis.model.plan import ModelError
from analysis.model.quantities import Quantities


def recomputed(model: Quantities, finding: Finding) -> list[tuple[Step, float]]:
    """The steps of a finding's arithmetic, each with its value in base units.

    Raises RegisterError for an expression that can't be computed, or that has a unit
    other than that of its step.
    """
    steps = []
    for place, step in enumerate(finding.arithmetic):
        with model.register.refusing(finding, f"arithmetic.{place}.expression"):
            number, unit = value(model, step.expression)
            if unit != step.unit:
                raise ModelError(
                    f"'{step.expression}' is in {unit}, not in {step.unit}"
                )
        steps.append((step, number))
    return steps


def problems(model: Quantities) -> list[str]:
    """Return a sentence for each step whose value does not round to the stated number.

    The stated number is the result of the step as worked out by hand.
    """
    return [
        f"{finding.id}: {step.what} is {number:.10g}, not {step.comes_to}"
        for finding in model.register.findings.values()
        for step, number in recomputed(model, finding)
        if abs(Decimal(number) - step.comes_to)
        > Decimal("0.500001").scaleb(int(step.comes_to.as_tuple().exponent))
    ]
