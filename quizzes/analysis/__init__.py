"""Statistics of items and papers, from a table of marks; loaded on first use, with NumPy.

Floating-point numbers describe here and decide nothing: who passed is settled in scoring.
"""
