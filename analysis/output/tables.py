"""What a screen and a notebook show of scenarios, ranges, draws, indices and break-evens: tables in words.

>>> found = Sensitivity("at_risk_2021")
>>> found.estimate.side, found.drawn is None
('at most', True)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from analysis.core.bounds import Bounds
from analysis.core.model import Model, ModelError
from analysis.core.register import Register, Statement
from analysis.core.units import BASE_UNITS
from analysis.core.words import in_words
from analysis.output.display import Table, plain
from analysis.output.escape import markdown
from analysis.output.results import (
    CAVEAT,
    Prose,
    estimate_words,
    percent_of,
    place_of,
    sided,
    span_words,
    value_words,
)
from analysis.whatif.draws import Draws, draw
from analysis.whatif.scenarios import OWN, Estimated, Scenario, estimate, find, shipped, tabulate
from analysis.whatif.sensitivity import (
    ALL,
    POINTS,
    ROUNDING,
    Bar,
    BreakEven,
    BreakEvens,
    break_even,
    ranges,
    sobol_indices,
    tornado,
)

#: Stands under everything that was drawn.
ILLUSTRATIVE = (
    "Illustrative: draws under distributions that were chosen. They bound nothing, and are no statement of how sure "
    "anybody is."
)
_LABELS = {
    "mean": "mean",
    "sd": "standard deviation",
    "p05": "5th percentile",
    "p50": "median",
    "p95": "95th percentile",
}


def words_of(model: Model, quantity: str, value: float | None, *, beside: Iterable[float] = ()) -> str:
    """A value as a screen shows it: people to the nearest 10,000; ``beside`` as in ``in_words``."""
    if value is None or not math.isfinite(value):
        return "no value"
    small = model.units[quantity] in BASE_UNITS and 0 < abs(value) < 1e4
    return value_words(model, quantity, value, 1.0 if small else 1e4, beside=beside)


def named(model: Model, name: str) -> str:
    """A quantity in words, with its name."""
    return f"{model.name(name).rstrip('.')} ({name})"


# Scenarios ------------------------------------------------------------------------------------------------------------


def scenarios_table(model: Model, scenarios: Iterable[Scenario] | None = None) -> Table:
    """The estimates under each scenario, with what their words make of them; a scenario a row."""
    rows: list[dict[str, str]] = []
    reasons: dict[str, list[str]] = {}
    for scenario in shipped(model).values() if scenarios is None else scenarios:
        estimates = tabulate(model, [scenario])
        mark = " (reconstruction)" if any(found.reconstruction for found in estimates) else ""
        row = {"scenario": f"{scenario.name}{mark}: {scenario.description}"}
        for found in estimates:
            row[found.quantity.replace("_", " ")] = estimated_words(model, found)
            for text in filter(None, (found.reason, *found.remarks)):
                reasons.setdefault(f"{found.quantity} under {{}}: {text}.", []).append(scenario.name)
        rows.append(row)
    quantities = model.register.estimates
    units = dict.fromkeys(f"{model.units[name]}s" for name in quantities if model.units[name] in BASE_UNITS)
    foot = [text.replace("{}", ", ".join(names), 1) for text, names in reasons.items()]
    foot += [f"In {', '.join(units)}. Values at the printed numbers and what is set, drawn inputs at their medians;"]
    foot += ["a reconstruction is ours, for the article does not derive it.", CAVEAT]
    return Table(rows, columns=["scenario", *(name.replace("_", " ") for name in quantities)], foot=" ".join(foot))


def differences_table(model: Model, scenarios: Iterable[Scenario], against: Scenario) -> Table:
    """The difference of each estimate from that under another scenario, absolute and in percent; a scenario a row."""
    names = {name: name.replace("_", " ") for name in model.register.estimates}
    first = f"change from {against.name}"
    rows = []
    for scenario in scenarios:
        if scenario.name != against.name:
            found = tabulate(model, [scenario], against=against)
            rows.append({first: scenario.name, **{names[one.quantity]: _off(model, one) for one in found}})
    return Table(rows, columns=[first, *names.values()])


def _off(model: Model, one: Estimated) -> str:
    """A difference with its sign, and its percentage in brackets; empty where there is none."""
    if one.difference is None:
        return ""
    sign, words = "+" if one.difference > 0 else "", in_words(100 * one.difference, "", decimals=1) + " points"
    if percent_of(model, one.quantity) is None:
        words = in_words(one.difference, one.unit, place_of(model, one.depends_on, one.difference))
    share = "" if one.percent is None else f" ({sign}{in_words(one.percent / 100, '', percent=1)})"
    return f"{sign}{words}{share}" if one.difference else "0"


def estimated_words(model: Model, found: Estimated) -> str:
    """One estimate under a scenario, in a few words.

    >>> model = Model(Register.read())
    >>> estimated_words(model, estimate(model, find("southern", model), "at_risk_2019"))
    'at most 1.57 million'
    """
    if found.value is None:
        return "no single value" if "single" in found.reason else "not computable"
    spans = (found.value, found.low, found.high, found.depends_on)
    return sided(found.side, estimate_words(model, found.quantity, *spans))


# Sensitivity ----------------------------------------------------------------------------------------------------------


class Sensitivity:
    """An estimate under a scenario and what moves it, as ``analysis sensitivity`` prints it and notebook 08 shows it.

    quantity: what is estimated. scenario: it, its name, or the path of its file. draws, seed, method, scheduler,
    compiled: as in ``draws.draw``; nothing is drawn where the scenario gives no distribution. Raises InputError
    in one sentence for an unknown name or a number that can't be used.
    """

    def __init__(
        self,
        quantity: str,
        scenario: str | Scenario = OWN,
        *,
        draws: int = 2**16,
        seed: int = 0,
        method: str = "sobol",
        scheduler: str = "",
        compiled: bool = False,
        model: Model | None = None,
    ) -> None:
        self.model = model or Model(Register.read())
        self.quantity = self.model.known(quantity)
        self.scenario = scenario if isinstance(scenario, Scenario) else find(scenario, self.model)
        self.setting = self.scenario.setting(self.model, quantity)
        self._how: dict[str, Any] = {"n": draws, "seed": seed, "method": method, "scheduler": scheduler}
        self._how["compiled"] = compiled

    @property
    def differs(self) -> str:
        """What differs from the article, in one line; says so when nothing does."""
        used = self.model.plan(self.quantity, self.setting).by_name
        idle = [name for name in (*self.setting.readings, *self.setting.values) if name not in used]
        parts = [
            self.model.differences(self.setting) or "as in the article",
            f"without an effect on {self.quantity}: {', '.join(idle)}" if idle else "",
        ]
        return "; ".join(filter(None, parts))

    @cached_property
    def estimate(self) -> Estimated:
        """The estimate itself."""
        return estimate(self.model, self.scenario, self.quantity)

    @cached_property
    def ranges(self) -> dict[str, Bounds]:
        """The bounds of the quantity: under rounding, each assumption, and all of them."""
        return ranges(self.model, self.quantity, self.setting)

    @cached_property
    def tornado(self) -> list[Bar]:
        """Each assumption across its range."""
        return tornado(self.model, self.quantity, self.setting)

    @cached_property
    def drawn(self) -> Draws | None:
        """The draws; None where the scenario gives no distribution that has an effect here."""
        plan = self.model.plan(self.quantity, self.setting)
        if not set(self.scenario.distributions) & set(plan.leaves):
            return None
        return draw(self.model, [self.quantity], self.setting, self.scenario.drawn(self.model), **self._how)

    @cached_property
    def indices(self) -> Mapping[str, Mapping[str, float]] | None:
        """Sobol indices by input; None where nothing is drawn."""
        if self.drawn is None:
            return None
        plan, seed = self.model.plan(self.quantity, self.setting), self._how["seed"]
        # Points past a limit stay, for leaving them out ties inputs.
        return sobol_indices(lambda values: plan.evaluate(values)[self.quantity], self.drawn.inputs, seed=seed)

    @property
    def scenarios(self) -> list[Scenario]:
        """The scenarios that come with the data package, and this one where it is another."""
        return list({**shipped(self.model), self.scenario.name: self.scenario}.values())

    def summary(self) -> Prose:
        """The estimate, and what moves it, in a paragraph."""
        found, name = self.estimate, markdown(named(self.model, self.quantity))
        words = f"{name}, under the scenario {self.scenario.name}: "
        if found.value is None:
            return Prose(f"{words}{markdown(found.reason)}.")
        unit = f" {found.unit}s" if found.unit in BASE_UNITS else ""
        words += f"{estimated_words(self.model, found)}{unit}. The printed digits alone "
        by_rounding, *_, together = self.ranges.values()

        def over(low: float, high: float) -> str:
            return " to ".join(span_words(self.model, self.quantity, low, high))

        words += f"leave {over(by_rounding.low, by_rounding.high)}"
        widest = next((one for one in self.tornado if one.width), None)
        if widest is None:
            return Prose(f"{words}; no assumption moves it.")
        low, high = sorted((widest.at_low, widest.at_high))
        most = markdown(named(self.model, widest.assumption))
        words += f"; what moves it most by itself is {most}, over {over(low, high)}"
        return Prose(f"{words}. All assumptions together, with the rounding, give {over(together.low, together.high)}.")

    def ranges_table(self) -> Table:
        """From where to where the estimate moves: under rounding alone, each assumption alone, and all together."""
        return Table(_range_rows(self.model, self.quantity, self.ranges, self.tornado))

    def tornado_table(self) -> Table:
        """Each assumption across its range, the rest at their values."""
        rows = [
            [
                named(self.model, bar.assumption),
                *_ends_of(self.model, bar),
                *(words_of(self.model, self.quantity, end) for end in (bar.at_low, bar.at_high)),
            ]
            for bar in self.tornado
        ]
        columns = ["assumption", "low end", "high end", "estimate at the low end", "estimate at the high end"]
        return Table(rows, columns=columns)

    def draws_table(self) -> Table:
        """The mean, spread and percentiles of the draws; says so where nothing is drawn."""
        columns = ["of the draws", self.quantity]
        if self.drawn is None:
            why = f"The scenario {self.scenario.name} gives no distribution that has an effect here: nothing is drawn."
            return Table([], columns=columns, foot=f"{why} {CAVEAT}")
        numbers = self.drawn.numbers[self.quantity]
        rows = [[label, words_of(self.model, self.quantity, numbers[name])] for name, label in _LABELS.items()]
        left = "; ".join(f"{count:,} left out ({words})" for words, count in self.drawn.violations.items())
        how = {"sobol": "scrambled Sobol points", "random": "random draws"}[self._how["method"]]
        made = f"{self.drawn.n:,} {how}, seed {self._how['seed']}{f'; {left}' if left else ''}."
        return Table(rows, columns=columns, foot=f"{made} {ILLUSTRATIVE} {CAVEAT}")

    def indices_table(self) -> Table:
        """The share of the variance of the draws that each input explains, alone and with the others."""
        columns = ["input", "drawn from", "alone (first order)", "with the others (total)"]
        if self.indices is None:
            return Table([], columns=columns, foot=f"Nothing is drawn. {CAVEAT}")
        assert self.drawn is not None
        rows = [
            [named(self.model, name), str(self.drawn.inputs[name]), _share(found, "first"), _share(found, "total")]
            for name, found in sorted(self.indices.items(), key=lambda one: -one[1]["total"])
        ]
        foot = f"{POINTS:,} base points; 95 percent of the resamples in brackets. {ILLUSTRATIVE} {CAVEAT}"
        return Table(rows, columns=columns, foot=foot)

    def statements_table(self) -> Table:
        """Where each statement of the data package stops holding under the scenario, or why that is not computable."""
        return break_even_table(self.model, self.model.register.statements.values(), self.scenario)

    def json(self) -> dict[str, Any]:
        """Everything as JSON holds it, in base units; what was drawn is null where nothing is."""
        found, drawn, shares = self.estimate, self.drawn, self.indices or {}
        summary = drawn.numbers[self.quantity] if drawn else {}
        row = {
            "quantity": self.quantity,
            "unit": found.unit,
            "n": drawn.n if drawn else 0,
            "seed": self._how["seed"],
            **{name: summary.get(name) for name in _LABELS},
            "S1": {name: one["first"] for name, one in shares.items()},
            "ST": {name: one["total"] for name, one in shares.items()},
            "S1_interval": {name: [one["first_low"], one["first_high"]] for name, one in shares.items()},
            "ST_interval": {name: [one["total_low"], one["total_high"]] for name, one in shares.items()},
            "method": self._how["method"] if drawn else None,
            "kept": drawn.kept if drawn else 0,
            "violations": drawn.violations if drawn else {},
            "label": ILLUSTRATIVE if drawn else None,
            "scenario": self.scenario.name,
            "differs": self.differs,
            **{name: getattr(found, name) for name in ("value", "low", "high", "side", "remarks", "reconstruction")},
            "reason": found.reason,
            "ranges": [{"what": what, "low": one.low, "high": one.high} for what, one in self.ranges.items()],
            "tornado": self.tornado,
            "caveat": CAVEAT,
        }
        return {name: plain(one) for name, one in row.items()}


def all_ranges_table(model: Model, scenario: Scenario) -> Table:
    """Every headline estimate with its side: its range under rounding, under each assumption alone, and under all."""
    rows, reasons = [], []
    for quantity in model.register.estimates:
        found = estimate(model, scenario, quantity)
        if found.value is None:
            reasons.append(f"{quantity}: {found.reason}.")
            continue
        setting = scenario.setting(model, quantity)
        bars = tornado(model, quantity, setting)
        for row in _range_rows(model, quantity, ranges(model, quantity, setting), bars):
            rows.append({"estimate of": f"{quantity}, {estimated_words(model, found)}", **row})
    return Table(rows, columns=["estimate of", "moved", "over", "estimate"], foot=" ".join([*reasons, CAVEAT]))


def _ends_of(model: Model, bar: Bar) -> list[str]:
    """The ends of the range that an assumption is varied over; says so where a limit cuts it."""
    one = model.register.assumptions[bar.assumption]
    low, *_, high = span_words(model, one.id, bar.low, bar.high, outward=False) * 2
    return [f"{low}{', the limit,' * (bar.low > one.low)}", f"{high}{', the limit' * (bar.high < one.high)}"]


def _range_rows(model: Model, quantity: str, found: Mapping[str, Bounds], bars: Iterable[Bar]) -> list[dict[str, str]]:
    rows, over = [], {bar.assumption: " to ".join(_ends_of(model, bar)) for bar in bars}
    for what, one in found.items():
        moved = {ROUNDING: "the printed digits, as rounded", ALL: "all of these together"}.get(what)
        rows.append(
            {
                "moved": moved or named(model, what),
                "over": over.get(what, ""),
                "estimate": " to ".join(span_words(model, quantity, one.low, one.high)),
            }
        )
    return rows


def _share(found: Mapping[str, float], kind: str) -> str:
    low, high = (max(0.0, min(1.0, found[f"{kind}_{end}"])) for end in ("low", "high"))
    return f"{max(0.0, found[kind]):.3f} ({low:.3f} to {high:.3f})"


# Break-even -----------------------------------------------------------------------------------------------------------


def break_even_table(model: Model, statements: Iterable[Statement], scenario: Scenario) -> Table:
    """For each statement and each assumption, the values over which the statement holds, the others as they are.

    Under the table, the statements that are not computable under the scenario, with the reason.
    """
    rows, reasons = [], []
    for statement in statements:
        try:
            found = break_even_under(model, statement, scenario)
        except ModelError as error:
            reasons.append(f"{statement.statement}: {error}.")
            continue
        pairs = ((found.left, found.right), (found.right, found.left))
        sides = " against ".join(words_of(model, found.quantity, one, beside=[other]) for one, other in pairs)
        said = f"{statement.statement}: {'holds' if found.holds else 'does not hold'}, {sides}"
        for one in found.break_evens:
            value, holds = (
                words_of(model, one.assumption, one.value),
                break_even_words(model, one, statement.comparison),
            )
            rows.append([said, named(model, one.assumption), value, holds])
        if not found.break_evens:
            reasons.append(f"{said}; no assumption has an effect on it.")
    foot = [*reasons, "Each over the values that the limits allow, the other assumptions as they are.", CAVEAT]
    return Table(rows, columns=["statement", "assumption", "as it is", "holds for"], foot=" ".join(foot))


def break_even_under(model: Model, statement: Statement, scenario: Scenario) -> BreakEvens:
    """Where a statement stops holding under a scenario."""
    quantity, _ = model.named(statement.quantity)
    return break_even(model, statement, scenario.setting(model, quantity))


def break_even_words(model: Model, one: BreakEven, comparison: str) -> str:
    """For which values of an assumption a statement holds."""
    varied = model.register.assumptions[one.assumption]
    if one.everywhere:
        return "the whole range"
    if not one.holds:
        return "no value"

    def end(value: float) -> str:
        return value_words(model, one.assumption, value, 1e4 if value >= 1e4 else 1.0, decimals=4)

    above, below = ("above {}", "below {}") if comparison in ("more_than", "less_than") else ("{} and more", "up to {}")
    parts = []
    for low, high in one.holds:
        starts, stops = low in one.roots, high in one.roots
        if low == high:
            parts.append(f"{end(low)} alone")
        elif starts and not stops:
            parts.append(above.format(end(low)))
        elif stops and not starts:
            parts.append(below.format(end(high)))
        else:
            parts.append(f"{end(low)} to {end(high)}")
    ends = [root for root in one.roots if not varied.low <= root <= varied.high]
    outside = " (outside the range that it is varied over)" if ends and len(ends) == len(one.roots) else ""
    return f"{' or '.join(parts)}{outside}"


def break_even_json(found: BreakEvens) -> dict[str, Any]:
    """A break-even as JSON holds it, in base units."""
    row = {name: getattr(found.statement, name) for name in ("id", "statement", "comparison")}
    row |= {name: getattr(found, name) for name in ("quantity", "unit", "left", "right", "holds")}
    row["assumptions"] = {
        one.assumption: {"value": one.value, "roots": one.roots, "holds_for": one.holds, "whole_range": one.everywhere}
        for one in found.break_evens
    }
    return {name: plain(one) for name, one in row.items()}


def break_evens_json(model: Model, statements: Iterable[Statement], scenario: Scenario) -> list[dict[str, Any]]:
    """Break-evens as JSON holds them; a statement that is not computable under the scenario has the reason alone."""
    rows: list[dict[str, Any]] = []
    for statement in statements:
        try:
            rows.append(break_even_json(break_even_under(model, statement, scenario)))
        except ModelError as error:
            rows.append({"id": statement.id, "statement": statement.statement, "reason": str(error)})
    return rows
