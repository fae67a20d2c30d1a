"""Texts made safe for a spreadsheet and for Markdown."""

from __future__ import annotations

import re
from typing import Any

from analysis.core.words import is_number

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def escape_spreadsheet_formula(value: Any) -> Any:
    """A cell that no spreadsheet computes: a text that starts like a formula gets an apostrophe.

    >>> escape_spreadsheet_formula("=1+1"), escape_spreadsheet_formula("-2.5"), escape_spreadsheet_formula("a=b")
    ("'=1+1", '-2.5', 'a=b')
    """
    is_formula = isinstance(value, str) and value.startswith(_FORMULA_STARTS) and not is_number(value)
    return f"'{value}" if is_formula else value


#: Letters that Markdown would take for markup.
_MARKUP = re.compile(r"[\\`*\[\]<>&|$~#]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|^[-+=](?=\s)")


def markdown(text: str) -> str:
    """A text as Markdown shows it letter by letter: no link, no markup, on one line.

    >>> print(markdown("a <b>\\n*c* | d_e"))
    a \\<b\\> \\*c\\* \\| d_e
    """
    escaped = _MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
    # An item of a list, a directive, a remark or a place to link to begins so.
    escaped = re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", escaped)
    return re.sub(r"^(?=[%:({+=^~!\"'.,;?@/-])", r"\\", escaped)
