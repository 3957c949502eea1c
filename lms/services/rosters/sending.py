"""Sending a roster: the file is kept until it has been read, the same one is kept once."""

import hashlib
import os
import secrets
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import Refused
from lms.models.rosters import Roster
from lms.services import audit
from lms.services.cohorts import RunCohort
from lms.services.rosters.sheets import MOST_BYTES

SMALL = 200_000
"""Up to so many bytes a file is read while its sender waits: some two thousand people."""
MOST_DRAFTS = 20
_BLOCK = 1 << 16
_LONGEST_TITLE = 120


def roster_folder(data: Path) -> Path:
    """Return where files wait below the data folder: nothing there is served by address."""
    return data / "rosters"


def send(
    session: Session,
    cohort: RunCohort,
    file: BinaryIO,
    title: str,
    *,
    data: Path,
    by: int,
    now: datetime,
) -> int:
    """Keep a file to be read for a cohort, and return its roster.

    A file of the same bytes that is not decided on yet is that roster. Refused for a file that is
    too large or empty, and while too many wait for a decision.
    """
    name = secrets.token_hex(16)
    digest, size = _keep(file, roster_folder(data) / name)
    try:
        known = _entered(session, cohort, name, digest, size, _tidy(title), by, now)
    except BaseException:
        drop_file(data, name)
        raise
    if known is not None:
        drop_file(data, name)
        return known
    return session.scalars(sa.select(Roster.id).where(Roster.file_name == name)).one()


def _entered(
    session: Session,
    cohort: RunCohort,
    name: str,
    digest: str,
    size: int,
    title: str,
    by: int,
    now: datetime,
) -> int | None:
    """Enter a roster, unless there is an open one of the same bytes: return that."""
    db.take_turn(session, f"send a roster to cohort {cohort.id}")
    still_open = (Roster.cohort_id == cohort.id, Roster.state.in_(("waiting", "tried")))
    known = session.scalar(sa.select(Roster.id).where(*still_open, Roster.sha256 == digest))
    if known is not None:
        return known
    if session.scalar(sa.select(sa.func.count()).where(*still_open)) >= MOST_DRAFTS:  # type: ignore[operator]
        raise Refused(
            f"{MOST_DRAFTS} rosters of this cohort wait for a decision. Apply or discard some."
        )
    roster = Roster(
        programme_id=cohort.programme_id,
        cohort_id=cohort.id,
        title=title,
        sha256=digest,
        size=size,
        file_name=name,
        state="waiting",
        sent_by=by,
        sent_at=now,
    )
    session.add(roster)
    session.flush()
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="roster.sent",
        subject=f"roster {roster.id}",
        detail={"cohort": cohort.title, "file": title, "sha256": digest},
    )
    return None


def _keep(file: BinaryIO, path: Path) -> tuple[str, int]:
    """Copy a file to the disk block by block; return its SHA-256 and size."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as kept:
            os.fchmod(kept.fileno(), 0o600)
            while block := file.read(_BLOCK):
                size += len(block)
                if size > MOST_BYTES:
                    raise Refused(
                        f"The file has more than {MOST_BYTES // 1_000_000} MB. Split it, or leave "
                        "out columns that are not needed."
                    )
                digest.update(block)
                kept.write(block)
        if not size:
            raise Refused("The file is empty. Save it again and send the saved one.")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size


def _tidy(title: str) -> str:
    """Return the name of a file as it may be shown: one line, without folders."""
    plain = unicodedata.normalize("NFC", title).replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in plain if letter.isprintable())
    return " ".join(shown.split())[-_LONGEST_TITLE:] or "roster"


def drop_file(data: Path, name: str) -> None:
    """Remove a file that waits no more."""
    (roster_folder(data) / name).unlink(missing_ok=True)
