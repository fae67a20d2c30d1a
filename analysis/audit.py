"""The audit: the reader's own copy of the article against the register, row by row and number by number.

What belongs here: which row's number is where in the copy, and saying where copy and register differ. What does not:
reading the copy (``copies``) and its numbers (``numerals``). Nothing of the copy is kept or sent.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from analysis.copies import OUTSIDE, Paragraph, Place, read_copy, where
from analysis.numerals import JOINS, RULES, Number, numbers, plain
from analysis.register import Claim, Register, shown

Key = tuple[bool, str, str]
_VAGUE: Key = (False, "vague", "")
#: What a row says is printed: the keys of each of its numbers, and the years of a span.
_Wants = tuple[list[set[Key]], list[str]]


@dataclass(frozen=True)
class Difference:
    """Where copy and register differ: missing, differs, moved, shifted, heading or uncovered (without a row)."""

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
            else "The copy and the register agree."
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


def _wanted(number: Number) -> set[Key]:
    return _keys(number) | _keys(replace(number, in_words=True))


def _alike(one: Number, two: Number) -> bool:
    """Whether one number can stand in the other's place: same unit, same digits or same worth."""
    if two.kind not in ("number", "year"):
        return False
    return (one.scale, one.percent) == (two.scale, two.percent) or one.digits == two.digits or one.value == two.value


def _years(row: Claim) -> list[str]:
    years = re.findall(r"\b\d{4}\b", row.period)
    return [years[0], years[-1]] if row.published.unit == "year" and years else []


def _words(text: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[^\W\d_]{3,}", plain(text).casefold())}


def _without(rows: Sequence[Claim], ids: Container[str]) -> list[Claim]:
    return [row for row in rows if row.id not in ids]


class _Copy:
    """A paragraph of the copy with its numbers, and which of them are taken."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.paragraph, self.place = paragraph, paragraph.place
        self.numbers = numbers(paragraph.text)
        self.taken: set[int] = set()
        self.free_keys = Counter(key for n in self.numbers if not n.rule for key in _keys(n))
        self.ruled_keys = Counter(key for n in self.numbers if n.rule for key in _keys(n))
        self.year_digits = {n.digits for n in self.numbers if n.kind == "year"}

    def free(self) -> list[int]:
        return [i for i, number in enumerate(self.numbers) if i not in self.taken and not number.rule]

    def named(self, row: Claim, index: int) -> bool:
        """Whether the row's noun stands by a number."""
        start = self.numbers[index].start
        near = self.paragraph.text[start : self.numbers[index].end + 50]
        return bool(_words(row.unit_as_printed) & _words(near))

    def weight(self, wants: Sequence[_Wants]) -> float:
        """How much of what rows print stands here, in rows; what is printed everywhere weighs less."""
        free, ruled, total = self.free_keys.copy(), self.ruled_keys.copy(), 0.0
        for ends, years in wants:
            for keys in ends:
                full = next((key for key in keys if free[key] > 0), None)
                part = next((key for key in keys if ruled[key] > 0), None)
                if full:
                    free[full] -= 1
                    total += (0.5 if full == _VAGUE else 1) / len(ends)
                elif part:
                    ruled[part] -= 1
                    total += 0.3 / len(ends)
                elif years and self.year_digits.issuperset(years):
                    total += 0.3
        return total

    def take(self, rows: Sequence[Claim]) -> list[Claim]:
        """Take each row's number; the rows whose number doesn't stand here are returned."""
        left = [row for row in rows if not (row.published.printed_high and self._take_range(row))]
        singles = [row for row in left if row.published.printed and not row.published.printed_high]
        vague = [row for row in left if not row.published.printed]
        got = self._pair(singles, lambda row, i: self._is_printed(row, i) and not self.numbers[i].rule)
        # What a rule would exclude is a row's when its noun stands by it, or when nothing else could be.
        got |= self._pair(_without(singles, got), lambda row, i: self._is_printed(row, i) and self.named(row, i))
        free = [self.numbers[i] for i in self.free()]
        alone = [row for row in singles if not any(_alike(_ends_of(row)[0], number) for number in free)]
        got |= self._pair(_without(alone, got), self._is_printed)
        got |= self._pair(vague, lambda row, i: self._is_vague(i) and self.named(row, i))
        here = self.paragraph.text.casefold()
        for row in _without(left, got):
            years, unit = _years(row), plain(row.unit_as_printed).casefold()
            if (years and self.year_digits.issuperset(years)) or (not row.published.printed and unit in here):
                got[row.id] = -1
        got |= self._pair(_without(vague, got), lambda _, i: self._is_vague(i))
        return _without(left, got)

    def _is_printed(self, row: Claim, index: int) -> bool:
        return bool(_wanted(_ends_of(row)[0]) & _keys(self.numbers[index]))

    def _is_vague(self, index: int) -> bool:
        return self.numbers[index].kind == "vague"

    def _take_range(self, row: Claim) -> bool:
        low, high = _ends_of(row)
        for i, j in itertools.pairwise(self.free()):
            if _wanted(low) & _keys(self.numbers[i]) and _wanted(high) & _keys(self.numbers[j]):
                self.taken |= {i, j}
                return True
        return False

    def _pair(self, rows: Sequence[Claim], fits: Callable[[Claim, int], bool]) -> dict[str, int]:
        """Give rows numbers that fit them, as many as can be; among equals by noun, by likeness, by order."""
        numbers = [index for index in range(len(self.numbers)) if index not in self.taken]
        if not rows or not numbers:
            return {}
        gain = np.zeros((len(rows), len(numbers)))
        for (a, row), (b, index) in itertools.product(enumerate(rows), enumerate(numbers)):
            if fits(row, index):
                printed, copied = row.published.printed, self.numbers[index].digits
                same = sum(x == y for x, y in zip(printed, copied, strict=False))
                like = same / max(len(printed), len(copied), 1)
                gain[a, b] = 100 + 3 * self.named(row, index) + 3 * like - abs(a / len(rows) - b / len(numbers))
        got = {rows[a].id: numbers[b] for a, b in _best_pairs(gain)}
        self.taken |= set(got.values())
        return got

    def take_unlike(self, rows: Sequence[Claim]) -> dict[str, str]:
        """For each row whose number is printed otherwise here, what is printed in its place."""
        made = {}
        for row in (row for row in rows if row.published.printed_high):
            low, high = _ends_of(row)
            for i, j in itertools.pairwise(self.free()):
                one, two = self.numbers[i], self.numbers[j]
                joined = JOINS.fullmatch(self.paragraph.text, one.end, two.start)
                if row.id not in made and joined and (_wanted(low) & _keys(one) or _wanted(high) & _keys(two)):
                    self.taken |= {i, j}
                    made[row.id] = self.paragraph.text[one.start : two.end]

        def fits(row: Claim, index: int) -> bool:
            number = self.numbers[index]
            loose = number.rule not in ("year", "date", "ordinal", "note marker", "address") and self.named(row, index)
            return any(_alike(end, number) for end in _ends_of(row)) and (not number.rule or loose)

        left = [row for row in _without(rows, made) if row.published.printed and not _years(row)]
        return made | {id: self.numbers[index].text for id, index in self._pair(left, fits).items()}

    def take_loose(self, row: Claim) -> bool:
        """Take a row's number where it stands without a row of its own."""
        if row.published.printed_high:
            return self._take_range(row)
        vague = not row.published.printed
        for index in self.free():
            if self._is_vague(index) if vague else self._is_printed(row, index):
                self.taken.add(index)
                return True
        return False

    def around(self, index: int) -> str:
        """The number with a few words to each side."""
        number, text = self.numbers[index], self.paragraph.text
        before, after = text[: number.start].split()[-4:], text[number.end :].split()[:4]
        return " ".join([*before, text[number.start : number.end], *after])


def _assigned(stated: Mapping[Place, Sequence[Claim]], copies: Sequence[_Copy]) -> dict[Place, _Copy]:
    """Which paragraph of the copy each stated one is: the most rows found, in the stated place where it can be."""
    places = list(stated)

    def near(place: Place, other: Place) -> float:
        if place == other:
            return 50
        return 5 - min(abs(place[1] - other[1]), 40) / 10 if place[0] == other[0] else 0

    wants = [
        [([_wanted(end) for end in _ends_of(row)] or [{_VAGUE}], _years(row)) for row in stated[p]] for p in places
    ]
    weights = np.array([[copy.weight(wanted) for copy in copies] for wanted in wants])
    nearness = np.array([[near(place, copy.place) for copy in copies] for place in places])
    made = {}
    for a, b in _best_pairs(1000 * weights + nearness):
        if places[a] == copies[b].place or weights[a, b] >= 0.5 * len(stated[places[a]]):
            made[places[a]] = copies[b]
    return made


def _best_pairs(gain: NDArray[np.float64]) -> list[tuple[int, int]]:
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if gain[row, column] > 0]


def _moved_rows(left: dict[Place, list[Claim]], copies: Sequence[_Copy]) -> tuple[list[Difference], set[Place]]:
    """The rows whose number stands in another paragraph than theirs, without a row there; taken off ``left``."""
    moved: dict[tuple[Place, Place], list[Claim]] = defaultdict(list)
    for place, rows in left.items():
        for row in [row for row in rows if not _years(row)]:
            for copy in copies:
                if not copy.take_loose(row):
                    continue
                moved[place, copy.place].append(row)
                rows.remove(row)
                break
    made = []
    for (place, other), rows in moved.items():
        ids = tuple(row.id for row in rows)
        made.append(Difference("moved", ids, f"{', '.join(ids)}: from {where(place)} to {where(other)}"))
    return made, {other for _, other in moved}


def _rising(pairs: Sequence[tuple[int, int]], weights: Sequence[float]) -> set[int]:
    """The heaviest run of pairs whose second numbers rise as the first do; as indices."""
    best: list[tuple[float, list[int]]] = []
    for index, (_, second) in enumerate(pairs):
        runs = [best[before] for before in range(index) if pairs[before][1] < second]
        weight, run = max(runs, key=lambda entry: entry[0], default=(0.0, []))
        best.append((weight + weights[index], [*run, index]))
    return set(max(best, key=lambda entry: entry[0])[1]) if best else set()


def _changes_of_place(
    stated: Mapping[Place, Sequence[Claim]],
    kept: Mapping[Place, Place],
    gone: set[Place],
    added: set[Place],
    headless: set[str],
) -> tuple[list[Difference], list[str]]:
    """Paragraphs that stand elsewhere, and those that count differently without a cause; a note on those that have one.

    ``kept`` gives for each stated place the place in the copy; ``gone`` are stated places of which nothing is left,
    ``added`` are places in the copy that hold numbers from elsewhere.
    """
    made = [Difference("heading", (), f"the heading of section {section} is missing") for section in sorted(headless)]
    notes: list[str] = []
    kept = {place: other for place, other in kept.items() if place[0] not in headless}
    staying: dict[str, list[tuple[int, int]]] = {}
    for section in dict.fromkeys(place[0] for place in kept):
        pairs = sorted((p[1], q[1]) for p, q in kept.items() if p[0] == q[0] == section)
        # As few paragraphs as can be are said to have moved; among equals those with the fewest rows.
        weights = [1 + 0.001 * len(stated[section, p]) for p, _ in pairs]
        staying[section] = [pairs[index] for index in sorted(_rising(pairs, weights))]
    moved = {p: q for p, q in kept.items() if p[0] != q[0] or (p[1], q[1]) not in staying[p[0]]}
    for place, other in moved.items():
        ids = tuple(row.id for row in stated[place])
        text = f"{where(place)} ({', '.join(ids)}) stands as {where(other)}"
        made.append(Difference("moved", ids, text))
    for section, pairs in staying.items():
        out = [p[1] for p in moved if p[0] == section]
        into = [q[1] for q in moved.values() if q[0] == section]
        lost = [number for name, number in gone if name == section]
        new = [number for name, number in added - set(kept.values()) if name == section]
        shift, last_p, last_q, explained = 0, 0, 0, False
        runs: list[tuple[int, list[int]]] = []
        for p, q in pairs:
            rest = q - p + sum(n < p for n in out) - sum(n < q for n in into)
            step = rest - shift
            between = sum(last_p < n < p for n in lost) if step < 0 else sum(last_q < n < q for n in new)
            explained |= q != p and (rest == 0 or 0 < abs(step) <= between)
            if step and abs(step) > between:
                runs.append((step, []))
            if runs and q != p:
                runs[-1][1].append(p)
            shift, last_p, last_q = rest, p, q
        for step, run in runs:
            if not run:
                continue
            ids = tuple(row.id for p in run for row in stated[section, p])
            which = f"paragraph {run[0]}" if len(run) == 1 else f"paragraphs {run[0]} to {run[-1]}"
            how = f"{abs(step)} {'later' if step > 0 else 'earlier'}"
            made.append(
                Difference("shifted", ids, f"{which} of section {section} ({', '.join(ids)}): {how} than stated")
            )
        if explained:
            notes.append(f"other paragraphs of section {section} count differently because of what is reported above")
    return made, notes


def audit(register: Register, path: Path | str) -> Report:
    """Compare the reader's copy of the article, a text, HTML or PDF file, with the register.

    Raises InputError, whose message is one sentence, for a file that can't be read or is no copy of the article.
    """
    path = Path(path)
    paragraphs, headless = read_copy(register, path)
    copies = [_Copy(paragraph) for paragraph in paragraphs if not paragraph.outside]
    stated: dict[Place, list[Claim]] = defaultdict(list)
    for row in register.claims.values():
        stated[row.section, row.paragraph].append(row)
    here = _assigned(stated, copies)
    left = {place: here[place].take(rows) if place in here else list(rows) for place, rows in stated.items()}
    gone = {place for place, rows in stated.items() if len(left[place]) == len(rows)}
    differences, strays = _moved_rows(left, copies)
    for place, rows in left.items():
        unlike = here[place].take_unlike(rows) if place in here else {}
        for row in rows:
            if row.id in unlike:
                text = f"{row.id} ({where(place)}): {unlike[row.id]} in the place of {row.published}"
                differences.append(Difference("differs", (row.id,), text))
            else:
                differences.append(Difference("missing", (row.id,), f"{row.id} ({where(place)}): {row.published}"))
    uncovered = [
        Difference("uncovered", (), f"{copy.numbers[i].text} ({where(copy.place)}): … {copy.around(i)} …")
        for copy in copies
        for i in copy.free()
    ]
    added = {copy.place for copy in copies if copy.free()} | strays
    kept = {place: copy.place for place, copy in here.items() if place not in gone}
    headless &= {place[0] for place in stated}
    changes, notes = _changes_of_place(stated, kept, gone, added, headless)
    differences += changes
    lost = {id for difference in differences if difference.kind != "shifted" for id in difference.rows}
    excluded = Counter(n.rule for copy in copies for i, n in enumerate(copy.numbers) if n.rule and i not in copy.taken)
    excluded.update(part.outside for part in paragraphs if part.outside for _ in numbers(part.text))
    reasons = {**{rule: reason for rule, (reason, _) in RULES.items()}, **OUTSIDE}
    return Report(
        source=shown(path),
        rows=len(register.claims),
        found=len(register.claims) - len(lost),
        differences=tuple(differences),
        uncovered=tuple(uncovered),
        excluded={rule: (reason, excluded[rule]) for rule, reason in reasons.items() if excluded[rule]},
        notes=tuple(notes),
    )
