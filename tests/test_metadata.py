"""What describes the package agrees: its citation, CodeMeta, licence and version."""

import json
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import jsonschema
import pytest
import yaml

from analysis import __version__

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
