"""The README and the pages beside it say what the library says."""

import re

import pytest

from analysis import cli, headlines
from analysis.texts import DATA

ROOT = DATA.parent
PAGES = ["README.md", "CONTRIBUTING.md", "data/README.md", "docs/*.md"]


def pages():
    return [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]


def test_the_readmes_table_is_that_of_the_library(article):
    text = (ROOT / "README.md").read_text("utf-8")
    assert "= up to 1.9 million | matches |" in text
    assert cli.readme(article) == text


def test_the_readmes_verdicts_are_those_of_the_library(article):
    text = (ROOT / "README.md").read_text("utf-8")
    for verdict, says in article.book.texts["headlines"]["verdicts"].items():
        assert f"- **{verdict}**: {says}" in text
    assert headlines.answer(article)[0] in text


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.name)
def test_what_a_page_names_exists(path):
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (path.parent / target).exists(), target
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"\bmake ([a-z-]+)", text):
        assert f"\n{target}:" in makefile, target
    commands = cli.parser().format_help()
    for command in re.findall(r"\banalysis ([a-z][a-z-]+)`", text):
        assert command in commands
