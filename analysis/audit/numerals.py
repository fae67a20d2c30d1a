"""This module finds the numbers in an English text, whether in digits or in words.

Rules exclude the numbers that are not quantities, such as the number of a note.
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
#: For each kind of number, or for each rule, the patterns of its forms by name.
Forms = dict[str, dict[str, str]]


_DECIMALS_OF = {"¼": ".25", "½": ".5", "¾": ".75"}


def _with_decimals(match: re.Match[str]) -> str:
    """Return a number such as 2½ as a number with decimals, such as 2.5."""
    return f"{match[1] or 0}{_DECIMALS_OF[match[2]]}"


def plain(text: str) -> str:
    """Return the text with one spelling of quotes, dashes, spaces and note markers."""
    text = re.sub("[—―]", " - ", text)
    text = re.sub(r"(?<!\d)(\d*)([¼½¾])", _with_decimals, text)
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", r"[\g<0>]", text)
    text = unicodedata.normalize("NFKC", text.translate(_PLAIN))
    text = re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    return re.sub(r"[^\S\n]+", " ", text)


@dataclass(frozen=True)
class Number:
    """A number as a text prints it.

    For a number in words, ``digits`` spells the same number in digits. ``rule`` names
    the rule that excludes the number; it is empty if none does. ``kind`` is ``number``,
    ``span`` (of years), ``fraction`` or ``vague`` (words without digits).
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

        Two numbers in digits are alike if their digits and scales are equal, and two
        numbers in words if their values are equal. A percentage and a number that is
        not a percentage are never alike.
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
#: Words after which "a third" is a fraction, and not one of a series.
_ROUGHLY_WORDS = "roughly about around approximately nearly almost over under"
_ROUGHLY = "|".join(f"(?<={word} )" for word in _ROUGHLY_WORDS.split())
_SCALES = rf"(?:{_SCALE}(?: and {_SMALL}(?!{_SCALE})| {_SMALL})?)*"
# A number does not begin right after a point, and a rank such as "2nd" is not a number.
# A dash is a minus sign only where it cannot mean a range.
_BEFORE_DIGITS = r"(?<!\d\.)(?!\d+(?:st|nd|rd|th)\b)(?:(?<![\w)\]] )(?<![\w)\]])-)?"
_DECIMALS = r"(?:\.\d+)?"

# How to change KINDS and FORMS. A text is read from left to right, and characters that
# a form took are not read again. Where two forms fit from the same character, the
# earlier in the list wins, even if the later would take more. A form that takes more
# therefore comes first: "two-thirds" before "two million", which would take the "two",
# and "2016-2020" before "1234". To add a form, give it a name that shows what it takes,
# and add examples under that name to tests/audit/test_numerals.py, which leaves out
# each form in turn.

#: The forms in which a text prints each kind of number. A form is named by an example.
KINDS: Forms = {
    "vague": {
        "several thousand": r"\b(?:several|many|few|some|countless|(?:a )?couple of)"
        rf"(?:{_SCALE})+",
        "a couple": r"\ba couple\b(?!')",
        "tens of thousands": rf"\b(?:tens|scores|{_MANYS})(?: of {_MANYS})+\b",
        "thousands": rf"\b{_MANYS}\b",
    },
    "fraction": {
        "a third of": rf"\b(?:an?|{_FEW}) {_PARTS}(?= of\b)",
        "roughly a third": rf"(?:{_ROUGHLY})an? {_PARTS}\b",
        "two-thirds": rf"\b{_FEW}-(?:half|{_PARTS})\b",
        # "Half a million" is a number in words.
        "half": rf"\bhalf\b(?!-| an?{_SCALE})",
    },
    "words": {
        "two million": rf"\b{_SMALL}(?:[ -]and[ -]a[ -]half\b)?{_SCALES}",
        "half a million": rf"\bhalf an?(?={_SCALE}){_SCALES}",
        "a million": rf"\ban?(?={_SCALE}){_SCALES}",
    },
    "adverb": {
        "twice": rf"\b(?!double\b|triple\b){_any(_ADVERBS)}\b",
        "double the": r"\b(?:double|triple)(?= (?:the|its|their)\b)\b",
        "threefold": rf"\b{_FEW}fold\b",
    },
    "span": {
        "2016-2020": r"\b(?:19|20)\d\d(?: ?- ?| (?:and|to|until|through) (?:mid-)?)"
        r"(?:19|20)\d\d\b(?! ?%)",
    },
    "digits": {
        "1,234": rf"{_BEFORE_DIGITS}\d{{1,3}}(?:,\d{{3}})+(?!\d){_DECIMALS}",
        "1 234": rf"{_BEFORE_DIGITS}\d{{1,3}}(?: \d{{3}})+(?!\d){_DECIMALS}",
        "1234": rf"{_BEFORE_DIGITS}\d+{_DECIMALS}",
    },
}


def compile_forms(forms: Forms) -> re.Pattern[str]:
    """Compile the forms, in their order, into one pattern with a group for each kind.

    >>> forms = {"animal": {"cat": "cats?"}, "tree": {"oak": "oaks?", "elm": "elms?"}}
    >>> compile_forms(forms).pattern
    '(?P<animal>cats?)|(?P<tree>oaks?|elms?)'
    """
    groups = [f"(?P<{kind}>{'|'.join(form.values())})" for kind, form in forms.items()]
    return re.compile("|".join(groups), re.IGNORECASE)


NUMBER = compile_forms(KINDS)
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

    A number that a rule excludes has the name of that rule in ``rule``. A number in
    words is returned in digits. A number without a unit takes the unit of the next
    number if the text joins the two numbers, as in "2 to 3 million".

    >>> [
    ...     (n.digits, n.scale, n.percent)
    ...     for n in numbers("two to two and a half million, up 10.5 percent")
    ... ]
    [('2', 'million', False), ('2.5', 'million', False), ('10.5', '', True)]
    """
    result = [_number(text, match) for match in NUMBER.finditer(text)]
    # Units are passed on from the last number to the first, through a whole list.
    for index in reversed(range(len(result) - 1)):
        result[index] = _with_unit_of_next(text, result[index], result[index + 1])
    exclusions = list(EXCLUSION.finditer(text))
    return [replace(number, rule=_rule(text, number, exclusions)) for number in result]


def _with_unit_of_next(text: str, number: Number, following: Number) -> Number:
    """Give a bare number the unit of the next number, if the text joins the two."""
    if number.kind != "number" or number.scale or number.percent:
        return number
    # A number as large as a year is not taken for a percentage.
    is_percent = following.percent and Decimal(number.digits) < 1000
    if not following.scale and not is_percent:
        return number
    if not _JOINS.fullmatch(text, number.end, following.start):
        return number
    return replace(number, scale=following.scale, percent=following.percent)


def _rule(text: str, number: Number, exclusions: Iterable[re.Match[str]]) -> str:
    """Return the name of the rule that excludes a number, or "" if none does."""
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

    A word such as "million" becomes the scale if it is the last word and the only one
    of its kind; otherwise all words of this kind are multiplied into the digits.
    """
    phrase = re.sub("^half an?", "zero and a half", phrase)
    whole = re.sub("[ -]and[ -]a[ -]half", "", phrase)
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
# The words after a number can show that it is not a day, as in "In May 12 mills shut"
# or "in May 10.1000/182". A number with a unit, as in "in May 12 percent", is longer
# than the form of a date, and so is not excluded.
_NO_QUANTITY = r"(?!\.\d|(?-i: [a-z]+s| people)\b)"
#: The reason for each rule that excludes numbers. A rule goes by the form of the words
#: and not by a number's value, except that a year must lie between 1900 and 2099.
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
#: The forms of what each rule excludes, except for years, which ``_is_year`` finds. The
#: comment above KINDS says how to add a form.
FORMS: Forms = {
    "name": {
        "web address": r"(?:https?://|www\.)\S+",
        "email address": r"[\w.+-]{1,64}@\S+",
        "doi: 10.1000/182": r"\bdoi: ?\S+",
        "10.1000/182": r"\b10\.\d{4,}/\S+",
        # In "RMB5 million", the letters are a currency.
        "A4": r"\b(?!(?:USD?|EUR|GBP|RMB|CNY)\d)[A-Z]+\d+[A-Z\d]*\b",
        "COVID-19": r"(?-i:\b[A-Z]{2,}-\d+\b)",
        "Five-Year Plan": rf"\b{_FEW}-year"
        r"(?=(?-i:(?: (?:[A-Z][\w'-]*|and)){0,12} [Pp]lans?\b))",
        "pp. 12-15": r"\bpp?\. ?\d+(?:(?:, ?| ?- ?| and )\d+)*\b",
        "No. 5": r"(?-i:\bNos?\. ?\d+)",
        # After "no. " the number may begin a sentence.
        "no.5": r"(?-i:\bno\.\d+)",
        "Table 3": r"(?-i:\b(?:Article|Chapter|Table|Figure|Fig\.|Appendix|Resolution"
        r"|Vol\.|Volume|Issue) \d+\b)",
    },
    "date": {
        "March 2": rf"\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?(?!\w){_NO_QUANTITY}",
        "2 March": rf"\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?!\w){_NO_QUANTITY}",
        # After a word such as "on", the number is a day, whatever follows the month.
        "on 2 March": r"\b(?:on|by|since|until|till|from|before|after|of|to) \d{1,2} "
        rf"{_MONTH}(?!\w)",
        "2021-03": r"\b\d{4}-\d{2}(?:-\d{2})?\b(?!\d)",
        "1/2/2020": r"\b\d{1,2}/\d{1,2}/\d{2,4}\b",
        "first half": r"\b(?:first|second|latter) half\b",
        "1990s": r"\b(?:19|20)\d0s\b",
        "10:30": r"\b\d{1,2}(?::\d{2}){1,2}\b",
        "5 pm": r"\b\d{1,2} ?[ap]\.?m\b",
    },
    "marker": {
        "[12]": r"\[\d{1,3}\]",
        "word.12": r"(?-i:(?<=[a-z\"][.,])\d{1,2}(?= [A-Z\"]|$))",
    },
    "reference": {
        "one of the": r"\bone of (?:the|its|his|her|their|our|these|those|them|which"
        r"|whom)\b",
        "one another": r"\bone (?:another|day|by one)\b",
        "one's": r"\bone's\b",
        "no one": r"\b(?:no|every|any|each|this|that|the)[ -]one\b",
        "in one case": r"\bin one (?:instance|case|example)\b",
        "one may": r"\bone (?:person )?(?:may|might|can|cannot|could|should|would|must)"
        r"\b",
        "at once": r"\b(?:at|more than) once\b",
        "once again": r"\bonce (?:again|more|the|an?|they|it|he|she|we)\b",
        "both": r"(?<!\bin )\bboth\b",
        "the two": r"\bthe two\b",
        "these five": rf"\b(?:these|those) {_FEW}\b",
        "all five of the": rf"\ball {_FEW} of (?:the|these|those|them)\b",
        "are twofold": rf"\b(?:is|are) {_FEW}-?fold\b(?=[.:;])",
    },
}
EXCLUSION = compile_forms(FORMS)
_BEFORE_YEAR = re.compile(
    r"(?i)(?:\b(?:in|since|until|after|before|during|early|late)|\bmid-"
    rf"|{_MONTH}(?: \d+)?,?) ?$"
)
_BEFORE_QUANTITY = re.compile(
    r"(?i)\b(?:some|nearly|almost|roughly|another|(?:more|fewer) than|a total of) $"
)
#: A word of the phrase that a number counts. Words that are neither a noun nor an
#: adjective are excluded.
_WORD = (
    r"[ -](?!(?:\w+ly|is|was|were|are|has|have|does|as|this|its|his|us|thus|across"
    r"|towards|plus|less|always|a|an|the|of|in|on|to|for|from|by|with|at|and|or|but"
    r"|that|which|who|when|while|where|it|they|he|she|we)\b)"
)
_PLURAL = rf"{_WORD}(?:people|men|women|children|staff|[a-z'-]+[^sui]s)\b"
_COUNTED = re.compile(_PLURAL)
_COUNTED_LATER = re.compile(rf"(?:{_WORD}[a-z'-]+){{0,3}}?{_PLURAL}")


def _is_year(text: str, number: Number) -> bool:
    """Tell whether a number is a year, or a span of years, rather than a quantity.

    A number of four digits from 1900 to 2099 is a year, unless the words around it show
    that it counts something.
    """
    if number.kind == "span":
        return True
    if not re.fullmatch("(?:19|20)[0-9]{2}", number.text):
        return False
    before = text[max(number.start - 40, 0) : number.start]
    noun = _COUNTED if _BEFORE_YEAR.search(before) else _COUNTED_LATER
    counted = noun.match(text, number.end)
    return not counted and not _BEFORE_QUANTITY.search(before)
