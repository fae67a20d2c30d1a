"""The environment: the lock satisfies pyproject.toml, and every way to install the
package uses the lock.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DIRECT = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
EXTRAS = PROJECT["project"]["optional-dependencies"]
DECLARED = [*DIRECT, *(entry for extra in EXTRAS.values() for entry in extra)]


def entries(*files: str) -> list[tuple[Requirement, list[str]]]:
    """The requirements of lock files, each with its hashes."""
    text = "\n".join(
        (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ") for file in files
    )
    lines = [
        line for line in text.splitlines() if line.strip() and not line.startswith("#")
    ]
    parts = [re.split(r"\s+--hash=", line.strip()) for line in lines]
    return [
        (Requirement(requirement.strip()), hashes) for requirement, *hashes in parts
    ]


RUNNING, TESTING = entries("requirements.lock"), entries("requirements-dev.lock")
LOCK = [*RUNNING, *TESTING]


@pytest.mark.parametrize("text", DECLARED)
def test_every_dependency_is_locked_at_a_version_it_admits(text: str) -> None:
    wanted = Requirement(text)
    locked = [
        entry
        for entry, _ in LOCK
        if canonicalize_name(entry.name) == canonicalize_name(wanted.name)
    ]
    oldest = {"python_version": "3.11", "python_full_version": "3.11.0"}
    assert any(
        entry.marker is None or entry.marker.evaluate(oldest) for entry in locked
    )
    for entry in locked:
        (pin,) = entry.specifier
        assert wanted.specifier.contains(pin.version)


def test_a_run_needs_the_first_lock_alone() -> None:
    names = {canonicalize_name(entry.name) for entry, _ in RUNNING}
    assert {
        canonicalize_name(Requirement(text).name)
        for text in PROJECT["project"]["dependencies"]
    } <= names
    assert not names & {canonicalize_name(entry.name) for entry, _ in TESTING}


def test_every_entry_is_one_version_with_hashes() -> None:
    for entry, hashes in [*LOCK, *entries("benchmarks/requirements.lock")]:
        assert [pin.operator for pin in entry.specifier] == ["=="], entry
        assert entry.url is None
        assert hashes
        assert all(
            re.fullmatch(r"sha256:[0-9a-f]{64}", digest.strip()) for digest in hashes
        ), entry


# In parts, so that this file names none of them.
ADDRESS = re.compile("htt" + r"ps?:" + "//[^\\s\"'<>)]*")
# Names of terms in the form of an address, which nothing asks for; and this machine.
TERMS = (
    "https://w3id.org/ro/",
    "https://json-schema.org/",
    "http://schema.org/",
    "http://127.0.0.1:",
)
HOSTS = [
    "py" + "pi.",
    "python" + "hosted",
    "ana" + "conda.",
    "conda" + ".io",
    "--index" + "-url",
    "--extra" + "-index",
]


def test_no_file_names_a_place_to_install_from() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for path in (
        ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()
    ):
        text = path.read_text(encoding="utf-8", errors="replace")
        for host in HOSTS:
            assert host not in text.lower().replace("--no-emit" + "-index-url", ""), (
                f"{host} in {path.name}"
            )
        named = path.name in {"pyproject.toml", "Makefile", "environment.yml", "run"}
        if named or path.suffix in (".py", ".ipynb", ".csv", ".lock"):
            found = [
                address
                for address in ADDRESS.findall(text)
                if not address.startswith(TERMS)
            ]
            assert not found, f"{found} in {path.name}"


def recipe(target: str) -> tuple[list[str], str]:
    """The prerequisites of a target in the Makefile, and its commands."""
    (found,) = re.findall(
        rf"^{re.escape(target)}:([^#\n]*).*\n((?:\t.*\n|.*\\\n)*)", MAKEFILE, re.M
    )
    return found[0].split(), found[1]


def test_make_installs_from_the_locks_and_checks_their_hashes() -> None:
    for target, lock in (
        (".venv/installed", "requirements.lock"),
        (".venv/installed-dev", "requirements-dev.lock"),
    ):
        needs, commands = recipe(target)
        assert lock in needs
        assert (
            f"--require-hashes {'--no-deps ' if 'dev' in lock else ''}-r {lock}"
            in commands
        )
    # The package itself brings nothing with it and asks no index.
    assert (
        "--no-build-isolation --no-deps --no-index -e ." in recipe(".venv/installed")[1]
    )
    assert [recipe(name)[0] for name in ("reproduce", "test")] == [["env"], ["env-dev"]]


def test_make_compiles_all_of_the_package_that_a_verdict_loads() -> None:
    (line,) = re.findall(r'python -c "(.*)"', recipe(".venv/installed")[1])
    (names,) = re.findall(r"^LOADED := ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)
    made = line.replace("$(LOADED)", names.replace("\\\n", " "))
    code = (
        f"{made}; import sys; from typer.testing import CliRunner; "
        "before = {*sys.modules}; from analysis.cli import app; "
        "assert CliRunner().invoke(app, ['verify']).exit_code == 0; "
        "print(*sorted({*sys.modules} - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    late = done.stdout.split()
    # Whatever else comes late is small.
    assert [name for name in late if name.startswith("analysis")] == []
    assert len(late) < 20


def test_conda_takes_the_direct_dependencies_at_the_versions_of_the_lock() -> None:
    found = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, *packages, others = found["dependencies"]
    assert (
        python == f"python={PROJECT['project']['requires-python'].removeprefix('>=')}"
    )
    assert pip == "pip"
    # A plain name and an exact version each: in conda's spelling, name=version.
    entries = [
        re.fullmatch(r"([a-z0-9._-]+)=([0-9][0-9.]*)", entry) for entry in packages
    ]
    assert all(entries)
    # Conda calls matplotlib without its windows matplotlib-base.
    taken = {
        canonicalize_name(one[1].removesuffix("-base")): one[2]
        for one in entries
        if one
    }
    taken |= {
        canonicalize_name(name): version
        for name, version in (entry.split("==") for entry in others["pip"])
    }
    oldest = {"python_version": "3.11", "python_full_version": "3.11.0"}
    locked = {
        canonicalize_name(entry.name): next(iter(entry.specifier)).version
        for entry, _ in LOCK
        if entry.marker is None or entry.marker.evaluate(oldest)
    }
    assert taken == {
        name: locked[name]
        for name in (canonicalize_name(Requirement(text).name) for text in DIRECT)
    }


def test_the_public_workflow_runs_what_ci_runs() -> None:
    workflow = yaml.safe_load(
        (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    )
    jobs = {
        name: [step.get("run") for step in job["steps"] if "run" in step]
        for name, job in workflow["jobs"].items()
    }
    assert jobs == {
        "test": [".ci/run"],
        "report": ["make reproduce"],
        "pages": [],
        "long": ["make test-long"],
    }
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in script if line.startswith("make ")] == [
        "make env",
        "make test",
    ]
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"][0] == "3.11"


def test_a_commit_is_linted_as_the_tests_are() -> None:
    found = yaml.safe_load(
        (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    )
    hooks = [
        hook["entry"].removeprefix(".venv/bin/")
        for repository in found["repos"]
        for hook in repository["hooks"]
    ]
    linters = re.findall(r"^\t\$\(BIN\)/((?!python).*)$", recipe("test")[1], re.M)
    assert hooks == linters


def test_each_dependency_says_what_it_is_for_and_each_package_its_licence() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    direct, licences = (
        re.findall(r"^\| `([^`]+)` \|", part, re.M)
        for part in text.split("## Licences")
    )
    assert sorted(direct) == sorted(Requirement(entry).name for entry in DIRECT)
    assert {canonicalize_name(name) for name in licences} == {
        canonicalize_name(entry.name) for entry, _ in RUNNING
    }


def test_the_data_package_is_described_as_frictionless_wants_it() -> None:
    import frictionless

    package = json.loads(
        (ROOT / "data" / "datapackage.json").read_text(encoding="utf-8")
    )
    described = frictionless.Package.from_descriptor(
        package, basepath=str(ROOT / "data")
    )
    for resource in described.resources:
        if str(resource.path).endswith(".csv"):
            report = resource.validate()
            assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])
