"""Reminders: 90, 60, 30 and 7 days before, each once, in the programme's days, and stoppable."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import quizzes
from lms import clock, jobs
from lms.db import db
from lms.models.accounts import Account
from lms.models.catalogue import Programme
from lms.models.credentials import CredentialRecord
from lms.models.mail import OutboxMessage
from lms.models.renewals import RenewalItem, RenewalReminder
from lms.services import audit, credentials
from lms.services.credentials import account_of_token, stop_token
from tests.act_samples import do
from tests.cast import Cast
from tests.races import at_once
from tests.renewal_samples import answer, begin, earn, held, items, renew
from tests.stories import read_all, rows_of, sit

ADDRESSES = credentials.Addresses(
    renewal=lambda serial: f"http://here/credentials/{serial}/renewal",
    stop=lambda account: f"http://here/reminders/stop/{account}",
)


@pytest.fixture
def serial(session: Session, cast: Cast) -> str:
    return earn(session, cast.lena, cast.lena_seat)


def days_before(session: Session, serial: str, days: int, hour: int = 12) -> datetime:
    until = held(session, serial).credential.current_until
    return datetime(until.year, until.month, until.day, hour, tzinfo=UTC) - timedelta(days=days)


def sweep(session: Session, now: datetime) -> list[str]:
    """Write what is due; return the subjects of the letters written."""
    before = {each.id for each in session.scalars(sa.select(OutboxMessage))}
    for due in credentials.list_due(session, now):
        credentials.remind(session, due, ADDRESSES, now)
    return [
        each.body for each in session.scalars(sa.select(OutboxMessage)) if each.id not in before
    ]


def test_swept_daily_four_letters_are_written(session: Session, serial: str) -> None:
    written = [
        left for left in range(100, -3, -1) if sweep(session, days_before(session, serial, left))
    ]
    assert written == [90, 60, 30, 7]
    assert rows_of(session, RenewalReminder) == 4


def test_swept_again_and_again_a_reminder_is_written_once(session: Session, serial: str) -> None:
    now = days_before(session, serial, 60)
    assert [len(sweep(session, now)) for _again in range(3)] == [1, 0, 0]
    assert len(sweep(session, now + timedelta(hours=9))) == 0


def test_after_an_outage_one_letter_makes_up_for_those_missed(
    session: Session, serial: str
) -> None:
    assert len(sweep(session, days_before(session, serial, 20))) == 1
    assert session.scalars(sa.select(RenewalReminder.days)).all() == [30]
    assert len(sweep(session, days_before(session, serial, 7))) == 1


def test_the_letter_says_why_until_when_where_and_how_to_stop_it(
    session: Session, cast: Cast, serial: str
) -> None:
    (letter,) = sweep(session, days_before(session, serial, 30))
    assert "in 30 days" in letter
    assert f"http://here/credentials/{serial}/renewal" in letter
    assert f"http://here/reminders/stop/{cast.lena}" in letter
    assert "You get this letter because" in letter
    assert "safety-critical update are not affected" in letter


@pytest.mark.parametrize(
    ("zone", "written"), [("Pacific/Auckland", 1), ("Europe/London", 0), ("Pacific/Honolulu", 0)]
)
def test_a_day_begins_on_the_programmes_clocks(
    session: Session, serial: str, zone: str, written: int
) -> None:
    """At 13 o'clock UTC it is the next day in Auckland, and nowhere else of the three."""
    session.execute(sa.update(Programme).values(time_zone=zone))
    session.expire_all()
    assert len(sweep(session, days_before(session, serial, 91, hour=13))) == written


def test_whoever_renewed_is_not_reminded_of_what_was(
    session: Session, cast: Cast, serial: str
) -> None:
    now = days_before(session, serial, 29)
    renewed = renew(session, cast.lena, serial, days_before(session, serial, 30))
    assert sweep(session, now) == []
    assert len(sweep(session, days_before(session, renewed, 90))) == 1


@pytest.mark.parametrize(("kind", "written"), [("suspend", 0), ("revoke", 0), ("reissue", 1)])
def test_what_was_decided_about_it_is_heeded(
    session: Session, cast: Cast, serial: str, kind: str, written: int
) -> None:
    """Of a credential issued again only the new issue is reminded of, once."""
    now = days_before(session, serial, 30)
    do(session, cast, serial, kind, now - timedelta(days=1))  # type: ignore[arg-type]
    letters = sweep(session, now)
    assert len(letters) == written
    assert all(serial not in letter for letter in letters)


def test_a_new_issue_is_not_reminded_again(session: Session, cast: Cast, serial: str) -> None:
    now = days_before(session, serial, 30)
    assert len(sweep(session, now)) == 1
    do(session, cast, serial, "reissue", now)
    assert sweep(session, now + timedelta(days=1)) == []


def test_whoever_stopped_them_gets_none_but_every_other_letter(
    session: Session, cast: Cast, serial: str
) -> None:
    now = days_before(session, serial, 30)
    assert credentials.choose_reminders(session, cast.lena, wanted=False, now=now)
    assert not credentials.choose_reminders(session, cast.lena, wanted=False, now=now)
    assert sweep(session, now) == []
    before = rows_of(session, OutboxMessage)
    do(session, cast, serial, "revoke", now)
    assert rows_of(session, OutboxMessage) > before


def test_resumed_they_go_on_from_today(session: Session, cast: Cast, serial: str) -> None:
    credentials.choose_reminders(
        session, cast.lena, wanted=False, now=days_before(session, serial, 91)
    )
    assert sweep(session, days_before(session, serial, 60)) == []
    now = days_before(session, serial, 30)
    assert credentials.choose_reminders(session, cast.lena, wanted=True, now=now)
    assert len(sweep(session, now)) == 1
    assert audit.first_broken(session) is None


def test_nobody_is_written_to_who_cannot_sign_in(session: Session, serial: str) -> None:
    session.execute(sa.update(Account).values(active=False))
    assert sweep(session, days_before(session, serial, 30)) == []


def test_fifty_processes_write_one_letter(app: Flask, cast: Cast) -> None:
    with app.app_context():
        serial = earn(db.session, cast.lena, cast.lena_seat)
        now = days_before(db.session, serial, 30)
        (due,) = credentials.list_due(db.session, now)
        db.session.commit()
        before = rows_of(db.session, OutboxMessage)
    answers = at_once(app, lambda session, _: credentials.remind(session, due, ADDRESSES, now))
    assert answers.count(True) == 1 and answers.count(False) == 49
    with app.app_context():
        assert rows_of(db.session, OutboxMessage) == before + 1


def test_the_database_itself_holds_each_reminder_once(session: Session, serial: str) -> None:
    sweep(session, days_before(session, serial, 30))
    copy = "account_id, programme_id, course_slug, cycle, days, written_at"
    with pytest.raises(DatabaseError, match=r"(?i)unique"):
        session.execute(
            sa.text(f"INSERT INTO renewal_reminders ({copy}) SELECT {copy} FROM renewal_reminders")
        )


def test_the_sweep_makes_the_awards_that_were_missed(app: Flask, cast: Cast) -> None:
    """A course and a renewal that are complete, with nobody there to award them; then a restart."""
    with app.app_context():
        session, now = db.session, clock.now()
        earned = now - timedelta(days=700)
        serial = earn(session, cast.leo, cast.leo_seat, earned)
        begin(session, cast.leo, serial, now)
        *_first, last = items(session, cast.leo, serial, now)
        for asked in _first:
            answer(session, cast.leo, serial, asked, now=now)
        best = quizzes.best_answer(last.item)
        session.execute(
            sa.update(RenewalItem)
            .where(RenewalItem.id == last.row_id)
            .values(answer=best, is_right=True, answered_at=now)
        )
        read_all(session, cast.lena, cast.lena_seat, now)
        sit(session, cast.lena, cast.lena_seat, right=3, now=now)
        session.commit()
    for _restart in range(2):
        jobs.award_missed(app)
        with app.app_context():
            cycles = sa.select(CredentialRecord.account_id, CredentialRecord.cycle)
            rows = db.session.execute(cycles.order_by(CredentialRecord.id)).all()
            assert rows == [(cast.leo, 1), (cast.lena, 1), (cast.leo, 2)]


def test_the_sweep_writes_reminders_once(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restart nothing is written twice: what was done stands in the database."""
    with app.app_context():
        serial = earn(db.session, cast.lena, cast.lena_seat)
        now = days_before(db.session, serial, 60)
        db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: now)
    assert jobs.remind_holders(app) == 1
    assert jobs.remind_holders(app) == 0
    with app.app_context():
        letter = db.session.scalars(
            sa.select(OutboxMessage.body).order_by(OutboxMessage.id.desc())
        ).first()
    token = str(letter).split("/reminders/stop/")[1].split()[0]
    assert account_of_token(app.config["SETTINGS"].secret(), token) == cast.lena


@given(st.integers(1, 10**15), st.text(max_size=60))
def test_only_a_genuine_token_stops_reminders(account: int, noise: str) -> None:
    genuine = stop_token("a secret", account)
    assert account_of_token("a secret", genuine) == account
    assert account_of_token("another secret", genuine) is None
    for forged in (noise, f"{account}-{noise}", f"{account + 1}-{genuine.split('-')[1]}"):
        assert account_of_token("a secret", forged) is None or forged == genuine
