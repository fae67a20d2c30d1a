"""This module computes the headline estimates under scenarios, in base units.

>>> from analysis.core.register import Register
>>> round(estimate(Model(Register.read()), AS_PRINTED, "at_risk_2021").value)
1901222
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from analysis.core.sentences import as_sentence, setting_words
from analysis.model.model import ARTICLE, Model, ModelError, Setting
from analysis.model.plan import NoSingleValueError
from analysis.whatif.scenarios import OWN, Scenario


class Under(NamedTuple):
    """A setting with the name and the description that a table of scenarios shows."""

    name: str
    description: str
    setting: Setting

    @classmethod
    def of(cls, scenario: Scenario, model: Model) -> Under:
        """Return a scenario's name and description together with its setting."""
        return cls(scenario.name, scenario.description, scenario.setting(model))


def yours(model: Model, setting: Setting) -> Under | None:
    """Return a user's setting as one more scenario, or None if a user sets nothing."""
    if not (setting.choices or setting.given):
        return None
    words = setting_words(model.differences(setting))
    return Under("yours", as_sentence(words), setting)


#: The article's own setting.
AS_PRINTED = Under(OWN, "Nothing is changed.", ARTICLE)


@dataclass(frozen=True)
class Estimated:
    """The estimate of a quantity under a scenario, in base units.

    If the quantity is not computable, ``value`` is None and ``reason`` says why. The
    value can lie anywhere from ``low`` to ``high``, because printed digits are rounded.
    ``reconstruction`` tells whether the estimate uses our own derivation of a number
    that the article does not derive. ``difference`` and ``percent`` compare the value
    with the value under another scenario, whose name is ``against``.
    """

    scenario: str
    quantity: str
    unit: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    side: str = ""
    remarks: tuple[str, ...] = ()
    reconstruction: bool = False
    reason: str = ""
    depends_on: tuple[str, ...] = ()
    against: str = ""
    difference: float | None = None
    percent: float | None = None
    differs: str = ""
    #: Whether the reason is an input that is given only in words. No file has a column
    #: for it.
    is_in_words: bool = False


def estimate(model: Model, under: Under, quantity: str) -> Estimated:
    """Estimate a quantity under a scenario, with the bounds that rounding gives.

    The estimate also says whether its value is an upper or a lower limit.

    If the quantity is not computable, the result says why.
    """
    unit = model.units[model.checked_name(quantity)]
    differs = model.differences(under.setting)
    estimated = Estimated(under.name, quantity, unit, differs=differs)
    try:
        computed = model.estimate(quantity, under.setting)
    except ModelError as error:
        in_words = isinstance(error, NoSingleValueError)
        return replace(estimated, reason=str(error), is_in_words=in_words)
    rows = [
        model.register.readings.get((node.name, node.reading))
        for node in model.plan(quantity, under.setting).nodes
    ]
    return replace(
        estimated,
        value=computed.value,
        low=computed.low,
        high=computed.high,
        side=computed.side,
        remarks=computed.remarks,
        depends_on=computed.depends_on,
        reconstruction=any(row is not None and row.reconstruction for row in rows),
    )


def tabulate(
    model: Model, scenarios: Iterable[Under], against: Under | None = None
) -> list[Estimated]:
    """Compute, under every scenario, each estimate that the data package lists.

    If a scenario ``against`` is given, each row has the difference from the estimate
    under that scenario.
    """
    rows = []
    for under in scenarios:
        for quantity in model.register.estimates:
            row = estimate(model, under, quantity)
            if against:
                base = estimate(model, against, quantity)
                row = _compared(row, base)
            rows.append(row)
    return rows


def _compared(row: Estimated, base: Estimated) -> Estimated:
    """Add to an estimate its difference from ``base``, as a number and in percent."""
    row = replace(row, against=base.scenario)
    if row.value is None or base.value is None:
        return row
    difference = row.value - base.value
    percent = 100 * difference / abs(base.value) if base.value else None
    return replace(row, difference=difference, percent=percent)
