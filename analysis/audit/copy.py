"""This module reads a copy of the article into the paragraphs of each section.

The copy is the reader's own: a text, HTML or PDF file. The module keeps none of it.
"""

from __future__ import annotations

import io
import itertools
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.audit.numerals import NUMBER_WORDS, plain
from analysis.core.errors import InputError, display_path
from analysis.core.register import Register

INTRODUCTION, NOTES = "introduction", "notes"
#: A paragraph of the article has so many words; a heading, a byline or an item of a
#: list has fewer.
_FEWEST_WORDS = 40
#: The most bytes that a copy may have: one with pictures has a few million. And the
#: most letters of its text: the article has some fifty thousand.
_MOST_BYTES, _MOST_LETTERS = 20_000_000, 2_000_000
#: The lines of a paragraph, of a heading, or of a whole list.
Block = list[str]
Place = tuple[str, int]


@dataclass(frozen=True)
class Paragraph:
    """This is a paragraph of the copy, or a whole note.

    What stands ``outside`` is not the article.
    """

    place: Place
    text: str
    outside: bool = False


def where(place: Place) -> str:
    """A place in words: of ("trade", 2) it is section trade, paragraph 2."""
    return (
        f"note {place[1]}"
        if place[0] == NOTES
        else f"section {place[0]}, paragraph {place[1]}"
    )


def read(register: Register, path: Path) -> tuple[list[Paragraph], set[str]]:
    """Read the paragraphs of a copy in their order, and find its sections.

    The sections are those whose heading is found, and those that need no heading.
    Raises InputError, whose message is one sentence, for a file that can't be read or
    that has no heading.
    """
    name = display_path(path)
    titles = {
        _letters(title): slug
        for slug, title in register.sections.items()
        if slug not in (INTRODUCTION, NOTES)
    }
    data = _bytes(path, name)
    if b"%PDF-" in data[:1024]:
        blocks = _pdf_blocks(data, name)
    else:
        text = _decoded(data, name)
        if len(text) > _MOST_LETTERS:
            raise InputError(
                f"{name} has more than {_MOST_LETTERS // 10**6} million letters; the "
                "audit reads one file: the article as text, HTML or PDF."
            )
        is_page = re.search(
            r"(?i)<!doctype html|<(html|body)\b|</(p|div|h[1-6]|li|article)>", text
        )
        blocks = _text_blocks(plain(_html_text(text) if is_page else text))
    pieces = _pieces(blocks, titles)
    if not any(slug for slug, _ in pieces):
        raise InputError(
            f"{name} is no copy of the article: give one whose headings have lines of "
            "their own."
        )
    headings = {slug for slug, _ in pieces if slug}
    return list(_paragraphs(pieces)), {*headings, INTRODUCTION, NOTES}


def _bytes(path: Path, name: str) -> bytes:
    """What is in a file. A pipe or a device is not opened: it may never end."""
    data = b""
    try:
        path.stat()
        if path.is_dir():
            kind = "is a folder"
        elif path.is_file() and path.stat().st_size > _MOST_BYTES:
            kind = f"has more than {_MOST_BYTES // 10**6} million bytes"
        elif path.is_file():
            kind = "is empty"
            data = path.read_bytes()
        else:
            kind = "is a pipe or a device"
    except (OSError, ValueError) as error:
        kind = f"can't be read ({getattr(error, 'strerror', None) or error})"
    if not data.strip():
        raise InputError(
            f"{name} {kind}; the audit reads one file: the article as text, HTML or "
            "PDF."
        )
    return data


def _decoded(data: bytes, name: str) -> str:
    from bs4.dammit import UnicodeDammit

    logging.getLogger("bs4.dammit").setLevel(logging.CRITICAL)
    text = UnicodeDammit(data, user_encodings=["utf-8", "windows-1252"]).unicode_markup
    if (
        not text
        or text.startswith("{\\rtf")
        or re.search("[\x00-\x08\x0e-\x1a\x7f\ufffd]", text)
    ):
        raise InputError(
            f"{name} is neither text, HTML nor PDF; save the article as one of these."
        )
    return text


def _text_blocks(text: str) -> list[Block]:
    """Part a text into blocks at its blank lines.

    Where most blank lines are missing, each long line is a block.
    """
    blocks = [part.split("\n") for part in re.split(r"\n *\n\s*", text.strip())]
    lines = [line for block in blocks for line in block if line.strip()]
    # Lines that were broken to fit a width are shorter than paragraphs.
    are_long = sum(map(len, lines)) > 150 * len(lines)
    are_paragraphs = are_long and len(blocks) < 0.6 * len(lines)
    return [[line] for line in lines] if are_paragraphs else blocks


_NOT_TEXT = (
    "script, style, noscript, template, nav, head, header, footer, aside, form, "
    "button, svg, iframe, [hidden]"
)
_PARTS = (
    "address article blockquote body dd div dl dt figure h1 h2 h3 h4 h5 h6 hr main "
    "ol p pre section table tr ul"
)


def _html_text(page: str) -> str:
    """Return the text of a web page, with a blank line between blocks.

    A list is one block with its items on lines.
    """
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString

    soup = BeautifulSoup(re.sub(r"^\s*<\?xml[^>]*>", "", page), "html.parser")
    for tag in soup.select(_NOT_TEXT):
        tag.extract()
    root = max(
        soup.find_all("article") or soup.find_all("main") or [soup],
        key=lambda tag: len(tag.get_text()),
    )
    for string in [
        string for string in root.descendants if type(string) is NavigableString
    ]:
        string.replace_with(" ".join(re.split(r"[ \t\r\n\f]+", string)))
    for tag in root.find_all("sup"):
        if marker := re.fullmatch(r"\W*(\d{1,3})\W*", tag.get_text()):
            tag.replace_with(f"[{marker[1]}]")
    for tag in root.find_all(["br", "li"]):
        is_numbered = tag.parent and tag.parent.name == "ol"
        tag.insert_before(
            f"\n[{len(tag.find_previous_siblings('li')) + 1}]" if is_numbered else "\n"
        )
    for tag in root.find_all(_PARTS.split()):
        edge = " " if tag.find_parent("li") else "\n\n"
        tag.insert_before(edge)
        tag.insert_after(edge)
    return root.get_text()


def _pdf_blocks(data: bytes, name: str) -> list[Block]:
    """The blocks of a PDF: a gap, an indent or another size of letters parts them."""
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LTTextBox, LTTextLine
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    # It warns of faults of the file, such as a font without a name, which are of no use
    # to a reader.
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        pages = list(extract_pages(io.BytesIO(data)))
    except PDFPasswordIncorrect:
        raise InputError(
            f"{name} is a PDF that needs a password; save it without one."
        ) from None
    except Exception as error:  # A broken PDF raises nearly anything out of its reader.
        raise InputError(
            f"{name} is a PDF that can't be read ({type(error).__name__}); save it "
            "anew."
        ) from None
    boxes = [
        (page, box) for page in pages for box in page if isinstance(box, LTTextBox)
    ]
    found = [
        (page, line)
        for page, box in boxes
        for line in box
        if isinstance(line, LTTextLine)
    ]
    # A line that recurs, but for its digits, at the same edge of half of the pages is
    # no part of the text.
    edges = [line for page, line in found if not 0.1 < line.y0 / page.height < 0.9]
    masks = {
        line: (re.sub(r"\d+", "#", line.get_text()), round(line.y0 / 3))
        for line in edges
    }
    often = {
        mask
        for mask, count in Counter(masks.values()).items()
        if count >= max(2, len(pages) / 2)
    }
    lines = [
        (page, line)
        for page, line in found
        if line.get_text().strip() and masks.get(line) not in often
    ]
    if not lines:
        raise InputError(
            f"{name} is a PDF without text, perhaps a scan; give the article as text, "
            "HTML or PDF."
        )
    width = sorted(line.width for _, line in lines)[len(lines) * 19 // 20]
    margins = [
        x
        for x, n in Counter(round(line.x0) for _, line in lines).items()
        if n > 0.2 * len(lines)
    ]
    blocks: list[Block] = [[]]
    for (last_page, last), (page, line) in itertools.pairwise([lines[0], *lines]):
        text = plain(line.get_text()).strip()
        ends = _ends(plain(last.get_text()).strip())
        if page is last_page and line.y0 <= last.y0:
            goes_on = last.y0 - line.y0 < 1.7 * line.height
        else:
            # A page or a column may end between two sentences of a paragraph: then its
            # last line is full.
            first_word = line.width / len(text) * (1 + len(text.split()[0]))
            goes_on = not ends or last.width + first_word > width
        indent = line.x0 - max((x for x in margins if x < line.x0 + 1), default=line.x0)
        is_first = indent > 0.8 * line.height and (ends or last.width < 0.8 * width)
        if (
            is_first
            or not goes_on
            or abs(last.height - line.height) > 0.08 * line.height
        ):
            blocks.append([])
        blocks[-1].append(text)
    return blocks


_NOTE = re.compile(r"\[(\d{1,3})\]|\(?(\d{1,3})[.)](?= )")
_AUTHOR = re.compile(
    r"(?:Dr|Prof|Professor|Mr|Ms|Mrs)\.? [A-Z][\w'.-]*(?: [A-Z][\w'.-]*){0,4} is\b"
)
_EDITOR = re.compile(r"(?i)editor'?s'? note\b")


def _letters(text: str) -> str:
    """What two printings of a heading share: its letters and digits."""
    return re.sub(r"[\W_]+", "", plain(text).casefold())


def _ends(text: str) -> bool:
    return bool(re.search(r"[.!?:;][\])\"']*(?:\s*\[\d{1,3}\])*$", text))


def _pieces(
    blocks: Sequence[Block], titles: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Turn blocks into pieces, each with the name of a section or with a text.

    A list is one text. A heading is the section's name without a text.
    """
    pieces: list[tuple[str, str]] = []
    in_list = False
    for block in ([line.strip() for line in block if line.strip()] for block in blocks):
        # How many of its first lines are a heading.
        count = next(
            (
                n
                for n in range(1, min(len(block), 6) + 1)
                if _letters("".join(block[:n])) in titles
            ),
            0,
        )
        if count:
            # A title printed before, such as in a list of contents, was not the
            # heading.
            slug = titles[_letters("".join(block[:count]))]
            pieces = [piece for piece in pieces if piece[0] != slug] + [(slug, "")]
        texts = list(_texts(block[count:]))
        # Several short blocks after a colon are a list.
        is_short = not count and len(" ".join(block).split()) < _FEWEST_WORDS
        if is_short and in_list:
            pieces[-1] = "", " ".join([pieces[-1][1], *texts])
            continue
        in_list = is_short and bool(pieces) and pieces[-1][1].endswith(":")
        pieces += [("", text) for text in texts]
    return pieces


def _texts(lines: Sequence[str]) -> Iterator[str]:
    """Join the lines of a block into one text, or into one for each note.

    Words and addresses cut at a line's end become whole.
    """
    text = "".join(lines[:1])
    for line in lines[1:]:
        last, first = text.rsplit(None, 1)[-1], line.split(None, 1)[0]
        if _NOTE.match(text) and _NOTE.match(line):
            yield text
            text = line
        elif (
            last[-1] == "-"
            and re.sub(r"\W", "", last + first).casefold() in NUMBER_WORDS
        ):
            text = text[:-1] + line
        elif re.search(r"\w-$", last) or (
            "://" in last and last[-1] not in ",;.)" and re.search(r"[/_-]|\.\w", first)
        ):
            text += line
        else:
            text += f" {line}"
    if text:
        yield text


def _paragraphs(pieces: Sequence[tuple[str, str]]) -> Iterator[Paragraph]:
    """Give each paragraph its place.

    Those of a section are counted, and notes have the numbers that they print.
    """
    headings = [index for index, (slug, _) in enumerate(pieces) if slug]
    full = (
        i
        for i, (_, text) in enumerate(pieces)
        if len(text.split()) >= _FEWEST_WORDS and _ends(text)
    )
    start = min(next(full, 0), headings[0])
    section, number, is_author = INTRODUCTION, 0, False
    for index, (slug, text) in enumerate(pieces):
        note = _NOTE.match(text) if index > headings[-1] else None
        is_outside = index < start or bool(_EDITOR.match(text))
        if slug:
            section, number = slug, 0
            continue
        if note:
            section, number, is_author = NOTES, int(note[1] or note[2]), False
        elif index > headings[-1] and _AUTHOR.match(text):
            is_author = True
        elif not (is_outside or is_author or section == NOTES):
            number += 1
        yield Paragraph(
            (section, number),
            text[note.end() :] if note else text,
            is_outside or is_author,
        )
