"""Asking supervisors for signatures: who has an account is told, others get a one-time link."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.cohorts import Enrolment
from lms.models.practice import PracticeEntry, PracticeLink, PracticeSupervisor
from lms.services import accounts, audit, mail
from lms.services.cohorts import SEAT, Seat
from lms.services.practice.directory import SupervisorLine, supervisor_line
from lms.services.practice.log import Entry, entries_where, list_entries
from lms.services.practice.signing import Signer, sign_rows

TOKEN_BYTES = 24
LASTS = timedelta(days=14)
LONGEST_TOKEN = 64
Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class OpenLink:
    """What a link shows to whoever holds it: one learner's rows that wait for one supervisor."""

    id: int
    supervisor: SupervisorLine
    seat: Seat
    entries: tuple[Entry, ...]
    expires_at: datetime


def ask(
    session: Session, seat: Seat, *, page: str, link: Address, now: datetime
) -> list[SupervisorLine]:
    """Ask every supervisor for whom rows of a learner wait; return those who were written to.

    `page` is the address of the page on which accounts sign, `link` makes the address of a token.
    A supervisor is written to once a day for the same rows; a new link ends the one before it.
    """
    db.lock(session)
    waiting: dict[int, list[Entry]] = {}
    for entry in list_entries(session, seat.enrolment_id):
        if entry.is_open and entry.supervisor.is_open:
            waiting.setdefault(entry.supervisor.id, []).append(entry)
    asked = []
    for entries in waiting.values():
        of = entries[0].supervisor
        newest = max(entry.id for entry in entries)
        day = now.date().isoformat()
        key = f"practice-ask-{seat.enrolment_id}-{of.id}-{newest}-{day}"
        address, expires = page, None
        if of.account_id is None:
            token = secrets.token_urlsafe(TOKEN_BYTES)
            address, expires = link(token), now + LASTS
        told = _letter(of, seat, entries, address, expires)
        written = mail.write(
            session,
            recipient=of.email,
            subject=told.subject,
            body=told.body,
            at=now,
            kind="account",
            account_id=of.account_id,
            programme_id=seat.programme_id,
            key=key,
        )
        if not written:
            continue
        if expires is not None:
            _keep(session, seat, of.id, token, newest, now)
        asked.append(of)
        _record(session, seat, of, len(entries), now)
    return asked


def _keep(
    session: Session, seat: Seat, supervisor_id: int, token: str, newest: int, now: datetime
) -> None:
    session.execute(
        sa.update(PracticeLink)
        .where(
            PracticeLink.enrolment_id == seat.enrolment_id,
            PracticeLink.supervisor_id == supervisor_id,
            PracticeLink.used_at.is_(None),
        )
        .values(used_at=now)
    )
    session.add(
        PracticeLink(
            token_hash=accounts.hash_token(token),
            supervisor_id=supervisor_id,
            enrolment_id=seat.enrolment_id,
            up_to=newest,
            sent_at=now,
            expires_at=now + LASTS,
        )
    )
    session.flush()


def _record(session: Session, seat: Seat, of: SupervisorLine, rows: int, now: datetime) -> None:
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act="practice.signature-asked",
        subject=f"enrolment {seat.enrolment_id}",
        detail={"supervisor": of.id, "rows": rows, "way": "account" if of.account_id else "link"},
    )


def _letter(
    of: SupervisorLine,
    seat: Seat,
    entries: Sequence[Entry],
    address: str,
    expires: datetime | None,
) -> mail.Letter:
    rows = sorted((entry.stated for entry in entries), key=lambda stated: stated.practised_on)
    return mail.letter(
        "practice-signature",
        name=of.name,
        learner=entries[0].learner,
        programme=seat.programme_name,
        entries=rows,
        address=address,
        expires_on=expires.date() if expires else None,
    )


def open_link(session: Session, token: str, now: datetime) -> OpenLink:
    """Return what a link shows, without using it up; NotFound when it leads nowhere any more."""
    if not token or len(token) > LONGEST_TOKEN:
        raise NotFound()
    row = session.scalars(
        sa.select(PracticeLink).where(
            PracticeLink.token_hash == accounts.hash_token(token),
            PracticeLink.used_at.is_(None),
            PracticeLink.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        raise NotFound()
    supervisor = session.get_one(PracticeSupervisor, row.supervisor_id)
    if supervisor.ended_at is not None:
        raise NotFound()
    seat = Seat(*session.execute(SEAT.where(Enrolment.id == row.enrolment_id)).one())
    entries = entries_where(
        session,
        PracticeEntry.enrolment_id == row.enrolment_id,
        PracticeEntry.supervisor_id == row.supervisor_id,
        PracticeEntry.id <= row.up_to,
    )
    waiting = tuple(entry for entry in entries if entry.is_open)
    return OpenLink(row.id, supervisor_line(supervisor), seat, waiting, row.expires_at)


def sign_by_link(
    session: Session, opened: OpenLink, entry_ids: Sequence[int], *, typed_name: str, now: datetime
) -> int:
    """Sign the chosen rows of a link, which is used up by it; return how many were signed.

    Refused without a row, for a row that the link does not cover, for another name, and when the
    link was used meanwhile. What was not chosen goes on waiting.
    """
    chosen = [entry for entry in opened.entries if entry.id in set(entry_ids)]
    if not chosen or len(chosen) != len(set(entry_ids)):
        raise Refused("Tick each row that is true and that you supervised.")
    db.lock(session)
    taken = session.scalar(
        sa.update(PracticeLink)
        .where(
            PracticeLink.id == opened.id,
            PracticeLink.used_at.is_(None),
            PracticeLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(PracticeLink.id)
    )
    if taken is None:
        raise Refused("This link was used already. Ask the learner for a new one.")
    of = opened.supervisor
    signer = Signer(of.id, of.name, of.licence, None, "link")
    sign_rows(session, signer, chosen, typed_name=typed_name, now=now)
    return len(chosen)
