"""This module writes a reader's own copy of the article with every number marked.

``annotate`` is called by the command of this name. It takes the numbers that
``audit.search`` finds, puts beside each what the package knows about it, and writes one
HTML file, which loads nothing and needs no script. The text of the copy goes into this
file alone.
"""

import bisect
import contextlib
import hashlib
import itertools
import os
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis import audit, report, tables, words
from analysis.audit import Copy, Number, Paragraph
from analysis.case import NO_CALCULATION, NOT_COMPUTED
from analysis.rows import Check, Claim, SettingError
from analysis.study import Study
from analysis.texts import DATA

HERE = Path(__file__).resolve().parent
ROOT = DATA.parent
#: The last line of a file that this command wrote; the rest has this digest.
MARKER = '\n<!-- "analysis annotate" wrote this file; its digest is {} -->\n'
#: The kinds of marks that are no verdict.
USED = "input"
PRINTED_ONLY = "printed only"
ELSEWHERE = "elsewhere"
NOT_REGISTERED = audit.NOT_REGISTERED
#: Each kind of mark with its sign, and what it means where no text in data/ says it.
SIGNS = {
    "matches": "=",
    "matches within rounding": "≈",
    "left open": "?",
    "differs": "≠",
    NO_CALCULATION: "–",
    NOT_COMPUTED: "–",
    USED: "→",
    PRINTED_ONLY: "·",
    ELSEWHERE: "⇄",
    NOT_REGISTERED: "*",
}
MEANINGS = {
    NOT_COMPUTED: "Your numbers leave nothing to compare here.",
    USED: "Calculations begin at the number.",
    PRINTED_ONLY: "Our data has the number, but no calculation uses it.",
    ELSEWHERE: "Our data has the number for another paragraph of the article.",
    NOT_REGISTERED: "Our data does not have this number.",
}
#: The order in which checks of one number are shown.
KINDS = ("article", "printed twice", "ours", "")


@dataclass
class Use:
    """A calculation in which a printed number is an input."""

    label: str
    line: str
    verdict: str


@dataclass
class Note:
    """What stands beside a mark about one printed row."""

    row: Claim
    kind: str
    role: str
    place: str
    amount: str
    precision: str
    results: list[str]
    uses: list[Use]
    setting: str
    source: str


@dataclass
class Mark:
    """A number in the text, with its sign; what no row has stands without notes."""

    id: str
    text: str
    kind: str
    sign: str
    notes: list[Note] = field(default_factory=list)

    @property
    def said(self) -> str:
        """What the number is: an input or a result, and its verdict if it has one."""
        if self.kind in (USED, PRINTED_ONLY, ELSEWHERE, NOT_REGISTERED):
            return self.kind
        return f"{self.notes[0].role}; the verdict is “{self.kind}”"

    def __str__(self):
        return self.text


#: A text whose lines are all shorter is broken to fit a width.
MAX_LINE = 100


@dataclass
class Block:
    """A paragraph as it is laid out, or a heading: its texts and its marks in turn."""

    id: str
    place: str
    is_heading: bool
    parts: list[str | Mark]

    @property
    def has_lines(self) -> bool:
        """Whether its line breaks separate items; short lines are broken anywhere."""
        lines = "".join(map(str, self.parts)).split("\n")
        return any(len(line) > MAX_LINE for line in lines)

    @property
    def marks(self) -> list[Mark]:
        """The marks that have something beside them."""
        return [part for part in self.parts if isinstance(part, Mark) and part.sign]


# What is known about a number ---------------------------------------------------------


class Notes:
    """The notes on the printed rows of a study, which are made once."""

    def __init__(self, study: Study):
        self.study = study
        self.book = study.book
        entries = self.book.texts["headlines"]["headlines"]
        self.headlines = [entry["check"] for entry in entries]
        self.compared: dict[str, list[Check]] = defaultdict(list)
        self.used: dict[str, list[Check]] = defaultdict(list)
        for check in sorted(self.book.checks.values(), key=self._order):
            for name in dict.fromkeys(check.compared_with):
                self.compared[name].append(check)
            for name in self._inputs(check):
                self.used[name].append(check)

    def _order(self, check: Check) -> tuple[bool, int]:
        """Return a key that puts headlines first, and comparisons of ours last."""
        return check.id not in self.headlines, KINDS.index(check.kind)

    def _inputs(self, check: Check) -> set[str]:
        """Return the printed rows from which a check is computed."""
        if not check.compute:
            return set()
        with contextlib.suppress(SettingError):
            case = self.study.case_of(check)
            # What only limits the target is no input of it.
            nodes = self.book.order(case.target, case.setting)
            return {node.row for node in nodes.values()} & self.book.claims.keys()
        return set()

    def kind(self, name: str) -> str:
        """Return the verdict on a printed row, or whether it is used."""
        # A comparison that only we make gives no verdict on an input of the author.
        is_input = self.book.claims[name].input
        checks = [
            check
            for check in self.compared[name]
            if not (is_input and check.kind == "ours")
        ]
        if checks:
            return self.study.judged(checks[0])["verdict"]
        return USED if self.used[name] else PRINTED_ONLY

    def role(self, name: str) -> str:
        """Say whether the author computes a printed row or begins with it."""
        checks = self.compared[name]
        if any(check.kind == "article" and check.compute for check in checks):
            return "result"
        return USED if self.book.claims[name].input else "compared"

    def note(self, name: str) -> Note:
        """Return what is known about a printed row."""
        row = self.book.claims[name]
        source = self.book.sources.get(row.source)
        amount = words.as_printed(row)
        return Note(
            row=row,
            kind=self.kind(name),
            role=self.role(name),
            place=words.sentence_case(self.book.place(row)),
            amount=amount and f"{amount}{words.noun(self.book.unit(row.quantity))}",
            precision=self._precision(row),
            results=[str(self.study.result(each.id)) for each in self.compared[name]],
            uses=list(self._uses(name)),
            setting=self._setting(row),
            source=source.citation if source else "",
        )

    def _precision(self, row: Claim) -> str:
        """Say for which numbers a printed number stands."""
        low_end = float(self.study[row.low_end]) if row.low_end else 0
        reading = words.reading_of(row, low_end)
        if row.printed is None:
            return f"The article gives it in words, which we read as {reading}."
        parts = []
        if row.place:
            low, high = [words.exact(end, row.unit) for end in row.rounding]
            parts.append(f"With rounding it stands for {words.joined(low, high)}.")
        if reading:
            parts.append(f"We read its words as {reading}.")
        return " ".join(parts) or "It stands for its digits, without rounding."

    def _uses(self, name: str) -> Iterator[Use]:
        """Yield what is computed from a printed row, each quantity once."""
        seen = set()
        for check in self.used[name]:
            if check.compute in seen:
                continue
            seen.add(check.compute)
            found = self.study.judged(check)
            label = words.sentence_case(self.book.labels[check.compute])
            if check.readings:
                label = check.statement
            line = found["reason"]
            if found["verdict"] != NOT_COMPUTED:
                line = tables.line(self.study.case_of(check))
            yield Use(label, line, found["judged"])

    def _setting(self, row: Claim) -> str:
        """Say what stands in place of a printed number under a setting."""
        node = self.study.nodes.get(row.quantity)
        if not node:
            return ""
        said = tables.choice(self.book, row.quantity, node.given_as)
        return f"In place of {self.book.labels[row.quantity]} you set {said}."


# The text -----------------------------------------------------------------------------


def blocks_of(copy: Copy, notes: Notes) -> list[Block]:
    """Return the text of a copy as paragraphs and headings with marks."""
    blocks = []
    counts = {"m": itertools.count(1), "u": itertools.count(1)}
    for index, paragraph in enumerate(copy.paragraphs, 1):
        starts = [number.start for number in paragraph.numbers]
        for start, end in parts_of(copy, paragraph, starts):
            parts: list[str | Mark] = []
            place = start
            inside = slice(
                bisect.bisect_left(starts, start), bisect.bisect(starts, end)
            )
            for number in paragraph.numbers[inside]:
                if number.start < place:
                    continue
                letter = "u" if number.kind else "m"
                name = f"{letter}{next(counts[letter])}"
                parts.append(copy.text[place : number.start])
                parts.append(mark_of(copy, paragraph, number, notes, name))
                place = number.end
            parts.append(copy.text[place:end])
            block = Block(
                id=f"p{index}-{start}" if start > paragraph.start else f"p{index}",
                place=place_in_words(notes, paragraph),
                is_heading=is_heading(copy, paragraph, start, end),
                parts=parts,
            )
            blocks.append(block)
    return blocks


def parts_of(
    copy: Copy, paragraph: Paragraph, starts: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield the ends of the parts of a paragraph that blank lines separate."""
    start = paragraph.start
    for match in re.finditer(r"\n[^\S\n]*\n\s*", copy.text[start : paragraph.end]):
        end = paragraph.start + match.start()
        index = bisect.bisect(starts, end)
        is_inside = index and paragraph.numbers[index - 1].end > end
        if copy.text[start:end].strip() and not is_inside:
            yield start, end
            start = paragraph.start + match.end()
    if copy.text[start : paragraph.end].strip():
        yield start, paragraph.end


def is_heading(copy: Copy, paragraph: Paragraph, start: int, end: int) -> bool:
    """Return whether a part is the heading with which a section opens."""
    text = copy.text[start:end].strip()
    is_first = start <= paragraph.start < paragraph.opens_at <= end
    return is_first and len(text) < 200 and text[-1] not in ".!?:;"


def place_in_words(notes: Notes, paragraph: Paragraph) -> str:
    """Return the place of a paragraph, as rows name it; empty outside the article."""
    section, number = paragraph.place
    texts = notes.book.texts
    if section == texts["copy"]["notes"]:
        return f"Note {number}" if number else "Notes"
    if not section:
        return ""
    # A section without rows has no title.
    name = words.sentence_case(section.replace("-", " "))
    title = texts["headlines"]["sections"].get(section, name)
    return f"{title}, paragraph {number}"


def mark_of(
    copy: Copy, paragraph: Paragraph, number: Number, notes: Notes, name: str
) -> Mark:
    """Return the mark of a number; one that needs no row has no sign."""
    text = copy.text[number.start : number.end]
    if not number.rows:
        kind = number.kind or NOT_REGISTERED
        return Mark(name, text, kind, "" if number.kind else SIGNS[NOT_REGISTERED])
    known = [notes.note(row) for row in number.rows]
    kind = known[0].kind
    if any(audit.place_of(note.row) != paragraph.place for note in known):
        kind = ELSEWHERE
    return Mark(name, text, kind, SIGNS[kind], known)


def page(study: Study, copy: Copy, link: str = "") -> str:
    """Return the text of a copy as an HTML page; ``link`` leads to *Numbers*."""
    notes = Notes(study)
    blocks = blocks_of(copy, notes)
    marks: dict[str, list[Mark]] = {kind: [] for kind in SIGNS}
    plain: dict[str, list[Mark]] = defaultdict(list)
    for block in blocks:
        for part in block.parts:
            if isinstance(part, Mark):
                (marks if part.sign else plain)[part.kind].append(part)
    missing = []
    places = {block.place: block.id for block in reversed(blocks) if block.place}
    for name, state in copy.states.items():
        if state == "not found":
            note = notes.note(name)
            missing.append((note, places.get(note.place.replace("note", "Note"))))
    meanings = MEANINGS | study.book.texts["headlines"]["verdicts"]
    environment = report.environment_of(study)
    template = environment.from_string((HERE / "annotate.html").read_text("utf-8"))
    return template.render(
        blocks=blocks,
        marks={kind: found for kind, found in marks.items() if found},
        outside=plain.pop(audit.OUTSIDE, []),
        plain=plain,
        missing=missing,
        found=[*copy.states.values()].count("found"),
        meanings=meanings,
        signs=SIGNS,
        link=link,
        not_registered=NOT_REGISTERED,
        elsewhere=ELSEWHERE,
    )


# The file -----------------------------------------------------------------------------


def annotate(study: Study, path: Path, out: Path | None = None) -> str:
    """Write a copy of the article with its numbers marked, and say what was found.

    Raises SettingError for a file that is no copy of the article, and for a place that
    has what this command did not write.
    """
    out = Path(os.path.realpath(out or path.with_name("annotated.html")))
    refuse_foreign(out, path)
    if is_written(path):
        sentence = f"{path} was written by this command; name your copy itself"
        raise SettingError(sentence)
    copy = audit.read(path, study.book)
    numbers = Path("results", "numbers.html").absolute()
    text = page(study, copy, numbers.as_uri() if numbers.is_file() else "")
    replace(out, path, text)
    states = [*copy.states.values()]
    more = [*audit.not_registered(copy, study.book)]
    said = f"{states.count('found')} of {len(states)} numbers were found in their place"
    if more:
        said += f", and {len(more)} that no row has"
    return f"{said}. Your marked copy, for your own use, is {out}"


def refuse_foreign(out: Path, path: Path) -> None:
    """Raise SettingError for a place that has what this command did not write, or that
    lies in the repository."""
    if ROOT in out.parents:
        raise SettingError(
            f"{out} lies in the folder of this package, where the article's text must "
            "not be; name another file with --out"
        )
    if not os.path.lexists(out):
        return
    if path.exists() and out.samefile(path):
        raise SettingError(f"--out must name another file than your copy, {path}")
    if not is_written(out):
        raise SettingError(
            f"{out} is not a file that this command wrote, and it will not be "
            "overwritten; name another file with --out"
        )


def is_written(path: Path) -> bool:
    """Return whether this command wrote a file, which nobody has changed since."""
    if not path.is_file() or path.stat().st_size > audit.MAX_BYTES:
        return False
    content = path.read_bytes()
    start, end = [part.encode() for part in MARKER.split("{}")]
    text, _, digest = content.rpartition(start)
    return digest == hashlib.sha256(text).hexdigest().encode() + end


def replace(out: Path, path: Path, text: str) -> None:
    """Write a file as a whole: beside its place first, readable by its owner alone."""
    content = text.encode("utf-8", "replace")
    end = MARKER.format(hashlib.sha256(content).hexdigest()).encode()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    except OSError as error:
        sentence = f"{out} cannot be written: {error.strerror}"
        raise SettingError(sentence) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content + end)
        refuse_foreign(out, path)
        Path(name).replace(out)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
