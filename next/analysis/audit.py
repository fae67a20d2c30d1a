"""Looks up the article's numbers in a reader's own copy: text, HTML or PDF."""

import io
import re
import unicodedata
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
from bs4 import BeautifulSoup, UnicodeDammit
from pdfminer.high_level import extract_pages
from pdfminer.layout import LTTextBox

from analysis.tables import SettingError

BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, ul, ol, li, br, table, blockquote, article"
NOT_TEXT = "head, script, style, nav, header, footer, aside, form, noscript, sup"
SPELLING = str.maketrans("‘’“”‐‑‒–−", "''\"\"-----", "\u00ad")
SPELLING |= {ord("—"): " - ", ord("%"): " percent"}

#: The number words that the article uses, and a few that a changed copy may use.
VALUES = {"two and a half": "2.5", "both instances": "2", "once": "1", "twice": "2"}
SMALL = "zero one two three four five six seven eight nine ten eleven twelve"
VALUES |= {word: str(number) for number, word in enumerate(SMALL.split())}
VAGUE = r"(?:several(?:[ ](?:hundred|thousand|million))+"
VAGUE += r"|(?:ten|hundred|thousand|million)s(?:[ ]of[ ](?:thousand|million)s)?)"
WORD = "|".join(VALUES).replace(" ", "[ ]")
DIGITS = rf"(?:(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|{WORD}|{VAGUE})(?!\w|[.,]\d)"
MONTH = "(?:(?:jan|febr)uary|march|april|may|june|july|august"
MONTH += "|(?:septem|octo|novem|decem)ber)"
#: A number takes the unit at the end of its list: "105.7, 273.6 and 99 percent".
NUMBER = re.compile(
    rf"""\S*/\S* | \[\d+\] | \d+:\d\S*                  # addresses, notes, times
    | {MONTH}[ ]\d{{1,2}}\b | \d{{1,2}}[ ]{MONTH}\b     # days
    | (?<![\d,.])(?:19|20)\d\d(?!\d|[,.]\d)             # years
    | pp?\.[ ]?\d+(?:,[ ]\d+)* | (?:no\.|volume|issue)[ ]?\d+
    | \w+-year | three-fold | all[ ]three[ ]of | the[ ]two | than[ ]once
    | one[ ](?:of|instance|person[ ]may)
    | (?<![\w.,-])(?P<digits>{DIGITS})
        (?=(?:(?:,|[ ]to|,?[ ]and|[ ]or)[ ]{DIGITS})*
            [ -]*(?P<unit>thousand|million|billion|percent)|)""",
    re.VERBOSE | re.IGNORECASE,
)
QUALIFIER = re.compile(
    r"""\b(?:(?P<over>over|more[ ]than|exceeding) | (?P<at_least>at[ ]least)
    | (?P<up_to>up[ ]to|at[ ]most|within) | (?P<under>under|(?:less|fewer)[ ]than)
    | (?P<about>about|approximately|around|roughly|some)
    | (?P<approaches>approach(?:es|ing)|nearly|almost|close[ ]to))[ ]\$?$""",
    re.VERBOSE | re.IGNORECASE,
)
#: The words with which sections begin, in order; the last ones lie outside.
OPENINGS = {
    "introduction": "In mid-2019, the first",
    "political-goals": "Coercive Labor Transfers in Xinjiang: A Side Product",
    "mobilization-2016-2020": "Train all who should be trained: The Highly",
    "monitoring-2021-2025": "Monitoring and Prevention: New Trends",
    "early-warning": "Unemployment Monitoring and Early Warning: Examples",
    "other-provinces": "New Developments in Labor Transfers to Other",
    "scale": "Estimating the Current Scale of Coercive",
    "trade": "Recent Trends in Xinjiang's Foreign Trade",
    "policy": "Policy Implications and Recommendations",
    "outside": "Dr. Adrian Zenz is",
}
SIGNS = {">=": "at_least", "<=": "up_to", ">": "over"}
SENTENCE_END = r"[.!?:;]\W*(?:\[\d+\]\W*)?$"
#: A line on a place alone does not make a copy differ.
FINE = ("found", "place differs")
#: What stands in for a number that the copy or the register lacks.
NOTHING = SimpleNamespace(id="", key="", as_printed="", place="", around="")


def pdf_text(data):
    """Read a PDF's lines, with a blank line where a new paragraph begins."""
    lines = []
    for page in extract_pages(io.BytesIO(data)):
        for box in page:
            if isinstance(box, LTTextBox):
                lines += [(line.y0, line.get_text().strip()) for line in box]
    lines = pd.DataFrame(lines, columns=["bottom", "text"])
    # A running header returns on each page, with another page number.
    header = lines.text.str.replace(r"\d+", "#", regex=True) + lines.bottom.astype(str)
    lines = lines[header.map(header.value_counts()) < 3]
    # A wide gap parts paragraphs and, where a page ends, a short line does.
    gap = -lines.bottom.diff()
    length = lines.text.str.len()
    is_new = gap > 1.3 * gap[gap > 0].median()
    is_new |= (gap < 0) & (length.shift() < 0.8 * length.median())
    text = "".join(is_new.map({True: "\n\n", False: "\n"}) + lines.text)
    return re.sub(r"\(cid:\d+\)", "", text)


def html_text(page):
    """Read a web page, with a blank line around each block."""
    soup = BeautifulSoup(page, "html.parser")
    for tag in soup.select(NOT_TEXT):
        tag.decompose()
    for tag in soup.select(BLOCKS):
        tag.insert_before("\n\n")
        tag.insert_after("\n\n")
    return soup.get_text()


def read_copy(path):
    """Read a text, HTML or PDF file, in one spelling of quotes, dashes and spaces."""
    data = Path(path).read_bytes()
    if data.startswith(b"%PDF"):
        text = pdf_text(data)
    else:
        text = UnicodeDammit(data, ["utf-8", "windows-1252"]).unicode_markup or ""
    if re.search("(?i)<html|</p>|</div>", text):
        text = html_text(text)
    text = unicodedata.normalize("NFKC", text.translate(SPELLING))
    text = re.sub(r"\r\n?|\f", "\n", text)
    # Mend the words that the end of a line has cut.
    text = re.sub(r"(?<=[a-z])(?<!four)-\n(?=[a-z])", "", text)
    text = re.sub(r"(?<=\w[/-])\n(?=\w)", "", text)
    return re.sub(r"[^\S\n]+", " ", text)


def paragraphs_of(text):
    """Return each paragraph by its section and its number; a list is one paragraph."""
    for section, title in OPENINGS.items():
        pattern = r"\W+".join(re.findall(r"\w+", title))
        text = re.sub(rf'(?i)"?\b{pattern}\b', f"\n\n# {section}\n\n", text)
    if text.count("\n\n") < 50:
        text = text.replace("\n", "\n\n")
    paragraphs = {}
    place = "outside", 0
    in_list = False
    for block in re.split(r"\n\s*\n", text):
        block = " ".join(block.split())
        last = paragraphs.get(place, ".")
        is_short = len(block.split()) < 60
        note = re.match(r"\[(\d+)\] ", block)
        if block.startswith("# "):
            place = block[2:], 0
            in_list = False
        elif note:
            place = "notes", int(note[1])
            paragraphs[place] = block
        elif (is_short and in_list) or not re.search(SENTENCE_END, last):
            paragraphs[place] = f"{last} {block}"
        else:
            in_list = is_short and last.endswith(":")
            place = place[0], place[1] + 1
            paragraphs[place] = block
    return paragraphs


def letters(text):
    """Return only the letters and digits of a text, which no layout changes."""
    return re.sub(r"[\W_]+", "", text).casefold()


def numbers_in(text, place):
    """Find the numbers of a paragraph; two with one key are printed alike."""
    numbers = []
    for match in NUMBER.finditer(text):
        if match["digits"]:
            digits = match["digits"].lower().replace(",", "")
            unit = match["unit"] or ""
            before = QUALIFIER.search(text[: match.start()])
            number = SimpleNamespace(
                key=f"{VALUES.get(digits, digits)} {unit}".strip(),
                qualifier=before.lastgroup if before else "exact",
                place=place,
                around=text[: match.end() + 30][-75:],
            )
            numbers.append(number)
    return numbers


def key_of(row):
    """Return the key of a row's number, which is empty for words and spans of years."""
    if re.search(r"\b20\d\d\b", row["as_printed"]):
        return ""
    if row["printed"] is None:
        vague = re.search(VAGUE, row["as_printed"])
        return vague[0] if vague else ""
    unit = "percent" if row["unit"] == "percent" else row["scale"]
    return f"{row['printed']} {unit}".strip()


def qualifier_of(row):
    """Return what must stand before a number whose words hold no number."""
    if re.search(DIGITS, row["as_printed"]):
        return ""
    return SIGNS.get(row["says"].partition(" ")[0], "exact")


def register_of(claims):
    """Return the printed numbers, each with its place, its key and its qualifier."""
    rows = []
    for row in claims.values():
        number = int(row["paragraph"].split()[0])
        made = {key: row[key] for key in ("id", "section", "as_printed")}
        made |= {"place": (row["section"], number), "key": key_of(row)}
        rows.append(SimpleNamespace(**made, qualifier=qualifier_of(row)))
    return rows


def has_words(row, text):
    """Whether a paragraph has all the words of a row, between its gaps."""
    return all(letters(part) in letters(text) for part in row.as_printed.split("…"))


def nearest(row, paragraphs):
    """Find a row's words in its paragraph, or else elsewhere in its section."""
    found = NOTHING
    for place, text in paragraphs.items():
        is_near = found is NOTHING or place == row.place
        if place[0] == row.section and has_words(row, text) and is_near:
            found = SimpleNamespace(key="", place=place, around="")
    return found


def compare(row, number, paragraphs):
    """Judge a number of the register by the number that the copy has in its place."""
    if row is NOTHING:
        return "unregistered"
    if number is NOTHING:
        return "missing"
    if row.key != number.key:
        return "differs"
    if not has_words(row, paragraphs[number.place]):
        return "words differ"
    if row.key and row.qualifier not in ("", number.qualifier):
        return "words differ"
    return "found" if row.place == number.place else "place differs"


def audit(path, claims):
    """Return a table of the printed numbers, and of those in a copy that lack a row.

    Raises SettingError for a file that is no copy of the article.
    """
    try:
        paragraphs = paragraphs_of(read_copy(path))
    except Exception as error:  # A broken PDF can raise any error.
        raise SettingError(f"{path} can't be read: {error}") from None
    rows = register_of(claims)
    pairs = [(row, nearest(row, paragraphs)) for row in rows if not row.key]
    stated = [row for row in rows if row.key]
    found = []
    for place, text in paragraphs.items():
        if place[0] != "outside":
            found += numbers_in(text, place)
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seqs([row.key for row in stated], [number.key for number in found])
    if matcher.ratio() < 0.5:
        raise SettingError(f"{path} lacks most headings, or numbers, of the article")
    for _, first, last, start, stop in matcher.get_opcodes():
        pairs += zip_longest(stated[first:last], found[start:stop], fillvalue=NOTHING)
    report = []
    for row, number in pairs:
        state = compare(row, number, paragraphs)
        shown = row.key or row.as_printed
        report.append((state, row.id, shown, row.place, number.place, number.around))
    columns = ["state", "id", "printed", "place", "place_in_copy", "copy"]
    return pd.DataFrame(report, columns=columns)
