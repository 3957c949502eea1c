"""Qualifications as learners state them to a programme: with a proof, and taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.qualifications import Qualification
from lms.services import audit, proofs
from lms.services.cohorts import Seat
from lms.services.qualifications.kinds import KINDS, State, Stated, state_on

MOST_QUALIFICATIONS = 40
MOST_PROOF_BYTES = 60_000_000
LONGEST_NAME, LONGEST_NUMBER = 200, 60
EARLIEST = date(1950, 1, 1)


class Unstated(Refused):
    """A qualification that cannot be added as it is stated; `field` is the part that is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Held:
    """A qualification with its proof and what was decided about it."""

    id: int
    programme_id: int
    account_id: int
    stated: Stated
    proof_name: str
    proof_type: str
    proof_sha256: str
    stated_at: datetime
    outcome: str | None
    words: str
    decided_at: datetime | None

    def state(self, today: date) -> State:
        """How it stands on a day of the programme."""
        return state_on(today, self.stated.expires_on, self.outcome)


def proof_folder(data: Path) -> Path:
    """Return where the proofs of qualifications lie below the data folder."""
    return data / "proofs" / "qualifications"


def today_in(zone: str, now: datetime) -> date:
    """Return the day that it is on a programme's clocks."""
    return now.astimezone(ZoneInfo(zone)).date()


def state(
    session: Session,
    seat: Seat,
    stated: Stated,
    proof: proofs.Proof,
    *,
    folder: Path,
    ticket: str,
    now: datetime,
) -> int:
    """State a qualification to the programme of a seat; the same form sent twice does so once.

    Raises Unstated for what cannot be so, Refused beyond what a programme keeps of one person.
    """
    _refuse_nonsense(stated, today_in(seat.time_zone, now))
    known = _sent_before(session, seat.account_id, ticket)
    if known is not None:
        return known
    # Before the writers' turn is taken: a file is slow to reach the disk.
    name = proofs.keep(folder, proof)
    try:
        found, is_new = _insert(session, seat, stated, proof, name, ticket, now)
    except BaseException:
        proofs.drop(folder, name)
        raise
    if not is_new:
        proofs.drop(folder, name)
    return found


def _sent_before(session: Session, account_id: int, ticket: str) -> int | None:
    return session.scalar(
        sa.select(Qualification.id).where(
            Qualification.account_id == account_id, Qualification.ticket == ticket
        )
    )


def _insert(
    session: Session,
    seat: Seat,
    stated: Stated,
    proof: proofs.Proof,
    name: str,
    ticket: str,
    now: datetime,
) -> tuple[int, bool]:
    """Return the id of the qualification, and whether this form was the first to bring it."""
    db.lock(session)
    # One form of a person at a time, so that neither limit is passed by two at once.
    session.execute(sa.select(Account.id).where(Account.id == seat.account_id).with_for_update())
    known = _sent_before(session, seat.account_id, ticket)
    if known is not None:
        return known, False
    _refuse_too_much(session, seat.account_id, proof)
    row = Qualification(
        programme_id=seat.programme_id,
        account_id=seat.account_id,
        ticket=ticket,
        kind=stated.kind,
        number=stated.number,
        issuer=stated.issuer,
        issued_on=stated.issued_on,
        expires_on=stated.expires_on,
        proof_name=name,
        proof_type=proof.media_type,
        proof_size=len(proof.data),
        proof_sha256=proof.sha256,
        stated_at=now,
        words="",
    )
    session.add(row)
    session.flush()
    record(session, "qualification.stated", row, seat.account_id, now)
    return row.id, True


def record(
    session: Session,
    act: str,
    row: Qualification,
    by: int,
    now: datetime,
    **detail: str,
) -> None:
    """Append an act on a qualification to the trail, with the digest of its proof."""
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=row.programme_id,
        act=act,
        subject=f"qualification {row.id}",
        detail={
            "kind": row.kind,
            "expires_on": row.expires_on.isoformat(),
            "proof": row.proof_sha256,
            **detail,
        },
    )


def _refuse_nonsense(stated: Stated, today: date) -> None:
    if stated.kind not in KINDS:
        raise Unstated("kind", "Choose one of the listed kinds.")
    if not stated.issuer.strip() or len(stated.issuer) > LONGEST_NAME:
        raise Unstated("issuer", f"Give it in at most {LONGEST_NAME} characters.")
    if len(stated.number) > LONGEST_NUMBER:
        raise Unstated("number", f"Give it in at most {LONGEST_NUMBER} characters.")
    for field in ("issuer", "number"):
        if not getattr(stated, field).isprintable():
            raise Unstated(field, "Leave out line breaks and control characters.")
    if not EARLIEST <= stated.issued_on <= today:
        raise Unstated("issued_on", "Give the day on which it was issued, not a later one.")
    if stated.expires_on < stated.issued_on:
        raise Unstated("expires_on", "It cannot expire before it was issued.")
    if stated.expires_on < today:
        raise Unstated("expires_on", "It has expired already. Send the one that is valid now.")
    if stated.expires_on > today + timedelta(days=366 * 20):
        raise Unstated("expires_on", "Give the day that stands on it, within 20 years.")


def _refuse_too_much(session: Session, account_id: int, proof: proofs.Proof) -> None:
    count, size = session.execute(
        sa.select(sa.func.count(), sa.func.sum(Qualification.proof_size)).where(
            Qualification.account_id == account_id, Qualification.removed_at.is_(None)
        )
    ).one()
    if count >= MOST_QUALIFICATIONS:
        raise Refused(f"At most {MOST_QUALIFICATIONS} are kept of one person. Take one back first.")
    if (size or 0) + len(proof.data) > MOST_PROOF_BYTES:
        raise Refused(
            f"Your proof files would take more than {MOST_PROOF_BYTES // 1_000_000} MB in all. "
            "Take one back first, or attach a smaller file."
        )


def list_of_learner(session: Session, seat: Seat) -> list[Held]:
    """Return what a learner has stated to the programme of a seat, what expires last first."""
    query = (
        sa.select(Qualification)
        .where(
            Qualification.account_id == seat.account_id,
            Qualification.programme_id == seat.programme_id,
            Qualification.removed_at.is_(None),
        )
        .order_by(Qualification.expires_on.desc(), Qualification.id.desc())
    )
    return [held_of(row) for row in session.scalars(query)]


def own_for(session: Session, seat: Seat, qualification_id: int) -> Held:
    """Return one that a learner stated to the programme of a seat; any other is not there."""
    found = next(
        (each for each in list_of_learner(session, seat) if each.id == qualification_id), None
    )
    if found is None:
        raise NotFound()
    return found


def held_of(row: Any) -> Held:
    """Return a row as a value."""
    return Held(
        id=row.id,
        programme_id=row.programme_id,
        account_id=row.account_id,
        stated=Stated(row.kind, row.number, row.issuer, row.issued_on, row.expires_on),
        proof_name=row.proof_name,
        proof_type=row.proof_type,
        proof_sha256=row.proof_sha256,
        stated_at=row.stated_at,
        outcome=row.outcome,
        words=row.words,
        decided_at=row.decided_at,
    )


def take_back(session: Session, seat: Seat, qualification_id: int, now: datetime) -> str:
    """Take a qualification back; return the name of the file to drop once this is committed.

    The row stays, and the trail keeps the digest of the proof, so that what a programme decided
    about it can be explained.
    """
    db.lock(session)
    row = session.scalar(
        sa.select(Qualification)
        .where(
            Qualification.id == qualification_id,
            Qualification.account_id == seat.account_id,
            Qualification.programme_id == seat.programme_id,
            Qualification.removed_at.is_(None),
        )
        .with_for_update()
    )
    if row is None or row.proof_name is None:
        raise NotFound()
    record(session, "qualification.taken-back", row, seat.account_id, now)
    name = row.proof_name
    row.removed_at, row.proof_name = now, None
    session.flush()
    return name


def drop_orphans(session: Session, folder: Path) -> int:
    """Remove the files that no qualification names any more; return how many."""
    named = sa.select(Qualification.proof_name).where(Qualification.proof_name.is_not(None))
    return proofs.drop_unnamed(folder, lambda: (str(name) for name in session.scalars(named)))
