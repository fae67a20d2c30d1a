"""The glossary: its page and its copy in docs/ have the same text, each term is linked,
and the examples agree with the library.
"""

import re
import runpy
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from analysis.model.model import Model, ModelError
from analysis.model.verdicts import judge
from analysis.publish import report

ROOT = Path(__file__).resolve().parents[2]
PAGE = (report.PAGES / "glossary.md").read_text(encoding="utf-8")
SPHINX = runpy.run_path(str(report.PAGES / "conf.py"))


def test_the_page_of_the_report_is_the_one_in_docs() -> None:
    copy = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert copy == PAGE, "`make refresh` copies it anew"


def test_each_of_twenty_terms_has_a_line_and_an_example_and_is_linked() -> None:
    entries = re.findall(r"^## (.+)\n\n((?:.+\n)+)", PAGE, re.MULTILINE)
    places = [re.sub(r"[^a-z]+", "-", term).strip("-") for term, _ in entries]
    assert len(places) == 20
    assert sorted(places) == sorted(SPHINX["TERMS"])
    for term, line in entries:
        assert re.search(r"\. \*Example: [^*]+\.\*$", " ".join(line.split())), term


def test_the_examples_are_what_the_library_says(model: Model) -> None:
    verdicts = {
        "excess_over_goal": "matches",
        "training_attained": "matches_within_rounding",
        "detainees_words_twice": "compatible",
        "low_end_mean_2014_mid_2020": "differs",
    }
    checks = model.register.checks
    assert {name: judge(model, checks[name]).verdict for name in verdicts} == verdicts
    with pytest.raises(ModelError, match="persons_per_transfer"):
        model.setting({"persons_per_transfer": 1.2})


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        # The longer term is the one that is meant, and it is linked once.
        ("<p>It matches within rounding. Both match within rounding.</p>", 1),
        ("<p>It matches within rounding. Both match.</p>", 2),
        # No link stands in a heading, in another link or in code.
        ('<h2>Limits</h2><a href="x">limits</a> <code>limit</code>', 0),
        # A quotation of the article is not in our words.
        ("<p>&quot;at least several&quot;</p>", 0),
        ("<p>at least one</p>", 1),
        ("<p>Persons transferred.</p>", 0),
        ("<script>limit < reading</script>", 0),
    ],
)
def test_a_term_is_linked_where_it_stands_in_prose(text: str, linked: int) -> None:
    made = SPHINX["with_links"](text)
    soup = BeautifulSoup(made, "html.parser")
    assert len(soup.select("a.term")) == linked
    assert soup.get_text() == BeautifulSoup(text, "html.parser").get_text()
