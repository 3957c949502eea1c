"""The waiting list of a full cohort: first come, first served, moving up by itself."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, WaitingPlace
from lms.services import audit, mail
from lms.services.cohorts.room import LockedCohort, lock_cohort, room_in, take_seat
from lms.services.cohorts.runs import RunCohort
from lms.services.waiting import Waiting


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Somebody who waits for a place in a cohort; `position` 1 is next."""

    id: int
    position: int
    account_id: int
    name: str
    email: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class OwnWait:
    """A cohort that somebody waits for, and how many are before them."""

    cohort_id: int
    cohort_title: str
    programme_name: str
    programme_slug: str
    position: int


def join_queue(session: Session, cohort: LockedCohort, account_id: int, now: datetime) -> int:
    """Put somebody at the end of a locked cohort's list, once; return their position."""
    open_place = sa.select(WaitingPlace.id).where(
        WaitingPlace.cohort_id == cohort.id,
        WaitingPlace.account_id == account_id,
        WaitingPlace.ended_at.is_(None),
    )
    mine = session.scalar(open_place)
    if mine is None:
        place = WaitingPlace(cohort_id=cohort.id, account_id=account_id, joined_at=now)
        session.add(place)
        session.flush()
        mine = place.id
        _record(session, "waiting.joined", cohort.programme_id, account_id, account_id, cohort, now)
    ahead = sa.select(sa.func.count()).where(
        WaitingPlace.cohort_id == cohort.id,
        WaitingPlace.ended_at.is_(None),
        WaitingPlace.id <= mine,
    )
    return session.scalars(ahead).one()


def leave_queue(session: Session, account_id: int, cohort_id: int, now: datetime) -> bool:
    """Take oneself off a waiting list; return whether one was on it."""
    cohort = lock_cohort(session, cohort_id)
    if not _end(session, cohort, account_id, "left", now):
        return False
    _record(session, "waiting.left", cohort.programme_id, account_id, account_id, cohort, now)
    return True


def remove_waiting(
    session: Session, run: RunCohort, waiting_id: int, *, by: int, now: datetime
) -> None:
    """Take somebody off a cohort's waiting list, or raise NotFound."""
    cohort = lock_cohort(session, run.id)
    account_id = _waiting_account(session, cohort.id, waiting_id)
    _end(session, cohort, account_id, "removed", now)
    _record(session, "waiting.removed", cohort.programme_id, by, account_id, cohort, now)


def promote(session: Session, cohort: LockedCohort, now: datetime) -> int:
    """Give free places of a locked cohort to those who wait, and write to them; return how many.

    Nobody moves up once enrolment has closed: staff then take people in by hand.
    """
    if cohort.capacity is None or not cohort.is_open(now):
        return 0
    free = room_in(session, cohort).free or 0
    first = (
        sa.select(WaitingPlace.id, WaitingPlace.account_id, Account.full_name, Account.email)
        .join(Account, Account.id == WaitingPlace.account_id)
        .where(WaitingPlace.cohort_id == cohort.id, WaitingPlace.ended_at.is_(None))
        .order_by(WaitingPlace.id)
        .limit(free)
    )
    rows = session.execute(first).all() if free else []
    for row in rows:
        take_seat(session, cohort, row.account_id, by=row.account_id, now=now)
        _write(session, cohort, row, now)
    return len(rows)


def take_in(session: Session, run: RunCohort, waiting_id: int, *, by: int, now: datetime) -> int:
    """Give somebody who waits a place at once, whoever is before them; return the enrolment.

    The person who does it may go over the capacity: whose list it is may make an exception, and
    the trail names them. Refused to whoever waits there themselves.
    """
    cohort = lock_cohort(session, run.id)
    account_id = _waiting_account(session, cohort.id, waiting_id)
    if account_id == by:
        raise Refused("Somebody else has to take you in: it is your own place in the queue.")
    person = session.execute(
        sa.select(WaitingPlace.id, WaitingPlace.account_id, Account.full_name, Account.email)
        .join(Account, Account.id == WaitingPlace.account_id)
        .where(WaitingPlace.id == waiting_id)
    ).one()
    enrolment = take_seat(session, cohort, account_id, by=by, now=now)
    _write(session, cohort, person, now)
    return enrolment


def list_waited_for(session: Session) -> list[int]:
    """Return the cohorts for which somebody waits."""
    query = sa.select(WaitingPlace.cohort_id).where(WaitingPlace.ended_at.is_(None)).distinct()
    return list(session.scalars(query.order_by(WaitingPlace.cohort_id)))


def promote_in(session: Session, cohort_id: int, now: datetime) -> int:
    """Let those who wait for a cohort move up, if there is room; return how many did."""
    return promote(session, lock_cohort(session, cohort_id), now)


def list_waiting(session: Session, cohort_id: int) -> list[WaitingLine]:
    """Return who waits for a cohort, the next one first."""
    query = (
        sa.select(
            WaitingPlace.id,
            WaitingPlace.account_id,
            Account.full_name,
            Account.email,
            WaitingPlace.joined_at,
        )
        .join(Account, Account.id == WaitingPlace.account_id)
        .where(WaitingPlace.cohort_id == cohort_id, WaitingPlace.ended_at.is_(None))
        .order_by(WaitingPlace.id)
    )
    return [
        WaitingLine(row[0], position, *row[1:])
        for position, row in enumerate(session.execute(query), start=1)
    ]


def list_own_waits(session: Session, account_id: int) -> list[OwnWait]:
    """Return the cohorts that somebody waits for, the longest wait first."""
    earlier = WaitingPlace.__table__.alias("earlier")
    position = (
        sa.select(sa.func.count())
        .where(
            earlier.c.cohort_id == WaitingPlace.cohort_id,
            earlier.c.ended_at.is_(None),
            earlier.c.id <= WaitingPlace.id,
        )
        .scalar_subquery()
    )
    query = (
        sa.select(Cohort.id, Cohort.title, Programme.name, Programme.slug, position)
        .select_from(WaitingPlace)
        .join(Cohort, Cohort.id == WaitingPlace.cohort_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(WaitingPlace.account_id == account_id, WaitingPlace.ended_at.is_(None))
        .order_by(WaitingPlace.id)
    )
    return [OwnWait(*row) for row in session.execute(query)]


def _waiting_account(session: Session, cohort_id: int, waiting_id: int) -> int:
    found = session.scalar(
        sa.select(WaitingPlace.account_id).where(
            WaitingPlace.id == waiting_id,
            WaitingPlace.cohort_id == cohort_id,
            WaitingPlace.ended_at.is_(None),
        )
    )
    if found is None:
        raise NotFound("This person no longer waits. Reload the page.")
    return found


def _end(
    session: Session, cohort: LockedCohort, account_id: int, outcome: str, now: datetime
) -> bool:
    ended = session.scalar(
        sa.update(WaitingPlace)
        .where(
            WaitingPlace.cohort_id == cohort.id,
            WaitingPlace.account_id == account_id,
            WaitingPlace.ended_at.is_(None),
        )
        .values(ended_at=now, outcome=outcome)
        .returning(WaitingPlace.id)
    )
    return ended is not None


def _write(
    session: Session, cohort: LockedCohort, person: sa.Row[int, int, str, str], now: datetime
) -> None:
    told = mail.letter(
        "place-from-waiting",
        name=person.full_name,
        cohort=cohort.title,
        starts_on=cohort.starts_on,
        due_on=cohort.due_on,
        programme=cohort.programme_name,
    )
    mail.write(
        session,
        recipient=person.email,
        subject=told.subject,
        body=told.body,
        at=now,
        account_id=person.account_id,
        programme_id=cohort.programme_id,
        key=f"place-from-waiting-{person.id}",
    )


def _record(
    session: Session,
    act: str,
    programme_id: int,
    by: int,
    account_id: int,
    cohort: LockedCohort,
    now: datetime,
) -> None:
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=programme_id,
        act=act,
        subject=f"account {account_id}",
        detail={"cohort": cohort.title},
    )


def waiting_for(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return the cohorts in which people wait and nobody moves up by itself any more.

    While enrolment is open, places are handed on without anybody's doing.
    """
    query = (
        sa.select(
            Cohort.id,
            Cohort.title,
            Cohort.enrols_until,
            Programme.time_zone,
            sa.func.count().label("people"),
            sa.func.min(WaitingPlace.joined_at).label("since"),
        )
        .join(WaitingPlace, WaitingPlace.cohort_id == Cohort.id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(Cohort.programme_id == programme_id, WaitingPlace.ended_at.is_(None))
        .group_by(Cohort.id, Programme.time_zone)
    )
    found = []
    for row in session.execute(query):
        today = now.astimezone(ZoneInfo(row.time_zone)).date()
        if row.enrols_until is None or row.enrols_until < today:
            found.append(
                Waiting(
                    "waiting-list",
                    f"{row.title} · {row.people}",
                    row.since,
                    "cohorts.places",
                    {"cohort": row.id},
                    row.id,
                )
            )
    return found
