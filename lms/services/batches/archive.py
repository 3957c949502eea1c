"""The ZIP file of a batch: a manifest, then the certificates, written one after the other.

The same members give the same bytes: no time of writing, no owner, no compression whose result
depends on a library's release. Certificates are compressed already.
"""

import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lms import archives
from lms.downloads import as_csv

MANIFEST, SUMS = "manifest.csv", "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Member:
    """One file: its name, the number it certifies, its digest, and how to read it when wanted."""

    name: str
    serial: str
    sha256: str
    read: Callable[[], bytes]


class Differs(ValueError):
    """A file is not the one whose digest stands in the manifest."""


def write(path: Path, members: Iterable[Member]) -> tuple[str, int]:
    """Write the archive and return its SHA-256 and size; it is on the disk afterwards.

    Holds one file in memory at a time. Raises Differs for a file that does not fit its digest.
    """
    known = list(members)
    with path.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(archives.member(MANIFEST), manifest(known))
            archive.writestr(archives.member(SUMS), sums(known))
            for member in known:
                data = member.read()
                if hashlib.sha256(data).hexdigest() != member.sha256:
                    raise Differs(f"{member.name} is not the file that was made.")
                archive.writestr(archives.member(member.name), data)
        file.flush()
        os.fsync(file.fileno())
    return archives.digest_of(path), path.stat().st_size


def manifest(members: Iterable[Member]) -> bytes:
    """Return the list of files as a table for a spreadsheet."""
    rows = [(each.name, each.serial, each.sha256) for each in members]
    return as_csv([("File", "Serial", "SHA-256"), *rows])


def sums(members: Iterable[Member]) -> bytes:
    """Return the digests in the form that `sha256sum --check` reads."""
    return "".join(f"{each.sha256}  {each.name}\n" for each in members).encode()
