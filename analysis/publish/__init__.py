"""The subpackage that writes results.

It runs notebooks, and makes the tables, the report, the explorer, the map and the
provenance. It also has the guard, which compares values with those accepted before.
"""
