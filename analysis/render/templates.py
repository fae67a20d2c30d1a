"""Templates lay out screens of text and pages in Markdown.

They are the files in ``templates``.
"""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.core.rows import Claim
from analysis.core.spell import exact, exact_span, with_unit
from analysis.model.model import Model
from analysis.render import wording
from analysis.render.safe_text import markdown

if TYPE_CHECKING:
    from jinja2 import Environment


def claim_words(model: Model, claim: Claim) -> list[str]:
    """Return the lines that describe a claim.

    One line has the print and its place. Others have the values that it stands for, and
    those that it asserts.
    """
    return fill("claim.txt", model=model, claim=claim)


def fill(template: str, **given: Any) -> list[str]:
    """The lines of a screen, from a template; none is empty."""
    return list(filter(str.strip, render(template, **given).split("\n")))


def render(template: str, **given: Any) -> str:
    """A text from a template; no text that is put in breaks a line."""
    known = {
        "words": wording,
        "claim_words": claim_words,
        "infinite": math.inf,
        "exact": exact,
        "exact_span": exact_span,
        "with_unit": with_unit,
        "markdown": markdown,
    }
    return _templates().get_template(template).render(known | given).strip("\n")


@cache
def _templates() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    how: dict[str, Any] = {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "undefined": StrictUndefined,
    }
    pages = FileSystemLoader(Path(__file__).resolve().parent / "templates")
    return Environment(
        loader=pages, finalize=lambda put: re.sub(r"\s*[\r\n]\s*", " ", str(put)), **how
    )
