"""Errors worded as one sentence for the person who gave the input.

The module also has the way in which paths are written in them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

#: Something quoted that is longer than a sentence can show, and its start.
_LONG = re.compile(r"(?<!\w)'([^'\n]{60})[^'\n]{20,}'(?!\w)")


class InputError(ValueError):
    """Bad input of any kind.

    The message tells the person who gave the input what is wrong, in one line that
    ends with a full stop. A long text that it quotes is cut.
    """

    def __init__(self, message: str) -> None:
        sentence = _LONG.sub(r"'\1…'", " ".join(message.split()))
        ending = "" if sentence.endswith((".", "?", ".)")) else "."
        super().__init__(sentence + ending)


class RegisterError(InputError):
    """A file that can't be used.

    The message names the file, the row and the field, and says what would be right.
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


def first_words(error: object) -> str:
    """The first words of an error that a library raised, in one line."""
    return " ".join(str(error).split())[:500]


def display_path(path: Path) -> str:
    """A path as a sentence names it.

    A path below the working directory is relative to that directory.
    """
    # Path.resolve raises where a link leads to itself.
    whole, here = Path(os.path.realpath(path)), Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else path)
