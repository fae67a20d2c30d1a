"""Every command in an empty environment: no home, no network, a source that can't be written to, another locale."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    ["verify"],
    ["explain", "at_risk_2021"],
    ["list", "claims"],
    ["scenarios"],
    ["run", "01", "--out", "tmp"],
]
#: Run in a namespace of its own: makes the source read-only, where it is not already, and sets up the loopback.
WITHIN = """
import fcntl, os, socket, struct, subprocess, sys
source, *command = sys.argv[1:]
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x41))
subprocess.run(["mount", "--bind", source, source], check=True)
subprocess.run(["mount", "-o", "remount,ro,bind", source], check=True)
os.execv(command[0], command)
"""


def alone(*command: str) -> list[str]:
    """A command in namespaces of its own, in which nothing but the loopback can be reached."""
    return ["unshare", "--map-root-user", "--mount", "--net", *command]


def may_part() -> bool:
    """Whether this system lets a test have a network and mounts of its own."""
    if not shutil.which("unshare") or not shutil.which("mount"):
        return False
    return subprocess.run(alone("true"), capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source that can't be written to, at a path with spaces and letters of several scripts."""
    folder = tmp_path_factory.mktemp("copies") / "with space — 中文 é Ω"
    for name in ("analysis", "data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def notebook(folder: Path) -> object:
    (path,) = folder.glob("*.ipynb")
    return nbformat.read(path, as_version=4)


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_does_the_same_with_nothing_around_it(source: Path, tmp_path: Path, command: list[str]) -> None:
    if not may_part():
        pytest.skip("this system lets a test have no network and mounts of its own")
    called = [sys.executable, "-m", "analysis", *command]
    (tmp_path / "plain").mkdir()
    plain = subprocess.run(
        called,
        cwd=tmp_path / "plain",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    (tmp_path / "bare").mkdir()
    empty = {"PATH": os.defpath, "LC_ALL": "C", "PYTHONPATH": str(source)}
    bare = subprocess.run(
        alone(sys.executable, "-c", WITHIN, str(source), *called),
        cwd=tmp_path / "bare",
        env=empty,
        capture_output=True,
        check=False,
    )
    assert (plain.returncode, plain.stderr) == (0, b"")
    assert (bare.returncode, bare.stderr) == (0, b"")
    assert bare.stdout == plain.stdout
    if command[0] == "run":
        assert notebook(tmp_path / "bare" / "tmp") == notebook(tmp_path / "plain" / "tmp")
    else:
        assert list((tmp_path / "bare").iterdir()) == []


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_what_a_terminal_cannot_spell_is_spelled_out(encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "analysis", "explain", "中文\udcff"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    spelled = "中文".encode() if encoding == "utf-8" else rb"\u4e2d\u6587"
    assert done.stderr.startswith(b"error: '" + spelled + rb"\udcff' is no claim")
