"""Reports: standing against the plan, concerns, first attempts, one learner, and the trail."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

import courses
from lms.db import db
from lms.errors import Forbidden, NotFound
from lms.models.accounts import Account
from lms.models.cohorts import DueRuleRecord
from lms.models.learning import Place
from lms.services import accounts, audit, catalogue, cohorts, credentials, learning, live, reports
from tests import live_samples
from tests.act_samples import do
from tests.cast import THEN, Cast
from tests.lms import report_samples as sample
from tests.lms.report_samples import LESSONS

# Autumn 2026 runs from 1 September 2026 to 1 March 2027, 181 days; its units take 5, 5 and 10
# minutes, so that they are planned for 17 October, 1 December and 1 March.
BEFORE = datetime(2026, 10, 17, 12, tzinfo=UTC)
FIRST_LATE = datetime(2026, 10, 18, 12, tzinfo=UTC)
BOTH_LATE = datetime(2026, 12, 2, 12, tzinfo=UTC)
LAST_DAY = datetime(2027, 3, 1, 12, tzinfo=UTC)
OVERDUE = datetime(2027, 3, 2, 12, tzinfo=UTC)


def report_at(session: Session, cast: Cast, now: datetime) -> reports.CohortReport:
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "instructor")
    return reports.cohort_report(session, cohort, now)


def line_of(session: Session, cast: Cast, seat: int, now: datetime) -> reports.LearnerLine:
    lines = report_at(session, cast, now).lines
    return next(line for line in lines if line.enrolment_id == seat)


def test_the_plan_of_the_sample_is_as_the_cases_below_assume(session: Session, cast: Cast) -> None:
    due = report_at(session, cast, THEN).due
    assert list(due.values()) == [date(2026, 10, 17), date(2026, 12, 1), date(2027, 3, 1)]


@pytest.mark.parametrize(
    ("read", "points", "now", "state", "cells"),
    [
        (0, None, BEFORE, "not-started", "open open open"),
        (0, None, FIRST_LATE, "not-started", "late open open"),
        (1, None, FIRST_LATE, "on-pace", "done open open"),
        (1, None, BOTH_LATE, "late", "done late open"),
        (2, None, BOTH_LATE, "on-pace", "done done open"),
        (2, 1, BOTH_LATE, "on-pace", "done done failed"),
        (2, None, LAST_DAY, "on-pace", "done done open"),
        (2, None, OVERDUE, "overdue", "done done late"),
        (2, 1, OVERDUE, "overdue", "done done failed"),
        (2, 2, OVERDUE, "complete", "done done done"),
        (0, None, OVERDUE, "overdue", "late late late"),
    ],
)
def test_a_learner_stands_against_the_plan(
    session: Session,
    cast: Cast,
    read: int,
    points: int | None,
    now: datetime,
    state: str,
    cells: str,
) -> None:
    sample.read(session, cast.lena_seat, *LESSONS[:read])
    if points is not None:
        sample.sit(session, cast.lena_seat, points)
    line = line_of(session, cast, cast.lena_seat, now)
    assert line.pace.state == state
    assert [cell.state for cell in line.cells] == cells.split()
    assert line.is_behind == ("late" in cells.split() or state == "overdue")


def test_today_is_the_programmes_day_and_not_the_servers(session: Session, cast: Cast) -> None:
    late_evening = datetime(2026, 10, 17, 22, 59, tzinfo=UTC)  # 23:59 in London, British summer
    assert line_of(session, cast, cast.lena_seat, late_evening).pace.late == ()
    past_midnight = late_evening + timedelta(minutes=1)
    assert line_of(session, cast, cast.lena_seat, past_midnight).pace.late == (LESSONS[0],)


def test_what_was_opened_but_not_done_is_in_progress(session: Session, cast: Cast) -> None:
    sample.opened(session, cast.lena_seat, LESSONS[0])
    assert line_of(session, cast, cast.lena_seat, THEN).cells[0].state == "progress"
    sample.read(session, cast.leo_seat, *LESSONS)
    sample.sit(session, cast.leo_seat, None)
    assert line_of(session, cast, cast.leo_seat, THEN).cells[2].state == "progress"


def test_a_percentage_never_rounds_up_to_the_cut(session: Session, cast: Cast) -> None:
    sample.read(session, cast.lena_seat, *LESSONS)
    sample.sit(session, cast.lena_seat, 2)
    assert line_of(session, cast, cast.lena_seat, THEN).cells[2].percent == 66
    assert report_at(session, cast, THEN).median_percent == 66


def test_each_concern_says_what_it_rests_on(session: Session, cast: Cast) -> None:
    sample.read(session, cast.lena_seat, *LESSONS)
    sample.sit(session, cast.lena_seat, 0)
    sample.sit(session, cast.lena_seat, 1, number=2, at=THEN + timedelta(days=1))
    quiz, late = report_at(session, cast, FIRST_LATE).needing_a_person()
    (concern,) = quiz.concerns
    assert (quiz.enrolment_id, concern.kind) == (cast.lena_seat, "quiz")
    assert concern.best is not None
    assert (concern.best.points, concern.needed, concern.attempts) == (1, 2, 2)
    (concern,) = late.concerns
    assert (late.enrolment_id, concern.kind) == (cast.leo_seat, "late")
    assert [unit.key for unit in concern.units] == [LESSONS[0]]


def test_the_most_pressing_comes_first(session: Session, cast: Cast) -> None:
    one_late, two_late, fine = (
        sample.learner(session, cast, name, number=n) for n, name in enumerate("ABC", start=1)
    )
    sample.read(session, one_late, LESSONS[0])
    sample.read(session, fine, *LESSONS)
    sample.read(session, cast.lena_seat, *LESSONS)
    sample.sit(session, cast.lena_seat, 1)
    sample.read(session, cast.leo_seat, *LESSONS)
    sample.sit(session, cast.leo_seat, 3)
    needing = report_at(session, cast, BOTH_LATE).needing_a_person()
    assert [line.enrolment_id for line in needing] == [cast.lena_seat, two_late, one_late]
    needing = report_at(session, cast, OVERDUE).needing_a_person()
    assert {line.concerns[0].kind for line in needing} == {"overdue"}
    assert cast.leo_seat not in {line.enrolment_id for line in needing}


def test_only_first_attempts_count_and_by_their_latest_revision(
    session: Session, cast: Cast
) -> None:
    attempt = sample.sit(session, cast.lena_seat, 0)
    sample.score(session, attempt, 1, revision=2)
    sample.sit(session, cast.lena_seat, 3, number=2, at=THEN + timedelta(days=1))
    sample.sit(session, cast.leo_seat, None)
    report = report_at(session, cast, THEN)
    assert report.first_scores == (Fraction(1, 3),)
    assert report.median_percent == 33
    assert report.score_tenths == (0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    assert report.cuts == (60,)


def test_the_median_of_an_even_number_lies_between(session: Session, cast: Cast) -> None:
    assert report_at(session, cast, THEN).median_percent is None
    sample.sit(session, cast.lena_seat, 3)
    sample.sit(session, cast.leo_seat, 2)
    assert report_at(session, cast, THEN).median_percent == 83


def test_everybody_is_late_on_pace_or_complete_and_only_one(session: Session, cast: Cast) -> None:
    sample.crowd(session, cast, 25)
    for now in (THEN, FIRST_LATE, BOTH_LATE, OVERDUE):
        report = report_at(session, cast, now)
        parts = [report.selected(shown) for shown in ("late", "on-pace", "complete")]
        assert sorted(line.name for part in parts for line in part) == sorted(
            line.name for line in report.lines
        )
        assert report.selected("all") == report.lines
        assert all(line.progress.started_at is None for line in report.selected("not-started"))


def test_lines_are_sorted_by_letters_and_not_by_code_points(session: Session, cast: Cast) -> None:
    for number, name in enumerate(("Zoë Ash", "Ćosić", "élan", "Da", "عائشة"), start=1):
        sample.learner(session, cast, name, number=number)
    names = [line.name for line in report_at(session, cast, THEN).lines]
    assert names == ["Ćosić", "Da", "élan", "Lena Marković", "Leo Ferreira", "Zoë Ash", "عائشة"]


def test_lines_are_sorted_by_pace_and_progress_with_equals_by_name(
    session: Session, cast: Cast
) -> None:
    sample.crowd(session, cast, 10)
    report = report_at(session, cast, BOTH_LATE)
    for sort in reports.SORTS:
        up = reports.arranged(report.lines, sort, False)
        down = reports.arranged(report.lines, sort, True)
        assert sorted(line.enrolment_id for line in up) == sorted(
            line.enrolment_id for line in down
        )
    states = [line.pace.state for line in reports.arranged(report.lines, "pace", False)]
    assert states == sorted(
        states, key=["overdue", "late", "not-started", "on-pace", "complete"].index
    )
    lines = reports.arranged(report.lines, "progress", True)
    minutes = [line.progress.minutes_done for line in lines]
    assert minutes == sorted(minutes, reverse=True)
    most = [line.name for line in lines if line.progress.minutes_done == minutes[0]]
    assert most == sorted(most)


def test_an_empty_cohort_has_a_report(session: Session, cast: Cast) -> None:
    cohort = cohorts.create_cohort(
        session,
        programme_id=cast.northgate,
        release_id=cast.release,
        title="Nobody",
        starts_on=date(2026, 9, 1),
        due_on=date(2026, 12, 1),
        enrols_until=None,
        by=cast.ada,
        now=THEN,
    )
    found = cohorts.cohort_for(session, cast.ada, cohort.id, "instructor")
    report = reports.cohort_report(session, found, THEN)
    assert report.lines == ()
    assert report.needing_a_person() == []
    assert report.median_percent is None
    assert set(report.states_in(0).values()) == {0}
    assert reports.count_complete(session, [cohort.id]) == {cohort.id: 0}


def test_counting_in_sql_agrees_with_progress(session: Session, cast: Cast) -> None:
    seats = sample.crowd(session, cast, 23)
    sample.sit(session, seats[2], 3, number=2, at=THEN + timedelta(days=1))
    lost = sample.sit(session, seats[1], 2)
    sample.score(session, lost, 1, revision=2)
    assert reports.count_complete(session, [cast.autumn]) == {
        cast.autumn: len(report_at(session, cast, THEN).selected("complete"))
    }
    course = catalogue.release(session, cast.release).course
    records = learning.records_of(session, seats)
    done = [
        seat
        for seat, record in records.items()
        if courses.progress(course, record.done, record.results).is_complete
    ]
    assert seats[2] in done
    assert seats[1] not in done


@pytest.fixture
def queries(session: Session) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_a_report_takes_the_same_few_queries_for_any_number(
    session: Session, cast: Cast, queries: list[str]
) -> None:
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "instructor")
    reports.cohort_report(session, cohort, THEN)
    queries.clear()
    reports.cohort_report(session, cohort, THEN)
    assert len(queries) == 2, "nobody did anything since, so that nothing is read of anybody"
    sample.crowd(session, cast, 40)
    session.flush()
    queries.clear()
    assert len(reports.cohort_report(session, cohort, THEN).lines) == 42
    assert len(queries) == 4


def test_the_state_changes_with_everything_that_a_report_shows(
    session: Session, cast: Cast
) -> None:
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "instructor")
    attempt = sample.sit(session, cast.leo_seat, None)

    def submit() -> None:
        session.execute(
            sa.text("UPDATE attempts SET submitted_at = :at WHERE id = :id"),
            {"at": "2026-09-02 08:00:00", "id": attempt},
        )

    def rename() -> None:
        session.execute(
            sa.update(Account).where(Account.id == cast.leo).values(full_name="Leo Ferreiro")
        )

    def see_again() -> None:
        session.execute(sa.update(Place).values(seen_at=THEN + timedelta(minutes=5)))

    def revoke() -> None:
        found = credentials.list_of_enrolments(session, [cast.lena_seat], THEN)[cast.lena_seat]
        do(session, cast, found.credential.serial, "revoke", THEN)

    def extend() -> None:
        cohorts.extend(
            session, cohort, cast.leo_seat, module_key=None, until=date(2027, 9, 1),
            reason="Leave", by=cast.ada, now=THEN,
        )  # fmt: skip

    def pause() -> None:
        cohorts.change_state(
            session, cohort, cast.leo_seat, "pause", reason="Leave", by=cast.ada, now=THEN
        )

    def rule() -> None:
        session.add(DueRuleRecord(cohort_id=cohort.id, module_key=sample.MODULE, days=30))

    def other_rule() -> None:
        session.execute(sa.update(DueRuleRecord).values(days=40))

    def attend() -> None:
        held = live_samples.on(session, cast, THEN, module_key=sample.MODULE)
        credit = {"mode": "in-person", "minutes": 60, "by": cast.ivo, "now": THEN}
        live.tick(session, cohort, held, [cast.lena_seat], **credit)

    def correct() -> None:
        (entry,) = live.list_credits(session, cast.lena_seat)
        held = live.live_for(session, cohort, entry.live_id)
        put = {"mode": "in-person", "minutes": 60, "module_key": None, "reason": "For all of it."}
        live.correct(session, held, cohort, entry.id, by=cast.ivo, now=THEN, **put)

    changes = [
        attend,
        correct,
        extend,
        pause,
        rule,
        other_rule,
        lambda: sample.learner(session, cast, "Somebody new"),
        lambda: sample.opened(session, cast.lena_seat, LESSONS[0]),
        see_again,
        lambda: sample.complete(session, cast.lena, cast.lena_seat),
        submit,
        lambda: sample.score(session, attempt, 1),
        rename,
        revoke,
    ]
    states = [reports.state_of(session, cohort, THEN)]
    assert reports.state_of(session, cohort, THEN + timedelta(hours=1)) == states[0]
    for change in changes:
        change()
        session.flush()
        states.append(reports.state_of(session, cohort, THEN))
    states.append(reports.state_of(session, cohort, THEN + timedelta(days=1)))
    assert len(set(states)) == len(states)


def test_a_learners_record_holds_every_fact_latest_first(session: Session, cast: Cast) -> None:
    sample.read(session, cast.lena_seat, *LESSONS)
    sample.sit(session, cast.lena_seat, 1, at=THEN + timedelta(hours=1))
    again = sample.sit(session, cast.lena_seat, 1, number=2, at=THEN + timedelta(hours=3))
    sample.score(session, again, 2, revision=2)
    sample.sit(session, cast.lena_seat, None, number=3, at=THEN + timedelta(hours=5))
    placed = cohorts.learner_for(session, cast.ivo, cast.autumn, cast.lena_seat, "instructor")
    report = reports.learner_report(session, placed, THEN)
    assert [each.kind for each in reports.events_of(report, None)] == [
        "started", "passed", "started", "failed", "started", "lesson", "lesson", "enrolled",
    ]  # fmt: skip
    assert [(each.points, each.reason) for each in report.sittings] == [
        (1, ""),
        (2, "An item was void"),
        (None, ""),
    ]
    assert report.progress.is_complete
    # The record of study is the same as the one that the learner's own pages rest on.
    own = learning.record_of(session, cast.lena_seat)
    record = report.facts.record
    assert record.places == own.places
    assert set(record.done) == set(own.done)
    assert set(record.results) == set(own.results)


def test_what_others_did_about_a_place_is_told_with_who(session: Session, cast: Cast) -> None:
    run = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    how = {"by": cast.ada, "now": THEN}
    for act in ("pause", "resume"):
        cohorts.change_state(session, run, cast.lena_seat, act, reason="-", **how)  # type: ignore[arg-type]
    for until in (date(2027, 6, 1), None):
        cohorts.extend(
            session,
            run,
            cast.lena_seat,
            module_key=sample.MODULE,
            until=until,
            reason="-",
            **how,  # type: ignore[arg-type]
        )
    placed = cohorts.learner_for(session, cast.ivo, cast.autumn, cast.lena_seat, "reader")
    report = reports.learner_report(session, placed, THEN)
    told = [(each.kind, each.subject, each.by) for each in reports.events_of(report, None)]
    assert set(told) >= {
        ("paused", "", "Ada Okafor"),
        ("resumed", "", "Ada Okafor"),
        ("extended", sample.MODULE, "Ada Okafor"),
        ("extension-ended", sample.MODULE, "Ada Okafor"),
    }


def test_a_learner_of_another_cohort_is_not_found(session: Session, cast: Cast) -> None:
    other = cohorts.create_cohort(
        session,
        programme_id=cast.northgate,
        release_id=cast.release,
        title="Other",
        starts_on=date(2026, 9, 1),
        due_on=date(2026, 12, 1),
        enrols_until=None,
        by=cast.ada,
        now=THEN,
    )
    with pytest.raises(NotFound):
        cohorts.learner_for(session, cast.ada, other.id, cast.lena_seat, "instructor")


@pytest.mark.parametrize(
    ("who", "refused"), [("lena", Forbidden), ("otto", NotFound), ("olga", NotFound)]
)
def test_a_learner_is_there_for_the_staff_of_their_cohort_only(
    session: Session, cast: Cast, who: str, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        cohorts.learner_for(session, getattr(cast, who), cast.autumn, cast.lena_seat, "reader")


def test_the_trail_names_whom_an_act_concerns(session: Session, cast: Cast) -> None:
    sample.complete(session, cast.lena, cast.lena_seat)
    accounts.grant_role(
        session,
        programme_id=cast.northgate,
        email=cast.email("Otto"),
        role="instructor",
        by=cast.ada,
        now=THEN,
    )
    cohorts.create_cohort(
        session,
        programme_id=cast.northgate,
        release_id=cast.release,
        title="enrolment 1",
        starts_on=date(2026, 9, 1),
        due_on=date(2026, 12, 1),
        enrols_until=None,
        by=cast.ada,
        now=THEN,
    )
    titled, role, award = reports.trail(session, cast.northgate, None).lines
    assert (titled.act, titled.person, titled.subject) == ("cohort.created", None, "enrolment 1")
    assert titled.detail["due_on"] == date(2026, 12, 1)
    assert (role.act, role.actor, role.person) == ("role.granted", "Ada Okafor", "Otto Lind")
    assert (award.actor, award.person) == (None, "Lena Marković")
    assert (award.cohort_id, award.enrolment_id) == (cast.autumn, cast.lena_seat)


def test_the_trail_pages_back_without_a_gap_or_an_overlap(session: Session, cast: Cast) -> None:
    for number in range(7):
        audit.record(
            session,
            at=THEN,
            actor_id=cast.ada,
            act="cohort.exported",
            subject=f"Export {number}",
            programme_id=cast.northgate,
        )
    audit.record(
        session, at=THEN, actor_id=None, act="x.y", subject="CANARY", programme_id=cast.southgate
    )
    seen, before = [], None
    while True:
        page = reports.trail(session, cast.northgate, before, limit=3)
        seen += [line.subject for line in page.lines]
        if page.older is None:
            break
        before = page.older
    assert seen == [f"Export {number}" for number in range(6, -1, -1)]
