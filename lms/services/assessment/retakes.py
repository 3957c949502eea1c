"""Retakes: how long to wait after a failed attempt, and which lessons to read again before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

import courses
import quizzes
from lms.errors import Refused
from lms.services import catalogue, learning
from lms.services.assessment.listing import AttemptLine, list_attempts, module_with_quiz
from lms.services.assessment.reading import Sitting, sitting_of
from lms.services.assessment.results import score_of
from lms.services.cohorts import Seat


@dataclass(frozen=True, slots=True)
class Retake:
    """What lies before the next attempt: nothing earlier than `not_before`, `lessons` unread."""

    not_before: datetime | None
    lessons: tuple[courses.Lesson, ...]


FREE = Retake(None, ())


def retake_of(
    session: Session,
    seat: Seat,
    module_key: str,
    now: datetime,
    attempts: Sequence[AttemptLine] | None = None,
) -> Retake:
    """Return what a learner has to wait for and to read before their next attempt at a quiz.

    Whoever has listed the `attempts` already gives them.
    """
    content = catalogue.release(session, seat.release_id)
    _, bank = module_with_quiz(content, module_key)
    if attempts is None:
        attempts = list_attempts(session, seat.enrolment_id, module_key)
    return _retake(session, seat, bank.specification.rules, attempts, now)


def refuse_too_soon(
    session: Session,
    seat: Seat,
    rules: quizzes.Rules,
    attempts: Sequence[AttemptLine],
    now: datetime,
) -> None:
    """Refuse an attempt before its time has come or its lessons are read."""
    retake = _retake(session, seat, rules, attempts, now)
    if retake.not_before is not None:
        local = retake.not_before.astimezone(ZoneInfo(seat.time_zone))
        told = f"{local.day} {local:%B %Y at %H:%M} {local:%Z}"
        raise Refused(f"The next attempt may begin on {told}.")
    if retake.lessons:
        titles = ", ".join(f"“{lesson.title}”" for lesson in retake.lessons)
        raise Refused(f"Before the next attempt, read again what was missed: {titles}.")


def _retake(
    session: Session,
    seat: Seat,
    rules: quizzes.Rules,
    attempts: Sequence[AttemptLine],
    now: datetime,
) -> Retake:
    if not (rules.cool_down_hours or rules.remedial):
        return FREE
    last = next((each for each in reversed(attempts) if each.voided_at is None), None)
    if last is None or last.submitted_at is None or last.passed is not False:
        return FREE
    end = last.submitted_at + timedelta(hours=rules.cool_down_hours)
    lessons = _unread(session, seat, sitting_of(session, last.id)) if rules.remedial else ()
    return Retake(end if now < end else None, lessons)


def _unread(session: Session, seat: Seat, sitting: Sitting) -> tuple[courses.Lesson, ...]:
    """Return the lessons of missed objectives that were not opened since the submission."""
    submitted_at, score = sitting.state.submitted_at, score_of(session, sitting)
    if submitted_at is None or isinstance(score, quizzes.Awaiting):
        return ()
    missed = {
        sitting.item_at(slot).objective
        for slot, mark in enumerate(score.marks, start=1)
        if mark < 1
    }
    seen = learning.record_of(session, seat.enrolment_id).places
    again = {place.lesson_key for place in seen if place.at > submitted_at}
    return tuple(
        lesson
        for lesson in sitting.content.course.lessons
        if missed.intersection(lesson.objectives) and lesson.key not in again
    )
