"""What is installed, and from where: the lock answers for pyproject.toml, and everything installs from the lock."""

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DECLARED = [
    *PROJECT["project"]["dependencies"],
    *(entry for extra in PROJECT["project"]["optional-dependencies"].values() for entry in extra),
    *PROJECT["build-system"]["requires"],
]


def entries(file: str = "requirements.lock") -> list[tuple[Requirement, list[str]]]:
    """The lock's requirements, each with its hashes."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = []
    for line in lines:
        requirement, *hashes = re.split(r"\s+--hash=", line.strip())
        found.append((Requirement(requirement.strip()), hashes))
    return found


LOCK = entries()


@pytest.mark.parametrize("text", DECLARED)
def test_every_dependency_is_in_the_lock_at_a_version_it_admits(text: str) -> None:
    wanted = Requirement(text)
    locked = [entry for entry, _ in LOCK if canonicalize_name(entry.name) == canonicalize_name(wanted.name)]
    assert locked
    for entry in locked:
        (pin,) = entry.specifier
        assert wanted.specifier.contains(pin.version)


def test_every_entry_of_the_lock_is_one_version_with_hashes() -> None:
    assert len(LOCK) > len(DECLARED)
    for entry, hashes in LOCK:
        assert [pin.operator for pin in entry.specifier] == ["=="], entry
        assert entry.url is None
        assert hashes, entry
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest.strip()) for digest in hashes), entry


def test_what_a_package_needs_with_an_extra_is_locked_with_that_extra() -> None:
    # Where the lock has `coverage` and a package needs `coverage[toml]`, pip 23.2 takes the newest release of the
    # latter, and refuses the whole lock as soon as there is one newer than the lock's.
    locked: dict[str, set[frozenset[str]]] = {}
    for entry, _ in LOCK:
        locked.setdefault(canonicalize_name(entry.name), set()).add(frozenset(entry.extras))
    asked = []
    for name, choices in locked.items():
        try:
            found = [Requirement(text) for text in importlib.metadata.requires(name) or []]
        except importlib.metadata.PackageNotFoundError:  # of another system
            continue
        for extra in {"", *(one for extras in choices for one in extras)}:
            for need in found:
                if need.extras and (need.marker is None or need.marker.evaluate({"extra": extra})):
                    asked.append(need.name)
                    assert locked[canonicalize_name(need.name)] == {frozenset(need.extras)}, f"{name} needs {need}"
    assert "coverage" in asked


def test_the_lock_names_a_version_once_for_each_environment() -> None:
    here = [
        canonicalize_name(entry.name)
        for entry, _ in LOCK
        if entry.marker is None or entry.marker.evaluate(dict(default_environment()))
    ]
    assert len(here) == len(set(here))


def test_the_lock_serves_the_oldest_python_that_is_required() -> None:
    oldest = {"python_version": "3.11", "python_full_version": "3.11.0"}
    assert Version("3.11.0") in SpecifierSet(PROJECT["project"]["requires-python"])
    for text in DECLARED:
        name = canonicalize_name(Requirement(text).name)
        locked = [entry for entry, _ in LOCK if canonicalize_name(entry.name) == name]
        assert any(entry.marker is None or entry.marker.evaluate(oldest) for entry in locked), text


def test_the_lock_of_the_benchmarks_has_hashes_and_the_versions_of_the_other() -> None:
    pinned: dict[str, set[str]] = {}
    for entry, _ in LOCK:
        pinned.setdefault(canonicalize_name(entry.name), set()).add(str(entry.specifier))
    found = entries("benchmarks/requirements.lock")
    assert {"squigglepy", "salib"} <= {canonicalize_name(entry.name) for entry, _ in found}
    for entry, hashes in found:
        assert hashes
        assert str(entry.specifier) in pinned.get(canonicalize_name(entry.name), {str(entry.specifier)})


def tracked() -> list[Path]:
    """The files that git holds, and those here that it would hold."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


# In parts, so that this file names none of them.
ADDRESS = re.compile("htt" + r"ps?:" + "//[^\\s\"'<>)]*")
# Names of terms in the form of an address, which nothing asks for: those that RO-Crate demands. And this machine.
TERMS = ("https://w3id.org/ro/", "http://schema.org/", "http://127.0.0.1:")
HOSTS = ["py" + "pi.", "python" + "hosted", "ana" + "conda.", "conda" + ".io", "--index" + "-url", "--extra" + "-index"]


def test_no_file_names_a_place_to_install_from() -> None:
    for path in tracked():
        text = path.read_text(encoding="utf-8", errors="replace").lower()
        for host in HOSTS:
            assert host not in text.replace("--no-emit" + "-index-url", ""), f"{host} in {path.name}"


def test_what_installs_has_no_address_at_all() -> None:
    names = {"pyproject.toml", "requirements.lock", "Makefile", "environment.yml", "run", "conftest.py"}
    for path in tracked():
        if path.name in names or path.suffix in (".py", ".ipynb", ".csv"):
            found = ADDRESS.findall(path.read_text(encoding="utf-8", errors="replace"))
            found = [address for address in found if not address.startswith(TERMS)]
            assert not found, f"{found} in {path.name}"


def recipe(target: str) -> tuple[list[str], str]:
    """What a target of the Makefile needs first, and its commands."""
    (found,) = re.findall(rf"^{re.escape(target)}:([^#\n]*).*\n((?:\t.*\n|.*\\\n)*)", MAKEFILE, re.M)
    return found[0].split(), found[1]


def test_make_installs_from_the_lock_and_checks_its_hashes() -> None:
    needs, commands = recipe(".venv/installed")
    assert {"requirements.lock", "pyproject.toml"} <= set(needs)
    installs = [line for line in commands.splitlines() if "pip install" in line]
    assert "--require-hashes -r requirements.lock" in installs[0]
    # The package itself brings nothing with it and asks no index.
    assert all("--no-deps" in line and "--no-index" in line for line in installs[1:])
    _, benchmarks = recipe(".venv/benchmarks")
    assert "--require-hashes -r $<" in benchmarks
    assert "pip install" not in MAKEFILE.replace(commands, "").replace(benchmarks, "")
    assert recipe("env")[0] == [".venv/installed"]


@pytest.mark.parametrize("target", ["reproduce", "test", "notebooks"])
def test_each_target_sets_itself_up(target: str) -> None:
    needs, commands = recipe(target)
    assert needs == ["env"]
    assert commands


def test_make_test_is_everything_that_is_checked() -> None:
    _, commands = recipe("test")
    for tool in ("ruff check", "ruff format --check", "mypy", "lint-imports", "pytest", "--nbval"):
        assert tool in commands


def test_continuous_integration_makes_the_environment_with_make_and_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    commands = [
        line.strip()
        for line in script.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert [line for line in commands if line.startswith("make")] == ["make env", "make test"]
    (after,) = commands[commands.index("make test") + 1 :]
    assert re.fullmatch(
        r'if \[ -n "\$\{ARTICLE:-\}" \]; then .*analysis audit "\$ARTICLE"; else echo "not audited.*"; fi', after
    )
    assert not any(re.search(r"\b(pip|uv|conda)\b", line) for line in commands)
    assert "set -euo pipefail" in commands
    assert script.stat().st_mode & 0o111


def test_conda_takes_python_and_the_packages_of_the_lock() -> None:
    content = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    entries = content["dependencies"]
    (pip,) = [entry["pip"] for entry in entries if isinstance(entry, dict)]
    assert pip == ["--require-hashes -r requirements.lock"]
    plain = [Requirement(entry) for entry in entries if isinstance(entry, str)]
    assert {entry.name for entry in plain} == {"python", "pip"}
    (python,) = [entry for entry in plain if entry.name == "python"]
    assert python.specifier == SpecifierSet(PROJECT["project"]["requires-python"])


def test_every_tool_agrees_on_the_oldest_python() -> None:
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert PROJECT["tool"]["ruff"]["target-version"] == "py311"
    assert "--python-version 3.11" in MAKEFILE
    assert sys.version_info >= (3, 11)


def test_the_readme_gives_its_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = [block for block in re.findall(r"```[a-z]*\n(.*?)```", readme, re.S) if "make " in block][:1]
    assert re.findall(r"^make \w+", block, re.M) == ["make reproduce", "make test"]
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.M))
    assert set(re.findall(r"\bmake ([a-z]+)\b", block)) <= targets


def test_every_room_has_its_place_in_the_layers() -> None:
    (contract,) = PROJECT["tool"]["importlinter"]["contracts"]
    assert contract["type"] == "layers"
    listed = {name for layer in contract["layers"] for name in re.split(r"[|:]", layer.replace(" ", ""))}
    rooms = {
        f"analysis.{path.stem}"
        for path in (ROOT / "analysis").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    }
    assert listed == rooms


def test_the_layers_stand_in_the_order_of_the_design() -> None:
    (contract,) = PROJECT["tool"]["importlinter"]["contracts"]
    order = [name.strip().removeprefix("analysis.") for layer in contract["layers"] for name in layer.split("|")]
    from_the_ground = [
        "units",
        "published",
        "register",
        "formulas",
        "model",
        "verdicts",
        "uncertainty",
        "scenarios",
        "sensitivity",
        "results",
        "figures",
        "notebooks",
        "cli",
    ]
    assert [name for name in reversed(order) if name in from_the_ground] == from_the_ground


def test_the_console_script_is_the_command_line() -> None:
    assert PROJECT["project"]["scripts"] == {"analysis": "analysis.cli:main"}


def test_git_ignores_what_is_generated() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"results/", ".venv/", "runs/"} <= set(ignored)
