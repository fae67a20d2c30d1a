"""Runs the notebooks, and replaces a folder of results as a whole.

The commands ``reproduce`` and ``accept`` call ``start``, which runs all notebooks side
by side, each in a kernel of its own. ``replaced`` writes a folder of results at once or
not at all: ``with replaced(Path("results")) as folder: …``.
"""

import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

# Two threads that import IPython at once, one for a notebook and one for a figure, may
# get half of it.
import IPython  # noqa: F401
import nbformat
from filelock import FileLock, Timeout
from nbclient import NotebookClient
from papermill.translators import PythonTranslator
from traitlets.config import Config

from analysis.citing import VERSION
from analysis.rows import FoundError, SettingError
from analysis.study import Study
from analysis.texts import HERE, ROOT

PACKAGE = "labour-transfer-arithmetic"
#: The file that names the other files of a run.
MANIFEST = "manifest.json"
#: How the name of a folder for kernels' sockets begins.
SOCKETS = "labour-sockets-"
#: What a cell raises that a setting makes impossible.
IMPOSSIBLE = ("SettingError", "ZeroDivisionError")


# A folder of results ------------------------------------------------------------------


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside a folder, for one run at a time; what runs that were
    killed have left there goes."""
    work = folder.with_name(f".{folder.name}.{PACKAGE}")
    new = work / "new"
    old = work / "old"
    try:
        work.mkdir(exist_ok=True)
    except OSError as error:
        sentence = f"{folder} cannot be written: {error.strerror}"
        raise SettingError(sentence) from None
    try:
        with FileLock(work / "lock", blocking=False):
            if old.exists() and not folder.exists():
                old.rename(folder)
            for left in (new, old):
                shutil.rmtree(left, ignore_errors=True)
            new.mkdir()
            if not os.access(Path.home(), os.W_OK):
                os.environ.setdefault("MPLCONFIGDIR", str(work))
            # A user's own settings have no part in what others compare.
            os.environ |= {
                "IPYTHONDIR": str(work),
                "JUPYTER_PATH": "",
                "MATPLOTLIBRC": os.devnull,
                "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                "PYTHONSTARTUP": "",
            }
            try:
                yield new
            finally:
                if folder.exists() or not old.exists():
                    shutil.rmtree(work, ignore_errors=True)
    except Timeout:
        raise SettingError(
            f"another run is writing to {folder}; wait for it, or choose another folder"
        ) from None


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
    if os.path.ismount(folder) or (os.path.lexists(folder) and not folder.is_dir()):
        sentence = f"{folder} is not a folder that results can replace"
        raise SettingError(f"{sentence}; choose a new or empty folder")
    written = {}
    manifest = folder / MANIFEST
    with contextlib.suppress(Exception):
        # Whoever reads a pipe waits.
        if manifest.is_file():
            content = json.loads(manifest.read_text("utf-8"))
            if content["package"] == PACKAGE:
                written = content["files"] | dict(hashes([manifest], folder))
    for name, digest in hashes(folder.rglob("*"), folder):
        if digest != written.get(name):
            raise SettingError(
                f"{folder} contains a file that this command did not write ({name}), "
                "and it will not be overwritten; choose a new or empty folder"
            )


def hashes(paths: Iterable[Path], folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the names of files within a folder, each with its SHA-256."""
    for path in sorted(paths):
        if path.is_symlink() or not path.is_dir():
            digest = ""
            if path.is_file():
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
            yield os.path.relpath(path, folder), digest


def write_manifest(folder: Path, study: Study) -> None:
    """Write what a run was made from and what it wrote, as JSON."""
    # Data, notebooks, Python, templates, styles and scripts, but nothing compiled.
    code = HERE.rglob("*.*[dlsy]")
    root = study.book.folder
    read = [*(root / "data").iterdir(), *paths(study)]
    for name in ("CITATION.cff", "formulas.py", "method.md"):
        read += root.glob(name)
    packages = metadata.distributions()
    content = {
        "package": PACKAGE,
        "version": VERSION,
        "setting": study.setting,
        "python": platform.python_version(),
        "packages": sorted(f"{each.name} {each.version}" for each in packages),
        "inputs": dict(hashes(read, root)) | dict(hashes(code, HERE.parent)),
        "files": dict(hashes(folder.rglob("*"), folder)),
    }
    (folder / MANIFEST).write_text(json.dumps(content, indent=1) + "\n", "utf-8")


# Notebooks ----------------------------------------------------------------------------


def paths(study: Study) -> list[Path]:
    """Return the article's notebooks: two digits, then a name; others are a user's."""
    folder = study.book.folder / "notebooks"
    if not folder.is_dir():
        raise SettingError(
            f"this command needs the folder {folder}, which only a checkout has"
        )
    return sorted(folder.glob("[0-9][0-9]_*.ipynb"))


def start(folder: Path, study: Study) -> Iterator[list[str]]:
    """Start to run all notebooks into a folder, side by side; yield for each what a
    setting makes impossible, or raise FoundError for the first cell that failed.
    Sockets that runs left when they were killed go."""
    place = tempfile.gettempdir()
    # The path of a socket has about a hundred letters at most.
    if len(place) > 70:
        sentence = "must have at most 70 characters, because kernels have sockets there"
        raise SettingError(f"the path of TMPDIR {sentence}: {place}")
    for lock in Path(place).glob(f"{SOCKETS}*/lock"):
        with contextlib.suppress(Timeout, OSError), FileLock(lock, blocking=False):
            shutil.rmtree(lock.parent)
    # While a kernel starts, it leaves a core to others.
    return ThreadPoolExecutor(1 + (os.cpu_count() or 1)).map(
        partial(execute, study, folder), paths(study)
    )


def execute(study: Study, folder: Path, path: Path) -> list[str]:
    """Run a notebook into a folder, and return what is impossible under a setting."""
    try:
        notebook = nbformat.read(path, as_version=4)
        if study.setting:
            notebook.cells.insert(2, given(notebook, study))
        # The package's own notebooks may import it from where the command runs.
        run(notebook, "" if study.book.folder == ROOT else str(path.parent))
    except Exception as error:
        raise SettingError(f"{path.name} cannot be run: {error!s:.200}") from None
    notes = impossible(notebook, path.name, study)
    # It would name the version of Python.
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, folder / path.name)
    return notes


def run(notebook: Any, place: str) -> None:
    """Run a notebook in a kernel of its own, in a folder; a cell that fails stops
    nothing."""
    # Two kernels that start at once may be given one port, but not one file. Whoever
    # finds the folder unlocked may delete it.
    with (
        tempfile.TemporaryDirectory(prefix=SOCKETS) as sockets,
        FileLock(f"{sockets}/lock"),
    ):
        NotebookClient(
            notebook,
            kernel_name="python3",
            timeout=600,
            allow_errors=True,
            record_timing=False,
            extra_arguments=["--IPKernelApp.log_level=50"],
            resources={"metadata": {"path": place}},
            config=Config(
                KernelManager={
                    "transport": "ipc",
                    "ip": f"{sockets}/k",
                    "connection_file": f"{sockets}/kernel.json",
                }
            ),
        ).execute()


def given(notebook: Any, study: Study) -> Any:
    """Return a cell with a setting, and what the numbers of a notebook's first cell are
    under it, for cells that compute by hand."""
    numbers: dict[str, Any] = {"setting": study.setting}
    for name in re.findall(r"(?m)^(\w+) = ", notebook.cells[1].source):
        numbers[name] = float(study.case(name).values()[name])
    source = PythonTranslator.codify(numbers)
    return nbformat.v4.new_code_cell(source, id="setting")


def impossible(notebook: Any, name: str, study: Study) -> list[str]:
    """Return the cells that a setting makes impossible, and let them say so; raise
    FoundError for the first that fails otherwise."""
    notes = []
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = [heading, *re.findall(r"(?m)^#+ (.*)", cell.source)][-1]
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                said = f"{output.ename}: {output.evalue}"
                notes.append(f"{name}, below the heading '{heading}': {said}")
                if not study.setting or output.ename not in IMPOSSIBLE:
                    raise FoundError(notes[-1])
                text = [f"This cell has no result under this setting: {output.evalue}"]
                cell.outputs = [nbformat.v4.new_output("stream", text=text)]
    return notes
