"""The subpackage that writes words and draws figures, except the report's pages."""

#: The environment variable that names the folder in which a run keeps the figures that
#: its notebooks draw.
KEEP_FIGURES_IN = "ANALYSIS_FIGURES"
