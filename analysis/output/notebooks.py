"""Runs notebooks through papermill: parameters checked first, outputs whole or not at all.

Papermill warns of an unknown parameter and goes on, marks cells that never ran as completed, and leaves a part of a
notebook behind when it is killed. So parameters are checked against the notebook and the register before it starts,
every code cell must have run afterwards, and an output takes its place in one step. A notebook that failed is kept, by
a name of its own.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import json
import logging
import os
import re
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from analysis.core.model import ARTICLE, Circle, Model, Setting, assignments
from analysis.core.register import InputError, shipped, shown
from analysis.core.units import nearest
from analysis.output.files import lock, write_file
from analysis.whatif.draws import check_draws
from analysis.whatif.scenarios import OWN
from analysis.whatif.scenarios import find as find_scenario

# A dependency of nbformat builds a grammar at import, which takes a second. Without it, only the format of
# internationalised addresses goes unchecked, and there are none here.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
# What papermill would log of a failure, the error says; and what a kernel that was stopped leaves undone is not missed.
for _name in ("papermill", "asyncio"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

#: Seconds after which a cell has failed, and the least that the start of a kernel is given.
TIMEOUT, _START = 600, 60
#: Given where a notebook as run will stand, and a file that has its text meanwhile: texts that belong to it, by path.
Beside: TypeAlias = Callable[[Path, Path], Mapping[Path, str]]
_Key = TypeVar("_Key")
_Found = TypeVar("_Found")
#: How often a kernel that does not start is started, and what jupyter_client says of it.
_STARTS, _NOT_STARTED = 3, "Kernel died before replying to kernel_info"


class NotebookError(InputError):
    """A notebook that is not as it must be, or that is asked for what it does not have."""


class RunError(Exception):
    """A notebook that did not run to its last cell; the message names notebook, cell and error.

    ``text`` is the notebook as far as it ran, empty where it never started.
    """

    def __init__(self, message: str, text: str = "") -> None:
        super().__init__(message)
        self.text = text


class _Stopped(Exception):
    """A run of several was stopped: what its threads still come to is neither tried again nor written."""


@dataclass(frozen=True)
class Notebook:
    """A notebook on disk, and what it declares of itself."""

    path: Path
    content: Any = field(repr=False, compare=False)

    @classmethod
    def read(cls, path: Path, *, checked: bool = True) -> Notebook:
        """Raises NotebookError when the file can't be read as a notebook.

        checked: against the format of notebooks, with all cells. Otherwise only what it declares is read, which takes
        no library.
        """
        try:
            if not checked:
                found = cls(path, {"metadata": dict(json.loads(path.read_text(encoding="utf-8"))["metadata"])})
            else:
                import nbformat

                found = cls(path, nbformat.read(path, as_version=4))
        except Exception as error:
            raise NotebookError(f"{shown(path)} can't be read as a notebook ({error})") from None
        found._check_declared()
        return found

    def _check_declared(self) -> None:
        """Raise NotebookError where something that the notebook declares is not of the kind that it must be."""
        declared = self.content["metadata"].get("analysis", {})
        if not isinstance(declared, dict):
            raise NotebookError(f"{shown(self.path)}: its metadata analysis must be names with values")
        for name in ("claims", "checks", "figures"):
            value = declared.get(name, [])
            if not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
                raise NotebookError(f"{shown(self.path)}: {name} in its metadata analysis must be a list of names")
        if not isinstance(declared.get("figure", ""), str):
            raise NotebookError(f"{shown(self.path)}: figure in its metadata analysis must be a name")
        for number, cell in enumerate(self.content.get("cells", ())):
            tags = cell["metadata"].get("tags", [])
            if not (isinstance(tags, list) and all(isinstance(one, str) for one in tags)):
                raise NotebookError(f"{shown(self.path)}: the tags of its cell {number} must be a list of texts")

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def declared(self) -> Mapping[str, Any]:
        """What its metadata says under ``analysis``: claims, checks and figures that it shows."""
        return dict(self.content["metadata"].get("analysis", {}))

    @property
    def checks(self) -> list[str]:
        return list(self.declared.get("checks", []))

    @property
    def figures(self) -> list[str]:
        """Names of the figures that it draws, under ``figures``, or ``figure`` where there is one."""
        one = self.declared.get("figure")
        return list(self.declared.get("figures", [one] if one else []))

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Names and defaults in its one cell tagged ``parameters``: literals only, for papermill overwrites them."""
        tagged = [c for c in self.content.cells if "parameters" in c.metadata.get("tags", [])]
        if len(tagged) != 1:
            raise NotebookError(f"{shown(self.path)} has {len(tagged)} cells tagged parameters; it must have one")
        found: dict[str, Any] = {}
        try:
            body = ast.parse(tagged[0].source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise NotebookError(f"{shown(self.path)}: its parameters cell is not Python") from None
        for statement in body:
            match statement:
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    pass
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    pass
                case _:
                    raise NotebookError(f"{shown(self.path)}: its parameters cell holds more than names with values")
            try:
                found[name] = ast.literal_eval(value)
            except (ValueError, TypeError, RecursionError, MemoryError):
                raise NotebookError(f"{shown(self.path)}: the parameter {name} is not a plain value") from None
        return found


def default_folder() -> Path:
    """The notebooks that come with the package."""
    return shipped("notebooks")


def all_notebooks(folder: Path | None = None, *, checked: bool = True) -> list[Notebook]:
    """The notebooks in a folder, in the order of their names. checked: as for ``Notebook.read``."""
    folder = folder or default_folder()
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise NotebookError(f"{shown(folder)} has no notebooks")
    return [Notebook.read(path, checked=checked) for path in paths]


def find(name: str, folder: Path | None = None) -> Notebook:
    """The notebook of a name, given with or without its ending, or by the start of it where that is enough."""
    known = {notebook.name: notebook for notebook in all_notebooks(folder)}
    stem = name.removesuffix(".ipynb")
    starts = [notebook for key, notebook in known.items() if stem and key.startswith(stem)]
    if stem in known or len(starts) == 1:
        return known.get(stem) or starts[0]
    if len(starts) > 1:
        found = ", ".join(notebook.name for notebook in starts)
        raise NotebookError(f"'{name}' is the start of {found}; give more of it")
    raise NotebookError(f"'{name}' is no notebook{nearest(stem, known)}")


def shown_in(notebooks: Iterable[Notebook]) -> dict[str, str]:
    """For each check, the notebook that shows it: the first that is about it, else the overview of all."""
    found: dict[str, str] = {}
    for notebook in sorted(notebooks, key=lambda n: len(n.checks)):
        for check in notebook.checks:
            found.setdefault(check, notebook.name)
    return found


@dataclass(frozen=True)
class Job:
    """A run that was asked for: the setting of its numbers, the parameters to put in, and what differs, in words."""

    setting: Setting
    parameters: Mapping[str, Any]
    words: str


def job(notebook: Notebook, given: Iterable[str], model: Model, scenario: str = "") -> Job:
    """A run from ``name=value`` texts over a scenario, checked before it starts.

    A value is in base units, a number and a unit ("0.35 million person"), or the name of a reading; a parameter of the
    notebook that is no quantity is a text or a whole number, as its default is. Raises InputError in one sentence for
    an unknown name or a wrong value, and for one that nothing in the notebook depends on.
    """
    declared = {name: one for name, one in notebook.parameters.items() if name not in model.quantities}
    texts = assignments(given)
    others = {name: _other(name, text, declared[name], model) for name, text in texts.items() if name in declared}
    if scenario and "scenario" in declared:
        others["scenario"], scenario = _other("scenario", scenario, "", model), ""
    wanted = {name: text for name, text in texts.items() if name not in declared}
    if declared and wanted:
        name = next(iter(wanted))
        raise NotebookError(f"'{name}' is no parameter of {notebook.name}{nearest(name, declared)}")
    if declared:
        _check_others({**declared, **others}, model)
    base = model.change(_of_scenario(notebook, scenario, model)) if scenario else ARTICLE
    setting = model.change(wanted, base)
    rows = [row for row in map(model.register.checks.get, notebook.checks) if row and not (row.against and row.claim)]
    plans = []
    for row in rows:
        # A setting may make a check circular; the check says so itself.
        with contextlib.suppress(Circle):
            plans.append(model.plan(row.quantity, model.change(row.readings, setting)))
    # The overview shows no checks, but the estimates.
    plans += [] if rows else [model.plan(name, setting) for name in model.register.estimates]
    used = {node.name for plan in plans for node in plan.nodes}
    model.check_used(setting, plans, ignored=[*base.given] if used & base.given else [])
    words = [f"run with {', '.join(f'{name} = {value}' for name, value in others.items())}"] if others else []
    differs = model.differences(setting) or ("" if others else "as in the article")
    return Job(setting, {**setting.readings, **setting.values, **others}, "; ".join(filter(None, [*words, differs])))


def _of_scenario(notebook: Notebook, name: str, model: Model) -> dict[str, Any]:
    """What a scenario changes, by quantity. Raises NotebookError for one that parameters can't carry."""
    scenario = find_scenario(name, model)
    if scenario.distributions or scenario.assumptions:
        raise NotebookError(f"it is more than values and readings, which is all that {notebook.name} takes")
    return {**scenario.readings, **scenario.numbers(model)}


def _other(name: str, text: str, default: str | int, model: Model) -> str | int:
    """A text or a whole number, as the default is; a scenario's file by its whole path, wherever the kernel is."""
    if isinstance(default, int):
        if not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
            raise NotebookError(f"{name}: '{text}' is not a whole number")
        return int(text)
    if not _names_scenario(name) or text in (OWN, *model.register.scenarios):
        return text
    find_scenario(text, model)
    return str(Path(text).absolute())


def _names_scenario(name: str) -> bool:
    return name == "scenario" or name.endswith("_scenario")


def _check_others(others: Mapping[str, Any], model: Model) -> None:
    """Raise InputError for an unknown quantity or scenario, one without a value, and draws that can't be made."""
    quantity = others.get("quantity")
    for name in ("quantity", "draws_quantity"):
        model.known(others.get(name, next(iter(model.quantities))))
    for name in filter(_names_scenario, others):
        scenario = find_scenario(others[name], model)
        if quantity is not None:
            scenario.setting(model, quantity)
    check_draws(others.get("draws", 2), others.get("seed", 0), "sobol")


def _nothing(target: Path, made: Path) -> Mapping[Path, str]:
    return {}


def run(
    notebook: Notebook,
    target: Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    timeout: int = TIMEOUT,
    beside: Beside = _nothing,
) -> None:
    """Execute a notebook and put the result in its place, whole or not at all. timeout: seconds that a cell may take.
    beside: what takes its place together with it.

    Raises RunError when a cell fails, takes too long or never ran, and keeps what ran beside the target, as
    ``NAME.failed.ipynb``; InputError when the output would lie among the notebooks, would replace what no run has left
    as it is, or can't be written.
    """
    with steady():
        _in_place(notebook, target, dict(parameters or {}), timeout, beside, threading.Event())


def run_each(
    notebook: Notebook,
    jobs: Mapping[Path, Mapping[str, Any]],
    done: Callable[[Path, RunError | InputError | None], None],
    *,
    timeout: int = TIMEOUT,
    beside: Beside = _nothing,
) -> None:
    """The same into several targets, each with parameters of its own, side by side. ``done`` hears of each as it ends,
    with what went wrong, if anything did."""

    def one(target: Path, stop: threading.Event) -> RunError | InputError | None:
        try:
            _in_place(notebook, target, dict(jobs[target]), timeout, beside, stop)
        except (RunError, InputError) as error:
            return error
        return None

    _side_by_side({target: functools.partial(one, target) for target in jobs}, done)


def run_all(
    notebooks: Iterable[Notebook],
    folder: Path,
    *,
    timeout: int = TIMEOUT,
    done: Callable[[str], None] = lambda name: None,
) -> dict[str, RunError]:
    """Execute notebooks side by side into a folder; returns, by name and in their order, what went wrong.

    ``done`` hears of each as it ends.
    """
    books = {notebook.name: notebook for notebook in notebooks}
    failed: dict[str, RunError] = {}

    def one(notebook: Notebook, stop: threading.Event) -> str | RunError:
        try:
            return _execute(notebook.path, {}, timeout, stop)
        except RunError as error:
            return error

    def take(name: str, found: str | RunError) -> None:
        if isinstance(found, RunError):
            failed[name] = found
        else:
            write_file(folder / f"{name}.ipynb", found)
        done(name)

    _side_by_side({name: functools.partial(one, notebook) for name, notebook in books.items()}, take)
    return {name: failed[name] for name in books if name in failed}


def _in_place(
    notebook: Notebook,
    target: Path,
    parameters: dict[str, Any],
    timeout: int,
    beside: Beside,
    stop: threading.Event,
) -> None:
    """``run``, in an environment that is steady already."""
    source = notebook.path
    if source.parent.resolve() in (target.parent.resolve(), target.resolve()):
        raise NotebookError(
            f"the output would lie among the notebooks; name another folder than {shown(target.parent)}"
        )
    failed = target.with_name(f"{target.stem}.failed.ipynb")
    try:
        with lock(target):
            for path in (target, failed):
                if os.path.lexists(path) and not _is_left_by_a_run(path):
                    raise InputError(f"{shown(path)} is not as a run leaves it and would be lost; move it elsewhere")
            try:
                text = _execute(source, parameters, timeout, stop)
            except RunError as error:
                if error.text:
                    write_file(failed, error.text)
                    raise RunError(f"{error}; the cells that ran are kept in {shown(failed)}") from None
                raise
            with tempfile.TemporaryDirectory() as folder:
                made = Path(folder) / target.name
                made.write_text(text, encoding="utf-8")
                for path, said in beside(target, made).items():
                    write_file(path, said)
            write_file(target, text)
            failed.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{shown(target)} can't be written ({error.strerror})") from None


def _is_left_by_a_run(path: Path) -> bool:
    """Whether a file is a notebook as a run writes it, and nobody has changed it since."""
    import nbformat

    try:
        text = path.read_text(encoding="utf-8")
        with warnings.catch_warnings(action="ignore"):
            return clean(nbformat.reads(text, as_version=4)) == text
    except Exception:
        return False


def _side_by_side(
    work: Mapping[_Key, Callable[[threading.Event], _Found]], take: Callable[[_Key, _Found], None]
) -> None:
    """Do work in as many threads as there are cores; ``take`` is given what comes of each as soon as it does.

    Each is given what says whether the whole was stopped.
    """
    stop = threading.Event()
    # Threads are enough, as each notebook is computed by a kernel of its own, which ends when this process does.
    with steady(), ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        futures = {pool.submit(_in_thread, one, stop): key for key, one in work.items()}
        try:
            for future in as_completed(futures):
                take(futures[future], future.result())
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            _stop_kernels()
            raise


def _in_thread(work: Callable[[threading.Event], _Found], stop: threading.Event) -> _Found:
    from jupyter_core.utils import ensure_event_loop

    try:
        return work(stop)
    finally:
        # What jupyter_client opens for a thread, nobody else closes.
        ensure_event_loop().close()


def _stop_kernels() -> None:
    """End the kernels that this process has started, so that nobody waits for what is no longer wanted."""
    import psutil

    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            child.kill()


def _execute(path: Path, parameters: dict[str, Any], timeout: int, stop: threading.Event) -> str:
    """The text of the notebook as run: no clock, version or path in it. Raises RunError, or _Stopped where it is."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / path.name
        remarks = Path(folder) / "kernel.txt"
        for left in reversed(range(_STARTS)):
            try:
                executed = papermill.execute_notebook(
                    _literally(path),
                    _literally(output),
                    parameters=parameters,
                    progress_bar=False,
                    log_output=False,
                    execution_timeout=timeout,
                    start_timeout=max(timeout, _START),
                    # The kernel's own remarks are neither the notebook's nor ours.
                    extra_arguments=["--IPKernelApp.log_level=50"],
                    kernel_manager_class=_kernels_that_write_to(remarks),
                )
                break
            except PapermillExecutionError as error:
                words = f"{path.stem}, cell {error.cell_index}: {error.ename}: {_short(error.evalue)}"
                raise RunError(words, _as_far_as(output)) from None
            except Exception as error:
                if stop.is_set():
                    raise _Stopped from None
                # Between the choice of a port and its use another process may take it; then no cell has run.
                if not (left and _NOT_STARTED in str(error)):
                    raise RunError(_ending(path.stem, output, error, timeout, remarks), _as_far_as(output)) from None
    if stop.is_set():
        raise _Stopped
    code = [(i, cell) for i, cell in enumerate(executed.cells) if cell.cell_type == "code" and cell.source.strip()]
    for expected, (i, cell) in enumerate(code, start=1):
        if cell.execution_count != expected:
            words = f"{path.stem}, cell {i}: it never ran, so the notebook did not run to its end"
            raise RunError(words, clean(executed))
    return clean(executed)


def _literally(path: Path) -> str:
    """A path as papermill takes it, which would put parameters in the place of names in braces."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _kernels_that_write_to(path: Path) -> type[Any]:
    """A class of kernel managers whose kernels write their standard error into a file.

    That is what a kernel and its libraries say beside a notebook. A kernel that ends while the machine is busy may
    complain of sockets that it has closed itself, when all cells have run.
    """
    from jupyter_client.manager import AsyncKernelManager

    class Kernels(AsyncKernelManager):
        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            with path.open("ab") as file:
                await super().start_kernel(**options, stderr=file)

    return Kernels


def _last_line(path: Path) -> str:
    """What a kernel that ended too early said last, to be put behind what is said of it."""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else []
    said = [_short(line) for line in lines if line.strip()]
    return f"; it said: {said[-1]}" if said else ""


def _ending(name: str, output: Path, error: Exception, timeout: int, remarks: Path) -> str:
    """What to say where no cell failed, but a cell took too long, or the kernel died."""
    import nbformat
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    cells = nbformat.read(output, as_version=4).cells if output.exists() else []
    # papermill writes down when it started a cell.
    started = [i for i, cell in enumerate(cells) if cell.metadata.get("papermill", {}).get("start_time")]
    where = f"{name}, cell {started[-1]}" if started else f"{name} did not run to its end"
    if isinstance(error, CellTimeoutError):
        return f"{where}: it took more than the {timeout} seconds that a cell may take"
    if isinstance(error, DeadKernelError):
        return f"{where}: the kernel died, as when memory runs out or a process is killed{_last_line(remarks)}"
    return f"{where}: {type(error).__name__}: {_short(str(error))}{_last_line(remarks)}"


def _short(text: str) -> str:
    """The first lines of an error's words, in one line."""
    return " ".join(text.split())[:500]


def _as_far_as(output: Path) -> str:
    """The text of a notebook that papermill has written as far as it ran; empty where there is none."""
    import nbformat

    try:
        notebook = nbformat.read(output, as_version=4)
    except Exception:
        return ""
    # Papermill puts its own remarks before a cell that failed.
    remarks = ("papermill-error-cell-tag",)
    notebook.cells = [cell for cell in notebook.cells if not set(remarks) & set(cell.metadata.get("tags", ()))]
    return clean(notebook)


@contextlib.contextmanager
def steady() -> Iterator[None]:
    """An environment in which what the user has set up for other work does not reach a kernel: start-up files, kernels,
    styles of drawing, or a backend that would take the figures out of the notebook."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        (scratch / "matplotlibrc").touch()
        ours = {
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "MATPLOTLIBRC": str(scratch / "matplotlibrc"),
            "IPYTHONDIR": str(scratch / "ipython"),
            **{
                f"JUPYTER_{kind}_DIR": str(scratch / "jupyter" / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")
            },
            "JUPYTER_PATH": "",
            "PYTHONSTARTUP": "",
        }
        before = dict(os.environ)
        os.environ.update(ours)
        try:
            yield
        finally:
            for name in ours:
                del os.environ[name]
                if name in before:
                    os.environ[name] = before[name]


def clean(notebook: Any) -> str:
    """A notebook's text without what differs from run to run: times, versions, papermill's record, views of widgets."""
    import nbformat

    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags", True):
            cell.metadata.pop("tags")
        for output in cell.get("outputs", []):
            # A view without its kernel shows nothing, and its name is drawn anew each time.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return str(nbformat.writes(notebook)) + "\n"
