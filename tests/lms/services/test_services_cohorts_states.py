"""States of a seat: what may follow what, who is counted, and that nothing is ever lost."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import NotFound, Refused
from lms.models.audit import AuditEntry
from lms.services import assessment, catalogue, cohorts, learning, reports, sittings
from tests.cast import THEN, Cast
from tests.lms import report_samples as sample
from tests.races import at_once

LEGAL = {
    ("active", "pause"): "paused",
    ("paused", "resume"): "active",
    ("active", "withdraw"): "withdrawn",
    ("paused", "withdraw"): "withdrawn",
    ("withdrawn", "rejoin"): "active",
}
ROADS: dict[str, tuple[cohorts.StateAct, ...]] = {
    "active": (),
    "paused": ("pause",),
    "withdrawn": ("withdraw",),
}


def run_of(session: Session, cast: Cast) -> cohorts.RunCohort:
    return cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")


def act(session: Session, cast: Cast, kind: cohorts.StateAct, seat: int = 0) -> str:
    run = run_of(session, cast)
    enrolment = seat or cast.lena_seat
    return cohorts.change_state(
        session, run, enrolment, kind, reason="Parental leave", by=cast.ada, now=THEN
    )


def state(session: Session, cast: Cast) -> str:
    return cohorts.seat_for(session, cast.lena, cast.lena_seat).state


@pytest.mark.parametrize("kind", ["pause", "resume", "withdraw", "rejoin"])
@pytest.mark.parametrize("before", ["active", "paused", "withdrawn"])
def test_only_some_acts_follow_a_state(
    session: Session, cast: Cast, before: str, kind: cohorts.StateAct
) -> None:
    for step in ROADS[before]:
        act(session, cast, step)
    after = LEGAL.get((before, kind))
    if after is None:
        with pytest.raises(Refused, match=before):
            act(session, cast, kind)
    else:
        assert act(session, cast, kind) == after
    assert state(session, cast) == (after or before)


def test_an_act_names_its_person_its_reason_and_stands_in_the_trail(
    session: Session, cast: Cast
) -> None:
    act(session, cast, "withdraw")
    act(session, cast, "rejoin")
    acts = cohorts.list_acts(session, cast.lena_seat)
    assert [(each.kind, each.by, each.reason) for each in acts] == [
        ("rejoin", "Ada Okafor", "Parental leave"),
        ("withdraw", "Ada Okafor", "Parental leave"),
    ]
    newest = sa.select(AuditEntry.act).order_by(AuditEntry.id.desc()).limit(2)
    assert session.scalars(newest).all() == ["enrolment.rejoined", "enrolment.withdrawn"]


@pytest.mark.parametrize("verb", ["UPDATE enrolment_acts SET reason = ''", "DELETE FROM %s"])
def test_acts_are_never_changed(app: Flask, cast: Cast, verb: str) -> None:
    with app.app_context():
        act(db.session, cast, "pause")
        db.session.commit()
    with app.app_context(), pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(sa.text(verb.replace("%s", "enrolment_acts")))


def test_a_seat_of_another_cohort_is_not_found(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        act(session, cast, "pause", seat=99_999)


def test_of_fifty_who_withdraw_somebody_one_does(app: Flask, cast: Cast) -> None:
    answers = at_once(app, lambda session, _: act(session, cast, "withdraw"))
    assert sum(isinstance(answer, Refused) for answer in answers) == len(answers) - 1


def test_the_withdrawn_are_not_counted_and_the_paused_are(session: Session, cast: Cast) -> None:
    act(session, cast, "pause")
    act(session, cast, "withdraw", cast.leo_seat)
    report = reports.cohort_report(session, run_of(session, cast), THEN)
    assert [(line.enrolment_id, line.state) for line in report.lines] == [
        (cast.lena_seat, "paused")
    ]
    assert cohorts.list_cohorts(session, [cast.northgate])[0].learners == 1
    learners = sittings.list_learners(session, cast.autumn)
    assert [learner.enrolment_id for learner in learners] == [cast.lena_seat]


def test_the_paused_are_not_pressed(session: Session, cast: Cast) -> None:
    late = THEN.replace(year=2028)
    before = reports.cohort_report(session, run_of(session, cast), late)
    assert all(line.concerns and line.is_behind for line in before.lines)
    act(session, cast, "pause")
    after = reports.cohort_report(session, run_of(session, cast), late)
    lena = next(line for line in after.lines if line.enrolment_id == cast.lena_seat)
    assert not lena.concerns
    assert not lena.is_behind


def test_who_completed_and_withdrew_is_not_counted_as_complete(
    session: Session, cast: Cast
) -> None:
    sample.complete(session, cast.lena, cast.lena_seat)
    assert reports.count_complete(session, [cast.autumn]) == {cast.autumn: 1}
    act(session, cast, "withdraw")
    assert reports.count_complete(session, [cast.autumn]) == {cast.autumn: 0}


@pytest.mark.parametrize("kind", ["pause", "withdraw"])
def test_nothing_is_added_to_a_resting_seat_and_nothing_is_lost(
    session: Session, cast: Cast, kind: cohorts.StateAct
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    first, second, *_rest = catalogue.release(session, seat.release_id).course.lessons
    assert learning.complete_lesson(session, seat, first, THEN)
    act(session, cast, kind)
    resting = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    with pytest.raises(Refused, match="everything you did is kept"):
        learning.complete_lesson(session, resting, second, THEN)
    act(session, cast, "resume" if kind == "pause" else "rejoin")
    again = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    assert [fact.lesson_key for fact in learning.record_of(session, again.enrolment_id).done] == [
        first.key
    ]
    assert learning.complete_lesson(session, again, second, THEN)


def test_no_quiz_is_begun_in_a_resting_seat(session: Session, cast: Cast) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    course = catalogue.release(session, seat.release_id).course
    for lesson in course.lessons:
        learning.complete_lesson(session, seat, lesson, THEN)
    act(session, cast, "pause")
    resting = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    module = next(module.key for module in course.modules if module.quiz)
    with pytest.raises(Refused, match="paused"):
        assessment.start(session, resting, module, seed=1, now=THEN)
