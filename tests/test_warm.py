"""Kernels forked from a warm server: nothing that an ordinary kernel has is lost, and nothing is left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from analysis import warm
from analysis.notebooks import KERNELS, Notebook, RunError, all_notebooks, run, run_all, steady
from analysis.warm import Forked

pytestmark = pytest.mark.skipif(not warm.possible(), reason="kernels can't be forked here")
ROOT = Path(__file__).resolve().parent.parent
#: Seconds that anything may take on a busy machine.
LONG = 120


class Kernel:
    """A kernel that runs code and returns what it writes."""

    def __init__(self, name: str, **how: Any) -> None:
        self.manager = KernelManager(kernel_name=name)
        self.manager.start_kernel(**how)
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LONG)

    @property
    def process(self) -> Any:
        assert self.manager.provisioner is not None
        return self.manager.provisioner.process  # type: ignore[attr-defined]

    def does(self, code: str) -> str:
        written: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            if message["msg_type"] == "stream":
                written.append(message["content"]["text"])

        reply = self.client.execute_interactive(code, output_hook=hear, timeout=LONG)
        if reply["content"]["status"] != "ok":
            return str(reply["content"]["ename"])
        return "".join(written).strip()

    def end(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        self.manager.cleanup_resources()


@contextmanager
def kernel(name: str = "warm", **how: Any) -> Iterator[Kernel]:
    one = Kernel(name, **how)
    try:
        yield one
    finally:
        one.end()


def until(true: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return False


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_every_notebook_comes_out_as_it_is_committed_where_ordinary_kernels_have_run_it(tmp_path: Path) -> None:
    """nbval holds what is committed equal to what ordinary kernels give; here it is held to the byte."""
    books = all_notebooks()
    assert run_all(books, tmp_path, kernel="warm") == {}
    for book in books:
        assert (tmp_path / book.path.name).read_text(encoding="utf-8") == book.path.read_text(encoding="utf-8")


WHERE = """
import json, os, sys
ours = ("PYTHONPATH", "MARK", "JPY_PARENT_PID", "MPLBACKEND", "HOME", "PATH")
print(json.dumps([sys.path, os.getcwd(), {k: os.environ.get(k) for k in ours}, sys.argv[1:2], sys.flags[:], __name__]))
"""


def test_it_stands_where_an_ordinary_one_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extra = tmp_path / "modules"
    extra.mkdir()
    (extra / "only_here.py").write_text("number = 7\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(extra), "MARK": "a mark"}
    # What this process looks up, and its folder, are its own.
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    found = []
    for name in KERNELS.values():
        with kernel(name, env=environment, cwd=str(tmp_path)) as one:
            found.append(json.loads(one.does(WHERE)))
            assert one.does("import only_here; print(only_here.number)") == "7"
            assert isinstance(one.process, Forked) == (name == "warm")
    warm_one, plain_one = found
    # An ordinary kernel has the process that started it in its environment, which here is not its parent.
    assert warm_one[2].pop("JPY_PARENT_PID") is None
    plain_one[2].pop("JPY_PARENT_PID")
    assert warm_one == plain_one
    assert warm_one[2]["MARK"] == "a mark"


def test_nbval_takes_it_by_its_name() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval", "--nbval-kernel-name=warm"]
    books = [str(ROOT / "notebooks" / f"{name}.ipynb") for name in ("01_transfers_against_plan", "05_other_provinces")]
    done = subprocess.run([*command, *books], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_what_jupyterlab_and_voila_start_kernels_with_takes_it_by_its_name() -> None:
    async def start() -> None:
        manager = AsyncMappingKernelManager()
        number = await manager.start_kernel(kernel_name="warm")
        one = manager.get_kernel(number)
        assert isinstance(one.provisioner.process, Forked)
        assert await one.is_alive()
        pid = one.provisioner.process.pid
        await manager.shutdown_kernel(number, now=True)
        assert gone(pid)

    asyncio.run(start())


def test_nothing_of_ours_is_loaded_before_a_notebook_asks_for_it() -> None:
    with kernel() as one:
        listed = "import sys; print([name for name in sys.modules if name.partition('.')[0] == 'analysis'])"
        assert one.does(listed) == "[]"
        assert one.does("import analysis; print(analysis.__version__)") != ""


def test_random_numbers_and_variables_are_each_kernel_s_own() -> None:
    drawn = "import numpy, random; print(numpy.random.random(), random.random()); mine = 1"
    seen = []
    for _ in range(2):
        with kernel() as one:
            assert one.does("mine") == "NameError"
            seen.append(one.does(drawn).split())
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]


def test_figures_are_shown() -> None:
    images: list[str] = []

    def hear(message: dict[str, Any]) -> None:
        images.extend(message["content"].get("data", {}))

    with steady(), kernel() as one:
        one.client.execute_interactive(
            "import matplotlib.pyplot as plt; plt.plot([1, 2]); plt.show()", output_hook=hear, timeout=LONG
        )
    assert "image/png" in images


def test_a_cell_is_interrupted_and_the_kernel_goes_on_and_starts_again() -> None:
    with kernel() as one:
        one.does("kept = 5")
        request = one.client.execute("import time\nprint('begun', flush=True)\nwhile True: time.sleep(0.01)")
        while one.client.get_iopub_msg(timeout=LONG)["content"].get("text", "").strip() != "begun":
            pass
        one.manager.interrupt_kernel()
        while (reply := one.client.get_shell_msg(timeout=LONG))["parent_header"]["msg_id"] != request:
            pass
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert one.does("print(kept)") == "5"
        before = one.process.pid
        one.manager.restart_kernel(now=True)
        one.client.wait_for_ready(timeout=LONG)
        assert one.process.pid != before
        assert gone(before)
        assert one.does("kept") == "NameError"


def test_a_kernel_that_ends_is_seen_to_have_ended() -> None:
    with kernel() as one:
        assert one.process.poll() is None
        pid = one.process.pid
        one.client.execute("import os; os._exit(3)")
        assert until(lambda: not one.manager.is_alive())
        assert one.process.poll() == 3
        assert gone(pid)


CLIENT = """
import sys, time
sys.path.insert(0, {root!r})
from tests.test_warm import Kernel
one = Kernel("warm")
print(one.process.pid, one.does("import os; print(os.getppid())"), flush=True)
time.sleep(600)
"""


def test_a_killed_client_leaves_no_kernel_and_no_server() -> None:
    client = subprocess.Popen([sys.executable, "-c", CLIENT.format(root=str(ROOT))], stdout=subprocess.PIPE, text=True)
    assert client.stdout is not None
    try:
        pid, server = map(int, client.stdout.readline().split())
        assert not gone(pid)
    finally:
        client.kill()
        client.wait()
        client.stdout.close()
    assert until(lambda: gone(pid))
    assert until(lambda: gone(server))


def test_a_killed_server_leaves_its_kernels_running_and_another_takes_its_place() -> None:
    with kernel() as one:
        server = int(one.does("import os; print(os.getppid())"))
        os.kill(server, signal.SIGKILL)
        assert until(lambda: int(one.does("import os; print(os.getppid())")) != server)
        assert one.process.poll() is None
        assert one.manager.is_alive()
        with kernel() as two:
            assert isinstance(two.process, Forked)
            assert int(two.does("import os; print(os.getppid())")) != server
        assert one.does("print(6 * 7)") == "42"
        pid = one.process.pid
        one.manager.shutdown_kernel(now=True)
        assert until(lambda: gone(pid))


@pytest.mark.parametrize("why", ["not possible", "no server"])
def test_an_ordinary_kernel_starts_where_none_can_be_forked(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise ConnectionRefusedError

    if why == "not possible":
        monkeypatch.setattr(warm, "possible", lambda: False)
    else:
        monkeypatch.setattr(warm._server, "connect_to_new_process", fails)
    with kernel() as one:
        assert isinstance(one.process, subprocess.Popen)
        assert one.does("print(6 * 7)") == "42"


def test_a_missing_import_fails_on_an_ordinary_kernel_which_has_the_last_word(tmp_path: Path) -> None:
    import nbformat

    content = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import matplotlib\nmatplotlib.pyplot.close()")]
    )
    path = tmp_path / "forgetful.ipynb"
    nbformat.write(content, path)
    book = Notebook.read(path)
    # The server has imported what the notebook forgets.
    run(book, tmp_path / "warm.ipynb", kernel="warm")
    with pytest.raises(RunError, match="forgetful, cell 0: AttributeError"):
        run(book, tmp_path / "plain.ipynb", kernel="plain")


@pytest.mark.long
def test_a_thousand_kernels_start_on_a_busy_machine() -> None:
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        for number in range(1000):
            with kernel() as one:
                assert isinstance(one.process, Forked)
                assert one.does(f"print({number} + 1)") == str(number + 1)
    finally:
        for process in busy:
            process.kill()
            process.wait()
