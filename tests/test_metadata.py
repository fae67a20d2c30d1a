"""What describes the package agrees: its citation, CodeMeta, licence and version."""

import csv
import json
import re
import tomllib
from pathlib import Path

import yaml

from analysis import __version__
from analysis.model.model import Model
from analysis.model.verdicts import judge_all
from analysis.publish.map import trace_frame
from analysis.publish.notebooks import all_notebooks
from analysis.publish.tables import write_tables
from analysis.render import citations, external
from analysis.render.codebook import codebook, columns
from tests.crate import crate
from tests.refresh import columns_of_words

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
CODEMETA = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))


def test_version_name_and_licence_are_those_of_the_package() -> None:
    assert CITATION["version"] == CODEMETA["version"] == __version__
    assert CODEMETA["name"] == PROJECT["name"]
    assert CODEMETA["description"] == PROJECT["description"]
    assert CITATION["license"] == PROJECT["license"] == "MIT"
    assert CODEMETA["license"].rpartition("/")[2] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")
    assert PROJECT["requires-python"].removeprefix(">=") in CODEMETA["runtimePlatform"]
    for name in ("softwareRequirements", "readme", "buildInstructions"):
        assert (ROOT / CODEMETA[name]).is_file()
    (article,) = CITATION["references"]
    assert article["title"] == CODEMETA["isBasedOn"]["name"]
    # The package is cited itself, and the data package names the same article.
    package = json.loads((ROOT / "data" / "datapackage.json").read_text("utf-8"))
    (source,) = package["sources"]
    (author,) = article["authors"]
    assert source["author"] == f"{author['given-names']} {author['family-names']}"
    assert [source[name] for name in ("title", "journal", "date", "publisher")] == [
        article["title"],
        article["journal"],
        article["date-published"],
        article["publisher"]["name"],
    ]
    assert [source["volume"], source["issue"]] == [
        str(article["volume"]),
        str(article["issue"]),
    ]
    assert CITATION["title"] == citations.TITLE
    assert [author["name"] for author in CITATION["authors"]] == [
        citations.CONTRIBUTORS
    ]
    assert str(CITATION.get("date-released", "")) == citations.RELEASED
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    dated = citations.RELEASED or "unreleased"
    assert f"\n## {__version__}, {dated}\n" in changes


def test_the_crate_is_made_of_the_package_as_it_is() -> None:
    committed = (ROOT / "ro-crate-metadata.json").read_text(encoding="utf-8")
    assert committed == crate(), "`python -m tests.crate` writes it anew"


def test_the_columns_that_no_guard_holds_are_listed() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert columns_of_words() in text, "`make refresh` lists them anew"


def test_each_part_of_the_crate_is_there_and_described() -> None:
    graph = json.loads((ROOT / "ro-crate-metadata.json").read_text(encoding="utf-8"))[
        "@graph"
    ]
    parts = {one["@id"]: one for one in graph if one["@type"] in ("File", "Dataset")}
    (root,) = [one for name, one in parts.items() if name == "./"]
    assert root["version"] == __version__
    for name, one in parts.items():
        assert (ROOT / name).exists(), name
        assert one["description"]
    held = {name for name in parts if name.startswith("data/") and name != "data/"}
    assert held == {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "data").rglob("*")
        if path.is_file()
    }
    folders = {
        f"{path.name}/"
        for path in ROOT.iterdir()
        if path.is_dir() and (path / "__init__.py").exists()
    }
    assert folders <= set(parts)


def test_the_codebook_is_that_of_the_schema(model: Model) -> None:
    committed = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    assert committed == codebook(model.register) + "\n", (
        "`analysis list columns --markdown` prints it anew"
    )


def test_every_column_of_every_table_is_in_it_and_described(model: Model) -> None:
    found = {(one.file, one.name): one for one in columns(model.register)}
    for path in (ROOT / "data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert [name for of, name in found if of == path.name] == header
    for path in (ROOT / "data").glob("*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        used = {
            name
            for entry in (content if isinstance(content, list) else [content])
            for name in entry
        }
        assert used <= {name for of, name in found if of == path.name}
    assert [key for key, one in found.items() if not one.description] == []
    numbers = {
        key
        for key, one in found.items()
        if one.kind.startswith(("number", "integer")) and not one.unit
    }
    assert {name for _, name in numbers} <= {
        "paragraph",
        "item",
    }  # places in the article


def test_every_column_of_the_results_is_described(model: Model, tmp_path: Path) -> None:
    outcomes = judge_all(model)
    write_tables(tmp_path, model, outcomes, {}, external.frame(model))
    traced = trace_frame(model, outcomes, all_notebooks()).csv()
    (tmp_path / "map.csv").write_text(traced, encoding="utf-8")
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    sections = dict(
        re.findall(r"^## `(\w+\.csv)`\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
    )
    written = {
        path.name: path.read_text("utf-8").partition("\n")[0].split(",")
        for path in tmp_path.glob("*.csv")
    }
    assert set(sections) == set(written)
    for file, names in written.items():
        described = " ".join(re.findall(r"^\| (`.*?) \|", sections[file], re.MULTILINE))
        assert sorted(re.findall(r"`(\w+)`", described)) == sorted(names), file
    one = next(
        iter(
            json.loads(
                (tmp_path / "estimates.json").read_text(encoding="utf-8")
            ).values()
        )
    )
    assert all(f"`{name}`" in text.partition("## `estimates.json`")[2] for name in one)


def test_a_container_makes_the_environment_as_everybody_does() -> None:
    found = json.loads(
        (ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8")
    )
    assert found["postCreateCommand"] == "make env"
    # The least Python that the project takes.
    assert found["image"] == f"python:{PROJECT['requires-python'].removeprefix('>=')}"


def test_binder_makes_the_environment_of_conda_and_adds_the_package() -> None:
    # A folder of its own would keep Binder from the files at the top.
    assert not (ROOT / "binder").exists()
    script = ROOT / "postBuild"
    assert script.stat().st_mode & 0o111
    assert "--no-deps --no-index -e ." in script.read_text(encoding="utf-8")
