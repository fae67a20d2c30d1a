"""This module tells whether a process is running, and lets an interrupt wait."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any


def is_running(process: int) -> bool:
    """Whether a process with this number is running.

    >>> is_running(os.getpid())
    True
    """
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # The process belongs to another user.
    return True


@contextlib.contextmanager
def interrupt_waits() -> Iterator[None]:
    """Let Ctrl-C wait until the block has ended, and then interrupt.

    The interrupt also comes if the block raises an error. Without this wait, an
    interrupt in the middle of an import may leave the imported module locked, so that
    any thread that imports the module waits for ever.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or signal.getsignal(signal.SIGINT) != signal.default_int_handler:
        # Python itself would raise no KeyboardInterrupt here.
        yield
        return
    waiting: list[Any] = []
    signal.signal(signal.SIGINT, lambda number, frame: waiting.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if waiting:
            raise KeyboardInterrupt
