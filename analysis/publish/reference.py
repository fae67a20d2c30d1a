"""This module makes the page on Python from the docstrings of a study."""

from __future__ import annotations

import inspect
import re

import analysis
from analysis.render.drawn import Drawn
from analysis.study import Study

#: A method as the docstring of ``analysis`` lists it, such as ``study.change(…)``.
_METHOD = re.compile(r"study\.([a-z]\w*)")
_PROMPTS = (">>> ", "... ")


def reference() -> str:
    """Return the page in Markdown, with methods grouped under headings by purpose."""
    title, *groups = _paragraphs(analysis)
    parts = ["# The package in Python", _as_markdown(title)]
    for paragraph in groups:
        heading, *lines = paragraph.splitlines()
        methods = dict.fromkeys(_METHOD.findall("\n".join(lines)))
        if not methods:
            parts.append(_as_markdown(paragraph))
            continue
        parts.append(f"## {heading.rstrip(':')}")
        parts.extend(_of_method(name) for name in methods)
        if "draws" in methods:
            parts.append(_of_draws())
    return "\n\n".join(parts) + "\n"


def _paragraphs(documented: object) -> list[str]:
    text = inspect.getdoc(documented) or ""
    return re.split(r"\n\n+", text)


def _of_method(name: str) -> str:
    """Describe a method of a study by its call and the text of its docstring."""
    method = inspect.getattr_static(Study, name)
    call = f"study.{name}"
    if inspect.isfunction(method):
        signature = inspect.signature(method)
        parameters = [
            parameter.replace(annotation=inspect.Parameter.empty)
            for parameter in signature.parameters.values()
            if parameter.name != "self"
        ]
        call += f"{inspect.Signature(parameters)}"
    paragraphs = [_as_markdown(paragraph) for paragraph in _paragraphs(method)]
    return "\n\n".join([f"### `{call}`", *paragraphs])


def _of_draws() -> str:
    """Describe the result of ``study.draws``, and each part of that result."""
    paragraphs = map(_as_markdown, _paragraphs(Drawn))
    parts = []
    for name, part in vars(Drawn).items():
        if not name.startswith("_"):
            call = "plot(what='sample')" if name == "plot" else name
            words = " ".join((inspect.getdoc(part) or "").split())
            parts.append(f"- `drawn.{call}`: {_as_markdown(words)}")
    return "\n\n".join(["### `drawn = study.draws(…)`", *paragraphs, "\n".join(parts)])


def _as_markdown(paragraph: str) -> str:
    """Turn a docstring's paragraph into Markdown; an example becomes a code block."""
    if paragraph.startswith(_PROMPTS):
        example = re.sub(r"(?<![.\w])load\(", "analysis.load(", paragraph)
        return f"```python\n{example}\n```"
    return paragraph.replace("``", "`")
