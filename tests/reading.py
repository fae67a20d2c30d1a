"""Reads words back as numbers, as a reader with a pocket calculator does."""

import re
from decimal import Decimal

SCALES = {"": Decimal(1), "percent": Decimal("0.01"), "points": Decimal("0.01")}
SCALES |= {"million": Decimal(10) ** 6, "billion": Decimal(10) ** 9}
NUMBER = re.compile(
    r"(?P<sign>[−+]?)(?P<digits>\d[\d,]*(?:\.\d+)?)"
    r"(?: (?P<scale>percent|points|million|billion)\b)?"
)
_SIGNS = {"×": "*", "÷": "/", "−": "-", "^": "**", ";": ",", "⟨": "(", "⟩": ")"}


def read(words: str) -> Decimal:
    """The first number in some words, in base units."""
    return every(words)[0]


def every(words: str) -> list[Decimal]:
    """Every number in some words, in base units."""
    return [_value(match) for match in NUMBER.finditer(words)]


def _value(match: re.Match[str]) -> Decimal:
    sign = -1 if match["sign"] == "−" else 1
    return (
        sign * Decimal(match["digits"].replace(",", "")) * SCALES[match["scale"] or ""]
    )


def place(words: str) -> Decimal:
    """The place of the last digit of the first number in some words that is no 0."""
    number = read(words).normalize()
    return Decimal(1).scaleb(int(number.as_tuple().exponent)) if number else Decimal(1)


def span(words: str) -> tuple[Decimal, Decimal]:
    """Both ends of a span; the word behind the last is that of both, if alone."""
    first, _, last = words.partition(" to ")
    if not last:
        return read(words), read(words)
    _, _, word = last.partition(" ")
    if word and " " not in first and "," not in first:
        first = f"{first} {word}"
    return read(first), read(last)


def by_hand(line: str) -> float:
    """What a pocket calculator gives for the digits that a line shows."""
    text = line.removeprefix("= ")
    while "the " in text:
        text = re.sub(
            r"\(?the (larger|smaller) of ([^()]+?) and ([^()]+)\)?", r"\1⟨\2; \3⟩", text
        )
    text = re.sub(
        r"(\d[\d,]*(?:\.\d+)?)(?: (percent|million|billion)\b)?",
        lambda match: repr(
            float(Decimal(match[1].replace(",", "")) * SCALES[match[2] or ""])
        ),
        text,
    )
    for sign, meant in _SIGNS.items():
        text = text.replace(sign, meant)
    return float(eval(text, {"__builtins__": {}, "larger": max, "smaller": min}))
