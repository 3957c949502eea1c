"""Bytes of a ZIP archive -> its files by name, in memory, with everything hostile refused."""

import io
import stat
import unicodedata
import zipfile
import zlib
from pathlib import PurePosixPath

from quizzes.interchange.drafts import CannotRead, Loss
from quizzes.interchange.limits import (
    MAX_ARCHIVE_ENTRIES,
    MAX_ENTRY_BYTES,
    MAX_FILE_BYTES,
    MAX_NAME,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    RATIO_COUNTS_FROM,
)

_CHUNK = 64 * 1024
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NESTED = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin like a ZIP archive, an empty one included."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def read_archive(data: bytes) -> tuple[dict[str, bytes], list[Loss]]:
    """The files by their path, and what was left out (an archive within the archive).

    Nothing is ever written to disk. CannotRead names the reason when an entry is hostile: a path
    that leaves the archive, a link, encryption, two entries of one name, or too much of anything
    by count, by size or by ratio. Declared sizes are not believed; what comes out is counted.
    """
    if len(data) > MAX_FILE_BYTES:
        raise CannotRead(f"The archive is larger than {MAX_FILE_BYTES // 1024**2} MiB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = _checked(archive.infolist())
            return _read_all(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise CannotRead("The archive is damaged.") from error
    except (OSError, RuntimeError, ValueError, UnicodeError) as error:
        raise CannotRead("The archive cannot be read.") from error


def _checked(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    if len(entries) > MAX_ARCHIVE_ENTRIES:
        raise CannotRead(f"The archive has more than {MAX_ARCHIVE_ENTRIES} entries.")
    seen: set[str] = set()
    for entry in entries:
        _check_name(entry)
        # Windows and macOS would take these for one file.
        folded = unicodedata.normalize("NFC", entry.filename).casefold().rstrip("/")
        if folded in seen:
            raise CannotRead(f"The archive has two entries named {_shown(entry)}.")
        seen.add(folded)
        _check_kind(entry)
    return [entry for entry in entries if not entry.is_dir()]


def _check_name(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    parts = PurePosixPath(name).parts
    leaves = name.startswith(("/", "~")) or ".." in parts or "\\" in name
    if leaves or (len(name) > 1 and name[1] == ":"):
        raise CannotRead(f"The archive has a path that leads out of it: {_shown(entry)}.")
    if not name or len(name) > MAX_NAME or any(ord(c) < 32 or ord(c) == 127 for c in name):
        raise CannotRead(f"The archive has an entry with an unusable name: {_shown(entry)}.")


def _check_kind(entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise CannotRead(f"The archive has a link or device: {_shown(entry)}.")
    if entry.flag_bits & _ENCRYPTED:
        raise CannotRead(f"The archive is encrypted: {_shown(entry)}.")
    if entry.compress_type not in _METHODS:
        raise CannotRead(f"The archive uses an unusual compression: {_shown(entry)}.")


def _read_all(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]
) -> tuple[dict[str, bytes], list[Loss]]:
    files: dict[str, bytes] = {}
    losses: list[Loss] = []
    budget = MAX_UNPACKED_BYTES
    for entry in entries:
        content = _read_one(archive, entry, budget)
        budget -= len(content)
        if content.startswith(_NESTED):
            losses.append(Loss(_shown(entry), "archives within an archive are never opened"))
        else:
            files[entry.filename] = content
    return files, losses


def _read_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> bytes:
    content = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            content += chunk
            if len(content) > min(budget, MAX_ENTRY_BYTES):
                raise CannotRead(f"The archive unpacks to too much, at {_shown(entry)}.")
            ratio_broken = len(content) > MAX_RATIO * max(entry.compress_size, 1)
            if len(content) > RATIO_COUNTS_FROM and ratio_broken:
                raise CannotRead(f"The archive is a bomb: {_shown(entry)} grows without end.")
    return bytes(content)


def _shown(entry: zipfile.ZipInfo) -> str:
    return ascii(entry.orig_filename[:80])
