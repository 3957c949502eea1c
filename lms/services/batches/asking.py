"""Batches as people see them: asked for once at a time, with their progress, for a limited time."""

import json
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.batches import Batch, BatchEntry
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort
from lms.models.credentials import CredentialRecord
from lms.services import accounts, audit, catalogue, credentials
from lms.services.cohorts import RunCohort

KEPT = timedelta(days=7)
"""How long a finished file can be fetched; it can be made again at any time."""

HANDED_OUT = ("valid", "update-outstanding", "past-currency")
"""What a credential must be for its certificate to be handed out."""

State = Literal["waiting", "making", "packing", "ready", "removed"]
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch with its progress: `done` of `total` are dealt with, `left_out` of them not made."""

    id: int
    programme_id: int
    programme_name: str
    cohort_id: int
    cohort_title: str
    asked_by: str
    asked_at: datetime
    total: int
    done: int
    left_out: int
    made_at: datetime | None
    file_name: str
    sha256: str | None
    size: int | None
    removed_at: datetime | None

    @property
    def state(self) -> State:
        """How far it is."""
        if self.removed_at is not None:
            return "removed"
        if self.made_at is not None:
            return "ready"
        if self.done == self.total:
            return "packing"
        return "making" if self.done else "waiting"

    @property
    def kept_until(self) -> datetime | None:
        """When its file is removed; None as long as there is none."""
        return None if self.made_at is None else self.made_at + KEPT

    @property
    def download_name(self) -> str:
        """What the file is called where it is saved."""
        return f"certificates-{plain_name(self.cohort_title)}-{self.asked_at:%Y-%m-%d}.zip"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A certificate that is not in the file, and why: its status, or “cannot-be-made”."""

    holder: str
    reason: str


def batch_folder(data: Path) -> Path:
    """Return where finished files lie below the data folder: nothing there is served by address."""
    return data / "batches"


def plain_name(text: str) -> str:
    """Return a name as part of a file name: letters and digits of any script, else hyphens."""
    letters = unicodedata.normalize("NFC", text)
    kept = re.sub(r"[^\w]+|_+", "-", letters).strip("-")[:_LONGEST_NAME].strip("-")
    return kept or "certificate"


def ask(session: Session, cohort: RunCohort, *, by: int, now: datetime) -> int:
    """Ask for all certificates of a cohort as one file; return the batch.

    As long as one is under way for the cohort, that one is returned. Refused when nobody in the
    cohort holds a certificate that may be handed out.
    """
    course = catalogue.release(session, cohort.release_id).course
    held = [
        each
        for each in credentials.list_of_programme(session, cohort.programme_id, course.slug, now)
        if each.cohort_id == cohort.id and each.verdict.status in HANDED_OUT
    ]
    if not held:
        raise Refused("Nobody in this cohort holds a certificate yet: there is nothing to pack.")
    under_way = sa.select(Batch.id).where(Batch.cohort_id == cohort.id, Batch.made_at.is_(None))
    known = session.scalar(under_way)
    if known is not None:
        return known
    batch = Batch(
        programme_id=cohort.programme_id,
        cohort_id=cohort.id,
        file_name=secrets.token_hex(16),
        asked_by=by,
        asked_at=now,
    )
    session.add(batch)
    try:
        session.flush()
    except IntegrityError:
        # Somebody else asked at the same moment: theirs holds the same certificates.
        session.rollback()
        return session.scalars(under_way).one()
    held.sort(key=lambda each: (each.credential.holder_name.casefold(), each.credential.serial))
    session.add_all(
        BatchEntry(batch_id=batch.id, number=number, credential_id=each.id, tries=0)
        for number, each in enumerate(held, start=1)
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="batch.asked",
        subject=f"batch {batch.id}",
        detail={"cohort": cohort.title, "certificates": len(held)},
    )
    return batch.id


def _lines() -> sa.Select[*tuple[Any, ...]]:
    def count(condition: sa.ColumnElement[bool] | None = None) -> sa.ScalarSelect[int]:
        query = sa.select(sa.func.count()).where(BatchEntry.batch_id == Batch.id)
        if condition is not None:
            query = query.where(condition)
        return query.correlate(Batch).scalar_subquery()

    return (
        sa.select(
            Batch.id,
            Batch.programme_id,
            Programme.name,
            Batch.cohort_id,
            Cohort.title,
            Account.full_name,
            Batch.asked_at,
            count(),
            count(BatchEntry.done_at.is_not(None)),
            count(BatchEntry.left_out.is_not(None)),
            Batch.made_at,
            Batch.file_name,
            Batch.sha256,
            Batch.size,
            Batch.removed_at,
        )
        .join(Programme, Programme.id == Batch.programme_id)
        .join(Cohort, Cohort.id == Batch.cohort_id)
        .join(Account, Account.id == Batch.asked_by)
    )


def list_of_cohort(session: Session, cohort_id: int, limit: int = 20) -> list[BatchLine]:
    """Return the batches of a cohort, the latest first."""
    query = _lines().where(Batch.cohort_id == cohort_id).order_by(Batch.id.desc()).limit(limit)
    return [BatchLine(*row) for row in session.execute(query)]


def batch_for(
    session: Session, account_id: int, batch_id: int, asked: str = "administrator"
) -> BatchLine:
    """Return a batch to staff of its programme whose role satisfies `asked`, or refuse."""
    row = session.execute(_lines().where(Batch.id == batch_id)).one_or_none()
    if row is None:
        raise NotFound()
    found = BatchLine(*row)
    accounts.require_role(session, account_id, found.programme_id, asked)
    return found


def list_left_out(session: Session, batch_id: int) -> list[LeftOut]:
    """Return who is not in the file, and why."""
    query = (
        sa.select(CredentialRecord.document, BatchEntry.left_out)
        .join(CredentialRecord, CredentialRecord.id == BatchEntry.credential_id)
        .where(BatchEntry.batch_id == batch_id, BatchEntry.left_out.is_not(None))
        .order_by(BatchEntry.number)
    )
    return [
        LeftOut(json.loads(row.document)["holder_name"], row.left_out)
        for row in session.execute(query)
    ]


def fetched(session: Session, found: BatchLine, data: Path, *, by: int, now: datetime) -> Path:
    """Note that somebody fetches the file, and return where it lies; Refused when it is not there.

    Whoever holds the file holds everybody's certificate: the trail names them.
    """
    path = batch_folder(data) / f"{found.file_name}.zip"
    if found.state != "ready" or not path.is_file():
        raise Refused("This file is not there: it is not finished, or its time is over.")
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=found.programme_id,
        act="batch.fetched",
        subject=f"batch {found.id}",
        detail={"cohort": found.cohort_title, "sha256": found.sha256 or ""},
    )
    return path


def remove_old(session: Session, data: Path, now: datetime) -> int:
    """Remove the files whose time is over; return how many.

    Commits. The rows stay: who asked for a file, and who fetched it, does not pass.
    """
    over = (Batch.made_at < now - KEPT, Batch.removed_at.is_(None))
    # Asked first: a sweep that finds nothing takes no writer's turn.
    if session.scalar(sa.select(Batch.id).where(*over).limit(1)) is None:
        return 0
    old = session.execute(
        sa.update(Batch)
        .where(*over)
        .values(removed_at=now)
        .returning(Batch.id, Batch.programme_id, Batch.file_name)
    ).all()
    for row in old:
        audit.record(
            session,
            at=now,
            actor_id=None,
            programme_id=row.programme_id,
            act="batch.removed",
            subject=f"batch {row.id}",
        )
    session.commit()
    folder = batch_folder(data)
    for row in old:
        (folder / f"{row.file_name}.zip").unlink(missing_ok=True)
    return len(old)
