"""Notes that staff leave about a learner for their colleagues."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Enrolment
from lms.models.watch import LearnerNote
from lms.services import audit
from lms.services.cohorts import RunCohort

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note about a learner: what it says, who wrote it and when."""

    id: int
    words: str
    by: str
    at: datetime


def list_notes(session: Session, enrolment_id: int) -> list[NoteLine]:
    """Return the notes about a learner, the latest first; who may see them is for the caller."""
    query = (
        sa.select(LearnerNote.id, LearnerNote.words, Account.full_name, LearnerNote.written_at)
        .join(Account, Account.id == LearnerNote.written_by)
        .where(LearnerNote.enrolment_id == enrolment_id)
        .order_by(LearnerNote.id.desc())
    )
    return [NoteLine(*row) for row in session.execute(query)]


def write_note(
    session: Session,
    cohort: RunCohort,
    enrolment_id: int,
    words: str,
    *,
    ticket: str,
    by: int,
    now: datetime,
) -> bool:
    """Write a note about a learner of a cohort, once a form sent; return whether it is new.

    The trail tells that there is one, and not what it says.
    """
    if not words.strip() or len(words) > LONGEST_NOTE:
        raise Refused(f"Write a note of up to {LONGEST_NOTE} characters.")
    mine = sa.select(Enrolment.account_id).where(
        Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort.id
    )
    learner = session.scalar(mine)
    if learner is None:
        raise NotFound()
    if learner == by:
        raise Refused("Somebody else has to write about you.")
    is_postgresql = session.connection().dialect.name == "postgresql"
    insert = postgresql.insert if is_postgresql else sqlite.insert
    values = {
        "enrolment_id": enrolment_id,
        "words": words.strip(),
        "ticket": ticket,
        "written_by": by,
        "written_at": now,
    }
    entered = insert(LearnerNote).values(**values).on_conflict_do_nothing()
    if session.scalar(entered.returning(LearnerNote.id)) is None:
        return False
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=cohort.programme_id,
        act="learner.noted",
        subject=f"enrolment {enrolment_id}",
    )
    return True
