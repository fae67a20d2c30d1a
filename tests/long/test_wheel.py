"""The package installed as a wheel: it brings data and notebooks, and works from any
folder, even if its own folder can't be written to.
"""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run(
        [*command, "--wheel-dir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def run(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs the installed command in its own folder, beside this environment's
    libraries.
    """
    site, work = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("work")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-compile",
    ]
    subprocess.run(
        [*command, "--target", str(site), str(wheel)], check=True, capture_output=True
    )
    for path in site.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)

    def of(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(site),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        called = [sys.executable, "-m", "analysis", *arguments]
        return subprocess.run(
            called,
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return of


def test_it_carries_the_data_the_notebooks_and_what_pages_are_made_of(
    wheel: Path,
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("data", "notebooks"):
        files = [
            path
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        ]
        assert {
            f"analysis/shipped/{path.relative_to(ROOT).as_posix()}" for path in files
        } <= names
    pages = [
        path
        for path in (ROOT / "analysis" / "publish" / "pages").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    assert pages
    assert {path.relative_to(ROOT).as_posix() for path in pages} <= names
    assert not {
        name for name in names if name.startswith(("tests/", "benchmarks/", ".venv"))
    }


def test_it_gives_the_verdicts_of_the_tree_from_another_folder(run: Run) -> None:
    found = run("verify", "--json")
    assert (found.returncode, found.stderr) == (0, "")
    command = [sys.executable, "-m", "analysis", "verify", "--json"]
    here = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(found.stdout) == json.loads(here.stdout)


def test_it_runs_a_notebook_into_the_working_directory(run: Run) -> None:
    found = run(
        "run", "03_at_risk_2019", "-p", "minority_share_south=0.9", "--out", "runs"
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert "minority_share_south = 0.9" in found.stdout


@pytest.mark.long
def test_it_reproduces_everything_with_its_own_folder_unwritable(run: Run) -> None:
    found = run("reproduce")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == run("verify").stdout
