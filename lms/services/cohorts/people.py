"""The people of a cohort, page by page: who has a place, in which state, and until when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.downloads import Column, Table
from lms.errors import NotFound
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.services.cohorts.due import Due, due_dates, first_day
from lms.services.cohorts.runs import RunCohort
from lms.services.cohorts.seats import State

PAGE = 50
PAGE_OF_FILE = 1000


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """Somebody's place in a cohort; `last_on` is their own last day, extensions counted.

    `enrolled_on` is the day of the enrolment on the programme's calendar.
    """

    enrolment_id: int
    account_id: int
    name: str
    email: str
    state: State
    enrolled_at: datetime
    enrolled_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class PlacePage:
    """A page of a cohort's places by name; `next_after` continues the list."""

    lines: tuple[PlaceLine, ...]
    next_after: int | None


def list_places(
    session: Session,
    cohort: RunCohort,
    *,
    state: str | None = None,
    words: str = "",
    after: int | None = None,
    limit: int = PAGE,
) -> PlacePage:
    """Return places of a cohort by name, those in one state or whose name or address has words.

    `after` is the enrolment at which the page before ended.
    """
    query = _PLACES.where(Enrolment.cohort_id == cohort.id)
    if state is not None:
        query = query.where(Enrolment.state == state)
    for word in words.split():
        query = query.where(
            sa.or_(
                Account.full_name.icontains(word, autoescape=True),
                Account.email.icontains(word, autoescape=True),
            )
        )
    if after is not None:
        last = (
            sa.select(Account.full_name)
            .join(Enrolment, Enrolment.account_id == Account.id)
            .where(Enrolment.id == after)
            .scalar_subquery()
        )
        query = query.where(
            sa.or_(
                Account.full_name > last,
                sa.and_(Account.full_name == last, Enrolment.id > after),
            )
        )
    rows = session.execute(query.order_by(Account.full_name, Enrolment.id).limit(limit + 1)).all()
    shown = rows[:limit]
    due = due_dates(session, cohort, [row.id for row in shown])
    lines = tuple(_line(cohort, row, due[row.id]) for row in shown)
    return PlacePage(lines, lines[-1].enrolment_id if len(rows) > limit else None)


_PLACES = sa.select(
    Enrolment.id,
    Enrolment.account_id,
    Account.full_name,
    Account.email,
    Enrolment.state,
    Enrolment.enrolled_at,
).join(Account, Account.id == Enrolment.account_id)


def place_for(session: Session, cohort: RunCohort, enrolment_id: int) -> tuple[PlaceLine, Due]:
    """Return one place of a cohort and the days that hold for it.

    Raises NotFound for an enrolment of another cohort.
    """
    query = _PLACES.where(Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort.id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound()
    due = due_dates(session, cohort, [row.id])[row.id]
    return _line(cohort, row, due), due


def _line(cohort: RunCohort, row: Any, due: Due) -> PlaceLine:
    last_on = max((each.on for each in due.values()), default=cohort.due_on)
    return PlaceLine(
        enrolment_id=row.id,
        account_id=row.account_id,
        name=row.full_name,
        email=row.email,
        state=row.state,
        enrolled_at=row.enrolled_at,
        enrolled_on=first_day(row.enrolled_at, cohort.time_zone),
        last_on=last_on,
    )


def count_states(session: Session, cohort_id: int) -> Mapping[str, int]:
    """Return how many places of a cohort are in each state; a state nobody is in counts 0."""
    query = (
        sa.select(Enrolment.state, sa.func.count())
        .where(Enrolment.cohort_id == cohort_id)
        .group_by(Enrolment.state)
    )
    found = {row[0]: row[1] for row in session.execute(query)}
    return {state: found.get(state, 0) for state in ("active", "paused", "withdrawn")}


def _every(
    session: Session, cohort: RunCohort, state: str | None, words: str
) -> Iterator[PlaceLine]:
    """Read all places a thousand at a time, so that a long list needs no more memory."""
    after = None
    while True:
        page = list_places(
            session, cohort, state=state, words=words, after=after, limit=PAGE_OF_FILE
        )
        yield from page.lines
        after = page.next_after
        if after is None:
            return


def places_table(
    session: Session,
    cohort: RunCohort,
    *,
    state: str | None = None,
    words: str = "",
    now: datetime,
) -> Table:
    """Return the places of a cohort as a table to take away, with the filters of the page."""
    notes = [f"{cohort.title}, {cohort.programme_name}", f"Days in the zone {cohort.time_zone}"]
    if state is not None:
        notes.append(f"Only places that are {state}")
    if words:
        notes.append(f"Only names and addresses with “{words}”")
    notes.append(f"Made at {now.isoformat(timespec='seconds')}")
    return Table(
        name=f"{cohort.title} places",
        columns=(
            Column("Name", "As in the account"),
            Column("E-mail", "Address of the account"),
            Column("State", "active, paused (keeps the place) or withdrawn (keeps the record)"),
            Column("Enrolled", "When the place was first taken", "moment"),
            Column("Due", "The learner's own last day, extensions counted", "day"),
        ),
        rows=(
            (line.name, line.email, line.state, line.enrolled_at, line.last_on)
            for line in _every(session, cohort, state, words)
        ),
        notes=tuple(notes),
    )
