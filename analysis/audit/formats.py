"""This module splits a copy of the article (text, HTML or PDF) into blocks of lines."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

from analysis.audit.numerals import plain
from analysis.core.errors import InputError, display_path

#: The most bytes of a copy, and the most characters of its text. A copy with pictures
#: has a few million bytes, and the article has about fifty thousand characters.
_MOST_BYTES, _MOST_LETTERS = 20_000_000, 2_000_000
#: The lines of a paragraph, of a heading, or of a whole list.
Block: TypeAlias = list[str]


def blocks_of(path: Path) -> list[Block]:
    """Read the file of a copy, and return its text in blocks.

    Raises InputError for a file that can't be read.
    """
    name = display_path(path)
    data = _bytes(path, name)
    if b"%PDF-" in data[:1024]:
        return _pdf_blocks(data, name)
    text = _decoded(data, name)
    if len(text) > _MOST_LETTERS:
        raise InputError(
            f"{name} has more than {_MOST_LETTERS // 10**6} million letters; the audit "
            "reads one file: the article as text, HTML or PDF."
        )
    is_page = re.search(
        r"(?i)<!doctype html|<(html|body)\b|</(p|div|h[1-6]|li|article)>", text
    )
    if is_page:
        text = _html_text(text)
    return _text_blocks(plain(text))


def _bytes(path: Path, name: str) -> bytes:
    """Read the bytes of a file; refuse a pipe or a device, which may never end."""
    data = b""
    try:
        size = path.stat().st_size
        if path.is_dir():
            fault = "is a folder"
        elif not path.is_file():
            fault = "is a pipe or a device"
        elif size > _MOST_BYTES:
            fault = f"has more than {_MOST_BYTES // 10**6} million bytes"
        else:
            fault = "is empty"
            data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        fault = f"can't be read ({reason})"
    if not data.strip():
        raise InputError(
            f"{name} {fault}; the audit reads one file: the article as text, HTML or "
            "PDF."
        )
    return data


def _decoded(data: bytes, name: str) -> str:
    from bs4.dammit import UnicodeDammit

    logging.getLogger("bs4.dammit").setLevel(logging.CRITICAL)
    text = UnicodeDammit(data, user_encodings=["utf-8", "windows-1252"]).unicode_markup
    is_binary = re.search("[\x00-\x08\x0e-\x1a\x7f\ufffd]", text or "")
    if not text or is_binary or text.startswith("{\\rtf"):
        raise InputError(
            f"{name} is neither text, HTML nor PDF; save the article as one of these."
        )
    return text


def _text_blocks(text: str) -> list[Block]:
    """Split a text into blocks at its blank lines.

    If the lines are long and few blank lines separate them, each line is a block.
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

    A list is one block, in which each item has a line of its own.
    """
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString

    soup = BeautifulSoup(re.sub(r"^\s*<\?xml[^>]*>", "", page), "html.parser")
    for tag in soup.select(_NOT_TEXT):
        tag.extract()
    bodies = soup.find_all("article") or soup.find_all("main") or [soup]
    body = max(bodies, key=lambda tag: len(tag.get_text()))
    for string in list(body.descendants):
        if type(string) is NavigableString:
            string.replace_with(" ".join(re.split(r"[ \t\r\n\f]+", string)))
    for tag in body.find_all("sup"):
        marker = re.fullmatch(r"\W*(\d{1,3})\W*", tag.get_text())
        if marker:
            tag.replace_with(f"[{marker[1]}]")
    for tag in body.find_all(["br", "li"]):
        tag.insert_before("\n")
        if tag.parent and tag.parent.name == "ol":
            number = len(tag.find_previous_siblings("li")) + 1
            tag.insert_before(f"[{number}]")
    for tag in body.find_all(_PARTS.split()):
        edge = " " if tag.find_parent("li") else "\n\n"
        tag.insert_before(edge)
        tag.insert_after(edge)
    return body.get_text()


def _pdf_blocks(data: bytes, name: str) -> list[Block]:
    """Return the blocks of a PDF; gaps, indents and letter sizes tell them apart."""
    lines = _pdf_lines(data, name)
    layout = _Layout.of(lines)
    blocks: list[Block] = [[lines[0].text]]
    for last, line in pairwise(lines):
        if layout.parts(last, line):
            blocks.append([])
        blocks[-1].append(line.text)
    return blocks


@dataclass(frozen=True)
class _Line:
    """A line of a PDF, with its text, its page, and its place on the page in points."""

    text: str
    page: int
    page_height: float
    left: float
    bottom: float
    width: float
    height: float

    @property
    def is_at_edge(self) -> bool:
        """Whether the line stands at the top or at the bottom of its page."""
        return not 0.1 < self.bottom / self.page_height < 0.9

    @property
    def mask(self) -> tuple[str, int]:
        """The line's text with # in place of digits, and its rough height on the page.

        A running header or footer has the same mask on every page.
        """
        return re.sub(r"\d+", "#", self.text), round(self.bottom / 3)


def _pdf_lines(data: bytes, name: str) -> list[_Line]:
    """Return the lines of a PDF without its running headers and footers."""
    pages = _pdf_pages(data, name)
    lines = []
    for number, page in enumerate(pages):
        lines += _lines_of(page, number)
    masks = Counter(line.mask for line in lines if line.is_at_edge)
    often = max(2, len(pages) / 2)
    lines = [
        line
        for line in lines
        if line.text and not (line.is_at_edge and masks[line.mask] >= often)
    ]
    if not lines:
        raise InputError(
            f"{name} is a PDF without text, perhaps a scan; give the article as text, "
            "HTML or PDF."
        )
    return lines


def _pdf_pages(data: bytes, name: str) -> list[Any]:
    from pdfminer.high_level import extract_pages
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    # The library warns of faults in the file, such as a font without a name, which do
    # not concern a reader.
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        return list(extract_pages(io.BytesIO(data)))
    except PDFPasswordIncorrect:
        raise InputError(
            f"{name} is a PDF that needs a password; save it without one."
        ) from None
    except Exception as error:  # A broken PDF can make pdfminer raise any error.
        raise InputError(
            f"{name} is a PDF that can't be read ({type(error).__name__}); save it "
            "anew."
        ) from None


def _lines_of(page: Any, number: int) -> list[_Line]:
    from pdfminer.layout import LTTextBox, LTTextLine

    lines = []
    for box in page:
        if not isinstance(box, LTTextBox):
            continue
        for line in box:
            if isinstance(line, LTTextLine):
                text = plain(line.get_text()).strip()
                size = line.width, line.height
                lines.append(_Line(text, number, page.height, line.x0, line.y0, *size))
    return lines


#: A margin is a place where more than a fifth of the lines begin. A full line is as
#: wide as the widest line, once the widest twentieth of all lines is left out.
_OFTEN, _NEARLY_ALL = 0.2, 0.95
#: Letters of one size differ by less than this share of their height. Lines of one
#: block are less than _CLOSE heights apart; a line is indented by more than _INDENT
#: heights, and short if it fills less than _SHORT of the width.
_SAME_SIZE, _CLOSE, _INDENT, _SHORT = 0.08, 1.7, 0.8, 0.8


@dataclass(frozen=True)
class _Layout:
    """The width of a full line, and the left margins at which many lines begin."""

    width: float
    margins: Sequence[int]

    @classmethod
    def of(cls, lines: Sequence[_Line]) -> _Layout:
        widths = sorted(line.width for line in lines)
        starts = Counter(round(line.left) for line in lines)
        margins = [
            start for start, count in starts.items() if count > _OFTEN * len(lines)
        ]
        return cls(widths[int(_NEARLY_ALL * len(lines))], margins)

    def parts(self, last: _Line, line: _Line) -> bool:
        """Whether the second of two consecutive lines begins a new block."""
        is_other_size = abs(last.height - line.height) > _SAME_SIZE * line.height
        if is_other_size or not self._goes_on(last, line):
            return True
        return self._is_indented(line) and (
            ends_sentence(last.text) or last.width < _SHORT * self.width
        )

    def _goes_on(self, last: _Line, line: _Line) -> bool:
        """Whether a line may continue the paragraph of the line before it.

        If a page or a column ends with the end of a sentence, the paragraph goes on
        only if the last line there is full.
        """
        if line.page == last.page and line.bottom <= last.bottom:
            return last.bottom - line.bottom < _CLOSE * line.height
        if not ends_sentence(last.text):
            return True
        letter = line.width / len(line.text)
        first_word = letter * (1 + len(line.text.split()[0]))
        return last.width + first_word > self.width

    def _is_indented(self, line: _Line) -> bool:
        margins = [margin for margin in self.margins if margin < line.left + 1]
        indent = line.left - max(margins, default=line.left)
        return indent > _INDENT * line.height


def ends_sentence(text: str) -> bool:
    """Whether a text ends like a sentence; the marker of a note may follow."""
    return bool(re.search(r"[.!?:;][\])\"']*(?:\s*\[\d{1,3}\])*$", text))
