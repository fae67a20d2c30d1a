"""This module puts scenarios and sensitivities into tables in words.

A screen and a notebook show these tables of scenarios, ranges, draws, indices and
break-evens.

>>> found = Sensitivity("at_risk_2021")
>>> found.estimate.side, found.drawn is None
('at most', True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from analysis.core.register import Register
from analysis.core.rows import Statement
from analysis.core.spell import exact, joined, spell, spell_change, with_side
from analysis.core.units import BASE_UNITS
from analysis.model.bounds import Bounds
from analysis.model.model import Model, ModelError
from analysis.render.frame import Frame, of_texts, plain
from analysis.render.headlines import ours
from analysis.render.speller import Speller
from analysis.render.wording import CAVEAT
from analysis.whatif.draws import Draws, draw
from analysis.whatif.scenarios import (
    OWN,
    Estimated,
    Scenario,
    estimate,
    find,
    shipped,
    tabulate,
)
from analysis.whatif.sensitivity import (
    ALL,
    HIGHEST,
    LOWEST,
    POINTS,
    ROUNDING,
    Bar,
    BreakEvens,
    break_even,
    ranges,
    sobol_indices,
    tornado,
)

#: Stands under everything that was drawn.
ILLUSTRATIVE = (
    "Illustrative: draws under distributions that were chosen. "
    "They bound nothing, and are no statement of how sure anybody is."
)
_LABELS = {
    "mean": "mean",
    "sd": "standard deviation",
    "p05": "5th percentile",
    "p50": "median",
    "p95": "95th percentile",
}


def named(model: Model, name: str) -> str:
    """A quantity in words, with its name."""
    return f"{model.name(name).rstrip('.')} ({name})"


# Scenarios ----------------------------------------------------------------------------


def scenarios_table(model: Model, scenarios: Iterable[Scenario] | None = None) -> Frame:
    """The estimates under each scenario; a scenario a row.

    Reasons and remarks stand below.
    """
    rows: list[dict[str, str]] = []
    reasons: dict[str, list[str]] = {}
    for scenario in shipped(model).values() if scenarios is None else scenarios:
        estimates = tabulate(model, [scenario])
        mark = (
            " (reconstruction)"
            if any(found.reconstruction for found in estimates)
            else ""
        )
        row = {"scenario": f"{scenario.name}{mark}: {scenario.description}"}
        for found in estimates:
            row[found.quantity.replace("_", " ")] = estimated_words(model, found)
            for text in filter(None, (found.reason, *found.remarks)):
                reasons.setdefault(f"{found.quantity} under {{}}: {text}.", []).append(
                    scenario.name
                )
        rows.append(row)
    units = dict.fromkeys(
        f"{unit}s"
        for unit in map(model.units.get, model.register.estimates)
        if unit in BASE_UNITS
    )
    foot = [text.replace("{}", ", ".join(names), 1) for text, names in reasons.items()]
    foot += [
        f"In {' or '.join(units)}. Values at the printed numbers and what is set, "
        "drawn inputs at their medians; "
        "a reconstruction is ours, for the article does not derive it.",
        CAVEAT,
    ]
    return of_texts(rows, foot=" ".join(foot))


def differences_table(
    model: Model, scenarios: Iterable[Scenario], against: Scenario
) -> Frame:
    """Tabulate how each estimate differs from that under another scenario.

    A row has the differences of one scenario, absolute and in percent.
    """
    rows: dict[str, dict[str, str]] = {}
    speller = Speller(model)
    bases = {
        quantity: estimate(model, against, quantity).value
        for quantity in model.register.estimates
    }
    for one in tabulate(
        model,
        [each for each in scenarios if each.name != against.name],
        against=against,
    ):
        row = rows.setdefault(
            one.scenario, {f"change from {against.name}": one.scenario}
        )
        row[one.quantity.replace("_", " ")] = _change(speller, one, bases[one.quantity])
    return of_texts([*rows.values()])


def _change(speller: Speller, one: Estimated, base: float | None) -> str:
    """A difference of two numbers as shown, and its percentage in brackets.

    The text is empty where there is no number to compare.
    """
    if one.value is None or base is None:
        return ""
    shown = speller.shown(one.quantity, one.value)
    unit = speller.unit(one.quantity)
    other = speller.shown(one.quantity, base)
    return spell_change(shown, other, unit, one.percent)


def estimated_words(model: Model, found: Estimated) -> str:
    """One estimate under a scenario, in a few words.

    >>> model = Model(Register.read())
    >>> estimated_words(model, estimate(model, find("southern", model), "at_risk_2019"))
    'at most 1.57 million'
    """
    if found.value is None:
        return "no single value" if "single" in found.reason else "not computable"
    return with_side(Speller(model).spell(found.quantity, found.value), found.side)


# Sensitivity --------------------------------------------------------------------------


class Sensitivity:
    """This is an estimate under a scenario, with what moves it.

    ``analysis sensitivity`` prints it, and notebook 08 shows it.

    The scenario is given itself, by its name, or by the path of its file. ``draws`` and
    ``seed`` say how to draw, as in ``draws.draw``. An unknown name, or a number that
    can't be used, raises InputError in one sentence.
    """

    def __init__(
        self,
        quantity: str,
        scenario: str | Scenario = OWN,
        *,
        model: Model | None = None,
        draws: int = 2**16,
        seed: int = 0,
    ) -> None:
        self.model = model or Model(Register.read())
        self.quantity = self.model.known(quantity)
        self.scenario = (
            scenario if isinstance(scenario, Scenario) else find(scenario, self.model)
        )
        self.setting = self.scenario.setting(self.model)
        self._how = {"n": draws, "seed": seed}

    @property
    def differs(self) -> str:
        """Name the differences from the article in one line.

        The line says so where there are none.
        """
        used = self.model.plan(self.quantity, self.setting).by_name
        idle = [name for name in self.setting.choices if name not in used]
        words = (
            self.model.differences(self.setting)
            or f"as in the article. {ours(self.model, self.setting)}".strip()
        )
        return (
            f"{words}; without an effect on {self.quantity}: {', '.join(idle)}"
            if idle
            else words
        )

    @cached_property
    def estimate(self) -> Estimated:
        """The estimate itself."""
        return estimate(self.model, self.scenario, self.quantity)

    @cached_property
    def ranges(self) -> dict[str, Bounds]:
        """The bounds under rounding, under each assumption, and under all of them."""
        return ranges(self.model, self.quantity, self.setting)

    @cached_property
    def tornado(self) -> list[Bar]:
        """Move each assumption across its range.

        The assumption that moves the estimate most comes first.
        """
        return tornado(self.model, self.quantity, self.setting)

    @cached_property
    def drawn(self) -> Draws | None:
        """Draw the estimate.

        There are no draws where the scenario gives no distribution that has an effect
        here.
        """
        if (
            not self.scenario.distributions.keys()
            & self.model.plan(self.quantity, self.setting).leaves.keys()
        ):
            return None
        return draw(
            self.model,
            [self.quantity],
            self.setting,
            self.scenario.drawn(self.model),
            **self._how,
        )

    @cached_property
    def indices(self) -> Mapping[str, Mapping[str, float]]:
        """Sobol indices by input; empty where nothing is drawn."""
        if self.drawn is None:
            return {}
        plan = self.model.plan(self.quantity, self.setting)
        # Points past a limit stay, for leaving them out ties inputs.
        how = {"seed": self._how["seed"]}
        return sobol_indices(
            lambda values: plan.evaluate(values)[self.quantity],
            self.drawn.inputs,
            **how,
        )

    @property
    def scenarios(self) -> list[Scenario]:
        """Return the scenarios that come with the data package.

        The scenario of this estimate joins them where it is another.
        """
        return list({**shipped(self.model), self.scenario.name: self.scenario}.values())

    def ranges_table(self) -> Frame:
        """Tabulate from where to where the estimate moves.

        It moves under rounding alone, under each assumption alone, and under all
        together.
        """
        moved = {
            ROUNDING: "the printed digits, as rounded",
            LOWEST: "everything at its low end",
            HIGHEST: "everything at its high end",
            ALL: "all of these together",
        }
        over = {bar.assumption: _over(self.model, bar) for bar in self.tornado}
        over[LOWEST] = "each assumption where the estimate is lowest"
        over[HIGHEST] = "each assumption where the estimate is highest"
        rows, speller = [], Speller(self.model)
        for name in (ROUNDING, *over, ALL):
            span = _span(speller, self.quantity, name, self.ranges[name])
            rows.append(
                [moved.get(name) or named(self.model, name), over.get(name, ""), span]
            )
        return of_texts(rows, columns=["moved", "over", "estimate"])

    def draws_table(self) -> Frame:
        """Tabulate the mean, the spread and the percentiles of the draws.

        The table says so where nothing is drawn.
        """
        columns = ["of the draws", self.quantity]
        if self.drawn is None:
            why = (
                f"The scenario {self.scenario.name} gives no distribution "
                "that has an effect here: nothing is drawn."
            )
            return of_texts([], columns=columns, foot=f"{why} {CAVEAT}")
        numbers = self.drawn.numbers[self.quantity]
        unit = self.model.spelled_unit(self.quantity)
        rows = [[label, spell(numbers[name], unit)] for name, label in _LABELS.items()]
        left = "".join(
            f"; {count:,} left out ({words})"
            for words, count in self.drawn.violations.items()
        )
        points = f"{self.drawn.n:,} scrambled Sobol points, seed {self._how['seed']}"
        foot = f"{points}{left}. {ILLUSTRATIVE} {CAVEAT}"
        return of_texts(rows, columns=columns, foot=foot)

    def indices_table(self) -> Frame:
        """Tabulate how much of the variance of the draws each input explains.

        A row has the share that the input explains alone, and with the others.
        """
        columns = [
            "input",
            "drawn from",
            "alone (first order)",
            "with the others (total)",
        ]
        if self.drawn is None:
            return of_texts([], columns=columns, foot=f"Nothing is drawn. {CAVEAT}")
        inputs: Mapping[str, Any] = self.drawn.inputs
        rows = [
            [
                named(self.model, name),
                str(inputs[name]),
                _share(found, "first"),
                _share(found, "total"),
            ]
            for name, found in sorted(
                self.indices.items(), key=lambda one: -one[1]["total"]
            )
        ]
        foot = (
            f"{POINTS:,} base points; 95 percent of the resamples in brackets. "
            f"{ILLUSTRATIVE} {CAVEAT}"
        )
        return of_texts(rows, columns=columns, foot=foot)

    def statements_table(self) -> Frame:
        """Tabulate where each statement stops holding under the scenario.

        The statements are those of the data package. Where the answer is not
        computable, the table says why.
        """
        return break_even_table(
            self.model, self.model.register.statements.values(), self.scenario
        )

    def json(self) -> dict[str, Any]:
        """Return everything as JSON holds it, in base units.

        What was drawn is under ``draws``, which is null where nothing is drawn.
        """
        found = {
            **vars(self.estimate),
            "differs": self.differs,
            "tornado": self.tornado,
            "draws": None,
        }
        found["ranges"] = [
            {"what": name, "low": one.low, "high": one.high}
            for name, one in self.ranges.items()
        ]
        if self.drawn:
            made = {
                **self._how,
                "kept": self.drawn.kept,
                "violations": self.drawn.violations,
                "label": ILLUSTRATIVE,
            }
            found["draws"] = {
                **made,
                **self.drawn.numbers[self.quantity],
                "indices": self.indices,
            }
        return {name: plain(one) for name, one in {**found, "caveat": CAVEAT}.items()}


def all_ranges_table(model: Model, scenario: Scenario) -> Frame:
    """Tabulate the ranges of every headline estimate, with its side.

    An estimate ranges under rounding, under each assumption alone, and under all.
    """
    rows, reasons = [], []
    for quantity in model.register.estimates:
        found = Sensitivity(quantity, scenario, model=model)
        if found.estimate.value is None:
            reasons.append(f"{found.quantity}: {found.estimate.reason}.")
            continue
        head = f"{found.quantity}, {estimated_words(model, found.estimate)}"
        rows += [{"estimate of": head, **row} for row in found.ranges_table().rows]
    return of_texts(rows, foot=" ".join([*reasons, CAVEAT]))


def _over(model: Model, bar: Bar) -> str:
    """The range that an assumption is varied over; says so where a limit cuts it."""
    one = model.register.assumptions[bar.assumption]
    unit = model.spelled_unit(one.id)
    low, high = exact(bar.low, unit), exact(bar.high, unit)
    if bar.low > one.low:
        low = f"{low}, the limit,"
    if bar.high < one.high:
        high = f"{high}, the limit"
    return f"{low} to {high}"


def _span(speller: Speller, quantity: str, moved: str, bounds: Bounds) -> str:
    """Bounds are rounded outward; the values at an assumption's ends are no bounds."""
    if moved in (ROUNDING, ALL):
        return speller.span(quantity, bounds.low, bounds.high)
    low, high = (speller.spell(quantity, end) for end in (bounds.low, bounds.high))
    return low if low == high else joined(low, high)


def _share(found: Mapping[str, float], kind: str) -> str:
    low, high = (max(0.0, min(1.0, found[f"{kind}_{end}"])) for end in ("low", "high"))
    return f"{max(0.0, found[kind]):.3f} ({low:.3f} to {high:.3f})"


# Break-even ---------------------------------------------------------------------------


def break_even_under(
    model: Model, statement: Statement, scenario: Scenario
) -> BreakEvens:
    """Where a statement stops holding under a scenario."""
    return break_even(model, statement, scenario.setting(model))


def break_evens(
    model: Model, statements: Iterable[Statement], scenario: Scenario
) -> list[dict[str, Any]]:
    """Return break-evens as JSON holds them.

    A statement that is not computable under the scenario has the reason alone.
    """
    rows = []
    for statement in statements:
        row = {
            name: getattr(statement, name) for name in ("id", "statement", "comparison")
        }
        try:
            found = break_even_under(model, statement, scenario)
            row |= {
                name: getattr(found, name)
                for name in ("quantity", "unit", "left", "right", "holds")
            }
            row["assumptions"] = {
                one.assumption: {
                    "value": one.value,
                    "roots": one.roots,
                    "holds_for": one.holds,
                    "whole_range": one.everywhere,
                }
                for one in found.break_evens
            }
        except ModelError as error:
            row["reason"] = str(error)
        rows.append({name: plain(one) for name, one in row.items()})
    return rows


def break_even_table(
    model: Model, statements: Iterable[Statement], scenario: Scenario
) -> Frame:
    """Tabulate over which values of an assumption a statement holds.

    There is a row for each statement and each assumption, with the other assumptions as
    they are. Under the table stand the statements that are not computable under the
    scenario, with the reason.
    """
    rows, reasons, speller = [], [], Speller(model)
    for found in break_evens(model, statements, scenario):
        if "reason" in found:
            reasons.append(f"{found['statement']}: {found['reason']}.")
            continue
        pairs = ((found["left"], found["right"]), (found["right"], found["left"]))
        sides = " against ".join(
            speller.spell(found["quantity"], value, [other]) for value, other in pairs
        )
        holds = "holds" if found["holds"] else "does not hold"
        said = f"{found['statement']}: {holds}, {sides}"
        for name, one in found["assumptions"].items():
            holds_for = _spans(
                model,
                name,
                one,
                strict=found["comparison"] in ("more_than", "less_than"),
            )
            rows.append(
                [
                    said,
                    named(model, name),
                    exact(one["value"], speller.unit(name)),
                    holds_for,
                ]
            )
        if not found["assumptions"]:
            reasons.append(f"{said}; no assumption has an effect on it.")
    foot = [
        *reasons,
        "Each over the values that the limits allow, "
        "the other assumptions as they are.",
        CAVEAT,
    ]
    return of_texts(
        rows,
        columns=["statement", "assumption", "as it is", "holds for"],
        foot=" ".join(foot),
    )


def _spans(model: Model, name: str, found: Mapping[str, Any], *, strict: bool) -> str:
    """Say for which values of an assumption a statement holds.

    If ``strict``, the values at which both sides are equal are left out.
    """

    def end(value: float, side: str) -> str:
        words = Speller(model).spell(name, value, [found["value"]])
        return f"{side} {words}" if strict and value in found["roots"] else words

    spans = " or ".join(
        joined(end(low, "above"), end(high, "below"))
        for low, high in found["holds_for"]
    )
    return "the whole range" if found["whole_range"] else spans or "no value"
