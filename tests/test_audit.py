"""Each change of a copy of the article is found; the copy here is made up.

With the article's own text at ARTICLE, the same changes are made in it.
"""

import os
import random
import re
import subprocess
from html import escape
from pathlib import Path

import pytest

from analysis import SettingError, audit
from tests.browser import CHROMIUM, QUIET

BEFORE = {"at_least": "at least ", "up_to": "up to ", "over": "over "}


def phrase(row):
    """A printed number with the words beside it."""
    words = row.as_printed.replace("…", "and")
    if not row.key or re.search(audit.DIGITS, words):
        return words
    return f"{BEFORE.get(row.qualifier, '')}{row.key} {words}"


def made_up(claims):
    """A text with all printed numbers, each in its section and paragraph."""
    sections = {name: {} for name in [*audit.OPENINGS, "notes"]}
    for row in audit.register_of(claims):
        section, number = row.place
        sections[section].setdefault(number, {})[phrase(row)] = None
    lines = []
    for name, found in sections.items():
        lines.append(audit.OPENINGS.get(name, "Notes"))
        for number in range(1, max(found, default=0) + 1):
            note = f"[{number}] " if name == "notes" else ""
            lines.append(note + ". ".join(["Text", *found.get(number, {})]) + ".")
    return "\n\n".join(lines)


def pdf(source):
    """Print a page of HTML to PDF."""
    target = source.with_suffix(".pdf")
    words = [CHROMIUM, "--headless", *QUIET]
    words += [f"--print-to-pdf={target}", source.as_uri()]
    subprocess.run(words, check=True, capture_output=True, timeout=60)
    return target


def copied(folder, text, form):
    """Write a text as a text, HTML or PDF file."""
    path = folder / "copy.txt"
    path.write_text(text, "utf-8")
    if form == "text":
        return path
    blocks = [f"<p>{escape(block)}</p>" for block in re.split(r"\n\s*\n", text)]
    page = path.with_suffix(".html")
    page.write_text(f"<meta charset='utf-8'>{''.join(blocks)}", "utf-8")
    return pdf(page) if form == "pdf" else page


def differing(path, claims):
    table = audit.audit(path, claims)
    return table[~table["state"].isin(audit.FINE)]


def places(text):
    """The numbers of a text that stand in the register's sections, by their spans."""
    end = text.rindex(audit.OPENINGS["outside"])
    start = text.index(audit.OPENINGS["introduction"])
    notes = text.rfind("\n[1] ")
    for match in audit.NUMBER.finditer(text):
        if match["digits"] and (start < match.start() < end or match.start() > notes):
            yield match


def with_digit(rng, text):
    numbers = [match for match in places(text) if match["digits"][0].isdigit()]
    match = rng.choice(numbers)
    spots = [i for i in range(*match.span("digits")) if text[i].isdigit()]
    at = rng.choice(spots)
    other = rng.choice([digit for digit in "123456789" if digit != text[at]])
    return text[:at] + other + text[at + 1 :]


def with_qualifier(rng, text):
    found = []
    for match in places(text):
        before = audit.QUALIFIER.search(text[: match.start()])
        if before:
            found.append((before.start(), match.start(), before.lastgroup))
    start, end, group = rng.choice(found)
    words = {"over": "under", "at_least": "up to", "up_to": "at least"}
    return f"{text[:start]}{words.get(group, 'exactly')} {text[end:]}"


def without_sentence(rng, text):
    match = rng.choice(list(places(text)))
    start = max(text.rfind(end, 0, match.start()) for end in (". ", "\n")) + 1
    stop = re.compile(r"\.(?=\s|$)|\n\n").search(text, match.end()).end()
    return text[:start] + text[stop:]


CHANGES = {with_digit: 40, with_qualifier: 20, without_sentence: 10}


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_whole_copy_is_clean(article, tmp_path, form):
    claims = article.model.tables["claims"]
    path = copied(tmp_path, made_up(claims), form)
    assert differing(path, claims).empty


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_differs(article, tmp_path, change, form):
    claims = article.model.tables["claims"]
    text = made_up(claims)
    for seed in range(3):
        path = copied(tmp_path, change(random.Random(seed), text), form)
        assert len(differing(path, claims)), seed


def test_what_differs_is_named(article, tmp_path):
    claims = article.model.tables["claims"]
    text = made_up(claims).replace("up to 1.6 million", "up to 1.7 million")
    (row,) = differing(copied(tmp_path, text, "text"), claims).to_dict("records")
    assert (row["state"], row["id"]) == ("differs", "at_risk_2019_up_to")
    assert "up to 1.7 million" in row["copy"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"A text of its own, with 3.17 million in it.",
        b"<html><p>Another page</p></html>",
        b"%PDF-1.4 broken",
        bytes(range(256)) * 20,
        b"\n\n".join(b"In %d there were %d thousand." % (i, i) for i in range(90)),
    ],
    ids=["empty", "short", "html", "pdf", "bytes", "long"],
)
def test_a_file_that_is_not_the_article_is_refused(article, tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(SettingError, match="file"):
        audit.audit(path, article.model.tables["claims"])


@pytest.mark.long
@pytest.mark.skipif("ARTICLE" not in os.environ, reason="needs the article's text")
@pytest.mark.parametrize("form", ["text", "html", "pdf"])
def test_each_change_of_the_article_is_found(article, tmp_path, form):
    claims = article.model.tables["claims"]
    text = Path(os.environ["ARTICLE"]).read_text("utf-8")
    assert differing(copied(tmp_path, text, form), claims).empty
    rng, missed = random.Random(0), []
    for change, times in CHANGES.items():
        for _ in range(times):
            changed = change(rng, text)
            if differing(copied(tmp_path, changed, form), claims).empty:
                missed.append((change, changed))
    assert missed == []
