"""Evidence packs for an accreditor: one signed archive with a manifest of hashes."""

from lms.services.packs.archivist import tend
from lms.services.packs.asking import (
    KEPT,
    PackLine,
    ask,
    fetched,
    list_packs,
    pack_folder,
    pack_for,
    remove_old,
)
from lms.services.packs.making import MANIFEST, README, SUMS, work, write
from lms.services.packs.parts import PARTS, Scope

__all__ = [
    "KEPT",
    "MANIFEST",
    "PARTS",
    "README",
    "SUMS",
    "PackLine",
    "Scope",
    "ask",
    "fetched",
    "list_packs",
    "pack_folder",
    "pack_for",
    "remove_old",
    "tend",
    "work",
    "write",
]
