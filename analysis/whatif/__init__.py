"""This subpackage replaces assumptions, and computes what changes as a result."""

#: The number of random draws, unless a user asks for another.
DRAWS = 2**16
