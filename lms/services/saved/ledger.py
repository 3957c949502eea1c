"""The ledger as a table: every minute credited in a cohort, row by row as it was entered."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.downloads import Cell, Column, Table
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.learning import LessonCompletion
from lms.models.live import HoursEntry, LiveSession
from lms.services.cohorts import RunCohort

LEARNERS_AT_ONCE = 50


def ledger_table(session: Session, cohort: RunCohort, now: datetime) -> Table:
    """Return every row of a cohort's ledger, corrected ones and corrections alike.

    The rows are read while they are written, so that a million of them need no more memory than
    a thousand.
    """
    columns = (
        Column("Learner"),
        Column("What", "a lesson completed, or a live session attended"),
        Column("Which"),
        Column("Held for", "the module that a live session counts for; empty for the whole course"),
        Column("Mode", "asynchronous, in-person or live-online"),
        Column("Minutes", "credited at the length that its author or plan states", "minutes"),
        Column("Entered", "", "moment"),
        Column("Row", "number of the row among its kind", "number"),
        Column("Corrects", "the row that this one stands for", "number"),
        Column("Reason", "of a correction"),
    )
    return Table("Ledger of minutes", columns, _rows(session, cohort.id))


def _rows(session: Session, cohort_id: int) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of some learners at a time: a database that sorts them all keeps them all."""
    last = 0
    while True:
        some = session.scalars(_NEXT, {"cohort": cohort_id, "last": last}).all()
        if not some:
            return
        last = some[-1]
        for query in (_LESSONS, _SESSIONS):
            for row in session.connection().execute(query, {"some": some}):
                yield tuple(row)


_SOME: sa.BindParameter[list[int]] = sa.bindparam("some", expanding=True)
_NEXT = (
    sa.select(Enrolment.id)
    .where(Enrolment.cohort_id == sa.bindparam("cohort"), Enrolment.id > sa.bindparam("last"))
    .order_by(Enrolment.id)
    .limit(LEARNERS_AT_ONCE)
)
_LESSONS = (
    sa.select(
        Account.full_name,
        sa.literal("lesson"),
        LessonCompletion.lesson_key,
        sa.null(),
        sa.literal("asynchronous"),
        LessonCompletion.minutes,
        LessonCompletion.completed_at,
        LessonCompletion.id,
        sa.null(),
        sa.null(),
    )
    .join(Enrolment, Enrolment.id == LessonCompletion.enrolment_id)
    .join(Account, Account.id == Enrolment.account_id)
    .where(LessonCompletion.enrolment_id.in_(_SOME))
    .order_by(LessonCompletion.enrolment_id, LessonCompletion.id)
)
_SESSIONS = (
    sa.select(
        Account.full_name,
        sa.literal("live session"),
        LiveSession.title,
        HoursEntry.module_key,
        HoursEntry.mode,
        HoursEntry.minutes,
        HoursEntry.recorded_at,
        HoursEntry.id,
        HoursEntry.corrects_id,
        HoursEntry.reason,
    )
    .join(LiveSession, LiveSession.id == HoursEntry.live_id)
    .join(Enrolment, Enrolment.id == HoursEntry.enrolment_id)
    .join(Account, Account.id == Enrolment.account_id)
    .where(HoursEntry.enrolment_id.in_(_SOME))
    .order_by(HoursEntry.enrolment_id, HoursEntry.id)
)
