"""Reproducible arithmetic of the numbers printed in one article.

>>> import analysis
>>> round(analysis.load()["transfers_2019"].value)
2868778
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Study", "load"]

if TYPE_CHECKING:
    from analysis.study import Study, load


def __getattr__(name: str) -> Any:
    # The libraries load with the first name that needs them.
    if name in __all__:
        from analysis import study

        return getattr(study, name)
    raise AttributeError(
        f"module 'analysis' has no attribute '{name}'; it has {', '.join(__all__)}"
    )


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
