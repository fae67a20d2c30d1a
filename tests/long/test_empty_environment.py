"""Commands in an empty environment: no home, no network, a source that can't be written
to, another locale.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Run in a namespace of its own: makes the source read-only and sets up the loopback.
WITHIN = """
import fcntl, os, socket, struct, subprocess, sys
source, *command = sys.argv[1:]
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x41))
subprocess.run(["mount", "--bind", source, source], check=True)
subprocess.run(["mount", "-o", "remount,ro,bind", source], check=True)
os.execv(command[0], command)
"""
#: In namespaces of its own, in which nothing but the loopback can be reached.
ALONE = ["unshare", "--map-root-user", "--mount", "--net"]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source at a path with spaces and letters of several scripts."""
    folder = tmp_path_factory.mktemp("copies") / "with space — 中文 é Ω"
    for name in ("analysis", "data", "notebooks"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


@pytest.mark.long
@pytest.mark.parametrize("command", ["verify", "scenarios", "run 01 --out tmp"])
def test_a_command_does_the_same_with_nothing_around_it(
    source: Path, tmp_path: Path, command: str
) -> None:
    if (
        not shutil.which("unshare")
        or subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this system lets a test have no network and mounts of its own")
    called = [sys.executable, "-m", "analysis", *command.split()]
    plain, bare = tmp_path / "plain", tmp_path / "bare"
    outs = []
    for folder, environment, words in (
        (plain, {**os.environ, "PYTHONPATH": str(ROOT)}, called),
        (
            bare,
            {"PATH": os.defpath, "LC_ALL": "C", "PYTHONPATH": str(source)},
            [*ALONE, sys.executable, "-c", WITHIN, str(source), *called],
        ),
    ):
        folder.mkdir()
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
        outs.append(done.stdout)
    assert outs[0] == outs[1]
    if command.startswith("run"):
        one, two = (
            nbformat.read(next((folder / "tmp").glob("*.ipynb")), as_version=4)
            for folder in (plain, bare)
        )
        assert one == two
    else:
        assert list(bare.iterdir()) == []
