"""Cohorts: who may run one, how one is opened, and how they are listed."""

from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort
from lms.services import accounts, cohorts
from tests.cast import THEN, Cast

RIGHTS = [
    ("ada", "instructor", None),
    ("ada", "administrator", None),
    ("ivo", "instructor", None),
    ("ivo", "administrator", Forbidden),
    ("lena", "instructor", Forbidden),
    ("lena", "administrator", Forbidden),
    ("otto", "instructor", NotFound),
    ("otto", "administrator", NotFound),
    ("olga", "instructor", NotFound),
    ("olga", "administrator", NotFound),
]


def refusal_of(act: Callable[[], object]) -> type[LmsError] | None:
    try:
        act()
    except LmsError as error:
        return type(error)
    return None


@pytest.mark.parametrize(("who", "role", "refusal"), RIGHTS)
def test_a_cohort_comes_only_with_the_right_to_it(
    session: Session, cast: Cast, who: str, role: str, refusal: type[LmsError] | None
) -> None:
    person = getattr(cast, who)
    assert refusal_of(lambda: cohorts.cohort_for(session, person, cast.autumn, role)) is refusal
    assert (
        refusal_of(lambda: cohorts.programme_for(session, person, cast.northgate, role)) is refusal
    )


def test_what_is_not_there_is_not_found(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        cohorts.cohort_for(session, cast.ada, 99_999, "instructor")
    with pytest.raises(NotFound):
        cohorts.programme_for(session, cast.ada, 99_999, "instructor")


def test_a_learner_who_also_teaches_elsewhere_stays_a_learner_here(
    session: Session, cast: Cast
) -> None:
    accounts.grant_role(
        session,
        programme_id=cast.southgate,
        email=cast.email("Lena"),
        role="administrator",
        by=cast.olga,
        now=THEN,
    )
    with pytest.raises(Forbidden):
        cohorts.cohort_for(session, cast.lena, cast.autumn, "instructor")


def test_a_learner_of_one_programme_is_a_stranger_in_another(session: Session, cast: Cast) -> None:
    theirs = open_one(session, cast, programme_id=cast.southgate, by=cast.olga)
    with pytest.raises(NotFound):
        cohorts.cohort_for(session, cast.lena, theirs.id, "instructor")
    with pytest.raises(NotFound):
        cohorts.programme_for(session, cast.lena, cast.southgate, "administrator")


def test_a_right_ends_with_its_role(session: Session, cast: Cast) -> None:
    assert cohorts.cohort_for(session, cast.ivo, cast.autumn, "instructor").role == "instructor"
    accounts.withdraw_role(
        session, programme_id=cast.northgate, account_id=cast.ivo, by=cast.ada, now=THEN
    )
    with pytest.raises(NotFound):
        cohorts.cohort_for(session, cast.ivo, cast.autumn, "instructor")


def open_one(session: Session, cast: Cast, **other: object) -> Cohort:
    values: dict[str, object] = {
        "programme_id": cast.northgate,
        "release_id": cast.release,
        "title": "Spring 2027",
        "starts_on": date(2027, 2, 1),
        "due_on": date(2027, 6, 1),
        "enrols_until": None,
        "by": cast.ada,
        "now": THEN,
    }
    return cohorts.create_cohort(session, **{**values, **other})  # type: ignore[arg-type]


def test_a_new_cohort_stands_in_the_trail(session: Session, cast: Cast) -> None:
    cohort = open_one(session, cast)
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.act, entry.subject, entry.actor_id) == ("cohort.created", cohort.title, cast.ada)


def test_a_title_is_taken_once_in_a_programme_and_free_in_another(
    session: Session, cast: Cast
) -> None:
    open_one(session, cast)
    open_one(session, cast, programme_id=cast.southgate, by=cast.olga)
    session.commit()
    with pytest.raises(Refused, match="already has a cohort"):
        open_one(session, cast)


@pytest.mark.parametrize("due_on", [date(2027, 2, 1), date(2027, 1, 31)])
def test_it_refuses_a_cohort_that_ends_before_it_began(
    session: Session, cast: Cast, due_on: date
) -> None:
    with pytest.raises(Refused, match="after the start"):
        open_one(session, cast, due_on=due_on)


def test_a_list_holds_the_programmes_asked_for_and_counts_their_learners(
    session: Session, cast: Cast
) -> None:
    open_one(session, cast)
    open_one(session, cast, programme_id=cast.southgate, by=cast.olga, title="Elsewhere")
    lines = cohorts.list_cohorts(session, [cast.northgate])
    assert [(line.title, line.learners) for line in lines] == [
        ("Spring 2027", 0),
        ("Autumn 2026", 2),
    ]
    assert {line.time_zone for line in lines} == {"Europe/London"}
    assert cohorts.list_cohorts(session, []) == []


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-400, 400))
def test_a_week_has_seven_days_and_the_first_day_begins_week_one(start: date, days: int) -> None:
    day = date.fromordinal(start.toordinal() + days)
    week = cohorts.week_on(start, day)
    assert (week - 1) * 7 <= days < week * 7
