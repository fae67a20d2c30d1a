"""The package as it is installed: its files, its version, what to cite, its lock."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import analysis

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ["requirements.lock", "requirements-dev.lock"]


def python(*words, **options):
    words = [sys.executable, *words]
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Run a command of the package with the files of its wheel alone."""
    folder = tmp_path_factory.mktemp("wheel")
    words = ["-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    assert python(*words, cwd=ROOT).returncode == 0
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")

    def run(*words):
        environment = {"PYTHONPATH": str(folder / "site"), "BROWSER": "true"}
        return python(*words, cwd=folder, env=os.environ | environment)

    place = run("-c", "import analysis; print(analysis.__file__)").stdout
    assert place.startswith(str(folder))
    return run


@pytest.mark.parametrize("words", [["verify"], ["explain", "at_risk_2021"]], ids=str)
def test_a_wheel_answers_as_a_checkout_does(installed, words):
    here = python("-m", "analysis", *words, cwd=ROOT)
    there = installed("-m", "analysis", *words)
    assert "million" in there.stdout + there.stderr
    assert (there.returncode, there.stdout, there.stderr) == (
        here.returncode,
        here.stdout,
        here.stderr,
    )


def test_a_wheel_has_the_page_and_what_to_cite(installed, tmp_path):
    page = tmp_path / "page.html"
    done = installed("-m", "analysis", "explore", "--out", str(page))
    assert done.returncode == 0
    assert "persons_per_transfer" in page.read_text("utf-8")
    code = "import analysis; print(analysis.load().cite())"
    assert installed("-c", code).stdout == analysis.load().cite() + "\n"


@pytest.mark.parametrize("command", ["reproduce", "accept"])
def test_a_wheel_refuses_what_needs_a_checkout(installed, command, tmp_path):
    out = ["--out", str(tmp_path / "results")] if command == "reproduce" else []
    done = installed("-m", "analysis", command, *out)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "checkout" in done.stderr
    assert not any(tmp_path.iterdir())


def fields(bibtex):
    return dict(re.findall(r"^  (\w+) = {+(.*?)}+,$", bibtex, flags=re.MULTILINE))


def test_what_to_cite_is_that_of_the_citation_file(article):
    file = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    *texts, first, second = article.cite().split("\n\n")
    printed, package = fields(first), fields(second)
    (reference,) = file["references"]
    for key in ("title", "journal", "url"):
        assert printed[key] == reference[key]
        assert reference[key] in texts[0]
    assert (printed["author"], printed["volume"]) == ("Zenz, Adrian", "22")
    assert (printed["year"], printed["number"]) == ("2022", "11")
    assert reference["url"] == article.model.texts["headlines"]["address"]
    assert package["version"] == file["version"] == analysis.__version__
    assert package["version"] == metadata.version("labour-transfer-arithmetic")
    assert (package["title"], package["date"]) == (file["title"], file["date-released"])
    assert file["version"] in texts[1]


def test_a_setting_is_cited_with_its_number(article):
    changed = article.change(persons_per_transfer=0.6)
    assert "persons_per_transfer=0.6" in changed.cite().split("\n\n")[1]
    assert fields(changed.cite())["note"].endswith(r"persons\_per\_transfer=0.6")
    assert article.change(persons_per_transfer=1).cite() == article.cite()


def test_the_locks_have_all_that_is_asked_for_and_no_address():
    pinned = {}
    for name in LOCKS:
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        for entry in re.split(r"\n(?=\S)", text.strip()):
            package, version = re.match(
                r"([\w.-]+)(?:\[.*\])?==([\w.]+)", entry
            ).groups()
            assert "--hash=sha256:" in entry
            pinned.setdefault(package.lower(), []).append(version)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    for text in sum(extras, project["dependencies"]):
        requirement = Requirement(text)
        for version in pinned[requirement.name]:
            assert version in requirement.specifier
