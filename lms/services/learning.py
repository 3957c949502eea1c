"""Study: completing lessons, keeping the place, and the facts that progress is computed from."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import NotFound, Refused
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.learning import LessonCompletion, Place
from lms.services import audit, catalogue
from lms.services.cohorts import Seat


def facts_of(
    session: Session, enrolment_id: int
) -> tuple[list[courses.LessonDone], list[courses.QuizResult]]:
    """Return what is on record for one enrolment: lessons completed and quizzes scored."""
    done, results = facts_by_enrolment(session, [enrolment_id])
    return done.get(enrolment_id, []), results.get(enrolment_id, [])


def facts_by_enrolment(
    session: Session, enrolment_ids: list[int]
) -> tuple[dict[int, list[courses.LessonDone]], dict[int, list[courses.QuizResult]]]:
    """Return the facts of many enrolments in two queries, for a cohort's page."""
    done: dict[int, list[courses.LessonDone]] = {}
    lessons = sa.select(
        LessonCompletion.enrolment_id, LessonCompletion.lesson_key, LessonCompletion.completed_at
    ).where(LessonCompletion.enrolment_id.in_(enrolment_ids))
    for enrolment_id, key, at in session.execute(lessons):
        done.setdefault(enrolment_id, []).append(courses.LessonDone(key, at))
    results: dict[int, list[courses.QuizResult]] = {}
    for enrolment_id, *result in session.execute(_latest_scores(enrolment_ids)):
        results.setdefault(enrolment_id, []).append(courses.QuizResult(*result))
    return done, results


def _latest_scores(
    enrolment_ids: list[int],
) -> sa.Select[tuple[int, str, datetime, bool, int, int]]:
    later = sa.orm.aliased(ScoreRecord)
    superseded = sa.exists().where(
        later.attempt_id == ScoreRecord.attempt_id, later.revision > ScoreRecord.revision
    )
    return (
        sa.select(
            Attempt.enrolment_id,
            Attempt.module_key,
            Attempt.submitted_at,
            ScoreRecord.passed,
            ScoreRecord.points,
            ScoreRecord.maximum,
        )
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id)
        .where(Attempt.enrolment_id.in_(enrolment_ids), ~superseded)
    )


def progress_of(session: Session, seat: Seat) -> courses.Progress:
    """Return how far a learner is in the release they are bound to, and what is missing."""
    course = catalogue.release(session, seat.release_id).course
    return courses.progress(course, *facts_of(session, seat.enrolment_id))


def lesson_of(session: Session, seat: Seat, key: str) -> courses.Lesson:
    """Return a lesson of the learner's own release or raise NotFound."""
    lesson = catalogue.release(session, seat.release_id).course.find_lesson(key)
    if lesson is None:
        raise NotFound()
    return lesson


def complete_lesson(session: Session, seat: Seat, lesson: courses.Lesson, now: datetime) -> bool:
    """Note a lesson as done and credit its minutes, once; return whether it was new."""
    db.lock(session)
    state = progress_of(session, seat).state_of(lesson.key)
    if state.state == "locked":
        raise Refused("This lesson opens when the modules before it are complete.")
    if state.state == "done":
        return False
    session.add(
        LessonCompletion(
            enrolment_id=seat.enrolment_id,
            lesson_key=lesson.key,
            minutes=lesson.minutes,
            completed_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError:
        # Two tabs at once: the other one's completion stands.
        session.rollback()
        return False
    audit.record(
        session,
        at=now,
        actor_id=seat.account_id,
        programme_id=seat.programme_id,
        act="lesson.completed",
        subject=f"enrolment {seat.enrolment_id}",
        detail={"lesson": lesson.key, "minutes": lesson.minutes},
    )
    return True


def keep_place(
    session: Session, seat: Seat, lesson: courses.Lesson, heading: str, now: datetime
) -> None:
    """Remember the heading at which the learner is reading; an unknown heading means the top."""
    known = {found.id for found in lesson.headings}
    values = {"heading": heading if heading in known else "", "seen_at": now}
    where = (Place.enrolment_id == seat.enrolment_id, Place.lesson_key == lesson.key)
    updated = session.execute(sa.update(Place).where(*where).values(**values))
    if updated.rowcount:
        return
    session.add(Place(enrolment_id=seat.enrolment_id, lesson_key=lesson.key, **values))
    try:
        session.flush()
    except IntegrityError:
        # Another device opened the lesson for the first time at the same moment.
        session.rollback()
        session.execute(sa.update(Place).where(*where).values(**values))


def list_places(session: Session, enrolment_id: int) -> list[Place]:
    """Return where the learner was last seen in each lesson, the most recent first."""
    query = sa.select(Place).where(Place.enrolment_id == enrolment_id)
    return list(session.scalars(query.order_by(Place.seen_at.desc())))
