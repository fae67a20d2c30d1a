"""The names of quantities and readings, and the words for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from analysis.core.arguments import shown
from analysis.core.register import Register
from analysis.core.rows import BARE
from analysis.core.sentences import message
from analysis.core.spell import exact, with_unit
from analysis.core.units import CONSTANTS, in_list, nearest
from analysis.model.plan import ModelError
from analysis.model.readings import Sources

_NAMELY = {
    "published": "as printed",
    "set": "the assumed value",
    BARE: "by its formula",
    "in_words": "in words",
}


class Names:
    """The quantities of a register and their readings, by name.

    ``sources`` has the sources of each quantity by reading, with the default first.
    ``quantities`` lists the names of all quantities, without constants.
    """

    def __init__(
        self,
        register: Register,
        sources: Sources,
        units: Mapping[str, str] | None = None,
    ) -> None:
        self.register = register
        self.sources = sources
        self.units = units or {}
        self.quantities = [name for name in sources if name not in CONSTANTS]

    def default(self, quantity: str) -> str:
        """The name of the reading that a quantity has under the article's setting."""
        return next(iter(self.sources[quantity]))

    def readings(self, quantity: str) -> list[str]:
        """The names of the readings of a quantity, the default first."""
        return list(self.sources[quantity])

    def label(self, quantity: str, reading: str) -> str:
        """A few words that describe a reading."""
        if row := self.register.readings.get((quantity, reading)):
            return row.label
        if claim := self.register.claims.get(reading):
            return claim.statement
        if figure := self.register.external.get(reading):
            return f"{figure.sum}, published elsewhere: {figure.citation}"
        return _NAMELY.get(reading, reading)

    def name(self, quantity: str) -> str:
        """A quantity in words."""
        if assumption := self.register.assumptions.get(quantity):
            return assumption.label
        if claim := self.register.inputs.get(quantity):
            return claim.statement
        source = self.sources[quantity][self.default(quantity)]
        if source.alias_of:
            claims = self.register.claims.values()
            printed = [row.statement for row in claims if row.quantity == quantity]
            return printed[0] if printed else self.name(source.alias_of)
        if source.claim:
            end = f", {source.end} end" if source.end else ""
            return f"{source.claim.statement}{end}"
        return source.expression.words if source.expression else quantity

    def suffix(self, quantity: str) -> str:
        """Return the text that follows a number of a quantity to give its unit.

        For a quantity without a unit, the text is empty; otherwise, the text is a space
        and the unit's name.
        """
        return with_unit("", self.units[quantity])

    @cached_property
    def _percentages(self) -> frozenset[str]:
        """The quantities printed only in percent, and those in ``register.percent``."""
        printed: dict[str, set[str]] = {}
        for claim in self.register.claims.values():
            printed.setdefault(claim.quantity, set()).add(claim.unit)
        in_percent = [name for name, units in printed.items() if units == {"percent"}]
        return frozenset([*in_percent, *self.register.percent])

    def spelled_unit(self, quantity: str) -> str:
        """The unit in which a quantity is spelled: percent, or its own unit."""
        return "percent" if quantity in self._percentages else self.units[quantity]

    def spelled(self, quantity: str, **numbers: float) -> dict[str, str]:
        """Return the fields of a sentence about a quantity, with numbers in full."""
        unit = self.spelled_unit(quantity)
        fields = {name: exact(number, unit) for name, number in numbers.items()}
        return {"quantity": quantity, **fields}

    def checked_name(self, quantity: Any) -> str:
        """Return the name of a quantity, or refuse a name that no quantity has.

        Raises ModelError, which suggests the nearest name, if no quantity has the name.
        """
        is_name = isinstance(quantity, str) and quantity in self.sources
        if is_name and quantity not in CONSTANTS:
            return str(quantity)
        hint = nearest(quantity, self.quantities, in_list("quantities"))
        raise ModelError(message("no_quantity", name=quantity, hint=hint))

    def checked_reading(self, quantity: str, reading: str) -> str:
        """Return the name of a reading, or refuse one that the quantity does not have.

        Raises ModelError, which suggests the nearest name, if the quantity does not
        have the reading.
        """
        sources = self.sources[self.checked_name(quantity)]
        if reading in sources:
            return reading
        hint = nearest(str(reading), sources)
        fields = {"reading": reading, "quantity": quantity, "hint": hint}
        raise ModelError(message("no_reading", **fields))

    def quantity_and_reading(self, text: Any) -> tuple[str, str]:
        """Return the quantity and the reading that a text names.

        The text is ``quantity``, ``quantity.reading`` or the id of a claim; if it is
        only a quantity, the reading is an empty text. Raises ModelError for anything
        but a text, and for a text that names no quantity.
        """
        if not isinstance(text, str):
            raise ModelError(
                f"the name of one quantity must be a text, not {shown(text)}"
            )
        quantity, point, reading = text.partition(".")
        if claim := self.register.claims.get(text):
            quantity, reading = claim.quantity, claim.id
            if reading not in self.sources.get(quantity, {}):
                raise ModelError(
                    f"'{text}' is {claim.qualifier}, so it is not one number"
                )
        if quantity not in self.quantities:
            known = [*self.quantities, *self.register.claims]
            hint = nearest(text, known, in_list("quantities", "claims"))
            raise ModelError(
                f"'{text}' is not a quantity and not a row of claims.csv{hint}"
            )
        if not (point or reading):
            return quantity, ""
        return quantity, self.checked_reading(quantity, reading)
