"""Random settings for the explorer's page, with the answers of page and library."""

import contextlib
import math
import random
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from analysis.core.rows import Check
from analysis.core.spell import (
    exact,
    place_of,
    rounded,
    spell,
    spell_at,
    spell_distance,
    with_side,
)
from analysis.model.comparison import resolve
from analysis.model.judging import verdicts_along
from analysis.model.model import Model, ModelError, Setting
from analysis.model.verdicts import compared_with, judge
from analysis.publish.explorer_texts import (
    SHORT,
    check_of,
    label,
    offered,
    phrases,
    quantities,
    reading_words,
    texts,
    words,
)
from analysis.render.headlines import NOT_CHECKED, NOT_COMPUTABLE
from analysis.render.wording import SAID
from analysis.study import Study

#: Answers of the page to settings, each a list of pairs; in its own names, which a test
#: alone knows.
ANSWERS = """
(settings) => settings.map((pairs) => {
  const [under, refusal] = attempt(() => change(pairs));
  if (!under) return { refusal };
  const tried = (answer) => {
    const [found, reason] = attempt(answer);
    return found ?? reason;
  };
  const judged = DATA.claims.map(({ check }) => tried(() => {
    const { value, verdict } = judge(check, under);
    return [value, verdict];
  }));
  return {
    values: DATA.quantities.map((name) => tried(() => planOf(name, under).value)),
    judged,
    texts: textsOf(under),
  };
})
"""
#: The spans of verdicts along each lever of the page.
CHARTS = """
(settings) => settings.map((pairs) => {
  const [under] = attempt(() => change(pairs));
  if (!under) return [];
  return [...document.querySelectorAll(".lever")].map(({ dataset }) => {
    const { lever, claim } = dataset;
    const { check, quantity } = DATA.claims.find((one) => one.id === claim);
    const { low, high } = QUANTITIES[lever].varied;
    const { words } = planOf(quantity, under);
    const least = over(under, words.map((leaf) => [leaf.name, "floor"]));
    return [claim, lever, chart(check, lever, least, low, high)];
  });
})
"""
#: The colours at the knob of each lever, of which there are two where a verdict turns,
#: with the number at which the knob stands if it is open.
COLOURS = r"""
(pairs) => {
  const [under] = attempt(() => change(pairs));
  if (!under) return [];
  state.setting = under;
  render();
  rest();
  return [...document.querySelectorAll(".lever")].map(({ dataset, children }) => {
    const { min, max, value, style } = children[1];
    const place = 100 * (value - min) / (max - min);
    const stretches = style.getPropertyValue("--track")
      .matchAll(/var\(--(\w+)\) (\S+)% (\S+?)%/g);
    const isHere = ([, , from, to]) => from - 1e-4 <= place && place <= +to + 1e-4;
    const number = children[1].matches("[data-open]") ? Number(value) : null;
    const kinds = [...stretches].filter(isHere).map(([, kind]) => kind);
    return [dataset.claim, dataset.lever, number, kinds];
  });
}
"""
#: Milliseconds that 500 moves of sliders take, with layout.
MOVES = """() => {
  const sliders = [...document.querySelectorAll("[data-slide]")];
  return Array.from({ length: 500 }, (_, i) => {
    const slider = sliders[i % sliders.length];
    const [low, high] = [Number(slider.min), Number(slider.max)];
    slider.value = low + (high - low) * ((37 * i) % 100) / 100;
    const start = performance.now();
    slider.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect();
    return performance.now() - start;
  });
}"""


def random_settings(
    study: Study, count: int, seed: int
) -> list[list[tuple[str, str | float]]]:
    """Settings with one to four changes of what the page can set.

    They are readings, and numbers in, at and beyond their ranges, and far from a print.
    """
    model, chance = study.model, random.Random(seed)
    readings = [
        (name, reading)
        for name in words()["settings"]
        for reading in offered(model, name)
    ]
    settings = []
    for entry in range(count):
        pairs: dict[str, str | float] = {}
        for place in range(chance.randint(1, 4)):
            # Each reading in turn comes first.
            name, reading = readings[entry % len(readings)]
            if place:
                name, reading = chance.choice(readings)
            is_read = place == 0 or chance.random() < 0.4
            pairs[name] = reading if is_read else _number(model, chance, name)
        settings.append(list(pairs.items()))
    return settings


def _number(model: Model, chance: random.Random, name: str) -> float:
    assumption = model.register.assumptions.get(name)
    if assumption is None:
        source = model.sources[name][model.default(name)]
        value = source.value if source.is_leaf else model.plan(name).value
        factors = [0.5, 0.9, 0.99, 1, 1.01, 1.1, 2, -1, 1e-6, 60, chance.uniform(0, 2)]
        return value * chance.choice(factors)
    low, high = assumption.minimum, assumption.maximum
    ends = [low, high, 0.999 * low - 1e-6, 1.001 * high + 1e-6]
    usual = [assumption.low, assumption.high, assumption.value]
    inside = [chance.uniform(assumption.low, assumption.high) for _ in range(6)]
    return chance.choice([*ends, *usual, *inside, chance.uniform(low, high)])


# What the library answers -------------------------------------------------------------


def plainly(model: Model, refusal: str) -> str:
    """A refusal of the library, with names as the page has them."""
    if refusal.startswith("These readings need each other"):
        return str(words()["refusals"]["circle"])
    refusal = re.sub(r"Write '.*' if you mean it\.$", "", refusal)
    division = re.match(r"(\w+) has no finite .* its reading '(\w+)'", refusal)
    if division:
        read = reading_words(*division.groups())
        refusal = refusal.replace(f"'{division[2]}'", f"'{read}'")
    for name in sorted(model.quantities, key=len, reverse=True):
        refusal = re.sub(rf"\b{name}\b", label(name), refusal)
    for claim in model.register.claims.values():
        refusal = refusal.replace(
            f"compare {claim.id} with", f"compare “{claim.published}” with"
        )
    return refusal


def answers_of(study: Study, pairs: list[tuple[str, str | float]]) -> dict[str, Any]:
    """What the library answers to a setting."""
    model = study.model
    try:
        setting = study.change(**dict(pairs)).setting
    except ModelError as error:
        return {"refusal": plainly(model, str(error))}
    checks = [check_of(model, name) for name in words()["claims"]]
    return {
        "values": [_value(model, setting, name) for name in quantities()],
        "judged": [_judged(model, setting, check) for check in checks],
        "texts": dict(_texts(model, setting, [name for name, _ in pairs])),
    }


def _value(model: Model, setting: Setting, name: str) -> float | str:
    plan = model.plan(name, setting)
    try:
        return plan.value
    except ModelError as error:
        if str(error) == plan.no_single_value:
            return math.nan
        return plainly(model, str(error))


def _judged(model: Model, setting: Setting, check: Check) -> list[Any] | str:
    outcome = judge(model, check, setting)
    if not outcome.verdict:
        return plainly(model, outcome.reason)
    value = math.nan if outcome.recomputed is None else outcome.recomputed
    return [value, outcome.verdict]


def _texts(
    model: Model, setting: Setting, order: list[str]
) -> Iterator[tuple[str, str]]:
    """The texts of the page but for sums, which ``recomputes`` checks by hand."""
    changes = []
    for name in order:
        choice = setting.choices.get(name)
        if isinstance(choice, str):
            changes.append(f"{label(name)}: {reading_words(name, choice)}")
        elif choice is not None:
            changes.append(f"{label(name)}: {_typed(choice, model.spelled_unit(name))}")
    said = f"Changed: {'; '.join(changes)}." if changes else ""
    yield "differs", said
    for name in quantities():
        yield from _number_texts(model, setting, name)
    article = texts(model)
    for name in words()["claims"]:
        keys = f"verdict {name}", f"kind {name}"
        said = [article[key] for key in keys]
        if _is_moved(model, setting, name):
            said = [_verdict(model, setting, name), _kind(model, setting, name)]
        yield from zip(keys, said, strict=True)


def _number_texts(
    model: Model, setting: Setting, name: str
) -> Iterator[tuple[str, str]]:
    plan = model.plan(name, setting)
    under = setting
    if plan.in_words:
        under = model.changed(setting, dict.fromkeys(plan.in_words, "floor"))
    try:
        value = model.plan(name, under).value
        remarks = [
            said for _, said in model.remarks(name, under) if " that we try" not in said
        ]
    except ModelError as error:
        yield f"value {name}", "no value"
        yield f"set {name}", "no value"
        yield f"note {name}", plainly(model, str(error))
        return
    unit = model.spelled_unit(name)
    is_leaf = plan.by_name[name].source.is_leaf
    number = _typed(value, unit)
    if not is_leaf:
        number = spell_at(value, unit, _place(model, name, value))
    key = "in words" if plan.in_words else number
    phrase = phrases(name).get(key, phrases(name)["other"])
    side = model.plan(name, under).side
    yield f"value {name}", with_side(number, side)
    yield f"set {name}", phrase.format(number=number)
    yield f"note {name}", " ".join(f"{said}." for said in remarks)


def _typed(value: float, unit: str) -> str:
    """A number that a reader set: with three digits where it has nine or more."""
    digits = f"{value:.11e}".partition("e")[0].lstrip("-").replace(".", "")
    is_long = len(digits.rstrip("0")) > 8
    return spell(value, unit) if is_long else exact(value, unit)


def _place(model: Model, name: str, value: float) -> int:
    """The last digit shown: of a count from 10,000 on, the thousands at the latest."""
    unit = model.spelled_unit(name)
    apart = compared_with(model, name)
    if unit not in ("person", "transfer", "labourer") or round(abs(value)) < 10_000:
        return place_of(value, unit, apart)
    for place in range(3, -9, -1):
        shown = float(rounded(value, place))
        if all(_same_side(value, shown, other) for other in apart):
            return place
    raise AssertionError(value)


def _same_side(value: float, shown: float, other: float) -> bool:
    """Whether a number, as shown, lies on the same side of another as its value."""
    if math.isclose(value, other, rel_tol=1e-9) or not math.isfinite(other):
        return not math.isfinite(other) or math.isclose(shown, other, rel_tol=1e-9)
    return (shown > other) == (value > other) and shown != other


def _is_moved(model: Model, setting: Setting, name: str) -> bool:
    """Whether a claim's sum or check rests on something that a setting changes."""
    headline = model.register.headlines.get(name)
    check = check_of(model, name)
    nodes: set[str] = set()
    for text in headline.working if headline else ():
        with contextlib.suppress(ModelError):
            nodes |= model.plan(
                *model.quantity_and_setting(text, setting)
            ).by_name.keys()
    with contextlib.suppress(ModelError):
        nodes |= model.plan_of(check, setting).by_name.keys()
    return bool(nodes & setting.choices.keys())


def _verdict(model: Model, setting: Setting, name: str) -> str:
    check = check_of(model, name)
    outcome = judge(model, check, setting)
    if not outcome.verdict:
        try:
            _ = model.plan_of(check, setting).value
        except ModelError:
            return NOT_COMPUTABLE
        return NOT_CHECKED
    said = SHORT | SAID.get(check.kind, {})
    verdict = said[outcome.verdict]
    if _kind(model, setting, name) == "apart":
        quantity = words()["claims"][name]["quantity"]
        apart = abs(model.plan(quantity, setting).value)
        place = _place(model, quantity, apart)
        return f"two figures, {spell_at(apart, 'transfer', place)} apart"
    value = outcome.recomputed
    if _kind(model, setting, name) == "as_rounded":
        return "matches, as the printed range is rounded"
    if outcome.verdict != "differs" or value is None or not outcome.difference:
        return verdict
    unit = model.spelled_unit(check.quantity)
    shown = rounded(value, _place(model, check.quantity, value))
    return f"{verdict} by {spell_distance(shown, value - outcome.difference, unit)}"


def _kind(model: Model, setting: Setting, name: str) -> str:
    outcome = judge(model, check_of(model, name), setting)
    if outcome.verdict == "differs" and name == "two_figures_of_2019":
        return "apart"
    is_past = is_past_printed_range(model, outcome.check, outcome.recomputed)
    is_rounded = outcome.verdict == "matches" and is_past
    return "as_rounded" if is_rounded else outcome.verdict


def is_past_printed_range(model: Model, check: Check, value: float | None) -> bool:
    printed = model.register.claims[check.claim].published
    if value is None or not printed.printed_high:
        return False
    return not printed.value("low") <= value <= printed.value("high")


# Sums by hand, and spans along a lever ------------------------------------------------

_SCALES = {"": "1", " million": "1e6", " billion": "1e9", " percent": "0.01"}


def recomputes(line: str) -> bool:
    """Whether the numbers of a sum give its result, at the result's last digit."""
    left, _, right = line.rpartition(" = ")
    if not left:
        return True
    found, shown = _by_hand(left), _by_hand(right)
    digits, _, scale = right.replace(",", "").partition(" ")
    place = 10.0 ** -len(digits.partition(".")[2])
    if "." not in digits:
        place = 10.0 ** (len(digits) - len(digits.rstrip("0")))
    last = place * float(_SCALES[f" {scale}" if scale else ""])
    return abs(found - shown) <= 0.5000001 * last + 1e-9 * abs(shown)


def _by_hand(text: str) -> float:
    """The value of a sum as a page shows it."""
    plain = text.replace("÷", "/").replace("×", "*").replace("−", "-")
    number = r"([\d,]+(?:\.\d+)?)( million| billion| percent|)"
    return float(
        eval(
            re.sub(
                number,
                lambda found: f"({found[1].replace(',', '')}*{_SCALES[found[2]]})",
                plain,
            )
        )
    )


def spans_apart(
    model: Model, setting: Setting, claim: str, lever: str, spans: list[dict[str, Any]]
) -> list[str]:
    """Where the spans along a lever differ from the library's verdicts.

    They are compared just within each end of a span, and in its middle.
    """
    check = check_of(model, claim)
    least = dict.fromkeys(model.plan(check.quantity, setting).in_words, "floor")
    assumption = model.register.assumptions[lever]
    somewhere = assumption.low + 0.4321 * (assumption.high - assumption.low)
    under = model.changed(model.changed(setting, least), {lever: somewhere})
    try:
        comparison = resolve(model, check, under)
    except ModelError:
        return [str(span) for span in spans if span["kind"]]
    if lever not in comparison.plan.leaves:
        return []
    apart = []
    for span in spans:
        low, high = span["from"], span["to"]
        near = min(1e-6 * max(1.0, abs(high)), (high - low) / 4)
        places = np.array([low + near, (low + high) / 2, high - near])
        for verdict in verdicts_along(comparison, {lever: places}):
            is_finer = (verdict, span["kind"]) == ("matches", "as_rounded")
            if verdict != span["kind"] and not is_finer:
                apart.append(f"{claim} {lever} {span}: {verdict}")
    return apart


def differences(one: Any, two: Any, place: str = "") -> list[str]:
    """Where two answers differ: numbers beyond twelve digits, all else at all."""
    if isinstance(one, dict) and isinstance(two, dict):
        return [
            found
            for key in two
            for found in differences(one.get(key), two[key], f"{place}.{key}")
        ]
    if isinstance(one, list | tuple) and isinstance(two, list | tuple):
        if len(one) != len(two):
            return [f"{place}: {one} / {two}"]
        return [
            found
            for i, (a, b) in enumerate(zip(one, two, strict=True))
            for found in differences(a, b, f"{place}[{i}]")
        ]
    are_numbers = all(isinstance(part, int | float) for part in (one, two))
    if are_numbers and (
        (math.isnan(one) and math.isnan(two))
        or math.isclose(one, two, rel_tol=1e-12, abs_tol=1e-6)
    ):
        return []
    return [] if one == two else [f"{place}: {one!r} / {two!r}"]
