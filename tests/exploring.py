"""The explorer's page beside the library: random settings, and the answers of both."""

import math
import random
from typing import Any

from analysis.core.units import CONSTANTS
from analysis.model.model import ModelError
from analysis.model.verdicts import judge
from analysis.publish import explorer
from analysis.render.headlines import headlines
from analysis.render.steps import label, step
from analysis.render.wording import verdict_words
from analysis.study import Study
from analysis.whatif.sensitivity import break_even, tornado

#: Texts that name no number, or one in another unit, or in another spelling.
ODD = (
    "abc",
    "suothern",
    "1e999",
    "nan",
    "",
    "0.5 persn",
    "0.5 person",
    "12 %",
    "0.3 million person",
    "1,700,000",
    "1e-3",
    "0.4 person/transfer",
    "1,70",
    "-",
    "5 transfers",
    ".5",
    "2 million",
    "50 percent",
    "0.7 person / transfer",
    "1 dimensionless",
    "<b>1</b>",
    "3 hours",
    "40 thousand",
    "7 million transfer",
)
UNKNOWN = (
    "ovrelap",
    "persons_per_transfr",
    "zzz",
    "constructor",
    "at risk 2021",
    "OVERLAP",
    "cadres",
    "a_year",
    "toString",
)

#: Answers of the page to settings, each a list of pairs; in its own names, which a
#: test alone knows.
ANSWERS = """
(settings) => settings.map((pairs) => {
  const byName = ([one], [two]) => (one < two ? -1 : 1);
  const [under, refusal] = attempt(() => change(new Map(pairs)));
  if (!under) return { refusal };
  const tried = (answer) => {
    const [found, reason] = attempt(answer);
    return found ?? reason;
  };
  const names = Object.keys(DATA.quantities)
    .filter((name) => !DATA.constants.includes(name));
  return {
    differs: differences(under),
    estimates: names.map((name) => tried(() => {
      const { value, low, high, side, remarks } = estimate(planOf([name], under));
      return [value, low, high, side, remarks];
    })),
    headlines: DATA.headlines.map((one) => {
      const { lines, verdict, sentence } = headline(one, under);
      return [lines.map(([, working]) => working), verdict, sentence];
    }),
    checks: Object.values(DATA.checks).map((one) => {
      const [found, reason] = attempt(() => judge(one, under));
      return found?.said ?? `not computable: ${reason}`;
    }),
    steps: names.map((name) => tried(() => worked(planOf([name], under)))),
    tornado: DATA.estimates.map((name) => tried(() =>
      tornado(planOf([name], under))
        .map((bar) => [bar.name, bar.low, bar.high, bar.atLow, bar.atHigh])
        .sort(byName))),
    statements: DATA.statements.map((statement) => tried(() => {
      const { left, right, holds, found } = breakEvens(statement, under);
      const spans = found.map((one) => [one.name, one.spans]).sort(byName);
      return [left, right, holds, spans];
    })),
  };
})
"""


def random_settings(study: Study, count: int, seed: int) -> list[list[tuple[str, str]]]:
    """Settings with one to four changes: all readings, values in, at and beyond their
    ranges, odd texts and names.
    """
    model, chance = study.model, random.Random(seed)
    names = [name for name in explorer.live(model) if name not in CONSTANTS]
    every = [(name, reading) for name in names for reading in model.sources[name]]

    def text(name: str) -> str:
        one = model.register.assumptions.get(name)
        if chance.random() < 0.08:
            return chance.choice(ODD)
        if one is None:
            source = model.sources[name][model.default(name)]
            usual = (
                source.value
                if math.isfinite(source.value)
                else float(model.plan(name).evaluate({})[name])
            )
            usual = usual if math.isfinite(usual) else 2e6
            factors = [0.5, 0.9, 0.99, 1, 1.01, 1.1, 2, -1, chance.uniform(0, 2)]
            return repr(usual * chance.choice(factors))
        ends = [one.low, one.high, one.minimum, one.maximum, one.value]
        ends += [0.999 * one.minimum, 1.001 * one.maximum]
        ends += [chance.uniform(one.low, one.high) for _ in range(8)]
        return repr(chance.choice(ends))

    found = []
    for number in range(count):
        given: dict[str, str] = {}
        for place in range(chance.randint(1, 4)):
            # Each reading in turn.
            name, reading = (
                every[number % len(every)] if place == 0 else chance.choice(every)
            )
            if model.register.assumptions.get(name) is None and chance.random() < 0.5:
                name = chance.choice(
                    [*(one for one in names if one in model.register.assumptions), name]
                )
            isreading = reading in model.sources[name] and (
                place == 0 or chance.random() < 0.4
            )
            given[name] = reading if isreading else text(name)
        if chance.random() < 0.03:
            given[chance.choice(UNKNOWN)] = chance.choice(("0.5", "southern"))
        found.append(list(given.items()))
    return found


def answers_of(study: Study, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    model = study.model
    live = explorer.live(model)
    try:
        for name, _ in pairs:
            if name in model.quantities and name not in live:
                # The page holds no quantity on which nothing of it depends.
                raise ModelError(
                    f"{name} is unused: nothing computed here depends on it under "
                    "these readings"
                )
            model.known(name)
        setting = model.setting(dict(pairs))
    except ModelError as error:
        return {"refusal": str(error)}

    def tried(answer: Any) -> Any:
        try:
            return answer()
        except ModelError as error:
            return str(error)

    def estimated(name: str) -> Any:
        one = model.estimate(name, setting)
        return [one.value, one.low, one.high, one.side, [*one.remarks]]

    def stated(row: Any) -> Any:
        one = break_even(model, row, setting)
        found = [[b.assumption, [[*span] for span in b.holds]] for b in one.break_evens]
        return [one.left, one.right, one.holds, sorted(found)]

    def lines(name: str) -> Any:
        plan = model.plan(name, setting)
        assert math.isfinite(plan.value)
        first, *others = step(model, setting, plan, name).lines
        side = f" ({plan.side})" if others and plan.side.startswith("at ") else ""
        return [f"{label(name)} {first}", " ".join(others).removeprefix("= ") + side]

    names = [name for name in live if name not in CONSTANTS]
    shown = headlines(model, setting)
    judging = [
        row
        for row in model.register.checks.values()
        if row.quantity in live and row.claim and not row.against
    ]
    return {
        "differs": model.differences(setting),
        "estimates": [tried(lambda name=name: estimated(name)) for name in names],
        "headlines": [[[*one.working], one.verdict, one.sentence] for one in shown],
        "checks": [verdict_words(model, judge(model, row, setting)) for row in judging],
        "steps": [tried(lambda name=name: lines(name)) for name in names],
        "tornado": [
            tried(
                lambda name=name: sorted(
                    [*vars(bar).values()] for bar in tornado(model, name, setting)
                )
            )
            for name in model.register.estimates
        ],
        "statements": [
            tried(lambda row=row: stated(row))
            for row in model.register.statements.values()
        ],
    }


def differences(one: Any, two: Any, place: str = "") -> list[str]:
    """Where two answers differ: numbers beyond twelve digits, all else at all."""
    if isinstance(one, dict) and isinstance(two, dict):
        if one.keys() != two.keys():
            said = [answer.get("refusal", "an answer") for answer in (one, two)]
            return [f"{place}: {' / '.join(said)}"]
        return [
            found
            for key in one
            for found in differences(one[key], two[key], f"{place}.{key}")
        ]
    if isinstance(one, list | tuple) and isinstance(two, list | tuple):
        if len(one) != len(two):
            return [f"{place}: {one} / {two}"]
        return [
            found
            for i, (a, b) in enumerate(zip(one, two, strict=True))
            for found in differences(a, b, f"{place}[{i}]")
        ]
    numbers = (
        isinstance(one, int | float)
        and isinstance(two, int | float)
        and not isinstance(one, bool)
    )
    if numbers and (
        (math.isnan(one) and math.isnan(two))
        or math.isclose(one, two, rel_tol=1e-12, abs_tol=1e-6)
    ):
        return []
    return [] if one == two else [f"{place}: {one!r} / {two!r}"]
