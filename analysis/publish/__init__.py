"""Everything that writes results: runs of notebooks, tables, the guard, report, explorer, map and provenance."""
