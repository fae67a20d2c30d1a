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
from typing import Any, TypeVar

from analysis.core.model import ARTICLE, Circle, Model, Setting, assignments
from analysis.core.register import InputError, shipped, shown
from analysis.core.units import nearest
from analysis.output.files import lock, write_file
from analysis.whatif.draws import check_draws
from analysis.whatif.scenarios import OWN, Scenario
from analysis.whatif.scenarios import find as find_scenario

# A dependency of nbformat builds a grammar at import, which takes a second. Without it, only the format of
# internationalised addresses goes unchecked, and there are none here.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
# An error says itself what papermill would log of it; and what a kernel that was stopped leaves undone is not missed.
for _name in ("papermill", "asyncio"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

#: Seconds after which a cell has failed, and the least that the start of a kernel is given.
TIMEOUT, _START = 600, 60
#: How often a kernel that does not start is started, and what jupyter_client says of it.
_STARTS, _NOT_STARTED = 3, "Kernel died before replying to kernel_info"
_Key = TypeVar("_Key")


class NotebookError(InputError):
    """A notebook that is not as it must be, or that is asked for what it does not have."""


class RunError(Exception):
    """A notebook that did not run to its last cell; the message names notebook, cell and error.

    ``text`` is the notebook as far as it ran, empty where it never started.
    """

    def __init__(self, message: str, text: str = "") -> None:
        super().__init__(message)
        self.text = text


@dataclass(frozen=True)
class Notebook:
    """A notebook on disk, with the names of the checks and figures that its metadata lists under ``analysis``."""

    path: Path
    content: Any = field(repr=False, compare=False)
    checks: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path, *, checked: bool = True) -> Notebook:
        """Raises NotebookError when the file can't be read as a notebook.

        checked: against the format of notebooks, with all cells. Otherwise only the metadata is read, which takes no
        library.
        """
        try:
            if checked:
                import nbformat

                content = nbformat.read(path, as_version=4)
                nbformat.validate(content)
            else:
                content = {"metadata": dict(json.loads(path.read_text(encoding="utf-8"))["metadata"])}
            listed = dict(content["metadata"].get("analysis", {}))
        except Exception as error:
            raise NotebookError(f"{shown(path)} can't be read as a notebook ({_short(str(error))})") from None
        for name, value in listed.items():
            if not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
                raise NotebookError(f"{shown(path)}: {name} in its metadata analysis must be a list of names")
        return cls(path, content, tuple(listed.get("checks", ())), tuple(listed.get("figures", ())))

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def title(self) -> str:
        """The heading that it starts with; empty where it has none."""
        first = next((cell.source for cell in self.content.cells if cell.cell_type == "markdown"), "")
        heading = re.match(r"\s*# +(.+)", first)
        return heading[1].strip() if heading else ""

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Names and defaults in its one cell tagged ``parameters``: literals only, for papermill overwrites them."""
        tagged = [cell for cell in self.content.cells if "parameters" in cell.metadata.get("tags", [])]
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


def all_notebooks(folder: Path | None = None, *, checked: bool = True) -> list[Notebook]:
    """The notebooks in a folder, else those of the package, in the order of their names. checked: as of ``read``."""
    folder = folder or shipped("notebooks")
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise NotebookError(f"{shown(folder)} has no notebooks")
    return [Notebook.read(path, checked=checked) for path in paths]


def find(name: str, folder: Path | None = None) -> Notebook:
    """The notebook of a path, or of a name with or without its ending, or of the start of a name if that is enough."""
    if Path(name).suffix == ".ipynb" and Path(name).is_file():
        return Notebook.read(Path(name))
    known = {notebook.name: notebook for notebook in all_notebooks(folder)}
    stem = name.removesuffix(".ipynb")
    starts = [key for key in known if stem and key.startswith(stem)]
    if stem in known or len(starts) == 1:
        return known[stem if stem in known else starts[0]]
    if starts:
        raise NotebookError(f"'{name}' is the start of {', '.join(starts)}; give more of it")
    raise NotebookError(f"'{name}' is no notebook{nearest(stem, known)}")


def shown_in(notebooks: Iterable[Notebook]) -> dict[str, str]:
    """For each check, the notebook that shows it: of several the one with the fewest."""
    found: dict[str, str] = {}
    for notebook in sorted(notebooks, key=lambda one: len(one.checks)):
        for check in notebook.checks:
            found.setdefault(check, notebook.name)
    return found


# Parameters -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """A run that was asked for: the setting of its numbers, the parameters to put in, and what differs, in words."""

    setting: Setting
    parameters: Mapping[str, Any]
    words: str


def job(notebook: Notebook, given: Iterable[str], model: Model, scenario: str = "") -> Job:
    """A run from ``name=value`` texts over a scenario, checked before it starts.

    A value is in base units, a number and a unit ("0.35 million person"), or the name of a reading; in a notebook whose
    parameters are no quantities, a text or a whole number, as the default is. Raises InputError in one sentence for an
    unknown name or a wrong value, and for one that nothing in the notebook depends on.
    """
    texts = assignments(given)
    others = {name: one for name, one in notebook.parameters.items() if name not in model.quantities}
    if others:
        return _job_of_texts(notebook, {**({"scenario": scenario} if scenario else {}), **texts}, others, model)
    for name in texts:
        if name not in model.quantities:
            hints = [nearest(name, notebook.parameters), nearest(name, model.quantities)]
            hint = next((one for one in hints if "did you mean" in one), hints[0])
            raise NotebookError(f"'{name}' is no parameter of {notebook.name}{hint}")
    rows = [row for row in map(model.register.checks.get, notebook.checks) if row and not (row.against and row.claim)]
    taken = find_scenario(scenario or OWN, model).changed(texts, model)
    moved = _moved(notebook, [row.quantity for row in rows], taken, model) if taken.assumptions else ""
    setting, plans = taken.setting(model, moved), []
    for row in rows:
        # A setting may make a check circular; the check says so itself.
        with contextlib.suppress(Circle):
            plans.append(model.plan(row.quantity, model.change(row.readings, setting)))
    # The overview shows no checks, but the estimates.
    plans += [] if rows else [model.plan(name, setting) for name in model.register.estimates]
    model.check_used(setting, plans)
    words = model.differences(setting) or "as in the article"
    words += f"; each assumption at the end that makes {moved} {taken.assumptions}" if moved else ""
    return Job(setting, {**setting.readings, **setting.values}, words)


def _moved(notebook: Notebook, checked: list[str], taken: Scenario, model: Model) -> str:
    """The quantity at whose ends a notebook takes the assumptions, as each has its own: that of its first headline, or
    else of its first check, that rests on any; of the overview, any headline's. Raises NotebookError if none does."""
    heads = (row for row in model.register.headlines.values() if row.notebook == notebook.name or not checked)
    setting = taken.setting(model)
    for name in [*(model.register.claims[row.claim].quantity for row in heads), *checked]:
        if name not in model.register.assumptions and model.free(model.plan(name, setting)):
            return name
    raise NotebookError(f"no number of {notebook.name} rests on an assumption here, so nothing is moved")


def _job_of_texts(notebook: Notebook, texts: Mapping[str, str], known: Mapping[str, Any], model: Model) -> Job:
    """A run of a notebook whose parameters are texts and whole numbers: quantities, scenarios, and how to draw."""
    given: dict[str, Any] = {}
    for name, text in texts.items():
        if name not in known:
            raise NotebookError(f"'{name}' is no parameter of {notebook.name}{nearest(name, known)}")
        if isinstance(known[name], int) and not re.fullmatch(r"[-+]?[0-9]{1,18}", text):
            raise NotebookError(f"{name}: '{text}' is not a whole number")
        given[name] = int(text) if isinstance(known[name], int) else text
    used = {**known, **given}
    for name, text in used.items():
        if name.endswith("quantity"):
            model.known(text)
        elif name.endswith("scenario"):
            find_scenario(text, model)
    check_draws(used.get("draws", 2), used.get("seed", 0), "sobol")
    words = ", ".join(f"{name} = {value}" for name, value in given.items())
    return Job(ARTICLE, given, f"run with {words}" if words else "as in the article")


# Runs -----------------------------------------------------------------------------------------------------------------


def run_each(
    notebook: Notebook, jobs: Mapping[Path, Mapping[str, Any]], *, timeout: int = TIMEOUT
) -> dict[Path, RunError | InputError]:
    """Execute a notebook into several targets, each with parameters of its own, side by side, each whole or not at all.

    timeout: seconds that a cell may take.

    Returns the failures by target: a RunError when a cell fails, takes too long or never ran, and the cells that ran
    are kept beside the target as ``NAME.failed.ipynb``; an InputError when the output would lie among the notebooks,
    would replace a file that no run has left so, or can't be written.
    """

    def one(target: Path, stop: threading.Event) -> None:
        _in_place(notebook.path, target, dict(jobs[target]), timeout, stop)

    return _side_by_side({target: functools.partial(one, target) for target in jobs})


def run_all(
    notebooks: Iterable[Notebook],
    folder: Path,
    *,
    timeout: int = TIMEOUT,
    done: Callable[[str], None] = lambda name: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, RunError]:
    """Execute notebooks side by side into a folder; returns the failures by name.

    ``done`` hears of each as it ends. ``meanwhile`` is done here while the kernels run.
    """

    def one(path: Path, stop: threading.Event) -> None:
        write_file(folder / path.name, _execute(path, {}, timeout, stop))

    # The largest takes longest, so it starts first.
    first = sorted(notebooks, key=lambda notebook: -notebook.path.stat().st_size)
    work = {notebook.name: functools.partial(one, notebook.path) for notebook in first}
    failed = _side_by_side(work, done, meanwhile)
    return {name: error for name, error in failed.items() if isinstance(error, RunError)}


def _side_by_side(
    work: Mapping[_Key, Callable[[threading.Event], None]],
    done: Callable[[_Key], None] = lambda key: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[_Key, RunError | InputError]:
    """Do work in as many threads as there are cores; returns what went wrong, in the order of the work.

    Each is given the event that says whether the whole was stopped.
    """
    import psutil
    from jupyter_core.utils import ensure_event_loop

    stop = threading.Event()

    def in_thread(one: Callable[[threading.Event], None]) -> None:
        try:
            one(stop)
        finally:
            # What jupyter_client opens for a thread, nobody else closes.
            ensure_event_loop().close()

    failed: dict[_Key, RunError | InputError] = {}
    # Threads are enough, as each notebook is computed by a kernel of its own, which ends when this process does.
    with steady(), ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        futures = {pool.submit(in_thread, one): key for key, one in work.items()}
        try:
            meanwhile()
            for future in as_completed(futures):
                try:
                    future.result()
                except (RunError, InputError) as error:
                    failed[futures[future]] = error
                done(futures[future])
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            # Nobody waits for the kernels of what is no longer wanted.
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.Error):
                    child.kill()
            raise
    return {key: failed[key] for key in work if key in failed}


def _in_place(source: Path, target: Path, parameters: dict[str, Any], timeout: int, stop: threading.Event) -> None:
    """Execute a notebook and put the result in its place."""
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


def _execute(path: Path, parameters: dict[str, Any], timeout: int, stop: threading.Event) -> str:
    """The text of the notebook as run: no clock, version or path in it. Raises RunError, without a text if stopped."""
    import nbformat
    import papermill
    from papermill.exceptions import PapermillExecutionError

    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "kernel.txt").open("w+b") as said:
        output = Path(folder) / "notebook.ipynb"
        for left in reversed(range(_STARTS)):
            try:
                executed = papermill.execute_notebook(
                    # A path would have parameters put in the place of names in braces.
                    nbformat.read(path, as_version=4),
                    str(output),
                    parameters=parameters,
                    progress_bar=False,
                    log_output=False,
                    execution_timeout=timeout,
                    start_timeout=max(timeout, _START),
                    # The kernel's own remarks are neither the notebook's nor ours.
                    extra_arguments=["--IPKernelApp.log_level=50"],
                    kernel_manager_class=_kernels_that_write_to(said),
                )
                break
            except PapermillExecutionError as error:
                words = f"{path.stem}, cell {error.cell_index}: {error.ename}: {_short(error.evalue)}"
                raise RunError(words, _as_far_as(output)) from None
            except Exception as error:
                if stop.is_set():
                    raise RunError(f"{path.stem} was stopped") from None
                # Between the choice of a port and its use another process may take it; then no cell has run.
                if not (left and _NOT_STARTED in str(error)):
                    raise RunError(_ending(path.stem, output, error, timeout, said), _as_far_as(output)) from None
    code = [(i, cell) for i, cell in enumerate(executed.cells) if cell.cell_type == "code" and cell.source.strip()]
    for expected, (i, cell) in enumerate(code, start=1):
        if cell.execution_count != expected:
            words = f"{path.stem}, cell {i}: it never ran, so the notebook did not run to its end"
            raise RunError(words, clean(executed))
    return clean(executed)


def _kernels_that_write_to(file: Any) -> type[Any]:
    """A class of kernel managers whose kernels write their standard error into a file.

    That is what a kernel and its libraries say beside a notebook. A kernel that ends while the machine is busy may
    complain of sockets that it has closed itself, when all cells have run.
    """
    from jupyter_client.manager import AsyncKernelManager

    class Kernels(AsyncKernelManager):
        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            await super().start_kernel(**options, stderr=file)

    return Kernels


def _ending(name: str, output: Path, error: Exception, timeout: int, said: Any) -> str:
    """The words where no cell failed, but a cell took too long, or the kernel died; with its last words."""
    import nbformat
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    cells = nbformat.read(output, as_version=4).cells if output.exists() else []
    # papermill writes down when it started a cell.
    started = [i for i, cell in enumerate(cells) if cell.metadata.get("papermill", {}).get("start_time")]
    where = f"{name}, cell {started[-1]}" if started else f"{name} did not run to its end"
    if isinstance(error, CellTimeoutError):
        return f"{where}: it took more than the {timeout} seconds that a cell may take"
    said.seek(0)
    lines = [_short(line) for line in said.read().decode(errors="replace").split("\n") if line.strip()]
    last = f"; it said: {lines[-1]}" if lines else ""
    if isinstance(error, DeadKernelError):
        return f"{where}: the kernel died, as when memory runs out or a process is killed{last}"
    return f"{where}: {type(error).__name__}: {_short(str(error))}{last}"


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
    notebook.cells = [
        cell for cell in notebook.cells if "papermill-error-cell-tag" not in cell.metadata.get("tags", ())
    ]
    return clean(notebook)


@contextlib.contextmanager
def steady() -> Iterator[None]:
    """An environment in which what the user has set up for other work does not reach a kernel: start-up files, kernels,
    styles of drawing, or a backend that would take the figures out of the notebook."""
    with tempfile.TemporaryDirectory() as scratch:
        ours = {
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "MATPLOTLIBRC": f"{scratch}/matplotlibrc",
            "IPYTHONDIR": f"{scratch}/ipython",
            **{f"JUPYTER_{kind}_DIR": f"{scratch}/jupyter/{kind.lower()}" for kind in ("CONFIG", "DATA", "RUNTIME")},
            "JUPYTER_PATH": "",
            "PYTHONSTARTUP": "",
        }
        Path(ours["MATPLOTLIBRC"]).touch()
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.update({name: value})


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
