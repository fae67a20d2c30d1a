"""This module writes a file or folder beside its target, then replaces the target.

A new file replaces the old file in one step; on Linux, a new folder does so, too. A
lock lets only one run at a time write to a target.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from analysis.core.errors import InputError, display_path, first_words
from analysis.core.processes import is_running
from analysis.publish.replaceable import (
    MARK,
    MARKED,
    is_begun,
    refuse_foreign,
    remove,
)

#: What follows a file's name in the name of the folder in which the file is first
#: written.
_BEGUN = ".analysis-new-"
#: For how many seconds a run waits for another run's lock, and pauses between tries.
_PATIENCE, _PAUSE = 2, 0.05


def write_file(
    path: Path, text: str, before: Callable[[], object] = lambda: None
) -> None:
    """Write a text file whole or not at all.

    The function ``before`` is called when the new text is written, just before it
    replaces the old file.
    """
    try:
        with tempfile.TemporaryDirectory(
            prefix=f".{path.name}{_BEGUN}", dir=path.parent
        ) as beside:
            new = Path(beside) / path.name
            new.write_text(text, encoding="utf-8", newline="")
            before()
            new.replace(path)
    except OSError as error:
        reason = _reason(error, path)
        raise InputError(f"{display_path(path)} can't be written ({reason})") from None


def clear_unfinished(folder: Path) -> None:
    """Remove folders that ``write_file`` left because its process was killed.

    A folder is kept if it holds anything but the file that ``write_file`` began.
    """
    for left in folder.glob(f".*{_BEGUN}*"):
        name = left.name.removeprefix(".").partition(_BEGUN)[0]
        if left.is_dir() and {path.name for path in left.iterdir()} <= {name}:
            shutil.rmtree(left, ignore_errors=True)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """Yield a folder in the system's temporary directory, which is removed at the end.

    If a process is killed, the next process that calls this function removes the folder
    of the killed process.
    """
    # A process could not remove the folder of another user, so it looks for its own
    # user's folders alone.
    start = f"labour-transfer-arithmetic-{os.getuid()}-"
    for left in Path(tempfile.gettempdir()).glob(f"{start}*"):
        process = left.name.removeprefix(start).partition("-")[0]
        if process.isdigit() and not is_running(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{start}{os.getpid()}-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def lock(target: Path, *, within: bool = False) -> Iterator[None]:
    """Hold a lock on a target, or raise InputError if another process holds it.

    The lock is a file beside the target, or inside the target if ``within`` is true.
    The function respects a lock of another process, whether the lock's file is beside
    or inside the target. The system releases the lock when the process ends. The
    processes of a run that was killed may need a moment to end, so this function tries
    for ``_PATIENCE`` seconds.
    """
    beside, inside = _lock_of(target), target / ".lock"
    file, other = (inside, beside) if within else (beside, inside)
    file.parent.mkdir(parents=True, exist_ok=True)
    last = time.monotonic() + _PATIENCE
    while (opened := _opened_and_locked(file, other)) is None:
        if time.monotonic() > last:
            raise InputError(
                f"another run is writing to {display_path(target)}; wait for it to end"
            )
        time.sleep(_PAUSE)
    with opened:
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def _opened_and_locked(file: Path, other: Path) -> TextIO | None:
    """Lock a file, and return it open, or return None if it or the other is locked."""
    opened = file.open("a")
    if _take(opened, file):
        if not _is_held(other):
            return opened
        file.unlink(missing_ok=True)
    opened.close()
    return None


def _take(opened: TextIO, file: Path) -> bool:
    """Try to lock an opened file, and return whether this process now has the lock."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A run that has just ended may have removed the file that was opened.
        return os.path.samestat(os.fstat(opened.fileno()), file.stat())
    except OSError:
        return False


def _is_held(file: Path) -> bool:
    """Whether a process holds a lock; no process does if the file is missing."""
    try:
        with file.open() as opened:
            return not _take(opened, file)
    except OSError:
        return False


def _lock_of(target: Path) -> Path:
    # The path "." has no name of its own.
    path = target.absolute()
    return path.parent / f".{path.name}.lock"


@contextlib.contextmanager
def replace_atomically(folder: Path) -> Iterator[Path]:
    """Yield a new folder to fill, which replaces ``folder`` at the end.

    Either the whole new folder replaces the old one, or nothing changes. InputError is
    raised if ``refuse_foreign`` refuses to replace the folder, or if the folder can't
    be written. An OSError about a file outside the folder is raised unchanged.
    """
    # Path.resolve raises an error for a link that leads to itself.
    folder = Path(os.path.realpath(folder))
    new = folder.with_name(f".{folder.name}.new")
    old = folder.with_name(f".{folder.name}.old")
    try:
        with lock(folder), contextlib.ExitStack() as at_the_end:
            for left in (new, old):
                if left.exists() and not is_begun(left):
                    raise InputError(
                        f"{display_path(left)} was not written by a run and would be "
                        "lost; move it elsewhere"
                    )
            at_the_end.callback(remove, new)
            if old.exists() and not folder.exists():
                old.rename(folder)  # a run was killed between its two steps
            refuse_foreign(folder)
            for left in (new, old):
                remove(left)
            new.mkdir()
            (new / MARKED).write_text(MARK, encoding="utf-8")
            yield new
            refuse_foreign(folder)
            # Linux swaps two folders in one step, other systems in two.
            if not _swap(new, folder):
                if folder.exists():
                    folder.rename(old)
                new.rename(folder)
                remove(old)
    except OSError as error:
        if _is_elsewhere(error, folder, new, old, _lock_of(folder)):
            raise
        raise InputError(
            f"{display_path(folder)} can't be written ({_reason(error, folder)}) "
            "and was left as it was"
        ) from None


def _is_elsewhere(error: OSError, *written: Path) -> bool:
    """Whether an error names a file that lies neither in nor above a written path."""
    # A library may raise an error without a file name, and a descriptor has only a
    # number.
    if not isinstance(error.filename, str | Path) or error.errno == errno.ENOSPC:
        return False
    path = Path(os.path.realpath(error.filename))
    return not any(
        path.is_relative_to(target) or target.is_relative_to(path) for target in written
    )


def _reason(error: OSError, folder: Path) -> str:
    """Why a file can't be written: a full disk, or the words of the system."""
    # A library may raise an error of its own, without the system's number.
    is_full = error.errno == errno.ENOSPC
    existing = next(path for path in folder.absolute().parents if path.exists())
    if is_full or shutil.disk_usage(existing).free == 0:
        return "the disk is full"
    return error.strerror or first_words(error)


#: Two constants of Linux: the first makes paths relative to the working directory, and
#: the second makes two paths change places.
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def _swap(new: Path, folder: Path) -> bool:
    """Let two folders change places in one step, and return whether that worked."""
    swap = getattr(ctypes.CDLL(None), "renameat2", None)
    if swap is None:
        return False
    paths = _AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(folder)
    return bool(swap(*paths, _RENAME_EXCHANGE) == 0)
