"""This module finds the numbers of the register's rows in the paragraphs of a copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np
from scipy.optimize import linear_sum_assignment

from analysis.audit.copy import Paragraph, Place
from analysis.audit.numerals import Key, Number, numbers, plain
from analysis.core.rows import Claim


@dataclass(frozen=True, eq=False)
class RowNumber:
    """A number of the article, as a row of the register gives it.

    A row with a range has two numbers, one for each end. ``kind`` is ``number``,
    ``span`` (of years) or ``vague`` (words without digits). ``keys`` holds the keys by
    which the row's number is recognised in a text. ``keys`` is empty if the article
    gives the number only in words and the row does not quote those words.
    """

    row: Claim
    kind: str
    keys: tuple[Key, ...]


def row_numbers(row: Claim) -> list[RowNumber]:
    """Return the printed numbers of a row: two for a range, otherwise one."""
    printed = row.published
    if printed.unit == "year":
        return [RowNumber(row, "span", _keys(row.unit_as_printed, "span"))]
    if not printed.printed:
        # A row without digits may quote its words in its note: "in words only: several
        # dozen".
        return [RowNumber(row, "vague", _keys(plain(row.note), "vague"))]
    is_percent = printed.unit == "percent"
    result = []
    for digits in (printed.printed, printed.printed_high):
        if digits:
            number = Number("", 0, 0, digits, printed.scale, is_percent)
            in_words = replace(number, in_words=True)
            result.append(RowNumber(row, "number", (number.key, in_words.key)))
    return result


def _keys(text: str, kind: str) -> tuple[Key, ...]:
    """Return the keys of all the numbers of one kind in a text."""
    return tuple(number.key for number in numbers(text) if number.kind == kind)


class Passage:
    """A paragraph of the copy, with the numbers that are printed in it.

    ``exact`` maps each of a row's numbers that the paragraph contains to that number as
    it stands in the text. ``unlike`` maps a row's number that the paragraph lacks to a
    number that it prints and that no row states.
    """

    def __init__(self, paragraph: Paragraph) -> None:
        self.place, self.text = paragraph.place, paragraph.text
        self.numbers = numbers(self.text)
        self.usable = [
            number
            for number in self.numbers
            if not number.rule or number.kind == "span"
        ]
        self.exact: dict[RowNumber, Number] = {}
        self.unlike: dict[RowNumber, Number] = {}

    def free(self) -> list[Number]:
        """The numbers of the paragraph that no row has taken and no rule excludes."""
        taken = [*self.exact.values(), *self.unlike.values()]
        return [
            number for number in self.numbers if not number.rule and number not in taken
        ]

    def weight(self, row_numbers: Iterable[RowNumber]) -> float:
        """Return a weighted count of the given rows' numbers that this passage prints.

        A number weighs a little more if the noun that it counts is in the passage as
        well. A span of years weighs half as much as a number, because years are common.
        """
        unused = Counter(number.key for number in self.usable)
        total = 0.0
        for row_number in row_numbers:
            keys = [key for key in row_number.keys if unused[key] > 0]
            if not keys:
                continue
            unused[keys[0]] -= 1
            noun = row_number.row.unit_as_printed.split()[-1]
            if row_number.kind == "span":
                total += 0.5
            elif noun in self.text:
                total += 1.01
            else:
                total += 1
        return total

    def take(self, row_numbers: Sequence[RowNumber]) -> None:
        """Find the given rows' numbers in this passage, and keep them in ``exact``.

        The numbers that are printed in the order of the rows are found first, and then
        the numbers in another order.
        """
        here = [number.key for number in self.usable]
        keys = [_first(row_number.keys, here) for row_number in row_numbers]
        matcher = SequenceMatcher(None, keys, here, autojunk=False)
        for first_row, first_number, size in matcher.get_matching_blocks():
            for step in range(size):
                number = self.usable[first_number + step]
                self.exact[row_numbers[first_row + step]] = number
        for row_number in row_numbers:
            if row_number in self.exact:
                continue
            for number in self.usable:
                if number not in self.exact.values() and _fits(row_number, number):
                    self.exact[row_number] = number
                    break

    def take_elsewhere(self, row_number: RowNumber) -> bool:
        """Look in this passage for the number of a row that names another place.

        If the passage has the number, keep it in ``exact`` and return True.
        """
        for number in self.free():
            if number.key in row_number.keys:
                self.exact[row_number] = number
                return True
        return False


def _first(keys: Iterable[Key], known: Container[Key]) -> Key | None:
    """Return the first key that is among the known keys, or None."""
    return next((key for key in keys if key in known), None)


def _fits(row_number: RowNumber, number: Number) -> bool:
    """Whether a number in the text can be the number that a row gives.

    If the article gives the row's number only in words and the row does not quote those
    words, any number of the same kind fits.
    """
    if row_number.keys:
        return number.key in row_number.keys
    return number.kind == row_number.kind


#: The numbers of rows, by the place that the rows state.
Stated = Mapping[Place, Sequence[RowNumber]]


def assigned(
    stated: Stated, passages: Sequence[Passage], headings: Container[str]
) -> dict[Place, Passage]:
    """Find the paragraph of the copy for each place that the rows state.

    The assignment finds as many numbers as it can and, among assignments that find
    equally many, prefers the paragraph that the rows state.
    """
    gains = np.zeros((len(stated), len(passages)))
    places = list(stated)
    for row, place in enumerate(places):
        for column, passage in enumerate(passages):
            gains[row, column] = _gain(place, stated[place], passage, headings)
    rows, columns = linear_sum_assignment(gains, maximize=True)
    return {
        places[row]: passages[column]
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if gains[row, column] > 0
    }


def _gain(
    place: Place,
    row_numbers: Sequence[RowNumber],
    passage: Passage,
    headings: Container[str],
) -> float:
    """Score how well a passage fits a stated place; numbers outweigh nearness.

    A passage that is not at the stated place must have at least half of the numbers
    stated, because fewer numbers may agree by chance. If all the numbers are years and
    the copy has the stated section, the passage must be in that section, because many
    sections have the same years.
    """
    section, count = place
    # A number that is found (1,000) outranks the share of the rows' numbers that are
    # found (at most 200), which outranks nearness (at most 50).
    weight = passage.weight(row_numbers)
    is_same_section = section == passage.place[0]
    if place == passage.place:
        nearness = 50.0
    else:
        has_years_alone = all(number.kind == "span" for number in row_numbers)
        is_common = section in headings and has_years_alone
        if weight < 0.5 * len(row_numbers) or (is_common and not is_same_section):
            return 0.0
        distance = min(abs(count - passage.place[1]), 40)
        nearness = 5 - distance / 10 if is_same_section else 0.0
    return 1000 * weight + 200 * weight / len(row_numbers) + nearness + 1
