"""The public register: every act on a credential in an append-only log, and its status bits.

It knows credentials by their row and their digest only; what they say is no matter of a register.
"""

from lms.services.register.checkpoints import (
    BrokenLog,
    SignedTree,
    latest_checkpoint,
    origin_of,
    sign,
    sign_if_due,
    verifier_key_of,
)
from lms.services.register.entries import enter_act, enter_award
from lms.services.register.inspection import Record, Seen, discrepancies
from lms.services.register.proofs import logged_at, proof_of
from lms.services.register.statuses import (
    PURPOSES,
    Place,
    count_lists,
    positions_set,
    status_entries_of,
    status_list,
    status_places_of,
)
from lms.services.register.tree import published_tile, tile_data

__all__ = [
    "PURPOSES",
    "BrokenLog",
    "Place",
    "Record",
    "Seen",
    "SignedTree",
    "count_lists",
    "discrepancies",
    "enter_act",
    "enter_award",
    "latest_checkpoint",
    "logged_at",
    "origin_of",
    "positions_set",
    "proof_of",
    "published_tile",
    "sign",
    "sign_if_due",
    "status_entries_of",
    "status_list",
    "status_places_of",
    "tile_data",
    "verifier_key_of",
]
