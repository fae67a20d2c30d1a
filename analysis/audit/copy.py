"""This module reads a copy of the article into the paragraphs of each section.

The copy is the reader's own: a text, HTML or PDF file. The module stores no part of the
copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from analysis.audit.formats import Block, blocks_of, ends_sentence
from analysis.audit.numerals import NUMBER_WORDS, plain
from analysis.core.errors import InputError, display_path
from analysis.core.register import Register
from analysis.core.spell import place_words

INTRODUCTION, NOTES = "introduction", "notes"
#: The fewest words of a paragraph. A heading, a byline or an item of a list has fewer.
_FEWEST_WORDS = 40
#: The most lines into which a heading is broken.
_MOST_LINES = 6
Place: TypeAlias = tuple[str, int]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the copy, or a whole note.

    A paragraph is ``outside`` if it stands before the first paragraph of the article,
    is about the author or is the editor's note.
    """

    place: Place
    text: str
    outside: bool = False


@dataclass(frozen=True)
class Piece:
    """A heading, which opens a ``section`` of the copy, or any other ``text``."""

    section: str = ""
    text: str = ""

    @property
    def is_full_paragraph(self) -> bool:
        """Whether the text has the length and the ending of a paragraph."""
        return len(self.text.split()) >= _FEWEST_WORDS and ends_sentence(self.text)


def where(place: Place) -> str:
    """Put a place into words: ("trade", 2) is "section on trade, paragraph 2"."""
    return place_words(*place)


def read(register: Register, path: Path) -> tuple[list[Paragraph], set[str]]:
    """Read the paragraphs of a copy in their order, and find its sections.

    The sections are the introduction, the notes and every section whose heading is in
    the copy. Raises InputError, whose message is one sentence, for a file that can't be
    read or that has no heading of the article.
    """
    sections = {}
    for section, title in register.sections.items():
        if section not in (INTRODUCTION, NOTES):
            sections[_letters(title)] = section
    pieces = _pieces(blocks_of(path), sections)
    found = {piece.section for piece in pieces if piece.section}
    if not found:
        raise InputError(
            f"{display_path(path)} is not a copy of the article: give one whose "
            "headings have lines of their own."
        )
    return list(_paragraphs(pieces)), {*found, INTRODUCTION, NOTES}


_NOTE = re.compile(r"\[(\d{1,3})\]|\(?(\d{1,3})[.)](?= )")
_AUTHOR = re.compile(
    r"(?:Dr|Prof|Professor|Mr|Ms|Mrs)\.? [A-Z][\w'.-]*(?: [A-Z][\w'.-]*){0,4} is\b"
)
_EDITOR = re.compile(r"(?i)editor'?s'? note\b")


def _letters(text: str) -> str:
    """Return only the letters and digits of a heading; copies vary in the rest."""
    return re.sub(r"[\W_]+", "", plain(text).casefold())


def _pieces(blocks: Sequence[Block], sections: Mapping[str, str]) -> list[Piece]:
    """Turn blocks into headings and texts. A whole list becomes one text."""
    pieces: list[Piece] = []
    in_list = False
    for block in blocks:
        lines = [line.strip() for line in block if line.strip()]
        count = _heading_lines(lines, sections)
        if count:
            # If this title was printed before, as in a table of contents, it was not
            # the heading there.
            section = sections[_letters("".join(lines[:count]))]
            pieces = [piece for piece in pieces if piece.section != section]
            pieces.append(Piece(section=section))
        texts = list(_texts(lines[count:]))
        # Several short blocks after a colon are a list.
        is_short = not count and len(" ".join(lines).split()) < _FEWEST_WORDS
        if is_short and in_list:
            pieces[-1] = Piece(text=" ".join([pieces[-1].text, *texts]))
            continue
        in_list = is_short and bool(pieces) and pieces[-1].text.endswith(":")
        pieces += [Piece(text=text) for text in texts]
    return pieces


def _heading_lines(lines: Sequence[str], sections: Mapping[str, str]) -> int:
    """Return how many lines at the start of a block make up a section's heading."""
    for count in range(1, min(len(lines), _MOST_LINES) + 1):
        if _letters("".join(lines[:count])) in sections:
            return count
    return 0


def _texts(lines: Sequence[str]) -> Iterator[str]:
    """Join the lines of a block into one text, or into one text for each note."""
    if not lines:
        return
    text = lines[0]
    for line in lines[1:]:
        if _NOTE.match(text) and _NOTE.match(line):
            yield text
            text = line
        else:
            text = _continued(text, line)
    yield text


def _continued(text: str, line: str) -> str:
    """Join a text and its next line; mend a word or address cut by the line break."""
    last, first = text.rsplit(None, 1)[-1], line.split(None, 1)[0]
    is_number = re.sub(r"\W", "", last + first).casefold() in NUMBER_WORDS
    if last[-1] == "-" and is_number:
        return text[:-1] + line
    is_cut_address = "://" in last and last[-1] not in ",;.)"
    if is_cut_address and re.search(r"[/_-]|\.\w", first):
        return text + line
    if re.search(r"\w-$", last):
        return text + line
    return f"{text} {line}"


def _paragraphs(pieces: Sequence[Piece]) -> Iterator[Paragraph]:
    """Yield each paragraph with its section and its number.

    A paragraph is numbered within its section, and a note has the number that is
    printed before it. Notes and lines about the author are sought only after the last
    heading.
    """
    headings = [index for index, piece in enumerate(pieces) if piece.section]
    full = [index for index, piece in enumerate(pieces) if piece.is_full_paragraph]
    start = min(headings[0], full[0] if full else 0)
    section, count, is_author = INTRODUCTION, 0, False
    for index, piece in enumerate(pieces):
        if piece.section:
            section, count = piece.section, 0
            continue
        text = piece.text
        is_after_headings = index > headings[-1]
        note = _NOTE.match(text) if is_after_headings else None
        is_outside = index < start or bool(_EDITOR.match(text))
        if note:
            section, count, is_author = NOTES, int(note[1] or note[2]), False
            text = text[note.end() :]
        elif is_after_headings and _AUTHOR.match(text):
            is_author = True
        elif not (is_outside or is_author or section == NOTES):
            count += 1
        yield Paragraph((section, count), text, is_outside or is_author)
