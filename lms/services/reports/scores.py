"""Which score of an attempt counts, and how many learners of a cohort are complete, in SQL."""

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.orm import Session

from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Cohort, Enrolment
from lms.models.learning import LessonCompletion
from lms.services import catalogue


def superseded() -> sa.Exists:
    """Whether a later revision replaces a score."""
    later = so.aliased(ScoreRecord)
    return sa.exists().where(
        later.attempt_id == ScoreRecord.attempt_id, later.revision > ScoreRecord.revision
    )


def count_complete(session: Session, cohort_ids: list[int]) -> dict[int, int]:
    """Return by cohort how many learners have every lesson done and every quiz passed.

    The withdrawn are not counted. A cohort is bound to one release for good, and nobody moves to
    another release that lacks a unit they have done, so that counting facts is enough.
    """
    lessons = (
        sa.select(sa.func.count())
        .where(LessonCompletion.enrolment_id == Enrolment.id)
        .scalar_subquery()
    )
    passes = (
        sa.select(sa.func.count(sa.distinct(Attempt.module_key)))
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id)
        .where(
            Attempt.enrolment_id == Enrolment.id,
            Attempt.voided_at.is_(None),
            ScoreRecord.passed,
            ~superseded(),
        )
        .scalar_subquery()
    )
    of_cohorts = Cohort.id.in_(cohort_ids)
    complete = dict.fromkeys(cohort_ids, 0)
    # Passes are counted only of those who have read everything: few, and they cost the most.
    is_complete = [
        sa.and_(Cohort.release_id == release, lessons == units[0], passes == units[1])
        for release in session.scalars(sa.select(Cohort.release_id).where(of_cohorts).distinct())
        for units in [_units(session, release)]
    ]
    query = (
        sa.select(Cohort.id, sa.func.count())
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(of_cohorts, Enrolment.state != "withdrawn", sa.or_(sa.false(), *is_complete))
        .group_by(Cohort.id)
    )
    return complete | {row[0]: row[1] for row in session.execute(query)}


def _units(session: Session, release_id: int) -> tuple[int, int]:
    """How many lessons and quizzes a release has."""
    course = catalogue.release(session, release_id).course
    return len(course.lessons), sum(module.quiz is not None for module in course.modules)
