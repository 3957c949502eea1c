"""Cohorts of any size for the tests of reports, filled with facts in a short notation."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

import courses
from lms.models.accounts import Account
from lms.models.assessment import Attempt, ScoreRecord
from lms.models.cohorts import Enrolment
from lms.models.learning import LessonCompletion, Place
from lms.services import catalogue, cohorts, credentials
from tests.cast import THEN, Cast

LESSONS = ("first-module/lesson-1", "first-module/lesson-2")
MODULE = "first-module"


def learner(session: Session, cast: Cast, name: str, *, cohort: int = 0, number: int = 0) -> int:
    """Enrol somebody new; return the id of the enrolment."""
    account = Account(
        email=f"learner{number or hash(name) % 10**9}@example.org",
        password="-",
        active=True,
        fs_uniquifier=f"{number}-{name}"[:64],
        confirmed_at=THEN,
        full_name=name,
        profession="Nurse",
        created_at=THEN,
    )
    session.add(account)
    session.flush()
    seat = Enrolment(cohort_id=cohort or cast.autumn, account_id=account.id, enrolled_at=THEN)
    session.add(seat)
    session.flush()
    return seat.id


def read(session: Session, seat: int, *lessons: str, at: datetime = THEN) -> None:
    """Note lessons as done, a minute apart."""
    for minute, lesson in enumerate(lessons, start=1):
        session.add(
            LessonCompletion(
                enrolment_id=seat,
                lesson_key=lesson,
                minutes=10,
                completed_at=at + timedelta(minutes=minute),
            )
        )
    session.flush()


def opened(session: Session, seat: int, lesson: str, at: datetime = THEN) -> None:
    """Note that a lesson was opened."""
    session.add(Place(enrolment_id=seat, lesson_key=lesson, heading="", seen_at=at))
    session.flush()


def sit(
    session: Session, seat: int, points: int | None, *, number: int = 1, at: datetime = THEN
) -> int:
    """Note an attempt at the quiz of three items with a cut of 60 %; None leaves it open."""
    submitted_at = None if points is None else at + timedelta(hours=1)
    attempt = Attempt(
        enrolment_id=seat,
        module_key=MODULE,
        number=number,
        bank_id="small-course",
        seed=1,
        paper='{"bank_id": "small-course", "cut_percent": 60, "slots": []}',
        started_at=at,
        submitted_at=submitted_at,
    )
    session.add(attempt)
    session.flush()
    if points is not None:
        score(session, attempt.id, points, at=at + timedelta(hours=1))
    return attempt.id


def score(
    session: Session, attempt: int, points: int, *, revision: int = 1, at: datetime = THEN
) -> None:
    """Score an attempt, or score it again."""
    session.add(
        ScoreRecord(
            attempt_id=attempt,
            revision=revision,
            points=points,
            maximum=3,
            cut_percent=60,
            passed=points >= 2,
            reason="An item was void" if revision > 1 else "First score",
            scored_at=at,
        )
    )
    session.flush()


def complete(session: Session, account: int, seat: int, at: datetime = THEN) -> str:
    """Complete everything; return the serial of the credential."""
    read(session, seat, *LESSONS, at=at)
    sit(session, seat, 3, at=at)
    serial = credentials.award_if_complete(
        session,
        cohorts.seat_for(session, account, seat),
        now=at + timedelta(hours=1),
        verify_address="https://example.org/v",
    )
    assert serial is not None
    return serial


def crowd(session: Session, cast: Cast, size: int) -> list[int]:
    """Fill the cohort with people in every state of affairs; return their enrolments."""
    course: courses.Course = catalogue.release(session, cast.release).course
    assert [lesson.key for lesson in course.lessons] == list(LESSONS)
    seats = []
    for number in range(1, size + 1):
        seat = learner(session, cast, f"Learner {number:03}", number=number)
        seats.append(seat)
        kind = number % 5
        if kind >= 1:
            read(session, seat, LESSONS[0])
        if kind >= 2:
            read(session, seat, LESSONS[1])
        if kind == 3:
            sit(session, seat, 1)
        if kind == 4:
            sit(session, seat, 3)
    return seats
