"""Updates: read and confirmed by holders, announced to them, and followed by administrators."""

from lms.services.updates.reach import (
    Holder,
    OpenAttempt,
    ReleaseLine,
    ReleaseReach,
    UpdateStanding,
    list_releases,
    reach_of,
    reach_of_pending,
)
from lms.services.updates.reading import Reading, announce, confirm, reading_for

__all__ = [
    "Holder",
    "OpenAttempt",
    "Reading",
    "ReleaseLine",
    "ReleaseReach",
    "UpdateStanding",
    "announce",
    "confirm",
    "list_releases",
    "reach_of",
    "reach_of_pending",
    "reading_for",
]
