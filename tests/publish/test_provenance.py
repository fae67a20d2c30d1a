"""The provenance of a run meets its profile and has the right hashes, whatever the
state of git, and two runs write the same bytes.
"""

import hashlib
import json
import os
import platform
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from analysis import __version__
from analysis.core.register import Register
from analysis.model.model import Model
from analysis.publish import provenance
from analysis.publish.provenance import describe, source, write
from analysis.publish.replaceable import CRATE

ROOT = Path(__file__).resolve().parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# 1,000,000,000 seconds after 1970 is 2001-09-09 in UTC.
KNOWN = {
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "seconds": "1000000000",
    "tree": "clean",
}
UNKNOWN = {"commit": "unknown", "tree": "unknown"}
Entities = dict[str, dict[str, Any]]


@pytest.fixture(autouse=True)
def _known_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "source", lambda: KNOWN)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder as a run leaves it, with a name that an identifier has to escape."""
    (tmp_path / "results" / "figures").mkdir(parents=True)
    for name, text in (
        (".gitignore", "*\n"),
        ("claims.csv", ""),
        ("figures/two words.svg", "<svg/>"),
    ):
        (tmp_path / "results" / name).write_text(text, encoding="utf-8")
    return tmp_path / "results"


def crate(folder: Path, model: Any) -> Entities:
    write(folder, model, BOOKS)
    return {
        one["@id"]: one
        for one in json.loads((folder / CRATE).read_text(encoding="utf-8"))["@graph"]
    }


def named(
    entities: Entities, references: list[dict[str, str]], value: str
) -> dict[str, Any]:
    return {
        one["name"]: one[value]
        for one in (entities[one["@id"]] for one in references)
        if value in one
    }


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_crate_has_what_ro_crate_and_the_profile_demand(
    results: Path, model: Model
) -> None:
    entities = crate(results, model)
    root, (action,) = (
        entities["./"],
        (one for one in entities.values() if one["@type"] == "CreateAction"),
    )
    assert all(
        isinstance(root[name], str) and root[name]
        for name in ("name", "description", "license")
    )
    assert root["conformsTo"] == {"@id": "https://w3id.org/ro/wfrun/process/0.6"}
    assert root["mentions"] == [{"@id": action["@id"]}]
    assert action["actionStatus"] == {"@id": "http://schema.org/CompletedActionStatus"}
    assert (
        action["result"]
        == root["hasPart"]
        == [{"@id": "claims.csv"}, {"@id": "figures/two%20words.svg"}]
    )
    assert named(entities, action["object"], "value") == {"scenario": "article"}
    tool = entities[action["instrument"]["@id"]]
    assert (tool["@type"], tool["softwareVersion"]) == (
        "SoftwareApplication",
        __version__,
    )
    states = named(entities, tool["identifier"], "value")
    assert (states["git commit"], states["git tree"]) == (KNOWN["commit"], "clean")
    versions = named(entities, tool["softwareRequirements"], "softwareVersion")
    assert versions["Python"] == platform.python_version()
    for reference in set(
        re.findall(r'{"@id": "([^"]*)"}', json.dumps(list(entities.values())))
    ):
        assert reference in entities or reference.startswith(
            ("https://w3id.org/ro/crate/", "http://schema.org/")
        )


def test_every_file_is_there_with_its_hash(results: Path, model: Model) -> None:
    entities = crate(results, model)
    expected = {
        path.relative_to(ROOT).as_posix(): path
        for path in [*(ROOT / "data").rglob("*.*"), *BOOKS]
    }
    expected |= {
        f"formulas/{path.name}": path
        for path in (ROOT / "analysis" / "formulas").glob("*.py")
    }
    found = named(entities, entities["#run"]["object"], "sha256")
    assert found == {name: digest(path.read_bytes()) for name, path in expected.items()}
    # The SHA-256 of nothing.
    assert (
        entities["claims.csv"]["sha256"]
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert entities["figures/two%20words.svg"]["sha256"] == digest(b"<svg/>")


def test_one_notebooks_provenance_stands_beside_it(
    tmp_path: Path, model: Model
) -> None:
    target, mine = tmp_path / "04_at_risk_2021.ipynb", tmp_path / "my own.yaml"
    target.write_bytes(b"{}")
    mine.write_bytes(b"name: mine")
    text = describe(
        target,
        model,
        [BOOKS[4]],
        {"scenario": str(mine), "draws": 1024},
        f"scenario = {mine}",
    )
    assert str(tmp_path) not in text
    entities = {one["@id"]: one for one in json.loads(text)["@graph"]}
    action = entities["#run"]
    assert action["description"] == "scenario = my own.yaml"
    assert named(entities, action["result"], "sha256") == {target.name: digest(b"{}")}
    assert named(entities, action["object"], "value") == {
        "scenario": "my own.yaml",
        "draws": 1024,
    }
    assert named(entities, action["object"], "sha256")[
        "parameters/my own.yaml"
    ] == digest(b"name: mine")


def test_two_runs_on_one_tree_give_the_same_bytes(
    results: Path, model: Model, tmp_path: Path
) -> None:
    write(results, model, BOOKS)
    again = Path(shutil.copytree(results, tmp_path / "of another name"))
    write(again, Model(Register.read(ROOT / "data")), reversed(BOOKS))
    text = (again / CRATE).read_text(encoding="utf-8")
    assert text == (results / CRATE).read_text(encoding="utf-8")
    assert not any(
        word in text for word in (str(ROOT), str(tmp_path), f"{Path.home()}/")
    )
    assert not re.search(rf"\b{re.escape(socket.gethostname())}\b|\d\d:\d\d", text)
    assert re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text) == ["2001-09-09"]


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    environment = {
        **os.environ,
        "GIT_COMMITTER_DATE": "1000000000 +0800",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    command = ["git", *settings, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package within a repository, all committed."""
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / ".gitignore").write_text("ignored\n", encoding="utf-8")
    for arguments in (
        ("init", "--quiet"),
        ("add", "."),
        ("commit", "--quiet", "-m", "First"),
    ):
        git(tmp_path, *arguments)
    return tmp_path / "package"


@pytest.mark.parametrize(
    ("name", "tree"),
    [(".gitignore", "dirty"), ("new.py", "dirty"), ("ignored", "clean")],
)
def test_a_change_or_something_new_makes_a_tree_dirty(
    package: Path, name: str, tree: str
) -> None:
    known = {"commit": git(package, "rev-parse", "HEAD"), "seconds": "1000000000"}
    assert source(package) == {**known, "tree": "clean"}
    with (package.parent / name).open("a", encoding="utf-8") as file:
        file.write("# more\n")
    assert source(package) == {**known, "tree": tree}


def test_without_git_nothing_is_known(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(package))
    assert source(package) == UNKNOWN
