"""This package holds everything that writes results.

It runs notebooks, and it makes the tables, the report, the explorer, the map and the
provenance. It also holds the guard.
"""
