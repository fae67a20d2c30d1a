"""This subpackage runs the notebooks and writes the results of a run.

The results include the tables, the report, the explorer, the map and the provenance.
The subpackage also holds the guard, which compares values with those accepted before.
"""
