"""Frames in pandas: they show themselves as the frames that they come from do."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.render.frame import Frame


class ShownFrame(pd.DataFrame):
    """A DataFrame that shows the columns for readers, with the foot below.

    It has further columns, and shows itself as pandas does where a reader's columns
    were taken out.
    """

    @property
    def _constructor(self) -> Any:
        return ShownFrame

    def _frame(self) -> Frame | None:
        shown = self.attrs.get("shown", [None])
        if not {*shown} <= {*self.columns}:
            return None
        rows: Any = self.to_dict("records")
        attrs = {
            name: self.attrs[name] for name in ("shown", "foot", "group", "folded")
        }
        return Frame(rows, (), **attrs)

    def __repr__(self) -> str:
        frame = self._frame()
        return super().__repr__() if frame is None else repr(frame)

    def _repr_html_(self) -> str | None:
        frame = self._frame()
        return self.to_html() if frame is None else frame._repr_html_()
