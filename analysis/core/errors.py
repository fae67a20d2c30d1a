"""Errors that are one sentence for the person who gave the input, and paths in them."""

from __future__ import annotations

from pathlib import Path


class InputError(ValueError):
    """Bad input of any kind.

    The message is one sentence on one line for the person who gave it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class RegisterError(InputError):
    """A file that can't be used.

    The message names file, row and field, and says what would be right.
    """

    def __init__(
        self,
        file: Path | str,
        message: str,
        *,
        row: int | str = "",
        id: str = "",
        field: str = "",
    ) -> None:
        where = [display_path(file) if isinstance(file, Path) else file]
        if row and id:
            where.append(f"row {row} ({id})")
        elif row:
            where.append(f"row {row}")
        elif id:
            where.append(f"entry {id}")
        if field:
            where.append(f"field {field}")
        super().__init__(f"{', '.join(where)}: {message}")


def display_path(path: Path) -> str:
    """A path as a sentence names it.

    It is relative to the working directory where it lies below it.
    """
    whole, here = path.resolve(), Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else path)
