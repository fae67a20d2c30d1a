"""The heart knows no article: it names none of its quantities, and takes another."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.texts import DATA

#: An invented article on vaccination: its text, data, formulas, a notebook, two texts.
NORLAND = Path(__file__).parent / "norland"


def constants(tree):
    """The strings and numbers of a module, as texts, without its docstrings."""
    nodes = list(ast.walk(tree))
    docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and node not in docstrings:
            yield str(node.value)


def test_the_heart_names_nothing_of_the_article(article):
    known = article.book
    names = {*known.quantities, *known.claims, *known.checks, *known.external}
    names |= {*known.texts["headlines"]["sections"]}
    # "scale" and "notes" are words of every table.
    names -= {"scale", "notes", "trade", "policy", "overlap", "introduction"}
    for path in (DATA.parent / "analysis").rglob("*.py"):
        if path.parent.name != "formulas" and path.name != "citing.py":
            for text in constants(ast.parse(path.read_text("utf-8"))):
                assert not names & {*re.findall(r"[\w-]+", text)}, text
                assert not re.search(r"Zenz|Xinjiang|Uyghur|\b20[12]\d\b", text), text


@pytest.fixture(scope="module")
def norland(tmp_path_factory):
    """A checkout of the package with another article's folders in place of these."""
    folder, root = tmp_path_factory.mktemp("norland"), DATA.parent
    shutil.copytree(root / "analysis", folder / "analysis")
    shutil.rmtree(folder / "analysis/formulas")
    shutil.copytree(NORLAND, folder, dirs_exist_ok=True)
    (folder / "formulas").rename(folder / "analysis/formulas")
    (folder / "method.md").replace(folder / "analysis/report/pages/method.md")
    shutil.copy(DATA / "datapackage.json", folder / "data")
    return folder


def ran(folder, *words):
    """Return what a command prints in a checkout."""
    return python(folder, "-m", "analysis", *words)


def python(folder, *words):
    """Return what Python prints in a checkout."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


WIDTH = """
import analysis
print(analysis.load().figure("waterfall").axes[0].get_xlim()[1])
"""


def words(text):
    """Return a text on one line."""
    return " ".join(text.split())


def test_another_article_needs_no_other_code(norland):
    assert ran(norland, "accept")
    # 184,000 - 171,000 + 26,000 is 39,000, and 90 percent of 26,000 is 23,400.
    assert "13,000 + 26,000 = up to 39,000" in words(ran(norland, "verify"))
    changed = words(ran(norland, "verify", "--set", "still_missed=90%"))
    assert "13,000 + 26,000 × 90 percent = up to 36,400" in changed
    assert "10 of 10" in ran(norland, "audit", str(NORLAND / "article.txt"))
    page = norland.parent / f"{norland.name}.html"
    words_of_page = ["annotate", str(NORLAND / "article.txt"), "--out", str(page)]
    assert "10 of 10" in ran(norland, *words_of_page)
    assert page.read_text("utf-8").count('class="mark"') == 10
    page.unlink()
    assert "index.html" in ran(norland, "reproduce")
    # 40,000 children are 40 on an axis in thousands.
    assert 40 < float(python(norland, "-c", WIDTH)) < 50
    pages = [*(norland / "results").rglob("*.html")]
    assert len(pages) == 4
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search("(?i)xinjiang|zenz|labour|transfer", text), path
