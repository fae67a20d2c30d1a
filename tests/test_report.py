"""The report: whole, true to the library, readable without a network or a mouse."""

import re

import pytest
from bs4 import BeautifulSoup

PAGES = ("index", "numbers", "cite", "method", "python")


@pytest.fixture(scope="module")
def pages(run):
    """The pages of a run by name."""
    found = {}
    for path in sorted((run.folder / "report").glob("*.html")):
        found[path.stem] = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    return found


def words(page):
    return page.main.get_text(" ")


def test_there_is_a_page_for_each_text_and_each_notebook(pages):
    assert {*PAGES} <= pages.keys()
    assert len(pages) == len(PAGES) + 9
    for name, page in pages.items():
        assert page.h1.get_text(), name
        assert page.find("meta", attrs={"name": "viewport"})


def test_pages_keep_their_length(pages):
    counts = {}
    for name, page in pages.items():
        text = page.body.get_text(" ")
        counts[name] = len(re.findall(r"[^\W\d_][\w'’-]*", text))
    assert max(counts.values()) <= 5_000
    assert sum(counts.values()) <= 20_000


def test_pages_load_nothing_and_their_links_lead_somewhere(pages, run):
    for page in pages.values():
        assert not page.find_all(["script", "link", "iframe"])
        for image in page("img"):
            assert image["src"].startswith("data:image/png;base64,")
            assert len(image["alt"].split()) > 5
        for link in page("a"):
            target = link["href"]
            if not target.startswith("http"):
                path, _, anchor = target.partition("#")
                assert (run.folder / "report" / path).exists(), target
                assert not anchor or pages[path[:-5]].find(id=anchor)


def test_the_front_page_has_headlines_and_findings(pages, article):
    text = words(pages["index"])
    for row in article.headlines().itertuples():
        assert row.article in text
        for line in row.working.split("\n"):
            assert line in text
        assert row.verdict in text
        assert row.note in text
    for finding in article.findings()["finding"]:
        assert finding in text


def test_the_page_of_numbers_has_every_claim_check_and_figure(pages, article):
    text = " ".join(words(pages["numbers"]).split())
    for table in ("claims", "external"):
        for row in article.model.tables[table].values():
            is_beside = table == "claims" or row["beside"]
            shown = " ".join(row["statement"].split())
            if is_beside and not row["id"].startswith(("report_20", "census")):
                assert shown in text or not has_claim(article, row), row["id"]
    for row in article.checks().itertuples():
        if row.verdict == "":
            assert row.statement in text


def has_claim(article, row):
    quantities = {
        claim["quantity"] for claim in article.model.tables["claims"].values()
    }
    return row.get("beside", "").split("; ")[0] in quantities


def test_the_page_to_cite_has_sentence_caveat_and_grade(pages, article):
    text = words(pages["cite"])
    for row in article.headlines().itertuples():
        assert row.cite in text
        assert row.caveat in text
    assert "3.174 million (copy, Work report" in text


def test_the_method_has_all_assumptions(pages, article):
    text = words(pages["method"])
    for row in article.model.tables["assumptions"].values():
        assert row["why"] in text


#: Numbers that stand on the page of the method as they are, by check and assumption.
def test_numbers_on_the_page_of_the_method_are_those_of_the_library(pages, article):
    text = words(pages["method"])
    table = article.break_even("at_risk_2021_sum").set_index("input")
    turn = table.loc["persons_per_transfer"].iloc[-1]["low"]
    assert f"matches from {round(turn + 5e-4, 3)} persons per transfer" in text
    rows = article.model.tables["claims"]
    assert rows["at_risk_2021_approaches"]["says"] == "1.8 to 2"
    assert rows["cadres_in_words"]["says"] == "200000 to 1000000"
    assert rows["detainees_several"]["says"] == ">= 300000"
    assert str(rows["volume_out_low"]["rounded_to"]) == "10000"
    assert str(rows["net_increase_note_4"]["rounded_to"]) == "100000"


def test_tables_can_be_stacked_on_a_phone(pages):
    for cell in pages["numbers"].main("td"):
        assert cell["data-label"]


def test_notebooks_show_code_steps_and_figures(pages):
    page = pages["04_at_risk_2021"]
    assert "persons_per_transfer = 1.0" in page.find("pre").get_text()
    assert "1.6 million + 301,000 × 1" in words(page)
    assert "At risk in 2019 (printed): up to 1.6 million" in page.img["alt"]
