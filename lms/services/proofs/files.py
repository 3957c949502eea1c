"""Proof files: what somebody may attach, made harmless, and where it lies on the disk.

What a file is, its bytes decide; its name and its declared type are not looked at. Pictures are
drawn anew, so that nothing but their pixels remains. PDF files are kept as they are and refused
when they hold anything that acts, hides or carries other files.
"""

import hashlib
import io
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from lms.errors import Refused
from lms.services.proofs.pdf_check import refuse_risky_pdf

MOST_BYTES = 5_000_000
MOST_PIXELS = 25_000_000
LONGEST_SIDE = 3_000
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
ORPHANED_AFTER_SECONDS = 24 * 3600
_PNG, _JPEG, _PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-"
_JPEG_QUALITY = 88
# A picture unpacked takes up to a hundred megabytes: one at a time in each process.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Proof:
    """A file that was looked at and may be kept, with the type that its bytes show."""

    data: bytes
    media_type: str

    @property
    def sha256(self) -> str:
        """The digest of what is kept, which is not what was sent where a picture was redrawn."""
        return hashlib.sha256(self.data).hexdigest()


def proof_of(data: bytes) -> Proof:
    """Return the proof that may be kept of a file somebody sent, or say why there is none."""
    if not data:
        raise Refused("This file is empty.")
    if len(data) > MOST_BYTES:
        raise Refused(f"This file is larger than {MOST_BYTES // 1_000_000} MB.")
    if data.startswith(_PDF):
        refuse_risky_pdf(data)
        return Proof(data, "application/pdf")
    if data.startswith(_PNG):
        return Proof(_redrawn(data, "PNG"), "image/png")
    if data.startswith(_JPEG):
        return Proof(_redrawn(data, "JPEG"), "image/jpeg")
    raise Refused("This is none of the three kinds that are taken: PDF, PNG or JPEG.")


def _redrawn(data: bytes, kind: str) -> bytes:
    """Return the pixels of a picture, upright, as a new file without anything else."""
    from PIL import Image, ImageFile, ImageOps

    # WeasyPrint has every picture of the process read to where it was cut off.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    unreadable = Refused("This picture cannot be read. Take it again, or export it as PNG or JPEG.")
    try:
        with _one_at_a_time, Image.open(io.BytesIO(data), formats=(kind,)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(
                    f"This picture has more than {MOST_PIXELS // 1_000_000} million pixels. "
                    "Make it smaller."
                )
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            # Transparent parts become white, as paper is.
            ground = Image.new("RGB", upright.size, "white")
            seen = upright.convert("RGBA")
            ground.paste(seen, mask=seen)
            file = io.BytesIO()
            ground.save(file, kind, **({"quality": _JPEG_QUALITY} if kind == "JPEG" else {}))
            return file.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("This picture has far too many pixels. Make it smaller.") from error
    # What Pillow raises for a damaged file depends on where the damage lies.
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        raise unreadable from error


def keep(folder: Path, proof: Proof) -> str:
    """Write a proof under a random name and return that name; it is on the disk afterwards."""
    name = secrets.token_hex(16)
    path = _path(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(proof.data)
        file.flush()
        os.fsync(file.fileno())
    return name


def read(folder: Path, name: str, sha256: str) -> bytes | None:
    """Return a kept proof; None when the file is gone or is not the one that was kept."""
    try:
        data = _path(folder, name).read_bytes()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def drop(folder: Path, name: str) -> None:
    """Remove a kept proof; removing it twice is no error."""
    _path(folder, name).unlink(missing_ok=True)


def drop_unnamed(folder: Path, names: Callable[[], Iterable[str]]) -> int:
    """Remove files that no row names, as a crash between file and row leaves them; return how many.

    A file is given a day to be named. `names` is asked only when there is an old file.
    """
    if not folder.is_dir():
        return 0
    latest = time.time() - ORPHANED_AFTER_SECONDS
    old = [file.name for file in folder.glob("??/*") if file.stat().st_mtime < latest]
    named = set(names()) if old else set()
    orphans = [name for name in old if name not in named]
    for name in orphans:
        drop(folder, name)
    return len(orphans)


def _path(folder: Path, name: str) -> Path:
    return folder / name[:2] / name
