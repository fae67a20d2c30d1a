"""This subpackage reads the register, and spells its numbers and their units."""
