"""This module reads the notebooks on disk: what each shows, and its parameters."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis.core.errors import InputError, display_path, first_words
from analysis.core.readers import shipped
from analysis.core.units import nearest

# A dependency of nbformat builds a grammar at import, which takes a second. Without it,
# only the format of internationalised addresses goes unchecked, and notebooks have no
# such addresses.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Notebook:
    """A notebook on disk.

    The metadata of the notebook list its checks and figures under ``analysis``.
    """

    path: Path
    content: Any = field(repr=False, compare=False)
    checks: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()

    @classmethod
    def read(cls, path: Path, *, checked: bool = True) -> Notebook:
        """Read a notebook, or raise InputError if the file can't be read as a notebook.

        If ``checked`` is true, the whole file is checked against the format of
        notebooks. If ``checked`` is false, the file is read as plain JSON, which needs
        no library and suffices for the metadata.
        """
        try:
            content = _checked(path) if checked else _unchecked(path)
            listed = content["metadata"].get("analysis", {})
            checks = tuple(listed.get("checks", ()))
            figures = tuple(listed.get("figures", ()))
        except Exception as error:
            raise InputError(
                f"{display_path(path)} can't be read as a notebook "
                f"({first_words(error)})"
            ) from None
        return cls(path, content, checks, figures)

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        return self.path.stem

    @property
    def title(self) -> str:
        """The heading at the start of the notebook, or an empty text."""
        for cell in self.content.cells:
            if cell.cell_type == "markdown":
                heading = re.match(r"\s*# +(.+)", cell.source)
                return heading[1].strip() if heading else ""
        return ""

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The names and defaults in the cell tagged ``parameters``.

        A notebook has exactly one cell tagged ``parameters``. The cell with this tag
        holds only literals, so that nothing in the cell is computed from a default that
        papermill then overwrites. Raises InputError for a notebook without a cell that
        is tagged ``parameters``, or with more than one.
        """
        try:
            (cell,) = self._tagged("parameters")
            return dict(map(_parameter, ast.parse(cell.source).body))
        except (ValueError, TypeError, SyntaxError):
            raise InputError(
                f"{display_path(self.path)} must have one cell tagged parameters, "
                "which holds only lines such as overlap = 0.5"
            ) from None

    def _tagged(self, tag: str) -> Iterator[Any]:
        for cell in self.content.cells:
            if tag in cell.metadata.get("tags", ()):
                yield cell


def _checked(path: Path) -> Any:
    import nbformat

    content = nbformat.read(path, as_version=4)
    nbformat.validate(content)
    return content


def _unchecked(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _parameter(line: ast.stmt) -> tuple[str, Any]:
    """Read a parameter's name and default; raise ValueError if the line has none."""
    match line:
        case ast.Assign(targets=[ast.Name(id=name)], value=default):
            return name, ast.literal_eval(default)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as default):
            return name, ast.literal_eval(default)
    raise ValueError


def all_notebooks(
    folder: Path | None = None, *, checked: bool = True
) -> list[Notebook]:
    """Read the notebooks in a folder, in the order of their names.

    If no folder is given, the notebooks of the package are read. ``checked`` is passed
    to ``Notebook.read``.
    """
    folder = folder or shipped("notebooks")
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise InputError(f"{display_path(folder)} has no notebooks")
    return [Notebook.read(path, checked=checked) for path in paths]


def find(name: str, folder: Path | None = None) -> Notebook:
    """Find a notebook by its path, or by its name with or without its ending.

    The start of a name is enough if no other notebook's name begins with it.
    """
    if Path(name).suffix == ".ipynb" and Path(name).is_file():
        return Notebook.read(Path(name))
    start = name.removesuffix(".ipynb")
    known = {notebook.name: notebook for notebook in all_notebooks(folder)}
    if start in known:
        return known[start]
    matches = [key for key in known if start and key.startswith(start)]
    if not matches:
        raise InputError(f"'{name}' is not a notebook{nearest(start, known)}")
    if len(matches) > 1:
        raise InputError(
            f"'{name}' is the start of {', '.join(matches)}; give more of the name"
        )
    return known[matches[0]]


def shown_in(notebooks: Iterable[Notebook]) -> dict[str, str]:
    """Name the notebook that shows each check.

    If several notebooks show a check, the notebook with the fewest checks is named.
    """
    names: dict[str, str] = {}
    for notebook in sorted(notebooks, key=_number_of_checks):
        for check in notebook.checks:
            names.setdefault(check, notebook.name)
    return names


def _number_of_checks(notebook: Notebook) -> int:
    return len(notebook.checks)
