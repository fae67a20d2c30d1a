"""The numbers that an English text prints, in digits or in words, and the rules that say which are no quantity.

What belongs here: reading numbers and the rules. What does not: which numbers the article has; a rule knows a form of
words and never a value.

>>> [(n.digits, n.scale, n.percent) for n in numbers("two to two and a half million, up 10.5 percent")]
[('2', 'million', False), ('2.5', 'million', False), ('10.5', '', True)]
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from analysis.core.units import SCALES

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_VULGAR = {"½": ".5", "¼": ".25", "¾": ".75"}
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–−", "-"),
        **dict.fromkeys("—―", " - "),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    }
)


def plain(text: str) -> str:
    """One spelling of quotes, dashes, spaces, ligatures and note markers; lines stay."""
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda marker: f"[{marker[0].translate(_SUPERSCRIPTS)}]", text)
    text = re.sub("([0-9]?)([½¼¾])", lambda half: (half[1] or "0") + _VULGAR[half[2]], text)
    text = re.sub("\u00ad[ \t]*\r?\n[ \t]*", "", text)
    text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return re.sub(r"[^\S\n]+", " ", re.sub("\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text))


@dataclass(frozen=True)
class Number:
    """A number as a text prints it: its digits, also where it is in words, its scale, and whether it is percent.

    ``kind`` is number, year, ordinal, fraction or vague (no digits). ``rule`` names the rule that excludes it, if any.
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
    def value(self) -> Decimal | None:
        """What it is worth, in ones; None where that can't be said."""
        factor = {**SCALES, "hundred": Decimal(100)}.get(self.scale)
        return Decimal(self.digits) * factor if factor and re.fullmatch(r"-?\d+(\.\d+)?", self.digits) else None


_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_RANKS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth hundredth"
)
_PARTS = "third quarter fifth sixth seventh eighth ninth tenth"
_SMALL = {word: value for value, word in enumerate(_BELOW_TWENTY.split())}
_ONES = {word: value for word, value in _SMALL.items() if 1 <= value <= 9}
_TENS = {word: 10 * value for value, word in enumerate(_TENS_WORDS.split(), start=2)}
_VALUES = {"a": 1, "an": 1, **_SMALL, **_TENS}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_HALVES = {"a half": "0.5", "a quarter": "0.25", "three quarters": "0.75"}
_ADVERBS = {
    "once": "1",
    "twice": "2",
    "thrice": "3",
    "both": "2",
    "doubled": "2",
    "tripled": "3",
    "quadrupled": "4",
    "halved": "0.5",
}
_MULTIPLES = {"double": "2", "triple": "3"}
NUMBER_WORDS = {*_VALUES, *_LARGE, *_ADVERBS, "hundred", "dozen", "percent", "hundreds", "thousands", "millions"}


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_ONE, _FEW = _any(_ONES), _any([*_ONES, "ten"])
_MANY = _any(["hundred", "dozen", *_LARGE])
_MANYS = _any([f"{word}s" for word in ["hundred", "dozen", *_LARGE]])
_SCALE = rf"[ -](?:{_any(_LARGE)}|dozen)\b"
_UNDER_100 = rf"(?>{_any(_TENS)}[ -]{_ONE}\b|{_any([*_SMALL, *_TENS])}\b)"
_UNDER_1000 = rf"(?>(?:{_UNDER_100}|an?)[ -]hundred\b(?:(?: and)? {_UNDER_100}(?![ -]hundred\b))?|{_UNDER_100})"
_HALF = rf"(?: and {_any(_HALVES)}\b)"
_PATTERNS = {
    "vague": rf"\b(?:several|many|few|some|countless|(?:a )?couple of)(?:[ -]{_MANY})+\b|\ba couple\b(?!')"
    rf"|\b(?:tens|scores|{_MANYS})(?: of {_MANYS})+\b|\b{_MANYS}\b",
    "ordinal": rf"\b\d+(?:st|nd|rd|th)\b|\b(?:{_any(_TENS)}-)?{_any(_RANKS.split())}\b",
    "fraction": rf"\b(?:an?|{_ONE}) {_any(_PARTS.split())}s?(?= of\b)|\b{_ONE}-(?:half|{_any(_PARTS.split())})s?\b"
    rf"|\bhalf\b(?!-| an?{_SCALE})",
    "words": rf"\b(?:{_UNDER_1000}{_HALF}?|half an?(?={_SCALE})|an?(?={_SCALE}))"
    rf"(?:(?:{_SCALE})+(?: {_UNDER_1000}(?:{_SCALE})+)*(?:(?: and)? {_UNDER_1000}(?!{_SCALE}))?)?",
    "adverb": rf"\b{_any(_ADVERBS)}\b|\b(?:double|triple)(?= (?:the|that|those|its|their)\b)|\b{_FEW}fold\b",
    # Thousands are parted by commas or by spaces; a minus is one only where no range can be meant.
    "digits": r"(?<!\d\.)(?:(?<![\w)\]] )(?<![\w)\]])-)?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?: \d{3})+(?!\d)|\d+)"
    rf"(?:\.\d+)?{_HALF}?",
}
_TOKEN = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS.items()), re.IGNORECASE)
_SCALE_AFTER = re.compile(rf"[ -]?({_MANY}\b(?:[ -]{_any(_LARGE)}\b)?)", re.IGNORECASE)
_PERCENT_AFTER = re.compile(r" ?%|[ -]?per[ -]?cent\b|[ -]?percentage points?\b", re.IGNORECASE)
#: What joins numbers that share the unit of the last: "5, 6 and 7 percent", "2 to 3 million".
JOINS = re.compile(r"(?: ?- ?|,? and |, | (?:to|or|through) )(?:about |around |approximately |over |up to )?\$?")


def numbers(text: str) -> list[Number]:
    """Every number that a text prints, in digits or in words, in order, with the rule that excludes it, if any.

    A number in words has the digits that it would be printed with; one that shares a unit with the next has that unit.

    >>> [(n.digits, n.scale) for n in numbers("two and a half million")]
    [('2.5', 'million')]
    >>> [(n.text, n.rule) for n in numbers("In May 2019, 2014 households and several hundred persons moved.")]
    [('2019', 'year'), ('2014', ''), ('several hundred', '')]
    """
    text = plain(text)
    found = [_number(text, match) for match in _TOKEN.finditer(text)]
    for index in range(len(found) - 2, -1, -1):
        one, two = found[index], found[index + 1]
        bare = one.kind == "number" and not (one.scale or one.percent)
        large = two.percent and one.value is not None and one.value >= 1000
        if bare and not large and (two.scale or two.percent) and JOINS.fullmatch(text, one.end, two.start):
            found[index] = replace(one, scale=two.scale, percent=two.percent)
    rules: dict[int, str] = {}
    starts = [number.start for number in found]
    for rule, (_, pattern) in RULES.items():
        for match in pattern.finditer(text) if pattern else ():
            for index in range(bisect_left(starts, match.start()), bisect_left(starts, match.end())):
                if found[index].end <= match.end():
                    rules.setdefault(index, rule)
    for index, number in enumerate(found):
        if number.kind == "ordinal":
            rules.setdefault(index, "ordinal")
        elif number.kind == "year" and _is_year(text, number, found[index - 1] if index else None):
            rules.setdefault(index, "year")
    return [replace(number, rule=rules.get(index, "")) for index, number in enumerate(found)]


def _number(text: str, match: re.Match[str]) -> Number:
    kind, start, end, phrase = str(match.lastgroup), match.start(), match.end(), match[0].casefold()
    if kind in ("vague", "ordinal", "fraction"):
        return Number(match[0], start, end, kind=kind, in_words=True)
    digits, scale = phrase, ""
    if kind == "adverb":
        digits = {**_ADVERBS, **_MULTIPLES}.get(phrase) or str(_SMALL[phrase.removesuffix("fold")])
    elif kind == "words":
        digits, scale = _read_words(phrase)
    else:
        digits, *half = phrase.split(" and ")
        digits = re.sub("[, ]", "", digits)
        digits = str(Decimal(digits) + Decimal(_HALVES[half[0]])) if half else digits
        if after := _SCALE_AFTER.match(text, end):
            scale, end = after[1].casefold(), after.end()
    percent = _PERCENT_AFTER.match(text, end)
    end = percent.end() if percent else end
    money = text[start - 1 : start] == "$"
    is_year = re.fullmatch("(19|20)[0-9]{2}", phrase) and not (scale or percent or money)
    shown = text[start - money : end]
    kind = "year" if is_year else "number"
    return Number(shown, start, end, digits, scale, bool(percent), kind, in_words=not match["digits"])


def _read_words(phrase: str) -> tuple[str, str]:
    """Digits and scale of a number in words; the scale is part of the digits unless it is the last word alone."""
    group, total = Decimal(0), Decimal(0)
    for name, value in _HALVES.items():
        if f" and {name}" in phrase:
            phrase, group = phrase.replace(f" and {name}", ""), Decimal(value)
    if phrase.startswith("half a"):
        phrase, group = re.sub("^half an?", "", phrase), Decimal("0.5")
    words = [word for word in re.split("[ -]+", phrase) if word not in ("and", "")]
    scale = words[-1] if words[-1] in _LARGE and not any(word in _LARGE for word in words[:-1]) else ""
    for word in words[:-1] if scale else words:
        if word in _LARGE:
            group, total = Decimal(0), total + group * _LARGE[word]
        elif word in ("hundred", "dozen"):
            group *= 100 if word == "hundred" else 12
        else:
            group += _VALUES[word]
    return f"{(total + group).normalize():f}", scale


# The rules that exclude a number. Each says by its form what a number is, never which number.

_MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sep(?:t|tember)?\.?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_NO_QUANTITY = r"(?!,?\d|\.\d| ?%| per ?cent| (?:hundred|thousand|million|billion)| [a-z]+s\b| people\b)"
RULES: dict[str, tuple[str, re.Pattern[str] | None]] = {
    "address": (
        "part of a web address or identifier",
        re.compile(
            r"(?:https?://|www\.)\S+|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|\bdoi: ?\S+|\b10\.\d{4,}/\S+"
        ),
    ),
    "clock time": (
        "a time of day",
        re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\b)?|\b\d{1,2} ?[ap]\.?m\b"),
    ),
    "date": (
        "a day, a half of a year or a decade",
        re.compile(
            rf"\b(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH})\b{_NO_QUANTITY}"
            rf"|\b(?i:on|by|since|until|till|from|before|after|of|to) \d{{1,2}} {_MONTH}\b"
            rf"|\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b(?!\d)|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b"
            rf"|\b(?:first|second|latter) half\b"
            r"|\b(?:19|20)\d0s\b"
        ),
    ),
    "part of a year": (
        "so many months, weeks or days of a named year",
        re.compile(
            rf"\b(?:first|last) (?:\d{{1,2}}|{_FEW}|eleven|twelve) (?:days|weeks|months|quarters) "
            rf"of (?:{_MONTH} )?\d{{4}}\b"
        ),
    ),
    "year": ("a year of the calendar, not followed by what it would count", None),
    "note marker": ("the marker of a note", re.compile(r"\[\d{1,3}\]")),
    "ordinal": ("a rank: of a plan, a forum, a point", None),
    "document": (
        "part of a document's name or the place in one",
        re.compile(
            rf"\b(?i:{_FEW})-[Yy]ear(?=(?: (?:[A-Z][\w'-]*|and)){{0,12}} [Pp]lans?\b)"
            r"|\bpp?\. ?\d+(?:(?:, ?| ?- ?| and )\d+)*\b"
            r"|\bNos?\. ?\d+|\bno\.\d+"
            r"|\b(?:Article|Chapter|Table|Figure|Fig\.|Appendix|Resolution|Vol\.|Volume|Issue) \d+\b"
        ),
    ),
    "name": (
        "digits that belong to a name",
        re.compile(r"\b(?!(?:USD?|EUR|GBP|RMB|CNY)\d)[A-Za-z]+\d+[A-Za-z\d]*\b|\b[A-Z]{2,}-\d+\b"),
    ),
    "one": (
        "one as a pronoun, or as a member of things named",
        re.compile(
            r"\bone of (?:the|its|his|her|their|our|these|those|them|which|whom)\b|\bone (?:another|day|by one)\b"
            r"|\bone's\b|\b(?:no|every|any|each|this|that|the)[ -]one\b|\bin one (?:instance|case|example)\b"
            r"|\bone (?:person )?(?:may|might|can|cannot|could|should|would|must)\b",
            re.IGNORECASE,
        ),
    ),
    "once": (
        "once as a word of time, or in more than once",
        re.compile(r"\b(?:at|more than) once\b|\bonce (?:again|more|the|an?|they|it|he|she|we)\b", re.IGNORECASE),
    ),
    "both": ("both: refers to two things named beside it", re.compile(r"\bboth\b", re.IGNORECASE)),
    "things named": (
        "refers back to things already named",
        re.compile(
            rf"\b(?:the two|(?:these|those|the former|the latter) {_FEW}|all {_FEW} of (?:the|these|those|them))\b",
            re.IGNORECASE,
        ),
    ),
    "own points": (
        "counts the points that the text goes on to make",
        re.compile(
            r"\b(?:implication|reason|aim|objective|purpose|argument|point|answer|conclusion)s?\b[^.;:]{0,200} "
            rf"(?:is|are|was|were) {_FEW}-?fold\b(?=[.:;])",
            re.IGNORECASE,
        ),
    ),
}

_BEFORE_YEAR = re.compile(
    r"(?:\b(?:in|since|until|till|after|before|during|early|late)|\bmid-"
    rf"|{_MONTH},?|{_MONTH} \d{{1,2}},|summer|spring|autumn|winter) ?$",
    re.IGNORECASE,
)
_BEFORE_QUANTITY = re.compile(
    r"\b(?:some|nearly|almost|roughly|another|(?:more|fewer) than|a total of) $", re.IGNORECASE
)
#: Where the phrase that a number counts has ended: an adverb, or a word that is neither noun nor adjective.
_PHRASE_ENDS = re.compile(
    r"\w+ly|is|was|were|are|has|have|does|as|this|its|his|us|thus|across|towards|plus|less|always|perhaps|sometimes|besides"
    r"|a|an|the|of|in|on|to|for|from|by|with|at|and|or|but|that|which|who|when|while|where|it|they|he|she|we"
)
_PLURAL = re.compile(r"people|men|women|children|staff|[a-z'-]+(?<!s)(?<!u)(?<!i)s")


def _is_year(text: str, number: Number, before: Number | None) -> bool:
    """Whether a number of four digits from 1900 to 2099 is a year: no noun that it counts follows."""
    if before and before.kind == "year" and re.fullmatch(" ?- ?| to ", text[before.end : number.start]):
        return True
    words = re.findall("[a-z'-]+", (re.match(r"(?:[ -][a-z][a-z'-]*){0,4}", text[number.end :]) or [""])[0])
    phrase = list(itertools.takewhile(lambda word: not _PHRASE_ENDS.fullmatch(word), (w.strip("-") for w in words)))
    if _BEFORE_QUANTITY.search(text[max(number.start - 20, 0) : number.start]):
        return False
    plural = [bool(_PLURAL.fullmatch(word)) for word in phrase]
    return not any(plural[:1]) and (
        bool(_BEFORE_YEAR.search(text[max(number.start - 40, 0) : number.start])) or not any(plural)
    )
