"""The subpackage that replaces assumptions and computes what then changes."""
