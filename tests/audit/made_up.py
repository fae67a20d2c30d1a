"""A made-up article: our own prose, and one sentence for each row of a register that
prints the row's number.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from analysis.core.register import Register
from analysis.core.rows import Claim

FILLER = [
    "Nobody who walks along the canal in the evening can miss the lamps that the "
    "ferrymen hang out for late boats.",
    "The path is dry in most weather and leads past orchards, a mill and the old "
    "customs house to the harbour.",
    "What the keeper of the archive wrote about it was copied often, and rarely with "
    "the care that he had asked for.",
    "It is said that the bell was moved when the tower was mended, though the "
    "accounts of the parish are silent here.",
]
ADDRESS = (
    "https:"
    + "//example.org/2014/77/the-long-path"
    + "/to-the-archive_of_the_parish_and_its_papers/page-88.html"
)
NUMERALS = (
    *("zero", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)
WORDS = dict(enumerate(NUMERALS))


@dataclass(frozen=True)
class Block:
    """A block of an article: a heading, a paragraph or a note; ``number`` is 0 for what
    is neither.
    """

    section: str
    number: int
    text: str
    heading: bool = False

    @property
    def place(self) -> tuple[str, int]:
        return self.section, self.number


def prose(seed: int) -> str:
    """Three sentences without a number, more than forty words."""
    return " ".join(FILLER[(seed + step) % len(FILLER)] for step in range(3))


def printed(digits: str, scale: str = "", percent: bool = False) -> str:
    """A number as a text prints it: small ones in words, thousands with a comma."""
    small = (
        Decimal(digits) == int(Decimal(digits))
        and int(Decimal(digits)) in WORDS
        and not (scale or percent)
    )
    text = WORDS[int(Decimal(digits))] if small else f"{Decimal(digits):,}"
    return text + (f" {scale}" if scale else "") + (" percent" if percent else "")


QUALIFIED = {
    "about": "about",
    "over": "over",
    "at_least": "at least",
    "up_to": "up to",
    "approaches": "nearly",
}


def numbers_in(words: str) -> bool:
    return any(word in words for word in ("dozen", "hundred", "thousand", "million"))


def sentence(row: Claim) -> str:
    """A sentence that prints a row's number, and no other."""
    number = row.published
    noun = (re.findall("[a-z]{3,}", row.unit_as_printed) or ["things"])[-1].replace(
        "once", "times"
    )
    percent = number.unit == "percent"
    if number.unit == "year":
        years = re.findall(r"\d{4}", row.period)
        return (
            f"The ledger was kept between {years[0]} and {years[-1]} by the same hand."
        )
    if not number.printed:
        # A row without digits may quote its words in its note.
        words = row.note.rpartition("in words only: ")[2].rstrip(".")
        words = words if numbers_in(words) else "several hundred thousand"
        return f"By then {words} {noun} had been written down."
    text = printed(number.printed, number.scale, percent)
    if number.printed_high:
        high = printed(number.printed_high, number.scale, percent)
        text = f"{text.split(' ')[0]} to {high}"
    if noun == "things":
        text = f"${text}"
    text = f"{QUALIFIED.get(number.qualifier, '')} {text}".strip()
    return (
        f"The clerk put it at {text} in the margin."
        if percent
        else f"The clerk counted {text} {noun} on that page."
    )


def made_up(register: Register) -> list[Block]:
    """The made-up article: front matter, sections, a note about the author, notes."""
    rows: dict[tuple[str, int], list[Claim]] = {}
    for row in register.claims.values():
        rows.setdefault((row.section, row.paragraph), []).append(row)
    blocks = [
        Block("", 0, "A Made-Up Article"),
        Block("", 0, "By A. Nobody, March 3, 2020"),
        Block("", 0, "7:15 PM"),
    ]
    for order, (slug, title) in enumerate(register.sections.items()):
        if slug == "notes":
            blocks.append(Block("", 0, "Dr. Ada Nobody is keeper of 12 archives."))
        elif slug != "introduction":
            blocks.append(Block(slug, 0, title, heading=True))
        numbers = [number for section, number in rows if section == slug]
        last = max(numbers, default=1) + (slug != "notes")
        for number in range(1, last + 1):
            start = f"[{number}] " if slug == "notes" else ""
            here = [sentence(row) for row in rows.get((slug, number), [])]
            more = [f"See {ADDRESS}."] if slug == "notes" else []
            blocks.append(
                Block(
                    slug,
                    number,
                    start + " ".join([prose(7 * order + number), *here, *more]),
                )
            )
    return blocks


def rendered(blocks: Iterable[Block]) -> str:
    """The article as plain text, a blank line between blocks."""
    return "\n\n".join(block.text for block in blocks) + "\n"
