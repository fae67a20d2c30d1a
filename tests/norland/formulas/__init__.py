"""The arithmetic of the invented article."""

from analysis.formulas import vaccination

__all__ = ["vaccination"]
