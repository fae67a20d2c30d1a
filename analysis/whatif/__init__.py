"""The subpackage that replaces assumptions and computes what changes with them."""

#: The number of random draws, unless a user asks for another.
DRAWS = 2**16
