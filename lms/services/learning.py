"""Study: completing lessons, keeping the place, and the facts that progress is computed from."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import orm as so
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import courses
from lms import db
from lms.errors import NotFound, Refused
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.learning import LessonCompletion, Place
from lms.models.reviews import VoidAct
from lms.services import audit, catalogue
from lms.services.cohorts import Seat, refuse_unless_studying


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a learner was last seen in a lesson: the heading's id, empty at the top."""

    lesson_key: str
    heading: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """All that is on record of one enrolment's study; `places` has the most recent first."""

    done: tuple[courses.LessonDone, ...] = ()
    results: tuple[courses.QuizResult, ...] = ()
    places: tuple[Seen, ...] = ()


def _everything() -> sa.CompoundSelect[Any]:
    asked: sa.BindParameter[list[int]] = sa.bindparam("enrolments", expanding=True)
    none = sa.null()
    lessons = sa.select(
        sa.literal("done").label("kind"),
        LessonCompletion.enrolment_id.label("enrolment_id"),
        LessonCompletion.lesson_key.label("key"),
        LessonCompletion.completed_at.label("at"),
        sa.cast(none, sa.Boolean).label("passed"),
        sa.cast(none, sa.Integer).label("points"),
        sa.cast(none, sa.Integer).label("maximum"),
        sa.cast(none, sa.Integer).label("parts"),
        sa.cast(none, sa.String).label("heading"),
    ).where(LessonCompletion.enrolment_id.in_(asked))
    later = so.aliased(ScoreRecord)
    superseded = sa.exists().where(
        later.attempt_id == ScoreRecord.attempt_id, later.revision > ScoreRecord.revision
    )
    scores = (
        sa.select(
            sa.literal("score"),
            Attempt.enrolment_id,
            Attempt.module_key,
            Attempt.submitted_at,
            ScoreRecord.passed,
            ScoreRecord.points,
            ScoreRecord.maximum,
            ScoreRecord.parts,
            sa.cast(none, sa.String),
        )
        .join(ScoreRecord, ScoreRecord.attempt_id == Attempt.id)
        .where(Attempt.enrolment_id.in_(asked), Attempt.voided_at.is_(None), ~superseded)
    )
    places = sa.select(
        sa.literal("place"),
        Place.enrolment_id,
        Place.lesson_key,
        Place.seen_at,
        sa.cast(none, sa.Boolean),
        sa.cast(none, sa.Integer),
        sa.cast(none, sa.Integer),
        sa.cast(none, sa.Integer),
        Place.heading,
    ).where(Place.enrolment_id.in_(asked))
    return sa.union_all(lessons, scores, places)


# Composed once: building a statement costs more than running it.
_EVERYTHING = _everything()


def record_of(session: Session, enrolment_id: int) -> StudyRecord:
    """Return the study record of one enrolment, in one query."""
    return records_of(session, [enrolment_id]).get(enrolment_id, StudyRecord())


def records_of(session: Session, enrolment_ids: list[int]) -> dict[int, StudyRecord]:
    """Return the study records of many enrolments, in one query."""
    found: dict[int, dict[str, list[Any]]] = {}
    # Straight from the connection: these are values, nothing for the session to keep.
    for row in session.connection().execute(_EVERYTHING, {"enrolments": enrolment_ids}):
        lists = found.setdefault(row.enrolment_id, {"done": [], "results": [], "places": []})
        if row.kind == "done":
            lists["done"].append(courses.LessonDone(row.key, row.at))
        elif row.kind == "score":
            points, maximum = Fraction(row.points, row.parts), row.maximum // row.parts
            result = courses.QuizResult(row.key, row.at, row.passed, points, maximum)
            lists["results"].append(result)
        else:
            lists["places"].append(Seen(row.key, row.heading, row.at))
    for lists in found.values():
        lists["places"].sort(key=lambda seen: seen.at, reverse=True)
    return {
        key: StudyRecord(*(tuple(lists[name]) for name in ("done", "results", "places")))
        for key, lists in found.items()
    }


def progress_of(session: Session, seat: Seat) -> courses.Progress:
    """Return how far a learner is in the release they are bound to, and what is missing."""
    return progress_with(session, seat, record_of(session, seat.enrolment_id))


def progress_with(session: Session, seat: Seat, record: StudyRecord) -> courses.Progress:
    """Return the progress that a study record amounts to."""
    course = catalogue.release(session, seat.release_id).course
    return courses.progress(course, record.done, record.results)


def standing_at(session: Session, seat: Seat, lesson_key: str) -> tuple[courses.Progress, str]:
    """Return a learner's progress, and the heading last seen in one lesson (empty for none).

    The progress is kept in memory for as long as nothing was added to what it rests on: lessons
    done, scores and acts that void an attempt are only ever appended, so that their numbers tell.
    """
    asked = {"enrolment": seat.enrolment_id, "lesson": lesson_key}
    *counts, heading = session.connection().execute(_VERSION, asked).one()
    # Who moves to another cohort may come to another release.
    version = [*counts, seat.release_id]
    known = _kept.setdefault(session.get_bind().engine, {})
    found = known.get(seat.enrolment_id)
    if found is None or found[0] != version:
        if len(known) >= MOST_KEPT:
            known.clear()
        found = known[seat.enrolment_id] = (version, progress_of(session, seat))
    return found[1], heading or ""


MOST_KEPT = 2048
_kept: WeakKeyDictionary[sa.Engine, dict[int, tuple[list[int], courses.Progress]]] = (
    WeakKeyDictionary()
)


def _version() -> sa.Select[Any]:
    """How much is on record of an enrolment, and the place in one lesson.

    Asked before the record itself is read: what is added in between makes the next page read anew.
    """
    enrolment = sa.bindparam("enrolment", type_=sa.Integer)
    done = sa.select(sa.func.count()).where(LessonCompletion.enrolment_id == enrolment)
    scores = (
        sa.select(sa.func.count())
        .select_from(ScoreRecord)
        .join(Attempt, Attempt.id == ScoreRecord.attempt_id)
        .where(Attempt.enrolment_id == enrolment)
    )
    # Acts, not voided attempts: one voided and another restored leaves as many of those.
    voids = (
        sa.select(sa.func.count())
        .select_from(VoidAct)
        .join(Attempt, Attempt.id == VoidAct.attempt_id)
        .where(Attempt.enrolment_id == enrolment)
    )
    place = sa.select(Place.heading).where(
        Place.enrolment_id == enrolment,
        Place.lesson_key == sa.bindparam("lesson", type_=sa.String),
    )
    return sa.select(*(each.scalar_subquery() for each in (done, scores, voids, place)))


_VERSION = _version()


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
    refuse_unless_studying(seat)
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
    updated = sa.update(Place).where(*where).values(**values).returning(Place.id)
    if session.scalar(updated) is not None:
        return
    session.add(Place(enrolment_id=seat.enrolment_id, lesson_key=lesson.key, **values))
    try:
        session.flush()
    except IntegrityError:
        # Another device opened the lesson for the first time at the same moment.
        session.rollback()
        session.execute(sa.update(Place).where(*where).values(**values))
