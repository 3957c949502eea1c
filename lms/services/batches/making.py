"""Making a batch: certificate by certificate, then packed; killed at any moment, it goes on.

Any number of processes may work at once. Each claims one certificate at a time, makes it and
notes it as done in one transaction; a claim of a dead process lapses. Whoever finds that nothing
is left to make packs the file. Nothing is lost by a kill but the work of a moment, and the bytes
of the file are the same whoever made which part.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

import certificates
from lms.config import Settings
from lms.errors import Unavailable
from lms.models.accounts import Account
from lms.models.batches import Batch, BatchEntry
from lms.models.credentials import CredentialRecord
from lms.services import audit, credentials, mail
from lms.services.batches import archive
from lms.services.batches.asking import HANDED_OUT, KEPT, batch_folder, plain_name

CLAIM_LASTS = timedelta(minutes=1)
PACKING_LASTS = timedelta(minutes=10)
MOST_TRIES = 4
CANNOT_BE_MADE = "cannot-be-made"
_HALF_WRITTEN_SECONDS = 24 * 3600
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """One certificate that this process is to make now."""

    batch_id: int
    number: int
    serial: str
    tries: int


def has_work(session: Session) -> bool:
    """Whether a batch is under way."""
    return session.scalar(sa.select(Batch.id).where(Batch.made_at.is_(None)).limit(1)) is not None


def work(
    session: Session,
    settings: Settings,
    now: Callable[[], datetime],
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Make what waits, then pack what is complete; return how many certificates were made here.

    Commits as it goes. Stops early once `goes_on` says so.
    """
    made = 0
    while goes_on() and (claim := _claim_entry(session, now())) is not None:
        made += _make_or_note(session, settings, claim, now())
    while goes_on() and (batch_id := _claim_batch(session, now())) is not None:
        _pack(session, settings, batch_id, now())
    return made


def _claim_entry(session: Session, now: datetime) -> Claim | None:
    """Claim the next certificate nobody is making; None when none waits."""
    free = sa.or_(BatchEntry.claimed_until.is_(None), BatchEntry.claimed_until < now)
    waiting = (
        sa.select(BatchEntry.batch_id, BatchEntry.number, BatchEntry.credential_id)
        .where(BatchEntry.done_at.is_(None), free)
        .order_by(BatchEntry.batch_id, BatchEntry.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (row := session.execute(waiting).one_or_none()) is not None:
        tries = session.scalar(
            sa.update(BatchEntry)
            .where(
                BatchEntry.batch_id == row.batch_id,
                BatchEntry.number == row.number,
                BatchEntry.done_at.is_(None),
                free,
            )
            .values(claimed_until=now + CLAIM_LASTS, tries=BatchEntry.tries + 1)
            .returning(BatchEntry.tries)
        )
        session.commit()
        if tries is not None:
            serial = sa.select(CredentialRecord.serial).where(
                CredentialRecord.id == row.credential_id
            )
            return Claim(row.batch_id, row.number, session.scalars(serial).one(), tries)
    session.commit()
    return None


def _make_or_note(session: Session, settings: Settings, claim: Claim, now: datetime) -> int:
    """Make a claimed certificate; what cannot be made is tried again, and left out in the end."""
    try:
        _make(session, settings, claim, now)
    except Unavailable:
        # Nothing is wrong with this certificate: whoever signs cannot be reached for a while.
        session.rollback()
        _note(session, claim, {"claimed_until": now + CLAIM_LASTS, "tries": claim.tries - 1})
        session.commit()
        return 0
    except Exception:
        session.rollback()
        log.exception("Certificate %s of batch %s was not made.", claim.number, claim.batch_id)
        given_up = claim.tries >= MOST_TRIES
        _note(
            session,
            claim,
            {"left_out": CANNOT_BE_MADE, "done_at": now} if given_up else {"claimed_until": None},
        )
        session.commit()
        return 0
    session.commit()
    return 1


def _make(session: Session, settings: Settings, claim: Claim, now: datetime) -> None:
    found = credentials.find_by_serial(session, claim.serial, now)
    if found is None:
        raise LookupError(f"There is no credential {claim.serial}.")
    if found.verdict.status not in HANDED_OUT:
        _note(session, claim, {"left_out": found.verdict.status, "done_at": now})
        return
    if claim.tries > MOST_TRIES:
        # It took its process down with it, again and again.
        _note(session, claim, {"left_out": CANNOT_BE_MADE, "done_at": now})
        return
    data = _certificate(session, found, settings, now)
    credential = found.credential
    name = f"{claim.number:04}-{plain_name(credential.holder_name)}-{credential.serial}.pdf"
    digest = hashlib.sha256(data).hexdigest()
    _note(session, claim, {"name": name, "sha256": digest, "done_at": now})


def _certificate(
    session: Session, found: credentials.Attested, settings: Settings, now: datetime
) -> bytes:
    return credentials.certificate_file(session, found, settings, now=now).content


def _note(session: Session, claim: Claim, values: dict[str, object]) -> None:
    """Note the progress of a certificate, unless another process was there first."""
    session.execute(
        sa.update(BatchEntry)
        .where(
            BatchEntry.batch_id == claim.batch_id,
            BatchEntry.number == claim.number,
            BatchEntry.done_at.is_(None),
        )
        .values(**values)
    )


def _claim_batch(session: Session, now: datetime) -> int | None:
    """Claim a batch of which every certificate is dealt with; None when there is none."""
    undone = sa.exists().where(BatchEntry.batch_id == Batch.id, BatchEntry.done_at.is_(None))
    free = sa.or_(Batch.claimed_until.is_(None), Batch.claimed_until < now)
    ready = (Batch.made_at.is_(None), ~undone, free)
    waiting = sa.select(Batch.id).where(*ready).order_by(Batch.id).limit(1)
    batch_id = session.scalar(waiting.with_for_update(skip_locked=True))
    if batch_id is None:
        session.commit()
        return None
    claimed = session.scalar(
        sa.update(Batch)
        .where(Batch.id == batch_id, *ready)
        .values(claimed_until=now + PACKING_LASTS)
        .returning(Batch.id)
    )
    session.commit()
    return claimed


def _pack(session: Session, settings: Settings, batch_id: int, now: datetime) -> None:
    """Write the file of a batch and tell whoever asked for it.

    Several processes may write it at once, should a claim lapse too early: each writes a file of
    its own, all alike, and the last one to put it in place changes nothing.
    """
    batch = session.get_one(Batch, batch_id)
    folder = batch_folder(settings.data)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = folder / f"{batch.file_name}.{secrets.token_hex(4)}.part"
    try:
        digest, size = archive.write(half, _members(session, settings, batch_id, now))
        half.replace(folder / f"{batch.file_name}.zip")
    except archive.Differs:
        # Drawn differently since, by a newer release of this software: all are made again.
        log.exception("Batch %s is made anew.", batch_id)
        _begin_anew(session, batch_id)
        return
    finally:
        half.unlink(missing_ok=True)
    made = session.scalar(
        sa.update(Batch)
        .where(Batch.id == batch_id, Batch.made_at.is_(None))
        .values(made_at=now, sha256=digest, size=size)
        .returning(Batch.id)
    )
    if made is not None:
        _tell(session, settings, batch, digest, now)
    session.commit()


def _begin_anew(session: Session, batch_id: int) -> None:
    session.execute(
        sa.update(BatchEntry)
        .where(BatchEntry.batch_id == batch_id, BatchEntry.sha256.is_not(None))
        .values(name=None, sha256=None, done_at=None, claimed_until=None, tries=0)
    )
    session.execute(sa.update(Batch).where(Batch.id == batch_id).values(claimed_until=None))
    session.commit()


def _members(
    session: Session, settings: Settings, batch_id: int, now: datetime
) -> Iterator[archive.Member]:
    """Yield the files of a batch one by one: what was drawn is read again, never all at once."""
    query = (
        sa.select(BatchEntry.name, BatchEntry.sha256, CredentialRecord.serial)
        .join(CredentialRecord, CredentialRecord.id == BatchEntry.credential_id)
        .where(BatchEntry.batch_id == batch_id, BatchEntry.sha256.is_not(None))
        .order_by(BatchEntry.number)
    )
    for row in session.execute(query).all():

        def read(serial: str = row.serial) -> bytes:
            found = credentials.find_by_serial(session, serial, now)
            if found is None:
                raise LookupError(f"There is no credential {serial}.")
            return _certificate(session, found, settings, now)

        yield archive.Member(row.name, certificates.format_serial(row.serial), row.sha256, read)


def _tell(session: Session, settings: Settings, batch: Batch, digest: str, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=None,
        programme_id=batch.programme_id,
        act="batch.made",
        subject=f"batch {batch.id}",
        detail={"sha256": digest},
    )
    asker = session.execute(
        sa.select(Account.full_name, Account.email).where(Account.id == batch.asked_by)
    ).one()
    told = mail.letter(
        "batch-ready",
        name=asker.full_name,
        until=(now + KEPT).date(),
        address=f"{settings.public_url}/manage/batches/{batch.id}",
    )
    mail.write(
        session,
        recipient=asker.email,
        subject=told.subject,
        body=told.body,
        at=now,
        account_id=batch.asked_by,
        programme_id=batch.programme_id,
        key=f"batch:{batch.id}:{digest}",
    )


def remove_half_written(data: Path) -> None:
    """Remove what processes that were killed while packing left behind."""
    latest = time.time() - _HALF_WRITTEN_SECONDS
    for half in batch_folder(data).glob("*.part"):
        try:
            if half.stat().st_mtime < latest:
                half.unlink()
        except FileNotFoundError:
            continue
