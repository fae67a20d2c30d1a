"""Forked kernels work with a user's own papermill, and none is left afterwards."""

import asyncio
import json
import os
import queue
import resource
import select
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import psutil
import pytest

from analysis.core.errors import InputError
from analysis.publish.kernels import (
    AT_ONCE,
    ForkedProvisioner,
    _Process,
    _Server,
    check_open_files,
    prepared,
)
from tests.small import notebook

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="forks kernels on Linux alone"
)

#: Says whether a kernel was forked, whose command it has not, and draws a figure.
SHOWS = """
import os, sys
from pathlib import Path
print("ipykernel_launcher" in Path("/proc/self/cmdline").read_text(), Path.cwd().name)
import matplotlib.pyplot as plt
_ = plt.plot([1, 2])
plt.show()
"""
#: A user's own program, which runs a notebook twice at once.
PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
import papermill
def run(out):
    papermill.execute_notebook(sys.argv[1], out, {"a": out}, progress_bar=False)
with ThreadPoolExecutor() as pool:
    list(pool.map(run, sys.argv[2:]))
"""


def their_papermill(folder: Path, provisioner: str) -> list[Any]:
    """What a user's own papermill leaves: the outputs of each of two notebooks."""
    path = notebook(folder / "made.ipynb", "a = ''", SHOWS)
    outs = [str(folder / name) for name in ("one.ipynb", "two.ipynb")]
    environment = {
        **os.environ,
        "JUPYTER_DEFAULT_PROVISIONER_NAME": provisioner,
        "HOME": str(folder),
    }
    # Jupyter picks a free port before a kernel takes it, and another test may take the
    # port meanwhile; a user's own papermill starts no second kernel then.
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(path), *outs],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if "Address already in use" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Ctrl-C will not work" not in done.stdout + done.stderr
    assert in_folder(folder) == []
    return [nbformat.read(out, as_version=4).cells[-1].outputs for out in outs]


def in_folder(folder: Path) -> list[psutil.Process]:
    """The processes that still run in a working directory a while later."""
    running = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                running.append(process)
        except psutil.Error:
            continue
    return psutil.wait_procs(running, timeout=5)[1]


@pytest.mark.parametrize(
    ("provisioner", "is_ordinary"), [("forked", "False"), ("local-provisioner", "True")]
)
def test_a_users_own_papermill_has_the_kernels_that_it_names(
    tmp_path: Path, provisioner: str, is_ordinary: str
) -> None:
    for printed, figure in their_papermill(tmp_path, provisioner):
        assert printed.text == f"{is_ordinary} {tmp_path.name}\n"
        assert "image/png" in figure.data


def test_a_relative_folder_is_meant_from_where_the_caller_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stays in the folder in which it was started."""
    asked: list[dict[str, Any]] = []

    def fork(**kernel: Any) -> int:
        asked.append(kernel)
        return os.getpid()

    monkeypatch.setattr("analysis.publish.kernels._SERVER.fork", fork)
    command = [sys.executable, "-m", "ipykernel_launcher"]
    monkeypatch.chdir(tmp_path)
    for given in ({"cwd": "sub"}, {}):
        launch = ForkedProvisioner().launch_kernel(command, env={}, **given)
        asyncio.run(launch)
    folders = [kernel["folder"] for kernel in asked]
    assert folders == [str(tmp_path / "sub"), str(tmp_path)]


def serving(folder: Path) -> Any:
    """The process that forks kernels, without a run."""
    pipes: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    code = "from analysis.publish.kernels import serve; serve()"
    command = [sys.executable, "-Xfrozen_modules=off", "-c", code]
    return subprocess.Popen(command, cwd=folder, **pipes)


def request(folder: Path, *arguments: str) -> bytes:
    """The line that asks for a kernel."""
    named = ["-f", str(folder / "c.json"), "--IPKernelApp.log_level=50", *arguments]
    kernel = {
        "arguments": named,
        "environment": dict(os.environ),
        "folder": str(folder),
    }
    return json.dumps(kernel).encode() + b"\n"


def test_a_kernel_that_nobody_waits_for_is_ended(tmp_path: Path) -> None:
    server = serving(tmp_path)
    server.stdout.close()
    _, said = server.communicate(request(tmp_path), timeout=60)
    assert (server.returncode, said) == (0, b"")
    assert in_folder(tmp_path) == []


def test_a_program_whose_kernel_was_killed_before_the_run_is_ended(
    tmp_path: Path,
) -> None:
    killed = (
        "import os, subprocess; subprocess.Popen(['sleep', '100']); "
        "os.kill(os.getpid(), 9)"
    )
    server = serving(tmp_path)
    server.stdin.write(request(tmp_path, f"--IPKernelApp.exec_lines={killed}"))
    server.stdin.flush()
    kernel = int(server.stdout.readline())
    ended = os.pidfd_open(kernel)
    assert select.select([ended], [], [], 60)[0]
    os.close(ended)
    assert _Process(kernel).poll() == 0
    _, said = server.communicate(timeout=60)
    assert (server.returncode, said) == (0, b"")
    assert in_folder(tmp_path) == []


class Served:
    """Stands for the process that forks kernels, and numbers them as asked.

    Somebody else asks for a kernel before the first answer is read.
    """

    def __init__(self, ask: Any) -> None:
        self.stdin = self.stdout = self
        self.first = threading.Lock()
        self.asking = threading.Thread(target=ask)
        self.asked_twice = threading.Event()
        self.answers = queue.SimpleQueue[str]()

    def poll(self) -> None:
        """It runs."""

    def write(self, text: str) -> None:
        if text.strip():
            self.answers.put(json.loads(text)["number"])

    def flush(self) -> None:
        if self.answers.qsize() > 1:
            self.asked_twice.set()

    def readline(self) -> str:
        if self.first.acquire(blocking=False):
            self.asking.start()
            # Nobody can ask meanwhile, so this waits in vain.
            if self.asked_twice.wait(0.2):
                self.asking.join()
        return self.answers.get(timeout=60)


def test_each_thread_that_asks_for_a_kernel_hears_of_its_own() -> None:
    heard = dict[str, int]()

    def ask(number: str) -> None:
        heard[number] = server.fork(number=number)

    server: Any = _Server()
    server._process = Served(lambda: ask("2"))
    ask("1")
    server._process.asking.join()
    assert heard == {"1": 1, "2": 2}


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The servers that are started, none of which is a process."""
    started: list[Any] = []

    def start(command: list[str], **how: Any) -> Any:
        runs = SimpleNamespace(poll=lambda: None, **how)
        started.append(runs)
        return runs

    monkeypatch.setattr("subprocess.Popen", start)
    return started


def test_a_server_that_has_ended_is_started_again(servers: list[Any]) -> None:
    server = _Server()
    server.start()
    server.start()
    assert len(servers) == 1
    servers[0].poll = lambda: -9
    server.start()
    assert len(servers) == 2


def test_figures_are_drawn_into_the_notebook_unless_the_user_has_chosen_otherwise(
    servers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)
    _Server().start()
    monkeypatch.setenv("MPLBACKEND", "agg")
    _Server().start()
    backends = [server.env["MPLBACKEND"] for server in servers]
    assert backends == ["module://matplotlib_inline.backend_inline", "agg"]


def test_as_many_files_may_be_open_as_notebooks_at_once_need() -> None:
    """A notebook that is executed takes 28 or 29, as was counted with 4 and with 10."""
    limits: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("resource.getrlimit", lambda kind: (30, 5000))
        patch.setattr("resource.setrlimit", lambda kind, now: limits.append(now[0]))
        check_open_files()
    assert limits[0] >= 29 * AT_ONCE + 8


def test_too_few_open_files_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda kind: (30, 100))
    monkeypatch.setattr("resource.setrlimit", lambda kind, limits: None)
    said = (
        r"^a run needs 512 open files, and here a process may have 100; `ulimit -n 51"
    )
    with pytest.raises(InputError, match=said), prepared():
        pass


def test_a_limit_that_may_be_raised_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    unlimited, set_to = resource.RLIM_INFINITY, list[tuple[int, int]]()
    monkeypatch.setattr("resource.getrlimit", lambda kind: (30, unlimited))
    monkeypatch.setattr(
        "resource.setrlimit", lambda kind, limits: set_to.append(limits)
    )
    check_open_files()
    assert set_to == [(512, unlimited)]
