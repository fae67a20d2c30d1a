"""This module puts into words how a copy of the article differs from the register."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from analysis.audit.alignment import Passage, RowNumber, Stated
from analysis.audit.copy import Place, where
from analysis.core.rows import Claim

QUALIFIER_WORDS = {
    "over": "over|more than|above|exceed(?:s|ed|ing)?|in excess of|upwards of",
    "at_least": "at least|(?:no|not) (?:fewer|less) than|a minimum of",
    "up_to": "up to|at most|(?:no|not) more than|within|a maximum of"
    "|as (?:many|much) as",
    "about": "about|approximately|around|roughly|circa|some|an estimated",
    "approaches": "approach(?:es|ed|ing)?|near(?:s|ed|ing|ly)?|almost|close to",
    "expected": "expected(?: to (?:be|reach))?|forecast|projected",
    "under": "under|less than|fewer than|below",
}
_NAMED = "|".join(f"(?P<{name}>{words})" for name, words in QUALIFIER_WORDS.items())
_QUALIFIER = re.compile(rf"(?i)\b(?:{_NAMED}) (?:an? |a total of )?$")
#: The number of characters before a number among which a qualifier is sought.
_LETTERS_BEFORE = 40
#: The number of characters that are shown on each side of a number without a row.
_LETTERS_AROUND = 30

#: The number of a paragraph in its section, in the register and in the copy.
Pair = tuple[int, int]


@dataclass(frozen=True)
class Difference:
    """A place where the copy and the register do not agree.

    ``kind`` is one of ``missing``, ``differs``, ``qualifier``, ``order``, ``moved``,
    ``shifted``, ``heading`` and ``uncovered``.
    """

    kind: str
    rows: tuple[str, ...]
    text: str


def without_heading(
    sections: Iterable[str], headings: Container[str]
) -> list[Difference]:
    """Report the sections whose heading the copy lacks."""
    return [
        Difference("heading", (), f"section {section} has no heading")
        for section in sections
        if section not in headings
    ]


def without_row(passages: Iterable[Passage]) -> Iterator[Difference]:
    """Report every number of the copy that no row states and no rule excludes."""
    for passage in passages:
        for number in passage.free():
            start = max(number.start - _LETTERS_AROUND, 0)
            around = passage.text[start : number.end + _LETTERS_AROUND]
            text = f"{number.text} ({where(passage.place)}): … {around} …"
            yield Difference("uncovered", (), text)


def not_as_printed(
    missing: Iterable[RowNumber], passage: Passage | None
) -> list[Difference]:
    """Report the rows whose number is missing from the copy or differs in it."""
    rows: dict[str, Claim] = {}
    for row_number in missing:
        row = row_number.row
        # A row without digits counts as found if its noun is in the passage.
        noun_stands = passage is not None and row.unit_as_printed in passage.text
        if row_number.keys or not noun_stands:
            rows[row.id] = row
    return [_not_as_printed(row, passage) for row in rows.values()]


def _not_as_printed(row: Claim, passage: Passage | None) -> Difference:
    printed = _printed(row)
    if passage is not None:
        taken = [*passage.exact.items(), *passage.unlike.items()]
        instead = [number for row_number, number in taken if row_number.row is row]
        if instead:
            start = min(number.start for number in instead)
            stop = max(number.end for number in instead)
            text = f"{passage.text[start:stop]} in place of {printed}"
            return Difference("differs", (row.id,), f"{row.where}: {text}")
    return Difference("missing", (row.id,), f"{row.where}: {printed}")


def _printed(row: Claim) -> str:
    """Return a row's printed number as a text, with its scale and its noun."""
    number = row.published
    ends = [text for text in (number.printed, number.printed_high) if text]
    digits = " to ".join(f"{Decimal(text):,}" for text in ends)
    parts = [digits or row.note, number.scale, row.unit_as_printed]
    return " ".join(part for part in parts if part)


def in_another_order(stated: Iterable[RowNumber], passage: Passage) -> list[Difference]:
    """Report the rows whose numbers the copy has in another order.

    All out-of-order rows of one passage are reported as one difference. If two numbers
    have changed places, the difference names both. If more than two numbers are out of
    place, the difference names numbers without which the rest are in order.
    """
    here = [number for number in stated if number in passage.exact]
    starts = sorted(passage.exact[number].start for number in here)
    ranks = []
    for order, number in enumerate(here):
        ranks.append((order, starts.index(passage.exact[number].start)))
    displaced = [(order, rank) for order, rank in ranks if order != rank]
    if not displaced:
        return []
    if len(displaced) > 2:
        in_order = _rising(ranks)
        displaced = [pair for pair in ranks if pair not in in_order]
    rows = dict.fromkeys(here[order].row.id for order, _ in displaced)
    by_rank = sorted(displaced, key=lambda pair: pair[1])
    texts = [passage.exact[here[order]].text for order, _ in by_rank]
    text = f"{where(passage.place)}: in the order {', '.join(texts)}"
    return [Difference("order", tuple(rows), text)]


def _rising(pairs: Iterable[Pair]) -> list[Pair]:
    """Leave out pairs until sorting by the first numbers also sorts the second ones.

    The first pair to be left out is the one that is out of order with the most other
    pairs. If several pairs tie, the pair whose own two numbers differ most is left out.
    """
    rising = sorted(pairs)
    while not all(last[1] <= pair[1] for last, pair in pairwise(rising)):
        rising.remove(max(rising, key=lambda pair: _crossings(pair, rising)))
    return rising


def _crossings(pair: Pair, others: Sequence[Pair]) -> Pair:
    """Count the pairs that a pair crosses, and tell how far its own numbers differ.

    Two pairs cross if the order of their first numbers is the reverse of the order of
    their second numbers.
    """
    first, second = pair
    crossed = [other for other in others if (first < other[0]) != (second < other[1])]
    return len(crossed), abs(first - second)


def qualified_otherwise(
    stated: Iterable[RowNumber], passage: Passage
) -> list[Difference]:
    """Report the rows whose qualifier, such as "up to", differs in the copy."""
    differences = []
    for row_number in stated:
        number = passage.exact.get(row_number)
        if number is None or row_number.kind != "number":
            continue
        row = row_number.row
        qualifier = row.published.qualifier
        start = max(number.start - _LETTERS_BEFORE, 0)
        match = _QUALIFIER.search(passage.text[start : number.start])
        in_copy = match.lastgroup if match else "exact"
        if qualifier in (in_copy, "range"):
            continue
        words = f"{number.text} without such a word"
        if match:
            words = f"{match[0]}{number.text}"
        registered = f"{qualifier.replace('_', ' ')} {_printed(row)}"
        text = f"{row.where}: {words} in place of {registered}"
        differences.append(Difference("qualifier", (row.id,), text))
    return differences


# Places -------------------------------------------------------------------------------

#: The rows that were found, by the place that they state and their place in the copy.
Rows = Mapping[tuple[Place, Place], Sequence[str]]


def changes_of_place(
    stated: Stated,
    by_place: Mapping[Place, Passage],
    passages: Sequence[Passage],
    headings: Container[str],
) -> list[Difference]:
    """Report shifted paragraphs, and numbers outside the paragraph their row states.

    A paragraph counts as shifted if its position in the section differs between the
    copy and the data. A shift is not reported if a paragraph that is missing from the
    copy, or new in it, explains the shift. A section whose heading the copy lacks is
    skipped, because the text of that section is found under another heading.
    """
    rows = _rows_by_place(passages)
    differences: list[Difference] = []
    for section in dict.fromkeys(section for section, _ in stated):
        if section not in headings:
            continue
        pairs = _pairs(section, stated, by_place, rows)
        differences += _moved(section, pairs, rows)
        counts = {count for name, count in stated if name == section}
        counts_in_copy = {
            passage.place[1]
            for passage in passages
            if passage.place[0] == section and (passage.exact or passage.free())
        }
        gone = counts - {count for count, _ in pairs}
        new = counts_in_copy - {count for _, count in pairs}
        for run in _shifts(pairs, gone, new):
            differences.append(_shifted(section, run, rows))
    return differences


def _rows_by_place(passages: Iterable[Passage]) -> Rows:
    rows: dict[tuple[Place, Place], dict[str, None]] = defaultdict(dict)
    for passage in passages:
        for row_number in passage.exact:
            row = row_number.row
            rows[(row.section, row.paragraph), passage.place][row.id] = None
    return {places: list(ids) for places, ids in rows.items()}


def _pairs(
    section: str, stated: Stated, by_place: Mapping[Place, Passage], rows: Rows
) -> list[Pair]:
    """Pair each paragraph's number in the register with its number in the copy."""
    pairs = []
    for place in stated:
        if place[0] != section or place not in by_place:
            continue
        actual = by_place[place].place
        if actual[0] == section and (place, actual) in rows:
            pairs.append((place[1], actual[1]))
    return _rising(pairs)


def _moved(section: str, pairs: Container[Pair], rows: Rows) -> Iterator[Difference]:
    """Report the rows whose numbers have moved out of their paragraph in the copy."""
    for (place, actual), ids in rows.items():
        if place[0] != section or place == actual:
            continue
        is_with_others = actual[0] == section and (place[1], actual[1]) in pairs
        if not is_with_others:
            text = f"from {where(place)} to {where(actual)}"
            yield Difference("moved", tuple(ids), text)


def _shifts(
    pairs: Iterable[Pair], gone: Iterable[int], new: Iterable[int]
) -> list[list[Pair]]:
    """Return the runs of shifted paragraphs whose shift no other paragraph explains.

    A paragraph that is missing from the copy, or new in it, explains a shift by one
    place.
    """
    runs: list[list[Pair]] = [[]]
    for last, pair in pairwise([(0, 0), *pairs]):
        # If one paragraph is gone from the copy, the next pair is a step back (-1).
        step = (pair[1] - last[1]) - (pair[0] - last[0])
        most_back = sum(last[0] < count < pair[0] for count in gone)
        most_on = sum(last[1] < count < pair[1] for count in new)
        is_explained = -most_back <= step <= most_on
        if not is_explained:
            runs.append([])
        # Up to the first step without a cause, every shift is explained.
        if len(runs) > 1 and pair[0] != pair[1]:
            runs[-1].append(pair)
    return [run for run in runs if run]


def _shifted(section: str, run: Sequence[Pair], rows: Rows) -> Difference:
    ids: list[str] = []
    for count, actual in run:
        ids += rows[(section, count), (section, actual)]
    count, actual = run[0]
    direction = "later" if actual > count else "earlier"
    text = (
        f"{where((section, count))} on: {abs(actual - count)} {direction} than stated"
    )
    return Difference("shifted", tuple(ids), text)
