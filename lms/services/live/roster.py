"""The roster of a session: places booked, and attendance ticked by whoever leads it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms import db
from lms.downloads import Column, Table
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment
from lms.models.live import HoursEntry, LiveBooking, LiveSession
from lms.services.cohorts import RunCohort, Seat
from lms.services.live import ledger
from lms.services.live.ledger import STANDS, Credit
from lms.services.live.schedule import Live, live_of
from lms.services.waiting import Waiting


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A learner on the roster of a session, with what counts for them, if anything.

    `credit` is the entry that counts, also when a correction has brought it to 0 minutes.
    """

    enrolment_id: int
    name: str
    state: str
    has_place: bool
    credit: Credit | None

    @property
    def minutes(self) -> int:
        """The minutes that count for them."""
        return self.credit.minutes if self.credit else 0


def list_roster(
    session: Session, live: Live, entries: list[Credit] | None = None
) -> list[RosterLine]:
    """Return the learners of a session by name: all who learn there, and all with an entry.

    `entries` are those of the session, where they were read already.
    """
    if entries is None:
        entries = ledger.list_entries(session, live.id)
    # In the order in which they were made: what counts is the last one of each learner.
    last = {each.enrolment_id: each for each in entries}
    booked = set(
        session.scalars(sa.select(LiveBooking.enrolment_id).where(LiveBooking.live_id == live.id))
    )
    query = (
        sa.select(Enrolment.id, Account.full_name, Enrolment.state)
        .join(Account, Account.id == Enrolment.account_id)
        .where(
            sa.or_(
                sa.and_(Enrolment.cohort_id == live.cohort_id, Enrolment.state != "withdrawn"),
                Enrolment.id.in_(
                    sa.select(HoursEntry.enrolment_id).where(HoursEntry.live_id == live.id)
                ),
            )
        )
        .order_by(Account.full_name, Enrolment.id)
    )
    return [
        RosterLine(key, name, state, key in booked, last.get(key))
        for key, name, state in session.execute(query)
    ]


def tick(
    session: Session,
    cohort: RunCohort,
    live: Live,
    enrolment_ids: Collection[int],
    *,
    mode: str,
    minutes: int,
    by: int,
    now: datetime,
) -> tuple[int, list[str]]:
    """Credit the learners ticked on the roster; return how many, and whom it could not be.

    Those credited before stay as they are. One who is credited elsewhere at that time is named
    with the reason; the others are credited all the same.
    """
    if live.cancelled_at is not None:
        raise Refused("This session is cancelled.")
    if now < live.starts_at:
        raise Refused("The roster is ticked from the beginning of the session on.")
    db.lock(session)
    known = {
        line.enrolment_id: line for line in list_roster(session, live) if line.state != "withdrawn"
    }
    if not set(enrolment_ids) <= set(known):
        raise NotFound("Somebody on this roster does not learn here any more. Reload the page.")
    if _own_enrolment(session, cohort, by) in enrolment_ids:
        raise Refused("Somebody else has to tick you: nobody credits themselves.")
    credited, refused = 0, []
    # In one order, so that two rosters sent at once cannot wait for each other.
    for enrolment_id in sorted(enrolment_ids):
        try:
            credited += ledger.credit(
                session,
                live,
                cohort,
                enrolment_id,
                mode=mode,
                minutes=minutes,
                evidence="roster",
                by=by,
                now=now,
            )
        except ledger.Overlapping as overlap:
            refused.append(f"{known[enrolment_id].name}: {overlap.message}")
    return credited, refused


def _own_enrolment(session: Session, cohort: RunCohort, account_id: int) -> int | None:
    return session.scalar(
        sa.select(Enrolment.id).where(
            Enrolment.cohort_id == cohort.id, Enrolment.account_id == account_id
        )
    )


def book(session: Session, seat: Seat, live: Live, now: datetime) -> None:
    """Take a place in a session with a limited number of them; twice changes nothing.

    Refused when the last place has gone: the session is locked, so that two cannot both get it.
    """
    if live.capacity is None or live.cancelled_at is not None or live.starts_at <= now:
        raise Refused("No place is taken for this session.")
    if seat.state != "active":
        raise Refused("Your place in the cohort is not active. Ask the programme.")
    db.lock(session)
    held = sa.select(LiveSession.capacity).where(LiveSession.id == live.id).with_for_update()
    capacity = session.scalar(held) or 0
    booked = set(
        session.scalars(sa.select(LiveBooking.enrolment_id).where(LiveBooking.live_id == live.id))
    )
    if seat.enrolment_id in booked:
        return
    if len(booked) >= capacity:
        raise Refused("Every place is taken. Look again later: somebody may give theirs up.")
    is_postgresql = session.connection().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    row = {"live_id": live.id, "enrolment_id": seat.enrolment_id, "booked_at": now}
    session.execute(insert(LiveBooking).values(row).on_conflict_do_nothing())


def give_up(session: Session, seat: Seat, live: Live, now: datetime) -> None:
    """Give a place up, so that somebody else can take it."""
    if live.starts_at <= now:
        raise Refused("The session has begun.")
    session.execute(
        sa.delete(LiveBooking).where(
            LiveBooking.live_id == live.id, LiveBooking.enrolment_id == seat.enrolment_id
        )
    )


def roster_table(session: Session, cohort: RunCohort, live: Live, now: datetime) -> Table:
    """Return the roster of a session as a table to take away."""
    zone = ZoneInfo(cohort.time_zone)
    return Table(
        name=f"roster {live.title} {live.starts_at.astimezone(zone):%Y-%m-%d}",
        columns=(
            Column("Learner"),
            Column("State", "Whether the learner is active in the cohort, paused or withdrawn."),
            Column("Place", "Whether the learner holds a place, where places are limited."),
            Column("Minutes", "Minutes that count, after corrections.", "minutes"),
            Column("Mode", "How the learner attended."),
            Column("Evidence", "By the code of the room, or ticked on the roster."),
            Column("Recorded by"),
            Column("Recorded at", kind="moment"),
            Column("Reason", "Why an earlier entry was corrected."),
        ),
        rows=[
            (
                line.name,
                line.state,
                "yes" if line.has_place else "no",
                line.minutes,
                *(
                    (each.mode, each.evidence, each.recorded_by, each.recorded_at, each.reason)
                    if (each := line.credit)
                    else ("", "", "", None, "")
                ),
            )
            for line in list_roster(session, live)
        ],
        notes=(
            f"{cohort.programme_name}, {cohort.title}",
            f"{live.title}, held {live.starts_at.astimezone(zone):%Y-%m-%d %H:%M %Z} "
            f"({cohort.time_zone}), credits {live.minutes} minutes",
            f"Made {now:%Y-%m-%d %H:%M} UTC",
        ),
    )


def waiting_for(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return the sessions that are over and have credited nobody: their roster waits for a person.

    Those of the last 90 days, the oldest first.
    """
    credited = sa.exists().where(HoursEntry.live_id == LiveSession.id)
    query = (
        sa.select(LiveSession, Cohort.title)
        .join(Cohort, Cohort.id == LiveSession.cohort_id)
        .where(Cohort.programme_id == programme_id, LiveSession.cancelled_at.is_(None), ~credited)
        .where(LiveSession.ends_at < now, LiveSession.ends_at > now - timedelta(days=90))
        .order_by(LiveSession.ends_at, LiveSession.id)
        .limit(200)
    )
    return [
        Waiting(
            kind="roster",
            subject=f"{title}: {row.title}",
            since=live_of(row).ends_at,
            endpoint="live.session",
            values={"cohort": row.cohort_id, "live": row.id},
            cohort_id=row.cohort_id,
        )
        for row, title in session.execute(query)
    ]


def count_attendance(session: Session, cohort_id: int) -> dict[int, int]:
    """Return how many learners each session of a cohort has credited, by its id."""
    query = (
        sa.select(HoursEntry.live_id, sa.func.count().label("number"))
        .join(LiveSession, LiveSession.id == HoursEntry.live_id)
        .where(LiveSession.cohort_id == cohort_id, STANDS, HoursEntry.minutes > 0)
        .group_by(HoursEntry.live_id)
    )
    return {row.live_id: row.number for row in session.execute(query)}


def count_places(session: Session, cohort_id: int) -> dict[int, int]:
    """Return how many places of each session of a cohort are taken, by its id."""
    query = (
        sa.select(LiveBooking.live_id, sa.func.count().label("number"))
        .join(LiveSession, LiveSession.id == LiveBooking.live_id)
        .where(LiveSession.cohort_id == cohort_id)
        .group_by(LiveBooking.live_id)
    )
    return {row.live_id: row.number for row in session.execute(query)}


def list_own_places(session: Session, enrolment_id: int) -> set[int]:
    """Return the sessions in which a learner holds a place."""
    query = sa.select(LiveBooking.live_id).where(LiveBooking.enrolment_id == enrolment_id)
    return set(session.scalars(query))
