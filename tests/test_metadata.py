"""What describes the package agrees: its citation, CodeMeta, licence and version."""

import csv
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import jsonschema
import pytest
import yaml

from analysis import __version__
from analysis.core.model import Model
from analysis.core.verdicts import judge_all
from analysis.output.codebook import codebook, columns
from analysis.output.external import compare, external_frame
from analysis.output.map import trace_frame
from analysis.output.notebooks import all_notebooks
from analysis.output.results import write_tables
from tests.crate import crate

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CODEMETA = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
ARTICLE = "Unemployment Monitoring and Early Warning: New Trends in Xinjiang's Coercive Labor Placement Systems"


def test_version_name_and_licence_are_those_of_the_package() -> None:
    assert CITATION["version"] == CODEMETA["version"] == __version__
    assert CODEMETA["name"] == PROJECT["name"]
    assert CODEMETA["description"] == PROJECT["description"]
    assert CITATION["license"] == PROJECT["license"] == "MIT"
    assert CODEMETA["license"].rpartition("/")[2] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert PROJECT["requires-python"].removeprefix(">=") in CODEMETA["runtimePlatform"]


def test_the_authors_are_those_who_hold_the_rights() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    for name in (CITATION["authors"][0]["name"], CODEMETA["author"][0]["name"]):
        assert name in licence


def test_the_article_is_cited_for_its_numbers() -> None:
    preferred, based = CITATION["preferred-citation"], CODEMETA["isBasedOn"]
    assert preferred["title"] == based["name"] == ARTICLE
    assert preferred["date-published"] == based["datePublished"] == "2022-06-05"
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert ARTICLE.replace("'", "’") in package["sources"][0]["title"]
    assert ARTICLE in readme


def test_what_codemeta_points_to_exists() -> None:
    for name in ("softwareRequirements", "readme", "buildInstructions"):
        assert (ROOT / CODEMETA[name]).is_file()


@pytest.mark.long
def test_the_citation_follows_the_schema_of_its_format(tmp_path: Path) -> None:
    """The schema is that of cffconvert, whose own command wants an older jsonschema than the rest."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "cffconvert==2.0.0"]
    subprocess.run(command, cwd=tmp_path, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        schema = json.loads(archive.read(f"cffconvert/schemas/{CITATION['cff-version']}/schema.json"))
    jsonschema.Draft7Validator(schema).validate(CITATION)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate({**CITATION, "licence": "MIT"})


# The package as an RO-Crate -------------------------------------------------------------------------------------------


def test_the_crate_is_made_of_the_package_as_it_is() -> None:
    committed = (ROOT / "ro-crate-metadata.json").read_text(encoding="utf-8")
    assert committed == crate(), "`python -m tests.crate` writes it anew"


def test_each_part_of_the_crate_is_there_and_described() -> None:
    graph = json.loads((ROOT / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    parts = {one["@id"]: one for one in graph if one["@type"] in ("File", "Dataset")}
    (root,) = [one for name, one in parts.items() if name == "./"]
    assert root["version"] == __version__
    for name, one in parts.items():
        assert (ROOT / name).exists(), name
        assert one["description"]
    held = {name for name in parts if name.startswith("data/") and name != "data/"}
    assert held == {path.relative_to(ROOT).as_posix() for path in (ROOT / "data").rglob("*") if path.is_file()}
    folders = {f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders <= set(parts)


# The codebook ---------------------------------------------------------------------------------------------------------


def test_the_codebook_is_that_of_the_schema(model: Model) -> None:
    committed = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    assert committed == codebook(model.register) + "\n", "`analysis list columns --markdown` prints it anew"


def test_every_column_of_every_table_is_in_it_and_described(model: Model) -> None:
    found = {(one.file, one.name): one for one in columns(model.register)}
    for path in (ROOT / "data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert [name for of, name in found if of == path.name] == header
    for path in (ROOT / "data").glob("*.yaml"):
        used = {name for entry in yaml.safe_load(path.read_text(encoding="utf-8")) for name in entry}
        assert used <= {name for of, name in found if of == path.name}
    assert [key for key, one in found.items() if not one.description] == []


def test_a_column_of_numbers_says_its_unit(model: Model) -> None:
    numbers = [one for one in columns(model.register) if one.kind.startswith(("number", "integer"))]
    assert numbers
    counted = {"paragraph", "item"}  # places in the article
    assert [(one.file, one.name) for one in numbers if not one.unit and one.name not in counted] == []


# What a host of the repository reads ---------------------------------------------------------------------------------


def test_a_number_is_challenged_by_its_identifier_and_its_source() -> None:
    path = ROOT / ".github" / "ISSUE_TEMPLATE" / "challenge-a-number.yml"
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(form) == {"name", "description", "title", "body"}
    asked = {part["id"]: part for part in form["body"] if part["type"] != "markdown"}
    assert {part["type"] for part in form["body"]} <= {"markdown", "input", "dropdown", "textarea"}
    needed = [name for name, part in asked.items() if part.get("validations", {}).get("required")]
    assert needed == ["identifier", "what", "now", "instead", "source"]
    assert "No data on any person" in asked["source"]["attributes"]["description"]
    report = (ROOT / "analysis" / "output" / "pages" / "reproduce.md").read_text(encoding="utf-8")
    assert "identifier" in report


def test_every_column_of_the_results_is_described(model: Model, tmp_path: Path) -> None:
    outcomes = judge_all(model)
    write_tables(tmp_path, model, outcomes, {}, external_frame(compare(model)))
    trace_frame(model, outcomes, all_notebooks()).to_csv(tmp_path / "map.csv", index=False)
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `(\w+\.csv)`\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL))
    written = {
        path.name: path.read_text(encoding="utf-8").partition("\n")[0].split(",") for path in tmp_path.glob("*.csv")
    }
    described = {
        file: [
            name
            for cell in re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
            for name in re.findall(r"`(\w+)`", cell)
        ]
        for file, section in sections.items()
    }
    assert {file: sorted(names) for file, names in described.items()} == {
        file: sorted(names) for file, names in written.items()
    }
    one = next(iter(json.loads((tmp_path / "estimates.json").read_text(encoding="utf-8")).values()))
    assert all(f"`{name}`" in text.partition("## `estimates.json`")[2] for name in one)


def test_a_container_makes_the_environment_with_make_on_the_oldest_python() -> None:
    found = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert found["postCreateCommand"] == "make env"
    assert found["image"].endswith(f":{PROJECT['requires-python'].removeprefix('>=')}")


def test_a_container_makes_the_environment_as_everybody_does() -> None:
    found = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert found["postCreateCommand"] == "make env"
    # The least Python that the project takes.
    assert found["image"] == f"python:{PROJECT['requires-python'].removeprefix('>=')}"


def test_binder_installs_from_the_lock() -> None:
    folder = ROOT / "binder"
    assert (folder / "requirements.txt").read_text(encoding="utf-8").split() == ["-r", "../requirements.lock"]
    assert (folder / "runtime.txt").read_text(encoding="utf-8").strip() == "python-3.11"
    script = folder / "postBuild"
    assert script.stat().st_mode & 0o111
    assert "--no-deps --no-index -e ." in script.read_text(encoding="utf-8")


@pytest.mark.long
def test_repo2docker_accepts_the_repository(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "jupyter-repo2docker"], check=True)
    command = [python, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    shown = done.stdout + done.stderr
    assert "binder/requirements.txt" in shown
    assert "binder/postBuild" in shown
