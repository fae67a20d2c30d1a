"""This module finds the numbers of an English text, in digits or in words.

Rules exclude the numbers that are no quantities, such as the number of a note.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

_PLAIN = str.maketrans(
    "‘’‚‛′“”„‟«»″‐‑‒–−",
    "'''''" + '"""""""' + "-----",
    "\u00ad\u200b\u200c\u200d\u2060\ufeff",
)
Key = tuple[str, str, bool]


def plain(text: str) -> str:
    """Return the text with one spelling of quotes, dashes, spaces and note markers."""
    text = re.sub("[—―]", " - ", text)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", r"[\g<0>]", text)
    text = unicodedata.normalize("NFKC", text.translate(_PLAIN))
    text = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return re.sub(r"[^\S\n]+", " ", text)


@dataclass(frozen=True)
class Number:
    """A number as a text prints it.

    A number that is printed in words has the digits that mean the same. The ``rule``
    names the rule that excludes the number. Its ``kind`` is number, span (of years),
    fraction, or vague (words without digits).
    """

    text: str
    start: int
    end: int
    digits: str = ""
    scale: str = ""
    percent: bool = False
    kind: str = "number"
    in_words: bool = False
    rule: str = ""

    @property
    def key(self) -> Key:
        """The key of a number: numbers that are printed alike have equal keys.

        Two numbers in digits are alike if their digits are equal, and two numbers in
        words if their values are equal.
        """
        if self.kind != "number":
            return self.kind, self.digits or self.text.casefold(), False
        worth = f"{(Decimal(self.digits) * _FACTORS.get(self.scale, 1)).normalize():f}"
        if self.in_words:
            return "in words", worth, self.percent
        return self.digits, self.scale, self.percent


_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_BELOW_TWENTY = _SMALL_WORDS.split()
_TENS = {word: 10 * value for value, word in enumerate(_TENS_WORDS.split(), start=2)}
_VALUES = {
    "a": 1,
    "an": 1,
    **{word: value for value, word in enumerate(_BELOW_TWENTY)},
    **_TENS,
}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_FACTORS = {"dozen": 12, "hundred": 100, **_LARGE}
_ADVERBS = {"once": "1", "twice": "2", "both": "2", "double": "2", "triple": "3"}
_ADVERBS |= {"doubled": "2", "tripled": "3", "quadrupled": "4", "halved": "0.5"}
NUMBER_WORDS = {
    *_VALUES,
    *_FACTORS,
    *_ADVERBS,
    "percent",
    "hundreds",
    "thousands",
    "millions",
}


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_FEW = _any(_BELOW_TWENTY[1:11])
_MANY, _MANYS = _any(_FACTORS), _any(f"{word}s" for word in _FACTORS)
_SCALE = rf"[ -]{_MANY}\b"
_RANK = "(?:third|(?:four|fif|six|seven|eigh|nin|ten)th)"
_NO_RANK = rf"(?!-(?:first|second|{_RANK})\b)"
_SMALL = (
    rf"(?>{_any(_TENS)}[ -]{_any(_BELOW_TWENTY[1:10])}\b"
    rf"|{_any([*_BELOW_TWENTY, *_TENS])}\b{_NO_RANK})"
)
_PARTS = rf"(?:quarter|{_RANK})s?"
_PATTERNS = {
    "vague": rf"\b(?:several|many|few|some|countless|(?:a )?couple of)(?:{_SCALE})+"
    r"|\ba couple\b(?!')"
    rf"|\b(?:tens|scores|{_MANYS})(?: of {_MANYS})+\b|\b{_MANYS}\b",
    "fraction": rf"\b(?:an?|{_FEW}) {_PARTS}(?= of\b)|\b{_FEW}-(?:half|{_PARTS})\b"
    rf"|\bhalf\b(?!-| an?{_SCALE})",
    "words": rf"\b(?:{_SMALL}(?: and a half\b)?|half an?(?={_SCALE})|an?(?={_SCALE}))"
    rf"(?:{_SCALE}(?: and {_SMALL}(?!{_SCALE})| {_SMALL})?)*",
    "adverb": rf"\b(?:(?!double\b|triple\b){_any(_ADVERBS)}"
    rf"|(?:double|triple)(?= (?:the|its|their)\b)|{_FEW}fold)\b",
    "span": r"\b(?:19|20)\d\d(?: ?- ?| (?:and|to|until|through) (?:mid-)?)"
    r"(?:19|20)\d\d\b(?! ?%)",
    # Thousands are parted by commas or by spaces; a minus is one only where no range
    # can be meant.
    "digits": r"(?<!\d\.)(?!\d+(?:st|nd|rd|th)\b)(?:(?<![\w)\]] )(?<![\w)\]])-)?"
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?: \d{3})+(?!\d)|\d+)(?:\.\d+)?",
}
_TOKEN = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()),
    re.IGNORECASE,
)
_SCALE_AFTER = re.compile(rf"[ -]?({_MANY})\b", re.IGNORECASE)
_PERCENT_AFTER = re.compile(
    r" ?%|[ -]?per[ -]?cent\b|[ -]?percentage points?\b", re.IGNORECASE
)
#: What joins numbers that share the unit of the last: "5, 6 and 7 percent", "2 to 3
#: million".
_JOINS = re.compile(
    r"(?: ?- ?|,? and |, | (?:to|or|through) )"
    r"(?:about |around |approximately |over |up to )?\$?"
)


def numbers(text: str) -> list[Number]:
    """List every number that a plain text prints, in order.

    A number that a rule excludes names that rule. A number in words is given in digits,
    and a number that shares a unit with the next number is given that unit.

    >>> [
    ...     (n.digits, n.scale, n.percent)
    ...     for n in numbers("two to two and a half million, up 10.5 percent")
    ... ]
    [('2', 'million', False), ('2.5', 'million', False), ('10.5', '', True)]
    """
    result = [_number(text, match) for match in _TOKEN.finditer(text)]
    # From the last to the first, so that a unit passes on through a whole list.
    for index in reversed(range(len(result) - 1)):
        result[index] = _with_unit_of_next(text, result[index], result[index + 1])
    exclusions = list(_RULE.finditer(text))
    return [replace(number, rule=_rule(text, number, exclusions)) for number in result]


def _with_unit_of_next(text: str, number: Number, following: Number) -> Number:
    """A bare number with the scale or the percent of the next, if they are joined."""
    if number.kind != "number" or number.scale or number.percent:
        return number
    # No year is a percentage.
    is_percent = following.percent and Decimal(number.digits) < 1000
    if not following.scale and not is_percent:
        return number
    if not _JOINS.fullmatch(text, number.end, following.start):
        return number
    return replace(number, scale=following.scale, percent=following.percent)


def _rule(text: str, number: Number, exclusions: Iterable[re.Match[str]]) -> str:
    """The rule that excludes a number, or nothing."""
    for match in exclusions:
        if match.start() <= number.start and number.end <= match.end():
            return str(match.lastgroup)
    return "year" if _is_year(text, number) else ""


def _number(text: str, match: re.Match[str]) -> Number:
    kind, start, end = str(match.lastgroup), match.start(), match.end()
    phrase = match[0].casefold()
    if kind in ("vague", "fraction", "span"):
        digits = f"{phrase[:4]}-{phrase[-4:]}" if kind == "span" else ""
        return Number(match[0], start, end, digits, kind=kind)
    scale = ""
    if kind == "adverb":
        digits = _ADVERBS.get(phrase) or str(_VALUES[phrase.removesuffix("fold")])
    elif kind == "words":
        digits, scale = _read_words(phrase)
    else:
        digits = re.sub("[, ]", "", phrase)
        after = _SCALE_AFTER.match(text, end)
        if after:
            scale, end = after[1].casefold(), after.end()
    percent = _PERCENT_AFTER.match(text, end)
    if percent:
        end = percent.end()
    if text[start - 1 : start] == "$":
        start -= 1
    return Number(
        text[start:end],
        start,
        end,
        digits,
        scale,
        bool(percent),
        in_words=kind != "digits",
    )


def _read_words(phrase: str) -> tuple[str, str]:
    """Read the digits and the scale of a number in words.

    A scale is part of the digits, unless the last word is a scale and no other word is.
    """
    whole = re.sub("^half an?", "zero and a half", phrase).replace(" and a half", "")
    words = re.split("(?: and)?[ -]", whole)
    group, total = Decimal("0.5" if "half" in phrase else 0), Decimal(0)
    scale = ""
    if words[-1] in _LARGE and not any(word in _LARGE for word in words[:-1]):
        scale = words.pop()
    for word in words:
        if word in _LARGE:
            group, total = Decimal(0), total + group * _LARGE[word]
        elif word in _FACTORS:
            group *= _FACTORS[word]
        else:
            group += _VALUES[word]
    return f"{(total + group).normalize():f}", scale


_MONTH_WORDS = (
    "January February March April May June July August September October November "
    "December Sept"
)
_MONTHS = _MONTH_WORDS.split()
_MONTH = rf"(?-i:{_any([*_MONTHS, *(month[:3] for month in _MONTHS)])}\b\.?)"
_NO_QUANTITY = rf"(?!,?\d|\.\d| ?%| per ?cent|{_SCALE}|(?-i: [a-z]+s| people)\b)"
#: The reason of each rule that excludes numbers. A rule knows a form of words, and
#: never a value.
RULES = {
    "date": "a day, a time of day, a half of a year or a decade",
    "marker": "the marker of a note",
    "name": "part of a name or an address, or the place in a document",
    "outside": "stands before the first paragraph, is about the author or is the "
    "editor's note",
    "reference": "refers to what is named beside it, or counts nothing: one of the, "
    "at once, both, these two",
    "year": "a year of the calendar, not followed by what it would count",
}
#: The forms of what a rule excludes; years are told by more than a form.
_FORMS = {
    "name": r"(?:https?://|www\.)\S+|[\w.+-]{1,64}@\S+|\bdoi: ?\S+|\b10\.\d{4,}/\S+"
    r"|\b(?!(?:USD?|EUR|GBP|RMB|CNY)\d)[A-Z]+\d+[A-Z\d]*\b|(?-i:\b[A-Z]{2,}-\d+\b)"
    rf"|\b{_FEW}-year(?=(?-i:(?: (?:[A-Z][\w'-]*|and)){{0,12}} [Pp]lans?\b))"
    r"|\bpp?\. ?\d+(?:(?:, ?| ?- ?| and )\d+)*\b|(?-i:\bNos?\. ?\d+|\bno\.\d+)"
    r"|(?-i:\b(?:Article|Chapter|Table|Figure|Fig\.|Appendix|Resolution|Vol\.|Volume"
    r"|Issue) \d+\b)",
    "date": rf"\b(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH})(?!\w){_NO_QUANTITY}"
    rf"|\b(?:on|by|since|until|till|from|before|after|of|to) \d{{1,2}} {_MONTH}(?!\w)"
    r"|\b\d{4}-\d{2}(?:-\d{2})?\b(?!\d)|\b\d{1,2}/\d{1,2}/\d{2,4}\b"
    r"|\b(?:first|second|latter) half\b"
    r"|\b(?:19|20)\d0s\b|\b\d{1,2}(?::\d{2}){1,2}\b|\b\d{1,2} ?[ap]\.?m\b",
    "marker": r"\[\d{1,3}\]|(?-i:(?<=[a-z\"][.,])\d{1,2}(?= [A-Z\"]|$))",
    "reference": r"\bone of (?:the|its|his|her|their|our|these|those|them|which|whom)\b"
    r"|\bone (?:another|day|by one)\b|\bone's\b"
    r"|\b(?:no|every|any|each|this|that|the)[ -]one\b"
    r"|\bin one (?:instance|case|example)\b"
    r"|\bone (?:person )?(?:may|might|can|cannot|could|should|would|must)\b"
    r"|\b(?:at|more than) once\b|\bonce (?:again|more|the|an?|they|it|he|she|we)\b"
    rf"|(?<!\bin )\bboth\b|\b(?:the two|(?:these|those) {_FEW})\b"
    rf"|\ball {_FEW} of (?:the|these|those|them)\b"
    rf"|\b(?:is|are) {_FEW}-?fold\b(?=[.:;])",
}
_RULE = re.compile(
    "|".join(f"(?P<{rule}>{form})" for rule, form in _FORMS.items()), re.IGNORECASE
)
_BEFORE_YEAR = re.compile(
    r"(?i)(?:\b(?:in|since|until|after|before|during|early|late)|\bmid-"
    rf"|{_MONTH}(?: \d+)?,?) ?$"
)
_BEFORE_QUANTITY = re.compile(
    r"(?i)\b(?:some|nearly|almost|roughly|another|(?:more|fewer) than|a total of) $"
)
#: A word of the phrase that a number counts: no adverb, and none that is neither noun
#: nor adjective.
_WORD = (
    r"[ -](?!(?:\w+ly|is|was|were|are|has|have|does|as|this|its|his|us|thus|across"
    r"|towards|plus|less|always|a|an|the|of|in|on|to|for|from|by|with|at|and|or|but"
    r"|that|which|who|when|while|where|it|they|he|she|we)\b)"
)
_PLURAL = rf"{_WORD}(?:people|men|women|children|staff|[a-z'-]+[^sui]s)\b"
_COUNTED = re.compile(_PLURAL)
_COUNTED_LATER = re.compile(rf"(?:{_WORD}[a-z'-]+){{0,3}}?{_PLURAL}")


def _is_year(text: str, number: Number) -> bool:
    """Tell whether a number is years rather than a quantity.

    A span is. A number of four digits from 1900 to 2099 is a year unless a noun that it
    counts follows.
    """
    if number.kind == "span":
        return True
    if not re.fullmatch("(?:19|20)[0-9]{2}", number.text):
        return False
    before = text[max(number.start - 40, 0) : number.start]
    noun = _COUNTED if _BEFORE_YEAR.search(before) else _COUNTED_LATER
    counted = noun.match(text, number.end)
    return not counted and not _BEFORE_QUANTITY.search(before)
