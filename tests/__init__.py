"""Tests of behaviour; what is expected comes from hand arithmetic, brute force or
another library.
"""
