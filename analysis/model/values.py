"""This module reads or refuses the values that a user gives for a quantity."""

from __future__ import annotations

import math
import numbers
import re
from decimal import Decimal
from typing import Any

from analysis.core.arguments import finite, scalar, shown
from analysis.core.published import Published
from analysis.core.rows import External
from analysis.core.sentences import message
from analysis.core.spell import exact
from analysis.core.units import SCALES, WHOLE, digits_meant, has_unit, read_number
from analysis.model.names import Names
from analysis.model.plan import ModelError
from analysis.model.settings import Choice

#: A number this many times as large or as small as usual must have its unit.
FAR = 50
#: A value whose text is longer than this, such as a Series, is named by its type.
LONG = 30


class Values(Names):
    """The quantities of a register, and the values that each may take."""

    def checked_reading(self, quantity: str, reading: str) -> str:
        """Return the name of a reading, or refuse one that the quantity does not have.

        Raises ModelError, which suggests the nearest name, if the quantity does not
        have the reading. If the reading is a figure published elsewhere that does not
        stand for the quantity, the error gives the reason.
        """
        if reading not in self.sources[self.checked_name(quantity)]:
            self._refuse_figure(quantity, reading)
        return super().checked_reading(quantity, reading)

    def choice(self, quantity: str, change: Any, *, with_unit: bool = False) -> Choice:
        """The reading or the number that a change asks for.

        Raises ModelError for a change that is neither a reading nor a number.
        """
        sources = self.sources[self.checked_name(quantity)]
        if isinstance(change, str) and change.strip() in sources:
            return change.strip()
        return self.number(quantity, change, with_unit=with_unit)

    def number(
        self,
        quantity: str,
        change: Any,
        *,
        with_unit: bool = False,
        within: bool = True,
    ) -> float:
        """Read a value for a quantity, in base units, from a number or a text.

        Raises ModelError for a text that is not a number in the right unit and, if
        ``within`` is true, for a number outside the allowed range. A number that is far
        from the usual numbers of the quantity is also refused, unless a text gives it
        with its unit.
        """
        self.checked_name(quantity)
        change = scalar(change)
        is_unit_written = isinstance(change, str) and has_unit(change)
        if isinstance(change, str):
            change = self._read(quantity, change, with_unit=with_unit)
        number = finite(change)
        is_number = isinstance(change, numbers.Real | Decimal)
        if number is None and not is_number and len(repr(change)) > LONG:
            kind = type(change).__name__
            raise ModelError(message("not_a_number", quantity=quantity, kind=kind))
        if number is None:
            fields = {"quantity": quantity, "number": shown(change)}
            raise ModelError(message("not_finite", **fields))
        self._refuse_total(quantity, number)
        low, high = self.allowed(quantity)
        if within and not low <= number <= high:
            kind = "below" if high == math.inf else "outside"
            fields = self.spelled(quantity, number=number, low=low, high=high)
            raise ModelError(message(kind, unit=self.suffix(quantity), **fields))
        if self.is_far(quantity, number) and not is_unit_written:
            raise ModelError(self._far(quantity, number))
        return number

    def allowed(self, quantity: str) -> tuple[float, float]:
        """The range of values that a quantity may have, in base units."""
        if assumption := self.register.assumptions.get(quantity):
            return assumption.minimum, assumption.maximum
        return -1.0 if self.units[quantity] == "dimensionless" else 0.0, math.inf

    def varied_range(self, quantity: str) -> tuple[float, float]:
        """Return the range of values of a quantity that get no remark."""
        assumption = self.register.assumptions.get(quantity)
        if assumption is None:
            return -math.inf, math.inf
        return assumption.low, assumption.high

    def _read(self, quantity: str, text: str, *, with_unit: bool) -> float:
        """Read a number from a text, and refuse a word as an unknown reading."""
        self._refuse_figure(quantity, text.strip())
        try:
            return read_number(text, self.units[quantity], with_unit=with_unit)
        except ValueError as error:
            is_word = text[:1].isalpha() and not digits_meant(text)
            if is_word and len(self.sources[quantity]) > 1:
                self.checked_reading(quantity, text)
            refusal = message("value", quantity=quantity, error=error)
            raise ModelError(refusal) from None

    # A number far from the usual ones -------------------------------------------------

    def usual(self, quantity: str) -> tuple[float, float, str] | None:
        """The lowest and highest usual number of a quantity, and words on their origin.

        The usual numbers are those that the article prints for the quantity. For a
        count that is an assumption, the usual numbers are the ends of the range over
        which we vary the assumption. The result is None for a quantity that is neither
        printed nor an assumed count.
        """
        printed = self._printed(quantity)
        if printed:
            end = "high" if printed.qualifier == "range" else ""
            ends = sorted([abs(printed.value()), abs(printed.value(end))])
            words = str(printed) if end else printed.digits_words
            return ends[0], ends[1], message("usual_printed", printed=words)
        source = self.sources[quantity][self.default(quantity)]
        if source.alias_of:
            return self.usual(source.alias_of)
        if source.assumption is None or self.units[quantity] not in WHOLE:
            return None
        low, high = source.assumption.low, source.assumption.high
        fields = self.spelled(quantity, low=low, high=high)
        return low, high, message("usual_varied", **fields)

    def _printed(self, quantity: str) -> Published | None:
        """The number other than 0 that the article prints for a quantity, if any."""
        source = self.sources[quantity][self.default(quantity)]
        if source.claim:
            return source.claim.published if source.value else None
        for claim in self.register.claims.values():
            if claim.quantity == quantity and claim.qualifier != "vague":
                return claim.published if claim.published.value() else None
        return None

    def is_far(self, quantity: str, number: float) -> bool:
        """Whether a number is far from the usual numbers of a quantity.

        A number is far if it is at least 50 times the highest usual number, or at most
        a fiftieth of the lowest. The number 0 is never far, and no number is far if the
        quantity has no usual number.
        """
        usual = self.usual(quantity)
        if usual is None or not number:
            return False
        low, high, _ = usual
        return abs(number) <= low / FAR or abs(number) >= high * FAR

    def written(self, quantity: str, choice: Choice) -> Choice:
        """Return a choice in a form that a user may write.

        A number that is far from the usual numbers of the quantity is written with its
        unit.
        """
        if isinstance(choice, str) or not self.is_far(quantity, choice):
            return choice
        if self._is_printed_in_percent(quantity):
            return f"{100 * choice:.17g} percent"
        return f"{choice:.17g} {self.units[quantity]}"

    def _is_printed_in_percent(self, quantity: str) -> bool:
        printed = self._printed(quantity)
        return printed is not None and printed.unit == "percent"

    def _far(self, quantity: str, number: float) -> str:
        """Return the sentence that refuses a number far from the usual ones."""
        written = f"{number:,.10g} {self.units[quantity]}"
        factors = {word: float(factor) for word, factor in SCALES.items() if word}
        if self._is_printed_in_percent(quantity):
            written = f"{100 * number:.10g} percent"
            factors = {"percent": 0.01}
        typed, hint = exact(number, ""), ""
        for word, factor in factors.items():
            if not self.is_far(quantity, number * factor):
                hint = message("far_meant", number=typed, word=word)
                break
        usual = self.usual(quantity)
        assert usual
        fields = {"quantity": quantity, "number": typed, "written": written}
        return message("far", usual=usual[2], hint=hint, **fields)

    # Figures published elsewhere ------------------------------------------------------

    def _refuse_total(self, quantity: str, number: float) -> None:
        """Refuse a yearly number that equals a figure's total over several years."""
        for figure in self.register.external.values():
            is_total = figure.quantity == quantity and figure.divided_by > 1
            if is_total and figure.published.value() == number:
                fields = {"quantity": quantity, "figure": figure.id}
                raise ModelError(message("total", **fields))

    def _refuse_figure(self, quantity: str, name: str) -> None:
        """Refuse a figure published elsewhere that does not stand for a quantity.

        Raises ModelError, which says that the figure is of another period, place, unit
        or quantity, or is a goal, or else quotes the note on the figure.
        """
        figure = self.register.external.get(name)
        if figure is None:
            return
        fields = {"figure": name, "quantity": quantity, "use": figure.quantity}
        fields["note"] = figure.note
        unlike = self.unlike(figure, quantity)
        if unlike:
            kind = "elsewhere"
            fields["what"], fields["theirs"], fields["ours"] = unlike
        elif figure.base_unit != self.units[quantity]:
            kind = "elsewhere_unit"
            fields["theirs"], fields["ours"] = figure.base_unit, self.units[quantity]
        elif figure.quantity:
            kind = "elsewhere_quantity"
        else:
            kind = "elsewhere_goal" if figure.target else "elsewhere_none"
        raise ModelError(message(kind, **fields))

    def unlike(self, figure: External, quantity: str) -> tuple[str, str, str] | None:
        """Tell whether a figure and a quantity differ in period or, if not, in place.

        The answer has three parts: the word "period" or "place", the period or place of
        the figure, and that of the quantity. The answer is None if period and place
        agree, or if the quantity's own period and place are not known.
        """
        period, place = self._period_and_place(quantity)
        years = {str(figure.year_from), str(figure.year_to)}
        if period and years != _ends_of(period):
            return "period", figure.period, period
        if place and figure.scope != place:
            return "place", figure.scope, place
        return None

    def _period_and_place(self, quantity: str) -> tuple[str, str]:
        """The period and the place of a quantity, each empty if it is not known.

        If the quantity has a claim, the period and the place are those of the claim. If
        the quantity has no claim, the years in its name are the period. For a quantity
        without a claim and without years in its name, a claim from which its
        calculation starts gives the period and the place.
        """
        name = re.sub("_(low|high)$", "", quantity)
        for claim in self.register.claims.values():
            if claim.quantity == name:
                return claim.period, claim.place
        years = re.findall(r"\d{4}", quantity)
        if years:
            return "-".join(years), ""
        starts = sorted(self._starts_of(quantity))
        if not starts:
            return "", ""
        claim = self.register.claims[starts[0]]
        return claim.period, claim.place

    def _starts_of(self, quantity: str) -> set[str]:
        """Return the ids of the claims from which a quantity is computed by default."""
        source = self.sources[quantity][self.default(quantity)]
        if source.claim:
            return {source.claim.id}
        starts: set[str] = set()
        for need in source.needs:
            starts |= self._starts_of(need)
        return starts


def _ends_of(period: str) -> set[str]:
    """The first and the last of the years that a period names."""
    years = re.findall(r"\d{4}", period)
    return {min(years), max(years)} if years else set()
