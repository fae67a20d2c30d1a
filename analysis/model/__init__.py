"""This subpackage computes what follows from the rows of a data package.

The subpackage parses formulas, and makes plans, bounds, verdicts and findings. The
class ``Model`` is built up in four files, and each file extends the class of the file
before it: ``names.py`` (names and words), ``values.py`` (values that a user gives),
``quantities.py`` (settings, plans and estimates) and ``model.py``, which checks that
rows and formulas fit.
"""
