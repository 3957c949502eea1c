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
    each = (
        sa.select(Cohort.id, Cohort.release_id, lessons.label("lessons"), passes.label("passes"))
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .where(Cohort.id.in_(cohort_ids), Enrolment.state != "withdrawn")
        .subquery()
    )
    columns = (each.c.id, each.c.release_id, each.c.lessons, each.c.passes)
    query = sa.select(*columns, sa.func.count().label("learners")).group_by(*columns)
    complete = dict.fromkeys(cohort_ids, 0)
    for row in session.execute(query):
        course = catalogue.release(session, row.release_id).course
        quizzed = sum(module.quiz is not None for module in course.modules)
        if (row.lessons, row.passes) == (len(course.lessons), quizzed):
            complete[row.id] += row.learners
    return complete
