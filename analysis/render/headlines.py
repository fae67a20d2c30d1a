"""This module puts the headline numbers of the article into words.

Each headline has the article's words, the calculation with its numbers, the verdict,
and a sentence or two that a reader must know. A page shows the caveats of a headline
when a reader opens the headline.

>>> from analysis.core.register import Register
>>> print(headlines(Model(Register.read()))[0].verdict)
matches, if the plan is taken at its minimum
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from analysis.core.rows import Check, Headline, HeadlineWords
from analysis.core.spell import MINUS, exact, place_of, spell, spell_at
from analysis.model import arithmetic
from analysis.model.model import ARTICLE, CircleError, Model, ModelError, Setting
from analysis.model.plan import Plan
from analysis.model.verdicts import Outcome, judge
from analysis.render.paragraphs import WIDTH, wrapped
from analysis.render.places import is_replaced, settled_places
from analysis.render.speller import Speller
from analysis.render.steps import label, line
from analysis.render.wording import (
    VERDICT_KEY,
    count_words,
    enumerated,
    verdict_and_distance,
    verdict_words,
)

NONE = "no derivation in this article"
#: The words for a check without a verdict, either because its quantity has no value or
#: because the value follows from the claim.
NOT_COMPUTABLE = "not computable"
NOT_CHECKED = "not checked, because the number would be compared with itself"
#: The sentences for a headline whose own number a setting gives, instead of a number
#: from which it is computed.
SET_ITSELF = "The setting gives this number itself, in place of our calculation."
READ_OTHERWISE = "The setting computes this number in another way than we do."

#: A sentence ends with a full stop before a capital letter, a quotation or a number.
_SENTENCE_END = re.compile(r'(?<=\.)\s+(?=[A-Z"{])')


@dataclass(frozen=True)
class Shown:
    """A headline as a screen shows it, computed under a setting.

    ``remarks`` warn of what is unusual about the number in the headline.
    """

    row: Headline
    working: tuple[str, ...]
    verdict: str
    sentence: str
    caveats: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """The headline's sentence of explanation, followed by the remarks."""
        remarks = [f"Remark: {remark}." for remark in self.remarks]
        return " ".join([self.sentence, *remarks])


def headlines(model: Model, setting: Setting = ARTICLE) -> list[Shown]:
    """Return the headlines of the data package under a setting, in their order."""
    rows = model.register.headlines.values()
    speller = Speller(model, settled_places(model, setting))
    return [_headline(speller, setting, row) for row in rows]


def _headline(speller: Speller, setting: Setting, row: Headline) -> Shown:
    model = speller.model
    changed = _is_changed(model, setting, row)
    working = tuple(_working(speller, setting, row))
    verdict = row.shown
    if row.check:
        verdict = _verdict(speller, setting, row, changed=changed)
    remarks: tuple[str, ...] = ()
    quantity = model.register.claims[row.claim].quantity
    with contextlib.suppress(ModelError):
        remarks = model.estimate(quantity, setting).remarks
    return Shown(
        row,
        working,
        # If a verdict names a number that has no value, the verdict's text is empty.
        filled(speller, verdict, setting) or NOT_COMPUTABLE,
        filled(speller, _explanation(model, setting, row, changed=changed), setting),
        filled(speller, row.caveats, setting),
        remarks,
    )


#: The ways in which a headline words the verdict of its check; ``verdict_case`` says
#: when each is used.
Case = Literal["none", "open", "changed", "usual", "full", "bare"]


def verdict_case(
    row: Headline, outcome: Outcome, usual: Outcome, *, changed: bool
) -> Case:
    """Return the case that decides how a headline words the verdict of its check.

    ``outcome`` is the check's outcome under a setting, and ``usual`` is its outcome
    under the article's own setting. ``changed`` tells whether the setting changes a
    number or a reading that the headline uses. The first case that applies is returned:

    - ``none``: the check has no verdict;
    - ``open``: ``changed`` is true and the headline has words for a changed setting,
      but the verdict rests on what an upper limit leaves open;
    - ``changed``: ``changed`` is true and the headline has words for a changed setting;
    - ``usual``: the headline has words of its own, the verdict is the same as under
      the article's own setting, and either the same inputs (or none) leave the value
      open under both settings, or neither setting gives a value;
    - ``full``: the verdict takes a limit as reached, would change with a finer
      rounding, or is only barely a match;
    - ``bare``: no other case applies.
    """
    if not outcome.verdict:
        return "none"
    if changed and row.if_changed.shown:
        return "open" if outcome.ground == "room" else "changed"
    has_no_value = usual.recomputed is None and outcome.recomputed is None
    is_as_open = has_no_value or usual.open_to == outcome.open_to
    if row.shown and is_as_open and usual.verdict == outcome.verdict:
        return "usual"
    is_at_end = outcome.open_to and outcome.verdict.startswith("matches")
    if is_at_end or outcome.finer or outcome.barely:
        return "full"
    return "bare"


def _verdict(
    speller: Speller, setting: Setting, row: Headline, *, changed: bool
) -> str:
    """Return the words for the verdict of a headline's check."""
    model = speller.model
    check = model.register.checks[row.check]
    outcome = judge(model, check, setting)
    case = verdict_case(row, outcome, judge(model, check), changed=changed)
    if case == "none":
        return _without_verdict(model, check, setting)
    is_about_setting = case != "changed" or _is_about_used(model, setting, row)
    plan = model.plan_of(check, setting)
    if not is_about_setting or plan.moving_words != plan.in_words:
        # The headline's own words name what has no effect under this setting.
        case = "bare"
    if case == "full":
        return verdict_words(speller, outcome)
    words = {
        "open": "{verdict}, because an upper limit leaves room",
        "changed": row.if_changed.shown,
        "usual": row.shown,
        "bare": "{verdict}",
    }
    verdict = verdict_and_distance(speller, outcome)
    return words[case].replace("{verdict}", verdict)


def _explanation(
    model: Model, setting: Setting, row: Headline, *, changed: bool
) -> str:
    """Return the sentences that explain a headline, with names in place of numbers."""
    replaced = _replaced(setting, row)
    if replaced:
        is_number = isinstance(setting.choices[replaced], float)
        return SET_ITSELF if is_number else READ_OTHERWISE
    text = row.explanation(changed=changed)
    return _about_used(model, setting, row, text) if changed else text


def _about_used(model: Model, setting: Setting, row: Headline, text: str) -> str:
    """Return a text without sentences on assumptions that a headline does not use.

    If a user sets the number of persons added, for example, the sum for 2021 uses no
    number of persons per transfer.
    """
    used = {name for plan in _plans(model, setting, row) for name in plan.by_name}
    unused = model.register.assumptions.keys() - used
    return " ".join(
        sentence
        for sentence in _SENTENCE_END.split(text)
        if unused.isdisjoint(Headline.names_in_text(sentence))
    )


def _is_about_used(model: Model, setting: Setting, row: Headline) -> bool:
    text = row.if_changed.sentence
    return _about_used(model, setting, row, text) == text


def _replaced(setting: Setting, row: Headline) -> str:
    """Name the headline's quantity that a setting replaces, or return an empty text."""
    return next((name for name in row.working if name in setting.choices), "")


def _without_verdict(model: Model, check: Check, setting: Setting) -> str:
    """Return the words for a check that has no verdict."""
    try:
        _ = model.plan_of(check, setting).value
    except ModelError:
        # The line of the calculation gives the reason.
        return NOT_COMPUTABLE
    return NOT_CHECKED


def _working(speller: Speller, setting: Setting, row: Headline) -> Iterator[str]:
    """Yield each formula of a headline with its numbers, or why there is no value.

    If a setting gives the headline's own number, only the given number is shown.
    """
    model = speller.model
    replaced = _replaced(setting, row)
    for name in [replaced] if replaced else row.working:
        if is_replaced(model, setting, name):
            # The calculation that needs this number shows the number of the setting.
            continue
        try:
            plan = model.plan(*model.quantity_and_setting(name, setting))
            if isinstance(setting.choices.get(name), float):
                yield speller.spell(name, plan.value)
            elif not plan.in_words:
                yield line(speller, setting, name)
        except CircleError:
            # The setting takes one of two numbers from the other, as this line would.
            continue
        except ModelError as error:
            # Readers of the headlines see a quantity's name in words, not as in code.
            yield re.sub(
                r"\w+",
                lambda word: label(word[0]) if word[0] in model.quantities else word[0],
                str(error).removesuffix("."),
            )


def _is_changed(model: Model, setting: Setting, row: Headline) -> bool:
    """Whether a setting changes a number or a reading that a headline uses."""
    changed = setting.choices.keys()
    return bool(changed) and any(
        changed & plan.by_name.keys() for plan in _plans(model, setting, row)
    )


def _plans(model: Model, setting: Setting, row: Headline) -> Iterator[Plan]:
    """Yield the plans of a headline's calculations and of its check."""
    for name in row.working:
        with contextlib.suppress(ModelError):
            yield model.plan(*model.quantity_and_setting(name, setting))
    if row.check:
        check = model.register.checks[row.check]
        with contextlib.suppress(ModelError):
            yield model.plan_of(check, setting)


# Texts with numbers -------------------------------------------------------------------


def filled(speller: Speller, text: str, setting: Setting = ARTICLE) -> str:
    """Replace each name or calculation in braces in a text by its number.

    A name in braces is ``quantity``, ``quantity.reading``, or the id of a row whose
    printed number is wanted. A number between bars is written without its sign, a
    number with ``:percent`` as a percentage, and a number with ``:short`` to two
    significant digits. A sentence is left out if a number in it has no value.
    """
    sentences = []
    for sentence in _SENTENCE_END.split(text):
        with contextlib.suppress(ModelError):
            sentences.append(
                HeadlineWords.BRACES.sub(
                    lambda match: _number(speller, setting, match), sentence
                )
            )
    return " ".join(sentences)


def _number(speller: Speller, setting: Setting, match: re.Match[str]) -> str:
    name = match["name"].strip()
    model, register = speller.model, speller.model.register
    row = register.claims.get(name) or register.external.get(name)
    if row and row.printed and not row.published.printed_high:
        return row.published.digits_words
    value, unit = arithmetic.value(model, name, setting, within_limits=True)
    quantity, _, _ = name.partition(".")
    if match["form"] == "short":
        words = spell_at(value, unit, place_of(value, unit, digits=2))
    elif quantity in model.quantities:
        words = speller.spell(quantity, value)
    else:
        words = spell(value, match["form"] or unit)
    return words.removeprefix(MINUS) if match["bar"] else words


# What a setting changes ---------------------------------------------------------------


def changes(
    model: Model, setting: Setting, shown: Iterable[Shown] = ()
) -> Iterator[str]:
    """Yield lines that say how a setting differs from the article and what it changes.

    The first line names the differences between the setting and the article's own
    setting. Each headline whose calculation or verdict changes has a line, which ends
    with the remarks on the headline. The headline with the word "approaches" has a line
    even if nothing in it changes. The headlines in ``shown`` are left out, because the
    screen already has them.
    """
    differs = model.differences(setting)
    if not differs:
        return
    yield differs
    for was, now in zip(headlines(model), headlines(model, setting), strict=True):
        is_same = (was.working, was.verdict) == (now.working, now.verdict)
        if now in shown or (is_same and now.row != approaches(model)):
            continue
        said = "; ".join([*dict.fromkeys(now.working), now.verdict])
        remarks = "".join(f" ({remark})" for remark in now.remarks)
        yield f"{now.row.title}: {'unchanged, ' if is_same else ''}{said}{remarks}"


def approaches(model: Model) -> Headline | None:
    """Return the headline whose printed word is "approaches", or None."""
    register = model.register
    for row in register.headlines.values():
        if register.claims[row.claim].published.word.stretches_by is not None:
            return row
    return None


def ours(model: Model, setting: Setting = ARTICLE) -> str:
    """Name what we assume beyond the article's words, or return an empty text.

    If a user set quantities, only the assumptions among those quantities are named.
    If a user set nothing, the text counts and names the printed limits ("up to 1.6
    million") that the checks of the headlines take as reached, and the assumptions that
    the headlines use.
    """
    if setting.given:
        clauses = [_clause(model, name) for name in _named_by_user(model, setting)]
        start = "We assume, and the article does not print,"
    else:
        reached = dict.fromkeys(_reached(model))
        clauses = [f"{limit} was reached" for limit in reached]
        clauses += [_clause(model, name) for name in _used(model)]
        noun = "assumption" if len(clauses) == 1 else "assumptions"
        start = (
            "Besides how we read the article's words, the headlines rest on "
            f"{count_words(len(clauses))} {noun} of ours:"
        )
    if not clauses:
        return ""
    return f"{start} {enumerated([f'that {clause}' for clause in clauses])}."


def _clause(model: Model, name: str) -> str:
    """Say in a clause what an assumption of ours means."""
    assumption = model.register.assumptions[name]
    unit = model.spelled_unit(name)
    start = assumption.label_inside.removesuffix(", our value")
    return assumption.clause or f"the {start} is {exact(assumption.value, unit)}"


def _named_by_user(model: Model, setting: Setting) -> Iterator[str]:
    for name, assumption in model.register.assumptions.items():
        is_ours = assumption.grade == "chosen" and model.default(name) == "set"
        if name in setting.given and is_ours:
            yield name


def _used(model: Model) -> Iterator[str]:
    """Yield the assumptions of ours that the calculations of the headlines use."""
    used: set[str] = set()
    for row in model.register.headlines.values():
        for name in row.working:
            with contextlib.suppress(ModelError):
                plan = model.plan(*model.quantity_and_setting(name))
                used |= plan.leaves.keys()
    for name, assumption in model.register.assumptions.items():
        is_ours = assumption.grade == "chosen" and model.default(name) != "in_words"
        if name in used and is_ours:
            yield name


def _reached(model: Model) -> Iterator[str]:
    """Yield the printed limits that the checks of headlines take as reached."""
    register = model.register
    for row in register.headlines.values():
        if row.check:
            for name in register.checks[row.check].reached:
                claim = register.claims.get(name)
                if claim:
                    yield f'"{claim.published}"'


# Layouts ------------------------------------------------------------------------------


def verdict_key_text() -> str:
    """Lay out for a terminal what each verdict means."""
    width = max(map(len, VERDICT_KEY)) + 2
    lines: list[str] = []
    for verdict, meaning in VERDICT_KEY.items():
        lines += wrapped(meaning, f"{verdict:{width}}", " " * width)
    return "\n".join(lines)


def headlines_text(shown: Iterable[Shown]) -> str:
    """Lay out headlines for a terminal.

    Each headline has the article's words, the calculation with the verdict at the
    right, and a sentence of explanation.
    """
    lines: list[str] = []
    for number, headline in enumerate(shown, start=1):
        lines += wrapped(headline.row.title, f"{number}  ")
        # If two numbers are past the same limit, the reason is given once.
        for text in dict.fromkeys(headline.working or (NONE,)):
            lines += wrapped(text, "   ")
        # If the last line has no room for the verdict, the verdict has its own line.
        room = WIDTH - len(lines[-1])
        first, *others = wrapped(headline.verdict)
        start = lines.pop() if room > len(first) + 1 else ""
        lines.append(f"{start.ljust(WIDTH - len(first))}{first}")
        lines += [line.rjust(WIDTH) for line in others]
        lines += wrapped(headline.why, "   ")
    return "\n".join(lines)
