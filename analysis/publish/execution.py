"""This module runs notebooks side by side, and writes each output whole or not at all.

Papermill runs the notebooks in a pool of threads, on kernels that start quickly (see
``kernels``).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from analysis.core.errors import InputError, display_path, first_words
from analysis.core.processes import interrupt_waits
from analysis.core.readers import shipped
from analysis.publish.atomic import write_file
from analysis.publish.notebooks import Notebook
from analysis.publish.replaceable import CRATE

#: How many seconds a cell may take, and how many seconds a kernel is given to start
#: even if a cell may take fewer.
TIMEOUT, _START = 600, 60
#: For how many seconds an interrupted run waits for its threads.
_PATIENCE = 10
#: The words of jupyter_client for a kernel that ends before it answers.
_NOT_STARTED = "Kernel died before replying"


class RunError(Exception):
    """The error for a notebook that did not run to its last cell.

    The message names the notebook, the cell and the error. ``text`` is the notebook as
    far as it ran.
    """

    def __init__(self, message: str, text: str = "") -> None:
        super().__init__(message)
        self.text = text


#: For each target, the notebook and the parameters to put into it.
Jobs = Mapping[Path, tuple[Notebook, Mapping[str, Any]]]


def run(
    jobs: Jobs,
    *,
    timeout: int = TIMEOUT,
    done: Callable[[Path], None] = lambda target: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[Path, RunError]:
    """Execute notebooks with parameters, and write each of them into its target.

    Two notebooks run at once for each core, up to ``kernels.AT_ONCE`` in all, and each
    target is written whole or not at all. ``timeout`` is the number of seconds that a
    cell may take. When a notebook ends, ``done`` is called in another thread with the
    notebook's target. ``meanwhile`` is called in this thread while the kernels run.

    The function returns the failures by target. If a notebook fails, the cells that ran
    are kept beside its target, as ``NAME.failed.ipynb``. InputError is raised before
    anything runs if a target would lie among the notebooks, if a file in the place of a
    target or of ``NAME.failed.ipynb`` is not as a run wrote it, or if the system allows
    too few open files. InputError is raised afterwards if an output can't be written.
    If any exception is raised, such as KeyboardInterrupt, no kernel is left, and the
    process may ignore interrupts from then on, because the caller is expected to end.
    """
    _refuse_targets(jobs)
    texts = _execute_all(jobs, timeout, done, meanwhile)
    failed: dict[Path, RunError] = {}
    for target in jobs:
        text, kept = texts[target], _kept(target)
        if isinstance(text, RunError):
            write_file(kept, text.text)
            failed[target] = text
        else:
            # The provenance of the former notebook is removed once the new notebook is
            # on the disk. If the run is killed then, a notebook without provenance can
            # still be replaced.
            former = target.with_name(f"{target.stem}-{CRATE}")
            write_file(target, text, before=partial(former.unlink, missing_ok=True))
            kept.unlink(missing_ok=True)
    return failed


def _refuse_targets(jobs: Jobs) -> None:
    """Raise InputError for a target that a run must not write to."""
    for target, (notebook, _) in jobs.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.parent.samefile(notebook.path.parent):
            raise InputError(
                "the output would lie among the notebooks; "
                f"name a folder other than {display_path(target.parent)}"
            )
        for path in (target, _kept(target)):
            if os.path.lexists(path):
                refuse_changed(path)


def refuse_changed(path: Path) -> None:
    """Raise InputError for a file that is not a notebook as a run wrote it."""
    if not _is_left_by_a_run(path):
        raise InputError(
            f"{display_path(path)} is not as a run wrote it and would be lost; "
            "move it elsewhere"
        )


def _kept(target: Path) -> Path:
    """The path at which the cells of a failed notebook are kept."""
    return target.with_suffix(".failed.ipynb")


def _execute_all(
    jobs: Jobs,
    timeout: int,
    done: Callable[[Path], None],
    meanwhile: Callable[[], None],
) -> dict[Path, str | RunError]:
    """Map each target to the text of its executed notebook, or to its failure."""
    from analysis.publish import kernels

    is_stopped = threading.Event()

    def execute(target: Path) -> str | RunError:
        path = folder / f"{uuid.uuid4()}.ipynb"
        text = _execute(*jobs[target], path, timeout, is_stopped)
        done(target)
        return text

    def size(target: Path) -> int:
        notebook, _ = jobs[target]
        return notebook.path.stat().st_size

    # A kernel also waits, so a core can serve two.
    at_once = min(2 * (os.cpu_count() or 1), kernels.AT_ONCE)
    # The pool ends first, as its threads use the kernels and the folder.
    with kernels.prepared() as folder, ThreadPoolExecutor(at_once) as pool:
        # Papermill is loaded before a thread needs it, while the process that forks
        # kernels starts.
        with interrupt_waits():
            import papermill.execute  # noqa: F401

        # Papermill's log of a failure is not shown, as our sentence says the same.
        logging.getLogger("papermill").addHandler(logging.NullHandler())
        running: dict[Path, Future[str | RunError]] = {}
        try:
            # The largest notebook takes longest, so it starts first.
            for target in sorted(jobs, key=size, reverse=True):
                running[target] = pool.submit(execute, target)
            meanwhile()
            return {target: running[target].result() for target in jobs}
        except BaseException as error:
            _stop(error, pool, running.values(), is_stopped)
            raise


def _stop(
    error: BaseException,
    pool: ThreadPoolExecutor,
    running: Collection[Future[Any]],
    is_stopped: threading.Event,
) -> None:
    """Kill every kernel, and wait for the threads that run them.

    If a thread has not ended after ``_PATIENCE`` seconds, the whole process is ended at
    once, with the exit status of the error.
    """
    from analysis.publish import kernels

    # A second signal must not disturb the clean-up, here or in the contexts that the
    # caller leaves afterwards. The signals stay ignored.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with contextlib.suppress(ValueError):
            signal.signal(number, signal.SIG_IGN)
    is_stopped.set()
    pool.shutdown(wait=False, cancel_futures=True)
    # A thread ends when its kernel does, but may just have started another kernel.
    last = time.monotonic() + _PATIENCE
    while not all(map(Future.done, running)):
        kernels.kill_all()
        time.sleep(0.1)
        if time.monotonic() > last:
            # A thread that hangs would keep the process from ending. The server of
            # kernels ends with the process.
            is_interrupt = isinstance(error, KeyboardInterrupt | SystemExit)
            print("interrupted" if is_interrupt else error, file=sys.stderr)
            os._exit(_exit_status(error))


def _exit_status(error: BaseException) -> int:
    """Return the status with which a run that is stopped by an error ends."""
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT
    # The command line turns a signal to terminate into SystemExit.
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return error.code
    return 1


def _execute(
    notebook: Notebook,
    parameters: Mapping[str, Any],
    path: Path,
    timeout: int,
    is_stopped: threading.Event,
) -> str | RunError:
    """Run a notebook, and return its text without times, versions and paths.

    If a kernel ends before it has started, as when another program has taken one of its
    ports, another kernel is started, up to twice.
    """
    import nbformat
    from papermill.execute import remove_error_markers

    for _ in range(3):
        reported = _through_papermill(notebook, parameters, path, timeout)
        if _NOT_STARTED not in reported or is_stopped.is_set():
            break
    # Papermill has written the notebook as far as it ran.
    executed = remove_error_markers(nbformat.read(path, as_version=4))
    failure, where = reported, f"{notebook.name} did not start"
    for number, cell in enumerate(executed.cells):
        if cell.metadata.get("papermill", {}).get("start_time"):
            # The last cell that was started is the one that failed. Papermill reports
            # no failure if a cell has ended the notebook by ``sys.exit(0)``.
            where = f"{notebook.name}, cell {number}"
            failure = failure or _error_in(cell)
    text = clean(executed)
    return RunError(f"{where}: {failure}", text) if failure else text


def _through_papermill(
    notebook: Notebook, parameters: Mapping[str, Any], path: Path, timeout: int
) -> str:
    """Execute a notebook, and write the result to a path.

    Return why the notebook did not run to its end, or an empty text if it did.
    """
    from jupyter_core.utils import ensure_event_loop
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError
    from papermill.execute import execute_notebook

    # The package's own notebooks leave no file open and nothing to do at exit, but a
    # user's notebook may.
    is_ours = notebook.path.parent == shipped("notebooks")
    try:
        execute_notebook(
            _as_it_is(notebook.path),
            _as_it_is(path),
            parameters,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=max(timeout, _START),
            execution_timeout=timeout,
            # The kernel's own messages would be printed among those of the command.
            extra_arguments=["--IPKernelApp.log_level=50"],
            record_timing=False,
            store_widget_state=False,
            shutdown_kernel="immediate" if is_ours else "graceful",
        )
    except CellTimeoutError:
        return f"it took more than the {timeout} seconds that a cell may take"
    except DeadKernelError:
        return "the kernel died, as happens when memory runs out or a process is killed"
    except PapermillExecutionError as error:
        return f"{error.ename}: {first_words(error.evalue)}"
    except OSError:
        # A full disk, say, is no failure of this notebook, and ends the whole run.
        raise
    except Exception as error:
        return f"{type(error).__name__}: {first_words(error)}"
    finally:
        ensure_event_loop().close()
    return ""


def _as_it_is(path: Path) -> str:
    """A path with doubled braces, which papermill does not take for placeholders."""
    return str(path.absolute()).replace("{", "{{").replace("}", "}}")


def _error_in(cell: Any) -> str:
    """The error that ended a cell, such as ``sys.exit(0)``, or an empty text."""
    for output in cell.get("outputs", ()):
        if output.output_type == "error":
            return f"{output.ename}: {first_words(output.evalue)}"
    return ""


# Texts of notebooks -------------------------------------------------------------------


def _is_left_by_a_run(path: Path) -> bool:
    """Tell whether a file is a notebook as a run wrote it, unchanged since."""
    import nbformat

    try:
        content = path.read_bytes()
        # The crate beside a notebook has the notebook's hash. A notebook from a run of
        # all notebooks has no crate beside it.
        crate = path.with_name(f"{path.stem}-{CRATE}")
        hashed = hashlib.sha256(content).hexdigest()
        if crate.is_file():
            for entity in json.loads(crate.read_text(encoding="utf-8"))["@graph"]:
                is_of_path = entity.get("localPath") == path.name
                if is_of_path and entity.get("sha256", hashed) != hashed:
                    return False
        cleaned = clean(nbformat.read(path, as_version=4))
        return cleaned.encode() == content
    except Exception:
        return False


def clean(notebook: Any) -> str:
    """Return a notebook's text without what differs from run to run.

    Versions, times, paths and the names of cells are left out.
    """
    import nbformat

    notebook.metadata.pop("papermill", None)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.metadata.pop("papermill", None)
        # Papermill gives each cell a list of tags.
        if not cell.metadata.get("tags", True):
            del cell.metadata["tags"]
    return str(nbformat.writes(notebook)) + "\n"
