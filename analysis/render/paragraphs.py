"""Paragraphs in lines that fit a terminal."""

from __future__ import annotations

import textwrap

from analysis.render.safe_text import padded

#: The widest line.
WIDTH = 80


def wrapped(text: str, start: str = "", under: str | None = None) -> list[str]:
    """Break a paragraph into lines of at most 80 columns, between words only.

    The first line begins with ``start``, and others with ``under``, by default as much
    room. Some letters take two columns.

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
    """A paragraph as one text."""
    return "\n".join(wrapped(text))
