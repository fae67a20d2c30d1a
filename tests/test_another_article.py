"""The heart knows no article: it names none of its quantities, and takes another."""

import ast
import os
import re
import shutil
import subprocess
import sys

import nbformat
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


def ran(folder, module, *words):
    """Return what a module prints that runs in a folder."""
    done = run(folder, sys.executable, "-m", module, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def made(folder, *words, fails=False):
    """Return what make prints in a folder."""
    done = run(folder, "make", *words)
    assert bool(done.returncode) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def run(folder, *words):
    """Run a command in a folder, with this package."""
    return subprocess.run(
        words,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(DATA.parent), "MAKEFLAGS": ""},
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


#: A third article, in the order in which START.md replaces the files: 12 trams of 50
#: seats have 600. Each file with what `make verify` names while it is not replaced.
TRAMS = {
    "data/units.csv": "unit,plural\ntram,trams\nseat,seats\nseat/tram,\npercent,\n",
    "data/assumptions.csv": (
        "in_use,share in use,percent,1,0.8,1,0,1,{} in use,No share is printed.,,"
    ),
    "data/quantities.csv": (
        "trams,trams,tram,0,,\nper_tram,seats in a tram,seat/tram,0,,\n"
        "seats,seats in all trams,seat,0,,"
    ),
    "formulas.py": "def seats(trams, per_tram, in_use):\n"
    "    return trams * per_tram * in_use\n",
    "data/sources.csv": "",
    "data/claims.csv": (
        "run,trams,Trams,2023,12,,0,,yes,fleet,1,12 trams,,\n"
        "each,per_tram,Seats in a tram,2023,50,,0,,yes,fleet,1,50 seats,,\n"
        "all,seats,Seats in all,2023,600,,0,,,fleet,1,600 seats,,"
    ),
    "data/checks.csv": "seats_check,Trams times seats,seats,,all,article,",
    "data/findings.csv": "",
    "data/headlines.yaml": """headlines:
- words: '"600 seats"'
  working: {seats: ""}
  check: seats_check
  notebook: 01_unprotected
  note: ""
  cite: The trams have {seats} seats.
  caveat: The trams are invented.
""",
    "data/figures.yaml": """fleet:
  kind: tornado
  target: seats
  title: Seats
  axis: seats
  caption: Each alone.
  shade: {printed: [all]}
""",
    "data/scenarios.yaml": "half: {why: Half of them., set: {in_use: 0.5}}",
    "data/copy.yaml": "openings: {fleet: The fleet}\nnotes: notes\n"
    'words: {twelve: "12"}\nqualifiers: [over]',
}


def replaced(path, text):
    """Replace a file of the template; a table keeps its header, a text its answer."""
    before = path.read_text("utf-8")
    if path.name == "headlines.yaml":
        kept = before[before.index("verdicts:\n") : before.index("headlines:\n")]
        title = "title: Do the seats add up?\nsections: {fleet: Fleet}\n"
        text = title + kept + text
    elif path.suffix == ".csv" and path.name != "units.csv":
        text = before.partition("\n")[0] + "\n" + text
    path.write_text(text, "utf-8")


def message(text):
    """Return the package's own sentence in what was printed."""
    (line,) = [line for line in text.splitlines() if line.startswith("analysis: ")]
    return line.removeprefix("analysis: ")


def test_each_message_on_the_way_stands_in_start(norland, tmp_path):
    folder = shutil.copytree(norland, tmp_path / "trams")
    start = (folder / "START.md").read_text("utf-8")
    order = [start.index(f"`{name}`") for name in TRAMS]
    assert order == sorted(order)
    for name, text in TRAMS.items():
        replaced(folder / name, text)
        # Behind these, nothing is unknown that was known.
        if name not in {
            "data/assumptions.csv",
            "data/scenarios.yaml",
            "data/copy.yaml",
        }:
            sentence = message(made(folder, "verify", fails=True))
            assert sentence in start
    for name, old, new in (
        ("formulas.py", "def seats(", "def coverage("),
        ("CITATION.cff", "\ntitle:", "\nother:"),
    ):
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(text.replace(old, new), "utf-8")
        assert message(made(folder, "verify", fails=True)) in start
        (folder / name).write_text(text, "utf-8")
    assert "changed from" in made(folder, "verify", fails=True)
    told = "below the heading 'The sum': SettingError: no quantity is called "
    assert told + "'children_due'" in made(folder, "accept", fails=True)
    assert told + "'children_due'" in start
    path = folder / "notebooks" / "01_unprotected.ipynb"
    notebook = nbformat.read(path, as_version=4)
    del notebook.cells[4:]
    notebook.cells[1].source = "trams = 12"
    notebook.cells[3].source = notebook.cells[3].source.replace(
        "unprotected_check", "seats_check"
    )
    nbformat.write(notebook, path)
    assert "are stored" in made(folder, "accept")
    assert message(made(folder, "reproduce", fails=True)) in start
    (folder / "method.md").write_text("# How we checked the trams\n", "utf-8")
    assert "index.html" in made(folder, "reproduce")
    for target, told in {
        "test": "AssertionError: Lists differ",
        "audit": "does not look like the article: most of its headings or numbers are",
    }.items():
        assert told in made(folder, target, fails=True)
        assert told in start
    text = "The fleet\n\nThere are 12 trams of 50 seats, 600 seats in all."
    (folder / "article.txt").write_text(text, "utf-8")
    assert "3 of 3" in made(folder, "audit")
    assert "**Do the seats add up?** " in (folder / "README.md").read_text("utf-8")


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


@pytest.mark.parametrize("name", ["method.md", "README.md"])
@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_text_that_is_none_is_one_sentence(norland, tmp_path, name, content):
    folder = shutil.copytree(norland, tmp_path / "article")
    (folder / name).unlink()
    if content:
        (folder / name).write_bytes(content)
    command = ["accept"]
    if name == "method.md":
        command = ["reproduce", "--out", str(tmp_path / "out")]
    # A process of its own closes what kernels leave open.
    words = [sys.executable, "-m", "analysis", "--data", str(folder), *command]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"analysis: {name} cannot be read: " in done.stderr
    assert "Traceback" not in done.stderr
