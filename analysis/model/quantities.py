"""The quantities of a register: their settings, plans, estimates and remarks."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from typing import Any

import numpy as np

from analysis.core.arguments import NearAttributes
from analysis.core.errors import InputError
from analysis.core.register import Register
from analysis.core.rows import GIVEN, SETTABLE, Assumption, Recomputation, Remark
from analysis.core.sentences import message
from analysis.core.spell import spell, spell_span, with_side, with_unit
from analysis.core.units import WHOLE
from analysis.model.limits import Limit
from analysis.model.plan import Arrays, CircleError, ModelError, Node, Plan
from analysis.model.readings import Sources, source_of_number
from analysis.model.settings import ARTICLE, Choice, Setting
from analysis.model.values import Values

#: The most plans that are kept, so that a loop over settings does not fill the memory.
MOST_PLANS = 10_000


@dataclass(frozen=True)
class Estimate(NearAttributes):
    """A quantity's value under one setting, and its bounds by rounding, in base units.

    ``side`` tells whether the true value is ``at most`` or ``at least`` the estimated
    value, or has ``no bound``; in all other cases ``side`` is empty. ``depends_on``
    lists the claims and assumptions that the estimate starts from. ``remarks`` are
    sentences that are shown with the estimate without refusing it. If ``in_percent`` is
    true, the estimate is worded in percent; the numbers of an estimate never are in
    percent.
    """

    quantity: str
    value: float
    low: float
    high: float
    unit: str
    side: str
    depends_on: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    in_percent: bool = field(default=False, repr=False)

    def __str__(self) -> str:
        """The estimate in words.

        >>> bounds = {"low": 2862958, "high": 2874604}
        >>> here = {"unit": "transfer", "side": "at most", "depends_on": ()}
        >>> print(Estimate("transfers_2019", 2868778, **bounds, **here))
        at most 2.87 million transfers, 2.862 to 2.875 million by rounding
        """
        unit = "percent" if self.in_percent else self.unit
        words = with_side(with_unit(spell(self.value, unit), unit), self.side)
        span = spell_span(self.low, self.high, unit)
        return "; ".join([f"{words}, {span} by rounding", *self.remarks])

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the estimate in IPython: first its words, and then its numbers."""
        printer.text(f"{self}\n{self!r}")


class Quantities(Values):
    """The quantities of a register, computed under settings."""

    def __init__(
        self,
        register: Register,
        sources: Sources,
        limits: tuple[Limit, ...] = (),
        units: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(register, sources, units)
        self.limits = limits
        self._plans: dict[tuple[tuple[str, ...], Setting], Plan] = {}
        self._choices: dict[tuple[str, str], dict[str, Choice]] = {}

    def usual(self, quantity: str) -> tuple[float, float, str] | None:
        """The lowest and highest usual number of a quantity, and words on their origin.

        For a count that the article does not print and we do not assume, the number
        that we compute is the usual one.
        """
        usual = super().usual(quantity)
        if usual or self.units[quantity] not in WHOLE:
            return usual
        try:
            value = abs(self.plan(quantity).value)
        except ModelError:
            return None
        words = spell(value, self.units[quantity])
        return value, value, message("usual_computed", computed=words)

    # Settings -------------------------------------------------------------------------

    def setting(
        self,
        changes: Mapping[str, Any],
        base: Setting = ARTICLE,
        *,
        with_units: bool = False,
    ) -> Setting:
        """Make a setting by adding some changes to another setting.

        A change is a number in base units, a text with a number and perhaps its unit,
        or the name of a reading. A change replaces every earlier change to the same
        quantity. If ``with_units`` is true, as it is for scenario files, a text with a
        number must also give the unit, unless the quantity has none. Raises ModelError,
        with a message of one sentence, for a wrong name, reading, value, unit or type,
        and for readings in a circle.

        >>> from analysis.model.model import Model
        >>> model = Model(Register.read())
        >>> changes = {"at_risk_2019": "southern", "overlap": 0.25}
        >>> dict(model.setting(changes).choices)
        {'at_risk_2019': 'southern', 'overlap': 0.25}
        """
        choices = {
            name: self.choice(name, change, with_unit=with_units)
            for name, change in changes.items()
        }
        setting = self.changed(base, choices)
        for quantity in setting.readings:
            # A plan refuses readings in a circle.
            self.plan(quantity, setting)
        # A reading that follows from that of a linked quantity counts as given, too.
        linked = setting.choices.keys() - base.choices.keys()
        return replace(setting, given=base.given | changes.keys() | linked)

    def changed(self, base: Setting, choices: Mapping[str, Choice]) -> Setting:
        """Apply a user's choices, which must already have been checked, to a setting.

        A choice replaces every earlier choice for the same quantity. A reading that is
        chosen for a quantity also applies to each linked quantity, unless a number is
        set for that linked quantity. Raises ModelError if the choices give linked
        quantities different readings.
        """
        numbers = base.values
        linked = {
            name: reading
            for name, reading in self._linked(choices).items()
            if name not in numbers
        }
        return self._merged(base, {**linked, **choices})

    def taken_as(self, base: Setting, choices: Mapping[str, Choice]) -> Setting:
        """Apply the choices of a check, a figure or another row of data to a setting.

        If a row names the reading ``set``, ``published`` or ``in_words``, the row takes
        the quantity as given, and a number that a user has set is kept. A row's choice
        of any other reading or of a number is applied as in ``changed``. Raises
        ModelError if the choices give linked quantities different readings.
        """
        numbers = base.values
        # A number that a user has set gives way only where the row itself names another
        # reading, as in former_detainees=from_low_end.
        applied = {
            name: choice
            for name, choice in {**self._linked(choices), **choices}.items()
            if name not in numbers or (name in choices and choice not in SETTABLE)
        }
        return self._merged(base, applied)

    def _merged(self, base: Setting, choices: Mapping[str, Choice]) -> Setting:
        """Return a setting with choices added, leaving out choices of the article."""
        merged = dict(base.choices)
        for quantity, choice in choices.items():
            if self._is_default(quantity, choice):
                merged.pop(quantity, None)
            else:
                merged[quantity] = choice
        drawn = {
            name: words for name, words in base.drawn.items() if name not in choices
        }
        return Setting(merged, base.given, drawn)

    def _is_default(self, quantity: str, choice: Choice) -> bool:
        """Whether a choice is the article's own."""
        sources = self.sources[quantity]
        default = sources[self.default(quantity)]
        if isinstance(choice, str):
            # The default reading of a printed number has two names: "published" and the
            # id of its row.
            return sources[self.checked_reading(quantity, choice)] is default
        return default.is_leaf and default.value == choice

    def _linked(self, choices: Mapping[str, Choice]) -> dict[str, str]:
        """Return the readings that the choices give to groups of linked quantities.

        Raises ModelError if the choices give linked quantities different readings.
        """
        linked: dict[str, str] = {}
        for group in self.register.linked_readings:
            chosen = [choices[quantity] for quantity in group if quantity in choices]
            readings = sorted({choice for choice in chosen if isinstance(choice, str)})
            if len(readings) > 1:
                names = " and ".join(group)
                several = " or ".join(f"'{reading}'" for reading in readings)
                raise ModelError(message("one_choice", group=names, chosen=several))
            for reading in readings:
                linked |= dict.fromkeys(group, reading)
        return linked

    def quantity_and_setting(
        self, text: str, setting: Setting = ARTICLE
    ) -> tuple[str, Setting]:
        """Find the quantity that a text names, and a setting with the named reading.

        The text is ``quantity``, ``quantity.reading`` or the id of a claim. Raises
        ModelError if no quantity has the name.

        >>> from analysis.model.model import Model
        >>> model = Model(Register.read())
        >>> name = "transfers_2019.from_difference"
        >>> quantity, setting = model.quantity_and_setting(name)
        >>> quantity, setting.readings
        ('transfers_2019', {'transfers_2019': 'from_difference'})
        """
        quantity, reading = self.quantity_and_reading(text)
        if not reading:
            return quantity, setting
        return quantity, self.taken_as(setting, {quantity: reading})

    def differences(self, setting: Setting) -> str:
        """Say in one line how a setting differs from the article.

        The line is empty for the article's own setting.
        """
        parts = [
            self.other_reading(quantity, reading)
            for quantity, reading in setting.readings.items()
        ]
        parts += [
            self._other_number(quantity, number)
            for quantity, number in setting.values.items()
            if quantity not in setting.drawn
        ]
        parts += [self._median(quantity, setting) for quantity in setting.drawn]
        return message("differs", parts="; ".join(parts)) if parts else ""

    def _other_number(self, quantity: str, number: float) -> str:
        """The words that name a number as a difference from the article."""
        source = self.sources[quantity][self.default(quantity)]
        fields = self.spelled(quantity, number=number, was=source.value)
        fields["unit"] = self.suffix(quantity)
        return message(source.replaced, **fields)

    def _median(self, quantity: str, setting: Setting) -> str:
        """The words that name a drawn quantity and its median as a difference."""
        source = self.sources[quantity][self.default(quantity)]
        median = setting.values.get(quantity, source.value)
        fields = {"quantity": quantity, "unit": self.suffix(quantity)}
        fields["number"] = spell(median, self.spelled_unit(quantity))
        return message("median", distribution=setting.drawn[quantity], **fields)

    def other_reading(self, quantity: str, reading: str) -> str:
        """The words that say which reading is used in place of the article's."""
        row = self.register.readings.get((quantity, reading))
        kind = "our_reading" if row and row.reconstruction else "other_reading"
        label = self.label(quantity, reading)
        source = self.sources[quantity][reading]
        if source.role == "set":
            number = self.spelled(quantity, number=source.value)["number"]
            label = f"{label}, {number}{self.suffix(quantity)}"
        return message(kind, quantity=quantity, label=label, reading=reading)

    def check_used(
        self, setting: Setting, plans: Iterable[Plan], *, ignored: Iterable[str] = ()
    ) -> None:
        """Raise ModelError for a reading or value that none of the plans depends on.

        A scenario is refused only if none of the plans depends on anything that the
        scenario changes. Names in ``ignored`` are not refused.
        """
        plans = list(plans)
        every = [plan.by_name for plan in plans]
        scenario = setting.by_scenario
        affected = {*ignored, *itertools.chain.from_iterable(every)}
        if scenario and not scenario & affected:
            names = ", ".join(sorted(scenario))
            moved = [
                estimate
                for estimate in self.register.estimates
                if scenario & self.plan(estimate, setting).by_name.keys()
            ]
            kind = "scenario_unused" if moved else "scenario_idle"
            fields = {"names": names, "moved": ", ".join(moved)}
            raise ModelError(message(kind, **fields))
        for quantity in [*setting.choices, *sorted(setting.given)]:
            if quantity in scenario or quantity in ignored:
                continue
            used = [
                nodes[name]
                for name in self._linked_with(quantity)
                for nodes in every
                if name in nodes
            ]
            if not used:
                targets = {plan.target for plan in plans}
                computed = targets.pop() if len(targets) == 1 else "anything here"
                fields = {"quantity": quantity, "targets": computed}
                raise ModelError(message("without_effect", **fields))
            is_read = any(node.reading in (GIVEN, *SETTABLE) for node in used)
            if quantity in setting.values and not is_read:
                fields = {"quantity": quantity, "reading": used[0].reading}
                raise ModelError(message("unused", **fields))

    def _linked_with(self, quantity: str) -> Sequence[str]:
        """Return the given quantity and all quantities that must share its reading."""
        for group in self.register.linked_readings:
            if quantity in group:
                return group
        return (quantity,)

    # Plans ----------------------------------------------------------------------------

    def plan(self, quantity: str | Sequence[str], setting: Setting = ARTICLE) -> Plan:
        """Return the plan of a quantity, with the limits on its nodes.

        If several quantities are given, one plan computes all of them. Raises
        CircleError for readings that need each other.
        """
        quantities = (quantity,) if isinstance(quantity, str) else tuple(quantity)
        if known := self._plans.get((quantities, setting)):
            return known
        nodes: dict[str, Node] = {}
        for name in quantities:
            self._add_node(nodes, name, setting)
        limits = [limit for limit in self.limits if limit.quantity in nodes]
        own = set(nodes)
        for limit in limits:
            if limit.other:
                self._add_node(nodes, limit.other, setting)
        needs = {name: node.source.needs for name, node in nodes.items()}
        ordered = [nodes[name] for name in TopologicalSorter(needs).static_order()]
        for node in ordered:
            assumption = self.register.assumptions.get(node.name)
            if assumption and not node.source.is_leaf:
                limits.append(Limit(node.name, assumption.minimum, assumption.maximum))
        not_inputs = frozenset(nodes) - own
        plan = Plan(quantities[0], tuple(ordered), tuple(limits), not_inputs)
        if len(self._plans) >= MOST_PLANS:
            self._plans.clear()
        return self._plans.setdefault((quantities, setting), plan)

    def _add_node(
        self,
        nodes: dict[str, Node],
        name: str,
        setting: Setting,
        path: tuple[str, ...] = (),
    ) -> None:
        """Add a quantity, and every quantity that it needs, to the nodes.

        ``path`` lists the quantities through which this quantity was reached. Raises
        CircleError if the quantity is in ``path``, because it then needs itself.
        """
        if name in path:
            raise CircleError(_circle(nodes, path[path.index(name) :]))
        if name in nodes:
            return
        choice = setting.choices.get(name, self.default(name))
        if isinstance(choice, str):
            nodes[name] = Node(name, choice, self.sources[name][choice])
        else:
            source = source_of_number(choice, self.register.assumptions.get(name))
            nodes[name] = Node(name, GIVEN, source)
        for need in nodes[name].source.needs:
            self._add_node(nodes, need, setting, (*path, name))

    def plan_of(self, row: Recomputation, setting: Setting = ARTICLE) -> Plan:
        """The plan of a check or a solution; its own readings replace the setting's."""
        return self.plan(row.quantity, self.setting_of(row, setting))

    def setting_of(self, row: Recomputation, setting: Setting = ARTICLE) -> Setting:
        """Add the readings and numbers of a check or a solution to a setting."""
        key = row.file, row.id
        if key not in self._choices:
            self._choices[key] = {
                name: self.choice(name, text) for name, text in row.readings.items()
            }
        return self.taken_as(setting, self._choices[key])

    def free(self, plan: Plan) -> dict[str, Assumption]:
        """The assumptions that a plan starts from, by name."""
        table = self.register.assumptions
        return {name: table[name] for name in plan.free if name in table}

    def estimate(self, quantity: str, setting: Setting = ARTICLE) -> Estimate:
        """Estimate a quantity under a setting.

        Raises ModelError for an unknown name, for readings in a circle, for an input
        that the article gives only in words, and for a value past a limit.

        >>> from analysis.model.model import Model
        >>> model = Model(Register.read())
        >>> setting = model.setting({"transfers_2019": "from_difference"})
        >>> round(model.estimate("transfers_2019", setting).value)
        2870000
        """
        plan = self.plan(self.checked_name(quantity), setting)
        value = plan.value
        bounds = plan.rounded
        remarks = tuple(said for _, said in self.remarks(quantity, setting))
        return Estimate(
            quantity,
            value,
            float(bounds.low),
            float(bounds.high),
            self.units[quantity],
            plan.side,
            plan.depends_on,
            remarks,
            in_percent=self.spelled_unit(quantity) == "percent",
        )

    def remarks(
        self, quantity: str, setting: Setting, vary: Arrays | None = None
    ) -> Iterator[tuple[int, str]]:
        """Yield the sentences that are shown with a quantity without refusing it.

        If ``vary`` gives some leaves arrays of one length, each sentence comes with the
        index of the entry that it is about; without arrays, the index is 0.
        """
        vary = vary or {}
        yield from self._excesses(quantity, setting, vary)
        plan = self.plan(quantity, setting)
        numbers: dict[str, Any] = {**setting.values, **vary}
        for name, values in numbers.items():
            if name not in plan.by_name:
                continue
            low, high = self.varied_range(name)
            values = np.broadcast_to(values, _shape_of(vary))
            for entry in np.flatnonzero((values < low) | (values > high)).tolist():
                number = float(values[entry])
                fields = self.spelled(name, low=low, high=high, number=number)
                if name in setting.drawn and name not in vary:
                    fields["number"] = spell(number, self.spelled_unit(name))
                yield entry, message("varied", **fields)

    def _excesses(
        self, quantity: str, setting: Setting, vary: Arrays
    ) -> Iterator[tuple[int, str]]:
        """Yield each remark whose quantity exceeds what the remark compares it with."""
        value = self.plan(quantity, setting).target_at(vary)
        for remark in self._remarks_on(quantity):
            with contextlib.suppress(CircleError):
                figure = self.register.external.get(remark.above)
                if figure:
                    other: Any = figure.published.value()
                else:
                    other = self.plan(remark.above, setting).target_within(vary)
                excess = np.broadcast_to(value - other, _shape_of(vary))
                for entry in np.flatnonzero(excess > 0).tolist():
                    unit = self.spelled_unit(quantity)
                    more = spell(float(excess[entry]), unit)
                    yield entry, remark.words.format(more=more)

    def _remarks_on(self, quantity: str) -> list[Remark]:
        remarks = self.register.remarks
        return [remark for remark in remarks if remark.quantity == quantity]

    def remark_plans(self, quantity: str, setting: Setting) -> Iterator[Plan]:
        """Yield the plans of a quantity and of the quantities that its remarks name."""
        yield self.plan(quantity, setting)
        for remark in self._remarks_on(quantity):
            if remark.above not in self.register.external:
                with contextlib.suppress(CircleError):
                    yield self.plan(remark.above, setting)

    def judged(self, setting: Setting) -> Iterator[Plan]:
        """Yield the plans of all checks, and of the quantities that their remarks name.

        Each check has one plan with its own readings and one with those of the setting.
        """
        for row in self.register.checks.values():
            with contextlib.suppress(ModelError):
                yield from self.remark_plans(row.quantity, setting)
            with contextlib.suppress(ModelError):
                yield self.plan_of(row, setting)


def _shape_of(vary: Arrays) -> tuple[int, ...]:
    """The shape of some arrays of one length, or (1,) if there are none."""
    return np.broadcast_shapes((1,), *(column.shape for column in vary.values()))


def _circle(nodes: Mapping[str, Node], names: Sequence[str]) -> str:
    """The sentence that refuses readings that need each other in a circle.

    The sentence starts with the alphabetically first name, so that it is always the
    same.
    """
    turn = names.index(min(names))
    turned = [*names[turn:], *names[:turn], names[turn]]
    first, *others = [f"{name} ({nodes[name].reading})" for name in turned]
    return message("circle", first=first, others=", which needs ".join(others))


def assignments(texts: Iterable[str]) -> dict[str, str]:
    """Return texts of the form name=value as a mapping of names to values.

    Raises InputError for a text of another form and for a name given twice.

    >>> assignments(["overlap = 0.5"])
    {'overlap': '0.5'}
    """
    assigned: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (equals and name and value):
            start, _, end = (part.strip() for part in text.partition(":"))
            is_colon = start and end and not equals
            meant = f"{start}={end}"
            hint = message("did_you_mean", name=meant) if is_colon else "."
            raise InputError(message("no_assignment", text=text, hint=hint))
        if name in assigned:
            raise InputError(message("given_twice", name=name))
        assigned[name] = value
    return assigned
