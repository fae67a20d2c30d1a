"""The heart knows no article: it names none of its quantities, and takes another."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import analysis
from analysis import cli
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
    """The folder of another article, which holds no code of the package."""
    folder = shutil.copytree(NORLAND, tmp_path_factory.mktemp("norland") / "article")
    shutil.copy(DATA / "datapackage.json", folder / "data")
    return folder


def ran(folder, *words):
    """Return what a command prints that is run in the folder of an article."""
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "--data", ".", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(DATA.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert not done.stderr
    return done.stdout


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
    axes = analysis.load(norland).figure("waterfall").axes[0]
    assert 40 < axes.get_xlim()[1] < 50
    pages = [*(norland / "results").rglob("*.html")]
    assert len(pages) == 4
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search("(?i)xinjiang|zenz|labour|transfer", text), path


def test_a_run_beside_other_data_says_which_it_reads(
    norland, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(norland / "notebooks")
    assert cli.main(["explain", "at_risk_2021"]) == 0
    (note,) = capsys.readouterr().err.splitlines()
    assert str(DATA) in note
    assert str(norland / "data") in note
    with pytest.warns(UserWarning, match=str(DATA)):
        analysis.load()
    assert cli.main(["explain", "unprotected", "--data", ".."]) == 0
    assert not capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    assert cli.main(["explain", "at_risk_2021"]) == 0
    assert not capsys.readouterr().err


#: A file of an article, and what stands in it in place of what is there.
FAULTS = {
    "formulas.py": [None, "def (", "1 / 0", "def unknown(children):\n    return 1"],
    "CITATION.cff": [None, "", "- 1", "title: x", "references: []\ntitle: x"],
    "data/datapackage.json": [None, "{}"],
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_file_of_an_article_is_one_sentence(norland, tmp_path, name):
    folder = shutil.copytree(norland, tmp_path / "article")
    for content in FAULTS[name]:
        if content is None:
            (folder / name).unlink()
        else:
            (folder / name).write_text(content)
        with pytest.raises(analysis.DataError) as refused:
            analysis.load(folder)
        named = name if content is None or "unknown" not in content else "unknown"
        assert named.rpartition("/")[2] in str(refused.value)
        assert "\n" not in str(refused.value)
