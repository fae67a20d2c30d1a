"""Files of a figure that say what it shows, and how its setting differs."""

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


class DescribedCanvas(FigureCanvasAgg):
    """A canvas that puts a title and a description into each file of its figure.

    What ``savefig`` writes and what Jupyter shows are printed by the canvas. Metadata
    that a user gives take the place of these.
    """

    def __init__(self, figure: Figure, title: str, description: str) -> None:
        super().__init__(figure)
        self.described = title, description

    def print_figure(self, filename: Any, *args: Any, **how: Any) -> Any:
        """Print the figure into a file, as the canvas of matplotlib does."""
        suffix = Path(filename).suffix[1:] if isinstance(filename, str | Path) else ""
        form = how.get("format") or suffix or self.get_default_filetype()
        names = _NAMES.get(form.lower())
        if names:
            metadata = dict(zip(names, self.described, strict=True))
            how["metadata"] = metadata | (how.get("metadata") or {})
        return super().print_figure(filename, *args, **how)
