"""Runs notebooks: parameters checked first, outputs whole or not at all.

Papermill's command line warns of an unknown parameter and goes on. So parameters are
checked against the notebook and the register before anything starts. Papermill then
puts them in, and nbclient runs all notebooks side by side.
"""

from __future__ import annotations

import ast
import asyncio
import atexit
import contextlib
import copy
import hashlib
import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis.core.errors import InputError, display_path
from analysis.core.readers import shipped
from analysis.core.units import nearest
from analysis.model.model import ARTICLE, CircleError, Model, Setting, assignments
from analysis.publish.atomic import write_file
from analysis.publish.replaceable import CRATE
from analysis.whatif.draws import check_draws
from analysis.whatif.scenarios import OWN
from analysis.whatif.scenarios import find as find_scenario

# A dependency of nbformat builds a grammar at import, which takes a second. Without it,
# only the format of internationalised addresses goes unchecked, and there are none
# here.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

#: Seconds after which a cell has failed, and the least that the start of a kernel is
#: given.
TIMEOUT, _START = 600, 60
#: The words of jupyter_client for a kernel that ends before it answers.
_NOT_STARTED = "Kernel died before replying"


class RunError(Exception):
    """A notebook did not run to its last cell.

    The message names the notebook, the cell and the error. ``text`` is the notebook as
    far as it ran.
    """

    def __init__(self, message: str, text: str = "") -> None:
        super().__init__(message)
        self.text = text


@dataclass(frozen=True)
class Notebook:
    """This is a notebook on disk.

    Its metadata lists the names of its checks and figures under ``analysis``.
    """

    path: Path
    content: Any = field(repr=False, compare=False)
    checks: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path, *, checked: bool = True) -> Notebook:
        """Read a notebook, or raise InputError when the file can't be read as one.

        If ``checked``, the file is checked against the format of notebooks, with all
        cells. Otherwise only the metadata is read, which takes no library.
        """
        try:
            if checked:
                import nbformat

                content = nbformat.read(path, as_version=4)
                nbformat.validate(content)
            else:
                content = json.loads(path.read_text(encoding="utf-8"))
            listed = content["metadata"].get("analysis", {})
            return cls(
                path,
                content,
                tuple(listed.get("checks", ())),
                tuple(listed.get("figures", ())),
            )
        except Exception as error:
            raise InputError(
                f"{display_path(path)} can't be read as a notebook ({_short(error)})"
            ) from None

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        return self.path.stem

    @property
    def title(self) -> str:
        """The heading that it starts with; empty where it has none."""
        first = next(
            (
                cell.source
                for cell in self.content.cells
                if cell.cell_type == "markdown"
            ),
            "",
        )
        heading = re.match(r"\s*# +(.+)", first)
        return heading[1].strip() if heading else ""

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Return the names and defaults in its one cell tagged ``parameters``.

        They are literals only, for papermill overwrites them.
        """
        found: dict[str, Any] = {}
        try:
            (cell,) = (
                cell
                for cell in self.content.cells
                if "parameters" in cell.metadata.get("tags", ())
            )
            for line in ast.parse(cell.source).body:
                match line:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value):
                        found[name] = ast.literal_eval(value)
                    case ast.AnnAssign(
                        target=ast.Name(id=name), value=ast.expr() as value
                    ):
                        found[name] = ast.literal_eval(value)
                    case _:
                        raise ValueError
        except (ValueError, TypeError, SyntaxError):
            raise InputError(
                f"{display_path(self.path)} must have one cell tagged parameters, "
                "with lines such as overlap = 0.5 alone"
            ) from None
        return found


def all_notebooks(
    folder: Path | None = None, *, checked: bool = True
) -> list[Notebook]:
    """Read the notebooks in a folder, in the order of their names.

    Without a folder, they are those of the package. ``checked`` is that of
    ``Notebook.read``.
    """
    folder = folder or shipped("notebooks")
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise InputError(f"{display_path(folder)} has no notebooks")
    return [Notebook.read(path, checked=checked) for path in paths]


def find(name: str, folder: Path | None = None) -> Notebook:
    """Find a notebook by its path, or by its name with or without its ending.

    The start of a name will do if only one notebook's name starts so.
    """
    if Path(name).suffix == ".ipynb" and Path(name).is_file():
        return Notebook.read(Path(name))
    stem = name.removesuffix(".ipynb")
    known = {notebook.name: notebook for notebook in all_notebooks(folder)}
    starts = (
        [stem]
        if stem in known
        else [key for key in known if stem and key.startswith(stem)]
    )
    if len(starts) != 1:
        several = f"'{name}' is the start of {', '.join(starts)}; give more of it"
        raise InputError(
            several if starts else f"'{name}' is no notebook{nearest(stem, known)}"
        )
    return known[starts[0]]


def shown_in(notebooks: Iterable[Notebook]) -> dict[str, str]:
    """Name the notebook that shows each check.

    Of several notebooks, it is the one with the fewest checks.
    """
    by_size = sorted(notebooks, key=lambda one: -len(one.checks))
    return {check: notebook.name for notebook in by_size for check in notebook.checks}


# Parameters ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """This is a run that somebody asked for.

    It has the setting of its numbers, the parameters to put in, and the words for what
    differs.
    """

    setting: Setting
    parameters: Mapping[str, Any]
    words: str


def job(
    notebook: Notebook, given: Iterable[str], model: Model, scenario: str = ""
) -> Job:
    """A run from ``name=value`` texts over a scenario, checked before it starts.

    A value is in base units, a number and a unit ("0.35 million person"), or the name
    of a reading. In a notebook whose parameters are no quantities it is a text or a
    whole number, as the default is. Raises InputError in one sentence for an unknown
    name or a wrong value, and for one that nothing in the notebook depends on.
    """
    texts = assignments(given)
    if notebook.parameters.keys() - set(model.quantities):
        return _job_of_texts(
            notebook, {**({"scenario": scenario} if scenario else {}), **texts}, model
        )
    rows = [
        row
        for row in map(model.register.checks.get, notebook.checks)
        if row and not (row.against and row.claim)
    ]
    taken = find_scenario(scenario or OWN, model).changed(texts, model)
    setting, plans = taken.setting(model), []
    for row in rows:
        # A setting may make a check circular; the check says so itself.
        with contextlib.suppress(CircleError):
            plans.append(model.plan_of(row, setting))
    # The overview shows no checks, but the estimates.
    plans += (
        [] if rows else [model.plan(name, setting) for name in model.register.estimates]
    )
    model.check_used(setting, plans)
    words = model.differences(setting) or "as in the article"
    parameters = {
        name: model.written(name, choice) for name, choice in setting.choices.items()
    }
    return Job(setting, parameters, words)


def _job_of_texts(notebook: Notebook, texts: Mapping[str, str], model: Model) -> Job:
    """Check a run of a notebook whose parameters are no quantities.

    The parameters are names of quantities, scenarios, how to draw, or others.
    """
    known, given = notebook.parameters, dict[str, Any](texts)
    for name, text in texts.items():
        if name not in known:
            raise InputError(
                f"'{name}' is no parameter of {notebook.name}{nearest(name, known)}"
            )
        if type(known[name]) is int:
            if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
                raise InputError(f"{name}: '{text}' is not a whole number")
            given[name] = int(text)
        elif not isinstance(known[name], str):
            given[name] = _of_kind(name, text, known[name])
        elif name.endswith("quantity"):
            model.known(text)
        elif name.endswith("scenario"):
            find_scenario(text, model)
    used = {"draws": 2, "seed": 0, **known, **given}
    check_draws(used["draws"], used["seed"])
    words = ", ".join(f"{name} = {value}" for name, value in given.items())
    return Job(ARTICLE, given, f"run with {words}" if words else "as in the article")


def _of_kind(name: str, text: str, default: Any) -> Any:
    """A value of the kind that a parameter's default is of, from a text."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = ...
    kind: Any = type(default)
    if default is None:
        kind = object
    elif isinstance(default, float):
        kind = int | float
    if value is ... or not isinstance(value, kind):
        raise InputError(f"{name}: '{text}' is no value such as {default!r}")
    return value


# Runs ---------------------------------------------------------------------------------

#: For each target, the notebook and the parameters to put into it.
_Jobs = Mapping[Path, tuple[Notebook, Mapping[str, Any]]]


def run(
    jobs: _Jobs,
    *,
    timeout: int = TIMEOUT,
    done: Callable[[Path], None] = lambda target: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[Path, RunError]:
    """Execute notebooks with parameters, and write each of them into its target.

    Two notebooks at once run for each core, and each target is written whole or not at
    all. ``timeout`` is the number of seconds that a cell may take. ``done`` hears of
    each target as its notebook ends. ``meanwhile`` is called here while the kernels
    run.

    The failures are returned by target. The cells that ran are kept beside the target,
    as ``NAME.failed.ipynb``. A target that would lie among the notebooks, or replace a
    file that no run has left so, raises InputError before anything runs.
    """
    _refuse_targets(jobs)
    made = _execute_all(jobs, timeout, done, meanwhile)
    failed: dict[Path, RunError] = {}
    for target in jobs:
        text, kept = made[target], target.with_suffix(".failed.ipynb")
        if isinstance(text, RunError):
            write_file(kept, text.text)
            failed[target] = text
        else:
            # It is of the former notebook; a run that is killed now leaves none, which
            # hinders no other.
            target.with_name(f"{target.stem}-{CRATE}").unlink(missing_ok=True)
            write_file(target, text)
            kept.unlink(missing_ok=True)
    return failed


def _refuse_targets(jobs: _Jobs) -> None:
    """Raise InputError for a target that a run must not write to."""
    for target, (notebook, _) in jobs.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.parent.samefile(notebook.path.parent):
            raise InputError(
                "the output would lie among the notebooks; "
                f"name one other than {display_path(target.parent)}"
            )
        if os.path.lexists(target) and not _is_left_by_a_run(target):
            raise InputError(
                f"{display_path(target)} is not as a run leaves it and would be lost; "
                "move it elsewhere"
            )


def _execute_all(
    jobs: _Jobs,
    timeout: int,
    done: Callable[[Path], None],
    meanwhile: Callable[[], None],
) -> dict[Path, str | RunError]:
    """Return the text of each notebook as run, or its failure, by target."""
    from analysis.publish import kernels

    # The loop has a thread of its own, for meanwhile goes on here, where an interrupt
    # is heard.
    with (
        kernels.prepared() as manager,
        asyncio.Runner() as runner,
        ThreadPoolExecutor(1) as thread,
    ):
        # Loaded before the thread starts, as a figure drawn meanwhile trips over an
        # IPython that is half loaded.
        import IPython  # noqa: F401
        import nbclient  # noqa: F401

        loop = runner.get_loop()
        whole = _execute_side_by_side(jobs, timeout, done, manager)

        def stop() -> None:
            for task in asyncio.all_tasks(loop):
                if task.get_coro() is whole:
                    task.cancel()

        running = thread.submit(runner.run, whole)
        try:
            meanwhile()
            return running.result()
        except BaseException:
            # Each notebook ends its kernel, which a second signal must not disturb: the
            # command is at its end.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                with contextlib.suppress(ValueError):
                    signal.signal(number, signal.SIG_IGN)
            loop.call_soon_threadsafe(stop)
            raise


async def _execute_side_by_side(
    jobs: _Jobs, timeout: int, done: Callable[[Path], None], manager: type
) -> dict[Path, str | RunError]:
    """Execute notebooks, two at once for each core."""
    made: dict[Path, str | RunError] = {}
    # A kernel waits for half of its time.
    free = asyncio.Semaphore(2 * (os.cpu_count() or 1))

    async def one(target: Path) -> None:
        async with free:
            made[target] = await _execute_again(*jobs[target], timeout, manager)
        done(target)

    async with asyncio.TaskGroup() as group:
        # The largest takes longest, so it starts first.
        for target in sorted(
            jobs, key=lambda target: -jobs[target][0].path.stat().st_size
        ):
            group.create_task(one(target))
    return made


async def _execute_again(
    book: Notebook, parameters: Mapping[str, Any], timeout: int, manager: type
) -> str | RunError:
    """Execute a notebook, and try twice again where its kernel does not start.

    Other work may take a kernel's port before the kernel does, which ends it at once.
    """
    left = 2
    while True:
        try:
            return await _execute(book, parameters, timeout, manager)
        except RunError as error:
            if not left or _NOT_STARTED not in str(error):
                return error
            left -= 1


async def _execute(
    book: Notebook, parameters: Mapping[str, Any], timeout: int, manager: type
) -> str:
    """The text of the notebook as run: no clock, version or path in it.

    Raises RunError.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import (
        CellExecutionError,
        CellTimeoutError,
        DeadKernelError,
    )

    notebook, started = copy.deepcopy(book.content), list[int]()
    if parameters:
        from papermill.translators import translate_parameters

        source = translate_parameters("python3", "python", parameters, "Parameters")
        tagged = [
            i
            for i, cell in enumerate(notebook.cells)
            if "parameters" in cell.metadata.get("tags", ())
        ]
        put_in = nbformat.v4.new_code_cell(
            source, metadata={"tags": ["injected-parameters"]}
        )
        notebook.cells.insert(tagged[0] + 1, put_in)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=timeout,
        startup_timeout=max(timeout, _START),
        kernel_manager_class=manager,
        kernel_name="python3",
        # The kernel's own remarks are neither the notebook's nor ours.
        extra_arguments=["--IPKernelApp.log_level=50"],
        # The package's own notebooks leave no file open, and nothing to do at exit;
        # another's may.
        shutdown_kernel="immediate"
        if book.path.parent == shipped("notebooks")
        else "graceful",
        record_timing=False,
        store_widget_state=False,
        on_cell_execute=lambda cell, cell_index: started.append(cell_index),
    )
    try:
        await client.async_execute()
        return clean(notebook)
    except asyncio.CancelledError:
        # A kernel that is still starting is not ended by nbclient.
        kernel: Any = client.km
        if kernel is not None and kernel.has_kernel:
            await kernel.shutdown_kernel(now=True)
        raise
    except CellExecutionError as error:
        words = f"{error.ename}: {_short(error.evalue)}"
    except CellTimeoutError:
        words = f"it took more than the {timeout} seconds that a cell may take"
    except DeadKernelError:
        words = "the kernel died, as when memory runs out or a process is killed"
    except Exception as error:
        words = f"{type(error).__name__}: {_short(error)}"
    finally:
        # Without a kernel, nbclient's own clean-up at exit would fail.
        atexit.unregister(client._cleanup_kernel)
    where = (
        f"{book.name}, cell {started[-1]}" if started else f"{book.name} did not start"
    )
    raise RunError(f"{where}: {words}", clean(notebook))


def _short(error: object) -> str:
    """The first words of an error, in one line."""
    return " ".join(str(error).split())[:500]


def _is_left_by_a_run(path: Path) -> bool:
    """Tell whether a file is a notebook as a run wrote it, unchanged since."""
    import nbformat

    try:
        crate = path.with_name(f"{path.stem}-{CRATE}")
        # Of a notebook, the crate beside it has the hash; one of a whole run lies among
        # its results.
        known = (
            json.loads(crate.read_text(encoding="utf-8"))["@graph"]
            if crate.is_file()
            else []
        )
        hashes = [one["sha256"] for one in known if one["@id"] == path.name]
        is_as_described = hashes in (
            [],
            [hashlib.sha256(path.read_bytes()).hexdigest()],
        )
        return is_as_described and clean(
            nbformat.read(path, as_version=4)
        ) == path.read_text(encoding="utf-8")
    except Exception:
        return False


def clean(notebook: Any) -> str:
    """Return a notebook's text without what differs from run to run.

    The versions and the names of cells differ.
    """
    import nbformat

    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    return str(nbformat.writes(notebook)) + "\n"
