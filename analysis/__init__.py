"""Reproducible arithmetic of the numbers printed in one article."""

__version__ = "0.1.0"
