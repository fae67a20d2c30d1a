"""Kernels forked from a warm parent, which has imported what takes long and nothing of ours.

What belongs here: how such a kernel starts, is asked whether it lives, and ends. What does not: which notebooks are run
(``notebooks``). Nothing imports this room: ``pyproject.toml`` names it to jupyter_client as the provisioner ``warm``,
and puts the kernel of that name, ``kernel.json``, where Jupyter looks for kernels. So papermill, nbval, voila and
JupyterLab can use it by name, and without this room there are ordinary kernels.

The parent is a fork server of the standard library, one for each process that starts kernels. A kernel ends when the
process that started it does, and the server when there is nobody left. Where forking is not possible, or fails, an
ordinary kernel starts instead. Traps on the way:

- A server that imports the backend of notebooks, or pyplot without it in the environment, loses all figures, and says
  nothing: the backend makes itself known to the kernel that imports it.
- ipykernel ends itself when the process in JPY_PARENT_PID is not its parent, as here it is not.
- The standard library hands the parent's path for imports and its main module on to what it forks; here a kernel has
  the path that an ordinary one has, and no module but its own.
- Forks share numpy's global random state, so each draws another. The seed of hashes stays the server's, and what the
  server has imported hides a missing import: so ordinary kernels have the last word, in ``make test``.
- A kernel outlives a server that is killed, which the standard library takes for the kernel's own end.
- Our package is imported after the fork, from the disk as it is then, and forgotten before a notebook starts.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from multiprocessing import connection, forkserver
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

#: What the server imports: what takes long in a notebook, and what a kernel is made of.
PRELOADED = (
    "numpy", "pandas", "matplotlib.pyplot", "scipy.stats", "scipy.optimize",
    "pint", "frictionless", "jsonschema", "yaml", "ipykernel.kernelapp", "ipykernel.ipkernel",
)  # fmt: skip
#: A command that starts an ordinary kernel, behind the name of the interpreter.
_ORDINARY = ["-m", "ipykernel_launcher"]
_NO_LONGER_HERE = ("JPY_PARENT_PID", "JPY_INTERRUPT_EVENT")
_BACKEND = "module://matplotlib_inline.backend_inline"
_server = forkserver.ForkServer()
_lock = threading.Lock()


def possible() -> bool:
    """Whether kernels can be forked here."""
    return sys.platform == "linux" and "forkserver" in multiprocessing.get_all_start_methods()


class WarmProvisioner(LocalProvisioner):
    """Starts kernels by forking a warm server; ordinary ones where that can't be done."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start a kernel, and return how to connect to it. cmd: the command that would start an ordinary one."""
        if possible() and cmd[1:3] == _ORDINARY and Path(cmd[0]).resolve() == Path(sys.executable).resolve():
            given = kwargs.get("env") or os.environ
            environment = {name: text for name, text in given.items() if name not in _NO_LONGER_HERE}
            folder = str(kwargs.get("cwd") or Path.cwd())
            with contextlib.suppress(OSError, EOFError, subprocess.SubprocessError):
                kernel = _Kernel(cmd[3:], environment, folder, _path(environment.get("PYTHONPATH", "")))
                process: Any = Forked(kernel)
                self.process = process
                # It leads a group of its own, as an ordinary kernel does.
                self.pid = self.pgid = process.pid
                self.cwd = Path(folder)
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


@functools.cache
def _path(python_path: str) -> list[str]:
    """Where an ordinary kernel with this PYTHONPATH looks for modules."""
    command = [sys.executable, "-c", "import json, sys; print(json.dumps([path for path in sys.path if path]))"]
    environment = {**os.environ, "PYTHONPATH": python_path}
    return list(json.loads(subprocess.run(command, env=environment, capture_output=True, check=True, cwd="/").stdout))


class Forked:
    """A kernel that was forked, as jupyter_client expects a process: in the shape of ``subprocess.Popen``."""

    stdin = stdout = stderr = None

    def __init__(self, kernel: _Kernel) -> None:
        import psutil

        with _lock:
            _server.set_forkserver_preload(list(PRELOADED))
            before = os.environ.get("MPLBACKEND")
            os.environ["MPLBACKEND"] = _BACKEND
            try:
                _server.ensure_running()
            finally:
                del os.environ["MPLBACKEND"]
                os.environ.update({"MPLBACKEND": before} if before is not None else {})
            self._status, data = _server.connect_to_new_process([])
        # As long as this end of the pipe is open, the kernel knows that this process lives.
        self._alive = os.dup(data)
        with os.fdopen(data, "wb") as file:
            # What the standard library would have the fork take over first: nothing.
            pickle.dump({}, file)
            pickle.dump(kernel, file)
        self.pid: int = forkserver.read_signed(self._status)
        self.returncode: int | None = None
        self._process = psutil.Process(self.pid)

    def poll(self) -> int | None:
        """The status with which the kernel has ended; None while it lives."""
        import psutil

        if self.returncode is None and connection.wait([self._status], 0):
            try:
                self.returncode = forkserver.read_signed(self._status)
            except (OSError, EOFError):
                # The server was killed, which says nothing of the kernel.
                with contextlib.suppress(psutil.Error):
                    if self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE:
                        return None
                self.returncode = 255
            os.close(self._status)
            os.close(self._alive)
        return self.returncode

    def wait(self) -> int | None:
        """The same; jupyter_client asks for it when the kernel has ended."""
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


@dataclass(frozen=True)
class _Kernel:
    """What is sent to the server, and called in the fork: an ipykernel with these arguments, in this environment."""

    arguments: list[str]
    environment: dict[str, str]
    folder: str
    path: list[str]

    def _bootstrap(self, parent: int) -> int:
        """Be a kernel until it is shut down. parent: a pipe that ends when the process that asked for it does."""
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        os.environ.clear()
        os.environ.update(self.environment)
        os.chdir(self.folder)
        sys.path[:] = self.path
        sys.argv[:] = ["ipykernel_launcher", *self.arguments]
        for name in [name for name in sys.modules if name.partition(".")[0] == __name__.partition(".")[0]]:
            del sys.modules[name]
        import matplotlib
        import numpy as np
        from ipykernel.kernelapp import IPKernelApp

        np.random.seed()  # noqa: NPY002, as it is the global state that forks share
        matplotlib.rcParams.update(matplotlib.rc_params())
        try:
            # With a parent of 1, a kernel neither looks after it nor writes how to end one that has none.
            IPKernelApp.launch_instance([*self.arguments, "--IPKernelApp.parent_handle=1"])
        finally:
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
        return 0


def _end_with(parent: int) -> None:
    """End this process when the one at the other end of a pipe is gone."""
    os.read(parent, 1)
    os.kill(os.getpid(), signal.SIGKILL)
