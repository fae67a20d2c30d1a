"""The subpackage that reads the register, and spells its numbers and their units."""
