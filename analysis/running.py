"""Runs the notebooks, and replaces a folder of results as a whole."""

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Any

# Two threads that import IPython at once, one for a notebook and one for a figure, may
# get half of it.
import IPython  # noqa: F401
import nbformat
from filelock import FileLock, Timeout
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from traitlets.config import Config

from analysis.citing import VERSION
from analysis.rows import FoundError, SettingError
from analysis.study import Study

#: When the code was read. Of a file that is saved later, a run may have read another
#: text.
START = time.time()
ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
PACKAGE = "labour-transfer-arithmetic"
#: The file that names the other files of a run.
MANIFEST = "manifest.json"
#: Of temporary folders; a socket's path is short.
PREFIX = "labour-"
#: What a cell raises that a setting makes impossible.
IMPOSSIBLE = (SettingError.__name__, ZeroDivisionError.__name__)
PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}


# A folder of results ------------------------------------------------------------------


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside a folder, for one run at a time; what runs that were
    killed have left there goes."""
    work = folder.with_name(f".{folder.name}.{PACKAGE}")
    new, old = work / "new", work / "old"
    try:
        work.mkdir(exist_ok=True)
        with FileLock(work / "lock", blocking=False):
            if old.exists() and not folder.exists():
                old.rename(folder)
            for left in (new, old):
                shutil.rmtree(left, ignore_errors=True)
            new.mkdir()
            yield new
            shutil.rmtree(work)
    except Timeout:
        raise SettingError(f"another run writes to {folder}") from None
    except OSError as error:
        raise SettingError(f"{folder}: {error.strerror or error}") from None


@contextlib.contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Yield a new folder, which takes the place of ``folder`` at the end.

    Until then nothing changes. If a run is killed between its two renames, the next run
    brings the old folder back. Raises SettingError for a folder with anything that no
    run has written, to which another run writes, or that can't be written.
    """
    folder = Path(os.path.realpath(folder))
    refuse_foreign(folder)
    with staged(folder) as new:
        yield new
        refuse_foreign(folder)
        if folder.exists():
            folder.rename(new.with_name("old"))
        new.rename(folder)


def refuse_foreign(folder: Path) -> None:
    """Raise SettingError for what is no folder, or has what no run wrote."""
    is_new = folder.parent.is_dir() and not os.path.lexists(folder)
    if not folder.name or not (is_new or folder.is_dir()):
        raise SettingError(f"{folder} is no folder for results; name another")
    written = files_of(folder)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_folder = path.is_dir() and not path.is_symlink()
        if not is_folder and digest(path) != written.get(name):
            sentence = f"{folder} holds {name}, which is not as a run left it"
            raise SettingError(f"{sentence}; move it, or name another folder")


def files_of(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of files that a run has written to a folder, by their names
    there."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text("utf-8")) if digest(path) else {}
        is_ours = content["package"] == PACKAGE
        return {MANIFEST: digest(path), **content["files"]} if is_ours else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def digest(path: Path) -> str:
    """Return the SHA-256 of a regular file, or nothing."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return ""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hashes(paths: Iterable[Path], folder: Path = ROOT) -> dict[str, str]:
    """Return the SHA-256 of files, by their names within a folder."""
    result = {}
    for path in sorted(filter(Path.is_file, paths)):
        result[os.path.relpath(path, folder)] = digest(path)
    return result


def inputs() -> dict[str, str]:
    """Return the SHA-256 of data, notebooks and code, or raise FoundError if one was
    saved after the command began."""
    # Python, templates, styles and scripts, but nothing compiled.
    code = (ROOT / "analysis").rglob("*.*[dlsy]")
    found = hashes([*(ROOT / "data").iterdir(), *paths(), *code])
    for name in found:
        if (ROOT / name).stat().st_ctime > START:
            raise FoundError(f"Nothing is stored: {name} was saved meanwhile.")
    return found


def write_manifest(folder: Path, setting: dict[str, Any]) -> None:
    """Write what a run was made from and what it wrote, as JSON."""
    packages = [f"{each.name} {each.version}" for each in metadata.distributions()]
    content = {
        "package": PACKAGE,
        "version": VERSION,
        "setting": setting,
        "python": platform.python_version(),
        "packages": sorted(packages),
        "inputs": inputs(),
        "files": hashes(folder.rglob("*"), folder),
    }
    (folder / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", "utf-8")


# Notebooks ----------------------------------------------------------------------------


def paths() -> list[Path]:
    """Return the package's notebooks: two digits, then a name; others are a user's."""
    if not NOTEBOOKS.is_dir():
        raise SettingError("this needs the notebooks, so run it in a checkout")
    return sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def start(folder: Path, study: Study) -> list[Future[list[str]]]:
    """Start to run all notebooks into a folder, side by side; see ``finish``."""
    sweep()
    # While a kernel starts, it leaves a core to others.
    pool = ThreadPoolExecutor(1 + (os.cpu_count() or 1))
    running = []
    for path in paths():
        try:
            notebook = load_notebook_node(str(path))
            if study.setting:
                notebook = parameterize_notebook(notebook, given(notebook, study))
        except (ValueError, AttributeError) as error:
            raise FoundError(f"{path.name} can't be read: {error!s:.200}") from None
        allowed = IMPOSSIBLE if study.setting else ()
        running.append(pool.submit(execute, notebook, folder / path.name, allowed))
    return running


def finish(running: Iterable[Future[list[str]]]) -> list[str]:
    """Wait for notebooks; return a sentence for each cell that a setting makes
    impossible, or raise FoundError with one for each notebook that failed."""
    running = [*running]
    failed = [str(each.exception()) for each in running if each.exception()]
    if failed:
        raise FoundError("\n".join(failed))
    return [note for each in running for note in each.result()]


def given(notebook: Any, study: Study) -> dict[str, Any]:
    """Return a setting, and what the numbers of a notebook's first cell are under it,
    for cells that compute by hand."""
    numbers: dict[str, Any] = {"setting": study.setting}
    for name in re.findall(r"(?m)^(\w+) = ", notebook.cells[1].source):
        numbers[name] = float(study.case(name).values()[name])
    return numbers


def execute(notebook: Any, target: Path, allowed: tuple[str, ...]) -> list[str]:
    """Run a notebook to its end, and return the cells that are impossible under a
    setting, as some errors are allowed to say; raise FoundError for another error."""
    notes, failure = [], ""
    # Two kernels that start at once may be given one port, but not one file.
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as sockets:
        client = NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=600,
            allow_error_names=allowed,
            extra_arguments=["--IPKernelApp.log_level=50"],
            config=Config(
                KernelManager={
                    "transport": "ipc",
                    "ip": f"{sockets}/k",
                    "connection_file": f"{sockets}/kernel.json",
                }
            ),
        )
        try:
            client.execute()
        except (CellControlSignal, RuntimeError) as error:
            failure = f"{target.name}, {str(error).splitlines()[0]}"
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                said = f"{output.ename}: {output.evalue}"
                notes.append(f"{target.name}, cell {cell.execution_count}: {said}")
                text = [f"Not under this setting: {output.evalue}"]
                cell.outputs = [nbformat.v4.new_output("stream", text=text)]
    if failure:
        # The last cell that has run is the one that failed.
        raise FoundError([failure, *notes][-1])
    nbformat.write(cleaned(notebook), target)
    return notes


def sweep() -> None:
    """Remove the temporary folders of runs that were killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = path.name.split("-")[1]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(path, ignore_errors=True)


def cleaned(notebook: Any) -> Any:
    """Leave out of a notebook what differs from run to run."""
    notebook.metadata = {"kernelspec": PYTHON, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        tags = cell.metadata.get("tags")
        cell.metadata = {"tags": tags} if tags else {}
    return notebook
