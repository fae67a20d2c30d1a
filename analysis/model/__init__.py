"""Formulas, plans, bounds, verdicts and findings: what follows from the rows of a data package."""
