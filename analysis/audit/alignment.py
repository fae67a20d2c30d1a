"""The audit compares the reader's own copy of the article with the register.

It goes row by row and number by number.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment

from analysis.audit.copy import Paragraph, Place, read, where
from analysis.audit.numerals import RULES, Key, Number, numbers, plain
from analysis.core.errors import display_path
from analysis.core.register import Register
from analysis.core.rows import Claim


@dataclass(frozen=True)
class Difference:
    """A difference says where the copy and the register do not agree.

    Its ``kind`` is missing, differs, qualifier, order, moved, shifted, heading or
    uncovered.
    """

    kind: str
    rows: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Report:
    """What an audit found.

    ``excluded`` counts the numbers that each rule excludes, with its reason.
    """

    source: str
    rows: int
    found: int
    differences: tuple[Difference, ...]
    uncovered: tuple[Difference, ...]
    excluded: Mapping[str, tuple[str, int]]

    @property
    def status(self) -> int:
        """0 when copy and register agree and no number is without a row, else 1."""
        return 1 if self.differences or self.uncovered else 0

    def lines(self) -> list[str]:
        """The report, line by line."""
        made = [
            f"{self.source}: {self.found} of {self.rows} rows found in their places"
        ]
        made += [
            f"{d.kind}: {', '.join((*d.rows, d.text))}"
            for d in (*self.differences, *self.uncovered)
        ]
        made += [
            f"excluded: {count} × {rule} ({reason})"
            for rule, (reason, count) in self.excluded.items()
        ]
        agree = (
            "The copy and the register agree in the numbers, words such as over before "
            "them, order and place; not compared: the other words, dates and sources."
        )
        wrong, bare = len(self.differences), len(self.uncovered)
        counts = (
            f"{wrong} {'difference' if wrong == 1 else 'differences'}, "
            f"{bare} {'number' if bare == 1 else 'numbers'} without a row"
        )
        return [*made, counts if self.status else agree]


_QUALIFIERS = {
    "over": "over|more than|above|exceed(?:s|ed|ing)?|in excess of|upwards of",
    "at_least": "at least|(?:no|not) (?:fewer|less) than|a minimum of",
    "up_to": "up to|at most|(?:no|not) more than|within|a maximum of"
    "|as (?:many|much) as",
    "about": "about|approximately|around|roughly|circa|some|an estimated",
    "approaches": "approach(?:es|ed|ing)?|near(?:s|ed|ing|ly)?|almost|close to",
    "under": "under|less than|fewer than|below",
}
_NAMED = "|".join(f"(?P<{name}>{words})" for name, words in _QUALIFIERS.items())
_QUALIFIER = re.compile(rf"(?i)\b(?:{_NAMED}) (?:an? |a total of )?$")


@dataclass(frozen=True, eq=False)
class _End:
    """An end is one number that a row says is printed, with the keys that fit it.

    Words that the row does not quote have no keys.
    """

    row: Claim
    kind: str
    keys: tuple[Key, ...]

    @classmethod
    def of(cls, row: Claim) -> list[_End]:
        printed = row.published
        if printed.unit == "year":
            printed_here = numbers(row.unit_as_printed)
            spans = tuple(one.key for one in printed_here if one.kind == "span")
            return [cls(row, "span", spans)]
        if not printed.printed:
            # A row without digits may quote its words in its note: "in words only:
            # several dozen".
            quoted = numbers(plain(row.note))
            vague = tuple(one.key for one in quoted if one.kind == "vague")
            return [cls(row, "vague", vague)]
        digits = filter(None, (printed.printed, printed.printed_high))
        ends = [
            Number("", 0, 0, text, printed.scale, printed.unit == "percent")
            for text in digits
        ]
        return [
            cls(row, "number", (end.key, replace(end, in_words=True).key))
            for end in ends
        ]


Stated = Mapping[Place, Sequence[_End]]


class _Found:
    """This is a paragraph of the copy, with the numbers that are printed in it.

    They are compared with the numbers that rows say are printed.
    """

    def __init__(self, paragraph: Paragraph) -> None:
        self.place, self.text = paragraph.place, paragraph.text
        self.numbers = numbers(self.text)
        self.usable = [
            number
            for number in self.numbers
            if not number.rule or number.kind == "span"
        ]
        self.exact: dict[_End, Number] = {}
        self.unlike: dict[_End, Number] = {}

    def free(self) -> list[Number]:
        """The numbers that no row has and no rule excludes."""
        taken = [*self.exact.values(), *self.unlike.values()]
        return [
            number for number in self.numbers if not number.rule and number not in taken
        ]

    def weight(self, ends: Sequence[_End]) -> float:
        """Count how many of the numbers stand here.

        A noun that stands here as well adds a little. Years, which are common, count
        less.
        """
        left = Counter(number.key for number in self.usable)
        total = 0.0
        for end in ends:
            key = next((key for key in end.keys if left[key] > 0), None)
            if key is None:
                continue
            left[key] -= 1
            if end.kind == "span":
                total += 0.5
                continue
            noun = end.row.unit_as_printed.split()[-1]
            total += 1.01 if noun in self.text else 1
        return total

    def take(self, ends: Sequence[_End]) -> None:
        """Take the numbers that rows say are printed.

        Those that stand in the rows' order come first, then what is left, in any order.
        """
        here = [number.key for number in self.usable]
        keys = [next((key for key in end.keys if key in here), None) for end in ends]
        matcher = SequenceMatcher(None, keys, here, autojunk=False)
        for a, b, size in matcher.get_matching_blocks():
            self.exact |= zip(
                ends[a : a + size], self.usable[b : b + size], strict=True
            )
        for end in (end for end in ends if end not in self.exact):
            left = [
                number for number in self.usable if number not in self.exact.values()
            ]
            fit = [
                number
                for number in left
                if number.key in end.keys or (not end.keys and number.kind == end.kind)
            ]
            if fit:
                self.exact[end] = fit[0]


def audit(register: Register, path: Path | str) -> Report:
    """Compare the reader's copy of the article with the register.

    The copy is a text, HTML or PDF file. Raises InputError, whose message is one
    sentence, for a file that can't be read or is no copy of the article.
    """
    paragraphs, headings = read(register, Path(path))
    copies = [_Found(paragraph) for paragraph in paragraphs if not paragraph.outside]
    stated: dict[Place, list[_End]] = defaultdict(list)
    for row in register.claims.values():
        stated[row.section, row.paragraph] += _End.of(row)
    here = _assigned(stated, copies, headings)
    for place, found in here.items():
        found.take(stated[place])
    left = [
        end
        for ends in stated.values()
        for end in ends
        if not any(end in found.exact for found in copies)
    ]
    # A row's number, other than years, may stand without a row in another paragraph.
    for end, found in itertools.product(
        [end for end in left if end.kind != "span"], copies
    ):
        number = next(
            (number for number in found.free() if number.key in end.keys), None
        )
        if number and end in left:
            found.exact[end] = number
            left.remove(end)
    differences = []
    for place, ends in stated.items():
        missing = [end for end in ends if end in left]
        if place in here:
            # What stands in their place: as many numbers without a row, in their order.
            changed = [end for end in missing if end.keys and end.kind != "span"]
            here[place].unlike |= zip(changed, here[place].free(), strict=False)
            in_another_order = _in_another_order(ends, here[place])
            differences += in_another_order or _qualified_otherwise(ends, here[place])
        differences += _unlike_rows(missing, here.get(place))
    lost = [section for section in register.sections if section not in headings]
    differences += [
        Difference("heading", (), f"section {section} has no heading")
        for section in lost
    ]
    differences += _changes_of_place(
        {p: stated[p] for p in stated if p[0] in headings}, here, copies
    )
    uncovered = tuple(_uncovered(copies))
    excluded = Counter(
        number.rule for found in copies for number in found.numbers if number.rule
    )
    excluded["outside"] = sum(
        len(numbers(part.text)) for part in paragraphs if part.outside
    )
    not_found = {
        id
        for difference in differences
        if difference.kind != "shifted"
        for id in difference.rows
    }
    rows = len(register.claims)
    reasons = {rule: (RULES[rule], count) for rule, count in excluded.items() if count}
    return Report(
        display_path(Path(path)),
        rows,
        rows - len(not_found),
        tuple(differences),
        uncovered,
        reasons,
    )


def _uncovered(copies: Iterable[_Found]) -> Iterator[Difference]:
    """Report every number of the copy that no row has and no rule excludes."""
    for found in copies:
        for number in found.free():
            around = found.text[max(number.start - 30, 0) : number.end + 30]
            text = f"{number.text} ({where(found.place)}): … {around} …"
            yield Difference("uncovered", (), text)


def _assigned(
    stated: Stated, copies: Sequence[_Found], headings: Container[str]
) -> dict[Place, _Found]:
    """Find the paragraph of the copy that belongs to each stated one.

    The assignment finds the most numbers, in the stated place where it can.
    """
    gain = np.zeros((len(stated), len(copies)))
    for (a, (place, ends)), (b, copy) in itertools.product(
        enumerate(stated.items()), enumerate(copies)
    ):
        weight, same_section = copy.weight(ends), place[0] == copy.place[0]
        is_common = place[0] in headings and all(end.kind == "span" for end in ends)
        # Elsewhere it must be the half at least, or it is chance; years alone stand in
        # many sections.
        if place == copy.place or (
            weight >= 0.5 * len(ends) and (same_section or not is_common)
        ):
            near = (
                5 - min(abs(place[1] - copy.place[1]), 40) / 10 if same_section else 0
            )
            gain[a, b] = (
                1000 * weight
                + 200 * weight / len(ends)
                + (50 if place == copy.place else near)
                + 1
            )
    places = list(stated)
    pairs = zip(*linear_sum_assignment(gain, maximize=True), strict=True)
    return {places[int(a)]: copies[int(b)] for a, b in pairs if gain[a, b] > 0}


def _printed(row: Claim) -> str:
    """Return the number that a row says is printed, with its noun.

    Such numbers are 20,000 to 25,000, and 2.5 million.
    """
    number = row.published
    digits = " to ".join(
        f"{Decimal(text):,}" for text in (number.printed, number.printed_high) if text
    )
    return " ".join(
        filter(None, [digits or row.note, number.scale, row.unit_as_printed])
    )


def _unlike_rows(left: Iterable[_End], found: _Found | None) -> list[Difference]:
    """Report the rows of which a number is not found anywhere.

    It is missing, or it is printed otherwise.
    """
    text = found.text if found else ""
    rows = {
        end.row.id: end.row
        for end in left
        if end.keys or end.row.unit_as_printed not in text
    }
    taken = [*found.exact.items(), *found.unlike.items()] if found else []
    made = []
    for row in rows.values():
        mine = [number for end, number in taken if end.row is row]
        kind, instead = "missing", ""
        if mine:
            start = min(number.start for number in mine)
            stop = max(number.end for number in mine)
            kind, instead = "differs", f"{text[start:stop]} in the place of "
        made.append(
            Difference(kind, (row.id,), f"{row.where}: {instead}{_printed(row)}")
        )
    return made


def _rising(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Leave out pairs until both sides of the others rise.

    Those left out, which must be put elsewhere, are the pairs that cross the most
    others.
    """
    left = sorted(pairs)
    while [q for _, q in left] != sorted(q for _, q in left):
        crossed = {
            (p, q): (sum((p < a) != (q < b) for a, b in left), abs(p - q))
            for p, q in left
        }
        left.remove(max(left, key=crossed.__getitem__))
    return left


def _in_another_order(ends: Iterable[_End], found: _Found) -> list[Difference]:
    """Report the rows whose numbers stand in another order than the rows do.

    They are one difference.
    """
    here = [end for end in ends if end in found.exact]
    starts = sorted(found.exact[end].start for end in here)
    ranks = [
        (order, starts.index(found.exact[end].start)) for order, end in enumerate(here)
    ]
    off = [pair for pair in ranks if pair[0] != pair[1]]
    if len(off) > 2:  # More than an exchange: the fewest that must be put elsewhere.
        off = [pair for pair in ranks if pair not in _rising(ranks)]
    ids = dict.fromkeys(here[order].row.id for order, _ in off)
    texts = ", ".join(
        found.exact[here[order]].text
        for order, _ in sorted(off, key=lambda pair: pair[1])
    )
    if not off:
        return []
    text = f"{where(found.place)}: in the order {texts}"
    return [Difference("order", tuple(ids), text)]


def _qualified_otherwise(ends: Iterable[_End], found: _Found) -> list[Difference]:
    """Report the rows that state another word before their number than the copy has.

    Such a word is over, up to or about.
    """
    made = []
    for end in (end for end in ends if end in found.exact and end.kind == "number"):
        row, number = end.row, found.exact[end]
        stated = row.published.qualifier
        match = _QUALIFIER.search(found.text[max(number.start - 40, 0) : number.start])
        if stated not in (match.lastgroup if match else "exact", "range"):
            printed = (
                f"{match[0]}{number.text}"
                if match
                else f"{number.text} without such a word"
            )
            instead = (
                f"{printed} in the place of {stated.replace('_', ' ')} {_printed(row)}"
            )
            made.append(Difference("qualifier", (row.id,), f"{row.where}: {instead}"))
    return made


def _changes_of_place(
    stated: Stated, here: Mapping[Place, _Found], copies: Sequence[_Found]
) -> list[Difference]:
    """Report rows that stand elsewhere than stated, and paragraphs counted differently.

    A different count is reported where no cause of it is reported as well.
    """
    rows: dict[tuple[Place, Place], dict[str, None]] = defaultdict(dict)
    for found in copies:
        for end in found.exact:
            rows[(end.row.section, end.row.paragraph), found.place][end.row.id] = None
    made = []
    for section in dict.fromkeys(section for section, _ in stated):
        homes = [(p, here[p].place) for p in stated if p[0] == section and p in here]
        pairs = _rising(
            (p[1], q[1]) for p, q in homes if q[0] == section and (p, q) in rows
        )
        for (p, q), ids in rows.items():
            if (
                p[0] == section
                and p != q
                and not (q[0] == section and (p[1], q[1]) in pairs)
            ):
                made.append(
                    Difference("moved", tuple(ids), f"from {where(p)} to {where(q)}")
                )
        gone = {n for name, n in stated if name == section} - {p for p, _ in pairs}
        new = {
            f.place[1]
            for f in copies
            if f.place[0] == section and (f.exact or f.free())
        } - {q for _, q in pairs}
        runs: list[list[tuple[int, int]]] = []
        for (last_p, last_q), (at, now) in itertools.pairwise([(0, 0), *pairs]):
            step = (now - last_q) - (at - last_p)
            if (
                not -sum(last_p < n < at for n in gone)
                <= step
                <= sum(last_q < n < now for n in new)
            ):
                runs.append([])
            if runs and at != now:
                runs[-1].append((at, now))
        for (at, now), run in ((run[0], run) for run in runs if run):
            shifted = tuple(
                id
                for one, other in run
                for id in rows[(section, one), (section, other)]
            )
            how = "later" if now > at else "earlier"
            made.append(
                Difference(
                    "shifted",
                    shifted,
                    f"{where((section, at))} on: {abs(now - at)} {how} than stated",
                )
            )
    return made
