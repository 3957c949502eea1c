"""Sittings under way while something happens to them: nothing acknowledged is lost, ends agree."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import quizzes
from lms.db import db
from lms.models.assessment import Attempt, ResponseStep
from lms.models.audit import AuditEntry
from lms.models.cohorts import Enrolment
from lms.models.sittings import SittingIncident
from lms.services import assessment, audit, cohorts, sittings
from tests.cast import THEN, Cast
from tests.population import Learner, add_learners, read_lessons
from tests.races import THREADS, at_once

MODULE = "first-module"
NINE = THEN + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
QUARTER = quizzes.Accommodation(percent=125)


@pytest.fixture
def people(app: Flask, cast: Cast) -> list[Learner]:
    """As many learners as threads but two, all through with reading, and a window of an hour."""
    with app.app_context():
        session = db.session
        found = add_learners(session, cast.autumn, THREADS - 2, now=THEN)
        for learner in found:
            read_lessons(session, learner, THEN)
        autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
        given = quizzes.Override(opens_at=NINE, closes_at=NINE + 120 * MINUTE, limit_minutes=60)
        whole = sittings.WHOLE_COHORT
        sittings.set_rule(session, autumn, MODULE, whole, given, by=cast.ada, now=THEN)
        session.commit()
    return found


def begin(session: Session, learner: Learner) -> int:
    """Begin at nine; what holds is asked behind the enrolment's lock, which starting takes."""
    seat = cohorts.seat_for(session, learner.account, learner.enrolment)
    attempt = assessment.start(session, seat, MODULE, seed=1, now=NINE)
    terms = sittings.terms_for(session, seat, MODULE, NINE, NINE)
    end = quizzes.ending(NINE, terms).at
    session.execute(sa.update(Attempt).where(Attempt.id == attempt).values(closes_at=end))
    return attempt


def declare(session: Session, cast: Cast, ticket: str = "a" * 32) -> int | None:
    autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    return sittings.declare_incident(
        session, autumn, MODULE, minutes=10, description="The network was down.",
        ticket=ticket, by=cast.ada, now=NINE + 50 * MINUTE,
    )  # fmt: skip


def grant(
    session: Session,
    cast: Cast,
    learner: Learner,
    given: quizzes.Accommodation = QUARTER,
    now: datetime = NINE + 50 * MINUTE,
) -> int:
    autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    return sittings.grant(
        session,
        sittings.learner_for(session, autumn, learner.enrolment),
        given,
        valid_from=date(2026, 9, 1),
        valid_until=None,
        reason="A letter.",
        by=cast.ada,
        now=now,
    )


def test_no_answer_is_lost_while_time_is_given(
    app: Flask, cast: Cast, people: list[Learner]
) -> None:
    """Fifty at once: answers in time and late ones, an incident, and an accommodation."""
    with app.app_context():
        attempts = [begin(db.session, learner) for learner in people]
        db.session.commit()

    def act(session: Session, number: int) -> object:
        if number == THREADS - 1:
            return declare(session, cast)
        if number == THREADS - 2:
            return grant(session, cast, people[0])
        # Every other answer comes after the first end and before the new one.
        late = number % 2 == 1
        at = NINE + (65 if late else 55) * MINUTE
        decision = assessment.save_response(
            session, people[number].account, attempts[number], slot=1, sequence=1, answer="a",
            now=at,
        )  # fmt: skip
        return (number, decision.kind)

    answers = at_once(app, act)
    kinds = dict(answer for answer in answers if isinstance(answer, tuple))
    assert len(kinds) == THREADS - 2
    assert {kinds[number] for number in kinds if number % 2 == 0} == {"accept"}
    assert {kinds[number] for number in kinds if number % 2 == 1} <= {"accept", "closed"}
    with app.app_context():
        session = db.session
        stored = set(session.scalars(sa.select(ResponseStep.attempt_id)))
        assert stored == {attempts[number] for number, kind in kinds.items() if kind == "accept"}
        ends = dict(session.execute(sa.select(Attempt.id, Attempt.closes_at)).all())
        assert ends.pop(attempts[0]) == NINE + 85 * MINUTE
        assert set(ends.values()) == {NINE + 70 * MINUTE}
        assert audit.first_broken(session) is None


def test_an_attempt_that_begins_meanwhile_is_reached_as_well(
    app: Flask, cast: Cast, people: list[Learner]
) -> None:
    """Whoever starts while an incident is declared has the end that the rules now give."""

    def act(session: Session, number: int) -> object:
        if number >= len(people):
            return declare(session, cast, ticket=str(number) * 16)
        return begin(session, people[number])

    at_once(app, act)
    with app.app_context():
        session = db.session
        ends = session.execute(sa.select(Attempt.closes_at)).scalars().all()
        assert len(ends) == len(people)
        assert set(ends) == {NINE + 80 * MINUTE}


def test_pauses_and_an_incident_at_once_both_count(
    app: Flask, cast: Cast, people: list[Learner]
) -> None:
    pausing = people[:16]
    with app.app_context():
        session = db.session
        for learner in pausing:
            grant(session, cast, learner, quizzes.Accommodation(pause_minutes=20), now=THEN)
        attempts = [begin(session, learner) for learner in pausing]
        session.commit()

    def act(session: Session, number: int) -> object:
        if number == len(pausing):
            return declare(session, cast)
        learner = pausing[number]
        seat = cohorts.seat_for(session, learner.account, learner.enrolment)
        return sittings.pause(session, seat, attempts[number], NINE + 30 * MINUTE)

    at_once(app, act, threads=len(pausing) + 1)
    with app.app_context():
        ends = db.session.scalars(sa.select(Attempt.closes_at)).all()
        assert set(ends) == {NINE + 90 * MINUTE}


def test_a_form_sent_fifty_times_gives_the_minutes_once(
    app: Flask, cast: Cast, people: list[Learner]
) -> None:
    with app.app_context():
        begin(db.session, people[0])
        db.session.commit()
    answers = at_once(app, lambda session, _number: declare(session, cast))
    assert sorted(answers, key=str) == [1] + [None] * (THREADS - 1)
    with app.app_context():
        session = db.session
        assert len(session.scalars(sa.select(SittingIncident.id)).all()) == 1
        assert session.scalars(sa.select(Attempt.closes_at)).one() == NINE + 70 * MINUTE
        told = sa.select(AuditEntry.id).where(AuditEntry.act == "incident.declared")
        assert len(session.scalars(told).all()) == 1


def test_windows_set_at_the_same_moment_leave_one_and_its_end(
    app: Flask, cast: Cast, people: list[Learner]
) -> None:
    with app.app_context():
        attempt = begin(db.session, people[0])
        db.session.commit()

    def act(session: Session, number: int) -> int:
        autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
        seat = session.scalars(
            sa.select(Enrolment.id).where(Enrolment.id == people[0].enrolment)
        ).one()
        given = quizzes.Override(limit_minutes=61 + number)
        target = sittings.Target(enrolment_id=seat)
        return sittings.set_rule(
            session, autumn, MODULE, target, given, by=cast.ada, now=NINE + MINUTE
        )

    at_once(app, act, threads=12)
    with app.app_context():
        session = db.session
        autumn = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
        (mine,) = [
            line
            for line in sittings.list_rules(session, autumn, MODULE)
            if line.target.enrolment_id
        ]
        end = session.scalar(sa.select(Attempt.closes_at).where(Attempt.id == attempt))
        assert isinstance(mine.given.limit_minutes, int)
        assert end == NINE + mine.given.limit_minutes * MINUTE
