"""Tests of behaviour. Expected values come from hand arithmetic, from brute force or
from another library.
"""
