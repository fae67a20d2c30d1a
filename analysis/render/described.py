"""This module writes a title and a description into the files of a figure.

The description says how the figure's setting differs from the article's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

#: The names of the title and the description in the metadata of a format.
_NAMES = {
    "png": ("Title", "Description"),
    "svg": ("Title", "Description"),
    "pdf": ("Title", "Subject"),
}


class _DescribedCanvas(FigureCanvasAgg):
    """A matplotlib canvas that puts a title and a description into each file.

    The canvas renders both what ``savefig`` writes and what Jupyter shows. A title or a
    description that a user passes as ``metadata`` is used instead of the canvas's own.
    """

    def __init__(self, figure: Figure, title: str, description: str) -> None:
        super().__init__(figure)
        self.described = title, description

    def print_figure(self, filename: Any, *args: Any, **how: Any) -> Any:
        """Write the figure to a file, with its title and description as metadata."""
        suffix = Path(filename).suffix[1:] if isinstance(filename, str | Path) else ""
        form = how.get("format") or suffix or self.get_default_filetype()
        names = _NAMES.get(form.lower())
        if names:
            metadata = dict(zip(names, self.described, strict=True))
            how["metadata"] = metadata | (how.get("metadata") or {})
        return super().print_figure(filename, *args, **how)


def describe(figure: Figure, title: str, description: str) -> None:
    """Put a title and a description into each file that a figure is saved to."""
    # A new canvas takes the place of the figure's own canvas.
    _DescribedCanvas(figure, title, description)
