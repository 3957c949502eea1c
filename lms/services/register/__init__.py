"""The public register: every act on a credential in an append-only log, and its status bits.

It knows credentials by their row and their digest only; what they say is no matter of a register.
"""

from lms.services.register.entries import enter_act, enter_award
from lms.services.register.statuses import Place, count_lists, positions_set, status_places_of
from lms.services.register.tree import tile_data

__all__ = [
    "Place",
    "count_lists",
    "enter_act",
    "enter_award",
    "positions_set",
    "status_places_of",
    "tile_data",
]
