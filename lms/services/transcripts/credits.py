"""Kinds of credit that a certificate from elsewhere may state, as its holder names them."""

CREDITS = (
    "ama-pra-1",
    "apa",
    "ancc",
    "acpe",
    "aswb-ace",
    "other",
    "none",
)
"""In the order in which they are offered: physicians, psychologists, nurses, pharmacists, social
workers, any other credit, and attendance alone."""
