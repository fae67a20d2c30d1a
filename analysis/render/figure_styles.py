"""This module holds the colours of figures and the styles of their marks."""

from __future__ import annotations

from typing import Any

#: Okabe and Ito's colours, which colour-blind readers can tell apart; marks that meet
#: differ in shape too.
BLACK, BLUE, SKY, GREY, ORANGE = "#1b1b1b", "#0072B2", "#a6cee5", "#8c8c8c", "#E69F00"


def styled(colour: str, marker: str, **more: Any) -> dict[str, Any]:
    """Return the style of a mark, as keyword arguments of ``Axes.plot``."""
    return {"color": colour, "marker": marker, "markersize": 6, "linestyle": "", **more}


#: The marks that data/figures.yaml names.
MARKS: dict[str, dict[str, Any]] = {
    "dot": styled(BLACK, "o"),
    "square": styled(BLUE, "s"),
    "diamond": styled(ORANGE, "D"),
    "upright": styled(BLACK, "|", markersize=12),
    "cross": styled(BLACK, "x", markersize=7),
    "thin plus": styled(BLACK, "+", markersize=8),
    "white diamond": styled(BLACK, "D", markerfacecolor="white"),
    "blue dot": styled(BLUE, "o"),
    "blue plus": styled(BLUE, "P"),
    "blue triangle": styled(BLUE, "^"),
    "white dot": styled(BLUE, "o", markerfacecolor="white"),
    "white triangle": styled(BLUE, "^", markerfacecolor="white"),
    "orange square": styled(ORANGE, "s"),
    "orange upright": styled(ORANGE, "|", markersize=11, markeredgewidth=2),
    "thick upright": styled(ORANGE, "|", markersize=13, markeredgewidth=2.4),
}
