"""This module shows random draws as frames, as texts and as plots."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from functools import cached_property
from typing import Any

import pandas as pd

from analysis.core.arguments import NearAttributes
from analysis.core.sentences import as_sentence, setting_words
from analysis.core.units import nearest
from analysis.model.model import ModelError, Setting
from analysis.render.frame import Frame
from analysis.render.tables import ShownFrame
from analysis.render.whatif_tables import (
    ILLUSTRATIVE,
    draws_table,
    indices_table,
    label_and_name,
)
from analysis.whatif.draws import Draws


class Drawn(NearAttributes):
    """The results of random draws for some quantities, as four tables and as plots.

    ``frame`` has a row for each quantity, with its mean, its standard deviation
    (``sd``) and its percentiles, such as ``p05`` and ``p2.5``. ``sample`` has a row for
    each draw, with the values of the inputs and of the quantities. ``indices`` has a
    row for each input of a quantity, with the first-order and the total Sobol index and
    the ends of their intervals. ``inputs`` has a row for each input, with its
    distribution, its median, and the share of the distribution that is cut off. The
    numbers in all four tables are in base units. Each draw that breaks a limit of the
    model is counted and left out.

    Draws are illustrative: their distributions are chosen, not measured.
    """

    def __init__(self, draws: Draws) -> None:
        self.draws = draws

    @property
    def differs(self) -> str:
        """One line that says what differs from the article and what was drawn."""
        return setting_words(self.draws.differs)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The mean, standard deviation and percentiles of quantities, in base units."""
        return self._framed(self.draws.numbers, "quantity")

    @cached_property
    def sample(self) -> pd.DataFrame:
        """The values of inputs and quantities in each draw that breaks no limit."""
        return self._with_differs(pd.DataFrame(self.draws.sample).rename_axis("draw"))

    @cached_property
    def indices(self) -> pd.DataFrame:
        """The Sobol indices of each input, with the ends of their intervals."""
        frames = []
        for quantity, shares in self.draws.indices.items():
            frame = self._framed(shares, "input")
            frame.insert(0, "quantity", quantity)
            frames.append(frame)
        return self._with_differs(pd.concat(frames))

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """The distribution of each drawn input, its median, and the share cut off."""
        rows = {
            name: {
                "distribution": str(drawn),
                "median": drawn.median,
                "cut": drawn.cut,
            }
            for name, drawn in self.draws.inputs.items()
        }
        return self._framed(rows, "input")

    def _framed(self, rows: Any, index: str) -> pd.DataFrame:
        frame = pd.DataFrame.from_dict(rows, orient="index")
        return self._with_differs(frame.rename_axis(index))

    def _with_differs(self, frame: pd.DataFrame) -> pd.DataFrame:
        shown = ShownFrame(frame)
        shown.attrs["differs"] = self.differs
        return shown

    @property
    def table(self) -> Frame:
        """The results of the draws as a table for readers.

        The text below the table says what was drawn and which values a user set.
        """
        return self._with_what_is_set(draws_table(self.draws))

    @property
    def indices_table(self) -> Frame:
        """The Sobol indices as a table for readers.

        The interval in brackets reaches 1.96 standard deviations to each side of the
        index; bootstrap resamples give the standard deviation.
        """
        return self._with_what_is_set(indices_table(self.draws))

    def _with_what_is_set(self, table: Frame) -> Frame:
        """Add to the text below a table what a user changed, except what is drawn."""
        setting = self.draws.setting
        choices = {
            name: choice
            for name, choice in setting.choices.items()
            if name not in setting.drawn
        }
        differs = self.draws.model.differences(Setting(choices))
        if not differs:
            return table
        return replace(table, foot=f"{as_sentence(differs)} {table.foot}")

    def plot(self, what: str = "sample") -> Any:
        """Plot ``frame``, ``sample`` or ``indices`` with matplotlib.

        The plot of ``frame`` has a line from percentile to percentile, the plot of
        ``sample`` has histograms, and the plot of ``indices`` has bars. Raises
        InputError for an unknown name.
        """
        draw = {
            "frame": self._draw_spans,
            "sample": self._draw_histograms,
            "indices": self._draw_bars,
        }
        if not isinstance(what, str) or what not in draw:
            raise ModelError(f"'{what}' can't be drawn{nearest(str(what), draw)}")
        from matplotlib import pyplot as plt

        from analysis.render.described import describe

        rows = self.draws.indices if what == "indices" else self.draws.quantities
        count = 1 if what == "frame" else len(rows)
        size = (7, 1.5 + 2 * count)
        fig, axes = plt.subplots(count, figsize=size, layout="constrained")
        draw[what]([axes] if count == 1 else [*axes])
        setting = as_sentence(self.differs)
        lines = [*textwrap.wrap(setting, 100), *textwrap.wrap(ILLUSTRATIVE, 100)]
        fig.supxlabel("\n".join(lines), fontsize=7.5)
        # An open figure would be shown twice in a notebook.
        plt.close(fig)
        title = f"Draws of {', '.join(self.draws.quantities)}"
        describe(fig, title, f"{setting} {ILLUSTRATIVE}")
        return fig

    def _draw_spans(self, axes: list[Any]) -> None:
        for y, (quantity, numbers) in enumerate(self.draws.numbers.items()):
            _, _, *shares = numbers.values()
            axes[0].plot(shares, [y] * len(shares), "o-")
            axes[0].text(min(shares), y + 0.1, quantity)
        axes[0].set(yticks=[], ylim=(-0.5, len(self.draws.quantities)))
        axes[0].set_title(f"percentiles {', '.join(map(str, self.draws.percentiles))}")

    def _draw_histograms(self, axes: list[Any]) -> None:
        for ax, quantity in zip(axes, self.draws.quantities, strict=True):
            ax.hist(self.sample[quantity], bins=100, histtype="stepfilled")
            ax.set(title=f"{quantity}, {self.draws.model.units[quantity]}", yticks=[])
            ax.xaxis.set_major_formatter("{x:,.10g}")

    def _draw_bars(self, axes: list[Any]) -> None:
        for ax, (quantity, shares) in zip(
            axes, self.draws.indices.items(), strict=True
        ):
            inputs = sorted(shares, key=lambda name: shares[name]["total"])
            for kind, shift in (("first", -0.2), ("total", 0.2)):
                places = [place + shift for place in range(len(inputs))]
                values = [shares[name][kind] for name in inputs]
                spread = [
                    shares[name][f"{kind}_high"] - shares[name][kind] for name in inputs
                ]
                ax.barh(places, values, 0.4, xerr=spread, label=kind)
            words = [label_and_name(self.draws.model, name) for name in inputs]
            ax.set_yticks(range(len(inputs)), words, fontsize=7)
            # Long names of inputs leave little room, so the title reaches left.
            ax.set_title(f"{quantity}: share of the variance", loc="right", fontsize=10)
            ax.legend(frameon=False)

    def __repr__(self) -> str:
        return repr(self.table)

    def _repr_html_(self) -> str:
        return f"{self.table._repr_html_()}{self.indices_table._repr_html_()}"
