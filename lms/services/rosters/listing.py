"""Rosters as their pages show them: the list of a cohort, one with its counts, its rows by key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.cohorts import Cohort, Enrolment
from lms.models.rosters import Roster, RosterInvitation, RosterRow
from lms.services import accounts
from lms.services.rosters.people import Note
from lms.services.rosters.plan import BLOCKING, KINDS, Kind
from lms.services.waiting import Waiting

UNDO_WITHIN = timedelta(hours=24)
ROWS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A roster with the programme and cohort it is for; `role` is what the asking person holds."""

    id: int
    programme_id: int
    programme_name: str
    time_zone: str
    cohort_id: int
    cohort_title: str
    title: str
    state: str
    form: str | None
    detail: str
    is_guess: bool
    ignored: tuple[str, ...]
    problem: str | None
    size: int
    rows_read: int
    sent_by: str
    sent_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be undone; None as long as it was not applied, or once it was."""
        if self.applied_at is None or self.undone_at is not None:
            return None
        return self.applied_at + UNDO_WITHIN


@dataclass(frozen=True, slots=True)
class RosterRowLine:
    """A row of a roster as a page shows it."""

    number: int
    external_id: str
    email: str
    full_name: str
    profession: str
    licence_number: str
    licence_jurisdiction: str
    kind: str
    acts: tuple[str, ...]
    notes: tuple[Note, ...]
    enrolment_id: int | None
    undone: str | None
    stays_because: str | None


@dataclass(frozen=True, slots=True)
class InvitedCounts:
    """How far the invitations of a roster are."""

    total: int
    written: int
    used: int
    expired: int

    @property
    def open(self) -> int:
        """How many were sent and are not answered, expired ones among them."""
        return self.written - self.used


def _lines() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Roster.id,
            Roster.programme_id,
            Programme.name,
            Programme.time_zone,
            Roster.cohort_id,
            Cohort.title,
            Roster.title,
            Roster.state,
            Roster.form,
            Roster.detail,
            Roster.is_guess,
            Roster.ignored,
            Roster.problem,
            Roster.size,
            Roster.rows_read,
            Account.full_name,
            Roster.sent_at,
            Roster.applied_at,
            Roster.undone_at,
        )
        .join(Programme, Programme.id == Roster.programme_id)
        .join(Cohort, Cohort.id == Roster.cohort_id)
        .join(Account, Account.id == Roster.sent_by)
    )


def _line(row: Any) -> RosterLine:
    values = list(row)
    values[11] = tuple(json.loads(values[11]))
    return RosterLine(*values)


def roster_for(session: Session, account_id: int, roster_id: int, role: str) -> RosterLine:
    """Return a roster to somebody who holds at least `role` in its programme, or refuse."""
    row = session.execute(_lines().where(Roster.id == roster_id)).one_or_none()
    if row is None:
        raise NotFound()
    found = _line(row)
    learns_there = (
        sa.select(Enrolment.id)
        .join(Cohort, Cohort.id == Enrolment.cohort_id)
        .where(Enrolment.account_id == account_id, Cohort.programme_id == found.programme_id)
        .limit(1)
    )
    is_member = session.scalar(learns_there) is not None
    accounts.require_role(session, account_id, found.programme_id, role, is_member=is_member)
    return found


def list_rosters(session: Session, cohort_id: int, limit: int = 50) -> list[RosterLine]:
    """Return the rosters of a cohort, the latest first."""
    query = _lines().where(Roster.cohort_id == cohort_id).order_by(Roster.id.desc()).limit(limit)
    return [_line(row) for row in session.execute(query)]


def count_kinds(session: Session, roster_id: int) -> dict[Kind, int]:
    """Return how many rows there are of each kind of verdict."""
    query = (
        sa.select(RosterRow.verdict, sa.func.count())
        .where(RosterRow.roster_id == roster_id)
        .group_by(RosterRow.verdict)
    )
    found = {row[0]: row[1] for row in session.execute(query)}
    return {kind: found.get(kind, 0) for kind in KINDS}


def places_wanted(session: Session, roster_id: int) -> int:
    """Return how many people a roster would give a place."""
    query = sa.select(sa.func.count()).where(
        RosterRow.roster_id == roster_id, RosterRow.acts.contains("place")
    )
    return session.scalars(query).one()


def count_without_acts(session: Session, roster_id: int) -> int:
    """Return how many rows are so already and take nothing."""
    query = sa.select(sa.func.count()).where(
        RosterRow.roster_id == roster_id, RosterRow.acts == "", RosterRow.verdict == "match"
    )
    return session.scalars(query).one()


def count_undone(session: Session, roster_id: int) -> dict[str, int]:
    """Return how many rows an undoing took back, and how many stay."""
    query = (
        sa.select(RosterRow.undone, sa.func.count())
        .where(RosterRow.roster_id == roster_id, RosterRow.undone.is_not(None))
        .group_by(RosterRow.undone)
    )
    return {str(end): count for end, count in session.execute(query)}


def count_invited(session: Session, roster_id: int, now: datetime) -> InvitedCounts:
    """Return how far the invitations of a roster are."""
    of_roster = RosterInvitation
    is_open = of_roster.used_at.is_(None)
    row = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(of_roster.written_at),
            sa.func.count(of_roster.used_at),
            sa.func.count(sa.case((sa.and_(is_open, of_roster.expires_at <= now), 1))),
        ).where(of_roster.roster_id == roster_id, of_roster.withdrawn_at.is_(None))
    ).one()
    return InvitedCounts(*row)


def list_rows(
    session: Session,
    roster_id: int,
    *,
    kinds: tuple[str, ...] = (),
    after: int = 0,
    limit: int = ROWS_A_PAGE,
) -> list[RosterRowLine]:
    """Return rows of a roster from the one after `after` on, of these kinds or of all."""
    query = sa.select(RosterRow).where(RosterRow.roster_id == roster_id, RosterRow.number > after)
    if kinds:
        query = query.where(RosterRow.verdict.in_(kinds))
    rows = session.scalars(query.order_by(RosterRow.number).limit(limit))
    return [_row_line(row) for row in rows]


def every_row(
    session: Session, roster_id: int, kinds: tuple[str, ...] = ()
) -> Iterator[RosterRowLine]:
    """Yield the rows of a roster, some at a time."""
    after = 0
    while rows := list_rows(session, roster_id, kinds=kinds, after=after, limit=500):
        yield from rows
        after = rows[-1].number


def _row_line(row: RosterRow) -> RosterRowLine:
    return RosterRowLine(
        row.number,
        row.external_id,
        row.email,
        row.full_name,
        row.profession,
        row.licence_number,
        row.licence_jurisdiction,
        row.verdict,
        tuple(row.acts.split(",")) if row.acts else (),
        tuple(Note(**note) for note in json.loads(row.notes)),
        row.enrolment_id,
        row.undone,
        row.stays_because,
    )


def waiting_for(session: Session, programme_id: int, now: datetime) -> list[Waiting]:
    """Return the rosters that wait for a person: drafts to decide on, and files nobody can read.

    What could not be applied waits no longer once a later one of its cohort is applied.
    """
    later = aliased(Roster)
    mended = sa.exists().where(
        later.cohort_id == Roster.cohort_id, later.id > Roster.id, later.state == "applied"
    )
    stuck = sa.exists().where(RosterRow.roster_id == Roster.id, RosterRow.verdict.in_(BLOCKING))
    query = (
        sa.select(Roster.id, Roster.title, Cohort.title, Roster.sent_at, Roster.cohort_id, stuck)
        .join(Cohort, Cohort.id == Roster.cohort_id)
        .where(
            Roster.programme_id == programme_id,
            Roster.state.in_(("tried", "unreadable")),
            Roster.sent_at <= now,
            sa.not_(sa.and_(sa.or_(stuck, Roster.state == "unreadable"), mended)),
        )
        .order_by(Roster.sent_at, Roster.id)
    )
    return [
        Waiting(
            "roster-rejected" if is_stuck else "roster",
            f"{title}: {cohort}",
            since,
            "rosters.roster",
            {"roster": roster},
            cohort_id,
        )
        for roster, title, cohort, since, cohort_id, is_stuck in session.execute(query)
    ]
