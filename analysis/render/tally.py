"""This module counts the article's results by verdict, and says the counts in words.

A reader can check the first sentence of a tally against the table of headlines; any
further sentence counts results that no headline shows.

>>> from analysis.core.register import Register
>>> from analysis.model.verdicts import judge_all
>>> model = Model(Register.read())
>>> print(tally_words(model, judge_all(model)).partition(", one cannot")[0])
Of the six headlines, three match or agree (two of them only on the condition named \
beside the verdict), one is compatible
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from analysis.core.sentences import as_sentence
from analysis.model.model import Model
from analysis.model.results import Result, results, tally
from analysis.model.verdicts import Outcome
from analysis.render.wording import count_words, enumerated

#: The parts of a tally with their verbs, in the order in which they are said.
_REPEATED = {
    "repetition matches": "agree",
    "repetition matches_within_rounding": "agree only within rounding",
    "repetition compatible": "are compatible, as the article's words leave room",
    "repetition differs": "differ",
}
_SUMMED = {
    "sum matches on printed numbers": "match on printed numbers",
    "sum matches on figures published elsewhere": "match on figures published "
    "elsewhere",
    "sum matches on choices": "match under assumptions or readings that we chose",
    "sum matches_within_rounding": "match only within rounding",
    "sum compatible": "are compatible",
    "sum differs": "differ",
    "sum not_recalculable": "cannot be recalculated from this article",
}
#: The verdicts on headlines that do not match or agree, with their verbs.
_HEADLINES = {
    **{
        verdict: _SUMMED[f"sum {verdict}"]
        for verdict in (
            "matches_within_rounding",
            "compatible",
            "differs",
            "not_recalculable",
        )
    },
    "": "have no verdict",
}


def tally_words(model: Model, outcomes: Iterable[Outcome]) -> str:
    """Return the tally of the headlines, and then of the article's other results.

    A headline that is not a result of the article, because the article does not compare
    its numbers, is counted as a comparison of ours. A claim that is neither a headline
    nor a result of the article is left out.
    """
    claims = [row.claim for row in model.register.headlines.values()]
    outcomes = [*outcomes]
    found = results(model, outcomes)
    shown = [result for result in found if result.claim.id in claims]
    told = {*claims}
    for result in shown:
        told.update(result.claim.same_calculation_as)
    others = tally(result for result in found if result.claim.id not in told)
    if not claims:
        return counted_words(others)
    first = _headlines_words(shown, len(claims), _conditional(model, outcomes))
    return f"{first} {counted_words(others, beside_headlines=True)}"


def _conditional(model: Model, outcomes: Iterable[Outcome]) -> set[str]:
    """Return the claims of those headlines that can match only on a condition.

    A headline with words of its own for a changed setting matches on a condition,
    because it rests on assumptions. Any other headline matches on a condition if its
    check takes a printed limit, such as "up to", as reached.
    """
    at_an_end = {outcome.check.id for outcome in outcomes if outcome.open_to}
    return {
        row.claim
        for row in model.register.headlines.values()
        if row.if_changed.shown or row.check in at_an_end
    }


def _headlines_words(shown: list[Result], total: int, conditional: set[str]) -> str:
    """Return a sentence that counts the headlines by verdict."""
    counts = Counter(result.verdict for result in shown)
    parts = []
    if counts["matches"]:
        matching = [result for result in shown if result.verdict == "matches"]
        parts.append(_matching_words(matching, conditional))
    parts += [
        count_words(counts[verdict], verb)
        for verdict, verb in _HEADLINES.items()
        if counts[verdict]
    ]
    ours = total - len(shown)
    if ours:
        noun = "is a comparison" if ours == 1 else "are comparisons"
        parts.append(
            f"{count_words(ours)} {noun} of ours that the article does not make"
        )
    noun = "headline" if total == 1 else "headlines"
    return f"Of the {count_words(total)} {noun}, {enumerated(parts)}."


def _matching_words(matching: list[Result], conditional: set[str]) -> str:
    """Say how many headlines match, and how many of these only on a condition."""
    repeated = sum(result.is_repetition for result in matching)
    verb = "match or agree"
    if repeated in (0, len(matching)):
        verb = "agree" if repeated else "match"
    words = count_words(len(matching), verb)
    number = sum(result.claim.id in conditional for result in matching)
    if not number:
        return words
    which = "" if len(matching) == 1 else f"{count_words(number)} of them "
    return f"{words} ({which}only on the condition named beside the verdict)"


def counted_words(counts: Mapping[str, int], *, beside_headlines: bool = False) -> str:
    """Return a tally of results in one to three sentences."""
    repeated = sum(counts[name] for name in _REPEATED)
    summed = sum(counts[name] for name in _SUMMED)
    total = repeated + summed
    noun = "result" if total == 1 else "results"
    sentences = [f"We compared {total} {noun} of the article."]
    if beside_headlines:
        sentences = [
            f"Besides the headlines, we compared {count_words(total)} other {noun} of "
            "the article."
        ]
    if repeated:
        verb = count_words(repeated, "repeat what the article prints elsewhere")
        sentences.append(as_sentence(f"{verb}: {_counted(counts, _REPEATED)}"))
    if summed:
        others = "the other " if repeated else ""
        is_one = "is a calculation or estimate"
        if summed != 1:
            is_one = "are calculations or estimates"
        start = f"{others}{count_words(summed)} {is_one}"
        sentences.append(as_sentence(f"{start}: {_counted(counts, _SUMMED)}"))
    return " ".join(sentences)


def _counted(counts: Mapping[str, int], verbs: Mapping[str, str]) -> str:
    return enumerated(
        [
            count_words(counts[name], verb)
            for name, verb in verbs.items()
            if counts[name]
        ]
    )
