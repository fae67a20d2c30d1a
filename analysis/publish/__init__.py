"""This subpackage writes results.

The subpackage runs notebooks, and makes the tables, the report, the explorer, the map
and the provenance. It also holds the guard, which compares values with those accepted
before.
"""
