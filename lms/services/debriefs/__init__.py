"""Debriefs: objectives, hardest items and misconceptions of a cohort, and the handout for them."""

from lms.services.debriefs.answers import (
    FEWEST,
    SURELY_WRONG,
    Debrief,
    ItemLine,
    ObjectiveLine,
    debrief,
)

__all__ = ["FEWEST", "SURELY_WRONG", "Debrief", "ItemLine", "ObjectiveLine", "debrief"]
