"""Sittings: what is granted and set reaches attempts under way, and only those it may reach."""

import json
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import quizzes
from lms.db import db
from lms.errors import NotFound, Refused
from lms.models.assessment import Attempt
from lms.models.audit import AuditEntry
from lms.models.cohorts import Cohort
from lms.models.sittings import AccommodationReason, AccommodationRecord, SittingIncident
from lms.services import assessment, audit, cohorts, reports, sittings
from lms.services.cohorts import RunCohort
from lms.services.sittings import WHOLE_COHORT, Target
from quizzes import UNBOUNDED, Accommodation, Override
from tests.cast import THEN, Cast
from tests.stories import read_all

MODULE = "first-module"
NINE = THEN + timedelta(hours=1)  # 10:00 on the clocks of the programme
MINUTE = timedelta(minutes=1)
QUARTER = Accommodation(percent=125)
TODAY = date(2026, 9, 1)


@pytest.fixture
def ready(app: Flask, cast: Cast) -> Cast:
    """Lena and Leo have read every lesson."""
    with app.app_context():
        read_all(db.session, cast.lena, cast.lena_seat, THEN)
        read_all(db.session, cast.leo, cast.leo_seat, THEN)
        db.session.commit()
    return cast


@pytest.fixture
def autumn(session: Session, ready: Cast) -> RunCohort:
    """The cohort as Ada administers it."""
    return cohorts.cohort_for(session, ready.ada, ready.autumn, "administrator")


def window(session: Session, autumn: RunCohort, cast: Cast, **given: object) -> int:
    """Let the cohort sit from nine until eleven, an hour each."""
    values: dict = {
        "opens_at": NINE,
        "closes_at": NINE + 120 * MINUTE,
        "limit_minutes": 60,
        **given,
    }
    return sittings.set_rule(
        session, autumn, MODULE, WHOLE_COHORT, Override(**values), by=cast.ada, now=THEN
    )


def begin(session: Session, cast: Cast, who: str = "lena", at: datetime = NINE) -> int:
    """Begin an attempt, with its end."""
    seat = cohorts.seat_for(session, getattr(cast, who), getattr(cast, f"{who}_seat"))
    attempt = assessment.start(session, seat, MODULE, seed=1, now=at)
    terms = sittings.terms_for(session, seat, MODULE, at)
    end = quizzes.ending(at, terms).at
    session.execute(sa.update(Attempt).where(Attempt.id == attempt).values(closes_at=end))
    session.flush()
    return attempt


def end_of(session: Session, attempt: int) -> datetime | None:
    return session.scalar(sa.select(Attempt.closes_at).where(Attempt.id == attempt))


def lena(session: Session, autumn: RunCohort, cast: Cast) -> sittings.Learner:
    return sittings.learner_for(session, autumn, cast.lena_seat)


def grant(
    session: Session,
    autumn: RunCohort,
    cast: Cast,
    given: Accommodation = QUARTER,
    now: datetime = NINE,
    **more: object,
) -> int:
    values: dict = {"valid_from": TODAY, "valid_until": None, "reason": "A letter.", **more}
    learner = lena(session, autumn, cast)
    return sittings.grant(session, learner, given, by=cast.ada, now=now, **values)


def declare(session: Session, autumn: RunCohort, cast: Cast, **more: object) -> int | None:
    values: dict = {
        "minutes": 10,
        "description": "The network was down.",
        "ticket": "a" * 32,
        "now": NINE + 20 * MINUTE,
        **more,
    }
    return sittings.declare_incident(session, autumn, MODULE, by=cast.ada, **values)


def acts(session: Session) -> list[str]:
    return list(session.scalars(sa.select(AuditEntry.act).order_by(AuditEntry.id)))


# --- what holds before the start -------------------------------------------------------------


def test_terms_say_what_holds_and_where_it_comes_from(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    grant(session, autumn, cast, now=THEN)
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    terms = sittings.terms_for(session, seat, MODULE, NINE)
    assert terms.limit_minutes.value == 75
    assert terms.closes_at.value == NINE + 135 * MINUTE
    assert [source.kind for source in terms.closes_at.sources] == ["cohort", "accommodation"]
    assert terms.closes_at.sources[0].name == "Autumn 2026"
    his = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    assert sittings.terms_for(session, his, MODULE, NINE).limit_minutes.value == 60


def test_nothing_is_bounded_until_somebody_says_so(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    terms = sittings.terms_for(session, seat, MODULE, NINE)
    assert (terms.opens_at.value, terms.closes_at.value) == (None, None)
    assert quizzes.decide_start(terms, NINE, 40) == "open"


def test_groups_and_a_person_are_heard_before_the_cohort(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    for name, minutes in (("Evening", 180), ("Second site", 240)):
        made = sittings.make_group(session, autumn, name, by=cast.ada, now=THEN)
        sittings.set_members(session, autumn, made, [cast.lena_seat], by=cast.ada, now=THEN)
        given = Override(closes_at=NINE + minutes * MINUTE)
        sittings.set_rule(
            session, autumn, MODULE, Target(group_id=made), given, by=cast.ada, now=THEN
        )
    terms = sittings.terms_for(session, seat, MODULE, NINE)
    assert terms.closes_at.value == NINE + 240 * MINUTE
    assert terms.closes_at.sources[0].name == "Second site"
    mine = Override(closes_at=UNBOUNDED, attempts=2)
    sittings.set_rule(
        session, autumn, MODULE, Target(enrolment_id=cast.lena_seat), mine, by=cast.ada, now=THEN
    )
    terms = sittings.terms_for(session, seat, MODULE, NINE)
    assert (terms.closes_at.value, terms.attempts.value) == (None, 2)
    assert terms.limit_minutes.value == 60
    lines = sittings.list_rules(session, autumn, MODULE)
    assert [line.name for line in lines] == [
        "Autumn 2026",
        "Evening",
        "Second site",
        "Lena Marković",
    ]


def test_an_attempt_may_begin_within_the_window_and_the_attempts(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast, attempts=2)
    grant(session, autumn, cast, now=THEN)
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    for at, used, sentence in (
        (NINE - MINUTE, 0, "opens on 1 September 2026 at 10:00 BST"),
        (NINE + 120 * MINUTE, 0, "begun before 1 September 2026 at 12:00 BST"),
        (NINE, 2, "used up"),
    ):
        with pytest.raises(Refused, match=sentence):
            sittings.terms_to_begin(session, seat, MODULE, at, used)
    last = NINE + 119 * MINUTE
    terms = sittings.terms_to_begin(session, seat, MODULE, last, 1)
    # The window that extra time extends: what is begun at the last moment has it all the same.
    assert quizzes.ending(last, terms).at == NINE + 135 * MINUTE


# --- accommodations ---------------------------------------------------------------------------


def test_an_accommodation_reaches_a_running_attempt_at_once(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    mine, his = begin(session, cast), begin(session, cast, "leo")
    grant(session, autumn, cast, now=NINE + 59 * MINUTE)
    assert end_of(session, mine) == NINE + 75 * MINUTE
    assert end_of(session, his) == NINE + 60 * MINUTE


def test_it_holds_on_the_days_it_is_valid_in_the_programmes_zone(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    window(session, autumn, cast, opens_at=None, closes_at=None)
    grant(
        session, autumn, cast, now=THEN,
        valid_from=date(2026, 9, 10), valid_until=date(2026, 9, 11),
    )  # fmt: skip

    def limit(moment: str) -> int | None:
        at = datetime.fromisoformat(moment)
        return sittings.terms_for(session, seat, MODULE, at).limit_minutes.value

    # London is an hour before UTC in September: its 10th begins at 23:00 of the 9th.
    assert limit("2026-09-09T22:59:00+00:00") == 60
    assert limit("2026-09-09T23:00:00+00:00") == 75
    assert limit("2026-09-11T22:59:00+00:00") == 75
    assert limit("2026-09-11T23:00:00+00:00") == 60


def test_an_attempt_under_way_keeps_what_is_withdrawn_or_runs_out(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast, opens_at=None, closes_at=None, limit_minutes=3 * 24 * 60)
    granted = grant(session, autumn, cast, now=THEN, valid_until=TODAY)
    attempt = begin(session, cast)
    kept = NINE + timedelta(minutes=3 * 24 * 60 * 5 / 4)
    assert end_of(session, attempt) == kept
    tomorrow = NINE + timedelta(days=1)
    assert sittings.refresh(session, attempt, tomorrow) == kept
    learner = lena(session, autumn, cast)
    sittings.withdraw(session, learner, granted, by=cast.ada, now=tomorrow)
    assert sittings.refresh(session, attempt, tomorrow + MINUTE) == kept
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    later = sittings.terms_for(session, seat, MODULE, tomorrow + MINUTE)
    assert later.limit_minutes.value == 3 * 24 * 60


def test_one_that_never_came_into_force_gives_nothing(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast, opens_at=None, closes_at=None, limit_minutes=7 * 24 * 60)
    attempt = begin(session, cast)
    granted = grant(session, autumn, cast, valid_from=date(2026, 9, 5))
    learner = lena(session, autumn, cast)
    sittings.withdraw(session, learner, granted, by=cast.ada, now=NINE + timedelta(days=1))
    end = sittings.refresh(session, attempt, NINE + timedelta(days=6))
    assert end == NINE + timedelta(days=7)


def test_one_that_begins_to_hold_overnight_is_found_before_the_attempt_is_closed(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast, opens_at=None, closes_at=None, limit_minutes=24 * 60)
    grant(session, autumn, cast, now=THEN, valid_from=date(2026, 9, 2))
    attempt = begin(session, cast)
    tomorrow = NINE + timedelta(days=1, minutes=1)
    assert sittings.list_overdue(session, tomorrow) == [attempt]
    assert sittings.refresh(session, attempt, tomorrow) == NINE + timedelta(hours=30)
    assert sittings.list_overdue(session, tomorrow) == []


def test_it_holds_in_the_programme_that_granted_it_and_in_no_other(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    """Olga administers another programme: what she grants is nothing to Northgate."""
    window(session, autumn, cast)
    attempt = begin(session, cast)
    there = sittings.Learner(cast.lena_seat, cast.lena, cast.autumn, cast.southgate, "", "")
    sittings.grant(
        session, there, Accommodation(unlimited=True), valid_from=TODAY, valid_until=None,
        reason="Elsewhere.", by=cast.olga, now=NINE,
    )  # fmt: skip
    assert end_of(session, attempt) == NINE + 60 * MINUTE
    assert sittings.refresh(session, attempt, NINE + MINUTE) == NINE + 60 * MINUTE
    assert sittings.list_accommodations(session, cast.lena, cast.northgate) == []


def test_nobody_approves_their_own(session: Session, autumn: RunCohort, cast: Cast) -> None:
    learner = lena(session, autumn, cast)
    with pytest.raises(Refused, match="own sitting"):
        sittings.grant(
            session, learner, QUARTER, valid_from=TODAY, valid_until=None, reason="I want it.",
            by=cast.lena, now=NINE,
        )  # fmt: skip
    with pytest.raises(Refused, match="own sitting"):
        sittings.set_rule(
            session, autumn, MODULE, Target(enrolment_id=cast.lena_seat), Override(attempts=9),
            by=cast.lena, now=NINE,
        )  # fmt: skip
    made = sittings.make_group(session, autumn, "Mine", by=cast.lena, now=NINE)
    with pytest.raises(Refused, match="own sitting"):
        sittings.set_members(session, autumn, made, [cast.lena_seat], by=cast.lena, now=NINE)


def test_what_grants_nothing_is_refused(session: Session, autumn: RunCohort, cast: Cast) -> None:
    with pytest.raises(Refused, match="Say what is granted"):
        grant(session, autumn, cast, Accommodation())
    with pytest.raises(Refused, match="last day"):
        grant(session, autumn, cast, valid_until=date(2026, 8, 31))


# --- the reason -------------------------------------------------------------------------------


def test_the_reason_stands_apart_and_reading_it_is_noted(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    granted = grant(session, autumn, cast, reason="CANARY-REASON")
    learner = lena(session, autumn, cast)
    columns = {column.name for column in AccommodationRecord.__table__.columns}
    assert not columns & {"reason", "note", "detail"}
    assert session.scalar(sa.select(AccommodationReason.reason)) == "CANARY-REASON"
    line, reason = sittings.read_reason(session, learner, granted, by=cast.ada, now=NINE)
    assert (line.given, reason) == (QUARTER, "CANARY-REASON")
    assert acts(session)[-2:] == ["accommodation.granted", "accommodation.reason-read"]
    trail = session.scalars(sa.select(AuditEntry.detail)).all()
    assert not any("CANARY" in detail for detail in trail)
    assert audit.first_broken(session) is None
    told = reports.trail(session, cast.northgate, None).lines
    assert told[0].person == "Lena Marković"


# --- windows and incidents --------------------------------------------------------------------


def test_a_changed_window_moves_running_attempts_and_leaves_a_notice(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast, limit_minutes=None)
    attempt = begin(session, cast)
    assert end_of(session, attempt) == NINE + 120 * MINUTE
    now = NINE + 30 * MINUTE
    later = Override(closes_at=NINE + 180 * MINUTE)
    moved = sittings.set_rule(session, autumn, MODULE, WHOLE_COHORT, later, by=cast.ada, now=now)
    assert (moved, end_of(session, attempt)) == (1, NINE + 180 * MINUTE)
    sooner = Override(closes_at=now)
    sittings.set_rule(session, autumn, MODULE, WHOLE_COHORT, sooner, by=cast.ada, now=now)
    assert end_of(session, attempt) == now + quizzes.NOTICE
    ours = sittings.list_rules(session, autumn, MODULE)[0]
    sittings.remove_rule(session, autumn, MODULE, ours.id, by=cast.ada, now=now)
    assert end_of(session, attempt) is None


def test_one_act_gives_a_whole_sitting_the_same_time(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    grant(session, autumn, cast, now=THEN)
    mine, his = begin(session, cast), begin(session, cast, "leo", NINE + 10 * MINUTE)
    before = len(acts(session))
    assert declare(session, autumn, cast) == 2
    assert end_of(session, mine) == NINE + 85 * MINUTE
    assert end_of(session, his) == NINE + 80 * MINUTE
    entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert len(acts(session)) == before + 1
    assert entry.act == "incident.declared"
    assert json.loads(entry.detail)["attempts_moved"] == 2


def test_a_form_sent_twice_gives_the_minutes_once(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    attempt = begin(session, cast)
    assert declare(session, autumn, cast) == 1
    assert declare(session, autumn, cast) is None
    assert end_of(session, attempt) == NINE + 70 * MINUTE
    assert declare(session, autumn, cast, ticket="b" * 32) == 1
    assert end_of(session, attempt) == NINE + 80 * MINUTE


def test_an_incident_taken_back_leaves_a_notice(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    attempt = begin(session, cast)
    declare(session, autumn, cast, minutes=600)
    # The window closes at eleven and ten hours, so the limit ends it.
    assert end_of(session, attempt) == NINE + 660 * MINUTE
    slip = session.scalars(sa.select(SittingIncident.id)).one()
    now = NINE + 90 * MINUTE
    moved = sittings.withdraw_incident(session, autumn, MODULE, slip, by=cast.ada, now=now)
    assert (moved, end_of(session, attempt)) == (1, now + quizzes.NOTICE)
    again = sittings.withdraw_incident(session, autumn, MODULE, slip, by=cast.ada, now=now)
    assert again == 0
    assert acts(session).count("incident.withdrawn") == 1


def test_a_submitted_attempt_is_left_alone(session: Session, autumn: RunCohort, cast: Cast) -> None:
    window(session, autumn, cast)
    attempt = begin(session, cast)
    assessment.submit(session, cast.lena, attempt, NINE + 5 * MINUTE)
    assert declare(session, autumn, cast) == 0
    grant(session, autumn, cast)
    assert end_of(session, attempt) == NINE + 60 * MINUTE


def test_another_cohorts_things_are_not_there(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    """Invariant 27: what belongs to one cohort cannot be changed from the pages of another."""
    window(session, autumn, cast)
    declare(session, autumn, cast)
    granted = grant(session, autumn, cast)
    made = sittings.make_group(session, autumn, "Evening", by=cast.ada, now=NINE)
    other = Cohort(
        programme_id=cast.northgate, release_id=cast.release, title="Spring",
        starts_on=TODAY, due_on=date(2027, 1, 1), created_at=THEN,
    )  # fmt: skip
    session.add(other)
    session.flush()
    spring = cohorts.cohort_for(session, cast.ada, other.id, "administrator")
    rule = sittings.list_rules(session, autumn, MODULE)[0].id
    incident = session.scalars(sa.select(SittingIncident.id)).one()
    stranger = sittings.Learner(cast.leo_seat, cast.leo, cast.autumn, cast.northgate, "", "")
    who = {"by": cast.ada, "now": NINE}
    for attempted in (
        lambda: sittings.learner_for(session, spring, cast.lena_seat),
        lambda: sittings.remove_rule(session, spring, MODULE, rule, **who),
        lambda: sittings.withdraw_incident(session, spring, MODULE, incident, **who),
        lambda: sittings.set_members(session, spring, made, [], **who),
        lambda: sittings.set_members(session, autumn, made, [999], **who),
        lambda: sittings.remove_group(session, spring, made, **who),
        lambda: sittings.set_rule(
            session, spring, MODULE, Target(group_id=made), Override(attempts=1), **who
        ),
        lambda: sittings.set_rule(
            session, spring, MODULE, Target(enrolment_id=cast.lena_seat), Override(attempts=1),
            **who,
        ),
        lambda: sittings.set_rule(
            session, autumn, "no-such", WHOLE_COHORT, Override(attempts=1), **who
        ),
        lambda: sittings.withdraw(session, stranger, granted, **who),
        lambda: sittings.read_reason(session, stranger, granted, **who),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            attempted()


def test_a_window_that_would_never_be_open_is_refused(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    early = Override(closes_at=NINE - MINUTE)
    for target in (WHOLE_COHORT, Target(enrolment_id=cast.lena_seat)):
        given = early if target != WHOLE_COHORT else Override(opens_at=NINE, closes_at=NINE)
        with pytest.raises(Refused, match="before it opens"):
            sittings.set_rule(session, autumn, MODULE, target, given, by=cast.ada, now=THEN)
    with pytest.raises(Refused, match="at least one thing"):
        sittings.set_rule(session, autumn, MODULE, WHOLE_COHORT, Override(), by=cast.ada, now=THEN)


def test_leaving_a_group_moves_a_running_attempt_back(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    made = sittings.make_group(session, autumn, "Evening", by=cast.ada, now=THEN)
    sittings.set_rule(
        session, autumn, MODULE, Target(group_id=made), Override(limit_minutes=100),
        by=cast.ada, now=THEN,
    )  # fmt: skip
    attempt = begin(session, cast)
    how = {"by": cast.ada, "now": NINE + MINUTE}
    assert sittings.set_members(session, autumn, made, [cast.lena_seat], **how) == 1
    assert end_of(session, attempt) == NINE + 100 * MINUTE
    assert sittings.set_members(session, autumn, made, [cast.lena_seat], **how) == 0
    assert sittings.remove_group(session, autumn, made, **how) == 1
    assert end_of(session, attempt) == NINE + 60 * MINUTE
    assert sittings.list_rules(session, autumn, MODULE)[1:] == []
    with pytest.raises(NotFound):
        sittings.set_members(session, autumn, made, [], **how)


def test_two_groups_of_a_cohort_have_two_names(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    sittings.make_group(session, autumn, "Evening", by=cast.ada, now=THEN)
    session.commit()
    with pytest.raises(Refused, match="already has a group"):
        sittings.make_group(session, autumn, "Evening", by=cast.ada, now=THEN)


# --- pauses -----------------------------------------------------------------------------------


def test_a_pause_stops_the_limit_for_its_length(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    grant(session, autumn, cast, Accommodation(pause_minutes=20), now=THEN)
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    attempt = begin(session, cast)
    assert sittings.pause(session, seat, attempt, NINE + 55 * MINUTE)
    assert not sittings.pause(session, seat, attempt, NINE + 55 * MINUTE)
    assert end_of(session, attempt) == NINE + 80 * MINUTE
    assert sittings.resume(session, seat, attempt, NINE + 57 * MINUTE)
    assert not sittings.resume(session, seat, attempt, NINE + 57 * MINUTE)
    # To the minute, without a notice: pausing near the end must not win time.
    assert end_of(session, attempt) == NINE + 62 * MINUTE
    sittings.pause(session, seat, attempt, NINE + 60 * MINUTE)
    sittings.resume(session, seat, attempt, NINE + 100 * MINUTE)
    assert end_of(session, attempt) == NINE + 80 * MINUTE
    assert sittings.find_running(session, cast.lena_seat, MODULE).paused_at is None  # type: ignore[union-attr]
    assert acts(session)[-4:] == ["attempt.paused", "attempt.resumed"] * 2


def test_a_pause_is_refused_without_an_allowance_and_after_the_end(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    attempt = begin(session, cast)
    with pytest.raises(Refused, match="not part"):
        sittings.pause(session, seat, attempt, NINE)
    grant(session, autumn, cast, Accommodation(pause_minutes=5))
    sittings.pause(session, seat, attempt, NINE)
    sittings.resume(session, seat, attempt, NINE + 5 * MINUTE)
    with pytest.raises(Refused, match="used up"):
        sittings.pause(session, seat, attempt, NINE + 6 * MINUTE)
    grant(session, autumn, cast, Accommodation(pause_minutes=15))
    with pytest.raises(Refused, match="over"):
        sittings.pause(session, seat, attempt, NINE + 66 * MINUTE)
    his = cohorts.seat_for(session, cast.leo, cast.leo_seat)
    with pytest.raises(NotFound):
        sittings.pause(session, his, attempt, NINE)


# --- overdue ----------------------------------------------------------------------------------


def test_an_attempt_is_overdue_only_after_its_grace(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    attempt = begin(session, cast)
    session.execute(sa.update(Attempt).values(grace_seconds=30))
    end = NINE + 60 * MINUTE
    assert sittings.list_overdue(session, end + timedelta(seconds=30)) == []
    assert sittings.list_overdue(session, end + timedelta(seconds=31)) == [attempt]
    assessment.submit(session, cast.lena, attempt, end)
    assert sittings.list_overdue(session, end + timedelta(days=1)) == []


def test_the_sittings_of_a_cohort_at_a_glance(
    session: Session, autumn: RunCohort, cast: Cast
) -> None:
    window(session, autumn, cast)
    begin(session, cast)
    declare(session, autumn, cast)
    grant(session, autumn, cast)
    sittings.set_rule(
        session, autumn, MODULE, Target(enrolment_id=cast.leo_seat), Override(attempts=2),
        by=cast.ada, now=THEN,
    )  # fmt: skip
    (line,) = sittings.list_sittings(session, autumn)
    assert (line.exceptions, line.incidents, line.running) == (1, 1, 1)
    assert line.terms.closes_at.value == NINE + 130 * MINUTE
    (accommodated,) = sittings.list_accommodated(session, autumn, TODAY)
    assert (accommodated.name, accommodated.given) == ("Lena Marković", QUARTER)
    assert sittings.list_accommodated(session, autumn, date(2026, 8, 31)) == []
