"""Places in a cohort: no more than there are, a queue that moves by itself, codes that end."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.db import db
from lms.errors import NotFound, Refused
from lms.models.accounts import Account
from lms.models.cohorts import Cohort, Enrolment, InvitationUse, WaitingPlace
from lms.models.mail import OutboxMessage
from lms.services import cohorts
from tests.cast import THEN, Cast
from tests.races import THREADS, at_once

TODAY = THEN.date()
SECRET = "s" * 48
LATER = THEN + timedelta(days=7)


def run_of(session: Session, cast: Cast) -> cohorts.RunCohort:
    return cohorts.cohort_for(session, cast.ada, cast.autumn, "administrator")


def limit(session: Session, cast: Cast, capacity: int | None, *, queue: bool = False) -> None:
    cohort = session.get_one(Cohort, cast.autumn)
    cohort.capacity, cohort.has_waiting_list = capacity, queue
    session.flush()


def people(session: Session, count: int) -> list[int]:
    """Add accounts; return their ids."""
    made = [
        Account(
            email=f"learner{number}@example.org",
            password="x",
            active=True,
            fs_uniquifier=f"learner-{number:04}",
            confirmed_at=THEN,
            full_name=f"Learner {number:04}",
            profession="Nurse",
            created_at=THEN,
        )
        for number in range(count)
    ]
    session.add_all(made)
    session.flush()
    return [each.id for each in made]


def come(session: Session, cast: Cast, account: int, **more: bool) -> cohorts.Taken:
    return cohorts.take_place(
        session, account_id=account, cohort_id=cast.autumn, now=THEN, today=TODAY, **more
    )


def invite(session: Session, cast: Cast, uses: int = 5) -> str:
    return cohorts.make_invitation(
        session,
        run_of(session, cast),
        SECRET,
        label="St Bride’s",
        most_uses=uses,
        expires_at=LATER,
        by=cast.ada,
        now=THEN,
    )


def seated(session: Session, cast: Cast) -> int:
    query = sa.select(sa.func.count()).select_from(Enrolment)
    return session.scalars(
        query.where(Enrolment.cohort_id == cast.autumn, Enrolment.state != "withdrawn")
    ).one()


@pytest.mark.parametrize("has_queue", [False, True])
def test_of_fifty_who_come_at_once_as_many_get_a_place_as_there_are(
    app: Flask, cast: Cast, has_queue: bool
) -> None:
    with app.app_context():
        limit(db.session, cast, 9, queue=has_queue)
        accounts = people(db.session, THREADS)
        db.session.commit()
    answers = at_once(app, lambda session, number: come(session, cast, accounts[number]))
    taken = [each for each in answers if isinstance(each, cohorts.Taken)]
    assert sum(each.enrolment_id is not None for each in taken) == 7
    positions = sorted(each.position for each in taken if each.position is not None)
    assert positions == (list(range(1, THREADS - 6)) if has_queue else [])
    with app.app_context():
        assert seated(db.session, cast) == 9


def test_a_cohort_without_a_limit_takes_everybody(session: Session, cast: Cast) -> None:
    assert all(come(session, cast, each).enrolment_id for each in people(session, 20))


def test_who_withdraws_makes_room_for_the_first_who_waits_and_they_are_told(
    session: Session, cast: Cast
) -> None:
    limit(session, cast, 2, queue=True)
    first, second = people(session, 2)
    assert come(session, cast, first) == cohorts.Taken(None, 1)
    assert come(session, cast, second) == cohorts.Taken(None, 2)
    assert cohorts.waiting_for(session, cast.northgate, THEN) == []
    assert come(session, cast, second) == cohorts.Taken(None, 2)
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    cohorts.withdraw_oneself(session, seat, reason="", now=THEN)
    assert [line.account_id for line in cohorts.list_waiting(session, cast.autumn)] == [second]
    assert cohorts.list_seats(session, first)[0].cohort_id == cast.autumn
    written = session.scalars(sa.select(OutboxMessage)).all()
    assert [(each.recipient, each.subject) for each in written] == [
        ("learner0@example.org", "You have a place in Autumn 2026")
    ]
    assert [
        (each.cohort_id, each.position) for each in cohorts.list_own_waits(session, second)
    ] == [(cast.autumn, 1)]


def test_nobody_overtakes_the_queue(session: Session, cast: Cast) -> None:
    """A place that became free behind the queue's back goes to who waited, not to who comes."""
    limit(session, cast, 2, queue=True)
    first, late = people(session, 2)
    come(session, cast, first)
    session.get_one(Enrolment, cast.leo_seat).state = "withdrawn"
    session.flush()
    assert come(session, cast, late) == cohorts.Taken(None, 1)
    assert cohorts.list_seats(session, first)


def test_more_room_moves_the_queue_and_so_does_the_sweep(session: Session, cast: Cast) -> None:
    limit(session, cast, 2, queue=True)
    accounts = people(session, 3)
    for each in accounts:
        come(session, cast, each)
    run = run_of(session, cast)
    now = cohorts.settings_of(session, run)
    wanted = cohorts.CohortSettings(
        now.title, now.starts_on, now.due_on, now.enrols_until, capacity=3, has_waiting_list=True
    )
    assert cohorts.change_settings(session, run, wanted, by=cast.ada, now=THEN) == ("capacity",)
    assert seated(session, cast) == 3
    limit(session, cast, 4, queue=True)
    assert cohorts.list_waited_for(session) == [cast.autumn]
    assert cohorts.promote_in(session, cast.autumn, THEN) == 1
    assert cohorts.promote_in(session, cast.autumn, THEN) == 0


def test_of_two_sweeps_at_once_one_gives_the_place(app: Flask, cast: Cast) -> None:
    with app.app_context():
        limit(db.session, cast, 2, queue=True)
        for each in people(db.session, 4):
            come(db.session, cast, each)
        limit(db.session, cast, 3, queue=True)
        db.session.commit()
    answers = at_once(app, lambda session, _: cohorts.promote_in(session, cast.autumn, THEN), 8)
    assert sorted(map(int, answers)) == [0] * 7 + [1]  # type: ignore[arg-type]


def test_nobody_moves_up_once_enrolment_has_closed(session: Session, cast: Cast) -> None:
    limit(session, cast, 2, queue=True)
    [waiting] = people(session, 1)
    come(session, cast, waiting)
    session.get_one(Cohort, cast.autumn).enrols_until = date(2026, 8, 1)
    limit(session, cast, 5, queue=True)
    assert cohorts.promote_in(session, cast.autumn, THEN) == 0
    [asked] = cohorts.waiting_for(session, cast.northgate, THEN)
    assert (asked.kind, asked.subject, asked.cohort_id) == (
        "waiting-list",
        "Autumn 2026 · 1",
        cast.autumn,
    )
    assert cohorts.waiting_for(session, cast.southgate, THEN) == []
    [line] = cohorts.list_waiting(session, cast.autumn)
    run = run_of(session, cast)
    assert cohorts.take_in(session, run, line.id, by=cast.ada, now=THEN)
    with pytest.raises(NotFound):
        cohorts.remove_waiting(session, run, line.id, by=cast.ada, now=THEN)


def test_a_place_in_the_queue_can_be_given_up_once(session: Session, cast: Cast) -> None:
    limit(session, cast, 2, queue=True)
    [waiting] = people(session, 1)
    come(session, cast, waiting)
    assert cohorts.leave_queue(session, waiting, cast.autumn, THEN)
    assert not cohorts.leave_queue(session, waiting, cast.autumn, THEN)
    assert session.scalars(sa.select(WaitingPlace.outcome)).one() == "left"


def test_who_gave_a_place_up_takes_it_again_and_who_lost_it_asks(
    session: Session, cast: Cast
) -> None:
    seat = cohorts.seat_for(session, cast.lena, cast.lena_seat)
    cohorts.withdraw_oneself(session, seat, reason="", now=THEN)
    assert come(session, cast, cast.lena).enrolment_id == cast.lena_seat
    run = run_of(session, cast)
    cohorts.change_state(
        session, run, cast.leo_seat, "withdraw", reason="Conduct", by=cast.ada, now=THEN
    )
    with pytest.raises(Refused, match="programme has ended"):
        come(session, cast, cast.leo)
    with pytest.raises(Refused, match="programme has ended"):
        cohorts.accept(session, cast.leo, invite(session, cast), SECRET, THEN)


def test_nobody_rejoins_a_full_cohort(session: Session, cast: Cast) -> None:
    run = run_of(session, cast)
    cohorts.change_state(session, run, cast.leo_seat, "withdraw", reason="", by=cast.ada, now=THEN)
    limit(session, cast, 1)
    with pytest.raises(Refused, match="is full"):
        cohorts.change_state(
            session, run, cast.leo_seat, "rejoin", reason="", by=cast.ada, now=THEN
        )


def test_fifty_with_a_code_for_seven_are_seven(app: Flask, cast: Cast) -> None:
    with app.app_context():
        code = invite(db.session, cast, uses=7)
        accounts = people(db.session, THREADS)
        db.session.commit()

    def use(session: Session, number: int) -> cohorts.Taken:
        return cohorts.accept(session, accounts[number], code, SECRET, THEN)

    answers = at_once(app, use)
    assert sum(isinstance(each, cohorts.Taken) for each in answers) == 7
    with app.app_context():
        assert seated(db.session, cast) == 2 + 7
        uses = db.session.scalars(sa.select(sa.func.count()).select_from(InvitationUse)).one()
        assert uses == 7


def test_a_code_opens_a_closed_cohort_counts_once_for_a_person_and_is_kept_as_a_hash(
    session: Session, cast: Cast
) -> None:
    session.get_one(Cohort, cast.autumn).enrols_until = None
    code = invite(session, cast, uses=1)
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    first = cohorts.accept(session, cast.otto, typed, SECRET, THEN)
    assert first.enrolment_id
    assert cohorts.accept(session, cast.otto, code, SECRET, THEN) == first
    [line] = cohorts.list_invitations(session, cast.autumn)
    assert (line.uses, line.hint) == (1, code[-4:])
    stored = session.execute(sa.text("SELECT * FROM cohort_invitations")).one()
    assert code.replace("-", "") not in str(stored)
    with pytest.raises(Refused, match="as many people"):
        cohorts.accept(session, cast.olga, code, SECRET, THEN)


@pytest.mark.parametrize(
    ("code", "secret", "now", "error"),
    [
        ("0000-0000-0000", SECRET, THEN, NotFound),
        ("", SECRET, THEN, NotFound),
        (None, "another secret", THEN, NotFound),
        (None, SECRET, LATER, Refused),
    ],
)
def test_a_wrong_or_old_code_leads_nowhere(
    session: Session,
    cast: Cast,
    code: str | None,
    secret: str,
    now: datetime,
    error: type[Exception],
) -> None:
    made = invite(session, cast)
    with pytest.raises(error):
        cohorts.find_invited(session, made if code is None else code, secret, now)


def test_an_ended_invitation_lets_nobody_in(session: Session, cast: Cast) -> None:
    code = invite(session, cast)
    run = run_of(session, cast)
    [line] = cohorts.list_invitations(session, cast.autumn)
    cohorts.end_invitation(session, run, line.id, by=cast.ada, now=THEN)
    with pytest.raises(Refused, match="ended"):
        cohorts.accept(session, cast.otto, code, SECRET, THEN)
    with pytest.raises(NotFound):
        cohorts.end_invitation(session, run, line.id, by=cast.ada, now=THEN)


def test_an_invitation_into_a_full_cohort_leads_to_the_queue(session: Session, cast: Cast) -> None:
    limit(session, cast, 2, queue=True)
    code = invite(session, cast)
    assert cohorts.accept(session, cast.otto, code, SECRET, THEN) == cohorts.Taken(None, 1)
