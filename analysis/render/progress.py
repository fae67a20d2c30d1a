"""This module shows a progress bar on a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal.

    The caller gets a function to call with two numbers: how many steps are done, and
    how many steps there are in all.
    """
    from rich.console import Console
    from rich.progress import Progress

    screen = Console(stderr=True)
    with Progress(
        console=screen, disable=not screen.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
