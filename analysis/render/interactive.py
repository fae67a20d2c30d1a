"""This module makes IPython and Jupyter show a refusal without a traceback.

Inside a call of ``change``, IPython and Jupyter also complete the names of quantities.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from analysis.core.errors import InputError

#: A call of ``change`` that is being typed, up to the start of an argument's name.
_CHANGING = re.compile(r"\.change\((?:[^()]|\([^()]*\))*$")


def prepare(quantities: Iterable[str]) -> None:
    """Make the running IPython show the message of a refusal, without a traceback.

    Inside ``change(``, IPython also completes the names of quantities. Nothing happens
    if IPython is not running.
    """
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    if shell is None:
        return
    shell.set_custom_exc((InputError,), _show_sentence)
    names = sorted(quantities)

    def names_in_change(text: str) -> list[str]:
        if not _CHANGING.search(shell.Completer.text_until_cursor):
            return []
        return [f"{name}=" for name in names if name.startswith(text)]

    matchers = shell.Completer.custom_matchers
    matchers[:] = [
        matcher for matcher in matchers if matcher.__name__ != names_in_change.__name__
    ]
    matchers.append(names_in_change)


def _show_sentence(
    shell: Any,
    kind: type[BaseException],
    error: BaseException,
    traceback: Any,
    tb_offset: int | None = None,
) -> list[str]:
    """Show only the message of an error, in the way in which IPython shows errors."""
    # Users catch InputError, so it is named even if the error is of a subclass.
    lines = [f"{InputError.__name__}: {error}"]
    shell._showtraceback(InputError, error, lines)
    return lines
