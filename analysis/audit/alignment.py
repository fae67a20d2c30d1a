"""The audit: the reader's own copy of the article against the register, row by row and number by number.

What belongs here: which row's number is where in the copy, and saying where copy and register differ. What does not:
reading the copy (``copies``) and its numbers (``numerals``). Nothing of the copy is kept or sent.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from analysis.audit.copy import OUTSIDE, Copy, Paragraph, Place, where
from analysis.audit.numerals import JOINS, RULES, Number, numbers, plain
from analysis.core.register import Claim, Register

Key = tuple[bool, str, str]
_VAGUE: Key = (False, "vague", "")
#: From here on a number is what a row says is printed; below it may stand in its place.
_EXACT = 50.0
#: What is compared, and what is not, in words for the reader.
COMPARED = (
    "the numbers, words such as over and up to before them, and their order and place; "
    "not compared: the other words, dates and sources"
)
#: The rules whose numbers are a row's where the row's noun stands by them.
_LENT = ("part of a year", "one", "once", "both", "things named", "own points")


@dataclass(frozen=True)
class Difference:
    """Where copy and register differ.

    ``kind`` is missing, differs, qualifier, order, moved, shifted, heading or uncovered (without a row).
    """

    kind: str
    rows: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Report:
    """What an audit found. ``excluded`` counts the numbers that each rule excludes, with its reason."""

    source: str
    rows: int
    found: int
    differences: tuple[Difference, ...]
    uncovered: tuple[Difference, ...]
    excluded: Mapping[str, tuple[str, int]]
    notes: tuple[str, ...]

    @property
    def status(self) -> int:
        """0 when copy and register agree and no number is without a row, else 1."""
        return 1 if self.differences or self.uncovered else 0

    def lines(self) -> list[str]:
        """The report, line by line."""
        made = [f"{self.source}: {self.found} of {self.rows} rows found in their places"]
        made += [f"{difference.kind}: {difference.text}" for difference in (*self.differences, *self.uncovered)]
        made += [f"note: {note}" for note in self.notes]
        made += [f"excluded: {count} × {rule} ({reason})" for rule, (reason, count) in self.excluded.items()]
        wrong, bare = len(self.differences), len(self.uncovered)
        made.append(
            f"{wrong} difference{'s' * (wrong != 1)}, {bare} number{'s' * (bare != 1)} without a row"
            if self.status
            else f"The copy and the register agree in {COMPARED}."
        )
        return made


def _ends_of(row: Claim) -> list[Number]:
    """The numbers that a row says are printed: one, two for a range, none for a vague one."""
    number = row.published
    printed = [text for text in (number.printed, number.printed_high) if text]
    return [Number(text, 0, 0, text, number.scale, number.unit == "percent") for text in printed]


def _keys(number: Number) -> set[Key]:
    """Two numbers are printed alike when they share a key: the digits and scale, or, for one in words, the worth."""
    if number.kind == "vague":
        return {_VAGUE}
    worth = "" if number.value is None else f"{number.value.normalize():f}"
    as_words = {(number.percent, worth, "in words")} if worth and not re.search(r"\..*0$", number.digits) else set()
    return as_words if number.in_words else {(number.percent, number.digits, number.scale)}


def _alike(one: Number, two: Number) -> bool:
    """Whether one number can stand in the other's place: same unit, same digits or same worth."""
    if two.kind not in ("number", "year"):
        return False
    return (one.scale, one.percent) == (two.scale, two.percent) or one.digits == two.digits or one.value == two.value


_QUALIFIERS = {
    "over": "over|more than|above|exceed(?:s|ed|ing)?|in excess of|upwards of",
    "at_least": "at least|(?:no|not) (?:fewer|less) than|a minimum of",
    "up_to": "up to|at most|(?:no|not) more than|within|a maximum of|as (?:many|much) as",
    "about": "about|approximately|around|roughly|circa|some|an estimated",
    "approaches": "approach(?:es|ed|ing)?|near(?:s|ed|ing|ly)?|almost|close to",
    "under": "under|less than|fewer than|below",
}
_QUALIFIER = re.compile(
    r"\b(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _QUALIFIERS.items()) + r") (?:an? |a total of )?$",
    re.IGNORECASE,
)


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[^\W\d_]{3,}", plain(text).casefold())}


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What a row says is printed: its numbers, each with its keys, or the years of a span, or words alone.

    A row has ``keys`` or ``years`` or neither: a span of years is never looked for as the number that it comes to.
    """

    row: Claim
    keys: list[set[Key]]
    years: tuple[str, ...]
    nouns: set[str]
    wording: set[str]

    @classmethod
    def of(cls, row: Claim) -> _Wanted:
        years = re.findall(r"\b\d{4}\b", row.unit_as_printed) if row.published.unit == "year" else []
        # A row without digits may quote its words in its note: "in words only: several dozen".
        vague = [] if row.published.printed else [n for n in numbers(row.note) if n.kind == "vague"]
        return cls(
            row,
            [] if years else [_keys(end) | _keys(replace(end, in_words=True)) for end in _ends_of(row)],
            (years[0], years[-1]) if years else (),
            _words(row.unit_as_printed),
            {number.text.casefold() for number in vague},
        )


class _Found:
    """A paragraph of the copy with the numbers found in it, which are taken, and where each row's number stands."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.paragraph, self.place = paragraph, paragraph.place
        self.numbers = numbers(paragraph.text)
        self.taken: set[int] = set()
        self.at: dict[str, int] = {}
        self.free_keys = Counter(key for n in self.numbers if not n.rule for key in _keys(n))
        self.lent_keys = Counter(key for n in self.numbers if n.rule in _LENT for key in _keys(n))
        years = [(index, number) for index, number in enumerate(self.numbers) if number.kind == "year"]
        self.years = {number.digits for _, number in years}
        #: The spans of years, by the index of their first.
        self.spans = {
            index: (one.digits, two.digits)
            for (index, one), (_, two) in itertools.pairwise(years)
            if two.start - one.end < 12
        }

    def free(self) -> list[int]:
        return [i for i, number in enumerate(self.numbers) if i not in self.taken and not number.rule]

    def named(self, want: _Wanted, index: int, before: int = 0) -> bool:
        """Whether the row's noun stands by a number."""
        number = self.numbers[index]
        return bool(want.nouns & _words(self.paragraph.text[max(number.start - before, 0) : number.end + 50]))

    def weight(self, wants: Sequence[_Wanted]) -> float:
        """How much of what rows print stands here, in rows; what could stand anywhere weighs less."""
        free, lent, total = self.free_keys.copy(), self.lent_keys.copy(), 0.0
        for want in wants:
            for keys in want.keys:
                full = next((key for key in keys if free[key] > 0), None)
                part = next((key for key in keys if lent[key] > 0), None)
                if full:
                    free[full] -= 1
                    total += 1 / len(want.keys)
                elif part:
                    lent[part] -= 1
                    total += 0.3 / len(want.keys)
            if want.years:
                total += 0.5 * (want.years in self.spans.values())
            elif not want.keys and free[_VAGUE]:
                total += 0.6 if any(self._is_vague(want, i) and self.named(want, i) for i in self.free()) else 0.3
        return total

    def take(self, wants: Sequence[_Wanted]) -> list[_Wanted]:
        """Take each row's number; the rows whose number doesn't stand here are returned."""
        left = [want for want in wants if not (len(want.keys) == 2 and self._take_range(want))]
        # First what stands in the order of the rows, then what is left, in any order.
        self._give({want: i for want, i, gain in self._in_order(left) if gain >= _EXACT})
        self._give(self._paired(left, lambda want, i: self._gain(want, i) >= _EXACT))
        left = [want for want in left if want.row.id not in self.at]
        # Words alone may be quoted, and the years of a span may stand apart.
        left = [want for want in left if not (want.years and self.years.issuperset(want.years))]
        return [want for want in left if want.keys or want.years or want.wording or not self._says(want)]

    def _give(self, pairs: Mapping[_Wanted, int]) -> None:
        for want, index in pairs.items():
            self.at[want.row.id] = index
            if not want.years:
                self.taken.add(index)

    def _says(self, want: _Wanted) -> bool:
        return plain(want.row.unit_as_printed).casefold() in self.paragraph.text.casefold()

    def _is_printed(self, want: _Wanted, index: int) -> bool:
        return len(want.keys) == 1 and bool(want.keys[0] & _keys(self.numbers[index]))

    def _is_vague(self, want: _Wanted, index: int) -> bool:
        number = self.numbers[index]
        in_words = not (want.keys or want.years) and number.kind == "vague"
        return in_words and (number.text.casefold() in want.wording or not want.wording)

    def _gain(self, want: _Wanted, index: int) -> float:
        """How well a number fits a row: from _EXACT on it is what the row says, below it may stand in its place."""
        number = self.numbers[index]
        if want.years:
            return 2 * _EXACT * (self.spans.get(index) == want.years)
        if self._is_vague(want, index):
            return _EXACT + 0.6 * _EXACT * self.named(want, index)
        if self._is_printed(want, index):
            # What a rule would exclude is a row's when its noun stands by it.
            lent = number.rule in _LENT and self.named(want, index, 60)
            return 1.8 * _EXACT * lent if number.rule else 2 * _EXACT + 3 * self.named(want, index)
        if number.rule and not (number.rule == "part of a year" and self.named(want, index)):
            return 0
        if not want.keys:
            return 10 * (bool(want.wording) and number.kind == "vague")
        if not any(_alike(end, number) for end in _ends_of(want.row)):
            return 0
        printed, copied = want.row.published.printed, number.digits
        same = sum(x == y for x, y in zip(printed, copied, strict=False))
        return 10 + 3 * same / max(len(printed), len(copied), 1) + 3 * self.named(want, index)

    def _take_range(self, want: _Wanted) -> bool:
        pairs = [
            (i, j)
            for i, j in itertools.pairwise(self.free())
            if want.keys[0] & _keys(self.numbers[i]) and want.keys[1] & _keys(self.numbers[j])
        ]
        for i, j in sorted(pairs, key=lambda pair: not self._joined(*pair))[:1]:
            self.taken |= {i, j}
            self.at[want.row.id] = i
        return bool(pairs)

    def _joined(self, i: int, j: int) -> bool:
        """Whether two numbers stand together as the ends of a range do."""
        return bool(JOINS.fullmatch(self.paragraph.text, self.numbers[i].end, self.numbers[j].start))

    def _in_order(self, wants: Sequence[_Wanted]) -> list[tuple[_Wanted, int, float]]:
        """Give rows numbers that fit them, the best that can be had with the rows in the order of the numbers."""
        wants = [want for want in wants if len(want.keys) < 2 and want.row.id not in self.at]
        open_ = [index for index in range(len(self.numbers)) if index not in self.taken]
        gain = [[self._gain(want, index) for index in open_] for want in wants]
        best = [[0.0] * (len(open_) + 1) for _ in range(len(wants) + 1)]
        for a, b in itertools.product(range(len(wants)), range(len(open_))):
            best[a + 1][b + 1] = max(best[a][b + 1], best[a + 1][b], best[a][b] + gain[a][b])
        made, a, b = [], len(wants), len(open_)
        while a and b:
            if best[a][b] == best[a][b - 1]:
                b -= 1
            elif best[a][b] == best[a - 1][b]:
                a -= 1
            else:
                a, b = a - 1, b - 1
                made.append((wants[a], open_[b], gain[a][b]))
        return made[::-1]

    def _paired(self, wants: Sequence[_Wanted], fits: Callable[[_Wanted, int], bool]) -> dict[_Wanted, int]:
        """Give the rows that have none numbers that fit them, as many as can be, in any order."""
        wants = [want for want in wants if len(want.keys) < 2 and want.row.id not in self.at]
        open_ = [index for index in range(len(self.numbers)) if index not in self.taken]
        gain = np.zeros((len(wants), len(open_)))
        for (a, want), (b, index) in itertools.product(enumerate(wants), enumerate(open_)):
            if fits(want, index):
                gain[a, b] = 1000 + self._gain(want, index) - abs(a / len(wants) - b / len(open_))
        return {wants[a]: open_[b] for a, b in _best_pairs(gain)}

    def take_unlike(self, wants: Sequence[_Wanted]) -> dict[str, str]:
        """For each row whose number is printed otherwise here, what is printed in its place."""
        made = {}
        for want in (want for want in wants if len(want.keys) == 2):
            ends = want.keys[0] | want.keys[1]
            for i, j in itertools.pairwise(self.free()):
                one, two = self.numbers[i], self.numbers[j]
                if self._joined(i, j) and ends & (_keys(one) | _keys(two)):
                    self.taken |= {i, j}
                    made[want.row.id] = self.paragraph.text[one.start : two.end]
                    break
        left = [want for want in wants if want.row.id not in made]
        pairs = {want: index for want, index, _ in self._in_order(left)}
        self.taken |= set(pairs.values())
        pairs |= self._paired([want for want in left if want not in pairs], lambda want, i: self._gain(want, i) > 0)
        self.taken |= set(pairs.values())
        return made | {want.row.id: self.numbers[index].text for want, index in pairs.items()}

    def take_loose(self, want: _Wanted) -> bool:
        """Take a row's number where it stands without a row of its own."""
        if len(want.keys) == 2:
            return self._take_range(want)
        for index in self.free():
            if self._is_printed(want, index) or self._is_vague(want, index):
                self.taken.add(index)
                return True
        return False

    def in_another_order(self, wants: Sequence[_Wanted]) -> list[Difference]:
        """The rows whose numbers stand in another order than the rows do, as one difference."""
        ids = [want.row.id for want in wants if want.row.id in self.at]
        ranks = {id: rank for rank, id in enumerate(sorted(ids, key=self.at.__getitem__))}
        off = [id for order, id in enumerate(ids) if ranks[id] != order]
        if len(off) > 2:
            # More than an exchange: the fewest that must be put elsewhere.
            staying = _rising(list(enumerate(ranks[id] for id in ids)))
            off = [id for order, id in enumerate(ids) if order not in staying]
        if not off:
            return []
        texts = [self.numbers[self.at[id]].text for id in sorted(off, key=self.at.__getitem__)]
        said = f"{', '.join(off)} ({where(self.place)}): in another order than stated: {', '.join(texts)}"
        return [Difference("order", tuple(off), said)]

    def qualified_otherwise(self, wants: Sequence[_Wanted]) -> list[Difference]:
        """The rows before whose number stands another word such as over, up to or about than stated."""
        made = []
        for row in (want.row for want in wants if len(want.keys) == 1 and want.row.id in self.at):
            number = self.numbers[self.at[row.id]]
            start = number.end - len(number.text)
            match = _QUALIFIER.search(self.paragraph.text[max(start - 40, 0) : start])
            found = str(match.lastgroup) if match else "exact"
            if found != row.published.qualifier:
                word = f"{match[0]}{number.text}" if match else f"{number.text} without such a word"
                made.append(
                    Difference("qualifier", (row.id,), f"{_named(row)}: {word} in the place of {row.published}")
                )
        return made

    def around(self, index: int) -> str:
        """The number with a few words to each side."""
        number, text = self.numbers[index], self.paragraph.text
        start = number.end - len(number.text)
        before, after = text[max(start - 80, 0) : start].split(" "), text[number.end : number.end + 80].split(" ")
        return " ".join(before[-4:]) + number.text + " ".join(after[:4])


def _assigned(stated: Mapping[Place, Sequence[_Wanted]], copies: Sequence[_Found]) -> dict[Place, _Found]:
    """Which paragraph of the copy each stated one is: the most rows found, in the stated place where it can be."""
    gain = np.zeros((len(stated), len(copies)))
    for (a, (place, wants)), (b, copy) in itertools.product(enumerate(stated.items()), enumerate(copies)):
        weight, there = copy.weight(wants), place == copy.place
        # Elsewhere it must be the half at least, or it is chance.
        if there or weight >= 0.5 * len(wants):
            near = 5 - min(abs(place[1] - copy.place[1]), 40) / 10 if place[0] == copy.place[0] else 0
            gain[a, b] = 1000 * weight + 200 * weight / len(wants) + (50 if there else near) + 1
    places = list(stated)
    return {places[a]: copies[b] for a, b in _best_pairs(gain)}


def _best_pairs(gain: NDArray[np.float64]) -> list[tuple[int, int]]:
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if gain[row, column] > 0]


def _moved_rows(left: dict[Place, list[_Wanted]], copies: Sequence[_Found]) -> tuple[list[Difference], set[Place]]:
    """The rows whose number stands in another paragraph than theirs, without a row there; taken off ``left``."""
    moved: dict[tuple[Place, Place], list[str]] = defaultdict(list)
    for place, wants in left.items():
        for want in [want for want in wants if not want.years]:
            other = next((copy.place for copy in copies if copy.take_loose(want)), None)
            if other:
                wants.remove(want)
            if other and other != place:
                moved[place, other].append(want.row.id)
    made = [
        Difference("moved", tuple(ids), f"{', '.join(ids)}: from {where(place)} to {where(other)}")
        for (place, other), ids in moved.items()
    ]
    return made, {other for _, other in moved}


def _rising(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """The longest run of pairs whose second numbers rise as the first do; as indices."""
    best: list[list[int]] = [[]]
    for index, (_, second) in enumerate(pairs):
        runs = [run for run in best if not run or pairs[run[-1]][1] < second]
        best.append([*sorted(runs, key=len)[-1], index])
    return set(sorted(best, key=len)[-1])


@dataclass(frozen=True)
class _Moves:
    """How the paragraphs of one section stand: which were moved, and which count differently without a cause."""

    moved: list[tuple[int, int]]
    shifted: list[tuple[int, list[int]]]
    explained: bool

    @classmethod
    def of(
        cls,
        pairs: list[tuple[int, int]],
        staying: set[int],
        out: list[int],
        into: list[int],
        gone: set[int],
        new: set[int],
    ) -> _Moves:
        """``pairs`` are stated and found numbers; ``out`` and ``into`` those that left the section and came to it."""
        moved = [pair for index, pair in enumerate(pairs) if index not in staying]
        out, into = out + [p for p, _ in moved], into + [q for _, q in moved]
        shift, last_p, last_q, explained = 0, 0, 0, False
        runs: list[tuple[int, list[int]]] = []
        for p, q in (pairs[index] for index in sorted(staying)):
            rest = q - p + sum(n < p for n in out) - sum(n < q for n in into)
            step = rest - shift
            between = sum(last_p < n < p for n in gone) if step < 0 else sum(last_q < n < q for n in new)
            if abs(step) > between:
                runs.append((step, []))
            elif q != p and (step or not runs):
                explained = True
            if runs and q != p:
                runs[-1][1].append(p)
            shift, last_p, last_q = rest, p, q
        return cls(moved, [run for run in runs if run[1]], explained)


def _changes_of_place(
    stated: Mapping[Place, Sequence[_Wanted]], kept: Mapping[Place, Place], gone: set[Place], added: set[Place]
) -> tuple[list[Difference], list[str]]:
    """Paragraphs that stand elsewhere, and those that count differently without a cause; a note on those that have one.

    ``kept`` gives for each stated place the place in the copy; ``gone`` are stated places of which nothing is left,
    ``added`` are places in the copy that hold numbers from elsewhere.
    """

    def ids(section: str, *numbers: int) -> tuple[str, ...]:
        return tuple(want.row.id for number in numbers for want in stated[section, number])

    def moved(place: Place, other: Place) -> Difference:
        rows = ids(*place)
        return Difference("moved", rows, f"{where(place)} ({', '.join(rows)}) stands as {where(other)}")

    made = [moved(place, other) for place, other in kept.items() if place[0] != other[0]]
    notes = []
    for section in dict.fromkeys([*(place[0] for place in kept), *(place[0] for place in kept.values())]):
        pairs = sorted((p[1], q[1]) for p, q in kept.items() if p[0] == q[0] == section)
        out = [p[1] for p, q in kept.items() if p[0] == section != q[0]]
        into = [q[1] for p, q in kept.items() if q[0] == section != p[0]]
        lost = {number for name, number in gone if name == section}
        new = {number for name, number in added - set(kept.values()) if name == section}
        everyone = set(range(len(pairs)))
        choices = [_rising(pairs), everyone, *(everyone - {index} for index in everyone)]
        ways = [_Moves.of(pairs, staying, out, into, lost, new) for staying in choices if _rises(pairs, staying)]
        # The way with the fewest differences; among equals that with the fewest rows in them.
        best = min(ways, key=lambda w: (len(w.moved) + len(w.shifted), len(ids(section, *(p for p, _ in w.moved)))))
        made += [moved((section, p), (section, q)) for p, q in best.moved]
        for step, run in best.shifted:
            which = f"paragraph {run[0]}" if len(run) == 1 else f"paragraphs {run[0]} to {run[-1]}"
            how = f"{abs(step)} {'later' if step > 0 else 'earlier'} than stated"
            rows = ids(section, *run)
            made.append(Difference("shifted", rows, f"{which} of section {section} ({', '.join(rows)}): {how}"))
        if best.explained:
            notes.append(f"other paragraphs of section {section} count differently because of what is reported above")
    return made, notes


def _rises(pairs: Sequence[tuple[int, int]], chosen: set[int]) -> bool:
    return all(pairs[one][1] < pairs[two][1] for one, two in itertools.pairwise(sorted(chosen)))


def _named(row: Claim) -> str:
    return f"{row.id} ({row.where})"


def _missing(row: Claim, instead: str = "") -> Difference:
    printed = row.published if row.published.printed else row.note or row.unit_as_printed
    found = f"{instead} in the place of " if instead else ""
    return Difference("differs" if instead else "missing", (row.id,), f"{_named(row)}: {found}{printed}")


def audit(register: Register, path: Path | str) -> Report:
    """Compare the reader's copy of the article, a text, HTML or PDF file, with the register.

    Raises InputError, whose message is one sentence, for a file that can't be read or is no copy of the article.
    """
    copy = Copy.read(register, Path(path))
    parted: set[int] = set()
    report = _compared(register, copy, parted)
    # Where a page ends with a full line and a full stop, what takes fewer differences is what is meant.
    for doubt in range(copy.doubts if report.status else 0):
        other = _compared(register, copy, parted | {doubt})
        if len(other.differences) + len(other.uncovered) < len(report.differences) + len(report.uncovered):
            parted, report = parted | {doubt}, other
    return report


def _compared(register: Register, copy: Copy, parted: set[int]) -> Report:
    paragraphs, headless = copy.paragraphs(parted)
    copies = [_Found(paragraph) for paragraph in paragraphs if not paragraph.outside]
    stated: dict[Place, list[_Wanted]] = defaultdict(list)
    for row in register.claims.values():
        stated[row.section, row.paragraph].append(_Wanted.of(row))
    here = _assigned(stated, copies)
    left = {place: here[place].take(wants) if place in here else list(wants) for place, wants in stated.items()}
    gone = {place for place, wants in stated.items() if len(left[place]) == len(wants)}
    differences, strays = _moved_rows(left, copies)
    for place, wants in left.items():
        unlike = here[place].take_unlike(wants) if place in here else {}
        for row in (want.row for want in wants):
            differences.append(_missing(row, unlike.get(row.id, "")))
    for place, found in here.items():
        order = found.in_another_order(stated[place])
        settled = [want for want in stated[place] if not any(want.row.id in difference.rows for difference in order)]
        differences += order + found.qualified_otherwise(settled)
    uncovered = [
        Difference("uncovered", (), f"{found.numbers[i].text} ({where(found.place)}): … {found.around(i)} …")
        for found in copies
        for i in found.free()
    ]
    added = {found.place for found in copies if found.free()} | strays
    differences += [Difference("heading", (), f"section {section} has no heading") for section in sorted(headless)]
    kept = {p: found.place for p, found in here.items() if p not in gone and p[0] not in headless}
    # A span of years stands in many paragraphs: one that states nothing else is looked for in its own place alone,
    # unless it then takes more differences to say what happened.
    weak = {p for p, place in kept.items() if p != place and all(want.years for want in stated[p])}
    ways = []
    for lost in (weak, set[Place]()):
        staying = {p: place for p, place in kept.items() if p not in lost}
        changes, notes = _changes_of_place(stated, staying, gone | lost, added)
        ways.append(([*(_missing(want.row) for p in lost for want in stated[p]), *changes], notes))
    changes, notes = min(ways, key=lambda way: len(way[0]))
    differences += changes
    not_found = {id for difference in differences if difference.kind != "shifted" for id in difference.rows}
    excluded = Counter(
        n.rule for found in copies for i, n in enumerate(found.numbers) if n.rule and i not in found.taken
    )
    excluded.update(part.outside for part in paragraphs if part.outside for _ in numbers(part.text))
    reasons = {**{rule: reason for rule, (reason, _) in RULES.items()}, **OUTSIDE}
    return Report(
        source=copy.name,
        rows=len(register.claims),
        found=len(register.claims) - len(not_found),
        differences=tuple(differences),
        uncovered=tuple(uncovered),
        excluded={rule: (reason, excluded[rule]) for rule, reason in reasons.items() if excluded[rule]},
        notes=tuple(notes),
    )
