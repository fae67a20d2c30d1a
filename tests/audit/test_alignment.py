"""The audit of a reader's copy: on a made-up article, and on the article itself where
ARTICLE names its file.
"""

import functools
import html
import itertools
import os
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.audit.numerals import numbers
from analysis.audit.report import Report, audit
from analysis.core.errors import InputError
from analysis.core.register import Register
from analysis.core.rows import Claim
from analysis.core.spell import place_words
from tests.audit.made_up import (
    Block,
    made_up,
    numbers_in,
    printed,
    prose,
    rendered,
    sentence,
)

ROOT = Path(__file__).resolve().parents[2]
ARTICLE = os.environ.get("ARTICLE", "")
Read = Callable[[Sequence[Block] | str | bytes], Report]


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.read(ROOT / "data")


@pytest.fixture(scope="module", autouse=True)
def _a_paragraph_is_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analysis.audit.alignment.numbers", functools.cache(numbers))
        yield


@pytest.fixture(scope="module")
def article(register: Register) -> list[Block]:
    return made_up(register)


@pytest.fixture
def read(register: Register, tmp_path: Path) -> Read:
    """Audit blocks, a text or the bytes of a file."""

    def run(copy: Sequence[Block] | str | bytes) -> Report:
        file = tmp_path / "copy"
        data = copy if isinstance(copy, bytes | str) else rendered(copy)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        return audit(register, file)

    return run


def spot(row: Claim, text: str) -> tuple[int, int] | None:
    """Where a paragraph prints a row's digits or their word, if in one place alone."""
    number = row.published
    if number.unit == "year" or not number.printed or number.printed_high:
        return None
    form = printed(number.printed, number.scale, number.unit == "percent").split(" ")[0]
    here = [
        match.span() for match in re.finditer(rf"(?<![\w.,]){form}(?!\w|[.,]\d)", text)
    ]
    return here[0] if len(here) == 1 else None


def homes(register: Register, blocks: Sequence[Block]) -> dict[str, int]:
    """The index of the block that prints each row."""
    at = {
        block.place: index
        for index, block in reversed(list(enumerate(blocks)))
        if block.number
    }
    return {row.id: at[row.section, row.paragraph] for row in register.claims.values()}


def movable(register: Register, blocks: Sequence[Block]) -> list[int]:
    """Paragraphs, but notes, with rows other than a span of years alone, which could
    stand anywhere.
    """
    rows = homes(register, blocks).items()
    spans = {row.id for row in register.claims.values() if row.published.unit == "year"}
    return sorted(
        {
            index
            for id, index in rows
            if id not in spans and blocks[index].section != "notes"
        }
    )


def with_text(blocks: Sequence[Block], index: int, text: str) -> list[Block]:
    return [
        replace(block, text=text) if i == index else block
        for i, block in enumerate(blocks)
    ]


def stated(register: Register, place: tuple[str, int]) -> set[str]:
    """The rows of a paragraph that print a number."""
    here = [
        row for row in register.claims.values() if (row.section, row.paragraph) == place
    ]
    return {row.id for row in here if row.published.printed or numbers_in(row.note)}


def found(report: Report) -> list[tuple[str, set[str]]]:
    return [
        (difference.kind, set(difference.rows)) for difference in report.differences
    ]


def check(report: Report, *differences: tuple[str, set[str]]) -> None:
    """Check that a report has these differences, and no number without a row."""
    assert found(report) == list(differences), report.lines()
    assert not report.uncovered, report.lines()


def test_a_right_copy_agrees(article, read, register):
    report = read(article)
    assert (report.status, report.differences, report.uncovered) == (0, (), ()), (
        report.lines()
    )
    assert (report.found, report.rows) == (len(register.claims), len(register.claims))
    assert all(reason and count for reason, count in report.excluded.values())
    assert report.lines()[-1].startswith(
        "The copy and the data package agree in the numbers"
    )


@pytest.mark.skipif(
    not ARTICLE, reason="the environment variable ARTICLE names no copy of the article"
)
def test_the_article_itself_agrees(register):
    assert audit(register, Path(ARTICLE)).status == 0


def test_another_data_package(tmp_path):
    tiny = Register.read(ROOT / "tests" / "packages" / "tiny")
    file = tmp_path / "copy.txt"
    for text, differences in [
        ("1,200", []),
        ("1,300", [("differs", {"households_about"})]),
    ]:
        file.write_text(
            rendered(made_up(tiny)).replace("1,200", text), encoding="utf-8"
        )
        check(audit(tiny, file), *differences)


def test_wrapped_lines_change_nothing(article, read):
    check(
        read(
            "\r\n\r\n".join(
                "\r\n".join(textwrap.wrap(block.text, 40)) for block in article
            )
        )
    )


def as_html(blocks: Sequence[Block], around: str = "article") -> str:
    parts = []
    for block in blocks:
        if block.heading:
            parts.append(f"<h2>{html.escape(block.text)}</h2>")
        else:
            made = re.sub(
                r"(\w)ment\b", r"\1&shy;ment", html.escape(block.text)
            ).replace(" million", "&nbsp;million")
            parts.append(
                "<p>"
                + re.sub(
                    r"(?<=.)\[(\d)\](?!\w)", r'<sup><a href="#n\1">\1</a></sup>', made
                )
                + "</p>"
            )
    titles = "".join(
        f"<li>{html.escape(block.text)} 12</li>" for block in blocks if block.heading
    )
    return (
        "<?xml version='1.0'?><!DOCTYPE html><html><head><title>7</title></head>"
        "<body><script>3</script><p hidden>9</p>"
        f"<nav><ul>{titles}</ul></nav><{around}>{''.join(parts)}</{around}>"
        "<footer>Since 1999, 44 staff</footer></html>"
    )


def as_pdf(blocks: Sequence[Block], *, indent: int = 0, rows: int = 70) -> bytes:
    """Pages of so many rows, header and number; gaps or an indent part paragraphs."""
    pages: list[list[tuple[int, int, str]]] = []
    row = rows
    for block in blocks:
        text = re.sub(
            "[^\x00-\xff]", "", block.text.translate(str.maketrans("’–“”…", '\'-"".'))
        )
        start = " " * indent if block.number else ""
        for count, part in enumerate(textwrap.wrap(text, 90, initial_indent=start)):
            row += 1 if count or (indent and block.number > 1) else 2
            if row > rows:
                row = 1
                pages.append(
                    [
                        (50, 800, "A quarterly for 2020, no reprints"),
                        (300, 20, str(len(pages) + 1)),
                    ]
                )
            pages[-1].append(
                (
                    50 + 5 * (len(part) - len(part.lstrip())),
                    760 - 10 * row,
                    part.strip(),
                )
            )
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%b] /Count %d /MediaBox [0 0 595 842] >>"
        % (kids.encode(), len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier"
        b" /Encoding /WinAnsiEncoding >>",
    ]
    for number, lines in enumerate(pages):
        escaped = [(x, y, re.sub(r"([\\()])", r"\\\1", text)) for x, y, text in lines]
        drawn = "\n".join(
            f"BT /F 8 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in escaped
        ).encode("latin-1")
        objects += [
            b"<< /Type /Page /Parent 2 0 R /Contents %d 0 R"
            b" /Resources << /Font << /F 3 0 R >> >> >>" % (5 + 2 * number),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        ]
    made, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        len(made),
    )
    return made + b"xref\n0 %d\n" % size + table + end


@pytest.mark.parametrize("around", ["article", "div"])
def test_html_is_read_as_its_reader_sees_it(article, read, around):
    check(read(as_html(article, around)))


@pytest.mark.parametrize(("indent", "rows"), [(0, 70), (4, 65)])
def test_pdf_pages_are_put_together(article, read, indent, rows):
    check(read(as_pdf(article, indent=indent, rows=rows)))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: re.sub(r"(?<=\d),(?=\d{3})", "\u2009", text),
        lambda text: text.replace(" percent", "%"),
        lambda text: text.replace(" percent", " per cent").replace(" ", "\u00a0"),
        lambda text: text.replace("fi", "\ufb01").replace("'", "’"),
        lambda text: text.replace("million", "mil-\nlion"),
        lambda text: text.replace("000 to 2", "000–2"),
        lambda text: re.sub(r"\. (?=[A-Z])", ".¹ ", text, count=9),
        lambda text: re.sub(r"(?m)^\[(\d)\] ", r"\1. ", text),
        lambda text: text.replace("over 30", "more than 30").replace(
            "about", "approximately"
        ),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: ("\ufeff" + text).encode("utf-16"),
        lambda text: text.encode("cp1252"),
    ],
)
def test_other_spellings_of_the_same(register, read, change):
    text = rendered(made_up(register))
    assert change(text) != text
    check(read(change(text)))


def test_a_changed_digit_is_reported_as_that_and_nothing_else(article, read, register):
    count = 0
    for order, (id, index) in enumerate(homes(register, article).items()):
        text = article[index].text
        if span := spot(register.claims[id], text):
            number = text[slice(*span)]
            digits = [i for i, char in enumerate(number) if char.isdigit()] or [0]
            i = digits[order % len(digits)]
            new = (
                f"{number[:i]}{int(number[i]) % 9 + 1}{number[i + 1 :]}"
                if number[i].isdigit()
                else "nineteen"
            )
            changed = text[: span[0]] + new + text[span[1] :]
            report = read(with_text(article, index, changed))
            count += 1
            check(report, ("differs", {id}))
            assert f"{new}" in report.differences[0].text
    assert count > 45


def test_a_removed_sentence_takes_its_row_and_nothing_else(article, register, read):
    for id, index in homes(register, article).items():
        row = register.claims[id]
        left = article[index].text.replace(f" {sentence(row)}", "", 1)
        report = read(with_text(article, index, left))
        # The same years stand elsewhere in the section, and words alone may be quoted.
        if row.published.printed and row.published.unit != "year":
            check(report, ("missing", {id}))


def test_two_numbers_exchanged_are_one_difference(article, read, register):
    count = 0
    for (one, index), (two, other) in itertools.combinations(
        homes(register, article).items(), 2
    ):
        text, rows = article[index].text, (register.claims[one], register.claims[two])
        a, b = (spot(row, text) for row in rows)
        if (
            index == other
            and a
            and b
            and len({(row.published.scale, row.published.unit) for row in rows}) == 1
        ):
            first, last = text[slice(*a)], text[slice(*b)]
            changed = text[: a[0]] + last + text[a[1] : b[0]] + first + text[b[1] :]
            report = read(with_text(article, index, changed))
            count += 1
            check(report, ("order", {one, two}))
    assert count > 20


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("over 30 percent", "under 30 percent", ("qualifier", {"excess_2016_2020"})),
        (
            "up to 1.6 million",
            "at least 1.6 million",
            ("qualifier", {"at_risk_2019_up_to"}),
        ),
        (" 2.59 million", " about 2.59 million", ("qualifier", {"figure_2019_all"})),
        ("20,000 to 25,000", "20,000 to 26,000", ("differs", {"volume_out"})),
        (
            "hundreds of thousands cadres",
            "tens of thousands cadres",
            ("differs", {"cadres_in_words"}),
        ),
        (
            "at least 2.2 million",
            "at least 2.20 million",
            ("differs", {"plan_2016_2020_floor"}),
        ),
        ("15.4 percent", "15.4", ("differs", {"excess_2021"})),
        ("2.59 million", "2.59 billion", ("differs", {"figure_2019_all"})),
        ("2016 and 2020", "1976 and 2020", ("missing", {"span_2016_2020"})),
    ],
)
def test_one_change_is_one_difference(register, read, old, new, expected):
    copy = [
        replace(block, text=block.text.replace(old, new)) for block in made_up(register)
    ]
    assert copy != made_up(register)
    for data in [copy, as_html(copy), as_pdf(copy)] if "2.59" in old else [copy]:
        check(read(data), expected)


SHAPES = {
    "It held 57,113 crates. It rose by 77.25 percent and 78%. "
    "It cost $6.75 billion.": 4,
    "There were 2014 households in 2014. It served 1987 poor rural families.": 2,
    "In 2018, 2014 households came. A total of 2014 came. Some 372m was lost.": 3,
    "It took six and a half million. It took half a million. It grew tenfold.": 3,
    "Several thousand came, and tens of thousands. Two-thirds came. "
    "It fell by half.": 4,
    "USD372 was paid. On May 14, 96 left. There were 12 March workers.": 3,
    "It was May 3, 2014, at 10:45 AM, as in 2014-2016 and from 2011 to 2013 (2010).": 0,
    "The 14th Five-Year Plan (see p. 20, 39 and document no.2) came first, "
    "since mid-2017.": 0,
    "In the first half of 2017 it met; see https:"
    + "//example.org/2014/77/5.html or a@b77.org.": 0,
    "The two regions, both of them, met all three of these demands on COVID-19.": 0,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_added_number_is_reported_and_what_is_no_quantity_is_excluded(
    article, read, shape
):
    order = list(SHAPES).index(shape)
    bodies = [index for index, block in enumerate(article) if block.number]
    index = bodies[7 * order % len(bodies)]
    report = read(with_text(article, index, f"{article[index].text} {shape}"))
    assert not report.differences, report.lines()
    assert len(report.uncovered) == SHAPES[shape], report.lines()
    assert report.found == report.rows


def test_every_paragraph_is_looked_at(article, read):
    added = {
        index: f"It held {57_001 + 2 * index:,} crates."
        for index, block in enumerate(article)
        if block.number
    }
    report = read(
        "\n\n".join(
            f"{block.text} {added.get(index, '')}"
            for index, block in enumerate(article)
        )
    )
    assert not report.differences, report.lines()
    assert [entry.text.split(" ")[0] for entry in report.uncovered] == [
        text.split()[2] for text in added.values()
    ]
    assert report.lines()[-1] == f"0 differences, {len(added)} numbers without a row"


def body(blocks: Sequence[Block], section: str) -> list[int]:
    return [
        index
        for index, block in enumerate(blocks)
        if block.section == section and block.number
    ]


def moved(blocks: Sequence[Block], index: int, before: int) -> list[Block]:
    rest = [block for i, block in enumerate(blocks) if i != index]
    rest.insert(before - (before > index), blocks[index])
    return rest


def test_a_paragraph_moved_to_another_section_is_one_difference(
    article, read, register
):
    sections = [
        slug
        for slug in register.sections
        if slug != "notes" and len(body(article, slug)) > 1
    ]
    for index in movable(register, article):
        block = article[index]
        target = sections[(sections.index(block.section) + 2) % len(sections)]
        report = read(moved(article, index, body(article, target)[1]))
        ((kind, ids),) = found(report)
        assert (kind, stated(register, block.place) - ids) == ("moved", set()), (
            report.lines()
        )
        assert place_words(target, 0).split(",")[0] in report.differences[0].text
        assert not report.uncovered


def test_a_paragraph_put_in_shifts_those_below(article, read, register):
    places = sorted(set(homes(register, article).values()))
    for index in (index for index in places if article[index].section != "notes"):
        later = [
            i
            for i in places
            if article[i].section == article[index].section and i >= index
        ]
        report = read([*article[:index], Block("", 0, prose(index)), *article[index:]])
        ((kind, ids),) = found(report)
        assert kind == "shifted", report.lines()
        assert (
            set().union(*(stated(register, article[i].place) for i in later)) <= ids
        ), report.lines()
        assert "1 later" in report.differences[0].text


def test_a_missing_heading_is_one_difference(article, read):
    for index, block in enumerate(article):
        if block.heading:
            report = read([other for i, other in enumerate(article) if i != index])
            assert found(report) == [("heading", set())], report.lines()
            assert block.section in report.differences[0].text


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a line\n" * 3_000_000, "more than 20 million bytes"),
        (b"a line\n" * 300_000, "more than 2 million letters"),
        (b" \n\n ", "is empty"),
        (bytes(range(256)) * 9, "neither text, HTML nor PDF"),
        (b"A letter about something else.\n\nIt has no headings.", "headings"),
        (b"%PDF-1.7\nthis is not one", "PDF that can't be read|PDF without text"),
        (as_pdf([Block("", 0, "")]), "PDF without text"),
    ],
)
def test_a_file_that_is_no_copy_is_refused_in_one_sentence(read, data, why):
    with pytest.raises(InputError, match=f"copy.*({why})") as error:
        read(data)
    assert "\n" not in str(error.value)


def test_a_pdf_with_a_password_is_refused(article, read):
    keys = (b"11" * 32, b"22" * 32)
    secret = (
        b"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%b> /U <%b> >>"
        b" /ID [<33> <33>]" % keys
    )
    with pytest.raises(InputError, match="copy is a PDF that needs a password"):
        read(as_pdf(article).replace(b"/Root 1 0 R", b"/Root 1 0 R " + secret))


def test_what_is_no_file_is_refused_at_once(article, register, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for name, why in {
        "nowhere.txt": "can't be read",
        "": "is a folder",
        "pipe.txt": "is a pipe or a device",
    }.items():
        said = "the audit reads one file: the article as text, HTML or PDF"
        with pytest.raises(InputError, match=f"{why}.*; {said}"):
            audit(register, tmp_path / name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "two to two and a half million",
            [("2", "million", False), ("2.5", "million", False)],
        ),
        ("300,000 or 10.5 percent", [("300000", "", False), ("10.5", "", True)]),
        (
            "5, 6.50 and 7 per cent",
            [("5", "", True), ("6.50", "", True), ("7", "", True)],
        ),
        ("two thousand three hundred and five", [("2305", "", False)]),
        ("half a million or two dozen", [("0.5", "million", False), ("24", "", False)]),
        (
            "a 3.2-million-strong group, $372 million",
            [("3.2", "million", False), ("372", "million", False)],
        ),
        ("nobody, none, often, tenor, freight, the twenty-first, 14th", []),
    ],
)
def test_numbers_are_read(text, expected):
    assert [(n.digits, n.scale, n.percent) for n in numbers(text)] == expected
