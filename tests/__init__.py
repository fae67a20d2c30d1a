"""Tests of behaviour; expectations come from hand arithmetic, brute force or another library."""
