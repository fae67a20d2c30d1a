"""This module forks kernels from a process that has loaded the libraries.

Jupyter finds ``ForkedProvisioner``, the class that starts kernels, by its entry point,
and uses this class for every kernel if the environment has
``JUPYTER_DEFAULT_PROVISIONER_NAME=forked``. Much of the time of an ordinary kernel goes
into importing libraries, which a forked kernel already has. A forked kernel sees the
same environment and folder as an ordinary kernel. In a forked kernel, a setting that a
notebook makes before it imports a library may have no effect on that library. On macOS
some frameworks do not survive a fork, so kernels are forked only on Linux.

A run has processes of three kinds: the run itself, a server and kernels.

- The run itself has a thread for each notebook that is being executed. In each thread,
  papermill talks to one kernel.
- The run starts the server once. The server has loaded the libraries, and forks a
  kernel for each line that the run writes to the server's standard input.
- Each kernel has its own process group, which includes the programs that the kernel's
  notebook starts.

Papermill ends each kernel after its notebook, and the programs that the notebook has
left running are then killed. If the run is stopped, ``kill_all`` kills the groups of
all kernels. However the run ends, even by SIGKILL, the input of the server ends with
it; the server then kills the groups of all kernels that it has forked, and ends, too.
If the server is killed, its kernels notice that their parent is gone, and end; the run
then kills the programs of their notebooks. So nothing outlives a run, except a program
that has left its kernel's group, and the programs of notebooks if SIGKILL ends both the
run and the server. ``tests/publish/test_execution.py`` and ``tests/long/test_kills.py``
check that runs end in this way.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from unittest import mock

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.paths import jupyter_runtime_dir

from analysis.core.errors import InputError
from analysis.publish.atomic import scratch

#: The modules that notebooks import, and those that a kernel would load when it starts
#: or shows its first result. The inline backend of matplotlib is left out, because it
#: needs a kernel when it is imported.
_LOADED = (
    "IPython.core.oinspect",
    "ipykernel.debugger",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib.pyplot",
    "psutil",
    "rich.console",
    "rich.table",
    "tornado.platform.asyncio",
    "analysis.render.tables",
    "analysis.render.figures",
    "analysis.render.headlines",
    "analysis.render.whatif_tables",
)
#: The setting with which matplotlib draws figures into the notebook. Matplotlib reads
#: it when it is loaded.
_INLINE = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
#: The command of a kernel that can be forked, before its arguments.
_COMMAND = [sys.executable, "-m", "ipykernel_launcher"]
#: How many notebooks may be executed at once.
AT_ONCE = 16
#: The number of files that the process of a run may need to have open at once: about 29
#: for each notebook that is being executed, and a few more.
_OPEN_FILES = 32 * AT_ONCE


# The server ---------------------------------------------------------------------------


def serve() -> None:
    """Fork a kernel for each line of standard input, and answer with its process ID.

    A line is a JSON mapping with the arguments, environment and folder of a kernel.
    When the process that asks for kernels ends, the standard input ends, too, and the
    kernels that are left are killed.
    """
    for name in _LOADED:
        import_module(name)
    kernels = []
    # If the run was killed, nobody reads the answer.
    with contextlib.suppress(BrokenPipeError):
        for line in sys.stdin:
            kernel = os.fork()
            if not kernel:
                _be_kernel(**json.loads(line))
            # The kernel has a group of its own, so that a signal also reaches processes
            # that the notebook starts. The group is made here, so that it is there
            # before anybody knows its number.
            os.setpgid(kernel, kernel)
            kernels.append(kernel)
            os.write(1, b"%d\n" % kernel)
    # The system gives the number of a process away only after the process has been
    # waited for. Until here no kernel has been waited for, so each number still belongs
    # to the kernel and its group, even if the kernel has ended.
    for kernel in kernels:
        os.killpg(kernel, signal.SIGKILL)
        os.waitpid(kernel, 0)
    # Nothing is left to do, and an ordinary exit takes a while to unload the libraries.
    os._exit(0)


def _be_kernel(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    """Turn this process into a kernel, and end the process when the kernel ends."""
    import pandas as pd
    from ipykernel.kernelapp import IPKernelApp
    from numpy import random
    from zmq import ZMQError

    # The standard input of the server has the lines of the run, and its standard output
    # the answers. The kernel, and the programs that its notebook starts, must neither
    # read the lines nor write among the answers.
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    # As in an ordinary kernel, modules in the folder of the kernel can be imported, and
    # tables have at most 20 columns.
    sys.path.insert(0, "")
    # The kernel ends when the server ends.
    arguments = [*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"]
    sys.argv = ["ipykernel_launcher", *arguments]
    pd.set_option("display.max_columns", 20)
    # Without a new seed, each kernel would draw the same random numbers.
    random.seed()  # noqa: NPY002
    # A kernel that is told to end may close a socket to which another of its threads
    # still writes. Nothing is lost, so the warning about this is not shown.
    logging.getLogger("tornado.general").setLevel(logging.CRITICAL)
    try:
        IPKernelApp.launch_instance(argv=arguments)
    except ZMQError:
        # Another program has taken one of the kernel's ports, so the run starts another
        # kernel. This kernel ends at once: an ordinary exit would wait for sockets that
        # are only half set up, perhaps for ever.
        os._exit(1)
    # The forked process must not go on with the code of the server.
    raise SystemExit


class _Server:
    """The process from which kernels are forked; it is started when it is needed."""

    def __init__(self) -> None:
        # ``fork`` holds the lock while it calls ``start``, which takes it again.
        self._lock = threading.RLock()
        self._process: Any = None

    def start(self) -> None:
        """Start the server, from which kernels are forked, if it does not run yet.

        The function does not wait until the server has loaded the libraries.
        """
        # The package may be run from its folder without being installed.
        root = str(Path(__file__).resolve().parents[2])
        code = (
            f"import sys; sys.path.insert(0, {root!r}); "
            f"from {__name__} import serve; serve()"
        )
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                # If modules were frozen, the debugger would warn of them.
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-Xfrozen_modules=off", "-c", code],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    # This is for a user's own papermill, in which a backend that the
                    # user has chosen counts, as in other kernels. A run sets the
                    # backend itself (see ``prepared``).
                    env={**_INLINE, **os.environ},
                    start_new_session=True,
                )

    def fork(self, **kernel: Any) -> int:
        """Ask the server to fork a kernel, and return the kernel's process ID.

        A server that has ended is started again. Raises RuntimeError if the server ends
        without an answer.
        """
        answer = ""
        # The lock keeps each answer with its question, though many threads ask.
        with self._lock, contextlib.suppress(BrokenPipeError):
            self.start()
            print(json.dumps(kernel), file=self._process.stdin, flush=True)
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the process that kernels are forked from has ended")
        return int(answer)

    def stop(self) -> None:
        """Close the input of the server, and wait until the server has ended."""
        with self._lock:
            if self._process:
                self._process.communicate()
                self._process = None


_SERVER = _Server()


# For Jupyter --------------------------------------------------------------------------


class _Process:
    """A forked kernel, in the place of the ``Popen`` that jupyter_client expects.

    The class has all that ``LocalProvisioner`` uses of a process, except the methods
    ``kill`` and ``terminate``. Those would only be called if ``send_signal`` raised an
    OSError.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return None while the kernel runs, and 0 after its end, whatever ended it."""
        # When a kernel has ended, its entry stays, with the state of a zombie, until
        # the server waits for the kernel, or until the server has ended, too.
        try:
            status = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            return 0
        # The state follows the name of the program, which stands in brackets.
        return 0 if status.rpartition(") ")[2][0] in "ZX" else None

    # Jupyter calls ``wait`` only after ``poll`` has said that the kernel has ended, so
    # ``wait`` needs to do no more than to return the same number.
    wait = poll

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel; nothing happens if its process has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


#: The process groups of the kernels that this process has started and not yet cleaned
#: up. A group has the number of its kernel's process, which another process can get
#: only once the kernel has been waited for. For a forked kernel, the server does that
#: when it ends. For any other kernel, Jupyter does it just before ``cleanup``, which
#: removes the number long before the system comes to use it again.
_GROUPS: set[int] = set()


def _kill(group: int) -> None:
    """Kill a kernel and the programs of its notebook, if any of them still run."""
    # macOS does not permit a signal to a group of which all processes have ended.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


class ForkedProvisioner(LocalProvisioner):
    """Fork the kernels of this Python on Linux, and start all other kernels as usual.

    A kernel that was started by a user's own process ends when that process ends.
    """

    process: Any
    pid: Any

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Put the connection file into Jupyter's folder for connection files.

        In a run this is a temporary folder. If the run is killed, the next run removes
        the folder.
        """
        manager: Any = self.parent
        if not manager.connection_file:
            folder = Path(jupyter_runtime_dir())
            folder.mkdir(parents=True, exist_ok=True)
            manager.connection_file = str(folder / f"kernel-{self.kernel_id}.json")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(
        self, cmd: list[str], **kwargs: Any
    ) -> KernelConnectionInfo:
        """Start a kernel with a command."""
        if sys.platform == "linux" and cmd[:3] == _COMMAND:
            # The server may be in another folder than the process that asks for a
            # kernel.
            folder = str(Path(kwargs.get("cwd") or "").absolute())
            pid = _SERVER.fork(
                arguments=cmd[3:], environment=kwargs["env"], folder=folder
            )
            self.process = _Process(pid)
            self.pid = self.pgid = pid
            self.cwd = folder
        else:
            await super().launch_kernel(cmd, **kwargs)
        _GROUPS.add(self.pid)
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Kill the programs that the notebook has left running.

        Jupyter calls this method, perhaps twice, after each kernel, however it ended.
        """
        if self.pid in _GROUPS:
            _kill(self.pid)
            _GROUPS.discard(self.pid)
        await super().cleanup(restart)


# For a run ----------------------------------------------------------------------------


def check_open_files() -> None:
    """Raise InputError if the system lets a process open too few files for a run."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = math.inf if hard == resource.RLIM_INFINITY else hard
    if soft == resource.RLIM_INFINITY or soft >= _OPEN_FILES:
        return
    if allowed < _OPEN_FILES:
        raise InputError(
            f"a run needs {_OPEN_FILES} open files, and here a process may have "
            f"{hard}; `ulimit -n {_OPEN_FILES}` allows more"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, hard))


@contextlib.contextmanager
def prepared() -> Iterator[Path]:
    """Have Jupyter start kernels with ``ForkedProvisioner``, and end them afterwards.

    The kernels do not see what the user has set up for other work: start-up files,
    kernels, drawing styles, or a backend that would show figures outside the notebook.
    The context gives a temporary folder, which is removed when the context ends. A
    process can be in only one context of this function at a time, because the server
    and the environment belong to the process: two contexts would end each other's
    kernels.
    """
    check_open_files()
    name = "forked"
    # The package may be run from its folder without being installed.
    KernelProvisionerFactory.provisioners.setdefault(
        name,
        EntryPoint(
            name,
            f"{__name__}:{ForkedProvisioner.__name__}",
            KernelProvisionerFactory.GROUP_NAME,
        ),
    )
    with scratch() as folder:
        environment = {
            **_INLINE,
            "IPYTHONDIR": f"{folder}/ipython",
            "JUPYTER_CONFIG_DIR": f"{folder}/config",
            "JUPYTER_DATA_DIR": f"{folder}/data",
            "JUPYTER_DEFAULT_PROVISIONER_NAME": name,
            "JUPYTER_PATH": "",
            "JUPYTER_RUNTIME_DIR": f"{folder}/runtime",
            "MATPLOTLIBRC": os.devnull,
            "PYTHONSTARTUP": "",
        }
        with mock.patch.dict(os.environ, environment):
            # Jupyter keeps its factory of provisioners, which reads the name only once.
            KernelProvisionerFactory.clear_instance()
            if sys.platform == "linux":
                _SERVER.start()
            try:
                yield folder
            finally:
                _SERVER.stop()
                KernelProvisionerFactory.clear_instance()


def kill_all() -> None:
    """Kill every kernel that this process has started through the provisioner."""
    for group in list(_GROUPS):
        _kill(group)
