"""Forked kernels work with a user's own papermill, and none is left afterwards."""

import asyncio
import io
import json
import os
import queue
import resource
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.kernelspec import find_kernel_specs
from jupyter_client.provisioning.factory import KernelProvisionerFactory

from analysis.core.errors import InputError
from analysis.publish.kernels import (
    AT_ONCE,
    ForkedProvisioner,
    _be_kernel,
    _Process,
    _Server,
    check_open_files,
    kill_all,
    prepared,
    serve,
)
from tests.small import forks_kernels, notebook

pytestmark = forks_kernels

#: Says whether the kernel has the command of an ordinary one, and draws a figure.
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


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The groups of kernels that are still to be killed, none at first."""
    found = set[int]()
    monkeypatch.setattr("analysis.publish.kernels._GROUPS", found)
    return found


@pytest.mark.usefixtures("groups")
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


def test_a_kernel_has_its_group_before_its_number_is_known_and_ends_with_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[Any] = []
    monkeypatch.setattr("analysis.publish.kernels._LOADED", ())
    monkeypatch.setattr("sys.stdin", io.StringIO("{}\n"))
    monkeypatch.setattr("os.fork", lambda: 7)
    for name in ("setpgid", "write", "killpg", "waitpid", "_exit"):
        monkeypatch.setattr(
            os, name, lambda *given, name=name: done.append((name, *given))
        )
    serve()
    assert done == [
        ("setpgid", 7, 7),
        ("write", 1, b"7\n"),
        ("killpg", 7, signal.SIGKILL),
        ("waitpid", 7, 0),
        ("_exit", 0),
    ]


def test_a_kernel_has_no_variable_that_was_unset_since_the_server_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[dict[str, str]]()
    monkeypatch.setattr(
        "ipykernel.kernelapp.IPKernelApp.launch_instance",
        lambda **how: seen.append({**os.environ}),
    )
    # What a kernel changes of its process stays as it is here.
    monkeypatch.setattr("os.environ", {"LEFT": "1", "KEPT": "1"})
    for name in ("os.open", "os.dup2", "os.chdir", "pandas.set_option"):
        monkeypatch.setattr(name, lambda *given: 0)
    for name in ("numpy.random.seed", "logging.Logger.setLevel"):
        monkeypatch.setattr(name, lambda *given: None)
    monkeypatch.setattr("sys.path", [*sys.path])
    monkeypatch.setattr("sys.argv", [])
    with pytest.raises(SystemExit):
        _be_kernel([], {"KEPT": "2"}, str(tmp_path))
    assert seen == [{"KEPT": "2"}]


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


def test_a_server_that_has_just_ended_fails_one_notebook_and_not_the_run() -> None:
    """An OSError would end the run."""

    def write(text: str) -> None:
        raise BrokenPipeError

    ended = SimpleNamespace(write=write, flush=write, readline=str)
    for stdin in (ended, io.StringIO()):
        server: Any = _Server()
        server._process = SimpleNamespace(poll=lambda: None, stdin=stdin, stdout=ended)
        with pytest.raises(RuntimeError, match=r"forked from has ended$"):
            server.fork()


def test_a_kernel_runs_until_it_has_ended_whatever_its_name() -> None:
    """A notebook may name its process, with spaces and brackets, too."""
    names = "printf 'a) Z' > /proc/$$/comm; echo; read line"
    pipes: Any = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    with subprocess.Popen(["sh", "-c", names], **pipes) as process:
        process.stdout.readline()
        assert _Process(process.pid).poll() is None
        process.stdin.close()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert _Process(process.pid).poll() == 0


def test_a_signal_to_a_kernel_that_has_ended_does_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise Jupyter would call a method that a forked kernel lacks."""

    def ended(*given: int) -> None:
        raise ProcessLookupError

    monkeypatch.setattr("os.kill", ended)
    monkeypatch.setattr("os.killpg", ended)
    provisioner = ForkedProvisioner()
    provisioner.process, provisioner.pid, provisioner.pgid = _Process(7), 7, 7
    asyncio.run(provisioner.kill())
    asyncio.run(provisioner.terminate())


def test_a_group_is_killed_once(
    groups: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later its number may belong to another program."""
    killed: list[int] = []
    monkeypatch.setattr("os.killpg", lambda group, number: killed.append(group))
    groups.add(7)
    provisioner = ForkedProvisioner()
    provisioner.pid = 7
    for _ in range(2):
        asyncio.run(provisioner.cleanup())
    kill_all()
    assert killed == [7]


def test_kernels_are_killed_while_a_thread_starts_another(
    groups: set[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = set[int]()

    def kill(group: int, number: int) -> None:
        killed.add(group)
        groups.add(9)

    monkeypatch.setattr("os.killpg", kill)
    groups |= {7, 8}
    kill_all()
    assert killed >= {7, 8}


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The servers that are started, none of which is a process."""
    started: list[Any] = []

    def start(command: list[str], **how: Any) -> Any:
        runs = SimpleNamespace(command=command, poll=lambda: None, **how)
        runs.has_ended = False
        runs.communicate = lambda: setattr(runs, "has_ended", True)
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


def test_a_kernel_of_a_run_sees_nothing_that_the_user_has_set_up_for_other_work(
    servers: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "theirs"
    for name in (
        "IPYTHONDIR",
        "JUPYTER_CONFIG_DIR",
        "JUPYTER_DATA_DIR",
        "JUPYTER_PATH",
        "JUPYTER_RUNTIME_DIR",
        "MATPLOTLIBRC",
        "PYTHONSTARTUP",
    ):
        kernel = theirs / name / "kernels" / "python3" / "kernel.json"
        kernel.parent.mkdir(parents=True)
        kernel.touch()
        monkeypatch.setenv(name, str(theirs / name))
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.setenv("JUPYTER_DEFAULT_PROVISIONER_NAME", "theirs")
    assert str(theirs) in find_kernel_specs()["python3"]
    before = {**os.environ}

    def run() -> None:
        with prepared() as folder:
            folders.append(folder)
            assert str(theirs) not in find_kernel_specs()["python3"]
            [server] = servers
            for seen in (os.environ, server.env):
                assert seen["MPLBACKEND"] == "module://matplotlib_inline.backend_inline"
                assert seen["JUPYTER_DEFAULT_PROVISIONER_NAME"] == "forked"
                assert str(theirs) not in " ".join(seen.values())
            raise RuntimeError("a run that fails")

    folders: list[Path] = []
    with pytest.raises(RuntimeError, match="a run that fails"):
        run()
    assert {**os.environ} == before
    assert not folders[0].exists()
    assert servers[0].has_ended


@pytest.mark.usefixtures("servers")
def test_only_the_kernels_of_a_run_are_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that was started later would not be stopped."""
    monkeypatch.delenv("JUPYTER_DEFAULT_PROVISIONER_NAME", raising=False)
    names: list[str] = []

    def look() -> None:
        names.append(KernelProvisionerFactory.instance().default_provisioner_name)

    KernelProvisionerFactory.clear_instance()
    look()
    with prepared():
        look()
    look()
    assert names == ["local-provisioner", "forked", "local-provisioner"]


def test_a_module_in_the_folder_of_the_user_is_not_imported_by_the_server(
    tmp_path: Path,
) -> None:
    """It could have the name of a module that the server loads."""
    (tmp_path / "mine.py").touch()
    with pytest.MonkeyPatch.context() as patch:
        started: list[list[str]] = []
        patch.setattr("subprocess.Popen", lambda given, **how: started.append(given))
        _Server().start()
    *command, _ = started[0]
    done = subprocess.run(
        [*command, "import mine"], cwd=tmp_path, capture_output=True, check=False
    )
    assert b"No module named 'mine'" in done.stderr


UNLIMITED = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("soft", "hard", "raised_to"),
    [
        (30, 5000, [(512, 5000)]),
        (30, UNLIMITED, [(512, UNLIMITED)]),
        (4096, 5000, []),
        (UNLIMITED, UNLIMITED, []),
    ],
)
def test_a_limit_on_open_files_is_raised_to_what_a_run_needs(
    monkeypatch: pytest.MonkeyPatch,
    soft: int,
    hard: int,
    raised_to: list[tuple[int, int]],
) -> None:
    """A notebook that is executed takes 28 or 29, as was counted with 4 and with 10."""
    assert 29 * AT_ONCE + 8 <= 512
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.getrlimit", lambda kind: (soft, hard))
    monkeypatch.setattr("resource.setrlimit", lambda kind, now: limits.append(now))
    check_open_files()
    assert limits == raised_to


def test_too_few_open_files_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda kind: (30, 100))
    monkeypatch.setattr("resource.setrlimit", lambda kind, limits: None)
    said = (
        r"^a run needs 512 open files, and here a process may have 100; `ulimit -n 51"
    )
    with pytest.raises(InputError, match=said), prepared():
        pass
