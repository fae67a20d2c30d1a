"""Everything that makes words or pictures, but for the pages of a report."""

#: The environment variable that names the folder in which a run keeps the figures that
#: its notebooks draw.
KEEP_FIGURES_IN = "ANALYSIS_FIGURES"
