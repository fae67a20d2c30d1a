"""This module tells whether a process of this machine is still running."""

from __future__ import annotations

import os


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
        pass  # it is another user's
    return True
