"""ZIP files whose bytes depend on what is in them alone: no time of writing, no owner."""

import hashlib
import zipfile
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3
_BLOCK = 1 << 20


def member(name: str) -> zipfile.ZipInfo:
    """Return how a file of this name stands in an archive."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.external_attr, info.create_system = _READABLE, _UNIX
    return info


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, read block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
