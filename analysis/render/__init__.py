"""The subpackage that puts results into words, tables and figures."""

#: The environment variable that names the folder in which a run keeps the figures that
#: its notebooks draw.
KEEP_FIGURES_IN = "ANALYSIS_FIGURES"
