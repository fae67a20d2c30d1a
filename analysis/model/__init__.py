"""The subpackage that computes what follows from the rows of a data package.

The subpackage parses formulas, and makes plans, bounds, verdicts and findings. The
class ``Model`` is built up in four files, each of which adds to the one before:
``names.py`` (names and words), ``values.py`` (values that a user gives),
``quantities.py`` (settings, plans and estimates) and ``model.py``, which checks that
rows and formulas fit.
"""
