"""Announcements: drafted, shown, sent once to everybody who learns, taken back while that helps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.mail import OutboxMessage
from lms.models.messages import Announcement
from lms.services import audit, mail
from lms.services.cohorts import Seat

State = Literal["draft", "waiting", "sent", "recalled"]
# Between the press of the button and the first message, so that a slip can be taken back.
GRACE = timedelta(minutes=5)
LONGEST = 5000
LONGEST_SUBJECT = 120
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Line:
    """An announcement as staff see it; `cohort` is None for one to the whole programme."""

    id: int
    programme_id: int
    cohort_id: int | None
    cohort: str | None
    subject: str
    body: str
    author: str
    written_at: datetime
    send_at: datetime | None
    sent_at: datetime | None
    readers: int
    recalled_at: datetime | None

    @property
    def state(self) -> State:
        """What became of it until now."""
        if self.recalled_at is not None:
            return "recalled"
        if self.sent_at is not None:
            return "sent"
        return "draft" if self.send_at is None else "waiting"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the messages of an announcement that was sent."""

    left: int
    waiting: int
    withheld: int
    failed: int


def _lines() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Announcement.id,
            Announcement.programme_id,
            Announcement.cohort_id,
            Cohort.title,
            Announcement.subject,
            Announcement.body,
            Account.full_name,
            Announcement.written_at,
            Announcement.send_at,
            Announcement.sent_at,
            Announcement.readers,
            Announcement.recalled_at,
        )
        .join(Account, Account.id == Announcement.written_by)
        .outerjoin(Cohort, Cohort.id == Announcement.cohort_id)
        .order_by(Announcement.id.desc())
    )


def list_announcements(
    session: Session, programme_id: int, cohort_id: int | None = None
) -> list[Line]:
    """Return the latest announcements to a cohort, or (without one) to the whole programme."""
    query = _lines().where(
        Announcement.programme_id == programme_id,
        Announcement.cohort_id.is_(None)
        if cohort_id is None
        else Announcement.cohort_id == cohort_id,
    )
    return [Line(*row) for row in session.execute(query.limit(MOST_LISTED))]


def find_announcement(session: Session, announcement_id: int) -> Line:
    """Return one announcement, or raise NotFound; whether it is theirs the caller asks."""
    row = session.execute(_lines().where(Announcement.id == announcement_id)).one_or_none()
    if row is None:
        raise NotFound()
    return Line(*row)


def draft(
    session: Session,
    *,
    programme_id: int,
    cohort_id: int | None,
    subject: str,
    body: str,
    by: int,
    now: datetime,
    announcement_id: int | None = None,
) -> int:
    """Keep a draft, or change one that is not on its way; return its id."""
    subject, body = " ".join(subject.split()), body.replace("\r\n", "\n").strip()
    if not subject or not body:
        raise Refused("An announcement needs a subject and a text.")
    if len(subject) > LONGEST_SUBJECT or len(body) > LONGEST:
        raise Refused(
            f"Keep the subject to {LONGEST_SUBJECT} and the text to {LONGEST} characters."
        )
    if announcement_id is None:
        row = Announcement(
            programme_id=programme_id,
            cohort_id=cohort_id,
            subject=subject,
            body=body,
            written_by=by,
            written_at=now,
        )
        session.add(row)
        session.flush()
        return row.id
    db.lock(session)
    changed = session.scalar(
        sa.update(Announcement)
        .where(Announcement.id == announcement_id, Announcement.send_at.is_(None))
        .values(subject=subject, body=body, written_by=by, written_at=now)
        .returning(Announcement.id)
    )
    if changed is None:
        raise Refused("It is on its way already. Take it back first, then change it.")
    return announcement_id


def send(
    session: Session, line: Line, *, send_at: datetime | None, by: int, now: datetime
) -> datetime:
    """Let an announcement go at `send_at`, or now; return when: not before the time of grace."""
    due = max(send_at or now, now + GRACE)
    if due > now + timedelta(days=366):
        raise Refused("Choose a day within a year.")
    if not list_readers(session, line):
        raise Refused("Nobody learns here yet, so that nobody would get it.")
    db.lock(session)
    changed = session.scalar(
        sa.update(Announcement)
        .where(Announcement.id == line.id, Announcement.send_at.is_(None))
        .values(send_at=due)
        .returning(Announcement.id)
    )
    if changed is None:
        raise Refused("It is on its way already.")
    _record(session, line, "announcement.released", by, now, {"send_at": due.isoformat()})
    return due


def recall(session: Session, line: Line, *, by: int, now: datetime) -> int | None:
    """Take an announcement back: None if none had left, else how many had not left yet.

    Before it was sent it is a draft again. After, the messages that wait are withheld.
    """
    db.lock(session)
    again = session.scalar(
        sa.update(Announcement)
        .where(
            Announcement.id == line.id,
            Announcement.send_at.is_not(None),
            Announcement.sent_at.is_(None),
        )
        .values(send_at=None)
        .returning(Announcement.id)
    )
    if again is not None:
        _record(session, line, "announcement.taken-back", by, now, {})
        return None
    recalled = session.scalar(
        sa.update(Announcement)
        .where(
            Announcement.id == line.id,
            Announcement.sent_at.is_not(None),
            Announcement.recalled_at.is_(None),
        )
        .values(recalled_at=now, recalled_by=by)
        .returning(Announcement.id)
    )
    if recalled is None:
        raise Refused("There is nothing to take back. Reload the page to see what became of it.")
    withheld = mail.recall(session, _key(line.id), now)
    _record(session, line, "announcement.recalled", by, now, {"withheld": withheld})
    return withheld


def discard(session: Session, line: Line, *, by: int, now: datetime) -> None:
    """Remove a draft."""
    removed = session.scalar(
        sa.delete(Announcement)
        .where(Announcement.id == line.id, Announcement.send_at.is_(None))
        .returning(Announcement.id)
    )
    if removed is None:
        raise Refused("It is on its way already. Take it back first.")
    _record(session, line, "announcement.discarded", by, now, {})


def _record(
    session: Session, line: Line, act: str, by: int | None, now: datetime, detail: dict[str, Any]
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=line.programme_id,
        act=act,
        subject=f"announcement {line.id}",
        detail={"announcement": line.subject, "cohort": line.cohort or "", **detail},
    )


def _key(announcement_id: int) -> str:
    return f"announcement:{announcement_id}:"


def _readers(line: Line) -> sa.Select[*tuple[Any, ...]]:
    here = (
        Cohort.programme_id == line.programme_id
        if line.cohort_id is None
        else Cohort.id == line.cohort_id
    )
    return (
        sa.select(Account.id, Account.full_name, Account.email)
        .join(Enrolment, Enrolment.account_id == Account.id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(here, Enrolment.state != "withdrawn", Account.active)
        .distinct()
        .order_by(Account.full_name, Account.id)
    )


def list_readers(session: Session, line: Line) -> Sequence[tuple[int, str, str]]:
    """Return who gets an announcement today, each once: id, name and address."""
    return [(row[0], row[1], row[2]) for row in session.execute(_readers(line))]


def list_due(session: Session, now: datetime) -> list[int]:
    """Return the announcements whose time has come."""
    query = sa.select(Announcement.id).where(
        Announcement.send_at <= now, Announcement.sent_at.is_(None)
    )
    return list(session.scalars(query.order_by(Announcement.id)))


def expand(session: Session, announcement_id: int, now: datetime) -> int:
    """Write an announcement to each of its readers; return how many, 0 if another did it.

    All in one transaction: whoever dies in it has written nothing, and the next begins anew.
    """
    db.lock(session)
    claimed = session.scalar(
        sa.update(Announcement)
        .where(
            Announcement.id == announcement_id,
            Announcement.send_at <= now,
            Announcement.sent_at.is_(None),
        )
        .values(sent_at=now)
        .returning(Announcement.id)
    )
    if claimed is None:
        return 0
    line = find_announcement(session, announcement_id)
    programme = session.scalars(
        sa.select(Programme.name).where(Programme.id == line.programme_id)
    ).one()
    readers = list_readers(session, line)
    for account_id, name, email in readers:
        told = as_letter(line, name, programme)
        mail.write(
            session,
            recipient=email,
            subject=told.subject,
            body=told.body,
            at=now,
            kind="announcement",
            account_id=account_id,
            programme_id=line.programme_id,
            key=f"{_key(line.id)}{account_id}",
        )
    session.execute(
        sa.update(Announcement).where(Announcement.id == line.id).values(readers=len(readers))
    )
    _record(session, line, "announcement.sent", None, now, {"readers": len(readers)})
    return len(readers)


def as_letter(line: Line, name: str, programme: str) -> mail.Letter:
    """Return what one reader gets."""
    return mail.letter(
        "announcement",
        subject=line.subject,
        body=line.body,
        name=name,
        author=line.author,
        cohort=line.cohort,
        programme=programme,
    )


def delivery_of(session: Session, announcement_id: int) -> Delivery:
    """Return what became of an announcement's messages until now."""
    counted = [
        sa.func.count(column)
        for column in (
            OutboxMessage.sent_at,
            OutboxMessage.withheld_at,
            OutboxMessage.failed_at,
            OutboxMessage.id,
        )
    ]
    mine = OutboxMessage.key.startswith(_key(announcement_id), autoescape=True)
    row = session.execute(sa.select(*counted).where(mine)).one()
    left, withheld, failed = row[0], row[1], row[2]
    return Delivery(left, row[3] - left - withheld - failed, withheld, failed)


def list_for(session: Session, seat: Seat, limit: int = 20) -> list[Line]:
    """Return what was announced to a learner's cohort and programme, the latest first."""
    query = _lines().where(
        Announcement.programme_id == seat.programme_id,
        sa.or_(Announcement.cohort_id.is_(None), Announcement.cohort_id == seat.cohort_id),
        Announcement.sent_at.is_not(None),
        Announcement.recalled_at.is_(None),
    )
    return [Line(*row) for row in session.execute(query.limit(limit))]
