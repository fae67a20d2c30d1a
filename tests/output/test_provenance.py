"""Where a run came from: the profile's demands one by one, hashes by hand, git in every state, and the same bytes."""

import hashlib
import importlib.metadata
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from analysis import __version__
from analysis.cli import app
from analysis.core.model import Model
from analysis.core.register import Register
from analysis.output import provenance
from analysis.output.provenance import NAME, Source, beside, describe_one, inputs, software, source, write

ROOT = Path(__file__).resolve().parents[2]
BOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KNOWN = Source("0123456789abcdef0123456789abcdef01234567", "clean", "2001-09-09")

PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}

Entity = dict[str, Any]


@pytest.fixture(autouse=True)
def _a_known_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree that the tests run in may change at any time; git is asked for itself below."""
    monkeypatch.setattr(provenance, "source", lambda: KNOWN)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder as a run leaves it, with a name that an identifier has to escape."""
    folder = tmp_path / "results"
    (folder / "figures").mkdir(parents=True)
    (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    (folder / "claims.csv").write_text("id\n", encoding="utf-8")
    (folder / "figures" / "two words.svg").write_text("<svg/>", encoding="utf-8")
    return folder


def graph(path: Path) -> dict[str, Entity]:
    """The crate's entities by identifier; each identifier is there once."""
    read = json.loads(path.read_text(encoding="utf-8"))
    assert read["@context"] == "https://w3id.org/ro/crate/1.3/context"
    entities = {entity["@id"]: entity for entity in read["@graph"]}
    assert len(entities) == len(read["@graph"])
    return entities


def crate(folder: Path, model: Model, **how: Any) -> dict[str, Entity]:
    write(folder, model, BOOKS, **how)
    return graph(folder / NAME)


def ids(value: Any) -> list[str]:
    """The identifiers that a property refers to, one or many."""
    return [one["@id"] for one in (value if isinstance(value, list) else [value])]


def the_action(entities: dict[str, Entity]) -> Entity:
    (action,) = [entity for entity in entities.values() if entity["@type"] == "CreateAction"]
    return action


def the_parameters(entities: dict[str, Entity]) -> dict[str, Entity]:
    """What the action ran with, by name."""
    objects = [entities[id] for id in ids(the_action(entities)["object"])]
    return {entity["name"]: entity for entity in objects if entity["@type"] == "PropertyValue"}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# The profile, property by property ------------------------------------------------------------------------------------


def test_the_file_describes_the_folder_it_lies_in(results: Path, model: Model) -> None:
    entities = crate(results, model)
    about = entities["ro-crate-metadata.json"]
    assert about["@type"] == "CreativeWork"
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.3"}
    root = entities[about["about"]["@id"]]
    assert (root["@id"], root["@type"]) == ("./", "Dataset")
    # What RO-Crate 1.3 says that the root must have.
    for name in ("name", "description", "license", "datePublished"):
        assert isinstance(root[name], str)
        assert root[name]
    package = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    assert root["license"] == package["licenses"][0]["title"]
    assert package["title"] in root["name"]


def test_it_says_that_it_follows_the_profile(results: Path, model: Model) -> None:
    entities = crate(results, model)
    (profile,) = ids(entities["./"]["conformsTo"])
    assert profile == "https://w3id.org/ro/wfrun/process/0.6"
    assert (entities[profile]["@type"], entities[profile]["version"]) == ("CreativeWork", "0.6")


def test_the_action_names_its_tool_its_inputs_and_its_outputs(results: Path, model: Model) -> None:
    entities = crate(results, model)
    action = the_action(entities)
    assert action["@id"].startswith("#run-")
    assert ids(entities["./"]["mentions"]) == [action["@id"]]
    assert action["name"]
    assert action["description"] == "as in the article"
    (tool,) = ids(action["instrument"])
    assert entities[tool]["@type"] == "SoftwareApplication"
    assert entities[tool]["softwareVersion"] == __version__
    assert {entities[id]["@type"] for id in ids(action["object"])} == {"File", "PropertyValue"}
    assert ids(action["result"]) == ["claims.csv", "figures/two%20words.svg"]
    assert action["actionStatus"] == {"@id": "http://schema.org/CompletedActionStatus"}
    assert "error" not in action


def test_a_tool_has_a_name_and_one_version(results: Path, model: Model) -> None:
    tools = [one for one in crate(results, model).values() if one["@type"] == "SoftwareApplication"]
    assert len(tools) > 20
    for tool in tools:
        assert tool["name"]
        assert tool["softwareVersion"]
        # "SoftwareApplication entities SHOULD NOT specify both".
        assert "version" not in tool


def test_every_reference_leads_somewhere(results: Path, model: Model) -> None:
    entities = crate(results, model)
    for entity in entities.values():
        for value in entity.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, dict):
                    assert one.keys() == {"@id"}
                    # The crate's own specification and the statuses are what RO-Crate defines.
                    assert one["@id"] in entities or one["@id"].startswith(
                        ("https://w3id.org/ro/crate/", "http://schema.org/")
                    )
    # Flat: nothing is described within another.
    assert all(not isinstance(value, dict) or "@id" in value for one in entities.values() for value in one.values())


def test_a_file_of_the_crate_is_in_the_folder_and_an_input_is_not(results: Path, model: Model) -> None:
    entities = crate(results, model)
    files = {id for id, entity in entities.items() if entity["@type"] == "File"}
    here = {id for id in files if not id.startswith("#")}
    assert here == set(ids(entities["./"]["hasPart"])) == {"claims.csv", "figures/two%20words.svg"}
    for id in here:
        assert (results / entities[id]["name"]).is_file()
    for id in files - here:
        assert not (results / entities[id]["localPath"]).exists()
        assert id == "#" + entities[id]["localPath"]


# What is said ---------------------------------------------------------------------------------------------------------


def test_every_input_is_there_with_its_hash_and_size(results: Path, model: Model) -> None:
    entities = crate(results, model)
    expected = {
        **{f"data/{path.relative_to(ROOT / 'data').as_posix()}": path for path in (ROOT / "data").rglob("*.*")},
        **{f"analysis/formulas/{path.name}": path for path in (ROOT / "analysis" / "formulas").glob("*.py")},
        **{f"notebooks/{path.name}": path for path in BOOKS},
        "requirements.lock": ROOT / "requirements.lock",
    }
    objects = [entities[id] for id in ids(the_action(entities)["object"])]
    found = {one["localPath"]: (one["sha256"], one["contentSize"]) for one in objects if one["@type"] == "File"}
    assert found == {name: (digest(path.read_bytes()), str(len(path.read_bytes()))) for name, path in expected.items()}


def test_an_output_has_the_hash_of_its_bytes(results: Path, model: Model) -> None:
    # The SHA-256 of nothing, as its standard's examples have it.
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (results / "empty.csv").write_bytes(b"")
    entities = crate(results, model)
    assert (entities["empty.csv"]["sha256"], entities["empty.csv"]["contentSize"]) == (nothing, "0")
    assert entities["empty.csv"]["encodingFormat"] == "text/csv"
    assert entities["figures/two%20words.svg"]["sha256"] == digest(b"<svg/>")
    assert ".gitignore" not in entities


def test_another_package_has_its_own_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    packages = Path(__file__).resolve().parent / "packages"
    monkeypatch.syspath_prepend(str(packages))
    found = inputs(Model(Register.read(packages / "tiny")), [])
    names = ("assumptions.yaml", "claims.csv", "datapackage.json", "expected.csv", "readings.csv", "checks.csv")
    assert list(found) == [
        *(f"data/{name}" for name in (*names, "sections.csv", "sources.csv")),
        "requirements.lock",
        "tiny_formulas.py",
    ]
    assert found["tiny_formulas.py"] == packages / "tiny_formulas.py"


def test_what_a_package_lists_outside_of_its_folder_is_no_input(package: Path, model: Model) -> None:
    (package.parent / "secret.txt").write_text("x", encoding="utf-8")
    described = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    described["resources"] += [{"name": "a", "path": "../secret.txt"}, {"name": "b", "path": "missing.csv"}]
    (package / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    made = Model(Register.read(ROOT / "data"))
    object.__setattr__(made.register, "folder", package)
    assert {name for name in inputs(made, []) if "secret" in name or "missing" in name} == set()


def test_versions_are_those_that_are_installed(results: Path, model: Model) -> None:
    entities = crate(results, model)
    (tool,) = ids(the_action(entities)["instrument"])
    found = {
        entities[id]["name"]: entities[id]["softwareVersion"] for id in ids(entities[tool]["softwareRequirements"])
    }
    assert found["Python"] == platform.python_version()
    for name in ("numpy", "papermill", "rocrate"):
        assert found[name] == importlib.metadata.version(name)


def test_only_what_the_lock_names_and_is_installed_is_listed(tmp_path: Path) -> None:
    lock = (
        "numpy==0.1 ; python_version > '3' \\\n    --hash=sha256:00\npandas==2\nno-such-thing-here==1.0\n# scipy==1\n"
        "coverage[toml]==7\n"
    )
    (tmp_path / "requirements.lock").write_text(lock, encoding="utf-8")
    assert software(tmp_path) == {name: importlib.metadata.version(name) for name in ("coverage", "numpy", "pandas")}


def test_without_a_lock_all_that_is_installed_is_listed(tmp_path: Path) -> None:
    found = software(tmp_path)
    assert found["pytest"] == importlib.metadata.version("pytest")
    assert list(found) == sorted(found)


def test_commit_and_tree_are_said_of_the_tool(results: Path, model: Model) -> None:
    entities = crate(results, model)
    assert {entities[id]["name"]: entities[id]["value"] for id in ids(entities["#analysis"]["identifier"])} == {
        "git commit": KNOWN.commit,
        "state of the tree beside the commit": "clean",
    }


def test_a_failed_run_says_which_notebooks(results: Path, model: Model) -> None:
    action = the_action(crate(results, model, failed=["07_trade", "03_at_risk_2019"]))
    assert action["actionStatus"] == {"@id": "http://schema.org/FailedActionStatus"}
    assert action["error"] == "did not run to the end: 03_at_risk_2019, 07_trade"


@pytest.mark.parametrize(
    ("epoch", "day", "expected"),
    [
        ("", "2001-09-09", "2001-09-09"),
        # 2^31 - 1 seconds after 1970, where 32 bits end.
        ("2147483647", "2001-09-09", "2038-01-19"),
        ("0", "", "1970-01-01"),
        ("tomorrow", "2001-09-09", "2001-09-09"),
        ("9" * 30, "", None),
        ("", "", None),
    ],
)
def test_the_date_is_named_or_the_commits_or_left_out(
    results: Path, model: Model, monkeypatch: pytest.MonkeyPatch, epoch: str, day: str, expected: str | None
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    monkeypatch.setattr(provenance, "source", lambda: Source(day=day))
    assert crate(results, model)["./"].get("datePublished") == expected


# One notebook ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "04_at_risk_2021.ipynb").write_text("{}", encoding="utf-8")
    return tmp_path / "runs" / "04_at_risk_2021.ipynb"


def apart(target: Path, model: Model, how: str = "as in the article", **parameters: Any) -> dict[str, Entity]:
    described = describe_one(target, model, ROOT / "notebooks" / target.name, parameters, how)
    beside(target).write_text(described, encoding="utf-8")
    return graph(beside(target))


def test_one_notebooks_provenance_stands_beside_it(target: Path, model: Model) -> None:
    entities = apart(target, model)
    assert {path.name for path in target.parent.iterdir()} == {target.name, "04_at_risk_2021-ro-crate-metadata.json"}
    # A crate that stands apart holds no file: all are named by # and a path.
    assert all(id.startswith("#") for id, entity in entities.items() if entity["@type"] == "File")
    assert "hasPart" not in entities["./"]
    (made,) = ids(the_action(entities)["result"])
    assert (entities[made]["localPath"], entities[made]["sha256"]) == (target.name, digest(b"{}"))
    assert [id for id in entities if id.startswith("#notebooks/")] == ["#notebooks/04_at_risk_2021.ipynb"]


def test_parameters_are_what_went_in(target: Path, model: Model) -> None:
    entities = apart(target, model, persons_per_transfer=0.9, at_risk_2019__reading="southern", draws=1024)
    found = the_parameters(entities)
    assert (found["persons_per_transfer"]["value"], found["persons_per_transfer"]["unitText"]) == (
        0.9,
        "person/transfer",
    )
    assert found["at_risk_2019__reading"]["value"] == "southern"
    assert found["draws"]["value"] == 1024
    assert found.keys() == {"persons_per_transfer", "at_risk_2019__reading", "draws"}


def test_a_run_with_other_parameters_can_be_told_from_the_articles(target: Path, model: Model) -> None:
    first, again, other, words = (
        the_action(apart(target, model, how, persons_per_transfer=value))
        for value, how in ((1.0, "as it is"), (1.0, "as it is"), (0.9, "as it is"), (1.0, "differs"))
    )
    assert first == again
    assert len({one["@id"] for one in (first, other, words)}) == 3
    assert (first["description"], words["description"]) == ("as it is", "differs")


def test_of_a_scenarios_file_the_name_and_the_hash_are_kept(target: Path, model: Model) -> None:
    mine = target.parent.parent / "my own.yaml"
    mine.write_text("name: mine\n", encoding="utf-8")
    entities = apart(target, model, f"run with scenario = {mine}", scenario=str(mine))
    assert the_parameters(entities)["scenario"]["value"] == "my own.yaml"
    assert the_action(entities)["description"] == "run with scenario = my own.yaml"
    file = entities["#parameters/my%20own.yaml"]
    assert (file["localPath"], file["sha256"]) == ("parameters/my own.yaml", digest(b"name: mine\n"))
    assert file["@id"] in ids(the_action(entities)["object"])
    assert str(mine.parent) not in beside(target).read_text(encoding="utf-8")


def notebook(folder: Path, name: str) -> None:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {"tags": tags},
            "outputs": [],
            "source": text,
        }
        for number, (tags, text) in enumerate(
            [(["parameters"], "persons_per_transfer = 1.0"), ([], "print(persons_per_transfer)")]
        )
    ]
    metadata = {"analysis": {"checks": ["net_persons_ratio_one"]}, "kernelspec": PYTHON}
    folder.mkdir(exist_ok=True)
    text = json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")


def test_the_command_run_says_where_its_notebook_came_from(tmp_path: Path) -> None:
    notebook(tmp_path / "books", "one")
    arguments = ["run", "one", "--notebooks", str(tmp_path / "books"), "--out", str(tmp_path / "runs")]
    done = CliRunner(env={"ANALYSIS_DATA": None}).invoke(app, [*arguments, "-p", "persons_per_transfer=0.9"])
    assert done.exit_code == 0, done.output
    entities = graph(tmp_path / "runs" / "one-ro-crate-metadata.json")
    assert the_parameters(entities)["persons_per_transfer"]["value"] == 0.9
    assert the_action(entities)["description"] in done.stdout
    assert the_action(entities)["description"].startswith("differs from the article in: persons_per_transfer = 0.9")
    assert entities["#one.ipynb"]["sha256"] == digest((tmp_path / "runs" / "one.ipynb").read_bytes())
    assert entities["#notebooks/one.ipynb"]["sha256"] == digest((tmp_path / "books" / "one.ipynb").read_bytes())


def test_the_command_reproduce_leaves_it_in_the_folder(tmp_path: Path) -> None:
    notebook(tmp_path / "books", "one")
    arguments = ["reproduce", "--no-report", "--notebooks", str(tmp_path / "books"), "--out", str(tmp_path / "results")]
    texts = []
    for _ in range(2):
        done = CliRunner(env={"ANALYSIS_DATA": None}).invoke(app, arguments)
        assert done.exit_code == 0, done.output
        texts.append((tmp_path / "results" / NAME).read_bytes())
    assert texts[0] == texts[1]
    entities = graph(tmp_path / "results" / NAME)
    written = {path for path in (tmp_path / "results").rglob("*") if path.is_file()}
    names = {path.relative_to(tmp_path / "results").as_posix() for path in written} - {NAME, ".gitignore"}
    assert {entities[id]["name"] for id in ids(the_action(entities)["result"])} == names
    assert the_parameters(entities)["scenario"]["value"] == "article"


# The same bytes -------------------------------------------------------------------------------------------------------


def test_two_runs_on_one_tree_give_the_same_bytes(results: Path, model: Model, tmp_path: Path) -> None:
    write(results, model, BOOKS)
    again = tmp_path / "elsewhere" / "of another name"
    shutil.copytree(results, again)
    (again / NAME).unlink()
    write(again, Model(Register.read(ROOT / "data")), reversed(BOOKS))
    assert (again / NAME).read_bytes() == (results / NAME).read_bytes()
    # Written again over itself, it does not count itself among the results.
    write(again, model, BOOKS)
    assert (again / NAME).read_bytes() == (results / NAME).read_bytes()


def test_no_path_host_user_or_clock_is_in_it(results: Path, model: Model, target: Path) -> None:
    write(results, model, BOOKS)
    apart(target, model, persons_per_transfer=0.9)
    for path in (results / NAME, beside(target)):
        text = path.read_text(encoding="utf-8")
        for word in (str(ROOT), str(target.parent.parent), str(Path.home()) + "/", tempfile.gettempdir() + "/"):
            assert word not in text
        assert not re.search(rf"\b{re.escape(socket.gethostname())}\b", text)
        assert not re.search(r"\d{2}:\d{2}", text)
        assert re.findall(r"\b\d{4}-\d{2}-\d{2}\b", text) == [KNOWN.day]


# git ------------------------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    identity = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    # Late in the evening east of Greenwich: the day before in UTC.
    dates = {f"GIT_{who}_DATE": "2001-09-10T03:46:40 +0800" for who in ("AUTHOR", "COMMITTER")}
    environment = {**os.environ, **identity, **dates, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a package in it, all committed."""
    folder = tmp_path / "repository"
    (folder / "package").mkdir(parents=True)
    (folder / "package" / "__init__.py").write_text("", encoding="utf-8")
    (folder / ".gitignore").write_text("results/\n", encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "First")
    return folder


def test_a_clean_tree_has_its_commit_and_its_day(repository: Path) -> None:
    assert source(repository / "package") == Source(git(repository, "rev-parse", "HEAD"), "clean", "2001-09-09")


@pytest.mark.parametrize(
    ("name", "tree"), [(".gitignore", "dirty"), ("new.py", "dirty"), ("results/claims.csv", "clean")]
)
def test_a_change_or_something_new_makes_a_tree_dirty(repository: Path, name: str, tree: str) -> None:
    (repository / name).parent.mkdir(exist_ok=True)
    with (repository / name).open("a", encoding="utf-8") as file:
        file.write("# more\n")
    found = source(repository / "package")
    assert (found.tree, found.commit) == (tree, git(repository, "rev-parse", "HEAD"))


def test_neither_the_users_settings_nor_the_environment_get_in_the_way(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitconfig").write_text("[no settings\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "none")
    assert source(repository / "package").tree == "clean"


def test_a_tree_that_is_read_is_left_as_it_was(repository: Path) -> None:
    # As after a copy: git would note the new time of an unchanged file in its index.
    os.utime(repository / ".gitignore", (10**9, 10**9))
    before = (repository / ".git" / "index").read_bytes()
    source(repository / "package")
    assert (repository / ".git" / "index").read_bytes() == before


def test_without_git_nothing_is_known(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert source(repository / "package") == Source("unknown", "unknown", "")


def test_a_git_that_does_not_answer_is_not_waited_for(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stuck = tmp_path / "bin" / "git"
    stuck.parent.mkdir()
    stuck.write_text("#!/bin/sh\nexec tail -f /dev/null\n", encoding="utf-8")
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stuck.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(provenance, "_PATIENCE", 0.05)
    assert source(repository / "package") == Source()


def test_outside_of_a_repository_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("", encoding="utf-8")
    assert source(tmp_path) == Source()


def test_a_package_installed_within_a_repository_is_not_of_it(repository: Path) -> None:
    installed = repository / "results" / "site-packages" / "package"
    installed.mkdir(parents=True)
    (installed / "__init__.py").write_text("", encoding="utf-8")
    assert source(installed) == Source()


def test_a_repository_without_a_commit_has_none(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("", encoding="utf-8")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    assert source(tmp_path) == Source("unknown", "dirty", "")
