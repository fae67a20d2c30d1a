"""Runs of notebooks: outputs are whole or missing, and nothing outlives its run."""

import contextlib
import errno
import importlib.abc
import itertools
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import psutil
import pytest
from jupyter_client.connect import LocalPortCache

from analysis.core.errors import InputError
from analysis.model.model import Model
from analysis.publish import execution
from analysis.publish.execution import TIMEOUT, RunError
from analysis.publish.kernels import _SERVER, AT_ONCE
from analysis.publish.notebooks import Notebook
from analysis.publish.provenance import describe
from tests.conftest import ROOT
from tests.small import forks_kernels


def run(book: Notebook, target: Path, **how: Any) -> None:
    for error in execution.run({target: (book, {})}, **how).values():
        raise error


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def kernels() -> list[psutil.Process]:
    """The kernels of this process that are still there; on Linux a process between
    has forked them.
    """
    found = psutil.Process().children(recursive=True)
    return [
        one
        for one in found
        if one.ppid() != os.getpid() or "ipykernel_launcher" in " ".join(one.cmdline())
    ]


def outputs(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(
        output.get("text", "") for cell in cells for output in cell.get("outputs", [])
    )


#: For how many seconds a test waits for a kernel, which a busy machine starts slowly.
PATIENCE = 200
#: What a reader hears of a pipe when every process that held it has ended.
ENDED = ""


@contextlib.contextmanager
def told_by(pipe: Path) -> Iterator[int]:
    """A named pipe, to hear of another process when it writes and when it ends."""
    os.mkfifo(pipe)
    told = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield told
    finally:
        os.close(told)


def hear(told: int) -> str:
    """The next words from a pipe."""
    assert select.select([told], [], [], PATIENCE)[0]
    return os.read(told, 20).decode()


@pytest.fixture
def signals() -> Iterator[tuple[signal.Signals, ...]]:
    """The signals that end a run; an interrupted run goes on to ignore them."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield numbers
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def no_kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No process is started, as the test stands in for what would need kernels."""
    started = contextlib.nullcontext(tmp_path)
    monkeypatch.setattr("analysis.publish.kernels.prepared", lambda: started)


def test_a_notebook_that_does_not_end_leaves_the_former_one_and_is_kept_beside_it(
    write: Callable[..., Notebook], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fail = {
        "raises": ("raise ValueError('so\\n\\nand so')", "ValueError: so and so"),
        "is_killed": (
            "import os; os.kill(os.getpid(), 9)",
            "the kernel died, as happens when memory runs out or a process is killed",
        ),
        "is_endless": (
            "while True: pass",
            "it took more than the 3 seconds that a cell may take",
        ),
    }
    out = tmp_path / "out"

    def run_all(cell: str, timeout: int = TIMEOUT) -> dict[Path, RunError]:
        jobs: execution.Jobs = {}
        for name, (failing, _) in fail.items():
            made = write("a = 1", cell or failing, "print('after')")
            book = Notebook.read(made.path.rename(made.path.with_stem(name)))
            jobs[out / f"{name}.ipynb"] = (book, {})
        return execution.run(jobs, timeout=timeout)

    assert run_all("print('good')") == {}
    before = {name: (out / f"{name}.ipynb").read_bytes() for name in fail}
    failed = run_all("", timeout=3)
    for name, (cell, words) in fail.items():
        target, kept = out / f"{name}.ipynb", out / f"{name}.failed.ipynb"
        assert str(failed[target]) == f"{name}, cell 1: {words}"
        assert target.read_bytes() == before[name]
        assert cell in [
            kept_cell.source for kept_cell in nbformat.read(kept, as_version=4).cells
        ]
        assert "after" not in outputs(kept)
    assert len(names(out)) == 6
    assert kernels() == []
    assert capfd.readouterr().err == ""
    assert run_all("print('good again')") == {}
    assert names(out) == {f"{name}.ipynb" for name in fail}


def test_what_a_user_has_set_up_for_other_work_does_not_reach_a_notebook(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    for name, text in (
        (".ipython/profile_default/startup/mine.py", "changed = 1"),
        (".config/matplotlib/matplotlibrc", "lines.linewidth: 77"),
    ):
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(text, encoding="utf-8")
    theirs = ("IPYTHONDIR", "MATPLOTLIBRC", "MPLCONFIGDIR", "XDG_CONFIG_HOME")
    there = {name: one for name, one in os.environ.items() if name not in theirs} | {
        "HOME": str(home)
    }
    shows = (
        "import matplotlib as mpl\n"
        "print('changed' in globals(), mpl.rcParams['lines.linewidth'])"
    )
    book = write("a = 1", shows)
    command = [
        sys.executable,
        "-m",
        "analysis",
        "run",
        str(book.path),
        "--out",
        str(tmp_path / "out"),
    ]
    subprocess.run(command, env=there, check=True, capture_output=True)
    assert outputs(tmp_path / "out" / "made.ipynb") == "False 1.5\n"


def test_a_kernel_is_as_fresh_as_an_ordinary_one(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shows = (
        "import os, random, numpy\nfrom pathlib import Path\n"
        "print(os.environ.get('MINE'), Path.cwd())\n"
        "print(random.random(), numpy.random.random())"
    )
    book, found = write("a = 1", shows), list[str]()
    for number in range(2):
        (there := tmp_path / f"from{number}").mkdir()
        monkeypatch.chdir(there)
        monkeypatch.setenv("MINE", f"set{number}")
        run(book, tmp_path / f"out{number}" / "made.ipynb")
        mine, folder, *drawn = outputs(tmp_path / f"out{number}" / "made.ipynb").split()
        assert (mine, folder) == (f"set{number}", str(there))
        found += drawn
    assert len({*found}) == 4


def test_kernels_that_are_forked_from_one_process_draw_different_numbers(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    draws = "import random, numpy\nprint(random.random(), numpy.random.random())"
    book = write("a = 1", draws)
    targets = [tmp_path / f"out{number}" / "made.ipynb" for number in range(2)]
    jobs: execution.Jobs = {target: (book, {}) for target in targets}
    failed = execution.run(jobs, timeout=PATIENCE)
    assert failed == {}
    assert len({number for one in targets for number in outputs(one).split()}) == 4


def test_one_that_fails_does_not_stop_the_others(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    bad = write("a = 1", "1 / 0")
    other = bad.path.with_name("other.ipynb")
    other.write_bytes(bad.path.read_bytes().replace(b"1 / 0", b"print(1)"))
    folder = tmp_path / "out"
    folder.mkdir()
    failed = execution.run(
        {folder / book.path.name: (book, {}) for book in (bad, Notebook.read(other))}
    )
    assert {target.name: str(error) for target, error in failed.items()} == {
        "made.ipynb": "made, cell 1: ZeroDivisionError: division by zero"
    }
    assert names(folder) == {"other.ipynb", "made.failed.ipynb"}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_a_run_that_is_killed(
    write: Callable[..., Notebook], tmp_path: Path, number: int
) -> None:
    """Neither a kernel nor a program that a notebook has started.

    On macOS, a program outlives a run that SIGKILL ends.
    """
    has_program = sys.platform == "linux" or number != signal.SIGKILL
    tell = (
        "import os, subprocess\n"
        f"told = os.open({str(tmp_path / 'pipe')!r}, os.O_WRONLY)\n"
        f"if {has_program}: subprocess.Popen(['sleep', '100'], pass_fds=[told])\n"
        "os.write(told, b'started')\n"
        "while True: pass"
    )
    books = str(write("a = 1", tell).path.parent)
    command = [
        sys.executable,
        "-m",
        "analysis",
        "reproduce",
        "--no-report",
        "--notebooks",
        books,
    ]
    (tmp_path / "tmp").mkdir()
    there = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    heard: dict[str, Any] = {
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.PIPE,
        "text": True,
    }
    with told_by(tmp_path / "pipe") as told:
        # A terminal sends Ctrl-C to the whole group of the command.
        process = subprocess.Popen(
            [*command, "--out", str(tmp_path / "out")],
            cwd=ROOT,
            env=there,
            start_new_session=True,
            **heard,
        )
        try:
            assert hear(told) == "started"
            os.killpg(process.pid, number)
            said = process.communicate(timeout=60)[1]
            assert hear(told) == ENDED
        finally:
            process.kill()
            process.wait()
    assert not (tmp_path / "out").exists()
    if number == signal.SIGKILL:
        # The next run clears this folder, and knows of no other file.
        [left] = (tmp_path / "tmp").iterdir()
        assert left.is_dir()
    else:
        assert list((tmp_path / "tmp").iterdir()) == []
        assert said == "interrupted\n"
        # Python ends itself by the signal where it interrupts a text that is
        # executed; a shell reads 130 in both.
        assert process.returncode in (130, -number)


@forks_kernels
@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("is_kernel", [True, False])
def test_a_program_of_a_notebook_ends_although_its_kernel_has_ended_before(
    write: Callable[..., Notebook], tmp_path: Path, is_kernel: bool
) -> None:
    """The kernel is killed, or the process that forked it."""
    tell = (
        "import os, subprocess\n"
        f"told = os.open({str(tmp_path / 'pipe')!r}, os.O_WRONLY)\n"
        "subprocess.Popen(['sleep', '100'], pass_fds=[told])\n"
        "os.write(told, b'%d' % os.getpid())\n"
        "while True: pass"
    )
    jobs: execution.Jobs = {tmp_path / "out" / "made.ipynb": (write("a = 1", tell), {})}
    with told_by(tmp_path / "pipe") as told:

        def kill() -> None:
            kernel = psutil.Process(int(hear(told)))
            (kernel if is_kernel else kernel.parent()).kill()
            assert hear(told) == ENDED

        [error] = execution.run(jobs, timeout=PATIENCE, meanwhile=kill).values()
    assert str(error) == (
        "made, cell 1: the kernel died, as happens when memory runs out or a process "
        "is killed"
    )


@pytest.mark.usefixtures("no_kernels")
@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt("the first"), 130, "interrupted\n"),
        (SystemExit(143), 143, "interrupted\n"),
        (OSError("the first"), 1, "the first\n"),
    ],
)
def test_an_error_ends_a_run_of_which_a_thread_hangs(
    write: Callable[..., Notebook],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    signals: tuple[signal.Signals, ...],
    error: BaseException,
    status: int,
    said: str,
) -> None:
    """Further signals do not disturb this."""
    let_go = threading.Event()
    ended: list[int] = []

    def hang(*given: Any, **how: Any) -> None:
        let_go.wait()

    def interrupt() -> None:
        raise error

    def interrupt_again() -> None:
        try:
            for number in signals:
                signal.raise_signal(number)
        except KeyboardInterrupt:
            let_go.set()
            raise

    def end(status: int) -> None:
        ended.append(status)
        let_go.set()

    for number in signals:
        signal.signal(number, signal.default_int_handler)
    monkeypatch.setattr("papermill.execute.execute_notebook", hang)
    monkeypatch.setattr("analysis.publish.kernels.kill_all", interrupt_again)
    monkeypatch.setattr(execution, "_PATIENCE", 0.2)
    monkeypatch.setattr(os, "_exit", end)
    jobs: execution.Jobs = {
        tmp_path / "out" / "made.ipynb": (write("a = 1", "print(a)"), {})
    }
    with pytest.raises(type(error)) as raised:
        execution.run(jobs, meanwhile=interrupt)
    assert raised.value is error
    assert ended[0] == status
    assert capfd.readouterr().err.startswith(said)


@pytest.mark.usefixtures("signals", "no_kernels")
def test_an_interrupted_run_starts_no_notebook_and_no_kernel_again(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three notebooks two run; their kernels end before they have answered."""
    started, gone_on = threading.Semaphore(0), threading.Semaphore(0)
    killed, tries = threading.Event(), list[str]()

    def execute(source: str, target: str, *given: Any, **how: Any) -> None:
        tries.append(source)
        shutil.copy(source, target)
        if killed.is_set():
            gone_on.release()
        started.release()
        assert killed.wait(60)
        raise RuntimeError(execution._NOT_STARTED)

    def interrupt() -> None:
        assert started.acquire(timeout=60)
        assert started.acquire(timeout=60)
        raise KeyboardInterrupt

    def kill() -> None:
        # Each thread has the time to end or to start a kernel again.
        if not killed.is_set():
            killed.set()
            assert gone_on.acquire(timeout=60)
            assert gone_on.acquire(timeout=60)

    monkeypatch.setattr("papermill.execute.execute_notebook", execute)
    monkeypatch.setattr("analysis.publish.kernels.kill_all", kill)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    monkeypatch.setattr(execution, "_PATIENCE", 60)
    book = write("a = 1")
    jobs: execution.Jobs = {
        tmp_path / "out" / f"{number}.ipynb": (book, {}) for number in range(3)
    }
    with pytest.raises(KeyboardInterrupt):
        execution.run(jobs, done=lambda target: gone_on.release(), meanwhile=interrupt)
    assert len(tries) == 2


@pytest.mark.usefixtures("signals", "no_kernels")
def test_a_kernel_that_starts_after_the_others_were_killed_is_killed_too(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills, killed_twice = threading.Semaphore(0), threading.Event()

    def execute(*given: Any, **how: Any) -> None:
        if kills.acquire(timeout=5) and kills.acquire(timeout=5):
            killed_twice.set()
        raise RuntimeError("its kernel was killed")

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("papermill.execute.execute_notebook", execute)
    monkeypatch.setattr("analysis.publish.kernels.kill_all", kills.release)
    monkeypatch.setattr(execution, "_PATIENCE", 60)
    with pytest.raises(KeyboardInterrupt):
        run(write("a = 1"), tmp_path / "out" / "made.ipynb", meanwhile=interrupt)
    assert killed_twice.is_set()


@pytest.mark.usefixtures("no_kernels")
def test_an_error_in_another_thread_than_the_main_one_is_raised_as_it_is() -> None:
    """Python lets only the main thread set what a signal does."""

    def fail() -> None:
        raise OSError("the first")

    with ThreadPoolExecutor() as pool:
        error = pool.submit(execution.run, {}, meanwhile=fail).exception()
    assert str(error) == "the first"


def test_the_threads_end_before_their_kernels_and_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []

    @contextlib.contextmanager
    def prepared() -> Iterator[Path]:
        yield tmp_path
        ended.append("kernels")

    @contextlib.contextmanager
    def pool(number: int) -> Iterator[ThreadPoolExecutor]:
        with ThreadPoolExecutor(number) as threads:
            yield threads
        ended.append("threads")

    monkeypatch.setattr("analysis.publish.kernels.prepared", prepared)
    monkeypatch.setattr(execution, "ThreadPoolExecutor", pool)
    assert execution.run({}) == {}
    assert ended == ["threads", "kernels"]


@pytest.mark.usefixtures("no_kernels")
@pytest.mark.parametrize(("cores", "at_once"), [(1, 2), (100, AT_ONCE)])
def test_no_more_notebooks_run_at_once_than_may_have_their_files_open(
    monkeypatch: pytest.MonkeyPatch, cores: int, at_once: int
) -> None:
    asked: list[int] = []

    def pool(number: int) -> ThreadPoolExecutor:
        asked.append(number)
        return ThreadPoolExecutor(number)

    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(execution, "ThreadPoolExecutor", pool)
    assert execution.run({}) == {}
    assert asked == [at_once]


@pytest.mark.usefixtures("no_kernels")
def test_an_interrupt_waits_until_papermill_is_loaded(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import papermill.execute

    whole = []

    class Interrupted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name: str, *rest: Any) -> ModuleSpec | None:
            return ModuleSpec(name, self) if name == "papermill.execute" else None

        def exec_module(self, module: ModuleType) -> None:
            signal.raise_signal(signal.SIGINT)
            whole.append(module.__name__)

    # The module that is loaded here is not left behind.
    monkeypatch.setattr("papermill.execute", papermill.execute)
    monkeypatch.delitem(sys.modules, "papermill.execute")
    monkeypatch.setattr(sys, "meta_path", [Interrupted(), *sys.meta_path])
    with pytest.raises(KeyboardInterrupt):
        run(write("a = 1"), tmp_path / "out" / "made.ipynb")
    assert whole == ["papermill.execute"]


@pytest.mark.usefixtures("signals", "no_kernels")
def test_a_full_disk_ends_the_run_and_is_no_failure_of_the_notebook(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(source: str, target: str, *given: Any, **how: Any) -> None:
        shutil.copy(source, target)
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("papermill.execute.execute_notebook", execute)
    with pytest.raises(OSError, match="no space"):
        run(write("a = 1"), tmp_path / "out" / "made.ipynb")


@forks_kernels
@pytest.mark.usefixtures("signals")
def test_a_run_that_is_interrupted_while_a_kernel_starts_starts_no_other(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take the run seconds longer to end."""
    fork, begun = _SERVER.fork, threading.Event()
    forked: list[int] = []

    def fork_and_tell(**kernel: Any) -> int:
        forked.append(fork(**kernel))
        begun.set()
        return forked[-1]

    def interrupt() -> None:
        assert begun.wait(60)
        raise KeyboardInterrupt

    monkeypatch.setattr(_SERVER, "fork", fork_and_tell)
    # A run that has no patience left would end the process of the tests.
    monkeypatch.setattr(execution, "_PATIENCE", 60)
    jobs: execution.Jobs = {
        tmp_path / "out" / "made.ipynb": (write("a = 1", "print(a)"), {})
    }
    with pytest.raises(KeyboardInterrupt):
        execution.run(jobs, meanwhile=interrupt)
    assert len(forked) == 1
    assert psutil.Process().children() == []


@pytest.mark.usefixtures("no_kernels")
def test_a_notebook_keeps_its_provenance_until_the_new_one_is_on_the_disk(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def execute(source: str, target: str, *given: Any, **how: Any) -> None:
        shutil.copy(source, target)

    def full(*given: Any, **how: Any) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("papermill.execute.execute_notebook", execute)
    book, target = write("a = 1"), tmp_path / "out" / "made.ipynb"
    run(book, target)
    crate = target.with_name("made-ro-crate-metadata.json")
    crate.write_text('{"@graph": []}', encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_text", full)
        with pytest.raises(InputError, match="the disk is full"):
            run(book, target)
    assert crate.exists()
    run(book, target)
    assert not crate.exists()


@pytest.mark.usefixtures("no_kernels")
def test_a_kernel_may_take_as_long_to_start_as_a_cell_and_at_least_a_minute(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def execute(source: str, target: str, *given: Any, **how: Any) -> None:
        # Papermill waits for a minute unless it is told otherwise.
        asked.append(how.get("start_timeout", 60))
        shutil.copy(source, target)

    monkeypatch.setattr("papermill.execute.execute_notebook", execute)
    for seconds in (3, 300):
        run(write("a = 1"), tmp_path / "out" / "made.ipynb", timeout=seconds)
    assert asked == [60, 300]


def test_a_program_that_a_cell_runs_has_its_exit_status_and_nothing_to_read(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    """Nor does the cell itself wait for somebody to type."""
    runs = (
        "import subprocess, sys\n"
        "print(subprocess.run(['sh', '-c', 'exit 3']).returncode)\n"
        "print(subprocess.run('cat', capture_output=True).stdout, sys.stdin.read())\n"
        "_ = subprocess.run(['sh', '-c', 'echo 1'])"
    )
    target = tmp_path / "out" / "made.ipynb"

    def check(target: Path) -> None:
        """What a program writes is no answer of the process that forks kernels."""
        if sys.platform == "linux":
            answers = _SERVER._process.stdout
            assert select.select([answers], [], [], 0)[0] == []

    run(write("a = 1", runs), target, timeout=30, done=check)
    assert outputs(target) == "3\nb'' \n"


@forks_kernels
def test_a_kernel_whose_socket_is_closed_while_it_ends_says_nothing(
    write: Callable[..., Notebook], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What pyzmq says of a closed socket is no news of the notebook."""
    ends = (
        "import atexit, zmq\n"
        "from pathlib import Path\n"
        "from zmq.eventloop.zmqstream import ZMQStream\n"
        "def hear_of_a_closed_socket():\n"
        "    socket = zmq.Context.instance().socket(zmq.PAIR)\n"
        "    stream = ZMQStream(socket)\n"
        "    stream.close()\n"
        "    stream._handle_events(socket, zmq.POLLIN)\n"
        f"    Path({str(tmp_path / 'heard')!r}).touch()\n"
        "_ = atexit.register(hear_of_a_closed_socket)"
    )
    run(write("a = 1", ends), tmp_path / "out" / "made.ipynb")
    assert (tmp_path / "heard").exists()
    assert capfd.readouterr().err == ""


def test_a_notebook_finds_its_neighbours_closes_its_files_and_shows_tables_as_jupyter(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "neighbour.py").write_text("x = 1", encoding="utf-8")
    shows = (
        "import atexit, pathlib, pandas, neighbour\n"
        "file = open('left.txt', 'w'); file.write('whole')\n"
        "atexit.register(pathlib.Path('ended.txt').touch)\n"
        "print(pandas.get_option('display.max_columns'))"
    )
    run(write("a = 1", shows), tmp_path / "out" / "made.ipynb")
    assert outputs(tmp_path / "out" / "made.ipynb") == "20\n"
    assert (tmp_path / "left.txt").read_text(encoding="utf-8") == "whole"
    assert (tmp_path / "ended.txt").exists()


def test_a_notebook_that_no_run_has_left_so_is_refused_and_survives(
    write: Callable[..., Notebook], tmp_path: Path, model: Model
) -> None:
    book, target = write("a = 1", "print(a)"), tmp_path / "out" / "made.ipynb"
    run(book, target)
    provenance = describe(target, model, [book.path], {}, "as in the article")
    crate = target.with_name("made-ro-crate-metadata.json")
    crate.write_text(provenance, encoding="utf-8")
    run(book, target)
    assert not crate.exists()
    edited = target.read_text(encoding="utf-8").replace("print(a)", "print(a)  # why?")
    saved_by_jupyterlab = edited.replace(
        '"name": "python"', '"name": "python",\n   "version": "3.11.7"'
    )
    said = r"made\.ipynb is not as a run wrote it and would be lost; move it"
    for text in ("mine", saved_by_jupyterlab, edited):
        if text == edited:
            crate.write_text(provenance, encoding="utf-8")
        target.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            run(book, target)
        assert target.read_text(encoding="utf-8") == text


def test_a_file_in_the_place_of_kept_cells_is_refused_and_survives(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    theirs = tmp_path / "out" / "made.failed.ipynb"
    theirs.parent.mkdir()
    theirs.write_text("mine", encoding="utf-8")
    said = r"made\.failed\.ipynb is not as a run wrote it and would be lost; move it"
    with pytest.raises(InputError, match=said):
        run(write("a = 1", "print(a)"), tmp_path / "out" / "made.ipynb")
    assert theirs.read_text(encoding="utf-8") == "mine"


def test_a_cell_that_ends_the_notebook_has_failed(
    write: Callable[..., Notebook], tmp_path: Path
) -> None:
    """Papermill takes this for the end of a whole run."""
    book = write("a = 1", "import sys; sys.exit(0)", "print('after')")
    with pytest.raises(RunError, match=r"^made, cell 1: SystemExit: 0$"):
        run(book, tmp_path / "out" / "made.ipynb")
    assert names(tmp_path / "out") == {"made.failed.ipynb"}


def test_a_path_is_taken_as_it_is(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Papermill puts parameters into a path where it has braces."""
    folder = tmp_path / "{a} {"
    folder.mkdir()
    book = write("a = 1", "print(a)")
    named = Notebook.read(book.path.rename(folder / "s3{a}.ipynb"))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    target = folder / "out" / "{a}.ipynb"
    execution.run({target: (named, {"a": 2})})
    assert outputs(target) == "2\n"


def test_a_kernel_whose_port_is_taken_is_started_anew(
    write: Callable[..., Notebook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kernel asks for five ports; another socket listens on one of them.

    The fourth is for a heartbeat, without which a kernel works.
    """
    # Which of a notebook's ports is taken, and at how many of its starts.
    plans = [(0, 1), (1, 1), (2, 1), (4, 1), (0, 3)]
    made = write("a = 1", "print('good')")
    books = [made.path.with_stem(f"made_{number}") for number in range(len(plans))]
    for path in books:
        path.write_bytes(made.path.read_bytes())
    free = LocalPortCache.find_available_port
    asked = itertools.count()
    # A thread runs one notebook after another, so it knows how many ports are left.
    mine = threading.local()

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        def find(cache: LocalPortCache, ip: str) -> int:
            next(asked)
            if not getattr(mine, "left", 0):
                mine.number, (mine.place, mine.times) = 0, plans.pop()
                mine.left = 5 * min(mine.times + 1, 3)
            number = mine.number
            mine.number, mine.left = number + 1, mine.left - 1
            if number % 5 == mine.place and number < 5 * mine.times:
                return int(taken.getsockname()[1])
            return free(cache, ip)

        monkeypatch.setattr(LocalPortCache, "find_available_port", find)
        out = tmp_path / "out"
        failed = execution.run(
            {out / path.name: (Notebook.read(path), {}) for path in books}
        )
    [(target, error)] = failed.items()
    assert str(error) == (
        f"{target.stem} did not start: RuntimeError: Kernel died before replying to "
        "kernel_info"
    )
    # Of the five notebooks four started twice, and one three times.
    assert next(asked) == 4 * 10 + 15
    assert kernels() == []
