"""Every table, so that the metadata is whole wherever it is asked for."""

from lms.models import (
    accounts,
    assessment,
    audit,
    batches,
    catalogue,
    cohorts,
    credentials,
    learning,
    mail,
    notes,
    psychometrics,
    reviews,
    search,
    sittings,
    transcripts,
    updates,
)

__all__ = [
    "accounts",
    "assessment",
    "audit",
    "batches",
    "catalogue",
    "cohorts",
    "credentials",
    "learning",
    "mail",
    "notes",
    "psychometrics",
    "reviews",
    "search",
    "sittings",
    "transcripts",
    "updates",
]
