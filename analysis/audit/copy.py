"""A reader's copy of the article: a text, HTML or PDF file, read into the paragraphs of each section.

What belongs here: telling what kind a file is, undoing how it was set (lines, pages, markup, spelling of quotes), and
finding each paragraph's place. What does not: its numbers. Nothing of the copy is kept.
"""

from __future__ import annotations

import io
import itertools
import logging
import re
import statistics
import warnings
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from analysis.audit.numerals import NUMBER_WORDS, plain
from analysis.core.register import InputError, Register, shown

INTRODUCTION, NOTES = "introduction", "notes"
FRONT, AUTHOR, EDITOR = "front matter", "author's note", "editor's note"
#: Why the numbers of a block that is not the article are not looked at.
OUTSIDE = {
    FRONT: "stands before the first paragraph: title, byline and dates",
    AUTHOR: "is about the author, not about the subject",
    EDITOR: "is the editor's, not the article's",
}

# ---------------------------------------------------------------------------------------------------------------------
# Reading a file into blocks. A block is a list of lines: a paragraph, a heading, or a whole bullet list.

Block = list[str]
#: Stands as a line of its own where a block of a PDF may go on over a break of page, or another may begin.
_DOUBT = "\ue000"
#: The last few are letters of Word's symbol fonts.
_BULLET = re.compile("[•◦‣▪●∙·*+-]\\s+\\S|[\uf0b7\uf0a7\uf0d8\uf076\uf0fc]\\s*\\S")
_NOTE_START = re.compile(r"\[(\d{1,3})\]")
_ITEM = re.compile(r"\(?(\d{1,2})[.)]\s+(?=\S)")
_MOST_BYTES = 100_000_000
_FEWEST_WORDS = 40
#: A paragraph has fewer words; no line that was broken to fit a width has more letters.
_MOST_WORDS, _WIDEST = 400, 200


def _key(text: str) -> str:
    """What two printings of a heading share: its letters and digits."""
    return re.sub(r"[\W_]+", "", plain(text).casefold())


_OTHER_KINDS = {
    "a text with formatting (RTF)": re.compile(rb"\s*\{\\rtf"),
    "a web page with its pictures (MHTML)": re.compile(
        rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*){0,20}(?:MIME-Version: ?1|Content-Type: ?multipart/)", re.IGNORECASE
    ),
}


def _blocks(path: Path, titles: Mapping[str, str]) -> list[Block]:
    name = shown(path)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
        size = path.stat().st_size
        data = path.read_bytes() if is_file and size <= _MOST_BYTES else b""
    except (OSError, ValueError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else getattr(error, "strerror", error)
        raise InputError(f"{name} can't be read: {reason}.") from None
    if is_folder:
        raise InputError(f"{name} is a folder; the audit reads one file.")
    if not is_file:
        raise InputError(f"{name} is a pipe or a device; the audit reads one file.")
    if size > _MOST_BYTES:
        raise InputError(f"{name} is larger than {_MOST_BYTES // 1_000_000} megabytes, so it is not an article.")
    if not data.strip():
        raise InputError(f"{name} is empty.")
    for kind, start in _OTHER_KINDS.items():
        if start.match(data):
            raise InputError(f"{name} is {kind}; save it as text, HTML or PDF.")
    if b"%PDF-" in data[:1024]:
        blocks = _pdf_blocks(data, titles, name)
    else:
        text = _decoded(data, name)
        is_html = re.search(r"<!doctype html|<(html|body)\b|</(p|div|h[1-6]|li|article)>", text, re.IGNORECASE)
        blocks = _html_blocks(text, titles, name) if is_html else _text_blocks(text, titles, name)
    blocks = [[" ".join(line.split()) for line in block if line.strip()] for block in blocks]
    return _bullets_together(_lists_together(_enumerated([block for block in blocks if block]), titles))


def _decoded(data: bytes, name: str) -> str:
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search("[\x00-\x08\x0e-\x1a\x7f]", text):
            return text
    raise InputError(f"{name} is neither text, HTML nor PDF.")


def _text_blocks(text: str, titles: Mapping[str, str], name: str) -> list[Block]:
    """The blocks of a text: blank lines part them, or each line is one where hardly any blank line is left.

    Raises InputError for lines broken to a width where no blank lines say which of them end a paragraph.
    """
    parts = [part.split("\n") for part in re.split(r"\n *\n\s*", plain(text).strip())]
    blocks = [[line for line in block if line.strip()] for block in parts]
    lines = [line for block in blocks for line in block]
    if 2 * sum(len(line) for line in lines if len(line) > _WIDEST) < sum(map(len, lines)):
        if any(map(_runs_on, blocks)) and any(title in _key(text) for title in titles):
            why = "its lines are broken to a width and no blank lines stand between paragraphs"
            raise InputError(f"The paragraphs of {name} can't be told apart: {why}.")
        return blocks if len(blocks) > 1 else [[line] for line in lines]
    if len(blocks) < 0.6 * len(lines):
        return [[line] for line in lines]
    made: list[Block] = []
    for block in blocks:
        long = [len(line.split()) >= _FEWEST_WORDS for line in block]
        # A line of this length is a paragraph, where it begins and ends with a sentence: a blank line was lost.
        ends = [_ends(line) and (line.rstrip().endswith(":") or any(long[i : i + 2])) for i, line in enumerate(block)]
        starts = [i for i in range(1, len(block)) if ends[i - 1]]
        made += [block[one:two] for one, two in itertools.pairwise([0, *starts, len(block)])]
    return made


def _runs_on(block: Block) -> bool:
    """Whether a block of wrapped lines holds several paragraphs: sentences end in it before their line is full."""
    if _NOTE_START.match(block[0]) or sum(len(line.split()) for line in block) < _MOST_WORDS:
        return False
    width = sorted(map(len, block))[len(block) * 19 // 20]
    early = (_ends(a) and len(a) + 1 + len(b.split()[0]) <= width for a, b in itertools.pairwise(block))
    return sum(early) > 1


_NOT_TEXT = {"script", "style", "noscript", "template", "nav", "head", "form", "button", "svg", "iframe"}
_AROUND = {"header", "footer", "aside"}
_BLOCK_NAMES = (
    "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 "
    "h5 h6 header hr html li main ol p pre section summary table tbody td tfoot th thead tr ul"
)
_HTML_BLOCKS = set(_BLOCK_NAMES.split())


def _html_blocks(text: str, titles: Mapping[str, str], name: str) -> list[Block]:
    from bs4 import BeautifulSoup
    from bs4.element import NavigableString, PageElement, Tag

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        soup = BeautifulSoup(text, "html.parser")

    def headings(tag: Tag) -> int:
        key = _key(tag.get_text())
        return sum(title in key for title in titles)

    # The article's own element where one holds every heading, so that menus around it are left out.
    every = headings(soup)
    inner = [tag for tag in soup.find_all(["article", "main", "pre"]) if every and headings(tag) == every]
    if inner and inner[-1].name == "pre":
        return _text_blocks(inner[-1].get_text(), titles, name)
    root: Tag = inner[-1] if inner else soup
    blocks: list[Block] = []
    written: list[str] = []

    def flush(whole: bool = False) -> None:
        joined = plain("".join(written))
        written.clear()
        parts = [joined] if whole else re.split(r"\n *\n\s*", joined)
        blocks.extend(part.split("\n") for part in parts if part.strip())

    def edge() -> None:
        written.append("\n")

    def nothing() -> None:
        pass

    # Pages may be nested deeper than functions can call themselves: what is still to be read is kept in a list.
    open_: list[tuple[Iterator[PageElement], bool, Callable[[], None]]] = [(iter(root.children), False, nothing)]
    items: Counter[int] = Counter()
    while open_:
        children, in_list, close = open_[-1]
        child = next(children, None)
        if child is None:
            open_.pop()
            close()
        elif isinstance(child, Tag):
            if child.name in _NOT_TEXT or child.has_attr("hidden") or (child.name in _AROUND and not inner):
                continue
            if child.name == "br":
                edge()
            elif child.name == "sup" and (marker := re.fullmatch(r"\W*(\d{1,3})\W*", child.get_text())):
                written.append(f"[{marker[1]}]")
            elif child.name in ("ul", "ol") and not in_list:
                flush()
                open_.append((iter(child.children), True, partial(flush, whole=True)))
            elif child.name in _HTML_BLOCKS:
                part = edge if in_list else flush
                part()
                if child.name == "li" and child.parent and child.parent.name == "ol":
                    items[id(child.parent)] += 1
                    written.append(f"[{items[id(child.parent)]}] ")
                open_.append((iter(child.children), in_list, part))
            else:
                open_.append((iter(child.children), in_list, nothing))
        elif type(child) is NavigableString:
            written.append(re.sub("[ \t\r\n\f]+", " ", child))
    flush()
    return blocks


@dataclass(frozen=True)
class _Line:
    """A line of a PDF page: its text, and where it stands."""

    text: str
    left: float
    right: float
    base: float
    size: float


def _pdf_blocks(data: bytes, titles: Mapping[str, str], name: str) -> list[Block]:
    from pdfminer.pdfdocument import PDFPasswordIncorrect, PDFTextExtractionNotAllowed

    try:
        pages = _pdf_pages(data)
    except (PDFPasswordIncorrect, PDFTextExtractionNotAllowed):
        raise InputError(f"{name} is a PDF that needs a password.") from None
    except Exception as error:  # A broken PDF raises nearly anything out of its reader.
        raise InputError(f"{name} is a PDF that can't be read ({type(error).__name__}).") from None
    pages = [_in_order(page) for page in _without_page_furniture(pages) if page]
    if not pages:
        raise InputError(f"{name} is a PDF without text; it may be a scan.")
    layout = _Layout.of(pages)
    blocks: list[list[_Line]] = []
    for page in pages:
        for number, line in enumerate(page):
            before = blocks[-1] if blocks else []
            same_column = number > 0 and before[-1].base > line.base
            goes_on = bool(before) and (
                layout.same(before, line) if same_column else layout.goes_on(before, line, titles)
            )
            if goes_on and not same_column and _ends(before[-1].text):
                before.append(replace(line, text=f"{_DOUBT}\n{line.text}"))
            elif goes_on:
                before.append(line)
            else:
                blocks.append([line])
    return [plain("\n".join(line.text for line in block)).split("\n") for block in blocks]


def _pdf_pages(data: bytes) -> list[list[_Line]]:
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.layout import LAParams, LTChar
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    # What it warns of is the file's, such as a font without a name, and of no use to a reader.
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources)
    interpreter = PDFPageInterpreter(resources, device)
    made = []
    for page in PDFPage.get_pages(io.BytesIO(data)):
        interpreter.process_page(page)
        turns = Counter(_turn(part) for part in device.get_result() if isinstance(part, LTChar))
        (turn, _), *_ = turns.most_common(1) or [(0, 0)]
        if turn:
            # Most of the page stands on its side, or on its head.
            page.rotate = (page.rotate + turn) % 360
            interpreter.process_page(page)
        layout = device.get_result()
        layout.analyze(LAParams())
        made.append(_page_lines(layout))
    return made


def _turn(char: Any) -> int:
    """By how many degrees a character must be turned clockwise to stand upright, in quarters."""
    a, b = char.matrix[:2]
    if abs(b) > abs(a):
        return 90 if b > 0 else 270
    return 0 if a > 0 else 180


def _page_lines(page: Any) -> list[_Line]:
    from pdfminer.layout import LTChar, LTTextContainer, LTTextLine

    lines: list[_Line] = []
    for box in (box for box in page if isinstance(box, LTTextContainer)):
        for line in [box] if isinstance(box, LTTextLine) else box:
            chars = [char for char in line if isinstance(char, LTChar) and char.get_text().strip()]
            # What stands on its side in the margin of a page is not the article's.
            if not isinstance(line, LTTextLine) or not chars or all(map(_turn, chars)):
                continue
            size = statistics.median(char.size for char in chars)
            base = statistics.median(char.y0 for char in chars)
            text = ""
            for char in line:
                raised = isinstance(char, LTChar) and char.size < 0.9 * size and char.y0 > base + 0.1 * size
                text += f"\x01{char.get_text()}\x02" if raised else char.get_text()
            text = text.replace("\x02\x01", "")
            text = re.sub(r"\x01\W*(\d{1,3})\W*\x02", r"[\1]", text)
            text = re.sub(r"[\x01\x02]|\(cid:\d+\)", "", text).strip()
            lines.append(_Line(text, min(char.x0 for char in chars), max(char.x1 for char in chars), base, size))
    return lines


def _lowered(piece: _Line, page: Sequence[_Line]) -> _Line:
    """A small raised number as the marker of a note in the line that it stands in."""
    if not re.fullmatch(r"\W*\d{1,3}\W*", piece.text):
        return piece
    for line in page:
        if line.size > 1.1 * piece.size and 0 < piece.base - line.base < 0.8 * line.size and line.left < piece.left:
            marker = re.sub(r"\D*(\d+)\D*", r"[\1]", piece.text)
            return replace(piece, text=marker, base=line.base, size=line.size)
    return piece


def _in_order(page: Sequence[_Line]) -> list[_Line]:
    """The lines of a page from top to bottom, column by column; pieces that stand side by side are one line."""
    page = [_lowered(line, page) for line in page]
    (left, often), *others = Counter(round(line.left) for line in page).most_common(8)
    width = max(line.right for line in page) - min(line.left for line in page)
    if not any(count > 0.4 * often and abs(other - left) > 0.3 * width for other, count in others):
        # A single column: justified text comes in pieces, in any order.
        page = sorted(page, key=lambda line: -line.base)
        rows = [[page[0]]]
        for line in page[1:]:
            rows[-1].append(line) if rows[-1][0].base - line.base < 0.3 * line.size else rows.append([line])
        page = [line for row in rows for line in sorted(row, key=lambda line: line.left)]
    made: list[_Line] = []
    for line in page:
        if made and abs(made[-1].base - line.base) < 0.3 * line.size and made[-1].right <= line.left + line.size:
            first = made.pop()
            line = replace(line, text=f"{first.text} {line.text}", left=first.left)
        made.append(line)
    return made


_PAGE_NUMBER = re.compile(
    r"(?:[-|] ?)?(?:p(?:age|\.) ?)?(\d{1,4})(?: ?(?:/|of) ?\d{1,4})?(?: ?[-|])?(?: ?page)?", re.IGNORECASE
)


def _masked(line: _Line) -> tuple[str, int]:
    """A line without its digits, unless it has nothing else to be known by, and the height at which it stands."""
    text = re.sub(r"\d+", "#", line.text) if re.search(r"[^\W\d_]", line.text) else line.text
    return text, round(line.base / 3)


def _without_page_furniture(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """The pages without their numbers, and without what stands at the same edge of at least every second one."""
    edges, offsets = [], set[tuple[int, int]]()
    for count, page in enumerate(pages, start=1):
        ordered = sorted(page, key=lambda line: -line.base)
        edges.append({*ordered[:4], *ordered[-4:]})
        # How far what may be the page's number is from its place in the file.
        numbers = (_PAGE_NUMBER.fullmatch(plain(line.text)) for line in edges[-1])
        offsets |= {(int(number[1]) - count, count) for number in numbers if number}
    # Page numbers count pages: two are as far off as each other, or one is not off at all.
    times = Counter(offset for offset, _ in offsets)
    counts = Counter(text for edge in edges for text in {_masked(line) for line in edge})

    def is_furniture(line: _Line, count: int) -> bool:
        if number := _PAGE_NUMBER.fullmatch(plain(line.text)):
            offset = int(number[1]) - count
            return offset == 0 or times[offset] > 1
        return counts[_masked(line)] >= max(2, len(pages) / 2)

    return [
        [line for line in page if line not in edge or not is_furniture(line, count)]
        for count, (page, edge) in enumerate(zip(pages, edges, strict=True), start=1)
    ]


@dataclass(frozen=True)
class _Layout:
    """How a PDF sets its paragraphs: the step from line to line, margins and width, and where first lines begin."""

    step: float
    left: float
    right: float
    width: float
    first: float | None

    @classmethod
    def of(cls, pages: Sequence[Sequence[_Line]]) -> _Layout:
        lines = [line for page in pages for line in page]
        pairs = [
            (one, two)
            for page in pages
            for one, two in itertools.pairwise(page)
            if one.base > two.base and abs(one.size - two.size) < 0.08 * two.size
        ]
        left = float(Counter(round(line.left) for line in lines).most_common(1)[0][0])
        starts = Counter(
            round(b.left) for a, b in pairs if abs(a.left - left) < 1 and 0.8 < (b.left - left) / b.size < 4
        )
        first, times = starts.most_common(1)[0] if starts else (0, 0)
        return cls(
            step=statistics.median([(one.base - two.base) / two.size for one, two in pairs] or [1.2]),
            left=left,
            right=max(line.right for line in lines),
            width=sorted(line.right - line.left for line in lines)[len(lines) * 19 // 20],
            first=first if times > 2 * len(pages) else None,
        )

    def is_indented(self, line: _Line) -> bool:
        return line.left > self.left + 0.8 * line.size

    def is_first(self, line: _Line) -> bool:
        return self.first is not None and abs(line.left - self.first) < 1

    def same(self, before: Sequence[_Line], line: _Line) -> bool:
        """Whether a line belongs to the block above it."""
        last, is_list = before[-1], bool(_BULLET.match(before[0].text))
        if abs(last.size - line.size) > 0.08 * line.size or last.base - line.base > 1.3 * self.step * line.size:
            return False
        if is_list or _BULLET.match(line.text):
            return is_list
        return not self.is_first(line)

    def goes_on(self, before: Sequence[_Line], line: _Line, titles: Mapping[str, str]) -> bool:
        """Whether a block goes on over a break of page: it stops within a sentence, or its last line is full."""
        last, key = before[-1], _key(line.text)
        is_title = _key("".join(line.text for line in before)) in titles
        if abs(last.size - line.size) > 0.08 * line.size or is_title or any(title.startswith(key) for title in titles):
            return False
        if _BULLET.match(line.text):
            return bool(_BULLET.match(before[0].text))
        if self.first is not None:
            return not self.is_first(line)
        if all(map(self.is_indented, (*before, line))) and abs(before[-1].left - line.left) < 1:
            return True
        letter = (line.right - line.left) / len(line.text)
        edge = max(one.right for one in before) if len(before) > 2 else min(self.right, last.left + self.width)
        return last.right + letter * (1 + len(line.text.split()[0])) > edge or not _ends(last.text)


def _ends(text: str, marks: str = ".!?:;") -> bool:
    """Whether a text ends like a sentence."""
    return bool(re.search(rf"[{marks}][\])\"']*(?:\s*\[\d{{1,3}}\])*$", plain(text).rstrip()))


def _enumerated(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with the numbers of notes and lists, such as 1. and 2., as [1] and [2]: they count no thing."""
    made = [list(block) for block in blocks]
    items = [
        (block, at, int(match[1])) for block in made for at, line in enumerate(block) if (match := _ITEM.match(line))
    ]
    runs: list[list[tuple[Block, int]]] = [[]]
    for block, at, number in items:
        if number == 1:
            runs.append([])
        if number == len(runs[-1]) + 1:
            runs[-1].append((block, at))
    for block, at in (item for run in runs if len(run) > 1 for item in run):
        block[at] = _ITEM.sub(r"[\1] ", block[at], count=1)
    return made


def _lists_together(blocks: Sequence[Block], titles: Mapping[str, str]) -> list[Block]:
    """The blocks with a list as one: several short ones after a colon that are no headings."""

    def is_item(block: Block) -> bool:
        key = _key("".join(block))
        return len(" ".join(block).split()) < _FEWEST_WORDS and not any(title.startswith(key) for title in titles)

    made: list[Block] = []
    index = 0
    while index < len(blocks):
        made.append(blocks[index])
        index += 1
        if made[-1][-1].endswith(":"):
            items = list(itertools.takewhile(is_item, itertools.islice(blocks, index, None)))
            if len(items) > 1:
                made.append([line for item in items for line in item])
                index += len(items)
    return made


def _bullets_together(blocks: Iterable[Block]) -> list[Block]:
    made: list[Block] = []
    for block in filter(None, blocks):
        if made and _BULLET.match(block[0]) and _BULLET.match(made[-1][0]):
            made[-1] = made[-1] + block
        else:
            made.append(block)
    return made


# ---------------------------------------------------------------------------------------------------------------------
# Blocks to places: the paragraphs of each section, and what is not the article.


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the copy, or a whole note; ``outside`` names what it is part of, if not the article."""

    section: str
    number: int
    text: str
    outside: str = ""

    @property
    def place(self) -> Place:
        return self.section, self.number


Place = tuple[str, int]
_AUTHOR = re.compile(r"(?:Dr|Prof|Professor|Mr|Ms|Mrs)\.? [A-Z][\w'.-]*(?: [A-Z][\w'.-]*){0,4} is\b")
_EDITOR = re.compile(r"editor'?s'? note\b", re.IGNORECASE)


def where(place: Place) -> str:
    section, number = place
    return f"note {number}" if section == NOTES else f"section {section}, paragraph {number}"


@dataclass(frozen=True)
class Copy:
    """A reader's copy in blocks. ``doubts`` counts the breaks of page at which a paragraph may end, or go on."""

    name: str
    blocks: list[Block]
    titles: Mapping[str, str]

    @classmethod
    def read(cls, register: Register, path: Path) -> Copy:
        """Read a file; raises InputError for one that can't be read."""
        slugs = {slug: title for slug, title in register.sections.items() if slug not in (INTRODUCTION, NOTES)}
        titles = {_key(title): slug for slug, title in slugs.items()}
        return cls(shown(path), _blocks(path, titles), titles)

    @property
    def doubts(self) -> int:
        return sum(line == _DOUBT for block in self.blocks for line in block)

    def paragraphs(self, parted: Container[int] = ()) -> tuple[list[Paragraph], set[str]]:
        """The paragraphs in order, those at the numbered doubts parted, and the sections without a heading.

        Raises InputError where none of the headings is found.
        """
        blocks: list[Block] = []
        doubts = itertools.count()
        for block in self.blocks:
            blocks.append([])
            for line in block:
                if line != _DOUBT:
                    blocks[-1].append(line)
                elif next(doubts) in parted:
                    blocks.append([])
        paragraphs, found = _paragraphs(blocks, self.titles, self.name)
        return paragraphs, set(self.titles.values()) - found


def _paragraphs(blocks: Sequence[Block], titles: Mapping[str, str], name: str) -> tuple[list[Paragraph], set[str]]:
    """The paragraphs, and the sections whose headings were found."""
    words = set(re.findall(r"[^\W\d_]+", " ".join(line for block in blocks for line in block).casefold()))
    pieces = _one_heading_each([piece for block in blocks for piece in _headings_out(block, titles)])
    headings = [index for index, (slug, _) in enumerate(pieces) if slug]
    if not headings:
        raise InputError(f"{name} has none of the article's headings, so it is no copy of the article.")
    texts = [_joined(lines, words) for _, lines in pieces]
    starts = (i for i, text in enumerate(texts) if len(text.split()) >= _FEWEST_WORDS and _ends(text, ".!?"))
    start = min(next(starts, headings[0]), headings[0])
    # A list before the notes may be numbered as they are: it stands before what is about the author.
    last = range(headings[-1] + 1, len(texts))
    firsts = [index for index in last if texts[index].startswith("[1]")]
    authors = [index for index in last if _AUTHOR.match(texts[index])][:1]
    notes = authors[0] if firsts and authors and firsts[0] < authors[0] < firsts[-1] else headings[-1]
    made: list[Paragraph] = []
    section, number, outside = INTRODUCTION, 0, ""
    for index, ((slug, lines), text) in enumerate(zip(pieces, texts, strict=True)):
        after_last = index > headings[-1]
        if slug:
            section, number, outside = slug, 0, ""
        elif index < start:
            made.append(Paragraph(INTRODUCTION, 0, text, FRONT))
        elif _EDITOR.match(text):
            made.append(Paragraph(section, number, text, EDITOR))
        elif after_last and index >= notes and _NOTE_START.match(text):
            section, outside = NOTES, ""
            for number, note in _notes(lines, words):
                made.append(Paragraph(NOTES, number, note))
        elif outside or (after_last and _AUTHOR.match(text)):
            outside = AUTHOR
            made.append(Paragraph(section, number, text, AUTHOR))
        elif section == NOTES:
            made[-1] = replace(made[-1], text=f"{made[-1].text} {text}")
        else:
            number += 1
            made.append(Paragraph(section, number, text))
    return made, {slug for slug, _ in pieces if slug}


def _headings_out(block: Block, titles: Mapping[str, str]) -> Iterator[tuple[str, Block]]:
    """The heading that a block is or begins with, and what is left of it."""
    for count in range(1, len(block) + 1):
        key = _key("".join(block[:count]))
        rest = block[count:]
        if key in titles and not (rest and rest[0][0].islower()):
            yield titles[key], block[:count]
            if rest:
                yield "", rest
            return
        if not any(title.startswith(key) for title in titles):
            break
    yield "", block


def _one_heading_each(pieces: list[tuple[str, Block]]) -> list[tuple[str, Block]]:
    """Of a heading that is printed more than once, such as in a list of contents, the one with the most below it."""
    at = [index for index, (slug, _) in enumerate(pieces) if slug]
    below = {index: after - index for index, after in itertools.pairwise([*at, len(pieces)])}
    best = {slug: max((i for i in at if pieces[i][0] == slug), key=below.__getitem__) for slug, _ in pieces if slug}
    return [piece for index, piece in enumerate(pieces) if not piece[0] or best[piece[0]] == index]


def _notes(lines: Sequence[str], words: set[str]) -> Iterator[tuple[int, str]]:
    """The notes in a block that begins with a marker: the next one begins at a line with the next marker."""
    parts: list[tuple[int, Block]] = []
    for line in lines:
        marker = _NOTE_START.match(line)
        if marker and (not parts or int(marker[1]) == parts[-1][0] + 1):
            parts.append((int(marker[1]), []))
        parts[-1][1].append(line)
    for number, part in parts:
        yield number, _joined(part, words)


def _joined(lines: Sequence[str], words: set[str]) -> str:
    """The lines of a block as one: a word cut by a hyphen and an address cut anywhere are put together again."""
    text = lines[0]
    for line in lines[1:]:
        last, first = text.rsplit(None, 1)[-1], line.split(None, 1)[0]
        cut, rest = re.search(r"[^\W\d_]+(?=-$)", last), re.match(r"[^\W\d_]+", first)
        whole = (cut[0] + rest[0]).casefold() if cut and rest else ""
        if whole and rest and rest[0].islower() and (whole in words or whole in NUMBER_WORDS):
            text = text[:-1] + line
        elif re.search(r"\w-$", last) or ("://" in last and last[-1] not in ",;.)" and re.search(r"[/_-]|\.\w", first)):
            text += line
        else:
            text += f" {line}"
    return text
