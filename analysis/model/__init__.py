"""This package computes what follows from the rows of a data package.

It has formulas, plans, bounds, verdicts and findings.
"""
