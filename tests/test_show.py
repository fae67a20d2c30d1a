"""What a reader sees: headlines, sentences with fields, tables, what differs."""

import re

import pytest

from analysis import DataError, SettingError, headlines, show, wording
from tests.settings import random_settings


def test_the_headlines_fit_a_terminal(article):
    lines = headlines.verify(article.model, {}).split("\n")
    assert len(lines) <= 43
    assert max(map(len, lines)) <= 80


def test_the_headlines_under_other_numbers_fit_its_width(article):
    for study in random_settings(article, 10):
        text = headlines.verify(study.model, study.setting)
        assert max(map(len, text.split("\n"))) <= 80


def test_the_headlines_have_their_verdicts(article):
    assert list(article.headlines()["verdict"]) == [
        "matches",
        "matches",
        "differs (our comparison)",
        "cannot be recalculated",
        "matches",
        "left open",
    ]


@pytest.mark.parametrize("column", ["note", "more", "cite", "caveat"])
def test_sentences_keep_their_length_and_have_all_fields(article, column):
    for sentence in article.headlines()[column]:
        assert 1 < len(sentence.split()) <= 42
        assert "{" not in sentence


def test_sentences_are_for_the_articles_own_numbers(article):
    changed = article.change(persons_per_transfer=0.6).headlines()
    assert not {"note", "more", "cite", "caveat"} & set(changed)
    assert list(changed["verdict_before"]) == list(article.headlines()["verdict"])
    assert changed["verdict"].to_list()[4] == "matches within rounding"


def test_our_comparison_never_reads_as_the_articles(article):
    for study in random_settings(article, 10):
        row = study.headlines().iloc[2]
        assert row.verdict.endswith(" (our comparison)")


#: Numbers that stand in sentences: how they come about.
BY_HAND = {
    # A fifth of 13.75 million.
    "plan_of_2021_not_identified": ("2.75 million", 13.75e6 / 5),
    # 1.6 million + 301,222 + 300,000
    "low_end_of_the_total": ("2.201 million", 1.9e6 + 3.17e6 - 3.17e6 / 1.105),
    "achieved_below_the_goal": ("98.7 percent", 1.48 / 1.5),
    "households_or_persons": ("11.24 million", 11_238_723),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_number_in_a_finding_is_worked_out_by_hand(article, name):
    printed, value = BY_HAND[name]
    text = article.findings().set_index("id").loc[name, "finding"]
    assert printed in text
    digits, _, unit = printed.partition(" ")
    scale = {"million": 1e6, "percent": 0.01}[unit]
    places = len(digits.partition(".")[2])
    assert round(value / scale, places) == float(digits)


def test_what_sentences_say_of_numbers_by_hand():
    # What is left for 2020 is 3.165 million, and by rounding up to 3.1855.
    assert 14.33 - 2.75 - 2.75 - 2.805 - 2.86 < 3.174
    assert 14.335 - 2.745 - 2.745 - 2.8045 - 2.855 > 3.174
    # Some of 300,000 former detainees, counted twice, leave two million.
    assert 0 < 2e6 - (1.6e6 + 3.17e6 - 3.17e6 / 1.105) < 300_000
    # Both implied plans fit 2.75 million.
    assert 3.15 / 1.1545 < 2.75 < 3.25 / 1.1535
    assert 3.165 / 1.1545 < 2.75 < 3.175 / 1.1535


def test_a_field_of_a_finding_that_names_nothing_is_refused(article, monkeypatch):
    rows = article.model.tables["findings"]
    name, row = next(iter(rows.items()))
    monkeypatch.setitem(rows, name, row | {"finding": "{figure_2019_al}"})
    with pytest.raises(DataError, match=r"findings\.csv, row 2, column finding"):
        article.findings()


def test_findings_are_chosen_by_their_rows(article):
    titles = list(article.findings("training_held_2021")["id"])
    assert titles == ["achieved_below_the_goal"]


# Tables -------------------------------------------------------------------------------


def tables(study):
    yield study.checks()
    yield study.headlines()
    yield study.findings()
    yield study.external()
    yield study.sensitivity("at_risk_2021")
    yield study.break_even("at_risk_2021_sum")
    yield study.compare()


@pytest.mark.parametrize("changes", [{}, {"persons_per_transfer": 0.6}], ids=str)
def test_every_table_is_words_on_every_surface(article, changes):
    study = article.change(**changes)
    for table in tables(study):
        for form in (show.terminal, show.markdown):
            said = re.sub(
                r"\| \w+ \|(?=\n|$)|\n  name .*", "", form(study.model, table)
            )
            assert not re.search(r"\bnan\b|\{|[a-z]_[a-z]", said.replace("_2", "")), (
                said
            )
        assert not table.isin([float("inf")]).any().any()


def test_a_table_says_below_what_differs(article):
    study = article.change(persons_per_transfer=0.6)
    line = "persons per transfer = 0.6 (ours: 1)"
    for table in (study.checks("net_persons"), study.break_even("at_risk_2021_sum")):
        assert line in show.markdown(study.model, table)
        assert line in show.terminal(study.model, table).replace("\n", " ")
    assert "Your numbers" not in show.markdown(article.model, article.checks())
    assert "Your numbers" not in show.markdown(study.model, study.findings())


def test_tables_are_plain_numbers_in_base_units(article):
    checks = article.checks().set_index("id")
    assert checks.loc["excess_over_goal", "printed"] == 0.30
    assert checks.loc["at_risk_2021_sum", "unit"] == "person"
    external = article.external().set_index("id")
    assert external.loc["report_2021", "printed"] == 3_174_000
    assert external.loc["report_2021", "year"] == 2021
    assert external.loc["plan_13fyp_total", "value"] == 11_000_000


def test_what_differs_names_readings_and_functions(article):
    study = article.change(at_risk_2019="southern", growth_2019_2021=0.2)
    said = wording.differs(study.model, study.setting)
    assert "20 percent (printed: 10.5 percent)" in said
    assert "minorities transferred in the south" in said
    study = article.change(at_risk_2019=lambda total_2019: 0.5 * total_2019)
    assert "function" in wording.differs(study.model, study.setting)


def test_an_unknown_figure_is_refused_with_the_nearest(article):
    with pytest.raises(SettingError, match="waterfall"):
        article.figure("waterfal")


def test_a_table_is_labelled_for_a_paper(article):
    table = article.labelled(article.sensitivity("at_risk_2021"))
    assert list(table)[:3] == ["input", "in use", "over"]
    assert "Persons" not in table.to_latex(index=False)
    assert "persons per transfer & 1 & 0.56 to 1" in table.to_latex(index=False)
    drawn = article.labelled(article.draws("at_risk_2021", n=4, rounding=True))
    assert list(drawn)[-1] == "persons at risk in 2021"
    few = article.labelled(article.checks()[["id", "verdict", "kind"]])
    assert set(few) == {"note", "name", "verdict"}


def test_bounds_say_where_a_limit_cuts_them(article):
    text = str(article.steps("detainees_from_low_end"))
    assert "0 to 201,000 (cut at 0) by rounding" in text
