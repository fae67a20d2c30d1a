"""This module holds the errors whose message is one sentence for the user.

The module also decides how an error names a path.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

#: A quoted text of 80 characters or more; the group matches its first 60.
_LONG = re.compile(r"(?<!\w)'([^'\n]{60})[^'\n]{20,}'(?!\w)")


class InputError(ValueError):
    """The error for bad input of any kind.

    The message tells the user what is wrong, in one line that ends with a full stop or
    a question mark. A long text that the message quotes is cut short.
    """

    def __init__(self, message: str) -> None:
        sentence = _LONG.sub(r"'\1…'", " ".join(message.split()))
        ending = "" if sentence.endswith((".", "?", ".)")) else "."
        super().__init__(sentence + ending)


class RegisterError(InputError):
    """The error for a file that can't be used.

    The message names the file and, where they are known, the row and the field.
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
    """Return the message of a library's error in one line, cut if it is long."""
    return " ".join(str(error).split())[:500]


def display_path(path: Path) -> str:
    """Return a path as a message shows it.

    A path below the working directory is given relative to that directory. A link
    goes by its own name, not by that of the file to which it leads.
    """
    # Path.resolve raises an error for a link that leads to itself.
    whole, here = Path(os.path.realpath(path.parent), path.name), Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else path)
