"""Reproducible arithmetic of the numbers printed in one article.

What belongs here: the version. The rooms of the package, from the ground up, are ``units``, ``published``,
``register``, ``formulas``, ``model``, ``verdicts``, ``results``, ``figures``, ``notebooks`` and ``cli``; an import goes
down that list, never up.
"""

__version__ = "0.1.0"
