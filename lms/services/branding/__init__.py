"""Brands: what the certificates of a programme look like, kept by version, tried on specimens."""

from lms.services.branding.kept import (
    Version,
    brand_of,
    current_brand,
    current_digest,
    list_versions,
    store_brand,
)
from lms.services.branding.specimens import (
    KINDS,
    NAMES,
    PAPERS,
    Specimen,
    draw_specimen,
    specimens_of,
)

__all__ = [
    "KINDS",
    "NAMES",
    "PAPERS",
    "Specimen",
    "Version",
    "brand_of",
    "current_brand",
    "current_digest",
    "draw_specimen",
    "list_versions",
    "specimens_of",
    "store_brand",
]
