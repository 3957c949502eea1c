"""Moving a learner, pauses that are given back, settings: what goes along and what is refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

import courses
from lms.errors import NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort, Enrolment
from lms.models.sittings import GroupMember, LearnerGroup
from lms.services import assessment, catalogue, cohorts, learning, reports
from tests.cast import THEN, Cast

MODULE = "first-module"


def run_of(session: Session, cast: Cast) -> cohorts.RunCohort:
    return cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")


def spring(session: Session, cast: Cast, **changes: int) -> int:
    cohort = cohorts.create_cohort(
        session,
        programme_id=changes.get("programme", cast.northgate),
        release_id=cast.release,
        title="Spring 2027",
        starts_on=date(2027, 2, 1),
        due_on=date(2027, 6, 1),
        enrols_until=None,
        by=cast.ada,
        now=THEN,
    )
    cohort.capacity = changes.get("capacity")
    session.flush()
    return cohort.id


def move(session: Session, cast: Cast, to: int, seat: int = 0) -> None:
    cohorts.move(
        session,
        run_of(session, cast),
        seat or cast.lena_seat,
        to=to,
        reason="Shift work",
        by=cast.ada,
        now=THEN,
    )


def test_a_move_takes_everything_along(session: Session, cast: Cast) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    for lesson in catalogue.release(session, seat.release_id).course.lessons:
        learning.complete_lesson(session, seat, lesson, THEN)
    attempt = assessment.start(session, seat, MODULE, seed=1, now=THEN)
    before = learning.record_of(session, cast.lena_seat)
    to = spring(session, cast)
    move(session, cast, to)
    after = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    assert (after.enrolment_id, after.cohort_id) == (seat.enrolment_id, to)
    assert learning.record_of(session, cast.lena_seat) == before
    assert assessment.start(session, after, MODULE, seed=1, now=THEN) == attempt
    assert max(due.on for due in cohorts.own_due_dates(session, after).values()) == date(2027, 6, 1)
    there = cohorts.cohort_for(session, cast.ada, to, "administrator")
    report = reports.cohort_report(session, there, THEN)
    assert [line.enrolment_id for line in report.lines] == [cast.lena_seat]
    [act] = cohorts.list_acts(session, cast.lena_seat)
    assert (act.kind, act.from_cohort, act.to_cohort) == ("move", "Autumn 2026", "Spring 2027")


def test_a_group_belongs_to_the_cohort_that_is_left(session: Session, cast: Cast) -> None:
    group = LearnerGroup(cohort_id=cast.autumn, name="Evenings")
    session.add(group)
    session.flush()
    session.add(GroupMember(group_id=group.id, enrolment_id=cast.lena_seat))
    session.flush()
    move(session, cast, spring(session, cast))
    assert session.scalars(sa.select(GroupMember.enrolment_id)).all() == []


def test_nobody_moves_into_another_programme_a_full_cohort_or_a_second_place(
    session: Session, cast: Cast
) -> None:
    with pytest.raises(NotFound):
        move(session, cast, spring(session, cast, programme=cast.southgate))
    to = spring(session, cast, capacity=1)
    move(session, cast, to)
    with pytest.raises(Refused, match="is full"):
        move(session, cast, to, cast.leo_seat)
    session.get_one(Cohort, to).capacity = None
    session.add(Enrolment(cohort_id=to, account_id=cast.leo, enrolled_at=THEN))
    session.flush()
    with pytest.raises(Refused, match="already"):
        move(session, cast, to, cast.leo_seat)
    with pytest.raises(NotFound):
        move(session, cast, to, cast.lena_seat)


def test_the_days_of_a_pause_are_given_back(session: Session, cast: Cast) -> None:
    run = run_of(session, cast)
    acts: tuple[tuple[cohorts.StateAct, int], ...] = (("pause", 0), ("resume", 40))
    for kind, days in acts:
        cohorts.change_state(
            session,
            run,
            cast.lena_seat,
            kind,
            reason="Leave",
            by=cast.ada,
            now=THEN + timedelta(days=days),
        )
    before = cohorts.plan_of(session, run)
    after = cohorts.due_dates(session, run, [cast.lena_seat])[cast.lena_seat]
    assert {(after[key].on - before[key].on).days for key in before} == {40}
    [line] = cohorts.list_extensions(session, cast.lena_seat)
    assert line.reason == "40 days of a pause given back."


def change(session: Session, cast: Cast, **values: object) -> tuple[str, ...]:
    run = run_of(session, cast)
    wanted = replace(cohorts.settings_of(session, run), **values)  # type: ignore[arg-type]
    changed = cohorts.change_settings(session, run, wanted, by=cast.ada, now=THEN)
    assert not changed or cohorts.settings_of(session, run) == wanted
    return changed


def test_settings_are_kept_and_the_trail_says_what_changed(session: Session, cast: Cast) -> None:
    session.get_one(Cohort, cast.autumn).enrols_until = None
    session.flush()
    rule = courses.DueRule(MODULE, on=date(2026, 12, 1))
    changed = change(
        session,
        cast,
        title="Autumn, evenings",
        cadence_weeks=3,
        capacity=30,
        has_waiting_list=True,
        required=frozenset({MODULE}),
        rules=(rule,),
        faculty=frozenset({cast.ivo}),
    )
    assert set(changed) == {
        "title", "cadence_weeks", "capacity", "has_waiting_list", "required", "rules", "faculty",
    }  # fmt: skip
    assert [each.name for each in cohorts.list_faculty(session, cast.autumn)] == ["Ivo Hansen"]
    newest = sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
    entry = session.scalars(newest).one()
    assert entry.act == "cohort.changed"
    assert '"capacity": {"from": null, "to": 30}' in entry.detail
    assert change(session, cast) == ()
    assert session.scalars(newest).one().id == entry.id


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"due_on": date(2026, 9, 1)}, "after the start"),
        ({"due_on": date(2040, 9, 1)}, "five years"),
        ({"enrols_until": date(2027, 3, 2)}, "by the due date"),
        ({"capacity": 1}, "2 people have places"),
        ({"rules": (courses.DueRule(MODULE, on=date(2026, 8, 1)),)}, "before the cohort"),
        ({"rules": (courses.DueRule(MODULE, on=date(2027, 8, 1)),)}, "after the last day"),
    ],
)
def test_impossible_settings_are_refused(
    session: Session, cast: Cast, values: dict[str, object], words: str
) -> None:
    session.get_one(Cohort, cast.autumn).enrols_until = None
    session.flush()
    with pytest.raises(Refused, match=words):
        change(session, cast, **values)


def test_a_taken_title_is_refused(session: Session, cast: Cast) -> None:
    spring(session, cast)
    session.commit()
    with pytest.raises(Refused, match="already has a cohort"):
        change(session, cast, title="Spring 2027", enrols_until=None)


def test_what_is_not_there_cannot_be_set(session: Session, cast: Cast) -> None:
    session.get_one(Cohort, cast.autumn).enrols_until = None
    session.flush()
    with pytest.raises(NotFound):
        change(session, cast, required=frozenset({"no-such-module"}))
    with pytest.raises(NotFound):
        change(session, cast, faculty=frozenset({cast.olga}))
