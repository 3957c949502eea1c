"""Reviews: rulings on flawed items, voided attempts, credentials in doubt, and appeals."""

from lms.services.reviews.confirming import Confirmation, confirm
from lms.services.reviews.dry_runs import DryRun, Rescored, drafts, dry_run
from lms.services.reviews.effects import Effects, Gain
from lms.services.reviews.notices import CHANGES, PLACEHOLDERS, Change
from lms.services.reviews.rulings import (
    RulingLine,
    item_in,
    list_rulings,
    list_taught,
    propose,
    ruling_for,
    set_aside,
)

__all__ = [
    "CHANGES",
    "PLACEHOLDERS",
    "Change",
    "Confirmation",
    "DryRun",
    "Effects",
    "Gain",
    "Rescored",
    "RulingLine",
    "confirm",
    "drafts",
    "dry_run",
    "item_in",
    "list_rulings",
    "list_taught",
    "propose",
    "ruling_for",
    "set_aside",
]
