"""The heart knows no article: it names none of its quantities, and takes another."""

import ast
import os
import re
import shutil
import subprocess
import sys

import pytest

import analysis
from analysis import cli
from analysis.texts import DATA


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
    """The folder of another article, as the command writes it."""
    folder = tmp_path_factory.mktemp("norland") / "article"
    assert "START.md" in ran(folder.parent, "analysis", "new", folder.name)
    return folder


def ran(folder, module, *words, status=0):
    """Return what a module prints that runs in a folder."""
    done = run(folder, sys.executable, "-m", module, *words)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def made(folder, *words, status=0):
    """Return what make prints in a folder."""
    done = run(folder, "make", *words)
    # Make has a status of its own for a command that fails.
    assert bool(done.returncode) == bool(status), done.stdout + done.stderr
    return done.stdout + done.stderr


def run(folder, *words):
    """Run a command in a folder, with this package."""
    return subprocess.run(
        words,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(DATA.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def words(text):
    """Return a text on one line."""
    return " ".join(text.split())


def test_another_article_needs_no_other_code(norland):
    assert not [*norland.rglob("cli.py")]
    # 184,000 - 171,000 + 26,000 is 39,000, and 90 percent of 26,000 is 23,400.
    assert "13,000 + 26,000 = up to 39,000" in words(made(norland, "verify"))
    assert "6 of 6" in made(norland, "test")
    page = norland.parent / "annotated.html"
    copy = norland / "article.txt"
    annotate = ["--data", ".", "annotate", str(copy), "--out", str(page)]
    assert "6 of 6" in ran(norland, "analysis", *annotate)
    assert page.read_text("utf-8").count('class="mark"') == 6
    assert "index.html" in made(norland, "reproduce")
    changed = words(made(norland, "reproduce", "SET=still_missed=0.9", "OUT=changed"))
    assert "13,000 + 26,000 × 90 percent = up to 36,400" in changed
    # 39,000 children are 39 on an axis in thousands.
    axes = analysis.load(norland).figure("waterfall").axes[0]
    assert 39 < axes.get_xlim()[1] < 50
    pages = [*(norland / "results").rglob("*.html")]
    assert len(pages) == 4
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search("(?i)xinjiang|zenz|labour|transfer", text), path


def test_a_folder_with_anything_in_it_is_refused(norland, tmp_path, capsys):
    before = (norland / "README.md").read_text("utf-8")
    for place in (norland, norland / "README.md"):
        assert cli.main(["new", str(place)]) == 2
        (sentence,) = capsys.readouterr().err.splitlines()
        assert str(place) in sentence
    assert (norland / "README.md").read_text("utf-8") == before
    (tmp_path / "empty").mkdir()
    ran(tmp_path / "empty", "analysis", "new", ".")
    assert (tmp_path / "empty" / "data").is_dir()


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
    "formulas.py": [None, "def (", "1 / 0", "def unknown(children_due):\n    return 1"],
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
