"""Batches: a cohort's certificates as one file, made in the background, kept for a few days."""

from lms.services.batches.archive import MANIFEST, SUMS
from lms.services.batches.asking import (
    KEPT,
    BatchLine,
    LeftOut,
    ask,
    batch_folder,
    batch_for,
    fetched,
    list_left_out,
    list_of_cohort,
    plain_name,
    remove_old,
)
from lms.services.batches.making import (
    CANNOT_BE_MADE,
    CLAIM_LASTS,
    MOST_TRIES,
    has_work,
    remove_half_written,
    work,
)
from lms.services.batches.press import PRESS, tend

__all__ = [
    "CANNOT_BE_MADE",
    "CLAIM_LASTS",
    "KEPT",
    "MANIFEST",
    "MOST_TRIES",
    "PRESS",
    "SUMS",
    "BatchLine",
    "LeftOut",
    "ask",
    "batch_folder",
    "batch_for",
    "fetched",
    "has_work",
    "list_left_out",
    "list_of_cohort",
    "plain_name",
    "remove_half_written",
    "remove_old",
    "tend",
    "work",
]
