"""Observed skills: two raters who see nothing of each other, a third who decides, a plan."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.errors import Forbidden, LmsError, NotFound, Refused
from lms.models.audit import AuditEntry
from lms.services import cohorts, observed
from lms.services.observed import Observed
from tests.cast import Cast
from tests.practice_samples import LATER, LINES, give_a_practice, open_for
from tests.races import at_once

MET = dict.fromkeys(LINES, "met")


@pytest.fixture
def opened(session: Session, cast: Cast, tmp_path: Path) -> int:
    """Lena was seen at a role-play; Ivo and Ed have a sheet each."""
    give_a_practice(session, tmp_path, cast)
    found = open_for(session, cast, cast.lena_seat, LATER)
    session.commit()
    return found


def seen(session: Session, cast: Cast, observation: int) -> Observed:
    return observed.observation_for(session, cast.rhea, observation, "reader")


def rate(
    session: Session,
    cast: Cast,
    observation: int,
    account: int,
    judged: Mapping[str, str],
    *,
    hand_in: bool = True,
) -> None:
    raters = seen(session, cast, observation).raters
    (rating,) = [each.rating_id for each in raters if each.account_id == account]
    sheet = observed.sheet_for(session, account, rating)
    observed.judge(session, sheet, judged, hand_in=hand_in, now=LATER)


def test_nobody_sees_a_rating_before_both_are_in(session: Session, cast: Cast, opened: int) -> None:
    rate(session, cast, opened, cast.ivo, {**MET, "BND-2": "not-met"})
    found = seen(session, cast, opened)
    assert found.stage == "rating" and found.pair is None and found.result is None
    assert all(rater.judged == {} for rater in found.raters)
    ed = observed.sheet_for(session, cast.ed, found.raters[1].rating_id)
    assert ed.own == {} and all(rater.judged == {} for rater in ed.observed.raters)
    for account, refusal in (
        (cast.ada, Forbidden),
        (cast.ivo, NotFound),
        (cast.rhea, NotFound),
        (cast.olga, NotFound),
        (cast.lena, NotFound),
    ):
        with pytest.raises(refusal):
            observed.sheet_for(session, account, found.raters[1].rating_id)
    trail = " ".join(session.scalars(sa.select(AuditEntry.detail)))
    assert "not-met" not in trail
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    assert observed.own_results(session, seat) == []


def test_two_who_agree_make_the_result(session: Session, cast: Cast, opened: int) -> None:
    rate(session, cast, opened, cast.ivo, MET)
    rate(session, cast, opened, cast.ed, MET)
    found = seen(session, cast, opened)
    assert found.stage == "met" and found.result == MET and found.unmet == ()
    assert found.agreement is not None and found.agreement.percent == 100
    assert found.agreement.is_too_small and found.agreement.kappa is None
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    assert all(skill.is_met for skill in observed.skills_of(session, seat))
    assert observed.waiting_for(session, cast.northgate, LATER) == []


def test_a_third_decides_the_disputed_lines_alone(
    session: Session, cast: Cast, opened: int
) -> None:
    rate(session, cast, opened, cast.ivo, MET)
    rate(session, cast, opened, cast.ed, {**MET, "BND-1": "not-seen"})
    found = seen(session, cast, opened)
    assert found.stage == "disputed" and found.disputed == ("BND-1",)
    for account in (cast.ivo, cast.ed, cast.lena, cast.olga, cast.rhea):
        with pytest.raises(Refused):
            observed.name_third(session, found, account, by=cast.ada, now=LATER)
    observed.name_third(session, found, cast.saul, by=cast.ada, now=LATER)
    (waiting,) = observed.waiting_for(session, cast.northgate, LATER)
    assert waiting.kind == "adjudication"
    rate(session, cast, opened, cast.saul, {"BND-1": "not-seen", "BND-2": "not-met"})
    found = seen(session, cast, opened)
    assert found.result == {**MET, "BND-1": "not-seen"}
    assert found.stage == "to-work-on" and [line.id for line in found.unmet] == ["BND-1"]


def test_a_plan_is_made_once_and_another_observation_ends_it(
    session: Session, cast: Cast, opened: int
) -> None:
    for account in (cast.ivo, cast.ed):
        rate(session, cast, opened, account, {**MET, "BND-2": "not-met"})
    found = seen(session, cast, opened)
    (waiting,) = observed.waiting_for(session, cast.northgate, LATER)
    assert waiting.kind == "remediation" and waiting.due is None
    with pytest.raises(Refused, match="from today on"):
        plan(session, cast, found, days=-1)
    plan(session, cast, found, days=14)
    session.commit()
    with pytest.raises(Refused, match="already"):
        plan(session, cast, found, days=20)
    assert observed.waiting_for(session, cast.northgate, LATER) == []
    late = LATER + timedelta(days=17)
    assert [each.kind for each in observed.waiting_for(session, cast.northgate, late)] == [
        "remediation"
    ]
    again = open_for(session, cast, cast.lena_seat, LATER, ticket="again")
    for account in (cast.ivo, cast.ed):
        rate(session, cast, again, account, MET)
    assert observed.waiting_for(session, cast.northgate, late) == []
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    assert all(skill.is_met for skill in observed.skills_of(session, seat))


def plan(session: Session, cast: Cast, found: Observed, *, days: int) -> None:
    due = LATER.date() + timedelta(days=days)
    observed.plan(session, found, due_on=due, steps="Practise with Ed.", by=cast.ed, now=LATER)


def test_what_was_handed_in_is_final(session: Session, cast: Cast, opened: int) -> None:
    with pytest.raises(Refused, match="every line"):
        rate(session, cast, opened, cast.ivo, {"BND-1": "met"})
    with pytest.raises(Refused, match="three judgements"):
        rate(session, cast, opened, cast.ivo, {**MET, "BND-1": "superb"})
    rate(session, cast, opened, cast.ivo, {"BND-1": "met"}, hand_in=False)
    rate(session, cast, opened, cast.ivo, MET)
    session.commit()
    with pytest.raises(Refused, match="final"):
        rate(session, cast, opened, cast.ivo, MET)
    for statement in (
        "UPDATE observed_ratings SET judged = '{}' WHERE handed_in_at IS NOT NULL",
        "DELETE FROM observed_ratings",
    ):
        with pytest.raises(DatabaseError):
            session.execute(sa.text(statement))
        session.rollback()


def test_two_raters_are_two_other_people(session: Session, cast: Cast, opened: int) -> None:
    for raters in (
        (cast.ivo, cast.ivo),
        (cast.ivo, cast.lena),
        (cast.ivo, cast.olga),
        (cast.ivo, cast.rhea),
        (cast.ivo, cast.pia),
    ):
        with pytest.raises(Refused):
            open_for(session, cast, cast.lena_seat, LATER, raters=raters, ticket=str(raters))
    assert open_for(session, cast, cast.lena_seat, LATER) == opened, "the form was sent twice"
    with pytest.raises(Refused, match="to come"):
        day = LATER.date() + timedelta(days=2)
        open_for(session, cast, cast.lena_seat, LATER, observed_on=day, ticket="x")


def test_of_many_who_name_a_third_one_does(
    app: Flask, session: Session, cast: Cast, opened: int
) -> None:
    rate(session, cast, opened, cast.ivo, MET)
    rate(session, cast, opened, cast.ed, {**MET, "BND-1": "not-met"})
    session.commit()

    def act(its_session: Session, number: int) -> None:
        found = seen(its_session, cast, opened)
        third = (cast.saul, cast.dina, cast.ada)[number % 3]
        observed.name_third(its_session, found, third, by=cast.ada, now=LATER)

    answers = at_once(app, act, threads=9)
    assert sum(not isinstance(answer, LmsError) for answer in answers) == 1


def test_agreement_is_pooled_by_checklist_and_withdrawn_ones_are_left_out(
    session: Session, cast: Cast, opened: int
) -> None:
    for number in range(11):
        other = open_for(session, cast, cast.leo_seat, LATER, ticket=f"leo {number}")
        second = "met" if number else "not-met"
        rate(session, cast, other, cast.ivo, {**MET, "BND-3": "not-met"})
        rate(session, cast, other, cast.ed, {**MET, "BND-2": second, "BND-3": "not-met"})
    cohort = cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")
    (found,) = observed.agreements(observed.list_observations(session, cohort))
    assert (found.observations, found.agreement.lines, found.agreement.agreed) == (11, 33, 32)
    assert found.agreement.kappa is not None
    observed.withdraw(session, seen(session, cast, opened), by=cast.ada, now=LATER)
    assert len(observed.list_observations(session, cohort)) == 11
    with pytest.raises(Refused, match="stays"):
        observed.withdraw(session, seen(session, cast, other), by=cast.ada, now=LATER)
    rows = list(observed.observed_table(session, cohort, LATER).rows)
    assert len(rows) == 11 and rows[-1][5] == 66
