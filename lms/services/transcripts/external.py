"""Certificates from elsewhere: added by their holder, with a proof, and taken off again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.transcripts import ExternalCertificate, ExternalCheck
from lms.services import audit, proofs
from lms.services.transcripts.credits import CREDITS

MOST_CERTIFICATES = 100
MOST_PROOF_BYTES = 60_000_000
MOST_MINUTES = 2_000 * 60
LONGEST_NAME = 200
EARLIEST = date(1950, 1, 1)

ProofLevel = Literal["declared", "attached", "checked"]


class Unstated(Refused):
    """A certificate that cannot be added as it is stated; `field` is the part that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Statement:
    """What a holder states of a certificate: `minutes` of training, `credit` one of CREDITS."""

    title: str
    issuer: str
    completed_on: date
    expires_on: date | None
    minutes: int
    credit: str


@dataclass(frozen=True, slots=True)
class Check:
    """What a programme was asked about a certificate and, once decided, what it answered."""

    id: int
    programme_id: int
    programme: str
    asked_at: datetime
    outcome: Literal["confirmed", "not-confirmed"] | None
    words: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class External:
    """A certificate from elsewhere with its proof, if any, and its checks."""

    id: int
    account_id: int
    stated: Statement
    proof_name: str | None
    proof_type: str | None
    proof_size: int | None
    proof_sha256: str | None
    added_at: datetime
    checks: tuple[Check, ...]

    @property
    def level(self) -> ProofLevel:
        """How well it is shown: the holder's word, a file attached, or a programme's check."""
        if any(each.outcome == "confirmed" for each in self.checks):
            return "checked"
        return "attached" if self.proof_name else "declared"

    def has_expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.stated.expires_on is not None and self.stated.expires_on < today


def proof_folder(data: Path) -> Path:
    """Return where proof files lie below the data folder: nothing there is served by address."""
    return data / "proofs"


def add(
    session: Session,
    account_id: int,
    stated: Statement,
    proof: proofs.Proof | None,
    *,
    folder: Path,
    ticket: str,
    now: datetime,
) -> int:
    """Put a certificate on a person's transcript; the same form sent twice adds it once.

    Raises Unstated for what cannot be so, Refused beyond the limits of a transcript.
    """
    _refuse_nonsense(stated, now)
    known = _sent_before(session, account_id, ticket)
    if known is not None:
        return known
    # Before the writers' turn is taken: a file is slow to reach the disk.
    name = proofs.keep(folder, proof) if proof else None
    try:
        found, is_new = _insert(session, account_id, stated, proof, name, ticket, now)
    except BaseException:
        _forget(folder, name)
        raise
    if not is_new:
        _forget(folder, name)
    return found


def _forget(folder: Path, name: str | None) -> None:
    if name is not None:
        proofs.drop(folder, name)


def _sent_before(session: Session, account_id: int, ticket: str) -> int | None:
    return session.scalar(
        sa.select(ExternalCertificate.id).where(
            ExternalCertificate.account_id == account_id, ExternalCertificate.ticket == ticket
        )
    )


def _insert(
    session: Session,
    account_id: int,
    stated: Statement,
    proof: proofs.Proof | None,
    name: str | None,
    ticket: str,
    now: datetime,
) -> tuple[int, bool]:
    """Return the id of the certificate, and whether this form was the first to bring it."""
    db.lock(session)
    # One form of a person at a time, so that neither limit is passed by two at once.
    session.execute(sa.select(Account.id).where(Account.id == account_id).with_for_update())
    known = _sent_before(session, account_id, ticket)
    if known is not None:
        return known, False
    _refuse_too_much(session, account_id, proof)
    row = ExternalCertificate(
        account_id=account_id,
        ticket=ticket,
        title=stated.title,
        issuer=stated.issuer,
        completed_on=stated.completed_on,
        expires_on=stated.expires_on,
        minutes=stated.minutes,
        credit=stated.credit,
        proof_name=name,
        proof_type=proof.media_type if proof else None,
        proof_size=len(proof.data) if proof else None,
        proof_sha256=proof.sha256 if proof else None,
        added_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, "external.added", row, account_id, now)
    return row.id, True


def _refuse_nonsense(stated: Statement, now: datetime) -> None:
    for field in ("title", "issuer"):
        value = getattr(stated, field)
        if not value.strip() or len(value) > LONGEST_NAME:
            raise Unstated(field, f"Give it in at most {LONGEST_NAME} characters.")
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in value):
            raise Unstated(field, "Leave out line breaks and control characters.")
    # East of Greenwich tomorrow has begun already.
    if not EARLIEST <= stated.completed_on <= (now + timedelta(days=1)).date():
        raise Unstated("completed_on", "Give the day on which you completed it, not a later one.")
    if stated.expires_on is not None and stated.expires_on < stated.completed_on:
        raise Unstated("expires_on", "It cannot expire before it was completed.")
    if not 0 <= stated.minutes <= MOST_MINUTES:
        raise Unstated("hours", f"Give between 0 and {MOST_MINUTES // 60} hours.")
    if stated.credit not in CREDITS:
        raise Unstated("credit", "Choose one of the listed kinds.")


def _refuse_too_much(session: Session, account_id: int, proof: proofs.Proof | None) -> None:
    count, size = session.execute(
        sa.select(sa.func.count(), sa.func.sum(ExternalCertificate.proof_size)).where(
            ExternalCertificate.account_id == account_id, ExternalCertificate.removed_at.is_(None)
        )
    ).one()
    if count >= MOST_CERTIFICATES:
        raise Refused(
            f"A transcript holds at most {MOST_CERTIFICATES} certificates from elsewhere. "
            "Take one off first."
        )
    if proof and (size or 0) + len(proof.data) > MOST_PROOF_BYTES:
        raise Refused(
            f"Your proof files would take more than {MOST_PROOF_BYTES // 1_000_000} MB in all. "
            "Take one off first, or attach a smaller file."
        )


_CHECKED = (
    sa.select(
        ExternalCertificate,
        ExternalCheck.id,
        ExternalCheck.programme_id,
        Programme.name,
        ExternalCheck.asked_at,
        ExternalCheck.outcome,
        ExternalCheck.words,
        ExternalCheck.decided_at,
    )
    .outerjoin(ExternalCheck, ExternalCheck.certificate_id == ExternalCertificate.id)
    .outerjoin(Programme, Programme.id == ExternalCheck.programme_id)
    .where(ExternalCertificate.removed_at.is_(None))
    .order_by(
        ExternalCertificate.completed_on.desc(), ExternalCertificate.id.desc(), ExternalCheck.id
    )
)


def list_of_holder(
    session: Session, account_id: int, programme_id: int | None = None
) -> list[External]:
    """Return a person's certificates from elsewhere, the latest first.

    With a programme: those alone that the person asked it to check, and its own checks of them.
    """
    query = _CHECKED.where(ExternalCertificate.account_id == account_id)
    if programme_id is not None:
        query = query.where(ExternalCheck.programme_id == programme_id)
    return _grouped(session.execute(query).all())


def own_certificate_for(session: Session, account_id: int, certificate_id: int) -> External:
    """Return a person's own certificate; to everybody else there is nothing here."""
    query = _CHECKED.where(
        ExternalCertificate.account_id == account_id, ExternalCertificate.id == certificate_id
    )
    found = _grouped(session.execute(query).all())
    if not found:
        raise NotFound()
    return found[0]


def _grouped(rows: Sequence[Any]) -> list[External]:
    found: dict[int, tuple[ExternalCertificate, list[Check]]] = {}
    for row, *check in rows:
        checks = found.setdefault(row.id, (row, []))[1]
        if check[0] is not None:
            checks.append(Check(*check))
    return [external_of(row, tuple(checks)) for row, checks in found.values()]


def external_of(row: ExternalCertificate, checks: tuple[Check, ...]) -> External:
    """Return a row as a value."""
    return External(
        id=row.id,
        account_id=row.account_id,
        stated=Statement(
            row.title, row.issuer, row.completed_on, row.expires_on, row.minutes, row.credit
        ),
        proof_name=row.proof_name,
        proof_type=row.proof_type,
        proof_size=row.proof_size,
        proof_sha256=row.proof_sha256,
        added_at=row.added_at,
        checks=checks,
    )


def remove(session: Session, account_id: int, certificate_id: int, now: datetime) -> str | None:
    """Take a certificate off its holder's transcript; return the name of the file to drop.

    Drop it once this is committed. The row stays, and the trail keeps the digest of the proof, so
    that a programme's check of it can be explained.
    """
    db.lock(session)
    row = session.scalar(
        sa.select(ExternalCertificate)
        .where(
            ExternalCertificate.id == certificate_id,
            ExternalCertificate.account_id == account_id,
            ExternalCertificate.removed_at.is_(None),
        )
        .with_for_update()
    )
    if row is None:
        raise NotFound()
    _record(session, "external.removed", row, account_id, now)
    name = row.proof_name
    row.removed_at = now
    row.proof_name = row.proof_type = row.proof_size = row.proof_sha256 = None
    session.flush()
    return name


def _record(
    session: Session, act: str, row: ExternalCertificate, account_id: int, now: datetime
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=account_id,
        act=act,
        subject=f"external certificate {row.id}",
        detail={"minutes": row.minutes, "credit": row.credit, "proof": row.proof_sha256 or ""},
    )


def drop_orphans(session: Session, folder: Path) -> int:
    """Remove the files that no certificate names any more; return how many."""
    named = sa.select(ExternalCertificate.proof_name).where(
        ExternalCertificate.proof_name.is_not(None)
    )
    return proofs.drop_unnamed(folder, lambda: (str(name) for name in session.scalars(named)))
