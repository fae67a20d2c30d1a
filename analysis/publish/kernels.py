"""These kernels need no imports.

Each is forked from one process that has imported what the notebooks use. Any other
kernel spends two thirds of its time on imports. A forked kernel sees the environment
and the folder that an ordinary one sees, but for settings of a library that a notebook
makes before it imports that library. macOS has frameworks that do not survive a fork,
so only Linux forks.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from analysis.core.errors import InputError
from analysis.publish.atomic import scratch

#: The modules of notebooks. The inline backend is left out, for it wants a kernel when
#: it is imported.
_IMPORTED = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib.pyplot",
    "analysis.render.tables",
    "analysis.render.figures",
    "analysis.render.headlines",
    "analysis.render.whatif_tables",
)


#: How many files the process and each kernel of a run may need to have open.
_OPEN_FILES = 256


def serve() -> None:
    """Fork a kernel for each line of standard input, and answer with its process.

    At the end, kill the kernels that are left. A line is a JSON list of a kernel's
    arguments and its environment.
    """
    for name in _IMPORTED:
        import_module(name)
    # A kernel that has ended leaves no process behind.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    kernels = []
    # There is nobody to answer where the run was killed.
    with contextlib.suppress(BrokenPipeError):
        for line in sys.stdin:
            kernels.append(_fork(*json.loads(line)))
            os.write(1, b"%d\n" % kernels[-1])
    for kernel in kernels:
        # The number of one that has ended may be another process by now, which is no
        # child.
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(kernel, os.WNOHANG) == (0, 0):
                os.kill(kernel, signal.SIGKILL)
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(kernel, signal.SIGKILL)


def _fork(arguments: list[str], environment: Mapping[str, str]) -> int:
    """The process of a new kernel."""
    if kernel := os.fork():
        return kernel
    import pandas as pd
    from ipykernel.kernelapp import IPKernelApp
    from numpy import random
    from zmq import ZMQError

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # A group of its own, so that a signal reaches what the notebook starts.
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    os.environ.clear()
    os.environ.update(environment)
    # A module beside the notebook, and the width of tables, as in a kernel that was not
    # forked.
    sys.path.insert(0, "")
    sys.argv = ["ipykernel_launcher", *arguments]
    pd.set_option("display.max_columns", 20)
    # Else each kernel would draw the same numbers.
    random.seed()  # noqa: NPY002
    # Where other work has taken its port, the run starts another kernel, and says so if
    # none starts.
    with contextlib.suppress(ZMQError):
        IPKernelApp.launch_instance(argv=arguments)
    # Past what is left of the server, whose own end is not the kernel's.
    raise SystemExit


class _Kernel:
    """A forked process, with what jupyter_client asks of one."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    wait = poll

    def send_signal(self, number: int) -> None:
        # One that has just ended hears nothing, as of a process of subprocess.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


class _Provisioner(LocalProvisioner):
    server: Any
    process: Any

    async def launch_kernel(self, cmd: list[str], **how: Any) -> Any:
        """Have the server fork a kernel with the arguments of the command."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        print(json.dumps([arguments, how["env"]]), file=self.server.stdin, flush=True)
        self.process = _Kernel(int(self.server.stdout.readline()))
        self.pid = self.pgid = self.process.pid
        return self.connection_info


def check_open_files() -> None:
    """Raise InputError where the system lets a process open too few files for a run."""
    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if least < _OPEN_FILES and (most == resource.RLIM_INFINITY or most > least):
        least = _OPEN_FILES if most == resource.RLIM_INFINITY else most
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(least, _OPEN_FILES), most))
    if least < _OPEN_FILES:
        raise InputError(
            f"a run needs {_OPEN_FILES} open files, and here a process may have "
            f"{least}; `ulimit -n {_OPEN_FILES}` allows more"
        )


@contextlib.contextmanager
def prepared() -> Iterator[type[AsyncKernelManager]]:
    """Give a manager of kernels that start at once.

    The kernels do not see the user's set-up for other work. None of them outlives the
    manager.
    """
    check_open_files()
    # Start-up files, kernels, styles of drawing, or a backend that would take the
    # figures out of the notebook.
    with scratch() as folder, contextlib.ExitStack() as ends:
        ours = {
            f"JUPYTER_{kind}_DIR": f"{folder}/{kind.lower()}"
            for kind in ("CONFIG", "DATA", "RUNTIME")
        }
        ours |= {
            "JUPYTER_PATH": "",
            "PYTHONSTARTUP": "",
            "IPYTHONDIR": f"{folder}/ipython",
        }
        ours |= {
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "MATPLOTLIBRC": os.devnull,
        }
        ends.enter_context(mock.patch.dict(os.environ, ours))
        if sys.platform != "linux":
            yield AsyncKernelManager
            return
        # The package may be run from its folder without being installed.
        root = str(Path(__file__).resolve().parents[2])
        code = (
            f"import sys; sys.path.append({root!r}); "
            f"from {__name__} import serve; serve()"
        )
        pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        server = subprocess.Popen(
            [sys.executable, "-P", "-c", code], start_new_session=True, **pipes
        )
        ends.enter_context(server)

        class Manager(AsyncKernelManager):
            async def _async_pre_start_kernel(self, **how: Any) -> Any:
                if not self.provisioner:
                    self.provisioner = _Provisioner(
                        kernel_spec=self.kernel_spec, parent=self
                    )
                    self.provisioner.server = server
                    self.connection_file = f"{folder}/{uuid.uuid4()}.json"
                return await super()._async_pre_start_kernel(**how)

        yield Manager
