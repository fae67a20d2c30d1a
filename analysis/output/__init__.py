"""What leaves a run: steps, tables, figures, notebooks and the report."""
