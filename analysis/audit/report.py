"""The audit compares the reader's own copy of the article with the register.

The audit reports the rows whose number the copy lacks, and the numbers of the copy that
have no row.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.audit.alignment import Passage, RowNumber, assigned, row_numbers
from analysis.audit.copy import Paragraph, Place, read
from analysis.audit.differences import (
    Difference,
    changes_of_place,
    in_another_order,
    not_as_printed,
    qualified_otherwise,
    without_heading,
    without_row,
)
from analysis.audit.numerals import RULES, numbers
from analysis.core.errors import display_path
from analysis.core.register import Register

AGREE = (
    "The copy and the data package agree in the numbers, in words such as over before "
    "a number, and in the order and place of the numbers. The audit did not compare "
    "other words, dates or sources."
)


@dataclass(frozen=True)
class Report:
    """The result of an audit.

    ``rows`` is the number of rows in the register, and ``found`` is how many of these
    rows have no difference other than ``shifted``. ``excluded`` maps each rule to its
    reason and to the count of numbers that it excludes.
    """

    source: str
    rows: int
    found: int
    differences: tuple[Difference, ...]
    uncovered: tuple[Difference, ...]
    excluded: Mapping[str, tuple[str, int]]

    @property
    def status(self) -> int:
        """The exit status: 0 if the copy and the register agree, otherwise 1."""
        return 1 if self.differences or self.uncovered else 0

    def lines(self) -> list[str]:
        """Return the report of the audit as lines of text."""
        lines = [
            f"{self.source}: {self.found} of {self.rows} rows found in their places"
        ]
        for difference in (*self.differences, *self.uncovered):
            words = ", ".join((*difference.rows, difference.text))
            lines.append(f"{difference.kind}: {words}")
        for rule, (reason, count) in self.excluded.items():
            lines.append(f"excluded: {count} × {rule} ({reason})")
        if self.status == 0:
            return [*lines, AGREE]
        differing = _counted(len(self.differences), "difference")
        uncovered = _counted(len(self.uncovered), "number")
        return [*lines, f"{differing}, {uncovered} without a row"]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def audit(register: Register, path: Path | str) -> Report:
    """Compare the reader's copy of the article with the register.

    The copy is a text, HTML or PDF file. Raises InputError, whose message is one
    sentence, for a file that can't be read or is not a copy of the article.
    """
    paragraphs, headings = read(register, Path(path))
    passages = [Passage(paragraph) for paragraph in paragraphs if not paragraph.outside]
    stated: dict[Place, list[RowNumber]] = defaultdict(list)
    for row in register.claims.values():
        stated[row.section, row.paragraph] += row_numbers(row)
    by_place = assigned(stated, passages, headings)
    for place, passage in by_place.items():
        passage.take(stated[place])
    lost = _find_elsewhere(stated, passages)
    differences = []
    for place, numbers_here in stated.items():
        differences += _in_its_place(numbers_here, lost, by_place.get(place))
    differences += without_heading(register.sections, headings)
    differences += changes_of_place(stated, by_place, passages, headings)
    # A row in its own paragraph counts as found, even if that paragraph is shifted.
    concerned: set[str] = set()
    for difference in differences:
        if difference.kind != "shifted":
            concerned.update(difference.rows)
    count = len(register.claims)
    return Report(
        source=display_path(Path(path)),
        rows=count,
        found=count - len(concerned),
        differences=tuple(differences),
        uncovered=tuple(without_row(passages)),
        excluded=_excluded(passages, paragraphs),
    )


def _find_elsewhere(
    stated: Mapping[Place, Sequence[RowNumber]], passages: Sequence[Passage]
) -> set[RowNumber]:
    """Look for missing numbers in other paragraphs, and return the numbers not found.

    A missing number counts as found if another paragraph prints it and no other row
    uses the number printed there. Years are not sought in other paragraphs, because
    they are common.
    """
    lost = set()
    for numbers_here in stated.values():
        for number in numbers_here:
            if any(number in passage.exact for passage in passages):
                continue
            lost.add(number)
    for numbers_here in stated.values():
        for number in numbers_here:
            may_move = number in lost and number.kind != "span"
            if may_move and any(part.take_elsewhere(number) for part in passages):
                lost.remove(number)
    return lost


def _in_its_place(
    stated: Sequence[RowNumber], lost: Container[RowNumber], passage: Passage | None
) -> list[Difference]:
    """Compare the numbers that rows state for one place with that place in the copy."""
    missing = [number for number in stated if number in lost]
    if passage is None:
        return not_as_printed(missing, None)
    # Each missing number is paired with a number of the passage that has no row, as
    # long as such numbers are left.
    replaced = [number for number in missing if number.keys and number.kind != "span"]
    passage.unlike.update(zip(replaced, passage.free(), strict=False))
    differences = in_another_order(stated, passage)
    if not differences:
        differences = qualified_otherwise(stated, passage)
    return differences + not_as_printed(missing, passage)


def _excluded(
    passages: Sequence[Passage], paragraphs: Sequence[Paragraph]
) -> dict[str, tuple[str, int]]:
    """Map each rule to its reason and to the count of numbers that it excludes."""
    counts = Counter[str]()
    for passage in passages:
        counts.update(number.rule for number in passage.numbers if number.rule)
    for paragraph in paragraphs:
        if paragraph.outside:
            counts["outside"] += len(numbers(paragraph.text))
    return {rule: (RULES[rule], count) for rule, count in counts.items() if count}
