"""What a reader sees: headlines, sentences with fields, tables, what differs."""

import re
from itertools import combinations

import pytest

from analysis import audit, cli
from analysis import tables as shown
from tests.settings import random_settings


def test_the_headlines_fit_the_width_of_a_terminal(article, capsys):
    shown = 0
    for study in [article, *random_settings(article, 4)]:
        options = [f"--set={name}={value}" for name, value in study.setting.items()]
        if cli.main(["verify", *options]) < 2:
            lines = capsys.readouterr().out.split("\n")
            assert max(map(len, lines)) <= 80
            shown += len(lines) > 30
    assert shown > 2


def test_sentences_are_for_the_articles_own_numbers(article):
    changed = article.change(persons_per_transfer=0.6).headlines()
    assert not {"note", "cite", "caveat"} & set(changed)
    assert list(changed["verdict_before"]) == list(article.headlines()["verdict"])


def test_printed_digits_stand_in_the_words_around_them(article):
    words = article.book.texts["copy"]
    for row in article.book.claims.values():
        # A span of years is counted from its ends.
        if row.printed is not None and row.quantity[:5] != "years":
            digits = re.escape(f"{row.printed.normalize():f}".strip("-"))
            spelled = audit.words_of(words, row.as_printed)
            text = " ".join(word.text for word in spelled)
            assert re.search(rf"(?<![\d.]){digits}(?![\d.])", text), row.id


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


def surfaces(study, table):
    """A table as a notebook and as a terminal show it."""
    yield str(study.show(table)._repr_markdown_())
    yield shown.terminal(study.show(table))


@pytest.mark.parametrize("changes", [{}, {"persons_per_transfer": 0.6}], ids=str)
def test_every_table_is_words_on_every_surface(article, changes):
    study = article.change(**changes)
    for table in tables(study):
        for text in surfaces(study, table):
            # A table may end with the name by which a row is set or found.
            words = re.sub(r"\| \w+ \|(?=\n|$)|\n  name: .*|\(\w+\)", "", text)
            assert not re.search(r"\b(nan|inf)\b|\{|[a-z]_[a-z]", words), words


def test_every_column_and_pair_of_columns_can_be_shown(article):
    study, count = article.change(persons_per_transfer=0.6), 0
    for table in [
        *tables(study),
        study.names(),
        study.draws("at_risk_2021", n=3, rounding=True),
    ]:
        for several in (1, 2):
            for part in combinations(table, several):
                rows = table[[*part]].iloc[::-1].reset_index(drop=True)
                assert study.labelled(rows).shape[1] == several
                assert study.show(rows).startswith("| ")
                count += 1
    assert count > 350


def test_a_table_says_below_what_differs(article):
    study = article.change(persons_per_transfer=0.6, growth_2019_2021=0.09)
    for table in (study.checks("net_persons"), study.break_even("at_risk_2021_sum")):
        for text in surfaces(study, table):
            line = " ".join(text.split())
            assert "persons per transfer = 0.6 (our assumption: 1)" in line
            assert "9 percent (printed in the article: 10.5 percent)" in line
    assert "= 0.6" not in str([*surfaces(study, study.findings())])


def test_words_without_a_number_are_quoted_and_say_what_they_are_read_as(article):
    cadres, claim = article.checks("cadres_twice", "at_risk_2021_sum")["claim"][[1, 0]]
    assert (cadres[0], "200,000" in cadres) == ('"', True)
    assert ("1.8" in claim, "2 million" in claim) == (True, True)
    # The low end is an assumption.
    study = article.change(approaching_from=1_900_000)
    assert "1.9" in study.checks("at_risk_2021_sum")["claim"][0]


def test_what_differs_names_readings(article):
    study = article.change(at_risk_2019="southern")
    text = str(study.show(study.checks("at_risk_2021_sum"))._repr_markdown_())
    assert "minorities transferred in the south" in text


def test_a_total_over_years_stands_beside_that_many_yearly_numbers(article):
    rows = article.external().set_index("id")
    # 14.33 million in five years beside 2.87 million a year.
    row = rows.loc["report_2016_2020"]
    assert row["value"] == 5 * 2_870_000
    assert row["ratio"] == pytest.approx(14.33 / 14.35)
    assert rows.loc["report_2021", "ratio"] == pytest.approx(3.174 / 3.17)
    changed = article.change(transfers_2016_2020=2_866_000).external()
    row = changed.set_index("id").loc["report_2016_2020"]
    assert row["ratio"] == pytest.approx(1)
