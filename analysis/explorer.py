"""The explorer: a page on which a reader moves assumptions and sees what follows.

What belongs here: what can be moved, what a move leads to, how a setting is shared, the page of it, and its server.
What does not: any computation of its own; numbers come from ``scenarios``, ``sensitivity`` and the data of ``figures``.

``Explorer`` is the whole of it without a page: handles to set, numbers to read. ``Page`` shows one with widgets, in
JupyterLab or served by voila, neither of which this module needs to be imported.

>>> explorer = Explorer()
>>> explorer.set("persons_per_transfer", "0.9")
>>> round(explorer.estimates["at_risk_2021"].value)
1871100
>>> explorer.differs
'differs from the article in: persons_per_transfer = 0.9 person/transfer in the place of 1'
>>> explorer.link
'?persons_per_transfer=0.9'
"""

from __future__ import annotations

import contextlib
import functools
import html
import math
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlunsplit

import pandas as pd

from analysis import figures
from analysis.model import Model, ModelError, Plan, Setting
from analysis.register import CONTROL, InputError, Register, RegisterError, shown
from analysis.results import CAVEAT, KIND_WORDS, READING, Table, Under
from analysis.scenarios import OWN, Estimated, Scenario, estimate, find, read, shipped
from analysis.sensitivity import handles as live_assumptions
from analysis.tables import Sensitivity, break_even_under, span_of, turn_words, words_of
from analysis.units import BASE_UNITS, UnitError, nearest, to_base

#: The name of a setting that is no scenario of the package, in the file that carries it.
MINE = "mine"
#: The notebook that is served, and what its page is made with.
NOTEBOOK, PARTS = "09_explorer", Path(__file__).resolve().parent / "pages" / "explorer"
#: The longest text of a field, and of a link, that is looked at.
_LONGEST, _LONGEST_LINK = 200, 8_000
#: How many letters a narrow field has room for.
_ROOM = 40
#: After how many moves a new model takes the place of the old one.
_FRESH = 500


@dataclass(frozen=True)
class Handle:
    """An assumption that moves something shown: its value and the article's, in base units, its range, what is accepted
    (minimum to maximum), and the step of its slider."""

    name: str
    label: str
    unit: str
    grade: str
    value: float
    article: float
    low: float
    high: float
    minimum: float
    maximum: float

    @property
    def step(self) -> float:
        """A round number, of which some forty to a hundred make the range.

        >>> Handle("a", "", "", "", 0.9, 1, 0.7, 1, 0.05, 1).step
        0.005
        """
        least = (self.high - self.low) / 100
        power = 10.0 ** math.floor(math.log10(least))
        return float(f"{next(n for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9)) * power:.10g}")

    @property
    def notch(self) -> float:
        """Where its slider stands: on the step, or at the end, next to its value.

        >>> Handle("a", "", "", "", 0.8732, 1, 0.7, 1, 0.05, 1).notch
        0.875
        """
        if not self.low < self.value < self.high:
            return min(max(self.value, self.low), self.high)
        steps = round((self.value - self.low) / self.step)
        return min(float(f"{self.low + steps * self.step:.10g}"), self.high)

    def stands_at(self, position: float) -> bool:
        """Whether a position is that of its slider; a slider counts its steps in floats."""
        return math.isclose(position, self.notch, rel_tol=1e-9, abs_tol=1e-6 * self.step)

    @property
    def differs(self) -> bool:
        """Whether it is not as in the article."""
        return self.value != self.article


@dataclass(frozen=True)
class Choice:
    """A quantity that can be got in several ways: the reading in use, the article's, and all of them, with labels.

    named: whether the last estimate rests on it, and its readings have a label and a grade of their own.
    """

    name: str
    label: str
    reading: str
    article: str
    readings: Mapping[str, str]
    named: bool

    @property
    def differs(self) -> bool:
        """Whether it is not as in the article."""
        return self.reading != self.article


@dataclass(frozen=True)
class Judged:
    """A statement: whether it holds, None where that is not computable; both sides; for which values of what it holds.

    needs: by assumption, in words; none that has no effect on it, and none for which it holds whatever its value.
    never: assumptions no value of which makes it hold.
    """

    id: str
    statement: str
    holds: bool | None
    sides: str = ""
    needs: Mapping[str, str] | None = None
    never: tuple[str, ...] = ()
    reason: str = ""


class _State:
    """One scenario and what follows from it. Nothing in it changes: a move makes another."""

    def __init__(self, model: Model, scenario: Scenario) -> None:
        self.model, self.scenario = model, scenario
        self.target = model.register.estimates[-1]
        try:
            self.setting = scenario.setting(model, self.target)
        except ModelError:
            # The estimates say why; the handles stand where they can be moved from.
            middles = {name: one.median for name, one in scenario.distributions.items()}
            self.setting = model.setting(scenario.readings, {**scenario.values, **middles})

    @cached_property
    def plans(self) -> list[Plan]:
        """What each estimate rests on, with what caps it."""
        return [self.model.graph((name,), self.setting, capped=True) for name in self.model.register.estimates]

    @cached_property
    def names(self) -> set[str]:
        """All that something shown depends on."""
        return {name for plan in self.plans for name in plan.by_name}

    @cached_property
    def estimates(self) -> dict[str, Estimated]:
        return {name: estimate(self.model, self.scenario, name) for name in self.model.register.estimates}

    @cached_property
    def handles(self) -> dict[str, Handle]:
        model, table = self.model, self.model.register.assumptions
        live: set[str] = set()
        for name in model.register.estimates:
            plan = model.plan(name, self.setting)
            live |= set(live_assumptions(model, plan))
            # What was moved stays where it can be moved back, however little it comes to.
            live |= {one for one in plan.leaves if one in self.setting.values and one in table}
        found = {}
        for name in (name for name in table if name in live):
            one = table[name]
            value = self.setting.values.get(name, one.used)
            ends = (one.low, one.high, one.minimum, one.maximum)
            found[name] = Handle(name, one.label, model.units[name], one.grade, value, one.used, *ends)
        return found

    @cached_property
    def choices(self) -> dict[str, Choice]:
        model, found = self.model, {}
        for name in (name for name in model.quantities if name in self.names):
            group = _group(model, name)
            readings = _distinct(model, name)
            used = self.setting.readings.get(name, model.default(name))
            if name != next(one for one in group if one in self.names) or len(readings) < 2:
                continue
            label = "; ".join(model.name(one).rstrip(".") for one in group if one in self.names)
            labels = {reading: _reading_words(model, name, reading) for reading in dict.fromkeys([*readings, used])}
            named = any((name, reading) in model.register.readings for reading in readings)
            named = named and name in model.plan(self.target, self.setting).by_name
            found[name] = Choice(name, label, used, model.default(name), labels, named)
        order = list(dict.fromkeys(quantity for quantity, _ in model.register.readings))
        return dict(sorted(found.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)))

    @cached_property
    def statements(self) -> list[Judged]:
        return [self._judged(name) for name in self.model.register.statements]

    def _judged(self, name: str) -> Judged:
        model, statement = self.model, self.model.register.statements[name]
        quantity, readings = model.named(statement.quantity)
        known = None if readings else self.estimates.get(quantity)
        try:
            if known is not None and known.value is None:
                raise ModelError(known.reason)
            found = break_even_under(model, statement, self.scenario)
        except ModelError as error:
            return Judged(statement.id, statement.statement, None, reason=str(error))
        sides = f"{words_of(model, found.quantity, found.left)} against {words_of(model, found.quantity, found.right)}"
        some = [turn for turn in found.turns if not turn.everywhere]
        return Judged(
            statement.id,
            statement.statement,
            found.holds,
            sides,
            {turn.assumption: _short(turn_words(model, turn, statement.comparison)) for turn in some if turn.holds},
            tuple(turn.assumption for turn in some if not turn.holds),
        )

    @cached_property
    def problem(self) -> str:
        """Why the waterfall can't be drawn: a step to the last estimate, or that itself, has no value.

        Empty where it can.
        """
        steps = {*self.model.plan(self.target, self.setting).by_name}
        return next((one.reason for name, one in self.estimates.items() if one.value is None and name in steps), "")

    @cached_property
    def waterfall(self) -> pd.DataFrame | None:
        """The steps from 2019 to the total; None where one of them has no value, or where there is none of them."""
        if self.problem:
            return None
        try:
            # As finely as the headline numbers beside it.
            return figures.waterfall_frame(Under(self.model, self.setting), place=1e4)
        except (ModelError, KeyError):
            return None

    @cached_property
    def tornado(self) -> pd.DataFrame | None:
        """The last estimate with each assumption at either end of its range; None where it has no value."""
        try:
            found = Sensitivity(self.target, self.scenario, model=self.model)
        except ModelError:
            return None
        return figures.tornado_frame(found) if self.estimates[self.target].value is not None else None


@functools.lru_cache(maxsize=2)
def _shipped(model: Model) -> dict[str, Scenario]:
    """The scenarios of the data package, read once a model."""
    return shipped(model)


def _group(model: Model, quantity: str) -> tuple[str, ...]:
    """The quantities that one choice serves, this one among them."""
    return next((tuple(group) for group in model.register.one_choice if quantity in group), (quantity,))


def _distinct(model: Model, quantity: str) -> list[str]:
    """The readings of a quantity, the default first; a row under its second name is left out."""
    found: dict[Any, str] = {}
    for reading in model.readings(quantity):
        way = model.ways[quantity][reading]
        found.setdefault((way.claim.id, way.end) if way.claim else reading, reading)
    return list(found.values())


def _reading_words(model: Model, quantity: str, reading: str) -> str:
    row = model.register.readings.get((quantity, reading))
    marks = [reading, row.grade if row else "", "a reconstruction" if row and row.reconstruction else ""]
    return f"{model.label(quantity, reading)} ({', '.join(filter(None, marks))})"


def _short(words: str) -> str:
    return words.replace(" (outside the range that it is varied over)", " (outside its range)")


def _digits(number: float) -> str:
    """A number in plain digits, all of them; with a power of ten where they would be very many.

    >>> _digits(350000.0), _digits(0.1 + 0.2), _digits(1e-7), _digits(1e300)
    ('350000', '0.30000000000000004', '0.0000001', '1.0e+300')
    """
    text = f"{Decimal(repr(float(number))):f}"
    if len(text) > _LONGEST:
        # YAML takes no number with a power for one unless it has a point.
        whole, _, power = repr(float(number)).partition("e")
        return f"{whole if '.' in whole else f'{whole}.0'}e{power}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class Explorer:
    """Assumptions to move, and what follows.

    scenario: the name of one, or the path of its file, to start from. query: the part of a link after the question
    mark, which takes its place; one that can't be used changes nothing and is said in ``problem``. Each move raises
    InputError in one sentence where it can't be made, and then nothing changes.
    """

    def __init__(self, scenario: str = OWN, query: str = "", *, model: Model | None = None) -> None:
        self.model = model or Model(Register.read())
        if not self.model.register.estimates:
            raise InputError(f"{shown(self.model.register.folder)} names no estimates, so there is nothing to explore")
        self.shipped = _shipped(self.model)
        self._moves = 0
        self._state = self._new(find(scenario, self.model))
        self.problem = ""
        if query:
            try:
                self.open(query)
            except InputError as error:
                self.problem = f"The link can't be used, so nothing of it was taken: {error}."

    def _new(self, scenario: Scenario) -> _State:
        """What follows from a scenario. A model keeps each move's plans, so now and then a new one takes its place."""
        self._moves += 1
        if self._moves % _FRESH == 0:
            self.model = Model(self.model.register)
        return _State(self.model, scenario)

    # What there is ------------------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Scenario:
        """The scenario that the numbers are of."""
        return self._state.scenario

    @property
    def setting(self) -> Setting:
        """Readings and values that differ from the article's, as the last estimate takes them."""
        return self._state.setting

    @property
    def handles(self) -> Mapping[str, Handle]:
        """The assumptions that move an estimate by themselves, under the readings as they are."""
        return self._state.handles

    @property
    def choices(self) -> Mapping[str, Choice]:
        """The quantities in use that have several readings; the first of those that are one choice."""
        return self._state.choices

    @property
    def estimates(self) -> Mapping[str, Estimated]:
        """The headline numbers, with bounds and kind, or the reason why there is none."""
        return self._state.estimates

    @property
    def statements(self) -> list[Judged]:
        """The statements of the data package, each with whether it holds."""
        return self._state.statements

    @property
    def waterfall(self) -> pd.DataFrame | None:
        """What the waterfall shows; None where something in it has no value."""
        return self._state.waterfall

    @property
    def tornado(self) -> pd.DataFrame | None:
        """What the tornado shows; None where the estimate has no value."""
        return self._state.tornado

    @property
    def target(self) -> str:
        """The estimate that the tornado is of."""
        return self._state.target

    @property
    def preset(self) -> str:
        """The name of the scenario of the package that this is; empty where it is none."""
        name = self.scenario.name
        same = name in self.shipped and replace(self.scenario, file="") == replace(self.shipped[name], file="")
        return name if same or (name == OWN and name not in self.shipped) else ""

    @property
    def differs(self) -> str:
        """What differs from the article, in one line; says so when nothing does."""
        parts = [self.model.differences(self.setting)]
        if self.scenario.only_sourced:
            parts.append("without figures for which the article cites no source, and without chosen assumptions")
        if self.scenario.distributions:
            parts.append(f"at the median of what is drawn: {', '.join(self.scenario.distributions)}")
        if self.scenario.assumptions:
            parts.append(
                f"each estimate at the ends that make it {self.scenario.assumptions}, here those of {self.target}"
            )
        return "; ".join(filter(None, parts)) or "as in the article"

    # Moves --------------------------------------------------------------------------------------------------------

    def set(self, name: str, given: str | float) -> None:
        """Set an assumption, to a number in base units or a text with a unit, such as ``0.3 million person``."""
        self.model.known(name)
        if isinstance(given, str):
            given = self._number(name, given)
        self.model.setting(values={name: given})
        if name not in self.handles:
            setting = Setting(self.setting.readings, {**self.setting.values, name: given})
            self.model.check_used(setting, self._state.plans, values=[name])
            if name not in self.model.register.assumptions:
                raise ModelError(f"{name} is printed in the article, so it is no handle here")
            raise ModelError(f"{name} is unused: it moves nothing that is shown here")
        self._take(self.setting.readings, {**self.setting.values, name: float(given)})

    def read(self, name: str, reading: str) -> None:
        """Take a quantity by another reading. What it leaves without a use is put aside."""
        self.model.known(name)
        self.model.setting({name: reading}) if reading not in self.model.ways[name] else None
        if name not in self._state.names:
            raise ModelError(f"{name} is unused: nothing shown here depends on it under these readings")
        named = {**self.setting.readings, **dict.fromkeys(_group(self.model, name), reading)}
        under = self.model.under(Setting({}, self.setting.values), named)
        self._take(named, under.values)

    def take(self, preset: str) -> None:
        """Take a scenario that comes with the data package."""
        if preset not in self.shipped:
            if preset != OWN:
                raise InputError(f"'{preset[:80]}' is no scenario{nearest(preset[:80], self.shipped)}")
            self._state = self._new(Scenario(OWN, "Nothing is changed."))
        else:
            self._state = self._new(self.shipped[preset])

    def reset(self) -> None:
        """Back to the article."""
        self.take(OWN)

    def load(self, text: str) -> None:
        """Take a scenario's file, given as its text."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "scenario.yaml"
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
            try:
                found = read(path, self.model)
            except RegisterError as error:
                raise InputError(str(error).replace(shown(path), "the file")) from None
        self._state = self._new(found)

    def open(self, query: str) -> None:
        """Take the setting that a link carries: a scenario's name, values and readings, by name."""
        if len(query) > _LONGEST_LINK:
            raise InputError("it is longer than any that this page makes")
        given: dict[str, str] = {}
        for name, text in parse_qsl(query.removeprefix("?"), keep_blank_values=True, errors="replace"):
            if CONTROL.search(name + text):
                raise InputError("it holds a control character")
            if name in given:
                raise InputError(f"{name[:80]} is given twice")
            given[name] = text
        preset = given.pop("scenario", OWN)
        if preset != OWN and preset not in self.shipped:
            raise InputError(f"'{preset[:80]}' is no scenario{nearest(preset[:80], self.shipped)}")
        if not given:
            self.take(preset)
            return
        readings, values = {}, {}
        for name, text in given.items():
            quantity = name.removesuffix(READING)
            self.model.known(quantity[:80])
            if name.endswith(READING):
                readings[quantity] = text[:80]
            else:
                values[name] = self._number(name, text)
        base = self._new(self.shipped[preset]).setting if preset in self.shipped else Setting()
        for quantity in list(readings):
            readings |= dict.fromkeys(set(_group(self.model, quantity)) - set(readings), readings[quantity])
        setting = self.model.setting({**base.readings, **readings}, {**base.values, **values})
        state = self._new(self._scenario(setting))
        idle = [name for name in readings if not state.names & set(_group(self.model, name))]
        self.model.check_used(Setting(values=setting.values), state.plans, values=values, readings=idle)
        self._state = state

    def _number(self, name: str, text: str) -> float:
        if len(text) > _LONGEST:
            raise InputError(f"{name}: that is longer than any number")
        if not text.strip():
            raise InputError(f"{name}: it is empty, not a number")
        try:
            return to_base(text.strip(), self.model.units[name])
        except UnitError as error:
            raise InputError(f"{name}: {error}") from None

    def _take(self, readings: Mapping[str, str], values: Mapping[str, float]) -> None:
        """Take readings and values; put aside what was in use and is not any more."""
        model, before = self.model, self._state.names
        setting = model.setting(readings, values)
        while True:
            state = self._new(self._scenario(setting))
            idle = {name for name in (*setting.readings, *setting.values) if name in before and name not in state.names}
            idle -= {name for one in setting.readings for name in _group(model, one) if one not in idle}
            if not idle:
                break
            setting = model.setting(
                {name: reading for name, reading in setting.readings.items() if name not in idle},
                {name: number for name, number in setting.values.items() if name not in idle},
            )
        self._state = state

    def _scenario(self, setting: Setting) -> Scenario:
        """The scenario of a setting: one of the package where it is that, else one of its own."""
        for one in self.shipped.values():
            if not (one.assumptions or one.only_sourced or one.distributions):
                theirs = self.model.setting(one.readings, one.values)
                if theirs == setting:
                    return one
        words = self.model.differences(setting)
        if not words:
            return Scenario(OWN, "Nothing is changed.")
        words = f"Set in the explorer; {words}."
        return Scenario(MINE, words, "Moved by hand.", setting.readings, setting.values)

    # Sharing ------------------------------------------------------------------------------------------------------

    @property
    def link(self) -> str:
        """The part of a link that carries the setting; draws are carried at their medians.

        What a file sets that nothing shown depends on is left out.
        """
        if self.preset:
            return f"?{urlencode({'scenario': self.preset})}"
        shown_here = self._state.names
        pairs = {name: _digits(number) for name, number in self.setting.values.items() if name in shown_here}
        for name, reading in self.setting.readings.items():
            # Of those that are one choice, one stands for all.
            one = next((one for one in _group(self.model, name) if one in shown_here), "")
            pairs |= {f"{one}{READING}": reading} if one else {}
        return f"?{urlencode(pairs or {'scenario': OWN})}"

    @property
    def file(self) -> str:
        """The scenario's file: what ``analysis scenarios FILE`` and ``--scenario FILE`` read."""
        import yaml

        one = self.scenario
        content: dict[str, Any] = {
            "name": one.name,
            "description": one.description,
            "reason": one.reason or "What the article's numbers come to as they stand.",
        }
        if one.readings:
            content["readings"] = dict(one.readings)
        if one.values:
            content["values"] = {name: self._with_unit(name, number) for name, number in one.values.items()}
        if one.distributions:
            content["distributions"] = {
                name: {
                    "shape": drawn.shape,
                    **({} if self.model.units[name] == "dimensionless" else {"unit": self.model.units[name]}),
                    **{key: _plain(number) for key, number in drawn.numbers.items()},
                }
                for name, drawn in one.distributions.items()
            }
        if one.correlations:
            content["correlations"] = [{"between": [a, b], "rank": rank} for a, b, rank in one.correlations]
        if one.assumptions:
            content["assumptions"] = one.assumptions
        if one.only_sourced:
            content["only_sourced"] = True
        return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100))

    def _with_unit(self, name: str, number: float) -> Any:
        unit = self.model.units[name]
        return _plain(number) if unit == "dimensionless" else f"{_digits(number)} {unit}"

    def table(self) -> Table:
        """The headline numbers, in words, with what differs from the article under them."""
        rows = [
            {
                "estimate": f"{self.model.name(name).rstrip('.')} ({name})",
                "value": self.words(name),
                "bounds": self.bounds(name),
                "kind": KIND_WORDS[found.kind] if found.value is not None else found.reason,
            }
            for name, found in self.estimates.items()
        ]
        return Table(pd.DataFrame(rows), f"{self.differs[:1].upper()}{self.differs[1:]}. {CAVEAT}")

    def words(self, name: str) -> str:
        """An estimate as a screen shows it."""
        found = self.estimates[name]
        return "not computable" if found.value is None else words_of(self.model, name, found.value)

    def bounds(self, name: str) -> str:
        """What the rounding of the printed digits leaves open, rounded outwards."""
        found = self.estimates[name]
        return (
            ""
            if found.low is None or found.high is None
            else span_of(self.model, name, found.low, found.high, outward=True)
        )


def _plain(number: float) -> float | str:
    """A number as YAML holds it in plain digits."""
    return number if "e" not in repr(number) else _digits(number)


# The page -------------------------------------------------------------------------------------------------------------


def served(environment: Mapping[str, str] | None = None) -> bool:
    """Whether this is a kernel of a page that voila serves."""
    return (os.environ if environment is None else environment).get("SERVER_SOFTWARE", "").startswith("voila/")


def query_of(environment: Mapping[str, str] | None = None) -> str:
    """What stands after the question mark of the page's address; empty where no page is served.

    >>> query_of({"QUERY_STRING": "overlap=0.5", "SERVER_SOFTWARE": "voila/0.5"}), query_of({"QUERY_STRING": "a=1"})
    ('overlap=0.5', '')
    """
    environment = os.environ if environment is None else environment
    return environment.get("QUERY_STRING", "") if served(environment) else ""


def address_of(environment: Mapping[str, str] | None = None) -> str:
    """The address of the page without what stands after the question mark; empty where no page is served."""
    environment = os.environ if environment is None else environment
    port = environment.get("SERVER_PORT", "")
    host = f"{environment.get('SERVER_NAME', '')}{f':{port}' if port else ''}"
    return urlunsplit(("http", host, "/", "", "")) if served(environment) and host else ""


def open_page(scenario: str = OWN, *, headline: Iterable[str] = ()) -> Page:
    """The page of a scenario, or of what the page's address carries.

    headline: the estimates in large letters; without them, all of them.
    """
    return Page(Explorer(scenario, query_of()), headline=headline)


class Page:
    """An explorer with widgets; shows itself in a notebook.

    Every text of the data is shown letter by letter.
    """

    def __init__(self, explorer: Explorer, *, headline: Iterable[str] = ()) -> None:
        import ipywidgets as widgets

        self.explorer, self._widgets = explorer, widgets
        self.headline = tuple(headline) or explorer.model.register.estimates
        for name in self.headline:
            if name not in explorer.estimates:
                raise InputError(f"'{name[:80]}' is no estimate{nearest(name[:80], explorer.estimates)}")
        self._quiet = False
        self._refused: dict[str, str] = {}
        self._rows: dict[str, _Row] = {}
        html_of = widgets.HTML
        self._cards, self._differs, self._said = html_of(), html_of(), html_of()
        self._others, self._waterfall, self._tornado, self._statements = html_of(), html_of(), html_of(), html_of()
        self._preset_note, self._share, self._load_said = html_of(), html_of(), html_of()
        names = [(_preset_words(one), name) for name, one in (explorer.shipped or {OWN: explorer.scenario}).items()]
        self._preset = widgets.Dropdown(options=[*names, ("a setting of your own", "")], description="Scenario")
        self._back = widgets.Button(description="Back to the article", tooltip="Take back everything that was moved")
        self._text = widgets.Textarea(description="A scenario file, as text", rows=6, continuous_update=False)
        self._load = widgets.Button(description="Load this text")
        self._upload = widgets.FileUpload(accept=".yaml,.yml,.txt", multiple=False, description="Load a file")
        self._handles, self._named, self._more = widgets.VBox(), widgets.VBox(), widgets.VBox()
        self._fold = widgets.ToggleButton(description="More readings")
        self.widget = self._layout()
        self._preset.observe(self._take, "value")
        self._back.on_click(lambda _: self._do("scenario", explorer.reset))
        self._load.on_click(lambda _: self._do("load", lambda: explorer.load(self._text.value)))
        self._upload.observe(self._uploaded, "value")
        self._fold.observe(lambda change: self._unfold(change.new), "value")
        self._unfold(False)
        self._show()

    def _layout(self) -> Any:
        widgets = self._widgets

        def heading(text: str) -> Any:
            return widgets.HTML(f"<h2>{html.escape(text)}</h2>")

        for one in (self._preset, self._text):
            one.add_class("lt-field")
        self._cards.add_class("lt-top")
        left = [
            self._preset,
            self._preset_note,
            self._back,
            heading("Assumptions"),
            self._handles,
        ]
        readings = [heading("Readings"), self._named, self._fold, self._more]
        right = [
            self._waterfall,
            self._tornado,
            heading("Statements"),
            self._statements,
            heading("The other estimates"),
            self._others,
        ]
        share = [
            heading("Share this setting"),
            self._share,
            self._text,
            widgets.HBox([self._load, self._upload]),
            self._load_said,
        ]
        columns = widgets.Box([widgets.VBox(left), widgets.VBox(right), widgets.VBox(readings)])
        columns.add_class("lt-columns")
        caveat = widgets.HTML(f"<p class='lt-caveat'>{html.escape(CAVEAT)}</p>")
        page = widgets.VBox(
            [
                widgets.HTML(f"<style>{(PARTS / 'style.css').read_text(encoding='utf-8')}</style>"),
                self._said,
                self._cards,
                self._differs,
                columns,
                *share,
                caveat,
            ]
        )
        page.add_class("lt-explorer")
        return page

    def _repr_mimebundle_(self, **how: Any) -> dict[str, Any]:
        view = "application/vnd.jupyter.widget-view+json"
        return {"text/plain": repr(self), view: self.widget._repr_mimebundle_()[view]}

    def __repr__(self) -> str:
        return "The explorer; run this notebook in JupyterLab, or `analysis explore`, to move what it shows."

    def table(self) -> Table | None:
        """The headline numbers as a table, for a notebook; a page that is served has them already."""
        return None if served() else self.explorer.table()

    # Moves --------------------------------------------------------------------------------------------------------

    def _do(self, what: str, move: Callable[[], None]) -> None:
        """Make a move; where it is refused, say so beside its field, and leave everything else."""
        if self._quiet:
            return
        try:
            move()
        except InputError as error:
            self._refused[what] = f"{error}."
        else:
            if what in ("scenario", "load"):
                self._refused.clear()
                self.explorer.problem = ""
            self._refused.pop(what, None)
        self._show()

    def _take(self, change: Any) -> None:
        if change.new:
            self._do("scenario", lambda: self.explorer.take(change.new))
        elif not self._quiet:
            # A setting of one's own is made by moving something.
            self._show()

    def _uploaded(self, change: Any) -> None:
        def load() -> None:
            for one in change.new:
                try:
                    text = bytes(one["content"]).decode("utf-8")
                except UnicodeDecodeError:
                    raise InputError("the file is not in UTF-8") from None
                self.explorer.load(text)

        if change.new and not self._quiet:
            self._do("load", load)
            with self._in_quiet():
                # So that the same file can be loaded again.
                self._upload.value = ()

    def _unfold(self, unfolded: bool) -> None:
        self._more.layout.display = None if unfolded else "none"
        self._fold.description = "Fewer readings" if unfolded else "More readings"

    def _slid(self, name: str, value: float) -> None:
        handle = self.explorer.handles.get(name)
        # A browser answers with a slider's position where that is put next to a value between two steps.
        if handle is None or not handle.stands_at(value):
            self._do(name, lambda: self.explorer.set(name, float(f"{value:.10g}")))

    def _typed(self, name: str, text: str) -> None:
        self._do(name, lambda: self.explorer.set(name, text))

    def _chose(self, name: str, reading: str) -> None:
        self._do(f"{name}{READING}", lambda: self.explorer.read(name, reading))

    # What it shows ------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _in_quiet(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def _show(self) -> None:
        """Bring everything to what the explorer says."""
        explorer = self.explorer
        with self._in_quiet():
            rows: dict[str, list[Any]] = {"handles": [], "named": [], "more": []}
            for name, handle in explorer.handles.items():
                row = self._rows[name] = self._rows.get(name) or _Row.of_handle(self, handle)
                row.show_handle(handle, self._refused.get(name, ""))
                rows["handles"].append(row.box)
            for name, choice in explorer.choices.items():
                key = f"{name}{READING}"
                row = self._rows[key] = self._rows.get(key) or _Row.of_choice(self, choice)
                row.show_choice(choice, self._refused.get(key, ""))
                rows["named" if choice.named else "more"].append(row.box)
            for box, children in zip((self._handles, self._named, self._more), rows.values(), strict=True):
                if tuple(box.children) != tuple(children):
                    box.children = children
            self._preset.value = explorer.preset
        self._said.value = _alert(explorer.problem)
        stale = (
            "<p class='lt-stale'>What was entered last was refused: the numbers are those of the last setting that "
            "was accepted.</p>"
            if self._refused
            else ""
        )
        cards = "".join(self._card(name) for name in self.headline)
        self._cards.value = f"<div class='lt-cards'>{cards}</div>{stale}"
        bounds = "".join(self._under(name) for name in self.headline)
        self._differs.value = (
            f"<p class='lt-differs'>{html.escape(_sentence(explorer.differs))}</p><ul class='lt-narrow'>{bounds}</ul>"
        )
        one = explorer.scenario
        words = (
            ""
            if one.name == MINE and not one.file
            else f"<p class='lt-note'>{html.escape(f'{one.description} {one.reason}')}</p>"
        )
        self._preset_note.value = words + _alert(self._refused.get("scenario", ""))
        self._load_said.value = _alert(self._refused.get("load", ""))
        self._waterfall.value = _waterfall_html(explorer)
        self._tornado.value = _tornado_html(explorer)
        self._statements.value = _statements_html(explorer)
        self._others.value = _others_html(explorer, self.headline)
        self._share.value = _share_html(explorer)

    def _card(self, name: str) -> str:
        explorer = self.explorer
        found, label = explorer.estimates[name], explorer.model.name(name).rstrip(".")
        unit = f" {found.unit}s" if found.unit in BASE_UNITS and found.value is not None else ""
        return (
            f"<div class='lt-card' data-estimate='{html.escape(name)}' title='{html.escape(label)}'>"
            f"<div class='lt-what'>{html.escape(name.replace('_', ' '))}</div>"
            f"<div class='lt-number{'' if found.value is not None else ' lt-none'}'>"
            f"{html.escape(explorer.words(name))}<span>{html.escape(unit)}</span></div>"
            f"<div class='lt-under'>{html.escape(self._bounds(name))}</div></div>"
        )

    def _under(self, name: str) -> str:
        return "<li>" + html.escape(f"{name.replace('_', ' ')}: {self._bounds(name)}") + "</li>"

    def _bounds(self, name: str) -> str:
        """What rounding alone leaves open of an estimate, and on which side there is room; or why it has no value."""
        found = self.explorer.estimates[name]
        if found.value is None:
            return found.reason
        mark = "; a reconstruction" if found.reconstruction else ""
        return f"{self.explorer.bounds(name)} by the printed digits; {KIND_WORDS[found.kind]}{mark}"


class _Row:
    """What moves one assumption, or chooses one reading: a field tied to its label, a slider, and a line of words."""

    def __init__(self, box: Any, field: Any, slider: Any, words: Any) -> None:
        self.box, self.field, self.slider, self.words = box, field, slider, words

    @classmethod
    def of_handle(cls, page: Page, handle: Handle) -> _Row:
        widgets = page._widgets
        field = widgets.Text(description=handle.label, continuous_update=False)
        slider = widgets.FloatSlider(
            min=handle.low, max=handle.high, step=handle.step, value=handle.low, readout=False, continuous_update=True
        )
        slider.add_class("lt-slider")
        row = cls(widgets.VBox(), field, slider, widgets.HTML())
        row._dress(handle.name, [field, slider, row.words])
        slider.observe(lambda change: page._slid(handle.name, change.new), "value")
        field.observe(lambda change: page._typed(handle.name, change.new), "value")
        return row

    @classmethod
    def of_choice(cls, page: Page, choice: Choice) -> _Row:
        widgets = page._widgets
        field = widgets.Dropdown(description=choice.label)
        row = cls(widgets.VBox(), field, None, widgets.HTML())
        row._dress(f"{choice.name}{READING}", [field, row.words])
        field.observe(lambda change: page._chose(choice.name, change.new), "value")
        return row

    def _dress(self, name: str, children: list[Any]) -> None:
        self.field.add_class("lt-field")
        self.box.children = children
        self.box.add_class("lt-row")
        self.box.add_class(f"lt-of-{name}")

    def show_handle(self, handle: Handle, refused: str) -> None:
        """Bring field, slider and words to a handle; what was refused stays in the field, with the reason."""
        if not refused:
            self.field.value = _digits(float(f"{handle.value:.10g}"))
        # To put a slider right by the last digit of a float would take back what a reader who holds a key has moved it
        # by meanwhile.
        if not handle.stands_at(self.slider.value):
            self.slider.value = handle.notch
        unit = "" if handle.unit == "dimensionless" else f" {handle.unit}"
        ends = f"{handle.low:,.10g} to {handle.high:,.10g}{unit}"
        words = f"{ends}; {handle.grade}; {handle.minimum:,.10g} to {handle.maximum:,.10g} is accepted"
        mark = f"differs from the article: {handle.article:,.10g}{unit} there" if handle.differs else ""
        self._say(handle.differs, words, mark, refused)

    def show_choice(self, choice: Choice, refused: str) -> None:
        """Bring the choice and its words to a reading."""
        options = tuple((label, reading) for reading, label in choice.readings.items())
        if self.field.options != options:
            self.field.options = options
        self.field.value = choice.reading
        mark = f"differs from the article: {choice.readings.get(choice.article, choice.article)} there"
        # What the field itself has no room for.
        whole = choice.readings[choice.reading]
        self._say(choice.differs, whole if len(whole) > _ROOM else "", mark if choice.differs else "", refused)

    def _say(self, differs: bool, words: str, mark: str, refused: str) -> None:
        parts = [f"<span class='lt-note'>{html.escape(words)}</span>" if words else ""]
        parts.append(f"<span class='lt-mark'>{html.escape(mark)}</span>" if mark else "")
        self.words.value = "<br>".join(filter(None, parts)) + _alert(refused)
        (self.box.add_class if differs else self.box.remove_class)("lt-moved")


def _preset_words(scenario: Scenario) -> str:
    return f"{scenario.name.replace('_', ' ')}: {scenario.description}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _alert(words: str) -> str:
    return f"<p class='lt-alert' role='alert'>{html.escape(words)}</p>" if words else ""


# Its figures and tables -----------------------------------------------------------------------------------------------


def _percent(x: float) -> str:
    return f"{100 * x:.4f}%"


def _rows_of(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def _bar(low: float, high: float, kind: str) -> str:
    low, high = sorted((low, high))
    return f"<i class='lt-{kind}' style='left:{_percent(low)};width:{_percent(high - low)}'></i>"


def _figure(title: str, rows: Iterable[tuple[str, str, str]], alt: Iterable[str], foot: str) -> str:
    """A figure of bars: for each row its label, its bars and its words; alt: what they show, in words."""
    body = "".join(
        f"<div class='lt-label'>{html.escape(label)}</div><div class='lt-track'>{bars}</div>"
        f"<div class='lt-words'>{'<br>'.join(html.escape(line) for line in words.splitlines())}</div>"
        for label, bars, words in rows
    )
    described = html.escape(f"{title}. {' '.join(alt)}", quote=True)
    return (
        f"<figure class='lt-figure'><figcaption>{html.escape(title)}</figcaption>"
        f'<div class="lt-bars" role="img" aria-label="{described}">{body}</div><p class="lt-note">{foot}</p></figure>'
    )


def _scale(low: float, high: float) -> tuple[Callable[[float], float], list[float]]:
    """Where a number stands between two, from 0 to 1, and round numbers between them."""
    room = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(room))
    step = next(n * power for n in (0.2, 0.5, 1, 2, 5) if room / (n * power) <= 5)
    ticks = [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    return lambda x: (x - low) / room, ticks


def _ticks(at: Callable[[float], float], ticks: Iterable[float], scale: float = 1e6) -> str:
    marks = (f"<b style='left:{_percent(at(tick))}'>{tick / scale:,.10g}</b>" for tick in ticks)
    return f"<div class='lt-axis'>{''.join(marks)}</div>"


_NO_FIGURE = "<p class='lt-alert' role='status'>{}</p>"


def _waterfall_html(explorer: Explorer) -> str:
    frame = explorer.waterfall
    if frame is None:
        why = explorer._state.problem
        return _NO_FIGURE.format(html.escape(f"No waterfall: {why}.")) if why else ""
    most = float(frame[["start", "end", "low", "high"]].max().max())
    at, ticks = _scale(0.0, most * 1.04)
    printed = frame[frame["role"] == "printed"]
    behind = "".join(_bar(at(row.start), at(row.end), "printed") for row in _rows_of(printed) if row.end > row.start)
    rows, alt = [], []
    for row in _rows_of(frame):
        bars = "" if row.role == "printed" else behind
        bars += (
            _bar(at(row.start), at(row.end), row.role)
            if row.end != row.start
            else _bar(at(row.end), at(row.end), "line")
        )
        if not math.isnan(row.low):
            bars += _bar(at(row.low), at(row.high), "whisker")
        words = f"{'+' if row.role == 'step' else ''}{row.words}"
        words += "" if row.kind == "point" or row.role == "printed" else f", {KIND_WORDS[row.kind]}"
        label = f"{row.label}, as printed" if row.role == "printed" else row.label
        rows.append((label, bars, words))
        alt.append(f"{label}: {words}.")
    rows.append(("", _ticks(at, ticks), ""))
    foot = (
        "Million persons. Black lines: what the printed digits leave open, and the range over which the number of "
        "former detainees is varied. Shaded: the printed range."
    )
    return _figure("From 2019 to both groups together", rows, alt, foot)


def _tornado_html(explorer: Explorer) -> str:
    frame = explorer.tornado
    if frame is None:
        return ""
    title = f"What moves {explorer.target.replace('_', ' ')}: each assumption across its range, the others as they are"
    if not len(frame):
        return _figure(title, [], ["No assumption has an effect on it."], "No assumption has an effect on it.")
    ends = frame[["at_low", "at_high", "value"]]
    least, most = float(ends.min().min()), float(ends.max().max())
    room = 0.04 * ((most - least) or 1.0)
    at, ticks = _scale(least - room, most + room)
    rows, alt = [], []
    for row in _rows_of(frame):
        bars, words = "", []
        for end, number, result, text in (
            ("low", row.low, row.at_low, row.low_words),
            ("high", row.high, row.at_high, row.high_words),
        ):
            if not math.isnan(result):
                bars += _bar(at(row.value), at(result), end)
            words.append(f"at {number:,.10g}: {text}")
        bars += _bar(at(row.value), at(row.value), "line")
        rows.append((row.label, bars, "\n".join(words)))
        alt.append(f"{row.label}: {'; '.join(words)}.")
    scale = 1e6 if max(abs(least), abs(most)) >= 1e6 else 1.0
    rows.append(("", _ticks(at, ticks, scale), ""))
    key = "<span class='lt-key lt-low'></span> at its low end <span class='lt-key lt-high'></span> at its high end"
    name = frame["unit"].iloc[0]
    unit = (
        f"{'million ' if scale > 1 else ''}{name}s" if name in BASE_UNITS else "" if name == "dimensionless" else name
    )
    return _figure(title, rows, alt, f"{f'{html.escape(unit.capitalize())}. ' if unit else ''}{key}; black: as it is.")


def _statements_html(explorer: Explorer) -> str:
    items = []
    for one in explorer.statements:
        if one.holds is None:
            items.append(
                f"<li><b>{html.escape(one.statement)}</b>: not computable. "
                f"<span class='lt-note'>{html.escape(_sentence(one.reason))}</span></li>"
            )
            continue
        verdict, start = ("holds", "as long as") if one.holds else ("does not hold", "would need")
        needs = "; or ".join(f"{name} {words}" for name, words in (one.needs or {}).items())
        if one.holds:
            needs = needs.replace("; or ", "; ")
        words = f"{start} {needs}" if needs else "no single assumption changes that"
        more = f". No value of {', '.join(one.never)} makes it hold" if one.never else ""
        items.append(
            f"<li data-statement='{html.escape(one.id)}'><b>{html.escape(one.statement)}</b>: "
            f"<span class='lt-{'holds' if one.holds else 'fails'}'>{verdict}</span>, {html.escape(one.sides)}. "
            f"<span class='lt-note'>{html.escape(_sentence(words + more))}</span></li>"
        )
    foot = "Each over what has a meaning, the other assumptions as they are."
    return f"<ul class='lt-statements'>{''.join(items)}</ul><p class='lt-note'>{foot}</p>" if items else ""


def _others_html(explorer: Explorer, headline: Iterable[str]) -> str:
    rows = ""
    for name in (name for name in explorer.estimates if name not in headline):
        found, label = explorer.estimates[name], explorer.model.name(name).rstrip(".")
        unit = f" {found.unit}s" if found.unit in BASE_UNITS else ""
        under = f"{explorer.bounds(name)} by the printed digits" if found.value is not None else found.reason
        rows += (
            f"<li data-estimate='{html.escape(name)}'>{html.escape(label)}: <b>{html.escape(explorer.words(name))}"
            f"{html.escape(unit)}</b> <span class='lt-note'>{html.escape(under)}</span></li>"
        )
    return f"<ul class='lt-statements'>{rows}</ul>" if rows else ""


def _share_html(explorer: Explorer) -> str:
    address, link, text = address_of(), explorer.link, explorer.file
    whole = html.escape(f"{address}{link}", quote=True)
    shown_link = (
        f'<a class="lt-link" href="{whole}">{whole}</a>' if address else f"<code class='lt-link'>{whole}</code>"
    )
    where = "opens this setting in an explorer at this address" if address else "goes behind the address of an explorer"
    drawn = (
        " Draws are carried at their medians; the file carries them whole." if explorer.scenario.distributions else ""
    )
    name = html.escape(f"{explorer.scenario.name}.yaml", quote=True)
    data = f"data:application/yaml;charset=utf-8,{quote(text)}"
    return (
        f"<p>A link that {where}:<br>{shown_link}{html.escape(drawn)}</p>"
        f'<p><a class="lt-file" download="{name}" href="{data}">Download it as a scenario file</a>, which '
        "<code>analysis scenarios FILE</code> and <code>analysis sensitivity --scenario FILE</code> read:</p>"
        f"<pre class='lt-yaml' tabindex='0' aria-label='The scenario file'>{html.escape(text)}</pre>"
    )


# Its server -----------------------------------------------------------------------------------------------------------

#: Seconds after which the kernel of a page that nobody has open any more is ended, and how often that is looked for.
_LEFT, _LOOK = 300, 30
#: Where a page may take anything from: from where it came itself.
_ALLOWED = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "connect-src 'self' ws://127.0.0.1:* ws://localhost:*; frame-ancestors 'none'"
)


def serve(
    scenario: str = OWN,
    *,
    model: Model,
    port: int = 8866,
    notebook: Path | None = None,
    ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serve the page with voila, on this machine alone, until the process is interrupted.

    scenario: what a page starts from; a file is read once, now. port: 0 takes a free one. ready: hears of the address.
    Each visitor has a kernel of their own, which takes values of widgets and nothing to execute. Raises InputError
    where the port is taken.
    """
    import nbformat
    from tornado.netutil import bind_sockets

    from analysis.notebooks import find as find_notebook
    from analysis.notebooks import steady

    one = find(scenario, model)
    content = nbformat.read(notebook or find_notebook(NOTEBOOK).path, as_version=4)
    try:
        sockets = bind_sockets(port, "127.0.0.1")
    except (OSError, OverflowError) as error:
        raise InputError(f"port {port} can't be used ({getattr(error, 'strerror', None) or error})") from None
    with tempfile.TemporaryDirectory() as folder, steady():
        if one.file and scenario not in model.register.scenarios:
            # A copy, so that every visitor starts from the same, whatever becomes of the file.
            copy = Path(folder) / "scenario.yaml"
            copy.write_text(Path(scenario).read_text(encoding="utf-8"), encoding="utf-8")
            scenario = str(copy)
        path = Path(folder) / "served" / f"{NOTEBOOK}.ipynb"
        path.parent.mkdir()
        nbformat.write(_starting_from(content, scenario), path)
        profile = Path(os.environ["IPYTHONDIR"]) / "profile_default"
        profile.mkdir(parents=True)
        # The kernel's own remarks are not the page's.
        (profile / "ipython_kernel_config.py").write_text("c.IPKernelApp.log_level = 50\n", encoding="utf-8")
        _voila(path, sockets, ready)


def _starting_from(content: Any, scenario: str) -> Any:
    """The notebook without its outputs, its pages starting from a scenario."""
    import nbformat

    cells = []
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
        if "parameters" in cell.metadata.get("tags", []):
            cells.append(nbformat.v4.new_code_cell(f"scenario = {scenario!r}"))
    content.cells = cells
    return content


def _with_cookie(request: Any, notebook: Any, cwd: str) -> None:
    """Gives the page the cookie without which it may not end its kernel when it is left."""
    assert request.xsrf_token


def _voila(path: Path, sockets: list[Any], ready: Callable[[str], None]) -> None:
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop
    from traitlets.config import Config
    from voila.app import Voila

    port = sockets[0].getsockname()[1]

    class Served(Voila):  # type: ignore[misc]
        """Voila on sockets of ours, with our template, and nothing of what a user has set up."""

        def setup_template_dirs(self) -> None:
            super().setup_template_dirs()
            self.template_paths.insert(0, str(PARTS))

        def listen(self) -> None:
            HTTPServer(self.app).add_sockets(sockets)
            self.ioloop = IOLoop.current()
            ready(f"http://127.0.0.1:{port}/")
            try:
                self.ioloop.start()
            except KeyboardInterrupt:
                pass
            finally:
                self.stop()

    settings = Config()
    settings.Voila.log_level = "CRITICAL"
    settings.VoilaConfiguration.strip_sources = True
    settings.VoilaConfiguration.allow_template_override = "NO"
    settings.VoilaConfiguration.allow_theme_override = "NO"
    settings.VoilaConfiguration.file_allowlist = []
    settings.VoilaConfiguration.prelaunch_hook = _with_cookie
    settings.MappingKernelManager.cull_idle_timeout = _LEFT
    settings.MappingKernelManager.cull_interval = _LOOK
    app = Served(
        config=settings,
        config_file_paths=[],
        ip="127.0.0.1",
        port=port,
        open_browser=False,
        notebook_path=str(path),
        connection_dir_root=str(path.parent.parent),
        # Whoever gives this machine another name in a browser is not let in, and a page asks nobody else for anything.
        tornado_settings={
            "allow_remote_access": False,
            "local_hostnames": ["localhost"],
            "headers": {"Content-Security-Policy": _ALLOWED},
            "ws_ping_interval": 30_000,
            "ws_ping_timeout": 30_000,
        },
    )
    app.initialize([])
    app.start()
