"""The subpackage that replaces assumptions and computes what then changes."""

#: The number of random draws, unless a user asks for another.
DRAWS = 2**16
