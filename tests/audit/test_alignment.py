"""The audit of a reader's copy: on a made-up article, and on the article itself where ARTICLE names its file."""

import csv
import functools
import html
import itertools
import os
import re
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.audit.alignment import Report, audit
from analysis.audit.numerals import numbers
from analysis.core.register import Claim, InputError, Register
from tests.made_up import WORDS, Block, made_up, numbers_in, prose, rendered

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = os.environ.get("ARTICLE", "")
needs_article = pytest.mark.skipif(not ARTICLE, reason="the environment variable ARTICLE names no copy of the article")


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.read(ROOT / "data")


@pytest.fixture(scope="module", autouse=True)
def _a_paragraph_is_read_once() -> Iterator[None]:
    """Most copies differ in one paragraph, and what a text's numbers are depends on the text alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.audit.alignment.numbers", functools.cache(numbers))
        yield


@pytest.fixture(scope="module", params=["made up", pytest.param("real", marks=needs_article)])
def article(request: pytest.FixtureRequest, register: Register) -> list[Block]:
    return made_up(register) if request.param == "made up" else real(register, Path(ARTICLE))


@pytest.fixture
def read(register: Register, tmp_path: Path) -> Callable[[Sequence[Block] | str | bytes], Report]:
    """Audit blocks, a text or the bytes of a file."""

    def run(copy: Sequence[Block] | str | bytes) -> Report:
        file = tmp_path / "copy"
        data = copy if isinstance(copy, bytes | str) else rendered(copy)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        return audit(register, file)

    return run


def real(register: Register, path: Path) -> list[Block]:
    """The blocks of the article, told apart in a way of the tests' own."""
    blocks: list[Block] = []
    section, number, open_ = "introduction", 0, False
    titles = {title: slug for slug, title in register.sections.items()}
    for text in re.split(r"\n\s*\n", path.read_text(encoding="utf-8").replace("\r\n", "\n").strip()):
        text = text.strip()
        note = re.match(r"\[(\d+)\]", text)
        if text in titles:
            section, number, open_ = titles[text], 0, True
            blocks.append(Block(section, 0, text, heading=True))
            continue
        open_ = open_ or len(text.split()) > 40
        if re.match("Dr. .* is |Editor’s Note", text) or not open_:
            blocks.append(Block("", 0, text))
            continue
        if note:
            section, number = "notes", int(note[1])
        elif section != "notes":
            number += 1
        blocks.append(Block(section, number, text))
    return blocks


# Where a row is printed. The tests look for it in their own way.


def pattern(digits: str, scale: str, percent: bool, row: Claim) -> str:
    value = float(digits)
    forms = [re.escape(digits), re.escape(f"{int(value):,}" if "." not in digits else digits)]
    if value in WORDS:
        forms += [WORDS[int(value)], {1: "once", 2: "both"}.get(int(value), WORDS[int(value)])]
    forms += ["two and a half"] if digits == "2.5" else []
    tail = rf"(?:[\d., -]|and|to|two and a half)*? ?{scale}" if scale else ""
    tail += r"(?:[\d., -]|and|to)*? ?(?:percent|%)" if percent else ""
    return rf"(?<![\w.,])(?P<printed>{'|'.join(forms)})(?![\w]|[.,]\d)(?={tail})"


def spots(row: Claim, text: str) -> list[tuple[int, int]]:
    """Where a paragraph prints a row's digits: a pair for each number, the one nearest to the row's noun."""
    number, made = row.published, []
    nouns = re.findall("[A-Za-z]{3,}", row.unit_as_printed)
    if number.unit == "year":
        years = re.findall(r"\d{4}", row.period)
        return [re.search(rf"{years[0]}\D{{1,9}}{years[-1]}", text).span()]
    if not number.printed:
        vague = list(re.finditer(r"several hundred thousand|hundreds of thousands|\bmillions", text))
        near = [match for match in vague if any(noun in text[match.end() : match.end() + 50] for noun in nouns)]
        return [near[0].span()] if near else [re.search(re.escape(row.unit_as_printed), text).span()]
    for digits in filter(None, [number.printed, number.printed_high]):
        regex = pattern(digits, number.scale, number.unit == "percent", row)
        found = [match for match in re.finditer(regex, text, re.IGNORECASE) if not made or match.start() >= made[-1][1]]
        assert found, f"{row.id} is not printed where the register says"
        near = [match for match in found if any(noun in text[match.start() : match.end() + 40] for noun in nouns)]
        made.append((near or found)[0].span("printed"))
    return made


def homes(register: Register, blocks: Sequence[Block]) -> dict[str, int]:
    """The index of the block that prints each row."""
    at = {block.place: index for index, block in reversed(list(enumerate(blocks))) if block.number}
    return {row.id: at[row.section, row.paragraph] for row in register.claims.values()}


def with_text(blocks: Sequence[Block], index: int, text: str) -> list[Block]:
    return [replace(block, text=text) if i == index else block for i, block in enumerate(blocks)]


def is_span(row: Claim) -> bool:
    return row.published.unit == "year"


def stated(register: Register, place: tuple[str, int]) -> tuple[str, ...]:
    return tuple(row.id for row in register.claims.values() if (row.section, row.paragraph) == place)


def shown(report: Report) -> str:
    return "\n".join(report.lines())


def named(report: Report) -> list[str]:
    return sorted(id for difference in report.differences for id in difference.rows)


# A copy that is right.


def test_a_right_copy_agrees(article, read, register):
    report = read(article)
    assert (report.status, report.differences, report.uncovered) == (0, (), ()), shown(report)
    assert (report.found, report.rows) == (len(register.claims), len(register.claims))
    assert all(reason and count for reason, count in report.excluded.values())


@pytest.mark.parametrize("width", [40, 72, 100])
def test_wrapped_lines_change_nothing(article, read, width):
    blocks = [[part for line in block.text.split("\n") for part in textwrap.wrap(line, width)] for block in article]
    report = read("\r\n\r\n".join("\r\n".join(lines) for lines in blocks))
    assert report.status == 0, shown(report)


def as_html(blocks: Sequence[Block]) -> str:
    def text(block: Block) -> str:
        made = html.escape(block.text).replace("\n", "<br>\n")
        made = re.sub(r"(\w)ment\b", r"\1&shy;ment", made).replace("’", "&rsquo;").replace(" million", "&nbsp;million")
        return re.sub(r"(?<=.)\[(\d)\](?!\w)", r'<sup><a href="#n\1">\1</a></sup>', made)

    parts = []
    for block in blocks:
        if block.heading:
            parts.append(f"<h2>{html.escape(block.text)}</h2>")
        elif "\n" in block.text:
            items = "".join(f"<li><p>{html.escape(line)}</p></li>" for line in block.text.split("\n"))
            parts.append(f"<ul>{items}</ul>")
        else:
            parts.append(f"<p>{text(block)}</p>")
    titles = "".join(f"<li>{html.escape(block.text)} 12</li>" for block in blocks if block.heading)
    return (
        "<!DOCTYPE html><html><head><title>17 things</title><script>var a = 3;</script></head><body>"
        f"<nav><ul>{titles}</ul></nav><header>29 readers</header><article>{''.join(parts)}</article>"
        "<footer>Since 1999, 44 staff</footer></body></html>"
    )


def test_html_is_read_as_its_reader_sees_it(article, read):
    report = read(as_html(article))
    assert report.status == 0, shown(report)


def test_html_without_an_article_element(article, read):
    page = as_html(article).replace("<article>", "<div><section>").replace("</article>", "</section></div>")
    report = read(page)
    assert report.status == 0, shown(report)


def as_pdf(
    blocks: Sequence[Block],
    path: Path,
    *,
    indent: int = 0,
    columns: int = 1,
    raised: bool = False,
    second: str = "",
    sideways: str = "",
) -> bytes:
    """Several pages with a header, a number at the foot and headings in larger type.

    Paragraphs are parted by a gap, or by an indent of so many letters; markers of notes may be raised. A line may stand
    at the top of the second page, and one on its side in the margins.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages
    from matplotlib.figure import Figure

    letter, wide, high = 0.602, 595, 842  # of a letter in this font, in ems, and of a page, in points
    pages: list[Figure] = []
    top, column = 0.0, columns
    with mpl.rc_context({"pdf.fonttype": 42, "font.family": "DejaVu Sans Mono"}):
        for block in blocks:
            size = 9.0 if block.heading else 8.0
            text = re.sub("[\u2e80-\uffff]", "", block.text)
            lines = [
                part
                for first, line in enumerate(text.split("\n"))
                for part in textwrap.wrap(
                    line,
                    90 // columns - 5 * block.heading,
                    initial_indent=" " * indent if block.number and not first else "",
                )
            ]
            for count, line in enumerate(lines):
                top -= 1.3 * size + (0 if count or (indent and block.number > 1) else 10)
                if top < 60:
                    top, column = 780.0, column + 1
                if column >= columns:
                    column = 0
                    pages.append(Figure(figsize=(wide / 72, high / 72)))
                    pages[-1].text(0.1, 0.97, "A quarterly for 2020, no reprints", fontsize=8)
                    pages[-1].text(0.5, 0.03, str(len(pages)), fontsize=8)
                    pages[-1].text(0.96, 0.5, sideways, fontsize=8, rotation=90)
                    if len(pages) == 2 and second:
                        pages[-1].text(50 / wide, top / high, second, fontsize=size)
                        top -= 1.3 * size
                left = (50 + 260 * column) / wide
                marks = list(re.finditer(r"(?<=\S)\[\d\]", line)) if raised else []
                drawn = re.sub(r"(?<=\S)\[\d\]", "   ", line) if raised else line
                at = left + (len(drawn) - len(drawn.lstrip())) * letter * size / wide
                pages[-1].text(at, top / high, drawn.strip(), fontsize=size, parse_math=False)
                for mark in marks:
                    at = left + mark.start() * letter * size / wide
                    pages[-1].text(at, (top + 3) / high, mark[0][1], fontsize=5)
        with PdfPages(path) as pdf:
            for page in pages:
                pdf.savefig(page)
    assert len(pages) > 2
    return path.read_bytes()


@pytest.mark.parametrize("layout", [{}, {"indent": 4}, {"columns": 2}], ids=["gaps", "indents", "columns"])
def test_pdf_pages_are_put_together(article, read, tmp_path, layout):
    report = read(as_pdf(article, tmp_path / "made.pdf", **layout))
    assert report.status == 0, shown(report)


@pytest.mark.parametrize("line", ["4321.", "4321", "4,321).", "44%"])
def test_a_line_of_digits_is_a_page_number_only_where_it_counts_pages(register, read, tmp_path, line):
    report = read(as_pdf(made_up(register), tmp_path / "made.pdf", second=line))
    assert not report.differences, shown(report)
    (entry,) = report.uncovered
    assert entry.text.startswith(re.match(r"[\d,]+%?", line)[0])


@pytest.mark.parametrize("form", ["- {} -", "Page {} of 9", "{}/9", "{} | Page"])
def test_page_numbers_have_several_forms(register, read, tmp_path, monkeypatch, form):
    from matplotlib.figure import Figure

    draw = Figure.text

    def drawn(self, x, y, text, **how):
        return draw(self, x, y, form.format(int(text) + 6) if (x, y) == (0.5, 0.03) else text, **how)

    monkeypatch.setattr(Figure, "text", drawn)
    report = read(as_pdf(made_up(register), tmp_path / "made.pdf"))
    assert report.status == 0, shown(report)


def test_a_line_on_its_side_is_no_part_of_a_pdf_s_text(register, read, tmp_path):
    for line in ("Received 57,113 times by 88 readers", "8"):
        report = read(as_pdf(made_up(register), tmp_path / "made.pdf", sideways=line))
        assert report.status == 0, shown(report)


@pytest.mark.parametrize("turn", [b"90", b"180", b"270"])
def test_pages_may_be_turned(register, read, tmp_path, turn):
    data = as_pdf(made_up(register), tmp_path / "made.pdf")
    assert data.count(b"/Type /Page ") > 2
    report = read(data.replace(b"/Type /Page ", b"/Type /Page /Rotate " + turn + b" "))
    assert report.status == 0, shown(report)


def test_what_the_reader_of_pdf_warns_of_is_not_said(register, read, tmp_path, caplog):
    data = as_pdf(made_up(register), tmp_path / "made.pdf")
    assert b"/FontBBox" in data
    assert read(data.replace(b"/FontBBox", b"/FontBoxx")).status == 0
    assert not caplog.records


def test_a_raised_digit_is_the_marker_of_a_note(register, read, tmp_path):
    article = made_up(register)
    copy = [
        replace(block, text=re.sub(r"\. ", ".[1] ", block.text, count=1)) if block.number else block
        for block in article
    ]
    for data in (as_pdf(copy, tmp_path / "made.pdf", raised=True), as_html(copy), rendered(copy).replace("[1] ", "¹ ")):
        report = read(data)
        assert report.status == 0, shown(report)
        assert report.excluded["note marker"][1] > sum(bool(block.number) for block in article) - 5


def test_a_changed_digit_in_html_and_pdf(register, read, tmp_path):
    article = made_up(register)
    text = next(block.text for block in article if "2.59 million" in block.text)
    copy = [
        replace(block, text=block.text.replace("2.59", "2.58")) if block.text == text else block for block in article
    ]
    for data in (as_html(copy), as_pdf(copy, tmp_path / "made.pdf")):
        report = read(data)
        assert [(d.kind, "2.58 million in the place of 2.59" in d.text) for d in report.differences] == [
            ("differs", True)
        ]
        assert not report.uncovered


def test_other_spellings_of_the_same(register, read):
    text = rendered(made_up(register))
    assert re.search(r"\d,\d{3}", text)
    changes: list[Callable[[str], str]] = [
        lambda text: re.sub(r"(?<=\d),(?=\d{3})", "\u2009", text),
        lambda text: re.sub(r"(?<=\d),(?=\d{3})", "\u202f", text),
        lambda text: re.sub(r"(?<=\d),(?=\d{3})", " ", text),
        lambda text: re.sub(r"(?<=\d),(?=\d{3})", "", text),
        lambda text: text.replace(" percent", "%"),
        lambda text: text.replace(" percent", " per cent"),
        lambda text: text.replace("fi", "\ufb01").replace("'", "’"),
        lambda text: text.replace("million", "mil\u00adlion"),
        lambda text: text.replace("million", "mil-\nlion"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace(" to ", "–") if " to the" not in text else text,
        lambda text: "\ufeff" + text,
    ]
    for change in changes:
        report = read(change(text))
        assert report.status == 0, shown(report)


def test_a_copy_in_utf_16_or_windows_letters(register, read):
    text = rendered(made_up(register))
    for encoding in ("utf-16", "cp1252"):
        report = read(text.encode(encoding))
        assert report.status == 0, shown(report)


def test_a_list_of_contents_is_no_heading(register, article, read):
    contents = [Block("", 0, block.text) for block in article if block.heading]
    report = read([article[0], *contents, *article[1:]])
    assert report.status == 0, shown(report)


def test_an_editor_s_note_and_a_note_on_the_author_are_not_the_article(register, read):
    article = made_up(register)
    last = next(index for index, block in enumerate(article) if block.text.startswith("Dr. "))
    more = [Block("", 0, "She has kept 77 keys."), Block("", 0, "Editor’s Note: This is longer than 88 others.")]
    report = read([*article[: last + 1], *more, *article[last + 1 :]])
    assert report.status == 0, shown(report)
    assert (report.excluded["author's note"][1], report.excluded["editor's note"][1]) == (2, 1)


def test_notes_may_have_several_blocks_or_stand_in_one(register, read):
    article = made_up(register)
    notes = [index for index, block in enumerate(article) if block.section == "notes"]
    text = article[notes[-1]].text
    parts = text[: text.index(". ") + 1], text[text.index(". ") + 2 :]
    report = read([*article[:-1], *(Block("", 0, part) for part in parts)])
    assert report.status == 0, shown(report)
    report = read(rendered(article[: notes[0]]) + "\n" + "\n".join(article[index].text for index in notes))
    assert report.status == 0, shown(report)


def test_a_text_without_blank_lines_has_a_paragraph_in_each_line(register, read):
    report = read("\n".join(block.text for block in made_up(register)))
    assert report.status == 0, shown(report)


def test_a_paragraph_in_each_line_and_a_single_blank_line(article, read):
    for index in (1, len(article) // 2, len(article) - 1):
        parts = [article[:index], article[index:]]
        report = read("\n\n".join("\n".join(block.text for block in part) for part in parts))
        assert report.status == 0, shown(report)


def test_a_blank_line_may_be_lost(article, read):
    lost = [i for i, (a, b) in enumerate(itertools.pairwise(article)) if a.number and b.number]
    for index in lost[::4]:
        parts = [block.text + ("\n" if i == index else "\n\n") for i, block in enumerate(article)]
        report = read("".join(parts))
        assert report.status == 0, shown(report)


def test_short_lines_after_a_colon_are_a_list(register, read):
    article = made_up(register)
    index = next(i for i in movable(register, article) if article[i].section == "trade" and article[i].number > 1)
    items = [article[index].text[start:end].strip() for start, end in sentences(article[index].text)]
    before = article[index - 1].text.removesuffix(".") + ":"
    copy = with_text(with_text(article, index - 1, before), index, "\n".join(items))
    for text in (rendered(copy), "\n".join(block.text for block in copy), rendered(copy).replace("\n", "\n\n")):
        report = read(text)
        assert report.status == 0, shown(report)


def test_wrapped_lines_without_blank_lines_are_refused(article, read):
    lines = [line for block in article for part in block.text.split("\n") for line in textwrap.wrap(part, 80)]
    for text in ("\n".join(lines), "\n\n".join(["\n".join(lines[:300]), "\n".join(lines[300:])])):
        with pytest.raises(InputError, match="can't be told apart") as error:
            read(text)
        assert "\n" not in str(error.value)


def test_a_text_may_stand_in_a_page_as_it_is(article, read):
    report = read(f"<html><head></head><body><pre>{html.escape(rendered(article))}</pre></body></html>")
    assert report.status == 0, shown(report)


def test_notes_may_be_numbered_in_other_ways(article, read):
    text = rendered(article)
    for form in (r"\1. ", r"\1) ", r"(\1) "):
        report = read(re.sub(r"(?m)^\[(\d)\] ", form, text))
        assert report.status == 0, shown(report)
    page = as_html([block for block in article if block.section != "notes"])
    notes = [block.text for block in article if block.section == "notes"]
    items = "".join(
        f"<li><p>{html.escape(re.sub(r'^.[0-9]. ', '', text))}</p></li>" for text in notes if text[0] == "["
    )
    report = read(page.replace("</article>", f"<ol>{items}</ol></article>"))
    assert report.status == 0, shown(report)
    changed = page.replace("</article>", f"<ol>{items.replace('300,000', '300,003')}</ol></article>")
    assert [d.kind for d in read(changed).differences] == ["differs"]


def test_a_numbered_list_is_no_notes(register, read):
    article = made_up(register)
    for section in ("trade", "policy"):
        index = next(i for i in movable(register, article) if article[i].section == section)
        items = [article[index].text[start:end].strip() for start, end in sentences(article[index].text)]
        copy = with_text(article, index, "\n".join(f"{count}. {item}" for count, item in enumerate(items, start=1)))
        report = read(copy)
        assert report.status == 0, shown(report)


def test_what_follows_the_notes_is_looked_at(register, read):
    text = rendered(made_up(register))
    report = read(text + text)
    assert len(report.uncovered) > len(register.claims) / 2, shown(report)


def test_headings_may_be_set_in_capitals_and_run_into_their_text(register, read):
    text = rendered(made_up(register))
    for title in register.sections.values():
        text = text.replace(f"{title}\n\n", f"## {title.upper()}\n")
    report = read(text)
    assert report.status == 0, shown(report)


def test_a_list_with_marks_is_one_paragraph(register, read):
    article = made_up(register)
    index = next(index for index in movable(register, article) if article[index].section == "trade")
    for mark, between in itertools.product(("• ", "\uf0b7 ", "\uf0b7"), ("\n", "\n\n")):
        items = [mark + article[index].text[start:end].strip() for start, end in sentences(article[index].text)]
        report = read(with_text(article, index, between.join(items)))
        assert report.status == 0, shown(report)


# A copy with one thing changed.


def changed_digits(register: Register, blocks: Sequence[Block], every: bool):
    """Each row with a copy in which one digit (or the one word) of its number is another, and what is now printed."""
    at = homes(register, blocks)
    for row in register.claims.values():
        text = blocks[at[row.id]].text
        if not row.published.printed:
            continue
        if is_span(row):
            year = re.findall(r"\d{4}", row.period)[0]
            other = str(int(year) - 40)
            yield row, with_text(blocks, at[row.id], re.sub(rf"\b{year}\b", other, text)), ""
            continue
        for start, end in spots(row, text):
            printed = text[start:end]
            words = {"once": "twice", "both": "nine", "zero": "five", **dict.fromkeys(WORDS.values(), "nineteen")}
            if printed[0].isalpha():
                new = words.get(printed.casefold(), "three and a half")
                yield row, with_text(blocks, at[row.id], text[:start] + new + text[end:]), new
                continue
            digits = [i for i, char in enumerate(printed) if char.isdigit()]
            for i in digits if every else [digits[row.row % len(digits)]]:
                new = printed[:i] + str((int(printed[i]) + 1) % 10 or 1) + printed[i + 1 :]
                yield row, with_text(blocks, at[row.id], text[:start] + new + text[end:]), new


def test_a_changed_digit_is_reported_as_that_and_nothing_else(article, read, register, request):
    wrong, count = [], 0
    for row, copy, new in changed_digits(register, article, every="real" in request.node.name):
        report, count = read(copy), count + 1
        if is_span(row):
            spans = [
                other.id
                for other in register.claims.values()
                if is_span(other) and (other.section, other.paragraph) == (row.section, row.paragraph)
            ]
            good = report.status == 1 and row.id in named(report) and set(named(report)) <= set(spans)
        else:
            good = [(d.kind, d.rows) for d in report.differences] == [("differs", (row.id,))]
            good = good and new in report.differences[0].text
        if not (good and not report.uncovered and report.found == report.rows - len(named(report))):
            wrong.append(f"{row.id} as {new}:\n{shown(report)}")
    assert count >= sum(bool(row.published.printed) for row in register.claims.values())
    assert not wrong, f"{len(wrong)} of {count}\n" + "\n".join(wrong)


def sentences(text: str) -> list[tuple[int, int]]:
    ends = [match.start() for match in re.finditer(r"(?<=[.!?”)\]]) +(?=[A-Z“])(?<!U\.S\. )", text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def test_a_removed_sentence_takes_its_rows_and_nothing_else(article, read, register):
    wrong, at = [], homes(register, article)
    for index in sorted(set(at.values())):
        text = article[index].text
        start_of = {id: spots(register.claims[id], text)[0][0] for id, home in at.items() if home == index}
        for start, end in sentences(text):
            gone = sorted(id for id, spot in start_of.items() if start <= spot < end)
            rest = text[:start] + text[end:]
            marker = re.match(r"\[\d+\] ", text)
            rest = marker[0] + rest if marker and start == 0 else rest
            if not gone or len(rest.split()) < 8:
                continue
            report = read(with_text(article, index, rest))
            spans = [id for id in gone if is_span(register.claims[id]) and id not in named(report)]
            # A span of years is also named by other sentences.
            still = [
                id for id in spans if all(rest.count(year) for year in re.findall(r"\d{4}", register.claims[id].period))
            ]
            kinds = {difference.kind for difference in report.differences}
            if named(report) != sorted(set(gone) - set(still)) or report.uncovered or kinds - {"missing"}:
                wrong.append(f"without {gone}:\n{shown(report)}")
    assert not wrong, "\n".join(wrong)


def phrases(register: Register, blocks: Sequence[Block]) -> dict[int, list[tuple[Claim, int, int]]]:
    """For each paragraph its rows with the digits or words of their numbers, and the unit that follows."""
    made: dict[int, list[tuple[Claim, int, int]]] = {}
    for id, index in homes(register, blocks).items():
        row, text = register.claims[id], blocks[index].text
        if is_span(row) or not (row.published.printed or numbers_in(row.note)):
            continue
        for start, end in spots(row, text):
            unit = re.match(r" (?:million|billion|percent)\b", text[end:])
            made.setdefault(index, []).append((row, start, end + (unit.end() if unit else 0)))
    return made


def test_two_numbers_exchanged_are_one_difference(article, read, register):
    wrong, count = [], 0
    for index, here in phrases(register, article).items():
        text = article[index].text
        for (one, *a), (two, *b) in itertools.combinations(sorted(here, key=lambda entry: entry[1]), 2):
            first, last = text[slice(*a)], text[slice(*b)]
            if first.casefold() == last.casefold():
                continue
            report = read(with_text(article, index, text[: a[0]] + last + text[a[1] : b[0]] + first + text[b[1] :]))
            count += 1
            good = report.status == 1
            # In an enumeration a number shares the unit of the next; a range has two; both is excluded elsewhere.
            follows = [re.match(r",? (?:and|to|or) |, \d", text[end:]) for end in (a[1], b[1])]
            follows += [re.search(r"\d and $", text[:start]) for start in (a[0], b[0])]
            if not (any(follows) or one.published.printed_high or two.published.printed_high or first == "both"):
                good = [(d.kind, d.rows) for d in report.differences] == [("order", (one.id, two.id))]
                good = good and not report.uncovered
            if not good:
                wrong.append(f"{one.id} and {two.id}, {first} and {last}:\n{shown(report)}")
    assert count > 70
    assert not wrong, f"{len(wrong)} of {count}\n" + "\n".join(wrong)


def test_two_spans_of_years_exchanged_are_one_difference(register, read):
    article = made_up(register)
    rows = "span_2017_2019", "span_2014_mid_2020"
    index = homes(register, article)[rows[0]]
    text = article[index].text.replace("2017 and 2019", "A").replace("2014 and 2020", "2017 and 2019")
    report = read(with_text(article, index, text.replace("A", "2014 and 2020")))
    assert [(d.kind, d.rows) for d in report.differences] == [("order", rows)], shown(report)


def test_a_sentence_put_at_the_end_of_its_paragraph_is_one_difference(register, read):
    article = made_up(register)
    count = 0
    for index, here in phrases(register, article).items():
        text = article[index].text
        if article[index].section == "notes" or len({row.id for row, *_ in here}) < 3:
            continue
        row, at, _ = min(here, key=lambda entry: entry[1])
        start, end = next((start, end) for start, end in sentences(text) if start <= at < end)
        report = read(with_text(article, index, f"{text[:start]}{text[end:]} {text[start:end].strip()}"))
        assert [(d.kind, d.rows) for d in report.differences] == [("order", (row.id,))], shown(report)
        assert not report.uncovered
        count += 1
    assert count > 5


@pytest.mark.parametrize(
    ("old", "new", "id"),
    [
        ("over 30 percent", "under 30 percent", "excess_2016_2020"),
        ("over 30 percent", "30 percent", "excess_2016_2020"),
        ("up to 1.6 million", "at least 1.6 million", "at_risk_2019_up_to"),
        ("nearly 2 million", "more than 2 million", "at_risk_2021_approaches"),
        ("about 300,000", "300,000", "net_increase_note_4"),
        ("up to 24", "no less than 24", "hours_to_assign"),
        (" 2.59 million", " about 2.59 million", "figure_2019_all"),
        (" $372 million", " some $372 million", "us_trade_2021"),
    ],
)
def test_another_qualifier_is_one_difference(register, read, old, new, id):
    text = rendered(made_up(register))
    assert text.count(old) == 1
    report = read(text.replace(old, new))
    assert [(d.kind, d.rows) for d in report.differences] == [("qualifier", (id,))], shown(report)
    assert new.strip() in report.differences[0].text
    assert not report.uncovered


def test_another_word_for_the_same_qualifier_is_none(register, read):
    text = rendered(made_up(register))
    for old, new in [("over 30", "more than 30"), ("at least", "no fewer than"), ("about", "approximately")]:
        assert old in text
        report = read(text.replace(old, new))
        assert report.status == 0, shown(report)


SHAPES = {
    "It held 57,113 crates.": 1,
    "It held 57113 crates.": 1,
    "It rose by 77.25 percent.": 1,
    "It rose by 78%.": 1,
    "It cost $6.75 billion.": 1,
    "It cost 61 million.": 1,
    "There were 2019 persons.": 1,
    "There were 2014 households in 2014.": 1,
    "It served 1987 poor rural families.": 1,
    "They lived in 2014 households.": 1,
    "In 2018, 2014 households came.": 1,
    "They counted 2033 percent.": 1,
    "There were seventeen households.": 1,
    "There were eleven plans.": 1,
    "It took at least one household.": 1,
    "It took thirty-six of them.": 1,
    "It took three hundred and forty-two of them.": 1,
    "It took six and a half million.": 1,
    "It took half a million.": 1,
    "Some dozens came.": 1,
    "Several thousand came.": 1,
    "Tens of thousands came.": 1,
    "Two-thirds came.": 1,
    "It came twice.": 1,
    "It doubled.": 1,
    "It took 55 to 66 weeks.": 2,
    "It took 55–66 weeks.": 2,
    "Rates were 71, 72.5 and 73 percent.": 3,
    "In 2018, 8.75 million came.": 1,
    "In May 2018 there were 88 ships.": 1,
    "It fell by -5.5 percent.": 1,
    "It took nine hundred thousand.": 1,
    "It holds 3,141,592 tiles.": 1,
    "Some 372m was lost.": 1,
    "A total of 2014 rural households came.": 1,
    "They said no. 12 villages came.": 1,
    "It took double the time.": 1,
    "It fell by half.": 1,
    "A couple of hundred came.": 1,
    "One village came.": 1,
    "Of ten, nine came.": 2,
    "USD372 was paid.": 1,
    "Ages were 16 to 59.": 2,
    "A dozen came.": 1,
    "On May 14, 96 left.": 1,
    "It grew tenfold.": 1,
    "It quadrupled.": 1,
    "A couple came.": 1,
    "There were 12 March workers.": 1,
    "12 March workers left.": 1,
    "Some 2000 came.": 1,
    "One in five came.": 2,
    "It lasted (5 years).": 1,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_added_number_is_reported_and_nothing_else(article, read, shape):
    order = list(SHAPES).index(shape)
    bodies = [index for index, block in enumerate(article) if block.number and "\n" not in block.text]
    for index in {bodies[(7 * order + step) % len(bodies)] for step in (0, len(bodies) // 2)}:
        report = read(with_text(article, index, f"{article[index].text} {shape}"))
        assert not report.differences, shown(report)
        assert len(report.uncovered) == SHAPES[shape], shown(report)
        assert report.found == report.rows


def test_a_number_that_a_span_of_years_comes_to_is_not_its_row_s(article, read):
    for index in (index for index, block in enumerate(article) if block.number and "\n" not in block.text):
        report = read(with_text(article, index, f"{article[index].text} It took five of them."))
        assert not report.differences, shown(report)
        assert [entry.text.split(" ")[0] for entry in report.uncovered] == ["five"], shown(report)


def test_a_number_changed_to_another_row_s_is_one_difference(article, read, register):
    row = register.claims["colors_of_warning"]
    index = homes(register, article)[row.id]
    start, end = spots(row, article[index].text)[0]
    for new in ("five", "seven", "24"):
        report = read(with_text(article, index, article[index].text[:start] + new + article[index].text[end:]))
        assert [(d.kind, d.rows) for d in report.differences] == [("differs", (row.id,))], shown(report)
        assert not report.uncovered


def test_every_paragraph_is_looked_at(article, read):
    bodies = [index for index, block in enumerate(article) if block.number]
    copy = [
        replace(block, text=f"{block.text} The shed held {57_001 + 2 * index:,} crates.") if block.number else block
        for index, block in enumerate(article)
    ]
    report = read(copy)
    assert not report.differences, shown(report)
    assert [entry.text.split(" ")[0] for entry in report.uncovered] == [f"{57_001 + 2 * index:,}" for index in bodies]
    assert len({entry.text.partition("(")[2].partition(")")[0] for entry in report.uncovered}) == len(
        {article[index].place for index in bodies}
    )


@pytest.mark.parametrize(
    "escape_spreadsheet_formulas",
    [
        "It was May 3, 2014, at 10:45 AM.",
        "Since mid-2017 it was so, as in 2014-2016 and from 2011 to 2013 (2010).",
        "The 14th Five-Year Plan (see p. 20, 39 and document no.2) came first.",
        "In the first half of 2017 the Third Forum met; see https:" + "//example.org/2014/77/5.html or a@b77.org.",
        "The two regions, both of them, met all three of these demands.",
        "One of the places was kept, and no one saw it more than once.",
        "In one instance COVID-19 was named.",
        "It began on 12 March and ended by 14 May, a couple's own date.",
    ],
)
def test_what_is_no_quantity_is_excluded_by_a_rule(register, read, escape_spreadsheet_formulas):
    article = made_up(register)
    before = sum(count for _, count in read(article).excluded.values())
    index = next(index for index, block in enumerate(article) if block.number == 1)
    report = read(with_text(article, index, f"{article[index].text} {escape_spreadsheet_formulas}"))
    assert report.status == 0, shown(report)
    assert sum(count for _, count in report.excluded.values()) > before


def test_what_a_rule_excludes_is_a_row_s_where_its_noun_stands_by_it(register, read):
    article = made_up(register)
    row = register.claims["four_months"]
    index = homes(register, article)[row.id]
    spot = spots(row, article[index].text)[0][0]
    start, end = next((s, e) for s, e in sentences(article[index].text) if s <= spot < e)
    text = article[index].text

    def lasting(span: str) -> Report:
        return read(with_text(article, index, f"{text[:start]} It lasted the {span} of 2022.{text[end:]}"))

    assert lasting("first four months").status == 0
    changed = lasting("first five months")
    assert [(d.kind, d.rows) for d in changed.differences] == [("differs", (row.id,))], shown(changed)
    assert not changed.uncovered


def test_a_rule_s_number_is_not_a_row_s_because_its_noun_is_near(register, read):
    article = made_up(register)
    row = register.claims["motivation_poverty_plan"]
    index = homes(register, article)[row.id]
    start, end = next((s, e) for s, e in sentences(article[index].text) if WORDS[5] in article[index].text[s:e])
    text = article[index].text[:start] + " The Five-Year Plan came at other times." + article[index].text[end:]
    report = read(with_text(article, index, text))
    assert [(d.kind, d.rows) for d in report.differences] == [("missing", (row.id,))], shown(report)


def test_a_number_in_vague_words_is_compared_with_those_in_the_note_of_its_row(register, read):
    text = rendered(made_up(register))
    report = read(text.replace("hundreds of thousands cadres", "tens of thousands cadres"))
    assert [(d.kind, d.rows) for d in report.differences] == [("differs", ("cadres_in_words",))], shown(report)
    assert "tens of thousands" in report.differences[0].text


def test_a_changed_end_of_a_range_is_one_difference(register, read):
    report = read(rendered(made_up(register)).replace("20,000 to 25,000", "20,000 to 26,000"))
    assert [(d.kind, d.rows) for d in report.differences] == [("differs", ("volume_out",))], shown(report)
    assert "20,000 to 26,000 in the place of 20,000 to 25,000" in report.differences[0].text
    assert not report.uncovered


# A copy with a paragraph in another place.


def moved(blocks: Sequence[Block], index: int, before: int) -> list[Block]:
    rest = [block for i, block in enumerate(blocks) if i != index]
    rest.insert(before - (before > index), blocks[index])
    return rest


def body(blocks: Sequence[Block], section: str) -> list[int]:
    return [index for index, block in enumerate(blocks) if block.section == section and block.number]


def movable(register: Register, blocks: Sequence[Block]) -> list[int]:
    """Paragraphs with rows other than a span of years alone, which could stand anywhere."""
    return sorted({index for id, index in homes(register, blocks).items() if not is_span(register.claims[id])})


def test_a_paragraph_moved_within_its_section_is_one_difference(article, read, register):
    wrong = []
    for index in movable(register, article):
        if article[index].section == "notes":
            continue
        here = body(article, article[index].section)
        own = stated(register, article[index].place)
        for before in {here[0], here[-1] + 1} - {index, index + 1}:
            low, high = sorted([index, before])
            crossed = [stated(register, article[i].place) for i in range(low, high) if i != index]
            crossed = [ids for ids in crossed if ids]
            report = read(moved(article, index, before))
            # Of two neighbours that change places either may be said to have moved.
            good = [d.rows for d in report.differences] in [
                [own],
                *([[ids] for ids in crossed] if len(crossed) == 1 else []),
            ]
            kinds = {d.kind for d in report.differences}
            if not good or report.uncovered or not kinds <= {"moved", "shifted"}:
                wrong.append(f"{article[index].place} before block {before}:\n{shown(report)}")
    assert not wrong, "\n".join(wrong)


def test_a_paragraph_moved_to_another_section_is_one_difference(article, read, register):
    wrong = []
    sections = [slug for slug in register.sections if slug != "notes" and len(body(article, slug)) > 1]
    for index in movable(register, article):
        block = article[index]
        if block.section == "notes":
            continue
        target = sections[(sections.index(block.section) + 2) % len(sections)]
        report = read(moved(article, index, body(article, target)[1]))
        difference = report.differences[0] if report.differences else None
        if not (
            len(report.differences) == 1
            and not report.uncovered
            and (difference.kind, difference.rows) == ("moved", stated(register, block.place))
            and all(f"section {name}" in difference.text for name in (block.section, target))
        ):
            wrong.append(f"{block.place} to {target}:\n{shown(report)}")
    assert not wrong, "\n".join(wrong)


def test_a_paragraph_without_numbers_put_in_is_one_difference(article, read, register):
    wrong, places = [], sorted(set(homes(register, article).values()))
    for index in places:
        section = article[index].section
        if section == "notes":
            continue
        later = [i for i in places if article[i].section == section and i >= index]
        ids = tuple(id for i in later for id in stated(register, article[i].place))
        report = read([*article[:index], Block("", 0, prose(index)), *article[index:]])
        got = [(d.kind, d.rows) for d in report.differences]
        if got != [("shifted", ids)] or report.uncovered or "1 later" not in report.differences[0].text:
            wrong.append(f"before {article[index].place}:\n{shown(report)}")
    assert not wrong, "\n".join(wrong)


def test_a_paragraph_with_numbers_put_in_explains_what_shifts(article, read, register):
    index = next(
        index for index in movable(register, article) if article[index].section not in ("notes", "introduction")
    )
    report = read([*article[:index], Block("", 0, f"{prose(1)} The shed held 57,113 crates."), *article[index:]])
    assert not report.differences, shown(report)
    assert len(report.uncovered) == 1
    assert any(article[index].section in note for note in report.notes)


def test_a_removed_paragraph_takes_its_rows_and_explains_what_shifts(article, read, register):
    wrong = []
    for index in movable(register, article):
        report = read([block for i, block in enumerate(article) if i != index])
        missing = sorted(id for id in stated(register, article[index].place) if not is_span(register.claims[id]))
        kinds = {difference.kind for difference in report.differences}
        if not set(missing) <= set(named(report)) or kinds != {"missing"} or report.uncovered:
            wrong.append(f"without {article[index].place}:\n{shown(report)}")
    assert not wrong, "\n".join(wrong)


def test_a_moved_sentence_is_one_difference(register, read):
    article = made_up(register)
    index, target = movable(register, article)[1], body(article, "policy")[0]
    row = register.claims[stated(register, article[index].place)[0]]
    start, end = next(
        (s, e) for s, e in sentences(article[index].text) if s <= spots(row, article[index].text)[0][0] < e
    )
    text = article[index].text
    copy = with_text(article, index, text[:start] + text[end:])
    report = read(with_text(copy, target, f"{copy[target].text} {text[start:end].strip()}"))
    assert [(d.kind, d.rows) for d in report.differences] == [("moved", (row.id,))], shown(report)
    assert not report.uncovered


def test_a_missing_heading_is_one_difference(article, read):
    for index, block in enumerate(article):
        if block.heading and block.section != article[0].section:
            report = read([other for i, other in enumerate(article) if i != index])
            assert [d.kind for d in report.differences] == ["heading"], shown(report)
            assert block.section in report.differences[0].text


# A file that is no copy.


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (bytes(range(256)) * 9, "neither text, HTML nor PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "neither text, HTML nor PDF"),
        (b"A letter about something else.\n\nIt has no headings.", "headings"),
        (b"<html><body><p>Another page.</p></body></html>", "headings"),
        (b"%PDF-1.7\nthis is not one", "PDF that can't be read|PDF without text"),
        (b"{\\rtf1\\ansi A letter}", "RTF"),
        (b"From: <saved>\nSubject: A letter\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\n<html>", "MHTML"),
    ],
)
def test_a_file_that_is_no_copy_is_refused_in_one_sentence(read, data, why):
    with pytest.raises(InputError, match=why) as error:
        read(data)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_are_refused(register, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        audit(register, tmp_path / "nowhere.txt")
    with pytest.raises(InputError, match="folder") as error:
        audit(register, tmp_path)
    assert "can't be read" not in str(error.value)
    assert str(error.value).endswith("one file.")
    with pytest.raises(InputError, match="can't be read"):
        audit(register, "a\0b")


def test_a_pipe_and_a_device_are_refused_at_once(register, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for path in (tmp_path / "pipe.txt", Path("/dev/zero")):
        with pytest.raises(InputError, match=f"{path.name} is a pipe or a device; the audit reads one file"):
            audit(register, path)


def test_a_page_nested_deeply_is_read(register, read):
    page = as_html(made_up(register))
    report = read(
        page.replace("<article>", "<article>" + "<div>" * 3000).replace("</article>", "</div>" * 3000 + "</article>")
    )
    assert report.status == 0, shown(report)


@pytest.mark.parametrize(
    "much", ["1" * 200_000, "implications are " * 20_000, "Five-Year Aaa " * 20_000, "5 and " * 20_000]
)
def test_contrived_text_takes_no_long_time(register, read, much):
    start = time.monotonic()
    read(f"{rendered(made_up(register))}\n{much}")
    assert time.monotonic() - start < 15


def test_a_pdf_without_text_is_refused(read, tmp_path):
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_axes((0, 0, 1, 1)).axis("off")
    figure.savefig(tmp_path / "scan.pdf")
    with pytest.raises(InputError, match="PDF without text"):
        read((tmp_path / "scan.pdf").read_bytes())


def test_an_encrypted_pdf_is_refused(read, tmp_path, register):
    data = as_pdf(made_up(register), tmp_path / "made.pdf")
    trailer = data.rindex(b"/Root")
    secret = b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"11" * 32 + b"> /U <" + b"22" * 32 + b"> >> "
    secret += b"/ID [<" + b"33" * 16 + b"> <" + b"33" * 16 + b">] "
    with pytest.raises(InputError, match="password"):
        read(data[:trailer] + secret + data[trailer:])


# Another data package, and how numbers are read.


def test_another_data_package(tmp_path):
    tiny = Register.read(ROOT / "tests" / "packages" / "tiny")
    article = made_up(tiny)
    file = tmp_path / "copy.txt"
    file.write_text(rendered(article), encoding="utf-8")
    assert audit(tiny, file).status == 0
    file.write_text(rendered(article).replace("1,200", "1,300"), encoding="utf-8")
    assert [(d.kind, d.rows) for d in audit(tiny, file).differences] == [("differs", ("households_about",))]


def test_lines_say_what_was_found(register, read):
    article = made_up(register)
    right = read(article).lines()
    assert right[0].endswith(f"{len(register.claims)} of {len(register.claims)} rows found in their places")
    assert right[-1].startswith("The copy and the register agree in the numbers")
    assert all(word in right[-1] for word in ("order", "place", "not compared", "dates", "sources"))
    index = body(article, "policy")[0]
    lines = read(with_text(article, index, f"{article[index].text} The shed held 57,113 crates.")).lines()
    assert lines[-1] == "0 differences, 1 number without a row"
    assert any("57,113" in line and "paragraph 1" in line and "shed held" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two and a half million", [("2.5", "million", False)]),
        ("two to two and a half million", [("2", "million", False), ("2.5", "million", False)]),
        ("from 1 million to 1.5 million", [("1", "million", False), ("1.5", "million", False)]),
        ("20,000 to 25,000", [("20000", "", False), ("25000", "", False)]),
        ("between one million and two million", [("1", "million", False), ("2", "million", False)]),
        ("10.5 percent or 300,000", [("10.5", "", True), ("300000", "", False)]),
        ("300,000 or 10.5 percent", [("300000", "", False), ("10.5", "", True)]),
        ("5, 6.50 and 7 per cent", [("5", "", True), ("6.50", "", True), ("7", "", True)]),
        ("2½ million", [("2.5", "million", False)]),
        ("half a million", [("0.5", "million", False)]),
        ("two thousand three hundred and five", [("2305", "", False)]),
        ("three hundred thousand", [("300", "thousand", False)]),
        ("two dozen", [("24", "", False)]),
        ("2.0", [("2.0", "", False)]),
        ("$372 million", [("372", "million", False)]),
        ("a 3.2-million-strong group", [("3.2", "million", False)]),
        ("nobody, none, often, tenor, freight", []),
    ],
)
def test_numbers_are_read(text, expected):
    assert [(n.digits, n.scale, n.percent) for n in numbers(text)] == expected


def test_digits_count_one_by_one(register, read):
    article = made_up(register)
    for old, new in [("2.2 million", "2.20 million"), ("15.4 percent", "15.4"), ("2.59 million", "2.59 billion")]:
        text = rendered(article)
        assert text.count(old) >= 1
        report = read(text.replace(old, new, 1))
        assert [d.kind for d in report.differences] == ["differs"], shown(report)
        assert new in report.differences[0].text


def test_the_register_it_reads_names_no_sentence(register):
    with (ROOT / "data" / "sections.csv").open(encoding="utf-8") as file:
        assert {row["id"] for row in csv.DictReader(file)} >= {row.section for row in register.claims.values()}
