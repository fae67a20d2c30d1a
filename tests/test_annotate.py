"""A reader's own copy with its numbers marked; the copy here is made up."""

import base64
import os
import re
import time
from html import escape

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

import analysis
from analysis import SettingError, annotate, audit, cli
from analysis.texts import DATA
from tests import browser
from tests.settings import random_settings
from tests.test_audit import BOOK, CLAIMS, COPY, OPENINGS, page_of

STUDY = analysis.load()
ROW_NAMES = sorted(CLAIMS)
#: Words that no message and no other file may have.
SECRET = "The quick brown fox jumps over the lazy dog"


def written(folder, text, name="copy.txt", study=STUDY, encoding="utf-8"):
    """The page of a copy, parsed."""
    path = folder / name
    path.write_text(text, encoding)
    annotate.annotate(study, path, folder / "annotated.html")
    return BeautifulSoup((folder / "annotated.html").read_text("utf-8"), "html.parser")


def found(text, study=STUDY):
    """The page of a copy, without a file."""
    copy = audit.search(text, study.book)
    return BeautifulSoup(annotate.page(study, copy), "html.parser")


def marks_of(soup):
    """The marks of each row: their text, kind, and the place of their paragraph."""
    marks = {}
    for mark in soup.select("a.mark"):
        note = soup.find(id=mark["href"][1:])
        block = mark.find_parent(class_="block")
        assert note.find_parent(class_="block") is block
        place = block.select_one(".place")
        text = written_in(mark)
        for code in note.select("section code"):
            marks[code.get_text()] = (
                text,
                mark["data-kind"],
                place and place.get_text(),
            )
    return marks


def written_in(mark):
    """The copy's own words in a mark, without its sign."""
    first, last = mark.find(string=True), mark.select_one(".last").find(string=True)
    return first if first is last else f"{first}{last}"


def listed(soup, name):
    """The text of a list at the top of the page; empty without one."""
    heading = soup.find("h2", id=name)
    return heading.find_next_sibling().get_text(" ") if heading else ""


def place_of(row):
    if row.section == "notes":
        return f"Note {row.paragraph}"
    section = BOOK.texts["headlines"]["sections"][row.section]
    return f"{section}, paragraph {row.paragraph.split()[0]}"


def position(row):
    """Where the words of a row stand in the copy."""
    start = COPY.index(OPENINGS.get(row.section, "Notes"))
    for _ in range(int(row.paragraph.split()[0])):
        start = COPY.index("\n\n", start) + 2
    words = row.as_printed.split("…")[0].strip()
    start = COPY.index(words, start)
    return start, start + len(words)


# Marks --------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [str, page_of])
def test_each_registered_number_is_marked_in_its_paragraph(tmp_path, shape):
    soup = written(tmp_path, shape(COPY))
    marks = marks_of(soup)
    assert marks.keys() == CLAIMS.keys()
    for row in CLAIMS.values():
        text, kind, place = marks[row.id]
        assert place == place_of(row), row.id
        assert text in row.as_printed, row.id
        digits = f"{row.printed:,f}" if row.printed is not None else ""
        assert digits in text or not re.search(rf"\b{digits}\b", row.as_printed)
        checks = STUDY.checks()
        compared = [
            check
            for check in checks.to_dict("records")
            if row.id in BOOK.checks[check["id"]].compared_with
            # What only we compare gives no verdict on an input of the author.
            and not (row.input and BOOK.checks[check["id"]].kind == "ours")
        ]
        if compared:
            assert kind in {check["verdict"] for check in compared}, row.id
        else:
            assert kind in ("input", "printed only"), row.id
    assert not listed(soup, "missing")
    assert not listed(soup, "unregistered")


def test_what_is_beside_a_mark_is_the_calculation_the_verdict_and_its_use(tmp_path):
    soup = written(tmp_path, COPY)
    for mark in soup.select("a.mark"):
        note = soup.find(id=mark["href"][1:]).get_text(" ")
        if "likely approaches two million" in mark.get_text():
            # 1.6 million and 300,000, which the article prints.
            assert "1.6 million + 300,000 = up to 1.9 million" in note
            assert "at least 0.667 persons per transfer" in note
            assert mark["data-kind"] == "matches"
            assert note.index("result") < note.index("1.6 million")
        if written_in(mark) == "3.17 million":
            # All that rounds to 3.17; it is an input of 3.17 million × (1 − 1 ÷ 1.105).
            assert "3.165 to 3.175 million" in note
            assert "301,000" in note
            assert mark["data-kind"] == "input"
        if written_in(mark) == "10.5 percent":
            # It only limits the number at risk in 2019.
            assert "up to 1.9 million" not in note
        if written_in(mark) == "1,872":
            assert mark["data-kind"] == "printed only"


def test_under_a_setting_the_head_names_it_and_marks_follow_it(tmp_path):
    study = STUDY.change(persons_per_transfer=0.5)
    soup = written(tmp_path, COPY, study=study)
    assert "persons per transfer = 0.5" in soup.select_one(".notice").get_text()
    # 0.5 × 2.869 million + 0.5 × 300,000 is 1.584 million, less than 1.8 million.
    assert marks_of(soup)["at_risk_2021_approaches"][1] == "differs"
    assert not found(COPY).select_one(".notice")


def test_under_any_setting_all_is_marked():
    scenarios = [STUDY.scenario(name) for name in BOOK.texts["scenarios"]]
    for study in [*scenarios, *random_settings(STUDY, 2)]:
        soup = found(COPY, study)
        assert marks_of(soup).keys() == CLAIMS.keys()
        assert bool(soup.select_one(".notice")) == bool(study.setting)


# Changes ------------------------------------------------------------------------------


def states(text):
    """The rows that a text has not in their place, and its numbers without a row."""
    copy = audit.search(text, BOOK)
    more = []
    for paragraph in copy.paragraphs:
        for number in paragraph.numbers:
            if not number.rows and not number.kind:
                more.append(text[number.start : number.end])
    missing = {name: state for name, state in copy.states.items() if state != "found"}
    return missing, more


@pytest.mark.parametrize("name", ROW_NAMES)
def test_each_planted_change_is_seen(name):
    start, end = position(CLAIMS[name])
    words = COPY[start:end]
    others = str.maketrans("0123456789", "1234567890")
    for other in {words.translate(others), f"fewer than {words}", ""} - {words}:
        assert name in states(COPY[:start] + other + COPY[end:])[0], other
    added = f"{COPY[:end]} and a further 31,007 by rail{COPY[end:]}"
    assert states(added) == ({}, ["31,007"])


@pytest.mark.parametrize("name", ROW_NAMES)
def test_a_moved_paragraph_is_seen(name):
    row = CLAIMS[name]
    start, end = position(row)
    before = COPY.rindex("\n\n", 0, start)
    after = COPY.find("\n\n", end)
    after = len(COPY) if after < 0 else after
    paragraph = COPY[before:after].replace(f"[{row.paragraph}] ", "")
    rest = COPY[:before] + COPY[after:]
    # It goes to the end of another section.
    section = "other-provinces" if row.section in ("trade", "policy") else "policy"
    target = rest.index("\n\n" + OPENINGS[section])
    missing, _ = states(f"{rest[:target]}{paragraph}{rest[target:]}")
    assert missing[name] == "elsewhere"


def test_the_page_lists_what_the_search_finds():
    text = COPY.replace("3.17 million", "3.71 million")
    start, _ = position(CLAIMS["excess_2016_2020"])
    before = COPY.rindex("\n\n", 0, start)
    soup = found(text[:before] + text[before + 2 :])
    row = CLAIMS["total_2021_tianshan"]
    assert row.statement in listed(soup, "missing")
    assert "3.71 million" in listed(soup, "unregistered").split("  ")
    # Its paragraph is joined to the one before.
    assert place_of(CLAIMS["excess_2016_2020"]) in listed(soup, "elsewhere")
    for link in soup.select("header a, .note a"):
        assert soup.find(id=link["href"][1:]), link


@settings(deadline=None, max_examples=60)
@given(st.integers(2100, 10**9), st.sampled_from(ROW_NAMES), st.booleans())
def test_any_number_that_is_added_is_counted_and_marked(number, name, has_commas):
    text = f"{number:,}" if has_commas else str(number)
    _, end = position(CLAIMS[name])
    paragraphs = audit.search(f"{COPY[:end]} beside {text}{COPY[end:]}", BOOK)
    marked = [
        paragraphs.text[each.start : each.end]
        for paragraph in paragraphs.paragraphs
        for each in paragraph.numbers
        if not each.rows and not each.kind
    ]
    assert marked == [text]


# What is left out ---------------------------------------------------------------------

HOSTILE = """<script>document.title = "{0}"</script><style>p {{ color: red }} /* {0} */
</style><p onclick="alert(1)">{0}, <img src=x onerror=alert(1)><a href="javascript:1">
{0}</a> <iframe src="https://example.org"></iframe><svg onload=alert(1)><text>{0}</text>
</svg><link rel=stylesheet href=https://example.org><b style="position:fixed">.</b></p>
"""


def test_nothing_of_a_page_but_its_text_is_carried_over(tmp_path):
    plain = written(tmp_path, page_of(COPY), "plain.html")
    soup = written(tmp_path, HOSTILE.format(SECRET) + page_of(COPY), "page.html")
    for name in ("script", "style"):
        assert soup.find_all(name) == plain.find_all(name)
    assert not soup.find_all(["img", "iframe", "svg", "link", "object", "form"])
    for tag in soup.find_all(True):
        assert not any(name.startswith("on") for name in tag.attrs)
        assert not tag.has_attr("style")
        assert not tag.get("href", "#").startswith("javascript")
    assert soup.get_text().count(SECRET) == 2
    soup = written(tmp_path, COPY.replace("Text.", "Text <script>alert(1)</script>."))
    assert soup.find_all("script") == plain.find_all("script")


def test_markup_within_a_number_changes_nothing(tmp_path):
    page = page_of(COPY)
    for old, new in [
        ("3.17 million", "3.<b>17</b> million"),
        ("3.17 million", "<i>3</i>.<b onclick='x()'>17</b>&nbsp;<u>mil</u>lion"),
        ("up to 1.6 million", "up to&nbsp;1.6&thinsp;million"),
        ("300,000 over", "300&#8239;000 over"),
        ("300,000 over", "3<span>00,</span>000 over"),
        ("2.59 million", "2.59<sup>[12]</sup> million"),
        ("10.5 percent", "10.5&#160;%"),
        ("3.17 million", "3.<!-- page 4 -->17\u00a0million"),
        ("300,000 over", "300\u202f000 over"),
        ("300,000 over", "300,<wbr>000 over"),
        ("2.59 million", '<a title="1 > 0">2.59</a> million'),
        ("2.59 million", f"2.59 million &#{'9' * 5_000};"),
    ]:
        changed = page.replace(old, new, 1)
        assert changed != page, new
        soup = written(tmp_path, changed, "page.html")
        assert marks_of(soup).keys() == CLAIMS.keys(), new
        assert not listed(soup, "unregistered"), new


def test_a_page_of_any_layout_is_read(tmp_path):
    page = page_of(COPY)
    headed = re.sub(
        f"<p>({OPENINGS['scale']})", r"<header><h2>\1</h2></header><p>", page
    )
    for changed in (
        f"<html><form><main>{page}</main></form></html>",
        f"<html><pre>{escape(COPY)}</pre></html>",
        f"<html>{escape(COPY)}</html>".replace("\n", "<br>"),
        page.replace("<p>", "<DIV>\n<div class=a>").replace("</p>", "</div></DIV>"),
        headed,
    ):
        assert changed != page
        soup = written(tmp_path, changed, "page.html")
        assert marks_of(soup).keys() == CLAIMS.keys()
        assert not listed(soup, "elsewhere")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_copy_in_another_encoding_keeps_its_signs(tmp_path, encoding):
    text = COPY.replace("Text. ", "Text – “so”. ")
    soup = written(tmp_path, text, encoding=encoding)
    assert marks_of(soup).keys() == CLAIMS.keys()
    assert "Text – “so”." in soup.main.get_text()


def with_pictures(page):
    """A page with a picture of 50 MB inside."""
    picture = base64.b64encode(os.urandom(36_000_000)).decode()
    image = f'<img src="data:image/png;base64,{picture}">'
    return page.replace("</p>", f"</p>{image}", 1)


#: Files of 50 MB, or such that a slow search would take hours; and which are copies.
HUGE = {
    "pictures": (lambda: with_pictures(page_of(COPY)), True),
    "script": (
        lambda: f"<script>{'x = 1; ' * 7_000_000}</script>{page_of(COPY)}",
        True,
    ),
    "text": (lambda: "In 2019 there were 5 of them. " * 1_700_000, False),
    "stops": (lambda: "." * 200_000 + COPY, True),
    "spaces": (lambda: COPY + " \n" * 100_000, True),
    "tags": (lambda: "<p <div " * 2_000_000, False),
    "deep": (lambda: "<b>" * 200_000 + page_of(COPY), True),
    "open": (lambda: "<p" * 1_000_000 + "<!--" * 1_000_000, False),
    "attributes": (lambda: page_of(COPY) + "<a href=" * 9 + '<a x="' * 90_000, False),
    "ends": (lambda: page_of(COPY) + "</x " * 200_000, False),
    "instructions": (lambda: page_of(COPY) + "<?x " * 200_000, False),
    "sections": (lambda: page_of(COPY) + "<![CDATA[" * 200_000, False),
    "half tags": (lambda: page_of(COPY) + '<a "x>' * 200_000, True),
    "numbers": (lambda: COPY + " 12," * 60_000, False),
    "lines": (lambda: COPY + " 12\n\n" * 15_000, True),
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_file_takes_seconds(tmp_path, name):
    make, is_copy = HUGE[name]
    path = tmp_path / name
    path.write_text(make(), "utf-8")
    start = time.perf_counter()
    status = cli.main(["annotate", str(path)])
    assert time.perf_counter() - start < 20
    assert status == (0 if is_copy else 2)


# Files --------------------------------------------------------------------------------


def everything(folder):
    """What all files of a folder hold, by name."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_text_goes_into_one_file_alone(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = {path.name for path in DATA.parent.iterdir()}
    path = tmp_path / "copy.txt"
    path.write_text(COPY.replace("Text.", f"Text. {SECRET}."), "utf-8")
    assert cli.main(["annotate", "copy.txt"]) == 0
    out, err = capsys.readouterr()
    assert SECRET not in out + err
    holding = [
        each.name
        for each, text in everything(tmp_path).items()
        if SECRET.encode() in text
    ]
    assert sorted(holding) == ["annotated.html", "copy.txt"]
    assert len(everything(tmp_path)) == 2
    assert {path.name for path in DATA.parent.iterdir()} == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SECRET.encode(),
        f"<p>{SECRET}</p>".encode(),
        f"{SECRET}\0".encode(),
        b"%PDF-1.7 " + SECRET.encode(),
        os.urandom(100_000),
        COPY[: len(COPY) // 3].encode() + SECRET.encode(),
        COPY.encode("utf-16-le"),
        "\n\n".join(f"{SECRET} in {n}." for n in range(99)).encode(),
    ],
    ids=range(9),
)
def test_what_is_no_copy_is_one_sentence_without_its_text(tmp_path, capsys, content):
    path = tmp_path / "copy.txt"
    path.write_bytes(content)
    assert cli.main(["annotate", str(path)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert str(path) in err
    assert SECRET not in err
    assert everything(tmp_path).keys() == {path}


def test_its_own_file_is_replaced_and_no_other(tmp_path):
    path = tmp_path / "copy.txt"
    path.write_text(COPY, "utf-8")
    out = tmp_path / "annotated.html"
    annotate.annotate(STUDY, path)
    first = out.read_bytes()
    annotate.annotate(STUDY.change(persons_per_transfer=0.6), path)
    assert out.read_bytes() != first
    (tmp_path / "link.html").symlink_to(tmp_path / "other.html")
    (tmp_path / "folder").mkdir()
    # A reader may have put notes into it.
    changed = out.read_bytes().replace(b"</h1>", b"</h1><p>mine</p>")
    for name, content in {
        "annotated.html": changed,
        "other.html": b"other",
        "empty.html": b"",
    }.items():
        (tmp_path / name).write_bytes(content)
    before = everything(tmp_path)
    names = ["annotated.html", "other.html", "empty.html", "link.html", "folder"]
    for name in [*names, "copy.txt", "none/annotated.html"]:
        with pytest.raises(SettingError, match=r"html|folder|copy\.txt"):
            annotate.annotate(STUDY, path, tmp_path / name)
    assert everything(tmp_path) == before


def test_the_text_is_never_written_into_the_repository(tmp_path):
    path = tmp_path / "copy.txt"
    path.write_text(COPY, "utf-8")
    for name in ("annotated.html", "results/annotated.html", "docs/a.html"):
        with pytest.raises(SettingError, match="--out"):
            annotate.annotate(STUDY, path, DATA.parent / name)


def test_a_failure_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "copy.txt"
    path.write_text(COPY, "utf-8")
    annotate.annotate(STUDY, path)
    before = everything(tmp_path)

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(annotate.Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        annotate.annotate(STUDY.change(persons_per_transfer=0.6), path)
    assert everything(tmp_path) == before


# In a browser -------------------------------------------------------------------------


@browser.needs_chromium
def test_marks_open_by_click_and_key_and_nothing_scrolls_sideways(tmp_path):
    text = COPY.replace("Text. 2.59", f"Text. {'x' * 300} 31,007. 2.59")
    written(tmp_path, text)
    address = (tmp_path / "annotated.html").as_uri()
    with browser.launched() as chromium:
        for width in (390, 1280):
            with browser.visited(chromium, address, width) as page:
                mark = page.locator(".mark[data-kind='matches']").first
                note = page.locator(mark.get_attribute("href"))
                assert not note.is_visible()
                mark.focus()
                page.keyboard.press("Enter")
                assert note.is_visible()
                page.keyboard.press("Escape")
                assert not note.is_visible()
                assert mark.evaluate("mark => mark === document.activeElement")
                for other in page.locator(".mark").all()[:9]:
                    other.click()
                    assert page.locator(".note:visible").count() == 1
                    scroll = "document.documentElement.scrollWidth"
                    assert page.evaluate(scroll) <= width
        with browser.visited(chromium, address, java_script_enabled=False) as page:
            page.locator(".mark").nth(3).click()
            assert page.locator(".note:visible").count() == 1
        with browser.visited(chromium, address) as page:
            page.emulate_media(media="print")
            notes = page.locator(".note")
            assert page.locator(".note:visible").count() == notes.count()


@browser.needs_chromium
def test_axe_finds_nothing(tmp_path):
    script = browser.axe(tmp_path)
    written(tmp_path, COPY.replace("3.17 million", "3.71 million"))
    address = (tmp_path / "annotated.html").as_uri()
    with browser.launched() as chromium:
        for scheme in ("light", "dark"):
            options = {"color_scheme": scheme, "bypass_csp": True}
            with browser.visited(chromium, address, **options) as page:
                page.locator(".mark").nth(5).click()
                page.evaluate(script)
                violations = page.evaluate("axe.run().then(found => found.violations)")
                shown = [(each["id"], each["nodes"][0]["html"]) for each in violations]
                assert not shown


# A copy of one's own ------------------------------------------------------------------


@pytest.mark.skipif("ARTICLE" not in os.environ, reason="ARTICLE names no copy")
def test_each_registered_number_is_marked_in_the_article(tmp_path):
    text = audit.read_copy(annotate.Path(os.environ["ARTICLE"]))
    blocks = [f"<p>{escape(block)}</p>" for block in re.split(r"\n\s*\n", text)]
    for copy in (text, f"<html><body>{''.join(blocks)}</body></html>"):
        marks = marks_of(written(tmp_path, copy))
        assert marks.keys() == CLAIMS.keys()
        for row in CLAIMS.values():
            assert marks[row.id][2] == place_of(row), row.id
