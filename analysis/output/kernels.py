"""Kernels that need no imports: each is forked from one process that has imported what the notebooks use.

A kernel else spends two thirds of its time on imports. It sees the environment, the folder and the import path that
an ordinary one sees. macOS has frameworks that do not survive a fork, so only Linux forks.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from multiprocessing import forkserver
from multiprocessing.context import ForkServerProcess
from typing import Any
from unittest import mock

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

FORKS = sys.platform == "linux"
#: The modules of notebooks. The inline backend is left out, for it wants a kernel when it is imported.
_IMPORTED = ("ipykernel.ipkernel", "ipykernel.kernelapp", "matplotlib.pyplot", "analysis.output.display",
             "analysis.output.figures", "analysis.output.headlines", "analysis.output.tables")  # fmt: skip


class _Process(ForkServerProcess):
    """A forked process with the methods that jupyter_client calls."""

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        return self.exitcode

    def wait(self) -> int | None:
        self.join()
        return self.exitcode

    def send_signal(self, number: int) -> None:
        if self.pid:
            os.kill(self.pid, number)


def _serve(arguments: list[str], environment: Mapping[str, str]) -> None:
    """Be a kernel until the process that asked for it ends."""
    from ipykernel.kernelapp import IPKernelApp
    from numpy import random

    # A group of its own, so that a signal reaches what the notebook starts.
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    # Else each kernel would draw the same numbers.
    random.seed()  # noqa: NPY002
    threading.Thread(target=_end_with_parent, daemon=True).start()
    IPKernelApp.launch_instance(argv=arguments)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
    os.killpg(0, signal.SIGKILL)


class _Provisioner(LocalProvisioner):
    process: Any

    async def launch_kernel(self, cmd: list[str], **how: Any) -> Any:
        """Fork a kernel with the arguments of the command."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        self.process = _Process(target=_serve, args=(arguments, how["env"]))
        self.process.start()
        self.pid = self.pgid = self.process.pid
        return self.connection_info


class _Manager(AsyncKernelManager):
    async def _async_pre_start_kernel(self, **how: Any) -> Any:
        self.provisioner = self.provisioner or _Provisioner(kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**how)


MANAGER: type[AsyncKernelManager] = _Manager if FORKS else AsyncKernelManager


@contextlib.contextmanager
def prepared() -> Iterator[None]:
    """An environment in which a kernel does not see the user's set-up for other work, and starts at once; no kernel
    outlives it."""
    # Start-up files, kernels, styles of drawing, or a backend that would take the figures out of the notebook.
    with tempfile.TemporaryDirectory() as scratch:
        ours = {f"JUPYTER_{kind}_DIR": f"{scratch}/{kind.lower()}" for kind in ("CONFIG", "DATA", "RUNTIME")}
        ours |= {"JUPYTER_PATH": "", "PYTHONSTARTUP": "", "IPYTHONDIR": f"{scratch}/ipython"}
        ours |= {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "MATPLOTLIBRC": os.devnull}
        with mock.patch.dict(os.environ, ours):
            if FORKS:
                multiprocessing.set_forkserver_preload([*_IMPORTED])
                forkserver.ensure_running()
            try:
                yield
            finally:
                for child in multiprocessing.active_children():
                    if isinstance(child, _Process):
                        child.kill()
