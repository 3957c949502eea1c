"""Debriefs: objectives, hardest items and misconceptions of a cohort, and the handout for them."""
