"""Study: a lesson is credited once, its place is kept, and progress follows from the record."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import Forbidden, NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort, Enrolment
from lms.models.learning import LessonCompletion, Place
from lms.services import audit, cohorts, credentials, learning
from tests.cast import THEN, Cast
from tests.races import at_once
from tests.stories import VERIFY, read_all, rows_of, sit

LATER = THEN + timedelta(days=1)
LESSON = "first-module/lesson-1"


def complete(session: Session, cast: Cast, key: str = LESSON) -> bool:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    lesson = learning.lesson_of(session, seat, key)
    return learning.complete_lesson(session, seat, lesson, LATER)


def test_fifty_completions_credit_a_lesson_once(app: Flask, cast: Cast) -> None:
    """Two tabs, a double click, a retry: the minutes count once and the trail says so once."""
    answers = at_once(app, lambda session, _: complete(session, cast))
    assert answers.count(True) == 1 and answers.count(False) == 49
    with app.app_context():
        assert rows_of(db.session, LessonCompletion) == 1
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("lesson.completed") == 1
        assert audit.first_broken(db.session) is None


def test_the_last_two_lessons_at_once_after_a_pass_award_once(app: Flask, cast: Cast) -> None:
    """Whichever transaction completes the course awards; both together award once."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, THEN)
        sit(db.session, cast.lena, cast.lena_seat, right=3, now=THEN)
        db.session.commit()

    def act(session: Session, number: int) -> str | None:
        seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
        complete(session, cast, f"first-module/lesson-{number % 2 + 1}")
        return credentials.award_if_complete(session, seat, now=LATER, verify_address=VERIFY)

    assert len(set(at_once(app, act))) == 1


def test_progress_names_what_is_missing(session: Session, cast: Cast) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    assert [each.kind for each in learning.progress_of(session, seat).missing] == [
        "lessons",
        "quiz",
    ]
    complete(session, cast)
    made = learning.progress_of(session, seat)
    assert made.state_of(LESSON).state == "done"
    assert made.state_of("first-module/quiz").state == "locked"
    assert not made.is_complete


def test_a_place_is_kept_across_devices_and_an_unknown_heading_is_the_top(
    session: Session, cast: Cast
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    lesson = learning.lesson_of(session, seat, LESSON)
    learning.keep_place(session, seat, lesson, lesson.headings[1].id, THEN)
    assert learning.standing_at(session, seat, LESSON)[1] == lesson.headings[1].id
    learning.keep_place(session, seat, lesson, "<script>", LATER)
    assert learning.standing_at(session, seat, LESSON)[1] == ""


def test_the_standing_kept_for_a_lesson_page_notices_whatever_is_added(
    session: Session, cast: Cast
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    before, _place = learning.standing_at(session, seat, LESSON)
    assert before == learning.progress_of(session, seat)
    complete(session, cast)
    after, _place = learning.standing_at(session, seat, LESSON)
    assert after == learning.progress_of(session, seat) != before
    read_all(session, cast.lena, cast.lena_seat, LATER)
    sit(session, cast.lena, cast.lena_seat, right=0, now=LATER)
    failed, _place = learning.standing_at(session, seat, LESSON)
    assert failed == learning.progress_of(session, seat)
    assert failed.state_of("first-module/quiz").state == "failed"


def test_fifty_devices_keep_one_place(app: Flask, cast: Cast) -> None:
    def act(session: Session, _number: int) -> None:
        seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
        lesson = learning.lesson_of(session, seat, LESSON)
        learning.keep_place(session, seat, lesson, lesson.headings[0].id, LATER)

    at_once(app, act)
    with app.app_context():
        assert rows_of(db.session, Place) == 1


def test_fifty_enrolments_are_one_seat(app: Flask, cast: Cast) -> None:
    """Invariant 8 for seats: one place in a cohort for a person, one entry in the trail."""

    def act(session: Session, _number: int) -> int:
        return cohorts.enrol(
            session, account_id=cast.otto, cohort_id=cast.autumn, now=LATER, today=LATER.date()
        )

    assert len(set(at_once(app, act))) == 1
    with app.app_context():
        theirs = sa.select(sa.func.count()).where(Enrolment.account_id == cast.otto)
        assert db.session.scalar(theirs) == 1
        acts = db.session.scalars(sa.select(AuditEntry.act)).all()
        assert acts.count("enrolment.made") == 1


@pytest.mark.parametrize("until", [None, THEN.date()])
def test_a_closed_cohort_takes_nobody(session: Session, cast: Cast, until: object) -> None:
    """Invariant 25: whether a cohort is open is decided here, not by what a page shows."""
    session.execute(sa.update(Cohort).values(enrols_until=until))
    with pytest.raises(Refused, match="closed"):
        cohorts.enrol(
            session, account_id=cast.otto, cohort_id=cast.autumn, now=LATER, today=LATER.date()
        )


def test_a_seat_belongs_to_its_learner(session: Session, cast: Cast) -> None:
    for who in (cast.lena, cast.otto, cast.olga):
        with pytest.raises(NotFound):
            cohorts.seat_for(session, who, cast.leo_seat)
    for who in (cast.ivo, cast.ada):
        with pytest.raises(Forbidden):
            cohorts.seat_for(session, who, cast.leo_seat)


def test_a_lesson_of_another_course_is_not_there(session: Session, cast: Cast) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    for key in ("first-module/lesson-3", "first-module/quiz", "../lesson-1", ""):
        with pytest.raises(NotFound):
            learning.lesson_of(session, seat, key)
