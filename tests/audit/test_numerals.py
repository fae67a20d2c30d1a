"""The forms by which the audit finds numbers, and tells a quantity from other numbers.

Each form has fragments that it must take, and similar fragments that it must not take.
"""

from __future__ import annotations

import re

import pytest

from analysis.audit.differences import QUALIFIER_WORDS
from analysis.audit.numerals import (
    FORMS,
    KINDS,
    RULES,
    Forms,
    compile_forms,
    numbers,
    plain,
)
from analysis.core.published import QUALIFIERS

MONTHS = (
    "January February March April May June July August September October November "
    "December Sept Sept. Jan Feb. Mar Apr. Jun Jul. Aug Sep. Oct Nov. Dec"
)


def _each(text: str, words: str) -> list[str]:
    """The text with each of the words in turn."""
    return [text.replace("…", word.replace("_", " ")) for word in words.split()]


#: By kind and form: texts whose numbers have this form, and texts that it leaves alone.
#: The numbers that the audit finds in either stand in brackets.
PRINTED = {
    ("vague", "several thousand"): (
        [
            *_each("[… thousand]", "several many few some countless"),
            *("[couple of thousand]", "[a couple of dozen]"),
            "[some hundred thousand]",
        ],
        ["several mills", "[a couple] of mills"],
    ),
    ("vague", "a couple"): (["sent [a couple]"], ["a couple's mill"]),
    ("vague", "tens of thousands"): (
        ["[tens of thousands]", "[scores of millions]", "[hundreds of thousands]"],
        ["tens of mills", "[thousands] of mills"],
    ),
    ("vague", "thousands"): (
        _each("[…] of mills", "dozens hundreds thousands millions billions trillions"),
        ["a thousandth"],
    ),
    ("fraction", "a third of"): (
        [
            *("[a third] of the mills", "[an eighth] of the mills"),
            *("[one quarter] of the mills", "[three fifths] of the mills"),
        ],
        ["a third mill", "[one] quarter"],
    ),
    ("fraction", "roughly a third"): (
        ["roughly [a third]", "nearly [a quarter]", "over [a fifth] are"],
        ["a third mill", "only a third"],
    ),
    ("fraction", "two-thirds"): (
        ["[two-thirds]", "[one-half]", "[one-quarter]", "[three-fifths]"],
        ["[two] halves"],
    ),
    ("fraction", "half"): (
        ["[half] of the mills", "[half] a mill"],
        ["half-timbered", "[half a million]"],
    ),
    ("words", "two million"): (
        [
            *("[seven]", "[seventeen]", "[forty-two]", "[two million]"),
            *("[two and a half million]", "[two hundred and six]"),
            "[two-and-a-half million]",
            "[two thousand six hundred]",
        ],
        ["the twenty-first mill", "weighty mills"],
    ),
    ("words", "half a million"): (
        ["[half a million]", "[half a dozen]"],
        ["[half] a mill"],
    ),
    ("words", "a million"): (["[a million]", "[a hundred and six]"], ["a mill"]),
    ("adverb", "twice"): (
        _each("[…]", "once twice both doubled tripled quadrupled halved"),
        ["a double room", "a triple room"],
    ),
    ("adverb", "double the"): (
        ["[double] the flour", "[double] its flour", "[triple] their flour"],
        ["double rooms"],
    ),
    ("adverb", "threefold"): (["rose [threefold]"], ["manifold"]),
    ("span", "2016-2020"): (
        [
            *("[2016-2020]", "[1994 - 1998]", "[2016 to mid-2020]"),
            *_each("[2016 … 2020]", "and to until through"),
        ],
        ["[2016]-[2020 %]", "[1500]-[1700]"],
    ),
    ("digits", "1,234"): (["[1,234,567]", "[1,234.5]"], ["[12],[34]", "[1],[2345]"]),
    ("digits", "1 234"): (["[1 234 567]", "[1 234.5]"], ["[12] [34]", "[1] [2345]"]),
    ("digits", "1234"): (
        ["[12]", "[1234.5]", "fell by [5]-[6]", "this: [-5]", "[$5 million]"],
        ["the 21st, 2nd, 3rd and 4th mill", "fell -[5]", "version [1.5].7", "[1,234]"],
    ),
}
#: By rule and form: texts that it is for, and texts that no rule applies to.
EXCLUDED = {
    ("name", "web address"): (
        [
            *_each("see …://example.org/5 there", "http https"),
            "see www.example.org/5 there",
        ],
        ["see example.org: 5 pages"],
    ),
    ("name", "email address"): (
        ["write to desk.12@example.org now", "write to both@example.org"],
        ["12 @ 5 each"],
    ),
    ("name", "doi: 10.1000/182"): (
        ["see doi: 12/34 there", "see doi:12/34 there"],
        ["a doi and 5 pages"],
    ),
    ("name", "10.1000/182"): (
        ["see 10.1000/182 there", "in May 10.1000/182"],
        ["10.5/12 mills"],
    ),
    ("name", "A4"): (
        ["an A4 sheet", "a B2B mill"],
        _each("paid …5 each", "US USD EUR GBP RMB CNY"),
    ),
    ("name", "COVID-19"): (["a COVID-19 rule"], ["the top-15 mills", "A-15 mill"]),
    ("name", "Five-Year Plan"): (
        ["the five-year plan", "the Five-Year Mills and Rivers Plan"],
        ["a five-year lease", "a five-year lease plan"],
    ),
    ("name", "pp. 12-15"): (
        ["on p. 5", "on p.5", "on pp. 12-15, 18 and 20", "on pp. 5 - 7,9"],
        ["12 pages"],
    ),
    ("name", "No. 5"): (["in No. 5", "in Nos. 5"], ["he said no. 5 mills shut"]),
    ("name", "no.5"): (["in no.5 of it"], ["he said no, 5 mills shut"]),
    ("name", "Table 3"): (
        _each(
            "in … 3 it",
            "Article Chapter Table Figure Fig. Appendix Resolution Vol. Volume Issue",
        ),
        ["a table 3 metres long"],
    ),
    ("date", "March 2"): (
        [*_each("… 2, it", MONTHS), "as in March 2 it"],
        [
            *_each("in May …", "12,000 2.5 5% 5_percent 5_million 5_people 5_mills"),
            "if they march 2 miles",
        ],
    ),
    ("date", "2 March"): (
        _each("2 …, it", MONTHS),
        [
            *("sent 2 March delegates home", "sent 2 March people home"),
            *("on 2nd March 5 shut", "if 2 may stay"),
        ],
    ),
    ("date", "on 2 March"): (
        _each("… 2 March delegates", "on by since until till from before after of to"),
        ["about 2 March delegates", "if one of 2 may stay"],
    ),
    ("date", "2021-03"): (
        ["as of 2021-03 it", "as of 2021-03-05 it"],
        ["from 1200-1500 mills"],
    ),
    ("date", "1/2/2020"): (["on 1/2/2020 it", "on 12/11/20 it"], ["1/2 of 2020 mills"]),
    ("date", "first half"): (
        _each("in the … half of it", "first second latter"),
        ["half of it"],
    ),
    ("date", "1990s"): (["in the 1990s", "in the 2020s"], ["some 1990 sacks"]),
    ("date", "10:30"): (["at 10:30 it", "at 10:30:15 it"], ["a ratio of 10 : 3"]),
    ("date", "5 pm"): (
        ["at 5 pm it", "at 5am it", "at 5 p.m. it"],
        ["at 5 pumps"],
    ),
    ("marker", "[12]"): (["it shut.[12] It"], ["[12 mills]", "[1200]"]),
    ("marker", "word.12"): (
        ["it shut.12 It", 'it "shut",12 "so', "it shut.12"],
        ["it shut.12 of them", "it shut. 12 It"],
    ),
    ("reference", "one of the"): (
        _each(
            "one of … mills", "the its his her their our these those them which whom"
        ),
        ["one of 12 mills"],
    ),
    ("reference", "one another"): (
        ["to one another", "one day it", "one by one it"],
        ["one other mill"],
    ),
    ("reference", "one's"): (["on one's way"], ["one mill's roof"]),
    ("reference", "no one"): (
        [*_each("… one shut", "no every any each this that the"), "no-one"],
        ["but one shut"],
    ),
    ("reference", "in one case"): (
        _each("in one …", "instance case example"),
        ["in one mill", "one case"],
    ),
    ("reference", "one may"): (
        [
            *_each("one … ask", "may might can cannot could should would must"),
            "one person may ask",
        ],
        ["one mill may shut", "one person asked"],
    ),
    ("reference", "at once"): (["at once", "more than once"], ["it rang once"]),
    ("reference", "once again"): (
        _each("once …", "again more the a an they it he she we"),
        ["once every week"],
    ),
    ("reference", "both"): (["both mills"], ["in both mills"]),
    ("reference", "the two"): (["the two mills"], ["the three mills"]),
    ("reference", "these five"): (
        ["these five mills", "those two mills"],
        ["their five mills"],
    ),
    ("reference", "all five of the"): (
        _each("all five of …", "the these those them"),
        ["all five mills"],
    ),
    ("reference", "are twofold"): (
        ["reasons are twofold.", "the reason is two-fold:", "gains are threefold;"],
        ["sales are twofold what they were"],
    ),
}


def _rules(text: str) -> set[str]:
    return {number.rule for number in numbers(text)}


@pytest.mark.parametrize(("kind", "form"), PRINTED)
def test_a_form_of_a_number_takes_what_it_is_for(kind: str, form: str) -> None:
    takes, leaves = PRINTED[kind, form]
    # The kinds that are read as plain numbers differ in their words alone.
    own_kind = kind if kind in {"vague", "fraction", "span"} else "number"
    for text in (*takes, *leaves):
        found = [number.text for number in numbers(_bare(text))]
        assert found == re.findall(r"\[(.*?)\]", text)
    assert {n.kind for text in takes for n in numbers(_bare(text))} == {own_kind}


@pytest.mark.parametrize(("rule", "form"), EXCLUDED)
def test_a_form_of_a_rule_takes_what_it_is_for(rule: str, form: str) -> None:
    takes, leaves = EXCLUDED[rule, form]
    assert [text for text in takes if _rules(text) != {rule}] == []
    assert [text for text in leaves if _rules(text) != {""}] == []


def _bare(text: str) -> str:
    return re.sub(r"[\[\]]", "", text)


def _names(forms: Forms) -> list[tuple[str, str]]:
    return [(kind, form) for kind, named in forms.items() for form in named]


def _without(forms: Forms, dropped: str) -> Forms:
    kept = {
        kind: {form: pattern for form, pattern in named.items() if form != dropped}
        for kind, named in forms.items()
    }
    return {kind: named for kind, named in kept.items() if named}


@pytest.mark.parametrize(("kind", "form"), _names(KINDS))
def test_a_form_of_a_number_that_is_dropped_is_missed(
    kind: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (kind, form) in PRINTED, "write an example for this form"
    texts = [_bare(text) for text in PRINTED[kind, form][0]]
    before = [numbers(text) for text in texts]
    fewer = compile_forms(_without(KINDS, form))
    monkeypatch.setattr("analysis.audit.numerals.NUMBER", fewer)
    for text, found in zip(texts, before, strict=True):
        assert numbers(text) != found, f"another form takes {text!r} too"


@pytest.mark.parametrize(("rule", "form"), _names(FORMS))
def test_a_form_of_a_rule_that_is_dropped_is_missed(
    rule: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (rule, form) in EXCLUDED, "write an example for this form"
    fewer = compile_forms(_without(FORMS, form))
    monkeypatch.setattr("analysis.audit.numerals.EXCLUSION", fewer)
    for text in EXCLUDED[rule, form][0]:
        assert _rules(text) != {rule}, f"another form takes {text!r} too"


def test_each_rule_has_a_form_or_a_test() -> None:
    # Years are tested below; what stands outside of the article is told by its place.
    assert FORMS.keys() == RULES.keys() - {"outside", "year"}


@pytest.mark.parametrize(
    "text",
    [
        *_each("… 2021 new mills", "in since until after before during early late"),
        *("mid-2021 new mills", "March 2021 new mills", "March 5, 2021 new mills"),
        *("2021, it", "2021", "2016 to 2020 mills"),
        *_each("2021 … mills", "is was were are has have does as this its his us thus"),
        *_each("2021 … mills", "across towards plus less always newly a an the of in"),
        *_each("2021 … mills", "on to for from by with at and or but that which who"),
        *_each("2021 … mills", "when while where it they he she we"),
    ],
)
def test_a_year_is_excluded(text: str) -> None:
    rules = [number.rule for number in numbers(text) if number.text.startswith("20")]
    assert rules == ["year"]


@pytest.mark.parametrize(
    "text",
    [
        *_each("2021 …", "people men women children staff mills"),
        *_each("in 2021 …", "people men women children staff mills"),
        *("2021 old mills", "2021 old grey water mills"),
        *_each("… 2021", "some nearly almost roughly another"),
        *("more than 2021", "fewer than 2021", "a total of 2021"),
        *("1899", "2100", "2,021", "2021 percent"),
    ],
)
def test_a_quantity_that_looks_like_a_year_is_not_excluded(text: str) -> None:
    assert _rules(text) == {""}


def test_a_fraction_of_one_character_is_a_decimal() -> None:
    text = plain("½ million, 2½ million and ¾ of the mills")
    found = [(number.digits, number.scale) for number in numbers(text)]
    assert found == [("0.5", "million"), ("2.5", "million"), ("0.75", "")]


def test_a_run_of_very_many_digits_is_read_once() -> None:
    # Read once from each of its digits, this text would take hours.
    digits = "9" * 1_000_000
    assert plain(digits) == digits


def test_the_audit_knows_the_words_of_each_qualifier() -> None:
    # A range, plain digits and vague words have no word before them.
    without_word = {"exact", "range", "vague"}
    assert QUALIFIERS.keys() - without_word <= QUALIFIER_WORDS.keys()
