"""Moving a learner from one cohort to another of the same course: the place moves, all stays."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.errors import NotFound, Refused
from lms.models.assessment import Attempt
from lms.models.catalogue import Release
from lms.models.cohorts import Cohort, Enrolment, EnrolmentAct
from lms.models.credentials import CredentialRecord
from lms.models.learning import LessonCompletion
from lms.models.sittings import GroupMember, SittingRule
from lms.services import audit, catalogue
from lms.services.cohorts.room import LockedCohort, lock_cohort, refuse_if_full
from lms.services.cohorts.runs import RunCohort
from lms.services.cohorts.seats import refuse_own
from lms.services.cohorts.waiting import promote


def list_targets(session: Session, cohort: RunCohort) -> list[tuple[int, str]]:
    """Return (id, title) of the cohorts that a learner of this one may move to, latest first."""
    course = sa.select(Release.course_slug).where(Release.id == cohort.release_id)
    query = (
        sa.select(Cohort.id, Cohort.title)
        .join(Release, Release.id == Cohort.release_id)
        .where(
            Cohort.programme_id == cohort.programme_id,
            Cohort.id != cohort.id,
            Release.course_slug == course.scalar_subquery(),
        )
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    )
    return [(row.id, row.title) for row in session.execute(query)]


def move(
    session: Session,
    cohort: RunCohort,
    enrolment_id: int,
    *,
    to: int,
    reason: str,
    by: int,
    now: datetime,
) -> None:
    """Move a place into another cohort of the same programme and course.

    The enrolment stays the same one, so that lessons, attempts, hours, extensions and the ledger
    stay with it. What was said about this learner's sittings goes along; groups are the old
    cohort's and are left. Refused when something would be lost from view: work that the release
    there does not have, a quiz under way or a credential where the release differs. One's own place
    is for a colleague to move.
    """
    refuse_own(session, enrolment_id, by)
    if to not in {key for key, _title in list_targets(session, cohort)}:
        raise NotFound("There is no such cohort of the same course. Reload the page.")
    # In one order, so that two moves in opposite directions wait and do not block each other.
    locked = {key: lock_cohort(session, key) for key in sorted((cohort.id, to))}
    old, new = locked[cohort.id], locked[to]
    enrolment = session.execute(
        sa.select(Enrolment.account_id, Enrolment.state).where(
            Enrolment.id == enrolment_id, Enrolment.cohort_id == cohort.id
        )
    ).one_or_none()
    if enrolment is None:
        raise NotFound()
    _refuse_a_second_place(session, new, enrolment.account_id)
    if new.release_id != old.release_id:
        _refuse_to_lose_work(session, new, enrolment_id)
    if enrolment.state != "withdrawn":
        refuse_if_full(session, new)
    _carry_over(session, enrolment_id, old, new)
    session.add(
        EnrolmentAct(
            enrolment_id=enrolment_id,
            kind="move",
            from_cohort_id=old.id,
            to_cohort_id=new.id,
            reason=reason,
            done_by=by,
            done_at=now,
        )
    )
    audit.record(
        session,
        at=now,
        actor_id=by,
        programme_id=old.programme_id,
        act="enrolment.moved",
        subject=f"enrolment {enrolment_id}",
        detail={"from": old.title, "to": new.title, "reason": reason},
    )
    promote(session, old, now)


def _refuse_a_second_place(session: Session, new: LockedCohort, account_id: int) -> None:
    there = sa.select(Enrolment.state).where(
        Enrolment.cohort_id == new.id, Enrolment.account_id == account_id
    )
    state = session.scalar(there)
    if state is not None:
        raise Refused(
            f"This person has a place in “{new.title}” already ({state}). Two places cannot become "
            "one: take that one up again instead."
        )


def _refuse_to_lose_work(session: Session, new: LockedCohort, enrolment_id: int) -> None:
    course = catalogue.release(session, new.release_id).course
    lessons = session.scalars(
        sa.select(LessonCompletion.lesson_key).where(LessonCompletion.enrolment_id == enrolment_id)
    ).all()
    attempts = session.execute(
        sa.select(Attempt.module_key, Attempt.submitted_at).where(
            Attempt.enrolment_id == enrolment_id
        )
    ).all()
    if any(attempt.submitted_at is None for attempt in attempts):
        raise Refused("A quiz is under way. Move this learner when it has been submitted.")
    held = sa.select(CredentialRecord.id).where(CredentialRecord.enrolment_id == enrolment_id)
    if session.scalars(held.limit(1)).first() is not None:
        raise Refused("This learner was certified on the release of this cohort and stays in it.")
    known = {unit.key for unit in course.units}
    done = {*lessons, *(f"{attempt.module_key}/quiz" for attempt in attempts)}
    lost = sorted(done - known)
    if lost:
        raise Refused(
            f"“{new.title}” learns another release, which does not have everything this learner "
            f"has done: {', '.join(lost)}. Choose a cohort of the same release."
        )


def _carry_over(session: Session, enrolment_id: int, old: LockedCohort, new: LockedCohort) -> None:
    session.execute(
        sa.update(Enrolment).where(Enrolment.id == enrolment_id).values(cohort_id=new.id)
    )
    session.execute(
        sa.update(SittingRule)
        .where(SittingRule.enrolment_id == enrolment_id, SittingRule.cohort_id == old.id)
        .values(cohort_id=new.id)
    )
    session.execute(sa.delete(GroupMember).where(GroupMember.enrolment_id == enrolment_id))
