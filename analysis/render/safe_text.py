"""This module makes texts safe for a terminal, a spreadsheet and Markdown.

The module also fits lines to a width on a terminal, where some letters take two
columns.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

#: Control characters would move a terminal's cursor, colour it, or reverse the order of
#: letters.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

#: The letters that TeX would read as commands.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\~{}",
        "^": r"\^{}",
        "−": "$-$",
        "→": r"$\to$",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
    }
    | {letter: f"\\{letter}" for letter in "#$%&_{}"}
)
#: Straight quotation marks, which TeX would take for closing ones.
_QUOTED = re.compile(r'"([^"]*)"')


def tex(text: str) -> str:
    r"""Escape the characters of a text that have a meaning in TeX.

    >>> print(tex('10 % & "more"'))
    10 \% \& ``more''
    """
    return _QUOTED.sub(r"``\1''", text.translate(_TEX))


def printable(text: str) -> str:
    r"""Replace each control character of a text by its escape sequence.

    >>> printable("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _CONTROL.sub(_spelled_out, text)


def _spelled_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def padded(text: str) -> str:
    """Pad a text so that its length equals its width on a terminal.

    A null character follows each letter that takes two columns.

    >>> len(padded("人次"))
    4
    """
    letters = ""
    for letter in text:
        letters += letter
        if unicodedata.east_asian_width(letter) in "WF":
            letters += "\0"
    return letters


def is_number(text: str) -> bool:
    """Whether a text is a finite number as Python writes numbers."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def escape_spreadsheet_formula(value: Any) -> Any:
    """Return a cell's text so that no spreadsheet takes it for a formula.

    A text that starts like a formula gets an apostrophe in front.

    >>> (
    ...     escape_spreadsheet_formula("=1+1"),
    ...     escape_spreadsheet_formula("-2.5"),
    ...     escape_spreadsheet_formula("a=b"),
    ... )
    ("'=1+1", '-2.5', 'a=b')
    """
    if not isinstance(value, str) or is_number(value):
        return value
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


#: Letters that Markdown would take for markup.
_MARKUP = re.compile(r"[\\`*\[\]<>&|$~#]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|^[-+=](?=\s)")


def markdown_cell(text: str) -> str:
    r"""Escape a text so that a cell of a Markdown table shows it literally.

    >>> print(markdown_cell("a | *b*"))
    a \| \*b\*
    """
    return _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def markdown(text: str) -> str:
    r"""Escape a text so that Markdown shows it literally, on one line.

    >>> print(markdown("a <b>\n*c* | d_e"))
    a \<b\> \*c\* \| d_e
    """
    escaped = markdown_cell(text)
    # A list item, a directive, a comment and a link target begin with these signs.
    escaped = re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", escaped)
    return re.sub(r"^(?=[%:({+=^~!\"'.,;?@/-])", r"\\", escaped)
