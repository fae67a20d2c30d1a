"""This module breaks paragraphs into lines that fit a terminal."""

from __future__ import annotations

import textwrap

from analysis.render.safe_text import padded

#: The widest line.
WIDTH = 80


def wrapped(text: str, start: str = "", under: str | None = None) -> list[str]:
    """Break a paragraph, only between words, into lines of at most 80 columns.

    The first line begins with ``start``, and each other line with ``under``, which is
    by default as many spaces as ``start`` has letters. Letters that take two columns on
    a terminal are counted as two.

    >>> wrapped("word " * 17, "1  ")[1]
    '   word word'
    """
    if under is None:
        under = " " * len(start)
    lines = textwrap.wrap(
        padded(text),
        WIDTH,
        initial_indent=start,
        subsequent_indent=under,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace("\0", "") for line in lines]


def paragraph(text: str) -> str:
    """Return a paragraph as one text, broken into lines."""
    return "\n".join(wrapped(text))
