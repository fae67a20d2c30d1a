"""What may be cited: sentences that recompute by hand, their caveats, and entries that
BibTeX reads.
"""

import re

import pytest
from typer.testing import CliRunner

from analysis import Study
from analysis.cli import app
from analysis.model.model import Model
from analysis.render.citations import citations, cite_bibtex, cite_markdown, cite_text

#: Of each headline: numbers of its sentence, by hand; its check; and the figures.
BY_HAND = {
    # 2.87/2.2 - 1 = 0.3045; 14.33/5 = 2.866, to three digits 2.87
    "above_plan": (
        ['2.87 million "workers"', "30.5 percent", "2.2 million"],
        "excess_over_goal",
        ["report_2016_2020", "plan_13fyp_a_year"],
    ),
    "growth_since_2019": (
        ["3.17 million", "10.5 percent", "300,000"],
        "increase_from_growth",
        ["report_2021", "report_2019"],
    ),
    # 3.17/1.105 = 2.8688
    "two_figures_of_2019": (
        ["2.59 million", "2.87 million"],
        "base_2019_as_labourers",
        ["placement_2019_2020_report", "report_2019"],
    ),
    "up_to_in_2019": (["up to 1.6 million"], "", ["publisher_on_at_risk_2019"]),
    # 1.6 + 3.17 - 2.8688 = 1.9012
    "approaches_in_2021": (["1.6 million", "1.9 million"], "at_risk_2021_sum", []),
    "with_former_detainees": (["two to two and a half million"], "total_in_range", []),
}


def test_each_headline_has_a_sentence_with_its_numbers_and_check(model: Model) -> None:
    found = {one.row.id: one for one in citations(model)}
    assert list(found) == list(BY_HAND)
    for id, (numbers, check, figures) in BY_HAND.items():
        one = found[id]
        assert [words for words in numbers if words not in one.sentence] == []
        assert one.check == check
        assert [row.id for official in one.official for row in official.rows] == figures
        assert one.caveat
        assert "seen" in one.beside


def test_each_form_has_every_sentence_caveat_and_the_references(model: Model) -> None:
    for text in (cite_text(model), cite_markdown(model)):
        said = " ".join(text.replace(">", "").split())
        for one in citations(model):
            assert one.sentence in said
            assert one.caveat in said
            assert one.check in said
        assert "China Brief 22(11)" in said
        assert "The contributors to labour-transfer-arithmetic" in said
    assert max(map(len, cite_text(model).splitlines())) <= 80


def test_entries_are_those_that_bibtex_reads(model: Model) -> None:
    preamble, text = cite_bibtex(model).split("\n\n", 1)
    assert preamble.startswith("@preamble{")
    assert preamble.count("{") == preamble.count("}")
    entries = re.findall(r"@(\w+)\{([\w]+),\n(.*?)\n\}", text, re.DOTALL)
    keys = [key for _, key, _ in entries]
    assert len(keys) == len({*keys}) == text.count("@")
    assert keys[:2] == ["zenz2022", "labour_transfer_arithmetic"]
    # A year would be made up as long as the version is not out.
    (package,) = (fields for _, key, fields in entries if key == keys[1])
    assert "note = {Software, version 0.2.0, unreleased}" in package
    assert "year = {n.d.}" in package
    figures = [name for _, _, names in BY_HAND.values() for name in names]
    assert keys[2:] == list(dict.fromkeys(figures))
    for _, _, fields in entries:
        for line in fields.splitlines():
            assert re.fullmatch(r"  \w+ = \{.*\},?", line)
            assert line.count("{") == line.count("}")
            # No letter that TeX reads as a command; in an address, "_" is none.
            letters = "[%&#$]" if r"\url{" in line else "[%&#_$]"
            assert not re.search(rf"(?<!\\){letters}", line)


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ([], "What may I cite?"),
        (["--markdown"], "# What"),
        (["--bibtex"], "@preamble{"),
    ],
)
def test_the_command_prints_each_form(options: list[str], start: str) -> None:
    done = CliRunner().invoke(app, ["cite", *options])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(start)


def test_python_gives_the_same_entries(article: Study) -> None:
    done = CliRunner().invoke(app, ["cite", "--bibtex"])
    assert article.cite().attrs["bibtex"] == done.stdout.rstrip()


def test_the_entry_of_this_package_alone_names_a_changed_setting(
    article: Study,
) -> None:
    study = article.change(persons_per_transfer=0.6)
    options = ["--bibtex", "--set", "persons_per_transfer=0.6"]
    done = CliRunner().invoke(app, ["cite", *options])
    bibtex = study.cite().attrs["bibtex"]
    assert bibtex == done.stdout.rstrip()
    entries = bibtex.split("\n\n")
    was = article.cite().attrs["bibtex"].split("\n\n")
    (changed,) = [entry for entry in entries if entry not in was]
    assert changed.startswith("@misc{labour_transfer_arithmetic,")
    assert "persons\\_per\\_transfer = 0.6 person/transfer" in changed


def test_two_forms_at_once_are_refused() -> None:
    done = CliRunner().invoke(app, ["cite", "--markdown", "--bibtex"])
    assert done.exit_code == 2
    assert "--markdown" in done.stderr


def test_a_study_cites_the_article_whatever_it_changes(model: Model) -> None:
    study = Study(model)
    changed = study.change(persons_per_transfer=0.55)
    assert changed.cite().equals(study.cite())
    assert study.cite()["check"][4].startswith("at_risk_2021_sum: matches")
