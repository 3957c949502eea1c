"""Due dates of a cohort and of a person: where each day comes from, whatever the clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import NotFound, Refused
from lms.models.cohorts import Cohort, DueRuleRecord, Enrolment, RequiredModule
from lms.services import cohorts
from lms.services.cohorts.due import first_day
from tests.cast import THEN, Cast

MODULE = "first-module"
# Clocks that change by an hour, by half an hour, twice a year, around Ramadan, and never.
ZONES = [
    "Europe/London",
    "America/Los_Angeles",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kolkata",
    "Pacific/Apia",
]


def run_of(session: Session, cast: Cast) -> cohorts.RunCohort:
    return cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")


def due_of(session: Session, cast: Cast) -> cohorts.Due:
    return cohorts.own_due_dates(session, cohorts.seat_for(session, cast.lena, cast.lena_seat))


def give(
    session: Session, cast: Cast, until: date | None, module: str | None = None, seat: int = 0
) -> None:
    cohorts.extend(
        session,
        run_of(session, cast),
        seat or cast.lena_seat,
        module_key=module,
        until=until,
        reason="Illness",
        by=cast.ada,
        now=THEN,
    )


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
    st.integers(1, 400),
)
def test_days_are_counted_on_the_calendar_whatever_the_clocks_do(
    enrolled_at: datetime, zone: str, days: int
) -> None:
    """Until the last second of the day on the programme's clocks it is in time, then no more."""
    due = first_day(enrolled_at, zone) + timedelta(days=days)
    midnight = datetime(due.year, due.month, due.day, tzinfo=ZoneInfo(zone)) + timedelta(days=1)
    next_day = midnight.astimezone(UTC)
    assert first_day(next_day - timedelta(seconds=1), zone) == due
    assert first_day(next_day, zone) == due + timedelta(days=1)
    assert (due - enrolled_at.astimezone(ZoneInfo(zone)).date()).days == days


def test_every_source_says_which_it_is(session: Session, cast: Cast) -> None:
    assert {due.source for due in due_of(session, cast).values()} == {"plan"}
    rule = DueRuleRecord(cohort_id=cast.autumn, module_key=MODULE, due_on=date(2026, 12, 1))
    session.add(rule)
    session.flush()
    assert {(due.on, due.source) for due in due_of(session, cast).values()} == {
        (date(2026, 12, 1), "absolute")
    }
    rule.due_on, rule.days = None, 30
    session.flush()
    assert {(due.on, due.source, due.detail) for due in due_of(session, cast).values()} == {
        (date(2026, 10, 1), "relative", 30)
    }
    give(session, cast, date(2026, 10, 20), MODULE)
    assert {(due.on, due.source, due.detail) for due in due_of(session, cast).values()} == {
        (date(2026, 10, 20), "extension", date(2026, 10, 1))
    }


def test_of_two_extensions_the_later_given_counts_and_can_be_taken_back(
    session: Session, cast: Cast
) -> None:
    before = due_of(session, cast)
    give(session, cast, date(2027, 6, 1))
    give(session, cast, date(2027, 4, 1))
    assert max(due.on for due in due_of(session, cast).values()) == date(2027, 4, 1)
    give(session, cast, None)
    assert due_of(session, cast) == before
    assert [line.until for line in cohorts.list_extensions(session, cast.lena_seat)] == [
        None,
        date(2027, 4, 1),
        date(2027, 6, 1),
    ]


def test_an_extension_is_one_persons(session: Session, cast: Cast) -> None:
    run = run_of(session, cast)
    give(session, cast, date(2027, 6, 1))
    due = cohorts.due_dates(session, run, [cast.lena_seat, cast.leo_seat])
    assert max(each.on for each in due[cast.lena_seat].values()) == date(2027, 6, 1)
    assert due[cast.leo_seat] == cohorts.plan_of(session, run)
    assert due[cast.lena_seat] == due_of(session, cast)


@pytest.mark.parametrize(
    ("until", "module", "words"),
    [
        (date(2027, 3, 1), None, "anyway"),
        (date(2026, 1, 1), MODULE, "anyway"),
        (date(2037, 1, 1), None, "five years"),
    ],
)
def test_an_extension_that_gives_nothing_or_a_decade_is_refused(
    session: Session, cast: Cast, until: date, module: str | None, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        give(session, cast, until, module)


def test_nobody_extends_what_is_not_in_the_cohort(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        give(session, cast, date(2027, 6, 1), "no-such-module")
    with pytest.raises(NotFound):
        give(session, cast, date(2027, 6, 1), seat=99_999)


def test_extensions_are_never_changed(app: Flask, cast: Cast) -> None:
    with app.app_context():
        give(db.session, cast, date(2027, 6, 1))
        db.session.commit()
    with app.app_context(), pytest.raises(DatabaseError, match="append-only"):
        db.session.execute(sa.text("UPDATE due_extensions SET until_on = NULL"))


def test_what_is_not_required_is_due_on_the_last_day(session: Session, cast: Cast) -> None:
    session.add(RequiredModule(cohort_id=cast.autumn, module_key="elsewhere"))
    session.flush()
    assert {due.on for due in due_of(session, cast).values()} == {date(2027, 3, 1)}


def test_a_hundred_learners_cost_one_query(app: Flask, session: Session, cast: Cast) -> None:
    run = run_of(session, cast)
    session.get(Cohort, cast.autumn)
    ids = list(session.scalars(sa.select(Enrolment.id)))
    cohorts.due_dates(session, run, ids)
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    cohorts.due_dates(session, run, ids * 50)
    assert len(seen) == 1
