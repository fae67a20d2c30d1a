"""This module makes the texts that the explorer shows under the article's setting.

Under a changed setting, the script of the explorer's page makes the texts.

>>> from analysis.core.register import Register
>>> from analysis.model.model import Model
>>> said = texts(Model(Register.read()))
>>> said["set persons_per_transfer"], said["sum two_figures_of_2019"]
('1 person', '2.869 million − 2.59 million = 279,000')
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.core.readers import read_yaml
from analysis.core.rows import Check, Headline, HeadlineWords
from analysis.core.spell import DIGITS, exact, place_of, spell_at, with_side
from analysis.core.units import WHOLE
from analysis.model.model import ARTICLE, Model, ModelError
from analysis.model.plan import Plan
from analysis.model.verdicts import compared_with, judge
from analysis.render.headlines import NONE, headlines
from analysis.render.places import settled_places
from analysis.render.speller import Speller
from analysis.render.steps import line
from analysis.render.wording import said_verdict

PAGES = Path(__file__).resolve().parent / "pages"
#: Verdicts in few words, for claims, for readings and for the spans along a slider.
SHORT = {
    "matches": "matches",
    "matches_within_rounding": "matches only after rounding",
    "compatible": "compatible",
    "differs": "differs",
    "as_rounded": "matches, as the printed range is rounded",
}
#: A reading that moves the quantity of the first claim by less than this number is
#: folded away on the page.
LARGE_CHANGE = 40_000


@cache
def words() -> dict[str, Any]:
    """The words of the page: labels, phrases, claims, settings and reasons."""
    content: dict[str, Any] = read_yaml(PAGES / "explorer.yaml")
    return content


def label(name: str) -> str:
    """The name that a reader of the page sees for a quantity."""
    text: str = words()["labels"].get(name, name)
    return text


def reading_words(name: str, reading: str) -> str:
    """The words for a reading of a quantity."""
    text: str = words()["readings"].get(name, {}).get(reading, reading)
    return text


def phrases(name: str) -> dict[str, str]:
    """Map values of a quantity to phrases; ``other`` is for values without a phrase."""
    special: dict[str, str] = words()["phrases"].get(name, {})
    return {"other": "{number}"} | special


def typed_words(model: Model, name: str) -> dict[str, Any]:
    """Return phrases that a reader may type for numbers, and words after a number.

    >>> from analysis import load
    >>> typed_words(load().model, "persons_per_transfer")
    {'typed': {'1 person': 1.0}, 'ending': ' persons| person'}
    """
    *special, (_, other) = sorted(phrases(name).items())
    choices: dict[str, float | str] = {}
    endings = [other.removeprefix("{number}")]
    for key, phrase in special:
        if key == "in words":
            floor = model.sources[name]["floor"].value
            number = exact(floor, model.spelled_unit(name))
            choices[phrase.format(number=number)] = model.default(name)
        else:
            choices[phrase] = float(key)
        if phrase.startswith(key):
            endings.append(phrase.removeprefix(key))
    return {"typed": choices, "ending": "|".join(endings)}


def claimed() -> list[str]:
    """The quantities that the claims are about, in the order of the claims."""
    return [claim["quantity"] for claim in words()["claims"].values()]


def quantities() -> list[str]:
    """The quantities whose numbers the page shows."""
    return list(dict.fromkeys([*claimed(), *words()["settings"]]))


def offered(model: Model, name: str) -> list[str]:
    """The names of the readings of a quantity, the default first.

    A printed number may have a second reading, which is named after its row; the second
    reading is left out.
    """
    first, *others = model.readings(name)
    sources = model.sources[name]
    return [first, *(other for other in others if sources[other] is not sources[first])]


def check_of(model: Model, claim: str) -> Check:
    """The check that judges a claim: the check of its headline, or its own check."""
    headline = model.register.headlines.get(claim)
    return model.register.checks[headline.check if headline else claim]


def texts(model: Model) -> dict[str, str]:
    """Return by key the texts that depend on the setting, and the kinds of verdicts."""
    by_key = {"differs": ""}
    for name in quantities():
        by_key |= _number_texts(model, name)
    for name, (total, verdict) in _claim_texts(model).items():
        by_key |= {f"sum {name}": total, f"verdict {name}": verdict}
        by_key[f"kind {name}"] = _kind(model, name)
    for row in other_readings(model):
        by_key[f"reading {row.name}.{row.reading}"] = row.text
    first, quantity = next(iter(words()["claims"])), claimed()[0]
    by_key["value bar"] = f"{label(quantity)}: {by_key[f'value {quantity}']}"
    by_key["verdict bar"] = by_key[f"verdict {first}"]
    by_key["kind bar"] = by_key[f"kind {first}"]
    return by_key


def _number_texts(model: Model, name: str) -> dict[str, str]:
    """Return a quantity's number, the phrase for the number, and remarks, by key."""
    plan = model.plan(name)
    in_words = plan.in_words
    if in_words:
        # An input in words is taken at the least that its words allow.
        plan = model.plan(name, model.setting(dict.fromkeys(in_words, "floor")))
    number = _spelled(model, plan)
    key = "in words" if in_words else number
    phrase = phrases(name).get(key, phrases(name)["other"])
    return {
        f"value {name}": with_side(number, plan.side),
        f"set {name}": phrase.format(number=number),
        f"note {name}": " ".join(
            f"{remark}." for _, remark in model.remarks(name, ARTICLE)
        ),
    }


def _spelled(model: Model, plan: Plan) -> str:
    """Spell the value of a plan; a set or printed value keeps all its digits."""
    unit = model.spelled_unit(plan.target)
    if plan.by_name[plan.target].source.is_leaf:
        return exact(plan.value, unit)
    return spell_at(plan.value, unit, shown_place(model, plan.target, plan.value))


def shown_place(model: Model, name: str, value: float) -> int:
    """The position of the last digit that the page shows of a computed quantity.

    A count of 10,000 or more is rounded to thousands, so that a number has the same
    digits in a sum as elsewhere on the page.
    """
    unit = model.spelled_unit(name)
    whole_digits = len(f"{abs(value):.0f}")
    is_large = unit in WHOLE and whole_digits > 4
    digits = whole_digits - 3 if is_large else DIGITS
    return place_of(value, unit, compared_with(model, name), digits)


def _claim_texts(model: Model) -> dict[str, tuple[str, str]]:
    """Return the calculation and the verdict of each headline and each other claim."""
    by_claim = {}
    for headline in headlines(model):
        total = "; ".join(headline.working) or NONE
        by_claim[headline.row.id] = total, headline.verdict
    for name, row in words()["claims"].items():
        if name not in by_claim:
            check = check_of(model, name)
            said = said_verdict(check, judge(model, check).verdict)
            verdict = row["verdict"].format(verdict=said)
            plan = model.plan(check.quantity)
            places = settled_places(model, ARTICLE, [(plan, check.quantity)])
            total = line(Speller(model, places), ARTICLE, check.quantity)
            by_claim[name] = total, verdict
    return by_claim


def _kind(model: Model, name: str) -> str:
    """Return the kind of a claim's verdict; empty if the claim has no check."""
    headline = model.register.headlines.get(name)
    if headline and not headline.check:
        return ""
    verdict = judge(model, check_of(model, name)).verdict
    return "apart" if verdict == "differs" and apart_words(model, name) else verdict


def apart_words(model: Model, name: str) -> str:
    """Return the words that a claim shows in place of "differs"; empty if it has none.

    >>> from analysis import load
    >>> apart_words(load().model, "two_figures_of_2019")
    'two figures, {number} apart'
    """
    headline = model.register.headlines.get(name)
    row = words()["claims"].get(name)
    if not headline or not row:
        return ""
    shown = headline.shown
    is_about = Headline.names_in_text(shown) == [row["quantity"]]
    usual = judge(model, check_of(model, name)).verdict
    if "{verdict}" in shown or not is_about or usual != "differs":
        return ""
    return HeadlineWords.BRACES.sub("{number}", shown)


@dataclass(frozen=True)
class OtherReading:
    """A reading that is not the article's, with its effect on the first claim."""

    name: str
    reading: str
    text: str
    change: float

    @property
    def is_large(self) -> bool:
        """Whether the reading's effect on the first claim is large."""
        return self.change >= LARGE_CHANGE


def other_readings(model: Model) -> list[OtherReading]:
    """Return the readings that would move the first claim, largest effect first."""
    moving = []
    for name in words()["settings"]:
        for reading in offered(model, name)[1:]:
            with contextlib.suppress(ModelError):
                moving.append(_other_reading(model, name, reading))
    moved = [row for row in moving if row.change]
    return sorted(moved, key=lambda row: row.change, reverse=True)


def _other_reading(model: Model, name: str, reading: str) -> OtherReading:
    first, quantity = next(iter(words()["claims"])), claimed()[0]
    setting = model.setting({name: reading})
    plan = model.plan(quantity, setting)
    verdict = judge(model, check_of(model, first), setting).verdict
    text = f"{with_side(_spelled(model, plan), plan.side)}: {SHORT[verdict]}"
    change = abs(plan.value - model.plan(quantity).value)
    return OtherReading(name, reading, text, change)
